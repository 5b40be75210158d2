//! `retake tape verify`: runs a tape again on all cores and compares every
//! state. It tells damage in the file from a machine that computes another thing.
//!
//! ```text
//! state ─ inputs ─ state ─ inputs ─ state      a job: some states in a row
//!   │                ║                ║
//! restored        compared         compared
//! ```

use std::process::ExitCode;
use std::time::Instant;

use serde::Serialize;
use xxhash_rust::xxh3::xxh3_64;

use super::args::VerifyArgs;
use super::file::Reel;
use super::jobs;
use crate::app::fault::{Fault, Outcome};
use crate::app::{progress, say};
use crate::engine::replay::{Console, difference};
use crate::flight::catalog::{Part, Position};
use crate::flight::lines;
use crate::flight::replay::{self, Machine, Missing, Recording, States};
use crate::flight::tape;

/// States in a job.
const STATES: usize = 8;
/// Findings that are listed for people; JSON has all.
const LISTED: usize = 20;

/// Runs the command.
pub fn verify(args: &VerifyArgs) -> Outcome {
    let reel = Reel::open(&args.file, &args.rom)?;
    let began = Instant::now();
    let mut report = Report { findings: holes(&reel), ..Report::default() };
    let jobs = jobs_of(&reel);
    let bar = progress(jobs.iter().map(Job::frames).sum(), "frames");
    jobs::in_order(
        jobs::threads(args.jobs),
        jobs.len(),
        || reel.console(),
        |console, number| run(&reel, console, &jobs[number]),
        |done: Done| {
            report.frames += done.frames;
            report.compared += done.compared;
            report.findings.extend(done.findings);
            bar.inc(done.frames);
            Ok(())
        },
    )?;
    bar.finish_and_clear();
    report.seconds = began.elapsed().as_secs_f64();
    report.fps = (report.frames as f64 / report.seconds.max(1e-9)).round();
    report.ok = report.findings.is_empty();
    report.complete = reel.tape().is_complete();
    report.say(&reel, args.json)
}

/// What was found.
#[derive(Debug, Default, Serialize)]
struct Report {
    ok: bool,
    frames: u64,
    /// States and hashes that were compared.
    compared: u64,
    complete: bool,
    seconds: f64,
    fps: f64,
    findings: Vec<Finding>,
}

/// Something that is not as it should be.
#[derive(Debug, Serialize)]
struct Finding {
    kind: Kind,
    branch: Option<u32>,
    frame: Option<u64>,
    text: String,
}

/// Whose fault it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    /// Bytes of the file are no chunk.
    DamagedFile,
    /// A stored state is not the one that was recorded.
    DamagedState,
    /// Inputs cannot be read.
    MissingInputs,
    /// The machine computes another state than the one that was recorded.
    Desync,
}

impl Report {
    fn say(&self, reel: &Reel, json: bool) -> Outcome {
        let path = reel.file.path.display();
        if json {
            say(serde_json::to_string_pretty(self).map_err(Fault::failed)?);
        } else {
            for Finding { text, .. } in self.findings.iter().take(LISTED) {
                say(text);
            }
            if let Some(more) = self.findings.len().checked_sub(LISTED).filter(|&n| n > 0) {
                say(format_args!("… and {more} more; --json lists all"));
            }
            let Self { frames, compared, fps, .. } = self;
            let seconds = self.seconds;
            say(format_args!(
                "{frames} frames run again in {seconds:.2} s ({fps:.0} frames/s), {compared} states compared"
            ));
            if !self.complete {
                say("the tape was not closed; what it has was compared");
            }
        }
        if self.ok {
            return Ok(ExitCode::SUCCESS);
        }
        let desyncs = self.findings.iter().filter(|found| found.kind == Kind::Desync).count();
        let damage = self.findings.len() - desyncs;
        Err(Fault::failed(match (damage, desyncs) {
            (_, 0) => format!(
                "{path}: the file is damaged in {damage} places, the machine computes what was \
                 recorded; copy the tape again from where it came"
            ),
            (0, _) => format!(
                "{path}: the machine computes other states than were recorded, in {desyncs} \
                 places; report this with the tape, the ROM and the first place"
            ),
            _ => format!(
                "{path}: the file is damaged in {damage} places, and the machine computes other \
                 states in {desyncs}; copy the tape again, then verify it anew"
            ),
        }))
    }
}

/// Bytes between chunks that are none.
fn holes(reel: &Reel) -> Vec<Finding> {
    let mut end = tape::Header::LEN as u64;
    let mut findings = Vec::new();
    for (at, chunk) in reel.tape().chunks() {
        if at > end {
            let text = format!("bytes {end} to {at} of the file are damaged");
            findings.push(Finding { kind: Kind::DamagedFile, branch: None, frame: None, text });
        }
        end = at + chunk.len() as u64;
    }
    findings
}

/// A recorded state, or the hash of one.
#[derive(Clone, Copy)]
struct Check {
    frame: u64,
    what: What,
}

#[derive(Clone, Copy)]
enum What {
    /// A state by its number.
    State(u64),
    Hash(u64),
}

