//! OAM and DMC DMA as one engine of get and put cycles.
//!
//! A unit takes the bus only in a cycle in which the CPU reads; it then halts
//! the CPU, whose read is repeated, side effects included, in every cycle that
//! moves no byte:
//!
//! ```text
//!        put    get    put    get    put    get
//! DMC    halt   dummy  (align)       ...    get          3 or 4 cycles
//! OAM    (halt) halt   (align) get   put    get  put …   513 or 514 cycles
//! ```
//!
//! On get cycles the DMC wins, on put cycles OAM does; while the DMC is in its
//! halt or dummy cycle OAM moves on.
//!
//! <https://www.nesdev.org/wiki/DMA>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::bits::Flag;
use super::fields::fields;

/// The OAM unit.
#[derive(Clone, Copy, Default, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct OamDma {
    active: Flag,
    /// No cycle was taken yet.
    first: Flag,
    halting: Flag,
    /// A byte was got and waits to be put.
    aligned: Flag,
    page: u8,
    offset: u8,
    byte: u8,
    reserved: u8,
}

fields! {
    OamDma: active, first, halting, aligned, page, offset, byte, reserved
}

/// What a DMA does with a cycle that it took from the CPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cycle {
    /// The CPU's read is repeated.
    Repeat,
    /// The DMC fetches its byte.
    DmcGet,
    /// The OAM unit reads at this address.
    OamGet(u16),
    /// The OAM unit writes this byte to $2004.
    OamPut(u8),
}

impl OamDma {
    /// A write to $4014.
    pub fn start(&mut self, page: u8) {
        self.active = Flag::ON;
        self.first = Flag::ON;
        self.page = page;
        self.offset = 0;
    }

    /// The reset button.
    pub fn stop(&mut self) {
        *self = Self::default();
    }

    /// Whether it wants the bus.
    #[inline(always)]
    pub fn wants_bus(&self) -> bool {
        self.active.on()
    }

    /// Decides a cycle in which at least one unit has the bus. `dmc` is the
    /// other unit: whether it asked, and whether its halt cycle is to come.
    pub fn cycle(&mut self, put: bool, dmc: Option<bool>) -> Cycle {
        if self.active.on() && self.first.take() && !put {
            self.halting = Flag::ON;
        }
        let oam_moves = self.active.on() && !self.halting.on();
        if put {
            if oam_moves { self.put() } else { Cycle::Repeat }
        } else {
            self.halting = Flag::OFF;
            match dmc {
                Some(false) => Cycle::DmcGet,
                _ if oam_moves => self.get(),
                _ => Cycle::Repeat,
            }
        }
    }

    /// Page and offset of the byte that it reads in the coming get cycle, if it does.
    pub fn next_get(&self) -> Option<[u8; 2]> {
        let moves = self.active.on() && !self.first.on() && !self.halting.on();
        moves.then_some([self.page, self.offset])
    }

    /// All bytes were moved, this one last.
    pub fn finish(&mut self, byte: u8) {
        self.byte = byte;
        self.offset = 0;
        self.active = Flag::OFF;
        self.aligned = Flag::OFF;
    }

    fn get(&mut self) -> Cycle {
        self.aligned = Flag::ON;
        Cycle::OamGet(u16::from_le_bytes([self.offset, self.page]))
    }

    fn put(&mut self) -> Cycle {
        if !self.aligned.on() {
            return Cycle::Repeat;
        }
        let byte = self.byte;
        self.offset = self.offset.wrapping_add(1);
        if self.offset == 0 {
            self.active = Flag::OFF;
            self.aligned = Flag::OFF;
        }
        Cycle::OamPut(byte)
    }

    /// The byte that was read.
    pub fn got(&mut self, byte: u8) {
        self.byte = byte;
    }

    /// The DMC took a get cycle: OAM has to align again.
    pub fn lost_get(&mut self) {
        self.aligned = Flag::OFF;
    }
}
