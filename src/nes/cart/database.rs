//! What is known of ROMs whose iNES header lies or cannot say it: `games.tsv`.
//!
//! Headers of NES 2.0 are believed. What the player says on the command line is, too.

use std::fmt;

use super::ines::{CartridgeError, Format, Header};
use super::names::BoardNumber;
use crate::nes::region::Region;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// What the game is called.
    pub title: &'static str,
    board: Option<BoardNumber>,
    /// Bytes of PRG RAM: without a battery, with one.
    ram: Option<[usize; 2]>,
    region: Option<Region>,
    /// What the header says and is not believed.
    pub corrections: Vec<Correction>,
}

/// Something that is not as the header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Correction {
    /// The board: what it is, and what the header says.
    Board(BoardNumber, BoardNumber),
    /// PRG RAM without and with a battery.
    Ram([usize; 2], [usize; 2]),
    /// The television.
    Region(Region, Region),
}

impl fmt::Display for Correction {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Board(is, said) => write!(f, "board {is}, and the header says {said}"),
            Self::Ram([ram, kept], [said, said_kept]) => write!(
                f,
                "{ram} bytes of PRG RAM and {kept} with a battery, and the header says {said} and {said_kept}"
            ),
            Self::Region(is, said) => write!(f, "{is:?}, and the header says {said:?}"),
        }
    }
}

impl Header {
    /// The header of a file, and what of it was not believed.
    pub fn believed(
        bytes: &[u8],
        board: Option<BoardNumber>,
    ) -> Result<(Self, Option<Known>), CartridgeError> {
        Self::believed_by(TABLE, bytes, board)
    }

    fn believed_by(
        table: &'static str,
        bytes: &[u8],
        board: Option<BoardNumber>,
    ) -> Result<(Self, Option<Known>), CartridgeError> {
        let header = Self::parse_as(bytes, board)?;
        if header.format == Format::Nes20 || header.console != 0 {
            return Ok((header, None));
        }
        let Ok(chips) = header.chips(bytes) else { return Ok((header, None)) };
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(chips.prg);
        hasher.update(chips.chr);
        let Some(mut known) = find(table, hasher.finalize()) else { return Ok((header, None)) };
        let said = header;
        let mut header = match (board, known.board) {
            (None, Some(_)) => Self::parse_as(bytes, known.board)?,
            _ => said.clone(),
        };
        if let Some([ram, kept]) = known.ram {
            (header.prg_ram, header.prg_nvram) = (ram, kept);
            header.battery = kept + header.chr_nvram > 0;
        }
        header.region = known.region.unwrap_or(header.region);
        let boards =
            [&header, &said].map(|h| BoardNumber { mapper: h.mapper, submapper: h.submapper });
        let rams = [&header, &said].map(|h| [h.prg_ram, h.prg_nvram]);
        let corrections = [
            (boards[0] != boards[1]).then_some(Correction::Board(boards[0], boards[1])),
            (rams[0] != rams[1]).then_some(Correction::Ram(rams[0], rams[1])),
            (header.region != said.region)
                .then_some(Correction::Region(header.region, said.region)),
        ];
        known.corrections = corrections.into_iter().flatten().collect();
        let known = (!known.corrections.is_empty()).then_some(known);
        Ok((header, known))
    }
}

static TABLE: &str = include_str!("games.tsv");

fn find(table: &'static str, crc32: u32) -> Option<Known> {
    let wanted = format!("{crc32:08x}\t");
    table.lines().find(|line| line.starts_with(&wanted)).and_then(parse)
}

