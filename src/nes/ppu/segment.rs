//! Calm dots of a line's picture from anywhere to anywhere, at once.
//!
//! A program that writes registers within the picture cuts its lines into segments.
//! What `line.rs` does for a whole line is done here for such a piece, if a tile ends
//! in it (`part.rs` runs shorter ones). What is under way at its two ends stays in the
//! registers, where the chip has it:
//!
//! ```text
//!  dots      first      8n         8n+8       8n+16      end
//!  pixels    | rest of A |    B     |    T0    |    T1   |
//!  fetches   | rest of T0|    T1    |    T2    | begun   |
//! ```
//!
//! * The background comes from the shift registers, which hold the rest of tile A and
//!   tile B, and then from the tiles that are fetched here. Where a tile ends the
//!   fetched one enters just behind what is left, so these follow each other without
//!   a gap, whatever the registers held. With the attributes it is so if they stand as
//!   whole tiles have left them, which is looked at first.
//! * The rest of the first tile's fetches and the begun ones of the last take their
//!   steps (`part.rs`); those between are looked up.
//! * Sprites are drawn over it as far as they reach. Where sprite 0 may be hit the
//!   segment ends.
//! * The evaluation passes over the sprites out of range at once (`crowd.rs`), and
//!   takes its steps for the others.

use super::crowd::Crowd;
use super::fetch::PLANE;
use super::inks::Ink;
use super::line::{BLOCK, Canvas, Piece, TILES};
use super::{Hears, Ppu, Screen, VideoBus};
use crate::nes::bits::Flag;

/// Pixels on their way to the screen.
const WAY: u16 = 3;
/// So few tiles are fetched one by one.
const FEW: usize = 2;

/// Tiles next to each other on a canvas, and the palettes of the last two.
struct TileRow {
    canvas: Canvas,
    inks: [Ink; 4],
    len: usize,
    attributes: [u8; 2],
}

impl TileRow {
    #[inline(always)]
    fn new(inks: [Ink; 4]) -> Self {
        Self { canvas: Canvas::new(), inks, len: 0, attributes: [0; 2] }
    }

    #[inline(always)]
    fn put(&mut self, planes: [u8; 2], attribute: u8) {
        self.canvas.put(self.len, &self.inks, planes, attribute);
        self.attributes = [self.attributes[1], attribute];
        self.len += 1;
    }

    /// Planes and palettes.
    #[inline(always)]
    fn last_two(&self) -> [([u8; 2], u8); 2] {
        let planes = |n: usize| {
            let n = (self.len + TILES - n) % TILES;
            [self.canvas.low[n], self.canvas.high[n]]
        };
        [(planes(2), self.attributes[0]), (planes(1), self.attributes[1])]
    }
}

impl Ppu {
    /// Half-dots for which it is worth while.
    pub(super) const SEGMENT: u32 = 20;

    /// Runs so many calm dots at the most from within dots 0-255. Gives how many; none
    /// where it takes more than this, or no tile ends.
    #[inline(never)]
    pub(super) fn run_segment(
        &mut self,
        bus: &mut impl VideoBus,
        screen: &mut impl Screen,
        crowd: &mut Crowd,
        dots: u32,
    ) -> u32 {
        let first = self.dot;
        let into = first & 7;
        let dots = self.dots_without_hit(dots.min(256 - u32::from(first)) as u16);
        let ends = usize::from((into + dots) >> 3);
        if ends == 0 || self.sprite0_hit_in > 0 || bus.hears() == Hears::Everything {
            return 0;
        }
        let Some(attribute) = self.attribute_in_force(into) else { return 0 };
        let mut tiles = TileRow::new(self.inks());
        let [low, high] = [self.tile_low, self.tile_high].map(|tile| (tile >> into).to_be_bytes());
        tiles.put([low[0], high[0]], attribute);
        tiles.put([low[1], high[1]], self.attribute_latch & 3);
        self.fetch_segment(bus, first, ends, &mut tiles);
        self.fetch_dots(bus, 0, (first + dots) & 7);
        self.draw_segment(screen, &mut tiles.canvas, Piece { first, dots });
        self.keep_tiles(&tiles);
        self.shift_dots(u32::from((first + dots) & 7));

        let end = first + dots;
        if first < 64 {
            self.clear_until(end.min(64));
        }
        if end > 64 {
            crowd.follow(&self.oam, self.ctrl.sprite_height());
            self.evaluate_until(end, crowd.on_line(self.line));
        }
        self.sprite0_hit_readable = self.sprite0_hit;
        self.port.blanking = Flag::OFF;
        let even_dot = end & 1 == 0;
        self.reading = even_dot.into();
        self.latching = (!even_dot).into();
        dots.into()
    }

