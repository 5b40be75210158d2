//! Two calm dots at once behind the picture: an address, and the byte there.
//!
//! `margin.rs` runs dots 257-340 as one; where a write to a register cuts them, their
//! fetches still come in pairs of an odd dot and an even one:
//!
//! | dots & 7 | 257-320: a sprite | 321-336: a tile |
//! |---|---|---|
//! | 1 2 | a name; Y, and the row | its number |
//! | 3 4 | a name; the attributes | its attribute |
//! | 5 6 | X; the low plane | the low plane |
//! | 7 0 | the high plane | the high plane, and into the registers |
//!
//! In between, OAM2's byte is in the buffer half a dot after its address.

use super::fetch::PLANE;
use super::{Ppu, Screen, VideoBus};

impl Ppu {
    /// Half-dots of a pair.
    pub(super) const PAIR: u32 = 4;

    /// Runs two calm dots from an even one of 256-334. False, and nothing done, where
    /// a dot counts.
    #[inline(never)]
    pub(super) fn run_pair(&mut self, bus: &mut impl VideoBus, screen: &mut impl Screen) -> bool {
        let dot = self.dot;
        if self.sprite0_hit_in > 0 || dot & 1 == 1 || !(256..336).contains(&dot) {
            return false;
        }
        let [newest, second, leaving] = self.pipeline;
        if dot < 260 {
            let both = [leaving, second].map(|colour| self.tinted(colour));
            let left = usize::from(260 - dot - 1).min(2);
            screen.pixels(dot - 3, self.line, &both[..left]);
        }
        self.pipeline = [newest; 3];
        if dot < 320 {
            self.fetch_sprite_pair(bus);
        } else {
            self.shift_dots(2);
            self.fetch_dots(bus, dot, 2);
            self.evaluation.set_buffer(self.oam2[0]);
        }
        self.dot += 2;
        self.settle_overflow();
        self.end_tile();
        true
    }

    #[inline(always)]
    fn fetch_sprite_pair(&mut self, bus: &mut impl VideoBus) {
        let first = self.dot == 256;
        let slot = usize::from((self.dot - 256) >> 3 & 7);
        let step = self.dot & 7;
        if first {
            self.v.next_line();
            self.evaluation.begin_fetches();
        }
        let e = &mut self.evaluation;
        e.line_has_sprite0 = e.next_has_sprite0;
        e.oam_address = 0;
        let before = e.buffer;
        let byte = |at: u8| usize::from(at & 31);
        let address = if step < 4 {
            e.buffer = self.oam2[byte(e.oam2_address)];
            e.next_oam2();
            self.v.tile_address()
        } else {
            if step == 4 {
                self.sprites.counter[slot] = before;
            }
            e.buffer = self.oam2[byte(e.oam2_address)];
            self.update_sprite_address();
            let plane = if step == 6 { PLANE } else { 0 };
            self.pattern_address = (self.pattern_address & !PLANE) | plane;
            self.pattern_address
        };
        self.drive(bus, address);
        self.latch = address as u8;
        bus.pass(2);
        if first {
            self.shift_background();
            self.v.copy_horizontal(self.t);
        }
        let page = if step < 4 { self.v.tile_address() } else { address };
        self.address = (page & 0xff00) | u16::from(self.latch);
        let fetched = self.read_video(bus);
        bus.pass(2);
        let e = &mut self.evaluation;
        e.latched = e.buffer;
        let next = self.oam2[byte(e.oam2_address)];
        match step {
            0 => {
                e.row = (self.line & 0xff).wrapping_sub(u16::from(e.buffer));
                e.next_oam2();
            }
            2 => self.sprites.attributes[slot] = e.buffer,
            4 => self.sprites.low[slot] = self.sprite_plane(fetched, slot),
            _ => {
                self.sprites.high[slot] = self.sprite_plane(fetched, slot);
                self.evaluation.next_oam2();
            }
        }
        if step < 4 {
            self.fetched = fetched;
            let tile = self.evaluation.entry(&self.oam2)[1];
            self.pattern_address = (self.pattern_address & 0x100f) | u16::from(tile) << 4;
        }
        let e = &mut self.evaluation;
        (e.next_buffer, e.buffer) = (next, next);
    }
}
