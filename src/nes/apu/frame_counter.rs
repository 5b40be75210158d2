//! The frame counter: quarter and half frames, and its IRQ.
//!
//! The count is in CPU cycles and reads 1 in the cycle in which a reset lands.
//!
//! | | 4-step | 5-step | PAL 4-step | PAL 5-step |
//! |---|---|---|---|---|
//! | quarter | 7457 14913 22371 29829 | 7457 14913 22371 37281 | 8313 16627 24939 33253 | 8313 16627 24939 41565 |
//! | half | 14913 29829 | 14913 37281 | 16627 33253 | 16627 41565 |
//! | IRQ flag | 29828-29830 | | 33252-33254 | |
//! | wraps at | 29830 | 37282 | 33254 | 41566 |
//!
//! A write to $4017 lands three or four cycles later, always on the same half of
//! an APU cycle: then the count falls and the mode changes. M clocks everything
//! in the cycle before that; what the old sequence clocked one cycle earlier is
//! the same pulse and clocks once. The inhibit bit does not wait. (The ROMs
//! `test_apu_2` and `test_apu_m` see all of this through the length counter.)
//!
//! <https://www.nesdev.org/wiki/APU_Frame_Counter>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::calm::FAR;
use crate::nes::bits::Flag;
use crate::nes::fields::fields;
use crate::nes::region::Region;

/// The counts of one region.
struct Counts {
    quarter: [u16; 3],
    four: u16,
    five: u16,
}

const COUNTS: [Counts; 2] = [
    Counts { quarter: [7457, 14913, 22371], four: 29829, five: 37281 },
    Counts { quarter: [8313, 16627, 24939], four: 33253, five: 41565 },
];

impl Counts {
    #[inline(always)]
    fn of(region: Region) -> &'static Self {
        &COUNTS[usize::from(region == Region::Pal)]
    }
}

/// Counts in a block of [`HAS_ROW`].
const BLOCK: u16 = 32;

/// Whether a row of some region's table lies in a block of counts, or all of them are
/// past its last one.
static HAS_ROW: [bool; 0x10000 / BLOCK as usize] = {
    let mut has_row = [false; 0x10000 / BLOCK as usize];
    let mut region = 0;
    while region < COUNTS.len() {
        let Counts { quarter, four, five } = COUNTS[region];
        let rows = [quarter[0], quarter[1], quarter[2], four - 1, four, four + 1];
        let mut row = 0;
        while row < rows.len() {
            has_row[(rows[row] / BLOCK) as usize] = true;
            row += 1;
        }
        let mut past = (five / BLOCK) as usize;
        while past < has_row.len() {
            has_row[past] = true;
            past += 1;
        }
        region += 1;
    }
    has_row
};

/// What the counter clocks in a cycle.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Clocks {
    /// Envelopes and the linear counter.
    pub quarter: bool,
    /// Length counters and sweeps.
    pub half: bool,
}

/// The frame counter.
#[derive(Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct FrameCounter {
    count: u16,
    /// $4017: `MI-- ----`.
    mode: u8,
    /// Bit n is set when a write to $4017 lands in n cycles.
    landing: u8,
    /// The byte that lands.
    written: u8,
    /// The flag in $4015.
    pub flag: Flag,
    /// A read of $4015 clears the flag at the next put → get transition.
    clearing: Flag,
    /// What it pulls /IRQ with: follows the flag by a cycle.
    pub irq: Flag,
}

fields! {
    FrameCounter: count, mode, landing, written, flag, clearing, irq
}

impl FrameCounter {
    /// As if $00 had been written to $4017 shortly before the first code runs.
    pub fn power_on() -> Self {
        Self {
            count: 0,
            mode: 0,
            landing: 0,
            written: 0,
            flag: Flag::OFF,
            clearing: Flag::OFF,
            irq: Flag::OFF,
        }
    }

    /// The reset button: $4017 keeps its mode and counts anew.
    pub fn reset(&mut self) {
        *self = Self { mode: self.mode, ..Self::power_on() };
    }

    /// A write to $4017. It lands three cycles later when written in a put
    /// cycle, four in a get cycle.
    pub fn write(&mut self, value: u8, put: bool) {
        self.written = value;
        self.mode = self.mode & 0x80 | value & 0x40;
        if self.inhibited() {
            self.flag = Flag::OFF;
            self.irq = Flag::OFF;
        }
        self.landing |= 1 << if put { 4 } else { 5 };
    }

    /// A read of $4015 asks for the flag to be cleared.
    pub fn acknowledge(&mut self) {
        self.clearing = Flag::ON;
    }

