//! The palettes of the PPUs that put out red, green and blue (`nes/cart/rgb.rs` has them).

use std::sync::LazyLock;

use super::palette::{Palette, rgb};
use crate::nes::cart::arcade::Ppu;
use crate::nes::cart::rgb::channels;

/// Kinds of PPUs, by their colours.
pub const KINDS: usize = 6;

/// One of each but the first, which is a television's.
const OF_KINDS: [Ppu; KINDS - 1] =
    [Ppu::Rgb, Ppu::Shuffled(1), Ppu::Shuffled(2), Ppu::Shuffled(3), Ppu::Shuffled(4)];

/// Which of them a PPU is.
pub fn kind(ppu: Ppu) -> usize {
    match ppu {
        Ppu::Composite => 0,
        Ppu::Rgb | Ppu::Swapped(_) => 1,
        Ppu::Shuffled(n) => 1 + usize::from(n.clamp(1, 4)),
    }
}

/// Its colours.
pub fn of(ppu: Ppu) -> &'static Palette {
    static PALETTES: LazyLock<[Box<Palette>; KINDS - 1]> =
        LazyLock::new(|| OF_KINDS.map(|ppu| Box::new(palette(ppu))));
    match kind(ppu) {
        0 => rgb(),
        kind => &PALETTES[kind - 1],
    }
}

/// Its colours, where the player has chosen those of a television.
pub fn seen(ppu: Ppu, chosen: &Palette) -> &Palette {
    if ppu == Ppu::Composite { chosen } else { of(ppu) }
}

fn palette(ppu: Ppu) -> Palette {
    std::array::from_fn(|pixel| {
        let channels = channels(ppu, pixel as u16).unwrap_or_default();
        channels.map(|level| ((u32::from(level) * 255 + 3) / 7) as u8)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_2c05_has_the_colours_of_a_2c03() {
        let colours = of(Ppu::Rgb);
        assert_eq!(colours[0x16], [255, 0, 0]);
        assert_eq!([colours[0x20], colours[0x0f]], [[255; 3], [0; 3]]);
        assert_eq!(of(Ppu::Swapped(3)), colours);
    }

    #[test]
    fn shuffled_palettes_have_mostly_the_same_colours() {
        let sorted = |ppu| {
            let mut colours = of(ppu)[..64].to_vec();
            colours.sort_unstable();
            colours.dedup();
            colours
        };
        let first = sorted(Ppu::Shuffled(1));
        for n in 2..=4 {
            assert_eq!(sorted(Ppu::Shuffled(n)), first, "2C04-000{n}");
        }
    }

    #[test]
    fn emphasis_turns_a_channel_full_on() {
        let colours = of(Ppu::Rgb);
        assert_eq!(
            [colours[0x4f], colours[0x8f], colours[0x10f]],
            [[255, 0, 0], [0, 255, 0], [0, 0, 255]]
        );
    }

    #[test]
    fn a_television_has_the_colours_that_the_player_chose() {
        let chosen = [[1; 3]; 512];
        assert_eq!(seen(Ppu::Composite, &chosen), &chosen);
        assert_ne!(seen(Ppu::Rgb, &chosen), &chosen);
    }
}
