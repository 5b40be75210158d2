//! The one file that maps memory: a file of a fixed size as bytes, shared with
//! whoever else maps it, and a file as it is, to be read.
//!
//! Space on the disk is reserved before it is mapped, so that a full disk is an
//! error here and not a signal at some later store. Whoever writes through a
//! mapping can be held up by writeback: never the emulation thread.
//!
//! <https://man7.org/linux/man-pages/man2/mmap.2.html>

#![allow(unsafe_code)]

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::atomic::AtomicU64;

use memmap2::{Mmap, MmapMut, MmapOptions, MmapRaw};
use rustix::fs::FallocateFlags;
use rustix::io::Errno;

/// A file and its bytes in memory.
#[derive(Debug)]
pub struct MappedFile {
    /// Goes before the file. `None` where the file has no bytes.
    map: Option<MmapMut>,
    file: File,
    len: usize,
}

impl MappedFile {
    /// Makes a new file of `len` zero bytes. There must be none of that name.
    pub fn create(path: &Path, len: usize) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(path)?;
        let mut mapped = Self { map: None, file, len: 0 };
        mapped.resize(len)?;
        Ok(mapped)
    }

    /// Makes the file longer (by zeros) or shorter. After an error it has no
    /// bytes mapped.
    pub fn resize(&mut self, len: usize) -> io::Result<()> {
        self.map = None;
        reserve(&mut self.file, self.len, len)?;
        self.len = len;
        if len > 0 {
            // SAFETY: the file was made by `create` and has `len` bytes on the
            // disk; within this process it is reachable through `self` alone.
            // Other processes that are given it replace files, they do not
            // change or cut them in place.
            self.map = Some(unsafe { MmapMut::map_mut(&self.file)? });
        }
        Ok(())
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        self.map.as_deref().unwrap_or_default()
    }

    /// The bytes, to be changed.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        self.map.as_deref_mut().unwrap_or_default()
    }

    /// Waits until the bytes and the file's length are on the disk.
    pub fn sync(&self) -> io::Result<()> {
        if let Some(map) = &self.map {
            map.flush()?;
        }
        self.file.sync_data()
    }
}

/// Memory for [`super::shared`]: `len` zero bytes of a new file (in a
/// filesystem that is memory), or of no file. The file is locked as long as it
/// is open: who can lock it knows that its process has ended.
pub(super) fn memory(file: Option<&Path>, len: usize) -> io::Result<(MmapRaw, Option<File>)> {
    let Some(path) = file else {
        return Ok((MmapOptions::new().len(len).map_anon()?.into(), None));
    };
    let mut file = OpenOptions::new().read(true).write(true).create_new(true).open(path)?;
    file.lock()?;
    reserve(&mut file, 0, len)?;
    Ok((MmapOptions::new().len(len).map_raw(&file)?, Some(file)))
}

/// A file that is read: mapped, so that a tape of many hours opens at once.
///
/// Our files only ever grow at their end or are replaced by new ones. A file
/// that somebody cuts while it is read ends the program with a signal.
#[derive(Debug)]
pub struct View {
    map: Option<Mmap>,
    /// What came from something that cannot be mapped.
    read: Vec<u8>,
}

impl View {
    /// Most bytes of what cannot be mapped.
    const LIMIT: u64 = 1 << 30;

    /// What is in memory already.
    pub fn of(read: Vec<u8>) -> Self {
        Self { map: None, read }
    }

    /// Opens a file, as long as it is now.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let meta = file.metadata()?;
        if meta.is_file() && meta.len() > 0 {
            // SAFETY: the file is opened for reading and mapped privately.
            // Whoever writes our files appends or replaces them, so bytes that
            // are mapped here do not change; every reader checks them by CRC
            // and takes any bytes.
            let map = unsafe { Mmap::map(&file)? };
            return Ok(Self { map: Some(map), read: Vec::new() });
        }
        let mut read = Vec::new();
        file.take(Self::LIMIT).read_to_end(&mut read)?;
        Ok(Self { map: None, read })
    }
}

