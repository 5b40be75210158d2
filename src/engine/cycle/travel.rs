//! Going through the past: held back, held forward, frame by frame, by leaps,
//! or watching it play.
//!
//! ```text
//!  live ──Backspace held──▶ back, one frame shown for one frame of time; 2, 4, 8 × when held longer
//!   ▲                        │ let go: play on from the frame that is shown, a new future
//!   └────────────────────────┘ paused: stay there; steps, leaps, marks, other futures
//! ```
//!
//! A frame of the past is run again from the state before it, with picture and
//! sound, so that it is what it was; going back, its sound is reversed.

use super::Engine;
use crate::engine::past::{Aim, Future, Moment, Past, Scene, Wish, cheats_mark};
use crate::engine::realtime::now_ns;
use crate::engine::replay::RomName;
use crate::flight::catalog::Position;
use crate::flight::shared::Record;
use crate::link::{Action, Mode, Timeline};

/// Turns after which a held key goes twice as fast: two seconds.
const FASTER: u32 = 120;
/// How much faster at most, as a power of two.
const FASTEST: u32 = 3;
/// Beyond that, time goes from kept state to kept state: one each second.
const LEAP: u64 = 60;
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
    /// The cheats that were on then.
    cheats: u64,
    /// Frames from one that is shown to the next; 0 stands.
    step: i64,
    /// Turns in this direction.
    turns: u32,
    /// A single frame is on its way.
    single: bool,
    /// It plays on by itself.
    watching: bool,
    /// What lies around it.
    scene: Scene,
}

impl Engine {
    /// Whether this turn is one of the past's.
    pub(super) fn travels(&self) -> bool {
        let wants = self.held != Held::default() || self.travel.is_some();
        wants && self.may_go_back()
    }

    fn may_go_back(&self) -> bool {
        self.machine.may_rewind && self.machine.past.is_some()
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
            self.wish_to_go(step);
        }
        if !travel.single && self.rests() {
            self.show_travel();
            return true;
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
        // Another ROM shows another frame than was recorded, and other cheats do: a history of
        // its own.
        let cheats = cheats_mark(&self.machine.nes.cartridge().cheats);
        if travel.rom != self.machine.reloaded || travel.cheats != cheats {
            return self.machine.note_elsewhere();
        }
        if let Some(capture) = &mut self.machine.capture {
            capture.record(Record::Branch(position));
        }
    }

    /// One frame back, or forward in what was recorded. False: the present has
    /// no recorded future.
    pub(super) fn step_in_past(&mut self, by: i64) -> bool {
        if !self.may_go_back() {
            return false;
        }
        if self.travel.is_none() {
            if by > 0 {
                return false;
            }
            self.set_out();
        }
        let Some(travel) = self.travel else { return false };
        if by > 0 && travel.at >= travel.scene.bounds.1 {
            return false;
        }
        let Some(frame) = travel.at.checked_add_signed(by) else { return true };
        self.wish_for(Aim::Frame(frame), Future::Same(travel.scene.future));
        true
    }

    /// Leaps to another moment, and time stands still there.
    pub(super) fn leap(&mut self, action: Action) {
        let leaps_on = matches!(action, Action::Jump(0..) | Action::LaterMark | Action::Present);
        if !self.may_go_back() || self.travel.is_none() && leaps_on {
            return;
        }
        self.hud.paused = true;
        if self.travel.is_none() {
            self.set_out();
        }
        let Some(Travel { at, shown, scene, .. }) = self.travel else { return };
        let here = Future::Same(scene.future);
        let rate = self.machine.nes.region().frame_rate();
        let frames = |seconds: i8| i64::from(seconds) * rate.0 as i64 / rate.1 as i64;
        let (aim, future) = match action {
            Action::Jump(by) => (Aim::Near(at.saturating_add_signed(frames(by))), here),
            Action::EarlierMark => (Aim::MarkBefore(at), here),
            Action::LaterMark => (Aim::MarkBehind(at), here),
            Action::Oldest => (Aim::Near(0), here),
            Action::Present => (Aim::Near(u64::MAX), Future::Same(None)),
            Action::OtherFuture => match shown {
                Some(shown) => (Aim::Near(at), Future::After(scene.future, shown)),
                None => (Aim::Near(at), Future::Left),
            },
            _ => return,
        };
        self.wish_for(aim, future);
    }

    /// What was recorded plays by itself, or no longer.
    pub(super) fn watch(&mut self) {
        let Some(travel) = &mut self.travel else { return };
        travel.watching = !travel.watching;
        travel.turns = 0;
        self.hud.paused = !travel.watching;
    }

    /// What the player holds now takes over from what plays by itself.
    pub(super) fn interrupt_watching(&mut self) {
        if self.travel.is_some_and(|travel| travel.watching) {
            self.take_over();
        }
    }

