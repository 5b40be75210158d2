//! The public test ROMs: what each must show, and where a copy lies.
//!
//! `roms-test/manifest.json` has a row a ROM; the ROMs themselves are not part
//! of this repository (`scripts/fetch-roms` downloads them).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use serde::Deserialize;

/// A ROM of the manifest.
#[derive(Clone, Debug, Deserialize)]
pub struct Entry {
    /// Its path below a folder of ROMs.
    pub file: String,
    /// SHA-256 of the file, in hex.
    pub sha256: String,
    /// The kind of file, as its first bytes say it.
    pub format: String,
    /// Mapper number, where the file has one.
    pub mapper: Option<u16>,
    /// How many emulators pass it: core, advanced, frontier; visual for
    /// pictures without a verdict.
    pub tier: String,
    /// Where it comes from: `github:owner/repository@commit:path`.
    pub origin: String,
    /// How it is judged.
    pub criterion: Criterion,
    /// How it is run.
    #[serde(default)]
    pub run: RunOptions,
}

impl Entry {
    /// Whether the file is all that a console needs: a cartridge's, a tune's, or a
    /// disk's with a BIOS behind it; not a disk's alone.
    pub fn is_playable(&self) -> bool {
        matches!(self.format.as_str(), "iNES" | "NES2.0" | "nsf" | "FDS and BIOS")
    }

    /// What a file is that is not playable, and what it takes.
    pub fn what_else(&self) -> String {
        if self.format.starts_with("fds") {
            format!("{} files, which need a BIOS; tests/fds.rs has a loader", self.format)
        } else {
            format!("{} files", self.format)
        }
    }

    /// Whether the file must be refused.
    pub fn refuses(&self) -> bool {
        self.criterion.kind == Kind::Refused
    }
}

/// How a ROM is judged.
#[derive(Clone, Debug, Deserialize)]
pub struct Criterion {
    /// The protocol.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// Lines of which one must appear.
    #[serde(default)]
    pub any: Vec<String>,
    /// Lines of which all must appear.
    #[serde(default)]
    pub all: Vec<String>,
    /// What its tiles mean.
    #[serde(default)]
    pub font: Font,
}

/// How the tiles of a ROM's text are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Font {
    /// A tile's number is its letter's ASCII code.
    #[default]
    Ascii,
    /// A tile's number is the low six bits of the code.
    SixBits,
}

/// A protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A code at $6000 behind a signature, text from $6004.
    Blargg6000,
    /// Words on the nametable.
    ScreenText,
    /// Every instruction equals a log.
    GoldenLog,
    /// A byte of RAM for each test.
    RamBytes,
    /// A picture that people have looked at.
    ScreenCompare,
    /// A sound that people have listened to.
    AudioCompare,
    /// Someone has to press buttons and look.
    Interactive,
    /// It runs on.
    Smoke,
    /// The file must be refused.
    Refused,
}

impl Kind {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Blargg6000 => "blargg6000",
            Self::ScreenText => "screen_text",
            Self::GoldenLog => "golden_log",
            Self::RamBytes => "ram_bytes",
            Self::ScreenCompare => "screen_compare",
            Self::AudioCompare => "audio_compare",
            Self::Interactive => "interactive",
            Self::Smoke => "smoke",
            Self::Refused => "refused",
        }
    }

    /// Whether the machine itself says what came out.
    pub fn is_machine_verdict(self) -> bool {
        matches!(self, Self::Blargg6000 | Self::ScreenText | Self::GoldenLog | Self::RamBytes)
    }
}

/// Options of `retake run` for a ROM.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct RunOptions {
    /// Frames within which it has its verdict.
    pub frames: Option<u64>,
    /// Television system.
    pub region: Option<String>,
    /// Another board than the header says.
    pub board: Option<String>,
    /// What is in the ports.
    pub ports: Option<String>,
    /// Buttons by frame.
    pub press: Option<String>,
}

/// Every ROM of the manifest.
pub fn entries() -> &'static [Entry] {
    static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
        let text = include_str!("../../../roms-test/manifest.json");
        serde_json::from_str(text).expect("the manifest is checked when tests run")
    });
    &ENTRIES
}

/// Our own ROMs, whose files lie in `roms-test/`.
pub fn own() -> &'static [Entry] {
    static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
        let text = include_str!("../../../roms-test/own.json");
        serde_json::from_str(text).expect("the list is checked when tests run")
    });
    &ENTRIES
}

/// The row for a file, by its hash.
pub fn by_hash(sha256: &str) -> Option<&'static Entry> {
    entries().iter().chain(own()).find(|entry| entry.sha256 == sha256)
}

/// Why a ROM is known to fail.
pub fn known_failure(file: &str) -> Option<&'static str> {
    static REASONS: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
        let text = include_str!("../../../roms-test/known-failures.toml");
        toml::from_str(text).expect("the list is checked when tests run")
    });
    REASONS.get(file).map(String::as_str)
}

/// Folders where ROMs may lie: those of `RETAKE_ROMS`, then the ones next to a
/// checkout.
pub fn folders() -> Vec<PathBuf> {
    let named = std::env::var_os("RETAKE_ROMS").unwrap_or_default();
    let named = std::env::split_paths(&named).filter(|path| !path.as_os_str().is_empty());
    named.chain(["../shared/roms", "roms-test/public"].map(PathBuf::from)).collect()
}

/// A file of the ROM folders, the first that there is.
pub fn find(file: &str) -> Option<PathBuf> {
    folders().iter().map(|folder| folder.join(file)).find(|path| path.is_file())
}

/// A file that lies beside a ROM, or anywhere in the ROM folders under `file`.
pub fn find_beside(rom: Option<&Path>, file: &str) -> Option<PathBuf> {
    let name = Path::new(file).file_name()?;
    let beside = rom.map(|rom| rom.with_file_name(name)).filter(|path| path.is_file());
    beside.or_else(|| find(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_reads_and_every_option_is_one_of_run() {
        assert!(entries().len() > 500);
        for entry in entries() {
            assert_eq!(entry.sha256.len(), 64, "{}", entry.file);
            assert!(entry.origin.starts_with("github:"), "{}", entry.file);
            let RunOptions { region, board, press, .. } = &entry.run;
            assert!(matches!(region.as_deref(), None | Some("pal")), "{}", entry.file);
            if let Some(board) = board {
                board.parse::<crate::nes::cart::BoardNumber>().unwrap();
            }
            if let Some(press) = press {
                press.parse::<crate::app::script::Script>().unwrap();
            }
        }
        let core = |e: &&Entry| e.tier == "core" && e.criterion.kind.is_machine_verdict();
        let ines = |e: &&Entry| e.file.ends_with(".nes");
        assert_eq!(entries().iter().filter(core).filter(ines).count(), 167);
    }

    #[test]
    fn known_failures_are_roms_of_the_manifest() {
        let text = include_str!("../../../roms-test/known-failures.toml");
        let rows: BTreeMap<String, String> = toml::from_str(text).unwrap();
        for file in rows.keys() {
            assert!(entries().iter().any(|entry| entry.file == *file), "{file}");
        }
    }
}
