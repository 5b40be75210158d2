//! Action 53: a homebrew multicart that can be most boards of discrete logic.
//!
//! ```text
//!  $5000  R... ...R  which register the next writes to $8000-$FFFF set
//!  $00    ...M ..CC  8 KiB of CHR RAM
//!  $01    ...M PPPP  inner bank of PRG
//!  $80    ..SS PPMM  S: a game has 32 KiB << S, P: mode, M: nametables
//!  $81    BBBB BBBB  outer bank, 32 KiB
//!
//!  P      $8000                     $C000                    of 16 KiB each
//!  0, 1   inner bank of 32 KiB
//!  2      the outer bank's first    inner bank
//!  3      inner bank                the outer bank's second
//!
//!  M      first, second screen, vertical, horizontal
//! ```
//!
//! With one screen, bit 4 of $00 and $01 says which.
//!
//! <https://www.nesdev.org/wiki/INES_Mapper_028>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::{Board, Touched, Write};
use crate::nes::cart::map::Map;
use crate::nes::cart::{Cartridge, Mirroring};

/// The registers.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Action53 {
    /// $00, $01, $02 for $80, $03 for $81.
    select: u8,
    chr: u8,
    inner: u8,
    mode: u8,
    outer: u8,
}

impl Board for Action53 {
    /// The last 16 KiB are at $C000.
    fn power_on(&mut self, _cart: &Cartridge) {
        self.outer = 0xff;
    }

    fn map(&self, _cart: &Cartridge, map: &mut Map) {
        let (outer, inner) = (i32::from(self.outer), i32::from(self.inner));
        let mask = (1 << (self.mode >> 4 & 3)) - 1;
        let half = (outer & !mask) << 1 | inner & (mask << 1 | 1);
        match self.mode >> 2 & 3 {
            0 | 1 => map.prg(0x8000, 0x8000, outer & !mask | inner & mask),
            2 => {
                map.prg(0x8000, 0x4000, outer << 1);
                map.prg(0xc000, 0x4000, half);
            }
            _ => {
                map.prg(0x8000, 0x4000, half);
                map.prg(0xc000, 0x4000, outer << 1 | 1);
            }
        }
        map.chr(0x0000, 0x2000, self.chr.into());
        map.nametables(match self.mode & 3 {
            0 => Mirroring::SingleLow,
            1 => Mirroring::SingleHigh,
            2 => Mirroring::Vertical,
            _ => Mirroring::Horizontal,
        });
    }

    fn write(&mut self, _cart: &Cartridge, write: Write) -> Touched {
        let Write { address, value, .. } = write;
        if address & 0xf000 == 0x5000 {
            self.select = value >> 6 & 2 | value & 1;
            return Touched::Nothing;
        }
        if address < 0x8000 {
            return Touched::Nothing;
        }
        match self.select {
            0 => self.chr = value & 3,
            1 => self.inner = value & 15,
            2 => self.mode = value & 0x3f,
            _ => self.outer = value,
        }
        if self.select < 2 && self.mode & 2 == 0 {
            self.mode = self.mode & !1 | value >> 4 & 1;
        }
        Touched::Banks
    }

    fn sanitize(&mut self, _cart: &Cartridge) {
        (self.select, self.chr) = (self.select & 3, self.chr & 3);
        (self.inner, self.mode) = (self.inner & 15, self.mode & 0x3f);
    }
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Bench, cartridge};

    fn board() -> Bench {
        let mut cart = cartridge(28, 1024, 0);
        cart.chr_ram = 32 * 1024;
        Bench::new(cart)
    }

    fn set(b: &mut Bench, register: u8, value: u8) {
        b.write(0x5000, register);
        b.write(0x8000, value);
    }

    /// Banks of 16 KiB.
    fn prg(b: &Bench) -> (u8, u8) {
        (b.prg(0x8000).unwrap() / 2, b.prg(0xc000).unwrap() / 2)
    }

    #[test]
    fn the_last_bank_is_there_at_power_on() {
        assert_eq!(prg(&board()), (62, 63));
    }

    #[test]
    fn the_modes_switch_32_kib_or_either_half() {
        let mut b = board();
        set(&mut b, 0x81, 0x0a);
        set(&mut b, 0x01, 0x0f);
        for (mode, banks) in [
            (0x00, (20, 21)),
            (0x14, (22, 23)),
            (0x30, (30, 31)),
            (0x08, (20, 21)),
            (0x18, (20, 23)),
            (0x38, (20, 31)),
            (0x0c, (21, 21)),
            (0x2c, (23, 21)),
        ] {
            set(&mut b, 0x80, mode);
            assert_eq!(prg(&b), banks, "mode {mode:02x}");
        }
    }

    #[test]
    fn one_screen_is_chosen_with_the_banks_and_two_are_not() {
        let mut b = board();
        set(&mut b, 0x80, 0);
        set(&mut b, 0x01, 0x10);
        assert_eq!(b.nametables(), [1; 4]);
        set(&mut b, 0x00, 0x00);
        assert_eq!(b.nametables(), [0; 4]);
        for (mode, pages) in [(2, [0, 1, 0, 1]), (3, [0, 0, 1, 1])] {
            set(&mut b, 0x80, mode);
            set(&mut b, 0x00, 0x10);
            assert_eq!(b.nametables(), pages);
        }
    }

    #[test]
    fn chr_ram_has_four_banks() {
        let mut b = board();
        for n in 0..4 {
            set(&mut b, 0x00, n);
            b.ppu_write(0x0000, n);
        }
        for n in 0..4 {
            set(&mut b, 0x00, n);
            assert_eq!(b.chr(0x0000), Some(n));
        }
    }
}
