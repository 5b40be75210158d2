//! The file formats iNES and NES 2.0: a header of 16 bytes, an optional
//! trainer, PRG ROM, CHR ROM.
//!
//! ```text
//!  0  "NES" $1A
//!  4  PRG ROM, 16 KiB units (low byte)     8  mapper 11-8 · submapper
//!  5  CHR ROM, 8 KiB units (low byte)      9  high nibbles of the ROM sizes
//!  6  nnnn FTBM: mapper 3-0, four-screen, 10  PRG RAM shift · with battery
//!     trainer, battery, vertical mirror   11  CHR RAM shift · with battery
//!  7  nnnn 10cc: mapper 7-4, NES 2.0,     12  timing: NTSC PAL both Dendy
//!     console: NES Vs. PC10 extended      13  Vs. System or extended console
//!                                         15  devices in the ports
//! ```
//!
//! <https://www.nesdev.org/wiki/NES_2.0>, <https://www.nesdev.org/wiki/INES>

use super::arcade::{Guard, Ppu, Wiring};
use super::disk::{Disk, Image};
use super::names::{BoardNumber, mapper_name};
use super::{Cartridge, Mirroring, nsf};
use crate::nes::board::nsf::MAPPER as MUSIC;
use crate::nes::board::{BoardId, DISK_SYSTEM, vs};
use crate::nes::port::Devices;
use crate::nes::region::Region;

/// Which generation of the header a file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// iNES.
    INes,
    /// iNES whose bytes 12-15 or format bits hold something else: bytes 7-15
    /// are ignored ("DiskDude!").
    DirtyINes,
    /// NES 2.0.
    Nes20,
}

/// What a header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The header's generation.
    pub format: Format,
    /// Mapper number.
    pub mapper: u16,
    /// Submapper; 0 when the header does not say.
    pub submapper: u8,
    /// Nametable mirroring as wired.
    pub mirroring: Mirroring,
    /// Whether something survives power-off.
    pub battery: bool,
    /// Whether 512 bytes for $7000 precede the ROM.
    pub trainer: bool,
    /// Bytes of PRG ROM that the header promises.
    pub prg_rom: u64,
    /// Bytes of CHR ROM that the header promises.
    pub chr_rom: u64,
    /// Bytes of PRG RAM without a battery.
    pub prg_ram: usize,
    /// Bytes of PRG RAM with a battery.
    pub prg_nvram: usize,
    /// Bytes of CHR RAM without a battery.
    pub chr_ram: usize,
    /// Bytes of CHR RAM with a battery.
    pub chr_nvram: usize,
    /// The console that the header asks for; one made for both runs as NTSC.
    pub region: Region,
    /// The devices that the game is made for, where the header says it.
    pub ports: Option<Devices>,
    /// Console type: 0 NES, 1 Vs. System, 2 PlayChoice-10, from 3 on extended.
    pub console: u8,
    /// Of a Vs. System: its kind, 0-15.
    pub arcade: u8,
    /// Its PPU.
    pub ppu: Ppu,
    /// How its pads are wired.
    pub wiring: Wiring,
    /// The chip that its game asks.
    pub guard: Guard,
}

