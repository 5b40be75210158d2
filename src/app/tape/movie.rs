//! A tape as a movie, a path's inputs from power-on: `run --movie FILE.rtk`
//! plays the newest, `tape export` writes one for other emulators.

use std::path::Path;
use std::sync::Arc;

use super::args::RomArgs;
use super::file::{self, TapeFile};
use super::rom;
use crate::app::cli::SetupArgs;
use crate::app::fault::{Fault, Outcome};
use crate::app::rom_file::Rom;
use crate::app::setup::{self, Setup};
use crate::engine::replay::{Console, RomName, Roms, held, rom_of_payload};
use crate::flight::catalog::{Part, Position};
use crate::flight::chunk::Event;
use crate::flight::replay::{self, Recording, Step};
use crate::nes::{Input, Region};

/// The inputs and events of a path.
pub struct TapeMovie {
    file: TapeFile,
    /// Where the path begins: power-on, as far as frames tell.
    begin: Position,
    frames: Vec<Input>,
    /// Events before a frame, in order.
    events: Vec<(u64, Event)>,
}

/// The parts of the path to `tip`, all segments from their beginning.
pub fn whole_path(file: &TapeFile, tip: Position) -> Vec<Part> {
    let segments = file.tape.catalog().segments();
    let (mut parts, mut next) = (Vec::new(), Some(tip));
    while let Some(Position { segment, frame }) = next {
        let Some(whole) = segments.get(segment as usize) else { break };
        parts.push(Part { segment, from: whole.first, to: frame });
        next = whole.parent;
    }
    parts.reverse();
    parts
}

impl TapeMovie {
    /// The newest path of a tape, which must begin at power-on.
    pub fn load(path: &Path) -> Outcome<Self> {
        let file = TapeFile::open(path)?;
        let tip = file.tip(None)?;
        Self::of(file, tip)
    }

    /// The path to a position, which must begin at power-on.
    pub fn of(file: TapeFile, to: Position) -> Outcome<Self> {
        let parts = whole_path(&file, to);
        let begin =
            parts.first().map_or(to, |part| Position { segment: part.segment, frame: part.from });
        if begin.frame != 0 {
            return Err(file.fault(format_args!(
                "its path begins with a state after frame {} and not at power-on; use \
                 `retake tape seek`, or `retake tape export` to pictures and sound",
                begin.frame
            )));
        }
        let (mut frames, mut events) = (Vec::new(), Vec::new());
        for part in parts {
            let mut steps = Vec::new();
            replay::steps_of(&file.tape, part, &mut steps).map_err(|why| file.missing(why))?;
            for step in steps {
                match step {
                    Step::Frame(input) => frames.push(held(input)),
                    Step::Event(event) => {
                        events.push((frames.len() as u64 + 1, event));
                    }
                }
            }
        }
        Ok(Self { file, begin, frames, events })
    }

    /// The console of the tape. Another ROM may be given: inputs are inputs.
    pub fn setup(&self, rom: Option<&Path>, args: &SetupArgs) -> Outcome<Setup> {
        let header = self.file.tape.header();
        let mut rom = match rom {
            Some(rom) => {
                let board = args.board.or(Some(rom::board(header)));
                Rom::load(Some(rom), args.patch.as_deref(), board, args.bios.as_deref())?
            }
            None => {
                let (patch, bios) = (args.patch.clone(), args.bios.clone());
                rom::find(header, &self.file.path, &RomArgs { rom: None, patch, bios })?
            }
        };
        if rom.running_sha256() != header.rom {
            eprintln!("retake: the tape was made with another ROM; its inputs play all the same");
        }
        rom.plug_in(&args.cheat).map_err(|error| Fault::file("--cheat", error))?;
        for note in &rom.notes {
            eprintln!("retake: {note}");
        }
        let mut options = file::power_on(header);
        options.region = args.region.map_or(options.region, Region::from);
        // Behind its end they stay as they were, unless the player says something else.
        let last = self.frames.last().map_or(0, |input| input.switches[0]);
        let dip = Some(setup::dip(&rom, args)?.unwrap_or(last));
        Ok(Setup { rom, options, tier: setup::tier(args), dip })
    }

    /// The console, switched on as when the tape began.
    pub fn console(&self, setup: &Setup) -> Outcome<Console> {
        let parse = |file: &[u8]| rom::parse(self.file.tape.header(), file);
        let roms = Arc::new(Roms::of(&self.file.tape, parse));
        let console = Console::new(setup.rom.cart.clone(), setup.options, roms);
        // Of another layout, it cannot be known.
        let header = self.file.tape.header();
        let known = header.layout.get() == console.nes.layout_hash();
        let root =
            replay::approach(&self.file.tape, self.begin).map_err(|why| self.file.missing(why))?;
        if known && header.rom == setup.rom.running_sha256() && root.state != console.nes.bytes() {
            return Err(self.file.fault(
                "its path does not begin at power-on but with a state from elsewhere (a battery, \
                 a saved state); use `retake tape seek`, or `retake tape export` to pictures and \
                 sound",
            ));
        }
        Ok(console)
    }

    /// What happened before the frame `number`, to be told to the console.
    pub fn past(&self, number: u64) -> Vec<Event> {
        let before = self.events.iter().take_while(|(frame, _)| *frame < number);
        before.map(|(_, event)| *event).collect()
    }

    /// The file of a ROM that an event names.
    pub fn rom_file(&self, name: &RomName) -> Option<&[u8]> {
        let tape = &self.file.tape;
        let payloads = tape.catalog().roms().iter().filter_map(|entry| tape.payload(entry).ok());
        let mut files = payloads.filter_map(rom_of_payload);
        files.find(|(known, _)| known == name).map(|(_, file)| file)
    }

    /// The tape.
    pub fn file(&self) -> &TapeFile {
        &self.file
    }

    /// Frames in it.
    pub fn len(&self) -> u64 {
        self.frames.len() as u64
    }

    /// Never asked for; the lint wants it beside `len`.
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// What is held in a frame; the first is frame 1. Nothing behind the end.
    pub fn input(&self, number: u64) -> Input {
        let index = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        index.and_then(|index| self.frames.get(index)).copied().unwrap_or_default()
    }

    /// What happens before a frame.
    pub fn events(&self, number: u64) -> impl Iterator<Item = &Event> {
        let first = self.events.partition_point(|(frame, _)| *frame < number);
        let before = self.events[first..].iter().take_while(move |(frame, _)| *frame == number);
        before.map(|(_, event)| event)
    }
}
