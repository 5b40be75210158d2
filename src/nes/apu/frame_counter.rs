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
//! <https://www.nesdev.org/wiki/APU_Frame_Counter>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use crate::nes::bits::Flag;
use crate::nes::fields::fields;
use crate::nes::region::Region;

/// The counts of one region.
struct Counts {
    quarter: [u16; 3],
    four: u16,
    five: u16,
}

const NTSC: Counts = Counts { quarter: [7457, 14913, 22371], four: 29829, five: 37281 };
const PAL: Counts = Counts { quarter: [8313, 16627, 24939], four: 33253, five: 41565 };

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
    /// Cycles until a write to $4017 resets the count; 0 is none.
    reset_in: u8,
    /// A write with M set clocks everything in its own cycle.
    clock_now: Flag,
    /// The flag in $4015.
    pub flag: Flag,
    /// A read of $4015 clears the flag at the next put → get transition.
    clearing: Flag,
    /// What it pulls /IRQ with: follows the flag by a cycle.
    pub irq: Flag,
}

fields! {
    FrameCounter: count, mode, reset_in, clock_now, flag, clearing, irq
}

impl FrameCounter {
    /// As if $00 had been written to $4017 shortly before the first code runs.
    pub fn power_on() -> Self {
        Self {
            count: 0,
            mode: 0,
            reset_in: 0,
            clock_now: Flag::OFF,
            flag: Flag::OFF,
            clearing: Flag::OFF,
            irq: Flag::OFF,
        }
    }

    /// The reset button: $4017 keeps its mode and counts anew.
    pub fn reset(&mut self) {
        *self = Self { mode: self.mode, ..Self::power_on() };
    }

    /// A write to $4017. The count falls to zero three cycles later when
    /// written in a put cycle, four in a get cycle.
    pub fn write(&mut self, value: u8, put: bool) {
        self.mode = value;
        self.clock_now = (value & 0x80 != 0).into();
        if self.inhibited() {
            self.flag = Flag::OFF;
            self.irq = Flag::OFF;
        }
        self.reset_in = if put { 4 } else { 5 };
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
        if self.reset_in > 0 {
            self.reset_in -= 1;
            if self.reset_in == 0 {
                self.count = 0;
            }
        }
        self.count = self.count.wrapping_add(1);
        let now = self.clock_now.take();
        let mut clocks = Clocks { quarter: now, half: now };
        let counts = if region == Region::Pal { &PAL } else { &NTSC };
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

    /// So many CPU cycles before the next row of the table.
    #[inline(always)]
    pub fn run(&mut self, cycles: u32) {
        self.count += cycles as u16;
    }

    /// CPU cycles before the next row of the table, or a write's effect.
    pub fn calm(&self, region: Region) -> u32 {
        if self.reset_in > 0 || self.clock_now.on() || self.clearing.on() {
            return 0;
        }
        let counts = if region == Region::Pal { &PAL } else { &NTSC };
        let last = if self.mode & 0x80 != 0 { counts.five } else { counts.four - 1 };
        let next = counts.quarter.into_iter().find(|quarter| *quarter > self.count).unwrap_or(last);
        u32::from(next - 1).saturating_sub(self.count.into())
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
        self.reset_in = 0;
        self.clock_now = Flag::OFF;
        self.clearing = Flag::OFF;
    }

    fn inhibited(&self) -> bool {
        self.mode & 0x40 != 0
    }
}
