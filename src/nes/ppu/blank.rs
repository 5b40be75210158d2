//! Calm dots of the picture with rendering off: one colour, and nothing fetched.
//!
//! Neither `v` nor the palette moves while the PPU is calm, so that each pixel is the
//! same: the backdrop, or the colour at which `v` points. The sprites' counters run
//! down, and none of them shifts; sprite 0 of the next line becomes that of this one
//! in dots 257-320, and dot 339 clears the counters. All else sleeps.
//!
//! (The one dot is *dark* here, since vblank has a blank one of its own in `dots.rs`.)
//!
//! An access through $2007 moves `v`, the pins, and a byte, and nothing else. Its dots
//! are run one by one, and so is the one in which the pins follow `v`.

use super::dots::Dot;
use super::{Ppu, Screen, VideoBus};
use crate::nes::bits::Flag;

/// Dots of a line, and of its picture's pixels with their way to the screen.
const LINE: u16 = 341;
const SHOWN: std::ops::Range<u16> = 4..260;

impl Ppu {
    /// Whether an access to memory is under way, or the pins have still to follow `v`.
    #[inline(always)]
    pub(super) fn accesses_memory(&self) -> bool {
        self.port.is_busy() || !self.mask.rendering() && self.address != self.v.0
    }

    /// Half-dots from the first half of a dot.
    pub(super) fn run_dark(
        &mut self,
        bus: &mut impl VideoBus,
        screen: &mut impl Screen,
        half_dots: u32,
    ) {
        let mut left = half_dots;
        while left > 0 {
            if left > 1 && !self.accesses_memory() {
                let dots = self.run_blank(screen, left / 2);
                if dots > 0 {
                    bus.pass(2 * dots);
                    left -= 2 * dots;
                    continue;
                }
            }
            self.dark_dot(bus, screen);
            bus.pass(1);
            left -= 1;
            if left > 0 {
                self.dark_half_dot(bus);
                bus.pass(1);
                left -= 1;
            }
        }
    }

    /// The first half of a dot.
    #[inline(never)]
    fn dark_dot(&mut self, bus: &mut impl VideoBus, screen: &mut impl Screen) {
        self.dot += 1;
        if self.dot == LINE {
            self.dot = 0;
            self.line += 1;
        }
        self.sprite0_hit_readable = self.sprite0_hit;
        self.overflow_latched = self.overflow;
        self.data_port_dot(bus, true);
        self.evaluation.latched = self.evaluation.buffer;
        let is_even = self.dot & 1 == 0;
        let dot = Dot { number: self.dot, is_even, rendering: false, fetching: false };
        self.sprite_dot(bus, dot, false);
        if self.address != self.v.0 {
            self.drive(bus, self.v.0);
        }
        let leaving = self.next_pixel();
        self.render(bus, screen, dot, false, leaving);
        self.data_port_transfer(bus);
    }

    /// The second half.
    #[inline(always)]
    fn dark_half_dot(&mut self, bus: &mut impl VideoBus) {
        self.overflow_readable = self.overflow_latched;
        self.count_down_to_hit();
        if self.port.is_busy() {
            self.data_port_half_dot(bus);
        }
    }

    /// Runs so many dots at the most, to the end of the line. Gives how many; none
    /// where sprite 0 hit is on its way.
    #[inline(never)]
    fn run_blank(&mut self, screen: &mut impl Screen, dots: u32) -> u32 {
        if self.sprite0_hit_in > 0 {
            return 0;
        } else if self.dot == LINE - 1 {
            self.dot = 0;
            self.line += 1;
            self.move_pipeline(0, 1);
            self.rest_blank();
            return 1;
        }
        let before = self.dot;
        let after = dots.min(u32::from(LINE - 1 - before)) as u16 + before;
        let ran = after - before;
        let drawn = after.min(256).saturating_sub(before);
        self.show_blank(screen, before, after);
        self.move_pipeline(drawn, ran - drawn);
        self.sprites.count(drawn.min(255) as u8);
        if before < 320 && after > 256 {
            self.evaluation.line_has_sprite0 = self.evaluation.next_has_sprite0;
        }
        if before < 339 && after >= 339 {
            self.sprites.counter = [0; 8];
        }
        self.dot = after;
        self.rest_blank();
        ran.into()
    }

    /// What leaves for the screen in the dots behind `before`, up to `after`: three
    /// pixels that are on their way, and then the one colour.
    #[inline(always)]
    fn show_blank(&self, screen: &mut impl Screen, before: u16, after: u16) {
        let [first, end] = [before + 1, after + 1].map(|dot| dot.clamp(SHOWN.start, SHOWN.end));
        match end - first {
            0 => {}
            1..=16 => self.show_some::<16>(screen, before, first..end),
            _ => self.show_some::<256>(screen, before, first..end),
        }
    }

    /// The same in dots of which there are at the most `MOST`.
    #[inline(always)]
    fn show_some<const MOST: usize>(
        &self,
        screen: &mut impl Screen,
        before: u16,
        dots: std::ops::Range<u16>,
    ) {
        let mut colours = [self.tinted(self.idle_colour()); MOST];
        let [newest, second, third] = self.pipeline;
        for (way, colour) in (1..).zip([third, second, newest]) {
            let dot = before + way;
            if dots.contains(&dot) {
                colours[usize::from(dot - dots.start)] = self.tinted(colour);
            }
        }
        if let Some(shown) = colours.get(..dots.len()) {
            screen.pixels(dots.start - SHOWN.start, self.line, shown);
        }
    }

    /// Dots of the pipeline: first some with pixels, then others.
    fn move_pipeline(&mut self, drawn: u16, others: u16) {
        let colour = self.idle_colour();
        for _ in 0..drawn.min(3) {
            let [newest, second, _] = self.pipeline;
            self.pipeline = [colour, newest, second];
        }
        for _ in 0..others.min(3) {
            let [newest, second, _] = self.pipeline;
            self.pipeline = [newest, newest, second];
        }
    }

    fn rest_blank(&mut self) {
        self.evaluation.latched = self.evaluation.buffer;
        self.sprite0_hit_readable = self.sprite0_hit;
        self.settle_overflow();
        self.port.blanking = Flag::ON;
        self.reading = Flag::OFF;
        self.latching = Flag::OFF;
    }
}
