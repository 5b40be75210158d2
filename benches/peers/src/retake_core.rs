//! This core.

use std::path::Path;

use retake::app::setup::Setup;
use retake::audio::synth::Synth;
use retake::nes::{Input, Nes, Output};

use crate::Core;

struct Retake {
    nes: Nes,
    out: Output,
    synth: Synth,
    samples: Vec<f32>,
}

pub fn make(rom: &Path) -> Option<Box<dyn Core>> {
    let nes = Setup::new(Some(rom), &Default::default(), Default::default()).ok()?.power_on();
    let synth = Synth::new(nes.region().cpu_hz(), 48_000.);
    Some(Box::new(Retake { nes, out: Output::default(), synth, samples: Vec::new() }))
}

impl Core for Retake {
    fn frame(&mut self, buttons: u8) -> usize {
        self.nes.run_frame(Input::pad1(buttons), &mut self.out);
        self.samples.clear();
        self.synth.frame(&self.out.sound, &mut self.samples);
        std::hint::black_box(&self.out.frame.pixels);
        std::hint::black_box(&self.samples).len()
    }

    fn ram(&mut self, address: u16) -> Option<u8> {
        Some(self.nes.peek(address))
    }
}
