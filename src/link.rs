//! What crosses threads: types only.
//!
//! ```text
//! main (winit, pads, signals) --commands, inputs (rtrb)--> emulation
//! emulation --Picture (triple_buffer) + eventfd doorbell--> render
//! emulation --sound (rtrb)--> audio callback
//! emulation --jobs--> recorder / I/O --commands--> emulation
//! ```

use crate::nes::{Frame, Input};

/// What the machine is doing, as the status line says it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// The player plays.
    #[default]
    Live,
    /// A loop is being recorded.
    Recording,
    /// The loop plays.
    Looping,
}

/// What is drawn over the picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hud {
    /// Chosen loop slot, 1-4.
    pub slot: u8,
    /// Chosen save state, 0-9.
    pub save: u8,
    /// What the machine is doing.
    pub mode: Mode,
    /// Frames since the loop or its recording began.
    pub position: u32,
    /// Frames in the loop.
    pub length: u32,
    /// Whether time stands still.
    pub paused: bool,
    /// Speed in percent of the console's.
    pub speed: u16,
    /// Whether the CPU met an opcode that stops it.
    pub jammed: bool,
    /// Master volume, 0-100.
    pub volume: u8,
    /// Whether the sound is off.
    pub muted: bool,
}

/// A finished picture on its way to the screen.
#[derive(Clone, Default)]
pub struct Picture {
    /// The pixels.
    pub frame: Frame,
    /// The status line.
    pub hud: Hud,
    /// The machine's frame number.
    pub number: u64,
    /// Counts pictures published since the start, so that a gap shows a drop.
    pub sequence: u64,
    /// When it was published: nanoseconds of CLOCK_MONOTONIC.
    pub published_ns: u64,
}

/// What a player can ask for beside the buttons of a pad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// L: record, loop, play on.
    Loop,
    /// Choose loop slot 1-4.
    Slot(u8),
    /// Choose save state 0-9.
    SaveSlot(u8),
    /// Write the chosen save state.
    SaveState,
    /// Read the chosen save state.
    LoadState,
    /// Stop and start time.
    Pause,
    /// One frame, then pause.
    StepFrame,
    /// Run as fast as it goes while held.
    FastForward(bool),
    /// The console's reset button.
    Reset,
    /// Louder or softer by so many percent.
    Volume(i8),
    /// Sound on or off.
    Mute,
    /// Window or whole screen.
    Fullscreen,
    /// Write a picture of the screen.
    Screenshot,
    /// The overlay menu.
    Menu,
    /// Close.
    Quit,
}

/// What the emulation thread is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// The pads changed. `at_ns` is when the device said so (CLOCK_MONOTONIC),
    /// for the latency figures.
    Input {
        /// What is held now.
        input: Input,
        /// Nanoseconds of CLOCK_MONOTONIC.
        at_ns: u64,
    },
    /// Buttons of the four pads on autofire: pressed two frames, released two,
    /// by the machine's frame number, so that a recording holds what was seen.
    Turbo([u8; 4]),
    /// Time stands still behind an open menu, whatever `Action::Pause` says.
    Freeze(bool),
    /// The player asks for something.
    Action(Action),
}

/// The input of a frame: what is held, and the buttons on autofire when the
/// frame is one of those that press them (15 Hz).
pub fn autofire(input: Input, turbo: [u8; 4], frame: u64) -> Input {
    let mut input = input;
    if frame & 2 == 0 {
        for (pad, turbo) in input.pads.iter_mut().zip(turbo) {
            *pad |= turbo;
        }
    }
    input
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn autofire_presses_two_frames_of_four() {
        let pressed = |frame| autofire(Input::pad1(0x80), [1, 0, 0, 0], frame).pads[0];
        assert_eq!([0, 1, 2, 3, 4].map(pressed), [0x81, 0x81, 0x80, 0x80, 0x81]);
    }
}
