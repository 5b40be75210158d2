//! Page tables: which byte of which chip answers at which address.
//!
//! Derived data: only a board's `map` fills them, from its registers, after
//! power-on, after every restore and after every write that touched a bank.
//!
//! ```text
//! CPU  $0000        $2000   $4020   $6000      $8000                $FFFF
//!      | console RAM | regs  | board | PRG RAM  | PRG ROM (or RAM)   |   256-byte pages
//! PPU  $0000                $2000                $3000        $3FFF
//!      | pattern tables      | nametables        | mirror     |          1 KiB pages
//! ```

use super::{Cartridge, Mirroring, Prg};

/// A page of a chip: bit 15 clear counts pages of ROM, set counts pages of the
/// machine's RAM; all ones is nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page(u16);

/// Where a page lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Nothing answers: open bus.
    Nothing,
    /// Byte offset into the ROM.
    Rom(usize),
    /// Byte offset into the machine's RAM.
    Ram(usize),
}

impl Page {
    /// Nothing answers here.
    pub const NOTHING: Self = Self(0xffff);
    const RAM: u16 = 0x8000;

    /// The byte at `offset` within this page of `1 << shift` bytes.
    #[inline(always)]
    fn place(self, shift: u32, offset: usize) -> Place {
        if self == Self::NOTHING {
            Place::Nothing
        } else if self.0 & Self::RAM != 0 {
            Place::Ram((usize::from(self.0 & !Self::RAM) << shift) | offset)
        } else {
            Place::Rom((usize::from(self.0) << shift) | offset)
        }
    }
}

/// Where the chips lie in the machine's RAM, in bytes. Every part begins on a
/// whole KiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// PRG RAM, the part without a battery first.
    pub wram: usize,
    /// Bytes of PRG RAM.
    pub wram_len: usize,
    /// First byte of PRG RAM that survives power-off.
    pub nvram: usize,
    /// CHR RAM, the part without a battery first.
    pub chr: usize,
    /// Bytes of CHR RAM.
    pub chr_len: usize,
    /// 2 KiB more of nametables where the cartridge has them.
    pub four_screen: Option<usize>,
    /// RAM within the board's chip, the last of all.
    pub own: usize,
    /// All of it.
    pub total: usize,
}

impl Layout {
    /// The console's own 2 KiB for the CPU.
    pub const CPU_RAM: usize = 0;
    /// The console's own 2 KiB of nametables.
    pub const CIRAM: usize = 0x800;
    /// Where the cartridge's own RAM begins.
    pub const CART: usize = 0x1000;

    /// The layout for a cartridge.
    pub fn of(cart: &Cartridge) -> Self {
        let kib = |n: usize| n.next_multiple_of(1024);
        let wram = Self::CART;
        let nvram = wram + kib(cart.prg_ram);
        let chr = nvram + kib(cart.prg_nvram);
        let chr_len = kib(cart.chr_ram) + kib(cart.chr_nvram);
        let end = chr + chr_len;
        let four_screen = (cart.mirroring == Mirroring::FourScreen).then_some(end);
        let own = end + four_screen.map_or(0, |_| 0x800);
        Self {
            wram,
            wram_len: chr - wram,
            nvram,
            chr,
            chr_len,
            four_screen,
            own,
            total: own + cart.board.own_ram(),
        }
    }
}

/// The page tables of both buses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Map {
    layout: Layout,
    prg_len: usize,
    chr_len: usize,
    read: [Page; 256],
    write: [Page; 256],
    chr: [Page; 16],
    chr_write: u16,
    /// The console itself has four nametables: no board switches them.
    four: bool,
}

impl Map {
    /// Empty tables for a cartridge.
    pub fn new(cart: &Cartridge) -> Self {
        Self {
            layout: Layout::of(cart),
            prg_len: cart.prg.len(),
            chr_len: cart.chr.len(),
            read: [Page::NOTHING; 256],
            write: [Page::NOTHING; 256],
            chr: [Page::NOTHING; 16],
            chr_write: 0,
            four: cart.is_arcade(),
        }
    }

    /// Where the chips' RAM lies.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Unmaps everything of the cartridge.
    pub fn clear(&mut self) {
        self.read = [Page::NOTHING; 256];
        self.write = [Page::NOTHING; 256];
        self.chr = [Page::NOTHING; 16];
        self.chr_write = 0;
    }

