//! BizHawk's movies: a zip file with keys and an input log.
//!
//! ```text
//! Header.txt     Platform NES · PAL True · StartsFromSavestate False · …
//! Input Log.txt  [Input]
//!                LogKey:#Power|Reset|#P1 Up|P1 Down|…     the columns' names
//!                |..|UDLRSsBA|UDLRSsBA|                   bars only part the columns
//!                [/Input]
//! CoreState…, MovieSaveRam…     what the movie starts from, if not from power-on
//! ```
//!
//! <https://tasvideos.org/Bizhawk/BK2Format>

use std::fmt::Write as _;
use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::{About, Format, KINDS, Movie, MovieFrame, Press, UDLR, is_down, letters};
use crate::app::rom_file::{LIMIT, hex};
use crate::nes::port::{Expansion, button};
use crate::nes::{Devices, Region};

const HEADER: &str = "Header.txt";
const LOG: &str = "Input Log.txt";
/// Bytes of the header at most.
const HEADER_LIMIT: u64 = 1 << 20;
/// Columns of a line at most; the Famicom's keyboard has 72.
const MOST_COLUMNS: usize = 256;
const NOT_FROM_POWER_ON: &str =
    "it begins in the middle of a game, from another emulator's state; give a movie from power-on";

/// Keys that tell something of the movie.
const ABOUT: [&str; 6] = ["GameName", "SHA1", "Author", "emuVersion", "Core", "rerecordCount"];

/// Names of a pad's columns behind `P1 `.
const NAMES: [(&str, u8); 8] = [
    ("Up", button::UP),
    ("Down", button::DOWN),
    ("Left", button::LEFT),
    ("Right", button::RIGHT),
    ("Start", button::START),
    ("Select", button::SELECT),
    ("B", button::B),
    ("A", button::A),
];

/// Reads a movie.
pub fn read(bytes: &[u8]) -> Result<Movie, String> {
    let damaged = |error| format!("a damaged .bk2 ({error}); copy it again from where it came");
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if zip.index_for_name(LOG).is_none() {
        return Err(KINDS.into());
    }
    let starts = ["CoreState", "MovieSaveRam"];
    if zip.file_names().flatten().any(|name| starts.iter().any(|start| name.starts_with(start))) {
        return Err(NOT_FROM_POWER_ON.into());
    }
    let header = if zip.index_for_name(HEADER).is_some() {
        part(&mut zip, HEADER, HEADER_LIMIT)?
    } else {
        String::new()
    };
    let mut movie = Movie::new(Format::Bk2);
    for line in header.lines() {
        let (key, value) = line.split_once(' ').unwrap_or((line, ""));
        note(key, value.trim(), &mut movie)?;
    }
    read_lines(&part(&mut zip, LOG, LIMIT)?, &mut movie)?;
    Ok(movie)
}

/// Reads an input log alone.
pub fn read_log(text: &str) -> Result<Movie, String> {
    let mut movie = Movie::new(Format::Bk2);
    read_lines(text, &mut movie)?;
    Ok(movie)
}

/// A file of the zip as text.
fn part(zip: &mut ZipArchive<Cursor<&[u8]>>, name: &str, limit: u64) -> Result<String, String> {
    let unreadable =
        |why: &dyn std::fmt::Display| format!("its {name} cannot be read ({why}); save it anew");
    let file = zip.by_name(name).map_err(|error| unreadable(&error))?;
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > limit {
        return Err(unreadable(&format_args!("it has more than {} MiB", limit >> 20)));
    }
    // Names of games may be in any encoding.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn note(key: &str, value: &str, movie: &mut Movie) -> Result<(), String> {
    let yes = value == "1" || value.eq_ignore_ascii_case("true");
    match key {
        "Platform" if value != "NES" => {
            return Err(format!("it is for another console ({value}); give a movie for the NES"));
        }
        "StartsFromSavestate" | "StartsFromSaveRam" if yes => return Err(NOT_FROM_POWER_ON.into()),
        "PAL" => movie.region = Some(if yes { Region::Pal } else { Region::Ntsc }),
        "Core" if value.eq_ignore_ascii_case("SubNesHawk") => {
            return Err("it was made with SubNesHawk, whose lines are parts of frames; make it with NesHawk".into());
        }
        _ => {}
    }
    if let Some(known) = ABOUT.into_iter().find(|known| *known == key) {
        movie.about.retain(|(other, _)| *other != known);
        movie.about.push((known, value.chars().take(200).collect()));
    }
    Ok(())
}