/// Why bytes are not a cartridge that can be played.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum CartridgeError {
    #[error("the file is empty; copy it again from where it came")]
    Empty,
    #[error(
        "not a NES ROM: the file begins with {begins}, and a ROM begins with \"NES\" and byte 1A; give an iNES or NES 2.0 file (.nes)"
    )]
    NotARom { begins: String },
    #[error("{what} are not supported; give an iNES or NES 2.0 file (.nes)")]
    OtherFormat { what: &'static str },
    #[error(
        "the file ends within the header: it has {have} bytes of 16; copy it again from where it came"
    )]
    NoHeader { have: usize },
    #[error(
        "the header promises {promised} bytes of {part} and the file has {have}; it is cut short, copy it again from where it came"
    )]
    Truncated { part: &'static str, promised: u64, have: usize },
    #[error(
        "the header says that there is no PRG ROM, so there is no program; the file is damaged"
    )]
    NoPrg,
    #[error(
        "the header gives {size} bytes of {part}, which is not a multiple of {unit}; the header is damaged"
    )]
    OddSize { part: &'static str, size: u64, unit: u64 },
    #[error(
        "the header gives {size} bytes of {part}, and no board here has more than {limit}; the header is damaged"
    )]
    TooLarge { part: &'static str, size: u64, limit: u64 },
    #[error(
        "mapper {mapper}{} is not supported yet; `retake info --boards` lists the boards that are, and `--board MAPPER` overrides a wrong header",
        .name.map(|name| format!(" ({name})")).unwrap_or_default()
    )]
    Mapper { mapper: u16, name: Option<&'static str> },
    #[error(
        "the disk image has {have} bytes{}, and a side has {side}; it is cut short, copy it again from where it came",
        if *.promised > 0 { format!(" for {promised} sides") } else { String::new() }
    )]
    DiskCut { have: usize, promised: u8, side: usize },
    #[error("the disk image has {sides} sides, and no game has more than {most}; it is damaged")]
    DiskSides { sides: usize, most: usize },
    #[error(
        "a game for the Famicom Disk System needs the BIOS of the RAM adapter (8192 bytes); put it as disksys.rom beside the game, or name it with --bios FILE"
    )]
    NoBios,
    #[error("the ROM is made for {what}, which is not supported; only NES and Famicom ROMs are")]
    Console { what: &'static str },
    #[error("{0}")]
    Music(super::nsf::NsfError),
    #[error("--board is for ROMs, and this is {what}; leave it away")]
    NoRomForBoard { what: &'static str },
}

impl Cartridge {
    /// The cartridge in an iNES or NES 2.0 file.
    pub fn parse(bytes: &[u8]) -> Result<Self, CartridgeError> {
        Self::parse_as(bytes, None)
    }

    /// The cartridge in a file, on another board than the header says; or the one on which
    /// a music file plays.
    pub fn parse_as(bytes: &[u8], board: Option<BoardNumber>) -> Result<Self, CartridgeError> {
        // Tapes name the board, too.
        let refuses = |own: u16| board.is_some_and(|board| board.mapper != own);
        if Image::is_one(bytes) {
            if refuses(DISK_SYSTEM) {
                return Err(CartridgeError::NoRomForBoard { what: "a disk" });
            }
            return Self::of_disk(&Image::parse(bytes)?);
        }
        if nsf::is_music(bytes) {
            if refuses(MUSIC) {
                return Err(CartridgeError::NoRomForBoard { what: "a music file" });
            }
            return Self::of_music(bytes);
        }
        let (header, _) = Header::believed(bytes, board)?;
        if header.console == 1 && header.arcade >= 5 {
            return Err(CartridgeError::Console { what: "a Vs. System of two consoles" });
        }
        if header.console >= 6 {
            return Err(CartridgeError::Console { what: "a console with other chips" });
        }
        let board = BoardId::from_mapper(header.mapper).ok_or(CartridgeError::Mapper {
            mapper: header.mapper,
            name: mapper_name(header.mapper),
        })?;
        let chips = header.chips(bytes)?;
        Ok(Self {
            prg: repeat_to(chips.prg, SMALLEST_PRG).into(),
            chr: chips.chr.to_vec(),
            board,
            mapper: header.mapper,
            submapper: header.submapper,
            mirroring: header.mirroring,
            prg_ram: header.prg_ram,
            prg_nvram: header.prg_nvram,
            chr_ram: header.chr_ram,
            chr_nvram: header.chr_nvram,
            disk: Disk::default(),
            trainer: chips.trainer.map(Box::new),
            region: header.region,
            ports: header.ports,
            ppu: header.ppu,
            wiring: header.wiring,
            guard: header.guard,
            cheats: Vec::new(),
        })
    }
}

/// The parts of a file behind its header.
#[derive(Clone, Copy, Debug)]
pub struct Chips<'a> {
    /// The trainer.
    pub trainer: Option<[u8; 512]>,
    /// PRG ROM.
    pub prg: &'a [u8],
    /// CHR ROM. Shorter than an iNES header promises when whole banks of 8 KiB
    /// are missing: the count in the header is then taken for a mistake.
    pub chr: &'a [u8],
    /// What follows: names, PlayChoice-10 instructions, junk.
    pub rest: &'a [u8],
}

