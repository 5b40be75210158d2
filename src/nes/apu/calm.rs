//! CPU cycles of the APU that nobody sees: run later, many at once.
//!
//! What the rest of the machine sees of the APU is /IRQ and the DMC's wish for the
//! bus, beside what it reads from $4015; the sound is put out with the cycle in
//! which it changes, and that may be noted later. So the APU may stay behind for as
//! long as neither line can move ([`Apu::unseen`]): for ever, where frame IRQs are
//! inhibited and no sample is played.
//!
//! [`Apu::run_unseen`] makes up for such cycles. Between two rows of the frame
//! counter only timers run out, each with a period that stays, so that every
//! channel goes to the end at once; where there is somebody to hear, the steps of
//! those that sound are put out before, in order. The rows themselves, and cycles
//! in which a write takes effect, are single ones ([`Apu::clock`]). State and sound
//! are the same, byte for byte and step for step, as those of single cycles.

use super::mix::mix;
use super::pulse::Which;
use super::{Apu, Region};
use crate::nes::output::Sink;

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

/// Cycles to be made up for.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// CPU cycles.
    pub cycles: u32,
    /// The first of them is a put cycle, not a get cycle.
    pub put: bool,
    /// The first of them, counted in CPU cycles since the frame began.
    pub start: u32,
}

/// What the cartridge adds to the level of the sound.
pub struct Beside<'a> {
    /// As it begins.
    pub level: i32,
    /// What it becomes, each with its cycle of the frame, in order: behind what the APU
    /// does in that cycle.
    pub steps: &'a [(u32, i32)],
}

impl Beside<'_> {
    /// The cycle of the next step.
    #[inline(always)]
    fn next(&self) -> u32 {
        self.steps.first().map_or(u32::MAX, |(cycle, _)| *cycle)
    }

    /// Takes that step.
    #[inline(always)]
    fn step(&mut self) {
        if let Some(((_, level), rest)) = self.steps.split_first() {
            (self.level, self.steps) = (*level, rest);
        }
    }
}

impl Span {
    /// Its first cycles, which it loses.
    fn take(&mut self, cycles: u32) -> Self {
        let first = Self { cycles, ..*self };
        self.cycles -= cycles;
        self.start += cycles;
        self.put ^= cycles & 1 != 0;
        first
    }

    /// How many of the cycles are get cycles.
    fn gets(self) -> u32 {
        (self.cycles + u32::from(!self.put)) / 2
    }

    /// The cycle before which so many get cycles lie.
    fn after(self, gets: u32) -> u32 {
        gets * 2 + u32::from(self.put)
    }
}

impl Apu {
    /// For how many CPU cycles from here, the next being `put` or get, neither
    /// /IRQ nor the DMC's wish for the bus moves if nobody touches a register.
    pub fn unseen(&self, put: bool, region: Region) -> u32 {
        if !self.dmc.is_settled() {
            return 0;
        }
        let request = self.dmc.unasked(region) * 2 + u32::from(put);
        request.min(self.frame_counter.irq_rests(region))
    }

    /// For how many CPU cycles from here $4015 reads the same, and its reads clear
    /// nothing, if that is all that anybody does.
    pub fn status_rests(&self, region: Region) -> u32 {
        let settled = self.is_settled() && !self.frame_counter.is_flagged();
        if settled { self.frame_counter.calm(region) } else { 0 }
    }

    /// Makes up for cycles that are unseen. `loaded` tells that a length counter
    /// was loaded since the last step: the level that this gives is put out with
    /// the next step of any channel, heard or not.
    pub fn run_unseen<S: Sink>(
        &mut self,
        mut span: Span,
        region: Region,
        loaded: &mut bool,
        beside: &mut Beside,
        sink: &mut S,
    ) {
        while span.cycles > 0 {
            *loaded |= self.is_loading();
            let steady = if self.is_settled() && !(S::HEARS && *loaded) {
                self.frame_counter.calm(region).min(span.cycles)
            } else {
                0
            };
            if steady > 0 {
                let steady = span.take(steady);
                if S::HEARS {
                    self.put_out_steps(steady, region, beside, sink);
                }
                self.run_steady(steady, region);
            } else {
                let single = span.take(1);
                if self.clock(single.put, region) {
                    *loaded = false;
                    if S::HEARS {
                        sink.level(single.start, mix(self.levels()) + beside.level);
                    }
                }
                if beside.next() == single.start {
                    beside.step();
                    sink.level(single.start, mix(self.levels()) + beside.level);
                }
            }
        }
    }

    /// Whether every write has taken effect.
    fn is_settled(&self) -> bool {
        self.pulse1.length.is_settled()
            && self.pulse2.length.is_settled()
            && self.triangle.length.is_settled()
            && self.noise.length.is_settled()
            && self.dmc.is_settled()
    }

    /// Whether a length counter takes its new count at the end of this cycle.
    pub fn is_loading(&self) -> bool {
        self.pulse1.length.is_loading()
            || self.pulse2.length.is_loading()
            || self.triangle.length.is_loading()
            || self.noise.length.is_loading()
    }

    /// Makes up for cycles between two rows of the frame counter.
    fn run_steady(&mut self, span: Span, region: Region) {
        let gets = span.gets();
        self.pulse1.run(gets);
        self.pulse2.run(gets);
        self.noise.run(gets, region);
        self.dmc.run(gets, region);
        self.triangle.run(span.cycles);
        self.frame_counter.run(span.cycles);
    }

