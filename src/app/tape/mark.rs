//! `retake tape mark`: names for frames. A tape is never changed in place: a
//! new one takes its place.

use std::process::ExitCode;

use serde_json::{Value, json};
use zerocopy::IntoBytes;

use super::args::MarkArgs;
use super::file::TapeFile;
use super::write::{closed, replace};
use crate::app::fault::{Fault, Outcome};
use crate::app::say;
use crate::flight::chunk::{Header, Kind};
use crate::flight::replay::Recording;

/// Bytes of a name.
const LONGEST: usize = 1000;
/// Bytes of the END chunk's payload.
const END: usize = 8;

/// Runs the command.
pub fn mark(args: &MarkArgs) -> Outcome {
    let file = TapeFile::open(&args.file)?;
    match &args.name {
        Some(name) => add(&file, args.frame, name)?,
        None => list(&file, args.json),
    }
    Ok(ExitCode::SUCCESS)
}

fn list(file: &TapeFile, as_json: bool) {
    let marks = file.tape.catalog().marks();
    if as_json {
        let row = |mark: &crate::flight::catalog::Mark| {
            let at = mark.position;
            json!({ "frame": at.frame, "branch": at.segment, "name": mark.name })
        };
        say(format_args!("{:#}", marks.iter().map(row).collect::<Value>()));
        return;
    }
    for mark in marks {
        let at = mark.position;
        say(format_args!("{:>8} (branch {}) {}", at.frame, at.segment, mark.name));
    }
}

fn add(file: &TapeFile, frame: Option<u64>, name: &str) -> Outcome<()> {
    if name.is_empty() || name.len() > LONGEST {
        return Err(Fault::unusable(format_args!(
            "--name has {} bytes; give a name of 1 to {LONGEST}",
            name.len()
        )));
    }
    let tip = file.tip(None)?;
    let frame = file.position(tip, frame.unwrap_or(tip.frame))?.frame;
    let mut bytes = file.tape.bytes()[..open_end(file)].to_vec();
    bytes.extend(Header::new(Kind::Mark, 0, 0, frame, name.as_bytes()).as_bytes());
    bytes.extend(name.as_bytes());
    replace(&file.path, &closed(bytes, tip.frame))
}

/// Where the INDEX chunk of a closed tape begins, or the whole chunks of
/// another one end.
fn open_end(file: &TapeFile) -> usize {
    let whole = (file.tape.whole() as usize).min(file.tape.bytes().len());
    let end = file.tape.bytes().last_chunk::<END>().filter(|_| file.tape.is_complete());
    end.map_or(whole, |end| (u64::from_le_bytes(*end) as usize).min(whole))
}
