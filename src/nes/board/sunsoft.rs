//! Sunsoft-3 (mapper 67) and Sunsoft-4 (mapper 68).
//!
//! ```text
//!  Sunsoft-3  $8000 $9000 …        acknowledges (A11 low)
//!             $8800 $9800 … $B800  ..CC CCCC  2 KiB at $0000, $0800, …
//!             $C800                the counter: high byte, then low byte
//!             $D800                ...E ....  E: it counts; the next byte is the high one
//!             $E800                .... ..MM  vertical, horizontal, first, second screen
//!             $F800                .... PPPP  16 KiB at $8000
//!
//!  Sunsoft-4  $8000 $9000 … $B000  CCCC CCCC  2 KiB at $0000, $0800, …
//!             $C000 $D000          .NNN NNNN  1 KiB of CHR ROM as first, second nametable
//!             $E000                ...R ..MM  R: nametables are ROM, M: as above
//!             $F000                ...W EPPP  16 KiB at $8000, W: PRG RAM on
//! ```
//!
//! The Sunsoft-3's counter goes down with each CPU cycle; when it goes round it
//! asks and stops.
//!
//! A Sunsoft-4 of submapper 1 has a cartridge plugged into it (E = 0), whose chip
//! answers for 107,520 cycles after each write to $6000-$7FFF while PRG RAM is off.
//! Its 16 KiB come last in the file.
//!
//! <https://www.nesdev.org/wiki/INES_Mapper_067>, <https://www.nesdev.org/wiki/INES_Mapper_068>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::irq::count_down;
use super::{Board, Touched, Watches, Write};
use crate::nes::cart::map::{Access, Map};
use crate::nes::cart::{Cartridge, Mirroring};

fn arrangement(bits: u8) -> Mirroring {
    match bits & 3 {
        0 => Mirroring::Vertical,
        1 => Mirroring::Horizontal,
        2 => Mirroring::SingleLow,
        _ => Mirroring::SingleHigh,
    }
}

fn map_chr(banks: [u8; 4], map: &mut Map) {
    for (n, bank) in banks.into_iter().enumerate() {
        map.chr((n * 0x800) as u16, 0x800, bank.into());
    }
}

/// The Sunsoft-3.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Sunsoft3 {
    counter: u16,
    chr: [u8; 4],
    prg: u8,
    mirroring: u8,
    /// 1: it counts.
    enabled: u8,
    /// 1: the next byte of the counter is the low one.
    low_next: u8,
    /// 1 while /IRQ is low.
    pending: u8,
    unused: u8,
}

impl Board for Sunsoft3 {
    const WATCHES: Watches = Watches { cpu_cycles: true, ppu_address: false };

    fn map(&self, _cart: &Cartridge, map: &mut Map) {
        map.wram(0x6000, 0x2000, 0, Access::ReadWrite);
        map.prg(0x8000, 0x4000, self.prg.into());
        map.prg(0xc000, 0x4000, -1);
        map_chr(self.chr, map);
        map.nametables(arrangement(self.mirroring));
    }

    fn write(&mut self, _cart: &Cartridge, write: Write) -> Touched {
        let Write { address, value, .. } = write;
        match address & 0xf800 {
            at if at & 0x8800 == 0x8000 => self.pending = 0,
            at @ (0x8800 | 0x9800 | 0xa800 | 0xb800) => {
                self.chr[usize::from(at >> 12 & 3)] = value & 0x3f;
                return Touched::Banks;
            }
            0xc800 => {
                self.low_next ^= 1;
                self.counter = match self.low_next {
                    1 => self.counter & 0x00ff | u16::from(value) << 8,
                    _ => self.counter & 0xff00 | u16::from(value),
                };
            }
            0xd800 => (self.enabled, self.low_next) = (value >> 4 & 1, 0),
            0xe800 => {
                self.mirroring = value & 3;
                return Touched::Banks;
            }
            0xf800 => {
                self.prg = value & 0x1f;
                return Touched::Banks;
            }
            _ => {}
        }
        Touched::Nothing
    }

    fn cpu_cycles(&mut self, cycles: u32) {
        if self.enabled == 0 {
            return;
        }
        let until_round = cycles.min(u32::from(self.counter) + 1);
        if count_down(&mut self.counter, 0xffff, until_round) {
            (self.enabled, self.pending) = (0, 1);
        }
    }

