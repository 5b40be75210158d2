//! What goes to the I/O thread and comes back.

use super::Bell;
use std::fmt;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::Arc;

/// One user's end of the I/O thread.
pub struct Client {
    /// To the I/O thread; ring [`Client::bell`] behind it.
    pub jobs: rtrb::Producer<Job>,
    /// What was done, in the order of the jobs.
    pub done: rtrb::Consumer<Done>,
    /// Wakes the I/O thread.
    pub bell: Bell,
    /// Rings when something was done, for a user that waits.
    pub done_bell: Bell,
}

/// Bytes to be moved by the I/O thread. It knows no formats.
pub struct Job {
    /// Comes back in [`Done`].
    pub tag: u32,
    /// Which file.
    pub path: Arc<Path>,
    /// What to do with it.
    pub work: Work,
    /// The bytes to write, or where to put those read: within its capacity if
    /// it has one, else as large as the file is. Comes back in [`Done`].
    pub bytes: Vec<u8>,
}

/// What to do with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Open, statx, read. A file of more than `limit` bytes is an error.
    Read {
        /// Bytes that it may have.
        limit: u64,
    },
    /// Write a new file, sync it, rename it over the old one.
    Store,
    /// Write at a place of the file and sync it. At place 0 the file is new.
    WriteAt {
        /// Bytes before it.
        at: u64,
    },
}

/// A [`Job`] that was done.
pub struct Done {
    /// The job's.
    pub tag: u32,
    /// The job's.
    pub work: Work,
    /// The job's buffer.
    pub bytes: Vec<u8>,
    /// What became of it.
    pub result: Result<(), Refused>,
}

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
