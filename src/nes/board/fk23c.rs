//! The 8025, an MMC3 with much around it, of Chinese multicarts, computers and games
//! (mapper 176): FK-23C, FS005, JX9003B, HST-162.
//!
//! ```text
//!  $5xx0  PCTm PMMM  M: PRG mode, m: CHR within 128 KiB, else 256 (CNROM: 16, else 32)
//!                    T: CHR RAM where there is ROM, too; or no CNROM latch
//!                    C: CHR is not the MMC3's     P: PRG A22, A21 (submapper 2)
//!  $5xx1  .BBB BBBB  PRG A20-A14
//!  $5xx2  CCCC CCCC  CHR A20-A13 (submapper 2: bits 7-5 are PRG A24, A23, A25, too;
//!                    submapper 4: bit 7 is PRG A21, too)
//!  $5xx3  .... ..E.  E: more registers (submappers 1, 2)
//!  $5xx5  .... BBBB  PRG A24-A21 (submapper 3)     $5xx6  the same of CHR
//!  $4800  ..BB BBBB  PRG A24-A19 (submapper 5)
//!
//!  M      PRG                                E = 0        E = 1, $8000 of four bits
//!  0, E   all that the MMC3 has              R0 R1 pairs  1 KiB: R0 R10 R1 R11 …
//!  1, 2   256, 128 KiB of it                 -2 -1 fixed  R8 R9
//!  3, 4   16 KiB twice, 32 KiB
//!  5      16 KiB by a write to $8000-$FFFF, and the last of eight
//!
//!  $A001  RWE. .Sbb  submapper 2, with E: b: 8 KiB of RAM, R: on; S: the first 8 KiB of CHR
//!                    are RAM; W = 0: RAM, not registers, at $5000 (the second half of bank 2);
//!                    and $A000 has one screen for 2 and 3
//! ```
//!
//! | submapper | board | bits of PRG banks | |
//! |---|---|---|---|
//! | 0 | LP-8002KB, SFC-12B | 6 | |
//! | 1 | FK-23C, FK-23CA | 8 | registers E, a latch for 8 KiB of CHR as CNROM has |
//! | 2 | FS005, FS006 | 6 | registers E, $46 and $47 at $8000 change places, 32 KiB of RAM |
//! | 3 | JX9003B | 8 | |
//! | 4 | of Smart Genius Deluxe | 6 | |
//! | 5 | HST-162 | 6 | |
//!
//! The MMC3's registers are at A0, A1 = 0 or 1 alone: $9FFF is none. A solder pad says which
//! line tells the outer registers from nothing; it is A4 here, as for most.
//!
//! <https://www.nesdev.org/wiki/INES_Mapper_176>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::lines::{Edge, LineCounter, Zero};
use super::{Board, Touched, Watches, Write};
use crate::nes::cart::map::{Access, Map};
use crate::nes::cart::{Cartridge, Mirroring};

/// The registers.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Fk23c {
    lines: LineCounter,
    /// R0-R11.
    banks: [u8; 12],
    /// $8000, $A000, $A001.
    select: u8,
    mirroring: u8,
    ram: u8,
    /// $5xx0-$5xx7.
    outer: [u8; 8],
    /// $4800.
    high: u8,
    /// What was written to $8000-$FFFF.
    latch: u8,
    unused: [u8; 7],
}

const FK23C: u8 = 1;
const FS005: u8 = 2;
const JX9003B: u8 = 3;
const SMART_GENIUS: u8 = 4;
const HST162: u8 = 5;

/// Of $5xx0.
const NOT_MMC3S: u8 = 0x40;
const RAM_OR_NO_LATCH: u8 = 0x20;
const CHR_128: u8 = 0x10;
/// Of $5xx3.
const MORE: u8 = 0x02;
/// Of $A001 on the FS005.
const CONFIGURED: u8 = 0x20;
const OUTER_ON: u8 = 0x40;
const FIRST_CHR_IS_RAM: u8 = 0x04;

