//! RAMBO-1, Tengen's answer to the MMC3 (mapper 64).
//!
//! ```text
//!  $8000  CPK. RRRR  C: CHR halves swapped, P: PRG turned, K: 1 KiB for R0 and R1, too
//!  $8001  bank       R0 R1: 2 KiB of CHR (R8 R9: their second KiB), R2-R5: 1 KiB,
//!                    R6 R7 RF: 8 KiB of PRG
//!  $A000  .... ...M  0: vertical, 1: horizontal
//!  $C000  latch      what the counter is reloaded with
//!  $C001  .... ...S  reload at the next clock; S: clocks are every four CPU cycles
//!  $E000             IRQ off and acknowledged
//!  $E001             IRQ on
//!
//!  PRG        $8000  $A000  $C000  $E000
//!    P = 0     R6     R7     RF     -1
//!    P = 1     RF     R6     R7     -1
//! ```
//!
//! A clock after a write to $C001 makes the counter the latch and one; else a counter
//! that is 0 becomes the latch, and another goes down and asks at 0. /IRQ falls some CPU
//! cycles later: four after a rise of A12, one after a clock by cycles.
//!
//! <https://www.nesdev.org/wiki/RAMBO-1>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::lines::{Edge, LateIrq, LineCounter};
use super::{Board, Touched, Watches, Write};
use crate::nes::cart::map::Map;
use crate::nes::cart::{Cartridge, Mirroring};

/// The chip's registers.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Rambo1 {
    /// A12; the counter is below, as it counts otherwise.
    a12: LineCounter,
    late: LateIrq,
    latch: u8,
    counter: u8,
    /// 1: it is reloaded at the next clock.
    reload: u8,
    enabled: u8,
    /// $8000.
    select: u8,
    mirroring: u8,
    /// 1: clocks come from CPU cycles.
    by_cycles: u8,
    /// CPU cycles since the last of these clocks, 0-3.
    cycles: u8,
    unused: [u8; 6],
    banks: [u8; 16],
}

const AFTER_A12: u8 = 4;
const AFTER_CYCLES: u8 = 1;

impl Board for Rambo1 {
    const WATCHES: Watches = Watches { cpu_cycles: true, ppu_address: true };
    const HEARS_A12_ALONE: bool = true;

    fn power_on(&mut self, _cart: &Cartridge) {
        self.banks = [0, 2, 4, 5, 6, 7, 0, 1, 1, 3, 0, 0, 0, 0, 0, 0xfe];
    }

    fn map(&self, _cart: &Cartridge, map: &mut Map) {
        let prg = |n: usize| i32::from(self.banks[n]);
        let order = if self.select & 0x40 == 0 { [6, 7, 15] } else { [15, 6, 7] };
        for (at, register) in [0x8000, 0xa000, 0xc000].into_iter().zip(order) {
            map.prg(at, 0x2000, prg(register));
        }
        map.prg(0xe000, 0x2000, -1);
        let [r0, r1, r2, r3, r4, r5, ..] = self.banks;
        let (r8, r9) = (self.banks[8], self.banks[9]);
        let twos = match self.select & 0x20 {
            0 => [r0 & !1, r0 | 1, r1 & !1, r1 | 1],
            _ => [r0, r8, r1, r9],
        };
        let swapped = if self.select & 0x80 == 0 { 0 } else { 4 };
        for (n, bank) in twos.into_iter().chain([r2, r3, r4, r5]).enumerate() {
            map.chr(((n ^ swapped) * 0x400) as u16, 0x400, bank.into());
        }
        map.nametables(match self.mirroring {
            0 => Mirroring::Vertical,
            _ => Mirroring::Horizontal,
        });
    }

    fn write(&mut self, _cart: &Cartridge, write: Write) -> Touched {
        let value = write.value;
        match write.address & 0xe001 {
            0x8000 => self.select = value,
            0x8001 => self.banks[usize::from(self.select & 15)] = value,
            0xa000 => self.mirroring = value & 1,
            at @ 0xc000..=0xffff => {
                self.write_counter(at, value);
                return Touched::Nothing;
            }
            _ => return Touched::Nothing,
        }
        Touched::Banks
    }

    fn ppu_address(&mut self, address: u16, m2_falls: u64) -> Touched {
        if self.a12.edge(address, m2_falls) == Edge::Rise && self.by_cycles == 0 {
            self.clock(AFTER_A12);
        }
        Touched::Nothing
    }

    fn quiet_rises(&self) -> u32 {
        if self.by_cycles == 0 { self.quiet_clocks() } else { u32::MAX }
    }

    fn cpu_cycles(&mut self, cycles: u32) {
        if self.by_cycles == 0 {
            self.late.pass(cycles);
            self.cycles = (u32::from(self.cycles) + cycles) as u8 & 3;
            return;
        }
        for _ in 0..cycles {
            self.late.pass(1);
            self.cycles = (self.cycles + 1) & 3;
            if self.cycles == 0 {
                self.clock(AFTER_CYCLES);
            }
        }
    }

