//! Boards of a few latches: discrete logic, and chips that do no more.
//!
//! All of them are alike: a write sets some of at most eight registers, and the
//! banks follow from these. So a board is a row: what a write does, and what the
//! registers mean. The rows stand in
//!
//! * `licensed.rs`: boards of Nintendo and its licensees
//! * `unlicensed.rs`: other makers' boards with one game each
//! * `multicarts.rs`: other makers' boards with many
//!
//! Where nothing else is said, a write to $8000-$FFFF sets a single latch. A
//! multicart's latch often takes the address too, or nothing but that.
//!
//! <https://www.nesdev.org/wiki/Mapper>

mod licensed;
mod multicarts;
mod unlicensed;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::{Board, Touched, Write};
use crate::nes::cart::map::{Access, Map};
use crate::nes::cart::{Cartridge, Mirroring};

/// The latches. Which of them are used, and how, is the row's business.
#[derive(Clone, Copy, PartialEq, Eq, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Latch {
    /// The address of the last write, where that is latched.
    address: u16,
    /// Bytes that were written.
    data: [u8; 13],
    /// How often the reset button was pressed.
    resets: u8,
}

/// A board.
struct Row {
    mapper: u16,
    write: fn(&mut Latch, &Cartridge, &Write),
    banks: fn(&Latch, &Cartridge, &mut Map),
    /// What the CPU reads where no memory answers; `None` is open bus.
    read: fn(&Latch, u16, u8) -> Option<u8>,
    power_on: fn(&mut Latch),
    reset: fn(&mut Latch),
}

impl Row {
    /// A board that can be read nowhere, and starts with zeros.
    const fn new(
        mapper: u16,
        write: fn(&mut Latch, &Cartridge, &Write),
        banks: fn(&Latch, &Cartridge, &mut Map),
    ) -> Self {
        Self { mapper, write, banks, read: |_, _, _| None, power_on: |_| {}, reset: |_| {} }
    }

    const fn read(mut self, read: fn(&Latch, u16, u8) -> Option<u8>) -> Self {
        self.read = read;
        self
    }

    const fn power_on(mut self, power_on: fn(&mut Latch)) -> Self {
        self.power_on = power_on;
        self
    }

    const fn reset(mut self, reset: fn(&mut Latch)) -> Self {
        self.reset = reset;
        self
    }

    /// The reset button takes it back to its menu.
    const fn resets(self) -> Self {
        self.reset(|latch| *latch = Latch { address: 0, data: [0; 13], ..*latch })
    }
}

/// The row of a cartridge's board.
fn row(cart: &Cartridge) -> &'static Row {
    let tables = [licensed::ROWS, unlicensed::ROWS, multicarts::ROWS];
    let found = tables.into_iter().flatten().find(|row| row.mapper == cart.mapper);
    // `boards!` and the tables list the same numbers: a test compares them.
    found.unwrap_or(&licensed::ROWS[0])
}

impl Board for Latch {
    fn power_on(&mut self, cart: &Cartridge) {
        (row(cart).power_on)(self);
    }

    fn reset(&mut self, cart: &Cartridge) {
        self.resets = self.resets.wrapping_add(1);
        (row(cart).reset)(self);
    }

    fn map(&self, cart: &Cartridge, map: &mut Map) {
        map.wram(0x6000, 0x2000, 0, Access::ReadWrite);
        map.chr(0x0000, 0x2000, 0);
        map.nametables(cart.mirroring);
        (row(cart).banks)(self, cart, map);
    }

    fn write(&mut self, cart: &Cartridge, write: Write) -> Touched {
        let before = *self;
        (row(cart).write)(self, cart, &write);
        if *self == before { Touched::Nothing } else { Touched::Banks }
    }

    fn read(&mut self, cart: &Cartridge, address: u16, open: u8) -> Option<u8> {
        (row(cart).read)(self, address, open)
    }
}

/// A write to $8000-$FFFF.
fn high(latch: &mut Latch, _: &Cartridge, write: &Write) {
    if write.address >= 0x8000 {
        latch.data[0] = write.value;
    }
}

/// The same on a bus that ROM drives, too.
fn high_conflicted(latch: &mut Latch, _: &Cartridge, write: &Write) {
    if write.address >= 0x8000 {
        latch.data[0] = write.conflicted();
    }
}

