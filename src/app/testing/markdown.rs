//! `retake test --markdown`: docs/accuracy.md, made of verdicts.
//!
//! Nothing in it depends on the machine or the time: ROMs have their names of
//! the manifest, and there are no figures of speed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::manifest::{self, Entry};
use super::verdict::{Report, Verdict};
use super::{notes, reviewed};
use crate::nes::board::BoardId;

/// The tiers, hardest last, and what they are.
const TIERS: [(&str, &str); 4] = [
    ("core", "every serious emulator passes"),
    ("advanced", "good ones pass"),
    ("frontier", "few pass"),
    ("visual", "pictures, sounds and games without a verdict of their own"),
];

const HEAD: &str = "\
# Accuracy

Made by `retake test ../shared/roms --markdown > docs/accuracy.md`; the row *docs/accuracy.md* of `tests/roms.rs` fails when it is stale.
The ROMs are those of `roms-test/manifest.json` (`scripts/fetch-roms` downloads them), each run with the options of its row.
";

/// The report. `coin` are AccuracyCoin's results on the alignments 0-3.
pub fn report(reports: &[Report], coin: &[Report]) -> String {
    let mut text = HEAD.to_owned();
    let mut rows: Vec<(&Entry, &Report)> =
        reports.iter().filter_map(|report| Some((report.row?, report))).collect();
    rows.sort_by_key(|(entry, _)| &entry.file);
    let (supported, other): (Vec<_>, Vec<_>) = rows.iter().partition(|(entry, _)| can_run(entry));
    text += &counts(&supported);
    text += &failures(&supported);
    text += &coin_table(coin);
    text += &judged(&supported);
    text += &unjudged(&supported);
    text += &unsupported(&other);
    for section in &notes::all().section {
        text += &format!("\n## {}\n\n{}\n", section.title, section.text.trim());
    }
    text += &remarks();
    text
}

/// Whether the ROM's kind of file and board are there.
pub fn can_run(entry: &Entry) -> bool {
    let has_board = entry.mapper.is_some_and(has_board) || entry.format == "nsf";
    entry.is_playable() && (has_board || entry.refuses())
}

fn has_board(mapper: u16) -> bool {
    BoardId::from_mapper(mapper).is_some()
}

fn counts(rows: &[&(&Entry, &Report)]) -> String {
    let columns = [Verdict::Pass, Verdict::Known, Verdict::Unreviewed, Verdict::Ignored];
    let mut text = "\n## Verdicts on supported boards\n\n\
        | tier | | pass | known to fail | not judged | not there | fail |\n|---|---|--:|--:|--:|--:|--:|\n"
        .to_owned();
    for (tier, what) in TIERS {
        let verdicts: Vec<Verdict> =
            rows.iter().filter(|(e, _)| e.tier == tier).map(|(_, r)| r.verdict).collect();
        let count = |wanted| verdicts.iter().filter(|verdict| **verdict == wanted).count();
        let failed = verdicts.iter().filter(|verdict| verdict.is_failure()).count();
        let cells = columns.map(|verdict| count(verdict).to_string()).join(" | ");
        let _ = writeln!(text, "| {tier} | {what} | {cells} | {failed} |");
    }
    text
}

fn failures(rows: &[&(&Entry, &Report)]) -> String {
    let mut text =
        "\n## Failures\n\n| ROM | tier | verdict | why |\n|---|---|---|---|\n".to_owned();
    let failed = |verdict: Verdict| verdict == Verdict::Known || verdict.is_failure();
    for (entry, report) in rows.iter().filter(|(_, report)| failed(report.verdict)) {
        let says = cell(&report.headline());
        let _ = writeln!(
            text,
            "| {} | {} | {} | {says} |",
            entry.file,
            entry.tier,
            report.verdict.name()
        );
    }
    text
}

fn coin_table(coin: &[Report]) -> String {
    let Some(first) = coin.first() else { return String::new() };
    let mut text = "\n## AccuracyCoin on the four CPU/PPU alignments\n\n\
        [AccuracyCoin](https://github.com/100thCoin/AccuracyCoin) leaves a byte in RAM for each of its tests. ✓ passed; ✓2 passed, as the second of several behaviours that consoles have; ✗2 failed with code 2; – not run.\n\n\
        | test | 0 | 1 | 2 | 3 |\n|---|---|---|---|---|\n"
        .to_owned();
    for (index, part) in first.results.iter().enumerate() {
        let results = coin.iter().map(|report| &report.results[index]);
        let cells: Vec<String> = results.map(|part| mark(part.verdict, part.code)).collect();
        let _ = writeln!(text, "| {} | {} |", cell(&part.name), cells.join(" | "));
    }
    let passed = |report: &Report| {
        let passed = report.results.iter().filter(|part| part.verdict == Verdict::Pass).count();
        format!("**{passed} of {}**", report.results.len())
    };
    let totals: Vec<String> = coin.iter().map(passed).collect();
    let _ = writeln!(text, "| **passed** | {} |", totals.join(" | "));
    text
}

