//! The multiplexer: background, sprites, priority, sprite 0 hit, palette.
//!
//! <https://www.nesdev.org/wiki/PPU_sprite_priority>

use super::{Ppu, palette_index};
use crate::nes::bits::Mask;

/// Half-dots from the pixel that hits to the flag (1.5 dots).
pub(super) const HIT_DELAY: u8 = 2;

impl Ppu {
    /// The colour of this dot's pixel, as palette RAM gives it. `at_edge` are the
    /// sprites whose counters have run down.
    #[inline(always)]
    pub(super) fn pixel_colour(&mut self, x: u16, rendering: bool, at_edge: u64) -> u8 {
        if !rendering {
            return self.idle_colour();
        }
        let layers = self.mask.at(x);
        let background = if layers.background() { self.background_pixel() } else { 0 };
        self.beside_sprites(x, layers, background, at_edge)
    }

    /// The same where the background's pixel is known and rendering is on.
    #[inline(always)]
    pub(super) fn beside_sprites(
        &mut self,
        x: u16,
        layers: Mask,
        background: u8,
        at_edge: u64,
    ) -> u8 {
        let mut index = background;
        if layers.sprites()
            && let Some(slot) = self.sprites.first_opaque(at_edge)
        {
            if slot == 0 && index != 0 {
                self.hit_sprite_0(x);
            }
            if index == 0 || self.sprites.is_in_front(slot) {
                index = self.sprites.palette_index(slot);
            }
        }
        self.palette[usize::from(index & 31)]
    }

    /// A colour that leaves for the screen now, with greyscale and emphasis.
    #[inline(always)]
    pub(super) fn tinted(&self, colour: u8) -> u16 {
        let grey = if self.mask.grey() { 0x30 } else { 0x3f };
        u16::from(colour & grey) | self.mask.emphasis()
    }

    /// The same for one pixel.
    #[inline(always)]
    pub(super) fn colour_of_pixel(&self, colour: u8) -> u16 {
        if self.mask.0 & Mask::TINT == 0 { u16::from(colour & 0x3f) } else { self.tinted(colour) }
    }

    /// Rendering off: the backdrop, or the palette entry that `v` points at.
    #[inline(never)]
    pub(super) fn idle_colour(&self) -> u8 {
        let address = self.v.address();
        self.palette[if address & 0x3f00 == 0x3f00 { palette_index(address) } else { 0 }]
    }

    /// Palette index of the background, 0 where it is transparent.
    #[inline(always)]
    pub(super) fn background_pixel(&self) -> u8 {
        let to_bit_0 = u32::from(!self.fine_x & 7);
        let bit = |byte: u8| byte >> to_bit_0 & 1;
        let pattern = bit((self.tile_low >> 8) as u8) | bit((self.tile_high >> 8) as u8) << 1;
        if pattern == 0 {
            return 0;
        }
        pattern | bit(self.attribute_low) << 2 | bit(self.attribute_high) << 3
    }

    #[inline(always)]
    fn hit_sprite_0(&mut self, x: u16) {
        if self.sprite0_armed.on()
            && self.evaluation.line_has_sprite0.on()
            && self.mask.both()
            && x < 255
        {
            self.sprite0_hit_in = HIT_DELAY;
            self.sprite0_armed = false.into();
        }
    }
}
