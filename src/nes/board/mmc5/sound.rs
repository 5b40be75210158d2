//! The MMC5's two pulses, which are those of the 2A03 without sweep, and its PCM.
//!
//! ```text
//!  $5000 $5004  DDLC VVVV   duty, length halted, constant volume
//!  $5002 $5006              low byte of the period
//!  $5003 $5007  LLLL LPPP   length, high bits; begins a note
//!  $5010        .... ...R   R: PCM by reading (not here)
//!  $5011        PCM; 0 is not taken
//!  $5015        .... ..BA   pulses on; read: length counters that run
//! ```
//!
//! Envelopes and length counters move 240 times a second, by a clock of their own.
//!
//! <https://www.nesdev.org/wiki/MMC5_audio>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use crate::nes::apu::{DUTIES, Envelope, LENGTHS};

/// The voices.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Sound {
    pulses: [Pulse; 2],
    /// CPU cycles since envelopes and lengths moved.
    cycles: u16,
    pcm: u8,
    /// $5015.
    on: u8,
}

#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
struct Pulse {
    period: u16,
    /// CPU cycles of the step that are left, less one.
    left: u16,
    envelope: Envelope,
    /// The register: `DDLC VVVV`.
    control: u8,
    length: u8,
    step: u8,
    unused: u8,
}

/// CPU cycles of a 240th of a second.
const QUARTER: u32 = 7457;
/// One of the 15 levels of a pulse, as loud as the 2A03's (`db_mmc5`).
const PULSE: i32 = 647;
/// One of the 255 levels of PCM: all of them as loud as the DMC's 127 alone.
const PCM: i32 = 147;

impl Sound {
    pub fn write(&mut self, address: u16, value: u8) {
        match address {
            0x5000..=0x5007 => {
                let n = usize::from(address >> 2 & 1);
                let on = self.on >> n & 1 != 0;
                self.pulses[n].write(address & 3, value, on);
            }
            0x5011 if value != 0 => self.pcm = value,
            0x5015 => {
                self.on = value & 3;
                for (n, pulse) in self.pulses.iter_mut().enumerate() {
                    if value >> n & 1 == 0 {
                        pulse.length = 0;
                    }
                }
            }
            _ => {}
        }
    }

    /// $5015.
    pub fn status(&self) -> u8 {
        let [a, b] = &self.pulses;
        u8::from(a.length != 0) | u8::from(b.length != 0) << 1
    }

    pub fn pass(&mut self, cycles: u32) {
        for pulse in &mut self.pulses {
            pulse.pass(cycles);
        }
        let cycles = cycles + u32::from(self.cycles);
        self.cycles = (cycles % QUARTER) as u16;
        for _ in 0..cycles / QUARTER {
            for pulse in &mut self.pulses {
                pulse.quarter();
            }
        }
    }

    /// CPU cycles for which the level stays.
    pub fn quiet(&self) -> u32 {
        let [a, b] = self.pulses.each_ref().map(Pulse::quiet);
        let quarter = QUARTER - 1 - u32::from(self.cycles);
        if self.status() == 0 { u32::MAX } else { a.min(b).min(quarter) }
    }

    pub fn level(&self) -> i32 {
        let pulses: i32 = self.pulses.iter().map(Pulse::output).sum();
        pulses * PULSE + i32::from(self.pcm) * PCM
    }

    pub fn sanitize(&mut self) {
        self.cycles = self.cycles.min(QUARTER as u16 - 1);
        self.on &= 3;
        for pulse in &mut self.pulses {
            pulse.period &= 0x7ff;
            pulse.left &= 0xfff;
            pulse.step &= 7;
            pulse.unused = 0;
        }
    }
}

impl Pulse {
    fn write(&mut self, register: u16, value: u8, on: bool) {
        match register {
            0 => {
                self.control = value;
                self.envelope.write(value);
            }
            2 => self.period = self.period & 0x700 | u16::from(value),
            3 => {
                self.period = self.period & 0x0ff | u16::from(value & 7) << 8;
                self.step = 0;
                self.envelope.restart();
                if on {
                    self.length = LENGTHS[usize::from(value >> 3)];
                }
            }
            _ => {}
        }
    }

    fn pass(&mut self, cycles: u32) {
        let left = u32::from(self.left);
        if cycles <= left {
            self.left -= cycles as u16;
            return;
        }
        let step = 2 * (u32::from(self.period) + 1);
        let beyond = cycles - left - 1;
        self.left = (step - 1 - beyond % step) as u16;
        self.step = self.step.wrapping_sub((beyond / step + 1) as u8) & 7;
    }

    fn quarter(&mut self) {
        self.envelope.clock();
        if self.length != 0 && self.control & 0x20 == 0 {
            self.length -= 1;
        }
    }

    fn quiet(&self) -> u32 {
        let silent = self.length == 0 || self.envelope.volume() == 0;
        if silent { u32::MAX } else { self.left.into() }
    }

    /// 0-15.
    fn output(&self) -> i32 {
        let high = DUTIES[usize::from(self.control >> 6)] >> self.step & 1 != 0;
        if high && self.length != 0 { self.envelope.volume().into() } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound(writes: &[(u16, u8)]) -> Sound {
        let mut sound: Sound = zerocopy::FromZeros::new_zeroed();
        for (address, value) in writes {
            sound.write(*address, *value);
        }
        sound
    }

    #[test]
    fn a_pulse_takes_eight_steps_of_two_periods() {
        for (n, duty, high) in [(0, 0x00, 1), (0, 0x40, 2), (4, 0x80, 4), (4, 0xc0, 6)] {
            let mut s = sound(&[(0x5015, 3), (0x5000 + n, duty | 0x3f), (0x5002 + n, 4)]);
            s.write(0x5003 + n, 0);
            let levels = (0..160).filter(|_| {
                s.pass(1);
                s.level() == 15 * PULSE
            });
            assert_eq!(levels.count(), 2 * 10 * high, "duty {duty:02x}");
        }
    }

    #[test]
    fn a_length_counts_down_240_times_a_second() {
        let mut s = sound(&[(0x5015, 1), (0x5000, 0x1f), (0x5003, 0x18)]);
        assert_eq!(s.status(), 1);
        s.pass(2 * QUARTER - 1);
        assert_eq!(s.status(), 1);
        s.pass(1);
        assert_eq!(s.status(), 0, "the shortest is two");
    }

    #[test]
    fn a_pulse_that_is_off_takes_no_length() {
        let mut s = sound(&[(0x5000, 0x3f), (0x5003, 0x08)]);
        assert_eq!(s.status(), 0);
        s.write(0x5015, 1);
        s.write(0x5003, 0x08);
        assert_eq!(s.status(), 1);
        s.write(0x5015, 0);
        assert_eq!(s.status(), 0);
    }

    #[test]
    fn pcm_stays_at_what_was_written_but_for_zero() {
        let mut s = sound(&[(0x5011, 0x80)]);
        assert_eq!(s.level(), 0x80 * PCM);
        s.write(0x5011, 0);
        assert_eq!((s.level(), s.quiet()), (0x80 * PCM, u32::MAX));
    }
}
