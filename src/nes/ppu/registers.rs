//! $2000-$2007 as the CPU reads and writes them.
//!
//! Delays of writes, in dots, by CPU/PPU alignment:
//!
//! | | 0 | 1 | 2 | 3 |
//! |---|---|---|---|---|
//! | $2001 layers | 2 | 2 | 3 | 2 |
//! | $2001 end of rendering, as OAM sees it | 2 | 3 | 3 | 2 |
//! | $2001 greyscale and emphasis | 2 | 2 | 2 | 2 |
//! | $2005 | 1 | 1 | 2 | 1 |
//! | $2006, second write | 4 | 4 | 5 | 4 |
//!
//! Until then the stale byte of the CPU's data bus may show through.

use super::Ppu;
use crate::nes::bits::{Ctrl, Flag, Mask};
use crate::nes::region::Timing;

const MASK_DELAY: [u8; 4] = [2, 2, 3, 2];
const CORRUPTION_DELAY: [u8; 4] = [2, 3, 3, 2];
const TINT_DELAY: u8 = 2;
const SCROLL_DELAY: [u8; 4] = [1, 1, 2, 1];
const COPY_DELAY: [u8; 4] = [4, 4, 5, 4];

/// CPU cycles for which an undriven bit of the register bus keeps its charge:
/// some twenty frames.
const DECAY: u64 = 595_610;

impl Ppu {
    /// The register bus; bits that nobody refreshed have fallen to zero.
    pub fn bus_at(&self, clock: u64) -> u8 {
        let decayed = |bit: &usize| clock.saturating_sub(self.refreshed[*bit]) >= DECAY;
        (0..8).filter(decayed).fold(self.bus, |bus, bit| bus & !(1 << bit))
    }

    /// Drives the bits of `mask` on the register bus.
    pub(super) fn drive_register_bus(&mut self, value: u8, mask: u8, clock: u64) {
        self.bus = (self.bus_at(clock) & !mask) | (value & mask);
        for (bit, refreshed) in self.refreshed.iter_mut().enumerate() {
            if mask >> bit & 1 != 0 {
                *refreshed = clock;
            }
        }
    }

    /// The start of a read of $2002: bit 7. The flag falls at the next dot.
    pub fn begin_status_read(&mut self) -> u8 {
        self.status_read = Flag::ON;
        u8::from(self.vblank.on()) << 7
    }

    /// The end of a read of $2002: bits 6 and 5, and `w` falls.
    pub fn end_status_read(&mut self, begun: u8, clock: u64) -> u8 {
        let flags = begun
            | u8::from(self.sprite0_hit_readable.on()) << 6
            | u8::from(self.overflow_readable.on()) << 5;
        self.second_write = Flag::OFF;
        self.drive_register_bus(flags, 0xe0, clock);
        self.bus
    }

    /// The end of a read of $2004.
    pub fn read_oam(&mut self, clock: u64) -> u8 {
        let byte = self.oam_byte();
        self.drive_register_bus(byte, 0xff, clock);
        byte
    }

    fn oam_byte(&self) -> u8 {
        if self.mask.rendering() && self.line < 240 {
            self.evaluation.latched
        } else {
            self.oam[usize::from(self.evaluation.oam_address)]
        }
    }

    /// The start of a read of $2007: the buffer, or the palette at once.
    pub fn begin_data_read(&mut self, clock: u64) -> u8 {
        let byte = self.data_byte(clock);
        self.drive_register_bus(byte, 0xff, clock);
        byte
    }

    fn data_byte(&self, clock: u64) -> u8 {
        if self.address & 0x3f00 != 0x3f00 {
            return self.read_buffer;
        }
        let grey = if self.mask.grey() { 0x30 } else { 0x3f };
        (self.palette(self.v.0) & grey) | (self.bus_at(clock) & 0xc0)
    }

    /// The end of a read of $2007.
    pub fn end_data_read(&mut self) {
        self.port.start_read();
    }

    /// What a read of register 0-7 would give, with no effect.
    pub fn peek(&self, register: u16, clock: u64) -> u8 {
        match register {
            2 => {
                u8::from(self.vblank.on()) << 7
                    | u8::from(self.sprite0_hit_readable.on()) << 6
                    | u8::from(self.overflow_readable.on()) << 5
                    | (self.bus_at(clock) & 0x1f)
            }
            4 => self.oam_byte(),
            7 => self.data_byte(clock),
            _ => self.bus_at(clock),
        }
    }

    /// The start of a write to $2000: the nametable bits of the stale byte go
    /// into `t` for two master clocks.
    pub fn begin_ctrl_write(&mut self, stale: u8) {
        if !self.warming_up.on() {
            self.t.set_nametable(Ctrl(stale));
        }
    }

