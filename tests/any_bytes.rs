//! Any bytes are a state that runs: restored, a frame of them neither panics
//! nor lasts longer than three, and what was mended once stays as it is.
//!
//! The programs are noise too, so that every opcode and register is met.

mod common;

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use retake::nes::board::BoardId;
use retake::nes::{Cartridge, Devices, Input, Nes, Output, PowerOn, Region};

use common::Random;

/// Sane frames before bytes of a state are changed.
const FRAMES: usize = 3;

/// What a console is made of, in few words for a failure's report.
#[derive(Clone, Copy, Debug)]
struct Console {
    mapper: u16,
    noise: u64,
    options: PowerOn,
}

impl Console {
    fn power_on(self) -> Nes {
        Nes::power_on(cartridge(self.mapper, self.noise), &self.options)
    }
}

fn console() -> impl Strategy<Value = Console> {
    let mapper = proptest::sample::select(BoardId::ALL).prop_map(|board| board.mappers()[0]);
    let region = prop_oneof![
        3 => Just(Region::Ntsc),
        1 => Just(Region::Pal),
        1 => Just(Region::Dendy),
    ];
    (mapper, region, 0..4u8, 0..4u64, any::<u64>()).prop_map(
        |(mapper, region, alignment, seed, noise)| Console {
            mapper,
            noise,
            options: PowerOn { region, alignment, seed, ports: Devices::PADS },
        },
    )
}

/// A board with 32 KiB of PRG, CHR RAM or 8 KiB of CHR ROM, full of noise.
fn cartridge(mapper: u16, noise: u64) -> Cartridge {
    let chr_rom = (noise & 1) as u8;
    let flags = (mapper << 4) as u8 | 0x02;
    let mut file = vec![b'N', b'E', b'S', 0x1a, 2, chr_rom, flags, (mapper & 0xf0) as u8];
    file.resize(16, 0);
    file.extend(bytes(noise, 0x8000 + usize::from(chr_rom) * 0x2000));
    Cartridge::parse(&file).expect("a board that is there")
}

fn bytes(noise: u64, len: usize) -> Vec<u8> {
    let mut random = Random(noise);
    (0..len).map(|_| (random.next() >> 32) as u8).collect()
}

/// Restores the bytes and runs two frames of them.
fn runs(nes: &mut Nes, bytes: &[u8]) -> TestCaseResult {
    nes.restore(bytes).expect("the right number of bytes");
    let mended = nes.bytes().to_vec();
    nes.restore(&mended).expect("the right number of bytes");
    prop_assert!(nes.bytes() == mended, "bytes that were mended are mended again");
    let timing = nes.region().timing();
    let frame = timing.dots * timing.dot_divider / timing.cpu_divider;
    let mut out = Output::default();
    for _ in 0..2 {
        nes.run_frame(Input::pad1(0x5a), &mut out);
        prop_assert!(out.sound.cycles <= 3 * frame, "{} cycles", out.sound.cycles);
        nes.run_muted(Input { device: [0xa7; 10], ..Input::default() });
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn noise_is_a_state_that_runs(console in console(), noise in any::<u64>()) {
        let mut nes = console.power_on();
        let state = bytes(noise, nes.bytes().len());
        runs(&mut nes, &state)?;
    }

    #[test]
    fn one_byte_everywhere_is_a_state_that_runs(console in console(), byte in any::<u8>()) {
        let mut nes = console.power_on();
        let state = vec![byte; nes.bytes().len()];
        runs(&mut nes, &state)?;
    }

    #[test]
    fn a_sane_state_with_some_other_bytes_runs(
        console in console(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40),
    ) {
        let mut nes = console.power_on();
        for _ in 0..FRAMES {
            nes.run_muted(Input::default());
        }
        let sane = nes.bytes().to_vec();
        nes.restore(&sane).expect("its own bytes");
        prop_assert!(nes.bytes() == sane, "a sane state is changed by being restored");
        let mut state = sane;
        // RAM is most of it, and the chips are what can break.
        let chips = Nes::layout().last().map_or(0, |(_, ram, _)| *ram);
        for (at, byte) in changes {
            state[at.index(chips)] = byte;
        }
        runs(&mut nes, &state)?;
    }
}

#[test]
fn bytes_of_another_number_are_refused() {
    let options = PowerOn { region: Region::Ntsc, alignment: 0, seed: 0, ports: Devices::PADS };
    let mut nes = Nes::power_on(cartridge(0, 0), &options);
    let before = nes.bytes().to_vec();
    for len in [0, 1, before.len() - 1, before.len() + 1] {
        assert!(nes.restore(&vec![0; len]).is_err());
    }
    assert_eq!(nes.bytes(), before);
}
