//! Where the inputs of a run come from, and where they go: movies, and tapes,
//! in which more can happen.

use std::path::Path;

use super::cli::SetupArgs;
use super::fault::{Fault, Outcome};
use super::movie::{self, About, Movie, MovieFrame, Press};
use super::setup::{Asked, Setup};
use super::tape::file::is_tape;
use super::tape::movie::TapeMovie;
use super::tape::write::Recording;
use crate::engine::replay::{Console, Happening, Roms};
use crate::flight::chunk::Event;
use crate::flight::replay::Machine;
use crate::nes::{Input, Nes};

/// Why a movie cannot go on.
pub const NOT_HELD: &str =
    "switches, coins and the microphone are for text movies alone (a name that ends with .txt)";

/// Where inputs come from.
pub enum Source {
    /// Nothing is played.
    None,
    /// A movie.
    Movie(Movie),
    /// A tape.
    Tape(Box<TapeMovie>),
}

impl Source {
    /// Loads a movie or a tape; what it is shows in its bytes.
    pub fn load(path: Option<&Path>) -> Outcome<Self> {
        let Some(path) = path else { return Ok(Self::None) };
        Ok(if is_tape(path) {
            Self::Tape(Box::new(TapeMovie::load(path)?))
        } else {
            Self::Movie(Movie::load(path)?)
        })
    }

    /// The console that is asked for, and what the movie says of it.
    pub fn setup(&self, rom: Option<&Path>, args: &SetupArgs) -> Outcome<Setup> {
        match self {
            Self::None => Setup::new(rom, args, Asked::default()),
            Self::Movie(movie) => Setup::new(rom, args, movie.asked()),
            Self::Tape(tape) => tape.setup(rom, args),
        }
    }

    /// The console, switched on.
    pub fn console(&self, setup: &Setup) -> Outcome<Console> {
        let mut console = match self {
            Self::Tape(tape) => tape.console(setup)?,
            _ => Console::new(setup.rom.cart.clone(), setup.options, Roms::default().into()),
        };
        console.nes.set_tier(setup.tier);
        Ok(console)
    }

    /// Puts into a console that had a state restored what was put in before.
    pub fn recall(&self, console: &mut Console, frame: u64) -> Outcome<()> {
        let Self::Tape(tape) = self else { return Ok(()) };
        let known = console.recall(&tape.past(frame + 1));
        let fault = || Fault::failed("the tape names a ROM that it does not have");
        known.then_some(()).ok_or_else(fault)
    }

    /// Frames in it.
    pub fn len(&self) -> Option<u64> {
        match self {
            Self::None => None,
            Self::Movie(movie) => Some(movie.frames.len() as u64),
            Self::Tape(tape) => Some(tape.len()),
        }
    }

    /// Whether nothing is played.
    pub fn is_empty(&self) -> bool {
        self.len().is_none_or(|length| length == 0)
    }

    /// What is held in a frame, on a machine whose DIP switches are set so; the first is
    /// frame 1. A tape knows how they were set.
    pub fn input(&self, number: u64, dip: u8) -> Input {
        let mut input = match self {
            Self::Tape(tape) if number <= tape.len() => return tape.input(number),
            Self::Movie(movie) => movie.frame(number).input,
            Self::None | Self::Tape(_) => Input::default(),
        };
        input.switches[0] |= dip;
        input
    }

    /// What happens before a frame.
    pub fn events(&self, number: u64) -> Vec<Event> {
        match self {
            Self::None => Vec::new(),
            Self::Movie(movie) => match movie.frame(number).press {
                Press::None => Vec::new(),
                Press::Reset => vec![Happening::Reset.event()],
                Press::Power => vec![Happening::Power.event()],
            },
            Self::Tape(tape) => tape.events(number).copied().collect(),
        }
    }
}

/// Where inputs go: a movie, or a tape where the name ends with .rtk.
pub enum Record {
    /// A movie.
    Movie {
        /// The file.
        movie: movie::Recording,
        /// What the movie says of the game.
        about: About,
        /// What happens before the next frame.
        press: Press,
    },
    /// A tape.
    Tape(Box<Recording>),
}

