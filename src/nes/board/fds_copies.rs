//! Cartridges that disk games were copied to, with a counter of CPU cycles.
//!
//! ```text
//!  40  NTDEC 2722   $8000  IRQ off, the counter at 0       $E000  .... .PPP  8 KiB at $C000
//!                   $A000  IRQ on
//!      6 at $6000, 4 5 at $8000, 7 at $E000
//!  42  Ai Senshi    $8000  .... CCCC  8 KiB of CHR         $E000  .... PPPP  8 KiB at $6000
//!                   $E001  .... M...  horizontal           $E002  .... ..E.  IRQ on, else off
//!      the last 32 KiB at $8000
//!  50  N-32         $4020  .... HLLM  8 KiB at $C000, as HMLL    $4120  .... ...E  IRQ on, else off
//!      15 at $6000, 8 9 at $8000, 11 at $E000
//! ```
//!
//! The counter goes up while IRQ is on; off, it is 0. It asks at 4,096, and on mapper
//! 42 while its two upper bits of fifteen are ones.
//!
//! <https://www.nesdev.org/wiki/INES_Mapper_040>, <https://www.nesdev.org/wiki/INES_Mapper_042>,
//! <https://www.nesdev.org/wiki/INES_Mapper_050>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::{Board, Touched, Watches, Write};
use crate::nes::cart::map::Map;
use crate::nes::cart::{Cartridge, Mirroring};

/// The registers.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct FdsCopy {
    counter: u16,
    /// 1: the counter counts.
    on: u8,
    prg: u8,
    chr: u8,
    mirroring: u8,
    /// 1: the counter is mapper 42's.
    is_42: u8,
    unused: u8,
}

/// Bits that the counter has.
const SHORT: u32 = 0x1fff;
const LONG: u32 = 0x7fff;

impl Board for FdsCopy {
    const WATCHES: Watches = Watches { cpu_cycles: true, ppu_address: false };

    fn power_on(&mut self, cart: &Cartridge) {
        self.is_42 = (cart.mapper == 42).into();
    }

    fn map(&self, cart: &Cartridge, map: &mut Map) {
        let prg = i32::from(self.prg);
        let banks = match cart.mapper {
            40 => [6, 4, 5, prg, 7],
            42 => [prg, -4, -3, -2, -1],
            _ => [15, 8, 9, prg, 11],
        };
        for (at, bank) in (3..).zip(banks) {
            map.prg(at * 0x2000, 0x2000, bank);
        }
        map.chr(0x0000, 0x2000, self.chr.into());
        map.nametables(match (cart.mapper, self.mirroring) {
            (42, 0) => Mirroring::Vertical,
            (42, _) => Mirroring::Horizontal,
            _ => cart.mirroring,
        });
    }

    fn write(&mut self, cart: &Cartridge, write: Write) -> Touched {
        let Write { address, value, .. } = write;
        match (cart.mapper, address & 0xe003) {
            (40, 0x8000..=0x8003) => self.switch(0),
            (40, 0xa000..=0xa003) => self.switch(1),
            (40, 0xe000..=0xe003) => self.prg = value & 7,
            (42, 0x8000..=0x8003) => self.chr = value & 15,
            (42, 0xe000) => self.prg = value & 15,
            (42, 0xe001) => self.mirroring = value >> 3 & 1,
            (42, 0xe002) => self.switch(value >> 1 & 1),
            (50, _) if (0x4020..0x6000).contains(&address) => match address & 0x4120 {
                0x4020 => self.prg = value & 8 | (value & 1) << 2 | value >> 1 & 3,
                0x4120 => self.switch(value & 1),
                _ => return Touched::Nothing,
            },
            _ => return Touched::Nothing,
        }
        Touched::Banks
    }

    fn cpu_cycles(&mut self, cycles: u32) {
        if self.on != 0 {
            let bits = if self.is_42 != 0 { LONG } else { SHORT };
            self.counter = ((u32::from(self.counter) + cycles) & bits) as u16;
        }
    }

    fn quiet_cycles(&self) -> u32 {
        if self.on == 0 {
            return u32::MAX;
        }
        let counter = u32::from(self.counter);
        let (asks, ends) = if self.is_42 != 0 { (0x6000, 0x8000) } else { (0x1000, 0x2000) };
        let next = if counter < asks { asks } else { ends };
        next - counter - 1
    }

    fn irq(&self) -> bool {
        if self.is_42 != 0 { self.counter >= 0x6000 } else { self.counter >= 0x1000 }
    }

    fn sanitize(&mut self, cart: &Cartridge) {
        self.is_42 = (cart.mapper == 42).into();
        self.on &= 1;
        self.counter &= if self.is_42 != 0 { LONG } else { SHORT } as u16;
        if self.on == 0 {
            self.counter = 0;
        }
        (self.prg, self.chr) = (self.prg & 15, self.chr & 15);
        self.mirroring &= 1;
        self.unused = 0;
    }
}

impl FdsCopy {
    fn switch(&mut self, on: u8) {
        self.on = on;
        if on == 0 {
            self.counter = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Bench, cartridge};

    fn banks(b: &Bench) -> [u8; 5] {
        [0x6000, 0x8000, 0xa000, 0xc000, 0xe000].map(|at| b.prg(at).unwrap())
    }

    #[test]
    fn each_has_one_bank_that_switches() {
        let mut b = Bench::new(cartridge(40, 64, 8));
        b.write(0xe000, 3);
        assert_eq!(banks(&b), [6, 4, 5, 3, 7]);
        let mut b = Bench::new(cartridge(42, 128, 128));
        b.write(0xe000, 3);
        b.write(0x8000, 5);
        b.write(0xe001, 8);
        assert_eq!((banks(&b), b.chr(0)), ([3, 12, 13, 14, 15], Some(40)));
        assert_eq!(b.nametables(), [0, 0, 1, 1]);
        let mut b = Bench::new(cartridge(50, 128, 0));
        for (value, bank) in [(1, 4), (2, 1), (4, 2), (8, 8), (15, 15)] {
            b.write(0x5020, value);
            assert_eq!(banks(&b), [15, 8, 9, bank, 11]);
        }
    }

    #[test]
    fn the_counter_asks_at_4096_or_24576_until_it_is_switched_off() {
        let switches: [(u16, u16, u8, u16, u8, u32); 3] = [
            (40, 0xa000, 0, 0x8000, 0, 0x1000),
            (42, 0xe002, 2, 0xe002, 0, 0x6000),
            (50, 0x4120, 1, 0x4120, 0, 0x1000),
        ];
        for (mapper, on, yes, off, no, cycles) in switches {
            let mut b = Bench::new(cartridge(mapper, 128, 8));
            b.write(on, yes);
            b.pass(0x800);
            let mut other = Bench::new(cartridge(mapper, 128, 8));
            other.regs = b.regs;
            other.cart.board.sanitize(&mut other.regs, &mut other.ram, &other.cart);
            let left = Some(cycles - 0x800);
            assert_eq!((b.cycles_to_irq(), other.cycles_to_irq()), (left, left));
            b.write(off, no);
            assert!(!b.irq());
            b.write(on, yes);
            assert_eq!(b.cycles_to_irq(), Some(cycles));
        }
    }
}
