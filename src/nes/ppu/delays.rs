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
//! | $2001 end of rendering, as OAM sees it | | there is none if rendering stays |
//! | $2006 into `v` | after the start, before the fetch and the pixel | with rendering off; else calm ends before |
//!
//! Some writes touch nothing but `t` and `w` ([`Ppu::overlooks`]): the first one to
//! $2006, those to $2005 that leave fine X, nametables in $2000. If no dot near looks
//! there, they are done at once, however late the PPU is, and it is not even met.
//!
//! A copy of $2001, `late_mask`, follows a dot later. Only whether it renders is
//! looked at, and that stays. A dot in which $2006 moved `v` leaves word of it for
//! the step down at dot 256, which therefore is not calm.

use super::{Ppu, VideoBus};
use crate::nes::bits::{Ctrl, Flag, Mask};
use crate::nes::region::Timing;

impl Ppu {
    /// Whether a write has not yet left all its marks.
    #[inline(always)]
    pub fn waits_for_effect(&self) -> bool {
        self.delayed.on() || self.copied.on() || self.late_mask.0 != self.mask.0
    }

    /// Whether a write to $2006 has still to move the address pins.
    pub fn moves_address(&self) -> bool {
        self.copy_in > 0
    }

    /// For how many half-dots what the CPU wrote surely leaves calm dots calm, on a
    /// line of the picture.
    pub(super) fn writes_rest(&self, amid_dot: bool) -> u32 {
        let rendering = self.mask.rendering();
        let will_render = Mask(self.new_mask).rendering();
        let stays = self.late_mask.rendering() == rendering
            && (self.mask_in == 0 || will_render == rendering)
            && (self.corruption_in == 0 || will_render || !self.was_rendering.on());
        let steps = self.copied.on() && self.dot == 256;
        match self.copy_in {
            _ if !stays || steps => 0,
            0 => u32::MAX,
            _ if !rendering => u32::MAX,
            dots => 2 * u32::from(dots - 1) + u32::from(amid_dot),
        }
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
        let counts = [self.scroll_in, self.copy_in, self.mask_in, self.tint_in];
        let next = counts.into_iter().filter(|count| *count > 0).min();
        let more = (dots - 1).min(next.map_or(u32::MAX, |count| u32::from(count) - 1));
        if more > 0 {
            self.copied = Flag::OFF;
            self.late_mask = self.mask;
            let pass = |count: u8| count.saturating_sub(more.min(255) as u8);
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

/// Dots within which a write has touched all that it touches, but for $2001 and `v`.
const SOON: u32 = 3;

impl Ppu {
    /// Whether a write, `late` half-dots from where the PPU stands calm, touches nothing
    /// at which it looks in the dots between and in the next [`SOON`]: `t`, which the
    /// calm lines of the picture copy behind dot 257 alone, and `w`.
    pub fn overlooks(&self, register: u16, value: u8, stale: u8, late: u32) -> bool {
        let only_t = match register {
            // The stale byte stands in `t` and fine X for a dot or two.
            0 => self.ctrl.0 & !0x03 == value & !0x03,
            5 => self.second_write.on() || [stale & 7, value & 7] == [self.fine_x; 2],
            6 => !self.second_write.on(),
            _ => false,
        };
        let end = u32::from(self.dot) + late.div_ceil(2) + SOON;
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
