//! Machines beside each other, a thread each. They share nothing that changes,
//! so that all end in the same state and speed grows with the processors.

use std::sync::Barrier;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::play::Play;
use super::rate;
use crate::app::fault::{Fault, Outcome};
use crate::app::hash::hex64;
use crate::app::progress;
use crate::app::setup::Setup;
use crate::nes::Output;

/// A number of machines and how fast they ran.
#[derive(Clone, Debug, Serialize)]
pub struct Jobs {
    /// Machines, and threads.
    pub jobs: usize,
    /// Frames a second of all together.
    pub fps: f64,
    /// Frames a second of each.
    pub fps_each: f64,
    /// How many times as fast as one machine alone.
    pub times: f64,
}

/// Runs 1, 2, 4 … and `most` machines, each for `frames` frames.
pub fn measure(setup: &Setup, play: &Play, most: u16, frames: u64) -> Outcome<Vec<Jobs>> {
    let mut rows: Vec<Jobs> = Vec::new();
    let mut end = None;
    let counts = counts(most.into());
    let bar = progress(counts.len() as u64, "rounds");
    for jobs in counts {
        let (time, states) = together(setup, play, jobs, frames);
        let expected = *end.get_or_insert(states[0]);
        if let Some(other) = states.iter().find(|state| **state != expected) {
            return Err(Fault::failed(format_args!(
                "{}: {jobs} machines beside each other ended in different states, {} and {}; please report it",
                setup.rom.name,
                hex64(expected),
                hex64(*other)
            )));
        }
        let fps = rate(frames * jobs as u64, time);
        let alone = rows.first().map_or(fps, |row| row.fps);
        let times = (fps / alone.max(1.) * 100.).round() / 100.;
        rows.push(Jobs { jobs, fps, fps_each: (fps / jobs as f64).round(), times });
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(rows)
}

/// The rows as lines for people.
pub fn table(rows: &[Jobs]) -> Vec<String> {
    let row = |row: &Jobs| {
        let Jobs { jobs, fps, fps_each, times } = row;
        format!("  {jobs:<10} {fps:12.0} {fps_each:12.0} {times:10.2}")
    };
    let mut lines =
        vec![format!("  {:<10} {:>12} {:>12} {:>10}", "machines", "frames/s", "each", "times")];
    lines.extend(rows.iter().map(row));
    lines
}

/// The powers of two below `most`, and `most`.
fn counts(most: usize) -> Vec<usize> {
    let doubled = std::iter::successors(Some(1usize), |n| n.checked_mul(2));
    doubled.take_while(|n| *n < most).chain([most]).collect()
}

/// The time that `jobs` machines take from the common start to the end of the
/// last, and the hashes of their last states.
fn together(setup: &Setup, play: &Play, jobs: usize, frames: u64) -> (Duration, Vec<u64>) {
    let barrier = Barrier::new(jobs + 1);
    let machine = || {
        let mut nes = setup.power_on();
        let mut out = Output::default();
        barrier.wait();
        for frame in 1..=frames {
            nes.run_frame(play.input(frame), &mut out);
        }
        nes.state_hash()
    };
    std::thread::scope(|scope| {
        let machines: Vec<_> = (0..jobs).map(|_| scope.spawn(machine)).collect();
        barrier.wait();
        let began = Instant::now();
        let states = machines.into_iter().map(|m| m.join().expect("a machine does not panic"));
        let states = states.collect();
        (began.elapsed(), states)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machines_are_doubled_up_to_the_number_that_was_asked_for() {
        assert_eq!(counts(1), [1]);
        assert_eq!(counts(2), [1, 2]);
        assert_eq!(counts(6), [1, 2, 4, 6]);
        assert_eq!(counts(8), [1, 2, 4, 8]);
    }
}
