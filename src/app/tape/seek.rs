//! `retake tape seek`: the console at a frame of a tape.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde_json::json;

use super::args::SeekArgs;
use super::file::Reel;
use crate::app::fault::{Fault, Outcome};
use crate::app::hash::{hex64, indices_hash};
use crate::app::{outputs, say};
use crate::engine::replay::{Console, held};
use crate::flight::catalog::{Part, Position};
use crate::flight::replay::{self, Approach, Missing, Recording, Step};
use crate::flight::state_file;
use crate::nes::{Frame, Output};

/// Seeks to random frames that are measured.
const SAMPLES: u64 = 200;

/// Runs the command.
pub fn seek(args: &SeekArgs) -> Outcome {
    let began = Instant::now();
    let reel = Reel::open(&args.file, &args.rom)?;
    let opened = began.elapsed();
    let tip = reel.file.tip(args.branch)?;
    let target = reel.file.position(tip, args.frame)?;
    let mut console = reel.console();
    let found = go(&reel, &mut console, target)?;
    let nes = &console.nes;
    if let Some(path) = &args.png {
        outputs::write_png(path, &found.picture)?;
    }
    if let Some(path) = &args.indices {
        outputs::write_pgm(path, &found.picture)?;
    }
    if let Some(path) = &args.ram {
        let ram: Vec<u8> = (0..0x800).map(|address| nes.peek(address)).collect();
        outputs::write(path, &ram)?;
    }
    if let Some(path) = &args.save_state {
        let file = state_file::encode(&reel.setup.owner(nes), target.frame, nes.bytes());
        state_file::write(path, &file).map_err(|error| Fault::write(path.display(), error))?;
    }
    let hash = hex64(nes.state_hash());
    let mut document = json!({
        "frame": target.frame,
        "branch": target.segment,
        "frames_run": found.frames,
        "decode_us": micros(found.decoding),
        "run_us": micros(found.running),
        "state_hash": hash,
        "indices_hash": hex64(indices_hash(&found.picture)),
    });
    if args.time {
        document["open_us"] = micros(opened).into();
        document["random"] = random(&reel, &mut console, tip)?;
    }
    if args.json {
        say(format_args!("{document:#}"));
        return Ok(ExitCode::SUCCESS);
    }
    if args.state_hash {
        say(format_args!("{} state_hash {}", target.frame, hash));
    }
    say(format_args!(
        "frame {} of branch {}: {} frames run again, {} µs for decoding",
        target.frame, target.segment, found.frames, document["decode_us"]
    ));
    if args.time {
        let random = &document["random"];
        say(format_args!("opened in {} µs, run in {} µs", document["open_us"], document["run_us"]));
        say(format_args!(
            "{SAMPLES} random frames: all in all {} µs (p50), {} µs (p99); decoding {} µs (p50), {} µs (p99)",
            random["seek_us"]["p50"],
            random["seek_us"]["p99"],
            random["decode_us"]["p50"],
            random["decode_us"]["p99"]
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// What a seek found, and what it cost.
struct Found {
    picture: Frame,
    frames: usize,
    decoding: Duration,
    running: Duration,
}

/// Brings a console to a moment and draws the picture that was seen then. Its
/// last frame has to be run for that, so the state is one before the moment.
fn go(reel: &Reel, console: &mut Console, target: Position) -> Outcome<Found> {
    let missing = |why| reel.file.missing(why);
    let began = Instant::now();
    let mut out = Output::default();
    let way = with_last_frame(reel, target).map_err(missing)?;
    let decoding = began.elapsed();
    let began = Instant::now();
    way.begin(console).map_err(missing)?;
    let last = way.steps.iter().rposition(|step| matches!(step, Step::Frame(_)));
    let (muted, shown) = way.steps.split_at(last.unwrap_or(way.steps.len()));
    let mut frames = replay::run(console, way.frame, muted).map_err(missing)?;
    if let Some(Step::Frame(input)) = shown.first() {
        console.nes.run_frame(held(*input), &mut out);
        frames += 1;
    }
    Ok(Found { picture: out.frame, frames, decoding, running: began.elapsed() })
}

/// The way to a moment, whose last frame is among the steps where there is one.
fn with_last_frame(reel: &Reel, target: Position) -> Result<Approach, Missing> {
    let catalog = reel.tape().catalog();
    let before = target.frame.checked_sub(1).and_then(|frame| catalog.on_path(target, frame));
    let Some(before) = before else { return replay::approach(reel.tape(), target) };
    let mut way = match replay::approach(reel.tape(), before) {
        Err(Missing::NoFrame { .. }) => return replay::approach(reel.tape(), target),
        way => way?,
    };
    let last = Part { segment: target.segment, from: before.frame, to: target.frame };
    replay::steps_of(reel.tape(), last, &mut way.steps)?;
    Ok(way)
}

/// Seeks to frames here and there on the path, and what they cost.
fn random(reel: &Reel, console: &mut Console, tip: Position) -> Outcome<serde_json::Value> {
    let oldest = reel.tape().catalog().oldest(tip).unwrap_or(tip).frame;
    let (mut all, mut decoding) = (Vec::new(), Vec::new());
    for n in 0..SAMPLES {
        // The golden ratio spreads them evenly and in no order.
        let share = (n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let way = (u128::from(tip.frame - oldest) * u128::from(share)) >> 64;
        let target = reel.file.position(tip, oldest + way as u64)?;
        let began = Instant::now();
        let found = go(reel, console, target)?;
        all.push(began.elapsed());
        decoding.push(found.decoding);
    }
    Ok(json!({ "seek_us": spread(all), "decode_us": spread(decoding) }))
}

fn spread(mut times: Vec<Duration>) -> serde_json::Value {
    times.sort_unstable();
    let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default();
    json!({ "p50": micros(at(50)), "p99": micros(at(99)) })
}

fn micros(time: Duration) -> u64 {
    time.as_micros() as u64
}
