//! When in a CPU cycle what happens, for each region and CPU/PPU alignment.
//!
//! The first full dot of alignments 0-3 comes 0, 3, 2 and 1 master clocks after
//! the CPU's access starts; half-dots lie half a dot further. PAL has 3.2 dots
//! in a CPU cycle, so its pattern repeats after five.
//!
//! <https://www.nesdev.org/wiki/Cycle_reference_chart>

use super::region::Region;

/// Something that happens within a CPU cycle after the access began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The first half of a dot.
    Dot,
    /// The second half of a dot.
    HalfDot,
    /// The APU's cycle, controllers and the board's own clock with it.
    Apu,
    /// /NMI and the cartridge's /IRQ are sampled.
    Nmi,
    /// M2 falls and /IRQ is complete.
    Irq,
}

/// Where within a CPU cycle an access may stop and look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The CPU's data is valid on the bus.
    DataValid,
    /// The register access ends: M2 is about to fall.
    EndOfRead,
    /// The cycle ends.
    End,
}

/// More events than any cycle has.
const EVENTS: usize = 12;

/// The events of a CPU cycle in order.
#[derive(Clone, Copy)]
pub struct Schedule {
    /// The events; only the first [`end`](Self::end) of them count.
    pub events: [Event; EVENTS],
    ends: [u8; 3],
}

impl Schedule {
    /// How many events lie before a moment.
    #[inline(always)]
    pub fn end(&self, moment: Moment) -> usize {
        self.ends[moment as usize] as usize
    }

    /// A cycle of `clocks` master clocks, a dot of `dot` of them, the first one
    /// at `first`.
    const fn new(clocks: i32, dot: i32, first: i32) -> Self {
        let nmi = clocks / 3;
        let irq = clocks * 7 / 12;
        let valid = clocks / 6;
        let mut schedule = Self { events: [Event::Apu; EVENTS], ends: [0; 3] };
        let mut n = 0;
        let mut clock = 0;
        while clock < clocks {
            if clock == valid {
                schedule.ends[Moment::DataValid as usize] = n as u8;
            }
            if clock == irq {
                schedule.ends[Moment::EndOfRead as usize] = n as u8;
            }
            let here = [
                (clock == nmi, Event::Nmi),
                (clock == irq, Event::Irq),
                ((clock - first) % dot == 0 && clock >= first, Event::Dot),
                ((clock - first - dot / 2) % dot == 0, Event::HalfDot),
                (clock == 0, Event::Apu),
            ];
            let mut which = 0;
            while which < here.len() {
                if here[which].0 {
                    schedule.events[n] = here[which].1;
                    n += 1;
                }
                which += 1;
            }
            clock += 1;
        }
        schedule.ends[Moment::End as usize] = n as u8;
        schedule
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

    fn count(schedule: &Schedule, event: Event) -> usize {
        schedule.events[..schedule.end(Moment::End)].iter().filter(|e| **e == event).count()
    }

    #[test]
    fn an_ntsc_cycle_has_three_dots_on_every_alignment() {
        for alignment in 0..4 {
            let schedule = &of(Region::Ntsc, alignment)[0];
            assert_eq!(count(schedule, Event::Dot), 3);
            assert_eq!(count(schedule, Event::HalfDot), 3);
        }
    }

    #[test]
    fn five_pal_cycles_have_sixteen_dots() {
        for event in [Event::Dot, Event::HalfDot] {
            let dots: usize = of(Region::Pal, 0).iter().map(|s| count(s, event)).sum();
            assert_eq!(dots, 16);
        }
    }

    #[test]
    fn between_the_start_and_the_end_of_a_read_lie_two_dots_or_one() {
        let dots = |alignment| {
            let schedule = &of(Region::Ntsc, alignment)[0];
            let before = &schedule.events[..schedule.end(Moment::EndOfRead)];
            before.iter().filter(|e| **e == Event::Dot).count()
        };
        assert_eq!([dots(0), dots(1), dots(2), dots(3)], [2, 1, 2, 2]);
    }

    #[test]
    fn every_cycle_samples_the_interrupt_lines_once() {
        for region in [Region::Ntsc, Region::Pal, Region::Dendy] {
            for schedule in of(region, 0) {
                for event in [Event::Nmi, Event::Irq, Event::Apu] {
                    assert_eq!(count(schedule, event), 1);
                }
            }
        }
    }
}
