//! A line's fetches at once, for lines in the middle of a picture.
//!
//! ```text
//!  dots      fetches of the line    here
//!  1-256       0-127   32 tiles     take_row
//!  257-320   128-159   8 sprites    take_sprites
//!  321-340   160-170   2 tiles, two bytes that nobody uses: each by itself
//! ```
//!
//! Where the line before ended as lines do, the first fetch begins this one, and of the
//! others nothing comes but that they are counted: the state behind them is known.
//! What they read hangs on nothing that moves within the line, so that a row of a
//! nametable and four KiB of patterns are looked up once. With a split, or a bank for each tile,
//! each byte is asked for by itself.

use super::{BEGINS_LINE, IDLE, Mmc5, NEXT_LINE, SPRITES, chr};
use crate::nes::bits::Scroll;
use crate::nes::board::{Board, Fetches};
use crate::nes::cart::Cartridge;
use crate::nes::cart::map::Map;
use crate::nes::ppu::{Row, row_at};

impl Mmc5 {
    /// A line that goes on with the picture. Of its first tile the first address begins
    /// it; then nothing comes of the others but that they are counted.
    pub fn take_row(
        &mut self,
        cart: &Cartridge,
        map: &Map,
        ram: &[u8],
        fetches: &Fetches,
    ) -> Option<Row> {
        let Fetches { first, table, m2_falls: [begin, end] } = *fetches;
        let name = first.tile_address();
        let goes_on = self.in_frame != 0 && begin.wrapping_sub(self.last_fetch) <= IDLE;
        let begins = self.name == name && self.patterns < 2 && self.repeated + 1 == BEGINS_LINE;
        if !(goes_on && begins) {
            return None;
        }
        self.begin_line();
        let row = self.plain_row(cart, map, ram, first, table);
        let row = row.unwrap_or_else(|| self.any_row(cart, map, ram, first, table));
        // The last tile is in the other nametable a column back, but for the left edge's.
        let mut last = first;
        last.0 ^= 0x0400;
        last.0 = if first.0 & 0x1f == 0 { first.0 | 0x1f } else { last.0 - 1 };
        self.tile = last.tile_address() & 0x3ff;
        self.name = last.attribute_address();
        self.repeated = if self.name == last.tile_address() { 2 } else { 1 };
        self.fetch = SPRITES - 1;
        self.patterns = 2;
        self.last_fetch = end;
        Some(row)
    }

    /// The sprites behind such a line.
    pub fn take_sprites(&mut self, [_, name]: [u16; 2], [begin, end]: [u64; 2]) -> bool {
        let goes_on = begin.wrapping_sub(self.last_fetch) <= IDLE;
        if self.fetch != SPRITES - 1 || self.patterns != 2 || !goes_on {
            return false;
        }
        self.fetch = NEXT_LINE - 1;
        self.tile = name & 0x3ff;
        self.name = name;
        self.repeated = 2;
        self.last_fetch = end;
        true
    }

    /// The tiles of a line that is drawn, each fetch by itself.
    fn any_row(
        &mut self,
        cart: &Cartridge,
        map: &Map,
        ram: &[u8],
        first: Scroll,
        table: u16,
    ) -> Row {
        let mut row = Row { last: 0, attributes: 0, planes: [[0; 2]; 32] };
        let mut v = first;
        for (n, planes) in (0..).zip(&mut row.planes) {
            self.tile = v.tile_address() & 0x3ff;
            let mut read = |of_tile: u8, address: u16| {
                self.fetch = 4 * n + of_tile;
                self.ppu_read(cart, map, ram, address)
            };
            row.last = read(0, v.tile_address());
            let attribute = read(1, v.attribute_address()) >> v.attribute_shift() & 3;
            row.attributes |= u64::from(attribute) << (2 * n);
            let at = u16::from(row.last) << 4 | table | v.fine_y();
            *planes = [read(2, at), read(3, at | 8)];
            v.next_tile();
        }
        row
    }

    /// The same where there is neither a split nor a bank for each tile.
    fn plain_row(
        &self,
        cart: &Cartridge,
        map: &Map,
        ram: &[u8],
        v: Scroll,
        table: u16,
    ) -> Option<Row> {
        if self.splits() || self.ex_mode == 1 {
            return None;
        }
        let names = v.tile_address() & !0x1f;
        let attributes = v.attribute_address() & !0x07;
        let names = [names, names ^ 0x0400].map(|at| self.nametable_bytes(map, ram, at));
        let attributes =
            [attributes, attributes ^ 0x0400].map(|at| self.nametable_bytes(map, ram, at));
        let (numbers, attributes) = row_at(v, &names, attributes);
        let mut patterns: [&[u8]; 4] = [&[]; 4];
        for (kib, page) in (0..).zip(&mut patterns) {
            let kib = self.chr_kib(table | kib << 10, self.tall != 0);
            *page = chr_page(cart, map, ram, kib)?;
        }
        let fine_y = usize::from(v.fine_y());
        let planes = numbers.map(|number| {
            let page = patterns[usize::from(number >> 6)];
            let at = usize::from(number & 0x3f) << 4 | fine_y;
            [page[at], page[at | 8]]
        });
        Some(Row { last: numbers[31], attributes, planes })
    }
}

/// KiB `kib` of CHR, where the chip has it in one piece.
fn chr_page<'a>(cart: &'a Cartridge, map: &Map, ram: &'a [u8], kib: usize) -> Option<&'a [u8]> {
    let chr = chr(cart, map, ram);
    let at = (kib * 0x400).checked_rem(chr.len())?;
    chr.get(at..at + 0x400)
}
