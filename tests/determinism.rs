//! The same ROM, options and inputs give the same bytes: run twice, muted, and
//! saved and restored at random frames. A row for each of our own ROMs, the game
//! on every alignment and console, for public ones of every board, and a row for
//! each ROM of the manifest whose board is supported.

mod common;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use retake::app::hash::{SoundHash, indices_hash};
use retake::app::lockstep::program::CONSOLES;
use retake::app::testing::manifest::{self, Entry};
use retake::app::testing::markdown;
use retake::nes::{Cartridge, Devices, Input, Nes, Output, PowerOn, Region};

use common::Random;

const FRAMES: usize = 80;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let rows = common::roms()
        .enumerate()
        .map(|(n, (name, path))| {
            let ignored = path.is_none().then_some(common::NOT_THERE);
            // The game on every console, each other ROM on one of them.
            let options = if name.ends_with("game.nes") {
                CONSOLES
            } else {
                &CONSOLES[n % CONSOLES.len()..][..1]
            };
            common::row(&name, ignored, move || {
                let path = path.ok_or("the ROM is not there")?;
                options.iter().try_for_each(|options| check(&path, options))
            })
        })
        .chain(common::DEVICES.iter().zip(CONSOLES.iter().cycle()).map(device_trial))
        .chain(manifest::entries().iter().filter(|entry| runs(entry)).map(every_trial))
        .collect();
    libtest_mimic::run(&arguments, rows).exit_code()
}

/// The ROM that looks for light, with each device.
fn device_trial((name, options): (&&'static str, &'static PowerOn)) -> Trial {
    let name = *name;
    let rom = Path::new(env!("CARGO_MANIFEST_DIR")).join("roms-test/built/zapper.nes");
    common::row(&format!("devices: {name}"), None, move || {
        check(&rom, &PowerOn { ports: name.parse()?, ..*options })
    })
}

/// Frames for each ROM of the manifest: 400 ROMs are a minute's work.
const EVERY_FRAMES: usize = 130;

/// Music that is known to need what is not there is refused.
fn runs(entry: &Entry) -> bool {
    let missing = entry.format == "nsf" && manifest::known_failure(&entry.file).is_some();
    entry.is_playable() && !entry.refuses() && !missing && markdown::can_run(entry)
}

fn every_trial(entry: &'static Entry) -> Trial {
    let path = manifest::find(&entry.file);
    let ignored = path.is_none().then_some(common::NOT_THERE);
    common::row(&format!("every ROM: {}", entry.file), ignored, move || {
        let pal = entry.run.region.as_deref() == Some("pal");
        let region = if pal { Region::Pal } else { Region::Ntsc };
        let options = PowerOn { region, alignment: 1, seed: 0, ports: Devices::PADS };
        let rom = std::fs::read(path.ok_or(common::NOT_THERE)?)?;
        interrupted(&Arc::new(Cartridge::parse(&rom)?), &options, seed(&entry.sha256))
    })
}

/// Each ROM has random numbers of its own, and always the same.
fn seed(sha256: &str) -> u64 {
    u64::from_str_radix(&sha256[..16], 16).unwrap_or_default()
}

/// A run without a break that is heard ends as a muted one that is saved, led
/// astray and restored at random frames.
fn interrupted(cart: &Arc<Cartridge>, options: &PowerOn, seed: u64) -> Result<(), Failed> {
    let mut random = Random(seed);
    let inputs = random.play(EVERY_FRAMES);
    let mut heard = Nes::power_on(cart.clone(), options);
    let mut muted = Nes::power_on(cart.clone(), options);
    let mut out = Output::default();
    for input in &inputs {
        heard.run_frame(*input, &mut out);
    }
    let mut breaks = 0;
    for input in &inputs {
        if random.next().is_multiple_of(8) {
            let saved = muted.bytes().to_vec();
            for _ in 0..=random.next() % 3 {
                muted.run_muted(Input::pad1(random.next() as u8));
            }
            muted.restore(&saved)?;
            breaks += 1;
        }
        muted.run_muted(*input);
    }
    if heard.state_hash() == muted.state_hash() {
        return Ok(());
    }
    Err(format!("the last state is another one after {breaks} restores, seed {seed:#x}").into())
}

/// What a frame came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    state: u64,
    picture: u64,
    sound: u64,
}

fn check(rom: &Path, options: &PowerOn) -> Result<(), Failed> {
    let cart = Arc::new(Cartridge::parse(&std::fs::read(rom)?)?);
    let inputs = Random(1).play_on(options.ports, FRAMES);
    let power_on = || Nes::power_on(cart.clone(), options);

    let mut nes = power_on();
    let mut out = Output::default();
    let first: Vec<Seen> = inputs.iter().map(|input| frame(&mut nes, *input, &mut out)).collect();

    let mut nes = power_on();
    same("the second time", options, &first, |n| Ok(frame(&mut nes, inputs[n], &mut out)))?;

    let mut nes = power_on();
    same("muted", options, &first, |n| {
        nes.run_muted(inputs[n]);
        Ok(Seen { state: nes.state_hash(), ..first[n] })
    })?;

    // Both machines have another past than the state that they are given.
    let mut machines = [power_on(), power_on()];
    machines[1].run_muted(Input::pad1(0xff));
    let mut random = Random(2);
    let mut current = 0;
    same("saved and restored", options, &first, |n| {
        if random.next().is_multiple_of(5) {
            let saved = machines[current].bytes().to_vec();
            for _ in 0..random.next() % 3 {
                let buttons = random.next() as u8;
                frame(&mut machines[current], Input::pad1(buttons), &mut out);
            }
            current = (random.next() & 1) as usize;
            machines[current].restore(&saved)?;
            if machines[current].bytes() != saved {
                return Err(format!("frame {n}: a state is changed by being restored").into());
            }
        }
        Ok(frame(&mut machines[current], inputs[n], &mut out))
    })
}

fn frame(nes: &mut Nes, input: Input, out: &mut Output) -> Seen {
    nes.run_frame(input, out);
    let mut sound = SoundHash::default();
    sound.frame(&out.sound);
    Seen { state: nes.state_hash(), picture: indices_hash(&out.frame), sound: sound.value() }
}

fn same(
    how: &str,
    options: &PowerOn,
    first: &[Seen],
    mut run: impl FnMut(usize) -> Result<Seen, Failed>,
) -> Result<(), Failed> {
    for (n, expected) in first.iter().enumerate() {
        let seen = run(n)?;
        if seen != *expected {
            let frame = n + 1;
            return Err(format!(
                "{how}, frame {frame}, {options:?}:\n     got {seen:x?}\nexpected {expected:x?}"
            )
            .into());
        }
    }
    Ok(())
}
