//! When PLAY is called, when a track is over, and NSF2's timer.
//!
//! ```text
//!  $4100        DO.. ....  read: D: PLAY is due, until this is written; O: the track is over
//!  $4103        .... ...N  both pull /NMI: they reach music that never returns
//!  $4110-$4113  how often PLAY is due: 256ths of a CPU cycle, 0: never
//!  $4114-$4118  CPU cycles of the track; 0: it has no end
//!  $4119-$411C  in how many of them, the last ones, it fades; this one's write starts all
//!  $401B $401C  the timer's reload value R, low and high
//!  $401D        F... ...E  E: it runs, from R on; 0 holds it there and takes F;
//!                          F: R + 1 cycles went by, /IRQ is pulled; a read takes it
//!  $FFFE $FFFF  the music's own IRQ vector, which is RAM
//! ```
//!
//! No cartridge has /NMI; players in hardware use the PPU's, which comes once a frame. The
//! file's rate is another.
//!
//! <https://www.nesdev.org/wiki/NSF2>, `nsf2_irq.s` of nes-audio-tests

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use crate::nes::output::Fade;

const DUE: u8 = 0x80;
const OVER: u8 = 0x40;
/// $401D.
const FIRED: u8 = 0x80;
const RUNS: u8 = 0x01;
/// 256ths of a cycle in the fewest cycles between calls.
const SHORTEST: u32 = 64 * 256;

/// The registers, and what has passed.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Clock {
    /// CPU cycles since the track began.
    since: u64,
    /// 256ths of a cycle since PLAY was due.
    passed: u32,
    /// The timer.
    counter: u16,
    reload: [u8; 2],
    /// $4110-$411C.
    period: [u8; 4],
    length: [u8; 5],
    fade: [u8; 4],
    due: u8,
    nmi: u8,
    /// $401D.
    control: u8,
    /// $FFFE and $FFFF.
    vector: [u8; 2],
    rest: [u8; 6],
}

impl Clock {
    /// $4110 and on.
    pub fn write(&mut self, address: u16, value: u8) {
        match usize::from(address - 0x4110) {
            n @ 0..=3 => self.period[n] = value,
            n @ 4..=8 => self.length[n - 4] = value,
            n => self.fade[n - 9] = value,
        }
        if address == 0x411c {
            (self.passed, self.due, self.since) = (0, 0, 0);
        }
    }

    /// $4102: no call comes. What has faded stays as soft until the next track begins.
    pub fn silence(&mut self) {
        let Self { since, length, fade, .. } = *self;
        self.as_mut_bytes().fill(0);
        (self.since, self.length, self.fade) = (since, length, fade);
    }

    /// $4100.
    pub fn status(&self) -> u8 {
        let over = if self.is_over() { OVER } else { 0 };
        if self.due != 0 { DUE | over } else { over }
    }

    /// A write to $4100.
    pub fn take(&mut self) {
        self.due = 0;
    }

    /// $4103.
    pub fn pull_nmi(&mut self, value: u8) {
        self.nmi = value & 1;
    }

    /// $401B-$401D.
    pub fn write_timer(&mut self, address: u16, value: u8) {
        match address {
            0x401b => self.reload[0] = value,
            0x401c => self.reload[1] = value,
            _ => {
                if self.control & value & RUNS == 0 {
                    self.counter = u16::from_le_bytes(self.reload);
                    self.control = value & RUNS;
                }
            }
        }
    }

    /// $401B-$401D; whether this takes F is up to [`Clock::acknowledge`].
    pub fn read_timer(&self, address: u16) -> u8 {
        match address {
            0x401b => self.reload[0],
            0x401c => self.reload[1],
            _ => self.control,
        }
    }

    /// A read of $401D.
    pub fn acknowledge(&mut self) {
        self.control &= !FIRED;
    }

    /// $FFFE and $FFFF.
    pub fn vector(&mut self) -> &mut [u8; 2] {
        &mut self.vector
    }