    /// Where a CPU read of `address` goes.
    #[inline(always)]
    pub fn cpu_read(&self, address: u16) -> Place {
        self.read[usize::from(address >> 8)].place(8, usize::from(address & 0xff))
    }

    /// Where a CPU write to `address` goes: RAM or nothing.
    #[inline(always)]
    pub fn cpu_write(&self, address: u16) -> Place {
        self.write[usize::from(address >> 8)].place(8, usize::from(address & 0xff))
    }

    /// Where a PPU read of `address` ($0000-$3FFF) goes.
    #[inline(always)]
    pub fn ppu_read(&self, address: u16) -> Place {
        self.chr[usize::from(address >> 10 & 15)].place(10, usize::from(address & 0x3ff))
    }

    /// Where a PPU write to `address` goes: RAM or nothing.
    #[inline(always)]
    pub fn ppu_write(&self, address: u16) -> Place {
        if self.chr_write >> (address >> 10 & 15) & 1 != 0 {
            self.ppu_read(address)
        } else {
            Place::Nothing
        }
    }

    /// Places bank `bank` (counted in units of `size` bytes, negative from the
    /// end) of PRG ROM at CPU address `at`. Banks past the end wrap round.
    pub fn prg(&mut self, at: u16, size: usize, bank: i32) {
        let banks = (self.prg_len / size).max(1) as i32;
        let start = bank.rem_euclid(banks) as usize * size;
        let slots = usize::from(at >> 8)..usize::from(at >> 8) + size / 256;
        self.write[slots.clone()].fill(Page::NOTHING);
        let pages = self.read[slots].iter_mut().zip(0..);
        if start + size <= self.prg_len {
            pages.for_each(|(page, n)| *page = Page((start / 256) as u16 + n));
            return;
        }
        for (page, n) in pages {
            let offset = (start + usize::from(n) * 256) % self.prg_len;
            *page = Page((offset / 256) as u16);
        }
    }

    /// Shows the CPU changed pages where the ROM has cheats, in place of what
    /// was placed.
    pub fn mask(&mut self, prg: &Prg) {
        for mask in prg.masks() {
            let page = &mut self.read[usize::from(mask.page)];
            if let Some(shown) = mask.shows.get(usize::from(page.0)) {
                *page = Page(*shown);
            }
        }
    }

    /// Places bank `bank` of PRG RAM at CPU address `at`; smaller RAM repeats.
    /// Without any RAM nothing answers there.
    pub fn wram(&mut self, at: u16, size: usize, bank: usize, access: Access) {
        let Layout { wram, wram_len, .. } = self.layout;
        for page in 0..size / 256 {
            let slot = usize::from(at >> 8) + page;
            let ram = if wram_len == 0 {
                Page::NOTHING
            } else {
                let offset = wram + (bank * size + page * 256) % wram_len;
                Page(Page::RAM | (offset / 256) as u16)
            };
            self.read[slot] = if access == Access::None { Page::NOTHING } else { ram };
            self.write[slot] = if access == Access::ReadWrite { ram } else { Page::NOTHING };
        }
    }

    /// Places bank `bank` (units of `size` bytes) of the pattern memory at PPU
    /// address `at`: CHR ROM where the cartridge has it, else CHR RAM.
    pub fn chr(&mut self, at: u16, size: usize, bank: usize) {
        if self.chr_len > 0 {
            self.chr_rom(at, size, bank);
        } else {
            self.chr_ram(at, size, bank);
        }
    }

    /// Places CHR ROM.
    pub fn chr_rom(&mut self, at: u16, size: usize, bank: usize) {
        for page in 0..size / 1024 {
            let slot = usize::from(at >> 10) + page;
            self.chr_write &= !(1 << slot);
            self.chr[slot] = if self.chr_len == 0 {
                Page::NOTHING
            } else {
                Page(((bank * size / 1024 + page) % (self.chr_len / 1024)) as u16)
            };
        }
    }

    /// Places CHR RAM.
    pub fn chr_ram(&mut self, at: u16, size: usize, bank: usize) {
        let Layout { chr, chr_len, .. } = self.layout;
        for page in 0..size / 1024 {
            let slot = usize::from(at >> 10) + page;
            if chr_len == 0 {
                self.chr[slot] = Page::NOTHING;
                self.chr_write &= !(1 << slot);
            } else {
                let kib = chr / 1024 + (bank * size / 1024 + page) % (chr_len / 1024);
                self.chr[slot] = Page(Page::RAM | kib as u16);
                self.chr_write |= 1 << slot;
            }
        }
    }

