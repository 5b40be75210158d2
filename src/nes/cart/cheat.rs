//! Cheat codes: a byte that the CPU finds at an address, whatever lies there.
//!
//! ```text
//! ADDR:VALUE   ADDR?COMPARE:VALUE         hex; only where COMPARE lies, with the latter
//! SXIOPO   YEUZUGAA                       Game Genie: a letter is four bits
//!
//! letter     APZLGITYEOXUKSVN = 0-15
//! address    1 n3.210 n5.210 n4.3 n2.210 n1.3 n4.210 n3.3     nK.b: bits b of letter K
//! value      n0.3 n1.210 nL.3 n0.210                          L: the last letter, 5 or 7
//! compare    n6.3 n7.210 n5.3 n6.210
//! n2.3       1 in a code of eight letters
//! ```
//!
//! What a code does follows from what lies at its address when it is used:
//!
//! | there | the code |
//! |---|---|
//! | ROM | takes the place of the byte in what the CPU reads: [`super::prg`] |
//! | RAM | is written before each frame |
//!
//! A cheat is a part of the cartridge, as the Game Genie is: nothing of it is in
//! the state, and a machine with other cheats is one with another cartridge.
//!
//! <https://www.nesdev.org/wiki/Game_Genie>

use std::fmt;
use std::str::FromStr;

/// A cheat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cheat {
    /// Where.
    pub address: u16,
    /// What the CPU finds there.
    pub value: u8,
    /// Only in place of this byte.
    pub compare: Option<u8>,
}

/// Why a code is none, or cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum CheatError {
    #[error(
        "`{code}` is no cheat code; write six or eight letters of APZLGITYEOXUKSVN, or ADDR:VALUE or ADDR?COMPARE:VALUE in hex, as in 07F0:09"
    )]
    Unknown { code: String },
    #[error(
        "`{code}` is at ${address:04X}, where the console has registers; give an address of RAM or ROM"
    )]
    Register { code: String, address: u16 },
    #[error(
        "the cheats change too many pages of this ROM, there is room for {room}; leave some out, or give codes with a compare value"
    )]
    TooMany { room: usize },
}

impl Cheat {
    /// Whether a byte is one that the cheat takes the place of.
    pub fn applies_to(&self, byte: u8) -> bool {
        self.compare.is_none_or(|compare| compare == byte)
    }

    /// The code for a Game Genie, which reaches $8000-$FFFF.
    pub fn game_genie(&self) -> Option<String> {
        let low = self.address.checked_sub(0x8000)?;
        let [a0, a1, a2, a3] = [0, 4, 8, 12].map(|shift| (low >> shift & 15) as u8);
        let (value, compare) = (self.value, self.compare.unwrap_or(0));
        let nibble = |high: u8, low: u8| high & 8 | low & 7;
        let last = if self.compare.is_some() { compare } else { value };
        let mut letters = vec![
            nibble(value >> 4, value),
            nibble(a1, value >> 4),
            nibble(if self.compare.is_some() { 8 } else { 0 }, a1),
            nibble(a0, a3),
            nibble(a2, a0),
            nibble(last, a2),
        ];
        if self.compare.is_some() {
            letters.extend([nibble(compare >> 4, compare), nibble(value, compare >> 4)]);
        }
        Some(letters.into_iter().map(|letter| char::from(LETTERS[usize::from(letter)])).collect())
    }

    fn from_game_genie(letters: &[u8]) -> Self {
        let n = |index: usize| u16::from(letters[index]);
        let address = 0x8000
            | (n(3) & 7) << 12
            | (n(5) & 7) << 8
            | (n(4) & 8) << 8
            | (n(2) & 7) << 4
            | (n(1) & 8) << 4
            | n(4) & 7
            | n(3) & 8;
        let byte = |low: usize, high: usize, bit: usize| {
            ((n(high) & 7) << 4 | (n(low) & 8) << 4 | n(low) & 7 | n(bit) & 8) as u8
        };
        let last = letters.len() - 1;
        let compare = (letters.len() == 8).then(|| byte(6, 7, 5));
        Self { address, value: byte(0, 1, last), compare }
    }

