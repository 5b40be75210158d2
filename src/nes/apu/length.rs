//! The length counter: silences a channel after a while.
//!
//! <https://www.nesdev.org/wiki/APU_Length_Counter>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use crate::nes::bits::Flag;
use crate::nes::fields::fields;

/// Half frames by the upper five bits of a channel's fourth register.
#[rustfmt::skip]
pub const LENGTHS: [u8; 32] = [
    10, 254, 20,  2, 40,  4, 80,  6, 160,  8, 60, 10, 14, 12, 26, 14,
    12,  16, 24, 18, 48, 20, 96, 22, 192, 24, 72, 26, 16, 28, 32, 30,
];

/// A channel's length counter.
#[derive(Clone, Copy, Default, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Length {
    counter: u8,
    enabled: Flag,
    halt: Flag,
    next_halt: Flag,
    load: u8,
    loading: Flag,
}

fields! {
    Length: counter, enabled, halt, next_halt, load, loading
}

impl Length {
    /// Whether the channel may sound.
    pub fn running(&self) -> bool {
        self.counter != 0
    }

    /// The channel's bit in $4015; off silences at once.
    pub fn enable(&mut self, on: bool) {
        self.enabled = on.into();
        if !on {
            self.counter = 0;
        }
    }

    /// The halt bit; it holds from the end of the cycle.
    pub fn set_halt(&mut self, on: bool) {
        self.next_halt = on.into();
    }

    /// A write to the channel's fourth register: taken at the end of the cycle.
    pub fn load(&mut self, value: u8) {
        if self.enabled.on() {
            self.load = LENGTHS[usize::from(value >> 3)];
            self.loading = Flag::ON;
        }
    }

    /// Whether nothing that was written waits for the end of the cycle.
    #[inline(always)]
    pub fn is_settled(&self) -> bool {
        !self.loading.on() && self.halt == self.next_halt
    }

    /// Whether it takes a new count at the end of the cycle.
    #[inline(always)]
    pub fn is_loading(&self) -> bool {
        self.loading.on()
    }

    /// The end of a CPU cycle. A half frame counts down; a load that meets one
    /// is dropped unless the counter was zero.
    #[inline(always)]
    pub fn end_cycle(&mut self, half_frame: bool) {
        if half_frame || self.loading.on() {
            self.count(half_frame);
        }
        self.halt = self.next_halt;
    }

    fn count(&mut self, half_frame: bool) {
        let loading = self.loading.take();
        if !half_frame {
            if loading {
                self.counter = self.load;
            }
        } else if loading && self.counter == 0 {
            self.counter = self.load;
        } else if self.counter != 0 && !self.halt.on() {
            self.counter -= 1;
        }
    }
}
