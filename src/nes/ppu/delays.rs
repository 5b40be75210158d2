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
//! | $2006 into `v` | after the start, before the fetch | no: calm ends before |
//!
//! A copy of $2001, `late_mask`, follows a dot later. Only whether it renders is
//! looked at, and that stays. A dot in which $2006 moved `v` leaves word of it for
//! the step down at dot 256, which therefore is not calm.

use super::Ppu;
use crate::nes::bits::{Flag, Mask};
use crate::nes::region::Timing;

impl Ppu {
    /// Whether a write has not yet left all its marks.
    #[inline(always)]
    pub fn waits_for_effect(&self) -> bool {
        self.delayed.on() || self.copied.on() || self.late_mask.0 != self.mask.0
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
            dots => 2 * u32::from(dots - 1) + u32::from(amid_dot),
        }
    }

    /// Lets what is delayed come nearer by some dots, at the most so many. It takes
    /// effect in the first of them, and in no other. Gives how many.
    #[inline(always)]
    pub(super) fn pass_delays(&mut self, dots: u32, timing: &Timing) -> u32 {
        if self.waits_for_effect() { self.pass_delays_now(dots, timing) } else { dots }
    }

    #[inline(never)]
    fn pass_delays_now(&mut self, dots: u32, timing: &Timing) -> u32 {
        self.copied = Flag::OFF;
        self.apply_scroll_write();
        self.copy_in = self.copy_in.saturating_sub(1);
        self.late_mask = self.mask;
        self.apply_mask_write(timing);
        let counts = [self.scroll_in, self.copy_in, self.mask_in, self.tint_in];
        let next = counts.into_iter().filter(|count| *count > 0).min();
        let more = (dots - 1).min(next.map_or(u32::MAX, |count| u32::from(count) - 1));
        if more > 0 {
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
