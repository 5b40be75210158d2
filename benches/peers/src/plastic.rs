//! plastic_core: its picture is RGB, its sound 44.1 kHz.

use std::path::Path;

use plastic_core::{NES, NESKey};
use tempfile::TempDir;

use crate::Core;

/// By bit.
const BUTTONS: [NESKey; 8] = [
    NESKey::A,
    NESKey::B,
    NESKey::Select,
    NESKey::Start,
    NESKey::Up,
    NESKey::Down,
    NESKey::Left,
    NESKey::Right,
];

struct Plastic {
    nes: NES,
    /// It writes battery RAM beside the ROM: this is a copy.
    _folder: TempDir,
}

pub fn make(rom: &Path) -> Option<Box<dyn Core>> {
    let folder = tempfile::tempdir().ok()?;
    let copy = folder.path().join("rom.nes");
    std::fs::copy(rom, &copy).ok()?;
    Some(Box::new(Plastic { nes: NES::new(copy).ok()?, _folder: folder }))
}

impl Core for Plastic {
    fn frame(&mut self, buttons: u8) -> usize {
        for (bit, button) in BUTTONS.into_iter().enumerate() {
            self.nes.set_controller_state(button, buttons >> bit & 1 != 0);
        }
        self.nes.clock_for_frame();
        std::hint::black_box(self.nes.pixel_buffer());
        std::hint::black_box(self.nes.audio_buffer()).len()
    }

    fn ram(&mut self, _: u16) -> Option<u8> {
        None
    }
}
