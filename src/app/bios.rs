//! The BIOS of the Famicom Disk System. It is Nintendo's, so it is not here: the player
//! names it. Behind the disk's image it makes the ROM that runs
//! ([`crate::nes::cart::disk`]), and so tapes know which one it was.
//!
//! Sought in turn: what `--bios` names; `fds_bios` of config.toml; `disksys.rom` beside
//! the image.

use std::path::{Path, PathBuf};

use super::fault::{Fault, Outcome};
use super::rom_file;
use crate::nes::cart::disk::{self, Image};

/// What it is called by those who read it out.
const NAMES: [&str; 2] = ["disksys.rom", "DISKSYS.ROM"];

/// A disk's image with the BIOS behind it; another file as it is. `image` is where it
/// came from.
pub fn behind(bytes: Vec<u8>, image: Option<&Path>, named: Option<&Path>) -> Outcome<Vec<u8>> {
    let wants = Image::is_one(&bytes) && Image::parse(&bytes).is_ok_and(|disk| disk.bios.is_none());
    let Some(path) = (if wants { find(image, named) } else { None }) else { return Ok(bytes) };
    let bios = rom_file::read(&path)?;
    if bios.len() != disk::BIOS {
        return Err(Fault::file(
            path.display(),
            format_args!(
                "the BIOS of the Famicom Disk System has {} bytes and this file has {}; name another with --bios FILE",
                disk::BIOS,
                bios.len()
            ),
        ));
    }
    Ok([bytes, bios].concat())
}

fn find(image: Option<&Path>, named: Option<&Path>) -> Option<PathBuf> {
    let beside = || {
        let names = NAMES.map(|name| image.map(|image| image.with_file_name(name)));
        names.into_iter().flatten().find(|bios| bios.is_file())
    };
    named.map(Path::to_owned).or_else(by_config).or_else(beside)
}

#[cfg(feature = "app")]
fn by_config() -> Option<PathBuf> {
    let file = super::paths::config_file()?;
    let (config, _) = super::config::Config::load(Some(&file));
    Some(file.parent()?.join(config.fds_bios?))
}

/// There is no config.toml.
#[cfg(not(feature = "app"))]
fn by_config() -> Option<PathBuf> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::rom_file::Rom;

    /// A folder with a disk of one blank file, and a BIOS of so many bytes.
    fn folder(bios: Option<usize>) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("game.fds");
        let mut image = b"\x01*NINTENDO-HVC*".to_vec();
        image.resize(65_500, 0);
        std::fs::write(&path, image).unwrap();
        if let Some(len) = bios {
            std::fs::write(dir.path().join("disksys.rom"), vec![0xea; len]).unwrap();
        }
        (dir, path)
    }

    fn fault(path: &Path, bios: Option<&Path>) -> String {
        let fault = Rom::load(Some(path), None, None, bios).unwrap_err();
        assert_eq!(fault.code, Fault::UNUSABLE);
        fault.sentence
    }

    #[test]
    fn a_bios_beside_the_image_is_found_and_the_image_keeps_its_name() {
        let (_dir, path) = folder(Some(8192));
        let rom = Rom::load(Some(&path), None, None, None).unwrap();
        assert_eq!((rom.bytes.len(), rom.cart.disk.sides()), (65_500 + 8192, 1));
        assert_eq!(rom.cart.prg[..], [0xea; 8192]);
        let (_other, alone) = folder(None);
        let named = path.with_file_name("disksys.rom");
        let same = Rom::load(Some(&alone), None, None, Some(&named)).unwrap();
        assert_eq!((same.sha256, same.bytes), (rom.sha256, rom.bytes));
    }

    #[test]
    fn a_bios_that_is_missing_or_of_another_size_is_a_sentence() {
        let (dir, path) = folder(None);
        assert!(fault(&path, None).contains("--bios FILE"));
        let none = dir.path().join("none.rom");
        assert!(fault(&path, Some(&none)).contains("no such file"));
        let (_dir, path) = folder(Some(4096));
        assert!(fault(&path, None).contains("has 8192 bytes and this file has 4096"));
    }
}
