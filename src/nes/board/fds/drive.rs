//! The drive: a motor, a head that goes from the rim of the disk to its hub and springs
//! back, and what makes bytes of bits.
//!
//! ```text
//!  $4025  I C . W  M R S T   T: motor on              M: (mirroring)
//!         │ │   │    │ └──── S: stop, and back to the rim
//!         │ │   │    └────── R: read, else write
//!         │ │   └─────────── W: the check is written, or was read, and not data
//!         │ └─────────────── C: bytes are transferred. Off, reading waits for a gap's
//!         │                  end and writing makes a gap; the check begins anew
//!         └───────────────── I: /IRQ for each byte
//!
//!  $4030  R E . C  . . B .   R: the head is over the disk, E: at the hub
//!                            C: check failed so far, B: a byte was transferred
//!
//!  head   rest ──▶ on its way ──▶ scanning ──▶ (hub) ──▶ on its way ──▶ scanning …
//!                  to the rim                                until it is stopped
//! ```
//!
//! A bit takes 1/96,400 s, a byte 149 CPU cycles. The way back takes a tenth of the way
//! there; it is not known better, and the BIOS waits until the drive is ready.
//!
//! What is written lies in the machine's RAM (`fds/medium.rs`), and so it is kept.
//!
//! <https://www.nesdev.org/wiki/Family_Computer_Disk_System>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::medium::Medium;
use crate::nes::cart::Disk;
use crate::nes::cart::disk::check;

/// The drive.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Drive {
    /// CPU cycles until the head is at the rim, or has passed the next byte.
    wait: u32,
    /// CPU cycles until the next disk is in.
    swap: u32,
    /// The byte over which it is, from the rim.
    position: u32,
    crc: u16,
    /// CPU cycles since a look at the disk was counted.
    since_look: u16,
    /// The side that is in, from 1; 0 is none.
    side: u8,
    /// The side that comes next, from 1.
    next: u8,
    head: u8,
    /// $4025.
    control: u8,
    data: u8,
    flags: u8,
    /// Looks at the disk that is in while the motor is off.
    looks: u8,
    unused: u8,
}

/// Bits of $4025.
mod control {
    pub const MOTOR: u8 = 0x01;
    pub const STOP: u8 = 0x02;
    pub const READ: u8 = 0x04;
    pub const MIRRORING: u8 = 0x08;
    pub const CHECK: u8 = 0x10;
    pub const TRANSFER: u8 = 0x40;
    pub const IRQ: u8 = 0x80;
}
use control::*;

/// Flags.
mod flag {
    /// A byte was transferred, and nobody has seen it.
    pub const BYTE: u8 = 1;
    /// Reading has not found the end of a gap.
    pub const GAP: u8 = 2;
    /// The head came to the hub.
    pub const END: u8 = 4;
    /// Something could not be written any more.
    pub const FULL: u8 = 8;
    pub const ALL: u8 = 15;
}

/// Where the head is.
mod head {
    pub const RESTS: u8 = 0;
    pub const RETURNS: u8 = 1;
    pub const SCANS: u8 = 2;
}

/// CPU cycles for a byte: 8 bits of 18.57 cycles.
const BYTE: u32 = 149;
/// The same on the way back.
const BYTE_BACK: u32 = 16;
/// Until the disk spins: 28 ms.
const SPIN_UP: u32 = 50_000;
/// Between taking a disk out and putting the next in: a second.
const SWAP: u32 = 1_789_773;
/// Looks at the disk within so many cycles are one: half a frame.
const ONE_LOOK: u16 = 15_000;
/// So many looks ask for another side: two seconds of a game that looks each frame.
const ASKS: u8 = 120;

impl Drive {
    /// With the first side in, where there is one.
    pub fn power_on(&mut self, sides: usize) {
        self.side = u8::from(sides > 0);
        self.control = STOP;
        self.flags = flag::GAP;
    }

    /// The side that is in, or is being put in, from 0.
    pub fn side(&self) -> Option<u8> {
        self.side.max(self.next).checked_sub(1)
    }

    /// Takes the disk out; puts a side in a second later.
    pub fn insert(&mut self, side: Option<u8>) {
        if self.head == head::SCANS {
            self.go_back();
        }
        self.side = 0;
        self.next = side.map_or(0, |side| side.saturating_add(1));
        self.swap = if self.next > 0 { SWAP } else { 0 };
        self.looks = 0;
    }

    /// Whether the game waits for another side: it looks whether a disk is in, again and
    /// again, and does nothing with the one that is.
    pub fn asks(&self) -> bool {
        self.looks >= ASKS
    }

    pub fn control(&self) -> u8 {
        self.control
    }

    pub fn write_control(&mut self, value: u8) {
        self.acknowledge();
        if value & TRANSFER == 0 {
            self.await_gap();
        }
        if value & MOTOR != 0 {
            self.looks = 0;
        }
        self.control = value;
        match self.head {
            head::SCANS if !self.turns() => self.go_back(),
            head::RESTS => self.start(),
            _ => {}
        }
    }

    pub fn write_data(&mut self, value: u8) {
        self.acknowledge();
        self.data = value;
    }

    pub fn acknowledge(&mut self) {
        self.flags &= !flag::BYTE;
    }

    /// $4030 without the timer.
    pub fn read_status(&mut self) -> u8 {
        let bits = [
            (self.flags & flag::BYTE != 0, 0x02),
            (self.control & MIRRORING != 0, 0x08),
            (self.crc != 0, 0x10),
            (self.flags & flag::END != 0, 0x40),
            (self.head == head::SCANS, 0x80),
        ];
        self.acknowledge();
        bits.into_iter().filter(|(on, _)| *on).map(|(_, bit)| bit).sum()
    }

