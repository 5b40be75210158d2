//! Serial EEPROMs on two wires: X24C01 (128 bytes) and 24C02 (256).
//!
//! SDA moves while SCL is low. While it is high, a fall of SDA starts a transfer
//! and a rise stops it. A byte is eight bits, the highest first, and a ninth in
//! which the other side pulls SDA low:
//!
//! ```text
//!  24C02    start  1010 xxx0 a  AAAA AAAA a  DDDD DDDD a  …           write
//!           start  1010 xxx1 a  DDDD DDDD a  …                        read on
//!  X24C01   start  AAAA AAA0 a  DDDD DDDD a  …                        write
//!           start  AAAA AAA1 a  DDDD DDDD a  …                        read
//! ```
//!
//! Writes go round within a page of 4 bytes (X24C01) or 8, reads through all.
//! Writing takes no time here; on the chips some milliseconds.
//!
//! Xicor X24C01 and Microchip 24C02 data sheets.

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// The chip's wires and what it is about.
#[derive(Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Eeprom {
    scl: u8,
    sda: u8,
    phase: u8,
    /// Bits of this byte, the ninth included.
    bits: u8,
    shift: u8,
    address: u8,
    /// 1: it pulls SDA low.
    pulls: u8,
    unused: u8,
}

/// Which chip it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    X24C01,
    C24C02,
}

const STANDBY: u8 = 0;
const DEVICE: u8 = 1;
const ADDRESS: u8 = 2;
const WRITE: u8 = 3;
const READ: u8 = 4;

impl Kind {
    pub fn size(self) -> usize {
        match self {
            Self::X24C01 => 128,
            Self::C24C02 => 256,
        }
    }

    fn page(self) -> u8 {
        match self {
            Self::X24C01 => 4,
            Self::C24C02 => 8,
        }
    }
}

impl Eeprom {
    /// What the console reads of SDA when it lets go.
    pub fn sda(&self) -> u8 {
        1 - (self.pulls & 1)
    }

    /// The console drives both wires. `memory` has the chip's size; less is none.
    pub fn drive(&mut self, kind: Kind, scl: u8, sda: u8, memory: &mut [u8]) {
        let Some(memory) = memory.get_mut(..kind.size()) else { return };
        let (was_scl, was_sda) = (self.scl, self.sda);
        (self.scl, self.sda) = (scl & 1, sda & 1);
        match (was_scl, self.scl) {
            (1, 1) if was_sda != self.sda => {
                let first = if kind == Kind::X24C01 { ADDRESS } else { DEVICE };
                self.phase = if self.sda == 0 { first } else { STANDBY };
                (self.bits, self.pulls) = (0, 0);
            }
            (0, 1) => self.rise(),
            (1, 0) => self.fall(kind, memory),
            _ => {}
        }
    }

    fn rise(&mut self) {
        self.bits = (self.bits + 1).min(9);
        if self.phase != READ && self.bits <= 8 {
            self.shift = self.shift << 1 | self.sda;
        }
        if self.phase == READ && self.bits == 9 && self.sda != 0 {
            self.phase = STANDBY;
        }
    }

    fn fall(&mut self, kind: Kind, memory: &mut [u8]) {
        match (self.phase, self.bits) {
            (STANDBY, _) => self.pulls = 0,
            (READ, 8) => self.pulls = 0,
            (READ, 9) => {
                self.address = (self.address + 1) & (kind.size() - 1) as u8;
                self.begin_read(memory);
            }
            (READ, bits) => self.pulls = !self.shift >> (7 - bits.min(7)) & 1,
            (_, 8) => self.take_byte(kind, memory),
            (_, 9) => self.next_phase(kind, memory),
            _ => {}
        }
    }

    fn take_byte(&mut self, kind: Kind, memory: &mut [u8]) {
        self.pulls = 1;
        match (self.phase, kind) {
            (DEVICE, _) if self.shift >> 4 != 0b1010 => (self.phase, self.pulls) = (STANDBY, 0),
            (ADDRESS, Kind::X24C01) => self.address = self.shift >> 1,
            (ADDRESS, Kind::C24C02) => self.address = self.shift,
            (WRITE, _) => {
                memory[usize::from(self.address)] = self.shift;
                let page = kind.page() - 1;
                self.address = self.address & !page | self.address.wrapping_add(1) & page;
            }
            _ => {}
        }
    }

    fn next_phase(&mut self, kind: Kind, memory: &[u8]) {
        let is_read = self.shift & 1 != 0;
        (self.bits, self.pulls) = (0, 0);
        match (self.phase, kind) {
            (DEVICE, _) | (ADDRESS, Kind::X24C01) if is_read => {
                self.phase = READ;
                self.begin_read(memory);
            }
            (DEVICE, _) => self.phase = ADDRESS,
            (ADDRESS, _) => self.phase = WRITE,
            _ => {}
        }
    }

