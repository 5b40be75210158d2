//! One CPU cycle: who runs when, and who may be late.
//!
//! A CPU cycle is twelve master clocks (PAL 16, Dendy 15). The CPU's access
//! starts at clock 0; accesses that span dots stop and look in its middle:
//!
//! ```text
//!  clock  0      1   2       3   4     5   6   7       8   9   10  11
//!         access                 /NMI          M2 falls
//!         dot APU    half        dot       half /IRQ   dot     half      (alignment 0)
//!                    $2000 data                end of reads, $2007
//! ```
//!
//! The PPU need not run in the cycle to which its dots belong, as long as nobody
//! can tell. [`Ppu::calm`] counts half-dots in which /NMI cannot move and no access
//! is under way. The CPU sees and moves the PPU through $2000-$2007 alone, and the
//! memory behind it by moving banks; both catch up first. A board that watches
//! the PPU's address adds what it sees to that: [`BoardId::quiet_rises`] says how
//! often A12 may rise before /IRQ moves, [`Ppu::a12_rests`] how soon it may,
//! [`Ppu::a12_rises_a_line`] how often it does (or falls, where that counts), and
//! [`CartBus`] tells it the time of each change, however late it comes. (On PAL, whose
//! cycles differ in dots, the PPU is never late for such boards.) Where neither /NMI nor such a board is near to anything,
//! it waits without being calm (`ahead.rs`).
//!
//! A board that counts CPU cycles is told of them when something comes of it
//! (`late_board.rs`): [`BoardId::quiet_cycles`] says how long /IRQ rests, and it catches
//! up before each access to its registers, and before the PPU runs if it hears both.
//! Its sound is late together with the APU's.
//!
//! Where all are calm and the lines were sampled since somebody ran, cycles are
//! *idle*: they are counted, and that is all. Whoever catches up ends that.
//!
//! Reads of $2002 do not even catch up where `ppu/status.rs` knows what they give. To be
//! late is no state: at a frame's end nobody is, in the exact tier nobody ever.
//!
//! [`Ppu::calm`]: super::ppu::Ppu::calm
//! [`Ppu::a12_rests`]: super::ppu::Ppu::a12_rests
//! [`Ppu::a12_rises_a_line`]: super::ppu::Ppu::a12_rises_a_line
//! [`BoardId::quiet_rises`]: super::board::BoardId::quiet_rises
//! [`BoardId::quiet_cycles`]: super::board::BoardId::quiet_cycles

use super::Edge;
use super::apu;
use super::apu::calm::{Beside, Span};
use super::output::Sink;
use super::schedule::{Moment, Schedule};
use super::system::System;

/// How far the chips are behind the CPU, and how far they may be.
pub struct Late {
    /// Half-dots that the PPU has not run.
    pub(super) ppu: u32,
    /// Half-dots that it may leave.
    pub(super) ppu_may: u32,
    /// Half-dots from where it stands that are known to be calm.
    pub(super) ppu_calm: u32,
    /// Half-dots from there for which the flags of $2002 rest, once that is asked.
    pub(super) status_rests: Option<u32>,
    /// It stands between the halves of a dot.
    pub(super) amid_dot: bool,
    /// Half-dots of this cycle, one at the most, that it has run before their time.
    pub(super) ahead: u32,
    /// Half-dots, run or late, since M2 fell.
    pub(super) since_m2_fell: u32,
    /// CPU cycles that the APU has not counted.
    apu: u32,
    /// CPU cycles since power-on that it has counted.
    pub(super) apu_at: u64,
    /// CPU cycles from where it stands that are known to be calm.
    apu_calm: u32,
    /// A length counter was loaded: the level that this gives is put out with the
    /// next step of any channel, heard or not.
    loaded: bool,
    /// CPU cycles since power-on that a board that watches them was told of.
    pub(super) board: u64,
    /// The cycle in which it has to know: /IRQ or /NMI may move.
    pub(super) board_due: u64,
    /// CPU cycles that have come to the moment in which it is told of them.
    pub(super) board_cycles: u64,
    /// What its sound adds, as last put out.
    pub(super) board_level: i32,
    /// Whole cycles ahead in which nobody runs and no interrupt line moves.
    pub(super) idle: u32,
}

impl Late {
    /// Nobody is late.
    pub fn nobody(schedule: &Schedule, clock: u64, board_level: i32) -> Self {
        let amid_dot = schedule.begins_amid_dot;
        Self {
            ppu: 0,
            ppu_may: 0,
            ppu_calm: 0,
            status_rests: None,
            amid_dot,
            ahead: 0,
            since_m2_fell: schedule.until_end,
            apu: 0,
            apu_at: clock,
            apu_calm: 0,
            loaded: false,
            board: clock,
            board_due: clock,
            board_cycles: clock,
            board_level,
            idle: 0,
        }
    }
}

