//! What is left of a calm line behind the picture, dots 257-340 and the next dot 0,
//! at once.
//!
//! | dots | what is done | what stays of it |
//! |---|---|---|
//! | 257-259 | the last pixels leave | the same pixel all along the pipeline |
//! | 257, 258 | `v` a line down, and back to the left edge | |
//! | 257-320 | eight sprites fetched | planes, attributes and counters; OAMADDR is 0 |
//! | 321-336 | two tiles fetched | they fill the shift registers |
//! | 337-340 | two nametable bytes | the second is the tile of dot 0's address |
//! | 0 | a pattern address | OAM2's pointer is 1 |
//!
//! Each fetch leaves its address on the pins and its low byte in the latch, and
//! only the last one's are there to be seen. A sprite out of range is fetched, too,
//! and counts for nothing, but its address may raise A12: a board that listens is
//! told, with the times. One that listens to more may take the sprites at once
//! ([`VideoBus::sprites`]), and is told of each fetch behind them.

use super::fetch::PLANE;
use super::line::tell_fetches;
use super::{Hears, Ppu, Screen, VideoBus};
use crate::nes::bits::Flag;

impl Ppu {
    /// Half-dots from dot 256 to the next line's dot 0.
    pub(super) const MARGIN: u32 = 170;

    /// Runs dots 257-0 from the end of dot 256. False, and nothing done, where
    /// that takes more.
    #[inline(never)]
    pub(super) fn run_margin(&mut self, bus: &mut impl VideoBus, screen: &mut impl Screen) -> bool {
        if self.sprite0_hit_in > 0 {
            return false;
        }
        let whole = bus.hears() == Hears::Everything;
        if whole && !bus.sprites(self.garbage_names(), &self.sprite_patterns()) {
            return false;
        }
        let [last, second, third] = self.pipeline;
        screen.pixels(253, self.line, &[third, second, last].map(|colour| self.tinted(colour)));
        self.pipeline = [last; 3];
        self.v.next_line();
        self.v.copy_horizontal(self.t);
        if !whole {
            self.tell_sprites(bus);
        }
        self.fetch_sprites(bus);
        if whole {
            bus.pass(8 * 16);
            self.fetch_tile(bus);
            self.fetch_tile(bus);
        } else {
            self.fetch_early_tile(bus);
            self.fetch_early_tile(bus);
        }
        self.fetch_last(bus, whole);
        self.rest_evaluation();
        self.begin_next_line();
        true
    }

    /// Half-dots from dot 336 to the next line's dot 0.
    pub(super) const LAST: u32 = 10;

    /// Runs dots 337-0 from the end of dot 336, where the others ran by themselves.
    /// False, and nothing done, where that takes more.
    #[inline(never)]
    pub(super) fn run_last(&mut self, bus: &mut impl VideoBus) -> bool {
        if self.sprite0_hit_in != 0 {
            return false;
        }
        self.pipeline = [self.pipeline[0]; 3];
        self.fetch_last(bus, bus.hears() == Hears::Everything);
        let e = &mut self.evaluation;
        e.set_buffer(self.oam2[0]);
        e.next_oam2();
        self.begin_next_line();
        true
    }

    /// The fetches of dots 337-0; `whole` tells each address.
    #[inline(always)]
    fn fetch_last(&mut self, bus: &mut impl VideoBus, whole: bool) {
        if whole {
            for _ in 0..2 {
                bus.drive(self.v.tile_address());
                bus.pass(2);
            }
            self.fetch_names(bus, 4);
        } else {
            self.fetch_names(bus, 8);
        }
    }

    /// The next line's dot 0 is over.
    #[inline(always)]
    fn begin_next_line(&mut self) {
        self.settle_overflow();
        self.sprite0_hit_readable = self.sprite0_hit;
        self.port.blanking = Flag::OFF;
        self.reading = Flag::ON;
        self.latching = Flag::OFF;
        self.dot = 0;
        self.line += 1;
    }

    /// Each sprite's garbage fetches leave A12 low, then come its planes.
    #[inline(always)]
    fn tell_sprites(&self, bus: &mut impl VideoBus) {
        if bus.hears() == Hears::Nothing {
            bus.pass(8 * 16);
            return;
        }
        let names = self.v.tile_address();
        if !self.ctrl.tall_sprites() {
            tell_fetches(bus, names, self.ctrl.sprite_table(), 8);
            return;
        }
        let (entries, _) = self.oam2.as_chunks::<4>();
        for [_, tile, ..] in entries {
            tell_fetches(bus, names, u16::from(tile & 1) << 12, 1);
        }
    }

    /// The eight sprites of OAM2, for the next line.
    #[inline(always)]
    fn fetch_sprites(&mut self, bus: &mut impl VideoBus) {
        let height = self.ctrl.sprite_height();
        let line = self.line & 0xff;
        let (entries, _) = self.oam2.as_chunks::<4>();
        for (slot, [y, tile, attributes, x]) in entries.iter().enumerate().take(8) {
            self.sprites.attributes[slot] = *attributes;
            self.sprites.counter[slot] = *x;
            let row = line.wrapping_sub(u16::from(*y));
            let (mut low, mut high) = (0, 0);
            if row < height {
                let flip = if attributes & 0x80 != 0 { 0x0f } else { 0 };
                let at = self.ctrl.sprite_address(*tile, row ^ flip);
                (low, high) = (bus.read(at), bus.read(at | PLANE));
                if attributes & 0x40 != 0 {
                    (low, high) = (low.reverse_bits(), high.reverse_bits());
                }
            }
            self.sprites.low[slot] = low;
            self.sprites.high[slot] = high;
        }
    }

    /// Where the first sprite's garbage bytes lie: `v` as it comes from the line, and
    /// back at the left edge, where all the others' lie.
    #[inline(always)]
    fn garbage_names(&self) -> [u16; 2] {
        let (mut first, t) = (self.v, self.t);
        first.next_line();
        let mut others = first;
        others.copy_horizontal(t);
        [first.tile_address(), others.tile_address()]
    }

    /// Where the sprites' low planes are fetched, in range or not.
    #[inline(always)]
    fn sprite_patterns(&self) -> [u16; 8] {
        let (entries, _) = self.oam2.as_chunks::<4>();
        let line = self.line & 0xff;
        std::array::from_fn(|slot| {
            let [y, tile, attributes, _] = entries[slot];
            let flip = if attributes & 0x80 != 0 { 0x0f } else { 0 };
            self.ctrl.sprite_address(tile, line.wrapping_sub(u16::from(y)) ^ flip)
        })
    }

    /// Dots 337-340 and 0: the last address, which stays for so many half-dots, and
    /// that of dot 0.
    #[inline(always)]
    fn fetch_names(&mut self, bus: &mut impl VideoBus, half_dots: u32) {
        bus.drive(self.v.tile_address());
        let tile = bus.read(self.v.tile_address());
        bus.pass(half_dots);
        self.fetched = tile;
        self.latch = tile;
        self.pattern_address =
            u16::from(tile) << 4 | self.ctrl.background_table() | self.v.fine_y();
        self.drive(bus, self.pattern_address);
        bus.pass(2);
    }

    /// How the evaluation stands on dot 0.
    #[inline(always)]
    fn rest_evaluation(&mut self) {
        let e = &mut self.evaluation;
        e.begin_fetches();
        e.line_has_sprite0 = e.next_has_sprite0;
        e.oam_address = 0;
        e.row = (self.line & 0xff).wrapping_sub(u16::from(self.oam2[28]));
        e.set_buffer(self.oam2[0]);
        e.next_oam2();
    }
}
