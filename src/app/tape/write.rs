//! Tapes that are written: one that grows while frames run, and new files that
//! take their place whole.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use zerocopy::IntoBytes;

use crate::app::fault::{Fault, Outcome};
use crate::engine::replay::{rom_payload, taken};
use crate::flight::chunk::{Event, Header, Kind};
use crate::flight::history::{History, Settings};
use crate::flight::state_file;
use crate::flight::tape;
use crate::nes::{Input, Nes};

/// A tape in memory, on its way to a file.
pub struct Recorder {
    history: History,
    bytes: Vec<u8>,
    every: u64,
    kept: u64,
}

impl Recorder {
    /// A tape that begins with this state, after `frame`.
    pub fn new(header: &tape::Header, frame: u64, state: &[u8]) -> Self {
        // Nobody goes back in it: no hot tier.
        let settings = Settings { hot: 0, ..Settings::default() };
        let mut history = History::new(state.len(), settings);
        history.begin(frame, state);
        Self { history, bytes: header.bytes(), every: settings.every, kept: frame }
    }

    /// Something happened after the frame that was run last.
    pub fn event(&mut self, event: &Event) {
        self.history.event(event);
    }

    /// The ROM that an event to come names.
    pub fn rom(&mut self, file: &[u8]) {
        self.history.rom(&rom_payload(file));
    }

    /// Names the moment after the frame that was run last.
    pub fn mark(&mut self, name: &str) {
        self.history.mark(name);
    }

    /// A frame was run, and the state after it.
    pub fn frame(&mut self, input: crate::flight::take::Input, state: &[u8]) {
        self.history.frame(input);
        let frame = self.history.position().frame;
        if frame - self.kept >= self.every {
            self.kept = frame;
            self.history.state(state);
            self.flush();
        }
    }

    /// The bytes so far.
    fn flush(&mut self) {
        self.bytes.extend(self.history.take_fresh());
    }

    /// The whole tape. The hash of the last state makes its last frames
    /// provable.
    pub fn finish(mut self, last: &[u8]) -> Vec<u8> {
        self.history.cut();
        self.flush();
        let frame = self.history.position().frame;
        if frame > self.kept {
            let hash = xxhash_rust::xxh3::xxh3_64(last).to_le_bytes();
            self.bytes.extend(Header::new(Kind::Hash, 0, 0, frame, &hash).as_bytes());
            self.bytes.extend(hash);
        }
        let ending = tape::ending(&self.bytes, self.bytes.len() as u64, frame);
        self.bytes.extend(ending);
        self.bytes
    }
}

/// What `run --record FILE.rtk` writes: the file grows with the run.
pub struct Recording {
    path: PathBuf,
    file: File,
    recorder: Recorder,
    written: usize,
}

impl Recording {
    /// Begins a file.
    pub fn create(path: &Path, header: &tape::Header, frame: u64, nes: &Nes) -> Outcome<Self> {
        let file = File::create(path).map_err(|error| Fault::write(path.display(), error))?;
        let recorder = Recorder::new(header, frame, nes.bytes());
        Ok(Self { path: path.to_owned(), file, recorder, written: 0 })
    }

    /// Something happens before the next frame.
    pub fn event(&mut self, event: &Event) {
        self.recorder.event(event);
    }

    /// The ROM that an event to come names.
    pub fn rom(&mut self, file: &[u8]) {
        self.recorder.rom(file);
    }

    /// A frame was run.
    pub fn frame(&mut self, input: Input, nes: &Nes) -> Outcome<()> {
        self.recorder.frame(taken(input), nes.bytes());
        self.write()
    }

    /// Ends the file.
    pub fn finish(mut self, nes: &Nes) -> Outcome<()> {
        let bytes = self.recorder.finish(nes.bytes());
        let written = self.file.write_all(&bytes[self.written..]);
        written.map_err(|error| Fault::write(self.path.display(), error))
    }

    fn write(&mut self) -> Outcome<()> {
        let fresh = &self.recorder.bytes[self.written..];
        if !fresh.is_empty() {
            let written = self.file.write_all(fresh);
            written.map_err(|error| Fault::write(self.path.display(), error))?;
            self.written = self.recorder.bytes.len();
        }
        Ok(())
    }
}

/// Writes a tape whole or not at all.
pub fn replace(path: &Path, bytes: &[u8]) -> Outcome<()> {
    state_file::write(path, bytes).map_err(|error| Fault::write(path.display(), error))
}
