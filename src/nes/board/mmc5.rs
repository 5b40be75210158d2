//! MMC5, the ExROM boards: banks of every size, a KiB of its own, a second nametable
//! beside the first, and a counter of lines that reads the PPU's mind.
//!
//! ```text
//!  $5000-$5015  sound, see mmc5/sound.rs
//!  $5100  .... ..PP  PRG: 32; 16 + 16; 16 + 8 + 8; 8 KiB each
//!  $5101  .... ..CC  CHR: 8, 4, 2, 1 KiB
//!  $5102  .... ..10  and
//!  $5103  .... ..01  together: PRG RAM can be written
//!  $5104  .... ..XX  the KiB: nametable, attributes, RAM, ROM
//!  $5105  DDCC BBAA  nametables: first, second screen, the KiB, filled
//!  $5106  tile, $5107 attribute: what a filled one is filled with
//!  $5113  .... .BBB  PRG RAM at $6000
//!  $5114-$5117  RBBB BBBB  PRG at $8000, $A000, $C000, $E000; R: ROM (always at $E000)
//!  $5120-$5127  CHR, set A
//!  $5128-$512B  CHR, set B: the background's, while sprites are tall
//!  $5130  .... ..HH  upper bits of the CHR registers written after
//!  $5200  ER.N NNNN  split: E: on, R: right of tile column N, else left of it
//!  $5201  its scroll, $5202 its 4 KiB of CHR
//!  $5203  line at which /IRQ falls; 0: none
//!  $5204  E... ....  E: /IRQ on; read: PF.. ....  P: pending, F: within the picture
//!  $5205, $5206      two factors; read: their product, low and high byte
//!  $5C00-$5FFF       the KiB, for the CPU
//! ```
//!
//! The chip sees each address that the PPU fetches from, and no other sign of what the
//! PPU does. Two tile fetches that nobody uses end a line, and the next line begins with
//! a third of the same address: so it knows where a line begins, counts lines, and knows
//! of each fetch whether it is the background's or a sprite's. When the PPU has fetched
//! nothing for three CPU cycles, the picture is over, and the last address forgotten.
//!
//! As [`Board::answers_ppu`] it gives the PPU what it reads. The page tables hold what
//! is true while nothing is drawn. Lines in the middle of a picture it takes as a whole
//! (mmc5/rows.rs).
//!
//! Not here, as no game uses them: PCM by reading, the timer and the two pins of the
//! MMC5A.
//!
//! <https://www.nesdev.org/wiki/MMC5>

mod rows;
pub(super) mod sound;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::{Board, Fetches, Touched, Watches, Write};
use crate::nes::cart::Cartridge;
use crate::nes::cart::map::{Access, Map, Place};
use crate::nes::ppu::Row;
use sound::Sound;

/// The chip's registers.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Mmc5 {
    /// CPU cycles since power-on.
    clock: u64,
    /// How often M2 had fallen when the PPU last fetched.
    last_fetch: u64,
    /// Where it last fetched a tile or attribute.
    name: u16,
    /// The place of the last tile in its nametable.
    tile: u16,
    chr_a: [u16; 8],
    chr_b: [u16; 4],
    sound: Sound,
    /// Fetches since the line began, as far as 255.
    fetch: u8,
    /// Fetches of `name` in a row, as far as 4, and of patterns since.
    repeated: u8,
    patterns: u8,
    line: u8,
    /// 1 within the picture.
    in_frame: u8,
    pending: u8,
    /// $5203, $5204.
    irq_line: u8,
    irq_on: u8,
    /// $2000, as far as sprites go: 1 while they are tall.
    tall: u8,
    /// 1: set B was written last.
    last_set: u8,
    prg_mode: u8,
    chr_mode: u8,
    protect: [u8; 2],
    ex_mode: u8,
    nametables: u8,
    fill: [u8; 2],
    /// $5113-$5117.
    prg: [u8; 5],
    chr_high: u8,
    /// $5200-$5202.
    split: [u8; 3],
    factors: [u8; 2],
    unused: [u8; 3],
}

