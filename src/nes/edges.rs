//! The ways from being exact to being lazy and back, and how often each was taken.
//!
//! Nobody computes by these counts. They tell whether a test of both tiers went
//! where the tiers change at all. Who does not ask for them does not pay: whether
//! there are any is a constant of the [`Sink`].

use super::output::Sink;

macro_rules! edges {
    ($( $edge:ident $name:literal, )*) => {
        /// A way from one tier to another.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Edge { $( #[doc = $name] $edge, )* }

        /// What they are called, in order.
        const NAMES: &[&str] = &[$( $name, )*];
        const COUNT: usize = NAMES.len();
    };
}

edges! {
    PpuCalms "PPU: calm begins",
    PpuDelays "PPU: calm begins before a write takes effect",
    PpuUnheard "PPU: waits, calm or not",
    PpuRestless "PPU: a half-dot is not calm",
    PpuOverlooks "PPU: a write touches what no calm dot looks at",
    PpuMet "PPU: met by the CPU while calm",
    IdleBegins "cycles: idle begins",
    StatusKnown "$2002: known, nobody catches up",
    StatusOutOfReach "$2002: behind the calm half-dots",
    StatusMayMove "$2002: may move, the PPU catches up",
    ApuCalms "APU: calm begins",
    ApuBusy "APU: a cycle is not calm",
    ApuCaughtUp "APU: caught up after calm cycles",
    BoardRests "board: rests for some cycles",
    BoardBusy "board: told of each cycle",
    BoardSounds "board: its sound moves",
    BoardMet "board: met by the CPU",
    FastRuns "CPU: instructions run whole",
    FastToLastCycle "CPU: an instruction but for its last cycle",
    FastToTheEnd "CPU: until the idle cycles end",
    FastRefused "CPU: the first is not plain",
    FastNmi "CPU: an NMI waits",
    FastIrq "CPU: an IRQ is let in",
    FastDma "CPU: a DMA wants the bus",
    LoopPassed "CPU: rounds of a loop pass at once",
    OamAtOnce "OAM DMA: at once",
    OamByCycles "OAM DMA: cycle by cycle",
}

/// How often each edge was taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Edges([u64; COUNT]);

impl Edges {
    /// An edge is taken.
    #[inline(always)]
    pub(crate) fn take<S: Sink>(&mut self, edge: Edge) {
        if S::COUNTS {
            self.0[edge as usize] += 1;
        }
    }

    /// Those of another time, too.
    pub fn add(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(ours, theirs)| *ours += theirs);
    }

    /// Names and counts.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> {
        NAMES.iter().copied().zip(self.0)
    }
}
