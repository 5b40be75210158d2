//! `retake bench --lockstep N`.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::Instant;

use serde::Serialize;

use super::program::Program;
use super::random::Random;
use super::shrink::{listing, parts, shrink};
use super::statistics::{Numbers, Statistics};
use super::{Difference, Pair};
use crate::app::cli::BenchArgs;
use crate::app::fault::{Fault, Outcome};
use crate::app::setup::Setup;
use crate::app::{progress, say};
use crate::nes::Nes;

/// One program in so many counts the edges of the tiers.
const COUNTED: u64 = 8;

/// Runs so many frames.
pub fn run(args: &BenchArgs, frames: u64) -> Outcome {
    if args.roms.is_empty() {
        return generated(args, frames);
    }
    let mut code = ExitCode::SUCCESS;
    for rom in &args.roms {
        if !rom_holds(args, rom, frames)? {
            code = ExitCode::from(Fault::FAILED);
        }
    }
    Ok(code)
}

/// A ROM with buttons that are pressed anyhow, or by the script.
fn rom_holds(args: &BenchArgs, rom: &Path, frames: u64) -> Outcome<bool> {
    let setup = Setup::new(Some(rom), &args.setup, None)?;
    let machine = setup.power_on();
    let mut pair = Pair::new(machine.cartridge(), &setup.options);
    let mut inputs = Random(args.from).play(frames as usize);
    for (frame, input) in (1..).zip(&mut inputs) {
        args.press.hold(frame, input);
    }
    let bar = progress(frames, "frames");
    let parted = inputs.into_iter().try_for_each(|input| {
        bar.inc(1);
        pair.run_frame(input)
    });
    bar.finish_and_clear();
    match &parted {
        Ok(()) => say(format_args!("{}: {frames} frames, no difference", setup.rom.name)),
        Err(difference) => say(format_args!("{}: {difference}", setup.rom.name)),
    }
    Ok(parted.is_ok())
}

/// What all threads share.
struct Progress {
    next: u64,
    statistics: Statistics,
    parted: Option<(Program, Box<Difference>)>,
}

#[derive(Serialize)]
struct Report {
    from: u64,
    to: u64,
    seconds: f64,
    statistics: Numbers,
    difference: Option<Parted>,
}

#[derive(Serialize)]
struct Parted {
    seed: u64,
    frame: u64,
    what: Vec<String>,
    place: String,
}

fn generated(args: &BenchArgs, frames: u64) -> Outcome {
    let began = Instant::now();
    let bar = progress(frames, "frames");
    let progress =
        Mutex::new(Progress { next: args.from, statistics: Statistics::default(), parted: None });
    let work = || -> Result<(), String> {
        let mut pairs = Runner::new();
        loop {
            let seed = {
                let mut it = progress.lock().map_err(|error| error.to_string())?;
                if it.statistics.frames >= frames || it.parted.is_some() {
                    return Ok(());
                }
                it.next += 1;
                it.next - 1
            };
            let program = Program::new(seed);
            let ran = pairs.run(&program)?;
            let mut it = progress.lock().map_err(|error| error.to_string())?;
            match ran {
                Ok(statistics) => {
                    it.statistics.add(&statistics);
                    bar.set_position(it.statistics.frames.min(frames));
                }
                Err(difference) => {
                    it.statistics.frames += difference.frame;
                    it.parted = Some((program, difference));
                }
            }
        }
    };
    let jobs = args.jobs.unwrap_or(1);
    let ran: Result<Vec<()>, String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..jobs).map(|_| scope.spawn(work)).collect();
        threads.into_iter().map(|it| it.join().expect("a machine does not panic")).collect()
    });
    bar.finish_and_clear();
    ran.map_err(Fault::failed)?;
    let Progress { next, statistics, parted } =
        progress.into_inner().map_err(|error| Fault::failed(error.to_string()))?;
    let seconds = began.elapsed().as_secs_f64();
    if args.json {
        let difference = parted.as_ref().map(|(program, it)| Parted {
            seed: program.seed,
            frame: it.frame,
            what: it.what.clone(),
            place: it.place.clone(),
        });
        let numbers = statistics.numbers();
        let report = Report { from: args.from, to: next, seconds, statistics: numbers, difference };
        say(serde_json::to_string_pretty(&report).map_err(Fault::failed)?);
    } else {
        say(format_args!("seeds {}..{next}: {statistics}", args.from));
        say(format_args!("{seconds:.1} s, {:.0} frames/s", statistics.frames as f64 / seconds));
    }
    let Some((program, difference)) = parted else {
        if !args.json {
            say("no difference");
        }
        return Ok(ExitCode::SUCCESS);
    };
    if !args.json {
        tell(&program, &difference);
    }
    if let Some(file) = &args.keep {
        keep(file, &program, &difference).map_err(|error| Fault::write(file.display(), error))?;
    }
    Ok(ExitCode::from(Fault::FAILED))
}

/// What a difference is, and how little it takes.
fn tell(program: &Program, difference: &Difference) {
    let frames = difference.frame as usize;
    let least = shrink(program, |other| parts(other, frames));
    let Program { seed, mapper, options, .. } = program;
    say(format_args!("program {seed}, mapper {mapper}, {options:?}, {difference}"));
    say(format_args!("{} of {} pieces are enough:", least.pieces.len(), program.pieces.len()));
    listing(&least).into_iter().take(40).for_each(say);
}

/// Adds the seed to a list, as `tests/laziness.rs` reads it.
fn keep(file: &Path, program: &Program, difference: &Difference) -> std::io::Result<()> {
    let mut list = OpenOptions::new().create(true).append(true).open(file)?;
    let what = difference.what.first().map_or("", String::as_str);
    writeln!(list, "{} # frame {}: {what}", program.seed, difference.frame)
}

/// Runs programs.
struct Runner {
    /// Where in the state the PPU's mask lies.
    mask_at: usize,
}

impl Runner {
    fn new() -> Self {
        let layout = Nes::layout();
        let mask = layout.iter().find(|(path, ..)| path == "ppu.mask");
        Self { mask_at: mask.map_or(usize::MAX, |(_, offset, _)| *offset) }
    }

    fn run(&mut self, program: &Program) -> Result<Result<Statistics, Box<Difference>>, String> {
        let mut pair = Pair::new(&program.cartridge()?, &program.options);
        // The others run what `play` runs, to the letter.
        pair.counts = program.seed.is_multiple_of(COUNTED);
        let mut statistics = Statistics::default();
        for input in program.inputs(Program::FRAMES) {
            if let Err(difference) = pair.run_frame(input) {
                return Ok(Err(difference));
            }
            let (nes, trace) = pair.exact();
            if nes.is_jammed() {
                return Ok(Ok(Statistics::jammed()));
            }
            statistics.frame(nes, trace, self.mask_at);
        }
        statistics.program(program, &pair.work().edges);
        Ok(Ok(statistics))
    }
}
