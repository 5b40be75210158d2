//! The past, through the engine and the recorder as they are in play: what is
//! shown going back is what was seen, and playing on from there is a new
//! future; the tape has both.

#[path = "common/play.rs"]
mod play;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use play::{Rig, setup, setup_with};
use retake::app::cli::SetupArgs;
use retake::app::setup::{Asked, Setup};
use retake::app::tapes::Wishes;
use retake::engine::cycle::Settings;
use retake::engine::machine::Parcel;
use retake::engine::replay::{Console, Happening, Roms, rom_name, rom_payload};
use retake::flight::catalog::Position;
use retake::flight::replay::{self, Recording};
use retake::flight::tape::Tape;
use retake::io;
use retake::link::{Action, Mode, Picture};
use retake::nes::cart::{BoardNumber, Cheat};
use retake::nes::{Cartridge, Tier};

/// Play, and what was seen of it.
struct Play {
    rig: Rig,
    folder: tempfile::TempDir,
    /// What was shown after each frame, by its number.
    seen: Vec<Vec<u16>>,
}

fn console() -> Console {
    let setup = setup();
    Console::new(setup.rom.cart.clone(), setup.options, Arc::default())
}

impl Play {
    fn new() -> Self {
        Self::with(tempfile::tempdir().unwrap(), &[], Wishes::default())
    }

    /// With these cheats.
    fn with(folder: tempfile::TempDir, cheats: &[&str], wishes: Wishes) -> Self {
        let (thread, resumes) = (io::start(|| {}).unwrap(), wishes.resume);
        let setup = setup_with(cheats);
        let rig = Rig::of(setup, thread, folder.path(), wishes, Settings::default(), true);
        assert_eq!(rig.notes.is_empty(), !resumes, "{:?}", rig.notes);
        Self { rig, folder, seen: vec![Vec::new()] }
    }

    fn act(&mut self, action: Action) {
        self.rig.act(action);
    }

    fn turn(&mut self) -> &Picture {
        self.rig.turn();
        // Pictures come 60 times a second; the recorder has that long.
        std::thread::sleep(Duration::from_millis(3));
        self.rig.picture()
    }

    /// Plays live; buttons change all the time.
    fn play(&mut self, frames: u64, salt: u64) {
        for n in 0..frames {
            self.rig.hold([0x08, 0x80, 0x81, 0x00, 0x41][((n + salt) / 7 % 5) as usize]);
            let picture = self.turn();
            let (number, pixels) = (picture.number as usize, picture.frame.pixels.to_vec());
            self.seen.truncate(number);
            self.seen.push(pixels);
        }
    }

    fn live_frame(&self) -> u64 {
        self.seen.len() as u64 - 1
    }

    /// Ends the session; gives its tape.
    fn close(self) -> (tempfile::TempDir, Tape<Vec<u8>>) {
        assert_eq!(self.rig.close(), Vec::<String>::new());
        let tape = tape_in(self.folder.path());
        (self.folder, tape)
    }
}