fn read_lines(log: &str, movie: &mut Movie) -> Result<(), String> {
    let mut columns = None;
    for (number, line) in log.lines().enumerate() {
        let wrong = |why: String| format!("line {} of its input log: {why}", number + 1);
        if let Some(key) = line.strip_prefix("LogKey:") {
            columns = Some(Column::all(key).map_err(wrong)?);
        } else if line.starts_with('|') {
            let columns =
                columns.as_ref().ok_or_else(|| wrong("there is no LogKey before it".into()))?;
            let frame = frame(columns, line).map_err(wrong)?;
            let [.., three, four] = frame.input.pads;
            if three | four != 0 {
                movie.ports = Some(Devices::around(Expansion::FourScore));
            }
            movie.push(frame)?;
        }
    }
    Ok(())
}

/// What a column of a line means.
#[derive(Clone, Copy)]
enum Column<'a> {
    Button(usize, u8),
    Press(Press),
    /// Something that we do not have: it may not be used.
    Other(&'a str),
}

impl<'a> Column<'a> {
    fn all(key: &'a str) -> Result<Vec<Self>, String> {
        let names = key.split(['#', '|']).map(str::trim).filter(|name| !name.is_empty());
        let columns: Vec<_> = names.take(MOST_COLUMNS + 1).map(Self::of).collect();
        if columns.len() > MOST_COLUMNS {
            return Err(format!("it names more than {MOST_COLUMNS} columns; it is damaged"));
        }
        Ok(columns)
    }

    fn of(name: &'a str) -> Self {
        match name {
            "Reset" => return Self::Press(Press::Reset),
            "Power" => return Self::Press(Press::Power),
            _ => {}
        }
        let split = name.strip_prefix('P').and_then(|rest| rest.split_once(' '));
        let Some((pad, button)) = split else { return Self::Other(name) };
        let bit = NAMES.iter().find(|(known, _)| *known == button);
        match (pad.parse::<usize>(), bit) {
            (Ok(pad @ 1..=4), Some((_, bit))) => Self::Button(pad - 1, *bit),
            _ => Self::Other(name),
        }
    }
}

fn frame(columns: &[Column], line: &str) -> Result<MovieFrame, String> {
    let lacks =
        |name: &str| format!("it uses `{name}`, which is not supported yet; give a movie of pads");
    if line.contains(',') {
        let others = columns.iter().find_map(|column| match column {
            Column::Other(name) => Some(*name),
            _ => None,
        });
        return Err(lacks(others.unwrap_or("a stick or a light gun")));
    }
    let letters = || line.chars().filter(|letter| *letter != '|');
    if letters().count() != columns.len() {
        return Err(format!(
            "it has {} columns and the LogKey names {}",
            letters().count(),
            columns.len()
        ));
    }
    let mut frame = MovieFrame::default();
    for (column, _) in columns.iter().zip(letters()).filter(|(_, letter)| is_down(*letter)) {
        match *column {
            Column::Button(pad, bit) => frame.input.pads[pad] |= bit,
            Column::Press(press) if frame.press != Press::Power => frame.press = press,
            Column::Press(_) => {}
            Column::Other(name) => return Err(lacks(name)),
        }
    }
    Ok(frame)
}

