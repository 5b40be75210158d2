//! A ROM or a disk's image from a file: plain, in a zip or gzip, or from stdin (`-`). What it is
//! shows in its first bytes, not in its name.

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::fault::{Fault, Outcome};
use super::{bios, builtin};
use crate::nes::Cartridge;
use crate::nes::cart::disk::Image;
use crate::nes::cart::{BoardNumber, Cheat, CheatError, Header, nsf, patch};

/// No ROM is larger, packed or unpacked.
pub const LIMIT: u64 = 64 << 20;

/// A game that can be switched on.
#[derive(Clone, Debug)]
pub struct Rom {
    /// What people call it: the file's name without its folder and ending.
    pub name: String,
    /// Where it came from; `None` for the built-in game and stdin.
    pub path: Option<PathBuf>,
    /// SHA-256 of the ROM file, unpacked and not patched.
    pub sha256: [u8; 32],
    /// The ROM file, unpacked and patched; behind a disk's image, the BIOS.
    pub bytes: Vec<u8>,
    /// The cartridge in it.
    pub cart: Arc<Cartridge>,
    /// What a player should know, a sentence each.
    pub notes: Vec<String>,
}

impl Rom {
    /// Loads a ROM; none given is the built-in game.
    pub fn load(
        path: Option<&Path>,
        patch: Option<&Path>,
        board: Option<BoardNumber>,
        bios: Option<&Path>,
    ) -> Outcome<Self> {
        Self::load_by(&mut read, path, patch, board, bios)
    }

    /// The same with another way to read files.
    pub fn load_by(
        read: &mut dyn FnMut(&Path) -> Outcome<Vec<u8>>,
        path: Option<&Path>,
        patch: Option<&Path>,
        board: Option<BoardNumber>,
        bios: Option<&Path>,
    ) -> Outcome<Self> {
        let Some(path) = path else {
            let game = builtin::GAME.to_vec();
            return Self::from_bytes("Built-in game", None, game, patch, board, bios);
        };
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let (bytes, notes) = unpack(path, read(path)?)?;
        let from = (path != Path::new("-")).then(|| path.to_owned());
        let mut rom = Self::from_bytes(&name, from, bytes, patch, board, bios)?;
        rom.notes.extend(notes);
        Ok(rom)
    }

    fn from_bytes(
        name: &str,
        path: Option<PathBuf>,
        mut bytes: Vec<u8>,
        patch_file: Option<&Path>,
        board: Option<BoardNumber>,
        bios_file: Option<&Path>,
    ) -> Outcome<Self> {
        let sha256 = Sha256::digest(&bytes).into();
        if let Some(file) = patch_file {
            let patch = read(file)?;
            bytes =
                patch::apply(&patch, &bytes).map_err(|error| Fault::file(file.display(), error))?;
        }
        bytes = bios::behind(bytes, path.as_deref(), bios_file)?;
        let shown = path.as_deref().map_or(name.into(), Path::to_string_lossy);
        let cart = Cartridge::parse_as(&bytes, board).map_err(|error| Fault::file(shown, error))?;
        let cart = Arc::new(cart);
        // Music has no header of a ROM.
        let known = Header::believed(&bytes, board).ok().and_then(|(_, known)| known);
        let notes = known.map(|known| {
            let told = known.corrections.iter().map(ToString::to_string);
            format!("{} has {}", known.title, told.collect::<Vec<_>>().join("; "))
        });
        let notes = notes.into_iter().collect();
        Ok(Self { name: name.to_owned(), path, sha256, bytes, cart, notes })
    }

    /// Switches cheats on. One that fits no byte gets a note.
    pub fn plug_in(&mut self, cheats: &[Cheat]) -> Result<(), CheatError> {
        self.cart = Arc::new(self.cart.with_cheats(cheats)?);
        // Below $8000 it may be RAM, which holds anything.
        let fits = |cheat: &&Cheat| cheat.address < 0x8000 || self.cart.prg.is_changed_by(cheat);
        for cheat in cheats.iter().filter(|cheat| !fits(cheat)) {
            self.notes.push(format!(
                "the cheat {cheat} fits no byte of this ROM; it may be for another version of the game"
            ));
        }
        Ok(())
    }

