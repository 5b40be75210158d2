//! The public test ROMs, a row each. A ROM that is not there is an ignored row;
//! one that is known to fail is a row with its reason, and fails here when it
//! begins to pass, so that its reason is taken out.
//!
//! ROMs are found through `RETAKE_ROMS`, `../shared/roms`, and what
//! `scripts/fetch-roms` downloaded to `roms-test/public`.

mod common;

use std::path::Path;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use retake::app::testing::manifest::{self, Entry};
use retake::app::testing::{Plan, Report, Verdict, is_reviewed, judge};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let rows = manifest::entries().iter().filter(|entry| is_judged(entry)).map(trial).collect();
    libtest_mimic::run(&arguments, rows).exit_code()
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
