//! CPU cycles in which the APU only counts.
//!
//! Between two events nothing changes but timers: until a channel that is heard
//! takes its next step, the frame counter comes to a row of its table, or the DMC
//! to its next bit. Channels that are not heard step, too, but only they
//! themselves can tell when. [`Apu::calm`] says how many cycles that is,
//! [`Apu::run_calm`] makes up for them at once. The result is the same, byte for
//! byte, as that of so many calls of [`Apu::clock`].

use super::pulse::Which;
use super::{Apu, Region};

/// Farther than the frame counter's next row: no step can be heard.
pub(super) const FAR: u32 = 1 << 20;

/// Clocks of a timer that reloads with `period` and is at `timer`: counts them
/// and says how often it ran out.
#[inline(always)]
pub(super) fn count_down(timer: &mut u16, period: u16, clocks: u32) -> u32 {
    let Some(rest) = clocks.checked_sub(u32::from(*timer) + 1) else {
        *timer -= clocks as u16;
        return 0;
    };
    let reload = u32::from(period) + 1;
    *timer = period - (rest % reload) as u16;
    1 + rest / reload
}

impl Apu {
    /// For how many CPU cycles from here, the next being `put` or get, nothing
    /// but timers moves if nobody touches a register.
    pub fn calm(&self, put: bool, region: Region) -> u32 {
        if !self.is_settled() {
            return 0;
        }
        // Steps of these come on get cycles only.
        let gets = self
            .pulse1
            .unheard(Which::One)
            .min(self.pulse2.unheard(Which::Two))
            .min(self.noise.unheard())
            .min(self.dmc.unheard());
        let cycles = gets * 2 + u32::from(put);
        cycles.min(self.triangle.unheard()).min(self.frame_counter.calm(region))
    }

    /// Whether every write has taken effect.
    pub fn is_settled(&self) -> bool {
        self.pulse1.length.is_settled()
            && self.pulse2.length.is_settled()
            && self.triangle.length.is_settled()
            && self.noise.length.is_settled()
            && self.dmc.is_settled()
    }

    /// Makes up for so many calm cycles, the first of them `put` or get.
    pub fn run_calm(&mut self, cycles: u32, put: bool, region: Region) {
        let gets = (cycles + u32::from(!put)) / 2;
        self.pulse1.run(gets);
        self.pulse2.run(gets);
        self.noise.run(gets, region);
        self.dmc.run(gets);
        self.triangle.run(cycles);
        self.frame_counter.run(cycles);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nes::apu::mix::mix;
    use proptest::prelude::*;
    use zerocopy::{FromBytes, IntoBytes};

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4000, ..ProptestConfig::default() })]

        #[test]
        fn calm_cycles_are_what_single_ones_make_of_them(
            bytes in proptest::collection::vec(any::<u8>(), size_of::<Apu>()),
            count in 0u16..41_600,
            put in any::<bool>(),
            settles in any::<bool>(),
            wanted in any::<u32>(),
        ) {
            let mut calm = Apu::read_from_bytes(&bytes).expect("the size of an APU");
            calm.sanitize();
            if settles {
                calm.settle(count);
            }
            let cycles = calm.calm(put, Region::Ntsc);
            prop_assert!(cycles < 42_000);
            let cycles = if cycles == 0 { 0 } else { wanted % cycles + 1 };
            let mut single = calm;
            calm.run_calm(cycles, put, Region::Ntsc);
            let level = mix(single.levels());
            for n in 0..cycles {
                single.clock(put ^ (n % 2 != 0), Region::Ntsc);
                prop_assert_eq!(mix(single.levels()), level);
            }
            prop_assert_eq!(calm.as_bytes(), single.as_bytes());
        }
    }

    impl Apu {
        /// Nothing is about to be loaded, enabled or reset.
        fn settle(&mut self, count: u16) {
            self.dmc.settle();
            self.frame_counter.settle(count);
            for length in self.lengths() {
                length.end_cycle(false);
                length.end_cycle(false);
            }
        }
    }
}
