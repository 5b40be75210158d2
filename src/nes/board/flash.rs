//! Boards whose PRG is flash memory that the game itself writes: UNROM 512 (mapper
//! 30) and GTROM (mapper 111).
//!
//! ```text
//!  UNROM 512  $8000-$FFFF  MCCP PPPP  16 KiB of PRG at $8000, 8 KiB of CHR RAM
//!             with flash: $C000-$FFFF alone; below, the flash is written
//!             M by submapper and header: the screen, horizontal (submapper 3), nothing
//!  GTROM      $5000-$5FFF, $7000-$7FFF
//!                          GRNC PPPP  32 KiB of PRG, 8 KiB of CHR RAM; N: 8 KiB of
//!                                     nametables; G, R: lights
//!             $8000-$FFFF             the flash is written
//! ```
//!
//! The flash (SST 39SF010-040) obeys commands: some bytes at $5555 and $2AAA in turn.
//!
//! ```text
//!  AA 55 A0 byte               the bits that are 0 are cleared
//!  AA 55 80  AA 55 30          the 4 KiB of the last write are erased
//!  AA 55 80  AA 55 10          all of it is
//!  AA 55 90                    reads show the chip's number;  F0: ROM again
//! ```
//!
//! The chip takes some µs for a byte and some ms to erase; here both are done at
//! once, as programs that poll it see, too. What it holds is PRG RAM with a battery
//! here, so it is saved as such, and it begins as a copy of the ROM. The CPU sees that
//! copy in the sectors that were written, and the ROM in all others: so a ROM that is
//! built anew while it runs is seen, and what the game saved stays.
//!
//! <https://www.nesdev.org/wiki/UNROM_512>, <https://www.nesdev.org/wiki/GTROM>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::{Board, Touched, Write};
use crate::nes::cart::map::{Access, Layout, Map};
use crate::nes::cart::{Cartridge, Mirroring};

/// How far a command has come.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
struct Flash {
    /// Bytes of the command so far; [`PROGRAM`]: the next one is data.
    step: u8,
    /// 1: reads show the chip's number.
    shows_number: u8,
    /// A bit for each sector: the game wrote to it.
    written: [u8; SECTORS / 8],
}

const PROGRAM: u8 = 6;
const SECTOR: usize = 4096;
/// Sectors of 512 KiB.
const SECTORS: usize = 128;
/// SST, and the 39SF040.
const NUMBER: [u8; 2] = [0xbf, 0xb7];

impl Flash {
    /// A write to byte `at`. Whether other bytes are seen now: the chip's number, or
    /// a sector that was the ROM's.
    fn write(&mut self, at: usize, value: u8, rom: &[u8], memory: &mut [u8]) -> Touched {
        let mut touched = Touched::Nothing;
        let place = at & 0x7fff;
        self.step = match (self.step, place, value) {
            (PROGRAM, ..) => {
                touched = self.open(at / SECTOR, rom, memory);
                if let Some(byte) = memory.get_mut(at) {
                    *byte &= value;
                }
                0
            }
            (_, _, 0xf0) => {
                touched = self.show_number(0);
                0
            }
            (0 | 3, 0x5555, 0xaa) | (1 | 4, 0x2aaa, 0x55) | (2, 0x5555, 0x80) => self.step + 1,
            (2, 0x5555, 0xa0) => PROGRAM,
            (2, 0x5555, 0x90) => {
                touched = self.show_number(1);
                0
            }
            (5, _, 0x30) => {
                touched = self.open(at / SECTOR, rom, memory);
                sector(at / SECTOR, memory).fill(0xff);
                0
            }
            (5, 0x5555, 0x10) => {
                self.written = [0xff; SECTORS / 8];
                touched = Touched::Banks;
                memory.fill(0xff);
                0
            }
            _ => 0,
        };
        touched
    }

    fn show_number(&mut self, shows: u8) -> Touched {
        let was = std::mem::replace(&mut self.shows_number, shows);
        if was == shows { Touched::Nothing } else { Touched::Banks }
    }

    /// The game writes to a sector: it is seen from now on, and what the ROM has is in
    /// it at first.
    fn open(&mut self, number: usize, rom: &[u8], memory: &mut [u8]) -> Touched {
        if self.is_written(number) {
            return Touched::Nothing;
        }
        self.written[number / 8 % (SECTORS / 8)] |= 1 << (number % 8);
        let (from, to) = (number * SECTOR, sector(number, memory));
        if let Some(rom) = rom.get(from..from + to.len()) {
            to.copy_from_slice(rom);
        }
        Touched::Banks
    }

