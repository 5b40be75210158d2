//! The controller ports: what a player holds, and what the CPU reads of it.
//!
//! ```text
//!             port 1 and 2, $4016 and $4017           beside them
//! devices.rs  what is plugged in
//! four.rs     ·                                       Four Score
//! zapper.rs   Zapper, that of the Vs. System          ·
//! vaus.rs     Arkanoid's paddle                       the Famicom's
//! mats.rs     Power Pad                               Family Trainer
//! snes.rs     pad and mouse of the Super NES          ·
//! keyboard.rs ·                                       Family BASIC
//! ```
//!
//! A device drives some of the bits 0-4 of a read: from one of its port's two shift
//! registers, or as it stands in that moment.

mod devices;
mod four;
pub mod keyboard;
mod mats;
pub mod snes;
pub mod switches;
mod vaus;
pub mod zapper;

pub use devices::{Device, Devices, Expansion};

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
    /// Switches of the machine ([`switches`]; none on a NES): DIP switches, then coins.
    pub switches: [u8; 2],
    /// Bytes whose meaning the devices define: 0-3 of what is in port 1, 4-7 of what
    /// is in port 2, or 0-8 of what is beside them. Bit 0 of the last one is sound in
    /// the microphone of the Famicom's second pad.
    pub device: [u8; 10],
}

/// Bit 0 of the last byte: $4016 bit 2.
pub const MICROPHONE: u8 = 0x01;

impl Input {
    /// Pad 1 with these buttons, nothing else.
    pub fn pad1(buttons: u8) -> Self {
        Self { pads: [buttons, 0, 0, 0], ..Self::default() }
    }

    /// What the device in a port has of it.
    pub fn of_port(&self, port: usize) -> [u8; 4] {
        let at = 4 * (port & 1);
        [0, 1, 2, 3].map(|n| self.device[at + n])
    }

    /// The same, to be set.
    pub fn of_port_mut(&mut self, port: usize) -> &mut [u8] {
        let at = 4 * (port & 1);
        &mut self.device[at..at + 4]
    }
}

/// The two controller ports and what is plugged into them.
#[derive(Clone, Copy, Default, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Ports {
    /// Two registers a port, which are clocked together.
    shift: [[u32; 2]; 2],
    /// When a Zapper sees no light any more, in dots from the picture's first line.
    lit_until: [u32; 2],
    /// How far a mouse was moved and has not reported: x and y.
    moved: [[i16; 2]; 2],
    /// Cycles until a run of reads ends and clocks the register: reads in
    /// consecutive cycles are one.
    clock_in: [u8; 2],
    /// Bits 0-2 of $4016 as written; the first one is the strobe.
    out: u8,
    /// A pad was read in this frame.
    polled: Flag,
    /// [`Devices::word`], three bytes of it.
    plugged: [u8; 3],
    /// The strobe was seen since it fell.
    strobed: Flag,
    /// The mice's setting.
    sensitivity: [u8; 2],
    /// The keyboard's row.
    row: u8,
    reserved: [u8; 5],
}

fields! {
    Ports: shift, lit_until, moved, clock_in, out, polled, plugged, strobed, sensitivity, row,
        reserved
}

/// Bit 0 of `out`.
const STROBE: u8 = 1;
/// Three bits of $4016 have pins.
const OUT: u8 = 7;

impl Ports {
    /// With these devices.
    pub fn new(devices: Devices) -> Self {
        let [one, two, beside, _] = devices.word().to_le_bytes();
        Self { plugged: [one, two, beside], ..Self::default() }
    }

    /// What is plugged in.
    pub fn devices(&self) -> Devices {
        let [one, two, beside] = self.plugged;
        Devices::from_word(u32::from_le_bytes([one, two, beside, 0])).unwrap_or_default()
    }

    /// Whether a device sees the picture.
    pub fn aims(&self) -> bool {
        let guns = [Device::Zapper as u8, Device::VsZapper as u8];
        self.plugged[..2].iter().any(|device| guns.contains(device))
    }

    /// Bounds what any bytes might hold.
    pub fn sanitize(&mut self) {
        self.plugged = Self::new(self.devices()).plugged;
    }

    /// A frame begins: what happens in it that the CPU does not ask for.
    pub fn begin_frame(&mut self, input: &Input) {
        for port in 0..2 {
            if self.plugged[port] == Device::SnesMouse as u8 {
                let [x, y, ..] = input.of_port(port);
                for (sum, by) in self.moved[port].iter_mut().zip([x, y]) {
                    *sum = sum.saturating_add((by as i8).into());
                }
            }
        }
    }

    /// A CPU read of $4016 or $4017: the bits that the port drives. `lit`: a Zapper in
    /// this port sees light.
    pub fn read(&mut self, port: usize, input: &Input, lit: bool) -> u8 {
        let port = port & 1;
        self.clock_in[port] = 2;
        self.polled = Flag::ON;
        let microphone = if port == 0 { (input.device[9] & MICROPHONE) << 2 } else { 0 };
        let bits = if self.plugged == [0; 3] {
            self.shift[port][0] as u8 & 1
        } else {
            self.bits(port, input, lit)
        };
        bits | microphone
    }

