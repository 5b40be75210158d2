//! What the player asks for, done.

use super::{Engine, Turn};
use crate::flight::shared::Record;
use crate::flight::take::Slot;
use crate::link::counts_of_mouse;
use crate::link::{Action, Command, Notice};
use crate::nes::port::Device;
use crate::nes::{Input, Region};
use std::io::Write;
use std::sync::atomic::Ordering;

/// A quarter and eight times, as powers of two.
const SLOWEST: i8 = -2;
const FASTEST: i8 = 3;

impl Engine {
    pub(super) fn obey(&mut self, command: Command, turn: &mut Turn) {
        match command {
            Command::Input { input, at_ns } => {
                if input != self.input {
                    self.event_at.get_or_insert(at_ns);
                }
                let before = std::mem::replace(&mut self.input, input);
                // A pointer that is moved takes nothing over; a button does.
                let places = |mut input: Input| {
                    for at in [0, 1, 3, 4, 5, 7] {
                        input.device[at] = 0;
                    }
                    input.device[2] &= 1;
                    input.device[6] &= 1;
                    input
                };
                let pointed = places(input) == places(before) && input.device != before.device;
                if input != Input::default() && !pointed {
                    self.interrupt_watching();
                }
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

    /// The front says where a mouse is, the machine wants to know how far it was moved.
    pub(super) fn moved(&mut self, mut input: Input) -> Input {
        for port in 0..2 {
            if self.machine.nes.ports().port(port) == Device::SnesMouse {
                let now = input.of_port(port);
                let before = std::mem::replace(&mut self.mice[port], now);
                input.of_port_mut(port).copy_from_slice(&counts_of_mouse(before, now));
            }
        }
        input
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
            Action::Pause if self.stop_watching() => self.hud.paused = true,
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
            Action::Jump(_)
            | Action::EarlierMark
            | Action::LaterMark
            | Action::Oldest
            | Action::Present
            | Action::OtherFuture => self.leap(action),
            Action::Watch => self.watch(),
            Action::Slower => self.rate = (self.rate - 1).max(SLOWEST),
            Action::Faster => self.rate = (self.rate + 1).min(FASTEST),
            Action::Clip => self.ask_for_clip(),
            Action::Runner => self.hud.run.shown = !self.hud.run.shown,
            Action::FastForward(fast) => self.fast = fast,
            Action::Reset => {
                self.reset();
                self.notify(Some(Notice::Reset));
            }
            Action::DiskSide => match self.next_side() {
                Some(side) => self.insert_disk(Some(side)),
                None => self.notify(Some(Notice::NoDisk)),
            },
            Action::DiskOut if self.machine.nes.disk_drive().is_none() => {
                self.notify(Some(Notice::NoDisk));
            }
            Action::DiskOut => self.insert_disk(None),
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
        let name = name_of(self.machine.nes.frame_number(), self.machine.nes.region());
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

/// What a mark is called until the player calls it something else: when it was
/// set, in hours, minutes and seconds of play.
fn name_of(frame: u64, region: Region) -> [u8; 16] {
    let mut name = [0; 16];
    let (frames, seconds) = region.frame_rate();
    let seconds = (u128::from(frame) * u128::from(seconds) / u128::from(frames)) as u64;
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    // More hours than there is room for end early.
    let _ = write!(&mut name[..], "at {hours}:{minutes:02}:{:02}", seconds % 60);
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_called_by_its_time() {
        let name = |frame| name_of(frame, Region::Ntsc);
        assert_eq!(&name(0), b"at 0:00:00\0\0\0\0\0\0");
        assert_eq!(&name(60 * 3661), b"at 1:00:54\0\0\0\0\0\0");
        assert!(name(u64::MAX / 2).starts_with(b"at 4263"), "more than there is room for");
    }
}
