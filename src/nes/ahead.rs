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
