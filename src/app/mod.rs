//! The program: command line, configuration, window, wiring, error texts.

pub mod bench;
pub mod bios;
pub mod builtin;
pub mod cli;
#[cfg(feature = "app")]
pub mod config;
#[cfg(feature = "app")]
pub mod desk;
pub mod doctor;
pub mod dump;
pub mod fault;
#[cfg(feature = "app")]
pub mod game;
pub mod hash;
pub mod info;
pub mod lockstep;
#[cfg(feature = "app")]
pub mod menu;
pub mod movie;
pub mod outputs;
#[cfg(feature = "app")]
pub mod paths;
pub mod play;
pub mod played;
#[cfg(feature = "app")]
pub mod player;
pub mod rom_file;
pub mod run;
pub mod script;
pub mod setup;
pub mod tape;
pub mod tapes;
#[cfg(feature = "app")]
pub mod terminal;
pub mod testing;
#[cfg(feature = "app")]
pub mod watch;
#[cfg(feature = "app")]
pub mod window;

use std::fmt;
use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;
use indicatif::{ProgressBar, ProgressStyle};

use cli::{Cli, Command};
use fault::{Fault, Outcome};

/// Runs the program with the process's arguments.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return explain(&error),
    };
    dispatch(&cli).unwrap_or_else(|fault| {
        eprintln!("retake: {fault}");
        ExitCode::from(fault.code)
    })
}

fn dispatch(cli: &Cli) -> Outcome {
    match &cli.command {
        None => play::play(&cli.play),
        Some(Command::Play(args)) => play::play(args),
        Some(Command::Run(args)) => run::run(args),
        Some(Command::Test(args)) => testing::test(args),
        Some(Command::Info(args)) => info::info(args),
        Some(Command::Tape { command }) => tape::tape(command),
        Some(Command::Dump(args)) => dump::dump(args),
        Some(Command::Bench(args)) => bench::bench(args),
        Some(Command::Doctor(args)) => doctor::doctor(args),
    }
}

/// Help goes to stdout as it is; an error becomes one sentence.
fn explain(error: &clap::Error) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let text = error.to_string();
    let first: Vec<_> = text
        .lines()
        .map(|line| line.trim().trim_start_matches("error: "))
        .take_while(|line| !line.is_empty())
        .collect();
    eprintln!(
        "retake: {}; `retake --help` and `retake run --help` tell the options",
        first.join(" ")
    );
    ExitCode::from(Fault::UNUSABLE)
}

/// Prints a line of results; nobody reading is no error.
pub(crate) fn say(line: impl fmt::Display) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// A progress bar on a terminal, nothing elsewhere.
pub(crate) fn progress(length: u64, unit: &str) -> ProgressBar {
    let template = format!("{{wide_bar}} {{pos}}/{{len}} {unit} {{eta}}");
    let style = ProgressStyle::with_template(&template);
    ProgressBar::new(length).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
