//! What came out of a test ROM.

use serde::Serialize;

use super::manifest::Entry;

/// The outcome of a ROM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It says so itself, or a reviewed hash does.
    Pass,
    /// It says that something is wrong.
    Fail,
    /// It fails, and it is written down why.
    Known,
    /// It could not be tried.
    Ignored,
    /// It ran, and nobody has judged the picture or sound yet.
    Unreviewed,
    /// It said nothing in its time.
    Timeout,
    /// It cannot be run or judged.
    Error,
}

impl Verdict {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Known => "known",
            Self::Ignored => "ignored",
            Self::Unreviewed => "unreviewed",
            Self::Timeout => "timeout",
            Self::Error => "error",
        }
    }

    /// Whether it makes the command fail.
    pub fn is_failure(self) -> bool {
        matches!(self, Self::Fail | Self::Timeout | Self::Error)
    }
}

/// One of several tests within a ROM.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// What is tested.
    pub name: String,
    /// What came out.
    pub verdict: Verdict,
    /// The ROM's own number for it.
    pub code: Option<u8>,
}

/// What came out of a ROM.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The file.
    pub file: String,
    /// Its row of the manifest, if it has one.
    #[serde(skip)]
    pub row: Option<&'static Entry>,
    /// The protocol by which it was judged.
    pub protocol: Option<&'static str>,
    /// The outcome.
    pub verdict: Verdict,
    /// The ROM's own number for it.
    pub code: Option<u8>,
    /// What the ROM says, or why there is no verdict.
    pub text: String,
    /// Frames that it ran.
    pub frames: u64,
    /// The tests within it, where it tells them apart.
    pub results: Vec<Part>,
}

impl Report {
    /// An outcome without numbers.
    pub fn new(verdict: Verdict, text: impl Into<String>) -> Self {
        Self {
            file: String::new(),
            row: None,
            protocol: None,
            verdict,
            code: None,
            text: text.into(),
            frames: 0,
            results: Vec::new(),
        }
    }

    /// The line that says most, for a list.
    pub fn headline(&self) -> String {
        let lines: Vec<&str> = self.text.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
        match self.verdict {
            Verdict::Pass | Verdict::Known | Verdict::Ignored | Verdict::Error => {
                lines.last().copied().unwrap_or_default().to_owned()
            }
            _ => lines.join(" · "),
        }
    }
}
