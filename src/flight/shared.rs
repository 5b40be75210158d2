//! The memory between the emulation thread and the recorder. It lies in
//! `/dev/shm`, so that it outlives a process that is killed.
//!
//! ```text
//! page 0    header, counters, each on a cache line of its own
//! records   65,536 × 32 bytes   what happened: a frame with its input, an event …   18 minutes
//! states    16 × (64 + state)   the machine after a frame: whole, or the lines of 64
//!                               bytes that differ from the state before   a quarter second
//! ```
//!
//! Two rings with one writer ([`Capture`]) and one reader ([`Drain`]) each. A
//! state is published before the record of its frame, so that who sees the
//! record sees the state. Neither end allocates, locks or waits. A full ring of
//! states drops the state; the frame's record is there all the same, and the next
//! state is a whole one.
//!
//! A frame changes some 20 lines of a state. Both ends keep the last state for
//! themselves, so that only these cross from one processor's cache to the other's.

#![allow(unsafe_code)]

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use memmap2::MmapRaw;
use zerocopy::little_endian::{U32, U64};
use zerocopy::{FromBytes, FromZeros, Immutable, IntoBytes, KnownLayout};

use super::catalog::Position;
use super::chunk::Event;
use super::map;
use super::take::Input;

mod ledger;
mod orphan;
pub use ledger::Ledger;
pub use orphan::{Kept, Orphan, orphan, orphan_at};

/// The first eight bytes.
pub const MAGIC: [u8; 8] = *b"RETAKESH";
/// The version of this layout.
pub const VERSION: u32 = 3;
/// Records in the ring.
pub const RECORDS: usize = 1 << 16;
/// States in the ring. The recorder looks every 10 ms; more of them would be
/// memory that is seldom touched, and in a virtual machine the first touch after
/// a while can take 200 µs.
pub const STATES: usize = 16;

const PAGE: usize = 4096;
const RECORD: usize = 32;
/// Bytes before each state.
const STATE_HEADER: usize = 64;
/// Bytes that are compared at once.
const LINE: usize = 64;
/// Bytes of a line that differs: its number, and what is in it.
const CHANGE: usize = 8 + LINE;

/// What is before each state.
#[derive(Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
struct StateHeader {
    /// Records up to its frame.
    records: u64,
    frame: u64,
    /// Bytes of lines that differ; [`WHOLE`] is the state itself.
    changes: u64,
}

const WHOLE: u64 = u64::MAX;

/// Whose memory it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Header {
    magic: [u8; 8],
    version: U32,
    /// How the machine is set up.
    pub machine: U32,
    /// What the bytes of a state mean.
    pub layout: U64,
    /// Which game.
    pub rom: U64,
    /// The number of the session; its tape has it, too.
    pub session: U64,
    /// Bytes of a state.
    pub state_len: U64,
}

impl Header {
    /// The header of a session.
    pub fn new(machine: u32, layout: u64, rom: u64, session: u64, state_len: usize) -> Self {
        Self {
            magic: MAGIC,
            version: VERSION.into(),
            machine: machine.into(),
            layout: layout.into(),
            rom: rom.into(),
            session: session.into(),
            state_len: (state_len as u64).into(),
        }
    }

    fn state_len(&self) -> usize {
        self.state_len.get() as usize
    }
}

/// What happened, in the order in which it happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record {
    /// A frame was run.
    Frame {
        /// Its number.
        frame: u64,
        /// What was held.
        input: Input,
    },
    /// Something happened to the machine.
    Event(Event),
    /// The machine was set to a state from elsewhere; the state of this frame
    /// follows.
    Elsewhere {
        /// The frame of that state.
        frame: u64,
    },
    /// The player goes on from another moment.
    Branch(Position),
    /// The player names the moment: UTF-8 with zeros behind it.
    Mark([u8; 16]),
}

