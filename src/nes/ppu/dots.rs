//! Which thing happens on which dot.
//!
//! ```text
//!  dot   0       1-64          65-256           257-320         321-336   337-340
//!  bg    idle    fetch tiles 2…33 (NT AT lo hi)  (garbage NTs)  tiles 0,1  2 NTs
//!  spr   -       clear OAM2    evaluate          fetch 8        hold OAM2[0]
//!  v             x+1 each 8 dots, y+1 at 256, x←t 257, (261: y←t 280-304)
//!  out           dot d shows pixel d-4
//! ```
//!
//! <https://www.nesdev.org/wiki/File:Ppu.svg>

use super::fetch::commit;
use super::{Ppu, Screen, VideoBus};
use crate::nes::bits::{Flag, Mask};
use crate::nes::region::Timing;

/// The alignment on which evaluation sees $2001 a dot later than on others.
pub(super) const LATE_ALIGNMENT: u8 = 1;

/// Which dot it is, and whether rendering is on.
#[derive(Clone, Copy)]
pub(super) struct Dot {
    pub number: u16,
    pub is_even: bool,
    /// As pixels see it.
    pub rendering: bool,
    /// As fetches and the sprites' logic see it.
    pub fetching: bool,
}

/// Whether the second half of a dot shifts the background.
pub(super) static SHIFTS: [bool; 512] = {
    let mut shifts = [false; 512];
    let mut dot = 1;
    while dot <= 336 {
        shifts[dot] = dot <= 257 || dot >= 321;
        dot += 1;
    }
    shifts
};

impl Ppu {
    /// Either half of a dot.
    #[inline(never)]
    pub fn one_half(
        &mut self,
        bus: &mut impl VideoBus,
        screen: &mut impl Screen,
        amid_dot: bool,
        timing: &Timing,
        alignment: u8,
    ) {
        if amid_dot {
            self.half_dot(bus, timing);
        } else {
            self.dot(bus, screen, timing, alignment);
        }
    }

    /// The first half of a dot: moves to the next dot and runs it.
    #[inline(always)]
    pub fn dot(
        &mut self,
        bus: &mut impl VideoBus,
        screen: &mut impl Screen,
        timing: &Timing,
        alignment: u8,
    ) {
        if self.is_undisturbed() && !self.ends_line() {
            self.line_dot(bus, screen);
        } else {
            self.any_dot(bus, screen, timing, alignment);
        }
    }

    /// The same, whatever is under way.
    #[inline(never)]
    pub fn any_dot(
        &mut self,
        bus: &mut impl VideoBus,
        screen: &mut impl Screen,
        timing: &Timing,
        alignment: u8,
    ) {
        if self.delayed.on() {
            self.apply_scroll_write();
        }
        if self.dot >= 256 {
            self.step_scroll(timing);
            self.advance(timing);
        } else {
            self.dot += 1;
        }
        if self.line >= 240 {
            self.line_events(timing);
        }
        self.update_vblank();
        self.sprite0_hit_readable = self.sprite0_hit;
        self.overflow_latched = self.overflow;
        if self.line == 0 {
            self.skip_odd_dot(timing, alignment);
        }

        if alignment != LATE_ALIGNMENT {
            self.late_mask = self.mask;
        }
        if self.line < 240 {
            self.rendered_dot(bus, screen, timing, alignment, false);
        } else if self.line == timing.lines - 1 {
            self.rendered_dot(bus, screen, timing, alignment, true);
        } else {
            self.blank_dot(bus, timing, alignment);
        }
    }

    /// A dot of a line that is rendered if rendering is on.
    #[inline(never)]
    fn rendered_dot(
        &mut self,
        bus: &mut impl VideoBus,
        screen: &mut impl Screen,
        timing: &Timing,
        alignment: u8,
        pre_render: bool,
    ) {
        self.data_port_dot(bus, !self.mask.rendering());
        self.before_sprites(bus);
        if self.evaluation.corruption_pending.on() {
            self.restart_rendering();
        }
        self.sprite_dot(bus, self.here(), pre_render);
        self.after_sprites(bus, timing, alignment);
        let leaving = self.next_pixel();
        self.render(bus, screen, self.here(), pre_render, leaving);
        self.data_port_transfer(bus);
    }

    /// The dot as it is.
    #[inline(always)]
    fn here(&self) -> Dot {
        Dot {
            number: self.dot,
            is_even: self.dot & 1 == 0,
            rendering: self.mask.rendering(),
            fetching: self.late_mask.rendering(),
        }
    }

    /// A dot between the picture and the pre-render line.
    #[inline(never)]
    fn blank_dot(&mut self, bus: &mut impl VideoBus, timing: &Timing, alignment: u8) {
        self.data_port_dot(bus, true);
        self.before_sprites(bus);
        self.after_sprites(bus, timing, alignment);
        self.next_pixel();
        if self.line == 240 && self.dot == 0 && self.late_mask.rendering() {
            // Still the last line's.
            self.fetch_unused(bus, false);
        }
        self.data_port_transfer(bus);
    }

