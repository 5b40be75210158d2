//! What recording costs the emulation thread: after each frame a state is
//! copied and an input pushed, into the memory of the loop slots.
//!
//! ```sh
//! cargo bench --no-default-features --bench capture
//! ```
//!
//! The bar is p50 ≤ 2 µs and p99 ≤ 10 µs for a state of some 32 KB, and this program fails above it. Each
//! sample follows a whole frame, so that the state is no warmer than in play.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use retake::engine::session::Session;
use retake::flight::take::{FRAMES, Slot, Takes};
use retake::nes::{Cartridge, Input, Nes, PowerOn, Region};
use zerocopy::transmute;

const P50: u64 = 2_000;
const P99: u64 = 10_000;

fn main() -> ExitCode {
    // `cargo bench -- --test` only shows that it runs.
    let is_measuring = !std::env::args().any(|argument| argument == "--test");
    let samples = if is_measuring { 5_000 } else { 20 };
    let mut good = true;
    for wram in [8, 16] {
        let mut nes = machine(wram);
        let bytes = nes.bytes().len();
        let state = state_and_input(&mut nes, samples);
        good &= report(&format!("state of {bytes} bytes + input"), &state);
    }
    let mut nes = machine(8);
    good &= report("session turn while recording", &turns(&mut nes, samples));
    if good || !is_measuring { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A state and an input, each frame.
fn state_and_input(nes: &mut Nes, samples: u64) -> Histogram<u64> {
    let mut takes = Takes::new(nes.bytes().len(), FRAMES);
    let slot = Slot::default();
    sampled(nes, samples, |nes, input| {
        let begun = takes.begin(slot, nes.frame_number(), nes.bytes());
        begun.and_then(|()| takes.push(slot, transmute!(input))).expect("room");
    })
}

/// What a session does before each frame of a recording.
fn turns(nes: &mut Nes, samples: u64) -> Histogram<u64> {
    let takes = Takes::new(nes.bytes().len(), FRAMES);
    let mut session = Session::new(takes, None, Slot::default());
    session.press();
    sampled(nes, samples, |nes, input| {
        session.turn(nes, input);
    })
}

fn sampled(nes: &mut Nes, samples: u64, mut record: impl FnMut(&mut Nes, Input)) -> Histogram<u64> {
    let mut times = Histogram::new_with_bounds(1, 1_000_000_000, 3).expect("sane bounds");
    for n in 0..samples {
        let input = Input::pad1(n as u8);
        nes.run_muted(input);
        let began = Instant::now();
        record(nes, input);
        times.saturating_record(nanoseconds(began.elapsed()));
    }
    times
}

fn report(what: &str, times: &Histogram<u64>) -> bool {
    let [p50, p99, p999] = [0.5, 0.99, 0.999].map(|share| times.value_at_quantile(share));
    let us = |ns: u64| ns as f64 / 1000.;
    println!(
        "capture: {what}: p50 {:.2} µs, p99 {:.2} µs, p99.9 {:.2} µs, max {:.2} µs",
        us(p50),
        us(p99),
        us(p999),
        us(times.max())
    );
    p50 <= P50 && p99 <= P99
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// MMC1 with so many KiB of PRG RAM and a program that writes all over it.
fn machine(wram: u8) -> Nes {
    let mut rom = vec![0; 16 + 0x8000];
    rom[..8].copy_from_slice(b"NES\x1a\x02\x00\x10\x08");
    rom[10] = (u16::from(wram) * 1024 / 64).ilog2() as u8;
    rom[11] = 7;
    // inc $6000,x; inx; sta $0200,x; jmp $C000
    let program = [0xfe, 0x00, 0x60, 0xe8, 0x9d, 0x00, 0x02, 0x4c, 0x00, 0xc0];
    rom[16 + 0x4000..][..program.len()].copy_from_slice(&program);
    for vector in [0x7ffa, 0x7ffc, 0x7ffe] {
        rom[16 + vector + 1] = 0xc0;
    }
    let cart = Cartridge::parse(&rom).expect("a ROM");
    Nes::power_on(cart, &PowerOn { region: Region::Ntsc, alignment: 1, seed: 0 })
}
