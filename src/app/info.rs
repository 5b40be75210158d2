//! `retake info`.

use super::cli::InfoArgs;
use super::fault::{Fault, Outcome};

/// Runs the command.
pub fn info(_args: &InfoArgs) -> Outcome {
    Err(Fault::missing("soon"))
}
