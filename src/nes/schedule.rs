//! When in a CPU cycle what happens, for each region and CPU/PPU alignment.
//!
//! The first full dot of alignments 0-3 comes 0, 3, 2 and 1 master clocks after
//! the CPU's access starts; half-dots lie half a dot further. PAL has 3.2 dots
//! in a CPU cycle, so its pattern repeats after five.
//!
//! Halves of dots simply alternate, so a cycle is told by how many of them lie
//! between the moments at which its two sides look at each other.
//!
//! <https://www.nesdev.org/wiki/Cycle_reference_chart>

use super::region::Region;

/// Where within a CPU cycle an access may stop and look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
pub enum Moment {
    /// The access begins.
    Start,
    /// The CPU's data is valid on the bus.
    DataValid,
    /// The register access ends: M2 is about to fall.
    EndOfRead,
    /// The cycle ends.
    End,
}

/// The half-dots of a CPU cycle.
#[derive(Clone, Copy, Debug)]
pub struct Schedule {
    /// The first of them is the second half of a dot.
    pub begins_amid_dot: bool,
    /// From the start until the CPU's data is valid.
    pub until_valid: u32,
    /// From there until /NMI and the cartridge's /IRQ are sampled.
    pub until_lines: u32,
    /// From there until M2 falls and /IRQ is complete.
    pub until_m2_falls: u32,
    /// From there to the end.
    pub until_end: u32,
    /// All of them.
    pub total: u32,
    /// The same with the looks between them, up to each moment.
    until: [Steps; 4],
}

/// What happens in a cycle, in its order. Four bits are a group of steps, from the lowest
/// one up, and the lowest group comes first: so most groups are more than one step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Steps(u64);

impl Steps {
    /// /NMI and the cartridge's /IRQ are sampled.
    pub const LINES: u64 = 1;
    /// The second half of a dot.
    pub const HALF: u64 = 2;
    /// M2 falls and /IRQ is complete.
    pub const M2_FALLS: u64 = 4;
    /// The first half of a dot.
    pub const DOT: u64 = 8;

    const BITS: u32 = 4;

    /// The same with another step behind them: in the last group, or in a new one.
    const fn then(self, step: u64) -> Self {
        let groups = (u64::BITS - self.0.leading_zeros()).div_ceil(Self::BITS);
        let in_last = groups.saturating_sub(1) * Self::BITS;
        let fits = step > self.0 >> in_last;
        Self(self.0 | step << if fits { in_last } else { groups * Self::BITS })
    }

    /// Whether none is left.
    #[inline(always)]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether the first group has a step.
    #[inline(always)]
    pub fn has(self, step: u64) -> bool {
        self.0 & step != 0
    }

    /// Without the first group.
    #[inline(always)]
    pub fn rest(self) -> Self {
        Self(self.0 >> Self::BITS)
    }

    /// Without those that were taken.
    #[inline(always)]
    pub fn without(self, taken: Self) -> Self {
        Self(self.0 & !taken.0)
    }

    /// With those.
    #[inline(always)]
    pub fn with(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }
}

impl Schedule {
    /// The steps up to a moment, from the beginning.
    #[inline(always)]
    pub fn steps(&self, moment: Moment) -> Steps {
        self.until[moment as usize]
    }

    /// A cycle of `clocks` master clocks, a dot of `dot` of them, the first one
    /// at `first`.
    const fn new(clocks: i32, dot: i32, first: i32) -> Self {
        let half = first + dot / 2;
        let ends = [clocks / 6, clocks / 3, clocks * 7 / 12, clocks];
        let mut counts = [0; 4];
        let mut steps = Steps(0);
        let mut until = [steps; 4];
        let (mut clock, mut part) = (0, 0);
        while clock < clocks {
            while clock == ends[part] {
                match part {
                    0 => until[Moment::DataValid as usize] = steps,
                    1 => steps = steps.then(Steps::LINES),
                    _ => {
                        until[Moment::EndOfRead as usize] = steps;
                        steps = steps.then(Steps::M2_FALLS);
                    }
                }
                part += 1;
            }
            let is_dot = (clock - first) % dot == 0;
            if is_dot || (clock - half) % dot == 0 {
                counts[part] += 1;
                steps = steps.then(if is_dot { Steps::DOT } else { Steps::HALF });
            }
            clock += 1;
        }
        until[Moment::End as usize] = steps;
        let [until_valid, until_lines, until_m2_falls, until_end] = counts;
        Self {
            begins_amid_dot: half >= dot,
            until_valid,
            until_lines,
            until_m2_falls,
            until_end,
            total: until_valid + until_lines + until_m2_falls + until_end,
            until,
        }
    }
}

