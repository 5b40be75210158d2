//! Music files as a player meets them: the screen, the pads, the sound of each track.

use retake::nes::cart::nsf::Nsf;
use retake::nes::port::button;
use retake::nes::{Cartridge, Devices, Input, Nes, Output, PowerOn, Region, Tier};

const CHIPS: &[u8] = include_bytes!("../roms-test/built/nsf/chips.nsf");

/// A player with its first track, as `--track` sets it; 0 is the file's own.
struct Player {
    nes: Nes,
    track: u8,
}

impl Player {
    fn new(file: &[u8], region: Region, track: u8) -> Self {
        let cart = Cartridge::parse(file).expect("music");
        let options = PowerOn { region, alignment: 1, seed: 0, ports: Devices::PADS };
        Self { nes: Nes::power_on(cart, &options), track }
    }

    fn hold(&mut self, buttons: u8, frames: usize) {
        for _ in 0..frames {
            self.nes.run_muted(Input { switches: [self.track, 0], ..Input::pad1(buttons) });
        }
    }

    /// The lines on the screen that are not empty.
    fn lines(&self) -> Vec<String> {
        let line = |row: u16| -> String {
            let tiles = (0..32).map(|column| self.nes.peek_ppu(0x2000 + row * 32 + column));
            tiles.map(|tile| if tile == 0 { ' ' } else { char::from(tile) }).collect()
        };
        let lines = (0..30).map(|row| line(row).trim().to_owned());
        lines.filter(|line| !line.is_empty()).collect()
    }

    fn shows(&self, line: &str) -> bool {
        self.lines().iter().any(|shown| shown == line)
    }
}

/// An NSFe of three tracks whose INIT lies at $8000 and PLAY at $8040.
fn file(init: &[u8], play: &[u8], chunks: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut program = init.to_vec();
    program.resize(0x40, 0xea);
    program.extend(play);
    let mut file = b"NSFE".to_vec();
    let mut chunk = |id: &[u8; 4], bytes: &[u8]| {
        file.extend((bytes.len() as u32).to_le_bytes());
        file.extend(id);
        file.extend(bytes);
    };
    chunk(b"INFO", &[0, 0x80, 0, 0x80, 0x40, 0x80, 2, 0, 3, 0]);
    chunk(b"DATA", &program);
    for (id, bytes) in chunks {
        chunk(id, bytes);
    }
    chunk(b"NEND", &[]);
    file
}

/// INIT and PLAY count: $10 the calls of INIT, $11 its A, $12 its X, $13 the calls of PLAY.
fn counting(chunks: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    file(&[0xe6, 0x10, 0x85, 0x11, 0x86, 0x12, 0x60], &PLAY, chunks)
}

/// INC $13, RTS; no register is what it was.
const PLAY: [u8; 9] = [0xe6, 0x13, 0xa9, 0xff, 0xaa, 0xa8, 0x24, 0x13, 0x60];

/// An INIT that, when it is called again, counts in $16 and $17 for ever, a turn in eight
/// cycles; $10 counts calls, $11 is A, $14 the first Y, $15 the second.
const NEVER_RETURNS: [u8; 24] = [
    0xe6, 0x10, 0x85, 0x11, 0xa5, 0x10, 0xc9, 0x02, // INC $10, STA $11, LDA $10, CMP #2
    0xf0, 0x03, 0x84, 0x14, 0x60, 0x84, 0x15, // BEQ *+5, STY $14, RTS, STY $15
    0xe6, 0x16, 0xd0, 0xfc, 0xe6, 0x17, 0x4c, 0x0f, 0x80, // INC $16, BNE, INC $17, JMP
];

fn milliseconds(numbers: [i32; 3]) -> Vec<u8> {
    numbers.map(i32::to_le_bytes).concat()
}

#[test]
fn the_screen_shows_what_plays() {
    let mut player = Player::new(CHIPS, Region::Ntsc, 0);
    player.hold(0, 30);
    let lines = player.lines();
    assert_eq!(lines[..4], ["FIVE CHIPS", "RETAKE", "CC0 1.0", "2A03 VRC6 VRC7 MMC5 N163 5B"]);
    assert_eq!(lines[4..6], ["NTSC AND PAL", "TRACK 1 OF 8"]);
}