    /// So many cycles end.
    pub fn pass(&mut self, cycles: u32) {
        let period = self.period();
        if period != 0 {
            let passed = u64::from(self.passed) + u64::from(cycles) * 256;
            self.due |= u8::from(passed >= period.into());
            self.passed = (passed % u64::from(period)) as u32;
        }
        self.since = self.since.saturating_add(cycles.into());
        if self.control & RUNS != 0 {
            let counter = u32::from(self.counter);
            if cycles <= counter {
                self.counter -= cycles as u16;
            } else {
                let reload = u32::from(u16::from_le_bytes(self.reload));
                self.counter = (reload - (cycles - counter - 1) % (reload + 1)) as u16;
                self.control |= FIRED;
            }
        }
    }

    /// For how many cycles /NMI and /IRQ rest.
    pub fn quiet(&self) -> u32 {
        let timer = match self.control & (RUNS | FIRED) {
            RUNS => self.counter.into(),
            _ => u32::MAX,
        };
        if self.nmi == 0 || self.nmi() {
            return timer;
        }
        let due = match self.period() {
            0 => u32::MAX,
            period => (period - self.passed).div_ceil(256) - 1,
        };
        let over = match self.length() {
            0 => u32::MAX,
            length => (length - self.since - 1).min(u32::MAX.into()) as u32,
        };
        timer.min(due).min(over)
    }

    /// Whether /NMI is pulled.
    pub fn nmi(&self) -> bool {
        self.nmi != 0 && self.status() != 0
    }

    /// Whether /IRQ is pulled.
    pub fn irq(&self) -> bool {
        self.control & FIRED != 0
    }

    /// How the track ends.
    pub fn fade(&self) -> Fade {
        Fade { since: self.since, length: self.length(), over: u32::from_le_bytes(self.fade) }
    }

    pub fn sanitize(&mut self) {
        self.passed = if self.period() == 0 { 0 } else { self.passed % self.period() };
        self.due &= 1;
        self.nmi &= 1;
        self.control &= FIRED | RUNS;
    }

    fn is_over(&self) -> bool {
        self.length() != 0 && self.since >= self.length()
    }

    /// 256ths of a CPU cycle from call to call; 0: none comes.
    fn period(&self) -> u32 {
        match u32::from_le_bytes(self.period) {
            0 => 0,
            period => period.max(SHORTEST),
        }
    }

