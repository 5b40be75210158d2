//! The history in memory: frames go in, chunks come out, and any moment can be
//! read back. The recorder thread owns it.
//!
//! ```text
//! frame ─▶ hot tier     each state of the last minute
//!      └─▶ inputs ─┐
//!          state ──┴─▶ chunks ─▶ warm tier (a budget of bytes, oldest go) and, the same bytes, the tape
//! ```
//!
//! A state is kept each [`Settings::every`] frames, whole each
//! [`Settings::group`] of these. A state that was not caught is made good by
//! the next one: inputs are whole, so that it can be computed again.

use std::collections::VecDeque;

use xxhash_rust::xxh3::xxh3_64;
use zerocopy::IntoBytes;

use super::catalog::{Catalog, Entry, Position};
use super::chunk::{Chunk, Event, Header, Kind, ROOT};
use super::hot::Hot;
use super::inputs::Coder;
use super::lines;
use super::replay::{self, Missing, Recording};
use super::shared::Record;
use super::take::Input;
use super::varint;

/// How much is kept.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Frames from one kept state to the next.
    pub every: u64,
    /// Kept states from one that is whole to the next.
    pub group: u32,
    /// Bytes of the warm tier.
    pub budget: usize,
    /// Frames of the hot tier.
    pub hot: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { every: 60, group: 64, budget: 64 << 20, hot: 3600 }
    }
}

/// The history.
#[derive(Clone, Debug)]
pub struct History {
    settings: Settings,
    catalog: Catalog,
    hot: Hot,
    /// The chunks with their headers, by number.
    chunks: VecDeque<Told>,
    /// Chunks that are gone: the number of the first in `chunks`.
    gone: u64,
    bytes: usize,
    position: Position,
    coder: Coder,
    /// The moment before the first input in `coder`.
    coded_from: u64,
    /// The state kept last, and when.
    kept: Vec<u8>,
    kept_at: Option<Position>,
    in_group: u32,
    /// A state from elsewhere is to come: nothing leads to the next frame.
    adrift: bool,
    /// Hashes of states from elsewhere and the moments that they are, the
    /// newest first.
    roots: Vec<(u64, Position)>,
    /// The number of the first chunk that nobody has taken for a tape.
    fresh: u64,
    /// ROMs whose chunks are gone, the newest last.
    old_roms: VecDeque<Box<[u8]>>,
}

/// A chunk with its header.
#[derive(Clone, Debug)]
pub struct Told {
    /// The segment to which it belongs, or which it begins.
    pub segment: u32,
    /// Its bytes.
    pub bytes: Box<[u8]>,
}

/// States from elsewhere that are known again.
const ROOTS: usize = 32;

/// ROMs that are kept beyond the budget.
const OLD_ROMS: usize = 8;

/// A chunk's cost beside its bytes, in memory.
const OVERHEAD: usize = size_of::<Entry>() + size_of::<Told>();

impl History {
    /// An empty history of states of `state_len` bytes.
    pub fn new(state_len: usize, settings: Settings) -> Self {
        Self {
            settings,
            catalog: Catalog::default(),
            hot: Hot::new(settings.hot),
            chunks: VecDeque::new(),
            gone: 0,
            bytes: 0,
            position: Position::default(),
            coder: Coder::default(),
            coded_from: 0,
            kept: vec![0; state_len],
            kept_at: None,
            in_group: 0,
            adrift: true,
            roots: Vec::new(),
            fresh: 0,
            old_roms: VecDeque::new(),
        }
    }

    /// The history on a tape, to be continued where it ended. What is older
    /// than the budget is left out.
    pub fn of_tape<B: AsRef<[u8]>>(tape: &super::tape::Tape<B>, settings: Settings) -> Self {
        let mut history = Self::new(tape.state_len(), settings);
        for (_, chunk) in tape.chunks() {
            if !matches!(Kind::new(chunk.header.kind), None | Some(Kind::Index | Kind::End)) {
                history.keep(chunk.header, chunk.payload);
            }
        }
        history.forget();
        history.fresh = history.next_chunk();
        if let Some(end) = history.catalog.end() {
            history.position = end;
            history.coded_from = end.frame;
            history.adrift = false;
        }
        history
    }

    /// What the emulation thread noted, with the state that it led to if that
    /// was caught.
    pub fn tell(&mut self, record: &Record, state: Option<&[u8]>) {
        match *record {
            Record::Frame { frame, input } => {
                if frame != self.position.frame + 1 {
                    self.lose();
                    self.position.frame = frame.saturating_sub(1);
                }
                self.frame(input);
                if let Some(state) = state {
                    self.state(state);
                }
            }
            Record::Event(event) => self.event(&event),
            Record::Elsewhere { frame } => match state {
                Some(state) => self.come_from_elsewhere(frame, state),
                None => {
                    self.lose();
                    self.position.frame = frame;
                }
            },
            Record::Branch(position) => {
                if position != self.position && !self.branch(position) {
                    self.lose();
                    self.position.frame = position.frame;
                }
            }
            Record::Mark(name) => {
                let length = name.iter().position(|&byte| byte == 0).unwrap_or(name.len());
                self.mark(&String::from_utf8_lossy(&name[..length]));
            }
        }
    }