    fn quiet_cycles(&self) -> u32 {
        let rests = self.enabled == 0 || self.pending != 0;
        if rests { u32::MAX } else { self.counter.into() }
    }

    fn irq(&self) -> bool {
        self.pending != 0
    }

    fn sanitize(&mut self, _cart: &Cartridge) {
        self.chr = self.chr.map(|bank| bank & 0x3f);
        (self.prg, self.mirroring) = (self.prg & 0x1f, self.mirroring & 3);
        for flag in [&mut self.enabled, &mut self.low_next, &mut self.pending] {
            *flag &= 1;
        }
        self.unused = 0;
    }
}

/// The Sunsoft-4.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Sunsoft4 {
    /// CPU cycles for which the plugged-in cartridge still answers.
    answers: u32,
    chr: [u8; 4],
    nametables: [u8; 2],
    /// $E000.
    mirroring: u8,
    /// $F000.
    prg: u8,
}

/// 1024 times 105.
const ANSWERS: u32 = 107_520;
const NAMETABLES_ARE_ROM: u8 = 0x10;
const RAM_ON: u8 = 0x10;
const NOT_PLUGGED: u8 = 0x08;

impl Board for Sunsoft4 {
    const WATCHES: Watches = Watches { cpu_cycles: true, ppu_address: false };

    fn power_on(&mut self, _cart: &Cartridge) {
        self.prg = NOT_PLUGGED;
    }

    fn map(&self, cart: &Cartridge, map: &mut Map) {
        let on = self.prg & RAM_ON != 0;
        map.wram(0x6000, 0x2000, 0, if on { Access::ReadWrite } else { Access::None });
        let (own, _) = roms(cart);
        // The page tables know nothing of time: `read` answers for the other one.
        if !self.shows_plugged(cart) {
            map.prg(0x8000, 0x4000, i32::from(self.prg & 7) % own);
        }
        map.prg(0xc000, 0x4000, own - 1);
        map_chr(self.chr, map);
        map.nametables(arrangement(self.mirroring));
        if self.mirroring & NAMETABLES_ARE_ROM != 0 {
            let pages = match arrangement(self.mirroring) {
                Mirroring::Vertical => [0, 1, 0, 1],
                Mirroring::Horizontal => [0, 0, 1, 1],
                Mirroring::SingleLow => [0; 4],
                _ => [1; 4],
            };
            for (slot, page) in pages.into_iter().enumerate() {
                map.nametable_rom(slot, usize::from(self.nametables[page] | 0x80));
            }
        }
    }

    fn write(&mut self, _cart: &Cartridge, write: Write) -> Touched {
        let Write { address, value, .. } = write;
        match address & 0xf000 {
            0x6000 | 0x7000 if self.prg & RAM_ON == 0 => {
                self.answers = ANSWERS;
                return Touched::Nothing;
            }
            at @ 0x8000..=0xb000 => self.chr[usize::from(at >> 12 & 3)] = value,
            at @ (0xc000 | 0xd000) => self.nametables[usize::from(at >> 12 & 1)] = value & 0x7f,
            0xe000 => self.mirroring = value,
            0xf000 => self.prg = value,
            _ => return Touched::Nothing,
        }
        Touched::Banks
    }

    fn read(&mut self, cart: &Cartridge, address: u16, _open: u8) -> Option<u8> {
        let plugged = address & 0xc000 == 0x8000 && self.shows_plugged(cart) && self.answers > 0;
        let (_, other) = roms(cart);
        let at = other * 0x4000 + usize::from(address & 0x3fff);
        plugged.then(|| cart.prg.read(at)).flatten()
    }

    fn cpu_cycles(&mut self, cycles: u32) {
        self.answers = self.answers.saturating_sub(cycles);
    }

    /// No /IRQ.
    fn quiet_cycles(&self) -> u32 {
        u32::MAX
    }

    fn sanitize(&mut self, _cart: &Cartridge) {
        self.answers = self.answers.min(ANSWERS);
        self.nametables = self.nametables.map(|bank| bank & 0x7f);
    }
}

impl Sunsoft4 {
    fn shows_plugged(&self, cart: &Cartridge) -> bool {
        cart.submapper == 1 && self.prg & NOT_PLUGGED == 0
    }
}

