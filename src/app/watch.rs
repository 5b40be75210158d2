//! The ROM's file is watched: a new one in its place goes into the running
//! machine, so that a game is played while it is built.
//!
//! Its folder is watched, as builds replace files by renaming new ones. A file
//! that is not whole yet is looked at again.

use super::fault::Outcome;
use super::rom_file::Rom;
use super::setup::Setup;
use crate::engine::realtime::now_ns;
use crate::engine::replay::{RomName, rom_name, rom_payload};
use crate::link::Request;
use crate::nes::Cartridge;
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

/// How long a file may take to become whole.
const PATIENCE: Duration = Duration::from_secs(2);

/// A ROM that shall run from now on.
#[derive(Clone, Debug)]
pub struct NewRom {
    /// The cartridge.
    pub cart: Arc<Cartridge>,
    /// What tapes call it.
    pub name: RomName,
    /// What a tape keeps of it.
    pub payload: Vec<u8>,
}

impl NewRom {
    /// Of a ROM that was read.
    pub fn of(rom: &Rom) -> Self {
        let (name, payload) = (rom_name(&rom.bytes), rom_payload(&rom.bytes));
        Self { cart: rom.cart.clone(), name, payload }
    }
}

/// The watched ROM.
pub struct Watched {
    path: PathBuf,
    /// What runs.
    sha256: [u8; 32],
    cart: Arc<Cartridge>,
    /// When it changed last: nanoseconds of CLOCK_MONOTONIC.
    changed: Arc<AtomicU64>,
    /// When the file first was something that is no ROM.
    broken_since: Option<Instant>,
    /// Lives as long as it watches.
    _watcher: RecommendedWatcher,
}

/// What has become of the file.
pub enum Change {
    /// It is what runs, or not whole yet.
    None,
    /// It can go into the running machine.
    Fits(Box<NewRom>),
    /// It is for another machine.
    Other,
    /// It is no ROM; a sentence.
    Broken(String),
}

impl Watched {
    /// Watches the file of a ROM; each change is a request.
    pub fn new(path: &Path, setup: &Setup, tell: mpsc::Sender<Request>) -> notify::Result<Self> {
        let path = std::path::absolute(path)?;
        let name: OsString = path.file_name().unwrap_or_default().to_owned();
        let changed = Arc::new(AtomicU64::new(now_ns()));
        let noted = changed.clone();
        let mut watcher =
            notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
                let Ok(event) = event else { return };
                let changes = matches!(event.kind, EventKind::Create(_) | EventKind::Modify(_))
                    || matches!(event.kind, EventKind::Access(notify::event::AccessKind::Close(_)));
                if changes && event.paths.iter().any(|path| path.file_name() == Some(&name)) {
                    noted.store(now_ns(), Ordering::Relaxed);
                    // A desk that has gone loads nothing.
                    let _ = tell.send(Request::Changed);
                }
            })?;
        let folder = path.parent().unwrap_or(Path::new("/"));
        watcher.watch(folder, RecursiveMode::NonRecursive)?;
        let (sha256, cart) = (setup.rom.running_sha256(), setup.rom.cart.clone());
        Ok(Self { path, sha256, cart, changed, broken_since: None, _watcher: watcher })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// When the file changed last: nanoseconds of CLOCK_MONOTONIC.
    pub fn changed_ns(&self) -> u64 {
        self.changed.load(Ordering::Relaxed)
    }

    /// Whether the file was no ROM when it was looked at last, and may become one.
    pub fn is_waiting(&self) -> bool {
        self.broken_since.is_some()
    }

    /// Looks at the file; `load` reads it.
    pub fn look(&mut self, load: impl FnOnce(&Path) -> Outcome<Setup>) -> Change {
        let setup = match load(&self.path) {
            Ok(setup) => setup,
            Err(fault) => {
                let since = *self.broken_since.get_or_insert_with(Instant::now);
                if since.elapsed() < PATIENCE {
                    return Change::None;
                }
                self.broken_since = None;
                return Change::Broken(fault.to_string());
            }
        };
        self.broken_since = None;
        let sha256 = setup.rom.running_sha256();
        if sha256 == self.sha256 {
            return Change::None;
        }
        if !setup.rom.cart.fits_in_place_of(&self.cart) {
            return Change::Other;
        }
        (self.sha256, self.cart) = (sha256, setup.rom.cart.clone());
        Change::Fits(Box::new(NewRom::of(&setup.rom)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::builtin;
    use crate::app::cli::SetupArgs;
    use crate::app::setup::Asked;

    #[test]
    fn a_file_that_is_written_or_replaced_is_a_new_rom_that_fits() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("game.nes");
        let mut rom = builtin::GAME.to_vec();
        std::fs::write(&path, &rom).unwrap();
        let load = |path: &Path| Setup::new(Some(path), &SetupArgs::default(), Asked::default());
        let (tell, requests) = mpsc::channel();
        let mut watched = Watched::new(&path, &load(&path).unwrap(), tell).unwrap();
        for renamed in [false, true] {
            let before = now_ns();
            *rom.last_mut().unwrap() ^= 1;
            let new = if renamed { dir.path().join("new") } else { path.clone() };
            std::fs::write(&new, &rom).unwrap();
            std::fs::rename(&new, &path).unwrap();
            let rom = loop {
                requests.recv_timeout(Duration::from_secs(20)).expect("the change is told");
                if let Change::Fits(rom) = watched.look(load) {
                    break rom;
                }
            };
            assert_eq!(rom.name, rom_name(&std::fs::read(&path).unwrap()));
            assert!((before..=now_ns()).contains(&watched.changed_ns()));
        }
    }
}
