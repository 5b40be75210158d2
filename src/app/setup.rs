//! A console from the options of the command line.

use std::path::{Path, PathBuf};

use super::cli::SetupArgs;
use super::fault::{Fault, Outcome};
use super::rom_file::Rom;
use crate::flight::state_file::Owner;
use crate::flight::tape;
use crate::nes::board::BoardId;
use crate::nes::cart::nsf::Nsf;
use crate::nes::{Devices, Nes, PowerOn, Region, Tier};

/// What a movie says of its console.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The television system.
    pub region: Option<Region>,
    /// What is plugged in.
    pub ports: Option<Devices>,
}

/// A ROM and how the console around it is switched on.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The ROM.
    pub rom: Rom,
    /// How it is switched on.
    pub options: PowerOn,
    /// How it computes.
    pub tier: Tier,
    /// How its DIP switches are set, where somebody says so.
    pub dip: Option<u8>,
}

impl Setup {
    /// Loads what the options name. `movie` is taken where the options leave something
    /// open, before what the header says.
    pub fn new(rom: Option<&std::path::Path>, args: &SetupArgs, movie: Asked) -> Outcome<Self> {
        let setup = Self::new_by(&mut super::rom_file::read, rom, args, movie)?;
        for note in &setup.rom.notes {
            eprintln!("retake: {note}");
        }
        Ok(setup)
    }

    /// The same with another way to read the ROM; its notes are the caller's to
    /// tell.
    pub fn new_by(
        read: &mut dyn FnMut(&std::path::Path) -> Outcome<Vec<u8>>,
        rom: Option<&std::path::Path>,
        args: &SetupArgs,
        Asked { region, ports }: Asked,
    ) -> Outcome<Self> {
        let beside = if args.no_patch || args.patch.is_some() { None } else { beside(rom)? };
        let patch = args.patch.as_deref().or(beside.as_deref());
        let mut rom = Rom::load_by(read, rom, patch, args.board, args.bios.as_deref()).map_err(
            |mut fault| {
                let named = |patch: &PathBuf| fault.sentence.starts_with(&*patch.to_string_lossy());
                if beside.as_ref().is_some_and(named) {
                    fault.sentence += " (it lies beside the ROM; --no-patch leaves it)";
                }
                fault
            },
        )?;
        if let Some(patch) = &beside {
            let patch = patch.display();
            rom.notes
                .push(format!("patched with {patch}, which lies beside it (--no-patch leaves it)"));
        }
        if !args.cheat.is_empty() {
            rom.plug_in(&args.cheat).map_err(|error| Fault::file("--cheat", error))?;
        }
        let region = args.region.map(Region::from).or(region).unwrap_or(rom.cart.region);
        let ports = args.ports.or(ports).or(rom.cart.ports).unwrap_or_default();
        let options = PowerOn { region, alignment: args.alignment, seed: args.seed, ports };
        let dip = dip(&rom, args)?;
        Ok(Self { rom, options, tier: tier(args), dip })
    }

    /// Switches the console on.
    pub fn power_on(&self) -> Nes {
        let mut nes = Nes::power_on(self.rom.cart.clone(), &self.options);
        nes.set_tier(self.tier);
        nes
    }

    /// Whose states the console's are.
    pub fn owner(&self, nes: &Nes) -> Owner {
        Owner { machine: self.machine(), layout: nes.layout_hash(), rom: self.rom.id() }
    }

    /// The header of a tape that begins now.
    pub fn tape_header(&self, nes: &Nes) -> tape::Header {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let now = now.unwrap_or_default();
        let mut core = [0; 16];
        let name = concat!("retake ", env!("CARGO_PKG_VERSION")).as_bytes();
        let shown = name.len().min(core.len());
        core[..shown].copy_from_slice(&name[..shown]);
        tape::Header {
            magic: tape::MAGIC,
            version: tape::VERSION.into(),
            length: (tape::Header::LEN as u32).into(),
            layout: nes.layout_hash().into(),
            state_len: (nes.bytes().len() as u64).into(),
            rom: self.rom.running_sha256(),
            rom_size: (self.rom.bytes.len() as u64).into(),
            machine: self.machine().into(),
            flags: 0.into(),
            seed: self.options.seed.into(),
            created: now.as_secs().into(),
            session: (now.as_nanos() as u64 ^ u64::from(std::process::id()) << 48).into(),
            ports: self.options.ports.word().into(),
            core,
            check: 0.into(),
        }
    }

    /// The options that must be the same for a state to fit, as a number.
    pub fn machine(&self) -> u32 {
        let cart = &self.rom.cart;
        let PowerOn { region, alignment, .. } = self.options;
        let (mapper, submapper) = (cart.mapper, cart.submapper & 15);
        Console { mapper, submapper, alignment: alignment & 3, region }.word()
    }
}

