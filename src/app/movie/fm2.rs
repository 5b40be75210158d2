//! FCEUX's movies: keys and values, then a line a frame.
//!
//! ```text
//! version 3                         must come first
//! palFlag 0 · fourscore 0 · FDS 0   1: yes
//! port0 1 · port1 1 · port2 0       0 nothing, 1 pad, 2 Zapper; port2 is the expansion port
//! length 3                          frames, if the log is longer
//! |0|RLDUTSBA|........||            commands (1 reset, 2 power, others for disks and coins), pads
//! |0|RLDUTSBA|120 099 1 0 0||       a Zapper: x, y, its trigger, two numbers of FCEUX's own
//! ```
//!
//! <https://fceux.com/web/FM2.html>

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::{About, Format, Movie, MovieFrame, Press, buttons, letters};
use crate::nes::port::zapper::aim;
use crate::nes::port::{Device, Expansion, button};
use crate::nes::{Devices, Region};

/// The columns of a pad: the hardware's order from bit 7 down.
const RLDU: [(char, u8); 8] = [
    ('R', button::RIGHT),
    ('L', button::LEFT),
    ('D', button::DOWN),
    ('U', button::UP),
    ('T', button::START),
    ('S', button::SELECT),
    ('B', button::B),
    ('A', button::A),
];

/// Bits of the commands.
const RESET: u32 = 1;
const POWER: u32 = 2;

/// Keys that tell something of the movie.
const ABOUT: [&str; 4] = ["romFilename", "romChecksum", "emuVersion", "rerecordCount"];

/// Reads a movie.
pub fn read(text: &str) -> Result<Movie, String> {
    let mut movie = Movie::new(Format::Fm2);
    let mut keys = Keys { ports: [None; 2], four: false, length: usize::MAX };
    for (number, line) in text.lines().enumerate() {
        if let Some(fields) = line.strip_prefix('|') {
            if movie.frames.len() == keys.length {
                break;
            }
            let frame = keys.frame(fields).map_err(|why| format!("line {}: {why}", number + 1))?;
            movie.push(frame)?;
        } else {
            let (key, value) = line.split_once(' ').unwrap_or((line, ""));
            keys.note(key, value.trim(), &mut movie)?;
        }
    }
    movie.ports = keys.devices();
    Ok(movie)
}

/// What the keys say of the lines.
struct Keys {
    ports: [Option<Device>; 2],
    four: bool,
    length: usize,
}

impl Keys {
    fn note(&mut self, key: &str, value: &str, movie: &mut Movie) -> Result<(), String> {
        let lacks =
            |what: &str| Err(format!("{what}, which is not supported; give a movie of pads"));
        match (key, value) {
            ("version", "3") => {}
            ("version", other) => {
                return Err(format!(
                    "an .fm2 of version {other}, and only 3 is known; save it in a newer FCEUX"
                ));
            }
            ("binary", "1") => {
                return Err("a binary .fm2; save it as text in FCEUX, then it plays".into());
            }
            ("savestate", _) => {
                return Err("it begins in the middle of a game, from another emulator's state; give a movie from power-on".into());
            }
            ("palFlag", "1") => movie.region = Some(Region::Pal),
            ("palFlag", _) => movie.region = Some(Region::Ntsc),
            ("FDS", "1") => return lacks("it is for the Famicom Disk System"),
            ("fourscore", value) => self.four = value == "1",
            ("port2", "0") => {}
            ("port0" | "port1", "0" | "1" | "2") => {
                let device = match value {
                    "0" => Device::Nothing,
                    "1" => Device::Pad,
                    _ => Device::Zapper,
                };
                self.ports[usize::from(key == "port1")] = Some(device);
            }
            ("port0" | "port1" | "port2", other) => {
                return lacks(&format!("it holds a device that is no pad ({key} {other})"));
            }
            ("length", _) => self.length = value.parse().unwrap_or(self.length),
            _ => {
                if let Some(known) = ABOUT.into_iter().find(|known| *known == key) {
                    movie.about.retain(|(other, _)| *other != known);
                    movie.about.push((known, value.chars().take(200).collect()));
                }
            }
        }
        Ok(())
    }

    /// What is plugged in, where a key says it.
    fn devices(&self) -> Option<Devices> {
        match (self.four, self.ports) {
            (true, _) => Some(Devices::around(Expansion::FourScore)),
            (_, [None, None]) => None,
            (_, ports) => Some(Devices::in_ports(ports.map(Option::unwrap_or_default))),
        }
    }

