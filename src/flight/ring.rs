//! The circular buffer on disk: the last states, in a file that another process
//! can read while the game runs.
//!
//! ```text
//! header   0 0xBEEFCAFE  4 version  8 slots  16 slot size  24 write index  32 read index
//!          40 total writes  48 total reads  56 sequence           64 bytes, little-endian
//! slot     0 sequence before  8 frame  16 length  24 data (slot size)  … sequence after
//! ```
//!
//! One writer and one reader. The newest push takes the oldest's slot; a reader
//! that falls behind passes over what is gone. Push *n*, from 1, writes *n*
//! before and after its data, and the header's sequence last: whoever reads
//! another number before than after, or than the one that is meant, has read a
//! torn slot. The total of reads counts what was read or passed over.

use std::io;
use std::path::Path;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicU64, fence};

use super::map::Words;

/// The first four bytes.
pub const MAGIC: u32 = 0xBEEF_CAFE;
/// The version of the format.
pub const VERSION: u32 = 1;
/// Bytes of the header.
pub const HEADER: usize = 64;
/// Bytes of a slot before and behind its data.
const BEFORE: usize = 24;
const AFTER: usize = 8;
/// Slots and bytes of one, at most.
const MOST_SLOTS: u64 = 1 << 20;
const LARGEST: u64 = 1 << 26;

/// Words of the header.
mod word {
    pub const MAGIC: usize = 0;
    pub const SLOTS: usize = 1;
    pub const SIZE: usize = 2;
    pub const WRITE_INDEX: usize = 3;
    pub const READ_INDEX: usize = 4;
    pub const WRITES: usize = 5;
    pub const READS: usize = 6;
    pub const SEQUENCE: usize = 7;
}

/// Why a ring cannot be used.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum RingError {
    #[error("it cannot be read or written: {0}")]
    Io(#[from] io::Error),
    #[error("it has {have} bytes and the header of a ring alone has 64; it is cut short")]
    NoHeader { have: usize },
    #[error("it begins with {found:08x} and not with beefcafe; it is no ring")]
    Magic { found: u32 },
    #[error("it has version {found} and this program reads {VERSION}; delete it")]
    Version { found: u32 },
    #[error("it says that it has {slots} slots of {size} bytes, and has {have} bytes; delete it")]
    Size { slots: u64, size: u64, have: usize },
    #[error("{len} bytes do not fit into a slot of {size}")]
    TooLarge { len: usize, size: usize },
}

/// What the header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stats {
    /// Slots.
    pub slots: u64,
    /// Bytes that fit into one.
    pub slot_size: u64,
    /// The slot of the next push.
    pub write_index: u64,
    /// The slot of the next read.
    pub read_index: u64,
    /// Pushes that are whole.
    pub total_writes: u64,
    /// Pushes that were read or passed over.
    pub total_reads: u64,
    /// The last push that is whole; written last.
    pub sequence: u64,
}

impl Stats {
    /// The header at the start of a file.
    pub fn read(file: &[u8]) -> Result<Self, RingError> {
        let have = file.len();
        let (header, _) = file.split_first_chunk().ok_or(RingError::NoHeader { have })?;
        Self::of(words(header), have)
    }

    fn of(header: [u64; HEADER / 8], have: usize) -> Result<Self, RingError> {
        let (magic, version) = (header[word::MAGIC] as u32, (header[word::MAGIC] >> 32) as u32);
        if magic != MAGIC {
            return Err(RingError::Magic { found: magic });
        }
        if version != VERSION {
            return Err(RingError::Version { found: version });
        }
        let (slots, size) = (header[word::SLOTS], header[word::SIZE]);
        let sane = (1..=MOST_SLOTS).contains(&slots) && size <= LARGEST && size.is_multiple_of(8);
        if !sane || file_len(slots, size) != have as u64 {
            return Err(RingError::Size { slots, size, have });
        }
        Ok(Self {
            slots,
            slot_size: size,
            write_index: header[word::WRITE_INDEX],
            read_index: header[word::READ_INDEX],
            total_writes: header[word::WRITES],
            total_reads: header[word::READS],
            sequence: header[word::SEQUENCE],
        })
    }
}

fn words(header: &[u8; HEADER]) -> [u64; HEADER / 8] {
    let (words, _) = header.as_chunks();
    std::array::from_fn(|n| u64::from_le_bytes(words[n]))
}

