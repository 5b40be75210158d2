//! `retake info --boards`: the boards that are here, what they have, and what proves
//! them; with `--markdown`, docs/boards.md.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::app::testing::is_reviewed;
use crate::app::testing::manifest::{self, Entry};
use crate::nes::board::BoardId;
use crate::nes::cart::mapper_name;

/// What a mapper number has beside banks.
#[derive(Clone, Copy, Default)]
pub struct Facts {
    titles: u32,
    irq: Option<&'static str>,
    sound: Option<&'static str>,
    /// Submappers, and what is missing.
    pub notes: Option<&'static str>,
}

/// What shows that a board works, beside the tests in its file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Proof {
    /// A public ROM with a verdict, or with a picture or a sound that people judged.
    PublicRom,
    /// A ROM of ours.
    OwnRom,
    UnitTests,
}

impl Proof {
    const ALL: [Self; 3] = [Self::PublicRom, Self::OwnRom, Self::UnitTests];

    fn name(self) -> &'static str {
        match self {
            Self::PublicRom => "public ROM",
            Self::OwnRom => "own ROM",
            Self::UnitTests => "unit tests",
        }
    }

    fn of(mapper: u16) -> Self {
        let is_judged = |entry: &&Entry| {
            let judged = entry.criterion.kind.is_machine_verdict() || is_reviewed(&entry.file);
            entry.mapper == Some(mapper)
                && entry.is_playable()
                && !entry.refuses()
                && manifest::known_failure(&entry.file).is_none()
                && judged
        };
        if manifest::entries().iter().any(|entry| is_judged(&entry)) {
            Self::PublicRom
        } else if manifest::own()
            .iter()
            .any(|entry| entry.mapper == Some(mapper) && entry.criterion.kind.is_machine_verdict())
        {
            Self::OwnRom
        } else {
            Self::UnitTests
        }
    }
}

/// A mapper number that is supported.
struct Row {
    mapper: u16,
    board: BoardId,
    facts: Facts,
    proof: Proof,
}

/// What is known of a mapper number.
pub fn facts(mapper: u16) -> Facts {
    static TABLE: LazyLock<BTreeMap<u16, Facts>> = LazyLock::new(|| {
        let rows = include_str!("boards.tsv").lines().filter(|line| !line.starts_with('#'));
        rows.map(parse).collect()
    });
    TABLE.get(&mapper).copied().unwrap_or_default()
}

/// The table is part of the program: a row that cannot be read is a fault of it,
/// which the tests below find.
fn parse(line: &'static str) -> (u16, Facts) {
    let mut cells = line.split('\t').map(|cell| (!matches!(cell, "" | "-")).then_some(cell));
    let mut next = || cells.next().flatten();
    let mut number = || next().and_then(|cell| cell.parse::<u16>().ok()).unwrap_or_default();
    let (mapper, titles) = (number(), number().into());
    (mapper, Facts { titles, irq: next(), sound: next(), notes: next() })
}

fn rows() -> Vec<Row> {
    let mut rows: Vec<_> = BoardId::in_headers()
        .map(|(mapper, board)| Row {
            mapper,
            board,
            facts: facts(mapper),
            proof: Proof::of(mapper),
        })
        .collect();
    rows.sort_by_key(|row| row.mapper);
    rows
}

/// Licensed titles on all mapper numbers, a title on two of them twice.
const TITLES: u32 = 1694;

fn titles(rows: &[Row], proof: Proof) -> u32 {
    rows.iter().filter(|row| row.proof == proof).map(|row| row.facts.titles).sum()
}

fn percent(titles: u32) -> String {
    format!("{:.2} %", 100. * f64::from(titles) / f64::from(TITLES))
}

/// For `--json`.
pub fn document() -> Value {
    let rows = rows();
    let row = |row: &Row| {
        json!({
            "mapper": row.mapper,
            "name": mapper_name(row.mapper).unwrap_or(row.board.name()),
            "board": row.board.name(),
            "licensed_titles": row.facts.titles,
            "irq": row.facts.irq,
            "sound": row.facts.sound,
            "notes": row.facts.notes,
            "proof": row.proof.name(),
        })
    };
    let proofs = Proof::ALL.map(|proof| (proof.name().to_owned(), titles(&rows, proof).into()));
    json!({
        "mappers": rows.len(),
        "licensed_titles": rows.iter().map(|row| row.facts.titles).sum::<u32>(),
        "licensed_titles_of": TITLES,
        "licensed_titles_by_proof": serde_json::Map::from_iter(proofs),
        "boards": rows.iter().map(row).collect::<Vec<_>>(),
    })
}