impl Record {
    /// Begins a file for a console that ran `frame` frames.
    pub fn create(path: &Path, setup: &Setup, frame: u64, nes: &Nes) -> Outcome<Self> {
        if path.extension().is_some_and(|ending| ending == "rtk") {
            let header = setup.tape_header(nes);
            return Ok(Self::Tape(Box::new(Recording::create(path, &header, frame, nes)?)));
        }
        if frame > 0 {
            return Err(Fault::unusable(
                "--record writes a movie from power-on, and --load-state starts elsewhere; give a name that ends with .rtk for a tape",
            ));
        }
        let about = About::of(&setup.rom.name, nes);
        let movie = movie::Recording::create(path, setup.dip.unwrap_or_default())?;
        Ok(Self::Movie { movie, about, press: Press::None })
    }

    /// Something happens before the next frame.
    pub fn event(&mut self, event: &Event, source: &Source) -> Outcome<()> {
        let happening = Happening::of(event);
        match self {
            Self::Movie { press, .. } => {
                *press = match happening {
                    Some(Happening::Power) => Press::Power,
                    Some(Happening::Reset) => Press::Reset,
                    Some(Happening::Cheats(None)) => *press,
                    other => {
                        let what = other.map_or("something of a later version", Happening::name);
                        return Err(Fault::unusable(format_args!(
                            "--record: the tape has an event ({what}), and a movie has no word for it; give a name that ends with .rtk for a tape"
                        )));
                    }
                };
            }
            Self::Tape(tape) => {
                if let (Some(Happening::Reload(name)), Source::Tape(from)) = (happening, source)
                    && let Some(file) = from.rom_file(&name)
                {
                    tape.rom(file);
                }
                tape.event(event);
            }
        }
        Ok(())
    }

    /// A frame was run.
    pub fn frame(&mut self, input: Input, nes: &Nes) -> Outcome<()> {
        match self {
            Self::Movie { movie, .. } if !movie.format().holds(&input) => {
                Err(Fault::unusable(format_args!("--record: {NOT_HELD}")))
            }
            Self::Movie { movie, press, .. } => {
                movie.push(MovieFrame { input, press: std::mem::take(press) });
                Ok(())
            }
            Self::Tape(tape) => tape.frame(input, nes),
        }
    }

    /// Ends the file.
    pub fn finish(self, nes: &Nes) -> Outcome<()> {
        match self {
            Self::Movie { movie, about, .. } => movie.finish(&about),
            Self::Tape(tape) => tape.finish(nes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nes::Tier;

    /// A tape of the built-in game, and one that is made by nobody.
    fn sources(folder: &Path) -> [Source; 2] {
        let path = folder.join("a.rtk");
        let setup = Source::None.setup(None, &SetupArgs::default()).expect("the built-in game");
        let mut nes = setup.power_on();
        let mut tape = Record::create(&path, &setup, 0, &nes).expect("a tape");
        nes.run_muted(Input::default());
        tape.frame(Input::default(), &nes).expect("a frame");
        tape.finish(&nes).expect("a tape");
        [Source::None, Source::load(Some(&path)).expect("a tape")]
    }

    #[test]
    fn a_console_computes_as_it_was_asked_to_with_the_cheats_that_were_asked_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let cheat = ["0700:07".parse().expect("a cheat")];
        for source in sources(folder.path()) {
            for (exact, tier) in [(false, Tier::Lazy), (true, Tier::Exact)] {
                let args = SetupArgs { exact, cheat: cheat.to_vec(), ..SetupArgs::default() };
                let setup = source.setup(None, &args).expect("the built-in game");
                let console = source.console(&setup).expect("a console");
                assert_eq!(console.nes.tier(), tier);
                assert_eq!(console.nes.cartridge().cheats, cheat);
            }
        }
    }

    #[test]
    fn a_movie_refuses_what_it_has_no_word_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let setup = Source::None.setup(None, &SetupArgs::default()).expect("the built-in game");
        let nes = setup.power_on();
        for name in ["a.txt", "a.fm2", "a.bk2"] {
            let path = folder.path().join(name);
            let mut movie = Record::create(&path, &setup, 0, &nes).expect("a movie");
            let mut event = |event: Happening| movie.event(&event.event(), &Source::None);
            event(Happening::Reset).expect("a word");
            event(Happening::Cheats(None)).expect("nothing to say");
            let why = event(Happening::Disk(Some(1))).unwrap_err().sentence;
            assert!(why.contains("disk 1 side B"), "{why}");
            assert!(event(Happening::Reload([1; 16])).is_err());
            let coin = Input { switches: [0, 1], ..Input::default() };
            assert_eq!(movie.frame(coin, &nes).is_ok(), name == "a.txt");
        }
    }
}