    /// The first eight bytes of the hash as a number, as file headers keep it.
    pub fn id(&self) -> u64 {
        u64::from_le_bytes(*self.sha256.first_chunk().unwrap_or(&[0; 8]))
    }

    /// SHA-256 of what runs: the ROM file, patched. A tape names its ROM by it.
    pub fn running_sha256(&self) -> [u8; 32] {
        Sha256::digest(&self.bytes).into()
    }

    /// The hash as 64 hex digits.
    pub fn sha256_hex(&self) -> String {
        hex(&self.sha256)
    }
}

/// Bytes as hex digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A file's bytes, at most 64 MiB; `-` is stdin.
pub fn read(path: &Path) -> Outcome<Vec<u8>> {
    let unreadable =
        |error| Fault::file(path.display(), format_args!("cannot read it ({})", plain(&error)));
    let bytes = if path == Path::new("-") {
        bounded(std::io::stdin().lock()).map_err(unreadable)?
    } else {
        if path.is_dir() {
            return Err(Fault::file(
                path.display(),
                "this is a folder; give a file, or use `retake test FOLDER`",
            ));
        }
        bounded(File::open(path).map_err(unreadable)?).map_err(unreadable)?
    };
    bytes.ok_or_else(|| Fault::file(path.display(), TOO_LARGE))
}

/// A ROM file's bytes out of whatever packs them, and what to tell the player.
pub fn unpack(path: &Path, packed: Vec<u8>) -> Outcome<(Vec<u8>, Vec<String>)> {
    let fault = |why: String| Fault::file(path.display(), why);
    match packed.as_slice() {
        [b'P', b'K', 3..=6, 4..=7, ..] => unzipped(packed).map_err(fault),
        [0x1f, 0x8b, ..] => {
            let bytes = bounded(flate2::read::MultiGzDecoder::new(Cursor::new(packed)))
                .map_err(|error| fault(format!("a damaged gzip file ({error}); {COPY_AGAIN}")))?
                .ok_or_else(|| fault(TOO_LARGE.into()))?;
            Ok((bytes, Vec::new()))
        }
        _ => Ok((packed, Vec::new())),
    }
}

pub(super) const TOO_LARGE: &str =
    "it has more than 64 MiB, and no ROM has; give an iNES or NES 2.0 file";
const COPY_AGAIN: &str = "copy it again from where it came";

/// Bytes that tell what a file is.
const START: usize = 16;

/// The ROM in a zip file: the first file that begins like one.
fn unzipped(packed: Vec<u8>) -> Result<(Vec<u8>, Vec<String>), String> {
    let damaged =
        |error: &dyn std::fmt::Display| format!("a damaged zip file ({error}); {COPY_AGAIN}");
    let mut archive = zip::ZipArchive::new(Cursor::new(packed)).map_err(|e| damaged(&e))?;
    let mut roms = Vec::new();
    let mut chosen = None;
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).map_err(|e| damaged(&e))?;
        let mut start = Vec::with_capacity(START);
        if file.is_dir() || (&mut file).take(START as u64).read_to_end(&mut start).is_err() {
            continue;
        }
        let is_one = start.starts_with(b"NES\x1a") || Image::is_one(&start);
        if is_one || nsf::is_music(&start) {
            roms.push(String::from_utf8_lossy(file.name_raw()).into_owned());
            if chosen.is_none() {
                let bytes = bounded(Cursor::new(start).chain(file)).map_err(|e| damaged(&e))?;
                chosen = Some(bytes.ok_or(TOO_LARGE)?);
            }
        }
    }
    let bytes = chosen.ok_or(
        "there is no NES ROM in this zip file; give one that has a .nes, .fds or .nsf file",
    )?;
    let mut notes = Vec::new();
    if roms.len() > 1 {
        notes.push(format!(
            "the zip file has {} ROMs, this is the first: {}",
            roms.len(),
            roms.join(", ")
        ));
    }
    Ok((bytes, notes))
}