    /// What comes before the sprites' part of a dot.
    #[inline(always)]
    fn before_sprites(&mut self, bus: &mut impl VideoBus) {
        self.evaluation.latched = self.evaluation.buffer;
        self.copied = Flag::OFF;
        if self.delayed.on() {
            self.copy_scroll(bus);
        }
    }

    /// What comes behind it.
    #[inline(always)]
    fn after_sprites(&mut self, bus: &mut impl VideoBus, timing: &Timing, alignment: u8) {
        if alignment == LATE_ALIGNMENT {
            self.late_mask = self.mask;
        }
        if !self.mask.rendering() && self.address != self.v.0 {
            self.drive(bus, self.v.0);
        }
        if self.delayed.on() {
            self.apply_mask_write(timing);
        }
    }

    /// The colours on their way to the screen move on; the one that leaves.
    #[inline(always)]
    pub(super) fn next_pixel(&mut self) -> u8 {
        let [newest, second, leaving] = self.pipeline;
        self.pipeline = [newest, newest, second];
        leaving
    }

    /// The second half of a dot.
    #[inline(always)]
    pub fn half_dot(&mut self, bus: &mut impl VideoBus, timing: &Timing) {
        if self.is_undisturbed() {
            self.line_half_dot();
        } else {
            self.any_half_dot(bus, timing);
        }
    }

    /// The same, whatever is under way.
    #[inline(never)]
    pub fn any_half_dot(&mut self, bus: &mut impl VideoBus, timing: &Timing) {
        let dot = self.dot;
        if self.mask.rendering() {
            if SHIFTS[usize::from(dot & 511)] && (self.line < 240 || self.line == timing.lines - 1)
            {
                self.shift_background();
            }
            self.evaluation.buffer = self.evaluation.next_buffer;
        } else if self.late_mask.rendering() {
            self.evaluation.buffer = self.evaluation.next_buffer;
        }
        if self.commit != commit::NOTHING {
            self.commit_fetch();
        }
        if !self.vblank_pulse_rests() {
            self.vblank_set = self.vblank_next;
            self.vblank_next = Flag::OFF;
            self.vblank_set_seen = (!self.vblank_set_was_off.on()).into();
        }
        self.overflow_readable = self.overflow_latched;
        if dot == 1 && self.line == timing.lines - 1 {
            self.clear_sprite_flags();
        }
        self.count_down_to_hit();
        if self.port.is_busy() {
            self.data_port_half_dot(bus);
        }
    }

    /// Sprite 0 hit on its way to the flag.
    #[inline(always)]
    pub(super) fn count_down_to_hit(&mut self) {
        if self.sprite0_hit_in > 0 {
            self.sprite0_hit_in -= 1;
            if self.sprite0_hit_in == 0 {
                self.sprite0_hit = Flag::ON;
            }
        }
    }

    /// Half a dot after the vblank flag, as far as a read can tell.
    fn clear_sprite_flags(&mut self) {
        self.sprite0_hit = Flag::OFF;
        self.sprite0_hit_readable = Flag::OFF;
        self.overflow = Flag::OFF;
        self.overflow_latched = Flag::OFF;
        self.overflow_readable = Flag::OFF;
    }

    /// Fetches, shifts and pixels of a line that is rendered.
    #[inline(always)]
    pub(super) fn render(
        &mut self,
        bus: &mut impl VideoBus,
        screen: &mut impl Screen,
        dot: Dot,
        pre_render: bool,
        leaving: u8,
    ) {
        let Dot { number, fetching, rendering, .. } = dot;
        match number {
            1..=256 => {
                if fetching {
                    self.fetch_background(bus, dot);
                }
                let at_edge = self.sprites.at_edge(self.skipped_dot.on());
                if !pre_render {
                    self.pipeline[0] = self.pixel_colour(number - 1, rendering, at_edge);
                }
                self.sprites.step(rendering, at_edge);
            }
            321..=336 if fetching => self.fetch_background(bus, dot),
            0 | 337..=340 if fetching => self.fetch_unused(bus, pre_render),
            _ => {}
        }
        if !pre_render && (4..260).contains(&number) {
            screen.pixel(number - 4, self.line, self.colour_of_pixel(leaving));
        }
    }

    /// $2005 takes effect; until then the stale byte of the CPU's bus stands.
    #[inline(never)]
    pub(super) fn apply_scroll_write(&mut self) {
        if self.scroll_in > 0 {
            self.scroll_in -= 1;
            if self.scroll_in == 0 {
                self.write_scroll(self.scroll_value);
                self.second_write = (!self.second_write.on()).into();
            }
        }
    }

