//! `retake bench`: frames a second, and what a state costs; with options, what
//! the recorder and a picture cost, and how machines run beside each other.

pub mod boards;
pub mod cost;
pub mod desync;
pub mod figure;
pub mod history;
pub mod jobs;
pub mod long;
pub mod play;
pub mod recorder;
#[cfg(feature = "app")]
pub mod reload;
pub mod speed;
pub mod video;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::cli::BenchArgs;
use super::fault::{Fault, Outcome};
use super::setup::{Asked, Setup};
use super::{lockstep, progress, say};
use crate::nes::{Nes, Output, Work};
use cost::Cost;
use figure::Figure;
use jobs::Jobs;
use play::Play;

/// Frames before the clock starts: by then a game is in play, and caches and
/// branch predictors have settled.
pub const WARM_UP: u64 = 600;
/// Copies over which the cost of a state is measured.
const COPIES: u32 = 2000;

/// Runs the command.
pub fn bench(args: &BenchArgs) -> Outcome {
    if let Some(frames) = args.lockstep {
        return lockstep::command::run(args, frames);
    }
    if args.boards {
        return boards::run(args).map(|()| ExitCode::SUCCESS);
    }
    let roms: Vec<_> = match args.roms.as_slice() {
        [] => vec![None],
        roms => roms.iter().map(|rom| Some(rom.as_path())).collect(),
    };
    let mut rows = Vec::new();
    for (number, rom) in roms.into_iter().enumerate() {
        let row = measure(args, rom)?;
        if !args.json && !args.markdown {
            // The tables of one ROM stand between its line and the next.
            if number == 0 || row.has_tables() {
                say(Row::HEADING);
            }
            row.print();
        }
        rows.push(row);
    }
    if args.markdown {
        say(speed::report(&rows).trim_end());
    }
    if args.json {
        say(serde_json::to_string_pretty(&rows).map_err(Fault::failed)?);
    }
    Ok(ExitCode::SUCCESS)
}

/// What was measured with a ROM.
#[derive(Debug, Serialize)]
struct Row {
    rom: String,
    /// What was held: a movie or a script.
    held: &'static str,
    frames: u64,
    fps: f64,
    us_per_frame: Spread,
    muted_fps: f64,
    state_bytes: usize,
    save_us: f64,
    restore_us: f64,
    fast: Fast,
    #[serde(skip_serializing_if = "Option::is_none")]
    recorder: Option<Vec<Cost>>,
    /// What the recorder does in play.
    #[serde(skip_serializing_if = "Option::is_none")]
    in_play: Option<InPlay>,
    #[serde(skip_serializing_if = "Option::is_none")]
    video: Option<Vec<Cost>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jobs: Option<Vec<Jobs>>,
}

/// The recorder in play.
#[derive(Debug, Serialize)]
struct InPlay {
    figures: Vec<Figure>,
}

/// What share of the work the lazy machine did at once, in percent: CPU cycles in
/// whole instructions, and dots of lines in stretches. The rest was exact.
#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Fast {
    cycles_percent: f64,
    lines_percent: f64,
}

impl Fast {
    /// Of what was done between two moments.
    fn between(before: Work, after: Work) -> Self {
        let percent =
            |part: u64, whole: u64| (part as f64 * 1000. / whole.max(1) as f64).round() / 10.;
        Self {
            cycles_percent: percent(
                after.fast_cycles - before.fast_cycles,
                after.cycles - before.cycles,
            ),
            lines_percent: percent(
                after.calm_half_dots - before.calm_half_dots,
                after.half_dots - before.half_dots,
            ),
        }
    }
}

/// Microseconds: the median, what 99 of 100 do not exceed, the worst.
#[derive(Debug, Serialize)]
struct Spread {
    p50: f64,
    p99: f64,
    max: f64,
}

impl Row {
    const HEADING: &str = "frames/s  muted/s  µs/frame p50    p99    max   state B  save µs  restore µs  fast: CPU  lines  ROM";

    fn has_tables(&self) -> bool {
        self.recorder.is_some() || self.video.is_some() || self.jobs.is_some()
    }

    fn print(&self) {
        let Spread { p50, p99, max } = self.us_per_frame;
        let Fast { cycles_percent, lines_percent } = self.fast;
        say(format_args!(
            "{:8.0} {:8.0} {p50:13.1} {p99:6.1} {max:6.1} {:9} {:8.2} {:11.2} {cycles_percent:7.1} % {lines_percent:4.1} %  {}",
            self.fps, self.muted_fps, self.state_bytes, self.save_us, self.restore_us, self.rom
        ));
        for (heading, costs) in [("recorder", &self.recorder), ("picture", &self.video)] {
            for line in costs.iter().flat_map(|costs| cost::table(heading, costs)) {
                say(line);
            }
        }
        if let Some(InPlay { figures }) = &self.in_play {
            say(format_args!("  in play, by {}", self.held));
            figure::table(figures).into_iter().for_each(say);
        }
        for line in self.jobs.iter().flat_map(|jobs| jobs::table(jobs)) {
            say(line);
        }
    }
}

