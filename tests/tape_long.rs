//! A tape of ten hours, of the built-in game: it opens by its index and without,
//! and any frame is decoded. `retake bench --recorder` tells how long that takes.

use retake::app::bench::history::{EVERY, Played};
use retake::app::bench::long;
use retake::app::cli::SetupArgs;
use retake::app::setup::{Asked, Setup};
use retake::flight::catalog::Position;
use retake::flight::map::View;
use retake::flight::replay::{self, Recording};
use retake::flight::tape::Tape;
use retake::nes::Input;

/// Frames that are played, and then repeated.
const PLAYED: u64 = 1200;
const FRAMES: u64 = 10 * 3600 * 601 / 10;

#[test]
fn a_tape_of_ten_hours_opens_and_decodes_any_frame() {
    let setup = Setup::new(None, &SetupArgs::default(), Asked::default()).unwrap();
    let input =
        |frame: u64| Input::pad1(if frame == 125 { 8 } else { 0x80 * (frame / 40 % 2) as u8 });
    let mut seen = Vec::new();
    let played = Played::new(&setup, input, PLAYED, |_, state| seen.push(state.to_vec()));
    let tape = long::tape(&played, FRAMES);
    let dir = tempfile::tempdir().unwrap();
    let (whole, open) = (dir.path().join("whole.rtk"), dir.path().join("open.rtk"));
    std::fs::write(&whole, &tape).unwrap();
    std::fs::write(&open, &tape[..tape.len() - 32]).unwrap();
    println!("{FRAMES} frames, {:.2} bytes a frame", tape.len() as f64 / FRAMES as f64);
    let by_index = Tape::open(View::open(&whole).unwrap()).unwrap();
    assert!(by_index.is_complete() && by_index.catalog().frames() == FRAMES);
    // The index says what a scan finds.
    let scanned = Tape::open(View::open(&open).unwrap()).unwrap();
    assert!(!scanned.is_complete());
    let states = |tape: &Tape<View>| tape.catalog().states().copied().collect::<Vec<_>>();
    assert_eq!(states(&by_index), states(&scanned));
    for n in 0..1000u64 {
        let share = u128::from((n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let frame = ((u128::from(FRAMES) * share) >> 64) as u64;
        let way = replay::approach(&by_index, Position { segment: 0, frame }).unwrap();
        assert!(way.steps.len() < EVERY as usize);
        // The state is the play's, which the first frame of the tape knows.
        let there = way.frame % PLAYED;
        let state = if there == 0 { &played.states[0] } else { &seen[there as usize - 1] };
        assert!(way.state == *state, "frame {frame}");
    }
}