#[derive(Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
struct Raw {
    kind: u8,
    code: u8,
    reserved: [u8; 6],
    frame: U64,
    data: [u8; 16],
}

const _: () = assert!(size_of::<Raw>() == RECORD);

impl Record {
    fn raw(self) -> Raw {
        let raw = |kind, code, frame: u64, data| Raw {
            kind,
            code,
            reserved: [0; 6],
            frame: frame.into(),
            data,
        };
        match self {
            Self::Frame { frame, input } => raw(1, 0, frame, input),
            Self::Event(Event { code, data }) => raw(2, code, 0, data),
            Self::Elsewhere { frame } => raw(3, 0, frame, [0; 16]),
            Self::Branch(Position { segment, frame }) => {
                let mut data = [0; 16];
                data[..4].copy_from_slice(&segment.to_le_bytes());
                raw(4, 0, frame, data)
            }
            Self::Mark(name) => raw(5, 0, 0, name),
        }
    }

    fn read(raw: Raw) -> Option<Self> {
        let frame = raw.frame.get();
        Some(match raw.kind {
            1 => Self::Frame { frame, input: raw.data },
            2 => Self::Event(Event { code: raw.code, data: raw.data }),
            3 => Self::Elsewhere { frame },
            4 => {
                let [a, b, c, d, ..] = raw.data;
                Self::Branch(Position { segment: u32::from_le_bytes([a, b, c, d]), frame })
            }
            5 => Self::Mark(raw.data),
            _ => return None,
        })
    }
}

/// The counters, each on a cache line of its own in page 0.
#[derive(Clone, Copy)]
#[repr(usize)]
enum Counter {
    /// Records written.
    Records = 1024,
    /// Records read.
    RecordsRead = 1024 + 64,
    /// States written.
    States = 1024 + 128,
    /// States read.
    StatesRead = 1024 + 192,
    /// The tape on the disk is at least so long, and holds so many records then.
    HeldLength = 1024 + 256,
    HeldRecords = 1024 + 256 + 8,
    /// As soon as it is so long, it holds so many.
    NextLength = 1024 + 320,
    NextRecords = 1024 + 320 + 8,
}

struct Memory {
    map: MmapRaw,
    state_len: usize,
    /// Locked while this lives.
    _file: Option<File>,
}

impl Memory {
    fn len(state_len: usize) -> usize {
        PAGE + RECORDS * RECORD + STATES * Self::stride(state_len)
    }

    fn stride(state_len: usize) -> usize {
        (STATE_HEADER + state_len).next_multiple_of(64)
    }

    fn counter(&self, counter: Counter) -> &AtomicU64 {
        // SAFETY: the place is within page 0, which every mapping has, and
        // aligned; it is only ever used as an atomic.
        unsafe { AtomicU64::from_ptr(self.map.as_mut_ptr().add(counter as usize).cast()) }
    }

    fn record_at(&self, number: u64) -> *mut u8 {
        let place = PAGE + number as usize % RECORDS * RECORD;
        // SAFETY: within the mapping, whose length `len` gives.
        unsafe { self.map.as_mut_ptr().add(place) }
    }

    fn state_at(&self, number: u64) -> *mut u8 {
        let first = PAGE + RECORDS * RECORD;
        let place = first + number as usize % STATES * Self::stride(self.state_len);
        // SAFETY: within the mapping, whose length `len` gives.
        unsafe { self.map.as_mut_ptr().add(place) }
    }
}

/// The emulation thread's end.
pub struct Capture {
    memory: Arc<Memory>,
    records: u64,
    states: u64,
    dropped: u64,
    /// The last state that was caught; `is_known` says whether the other end
    /// has it, too.
    last: Box<[u8]>,
    is_known: bool,
}

/// The recorder's end.
pub struct Drain {
    memory: Arc<Memory>,
    records: u64,
    states: u64,
    /// The state that was read last.
    last: Box<[u8]>,
}

