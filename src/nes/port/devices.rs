//! What is plugged in: a device in each of the two ports, or one that takes both
//! (an adapter, or the Famicom's expansion port).
//!
//! <https://www.nesdev.org/wiki/Input_devices>,
//! <https://www.nesdev.org/wiki/NES_2.0#Default_Expansion_Device>

use std::fmt;
use std::str::FromStr;

/// A device in one port.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Device {
    /// The standard pad.
    #[default]
    Pad = 0,
    /// Nothing.
    Nothing = 1,
    /// The light gun.
    Zapper = 2,
    /// Arkanoid's paddle, as sold for the NES.
    Vaus = 3,
    /// The mat with twelve buttons, as sold for the NES.
    PowerPad = 4,
    /// A pad of the Super NES, in an adapter.
    SnesPad = 5,
    /// Its mouse.
    SnesMouse = 6,
    /// The light gun of a Vs. System, which reports as a pad does.
    VsZapper = 7,
}

/// A device beside or around the two pads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Expansion {
    /// None.
    #[default]
    Nothing = 0,
    /// Four pads one behind the other, on an NES.
    FourScore = 1,
    /// Pads 3 and 4 on lines of their own, on a Famicom.
    FourPlayers = 2,
    /// Arkanoid's paddle, as sold for the Famicom.
    Vaus = 3,
    /// The mat, as sold for the Famicom.
    FamilyTrainer = 4,
    /// The keyboard of Family BASIC.
    Keyboard = 5,
}

/// All that is plugged in. An expansion leaves the pads in both ports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Devices {
    ports: [Device; 2],
    expansion: Expansion,
}

const DEVICES: [(&str, Device); 8] = [
    ("pad", Device::Pad),
    ("none", Device::Nothing),
    ("zapper", Device::Zapper),
    ("arkanoid", Device::Vaus),
    ("power-pad", Device::PowerPad),
    ("snes-pad", Device::SnesPad),
    ("snes-mouse", Device::SnesMouse),
    ("vs-zapper", Device::VsZapper),
];

const EXPANSIONS: [(&str, Expansion); 6] = [
    ("pads", Expansion::Nothing),
    ("four-score", Expansion::FourScore),
    ("famicom-4p", Expansion::FourPlayers),
    ("famicom-arkanoid", Expansion::Vaus),
    ("family-trainer", Expansion::FamilyTrainer),
    ("keyboard", Expansion::Keyboard),
];

impl Devices {
    /// Two standard pads.
    pub const PADS: Self = Self { ports: [Device::Pad; 2], expansion: Expansion::Nothing };

    /// A device in each port.
    pub fn in_ports(ports: [Device; 2]) -> Self {
        Self { ports, expansion: Expansion::Nothing }
    }

    /// A device where games look for it, and a pad.
    pub fn alone(device: Device) -> Self {
        Self::in_ports(match device {
            Device::VsZapper => [device, Device::Pad],
            _ => [Device::Pad, device],
        })
    }

    /// Two pads, and this.
    pub fn around(expansion: Expansion) -> Self {
        Self { ports: [Device::Pad; 2], expansion }
    }

    /// What a port has.
    pub fn port(&self, port: usize) -> Device {
        self.ports[port & 1]
    }

    /// What is beside the ports.
    pub fn expansion(&self) -> Expansion {
        self.expansion
    }

    /// The first port that has this device.
    pub fn find(&self, device: Device) -> Option<usize> {
        self.ports.iter().position(|plugged| *plugged == device)
    }

    /// As a number: port 1 in bits 0-7, port 2 in 8-15, what is beside them in
    /// 16-23. Two standard pads are 0.
    pub fn word(self) -> u32 {
        let [one, two] = self.ports;
        u32::from_le_bytes([one as u8, two as u8, self.expansion as u8, 0])
    }

    /// What a number says; `None` where it says something that we lack.
    pub fn from_word(word: u32) -> Option<Self> {
        let [one, two, expansion, rest] = word.to_le_bytes();
        let device = |code| DEVICES.iter().map(|row| row.1).find(|it| *it as u8 == code);
        let mut expansions = EXPANSIONS.iter().map(|row| row.1);
        let expansion = expansions.find(|it| *it as u8 == expansion)?;
        let ports = [device(one)?, device(two)?];
        let alone = expansion == Expansion::Nothing || ports == [Device::Pad; 2];
        (alone && rest == 0).then_some(Self { ports, expansion })
    }

