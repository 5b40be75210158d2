//! What a ROM is: its header, and what the file has behind it.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::region_name;
use crate::app::rom_file::hex;
use crate::app::testing::manifest;
use crate::nes::Cartridge;
use crate::nes::board::BoardId;
use crate::nes::cart::arcade::Ppu;
use crate::nes::cart::ines::Format;
use crate::nes::cart::{CartridgeError, Header, Mirroring, mapper_name};

/// The header, the chips, and whether the board is there.
pub fn describe(bytes: &[u8]) -> Result<Value, String> {
    let (header, known) = Header::believed(bytes, None).map_err(|error| error.to_string())?;
    let chips = header.chips(bytes).map_err(|error| error.to_string())?;
    let row = manifest::by_hash(&hex(&Sha256::digest(bytes)));
    let supported = match Cartridge::parse(bytes) {
        Ok(_) => "yes".to_owned(),
        Err(error) => format!("no: {error}"),
    };
    let board = BoardId::from_mapper(header.mapper).map(BoardId::name);
    Ok(json!({
        "kind": "ROM",
        "format": match header.format {
            Format::INes => "iNES",
            Format::DirtyINes => "iNES (junk in the header)",
            Format::Nes20 => "NES 2.0",
        },
        "mapper": header.mapper,
        "submapper": header.submapper,
        "board": board.or(mapper_name(header.mapper)),
        "supported": supported,
        "about_the_board": super::boards::facts(header.mapper).notes,
        "console": console(&header),
        "ppu": (header.ppu != Ppu::Composite).then(|| header.ppu.name()),
        "region": region_name(header.region),
        "ports": header.ports.map(|ports| ports.to_string()),
        "mirroring": match header.mirroring {
            Mirroring::Horizontal => "horizontal",
            Mirroring::Vertical => "vertical",
            Mirroring::SingleLow | Mirroring::SingleHigh => "one screen",
            Mirroring::FourScreen => "four screens",
        },
        "battery": header.battery,
        "trainer": header.trainer,
        "prg_rom": chips.prg.len(),
        "chr_rom": chips.chr.len(),
        "prg_ram": header.prg_ram,
        "prg_nvram": header.prg_nvram,
        "chr_ram": header.chr_ram,
        "chr_nvram": header.chr_nvram,
        "bytes_behind": chips.rest.len(),
        "rom_sha256": hex(&Sha256::digest([chips.prg, chips.chr].concat())),
        "database": known.map(|known| {
            let told = known.corrections.iter().map(ToString::to_string);
            format!("{}: {}", known.title, told.collect::<Vec<_>>().join("; "))
        }),
        "known_as": row.map(|row| row.file.as_str()),
        "judged_by": row.map(|row| row.criterion.kind.name()),
    }))
}

/// What is no NES and no Famicom, and what of it is missing.
fn console(header: &Header) -> Option<&'static str> {
    match (header.console, header.arcade) {
        (1, 1..=3) if header.mapper == 206 => Some("Vs. System, with a chip that the game asks"),
        (1, 1..=3) => Some("Vs. System; its protection chip is not there, and the game may stop"),
        (1, _) => Some("Vs. System"),
        (2, _) => Some("PlayChoice-10; its own menus and timer are not there"),
        _ => None,
    }
}

/// A sentence for a file that is nothing known.
pub fn what_else(bytes: &[u8]) -> String {
    match Header::parse(bytes) {
        Err(CartridgeError::NotARom { begins }) => format!(
            "nothing that is known here: it begins with {begins}; known are ROMs (.nes), disks (.fds), music (.nsf, .nsfe), saved states (.rts), loop slots, battery saves (.sav), movies (.fm2, .bk2, text) and patches (.ips, .bps, .ups)"
        ),
        Err(error) => error.to_string(),
        Ok(_) => "a ROM that cannot be told of".to_owned(),
    }
}
