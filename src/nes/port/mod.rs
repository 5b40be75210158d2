//! The controller ports: what a player holds, and what the CPU reads of it.

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::bits::Flag;
use super::fields::fields;

/// The buttons of a standard pad, as bits in the order in which they are read.
pub mod button {
    /// A.
    pub const A: u8 = 0x01;
    /// B.
    pub const B: u8 = 0x02;
    /// Select.
    pub const SELECT: u8 = 0x04;
    /// Start.
    pub const START: u8 = 0x08;
    /// Up.
    pub const UP: u8 = 0x10;
    /// Down.
    pub const DOWN: u8 = 0x20;
    /// Left.
    pub const LEFT: u8 = 0x40;
    /// Right.
    pub const RIGHT: u8 = 0x80;
}

/// Everything that enters a frame from outside: 16 bytes, constant within it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, FromBytes, IntoBytes, KnownLayout, Immutable,
)]
#[repr(C)]
pub struct Input {
    /// The four pads, bits as in [`button`].
    pub pads: [u8; 4],
    /// Console switches (none on a NES; Vs. System coins and DIPs).
    pub switches: [u8; 2],
    /// Bytes whose meaning the devices in the ports define.
    pub device: [u8; 10],
}

impl Input {
    /// Pad 1 with these buttons, nothing else.
    pub fn pad1(buttons: u8) -> Self {
        Self { pads: [buttons, 0, 0, 0], ..Self::default() }
    }
}

/// The shift registers of the two controller ports.
#[derive(Clone, Copy, Default, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Ports {
    shift: [u8; 2],
    /// Cycles until a run of reads ends and clocks the register: reads in
    /// consecutive cycles are one.
    clock_in: [u8; 2],
    strobe: u8,
    /// A pad was read in this frame.
    polled: Flag,
    reserved: [u8; 2],
}

fields! {
    Ports: shift, clock_in, strobe, polled, reserved
}

impl Ports {
    /// A CPU read of $4016 or $4017: the bits that the port drives.
    pub fn read(&mut self, port: usize) -> u8 {
        self.clock_in[port & 1] = 2;
        self.polled = Flag::ON;
        self.shift[port & 1] & 1
    }

    /// Whether a pad was read since this was last asked.
    pub fn take_polled(&mut self) -> bool {
        self.polled.take()
    }

    /// A CPU write to $4016.
    pub fn write(&mut self, value: u8) {
        self.strobe = value & 1;
    }

    /// Whether cycles pass without any effect.
    #[inline(always)]
    pub fn is_idle(&self) -> bool {
        self.strobe & 1 == 0 && self.clock_in == [0; 2]
    }

    /// A CPU cycle ends. Registers that were read shift when the run is over;
    /// ones follow the eight buttons.
    #[inline(always)]
    pub fn end_cycle(&mut self) {
        if self.clock_in != [0; 2] {
            self.end_reads();
        }
    }

    fn end_reads(&mut self) {
        for (shift, clock_in) in self.shift.iter_mut().zip(&mut self.clock_in) {
            if self.strobe & 1 != 0 {
                *clock_in = 0;
            } else if *clock_in > 0 {
                *clock_in -= 1;
                if *clock_in == 0 {
                    *shift = *shift >> 1 | 0x80;
                }
            }
        }
    }

    /// The get → put transition, the only moment at which the strobe is seen.
    #[inline(always)]
    pub fn get_to_put(&mut self, input: &Input) {
        if self.strobe & 1 != 0 {
            self.shift = [input.pads[0], input.pads[1]];
        }
    }
}
