//! Arcade machines as their programs see them: the 2C05's registers, switches, coins, the
//! crossed pads, colours that are not a television's.

mod common;
#[path = "common/play.rs"]
mod play;

use std::path::{Path, PathBuf};
use std::process::Command;

use retake::app::cli::SetupArgs;
use retake::app::setup::{Asked, Setup};
use retake::app::tapes::Wishes;
use retake::engine::cycle::Settings;
use retake::io;
use retake::link::{Action, Taken};
use retake::nes::cart::arcade::{Ppu, Wiring};
use retake::nes::port::button::{LEFT, START};
use retake::nes::port::switches::arcade;
use retake::nes::port::zapper;
use retake::nes::{Cartridge, Devices, Input, Nes, Output, PowerOn, Region, Tier};

use play::Rig;

/// A ROM for mapper 99: its program stands at $8000, its header's byte 13 is `ppu`.
fn rom(ppu: u8, program: &[u8]) -> Vec<u8> {
    let mut rom = b"NES\x1a\x02\x01\x38\x69\0\0\0\0\0\0\0\x05".to_vec();
    rom[13] = ppu;
    let start = rom.len();
    rom.extend(program);
    rom.resize(start + 0x8000, 0xea);
    rom[start + 0x7ffc..start + 0x7ffe].copy_from_slice(&[0x00, 0x80]);
    rom.resize(rom.len() + 0x2000, 0);
    rom
}

fn power_on(rom: &[u8], tier: Tier) -> Nes {
    let options = PowerOn { region: Region::Ntsc, alignment: 1, seed: 0, ports: Devices::PADS };
    let mut nes = Nes::power_on(Cartridge::parse(rom).expect("a Vs. System's"), &options);
    nes.set_tier(tier);
    nes
}

const TIERS: [Tier; 2] = [Tier::Lazy, Tier::Exact];

/// Waits for two vertical blanks, with the PPU's number kept at $10; then $2001 is written
/// with $80 and $2000 with $1E, and a loop waits for $2002 with what it saw at $11.
const SWAPPED: &[u8] = &[
    0xad, 0x02, 0x20, 0x10, 0xfb, // lda $2002; bpl
    0xad, 0x02, 0x20, 0x10, 0xfb, // again
    0x85, 0x10, // sta $10
    0xa9, 0x80, 0x8d, 0x01, 0x20, // lda #$80; sta $2001
    0xa9, 0x1e, 0x8d, 0x00, 0x20, // lda #$1E; sta $2000
    0xad, 0x02, 0x20, 0x85, 0x11, // lda $2002; sta $11
    0x4c, 0x16, 0x80, // jmp to it
];

#[test]
fn the_2c05_has_a_number_in_2002_and_2000_and_2001_exchanged() {
    for (ppu, number, nmi) in [(0x08, 0x1b, true), (0x09, 0x3d, true), (0x02, 0x00, false)] {
        let mut rom = rom(ppu, SWAPPED);
        // NMI counts at $12.
        rom[16 + 0x100..][..3].copy_from_slice(&[0xe6, 0x12, 0x40]);
        rom[16 + 0x7ffa..][..2].copy_from_slice(&[0x00, 0x81]);
        let states = TIERS.map(|tier| {
            let mut nes = power_on(&rom, tier);
            for _ in 0..20 {
                nes.run_muted(Input::default());
            }
            assert_eq!(nes.peek(0x10) & 0x3f, number & 0x3f, "{ppu:02x}");
            // Another PPU has what was last written to it there.
            let seen = if nmi { number & 0x1f } else { 0x1e };
            assert_eq!(nes.peek(0x11) & 0x1f, seen, "{ppu:02x}");
            assert_eq!(nes.peek(0x12) > 10, nmi, "{ppu:02x}: $80 at $2001 is its NMI's");
            nes.state_hash()
        });
        assert_eq!(states[0], states[1], "both tiers");
    }
}

