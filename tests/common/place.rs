//! A folder with a ROM and tapes of it, and the program run in it.

#![allow(dead_code, reason = "each test file uses a part")]

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use retake::app::tape::write::Recorder;
use retake::engine::replay::{Console, Happening, Roms, rom_name};
use retake::flight::catalog::Position;
use retake::flight::replay::{self, Machine};
use retake::flight::tape::Header;
use retake::nes::{Cartridge, Devices, PowerOn, Region};
use serde_json::Value;
use tempfile::TempDir;

/// Sums up what pad 1 held in $11 and counts in $10, as fast as it can.
pub fn rom(step: u8) -> Vec<u8> {
    let mut rom = b"NES\x1a\x01\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
    rom.extend([0xa9, 0x01, 0x8d, 0x16, 0x40, 0xa9, 0x00, 0x8d, 0x16, 0x40]);
    rom.extend([0xad, 0x16, 0x40, 0x29, 0x01, 0x18, 0x65, 0x11, 0x85, 0x11]);
    rom.extend([0xa9, step, 0x18, 0x65, 0x10, 0x85, 0x10, 0x4c, 0x00, 0xc0]);
    rom.resize(16 + 0x3ffa, 0xea);
    rom.extend([0x00, 0xc0, 0x00, 0xc0, 0x00, 0xc0]);
    rom.resize(16 + 0x6000, 0);
    rom
}

/// Resets at frame 70, and holds A now and then.
pub fn movie(frames: usize) -> String {
    let line = |n: usize| match n {
        70 => "|.r|........|\n",
        n if n % 10 < 4 => "|..|.......A|\n",
        _ => "|..|........|\n",
    };
    (1..=frames).map(line).collect()
}

pub struct Place(pub TempDir);

impl Place {
    /// A folder with a ROM and a tape of `frames` frames.
    pub fn new(frames: usize) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        std::fs::write(place.path("game.nes"), rom(1)).unwrap();
        std::fs::write(place.path("movie.txt"), movie(frames)).unwrap();
        place.ok(&["run", "game.nes", "--movie", "movie.txt", "--mute", "--record", "a.rtk"]);
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    pub fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_retake"));
        command.current_dir(self.0.path()).args(args).stdin(Stdio::null()).output().unwrap()
    }

    /// The command must end with this code and, where that is not 0, a sentence.
    pub fn ends(&self, code: i32, args: &[&str]) -> Output {
        let output = self.run(args);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {stderr}");
        assert!(!stderr.contains("panicked"), "{stderr}");
        if code == 2 {
            assert_eq!(stderr.trim().lines().count(), 1, "{stderr}");
        }
        output
    }

    pub fn ok(&self, args: &[&str]) -> String {
        String::from_utf8_lossy(&self.ends(0, args).stdout).into_owned()
    }

    pub fn json(&self, code: i32, args: &[&str]) -> Value {
        let output = self.ends(code, &[args, &["--json"]].concat());
        serde_json::from_slice(&output.stdout).unwrap()
    }

    pub fn state_hash(&self, frame: u64) -> Value {
        let frames = frame.to_string();
        let args = ["run", "game.nes", "--movie", "movie.txt", "--mute", "--frames", &frames];
        self.json(0, &args)["state_hash"].clone()
    }
}

/// Writes `b.rtk`: 130 frames; a branch at 40 that goes on to 150, with a mark
/// at 75, a reset at 80 and a ROM that counts by two from 100 on. Gives the
/// states of the branch's path.
pub fn branched(place: &Place) -> Vec<Vec<u8>> {
    let tape = place.bytes("a.rtk");
    let (header, _) = Header::read(&tape).unwrap();
    let cart = |step| Arc::new(Cartridge::parse(&rom(step)).unwrap());
    let mut roms = Roms::default();
    roms.add(rom_name(&rom(2)), cart(2));
    let options = PowerOn { region: Region::Ntsc, alignment: 1, seed: 0, ports: Devices::PADS };
    let mut console = Console::new(cart(1), options, Arc::new(roms));
    let mut recorder = Recorder::new(&header, 0, console.bytes());
    let mut states = vec![console.bytes().to_vec()];
    let play = |console: &mut Console, recorder: &mut Recorder, frame: u64, kind: u8| {
        let mut input = [0; 16];
        input[0] = u8::from(frame % 7 < 3) * kind;
        console.run_muted(input);
        recorder.frame(input, console.bytes());
        console.bytes().to_vec()
    };
    for frame in 1..=130 {
        states.push(play(&mut console, &mut recorder, frame, 1));
    }
    let from = Position { segment: 0, frame: 40 };
    assert!(recorder.branch(from));
    replay::seek(recorder.history(), &mut console, from).unwrap();
    states.truncate(41);
    for frame in 41..=150 {
        let happening = match frame {
            81 => Some(Happening::Reset),
            101 => Some(Happening::Reload(rom_name(&rom(2)))),
            _ => None,
        };
        if let Some(happening) = happening {
            if let Happening::Reload(_) = happening {
                recorder.rom(&rom(2));
            }
            recorder.event(&happening.event());
            assert!(console.apply(&happening.event()));
        }
        states.push(play(&mut console, &mut recorder, frame, 0x80));
        if frame == 75 {
            recorder.mark("the jump");
        }
    }
    recorder.prove(xxhash_rust::xxh3::xxh3_64(console.bytes()));
    std::fs::write(place.path("b.rtk"), recorder.finish()).unwrap();
    states
}
