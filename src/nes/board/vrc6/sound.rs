//! The VRC6's voices: two pulses and a sawtooth, added.
//!
//! ```text
//!  $9000 $A000  MDDD VVVV  M: always V; D: duty, of 16 steps D + 1 are V
//!  $B000        ..AA AAAA  the sawtooth: what is added, six times
//!  $9001 … $B001           low byte of the period
//!  $9002 … $B002  E... PPPP  E: on; the period's high bits
//!  $9003        .... .XSH  H: all stand; S: periods >> 4; X: periods >> 8
//! ```
//!
//! A step takes P + 1 CPU cycles. The sawtooth adds with every second step, and is
//! 0 after the fourteenth; its upper five bits are heard.
//!
//! <https://www.nesdev.org/wiki/VRC6_audio>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// The three voices.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Sound {
    /// Pulse, pulse, sawtooth.
    voices: [Voice; 3],
    /// What the sawtooth has added up to.
    sum: u8,
    /// $9003.
    speed: u8,
}

/// What the three have in common.
#[derive(Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
struct Voice {
    /// Twelve bits, and whether it is on.
    period: u16,
    /// CPU cycles before the step ends, less one.
    left: u16,
    /// $9000.
    control: u8,
    /// 0-15; the sawtooth's 0-13.
    step: u8,
}

const ON: u16 = 0x8000;
const STANDS: u8 = 1;
/// What one of the 61 levels is, in the mixer's unit. A pulse at its loudest is
/// then as loud as one of the 2A03's, as `db_vrc6a` shows.
const UNIT: i32 = 648;

impl Sound {
    /// A write to a voice's register 0-2; 3 is $9003.
    pub fn write(&mut self, voice: u16, register: u16, value: u8) {
        let v = &mut self.voices[usize::from(voice)];
        match register {
            0 => v.control = value,
            1 => v.period = v.period & 0xff00 | u16::from(value),
            2 => {
                v.period = v.period & 0x00ff | u16::from(value & 0x8f) << 8;
                if v.period & ON == 0 {
                    v.step = 0;
                    if voice == 2 {
                        self.sum = 0;
                    }
                }
            }
            _ if voice == 0 => self.speed = value & 7,
            _ => {}
        }
    }

    pub fn pass(&mut self, cycles: u32) {
        if self.speed & STANDS != 0 {
            return;
        }
        let shift = self.shift();
        let [pulse1, pulse2, sawtooth] = &mut self.voices;
        for pulse in [pulse1, pulse2] {
            pulse.step = (u32::from(pulse.step) + pulse.steps(cycles, shift)) as u8 & 15;
        }
        // Rounds of fourteen steps leave no trace.
        let steps = sawtooth.steps(cycles, shift);
        let steps = if steps > 28 { 14 + steps % 14 } else { steps };
        for _ in 0..steps {
            sawtooth.step = (sawtooth.step + 1) % 14;
            if sawtooth.step == 0 {
                self.sum = 0;
            } else if sawtooth.step & 1 == 0 {
                self.sum = self.sum.wrapping_add(sawtooth.control & 0x3f);
            }
        }
    }

    /// CPU cycles for which no voice takes a step that is heard.
    pub fn quiet(&self) -> u32 {
        if self.speed & STANDS != 0 {
            return u32::MAX;
        }
        let [pulse1, pulse2, sawtooth] = self.voices;
        let pulses = [pulse1, pulse2].map(|pulse| {
            let flat = pulse.control & 0x80 != 0 || pulse.control & 15 == 0;
            if flat || pulse.period & ON == 0 { u32::MAX } else { pulse.left.into() }
        });
        let flat = self.sum == 0 && sawtooth.control & 0x3f == 0;
        let saw = if flat || sawtooth.period & ON == 0 { u32::MAX } else { sawtooth.left.into() };
        pulses[0].min(pulses[1]).min(saw)
    }

    pub fn level(&self) -> i32 {
        let [pulse1, pulse2, sawtooth] = &self.voices;
        let saw = if sawtooth.period & ON == 0 { 0 } else { i32::from(self.sum >> 3) };
        (pulse1.pulse() + pulse2.pulse() + saw) * UNIT
    }

