//! The APU: five channels, the frame counter, $4015.
//!
//! Its cycles alternate between *get* and *put*. Pulse, noise and DMC timers
//! step at the get → put transition, the triangle's in every CPU cycle.
//!
//! <https://www.nesdev.org/wiki/APU>

pub mod calm;
mod dmc;
mod envelope;
mod frame_counter;
mod length;
pub mod mix;
mod noise;
mod pulse;
mod triangle;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::fields::fields;
use super::region::Region;
pub use dmc::Dmc;
pub(in crate::nes) use envelope::Envelope;
use frame_counter::FrameCounter;
pub(in crate::nes) use length::LENGTHS;
use mix::Levels;
use noise::Noise;
pub(in crate::nes) use pulse::DUTIES;
use pulse::{Pulse, Which};
use triangle::Triangle;

/// The APU's registers and counters.
#[derive(Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Apu {
    pulse1: Pulse,
    pulse2: Pulse,
    triangle: Triangle,
    noise: Noise,
    /// The delta modulation channel, whose reader the DMA engine serves.
    pub dmc: Dmc,
    frame_counter: FrameCounter,
}

fields! {
    Apu: pulse1 => Pulse, pulse2 => Pulse, triangle => Triangle, noise => Noise, dmc => Dmc,
        frame_counter => FrameCounter
}

/// What a CPU cycle brings.
#[derive(Clone, Copy)]
pub struct Beat {
    /// The sound may have changed.
    pub heard: bool,
    /// A half frame: length counters count.
    pub half: bool,
}

impl Apu {
    /// As after power-on.
    pub fn power_on() -> Self {
        Self {
            pulse1: Pulse::default(),
            pulse2: Pulse::default(),
            triangle: Triangle::default(),
            noise: Noise::power_on(),
            dmc: Dmc::power_on(),
            frame_counter: FrameCounter::power_on(),
        }
    }

    /// The reset button: silence, $4015 = 0, $4017 as if written again.
    pub fn reset(&mut self) {
        for length in self.lengths() {
            length.enable(false);
        }
        self.triangle.reset();
        self.dmc.reset();
        self.frame_counter.reset();
    }

    fn lengths(&mut self) -> [&mut length::Length; 4] {
        [
            &mut self.pulse1.length,
            &mut self.pulse2.length,
            &mut self.triangle.length,
            &mut self.noise.length,
        ]
    }

    /// A CPU write to $4000-$4013, $4015 or $4017, in a put or a get cycle.
    pub fn write(&mut self, address: u16, value: u8, put: bool, region: Region) {
        let register = address & 3;
        match address {
            0x4000..=0x4003 => self.pulse1.write(register, value),
            0x4004..=0x4007 => self.pulse2.write(register, value),
            0x4008..=0x400b => self.triangle.write(register, value),
            0x400c..=0x400f => self.noise.write(register, value),
            0x4010..=0x4013 => self.dmc.write(register, value),
            0x4015 => {
                for (bit, length) in self.lengths().into_iter().enumerate() {
                    length.enable(value >> bit & 1 != 0);
                }
                self.dmc.enable(value & 0x10 != 0, put, region);
            }
            0x4017 => self.frame_counter.write(value, put),
            _ => {}
        }
    }

    /// $4015 without bit 5, which nothing drives.
    pub fn status(&self) -> u8 {
        u8::from(self.pulse1.length.running())
            | u8::from(self.pulse2.length.running()) << 1
            | u8::from(self.triangle.length.running()) << 2
            | u8::from(self.noise.length.running()) << 3
            | u8::from(self.dmc.active()) << 4
            | u8::from(self.frame_counter.flag.on()) << 6
            | u8::from(self.dmc.irq()) << 7
    }

    /// A read of $4015 clears the frame flag a little later.
    pub fn acknowledge(&mut self) {
        self.frame_counter.acknowledge();
    }

    /// Whether it pulls /IRQ.
    #[inline(always)]
    pub fn irq(&self) -> bool {
        self.frame_counter.irq.on() || self.dmc.irq()
    }

    /// M2 falls, after /IRQ was sampled.
    #[inline(always)]
    pub fn m2_falls(&mut self) {
        self.frame_counter.m2_falls();
    }

    /// A CPU cycle, `put` or get. True when the sound may have changed.
    #[inline(always)]
    pub fn clock(&mut self, put: bool, region: Region) -> bool {
        let Beat { heard, half } = self.beat(put, region);
        self.end_cycle(half);
        heard
    }

    /// The same up to what the length counters do at its end.
    #[inline(always)]
    pub fn beat(&mut self, put: bool, region: Region) -> Beat {
        let mut heard = false;
        if put {
            self.frame_counter.put_to_get();
            self.dmc.put_to_get();
        } else {
            heard |= self.pulse1.clock();
            heard |= self.pulse2.clock();
            heard |= self.noise.clock(region);
            heard |= self.dmc.get_to_put(region);
        }
        self.dmc.clock();
        heard |= self.triangle.clock();
        let clocks = self.frame_counter.clock(region);
        if clocks.quarter {
            self.quarter_frame();
            heard = true;
        }
        if clocks.half {
            self.pulse1.half_frame(Which::One);
            self.pulse2.half_frame(Which::Two);
        }
        Beat { heard, half: clocks.half }
    }

    fn quarter_frame(&mut self) {
        self.pulse1.quarter_frame();
        self.pulse2.quarter_frame();
        self.triangle.quarter_frame();
        self.noise.quarter_frame();
    }

    /// The cycle ends, maybe with a half frame. Without one, and without a write to a
    /// register since the last time, nothing moves.
    #[inline(always)]
    pub fn end_cycle(&mut self, half_frame: bool) {
        for length in self.lengths() {
            length.end_cycle(half_frame);
        }
    }

    /// What the channels put out.
    pub fn levels(&self) -> Levels {
        Levels {
            pulse: self.pulse1.level(Which::One) + self.pulse2.level(Which::Two),
            triangle: self.triangle.level(),
            noise: self.noise.level(),
            dmc: self.dmc.level(),
        }
    }

    /// Bounds every counter.
    pub fn sanitize(&mut self) {
        self.pulse1.sanitize();
        self.pulse2.sanitize();
        self.triangle.sanitize();
        self.noise.sanitize();
        self.dmc.sanitize();
    }
}
