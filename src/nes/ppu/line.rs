//! The picture's 256 dots of a calm line at once.
//!
//! `tiles.rs` runs eight calm dots as one, and 32 of these in a row need not take
//! turns, either. The fetches of a line touch nothing that its pixels or its
//! evaluation look at, but for the registers that the fetched tiles pass through;
//! the pixels come from those tiles and from sprites that the line before has
//! fetched; the evaluation reads OAM and writes OAM2, which nobody else does here.
//! So each can be done for the whole line, one after the other:
//!
//! ```text
//!  registers | 32 tiles    34 tiles of colours, the first two fetched before;
//!            |             fine X says at which of their pixels to begin
//!  sprites                 over the colours, the first in OAM2's order first
//!  evaluation              the first sprites in range, as long as they are fewer
//!                          than eight; two dots for a sprite out of range, eight
//!                          for another
//! ```
//!
//! Banks move only when the PPU has caught up, so a page of memory is looked up
//! once. A board that listens to A12 is told of its changes afterwards, with their
//! times; one that listens to more may take a line at once ([`VideoBus::row`]), or
//! lines are left to `tiles.rs`.
//!
//! Sprite 0 hits at the first pixel that its planes and the background's have in
//! common. What comes of it half-dots later is over at the end of the line, but for
//! the flag that a hit on pixel 254 makes readable on dot 257.

use super::crowd::Crowd;
use super::fetch::PLANE;
use super::inks::{Ink, eight, word};
use super::shifters::{Sprites, zero_bytes};
use super::sprites::Evaluation;
use super::{Hears, Kib, Ppu, Row, Screen, VideoBus};
use crate::nes::bits::{Flag, Scroll};

/// Tiles that a line's pixels and the registers behind them come from.
pub(super) const TILES: usize = 34;
/// Pixels of a piece that leave for the screen together.
pub(super) const BLOCK: usize = 16;
/// Tiles that a line fetches for itself.
const FETCHED: usize = 32;

/// The background of a line, and its colours with what is drawn over it.
pub(super) struct Canvas {
    pub(super) low: [u8; TILES],
    pub(super) high: [u8; TILES],
    /// With room for a block behind the last.
    pub(super) colours: [u8; TILES * 8 + BLOCK],
}

/// A piece of a line.
#[derive(Clone, Copy)]
pub(super) struct Piece {
    /// Its first pixel.
    pub first: u16,
    pub dots: u16,
}

impl Piece {
    const LINE: Self = Self { first: 0, dots: 256 };

    /// Where on its canvas it begins.
    #[inline(always)]
    pub fn place(self, fine_x: u8) -> usize {
        usize::from(self.first & 7) + usize::from(fine_x & 7)
    }
}

/// What the fetches of a line meet.
pub(super) struct Tiles<'a> {
    pub numbers: [u8; FETCHED],
    /// Two bits for each, the first tile's lowest.
    pub attributes: u64,
    patterns: [&'a Kib; 4],
    fine_y: usize,
}

impl Ppu {
    /// Runs dots 1-256 of a line from its dot 0. False, and nothing done, where
    /// it takes more than this.
    #[inline(never)]
    pub(super) fn run_line(
        &mut self,
        bus: &mut impl VideoBus,
        screen: &mut impl Screen,
        crowd: &Crowd,
    ) -> bool {
        let plain =
            matches!(self.attribute_low, 0 | 0xff) && matches!(self.attribute_high, 0 | 0xff);
        if self.sprite0_hit_in > 0 || !plain {
            return false;
        }
        let table = self.ctrl.background_table();
        let whole = bus.hears() == Hears::Everything;
        let mut canvas;
        if whole && let Some(row) = bus.row(self.v, table) {
            let Row { last, attributes, planes } = row;
            canvas = self.draw_background(attributes, |n| planes[n]);
            self.take_tiles(last, attributes, &canvas);
        } else {
            if whole {
                let Some(Tiles { numbers, .. }) = self.line_tiles(bus) else { return false };
                if !bus.tiles(self.v, table, &numbers) {
                    return false;
                }
            }
            let Some(tiles) = self.line_tiles(bus) else { return false };
            canvas = self.draw_background(tiles.attributes, |n| tiles.planes(tiles.numbers[n]));
            self.take_tiles(tiles.numbers[FETCHED - 1], tiles.attributes, &canvas);
            if !whole {
                self.tell_tiles(bus, FETCHED);
            }
        }
        if whole {
            bus.pass(16 * FETCHED as u32);
        }
        let hit = self.draw_sprites(&mut canvas, Piece::LINE);
        self.show(screen, &canvas);
        self.sprites.pass_line();
        self.evaluate_line(crowd);
        self.dot = 256;
        self.end_tile();
        if let Some(x) = hit {
            self.sprite0_armed = Flag::OFF;
            self.sprite0_hit_readable = if x < 254 { Flag::ON } else { self.sprite0_hit };
            self.sprite0_hit = Flag::ON;
        }
        true
    }

