//! Movies: what was held in each frame.
//!
//! ```text
//! .fm2   |commands|RLDUTSBA|RLDUTSBA||    text; commands: 1 reset, 2 power
//! .bk2   a zip with `Input Log.txt`: a LogKey line that names the columns, then lines
//! text   |Pr|UDLRSsBA|UDLRSsBA|           P power, r reset; more pads may follow
//! ```
//!
//! A dot or a space is a button that is up, anything else one that is down.
//! Lines that do not begin with `|` say something else and are left out.
//!
//! <https://fceux.com/web/help/fm2.html>, <https://tasvideos.org/Bizhawk/BK2Format>

use std::fmt::Write;
use std::io::{Cursor, Read};
use std::path::Path;

use super::fault::{Fault, Outcome};
use super::rom_file;
use crate::nes::port::button;
use crate::nes::{Input, Region};

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

/// A movie.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Movie {
    /// Its frames; the first is frame 1.
    pub frames: Vec<MovieFrame>,
    /// The console, where the movie says it.
    pub region: Option<Region>,
}

impl Movie {
    /// Loads a movie; what kind it is shows in its bytes.
    pub fn load(path: &Path) -> Outcome<Self> {
        let bytes = rom_file::read(path)?;
        Self::parse(&bytes).map_err(|why| Fault::file(path.display(), why))
    }

    /// Reads a movie.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        if bytes.starts_with(b"PK") {
            return Self::parse_text(&bk2_log(bytes)?);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| KINDS)?;
        Self::parse_text(text)
    }

    fn parse_text(text: &str) -> Result<Self, String> {
        let mut movie = Self::default();
        let mut columns = Columns::Text;
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if let Some(fields) = line.strip_prefix('|') {
                let frame =
                    columns.frame(fields).map_err(|why| format!("line {}: {why}", number + 1))?;
                movie.frames.push(frame);
            } else if let Some(key) = line.strip_prefix("LogKey:") {
                columns = Columns::named(key);
            } else {
                movie.header_line(line, &mut columns)?;
            }
        }
        if movie.frames.is_empty() { Err(KINDS.into()) } else { Ok(movie) }
    }

    fn header_line(&mut self, line: &str, columns: &mut Columns) -> Result<(), String> {
        match line.split_once(' ').unwrap_or((line, "")) {
            ("version", "3") => *columns = Columns::Fm2,
            ("palFlag", "1") => self.region = Some(Region::Pal),
            ("binary", "1") => {
                return Err("a binary .fm2; save it as text in FCEUX, then it plays".into());
            }
            ("savestate", _) => {
                return Err("it begins in the middle of a game, from another emulator's state; give a movie from power-on".into());
            }
            ("port0" | "port1", "2") => {
                return Err(
                    "it holds a Zapper, which is not supported yet; give a movie of pads".into()
                );
            }
            _ => {}
        }
        Ok(())
    }

    /// What is held in a frame and happens before it; frame 1 is the first.
    /// Behind the end nothing is held.
    pub fn frame(&self, number: u64) -> MovieFrame {
        let index = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        index.and_then(|index| self.frames.get(index)).copied().unwrap_or_default()
    }
}

/// A frame as a line of a text movie.
pub fn line(frame: &MovieFrame) -> String {
    let mut line = match frame.press {
        Press::None => "|..|",
        Press::Reset => "|.r|",
        Press::Power => "|P.|",
    }
    .to_owned();
    let pads = frame.input.pads;
    let shown = if pads[2] | pads[3] == 0 { 2 } else { 4 };
    for pad in &pads[..shown] {
        for (letter, button) in TEXT {
            line.push(if pad & button == 0 { '.' } else { letter });
        }
        let _ = line.write_char('|');
    }
    line
}

const KINDS: &str =
    "not a movie; give an .fm2, a .bk2, or text with a line `|..|UDLRSsBA|` a frame";

/// The columns of a pad in text and .bk2.
const TEXT: [(char, u8); 8] = [
    ('U', button::UP),
    ('D', button::DOWN),
    ('L', button::LEFT),
    ('R', button::RIGHT),
    ('S', button::START),
    ('s', button::SELECT),
    ('B', button::B),
    ('A', button::A),
];

/// The columns of a pad in .fm2: the hardware's order from bit 7 down.
const FM2: [u8; 8] = [
    button::RIGHT,
    button::LEFT,
    button::DOWN,
    button::UP,
    button::START,
    button::SELECT,
    button::B,
    button::A,
];

/// What the characters of a line mean.
enum Columns {
    Text,
    Fm2,
    /// Per character of a line without its bars.
    Named(Vec<Meaning>),
}

#[derive(Clone, Copy)]
enum Meaning {
    Button(usize, u8),
    Press(Press),
    Unused,
}

impl Columns {
    /// The columns of a LogKey: `#Power|Reset|#P1 Up|P1 Down|…`.
    fn named(key: &str) -> Self {
        let names = key.split(['#', '|']).map(str::trim).filter(|name| !name.is_empty());
        Self::Named(names.map(Meaning::of).collect())
    }

