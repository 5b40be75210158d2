//! Eight calm dots at once: a tile of the background, eight pixels, a sprite.
//!
//! Between dots 8n and 8n + 8 of a rendered line the chip does the same every
//! time, and while nobody disturbs it (`calm.rs`) the order within the eight
//! dots cannot be seen. What is left is what the dots bring about together:
//!
//! | dots | fetches | sprites | pixels |
//! |---|---|---|---|
//! | 1-64 | a tile | four bytes of OAM2 cleared | eight |
//! | 65-256 | a tile | four bytes evaluated | eight |
//! | 257-320 | a sprite | | |
//! | 321-336 | a tile | OAM2\[0\] | |
//!
//! The eight pixels come from the registers as they stand before: what is fetched
//! enters them as the eighth dot ends. A bit plane of eight pixels is a byte
//! here, and their palette indices the bytes of a word, the leftmost first.

use super::fetch::PLANE;
use super::shifters::spread;
use super::{Ppu, Screen, VideoBus};
use crate::nes::bits::Flag;

impl Ppu {
    /// Runs eight calm dots from a dot that is a multiple of eight. False, and
    /// nothing done, where a dot counts: sprite 0 may be hit, or the line ends.
    #[inline(never)]
    pub(super) fn run_tile(&mut self, bus: &mut impl VideoBus, screen: &mut impl Screen) -> bool {
        if self.sprite0_hit_in > 0 {
            return false;
        }
        match self.dot {
            0..256 => {
                let near = self.sprites.near();
                if near & 0x80 != 0 && self.may_hit_sprite0() {
                    return false;
                }
                self.draw_dots(screen, near, 8);
                self.fetch_tile(bus);
                if self.dot < 64 { self.clear_four() } else { self.evaluate_four(false) }
            }
            256 => {
                let [last, second, third] = self.pipeline;
                let leaving = [third, second, last].map(|colour| self.tinted(colour));
                screen.pixels(253, self.line, &leaving);
                self.begin_sprites(bus);
            }
            264..320 => self.fetch_whole_sprite(bus),
            320..336 => {
                self.fetch_tile(bus);
                self.rest_eight();
            }
            _ => return false,
        }
        self.end_tile();
        true
    }

    /// The same on the pre-render line: nothing is shown and no byte of OAM2 written.
    pub(super) fn run_unseen_tile(&mut self, bus: &mut impl VideoBus) -> bool {
        if self.sprite0_hit_in > 0 || !self.mask.rendering() {
            return false;
        }
        match self.dot {
            8..256 => {
                self.sprites.draw(self.sprites.near(), 8);
                self.sprites.count(8);
                self.fetch_tile(bus);
                if self.dot < 64 {
                    self.hold_four()
                } else {
                    self.evaluate_four(true)
                }
                self.pipeline = [self.pipeline[0]; 3];
            }
            256 => self.begin_sprites(bus),
            264..320 => {
                if matches!(self.dot, 280 | 288 | 296 | 304) {
                    self.v.copy_vertical(self.t);
                }
                self.fetch_whole_sprite(bus);
            }
            320..336 => {
                self.fetch_tile(bus);
                self.rest_eight();
            }
            _ => return false,
        }
        self.end_tile();
        true
    }

    /// How eight calm dots leave what moves in each dot.
    #[inline(always)]
    pub(super) fn end_tile(&mut self) {
        self.sprite0_hit_readable = self.sprite0_hit;
        self.port.blanking = Flag::OFF;
        self.reading = Flag::ON;
        self.latching = Flag::OFF;
    }

    pub(super) fn may_hit_sprite0(&self) -> bool {
        self.evaluation.line_has_sprite0.on() && self.may_hit_sprite0_at_all()
    }

    /// The same on any line.
    pub(super) fn may_hit_sprite0_at_all(&self) -> bool {
        self.sprite0_armed.on() && self.mask.both()
    }

    /// The four fetches of a tile; it enters the shift registers.
    #[inline(always)]
    pub(super) fn fetch_tile(&mut self, bus: &mut impl VideoBus) {
        let v = self.v;
        let tile = self.fetch_at(bus, v.tile_address());
        let attributes = self.fetch_at(bus, v.attribute_address());
        self.attribute = attributes >> v.attribute_shift() & 3;
        let row = u16::from(tile) << 4 | self.ctrl.background_table() | v.fine_y();
        let low = self.fetch_at(bus, row);
        let high = self.fetch_at(bus, row | PLANE);
        self.pattern_address = row | PLANE;
        self.fetched = high;
        self.enter_tile([low, high]);
    }