static NTSC: [[Schedule; 1]; 4] = [
    [Schedule::new(12, 4, 0)],
    [Schedule::new(12, 4, 3)],
    [Schedule::new(12, 4, 2)],
    [Schedule::new(12, 4, 1)],
];
static DENDY: [Schedule; 1] = [Schedule::new(15, 5, 0)];
static PAL: [Schedule; 5] = [
    Schedule::new(16, 5, 0),
    Schedule::new(16, 5, 4),
    Schedule::new(16, 5, 3),
    Schedule::new(16, 5, 2),
    Schedule::new(16, 5, 1),
];

/// The schedules of a console, one for each CPU cycle in turn.
pub fn of(region: Region, alignment: u8) -> &'static [Schedule] {
    match region {
        Region::Ntsc => &NTSC[usize::from(alignment & 3)],
        Region::Pal => &PAL,
        Region::Dendy => &DENDY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cycle_has_three_dots_on_every_alignment_but_on_pal() {
        for (region, alignment) in (0..4).flat_map(|n| [(Region::Ntsc, n), (Region::Dendy, n)]) {
            assert_eq!(of(region, alignment).len(), 1);
            assert_eq!(of(region, alignment)[0].total, 6);
        }
    }

    #[test]
    fn five_pal_cycles_have_sixteen_dots() {
        assert_eq!(of(Region::Pal, 0).iter().map(|s| s.total).sum::<u32>(), 32);
    }

    /// The steps up to a moment, one by one.
    fn list(schedule: &Schedule, moment: Moment) -> Vec<u64> {
        let mut steps = schedule.steps(moment);
        let mut list = Vec::new();
        while !steps.is_empty() {
            let order = [Steps::LINES, Steps::HALF, Steps::M2_FALLS, Steps::DOT];
            list.extend(order.into_iter().filter(|step| steps.has(*step)));
            steps = steps.rest();
        }
        list
    }

    fn half_dots(steps: &[u64]) -> u32 {
        steps.iter().filter(|step| [Steps::DOT, Steps::HALF].contains(step)).count() as u32
    }

    #[test]
    fn the_steps_are_the_half_dots_in_turn_and_the_looks_between_them() {
        let all = [of(Region::Pal, 0), of(Region::Dendy, 0)];
        for schedule in all.into_iter().chain((0..4).map(|a| of(Region::Ntsc, a))).flatten() {
            let whole = list(schedule, Moment::End);
            let mut amid_dot = schedule.begins_amid_dot;
            for step in whole.iter().filter(|step| [Steps::DOT, Steps::HALF].contains(step)) {
                assert_eq!(*step == Steps::HALF, amid_dot);
                amid_dot = !amid_dot;
            }
            let place = |step| whole.iter().position(|here| *here == step).unwrap();
            let (lines, m2) = (place(Steps::LINES), place(Steps::M2_FALLS));
            let until_lines = schedule.until_valid + schedule.until_lines;
            assert_eq!(half_dots(&whole[..lines]), until_lines);
            assert_eq!(half_dots(&whole[..m2]), until_lines + schedule.until_m2_falls);
            assert_eq!(half_dots(&whole), schedule.total);
            assert_eq!(whole.len() as u32, schedule.total + 2);
            assert!(list(schedule, Moment::Start).is_empty());
            let until_valid = list(schedule, Moment::DataValid);
            assert_eq!(until_valid, whole[..schedule.until_valid as usize]);
            assert_eq!(list(schedule, Moment::EndOfRead), whole[..m2]);
        }
    }

    #[test]
    fn halves_alternate_from_cycle_to_cycle() {
        let all = [of(Region::Pal, 0), of(Region::Dendy, 0)];
        for schedules in all.into_iter().chain((0..4).map(|a| of(Region::Ntsc, a))) {
            for (n, this) in schedules.iter().enumerate() {
                let next = &schedules[(n + 1) % schedules.len()];
                let flips = this.total % 2 == 1;
                assert_eq!(next.begins_amid_dot, this.begins_amid_dot ^ flips, "{n}");
            }
        }
    }

    #[test]
    fn between_the_start_and_the_end_of_a_read_lie_two_dots_or_one() {
        let dots = |alignment| {
            let s = &of(Region::Ntsc, alignment)[0];
            let halves = s.until_valid + s.until_lines + s.until_m2_falls;
            (halves + u32::from(!s.begins_amid_dot)) / 2
        };
        assert_eq!([dots(0), dots(1), dots(2), dots(3)], [2, 1, 2, 2]);
    }
}