    /// The put → get transition.
    pub fn put_to_get(&mut self) {
        if self.clearing.take() {
            self.flag = Flag::OFF;
            self.irq = Flag::OFF;
        }
    }

    /// A CPU cycle.
    #[inline(always)]
    pub fn clock(&mut self, region: Region) -> Clocks {
        let next = self.count.wrapping_add(1);
        if self.landing == 0 && !HAS_ROW[usize::from(next / BLOCK)] {
            self.count = next;
            return Clocks::default();
        }
        self.clock_row(region)
    }

    /// The same near a row of the table, or with a write on its way.
    #[inline(never)]
    fn clock_row(&mut self, region: Region) -> Clocks {
        let counts = Counts::of(region);
        let mut clocks =
            if self.landing != 0 { self.clock_landing(counts) } else { Clocks::default() };
        self.count = self.count.wrapping_add(1);
        let count = self.count;
        if count < counts.four - 1 {
            if count == counts.quarter[0] || count == counts.quarter[2] {
                clocks.quarter = true;
            } else if count == counts.quarter[1] {
                clocks = Clocks { quarter: true, half: true };
            }
        } else if self.mode & 0x80 != 0 {
            if count == counts.five {
                clocks = Clocks { quarter: true, half: true };
            } else if count > counts.five {
                self.count = 0;
            }
        } else {
            self.end_of_four(count - (counts.four - 1), &mut clocks);
        }
        clocks
    }

    /// A write to $4017 is on its way.
    #[inline(never)]
    fn clock_landing(&mut self, counts: &Counts) -> Clocks {
        let mut clocks = Clocks::default();
        self.landing >>= 1;
        if self.landing & 2 != 0 && self.written & 0x80 != 0 {
            clocks = self.clock_all(counts);
        }
        if self.landing & 1 != 0 {
            self.mode = self.written;
            self.count = 0;
        }
        clocks
    }

    /// M clocks everything, but for what was clocked in the cycle before.
    fn clock_all(&self, counts: &Counts) -> Clocks {
        let last = if self.mode & 0x80 != 0 { counts.five } else { counts.four };
        let half = self.count == counts.quarter[1] || self.count == last;
        let quarter = half || counts.quarter.contains(&self.count);
        Clocks { quarter: !quarter, half: !half }
    }

    /// So many CPU cycles before the next row of the table.
    #[inline(always)]
    pub fn run(&mut self, cycles: u32) {
        self.count += cycles as u16;
    }

    /// CPU cycles before the next row of the table, or a write's effect.
    pub fn calm(&self, region: Region) -> u32 {
        if self.landing != 0 || self.clearing.on() {
            return 0;
        }
        let counts = Counts::of(region);
        let last = if self.mode & 0x80 != 0 { counts.five } else { counts.four - 1 };
        let next = counts.quarter.into_iter().find(|quarter| *quarter > self.count).unwrap_or(last);
        u32::from(next - 1).saturating_sub(self.count.into())
    }

    /// Whether a read of $4015 clears anything.
    pub fn is_flagged(&self) -> bool {
        self.flag.on() || self.irq.on()
    }

    /// CPU cycles before the one in which what it pulls /IRQ with may move.
    pub fn irq_rests(&self, region: Region) -> u32 {
        if self.landing != 0 || self.clearing.on() {
            return 0;
        } else if self.inhibited() || (self.flag.on() && self.irq.on()) {
            return FAR;
        } else if self.flag.on() {
            return 0;
        } else if self.mode & 0x80 != 0 {
            return FAR;
        }
        let counts = Counts::of(region);
        u32::from(counts.four - 2).saturating_sub(self.count.into())
    }

    /// The last three cycles of the 4-step sequence. With IRQs inhibited the
    /// flag still shows for two of them.
    fn end_of_four(&mut self, cycle: u16, clocks: &mut Clocks) {
        let inhibited = self.inhibited();
        match cycle {
            0 => self.flag = Flag::ON,
            1 => {
                self.flag = Flag::ON;
                self.irq = (self.irq.on() || !inhibited).into();
                *clocks = Clocks { quarter: true, half: true };
            }
            2 => {
                self.flag = (!inhibited).into();
                self.irq = (self.irq.on() || !inhibited).into();
                self.count = 0;
            }
            // The mode was 5-step a moment ago; a reset is on its way.
            _ => {}
        }
    }

    /// M2 falls: a flag that nobody clears keeps pulling.
    #[inline(always)]
    pub fn m2_falls(&mut self) {
        if self.flag.on() && !self.inhibited() {
            self.irq = Flag::ON;
        }
    }

