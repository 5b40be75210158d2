//! Jaleco SS 88006: a nibble at a time, and a counter of four widths.
//!
//! ```text
//!  $8000-$9001  PRG, low and high nibbles of 8 KiB at $8000, $A000, $C000
//!  $9002        .... ..WE  PRG RAM: W: can be written, E: on
//!  $A000-$D003  CHR, low and high nibbles of 1 KiB at $0000, $0400, …
//!  $E000-$E003  what the counter begins with, a nibble each
//!  $F000        the counter begins; acknowledges
//!  $F001        .... SSSE  E: it counts; its width by the first of S: 4, 8, 12, else 16 bits; acknowledges
//!  $F002        .... ..MM  horizontal, vertical, first, second screen
//!  $F003        a speech chip, which is not heard
//! ```
//!
//! The counter goes down with each CPU cycle, and asks when the bits of its width
//! go round; those above stay.
//!
//! <https://www.nesdev.org/wiki/INES_Mapper_018>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::irq::count_down;
use super::{Board, Touched, Watches, Write};
use crate::nes::cart::map::{Access, Map};
use crate::nes::cart::{Cartridge, Mirroring};

/// The chip's registers.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Ss88006 {
    counter: u16,
    latch: u16,
    chr: [u8; 8],
    prg: [u8; 3],
    /// $9002.
    ram: u8,
    /// $F001.
    control: u8,
    mirroring: u8,
    /// 1 while /IRQ is low.
    pending: u8,
    unused: u8,
}

const COUNTS: u8 = 1;
const RAM_ON: u8 = 1;
const RAM_WRITTEN: u8 = 2;

impl Board for Ss88006 {
    const WATCHES: Watches = Watches { cpu_cycles: true, ppu_address: false };

    /// PRG RAM is on, for programs that never write $9002.
    fn power_on(&mut self, _cart: &Cartridge) {
        self.ram = RAM_ON | RAM_WRITTEN;
    }

    fn map(&self, _cart: &Cartridge, map: &mut Map) {
        let access = match self.ram & (RAM_ON | RAM_WRITTEN) {
            RAM_ON => Access::Read,
            0 | RAM_WRITTEN => Access::None,
            _ => Access::ReadWrite,
        };
        map.wram(0x6000, 0x2000, 0, access);
        for (at, bank) in [0x8000, 0xa000, 0xc000].into_iter().zip(self.prg) {
            map.prg(at, 0x2000, i32::from(bank & 0x3f));
        }
        map.prg(0xe000, 0x2000, -1);
        for (n, bank) in self.chr.into_iter().enumerate() {
            map.chr((n * 0x400) as u16, 0x400, bank.into());
        }
        map.nametables(match self.mirroring {
            0 => Mirroring::Horizontal,
            1 => Mirroring::Vertical,
            2 => Mirroring::SingleLow,
            _ => Mirroring::SingleHigh,
        });
    }

    fn write(&mut self, _cart: &Cartridge, write: Write) -> Touched {
        let Write { address, value, .. } = write;
        // Two registers for each bank.
        let index =
            |from: u16| usize::from((address - from) >> 12) * 2 + usize::from(address >> 1 & 1);
        match address & 0xf003 {
            0x8000..=0x9001 => set_nibble(&mut self.prg[index(0x8000)], address, value),
            0x9002 => self.ram = value & 3,
            0xa000..=0xd003 => set_nibble(&mut self.chr[index(0xa000)], address, value),
            0xe000..=0xe003 => {
                let shift = 4 * (address & 3);
                self.latch = self.latch & !(15 << shift) | u16::from(value & 15) << shift;
                return Touched::Nothing;
            }
            0xf000 => {
                (self.counter, self.pending) = (self.latch, 0);
                return Touched::Nothing;
            }
            0xf001 => {
                (self.control, self.pending) = (value & 15, 0);
                return Touched::Nothing;
            }
            0xf002 => self.mirroring = value & 3,
            _ => return Touched::Nothing,
        }
        Touched::Banks
    }

    fn cpu_cycles(&mut self, cycles: u32) {
        let width = self.width();
        if self.control & COUNTS != 0 && count_down(&mut self.counter, width, cycles) {
            self.pending = 1;
        }
    }

    fn quiet_cycles(&self) -> u32 {
        let rests = self.control & COUNTS == 0 || self.pending != 0;
        if rests { u32::MAX } else { u32::from(self.counter & self.width()) }
    }

