//! The last states on their way to `history.ring`, on a thread of its own: a
//! disk that is slow holds up neither the recorder nor anybody else.
//!
//! ```text
//! recorder ── frame, state (32 buffers) ──▶ retake-ring ── write ──▶ history.ring
//! ```
//!
//! Where the disk is slower than play, states are left out of the ring; the
//! tape has all of them.

use crate::flight::ring::{RingError, Writer};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, channel, sync_channel};
use std::time::{Duration, Instant};

/// States under way.
const BUFFERS: usize = 32;
/// How long a disk that refused is left alone, and how often the file is sought.
const RETRY: Duration = Duration::from_secs(1);
/// How long the end of a session waits for the disk.
const PATIENCE: Duration = Duration::from_secs(2);

/// The recorder's end.
pub struct Ring {
    states: Option<SyncSender<(u64, Vec<u8>)>>,
    spare: Receiver<Vec<u8>>,
    said: Receiver<String>,
    left_out: u64,
}

impl Ring {
    /// Keeps `slots` states of `size` bytes at `path`.
    pub fn start(path: PathBuf, slots: u64, size: usize) -> Self {
        let (states, states_end) = sync_channel::<(u64, Vec<u8>)>(BUFFERS);
        let (spare_in, spare) = channel();
        let (say, said) = channel();
        for _ in 0..BUFFERS {
            // The other end is here.
            let _ = spare_in.send(Vec::with_capacity(size));
        }
        let work = move || {
            let mut file = match Kept::open(path, slots, size) {
                Ok(file) => file,
                // A recorder that has gone tells nobody.
                Err(said) => return drop(say.send(said)),
            };
            for (frame, state) in states_end {
                match file.push(frame, &state) {
                    Ok(()) => {}
                    Err(Some(said)) => drop(say.send(said)),
                    Err(None) => {}
                }
                let _ = spare_in.send(state);
            }
        };
        // Without a thread there is no ring: nobody takes the states.
        let _ = std::thread::Builder::new().name("retake-ring".into()).spawn(work);
        Self { states: Some(states), spare, said, left_out: 0 }
    }

    /// Gives a frame's state to the file; never waits.
    pub fn push(&mut self, frame: u64, state: &[u8]) {
        let Ok(mut bytes) = self.spare.try_recv() else {
            self.left_out += 1;
            return;
        };
        bytes.clear();
        bytes.extend_from_slice(state);
        // A thread that has ended said why.
        let _ = self.states.as_ref().map(|states| states.try_send((frame, bytes)));
    }

    /// States that the file did not get.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// What the player should know.
    pub fn said(&self) -> Option<String> {
        self.said.try_recv().ok()
    }

    /// Waits for what is under way, if the disk is no slower than that; gives
    /// what is left to say.
    pub fn close(mut self) -> Vec<String> {
        self.states = None;
        let (until, mut left) = (Instant::now() + PATIENCE, Vec::new());
        loop {
            match self.said.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(said) => left.push(said),
                Err(RecvTimeoutError::Disconnected | RecvTimeoutError::Timeout) => return left,
            }
        }
    }
}

/// The file, and what to do where it is refused.
struct Kept {
    path: PathBuf,
    slots: u64,
    size: usize,
    writer: Writer,
    /// When it was last seen to be there.
    seen: Instant,
    /// Since when the disk refuses.
    refused: Option<Instant>,
    complained: bool,
}

impl Kept {
    fn open(path: PathBuf, slots: u64, size: usize) -> Result<Self, String> {
        let writer = ready(&path, slots, size).map_err(|error| {
            format!(
                "{}: {error}; the last states are not kept in a file: make room for it, or set ring_seconds to 0 in config.toml",
                path.display()
            )
        })?;
        let seen = Instant::now();
        Ok(Self { path, slots, size, writer, seen, refused: None, complained: false })
    }

    /// Writes a state, unless the disk refused within the last second. The
    /// first error is a sentence.
    fn push(&mut self, frame: u64, state: &[u8]) -> Result<(), Option<String>> {
        if self.refused.is_some_and(|since| since.elapsed() < RETRY) {
            return Err(None);
        }
        let written = self.find().and_then(|()| self.writer.push(frame, state));
        self.refused = written.is_err().then(Instant::now);
        written.map_err(|error| {
            let first = !std::mem::replace(&mut self.complained, true);
            first.then(|| {
                format!(
                    "{}: {error}; the last states are kept in it again when the disk takes them",
                    self.path.display()
                )
            })
        })
    }

