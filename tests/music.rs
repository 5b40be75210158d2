//! Music files as a player meets them: the screen, the pads, the sound of each track.

use retake::nes::cart::nsf::Nsf;
use retake::nes::port::button;
use retake::nes::{Cartridge, Devices, Input, Nes, Output, PowerOn, Region};

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

/// An NSFe of three tracks, whose INIT and PLAY count: $10 the calls of INIT, $11 its A,
/// $12 its X, $13 the calls of PLAY.
fn counting(chunks: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut program = vec![0xe6, 0x10, 0x85, 0x11, 0x86, 0x12, 0x60];
    program.resize(16, 0xea);
    program.extend([0xe6, 0x13, 0x60]);
    let mut file = b"NSFE".to_vec();
    let mut chunk = |id: &[u8; 4], bytes: &[u8]| {
        file.extend((bytes.len() as u32).to_le_bytes());
        file.extend(id);
        file.extend(bytes);
    };
    chunk(b"INFO", &[0, 0x80, 0, 0x80, 0x10, 0x80, 2, 0, 3, 0]);
    chunk(b"DATA", &program);
    for (id, bytes) in chunks {
        chunk(id, bytes);
    }
    chunk(b"NEND", &[]);
    file
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
    let milliseconds = |numbers: [i32; 3]| numbers.map(i32::to_le_bytes).concat();
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