/// Strobes the pads, then keeps eight reads of $4016 at $10 and of $4017 at $18.
const READS: &[u8] = &[
    0xa9, 0x01, 0x8d, 0x16, 0x40, 0x4a, 0x8d, 0x16, 0x40, // strobe
    0xa2, 0x00, // ldx #0
    0xad, 0x16, 0x40, 0x95, 0x10, // lda $4016; sta $10,x
    0xad, 0x17, 0x40, 0x95, 0x18, // lda $4017; sta $18,x
    0xe8, 0xe0, 0x08, 0xd0, 0xf1, // inx; cpx #8; bne
    0x4c, 0x00, 0x80,
];

#[test]
fn switches_coins_and_crossed_pads_are_read_at_both_ports() {
    let rom = rom(2, READS);
    let mut input = Input::pad1(LEFT | START);
    input.switches = [0b1010_0110, arcade::COIN_1 | arcade::SERVICE];
    for tier in TIERS {
        let mut nes = power_on(&rom, tier);
        for _ in 0..3 {
            nes.run_muted(input);
        }
        let port = |at: u16| -> Vec<u8> { (at..at + 8).map(|at| nes.peek(at)).collect() };
        // Coin 1 and the button, DIP switches 1 and 2; the button below the screen that
        // starts a game is where a pad has Select.
        let always = 0x20 | 0x04 | 0x10;
        let mut first = [always; 8];
        first[2] |= 1;
        let mut second = [0b1010_0100; 8];
        second[6] |= 1;
        assert_eq!((port(0x10), port(0x18)), (first.to_vec(), second.to_vec()));
    }
}

#[test]
fn a_header_says_which_ppu_it_is_and_a_picture_knows() {
    let cart = Cartridge::parse(&rom(3, &[])).unwrap();
    assert_eq!((cart.ppu, cart.wiring), (Ppu::Shuffled(2), Wiring::Crossed));
    let mut other = rom(0, &[]);
    other[15] = 4;
    let cart = Cartridge::parse(&other).unwrap();
    assert_eq!((cart.ppu, cart.wiring), (Ppu::Rgb, Wiring::Straight));
    let mut nes = power_on(&rom(3, READS), Tier::Lazy);
    let mut out = Output::default();
    nes.run_frame(Input::default(), &mut out);
    assert_eq!(out.frame.ppu, Ppu::Shuffled(2));
    // PlayChoice-10: a console's pads, an arcade machine's colours.
    let mut choice = rom(0, &[]);
    (choice[6], choice[7]) = (0, 0x0a);
    let cart = Cartridge::parse(&choice).unwrap();
    assert_eq!((cart.ppu, cart.wiring, cart.has_switches()), (Ppu::Rgb, Wiring::Console, false));
}

#[test]
fn a_machine_of_two_consoles_is_refused() {
    for kind in [0x50, 0x60] {
        let error = Cartridge::parse(&rom(kind, &[])).unwrap_err().to_string();
        assert!(error.contains("two consoles"), "{error}");
    }
}

/// A white picture; in each vertical blank, and about 138 lines into the picture, it strobes
/// the pads, and keeps eight reads of $4016 at $10 and at $18.
const SHOOTS: &[u8] = &[
    0xad, 0x02, 0x20, 0x10, 0xfb, // lda $2002; bpl
    0xad, 0x02, 0x20, 0x10, 0xfb, // again
    0xa9, 0x3f, 0x8d, 0x06, 0x20, 0xa9, 0x00, 0x8d, 0x06, 0x20, // the backdrop
    0xa9, 0x30, 0x8d, 0x07, 0x20, // is white
    0xa9, 0x00, 0x8d, 0x06, 0x20, 0x8d, 0x06, 0x20, // and seen
    0x2c, 0x02, 0x20, 0x10, 0xfb, // $8021: bit $2002; bpl
    0xa2, 0x00, 0x20, 0x40, 0x80, // ldx #0; jsr $8040
    0xa9, 0x0e, 0x85, 0x00, // lda #14; sta $00
    0xa0, 0x00, 0x88, 0xd0, 0xfd, // ldy #0; dey; bne: 1280 cycles
    0xc6, 0x00, 0xd0, 0xf7, // dec $00; bne
    0x20, 0x40, 0x80, // jsr $8040
    0x4c, 0x21, 0x80, // jmp $8021
    0xea, 0xea, // to $8040
    0xa9, 0x01, 0x8d, 0x16, 0x40, 0xa9, 0x00, 0x8d, 0x16, 0x40, // the strobe
    0xa0, 0x08, // ldy #8
    0xad, 0x16, 0x40, 0x29, 0x01, 0x95, 0x10, 0xe8, // lda $4016; and #1; sta $10,x; inx
    0x88, 0xd0, 0xf5, // dey; bne
    0x60, // rts
];

