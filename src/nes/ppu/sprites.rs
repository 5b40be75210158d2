//! Sprites: evaluation into OAM2 on one line, fetches for the next.
//!
//! | dots | even / odd | |
//! |---|---|---|
//! | 1-64 | odd: $FF into the buffer · even: buffer → OAM2 | clears OAM2 |
//! | 65-256 | odd: OAM → buffer · even: buffer → OAM2, range check | evaluates |
//! | 257-320 | 8 × Y, tile, attributes, X, then four more X | fetches |
//! | 321-340 | OAM2\[0\] | |
//!
//! `$2004` reads the buffer while a line is rendered. OAMADDR is the pointer of
//! the evaluation, wherever it stands at dot 65; the entry met on dot 66 is
//! "sprite 0". On the pre-render line nothing is written.
//!
//! <https://www.nesdev.org/wiki/PPU_sprite_evaluation>, <https://www.nesdev.org/wiki/PPU_OAM>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::dots::Dot;
use super::fetch::{PLANE, commit};
use super::line::Scan;
use super::{Ppu, VideoBus};
use crate::nes::bits::{Flag, Mask};
use crate::nes::fields::fields;

/// The evaluation's pointers and flip-flops.
#[derive(Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Evaluation {
    /// Line within the sprite that is in work (out of range: large).
    pub row: u16,
    /// OAMADDR.
    pub oam_address: u8,
    /// Address in OAM2, 0-31.
    pub oam2_address: u8,
    /// The byte between OAM and OAM2; the next one; what $2004 reads.
    pub buffer: u8,
    pub next_buffer: u8,
    pub latched: u8,
    /// Byte of the entry: Y, tile, attributes, X.
    pub(super) field: u8,
    pub(super) full: Flag,
    /// A ninth sprite was found on this line.
    pub(super) ninth: Flag,
    /// OAMADDR ran past the end.
    pub(super) wrapped: Flag,
    pub next_has_sprite0: Flag,
    /// The first sprite of the line being drawn is "sprite 0".
    pub line_has_sprite0: Flag,
    /// Rendering was turned off on a rendered line: seen late, and at once.
    pub rendering_ended: Flag,
    pub rendering_ended_now: Flag,
    /// A row of OAM will be overwritten when rendering starts again.
    pub corruption_pending: Flag,
    pub corruption_cancelled: Flag,
    corruption_row: u8,
    /// Rendering ended on an odd dot of the evaluation.
    pub(super) ended_on_odd: Flag,
    reserved: u8,
}

fields! {
    Evaluation: row, oam_address, oam2_address, buffer, next_buffer, latched, field, full,
        ninth, wrapped, next_has_sprite0, line_has_sprite0, rendering_ended,
        rendering_ended_now, corruption_pending, corruption_cancelled, corruption_row,
        ended_on_odd, reserved
}

impl Evaluation {
    /// The entry of OAM2 in work.
    #[inline(always)]
    pub fn entry<'a>(&self, oam2: &'a [u8; 32]) -> &'a [u8; 4] {
        let (entries, _) = oam2.as_chunks::<4>();
        &entries[usize::from(self.oam2_address >> 2 & 7)]
    }

    /// Bounds the pointers.
    pub fn sanitize(&mut self) {
        self.oam2_address &= 31;
        self.field &= 3;
        self.corruption_row &= 31;
    }

    /// Dot 1.
    #[inline(always)]
    pub fn begin_line(&mut self) {
        self.oam2_address = 0;
        self.full = Flag::OFF;
        self.field = 0;
        self.wrapped = Flag::OFF;
    }

    /// Whether the pointers stand as [`Self::begin_line`] leaves them, as far as they
    /// tell what is found.
    pub fn is_cleared(&self) -> bool {
        self.field == 0 && !self.full.on() && !self.wrapped.on()
    }

    /// Dot 65.
    #[inline(always)]
    pub fn begin_evaluation(&mut self) {
        self.oam2_address = 0;
        self.ninth = Flag::OFF;
    }

    /// Whether a line's evaluation, begun now, goes through OAM entry by entry.
    pub fn begins_aligned(&self) -> bool {
        self.oam_address == 0 && !self.ended_on_odd.on()
    }

    /// Dot 256 after an evaluation that found fewer than eight sprites.
    pub fn end_of_scan(&mut self, scan: &Scan) {
        self.row = scan.last_row;
        self.oam_address = 4 * scan.idle_steps();
        self.oam2_address = 4 * scan.found as u8;
        self.field = 0;
        self.full = Flag::OFF;
        self.ninth = Flag::OFF;
        self.wrapped = Flag::ON;
        self.next_has_sprite0 = scan.has_first.into();
    }

    /// Whether no row of OAM is about to be corrupted.
    #[inline(always)]
    pub fn corruption_rests(&self) -> bool {
        let flags = [
            self.rendering_ended,
            self.rendering_ended_now,
            self.corruption_pending,
            self.corruption_cancelled,
        ];
        flags.map(Flag::byte) == [0; 4]
    }

    /// Dot 257, where the fetches begin.
    #[inline(always)]
    pub fn begin_fetches(&mut self) {
        self.oam2_address = 0;
        self.field = 0;
    }

    /// A byte has come all the way to what $2004 shows.
    #[inline(always)]
    pub fn set_buffer(&mut self, byte: u8) {
        self.next_buffer = byte;
        self.buffer = byte;
        self.latched = byte;
    }

    #[inline(always)]
    pub fn next_oam2(&mut self) {
        self.oam2_address = (self.oam2_address + 1) & 31;
    }

    /// Rendering ended here: this row is the one to be overwritten.
    fn arm_corruption(&mut self, row: u8) {
        self.rendering_ended = Flag::OFF;
        self.rendering_ended_now = Flag::OFF;
        self.corruption_pending = Flag::ON;
        self.corruption_row = row & 31;
    }
}

