//! A board that counts CPU cycles, behind the CPU, and its sound behind that.
//!
//! It is told of the cycles that went by in three cases:
//!
//! * The CPU reaches one of its registers, or the PPU's address may be heard.
//! * /IRQ may move: that is foretold ([`BoardId::quiet_cycles`]), and the cycle in which
//!   it may is not left for later.
//! * Its sound may move ([`BoardId::quiet_sound`]). Nobody but the listener notices, who
//!   is told of each step with its time: so this is made up for when the board or the APU
//!   catches up, and where nobody listens, not at all.
//!
//! In a cycle in which both move, the APU's step comes first, as it does in the exact tier:
//! before a step of the board is put out, the APU runs through that cycle.
//!
//! [`BoardId::quiet_cycles`]: super::board::BoardId::quiet_cycles
//! [`BoardId::quiet_sound`]: super::board::BoardId::quiet_sound

use zerocopy::IntoBytes;

use super::Edge;
use super::apu::mix::mix;
use super::output::Sink;
use super::schedule::Moment;
use super::system::System;

impl<S: Sink, const LAZY: bool> System<'_, S, LAZY> {
    /// The CPU is about to reach a register of the board.
    #[inline(always)]
    pub fn meet_board(&mut self) {
        if self.watches.ppu_address {
            self.meet_ppu(Moment::Start);
        }
        if self.watches.cpu_cycles {
            self.catch_up_board();
        }
    }

    /// Tells a board that watches CPU cycles of all before this one. What it does
    /// then is not known any more.
    pub fn catch_up_board(&mut self) {
        if LAZY && self.watches.cpu_cycles {
            self.work.edges.take::<S>(Edge::BoardMet);
            self.pass_board(self.state.clock);
            self.late.board_due = self.state.clock;
            self.late.idle = 0;
        }
    }

    /// Tells it of this cycle, too, in which something may happen.
    #[inline(never)]
    pub(super) fn clock_board(&mut self) {
        let cycle = self.state.clock;
        self.pass_board(cycle + 1);
        self.late.board_due = self.late.board;
        if LAZY {
            let ram = self.state.ram.as_bytes();
            let quiet = self.cart.board.quiet_cycles(&self.state.board, ram);
            self.late.board_due += u64::from(quiet);
            self.work.edges.take::<S>(if quiet > 0 { Edge::BoardRests } else { Edge::BoardBusy });
        }
        // A write to one of its registers may be heard at once.
        self.put_out_board(cycle);
    }

    /// It has lived through all cycles before this one.
    pub(super) fn pass_board(&mut self, until: u64) {
        self.sound_board(until);
        self.pass_board_at_once(until);
    }

    fn pass_board_at_once(&mut self, until: u64) {
        let late = until.saturating_sub(self.late.board) as u32;
        self.late.board += u64::from(late);
        if late > 0 {
            self.state.pass_board(self.cart, late);
        }
    }

    /// Puts out what is heard of it before a cycle, as far as it was not told of them.
    #[inline(always)]
    pub(super) fn sound_board(&mut self, until: u64) {
        if LAZY && S::HEARS && self.watches.cpu_cycles && self.late.board < until {
            self.sound_board_now(until);
        }
    }

    #[inline(never)]
    fn sound_board_now(&mut self, until: u64) {
        loop {
            let (id, ram) = (self.cart.board, self.state.ram.as_bytes());
            let moves = self.late.board + u64::from(id.quiet_sound(&self.state.board, ram));
            if moves >= until {
                return;
            }
            self.pass_board_at_once(moves + 1);
            self.put_out_board(moves);
        }
    }

    /// Puts out the level that a cycle of the board left, if it changed.
    #[inline(always)]
    fn put_out_board(&mut self, cycle: u64) {
        if !S::HEARS {
            return;
        }
        let level = self.cart.board.level(&self.state.board, self.state.ram.as_bytes());
        if self.late.board_level != level {
            // What the APU did so far, with this cycle, sounded beside the old level.
            self.run_late_apu(cycle + 1);
            self.late.board_level = level;
            self.work.edges.take::<S>(Edge::BoardSounds);
            let cycle = (cycle - self.start) as u32;
            self.sink.level(cycle, mix(self.state.apu.levels()) + level);
        }
    }
}