    /// Puts out what will be heard of such cycles. The timers stay; a copy takes
    /// the channels' steps.
    fn put_out_steps<S: Sink>(
        &self,
        span: Span,
        region: Region,
        beside: &mut Beside,
        sink: &mut S,
    ) {
        let mut copy = *self;
        let Self { pulse1, pulse2, noise, dmc, triangle, .. } = &mut copy;
        let mut pulses = [pulse1.level(Which::One), pulse2.level(Which::Two)];
        let mut levels = self.levels();
        let mut mixed = mix(levels);
        // The cycles of their next steps that may be heard.
        let mut pulse1_at = span.after(pulse1.unheard(Which::One));
        let mut pulse2_at = span.after(pulse2.unheard(Which::Two));
        let mut noise_at = span.after(noise.unheard());
        let mut dmc_at = span.after(dmc.unheard());
        let mut triangle_at = triangle.unheard();
        loop {
            let now = pulse1_at.min(pulse2_at).min(noise_at).min(dmc_at).min(triangle_at);
            let end = span.start + now.min(span.cycles);
            while beside.next() < end {
                let cycle = beside.next();
                beside.step();
                sink.level(cycle, mixed + beside.level);
            }
            if now >= span.cycles {
                return;
            }
            if now == pulse1_at {
                pulse1_at += 2 * pulse1.step();
                pulses[0] = pulse1.level(Which::One);
            }
            if now == pulse2_at {
                pulse2_at += 2 * pulse2.step();
                pulses[1] = pulse2.level(Which::Two);
            }
            if now == noise_at {
                noise_at += 2 * noise.step(region);
                levels.noise = noise.level();
            }
            if now == dmc_at {
                dmc_at += 2 * dmc.step(region);
                levels.dmc = dmc.level();
            }
            if now == triangle_at {
                triangle_at += triangle.step();
                levels.triangle = triangle.level();
            }
            levels.pulse = pulses[0] + pulses[1];
            mixed = mix(levels);
            sink.level(span.start + now, mixed + beside.level);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nes::ppu::Screen;
    use proptest::prelude::*;
    use zerocopy::{FromBytes, IntoBytes};

    /// A listener that notes each change of the level.
    struct Ear {
        level: i32,
        steps: Vec<(u32, i32)>,
    }

    impl Ear {
        fn new(apu: &Apu, beside: i32) -> Self {
            Self { level: mix(apu.levels()) + beside, steps: Vec::new() }
        }
    }

    impl Screen for Ear {
        fn pixel(&mut self, _: u16, _: u16, _: u16) {}
        fn pixels(&mut self, _: u16, _: u16, _: &[u16]) {}
    }

    impl Sink for Ear {
        const HEARS: bool = true;
        fn level(&mut self, cycle: u32, level: i32) {
            if self.level != level {
                self.level = level;
                self.steps.push((cycle, level));
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4000, ..ProptestConfig::default() })]

        #[test]
        fn unseen_cycles_are_what_single_ones_make_of_them(
            // Half of the flags are on, and many counts have run out.
            bytes in proptest::collection::vec(
                prop_oneof![Just(0), any::<u8>()],
                size_of::<Apu>(),
            ),
            count in 0u16..41_600,
            put in any::<bool>(),
            settles in any::<bool>(),
            samples in any::<bool>(),
            start_loaded in any::<bool>(),
            beside in -9000..9000,
            beside_steps in proptest::collection::btree_map(7u32..40_000, -9000..9000, 0..40),
            region in prop_oneof![Just(Region::Ntsc), Just(Region::Pal)],
            wanted in any::<u32>(),
        ) {
            let mut late = Apu::read_from_bytes(&bytes).expect("the size of an APU");
            late.sanitize();
            if settles {
                late.settle(count);
            }
            if !samples {
                late.dmc.reset();
            }
            // As the cycle before leaves it.
            late.m2_falls();
            let unseen = late.unseen(put, region).min(90_000);
            let cycles = if unseen == 0 { 0 } else { wanted % unseen + 1 };
            let (mut single, mut muted) = (late, late);
            let (mut ours, mut theirs) = (Ear::new(&late, beside), Ear::new(&late, beside));
            let (mut late_loaded, mut loaded) = (start_loaded, start_loaded);
            let span = Span { cycles, put, start: 7 };
            let steps = beside_steps.range(7..7 + cycles).map(|(at, level)| (*at, *level));
            let steps: Vec<(u32, i32)> = steps.collect();
            let mut besides = Beside { level: beside, steps: &steps };
            late.run_unseen(span, region, &mut late_loaded, &mut besides, &mut ours);
            prop_assert!(besides.steps.is_empty());
            let mut silent = Beside { level: 0, steps: &[] };
            let mute = &mut crate::nes::output::Mute;
            muted.run_unseen(span, region, &mut { start_loaded }, &mut silent, mute);
            let mut beside = beside;
            let seen = |apu: &Apu| (apu.irq(), apu.dmc.wants_bus());
            let before = seen(&single);
            for n in 0..cycles {
                loaded |= single.is_loading();
                if single.clock(put ^ (n % 2 != 0), region) {
                    loaded = false;
                    theirs.level(7 + n, mix(single.levels()) + beside);
                }
                if let Some(level) = beside_steps.get(&(7 + n)) {
                    beside = *level;
                    theirs.level(7 + n, mix(single.levels()) + beside);
                }
                single.m2_falls();
                prop_assert_eq!(seen(&single), before);
            }
            prop_assert_eq!(late.as_bytes(), single.as_bytes());
            prop_assert_eq!(muted.as_bytes(), single.as_bytes());
            prop_assert_eq!(ours.steps, theirs.steps);
            prop_assert_eq!(late_loaded, loaded);
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