/// The PPU is idle when M2 has fallen more often than this since its last fetch.
const IDLE: u64 = 3;
/// The fetches of a line, from its third tile on: 32 tiles, 8 sprites, 2 tiles of the next.
const SPRITES: u8 = 128;
const NEXT_LINE: u8 = 160;
const END: u8 = 168;
/// Drives of the same address that begin a line: dots 337, 338, 339, and dot 1.
const BEGINS_LINE: u8 = 4;
const SPLIT_ON: u8 = 0x80;
const SPLIT_RIGHT: u8 = 0x40;

/// A place in the split part of the picture.
struct Split {
    column: usize,
    /// Line of the split's own picture, 0-239.
    y: usize,
}

impl Board for Mmc5 {
    const WATCHES: Watches = Watches { cpu_cycles: true, ppu_address: true };
    const ANSWERS_PPU: bool = true;
    const OWN_RAM: usize = 1024;
    const HEARS_RAM: bool = false;

    fn power_on(&mut self, _cart: &Cartridge) {
        self.prg_mode = 3;
        self.chr_mode = 3;
        self.prg = [0, 0xff, 0xff, 0xff, 0xff];
    }

    fn map(&self, cart: &Cartridge, map: &mut Map) {
        match self.ex_mode {
            2 => map.own_at(0x5c00, Access::ReadWrite),
            3 => map.own_at(0x5c00, Access::Read),
            _ => {}
        }
        self.map_prg(cart, map);
        let b = self.tall != 0 && self.last_set != 0;
        for kib in 0..8 {
            map.chr(kib * 0x400, 0x400, self.chr_kib(kib * 0x400, b));
        }
        for slot in 0..4 {
            match self.nametables >> (2 * slot) & 3 {
                2 if self.ex_mode < 2 => map.own_nametable(slot),
                page @ 0..=1 => map.nametable(slot, page.into()),
                _ => map.nametable_nothing(slot),
            }
        }
    }

    fn write(&mut self, _cart: &Cartridge, write: Write) -> Touched {
        let Write { address, value, ram, .. } = write;
        match address {
            0x5000..=0x5015 => self.sound.write(address, value),
            0x2000 if self.tall == value >> 5 & 1 => return Touched::Nothing,
            0x2000 => self.tall = value >> 5 & 1,
            0x5100 => self.prg_mode = value & 3,
            0x5101 => self.chr_mode = value & 3,
            0x5102 | 0x5103 => self.protect[usize::from(address & 1)] = value & 3,
            0x5104 => self.ex_mode = value & 3,
            0x5105 => self.nametables = value,
            0x5106 => self.fill[0] = value,
            0x5107 => self.fill[1] = (value & 3) * 0x55,
            0x5113..=0x5117 => self.prg[usize::from(address - 0x5113)] = value,
            0x5120..=0x512b => self.write_chr(usize::from(address - 0x5120), value),
            0x5130 => self.chr_high = value & 3,
            0x5200..=0x5202 => self.split[usize::from(address & 3)] = value,
            0x5203 => self.irq_line = value,
            0x5204 => self.irq_on = value >> 7,
            0x5205 | 0x5206 => self.factors[usize::from(address - 0x5205)] = value,
            0x5c00..=0x5fff if self.ex_mode < 2 => {
                // Outside the picture the chip writes zeros.
                let own = ram.len().saturating_sub(Self::OWN_RAM) + usize::from(address & 0x3ff);
                if let Some(byte) = ram.get_mut(own) {
                    *byte = if self.is_drawing(self.clock) { value } else { 0 };
                }
                return Touched::Nothing;
            }
            _ => return Touched::Nothing,
        }
        match address {
            0x5000..=0x5015 | 0x5200..=0x5206 => Touched::Nothing,
            _ => Touched::Banks,
        }
    }

