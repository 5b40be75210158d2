//! The keyboard of Family BASIC: 72 keys in nine rows of two times four.
//!
//! ```text
//! write $4016   .... .ECR    E keyboard on · C column, and its fall counts rows · R first row
//! read  $4017   ...K KKK.    four keys of row and column: 0 is held
//! ```
//!
//! The tenth row has no keys; the first follows it. A keyboard that is off gives zeros.
//!
//! <https://www.nesdev.org/wiki/Family_BASIC_Keyboard>

/// Rows that are counted.
const ROWS: u8 = 10;

/// Bits of `OUT`.
mod out {
    pub const FIRST_ROW: u8 = 1;
    pub const COLUMN: u8 = 2;
    pub const ON: u8 = 4;
}

/// The keys by row, column and bit: key n is bit n & 7 of byte n / 8 of the input.
pub static KEYS: [[&str; 8]; 9] = [
    ["f8", "return", "[", "]", "kana", "rshift", "yen", "stop"],
    ["f7", "at", "colon", "semicolon", "_", "/", "-", "^"],
    ["f6", "o", "l", "k", ".", "comma", "p", "0"],
    ["f5", "i", "u", "j", "m", "n", "9", "8"],
    ["f4", "y", "g", "h", "b", "v", "7", "6"],
    ["f3", "t", "r", "d", "f", "c", "5", "4"],
    ["f2", "w", "s", "a", "x", "z", "e", "3"],
    ["f1", "esc", "q", "ctr", "lshift", "grph", "1", "2"],
    ["clr", "up", "right", "left", "down", "space", "del", "ins"],
];

/// The row after a write of `new`, when `old` was there before.
pub fn row_after(row: u8, old: u8, new: u8) -> u8 {
    if new & out::FIRST_ROW != 0 {
        0
    } else if old & !new & out::COLUMN != 0 {
        (row + 1) % ROWS
    } else {
        row
    }
}

/// Bits 1-4 of $4017.
pub fn bits(keys: &[u8], row: u8, out: u8) -> u8 {
    if out & out::ON == 0 {
        return 0;
    }
    let held = keys.get(usize::from(row)).filter(|_| row < ROWS - 1).copied().unwrap_or(0);
    let column = if out & out::COLUMN == 0 { held } else { held >> 4 };
    (!column & 0x0f) << 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_answers_in_its_row_and_column_alone() {
        for key in 0..72 {
            let mut keys = [0; 9];
            keys[key / 8] |= 1 << (key % 8);
            let (mut row, mut was) = (row_after(7, 0, 5), 5);
            for n in 0..9 {
                for column in 0..2 {
                    let new = 4 | column << 1;
                    row = row_after(row, was, new);
                    was = new;
                    let held = (!bits(&keys, row, new) & 0x1e) >> 1;
                    let place = n * 8 + usize::from(column) * 4;
                    let wanted = if (place..place + 4).contains(&key) { 1 << (key & 3) } else { 0 };
                    assert_eq!(held, wanted, "key {key}, row {n}, column {column}");
                }
                row = row_after(row, was, 4);
                was = 4;
            }
            assert_eq!(bits(&keys, row, 4), 0x1e, "the tenth row has no keys");
        }
    }

    #[test]
    fn the_first_row_follows_the_tenth_and_a_keyboard_that_is_off_gives_zeros() {
        assert_eq!(row_after(9, 6, 4), 0);
        assert_eq!(row_after(3, 4, 6), 3);
        assert_eq!(row_after(3, 6, 5), 0);
        assert_eq!(bits(&[0; 9], 0, 2), 0);
    }
}
