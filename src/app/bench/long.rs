//! A tape of ten hours: opening it, and seeking in it.

use std::path::Path;
use std::time::{Duration, Instant};

use super::figure::Figure;
use super::history::{EVERY, Played};
use crate::app::fault::{Fault, Outcome};
use crate::app::setup::Setup;
use crate::app::tape::write::Recorder;
use crate::engine::replay::{Console, held};
use crate::flight::catalog::Position;
use crate::flight::map::View;
use crate::flight::replay::{self, Machine, Recording, Step};
use crate::flight::tape::Tape;
use crate::nes::Output;

/// Hours of the tape.
const HOURS: u64 = 10;
/// Random frames that are sought.
const SEEKS: u64 = 400;
/// Times that it is opened.
const OPENINGS: usize = 9;

/// A tape that has what was played again and again, `frames` frames of it. Its
/// states are those of the play, so that each second can be run again.
pub fn tape(played: &Played, frames: u64) -> Vec<u8> {
    let mut recorder = Recorder::new(&played.header, 0, &played.states[0]);
    let length = played.inputs.len() as u64;
    for frame in 0..frames {
        recorder.blind_frame(played.inputs[(frame % length) as usize]);
        let now = (frame + 1) % length;
        if now.is_multiple_of(EVERY) {
            recorder.state(&played.states[(now / EVERY) as usize]);
        }
    }
    recorder.finish()
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.
}

/// The middle one.
pub fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// How long a tape takes to open.
pub fn opening(path: &Path) -> std::io::Result<Duration> {
    let mut times = Vec::new();
    for _ in 0..OPENINGS {
        let began = Instant::now();
        let tape = Tape::open(View::open(path)?).map_err(std::io::Error::other)?;
        std::hint::black_box(tape.catalog().frames());
        times.push(began.elapsed());
    }
    Ok(middle(times))
}

/// Makes the tape in `folder` and measures.
pub fn figures(setup: &Setup, played: &Played, folder: &Path) -> Outcome<Vec<Figure>> {
    let (numerator, denominator) = setup.options.region.frame_rate();
    let frames = HOURS * 3600 * numerator / denominator;
    let bytes = tape(played, frames);
    let (whole, open) = (folder.join("whole.rtk"), folder.join("open.rtk"));
    let write = |path: &Path, bytes: &[u8]| {
        std::fs::write(path, bytes).map_err(|error| Fault::write(path.display(), error))
    };
    write(&whole, &bytes)?;
    // Without its last chunk nothing says where the index is.
    write(&open, &bytes[..bytes.len() - 32])?;
    let with_index = opening(&whole).map_err(Fault::failed)?;
    let without = opening(&open).map_err(Fault::failed)?;
    let seeks = seeks(setup, &whole, frames)?;
    let at = |of: &dyn Fn(&Seek) -> f64, share: f64| {
        let mut values: Vec<f64> = seeks.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values[((values.len() - 1) as f64 * share).round() as usize]
    };
    let figures = vec![
        Figure::new("ten hours: size", "MB", bytes.len() as f64 / 1e6),
        Figure::new("ten hours: open by the index", "ms", ms(with_index)).at_most(20., 5.),
        Figure::new("ten hours: open without the index", "ms", ms(without)).at_most(1000., 300.),
        Figure::new("seek: decoding, p99", "ms", at(&|seek| ms(seek.decoded), 0.99))
            .at_most(1., 1.),
        Figure::new("seek: frames run again, most", "", at(&|seek| seek.frames as f64, 1.))
            .at_most(EVERY as f64, EVERY as f64),
        Figure::new("seek: to the picture, p50", "ms", at(&|seek| ms(seek.shown), 0.5)),
        Figure::new("seek: to the picture, p99", "ms", at(&|seek| ms(seek.shown), 0.99))
            .at_most(33., 16.6),
    ];
    for path in [whole, open] {
        // It goes with its folder otherwise.
        let _ = std::fs::remove_file(path);
    }
    Ok(figures)
}

/// A random frame that was sought.
struct Seek {
    /// Finding and decoding the state before it.
    decoded: Duration,
    /// Frames run from there, the one that is shown included.
    frames: usize,
    /// Until its picture is there.
    shown: Duration,
}

fn seeks(setup: &Setup, path: &Path, frames: u64) -> Outcome<Vec<Seek>> {
    let tape = View::open(path).map_err(Fault::failed)?;
    let tape = Tape::open(tape).map_err(Fault::failed)?;
    let mut console = Console::new(setup.rom.cart.clone(), setup.options, Default::default());
    console.nes.set_tier(setup.tier);
    let mut out = Output::default();
    let mut seeks = Vec::new();
    for n in 0..SEEKS {
        // Spread evenly, in no order: multiples of the golden ratio.
        let share = u128::from((n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let frame = ((u128::from(frames - 1) * share) >> 64) as u64;
        let began = Instant::now();
        let way = replay::approach(&tape, Position { segment: 0, frame }).map_err(Fault::failed)?;
        let decoded = began.elapsed();
        way.begin(&mut console).map_err(Fault::failed)?;
        let run = replay::run(&mut console, way.frame, &way.steps).map_err(Fault::failed)?;
        let next = tape.catalog().on_path(Position { segment: 0, frame: frames }, frame + 1);
        let mut steps = Vec::new();
        if let Some(next) = next {
            let part =
                crate::flight::catalog::Part { segment: next.segment, from: frame, to: frame + 1 };
            replay::steps_of(&tape, part, &mut steps).map_err(Fault::failed)?;
        }
        for step in steps {
            match step {
                Step::Frame(input) => console.nes.run_frame(held(input), &mut out),
                Step::Event(event) => drop(console.apply(&event)),
            };
        }
        std::hint::black_box(&out);
        seeks.push(Seek { decoded, frames: run + 1, shown: began.elapsed() });
    }
    Ok(seeks)
}
