//! A picture with sprites and sound, and a loop that reaches for racy dots.
//!
//! It begins as games do: two vblanks, palette, nametable, OAM, layers on, a sample
//! that plays. Then come pieces, again and again: each waits for vblank or not, lets
//! a number of cycles pass, and does to the registers what games should not do, on
//! or about the dots at which something happens. All of it lies in the last 8 KiB,
//! which the boards that switch banks leave alone; the rest is `soup.rs`.

use std::ops::Range;

use super::chips::Value::{Any, Few, Is};
use super::chips::{IRQS, Irq, SOUNDS, Stores};
use super::random::Random;
use super::soup;
use crate::nes::{PowerOn, Region};

/// Dots at which something begins or ends.
const DOTS: &[u32] = &[
    0, 1, 2, 3, 4, 63, 64, 65, 66, 254, 255, 256, 257, 258, 260, 261, 279, 280, 281, 303, 304, 305,
    319, 320, 321, 322, 335, 336, 337, 338, 339, 340,
];
/// Layers, most of them on.
const MASKS: &[u8] = &[0x1e, 0x1e, 0x1e, 0x18, 0x1a, 0x1c, 0x0e, 0x0a, 0x08, 0x14, 0x10, 0, 0xff];
/// Where it lies in the file, and for the CPU.
const AT: usize = 16 + 0x6000;
const ORIGIN: u16 = 0xe000;
/// The table of sprites, a page below the vectors' one.
const SPRITES: u16 = 0xfe00;

/// The code as it comes to be.
pub(super) struct Scene<'a> {
    pub(super) random: &'a mut Random,
    region: Region,
    board: u16,
    /// Whether most pieces write within the picture.
    rasters: bool,
    pub(super) code: Vec<u8>,
    pieces: Vec<Range<usize>>,
}

/// The file, and where its pieces lie in it. With `rasters` most of them are such as
/// `raster.rs` makes.
pub fn rom(
    random: &mut Random,
    board: u16,
    options: &PowerOn,
    rasters: bool,
) -> (Vec<u8>, Vec<Range<usize>>) {
    let (mut rom, _) = soup::rom(random, (board != 0).then_some(board));
    if random.once_in(2) {
        // A picture with gaps, so that sprite 0 is late to hit.
        for byte in &mut rom[16 + 0x8000..] {
            *byte &= random.byte() & random.byte();
        }
    }
    if random.once_in(6) && board == 0 {
        // CHR RAM.
        (rom[5], rom[11]) = (0, 0x07);
        rom.truncate(16 + 0x8000);
    }
    rom[6] |= random.byte() & 1;
    let region = options.region;
    let mut scene = Scene { random, region, board, rasters, code: Vec::new(), pieces: Vec::new() };
    let handlers = scene.handlers();
    let reset = scene.here();
    scene.begin();
    let again = scene.here();
    let pieces = 4 + scene.random.below(40);
    for _ in 0..pieces {
        if scene.code.len() > 0x1c00 {
            break;
        }
        let begins = AT + scene.code.len();
        scene.piece();
        scene.pieces.push(begins..AT + scene.code.len());
    }
    let [low, high] = again.to_le_bytes();
    scene.emit(&[0x4c, low, high]);
    let Scene { code, pieces, random, .. } = scene;
    rom[AT..AT + code.len()].copy_from_slice(&code);
    let table = AT + usize::from(SPRITES - ORIGIN);
    rom[table..table + 256].copy_from_slice(&sprites(random));
    for (n, vector) in [handlers[0], reset, handlers[1]].into_iter().enumerate() {
        let at = AT + 0x1ffa + 2 * n;
        rom[at..at + 2].copy_from_slice(&vector.to_le_bytes());
    }
    (rom, pieces)
}

/// OAM: sprite 0 somewhere in the picture, crowds on some lines.
fn sprites(random: &mut Random) -> [u8; 256] {
    let mut oam = [0; 256];
    let (crowd, spread) = (random.byte(), random.one_of(&[4, 16, 64, 255]));
    for entry in oam.chunks_mut(4) {
        let y = crowd.wrapping_add(random.byte() % spread);
        entry.copy_from_slice(&[y, random.byte(), random.byte(), random.byte()]);
    }
    oam[0] = random.one_of(&[0, 1, 5, 30, 31, 100, 200, 223, 238, 239]);
    oam[2] &= !0x20;
    if random.once_in(3) {
        oam[3] = random.one_of(&[0, 1, 7, 8, 9, 247, 248, 250, 252, 253, 254, 255]);
    }
    oam
}

