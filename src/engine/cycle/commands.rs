//! What the player asks for, done.

use super::{Engine, Turn};
use crate::flight::shared::Record;
use crate::flight::take::Slot;
use crate::link::{Action, Command, Notice};
use std::sync::atomic::Ordering;

impl Engine {
    pub(super) fn obey(&mut self, command: Command, turn: &mut Turn) {
        match command {
            Command::Input { input, at_ns } => {
                if input != self.input {
                    self.event_at.get_or_insert(at_ns);
                }
                self.input = input;
            }
            Command::Turbo(turbo) => self.turbo = turbo,
            Command::Freeze(frozen) => self.frozen = frozen,
            Command::Refresh { millihertz } if self.settings.follow_display => {
                turn.refresh = Some(millihertz);
            }
            Command::Refresh { .. } => {}
            Command::Action(action) => self.act(action),
        }
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Slot(slot) => {
                let chosen = Slot::new(slot).map(|slot| self.machine.session.choose(slot));
                self.notify_loop(chosen);
            }
            Action::Loop => {
                self.take_over();
                let pressed = self.machine.session.press();
                self.notify_loop(Some(pressed));
            }
            Action::PlayLoop => {
                self.take_over();
                let played = self.machine.session.play_chosen();
                self.notify_loop(Some(played));
            }
            Action::SaveSlot(save) => self.hud.save = save.min(9),
            Action::SaveState => {
                let notice = self.saves.save(&mut self.machine, self.hud.save);
                self.notify(notice);
            }
            Action::LoadState => {
                let notice = self.saves.load(&mut self.machine, self.hud.save);
                self.notify(notice);
            }
            Action::Pause => self.hud.paused = !self.hud.paused,
            Action::StepFrame => {
                self.hud.paused = true;
                if !self.step_in_past(1) {
                    self.take_over();
                    self.step = true;
                }
            }
            Action::StepBack => {
                self.hud.paused = true;
                self.step_in_past(-1);
            }
            Action::Rewind(held) => self.held.back = held,
            Action::Forward(held) => self.held.forward = held,
            Action::Mark => self.mark(),
            Action::FastForward(fast) => self.fast = fast,
            Action::Reset => {
                self.reset();
                self.notify(Some(Notice::Reset));
            }
            Action::Volume(by) => {
                self.hud.volume = self.hud.volume.saturating_add_signed(by).min(100);
                self.hud.muted = false;
                self.set_volume();
            }
            Action::Mute => {
                self.hud.muted = !self.hud.muted;
                self.set_volume();
            }
            Action::Quit => self.ends.flags.quit.store(true, Ordering::Release),
            Action::Fullscreen | Action::Screenshot | Action::Menu => {}
        }
    }

    fn mark(&mut self) {
        self.take_over();
        let mut name = [0; 16];
        name[..4].copy_from_slice(b"mark");
        if let Some(capture) = &mut self.machine.capture {
            capture.record(Record::Mark(name));
        }
        self.notify(Some(Notice::Marked));
    }

    pub(super) fn set_volume(&mut self) {
        if let Some(speaker) = &mut self.speaker {
            let share = f32::from(self.hud.volume) / 100.0;
            // Loudness as it is felt goes with the square, near enough.
            speaker.set_volume(if self.hud.muted { 0.0 } else { share * share });
        }
    }
}
