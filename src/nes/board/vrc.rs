//! VRC1 and VRC3: Konami's small chips.
//!
//! ```text
//!  VRC1 (mapper 75)                       VRC3 (mapper 73)
//!  $8000 .... PPPP  8 KiB at $8000        $8000-$B000 .... LLLL  the latch, low nibble first
//!  $9000 .... .HLM  mirroring; CHR bit 4  $C000       .... .MEA  counter: 8 bits, on, on after $D000
//!  $A000 .... PPPP  8 KiB at $A000        $D000                  acknowledges
//!  $C000 .... PPPP  8 KiB at $C000        $F000       .... .PPP  16 KiB of PRG at $8000
//!  $E000 .... CCCC  4 KiB at $0000
//!  $F000 .... CCCC  4 KiB at $1000
//! ```
//!
//! On a board with four screens the VRC1's mirroring bit does nothing. Mapper 151 is the
//! VRC1 on a Vs. System, where 75 with that console in the header is meant, too.
//!
//! <https://www.nesdev.org/wiki/VRC1>, <https://www.nesdev.org/wiki/VRC3>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::{Board, Touched, Watches, Write};
use crate::nes::cart::map::{Access, Map};
use crate::nes::cart::{Cartridge, Mirroring};

/// The VRC1's registers.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Vrc1 {
    prg: [u8; 3],
    chr: [u8; 2],
    /// $9000.
    mode: u8,
}

impl Board for Vrc1 {
    fn map(&self, cart: &Cartridge, map: &mut Map) {
        for (at, bank) in [0x8000, 0xa000, 0xc000].into_iter().zip(self.prg) {
            map.prg(at, 0x2000, i32::from(bank & 15));
        }
        map.prg(0xe000, 0x2000, -1);
        for (n, bank) in self.chr.into_iter().enumerate() {
            let high = self.mode >> (1 + n) & 1;
            map.chr((n * 0x1000) as u16, 0x1000, usize::from(high << 4 | bank & 15));
        }
        map.nametables(match (cart.mirroring, self.mode & 1) {
            (Mirroring::FourScreen, _) => Mirroring::FourScreen,
            (_, 0) => Mirroring::Vertical,
            (_, _) => Mirroring::Horizontal,
        });
    }

    fn write(&mut self, _cart: &Cartridge, write: Write) -> Touched {
        match write.address & 0xf000 {
            0x8000 => self.prg[0] = write.value,
            0x9000 => self.mode = write.value,
            0xa000 => self.prg[1] = write.value,
            0xc000 => self.prg[2] = write.value,
            0xe000 => self.chr[0] = write.value,
            0xf000 => self.chr[1] = write.value,
            _ => return Touched::Nothing,
        }
        Touched::Banks
    }
}

/// The VRC3's registers.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Vrc3 {
    latch: u16,
    counter: u16,
    control: u8,
    /// 1 while /IRQ is low.
    pending: u8,
    prg: u8,
    unused: u8,
}

const EIGHT_BITS: u8 = 4;
const ON: u8 = 2;

impl Board for Vrc3 {
    const WATCHES: Watches = Watches { cpu_cycles: true, ppu_address: false };

    fn map(&self, cart: &Cartridge, map: &mut Map) {
        map.wram(0x6000, 0x2000, 0, Access::ReadWrite);
        map.prg(0x8000, 0x4000, self.prg.into());
        map.prg(0xc000, 0x4000, -1);
        map.chr(0x0000, 0x2000, 0);
        map.nametables(cart.mirroring);
    }

    fn write(&mut self, _cart: &Cartridge, write: Write) -> Touched {
        let Write { address, value, .. } = write;
        match address & 0xf000 {
            0x8000..=0xb000 => {
                let shift = (address >> 12 & 3) * 4;
                self.latch = self.latch & !(0xf << shift) | u16::from(value & 15) << shift;
            }
            0xc000 => {
                self.control = value & 7;
                self.pending = 0;
                if value & ON != 0 {
                    self.counter = self.latch;
                }
            }
            0xd000 => {
                self.pending = 0;
                self.control = self.control & !ON | (self.control & 1) << 1;
            }
            0xf000 => {
                self.prg = value & 15;
                return Touched::Banks;
            }
            _ => {}
        }
        Touched::Nothing
    }