    fn frame(&self, fields: &str) -> Result<MovieFrame, String> {
        let mut frame = MovieFrame::default();
        let mut fields = fields.split('|');
        let commands = fields.next().unwrap_or_default().trim();
        let bits: u32 = commands.parse().map_err(|_| "its first column is no number")?;
        if bits & !(RESET | POWER) != 0 {
            return Err(format!(
                "command {bits} is for disks or coins; a tape holds them, and a movie none here"
            ));
        }
        frame.press = match bits {
            0 => Press::None,
            RESET => Press::Reset,
            _ => Press::Power,
        };
        let devices = self.devices().unwrap_or_default();
        for (port, field) in fields.take(if self.four { 4 } else { 2 }).enumerate() {
            match devices.port(port) {
                Device::Nothing => {}
                Device::Zapper => frame.input.of_port_mut(port).copy_from_slice(&aimed(field)?),
                _ => {
                    let columns = field.chars().count();
                    if columns != RLDU.len() {
                        return Err(format!(
                            "a pad has 8 columns and not {columns}; the file is damaged"
                        ));
                    }
                    frame.input.pads[port] = buttons(field, &RLDU);
                }
            }
        }
        Ok(frame)
    }
}

/// What a Zapper's field says: a spot outside of the picture is none.
fn aimed(field: &str) -> Result<[u8; 4], String> {
    let mut numbers = field.split_whitespace().map(|number| number.parse::<i64>().ok());
    let mut next = || numbers.next().flatten();
    let (Some(x), Some(y), Some(trigger)) = (next(), next(), next()) else {
        return Err(format!("`{field}` is no Zapper's x, y and trigger; the file is damaged"));
    };
    let pulled = if trigger == 0 { 0 } else { aim::TRIGGER };
    Ok(match (u8::try_from(x), u8::try_from(y)) {
        (Ok(x), Ok(y @ 0..240)) => [x, y, pulled | aim::AT_PICTURE, 0],
        _ => [0, 0, pulled, 0],
    })
}

/// The same as a field.
fn aim_field([x, y, bits, _]: [u8; 4]) -> String {
    let pulled = u8::from(bits & aim::TRIGGER != 0);
    if bits & aim::AT_PICTURE == 0 {
        return format!("000 255 {pulled} 0 0");
    }
    format!("{x:03} {y:03} {pulled} 0 0")
}

/// Writes a movie of pads and Zappers.
pub fn write(frames: &[MovieFrame], about: &About) -> Result<String, String> {
    let pal = match about.region {
        Region::Ntsc => 0,
        Region::Pal => 1,
        Region::Dendy => {
            return Err(
                "an .fm2 cannot say that the console is a Dendy; give a name that ends with .txt"
                    .into(),
            );
        }
    };
    let four = about.ports.expansion() == Expansion::FourScore;
    let port = |port| match about.ports.port(port) {
        Device::Nothing => Some(0),
        Device::Pad => Some(1),
        Device::Zapper => Some(2),
        _ => None,
    };
    let known = four || about.ports.expansion() == Expansion::Nothing;
    let (Some(one), Some(two)) = (port(0).filter(|_| known), port(1)) else {
        return Err(format!(
            "an .fm2 is written for pads, a Four Score and Zappers, and the ports have {}; give a name that ends with .txt",
            about.ports
        ));
    };
    let mut log = String::new();
    for frame in frames {
        let command = match frame.press {
            Press::None => 0,
            Press::Reset => RESET,
            Press::Power => POWER,
        };
        // Memory takes it.
        let _ = write!(log, "|{command}|");
        for port in 0..if four { 4 } else { 2 } {
            let field = match about.ports.port(port) {
                Device::Nothing => String::new(),
                Device::Zapper => aim_field(frame.input.of_port(port)),
                _ => letters(frame.input.pads[port], &RLDU),
            };
            let _ = write!(log, "{field}|");
        }
        log.push_str("|\n");
    }
    Ok(format!(
        "version 3\nemuVersion 0\nrerecordCount 0\npalFlag {pal}\nromFilename {}\nromChecksum base64:{}\nguid {}\n\
         fourscore {}\nmicrophone 0\nport0 {one}\nport1 {two}\nport2 0\nFDS 0\nNewPPU 0\ncomment author Retake\n{log}",
        about.line(),
        STANDARD.encode(about.md5),
        guid(&log, &about.md5),
        u8::from(four),
    ))
}