fn measure(args: &BenchArgs, rom: Option<&std::path::Path>) -> Outcome<Row> {
    let setup = Setup::new(rom, &args.setup, Asked::default())?;
    let mut nes = setup.power_on();
    let mut out = Output::default();
    let bar = progress(args.frames * 2, "frames");
    let play = Play::of(&setup, rom, &args.press)?;
    for frame in 1..=WARM_UP {
        nes.run_frame(play.input(frame), &mut out);
    }
    let start = nes.bytes().to_vec();
    let before = nes.work();
    let mut times = Vec::with_capacity(args.frames as usize);
    for frame in 1..=args.frames {
        let input = play.input(WARM_UP + frame);
        let began = Instant::now();
        nes.run_frame(input, &mut out);
        times.push(began.elapsed());
        bar.inc(1);
    }
    let fast = Fast::between(before, nes.work());
    let (save, restore) = state_costs(&mut nes);
    let restored = nes.restore(&start);
    restored.map_err(|error| Fault::failed(format_args!("{}: {error}", setup.rom.name)))?;
    let began = Instant::now();
    for frame in 1..=args.frames {
        nes.run_muted(play.input(WARM_UP + frame));
        bar.inc(1);
    }
    let muted = began.elapsed();
    bar.finish_and_clear();
    let recorder = args.recorder.then(|| recorder::costs(&mut nes, args.frames));
    let in_play = args.recorder.then(|| in_play(&setup, &play, args)).transpose()?;
    let video = args.video.then(|| video::costs(&mut nes, args.frames));
    let jobs = args.jobs.map(|most| jobs::measure(&setup, &play, most, args.frames)).transpose()?;
    Ok(Row {
        rom: setup.rom.name,
        held: play.name(),
        frames: args.frames,
        fps: rate(args.frames, times.iter().sum()),
        us_per_frame: Spread::of(times),
        muted_fps: rate(args.frames, muted),
        state_bytes: start.len(),
        save_us: micros(save / COPIES),
        restore_us: micros(restore / COPIES),
        fast,
        recorder,
        in_play,
        video,
        jobs,
    })
}

/// Everything about the recorder in play. Files go to a folder in `TMPDIR`.
fn in_play(setup: &Setup, play: &Play, args: &BenchArgs) -> Outcome<InPlay> {
    let folder = std::env::temp_dir().join(format!("retake-bench-{}", std::process::id()));
    let made = std::fs::create_dir_all(&folder);
    made.map_err(|error| Fault::write(folder.display(), error))?;
    let measured = (|| {
        let (mut figures, played) = history::figures(setup, play, args.frames);
        figures.splice(0..0, recorder::in_play(setup, play, args.frames, &folder)?);
        figures.extend(recorder::ring(setup, play, &folder)?);
        figures.extend(long::figures(setup, &played, &folder)?);
        figures.extend(desync::figures(setup, play)?);
        #[cfg(feature = "app")]
        figures.extend(reload::figures(setup, &args.setup, &folder)?);
        Ok(InPlay { figures })
    })();
    // What is left of it is small.
    let _ = std::fs::remove_dir_all(&folder);
    measured
}

/// The time of all copies out of the machine, and of all into it.
fn state_costs(nes: &mut Nes) -> (Duration, Duration) {
    let mut copy = nes.bytes().to_vec();
    let began = Instant::now();
    for _ in 0..COPIES {
        copy.copy_from_slice(std::hint::black_box(&*nes).bytes());
        std::hint::black_box(&mut copy);
    }
    let save = began.elapsed();
    let began = Instant::now();
    for _ in 0..COPIES {
        let _ = std::hint::black_box(nes.restore(std::hint::black_box(&copy)));
    }
    (save, began.elapsed())
}

impl Spread {
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let at = |share: f64| {
            let index = ((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1));
            times.get(index).copied().map_or(0., micros)
        };
        Self { p50: at(0.5), p99: at(0.99), max: at(1.) }
    }
}

fn micros(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e8).round() / 100.
}

fn rate(frames: u64, time: Duration) -> f64 {
    (frames as f64 / time.as_secs_f64().max(1e-9)).round()
}