    fn length(&self) -> u64 {
        let [a, b, c, d, e] = self.length;
        u64::from_le_bytes([a, b, c, d, e, 0, 0, 0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(period: u32, length: u64, fade: u32) -> Clock {
        let mut clock = Clock::read_from_bytes(&[0; size_of::<Clock>()]).unwrap();
        let bytes = [&period.to_le_bytes()[..], &length.to_le_bytes()[..5], &fade.to_le_bytes()];
        bytes.concat().iter().zip(0x4110..).for_each(|(byte, at)| clock.write(at, *byte));
        clock
    }

    /// The cycles after which something is so.
    fn when(clock: &mut Clock, cycles: u32, is: impl Fn(&mut Clock) -> bool) -> Vec<u32> {
        let mut seen = Vec::new();
        for cycle in 1..=cycles {
            clock.pass(1);
            if is(clock) {
                seen.push(cycle);
            }
        }
        seen
    }

    #[test]
    fn play_is_due_after_as_many_cycles_as_were_asked_for_until_it_is_taken() {
        // 1000 and a half.
        let mut clock = clock(1000 * 256 + 128, 0, 0);
        let take = |clock: &mut Clock| {
            let status = clock.status();
            clock.take();
            status == DUE
        };
        assert_eq!(when(&mut clock, 4002, take), [1001, 2001, 3002, 4002]);
        clock.pass(1001);
        assert_eq!([clock.status(), clock.status()], [DUE; 2]);
    }

    #[test]
    fn a_track_is_over_when_its_cycles_are_and_stays_over() {
        let mut c = clock(0, 700, 0);
        assert_eq!(when(&mut c, 702, |c| c.status() == OVER), [700, 701, 702]);
        assert_eq!(when(&mut clock(0, 0, 0), 999, |c| c.status() != 0), [0; 0], "it has no end");
    }

    #[test]
    fn nmi_comes_when_play_is_due_or_the_track_is_over_and_only_where_it_was_asked_for() {
        let mut c = clock(300 * 256, 700, 0);
        assert_eq!(when(&mut c, 999, |c| c.nmi()), [0; 0]);
        let mut c = clock(300 * 256, 700, 0);
        c.pull_nmi(1);
        let edges = when(&mut c, 705, |c| {
            let pulled = c.nmi();
            c.take();
            pulled
        });
        assert_eq!(edges, [300, 600, 700, 701, 702, 703, 704, 705]);
    }

    #[test]
    fn the_timer_pulls_irq_every_r_and_one_cycles_and_a_read_takes_it() {
        let mut c = clock(0, 0, 0);
        c.write_timer(0x401b, 0x2c);
        c.write_timer(0x401c, 0x01);
        assert_eq!(when(&mut c, 999, |c| c.irq()), [0; 0], "it does not run");
        c.write_timer(0x401d, 1);
        let take = |c: &mut Clock| {
            let fired = c.irq() && c.read_timer(0x401d) == 0x81;
            c.acknowledge();
            fired
        };
        assert_eq!(when(&mut c, 1000, take), [301, 602, 903]);
        // Written again while it runs, it goes on.
        c.write_timer(0x401d, 1);
        assert_eq!(when(&mut c, 204, take), [204]);
        assert_eq!([c.read_timer(0x401b), c.read_timer(0x401c)], [0x2c, 1]);
    }

    #[test]
    fn switched_off_the_timer_forgets_that_it_fired_and_begins_anew() {
        let mut c = clock(0, 0, 0);
        c.write_timer(0x401b, 9);
        c.write_timer(0x401d, 1);
        c.pass(17);
        assert!(c.irq());
        c.write_timer(0x401d, 0);
        assert!(!c.irq() && when(&mut c, 99, |c| c.irq()).is_empty());
        c.write_timer(0x401d, 1);
        assert_eq!(when(&mut c, 10, |c| c.irq()), [10]);
    }

    #[test]
    fn a_reload_value_written_while_it_runs_counts_from_the_next_round_on() {
        let mut c = clock(0, 0, 0);
        c.write_timer(0x401b, 99);
        c.write_timer(0x401d, 1);
        c.pass(50);
        c.write_timer(0x401b, 9);
        let take = |c: &mut Clock| {
            let fired = c.irq();
            c.acknowledge();
            fired
        };
        assert_eq!(when(&mut c, 70, take), [50, 60, 70]);
    }

    #[test]
    fn many_cycles_at_once_are_as_many_one_by_one_and_lines_rest_as_long_as_is_said() {
        for (period, length, reload, nmi) in
            [(0, 0, 0, 0), (0, 0, 6, 0), (70 * 256 + 7, 999, 210, 1), (90 * 256, 0, 1, 1)]
        {
            let new = || {
                let mut c = clock(period, length, 100);
                c.pull_nmi(nmi);
                c.write_timer(0x401b, reload);
                c.write_timer(0x401d, u8::from(reload != 0));
                c
            };
            let (mut many, mut single) = (new(), new());
            for step in [1, 2, 69, 70, 71, 3, 210, 211, 5, 400, 8] {
                let lines = (single.nmi(), single.irq());
                let quiet = single.quiet();
                for cycle in 0..step {
                    single.pass(1);
                    if cycle < quiet {
                        assert_eq!(lines, (single.nmi(), single.irq()), "{cycle} of {quiet}");
                    }
                }
                many.pass(step);
                assert_eq!(many.as_bytes(), single.as_bytes());
                for c in [&mut many, &mut single] {
                    c.take();
                    c.acknowledge();
                }
            }
        }
    }
}