    fn frame(&self, fields: &str) -> Result<MovieFrame, String> {
        let mut frame = MovieFrame::default();
        if let Self::Named(meanings) = self {
            let characters = fields.chars().filter(|c| *c != '|');
            for (meaning, _) in meanings.iter().zip(characters).filter(|(_, c)| is_down(*c)) {
                match *meaning {
                    Meaning::Button(pad, bit) => frame.input.pads[pad] |= bit,
                    Meaning::Press(press) => frame.press = press,
                    Meaning::Unused => {}
                }
            }
            return Ok(frame);
        }
        let mut fields = fields.split('|');
        let commands = fields.next().unwrap_or_default();
        frame.press = match self {
            Self::Fm2 => match commands.trim().parse::<u32>() {
                Ok(bits) if bits & 2 != 0 => Press::Power,
                Ok(bits) if bits & 1 != 0 => Press::Reset,
                Ok(_) => Press::None,
                Err(_) => return Err("its first column is no number".into()),
            },
            _ if commands.contains('P') => Press::Power,
            _ if commands.contains('r') => Press::Reset,
            _ => Press::None,
        };
        for (pad, field) in fields.take(4).enumerate() {
            for (column, _) in field.chars().take(8).enumerate().filter(|(_, c)| is_down(*c)) {
                frame.input.pads[pad] |=
                    if matches!(self, Self::Fm2) { FM2[column] } else { TEXT[column].1 };
            }
        }
        Ok(frame)
    }
}

impl Meaning {
    fn of(name: &str) -> Self {
        match name {
            "Reset" => return Self::Press(Press::Reset),
            "Power" => return Self::Press(Press::Power),
            _ => {}
        }
        let Some((pad, button)) = name.strip_prefix('P').and_then(|rest| rest.split_once(' '))
        else {
            return Self::Unused;
        };
        let bit = match button {
            "Up" => button::UP,
            "Down" => button::DOWN,
            "Left" => button::LEFT,
            "Right" => button::RIGHT,
            "Start" => button::START,
            "Select" => button::SELECT,
            "B" => button::B,
            "A" => button::A,
            _ => return Self::Unused,
        };
        match pad.parse::<usize>() {
            Ok(pad @ 1..=4) => Self::Button(pad - 1, bit),
            _ => Self::Unused,
        }
    }
}

fn is_down(character: char) -> bool {
    character != '.' && character != ' '
}

/// The `Input Log.txt` of a .bk2, at most 64 MiB.
fn bk2_log(bytes: &[u8]) -> Result<String, String> {
    let damaged = |error| format!("a damaged .bk2 ({error}); copy it again from where it came");
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    let mut text = String::new();
    let log = zip.by_name("Input Log.txt").map_err(|_| KINDS)?;
    log.take(64 << 20)
        .read_to_string(&mut text)
        .map_err(|error| format!("its input log cannot be read ({error}); save it anew"))?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pads(movie: &str) -> Vec<[u8; 4]> {
        Movie::parse(movie.as_bytes()).unwrap().frames.iter().map(|f| f.input.pads).collect()
    }

    #[test]
    fn a_text_line_is_a_frame() {
        assert_eq!(
            pads("|..|U......A|\n|..|....S...|.....s..|\n"),
            [[button::UP | button::A, 0, 0, 0], [button::START, button::SELECT, 0, 0]]
        );
    }

    #[test]
    fn an_fm2_names_right_first_and_resets_by_number() {
        let movie =
            Movie::parse(b"version 3\npalFlag 1\n|1|R......A|........||\n|0|....T...|...U....||\n")
                .unwrap();
        assert_eq!(movie.region, Some(Region::Pal));
        assert_eq!(movie.frame(1).press, Press::Reset);
        assert_eq!(movie.frame(1).input.pads, [button::RIGHT | button::A, 0, 0, 0]);
        assert_eq!(movie.frame(2).input.pads, [button::START, button::UP, 0, 0]);
        assert_eq!([movie.frame(0), movie.frame(3)], [MovieFrame::default(); 2]);
    }

    #[test]
    fn a_log_key_names_the_columns() {
        let movie = "LogKey:#Reset|Power|#P1 A|P1 Up|#P2 Start|\n|r.|A.|.|\n|.P|.U|S|\n";
        let movie = Movie::parse(movie.as_bytes()).unwrap();
        assert_eq!((movie.frame(1).press, movie.frame(2).press), (Press::Reset, Press::Power));
        assert_eq!(movie.frame(2).input.pads, [button::UP, button::START, 0, 0]);
    }

    #[test]
    fn a_written_line_reads_back() {
        let input = Input { pads: [1, 0x82, 0, 0x10], ..Input::default() };
        for press in [Press::None, Press::Reset, Press::Power] {
            let frame = MovieFrame { input, press };
            assert_eq!(Movie::parse(line(&frame).as_bytes()).unwrap().frames, [frame]);
        }
    }

    #[test]
    fn what_is_no_movie_gets_a_sentence() {
        for bytes in
            [b"".as_slice(), b"hello", b"\xff\xfe", b"PK\x03\x04junk", b"version 3\n|x||\n"]
        {
            assert!(Movie::parse(bytes).unwrap_err().len() > 20);
        }
    }
}
