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
//! often A12 may rise before /IRQ moves, [`Ppu::a12_rests`] how soon it may, and
//! [`CartBus`] tells it the time of each change, however late it comes. (On PAL,
//! whose cycles differ in dots, the PPU is never late for such boards.)
//!
//! A board that counts CPU cycles is told of them when something comes of it:
//! [`BoardId::quiet_cycles`] says how long /IRQ and its sound rest, and it catches
//! up before each access to its registers.
//!
//! Where all are calm and the lines were sampled since somebody ran, cycles are
//! *idle*: they are counted, and that is all. Whoever catches up ends that.
//!
//! Reads of $2002 do not even catch up where `ppu/status.rs` knows what they give. To be
//! late is no state: at a frame's end nobody is, in the exact tier nobody ever.
//!
//! [`Ppu::calm`]: super::ppu::Ppu::calm
//! [`Ppu::a12_rests`]: super::ppu::Ppu::a12_rests
//! [`BoardId::quiet_rises`]: super::board::BoardId::quiet_rises
//! [`BoardId::quiet_cycles`]: super::board::BoardId::quiet_cycles

use super::apu::{self, calm::Span};
use super::cart_bus::{CartBus, M2};
use super::output::Sink;
use super::ppu::Hears;
use super::schedule::{Moment, Schedule};
use super::system::System;
use super::{Edge, State};
use zerocopy::IntoBytes;

/// Half-dots between two rises of A12 that count: M2 falls three times.
const APART: u32 = 12;

