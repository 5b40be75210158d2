//! What L does: record, loop, play on.
//!
//! ```text
//!           L                L                 L
//!  Live ─────────▶ Recording ──────▶ Looping ──────▶ Live, from where the loop is
//!   ▲ ▲               │  │           │     ▲ end of the inputs: restore, again
//!   │ └─ L: nothing ──┘  │           └─────┘
//!   └─ F1-F4, state loaded, reset: what was recorded is kept, a loop is left
//!
//!  Shift+L, from anywhere: Looping, from the start of what the slot holds
//! ```
//!
//! | while     | another slot chosen                 | state loaded, reset        |
//! |-----------|-------------------------------------|----------------------------|
//! | Live      | chosen                              |                            |
//! | Recording | the recording ends and is kept      | it ends and is kept        |
//! | Looping   | its loop plays, or Live if it is empty | Live, from the new state |
//!
//! A recording starts with the frame after L, so pressing L twice between two
//! frames records nothing, and the slot's old loop stays. A ROM that is
//! replaced while it runs changes nothing here: the inputs go on.
//!
//! Pure: no clock, no files, no allocation. The disk learns of a take through
//! [`crate::flight::mirror`].

use zerocopy::transmute;

use crate::flight::mirror::Sender;
use crate::flight::take::{Slot, Takes};
use crate::link::{Hud, Mode};
use crate::nes::{Input, Nes};

/// What a session needs of a machine.
pub trait Machine {
    /// All that it remembers.
    fn bytes(&self) -> &[u8];
    /// Makes it what `bytes` say; false when they do not fit.
    fn restore(&mut self, bytes: &[u8]) -> bool;
    /// Frames run since power-on.
    fn frame_number(&self) -> u64;
}

impl Machine for Nes {
    fn bytes(&self) -> &[u8] {
        Self::bytes(self)
    }

    fn restore(&mut self, bytes: &[u8]) -> bool {
        Self::restore(self, bytes).is_ok()
    }

    fn frame_number(&self) -> u64 {
        Self::frame_number(self)
    }
}

/// What the player should know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Notice {
    /// L: the next frame is the first of a recording.
    #[error("slot {slot}: recording; L loops it")]
    Recording {
        /// Which slot.
        slot: u8,
    },
    /// L, twice within a frame.
    #[error("slot {slot}: L was pressed twice within a frame, so nothing was recorded")]
    Nothing {
        /// Which slot.
        slot: u8,
    },
    /// The loop plays.
    #[error("slot {slot}: looping {frames} frames; L plays on")]
    Looping {
        /// Which slot.
        slot: u8,
        /// Frames of the loop.
        frames: u32,
    },
    /// The loop was left.
    #[error("slot {slot}: loop left, playing on")]
    Live {
        /// Which slot.
        slot: u8,
    },
    /// The recording ended without L.
    #[error("slot {slot}: recording ended, {frames} frames are kept")]
    Kept {
        /// Which slot.
        slot: u8,
        /// Frames recorded.
        frames: u32,
    },
    /// The player chose a slot.
    #[error("slot {slot}: {frames} frames; Shift+L loops them, L records over them")]
    Chosen {
        /// Which slot.
        slot: u8,
        /// Frames in it.
        frames: u32,
    },
    /// The player chose a slot with nothing in it.
    #[error("slot {slot}: empty; L records")]
    Empty {
        /// Which slot.
        slot: u8,
    },
    /// The recording is as long as the memory.
    #[error(
        "slot {slot}: recording ended after {frames} frames: the slots hold eight hours together"
    )]
    Full {
        /// Which slot.
        slot: u8,
        /// Frames recorded.
        frames: u32,
    },
    /// The slots are another machine's.
    #[error("slot {slot}: it does not fit this machine")]
    Misfit {
        /// Which slot.
        slot: u8,
    },
}

/// What to do for a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// What enters the frame.
    pub input: Input,
    /// Whether the machine was set back before it.
    pub restored: bool,
    /// What the player should know.
    pub notice: Option<Notice>,
}

/// The loop slots at play.
#[derive(Debug)]
pub struct Session {
    takes: Takes,
    sender: Option<Sender>,
    slot: Slot,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Live,
    /// A recording starts with the next frame.
    Armed,
    Recording,
    /// The loop's next frame.
    Looping(usize),
}

impl Session {
    /// A session with what the slots hold. Without a sender nothing is written
    /// to disk.
    pub fn new(takes: Takes, sender: Option<Sender>, slot: Slot) -> Self {
        Self { takes, sender, slot, stage: Stage::Live }
    }

    /// Before each frame: sets the machine back where a loop begins, and
    /// chooses the frame's input; `live` is what the player holds.
    pub fn turn(&mut self, machine: &mut impl Machine, live: Input) -> Turn {
        let mut turn = Turn { input: live, restored: false, notice: None };
        match self.stage {
            Stage::Live => {}
            Stage::Armed => turn.notice = self.begin(machine, live),
            Stage::Recording => turn.notice = self.record(live),
            Stage::Looping(next) => self.replay(machine, next, &mut turn),
        }
        self.pump();
        turn
    }