fn mark(verdict: Verdict, code: Option<u8>) -> String {
    let sign = match verdict {
        Verdict::Pass => '✓',
        Verdict::Fail => '✗',
        _ => '–',
    };
    let code = code.filter(|code| *code != 0).map(|code| code.to_string());
    format!("{sign}{}", code.unwrap_or_default())
}

fn judged(rows: &[&(&Entry, &Report)]) -> String {
    let mut text = "\n## Pictures and sounds that were looked at and listened to\n\n\
        Pinned by hash in `roms-test/reviewed.toml`.\n\n| ROM | what | seen |\n|---|---|---|\n"
        .to_owned();
    for (entry, report) in rows {
        if let Some(review) = reviewed::of(&entry.file) {
            let failed = if report.verdict == Verdict::Pass { "" } else { "**another one now**: " };
            let (what, seen) = (review.what(), cell(&review.seen));
            let _ = writeln!(text, "| {} | {what} | {failed}{seen} |", entry.file);
        }
    }
    text
}

fn unjudged(rows: &[&(&Entry, &Report)]) -> String {
    let mut rows =
        rows.iter().filter(|(_, report)| report.verdict == Verdict::Unreviewed).peekable();
    if rows.peek().is_none() {
        return String::new();
    }
    let mut text = "\n## Not judged yet\n\n| ROM | tier | |\n|---|---|---|\n".to_owned();
    for (entry, _) in rows {
        let note = notes::all().roms.get(&entry.file).map(|note| cell(note)).unwrap_or_default();
        let _ = writeln!(text, "| {} | {} | {note} |", entry.file, entry.tier);
    }
    text
}

fn unsupported(rows: &[&(&Entry, &Report)]) -> String {
    let mut boards: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (entry, _) in rows {
        let board = match entry.mapper {
            Some(mapper) if entry.is_playable() => format!("mapper {mapper:03}"),
            _ => entry.what_else(),
        };
        boards.entry(board).or_default().insert(&entry.file);
    }
    let mut text =
        "\n## Boards and files that are not supported\n\n| | ROMs | |\n|---|--:|---|\n".to_owned();
    for (board, files) in boards {
        let names: Vec<&str> =
            files.iter().map(|file| file.rsplit('/').next().unwrap_or(file)).collect();
        let _ = writeln!(text, "| {board} | {} | {} |", files.len(), cell(&names.join(", ")));
    }
    text
}

/// What was found out about ROMs that other emulators show otherwise.
fn remarks() -> String {
    let mut text =
        "\n## Where other emulators show something else\n\n| ROM | |\n|---|---|\n".to_owned();
    for (file, note) in &notes::all().roms {
        let _ = writeln!(text, "| {file} | {} |", cell(note));
    }
    text.trim_end().to_owned()
}

fn cell(text: &str) -> String {
    text.replace('\n', " ").replace('|', "\\|")
}

/// The rows that must be there for a whole report and are not.
pub fn missing() -> usize {
    manifest::entries().iter().filter(|entry| manifest::find(&entry.file).is_none()).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing::Part;

    fn report(file: &str, verdict: Verdict) -> Report {
        let row = manifest::entries().iter().find(|entry| entry.file.ends_with(file));
        Report { row: Some(row.expect(file)), ..Report::new(verdict, "first\nbecause | of it") }
    }

    #[test]
    fn verdicts_are_counted_by_tier_and_failures_are_rows_with_their_reason() {
        let text = super::report(
            &[report("nestest.nes", Verdict::Pass), report("power_up_palette.nes", Verdict::Known)],
            &[],
        );
        let tier = &report("nestest.nes", Verdict::Pass).row.unwrap().tier;
        let line = text.lines().find(|line| line.starts_with(&format!("| {tier} "))).unwrap();
        assert!(line.contains("| 1 |"), "{line}");
        assert!(
            text.contains("power_up_palette.nes") && text.contains("known | because \\| of it |")
        );
    }

    #[test]
    fn a_result_that_differs_between_alignments_shows() {
        let on = |verdict, code| Report {
            results: vec![Part { name: "CPU: ADC".into(), verdict, code: Some(code) }],
            ..Report::new(verdict, "")
        };
        let coin = [
            on(Verdict::Pass, 0),
            on(Verdict::Pass, 2),
            on(Verdict::Fail, 3),
            on(Verdict::Ignored, 0),
        ];
        let text = coin_table(&coin);
        assert!(text.contains("| CPU: ADC | ✓ | ✓2 | ✗3 | – |"), "{text}");
        assert!(text.contains("| **1 of 1** | **1 of 1** | **0 of 1** | **0 of 1** |"), "{text}");
    }
}
