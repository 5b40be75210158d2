//! Chunks: what a tape is made of, and the history in memory, too.
//!
//! ```text
//!  0 "RtCk"   4 kind   5 flags   6 count   8 length   12 crc   16 frame   24 payload
//! ```
//!
//! Little-endian. The CRC-32 is that of bytes 4-11, bytes 16-23 and the payload.
//! docs/tape-format.md is the specification.

use zerocopy::little_endian::{U16, U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// The first four bytes of each chunk.
pub const SYNC: [u8; 4] = *b"RtCk";
/// No payload is longer: more than any state and any ROM.
pub const LIMIT: u32 = 1 << 26;

/// The bytes before a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Header {
    /// [`SYNC`].
    pub sync: [u8; 4],
    /// [`Kind`].
    pub kind: u8,
    /// [`ROOT`].
    pub flags: u8,
    /// Frames, in a chunk of inputs.
    pub count: U16,
    /// Bytes of the payload.
    pub length: U32,
    /// CRC-32 of all but itself and the sync mark.
    pub check: U32,
    /// The frame after which it comes.
    pub frame: U64,
}

/// A keyframe that begins a new history: power-on, or a state from elsewhere.
pub const ROOT: u8 = 1;

/// What is in a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Kind {
    /// The input of each of `count` frames: [`super::inputs`].
    Inputs = 1,
    /// Something from outside, other than an input: [`Event`].
    Event = 2,
    /// A state that needs no other: [`super::lines`] against zeros.
    Keyframe = 3,
    /// A state as what differs from the one before it in the file.
    Delta = 4,
    /// A new future begins: varint segment in which `frame` lies.
    Branch = 5,
    /// A name for the frame.
    Mark = 6,
    /// A small picture.
    Thumbnail = 7,
    /// xxh3-64 of the state.
    Hash = 8,
    /// Inputs are missing here: hashes of the states before and after.
    Gap = 9,
    /// A ROM that was put into the running machine.
    Rom = 10,
    /// Where everything is: [`super::tape`].
    Index = 11,
    /// The tape was closed; where the index is.
    End = 12,
}

impl Kind {
    /// All of them, by number.
    pub const ALL: [Self; 12] = [
        Self::Inputs,
        Self::Event,
        Self::Keyframe,
        Self::Delta,
        Self::Branch,
        Self::Mark,
        Self::Thumbnail,
        Self::Hash,
        Self::Gap,
        Self::Rom,
        Self::Index,
        Self::End,
    ];

    /// The kind of this number; `None` for one of a later program's.
    pub fn new(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number).checked_sub(1)?).copied()
    }

    /// Its name, as the specification has it.
    pub fn name(self) -> &'static str {
        const NAMES: [&str; 12] = [
            "INPUTS",
            "EVENT",
            "KEYFRAME",
            "DELTA",
            "BRANCH",
            "MARK",
            "THUMBNAIL",
            "HASH",
            "GAP",
            "ROM",
            "INDEX",
            "END",
        ];
        NAMES[self as usize - 1]
    }
}

/// Something from outside that enters between two frames and is no input. What
/// it means is the machine's business.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Event {
    /// Which one.
    pub code: u8,
    /// More about it.
    pub data: [u8; 16],
}

impl Event {
    /// Its payload: the code, and the data without the zeros at its end.
    pub fn payload(&self) -> Vec<u8> {
        let length = self.data.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
        [&[self.code], &self.data[..length]].concat()
    }

    /// The event of a payload.
    pub fn read(payload: &[u8]) -> Option<Self> {
        let (&code, rest) = payload.split_first()?;
        let mut data = [0; 16];
        data.get_mut(..rest.len())?.copy_from_slice(rest);
        Some(Self { code, data })
    }
}

/// A chunk in memory.
#[derive(Clone, Copy, Debug)]
pub struct Chunk<'a> {
    /// Its header.
    pub header: Header,
    /// Its payload.
    pub payload: &'a [u8],
}

impl Header {
    /// Bytes of a header.
    pub const LEN: usize = 24;