impl Header {
    /// Bytes of a header.
    pub const LEN: usize = 16;

    /// Reads the header at the start of a file.
    pub fn parse(bytes: &[u8]) -> Result<Self, CartridgeError> {
        Self::parse_as(bytes, None)
    }

    /// Reads the header with another board than it names.
    pub fn parse_as(bytes: &[u8], board: Option<BoardNumber>) -> Result<Self, CartridgeError> {
        let raw = signed(bytes)?;
        let format = match (raw[7] & 0x0c, &raw[12..]) {
            (0x08, _) => Format::Nes20,
            (0x00, [0, 0, 0, 0]) => Format::INes,
            _ => Format::DirtyINes,
        };
        let mut header = Self {
            format,
            mapper: u16::from(raw[6] >> 4),
            submapper: 0,
            mirroring: match raw[6] & 0x09 {
                0x00 => Mirroring::Horizontal,
                0x01 => Mirroring::Vertical,
                _ => Mirroring::FourScreen,
            },
            battery: raw[6] & 0x02 != 0,
            trainer: raw[6] & 0x04 != 0,
            prg_rom: u64::from(raw[4]) * 0x4000,
            chr_rom: u64::from(raw[5]) * 0x2000,
            prg_ram: 0,
            prg_nvram: 0,
            chr_ram: 0,
            chr_nvram: 0,
            region: Region::Ntsc,
            ports: None,
            console: 0,
            arcade: 0,
            ppu: Ppu::Composite,
            wiring: Wiring::Console,
            guard: Guard::None,
        };
        if format != Format::DirtyINes {
            header.mapper |= u16::from(raw[7] & 0xf0);
            header.console = raw[7] & 0x03;
        }
        if format == Format::Nes20 {
            header.mapper |= u16::from(raw[8] & 0x0f) << 8;
            header.submapper = raw[8] >> 4;
        }
        if let Some(BoardNumber { mapper, submapper }) = board {
            (header.mapper, header.submapper) = (mapper, submapper);
        }
        match header.console {
            1 => (header.ppu, header.wiring) = (Ppu::Rgb, Wiring::Crossed),
            2 => header.ppu = Ppu::Rgb,
            _ => {}
        }
        if format == Format::Nes20 {
            header.read_nes20(raw);
        } else {
            header.assume_ines(raw);
        }
        header.read_flash(raw);
        if header.console == 1 || matches!(header.mapper, vs::MAPPER | VS_VRC1) {
            header.mirroring = Mirroring::FourScreen;
        }
        header.check()?;
        Ok(header)
    }

    /// Bytes 9-15 of NES 2.0.
    fn read_nes20(&mut self, raw: &[u8; Self::LEN]) {
        self.prg_rom = rom_size(raw[4], raw[9] & 0x0f, 0x4000);
        self.chr_rom = rom_size(raw[5], raw[9] >> 4, 0x2000);
        self.prg_ram = ram_size(raw[10] & 0x0f);
        self.prg_nvram = ram_size(raw[10] >> 4);
        self.chr_ram = ram_size(raw[11] & 0x0f);
        self.chr_nvram = ram_size(raw[11] >> 4);
        if self.chr_rom == 0 && self.chr_ram + self.chr_nvram == 0 {
            self.chr_ram = 0x2000;
        }
        self.region = match raw[12] & 0x03 {
            1 => Region::Pal,
            3 => Region::Dendy,
            _ => Region::Ntsc,
        };
        match self.console {
            1 => {
                (self.arcade, self.ppu) = (raw[13] >> 4, Ppu::of_header(raw[13]));
                self.guard = Guard::of_header(raw[13]);
                if raw[15] & 0x3f == FIRST_AT_4016 {
                    self.wiring = Wiring::Straight;
                }
            }
            3 => self.console = raw[13] & 0x0f,
            _ => {}
        }
        self.ports = Devices::of_header(raw[15]);
    }

