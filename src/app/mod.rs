//! The program: command line, configuration, window, wiring, error texts.

pub mod menu;
pub mod player;
#[cfg(feature = "app")]
pub mod terminal;
#[cfg(feature = "app")]
pub mod window;

use std::process::ExitCode;

/// Runs the program with the process's arguments.
pub fn main() -> ExitCode {
    ExitCode::from(2)
}