    fn cpu_cycles(&mut self, cycles: u32) {
        if self.control & ON == 0 {
            return;
        }
        let mask = self.mask();
        let (counter, latch) = (u32::from(self.counter & mask), u32::from(self.latch & mask));
        let (to_wrap, round) = (u32::from(mask) + 1 - counter, u32::from(mask) + 1 - latch);
        let counter = if cycles < to_wrap {
            counter + cycles
        } else {
            self.pending = 1;
            latch + (cycles - to_wrap) % round
        };
        self.counter = self.counter & !mask | counter as u16;
    }

    fn quiet_cycles(&self) -> u32 {
        let mask = self.mask();
        match (self.control & ON, self.pending) {
            (ON, 0) => u32::from(mask - (self.counter & mask)),
            _ => u32::MAX,
        }
    }

    fn irq(&self) -> bool {
        self.pending != 0
    }

    fn sanitize(&mut self, _cart: &Cartridge) {
        self.control &= 7;
        self.pending &= 1;
        self.prg &= 15;
        self.unused = 0;
    }
}

impl Vrc3 {
    /// The bits that count.
    fn mask(&self) -> u16 {
        if self.control & EIGHT_BITS != 0 { 0x00ff } else { 0xffff }
    }
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Bench, cartridge};

    #[test]
    fn the_vrc1_switches_three_times_8_kib_and_twice_4() {
        let mut b = Bench::new(cartridge(75, 128, 128));
        for (address, value) in
            [(0x8000, 1), (0xa000, 2), (0xc000, 3), (0xe000, 4), (0xf000, 5), (0x9000, 5)]
        {
            b.write(address, value);
        }
        let prg = [0x8000, 0xa000, 0xc000, 0xe000].map(|at| b.prg(at).unwrap());
        assert_eq!(prg, [1, 2, 3, 15]);
        assert_eq!((b.chr(0x0000), b.chr(0x1000)), (Some(16), Some((16 + 5) * 4)));
        assert_eq!(b.nametables(), [0, 0, 1, 1]);
        b.write(0x9000, 2);
        assert_eq!((b.chr(0x0000), b.chr(0x1000)), (Some((16 + 4) * 4), Some(20)));
        assert_eq!(b.nametables(), [0, 1, 0, 1]);
    }

    fn salamander(latch: u16, control: u8) -> Bench {
        let mut b = Bench::new(cartridge(73, 128, 0));
        for n in 0..4 {
            b.write(0x8000 + n * 0x1000, (latch >> (n * 4)) as u8);
        }
        b.write(0xc000, control);
        b
    }

    #[test]
    fn the_vrc3_counts_sixteen_bits_up() {
        let mut b = salamander(0xfff0, 2);
        assert_eq!(b.cycles_to_irq(), Some(16));
        b.write(0xd000, 0);
        assert!(!b.irq());
        assert_eq!(b.cycles_to_irq(), None, "A was clear");
        let mut b = salamander(0xfff0, 3);
        b.pass(16);
        b.write(0xd000, 0);
        assert_eq!(b.cycles_to_irq(), Some(16), "from the latch again");
    }

    #[test]
    fn the_vrc3_counts_eight_bits_and_leaves_the_others() {
        let mut b = salamander(0x12f0, 6);
        assert_eq!(b.cycles_to_irq(), Some(16));
        b.write(0xc000, 0);
        b.write(0xd000, 0);
        let counter = b.regs[0] >> 16 & 0xffff;
        assert_eq!(counter, 0x12f0);
    }

    #[test]
    fn the_vrc3_switches_16_kib() {
        let mut b = Bench::new(cartridge(73, 128, 0));
        b.write(0xffff, 3);
        assert_eq!((b.prg(0x8000), b.prg(0xc000)), (Some(6), Some(14)));
    }

    #[test]
    fn a_count_goes_on_where_it_was_restored() {
        let mut b = salamander(0x8000, 2);
        b.pass(1234);
        let mut other = salamander(0, 0);
        other.regs = b.regs;
        other.cart.board.sanitize(&mut other.regs, &mut other.ram, &other.cart);
        assert_eq!(other.cycles_to_irq(), Some(0x8000 - 1234));
    }
}