    /// Stops what plays by itself; false when nothing does.
    pub(super) fn stop_watching(&mut self) -> bool {
        let watching = self.travel.as_mut().map(|travel| std::mem::take(&mut travel.watching));
        watching.unwrap_or_default()
    }

    /// A film of what came before the frame that is shown.
    pub(super) fn ask_for_clip(&mut self) {
        let end = self.travel.and_then(|travel| travel.shown);
        if let Some(past) = &mut self.machine.past {
            past.film(end);
        }
    }

    fn set_out(&mut self) {
        let left = self.machine.session.interrupt();
        self.notify_loop(left);
        let at = self.machine.nes.frame_number();
        self.travel = Some(Travel {
            at,
            shown: None,
            rom: self.machine.reloaded,
            cheats: cheats_mark(&self.machine.nes.cartridge().cheats),
            step: 0,
            turns: 0,
            single: false,
            watching: false,
            scene: Scene { bounds: (at, at), ..Scene::default() },
        });
    }

    /// How far the player wants to go in a turn.
    fn step_for(&self, travel: &Travel) -> i64 {
        let held = i64::from(self.held.forward) - i64::from(self.held.back);
        let direction = if held == 0 { i64::from(travel.watching) } else { held };
        if direction == 0 {
            return 0;
        }
        let turns = if travel.step.signum() == direction { travel.turns } else { 0 };
        let held_for = if held == 0 { 0 } else { turns / FASTER };
        let faster = if self.fast { FASTEST + held_for.min(1) } else { held_for.min(FASTEST) };
        match faster.max(self.rate.max(0).unsigned_abs().into()) {
            faster @ ..=FASTEST => direction << faster,
            _ => direction * LEAP as i64,
        }
    }

    /// Frames one after the other.
    fn wish_to_go(&mut self, step: i64) {
        let Some(travel) = &mut self.travel else { return };
        if travel.step.signum() != step.signum() {
            travel.turns = 0;
        }
        let began = travel.step == 0 && travel.shown.is_none();
        travel.step = step;
        travel.single = false;
        let mut frame = travel.at.saturating_add_signed(step).max(1);
        if step.unsigned_abs() == LEAP {
            // The frame after a kept state needs nothing before it.
            frame = frame / LEAP * LEAP + 1;
        }
        let wish = if began && step > 0 {
            // The present has no future but the one that was left for it.
            Wish { aim: Aim::Near(frame), future: Future::Left, step }
        } else {
            Wish { aim: Aim::Frame(frame), future: Future::Same(travel.scene.future), step }
        };
        if let Some(past) = &mut self.machine.past {
            past.want(wish);
        }
    }

    /// A single frame.
    fn wish_for(&mut self, aim: Aim, future: Future) {
        let Some(travel) = &mut self.travel else { return };
        (travel.single, travel.watching, travel.step) = (true, false, 0);
        if let Some(past) = &mut self.machine.past {
            past.want(Wish { aim, future, step: 0 });
        }
    }

    fn show_moment(&mut self, moment: Box<Moment>) {
        let backwards = self.travel.is_some_and(|travel| travel.step < 0);
        if let Some(travel) = &mut self.travel {
            travel.scene = moment.scene;
            travel.single = false;
        }
        if moment.is_there() && self.machine.nes.restore(&moment.state).is_ok() {
            let input = zerocopy::transmute!(moment.input);
            self.machine.nes.run_frame(input, &mut self.out);
            self.hud.run.pads = moment_pads(&moment);
            self.stats.frames += 1;
            if let Some(travel) = &mut self.travel {
                travel.at = moment.position.frame;
                travel.shown = Some(moment.position);
                travel.rom = moment.rom;
                travel.cheats = moment.cheats;
                self.hud.speed = (100 * travel.step.unsigned_abs()) as u16;
                if self.rate < 0 {
                    self.hud.speed >>= self.rate.unsigned_abs();
                }
            }
            self.sound(backwards);
            self.show_travel();
            self.publish();
            self.next_number = None;
        } else {
            if self.stop_watching() {
                self.hud.paused = true;
            }
            self.hold_picture();
        }
        if let Some(past) = &mut self.machine.past {
            past.done(moment);
        }
    }

    /// The end of what is there, or it has not come yet.
    fn hold_picture(&mut self) {
        self.show_travel();
        self.stand_still();
    }

    /// What the status line says of the stay.
    fn show_travel(&mut self) {
        let Some(Travel { at, step, scene, .. }) = self.travel else { return };
        let Scene { bounds: (first, last), number, marks, forks, .. } = scene;
        self.hud.timeline = Timeline { first, at, last, future: number, marks, forks };
        self.past_mode = Some(if step < 0 { Mode::Back } else { Mode::Again });
    }
}

fn moment_pads(moment: &Moment) -> [u8; 4] {
    *moment.input.first_chunk().unwrap_or(&[0; 4])
}
