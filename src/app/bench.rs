//! `retake bench`.

use super::cli::BenchArgs;
use super::fault::{Fault, Outcome};

/// Runs the command.
pub fn bench(_args: &BenchArgs) -> Outcome {
    Err(Fault::missing("soon"))
}