    fn quiet_cycles(&self) -> u32 {
        let clocks = self.quiet_clocks();
        let rests = self.late.quiet(clocks == 0);
        match (self.by_cycles, clocks) {
            (0, _) | (_, u32::MAX) => rests,
            // A clock asks, and the cycle behind it is the first in which /IRQ is low.
            _ if self.late.waits() => 0,
            _ => 4 - u32::from(self.cycles) + 4 * clocks,
        }
    }

    fn irq(&self) -> bool {
        self.late.irq()
    }

    fn sanitize(&mut self, _cart: &Cartridge) {
        self.a12.sanitize();
        self.late.sanitize(AFTER_A12);
        (self.reload, self.enabled) = (self.reload & 1, self.enabled & 1);
        (self.mirroring, self.by_cycles) = (self.mirroring & 1, self.by_cycles & 1);
        self.cycles &= 3;
        self.unused = [0; 6];
    }
}

impl Rambo1 {
    /// How many clocks leave /IRQ as it is.
    fn quiet_clocks(&self) -> u32 {
        if self.enabled == 0 || self.late.irq() {
            return u32::MAX;
        }
        match (self.reload, self.counter) {
            (1, _) => u32::from(self.latch) + 1,
            (_, 0) => self.latch.into(),
            (_, counter) => u32::from(counter) - 1,
        }
    }

    fn write_counter(&mut self, at: u16, value: u8) {
        match at {
            0xc000 => self.latch = value,
            0xc001 => {
                self.reload = 1;
                (self.by_cycles, self.cycles) = (value & 1, 0);
            }
            0xe000 => {
                self.enabled = 0;
                self.late.acknowledge();
            }
            _ => self.enabled = 1,
        }
    }

    fn clock(&mut self, late: u8) {
        if std::mem::take(&mut self.reload) != 0 {
            self.counter = self.latch.wrapping_add(1);
        } else if self.counter == 0 {
            self.counter = self.latch;
        } else {
            self.counter -= 1;
            if self.counter == 0 && self.enabled != 0 {
                self.late.begin(late);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Bench, cartridge};

    fn board() -> Bench {
        Bench::new(cartridge(64, 128, 128))
    }

    fn set(b: &mut Bench, register: u8, bank: u8) {
        b.write(0x8000, register);
        b.write(0x8001, bank);
    }

    #[test]
    fn three_registers_switch_prg_and_turn() {
        let mut b = board();
        for (register, bank) in [(6, 3), (7, 4), (15, 5)] {
            set(&mut b, register, bank);
        }
        assert_eq!(b.prg_banks(), [3, 4, 5, 15]);
        b.write(0x8000, 0x40);
        assert_eq!(b.prg_banks(), [5, 3, 4, 15]);
    }

    #[test]
    fn bit_5_splits_the_banks_of_2_kib() {
        let mut b = board();
        for (register, bank) in
            [(0, 9), (1, 11), (2, 40), (3, 41), (4, 42), (5, 43), (8, 50), (9, 51)]
        {
            set(&mut b, register, bank);
        }
        assert_eq!(b.chr_banks(), [8, 9, 10, 11, 40, 41, 42, 43]);
        b.write(0x8000, 0x20);
        assert_eq!(b.chr_banks(), [9, 50, 11, 51, 40, 41, 42, 43]);
        b.write(0x8000, 0xa0);
        assert_eq!(b.chr_banks(), [40, 41, 42, 43, 9, 50, 11, 51]);
        b.write(0xa000, 1);
        assert_eq!(b.nametables(), [0, 0, 1, 1]);
    }

    fn begin(b: &mut Bench, latch: u8, mode: u8) {
        b.write(0xc000, latch);
        b.write(0xc001, mode);
        b.write(0xe001, 0);
    }

    #[test]
    fn by_lines_it_asks_four_cycles_after_the_last_rise() {
        let mut b = board();
        begin(&mut b, 2, 0);
        for rise in 0..4 {
            assert!(!b.irq(), "rise {rise}");
            b.a12(0, 0);
            b.a12(1, 20);
        }
        let mut other = board();
        other.regs = b.regs;
        other.cart.board.sanitize(&mut other.regs, &mut other.ram, &other.cart);
        assert_eq!((b.cycles_to_irq(), other.cycles_to_irq()), (Some(4), Some(4)));
        b.write(0xe000, 0);
        assert_eq!(b.cycles_to_irq(), None);
    }

    #[test]
    fn by_cycles_a_clock_comes_every_fourth() {
        let mut b = board();
        begin(&mut b, 2, 1);
        assert_eq!(b.cycles_to_irq(), Some(4 * 4 + 1));
        b.write(0xe000, 0);
        begin(&mut b, 2, 1);
        b.a12(0, 20);
        b.a12(1, 20);
        assert_eq!(b.cycles_to_irq(), Some(4 * 4 + 1), "A12 counts for nothing");
    }
}
