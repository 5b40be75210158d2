//! A saved state: the [header](super::header) and the machine's bytes.

use std::fs::{File, rename};
use std::io::{self, Write};
use std::path::Path;

use xxhash_rust::xxh3::xxh3_64;
use zerocopy::IntoBytes;

use super::header::{Expected, Header, HeaderError};

/// The first eight bytes.
pub const MAGIC: [u8; 8] = *b"RETAKEST";
/// The version of the format.
pub const VERSION: u32 = 1;

/// Whose state it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    /// How the machine is set up: equal for states that fit each other.
    pub machine: u32,
    /// What the state's bytes mean.
    pub layout: u64,
    /// Which game.
    pub rom: u64,
}

impl Owner {
    fn expected(&self) -> Expected {
        Expected {
            magic: MAGIC,
            version: VERSION,
            machine: self.machine,
            layout: self.layout,
            rom: Some(self.rom),
        }
    }
}

/// The file for a state.
pub fn encode(owner: &Owner, frame: u64, state: &[u8]) -> Vec<u8> {
    let mut header = Header::new(&owner.expected(), frame, state.len() as u64);
    header.check = xxh3_64(state).into();
    [header.as_bytes(), state].concat()
}

/// The frame and the state in a file.
pub fn decode<'a>(owner: &Owner, file: &'a [u8]) -> Result<(u64, &'a [u8]), HeaderError> {
    let (header, rest) = Header::read(file)?;
    header.expect(&owner.expected())?;
    let state = header.body(rest)?;
    let (expected, found) = (header.check.get(), xxh3_64(state));
    if expected != found {
        return Err(HeaderError::Damaged { expected, found });
    }
    Ok((header.frame.get(), state))
}

/// Writes a file whole or not at all: a new file beside it, renamed into place.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".new-{}", std::process::id()));
    let new = path.with_file_name(name);
    let written = File::create(&new)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| rename(&new, path));
    if written.is_err() {
        let _ = std::fs::remove_file(&new);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNER: Owner = Owner { machine: 1, layout: 2, rom: 3 };

    #[test]
    fn a_state_comes_back_as_it_went() {
        let file = encode(&OWNER, 77, b"sixteen toy byte");
        assert_eq!(decode(&OWNER, &file), Ok((77, b"sixteen toy byte".as_slice())));
    }

    #[test]
    fn a_damaged_or_cut_state_is_an_error() {
        let file = encode(&OWNER, 77, b"sixteen toy byte");
        for len in 0..file.len() {
            assert!(decode(&OWNER, &file[..len]).is_err(), "{len} bytes");
        }
        let mut flipped = file.clone();
        flipped[70] ^= 1;
        assert!(matches!(decode(&OWNER, &flipped), Err(HeaderError::Damaged { .. })));
    }

    #[test]
    fn a_written_file_replaces_the_old_one() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.state");
        write(&path, b"old").unwrap();
        write(&path, b"new").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert_eq!(dir.path().read_dir().unwrap().count(), 1);
        assert!(write(&dir.path().join("no/such"), b"x").is_err());
    }
}
