//! A tape: a recording as a file. docs/tape-format.md is the specification.
//!
//! ```text
//! header (128) · chunk · chunk · chunk · …            written forward only
//!                              … INDEX · END          when it was closed
//! ```
//!
//! A file that was cut anywhere opens up to its last whole chunk. An index that
//! is missing is rebuilt by reading all chunks once.

use zerocopy::little_endian::{U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::catalog::{Catalog, Entry};
use super::chunk::{self, Chunk, Kind};
use super::replay::{Missing, Recording};
use super::varint;

/// The first eight bytes.
pub const MAGIC: [u8; 8] = *b"RETAKETP";
/// The version of the format.
pub const VERSION: u32 = 1;
/// The player could not rewind while this was recorded.
pub const NO_REWIND: u32 = 1;

/// The bytes before the first chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Header {
    /// [`MAGIC`].
    pub magic: [u8; 8],
    /// [`VERSION`].
    pub version: U32,
    /// Bytes of this header.
    pub length: U32,
    /// What the bytes of a state mean.
    pub layout: U64,
    /// Bytes of a state.
    pub state_len: U64,
    /// SHA-256 of the ROM.
    pub rom: [u8; 32],
    /// Bytes of the ROM.
    pub rom_size: U64,
    /// How the machine was set up: board, region, alignment.
    pub machine: U32,
    /// [`NO_REWIND`].
    pub flags: U32,
    /// The seed of what RAM held at power-on.
    pub seed: U64,
    /// When it began: seconds since 1970.
    pub created: U64,
    /// A number for the session.
    pub session: U64,
    /// What is in the controller ports; 0 is two standard pads.
    pub ports: U32,
    /// Who recorded it, as text.
    pub core: [u8; 16],
    /// CRC-32 of the bytes before.
    pub check: U32,
}

const _: () = assert!(size_of::<Header>() == Header::LEN);

/// Why a tape cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum TapeError {
    #[error("it has {have} bytes and the header of a tape alone has 128; it is cut short")]
    NoHeader { have: usize },
    #[error("it begins with {found} and not with RETAKETP; it is no tape")]
    Magic { found: String },
    #[error(
        "it has format version {found} and this program reads {VERSION}; use the program that made it"
    )]
    Version { found: u32 },
    #[error("its header is damaged (CRC {found:08x}, recorded {recorded:08x})")]
    Damaged { recorded: u32, found: u32 },
    #[error(
        "its states have layout {found:016x} and this program's have {expected:016x}; `retake tape upgrade` makes it anew from its inputs"
    )]
    Layout { expected: u64, found: u64 },
    #[error(
        "it is of another game: ROM {found}, and this one is {expected}; give the ROM with which it was made"
    )]
    Rom { expected: String, found: String },
}

impl Header {
    /// Bytes of a header.
    pub const LEN: usize = 128;

    /// The header's bytes, with its CRC.
    pub fn bytes(&self) -> Vec<u8> {
        let mut header = *self;
        header.magic = MAGIC;
        header.version = VERSION.into();
        header.length = (Self::LEN as u32).into();
        header.check = header.sum().into();
        header.as_bytes().to_vec()
    }

    /// The header of a file, and the chunks behind it.
    pub fn read(file: &[u8]) -> Result<(Self, &[u8]), TapeError> {
        let cut = TapeError::NoHeader { have: file.len() };
        if !file.starts_with(&MAGIC) {
            let found = file.get(..8).ok_or(cut)?.escape_ascii().to_string();
            return Err(TapeError::Magic { found });
        }
        let (header, rest) = Self::read_from_prefix(file).map_err(|_| cut)?;
        if header.version != VERSION {
            return Err(TapeError::Version { found: header.version.get() });
        }
        let (recorded, found) = (header.check.get(), header.sum());
        if recorded != found || header.state_len.get() > chunk::LIMIT.into() {
            return Err(TapeError::Damaged { recorded, found });
        }
        Ok((header, rest))
    }

    /// Whether its states are those of this program's machine.
    pub fn expect_layout(&self, expected: u64) -> Result<(), TapeError> {
        let found = self.layout.get();
        if found == expected { Ok(()) } else { Err(TapeError::Layout { expected, found }) }
    }

    /// Whether it is of this game.
    pub fn expect_rom(&self, expected: &[u8; 32]) -> Result<(), TapeError> {
        let hex = |hash: &[u8; 32]| hash.iter().map(|byte| format!("{byte:02x}")).collect();
        if self.rom == *expected {
            return Ok(());
        }
        Err(TapeError::Rom { expected: hex(expected), found: hex(&self.rom) })
    }

    fn sum(&self) -> u32 {
        crc32fast::hash(&self.as_bytes()[..Self::LEN - 4])
    }
}

/// Bytes of the END chunk's payload: where the INDEX chunk is.
const END: usize = 8;

/// The last chunks of a tape that is `length` bytes long so far.
pub fn ending(catalog_of: &[u8], length: u64, frame: u64) -> Vec<u8> {
    let index = index(catalog_of);
    let mut out = Vec::new();
    put(&mut out, Kind::Index, frame, &index);
    put(&mut out, Kind::End, frame, &length.to_le_bytes());
    out
}

fn put(out: &mut Vec<u8>, kind: Kind, frame: u64, payload: &[u8]) {
    out.extend(chunk::Header::new(kind, 0, 0, frame, payload).as_bytes());
    out.extend(payload);
}

