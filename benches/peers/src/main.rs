//! Retake beside other cores of the Cargo registry: the same ROMs, the same
//! buttons, a picture and sound of 48 kHz from each, in turns within one run.
//!
//! ```sh
//! cargo run --release --manifest-path benches/peers/Cargo.toml -- -o docs/peers.md ROM ...
//! cargo run --release --manifest-path benches/peers/Cargo.toml -- --boards -o docs/boards-elsewhere.md roms-test/built/boards/*.nes
//! ```

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Parser;
use retake::app::bench::WARM_UP;
use retake::app::bench::play::Play;
use retake::app::fault::{Fault, Outcome};
use retake::app::setup::Setup;

mod boards;
mod nes_sim;
mod neser;
mod plastic;
mod retake_core;
mod tetanes;

const HEAD: &str = "\
# Beside others

Made by `cargo run --release --manifest-path benches/peers/Cargo.toml -- -o docs/peers.md ROM…`: cores of the Cargo registry, each with the same ROM and the same buttons (of a movie that is known for it, or a script that runs to the right), a picture and 48 kHz sound a frame (plastic_core: 44.1 kHz), in turns of 100 frames within one run, from frame 600 on. Frames a second; in brackets how many times as fast Retake is. All are built with `lto = \"fat\"` and one codegen unit.
";

/// Frames that each runs before the next one's turn.
const TURN: u64 = 100;

/// Measures other cores beside this one.
#[derive(Parser)]
struct Args {
    /// ROMs
    #[arg(required = true)]
    roms: Vec<PathBuf>,
    /// Where to [default: stdout, on which cores may print, too]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Frames to measure
    #[arg(long, value_name = "N", default_value_t = 1200)]
    frames: u64,
    /// The ROMs are of roms-test/boards: what they say on another core
    #[arg(long)]
    boards: bool,
}

/// A core with a ROM in it.
trait Core {
    /// Runs a frame with these buttons of the first pad held (bit 0 is A), and
    /// takes its picture and its sound; gives how many samples there were.
    fn frame(&mut self, buttons: u8) -> usize;

    /// A byte of the console's RAM, where a core shows it.
    fn ram(&mut self, address: u16) -> Option<u8>;
}

/// A core's name, with its version, and how a ROM is put into it. `None`: it does
/// not take that ROM.
type Maker = (&'static str, fn(&Path) -> Option<Box<dyn Core>>);

const CORES: [Maker; 5] = [
    ("Retake", retake_core::make),
    ("tetanes-core 0.17", tetanes::make),
    ("neser 1.2", neser::make),
    ("nes-sim 0.4", nes_sim::make),
    ("plastic_core 0.3", plastic::make),
];

fn main() -> std::process::ExitCode {
    let args = Args::parse();
    let made = if args.boards { boards::compare(&args.roms) } else { measure(&args) };
    let written = made.and_then(|document| match &args.output {
        Some(path) => std::fs::write(path, document).map_err(|e| Fault::write(path.display(), e)),
        None => {
            print!("{document}");
            Ok(())
        }
    });
    match written {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("peers: {}", fault.sentence);
            std::process::ExitCode::from(fault.code)
        }
    }
}

/// The document.
fn measure(args: &Args) -> Outcome<String> {
    let names = CORES.map(|(name, _)| format!(" {name} |")).concat();
    let mut text = format!("{HEAD}\n| ROM |{names}\n|---|{}\n", "--:|".repeat(CORES.len()));
    let mut logarithms = [0.; CORES.len()];
    let mut counted = [0; CORES.len()];
    for rom in &args.roms {
        let setup = Setup::new(Some(rom), &Default::default(), Default::default())?;
        let play = Play::of(&setup, Some(rom), &Default::default())?;
        let times = side_by_side(rom, &play, args.frames)?;
        text += &format!("| {} |", setup.rom.name);
        let ours = times[0].map_or(0., |time| time.as_secs_f64());
        for (n, time) in times.iter().enumerate() {
            let Some(seconds) = time.map(|time| time.as_secs_f64()) else {
                text += " not taken |";
                continue;
            };
            let ratio = seconds / ours;
            logarithms[n] += ratio.ln();
            counted[n] += 1;
            text += &format!(" {:.0}", args.frames as f64 / seconds);
            text += &if n == 0 { " |".to_owned() } else { format!(" ({ratio:.1} ×) |") };
        }
        text += "\n";
    }
    text += "| geometric mean | |";
    for (logarithm, counted) in logarithms.iter().zip(counted).skip(1) {
        text += &format!(" ({:.1} ×) |", f64::exp(logarithm / f64::from(counted.max(1))));
    }
    Ok(text + "\n")
}

/// The time that each core takes for so many frames.
fn side_by_side(rom: &Path, play: &Play, frames: u64) -> Outcome<[Option<Duration>; CORES.len()]> {
    let mut cores = CORES.map(|(_, make)| make(rom));
    if cores[0].is_none() {
        return Err(Fault::failed(format_args!("{}: not a ROM", rom.display())));
    }
    let mut times = CORES.map(|_| Duration::ZERO);
    let mut at = 0;
    while at < WARM_UP + frames {
        let turn = if at < WARM_UP { WARM_UP } else { TURN.min(WARM_UP + frames - at) };
        for (core, time) in cores.iter_mut().zip(&mut times) {
            let Some(core) = core else { continue };
            let began = Instant::now();
            let mut samples = 0;
            for frame in at + 1..=at + turn {
                samples += core.frame(play.input(frame).pads[0]);
            }
            if at >= WARM_UP {
                *time += began.elapsed();
            }
            assert!(samples > 0, "{turn} frames without a sample");
        }
        at += turn;
    }
    let mut n = 0;
    Ok(times.map(|time| {
        n += 1;
        cores[n - 1].is_some().then_some(time)
    }))
}
