//! Sunsoft FME-7, 5A and 5B: sixteen commands behind two addresses.
//!
//! ```text
//!  $8000  .... CCCC  command
//!  $A000  its byte   0-7  1 KiB of CHR at $0000, $0400, …
//!                    8    ERPP PPPP  $6000: R: RAM, not ROM; E: RAM on
//!                    9-B  ..PP PPPP  8 KiB of PRG at $8000, $A000, $C000
//!                    C    .... ..MM  vertical, horizontal, first, second screen
//!                    D    C... ...T  C: the counter counts, T: /IRQ when it wraps
//!                    E F  the counter, low and high byte
//! ```
//!
//! $C000 and $E000 are the sound's, see fme7/sound.rs.
//!
//! The counter goes down with each CPU cycle. A write to D acknowledges.
//!
//! <https://www.nesdev.org/wiki/Sunsoft_FME-7>

pub(super) mod sound;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::irq::count_down;
use super::{Board, Touched, Watches, Write};
use crate::nes::cart::map::{Access, Map};
use crate::nes::cart::{Cartridge, Mirroring};
use sound::Sound;

/// The chip's registers.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Fme7 {
    sound: Sound,
    counter: u16,
    chr: [u8; 8],
    /// $6000, $8000, $A000, $C000.
    prg: [u8; 4],
    mirroring: u8,
    command: u8,
    /// Command D.
    control: u8,
    /// 1 while /IRQ is low.
    pending: u8,
    unused: [u8; 2],
}

const COUNTS: u8 = 0x80;
const TRIPS: u8 = 0x01;

impl Board for Fme7 {
    const WATCHES: Watches = Watches { cpu_cycles: true, ppu_address: false };

    fn map(&self, _cart: &Cartridge, map: &mut Map) {
        let [at_6000, rest @ ..] = self.prg;
        let bank = at_6000 & 0x3f;
        match at_6000 & 0xc0 {
            0x00 | 0x80 => map.prg(0x6000, 0x2000, bank.into()),
            0x40 => {}
            _ => map.wram(0x6000, 0x2000, bank.into(), Access::ReadWrite),
        }
        for (at, bank) in [0x8000, 0xa000, 0xc000].into_iter().zip(rest) {
            map.prg(at, 0x2000, i32::from(bank & 0x3f));
        }
        map.prg(0xe000, 0x2000, -1);
        for (n, bank) in self.chr.into_iter().enumerate() {
            map.chr((n * 0x400) as u16, 0x400, bank.into());
        }
        map.nametables(match self.mirroring & 3 {
            0 => Mirroring::Vertical,
            1 => Mirroring::Horizontal,
            2 => Mirroring::SingleLow,
            _ => Mirroring::SingleHigh,
        });
    }

    fn write(&mut self, _cart: &Cartridge, write: Write) -> Touched {
        let value = write.value;
        match write.address & 0xe000 {
            0x8000 => self.command = value & 15,
            0xa000 => return self.command(value),
            0xc000 => self.sound.select(value),
            0xe000 => self.sound.write(value),
            _ => {}
        }
        Touched::Nothing
    }

    fn cpu_cycles(&mut self, cycles: u32) {
        self.sound.pass(cycles);
        if self.control & COUNTS != 0 {
            let wrapped = count_down(&mut self.counter, 0xffff, cycles);
            if wrapped && self.control & TRIPS != 0 {
                self.pending = 1;
            }
        }
    }

    fn quiet_cycles(&self) -> u32 {
        let rests = self.control & (COUNTS | TRIPS) != COUNTS | TRIPS || self.pending != 0;
        if rests { u32::MAX } else { self.counter.into() }
    }

    fn quiet_sound(&self) -> u32 {
        self.sound.quiet()
    }

    fn level(&self) -> i32 {
        self.sound.level()
    }

    fn irq(&self) -> bool {
        self.pending != 0
    }

    fn sanitize(&mut self, _cart: &Cartridge) {
        self.sound.sanitize();
        self.command &= 15;
        self.pending &= 1;
        self.unused = [0; 2];
    }
}

