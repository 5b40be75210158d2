//! A file → its row of the manifest → its protocol → a report.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::manifest::{self, Entry, Kind};
use super::subject::Subject;
use super::verdict::{Report, Verdict};
use super::{blargg, coin, golden, reviewed, screen};
use crate::app::cli::{RegionName, SetupArgs};
use crate::app::fault::{Fault, Outcome};
use crate::app::rom_file::{self, hex};
use crate::app::setup::{Asked, Setup};

/// Frames within which a ROM that nobody knows has to show the signature.
const UNKNOWN_FRAMES: u64 = 1800;
/// Frames for rows that do not say how many.
const DEFAULT_FRAMES: u64 = 600;

/// How ROMs are tried.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The console; what is left open comes from the manifest.
    pub setup: SetupArgs,
    /// Compare instructions with this log, whatever the ROM.
    pub log: Option<PathBuf>,
}

/// Tries a ROM. Never panics: a panic is an error of that ROM.
pub fn judge(path: &Path, plan: &Plan) -> Report {
    let tried = catch_unwind(AssertUnwindSafe(|| try_rom(path, plan)));
    let mut report = match tried {
        Ok(Ok(report)) => report,
        Ok(Err(fault)) => Report::new(Verdict::Error, fault.sentence),
        Err(_) => Report::new(Verdict::Error, "the emulator panicked; this is a bug"),
    };
    report.file = path.display().to_string();
    report
}

/// Tries a ROM on a CPU/PPU alignment.
pub fn judge_on(path: &Path, alignment: u8) -> Report {
    let setup = SetupArgs { alignment, ..SetupArgs::default() };
    judge(path, &Plan { setup, log: None })
}

fn try_rom(path: &Path, plan: &Plan) -> Outcome<Report> {
    let (bytes, _) = rom_file::unpack(path, rom_file::read(path)?)?;
    let entry = manifest::by_hash(&hex(&Sha256::digest(&bytes)));
    let mut report = match entry {
        Some(entry) if entry.refuses() => refused(path, plan),
        Some(entry) if !entry.is_playable() => {
            Report::new(Verdict::Ignored, format!("not run: {}", entry.what_else()))
        }
        _ => run(path, plan, entry)
            .unwrap_or_else(|fault| Report::new(Verdict::Error, fault.sentence)),
    };
    report.row = entry;
    report.protocol = report.protocol.or(entry.map(|entry| entry.criterion.kind.name()));
    if let Some(entry) = entry {
        mark_known(&mut report, entry);
    }
    Ok(report)
}

fn run(path: &Path, plan: &Plan, entry: Option<&Entry>) -> Outcome<Report> {
    let mut subject = subject(path, plan, entry)?;
    let report = by_protocol(&mut subject, plan, entry)?;
    Ok(Report { frames: subject.frames, ..report })
}

fn refused(path: &Path, plan: &Plan) -> Report {
    match Setup::new(Some(path), &plan.setup, Asked::default()) {
        Err(Fault { sentence, .. }) => Report::new(Verdict::Pass, sentence),
        Ok(_) => Report::new(Verdict::Fail, "the file was taken and should have been refused"),
    }
}

/// A failure with a reason in `roms-test/known-failures.toml` is known.
fn mark_known(report: &mut Report, entry: &Entry) {
    if let Some(reason) = manifest::known_failure(&entry.file)
        && report.verdict.is_failure()
    {
        report.verdict = Verdict::Known;
        report.text = format!("{}\n{reason}", report.text);
    }
}

fn subject(path: &Path, plan: &Plan, entry: Option<&Entry>) -> Outcome<Subject> {
    let mut setup = plan.setup.clone();
    let mut script = Default::default();
    let mut limit = UNKNOWN_FRAMES;
    if let Some(entry) = entry {
        let wrong =
            |why| Fault::unusable(format_args!("the manifest's row of {}: {why}", entry.file));
        let run = &entry.run;
        if let (None, Some("pal")) = (setup.region, run.region.as_deref()) {
            setup.region = Some(RegionName::Pal);
        }
        if let (None, Some(board)) = (setup.board, &run.board) {
            setup.board = Some(board.parse().map_err(wrong)?);
        }
        if let (None, Some(ports)) = (setup.ports, &run.ports) {
            setup.ports = Some(ports.parse().map_err(wrong)?);
        }
        if let Some(press) = &run.press {
            script = press.parse().map_err(wrong)?;
        }
        // Twice what it took elsewhere; pictures are taken at their frame.
        let frames = run.frames.unwrap_or(DEFAULT_FRAMES);
        limit = if entry.criterion.kind.is_machine_verdict() { 2 * frames } else { frames };
    }
    let setup = Setup::new(Some(path), &setup, Asked::default())?;
    Ok(Subject::new(setup, script, limit))
}

fn by_protocol(subject: &mut Subject, plan: &Plan, entry: Option<&Entry>) -> Outcome<Report> {
    if let Some(log) = &plan.log {
        let report = golden::judge(subject, log)?;
        return Ok(Report { protocol: Some(Kind::GoldenLog.name()), ..report });
    }
    let Some(entry) = entry else { return Ok(by_signature(subject)) };
    Ok(match entry.criterion.kind {
        Kind::Blargg6000 => blargg::judge(subject),
        Kind::ScreenText => screen::judge(subject, &entry.criterion),
        Kind::GoldenLog => {
            let log = Path::new(&entry.file).with_extension("log");
            let rom = subject.setup.rom.path.as_deref();
            match manifest::find_beside(rom, &log.to_string_lossy()) {
                Some(log) => nestest(subject, &log)?,
                None => Report::new(
                    Verdict::Ignored,
                    format!("{} is not there; give it with --log", log.display()),
                ),
            }
        }
        Kind::RamBytes => coin::judge(subject),
        Kind::ScreenCompare | Kind::AudioCompare | Kind::Interactive => {
            reviewed::judge(subject, &entry.file)
        }
        Kind::Smoke if reviewed::is_reviewed(&entry.file) => reviewed::judge(subject, &entry.file),
        Kind::Smoke | Kind::Refused => smoke(subject),
    })
}

/// The log, and nestest's own two result bytes.
fn nestest(subject: &mut Subject, log: &Path) -> Outcome<Report> {
    let report = golden::judge(subject, log)?;
    let bytes = [2, 3].map(|address| subject.nes.peek(address));
    if report.verdict == Verdict::Pass && bytes != [0, 0] {
        let text = format!("{}, and $02-$03 are {:02X} {:02X}", report.text, bytes[0], bytes[1]);
        return Ok(Report::new(Verdict::Fail, text));
    }
    Ok(report)
}

/// A ROM that nobody knows: only the signature at $6001 makes it a test.
fn by_signature(subject: &mut Subject) -> Report {
    let report = blargg::judge(subject);
    if blargg::status(&subject.nes).is_none() {
        return Report::new(
            Verdict::Error,
            "unknown ROM without a verdict at $6000; `retake run` shows what it does",
        );
    }
    Report { protocol: Some(Kind::Blargg6000.name()), ..report }
}

fn smoke(subject: &mut Subject) -> Report {
    while subject.step() {}
    if subject.nes.is_jammed() {
        Report::new(Verdict::Fail, "the CPU met an opcode that stops it")
    } else {
        Report::new(Verdict::Pass, "it runs")
    }
}
