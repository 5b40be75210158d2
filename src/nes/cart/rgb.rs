//! The colours of the PPUs that put out red, green and blue: digits of three bits each.
//!
//! The 2C04 are shuffled, so that a program copied into another arcade machine has wrong
//! colours; they have colours where others have black. An emphasis bit turns its channel
//! full on.
//!
//! <https://www.nesdev.org/wiki/PPU_palettes>

use super::arcade::Ppu;

/// Red, green and blue of a pixel, 0-7 each; `None` of a PPU for a television.
pub fn channels(ppu: Ppu, pixel: u16) -> Option<[u16; 3]> {
    let digits = match ppu {
        Ppu::Composite => return None,
        Ppu::Rgb | Ppu::Swapped(_) => &DIGITS[0],
        Ppu::Shuffled(n) => &DIGITS[usize::from(n.clamp(1, 4))],
    };
    let number = digits[usize::from(pixel >> 4 & 3)][usize::from(pixel & 15)];
    let emphasised = |channel: usize| pixel >> (6 + channel) & 1 != 0;
    let levels = [number / 100, number / 10 % 10, number % 10];
    Some([0, 1, 2].map(|channel| if emphasised(channel) { 7 } else { levels[channel] }))
}

#[rustfmt::skip]
static DIGITS: [[[u16; 16]; 4]; 5] = [
    // 2C03, 2C05
    [
        [333,  14,   6, 326, 403, 503, 510, 420, 320, 120,  31,  40,  22,   0,   0,   0],
        [555,  36,  27, 407, 507, 704, 700, 630, 430, 140,  40,  53,  44,   0,   0,   0],
        [777, 357, 447, 637, 707, 737, 740, 750, 660, 360,  70, 276,  77,   0,   0,   0],
        [777, 567, 657, 757, 747, 755, 764, 772, 773, 572, 473, 276, 467,   0,   0,   0],
    ],
    // 2C04-0001
    [
        [755, 637, 700, 447,  44, 120, 222, 704, 777, 333, 750, 503, 403, 660, 320, 777],
        [357, 653, 310, 360, 467, 657, 764,  27, 760, 276,   0, 200, 666, 444, 707,  14],
        [  3, 567, 757,  70,  77,  22,  53, 507,   0, 420, 747, 510, 407,   6, 740,   0],
        [  0, 140, 555,  31, 572, 326, 770, 630,  20,  36,  40, 111, 773, 737, 430, 473],
    ],
    // 2C04-0002
    [
        [  0, 750, 430, 572, 473, 737,  44, 567, 700, 407, 773, 747, 777, 637, 467,  40],
        [ 20, 357, 510, 666,  53, 360, 200, 447, 222, 707,   3, 276, 657, 320,   0, 326],
        [403, 764, 740, 757,  36, 310, 555,   6, 507, 760, 333, 120,  27,   0, 660, 777],
        [653, 111,  70, 630,  22,  14, 704, 140,   0,  77, 420, 770, 755, 503,  31, 444],
    ],
    // 2C04-0003
    [
        [507, 737, 473, 555,  40, 777, 567, 120,  14,   0, 764, 320, 704, 666, 653, 467],
        [447,  44, 503,  27, 140, 430, 630,  53, 333, 326,   0,   6, 700, 510, 747, 755],
        [637,  20,   3, 770, 111, 750, 740, 777, 360, 403, 357, 707,  36, 444,   0, 310],
        [ 77, 200, 572, 757, 420,  70, 660, 222,  31,   0, 657, 773, 407, 276, 760,  22],
    ],
    // 2C04-0004
    [
        [430, 326,  44, 660,   0, 755,  14, 630, 555, 310,  70,   3, 764, 770,  40, 572],
        [737, 200,  27, 747,   0, 222, 510, 740, 653,  53, 447, 140, 403,   0, 473, 357],
        [503,  31, 420,   6, 407, 507, 333, 704,  22, 666,  36,  20, 111, 773, 444, 707],
        [757, 777, 320, 700, 760, 276, 777, 467,   0, 750, 637, 567, 360, 657,  77, 120],
    ],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_channels_of_three_bits() {
        assert!(DIGITS.as_flattened().as_flattened().iter().all(|number| {
            [number / 100, number / 10 % 10, number % 10].iter().all(|digit| *digit < 8)
        }));
    }

    #[test]
    fn an_emphasis_bit_turns_its_channel_full_on() {
        assert_eq!(channels(Ppu::Rgb, 0x16), Some([7, 0, 0]));
        assert_eq!(channels(Ppu::Rgb, 0x80 | 0x16), Some([7, 7, 0]));
        assert_eq!(channels(Ppu::Shuffled(1), 0x00), Some([7, 5, 5]));
        assert_eq!(channels(Ppu::Composite, 0x16), None);
    }
}