    /// Makes a file that was removed anew, once a second.
    fn find(&mut self) -> Result<(), RingError> {
        if self.seen.elapsed() >= RETRY || self.refused.is_some() {
            if !self.writer.is_at(&self.path) {
                self.writer = ready(&self.path, self.slots, self.size)?;
            }
            self.seen = Instant::now();
        }
        Ok(())
    }
}

/// The file that is there, if it has so many slots of that size, or a new one
/// in its place.
fn ready(path: &Path, slots: u64, size: usize) -> Result<Writer, RingError> {
    if let Ok(writer) = Writer::open(path)
        && let Ok(stats) = writer.stats()
        && (stats.slots, stats.slot_size) == (slots, size.next_multiple_of(8) as u64)
    {
        return Ok(writer);
    }
    let new = path.with_extension(format!("ring.new-{}", std::process::id()));
    let _ = std::fs::remove_file(&new);
    let made = Writer::create(&new, slots, size)
        .and_then(|writer| Ok(std::fs::rename(&new, path).map(|()| writer)?));
    if made.is_err() {
        // What is left of it helps nobody.
        let _ = std::fs::remove_file(&new);
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flight::ring::Reader;

    /// Pushes a state; waits until there is a buffer.
    fn push(ring: &mut Ring, frame: u64, state: &[u8]) {
        let before = ring.left_out();
        loop {
            ring.push(frame, state);
            if ring.left_out() == before {
                return;
            }
            ring.left_out = before;
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn frames(path: &Path) -> Vec<u64> {
        let (mut reader, mut bytes, mut frames) = (Reader::open(path).unwrap(), Vec::new(), vec![]);
        while let Some(read) = reader.peek(&mut bytes) {
            assert_eq!(bytes, vec![read.frame as u8; 100]);
            frames.push(read.frame);
            reader.advance();
        }
        frames
    }

    #[test]
    fn the_file_has_the_newest_states_and_the_next_session_goes_on_in_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("history.ring");
        for session in 0..2 {
            let mut ring = Ring::start(path.clone(), 10, 100);
            for frame in session * 20..session * 20 + 20 {
                push(&mut ring, frame, &[frame as u8; 100]);
            }
            assert_eq!(ring.close(), Vec::<String>::new());
            assert_eq!(Writer::open(&path).unwrap().stats().unwrap().sequence, session * 20 + 20);
        }
        assert_eq!(frames(&path), Vec::from_iter(30..40));
        assert_eq!(dir.path().read_dir().unwrap().count(), 1);
    }

    #[test]
    fn a_file_of_another_size_is_replaced_and_who_reads_the_old_one_keeps_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("history.ring");
        for other in [b"no ring at all".to_vec(), vec![0; 4000]] {
            std::fs::write(&path, &other).unwrap();
            let mut old = std::fs::File::open(&path).unwrap();
            let mut ring = Ring::start(path.clone(), 4, 100);
            push(&mut ring, 7, &[7; 100]);
            assert_eq!(ring.close(), Vec::<String>::new());
            assert_eq!(frames(&path), [7]);
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut old, &mut bytes).unwrap();
            assert_eq!(bytes, other);
        }
        let mut ring = Ring::start(path.clone(), 5, 100);
        push(&mut ring, 8, &[8; 100]);
        ring.close();
        assert_eq!(frames(&path), [8], "five slots are not four");
    }

    #[test]
    fn a_folder_that_is_not_there_is_one_sentence_and_no_ring() {
        let mut ring = Ring::start("/no/such/folder/history.ring".into(), 4, 100);
        let said = ring.said.recv().unwrap();
        assert!(said.contains("/no/such/folder") && said.contains("ring_seconds"), "{said}");
        for frame in 0..100 {
            ring.push(frame, &[0; 100]);
        }
        assert!(ring.close().is_empty());
    }

    #[test]
    fn a_file_that_is_removed_in_play_is_made_anew() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("history.ring");
        let mut file = Kept::open(path.clone(), 4, 100).unwrap();
        file.push(1, &[1; 100]).unwrap();
        std::fs::remove_file(&path).unwrap();
        file.seen -= RETRY;
        file.push(2, &[2; 100]).unwrap();
        assert_eq!(frames(&path), [2]);
    }
}
