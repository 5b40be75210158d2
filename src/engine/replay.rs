//! A console that replays recordings: the flight recorder's [`Machine`], and
//! what the codes of its events mean.

use crate::flight::chunk::Event;
use crate::flight::replay::Machine;
use crate::flight::take::Input;
use crate::nes::{Cartridge, Nes};
use std::sync::Arc;
use zerocopy::transmute;

/// The codes of events.
pub mod code {
    /// The console's reset button.
    pub const RESET: u8 = 1;
    /// Off and on again.
    pub const POWER: u8 = 2;
    /// Another ROM of the same board: the first 16 bytes of its SHA-256.
    pub const RELOAD: u8 = 3;
}

/// A console, and the ROMs that may be put into it while it runs.
pub struct Console {
    /// The console.
    pub nes: Nes,
    /// ROMs by the first 16 bytes of their SHA-256.
    pub roms: Vec<([u8; 16], Arc<Cartridge>)>,
}

impl Console {
    /// A console with no other ROM than its own.
    pub fn new(nes: Nes) -> Self {
        Self { nes, roms: Vec::new() }
    }
}

impl Machine for Console {
    fn bytes(&self) -> &[u8] {
        self.nes.bytes()
    }

    fn restore(&mut self, bytes: &[u8]) -> bool {
        self.nes.restore(bytes).is_ok()
    }

    fn run_muted(&mut self, input: Input) {
        self.nes.run_muted(transmute!(input));
    }

    fn apply(&mut self, event: &Event) -> bool {
        match event.code {
            code::RESET => self.nes.reset(),
            code::RELOAD => {
                let rom = self.roms.iter().find(|(hash, _)| *hash == event.data);
                return rom.is_some_and(|(_, cart)| self.nes.set_rom(cart.clone()).is_ok());
            }
            _ => return false,
        }
        true
    }
}
