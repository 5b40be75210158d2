//! `retake info`: what a file is, and whether it can be used.
//!
//! | file | known by | told by |
//! |---|---|---|
//! | ROM, zipped or gzipped too | `NES` $1A | `rom.rs` |
//! | disk image | `FDS` $1A, `*NINTENDO-HVC*` | `disk.rs` |
//! | music | `NESM` $1A, `NSFE` | `music.rs` |
//! | saved state, the two files of a loop slot | `RETAKEST`, `RETAKELS`, `RETAKELI` | `saved.rs` |
//! | battery save | its name: `.sav` | `saved.rs` |
//! | movie | `version`, `PK` with an input log, bars | `movie.rs` |
//! | patch | `PATCH`, `BPS1`, `UPS1` | `patch.rs` |
//! | tape | `RETAKETP` | [`super::tape::info`] |

mod boards;
mod disk;
mod movie;
mod music;
mod patch;
mod rom;
mod saved;

use std::path::Path;
use std::process::ExitCode;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::cli::InfoArgs;
use super::fault::{Fault, Outcome};
use super::rom_file::{self, hex};
use super::say;
use super::tape::{self, file::is_tape};
use crate::flight::slot::Part;
use crate::flight::state_file;
use crate::nes::Region;
use crate::nes::cart::disk::Image;
use crate::nes::cart::nsf;

/// Runs the command.
pub fn info(args: &InfoArgs) -> Outcome {
    if let Some(file) = args.file.as_deref().filter(|file| is_tape(file)) {
        let args = tape::args::InfoArgs { file: file.to_owned(), json: args.json };
        return tape::info::info(&args);
    }
    if args.boards && !args.json {
        say(if args.markdown { boards::markdown() } else { boards::text() });
        return Ok(ExitCode::SUCCESS);
    }
    let document = match &args.file {
        _ if args.boards => boards::document(),
        Some(file) => describe(file)?,
        None => return Err(Fault::unusable("name a file, or give --boards")),
    };
    if args.json {
        say(format_args!("{document:#}"));
    } else if let Some(fields) = document.as_object() {
        for (name, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
            say(format_args!("{:<12} {}", name.replace('_', " "), text(value)));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A file by its first bytes; what has none, by its name.
fn describe(path: &Path) -> Outcome<Value> {
    let packed = rom_file::read(path)?;
    // A .bk2 is a zip file without a ROM.
    let is_movie = movie::is_zipped(&packed);
    let (bytes, notes) =
        if is_movie { (packed, Vec::new()) } else { rom_file::unpack(path, packed)? };
    let fault = |why: String| Fault::file(path.display(), why);
    let mut document = match bytes.as_slice() {
        [b'P', b'A', b'T', b'C', b'H', ..] | [b'B' | b'U', b'P', b'S', b'1', ..] => {
            patch::describe(&bytes).map_err(|error| fault(error.to_string()))?
        }
        _ if bytes.starts_with(&state_file::MAGIC) => saved::state(&bytes).map_err(fault)?,
        _ if bytes.starts_with(&Part::State.magic()) => {
            saved::slot(path, Part::State, &bytes).map_err(fault)?
        }
        _ if bytes.starts_with(&Part::Input.magic()) => {
            saved::slot(path, Part::Input, &bytes).map_err(fault)?
        }
        _ if bytes.starts_with(b"NES\x1a") => rom::describe(&bytes).map_err(fault)?,
        _ if Image::is_one(&bytes) => disk::describe(&bytes).map_err(fault)?,
        _ if nsf::is_music(&bytes) => music::describe(&bytes).map_err(fault)?,
        _ if saved::is_battery(path) => saved::battery(&bytes),
        _ if is_movie || movie::is_known(&bytes) => movie::describe(&bytes).map_err(fault)?,
        _ => return Err(fault(rom::what_else(&bytes))),
    };
    document["bytes"] = bytes.len().into();
    document["sha256"] = hex(&Sha256::digest(&bytes)).into();
    document["crc32"] = format!("{:08x}", crc32fast::hash(&bytes)).into();
    if !notes.is_empty() {
        document["notes"] = notes.into();
    }
    Ok(document)
}

fn region_name(region: Region) -> &'static str {
    match region {
        Region::Ntsc => "NTSC",
        Region::Pal => "PAL",
        Region::Dendy => "Dendy",
    }
}

/// How long frames take, to a tenth of a second.
fn seconds(frames: usize, region: Region) -> f64 {
    let (frames_of, seconds) = region.frame_rate();
    (frames as f64 * seconds as f64 / frames_of as f64 * 10.).round() / 10.
}

/// A value for people.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        Value::Array(values) => values.iter().map(text).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
