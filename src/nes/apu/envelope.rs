//! The envelope: constant or falling volume, clocked each quarter frame.
//!
//! <https://www.nesdev.org/wiki/APU_Envelope>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use crate::nes::bits::Flag;
use crate::nes::fields::fields;

/// An envelope generator.
#[derive(Clone, Copy, Default, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Envelope {
    /// The register: `--LC VVVV`.
    register: u8,
    start: Flag,
    divider: u8,
    decay: u8,
}

fields! {
    Envelope: register, start, divider, decay
}

impl Envelope {
    /// A write to the channel's first register.
    pub fn write(&mut self, value: u8) {
        self.register = value;
    }

    /// A note begins.
    pub fn restart(&mut self) {
        self.start = Flag::ON;
    }

    /// A quarter frame.
    pub fn clock(&mut self) {
        let period = self.register & 0x0f;
        if self.start.take() {
            self.decay = 15;
            self.divider = period;
        } else if self.divider > 0 {
            self.divider -= 1;
        } else {
            self.divider = period;
            if self.decay > 0 {
                self.decay -= 1;
            } else if self.register & 0x20 != 0 {
                self.decay = 15;
            }
        }
    }

    /// The volume, 0-15.
    pub fn volume(&self) -> u8 {
        if self.register & 0x10 != 0 { self.register & 0x0f } else { self.decay & 0x0f }
    }
}
