//! The controller ports: what a player holds, and what the CPU reads of it.

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

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