    fn irq(&self) -> bool {
        self.pending != 0
    }

    fn sanitize(&mut self, _cart: &Cartridge) {
        (self.ram, self.mirroring) = (self.ram & 3, self.mirroring & 3);
        (self.control, self.pending) = (self.control & 15, self.pending & 1);
        self.unused = 0;
    }
}

impl Ss88006 {
    /// The bits that count.
    fn width(&self) -> u16 {
        match self.control >> 1 {
            4.. => 0x000f,
            2.. => 0x00ff,
            1 => 0x0fff,
            _ => 0xffff,
        }
    }
}

/// Odd addresses are the high nibble.
fn set_nibble(bank: &mut u8, address: u16, value: u8) {
    *bank = match address & 1 {
        0 => *bank & 0xf0 | value & 15,
        _ => *bank & 0x0f | value << 4,
    };
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Bench, cartridge};

    fn board() -> Bench {
        let mut cart = cartridge(18, 256, 256);
        cart.prg_ram = 8192;
        Bench::new(cart)
    }

    #[test]
    fn nibbles_make_prg_and_chr_banks() {
        let mut b = board();
        for (n, at) in [0x8000, 0x8002, 0x9000].into_iter().enumerate() {
            b.write(at, 5 + n as u8);
            b.write(at + 1, 1);
        }
        let prg = [0x8000, 0xa000, 0xc000, 0xe000].map(|at| b.prg(at).unwrap());
        assert_eq!(prg, [0x15, 0x16, 0x17, 31]);
        for n in 0..8 {
            let at = 0xa000 + (n >> 1) * 0x1000 + (n & 1) * 2;
            b.write(at, n as u8);
            b.write(at | 1, 0xfc);
        }
        for n in 0..8 {
            assert_eq!(b.chr(n * 0x400), Some(0xc0 | n as u8));
        }
    }

    #[test]
    fn f002_arranges_the_nametables() {
        let mut b = board();
        for (value, pages) in [[0, 0, 1, 1], [0, 1, 0, 1], [0; 4], [1; 4]].into_iter().enumerate() {
            b.write(0xf002, value as u8);
            assert_eq!(b.nametables(), pages);
        }
    }

    #[test]
    fn ram_is_on_and_can_be_locked_and_hidden() {
        let mut b = board();
        b.write(0x6000, 0x42);
        b.write(0x9002, 1);
        b.write(0x6000, 0x43);
        assert_eq!(b.read(0x6000), Some(0x42));
        b.write(0x9002, 2);
        assert_eq!(b.read(0x6000), None);
    }

    fn begin(b: &mut Bench, latch: u16, control: u8) {
        for n in 0..4 {
            b.write(0xe000 + n, (latch >> (4 * n)) as u8);
        }
        b.write(0xf000, 0);
        b.write(0xf001, control);
    }

    #[test]
    fn the_counter_asks_one_cycle_after_its_width_is_zero() {
        for (control, cycles) in [(1, 0x1235), (3, 0x235), (5, 0x35), (9, 5), (15, 5)] {
            let mut b = board();
            begin(&mut b, 0x1234, control);
            assert_eq!(b.cycles_to_irq(), Some(cycles), "control {control}");
        }
    }

    #[test]
    fn both_of_f000_and_f001_acknowledge_and_only_e_counts() {
        for at in [0xf000, 0xf001] {
            let mut b = board();
            begin(&mut b, 3, 1);
            b.pass(4);
            assert!(b.irq());
            b.write(at, 0);
            assert!(!b.irq());
        }
        let mut b = board();
        begin(&mut b, 3, 0);
        assert_eq!(b.cycles_to_irq(), None);
    }

    #[test]
    fn bits_above_the_width_stay_as_they_are() {
        let mut b = board();
        begin(&mut b, 0x1230, 9);
        b.pass(1);
        b.write(0xf001, 1);
        assert_eq!(b.cycles_to_irq(), Some(0x1240));
    }

    #[test]
    fn a_count_goes_on_where_it_was_restored() {
        let mut b = board();
        begin(&mut b, 0x345, 1);
        b.pass(0x45);
        let mut other = board();
        other.regs = b.regs;
        other.cart.board.sanitize(&mut other.regs, &mut other.ram, &other.cart);
        assert_eq!(other.cycles_to_irq(), Some(0x301));
    }
}