/// A name of its own for each movie, and the same for the same.
fn guid(log: &str, md5: &[u8]) -> String {
    let hash = Sha256::new().chain_update(md5).chain_update(log).finalize();
    let hex = crate::app::rom_file::hex(&hash[..16]).to_uppercase();
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::nes::Input;

    #[test]
    fn right_is_first_and_resets_are_numbers() {
        let text = "version 3\npalFlag 1\nromFilename a b\n|1|R......A|........||\n|2|....T...|...U....||\n";
        let movie = read(text).unwrap();
        assert_eq!(movie.region, Some(Region::Pal));
        assert_eq!(movie.about, [("romFilename", "a b".to_owned())]);
        let [first, second] = movie.frames[..] else { panic!("two frames") };
        assert_eq!((first.press, second.press), (Press::Reset, Press::Power));
        assert_eq!(first.input.pads, [button::RIGHT | button::A, 0, 0, 0]);
        assert_eq!(second.input.pads, [button::START, button::UP, 0, 0]);
    }

    #[test]
    fn windows_line_ends_a_length_and_a_port_with_nothing_are_read() {
        let text =
            "version 3\r\nport0 1\r\nport1 0\r\nlength 1\r\n|0|.......A|||\r\n|0|......B.|||\r\n";
        let movie = read(text).unwrap();
        assert_eq!(
            movie.frames,
            [MovieFrame { input: Input::pad1(button::A), press: Press::None }]
        );
    }

    #[test]
    fn a_four_score_holds_four_pads() {
        let text = "version 3\nfourscore 1\n|0|.......A|........|......B.|.....S..||\n";
        let movie = read(text).unwrap();
        assert_eq!(movie.ports, Some(Devices::around(Expansion::FourScore)));
        assert_eq!(movie.frames[0].input.pads, [button::A, 0, button::B, button::SELECT]);
    }

    #[test]
    fn a_zapper_aims_at_a_spot_or_elsewhere() {
        let lines = "|0|.......A|120 099 1 0 0||\n|0|........|000 255 0 1 1||\n";
        let movie = read(&format!("version 3\nport0 1\nport1 2\n{lines}")).unwrap();
        assert_eq!(movie.ports, Some(Devices::in_ports([Device::Pad, Device::Zapper])));
        let aimed: Vec<_> = movie.frames.iter().map(|frame| frame.input.of_port(1)).collect();
        assert_eq!(aimed, [[120, 99, aim::AT_PICTURE | aim::TRIGGER, 0], [0; 4]]);
        let about = About { ports: movie.ports.unwrap(), ..About::default() };
        let again = read(&write(&movie.frames, &about).unwrap()).unwrap();
        assert_eq!((again.frames, again.ports), (movie.frames, movie.ports));
    }

    #[test]
    fn devices_that_an_fm2_cannot_hold_get_a_sentence() {
        for name in ["keyboard", "famicom-4p", "power-pad", "snes-mouse,pad"] {
            let about = About { ports: name.parse().unwrap(), ..About::default() };
            let error = write(&[], &about).unwrap_err();
            assert!(error.contains(&about.ports.to_string()), "{error}");
        }
    }

    #[test]
    fn what_cannot_be_played_as_it_was_gets_a_sentence() {
        for (keys, word) in [
            ("version 2", "version 2"),
            ("binary 1", "binary"),
            ("savestate 0x1234", "power-on"),
            ("FDS 1", "Disk System"),
            ("port0 2\n|0|12 x 0||", "no Zapper's x, y"),
            ("port1 3", "no pad"),
            ("port2 1", "no pad"),
            ("|4|........|........||", "line 2: command 4"),
            ("|x|........|........||", "line 2"),
            ("|0|....|", "8 columns and not 4"),
        ] {
            let error = read(&format!("version 3\n{keys}\n")).unwrap_err();
            assert!(error.contains(word), "{keys}: {error}");
        }
    }

    #[test]
    fn a_name_of_several_lines_stays_in_its_own() {
        let about = About { name: "a\n|4|".into(), ..About::default() };
        let movie = read(&write(&[MovieFrame::default()], &about).unwrap()).unwrap();
        assert_eq!(movie.frames.len(), 1);
        assert!(write(&[], &About { region: Region::Dendy, ..about }).is_err());
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
            let movie = read(&write(&frames, &About { region, ..About::default() }).unwrap()).unwrap();
            prop_assert_eq!(movie.frames, frames);
            prop_assert_eq!(movie.region, Some(region));
        }

        #[test]
        fn any_text_is_a_movie_or_a_sentence(
            text in "version 3\n((port[012]|palFlag|length|fourscore|binary) [0-3]\n){0,4}(\\|?[0-3xRLé. |]{0,30}\n){0,20}",
        ) {
            let _ = read(&text);
        }
    }
}
