//! Moments of the past on their way to the emulation thread, which shows them:
//! forwards and backwards, one by one.
//!
//! ```text
//!  emulation ── Want ──▶ recorder      from this frame on, so many at a step
//!            ◀─ Moment ─               the state before a frame, its input
//!            ── Moment ─▶              the same boxes again
//! ```
//!
//! The recorder looks ahead: it fills all boxes. What comes for an earlier
//! wish is given back unseen. [`Past`] never allocates, locks or waits.

use super::replay::{Console, Happening, RomName};
use crate::flight::catalog::{Part, Position};
use crate::flight::history::History;
use crate::flight::replay::{self, Machine, Recording, Step};
use crate::flight::take::Input;
use crate::link::Bell;
use rtrb::{Consumer, Producer, RingBuffer};

/// Moments that are ready ahead.
const AHEAD: usize = 24;
/// Wishes under way.
const WANTS: usize = 64;
/// Frames that are run at once where there is only a state each second.
const STRETCH: u64 = 60;

/// What the player wants to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Want {
    epoch: u32,
    /// The frame that is to be shown first.
    frame: u64,
    /// From one to the next; 0 wants this one only.
    step: i64,
}

/// A frame of the past: run it from this state with this input, and it is as
/// it was.
#[derive(Clone, Debug, Default)]
pub struct Moment {
    epoch: u32,
    /// The moment after the frame.
    pub position: Position,
    /// What was held in it.
    pub input: Input,
    /// The state before it, events done.
    pub state: Vec<u8>,
    /// The first and the last frame that can be shown.
    pub bounds: (u64, u64),
    /// The ROM that ran then; `None` is the first one.
    pub rom: Option<RomName>,
    /// There is none further on.
    pub last: bool,
}

/// Both ends, for states of `state_len` bytes. `bell` wakes the recorder.
pub fn channel(state_len: usize, bell: Bell) -> (Past, Supply) {
    let (wants, wants_out) = RingBuffer::new(WANTS);
    let (moments_in, moments) = RingBuffer::new(AHEAD);
    let (mut spare, spare_out) = RingBuffer::new(AHEAD);
    for _ in 0..AHEAD {
        let state = vec![0; state_len];
        // A ring of this size has room for as many.
        let _ = spare.push(Box::new(Moment { state, ..Moment::default() }));
    }
    let past = Past { wants, moments, spare, bell, epoch: 0 };
    let supply = Supply {
        wants: wants_out,
        moments: moments_in,
        spare: spare_out,
        wish: None,
        stretch: Vec::new(),
    };
    (past, supply)
}

/// The emulation thread's end.
pub struct Past {
    wants: Producer<Want>,
    moments: Consumer<Box<Moment>>,
    spare: Producer<Box<Moment>>,
    bell: Bell,
    epoch: u32,
}

impl Past {
    /// Wishes for the frames `frame`, `frame + step` and so on; for the first
    /// only when `step` is 0. Earlier wishes are forgotten.
    pub fn want(&mut self, frame: u64, step: i64) {
        self.epoch = self.epoch.wrapping_add(1);
        // A full ring means that the recorder is gone.
        let _ = self.wants.push(Want { epoch: self.epoch, frame, step });
        self.bell.ring();
    }

    /// The next moment, if it has come. Give it back with [`Past::done`].
    pub fn moment(&mut self) -> Option<Box<Moment>> {
        while let Ok(moment) = self.moments.pop() {
            if moment.epoch == self.epoch {
                return Some(moment);
            }
            self.done(moment);
        }
        None
    }

    /// Gives a moment's box back.
    pub fn done(&mut self, moment: Box<Moment>) {
        // There are as many places as boxes.
        if let Err(rtrb::PushError::Full(moment)) = self.spare.push(moment) {
            std::mem::forget(moment);
        }
        self.bell.ring();
    }
}

/// The recorder's end.
pub struct Supply {
    wants: Consumer<Want>,
    moments: Producer<Box<Moment>>,
    spare: Consumer<Box<Moment>>,
    /// The wish, from the next frame on that was not sent.
    wish: Option<Want>,
    /// States that were computed for it, with their positions.
    stretch: Vec<(Position, Vec<u8>)>,
}

