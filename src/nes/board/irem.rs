//! Irem's G-101 (mapper 32) and H3001 (mapper 65).
//!
//! ```text
//!  G-101  $8000        ...P PPPP  8 KiB at $8000, or at $C000 in swap mode
//!         $9000        .... ..SM  S: swap mode, M: horizontal, else vertical
//!         $A000        ...P PPPP  8 KiB at $A000
//!         $B000-$B007  CCCC CCCC  1 KiB at $0000, $0400, …
//!
//!  H3001  $8000, $A000            8 KiB at $8000 ($C000 in swap mode) and $A000
//!         $9000        S... ....  S: swap mode
//!         $9001        MM.. ....  vertical, first, horizontal, first screen
//!         $9003        E... ....  E: the counter counts; acknowledges
//!         $9004                   the counter begins; acknowledges
//!         $9005, $9006            what it begins with: high, low byte
//!         $B000-$B007             1 KiB at $0000, $0400, …
//! ```
//!
//! In swap mode the last bank but one is at $8000. A G-101 of submapper 1 (Major
//! League) has neither swap mode nor mirroring: all its nametables are the second
//! KiB. The H3001's counter goes down with each CPU cycle, asks at 0, and stays.
//!
//! <https://www.nesdev.org/wiki/INES_Mapper_032>, <https://www.nesdev.org/wiki/INES_Mapper_065>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::{Board, Touched, Watches, Write};
use crate::nes::cart::map::{Access, Map};
use crate::nes::cart::{Cartridge, Mirroring};

/// The banks that both have.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
struct Banks {
    prg: [u8; 2],
    chr: [u8; 8],
}

impl Banks {
    fn map(&self, swapped: bool, map: &mut Map) {
        let [first, second] = self.prg.map(i32::from);
        let (at_8000, at_c000) = if swapped { (-2, first) } else { (first, -2) };
        map.prg(0x8000, 0x2000, at_8000);
        map.prg(0xa000, 0x2000, second);
        map.prg(0xc000, 0x2000, at_c000);
        map.prg(0xe000, 0x2000, -1);
        for (n, bank) in self.chr.into_iter().enumerate() {
            map.chr((n * 0x400) as u16, 0x400, bank.into());
        }
    }

    /// A write to $8000, $A000 or $B000-$B007; false where it is another register.
    fn write(&mut self, address: u16, value: u8) -> bool {
        match address & 0xf000 {
            0x8000 => self.prg[0] = value,
            0xa000 => self.prg[1] = value,
            0xb000 => self.chr[usize::from(address & 7)] = value,
            _ => return false,
        }
        true
    }
}

/// The G-101.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct G101 {
    banks: Banks,
    /// $9000.
    mode: u8,
}

impl Board for G101 {
    fn map(&self, cart: &Cartridge, map: &mut Map) {
        let is_major_league = cart.submapper == 1;
        map.wram(0x6000, 0x2000, 0, Access::ReadWrite);
        self.banks.map(self.mode & 2 != 0 && !is_major_league, map);
        map.nametables(match self.mode & 1 {
            _ if is_major_league => Mirroring::SingleHigh,
            0 => Mirroring::Vertical,
            _ => Mirroring::Horizontal,
        });
    }

    fn write(&mut self, _cart: &Cartridge, write: Write) -> Touched {
        let Write { address, value, .. } = write;
        if address & 0xf000 == 0x9000 {
            self.mode = value & 3;
        } else if !self.banks.write(address, value) {
            return Touched::Nothing;
        }
        Touched::Banks
    }

    fn sanitize(&mut self, _cart: &Cartridge) {
        self.mode &= 3;
    }
}

/// The H3001.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct H3001 {
    counter: u16,
    latch: u16,
    banks: Banks,
    /// $9000 and $9001.
    mode: [u8; 2],
    /// 1: the counter counts.
    enabled: u8,
    /// 1 while /IRQ is low.
    pending: u8,
}

impl Board for H3001 {
    const WATCHES: Watches = Watches { cpu_cycles: true, ppu_address: false };

    fn power_on(&mut self, _cart: &Cartridge) {
        self.banks.prg[1] = 1;
    }

    fn map(&self, _cart: &Cartridge, map: &mut Map) {
        self.banks.map(self.mode[0] & 0x80 != 0, map);
        map.nametables(match self.mode[1] >> 6 {
            0 => Mirroring::Vertical,
            2 => Mirroring::Horizontal,
            _ => Mirroring::SingleLow,
        });
    }