/// The same where the header says so, by submapper 2.
fn high_marked(latch: &mut Latch, cart: &Cartridge, write: &Write) {
    if cart.submapper == 2 {
        high_conflicted(latch, cart, write);
    } else {
        high(latch, cart, write);
    }
}

/// A write to $6000-$7FFF, where the board has no RAM.
fn low(latch: &mut Latch, _: &Cartridge, write: &Write) {
    if write.address & 0xe000 == 0x6000 {
        latch.data[0] = write.value;
    }
}

/// A write to $4100-$5FFF where A8 is high: all that small boards decode.
fn expansion(latch: &mut Latch, _: &Cartridge, write: &Write) {
    if write.address & 0xe100 == 0x4100 {
        latch.data[0] = write.value;
    }
}

/// A write to $8000-$FFFF sets address and data.
fn address(latch: &mut Latch, _: &Cartridge, write: &Write) {
    if write.address >= 0x8000 {
        latch.address = write.address;
        latch.data[0] = write.value;
    }
}

impl Latch {
    /// Some bits of the byte that was written.
    fn bits(&self, shift: u32, mask: u8) -> i32 {
        i32::from(self.data[0] >> shift & mask)
    }

    fn flag(&self, bit: u32) -> bool {
        self.data[0] >> bit & 1 != 0
    }

    /// Some bits of the address that was written to.
    fn address_bits(&self, shift: u32, mask: u16) -> i32 {
        i32::from(self.address >> shift & mask)
    }

    fn address_flag(&self, bit: u32) -> bool {
        self.address >> bit & 1 != 0
    }
}

/// 32 KiB of PRG.
fn prg32(map: &mut Map, bank: i32) {
    map.prg(0x8000, 0x8000, bank);
}

/// 16 KiB of PRG at $8000 and at $C000.
fn prg16(map: &mut Map, low: i32, high: i32) {
    map.prg(0x8000, 0x4000, low);
    map.prg(0xc000, 0x4000, high);
}

/// How large a bank of a multicart is.
enum Size {
    /// 16 KiB, seen twice.
    Half,
    /// 32 KiB: the bank's lowest bit is not looked at.
    Whole,
}

/// A game of 16 or 32 KiB at bank `bank` of 16 KiB.
fn game(map: &mut Map, bank: i32, size: Size) {
    match size {
        Size::Half => prg16(map, bank, bank),
        Size::Whole => prg32(map, bank >> 1),
    }
}

/// 8 KiB of CHR.
fn chr8(map: &mut Map, bank: i32) {
    map.chr(0x0000, 0x2000, bank as usize);
}

/// Which way round a bit means horizontal mirroring; the other is vertical.
fn horizontal_if(map: &mut Map, horizontal: bool) {
    map.nametables(if horizontal { Mirroring::Horizontal } else { Mirroring::Vertical });
}

/// All four nametables are the second KiB, or the first.
fn high_screen_if(map: &mut Map, high: bool) {
    map.nametables(if high { Mirroring::SingleHigh } else { Mirroring::SingleLow });
}

#[cfg(test)]
mod tests {
    use super::super::BoardId;
    use super::super::bench::{Bench, cartridge};
    use super::*;

    #[test]
    fn each_mapper_of_the_table_has_one_row_and_each_row_is_in_the_table() {
        let rows = [licensed::ROWS, unlicensed::ROWS, multicarts::ROWS];
        let mut rows: Vec<u16> = rows.into_iter().flatten().map(|row| row.mapper).collect();
        rows.sort_unstable();
        let mut listed = BoardId::Latch.mappers().to_vec();
        listed.sort_unstable();
        assert_eq!(rows, listed);
    }

    #[test]
    fn the_state_of_a_latch_survives_being_restored() {
        for &mapper in BoardId::Latch.mappers() {
            let mut b = Bench::new(cartridge(mapper, 512, 128));
            for address in [0x6001, 0x4101, 0x8003, 0xfff1] {
                b.write(address, 0x5a);
            }
            let (before, map) = (b.regs, b.map.clone());
            b.cart.board.sanitize(&mut b.regs, &mut b.ram, &b.cart);
            b.remap();
            assert_eq!((b.regs, b.map), (before, map), "mapper {mapper}");
        }
    }
}
