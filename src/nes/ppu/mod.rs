//! The PPU, dot by dot and half-dot by half-dot.
//!
//! ```text
//!  line    0-239   picture      each line: see `dots.rs`
//!          240     nothing
//!          241     dot 1: vblank flag, NMI         (Dendy: 291)
//!          261     pre-render: dot 1 flags fall    (PAL, Dendy: 311)
//! ```
//!
//! What the CPU writes takes effect some dots later, by CPU/PPU alignment; what
//! it reads is sampled at the start or at the end of its access, almost two
//! dots apart. Both are the machine's business in `system.rs` as far as they
//! span dots, and this module's as far as they happen at one.
//!
//! <https://www.nesdev.org/wiki/PPU_rendering>, <https://www.nesdev.org/wiki/PPU_registers>

mod a12;
mod blank;
mod calm;
mod crowd;
mod data_port;
mod delays;
mod dots;
mod fetch;
mod gap;
mod inks;
mod line;
mod margin;
mod part;
mod picture;
mod pixel;
mod registers;
mod segment;
mod shifters;
mod sprites;
mod status;
mod tiles;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::bits::{Ctrl, Flag, Mask, Scroll};
use super::fields::fields;
use super::region::Timing;
pub use a12::{FALLS_APART, RISES_APART};
pub use crowd::Crowd;
use data_port::DataPort;
pub use line::row_at;
use shifters::Sprites;
use sprites::Evaluation;

/// The memory on the PPU's bus: pattern tables and nametables. Palette and OAM
/// are inside the chip.
pub trait VideoBus {
    /// Reads at `address` ($0000-$3FFF).
    fn read(&mut self, address: u16) -> u8;
    /// Writes at `address`.
    fn write(&mut self, address: u16, value: u8);
    /// The address pins changed.
    fn drive(&mut self, address: u16);
    /// So many half-dots passed, in a run of more than one.
    fn pass(&mut self, half_dots: u32);
    /// What of the address pins somebody listens to.
    fn hears(&self) -> Hears;
    /// The KiB of memory in which `address` lies, where memory answers.
    fn kib(&self, address: u16) -> Option<&Kib>;
    /// All that dots 1-256 of a line drive and read, told and answered at once, for
    /// somebody who hears everything. `None`, and nothing done, where it takes each.
    fn row(&mut self, first: Scroll, table: u16) -> Option<Row>;
    /// The same where memory answers: the tiles have these numbers. False, and nothing
    /// done, where it takes each.
    fn tiles(&mut self, first: Scroll, table: u16, numbers: &[u8; 32]) -> bool;
    /// The same for the sprites' fetches in dots 257-320, told and not answered: each
    /// sprite's two nametable bytes, the very first address by itself, and its planes.
    /// False, and nothing done, where it takes each.
    fn sprites(&mut self, names: [u16; 2], patterns: &[u16; 8]) -> bool;
}

/// The 32 tiles that a line fetches for itself.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    /// The number of the last one.
    pub last: u8,
    /// Their palettes, two bits each, the first tile's lowest.
    pub attributes: u64,
    /// Their two planes on this line.
    pub planes: [[u8; 2]; 32],
}

/// A page of the PPU's bus.
pub type Kib = [u8; 1024];

/// Which address pins of the PPU the cartridge listens to, beside the memory there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hears {
    /// None.
    Nothing,
    /// A12 alone: of the addresses that leave it as it is, it need not be told.
    A12,
    /// The same, and of lows only those in which M2 falls three times: a shorter one counts
    /// for nothing, and the next one leaves no trace of it.
    LongLows,
    /// All of them.
    Everything,
}

/// Where pixels go.
pub trait Screen {
    /// A pixel of the picture: colour and emphasis as in [`super::Frame`].
    fn pixel(&mut self, x: u16, y: u16, colour: u16);
    /// Some pixels of a line, from `x` on.
    fn pixels(&mut self, x: u16, y: u16, colours: &[u16]);
}

/// The PPU's registers, memories and position.
#[derive(Clone, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Ppu {
    /// CPU cycle at which each bit of the register bus was last driven.
    refreshed: [u64; 8],
    line: u16,
    dot: u16,
    v: Scroll,
    t: Scroll,
    /// What stands on the address pins; the low byte is data after a read.
    address: u16,
    /// The pattern address register: table, tile, plane, row.
    pattern_address: u16,
    /// `t` as the second write to $2006 left it, `v` as it was then.
    copy_value: Scroll,
    copy_over: Scroll,
    tile_low: u16,
    tile_high: u16,
    evaluation: Evaluation,
    ctrl: Ctrl,
    /// $2001 as it is in force, bit by bit as the delays run out.
    mask: Mask,
    /// The show bits as fetches and evaluation see them, a dot or two later.
    late_mask: Mask,
    /// $2001 as written.
    new_mask: u8,
    /// Some write to a register has still to take effect.
    delayed: Flag,
    mask_in: u8,
    tint_in: u8,
    corruption_in: u8,
    /// Rendering was on when $2001 was written.
    was_rendering: Flag,
    fine_x: u8,
    /// The shared toggle of $2005 and $2006.
    second_write: Flag,
    scroll_value: u8,
    scroll_in: u8,
    copy_in: u8,
    /// `v` was copied in this dot: a scroll step in the same dot mixes.
    copied: Flag,
    /// The register bus.
    bus: u8,
    /// The address latch on the board: the low byte while AD carries data.
    latch: u8,
    /// An address is being latched; a byte is being read.
    latching: Flag,
    reading: Flag,
    vblank: Flag,
    vblank_next: Flag,
    vblank_set: Flag,
    vblank_set_was_off: Flag,
    vblank_set_seen: Flag,
    status_read: Flag,
    sprite0_hit: Flag,
    sprite0_hit_readable: Flag,
    sprite0_hit_in: u8,
    sprite0_armed: Flag,
    overflow: Flag,
    overflow_latched: Flag,
    overflow_readable: Flag,
    odd_frame: Flag,
    /// The line began at dot 1.
    skipped_dot: Flag,
    /// After the reset button, registers ignore writes until the first pre-render line.
    warming_up: Flag,
    /// The byte that $2007 gives next.
    read_buffer: u8,
    tile_plane_low: u8,
    tile_plane_high: u8,
    attribute_low: u8,
    attribute_high: u8,
    attribute: u8,
    attribute_latch: u8,
    fetched: u8,
    /// What the half-dot does with `fetched`.
    commit: u8,
    /// Colours on their way to the screen.
    pipeline: [u8; 3],
    port: DataPort,
    sprites: Sprites,
    oam2: [u8; 32],
    palette: [u8; 32],
    oam: [u8; 256],
}