fn stride(size: u64) -> u64 {
    size + (BEFORE + AFTER) as u64
}

fn file_len(slots: u64, size: u64) -> u64 {
    HEADER as u64 + slots * stride(size)
}

/// A slot of a ring that was read as bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot<'a> {
    /// The push that is in it; 0 is none.
    pub sequence: u64,
    /// Whether it is whole.
    pub whole: bool,
    /// The frame that was given with it.
    pub frame: u64,
    /// The bytes.
    pub data: &'a [u8],
}

/// The slots of a ring's file, by number.
pub fn slots(file: &[u8]) -> Result<impl Iterator<Item = Slot<'_>>, RingError> {
    let stats = Stats::read(file)?;
    let stride = stride(stats.slot_size) as usize;
    Ok(file[HEADER..].chunks_exact(stride).map(|slot| {
        let word = |at: usize| slot[at..].first_chunk().map_or(0, |word| u64::from_le_bytes(*word));
        let (sequence, after) = (word(0), word(slot.len() - AFTER));
        let data = &slot[BEFORE..slot.len() - AFTER];
        let length = (word(16) as usize).min(data.len());
        Slot { sequence, whole: sequence == after, frame: word(8), data: &data[..length] }
    }))
}

/// What writer and reader have in common.
#[derive(Debug)]
struct Shared {
    words: Words,
    slots: u64,
    size: usize,
}

impl Shared {
    fn open(path: &Path) -> Result<Self, RingError> {
        let words = Words::open(path)?;
        let have = words.words().len() * 8;
        let header = words.words().get(..HEADER / 8).ok_or(RingError::NoHeader { have })?;
        let header = std::array::from_fn(|n| u64::from_le(header[n].load(Acquire)));
        let stats = Stats::of(header, have)?;
        Ok(Self { words, slots: stats.slots, size: stats.slot_size as usize })
    }

    fn get(&self, word: usize) -> u64 {
        u64::from_le(self.words.words()[word].load(Acquire))
    }

    fn set(&self, word: usize, value: u64) {
        self.words.words()[word].store(value.to_le(), Release);
    }

    fn slot(&self, push: u64) -> &[AtomicU64] {
        let stride = stride(self.size as u64) as usize / 8;
        let at = HEADER / 8 + (push % self.slots) as usize * stride;
        &self.words.words()[at..at + stride]
    }

    fn stats(&self) -> Stats {
        Stats {
            slots: self.slots,
            slot_size: self.size as u64,
            write_index: self.get(word::WRITE_INDEX),
            read_index: self.get(word::READ_INDEX),
            total_writes: self.get(word::WRITES),
            total_reads: self.get(word::READS),
            sequence: self.get(word::SEQUENCE),
        }
    }
}

/// Who writes a ring; there is one.
#[derive(Debug)]
pub struct Writer(Shared);

impl Writer {
    /// Makes a new file with room for `slots` times `size` bytes.
    pub fn create(path: &Path, slots: u64, size: usize) -> Result<Self, RingError> {
        let size = size.next_multiple_of(8) as u64;
        if !(1..=MOST_SLOTS).contains(&slots) || size > LARGEST {
            return Err(RingError::Size { slots, size, have: 0 });
        }
        let words = Words::create(path, (file_len(slots, size) / 8) as usize)?;
        let shared = Shared { words, slots, size: size as usize };
        shared.set(word::SLOTS, slots);
        shared.set(word::SIZE, size);
        shared.set(word::MAGIC, u64::from(VERSION) << 32 | u64::from(MAGIC));
        Ok(Self(shared))
    }

    /// Goes on with a file where its last whole push ended.
    pub fn open(path: &Path) -> Result<Self, RingError> {
        Shared::open(path).map(Self)
    }

