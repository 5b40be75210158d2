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

use std::fs::File;
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::fence;

use super::map::{self, Words};

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
/// How often a reader looks again at a number that is being written.
const TRIES: u32 = 1000;

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

fn slot_at(slot: u64, size: u64) -> u64 {
    HEADER as u64 + slot * stride(size)
}

fn file_len(slots: u64, size: u64) -> u64 {
    slot_at(slots, size)
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
    Ok(file[HEADER..].chunks_exact(stride(stats.slot_size) as usize).map(Slot::of))
}

impl<'a> Slot<'a> {
    fn of(slot: &'a [u8]) -> Self {
        let word = |at: usize| slot[at..].first_chunk().map_or(0, |word| u64::from_le_bytes(*word));
        let (sequence, after) = (word(0), word(slot.len() - AFTER));
        let data = &slot[BEFORE..slot.len() - AFTER];
        let length = (word(16) as usize).min(data.len());
        Slot { sequence, whole: sequence == after, frame: word(8), data: &data[..length] }
    }
}

/// Who writes a ring; there is one. It writes as to any file, and only readers map
/// it: where the disk is full or gone, a write is an error and a store through a
/// mapping is a signal that ends the program.
#[derive(Debug)]
pub struct Writer {
    file: File,
    slots: u64,
    size: usize,
    done: u64,
}

impl Writer {
    /// Makes a new file with room for `slots` times `size` bytes.
    pub fn create(path: &Path, slots: u64, size: usize) -> Result<Self, RingError> {
        let size = size.next_multiple_of(8);
        if !(1..=MOST_SLOTS).contains(&slots) || size as u64 > LARGEST {
            return Err(RingError::Size { slots, size: size as u64, have: 0 });
        }
        let len = file_len(slots, size as u64);
        let file = map::reserved(path, len as usize)?;
        let mut ring = Self { file, slots, size, done: 0 };
        ring.set(word::SLOTS, slots)?;
        ring.set(word::SIZE, size as u64)?;
        ring.set(word::MAGIC, u64::from(VERSION) << 32 | u64::from(MAGIC))?;
        Ok(ring)
    }

    /// Goes on with a file where its last whole push ended.
    pub fn open(path: &Path) -> Result<Self, RingError> {
        let file = File::options().read(true).write(true).open(path)?;
        let stats = stats(&file)?;
        let (slots, size) = (stats.slots, stats.slot_size as usize);
        Ok(Self { file, slots, size, done: stats.sequence })
    }

    /// Writes the bytes of a frame over the oldest.
    pub fn push(&mut self, frame: u64, bytes: &[u8]) -> Result<(), RingError> {
        if bytes.len() > self.size {
            return Err(RingError::TooLarge { len: bytes.len(), size: self.size });
        }
        let push = self.done.wrapping_add(1);
        let at = slot_at(self.done % self.slots, self.size as u64);
        // One call after the other: whoever sees any of the data sees the number
        // before it, and who sees the number behind it sees all of the data.
        self.file.write_all_at(&push.to_le_bytes(), at)?;
        let mut head = [0; BEFORE - 8];
        head[..8].copy_from_slice(&frame.to_le_bytes());
        head[8..].copy_from_slice(&(bytes.len() as u64).to_le_bytes());
        self.file.write_all_at(&head, at + 8)?;
        self.file.write_all_at(bytes, at + BEFORE as u64)?;
        self.file.write_all_at(&push.to_le_bytes(), at + (BEFORE + self.size) as u64)?;
        self.set(word::WRITE_INDEX, push % self.slots)?;
        self.set(word::WRITES, push)?;
        self.set(word::SEQUENCE, push)?;
        self.done = push;
        Ok(())
    }

    /// What the header says.
    pub fn stats(&self) -> Result<Stats, RingError> {
        stats(&self.file)
    }

    /// Whether `path` still names this file.
    pub fn is_at(&self, path: &Path) -> bool {
        let (Ok(ours), Ok(there)) = (self.file.metadata(), path.metadata()) else { return false };
        (ours.dev(), ours.ino()) == (there.dev(), there.ino())
    }

    /// Empties it; the reader begins anew, too.
    pub fn reset(&mut self) -> Result<(), RingError> {
        for word in [word::SEQUENCE, word::WRITES, word::WRITE_INDEX, word::READS, word::READ_INDEX]
        {
            self.set(word, 0)?;
        }
        self.done = 0;
        for slot in 0..self.slots {
            let at = slot_at(slot, self.size as u64);
            self.file.write_all_at(&[0; 8], at)?;
            self.file.write_all_at(&[0; 8], at + (BEFORE + self.size) as u64)?;
        }
        Ok(())
    }

