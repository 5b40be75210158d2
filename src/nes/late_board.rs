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
//! In a cycle in which both move, the APU's step comes first, as it does in the exact tier.
//! So the steps of the board are handed to the APU, which puts them out between its own.
//!
//! [`BoardId::quiet_cycles`]: super::board::BoardId::quiet_cycles
//! [`BoardId::quiet_sound`]: super::board::BoardId::quiet_sound

use zerocopy::IntoBytes;

use super::apu::mix::mix;
use super::board::Heard;
use super::output::Sink;
use super::schedule::Moment;
use super::system::System;
use super::{Edge, State};

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
        if S::HEARS {
            // A write to one of its registers may be heard at once.
            let level = self.cart.board.level(&self.state.board, self.state.ram.as_bytes());
            if level != self.late.board_level {
                self.put_out_board(&[((cycle - self.start) as u32, level)]);
            }
        }
    }

    /// It has lived through all cycles before this one.
    pub(super) fn pass_board(&mut self, until: u64) {
        self.sound_board(until);
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
        let mut heard = Heard::default();
        loop {
            let begins = self.late.board;
            heard.begin((begins - self.start) as u32, self.late.board_level);
            let late = until.saturating_sub(begins) as u32;
            let State { board, ram, .. } = &mut *self.state;
            let id = self.cart.board;
            let passed = id.sound(board, self.cart, ram.as_mut_bytes(), late, &mut heard);
            if passed == 0 {
                return;
            }
            self.late.board += u64::from(passed);
            self.put_out_board(heard.steps());
        }
    }

    /// Puts out levels that cycles of the board left.
    fn put_out_board(&mut self, mut steps: &[(u32, i32)]) {
        let Some((last, _)) = steps.last() else { return };
        self.work.edges.take::<S>(Edge::BoardSounds);
        let until = self.start + u64::from(*last) + 1;
        while let Some(((cycle, level), rest)) = steps.split_first()
            && (!LAZY || self.start + u64::from(*cycle) < self.late.apu_at)
        {
            // Its cycle is the last that the APU has run.
            self.late.board_level = *level;
            self.sink.level(*cycle, mix(self.state.apu.levels()) + level);
            steps = rest;
        }
        self.run_late_apu(until, steps);
    }
}