/// How many 16 KiB the cartridge has itself, and which of all is the plugged-in one's.
fn roms(cart: &Cartridge) -> (i32, usize) {
    let all = (cart.prg.len() / 0x4000).max(1);
    let own = if cart.submapper == 1 && all > 1 { all - 1 } else { all };
    (own as i32, all - 1)
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Bench, cartridge};

    fn board(mapper: u16, submapper: u8, prg_kib: usize) -> Bench {
        let mut cart = cartridge(mapper, prg_kib, 256);
        (cart.submapper, cart.prg_ram) = (submapper, 8192);
        Bench::new(cart)
    }

    #[test]
    fn four_registers_switch_2_kib_of_chr_each() {
        for (mapper, first) in [(67, 0x8800), (68, 0x8000)] {
            let mut b = board(mapper, 0, 128);
            for n in 0..4 {
                b.write(first + n * 0x1000, 9 + n as u8);
            }
            for n in 0..4 {
                assert_eq!(b.chr(n * 0x800), Some(2 * (9 + n as u8)));
            }
        }
    }

    #[test]
    fn prg_switches_at_8000_and_the_last_bank_stays() {
        for (mapper, at) in [(67, 0xf800), (68, 0xf000)] {
            let mut b = board(mapper, 0, 128);
            b.write(at, 5);
            assert_eq!((b.prg(0x8000), b.prg(0xc000)), (Some(10), Some(14)));
        }
    }

    #[test]
    fn nametables_are_arranged_in_four_ways() {
        for (mapper, at) in [(67, 0xe800), (68, 0xe000)] {
            let mut b = board(mapper, 0, 128);
            for (value, pages) in
                [[0, 1, 0, 1], [0, 0, 1, 1], [0; 4], [1; 4]].into_iter().enumerate()
            {
                b.write(at, value as u8);
                assert_eq!(b.nametables(), pages);
            }
        }
    }

    #[test]
    fn the_sunsoft_3_asks_once_when_its_counter_goes_round() {
        let mut b = board(67, 0, 128);
        b.write(0xc800, 0x01);
        b.write(0xc800, 0x23);
        b.write(0xd800, 0x10);
        assert_eq!(b.cycles_to_irq(), Some(0x124));
        b.write(0x8000, 0);
        assert_eq!(b.cycles_to_irq(), None, "it stopped");
    }

    #[test]
    fn d800_makes_the_next_byte_the_high_one() {
        let mut b = board(67, 0, 128);
        b.write(0xc800, 0x55);
        b.write(0xd800, 0);
        b.write(0xc800, 0x02);
        b.write(0xc800, 0x00);
        b.write(0xd800, 0x10);
        b.pass(0x100);
        let mut other = board(67, 0, 128);
        other.regs = b.regs;
        other.cart.board.sanitize(&mut other.regs, &mut other.ram, &other.cart);
        assert_eq!(other.cycles_to_irq(), Some(0x101), "restored in mid-count");
    }

    #[test]
    fn the_sunsoft_4_shows_chr_rom_as_nametables() {
        let mut b = board(68, 0, 128);
        b.write(0xc000, 0x05);
        b.write(0xd000, 0x86);
        b.write(0xe000, 0x11);
        let seen = [0x2000, 0x2400, 0x2800, 0x2c00].map(|at| b.chr(at).unwrap());
        assert_eq!(seen, [0x85, 0x85, 0x86, 0x86]);
        b.ppu_write(0x2000, 0);
        assert_eq!(b.chr(0x2000), Some(0x85));
    }

    #[test]
    fn f000_switches_prg_ram_on() {
        let mut b = board(68, 0, 128);
        b.write(0x6000, 1);
        assert_eq!(b.read(0x6000), None);
        b.write(0xf000, 0x10);
        b.write(0x6000, 2);
        assert_eq!(b.read(0x6000), Some(2));
    }

    #[test]
    fn the_plugged_in_cartridge_answers_for_a_while_after_a_write() {
        let mut b = board(68, 1, 144);
        assert_eq!((b.prg(0x8000), b.prg(0xc000)), (Some(0), Some(14)));
        b.write(0xf000, 0x00);
        assert_eq!(b.read(0x8000), None);
        b.write(0x6000, 0);
        assert_eq!((b.read(0x8000), b.read(0xbfff)), (Some(16), Some(17)));
        b.pass(107_519);
        assert_eq!(b.read(0x8000), Some(16));
        b.pass(1);
        assert_eq!(b.read(0x8000), None);
    }
}
