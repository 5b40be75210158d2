//! `retake tape`: what can be done with recordings. A file a command.

pub mod args;
pub mod file;
pub mod info;
mod jobs;
pub mod movie;
mod rom;
mod seek;
mod verify;
pub mod write;

use args::TapeCommand;

use super::fault::Outcome;

/// Runs the command.
pub fn tape(command: &TapeCommand) -> Outcome {
    match command {
        TapeCommand::Info(args) => info::info(args),
        TapeCommand::Verify(args) => verify::verify(args),
        TapeCommand::Seek(args) => seek::seek(args),
        _ => Err(super::fault::Fault::missing("not yet")),
    }
}