#[test]
fn left_and_right_change_the_track_and_start_begins_it_again() {
    let file = counting(&[(b"tlbl", b"one\0two\0three\0".to_vec())]);
    let mut player = Player::new(&file, Region::Ntsc, 0);
    player.hold(0, 30);
    let press = |player: &mut Player, buttons| {
        player.hold(buttons, 4);
        player.hold(0, 10);
        player.nes.peek(0x11)
    };
    assert_eq!(press(&mut player, button::RIGHT), 1);
    assert!(player.shows("TRACK 2 OF 3") && player.shows("TWO"), "{:?}", player.lines());
    assert_eq!(press(&mut player, button::RIGHT), 2);
    assert_eq!(press(&mut player, button::RIGHT), 0, "after the last one the first");
    assert_eq!(press(&mut player, button::LEFT), 2);
    assert_eq!(press(&mut player, button::A), 2);
    player.hold(0, 100);
    let calls = player.nes.peek(0x13);
    assert_eq!(press(&mut player, button::START), 2);
    assert!(calls > 100 && player.nes.peek(0x13) < 15, "RAM was cleared");
    assert_eq!(player.nes.peek(0x10), 1, "INIT was called once since");
}

#[test]
fn switches_say_which_track_is_first() {
    let file = counting(&[]);
    for (switches, song) in [(0, 0), (2, 1), (3, 2), (4, 0), (200, 0)] {
        let mut player = Player::new(&file, Region::Ntsc, switches);
        player.hold(0, 30);
        assert_eq!(player.nes.peek(0x11), song, "switches {switches}");
    }
}

#[test]
fn play_is_called_as_often_as_the_file_says_on_each_television() {
    for (region, x, standard) in
        [(Region::Ntsc, 0, 16_639), (Region::Pal, 1, 19_997), (Region::Dendy, 1, 19_997)]
    {
        for rate in [0_u16, 7_777] {
            let rates = [rate; 3].map(u16::to_le_bytes).concat();
            let file = counting(&[(b"RATE", rates)]);
            let mut player = Player::new(&file, region, 0);
            player.hold(0, 30);
            let (before, cycle) = (player.nes.peek(0x13), player.nes.cycle());
            player.hold(0, 60);
            let calls = player.nes.peek(0x13).wrapping_sub(before);
            let seconds = (player.nes.cycle() - cycle) as f64 / region.cpu_hz();
            let microseconds = if rate == 0 { standard } else { rate };
            let meant = seconds * 1e6 / f64::from(microseconds);
            assert!((f64::from(calls) - meant).abs() < 1.5, "{region:?}: {calls} for {meant}");
            assert_eq!(player.nes.peek(0x12), x, "{region:?}");
        }
    }
}

#[test]
fn a_track_whose_time_is_over_makes_way_for_the_next_of_the_list() {
    let file = counting(&[
        (b"time", milliseconds([500, -1, 700])),
        (b"fade", milliseconds([500, 0, 0])),
        (b"plst", vec![2, 0, 1]),
    ]);
    assert_eq!(Nsf::parse(&file).unwrap().tracks.len(), 3);
    // The list begins with song 2; INFO names song 0, the second of it.
    let mut player = Player::new(&file, Region::Ntsc, 1);
    let mut songs = Vec::new();
    let mut frames = [0; 3];
    for _ in 0..240 {
        player.hold(0, 1);
        let song = player.nes.peek(0x11);
        if player.nes.peek(0x10) != 1 {
            continue;
        }
        frames[usize::from(song)] += 1;
        if songs.last() != Some(&song) {
            songs.push(song);
        }
    }
    assert_eq!(songs, [2, 0, 1], "and the last one has no end");
    assert!((56..=61).contains(&frames[0]), "half a second, and as much of fading: {frames:?}");
}

#[test]
fn each_track_of_ours_sounds_on_its_chip_alone() {
    let loudest = |track| {
        let mut player = Player::new(CHIPS, Region::Ntsc, track);
        player.hold(0, 30);
        let mut out = Output::default();
        let input = Input { switches: [track, 0], ..Input::default() };
        player.nes.run_frame(input, &mut out);
        let levels = out.sound.steps.iter().map(|step| step.level);
        let (least, most) = levels.fold((i32::MAX, i32::MIN), |(a, b), l| (a.min(l), b.max(l)));
        most.saturating_sub(least).max(0)
    };
    let heard: Vec<_> = (1..=8).map(loudest).collect();
    assert_eq!((heard[0], heard[3]), (0, 0), "the one that checks, and a chip that is not there");
    // By the chips' db_* tests: as a pulse of the 2A03, which swings by 9,714.
    let pulse = f64::from(heard[1]);
    let decibels = |n: usize| 20. * (f64::from(heard[n]) / pulse).log10();
    assert!(decibels(4).abs() < 0.1, "MMC5: {}", decibels(4));
    assert!((decibels(5) - 12.).abs() < 0.1, "163: {}", decibels(5));
    // Its amplifier bends the square's tops.
    assert!((decibels(6) + 1.3).abs() < 1.0, "5B: {}", decibels(6));
    assert!(heard[2] > 5000 && heard[7] > heard[5], "{heard:?}");
}

