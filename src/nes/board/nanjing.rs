//! Nanjing's FC-001: 32 KiB of PRG, and CHR RAM whose halves may follow the part of the
//! picture: the upper half of a nametable has the tiles at $0000, the lower those at $1000.
//!
//! ```text
//!  $5000  C... LLLL  L: 32 KiB of PRG, C: CHR follows the picture
//!  $5200  .... ..HH  H: upper bits of the bank
//!  $5100  .... .F..  F: what is read back
//!  $5101  .... ...E  E = 1 turns F round
//!  $5300  .... .P.S  P: the bank's lowest two bits, else both are ones
//!                    S: bits 0 and 1 of what is written to $5000-$5200 change places
//!  $5500  .... .F..  read: F inverted
//! ```
//!
//! The registers are as wide as a page of 256 bytes ($5100 and $5101 by A0), the read by
//! bits 8, 9 of the address and up. With C, A12 of CHR is the PPU's A9 as it was when A13
//! last rose.
//!
//! <https://www.nesdev.org/wiki/INES_Mapper_163>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::{Board, Touched, Watches, Write};
use crate::nes::cart::Cartridge;
use crate::nes::cart::map::{Access, Map};

/// The registers.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Nanjing {
    /// $5000, $5200.
    low: u8,
    high: u8,
    /// Bit 2 of $5100.
    feedback: u8,
    /// $5300.
    mode: u8,
    /// A13 and A9 of the PPU: now, and when A13 last rose.
    a13: u8,
    a9: u8,
}

const FOLLOWS: u8 = 0x80;
const FEEDBACK: u8 = 0x04;
const SWAPPED: u8 = 0x01;
const FROM_5000: u8 = 0x04;

impl Board for Nanjing {
    const WATCHES: Watches = Watches { cpu_cycles: false, ppu_address: true };
    const HEARS_RAM: bool = false;

    fn reset(&mut self, _cart: &Cartridge) {
        (self.low, self.high, self.feedback, self.mode) = (0, 0, 0, 0);
    }

    fn map(&self, cart: &Cartridge, map: &mut Map) {
        map.wram(0x6000, 0x2000, 0, Access::ReadWrite);
        let low = self.low & 15 | if self.mode & FROM_5000 == 0 { 3 } else { 0 };
        map.prg(0x8000, 0x8000, i32::from(self.high & 3) << 4 | i32::from(low));
        if self.low & FOLLOWS == 0 {
            map.chr(0x0000, 0x2000, 0);
        } else {
            map.chr(0x0000, 0x1000, self.a9.into());
            map.chr(0x1000, 0x1000, self.a9.into());
        }
        map.nametables(cart.mirroring);
    }

    fn write(&mut self, _cart: &Cartridge, write: Write) -> Touched {
        let value = write.value;
        let wired = match self.mode & SWAPPED {
            0 => value,
            _ => value & !3 | value >> 1 & 1 | value << 1 & 2,
        };
        match write.address & 0xff00 {
            0x5000 => self.low = wired,
            0x5200 => self.high = wired,
            0x5300 => self.mode = value & (FROM_5000 | SWAPPED),
            0x5100 => {
                if write.address & 1 == 0 {
                    self.feedback = wired & FEEDBACK;
                } else if wired & 1 != 0 {
                    self.feedback ^= FEEDBACK;
                }
                return Touched::Nothing;
            }
            _ => return Touched::Nothing,
        }
        Touched::Banks
    }

    fn read(&mut self, _cart: &Cartridge, address: u16, open: u8) -> Option<u8> {
        let byte = open & !FEEDBACK | self.feedback ^ FEEDBACK;
        (address & 0xf300 == 0x5100).then_some(byte)
    }

    fn ppu_address(&mut self, address: u16, _m2_falls: u64) -> Touched {
        let a13 = (address >> 13 & 1) as u8;
        let rose = a13 > std::mem::replace(&mut self.a13, a13);
        if rose { self.latch(address) } else { Touched::Nothing }
    }

    /// A13 rises with each tile's nametable byte, and A9 is that of the row.
    fn ppu_tiles(&mut self, first: u16, _numbers: &[u8; 32], _last: u16) -> bool {
        self.rest_at(first)
    }

    fn ppu_sprites(&mut self, names: [u16; 2], _patterns: &[u16; 8], _m2_falls: [u64; 2]) -> bool {
        (names[0] ^ names[1]) & 0x200 == 0 && self.rest_at(names[0])
    }

    /// No /IRQ.
    fn quiet_rises(&self) -> u32 {
        u32::MAX
    }