    fn write(&mut self, _cart: &Cartridge, write: Write) -> Touched {
        let Write { address, value, .. } = write;
        match address & 0xf007 {
            0x9000 => self.mode[0] = value & 0x80,
            0x9001 => self.mode[1] = value & 0xc0,
            0x9003 => {
                (self.enabled, self.pending) = (value >> 7, 0);
                return Touched::Nothing;
            }
            0x9004 => {
                (self.counter, self.pending) = (self.latch, 0);
                return Touched::Nothing;
            }
            0x9005 => self.latch = self.latch & 0x00ff | u16::from(value) << 8,
            0x9006 => self.latch = self.latch & 0xff00 | u16::from(value),
            _ if self.banks.write(address, value) => {}
            _ => return Touched::Nothing,
        }
        Touched::Banks
    }

    fn cpu_cycles(&mut self, cycles: u32) {
        if self.enabled == 0 || self.counter == 0 {
            return;
        }
        let left = u32::from(self.counter);
        self.counter = left.saturating_sub(cycles) as u16;
        if self.counter == 0 {
            self.pending = 1;
        }
    }

    fn quiet_cycles(&self) -> u32 {
        let rests = self.enabled == 0 || self.counter == 0 || self.pending != 0;
        if rests { u32::MAX } else { u32::from(self.counter) - 1 }
    }

    fn irq(&self) -> bool {
        self.pending != 0
    }

    fn sanitize(&mut self, _cart: &Cartridge) {
        self.mode = [self.mode[0] & 0x80, self.mode[1] & 0xc0];
        (self.enabled, self.pending) = (self.enabled & 1, self.pending & 1);
    }
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Bench, cartridge};

    fn board(mapper: u16, submapper: u8) -> Bench {
        let mut cart = cartridge(mapper, 256, 256);
        cart.submapper = submapper;
        Bench::new(cart)
    }

    #[test]
    fn swap_mode_exchanges_8000_and_c000() {
        for (mapper, swap) in [(32, 2), (65, 0x80)] {
            let mut b = board(mapper, 0);
            b.write(0x8000, 5);
            b.write(0xa000, 7);
            assert_eq!(b.prg_banks(), [5, 7, 30, 31]);
            b.write(0x9000, swap);
            assert_eq!(b.prg_banks(), [30, 7, 5, 31]);
        }
    }

    #[test]
    fn eight_registers_switch_chr() {
        for mapper in [32, 65] {
            let mut b = board(mapper, 0);
            for n in 0..8 {
                b.write(0xb000 + n, 0x90 + n as u8);
            }
            for n in 0..8 {
                assert_eq!(b.chr(n * 0x400), Some(0x90 + n as u8));
            }
        }
    }

    #[test]
    fn nametables_follow_the_mode() {
        let mut b = board(32, 0);
        assert_eq!(b.nametables(), [0, 1, 0, 1]);
        b.write(0x9000, 1);
        assert_eq!(b.nametables(), [0, 0, 1, 1]);
        let mut b = board(65, 0);
        for (value, pages) in
            [(0x00, [0, 1, 0, 1]), (0x80, [0, 0, 1, 1]), (0x40, [0; 4]), (0xc0, [0; 4])]
        {
            b.write(0x9001, value);
            assert_eq!(b.nametables(), pages);
        }
    }

    #[test]
    fn major_league_is_wired_to_the_second_screen_and_does_not_swap() {
        let mut b = board(32, 1);
        b.write(0x8000, 5);
        b.write(0x9000, 3);
        assert_eq!((b.prg_banks(), b.nametables()), ([5, 0, 30, 31], [1; 4]));
    }

    #[test]
    fn the_h3001_counts_down_to_zero_and_asks_once() {
        let mut b = board(65, 0);
        b.write(0x9005, 0x01);
        b.write(0x9006, 0x23);
        b.write(0x9004, 0);
        assert_eq!(b.cycles_to_irq(), None, "it is not on");
        b.write(0x9003, 0x80);
        assert_eq!(b.cycles_to_irq(), Some(0x123));
        b.write(0x9003, 0x80);
        assert_eq!(b.cycles_to_irq(), None, "it stays at 0");
        b.write(0x9004, 0);
        b.pass(0x23);
        let mut other = board(65, 0);
        other.regs = b.regs;
        other.cart.board.sanitize(&mut other.regs, &mut other.ram, &other.cart);
        assert_eq!(other.cycles_to_irq(), Some(0x100), "restored in mid-count");
    }
}