impl Scene<'_> {
    pub(super) fn emit(&mut self, bytes: &[u8]) {
        self.code.extend(bytes);
    }

    pub(super) fn here(&self) -> u16 {
        ORIGIN + self.code.len() as u16
    }

    /// LDA #value, STA address.
    pub(super) fn store(&mut self, address: u16, value: u8) {
        let [low, high] = address.to_le_bytes();
        self.emit(&[0xa9, value, 0x8d, low, high]);
    }

    /// What handlers do: NMI's address and IRQ's.
    fn handlers(&mut self) -> [u16; 2] {
        let nmi = self.here();
        self.emit(&[0x48]);
        match self.random.below(8) {
            0 => self.emit(&[0x2c, 0x02, 0x20]),
            1 => self.touch(),
            2..5 => self.store(0x4014, 2),
            _ => self.emit(&[0xe6, 0x10]),
        }
        self.emit(&[0x68, 0x40]);
        let irq = self.here();
        self.emit(&[0x48, 0x2c, 0x15, 0x40]);
        if let Some((_, _, acknowledge)) = self.irq() {
            self.board_stores(acknowledge);
        }
        if self.rasters {
            let ctrl = self.random.byte() & 0x3b;
            self.raster_write(ctrl, 0x1e);
        } else if self.random.once_in(2) {
            self.touch();
        }
        // A flag that nobody clears keeps the handler busy: at times it gives up.
        if self.random.once_in(2) {
            self.emit(&[0xba, 0xbd, 0x02, 0x01, 0x09, 0x04, 0x9d, 0x02, 0x01]);
        }
        self.emit(&[0x68, 0x40]);
        [nmi, irq]
    }

    fn irq(&self) -> Option<&'static Irq> {
        IRQS.iter().find(|(mappers, ..)| mappers.contains(&self.board))
    }

    fn sound(&self) -> Option<Stores> {
        let found = SOUNDS.iter().find(|(mappers, _)| mappers.contains(&self.board));
        found.map(|(_, stores)| *stores)
    }

    fn board_stores(&mut self, stores: Stores) {
        for (address, value) in stores {
            let value = match value {
                Is(value) => *value,
                Any => self.random.byte(),
                Few => self.random.byte() & 0x1f,
            };
            self.store(*address, value);
        }
    }

    /// From reset to the first piece.
    fn begin(&mut self) {
        self.emit(&[0x78, 0xd8, 0xa2, 0xff, 0x9a]);
        self.emit(&[0x2c, 0x02, 0x20, 0x10, 0xfb].repeat(2));
        self.store(0x2006, 0x3f);
        self.store(0x2006, 0);
        let key = self.random.byte();
        self.emit(&[0xa2, 0, 0x8a, 0x49, key, 0x8d, 7, 0x20, 0xe8, 0xe0, 32, 0xd0, 0xf5]);
        let names = 0x20 | self.random.byte() & 0x0c;
        self.store(0x2006, names);
        self.store(0x2006, 0);
        for page in [0x81, 0x82, 0x83, 0x84] {
            self.emit(&[0xbd, 0, page, 0x8d, 7, 0x20, 0xe8, 0xd0, 0xf7]);
        }
        let [low, high] = SPRITES.to_le_bytes();
        self.emit(&[0xbd, low, high, 0x9d, 0, 2, 0xe8, 0xd0, 0xf7]);
        self.emit(&[0x2c, 0x02, 0x20, 0x10, 0xfb]);
        self.store(0x2003, 0);
        self.store(0x4014, 2);
        if self.random.once_in(2) {
            self.sample();
        }
        self.store(0x4017, 0x40);
        if let Some((_, start, _)) = self.irq() {
            self.board_stores(start);
        }
        if let Some(stores) = self.sound() {
            self.board_stores(stores);
        }
        self.store(0x2006, 0);
        self.store(0x2006, 0);
        for _ in 0..2 {
            let scroll = self.random.byte();
            self.store(0x2005, scroll);
        }
        let ctrl = self.random.byte() & 0xbf;
        self.store(0x2000, ctrl);
        let mask = self.random.one_of(&MASKS[..10]);
        self.store(0x2001, mask);
        if self.random.once_in(2) {
            self.emit(&[0x58]);
        }
    }

    /// The DMC plays: any rate, length and loop.
    fn sample(&mut self) {
        let [mode, address, length, level] = [0; 4].map(|_: u8| self.random.byte());
        self.store(0x4010, mode);
        self.store(0x4011, level);
        self.store(0x4012, address);
        self.store(0x4013, length & 0x1f);
        self.store(0x4015, 0x1f);
    }

    fn piece(&mut self) {
        if self.rasters && !self.random.once_in(4) {
            self.raster();
            return;
        }
        match self.random.below(16) {
            0..6 => {
                self.vblank();
                self.delay_to_dot();
                for _ in 0..=self.random.below(3) {
                    self.touch();
                }
            }
            6 => {
                let cycles = self.random.below(400);
                self.delay(cycles);
                self.touch();
            }
            7 => self.wait_for_hit(),
            8 => {
                self.vblank();
                self.restore_layers();
            }
            9 => self.sample(),
            10 | 11 => self.compute(),
            12 => match self.irq() {
                Some((_, start, _)) => {
                    self.board_stores(start);
                    self.emit(&[0x58]);
                }
                None => self.compute(),
            },
            13 if self.sound().is_some() && self.random.once_in(2) => {
                self.board_stores(self.sound().unwrap_or_default());
            }
            13 if self.board != 0 => {
                let page = (self.random.byte() & 0xf0).max(0x50);
                let [low, value] = [self.random.byte() & 3, self.random.byte()];
                self.store(u16::from_be_bytes([page, low]), value);
            }
            13 | 14 => {
                // Sound.
                let (register, value) = (self.random.below(0x10) as u16, self.random.byte());
                self.store(0x4000 + register, value);
                self.store(0x4015, 0x1f);
                if self.random.once_in(3) {
                    let mode = self.random.one_of(&[0, 0x40, 0x80, 0xc0]);
                    self.store(0x4017, mode);
                }
            }
            _ => {
                // OAM, in vblank or at any time.
                if self.random.once_in(2) {
                    self.vblank();
                }
                let page = self.random.one_of(&[2, 2, 2, 3, 0x80, 0xfe]);
                self.store(0x4014, page);
            }
        }
    }

    pub(super) fn vblank(&mut self) {
        self.emit(&[0x2c, 0x02, 0x20, 0x10, 0xfb]);
    }

    /// Layers on and scrolled somewhere, as handlers of games end.
    fn restore_layers(&mut self) {
        let [x, y] = [0; 2].map(|_: u8| self.random.byte());
        self.store(0x2005, x);
        self.store(0x2005, y);
        let ctrl = self.random.byte() & 0xbf;
        self.store(0x2000, ctrl);
        let mask = self.random.one_of(&MASKS[..8]);
        self.store(0x2001, mask);
    }

    /// Reads $2002 until bit 6 or 5 is up, but not for ever.
    fn wait_for_hit(&mut self) {
        let count = self.random.byte();
        let flag = self.random.one_of(&[0x40, 0x40, 0x20, 0x60]);
        // LDX #n; LDA $2002; AND #flag; BNE out; DEX; BNE
        self.emit(&[0xa2, count, 0xad, 0x02, 0x20, 0x29, flag, 0xd0, 0x03, 0xca, 0xd0, 0xf6]);
        if self.random.once_in(2) {
            self.touch();
        }
    }

    /// From vblank to about a dot at which something happens.
    fn delay_to_dot(&mut self) {
        let timing = self.region.timing();
        let (lines, first) = (u32::from(timing.lines), u32::from(timing.vblank_line));
        let random = &mut *self.random;
        let line = match random.below(8) {
            0 => random.one_of(&[239, 240, first - 1, first, first + 1]),
            1 => random.one_of(&[lines - 2, lines - 1, 0, 1]),
            2 => first,
            _ => random.below(240),
        };
        let dot = if random.once_in(4) { random.below(341) } else { random.one_of(DOTS) };
        let dots = (line + lines - first) % lines * 341 + dot;
        let cycles = if self.region == Region::Pal { dots * 5 / 16 } else { dots / 3 };
        // The wait took a few; what it misses by is decided here.
        let cycles = (cycles + random.below(4)).saturating_sub(12);
        self.delay(cycles);
    }

    /// Lets about so many cycles pass.
    pub(super) fn delay(&mut self, cycles: u32) {
        const ROUND: u32 = 1286;
        let (rounds, rest) = (cycles / ROUND, cycles % ROUND);
        if rounds > 0 {
            self.emit(&[0xa0, rounds as u8, 0xa2, 0, 0xca, 0xd0, 0xfd, 0x88, 0xd0, 0xf8]);
        }
        if rest >= 7 {
            self.emit(&[0xa2, (rest / 5) as u8, 0xca, 0xd0, 0xfd]);
        }
        match rest % 5 {
            0 | 1 => {}
            2 => self.emit(&[0xea]),
            3 => self.emit(&[0x24, 0x10]),
            _ => self.emit(&[0xea, 0xea]),
        }
    }

    /// Reads, writes, or both, of a register.
    fn touch(&mut self) {
        let register: u16 = match self.random.below(20) {
            n @ 0..8 => 0x2000 + n as u16,
            8 | 9 => 0x2001,
            10 | 11 => 0x2002,
            12 => 0x2005,
            13 => 0x2006,
            14 | 15 => 0x2007,
            16 => 0x2000,
            17 => 0x4014,
            18 => 0x4015,
            _ => self.random.one_of(&[0x4016, 0x4017]),
        };
        let value = match register {
            0x2001 => self.random.one_of(MASKS),
            0x4014 => self.random.one_of(&[0, 2, 2, 3, 0x20, 0x80]),
            0x4015 => self.random.byte() | 0x0f,
            0x4017 => self.random.byte() | 0x40,
            _ => self.random.byte(),
        };
        let register = if register < 0x4000 && self.random.once_in(8) {
            register + 8 * self.random.below(0x400) as u16
        } else {
            register
        };
        let [low, high] = register.to_le_bytes();
        match self.random.below(12) {
            0..5 => self.store(register, value),
            5..8 => self.emit(&[0xad, low, high]),
            8 => self.emit(&[0xad, low, high, 0xad, low, high]),
            // INC, which writes twice.
            9 => self.emit(&[0xee, low, high]),
            10 => {
                let second = self.random.byte();
                self.store(register, value);
                self.store(register, second);
            }
            // With an index that carries: a read before the read.
            _ => self.emit(&[0xa2, low.wrapping_add(1), 0xbd, 0xff, high.wrapping_sub(1)]),
        }
    }

    /// Instructions that only compute, on plain memory.
    fn compute(&mut self) {
        const OPCODES: &[u8] = &[
            0xa5, 0xb5, 0xa1, 0xb1, 0x65, 0x75, 0x71, 0xe5, 0xf5, 0xc5, 0xd5, 0x85, 0x95, 0x81,
            0xe6, 0xf6, 0xc6, 0x06, 0x16, 0x26, 0x46, 0x66, 0x76, 0x05, 0x15, 0x25, 0x45, 0x24,
            0xa6, 0xb6, 0xa4, 0xb4, 0x69, 0xe9, 0xc9, 0xa9, 0xa2, 0xa0, 0xe0, 0x29, 0x49, 0x09,
        ];
        const ABSOLUTE: &[u8] = &[
            0xbd, 0xb9, 0x7d, 0xf9, 0xdd, 0x9d, 0x99, 0xfe, 0xde, 0x1e, 0x3e, 0x5e, 0x7e, 0xad,
            0x8d,
        ];
        const SINGLE: &[u8] = &[
            0xaa, 0x8a, 0xa8, 0x98, 0xe8, 0xc8, 0xca, 0x88, 0x18, 0x38, 0x0a, 0x4a, 0x2a, 0x6a,
            0x48, 0x68, 0x08, 0xb8, 0xba, 0xea,
        ];
        for _ in 0..4 + self.random.below(12) {
            match self.random.below(8) {
                0..4 => {
                    let bytes = [self.random.one_of(OPCODES), self.random.byte()];
                    self.emit(&bytes);
                }
                4 | 5 => {
                    let page = self.random.one_of(&[3, 4, 5, 6, 7, 0x1f]);
                    let bytes = [self.random.one_of(ABSOLUTE), self.random.byte(), page];
                    self.emit(&bytes);
                }
                6 => {
                    // A branch over one byte.
                    let branch = 0x10 | self.random.byte() & 0xe0;
                    self.emit(&[branch, 1, 0xe8]);
                }
                _ => {
                    let opcode = self.random.one_of(SINGLE);
                    self.emit(&[opcode]);
                }
            }
        }
    }
}