    /// Takes PPU addresses `at` and up from whatever answers there.
    pub fn chr_nothing(&mut self, at: u16, size: usize) {
        for slot in usize::from(at >> 10)..usize::from(at >> 10) + size / 1024 {
            self.chr[slot] = Page::NOTHING;
            self.chr_write &= !(1 << slot);
        }
    }

    /// Lets pattern memory be read only.
    pub fn protect_chr(&mut self) {
        self.chr_write &= !0xff;
    }

    /// Places KiB `page` of the console's nametable RAM as pattern memory at PPU
    /// address `at`.
    pub fn chr_ciram(&mut self, at: u16, page: usize) {
        let slot = usize::from(at >> 10);
        self.chr[slot] = Page(Page::RAM | (Layout::CIRAM / 1024 + (page & 1)) as u16);
        self.chr_write |= 1 << slot;
    }

    /// Places KiB `bank` of CHR ROM as nametable `slot`.
    pub fn nametable_rom(&mut self, slot: usize, bank: usize) {
        for slot in [8 + slot, 12 + slot] {
            self.chr_rom((slot * 1024) as u16, 1024, bank);
        }
    }

    /// Places KiB `bank` of CHR RAM as nametable `slot`.
    pub fn nametable_ram(&mut self, slot: usize, bank: usize) {
        for slot in [8 + slot, 12 + slot] {
            self.chr_ram((slot * 1024) as u16, 1024, bank);
        }
    }

    /// Takes nametable `slot` from whatever answers there.
    pub fn nametable_nothing(&mut self, slot: usize) {
        for slot in [8 + slot, 12 + slot] {
            self.chr_nothing((slot * 1024) as u16, 1024);
        }
    }

    /// Places the first KiB of the chip's own RAM as nametable `slot`.
    pub fn own_nametable(&mut self, slot: usize) {
        for slot in [8 + slot, 12 + slot] {
            self.chr[slot] = Page(Page::RAM | (self.layout.own / 1024) as u16);
            self.chr_write |= 1 << slot;
        }
    }

    /// Places the first KiB of the chip's own RAM at CPU address `at`.
    pub fn own_at(&mut self, at: u16, access: Access) {
        for page in 0..4 {
            let slot = usize::from(at >> 8) + page;
            let ram = Page(Page::RAM | (self.layout.own / 256 + page) as u16);
            self.read[slot] = if access == Access::None { Page::NOTHING } else { ram };
            self.write[slot] = if access == Access::ReadWrite { ram } else { Page::NOTHING };
        }
    }

    /// Takes CPU addresses `at` and up from whatever answers there.
    pub fn prg_nothing(&mut self, at: u16, size: usize) {
        let pages = usize::from(at >> 8)..usize::from(at >> 8) + size / 256;
        self.read[pages.clone()].fill(Page::NOTHING);
        self.write[pages].fill(Page::NOTHING);
    }

    /// Arranges the four nametables (and their mirror at $3000).
    pub fn nametables(&mut self, mirroring: Mirroring) {
        let pages = match mirroring {
            _ if self.four => [0, 1, 2, 3],
            Mirroring::Horizontal => [0, 0, 1, 1],
            Mirroring::Vertical => [0, 1, 0, 1],
            Mirroring::SingleLow => [0, 0, 0, 0],
            Mirroring::SingleHigh => [1, 1, 1, 1],
            Mirroring::FourScreen => [0, 1, 2, 3],
        };
        for (slot, page) in pages.into_iter().enumerate() {
            self.nametable(slot, page);
        }
    }

    /// Places KiB `page` of nametable RAM (0 and 1 the console's, 2 and 3 the
    /// cartridge's) as nametable `slot`.
    pub fn nametable(&mut self, slot: usize, page: usize) {
        let page = if self.four { slot } else { page };
        let offset = match (page, self.layout.four_screen) {
            (2.., Some(extra)) => extra + (page & 1) * 1024,
            _ => Layout::CIRAM + (page & 1) * 1024,
        };
        for slot in [8 + slot, 12 + slot] {
            self.chr[slot] = Page(Page::RAM | (offset / 1024) as u16);
            self.chr_write |= 1 << slot;
        }
    }
}

/// What the CPU may do with a page of PRG RAM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Neither: reads are open bus.
    None,
    /// Reads only.
    Read,
    /// Reads and writes.
    ReadWrite,
}
