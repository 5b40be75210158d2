//! The background's fetches: two dots each, address on the odd, byte on the even.
//!
//! ```text
//!  dot & 7   1    2    3    4    5    6    7    0
//!           NT-A NT-D AT-A AT-D lo-A lo-D hi-A hi-D     A: address, D: data
//! ```
//!
//! <https://www.nesdev.org/wiki/PPU_rendering>

use super::dots::Dot;
use super::{Ppu, VideoBus};

/// What the second half of a dot does with a fetched byte.
pub(super) mod commit {
    pub const NOTHING: u8 = 0;
    pub const NAMETABLE: u8 = 1;
    pub const ATTRIBUTE: u8 = 2;
    pub const LOW: u8 = 3;
    pub const HIGH: u8 = 4;
}

/// The plane bit of a pattern address.
pub(super) const PLANE: u16 = 0x0008;

impl Ppu {
    /// One of a tile's eight dots.
    #[inline(always)]
    pub(super) fn fetch_background(&mut self, bus: &mut impl VideoBus, dot: Dot) {
        let step = ((dot.number - 1) & 6) | u16::from(dot.is_even);
        if self.latching.on() && self.reading.on() {
            self.latch = self.address as u8;
        }
        match step {
            0 => self.drive(bus, self.v.tile_address()),
            1 => self.fetch(bus, self.v.tile_address(), commit::NAMETABLE),
            2 => self.drive(bus, self.v.attribute_address()),
            3 => self.fetch(bus, self.v.attribute_address(), commit::ATTRIBUTE),
            4 => {
                self.update_background_address();
                self.pattern_address &= !PLANE;
                self.drive(bus, self.pattern_address);
            }
            5 => self.fetch(bus, self.pattern_address, commit::LOW),
            6 => {
                self.update_background_address();
                self.pattern_address |= PLANE;
                self.drive(bus, self.pattern_address);
            }
            _ => self.fetch(bus, self.pattern_address, commit::HIGH),
        }
        self.latch_address();
    }

    /// Reads a byte; its low address comes from the latch.
    #[inline(always)]
    pub(super) fn fetch(&mut self, bus: &mut impl VideoBus, address: u16, commit: u8) {
        self.address = (address & 0xff00) | u16::from(self.latch);
        self.fetched = self.read_video(bus);
        self.commit = commit;
    }

    /// The latch follows AD while an address is on it and nothing is read.
    #[inline(always)]
    pub(super) fn latch_address(&mut self) {
        if self.latching.on() && !self.reading.on() {
            self.latch = self.address as u8;
        }
    }

    /// Dots 337-340: two nametable bytes that nobody uses. Dot 0: a pattern
    /// address (not on the pre-render line).
    pub(super) fn fetch_unused(&mut self, bus: &mut impl VideoBus, pre_render: bool) {
        if self.reading.on() {
            self.latch = self.address as u8;
        }
        match self.dot {
            0 => {
                self.update_background_address();
                self.pattern_address &= !PLANE;
                if !pre_render {
                    self.drive(bus, self.pattern_address);
                }
            }
            338 => {
                self.drive(bus, self.v.tile_address());
                self.fetched = self.read_video(bus);
                self.commit = commit::NAMETABLE;
            }
            340 => {
                self.fetched = self.read_video(bus);
            }
            _ => self.drive(bus, self.v.tile_address()),
        }
        self.latch_address();
    }

    /// Table and row of the pattern address; the tile stands in it already.
    #[inline(always)]
    fn update_background_address(&mut self) {
        self.pattern_address =
            (self.pattern_address & 0x0ff8) | self.ctrl.background_table() | self.v.fine_y();
    }

    /// The same for a sprite.
    #[inline(always)]
    pub(super) fn update_sprite_address(&mut self) {
        let [_, tile, attributes, _] = self.evaluation.entry(&self.oam2);
        let offset = self.evaluation.row;
        let flip = if attributes & 0x80 != 0 { 0x0f } else { 0 };
        let row = (offset ^ flip) & 0x0f;
        self.pattern_address = if self.ctrl.tall_sprites() {
            (self.pattern_address & 0x0fe8) | u16::from(tile & 1) << 12 | (row & 8) << 1 | (row & 7)
        } else {
            (self.pattern_address & 0x0ff8) | self.ctrl.sprite_table() | (row & 7)
        };
    }

    /// Whether the fetches of this dot are the background's.
    fn fetches_background(&self) -> bool {
        self.dot < 256 || self.dot > 320
    }

    /// The second half of a dot takes the fetched byte.
    #[inline(always)]
    pub(super) fn commit_fetch(&mut self) {
        match std::mem::replace(&mut self.commit, commit::NOTHING) {
            commit::NAMETABLE => {
                let tile = if self.fetches_background() {
                    self.address as u8
                } else {
                    self.evaluation.entry(&self.oam2)[1]
                };
                self.pattern_address = (self.pattern_address & 0x100f) | u16::from(tile) << 4;
            }
            commit::ATTRIBUTE => {
                self.attribute = self.fetched >> self.v.attribute_shift() & 3;
            }
            commit::LOW => self.tile_plane_low = self.fetched,
            commit::HIGH => {
                self.tile_plane_high = self.fetched;
                self.load_background();
                self.v.next_tile();
            }
            _ => {}
        }
    }

    #[inline(always)]
    pub(super) fn load_background(&mut self) {
        self.tile_low = (self.tile_low & 0xff00) | u16::from(self.tile_plane_low);
        self.tile_high = (self.tile_high & 0xff00) | u16::from(self.tile_plane_high);
        self.attribute_latch = self.attribute;
    }

    /// Zeros enter the low plane, ones the high plane, the latch the attributes: their
    /// two registers are worked on as one word.
    #[inline(always)]
    pub(super) fn shift_background(&mut self) {
        self.tile_low <<= 1;
        self.tile_high = self.tile_high << 1 | 1;
        let both = u16::from_le_bytes([self.attribute_low, self.attribute_high]) << 1;
        let entering = (u16::from(self.attribute_latch & 3) * 0x81) & 0x0101;
        [self.attribute_low, self.attribute_high] = (both & 0xfefe | entering).to_le_bytes();
    }
}
