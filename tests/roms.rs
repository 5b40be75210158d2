//! The test ROMs, a row each: our own, then the public ones. A public ROM that
//! is not there is an ignored row; one that is known to fail is a row with its reason, and fails here when it
//! begins to pass, so that its reason is taken out.
//!
//! ROMs are found through `RETAKE_ROMS`, `../shared/roms`, and what
//! `scripts/fetch-roms` downloaded to `roms-test/public`.

mod common;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use retake::app::testing::manifest::{self, Entry};
use retake::app::testing::{Plan, Report, Verdict, is_reviewed, judge};
use retake::nes::{Cartridge, Input, Nes, PowerOn, Region};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let public = manifest::entries().iter().filter(|entry| is_judged(entry)).map(trial);
    let own = manifest::own().iter().map(own_trial);
    let alignments = Trial::test("roms-test/built/alignment.nes tells alignments apart", || {
        let sums: BTreeSet<_> = (0..4).map(alignment_sum).collect();
        if sums.len() == 4 { Ok(()) } else { Err(format!("sums {sums:x?}").into()) }
    });
    libtest_mimic::run(&arguments, own.chain([alignments]).chain(public).collect()).exit_code()
}

fn own_trial(entry: &'static Entry) -> Trial {
    let name = Path::new("roms-test").join(&entry.file);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(&name);
    let run = move || check(&path, &entry.file);
    common::row(&name.display().to_string(), None, run).with_kind(entry.criterion.kind.name())
}

/// What the ROM leaves at $F0 and $F1 on a CPU/PPU alignment.
fn alignment_sum(alignment: u8) -> [u8; 2] {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("roms-test/built/alignment.nes");
    let cart = Cartridge::parse(&std::fs::read(path).expect("our own ROM")).expect("our own ROM");
    let mut nes = Nes::power_on(cart, &PowerOn { region: Region::Ntsc, alignment, seed: 0 });
    for _ in 0..500 {
        nes.run_muted(Input::default());
    }
    [nes.peek(0xf0), nes.peek(0xf1)]
}

fn is_judged(entry: &Entry) -> bool {
    entry.criterion.kind.is_machine_verdict() || is_reviewed(&entry.file)
}

fn trial(entry: &'static Entry) -> Trial {
    let file = entry.file.as_str();
    let path = manifest::find(file);
    let known = manifest::known_failure(file);
    let ignored = if path.is_none() {
        Some(common::NOT_THERE.to_owned())
    } else if !matches!(entry.format.as_str(), "iNES" | "NES2.0") {
        Some(format!("{} files are not supported yet", entry.format))
    } else if !has_board(entry) {
        Some(format!("mapper {} is not supported yet", entry.mapper.unwrap_or_default()))
    } else {
        None
    };
    let name = match (&ignored, known) {
        (None, Some(reason)) => format!("{file} (known to fail: {reason})"),
        _ => file.to_owned(),
    };
    let run = move || match path {
        Some(path) => check(&path, file),
        None => Err(common::NOT_THERE.into()),
    };
    common::row(&name, ignored.as_deref(), run).with_kind(entry.criterion.kind.name())
}

fn has_board(entry: &Entry) -> bool {
    entry.mapper.is_some_and(|mapper| retake::nes::board::BoardId::from_mapper(mapper).is_some())
}

fn check(path: &Path, file: &str) -> Result<(), Failed> {
    let Report { verdict, text, .. } = judge(path, &Plan::default());
    match (verdict, manifest::known_failure(file)) {
        (Verdict::Pass, Some(_)) => {
            Err("it passes now: take its row out of roms-test/known-failures.toml".into())
        }
        (Verdict::Pass, None) | (Verdict::Known, Some(_)) => Ok(()),
        (Verdict::Ignored, _) => {
            eprintln!("{file}: {text}");
            Ok(())
        }
        _ => Err(format!("{}: {text}", verdict.name()).into()),
    }
}