    fn read(&mut self, _cart: &Cartridge, address: u16, open: u8) -> Option<u8> {
        let [a, b] = self.factors.map(u16::from);
        match address {
            0x5010 => Some(0),
            0x5015 => Some(self.sound.status()),
            0x5204 => {
                let drawing = u8::from(self.is_drawing(self.clock));
                let pending = std::mem::take(&mut self.pending);
                Some(pending << 7 | drawing << 6 | open & 0x3f)
            }
            0x5205 => Some((a * b) as u8),
            0x5206 => Some(((a * b) >> 8) as u8),
            _ => None,
        }
    }

    fn ppu_address(&mut self, address: u16, m2_falls: u64) -> Touched {
        if m2_falls.wrapping_sub(self.last_fetch) > IDLE {
            // What it fetched before is forgotten, too: where nothing moves `v` in vblank, the
            // pre-render line begins with the tile that ended the picture.
            (self.in_frame, self.repeated, self.patterns) = (0, 0, 2);
        }
        self.last_fetch = m2_falls;
        self.fetch = self.fetch.saturating_add(1);
        if address & 0x2000 == 0 {
            self.patterns = self.patterns.saturating_add(1).min(2);
            return Touched::Nothing;
        }
        // Planes come in pairs: a single pattern address is dot 0's, which nobody reads.
        let in_a_row = self.name == address && self.patterns < 2;
        self.repeated = if in_a_row { (self.repeated + 1).min(BEGINS_LINE) } else { 1 };
        (self.name, self.patterns) = (address, 0);
        if self.repeated == BEGINS_LINE {
            self.begin_line();
        }
        if self.fetch & 3 == 0 {
            self.tile = address & 0x3ff;
        }
        Touched::Nothing
    }

    /// A line has 682 half-dots, which is more than 56 times 12; only where a frame
    /// ends a dot early it has 680. What begins after the picture is line 0.
    fn quiet_rises(&self) -> u32 {
        let lines = match (self.irq_on, self.pending, self.irq_line) {
            (0, ..) => return u32::MAX,
            // The next picture takes it back.
            (_, 1.., _) => 0,
            // Only a count that goes round comes to 0.
            (.., 0) => 255 - self.line,
            (.., line) if self.in_frame != 0 && line > self.line => line - self.line - 1,
            (.., line) => line,
        };
        u32::from(lines) * 56
    }

    fn cpu_cycles(&mut self, cycles: u32) {
        self.clock = self.clock.wrapping_add(cycles.into());
        self.sound.pass(cycles);
    }

    fn quiet_cycles(&self) -> u32 {
        u32::MAX
    }

    fn quiet_sound(&self) -> u32 {
        self.sound.quiet()
    }

    fn level(&self) -> i32 {
        self.sound.level()
    }

    fn ppu_read(&self, cart: &Cartridge, map: &Map, ram: &[u8], address: u16) -> u8 {
        let background = self.fetch < SPRITES || (NEXT_LINE..END).contains(&self.fetch);
        let drawn = self.in_frame != 0 && background;
        if drawn && (self.splits() || self.ex_mode == 1) {
            return self.read_otherwise(cart, map, ram, address);
        }
        if address & 0x2000 == 0 {
            let b = if self.in_frame != 0 { background } else { self.last_set != 0 };
            let kib = self.chr_kib(address, b && self.tall != 0);
            return chr_byte(cart, map, ram, kib, address & 0x3ff);
        }
        let [byte] = self.nametable_bytes(map, ram, address);
        byte
    }

    fn ppu_row(
        &mut self,
        cart: &Cartridge,
        map: &Map,
        ram: &[u8],
        fetches: &Fetches,
    ) -> Option<Row> {
        self.take_row(cart, map, ram, fetches)
    }

    fn ppu_sprites(&mut self, names: [u16; 2], _: &[u16; 8], m2_falls: [u64; 2]) -> bool {
        self.take_sprites(names, m2_falls)
    }

    fn irq(&self) -> bool {
        self.pending & self.irq_on != 0
    }

