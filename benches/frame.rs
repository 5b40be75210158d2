//! A frame of the machine, with picture and sound and muted, on our own ROMs.
//!
//! ```sh
//! cargo bench --no-default-features --bench frame
//! ```

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use retake::nes::port::button;
use retake::nes::{Cartridge, Devices, Input, Nes, Output, PowerOn, Region};

const ROMS: &[&str] = &["game/game.nes", "built/tone.nes"];

/// Frames before the clock starts; the game is past its title then.
const WARM_UP: u64 = 240;

fn frames(c: &mut Criterion) {
    for rom in ROMS {
        let mut group = c.benchmark_group(*rom);
        let mut out = Output::default();
        let mut nes = machine(rom);
        group.bench_function("frame", |b| {
            b.iter(|| nes.run_frame(black_box(Input::pad1(button::RIGHT)), &mut out));
        });
        let mut nes = machine(rom);
        group.bench_function("frame_muted", |b| {
            b.iter(|| nes.run_muted(black_box(Input::pad1(button::RIGHT))));
        });
        group.finish();
    }
}

fn machine(rom: &str) -> Nes {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("roms-test").join(rom);
    let bytes = std::fs::read(&file).expect("a ROM of this repository");
    let cart = Cartridge::parse(&bytes).expect("a ROM");
    let mut nes = Nes::power_on(
        cart,
        &PowerOn { region: Region::Ntsc, alignment: 1, seed: 0, ports: Devices::PADS },
    );
    for frame in 0..WARM_UP {
        let start = if frame / 8 % 8 == 7 { button::START } else { 0 };
        nes.run_muted(Input::pad1(start));
    }
    nes
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(30);
    targets = frames
}
criterion_main!(benches);
