//! What recording costs the emulation thread: after each frame a state is
//! copied and an input pushed, into the memory of the loop slots. The rows are
//! those of `retake bench --recorder`.
//!
//! ```sh
//! cargo bench --no-default-features --bench capture
//! ```
//!
//! The bar is p50 ≤ 2 µs and p99 ≤ 10 µs for a state of some 32 KB, and this program fails above it. Each
//! sample follows a whole frame, so that the state is no warmer than in play.

use std::process::ExitCode;

use retake::app::bench::{cost, recorder};
use retake::nes::{Cartridge, Devices, Nes, PowerOn, Region};

const P50_US: f64 = 2.;
const P99_US: f64 = 10.;

fn main() -> ExitCode {
    // `cargo bench -- --test` only shows that it runs.
    let is_measuring = !std::env::args().any(|argument| argument == "--test");
    let samples = if is_measuring { 5_000 } else { 20 };
    let mut good = true;
    for wram in [8, 16] {
        let costs = recorder::costs(&mut machine(wram), samples);
        let heading = format!("capture, {wram} KiB of PRG RAM");
        cost::table(&heading, &costs).iter().for_each(|line| println!("{line}"));
        good &= costs.iter().all(|cost| cost.p50_us <= P50_US && cost.p99_us <= P99_US);
    }
    if good || !is_measuring { ExitCode::SUCCESS } else { ExitCode::FAILURE }
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
    Nes::power_on(
        cart,
        &PowerOn { region: Region::Ntsc, alignment: 1, seed: 0, ports: Devices::PADS },
    )
}
