//! `retake test`: accuracy ROMs by their protocol, a verdict each.

mod blargg;
mod coin;
mod golden;
mod judge;
pub mod manifest;
pub mod markdown;
mod notes;
mod reviewed;
mod screen;
mod subject;
mod verdict;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use serde::Serialize;

pub use coin::judge_as_coin;
pub use judge::{Plan, judge, judge_on};
pub use reviewed::is_reviewed;
pub use verdict::{Part, Report, Verdict};

use super::cli::TestArgs;
use super::fault::{Fault, Outcome};
use super::{progress, say};

/// Runs the command.
pub fn test(args: &TestArgs) -> Outcome {
    let mut files = Vec::new();
    for path in &args.paths {
        collect(path, &mut files)?;
    }
    if files.is_empty() {
        return Err(Fault::unusable(
            "there is no ROM in these folders; give some, or fetch them with scripts/fetch-roms",
        ));
    }
    let plan = Plan { setup: args.setup.clone(), log: args.log.clone() };
    let jobs = args.jobs.or(std::thread::available_parallelism().ok()).map_or(1, |n| n.get());
    let bar = progress(files.len() as u64, "ROMs");
    let mut summary = Summary::default();
    judge_all(&files, &plan, jobs, |report| {
        bar.inc(1);
        if !args.json && !args.markdown {
            bar.suspend(|| say(line(&report)));
        }
        summary.add(report);
    });
    bar.finish_and_clear();
    if args.json {
        let json = serde_json::to_string_pretty(&summary).map_err(Fault::failed)?;
        say(json);
    } else if args.markdown {
        let coin = summary.roms.iter().find(|report| report.protocol == Some("ram_bytes"));
        let on = |alignment| coin.map(|report| judge_on(Path::new(&report.file), alignment));
        let coin: Vec<Report> = (0..4).filter_map(on).collect();
        say(markdown::report(&summary.roms, &coin));
    } else {
        say(summary.line());
    }
    Ok(if summary.failed == 0 { ExitCode::SUCCESS } else { ExitCode::from(Fault::FAILED) })
}

/// What came out of all ROMs.
#[derive(Debug, Default, Serialize)]
struct Summary {
    passed: usize,
    failed: usize,
    known: usize,
    ignored: usize,
    unreviewed: usize,
    roms: Vec<Report>,
}

impl Summary {
    fn add(&mut self, report: Report) {
        *match report.verdict {
            Verdict::Pass => &mut self.passed,
            Verdict::Fail | Verdict::Timeout | Verdict::Error => &mut self.failed,
            Verdict::Known => &mut self.known,
            Verdict::Ignored => &mut self.ignored,
            Verdict::Unreviewed => &mut self.unreviewed,
        } += 1;
        self.roms.push(report);
    }

    fn line(&self) -> String {
        let Self { passed, failed, known, ignored, unreviewed, .. } = self;
        format!(
            "{passed} passed, {failed} failed, {known} known to fail, {ignored} ignored, {unreviewed} unreviewed"
        )
    }
}

fn line(report: &Report) -> String {
    let protocol = report.protocol.unwrap_or("-");
    let verdict = report.verdict.name();
    format!("{verdict:<10} {protocol:<14} {}  {}", report.file, report.headline())
}

/// Tries all files on `jobs` threads; reports come in the order of the files.
fn judge_all(files: &[PathBuf], plan: &Plan, jobs: usize, mut done: impl FnMut(Report)) {
    let next = AtomicUsize::new(0);
    let (send, receive) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..jobs.min(files.len()) {
            let (next, send) = (&next, send.clone());
            scope.spawn(move || {
                while let Some((index, file)) = Some(next.fetch_add(1, Ordering::Relaxed))
                    .and_then(|n| files.get(n).map(|f| (n, f)))
                {
                    if send.send((index, judge(file, plan))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(send);
        let mut waiting: Vec<Option<Report>> = files.iter().map(|_| None).collect();
        let mut shown = 0;
        for (index, report) in receive {
            waiting[index] = Some(report);
            while let Some(report) = waiting.get_mut(shown).and_then(Option::take) {
                done(report);
                shown += 1;
            }
        }
    });
}

/// A file as it is; of a folder everything that has the ending of a ROM.
fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Outcome<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let unreadable = |error| Fault::file(path.display(), format_args!("cannot list it ({error})"));
    let mut inside: Vec<_> = std::fs::read_dir(path)
        .map_err(unreadable)?
        .filter_map(|entry| entry.ok())
        .filter(|entry| entry.file_type().is_ok_and(|kind| !kind.is_symlink()))
        .map(|entry| entry.path())
        .collect();
    inside.sort();
    for path in inside {
        if path.is_dir() || has_rom_ending(&path) {
            collect(&path, files)?;
        }
    }
    Ok(())
}

fn has_rom_ending(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
    ["nes", "nsf", "fds", "unif"].iter().any(|known| ending == *known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_come_in_the_order_of_the_files() {
        let files: Vec<PathBuf> = (0..40).map(|n| format!("/no/such/{n}.nes").into()).collect();
        let mut names = Vec::new();
        judge_all(&files, &Plan::default(), 4, |report| {
            assert_eq!(report.verdict, Verdict::Error);
            names.push(PathBuf::from(report.file));
        });
        assert_eq!(names, files);
    }

    #[test]
    fn a_rom_that_nobody_knows_is_an_error_and_not_a_pass() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("unknown.nes");
        let mut rom = crate::app::builtin::GAME.to_vec();
        rom.push(0);
        std::fs::write(&path, rom).unwrap();
        let report = judge(&path, &Plan::default());
        assert_eq!(report.verdict, Verdict::Error, "{report:?}");
        assert!(report.text.contains("unknown ROM"));
    }
}
