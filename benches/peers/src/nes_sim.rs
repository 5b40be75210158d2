//! nes-sim: its picture as palette indices.

use std::path::Path;

use nes_sim::{ControllerState, NES};

use crate::Core;

struct NesSim(NES);

pub fn make(rom: &Path) -> Option<Box<dyn Core>> {
    let mut nes = NES::new();
    nes.load_cartridge_ines(&std::fs::read(rom).ok()?).ok()?;
    nes.set_apu_sample_rate(48_000);
    nes.reset();
    Some(Box::new(NesSim(nes)))
}

impl Core for NesSim {
    fn frame(&mut self, buttons: u8) -> usize {
        self.0.set_controller_state(0, ControllerState::from_bits(buttons));
        self.0.run_frame();
        std::hint::black_box(self.0.video_frame());
        let samples = std::hint::black_box(self.0.audio_batch()).samples.len();
        self.0.clear_audio_samples();
        samples
    }

    fn ram(&mut self, address: u16) -> Option<u8> {
        Some(self.0.debug_cpu_read(address))
    }
}
