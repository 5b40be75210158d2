//! Famicom Disk System: the RAM adapter, with 32 KiB of PRG RAM, 8 KiB of CHR RAM, a
//! BIOS, a timer, a voice (`fds/sound.rs`) and the way to a disk drive (`fds/drive.rs`).
//!
//! ```text
//!  $4020 $4021  LLLL LLLL  HHHH HHHH  what the timer begins with
//!  $4022        .... ..ER  E: it counts, R: again and again
//!  $4023        .... ..SD  S: sound's registers, D: the timer's and the drive's are there
//!  $4024        the byte to be written             acknowledges the drive
//!  $4025        the drive; bit 3: horizontal mirroring        does, too
//!  $4026        what is put out at the connector
//!
//!  $4030 read   RE.C M.BT  T: the timer asks, B: a byte was transferred (both are
//!                               acknowledged), M: $4025 bit 3; see `fds/drive.rs`
//!  $4031 read   the byte that was read             acknowledges the drive
//!  $4032 read   .... .PRD  P: protected or no disk, R: not ready, D: no disk
//!  $4033 read   BEEE EEEE  B: the battery is good, E: the connector
//!  $6000-$DFFF  RAM        $E000-$FFFF  BIOS
//! ```
//!
//! The timer counts CPU cycles down. In the one in which it is 0 it asks, and begins
//! anew or ends: a period is one more than what it begins with.
//!
//! <https://www.nesdev.org/wiki/Family_Computer_Disk_System>

mod drive;
mod medium;
pub(super) mod sound;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

pub use drive::Drive;
pub use medium::room;

use super::{Board, Touched, Watches, Write};
use crate::nes::cart::map::{Access, Map};
use crate::nes::cart::{Cartridge, Mirroring};
use medium::Medium;
use sound::Sound;

/// Its mapper number.
pub const MAPPER: u16 = 20;

/// The registers.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Fds {
    drive: Drive,
    sound: Sound,
    timer: Timer,
    /// $4023.
    enabled: u8,
    /// $4026.
    connector: u8,
}

/// The timer.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
struct Timer {
    first: u16,
    counter: u16,
    /// $4022.
    control: u8,
    /// 1: it asks.
    asks: u8,
}

const REPEATS: u8 = 1;
const COUNTS: u8 = 2;
/// Bits of $4023.
const DISK: u8 = 1;
const SOUND: u8 = 2;
const ENABLES: u8 = 3;
/// Bit 3 of $4025.
const HORIZONTAL: u8 = 8;

impl Board for Fds {
    const WATCHES: Watches = Watches { cpu_cycles: true, ppu_address: false };
    const HEARS_RAM: bool = false;

    fn power_on(&mut self, cart: &Cartridge) {
        self.drive.power_on(cart.disk.sides());
        self.sound.power_on();
    }

    fn reset(&mut self, _cart: &Cartridge) {
        // /RESET does not reach the adapter; its BIOS writes all registers anew.
    }

    fn map(&self, _cart: &Cartridge, map: &mut Map) {
        map.wram(0x6000, 0x8000, 0, Access::ReadWrite);
        map.prg(0xe000, 0x2000, -1);
        map.chr(0x0000, 0x2000, 0);
        map.nametables(match self.drive.control() & HORIZONTAL {
            HORIZONTAL => Mirroring::Horizontal,
            _ => Mirroring::Vertical,
        });
    }

    fn write(&mut self, _cart: &Cartridge, write: Write) -> Touched {
        let Write { address, value, .. } = write;
        let before = self.drive.control();
        match address {
            0x4020 => self.timer.first = self.timer.first & 0xff00 | u16::from(value),
            0x4021 => self.timer.first = self.timer.first & 0x00ff | u16::from(value) << 8,
            0x4023 => {
                self.enabled = value & ENABLES;
                if self.enabled & DISK == 0 {
                    self.timer.write_control(0);
                    self.drive.acknowledge();
                }
            }
            0x4040..=0x4097 if self.enabled & SOUND != 0 => self.sound.write(address, value),
            _ if self.enabled & DISK == 0 => {}
            0x4022 => self.timer.write_control(value),
            0x4024 => self.drive.write_data(value),
            0x4025 => self.drive.write_control(value),
            0x4026 => self.connector = value,
            _ => {}
        }
        let moved = (before ^ self.drive.control()) & HORIZONTAL != 0;
        if moved { Touched::Banks } else { Touched::Nothing }
    }

    fn read(&mut self, _cart: &Cartridge, address: u16, open: u8) -> Option<u8> {
        match address {
            0x4040..=0x4097 if self.enabled & SOUND != 0 => self.sound.read(address, open),
            _ if self.enabled & DISK == 0 => None,
            0x4030 => {
                let asks = std::mem::take(&mut self.timer.asks);
                Some(open & 0x24 | asks | self.drive.read_status())
            }
            0x4031 => Some(self.drive.read_data()),
            0x4032 => Some(open & 0xf8 | self.drive.read_lines()),
            0x4033 => Some(0x80 | self.connector & 0x7f),
            _ => None,
        }
    }

    fn cycles_with(&mut self, cart: &Cartridge, ram: &mut [u8], cycles: u32) {
        self.timer.pass(cycles);
        if self.enabled & SOUND != 0 {
            self.sound.pass(cycles);
        }
        self.drive.pass(&mut Medium::new(cart, ram), cycles);
    }

    fn drive(&mut self) -> Option<&mut Drive> {
        Some(&mut self.drive)
    }

    fn quiet_cycles(&self) -> u32 {
        self.timer.quiet().min(self.drive.quiet())
    }

    fn quiet_sound(&self) -> u32 {
        if self.enabled & SOUND != 0 { self.sound.quiet() } else { u32::MAX }
    }

    fn irq(&self) -> bool {
        self.timer.asks != 0 || self.drive.irq()
    }

    fn level(&self) -> i32 {
        if self.enabled & SOUND != 0 { self.sound.level() } else { 0 }
    }

    fn sanitize(&mut self, cart: &Cartridge) {
        self.timer.control &= REPEATS | COUNTS;
        self.timer.asks &= 1;
        self.enabled &= ENABLES;
        self.sound.sanitize();
        self.drive.sanitize(&cart.disk);
    }
}

impl Timer {
    fn write_control(&mut self, value: u8) {
        self.control = value & (REPEATS | COUNTS);
        if self.control & COUNTS != 0 {
            self.counter = self.first;
        } else {
            self.asks = 0;
        }
    }

    fn pass(&mut self, cycles: u32) {
        if self.control & COUNTS == 0 {
            return;
        }
        let counter = u32::from(self.counter);
        if cycles <= counter {
            self.counter = (counter - cycles) as u16;
            return;
        }
        self.asks = 1;
        self.counter = self.first;
        if self.control & REPEATS == 0 {
            self.control &= !COUNTS;
        } else {
            let period = u32::from(self.first) + 1;
            self.counter -= ((cycles - counter - 1) % period) as u16;
        }
    }

    /// Cycles before it asks.
    fn quiet(&self) -> u32 {
        if self.control & COUNTS == 0 || self.asks != 0 { u32::MAX } else { self.counter.into() }
    }
}

#[cfg(test)]
mod tests;