    /// Waits until all is on the disk.
    pub fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn set(&mut self, word: usize, value: u64) -> io::Result<()> {
        self.file.write_all_at(&value.to_le_bytes(), word as u64 * 8)
    }
}

/// The header of a file that may be written at the same time.
fn stats(file: &File) -> Result<Stats, RingError> {
    let have = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
    let mut header = [0; HEADER];
    let read = file.read_exact_at(&mut header, 0);
    read.map_err(|_| RingError::NoHeader { have })?;
    Stats::of(words(&header), have)
}

/// The slots of a file, one by one, while the game may run. It changes nothing;
/// a slot that was overwritten while it was read is one that is not whole.
#[derive(Debug)]
pub struct Look {
    file: File,
    stats: Stats,
    slot: Vec<u8>,
    next: u64,
}

impl Look {
    /// Opens a ring.
    pub fn open(path: &Path) -> Result<Self, RingError> {
        let file = File::open(path)?;
        let stats = stats(&file)?;
        Ok(Self { file, stats, slot: vec![0; stride(stats.slot_size) as usize], next: 0 })
    }

    /// What the header said.
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    /// The next slot.
    pub fn slot(&mut self) -> Option<io::Result<Slot<'_>>> {
        if self.next >= self.stats.slots {
            return None;
        }
        let at = slot_at(self.next, self.stats.slot_size);
        self.next += 1;
        let mut again = [0; 8];
        let read = self.file.read_exact_at(&mut self.slot, at);
        if let Err(error) = read.and_then(|()| self.file.read_exact_at(&mut again, at)) {
            return Some(Err(error));
        }
        let mut slot = Slot::of(&self.slot);
        slot.whole &= slot.sequence == u64::from_le_bytes(again);
        Some(Ok(slot))
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
pub struct Reader {
    words: Words,
    slots: u64,
    size: usize,
}

impl Reader {
    /// Opens a ring where its reader was.
    pub fn open(path: &Path) -> Result<Self, RingError> {
        let words = Words::open(path)?;
        let have = words.words().len() * 8;
        let header = words.words().get(..HEADER / 8).ok_or(RingError::NoHeader { have })?;
        let header = std::array::from_fn(|n| u64::from_le(header[n].load(Acquire)));
        let stats = Stats::of(header, have)?;
        Ok(Self { words, slots: stats.slots, size: stats.slot_size as usize })
    }

    /// The oldest push that was not read, and goes not past it. `bytes` get
    /// what was pushed. `None` when all was read.
    pub fn peek(&mut self, bytes: &mut Vec<u8>) -> Option<Read> {
        let mut lost = 0;
        loop {
            let done = self.done();
            let mut next = self.get(word::READS);
            if next > done {
                // It was reset.
                next = 0;
            }
            let oldest = done.saturating_sub(self.slots);
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
        let next = self.get(word::READS);
        if next < self.done() {
            self.go_to(next + 1);
        }
    }

    /// Pushes that are whole. The writer writes the total first and then the
    /// sequence, a call each; what is seen of a call that is under way may be
    /// half of the number, and then the two do not fit.
    fn done(&self) -> u64 {
        let mut sequence = 0;
        for _ in 0..TRIES {
            sequence = self.get(word::SEQUENCE);
            let ahead = self.get(word::WRITES).wrapping_sub(sequence);
            if ahead <= 1 {
                break;
            }
        }
        sequence
    }

    fn get(&self, word: usize) -> u64 {
        u64::from_le(self.words.words()[word].load(Acquire))
    }

    fn go_to(&mut self, next: u64) {
        if self.get(word::READS) != next {
            self.set(word::READS, next);
            self.set(word::READ_INDEX, next % self.slots);
        }
    }

    fn set(&self, word: usize, value: u64) {
        self.words.words()[word].store(value.to_le(), Release);
    }

    /// Copies push `number`, from 0; `None` when it is torn or another.
    fn copy(&self, number: u64, bytes: &mut Vec<u8>) -> Option<u64> {
        let at = slot_at(number % self.slots, self.size as u64) as usize / 8;
        let slot = self.words.words().get(at..at + stride(self.size as u64) as usize / 8)?;
        let [before, frame, length, data @ .., after] = slot else { return None };
        if u64::from_le(after.load(Acquire)) != number + 1 {
            return None;
        }
        let frame = u64::from_le(frame.load(Relaxed));
        let length = u64::from_le(length.load(Relaxed)).min(self.size as u64) as usize;
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
