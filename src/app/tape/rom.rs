//! The ROM of a tape: named by the player, built in, or found by its hash.

use std::path::{Path, PathBuf};

use super::args::RomArgs;
use crate::app::fault::{Fault, Outcome};
use crate::app::rom_file::{self, Rom};
use crate::app::setup;
use crate::flight::tape;
use crate::nes::Cartridge;
use crate::nes::board::DISK_SYSTEM;
use crate::nes::cart::BoardNumber;

/// Folders in folders that are looked into.
const DEEPEST: usize = 4;
/// Files that are looked at.
const MOST_FILES: usize = 10_000;

/// The board of a tape's machine.
pub fn board(header: &tape::Header) -> BoardNumber {
    let machine = header.machine.get();
    BoardNumber { mapper: (machine >> 8 & 0xfff) as u16, submapper: (machine >> 4 & 15) as u8 }
}

/// A ROM that was put into a tape's machine.
pub fn parse(header: &tape::Header, file: &[u8]) -> Option<Cartridge> {
    Cartridge::parse_as(file, Some(board(header))).ok()
}

/// Finds the ROM of a tape at `path`.
pub fn find(header: &tape::Header, path: &Path, args: &RomArgs) -> Outcome<Rom> {
    let fault = |why: &dyn std::fmt::Display| Fault::file(path.display(), why);
    if let Some(named) = args.rom.as_deref().filter(|named| !named.is_dir()) {
        let rom = load(header, Some(named), args)?;
        return rom.map_err(|rom| {
            let error = header.expect_rom(&rom.running_sha256()).err();
            fault(&error.map_or_else(String::new, |error| error.to_string()))
        });
    }
    if let Ok(Ok(rom)) = load(header, None, args) {
        return Ok(rom);
    }
    let beside = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = args.rom.as_deref().or(beside).unwrap_or(Path::new("."));
    let deepest = if args.rom.is_some() { DEEPEST } else { 0 };
    for file in candidates(folder, deepest, header.rom_size.get()) {
        if let Ok(Ok(rom)) = load(header, Some(&file), args) {
            return Ok(rom);
        }
        // As it is played with a patch that lies beside it.
        if let (None, Ok(patch @ Some(_))) = (&args.patch, setup::beside(Some(&file)))
            && let Ok(Ok(rom)) =
                load(header, Some(&file), &RomArgs { rom: None, patch, bios: args.bios.clone() })
        {
            return Ok(rom);
        }
    }
    let hash = rom_file::hex(&header.rom);
    let (size, folder) = (header.rom_size.get(), folder.display());
    Err(fault(&match board(header).mapper {
        DISK_SYSTEM => format!(
            "its disk, with the BIOS behind it, has SHA-256 {hash} and {size} bytes, and both are not in {folder}; name them with --rom FILE and --bios FILE"
        ),
        _ => format!(
            "its ROM has SHA-256 {hash} and {size} bytes, and is not in {folder}; name it with --rom FILE"
        ),
    }))
}

/// Loads a ROM as the tape's machine has it; inner `Err` gives one that is another.
fn load(header: &tape::Header, path: Option<&Path>, args: &RomArgs) -> Outcome<Result<Rom, Rom>> {
    let board = board(header);
    let patch = args.patch.as_deref();
    let load = |board| Rom::load(path, patch, board, args.bios.as_deref());
    let mut rom = load(None).or_else(|_| load(Some(board)))?;
    if rom.running_sha256() != header.rom {
        return Ok(Err(rom));
    }
    if (rom.cart.mapper, rom.cart.submapper) != (board.mapper, board.submapper) {
        rom = load(Some(board))?;
    }
    Ok(Ok(rom))
}

/// Files that may be the ROM: of its size, or packed.
fn candidates(folder: &Path, deepest: usize, size: u64) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut seen = 0;
    let mut folders = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let Ok(entries) = folder.read_dir() else { continue };
        for entry in entries.flatten() {
            seen += 1;
            if seen > MOST_FILES {
                return found;
            }
            let path = entry.path();
            let Ok(meta) = path.metadata() else { continue };
            let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
            let packed = matches!(ending, "zip" | "gz") && meta.len() <= rom_file::LIMIT;
            // A patch changes the size, and so does the BIOS behind a disk.
            let named = ["nes", "fds", "qd"].iter().any(|known| ending.eq_ignore_ascii_case(known));
            let plain = named || meta.len() == size;
            if meta.is_file() && (packed || plain) {
                found.push(path);
            } else if meta.is_dir() && depth < deepest && !entry.path().is_symlink() {
                folders.push((path, depth + 1));
            }
        }
    }
    found.sort();
    found
}
