//! Being lazy changes nothing: the lazy machine and the exact one run side by
//! side, and every frame gives the same state, picture and steps of sound. A row
//! for each ROM that is there, our own and public ones, and some of generated
//! programs; where the machines part, the row says in which instruction. More
//! programs are run by `retake bench --lockstep N`; those on which it found a
//! difference once are listed in `laziness.seeds`.

mod common;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed};
use retake::app::lockstep::program::{CONSOLES, Program};
use retake::app::lockstep::{Pair, soup};
use retake::app::testing::manifest;
use retake::nes::board::BoardId;
use retake::nes::{Cartridge, Devices, PowerOn};

use common::Random;

/// Frames of a ROM that is run on every console, and of one that is run on one.
const MANY: usize = 120;
const FEW: usize = 50;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    // Those that count banks are many, and each is over soon.
    let chosen = common::roms().map(|(name, path)| {
        let frames = if name.contains("boards/") { FEW } else { MANY };
        (name, path, frames)
    });
    let others = manifest::entries()
        .iter()
        .filter(|entry| !common::PUBLIC.contains(&entry.file.as_str()))
        .filter_map(|entry| Some((entry.file.clone(), Some(manifest::find(&entry.file)?), FEW)));
    let rows = chosen.chain(others).enumerate().map(|(n, (name, path, frames))| {
        let ignored = path.is_none().then_some(common::NOT_THERE);
        let consoles = if frames == MANY { CONSOLES } else { &CONSOLES[n % CONSOLES.len()..][..1] };
        common::row(&name, ignored, move || check_file(path, consoles, frames, n as u64))
    });
    let programs = CONSOLES.iter().zip(0..).map(|(options, n)| {
        common::row(&format!("random programs {n}"), None, move || check_programs(options, n))
    });
    let boards =
        BoardId::in_headers().zip(CONSOLES.iter().cycle()).map(|((mapper, _), options)| {
            common::row(&format!("random programs on mapper {mapper}"), None, move || {
                check_board(mapper, options)
            })
        });
    let first = (0..240).step_by(24).map(|from| (format!("programs from {from}"), from..from + 24));
    let kept = seeds().map(|seed| (format!("program {seed}"), seed..seed + 1));
    let generated = first.chain(kept).map(|(name, seeds)| {
        common::row(&name, None, move || seeds.into_iter().try_for_each(check_program))
    });
    let devices = common::DEVICES.iter().zip(CONSOLES.iter().cycle()).map(|(name, options)| {
        common::row(&format!("random programs with {name}"), None, move || {
            check_devices(name.parse()?, options)
        })
    });
    let rows = programs.chain(devices).chain(boards).chain(generated).chain(rows);
    libtest_mimic::run(&arguments, rows.collect()).exit_code()
}

/// The seeds in the list: a number a line, and after `#` what it was.
fn seeds() -> impl Iterator<Item = u64> {
    let lines = include_str!("laziness.seeds").lines();
    let numbers = lines.map(|line| line.split('#').next().unwrap_or_default().trim());
    numbers.filter(|line| !line.is_empty()).map(|line| line.parse().expect("a seed"))
}

/// A program that the generator makes.
fn check_program(seed: u64) -> Result<(), Failed> {
    let program = Program::new(seed);
    let ran =
        Pair::new(&program.cartridge()?, &program.options).run(&program.inputs(Program::FRAMES));
    let Program { mapper, options, .. } = program;
    ran.map_err(|difference| {
        format!("program {seed}, mapper {mapper}, {options:?}, {difference}").into()
    })
}

fn check_file(
    path: Option<PathBuf>,
    consoles: &[PowerOn],
    frames: usize,
    seed: u64,
) -> Result<(), Failed> {
    let path = path.ok_or("the ROM is not there")?;
    // Files that are no cartridges we know are the business of `tests/roms.rs`.
    let Some(cart) = cartridge(&path) else { return Ok(()) };
    consoles.iter().try_for_each(|options| check(&cart, options, frames, seed))
}

/// Random programs on a console with other devices than pads, and the ROM that looks
/// for light.
fn check_devices(ports: Devices, options: &PowerOn) -> Result<(), Failed> {
    let options = PowerOn { ports, ..*options };
    (0..40).try_for_each(|seed| {
        let cart = Arc::new(Cartridge::parse(&soup::rom(&mut Random(seed), None).0)?);
        check(&cart, &options, 12, seed)
    })?;
    let rom = Path::new(env!("CARGO_MANIFEST_DIR")).join("roms-test/built/zapper.nes");
    let cart = cartridge(&rom).ok_or("our own ROM")?;
    (0..4).try_for_each(|seed| check(&cart, &options, MANY, seed))
}

/// Random programs on a console.
fn check_programs(options: &PowerOn, seed: u64) -> Result<(), Failed> {
    (seed * 1000..seed * 1000 + 60).try_for_each(|seed| {
        let cart = Arc::new(Cartridge::parse(&soup::rom(&mut Random(seed), None).0)?);
        check(&cart, options, 12, seed).map_err(|failed| {
            let what = failed.message().unwrap_or_default();
            format!("program {seed}, {what}").into()
        })
    })
}

/// Random programs that write to a board's registers, on one console.
fn check_board(mapper: u16, options: &PowerOn) -> Result<(), Failed> {
    let seed = u64::from(mapper) << 32;
    let programs = if mapper == soup::MMC5 { 40 } else { 4 };
    (seed..seed + programs).try_for_each(|seed| {
        let rom = soup::rom(&mut Random(seed), Some(mapper)).0;
        check(&Arc::new(Cartridge::parse(&rom)?), options, 8, seed).map_err(|failed| {
            let what = failed.message().unwrap_or_default();
            format!("program {seed:x}, {what}").into()
        })
    })
}

fn cartridge(path: &Path) -> Option<Arc<Cartridge>> {
    Some(Arc::new(Cartridge::parse(&std::fs::read(path).ok()?).ok()?))
}

fn check(cart: &Arc<Cartridge>, options: &PowerOn, frames: usize, seed: u64) -> Result<(), Failed> {
    let ran = Pair::new(cart, options).run(&Random(seed).play_on(options.ports, frames));
    ran.map_err(|difference| format!("{options:?}, {difference}").into())
}
