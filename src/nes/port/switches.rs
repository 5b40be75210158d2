//! Switches of the machine around the ports: of an arcade cabinet's board, and of the
//! player of music files.
//!
//! ```text
//!  $4016  .CcD DS..   D: DIP switches 2 and 1, S: service button, C, c: coins 2 and 1
//!  $4017  DDDD DD..   DIP switches 8 to 3
//! ```
//!
//! <https://www.nesdev.org/wiki/Vs._System>

use super::Input;

/// Of the second byte of [`Input::switches`]; the first one is DIP switches 8 to 1.
pub mod arcade {
    /// A coin falls through the first slot.
    pub const COIN_1: u8 = 0x01;
    /// The second slot.
    pub const COIN_2: u8 = 0x02;
    /// The service button is held.
    pub const SERVICE: u8 = 0x04;
}

/// What the switches drive of a read of a port.
pub fn bits(port: usize, input: &Input) -> u8 {
    let [dip, arcade] = input.switches;
    match port {
        0 => (dip & 3) << 3 | (arcade & arcade::SERVICE) | (arcade & 3) << 5,
        _ => dip & 0xfc,
    }
}
