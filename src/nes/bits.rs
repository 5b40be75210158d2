//! Named bits over a byte or a word: the only place where masks live.

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// A flip-flop in the machine's state: zero is off, anything else is on.
#[derive(
    Clone, Copy, Default, PartialEq, Eq, Debug, FromBytes, IntoBytes, KnownLayout, Immutable,
)]
#[repr(transparent)]
pub struct Flag(u8);

impl Flag {
    /// A set flip-flop.
    pub const ON: Self = Self(1);
    /// A cleared flip-flop.
    pub const OFF: Self = Self(0);

    /// Whether it is on.
    #[inline(always)]
    pub fn on(self) -> bool {
        self.0 != 0
    }

    /// Its byte.
    #[inline(always)]
    pub fn byte(self) -> u8 {
        self.0
    }

    /// Reads it and turns it off.
    #[inline(always)]
    pub fn take(&mut self) -> bool {
        std::mem::take(&mut self.0) != 0
    }
}

impl From<bool> for Flag {
    #[inline(always)]
    fn from(on: bool) -> Self {
        Self(u8::from(on))
    }
}

/// $2000 PPUCTRL.
#[derive(Clone, Copy, Default, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(transparent)]
pub struct Ctrl(pub u8);

impl Ctrl {
    /// Bits 0-1: nametable, as they enter `t`.
    #[inline(always)]
    pub fn nametable(self) -> u16 {
        u16::from(self.0 & 3) << 10
    }

    /// Bit 2: what $2007 adds to `v`.
    #[inline(always)]
    pub fn increment(self) -> u16 {
        if self.0 & 0x04 != 0 { 32 } else { 1 }
    }

    /// Bit 3: pattern table of 8×8 sprites.
    #[inline(always)]
    pub fn sprite_table(self) -> u16 {
        u16::from(self.0 & 0x08) << 9
    }

    /// Bit 4: pattern table of the background.
    #[inline(always)]
    pub fn background_table(self) -> u16 {
        u16::from(self.0 & 0x10) << 8
    }

    /// Bit 5: 8×16 sprites.
    #[inline(always)]
    pub fn tall_sprites(self) -> bool {
        self.0 & 0x20 != 0
    }

    /// Lines in a sprite.
    #[inline(always)]
    pub fn sprite_height(self) -> u16 {
        if self.tall_sprites() { 16 } else { 8 }
    }

    /// Where the low plane of a row of a sprite's tile lies.
    #[inline(always)]
    pub fn sprite_address(self, tile: u8, row: u16) -> u16 {
        let tile = u16::from(tile);
        if self.tall_sprites() {
            (tile & 1) << 12 | (tile & 0xfe) << 4 | (row & 8) << 1 | (row & 7)
        } else {
            self.sprite_table() | tile << 4 | (row & 7)
        }
    }

    /// Bit 7: /NMI follows the vblank flag.
    #[inline(always)]
    pub fn nmi(self) -> bool {
        self.0 & 0x80 != 0
    }
}

/// $2001 PPUMASK.
#[derive(Clone, Copy, Default, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(transparent)]
pub struct Mask(pub u8);

impl Mask {
    /// The bits that choose what is drawn.
    pub const SHOW: u8 = 0x1e;
    /// Greyscale and emphasis.
    pub const TINT: u8 = 0xe1;

    /// Bit 0: greyscale.
    #[inline(always)]
    pub fn grey(self) -> bool {
        self.0 & 0x01 != 0
    }

    /// Bits 3 and 4 as they count at pixel `x`: bits 1 and 2 hide the left edge.
    #[inline(always)]
    pub fn at(self, x: u16) -> Self {
        if x < 8 { Self(self.0 & self.0 << 2) } else { self }
    }

    /// The same at the left edge alone: rare, so it is kept apart.
    #[cold]
    pub fn at_left_edge(self) -> Self {
        self.at(0)
    }

    /// Bit 3: the background shows.
    #[inline(always)]
    pub fn background(self) -> bool {
        self.0 & 0x08 != 0
    }

    /// Bit 4: sprites show.
    #[inline(always)]
    pub fn sprites(self) -> bool {
        self.0 & 0x10 != 0
    }

    /// Whether the background shows at pixel `x`: bits 3 and 1.
    #[inline(always)]
    pub fn background_at(self, x: u16) -> bool {
        self.at(x).background()
    }

    /// Whether sprites show at pixel `x`: bits 4 and 2.
    #[inline(always)]
    pub fn sprites_at(self, x: u16) -> bool {
        self.at(x).sprites()
    }

    /// Whether both layers are on, as sprite 0 hit asks.
    #[inline(always)]
    pub fn both(self) -> bool {
        self.0 & 0x18 == 0x18
    }

    /// Whether either layer is on: what the rest of the PPU calls rendering.
    #[inline(always)]
    pub fn rendering(self) -> bool {
        self.0 & 0x18 != 0
    }

    /// Bits 5-7 as they stand in a pixel (bits 6-8).
    #[inline(always)]
    pub fn emphasis(self) -> u16 {
        u16::from(self.0 & 0xe0) << 1
    }
}

/// The scroll registers `v` and `t`: `yyy NN YYYYY XXXXX`.
///
/// <https://www.nesdev.org/wiki/PPU_scrolling>
#[derive(
    Clone, Copy, Default, PartialEq, Eq, Debug, FromBytes, IntoBytes, KnownLayout, Immutable,
)]
#[repr(transparent)]
pub struct Scroll(pub u16);

