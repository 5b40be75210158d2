//! The command line of `retake tape` and `retake dump`.

use std::num::NonZero;
use std::path::PathBuf;

use clap::{Args, Subcommand};

/// What to do with a recording.
#[derive(Clone, Debug, Subcommand)]
pub enum TapeCommand {
    /// List what a tape has: branches, states, marks, events
    Info(InfoArgs),
    /// Run a tape again and compare every state; exit 1 if any differs
    Verify(VerifyArgs),
    /// The state and picture at a frame
    Seek(SeekArgs),
    /// Write a range as video, sound, pictures
    Export(ExportArgs),
    /// Write a range as a tape of its own
    Cut(CutArgs),
    /// List the marks, or add one
    Mark(MarkArgs),
    /// Make a tape of another version of the machine anew, from its inputs
    Upgrade(UpgradeArgs),
}

/// Where the ROM is.
#[derive(Clone, Debug, Default, Args)]
pub struct RomArgs {
    /// The ROM, or a folder to look for it by its hash [default: the built-in game, else
    /// the tape's folder]
    #[arg(long, value_name = "FILE|DIR")]
    pub rom: Option<PathBuf>,
    /// The patch with which the ROM was played
    #[arg(long, value_name = "FILE")]
    pub patch: Option<PathBuf>,
    /// The BIOS with which a disk was played
    #[arg(long, value_name = "FILE")]
    pub bios: Option<PathBuf>,
}

/// A part of a path.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct PathArgs {
    /// Begin after this frame [default: the beginning]
    #[arg(long, value_name = "FRAME")]
    pub from: Option<u64>,
    /// End with this frame [default: the end]
    #[arg(long, value_name = "FRAME")]
    pub to: Option<u64>,
    /// Which branch [default: the newest]
    #[arg(long, value_name = "N")]
    pub branch: Option<u32>,
}

/// Options of `tape info`.
#[derive(Clone, Debug, Args)]
pub struct InfoArgs {
    /// The tape
    pub file: PathBuf,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// Options of `tape verify`.
#[derive(Clone, Debug, Args)]
pub struct VerifyArgs {
    /// The tape
    pub file: PathBuf,
    /// The ROM.
    #[command(flatten)]
    pub rom: RomArgs,
    /// Threads [default: one a processor]
    #[arg(long, value_name = "N")]
    pub jobs: Option<NonZero<usize>>,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// Options of `tape seek`.
#[derive(Clone, Debug, Args)]
pub struct SeekArgs {
    /// The tape
    pub file: PathBuf,
    /// The frame
    pub frame: u64,
    /// Which branch [default: the newest]
    #[arg(long, value_name = "N")]
    pub branch: Option<u32>,
    /// The ROM.
    #[command(flatten)]
    pub rom: RomArgs,
    /// The picture as PNG
    #[arg(long, value_name = "FILE")]
    pub png: Option<PathBuf>,
    /// The picture's palette indices (0-63) as PGM
    #[arg(long, value_name = "FILE")]
    pub indices: Option<PathBuf>,
    /// The console's RAM, $0000-$07FF
    #[arg(long, value_name = "FILE")]
    pub ram: Option<PathBuf>,
    /// Print the xxh3-64 of layout and state
    #[arg(long)]
    pub state_hash: bool,
    /// The state, for `run --load-state`
    #[arg(long, value_name = "FILE")]
    pub save_state: Option<PathBuf>,
    /// Print the time that each part took, and the median and the 99th percentile of seeks to
    /// random frames
    #[arg(long)]
    pub time: bool,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// Options of `tape export`.
#[derive(Clone, Debug, Args)]
pub struct ExportArgs {
    /// The tape
    pub file: PathBuf,
    /// Which frames.
    #[command(flatten)]
    pub path: PathArgs,
    /// The ROM.
    #[command(flatten)]
    pub rom: RomArgs,
    /// Where to, and as what, by its ending: .mp4 or .mkv (H.264 and AAC, by the feature `encode`
    /// or else by ffmpeg), .y4m (its sound goes beside it as .wav), .wav, .apng, .gif, `-` (y4m
    /// to stdout), a folder for PNG files (a name that ends with /); .fm2, .bk2 or .txt for the inputs
    /// of a range from power-on
    #[arg(short, long, value_name = "FILE", required = true)]
    pub output: Vec<PathBuf>,
    /// Enlarge each pixel [default: 3 in .mp4 and .mkv, else 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=8))]
    pub scale: Option<u8>,
    /// No .wav beside a .y4m, and no sound in an .mp4 or .mkv
    #[arg(long)]
    pub no_sound: bool,
    /// Threads [default: one a processor]
    #[arg(long, value_name = "N")]
    pub jobs: Option<NonZero<usize>>,
}

/// Options of `tape cut`.
#[derive(Clone, Debug, Args)]
pub struct CutArgs {
    /// The tape
    pub file: PathBuf,
    /// Which frames.
    #[command(flatten)]
    pub path: PathArgs,
    /// The ROM.
    #[command(flatten)]
    pub rom: RomArgs,
    /// The new tape
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Keep the ROMs that were put in while it was played
    #[arg(long)]
    pub with_rom: bool,
}

/// Options of `tape mark`.
#[derive(Clone, Debug, Args)]
pub struct MarkArgs {
    /// The tape
    pub file: PathBuf,
    /// Mark this frame of the newest path [default: the last]
    #[arg(long, value_name = "F", requires = "name")]
    pub frame: Option<u64>,
    /// Add a mark of this name
    #[arg(long, value_name = "TEXT")]
    pub name: Option<String>,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// Options of `tape upgrade`.
#[derive(Clone, Debug, Args)]
pub struct UpgradeArgs {
    /// The tape
    pub file: PathBuf,
    /// The ROM.
    #[command(flatten)]
    pub rom: RomArgs,
    /// The new tape
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
}

/// Options of `dump`.
#[derive(Clone, Debug, Args)]
pub struct DumpArgs {
    /// A tape, a loop slot's file, a saved state or a ring
    pub file: PathBuf,
    /// Bytes of each chunk or slot; 0 is all
    #[arg(short = 'n', long, value_name = "BYTES", default_value_t = 64)]
    pub bytes: usize,
}