#[test]
fn a_vs_zapper_reports_the_light_that_it_sees_as_the_strobe_falls_on_both_tiers() {
    let mut rom = rom(0, SHOOTS);
    rom[15] = 0x07;
    let cart = Cartridge::parse(&rom).expect("a Vs. System's");
    let ports = cart.ports.expect("the header says vs-zapper");
    assert_eq!(ports.to_string(), "vs-zapper,pad");
    let options = PowerOn { region: Region::Ntsc, alignment: 1, seed: 0, ports };
    let shot = |aim: Option<u8>, trigger: u8, tier: Tier| {
        let mut nes = Nes::power_on(cart.clone(), &options);
        nes.set_tier(tier);
        let mut input = Input::default();
        let bits = if aim.is_some() { zapper::aim::AT_PICTURE } else { 0 } | trigger;
        input.of_port_mut(0).copy_from_slice(&[128, aim.unwrap_or(0), bits, 0]);
        for _ in 0..8 {
            nes.run_muted(input);
        }
        let reads = |at: u16| [0, 1, 2, 3, 4, 5, 6, 7].map(|n| nes.peek(at + n));
        (reads(0x10), reads(0x18), nes.state_hash())
    };
    // What is white below line 112 and above the beam lights the gun; line 60 has drained.
    for (aim, lit) in [(Some(125), 1), (Some(60), 0), (Some(200), 0), (None, 0)] {
        for pulled in [0, zapper::aim::TRIGGER] {
            let [lazy, exact] = TIERS.map(|tier| shot(aim, pulled, tier));
            assert_eq!(lazy, exact, "{aim:?}: both tiers");
            let (blank, picture, _) = lazy;
            assert_eq!(blank, [0, 0, 0, 0, 1, 0, 0, pulled], "{aim:?}: nothing in the blank");
            assert_eq!(picture, [0, 0, 0, 0, 1, 0, lit, pulled], "{aim:?}");
        }
    }
}

/// What the ROM that reads its ports shows, in a file; the console with these switches.
fn reader(folder: &Path, dip: u8) -> (PathBuf, Setup) {
    let path = folder.join("reads.nes");
    std::fs::write(&path, rom(3, READS)).expect("a file");
    let args = SetupArgs { dip: Some(dip), ..SetupArgs::default() };
    let setup = Setup::new(Some(&path), &args, Asked::default()).expect("a Vs. System's");
    (path, setup)
}

fn played(setup: Setup, folder: &Path) -> Rig {
    played_on(setup, folder, Wishes::default())
}

fn played_on(setup: Setup, folder: &Path, wishes: Wishes) -> Rig {
    let thread = io::start(|| {}).expect("threads");
    Rig::of(setup, thread, folder, wishes, Settings::default(), true)
}

#[test]
fn a_picture_that_is_shown_in_play_knows_its_colours_in_the_past_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_, setup) = reader(folder.path(), 0);
    let mut rig = played(setup, folder.path());
    for _ in 0..30 {
        assert_eq!(rig.turn().frame.ppu, Ppu::Shuffled(2));
    }
    rig.act(Action::Rewind(true));
    for _ in 0..5 {
        assert_eq!(rig.turn().frame.ppu, Ppu::Shuffled(2));
    }
    rig.close();
}