/// The payload of an INDEX chunk: for each chunk of `tape` its kind and flags,
/// frames, frame (the difference to the one before), length, and the bytes
/// between it and the one before, which is 0 in a tape without damage.
fn index(tape: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let (mut end, mut frame) = (Header::LEN, 0u64);
    for (at, chunk) in chunk::scan(tape.get(Header::LEN..).unwrap_or_default()) {
        let (header, at) = (chunk.header, at + Header::LEN);
        if matches!(Kind::new(header.kind), Some(Kind::Index | Kind::End)) {
            continue;
        }
        out.extend([header.kind, header.flags]);
        varint::put(&mut out, header.count.get().into());
        varint::put(&mut out, zigzag(header.frame.get().wrapping_sub(frame)));
        varint::put(&mut out, header.length.get().into());
        varint::put(&mut out, (at - end) as u64);
        (end, frame) = (at + chunk.len(), header.frame.get());
    }
    out
}

/// Small numbers for small differences of either sign.
fn zigzag(difference: u64) -> u64 {
    difference << 1 ^ ((difference as i64) >> 63) as u64
}

fn unzigzag(number: u64) -> u64 {
    number >> 1 ^ (number & 1).wrapping_neg()
}

/// A tape that can be read. `B` is its bytes: in memory or mapped.
#[derive(Debug)]
pub struct Tape<B> {
    bytes: B,
    header: Header,
    catalog: Catalog,
    whole: u64,
    complete: bool,
}

impl<B: AsRef<[u8]>> Tape<B> {
    /// Opens a tape, by its index where it has one.
    pub fn open(bytes: B) -> Result<Self, TapeError> {
        let file = bytes.as_ref();
        let (header, _) = Header::read(file)?;
        let indexed = by_index(file);
        let complete = indexed.is_some();
        let (catalog, whole) = indexed.unwrap_or_else(|| by_scan(file));
        Ok(Self { header, catalog, whole, complete, bytes })
    }

    /// Opens a tape without looking at its index.
    pub fn scan(bytes: B) -> Result<Self, TapeError> {
        let (header, _) = Header::read(bytes.as_ref())?;
        let (catalog, whole) = by_scan(bytes.as_ref());
        Ok(Self { header, catalog, whole, complete: false, bytes })
    }

    /// The header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The whole file.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.as_ref()
    }

    /// Bytes to the end of the last whole chunk.
    pub fn whole(&self) -> u64 {
        self.whole
    }

    /// Whether it was closed and every byte is accounted for.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// The chunks, in order, with their places in the file.
    pub fn chunks(&self) -> impl Iterator<Item = (u64, Chunk<'_>)> {
        let chunks = self.bytes().get(Header::LEN..).unwrap_or_default();
        chunk::scan(chunks).map(|(at, chunk)| ((at + Header::LEN) as u64, chunk))
    }
}

impl<B: AsRef<[u8]>> Recording for Tape<B> {
    fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    fn state_len(&self) -> usize {
        self.header.state_len.get() as usize
    }

    fn payload(&self, entry: &Entry) -> Result<&[u8], Missing> {
        let at = usize::try_from(entry.at).ok();
        let bytes = at.and_then(|at| self.bytes().get(at..));
        let chunk = bytes.and_then(Chunk::read).filter(Chunk::is_whole);
        chunk.map(|chunk| chunk.payload).ok_or(Missing::Chunk { at: entry.at })
    }
}

/// The catalog by the index, and the bytes it tells of; `None` without one.
fn by_index(file: &[u8]) -> Option<(Catalog, u64)> {
    let end = file.len().checked_sub(chunk::Header::LEN + END)?;
    let last = Chunk::read(&file[end..]).filter(Chunk::is_whole)?;
    if Kind::new(last.header.kind)? != Kind::End {
        return None;
    }
    let at = usize::try_from(u64::from_le_bytes(last.payload.try_into().ok()?)).ok()?;
    let index = Chunk::read(file.get(at..end)?).filter(Chunk::is_whole)?;
    if Kind::new(index.header.kind)? != Kind::Index || at + index.len() != end {
        return None;
    }
    let mut catalog = Catalog::default();
    let (mut rest, mut place, mut frame) = (index.payload, Header::LEN as u64, 0u64);
    while let [kind, flags, more @ ..] = rest {
        rest = more;
        let count = u16::try_from(varint::take(&mut rest)?).ok()?;
        frame = frame.wrapping_add(unzigzag(varint::take(&mut rest)?));
        let length = u32::try_from(varint::take(&mut rest)?).ok()?;
        place = place.checked_add(varint::take(&mut rest)?)?;
        let mut header = chunk::Header::new(Kind::Inputs, *flags, count, frame, &[]);
        (header.kind, header.length) = (*kind, length.into());
        let payload = || {
            let chunk = Chunk::read(file.get(usize::try_from(place).ok()?..)?)?;
            chunk.is_whole().then_some(chunk.payload)
        };
        catalog.note(&header, place, payload);
        place = place.checked_add(chunk::Header::LEN as u64 + u64::from(length))?;
    }
    (place <= at as u64).then_some((catalog, file.len() as u64))
}

fn by_scan(file: &[u8]) -> (Catalog, u64) {
    let mut catalog = Catalog::default();
    let mut whole = Header::LEN;
    for (at, chunk) in chunk::scan(file.get(Header::LEN..).unwrap_or_default()) {
        let at = at + Header::LEN;
        catalog.note(&chunk.header, at as u64, || Some(chunk.payload));
        whole = at + chunk.len();
    }
    (catalog, whole as u64)
}
