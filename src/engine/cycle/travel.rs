//! Going through the past: held back, held forward, frame by frame.
//!
//! ```text
//!  live ──Backspace held──▶ back, one frame shown for one frame of time; 2, 4, 8 × when held longer
//!   ▲                        │ let go: play on from the frame that is shown, a new future
//!   └────────────────────────┘ paused: stay there, `,` and `.` go frame by frame
//! ```
//!
//! A frame of the past is run again from the state before it, with picture and
//! sound, so that it is what it was; going back, its sound is reversed.

use super::Engine;
use crate::engine::past::{Moment, Past};
use crate::engine::realtime::now_ns;
use crate::engine::replay::RomName;
use crate::flight::catalog::Position;
use crate::flight::shared::Record;
use crate::link::Mode;
use crate::nes::{Sound, Step};

/// Turns after which a held key goes twice as fast: two seconds.
const FASTER: u32 = 120;
/// How much faster at most, as a power of two.
const FASTEST: u32 = 3;
/// How long the first turn waits for the first moment.
const PATIENCE_NS: u64 = 2_000_000;

/// Which way the player holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) back: bool,
    pub(super) forward: bool,
}

/// A stay in the past.
#[derive(Clone, Copy, Debug)]
pub(super) struct Travel {
    /// The frame that is shown, or was when it began.
    at: u64,
    /// Where that is; `None` while it is the present.
    shown: Option<Position>,
    /// The ROM that ran then.
    rom: Option<RomName>,
    /// Frames from one that is shown to the next; 0 stands.
    step: i64,
    /// Turns in this direction.
    turns: u32,
    /// A single frame is on its way.
    single: bool,
    /// The first and the last frame that can be shown.
    bounds: (u64, u64),
}

impl Engine {
    /// Whether this turn is one of the past's.
    pub(super) fn travels(&self) -> bool {
        let wants = self.held != Held::default() || self.travel.is_some();
        wants && self.machine.past.is_some()
    }

    /// A turn in the past. False when the player has taken over: the turn is a
    /// live one.
    pub(super) fn travel(&mut self, began: u64) -> bool {
        let started = self.travel.is_none();
        if started {
            self.set_out();
        }
        let Some(travel) = self.travel else { return false };
        let step = self.step_for(&travel);
        if step == 0 && !travel.single {
            if self.hud.paused || self.frozen {
                self.hold_picture();
                return true;
            }
            self.take_over();
            return false;
        }
        if step != 0 && step != travel.step {
            self.wish(step);
        }
        if let Some(travel) = &mut self.travel {
            travel.turns += 1;
        }
        let mut moment = self.machine.past.as_mut().and_then(Past::moment);
        while started && moment.is_none() && now_ns() - began < PATIENCE_NS {
            std::hint::spin_loop();
            moment = self.machine.past.as_mut().and_then(Past::moment);
        }
        match moment {
            Some(moment) => self.show_moment(moment),
            None => self.hold_picture(),
        }
        true
    }

    /// The player goes on from the frame that is shown.
    pub(super) fn take_over(&mut self) {
        let Some(travel) = self.travel.take() else { return };
        self.hud.mode = Mode::Live;
        let Some(position) = travel.shown else { return };
        self.next_number = None;
        // Another ROM shows another frame than was recorded: a history of its own.
        if travel.rom != self.machine.reloaded {
            return self.machine.note_elsewhere();
        }
        if let Some(capture) = &mut self.machine.capture {
            capture.record(Record::Branch(position));
        }
    }

    /// One frame back, or forward in what was recorded. False: the present has
    /// no recorded future.
    pub(super) fn step_in_past(&mut self, by: i64) -> bool {
        if self.machine.past.is_none() {
            return false;
        }
        if self.travel.is_none() {
            if by > 0 {
                return false;
            }
            self.set_out();
        }
        let Some(travel) = &mut self.travel else { return false };
        if by > 0 && travel.at >= travel.bounds.1 {
            return false;
        }
        let Some(frame) = travel.at.checked_add_signed(by) else { return true };
        travel.single = true;
        travel.step = 0;
        if let Some(past) = &mut self.machine.past {
            past.want(frame, 0);
        }
        true
    }