/// Everything that `from` gives, or `None` past the limit.
fn bounded(from: impl Read) -> std::io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    from.take(LIMIT + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= LIMIT).then_some(bytes))
}

/// An error of the system without its number.
pub fn plain(error: &std::io::Error) -> String {
    use std::io::ErrorKind::{NotFound, PermissionDenied};
    match error.kind() {
        NotFound => "there is no such file; check the path".into(),
        PermissionDenied => "permission denied; check its owner and mode".into(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn file(name: &str, bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        (dir, path)
    }

    fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn gzip_of(bytes: &[u8]) -> Vec<u8> {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(bytes).unwrap();
        gzip.finish().unwrap()
    }

    fn fault(path: &Path) -> String {
        let fault = Rom::load(Some(path), None, None, None).unwrap_err();
        assert_eq!(fault.code, Fault::UNUSABLE);
        assert!(fault.sentence.starts_with(&path.display().to_string()), "{fault}");
        fault.sentence
    }

    #[test]
    fn plain_zipped_and_gzipped_are_the_same_rom_whatever_the_name() {
        let zip = zip_of(&[("readme.txt", b"hello"), ("dir/game.nes", builtin::GAME)]);
        let own = Rom::load(None, None, None, None).unwrap();
        for bytes in [builtin::GAME.to_vec(), zip, gzip_of(builtin::GAME)] {
            let (_dir, path) = file("odd.name", &bytes);
            let rom = Rom::load(Some(&path), None, None, None).unwrap();
            assert_eq!((rom.sha256, rom.name.as_str()), (own.sha256, "odd"));
            assert!(rom.notes.is_empty());
        }
    }

    #[test]
    fn of_several_roms_in_a_zip_the_first_plays_and_all_are_named() {
        let zip = zip_of(&[("b.nes", builtin::GAME), ("a.nes", builtin::GAME)]);
        let (_dir, path) = file("two.zip", &zip);
        let rom = Rom::load(Some(&path), None, None, None).unwrap();
        assert!(rom.notes[0].contains("b.nes, a.nes"), "{:?}", rom.notes);
    }

    #[test]
    fn what_is_no_rom_gets_a_sentence() {
        let (dir, path) = file("bad.zip", b"PK\x03\x04junk");
        assert!(fault(&path).contains("damaged zip"));
        assert!(fault(dir.path()).contains("folder"));
        assert!(fault(&dir.path().join("none")).contains("no such file"));
        let (_dir, path) = file("bad.gz", b"\x1f\x8bjunk");
        assert!(fault(&path).contains("damaged gzip"));
        let (_dir, path) = file("no.zip", &zip_of(&[("a.txt", b"text")]));
        assert!(fault(&path).contains("no NES ROM"));
    }

    #[test]
    fn a_packed_bomb_does_not_fill_the_memory() {
        let mut bomb = builtin::GAME.to_vec();
        bomb.resize(65 << 20, 0);
        for bytes in [zip_of(&[("a.nes", &bomb)]), gzip_of(&bomb)] {
            let (_dir, path) = file("bomb", &bytes);
            assert!(fault(&path).contains("64 MiB"));
        }
    }

    #[test]
    fn a_patch_changes_the_cartridge_and_not_the_hash() {
        let (_dir, path) = file("a.ips", b"PATCH\0\0\x10\0\x01\x77EOF");
        let rom = Rom::load(None, Some(&path), None, None).unwrap();
        assert_eq!(rom.cart.prg[0], 0x77);
        assert_eq!(rom.sha256, Rom::load(None, None, None, None).unwrap().sha256);
    }
}
