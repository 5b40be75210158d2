//! The small languages of the command line: buttons by frame, addresses,
//! conditions.
//!
//! ```text
//! press = [PORT@] FRAME[-FRAME] : item + item …
//!
//! a b select start up down left right     the pad PORT (1-4)
//! snes-a snes-x snes-l snes-r             a Super NES pad: its B is a, its Y is b
//! mic                                     the Famicom's microphone
//! coin coin_2 service                     an arcade machine's slots and button
//! aim=X/Y · trigger                       a Zapper (of a Vs. System, too): a spot of the picture, 0-255 and 0-239
//! knob=N · fire                           a paddle: 0-255; the game has 84-244
//! step=N[/N…]                             a mat: buttons 1-12
//! move=X/Y · click · right-click          a mouse: counts in each frame, -128 to 127
//! key=NAME[/NAME…]                        a keyboard: `nes/port/keyboard.rs` has the names
//! ```
//!
//! What is beside the ports (a keyboard, the Famicom's mat and paddle) is PORT 1's.

use std::str::FromStr;

use crate::nes::Input;
use crate::nes::port::switches::arcade;
use crate::nes::port::{MICROPHONE, button, keyboard, snes::click, zapper::aim};

/// Buttons by frame: `300-306:start,400:a+right,2@500:b`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    presses: Vec<Press>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Press {
    first: u64,
    last: u64,
    /// What is held: bytes that are joined to those of the others.
    held: Input,
}

impl Script {
    /// Adds to `input` what the script holds in `frame`.
    pub fn hold(&self, frame: u64, input: &mut Input) {
        for press in &self.presses {
            if (press.first..=press.last).contains(&frame) {
                join(input, &press.held);
            }
        }
    }
}

impl FromStr for Script {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
        Ok(Self { presses: words.map(str::parse).collect::<Result<_, _>>()? })
    }
}

impl FromStr for Press {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let wrong = |why| {
            format!("`{word}` {why}; write FRAME[-FRAME]:BUTTON[+BUTTON], as in 300-306:start")
        };
        let (pad, rest) = match word.split_once('@') {
            Some((pad, rest)) => (pad.trim().parse().ok(), rest),
            None => (Some(1), word),
        };
        let pad =
            pad.filter(|pad| (1..=4).contains(pad)).ok_or_else(|| wrong("names no pad 1-4"))?;
        let (frames, names) = rest.split_once(':').ok_or_else(|| wrong("has no colon"))?;
        let (first, last) = frames.split_once('-').unwrap_or((frames, frames));
        let number = |text: &str| text.trim().parse().map_err(|_| wrong("has no frame number"));
        let (first, last) = (number(first)?, number(last)?);
        if last < first {
            return Err(wrong("ends before it begins"));
        }
        let mut held = Input::default();
        for name in names.split('+') {
            let name = name.trim().to_ascii_lowercase();
            if let Some((_, bit)) = BUTTONS.iter().find(|(known, _)| *known == name) {
                held.pads[pad - 1] |= bit;
            } else if name == "mic" {
                held.device[9] |= MICROPHONE;
            } else if let Some((_, bit)) = ARCADE.iter().find(|(known, _)| *known == name) {
                held.switches[1] |= bit;
            } else if pad > 2 {
                return Err(wrong("names what only ports 1 and 2 have"));
            } else {
                hold(&name, pad - 1, &mut held).ok_or_else(|| {
                    wrong(
                        "names a button that is not a, b, select, start, up, down, left or right, nor what another device has",
                    )
                })?;
            }
        }
        Ok(Self { first, last, held })
    }
}

fn join(input: &mut Input, held: &Input) {
    let joined = input.pads.iter_mut().zip(held.pads);
    let joined = joined.chain(input.switches.iter_mut().zip(held.switches));
    for (byte, more) in joined.chain(input.device.iter_mut().zip(held.device)) {
        *byte |= more;
    }
}

/// Adds what a device in a port has under this name; `None` where none has.
fn hold(name: &str, port: usize, held: &mut Input) -> Option<()> {
    let (name, value) = name.split_once('=').unwrap_or((name, ""));
    let mut numbers = value.split('/').map(|number| number.trim().parse::<i16>());
    let mut next = || numbers.next()?.ok();
    let bytes = held.of_port_mut(port);
    match name {
        "snes-a" => bytes[0] |= 1,
        "snes-x" => bytes[0] |= 2,
        "snes-l" => bytes[0] |= 4,
        "snes-r" => bytes[0] |= 8,
        "aim" => {
            let (x, y) = (u8::try_from(next()?).ok()?, u8::try_from(next()?).ok()?);
            (bytes[0], bytes[1]) = (x, y);
            bytes[2] |= if y < 240 { aim::AT_PICTURE } else { return None };
        }
        "trigger" => bytes[2] |= aim::TRIGGER,
        "knob" => bytes[0] = u8::try_from(next()?).ok()?,
        "fire" => bytes[1] |= 1,
        "step" => {
            for number in value.split('/') {
                let button: usize = number.trim().parse().ok()?;
                let bit = (1..=12).contains(&button).then(|| 1u16 << (button - 1))?;
                let [low, high] = bit.to_le_bytes();
                (bytes[0], bytes[1]) = (bytes[0] | low, bytes[1] | high);
            }
            return Some(());
        }
        "move" => {
            let (x, y) = (i8::try_from(next()?).ok()?, i8::try_from(next()?).ok()?);
            (bytes[0], bytes[1]) = (x as u8, y as u8);
        }
        "click" => bytes[2] |= click::LEFT,
        "right-click" => bytes[2] |= click::RIGHT,
        "key" => {
            for key in value.split('/') {
                let keys = keyboard::KEYS.as_flattened();
                let at = keys.iter().position(|known| *known == key_name(key.trim()))?;
                held.device[at / 8] |= 1 << (at % 8);
            }
            return Some(());
        }
        _ => return None,
    }
    let has_value = matches!(name, "aim" | "knob" | "move");
    (next().is_none() && has_value != value.is_empty()).then_some(())
}

