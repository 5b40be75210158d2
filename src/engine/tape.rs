//! The tape of a session on its way to the disk: chunks are collected for a
//! second, then written behind the last ones and synced by the I/O thread.
//!
//! A disk that refuses, or does not answer, pauses the tape and nothing else:
//! what is to be written is read from the history in memory, and is still there
//! when the disk takes it again. Where it was away for longer than memory goes
//! back, the tape has a gap.

use crate::flight::catalog::Position;
use crate::flight::history::History;
use crate::flight::shared::Ledger;
use crate::flight::tape::{self, Header};
use crate::link::{Client, Job, Refused, Work};
use std::collections::VecDeque;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use teller::Teller;

mod teller;

/// How often what has come is written: less is lost when the power goes.
const EVERY: Duration = Duration::from_millis(500);
/// How long a disk that refused is left alone.
const RETRY: Duration = Duration::from_secs(1);
/// How long a write takes at most where the disk answers.
const SLOW: Duration = Duration::from_secs(5);
/// About so many bytes are written at once: whoever uses the I/O thread, too,
/// waits no longer than for that.
const JOB: usize = 1 << 20;
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
        why: Refused,
    },
    /// It takes what is written again.
    #[error("recording to the disk goes on")]
    GoesOn,
}

/// All that memory has as a tape of its own, and where a moment is on it; `None`
/// when it is forgotten.
pub fn of_memory(header: &Header, history: &History, at: Position) -> Option<(Vec<u8>, Position)> {
    let mut teller = Teller::default();
    let tape = [header.bytes(), teller.tell(history, u64::MAX)].concat();
    Some((tape, teller.position(at)?))
}

/// The file, as far as it is written.
pub struct TapeFile {
    client: Client,
    path: Arc<Path>,
    header: Header,
    /// Where it is noted what the file holds, for who is killed.
    ledger: Ledger,
    /// Bytes on the disk, and what they tell.
    length: u64,
    teller: Teller,
    /// Records that the file holds.
    taped: u64,
    /// What it may hold next: the chunks before this number have so many records.
    cuts: VecDeque<(u64, u64)>,
    /// What the I/O thread has.
    under_way: Option<UnderWay>,
    next: Instant,
    paused: bool,
    /// Times that the disk refused.
    refusals: u64,
}

/// What the I/O thread writes: how the file is when it is done.
struct UnderWay {
    length: u64,
    teller: Teller,
    taped: u64,
    since: Instant,
}

impl TapeFile {
    /// A new tape.
    pub fn create(client: Client, path: Arc<Path>, header: Header, ledger: Ledger) -> Self {
        // At once: what memory holds belongs to a tape that is there.
        Self::new(client, path, header, ledger, 0, Teller::default())
    }

    /// A tape of `length` bytes that is continued; `history` is what is on it.
    pub fn open(
        client: Client,
        path: Arc<Path>,
        header: Header,
        ledger: Ledger,
        length: u64,
        history: &History,
    ) -> Self {
        Self::new(client, path, header, ledger, length, Teller::of(history))
    }