impl Fme7 {
    fn command(&mut self, value: u8) -> Touched {
        match self.command {
            n @ 0..8 => self.chr[usize::from(n)] = value,
            n @ 8..12 => self.prg[usize::from(n - 8)] = value,
            12 => self.mirroring = value,
            13 => {
                self.control = value;
                self.pending = 0;
            }
            14 => self.counter = (self.counter & 0xff00) | u16::from(value),
            _ => self.counter = (self.counter & 0x00ff) | u16::from(value) << 8,
        }
        if self.command < 13 { Touched::Banks } else { Touched::Nothing }
    }
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Bench, cartridge};

    fn board() -> Bench {
        let mut cart = cartridge(69, 256, 256);
        cart.prg_ram = 16 * 1024;
        Bench::new(cart)
    }

    fn set(b: &mut Bench, command: u8, value: u8) {
        b.write(0x9fff, command);
        b.write(0xbfff, value);
    }

    #[test]
    fn commands_0_to_7_switch_chr() {
        let mut b = board();
        for n in 0..8 {
            set(&mut b, n, 0x80 + n * 3);
        }
        for n in 0..8 {
            assert_eq!(b.chr(u16::from(n) * 0x400), Some(0x80 + n * 3));
        }
    }

    #[test]
    fn commands_9_to_b_switch_prg_and_the_last_8_kib_stay() {
        let mut b = board();
        for (command, bank) in [(9, 3), (10, 5), (11, 0xc7)] {
            set(&mut b, command, bank);
        }
        let prg = [0x8000, 0xa000, 0xc000, 0xe000].map(|at| b.prg(at).unwrap());
        assert_eq!(prg, [3, 5, 7, 31]);
    }

    #[test]
    fn command_8_puts_rom_ram_or_nothing_at_6000() {
        let mut b = board();
        set(&mut b, 8, 0x06);
        assert_eq!(b.prg(0x6000), Some(6));
        for bank in 0..2 {
            set(&mut b, 8, 0xc0 | bank);
            b.write(0x6000, 0x40 + bank);
        }
        set(&mut b, 8, 0xc0);
        assert_eq!(b.read(0x6000), Some(0x40));
        set(&mut b, 8, 0x41);
        assert_eq!(b.read(0x6000), None);
        set(&mut b, 8, 0xc1);
        assert_eq!(b.read(0x6000), Some(0x41));
    }

    #[test]
    fn command_c_arranges_the_nametables() {
        let mut b = board();
        for (value, pages) in [[0, 1, 0, 1], [0, 0, 1, 1], [0; 4], [1; 4]].into_iter().enumerate() {
            set(&mut b, 12, value as u8);
            assert_eq!(b.nametables(), pages);
        }
    }

    #[test]
    fn the_counter_asks_when_it_wraps_and_counts_on() {
        let mut b = board();
        set(&mut b, 14, 0x34);
        set(&mut b, 15, 0x12);
        set(&mut b, 13, 0x81);
        assert_eq!(b.cycles_to_irq(), Some(0x1235));
        set(&mut b, 13, 0x81);
        assert!(!b.irq(), "a write to D acknowledges");
        assert_eq!(b.cycles_to_irq(), Some(0x10000));
    }

    #[test]
    fn both_bits_are_needed() {
        for control in [0x00, 0x01, 0x80] {
            let mut b = board();
            set(&mut b, 14, 9);
            set(&mut b, 13, control);
            assert_eq!(b.cycles_to_irq(), None, "{control:x}");
        }
    }

    #[test]
    fn a_count_goes_on_where_it_was_restored() {
        let mut b = board();
        set(&mut b, 15, 0x40);
        set(&mut b, 13, 0x81);
        b.pass(999);
        let mut other = board();
        other.regs = b.regs;
        other.cart.board.sanitize(&mut other.regs, &mut other.ram, &other.cart);
        assert_eq!(other.cycles_to_irq(), Some(0x4000 + 1 - 999));
    }
}
