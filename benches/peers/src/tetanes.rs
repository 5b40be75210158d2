//! tetanes-core: its picture as palette indices, the cheapest that it gives.

use std::path::Path;

use tetanes_core::input::JoypadBtn;
use tetanes_core::prelude::*;

use crate::Core;

/// By bit.
const BUTTONS: [JoypadBtn; 8] = [
    JoypadBtn::A,
    JoypadBtn::B,
    JoypadBtn::Select,
    JoypadBtn::Start,
    JoypadBtn::Up,
    JoypadBtn::Down,
    JoypadBtn::Left,
    JoypadBtn::Right,
];

struct Tetanes(ControlDeck);

pub fn make(rom: &Path) -> Option<Box<dyn Core>> {
    let mut deck = ControlDeck::with_config(Config::default().with_sram_dir(None));
    deck.load_rom("rom", &mut std::fs::File::open(rom).ok()?).ok()?;
    deck.set_sample_rate(48_000.);
    Some(Box::new(Tetanes(deck)))
}

impl Core for Tetanes {
    fn frame(&mut self, buttons: u8) -> usize {
        let pad = self.0.joypad_mut(Player::One);
        for (bit, button) in BUTTONS.into_iter().enumerate() {
            pad.set_button(button, buttons >> bit & 1 != 0);
        }
        let _ = self.0.clock_frame().expect("a ROM is in it");
        std::hint::black_box(self.0.frame_buffer_raw());
        std::hint::black_box(self.0.audio_samples()).len()
    }

    fn ram(&mut self, address: u16) -> Option<u8> {
        Some(self.0.wram()[usize::from(address)])
    }
}
