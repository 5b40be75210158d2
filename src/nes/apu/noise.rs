//! The noise channel.
//!
//! <https://www.nesdev.org/wiki/APU_Noise>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::calm::FAR;
use super::envelope::Envelope;
use super::length::Length;
use crate::nes::fields::fields;
use crate::nes::region::Region;

/// CPU cycles between two steps of the shift register.
#[rustfmt::skip]
const PERIODS_NTSC: [u16; 16] =
    [4, 8, 16, 32, 64, 96, 128, 160, 202, 254, 380, 508, 762, 1016, 2034, 4068];
#[rustfmt::skip]
const PERIODS_PAL: [u16; 16] =
    [4, 8, 14, 30, 60, 88, 118, 148, 188, 236, 354, 472, 708, 944, 1890, 3778];

/// The noise channel.
#[derive(Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Noise {
    shift: u16,
    timer: u16,
    /// The length counter.
    pub length: Length,
    envelope: Envelope,
    /// The register: `M--- PPPP`.
    mode: u8,
    reserved: u8,
}

fields! {
    Noise: shift, timer, length => Length, envelope => Envelope, mode, reserved
}

impl Noise {
    /// The shift register starts as 1.
    pub fn power_on() -> Self {
        Self {
            shift: 1,
            timer: 0,
            length: Length::default(),
            envelope: Envelope::default(),
            mode: 0,
            reserved: 0,
        }
    }

    /// A write to register 0-3 of the channel.
    pub fn write(&mut self, register: u16, value: u8) {
        match register {
            0 => {
                self.length.set_halt(value & 0x20 != 0);
                self.envelope.write(value);
            }
            2 => self.mode = value,
            3 => {
                self.envelope.restart();
                self.length.load(value);
            }
            _ => {}
        }
    }

    /// An APU cycle. True when the shift register stepped and may be heard.
    #[inline(always)]
    pub fn clock(&mut self, region: Region) -> bool {
        if self.timer > 0 {
            self.timer -= 1;
            return false;
        }
        self.timer = self.step(region) as u16 - 1;
        self.length.running()
    }

    /// So many APU cycles at once.
    #[inline(always)]
    pub fn run(&mut self, clocks: u32, region: Region) {
        let Some(rest) = clocks.checked_sub(u32::from(self.timer) + 1) else {
            self.timer -= clocks as u16;
            return;
        };
        let reload = self.reload(region);
        self.timer = reload - 1 - (rest % u32::from(reload)) as u16;
        self.shift_by(1 + rest / u32::from(reload));
    }

    /// So many steps of the shift register: as many at once as there are fed back
    /// before a bit is needed that is fed back itself.
    #[inline(always)]
    fn shift_by(&mut self, mut steps: u32) {
        let tap = self.tap();
        while steps > 0 {
            let some = steps.min(15 - tap);
            let feedback = (self.shift ^ self.shift >> tap) & ((1 << some) - 1);
            self.shift = self.shift >> some | feedback << (15 - some);
            steps -= some;
        }
    }

    /// APU cycles until a step that may be heard.
    pub fn unheard(&self) -> u32 {
        let silent = !self.length.running() || self.envelope.volume() == 0;
        if silent { FAR } else { u32::from(self.timer) }
    }

    /// The shift register's next step; APU cycles to the one behind it.
    #[inline(always)]
    pub fn step(&mut self, region: Region) -> u32 {
        let feedback = (self.shift ^ self.shift >> self.tap()) & 1;
        self.shift = self.shift >> 1 | feedback << 14;
        self.reload(region).into()
    }

    #[inline(always)]
    fn tap(&self) -> u32 {
        if self.mode & 0x80 != 0 { 6 } else { 1 }
    }

    /// APU cycles between two steps.
    #[inline(always)]
    fn reload(&self, region: Region) -> u16 {
        let periods = if region == Region::Pal { &PERIODS_PAL } else { &PERIODS_NTSC };
        periods[usize::from(self.mode & 15)] / 2
    }

    /// A quarter frame.
    pub fn quarter_frame(&mut self) {
        self.envelope.clock();
    }

    /// The output, 0-15.
    pub fn level(&self) -> u8 {
        if self.shift & 1 == 0 && self.length.running() { self.envelope.volume() } else { 0 }
    }

    /// Bounds the counters; a shift register of zeros would never sound again.
    pub fn sanitize(&mut self) {
        self.shift &= 0x7fff;
        self.timer &= 0x0fff;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published periods as rates in Hz; Dendy has the periods of NTSC.
    #[rustfmt::skip]
    const NTSC_HZ: [f64; 16] = [
        447_443., 223_722., 111_861., 55_930., 27_965., 18_643., 13_983., 11_186.,
        8860., 7046., 4710., 3523., 2349., 1762., 880., 440.,
    ];
    #[rustfmt::skip]
    const PAL_HZ: [f64; 16] = [
        415_652., 207_826., 118_758., 55_420., 27_710., 18_893., 14_090., 11_234.,
        8844., 7045., 4697., 3522., 2348., 1761., 880., 440.,
    ];

    /// CPU cycles between two steps of the shift register.
    fn cycles(mode: u8, region: Region) -> u32 {
        let mut noise = Noise::power_on();
        noise.write(2, mode);
        let steps: Vec<u32> = (0..10_000)
            .filter(|_| {
                let before = noise.shift;
                noise.clock(region);
                noise.shift != before
            })
            .take(4)
            .collect();
        (steps[3] - steps[2]) * 2
    }

    #[test]
    fn it_steps_at_the_published_rates_of_each_region() {
        for mode in 0..16 {
            let hz = |region: Region| (region.cpu_hz() / f64::from(cycles(mode, region))).round();
            assert_eq!(hz(Region::Ntsc), NTSC_HZ[usize::from(mode)], "NTSC {mode}");
            assert_eq!(hz(Region::Pal), PAL_HZ[usize::from(mode)], "PAL {mode}");
            assert_eq!(cycles(mode, Region::Dendy), cycles(mode, Region::Ntsc), "Dendy {mode}");
        }
    }

    #[test]
    fn the_long_sequence_has_32767_steps_and_the_short_one_93() {
        for (mode, length) in [(0x00, 32_767), (0x80, 93)] {
            let mut noise = Noise::power_on();
            noise.write(2, mode);
            let start = noise.shift;
            let length_is = (1..40_000).find(|_| {
                noise.step(Region::Ntsc);
                noise.shift == start
            });
            assert_eq!(length_is, Some(length), "mode {mode:02x}");
        }
    }
}
