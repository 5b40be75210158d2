//! $2007: the two state machines that read and write video memory.
//!
//! An access starts when the CPU's ends. Counting full dots from there:
//!
//! | | dot 1 | dot 2 | dot 3 | dot 4 |
//! |---|---|---|---|---|
//! | read | | address latched | | byte into the buffer; `v` steps in its second half |
//! | write | | address latched | byte written in its second half | `v` steps in its second half |
//!
//! While rendering they collide with the fetches of the line, with all that
//! follows. <https://www.nesdev.org/wiki/PPU_registers#PPUDATA>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::{Ppu, VideoBus, palette_index};
use crate::nes::bits::Flag;
use crate::nes::fields::fields;

/// A request that wanders through four latches, half a dot each.
#[derive(Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
struct Strobe {
    request: Flag,
    latches: [Flag; 5],
}

fields! {
    Strobe: request, latches
}

impl Strobe {
    fn idle() -> Self {
        let latches = [Flag::OFF, Flag::ON, Flag::OFF, Flag::ON, Flag::OFF];
        Self { request: Flag::OFF, latches }
    }

    #[inline(always)]
    fn dot(&mut self) {
        self.latches[0] = self.request;
        self.latches[2] = (!self.latches[1].on()).into();
        self.latches[4] = (!self.latches[3].on()).into();
    }

    #[inline(always)]
    fn half_dot(&mut self) {
        self.latches[1] = (!self.latches[0].on()).into();
        self.latches[3] = (!self.latches[2].on()).into();
        if !self.latches[3].on() {
            self.request = Flag::OFF;
        }
    }

    /// Dot 2: the address goes out.
    #[inline(always)]
    fn addresses(&self) -> bool {
        self.latches[2].on() && !self.latches[4].on()
    }

    /// Dot 4, both halves.
    #[inline(always)]
    fn transfers(&self) -> bool {
        self.latches[4].on() && !self.latches[2].on()
    }

    /// The second half of dot 3.
    #[inline(always)]
    fn strobes(&self) -> bool {
        self.latches[1].on() && !self.latches[3].on()
    }

    fn is_idle(&self) -> bool {
        !self.request.on() && self.latches == [Flag::OFF, Flag::ON, Flag::OFF, Flag::ON, Flag::OFF]
    }
}

/// Both machines.
#[derive(Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct DataPort {
    read: Strobe,
    write: Strobe,
    data: u8,
    /// The machine blanked at the last full dot.
    pub blanking: Flag,
    /// A byte was written in the half-dot before: `v` steps in this dot.
    step_after_write: Flag,
    strobing: Flag,
    /// Something is under way in one of the machines.
    busy: Flag,
}

fields! {
    DataPort: read => Strobe, write => Strobe, data, blanking, step_after_write, strobing,
        busy
}

impl DataPort {
    /// Nothing under way.
    pub fn power_on() -> Self {
        Self {
            read: Strobe::idle(),
            write: Strobe::idle(),
            data: 0,
            blanking: Flag::ON,
            step_after_write: Flag::OFF,
            strobing: Flag::OFF,
            busy: Flag::OFF,
        }
    }

    /// Whether an access is under way.
    #[inline(always)]
    pub fn is_busy(&self) -> bool {
        self.busy.on()
    }

    /// The CPU's read ended.
    pub fn start_read(&mut self) {
        self.read.request = Flag::ON;
        self.busy = Flag::ON;
    }

    /// The CPU's write ended.
    pub fn start_write(&mut self, value: u8) {
        self.data = value;
        self.write.request = Flag::ON;
        self.busy = Flag::ON;
    }
}

impl Ppu {
    /// The first half of a dot, before the fetches.
    #[inline(always)]
    pub(super) fn data_port_dot(&mut self, bus: &mut impl VideoBus, blanking: bool) {
        self.port.blanking = blanking.into();
        if self.port.busy.on() {
            self.busy_port_dot(bus, blanking);
            return;
        }
        if blanking {
            self.reading = Flag::OFF;
            self.latching = Flag::OFF;
        } else {
            self.share_address_pins(self.dot & 1 == 0);
        }
    }

    /// Fetches latch their address on odd dots and read on even ones.
    #[inline(always)]
    pub(super) fn share_address_pins(&mut self, even_dot: bool) {
        self.reading = even_dot.into();
        self.latching = (!even_dot).into();
    }

    #[inline(never)]
    fn busy_port_dot(&mut self, bus: &mut impl VideoBus, blanking: bool) {
        let even_dot = self.dot & 1 == 0;
        self.port.read.dot();
        self.port.write.dot();
        self.port.step_after_write = self.port.strobing;
        let addresses = self.port.read.addresses() || self.port.write.addresses();
        self.reading = (self.port.read.transfers() || (!blanking && even_dot)).into();
        self.latching = (addresses || (!blanking && !even_dot)).into();
        if addresses && !self.reading.on() {
            self.drive(bus, self.v.0);
            self.latch = self.address as u8;
        }
    }

    /// The first half of a dot, after the fetches.
    #[inline(always)]
    pub(super) fn data_port_transfer(&mut self, bus: &mut impl VideoBus) {
        if self.port.busy.on() && self.port.read.transfers() {
            self.read_buffer = self.read_video(bus);
            if self.latching.on() {
                self.latch = self.address as u8;
            }
        }
    }

    /// The second half of a dot, an access being under way.
    #[inline(never)]
    pub(super) fn data_port_half_dot(&mut self, bus: &mut impl VideoBus) {
        if self.port.step_after_write.on() || self.port.read.transfers() {
            if self.port.blanking.on() {
                self.v.advance(self.ctrl.increment());
            } else {
                self.step_line();
                self.v.next_tile();
            }
        }
        if self.port.read.transfers() {
            self.read_buffer = self.read_video(bus);
        }
        self.port.read.half_dot();
        self.port.write.half_dot();
        self.port.strobing = self.port.write.strobes().into();
        if self.port.strobing.on() {
            self.write_video(bus, self.port.data);
        }
        let idle = self.port.read.is_idle() && self.port.write.is_idle();
        self.port.busy = (!idle || self.port.strobing.on()).into();
    }

    /// Reads what the address pins and the latch point at. AD then carries the
    /// byte, so it becomes the low half of what stands on the pins.
    #[inline(always)]
    pub(super) fn read_video(&mut self, bus: &mut impl VideoBus) -> u8 {
        let byte = bus.read((self.address & 0x3f00) | u16::from(self.latch));
        self.address = (self.address & 0xff00) | u16::from(byte);
        byte
    }

    fn write_video(&mut self, bus: &mut impl VideoBus, value: u8) {
        if self.address & 0x3f00 == 0x3f00 {
            self.palette[palette_index(self.address)] = value & 0x3f;
        } else {
            bus.write((self.address & 0x3f00) | u16::from(self.latch), value);
        }
    }

    /// Puts an address on the pins.
    #[inline(always)]
    pub(super) fn drive(&mut self, bus: &mut impl VideoBus, address: u16) {
        self.address = address;
        bus.drive(address & 0x3fff);
    }
}
