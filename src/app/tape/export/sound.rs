//! The sound of an export: one synthesis goes through all frames in order, so
//! ranges that were rendered apart join without a seam.

use std::path::Path;

use super::{Coded, Coding, Film, Format, NewFile, Writer};
use crate::app::fault::Outcome;
use crate::app::outputs::Wav;
use crate::nes::{Frame, Sound};

/// To a WAV file.
pub fn to_file(path: &Path, film: &Film) -> Outcome<Format> {
    let place = NewFile::beside(path);
    let wav = Wav::create(place.new_path(), film.region)?;
    Ok((Box::new(Blind), Box::new(Heard { wav: Some(wav), place })))
}

/// Sees nothing.
#[derive(Clone, Copy)]
struct Blind;

impl Coding for Blind {
    fn code(&mut self, _: u64, _: &Frame) -> Outcome<Coded> {
        Ok(Coded::None)
    }
}

struct Heard {
    wav: Option<Wav>,
    place: NewFile,
}

impl Writer for Heard {
    fn frame(&mut self, _: &Coded, sound: &Sound) -> Outcome<()> {
        self.wav.as_mut().map_or(Ok(()), |wav| wav.frame(sound))
    }

    fn finish(&mut self) -> Outcome<()> {
        self.wav.take().map_or(Ok(()), Wav::finish)?;
        self.place.done()
    }
}