    /// The fetches of a tile that others follow: its planes' place, and what they
    /// leave on the pins and in the latch, will not be seen.
    #[inline(always)]
    pub(super) fn fetch_early_tile(&mut self, bus: &mut impl VideoBus) {
        let v = self.v;
        let tile = bus.read(v.tile_address());
        self.attribute = bus.read(v.attribute_address()) >> v.attribute_shift() & 3;
        let row = u16::from(tile) << 4 | self.ctrl.background_table() | v.fine_y();
        let planes = [bus.read(row), bus.read(row | PLANE)];
        bus.drive(v.tile_address());
        bus.pass(8);
        bus.drive(row);
        bus.pass(8);
        self.enter_tile(planes);
    }

    /// A fetched tile goes into the registers, and the one before it on.
    #[inline(always)]
    fn enter_tile(&mut self, [low, high]: [u8; 2]) {
        [self.tile_plane_low, self.tile_plane_high] = [low, high];
        self.tile_low = self.tile_low << 8 | u16::from(low);
        self.tile_high = self.tile_high << 8 | u16::from(high);
        self.attribute_low = 0u8.wrapping_sub(self.attribute_latch & 1);
        self.attribute_high = 0u8.wrapping_sub(self.attribute_latch >> 1 & 1);
        self.attribute_latch = self.attribute;
        self.v.next_tile();
    }

    /// Two dots: an address, and the byte there.
    #[inline(always)]
    fn fetch_at(&mut self, bus: &mut impl VideoBus, address: u16) -> u8 {
        self.drive(bus, address);
        self.latch = address as u8;
        let byte = self.read_video(bus);
        bus.pass(4);
        byte
    }

    /// So many pixels, eight at the most, and what leaves for the screen meanwhile.
    #[inline(always)]
    pub(super) fn draw_dots(&mut self, screen: &mut impl Screen, near: u64, dots: usize) {
        let x = self.dot;
        let fine = u32::from(self.fine_x & 7);
        let window = |plane: u16| (plane << fine >> 8) as u8;
        let attribute = |old: u8, bit: u8| {
            window(
                u16::from(old) << 8 | u16::from(0u8.wrapping_sub(self.attribute_latch >> bit & 1)),
            )
        };
        let shown = if self.mask.background_at(x) { 0xff } else { 0 };
        let [low, high] = [window(self.tile_low) & shown, window(self.tile_high) & shown];
        let opaque = low | high;
        let mut indices = spread(low)
            | spread(high) << 1
            | spread(attribute(self.attribute_low, 0) & opaque) << 2
            | spread(attribute(self.attribute_high, 1) & opaque) << 3;
        if near != 0 {
            let sprites = self.sprites.draw(near, dots as u32);
            if self.mask.sprites_at(x) {
                let over = spread(sprites.opaque & (sprites.front | !opaque)) * 0xff;
                indices = (indices & !over) | (sprites.indices & over);
            }
        }
        self.sprites.count(dots as u8);
        // The pipeline's three colours, the oldest lowest, and behind them the new ones.
        let colours = indices.to_le_bytes().map(|index| self.palette[usize::from(index & 31)]);
        let [newest, second, third] = self.pipeline;
        let way = u128::from(u64::from_le_bytes(colours)) << 24
            | u128::from(u32::from_le_bytes([third, second, newest, 0]));
        let [third, second, newest, ..] = ((way >> (8 * dots)) as u32).to_le_bytes();
        self.pipeline = [newest, second, third];
        let leaving = (way as u64).to_le_bytes().map(|colour| self.tinted(colour));
        let outside = 3usize.saturating_sub(x.into());
        if let Some(leaving) = leaving.get(outside..dots) {
            screen.pixels(x.saturating_sub(3), self.line, leaving);
        }
    }