    fn is_written(&self, number: usize) -> bool {
        self.written[number / 8 % (SECTORS / 8)] >> (number % 8) & 1 != 0
    }

    /// What was saved is in the flash: sectors that are not the ROM's were written.
    fn load(&mut self, rom: &[u8], memory: &[u8]) {
        self.written = [0; SECTORS / 8];
        let sectors = rom.chunks(SECTOR).zip(memory.chunks(SECTOR)).enumerate();
        for (number, _) in sectors.filter(|(_, (rom, saved))| rom != saved).take(SECTORS) {
            self.written[number / 8] |= 1 << (number % 8);
        }
    }

    /// Shows `size` bytes of PRG at `at`.
    fn map(&self, cart: &Cartridge, map: &mut Map, (at, size): (u16, usize), bank: i32) {
        map.prg(at, size, bank);
        if !is_flash(cart) || self.written == [0; SECTORS / 8] {
            return;
        }
        let banks = (cart.prg.len() / size).max(1) as i32;
        let first = bank.rem_euclid(banks) as usize * (size / SECTOR);
        for n in (0..size / SECTOR).filter(|n| self.is_written(first + n)) {
            map.wram(at + (n * SECTOR) as u16, SECTOR, first + n, Access::Read);
        }
    }

    fn sanitize(&mut self) {
        self.step = self.step.min(PROGRAM);
        self.shows_number &= 1;
    }
}

/// Whether PRG is flash, and has a place in RAM.
fn is_flash(cart: &Cartridge) -> bool {
    cart.prg_ram == 0 && cart.prg_nvram >= cart.prg.len()
}

/// The flash's bytes.
fn memory<'a>(cart: &Cartridge, ram: &'a mut [u8]) -> &'a mut [u8] {
    let start = Layout::CART;
    ram.get_mut(start..start + cart.prg.len()).unwrap_or_default()
}

/// A sector of them.
fn sector(number: usize, memory: &mut [u8]) -> &mut [u8] {
    let end = memory.len().min((number + 1) * SECTOR);
    &mut memory[(number * SECTOR).min(end)..end]
}

/// The place within the flash of a byte of bank `bank` of `size`.
fn place(cart: &Cartridge, size: usize, bank: u8, address: u16) -> usize {
    (usize::from(bank) * size + (usize::from(address) & (size - 1))) % cart.prg.len()
}

/// UNROM 512.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Unrom512 {
    flash: Flash,
    latch: u8,
}

impl Board for Unrom512 {
    const FLASH: bool = true;

    fn map(&self, cart: &Cartridge, map: &mut Map) {
        self.flash.map(cart, map, (0x8000, 0x4000), i32::from(self.latch & 0x1f));
        self.flash.map(cart, map, (0xc000, 0x4000), -1);
        if self.flash.shows_number != 0 {
            map.prg_nothing(0x8000, 0x4000);
        }
        map.chr(0x0000, 0x2000, usize::from(self.latch >> 5 & 3));
        match (cart.submapper, cart.mirroring) {
            (3, _) if self.latch >> 7 == 0 => map.nametables(Mirroring::Vertical),
            (3, _) => map.nametables(Mirroring::Horizontal),
            // The last 8 KiB of CHR RAM.
            (_, Mirroring::FourScreen) => map.chr(0x2000, 0x2000, 3),
            (_, Mirroring::SingleLow | Mirroring::SingleHigh) if self.latch >> 7 != 0 => {
                map.nametables(Mirroring::SingleHigh);
            }
            (_, wired) => map.nametables(wired),
        }
    }

    fn write(&mut self, cart: &Cartridge, write: Write) -> Touched {
        let Write { address, value, .. } = write;
        match address {
            ..0x8000 => return Touched::Nothing,
            ..0xc000 if is_flash(cart) => {
                let at = place(cart, 0x4000, self.latch & 0x1f, address);
                return self.flash.write(at, value, &cart.prg, memory(cart, write.ram));
            }
            _ => {}
        }
        let conflicts = cart.submapper == 2 || (cart.submapper == 0 && !cart.has_battery());
        self.latch = if conflicts { write.conflicted() } else { value };
        Touched::Banks
    }

    fn read(&mut self, _cart: &Cartridge, address: u16, _open: u8) -> Option<u8> {
        let numbered = self.flash.shows_number != 0 && address & 0xc000 == 0x8000;
        numbered.then_some(NUMBER[usize::from(address & 1)])
    }