    /// Looks up the tiles that are fetched from here on, as far as dots 1-256 go.
    #[inline(always)]
    pub(super) fn line_tiles<'a>(&self, bus: &'a impl VideoBus) -> Option<Tiles<'a>> {
        let v = self.v;
        let first = bus.kib(v.tile_address())?;
        let second = bus.kib(v.tile_address() ^ 0x0400)?;
        let row = usize::from(v.0 & 0x03e0);
        let at = usize::from(v.attribute_address() & 0x03f8);
        let names = [*names_of(first, row)?, *names_of(second, row)?];
        let attributes = [*first[at..].first_chunk()?, *second[at..].first_chunk()?];
        let (numbers, attributes) = row_at(v, &names, attributes);
        let table = self.ctrl.background_table();
        let patterns = [
            bus.kib(table)?,
            bus.kib(table | 0x0400)?,
            bus.kib(table | 0x0800)?,
            bus.kib(table | 0x0c00)?,
        ];
        Some(Tiles { numbers, attributes, patterns, fine_y: v.fine_y().into() })
    }

    /// The background's four palettes.
    #[inline(always)]
    pub(super) fn inks(&self) -> [Ink; 4] {
        let [c0, c1, c2, c3, _, c5, c6, c7, _, c9, c10, c11, _, c13, c14, c15, ..] = self.palette;
        // (Not by `map`, which would be a call.)
        [
            Ink::new([c0, c1, c2, c3]),
            Ink::new([c0, c5, c6, c7]),
            Ink::new([c0, c9, c10, c11]),
            Ink::new([c0, c13, c14, c15]),
        ]
    }

    /// Colours of 34 tiles: the two in the shift registers, and those fetched.
    #[inline(always)]
    fn draw_background(&self, mut attributes: u64, planes: impl Fn(usize) -> [u8; 2]) -> Canvas {
        let palette = &self.palette;
        let inks = self.inks();
        let mut canvas = Canvas::new();
        let [second_low, first_low] = self.tile_low.to_le_bytes();
        let [second_high, first_high] = self.tile_high.to_le_bytes();
        let first = (self.attribute_low & 1) | (self.attribute_high & 1) << 1;
        canvas.put(0, &inks, [first_low, first_high], first);
        canvas.put(1, &inks, [second_low, second_high], self.attribute_latch);
        for n in 0..FETCHED {
            canvas.put(n + 2, &inks, planes(n), attributes as u8);
            attributes >>= 2;
        }
        if !self.mask.background_at(8) {
            canvas.colours.fill(palette[0]);
        } else if !self.mask.background_at(0) {
            let fine_x = usize::from(self.fine_x & 7);
            canvas.colours[fine_x..fine_x + 8].fill(palette[0]);
        }
        canvas
    }

    /// The fetched tiles pass through the registers, and the last two stay.
    #[inline(always)]
    fn take_tiles(&mut self, last_number: u8, attributes: u64, canvas: &Canvas) {
        let [.., first_low, low] = canvas.low;
        let [.., first_high, high] = canvas.high;
        let [first, second] = [60, 62].map(|n| (attributes >> n) as u8 & 3);
        self.tile_low = u16::from_be_bytes([first_low, low]);
        self.tile_high = u16::from_be_bytes([first_high, high]);
        self.attribute_low = 0u8.wrapping_sub(first & 1);
        self.attribute_high = 0u8.wrapping_sub(first >> 1);
        self.attribute = second;
        self.attribute_latch = second;
        [self.tile_plane_low, self.tile_plane_high] = [low, high];
        self.fetched = high;
        let number = u16::from(last_number);
        let table = self.ctrl.background_table();
        self.pattern_address = number << 4 | table | self.v.fine_y() | PLANE;
        self.latch = self.pattern_address as u8;
        self.address = (self.pattern_address & 0xff00) | u16::from(high);
        self.v.0 ^= 0x0400;
    }

    /// A tile's nametable and attribute bytes leave A12 low; its planes lie in the
    /// background's table.
    #[inline(always)]
    pub(super) fn tell_tiles(&self, bus: &mut impl VideoBus, tiles: usize) {
        let tile = self.v.tile_address();
        let table = self.ctrl.background_table();
        if bus.hears() == Hears::Nothing || table == 0 {
            bus.drive(tile);
            bus.pass(16 * tiles as u32);
            return;
        }
        tell_fetches(bus, tile, table, tiles as u32);
    }

    /// Sprites over the background. The first in OAM2's order hides the others,
    /// wherever it stands. Gives the pixel at which sprite 0 hits.
    #[inline(always)]
    pub(super) fn draw_sprites(&self, canvas: &mut Canvas, piece: Piece) -> Option<u16> {
        if !self.mask.sprites_at(8) || self.sprites.are_empty() {
            return None;
        }
        let place = piece.place(self.fine_x);
        let [clip_background, clip_sprites] =
            [!self.mask.background_at(0), !self.mask.sprites_at(0)];
        let mut taken = [0u8; 264];
        let mut hit = None;
        for slot in (0..8).filter(|slot| !self.sprites.is_empty(*slot)) {
            let at = usize::from(self.sprites.counter[slot]);
            if at >= usize::from(piece.dots) {
                continue;
            }
            let x = piece.first + at as u16;
            // Where x < 8, the pixels from there on.
            let right = if x < 8 { (0xffu16 >> (8 - x)) as u8 } else { 0xff };
            let seen = if clip_sprites { right } else { 0xff };
            let [low, high] = [self.sprites.low[slot] & seen, self.sprites.high[slot] & seen];
            let behind = if !self.mask.background_at(8) {
                0
            } else {
                let seen = if clip_background { right } else { 0xff };
                canvas.opaque(at + place) & seen
            };
            if slot == 0 && self.may_hit_sprite0() {
                let first = x + ((low | high) & behind).leading_zeros() as u16;
                hit = ((low | high) & behind != 0 && first < 255).then_some(first);
            }
            let Some(taken) = taken[at..].first_chunk_mut::<8>() else { continue };
            let opaque = word(low | high);
            let mut shown = opaque & !u64::from_le_bytes(*taken);
            *taken = (u64::from_le_bytes(*taken) | opaque).to_le_bytes();
            if !self.sprites.is_in_front(slot) {
                shown &= !word(behind);
            }
            let palette = 0x10 | usize::from(self.sprites.attributes[slot] & 3) << 2;
            let [c1, c2, c3] = [1, 2, 3].map(|n| self.palette[palette | n]);
            let colours = Ink::new([0, c1, c2, c3]).mix(low, high);
            if let Some(place) = canvas.colours[at + place..].first_chunk_mut::<8>() {
                *place = ((u64::from_le_bytes(*place) & !shown) | (colours & shown)).to_le_bytes();
            }
        }
        hit
    }

    /// The line goes to the screen; its last three pixels are on their way.
    #[inline(always)]
    fn show(&mut self, screen: &mut impl Screen, canvas: &Canvas) {
        let fine_x = usize::from(self.fine_x & 7);
        let Some(colours) = canvas.colours[fine_x..].first_chunk::<256>() else { return };
        let pixels = colours.map(|colour| self.tinted(colour));
        screen.pixels(0, self.line, &pixels[..253]);
        self.pipeline = [colours[255], colours[254], colours[253]];
    }

    /// Dots 1-256 of the evaluation.
    #[inline(always)]
    fn evaluate_line(&mut self, crowd: &Crowd) {
        let in_range = crowd.on_line(self.line);
        if self.evaluation.begins_aligned() && in_range.count_ones() < 8 {
            let scan = self.scan_sprites(in_range);
            self.oam2 = scan.oam2;
            self.evaluation.finish_scan(&scan, &self.oam);
            self.settle_overflow();
            return;
        }
        self.dot = 0;
        for _ in 0..8 {
            self.clear_four();
        }
        for _ in 0..24 {
            self.evaluate_four(false);
        }
    }

    /// What the evaluation makes of fewer than eight sprites in range.
    #[inline(always)]
    fn scan_sprites(&self, in_range: u64) -> Scan {
        let (entries, _) = self.oam.as_chunks::<4>();
        let mut oam2 = [[0xff; 4]; 8];
        let mut left = in_range;
        let mut found = 0;
        while left != 0 {
            oam2[found & 7] = entries[left.trailing_zeros() as usize & 63];
            left &= left - 1;
            found += 1;
        }
        let last = entries[63][0];
        if in_range >> 63 == 0 {
            // Each Y is written, and the next one over it when it is out of range.
            oam2[found & 7][0] = last;
        }
        Scan {
            oam2: *oam2.as_flattened().first_chunk().unwrap_or(&[0xff; 32]),
            found,
            has_first: in_range & 1 != 0,
            last_row: (self.line & 0xff).wrapping_sub(u16::from(last)),
        }
    }
}