/// Makes the memory of a session, in a new file or without one.
pub fn create(file: Option<&Path>, header: &Header) -> io::Result<(Capture, Drain)> {
    let state_len = header.state_len();
    let (map, file) = map::memory(file, Memory::len(state_len))?;
    let memory = Memory { map, state_len, _file: file };
    // SAFETY: the bytes are within the mapping, and nobody else knows of it
    // yet. Each page is written once, so that no write meets a fresh one.
    unsafe {
        let bytes = header.as_bytes();
        memory.map.as_mut_ptr().write_bytes(0, Memory::len(state_len));
        memory.map.as_mut_ptr().copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
    }
    let memory = Arc::new(memory);
    let last = || vec![0; state_len].into_boxed_slice();
    let capture = Capture {
        memory: memory.clone(),
        records: 0,
        states: 0,
        dropped: 0,
        last: last(),
        is_known: false,
    };
    Ok((capture, Drain { memory, records: 0, states: 0, last: last() }))
}

impl Capture {
    /// Notes what happened. False when the recorder is eighteen minutes
    /// behind: then it is gone.
    pub fn record(&mut self, record: Record) -> bool {
        let read = self.memory.counter(Counter::RecordsRead).load(Ordering::Acquire);
        if self.records - read >= RECORDS as u64 {
            return false;
        }
        let raw = record.raw();
        // SAFETY: the reader has gone past this place (`read`), and does not
        // look at it before the counter says so. 32 bytes are within the ring.
        unsafe {
            let place = self.memory.record_at(self.records);
            place.copy_from_nonoverlapping(raw.as_bytes().as_ptr(), RECORD);
        }
        self.records += 1;
        self.memory.counter(Counter::Records).store(self.records, Ordering::Release);
        true
    }

    /// Catches the state that the next record leads to. False when it was
    /// dropped: the recorder is [`STATES`] behind.
    pub fn state(&mut self, frame: u64, state: &[u8]) -> bool {
        let read = self.memory.counter(Counter::StatesRead).load(Ordering::Acquire);
        if self.states - read >= STATES as u64 || state.len() != self.memory.state_len {
            self.dropped += 1;
            self.is_known = false;
            return false;
        }
        // SAFETY: the reader has gone past this place, as above, and does not
        // look at it before the counter says so. The slice is its stride.
        let slot = unsafe {
            let place = self.memory.state_at(self.states);
            std::slice::from_raw_parts_mut(place, Memory::stride(state.len()))
        };
        let (head, body) = slot.split_at_mut(STATE_HEADER);
        let changes = if self.is_known { self.changes(state, body) } else { None };
        if changes.is_none() {
            body[..state.len()].copy_from_slice(state);
            self.last.copy_from_slice(state);
            self.is_known = true;
        }
        let header =
            StateHeader { records: self.records + 1, frame, changes: changes.unwrap_or(WHOLE) };
        head[..size_of::<StateHeader>()].copy_from_slice(header.as_bytes());
        self.states += 1;
        self.memory.counter(Counter::States).store(self.states, Ordering::Release);
        true
    }

    /// Writes the lines that differ from the last state and makes it this one;
    /// gives their bytes. `None` where the state itself is shorter: nothing that
    /// was written counts then.
    fn changes(&mut self, state: &[u8], out: &mut [u8]) -> Option<u64> {
        let mut length = 0;
        let lines = state.chunks(LINE).zip(self.last.chunks_mut(LINE));
        for (number, (line, last)) in lines.enumerate() {
            if is_equal(line, last) {
                continue;
            }
            let change = out.get_mut(length..length + CHANGE)?;
            change[..8].copy_from_slice(&(number as u64).to_le_bytes());
            change[8..8 + line.len()].copy_from_slice(line);
            last.copy_from_slice(line);
            length += CHANGE;
        }
        Some(length as u64)
    }