    fn battery_loaded(&mut self, cart: &Cartridge, ram: &mut [u8]) {
        if is_flash(cart) {
            self.flash.load(&cart.prg, memory(cart, ram));
        }
    }

    fn sanitize(&mut self, _cart: &Cartridge) {
        self.flash.sanitize();
    }
}

/// GTROM.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Gtrom {
    flash: Flash,
    latch: u8,
}

impl Board for Gtrom {
    const FLASH: bool = true;

    fn map(&self, cart: &Cartridge, map: &mut Map) {
        self.flash.map(cart, map, (0x8000, 0x8000), i32::from(self.latch & 15));
        if self.flash.shows_number != 0 {
            map.prg_nothing(0x8000, 0x8000);
        }
        map.chr(0x0000, 0x2000, usize::from(self.latch >> 4 & 1));
        map.chr(0x2000, 0x2000, usize::from(2 | self.latch >> 5 & 1));
    }

    fn write(&mut self, cart: &Cartridge, write: Write) -> Touched {
        let Write { address, value, .. } = write;
        if address & 0xd000 == 0x5000 {
            self.latch = value;
            return Touched::Banks;
        }
        if address < 0x8000 || !is_flash(cart) {
            return Touched::Nothing;
        }
        let at = place(cart, 0x8000, self.latch & 15, address);
        self.flash.write(at, value, &cart.prg, memory(cart, write.ram))
    }

    fn read(&mut self, _cart: &Cartridge, address: u16, _open: u8) -> Option<u8> {
        let numbered = self.flash.shows_number != 0 && address >= 0x8000;
        numbered.then_some(NUMBER[usize::from(address & 1)])
    }

    fn battery_loaded(&mut self, cart: &Cartridge, ram: &mut [u8]) {
        if is_flash(cart) {
            self.flash.load(&cart.prg, memory(cart, ram));
        }
    }

