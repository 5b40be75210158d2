//! What the PPU's bus reaches: the cartridge and the console's video RAM.
//!
//! A board that watches the addresses is told each of them here, with the time at
//! which it came: the PPU may run later than the CPU (`cycle.rs`).

use super::bits::Scroll;
use super::board::{Fetches, Registers, Touched};
use super::cart::Cartridge;
use super::cart::map::{Map, Place};
use super::ppu::{Hears, Kib, Row, VideoBus};
use super::state::Line;
use zerocopy::IntoBytes;

/// The cartridge and the console's video RAM on the PPU's bus.
pub struct CartBus<'a> {
    pub cart: &'a Cartridge,
    pub map: &'a mut Map,
    pub ram: &'a mut [Line],
    pub board: &'a mut Registers,
    pub hears: Hears,
    /// A12 as the board was told it last.
    pub a12: Option<bool>,
    /// The board answers the PPU's reads.
    pub answers: bool,
    pub m2: M2,
}

/// When the PPU's half-dots lie among the falls of M2, six of them apart.
pub struct M2 {
    /// How often it has fallen by now.
    pub falls: u64,
    /// Half-dots from the last fall to now.
    pub since: u32,
    /// Half-dots from the one that the PPU runs to now.
    pub left: u32,
}

impl M2 {
    /// The PPU runs its half-dots as they come.
    pub fn now(falls: u64) -> Self {
        Self { falls, since: 0, left: 0 }
    }

    /// How often it had fallen when the PPU's half-dot came.
    #[inline(always)]
    fn falls_before(&self) -> u64 {
        self.falls_before_next(0)
    }

    /// The same when so many more have passed.
    #[inline(always)]
    fn falls_before_next(&self, half_dots: u32) -> u64 {
        let left = self.left.saturating_sub(half_dots);
        self.falls - u64::from(left.saturating_sub(self.since).div_ceil(6))
    }
}

impl VideoBus for CartBus<'_> {
    #[inline(always)]
    fn read(&mut self, address: u16) -> u8 {
        if self.answers {
            let ram = self.ram.as_bytes();
            return self.cart.board.ppu_read(self.board, self.cart, self.map, ram, address);
        }
        read_video(self.cart, self.map, self.ram.as_bytes(), address)
    }

    fn write(&mut self, address: u16, value: u8) {
        if let Place::Ram(offset) = self.map.ppu_write(address)
            && let Some(byte) = self.ram.as_mut_bytes().get_mut(offset)
        {
            *byte = value;
        }
    }

    #[inline(always)]
    fn drive(&mut self, address: u16) {
        if self.hears != Hears::Nothing {
            let a12 = address & 0x1000 != 0;
            if self.hears != Hears::Everything && self.a12.replace(a12) == Some(a12) {
                return;
            }
            let board = self.cart.board;
            if board.ppu_address(self.board, address, self.m2.falls_before()) == Touched::Banks {
                board.map(self.board, self.cart, self.map);
            }
        }
    }

    #[inline(always)]
    fn pass(&mut self, half_dots: u32) {
        self.m2.left = self.m2.left.wrapping_sub(half_dots);
    }

    #[inline(always)]
    fn hears(&self) -> Hears {
        self.hears
    }

    #[inline(always)]
    fn kib(&self, address: u16) -> Option<&Kib> {
        let (bytes, offset) = match self.map.ppu_read(address & 0x3c00) {
            Place::Rom(offset) => (self.cart.chr.as_slice(), offset),
            Place::Ram(offset) => (self.ram.as_bytes(), offset),
            Place::Nothing => return None,
        };
        bytes.get(offset..)?.first_chunk()
    }

    #[inline(always)]
    fn row(&mut self, first: Scroll, table: u16) -> Option<Row> {
        /// Half-dots from the first address of a line to its last.
        const LAST: u32 = 508;
        let m2_falls = [self.m2.falls_before(), self.m2.falls_before_next(LAST)];
        let fetches = Fetches { first, table, m2_falls };
        let ram = self.ram.as_bytes();
        self.cart.board.ppu_row(self.board, self.cart, self.map, ram, &fetches)
    }

    #[inline(always)]
    fn tiles(&mut self, first: Scroll, table: u16, numbers: &[u8; 32]) -> bool {
        let last = u16::from(numbers[31]) << 4 | table | 8 | first.fine_y();
        self.cart.board.ppu_tiles(self.board, first.tile_address(), numbers, last)
    }

    #[inline(always)]
    fn sprites(&mut self, names: [u16; 2], patterns: &[u16; 8]) -> bool {
        /// Half-dots from the first address of eight sprites to the last.
        const LAST: u32 = 124;
        let m2_falls = [self.m2.falls_before(), self.m2.falls_before_next(LAST)];
        self.cart.board.ppu_sprites(self.board, names, patterns, m2_falls)
    }
}

/// What the cartridge or video RAM has at a PPU address; the address's own low
/// byte where nothing answers.
#[inline(always)]
pub fn read_video(cart: &Cartridge, map: &Map, ram: &[u8], address: u16) -> u8 {
    let byte = match map.ppu_read(address) {
        Place::Rom(offset) => cart.chr.get(offset),
        Place::Ram(offset) => ram.get(offset),
        Place::Nothing => None,
    };
    byte.copied().unwrap_or(address as u8)
}