impl Tiles<'_> {
    /// The planes of a tile on this line.
    #[inline(always)]
    pub(super) fn planes(&self, number: u8) -> [u8; 2] {
        let pattern = self.patterns[usize::from(number >> 6)];
        let at = usize::from(number & 0x3f) << 4 | self.fine_y & 7;
        [pattern[at], pattern[at | usize::from(PLANE)]]
    }
}

impl Canvas {
    #[inline(always)]
    pub(super) fn new() -> Self {
        Self { low: [0; TILES], high: [0; TILES], colours: [0; TILES * 8 + BLOCK] }
    }

    #[inline(always)]
    pub(super) fn put(&mut self, n: usize, inks: &[Ink; 4], [low, high]: [u8; 2], attribute: u8) {
        [self.low[n], self.high[n]] = [low, high];
        let (colours, _) = self.colours.as_chunks_mut::<8>();
        colours[n] = inks[usize::from(attribute & 3)].mix(low, high).to_le_bytes();
    }

    /// Where the background is opaque in eight pixels.
    #[inline(always)]
    fn opaque(&self, x: usize) -> u8 {
        let at = x >> 3;
        let [a, b] = [at, at + 1].map(|at| match (self.low.get(at), self.high.get(at)) {
            (Some(low), Some(high)) => low | high,
            _ => 0,
        });
        (u16::from_be_bytes([a, b]) << (x & 7) >> 8) as u8
    }
}