#[test]
fn what_init_gets_is_right_on_pal_too() {
    let mut player = Player::new(CHIPS, Region::Pal, 0);
    player.hold(0, 60);
    assert_eq!(player.nes.peek(0x6000), 0);
}

/// How far INIT's counter came.
fn turns(player: &Player) -> u16 {
    u16::from_le_bytes([player.nes.peek(0x16), player.nes.peek(0x17)])
}

#[test]
fn an_init_that_never_returns_is_interrupted_by_play_as_often_as_the_file_says() {
    let rates = [5000_u16; 3].map(u16::to_le_bytes).concat();
    let file = file(&NEVER_RETURNS, &PLAY, &[(b"NSF2", vec![0x20]), (b"RATE", rates)]);
    for (region, x) in [(Region::Ntsc, 0), (Region::Pal, 1)] {
        let mut player = Player::new(&file, region, 2);
        player.hold(0, 30);
        let calls = [0x10, 0x11, 0x14, 0x15].map(|at| player.nes.peek(at));
        assert_eq!(calls, [2, 1, 0x80, 0x81], "{region:?}, X {x}");
        let (before, at, cycle) = (player.nes.peek(0x13), turns(&player), player.nes.cycle());
        player.hold(0, 45);
        let meant = (player.nes.cycle() - cycle) as f64 / region.cpu_hz() * 200.;
        let calls = player.nes.peek(0x13).wrapping_sub(before);
        assert!((f64::from(calls) - meant).abs() < 1.5, "{calls} for {meant}");
        assert_ne!(turns(&player), at, "INIT goes on");
    }
}

#[test]
fn pads_change_the_track_of_an_init_that_never_returns() {
    let file = file(&NEVER_RETURNS, &PLAY, &[(b"NSF2", vec![0x20])]);
    let mut player = Player::new(&file, Region::Ntsc, 0);
    player.hold(0, 30);
    for song in [1, 2, 0] {
        player.hold(button::RIGHT, 4);
        player.hold(0, 10);
        assert_eq!((player.nes.peek(0x11), player.nes.peek(0x10)), (song, 2));
    }
}

#[test]
fn samples_that_take_bits_of_the_pads_press_no_button() {
    let mut init = vec![0x85, 0x11];
    for (address, value) in [(0x4010_u16, 0x4f), (0x4012, 0), (0x4013, 0xff), (0x4015, 0x1f)] {
        init.extend([0xa9, value, 0x8d, address as u8, (address >> 8) as u8]);
    }
    init.push(0x60);
    let mut player = Player::new(&file(&init, &PLAY, &[]), Region::Ntsc, 0);
    player.hold(0, 30);
    for _ in 0..600 {
        player.hold(0, 1);
        assert_eq!(player.nes.peek(0x11), 0, "the track is the first one");
    }
}

#[test]
fn where_play_is_never_called_no_cycle_is_taken_from_init() {
    let file = file(&NEVER_RETURNS, &PLAY, &[(b"NSF2", vec![0x60])]);
    let mut player = Player::new(&file, Region::Ntsc, 0);
    player.hold(0, 30);
    let (at, cycle) = (turns(&player), player.nes.cycle());
    player.hold(0, 10);
    // Eight cycles a turn, and seven more when the low byte is over.
    let passed = i64::from(turns(&player).wrapping_sub(at));
    let cycles = (player.nes.cycle() - cycle) as i64;
    let carries = passed / 256;
    assert!((cycles - passed * 8 - carries * 7).abs() < 16, "{passed} turns in {cycles}");
    assert_eq!((player.nes.peek(0x13), player.nes.peek(0x15)), (0, 0x81));
}

#[test]
fn the_end_of_its_time_reaches_an_init_that_never_returns() {
    for flags in [0x20, 0x60] {
        let chunks = [(b"NSF2", vec![flags]), (b"time", milliseconds([600, -1, -1]))];
        let mut player = Player::new(&file(&NEVER_RETURNS, &PLAY, &chunks), Region::Ntsc, 0);
        player.hold(0, 30);
        assert_eq!((player.nes.peek(0x11), player.nes.peek(0x10)), (0, 2));
        player.hold(0, 20);
        assert_eq!((player.nes.peek(0x11), player.nes.peek(0x10)), (1, 2), "flags {flags:02x}");
    }
}