fn tape_in(folder: &Path) -> Tape<Vec<u8>> {
    let mut files = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
    let path = files.find(|path| path.extension().is_some_and(|e| e == "rtk")).expect("a tape");
    Tape::open(std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn going_back_shows_what_was_seen_and_playing_on_is_a_new_future() {
    let mut play = Play::new();
    play.play(300, 0);
    let tip = play.live_frame();
    play.act(Action::Rewind(true));
    let (mut shown, mut last) = (0, tip);
    for _ in 0..400 {
        let seen = play.seen.clone();
        let picture = play.turn();
        if picture.hud.mode != Mode::Back || picture.number == last {
            continue;
        }
        assert!(picture.number < last, "{} after {last}", picture.number);
        assert!(last - picture.number <= 2, "{} after {last}", picture.number);
        assert!(*picture.frame.pixels == seen[picture.number as usize][..], "{}", picture.number);
        last = picture.number;
        shown += 1;
        if last <= 100 {
            break;
        }
    }
    assert!(shown > 100 && last <= 100, "{shown} frames to {last}");
    play.act(Action::Rewind(false));
    let fork = last;
    play.play(200, 3);
    assert!(play.live_frame() >= fork + 199, "live from frame {fork}");
    let end = play.live_frame();
    let (_folder, tape) = play.close();
    assert!(tape.is_complete());
    let segments = tape.catalog().segments();
    assert_eq!(segments.len(), 2);
    assert_eq!((segments[0].last, segments[1].last), (tip, end));
    let parent = segments[1].parent.unwrap();
    assert_eq!((parent.segment, parent.frame), (0, fork));
    reaches(&tape, Position { segment: 0, frame: tip });
    reaches(&tape, Position { segment: 1, frame: end });
}

/// Seeks from the nearest state, and runs from power-on; both must agree.
fn reaches(tape: &Tape<Vec<u8>>, end: Position) {
    let mut sought = console();
    replay::seek(tape, &mut sought, end).unwrap();
    let mut run = console();
    let mut parts = vec![];
    let mut at = end;
    while let Some(parent) = tape.catalog().segments()[at.segment as usize].parent {
        parts.push((at.segment, parent.frame, at.frame));
        at = parent;
    }
    parts.push((at.segment, 0, at.frame));
    for (segment, from, to) in parts.into_iter().rev() {
        let mut steps = Vec::new();
        let part = retake::flight::catalog::Part { segment, from, to };
        replay::steps_of(tape, part, &mut steps).unwrap();
        for step in steps {
            let replay::Step::Frame(input) = step else { panic!("{step:?}") };
            run.nes.run_muted(zerocopy::transmute!(input));
        }
    }
    assert_eq!(run.nes.frame_number(), end.frame);
    assert!(run.nes.bytes() == sought.nes.bytes());
}

#[test]
fn paused_in_the_past_frames_go_one_by_one_both_ways() {
    let mut play = Play::new();
    play.play(100, 0);
    let tip = play.live_frame();
    for (action, number) in [
        (Action::StepBack, tip - 1),
        (Action::StepBack, tip - 2),
        (Action::StepBack, tip - 3),
        (Action::StepFrame, tip - 2),
        (Action::StepFrame, tip - 1),
        (Action::StepFrame, tip),
    ] {
        play.act(action);
        let there = (0..100).any(|_| play.turn().number == number);
        assert!(there, "{action:?} shows {number}");
        let seen = play.seen[number as usize].clone();
        assert!(*play.rig.picture().frame.pixels == seen[..]);
    }
    // There is nothing recorded behind the newest frame: it is played.
    play.act(Action::StepFrame);
    assert!((0..10).any(|_| play.turn().number == tip + 1));
    let (_folder, tape) = play.close();
    assert_eq!((tape.catalog().segments().len(), tape.catalog().frames()), (1, tip + 1));
}

/// One holds a byte of RAM, one changes what the game reads in its ROM.
const CHEATS: [&str; 2] = ["0700:07", "81FF?1A:1B"];

#[test]
fn with_cheats_the_past_is_what_was_seen_and_goes_on_with_them() {
    let mut play = Play::with(tempfile::tempdir().unwrap(), &CHEATS, Wishes::default());
    play.play(300, 0);
    let old = play.seen.clone();
    play.act(Action::Rewind(true));
    let mut shown = 0;
    loop {
        let picture = play.turn();
        if picture.number < 150 {
            break;
        }
        assert!(*picture.frame.pixels == old[picture.number as usize][..], "{}", picture.number);
        shown += u32::from(picture.hud.mode == Mode::Back);
    }
    assert!(shown > 50, "{shown}");
    play.act(Action::Rewind(false));
    play.play(100, 3);
    let end = (play.live_frame(), play.rig.state_hash());
    let (folder, tape) = play.close();
    plays_to(&tape, end);
    assert_eq!(cheats_at_the_end(&tape), CHEATS.map(|code| code.parse().unwrap()));

    // Going on with others, and with none.
    for cheats in [&CHEATS[..1], &[]] {
        let other = tempfile::tempdir().unwrap();
        let name = folder.path().read_dir().unwrap().find_map(|entry| {
            let path = entry.unwrap().path();
            path.extension().is_some_and(|e| e == "rtk").then_some(path)
        });
        let name = name.unwrap();
        std::fs::copy(&name, other.path().join(name.file_name().unwrap())).unwrap();
        let wishes = Wishes { resume: true, ..Wishes::default() };
        let mut play = Play::with(other, cheats, wishes);
        for _ in 0..100 {
            play.rig.hold(0x80);
            play.turn();
        }
        let end = (play.rig.picture().number, play.rig.state_hash());
        let (_other, tape) = play.close();
        assert!(end.0 >= 200, "{end:?}");
        plays_to(&tape, end);
        let wanted: Vec<Cheat> = cheats.iter().map(|code| code.parse().unwrap()).collect();
        assert_eq!(cheats_at_the_end(&tape), wanted);
    }
}

/// The tape, by itself, leads to this frame and this state.
fn plays_to(tape: &Tape<Vec<u8>>, (frame, hash): (u64, u64)) {
    let end = tape.catalog().end().unwrap();
    assert_eq!(end.frame, frame);
    let mut console = console();
    replay::seek(tape, &mut console, end).unwrap();
    assert_eq!(console.nes.state_hash(), hash, "{end:?}");
}

fn cheats_at_the_end(tape: &Tape<Vec<u8>>) -> Vec<Cheat> {
    let end = tape.catalog().end().unwrap();
    Happening::cheats_after(&tape.catalog().past(end))
}

/// Turns until a picture of the past has come that is of this frame, and is
/// what was seen of it.
fn comes(play: &mut Play, number: u64, seen: &[Vec<u16>]) {
    let there = (0..200).any(|_| play.turn().number == number);
    assert!(there, "frame {number}, but {}", play.rig.picture().number);
    assert!(*play.rig.picture().frame.pixels == seen[number as usize][..], "frame {number}");
}

#[test]
fn the_future_that_was_left_can_be_seen_and_be_gone_on_with() {
    let mut play = Play::new();
    play.play(300, 0);
    let old = play.seen.clone();
    play.act(Action::Rewind(true));
    while play.turn().number > 150 {}
    play.act(Action::Rewind(false));
    play.play(60, 3);
    let (new, live) = (play.seen.clone(), play.live_frame());
    // Forward from the present goes into the future that was left.
    play.act(Action::Forward(true));
    comes(&mut play, live + 20, &old);
    assert_eq!(play.rig.picture().hud.timeline.future, (1, 1));
    play.act(Action::Pause);
    play.act(Action::Forward(false));
    // The fork, of which both are futures.
    play.act(Action::EarlierMark);
    let fork = (0..200)
        .find_map(|_| Some(play.turn().hud.timeline).filter(|t| t.future.1 == 2))
        .expect("the fork")
        .at;
    assert!((100..=150).contains(&fork), "{fork}");
    play.act(Action::OtherFuture);
    assert!((0..200).any(|_| play.turn().hud.timeline.last == live));
    play.act(Action::Jump(10));
    comes(&mut play, live, &new);
    play.act(Action::OtherFuture);
    play.act(Action::Oldest);
    comes(&mut play, 1, &old);
    play.act(Action::Present);
    comes(&mut play, live, &new);
    // Nothing branches off where it has just ended.
    play.act(Action::Pause);
    play.play(10, 0);
    let (_folder, tape) = play.close();
    let ends: Vec<u64> = tape.catalog().segments().iter().map(|segment| segment.last).collect();
    assert_eq!(ends, [old.len() as u64 - 1, live + 10]);
}

#[test]
fn what_was_recorded_plays_by_itself_to_its_end_or_until_a_button_takes_over() {
    let mut play = Play::new();
    play.play(200, 0);
    let (seen, live) = (play.seen.clone(), play.live_frame());
    play.act(Action::Jump(-2));
    comes(&mut play, live - 120, &seen);
    play.act(Action::Watch);
    for number in live - 119..=live {
        comes(&mut play, number, &seen);
    }
    assert!((0..20).any(|_| play.turn().hud.paused));
    play.act(Action::Jump(-1));
    comes(&mut play, live - 60, &seen);
    play.act(Action::Watch);
    comes(&mut play, live - 50, &seen);
    play.rig.hold(0x08);
    assert!((0..20).any(|_| play.turn().hud.mode == Mode::Live));
    let (_folder, tape) = play.close();
    let segments = tape.catalog().segments();
    assert_eq!(segments.len(), 2);
    assert!(segments[1].parent.is_some_and(|fork| fork.frame >= live - 50));
}

#[test]
fn slow_motion_takes_four_turns_a_frame_and_misses_no_button() {
    let mut play = Play::new();
    play.play(60, 0);
    play.act(Action::Slower);
    play.act(Action::Slower);
    play.act(Action::Slower);
    play.rig.hold(0);
    let mut pads = Vec::new();
    for turn in 0..40 {
        if turn % 10 == 5 {
            play.rig.hold(0x01);
            play.rig.turn();
            play.rig.hold(0);
        }
        let picture = play.turn();
        assert!(picture.hud.speed == 25 || turn < 4, "{}", picture.hud.speed);
        pads.push((picture.number, picture.hud.run.pads[0]));
    }
    pads.dedup();
    let frames = pads.last().unwrap().0 - pads[0].0;
    assert!((10..=12).contains(&frames), "{frames} frames in 44 turns");
    assert_eq!(pads.iter().filter(|(_, pad)| *pad == 1).count(), 4, "{pads:?}");
    play.act(Action::Faster);
    play.act(Action::Faster);
    play.act(Action::Faster);
    play.turn();
    let before = play.turn().number;
    assert_eq!(play.turn().number, before + 2);
    let _ = play.close();
}

#[test]
fn a_reset_and_a_mark_are_on_the_tape_and_are_replayed() {
    let mut play = Play::new();
    play.play(80, 0);
    play.act(Action::Reset);
    play.play(80, 1);
    play.act(Action::Mark);
    play.play(40, 2);
    let seen = play.seen.clone();
    play.act(Action::Rewind(true));
    for _ in 0..300 {
        let picture = play.turn();
        let number = picture.number as usize;
        assert!(*picture.frame.pixels == seen[number][..], "frame {number}");
        if number < 70 {
            break;
        }
    }
    let (_folder, tape) = play.close();
    let catalog = tape.catalog();
    assert_eq!((catalog.events().len(), catalog.events()[0].position.frame), (1, 80));
    assert_eq!(catalog.marks()[0].position.frame, 160);
    let mut console = console();
    replay::seek(&tape, &mut console, Position { segment: 0, frame: 200 }).unwrap();
}

#[test]
fn a_rom_that_is_built_anew_runs_and_the_tape_replays_across_it() {
    let mut play = Play::new();
    play.play(100, 0);
    let mut file = setup().rom.bytes;
    let chr = file.len() - 0x2000;
    file[chr..].iter_mut().for_each(|byte| *byte = !*byte);
    let (name, cart) = (rom_name(&file), Arc::new(Cartridge::parse(&file).unwrap()));
    play.rig.roms.send((name, cart.clone(), rom_payload(&file))).unwrap();
    assert!(
        play.rig.parcels.push(Parcel::Rom(cart, name, retake::engine::realtime::now_ns())).is_ok()
    );
    play.play(100, 1);
    // Going back and playing on is with the new ROM.
    play.act(Action::Rewind(true));
    while play.turn().number > 150 {}
    play.act(Action::Rewind(false));
    play.play(60, 2);
    let end = play.live_frame();
    let state = play.rig.state_hash();
    assert_eq!(play.rig.stats().reload.len(), 1, "its first frame is timed once");
    let (_folder, tape) = play.close();
    let catalog = tape.catalog();
    assert_eq!((catalog.roms().len(), catalog.events().len()), (1, 1));
    let setup = setup();
    let roms = Roms::of(&tape, |file| Cartridge::parse(file).ok());
    let mut console = Console::new(setup.rom.cart.clone(), setup.options, Arc::new(roms));
    let end = Position { segment: catalog.segments().len() as u32 - 1, frame: end };
    replay::seek(&tape, &mut console, end).unwrap();
    assert_eq!(console.nes.state_hash(), state);
    replay::seek(&tape, &mut console, Position { segment: 0, frame: 50 }).unwrap();
    assert!(Arc::ptr_eq(console.nes.cartridge(), &setup.rom.cart));
}

#[test]
fn who_goes_on_has_the_board_and_the_exactness_that_were_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    // A header that lies; so does that of the ROM that is built anew.
    let mut file = retake::app::builtin::GAME.to_vec();
    let own = Cartridge::parse(&file).unwrap();
    (file[6], file[7]) = (file[6] & 0x0f | 0xf0, file[7] & 0x0f | 0xe0);
    let path = folder.path().join("lies.nes");
    std::fs::write(&path, &file).unwrap();
    let board = Some(BoardNumber { mapper: own.mapper, submapper: own.submapper });
    let args = SetupArgs { board, exact: true, ..SetupArgs::default() };
    let setup = || Setup::new(Some(&path), &args, Asked::default()).unwrap();
    let rig = |wishes: Wishes| {
        let thread = io::start(|| {}).unwrap();
        Rig::of(setup(), thread, folder.path(), wishes, Settings::default(), true)
    };
    let mut first = rig(Wishes::default());
    for _ in 0..60 {
        first.turn();
    }
    *file.last_mut().unwrap() ^= 1;
    let name = rom_name(&file);
    let cart = Arc::new(Cartridge::parse_as(&file, board).unwrap());
    first.roms.send((name, cart.clone(), rom_payload(&file))).unwrap();
    std::thread::sleep(Duration::from_millis(50));
    assert!(first.parcels.push(Parcel::Rom(cart, name, 0)).is_ok());
    for _ in 0..60 {
        first.turn();
    }
    let end = first.state_hash();
    let (tier, said) = first.close_as();
    assert_eq!((tier, said), (Tier::Exact, Vec::new()));
    let second = rig(Wishes { resume: true, ..Wishes::default() });
    assert!(second.notes[0].starts_with("going on at frame 120"), "{:?}", second.notes);
    assert_eq!(second.state_hash(), end);
    assert_eq!(second.close_as().0, Tier::Exact);
}

#[test]
fn a_bit_that_flips_in_the_machine_is_found_within_a_second() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings { plant_flip: Some(100), ..Settings::default() };
    let mut rig = Rig::new(folder.path(), Wishes::default(), settings);
    for _ in 0..200 {
        rig.turn();
        // The recorder, which looks each 10 ms, gets every state.
        std::thread::sleep(Duration::from_millis(1));
    }
    let said = rig.close();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("frame 120") && said[0].contains("ram["), "{said:?}");
    let kept = folder
        .path()
        .read_dir()
        .unwrap()
        .flatten()
        .find(|entry| entry.file_name().to_string_lossy().starts_with("desync-"));
    assert!(kept.is_some());
}
