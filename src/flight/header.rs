//! The 64 bytes at the start of every file that holds states or inputs.
//!
//! ```text
//!  0 magic   8 version  12 machine  16 layout  24 rom
//! 32 frame  40 length   48 sequence 56 check          little-endian
//! ```
//!
//! What the words mean to a machine is the caller's business: this file
//! compares them and says which differs.

use zerocopy::little_endian::{U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// The header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Header {
    /// Which kind of file it is.
    pub magic: [u8; 8],
    /// The version of the format.
    pub version: U32,
    /// How the machine was set up: equal for states that fit each other.
    pub machine: U32,
    /// What the bytes of a state mean.
    pub layout: U64,
    /// Which game: the first eight bytes of its SHA-256, little-endian.
    pub rom: U64,
    /// The frame at which the first record was taken.
    pub frame: U64,
    /// Bytes behind the header.
    pub length: U64,
    /// Counts the writers' rounds; written last.
    pub sequence: U64,
    /// xxh3-64 of the bytes behind the header; 0 where they change in place.
    pub check: U64,
}

/// What a reader expects to find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Which kind of file.
    pub magic: [u8; 8],
    /// The version of the format.
    pub version: u32,
    /// How the machine is set up.
    pub machine: u32,
    /// What the bytes of a state mean.
    pub layout: u64,
    /// Which game; `None` takes any (the code under a loop may be rebuilt).
    pub rom: Option<u64>,
}

/// Why a file does not fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum HeaderError {
    #[error("it has {have} bytes and the header alone has 64; it is cut short")]
    NoHeader { have: usize },
    #[error("it begins with {found} and not with {expected}; it is another kind of file")]
    Magic { expected: String, found: String },
    #[error("it has format version {found} and this program reads {expected}; save it anew")]
    Version { expected: u32, found: u32 },
    #[error(
        "its states have layout {found:016x} and this program's have {expected:016x}; it was made by another version, save it anew"
    )]
    Layout { expected: u64, found: u64 },
    #[error(
        "it belongs to another game: ROM {found:016x}, and this one is {expected:016x}; give the ROM with which it was made"
    )]
    Rom { expected: u64, found: u64 },
    #[error(
        "its machine was set up differently ({found:08x}, this one is {expected:08x}); give the same --region, --alignment and --board"
    )]
    Machine { expected: u32, found: u32 },
    #[error("its header promises {promised} bytes and it has {have}; it is cut short")]
    Truncated { promised: u64, have: usize },
    #[error("its bytes have checksum {found:016x} and should have {expected:016x}; it is damaged")]
    Damaged { expected: u64, found: u64 },
}

impl Header {
    /// Bytes of a header.
    pub const LEN: usize = 64;

    /// A header for what a reader will expect.
    pub fn new(expected: &Expected, frame: u64, length: u64) -> Self {
        Self {
            magic: expected.magic,
            version: expected.version.into(),
            machine: expected.machine.into(),
            layout: expected.layout.into(),
            rom: expected.rom.unwrap_or(0).into(),
            frame: frame.into(),
            length: length.into(),
            sequence: 0.into(),
            check: 0.into(),
        }
    }

    /// The header at the start of a file.
    pub fn read(file: &[u8]) -> Result<(Self, &[u8]), HeaderError> {
        Self::read_from_prefix(file).map_err(|_| HeaderError::NoHeader { have: file.len() })
    }

    /// Whether it is what a reader expects; the first difference otherwise.
    pub fn expect(&self, expected: &Expected) -> Result<(), HeaderError> {
        if self.magic != expected.magic {
            return Err(HeaderError::Magic {
                expected: expected.magic.escape_ascii().to_string(),
                found: self.magic.escape_ascii().to_string(),
            });
        }
        let (found, expected_version) = (self.version.get(), expected.version);
        if found != expected_version {
            return Err(HeaderError::Version { expected: expected_version, found });
        }
        if let (found, Some(expected)) = (self.rom.get(), expected.rom)
            && found != expected
        {
            return Err(HeaderError::Rom { expected, found });
        }
        let (found, layout) = (self.layout.get(), expected.layout);
        if found != layout {
            return Err(HeaderError::Layout { expected: layout, found });
        }
        let (found, machine) = (self.machine.get(), expected.machine);
        if found != machine {
            return Err(HeaderError::Machine { expected: machine, found });
        }
        Ok(())
    }

    /// The bytes behind the header, as many as it promises.
    pub fn body<'a>(&self, rest: &'a [u8]) -> Result<&'a [u8], HeaderError> {
        let promised = self.length.get();
        usize::try_from(promised)
            .ok()
            .and_then(|length| rest.get(..length))
            .ok_or(HeaderError::Truncated { promised, have: rest.len() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPECTED: Expected =
        Expected { magic: *b"TESTFILE", version: 1, machine: 2, layout: 3, rom: Some(4) };

    #[test]
    fn a_header_has_64_bytes_in_a_fixed_order() {
        let header = Header::new(&EXPECTED, 5, 6);
        let bytes = header.as_bytes();
        assert_eq!(bytes.len(), Header::LEN);
        assert_eq!(&bytes[..16], b"TESTFILE\x01\0\0\0\x02\0\0\0");
        assert_eq!([bytes[16], bytes[24], bytes[32], bytes[40]], [3, 4, 5, 6]);
        assert_eq!(Header::read(bytes), Ok((header, [].as_slice())));
    }

    #[test]
    fn each_difference_is_called_by_name() {
        let header = Header::new(&EXPECTED, 5, 6);
        assert_eq!(header.expect(&EXPECTED), Ok(()));
        assert_eq!(header.expect(&Expected { rom: None, ..EXPECTED }), Ok(()));
        let error = |expected| header.expect(&expected).unwrap_err();
        assert!(matches!(
            error(Expected { magic: *b"OTHERONE", ..EXPECTED }),
            HeaderError::Magic { .. }
        ));
        assert!(matches!(error(Expected { version: 9, ..EXPECTED }), HeaderError::Version { .. }));
        assert!(matches!(error(Expected { machine: 9, ..EXPECTED }), HeaderError::Machine { .. }));
        assert!(matches!(error(Expected { layout: 9, ..EXPECTED }), HeaderError::Layout { .. }));
        assert!(matches!(error(Expected { rom: Some(9), ..EXPECTED }), HeaderError::Rom { .. }));
    }

    #[test]
    fn a_cut_file_is_an_error() {
        let header = Header::new(&EXPECTED, 5, 6);
        assert!(matches!(
            Header::read(&header.as_bytes()[1..]),
            Err(HeaderError::NoHeader { have: 63 })
        ));
        assert_eq!(header.body(b"123456789"), Ok(b"123456".as_slice()));
        assert_eq!(header.body(b"1234"), Err(HeaderError::Truncated { promised: 6, have: 4 }));
    }
}
