//! What is held while a ROM is measured in play: what the command line says, a
//! movie that is known for it, or else a script for everything.
//!
//! ```text
//! frame   100 200 300   360   400 …
//!         Start         A     right, and A for 12 frames of 60
//! ```

use std::path::Path;

use crate::app::fault::Outcome;
use crate::app::movie::Movie;
use crate::app::script::Script;
use crate::app::setup::Setup;
use crate::app::testing::manifest;
use crate::nes::Input;
use crate::nes::port::button;

/// Movies of ROMs of the manifest; they lie with the ROMs.
const MOVIES: [(&str, &str); 1] = [("quickerNES/nova.nes", "novaTheSquirrel.anyPercent.sol")];

/// Inputs by frame.
#[derive(Clone, Debug)]
pub struct Play {
    held: Held,
}

#[derive(Clone, Debug)]
enum Held {
    Script(Script),
    /// A movie, and what follows it.
    Movie(Vec<Input>),
    Corpus,
}

impl Play {
    /// What is held for a ROM.
    pub fn of(setup: &Setup, rom: Option<&Path>, press: &Script) -> Outcome<Self> {
        if *press != Script::default() {
            return Ok(Self { held: Held::Script(press.clone()) });
        }
        let row = manifest::by_hash(&setup.rom.sha256_hex());
        let movie = MOVIES.iter().find(|(file, _)| row.is_some_and(|row| row.file == *file));
        let path = movie.and_then(|(_, movie)| manifest::find_beside(rom, movie));
        let Some(path) = path else { return Ok(Self::corpus()) };
        let frames = Movie::load(&path)?.frames.iter().map(|frame| frame.input).collect();
        Ok(Self { held: Held::Movie(frames) })
    }

    /// The script for everything.
    pub fn corpus() -> Self {
        Self { held: Held::Corpus }
    }

    /// What is held in a frame; the first is 1.
    pub fn input(&self, frame: u64) -> Input {
        match &self.held {
            Held::Script(script) => {
                let mut input = Input::default();
                script.hold(frame, &mut input);
                input
            }
            Held::Movie(frames) => {
                let place = usize::try_from(frame.saturating_sub(1)).unwrap_or(usize::MAX);
                frames.get(place).copied().unwrap_or_else(|| corpus(frame))
            }
            Held::Corpus => corpus(frame),
        }
    }

    /// In words.
    pub fn name(&self) -> &'static str {
        match &self.held {
            Held::Script(_) => "--press",
            Held::Movie(_) => "movie",
            Held::Corpus => "script",
        }
    }
}

/// The script of roms-test/reviewed.toml, without an end.
fn corpus(frame: u64) -> Input {
    let mut held = 0;
    if matches!(frame, 100..=105 | 200..=205 | 300..=305) {
        held |= button::START;
    }
    if (360..=365).contains(&frame) || frame >= 430 && (frame - 430) % 60 < 12 {
        held |= button::A;
    }
    if frame >= 400 {
        held |= button::RIGHT;
    }
    Input::pad1(held)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_is_that_of_the_reviewed_games() {
        let reviewed = include_str!("../../../roms-test/reviewed.toml");
        let press = reviewed.lines().find(|line| line.starts_with("press = \"100-105:start,200"));
        let press = press.and_then(|line| line.split('"').nth(1)).unwrap();
        let script: Script = press.parse().unwrap();
        for frame in 1..1890 {
            let mut input = Input::default();
            script.hold(frame, &mut input);
            assert_eq!(corpus(frame), input, "{frame}");
        }
    }
}