/// So many times two fetches with A12 low, eight half-dots long, and two of a table. Who
/// hears long lows alone is told of the first time and of the last.
#[inline(always)]
pub(super) fn tell_fetches(bus: &mut impl VideoBus, low: u16, table: u16, times: u32) {
    let skipped = if bus.hears() == Hears::LongLows { times.saturating_sub(2) } else { 0 };
    for n in 0..times - skipped {
        if n == 1 {
            bus.pass(16 * skipped);
        }
        bus.drive(low);
        bus.pass(8);
        bus.drive(table);
        bus.pass(8);
    }
}

/// The 32 tiles from `v` on, and their palettes, two bits each, the first tile's lowest:
/// from the rows of two neighbouring nametables in which they lie, and the eight
/// attribute bytes beside each.
#[inline(always)]
pub fn row_at(
    v: Scroll,
    names: &[[u8; FETCHED]; 2],
    attribute_bytes: [[u8; 8]; 2],
) -> ([u8; FETCHED], u64) {
    let column = usize::from(v.0 & 0x001f);
    let numbers = *names.as_flattened()[column..].first_chunk().unwrap_or(&[0; FETCHED]);
    let [left, right] = attribute_bytes
        .map(|bytes| attributes(u64::from_le_bytes(bytes) >> (v.attribute_shift() & 4)));
    let right = right.checked_shl(64 - 2 * column as u32).unwrap_or(0);
    (numbers, left >> (2 * column) | right)
}

