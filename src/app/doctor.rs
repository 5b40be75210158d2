//! `retake doctor`.

use super::cli::DoctorArgs;
use super::fault::{Fault, Outcome};

/// Runs the command.
pub fn doctor(_args: &DoctorArgs) -> Outcome {
    Err(Fault::missing("this build has nothing to examine; build it with the `app` feature"))
}
