//! The loop slots on disk: two files for each of four slots.
//!
//! ```text
//!  slot_N.state   header (64 bytes) | the state                check: its xxh3-64
//!  slot_N.input   header (64 bytes) | 16 bytes a frame | room  check: xxh3-64 of the
//!                 frames, seeded with the state's check: each belongs to the other
//! ```
//!
//! A take is recorded into new files, state first, that are renamed over the
//! old ones when the state is whole; then the inputs follow, each round sealed
//! by the header's length, check and, last, sequence. So a program that is
//! killed leaves the frames of its last round, and files that were cut, mixed
//! or changed are refused. Files are written through shared mappings and read
//! without one, since reading a mapped file that somebody cuts is a signal.
//!
//! The header is that of all our files: [`super::header`].

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::{Xxh3, xxh3_64, xxh3_64_with_seed};
use zerocopy::IntoBytes;

use super::header::{Expected, Header, HeaderError};
use super::map::MappedFile;
use super::state_file::Owner;
use super::take::{FRAMES, Input, SLOTS, Slot, TakeError, Takes};

/// The version of the format.
pub const VERSION: u32 = 1;

/// Bytes by which a file of inputs grows: 18 minutes.
const ROOM: usize = 1 << 20;

/// Which of a slot's two files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The state with which the loop starts.
    State,
    /// The input of each frame.
    Input,
}

impl Part {
    /// The first eight bytes.
    pub fn magic(self) -> [u8; 8] {
        match self {
            Self::State => *b"RETAKELS",
            Self::Input => *b"RETAKELI",
        }
    }
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(match self {
            Self::State => "state",
            Self::Input => "input",
        })
    }
}

/// Whether a take of another ROM is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RomCheck {
    /// Only takes of this very ROM.
    Same,
    /// Any that fits the machine: the ROM is being worked on.
    Any,
}

/// Why a slot cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum SlotError {
    #[error("loop slots: the folder {} cannot be made: {source}", .path.display())]
    Folder { path: PathBuf, source: io::Error },
    #[error("slot {slot}: {} cannot be {verb}: {source}", .path.display())]
    File { slot: u8, path: PathBuf, verb: &'static str, source: io::Error },
    #[error("slot {slot}: slot_{slot}.{part}: {source}; recording this slot again replaces it")]
    Header { slot: u8, part: Part, source: HeaderError },
    #[error(
        "slot {slot}: slot_{slot}.{missing} is missing, and the other file is of no use alone; record this slot again"
    )]
    Half { slot: u8, missing: Part },
    #[error(
        "slot {slot}: its state and its inputs start at frames {state} and {input}, they are not of one recording; record this slot again"
    )]
    Unpaired { slot: u8, state: u64, input: u64 },
    #[error(
        "slot {slot}: its state has {got} bytes and this machine's has {expected}; it is of another game, record this slot again"
    )]
    StateSize { slot: u8, expected: usize, got: u64 },
    #[error(
        "slot {slot}: its inputs have {got} bytes, which is no number of frames up to eight hours; it is damaged, record this slot again"
    )]
    InputSize { slot: u8, got: u64 },
    #[error("slot {slot}: {source}; record a shorter loop over one of them")]
    Room { slot: u8, source: TakeError },
}

/// What was found in a slot.
#[derive(Debug)]
pub enum SlotStatus {
    /// Nothing was recorded.
    Empty,
    /// It can be looped.
    Ready {
        /// Frames of the loop.
        frames: usize,
        /// The ROM with which it was recorded.
        rom: u64,
    },
    /// It cannot be used, and why.
    Refused(SlotError),
}

/// The four slots of a game, in a folder.
#[derive(Debug)]
pub struct SlotStore {
    dir: PathBuf,
    owner: Owner,
    rom: RomCheck,
}

impl SlotStore {
    /// The slots in `dir`, which is made when there is none.
    pub fn open(dir: &Path, owner: Owner, rom: RomCheck) -> Result<Self, SlotError> {
        fs::create_dir_all(dir)
            .map_err(|source| SlotError::Folder { path: dir.to_owned(), source })?;
        Ok(Self { dir: dir.to_owned(), owner, rom })
    }

    /// Reads every slot that can be read.
    pub fn load_all(&self, takes: &mut Takes) -> [SlotStatus; SLOTS] {
        Slot::ALL.map(|slot| self.load(slot, takes).unwrap_or_else(SlotStatus::Refused))
    }

