//! The tape of a session on its way to the disk: chunks are collected for a
//! second, then written behind the last ones and synced by the I/O thread.
//!
//! A disk that refuses pauses the tape and nothing else: the chunks wait in
//! memory, and are written when it takes them again.

use crate::flight::tape::{self, Header};
use crate::link::{Client, Job, Work};
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often what has come is written: less is lost when the power goes.
const EVERY: Duration = Duration::from_millis(500);
/// How long a disk that refused is left alone.
const RETRY: Duration = Duration::from_secs(1);
/// How long the end of a session may wait for the disk.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the player should know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Said {
    /// The disk refuses.
    #[error(
        "{path}: recording to the disk is paused ({why}); the history in memory goes on, and so does the tape when there is room and a way to write"
    )]
    Paused {
        /// The tape.
        path: String,
        /// What the system says.
        why: ErrorKind,
    },
    /// It takes what is written again.
    #[error("recording to the disk goes on")]
    GoesOn,
}

/// The file, as far as it is written.
pub struct TapeFile {
    client: Client,
    path: Arc<Path>,
    header: Header,
    /// Bytes on the disk.
    length: u64,
    /// Bytes that wait, and the number of records that they complete.
    waiting: Vec<u8>,
    complete: u64,
    /// What the I/O thread has: the bytes and the records that they complete.
    under_way: Option<(u64, u64)>,
    taped: u64,
    next: Instant,
    paused: bool,
}

impl TapeFile {
    /// A new tape. Nothing is written before there is something to tell.
    pub fn create(client: Client, path: Arc<Path>, header: Header) -> Self {
        let mut tape = Self::open(client, path, header, 0);
        tape.waiting = header.bytes();
        // At once: what memory holds belongs to a tape that is there.
        tape.next = Instant::now();
        tape
    }

    /// A tape of `length` bytes that is continued.
    pub fn open(client: Client, path: Arc<Path>, header: Header, length: u64) -> Self {
        Self {
            client,
            path,
            header,
            length,
            waiting: Vec::new(),
            complete: 0,
            under_way: None,
            taped: 0,
            next: Instant::now() + EVERY,
            paused: false,
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Arc<Path> {
        &self.path
    }

    /// Chunks to be written; with them, the tape holds `records` records.
    pub fn push(&mut self, chunks: Vec<u8>, records: u64) {
        self.waiting.extend(chunks);
        self.complete = records;
    }

    /// Records that the file on the disk holds.
    pub fn taped(&self) -> u64 {
        self.taped
    }

    /// Looks at what the I/O thread has done, and gives it more. `all` makes
    /// the bytes of all chunks in memory, for a file that has vanished.
    pub fn poll(&mut self, all: impl FnOnce() -> Vec<u8>) -> Option<Said> {
        let said = self.collect(all);
        let due = self.under_way.is_none() && Instant::now() >= self.next;
        if due && !self.waiting.is_empty() {
            let bytes = std::mem::take(&mut self.waiting);
            self.under_way = Some((bytes.len() as u64, self.complete));
            let work = Work::WriteAt { at: self.length };
            let job = Job { tag: 0, path: self.path.clone(), work, bytes };
            // There is never another one under way: the ring has room.
            let _ = self.client.jobs.push(job);
            self.client.bell.ring();
            self.next = Instant::now() + EVERY;
        }
        said
    }

    fn collect(&mut self, all: impl FnOnce() -> Vec<u8>) -> Option<Said> {
        let done = self.client.done.pop().ok()?;
        let (length, complete) = self.under_way.take()?;
        match done.result {
            Ok(()) => {
                self.length += length;
                self.taped = complete;
                std::mem::take(&mut self.paused).then_some(Said::GoesOn)
            }
            Err(why) => {
                self.next = Instant::now() + RETRY;
                if why == ErrorKind::NotFound && self.length > 0 {
                    // The file is gone: all that memory has makes a new one.
                    self.waiting = self.header.bytes();
                    self.waiting.extend(all());
                    self.length = 0;
                } else {
                    let later = std::mem::replace(&mut self.waiting, done.bytes);
                    self.waiting.extend(later);
                }
                let path = self.path.display().to_string();
                (!std::mem::replace(&mut self.paused, true)).then_some(Said::Paused { path, why })
            }
        }
    }

    /// Writes what waits, and the index. True: everything is on the disk.
    pub fn close(mut self, frame: u64, all: impl Fn() -> Vec<u8>) -> bool {
        if !self.settle(&all) {
            return false;
        }
        if self.length == 0 {
            return true;
        }
        let Ok(file) = std::fs::read(&self.path) else { return false };
        if file.len() as u64 != self.length {
            // Someone else wrote: the tape opens without an index, too.
            return true;
        }
        self.push(tape::ending(&file, self.length, frame), self.complete);
        self.settle(all)
    }

    fn settle(&mut self, all: impl Fn() -> Vec<u8>) -> bool {
        let until = Instant::now() + PATIENCE;
        while !self.waiting.is_empty() || self.under_way.is_some() {
            if Instant::now() > until || self.paused && self.under_way.is_none() {
                return false;
            }
            self.next = Instant::now();
            self.poll(&all);
            self.client.done_bell.wait(Some(Duration::from_millis(20)));
        }
        true
    }
}
