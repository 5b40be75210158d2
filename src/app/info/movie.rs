//! What a movie is.

use std::io::Cursor;

use serde_json::{Value, json};

use super::{region_name, seconds};
use crate::app::movie::{Movie, Press};
use crate::nes::Region;

/// Whether a file is a zip with an input log in it.
pub fn is_zipped(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK")
        && zip::ZipArchive::new(Cursor::new(bytes))
            .is_ok_and(|zip| zip.index_for_name("Input Log.txt").is_some())
}

/// Whether a file begins as one of the movies does.
pub fn is_known(bytes: &[u8]) -> bool {
    let starts = [b"version ".as_slice(), b"[Input]", b"LogKey:"];
    starts.iter().any(|start| bytes.starts_with(start)) || Movie::parse(bytes).is_ok()
}

/// Its length, and who presses something.
pub fn describe(bytes: &[u8]) -> Result<Value, String> {
    let movie = Movie::parse(bytes)?;
    let pressed = |press| movie.frames.iter().filter(|frame| frame.press == press).count();
    let plays = |pad: &usize| movie.frames.iter().any(|frame| frame.input.pads[*pad] != 0);
    let held = movie.frames.iter().filter(|frame| frame.input.pads != [0; 4]).count();
    let mut document = json!({
        "kind": "movie",
        "format": movie.format.name(),
        "frames": movie.frames.len(),
        "seconds": seconds(movie.frames.len(), movie.region.unwrap_or(Region::Ntsc)),
        "region": movie.region.map(region_name),
        "players": (0..4).filter(plays).map(|pad| pad + 1).collect::<Vec<_>>(),
        "frames_with_buttons": held,
        "resets": pressed(Press::Reset),
        "power_cycles": pressed(Press::Power),
    });
    for (key, value) in movie.about {
        document[key] = value.into();
    }
    Ok(document)
}
