//! What a recording has and where: its segments, states, inputs and marks.
//!
//! ```text
//! segment 0   0 ━━━━━●━━━━━━━━━━━━━ 9,000         a new future begins where the
//! segment 1          └ 3,000 ━━━━━━━━━━ 12,000      player went back and took over
//! segment 2   40 ━━━━━━━━ 700                     a state from elsewhere: no parent
//! ```
//!
//! A *position* is a segment and a frame of it: the moment after that frame. A
//! path is what leads to a position: its segment, before that the parent's part.

use std::collections::{HashMap, HashSet, VecDeque};

use super::chunk::{Event, Header, Kind, ROOT};
use super::varint;

/// A moment: after `frame` in `segment`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Position {
    /// Which segment, by number.
    pub segment: u32,
    /// The machine's frame number.
    pub frame: u64,
}

/// Frames in a row, each from the one before.
#[derive(Clone, Debug)]
pub struct Segment {
    /// Where it branches off; `None` begins with a state from elsewhere.
    pub parent: Option<Position>,
    /// The moment at which it begins.
    pub first: u64,
    /// The moment at which it ends.
    pub last: u64,
    /// Its states: frame, and number in [`Catalog::states`].
    states: VecDeque<(u64, u64)>,
    /// Inputs and events, in order.
    moves: VecDeque<Entry>,
}

/// Where a chunk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place: an offset in the tape, a number in memory.
    pub at: u64,
    /// The moment to which it belongs.
    pub frame: u64,
    /// Bytes of its payload.
    pub length: u32,
    /// Frames, for inputs.
    pub count: u16,
    /// What it is.
    pub kind: Kind,
}

impl Segment {
    /// Its states: frame and number, in order.
    pub fn states(&self) -> impl ExactSizeIterator<Item = (u64, u64)> {
        self.states.iter().copied()
    }
}

impl Entry {
    /// The moment after its last frame.
    pub fn end(&self) -> u64 {
        self.frame.saturating_add(self.count.into())
    }
}

/// A named moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Which moment.
    pub position: Position,
    /// What the player calls it.
    pub name: String,
}

/// An event and when it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Happened {
    /// The moment.
    pub position: Position,
    /// The event.
    pub event: Event,
}

/// A part of a path: in `segment`, from the moment `from` to the moment `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Which segment.
    pub segment: u32,
    /// The moment before its first frame.
    pub from: u64,
    /// The moment after its last.
    pub to: u64,
}

/// Everything that a recording has.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    segments: Vec<Segment>,
    states: VecDeque<Entry>,
    /// States that were forgotten: the number of the first in `states`.
    gone: u64,
    marks: Vec<Mark>,
    events: Vec<Happened>,
    roms: Vec<Entry>,
    /// Hashes of states that were not kept, with their segments.
    hashes: Vec<(u32, Entry)>,
    /// Chunks that say that inputs are missing.
    gaps: u64,
    frames: u64,
}

