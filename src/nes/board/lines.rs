//! The counter of scanlines on the PPU's A12, as the MMC3 has it.
//!
//! While it draws, the PPU fetches the background from one half of pattern memory
//! and sprites from the other, so A12 rises once a line. Within fetches it may
//! go up and down more often: a rise counts when A12 was low for three falls of
//! the CPU's M2.
//!
//! <https://www.nesdev.org/wiki/MMC3#IRQ_Specifics>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// The counter, and A12 as it was.
#[derive(Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct LineCounter {
    /// How many times M2 had fallen when A12 went low.
    low_since: u64,
    /// A12 as last seen.
    a12: u8,
    /// What the counter is reloaded with.
    pub latch: u8,
    counter: u8,
    /// 1: it is reloaded at the next clock.
    reload: u8,
    enabled: u8,
    /// 1 while /IRQ is low.
    pending: u8,
    unused: [u8; 2],
}

/// What A12 did.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// Nothing, or it rose too early.
    None,
    /// It rose after a while.
    Rise,
    Fall,
}

/// Whether a counter that was 0 and is reloaded with 0 asks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Zero {
    Asks,
    /// As on the MMC3A: only a counter that came down to 0, or was told to reload.
    IsSilent,
}

/// A12 counts when it was low for this many falling edges of M2.
const FILTER: u64 = 3;

impl LineCounter {
    /// The PPU's address bus changed.
    pub fn edge(&mut self, address: u16, m2_falls: u64) -> Edge {
        let a12 = (address >> 12 & 1) as u8;
        if std::mem::replace(&mut self.a12, a12) == a12 {
            Edge::None
        } else if a12 == 0 {
            self.low_since = m2_falls;
            Edge::Fall
        } else if m2_falls.wrapping_sub(self.low_since) >= FILTER {
            Edge::Rise
        } else {
            Edge::None
        }
    }

    /// Whether A12 was high when it was last seen.
    pub fn is_high(&self) -> bool {
        self.a12 != 0
    }

    pub fn clock(&mut self, zero: Zero) {
        let reload = std::mem::take(&mut self.reload) != 0;
        let was = self.counter;
        self.counter = if was == 0 || reload { self.latch } else { was - 1 };
        let counted = was != 0 || reload || zero == Zero::Asks;
        if self.counter == 0 && counted && self.enabled != 0 {
            self.pending = 1;
        }
    }

    /// The counter begins anew at the next clock.
    pub fn reload(&mut self) {
        self.counter = 0;
        self.reload = 1;
    }

    pub fn enable(&mut self) {
        self.enabled = 1;
    }

    /// Off, and acknowledged.
    pub fn disable(&mut self) {
        self.enabled = 0;
        self.pending = 0;
    }

    pub fn irq(&self) -> bool {
        self.pending != 0
    }

    /// How many clocks surely leave /IRQ as it is.
    pub fn quiet(&self) -> u32 {
        if self.pending != 0 || self.enabled == 0 {
            u32::MAX
        } else if self.reload != 0 || self.counter == 0 {
            self.latch.into()
        } else {
            u32::from(self.counter) - 1
        }
    }

    pub fn sanitize(&mut self) {
        for flag in [&mut self.a12, &mut self.reload, &mut self.enabled, &mut self.pending] {
            *flag &= 1;
        }
        self.unused = [0; 2];
    }
}

/// An /IRQ that falls some CPU cycles after a counter asked. The board watches
/// the PPU's address, which may be told late, and CPU cycles.
#[derive(Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct LateIrq {
    /// CPU cycles until it falls; 0: it does not.
    wait: u8,
    /// 1 while /IRQ is low.
    pending: u8,
}

impl LateIrq {
    /// The counter asks: it falls in so many cycles.
    pub fn begin(&mut self, wait: u8) {
        if self.wait == 0 && self.pending == 0 {
            self.wait = wait;
        }
    }

    pub fn acknowledge(&mut self) {
        (self.wait, self.pending) = (0, 0);
    }

    pub fn pass(&mut self, cycles: u32) {
        if self.wait > 0 {
            self.wait = u32::from(self.wait).saturating_sub(cycles) as u8;
            self.pending |= u8::from(self.wait == 0);
        }
    }

    pub fn irq(&self) -> bool {
        self.pending != 0
    }

    /// Whether it falls soon.
    pub fn waits(&self) -> bool {
        self.wait != 0
    }

    /// CPU cycles for which it rests. Where the next rise of A12 may ask (`armed`), the
    /// PPU can begin the wait at any time, so each cycle counts.
    pub fn quiet(&self, armed: bool) -> u32 {
        if self.pending != 0 || (self.wait == 0 && !armed) { u32::MAX } else { 0 }
    }

    pub fn sanitize(&mut self, longest: u8) {
        self.pending &= 1;
        self.wait = if self.pending != 0 { 0 } else { self.wait.min(longest) };
    }
}