impl Board for Fk23c {
    const WATCHES: Watches = Watches { cpu_cycles: false, ppu_address: true };
    const HEARS_A12_ALONE: bool = true;

    fn power_on(&mut self, _cart: &Cartridge) {
        self.banks = [0, 2, 4, 5, 6, 7, 0, 1, 0xfe, 0xff, 0xff, 0xff];
    }

    /// A multicart's menu comes back.
    fn reset(&mut self, _cart: &Cartridge) {
        (self.outer, self.high, self.latch) = ([0; 8], 0, 0);
        (self.select, self.ram) = (0, 0);
    }

    fn map(&self, cart: &Cartridge, map: &mut Map) {
        let configured = self.is_configured(cart);
        let access = match (self.ram & 0x80, self.ram & 0x40) {
            (0, _) => Access::None,
            (_, 0x40) if !configured => Access::Read,
            _ => Access::ReadWrite,
        };
        let bank = if configured { self.ram & 3 } else { 0 };
        map.wram(0x6000, 0x2000, bank.into(), access);
        if configured && self.ram & OUTER_ON == 0 {
            map.wram(0x5000, 0x1000, 5, Access::ReadWrite);
        }
        self.map_prg(cart, map);
        self.map_chr(cart, map);
        map.nametables(match (cart.mirroring, self.mirroring & 3) {
            (Mirroring::FourScreen, _) => Mirroring::FourScreen,
            (_, 2) if configured => Mirroring::SingleLow,
            (_, 3) if configured => Mirroring::SingleHigh,
            (_, 0 | 2) => Mirroring::Vertical,
            _ => Mirroring::Horizontal,
        });
    }

    fn write(&mut self, cart: &Cartridge, write: Write) -> Touched {
        let Write { address, value, .. } = write;
        match address {
            0x5000..=0x5fff if self.hears_outer(cart, address) => {
                let register = if cart.submapper == JX9003B { address & 7 } else { address & 3 };
                self.outer[usize::from(register)] = value;
            }
            0x4800..=0x4fff if cart.submapper == HST162 => self.high = value & 0x3f,
            0x8000.. => return self.write_chip(cart, address, value),
            _ => return Touched::Nothing,
        }
        Touched::Banks
    }

    fn ppu_address(&mut self, address: u16, m2_falls: u64) -> Touched {
        if self.lines.edge(address, m2_falls) == Edge::Rise {
            self.lines.clock(Zero::Asks);
        }
        Touched::Nothing
    }

    fn quiet_rises(&self) -> u32 {
        self.lines.quiet()
    }

    fn irq(&self) -> bool {
        self.lines.irq()
    }

    fn sanitize(&mut self, _cart: &Cartridge) {
        self.lines.sanitize();
        self.high &= 0x3f;
        self.unused = [0; 7];
    }
}

impl Fk23c {
    fn is_configured(&self, cart: &Cartridge) -> bool {
        cart.submapper == FS005 && self.ram & CONFIGURED != 0
    }

    /// The registers E.
    fn has_more(&self, cart: &Cartridge) -> bool {
        matches!(cart.submapper, FK23C | FS005) && self.outer[3] & MORE != 0
    }

    fn has_cnrom_latch(&self, cart: &Cartridge) -> bool {
        cart.submapper == FK23C && self.outer[0] & (NOT_MMC3S | RAM_OR_NO_LATCH) == NOT_MMC3S
    }

    fn hears_outer(&self, cart: &Cartridge, address: u16) -> bool {
        let off = self.is_configured(cart) && self.ram & OUTER_ON == 0;
        address & 0x10 != 0 && !off
    }