    /// States that were dropped.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

impl Drain {
    /// The next record, and the state to which it led if that was caught.
    pub fn record(&mut self) -> Option<(Record, Option<&[u8]>)> {
        let written = self.memory.counter(Counter::Records).load(Ordering::Acquire);
        if self.records >= written {
            return None;
        }
        let mut raw = Raw::new_zeroed();
        // SAFETY: the writer has published this place and leaves it alone until
        // `RecordsRead` is past it.
        unsafe {
            let place = self.memory.record_at(self.records);
            raw.as_mut_bytes().as_mut_ptr().copy_from_nonoverlapping(place, RECORD);
        }
        self.records += 1;
        self.memory.counter(Counter::RecordsRead).store(self.records, Ordering::Release);
        // Only the writer of this process writes: no other kinds come.
        let record = Record::read(raw)?;
        Some((record, self.state()))
    }

    /// Where it is noted how far the tape on the disk goes.
    pub fn ledger(&self) -> Ledger {
        Ledger::of(&self.memory)
    }

    /// Records read so far.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// Whether the other end is gone. What it wrote before can still be read.
    pub fn is_abandoned(&self) -> bool {
        Arc::strong_count(&self.memory) == 1
    }

    /// The state that belongs to the record read last.
    fn state(&mut self) -> Option<&[u8]> {
        let written = self.memory.counter(Counter::States).load(Ordering::Acquire);
        let mut found = false;
        while self.states < written {
            // SAFETY: the writer has published this place and leaves it alone
            // until `StatesRead` is past it, below, when all was read.
            let slot = unsafe {
                let place = self.memory.state_at(self.states);
                std::slice::from_raw_parts(place, Memory::stride(self.memory.state_len))
            };
            let (header, body) = state_of(slot)?;
            if header.records > self.records {
                break;
            }
            // The next one may build on it, whether or not its record came.
            found = apply(header, body, &mut self.last) && header.records == self.records;
            self.states += 1;
            self.memory.counter(Counter::StatesRead).store(self.states, Ordering::Release);
        }
        found.then_some(&*self.last)
    }
}

/// Whether two lines are equal, without a call for each of hundreds.
#[inline(always)]
fn is_equal(a: &[u8], b: &[u8]) -> bool {
    let (Ok(a), Ok(b)) = (<&[u8; LINE]>::try_from(a), <&[u8; LINE]>::try_from(b)) else {
        return a == b;
    };
    let words = a.as_chunks::<8>().0.iter().zip(b.as_chunks::<8>().0);
    let differences = words.map(|(a, b)| u64::from_ne_bytes(*a) ^ u64::from_ne_bytes(*b));
    differences.fold(0, |all, word| all | word) == 0
}

/// A slot's header and what is behind it.
fn state_of(slot: &[u8]) -> Option<(StateHeader, &[u8])> {
    let (head, body) = slot.split_at_checked(STATE_HEADER)?;
    StateHeader::read_from_prefix(head).ok().map(|(header, _)| (header, body))
}

/// Makes `state` the one of a slot, if it is the one before; false for bytes
/// that no writer wrote.
fn apply(header: StateHeader, body: &[u8], state: &mut [u8]) -> bool {
    if header.changes == WHOLE {
        let Some(whole) = body.get(..state.len()) else { return false };
        state.copy_from_slice(whole);
        return true;
    }
    let changes = usize::try_from(header.changes).ok().and_then(|length| body.get(..length));
    let Some(changes) = changes else { return false };
    changes.chunks_exact(CHANGE).all(|change| {
        let (number, line) = change.split_at(8);
        let number = number.try_into().map_or(u64::MAX, u64::from_le_bytes);
        let place = usize::try_from(number).ok().and_then(|n| state.chunks_mut(LINE).nth(n));
        place.is_some_and(|place| {
            let length = place.len();
            place.copy_from_slice(&line[..length]);
            true
        })
    })
}

#[cfg(test)]
mod tests;
