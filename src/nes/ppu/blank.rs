//! Calm dots of the picture with rendering off: one colour, and nothing fetched.
//!
//! Neither `v` nor the palette moves while the PPU is calm, so that each pixel is the
//! same: the backdrop, or the colour at which `v` points. The sprites' counters run
//! down, and none of them shifts; sprite 0 of the next line becomes that of this one
//! in dots 257-320, and dot 339 clears the counters. All else sleeps.

use super::{Ppu, Screen};
use crate::nes::bits::Flag;

/// Dots of a line, and of its picture's pixels with their way to the screen.
const LINE: u16 = 341;
const SHOWN: std::ops::Range<u16> = 4..260;

impl Ppu {
    /// Runs so many dots at the most, to the end of the line. Gives how many; none
    /// where sprite 0 hit is on its way.
    #[inline(never)]
    pub(super) fn run_blank(&mut self, screen: &mut impl Screen, dots: u32) -> u32 {
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
    fn show_blank(&self, screen: &mut impl Screen, before: u16, after: u16) {
        let [first, end] = [before + 1, after + 1].map(|dot| dot.clamp(SHOWN.start, SHOWN.end));
        let [newest, second, third] = self.pipeline;
        let mut colours = [self.tinted(self.idle_colour()); 256];
        for (way, colour) in (1..).zip([third, second, newest]) {
            let dot = before + way;
            if SHOWN.contains(&dot) {
                colours[usize::from(dot - SHOWN.start)] = self.tinted(colour);
            }
        }
        let x = first - SHOWN.start;
        if first < end
            && let Some(shown) = colours.get(x.into()..(end - SHOWN.start).into())
        {
            screen.pixels(x, self.line, shown);
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
