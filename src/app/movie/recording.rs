//! A movie that is being taken. It is written at its end, in the format that
//! its name asks for.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use md5::{Digest, Md5};
use sha1::Sha1;

use super::{Format, MovieFrame, bk2, fm2, text};
use crate::app::fault::{Fault, Outcome};
use crate::app::played::NOT_HELD;
use crate::nes::{Devices, Input, Nes, Region};

/// What a movie is of, for formats that say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// What people call the game.
    pub name: String,
    /// The console.
    pub region: Region,
    /// What is in the ports.
    pub ports: Devices,
    /// Of PRG and CHR ROM, one after the other.
    pub md5: [u8; 16],
    /// Of the same bytes.
    pub sha1: [u8; 20],
}

impl About {
    /// What a console plays.
    pub fn of(name: &str, nes: &Nes) -> Self {
        let cart = nes.cartridge();
        Self {
            name: name.to_owned(),
            region: nes.region(),
            ports: nes.ports(),
            md5: Md5::new().chain_update(&*cart.prg).chain_update(&cart.chr).finalize().into(),
            sha1: Sha1::new().chain_update(&*cart.prg).chain_update(&cart.chr).finalize().into(),
        }
    }

    /// The name as a value that ends with its line.
    pub(super) fn line(&self) -> String {
        self.name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
    }
}

impl Default for About {
    fn default() -> Self {
        Self {
            name: String::new(),
            region: Region::Ntsc,
            ports: Devices::PADS,
            md5: [0; 16],
            sha1: [0; 20],
        }
    }
}

/// A movie that grows.
pub struct Recording {
    path: PathBuf,
    file: File,
    format: Format,
    frames: Vec<MovieFrame>,
}

impl Recording {
    /// Begins a new file; `.fm2` and `.bk2` are what they are called, anything
    /// else is text. `dip` is how the machine's switches are set from the first frame on.
    pub fn create(path: &Path, dip: u8) -> Outcome<Self> {
        let format = Self::check(path, dip)?;
        let file = File::create(path).map_err(|error| Fault::write(path.display(), error))?;
        Ok(Self { path: path.to_owned(), file, format, frames: Vec::new() })
    }

    /// Whether such a file may begin; nothing is written.
    pub fn check(path: &Path, dip: u8) -> Outcome<Format> {
        let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
        let format = match ending.to_str() {
            Some("fm2") => Format::Fm2,
            Some("bk2") => Format::Bk2,
            Some("rtk") => {
                return Err(Fault::unusable(format_args!(
                    "{}: each session is a tape already, session-*.rtk in the game's folder; give a name that ends with .txt for a text movie, or .fm2, or .bk2",
                    path.display()
                )));
            }
            _ => Format::Text,
        };
        if !format.holds(&Input { switches: [dip, 0], ..Input::default() }) {
            return Err(Fault::unusable(format_args!(
                "{}: the machine's switches are set (--dip, --track); {NOT_HELD}",
                path.display()
            )));
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if folder.is_some_and(|folder| !folder.is_dir()) || path.is_dir() {
            return Err(Fault::unusable(format_args!(
                "{}: no file can be written there; name one in a folder that exists",
                path.display()
            )));
        }
        Ok(format)
    }

    /// Where it is written.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its format.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Frames so far.
    pub fn len(&self) -> usize {
        self.frames.len()
    }

    /// Whether there is no frame yet.
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// The next frame.
    pub fn push(&mut self, frame: MovieFrame) {
        self.frames.push(frame);
    }

    /// Takes back what came after so many frames.
    pub fn truncate(&mut self, frames: usize) {
        self.frames.truncate(frames);
    }

    /// Writes the file.
    pub fn finish(mut self, about: &About) -> Outcome<()> {
        let path = self.path.display();
        let bytes = write(self.format, &self.frames, about);
        let bytes = bytes.map_err(|why| Fault::file(&path, why))?;
        self.file.write_all(&bytes).map_err(|error| Fault::write(&path, error))
    }
}

/// A movie's file. `Err` is a sentence.
pub fn write(format: Format, frames: &[MovieFrame], about: &About) -> Result<Vec<u8>, String> {
    match format {
        Format::Text => Ok(text::write(frames).into_bytes()),
        Format::Fm2 => fm2::write(frames, about).map(String::into_bytes),
        Format::Bk2 => bk2::write(frames, about),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::movie::Movie;

    #[test]
    fn the_ending_of_the_name_is_the_format() {
        let dir = tempfile::tempdir().unwrap();
        let frame = MovieFrame { input: Input::pad1(5), ..MovieFrame::default() };
        for (name, format) in [
            ("a.txt", Format::Text),
            ("a", Format::Text),
            ("a.fm2", Format::Fm2),
            ("a.BK2", Format::Bk2),
        ] {
            let path = dir.path().join(name);
            let mut recording = Recording::create(&path, 0).unwrap();
            (0..3).for_each(|_| recording.push(frame));
            recording.truncate(2);
            recording.finish(&About::default()).unwrap();
            let movie = Movie::load(&path).unwrap();
            assert_eq!((movie.format, movie.frames), (format, vec![frame; 2]), "{name}");
        }
        let tape = Recording::create(&dir.path().join("a.rtk"), 0).err().unwrap();
        assert_eq!(tape.code, Fault::UNUSABLE);
        for place in ["no/a.fm2", ""] {
            let nowhere = Recording::create(&dir.path().join(place), 0).err().unwrap();
            assert_eq!(nowhere.code, Fault::UNUSABLE, "{}", nowhere.sentence);
        }
        assert!(Recording::check("a.txt".as_ref(), 0).is_ok(), "where we are");
    }

    #[test]
    fn a_format_without_a_word_for_switches_that_are_set_is_refused_before_there_is_a_file() {
        let dir = tempfile::tempdir().unwrap();
        for (name, holds) in [("a.txt", true), ("a.fm2", false), ("a.bk2", false)] {
            let path = dir.path().join(name);
            let refused = Recording::create(&path, 0x80).err();
            assert_eq!((refused.is_none(), path.exists()), (holds, holds), "{name}");
            let said = refused.map_or(String::new(), |fault| fault.sentence);
            assert_eq!(said.contains("ends with .txt"), !holds, "{said}");
        }
    }
}
