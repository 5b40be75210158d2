//! AccuracyCoin: a byte of RAM for each of its 141 tests.
//!
//! Start runs them all; $35 says that they run, $37 counts them. A result is
//! `1` passed, `n << 2 | 1` passed as variant n, `n << 2 | 2` failed with code
//! n, 0 not run, $FF skipped.
//!
//! <https://github.com/100thCoin/AccuracyCoin>

use std::path::Path;
use std::sync::LazyLock;

use serde::Deserialize;

use super::subject::Subject;
use super::verdict::{Part, Report, Verdict};
use crate::app::cli::SetupArgs;
use crate::app::fault::{Fault, Outcome};
use crate::app::setup::{Asked, Setup};

/// Whether all tests run.
const RUNNING: u16 = 0x35;
/// Frames for which $35 has to stay 0 after the tests.
const STEADY: u64 = 60;

#[derive(Debug, Deserialize)]
struct Row {
    suite: String,
    name: String,
    address: u16,
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let text = include_str!("../../../roms-test/accuracycoin.json");
    serde_json::from_str(text).expect("the table is checked when tests run")
});

/// Frames within which the tests are done.
const FRAMES: u64 = 8000;

/// Runs a file as AccuracyCoin, whatever its hash, with START held for six
/// frames from `start` on.
pub fn judge_as_coin(path: &Path, start: u64) -> Outcome<Report> {
    let script = format!("{start}-{}:start", start + 5).parse().map_err(Fault::unusable)?;
    let setup = Setup::new(Some(path), &SetupArgs::default(), Asked::default())?;
    Ok(judge(&mut Subject::new(setup, script, FRAMES)))
}

/// Runs the ROM to the end of its tests.
pub fn judge(subject: &mut Subject) -> Report {
    let (mut ran, mut quiet) = (false, 0);
    while subject.step() && quiet < STEADY {
        let running = subject.nes.peek(RUNNING) != 0;
        ran |= running;
        quiet = if ran && !running { quiet + 1 } else { 0 };
    }
    let results: Vec<Part> =
        ROWS.iter().map(|row| part(row, subject.nes.peek(row.address))).collect();
    let passed = results.iter().filter(|part| part.verdict == Verdict::Pass).count();
    let verdict = match (passed == results.len(), quiet < STEADY) {
        (true, _) => Verdict::Pass,
        (false, true) => Verdict::Timeout,
        (false, false) => Verdict::Fail,
    };
    let failed: Vec<String> = results
        .iter()
        .filter(|part| part.verdict != Verdict::Pass)
        .map(|part| match part.code {
            Some(code) => format!("{} ({code})", part.name),
            None => format!("{} (not run)", part.name),
        })
        .collect();
    let mut text = format!("{passed}/{}", results.len());
    if !failed.is_empty() {
        text = format!("{text}: {}", failed.join(", "));
    }
    Report { results, ..Report::new(verdict, text) }
}

fn part(row: &Row, byte: u8) -> Part {
    let (verdict, code) = match (byte, byte & 3) {
        (0 | 0xff, _) => (Verdict::Ignored, None),
        (_, 1) => (Verdict::Pass, Some(byte >> 2)),
        _ => (Verdict::Fail, Some(byte >> 2)),
    };
    Part { name: format!("{}: {}", row.suite, row.name), verdict, code }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_a_row_for_each_of_141_results() {
        assert_eq!(ROWS.len(), 141);
    }

    #[test]
    fn a_result_byte_is_a_verdict_and_a_number() {
        let verdict = |byte| (part(&ROWS[0], byte).verdict, part(&ROWS[0], byte).code);
        assert_eq!(verdict(0x01), (Verdict::Pass, Some(0)));
        assert_eq!(verdict(0x09), (Verdict::Pass, Some(2)));
        assert_eq!(verdict(0x0e), (Verdict::Fail, Some(3)));
        assert_eq!(verdict(0x00), (Verdict::Ignored, None));
        assert_eq!(verdict(0xff), (Verdict::Ignored, None));
    }
}