    /// Reads a slot. It is empty in `takes` unless this returns
    /// [`SlotStatus::Ready`].
    pub fn load(&self, slot: Slot, takes: &mut Takes) -> Result<SlotStatus, SlotError> {
        takes.clear(slot);
        let number = slot.number();
        let limit = takes.state_len().max(FRAMES * size_of::<Input>()) as u64;
        let files = (self.read(slot, Part::State, limit)?, self.read(slot, Part::Input, limit)?);
        let (state_file, input_file) = match files {
            (Some(state), Some(input)) => (state, input),
            (None, None) => return Ok(SlotStatus::Empty),
            (Some(_), None) => return Err(SlotError::Half { slot: number, missing: Part::Input }),
            (None, Some(_)) => return Err(SlotError::Half { slot: number, missing: Part::State }),
        };
        let (state_header, state) = self.part(slot, Part::State, &state_file)?;
        let (input_header, inputs) = self.part(slot, Part::Input, &input_file)?;
        let (got, expected) = (state_header.length.get(), takes.state_len());
        if got != expected as u64 {
            return Err(SlotError::StateSize { slot: number, expected, got });
        }
        check(slot, Part::State, &state_header, xxh3_64(state))?;
        let seed = state_header.check.get();
        check(slot, Part::Input, &input_header, xxh3_64_with_seed(inputs, seed))?;
        let (at, input_at) = (state_header.frame.get(), input_header.frame.get());
        if at != input_at {
            return Err(SlotError::Unpaired { slot: number, state: at, input: input_at });
        }
        let (inputs, []) = inputs.as_chunks() else {
            return Err(SlotError::InputSize { slot: number, got: input_header.length.get() });
        };
        if inputs.is_empty() {
            return Ok(SlotStatus::Empty);
        }
        takes
            .fill(slot, at, state, inputs.iter().copied())
            .map_err(|source| SlotError::Room { slot: number, source })?;
        Ok(SlotStatus::Ready { frames: inputs.len(), rom: state_header.rom.get() })
    }

    /// Starts a take in a slot, in place of whatever lies there. After an error
    /// the old files are as they were, unless it was the last rename's.
    pub fn begin(&self, slot: Slot, frame: u64, state: &[u8]) -> Result<SlotWriter, SlotError> {
        self.try_begin(slot, frame, state).map_err(|(part, source)| {
            self.sweep(slot);
            let (slot, path) = (slot.number(), self.path(slot, part));
            SlotError::File { slot, path, verb: "written", source }
        })
    }

    fn try_begin(
        &self,
        slot: Slot,
        frame: u64,
        state: &[u8],
    ) -> Result<SlotWriter, (Part, io::Error)> {
        self.sweep(slot);
        let sum = xxh3_64(state);
        let fails = |source| (Part::State, source);
        let header = self.header(Part::State, frame, state.len(), sum);
        let mut state_file = self.create(slot, Part::State, &header, state.len()).map_err(fails)?;
        state_file.bytes_mut()[Header::LEN..].copy_from_slice(state);
        state_file.sync().map_err(fails)?;

        let fails = |source| (Part::Input, source);
        let header = self.header(Part::Input, frame, 0, xxh3_64_with_seed(&[], sum));
        let file = self.create(slot, Part::Input, &header, ROOM).map_err(fails)?;
        for part in [Part::State, Part::Input] {
            fs::rename(self.new_path(slot, part), self.path(slot, part))
                .map_err(|source| (part, source))?;
        }
        // Not every filesystem can sync a folder; the files are whole without.
        let _ = File::open(&self.dir).and_then(|dir| dir.sync_all());
        let sum = Xxh3::with_seed(sum);
        let path = self.path(slot, Part::Input);
        Ok(SlotWriter { slot, path, _state: state_file, file, header, end: Header::LEN, sum })
    }

    fn header(&self, part: Part, frame: u64, length: usize, check: u64) -> Header {
        let mut header = Header::new(&self.expected(part), frame, length as u64);
        header.rom = self.owner.rom.into();
        header.check = check.into();
        header.sequence = 1.into();
        header
    }

    /// A new file with its header and room for `room` bytes.
    fn create(
        &self,
        slot: Slot,
        part: Part,
        header: &Header,
        room: usize,
    ) -> io::Result<MappedFile> {
        let mut file = MappedFile::create(&self.new_path(slot, part), Header::LEN + room)?;
        file.bytes_mut()[..Header::LEN].copy_from_slice(header.as_bytes());
        Ok(file)
    }