impl Ppu {
    /// The sprites' part of a dot.
    #[inline(always)]
    pub(super) fn sprite_dot(&mut self, bus: &mut impl VideoBus, dot: Dot, pre_render: bool) {
        match dot.number {
            0..=64 => self.clear_oam2(dot, pre_render),
            65..=256 => self.evaluate(dot, pre_render),
            257..=320 => self.sprite_fetch_dot(bus, dot),
            _ => self.rest_sprites(dot),
        }
    }

    /// A row of OAM waits for rendering to begin again.
    #[cold]
    pub(super) fn restart_rendering(&mut self) {
        let ending = self.mask_in > 0 && !Mask(self.new_mask).rendering();
        if self.mask.rendering() && !ending {
            self.corrupt_oam();
        }
    }

    /// Row 0 of OAM over the row at which rendering ended; OAM2's byte too.
    fn corrupt_oam(&mut self) {
        self.evaluation.corruption_pending = Flag::OFF;
        if self.evaluation.corruption_cancelled.take() {
            return;
        }
        let row = usize::from(self.evaluation.corruption_row & 31);
        self.oam.copy_within(0..8, row * 8);
        self.oam2[row] = self.oam2[0];
    }

    #[inline(always)]
    fn clear_oam2(&mut self, dot: Dot, pre_render: bool) {
        let Dot { number: dot, is_even, fetching: rendering, .. } = dot;
        let e = &mut self.evaluation;
        let ended = e.rendering_ended.on() || e.rendering_ended_now.on();
        if dot == 0 {
            if rendering {
                e.next_oam2();
            }
        } else if !is_even {
            if !rendering {
                return;
            }
            let here = usize::from(e.oam2_address & 31);
            e.next_buffer = if pre_render { self.oam2[here] } else { 0xff };
            if dot == 1 {
                e.begin_line();
            }
            if ended {
                e.arm_corruption(e.oam2_address);
            }
        } else if rendering {
            if !pre_render {
                self.oam2[usize::from(e.oam2_address & 31)] = e.buffer;
            }
            if e.rendering_ended.on() {
                e.arm_corruption(e.oam2_address);
            }
            e.next_oam2();
            if dot == 64 && e.rendering_ended_now.on() {
                e.arm_corruption(e.corruption_row);
            }
        } else if ended {
            e.arm_corruption(e.oam2_address);
        }
    }

    #[inline(always)]
    fn evaluate(&mut self, dot: Dot, pre_render: bool) {
        if dot.number == 65 && dot.fetching {
            self.evaluation.begin_evaluation();
        }
        if self.evaluation.rendering_ended_now.on() {
            self.end_evaluation(pre_render);
        } else if dot.rendering && dot.is_even {
            self.evaluate_even_dot(dot.number, pre_render);
        } else if dot.rendering {
            self.evaluation.next_buffer = self.oam[usize::from(self.evaluation.oam_address)];
        }
    }

