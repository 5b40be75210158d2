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
}

impl Schedule {
    /// The half-dots from the start to a moment.
    pub fn until(&self, moment: Moment) -> u32 {
        match moment {
            Moment::Start => 0,
            Moment::DataValid => self.until_valid,
            Moment::EndOfRead => self.until_m2(),
            Moment::End => self.total,
        }
    }

    /// The half-dots from the start until /NMI and the cartridge's /IRQ are sampled.
    #[inline(always)]
    pub fn until_nmi(&self) -> u32 {
        self.until_valid + self.until_lines
    }

    /// The half-dots from the start until M2 falls.
    #[inline(always)]
    pub fn until_m2(&self) -> u32 {
        self.total - self.until_end
    }

    /// A cycle of `clocks` master clocks, a dot of `dot` of them, the first one
    /// at `first`.
    const fn new(clocks: i32, dot: i32, first: i32) -> Self {
        let half = first + dot / 2;
        let ends = [clocks / 6, clocks / 3, clocks * 7 / 12, clocks];
        let mut counts = [0; 4];
        let mut clock = 0;
        let mut part = 0;
        while clock < clocks {
            while clock == ends[part] {
                part += 1;
            }
            if (clock - first) % dot == 0 || (clock - half) % dot == 0 {
                counts[part] += 1;
            }
            clock += 1;
        }
        let [until_valid, until_lines, until_m2_falls, until_end] = counts;
        Self {
            begins_amid_dot: half >= dot,
            until_valid,
            until_lines,
            until_m2_falls,
            until_end,
            total: until_valid + until_lines + until_m2_falls + until_end,
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
    fn an_ntsc_cycle_has_three_dots_on_every_alignment() {
        for alignment in 0..4 {
            assert_eq!(of(Region::Ntsc, alignment)[0].total, 6);
        }
    }

    #[test]
    fn five_pal_cycles_have_sixteen_dots() {
        assert_eq!(of(Region::Pal, 0).iter().map(|s| s.total).sum::<u32>(), 32);
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
