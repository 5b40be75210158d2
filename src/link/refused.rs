//! What the system said when it refused a job.

use std::fmt;
use std::io::{self, ErrorKind};

/// Why a file could not be read or written: an [`io::Error`] that can be copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    kind: ErrorKind,
    /// The system's number for it, whose words say more than the kind: a disk
    /// that fails (EIO) has no kind of its own.
    number: Option<i32>,
}

impl Refused {
    /// What kind of error it is.
    pub fn kind(self) -> ErrorKind {
        self.kind
    }

    /// The error itself.
    pub fn error(self) -> io::Error {
        self.number.map_or_else(|| self.kind.into(), io::Error::from_raw_os_error)
    }
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self { kind: error.kind(), number: error.raw_os_error() }
    }
}

impl From<ErrorKind> for Refused {
    fn from(kind: ErrorKind) -> Self {
        Self { kind, number: None }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = self.error().to_string();
        // The number is of no use to a player.
        f.write_str(words.split(" (os error").next().unwrap_or(&words))
    }
}