    /// $8000-$FFFF.
    fn write_chip(&mut self, cart: &Cartridge, address: u16, value: u8) -> Touched {
        let unrom = self.outer[0] & 7 == 5 && !self.has_more(cart);
        let latched = unrom || self.has_cnrom_latch(cart);
        let moved = latched && std::mem::replace(&mut self.latch, value) != value;
        match address & 0xe003 {
            0x8000 => {
                self.select = match (cart.submapper, value) {
                    (FS005, 0x46 | 0x47) => value ^ 1,
                    _ => value,
                };
            }
            0x8001 => {
                let mask = if self.has_more(cart) { 15 } else { 7 };
                if let Some(bank) = self.banks.get_mut(usize::from(self.select & mask)) {
                    *bank = value;
                }
            }
            0xa000 => self.mirroring = value & 3,
            0xa001 => self.ram = value,
            0xc000 => self.lines.latch = value,
            0xc001 => self.lines.reload(),
            0xe000 => self.lines.disable(),
            0xe001 => self.lines.enable(),
            _ if !moved => return Touched::Nothing,
            _ => {}
        }
        if address >= 0xc000 && !moved { Touched::Nothing } else { Touched::Banks }
    }

    /// The lines of the PRG ROM above those that the MMC3 has, in 8 KiB.
    fn prg_base(&self, cart: &Cartridge) -> i32 {
        let [mode, prg, chr, ..] = self.outer.map(i32::from);
        let base = (prg & 0x7f) << 1;
        match cart.submapper {
            FS005 => {
                let [a21, a22, a23, a24, a25] =
                    [mode >> 3, mode >> 7, chr >> 6, chr >> 7, chr >> 5].map(|line| line & 1);
                base | a21 << 8 | a22 << 9 | a23 << 10 | a24 << 11 | a25 << 12
            }
            JX9003B => base | i32::from(self.outer[5] & 15) << 8,
            SMART_GENIUS => base | (chr >> 7 & 1) << 8,
            HST162 => base & 0x3f | i32::from(self.high) << 6,
            _ => base,
        }
    }

    fn map_prg(&self, cart: &Cartridge, map: &mut Map) {
        let base = self.prg_base(cart);
        let more = self.has_more(cart);
        let mask = match self.outer[0] & 7 {
            0 | 6 | 7 => self.all_of_it(cart),
            _ if more => self.all_of_it(cart),
            1 => 0x1f,
            2 => 0x0f,
            mode => {
                let bank = base >> 1;
                let [low, high] = match mode {
                    3 => [bank, bank],
                    4 => [bank & !1, bank | 1],
                    _ => [bank & !7 | i32::from(self.latch & 7), bank | 7],
                };
                map.prg(0x8000, 0x4000, low);
                map.prg(0xc000, 0x4000, high);
                return;
            }
        };
        let [.., r6, r7, r8, r9, _, _] = self.banks.map(i32::from);
        let [r8, r9] = if more { [r8, r9] } else { [0xfe, 0xff] };
        let banks = if self.select & 0x40 == 0 { [r6, r7, r8, r9] } else { [r8, r7, r6, r9] };
        for (at, bank) in (4..).zip(banks) {
            map.prg(at * 0x2000, 0x2000, base & !mask | bank & mask);
        }
    }

    /// The bits of a bank of PRG that the MMC3 has.
    fn all_of_it(&self, cart: &Cartridge) -> i32 {
        if matches!(cart.submapper, FK23C | JX9003B) { 0xff } else { 0x3f }
    }