fields! {
    Ppu: refreshed, line, dot, v, t, address, pattern_address, copy_value, copy_over,
        tile_low, tile_high, evaluation => Evaluation, ctrl, mask, late_mask, new_mask,
        delayed, mask_in, tint_in, corruption_in, was_rendering, fine_x, second_write,
        scroll_value, scroll_in, copy_in, copied, bus, latch, latching, reading, vblank,
        vblank_next, vblank_set, vblank_set_was_off, vblank_set_seen, status_read,
        sprite0_hit, sprite0_hit_readable, sprite0_hit_in, sprite0_armed, overflow,
        overflow_latched, overflow_readable, odd_frame, skipped_dot, warming_up, read_buffer, tile_plane_low,
        tile_plane_high, attribute_low, attribute_high, attribute, attribute_latch, fetched,
        commit, pipeline, port => DataPort, sprites => Sprites, oam2, palette, oam
}

impl Ppu {
    /// As after a cold start: line 0, dot 0. Registers take writes at once; only
    /// the reset button, or less than 20 seconds without power, holds them.
    /// <https://www.nesdev.org/wiki/PPU_power_up_state>
    pub fn power_on() -> Self {
        let mut ppu: Self = zerocopy::FromZeros::new_zeroed();
        ppu.odd_frame = Flag::ON;
        ppu.sprite0_armed = Flag::ON;
        ppu.oam2 = [0xff; 32];
        ppu.palette = POWER_ON_PALETTE;
        ppu.port = DataPort::power_on();
        ppu
    }

    /// The reset button of an NES (a Famicom's does not reach the PPU).
    pub fn reset(&mut self) {
        self.ctrl = Ctrl(0);
        self.mask = Mask(0);
        self.new_mask = 0;
        self.t = Scroll(0);
        self.fine_x = 0;
        self.second_write = Flag::OFF;
        self.scroll_in = 0;
        self.read_buffer = 0;
        self.odd_frame = Flag::OFF;
        self.line = 0;
        self.dot = 0;
        self.warming_up = Flag::ON;
    }

    /// The scanline and the dot.
    pub fn position(&self) -> (u16, u16) {
        (self.line, self.dot)
    }

    /// The level that /NMI follows.
    #[inline(always)]
    pub fn nmi(&self) -> bool {
        self.vblank.on() && self.ctrl.nmi()
    }

    /// A colour of palette RAM.
    pub fn palette(&self, address: u16) -> u8 {
        self.palette[palette_index(address)] & 0x3f
    }

    /// Whether the chip blanks: rendering off, or no line to render.
    #[inline(always)]
    pub fn blanking(&self, timing: &Timing) -> bool {
        !self.mask.rendering() || (self.line >= 240 && self.line != timing.lines - 1)
    }

    /// Bounds every index, for a state restored from any bytes.
    pub fn sanitize(&mut self, timing: &Timing) {
        self.line %= timing.lines;
        self.dot %= 341;
        self.v.0 &= 0x7fff;
        self.t.0 &= 0x7fff;
        self.copy_value.0 &= 0x7fff;
        self.copy_over.0 &= 0x7fff;
        self.address &= 0x7fff;
        self.pattern_address &= 0x1fff;
        self.fine_x &= 7;
        self.sprite0_hit_in = self.sprite0_hit_in.min(pixel::HIT_DELAY);
        self.settle_delays();
        self.evaluation.sanitize();
    }
}

/// What palette RAM holds at power-on. It is another on each console, and the
/// same each time on one; this is the console on which blargg measured
/// `power_up_palette`.
const POWER_ON_PALETTE: [u8; 32] = [
    0x09, 0x01, 0x00, 0x01, 0x00, 0x02, 0x02, 0x0d, 0x08, 0x10, 0x08, 0x24, 0x00, 0x00, 0x04, 0x2c,
    0x09, 0x01, 0x34, 0x03, 0x00, 0x04, 0x00, 0x14, 0x08, 0x3a, 0x00, 0x02, 0x00, 0x20, 0x2c, 0x08,
];

/// $3F10, $3F14, $3F18 and $3F1C are the same bytes as $3F00, $3F04, …
fn palette_index(address: u16) -> usize {
    usize::from(if address & 3 == 0 { address & 0x0f } else { address & 0x1f })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registers_take_writes_from_a_cold_start_and_not_after_a_reset() {
        let mut ppu = Ppu::power_on();
        ppu.write_ctrl(0x80, 0);
        assert!(ppu.ctrl.nmi());
        ppu.reset();
        ppu.write_ctrl(0x80, 0);
        assert!(!ppu.ctrl.nmi());
    }
}
