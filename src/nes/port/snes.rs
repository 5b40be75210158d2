//! Devices of the Super NES, which an adapter of wires alone puts into a port of the
//! NES: the pad (16 bits) and the mouse (32).
//!
//! ```text
//! pad     B Y Select Start Up Down Left Right · A X L R 0 0 0 0
//! mouse   00000000 · right left, sensitivity (2), 0001 · y · x     sign and magnitude
//! ```
//!
//! The mouse counts how far it was moved since it was last read. A clock while the
//! strobe is high moves its sensitivity on: low (a quarter of the counts), medium (a
//! half), high (all).
//!
//! <https://www.nesdev.org/wiki/SNES_controller>,
//! <https://www.nesdev.org/wiki/Super_NES_Mouse>

/// Bits of a mouse's third byte of input; the first two are how far it was moved in the
/// frame, right and down, signed.
pub mod click {
    /// The left button.
    pub const LEFT: u8 = 0x01;
    /// The right one.
    pub const RIGHT: u8 = 0x02;
}

/// How many settings the sensitivity has.
const SETTINGS: u8 = 3;

/// The pad's register: the buttons of the standard pad's places, then A, X, L, R.
pub fn pad(first: u8, more: u8) -> u32 {
    u32::from(first) | u32::from(more & 0x0f) << 8 | 0xffff_0000
}

/// What a mouse reports of how far it was moved, in one direction.
pub fn report(counts: i16, sensitivity: u8) -> i16 {
    (counts / quarter(sensitivity)).clamp(-127, 127)
}

/// What is left of it then.
pub fn rest(counts: i16, sensitivity: u8) -> i16 {
    counts - report(counts, sensitivity) * quarter(sensitivity)
}

fn quarter(sensitivity: u8) -> i16 {
    4 >> sensitivity.min(SETTINGS - 1)
}

/// The next setting.
pub fn next(sensitivity: u8) -> u8 {
    (sensitivity + 1) % SETTINGS
}

/// The mouse's register.
pub fn mouse([x, y]: [i16; 2], buttons: u8, sensitivity: u8) -> u32 {
    let magnitude = |counts: i16| {
        let report = report(counts, sensitivity);
        report.unsigned_abs() as u8 | if report < 0 { 0x80 } else { 0 }
    };
    let buttons = (buttons & click::RIGHT) << 6 | (buttons & click::LEFT) << 6;
    let second = buttons | sensitivity << 4 | 1;
    u32::from_be_bytes([0, second, magnitude(y), magnitude(x)]).reverse_bits()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(register: u32) -> [u8; 4] {
        register.reverse_bits().to_be_bytes()
    }

    #[test]
    fn a_mouse_gives_buttons_sensitivity_signature_and_how_far_it_was_moved() {
        assert_eq!(read(mouse([20, -12], click::LEFT, 0)), [0, 0x41, 0x83, 0x05]);
        assert_eq!(read(mouse([20, -12], click::RIGHT, 2)), [0, 0xa1, 0x8c, 0x14]);
        assert_eq!(read(mouse([-3000, 3000], 0, 1)), [0, 0x11, 0x7f, 0xff]);
    }

    #[test]
    fn what_was_not_reported_is_left_for_the_next_time() {
        assert_eq!([report(7, 0), rest(7, 0)], [1, 3]);
        assert_eq!([report(-300, 2), rest(-300, 2)], [-127, -173]);
        assert_eq!([0, 1, 2].map(next), [1, 2, 0]);
    }

    #[test]
    fn a_pad_has_four_more_buttons_then_zeros_then_ones() {
        assert_eq!(pad(0x81, 0xff), 0xffff_0f81);
    }
}