    /// What iNES leaves open: RAM sizes as the boards of the time had them.
    fn assume_ines(&mut self, raw: &[u8; Self::LEN]) {
        let clean = self.format == Format::INes;
        let wram = match (raw[8], self.mapper) {
            (1..=16, _) if clean => usize::from(raw[8]) * 0x2000,
            (_, 5) => 0x1_0000,
            (_, vs::MAPPER) => 0x800,
            _ => 0x2000,
        };
        if self.battery {
            self.prg_nvram = wram;
        } else {
            self.prg_ram = wram;
        }
        if self.chr_rom == 0 {
            self.chr_ram = match self.mapper {
                13 => 0x4000,
                28..=30 | 96 | 111 => 0x8000,
                218 => 0,
                _ => 0x2000,
            };
        } else if matches!(self.mapper, 77 | 119) {
            self.chr_ram = 0x2000;
        }
        if clean && raw[9] & 1 != 0 {
            self.region = Region::Pal;
        }
    }

    /// Boards whose PRG is flash have no other RAM, and keep what was written.
    fn read_flash(&mut self, raw: &[u8; Self::LEN]) {
        match self.mapper {
            30 => {
                (self.prg_ram, self.prg_nvram) = (0, 0);
                if raw[6] & 0x09 == 0x08 {
                    self.mirroring = Mirroring::SingleLow;
                }
            }
            111 => (self.prg_ram, self.prg_nvram) = (0, 0),
            _ => return,
        }
        if self.battery || self.mapper == 111 {
            // The chip is as large as the file; a larger one is refused below.
            self.prg_nvram = usize::try_from(self.prg_rom).unwrap_or(usize::MAX);
            self.battery = true;
        }
    }

    /// Refuses sizes that no page table holds.
    fn check(&self) -> Result<(), CartridgeError> {
        let (prg, chr) = (self.prg_rom, self.chr_rom);
        let sizes = [
            ("PRG ROM", prg, MOST_ROM, if prg < 0x2000 { 0x100 } else { 0x2000 }),
            ("CHR ROM", chr, MOST_ROM, 0x400),
            ("PRG RAM", (self.prg_ram as u64).saturating_add(self.prg_nvram as u64), MOST_RAM, 1),
            ("CHR RAM", (self.chr_ram + self.chr_nvram) as u64, MOST_RAM, 1),
        ];
        for (part, size, limit, unit) in sizes {
            if size % unit != 0 {
                return Err(CartridgeError::OddSize { part, size, unit });
            }
            if size > limit {
                return Err(CartridgeError::TooLarge { part, size, limit });
            }
        }
        if prg == 0 {
            return Err(CartridgeError::NoPrg);
        }
        Ok(())
    }

    /// Cuts a file into its chips.
    pub fn chips<'a>(&self, bytes: &'a [u8]) -> Result<Chips<'a>, CartridgeError> {
        let mut rest = bytes.get(Self::LEN..).unwrap_or_default();
        let trainer = if self.trainer { take(&mut rest, "trainer", 512)? } else { &[] };
        let prg = take(&mut rest, "PRG ROM", self.prg_rom)?;
        let whole_banks = rest.len() & !0x1fff;
        let miscounted = self.format != Format::Nes20
            && (rest.len() as u64) < self.chr_rom
            && whole_banks == rest.len()
            && whole_banks > 0;
        let promised = if miscounted { whole_banks as u64 } else { self.chr_rom };
        let chr = take(&mut rest, "CHR ROM", promised)?;
        Ok(Chips { trainer: trainer.first_chunk().copied(), prg, chr, rest })
    }
}