/// How the machine computes.
pub fn tier(args: &SetupArgs) -> Tier {
    if args.exact { Tier::Exact } else { Tier::Lazy }
}

/// The switches of the machine, as they are set; those of the music player say which
/// track is first.
pub fn dip(rom: &Rom, args: &SetupArgs) -> Outcome<Option<u8>> {
    let fault = |why: &str| Err(Fault::unusable(why));
    let tracks = || Nsf::parse(&rom.bytes).map_or(0, |nsf| nsf.tracks.len());
    match (args.dip, args.track) {
        (_, Some(_)) if rom.cart.board != BoardId::Nsf => {
            fault("--track is for music files (.nsf, .nsfe), and this is none; leave it away")
        }
        (Some(_), _) if !rom.cart.has_switches() => fault(
            "--dip is for arcade machines, and the ROM is made for one without such switches; leave it away",
        ),
        (_, Some(track)) if usize::from(track) > tracks() => {
            Err(Fault::unusable(format_args!("--track {track}: the file has {}", tracks())))
        }
        (dip, track) => Ok(dip.or(track)),
    }
}

/// The patch that lies beside a ROM under the same name.
pub fn beside(rom: Option<&Path>) -> Outcome<Option<PathBuf>> {
    let Some(rom) = rom.filter(|rom| *rom != Path::new("-")) else { return Ok(None) };
    let endings = ["ips", "bps", "ups"].map(|ending| rom.with_extension(ending));
    let mut there = endings.into_iter().filter(|patch| patch.is_file() && patch != rom);
    match (there.next(), there.next()) {
        (Some(one), Some(other)) => Err(Fault::unusable(format_args!(
            "{} and {} both lie beside the ROM; choose one with --patch, or leave them with --no-patch",
            one.display(),
            other.display()
        ))),
        (one, _) => Ok(one),
    }
}

/// What must be the same of two consoles for a state to fit both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Console {
    pub mapper: u16,
    pub submapper: u8,
    pub alignment: u8,
    pub region: Region,
}

impl Console {
    /// As a number: mapper (bits 8-19), submapper (4-7), alignment (2-3),
    /// region (0-1).
    pub fn word(self) -> u32 {
        let region = REGIONS.iter().position(|region| *region == self.region).unwrap_or(0);
        u32::from(self.mapper) << 8
            | u32::from(self.submapper) << 4
            | u32::from(self.alignment) << 2
            | region as u32
    }

    /// What a number says.
    pub fn from_word(word: u32) -> Self {
        Self {
            mapper: (word >> 8 & 0xfff) as u16,
            submapper: (word >> 4 & 15) as u8,
            alignment: (word >> 2 & 3) as u8,
            region: REGIONS[(word & 3) as usize % REGIONS.len()],
        }
    }
}

const REGIONS: [Region; 3] = [Region::Ntsc, Region::Pal, Region::Dendy];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_beside_the_rom_is_applied_and_said_and_can_be_left() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::fs::write(at("game.nes"), crate::app::builtin::GAME).unwrap();
        let load = |args: &SetupArgs| Setup::new(Some(&at("game.nes")), args, Asked::default());
        let patched = |args: &SetupArgs| load(args).map(|setup| setup.rom.cart.prg[0] == 0x77);
        let no_patch = SetupArgs { no_patch: true, ..SetupArgs::default() };
        std::fs::write(at("game.ips"), b"PATCH\0\0\x10\0\x01\x77EOF").unwrap();
        assert_eq!(patched(&SetupArgs::default()).ok(), Some(true));
        let notes = load(&SetupArgs::default()).unwrap().rom.notes;
        assert!(notes.iter().any(|note| note.contains("game.ips, which lies beside")), "{notes:?}");
        assert_eq!(patched(&no_patch).ok(), Some(false));

        std::fs::write(at("game.ups"), b"UPS1").unwrap();
        let fault = load(&SetupArgs::default()).unwrap_err();
        assert!(fault.sentence.contains("both lie beside"), "{}", fault.sentence);
        std::fs::remove_file(at("game.ips")).unwrap();
        let fault = load(&SetupArgs::default()).unwrap_err();
        assert!(fault.sentence.contains("--no-patch leaves it"), "{}", fault.sentence);
        assert_eq!(patched(&no_patch).ok(), Some(false));
    }

    #[test]
    fn a_console_is_told_from_its_word() {
        for region in REGIONS {
            let console = Console { mapper: 0xfed, submapper: 9, alignment: 3, region };
            assert_eq!(Console::from_word(console.word()), console);
        }
        let word = Console { mapper: 1, submapper: 2, alignment: 3, region: Region::Pal }.word();
        assert_eq!(word, 0x12d);
    }
}