    /// Writes the bytes of a frame over the oldest.
    pub fn push(&mut self, frame: u64, bytes: &[u8]) -> Result<(), RingError> {
        let Self(ring) = self;
        if bytes.len() > ring.size {
            return Err(RingError::TooLarge { len: bytes.len(), size: ring.size });
        }
        let done = ring.get(word::SEQUENCE);
        let push = done.wrapping_add(1);
        let [before, at, length, data @ .., after] = ring.slot(done) else { return Ok(()) };
        before.store(push.to_le(), Relaxed);
        // Whoever sees any of the data sees the number before it.
        fence(Release);
        at.store(frame.to_le(), Relaxed);
        length.store((bytes.len() as u64).to_le(), Relaxed);
        let (whole, rest) = bytes.as_chunks();
        for (word, bytes) in data.iter().zip(whole) {
            word.store(u64::from_ne_bytes(*bytes), Relaxed);
        }
        if !rest.is_empty() {
            let mut last = [0; 8];
            last[..rest.len()].copy_from_slice(rest);
            data[whole.len()].store(u64::from_ne_bytes(last), Relaxed);
        }
        after.store(push.to_le(), Release);
        ring.set(word::WRITE_INDEX, push % ring.slots);
        ring.set(word::WRITES, push);
        ring.set(word::SEQUENCE, push);
        Ok(())
    }

    /// What the header says.
    pub fn stats(&self) -> Stats {
        self.0.stats()
    }

    /// Empties it; the reader begins anew, too.
    pub fn reset(&mut self) {
        let Self(ring) = self;
        for word in [word::SEQUENCE, word::WRITES, word::WRITE_INDEX, word::READS, word::READ_INDEX]
        {
            ring.set(word, 0);
        }
        for slot in 0..ring.slots {
            if let [before, .., after] = ring.slot(slot) {
                before.store(0, Release);
                after.store(0, Release);
            }
        }
    }

    /// Waits until all is on the disk.
    pub fn sync(&self) -> io::Result<()> {
        self.0.words.sync()
    }
}

/// What was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Read {
    /// Its number, from 1.
    pub push: u64,
    /// The frame that was given with it.
    pub frame: u64,
    /// Pushes that were gone before they could be read.
    pub lost: u64,
}

/// Who reads a ring; there is one, here or in another process.
#[derive(Debug)]
pub struct Reader(Shared);

impl Reader {
    /// Opens a ring where its reader was.
    pub fn open(path: &Path) -> Result<Self, RingError> {
        Shared::open(path).map(Self)
    }

    /// The oldest push that was not read, and goes not past it. `bytes` get
    /// what was pushed. `None` when all was read.
    pub fn peek(&mut self, bytes: &mut Vec<u8>) -> Option<Read> {
        let mut lost = 0;
        loop {
            let Self(ring) = self;
            let done = ring.get(word::SEQUENCE);
            let mut next = ring.get(word::READS);
            if next > done {
                // It was reset.
                next = 0;
            }
            let oldest = done.saturating_sub(ring.slots);
            lost += oldest.saturating_sub(next);
            next = next.max(oldest);
            self.go_to(next);
            if next >= done {
                return None;
            }
            if let Some(frame) = self.copy(next, bytes) {
                return Some(Read { push: next + 1, frame, lost });
            }
            // The writer was faster; or the file is damaged.
            lost += 1;
            self.go_to(next + 1);
        }
    }

    /// Goes past what was peeked at.
    pub fn advance(&mut self) {
        let next = self.0.get(word::READS);
        if next < self.0.get(word::SEQUENCE) {
            self.go_to(next + 1);
        }
    }

    /// What the header says.
    pub fn stats(&self) -> Stats {
        self.0.stats()
    }

    fn go_to(&mut self, next: u64) {
        if self.0.get(word::READS) != next {
            self.0.set(word::READS, next);
            self.0.set(word::READ_INDEX, next % self.0.slots);
        }
    }

    /// Copies push `number`, from 0; `None` when it is torn or another.
    fn copy(&self, number: u64, bytes: &mut Vec<u8>) -> Option<u64> {
        let [before, frame, length, data @ .., after] = self.0.slot(number) else { return None };
        if u64::from_le(after.load(Acquire)) != number + 1 {
            return None;
        }
        let frame = u64::from_le(frame.load(Relaxed));
        let length = u64::from_le(length.load(Relaxed)).min(self.0.size as u64) as usize;
        bytes.clear();
        for word in &data[..length.div_ceil(8)] {
            bytes.extend(word.load(Relaxed).to_ne_bytes());
        }
        bytes.truncate(length);
        fence(Acquire);
        (u64::from_le(before.load(Relaxed)) == number + 1).then_some(frame)
    }
}

#[cfg(test)]
mod tests;