    fn map_chr(&self, cart: &Cartridge, map: &mut Map) {
        let mode = self.outer[0];
        let mut base = usize::from(self.outer[2]) << 3;
        if cart.submapper == JX9003B {
            base |= usize::from(self.outer[6] & 15) << 11;
        }
        let has_both = !cart.chr.is_empty() && cart.chr_ram + cart.chr_nvram > 0;
        let ram = has_both && cart.submapper <= FK23C && mode & RAM_OR_NO_LATCH != 0;
        let first_is_ram = self.is_configured(cart) && self.ram & FIRST_CHR_IS_RAM != 0;
        let place = |map: &mut Map, at: u16, bank: usize| {
            if ram || first_is_ram && bank < 8 {
                map.chr_ram(at, 0x400, bank);
            } else {
                map.chr(at, 0x400, bank);
            }
        };
        if mode & NOT_MMC3S != 0 {
            if self.has_cnrom_latch(cart) {
                let mask = if mode & CHR_128 == 0 { 3 } else { 1 };
                base = base & !(mask << 3) | (usize::from(self.latch) & mask) << 3;
            }
            (0..8).for_each(|n| place(map, n as u16 * 0x400, base | n));
            return;
        }
        let mask = if mode & CHR_128 == 0 { 0xff } else { 0x7f };
        for (n, bank) in (0..).zip(self.chr_banks(cart)) {
            place(map, n * 0x400, base & !mask | bank & mask);
        }
    }

