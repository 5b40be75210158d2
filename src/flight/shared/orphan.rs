//! What a session left that was killed: the bytes of its memory, read back.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use zerocopy::FromBytes;

use super::{
    Counter, Header, MAGIC, Memory, PAGE, RECORD, RECORDS, Raw, Record, STATES, VERSION, WHOLE,
    apply, state_of,
};
use crate::flight::chunk;

/// What happened, and the state to which it led if that is still there.
pub type Kept = (Record, Option<Vec<u8>>);

/// What a session left in memory that was not closed.
#[derive(Debug)]
pub struct Orphan {
    /// Whose it is.
    pub header: Header,
    /// What the tape may not hold, with the states that are still there.
    records: Vec<Kept>,
    /// How much of the tape holds what is before them.
    held: u64,
    /// A tape of so many bytes holds so many of them.
    next: (u64, usize),
}

impl Orphan {
    /// How much of a tape of `length` bytes is kept, and what goes behind that.
    pub fn rest(&self, length: u64) -> (u64, &[Kept]) {
        let (next, skipped) = self.next;
        if length >= next {
            (next, self.records.get(skipped..).unwrap_or_default())
        } else {
            (self.held, &self.records)
        }
    }
}

/// What a session left in a file. `None` as well while its process lives.
pub fn orphan_at(path: &Path) -> Option<Orphan> {
    let mut file = File::open(path).ok()?;
    file.try_lock().ok()?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).ok()?;
    orphan(&bytes)
}

/// Reads the bytes of a session's memory. `None`: it is no such memory, or
/// not of this version.
pub fn orphan(bytes: &[u8]) -> Option<Orphan> {
    let (header, _) = Header::read_from_prefix(bytes).ok()?;
    let fits = header.magic == MAGIC && header.version == VERSION;
    let sane = header.state_len.get() <= chunk::LIMIT.into();
    if !fits || !sane || bytes.len() < PAGE + RECORDS * RECORD {
        return None;
    }
    let counter = |counter: Counter| {
        let at = counter as usize;
        bytes.get(at..at + 8).and_then(|bytes| bytes.try_into().ok()).map(u64::from_le_bytes)
    };
    let (written, held) = (counter(Counter::Records)?, counter(Counter::HeldRecords)?);
    let first = held.max(written.saturating_sub(RECORDS as u64));
    let states = states(bytes, header.state_len(), counter(Counter::States)?);
    let mut records = Vec::new();
    for number in first..written {
        let at = PAGE + number as usize % RECORDS * RECORD;
        let raw = Raw::read_from_bytes(bytes.get(at..at + RECORD)?).ok()?;
        let state = states.get(&(number + 1)).cloned();
        records.push((Record::read(raw)?, state));
    }
    let skipped = counter(Counter::NextRecords)?.saturating_sub(first);
    let next = (counter(Counter::NextLength)?, usize::try_from(skipped).ok()?);
    Some(Orphan { header, records, held: counter(Counter::HeldLength)?, next })
}

/// The states that are whole, by the number of records up to their frames.
fn states(bytes: &[u8], state_len: usize, written: u64) -> HashMap<u64, Vec<u8>> {
    let stride = Memory::stride(state_len);
    // The one after the last may be half written over the oldest.
    let oldest = written.saturating_sub(STATES as u64 - 1);
    let (mut states, mut last, mut known) = (HashMap::new(), vec![0; state_len], false);
    for number in oldest..written {
        let at = PAGE + RECORDS * RECORD + number as usize % STATES * stride;
        let Some((header, body)) = bytes.get(at..at + stride).and_then(state_of) else { break };
        // What differs from a state that is gone says nothing.
        known = (known || header.changes == WHOLE) && apply(header, body, &mut last);
        if known {
            states.insert(header.records, last.clone());
        }
    }
    states
}
