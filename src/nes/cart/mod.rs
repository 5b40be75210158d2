//! The cartridge: its chips as they came from the file. Immutable in play;
//! what a cartridge *remembers* (RAM, registers) is part of the machine's state.

pub mod arcade;
pub mod cheat;
pub mod database;
pub mod disk;
pub mod ines;
pub mod map;
mod names;
pub mod nsf;
pub mod patch;
pub mod prg;
pub mod rgb;

pub use cheat::{Cheat, CheatError};
pub use disk::Disk;
pub use ines::{CartridgeError, Header};
pub use names::{BoardNumber, mapper_name};
pub use prg::Prg;

use super::board::BoardId;
use super::port::Devices;
use super::region::{Region, Timing};

/// How the four nametables share the console's 2 KiB of video RAM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mirroring {
    /// $2000 = $2400, $2800 = $2C00 (vertical arrangement).
    Horizontal,
    /// $2000 = $2800, $2400 = $2C00 (horizontal arrangement).
    Vertical,
    /// All four are the first KiB.
    SingleLow,
    /// All four are the second KiB.
    SingleHigh,
    /// Four different ones; the cartridge has 2 KiB more.
    FourScreen,
}

/// A cartridge: ROM, and the sizes of its RAM.
#[derive(Clone, Debug)]
pub struct Cartridge {
    /// PRG ROM, at least 8 KiB, a whole number of 256-byte pages.
    pub prg: Prg,
    /// CHR ROM, a whole number of KiB; empty where the board has CHR RAM.
    pub chr: Vec<u8>,
    /// The board on which the chips sit.
    pub board: BoardId,
    /// iNES mapper number, for people and for boards that serve several.
    pub mapper: u16,
    /// NES 2.0 submapper; 0 when the header does not say.
    pub submapper: u8,
    /// Mirroring as wired (boards that switch it ignore this).
    pub mirroring: Mirroring,
    /// Bytes of PRG RAM without a battery.
    pub prg_ram: usize,
    /// Bytes of PRG RAM with a battery (or flash).
    pub prg_nvram: usize,
    /// Bytes of CHR RAM without a battery.
    pub chr_ram: usize,
    /// Bytes of CHR RAM with a battery.
    pub chr_nvram: usize,
    /// The disks of a game for the Famicom Disk System; its BIOS is the PRG ROM then.
    pub disk: Disk,
    /// 512 bytes that old copiers placed at $7000.
    pub trainer: Option<Box<[u8; 512]>>,
    /// The console that the header asks for.
    pub region: Region,
    /// The devices that the game is made for, where the header says it.
    pub ports: Option<Devices>,
    /// The PPU of the console that the header asks for.
    pub ppu: arcade::Ppu,
    /// How the pads of that console are wired.
    pub wiring: arcade::Wiring,
    /// What its board asks.
    pub guard: arcade::Guard,
    /// The cheats that are plugged in: [`Cartridge::with_cheats`].
    pub cheats: Vec<Cheat>,
}

impl Cartridge {
    /// The same cartridge with these cheats and no others. It fits in the place
    /// of the one without.
    pub fn with_cheats(&self, cheats: &[Cheat]) -> Result<Self, CheatError> {
        let prg = self.prg.with_cheats(cheats)?;
        Ok(Self { prg, cheats: cheats.to_vec(), ..self.clone() })
    }

    /// Whether the machine around it has switches that the ports read: `port/switches.rs`.
    pub fn has_switches(&self) -> bool {
        self.is_music() || self.is_arcade()
    }

    /// Whether it plays a music file. It hears of $4018-$401F, too.
    pub fn is_music(&self) -> bool {
        self.board == BoardId::Nsf
    }

    /// How the PPU keeps time in a console of a region.
    pub(super) fn timing(&self, region: Region) -> &'static Timing {
        match self.ppu {
            arcade::Ppu::Composite => region.timing(),
            _ => region.timing_of_rgb(),
        }
    }

    /// Whether it is a Vs. System's.
    pub fn is_arcade(&self) -> bool {
        self.wiring != arcade::Wiring::Console
    }

    /// PRG RAM of both kinds, in bytes.
    pub fn wram(&self) -> usize {
        self.prg_ram + self.prg_nvram
    }

    /// Whether anything survives power-off.
    pub fn has_battery(&self) -> bool {
        self.prg_nvram + self.chr_nvram > 0
    }

    /// Whether a running machine can go on with this cartridge instead of
    /// `other`: the same board, and chips of the same sizes.
    pub fn fits_in_place_of(&self, other: &Self) -> bool {
        let shape = |c: &Self| {
            (
                (
                    c.board,
                    c.submapper,
                    c.prg.len(),
                    c.chr.len(),
                    c.mirroring == Mirroring::FourScreen,
                ),
                (c.prg_ram, c.prg_nvram, c.chr_ram, c.chr_nvram, c.disk.track_len()),
            )
        };
        shape(self) == shape(other)
    }
}
