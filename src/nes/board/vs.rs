//! The Vs. System's own board: the console's third output pin switches a bank.
//!
//! ```text
//!  $4016        .... .B..   B: 8 KiB of CHR; of 40 KiB of PRG, the last 8 at $8000
//!  $4020        coin counter, a write a count
//!  $6000-$7FFF  2 KiB of RAM, which two consoles share
//! ```
//!
//! PRG lies in sockets of 8 KiB; those below it are empty where it is small. The
//! nametables are four.
//!
//! <https://www.nesdev.org/wiki/INES_Mapper_099>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::{Board, Touched, Write};
use crate::nes::cart::map::{Access, Map};
use crate::nes::cart::{Cartridge, Mirroring};

/// Its mapper number.
pub const MAPPER: u16 = 99;

/// What $4016 said last.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Vs {
    out: u8,
}

const BANK: u8 = 0x04;

impl Board for Vs {
    const HEARS_RAM: bool = false;

    fn map(&self, cart: &Cartridge, map: &mut Map) {
        let other = self.out & BANK != 0;
        let banks = (cart.prg.len() / 0x2000).min(4) as i32;
        map.wram(0x6000, 0x2000, 0, Access::ReadWrite);
        for socket in 0..4 {
            let bank = socket - (4 - banks);
            if bank >= 0 {
                map.prg(0x8000 + socket as u16 * 0x2000, 0x2000, bank);
            }
        }
        if other && cart.prg.len() > 0x8000 {
            map.prg(0x8000, 0x2000, 4);
        }
        map.chr(0x0000, 0x2000, other.into());
        map.nametables(Mirroring::FourScreen);
    }

    fn write(&mut self, _cart: &Cartridge, write: Write) -> Touched {
        if write.address != 0x4016 {
            return Touched::Nothing;
        }
        let out = write.value & BANK;
        let same = std::mem::replace(&mut self.out, out) == out;
        if same { Touched::Nothing } else { Touched::Banks }
    }

    fn sanitize(&mut self, _cart: &Cartridge) {
        self.out &= BANK;
    }
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Bench, cartridge};
    use super::*;

    fn board(prg: usize) -> Bench {
        let mut cart = cartridge(MAPPER, prg, 16);
        (cart.mirroring, cart.prg_ram) = (Mirroring::FourScreen, 2048);
        Bench::new(cart)
    }

    fn seen(b: &Bench) -> [Option<u8>; 4] {
        [0x8000, 0xa000, 0xc000, 0xe000].map(|at| b.prg(at))
    }

    #[test]
    fn the_third_output_switches_chr_and_of_40_kib_the_first_8() {
        for (prg, first) in [(32, 0), (40, 4)] {
            let mut b = board(prg);
            assert_eq!(seen(&b), [0, 1, 2, 3].map(Some));
            assert_eq!((b.chr(0x0000), b.chr(0x1fff)), (Some(0), Some(7)));
            b.write(0x4016, 0x07);
            assert_eq!(seen(&b), [first, 1, 2, 3].map(Some));
            assert_eq!((b.chr(0x0000), b.chr(0x1fff)), (Some(8), Some(15)));
            b.write(0x4020, 0x00);
            assert_eq!(b.chr(0), Some(8));
            b.write(0x4016, 0x03);
            assert_eq!((seen(&b), b.chr(0)), ([0, 1, 2, 3].map(Some), Some(0)));
        }
    }

    #[test]
    fn small_roms_lie_in_the_upper_sockets() {
        assert_eq!(seen(&board(24)), [None, Some(0), Some(1), Some(2)]);
        assert_eq!(seen(&board(8)), [None, None, None, Some(0)]);
    }

    #[test]
    fn there_are_2_kib_of_ram_and_four_nametables() {
        let mut b = board(32);
        b.write(0x6001, 0x55);
        assert_eq!([0x6001, 0x6801, 0x7801].map(|at| b.read(at)), [Some(0x55); 3]);
        assert_eq!(b.nametables(), [0, 1, 2, 3]);
    }
}
