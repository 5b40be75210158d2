//! A test ROM in a console, frame by frame.

use crate::app::script::Script;
use crate::app::setup::Setup;
use crate::nes::{Input, Nes, Output, Probe};

/// A console with a test ROM and the buttons that it wants.
pub struct Subject {
    /// The console.
    pub nes: Nes,
    /// The last picture and sound, where they were asked for.
    pub out: Output,
    /// The ROM and how it was switched on.
    pub setup: Setup,
    /// Frames run.
    pub frames: u64,
    /// Frames within which the verdict is due.
    pub limit: u64,
    /// The buttons that it wants.
    pub script: Script,
}

impl Subject {
    /// Switches the console on.
    pub fn new(setup: Setup, script: Script, limit: u64) -> Self {
        let nes = setup.power_on();
        Self { nes, out: Output::default(), setup, frames: 0, limit, script }
    }

    /// Runs a frame without picture and sound; `false` when time is up.
    pub fn step(&mut self) -> bool {
        let input = self.input();
        self.nes.run_muted(input);
        self.frames < self.limit
    }

    /// Runs a frame with picture and sound; `false` when time is up.
    pub fn step_seen(&mut self) -> bool {
        let input = self.input();
        self.nes.run_frame(input, &mut self.out);
        self.frames < self.limit
    }

    /// Runs a frame with a probe; `false` when time is up.
    pub fn step_probed(&mut self, probe: &mut impl Probe) -> bool {
        let input = self.input();
        self.nes.run_frame_with(input, &mut self.out, probe);
        self.frames < self.limit
    }

    fn input(&mut self) -> Input {
        self.frames += 1;
        let mut input =
            Input { switches: [self.setup.dip.unwrap_or_default(), 0], ..Input::default() };
        self.script.hold(self.frames, &mut input);
        input
    }
}