    fn sanitize(&mut self, _cart: &Cartridge) {
        self.flash.sanitize();
    }
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Bench, cartridge};
    use super::*;

    /// A board whose flash holds what its ROM does.
    fn board(mapper: u16, kib: usize) -> Bench {
        let mut cart = cartridge(mapper, kib, 0);
        (cart.prg_nvram, cart.chr_ram) = (kib * 1024, 32 * 1024);
        let mut b = Bench::new(cart);
        let prg = b.cart.prg.to_vec();
        memory(&b.cart, &mut b.ram).copy_from_slice(&prg);
        b
    }

    /// One write of a command: banks of the UNROM 512 are chosen at $C000.
    fn command(b: &mut Bench, at: usize, value: u8) {
        if b.cart.mapper == 30 {
            b.write(0xc000, (at >> 14) as u8);
            b.write(0x8000 | (at & 0x3fff) as u16, value);
        } else {
            b.write(0x5000, (at >> 15) as u8);
            b.write(0x8000 | (at & 0x7fff) as u16, value);
        }
    }

    fn unlock(b: &mut Bench, then: u8) {
        command(b, 0x5555, 0xaa);
        command(b, 0x2aaa, 0x55);
        command(b, 0x5555, then);
    }

    #[test]
    fn a_programmed_byte_loses_bits_and_gains_none() {
        for mapper in [30, 111] {
            let mut b = board(mapper, 512);
            unlock(&mut b, 0xa0);
            command(&mut b, 0x2_0123, 0x33);
            assert_eq!(b.read(0x8123), Some(0x10 & 0x33), "mapper {mapper}");
            command(&mut b, 0x2_0123, 0x00);
            assert_eq!(b.read(0x8123), Some(0x10), "one byte a command");
        }
    }

    #[test]
    fn erasing_takes_4_kib_or_all() {
        for mapper in [30, 111] {
            let mut b = board(mapper, 512);
            unlock(&mut b, 0x80);
            command(&mut b, 0x5555, 0xaa);
            command(&mut b, 0x2aaa, 0x55);
            command(&mut b, 0x2_1000, 0x30);
            let bytes = [0x8fff, 0x9000, 0x9fff, 0xa000].map(|at| b.read(at).unwrap());
            assert_eq!(bytes, [0x10, 0xff, 0xff, 0x11], "mapper {mapper}");
            unlock(&mut b, 0x80);
            unlock(&mut b, 0x10);
            assert_eq!(b.read(0x8fff), Some(0xff));
        }
    }

    #[test]
    fn a_rom_that_is_built_anew_is_seen_where_the_game_wrote_nothing() {
        for mapper in [30, 111] {
            let mut b = board(mapper, 512);
            unlock(&mut b, 0xa0);
            command(&mut b, 0x2_0123, 0x00);
            let mut bytes = b.cart.prg.to_vec();
            bytes.fill(0x77);
            b.cart.prg = bytes.into();
            b.remap();
            let seen = [0x8000, 0x8123, 0x8fff, 0x9000].map(|at| b.read(at).unwrap());
            assert_eq!(seen, [0x10, 0x00, 0x10, 0x77], "mapper {mapper}");
        }
    }

    #[test]
    fn what_was_saved_is_seen_again() {
        for mapper in [30, 111] {
            let mut b = board(mapper, 512);
            memory(&b.cart, &mut b.ram)[0x3123] = 0x55;
            b.cart.board.battery_loaded(&mut b.regs, &b.cart, &mut b.ram);
            b.remap();
            let seen = [0x8000, 0xb000, 0xb123].map(|at| b.read(at).unwrap());
            let rom = [0, 0x3000, 0x3000].map(|at| b.cart.prg[at]);
            assert_eq!(seen, [rom[0], rom[1], 0x55], "mapper {mapper}");
        }
    }

    #[test]
    fn the_chip_tells_its_number() {
        for mapper in [30, 111] {
            let mut b = board(mapper, 512);
            unlock(&mut b, 0x90);
            assert_eq!((b.read(0x8000), b.read(0x8001)), (Some(0xbf), Some(0xb7)));
            command(&mut b, 0, 0xf0);
            assert_eq!(b.read(0x8000), Some(0));
        }
    }

    #[test]
    fn a_byte_out_of_order_ends_a_command() {
        let mut b = board(30, 512);
        command(&mut b, 0x5555, 0xaa);
        command(&mut b, 0x5555, 0x55);
        command(&mut b, 0x5555, 0xa0);
        command(&mut b, 0, 0x00);
        command(&mut b, 0x4000, 0x00);
        assert_eq!(b.read(0x8000), Some(2));
    }

    #[test]
    fn without_a_battery_unrom_512_is_rom_on_a_bus_that_conflicts() {
        let mut cart = cartridge(30, 512, 0);
        cart.chr_ram = 32 * 1024;
        cart.prg[0] = 0x05;
        let mut b = Bench::new(cart);
        b.write(0x8000, 0x07);
        assert_eq!((b.prg(0x8000), b.prg(0xc000)), (Some(10), Some(62)));
    }

    #[test]
    fn unrom_512_has_four_kinds_of_nametables() {
        let pages = |submapper, mirroring, latch| {
            let mut cart = cartridge(30, 512, 0);
            (cart.submapper, cart.mirroring, cart.chr_ram) = (submapper, mirroring, 32 * 1024);
            let mut b = Bench::new(cart);
            b.write(0xc000, latch);
            b
        };
        let b = pages(1, Mirroring::Horizontal, 0x80);
        assert_eq!(b.nametables(), [0, 0, 1, 1]);
        for (latch, seen) in [(0x00, [0; 4]), (0x80, [1; 4])] {
            assert_eq!(pages(1, Mirroring::SingleLow, latch).nametables(), seen);
        }
        for (latch, seen) in [(0x00, [0, 1, 0, 1]), (0x80, [0, 0, 1, 1])] {
            assert_eq!(pages(3, Mirroring::Horizontal, latch).nametables(), seen);
        }
        let mut b = pages(1, Mirroring::FourScreen, 0x60);
        b.ppu_write(0x2800, 0x42);
        assert_eq!(b.chr(0x0800), Some(0x42), "the last of CHR RAM");
    }

    #[test]
    fn gtrom_keeps_its_nametables_in_chr_ram() {
        let mut b = board(111, 512);
        for latch in [0x00, 0x10, 0x20, 0x30] {
            b.write(0x5fff, latch);
            b.ppu_write(0x0000, 0x40 | latch >> 4 & 1);
            b.ppu_write(0x2c00, 0x50 | latch >> 5);
        }
        b.write(0x7000, 0x20);
        assert_eq!((b.chr(0x0000), b.chr(0x2c00)), (Some(0x40), Some(0x51)));
        b.write(0x5000, 0x13);
        assert_eq!((b.chr(0x0000), b.chr(0x2c00)), (Some(0x41), Some(0x50)));
        assert_eq!(b.read(0x8000), Some(12));
    }
}