    /// The MMC3's, of 1 KiB.
    fn chr_banks(&self, cart: &Cartridge) -> [usize; 8] {
        let [r0, r1, r2, r3, r4, r5, _, _, _, _, r10, r11] = self.banks.map(usize::from);
        let pairs = match self.has_more(cart) {
            true => [r0, r10, r1, r11],
            false => [r0 & !1, r0 | 1, r1 & !1, r1 | 1],
        };
        let [a, b, c, d] = pairs;
        if self.select & 0x80 == 0 {
            [a, b, c, d, r2, r3, r4, r5]
        } else {
            [r2, r3, r4, r5, a, b, c, d]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Bench, cartridge};
    use super::*;

    /// 2 MiB of PRG (256 banks) and 256 KiB of CHR, whose bytes are banks of 1 KiB.
    fn board(submapper: u8) -> Bench {
        let mut cart = cartridge(176, 2048, 256);
        cart.submapper = submapper;
        cart.prg_ram = 32 * 1024;
        Bench::new(cart)
    }

    fn set(b: &mut Bench, register: u8, bank: u8) {
        b.write(0x8000, register);
        b.write(0x8001, bank);
    }

    #[test]
    fn at_first_it_is_an_mmc3_of_512_kib_or_of_2_mib() {
        for (submapper, last) in [(0, 0x3f), (1, 0xff), (2, 0x3f), (3, 0xff), (4, 0x3f), (5, 0x3f)]
        {
            let mut b = board(submapper);
            assert_eq!(b.prg_banks(), [0, 1, last - 1, last], "submapper {submapper}");
            set(&mut b, 6, 0xc5);
            assert_eq!(b.prg_banks()[0], 0xc5 & last);
            b.write(0x8000, 0x40);
            assert_eq!(b.prg_banks(), [last - 1, 1, 0xc5 & last, last]);
            assert_eq!(b.chr_banks(), [0, 1, 2, 3, 4, 5, 6, 7]);
        }
    }

    #[test]
    fn five_modes_lay_smaller_games_into_prg() {
        for (mode, seen) in [
            (0, [0x55, 0x41, 0x7e, 0x7f]),
            (1, [0x55, 0x41, 0x5e, 0x5f]),
            (2, [0x55, 0x51, 0x5e, 0x5f]),
            (3, [0x56, 0x57, 0x56, 0x57]),
            (4, [0x54, 0x55, 0x56, 0x57]),
            (5, [0x50, 0x51, 0x5e, 0x5f]),
        ] {
            let mut b = board(0);
            set(&mut b, 6, 0x95);
            b.write(0x5010, mode);
            b.write(0x5011, 0x2b);
            assert_eq!(b.prg_banks(), seen, "mode {mode}");
        }
    }

    #[test]
    fn unrom_switches_by_any_write_to_rom_and_other_modes_do_not() {
        let mut b = board(0);
        b.write(0x5011, 0x28);
        b.write(0xffff, 3);
        b.write(0x5010, 5);
        assert_eq!(b.prg_banks(), [0x50, 0x51, 0x5e, 0x5f]);
        b.write(0xffff, 0x13);
        assert_eq!(b.prg_banks(), [0x56, 0x57, 0x5e, 0x5f]);
    }

    #[test]
    fn the_outer_registers_are_at_a4_and_the_chip_s_at_a0_alone() {
        let mut b = board(0);
        b.write(0x5000, 4);
        b.write(0x5fe0, 4);
        assert_eq!(b.prg_banks(), [0, 1, 0x3e, 0x3f]);
        b.write(0x5ff0, 4);
        assert_eq!(b.prg_banks(), [0, 1, 2, 3]);
        b.write(0x5ff0, 0);
        set(&mut b, 6, 9);
        b.write(0x9fff, 0x22);
        b.write(0x9ffe, 0x07);
        assert_eq!(b.prg_banks()[0], 9);
    }

    #[test]
    fn chr_is_the_chip_s_within_a_block_or_8_kib() {
        let mut b = board(0);
        set(&mut b, 2, 0xff);
        b.write(0x5012, 0x10);
        assert_eq!(b.chr_banks()[4], 0xff, "256 KiB");
        b.write(0x5010, 0x10);
        assert_eq!(b.chr_banks()[..5], [0x80, 0x81, 0x82, 0x83, 0xff]);
        b.write(0x5012, 0x00);
        assert_eq!(b.chr_banks()[4], 0x7f);
        b.write(0x5010, 0x40);
        b.write(0x5012, 0x05);
        assert_eq!(b.chr_banks(), [40, 41, 42, 43, 44, 45, 46, 47]);
        b.write(0x8000, 3);
        assert_eq!(b.chr_banks()[0], 40, "no latch");
    }

    #[test]
    fn the_fk23c_has_a_latch_as_cnrom_has() {
        let mut b = board(FK23C);
        b.write(0x5012, 0x04);
        for (mode, bank) in [(0x40, 0x07), (0x50, 0x05), (0x60, 0x04)] {
            b.write(0x5010, mode);
            b.write(0xc123, 0x03);
            assert_eq!(b.chr_banks()[0] / 8, bank, "mode {mode:x}");
        }
    }

    #[test]
    fn more_registers_make_single_kib_and_free_the_last_banks() {
        for submapper in [FK23C, FS005] {
            let mut b = board(submapper);
            b.write(0x5013, 2);
            for (register, bank) in [(0, 9), (1, 11), (8, 12), (9, 13), (10, 21), (11, 23)] {
                set(&mut b, register, bank);
            }
            assert_eq!(b.chr_banks(), [9, 21, 11, 23, 4, 5, 6, 7]);
            assert_eq!(b.prg_banks(), [0, 1, 12, 13]);
            b.write(0x5010, 4);
            assert_eq!(b.prg_banks(), [0, 1, 12, 13], "the mode is not looked at");
            b.write(0x5010, 0);
            b.write(0x5013, 0x44);
            assert_eq!(b.chr_banks()[..4], [8, 9, 10, 11]);
        }
        let mut b = board(0);
        b.write(0x5013, 2);
        set(&mut b, 8, 12);
        assert_eq!((b.prg_banks()[2], b.chr_banks()[0]), (0x3e, 12), "R8 is R0 elsewhere");
    }

    #[test]
    fn sfc_12b_chooses_between_rom_and_ram() {
        let mut cart = cartridge(176, 512, 64);
        cart.chr_ram = 8192;
        let mut b = Bench::new(cart);
        b.write(0x5010, 0x20);
        b.ppu_write(0x0400, 0xee);
        assert_eq!(b.chr(0x0400), Some(0xee));
        b.write(0x5010, 0x00);
        assert_eq!(b.chr(0x0400), Some(1));
    }

    #[test]
    fn the_fs005_has_32_kib_of_ram_and_its_registers_can_be_put_away() {
        let mut b = board(FS005);
        assert_eq!(b.read(0x6000), None);
        b.write(0xa001, 0xe2);
        b.write(0x7000, 0x11);
        b.write(0xa001, 0xa1);
        b.write(0x5010, 0x22);
        assert_eq!((b.read(0x5000), b.read(0x5010)), (Some(0x11), Some(0x22)), "bank 2's");
        assert_eq!(b.prg_banks()[3], 0x3f, "nor is it a register");
        b.write(0x6000, 0x33);
        b.write(0xa001, 0xe0);
        assert_eq!(b.read(0x6000), Some(0));
        b.write(0xa001, 0xe1);
        assert_eq!(b.read(0x6000), Some(0x33));
        b.write(0xa001, 0xe2);
        assert_eq!((b.read(0x7000), b.read(0x7010)), (Some(0x11), Some(0x22)));
    }

    #[test]
    fn the_fs005_has_chr_ram_before_its_rom_and_single_screens() {
        let mut cart = cartridge(176, 512, 256);
        (cart.submapper, cart.chr_ram) = (FS005, 8192);
        let mut b = Bench::new(cart);
        b.write(0xa000, 3);
        assert_eq!(b.nametables(), [0, 0, 1, 1]);
        b.write(0xa001, 0x64);
        assert_eq!(b.nametables(), [1; 4]);
        set(&mut b, 2, 7);
        b.ppu_write(0x1000, 0xee);
        assert_eq!(b.chr(0x1000), Some(0xee));
        set(&mut b, 2, 8);
        assert_eq!(b.chr(0x1000), Some(8));
        set(&mut b, 2, 7);
        b.write(0xa001, 0x60);
        assert_eq!(b.chr(0x1000), Some(7));
    }

    #[test]
    fn the_fs005_swaps_46_and_47() {
        for (submapper, banks) in [(FS005, [0x3e, 9, 0]), (0, [0x3e, 1, 9])] {
            let mut b = board(submapper);
            set(&mut b, 0x46, 9);
            assert_eq!(b.prg_banks()[..3], banks);
        }
    }

    #[test]
    fn each_board_has_its_own_upper_lines() {
        let mut cart = cartridge(176, 4096, 256);
        for (n, byte) in cart.prg.iter_mut().enumerate() {
            *byte = (n >> 16) as u8; // 64 KiB: A16-A21
        }
        for (submapper, writes, bank) in [
            (FS005, &[(0x5010, 0x08)][..], 0x20),
            (JX9003B, &[(0x5015, 0x01)], 0x20),
            (SMART_GENIUS, &[(0x5012, 0x80)], 0x20),
            (HST162, &[(0x4800, 0x05)], 0x28),
            (0, &[(0x5011, 0x60), (0x4800, 0x3f)], 0x18),
        ] {
            cart.submapper = submapper;
            let mut b = Bench::new(cart.clone());
            writes.iter().for_each(|(at, value)| b.write(*at, *value));
            assert_eq!(b.prg(0x8000), Some(bank), "submapper {submapper}");
        }
    }

    #[test]
    fn it_counts_lines_as_the_mmc3_does() {
        let mut b = board(0);
        for (address, value) in [(0xc000, 2), (0xc001, 0), (0xe001, 0)] {
            b.write(address, value);
        }
        let asked = [0; 4].map(|_: u8| {
            b.a12(1, 10);
            b.a12(0, 0);
            b.irq()
        });
        assert_eq!(asked, [false, false, true, true]);
        b.write(0xe000, 0);
        assert!(!b.irq());
    }

    #[test]
    fn the_reset_button_brings_the_menu_back() {
        let mut b = board(FK23C);
        let first = b.map.clone();
        for at in 0x5010..0x5014 {
            b.write(at, 0x13);
        }
        assert!(b.map != first);
        b.cart.board.reset(&mut b.regs, &b.cart);
        b.remap();
        assert!(b.map == first);
    }
}
