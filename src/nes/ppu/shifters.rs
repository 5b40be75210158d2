//! The eight sprites on their way through a line: shift registers, counters.
//!
//! A counter runs down to the sprite's left edge, then the planes shift, a bit
//! in each dot. The bytes of eight sprites are worked on as one word.
//!
//! <https://www.nesdev.org/wiki/PPU_rendering#Sprite_rendering>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use crate::nes::fields::fields;

/// The eight sprites on their way through a line, in OAM2's order.
#[derive(Clone, Copy, Default, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Sprites {
    /// Shift registers of the low plane.
    pub low: [u8; 8],
    /// Shift registers of the high plane.
    pub high: [u8; 8],
    /// Dots to the left edge; zero shifts.
    pub counter: [u8; 8],
    /// `vhp- --cc`.
    pub attributes: [u8; 8],
}

fields! {
    Sprites: low, high, counter, attributes
}

/// Bit 7 of each of eight bytes.
pub const TOPS: u64 = 0x8080_8080_8080_8080;

impl Sprites {
    /// The sprites whose counters have run down, as the tops of bytes. `all` takes
    /// every counter for zero.
    #[inline(always)]
    pub fn at_edge(&self, all: bool) -> u64 {
        if all { TOPS } else { zero_bytes(u64::from_le_bytes(self.counter)) }
    }

    /// The first sprite with an opaque pixel in this dot.
    #[inline(always)]
    pub fn first_opaque(&self, at_edge: u64) -> Option<usize> {
        let planes = u64::from_le_bytes(self.low) | u64::from_le_bytes(self.high);
        let shown = planes & at_edge;
        (shown != 0).then(|| shown.trailing_zeros() as usize / 8)
    }

    /// Counts down to the left edges; at the edge, shifts while `rendering`.
    #[inline(always)]
    pub fn step(&mut self, rendering: bool, at_edge: u64) {
        let counter = u64::from_le_bytes(self.counter);
        self.counter = (counter - ((!at_edge & TOPS) >> 7)).to_le_bytes();
        if rendering {
            self.shift(at_edge);
        }
    }

    /// Those at their left edges shift.
    #[inline(always)]
    pub fn shift(&mut self, at_edge: u64) {
        if at_edge != 0 {
            let shifting = (at_edge >> 7) * 0xff;
            for plane in [&mut self.low, &mut self.high] {
                let bits = u64::from_le_bytes(*plane);
                let shifted = (bits & !TOPS) << 1;
                *plane = ((bits & !shifting) | (shifted & shifting)).to_le_bytes();
            }
        }
    }

    /// The sprites that may show within the next eight dots, as the tops of
    /// bytes: near, and not empty.
    #[inline(always)]
    pub fn near(&self) -> u64 {
        let planes = u64::from_le_bytes(self.low) | u64::from_le_bytes(self.high);
        let far = u64::from_le_bytes(self.counter) & (0xf8 * LOWEST);
        zero_bytes(far) & !zero_bytes(planes)
    }

    /// What the `near` sprites show in the next eight dots; shifts them by so many,
    /// eight at the most. The first of them in OAM2's order hides the others.
    #[inline(always)]
    pub fn draw(&mut self, near: u64, dots: u32) -> Eight {
        let mut eight = Eight::default();
        let mut left = near;
        while left != 0 {
            let slot = (left.trailing_zeros() as usize / 8) & 7;
            left &= left - 1;
            let until_edge = u32::from(self.counter[slot] & 7);
            let low = self.low[slot] >> until_edge;
            let high = self.high[slot] >> until_edge;
            let shown = (low | high) & !eight.opaque;
            let colours = 0x10 | u64::from(self.attributes[slot] & 3) << 2;
            eight.opaque |= shown;
            eight.indices |=
                spread(low & shown) | spread(high & shown) << 1 | (spread(shown) * colours);
            eight.front |= if self.is_in_front(slot) { shown } else { 0 };
            let shifts = dots.saturating_sub(until_edge);
            self.low[slot] = (u16::from(self.low[slot]) << shifts) as u8;
            self.high[slot] = (u16::from(self.high[slot]) << shifts) as u8;
        }
        eight
    }

    /// So many dots of every counter.
    #[inline(always)]
    pub fn count(&mut self, dots: u8) {
        for counter in &mut self.counter {
            *counter = counter.saturating_sub(dots);
        }
    }

    /// Whether a sprite stands before the background.
    #[inline(always)]
    pub fn is_in_front(&self, slot: usize) -> bool {
        self.attributes[slot & 7] & 0x20 == 0
    }

    /// A sprite's next pixel as an index into palette RAM.
    #[inline(always)]
    pub fn palette_index(&self, slot: usize) -> u8 {
        let slot = slot & 7;
        0x10 | (self.attributes[slot] & 3) << 2 | self.low[slot] >> 7 | self.high[slot] >> 7 << 1
    }
}

/// Bit 0 of each of eight bytes.
const LOWEST: u64 = TOPS >> 7;

/// Eight pixels of all sprites. A plane of eight is a byte, its top bit the
/// leftmost; their palette indices are the bytes of a word.
#[derive(Default)]
pub struct Eight {
    /// Where a sprite is.
    pub opaque: u8,
    /// Where it stands before the background.
    pub front: u8,
    /// Its palette index; 0 where none is.
    pub indices: u64,
}

/// Bit 7 - n of a plane to the lowest bit of byte n.
#[inline(always)]
pub fn spread(plane: u8) -> u64 {
    let apart = (u64::from(plane) * LOWEST) & 0x0102_0408_1020_4080;
    ((apart + !TOPS) >> 7) & LOWEST
}

/// Bit 7 of each byte that is zero.
#[inline(always)]
pub fn zero_bytes(bytes: u64) -> u64 {
    !(((bytes & !TOPS) + !TOPS) | bytes) & TOPS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_run_to_the_edge_and_then_the_planes_shift() {
        let mut sprites = Sprites {
            low: [0x81, 0x80, 0, 0, 0, 0, 0, 0xff],
            high: [0x01; 8],
            counter: [0, 1, 2, 255, 128, 3, 0, 0],
            attributes: [0; 8],
        };
        let at_edge = sprites.at_edge(false);
        assert_eq!(sprites.first_opaque(at_edge), Some(0));
        sprites.step(true, at_edge);
        assert_eq!(sprites.counter, [0, 0, 1, 254, 127, 2, 0, 0]);
        assert_eq!(sprites.low, [0x02, 0x80, 0, 0, 0, 0, 0, 0xfe]);
        assert_eq!(sprites.high, [0x02, 1, 1, 1, 1, 1, 2, 2]);
        assert_eq!(sprites.first_opaque(sprites.at_edge(false)), Some(1));
    }

    #[test]
    fn with_rendering_off_counters_run_and_planes_stay() {
        let mut sprites =
            Sprites { low: [0x80; 8], counter: [0, 9, 0, 0, 0, 0, 0, 0], ..Default::default() };
        sprites.step(false, sprites.at_edge(false));
        assert_eq!((sprites.low, sprites.counter[1]), ([0x80; 8], 8));
    }

    #[test]
    fn zero_bytes_are_found_exactly() {
        for byte in 0..=255u64 {
            let found = zero_bytes(byte << 24 | 0x0101_0101_0001_0101 & !(0xff << 24));
            assert_eq!(found >> 31 & 1 != 0, byte == 0, "{byte}");
        }
    }
}
