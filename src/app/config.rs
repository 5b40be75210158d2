//! The configuration file, `config.toml`. What is wrong in it is said with its
//! line, and the defaults are used instead. The command line goes first.
//!
//! ```toml
//! volume = 80              # 0-100
//! scale = 3                # 1-16
//! fullscreen = false
//! filter = "nearest"       # or linear, sharp
//! aspect = "1:1"           # or 8:7
//! palette = "warm.pal"     # 64 or 512 colours, beside this file or with its whole path
//! audio_device = "Speaker" # part of its name
//! audio_latency = 20       # milliseconds
//! tapes_mib = 2048         # room for the tapes of all sessions; the oldest go
//! ring_seconds = 60        # states in history.ring, for other programs; 0 writes none
//! fds_bios = "disksys.rom" # the BIOS of the Famicom Disk System, beside this file or whole
//! fds_auto = true          # the next side is put in when the game waits for it
//!
//! [keys]                   # see input/bindings.rs
//! loop = "L"
//!
//! [gamepad]
//! a = "East"
//! ```

use crate::input::bindings::{Keys, Pads};
use crate::video::layout::{Aspect, Filter};
use crate::video::palette::{self, Palette};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// What the file says; `None` where it says nothing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// 0-100.
    pub volume: Option<Percent>,
    /// 1-16.
    pub scale: Option<Scale>,
    /// Start on the whole screen.
    pub fullscreen: Option<bool>,
    /// How pixels are enlarged.
    pub filter: Option<Filter>,
    /// The shape of a pixel.
    pub aspect: Option<Aspect>,
    /// A `.pal` file.
    pub palette: Option<PathBuf>,
    /// Part of the sound device's name.
    pub audio_device: Option<String>,
    /// Milliseconds.
    pub audio_latency: Option<Milliseconds>,
    /// MiB that the tapes of all sessions may take.
    pub tapes_mib: Option<Mebibytes>,
    /// Seconds in `history.ring`.
    pub ring_seconds: Option<Seconds>,
    /// The BIOS of the Famicom Disk System.
    pub fds_bios: Option<PathBuf>,
    /// Whether a disk is turned over when the game waits for that.
    pub fds_auto: Option<bool>,
    /// The keyboard.
    pub keys: Keys,
    /// The gamepads.
    pub gamepad: Pads,
}

/// A number within bounds, with what is said when it is not.
macro_rules! bounded {
    ($name:ident($type:ty), $bounds:expr, $text:literal) => {
        #[doc = $text]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
        #[serde(try_from = "i64")]
        pub struct $name(pub $type);

        impl TryFrom<i64> for $name {
            type Error = &'static str;

            fn try_from(number: i64) -> Result<Self, Self::Error> {
                let fits = $bounds.contains(&number);
                fits.then_some(Self(number as $type)).ok_or($text)
            }
        }
    };
}

bounded!(Percent(u8), (0..=100), "a percentage from 0 to 100");
bounded!(Scale(u8), (1..=16), "a scale from 1 to 16");
bounded!(Mebibytes(u32), (0..=1 << 30), "a number of MiB");
bounded!(Seconds(u16), (0..=3600), "a time from 0 to 3600 s");
bounded!(Milliseconds(u16), (5..=500), "a time from 5 to 500 ms");

impl Config {
    /// Reads the file, and a sentence when it cannot be used. A file that is
    /// not there says nothing.
    pub fn load(path: Option<&Path>) -> (Self, Option<String>) {
        let Some(path) = path else { return (Self::default(), None) };
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return (Self::default(), None);
            }
            Err(error) => {
                let said = format!("{}: {error}; the defaults are used", path.display());
                return (Self::default(), Some(said));
            }
        };
        match Self::parse(&text) {
            Ok(config) => (config, None),
            Err((line, why)) => {
                let said = format!("{}: line {line}: {why}; the defaults are used", path.display());
                (Self::default(), Some(said))
            }
        }
    }

    /// The colours: those of the `.pal` file, sought beside the configuration,
    /// or the default ones, with a sentence when it cannot be used.
    pub fn colours(&self, config: Option<&Path>) -> (Box<Palette>, Option<String>) {
        let default = || Box::new(*palette::rgb());
        let Some(name) = &self.palette else { return (default(), None) };
        let path = config.and_then(Path::parent).unwrap_or(Path::new("")).join(name);
        let read = std::fs::read(&path).map_err(|error| error.to_string());
        let parsed = read.and_then(|b| palette::from_pal(&b).map_err(|error| error.to_string()));
        match parsed {
            Ok(palette) => (palette, None),
            Err(why) => {
                let said = format!("{}: {why}; the default colours are used", path.display());
                (default(), Some(said))
            }
        }
    }

    /// What a text says, or its first error and the line of it.
    pub fn parse(text: &str) -> Result<Self, (usize, String)> {
        toml::from_str(text).map_err(|error: toml::de::Error| {
            let at = error.span().map_or(0, |span| span.start.min(text.len()));
            let line = text.as_bytes()[..at].iter().filter(|&&byte| byte == b'\n').count() + 1;
            (line, error.message().trim().replace('\n', ", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_an_empty_file() {
        let config = Config::parse("").unwrap();
        assert_eq!((config.volume, config.fullscreen), (None, None));
    }

    #[test]
    fn what_is_written_is_read() {
        let text = "volume = 80\nscale = 2\naudio_latency = 30\n[keys]\nloop = \"K\"\n";
        let config = Config::parse(text).unwrap();
        assert_eq!(config.volume, Some(Percent(80)));
        assert_eq!(config.scale, Some(Scale(2)));
        assert_eq!(config.audio_latency, Some(Milliseconds(30)));
        assert_ne!(config.keys, Keys::default());
    }

    #[test]
    fn errors_have_their_line() {
        for (text, line) in [
            ("volume = 80\nvolume = 90\n", 2),
            ("\n\nvolume = 101\n", 3),
            ("no_such_thing = 1\n", 1),
            ("ring_seconds = 3601\n", 1),
            ("scale = 3\n[keys]\nloop = \"NoSuchKey\"\n", 3),
            ("scale = \n", 1),
            ("\nfilter = \"crt\"\n", 2),
        ] {
            let (found, why) = Config::parse(text).unwrap_err();
            assert_eq!(found, line, "{text:?}: {why}");
        }
    }

    #[test]
    fn an_unusable_file_gives_the_defaults_and_a_sentence() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.toml");
        assert_eq!(Config::load(Some(&path)).1, None);
        std::fs::write(&path, "volume = -1").unwrap();
        let (config, said) = Config::load(Some(&path));
        assert_eq!(config.volume, None);
        assert!(said.unwrap().contains("line 1"));
        std::fs::write(&path, [0xff, 0xfe]).unwrap();
        assert!(Config::load(Some(&path)).1.is_some());
    }

    #[test]
    fn a_palette_lies_beside_the_configuration() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("config.toml");
        std::fs::write(dir.path().join("grey.pal"), [0x55; 192]).unwrap();
        let config = Config::parse("palette = \"grey.pal\"\naspect = \"8:7\"").unwrap();
        assert_eq!(config.aspect, Some(Aspect::Console));
        let (colours, said) = config.colours(Some(&file));
        assert_eq!((colours[0x21], said), ([0x55; 3], None));
        std::fs::write(dir.path().join("grey.pal"), [0; 5]).unwrap();
        let (colours, said) = config.colours(Some(&file));
        assert_eq!(*colours, *palette::rgb());
        assert!(said.unwrap().contains("grey.pal: a .pal file has 192 bytes"));
    }
}