    /// A state from elsewhere. One from which a history began before (a loop
    /// begins again) is a new future of that.
    fn come_from_elsewhere(&mut self, frame: u64, state: &[u8]) {
        let hash = xxh3_64(state);
        let known = self.roots.iter().find(|(other, at)| *other == hash && at.frame == frame);
        if let Some(&(_, root)) = known
            && (root == self.position || self.branch(root))
        {
            return;
        }
        self.begin(frame, state);
        self.roots.truncate(ROOTS - 1);
        self.roots.insert(0, (hash, self.position));
    }

    /// A state from elsewhere (power-on, a save state): a history begins.
    pub fn begin(&mut self, frame: u64, state: &[u8]) {
        self.cut();
        self.kept.fill(0);
        let payload = lines::encode(state, &self.kept);
        self.keep(Header::new(Kind::Keyframe, ROOT, 0, frame, &payload), &payload);
        self.arrive(self.catalog.end().unwrap_or_default());
        self.adrift = false;
        self.note_state(state, 1);
        self.hot.push(self.position, state);
    }

    /// Frames go on from a state that is not known yet: [`History::state`]
    /// begins a history with the first that comes.
    pub fn lose(&mut self) {
        self.cut();
        self.adrift = true;
    }

    /// A frame was run.
    pub fn frame(&mut self, input: Input) {
        self.position.frame += 1;
        if self.adrift {
            return;
        }
        self.coder.push(input);
        if self.coder.frames() >= self.settings.every.min(u16::MAX.into()) {
            self.cut();
        }
    }

    /// The state after the frame that was run last.
    pub fn state(&mut self, state: &[u8]) {
        if self.adrift {
            let hashes = [xxh3_64(&self.kept), xxh3_64(state)];
            let frame = self.position.frame;
            self.keep(Header::new(Kind::Gap, 0, 0, frame, hashes.as_bytes()), hashes.as_bytes());
            return self.begin(frame, state);
        }
        self.hot.push(self.position, state);
        let due = self.kept_at.is_none_or(|at| {
            let same = at.segment == self.position.segment;
            !same || self.position.frame.abs_diff(at.frame) >= self.settings.every
        });
        if due {
            self.cut();
            self.keep_state(state);
        }
    }

    /// Something happened to the machine after the frame that was run last.
    pub fn event(&mut self, event: &Event) {
        if self.adrift {
            return;
        }
        self.cut();
        let payload = event.payload();
        self.keep(Header::new(Kind::Event, 0, 0, self.position.frame, &payload), &payload);
    }

    /// The player goes on from `from`: a new future begins. False when there is
    /// no such moment.
    pub fn branch(&mut self, from: Position) -> bool {
        self.cut();
        let mut payload = Vec::new();
        varint::put(&mut payload, from.segment.into());
        let header = Header::new(Kind::Branch, 0, 0, from.frame, &payload);
        let known = self.keep(header, &payload);
        if known {
            self.arrive(self.catalog.end().unwrap_or_default());
            self.adrift = false;
        }
        known
    }

    /// Names the present moment.
    pub fn mark(&mut self, name: &str) {
        self.cut();
        let frame = self.position.frame;
        self.keep(Header::new(Kind::Mark, 0, 0, frame, name.as_bytes()), name.as_bytes());
    }

    /// A ROM that an event to come will name.
    pub fn rom(&mut self, payload: &[u8]) {
        self.cut();
        let frame = self.position.frame;
        self.keep(Header::new(Kind::Rom, 0, 0, frame, payload), payload);
    }

    /// Puts the inputs so far into a chunk, so that they can be read.
    pub fn cut(&mut self) {
        let frames = self.coder.frames();
        if frames > 0 {
            let payload = self.coder.take();
            let header = Header::new(Kind::Inputs, 0, frames as u16, self.coded_from, &payload);
            self.keep(header, &payload);
        }
        self.coded_from = self.position.frame;
    }

    /// Whether every input is in a chunk.
    pub fn is_cut(&self) -> bool {
        self.coder.frames() == 0
    }

    /// The present moment.
    pub fn position(&self) -> Position {
        self.position
    }

    /// The number of the chunk to come.
    pub fn next_chunk(&self) -> u64 {
        self.gone + self.chunks.len() as u64
    }

    /// The number of the oldest chunk in memory. Where others are gone, it is a
    /// keyframe.
    pub fn oldest_chunk(&self) -> u64 {
        self.gone
    }

    /// The chunks from this number on, as far as they are in memory.
    pub fn chunks_from(&self, number: u64) -> impl Iterator<Item = (u64, &Told)> {
        let first = number.max(self.gone);
        let skipped = usize::try_from(first - self.gone).unwrap_or(usize::MAX);
        (first..).zip(self.chunks.iter().skip(skipped))
    }

    /// Chunks that were not taken yet, for a tape.
    pub fn take_fresh(&mut self) -> Vec<u8> {
        let mut fresh = Vec::new();
        self.chunks_from(self.fresh).for_each(|(_, told)| fresh.extend_from_slice(&told.bytes));
        self.fresh = self.next_chunk();
        fresh
    }

