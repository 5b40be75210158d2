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
use crate::link::{Bell, Columns};
use crate::nes::cart::Cheat;
use rtrb::{Consumer, Producer, RingBuffer};

/// Moments that are ready ahead.
const AHEAD: usize = 24;
/// Wishes under way.
const WANTS: usize = 64;
/// Frames that are run at once where there is only a state each second.
const STRETCH: u64 = 60;

/// Which frame is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// This one.
    Frame(u64),
    /// This one, or the nearest that there is.
    Near(u64),
    /// The mark or fork before this frame, or the first frame.
    MarkBefore(u64),
    /// The next one, or the last frame.
    MarkBehind(u64),
}

/// Which future is meant, by the number of its last segment; `None` is the one
/// that is being played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Future {
    /// This one.
    Same(Option<u32>),
    /// The one after this among those of the moment.
    After(Option<u32>, Position),
    /// The one that was left where the present began.
    Left,
}

/// What the player wants to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The frame that is to be shown first.
    pub aim: Aim,
    /// Of which future.
    pub future: Future,
    /// From one frame to the next; 0 wants the first only.
    pub step: i64,
}

/// What lies around the frames that are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scene {
    /// The future that is shown, by its last segment; `None` is the one that is
    /// being played.
    pub future: Option<u32>,
    /// The first and the last frame that can be shown.
    pub bounds: (u64, u64),
    /// Which of how many futures, from 1.
    pub number: (u32, u32),
    /// Where the marks are on the bar.
    pub marks: Columns,
    /// Where other futures begin.
    pub forks: Columns,
}

/// What the emulation thread asks for.
enum Want {
    /// Frames, under a number.
    Frames(u32, Wish),
    /// A film that ends at this moment; `None` is now.
    Film(Option<Position>),
}

/// A wish that is being fulfilled.
#[derive(Clone, Copy)]
struct UnderWay {
    epoch: u32,
    scene: Scene,
    /// The last moment of the future.
    tip: Position,
    /// The next frame.
    frame: u64,
    step: i64,
}

/// A number that is the same for the same cheats.
pub fn cheats_mark(cheats: &[Cheat]) -> u64 {
    cheats.iter().fold(0, |mark, cheat| {
        let Cheat { address, value, compare } = *cheat;
        let compare = compare.map_or(0, |compare| 0x100 | u64::from(compare));
        let number = u64::from(address) << 24 | u64::from(value) << 16 | compare;
        (mark ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23)
    })
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
    /// What lies around it.
    pub scene: Scene,
    /// The ROM that ran then; `None` is the first one.
    pub rom: Option<RomName>,
    /// The cheats that were on then: [`cheats_mark`].
    pub cheats: u64,
    /// There is none further on.
    pub last: bool,
}

impl Moment {
    /// Whether there is one: what was wished for may not be.
    pub fn is_there(&self) -> bool {
        self.position.frame != u64::MAX
    }
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
        under_way: None,
        film: None,
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
    /// Wishes for frames. Earlier wishes are forgotten.
    pub fn want(&mut self, wish: Wish) {
        self.epoch = self.epoch.wrapping_add(1);
        // A full ring means that the recorder is gone.
        let _ = self.wants.push(Want::Frames(self.epoch, wish));
        self.bell.ring();
    }

