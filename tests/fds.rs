//! The Famicom Disk System as a whole: disks that are turned over, written and kept, and
//! public disks on the loader that stands in the place of the BIOS
//! (`roms-test/src/fds_loader.s`). Nintendo's BIOS is nowhere. A public disk that is not
//! there is an ignored row.

mod common;
#[path = "common/play.rs"]
mod play;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use retake::app::cli::SetupArgs;
use retake::app::lockstep::Pair;
use retake::app::setup::{Asked, Setup};
use retake::app::tapes::Wishes;
use retake::app::testing::manifest;
use retake::engine::cycle::Settings;
use retake::engine::replay::{Console, Happening};
use retake::flight::catalog::Position;
use retake::flight::replay::{self, Machine as _, Recording as _};
use retake::flight::tape::Tape;
use retake::io;
use retake::link::Action;
use retake::nes::{Cartridge, Devices, DiskDrive, Input, Nes, Output, PowerOn, Region};

use common::Random;
use play::Rig;

/// A row for each of these functions.
macro_rules! rows {
    ($($test:ident,)*) => {
        [$(common::row(stringify!($test), None, || { $test(); Ok(()) })),*]
    };
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let own = rows![
        the_lazy_machine_and_the_exact_one_agree_on_our_own_disk_byte_by_byte,
        what_was_written_is_kept_over_power_and_the_image_never_changes,
        a_side_change_is_an_event_that_replays_to_the_same_bytes,
        a_game_that_waits_gets_the_next_side_and_the_tape_has_it,
        a_player_who_wants_to_turns_the_disk_over_alone,
    ];
    let public = [
        public_row(IRQ_TESTS, "finds no fault", finds_no_fault),
        public_row(LOUDNESS, "is 2.4 times as loud as a pulse", is_2_4_times_as_loud_as_a_pulse),
        public_row(IRQ_TESTS, "is the same lazy and exact", is_the_same_lazy_and_exact),
        public_row(LOUDNESS, "is the same lazy and exact", is_the_same_lazy_and_exact),
    ];
    libtest_mimic::run(&arguments, own.into_iter().chain(public).collect()).exit_code()
}

const IRQ_TESTS: &str = "nes-test-roms/fdsirqtests/fdsirqtests.fds";
const LOUDNESS: &str = "nes-audio-tests/db_fds.fds";

/// A row for a public disk, with the loader.
fn public_row(disk: &'static str, claim: &str, check: fn(&Arc<Cartridge>)) -> Trial {
    let path = manifest::find(disk);
    let ignored = path.is_none().then_some(common::NOT_THERE);
    common::row(&format!("{disk} {claim}"), ignored, move || {
        let image = std::fs::read(path.ok_or(common::NOT_THERE)?)?;
        let whole = [image, file("fds_loader.rom")].concat();
        check(&Arc::new(Cartridge::parse(&whole)?));
        Ok::<_, Failed>(())
    })
}

const OPTIONS: PowerOn =
    PowerOn { region: Region::Ntsc, alignment: 1, seed: 0, ports: Devices::PADS };
/// Frames after which our own disk has said all, and has been written.
const OWN: usize = 2400;
const SIDE: usize = 65_500;

fn file(name: &str) -> Vec<u8> {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("roms-test/built").join(name);
    std::fs::read(path).expect("it is part of the repository")
}

fn own_disk() -> Arc<Cartridge> {
    Arc::new(Cartridge::parse(&file("fds.fds")).expect("a disk with something for a BIOS"))
}

fn run(nes: &mut Nes, frames: usize) {
    for _ in 0..frames {
        nes.run_muted(Input::default());
    }
}

fn the_lazy_machine_and_the_exact_one_agree_on_our_own_disk_byte_by_byte() {
    is_the_same_lazy_and_exact(&own_disk());
}

fn is_the_same_lazy_and_exact(cart: &Arc<Cartridge>) {
    let ran = Pair::new(cart, &OPTIONS).run(&Random(1).play_on(OPTIONS.ports, 900));
    ran.unwrap_or_else(|difference| panic!("{difference}"));
}