/// The table is part of the program: a row that cannot be read is a fault of it, which
/// the tests below find.
fn parse(line: &'static str) -> Option<Known> {
    let mut cells = line.split('\t').skip(1).map(|cell| (cell != "-").then_some(cell));
    let mut next = || cells.next();
    let (board, ram, region, title) = (next()?, next()?, next()?, next()??);
    let bytes = |text: &str| {
        let (ram, kept) = text.split_once('+')?;
        Some([ram.parse().ok()?, kept.parse().ok()?])
    };
    Some(Known {
        title,
        board: board.map(str::parse).transpose().ok()?,
        ram: match ram {
            Some(text) => Some(bytes(text)?),
            None => None,
        },
        region: match region {
            Some("PAL") => Some(Region::Pal),
            Some(_) => return None,
            None => None,
        },
        corrections: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nes::board::BoardId;
    use crate::nes::cart::Cartridge;

    /// 16 KiB of PRG, CHR RAM, mapper 1.
    fn rom(flags7: u8) -> Vec<u8> {
        let mut rom = b"NES\x1a\x01\x00\x10\x00\0\0\0\0\0\0\0\0".to_vec();
        rom[7] = flags7;
        rom.resize(16 + 0x4000, 0x5a);
        rom
    }

    /// A table with one row, of that ROM.
    fn table(row: &str) -> &'static str {
        let crc32 = crc32fast::hash(&[0x5a; 0x4000]);
        format!("# rows\n00000000\t0\t-\t-\tanother\n{crc32:08x}\t{row}\tThis\n").leak()
    }

    #[test]
    fn each_row_can_be_read_names_a_board_that_is_there_and_stands_in_order() {
        let rows: Vec<_> = TABLE.lines().filter(|line| !line.starts_with('#')).collect();
        assert!(rows.len() > 500 && rows.is_sorted_by(|a, b| a[..8] < b[..8]));
        for row in rows {
            assert!(u32::from_str_radix(&row[..8], 16).is_ok(), "{row}");
            let known = parse(row).unwrap_or_else(|| panic!("{row}"));
            assert!(known.board.is_some() || known.ram.is_some() || known.region.is_some());
            if let Some(board) = known.board {
                assert!(BoardId::from_mapper(board.mapper).is_some(), "{row}");
            }
        }
    }

    #[test]
    fn a_known_rom_is_put_right_and_each_correction_is_told() {
        let (header, known) =
            Header::believed_by(table("4.1\t0+1024\tPAL"), &rom(0), None).unwrap();
        assert_eq!((header.mapper, header.submapper), (4, 1));
        assert_eq!((header.prg_ram, header.prg_nvram), (0, 1024));
        assert_eq!((header.region, header.battery), (Region::Pal, true));
        let known = known.unwrap();
        let told: Vec<_> = known.corrections.iter().map(ToString::to_string).collect();
        assert_eq!(known.title, "This");
        assert_eq!(
            told,
            [
                "board 4.1, and the header says 1",
                "0 bytes of PRG RAM and 1024 with a battery, and the header says 8192 and 0",
                "Pal, and the header says Ntsc",
            ]
        );
    }

    #[test]
    fn a_header_that_is_right_or_of_nes_20_or_overridden_is_believed() {
        let believed =
            |row, rom: &[u8], board| Header::believed_by(table(row), rom, board).unwrap();
        assert_eq!(believed("1\t8192+0\t-", &rom(0), None).1, None);
        let (header, known) = believed("4\t-\tPAL", &rom(8), None);
        assert_eq!((header.mapper, header.region, known), (1, Region::Ntsc, None));
        // The player's board, and the rest as it is known: a tape names its board, too.
        let (header, known) = believed("4\t-\tPAL", &rom(0), "7".parse().ok());
        assert_eq!((header.mapper, header.region), (7, Region::Pal));
        assert_eq!(known.unwrap().corrections.len(), 1);
    }

    #[test]
    fn another_rom_is_left_alone() {
        let mut other = rom(0);
        other[100] ^= 1;
        assert_eq!(Header::believed_by(table("4\t-\t-"), &other, None).unwrap().1, None);
        assert_eq!(Cartridge::parse(&other).unwrap().mapper, 1);
    }
}