/// Writes a movie of two pads, or of four in a Four Score.
pub fn write(frames: &[MovieFrame], about: &About) -> Result<Vec<u8>, String> {
    let pal = match about.region {
        Region::Ntsc => "False",
        Region::Pal => "True",
        Region::Dendy => {
            return Err(
                "a .bk2 cannot say that the console is a Dendy; give a name that ends with .txt"
                    .into(),
            );
        }
    };
    let pads = match (about.ports, about.ports.expansion()) {
        (Devices::PADS, _) => 2,
        (_, Expansion::FourScore) => 4,
        (other, _) => {
            return Err(format!(
                "a .bk2 is written for pads alone, and the ports have {other}; give a name that ends with .txt"
            ));
        }
    };
    let header = format!(
        "MovieVersion BizHawk v2.0.0\nPlatform NES\nCore NesHawk\nGameName {}\nSHA1 {}\nPAL {pal}\n\
         StartsFromSavestate False\nStartsFromSaveRam False\nrerecordCount 0\nAuthor Retake\n",
        about.line(),
        hex(&about.sha1).to_uppercase(),
    );
    let mut log = "[Input]\nLogKey:#Reset|Power|".to_owned();
    for pad in 1..=pads {
        log.push('#');
        for (name, _) in NAMES {
            // Memory takes it.
            let _ = write!(log, "P{pad} {name}|");
        }
    }
    log.push('\n');
    for frame in frames {
        let press = match frame.press {
            Press::None => "..",
            Press::Reset => "r.",
            Press::Power => ".P",
        };
        let _ = write!(log, "|{press}|");
        for pad in &frame.input.pads[..pads] {
            let _ = write!(log, "{}|", letters(*pad, &UDLR));
        }
        log.push('\n');
    }
    log.push_str("[/Input]\n");
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let zipped = [(HEADER, header), (LOG, log)].into_iter().try_for_each(|(name, text)| {
        zip.start_file(name, SimpleFileOptions::default())?;
        Ok(zip.write_all(text.as_bytes())?)
    });
    let zipped = zipped.and_then(|()| zip.finish());
    zipped.map(Cursor::into_inner).map_err(|error: zip::result::ZipError| error.to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::nes::Input;
    use crate::nes::port::Device;

    fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    const SHORT: &str = "[Input]\nLogKey:#Reset|Power|#P1 A|P1 Up|#P2 Start|FDS Eject|\n|r.|A.|..|\n|.P|.U|S.|\n[/Input]\n";

    #[test]
    fn the_log_key_names_the_columns() {
        let header = "Platform NES\nPAL True\nGameName A Game\n";
        let movie =
            read(&zip_of(&[("Header.txt", header.as_bytes()), (LOG, SHORT.as_bytes())])).unwrap();
        assert_eq!((movie.region, movie.frames.len()), (Some(Region::Pal), 2));
        assert_eq!(movie.about, [("GameName", "A Game".to_owned())]);
        let [first, second] = movie.frames[..] else { panic!("two frames") };
        assert_eq!((first.press, second.press), (Press::Reset, Press::Power));
        assert_eq!(first.input, Input::pad1(button::A));
        assert_eq!(second.input.pads, [button::UP, button::START, 0, 0]);
        assert_eq!(read_log(SHORT).unwrap().frames, movie.frames, "the log alone, unzipped");
    }

    #[test]
    fn what_cannot_be_played_as_it_was_gets_a_sentence() {
        let with = |header: &str, log: &str, more: &str| {
            let files =
                [("Header.txt", header.as_bytes()), (LOG, log.as_bytes()), (more, b"".as_slice())];
            read(&zip_of(&files)).unwrap_err()
        };
        let log = |line: &str| SHORT.replace("|.P|.U|S.|", line);
        for (header, log, more, word) in [
            ("Platform SNES", SHORT.to_owned(), "x", "SNES"),
            ("StartsFromSavestate True", SHORT.to_owned(), "x", "power-on"),
            ("StartsFromSaveRam 1", SHORT.to_owned(), "x", "power-on"),
            ("", SHORT.to_owned(), "CoreState.bin", "power-on"),
            ("", SHORT.to_owned(), "MovieSaveRam.bin", "power-on"),
            ("Core SubNESHawk", SHORT.to_owned(), "x", "SubNesHawk"),
            ("", log("|..|..|.E|"), "x", "`FDS Eject`"),
            ("", log("|..|  120,|"), "x", "`FDS Eject`"),
            ("", log("|..|..|"), "x", "line 4 of its input log: it has 4 columns"),
            ("", SHORT.replace("LogKey", "Key"), "x", "no LogKey"),
            ("", SHORT.replace("P1 A", &"P1 A|".repeat(300)), "x", "more than 256"),
        ] {
            let error = with(header, &log, more);
            assert!(error.contains(word), "{header} {log}: {error}");
        }
        assert!(read(&zip_of(&[("a.txt", b"x")])).unwrap_err().starts_with("not a movie"));
    }

    #[test]
    fn buttons_of_players_3_and_4_plug_a_four_score_in() {
        let movie = read_log(&SHORT.replace("P2 Start", "P4 Start")).unwrap();
        assert_eq!(movie.ports, Some(Devices::around(Expansion::FourScore)));
        let about = About { ports: Devices::around(Expansion::FourScore), ..About::default() };
        let again = read(&write(&movie.frames, &about).unwrap()).unwrap();
        assert_eq!((again.frames, again.ports), (movie.frames, movie.ports));
        let about = About { ports: Devices::in_ports([Device::Zapper; 2]), ..about };
        assert!(write(&[], &about).unwrap_err().contains("zapper"));
    }

    #[test]
    fn a_log_that_unpacks_without_end_does_not_fill_the_memory() {
        let log = vec![b'.'; LIMIT as usize + 10];
        assert!(read(&zip_of(&[(LOG, &log)])).unwrap_err().contains("more than 64 MiB"));
        let header = vec![b'.'; HEADER_LIMIT as usize + 10];
        let files = [(HEADER, header.as_slice()), (LOG, SHORT.as_bytes())];
        assert!(read(&zip_of(&files)).unwrap_err().contains("more than 1 MiB"));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            pads in prop::collection::vec((any::<[u8; 2]>(), 0..3u8), 1..50),
            pal in any::<bool>(),
        ) {
            let press = [Press::None, Press::Reset, Press::Power];
            let frame = |([one, two], n): &([u8; 2], u8)| MovieFrame {
                input: Input { pads: [*one, *two, 0, 0], ..Input::default() },
                press: press[usize::from(*n)],
            };
            let frames: Vec<_> = pads.iter().map(frame).collect();
            let region = if pal { Region::Pal } else { Region::Ntsc };
            let about = About { region, name: "A\nGame".into(), ..About::default() };
            let bytes = write(&frames, &about).unwrap();
            prop_assert_eq!(&bytes, &write(&frames, &about).unwrap());
            let movie = read(&bytes).unwrap();
            prop_assert_eq!(movie.frames, frames);
            prop_assert_eq!(movie.region, Some(region));
        }

        #[test]
        fn any_log_is_a_movie_or_a_sentence(
            log in "(LogKey:(#?(P[1-5] (A|Up|x)|Power|Reset|Zap)\\|){0,5}\n)?(\\|?[ .,PAé|]{0,12}\n){0,20}",
        ) {
            let _ = read_log(&log);
        }

        #[test]
        fn a_damaged_file_is_a_movie_or_a_sentence(at in any::<prop::sample::Index>(), by in 1..=255u8) {
            let mut bytes = zip_of(&[("Header.txt", b"Platform NES\n"), (LOG, SHORT.as_bytes())]);
            let at = at.index(bytes.len());
            bytes[at] ^= by;
            let _ = read(&bytes);
            let _ = read(&bytes[..at]);
        }
    }
}
