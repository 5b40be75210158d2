//! What recording costs the emulation thread, a row for each thing that it does.

use std::time::Duration;

use zerocopy::transmute;

use super::cost::Cost;
use crate::engine::session::Session;
use crate::flight::shared;
use crate::flight::take::{FRAMES, Slot, Takes};
use crate::nes::{Input, Nes};

/// The rows: a machine is played for `samples` frames for each.
pub fn costs(nes: &mut Nes, samples: u64) -> Vec<Cost> {
    [capture, state_and_input, recording_turn, loop_seam].map(|row| row(nes, samples)).into()
}

/// What every frame of play costs: the state that changed and the input, into
/// the memory from which the recorder drains them.
fn capture(nes: &mut Nes, samples: u64) -> Cost {
    let bytes = nes.bytes().len();
    let header = shared::Header::new(0, nes.layout_hash(), 0, 0, bytes);
    let (mut capture, mut drain) = shared::create(None, &header).expect("memory");
    let recorder = std::thread::spawn(move || {
        while !drain.is_abandoned() {
            while drain.record().is_some() {}
            std::thread::sleep(Duration::from_millis(10));
        }
    });
    let cost =
        Cost::after_frames("state and input to the recorder", bytes, nes, samples, |nes, input| {
            let frame = nes.frame_number();
            capture.state(frame, nes.bytes());
            capture.record(shared::Record::Frame { frame, input: transmute!(input) });
        });
    drop(capture);
    recorder.join().expect("it only drains");
    cost
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
