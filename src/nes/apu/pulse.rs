//! The pulse channels, with their sweep units.
//!
//! <https://www.nesdev.org/wiki/APU_Pulse>, <https://www.nesdev.org/wiki/APU_Sweep>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::calm::{FAR, count_down};
use super::envelope::Envelope;
use super::length::Length;
use crate::nes::bits::Flag;
use crate::nes::fields::fields;

/// Which of the two channels it is: they negate differently.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Pulse 1 adds the one's complement.
    One,
    /// Pulse 2 adds the two's complement.
    Two,
}

/// Bit n is the output at step n. The steps count down, 0 7 6 5 4 3 2 1, so that
/// from a restart these sound as 01000000, 01100000, 01111000 and 10011111.
pub const DUTIES: [u8; 4] = [0b1000_0000, 0b1100_0000, 0b1111_0000, 0b0011_1111];

/// A pulse channel.
#[derive(Clone, Copy, Default, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Pulse {
    period: u16,
    timer: u16,
    /// The length counter.
    pub length: Length,
    envelope: Envelope,
    duty: u8,
    step: u8,
    /// The register: `EPPP NSSS`.
    sweep: u8,
    sweep_divider: u8,
    sweep_reload: Flag,
    reserved: u8,
}

fields! {
    Pulse: period, timer, length => Length, envelope => Envelope, duty, step, sweep,
        sweep_divider, sweep_reload, reserved
}

impl Pulse {
    /// A write to register 0-3 of the channel.
    pub fn write(&mut self, register: u16, value: u8) {
        match register {
            0 => {
                self.duty = value >> 6;
                self.length.set_halt(value & 0x20 != 0);
                self.envelope.write(value);
            }
            1 => {
                self.sweep = value;
                self.sweep_reload = Flag::ON;
            }
            2 => self.period = (self.period & 0x700) | u16::from(value),
            _ => {
                self.period = (self.period & 0x0ff) | u16::from(value & 7) << 8;
                self.step = 0;
                self.envelope.restart();
                self.length.load(value);
            }
        }
    }

    /// An APU cycle. True when the sequencer stepped and may be heard.
    #[inline(always)]
    pub fn clock(&mut self) -> bool {
        if self.timer == 0 {
            self.timer = self.period;
            self.step();
            self.length.running()
        } else {
            self.timer -= 1;
            false
        }
    }

    /// The sequencer's next step; APU cycles to the one behind it.
    #[inline(always)]
    pub fn step(&mut self) -> u32 {
        self.step = self.step.wrapping_sub(1) & 7;
        u32::from(self.period) + 1
    }

    /// So many APU cycles at once.
    #[inline(always)]
    pub fn run(&mut self, clocks: u32) {
        let steps = count_down(&mut self.timer, self.period, clocks);
        if steps > 0 {
            self.step = self.step.wrapping_sub(steps as u8) & 7;
        }
    }

    /// APU cycles until a step that may be heard.
    pub fn unheard(&self, which: Which) -> u32 {
        let silent = !self.length.running() || self.envelope.volume() == 0 || self.muted(which);
        if silent { FAR } else { u32::from(self.timer) }
    }

    /// A quarter frame.
    pub fn quarter_frame(&mut self) {
        self.envelope.clock();
    }

    /// A half frame: the sweep unit moves the period.
    pub fn half_frame(&mut self, which: Which) {
        let enabled = self.sweep & 0x80 != 0;
        let shift = self.sweep & 7;
        if self.sweep_divider == 0 && enabled && shift != 0 && !self.muted(which) {
            self.period = self.target(which);
        }
        if self.sweep_divider == 0 || self.sweep_reload.on() {
            self.sweep_divider = self.sweep >> 4 & 7;
            self.sweep_reload = Flag::OFF;
        } else {
            self.sweep_divider -= 1;
        }
    }

    /// The output, 0-15.
    pub fn level(&self, which: Which) -> u8 {
        let high = DUTIES[usize::from(self.duty & 3)] >> (self.step & 7) & 1 != 0;
        if high && self.length.running() && !self.muted(which) { self.envelope.volume() } else { 0 }
    }

    /// The sweep unit silences periods out of range even when it is off.
    fn muted(&self, which: Which) -> bool {
        self.period < 8 || self.target(which) > 0x7ff
    }

    fn target(&self, which: Which) -> u16 {
        let change = self.period >> (self.sweep & 7);
        if self.sweep & 0x08 == 0 {
            self.period + change
        } else {
            let borrow = u16::from(which == Which::One);
            self.period.saturating_sub(change + borrow)
        }
    }

    /// Bounds the counters.
    pub fn sanitize(&mut self) {
        self.period &= 0x7ff;
        self.timer &= 0x7ff;
        self.duty &= 3;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A channel that was restarted, at volume 15, with nine APU cycles a step.
    fn restarted(duty: u8) -> Pulse {
        let mut pulse = Pulse { period: 8, timer: 8, ..Pulse::default() };
        pulse.length.enable(true);
        pulse.write(0, duty << 6 | 0x3f);
        pulse.write(3, 0);
        pulse.length.end_cycle(false);
        pulse
    }

    #[test]
    fn from_a_restart_the_duties_sound_as_the_table_has_them() {
        for (duty, wave) in ["01000000", "01100000", "01111000", "10011111"].iter().enumerate() {
            let mut pulse = restarted(duty as u8);
            let heard: String = (0..8)
                .map(|_| {
                    let level = pulse.level(Which::One);
                    (0..9).for_each(|_| _ = pulse.clock());
                    if level == 15 { '1' } else { '0' }
                })
                .collect();
            assert_eq!(heard, *wave, "duty {duty}");
        }
    }

    #[test]
    fn a_restart_is_heard_at_once_and_leaves_the_timer_alone() {
        let mut pulse = restarted(3);
        (0..9 + 9 + 4).for_each(|_| _ = pulse.clock());
        assert_eq!(pulse.level(Which::One), 0, "the third step");
        pulse.write(3, 0);
        for left in (1..=5).rev() {
            assert_eq!(pulse.level(Which::One), 15, "the first step, {left} cycles to go");
            pulse.clock();
        }
        assert_eq!(pulse.level(Which::One), 0, "the second step");
    }
}