/// For people: a line a number, and what they add up to.
pub fn text() -> String {
    let rows = rows();
    let mut out = String::new();
    for row in &rows {
        let name = mapper_name(row.mapper).unwrap_or(row.board.name());
        let notes = row.facts.notes.unwrap_or_default();
        let line = format!("{:>4}  {name:<32} {:<11} {notes}", row.mapper, row.proof.name());
        let _ = writeln!(out, "{}", line.trim_end());
    }
    let _ = write!(out, "\n{}", summary(&rows));
    out.trim_end().to_owned()
}

fn summary(rows: &[Row]) -> String {
    let all: u32 = rows.iter().map(|row| row.facts.titles).sum();
    let mut out = format!(
        "{} mapper numbers; {all} of {TITLES} licensed titles, {}\n",
        rows.len(),
        percent(all)
    );
    for proof in Proof::ALL {
        let count = rows.iter().filter(|row| row.proof == proof).count();
        let titles = titles(rows, proof);
        let _ = writeln!(
            out,
            "proof by {}: {count} numbers, {titles} titles, {}",
            proof.name(),
            percent(titles)
        );
    }
    out
}

/// docs/boards.md.
pub fn markdown() -> String {
    let rows = rows();
    let mut out = String::from(
        "# Boards\n\nMade by `retake info --boards --markdown > docs/boards.md`; a test of `tests/cli.rs` fails when it is stale.\n\n",
    );
    for line in summary(&rows).lines() {
        let _ = writeln!(out, "* {line}");
    }
    out.push_str(
        "\nEvery board has unit tests in its file. Beside these, its *proof* is a public ROM of `roms-test/manifest.json` with a verdict, or with a picture or a sound that people judged; else a ROM of ours; else nothing.\n\n",
    );
    out.push_str("| mapper | board | chip or family | licensed titles | IRQ | sound | proof | |\n");
    out.push_str("|--:|---|---|--:|---|---|---|---|\n");
    for row in &rows {
        let Facts { titles, irq, sound, notes } = row.facts;
        let cell = |text: Option<&'static str>| text.unwrap_or_default();
        let (name, family) =
            (mapper_name(row.mapper).unwrap_or(row.board.name()), row.board.name());
        let _ = writeln!(
            out,
            "| {} | {name} | {family} | {titles} | {} | {} | {} | {} |",
            row.mapper,
            cell(irq),
            cell(sound),
            row.proof.name(),
            cell(notes),
        );
    }
    out.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Vec<(u16, Facts)> {
        let rows = include_str!("boards.tsv").lines().filter(|line| !line.starts_with('#'));
        rows.map(parse).collect()
    }

    #[test]
    fn the_titles_of_the_table_are_all_licensed_ones() {
        let table = table();
        assert!(table.windows(2).all(|pair| pair[0].0 < pair[1].0), "in order, each once");
        assert_eq!(table.iter().map(|(_, facts)| facts.titles).sum::<u32>(), TITLES);
        assert_eq!(table.iter().filter(|(_, facts)| facts.titles > 0).count(), 68);
    }

    #[test]
    fn every_row_is_of_a_board_that_is_here_and_has_five_cells() {
        for line in include_str!("boards.tsv").lines().filter(|line| !line.starts_with('#')) {
            assert_eq!(line.split('\t').count(), 5, "{line}");
            let (mapper, _) = parse(line);
            assert!(BoardId::from_mapper(mapper).is_some(), "mapper {mapper}");
        }
    }

    #[test]
    fn boards_that_count_say_that_they_ask() {
        for row in rows() {
            let watches = row.board.watches();
            if row.facts.irq.is_some() {
                assert!(watches.cpu_cycles || watches.ppu_address, "mapper {}", row.mapper);
            }
        }
    }
}
