//! Tapes that are written: one that grows while frames run, and new files that
//! take their place whole.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::xxh3_64;
use zerocopy::IntoBytes;

use crate::app::fault::{Fault, Outcome};
use crate::engine::replay::{Happening, rom_payload, taken};
use crate::flight::catalog::Position;
use crate::flight::chunk::{Event, Header, Kind};
use crate::flight::history::{History, Settings};
use crate::flight::state_file;
use crate::flight::take;
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
        // Nobody goes back in it but by its chunks: no hot tier, and all is kept.
        let budget = usize::MAX;
        let settings = Settings { hot: 0, budget, ..Settings::default() };
        let mut history = History::new(state.len(), settings);
        history.begin(frame, state);
        Self { history, bytes: header.bytes(), every: settings.every, kept: frame }
    }

    /// What was recorded so far.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Another history begins with this state.
    pub fn begin(&mut self, frame: u64, state: &[u8]) {
        self.history.begin(frame, state);
        self.kept = frame;
    }

    /// A new future begins at a moment that was.
    pub fn branch(&mut self, from: Position) -> bool {
        self.kept = from.frame;
        self.history.branch(from)
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
    pub fn frame(&mut self, input: take::Input, state: &[u8]) {
        self.history.frame(input);
        if self.history.position().frame - self.kept >= self.every {
            self.state(state);
        }
    }

    /// A frame was run, after which the state is not known.
    pub fn blind_frame(&mut self, input: take::Input) {
        self.history.frame(input);
    }

    /// The state after the frame that was run last, to be kept if it is time.
    pub fn state(&mut self, state: &[u8]) {
        self.kept = self.history.position().frame;
        self.history.state(state);
        self.flush();
    }

    /// The bytes so far.
    fn flush(&mut self) {
        self.bytes.extend(self.history.take_fresh());
    }

    /// The hash of the last state makes the last frames provable.
    pub fn prove(&mut self, hash: u64) {
        self.history.cut();
        self.flush();
        let frame = self.history.position().frame;
        if frame > self.kept {
            let hash = hash.to_le_bytes();
            self.bytes.extend(Header::new(Kind::Hash, 0, 0, frame, &hash).as_bytes());
            self.bytes.extend(hash);
        }
    }

    /// The whole tape.
    pub fn finish(mut self) -> Vec<u8> {
        self.history.cut();
        self.flush();
        closed(self.bytes, self.history.position().frame)
    }
}

/// A tape with its last chunks.
pub fn closed(mut tape: Vec<u8>, frame: u64) -> Vec<u8> {
    let ending = tape::ending(&tape, tape.len() as u64, frame);
    tape.extend(ending);
    tape
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
        let mut recorder = Recorder::new(header, frame, nes.bytes());
        for cheat in &nes.cartridge().cheats {
            recorder.event(&Happening::Cheats(Some(*cheat)).event());
        }
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
        self.recorder.prove(xxh3_64(nes.bytes()));
        let bytes = self.recorder.finish();
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