    /// Dots 256, 257 and 280-304 move `v` as they end.
    #[inline(always)]
    fn step_scroll(&mut self, timing: &Timing) {
        if !self.mask.rendering() {
            return;
        }
        let pre_render = self.line == timing.lines - 1;
        if self.line >= 240 && !pre_render {
            return;
        }
        match self.dot {
            256 => self.step_line(),
            257 => self.v.copy_horizontal(self.t),
            280..=304 if pre_render => self.v.copy_vertical(self.t),
            _ => {}
        }
    }

    /// One line down. If $2006 moved `v` in this very dot, both values fight:
    /// modelled as their AND (uncertain).
    pub(super) fn step_line(&mut self) {
        if self.copied.on() {
            self.v.0 = self.copy_over.0 & self.copy_value.0;
        } else {
            self.v.next_line();
        }
    }

    #[inline(always)]
    fn advance(&mut self, timing: &Timing) {
        self.dot += 1;
        if self.dot > 340 {
            self.dot = 0;
            self.line += 1;
            if self.line >= timing.lines {
                self.line = 0;
            }
        }
    }

    #[inline(always)]
    fn line_events(&mut self, timing: &Timing) {
        if self.dot > 1 && self.dot != 340 {
            return;
        }
        if self.line == timing.vblank_line && self.dot == 0 {
            self.vblank_next = Flag::ON;
        } else if self.line == timing.lines - 2 && self.dot == 340 {
            self.odd_frame = (!self.odd_frame.on()).into();
        } else if self.line == timing.lines - 1 && self.dot == 1 {
            self.vblank = Flag::OFF;
            self.sprite0_armed = Flag::ON;
            self.warming_up = Flag::OFF;
        }
    }

    /// The flag rises by a pulse of half a dot; a read of $2002 clears it and
    /// wins when both come at once.
    #[inline(always)]
    fn update_vblank(&mut self) {
        if !self.vblank_pulse_rests() {
            self.vblank_set_was_off = (!self.vblank_set.on()).into();
            if self.vblank_set.on() && !self.vblank_set_seen.on() {
                self.vblank = Flag::ON;
            }
        }
        if self.status_read.take() {
            self.vblank = Flag::OFF;
        }
    }

    /// Whether the pulse's flip-flops stand as they do when none comes: each of them
    /// would become what it is.
    #[inline(always)]
    pub(super) fn vblank_pulse_rests(&self) -> bool {
        let flags =
            [self.vblank_next, self.vblank_set, self.vblank_set_was_off, self.vblank_set_seen];
        flags.map(Flag::byte) == [Flag::OFF, Flag::OFF, Flag::ON, Flag::OFF].map(Flag::byte)
    }

    /// On odd frames, rendering, line 0 begins with dot 1.
    #[inline(always)]
    fn skip_odd_dot(&mut self, timing: &Timing, alignment: u8) {
        if self.dot > 2 || !timing.odd_frame_skip {
            return;
        }
        // A write to $2001 is seen three dots later on every alignment.
        let mask = if alignment == 2 { self.mask } else { self.late_mask };
        if self.odd_frame.on() && mask.rendering() {
            match self.dot {
                0 => {
                    self.dot = 1;
                    self.skipped_dot = Flag::ON;
                }
                2 => self.skipped_dot = Flag::OFF,
                _ => {}
            }
        }
    }

    /// `v` ← `t`, four or five dots after the second write to $2006.
    #[inline(never)]
    pub(super) fn copy_scroll(&mut self, bus: &mut impl VideoBus) {
        if self.copy_in > 0 {
            self.copy_in -= 1;
            if self.copy_in == 0 {
                self.copied = Flag::ON;
                self.v = self.t;
                self.drive(bus, self.v.0);
            }
        }
    }

    /// The parts of $2001 take effect.
    #[inline(never)]
    pub(super) fn apply_mask_write(&mut self, timing: &Timing) {
        if self.mask_in > 0 {
            self.mask_in -= 1;
            if self.mask_in == 0 {
                self.mask = Mask((self.mask.0 & Mask::TINT) | (self.new_mask & Mask::SHOW));
            }
        }
        if self.corruption_in > 0 {
            self.corruption_in -= 1;
            if self.corruption_in == 0
                && self.was_rendering.on()
                && !Mask(self.new_mask).rendering()
                && (self.line < 240 || self.line == timing.lines - 1)
                && !self.evaluation.corruption_pending.on()
            {
                self.evaluation.rendering_ended = Flag::ON;
            }
        }
        if self.tint_in > 0 {
            self.tint_in -= 1;
            if self.tint_in == 0 {
                self.mask = Mask((self.mask.0 & Mask::SHOW) | (self.new_mask & Mask::TINT));
            }
        }
        self.settle_delays();
    }
}
