//! Maxi 15: banks switch as the CPU *reads* certain bytes of ROM.
//!
//! ```text
//!  $FF80-$FF9F  MOQq BBBb  M: horizontal, else vertical
//!                          O: NINA-03, else CNROM: what a game of the block has
//!                          Q, B, b: the block; q: nothing answers in the upper half of ROM
//!  $FFE8-$FFF7  .cCC ...P  bank within the block
//!
//!         PRG, 32 KiB   CHR, 8 KiB
//!  O = 0  QBBBb         QBBBbCC
//!  O = 1  QBBBP         QBBBcCC
//! ```
//!
//! Once any of Q, q, B, b is set, the first register stays until the reset button. A
//! write does the same with what the bus has, and the bus conflicts. The page tables
//! leave the last page of ROM to this file, as reads there do something.
//!
//! <https://www.nesdev.org/wiki/INES_Mapper_234>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::{Board, Touched, Write};
use crate::nes::cart::map::Map;
use crate::nes::cart::{Cartridge, Mirroring};

/// The registers.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Maxi15 {
    block: u8,
    inner: u8,
}

/// Q, q, B, b.
const LOCKS: u8 = 0x3f;

impl Board for Maxi15 {
    const READS_MOVE_BANKS: bool = true;

    fn reset(&mut self, _cart: &Cartridge) {
        (self.block, self.inner) = (0, 0);
    }

    fn map(&self, _cart: &Cartridge, map: &mut Map) {
        map.prg(0x8000, 0x8000, self.prg());
        map.prg_nothing(0xff00, 0x100);
        let (block, inner) = (usize::from(self.block), usize::from(self.inner));
        let upper = (block >> 5 & 1) << 3 | block >> 1 & 7;
        let low = if self.is_nina() { inner >> 6 & 1 } else { block & 1 };
        map.chr(0x0000, 0x2000, upper << 3 | low << 2 | inner >> 4 & 3);
        map.nametables(match self.block & 0x80 {
            0 => Mirroring::Vertical,
            _ => Mirroring::Horizontal,
        });
    }

    fn write(&mut self, cart: &Cartridge, write: Write) -> Touched {
        let Write { address, value, .. } = write;
        if address < 0xff00 {
            return Touched::Nothing;
        }
        let byte = value & self.rom(cart, address);
        self.latch(address, byte);
        Touched::Banks
    }

    fn read(&mut self, cart: &Cartridge, address: u16, _open: u8) -> Option<u8> {
        if address < 0xff00 {
            return None;
        }
        let byte = self.rom(cart, address);
        self.latch(address, byte);
        Some(byte)
    }
}

impl Maxi15 {
    fn is_nina(&self) -> bool {
        self.block & 0x40 != 0
    }

    /// The bank of 32 KiB.
    fn prg(&self) -> i32 {
        let low = if self.is_nina() { self.inner & 1 } else { self.block & 1 };
        i32::from((self.block >> 5 & 1) << 4 | self.block & 0x0e | low)
    }

    /// A byte of the page that the tables leave out.
    fn rom(&self, cart: &Cartridge, address: u16) -> u8 {
        let at = self.prg() as usize * 0x8000 + usize::from(address & 0x7fff);
        cart.prg.read(at % cart.prg.len()).unwrap_or(0xff)
    }

    fn latch(&mut self, address: u16, byte: u8) {
        match address {
            0xff80..=0xff9f if self.block & LOCKS == 0 => self.block = byte,
            0xffe8..=0xfff7 => self.inner = byte,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Bench, cartridge};

    /// ROM that offers `byte` at `address` in every bank.
    fn board(offers: &[(usize, u8)]) -> Bench {
        let mut cart = cartridge(234, 1024, 1024);
        for bank in 0..32 {
            for (address, byte) in offers {
                cart.prg[bank * 0x8000 + (address & 0x7fff)] = *byte;
            }
        }
        Bench::new(cart)
    }

    #[test]
    fn a_read_chooses_the_block_once() {
        let mut b = board(&[(0xff80, 0x83), (0xff88, 0x05)]);
        assert_eq!(b.read(0xff80), Some(0x83));
        assert_eq!((b.prg(0x8000), b.chr(0), b.nametables()), (Some(12), Some(96), [0, 0, 1, 1]));
        b.read(0xff88);
        assert_eq!(b.prg(0x8000), Some(12), "it is locked");
        b.cart.board.reset(&mut b.regs, &b.cart);
        b.remap();
        assert_eq!(b.prg(0x8000), Some(0));
        b.read(0xff88);
        assert_eq!(b.prg(0x8000), Some(20));
    }

    #[test]
    fn the_inner_bank_is_of_one_or_the_other_kind() {
        let mut b = board(&[(0xff80, 0x02), (0xff88, 0x42), (0xffe8, 0x71)]);
        b.read(0xff80);
        b.read(0xffe8);
        assert_eq!((b.prg(0x8000), b.chr(0)), (Some(8), Some((8 | 3) * 8)));
        let mut b = board(&[(0xff80, 0x02), (0xff88, 0x42), (0xffe8, 0x71)]);
        b.read(0xff88);
        b.read(0xffe8);
        assert_eq!((b.prg(0x8000), b.chr(0)), (Some(12), Some((8 | 4 | 3) * 8)));
    }

    #[test]
    fn a_write_conflicts_and_other_reads_do_nothing() {
        let mut b = board(&[(0xff80, 0x07), (0xffa0, 0x09)]);
        assert_eq!(b.read(0xffa0), Some(0x09));
        b.write(0xff80, 0x0a);
        assert_eq!(b.prg(0x8000), Some(8));
    }
}