impl Scroll {
    const COARSE_X: u16 = 0x001f;
    const COARSE_Y: u16 = 0x03e0;
    const NAMETABLE: u16 = 0x0c00;
    const FINE_Y: u16 = 0x7000;
    const HORIZONTAL: u16 = 0x041f;
    const VERTICAL: u16 = 0x7be0;

    /// Line within the tile.
    #[inline(always)]
    pub fn fine_y(self) -> u16 {
        self.0 >> 12 & 7
    }

    /// Address of the tile's nametable byte.
    #[inline(always)]
    pub fn tile_address(self) -> u16 {
        0x2000 | (self.0 & 0x0fff)
    }

    /// Address of the tile's attribute byte.
    #[inline(always)]
    pub fn attribute_address(self) -> u16 {
        0x23c0 | (self.0 & Self::NAMETABLE) | (self.0 >> 4 & 0x38) | (self.0 >> 2 & 0x07)
    }

    /// How far the tile's two bits stand in the attribute byte.
    #[inline(always)]
    pub fn attribute_shift(self) -> u16 {
        (self.0 >> 4 & 4) | (self.0 & 2)
    }

    /// One tile to the right, into the next nametable at the edge.
    #[inline(always)]
    pub fn next_tile(&mut self) {
        if self.0 & Self::COARSE_X == 31 {
            self.0 = (self.0 & !Self::COARSE_X) ^ 0x0400;
        } else {
            self.0 += 1;
        }
    }

    /// So many tiles, 31 at the most, to the right.
    #[inline(always)]
    pub fn advance_tiles(&mut self, tiles: u16) {
        let column = (self.0 & Self::COARSE_X) + tiles;
        self.0 = (self.0 & !Self::COARSE_X) ^ (column & 0x20) << 5 | (column & Self::COARSE_X);
    }

    /// One line down. Coarse Y 29 wraps into the next nametable; 31 wraps
    /// within the same one (attributes drawn as tiles).
    pub fn next_line(&mut self) {
        if self.0 & Self::FINE_Y != Self::FINE_Y {
            self.0 += 0x1000;
            return;
        }
        self.0 &= !Self::FINE_Y;
        match (self.0 & Self::COARSE_Y) >> 5 {
            29 => self.0 = (self.0 & !Self::COARSE_Y) ^ 0x0800,
            31 => self.0 &= !Self::COARSE_Y,
            _ => self.0 += 0x20,
        }
    }

    /// Takes coarse X and the horizontal nametable of `t`.
    #[inline(always)]
    pub fn copy_horizontal(&mut self, t: Self) {
        self.0 = (self.0 & !Self::HORIZONTAL) | (t.0 & Self::HORIZONTAL);
    }

    /// Takes fine Y, coarse Y and the vertical nametable of `t`.
    #[inline(always)]
    pub fn copy_vertical(&mut self, t: Self) {
        self.0 = (self.0 & !Self::VERTICAL) | (t.0 & Self::VERTICAL);
    }

    /// First write to $2005 (fine X lies elsewhere).
    pub fn set_x(&mut self, value: u8) {
        self.0 = (self.0 & !Self::COARSE_X) | u16::from(value >> 3);
    }

    /// Second write to $2005.
    pub fn set_y(&mut self, value: u8) {
        let value = u16::from(value);
        self.0 =
            (self.0 & !(Self::FINE_Y | Self::COARSE_Y)) | (value & 7) << 12 | (value & 0xf8) << 2;
    }

    /// First write to $2006: bit 14 falls.
    pub fn set_high(&mut self, value: u8) {
        self.0 = (self.0 & 0x00ff) | u16::from(value & 0x3f) << 8;
    }

    /// Second write to $2006.
    pub fn set_low(&mut self, value: u8) {
        self.0 = (self.0 & 0x7f00) | u16::from(value);
    }

    /// A write to $2000.
    pub fn set_nametable(&mut self, ctrl: Ctrl) {
        self.0 = (self.0 & !Self::NAMETABLE) | ctrl.nametable();
    }

    /// The address it puts on the PPU's bus.
    #[inline(always)]
    pub fn address(self) -> u16 {
        self.0 & 0x3fff
    }

    /// Adds to the address, as $2007 does outside rendering.
    #[inline(always)]
    pub fn advance(&mut self, by: u16) {
        self.0 = self.0.wrapping_add(by) & 0x7fff;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_29_wraps_into_the_next_nametable_and_31_does_not() {
        let mut v = Scroll(0x7000 | 29 << 5);
        v.next_line();
        assert_eq!(v.0, 0x0800);
        let mut v = Scroll(0x7000 | 31 << 5);
        v.next_line();
        assert_eq!(v.0, 0);
    }

    #[test]
    fn tile_31_wraps_into_the_nametable_at_its_right() {
        let mut v = Scroll(0x0400 | 31);
        v.next_tile();
        assert_eq!(v.0, 0);
    }

    #[test]
    fn attribute_bits_are_chosen_by_coarse_x_and_y() {
        assert_eq!(Scroll(0).attribute_shift(), 0);
        assert_eq!(Scroll(2).attribute_shift(), 2);
        assert_eq!(Scroll(2 << 5).attribute_shift(), 4);
        assert_eq!(Scroll(2 << 5 | 3).attribute_shift(), 6);
    }
}