    /// L.
    pub fn press(&mut self) -> Notice {
        let slot = self.slot.number();
        match self.stage {
            Stage::Live => {
                self.stage = Stage::Armed;
                Notice::Recording { slot }
            }
            Stage::Armed => {
                self.stage = Stage::Live;
                Notice::Nothing { slot }
            }
            Stage::Recording => {
                self.end();
                self.play(self.slot)
            }
            Stage::Looping(_) => {
                self.stage = Stage::Live;
                Notice::Live { slot }
            }
        }
    }

    /// F1-F4. The slot that is chosen already stays as it is.
    pub fn choose(&mut self, slot: Slot) -> Notice {
        let stage = self.stage;
        if slot != self.slot && stage != Stage::Live {
            if let (Stage::Looping(_), false) = (stage, self.takes.is_empty(slot)) {
                return self.play(slot);
            }
            let kept = self.interrupt();
            self.slot = slot;
            if let (Stage::Recording, Some(kept)) = (stage, kept) {
                return kept;
            }
        }
        self.slot = slot;
        match (slot.number(), self.frames(slot)) {
            (slot, 0) => Notice::Empty { slot },
            (slot, frames) => Notice::Chosen { slot, frames },
        }
    }

    /// The slot that is chosen.
    pub fn slot(&self) -> Slot {
        self.slot
    }

    /// Shift+L: loops what the chosen slot holds, from its start. A recording
    /// ends first, as by L.
    pub fn play_chosen(&mut self) -> Notice {
        self.play(self.slot)
    }

    /// Loops what a slot holds, from the next frame on.
    pub fn play(&mut self, slot: Slot) -> Notice {
        if self.stage == Stage::Recording {
            self.end();
        }
        self.slot = slot;
        let (slot, frames) = (slot.number(), self.frames(slot));
        if frames == 0 {
            self.stage = Stage::Live;
            return Notice::Empty { slot };
        }
        self.stage = Stage::Looping(0);
        Notice::Looping { slot, frames }
    }

    /// Something that no input can tell of: a state was loaded, the console was
    /// reset. A recording ends and is kept, a loop is left; one that has yet to
    /// start starts after it.
    pub fn interrupt(&mut self) -> Option<Notice> {
        let slot = self.slot.number();
        match self.stage {
            Stage::Live | Stage::Armed => None,
            Stage::Recording => {
                self.end();
                Some(Notice::Kept { slot, frames: self.frames(self.slot) })
            }
            Stage::Looping(_) => {
                self.stage = Stage::Live;
                Some(Notice::Live { slot })
            }
        }
    }

    /// The end of the session: a recording is kept. Call [`Self::pump`] until
    /// [`Self::is_settled`], while the recorder drains.
    pub fn close(&mut self) {
        self.interrupt();
        self.pump();
    }

    /// Sends the recorder what there is to send. [`Self::turn`] does it too;
    /// this is for times that stand still.
    pub fn pump(&mut self) {
        if let Some(sender) = &mut self.sender {
            sender.pump(&self.takes);
        }
    }

    /// Whether the recorder was sent everything.
    pub fn is_settled(&self) -> bool {
        self.sender.as_ref().is_none_or(|sender| sender.is_settled(&self.takes))
    }

    /// Slots that hold a loop.
    pub fn ready(&self) -> usize {
        Slot::ALL.iter().filter(|&&slot| !self.takes.is_empty(slot)).count()
    }

    /// Writes slot, mode, position and length on the status line.
    pub fn show(&self, hud: &mut Hud) {
        let frames = self.frames(self.slot);
        hud.slot = self.slot.number();
        hud.length = frames;
        (hud.mode, hud.position) = match self.stage {
            Stage::Live => (Mode::Live, 0),
            Stage::Armed => (Mode::Recording, 0),
            Stage::Recording => (Mode::Recording, frames),
            Stage::Looping(next) => (Mode::Looping, next as u32),
        };
    }

    fn frames(&self, slot: Slot) -> u32 {
        self.takes.len(slot) as u32
    }

    fn begin(&mut self, machine: &impl Machine, live: Input) -> Option<Notice> {
        let begun = self.takes.begin(self.slot, machine.frame_number(), machine.bytes());
        if begun.is_err() {
            self.stage = Stage::Live;
            return Some(Notice::Misfit { slot: self.slot.number() });
        }
        self.stage = Stage::Recording;
        if let Some(sender) = &mut self.sender {
            sender.begin(self.slot);
        }
        self.record(live)
    }

    fn record(&mut self, live: Input) -> Option<Notice> {
        self.takes.push(self.slot, transmute!(live)).err().map(|_full| {
            self.end();
            Notice::Full { slot: self.slot.number(), frames: self.frames(self.slot) }
        })
    }

    fn end(&mut self) {
        self.stage = Stage::Live;
        if let Some(sender) = &mut self.sender {
            sender.end(self.slot);
        }
    }

    fn replay(&mut self, machine: &mut impl Machine, next: usize, turn: &mut Turn) {
        let frame = if next < self.takes.len(self.slot) { next } else { 0 };
        let Some(input) = self.takes.input(self.slot, frame) else {
            self.stage = Stage::Live;
            return;
        };
        if frame == 0 {
            turn.restored = machine.restore(self.takes.state(self.slot));
            if !turn.restored {
                self.stage = Stage::Live;
                turn.notice = Some(Notice::Misfit { slot: self.slot.number() });
                return;
            }
        }
        turn.input = transmute!(input);
        self.stage = Stage::Looping(frame + 1);
    }
}

#[cfg(test)]
mod tests;