    /// The header before `payload`.
    pub fn new(kind: Kind, flags: u8, count: u16, frame: u64, payload: &[u8]) -> Self {
        let mut header = Self {
            sync: SYNC,
            kind: kind as u8,
            flags,
            count: count.into(),
            length: (payload.len() as u32).into(),
            check: 0.into(),
            frame: frame.into(),
        };
        header.check = header.sum(payload).into();
        header
    }

    /// The header with the CRC of what it says, for tests that lie.
    #[cfg(test)]
    pub(super) fn resealed(mut self, payload: &[u8]) -> Self {
        self.check = self.sum(payload).into();
        self
    }

    fn sum(&self, payload: &[u8]) -> u32 {
        let bytes = self.as_bytes();
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(&bytes[4..12]);
        hasher.update(&bytes[16..24]);
        hasher.update(payload);
        hasher.finalize()
    }
}

impl<'a> Chunk<'a> {
    /// The chunk at the start of `bytes`; `None` where there is none or a part
    /// of one. Its CRC is not looked at.
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let (header, rest) = Header::read_from_prefix(bytes).ok()?;
        if header.sync != SYNC || header.length.get() > LIMIT {
            return None;
        }
        let payload = rest.get(..header.length.get() as usize)?;
        Some(Self { header, payload })
    }

    /// Whether every byte is as it was written.
    pub fn is_whole(&self) -> bool {
        self.header.sum(self.payload) == self.header.check.get()
    }

    /// Bytes of header and payload.
    pub fn len(&self) -> usize {
        Header::LEN + self.payload.len()
    }

    /// Never; for the lint.
    pub fn is_empty(&self) -> bool {
        false
    }
}

/// The whole chunks of `bytes` with the places at which they begin. Where one
/// is damaged, the next that is whole is looked for.
pub fn scan(bytes: &[u8]) -> impl Iterator<Item = (usize, Chunk<'_>)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let found = next_whole(bytes, at)?;
        at = found.0 + found.1.len();
        Some(found)
    })
}

fn next_whole(bytes: &[u8], mut at: usize) -> Option<(usize, Chunk<'_>)> {
    loop {
        let rest = bytes.get(at..)?;
        if let Some(chunk) = Chunk::read(rest).filter(Chunk::is_whole) {
            return Some((at, chunk));
        }
        let found = rest.get(1..)?.windows(SYNC.len()).position(|window| window == SYNC)?;
        at += 1 + found;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> Vec<u8> {
        let mut file = Vec::new();
        for (n, kind) in [Kind::Keyframe, Kind::Inputs, Kind::End].into_iter().enumerate() {
            let payload = vec![n as u8; 10 * n];
            file.extend(Header::new(kind, 0, 3, 7, &payload).as_bytes());
            file.extend(payload);
        }
        file
    }

    fn kinds(bytes: &[u8]) -> Vec<u8> {
        scan(bytes).map(|(_, chunk)| chunk.header.kind).collect()
    }

    #[test]
    fn kinds_are_known_by_their_numbers() {
        for kind in Kind::ALL {
            assert_eq!(Kind::new(kind as u8), Some(kind));
        }
        assert_eq!((Kind::new(0), Kind::new(13)), (None, None));
        assert_eq!(Kind::Gap.name(), "GAP");
    }

    #[test]
    fn a_file_cut_anywhere_gives_its_whole_chunks() {
        let file = file();
        for len in 0..file.len() {
            let wanted = usize::from(len >= 24) + usize::from(len >= 58);
            assert_eq!(kinds(&file[..len]).len(), wanted, "{len}");
        }
        assert_eq!(kinds(&file), [3, 1, 12]);
    }

    #[test]
    fn a_flipped_bit_costs_its_own_chunk_only() {
        let file = file();
        for bit in 0..file.len() * 8 {
            let mut flipped = file.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(kinds(&flipped).len(), 2, "bit {bit}");
        }
    }

    #[test]
    fn an_event_comes_back_as_it_went() {
        let event = Event { code: 3, data: *b"name\0\0\0\0\0\0\0\0\0\0\0\0" };
        assert_eq!(event.payload(), b"\x03name");
        assert_eq!(Event::read(&event.payload()), Some(event));
        assert_eq!((Event::read(b""), Event::read(&[1; 18])), (None, None));
    }
}