    fn shift(&self) -> u32 {
        match self.speed {
            4.. => 8,
            2.. => 4,
            _ => 0,
        }
    }

    pub fn sanitize(&mut self) {
        self.speed &= 7;
        for voice in &mut self.voices {
            voice.period &= 0x8fff;
            voice.left &= 0x0fff;
            voice.step &= 15;
        }
        self.voices[2].step %= 14;
    }
}

impl Voice {
    /// How many steps pass.
    fn steps(&mut self, cycles: u32, shift: u32) -> u32 {
        if self.period & ON == 0 {
            return 0;
        }
        let left = u32::from(self.left);
        if cycles <= left {
            self.left -= cycles as u16;
            return 0;
        }
        let period = u32::from((self.period & 0x0fff) >> shift);
        let beyond = cycles - left - 1;
        self.left = (period - beyond % (period + 1)) as u16;
        beyond / (period + 1) + 1
    }

    /// 0-15. A pulse counts its steps down from 15, so that step 0 comes first.
    fn pulse(&self) -> i32 {
        let high = self.control & 0x80 != 0 || 15 - self.step <= self.control >> 4 & 7;
        if high && self.period & ON != 0 { i32::from(self.control & 15) } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound() -> Sound {
        zerocopy::FromZeros::new_zeroed()
    }

    /// The levels of so many cycles, in units.
    fn levels(sound: &mut Sound, cycles: usize) -> Vec<i32> {
        let step = |_| {
            sound.pass(1);
            sound.level() / UNIT
        };
        (0..cycles).map(step).collect()
    }

    #[test]
    fn a_pulse_is_high_for_duty_plus_one_of_sixteen_steps() {
        for duty in 0..8 {
            let mut s = sound();
            s.write(1, 0, duty << 4 | 9);
            s.write(1, 1, 2);
            s.write(1, 2, 0x80);
            let high = levels(&mut s, 48).iter().filter(|level| **level == 9).count();
            assert_eq!(high, 3 * (usize::from(duty) + 1));
        }
    }

    #[test]
    fn bit_7_makes_a_pulse_its_volume_alone() {
        let mut s = sound();
        s.write(0, 0, 0x8f);
        s.write(0, 2, 0x80);
        assert_eq!(levels(&mut s, 32), [15; 32]);
        assert_eq!(s.quiet(), u32::MAX);
    }

    #[test]
    fn the_sawtooth_adds_six_times_and_begins_anew() {
        let mut s = sound();
        s.write(2, 0, 8);
        s.write(2, 2, 0x80);
        assert_eq!(levels(&mut s, 14), [0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 0]);
    }

    #[test]
    fn a_sawtooth_that_adds_too_much_goes_round() {
        let mut s = sound();
        s.write(2, 0, 0x3f);
        s.write(2, 2, 0x80);
        let heard = levels(&mut s, 14);
        assert_eq!(heard[11], ((6 * 0x3f) & 0xff) >> 3);
    }

    #[test]
    fn a_voice_that_is_off_is_silent_and_begins_at_its_first_step() {
        let mut s = sound();
        s.write(2, 0, 8);
        s.write(2, 2, 0x80);
        s.pass(5);
        s.write(2, 2, 0x00);
        assert_eq!(s.level(), 0);
        s.write(2, 2, 0x80);
        assert_eq!(levels(&mut s, 4), [0, 1, 1, 2]);
    }

    #[test]
    fn register_9003_halts_and_speeds_all_of_them_up() {
        for (speed, steps) in [(0, 1), (2, 16), (4, 256)] {
            let mut s = sound();
            s.write(0, 3, speed);
            s.write(0, 1, 0xff);
            s.write(0, 2, 0x81);
            s.pass(1);
            let from = s.voices[0].step;
            s.pass(512);
            assert_eq!((s.voices[0].step - from) & 15, steps as u8 & 15);
        }
        let mut s = sound();
        s.write(0, 0, 0x7f);
        s.write(0, 2, 0x80);
        s.write(0, 3, 1);
        let step = s.voices[0].step;
        s.pass(100);
        assert_eq!(s.voices[0].step, step);
    }
}