fn what_was_written_is_kept_over_power_and_the_image_never_changes() {
    let cart = own_disk();
    let mut nes = Nes::power_on(cart.clone(), &OPTIONS);
    assert!(nes.battery().0.iter().all(|byte| *byte == 0), "nothing is written yet");
    run(&mut nes, OWN);
    assert_eq!(nes.peek(0x6000), 0, "its program passed");
    let kept = nes.battery().0.to_vec();
    assert!(kept.iter().any(|byte| *byte != 0));
    assert!(kept.len() < 34 * 1024, "of a disk that is larger");
    // Noise in RAM is not on the disk.
    let mut again = Nes::power_on(cart.clone(), &PowerOn { seed: 7, ..OPTIONS });
    assert!(again.battery().0.iter().all(|byte| *byte == 0));
    // The test that expects an untouched block meets the one that was written.
    again.load_battery(&kept);
    run(&mut again, OWN);
    assert_eq!(again.peek(0x6000), 12, "the block that was written is there");
    assert_eq!(cart.disk, own_disk().disk);
}

/// Our own disk with a blank second side.
fn two_sides() -> Arc<Cartridge> {
    let own = file("fds.fds");
    let (side, bios) = own.split_at(SIDE);
    Arc::new(Cartridge::parse(&[side, &[0; SIDE], bios].concat()).expect("two sides"))
}

fn a_side_change_is_an_event_that_replays_to_the_same_bytes() {
    let play = |change: Option<(usize, Happening)>| {
        let mut console = Console::new(two_sides(), OPTIONS, Arc::default());
        for frame in 0..200 {
            if let Some((_, happening)) = change.filter(|(at, _)| *at == frame) {
                assert!(console.apply(&happening.event()));
            }
            console.run_muted([0; 16]);
        }
        console
    };
    let [stayed, turned, again] = [None, Some(1), Some(1)]
        .map(|side| play(side.map(|side| (30, Happening::Disk(Some(side))))));
    assert_eq!(turned.bytes(), again.bytes());
    assert_ne!(turned.bytes(), stayed.bytes());
    let drive = |side| Some(DiskDrive { sides: 2, side, asks: false });
    assert_eq!(stayed.nes.disk_drive(), drive(Some(0)));
    assert_eq!(turned.nes.disk_drive(), drive(Some(1)));
    assert_eq!(play(Some((30, Happening::Disk(None)))).nes.disk_drive(), drive(None));
    let none = play(Some((30, Happening::Disk(Some(5)))));
    assert_eq!(none.nes.disk_drive(), drive(None), "there is no such side");
}

/// A game in the place of the BIOS that looks in each frame whether a disk is in, and
/// does nothing with it. In a file of its own, with two sides.
fn game_that_waits(folder: &Path) -> Setup {
    let mut bios = vec![0xea; 0x2000];
    // LDA #1, STA $4023; BIT $2002, BPL, LDA $4032, JMP $E005
    let program = [
        0xa9, 0x01, 0x8d, 0x23, 0x40, 0x2c, 0x02, 0x20, 0x10, 0xfb, 0xad, 0x32, 0x40, 0x4c, 0x05,
        0xe0,
    ];
    bios[..program.len()].copy_from_slice(&program);
    bios[0x1ffa..].copy_from_slice(&[0x00, 0xe0, 0x00, 0xe0, 0x00, 0xe0]);
    let mut side = b"\x01*NINTENDO-HVC*".to_vec();
    side.resize(SIDE, 0);
    let path = folder.join("waits.fds");
    std::fs::write(&path, [side.clone(), side, bios].concat()).expect("a file");
    Setup::new(Some(&path), &SetupArgs::default(), Asked::default()).expect("a game")
}