    /// A write to $2000, its data valid.
    pub fn write_ctrl(&mut self, value: u8, clock: u64) {
        self.drive_register_bus(value, 0xff, clock);
        if !self.warming_up.on() {
            self.ctrl = Ctrl(value);
            self.t.set_nametable(self.ctrl);
        }
    }

    /// The end of a write to $2007.
    pub fn write_data(&mut self, value: u8, clock: u64) {
        self.drive_register_bus(value, 0xff, clock);
        self.port.start_write(value);
    }

    /// A write to $2001-$2006. `stale` is the byte on the CPU's bus before it.
    pub fn write(
        &mut self,
        register: u16,
        value: u8,
        stale: u8,
        clock: u64,
        timing: &Timing,
        alignment: u8,
    ) {
        self.drive_register_bus(value, 0xff, clock);
        let alignment = usize::from(alignment & 3);
        match register {
            1 if !self.warming_up.on() => self.write_mask(value, stale, timing, alignment),
            3 => self.evaluation.oam_address = value,
            4 => self.write_oam(value, timing),
            5 if !self.warming_up.on() => {
                self.scroll_in = SCROLL_DELAY[alignment];
                self.scroll_value = value;
                self.write_scroll(stale);
            }
            6 if !self.warming_up.on() => {
                if self.second_write.on() {
                    self.t.set_low(value);
                    self.copy_value = self.t;
                    self.copy_over = self.v;
                    self.copy_in = COPY_DELAY[alignment];
                } else {
                    self.t.set_high(value);
                }
                self.second_write = (!self.second_write.on()).into();
            }
            _ => {}
        }
        self.settle_delays();
    }

    /// Whether the logic of delayed writes has still to do anything.
    #[inline(always)]
    pub(super) fn settle_delays(&mut self) {
        let left = self.mask_in | self.tint_in | self.corruption_in | self.scroll_in | self.copy_in;
        self.delayed = (left != 0).into();
    }

    /// The byte of $2005 as it stands enters `x` and `t`.
    pub(super) fn write_scroll(&mut self, value: u8) {
        if self.second_write.on() {
            self.t.set_y(value);
        } else {
            self.fine_x = value & 7;
            self.t.set_x(value);
        }
    }

    fn write_mask(&mut self, value: u8, stale: u8, timing: &Timing, alignment: usize) {
        /// Greyscale and blue show the stale byte on alignments 0 and 3.
        const EARLY: u8 = 0x81;
        let rendering = self.mask.rendering();
        let will_render = Mask(value).rendering();
        self.new_mask = value;
        self.mask_in = MASK_DELAY[alignment];
        self.corruption_in = CORRUPTION_DELAY[alignment];
        self.tint_in = TINT_DELAY;
        self.was_rendering = rendering.into();
        let in_picture = self.line <= 240 || self.line == timing.lines - 1;
        let middle = matches!(alignment, 1 | 2);
        if rendering && !will_render && in_picture {
            self.evaluation.rendering_ended_now = Flag::ON;
        } else if !rendering
            && will_render
            && in_picture
            && middle
            && self.evaluation.corruption_pending.on()
        {
            self.evaluation.corruption_cancelled = Flag::ON;
        }
        let early = if middle { 0 } else { EARLY };
        let at_once = Mask::TINT & !EARLY;
        self.mask = Mask((self.mask.0 & !(early | at_once)) | (stale & early) | (value & at_once));
    }

    /// Many writes to $2004 while the PPU blanks, the last of them at `clock`.
    pub fn take_oam(&mut self, bytes: &[u8], clock: u64) {
        for byte in bytes {
            self.store_oam(*byte);
        }
        if let Some(last) = bytes.last() {
            self.drive_register_bus(*last, 0xff, clock);
        }
    }

    /// Bits 2-4 of the attributes do not exist.
    #[inline(always)]
    fn store_oam(&mut self, value: u8) {
        let address = self.evaluation.oam_address;
        let value = if address & 3 == 2 { value & 0xe3 } else { value };
        self.oam[usize::from(address)] = value;
        self.evaluation.oam_address = address.wrapping_add(1);
    }

    /// While rendering nothing is stored and OAMADDR goes to the next entry.
    fn write_oam(&mut self, value: u8, timing: &Timing) {
        if self.blanking(timing) {
            self.store_oam(value);
        } else {
            let address = self.evaluation.oam_address;
            self.evaluation.oam_address = address.wrapping_add(4) & 0xfc;
        }
    }
}