    #[cfg(test)]
    pub fn settle(&mut self, count: u16) {
        self.count = count;
        self.landing = 0;
        self.clearing = Flag::OFF;
    }

    fn inhibited(&self) -> bool {
        self.mode & 0x40 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Half frames clocked when $80 is written so that it lands `late` cycles
    /// after the half frame that ends the 4-step sequence.
    fn half_frames(late: u16, put: bool) -> usize {
        let mut counter = FrameCounter::power_on();
        let lands_in = if put { 3 } else { 4 };
        let clocks = |counter: &mut FrameCounter| usize::from(counter.clock(Region::Ntsc).half);
        let mut halves = 0;
        for _ in 0..Counts::of(Region::Ntsc).four + late - lands_in - 1 {
            halves += clocks(&mut counter);
        }
        counter.write(0x80, put);
        for _ in 0..20 {
            halves += clocks(&mut counter);
        }
        halves - 1 // the one in the middle of the sequence
    }

    #[test]
    fn a_clock_right_after_a_half_frame_is_the_same_pulse() {
        for put in [true, false] {
            assert_eq!(half_frames(4, put), 2);
            assert_eq!(half_frames(2, put), 1);
        }
    }

    #[test]
    fn the_old_sequence_runs_until_a_write_lands() {
        for (put, cycles) in [(true, 3), (false, 4)] {
            let mut counter = FrameCounter::power_on();
            counter.write(0x80, put);
            let halves: Vec<bool> = (0..6).map(|_| counter.clock(Region::Ntsc).half).collect();
            let clocked = halves.iter().position(|half| *half);
            assert_eq!(clocked, Some(cycles - 1), "the cycle before it lands");
            assert_eq!(halves.iter().filter(|half| **half).count(), 1);
            assert_eq!(counter.count, 6 - cycles as u16);
        }
    }

    #[test]
    fn two_writes_four_cycles_apart_both_land() {
        let mut counter = FrameCounter::power_on();
        let mut halves = 0;
        for cycle in 0..10 {
            if cycle == 0 || cycle == 4 {
                counter.write(0x80, false);
            }
            halves += usize::from(counter.clock(Region::Ntsc).half);
        }
        assert_eq!(halves, 2);
    }

    /// The cycles, counted from a reset, of quarter frames, half frames and of
    /// the first IRQ, in two turns of the sequence.
    fn events(mode: u8, region: Region) -> (Vec<u32>, Vec<u32>, Option<u32>) {
        let mut counter = FrameCounter { mode, ..FrameCounter::power_on() };
        let (mut quarters, mut halves, mut irq) = (Vec::new(), Vec::new(), None);
        for cycle in 1..84_000 {
            let clocks = counter.clock(region);
            if clocks.quarter && quarters.len() < 5 {
                quarters.push(cycle);
            }
            if clocks.half && halves.len() < 3 {
                halves.push(cycle);
            }
            if counter.irq.on() && irq.is_none() {
                irq = Some(cycle);
            }
        }
        (quarters, halves, irq)
    }

    #[test]
    fn the_sequences_of_each_region_are_the_published_ones() {
        // The wiki's table counts APU cycles of two CPU cycles: its 3728.5 is 7457.
        // The turn begins anew after 29,830 and 37,282 cycles on NTSC, 33,254 and
        // 41,566 on PAL.
        for region in [Region::Ntsc, Region::Dendy] {
            let (quarters, halves, irq) = events(0x00, region);
            assert_eq!(quarters, [7457, 14913, 22371, 29829, 29830 + 7457]);
            assert_eq!(halves, [14913, 29829, 29830 + 14913]);
            assert_eq!(irq, Some(29829));
            let (quarters, halves, irq) = events(0x80, region);
            assert_eq!(quarters, [7457, 14913, 22371, 37281, 37282 + 7457]);
            assert_eq!(halves, [14913, 37281, 37282 + 14913]);
            assert_eq!(irq, None);
        }
        let (quarters, halves, irq) = events(0x00, Region::Pal);
        assert_eq!(quarters, [8313, 16627, 24939, 33253, 33254 + 8313]);
        assert_eq!(halves, [16627, 33253, 33254 + 16627]);
        assert_eq!(irq, Some(33253));
        let (quarters, halves, irq) = events(0x80, Region::Pal);
        assert_eq!(quarters, [8313, 16627, 24939, 41565, 41566 + 8313]);
        assert_eq!(halves, [16627, 41565, 41566 + 16627]);
        assert_eq!(irq, None);
        assert_eq!(events(0x40, Region::Pal).2, None, "inhibited");
    }
}
