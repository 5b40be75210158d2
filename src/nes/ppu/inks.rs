//! Eight pixels at once: bit planes and colours as the bytes of a word.
//!
//! A bit of a plane becomes a byte of ones or zeros, the leftmost pixel the lowest
//! byte. Then the colours of eight pixels are those of two planes `l` and `h` by
//! exclusive or, with no choice for any pixel:
//!
//! ```text
//!  c0 ^ (l & (c0^c1)) ^ (h & (c0^c2)) ^ (l & h & (c0^c1^c2^c3))
//! ```

/// The planes of eight pixels as words, by plane.
static WORDS: [u64; 256] = {
    let mut words = [0; 256];
    let mut plane = 0;
    while plane < 256 {
        let mut x = 0;
        while x < 8 {
            if plane >> (7 - x) & 1 != 0 {
                words[plane] |= 0xff << (8 * x);
            }
            x += 1;
        }
        plane += 1;
    }
    words
};

/// $FF in the bytes of the pixels whose bit is set.
#[inline(always)]
pub fn word(plane: u8) -> u64 {
    WORDS[usize::from(plane)]
}

/// The same byte eight times.
#[inline(always)]
pub fn eight(byte: u8) -> u64 {
    u64::from(byte) * 0x0101_0101_0101_0101
}

/// Four colours, ready to be mixed.
#[derive(Clone, Copy, Default)]
pub struct Ink {
    none: u64,
    low: u64,
    high: u64,
    both: u64,
}

impl Ink {
    /// Of the colours of the four pixel values.
    #[inline(always)]
    pub fn new([c0, c1, c2, c3]: [u8; 4]) -> Self {
        Self {
            none: eight(c0),
            low: eight(c0 ^ c1),
            high: eight(c0 ^ c2),
            both: eight(c0 ^ c1 ^ c2 ^ c3),
        }
    }

    /// The colours of the pixels of two planes.
    #[inline(always)]
    pub fn mix(&self, low: u8, high: u8) -> u64 {
        let [low, high] = [word(low), word(high)];
        self.none ^ (low & self.low) ^ (high & self.high) ^ (low & high & self.both)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pixel_has_the_colour_of_its_two_bits() {
        let ink = Ink::new([0x0f, 0x21, 0x96, 0x38]);
        let mixed = ink.mix(0b0101_0011, 0b0011_0101).to_le_bytes();
        assert_eq!(mixed, [0x0f, 0x21, 0x96, 0x38, 0x0f, 0x96, 0x21, 0x38]);
    }
}
