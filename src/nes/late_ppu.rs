//! The PPU behind the CPU, and how it comes up to it.
//!
//! What is late is run in pieces, as many half-dots at once as `ppu/calm.rs` knows to be
//! calm, and where it knows none, a dot as it is. Whoever looks at the PPU or moves
//! something in it meets it: then nothing is known about the dots that follow.
//!
//! Many writes do not care on which side of a dot's second half they come
//! ([`Ppu::takes_write_after_half`]). Before these the PPU runs that half, too, although
//! its time is the rest of this cycle: so it stands between two dots, and the pieces
//! before and behind it are whole ones. The cycle then has that half-dot less to run.
//!
//! [`Ppu::takes_write_after_half`]: super::ppu::Ppu::takes_write_after_half

use super::cart_bus::{CartBus, M2};
use super::cycle::Late;
use super::output::Sink;
use super::schedule::Moment;
use super::system::System;
use super::{Edge, State};
use zerocopy::IntoBytes;

impl<S: Sink, const LAZY: bool> System<'_, S, LAZY> {
    /// Lets so many half-dots pass.
    #[inline(always)]
    pub(super) fn step_ppu(&mut self, half_dots: u32) {
        let ahead = self.late.ahead.min(half_dots);
        self.late.ahead -= ahead;
        self.late.ppu += half_dots - ahead;
        self.late.since_m2_fell += half_dots;
        if !self.may_wait(self.late.ppu) {
            self.catch_up_ppu();
        }
    }

    /// Runs the PPU up to now.
    #[inline(always)]
    pub fn catch_up_ppu(&mut self) {
        if LAZY {
            self.run_late_ppu(None);
            self.late.ppu_may = self.ppu_may_wait();
        }
    }

    /// The same; how long it may wait then is not asked. Before a write to a register
    /// that the half of a dot does not tell apart, no calm dot is left half run.
    #[inline(never)]
    fn run_late_ppu(&mut self, to_write: Option<u16>) {
        self.late.idle = 0;
        self.late.status_rests = None;
        // What it hears of the PPU may begin a wait of some CPU cycles.
        let hears_both = self.watches.cpu_cycles && self.watches.ppu_address;
        if hears_both {
            self.pass_board(self.late.board_cycles.max(self.state.clock));
        }
        let State { ppu, ram, board, clock, wires, .. } = &mut *self.state;
        let Late { ppu: late, ppu_calm: calm, amid_dot, ahead, since_m2_fell, .. } = &mut self.late;
        let m2 = M2 { falls: *clock, since: *since_m2_fell, left: *late };
        let answers = self.cart.board.answers_ppu();
        let mut bus = CartBus {
            cart: self.cart,
            map: self.map,
            ram,
            board,
            hears: self.hears,
            a12: None,
            answers,
            m2,
        };
        self.work.half_dots += u64::from(*late);
        while *late > 0 {
            if *calm == 0 {
                *calm = ppu.calm(self.timing, *amid_dot, wires.alignment);
                self.work.edges.take::<S>(Self::calm_edge(ppu, *calm));
            }
            bus.m2.left = *late;
            // A restless dot is run whole before anybody asks again.
            let mut half_dots =
                if *calm > 0 { (*late).min(*calm) } else { (*late).min(2 - u32::from(*amid_dot)) };
            if let Some(register) = to_write
                && half_dots == *late
                && half_dots < *calm
                && ppu.takes_write_after_half(register, half_dots, *amid_dot)
            {
                half_dots += 1;
                *late += 1;
                *ahead = 1;
                self.work.half_dots += 1;
            }
            if *calm > 0 {
                ppu.run_calm(
                    &mut bus,
                    self.sink,
                    &mut self.crowd,
                    half_dots,
                    *amid_dot,
                    self.timing,
                );
                *calm -= half_dots;
                self.work.calm_half_dots += u64::from(half_dots);
            } else {
                ppu.one_half(&mut bus, self.sink, *amid_dot, self.timing, wires.alignment);
                if half_dots > 1 {
                    bus.m2.left -= 1;
                    ppu.one_half(&mut bus, self.sink, true, self.timing, wires.alignment);
                }
            }
            *amid_dot ^= half_dots & 1 != 0;
            *late -= half_dots;
        }
        if hears_both {
            let (board, ram) = (&self.state.board, self.state.ram.as_bytes());
            let quiet = u64::from(self.cart.board.quiet_cycles(board, ram));
            self.late.board_due = self.late.board_due.min(self.late.board + quiet);
        }
    }

    /// Line and dot of the PPU as if it were not late (never across the picture's end).
    pub fn position(&self) -> (u16, u16) {
        let (line, dot) = self.state.ppu.position();
        let dots = (self.late.ppu + u32::from(!self.late.amid_dot)) / 2;
        let dot = u32::from(dot) + dots;
        (line + (dot / 341) as u16, (dot % 341) as u16)
    }

    /// Runs this cycle up to a moment at which the CPU looks at the PPU or moves
    /// something in it: nothing is known about the dots that follow.
    pub fn meet_ppu(&mut self, moment: Moment) {
        self.run_until(moment);
        if LAZY {
            self.run_late_ppu(None);
        }
        self.forget_calm();
    }

    /// The same before a write to a register.
    pub fn meet_ppu_to_write(&mut self, moment: Moment, register: u16) {
        self.run_until(moment);
        if LAZY {
            let goes_on = moment == Moment::Start || self.schedule().until_end > 0;
            self.run_late_ppu(goes_on.then_some(register));
        }
        self.forget_calm();
    }

    #[inline(always)]
    fn forget_calm(&mut self) {
        if self.late.ppu_calm > 0 {
            self.work.edges.take::<S>(Edge::PpuMet);
        }
        self.late.ppu_calm = 0;
        self.late.ppu_may = 0;
    }

    /// A read of $2002 that gives what the PPU will have when it comes to the dots
    /// of this cycle; `None` where that is not known. Its second effect, on bit 7,
    /// is none, since that is clear; its third, on `w`, nothing calm looks at.
    pub fn read_resting_status(&mut self) -> Option<u8> {
        let schedule = self.schedule();
        let end =
            self.late.ppu + schedule.until_valid + schedule.until_lines + schedule.until_m2_falls;
        if LAZY {
            self.ask_for_calm();
        }
        if end >= self.late.ppu_may.min(self.late.ppu_calm) {
            self.work.edges.take::<S>(Edge::StatusOutOfReach);
            return None;
        }
        let (ppu, crowd) = (&mut self.state.ppu, &mut self.crowd);
        let rests = *self.late.status_rests.get_or_insert_with(|| ppu.status_rests(crowd));
        let known = end < rests;
        self.work.edges.take::<S>(if known { Edge::StatusKnown } else { Edge::StatusMayMove });
        known.then(|| ppu.end_status_read(0, self.state.clock))
    }
}