impl AsRef<[u8]> for View {
    fn as_ref(&self) -> &[u8] {
        self.map.as_deref().unwrap_or(&self.read)
    }
}

impl From<Vec<u8>> for View {
    fn from(read: Vec<u8>) -> Self {
        Self { map: None, read }
    }
}

/// A file as words that this and other processes read and write at once.
#[derive(Debug)]
pub struct Words {
    map: MmapRaw,
}

impl Words {
    /// The words of a file that is there; what is left of a last one does not count.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        Ok(Self { map: MmapRaw::map_raw(&file)? })
    }

    /// The words.
    pub fn words(&self) -> &[AtomicU64] {
        let len = self.map.len() / size_of::<u64>();
        // SAFETY: the mapping has `len` whole words, begins on a page and lives
        // as long as `self`. Nobody gets at its bytes but by atomic operations.
        unsafe { std::slice::from_raw_parts(self.map.as_ptr().cast(), len) }
    }
}

/// Makes a new file of `len` zero bytes with room on the disk for each, to be
/// written without being mapped. There must be none of that name.
pub(super) fn reserved(path: &Path, len: usize) -> io::Result<File> {
    let mut file = OpenOptions::new().read(true).write(true).create_new(true).open(path)?;
    reserve(&mut file, 0, len)?;
    Ok(file)
}

/// Gives a file `len` bytes with room on the disk for each.
fn reserve(file: &mut File, have: usize, len: usize) -> io::Result<()> {
    file.set_len(len as u64)?;
    let Some(more) = len.checked_sub(have).filter(|&more| more > 0) else { return Ok(()) };
    let flags = FallocateFlags::empty();
    match rustix::fs::fallocate(&*file, flags, have as u64, more as u64) {
        Err(Errno::OPNOTSUPP | Errno::NOSYS) => zeros(file, have, more),
        result => Ok(result?),
    }
}

/// Writes zeros where the filesystem cannot reserve.
fn zeros(file: &mut File, at: usize, len: usize) -> io::Result<()> {
    io::Seek::seek(file, io::SeekFrom::Start(at as u64))?;
    let mut left = len;
    while left > 0 {
        let n = left.min(4096);
        file.write_all(&[0; 4096][..n])?;
        left -= n;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_to_the_bytes_is_in_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("mapped");
        let mut mapped = MappedFile::create(&path, 5000).unwrap();
        mapped.bytes_mut()[4999] = 7;
        assert_eq!(std::fs::read(&path).unwrap()[4999], 7, "without any flush");
        mapped.resize(10_000).unwrap();
        mapped.bytes_mut()[9999] = 8;
        mapped.resize(6000).unwrap();
        mapped.sync().unwrap();
        drop(mapped);
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!((bytes.len(), bytes[4999]), (6000, 7));
    }

    #[test]
    fn it_is_a_shared_writable_mapping() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("shared");
        let _mapped = MappedFile::create(&path, 4096).unwrap();
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        let line = maps.lines().find(|line| line.contains(path.to_str().unwrap()));
        assert!(line.is_some_and(|line| line.contains("rw-s")), "{line:?}");
    }

    #[test]
    fn a_view_has_the_files_bytes_and_an_empty_file_none() {
        let dir = tempfile::tempdir().unwrap();
        for bytes in [b"".as_slice(), b"some bytes"] {
            let path = dir.path().join("viewed");
            std::fs::write(&path, bytes).unwrap();
            assert_eq!(View::open(&path).unwrap().as_ref(), bytes);
        }
        assert!(View::open(dir.path()).is_err());
        assert!(View::open(&dir.path().join("none")).is_err());
    }

    #[test]
    fn an_existing_file_is_never_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("old");
        std::fs::write(&path, b"old").unwrap();
        assert!(MappedFile::create(&path, 10).is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
    }

    #[test]
    fn space_reserved_by_zeros_reads_as_zeros() {
        let mut file = tempfile::tempfile().unwrap();
        zeros(&mut file, 10, 9000).unwrap();
        assert_eq!(file.metadata().unwrap().len(), 9010);
    }
}