    fn set_out(&mut self) {
        let left = self.machine.session.interrupt();
        self.notify_loop(left);
        let at = self.machine.nes.frame_number();
        let bounds = (at, at);
        let rom = self.machine.reloaded;
        self.travel =
            Some(Travel { at, shown: None, rom, step: 0, turns: 0, single: false, bounds });
    }

    /// How far the player wants to go in a turn.
    fn step_for(&self, travel: &Travel) -> i64 {
        let direction = i64::from(self.held.forward) - i64::from(self.held.back);
        if direction == 0 {
            return 0;
        }
        let turns = if travel.step.signum() == direction { travel.turns } else { 0 };
        let faster = if self.fast { FASTEST } else { (turns / FASTER).min(FASTEST) };
        direction << faster
    }

    fn wish(&mut self, step: i64) {
        let Some(travel) = &mut self.travel else { return };
        if travel.step.signum() != step.signum() {
            travel.turns = 0;
        }
        travel.step = step;
        travel.single = false;
        let frame = travel.at.saturating_add_signed(step).max(1);
        if let Some(past) = &mut self.machine.past {
            past.want(frame, step);
        }
    }

    fn show_moment(&mut self, moment: Box<Moment>) {
        let backwards = self.travel.is_some_and(|travel| travel.step < 0);
        if let Some(travel) = &mut self.travel {
            travel.bounds = moment.bounds;
            travel.single = false;
        }
        let there = moment.position.frame != u64::MAX;
        if there && self.machine.nes.restore(&moment.state).is_ok() {
            let input = zerocopy::transmute!(moment.input);
            self.machine.nes.run_frame(input, &mut self.out);
            self.stats.frames += 1;
            if let Some(travel) = &mut self.travel {
                travel.at = moment.position.frame;
                travel.shown = Some(moment.position);
                travel.rom = moment.rom;
                self.hud.speed = 100 * travel.step.unsigned_abs() as u16;
            }
            self.sound_moment(backwards);
            self.show_travel();
            self.publish();
            self.next_number = None;
        } else {
            self.hold_picture();
        }
        if let Some(past) = &mut self.machine.past {
            past.done(moment);
        }
    }

    fn sound_moment(&mut self, backwards: bool) {
        let Some(speaker) = &mut self.speaker else { return };
        if backwards {
            reverse(&self.out.sound, &mut self.backwards);
            speaker.frame(&self.backwards);
        } else {
            speaker.frame(&self.out.sound);
        }
    }

    /// The end of what is there, or it has not come yet.
    fn hold_picture(&mut self) {
        self.show_travel();
        self.stand_still();
    }

    /// What the status line says of the stay.
    fn show_travel(&mut self) {
        let Some(travel) = self.travel else { return };
        self.hud.timeline =
            crate::link::Timeline { first: travel.bounds.0, at: travel.at, last: travel.bounds.1 };
        self.past_mode = Some(if travel.step < 0 { Mode::Back } else { Mode::Again });
    }
}

/// The sound as it is heard when time runs backwards.
fn reverse(sound: &Sound, out: &mut Sound) {
    out.steps.clear();
    out.start = sound.end();
    out.cycles = sound.cycles;
    for (n, step) in sound.steps.iter().enumerate().rev() {
        let before = n.checked_sub(1).map_or(sound.start, |n| sound.steps[n].level);
        out.steps.push(Step { cycle: sound.cycles.saturating_sub(step.cycle), level: before });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reversed_sound_is_the_sound_from_its_end() {
        let mut sound = Sound { start: 1, cycles: 100, ..Sound::default() };
        sound.steps.extend([Step { cycle: 10, level: 5 }, Step { cycle: 30, level: 2 }]);
        let mut back = Sound::default();
        reverse(&sound, &mut back);
        assert_eq!((back.start, back.end(), back.cycles), (2, 1, 100));
        assert_eq!(back.steps, [Step { cycle: 70, level: 5 }, Step { cycle: 90, level: 1 }]);
        let mut again = Sound::default();
        reverse(&back, &mut again);
        assert_eq!((again.start, again.steps), (sound.start, sound.steps));
    }
}
