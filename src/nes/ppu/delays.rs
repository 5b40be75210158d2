//! Writes that have still to take effect, while all else is calm.
//!
//! What the CPU writes takes effect some dots later (`registers.rs`). The dots until
//! then know nothing of it, and those behind it only know what it left: so they are
//! calm if the effect itself comes between two of them.
//!
//! | effect | where in its dot | calm |
//! |---|---|---|
//! | $2005 into `t` and fine X | at the start | yes: `v` takes of `t` later |
//! | $2001 layers, greyscale, emphasis | before the pixel; fetches and sprites have gone by, and do not look at it while rendering stays as it is | if it does |
//! | $2001 turns rendering on or off | | calm ends before |
//! | $2001 end of rendering, as OAM sees it | | calm ends before |
//! | $2006 into `v` | after the start, before the fetch and the pixel | with rendering off and in most dots; else calm ends before |
//!
//! Some writes touch nothing but `t` and `w` ([`Ppu::overlooks`]): the first one to
//! $2006, those to $2005 that leave fine X or come behind the pixels, nametables in
//! $2000. If no dot near looks there, they are done at once, however late the PPU is,
//! and it is not even met.
//!
//! A copy of $2001, `late_mask`, follows a dot later. Only whether it renders is
//! looked at, and that stays, or follows in the first of these dots. A dot in which
//! $2006 moved `v` leaves word of it for the step down at dot 256, which therefore is
//! not calm.

use super::dots::LATE_ALIGNMENT;
use super::{Ppu, VideoBus};
use crate::nes::bits::{Ctrl, Flag, Mask};
use crate::nes::region::Timing;

/// Whether `v` may change in a dot while rendering is on, and nothing looks at it, or at
/// its address on the pins, before the fetch. Dot 256 leaves word of it, dot 257 steps
/// down first, and where sprites and unused names are read the latch takes the address.
fn copies_alone(dot: u16) -> bool {
    match dot {
        1..256 | 321..337 => true,
        259..321 => dot & 1 == 1,
        _ => false,
    }
}

impl Ppu {
    /// Whether a write has not yet left all its marks.
    #[inline(always)]
    pub fn waits_for_effect(&self) -> bool {
        self.delayed.on() || self.copied.on() || self.late_mask.0 != self.mask.0
    }

    /// Whether a write to $2006 or an access through $2007 has still to move the
    /// address pins.
    pub fn moves_address(&self) -> bool {
        self.copy_in > 0 || self.accesses_memory()
    }

    /// Whether $2006 and an access through $2007 are about to move `v`.
    pub(super) fn moves_v_twice(&self) -> bool {
        self.port.is_busy() && self.copy_in > 0
    }

    /// For how many half-dots what the CPU wrote surely leaves calm dots calm, on a
    /// line of the picture.
    pub(super) fn writes_rest(&self, amid_dot: bool, alignment: u8) -> u32 {
        const NEVER: u16 = u16::MAX;
        let rendering = self.mask.rendering();
        let steps = self.copied.on() && self.dot == 256;
        // What just turned: the copy follows as the next dot starts, or behind its sprites,
        // which look at it in some dots alone. The rest of this dot moves a byte of the
        // evaluation if rendering ended in it.
        let unseen = matches!(self.dot + 1, 66..=256 | 321..=340);
        let follows = (rendering || !amid_dot) && (unseen || alignment != LATE_ALIGNMENT);
        if steps || self.late_mask.rendering() != rendering && !follows {
            return 0;
        }
        let will_render = Mask(self.new_mask).rendering();
        let mut first = NEVER;
        if self.mask_in > 0 && will_render != rendering {
            first = self.mask_in.into();
        }
        let pending = self.evaluation.corruption_pending.on();
        if self.corruption_in > 0 && !will_render && self.was_rendering.on() && !pending {
            first = first.min(self.corruption_in.into());
        }
        let copies_in = self.dot + u16::from(self.copy_in);
        if self.copy_in > 0 && rendering && !copies_alone(copies_in) {
            first = first.min(self.copy_in.into());
        }
        if first == NEVER { u32::MAX } else { 2 * u32::from(first - 1) + u32::from(amid_dot) }
    }