    fn sanitize(&mut self, _cart: &Cartridge) {
        (self.a13, self.a9) = (self.a13 & 1, self.a9 & 1);
        self.feedback &= FEEDBACK;
        self.mode &= FROM_5000 | SWAPPED;
    }
}

impl Nanjing {
    /// A13 rose at an address.
    fn latch(&mut self, address: u16) -> Touched {
        let a9 = (address >> 9 & 1) as u8;
        let moved = std::mem::replace(&mut self.a9, a9) != a9;
        if moved && self.low & FOLLOWS != 0 { Touched::Banks } else { Touched::Nothing }
    }

    /// Fetches that begin at such a nametable address and end with a pattern: whether they
    /// leave the banks as they are. If not, nothing is done.
    fn rest_at(&mut self, name: u16) -> bool {
        let a9 = (name >> 9 & 1) as u8;
        let rests = self.a13 == 0 && (a9 == self.a9 || self.low & FOLLOWS == 0);
        if rests {
            self.a9 = a9;
        }
        rests
    }
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Bench, cartridge};

    fn board() -> Bench {
        let mut cart = cartridge(163, 2048, 0);
        cart.prg_nvram = 8192;
        let mut b = Bench::new(cart);
        let chr = b.map.layout().chr;
        for n in 0..8192 {
            b.ram[chr + n] = (n / 4096) as u8;
        }
        b
    }

    /// The bank of 32 KiB.
    fn bank(b: &Bench) -> u8 {
        b.prg(0x8000).unwrap() / 4
    }

    #[test]
    fn it_begins_in_bank_3_and_two_registers_make_the_bank() {
        let mut b = board();
        assert_eq!(bank(&b), 3);
        b.write(0x5000, 0x04);
        assert_eq!(bank(&b), 7, "the lowest two bits are ones");
        b.write(0x5300, 0x04);
        assert_eq!(bank(&b), 4);
        b.write(0x52ff, 0x02);
        assert_eq!(bank(&b), 0x24);
        b.write(0x5400, 0xff);
        assert_eq!(bank(&b), 0x24);
    }

    #[test]
    fn two_bits_change_places_but_not_those_of_the_mode() {
        let mut b = board();
        b.write(0x5300, 0x05);
        b.write(0x5000, 0x05);
        b.write(0x5200, 0x01);
        assert_eq!(bank(&b), 0x26);
        b.write(0x5300, 0x04);
        assert_eq!(bank(&b), 0x26, "what was written stays");
        b.write(0x5000, 0x05);
        assert_eq!(bank(&b), 0x25);
    }

    #[test]
    fn the_feedback_is_read_inverted_and_turned_round() {
        let mut b = board();
        assert_eq!(b.read(0x5500), Some(4));
        b.write(0x5100, 0x04);
        assert_eq!((b.read(0x5500), b.read(0x5dff)), (Some(0), Some(0)));
        b.write(0x5101, 0x00);
        assert_eq!(b.read(0x5501), Some(0));
        b.write(0x5101, 0x01);
        assert_eq!(b.read(0x5501), Some(4));
        b.write(0x5300, 0x01);
        b.write(0x5101, 0x02);
        assert_eq!(b.read(0x5501), Some(0), "its bit 0 is swapped, too");
        assert_eq!(b.read(0x5600), None);
    }

    #[test]
    fn chr_follows_the_half_of_the_nametable_in_which_a13_rose() {
        let mut b = board();
        let seen = |b: &Bench| [0x0000, 0x1000].map(|at| b.chr(at).unwrap());
        for address in [0x0000, 0x2200, 0x0000] {
            b.ppu_address(address);
        }
        assert_eq!(seen(&b), [0, 1], "nothing follows");
        b.write(0x5000, 0x80);
        assert_eq!(seen(&b), [1, 1], "it was latched all the same");
        b.ppu_address(0x21c0);
        assert_eq!(seen(&b), [0, 0]);
        b.ppu_address(0x23c0);
        assert_eq!(seen(&b), [0, 0], "A13 was high");
        b.ppu_address(0x0000);
        b.ppu_address(0x23c0);
        assert_eq!(seen(&b), [1, 1]);
    }

    #[test]
    fn the_reset_button_goes_back_to_bank_3() {
        let mut b = board();
        b.write(0x5300, 0x05);
        b.write(0x5000, 0x86);
        b.cart.board.reset(&mut b.regs, &b.cart);
        b.remap();
        assert_eq!((bank(&b), b.chr(0x0000), b.chr(0x1000)), (3, Some(0), Some(1)));
    }
}
