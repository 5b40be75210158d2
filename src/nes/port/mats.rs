//! Mats with twelve buttons to step on: the Power Pad of the NES, which shifts them
//! out on two lines, and the Famicom's Family Trainer, which gives a row at a time.
//!
//! ```text
//!   1  2  3  4      side B up; bit n - 1 of the input is button n
//!   5  6  7  8
//!   9 10 11 12
//! ```
//!
//! <https://www.nesdev.org/wiki/Power_Pad>,
//! <https://forums.nesdev.org/viewtopic.php?t=2773> (Family Trainer)

/// The buttons in the order in which the Power Pad gives them on D3; on D4.
const LOW: [u8; 8] = [2, 1, 5, 9, 6, 10, 11, 7];
const HIGH: [u8; 4] = [4, 3, 12, 8];

/// The Power Pad's registers for D3 and D4; ones follow.
pub fn power_pad(held: u16) -> [u32; 2] {
    let line = |order: &[u8]| {
        let bits = (0..).zip(order).map(|(n, button)| u32::from(held >> (button - 1) & 1) << n);
        bits.fold(!0 << order.len(), |line, bit| line | bit)
    };
    [line(&LOW), line(&HIGH)]
}

/// Bits 1-4 of $4017: the buttons of the rows that a clear bit of `OUT` selects, from
/// bit 2 (1-4) down; 0 is held, the leftmost is bit 4.
pub fn family_trainer(held: u16, out: u8) -> u8 {
    let rows = (0..3).filter(|row| out & 4 >> row == 0).map(|row| held >> (4 * row));
    let held = rows.fold(0, |all, row| all | row) as u8;
    let from_left = (held & 0x0f).reverse_bits() >> 3;
    !from_left & 0x1e
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_power_pad_gives_its_buttons_in_its_own_order_and_then_ones() {
        for button in 1..=12 {
            let [low, high] = power_pad(1 << (button - 1));
            let place = |order: &[u8]| order.iter().position(|it| *it == button);
            let wanted = |order: &[u8]| place(order).map_or(0, |n| 1 << n);
            assert_eq!(low & 0xff, wanted(&LOW));
            assert_eq!(high & 0x0f, wanted(&HIGH));
            assert_eq!([low >> 8, high >> 4], [!0 >> 8, !0 >> 4]);
        }
    }

    #[test]
    fn the_family_trainer_gives_the_selected_row_from_left_to_right() {
        // Buttons 1, 6 and 12.
        let held = 0x0821;
        assert_eq!(family_trainer(held, 0b011), 0x1e & !0x10);
        assert_eq!(family_trainer(held, 0b101), 0x1e & !0x08);
        assert_eq!(family_trainer(held, 0b110), 0x1e & !0x02);
        assert_eq!(family_trainer(held, 0b111), 0x1e);
        assert_eq!(family_trainer(held, 0), 0x1e & !0x1a);
    }
}