    /// Dots 1-64: four bytes of OAM2.
    #[inline(always)]
    pub(super) fn clear_four(&mut self) {
        let e = &mut self.evaluation;
        if self.dot == 0 {
            e.begin_line();
        }
        for _ in 0..4 {
            self.oam2[usize::from(e.oam2_address & 31)] = 0xff;
            e.next_oam2();
        }
        e.set_buffer(0xff);
        self.dot += 8;
        self.settle_overflow();
    }

    /// Dots 9-64 of the pre-render line: OAM2 is read, and stays.
    fn hold_four(&mut self) {
        let e = &mut self.evaluation;
        e.set_buffer(self.oam2[usize::from(e.oam2_address & 31)]);
        for _ in 0..3 {
            e.next_oam2();
            e.set_buffer(self.oam2[usize::from(e.oam2_address & 31)]);
        }
        e.next_oam2();
        self.dot += 8;
        self.settle_overflow();
    }

    /// Dots 65-256: four bytes of OAM.
    #[inline(always)]
    pub(super) fn evaluate_four(&mut self, pre_render: bool) {
        if self.dot == 64 {
            self.evaluation.begin_evaluation();
        }
        for _ in 0..4 {
            self.dot += 2;
            self.settle_overflow();
            let e = &mut self.evaluation;
            e.set_buffer(self.oam[usize::from(e.oam_address)]);
            self.evaluate_even_dot(self.dot, pre_render);
            self.evaluation.buffer = self.evaluation.next_buffer;
        }
    }

    /// Dots 257-264: `v` goes to the next line, and back to its left edge between the address of a fetch and its byte.
    #[inline(always)]
    fn begin_sprites(&mut self, bus: &mut impl VideoBus) {
        self.v.next_line();
        self.evaluation.begin_fetches();
        self.drive(bus, self.v.tile_address());
        self.latch = self.address as u8;
        self.shift_background();
        self.v.copy_horizontal(self.t);
        self.address = (self.v.tile_address() & 0xff00) | u16::from(self.latch);
        self.fetched = self.read_video(bus);
        bus.pass(4);
        self.fetch_rest_of_sprite(bus);
    }

    /// Eight of dots 257-320: a sprite for the next line.
    #[inline(always)]
    fn fetch_whole_sprite(&mut self, bus: &mut impl VideoBus) {
        self.fetched = self.fetch_at(bus, self.v.tile_address());
        self.fetch_rest_of_sprite(bus);
    }

    /// The same after its first two dots.
    #[inline(always)]
    fn fetch_rest_of_sprite(&mut self, bus: &mut impl VideoBus) {
        let slot = usize::from((self.dot - 256) >> 3 & 7);
        let e = &mut self.evaluation;
        e.line_has_sprite0 = e.next_has_sprite0;
        e.oam_address = 0;
        let [y, _, attributes, x] = std::array::from_fn(|n| {
            let byte = self.oam2[usize::from(e.oam2_address & 31)];
            if n < 3 {
                e.next_oam2();
            }
            byte
        });
        e.row = (self.line & 0xff).wrapping_sub(u16::from(y));
        e.set_buffer(x);
        self.sprites.attributes[slot] = attributes;
        self.sprites.counter[slot] = x;
        self.fetched = self.fetch_at(bus, self.v.tile_address());
        let tile = self.evaluation.entry(&self.oam2)[1];
        self.pattern_address = (self.pattern_address & 0x100f) | u16::from(tile) << 4;
        self.update_sprite_address();
        self.pattern_address &= !PLANE;
        let low = self.fetch_at(bus, self.pattern_address);
        self.sprites.low[slot] = self.sprite_plane(low, slot);
        self.pattern_address |= PLANE;
        let high = self.fetch_at(bus, self.pattern_address);
        self.sprites.high[slot] = self.sprite_plane(high, slot);
        self.evaluation.next_oam2();
        self.pipeline = [self.pipeline[0]; 3];
        self.dot += 8;
        self.settle_overflow();
    }

    /// Eight of dots 321-336.
    #[inline(always)]
    fn rest_eight(&mut self) {
        self.evaluation.set_buffer(self.oam2[0]);
        self.pipeline = [self.pipeline[0]; 3];
        self.dot += 8;
        self.settle_overflow();
    }

    /// A dot later the overflow flag is readable, half a dot later again latched.
    #[inline(always)]
    pub(super) fn settle_overflow(&mut self) {
        self.overflow_latched = self.overflow;
        self.overflow_readable = self.overflow;
    }
}