/// Plays for so many frames; gives the events of the tape, which replays to the same end.
fn events_of_play(
    frames: u64,
    settings: Settings,
    mut act: impl FnMut(u64, &mut Rig),
) -> Vec<(u64, Happening)> {
    let folder = tempfile::tempdir().expect("a folder");
    let setup = game_that_waits(folder.path());
    let io = io::start(|| {}).expect("threads");
    let mut rig = Rig::of(setup.clone(), io, folder.path(), Wishes::default(), settings, true);
    for frame in 0..frames {
        act(frame, &mut rig);
        rig.turn();
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let end = rig.state_hash();
    assert_eq!(rig.close(), Vec::<String>::new());
    let files = std::fs::read_dir(folder.path()).expect("a folder").flatten();
    let tape =
        files.map(|entry| entry.path()).find(|path| path.extension().is_some_and(|e| e == "rtk"));
    let bytes = std::fs::read(tape.expect("a tape")).expect("a tape");
    let tape = Tape::open(bytes).expect("a tape");
    let mut console = Console::new(setup.rom.cart.clone(), setup.options, Arc::default());
    replay::seek(&tape, &mut console, Position { segment: 0, frame: frames }).expect("the end");
    assert_eq!(console.nes.state_hash(), end);
    let events = tape.catalog().events().iter();
    events.filter_map(|at| Some((at.position.frame, Happening::of(&at.event)?))).collect()
}

fn a_game_that_waits_gets_the_next_side_and_the_tape_has_it() {
    let events = events_of_play(420, Settings::default(), |_, _| {});
    let sides: Vec<_> = events.iter().map(|(_, happening)| *happening).collect();
    let [b, a] = [1, 0].map(|side| Happening::Disk(Some(side)));
    assert_eq!(sides, [b, a], "{events:?}");
    // 120 looks; it misses some frames, as $2002 is read in the moment of vblank.
    assert!((118..150).contains(&events[0].0), "{events:?}");
}

fn a_player_who_wants_to_turns_the_disk_over_alone() {
    let settings = Settings { fds_auto: false, ..Settings::default() };
    let events = events_of_play(300, settings, |frame, rig| match frame {
        20 | 150 => rig.act(Action::DiskSide),
        200 => rig.act(Action::DiskOut),
        _ => {}
    });
    let disk = |frame, side| (frame, Happening::Disk(side));
    assert_eq!(events, [disk(20, Some(1)), disk(150, Some(0)), disk(200, None)]);
}

fn finds_no_fault(cart: &Arc<Cartridge>) {
    let mut nes = Nes::power_on(cart.clone(), &OPTIONS);
    run(&mut nes, 900);
    // A line a test: its number, and O or X. Tiles are ASCII.
    let tile = |x: u16, y: u16| char::from(nes.peek_ppu(0x2000 + y * 32 + x));
    let lines: Vec<String> = (0..30).map(|y| (0..32).map(|x| tile(x, y)).collect()).collect();
    let verdicts: String = lines.iter().filter_map(|line| line.chars().nth(5)).collect();
    assert_eq!(verdicts.matches('O').count(), 21, "{lines:#?}");
    assert!(!verdicts.contains('X'), "{lines:#?}");
}

fn is_2_4_times_as_loud_as_a_pulse(cart: &Arc<Cartridge>) {
    let mut nes = Nes::power_on(cart.clone(), &OPTIONS);
    let mut out = Output::default();
    let swings: Vec<i32> = (0..700)
        .map(|_| {
            nes.run_frame(Input::default(), &mut out);
            let levels = || out.sound.steps.iter().map(|step| step.level);
            levels().max().unwrap_or(0) - levels().min().unwrap_or(0)
        })
        .collect();
    // Two seconds each: the loudest that stands for so long.
    let mut stands = swings.clone();
    stands.sort_unstable();
    let counts = |level: i32| swings.iter().filter(|swing| (**swing - level).abs() < 100).count();
    stands.dedup();
    let loud: Vec<i32> =
        stands.into_iter().filter(|level| counts(*level) > 100 && *level > 100).collect();
    let (pulse, fds) = (loud[0], loud[loud.len() - 1]);
    let ratio = f64::from(fds) / f64::from(pulse);
    assert!((2.3..2.5).contains(&ratio), "{fds} to {pulse}: {ratio}");
}
