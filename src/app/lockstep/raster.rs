//! Writes within the picture, line after line, as raster effects make them.
//!
//! A loop that lasts some lines. Its body writes what such programs write: a new
//! scroll by $2006, $2005, $2005 and $2006, half of one, another nametable, tints,
//! rendering off for some dots, and a colour through $2007 meanwhile. In between
//! it lets a few cycles pass, so that each round begins at another dot; what it
//! writes comes from tables and changes from round to round.

use super::scene::Scene;

/// Where the loop counts its rounds.
const ROUND: u8 = 0x11;
/// A body that is as long is no piece any more that is easily looked through.
const LONGEST: usize = 120;

impl Scene<'_> {
    /// Waits for the picture and writes into it for some lines.
    pub(super) fn raster(&mut self) {
        self.vblank();
        let layers = self.random.one_of(&[0x1e, 0x1e, 0x18, 0x0a, 0x14, 0x1c]);
        let ctrl = self.random.byte() & 0x3b;
        self.store(0x2000, ctrl);
        self.store(0x2001, layers);
        let line = 21 + self.random.below(200);
        let dots = self.random.below(341);
        self.delay((line * 341 + dots) / 3);
        let rounds = 4 + self.random.byte() % 80;
        self.emit(&[0xa9, rounds, 0x85, ROUND]);
        let top = self.here();
        let begins = self.code.len();
        for _ in 0..=self.random.below(6) {
            if self.code.len() - begins < LONGEST {
                self.raster_write(ctrl, layers);
            }
            if self.random.once_in(2) {
                self.pause();
            }
        }
        let [low, high] = top.to_le_bytes();
        // DEC round; BEQ out; JMP top
        self.emit(&[0xc6, ROUND, 0xf0, 0x03, 0x4c, low, high]);
    }

    /// One effect, with the layers and the rest of $2000 as they are.
    pub(super) fn raster_write(&mut self, ctrl: u8, layers: u8) {
        match self.random.below(12) {
            0..3 => {
                // A whole scroll, at times with `w` put right before.
                if self.random.once_in(2) {
                    self.emit(&[0x2c, 0x02, 0x20]);
                }
                for register in [6, 5, 5, 6] {
                    self.put(register, 0xff);
                }
            }
            3 | 4 => {
                for _ in 0..2 {
                    self.put(5, 0xff);
                }
            }
            // One half, so that the next one is the other.
            5 => {
                let register = self.random.one_of(&[5, 6]);
                self.put(register, 0xff);
            }
            6 => {
                self.put(6, 0x3f);
                self.put(6, 0xff);
            }
            7 => {
                let nametable = self.random.byte() & 3;
                self.store(0x2000, ctrl & 0xfc | nametable);
            }
            8 => {
                let tint = self.random.byte() & 0xe1;
                self.store(0x2001, layers | tint);
            }
            9 | 10 => self.blank(layers),
            _ => {
                let address = self.random.one_of(&[0x2000, 0x2001, 0x2003, 0x2004, 0x2007]);
                let value = self.random.byte() & 0x3f;
                self.store(address, value);
            }
        }
    }

    /// Rendering off, perhaps an address and some bytes there, and on again.
    fn blank(&mut self, layers: u8) {
        let tint = self.random.one_of(&[0, 0, 0xe1]) & self.random.byte();
        self.store(0x2001, tint);
        if self.random.once_in(2) {
            self.pause();
        }
        if self.random.once_in(3) {
            let high = self.random.one_of(&[0x20, 0x23, 0x3f, 0x3f]);
            self.store(0x2006, high);
            self.put(6, 0x1f);
        }
        for _ in 0..self.random.below(4) {
            if self.random.once_in(6) {
                self.emit(&[0xad, 0x07, 0x20]);
            } else {
                self.put(7, 0xff);
            }
        }
        if self.random.once_in(3) {
            self.put(6, 0x3f);
            self.put(6, 0xff);
        }
        self.store(0x2001, layers);
    }

    /// Stores to a register what may be another value in each round.
    fn put(&mut self, register: u8, mask: u8) {
        // The byte that shows first is the high one of the address, or of a pointer.
        let high = self.random.one_of(&[0x20, 0x20, 0x20, 0x20, 0x3f, 0x38]);
        let coarse = if register == 5 && !self.random.once_in(4) { 0xf8 } else { 0xff };
        let (low, page) = (self.random.byte(), self.random.one_of(&[0x81, 0x83, 0xa0, 0xfe]));
        match self.random.below(4) {
            0 => {
                let value = self.random.byte();
                self.emit(&[0xa9, value & mask & coarse]);
            }
            // LDY round; LDA table,Y; AND #mask
            1 => self.emit(&[0xa4, ROUND, 0xb9, low, page, 0x29, mask & coarse]),
            // LDA round; ASL; ASL; ASL; AND #mask
            2 => self.emit(&[0xa5, ROUND, 0x0a, 0x0a, 0x0a, 0x29, mask & coarse]),
            _ => self.emit(&[0xa5, ROUND, 0x29, mask & coarse]),
        }
        self.emit(&[0x8d, register, high]);
    }

    /// Lets up to a line pass.
    fn pause(&mut self) {
        let most = self.random.one_of(&[12, 40, 114]);
        let cycles = self.random.below(most);
        self.delay(cycles);
    }
}
