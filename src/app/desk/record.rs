//! The movie that `--record` takes of a session.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use crate::app::cli::MovieArgs;
use crate::app::fault::{Fault, Outcome};
use crate::app::hash::hex64;
use crate::app::movie::{About, MovieFrame, Press, Recording};
use crate::app::played::NOT_HELD;
use crate::link::{Before, Taken};

/// A movie being taken; written at the end, as a loop that begins again takes
/// back what came after its beginning.
pub struct Record {
    taken: rtrb::Consumer<Taken>,
    recording: Recording,
    about: About,
    over: bool,
    hashes: Option<Hashes>,
}

/// A line for each frame that is run, rounds of loops and all: the number of
/// the frame before it, and the hash of the state between the two.
struct Hashes {
    lines: BufWriter<File>,
    number: u64,
}

impl Hashes {
    fn note(&mut self, taken: &Taken) {
        if let Before::Again(frame) = taken.before {
            self.number = frame;
        }
        // It is a test's, which misses the line.
        let _ = writeln!(self.lines, "{} state_hash {}", self.number, hex64(taken.state));
        self.number += 1;
    }
}

impl Record {
    /// A new file for `--record`, of a machine whose DIP switches are set so, and one for
    /// hashes.
    pub fn open(
        args: &MovieArgs,
        about: About,
        dip: u8,
        hashes: Option<PathBuf>,
        taken: rtrb::Consumer<Taken>,
    ) -> Outcome<Option<Self>> {
        let Some(path) = &args.record else { return Ok(None) };
        let recording = Recording::create(path, dip)?;
        let create = |path: &PathBuf| {
            File::create(path).map_err(|error| Fault::write(path.display(), error))
        };
        let hashes = match hashes {
            Some(path) => Some(Hashes { lines: BufWriter::new(create(&path)?), number: 0 }),
            None => None,
        };
        Ok(Some(Self { taken, recording, about, over: false, hashes }))
    }

    /// Takes what has come; a sentence when the movie ends before the session.
    pub fn take(&mut self) -> Option<String> {
        while let Ok(taken) = self.taken.pop() {
            if let Some(hashes) = &mut self.hashes {
                hashes.note(&taken);
            }
            let Taken { input, before, .. } = taken;
            if self.over {
                continue;
            }
            let press = match before {
                Before::Nothing => Ok(Press::None),
                Before::Reset => Ok(Press::Reset),
                Before::Again(frame) if frame <= self.recording.len() as u64 => {
                    self.recording.truncate(frame as usize);
                    Ok(Press::None)
                }
                Before::Again(_) | Before::Jump => Err("a state from elsewhere was loaded"),
                Before::Disk => Err("a disk was changed, for which movies have no word"),
            };
            let held = self.recording.format().holds(&input);
            match press.and_then(|press| held.then_some(press).ok_or(NOT_HELD)) {
                Ok(press) => self.recording.push(MovieFrame { input, press }),
                Err(why) => {
                    self.over = true;
                    let path = self.recording.path().display();
                    return Some(format!("{path}: {why}; the movie ends there"));
                }
            }
        }
        None
    }

    /// Writes it; a sentence where it ended early, or could not be written.
    pub fn close(mut self) -> Option<String> {
        let said = self.take();
        let written = self.recording.finish(&self.about);
        written.err().map(|fault| fault.to_string()).or(said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::movie::Movie;
    use crate::nes::Input;

    #[test]
    fn a_movie_ends_with_a_sentence_where_it_has_no_word_for_what_happens() {
        let dir = tempfile::tempdir().unwrap();
        let coin = Input { switches: [0, 1], ..Input::default() };
        let [held, disk] = [
            Taken { input: coin, ..Taken::default() },
            Taken { before: Before::Disk, ..Taken::default() },
        ];
        for (name, taken, said) in [
            ("a.fm2", held, Some("text movies alone")),
            ("b.txt", held, None),
            ("c.txt", disk, Some("a disk was changed")),
        ] {
            let path = dir.path().join(name);
            let args = MovieArgs { record: Some(path.clone()), movie: None };
            let (mut frames, frames_end) = rtrb::RingBuffer::new(4);
            let mut record =
                Record::open(&args, About::default(), 0, None, frames_end).unwrap().unwrap();
            for taken in [Taken::default(), taken, Taken::default()] {
                frames.push(taken).unwrap();
            }
            let sentence = record.take();
            assert_eq!(sentence.is_some(), said.is_some(), "{name}");
            assert!(sentence.unwrap_or_default().contains(said.unwrap_or_default()), "{name}");
            assert_eq!(record.take(), None, "once");
            assert_eq!(record.close(), None);
            let movie = Movie::load(&path).unwrap();
            assert_eq!(movie.frames.len(), if said.is_some() { 1 } else { 3 }, "{name}");
        }
    }
}