#[test]
fn a_movie_that_says_nothing_of_switches_is_played_with_those_that_are_set() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_, setup) = reader(folder.path(), 0xa6);
    let mut alone = setup.power_on();
    let mut rig = played(setup, folder.path());
    let movie = [Input::pad1(LEFT); 20].map(|input| Taken { input, ..Taken::default() });
    rig.follow(&movie);
    for _ in 0..30 {
        rig.turn();
    }
    for frame in 0..30 {
        let input = if frame < 20 { Input::pad1(LEFT) } else { Input::default() };
        alone.run_muted(Input { switches: [0xa6, 0], ..input });
    }
    assert_eq!(rig.state_hash(), alone.state_hash());
    rig.close();
}

#[test]
fn a_session_that_is_resumed_has_the_switches_of_its_tape_unless_the_player_sets_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_, setup) = reader(folder.path(), 0xa6);
    let silent = Setup { dip: None, ..setup.clone() };
    let other = Setup { dip: Some(0x01), ..setup.clone() };
    let mut alone = setup.power_on();
    let resume = Wishes { resume: true, ..Wishes::default() };
    // A tape that ends at a state and one that does not; the last one tells that a session
    // that was resumed with other switches is resumed with those.
    let sessions = [
        (setup, Wishes::default(), 0xa6, 60),
        (silent.clone(), resume, 0xa6, 7),
        (silent.clone(), resume, 0xa6, 30),
        (other, resume, 0x01, 30),
        (silent, resume, 0x01, 30),
    ];
    for (n, (setup, wishes, dip, frames)) in sessions.into_iter().enumerate() {
        let mut rig = played_on(setup, folder.path(), wishes);
        for _ in 0..frames {
            rig.turn();
            alone.run_muted(Input { switches: [dip, 0], ..Input::default() });
        }
        assert_eq!(rig.state_hash(), alone.state_hash(), "session {n}");
        rig.close();
    }
}

/// Runs the program; gives its standard output, or its sentence.
fn retake(args: &[&str]) -> Result<String, String> {
    let output = Command::new(env!("CARGO_BIN_EXE_retake")).args(args).output().expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

#[test]
fn a_tape_of_a_machine_with_switches_replays_and_goes_on_with_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let (rom, _) = reader(folder.path(), 0);
    let (rom, name) = (rom.to_str().unwrap(), |name: &str| folder.path().join(name));
    let (tape, text, fm2) = (name("a.rtk"), name("a.txt"), name("a.fm2"));
    let [tape, text, fm2] = [&tape, &text, &fm2].map(|path| path.to_str().unwrap());
    let run = |args: &[&str]| retake(&[&["run", rom, "--state-hash"], args].concat());
    let switched = ["--dip", "A6", "--press", "10-20:coin+left,90:service"];
    let [short, long] =
        ["60", "120"].map(|frames| run(&[&switched[..], &["--frames", frames]].concat()).unwrap());
    run(&[&switched[..], &["--frames", "60", "--record", tape]].concat()).unwrap();
    assert_eq!(run(&["--movie", tape]).unwrap(), short);
    retake(&["tape", "verify", tape, "--rom", rom]).unwrap();
    // Behind its end the machine's switches stay as they were.
    let on = |more: &[&str]| run(&[&["--movie", tape, "--frames", "120"], more].concat()).unwrap();
    assert_eq!(on(&["--press", "90:service"]), long);
    let other = on(&["--press", "90:service", "--dip", "01"]);
    assert_ne!(other, long);
    // As a movie: text holds them, and no other format does.
    retake(&["tape", "export", tape, "-o", text, "--rom", rom]).unwrap();
    assert_eq!(run(&["--movie", text]).unwrap(), short);
    let sentence = retake(&["tape", "export", tape, "-o", fm2, "--rom", rom]).unwrap_err();
    assert!(sentence.contains("give a name that ends with .txt"), "{sentence}");
    let sentence = run(&["--dip", "A6", "--frames", "9", "--record", fm2]).unwrap_err();
    assert!(sentence.contains("text movies alone"), "{sentence}");
    assert!(!Path::new(fm2).exists(), "it is refused before a file is begun");
}