    fn from_hex(code: &str) -> Option<Self> {
        let (place, value) = code.split_once(':')?;
        let (address, compare) = match place.split_once('?') {
            Some((address, compare)) => (address, Some(byte(compare)?)),
            None => (place, None),
        };
        Some(Self { address: hex(address)?, value: byte(value)?, compare })
    }
}

/// The letters by what they stand for.
const LETTERS: &[u8; 16] = b"APZLGITYEOXUKSVN";

impl FromStr for Cheat {
    type Err = CheatError;

    fn from_str(text: &str) -> Result<Self, CheatError> {
        let code = text.trim().to_ascii_uppercase();
        let place = |letter: u8| LETTERS.iter().position(|other| *other == letter);
        let letters: Option<Vec<u8>> =
            code.bytes().map(|letter| place(letter).map(|place| place as u8)).collect();
        let cheat = match letters {
            Some(letters) if matches!(letters.len(), 6 | 8) => {
                Some(Self::from_game_genie(&letters))
            }
            _ => Self::from_hex(&code),
        };
        match cheat {
            None => Err(CheatError::Unknown { code: text.to_owned() }),
            Some(Self { address: address @ 0x2000..=0x401f, .. }) => {
                Err(CheatError::Register { code: text.to_owned(), address })
            }
            Some(cheat) => Ok(cheat),
        }
    }
}

impl fmt::Display for Cheat {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{:04X}", self.address)?;
        if let Some(compare) = self.compare {
            write!(f, "?{compare:02X}")?;
        }
        write!(f, ":{:02X}", self.value)
    }
}

/// Hex with or without `$` or `0x`.
fn hex(text: &str) -> Option<u16> {
    let text = text.trim();
    let digits = text.strip_prefix('$').or_else(|| text.strip_prefix("0X")).unwrap_or(text);
    u16::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))
}

fn byte(text: &str) -> Option<u8> {
    hex(text)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cheat(code: &str) -> (u16, u8, Option<u8>) {
        let cheat: Cheat = code.parse().unwrap();
        (cheat.address, cheat.value, cheat.compare)
    }

    #[test]
    fn published_codes_mean_what_is_published_of_them() {
        assert_eq!(cheat("SXIOPO"), (0x91d9, 0xad, None));
        assert_eq!(cheat("gossip"), (0xd1dd, 0x14, None));
        assert_eq!(cheat("ZEXPYGLA"), (0x94a7, 0x02, Some(0x03)));
        assert_eq!(cheat("YEUZUGAA"), (0xacb3, 0x07, Some(0x00)));
    }

    #[test]
    fn raw_codes_are_hex() {
        assert_eq!(cheat("07f0:9"), (0x07f0, 0x09, None));
        assert_eq!(cheat("$8000?0xAB:$cd"), (0x8000, 0xcd, Some(0xab)));
        assert_eq!(cheat("0xA : 1"), (0x000a, 0x01, None));
    }

    #[test]
    fn what_is_no_code_gets_a_sentence() {
        for code in [
            "", "SXIOP", "SXIOPOO", "SXIOPQ", "07F0", "07F0:100", "10000:1", ":1", "1:", "1?:2",
            "é:1",
        ] {
            let error = code.parse::<Cheat>().unwrap_err();
            assert_eq!(error, CheatError::Unknown { code: code.to_owned() });
        }
        for code in ["2002:80", "4015:0"] {
            assert!(matches!(code.parse::<Cheat>(), Err(CheatError::Register { .. })));
        }
    }

    proptest! {
        #[test]
        fn a_cheat_is_written_and_read_again(
            address in any::<u16>(),
            value in any::<u8>(),
            compare in any::<Option<u8>>(),
        ) {
            let cheat = Cheat { address, value, compare };
            if let Some(code) = cheat.game_genie() {
                prop_assert_eq!(code.parse(), Ok(cheat));
            } else {
                prop_assert!(address < 0x8000);
            }
            if !(0x2000..0x4020).contains(&address) {
                prop_assert_eq!(cheat.to_string().parse(), Ok(cheat));
            }
        }
    }
}