/// The tiles of a row of a nametable.
#[inline(always)]
fn names_of(nametable: &Kib, row: usize) -> Option<&[u8; FETCHED]> {
    nametable.get(row..)?.first_chunk()
}

/// Attribute bits of the 32 tiles of a row, two for each, from the row's eight
/// attribute bytes, in which two neighbours share them.
#[inline(always)]
fn attributes(bytes: u64) -> u64 {
    let [left, right] = [bytes & eight(3), bytes >> 2 & eight(3)];
    left | left << 2 | right << 4 | right << 6
}

/// What an evaluation found.
pub struct Scan {
    oam2: [u8; 32],
    /// Sprites in range, fewer than eight.
    pub found: usize,
    /// The first of OAM is one of them.
    pub has_first: bool,
    /// Line within the last sprite of OAM.
    pub last_row: u16,
}

impl Scan {
    /// The dots that are left when all of OAM was seen: in each two of them the
    /// pointer goes on to the next sprite, and nothing is written.
    pub fn idle_steps(&self) -> u8 {
        96 - 64 - 3 * self.found as u8
    }

    /// The byte of OAM2 at which it stopped.
    pub fn shown(&self) -> u8 {
        self.oam2[(self.found * 4) & 31]
    }
}

impl Evaluation {
    /// Where the scan ends, with the bytes that stand in the buffers then.
    fn finish_scan(&mut self, scan: &Scan, oam: &[u8; 256]) {
        self.end_of_scan(scan);
        self.set_buffer(scan.shown());
        self.latched = oam[usize::from(self.oam_address.wrapping_sub(4))];
    }
}

impl Sprites {
    /// Whether a sprite has nothing to show.
    #[inline(always)]
    pub(super) fn is_empty(&self, slot: usize) -> bool {
        self.low[slot] | self.high[slot] == 0
    }

    /// Whether none has.
    #[inline(always)]
    pub(super) fn are_empty(&self) -> bool {
        u64::from_le_bytes(self.low) | u64::from_le_bytes(self.high) == 0
    }

    /// Some dots of a line's picture.
    #[inline(always)]
    pub(super) fn pass(&mut self, dots: u16) {
        if !self.are_empty() {
            for slot in 0..8 {
                let shifts = dots.saturating_sub(self.counter[slot].into()).min(8);
                self.low[slot] = (u16::from(self.low[slot]) << shifts) as u8;
                self.high[slot] = (u16::from(self.high[slot]) << shifts) as u8;
            }
        }
        self.count(dots.min(255) as u8);
    }

    /// 256 dots: every counter runs out, every register shifts from there on.
    #[inline(always)]
    fn pass_line(&mut self) {
        let empty = zero_bytes(u64::from_le_bytes(self.low) | u64::from_le_bytes(self.high));
        let at_right = zero_bytes(!u64::from_le_bytes(self.counter) & eight(0xf8));
        if at_right & !empty == 0 {
            (self.low, self.high) = ([0; 8], [0; 8]);
        } else {
            for slot in 0..8 {
                let shifts = (256 - u32::from(self.counter[slot])).min(8);
                self.low[slot] = (u16::from(self.low[slot]) << shifts) as u8;
                self.high[slot] = (u16::from(self.high[slot]) << shifts) as u8;
            }
        }
        self.counter = [0; 8];
    }
}
