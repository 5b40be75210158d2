//! The picture's 256 dots of a calm line at once.
//!
//! `tiles.rs` runs eight calm dots as one, and 32 of these in a row need not take
//! turns, either. The fetches of a line touch nothing that its pixels or its
//! evaluation look at, but for the registers that the fetched tiles pass through;
//! the pixels come from those tiles and from sprites that the line before has
//! fetched; the evaluation reads OAM and writes OAM2, which nobody else does here.
//! So each can be done for the whole line, one after the other:
//!
//! ```text
//!  registers | 32 tiles    34 tiles of palette indices, the first two fetched
//!            |             before; fine X says at which of their pixels to begin
//!  sprites                 256 pixels of them, the last in OAM2's order drawn first
//!  evaluation              a scan, as long as fewer than eight are in range:
//!                          two dots for a sprite out of range, eight for another
//! ```
//!
//! A line on which sprite 0 may be hit is left to `tiles.rs`: the dot counts.

use zerocopy::IntoBytes;

use super::shifters::{Sprites, spread};
use super::sprites::Evaluation;
use super::{Ppu, Screen, VideoBus};

/// Tiles that a line's pixels and the registers behind them come from.
const TILES: usize = 34;

/// Pixels of sprites: a palette index, or 0; and whether it is in front.
type SpriteLine = [u8; 264];
const FRONT: u8 = 0x20;
const INDEX: u8 = 0x1f;

impl Ppu {
    /// Runs dots 1-256 of a line from its dot 0. False, and nothing done, where
    /// sprite 0 may be hit.
    #[inline(always)]
    pub(super) fn run_line(&mut self, bus: &mut impl VideoBus, screen: &mut impl Screen) -> bool {
        if self.sprite0_hit_in > 0 || self.may_hit_sprite0() && !self.sprites.is_empty(0) {
            return false;
        }
        let mut tiles = self.first_tiles();
        for tile in &mut tiles[2..] {
            self.fetch_tile(bus);
            let [low, high] = [self.tile_plane_low, self.tile_plane_high];
            *tile = tile_indices(low, high, self.attribute).to_le();
        }
        self.draw_line(screen, &tiles);
        self.sprites.pass_line();
        self.evaluate_line();
        self.dot = 256;
        self.end_tile();
        true
    }

    /// The two tiles that stand in the shift registers, and room for more.
    fn first_tiles(&self) -> [u64; TILES] {
        let [second_low, first_low] = self.tile_low.to_le_bytes();
        let [second_high, first_high] = self.tile_high.to_le_bytes();
        let opaque = first_low | first_high;
        let first = tile_indices(first_low, first_high, 0)
            | spread(self.attribute_low & opaque) << 2
            | spread(self.attribute_high & opaque) << 3;
        let mut tiles = [0; TILES];
        tiles[0] = first.to_le();
        tiles[1] = tile_indices(second_low, second_high, self.attribute_latch & 3).to_le();
        tiles
    }

    fn draw_line(&mut self, screen: &mut impl Screen, tiles: &[u64; TILES]) {
        let mut indices = [0; 256];
        if self.mask.background_at(8) {
            indices.copy_from_slice(&tiles.as_bytes()[usize::from(self.fine_x & 7)..][..256]);
            if !self.mask.background_at(0) {
                indices[..8].fill(0);
            }
        }
        if self.mask.sprites_at(8) && !self.sprites.are_empty() {
            let mut sprites = self.sprites.draw_line();
            if !self.mask.sprites_at(0) {
                sprites[..8].fill(0);
            }
            for (index, sprite) in indices.iter_mut().zip(sprites) {
                let shows = sprite != 0 && (*index == 0 || sprite & FRONT != 0);
                *index = if shows { sprite & INDEX } else { *index };
            }
        }
        let colours = self.palette.map(|colour| self.tinted(colour));
        let pixels = indices.map(|index| colours[usize::from(index & INDEX)]);
        // The last three are on their way.
        screen.pixels(0, self.line, &pixels[..253]);
        let last = [indices[255], indices[254], indices[253]];
        self.pipeline = last.map(|index| self.palette[usize::from(index & INDEX)]);
    }

