//! The triangle channel.
//!
//! <https://www.nesdev.org/wiki/APU_Triangle>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::calm::{FAR, count_down};
use super::length::Length;
use crate::nes::bits::Flag;
use crate::nes::fields::fields;

/// Below this period the range of hearing ends.
const AUDIBLE: u16 = 2;

/// The triangle channel.
#[derive(Clone, Copy, Default, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Triangle {
    period: u16,
    timer: u16,
    /// The length counter.
    pub length: Length,
    step: u8,
    /// The register: `CRRR RRRR`.
    linear: u8,
    linear_counter: u8,
    linear_reload: Flag,
}

fields! {
    Triangle: period, timer, length => Length, step, linear, linear_counter, linear_reload
}

impl Triangle {
    /// A write to register 0-3 of the channel.
    pub fn write(&mut self, register: u16, value: u8) {
        match register {
            0 => {
                self.linear = value;
                self.length.set_halt(value & 0x80 != 0);
            }
            2 => self.period = (self.period & 0x700) | u16::from(value),
            3 => {
                self.period = (self.period & 0x0ff) | u16::from(value & 7) << 8;
                self.linear_reload = Flag::ON;
                self.length.load(value);
            }
            _ => {}
        }
    }

    /// A CPU cycle. True when the sequencer stepped.
    #[inline(always)]
    pub fn clock(&mut self) -> bool {
        if self.timer > 0 {
            self.timer -= 1;
            return false;
        }
        self.timer = self.period;
        if !self.is_stepping() {
            return false;
        }
        self.step();
        true
    }

    /// The sequencer's next step; CPU cycles to the one behind it.
    #[inline(always)]
    pub fn step(&mut self) -> u32 {
        self.step = (self.step + 1) & 31;
        u32::from(self.period) + 1
    }

    /// So many CPU cycles at once.
    #[inline(always)]
    pub fn run(&mut self, clocks: u32) {
        let steps = count_down(&mut self.timer, self.period, clocks);
        if steps > 0 && self.is_stepping() {
            self.step = (self.step.wrapping_add(steps as u8)) & 31;
        }
    }

    /// CPU cycles until a step that may be heard.
    pub fn unheard(&self) -> u32 {
        let audible = self.is_stepping() && self.period >= AUDIBLE;
        if audible { u32::from(self.timer) } else { FAR }
    }

    #[inline(always)]
    fn is_stepping(&self) -> bool {
        self.linear_counter != 0 && self.length.running()
    }

    /// A quarter frame: the linear counter.
    pub fn quarter_frame(&mut self) {
        if self.linear_reload.on() {
            self.linear_counter = self.linear & 0x7f;
        } else if self.linear_counter > 0 {
            self.linear_counter -= 1;
        }
        if self.linear & 0x80 == 0 {
            self.linear_reload = Flag::OFF;
        }
    }

    /// The reset button puts the sequencer back.
    pub fn reset(&mut self) {
        self.step = 0;
    }

    /// The output, 0-15. Above the range of hearing (55.9 kHz and more) it is
    /// the mean, for which the ear and the filters would take it.
    pub fn level(&self) -> u8 {
        if self.period < AUDIBLE && self.is_stepping() {
            return 7;
        }
        let step = self.step & 31;
        if step < 16 { 15 - step } else { step - 16 }
    }

    /// Bounds the counters.
    pub fn sanitize(&mut self) {
        self.period &= 0x7ff;
        self.timer &= 0x7ff;
        self.step &= 31;
    }
}