/// Byte 15 of a Vs. System's header: the first player at $4016.
const FIRST_AT_4016: u8 = 4;
/// A VRC1 in a Vs. System, whether the header names the console or not.
const VS_VRC1: u16 = 151;
/// 8 KiB: what the smallest bank of any board holds. Smaller chips repeat.
const SMALLEST_PRG: usize = 0x2000;
/// Page tables count to 8 MiB.
const MOST_ROM: u64 = 0x80_0000;
/// Four times what the largest board has.
const MOST_RAM: u64 = 0x8_0000;

/// The header's bytes, when it is one.
fn signed(bytes: &[u8]) -> Result<&[u8; Header::LEN], CartridgeError> {
    let other = |what| Err(CartridgeError::OtherFormat { what });
    match bytes {
        [] => return Err(CartridgeError::Empty),
        [b'N', b'E', b'S', 0x1a, ..] => {}
        [b'U', b'N', b'I', b'F', ..] => return other("UNIF files"),
        [b'P', b'A', b'T', b'C', b'H', ..] | [b'B', b'P', b'S', b'1', ..] => {
            return other("patches as a ROM (use `--patch FILE`)");
        }
        _ => {
            return Err(CartridgeError::NotARom { begins: show_start(bytes) });
        }
    }
    bytes.first_chunk().ok_or(CartridgeError::NoHeader { have: bytes.len() })
}

fn show_start(bytes: &[u8]) -> String {
    let hex: Vec<_> = bytes.iter().take(4).map(|byte| format!("{byte:02X}")).collect();
    hex.join(" ")
}

/// A ROM size of NES 2.0: `high` = $F makes `low` EEEEEEMM = 2^E × (2M + 1).
fn rom_size(low: u8, high: u8, unit: u64) -> u64 {
    if high == 0x0f {
        let multiplier = u64::from(low & 3) * 2 + 1;
        (1u64 << (low >> 2)).saturating_mul(multiplier)
    } else {
        (u64::from(high) << 8 | u64::from(low)) * unit
    }
}

/// A RAM size of NES 2.0: 64 bytes shifted left, 0 is none.
fn ram_size(shift: u8) -> usize {
    if shift == 0 { 0 } else { 64 << shift }
}

fn take<'a>(
    rest: &mut &'a [u8],
    part: &'static str,
    promised: u64,
) -> Result<&'a [u8], CartridgeError> {
    let cut = || CartridgeError::Truncated { part, promised, have: rest.len() };
    let len = usize::try_from(promised).map_err(|_| cut())?;
    let (head, tail) = rest.split_at_checked(len).ok_or_else(cut)?;
    *rest = tail;
    Ok(head)
}

