//! From a recording back to a machine: the nearest state, then the inputs.
//!
//! ```text
//! keyframe ─ delta ─ delta ─▶ state ─ input ─ input ─ event ─ input ─▶ the moment that is wanted
//!    decoded, none run                 run without picture and sound
//! ```

use super::catalog::{Catalog, Entry, Part, Position};
use super::chunk::{Event, Kind};
use super::inputs;
use super::lines::{self, Damage};
use super::take::Input;

/// What can be read back: a tape, or the history in memory.
pub trait Recording {
    /// What it has.
    fn catalog(&self) -> &Catalog;
    /// Bytes of a state.
    fn state_len(&self) -> usize;
    /// The payload of a chunk, whole.
    fn payload(&self, entry: &Entry) -> Result<&[u8], Missing>;
}

/// What replays need of a machine.
pub trait Machine {
    /// All that it remembers.
    fn bytes(&self) -> &[u8];
    /// Does what no state holds of all that happened on the path before the
    /// state that is restored next (a ROM that was put in); false when it cannot.
    fn recall(&mut self, past: &[Event]) -> bool {
        let _ = past;
        true
    }
    /// Makes it what `bytes` say; false when they do not fit.
    fn restore(&mut self, bytes: &[u8]) -> bool;
    /// Runs a frame without picture and sound.
    fn run_muted(&mut self, input: Input);
    /// Does what happened between two frames; false when it cannot.
    fn apply(&mut self, event: &Event) -> bool;
}

/// Why a moment cannot be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum Missing {
    #[error("there is no frame {frame} in this recording")]
    NoFrame { frame: u64 },
    #[error("the chunk at {at} is damaged")]
    Chunk { at: u64 },
    #[error("frame {frame}: {damage}")]
    State { frame: u64, damage: Damage },
    #[error("the inputs of frames {from} to {to} are missing")]
    Inputs { from: u64, to: u64 },
    #[error("frame {frame}: this machine cannot do what happened there (event {code})")]
    Event { frame: u64, code: u8 },
    #[error("frame {frame}: the ROM that was put in before is missing or damaged on the tape")]
    Past { frame: u64 },
    #[error("frame {frame}: the state has {got} bytes, and this machine's has another number")]
    Size { frame: u64, got: usize },
    #[error("frame {frame} is {MOST_STEPS} frames and more behind the last state")]
    Far { frame: u64 },
}

/// Steps that are gone from a state at most: a day of frames. A tape has a
/// state each second.
const MOST_STEPS: usize = 1 << 22;

/// What happens on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A frame is run with this input.
    Frame(Input),
    /// Something from outside.
    Event(Event),
}

/// A state on the way to a position, and what leads there.
#[derive(Clone, Debug)]
pub struct Approach {
    /// The frame of the state.
    pub frame: u64,
    /// What happened before it, from outside.
    pub past: Vec<Event>,
    /// The state.
    pub state: Vec<u8>,
    /// What leads from it to the position.
    pub steps: Vec<Step>,
}

/// States that are tried before a moment is given up: more than hang together.
const TRIES: usize = 256;

/// The nearest state at or before a position, and the way from there. Where it
/// is damaged, an earlier one serves.
pub fn approach(recording: &impl Recording, target: Position) -> Result<Approach, Missing> {
    let nearest = approach_past(recording, target, 0);
    let Err(damage @ (Missing::Chunk { .. } | Missing::State { .. })) = nearest else {
        return nearest;
    };
    let earlier = (1..TRIES).map(|skipped| approach_past(recording, target, skipped));
    let end = |way: &Result<_, _>| !matches!(way, Err(Missing::NoFrame { .. }));
    earlier.take_while(end).find_map(Result::ok).ok_or(damage)
}

fn approach_past(
    recording: &impl Recording,
    target: Position,
    skipped: usize,
) -> Result<Approach, Missing> {
    let catalog = recording.catalog();
    let none = Missing::NoFrame { frame: target.frame };
    let (number, parts) = catalog.approach_past(target, skipped).ok_or(none)?;
    let first = parts.first().ok_or(none)?;
    let frame = first.from;
    let past = catalog.past(Position { segment: first.segment, frame });
    let state = state(recording, number)?;
    let mut steps = Vec::new();
    for part in parts {
        steps_of(recording, part, &mut steps)?;
    }
    Ok(Approach { frame, past, state, steps })
}

/// Brings a machine to a position; gives the frames that were run.
pub fn seek(
    recording: &impl Recording,
    machine: &mut impl Machine,
    target: Position,
) -> Result<usize, Missing> {
    let way = approach(recording, target)?;
    way.begin(machine)?;
    run(machine, way.frame, &way.steps)
}

