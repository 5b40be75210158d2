//! Some calm dots of a tile at once, where it is not all eight.
//!
//! A program that writes registers on every line leaves the PPU calm for a few dots
//! at a time, from anywhere to anywhere. Within a tile the three that share these
//! dots do not look at each other, as `tiles.rs` says of all eight; so each goes
//! through them by itself:
//!
//! * The pixels come from the shift registers as they stand before; then these shift.
//! * The fetches take their steps, an address or a byte each. The tile is loaded with
//!   the last half-dot, behind the last shift.
//! * The evaluation takes its steps; each byte is in the buffer half a dot later.

use super::fetch::PLANE;
use super::{Ppu, Screen, VideoBus};
use crate::nes::bits::Flag;

impl Ppu {
    /// Runs so many calm dots from within dots 0-255, up to the end of a tile at the
    /// most. False, and nothing done, where sprite 0 may be hit.
    #[inline(never)]
    pub(super) fn run_part(
        &mut self,
        bus: &mut impl VideoBus,
        screen: &mut impl Screen,
        dots: u16,
    ) -> bool {
        let near = self.sprites.near();
        if self.sprite0_hit_in > 0 || near & 0x80 != 0 && self.may_hit_sprite0() {
            return false;
        }
        let first = self.dot;
        self.draw_dots(screen, near, dots.into());
        self.shift_dots(dots.into());
        self.fetch_dots(bus, first, dots);
        if first < 64 {
            self.clear_dots(dots)
        } else {
            self.evaluate_dots(dots)
        }
        self.sprite0_hit_readable = self.sprite0_hit;
        self.port.blanking = Flag::OFF;
        let even_dot = self.dot & 1 == 0;
        self.reading = even_dot.into();
        self.latching = (!even_dot).into();
        true
    }

    /// The background's registers go on.
    #[inline(always)]
    pub(super) fn shift_dots(&mut self, dots: u32) {
        let entering = (1u16 << dots) - 1;
        let attribute = |old: u8, bit: u8| {
            let bits = entering as u8 * (self.attribute_latch >> bit & 1);
            (u16::from(old) << dots) as u8 | bits
        };
        let attributes = [attribute(self.attribute_low, 0), attribute(self.attribute_high, 1)];
        [self.attribute_low, self.attribute_high] = attributes;
        self.tile_low <<= dots;
        self.tile_high = self.tile_high << dots | entering;
    }

    /// The fetches of the dots behind `first`.
    #[inline(always)]
    pub(super) fn fetch_dots(&mut self, bus: &mut impl VideoBus, first: u16, dots: u16) {
        for dot in first..first + dots {
            let step = dot & 7;
            if step & 1 == 0 {
                let address = match step {
                    0 => self.v.tile_address(),
                    2 => self.v.attribute_address(),
                    _ => {
                        let row = self.ctrl.background_table() | self.v.fine_y();
                        let plane = if step == 6 { PLANE } else { 0 };
                        self.pattern_address = (self.pattern_address & 0x0ff0) | row | plane;
                        self.pattern_address
                    }
                };
                self.drive(bus, address);
                self.latch = address as u8;
            } else {
                let page = match step {
                    1 => self.v.tile_address(),
                    3 => self.v.attribute_address(),
                    _ => self.pattern_address,
                };
                self.address = (page & 0xff00) | u16::from(self.latch);
                self.fetched = self.read_video(bus);
                match step {
                    1 => {
                        let tile = u16::from(self.fetched) << 4;
                        self.pattern_address = (self.pattern_address & 0x100f) | tile;
                    }
                    3 => self.attribute = self.fetched >> self.v.attribute_shift() & 3,
                    5 => self.tile_plane_low = self.fetched,
                    _ => {
                        self.tile_plane_high = self.fetched;
                        self.load_background();
                        self.v.next_tile();
                    }
                }
            }
            bus.pass(2);
        }
    }

    /// Some of dots 1-64.
    #[inline(always)]
    pub(super) fn clear_dots(&mut self, dots: u16) {
        let e = &mut self.evaluation;
        for _ in 0..dots {
            self.dot += 1;
            e.latched = e.buffer;
            if self.dot == 1 {
                e.begin_line();
            }
            if self.dot & 1 == 1 {
                e.next_buffer = 0xff;
            } else {
                self.oam2[usize::from(e.oam2_address & 31)] = e.buffer;
                e.next_oam2();
            }
            e.buffer = e.next_buffer;
        }
        self.settle_overflow();
    }

    /// Some of dots 65-256.
    #[inline(always)]
    pub(super) fn evaluate_dots(&mut self, dots: u16) {
        for _ in 0..dots {
            self.dot += 1;
            self.settle_overflow();
            let e = &mut self.evaluation;
            e.latched = e.buffer;
            if self.dot == 65 {
                e.begin_evaluation();
            }
            if self.dot & 1 == 1 {
                e.next_buffer = self.oam[usize::from(e.oam_address)];
            } else {
                self.evaluate_even_dot(self.dot, false);
            }
            let e = &mut self.evaluation;
            e.buffer = e.next_buffer;
        }
    }
}