    /// Dots 1-256 of the evaluation.
    fn evaluate_line(&mut self) {
        if self.evaluation.begins_aligned()
            && let Some(scan) = self.scan_sprites()
        {
            self.oam2 = scan.oam2;
            self.evaluation.finish_scan(&scan, &self.oam);
            self.settle_overflow();
            return;
        }
        self.dot = 0;
        for _ in 0..8 {
            self.clear_four();
        }
        for _ in 0..24 {
            self.evaluate_four();
        }
    }

    /// Which sprites are on the next line; `None` if they fill OAM2.
    fn scan_sprites(&self) -> Option<Scan> {
        let height = self.ctrl.sprite_height();
        let line = self.line & 0xff;
        let mut scan = Scan { oam2: [0xff; 32], found: 0, has_first: false, last_row: 0 };
        let (entries, _) = self.oam.as_chunks::<4>();
        for (n, entry) in entries.iter().enumerate() {
            scan.last_row = line.wrapping_sub(u16::from(entry[0]));
            let place = scan.oam2.get_mut(scan.found * 4..scan.found * 4 + 4)?;
            if scan.last_row < height {
                place.copy_from_slice(entry);
                scan.found += 1;
                scan.has_first |= n == 0;
            } else {
                place[0] = entry[0];
            }
        }
        (scan.found < 8).then_some(scan)
    }
}

/// What an evaluation found.
pub struct Scan {
    oam2: [u8; 32],
    /// Sprites in range, fewer than eight.
    pub found: usize,
    /// The first of OAM is one of them.
    pub has_first: bool,
    /// Line within the last sprite of OAM.
    pub last_row: u16,
}

impl Scan {
    /// The dots that are left when all of OAM was seen: in each two of them the
    /// pointer goes on to the next sprite, and nothing is written.
    pub fn idle_steps(&self) -> u8 {
        96 - 64 - 3 * self.found as u8
    }

    /// The byte of OAM2 at which it stopped.
    pub fn shown(&self) -> u8 {
        self.oam2[(self.found * 4) & 31]
    }
}

impl Evaluation {
    /// Where the scan ends, with the bytes that stand in the buffers then.
    fn finish_scan(&mut self, scan: &Scan, oam: &[u8; 256]) {
        self.end_of_scan(scan);
        self.set_buffer(scan.shown());
        self.latched = oam[usize::from(self.oam_address.wrapping_sub(4))];
    }
}

impl Sprites {
    /// Whether a sprite has nothing to show.
    fn is_empty(&self, slot: usize) -> bool {
        self.low[slot] | self.high[slot] == 0
    }

    fn are_empty(&self) -> bool {
        u64::from_le_bytes(self.low) | u64::from_le_bytes(self.high) == 0
    }

    /// All pixels of a line; the first sprite in OAM2's order hides the others.
    fn draw_line(&self) -> SpriteLine {
        let mut line = [0; 264];
        for slot in (0..8).rev().filter(|slot| !self.is_empty(*slot)) {
            let [low, high] = [self.low[slot], self.high[slot]];
            let opaque = spread(low | high);
            let front = if self.is_in_front(slot) { FRONT } else { 0 };
            let colours = 0x10 | (self.attributes[slot] & 3) << 2 | front;
            let indices = spread(low) | spread(high) << 1 | (opaque * u64::from(colours));
            let x = usize::from(self.counter[slot]);
            if let Some(place) = line[x..].first_chunk_mut::<8>() {
                let behind = u64::from_le_bytes(*place) & !(opaque * 0xff);
                *place = (behind | indices).to_le_bytes();
            }
        }
        line
    }

    /// 256 dots: every counter runs out, every register shifts from there on.
    fn pass_line(&mut self) {
        for slot in 0..8 {
            let shifts = (256 - u32::from(self.counter[slot])).min(8);
            self.low[slot] = (u16::from(self.low[slot]) << shifts) as u8;
            self.high[slot] = (u16::from(self.high[slot]) << shifts) as u8;
        }
        self.counter = [0; 8];
    }
}

/// Palette indices of a tile's eight pixels, the leftmost in the lowest byte.
#[inline(always)]
fn tile_indices(low: u8, high: u8, attribute: u8) -> u64 {
    let colours = spread(low) | spread(high) << 1;
    colours | (spread(low | high) * u64::from(attribute << 2))
}