    fn new(
        client: Client,
        path: Arc<Path>,
        header: Header,
        ledger: Ledger,
        length: u64,
        teller: Teller,
    ) -> Self {
        ledger.holds(length, 0);
        Self {
            client,
            path,
            header,
            ledger,
            length,
            teller,
            taped: 0,
            cuts: VecDeque::new(),
            under_way: None,
            next: Instant::now(),
            paused: false,
            refusals: 0,
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Arc<Path> {
        &self.path
    }

    /// Records that the file on the disk holds.
    #[cfg(test)]
    fn taped(&self) -> u64 {
        self.taped
    }

    /// Looks at what the I/O thread has done, and gives it more. The history's
    /// chunks hold exactly `complete` records.
    pub fn poll(&mut self, history: &History, complete: u64) -> Option<Said> {
        self.note_cut(history, complete);
        let said = self.collect().or_else(|| self.look_at_the_clock());
        if self.under_way.is_some() || Instant::now() < self.next {
            return said;
        }
        let mut teller = self.teller.clone();
        let mut bytes = if self.length == 0 { self.header.bytes() } else { Vec::new() };
        let mut taped = self.taped;
        // Each job ends at a cut, so that it is known what the tape holds then.
        let first = self.cuts.partition_point(|&(chunk, _)| chunk < teller.next());
        for &(chunk, records) in self.cuts.range(first..) {
            if bytes.len() >= JOB {
                break;
            }
            bytes.extend(teller.tell(history, chunk));
            taped = records;
        }
        let done = teller.is_done(history);
        self.next = Instant::now() + if done { EVERY } else { Duration::ZERO };
        if bytes.is_empty() {
            (self.teller, self.taped) = (teller, taped);
            self.ledger.holds(self.length, taped);
        } else {
            self.give(bytes, teller, taped);
        }
        said
    }

    fn note_cut(&mut self, history: &History, complete: u64) {
        let cut = (history.next_chunk(), complete);
        if self.cuts.back() != Some(&cut) {
            self.cuts.push_back(cut);
        }
        while self.cuts.front().is_some_and(|&(chunk, _)| chunk < history.oldest_chunk()) {
            self.cuts.pop_front();
        }
    }

    fn give(&mut self, bytes: Vec<u8>, teller: Teller, taped: u64) {
        let length = self.length + bytes.len() as u64;
        self.ledger.will_hold(length, taped);
        self.under_way = Some(UnderWay { length, teller, taped, since: Instant::now() });
        let work = Work::WriteAt { at: self.length };
        // There is never another one under way: the ring has room.
        let _ = self.client.jobs.push(Job { tag: 0, path: self.path.clone(), work, bytes });
        self.client.bell.ring();
    }

    fn collect(&mut self) -> Option<Said> {
        let done = self.client.done.pop().ok()?;
        let UnderWay { length, teller, taped, .. } = self.under_way.take()?;
        let Err(why) = done.result else {
            self.ledger.holds(length, taped);
            (self.length, self.teller, self.taped) = (length, teller, taped);
            return std::mem::take(&mut self.paused).then_some(Said::GoesOn);
        };
        self.next = Instant::now() + RETRY;
        self.refusals += 1;
        // A folder that is away may come back with the file in it. A file that
        // was removed does not: all that memory has makes a new one.
        if why.kind() == ErrorKind::NotFound && self.has_folder() {
            self.forget();
        }
        self.pause(why)
    }

    fn has_folder(&self) -> bool {
        self.path.parent().is_some_and(Path::is_dir)
    }

    /// Nothing is on the disk any more.
    fn forget(&mut self) {
        self.ledger.holds(0, 0);
        (self.length, self.teller, self.taped) = (0, Teller::default(), 0);
    }

    /// A disk that does not answer is one that refuses.
    fn look_at_the_clock(&mut self) -> Option<Said> {
        let late = self.under_way.as_ref().is_some_and(|job| job.since.elapsed() > SLOW);
        if late { self.pause(ErrorKind::TimedOut.into()) } else { None }
    }

    fn pause(&mut self, why: Refused) -> Option<Said> {
        let path = self.path.display().to_string();
        (!std::mem::replace(&mut self.paused, true)).then_some(Said::Paused { path, why })
    }

    /// Writes what waits, and the index. True: everything is on the disk.
    pub fn close(mut self, history: &History, complete: u64) -> bool {
        let refusals = self.refusals;
        let until = Instant::now() + PATIENCE;
        let file = loop {
            if !self.write_what_waits(history, complete, refusals, until) {
                return false;
            }
            match std::fs::read(&self.path) {
                Ok(file) => break file,
                // It was removed when nothing was left to write.
                Err(why) if why.kind() == ErrorKind::NotFound && self.has_folder() => self.forget(),
                Err(_) => return false,
            }
        };
        if file.len() as u64 != self.length {
            // Someone else wrote: the tape opens without an index, too.
            return true;
        }
        // Who is killed now goes on before the ending.
        self.ledger = Ledger::default();
        let ending = tape::ending(&file, self.length, history.position().frame);
        self.give(ending, self.teller.clone(), self.taped);
        while self.under_way.is_some() {
            if !self.wait(until, refusals) {
                return false;
            }
            self.collect();
        }
        self.refusals == refusals
    }

    fn write_what_waits(
        &mut self,
        history: &History,
        complete: u64,
        refusals: u64,
        until: Instant,
    ) -> bool {
        while self.under_way.is_some() || self.length == 0 || !self.teller.is_done(history) {
            self.next = Instant::now();
            self.poll(history, complete);
            if !self.wait(until, refusals) {
                return false;
            }
        }
        true
    }

    /// Waits for the I/O thread; false when that is of no use any more.
    fn wait(&mut self, until: Instant, refusals: u64) -> bool {
        // The last chance: what is under way may have been refused before.
        if Instant::now() > until || self.refusals > refusals + 1 {
            return false;
        }
        if self.under_way.is_some() {
            self.client.done_bell.wait(Some(Duration::from_millis(20)));
        }
        true
    }
}

#[cfg(test)]
mod tests;
