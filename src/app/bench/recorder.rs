//! What recording costs the emulation thread, a row for each thing that it does.

use zerocopy::transmute;

use super::cost::Cost;
use crate::engine::session::Session;
use crate::flight::take::{FRAMES, Slot, Takes};
use crate::nes::{Input, Nes};

/// The rows: a machine is played for `samples` frames for each.
pub fn costs(nes: &mut Nes, samples: u64) -> Vec<Cost> {
    [state_and_input, recording_turn, loop_seam].map(|row| row(nes, samples)).into()
}

/// A whole state into the pool, and an input: what keeping every frame costs.
fn state_and_input(nes: &mut Nes, samples: u64) -> Cost {
    let state = nes.bytes().len();
    let mut takes = Takes::new(state, FRAMES);
    let slot = Slot::default();
    let bytes = state + size_of::<Input>();
    Cost::after_frames("state and input into the pool", bytes, nes, samples, |nes, input| {
        let begun = takes.begin(slot, nes.frame_number(), nes.bytes());
        begun.and_then(|()| takes.push(slot, transmute!(input))).expect("room");
    })
}

/// What a session does before each frame of a recording.
fn recording_turn(nes: &mut Nes, samples: u64) -> Cost {
    let mut session = session(nes);
    session.press();
    let bytes = size_of::<Input>();
    Cost::after_frames("turn of a session that records", bytes, nes, samples, |nes, input| {
        session.turn(nes, input);
    })
}

/// What a session does before the first frame of each round of a loop: the
/// machine is set back.
fn loop_seam(nes: &mut Nes, samples: u64) -> Cost {
    let mut session = session(nes);
    session.press();
    session.turn(nes, Input::default());
    session.press();
    let bytes = nes.bytes().len();
    // The loop is one frame long, so that each turn is a seam.
    Cost::after_frames("turn of a session at a loop's seam", bytes, nes, samples, |nes, input| {
        let turn = session.turn(nes, input);
        assert!(turn.restored, "each turn is a seam");
    })
}

fn session(nes: &Nes) -> Session {
    Session::new(Takes::new(nes.bytes().len(), FRAMES), None, Slot::default())
}