/// A key whose sign would be taken for something of the script, by its name.
fn key_name(key: &str) -> &str {
    match key {
        "slash" => "/",
        "@" => "at",
        ";" => "semicolon",
        key => key,
    }
}

static ARCADE: [(&str, u8); 3] =
    [("coin", arcade::COIN_1), ("coin_2", arcade::COIN_2), ("service", arcade::SERVICE)];

static BUTTONS: [(&str, u8); 8] = [
    ("a", button::A),
    ("b", button::B),
    ("select", button::SELECT),
    ("start", button::START),
    ("up", button::UP),
    ("down", button::DOWN),
    ("left", button::LEFT),
    ("right", button::RIGHT),
];

/// Addresses of the CPU, both ends included: `6000` or `6000-6003`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressRange {
    /// The first.
    pub first: u16,
    /// The last.
    pub last: u16,
}

impl FromStr for AddressRange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        match (hex(first), hex(last)) {
            (Some(first), Some(last)) if first <= last => Ok(Self { first, last }),
            _ => Err("write hex addresses as in 6000 or 6000-6003".into()),
        }
    }
}

/// A byte that an address should hold: `6000=80`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Where.
    pub address: u16,
    /// What.
    pub value: u8,
}

impl FromStr for Condition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (address, value) = text.split_once('=').unwrap_or((text, ""));
        match (hex(address), hex(value).map(u8::try_from)) {
            (Some(address), Some(Ok(value))) => Ok(Self { address, value }),
            _ => Err("write a hex address and a hex byte, as in 6000=80".into()),
        }
    }
}

/// A byte in hex.
pub fn hex_byte(text: &str) -> Result<u8, String> {
    let byte = hex(text).and_then(|number| u8::try_from(number).ok());
    byte.ok_or_else(|| "write a byte in hex, as in 2F".into())
}

/// Hex with or without `$` or `0x`.
fn hex(text: &str) -> Option<u16> {
    let text = text.trim();
    let digits = text.strip_prefix('$').or_else(|| text.strip_prefix("0x")).unwrap_or(text);
    u16::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_holds_buttons_from_the_first_to_the_last_frame() {
        let script: Script = "300-306:start, 400:a+right,2@400:b".parse().unwrap();
        let at = |frame| {
            let mut input = Input::default();
            script.hold(frame, &mut input);
            input.pads
        };
        assert_eq!(at(299), [0; 4]);
        assert_eq!(at(300), [button::START, 0, 0, 0]);
        assert_eq!(at(306), [button::START, 0, 0, 0]);
        assert_eq!(at(307), [0; 4]);
        assert_eq!(at(400), [button::A | button::RIGHT, button::B, 0, 0]);
    }

    #[test]
    fn a_script_holds_what_other_devices_have() {
        let held = |word: &str| word.parse::<Press>().unwrap().held;
        assert_eq!(held("2@1:aim=120/99+trigger").of_port(1), [120, 99, 3, 0]);
        assert_eq!(held("2@1:knob=244+fire").of_port(1), [244, 1, 0, 0]);
        assert_eq!(held("2@1:step=1/12").of_port(1), [0x01, 0x08, 0, 0]);
        assert_eq!(held("1:move=-3/5+click").of_port(0), [0xfd, 5, 1, 0]);
        assert_eq!(held("1:right-click").of_port(0), [0, 0, 2, 0]);
        assert_eq!(held("1:snes-a+snes-r+a").of_port(0), [9, 0, 0, 0]);
        assert_eq!(held("1:snes-a+snes-r+a").pads[0], button::A);
        assert_eq!(held("1:mic").device[9], 1);
        assert_eq!(held("1:key=f8/ins").device, [1, 0, 0, 0, 0, 0, 0, 0, 0x80, 0]);
    }

    #[test]
    fn every_key_of_the_keyboard_can_be_written() {
        for (at, name) in keyboard::KEYS.as_flattened().iter().enumerate() {
            let name = if *name == "/" { "slash" } else { name };
            let held = format!("1:key={name}").parse::<Press>().unwrap().held;
            assert_eq!(held.device[at / 8], 1 << (at % 8), "{name}");
        }
    }

    #[test]
    fn a_wrong_script_says_which_word_is_wrong() {
        for wrong in [
            "300",
            "a:b",
            "5-4:a",
            "5@1:a",
            "1:x",
            "1:",
            "-1:a",
            "1:aim=1",
            "1:aim=1/240",
            "1:aim=1/2/3",
            "1:knob=256",
            "1:fire=1",
            "1:step=13",
            "1:step=",
            "1:move=1/200",
            "1:key=hyper",
            "3@1:fire",
        ] {
            let error = format!("1:a,{wrong}").parse::<Script>().unwrap_err();
            assert!(error.contains(&format!("`{wrong}`")), "{error}");
        }
    }

    #[test]
    fn addresses_are_hex() {
        assert_eq!("$6000-0x6003".parse(), Ok(AddressRange { first: 0x6000, last: 0x6003 }));
        assert_eq!("10".parse(), Ok(AddressRange { first: 0x10, last: 0x10 }));
        assert!("6003-6000".parse::<AddressRange>().is_err());
        assert_eq!("6000=80".parse(), Ok(Condition { address: 0x6000, value: 0x80 }));
        assert!("6000=100".parse::<Condition>().is_err() && "6000".parse::<Condition>().is_err());
    }
}