    /// A dot of the evaluation on which rendering ends.
    #[cold]
    fn end_evaluation(&mut self, pre_render: bool) {
        if self.dot & 1 == 1 {
            let e = &mut self.evaluation;
            e.next_buffer = self.oam[usize::from(e.oam_address)];
            e.rendering_ended = Flag::OFF;
            e.ended_on_odd = Flag::ON;
            if !pre_render {
                e.oam_address = e.oam_address.wrapping_add(1);
            }
            return;
        }
        self.evaluate_even_dot(self.dot, pre_render);
        let e = &mut self.evaluation;
        if e.oam2_address & 3 != 0 && !e.wrapped.on() && !pre_render {
            e.oam2_address = ((e.oam2_address & !3) + 4) & 31;
        }
        let row = match (self.dot, e.ended_on_odd.on()) {
            (256, odd) => u8::from(!odd),
            _ => e.oam2_address,
        };
        e.arm_corruption(row);
    }

    #[inline(always)]
    pub(super) fn evaluate_even_dot(&mut self, dot: u16, pre_render: bool) {
        if self.evaluation.wrapped.on() {
            self.skip_entry(pre_render);
        } else if pre_render || !self.pass_over(dot) {
            self.evaluate_byte(dot, pre_render);
        }
    }

    /// What most even dots find: the Y of a sprite out of range, and room in OAM2.
    /// False, and nothing done, where it is anything else ([`Self::evaluate_byte`]).
    #[inline(always)]
    fn pass_over(&mut self, dot: u16) -> bool {
        let height = self.ctrl.sprite_height();
        let e = &mut self.evaluation;
        let row = (self.line & 0xff).wrapping_sub(u16::from(e.buffer));
        if e.field != 0 || e.full.on() || e.ended_on_odd.on() || row < height {
            return false;
        }
        self.oam2[usize::from(e.oam2_address & 31)] = e.buffer;
        e.row = row;
        if dot == 66 {
            e.next_has_sprite0 = Flag::OFF;
        }
        e.oam_address = e.oam_address.wrapping_add(4) & 0xfc;
        e.wrapped = (e.oam_address == 0).into();
        e.next_buffer = e.buffer;
        true
    }

    /// Past the end of OAM nothing is written any more.
    #[inline(always)]
    fn skip_entry(&mut self, pre_render: bool) {
        let e = &mut self.evaluation;
        if !e.ended_on_odd.on() && !pre_render {
            e.oam_address = e.oam_address.wrapping_add(4) & 0xfc;
        }
        e.next_buffer = self.oam2[usize::from(e.oam2_address & 31)];
    }

    /// An even dot: the byte in the buffer goes to OAM2 and moves the pointers.
    #[inline(never)]
    fn evaluate_byte(&mut self, dot: u16, pre_render: bool) {
        let before = self.evaluation.oam_address;
        let here = usize::from(self.evaluation.oam2_address & 31);
        if !self.evaluation.full.on() && !pre_render {
            self.oam2[here] = self.evaluation.buffer;
        }
        let written = self.oam2[here];
        if self.evaluation.field == 0 {
            self.evaluate_y(dot, pre_render);
        } else {
            self.evaluate_rest(pre_render);
        }
        let e = &mut self.evaluation;
        e.ended_on_odd = Flag::OFF;
        if e.oam_address < before && e.oam_address < 4 {
            e.wrapped = Flag::ON;
        }
        e.next_buffer = written;
    }

    /// Y: in range starts a copy, out of range goes to the next entry. With OAM2
    /// full and no ninth sprite found, the pointer moves diagonally.
    #[inline(always)]
    fn evaluate_y(&mut self, dot: u16, pre_render: bool) {
        let height = self.ctrl.sprite_height();
        let e = &mut self.evaluation;
        e.row = (self.line & 0xff).wrapping_sub(u16::from(e.buffer));
        let in_range = e.row < height && !e.ninth.on() && !pre_render;
        let moves = !e.ended_on_odd.on();
        if in_range && !e.full.on() {
            if moves {
                e.oam_address = e.oam_address.wrapping_add(1);
                e.next_oam2();
            }
            e.full = (e.oam2_address == 0).into();
            if dot == 66 {
                e.next_has_sprite0 = Flag::ON;
            }
            e.field = 1;
        } else if in_range {
            e.ninth = Flag::ON;
            e.oam_address = e.oam_address.wrapping_add(1);
            self.overflow = Flag::ON;
            e.field = 1;
        } else {
            if dot == 66 {
                e.next_has_sprite0 = Flag::OFF;
            }
            if !moves || pre_render {
            } else if e.full.on() && !e.ninth.on() {
                let step = if e.oam_address & 3 == 3 { 1 } else { 5 };
                e.oam_address = e.oam_address.wrapping_add(step);
            } else {
                e.oam_address = e.oam_address.wrapping_add(4) & 0xfc;
            }
        }
    }

