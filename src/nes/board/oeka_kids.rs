//! Oeka Kids: a drawing board whose CHR RAM follows the part of the picture.
//!
//! Each time the PPU's address enters the nametables ($2000-$2FFF), two of its
//! lines are latched, so each quarter of the picture has tiles of its own.
//!
//! ```text
//!  $8000-$FFFF  .... .CPP  P: 32 KiB of PRG, C: 16 KiB of CHR RAM; the bus conflicts
//!
//!  $0000        the 4 KiB of A9 and A8 as latched
//!  $1000        the last 4 KiB
//! ```
//!
//! <https://www.nesdev.org/wiki/INES_Mapper_096>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::{Board, Touched, Watches, Write};
use crate::nes::cart::Cartridge;
use crate::nes::cart::map::Map;

/// The lines A9 and A8 of the address at which the PPU entered the nametables.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
struct Latch {
    lines: u8,
    /// 1 while the PPU's address is in the nametables.
    within: u8,
}

impl Latch {
    /// Whether the lines changed.
    fn follow(&mut self, address: u16) -> bool {
        let within = u8::from(address & 0x3000 == 0x2000);
        let entered = within != 0 && self.within == 0;
        self.within = within;
        let lines = (address >> 8 & 3) as u8;
        entered && std::mem::replace(&mut self.lines, lines) != lines
    }

    /// Fetches that begin at such a nametable address, of one row, and end with a pattern:
    /// whether the lines stay.
    fn rests_at(&self, name: u16) -> bool {
        self.within == 0 && self.lines == (name >> 8 & 3) as u8
    }

    fn sanitize(&mut self) {
        (self.lines, self.within) = (self.lines & 3, self.within & 1);
    }
}

/// The registers.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct OekaKids {
    latch: Latch,
    /// $8000.
    banks: u8,
}

impl Board for OekaKids {
    const WATCHES: Watches = Watches { cpu_cycles: false, ppu_address: true };

    fn map(&self, cart: &Cartridge, map: &mut Map) {
        map.prg(0x8000, 0x8000, i32::from(self.banks & 3));
        let half = self.banks & 4;
        map.chr(0x0000, 0x1000, usize::from(half | self.latch.lines));
        map.chr(0x1000, 0x1000, usize::from(half | 3));
        map.nametables(cart.mirroring);
    }

    fn write(&mut self, _cart: &Cartridge, write: Write) -> Touched {
        if write.address < 0x8000 {
            return Touched::Nothing;
        }
        self.banks = write.conflicted() & 7;
        Touched::Banks
    }

    fn ppu_address(&mut self, address: u16, _m2_falls: u64) -> Touched {
        if self.latch.follow(address) { Touched::Banks } else { Touched::Nothing }
    }

    /// Each tile's nametable byte is entered anew, and both lines are those of the row.
    fn ppu_tiles(&mut self, first: u16, _numbers: &[u8; 32], _last: u16) -> bool {
        self.latch.rests_at(first)
    }

    fn ppu_sprites(&mut self, names: [u16; 2], _patterns: &[u16; 8], _m2_falls: [u64; 2]) -> bool {
        names.into_iter().all(|name| self.latch.rests_at(name))
    }

    /// No /IRQ.
    fn quiet_rises(&self) -> u32 {
        u32::MAX
    }

    fn sanitize(&mut self, _cart: &Cartridge) {
        self.latch.sanitize();
        self.banks &= 7;
    }
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Bench, cartridge};

    /// Each byte of CHR RAM is the number of its 4 KiB.
    fn board() -> Bench {
        let mut cart = cartridge(96, 128, 0);
        cart.prg.fill(0xff);
        cart.chr_ram = 32 * 1024;
        let mut b = Bench::new(cart);
        let chr = b.map.layout().chr;
        for n in 0..32 * 1024 {
            b.ram[chr + n] = (n / 4096) as u8;
        }
        b
    }

    #[test]
    fn entering_a_nametable_latches_its_quarter() {
        let mut b = board();
        for (address, bank) in [(0x2000, 0), (0x2100, 1), (0x23c0, 3), (0x2e00, 2)] {
            b.ppu_address(0x0000);
            b.ppu_address(address);
            assert_eq!((b.chr(0x0000), b.chr(0x1000)), (Some(bank), Some(3)));
        }
    }

    #[test]
    fn moving_within_the_nametables_latches_nothing() {
        let mut b = board();
        b.ppu_address(0x2100);
        b.ppu_address(0x2300);
        assert_eq!(b.chr(0x0000), Some(1));
        b.ppu_address(0x3f00);
        b.ppu_address(0x2300);
        assert_eq!(b.chr(0x0000), Some(3), "the palette is outside");
    }

    #[test]
    fn the_register_switches_prg_and_half_of_chr_and_conflicts() {
        let mut b = board();
        b.cart.prg[0] = 0xfe;
        b.write(0x8000, 0x07);
        assert_eq!((b.chr(0x0000), b.chr(0x1000)), (Some(4), Some(7)));
        b.cart.prg[0x10000] = 0x42;
        assert_eq!(b.prg(0x8000), Some(0x42), "bank 2: bit 0 was low in ROM");
    }
}