    fn begin_read(&mut self, memory: &[u8]) {
        self.bits = 0;
        self.shift = memory[usize::from(self.address)];
        self.pulls = !self.shift >> 7 & 1;
    }

    pub fn sanitize(&mut self, kind: Kind) {
        for wire in [&mut self.scl, &mut self.sda, &mut self.pulls] {
            *wire &= 1;
        }
        self.phase = self.phase.min(READ);
        self.bits = self.bits.min(9);
        self.address &= (kind.size() - 1) as u8;
        self.unused = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zerocopy::FromZeros;

    /// A console that talks to a chip.
    struct Talk(Eeprom, Kind, Vec<u8>);

    impl Talk {
        fn new(kind: Kind) -> Self {
            let mut talk = Self(Eeprom::new_zeroed(), kind, vec![0xff; kind.size()]);
            talk.wires(1, 1);
            talk
        }

        fn wires(&mut self, scl: u8, sda: u8) {
            self.0.drive(self.1, scl, sda, &mut self.2);
        }

        fn start(&mut self) {
            for (scl, sda) in [(0, 1), (1, 1), (1, 0), (0, 0)] {
                self.wires(scl, sda);
            }
        }

        fn stop(&mut self) {
            for (scl, sda) in [(0, 0), (1, 0), (1, 1)] {
                self.wires(scl, sda);
            }
        }

        /// Whether the chip pulled SDA low after the byte.
        fn send(&mut self, byte: u8) -> bool {
            for bit in (0..8).rev() {
                for scl in [0, 1, 0] {
                    self.wires(scl, byte >> bit & 1);
                }
            }
            self.wires(0, 1);
            self.wires(1, 1);
            let acknowledged = self.0.sda() == 0;
            self.wires(0, 1);
            acknowledged
        }

        fn receive(&mut self, acknowledge: bool) -> u8 {
            let mut byte = 0;
            for _ in 0..8 {
                self.wires(0, 1);
                self.wires(1, 1);
                byte = byte << 1 | self.0.sda();
                self.wires(0, 1);
            }
            let sda = u8::from(!acknowledge);
            for scl in [0, 1, 0] {
                self.wires(scl, sda);
            }
            byte
        }
    }

    #[test]
    fn a_24c02_is_written_by_address_and_read_again() {
        let mut talk = Talk::new(Kind::C24C02);
        talk.start();
        for byte in [0xa0, 0x9c, 0x12, 0x34, 0x56] {
            assert!(talk.send(byte));
        }
        talk.stop();
        assert_eq!(talk.2[0x9c..0xa0], [0x12, 0x34, 0x56, 0xff]);
        talk.start();
        assert!(talk.send(0xa0) && talk.send(0x9d));
        talk.start();
        assert!(talk.send(0xa1));
        assert_eq!(
            [talk.receive(true), talk.receive(true), talk.receive(false)],
            [0x34, 0x56, 0xff]
        );
        talk.stop();
    }

    #[test]
    fn an_x24c01_has_its_address_in_the_first_byte() {
        let mut talk = Talk::new(Kind::X24C01);
        talk.start();
        for byte in [0x42 << 1, 0xab, 0xcd] {
            assert!(talk.send(byte));
        }
        talk.stop();
        assert_eq!(talk.2[0x42..0x44], [0xab, 0xcd]);
        talk.start();
        assert!(talk.send(0x42 << 1 | 1));
        assert_eq!([talk.receive(true), talk.receive(false)], [0xab, 0xcd]);
    }

    #[test]
    fn writes_go_round_within_a_page_and_reads_through_all() {
        let mut talk = Talk::new(Kind::X24C01);
        talk.start();
        for byte in [0x7e << 1, 1, 2, 3, 4] {
            talk.send(byte);
        }
        talk.stop();
        assert_eq!(talk.2[0x7c..], [3, 4, 1, 2]);
        talk.start();
        talk.send(0x7f << 1 | 1);
        assert_eq!([talk.receive(true), talk.receive(false)], [2, 0xff]);
    }

    #[test]
    fn another_device_s_number_is_not_answered() {
        let mut talk = Talk::new(Kind::C24C02);
        talk.start();
        assert!(!talk.send(0x50));
    }

    #[test]
    fn a_transfer_goes_on_where_it_was_restored() {
        let mut talk = Talk::new(Kind::C24C02);
        talk.start();
        talk.send(0xa0);
        talk.send(0x10);
        let mut restored = talk.0;
        restored.sanitize(Kind::C24C02);
        assert_eq!(restored.as_bytes(), talk.0.as_bytes());
        let mut other = Talk(restored, Kind::C24C02, talk.2.clone());
        assert!(other.send(0x77));
        assert_eq!(other.2[0x10], 0x77);
    }
}
