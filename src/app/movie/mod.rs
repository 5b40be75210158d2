//! Movies: what was held in each frame from power-on.
//!
//! | format | file | read and written in |
//! |---|---|---|
//! | text | a line a frame | `text.rs` |
//! | .fm2 | FCEUX: keys, then a line a frame | `fm2.rs` |
//! | .bk2 | BizHawk: a zip with keys and an input log | `bk2.rs` |
//!
//! Another emulator's movie holds what was pressed, not what came of it: where
//! its console is less exact than ours, or its frames begin elsewhere, the game
//! may take another way. A movie that cannot be what it was here, for it starts
//! from a state or has devices that we lack, is refused with a sentence.

mod bk2;
mod fm2;
mod recording;
mod text;

use std::path::Path;

pub use recording::{About, Recording, write};

use super::fault::{Fault, Outcome};
use super::rom_file;
use super::setup::Asked;
use crate::nes::port::{MICROPHONE, button};
use crate::nes::{Devices, Input, Region};

/// Frames of a movie at most: a day.
pub const MOST_FRAMES: usize = 24 * 3600 * 601 / 10;

/// What happens to the console before a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Press {
    /// Nothing.
    #[default]
    None,
    /// The reset button.
    Reset,
    /// The power switch, off and on.
    Power,
}

/// A frame of a movie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MovieFrame {
    /// What is held in it.
    pub input: Input,
    /// What happens before it.
    pub press: Press,
}

/// Which kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A line a frame and nothing else.
    Text,
    /// FCEUX's.
    Fm2,
    /// BizHawk's.
    Bk2,
}

/// A movie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movie {
    /// The kind of file that it came from.
    pub format: Format,
    /// Its frames; the first is frame 1.
    pub frames: Vec<MovieFrame>,
    /// The console, where the movie says it.
    pub region: Option<Region>,
    /// What is in the ports, where the movie says it.
    pub ports: Option<Devices>,
    /// What the file says of itself: its own names, and the values.
    pub about: Vec<(&'static str, String)>,
}

impl Format {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Fm2 => ".fm2 (FCEUX)",
            Self::Bk2 => ".bk2 (BizHawk)",
        }
    }

    /// Whether it has words for what is held beside what is in the ports: switches,
    /// coins, the microphone.
    pub fn holds(self, input: &Input) -> bool {
        self == Self::Text || input.switches == [0; 2] && input.device[9] & MICROPHONE == 0
    }
}

impl Movie {
    /// Loads a movie; what kind it is shows in its bytes.
    pub fn load(path: &Path) -> Outcome<Self> {
        let bytes = rom_file::read(path)?;
        Self::parse(&bytes).map_err(|why| Fault::file(path.display(), why))
    }

    /// Reads a movie. `Err` is a sentence.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let movie = if bytes.starts_with(b"PK") {
            bk2::read(bytes)?
        } else if bytes.starts_with(b"version ") {
            fm2::read(&String::from_utf8_lossy(bytes))?
        } else {
            let text = std::str::from_utf8(bytes).map_err(|_| KINDS)?;
            if text.starts_with("[Input]") || text.starts_with("LogKey:") {
                bk2::read_log(text)?
            } else {
                text::read(text)?
            }
        };
        if movie.frames.is_empty() { Err(KINDS.into()) } else { Ok(movie) }
    }

    fn new(format: Format) -> Self {
        Self { format, frames: Vec::new(), region: None, ports: None, about: Vec::new() }
    }

    /// What it says of its console.
    pub fn asked(&self) -> Asked {
        Asked { region: self.region, ports: self.ports }
    }

    fn push(&mut self, frame: MovieFrame) -> Result<(), String> {
        if self.frames.len() == MOST_FRAMES {
            return Err("it has more frames than a day; cut it into parts".into());
        }
        self.frames.push(frame);
        Ok(())
    }

    /// What is held in a frame and happens before it; frame 1 is the first.
    /// Behind the end nothing is held.
    pub fn frame(&self, number: u64) -> MovieFrame {
        let index = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        index.and_then(|index| self.frames.get(index)).copied().unwrap_or_default()
    }
}

const KINDS: &str =
    "not a movie; give an .fm2, a .bk2, or text with a line `|..|UDLRSsBA|` a frame";

/// The columns of a pad in text and .bk2.
const UDLR: [(char, u8); 8] = [
    ('U', button::UP),
    ('D', button::DOWN),
    ('L', button::LEFT),
    ('R', button::RIGHT),
    ('S', button::START),
    ('s', button::SELECT),
    ('B', button::B),
    ('A', button::A),
];

/// The letters of the buttons that are held, dots for the others.
fn letters(pad: u8, columns: &[(char, u8)]) -> String {
    columns.iter().map(|(letter, bit)| if pad & bit == 0 { '.' } else { *letter }).collect()
}

/// The buttons of a field of letters.
fn buttons(field: &str, columns: &[(char, u8)]) -> u8 {
    let held = field.chars().zip(columns).filter(|(letter, _)| is_down(*letter));
    held.fold(0, |pad, (_, (_, bit))| pad | bit)
}

/// A dot or a space is a button that is up, anything else one that is down.
fn is_down(letter: char) -> bool {
    letter != '.' && letter != ' '
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_before_the_first_and_behind_the_last_hold_nothing() {
        let movie = Movie::parse(b"|..|.......A|\n").unwrap();
        assert_eq!(movie.frame(1).input, Input::pad1(button::A));
        assert_eq!(
            [movie.frame(0), movie.frame(2), movie.frame(u64::MAX)],
            [MovieFrame::default(); 3]
        );
    }

    #[test]
    fn what_is_no_movie_gets_a_sentence() {
        for bytes in
            [b"".as_slice(), b"hello", b"\xff\xfe", b"PK\x03\x04junk", b"version 3\n", b"[Input]\n"]
        {
            assert!(Movie::parse(bytes).unwrap_err().len() > 20);
        }
    }

    #[test]
    fn more_than_a_day_is_refused() {
        let mut movie = Movie::new(Format::Text);
        movie.frames = vec![MovieFrame::default(); MOST_FRAMES - 1];
        assert!(movie.push(MovieFrame::default()).is_ok());
        assert!(movie.push(MovieFrame::default()).unwrap_err().contains("a day"));
    }
}
