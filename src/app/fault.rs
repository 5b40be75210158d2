//! Why a command ends otherwise than well: an exit code and a sentence.

use std::fmt;
use std::process::ExitCode;

/// The outcome of a command.
pub type Outcome<T = ExitCode> = Result<T, Fault>;

/// A command's failure, to be said on stderr.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The exit code.
    pub code: u8,
    /// What is wrong, where, and what to do.
    pub sentence: String,
}

impl Fault {
    /// It ran, and something failed.
    pub const FAILED: u8 = 1;
    /// Arguments or input cannot be used.
    pub const UNUSABLE: u8 = 2;
    /// This build or this machine cannot do it.
    pub const MISSING: u8 = 3;

    /// It ran, and something failed.
    pub fn failed(sentence: impl fmt::Display) -> Self {
        Self { code: Self::FAILED, sentence: sentence.to_string() }
    }

    /// Arguments or input cannot be used.
    pub fn unusable(sentence: impl fmt::Display) -> Self {
        Self { code: Self::UNUSABLE, sentence: sentence.to_string() }
    }

    /// This build or this machine cannot do it.
    pub fn missing(sentence: impl fmt::Display) -> Self {
        Self { code: Self::MISSING, sentence: sentence.to_string() }
    }

    /// A file cannot be used, and why.
    pub fn file(path: impl fmt::Display, why: impl fmt::Display) -> Self {
        Self::unusable(format_args!("{path}: {why}"))
    }

    /// A file could not be written, and why.
    pub fn write(path: impl fmt::Display, why: impl fmt::Display) -> Self {
        Self::unusable(format_args!(
            "{path}: cannot write it ({why}); choose a folder where you may write"
        ))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl std::error::Error for Fault {}
