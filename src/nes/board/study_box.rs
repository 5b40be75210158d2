//! Study Box: Fukutake's tape deck. The cartridge is here; its tapes are not, so
//! the deck answers as one that is empty.
//!
//! ```text
//!  $4200  RR.. ....  8 KiB of RAM at $6000
//!  $4201  .... PPPP  16 KiB of PRG at $8000; at $C000, the first
//!  $4200-$4203 read  0, 0, $40, 0; to $43FF: $FF
//!  $4400-$4FFF       3 KiB of RAM
//! ```
//!
//! <https://www.nesdev.org/wiki/INES_Mapper_186>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::{Board, Touched, Write};
use crate::nes::cart::Cartridge;
use crate::nes::cart::map::{Access, Map};

/// The registers.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct StudyBox {
    ram: u8,
    prg: u8,
}

impl Board for StudyBox {
    fn map(&self, cart: &Cartridge, map: &mut Map) {
        // The 3 KiB are the end of the RAM, as far as anybody knows.
        let kib = cart.wram().div_ceil(1024);
        for n in 0..3 {
            let bank = (kib + usize::from(n)).saturating_sub(3);
            map.wram(0x4400 + n * 0x400, 0x400, bank, Access::ReadWrite);
        }
        map.wram(0x6000, 0x2000, usize::from(self.ram >> 6), Access::ReadWrite);
        map.prg(0x8000, 0x4000, i32::from(self.prg & 15));
        map.prg(0xc000, 0x4000, 0);
        map.chr(0x0000, 0x2000, 0);
        map.nametables(cart.mirroring);
    }

    fn write(&mut self, _cart: &Cartridge, write: Write) -> Touched {
        match write.address & 0xfe03 {
            0x4200 => self.ram = write.value,
            0x4201 => self.prg = write.value,
            _ => return Touched::Nothing,
        }
        Touched::Banks
    }

    fn read(&mut self, _cart: &Cartridge, address: u16, _open: u8) -> Option<u8> {
        match address {
            0x4202 => Some(0x40),
            0x4200..=0x4203 => Some(0),
            0x4204..=0x43ff => Some(0xff),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Bench, cartridge};

    fn board() -> Bench {
        let mut cart = cartridge(186, 256, 0);
        cart.prg_ram = 32 * 1024;
        Bench::new(cart)
    }

    #[test]
    fn prg_switches_at_8000_and_the_first_bank_stays() {
        let mut b = board();
        b.write(0x4201, 0xf5);
        assert_eq!((b.prg(0x8000), b.prg(0xc000)), (Some(10), Some(0)));
    }

    #[test]
    fn four_banks_of_ram_and_three_kib_beside_them() {
        let mut b = board();
        for n in 0..4 {
            b.write(0x4200, n << 6);
            b.write(0x6000, n);
        }
        for n in 0..4 {
            b.write(0x4200, n << 6);
            assert_eq!(b.read(0x6000), Some(n));
        }
        b.write(0x4400, 0x42);
        assert_eq!((b.read(0x4400), b.read(0x5000)), (Some(0x42), None));
    }

    #[test]
    fn the_deck_is_empty() {
        let mut b = board();
        let bytes = [0x4200, 0x4201, 0x4202, 0x4203, 0x4204, 0x43ff].map(|at| b.read(at).unwrap());
        assert_eq!(bytes, [0, 0, 0x40, 0, 0xff, 0xff]);
    }
}