    fn sanitize(&mut self, _cart: &Cartridge) {
        self.sound.sanitize();
        self.tile &= 0x3ff;
        self.name &= 0x3fff;
        for bank in self.chr_a.iter_mut().chain(&mut self.chr_b) {
            *bank &= 0x3ff;
        }
        for flag in [
            &mut self.in_frame,
            &mut self.pending,
            &mut self.irq_on,
            &mut self.tall,
            &mut self.last_set,
        ] {
            *flag &= 1;
        }
        for two in [&mut self.prg_mode, &mut self.chr_mode, &mut self.ex_mode, &mut self.chr_high] {
            *two &= 3;
        }
        self.protect = self.protect.map(|bits| bits & 3);
        self.repeated = self.repeated.min(BEGINS_LINE);
        self.patterns = self.patterns.min(2);
        self.unused = [0; 3];
    }
}

impl Mmc5 {
    /// Whether the picture goes on when M2 has fallen so many times.
    fn is_drawing(&self, m2_falls: u64) -> bool {
        self.in_frame != 0 && m2_falls.wrapping_sub(self.last_fetch) <= IDLE
    }

    fn begin_line(&mut self) {
        self.fetch = 0;
        self.repeated = 0;
        if self.in_frame == 0 {
            (self.in_frame, self.line, self.pending) = (1, 0, 0);
            return;
        }
        self.line = self.line.wrapping_add(1);
        if self.line == self.irq_line {
            self.pending = 1;
        }
    }

    fn write_chr(&mut self, register: usize, value: u8) {
        let bank = u16::from(self.chr_high) << 8 | u16::from(value);
        match register {
            0..8 => self.chr_a[register] = bank,
            _ => self.chr_b[register - 8] = bank,
        }
        self.last_set = u8::from(register >= 8);
    }

    /// The KiB of CHR at a pattern address.
    fn chr_kib(&self, address: u16, set_b: bool) -> usize {
        let slot = usize::from(address >> 10 & 7);
        // A bank of 8 >> mode KiB is chosen by the register of its last KiB.
        let size = 8 >> self.chr_mode;
        let last = slot | (size - 1);
        let bank = if set_b { self.chr_b[last & 3] } else { self.chr_a[last] };
        usize::from(bank) * size + slot % size
    }

    fn map_prg(&self, cart: &Cartridge, map: &mut Map) {
        let [ram, p14, p15, p16, p17] = self.prg;
        let p17 = p17 | 0x80;
        self.map_8_kib(cart, map, 0x6000, ram & 0x7f);
        let banks = match self.prg_mode {
            0 => [p17 & !3, p17 & !3 | 1, p17 & !3 | 2, p17 | 3],
            1 => [p15 & !1, p15 | 1, p17 & !1, p17 | 1],
            2 => [p15 & !1, p15 | 1, p16, p17],
            _ => [p14, p15, p16, p17],
        };
        for (at, bank) in (4..).zip(banks) {
            self.map_8_kib(cart, map, at * 0x2000, bank);
        }
    }

    /// 8 KiB of ROM, where bit 7 is set, or of RAM. Boards have one chip of RAM of up
    /// to 64 KiB, or two of 8: then bit 2 says which.
    fn map_8_kib(&self, cart: &Cartridge, map: &mut Map, at: u16, bank: u8) {
        if bank & 0x80 != 0 {
            map.prg(at, 0x2000, i32::from(bank & 0x7f));
            return;
        }
        let bank = usize::from(bank & 7);
        let bank = match cart.wram().div_ceil(0x2000) {
            2 => bank >> 2,
            4 if bank > 3 => {
                map.prg_nothing(at, 0x2000);
                return;
            }
            _ => bank,
        };
        let written = self.protect == [2, 1];
        map.wram(at, 0x2000, bank, if written { Access::ReadWrite } else { Access::Read });
    }

