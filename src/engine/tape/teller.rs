//! The history as a tape tells it: chunk by chunk, with the tape's own numbers
//! for segments.
//!
//! ```text
//! history   0 ━━━━━━━━ 1 ━━━ (forgotten) ━━━● 1 ━━━ 2 ━━━
//! tape      0 ━━━━━━━━ 1 ━━━ …disk away…  GAP 2 ━━━ 3 ━━━
//! ```
//!
//! As long as the disk takes everything, both have the same numbers. What memory
//! has forgotten before it was written is a gap: behind it a segment begins with
//! a whole state, and the ROM that was in the console then.

use crate::engine::replay::Happening;
use crate::flight::catalog::Position;
use crate::flight::chunk::{Chunk, Header, Kind, ROOT};
use crate::flight::history::{History, Told};
use crate::flight::lines;
use crate::flight::replay::Recording;
use crate::flight::varint;
use xxhash_rust::xxh3::xxh3_64;
use zerocopy::IntoBytes;

/// How far a tape tells the history, and what is on it.
#[derive(Clone, Debug, Default)]
pub struct Teller {
    /// The history's segments: the number on the tape, and the first moment there.
    known: Vec<Option<(u32, u64)>>,
    /// Segments on the tape.
    segments: u32,
    /// The hash of the last state on the tape.
    last: Option<u64>,
    /// The chunk of the history that comes next.
    next: u64,
}

impl Teller {
    /// A tape that has all that the history has.
    pub fn of(history: &History) -> Self {
        let segments = history.catalog().segments();
        let known = (0..).zip(segments).map(|(number, segment)| Some((number, segment.first)));
        Self {
            known: known.collect(),
            segments: segments.len() as u32,
            last: Some(xxh3_64(history.kept())),
            next: history.next_chunk(),
        }
    }

    /// Whether the tape has all that the history has.
    pub fn is_done(&self, history: &History) -> bool {
        self.next >= history.next_chunk()
    }

    /// The chunk of the history that comes next.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// Tells on, up to the chunk of this number.
    pub fn tell(&mut self, history: &History, to: u64) -> Vec<u8> {
        let mut out = Vec::new();
        if self.next < history.oldest_chunk() {
            self.known.clear();
        }
        for (number, told) in history.chunks_from(self.next) {
            if number >= to {
                break;
            }
            self.next = number + 1;
            self.chunk(history, number, told, &mut out);
        }
        out
    }

    fn chunk(&mut self, history: &History, number: u64, told: &Told, out: &mut Vec<u8>) {
        let Some(Chunk { header, payload }) = Chunk::read(&told.bytes) else { return };
        let (segment, frame) = (told.segment, header.frame.get());
        let known = self.known.get(segment as usize).is_some_and(Option::is_some);
        match Kind::new(header.kind) {
            Some(Kind::Keyframe) if header.flags & ROOT != 0 => self.begin(segment, frame),
            Some(Kind::Branch) => {
                let parent = varint::take(&mut &*payload).unwrap_or(u64::MAX);
                // Else it begins with the next state.
                if let Some(parent) = self.place(parent, frame) {
                    let mut payload = Vec::new();
                    varint::put(&mut payload, parent.into());
                    put(out, Kind::Branch, 0, frame, &payload);
                    self.begin(segment, frame);
                }
                return;
            }
            Some(Kind::Keyframe | Kind::Delta) if !known => {
                return self.begin_anew(history, number, Position { segment, frame }, out);
            }
            Some(Kind::Rom | Kind::Gap) => {}
            _ if !known => return,
            _ => {}
        }
        if matches!(Kind::new(header.kind), Some(Kind::Keyframe | Kind::Delta)) {
            self.last = lines::recorded_hash(payload);
        }
        out.extend_from_slice(&told.bytes);
    }

    /// The tape's number of the history's segment, if the moment is there.
    fn place(&self, segment: u64, frame: u64) -> Option<u32> {
        let known = *self.known.get(usize::try_from(segment).ok()?)?;
        known.filter(|(_, first)| frame >= *first).map(|(number, _)| number)
    }

    /// Where a moment of the history is on the tape, if it is there.
    pub fn position(&self, at: Position) -> Option<Position> {
        let segment = self.place(at.segment.into(), at.frame)?;
        Some(Position { segment, frame: at.frame })
    }

    fn begin(&mut self, segment: u32, frame: u64) {
        let place = segment as usize;
        self.known.resize(self.known.len().max(place + 1), None);
        self.known[place] = Some((self.segments, frame));
        self.segments += 1;
    }

    /// Begins a segment with the state of a chunk to which nothing leads.
    fn begin_anew(&mut self, history: &History, number: u64, at: Position, out: &mut Vec<u8>) {
        // Where it is damaged, the next one serves.
        let Some(state) = history.state_of_chunk(number) else { return };
        let hash = xxh3_64(&state);
        if let Some(last) = self.last.replace(hash) {
            put(out, Kind::Gap, 0, at.frame, [last, hash].as_bytes());
        }
        let payload = lines::encode(&state, &vec![0; state.len()]);
        put(out, Kind::Keyframe, ROOT, at.frame, &payload);
        if let Some(name) = Happening::rom_after(&history.catalog().past(at)) {
            if let Some(rom) = history.old_rom(&name) {
                put(out, Kind::Rom, 0, at.frame, rom);
            }
            let event = Happening::Reload(name).event().payload();
            put(out, Kind::Event, 0, at.frame, &event);
        }
        for cheat in Happening::cheats_after(&history.catalog().past(at)) {
            let event = Happening::Cheats(Some(cheat)).event().payload();
            put(out, Kind::Event, 0, at.frame, &event);
        }
        self.begin(at.segment, at.frame);
    }
}

fn put(out: &mut Vec<u8>, kind: Kind, flags: u8, frame: u64, payload: &[u8]) {
    out.extend(Header::new(kind, flags, 0, frame, payload).as_bytes());
    out.extend(payload);
}
