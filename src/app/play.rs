//! `retake play`.

use super::cli::PlayArgs;
use super::fault::{Fault, Outcome};

/// Runs the command.
pub fn play(_args: &PlayArgs) -> Outcome {
    Err(Fault::missing("this build has no window; `retake run` runs without one"))
}