fn repeat_to(chip: &[u8], least: usize) -> Vec<u8> {
    chip.iter().copied().cycle().take(chip.len().max(least)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A file with this header and ROM that counts up.
    fn file(header: [u8; 12], rom: usize) -> Vec<u8> {
        let mut bytes = b"NES\x1a".to_vec();
        bytes.extend(header);
        bytes.extend((0..rom).map(|i| (i / 256) as u8));
        bytes
    }

    fn sentence(bytes: &[u8]) -> String {
        Cartridge::parse(bytes).unwrap_err().to_string()
    }

    #[test]
    fn an_ines_file_gets_the_ram_of_its_time() {
        let cart = Cartridge::parse(&file([1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0], 0x6000)).unwrap();
        assert_eq!((cart.prg.len(), cart.chr.len()), (0x4000, 0x2000));
        assert_eq!((cart.prg_ram, cart.prg_nvram, cart.chr_ram), (0x2000, 0, 0));
        assert_eq!((cart.mirroring, cart.region), (Mirroring::Vertical, Region::Ntsc));
        let cart = Cartridge::parse(&file([2, 0, 2, 0, 0, 1, 0, 0, 0, 0, 0, 0], 0x8000)).unwrap();
        assert_eq!((cart.prg_ram, cart.prg_nvram, cart.chr_ram), (0, 0x2000, 0x2000));
        assert_eq!((cart.mirroring, cart.region), (Mirroring::Horizontal, Region::Pal));
    }

    #[test]
    fn a_dirty_header_loses_its_upper_half() {
        let header = Header::parse(b"NES\x1a\x01\x01\x01DiskDude!").unwrap();
        assert_eq!((header.format, header.mapper), (Format::DirtyINes, 0));
        assert_eq!((header.prg_ram, header.region), (0x2000, Region::Ntsc));
    }

    #[test]
    fn nes_20_sizes_may_be_exponents() {
        // PRG 2^14 × 3, CHR 2^10 × 1, 32 KiB with battery, Dendy.
        let raw = [14 << 2 | 1, 10 << 2, 2, 8, 0x30, 0xff, 0x90, 0x07, 3, 0, 0, 0];
        let header = Header::parse(&file(raw, 0)).unwrap();
        assert_eq!((header.prg_rom, header.chr_rom), (0xc000, 0x400));
        assert_eq!((header.prg_nvram, header.chr_ram), (0x8000, 0x2000));
        assert_eq!((header.submapper, header.region), (3, Region::Dendy));
    }

    #[test]
    fn a_trainer_precedes_the_program() {
        let cart = Cartridge::parse(&file([1, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0], 0x4200)).unwrap();
        assert_eq!(cart.trainer.unwrap()[256], 1);
        assert_eq!(cart.prg[0], 2);
    }

    #[test]
    fn a_cut_file_says_how_much_is_missing() {
        let cut = file([2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 20_000);
        assert!(sentence(&cut).contains("promises 32768 bytes of PRG ROM and the file has 20000"));
        let cut = file([1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 0x4000 + 100);
        assert!(sentence(&cut).contains("promises 8192 bytes of CHR ROM and the file has 100"));
        let huge = file([0xff; 12], 0);
        assert!(Cartridge::parse(&huge).is_err());
    }

    #[test]
    fn whole_missing_chr_banks_are_a_wrong_count_and_more_bytes_are_welcome() {
        let cart = Cartridge::parse(&file([2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 0xa000)).unwrap();
        assert_eq!(cart.chr.len(), 0x2000);
        let cart = Cartridge::parse(&file([1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 0x7001)).unwrap();
        assert_eq!(cart.chr.len(), 0x2000);
    }

    #[test]
    fn an_unknown_board_is_named_and_can_be_overridden() {
        let bytes = file([1, 1, 0xf0, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0], 0x6000);
        assert!(sentence(&bytes).starts_with("mapper 239 is not supported yet"));
        let cart = Cartridge::parse_as(&bytes, Some("0.2".parse().unwrap())).unwrap();
        assert_eq!((cart.mapper, cart.submapper), (0, 2));
        assert!("4096".parse::<BoardNumber>().is_err() && "4.16".parse::<BoardNumber>().is_err());
    }

    #[test]
    fn other_formats_are_called_by_name() {
        assert!(sentence(b"NESM\x1a\x01").contains("ends within its header"));
        assert!(sentence(b"UNIF").contains("UNIF"));
        assert!(sentence(b"").contains("empty"));
        assert!(sentence(b"NES\x1a\x01").contains("5 bytes of 16"));
        assert!(sentence(b"\x7fELF").contains("7F 45 4C 46"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_cartridge_or_a_sentence(
            header in any::<[u8; 12]>(),
            signed in any::<bool>(),
            rom in prop::collection::vec(any::<u8>(), 0..70_000),
        ) {
            let mut bytes = if signed { b"NES\x1a".to_vec() } else { Vec::new() };
            bytes.extend(header);
            bytes.extend(rom);
            match Cartridge::parse(&bytes) {
                Ok(cart) => {
                    prop_assert!(cart.prg.len() >= 0x2000 && cart.prg.len() % 256 == 0);
                    prop_assert!(cart.chr.len() % 1024 == 0);
                    prop_assert!(cart.prg.len() + cart.chr.len() <= bytes.len() + 0x2000);
                }
                Err(error) => prop_assert!(!error.to_string().is_empty()),
            }
        }
    }
}