    /// $4031.
    pub fn read_data(&mut self) -> u8 {
        self.acknowledge();
        self.data
    }

    /// $4032: no disk, not ready, protected: a disk for whose changes there is no more room.
    pub fn read_lines(&mut self) -> u8 {
        if self.side > 0 && self.control & MOTOR == 0 && self.since_look >= ONE_LOOK {
            self.since_look = 0;
            self.looks = (self.looks + 1).min(ASKS);
        }
        let none = if self.side == 0 { 0x05 } else { 0 };
        let not_ready = if self.head == head::SCANS { 0 } else { 0x02 };
        let full = if self.flags & flag::FULL != 0 { 0x04 } else { 0 };
        none | not_ready | full
    }

    pub fn irq(&self) -> bool {
        self.flags & flag::BYTE != 0 && self.control & IRQ != 0
    }

    /// Cycles before /IRQ falls.
    pub fn quiet(&self) -> u32 {
        if self.control & IRQ == 0 || self.flags & flag::BYTE != 0 {
            u32::MAX
        } else {
            self.due().map_or(u32::MAX, |cycles| cycles - 1)
        }
    }

    pub fn pass(&mut self, medium: &mut Medium, cycles: u32) {
        let since = u32::from(self.since_look).saturating_add(cycles);
        self.since_look = since.min(ONE_LOOK.into()) as u16;
        let mut left = cycles;
        while let Some(due) = self.due().filter(|due| *due <= left) {
            left -= due;
            let (head_is_due, disk_is_due) = (self.wait == due, self.swap == due);
            self.count(due);
            if head_is_due {
                self.head_is_due(medium);
            }
            if disk_is_due {
                self.side = std::mem::take(&mut self.next);
                self.start();
            }
        }
        self.count(left);
    }

    /// Cycles until something happens.
    fn due(&self) -> Option<u32> {
        [self.wait, self.swap].into_iter().filter(|cycles| *cycles > 0).min()
    }

    fn count(&mut self, cycles: u32) {
        self.wait = self.wait.saturating_sub(cycles);
        self.swap = self.swap.saturating_sub(cycles);
    }

    /// Whether the disk turns under the head.
    fn turns(&self) -> bool {
        self.control & (MOTOR | STOP) == MOTOR && self.side > 0
    }

    fn start(&mut self) {
        if self.head == head::RESTS && self.turns() {
            self.go_back();
        }
    }

    fn go_back(&mut self) {
        self.head = head::RETURNS;
        self.wait = SPIN_UP + self.position * BYTE_BACK;
        self.position = 0;
    }

    fn head_is_due(&mut self, medium: &mut Medium) {
        if self.head == head::SCANS {
            self.transfer(medium);
            self.position += 1;
            self.wait = BYTE;
            if self.position as usize >= medium.track_len() {
                self.flags |= flag::END;
                self.go_back();
            }
        } else if self.turns() {
            self.head = head::SCANS;
            self.wait = BYTE;
            self.flags = self.flags & !flag::END | flag::GAP;
        } else {
            self.head = head::RESTS;
            self.flags &= !flag::END;
        }
    }

    /// What is read next is sought behind a gap, and has a check of its own.
    fn await_gap(&mut self) {
        self.crc = 0;
        self.flags |= flag::GAP;
    }

    fn transfer(&mut self, medium: &mut Medium) {
        let (side, at) = (usize::from(self.side.saturating_sub(1)), self.position as usize);
        if self.control & READ != 0 {
            self.read(medium.read(side, at));
        } else {
            let byte = self.written();
            if !medium.write(side, at, byte) {
                self.flags |= flag::FULL;
            }
        }
    }

    fn read(&mut self, byte: u8) {
        if self.control & TRANSFER == 0 {
            return;
        }
        if self.flags & flag::GAP == 0 {
            self.data = byte;
            self.flags |= flag::BYTE;
        } else if byte == 0 {
            return;
        }
        self.flags &= !flag::GAP;
        self.crc = check(self.crc, byte);
    }

    fn written(&mut self) -> u8 {
        if self.control & TRANSFER == 0 {
            return 0;
        }
        self.flags |= flag::BYTE;
        if self.control & CHECK != 0 {
            let [low, high] = self.crc.to_le_bytes();
            self.crc = high.into();
            return low;
        }
        self.crc = check(self.crc, self.data);
        self.data
    }

    pub fn sanitize(&mut self, disk: &Disk) {
        let sides = disk.sides() as u8;
        let last = (disk.track_len() as u32).saturating_sub(1);
        self.flags &= flag::ALL;
        self.looks = self.looks.min(ASKS);
        self.since_look = self.since_look.min(ONE_LOOK);
        self.unused = 0;
        self.side = self.side.min(sides);
        self.next = if self.side > 0 { 0 } else { self.next.min(sides) };
        self.looks = if self.side > 0 { self.looks } else { 0 };
        self.swap = if self.next == 0 { 0 } else { self.swap.clamp(1, SWAP) };
        self.head = self.head.min(head::SCANS);
        if self.head == head::SCANS && (self.side == 0 || !self.turns()) {
            self.head = head::RESTS;
        }
        (self.position, self.wait) = match self.head {
            head::RESTS => (0, 0),
            head::RETURNS => (0, self.wait.clamp(1, SPIN_UP + (last + 1) * BYTE_BACK)),
            _ => (self.position.min(last), self.wait.clamp(1, BYTE)),
        };
        if self.control & TRANSFER == 0 {
            self.await_gap();
        }
    }
}
