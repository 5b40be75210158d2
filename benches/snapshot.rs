//! What a state costs: to save it is a copy, to restore it a copy and the page
//! tables, derived again.
//!
//! ```sh
//! cargo bench --no-default-features --bench snapshot
//! ```

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use retake::nes::{Cartridge, Devices, Nes, PowerOn, Region};

fn snapshot(c: &mut Criterion) {
    let mut nes = machine();
    let mut copy = nes.bytes().to_vec();
    let mut group = c.benchmark_group("snapshot");
    group.throughput(Throughput::Bytes(copy.len() as u64));
    group.bench_function("save", |b| {
        b.iter(|| black_box(&mut copy).copy_from_slice(black_box(&nes).bytes()));
    });
    group.bench_function("restore", |b| {
        b.iter(|| black_box(&mut nes).restore(black_box(&copy)).expect("its own state"));
    });
    group.bench_function("hash", |b| b.iter(|| black_box(&nes).state_hash()));
    group.finish();
}

fn machine() -> Nes {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("roms-test/game/game.nes");
    let bytes = std::fs::read(&file).expect("a ROM of this repository");
    let cart = Cartridge::parse(&bytes).expect("a ROM");
    Nes::power_on(
        cart,
        &PowerOn { region: Region::Ntsc, alignment: 1, seed: 0, ports: Devices::PADS },
    )
}

criterion_group!(benches, snapshot);
criterion_main!(benches);