    /// What a NES 2.0 header asks for in byte 15; `None` for what says nothing, or
    /// is not there yet. Games with a Zapper, a mat or a paddle have it in port 2, those of
    /// a Vs. System in port 1.
    pub fn of_header(code: u8) -> Option<Self> {
        let alone = |device| Some(Self::alone(device));
        match code & 0x3f {
            0x01 => Some(Self::default()),
            0x02 => Some(Self::around(Expansion::FourScore)),
            0x03 => Some(Self::around(Expansion::FourPlayers)),
            0x07 => alone(Device::VsZapper),
            0x08 => alone(Device::Zapper),
            0x09 => Some(Self::in_ports([Device::Zapper; 2])),
            0x0b | 0x0c => alone(Device::PowerPad),
            0x0d | 0x0e => Some(Self::around(Expansion::FamilyTrainer)),
            0x0f => alone(Device::Vaus),
            0x10 => Some(Self::around(Expansion::Vaus)),
            0x23 => Some(Self::around(Expansion::Keyboard)),
            0x29 => alone(Device::SnesMouse),
            0x2b => Some(Self::in_ports([Device::SnesPad; 2])),
            _ => None,
        }
    }
}

impl fmt::Display for Devices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |device| DEVICES.iter().find(|row| row.1 == device).map_or("", |row| row.0);
        match (self.expansion, self.ports) {
            (Expansion::Nothing, ports) if ports != [Device::Pad; 2] => {
                write!(f, "{},{}", of(ports[0]), of(ports[1]))
            }
            (expansion, _) => {
                let name = EXPANSIONS.iter().find(|row| row.1 == expansion);
                f.write_str(name.map_or("", |row| row.0))
            }
        }
    }
}

impl FromStr for Devices {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim().to_ascii_lowercase();
        if let Some((_, expansion)) = EXPANSIONS.iter().find(|row| row.0 == text) {
            return Ok(Self::around(*expansion));
        }
        let device = |name: &str| {
            let found = DEVICES.iter().find(|row| row.0 == name.trim());
            found.map(|row| row.1).ok_or_else(|| {
                let names: Vec<_> = EXPANSIONS.iter().map(|row| row.0).collect();
                let devices: Vec<_> = DEVICES.iter().map(|row| row.0).collect();
                format!(
                    "`{name}` is no device; give {}, or PORT1,PORT2 of {}",
                    names.join(", "),
                    devices.join(", ")
                )
            })
        };
        match text.split_once(',') {
            Some((one, two)) => Ok(Self::in_ports([device(one)?, device(two)?])),
            None => Ok(Self::alone(device(&text)?)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> impl Iterator<Item = Devices> {
        let ports = DEVICES.iter().flat_map(|one| DEVICES.map(|two| [one.1, two.1]));
        let around = EXPANSIONS.map(|row| Devices::around(row.1));
        ports.map(Devices::in_ports).chain(around)
    }

    #[test]
    fn what_is_plugged_in_is_told_from_its_word_and_its_name() {
        for devices in all() {
            assert_eq!(Devices::from_word(devices.word()), Some(devices));
            assert_eq!(devices.to_string().parse(), Ok(devices));
        }
        assert_eq!(Devices::default().word(), 0);
        assert_eq!("zapper".parse(), Ok(Devices::in_ports([Device::Pad, Device::Zapper])));
        assert_eq!("vs-zapper".parse(), Ok(Devices::in_ports([Device::VsZapper, Device::Pad])));
    }

    #[test]
    fn words_and_names_of_nothing_known_are_refused() {
        for word in [0xff, 0xff00, 0xff_0000, 0x0100_0000, 0x01_0002] {
            assert_eq!(Devices::from_word(word), None, "{word:x}");
        }
        for name in ["", "zappr", "pad,", "pad,pad,pad", "four-score,pad"] {
            assert!(name.parse::<Devices>().unwrap_err().contains("is no device"), "{name}");
        }
    }

    #[test]
    fn headers_ask_for_the_devices_of_the_wikis_list() {
        let asks = |code| Devices::of_header(code).map(|devices| devices.to_string());
        assert_eq!(asks(0x00), None);
        assert_eq!(asks(0x01).as_deref(), Some("pads"));
        assert_eq!(asks(0x02).as_deref(), Some("four-score"));
        assert_eq!(asks(0x07).as_deref(), Some("vs-zapper,pad"));
        assert_eq!(asks(0x08).as_deref(), Some("pad,zapper"));
        assert_eq!(asks(0x23).as_deref(), Some("keyboard"));
        assert_eq!(asks(0x1f), None);
    }
}