/// How far the chips are behind the CPU, and how far they may be.
pub struct Late {
    /// Half-dots that the PPU has not run.
    pub(super) ppu: u32,
    /// Half-dots that it may leave.
    pub(super) ppu_may: u32,
    /// Half-dots from where it stands that are known to be calm.
    pub(super) ppu_calm: u32,
    /// Half-dots from there for which the flags of $2002 rest, once that is asked.
    status_rests: Option<u32>,
    /// It stands between the halves of a dot.
    pub(super) amid_dot: bool,
    /// Half-dots, run or late, since M2 fell.
    since_m2_fell: u32,
    /// CPU cycles that the APU has not counted.
    apu: u32,
    /// CPU cycles from where it stands that are known to be calm.
    apu_calm: u32,
    /// A length counter was loaded: the level that this gives is put out with the
    /// next step of any channel, heard or not.
    loaded: bool,
    /// CPU cycles since power-on that a board that watches them was told of.
    pub(super) board: u64,
    /// The cycle in which it has to know: /IRQ or the sound may move.
    board_due: u64,
    /// What its sound adds, as last put out.
    board_level: i32,
    /// Whole cycles ahead in which nobody runs and no interrupt line moves.
    idle: u32,
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
            since_m2_fell: schedule.until_end,
            apu: 0,
            apu_calm: 0,
            loaded: false,
            board: clock,
            board_due: clock,
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
        let (rounds, rest) = (cycles / phases, cycles % phases);
        let whole: u32 = self.schedules.iter().map(|schedule| schedule.total).sum();
        self.late.ppu += rounds * whole;
        for _ in 0..rest {
            self.late.ppu += self.schedule().total;
            self.state.wires.phase = (self.state.wires.phase + 1) % phases as u8;
        }
        self.state.wires.put = (self.state.wires.put.on() ^ (cycles & 1 != 0)).into();
        self.state.clock += u64::from(cycles);
    }

    /// As many half-dots as a cycle may have.
    fn most_half_dots(&self) -> u32 {
        if self.schedules.len() > 1 { 7 } else { self.schedules[0].total }
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
        let rests = self.late.status_rests.unwrap_or(0);
        rests.saturating_sub(self.late.ppu + most) / most
    }

    /// The same when somebody may have to run, or a line may have moved.
    #[inline(never)]
    fn end_busy_cycle(&mut self) {
        let schedule = self.schedule();
        let late = self.late.ppu + schedule.total;
        let runs_ppu = !self.may_wait(late);
        if self.reached != Moment::Start || runs_ppu && !self.lines_rest(late) {
            self.run_until(Moment::End);
            self.reached = Moment::Start;
            return;
        }
        self.late.ppu += schedule.total;
        self.clock_apu();
        self.sample_nmi();
        self.sample_irq();
        self.late.since_m2_fell = schedule.until_end;
        if runs_ppu {
            self.catch_up_ppu();
        } else if self.late.apu > 0 {
            // Nobody ran, and the lines were sampled since.
            self.work.edges.take::<S>(Edge::IdleBegins);
            let ppu = (self.late.ppu_may - self.late.ppu) / self.most_half_dots();
            self.late.idle = ppu.min(self.late.apu_calm - self.late.apu);
            if self.watches.cpu_cycles {
                let board = self.late.board_due.saturating_sub(self.state.clock);
                self.late.idle = board.min(self.late.idle.into()) as u32;
            }
        }
    }

    /// Whether so many half-dots of the PPU, calm or not, leave /NMI and a listening
    /// board's /IRQ as they are. Then it need not stop where the lines are sampled.
    fn lines_rest(&self, half_dots: u32) -> bool {
        if !LAZY || !self.state.ppu.nmi_rests(self.timing, half_dots) {
            return false;
        }
        let rises = self.cart.board.quiet_rises(&self.state.board);
        !self.watches.ppu_address || self.schedules.len() == 1 && rises > half_dots / APART + 1
    }

    #[inline(always)]
    fn step_ppu(&mut self, half_dots: u32) {
        self.late.ppu += half_dots;
        self.late.since_m2_fell += half_dots;
        if !self.may_wait(self.late.ppu) {
            self.catch_up_ppu();
        }
    }

    /// Runs the PPU up to now.
    #[inline(never)]
    pub fn catch_up_ppu(&mut self) {
        if !LAZY {
            return;
        }
        self.late.idle = 0;
        self.late.status_rests = None;
        let State { ppu, ram, board, clock, wires, .. } = &mut *self.state;
        let Late { ppu: late, ppu_calm: calm, amid_dot, since_m2_fell, .. } = &mut self.late;
        let watching = self.watches.ppu_address;
        let m2 = M2 { falls: *clock, since: *since_m2_fell, left: *late };
        let hears = match (watching, self.cart.board.hears_a12_alone()) {
            (false, _) => Hears::Nothing,
            (true, true) => Hears::A12,
            (true, false) => Hears::Everything,
        };
        let answers = self.cart.board.answers_ppu();
        let mut bus =
            CartBus { cart: self.cart, map: self.map, ram, board, hears, a12: None, answers, m2 };
        self.work.half_dots += u64::from(*late);
        while *late > 0 {
            if *calm == 0 {
                *calm = ppu.calm(self.timing, *amid_dot);
                self.work.edges.take::<S>(Self::calm_edge(ppu, *calm));
            }
            bus.m2.left = *late;
            let half_dots = (*late).min(*calm).max(1);
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
            }
            *amid_dot ^= half_dots & 1 != 0;
            *late -= half_dots;
        }
        self.late.ppu_may = self.ppu_may_wait();
    }

    /// For how many of the calm half-dots ahead a board that watches the PPU
    /// keeps /IRQ as it is.
    pub(super) fn ppu_may_wait(&self) -> u32 {
        if !self.watches.ppu_address {
            return self.late.ppu_calm;
        } else if self.schedules.len() > 1 {
            return 0;
        }
        let board = self.cart.board;
        let rises = board.quiet_rises(&self.state.board);
        let first = if board.hears_a12_alone() {
            self.state.ppu.a12_rests(self.timing, self.late.amid_dot)
        } else if self.state.ppu.moves_address() {
            // An address by itself may begin one of the lines that an MMC5 counts.
            return 0;
        } else {
            0
        };
        self.late.ppu_calm.min(rises.saturating_mul(APART).saturating_add(first))
    }

    /// Nobody is late any more.
    pub fn catch_up(&mut self) {
        self.catch_up_ppu();
        self.catch_up_apu();
        self.catch_up_board();
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
        self.catch_up_ppu();
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
        if end >= self.late.ppu_may {
            self.work.edges.take::<S>(Edge::StatusOutOfReach);
            return None;
        }
        let (ppu, crowd) = (&mut self.state.ppu, &mut self.crowd);
        let rests = *self.late.status_rests.get_or_insert_with(|| ppu.status_rests(crowd));
        let known = end < rests;
        self.work.edges.take::<S>(if known { Edge::StatusKnown } else { Edge::StatusMayMove });
        known.then(|| ppu.end_status_read(0, self.state.clock))
    }

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
        self.pass_board(self.state.clock + 1);
        self.late.board_due = self.late.board;
        let (id, board, ram) = (self.cart.board, &self.state.board, self.state.ram.as_bytes());
        let level = id.level(board, ram);
        if LAZY {
            let quiet = id.quiet_cycles(board, ram);
            self.late.board_due += u64::from(quiet);
            self.work.edges.take::<S>(if quiet > 0 { Edge::BoardRests } else { Edge::BoardBusy });
        }
        if self.late.board_level != level {
            // What the APU did so far, with this cycle, sounded beside the old level.
            self.catch_up_apu_to(self.elapsed() + 1);
            self.late.board_level = level;
            self.work.edges.take::<S>(Edge::BoardSounds);
            self.emit();
        }
    }

    #[inline(always)]
    fn clock_apu(&mut self) {
        if self.late.apu < self.late.apu_calm {
            self.late.apu += 1;
            self.state.wires.put = (!self.state.wires.put.on()).into();
        } else {
            self.clock_apu_now();
        }
        if self.watches.cpu_cycles && self.state.clock >= self.late.board_due {
            self.clock_board();
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

    /// Runs the APU up to the start of this cycle. What it does then is not
    /// known any more.
    pub fn catch_up_apu(&mut self) {
        // The clock counts a cycle when M2 falls, later than the APU does.
        self.catch_up_apu_to(self.elapsed() + u64::from(self.reached != Moment::Start));
    }

    /// The same up to a cycle of this frame.
    fn catch_up_apu_to(&mut self, end: u64) {
        if !LAZY {
            return;
        }
        let cycles = std::mem::take(&mut self.late.apu);
        self.late.apu_calm = 0;
        self.late.idle = 0;
        if cycles > 0 {
            self.work.edges.take::<S>(Edge::ApuCaughtUp);
            let put = self.state.wires.put.on() ^ (cycles & 1 != 0);
            let beside = self.late.board_level;
            let span = Span { cycles, put, start: end as u32 - cycles, beside };
            self.state.apu.run_unseen(span, self.region, &mut self.late.loaded, self.sink);
        }
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
