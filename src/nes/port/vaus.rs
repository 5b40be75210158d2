//! Arkanoid's paddle: a knob and a button.
//!
//! ```text
//! NES       bit 3 button · bit 4 the knob, the highest bit first, inverted
//! Famicom   $4016 bit 1 button · $4017 bit 1 the knob
//! ```
//!
//! The input's first byte is where the knob stands, as the program has it once it has
//! inverted what it read: the game wants $54-$F4. Bit 0 of the second byte is the button.
//! (The conversion takes up to 7 ms on the console, and no time here.)
//!
//! <https://www.nesdev.org/wiki/Arkanoid_controller>

/// The knob's register; ones follow.
pub fn knob(position: u8) -> u32 {
    u32::from((!position).reverse_bits()) | !0xff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_knob_comes_inverted_and_its_highest_bit_first() {
        for position in [0x54, 0xf4, 0x00, 0xff] {
            let read = (0..8).fold(0, |byte, n| byte << 1 | (knob(position) >> n & 1) as u8);
            assert_eq!(!read, position);
        }
    }
}