/// What was held in the last frame that was recorded, on the newest path that has one.
pub fn last_input(recording: &impl Recording) -> Option<Input> {
    let catalog = recording.catalog();
    (0..catalog.segments().len() as u32).rev().find_map(|segment| {
        let tip = catalog.tip(segment)?;
        let Position { segment, frame: to } = catalog.on_path(tip, tip.frame)?;
        let mut steps = Vec::new();
        steps_of(recording, Part { segment, from: to.checked_sub(1)?, to }, &mut steps).ok()?;
        steps.into_iter().find_map(|step| match step {
            Step::Frame(input) => Some(input),
            Step::Event(_) => None,
        })
    })
}

impl Approach {
    /// Makes a machine what the state says.
    pub fn begin(&self, machine: &mut impl Machine) -> Result<(), Missing> {
        if !machine.recall(&self.past) {
            return Err(Missing::Past { frame: self.frame });
        }
        if !machine.restore(&self.state) {
            return Err(Missing::Size { frame: self.frame, got: self.state.len() });
        }
        Ok(())
    }
}

/// Takes a machine through steps, the first one after `frame`; gives the frames
/// that were run.
pub fn run(machine: &mut impl Machine, frame: u64, steps: &[Step]) -> Result<usize, Missing> {
    let mut frames = 0;
    for step in steps {
        match step {
            Step::Frame(input) => {
                machine.run_muted(*input);
                frames += 1;
            }
            Step::Event(event) if machine.apply(event) => {}
            Step::Event(event) => {
                let frame = frame.saturating_add(frames as u64);
                return Err(Missing::Event { frame, code: event.code });
            }
        }
    }
    Ok(frames)
}

/// Decodes state `number` of a recording.
pub fn state(recording: &impl Recording, number: u64) -> Result<Vec<u8>, Missing> {
    let mut state = vec![0; recording.state_len()];
    let chain = recording.catalog().chain(number).ok_or(Missing::NoFrame { frame: number })?;
    let mut last = None;
    for entry in chain {
        if entry.kind == Kind::Keyframe {
            state.fill(0);
        }
        let payload = recording.payload(entry)?;
        let damaged = |damage| Missing::State { frame: entry.frame, damage };
        lines::apply(payload, &mut state).map_err(damaged)?;
        last = Some((entry.frame, payload));
    }
    if let Some((frame, payload)) = last {
        lines::check(payload, &state).map_err(|damage| Missing::State { frame, damage })?;
    }
    Ok(state)
}

/// States that are decoded one after the other, each from the one before where
/// that leads there.
#[derive(Debug, Default)]
pub struct States {
    state: Vec<u8>,
    last: Option<u64>,
}

impl States {
    /// The state of this number.
    pub fn read(&mut self, recording: &impl Recording, number: u64) -> Result<&[u8], Missing> {
        let entry = recording.catalog().state_entry(number);
        let entry = *entry.ok_or(Missing::NoFrame { frame: number })?;
        let before = self.last.take().and_then(|last| last.checked_add(1));
        if entry.kind == Kind::Delta && before == Some(number) {
            let payload = recording.payload(&entry)?;
            let damaged = |damage| Missing::State { frame: entry.frame, damage };
            lines::apply(payload, &mut self.state).map_err(damaged)?;
            lines::check(payload, &self.state).map_err(damaged)?;
        } else {
            self.state = state(recording, number)?;
        }
        self.last = Some(number);
        Ok(&self.state)
    }
}

/// What happens in a part of a path: exactly one input a frame, or an error.
pub fn steps_of(
    recording: &impl Recording,
    part: Part,
    steps: &mut Vec<Step>,
) -> Result<(), Missing> {
    let mut at = part.from;
    for entry in recording.catalog().moves(part) {
        let payload = recording.payload(entry)?;
        if entry.kind == Kind::Event {
            let event = Event::read(payload).ok_or(Missing::Chunk { at: entry.at })?;
            if entry.frame == at {
                steps.push(Step::Event(event));
            }
            continue;
        }
        if entry.frame > at {
            return Err(Missing::Inputs { from: at + 1, to: entry.frame });
        }
        let mut frame = entry.frame;
        let whole = frame.saturating_add(entry.count.into()).min(part.to);
        for run in inputs::runs(payload) {
            frame = frame.saturating_add(run.frames).min(whole);
            let more = frame.saturating_sub(at) as usize;
            if steps.len() + more > MOST_STEPS {
                return Err(Missing::Far { frame: part.to });
            }
            steps.extend(std::iter::repeat_n(Step::Frame(run.input), more));
            at = at.max(frame);
        }
    }
    if at < part.to {
        return Err(Missing::Inputs { from: at + 1, to: part.to });
    }
    Ok(())
}
