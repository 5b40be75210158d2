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
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Letters of a ROM's name that its folder keeps.
const NAME: usize = 80;

/// How long a folder is waited for whose owner is about to go.
const PATIENCE: Duration = Duration::from_secs(10);

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

/// Locks a folder. Its file tells who has it: a process that was killed keeps it until
/// the last of its threads is gone, which on a busy machine takes seconds for those of
/// idle priority. That is waited for.
fn lock(path: &Path) -> Result<Lock, Locked> {
    let refused = |error| Locked::Refused { path: path.to_owned(), error };
    std::fs::create_dir_all(path).map_err(refused)?;
    let mut options = File::options();
    let options = options.read(true).write(true).create(true).truncate(false);
    let mut file = options.open(path.join("lock")).map_err(refused)?;
    let until = Instant::now() + PATIENCE;
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) if is_dying(&mut file) && Instant::now() < until => {
                std::thread::sleep(Duration::from_millis(20));
            }
            Err(TryLockError::WouldBlock) => return Err(Locked::InUse),
            Err(TryLockError::Error(error)) => return Err(refused(error)),
        }
    }
    // Without a name in it the lock is as good; it only is not waited for.
    let _ = file.set_len(0).and_then(|()| file.rewind());
    let _ = write!(file, "{}", std::process::id());
    Ok(Lock { _file: file })
}

/// Whether the process whose number is in a lock's file has ended, but for some threads.
fn is_dying(lock: &mut File) -> bool {
    let mut number = String::new();
    let read = lock.rewind().and_then(|()| lock.take(16).read_to_string(&mut number));
    let Ok(number) = read.map_err(drop).and_then(|_| number.parse::<u32>().map_err(drop)) else {
        return false;
    };
    // "number (name) state …", and a name may have parentheses.
    let about = std::fs::read_to_string(format!("/proc/{number}/stat")).unwrap_or_default();
    about.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with(['Z', 'X']))
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
    fn a_lock_of_a_process_that_is_going_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        // A process that has ended and was not asked for its end is a zombie.
        let mut gone = std::process::Command::new("true").spawn().unwrap();
        while !std::fs::read_to_string(format!("/proc/{}/stat", gone.id())).unwrap().contains(") Z")
        {
            std::thread::sleep(Duration::from_millis(1));
        }
        let held = lock(folder.path()).unwrap();
        std::fs::write(folder.path().join("lock"), gone.id().to_string()).unwrap();
        let threads = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(200));
            drop(held);
        });
        assert!(lock(folder.path()).is_ok());
        threads.join().unwrap();
        gone.wait().unwrap();
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
