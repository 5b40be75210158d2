//! A tape from a file, and the console that belongs to it.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::{PathArgs, RomArgs};
use super::rom;
use crate::app::builtin;
use crate::app::fault::{Fault, Outcome};
use crate::app::setup::Setup;
use crate::engine::replay::{Console, Roms};
use crate::flight::catalog::Position;
use crate::flight::map::View;
use crate::flight::replay::{Missing, Recording};
use crate::flight::tape::{self, Tape};
use crate::nes::{Cartridge, Devices, Nes, PowerOn, Region, Tier};

/// Whether a file begins like a tape.
pub fn is_tape(path: &Path) -> bool {
    let mut magic = [0; tape::MAGIC.len()];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut magic));
    read.is_ok() && magic == tape::MAGIC
}

/// A tape and where it came from.
pub struct TapeFile {
    /// The file.
    pub path: PathBuf,
    /// What is in it.
    pub tape: Tape<View>,
}

impl TapeFile {
    /// Opens a tape of any layout.
    pub fn open(path: &Path) -> Outcome<Self> {
        let unreadable = |error| {
            let why = crate::app::rom_file::plain(&error);
            Fault::file(path.display(), format_args!("cannot read it ({why})"))
        };
        let view = View::open(path).map_err(unreadable)?;
        Self::of(path, view)
    }

    /// A tape in memory, and what it is called.
    pub fn of_bytes(name: &Path, bytes: Vec<u8>) -> Outcome<Self> {
        Self::of(name, View::of(bytes))
    }

    fn of(path: &Path, view: View) -> Outcome<Self> {
        let tape = Tape::open(view).map_err(|error| Fault::file(path.display(), error))?;
        Ok(Self { path: path.to_owned(), tape })
    }

    /// The console that belongs to it, with its ROM found.
    pub fn setup(&self, args: &RomArgs) -> Outcome<Setup> {
        let header = self.tape.header();
        if Devices::from_word(header.ports.get()).is_none() {
            return Err(self.fault(
                "other devices were in its ports than this version has; take the version that wrote it",
            ));
        }
        let rom = rom::find(header, &self.path, args)?;
        // The switches are on the tape, frame by frame.
        Ok(Setup { rom, options: power_on(header), tier: Tier::default(), dip: None })
    }

    /// What is wrong with this file.
    pub fn fault(&self, why: impl std::fmt::Display) -> Fault {
        Fault::file(self.path.display(), why)
    }

    /// Why a moment of it cannot be reached, and what can be.
    pub fn missing(&self, why: Missing) -> Fault {
        match why {
            Missing::NoFrame { .. } => {
                self.fault(format_args!("{why}; `retake tape info` lists what there is"))
            }
            _ => self.fault(format_args!("{why}; `retake tape verify` lists all damage")),
        }
    }

    /// The end of the path that is meant: the newest, or that of a branch.
    pub fn tip(&self, branch: Option<u32>) -> Outcome<Position> {
        let segments = self.tape.catalog().segments();
        let newest = segments.len().checked_sub(1);
        let number = branch.map_or(newest, |branch| Some(branch as usize));
        let segment = number.and_then(|number| segments.get(number));
        match (number, segment) {
            (Some(number), Some(segment)) => {
                Ok(Position { segment: number as u32, frame: segment.last })
            }
            (Some(number), None) if newest.is_some() => Err(self.fault(format_args!(
                "it has no branch {number}; `retake tape info` lists its {}",
                segments.len()
            ))),
            _ => Err(self.fault("it ends before its first state; there is nothing to play")),
        }
    }

    /// The position of a frame on a path.
    pub fn position(&self, tip: Position, frame: u64) -> Outcome<Position> {
        let catalog = self.tape.catalog();
        catalog.on_path(tip, frame).ok_or_else(|| {
            let from = catalog.oldest(tip).map_or(tip.frame, |oldest| oldest.frame);
            let (branch, to) = (tip.segment, tip.frame);
            self.fault(format_args!(
                "there is no frame {frame} on branch {branch}, which has frames {from} to {to}"
            ))
        })
    }

    /// The part of a path that is meant: a position before its first frame,
    /// and its end.
    pub fn range(&self, path: &PathArgs) -> Outcome<(Position, Position)> {
        let tip = self.tip(path.branch)?;
        let oldest = self.tape.catalog().oldest(tip).unwrap_or(tip);
        let from = path.from.map_or(Ok(oldest), |frame| self.position(tip, frame))?;
        let to = path.to.map_or(Ok(tip), |frame| self.position(tip, frame))?;
        if from.frame >= to.frame {
            return Err(Fault::unusable(format_args!(
                "--from {} is not before --to {}; give the earlier frame first",
                from.frame, to.frame
            )));
        }
        Ok((from, to))
    }
}

/// A tape whose machine can be switched on.
pub struct Reel {
    /// The tape.
    pub file: TapeFile,
    /// The console.
    pub setup: Setup,
    roms: Arc<Roms>,
}

impl Reel {
    /// Opens a tape of this program's layout, and finds its ROM.
    pub fn open(path: &Path, args: &RomArgs) -> Outcome<Self> {
        let file = TapeFile::open(path)?;
        file.tape.header().expect_layout(layout()).map_err(|error| file.fault(error))?;
        Self::with_rom(file, args)
    }

    /// The same for a tape of any layout, of whose states nothing is used.
    pub fn with_rom(file: TapeFile, args: &RomArgs) -> Outcome<Self> {
        let setup = file.setup(args)?;
        Ok(Self::new(file, setup))
    }

    /// A tape and a console that is known to be its own.
    pub fn new(file: TapeFile, setup: Setup) -> Self {
        let parse = |rom: &[u8]| rom::parse(file.tape.header(), rom);
        let roms = Arc::new(Roms::of(&file.tape, parse));
        Self { file, setup, roms }
    }

    /// The tape.
    pub fn tape(&self) -> &Tape<View> {
        &self.file.tape
    }

    /// Switches the console on.
    pub fn console(&self) -> Console {
        Console::new(self.setup.rom.cart.clone(), self.setup.options, self.roms.clone())
    }
}

/// The layout of this program's states: the same whatever the cartridge.
pub fn layout() -> u64 {
    let options = PowerOn { region: Region::Ntsc, alignment: 0, seed: 0, ports: Devices::PADS };
    match Cartridge::parse(builtin::GAME) {
        Ok(cart) => Nes::power_on(cart, &options).layout_hash(),
        Err(_) => unreachable!("the built-in game is a ROM"),
    }
}

/// How the machine of a tape is switched on; with pads, where its devices are none of ours.
pub fn power_on(header: &tape::Header) -> PowerOn {
    let machine = header.machine.get();
    let region = match machine & 3 {
        0 => Region::Ntsc,
        1 => Region::Pal,
        _ => Region::Dendy,
    };
    let ports = Devices::from_word(header.ports.get()).unwrap_or_default();
    PowerOn { region, alignment: (machine >> 2 & 3) as u8, seed: header.seed.get(), ports }
}

/// The television system of a tape's machine.
pub fn region(header: &tape::Header) -> Region {
    power_on(header).region
}
