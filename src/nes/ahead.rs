//! Looking ahead: the PPU is asked whether it is calm before it has to run.
//!
//! After an access nothing is known about the PPU's next dots. Where it turns out to
//! be calm for all that it is late, it need not run now, either: the dots behind the
//! access wait for those that follow, and all are run as one piece.

use super::Edge;
use super::output::Sink;
use super::ppu::Ppu;
use super::system::System;

/// Half-dots of a CPU cycle, and some more.
const SOON: u32 = 8;
/// Half-dots between two rises of A12 that count: M2 falls three times.
const APART: u32 = 12;
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
        let ppu = &self.state.ppu;
        let calm = if LAZY { ppu.calm(self.timing, self.late.amid_dot) } else { 0 };
        if calm == 0 {
            return false;
        }
        self.work.edges.take::<S>(Self::calm_edge(ppu, calm));
        self.late.ppu_calm = calm;
        self.late.ppu_may = self.ppu_may_wait();
        half_dots <= self.late.ppu_may
    }

    /// For how many of the calm half-dots ahead a board that watches the PPU
    /// keeps /IRQ as it is.
    pub(super) fn ppu_may_wait(&self) -> u32 {
        if !self.watches.ppu_address {
            return self.late.ppu_calm;
        } else if self.schedules.len() > 1 {
            return 0;
        }
        let (board, ppu) = (self.cart.board, &self.state.ppu);
        let rises = board.quiet_rises(&self.state.board);
        let apart = rises.saturating_mul(APART);
        let rests = if board.hears_a12_alone() {
            let lines = rises / ppu.a12_rises_a_line();
            let rests = apart.max(lines.saturating_mul(LINE));
            rests.saturating_add(ppu.a12_rests(self.timing, self.late.amid_dot))
        } else if ppu.moves_address() {
            // An address by itself may begin one of the lines that an MMC5 counts.
            0
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
        !self.watches.ppu_address || self.schedules.len() == 1 && rises > half_dots / APART + 1
    }

    /// A write to a register of the PPU at which it does not look for now: then it is
    /// done, and the PPU need not catch up. False, and nothing done, where it may look.
    #[inline(always)]
    pub(super) fn write_overlooked(&mut self, register: u16, value: u8, stale: u8) -> bool {
        let calm = LAZY && self.late.ppu_calm > self.late.ppu + SOON;
        // Some boards hear of $2000, too.
        let heard = register == 0 && self.cart.board.answers_ppu();
        let ppu = &mut self.state.ppu;
        if !calm || heard || !ppu.overlooks(register, value, stale, self.late.ppu) {
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
