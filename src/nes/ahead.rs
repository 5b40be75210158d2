//! Looking ahead: whether the PPU may wait, before it has to run.
//!
//! After an access nothing is known about the PPU's next dots. Two things let them wait
//! for those that follow, so that all are run as one piece:
//!
//! * It turns out to be calm for all that it is late.
//! * Whatever it does, nobody can tell: no line is near on which /NMI moves, and a
//!   listening board's /IRQ rests for so many changes of A12, which are some half-dots
//!   apart. Then calm or not is a question for when it runs. What it does within is not
//!   known before, though: reads of $2002 ask for calm.
//!
//! Writes at which no dot near looks are done without it, calm or not.

use super::Edge;
use super::output::Sink;
use super::ppu::{FALLS_APART, Hears, Ppu, RISES_APART};
use super::system::System;

/// Half-dots of the shortest line, on which the picture skips a dot.
const LINE: u32 = 680;

impl<S: Sink, const LAZY: bool> System<'_, S, LAZY> {
    /// Whether the PPU, asked if nothing is known yet, may be late by so many half-dots.
    #[inline(always)]
    pub(super) fn may_wait(&mut self, half_dots: u32) -> bool {
        half_dots <= self.late.ppu_may || self.late.ppu_calm == 0 && self.looks_ahead(half_dots)
    }

    #[inline(never)]
    fn looks_ahead(&mut self, half_dots: u32) -> bool {
        if !LAZY {
            return false;
        }
        self.ask_for_calm();
        if self.late.ppu_calm == 0 {
            self.late.ppu_may = self.unheard();
            self.work.edges.take::<S>(Edge::PpuUnheard);
        }
        half_dots <= self.late.ppu_may
    }

    /// Asks the PPU how long it is calm, if that is not known.
    #[inline(always)]
    pub(super) fn ask_for_calm(&mut self) {
        if self.late.ppu_calm == 0 {
            self.ask_for_calm_now();
        }
    }

    #[inline(never)]
    fn ask_for_calm_now(&mut self) {
        let ppu = &self.state.ppu;
        let calm = ppu.calm(self.timing, self.late.amid_dot, self.state.wires.alignment);
        if calm > 0 {
            self.work.edges.take::<S>(Self::calm_edge(ppu, calm));
            self.late.ppu_calm = calm;
            self.late.ppu_may = self.ppu_may_wait();
        }
    }

    /// Half-dots between two changes of A12 that count: falls, or rises after long lows.
    #[inline(always)]
    fn apart(&self) -> u32 {
        if self.hears == Hears::A12 { FALLS_APART } else { RISES_APART }
    }

    /// How many of them a line has at the most.
    #[inline(always)]
    fn changes_a_line(&self) -> u32 {
        let ppu = &self.state.ppu;
        if self.hears == Hears::A12 { ppu.a12_falls_a_line() } else { ppu.a12_rises_a_line() }
    }

    /// For how many half-dots from where the PPU stands nobody can tell what it does,
    /// calm or not: less than a line.
    #[inline(always)]
    pub(super) fn unheard(&self) -> u32 {
        let most = if !self.watches.ppu_address {
            LINE - 1
        } else if self.schedules.len() == 1 && self.cart.board.hears_a12_alone() {
            let rises = self.cart.board.quiet_rises(&self.state.board);
            rises.saturating_sub(2).saturating_mul(self.apart()).min(LINE - 1)
        } else {
            0
        };
        if most > 0 && self.state.ppu.nmi_rests(self.timing, most) { most } else { 0 }
    }

    /// For how many half-dots it may be late.
    pub(super) fn ppu_may_wait(&self) -> u32 {
        /// So few calm half-dots end with a write that takes effect.
        const FEW: u32 = 24;
        let calm = self.calm_unheard();
        if self.late.ppu_calm < FEW { calm.max(self.unheard()) } else { calm }
    }

    /// For how many of the calm half-dots ahead a board that watches the PPU
    /// keeps /IRQ as it is.
    fn calm_unheard(&self) -> u32 {
        if !self.watches.ppu_address {
            return self.late.ppu_calm;
        } else if self.schedules.len() > 1 {
            return 0;
        }
        let (board, ppu) = (self.cart.board, &self.state.ppu);
        let rises = board.quiet_rises(&self.state.board);
        let apart = rises.saturating_mul(self.apart());
        if self.late.ppu_calm <= apart && board.hears_a12_alone() {
            return self.late.ppu_calm;
        }
        let rests = if ppu.moves_address() {
            // An address by itself may begin one of the lines that an MMC5 counts.
            if board.hears_a12_alone() { apart } else { 0 }
        } else if board.hears_a12_alone() {
            // One more than a line has, where rendering has just begun.
            let lines = rises.saturating_sub(1) / self.changes_a_line();
            let rests = apart.max(lines.saturating_mul(LINE));
            if board.counts_next_fall(&self.state.board) {
                rests
            } else {
                rests.saturating_add(ppu.a12_rests(self.timing, self.late.amid_dot))
            }
        } else {
            apart
        };
        self.late.ppu_calm.min(rests)
    }

    /// Whether so many half-dots of the PPU, calm or not, leave /NMI and a listening
    /// board's /IRQ as they are. Then it need not stop where the lines are sampled.
    pub(super) fn lines_rest(&self, half_dots: u32) -> bool {
        if !LAZY || !self.state.ppu.nmi_rests(self.timing, half_dots) {
            return false;
        }
        let rises = self.cart.board.quiet_rises(&self.state.board);
        !self.watches.ppu_address
            || self.schedules.len() == 1 && rises > half_dots / self.apart() + 1
    }

    /// A write to a register of the PPU at which it does not look for now: then it is
    /// done, and the PPU need not catch up. False, and nothing done, where it may look.
    #[inline(always)]
    pub(super) fn write_overlooked(&mut self, register: u16, value: u8, stale: u8) -> bool {
        if !LAZY || !matches!(register, 0 | 5 | 6) {
            return false;
        }
        // Some boards hear of $2000, too.
        let heard = register == 0 && self.cart.board.answers_ppu();
        let ppu = &mut self.state.ppu;
        if heard || !ppu.overlooks(register, value, stale, self.late.ppu) {
            return false;
        }
        ppu.write_overlooked(register, value, self.state.clock);
        self.work.edges.take::<S>(Edge::PpuOverlooks);
        true
    }

    /// What it means that so many half-dots are calm.
    pub(super) fn calm_edge(ppu: &Ppu, calm: u32) -> Edge {
        match calm {
            0 => Edge::PpuRestless,
            _ if ppu.waits_for_effect() => Edge::PpuDelays,
            _ => Edge::PpuCalms,
        }
    }
}