impl<S: Sink, const LAZY: bool> System<'_, S, LAZY> {
    #[inline(always)]
    pub(super) fn schedule(&self) -> &'static Schedule {
        &self.schedules[usize::from(self.state.wires.phase)]
    }

    /// Runs this cycle up to a moment.
    pub fn run_until(&mut self, moment: Moment) {
        if !LAZY {
            self.run_exactly(moment);
            return;
        }
        while self.reached < moment {
            let schedule = self.schedule();
            self.reached = match self.reached {
                Moment::Start => {
                    self.clock_apu();
                    self.step_ppu(schedule.until_valid);
                    Moment::DataValid
                }
                Moment::DataValid => {
                    self.step_ppu(schedule.until_lines);
                    self.sample_nmi();
                    self.step_ppu(schedule.until_m2_falls);
                    Moment::EndOfRead
                }
                Moment::EndOfRead | Moment::End => {
                    self.sample_irq();
                    self.late.since_m2_fell = 0;
                    self.step_ppu(schedule.until_end);
                    Moment::End
                }
            };
        }
    }

    /// Runs what is left of the cycle.
    #[inline(always)]
    pub fn end_cycle(&mut self) {
        if !LAZY {
            self.run_exactly(Moment::End);
        } else if self.late.idle > 0 {
            self.late.idle -= 1;
            self.late.apu += 1;
            self.late.ppu += self.schedule().total;
            self.state.wires.put = (!self.state.wires.put.on()).into();
            self.state.clock += 1;
        } else {
            self.end_busy_cycle();
        }
        if self.schedules.len() > 1 {
            self.state.wires.phase = (self.state.wires.phase + 1) % self.schedules.len() as u8;
        }
    }

    /// Whole cycles ahead in which nobody runs and no interrupt line moves.
    #[inline(always)]
    pub fn idle_cycles(&self) -> u32 {
        if self.reached == Moment::Start { self.late.idle } else { 0 }
    }

    /// Lets so many idle cycles pass.
    pub fn pass_idle(&mut self, cycles: u32) {
        self.late.idle -= cycles;
        self.late.apu += cycles;
        let phases = self.schedules.len() as u32;
        if phases == 1 {
            self.late.ppu += cycles * self.schedules[0].total;
        } else {
            let (rounds, rest) = (cycles / phases, cycles % phases);
            let whole: u32 = self.schedules.iter().map(|schedule| schedule.total).sum();
            self.late.ppu += rounds * whole;
            for _ in 0..rest {
                self.late.ppu += self.schedule().total;
                self.state.wires.phase = (self.state.wires.phase + 1) % phases as u8;
            }
        }
        self.state.wires.put = (self.state.wires.put.on() ^ (cycles & 1 != 0)).into();
        self.state.clock += u64::from(cycles);
    }

    /// As many half-dots as a cycle may have.
    fn most_half_dots(&self) -> u32 {
        if self.schedules.len() > 1 { 7 } else { 6 }
    }

    /// Whole cycles that surely fit in so many half-dots. (By a constant: a division by
    /// what is not known takes as long as ten other steps.)
    #[inline(always)]
    fn cycles_in(&self, half_dots: u32) -> u32 {
        if self.schedules.len() > 1 { half_dots / 7 } else { half_dots / 6 }
    }

    /// CPU cycles for which the APU is late.
    pub fn late_apu(&self) -> u32 {
        self.late.apu
    }

    /// What was known of $2002 may not hold any more.
    pub fn forget_status(&mut self) {
        self.late.status_rests = None;
    }

    /// For how many whole cycles reads of $2002 surely find what stands there, as
    /// far as that was asked before.
    pub fn status_rests(&self) -> u32 {
        let most = self.most_half_dots();
        let rests = self.late.status_rests.unwrap_or(0).min(self.late.ppu_calm);
        self.cycles_in(rests.saturating_sub(self.late.ppu + most))
    }

    /// Whether the PPU is known to be calm for so many whole cycles.
    pub fn is_calm_for(&self, cycles: u32) -> bool {
        let until = cycles.saturating_mul(self.most_half_dots()).saturating_add(self.late.ppu);
        until <= self.late.ppu_calm
    }

    /// Runs what is left of a cycle in which somebody may have to run, or a line may move.
    #[inline(never)]
    fn end_busy_cycle(&mut self) {
        if self.reached == Moment::EndOfRead {
            self.end_met_cycle();
            return;
        }
        let schedule = self.schedule();
        let late = self.late.ppu + schedule.total - self.late.ahead;
        let runs_ppu = !self.may_wait(late);
        if self.reached != Moment::Start || runs_ppu && !self.lines_rest(late) {
            self.run_until(Moment::End);
            self.reached = Moment::Start;
            return;
        }
        self.late.ppu = late;
        self.late.ahead = 0;
        self.clock_apu();
        self.sample_nmi();
        self.sample_irq();
        self.late.since_m2_fell = schedule.until_end;
        if runs_ppu {
            self.catch_up_ppu();
        } else {
            self.begin_idle();
        }
    }

    /// The rest of a cycle that met the PPU at its end, where /NMI and the cartridge's /IRQ
    /// were sampled before. If the one surely rests and the other is let go, they are what
    /// they were, and as good as sampled since.
    fn end_met_cycle(&mut self) {
        self.run_until(Moment::End);
        self.reached = Moment::Start;
        let rests = LAZY && self.state.ppu.nmi_rests(self.timing, self.late.ppu);
        if rests && !self.cart.board.irq(&self.state.board) {
            self.begin_idle();
        }
    }

    /// The lines were sampled since the PPU or the board ran: what follows is idle, if the
    /// APU did not run, either.
    #[inline(always)]
    fn begin_idle(&mut self) {
        if self.late.apu == 0 {
            return;
        }
        self.work.edges.take::<S>(Edge::IdleBegins);
        let ppu = self.cycles_in(self.late.ppu_may.saturating_sub(self.late.ppu));
        self.late.idle = ppu.min(self.late.apu_calm - self.late.apu);
        if self.watches.cpu_cycles {
            let board = self.late.board_due.saturating_sub(self.state.clock);
            self.late.idle = board.min(self.late.idle.into()) as u32;
        }
    }

    /// Nobody is late any more.
    pub fn catch_up(&mut self) {
        self.catch_up_ppu();
        self.catch_up_apu();
        self.catch_up_board();
    }

    #[inline(always)]
    fn clock_apu(&mut self) {
        if self.late.apu < self.late.apu_calm {
            self.late.apu += 1;
            self.state.wires.put = (!self.state.wires.put.on()).into();
        } else {
            self.clock_apu_now();
        }
        if self.watches.cpu_cycles {
            if self.state.clock >= self.late.board_due {
                self.clock_board();
            }
            self.late.board_cycles = self.state.clock + 1;
        }
    }

    /// Runs the APU and the pads up to this cycle, in which something happens.
    #[inline(never)]
    fn clock_apu_now(&mut self) {
        self.catch_up_apu();
        let put = self.state.wires.put.on();
        if !put {
            self.state.ports.get_to_put(&self.input);
        }
        self.state.ports.end_cycle();
        self.late.loaded |= self.state.apu.is_loading();
        self.late.apu_at += 1;
        if self.state.apu.clock(put, self.region) {
            self.late.loaded = false;
            self.emit();
        }
        self.state.wires.put = (!put).into();
        if self.state.ports.is_idle() {
            self.late.apu_calm = self.state.apu.unseen(!put, self.region);
            let calms = self.late.apu_calm > 0;
            self.work.edges.take::<S>(if calms { Edge::ApuCalms } else { Edge::ApuBusy });
        }
    }

    /// Runs the APU through all cycles that it is late, beside the board's sound. What it
    /// does then is not known any more.
    pub fn catch_up_apu(&mut self) {
        if LAZY {
            let until = self.late.apu_at + u64::from(self.late.apu);
            self.sound_board(until);
            self.run_late_apu(until, &[]);
            self.late.apu_calm = 0;
            self.late.idle = 0;
        }
    }

    /// Runs it through those before a cycle, with these steps of the board's sound.
    pub(super) fn run_late_apu(&mut self, until: u64, steps: &[(u32, i32)]) {
        let cycles = (until.saturating_sub(self.late.apu_at) as u32).min(self.late.apu);
        if cycles == 0 {
            debug_assert!(steps.is_empty(), "the APU has run before the board is heard");
            return;
        }
        self.work.edges.take::<S>(Edge::ApuCaughtUp);
        let put = self.state.wires.put.on() ^ (self.late.apu & 1 != 0);
        let start = (self.late.apu_at - self.start) as u32;
        let span = Span { cycles, put, start };
        let mut beside = Beside { level: self.late.board_level, steps };
        let (apu, loaded) = (&mut self.state.apu, &mut self.late.loaded);
        apu.run_unseen(span, self.region, loaded, &mut beside, self.sink);
        debug_assert!(beside.steps.is_empty(), "the board is heard where the APU has not come");
        self.late.board_level = beside.level;
        self.late.apu -= cycles;
        self.late.apu_calm = self.late.apu_calm.saturating_sub(cycles);
        self.late.apu_at += u64::from(cycles);
    }

    /// Puts out the level of the sound if it changed.
    pub fn emit(&mut self) {
        if S::HEARS {
            let level = apu::mix::mix(self.state.apu.levels());
            self.sink.level(self.elapsed() as u32, level + self.late.board_level);
        }
    }

    /// The pins: /NMI, and /IRQ as the cartridge drives it (the APU's own
    /// joins as M2 falls).
    #[inline(always)]
    fn sample_nmi(&mut self) {
        let board = self.cart.board;
        let nmi = self.watches.cpu_cycles && board.nmi(&self.state.board);
        let wires = &mut self.state.wires;
        wires.sample_nmi(self.state.ppu.nmi() || nmi);
        wires.irq = board.irq(&self.state.board).into();
    }

    #[inline(always)]
    fn sample_irq(&mut self) {
        let irq = self.state.wires.irq.on() || self.state.apu.irq();
        self.state.wires.irq = irq.into();
        self.state.apu.m2_falls();
        self.state.clock += 1;
    }
}