    /// The state that a chunk keeps.
    pub fn state_of_chunk(&self, number: u64) -> Option<Vec<u8>> {
        let states = self.catalog.states();
        let place = states.rev().position(|entry| entry.at == number)?;
        replay::state(self, self.catalog.last_state()? - place as u64).ok()
    }

    /// The payload of a ROM's chunk that is gone, by how it begins.
    pub fn old_rom(&self, name: &[u8]) -> Option<&[u8]> {
        let payloads = self.old_roms.iter().rev().filter_map(|bytes| Chunk::read(bytes));
        payloads.map(|chunk| chunk.payload).find(|payload| payload.starts_with(name))
    }

    /// The state at a position, if the hot tier has it.
    pub fn hot_state(&self, position: Position, state: &mut Vec<u8>) -> bool {
        self.hot.state(position, state)
    }

    /// The state kept last.
    pub fn kept(&self) -> &[u8] {
        &self.kept
    }

    /// When it was.
    pub fn kept_at(&self) -> Option<Position> {
        self.kept_at
    }

    /// The position of a frame on the path to another.
    pub fn path_to(&self, tip: Position, frame: u64) -> Option<Position> {
        self.catalog.on_path(tip, frame)
    }

    /// Whether the state kept last, as it is stored, is the one that was kept.
    pub fn check_last(&self) -> Result<(), Missing> {
        let Some(number) = self.catalog.last_state() else { return Ok(()) };
        replay::state(self, number).map(drop)
    }

    /// Flips a bit of the state stored last.
    #[doc(hidden)]
    pub fn damage_last(&mut self) {
        let last = self.catalog.states().next_back().map(|entry| entry.at - self.gone);
        if let Some(byte) = last.and_then(|n| self.chunks[n as usize].bytes.last_mut()) {
            *byte ^= 1;
        }
    }

    /// Bytes of both tiers, bookkeeping included.
    pub fn bytes(&self) -> usize {
        self.warm_bytes() + self.hot.bytes() + self.kept.len()
    }

    /// Bytes of the warm tier, bookkeeping included.
    pub fn warm_bytes(&self) -> usize {
        self.bytes + self.chunks.len() * OVERHEAD
    }

    fn arrive(&mut self, position: Position) {
        self.position = position;
        self.coded_from = position.frame;
    }

    fn keep_state(&mut self, state: &[u8]) {
        let whole = self.in_group == 0 || self.in_group >= self.settings.group;
        if whole {
            self.kept.fill(0);
        }
        let payload = lines::encode(state, &self.kept);
        let kind = if whole { Kind::Keyframe } else { Kind::Delta };
        self.keep(Header::new(kind, 0, 0, self.position.frame, &payload), &payload);
        self.note_state(state, if whole { 1 } else { self.in_group + 1 });
        if whole {
            self.forget();
        }
    }

    fn note_state(&mut self, state: &[u8], in_group: u32) {
        self.kept.clear();
        self.kept.extend_from_slice(state);
        self.kept_at = Some(self.position);
        self.in_group = in_group;
    }

    /// Takes a chunk into memory and into what is for the tape.
    fn keep(&mut self, header: Header, payload: &[u8]) -> bool {
        let number = self.gone + self.chunks.len() as u64;
        let known = self.catalog.note(&header, number, || Some(payload));
        if known {
            let bytes = [header.as_bytes(), payload].concat();
            self.bytes += bytes.len();
            let segment = self.catalog.end().unwrap_or_default().segment;
            self.chunks.push_back(Told { segment, bytes: bytes.into() });
        }
        known
    }

    /// Forgets the oldest groups until the budget is kept.
    fn forget(&mut self) {
        while self.warm_bytes() > self.settings.budget {
            let keys = self.catalog.states().filter(|entry| entry.kind == Kind::Keyframe);
            let Some(next) = keys.map(|entry| entry.at).nth(1) else { return };
            while self.gone < next {
                let Some(Told { bytes, .. }) = self.chunks.pop_front() else { break };
                self.bytes -= bytes.len();
                self.gone += 1;
                if bytes.get(4) == Some(&(Kind::Rom as u8)) {
                    self.old_roms.push_back(bytes);
                    let more = self.old_roms.len().saturating_sub(OLD_ROMS);
                    self.old_roms.drain(..more);
                }
            }
            self.catalog.forget_before(next);
        }
    }
}

impl Recording for History {
    fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    fn state_len(&self) -> usize {
        self.kept.len()
    }

    fn payload(&self, entry: &Entry) -> Result<&[u8], Missing> {
        let number = entry.at.checked_sub(self.gone).and_then(|n| usize::try_from(n).ok());
        let told = number.and_then(|n| self.chunks.get(n));
        let chunk = told.and_then(|told| Chunk::read(&told.bytes));
        chunk.map(|chunk| chunk.payload).ok_or(Missing::Chunk { at: entry.at })
    }
}

#[cfg(test)]
mod tests;