impl Catalog {
    /// Notes a chunk, in the order of the file. `payload` is asked for where
    /// the header does not tell all. False: it does not belong here.
    pub fn note<'a>(
        &mut self,
        header: &Header,
        at: u64,
        payload: impl FnOnce() -> Option<&'a [u8]>,
    ) -> bool {
        let Some(kind) = Kind::new(header.kind) else { return true };
        let frame = header.frame.get();
        let (length, count) = (header.length.get(), header.count.get());
        let entry = Entry { at, frame, length, count, kind };
        match kind {
            Kind::Keyframe | Kind::Delta => {
                let root = kind == Kind::Keyframe && header.flags & ROOT != 0;
                return self.state(entry, root);
            }
            Kind::Inputs => {
                let Some(segment) = self.segments.last_mut() else { return false };
                self.frames += u64::from(count);
                segment.last = segment.last.max(frame.saturating_add(count.into()));
                segment.moves.push_back(entry);
            }
            Kind::Event => {
                let (Some(position), Some(event)) = (self.end(), payload().and_then(Event::read))
                else {
                    return false;
                };
                self.events.push(Happened { position: Position { frame, ..position }, event });
                self.segments[position.segment as usize].moves.push_back(entry);
            }
            Kind::Branch => {
                let segment = payload().and_then(|mut payload| varint::take(&mut payload));
                return segment.is_some_and(|segment| self.branch(segment, frame));
            }
            Kind::Mark => {
                let (Some(position), Some(name)) = (self.end(), payload()) else { return false };
                // One that was set later may be of a frame before the branch.
                let here = Position { frame, ..position };
                let position = self.on_path(position, frame).unwrap_or(here);
                let name = String::from_utf8_lossy(name).into_owned();
                self.marks.push(Mark { position, name });
            }
            Kind::Rom => self.roms.push(entry),
            Kind::Gap => self.gaps += 1,
            Kind::Hash => {
                let Some(position) = self.end() else { return false };
                self.hashes.push((position.segment, entry));
            }
            Kind::Thumbnail | Kind::Index | Kind::End => {}
        }
        true
    }

    fn state(&mut self, entry: Entry, root: bool) -> bool {
        if root {
            let (first, last) = (entry.frame, entry.frame);
            let (states, moves) = Default::default();
            self.segments.push(Segment { parent: None, first, last, states, moves });
        }
        let number = self.gone + self.states.len() as u64;
        let Some(segment) = self.segments.last_mut() else { return false };
        // A delta without anything before it is of no use.
        if entry.kind == Kind::Delta && self.states.is_empty() {
            return false;
        }
        segment.last = segment.last.max(entry.frame);
        segment.states.push_back((entry.frame, number));
        self.states.push_back(entry);
        true
    }

    fn branch(&mut self, segment: u64, frame: u64) -> bool {
        let known = usize::try_from(segment).ok().and_then(|segment| self.segments.get(segment));
        if known.is_none_or(|parent| !(parent.first..=parent.last).contains(&frame)) {
            return false;
        }
        let parent = Some(Position { segment: segment as u32, frame });
        let (states, moves) = Default::default();
        self.segments.push(Segment { parent, first: frame, last: frame, states, moves });
        true
    }

    /// Forgets all chunks before the place `at`, which is a keyframe's.
    pub fn forget_before(&mut self, at: u64) {
        while self.states.front().is_some_and(|entry| entry.at < at) {
            self.states.pop_front();
            self.gone += 1;
        }
        for segment in &mut self.segments {
            while segment.states.front().is_some_and(|&(_, number)| number < self.gone) {
                segment.states.pop_front();
            }
            while segment.moves.front().is_some_and(|entry| entry.at < at) {
                segment.moves.pop_front();
            }
        }
    }

    /// The segments, by number.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The marks, in the order in which they were set.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// The events, in the order of the file.
    pub fn events(&self) -> &[Happened] {
        &self.events
    }

    /// ROMs that were put into the running machine.
    pub fn roms(&self) -> &[Entry] {
        &self.roms
    }

    /// Hashes of states that were not kept, with their segments.
    pub fn hashes(&self) -> &[(u32, Entry)] {
        &self.hashes
    }

    /// The number of the last state.
    pub fn last_state(&self) -> Option<u64> {
        (self.gone + self.states.len() as u64).checked_sub(1)
    }

    /// The state of this number.
    pub fn state_entry(&self, number: u64) -> Option<&Entry> {
        self.states.get(usize::try_from(number.checked_sub(self.gone)?).ok()?)
    }

    /// States that can be restored.
    pub fn states(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.states.iter()
    }

    /// Chunks that tell of missing inputs.
    pub fn gaps(&self) -> u64 {
        self.gaps
    }

    /// Frames of which there are inputs, those of all futures.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Where the recording ends.
    pub fn end(&self) -> Option<Position> {
        let segment = self.segments.len().checked_sub(1)?;
        Some(Position { segment: segment as u32, frame: self.segments[segment].last })
    }

    /// The position of `frame` on the path to `tip`: its segment or an
    /// ancestor's. `None` before the beginning and beyond the tip.
    pub fn on_path(&self, tip: Position, frame: u64) -> Option<Position> {
        let mut segment = tip.segment;
        if frame > tip.frame {
            return None;
        }
        loop {
            let Segment { parent, first, .. } = self.segments.get(segment as usize)?;
            match parent {
                Some(parent) if frame <= parent.frame => segment = parent.segment,
                _ if frame < *first => return None,
                _ => return Some(Position { segment, frame }),
            }
        }
    }

    /// The last segments of all futures of a moment, by number.
    pub fn futures(&self, of: Position) -> Vec<u32> {
        let parents: HashSet<Position> = self.segments.iter().filter_map(|s| s.parent).collect();
        let numbers = 0..self.segments.len() as u32;
        let ends = numbers.filter(|&segment| {
            let tip = self.tip(segment);
            // One that goes on in another is not an end.
            tip.is_some_and(|tip| {
                !parents.contains(&tip) && self.on_path(tip, of.frame) == Some(of)
            })
        });
        ends.collect()
    }

    /// The last moment of a segment.
    pub fn tip(&self, segment: u32) -> Option<Position> {
        let Segment { last, .. } = self.segments.get(segment as usize)?;
        Some(Position { segment, frame: *last })
    }

    /// The future that was left where the path to `tip` forked last, by its
    /// last segment.
    pub fn left_for(&self, tip: Position) -> Option<u32> {
        let mut segment = tip.segment;
        loop {
            let fork = self.segments.get(segment as usize)?.parent?;
            if self.tip(fork.segment)?.frame > fork.frame {
                return Some(fork.segment);
            }
            segment = fork.segment;
        }
    }

    /// Frames of the path to `tip` that have a mark.
    pub fn marks_on(&self, tip: Position) -> impl Iterator<Item = u64> {
        let marks = self.marks.iter().map(|mark| mark.position);
        marks.filter(move |mark| self.on_path(tip, mark.frame) == Some(*mark)).map(|at| at.frame)
    }

    /// Frames of the path to `tip` at which another future begins.
    pub fn forks_on(&self, tip: Position) -> impl Iterator<Item = u64> {
        // A fork of which the path takes the new side has the old one beside it.
        let forks = self.segments.iter().filter_map(|segment| segment.parent);
        forks.filter(move |fork| self.on_path(tip, fork.frame) == Some(*fork)).map(|at| at.frame)
    }

    /// The last state at or before `target` on its path, as its number, and the
    /// parts that lead from it to `target`, the first one first.
    pub fn approach(&self, target: Position) -> Option<(u64, Vec<Part>)> {
        self.approach_past(target, 0)
    }

    /// The same from an earlier state: past the last `skipped` ones.
    pub fn approach_past(&self, target: Position, skipped: usize) -> Option<(u64, Vec<Part>)> {
        let mut skipped = skipped;
        let mut parts = Vec::new();
        let mut at = self.on_path(target, target.frame)?;
        loop {
            let segment = &self.segments[at.segment as usize];
            let before = segment.states.partition_point(|&(frame, _)| frame <= at.frame);
            let last = before.checked_sub(1 + skipped);
            if let Some(&(from, number)) = last.and_then(|n| segment.states.get(n)) {
                parts.push(Part { segment: at.segment, from, to: at.frame });
                parts.reverse();
                return Some((number, parts));
            }
            skipped -= before;
            let parent = segment.parent?;
            parts.push(Part { segment: at.segment, from: parent.frame, to: at.frame });
            at = parent;
        }
    }

    /// What happened on the path before `target`, in order.
    pub fn past(&self, target: Position) -> Vec<Event> {
        if self.events.is_empty() {
            return Vec::new();
        }
        let (mut ends, mut before) = (HashMap::new(), Some(target));
        while let Some(Position { segment, frame }) = before {
            ends.insert(segment, frame);
            before = self.segments.get(segment as usize).and_then(|segment| segment.parent);
        }
        // A segment ends in the file where the next one begins.
        let on_path = |Position { segment, frame }: Position| {
            ends.get(&segment).is_some_and(|end| frame < *end)
        };
        let past = self.events.iter().filter(|happened| on_path(happened.position));
        past.map(|happened| happened.event).collect()
    }

    /// The earliest position on the path to `tip` that can be reached.
    pub fn oldest(&self, tip: Position) -> Option<Position> {
        let (mut at, mut oldest) = (tip, None);
        loop {
            let segment = self.segments.get(at.segment as usize)?;
            if let Some(&(frame, _)) = segment.states.front().filter(|(f, _)| *f <= at.frame) {
                oldest = Some(Position { segment: at.segment, frame });
            }
            match segment.parent {
                Some(parent) => at = parent,
                None => return oldest,
            }
        }
    }

    /// The states to be decoded one after the other for state `number`: a
    /// keyframe and what follows it.
    pub fn chain(&self, number: u64) -> Option<impl Iterator<Item = &Entry>> {
        let last = usize::try_from(number.checked_sub(self.gone)?).ok()?;
        let is_key = |n: &usize| self.states.get(*n).is_some_and(|e| e.kind == Kind::Keyframe);
        self.states.get(last)?;
        let first = (0..=last).rev().find(is_key)?;
        Some(self.states.range(first..=last))
    }

    /// The inputs and events of a part, those that reach into it included.
    pub fn moves(&self, part: Part) -> impl Iterator<Item = &Entry> {
        let moves = self.segments.get(part.segment as usize).map(|segment| &segment.moves);
        let within = move |entry: &&Entry| entry.frame < part.to;
        moves.into_iter().flat_map(move |moves| {
            // An event has no frames: one at `from` is the part's.
            let first =
                moves.partition_point(|entry| entry.frame < part.from && entry.end() <= part.from);
            moves.range(first..).take_while(within)
        })
    }
}
