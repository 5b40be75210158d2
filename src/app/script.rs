//! The small languages of the command line: buttons by frame, addresses,
//! conditions.

use std::str::FromStr;

use crate::nes::Input;
use crate::nes::port::button;

/// Buttons by frame: `300-306:start,400:a+right,2@500:b`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    presses: Vec<Press>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Press {
    first: u64,
    last: u64,
    pad: usize,
    buttons: u8,
}

impl Script {
    /// Adds to `input` what the script holds in `frame`.
    pub fn hold(&self, frame: u64, input: &mut Input) {
        for press in &self.presses {
            if (press.first..=press.last).contains(&frame) {
                input.pads[press.pad] |= press.buttons;
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
        let mut buttons = 0;
        for name in names.split('+') {
            let name = name.trim().to_ascii_lowercase();
            let found = BUTTONS.iter().find(|(known, _)| *known == name);
            buttons |= found
                .ok_or_else(|| {
                    wrong("names a button that is not a, b, select, start, up, down, left or right")
                })?
                .1;
        }
        Ok(Self { first, last, pad: pad - 1, buttons })
    }
}

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
    fn a_wrong_script_says_which_word_is_wrong() {
        for wrong in ["300", "a:b", "5-4:a", "5@1:a", "1:x", "1:", "-1:a"] {
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
