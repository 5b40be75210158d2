//! How far the tape on the disk goes, noted where it outlives the process.
//!
//! A write reaches the file at once and is reported later: whoever is killed in
//! between knows less than the disk. So it is noted before a write how long the
//! tape will be and how many records it will hold, and the tape's own length
//! says later which of two notes is true. Each store is seen in its order, as a
//! process is killed between two instructions and memory lives on.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};

use super::{Counter, Memory};

/// No tape is so long.
const NEVER: u64 = u64::MAX;

/// The recorder's notes about its tape. The default one notes nothing.
#[derive(Default)]
pub struct Ledger(Weak<Memory>);

impl Ledger {
    pub(super) fn of(memory: &Arc<Memory>) -> Self {
        Self(Arc::downgrade(memory))
    }

    /// The tape's first `length` bytes hold `records` records.
    pub fn holds(&self, length: u64, records: u64) {
        // In between, the next note is the true one, or the tape is told anew.
        self.note(Counter::HeldLength, length);
        self.note(Counter::HeldRecords, records);
        self.note(Counter::NextLength, NEVER);
    }

    /// They will, when what is about to be written is in the file.
    pub fn will_hold(&self, length: u64, records: u64) {
        self.note(Counter::NextLength, NEVER);
        self.note(Counter::NextRecords, records);
        self.note(Counter::NextLength, length);
    }

    fn note(&self, counter: Counter, value: u64) {
        if let Some(memory) = self.0.upgrade() {
            memory.counter(counter).store(value, Ordering::Release);
        }
    }
}