    /// Asks for a film that ends at a moment; `None` is now.
    pub fn film(&mut self, end: Option<Position>) {
        let _ = self.wants.push(Want::Film(end));
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
    under_way: Option<UnderWay>,
    /// The end of the film that was asked for.
    film: Option<Position>,
    /// States that were computed for it, with their positions.
    stretch: Vec<(Position, Vec<u8>)>,
}

impl Supply {
    /// Sends what is wanted, as far as there are boxes. `console` is a
    /// machine to compute with.
    pub fn serve(&mut self, history: &mut History, console: &mut Console) {
        while let Ok(want) = self.wants.pop() {
            history.cut();
            match want {
                Want::Frames(epoch, wish) => self.under_way = Some(resolve(epoch, wish, history)),
                Want::Film(end) => self.film = Some(end.unwrap_or(history.position())),
            }
        }
        while let Some(way) = self.under_way {
            let Ok(mut moment) = self.spare.pop() else { return };
            let found = self.fill(&mut moment, way, history, console);
            moment.epoch = way.epoch;
            moment.scene = way.scene;
            moment.last = !found || way.step == 0;
            let next = way.frame.checked_add_signed(way.step);
            self.under_way = match next {
                Some(frame) if !moment.last => Some(UnderWay { frame, ..way }),
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

    /// The end of the film that was asked for, once.
    pub fn take_film(&mut self) -> Option<Position> {
        self.film.take()
    }

    /// Puts a frame's moment into a box; false when there is no such frame.
    fn fill(
        &mut self,
        moment: &mut Moment,
        way: UnderWay,
        history: &History,
        console: &mut Console,
    ) -> bool {
        let (catalog, tip) = (history.catalog(), way.tip);
        let frame = way.frame;
        if frame < way.scene.bounds.0 {
            return false;
        }
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
        if !self.state(before, tip, &mut moment.state, history, console) {
            return false;
        }
        moment.position = after;
        let past = catalog.past(after);
        moment.rom = Happening::rom_after(&past);
        moment.cheats = cheats_mark(&Happening::cheats_after(&past));
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
        tip: Position,
        state: &mut Vec<u8>,
        history: &History,
        console: &mut Console,
    ) -> bool {
        if history.hot_state(position, state) {
            return true;
        }
        if !self.stretch.iter().any(|(at, _)| *at == position)
            && self.compute(position, tip, history, console).is_none()
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
        tip: Position,
        history: &History,
        console: &mut Console,
    ) -> Option<()> {
        let catalog = history.catalog();
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

/// Finds what a wish means in the history as it is now.
fn resolve(epoch: u32, wish: Wish, history: &History) -> UnderWay {
    let (catalog, present) = (history.catalog(), history.position());
    let is_other = |future: &u32| *future != present.segment;
    let future = match wish.future {
        Future::Same(future) => future.filter(is_other),
        Future::Left => catalog.left_for(present),
        Future::After(future, of) => {
            let futures = catalog.futures(of);
            let now = future.unwrap_or(present.segment);
            let next = futures.iter().position(|&other| other == now).map_or(0, |n| n + 1);
            futures.get(next).or(futures.first()).copied().filter(is_other)
        }
    };
    let tip = future.and_then(|segment| catalog.tip(segment)).unwrap_or(present);
    let oldest = catalog.oldest(tip).map_or(tip.frame, |oldest| oldest.frame);
    let (first, last) = (oldest + 1, tip.frame);
    let places = || catalog.marks_on(tip).chain(catalog.forks_on(tip));
    let frame = match wish.aim {
        Aim::Frame(frame) => frame,
        Aim::Near(frame) => frame.min(last).max(first),
        Aim::MarkBefore(frame) => {
            places().filter(|&place| place < frame && place >= first).max().unwrap_or(first)
        }
        Aim::MarkBehind(frame) => places().filter(|&place| place > frame).min().unwrap_or(last),
    };
    let columns = |frames: &mut dyn Iterator<Item = u64>| {
        let mut columns = Columns::default();
        frames
            .filter(|frame| *frame >= first)
            .for_each(|frame| columns.set(Columns::of(frame, first, last)));
        columns
    };
    let futures = catalog.on_path(tip, frame).map(|at| catalog.futures(at)).unwrap_or_default();
    let place = futures.iter().position(|&other| other == tip.segment).unwrap_or_default();
    let scene = Scene {
        future,
        bounds: (first, last),
        number: (place as u32 + 1, futures.len().max(1) as u32),
        marks: columns(&mut catalog.marks_on(tip)),
        forks: columns(&mut catalog.forks_on(tip)),
    };
    UnderWay { epoch, scene, tip, frame, step: wish.step }
}