    #[inline(never)]
    fn bits(&self, port: usize, input: &Input, lit: bool) -> u8 {
        let devices = self.devices();
        let line = |n: usize| self.shift[port][n] as u8 & 1;
        let [_, second, third, _] = input.of_port(port);
        let bits = match devices.port(port) {
            Device::Pad | Device::SnesPad | Device::SnesMouse | Device::VsZapper => line(0),
            Device::Nothing => 0,
            Device::Zapper => u8::from(!lit) << 3 | (third & zapper::aim::TRIGGER) << 4,
            Device::Vaus => (second & 1) << 3 | line(0) << 4,
            Device::PowerPad => line(0) << 3 | line(1) << 4,
        };
        let keys = &input.device[..9];
        bits | match (devices.expansion(), port) {
            (Expansion::FourPlayers, _) | (Expansion::Vaus, 1) => line(1) << 1,
            (Expansion::Vaus, _) => (second & 1) << 1,
            (Expansion::FamilyTrainer, 1) => {
                mats::family_trainer(u16::from_le_bytes([keys[0], keys[1]]), self.out)
            }
            (Expansion::Keyboard, 1) => keyboard::bits(keys, self.row, self.out),
            _ => 0,
        }
    }

    /// Whether a pad was read since this was last asked.
    pub fn take_polled(&mut self) -> bool {
        self.polled.take()
    }

    /// A CPU write to $4016. `lit`: where a Zapper sees light.
    pub fn write(&mut self, value: u8, lit: [bool; 2]) {
        let value = value & OUT;
        if self.plugged != [0; 3] {
            self.row = keyboard::row_after(self.row, self.out, value);
            if value & STROBE == 0 && self.strobed.take() {
                self.end_strobe(lit);
            }
        }
        self.out = value;
    }

    /// Whether cycles pass without any effect.
    #[inline(always)]
    pub fn is_idle(&self) -> bool {
        self.out & STROBE == 0 && self.clock_in == [0; 2]
    }

    /// A CPU cycle ends. Registers that were read shift when the run is over;
    /// ones follow what was loaded.
    #[inline(always)]
    pub fn end_cycle(&mut self) {
        if self.clock_in != [0; 2] {
            self.end_reads();
        }
    }

    fn end_reads(&mut self) {
        for port in 0..2 {
            if self.out & STROBE != 0 {
                if std::mem::take(&mut self.clock_in[port]) > 0 {
                    self.clock_while_strobed(port);
                }
            } else if self.clock_in[port] > 0 {
                self.clock_in[port] -= 1;
                if self.clock_in[port] == 0 {
                    self.shift[port] = self.shift[port].map(|line| line >> 1 | 1 << 31);
                }
            }
        }
    }

    /// The get → put transition, the only moment at which the strobe is seen.
    #[inline(always)]
    pub fn get_to_put(&mut self, input: &Input) {
        if self.out & STROBE != 0 {
            self.load(input);
        }
    }

    /// The registers take what the devices have.
    #[inline(never)]
    fn load(&mut self, input: &Input) {
        const ONES: u32 = 0xffff_ff00;
        let Input { pads, .. } = input;
        if self.plugged == [0; 3] {
            self.shift = [[u32::from(pads[0]) | ONES, 0], [u32::from(pads[1]) | ONES, 0]];
            return;
        }
        let devices = self.devices();
        for port in 0..2 {
            let [first, second, third, _] = input.of_port(port);
            let pad = [u32::from(pads[port]) | ONES, 0];
            let [x, y] = self.moved[port];
            self.shift[port] = match devices.port(port) {
                Device::Pad => pad,
                Device::Nothing | Device::Zapper => [0; 2],
                Device::Vaus => [vaus::knob(first), 0],
                Device::PowerPad => mats::power_pad(u16::from_le_bytes([first, second])),
                Device::SnesPad => [snes::pad(pads[port], first), 0],
                Device::VsZapper => [zapper::report(third) | ONES, 0],
                Device::SnesMouse => [snes::mouse([x, y], third, self.sensitivity[port]), 0],
            };
            match devices.expansion() {
                Expansion::FourScore => self.shift[port] = [four::four_score(pads, port), 0],
                Expansion::FourPlayers => {
                    self.shift[port] = [pad[0], u32::from(pads[port + 2]) | ONES];
                }
                // The expansion port's bytes are where port 1's are.
                Expansion::Vaus => self.shift[port] = [pad[0], vaus::knob(input.device[0])],
                _ => {}
            }
        }
        self.strobed = Flag::ON;
    }

    /// The strobe falls: what the mice reported, they forget; what a Vs. System's gun sees,
    /// it reports.
    fn end_strobe(&mut self, lit: [bool; 2]) {
        for (port, lit) in lit.into_iter().enumerate() {
            if self.plugged[port] == Device::VsZapper as u8 && lit {
                self.shift[port][0] |= zapper::REPORTED_LIGHT;
            }
            let setting = self.sensitivity[port];
            self.moved[port] = self.moved[port].map(|counts| snes::rest(counts, setting));
        }
    }

    fn clock_while_strobed(&mut self, port: usize) {
        if self.plugged[port] == Device::SnesMouse as u8 {
            self.sensitivity[port] = snes::next(self.sensitivity[port]);
        }
    }
}

#[cfg(test)]
mod tests;
