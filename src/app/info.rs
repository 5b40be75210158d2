//! `retake info`: what a file is, and whether it can be used.

use std::path::Path;
use std::process::ExitCode;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::cli::InfoArgs;
use super::fault::{Fault, Outcome};
use super::hash::hex64;
use super::movie::Movie;
use super::rom_file::{self, hex};
use super::say;
use super::tape::{self, file::is_tape};
use super::testing::manifest;
use crate::flight::header;
use crate::flight::state_file;
use crate::nes::board::BoardId;
use crate::nes::cart::ines::Format;
use crate::nes::cart::{Header, Mirroring, mapper_name};
use crate::nes::{Cartridge, Region};

/// Runs the command.
pub fn info(args: &InfoArgs) -> Outcome {
    if let Some(file) = args.file.as_deref().filter(|file| is_tape(file)) {
        let args = tape::args::InfoArgs { file: file.to_owned(), json: args.json };
        return tape::info::info(&args);
    }
    let document = match &args.file {
        _ if args.boards => boards(),
        Some(file) => describe(file)?,
        None => return Err(Fault::unusable("name a file, or give --boards")),
    };
    if args.json {
        say(format_args!("{document:#}"));
    } else if let Some(rows) = document.as_array() {
        for row in rows {
            say(format_args!("{:<10} {}", text(&row["mappers"]), text(&row["name"])));
        }
    } else if let Some(fields) = document.as_object() {
        for (name, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
            say(format_args!("{:<12} {}", name.replace('_', " "), text(value)));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn boards() -> Value {
    let row = |board: &BoardId| json!({ "mappers": board.mappers(), "name": board.name() });
    BoardId::ALL.iter().map(row).collect()
}

/// A file by its first bytes.
fn describe(path: &Path) -> Outcome<Value> {
    let (bytes, notes) = rom_file::unpacked(path).or_else(|fault| {
        // A .bk2 is a zip file without a ROM.
        rom_file::read(path).map(|bytes| (bytes, Vec::new())).map_err(|_| fault)
    })?;
    let mut document = match bytes.as_slice() {
        [b'P', b'A', b'T', b'C', b'H', ..] => json!({ "kind": "IPS patch" }),
        [b'B', b'P', b'S', b'1', ..] => json!({ "kind": "BPS patch" }),
        _ if bytes.starts_with(&state_file::MAGIC) => state(path, &bytes)?,
        _ if bytes.starts_with(b"NES\x1a") => rom(path, &bytes)?,
        _ => match Movie::parse(&bytes) {
            Ok(movie) => json!({
                "kind": "movie",
                "frames": movie.frames.len(),
                "region": movie.region.map(region_name),
            }),
            Err(_) => rom(path, &bytes)?,
        },
    };
    document["bytes"] = bytes.len().into();
    document["sha256"] = hex(&Sha256::digest(&bytes)).into();
    document["crc32"] = format!("{:08x}", crc32fast::hash(&bytes)).into();
    if !notes.is_empty() {
        document["notes"] = notes.into();
    }
    Ok(document)
}

fn state(path: &Path, bytes: &[u8]) -> Outcome<Value> {
    let fault = |error| Fault::file(path.display(), error);
    let (header, rest) = header::Header::read(bytes).map_err(fault)?;
    header.body(rest).map_err(fault)?;
    Ok(json!({
        "kind": "saved state",
        "version": header.version.get(),
        "frame": header.frame.get(),
        "layout": hex64(header.layout.get()),
        "rom": hex(&header.rom.get().to_le_bytes()),
        "state_bytes": header.length.get(),
    }))
}

fn rom(path: &Path, bytes: &[u8]) -> Outcome<Value> {
    let fault = |error| Fault::file(path.display(), error);
    let header = Header::parse(bytes).map_err(fault)?;
    let chips = header.chips(bytes).map_err(fault)?;
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
        "region": region_name(header.region),
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
        "known_as": row.map(|row| row.file.as_str()),
        "judged_by": row.map(|row| row.criterion.kind.name()),
    }))
}

fn region_name(region: Region) -> &'static str {
    match region {
        Region::Ntsc => "NTSC",
        Region::Pal => "PAL",
        Region::Dendy => "Dendy",
    }
}

/// A value for people.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        Value::Array(values) => values.iter().map(text).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