/// Some checks in a row, and the moment from which they are run.
struct Job {
    segment: u32,
    from: u64,
    checks: Vec<Check>,
}

impl Job {
    fn frames(&self) -> u64 {
        self.checks.last().map_or(0, |check| check.frame.saturating_sub(self.from))
    }
}

fn jobs_of(reel: &Reel) -> Vec<Job> {
    let catalog = reel.tape().catalog();
    let mut jobs = Vec::new();
    for (number, segment) in catalog.segments().iter().enumerate() {
        let number = number as u32;
        let states = segment.states();
        let states = states.map(|(frame, state)| Check { frame, what: What::State(state) });
        let hashes = catalog.hashes().iter().filter(|(of, _)| *of == number);
        let hashes = hashes.filter_map(|(_, entry)| {
            let hash = reel.tape().payload(entry).ok()?.try_into().ok()?;
            Some(Check { frame: entry.frame, what: What::Hash(u64::from_le_bytes(hash)) })
        });
        let mut checks: Vec<_> = states.chain(hashes).collect();
        checks.sort_by_key(|check| check.frame);
        let mut from = segment.first;
        for checks in checks.chunks(STATES) {
            jobs.push(Job { segment: number, from, checks: checks.to_vec() });
            from = checks.last().map_or(from, |check| check.frame);
        }
    }
    jobs
}

/// What a job found.
#[derive(Default)]
struct Done {
    frames: u64,
    compared: u64,
    findings: Vec<Finding>,
}

/// A job under way.
struct Run<'a> {
    reel: &'a Reel,
    console: &'a mut Console,
    segment: u32,
    states: States,
    /// Whether the console is at the moment that was reached.
    known: bool,
    done: Done,
}

fn run(reel: &Reel, console: &mut Console, job: &Job) -> Done {
    let (states, done) = (States::default(), Done::default());
    let mut run = Run { reel, console, segment: job.segment, states, known: false, done };
    run.seek(job.from);
    let mut at = job.from;
    for check in &job.checks {
        run.go(at, check.frame);
        run.compare(*check, at);
        at = check.frame;
    }
    run.done
}

impl Run<'_> {
    fn seek(&mut self, frame: u64) {
        let start = Position { segment: self.segment, frame };
        let sought = replay::seek(self.reel.tape(), self.console, start);
        self.known = sought.is_ok();
        if let Err(why) = sought {
            self.missing(frame, why);
        }
    }

    fn go(&mut self, from: u64, to: u64) {
        if !self.known || to <= from {
            return;
        }
        let part = Part { segment: self.segment, from, to };
        let mut steps = Vec::new();
        let ran = replay::steps_of(self.reel.tape(), part, &mut steps)
            .and_then(|()| replay::run(self.console, from, &steps));
        match ran {
            Ok(frames) => self.done.frames += frames as u64,
            Err(why) => {
                self.known = false;
                self.missing(from, why);
            }
        }
    }

    /// Compares the console with what was recorded.
    fn compare(&mut self, check: Check, since: u64) {
        let Check { frame, what } = check;
        let since = format!("after the same inputs from frame {since} the machine computes");
        match what {
            What::Hash(recorded) => {
                let found = xxh3_64(self.console.bytes());
                self.done.compared += u64::from(self.known);
                if self.known && found != recorded {
                    let hashes = format!("{found:016x}, and {recorded:016x} was recorded");
                    self.find(Kind::Desync, frame, format!("{since} a state of hash {hashes}"));
                }
            }
            What::State(number) => match self.states.read(self.reel.tape(), number) {
                Ok(state) if self.known => {
                    self.done.compared += 1;
                    if state != self.console.bytes() {
                        let text = format!("{since} {}", difference(state, self.console.bytes()));
                        self.known = self.console.restore(state);
                        self.find(Kind::Desync, frame, text);
                    }
                }
                Ok(_) => {
                    // What follows can be run again from here.
                    let here = Position { segment: self.segment, frame };
                    self.known = replay::seek(self.reel.tape(), self.console, here).is_ok();
                }
                Err(why) => {
                    let hash = xxh3_64(self.console.bytes());
                    let right = self.known && recorded_hash(self.reel, number) == Some(hash);
                    let machine = if right { "; the machine computes the right one" } else { "" };
                    let text = format!("the stored state is damaged ({why}){machine}");
                    self.find(Kind::DamagedState, frame, text);
                }
            },
        }
    }

    fn missing(&mut self, frame: u64, why: Missing) {
        let kind = match why {
            Missing::State { .. } | Missing::Size { .. } => Kind::DamagedState,
            _ => Kind::MissingInputs,
        };
        self.find(kind, frame, why.to_string());
    }

    fn find(&mut self, kind: Kind, frame: u64, text: String) {
        let branch = self.segment;
        let text = format!("branch {branch}, frame {frame}: {text}");
        self.done.findings.push(Finding { kind, branch: Some(branch), frame: Some(frame), text });
    }
}

/// The hash that a stored state should have.
fn recorded_hash(reel: &Reel, number: u64) -> Option<u64> {
    let entry = reel.tape().catalog().state_entry(number)?;
    lines::recorded_hash(reel.tape().payload(entry).ok()?)
}