impl Supply {
    /// Sends what is wanted, as far as there are boxes. `console` is a
    /// machine to compute with.
    pub fn serve(&mut self, history: &mut History, console: &mut Console) {
        while let Ok(want) = self.wants.pop() {
            self.wish = Some(want);
            history.cut();
        }
        while let Some(want) = self.wish {
            let Ok(mut moment) = self.spare.pop() else { return };
            let found = self.fill(&mut moment, want, history, console);
            moment.epoch = want.epoch;
            moment.last = !found || want.step == 0;
            let next = want.frame.checked_add_signed(want.step);
            self.wish = match next {
                Some(frame) if !moment.last => Some(Want { frame, ..want }),
                _ => None,
            };
            if !found {
                // Nothing to show: the box says so.
                moment.position.frame = u64::MAX;
            }
            let _ = self.moments.push(moment);
        }
        self.stretch.clear();
    }

    /// Puts a frame's moment into a box; false when there is no such frame.
    fn fill(
        &mut self,
        moment: &mut Moment,
        want: Want,
        history: &History,
        console: &mut Console,
    ) -> bool {
        let (catalog, tip) = (history.catalog(), history.position());
        let Some(oldest) = catalog.oldest(tip) else { return false };
        moment.bounds = (oldest.frame + 1, tip.frame);
        let frame = want.frame;
        let (Some(after), Some(before)) = (
            catalog.on_path(tip, frame),
            frame.checked_sub(1).and_then(|frame| catalog.on_path(tip, frame)),
        ) else {
            return false;
        };
        let mut steps = Vec::new();
        let part = Part { segment: after.segment, from: frame - 1, to: frame };
        if replay::steps_of(history, part, &mut steps).is_err() {
            return false;
        }
        if !self.state(before, &mut moment.state, history, console) {
            return false;
        }
        moment.position = after;
        moment.rom = Happening::rom_after(&catalog.past(after));
        let events = steps.iter().any(|step| matches!(step, Step::Event(_)));
        let recalled = !events || console.recall(&catalog.past(before));
        if !recalled || events && !console.restore(&moment.state) {
            return false;
        }
        for step in steps {
            match step {
                Step::Frame(input) => moment.input = input,
                Step::Event(event) => {
                    if !console.apply(&event) {
                        return false;
                    }
                }
            }
        }
        if events {
            moment.state.copy_from_slice(console.bytes());
        }
        true
    }

    fn state(
        &mut self,
        position: Position,
        state: &mut Vec<u8>,
        history: &History,
        console: &mut Console,
    ) -> bool {
        if history.hot_state(position, state) {
            return true;
        }
        if !self.stretch.iter().any(|(at, _)| *at == position)
            && self.compute(position, history, console).is_none()
        {
            return false;
        }
        let found = self.stretch.iter().find(|(at, _)| *at == position);
        found.is_some_and(|(_, computed)| {
            state.clear();
            state.extend_from_slice(computed);
            true
        })
    }

    /// Computes the states around a position, from the last one that was kept.
    fn compute(
        &mut self,
        position: Position,
        history: &History,
        console: &mut Console,
    ) -> Option<()> {
        let (catalog, tip) = (history.catalog(), history.position());
        // To the end of the stretch, so that the next ones are there.
        let end = (position.frame / STRETCH + 1) * STRETCH - 1;
        let end = catalog.on_path(tip, end.min(tip.frame)).unwrap_or(position);
        let way = replay::approach(history, end)
            .ok()
            .filter(|way| way.frame <= position.frame)
            .or_else(|| replay::approach(history, position).ok())?;
        way.begin(console).ok()?;
        self.stretch.clear();
        let mut frame = way.frame;
        let mut note = |frame, console: &Console| {
            let at = catalog.on_path(tip, frame)?;
            self.stretch.push((at, console.bytes().to_vec()));
            Some(())
        };
        note(frame, console)?;
        for step in &way.steps {
            match step {
                Step::Frame(input) => {
                    console.run_muted(*input);
                    frame += 1;
                    note(frame, console)?;
                }
                Step::Event(event) => console.apply(event).then_some(())?,
            }
        }
        Some(())
    }
}
