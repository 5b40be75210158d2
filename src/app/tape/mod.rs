//! `retake tape`: what can be done with recordings. A file a command.

pub mod args;
mod cut;
pub mod export;
pub mod file;
pub mod info;
mod jobs;
mod mark;
pub mod movie;
pub mod rom;
mod seek;
mod upgrade;
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
        TapeCommand::Export(args) => export::export(args),
        TapeCommand::Cut(args) => cut::cut(args),
        TapeCommand::Mark(args) => mark::mark(args),
        TapeCommand::Upgrade(args) => upgrade::upgrade(args),
    }
}