    /// Tile, attributes and X. X runs through the range check too: a misaligned
    /// pointer is put right when it fails.
    #[inline(never)]
    fn evaluate_rest(&mut self, pre_render: bool) {
        let height = self.ctrl.sprite_height();
        let e = &mut self.evaluation;
        let moves = !e.ended_on_odd.on() && !pre_render;
        if e.field == 3 {
            let in_range = self.line.wrapping_sub(u16::from(e.buffer)) < height;
            let full = e.full.on();
            if in_range && moves {
                e.oam_address = e.oam_address.wrapping_add(if full { 4 } else { 1 });
            } else if !in_range && (full || moves) {
                e.oam_address = e.oam_address.wrapping_add(1) & 0xfc;
            }
        } else if moves {
            e.oam_address = e.oam_address.wrapping_add(1);
        }
        e.field = (e.field + 1) & 3;
        if !e.full.on() && !pre_render {
            e.next_oam2();
            e.full = (e.oam2_address == 0).into();
        }
    }

    /// Dots 257-320: the fetches of a sprite, eight dots each.
    #[inline(never)]
    fn sprite_fetch_dot(&mut self, bus: &mut impl VideoBus, dot: Dot) {
        let rendering = dot.fetching;
        let e = &mut self.evaluation;
        e.line_has_sprite0 = e.next_has_sprite0;
        if rendering {
            e.oam_address = 0;
            if dot.number == 257 {
                e.begin_fetches();
            }
        }
        if e.rendering_ended.on() {
            e.arm_corruption(e.oam2_address);
        }
        if self.reading.on() {
            self.latch = self.address as u8;
        }
        if rendering {
            let e = &mut self.evaluation;
            e.next_buffer = self.oam2[usize::from(e.oam2_address & 31)];
            let slot = usize::from((dot.number - 257) >> 3 & 7);
            // The fetches' first dot is an odd one.
            let step = ((dot.number - 257) & 6) | u16::from(dot.is_even);
            self.fetch_sprite_byte(bus, step, slot);
        }
        self.latch_address();
    }

    /// One of the eight dots of a sprite: an address on even steps, a byte on odd ones.
    #[inline(always)]
    pub(super) fn fetch_sprite_byte(&mut self, bus: &mut impl VideoBus, step: u16, slot: usize) {
        let addresses = step & 1 == 0;
        let buffer = self.evaluation.buffer;
        if step < 4 {
            if addresses {
                self.drive(bus, self.v.tile_address());
                self.evaluation.next_oam2();
                return;
            }
            if step == 1 {
                self.evaluation.row = (self.line & 0xff).wrapping_sub(u16::from(buffer));
                self.evaluation.next_oam2();
            } else {
                self.sprites.attributes[slot] = buffer;
            }
            // Names that nobody uses.
            self.fetch(bus, self.v.tile_address(), commit::NAMETABLE);
            return;
        }
        if step == 4 {
            self.sprites.counter[slot] = buffer;
        }
        self.update_sprite_address();
        let plane = if step < 6 { 0 } else { PLANE };
        self.pattern_address = (self.pattern_address & !PLANE) | plane;
        if addresses {
            self.drive(bus, self.pattern_address);
            return;
        }
        self.address = (self.pattern_address & 0xff00) | u16::from(self.latch);
        let byte = self.read_video(bus);
        let byte = self.sprite_plane(byte, slot);
        if step == 5 {
            self.sprites.low[slot] = byte;
        } else {
            self.sprites.high[slot] = byte;
            self.evaluation.next_oam2();
        }
    }

    /// A plane of the sprite's line, mirrored as its attributes say, empty when
    /// the sprite is not on the line.
    #[inline(always)]
    pub(super) fn sprite_plane(&self, plane: u8, slot: usize) -> u8 {
        if self.evaluation.row >= self.ctrl.sprite_height() {
            0
        } else if self.sprites.attributes[slot] & 0x40 != 0 {
            plane.reverse_bits()
        } else {
            plane
        }
    }

    /// Dots 321-340. Counters that begin the next line with rendering off stay
    /// halted: such a sprite shifts as soon as rendering is on.
    #[inline(always)]
    fn rest_sprites(&mut self, dot: Dot) {
        let e = &mut self.evaluation;
        if e.rendering_ended.on() || e.rendering_ended_now.on() {
            e.arm_corruption(e.oam2_address);
        }
        if dot.rendering {
            e.next_buffer = self.oam2[0];
        } else if dot.number == 339 {
            self.sprites.counter = [0; 8];
        }
    }
}
