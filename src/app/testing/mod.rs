//! `retake test`.

use super::cli::TestArgs;
use super::fault::{Fault, Outcome};

/// Runs the command.
pub fn test(_args: &TestArgs) -> Outcome {
    Err(Fault::missing("soon"))
}
