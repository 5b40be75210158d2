//! The program from end to end: a screen (Xvfb), a graphics adapter (lavapipe),
//! a sound server (PulseAudio with a sink that goes nowhere), and a player
//! (xdotool), each test's own. Where one of them is not installed the tests are
//! ignored rows; `scripts/test` installs them.
//!
//! Machines that test are busy. What the machine can spoil (a sound server that
//! comes too late) gets another try or is taken from the program's own count;
//! what only the program can spoil must hold each time.

mod picture;
mod recorder;
mod session;
mod sound;
mod stage;

use std::panic::catch_unwind;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Real time: one after the other.
    arguments.test_threads = Some(1);
    let missing = stage::missing();
    let trial = |name: &str, run: fn() -> Result<(), Failed>| match &missing {
        None => Trial::test(name, move || three_tries(run)),
        Some(what) => Trial::test(format!("{name} (not installed: {what})"), run),
    };
    let trials = [
        trial("a_session_with_a_loop_is_its_movie", session::a_session_with_a_loop_is_its_movie),
        trial(
            "a_tone_keeps_its_pitch_and_has_no_gap",
            sound::a_tone_keeps_its_pitch_and_has_no_gap,
        ),
        trial("a_tone_is_heard_backwards", sound::a_tone_is_heard_backwards),
        trial(
            "time_runs_back_by_a_key_and_another_future_begins",
            recorder::time_runs_back_by_a_key_and_another_future_begins,
        ),
        trial(
            "a_loop_goes_on_while_its_game_is_rebuilt",
            recorder::a_loop_goes_on_while_its_game_is_rebuilt,
        ),
        trial(
            "a_session_that_was_killed_goes_on_where_it_was",
            recorder::a_session_that_was_killed_goes_on_where_it_was,
        ),
    ];
    let trials = trials.map(|trial| trial.with_ignored_flag(missing.is_some()));
    libtest_mimic::run(&arguments, trials.into()).exit_code()
}

/// A stall of the whole machine spoils any of it; a fault of the program is
/// there each time.
fn three_tries(run: fn() -> Result<(), Failed>) -> Result<(), Failed> {
    let mut outcome = Err("not run".into());
    for attempt in 1..=3 {
        outcome = catch_unwind(run).unwrap_or_else(|_| Err("it panicked, see above".into()));
        match &outcome {
            Ok(()) => break,
            Err(failed) => eprintln!("try {attempt} of 3: {:?}", failed.message()),
        }
    }
    outcome
}
