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
//! here, so it is saved as such, and it begins as a copy of the ROM.
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
}

const PROGRAM: u8 = 6;
const SECTOR: usize = 4096;
/// SST, and the 39SF040.
const NUMBER: [u8; 2] = [0xbf, 0xb7];

impl Flash {
    /// A write to byte `at`. Whether reads begin or cease to show the number.
    fn write(&mut self, at: usize, value: u8, memory: &mut [u8]) -> Touched {
        let was = self.shows_number;
        let place = at & 0x7fff;
        self.step = match (self.step, place, value) {
            (PROGRAM, ..) => {
                if let Some(byte) = memory.get_mut(at) {
                    *byte &= value;
                }
                0
            }
            (_, _, 0xf0) => {
                self.shows_number = 0;
                0
            }
            (0 | 3, 0x5555, 0xaa) | (1 | 4, 0x2aaa, 0x55) | (2, 0x5555, 0x80) => self.step + 1,
            (2, 0x5555, 0xa0) => PROGRAM,
            (2, 0x5555, 0x90) => {
                self.shows_number = 1;
                0
            }
            (5, _, 0x30) => {
                let start = at & !(SECTOR - 1);
                let end = memory.len().min(start + SECTOR);
                memory[start.min(end)..end].fill(0xff);
                0
            }
            (5, 0x5555, 0x10) => {
                memory.fill(0xff);
                0
            }
            _ => 0,
        };
        if was == self.shows_number { Touched::Nothing } else { Touched::Banks }
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

/// The place within the flash of a byte of bank `bank` of `size`.
fn place(cart: &Cartridge, size: usize, bank: u8, address: u16) -> usize {
    (usize::from(bank) * size + (usize::from(address) & (size - 1))) % cart.prg.len()
}

/// Shows `size` bytes of PRG at `at`.
fn map_prg(cart: &Cartridge, map: &mut Map, (at, size): (u16, usize), bank: i32) {
    if is_flash(cart) {
        let banks = (cart.prg.len() / size).max(1) as i32;
        map.wram(at, size, bank.rem_euclid(banks) as usize, Access::Read);
    } else {
        map.prg(at, size, bank);
    }
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
        map_prg(cart, map, (0x8000, 0x4000), i32::from(self.latch & 0x1f));
        map_prg(cart, map, (0xc000, 0x4000), -1);
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
                return self.flash.write(at, value, memory(cart, write.ram));
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
        map_prg(cart, map, (0x8000, 0x8000), i32::from(self.latch & 15));
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
        self.flash.write(at, value, memory(cart, write.ram))
    }

    fn read(&mut self, _cart: &Cartridge, address: u16, _open: u8) -> Option<u8> {
        let numbered = self.flash.shows_number != 0 && address >= 0x8000;
        numbered.then_some(NUMBER[usize::from(address & 1)])
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
