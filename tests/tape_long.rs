//! A tape of ten hours: how long it takes to open and to decode. Run with
//! `cargo test --release --no-default-features --test tape_long -- --ignored --nocapture`.

use std::time::{Duration, Instant};

use retake::app::tape::write::Recorder;
use retake::engine::replay::{Console, Roms, taken};
use retake::flight::catalog::Position;
use retake::flight::map::View;
use retake::flight::replay::{self, Machine, Recording};
use retake::flight::tape::{Header, Tape};
use retake::nes::{Cartridge, Input, PowerOn, Region};

/// Frames that are played, and then repeated.
const PLAYED: u64 = 1200;
const HOURS: u64 = 10;

fn header(console: &Console) -> Header {
    let mut bytes = [0; Header::LEN];
    bytes[16..24].copy_from_slice(&console.nes.layout_hash().to_le_bytes());
    bytes[24..32].copy_from_slice(&(console.bytes().len() as u64).to_le_bytes());
    zerocopy::transmute!(bytes)
}

#[test]
#[ignore = "it measures"]
fn a_tape_of_ten_hours_opens_at_once() {
    let cart = Cartridge::parse(retake::app::builtin::GAME).unwrap();
    let options = PowerOn { region: Region::Ntsc, alignment: 1, seed: 0 };
    let mut console = Console::new(cart.into(), options, Roms::default().into());
    let input =
        |frame: u64| Input::pad1(if frame == 125 { 8 } else { 0x80 * (frame / 40 % 2) as u8 });
    let mut states = Vec::new();
    let first = console.bytes().to_vec();
    for frame in 1..=PLAYED {
        console.nes.run_muted(input(frame));
        if frame % 60 == 0 {
            states.push(console.bytes().to_vec());
        }
    }
    // The same again and again: the size of a real tape, and its states.
    let mut recorder = Recorder::new(&header(&console), 0, &first);
    let frames = HOURS * 3600 * 601 / 10;
    for frame in 1..=frames {
        recorder.blind_frame(taken(input(frame % PLAYED)));
        if frame % 60 == 0 {
            recorder.state(&states[(frame / 60) as usize % states.len()]);
        }
    }
    let tape = recorder.finish();
    let dir = tempfile::tempdir().unwrap();
    let (whole, open) = (dir.path().join("whole.rtk"), dir.path().join("open.rtk"));
    std::fs::write(&whole, &tape).unwrap();
    std::fs::write(&open, &tape[..tape.len() - 32]).unwrap();
    println!(
        "{frames} frames, {} bytes, {:.2} a frame",
        tape.len(),
        tape.len() as f64 / frames as f64
    );
    let opening = |path| {
        let times = (0..9).map(|_| {
            let began = Instant::now();
            let tape = Tape::open(View::open(path).unwrap()).unwrap();
            assert_eq!(tape.catalog().frames(), frames);
            began.elapsed()
        });
        middle(times.collect())
    };
    println!("opened with its index in {:?}, without in {:?}", opening(&whole), opening(&open));
    let tape = Tape::open(View::open(&whole).unwrap()).unwrap();
    let mut times: Vec<Duration> = (0..1000u64)
        .map(|n| {
            let share = u128::from((n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let frame = ((u128::from(frames) * share) >> 64) as u64;
            let began = Instant::now();
            let way = replay::approach(&tape, Position { segment: 0, frame }).unwrap();
            assert!(way.steps.len() < 60);
            began.elapsed()
        })
        .collect();
    times.sort();
    println!("a random frame is decoded in {:?} (p50), {:?} (p99)", times[500], times[990]);
    // The index says what a scan finds.
    let scanned = Tape::scan(View::open(&open).unwrap()).unwrap();
    assert_eq!(scanned.catalog().states().count(), tape.catalog().states().count());
}

fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
