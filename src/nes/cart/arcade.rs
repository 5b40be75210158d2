//! The consoles that are no television's: arcade machines, with PPUs that put out red,
//! green and blue.
//!
//! ```text
//!  byte 13 of NES 2.0, Vs. System:  hhhh pppp
//!  p  0, 1, 6, 7  2C03            2-5  2C04-0001 to -0004      8-C  2C05-01 to -05
//!  h  0 one console  1-3 with a chip that the game asks  4 Ice Climber's  5, 6 two consoles
//! ```
//!
//! The 2C05 has $2000 and $2001 in each other's place and a number in $2002. Games of the
//! Vs. System find the first player at $4017, and the buttons below the screen (1 and 3 are
//! what Start and Select are on pad 1, 2 and 4 on pad 2) where a pad has Select and Start.
//! A header may say that the pads are in their usual places.
//!
//! <https://www.nesdev.org/wiki/Vs._System>, <https://www.nesdev.org/wiki/PPU_palettes>

use crate::nes::port::Input;
use crate::nes::port::button::{SELECT, START};

/// Which PPU draws: the colours that its numbers mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Ppu {
    /// A television's: 2C02, 2C07.
    #[default]
    Composite,
    /// 2C03: a Famicom's colours, as red, green and blue.
    Rgb,
    /// 2C04-0001 to -0004: the same ones shuffled.
    Shuffled(u8),
    /// 2C05-01 to -05.
    Swapped(u8),
}

/// How the pads are wired.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Wiring {
    /// As on any console.
    #[default]
    Console,
    /// Of the Vs. System: the first player at $4017, buttons crossed.
    Crossed,
    /// Of the Vs. System: the first player at $4016.
    Straight,
}

/// A chip of Namco's beside its 118, which the game asks whether it is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Guard {
    /// There is none.
    #[default]
    None,
    /// R.B.I. Baseball's, a 127.
    Rbi,
    /// TKO Boxing's, a 126.
    Tko,
    /// Super Xevious's.
    Xevious,
}

impl Guard {
    /// Of a Vs. System's header.
    pub fn of_header(byte: u8) -> Self {
        match byte >> 4 {
            1 => Self::Rbi,
            2 => Self::Tko,
            3 => Self::Xevious,
            _ => Self::None,
        }
    }
}

impl Ppu {
    /// Of a Vs. System's header.
    pub fn of_header(byte: u8) -> Self {
        match byte & 15 {
            n @ 2..=5 => Self::Shuffled(n - 1),
            n @ 8..=12 => Self::Swapped(n - 7),
            _ => Self::Rgb,
        }
    }

    /// Its name.
    pub fn name(self) -> String {
        match self {
            Self::Composite => "2C02".into(),
            Self::Rgb => "2C03".into(),
            Self::Shuffled(n) => format!("2C04-000{n}"),
            Self::Swapped(n) => format!("2C05-0{n}"),
        }
    }

    /// What a 2C05 has in bits 5-0 of $2002.
    pub fn number(self) -> Option<u8> {
        match self {
            Self::Swapped(2) => Some(0x3d),
            Self::Swapped(3) => Some(0x1c),
            // What the 2C05-05 has nobody has told.
            Self::Swapped(_) => Some(0x1b),
            _ => None,
        }
    }

    /// A register as the PPU numbers it.
    pub fn register(self, register: u16) -> u16 {
        match (self, register) {
            (Self::Swapped(_), 0 | 1) => register ^ 1,
            _ => register,
        }
    }
}

impl Wiring {
    /// What the ports get of what the players hold.
    pub fn wired(self, mut input: Input) -> Input {
        let below = |pad: u8| match (pad & START != 0, pad & SELECT != 0) {
            (true, true) => SELECT | START,
            (true, false) => SELECT,
            (false, true) => START,
            (false, false) => 0,
        };
        let [one, two] = [input.pads[0], input.pads[1]];
        let [stick_1, stick_2] = [one, two].map(|pad| pad & !(START | SELECT));
        match self {
            Self::Console => {}
            Self::Crossed => {
                input.pads[0] = stick_2 | below(one);
                input.pads[1] = stick_1 | below(two);
            }
            Self::Straight => {
                input.pads[0] = stick_1 | below(one);
                input.pads[1] = stick_2 | below(two);
            }
        }
        input
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nes::port::button::{A, B, LEFT};

    #[test]
    fn sticks_change_places_and_the_buttons_below_stay() {
        let mut input = Input::pad1(A | START);
        input.pads[1] = LEFT | SELECT;
        assert_eq!(Wiring::Crossed.wired(input).pads[..2], [LEFT | SELECT, A | START]);
        assert_eq!(Wiring::Straight.wired(input).pads[..2], [A | SELECT, LEFT | START]);
        assert_eq!(Wiring::Console.wired(input), input);
        assert_eq!(Wiring::Crossed.wired(Input::pad1(B)).pads[..2], [0, B]);
    }

    #[test]
    fn a_header_names_the_ppu() {
        let names = [0, 2, 5, 7, 8, 12].map(|byte| Ppu::of_header(byte).name());
        assert_eq!(names, ["2C03", "2C04-0001", "2C04-0004", "2C03", "2C05-01", "2C05-05"]);
        assert_eq!([1, 2, 3].map(|n| Ppu::Swapped(n).number()), [0x1b, 0x3d, 0x1c].map(Some));
        assert_eq!([0, 1, 2].map(|n| Ppu::Swapped(1).register(n)), [1, 0, 2]);
        assert_eq!([0, 1, 2].map(|n| Ppu::Rgb.register(n)), [0, 1, 2]);
    }
}
