//! Where files are: the XDG folders, and a folder for each game.
//!
//! ```text
//! $XDG_CONFIG_HOME/retake/config.toml
//! $XDG_DATA_HOME/retake/<rom name>-<hash>/   battery.sav  state-N.rts  slot_N.state  slot_N.input  lock
//! $XDG_PICTURES_DIR/retake/                  screenshots (else in the game's folder)
//! ```

use super::rom_file::Rom;
use crate::link::GameFiles;
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Letters of a ROM's name that its folder keeps.
const NAME: usize = 80;

/// A game's folder. While it lives, no other instance saves there.
#[derive(Debug)]
pub struct GameFolder {
    /// The folder.
    pub path: PathBuf,
    /// Whether this instance may write there, or why not.
    pub lock: Result<Lock, Locked>,
}

/// The right to write into a game's folder, until dropped.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Why a game's folder cannot be written to.
#[derive(Debug, thiserror::Error)]
pub enum Locked {
    /// Another instance has it.
    #[error("this game is being played already; this second instance plays without saving")]
    InUse,
    /// It cannot be made or locked.
    #[error(
        "{path}: {error}; playing without saving: make the folder writable or set XDG_DATA_HOME"
    )]
    Refused {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
}

/// The configuration file.
pub fn config_file() -> Option<PathBuf> {
    Some(base("XDG_CONFIG_HOME", ".config")?.join("retake/config.toml"))
}

/// The folder of all games' folders.
pub fn data() -> PathBuf {
    // Without a home there is still somewhere to write.
    base("XDG_DATA_HOME", ".local/share").unwrap_or_else(std::env::temp_dir).join("retake")
}

/// Where screenshots go; `game` where there is no folder for pictures.
pub fn pictures(game: &Path) -> PathBuf {
    base("XDG_PICTURES_DIR", "Pictures")
        .filter(|folder| folder.is_dir())
        .map_or_else(|| game.to_owned(), |folder| folder.join("retake"))
}

impl GameFolder {
    /// The folder of `rom` under `data`, made if need be, and locked.
    pub fn open(data: &Path, rom: &Rom) -> Self {
        let path = folder(data, &rom.name, &rom.sha256_hex()[..16]);
        let lock = lock(&path);
        Self { path, lock }
    }

    /// The game's files, where they may be written.
    pub fn files(&self) -> Option<GameFiles> {
        self.lock.is_ok().then(|| GameFiles {
            battery: self.battery(),
            states: std::array::from_fn(|n| Arc::from(self.path.join(format!("state-{n}.rts")))),
        })
    }

    /// The battery's file.
    pub fn battery(&self) -> Arc<Path> {
        Arc::from(self.path.join("battery.sav"))
    }
}

/// The folder that belongs to a hash, under whatever name it was made.
fn folder(data: &Path, name: &str, hash: &str) -> PathBuf {
    let ending = format!("-{hash}");
    let there = data.read_dir().into_iter().flatten().flatten();
    there
        .map(|entry| entry.path())
        .find(|path| path.file_name().is_some_and(|n| n.to_string_lossy().ends_with(&ending)))
        .unwrap_or_else(|| data.join(format!("{}{ending}", harmless(name))))
}

/// A ROM's name as a folder's name may be.
pub fn harmless(name: &str) -> String {
    let keep = |c: char| if c == '/' || c.is_control() { '_' } else { c };
    let name: String = name.trim_start_matches('.').chars().map(keep).take(NAME).collect();
    let name = name.trim();
    if name.is_empty() { "game".to_owned() } else { name.to_owned() }
}

fn lock(path: &Path) -> Result<Lock, Locked> {
    let refused = |error| Locked::Refused { path: path.to_owned(), error };
    std::fs::create_dir_all(path).map_err(refused)?;
    let file = File::create(path.join("lock")).map_err(refused)?;
    match file.try_lock() {
        Ok(()) => Ok(Lock { _file: file }),
        Err(TryLockError::WouldBlock) => Err(Locked::InUse),
        Err(TryLockError::Error(error)) => Err(refused(error)),
    }
}

/// An XDG base folder: an absolute path in `variable`, or `default` at home.
fn base(variable: &str, default: &str) -> Option<PathBuf> {
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|p| p.is_absolute());
    absolute(variable).or_else(|| absolute("HOME").map(|home| home.join(default)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_instance_may_not_save_until_the_first_has_gone() {
        let data = tempfile::tempdir().unwrap();
        let rom = Rom::load(None, None, None, None).unwrap();
        let first = GameFolder::open(data.path(), &rom);
        assert!(first.files().is_some());
        let second = GameFolder::open(data.path(), &rom);
        assert!(matches!(second.lock, Err(Locked::InUse)) && second.files().is_none());
        drop(first);
        assert!(GameFolder::open(data.path(), &rom).files().is_some());
    }

    #[test]
    fn a_game_keeps_its_folder_when_its_file_is_renamed() {
        let data = tempfile::tempdir().unwrap();
        let mut rom = Rom::load(None, None, None, None).unwrap();
        let first = GameFolder::open(data.path(), &rom).path;
        rom.name = "another name".into();
        assert_eq!(GameFolder::open(data.path(), &rom).path, first);
    }

    #[test]
    fn names_stay_within_the_data_folder() {
        for (name, wanted) in
            [("../../etc", "_.._etc"), ("", "game"), ("a/b\n", "a_b_"), (" x ", "x")]
        {
            assert_eq!(harmless(name), wanted);
        }
        assert_eq!(harmless(&"x".repeat(500)).len(), NAME);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_a_sentence() {
        let data = tempfile::tempdir().unwrap();
        let file = data.path().join("file");
        std::fs::write(&file, "").unwrap();
        let rom = Rom::load(None, None, None, None).unwrap();
        let folder = GameFolder::open(&file, &rom);
        assert!(folder.lock.unwrap_err().to_string().contains("without saving"));
    }
}