    /// The dots, so many at the most, before sprite 0 begins where it may be hit.
    #[inline(always)]
    fn dots_without_hit(&self, dots: u16) -> u16 {
        if self.may_hit_sprite0() && !self.sprites.is_empty(0) {
            dots.min(self.sprites.counter[0].into())
        } else {
            dots
        }
    }

    /// The attribute of the tile of which `into` pixels have gone, if the next one's
    /// came in behind it.
    #[inline(always)]
    fn attribute_in_force(&self, into: u16) -> Option<u8> {
        let behind = !(0xffu8 << into);
        let plane = |old: u8, next: u8| {
            let whole = |bit: u8| 0u8.wrapping_sub(bit & 1);
            let stands = (whole(old >> 7) & !behind) | (whole(next) & behind);
            (old == stands).then_some(old >> 7)
        };
        let low = plane(self.attribute_low, self.attribute_latch)?;
        let high = plane(self.attribute_high, self.attribute_latch >> 1)?;
        Some(low | high << 1)
    }

    /// The fetches of as many tiles as end.
    #[inline(always)]
    fn fetch_segment(
        &mut self,
        bus: &mut impl VideoBus,
        first: u16,
        ends: usize,
        tiles: &mut TileRow,
    ) {
        let mut whole = ends;
        if first & 7 != 0 {
            self.fetch_dots(bus, first, 8 - (first & 7));
            tiles.put([self.tile_plane_low, self.tile_plane_high], self.attribute);
            whole -= 1;
        }
        if whole > FEW
            && let Some(found) = self.line_tiles(bus)
        {
            let mut attributes = found.attributes;
            for number in found.numbers.iter().take(whole) {
                tiles.put(found.planes(*number), attributes as u8 & 3);
                attributes >>= 2;
            }
            let last = found.numbers[(whole - 1) & 31];
            self.tell_tiles(bus, whole);
            self.v.advance_tiles(whole as u16 - 1);
            self.pattern_address =
                u16::from(last) << 4 | self.ctrl.background_table() | self.v.fine_y() | PLANE;
            self.v.next_tile();
            let [_, (planes, attribute)] = tiles.last_two();
            let [_, high] = planes;
            [self.tile_plane_low, self.tile_plane_high] = planes;
            self.attribute = attribute;
            self.fetched = high;
            self.latch = self.pattern_address as u8;
            self.address = (self.pattern_address & 0xff00) | u16::from(high);
        } else {
            for _ in 0..whole {
                self.fetch_tile(bus);
                tiles.put([self.tile_plane_low, self.tile_plane_high], self.attribute);
            }
        }
    }

    /// Sprites over the tiles, and what leaves for the screen.
    #[inline(always)]
    fn draw_segment(&mut self, screen: &mut impl Screen, canvas: &mut Canvas, piece: Piece) {
        let Piece { first, dots } = piece;
        let from = piece.place(self.fine_x);
        if !self.mask.background_at(8) {
            canvas.colours.fill(self.palette[0]);
        } else if !self.mask.background_at(0) && first < 8 {
            let clipped = usize::from(dots.min(8 - first));
            canvas.colours[from..from + clipped].fill(self.palette[0]);
        }
        self.draw_sprites(canvas, piece);
        self.sprites.pass(dots);
        let [newest, second, third] = self.pipeline;
        let on_way = [third, second, newest];
        let leaving = usize::from(dots.saturating_sub(WAY));
        for (x, colour) in (first..first + dots).zip(on_way) {
            if x >= WAY {
                screen.pixel(x - WAY, self.line, self.tinted(colour));
            }
        }
        for n in (0..leaving).step_by(BLOCK) {
            let Some(colours) = canvas.colours[from + n..].first_chunk::<BLOCK>() else { break };
            let block = colours.map(|colour| self.tinted(colour));
            screen.pixels(first + n as u16, self.line, &block[..BLOCK.min(leaving - n)]);
        }
        for colour in &canvas.colours[from + leaving..from + usize::from(dots)] {
            let [newest, second, _] = self.pipeline;
            self.pipeline = [*colour, newest, second];
        }
    }