    /// Bytes that stand in a row of the nametables, or beside each other among the
    /// attributes.
    fn nametable_bytes<const N: usize>(&self, map: &Map, ram: &[u8], address: u16) -> [u8; N] {
        let own = ram.len().saturating_sub(Self::OWN_RAM) + usize::from(address & 0x3ff);
        let at = match self.nametables >> (address >> 9 & 6) & 3 {
            2 if self.ex_mode < 2 => own,
            2 => return [0; N],
            3 => return [self.fill[usize::from(address & 0x3c0 == 0x3c0)]; N],
            _ => match map.ppu_read(address) {
                Place::Ram(at) => at,
                _ => return [0; N],
            },
        };
        ram.get(at..).and_then(|bytes| bytes.first_chunk()).copied().unwrap_or([0; N])
    }

    /// What the background's fetches give with a split, or with a bank for each tile.
    fn read_otherwise(&self, cart: &Cartridge, map: &Map, ram: &[u8], address: u16) -> u8 {
        let own = &ram[ram.len().saturating_sub(Self::OWN_RAM)..];
        let own = |at: usize| own.get(at & 0x3ff).copied().unwrap_or(0);
        let split = self.split();
        let extended = self.ex_mode == 1;
        if address & 0x2000 == 0 {
            let page = usize::from(address >> 10 & 3);
            let (kib, offset) = if let Some(Split { y, .. }) = split {
                let offset = address & 0x3f8 | (y & 7) as u16;
                (usize::from(self.split[2]) * 4 + page, offset)
            } else if extended {
                let low = usize::from(own(self.tile.into()) & 0x3f);
                ((usize::from(self.chr_high) << 6 | low) * 4 + page, address & 0x3ff)
            } else {
                (self.chr_kib(address, self.tall != 0), address & 0x3ff)
            };
            return chr_byte(cart, map, ram, kib, offset);
        }
        let is_attribute = self.fetch & 3 == 1;
        match split {
            Some(Split { column, y }) if is_attribute => {
                let byte = own(0x3c0 + y / 32 * 8 + column / 4);
                let shift = ((y / 16) & 1) * 4 + ((column / 2) & 1) * 2;
                (byte >> shift & 3) * 0x55
            }
            Some(Split { column, y }) => own(y / 8 * 32 + column),
            None if extended && is_attribute => (own(self.tile.into()) >> 6) * 0x55,
            None => {
                let [byte] = self.nametable_bytes(map, ram, address);
                byte
            }
        }
    }

    /// Whether a part of the picture is split off.
    fn splits(&self) -> bool {
        self.split[0] & SPLIT_ON != 0 && self.ex_mode < 2
    }

    /// Where this fetch lies in the split part, if it does.
    fn split(&self) -> Option<Split> {
        let [control, scroll, _] = self.split;
        if !self.splits() {
            return None;
        }
        let (column, line) = match self.fetch {
            NEXT_LINE.. => ((self.fetch - NEXT_LINE) / 4, u16::from(self.line) + 1),
            _ => (self.fetch / 4 + 2, self.line.into()),
        };
        let right = column >= control & 0x1f;
        let within = right == (control & SPLIT_RIGHT != 0) && column < 32;
        let y = usize::from(u16::from(scroll) + line) % 240;
        within.then_some(Split { column: column.into(), y })
    }
}

/// A byte of KiB `kib` of CHR.
fn chr_byte(cart: &Cartridge, map: &Map, ram: &[u8], kib: usize, offset: u16) -> u8 {
    let chr = chr(cart, map, ram);
    let at = kib * 0x400 + usize::from(offset);
    let byte = chr.get(at).or_else(|| chr.get(at.checked_rem(chr.len())?));
    byte.copied().unwrap_or(0)
}

/// The cartridge's CHR, ROM or RAM.
fn chr<'a>(cart: &'a Cartridge, map: &Map, ram: &'a [u8]) -> &'a [u8] {
    let layout = map.layout();
    if cart.chr.is_empty() {
        ram.get(layout.chr..layout.chr + layout.chr_len).unwrap_or_default()
    } else {
        &cart.chr
    }
}

#[cfg(test)]
mod tests;