    /// Lets what is delayed come nearer by some dots, at the most so many. It takes
    /// effect in the first of them, and in no other. Gives how many.
    #[inline(always)]
    pub(super) fn pass_delays(
        &mut self,
        bus: &mut impl VideoBus,
        dots: u32,
        timing: &Timing,
    ) -> u32 {
        if self.waits_for_effect() { self.pass_delays_now(bus, dots, timing) } else { dots }
    }

    #[inline(never)]
    fn pass_delays_now(&mut self, bus: &mut impl VideoBus, dots: u32, timing: &Timing) -> u32 {
        self.copied = Flag::OFF;
        self.apply_scroll_write();
        self.copy_scroll(bus);
        self.late_mask = self.mask;
        self.apply_mask_write(timing);
        let next = if self.delayed.on() {
            // A count of zero is none.
            let until = |count: u8| u32::from(count.wrapping_sub(1));
            let in_v = until(self.scroll_in).min(until(self.copy_in));
            in_v.min(until(self.mask_in)).min(until(self.tint_in))
        } else {
            u32::MAX
        };
        let more = (dots - 1).min(next);
        if more > 0 {
            self.copied = Flag::OFF;
            self.late_mask = self.mask;
        }
        if more > 0 && self.delayed.on() {
            let pass = |count: u8| count.saturating_sub(more as u8);
            self.scroll_in = pass(self.scroll_in);
            self.copy_in = pass(self.copy_in);
            self.mask_in = pass(self.mask_in);
            self.tint_in = pass(self.tint_in);
            self.corruption_in = pass(self.corruption_in);
            self.settle_delays();
        }
        1 + more
    }
}

impl Ppu {
    /// Whether so many calm half-dots end amid a dot whose other half, if it is calm, too,
    /// and a write to this register may take turns: neither looks at what the other moves.
    ///
    /// That half shifts, takes what was fetched, and lets flags follow; what is delayed
    /// is counted in the first halves. So $2001 and $2005 are free. The second write to
    /// $2006 keeps `v` as it is now, which a tile's last dot moves, and $2007's machines
    /// do. These take a request in the dot that follows, if they rest until then.
    #[inline(always)]
    pub fn takes_write_after_half(&self, register: u16, half_dots: u32, amid_dot: bool) -> bool {
        let ends_amid = amid_dot != (half_dots & 1 != 0);
        let dot = u32::from(self.dot) + (half_dots + u32::from(!amid_dot)) / 2;
        let rests = match register {
            1 | 5 => true,
            6 => !self.port.is_busy() && (dot % 341) & 7 != 0,
            7 => !self.port.is_busy(),
            _ => false,
        };
        ends_amid && rests
    }
}

/// Dots within which a write has touched all that it touches, but for $2001 and `v`.
const SOON: u32 = 3;

impl Ppu {
    /// Whether a write, `late` half-dots from where the PPU stands, touches nothing at
    /// which it looks in the dots between and in the next [`SOON`], calm or not: `w`,
    /// `t`, which the lines of the picture copy behind dot 257 alone, and fine X behind
    /// their pixels.
    pub fn overlooks(&self, register: u16, value: u8, stale: u8, late: u32) -> bool {
        let end = u32::from(self.dot) + late.div_ceil(2) + SOON;
        let only_t = match register {
            // The stale byte stands in `t` and fine X for a dot or two.
            0 => self.ctrl.0 & !0x03 == value & !0x03,
            5 if self.second_write.on() => true,
            5 => [stale & 7, value & 7] == [self.fine_x; 2] || self.dot > 256 && end <= 340,
            6 => !self.second_write.on(),
            _ => false,
        };
        let copies = if self.dot < 258 { 257 } else { 341 + 257 };
        let waits = self.copy_in > 0 || self.scroll_in > 0 || self.warming_up.on();
        only_t && self.line < 240 && end < copies && !waits
    }