    /// Removes what an unfinished start left.
    fn sweep(&self, slot: Slot) {
        for part in [Part::State, Part::Input] {
            let _ = remove(&self.new_path(slot, part));
        }
    }

    fn new_path(&self, slot: Slot, part: Part) -> PathBuf {
        self.path(slot, part).with_extension(format!("{part}.new"))
    }

    fn path(&self, slot: Slot, part: Part) -> PathBuf {
        self.dir.join(format!("slot_{}.{part}", slot.number()))
    }

    fn expected(&self, part: Part) -> Expected {
        let Owner { machine, layout, rom } = self.owner;
        let rom = (self.rom == RomCheck::Same).then_some(rom);
        Expected { magic: part.magic(), version: VERSION, machine, layout, rom }
    }

    /// A file's bytes, up to a whole part of `limit`.
    fn read(&self, slot: Slot, part: Part, limit: u64) -> Result<Option<Vec<u8>>, SlotError> {
        let path = self.path(slot, part);
        match read(&path, Header::LEN as u64 + limit) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(SlotError::File { slot: slot.number(), path, verb: "read", source }),
            Ok(bytes) => Ok(Some(bytes)),
        }
    }

    /// The header and what it says belongs to it.
    fn part<'a>(
        &self,
        slot: Slot,
        part: Part,
        file: &'a [u8],
    ) -> Result<(Header, &'a [u8]), SlotError> {
        let read = || {
            let (header, rest) = Header::read(file)?;
            header.expect(&self.expected(part))?;
            Ok((header, header.body(rest)?))
        };
        read().map_err(|source| SlotError::Header { slot: slot.number(), part, source })
    }
}

/// A take on its way to the disk.
pub struct SlotWriter {
    slot: Slot,
    path: PathBuf,
    /// Stays mapped as long as the take is this program's.
    _state: MappedFile,
    file: MappedFile,
    header: Header,
    /// Where the next input goes.
    end: usize,
    sum: Xxh3,
}

impl SlotWriter {
    /// The next frame's input. It counts from the next [`Self::commit`] on.
    pub fn append(&mut self, input: &Input) -> Result<(), SlotError> {
        let end = self.end + input.len();
        if end > self.file.bytes().len() {
            self.file.resize(end + ROOM).map_err(|source| self.fails(source))?;
        }
        self.file.bytes_mut()[self.end..end].copy_from_slice(input);
        self.sum.update(input);
        self.end = end;
        Ok(())
    }

    /// Makes what was appended part of the take.
    pub fn commit(&mut self) {
        let length = (self.end - Header::LEN) as u64;
        if length == self.header.length.get() {
            return;
        }
        self.header.length = length.into();
        self.header.check = self.sum.digest().into();
        self.header.sequence += 1;
        let sealed = self.header.as_bytes();
        let there = &mut self.file.bytes_mut()[..Header::LEN];
        there[..SEQUENCE.start].copy_from_slice(&sealed[..SEQUENCE.start]);
        there[SEQUENCE.end..].copy_from_slice(&sealed[SEQUENCE.end..]);
        there[SEQUENCE].copy_from_slice(&sealed[SEQUENCE]);
    }

    /// Gives back the room behind the last input and waits for the disk. The
    /// files stay mapped until the writer is dropped.
    pub fn finish(&mut self) -> Result<(), SlotError> {
        self.commit();
        self.file
            .resize(self.end)
            .and_then(|()| self.file.sync())
            .map_err(|source| self.fails(source))
    }

    fn fails(&self, source: io::Error) -> SlotError {
        let (slot, path) = (self.slot.number(), self.path.clone());
        SlotError::File { slot, path, verb: "written", source }
    }
}

/// Where the header has its sequence.
const SEQUENCE: std::ops::Range<usize> = std::mem::offset_of!(Header, sequence)
    ..std::mem::offset_of!(Header, sequence) + size_of::<u64>();

/// A plain file's first `limit` bytes; nothing that could block.
fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Removes a file that may not be there.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn check(slot: Slot, part: Part, header: &Header, found: u64) -> Result<(), SlotError> {
    let expected = header.check.get();
    if expected == found {
        return Ok(());
    }
    let source = HeaderError::Damaged { expected, found };
    Err(SlotError::Header { slot: slot.number(), part, source })
}

#[cfg(test)]
mod tests;