/// An NSFe whose timer fires every 1,000 cycles; the handler, at $8020, counts in $18 and
/// $19; PLAY counts, too.
fn interrupting() -> Vec<u8> {
    let mut init = Vec::new();
    for (address, value) in
        [(0xfffe_u16, 0x20), (0xffff, 0x80), (0x401b, 0xe7), (0x401c, 3), (0x401d, 1)]
    {
        init.extend([0xa9, value, 0x8d, address as u8, (address >> 8) as u8]); // LDA #, STA
    }
    init.extend([0x58, 0x60]); // CLI, RTS
    init.resize(0x20, 0xea);
    // INC $18, BNE *+4, INC $19, BIT $401D, RTI
    init.extend([0xe6, 0x18, 0xd0, 0x02, 0xe6, 0x19, 0x2c, 0x1d, 0x40, 0x40]);
    file(&init, &PLAY, &[(b"NSF2", vec![0x10])])
}

#[test]
fn the_timer_interrupts_by_the_musics_own_vector_and_play_is_called_beside_it() {
    let mut player = Player::new(&interrupting(), Region::Ntsc, 0);
    player.hold(0, 30);
    let fired = |nes: &Nes| u16::from_le_bytes([nes.peek(0x18), nes.peek(0x19)]);
    let (at, cycle, calls) = (fired(&player.nes), player.nes.cycle(), player.nes.peek(0x13));
    player.hold(0, 60);
    let meant = (player.nes.cycle() - cycle) as f64 / 1000.;
    assert!((f64::from(fired(&player.nes) - at) - meant).abs() < 1.1, "not {meant}");
    assert!((59..=61).contains(&(player.nes.peek(0x13) - calls)));
}

/// A pulse of 1 kHz for a second, in whose last half it fades.
fn fading() -> Vec<u8> {
    let mut init = Vec::new();
    for (address, value) in [(0x4000_u16, 0xbf), (0x4002, 0x6f), (0x4003, 0)] {
        init.extend([0xa9, value, 0x8d, address as u8, (address >> 8) as u8]);
    }
    init.push(0x60);
    let chunks = [(b"time", milliseconds([500, -1, -1])), (b"fade", milliseconds([500, 0, 0]))];
    file(&init, &[0x60], &chunks)
}

#[test]
fn the_sound_fades_evenly_once_its_time_is_over_and_the_next_track_is_as_loud_as_before() {
    let mut player = Player::new(&fading(), Region::Ntsc, 0);
    let mut out = Output::default();
    let mut loudest = Vec::new();
    let mut level = 0;
    for frame in 0..120 {
        player.nes.run_frame(Input::default(), &mut out);
        if frame > 0 {
            assert_eq!(out.sound.start, level, "frame {frame} begins as the last one ended");
        }
        level = out.sound.end();
        loudest.push(out.sound.steps.iter().map(|step| step.level).max().unwrap_or(0));
    }
    let first = loudest.iter().position(|level| *level > 0).expect("it sounds");
    let full = loudest[first + 5];
    assert!(loudest[first..first + 28].iter().all(|level| *level == full));
    // Half a second is 30.05 frames.
    let faded: Vec<_> = (first + 32..first + 58).map(|n| loudest[n]).collect();
    for pair in faded.windows(2) {
        let step = f64::from(pair[0] - pair[1]) / f64::from(full);
        assert!((step - 1. / 30.05).abs() < 0.01, "{pair:?} of {full}");
    }
    assert!(*faded.last().expect("some") < full / 8);
    assert_eq!(loudest[100..], [full; 20], "the next one");
}

#[test]
fn lazy_exact_and_restored_players_of_nsf2_and_of_fades_give_the_same_bytes_and_sound() {
    let rates = [3001_u16; 3].map(u16::to_le_bytes).concat();
    let busy = file(&NEVER_RETURNS, &PLAY, &[(b"NSF2", vec![0x20]), (b"RATE", rates)]);
    for (name, file) in [("NMI", busy), ("timer", interrupting()), ("fade", fading())] {
        let new = || Player::new(&file, Region::Ntsc, 0).nes;
        let (mut lazy, mut exact, mut restored) = (new(), new(), new());
        exact.set_tier(Tier::Exact);
        let mut outs = [Output::default(), Output::default(), Output::default()];
        for frame in 0..90 {
            let bytes = lazy.bytes().to_vec();
            lazy.run_frame(Input::default(), &mut outs[0]);
            exact.run_frame(Input::default(), &mut outs[1]);
            restored.restore(&bytes).expect("a state of the same layout");
            restored.run_frame(Input::default(), &mut outs[2]);
            for (nes, out) in [(&exact, &outs[1]), (&restored, &outs[2])] {
                assert!(nes.bytes() == lazy.bytes(), "{name}: bytes, frame {frame}");
                assert_eq!(out.sound.start, outs[0].sound.start, "{name}: frame {frame}");
                assert_eq!(out.sound.steps, outs[0].sound.steps, "{name}: frame {frame}");
            }
        }
    }
}