    /// The registers as they are where a tile ends, with the two that are left.
    #[inline(always)]
    fn keep_tiles(&mut self, tiles: &TileRow) {
        let [(first, attribute), (second, next)] = tiles.last_two();
        self.tile_low = u16::from_be_bytes([first[0], second[0]]);
        self.tile_high = u16::from_be_bytes([first[1], second[1]]);
        self.attribute_low = 0u8.wrapping_sub(attribute & 1);
        self.attribute_high = 0u8.wrapping_sub(attribute >> 1 & 1);
        self.attribute_latch = next;
    }

    /// Dots 1-64 up to one of them. From an even dot on each byte is $FF.
    #[inline(always)]
    fn clear_until(&mut self, end: u16) {
        if self.dot & 1 == 1 {
            self.clear_dots(1);
        }
        let pairs = (end - self.dot) / 2;
        if pairs > 0 {
            let e = &mut self.evaluation;
            if self.dot == 0 {
                e.begin_line();
            }
            let from = usize::from(e.oam2_address & 31);
            let (wrapped, at_once) = self.oam2.split_at_mut(from);
            let fills = at_once.len().min(pairs.into());
            at_once[..fills].fill(0xff);
            wrapped[..(usize::from(pairs) - fills).min(from)].fill(0xff);
            e.oam2_address = (from + usize::from(pairs)) as u8 & 31;
            e.set_buffer(0xff);
            self.dot += 2 * pairs;
            self.settle_overflow();
        }
        if self.dot < end {
            self.clear_dots(1);
        }
    }

    /// Dots 65-256 up to one of them.
    #[inline(always)]
    fn evaluate_until(&mut self, end: u16, in_range: u64) {
        if self.dot & 1 == 1 {
            self.evaluate_dots(1);
        } else if self.dot == 64 && end > 65 {
            self.evaluation.begin_evaluation();
        }
        while self.dot + 1 < end {
            let passed = self.pass_over_many(in_range, (end - self.dot) / 2);
            if passed > 0 {
                self.dot += 2 * passed;
                self.settle_overflow();
            } else {
                self.evaluate_pair();
            }
        }
        if self.dot < end {
            self.evaluate_dots(1);
        }
    }

    /// As many pairs of an odd dot and an even one as pass over sprites, `in_range`
    /// being those of OAM that stay, or as find nothing more; so many at the most.
    #[inline(always)]
    fn pass_over_many(&mut self, in_range: u64, pairs: u16) -> u16 {
        let e = &mut self.evaluation;
        let at = e.oam_address;
        if at & 3 != 0 || e.ended_on_odd.on() {
            return 0;
        } else if e.wrapped.on() {
            let end = at.wrapping_add((4 * pairs) as u8);
            e.oam_address = end;
            e.set_buffer(self.oam2[usize::from(e.oam2_address & 31)]);
            e.latched = self.oam[usize::from(end.wrapping_sub(4))];
            return pairs;
        } else if e.field != 0 || e.full.on() {
            return 0;
        }
        let next = u16::from(at / 4);
        let out = (in_range >> next).trailing_zeros() as u16;
        let passed = out.min(64 - next).min(pairs);
        if passed > 0 {
            if self.dot == 64 {
                e.next_has_sprite0 = Flag::OFF;
            }
            e.oam_address = (4 * (next + passed)) as u8;
            e.wrapped = (e.oam_address == 0).into();
            let y = self.oam[usize::from(e.oam_address.wrapping_sub(4))];
            e.row = (self.line & 0xff).wrapping_sub(u16::from(y));
            e.set_buffer(y);
            self.oam2[usize::from(e.oam2_address & 31)] = y;
        }
        passed
    }

    /// An odd dot and an even one.
    #[inline(never)]
    fn evaluate_pair(&mut self) {
        self.dot += 2;
        self.settle_overflow();
        let e = &mut self.evaluation;
        e.set_buffer(self.oam[usize::from(e.oam_address)]);
        self.evaluate_even_dot(self.dot, false);
        self.evaluation.buffer = self.evaluation.next_buffer;
    }
}