    /// A write that it overlooks, with all that comes of it.
    pub fn write_overlooked(&mut self, register: u16, value: u8, clock: u64) {
        self.drive_register_bus(value, 0xff, clock);
        match register {
            0 => {
                self.ctrl = Ctrl(value);
                self.t.set_nametable(self.ctrl);
            }
            5 => {
                self.scroll_value = value;
                self.write_scroll(value);
                self.second_write = (!self.second_write.on()).into();
            }
            _ => {
                self.t.set_high(value);
                self.second_write = Flag::ON;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Hears;
    use super::super::calm::tests::{Bench, access, settled};
    use super::*;
    use crate::nes::region::Region;
    use proptest::prelude::*;
    use zerocopy::IntoBytes;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 20_000, ..ProptestConfig::default() })]

        #[test]
        fn a_write_that_is_overlooked_may_be_done_at_once(
            bytes in proptest::collection::vec(any::<u8>(), size_of::<Ppu>()),
            line in 0u16..262,
            dot in 0u16..341,
            mask in prop_oneof![Just(0x1e), any::<u8>()],
            alignment in 0u8..4,
            earlier in proptest::collection::vec(
                (prop_oneof![1u8..2, 5u8..9], any::<u8>(), any::<u8>(), 0u32..16),
                0..3,
            ),
            late in prop_oneof![0u32..40, 0u32..700],
            start in 0u32..4,
            register in prop_oneof![Just(0u16), 5u16..7],
            value in any::<u8>(),
            stale in any::<u8>(),
            same in any::<bool>(),
        ) {
            let timing = Region::Ntsc.timing();
            let mut n = 0;
            let step = |ppu: &mut Ppu, bus: &mut Bench, screen: &mut Bench, n: u32| {
                if n.is_multiple_of(2) {
                    ppu.dot(bus, screen, timing, alignment);
                } else {
                    ppu.half_dot(bus, timing);
                }
                bus.pass(1);
            };
            let mut early = settled(&bytes, (line, dot), mask);
            let quiet = &mut Bench::new(Hears::Nothing);
            for (register, value, stale, half_dots) in earlier {
                access(&mut early, register, value, stale, alignment);
                for _ in 0..half_dots {
                    step(&mut early, quiet, &mut Bench::new(Hears::Nothing), n);
                    n += 1;
                }
            }
            // Mostly what does not turn the rest of $2000.
            let value = match register {
                0 if same => early.ctrl.0 & !3 | value & 3,
                5 if same => early.fine_x | value & !7,
                _ => value,
            };
            let stale = if same { stale & !7 | value & 7 } else { stale };
            if early.overlooks(register, value, stale, late) {
                let mut on_time = early.clone();
                let mut buses = [Bench::new(Hears::Everything); 2];
                let mut screens = buses;
                early.write_overlooked(register, value, 0);
                for passed in 0..late + start + 16 {
                    let [early_bus, bus] = &mut buses;
                    let [early_screen, screen] = &mut screens;
                    if passed == late + start {
                        match register {
                            0 => on_time.begin_ctrl_write(stale),
                            _ => on_time.write(register, value, stale, 0, timing, alignment),
                        }
                    } else if passed == late + start + 1 && register == 0 {
                        on_time.write_ctrl(value, 0);
                    }
                    step(&mut early, early_bus, early_screen, n + passed);
                    step(&mut on_time, bus, screen, n + passed);
                }
                prop_assert_eq!(buses[0], buses[1]);
                prop_assert_eq!(screens[0], screens[1]);
                prop_assert_eq!(early.as_bytes(), on_time.as_bytes());
            }
        }
    }
}
