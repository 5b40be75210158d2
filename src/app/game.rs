//! A game made ready to play: its folder locked, its battery's RAM loaded.

use super::cli::SetupArgs;
use super::fault::{Fault, Outcome};
use super::paths::GameFolder;
use super::rom_file::{self, LIMIT};
use super::setup::{Asked, Setup};
use super::tapes;
use crate::engine::machine::Machine;
use crate::engine::realtime::{self, promote};
use crate::engine::recorder::Footage;
use crate::engine::session::Session;
use crate::flight::mirror::{self, Mirror};
use crate::flight::slot::{RomCheck, SlotStatus, SlotStore};
use crate::flight::state_file::Owner;
use crate::flight::take::{FRAMES, Slot, Takes};
use crate::io::call;
use crate::link::{Client, Job, Refused, Work};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

/// A battery's file is never larger.
const BATTERY_LIMIT: u64 = 1 << 20;

/// A game and what belongs to it.
pub struct Game {
    /// The console with its files.
    pub machine: Box<Machine>,
    /// Its folder; the lock is held while this lives.
    pub folder: GameFolder,
    /// What people call it.
    pub name: String,
    /// What the player should know, a sentence each.
    pub notes: Vec<String>,
    /// Loop slots that cannot be used, and why.
    pub refused: Vec<(Slot, String)>,
    /// Keeps its history and its loop slots; ends when the machine is freed.
    pub recorder: Option<JoinHandle<()>>,
    /// Tells it of ROMs that are about to be put in.
    pub roms: Option<tapes::RomSender>,
    /// What it was made from.
    pub setup: Setup,
}

/// How games are loaded.
pub struct Loader {
    /// Where games' folders are.
    pub data: PathBuf,
    /// How consoles are set up.
    pub setup: SetupArgs,
    /// The console that movies ask for.
    pub asked: Asked,
    /// The loop slot that games begin with.
    pub slot: Slot,
    /// Where ways to the I/O thread come from.
    pub counter: crate::io::Counter,
    /// SCHED_FIFO priority of recorders, which bring back the past within a
    /// frame; `None` leaves them as they are.
    pub priority: Option<u8>,
    /// What is recorded.
    pub wishes: tapes::Wishes,
    /// What recorders say.
    pub said: mpsc::Sender<String>,
    /// Takes what films are made of.
    pub films: mpsc::Sender<Footage>,
}

impl Game {
    /// Loads a ROM (none is the built-in game) and what its last session left,
    /// through the I/O thread. `held` gives the folder of a game that is being
    /// played already, by the ROM's [`id`](super::rom_file::Rom::id).
    pub fn load(
        io: &mut Client,
        loader: &Loader,
        rom: Option<&Path>,
        held: &mut dyn FnMut(u64) -> Option<GameFolder>,
    ) -> Outcome<Self> {
        let setup = Setup::new_by(&mut |path| read(io, path), rom, &loader.setup, loader.asked)?;
        let folder =
            held(setup.rom.id()).unwrap_or_else(|| GameFolder::open(&loader.data, &setup.rom));
        let mut notes = setup.rom.notes.clone();
        notes.extend(folder.lock.as_ref().err().map(ToString::to_string));
        let mut nes = setup.power_on();
        let owner = setup.owner(&nes);
        let (prg, chr) = nes.battery();
        let size = prg.len() + chr.len();
        let mut files = folder.files();
        let mut imported = false;
        if size > 0 {
            let beside = setup.rom.path.as_ref().map(|path| path.with_extension("sav"));
            match load_battery(io, &folder.battery(), files.is_some(), beside.as_deref(), size) {
                Battery::Fresh => {}
                Battery::Kept(bytes) => nes.load_battery(&bytes),
                Battery::Imported(bytes, note) => {
                    nes.load_battery(&bytes);
                    notes.push(note);
                    imported = true;
                }
                Battery::Bad(note) => notes.push(note),
                Battery::Unreadable(note) => {
                    notes.push(note);
                    files = None;
                }
            }
        }
        let writes = files.is_some();
        let state = nes.bytes().len();
        let Slots { session, mirror, refused } =
            Slots::open(&folder.path, owner, state, writes, loader.slot, &mut notes);
        let mut machine = Box::new(Machine::new(nes, session, files, owner.rom, owner.machine));
        machine.dip = setup.dip.unwrap_or_default();
        if imported {
            // Nothing is on the disk yet: whatever it is, it is not this.
            machine.battery_on_disk ^= 1;
        }
        let begin = tapes::Begin {
            folder: &folder.path,
            writes,
            setup: &setup,
            counter: &loader.counter,
            wishes: loader.wishes,
            mirror,
            films: loader.films.clone(),
        };
        let mut roms = None;
        let recorder = match tapes::begin(begin, &mut machine) {
            Ok(tapes::Begun { recorder, roms: sender, notes: said }) => {
                roms = Some(sender);
                notes.extend(said);
                let say = loader.said.clone();
                let thread = std::thread::Builder::new().name("retake-rec".into());
                let priority = loader.priority;
                let run = move || {
                    // The emulation thread says the sentence for all of them.
                    promote("the recorder", realtime::Wishes { priority, cpu: None });
                    // Who does not listen has ended.
                    recorder.run(|text| drop(say.send(text)));
                };
                thread.spawn(run).ok()
            }
            Err(error) => {
                notes.push(format!("nothing is recorded ({error})"));
                None
            }
        };
        Ok(Self {
            machine,
            folder,
            name: setup.rom.name.clone(),
            notes,
            refused,
            recorder,
            roms,
            setup,
        })
    }
}

/// Writes a machine's battery RAM if the disk has another, for a machine that
/// is no longer played. `Err` is a sentence.
pub fn store_battery(io: &mut Client, machine: &mut Machine) -> Result<(), String> {
    let Some(files) = &machine.files else { return Ok(()) };
    let hash = machine.battery_hash();
    if hash == machine.battery_on_disk {
        return Ok(());
    }
    let (prg, chr) = machine.nes.battery();
    let bytes = [prg, chr].concat();
    let path = files.battery.clone();
    let done = call(io, Job { tag: 0, path: path.clone(), work: Work::Store, bytes });
    let why = |kind| format!("{}: the battery save cannot be written ({kind})", path.display());
    done.result.map_err(why)?;
    machine.battery_on_disk = hash;
    Ok(())
}

/// Waits until the recorder was told everything. The machine is no longer played.
pub fn settle(machine: &mut Machine) {
    machine.session.close();
    for _ in 0..500 {
        if machine.session.is_settled() {
            return;
        }
        std::thread::sleep(PUMP);
        machine.session.pump();
    }
}

/// How often the recorder is told more at the end.
const PUMP: Duration = Duration::from_millis(20);

/// The loop slots of a game, and what writes them.
struct Slots {
    session: Session,
    mirror: Option<Mirror>,
    refused: Vec<(Slot, String)>,
}

impl Slots {
    fn open(
        folder: &Path,
        owner: Owner,
        state: usize,
        writes: bool,
        slot: Slot,
        notes: &mut Vec<String>,
    ) -> Self {
        let mut takes = Takes::new(state, FRAMES);
        let mut refused = Vec::new();
        let store = match SlotStore::open(folder, owner, RomCheck::Same) {
            Ok(store) => store,
            Err(error) => {
                notes.push(error.to_string());
                return Self { session: Session::new(takes, None, slot), mirror: None, refused };
            }
        };
        for (slot, status) in Slot::ALL.into_iter().zip(store.load_all(&mut takes)) {
            if let SlotStatus::Refused(error) = status {
                refused.push((slot, error.to_string()));
            }
        }
        if !writes {
            return Self { session: Session::new(takes, None, slot), mirror: None, refused };
        }
        let (sender, mirror) = mirror::channel(store, state);
        let session = Session::new(takes, Some(sender), slot);
        Self { session, mirror: Some(mirror), refused }
    }
}

/// What was found of a battery.
#[derive(Debug, PartialEq, Eq)]
enum Battery {
    /// Nothing: a new game.
    Fresh,
    /// The last session's.
    Kept(Vec<u8>),
    /// Another emulator's, from beside the ROM.
    Imported(Vec<u8>, String),
    /// A file of a wrong size, put aside.
    Bad(String),
    /// A file that must not be replaced.
    Unreadable(String),
}

fn load_battery(
    io: &mut Client,
    path: &Arc<Path>,
    may_write: bool,
    beside: Option<&Path>,
    size: usize,
) -> Battery {
    match read_at_most(io, path.clone(), BATTERY_LIMIT) {
        Ok(bytes) if bytes.len() == size => Battery::Kept(bytes),
        Ok(bytes) => bad_battery(path, may_write, &format!("{} bytes", bytes.len()), size),
        Err(why) if why.kind() == ErrorKind::FileTooLarge => {
            bad_battery(path, may_write, "more than 1 MiB", size)
        }
        Err(why) if why.kind() == ErrorKind::NotFound => {
            let Some(beside) = beside else { return Battery::Fresh };
            match read_at_most(io, Arc::from(beside), BATTERY_LIMIT) {
                Ok(bytes) if bytes.len() == size => Battery::Imported(
                    bytes,
                    format!(
                        "{}: imported; saves go to {} from now on",
                        beside.display(),
                        path.display()
                    ),
                ),
                Ok(bytes) => Battery::Bad(format!(
                    "{}: not imported, it has {} bytes and this game saves {size}",
                    beside.display(),
                    bytes.len()
                )),
                Err(_) => Battery::Fresh,
            }
        }
        Err(why) => Battery::Unreadable(format!(
            "{}: {}; playing without saving",
            path.display(),
            rom_file::plain(&why.error())
        )),
    }
}

fn bad_battery(path: &Path, may_write: bool, found: &str, size: usize) -> Battery {
    let path_shown = path.display();
    let what = format!("{path_shown}: it has {found} and this game saves {size} bytes");
    if !may_write {
        return Battery::Bad(format!("{what}; playing without it"));
    }
    let aside = free_name(path);
    match std::fs::rename(path, &aside) {
        Ok(()) => Battery::Bad(format!(
            "{what}; it is kept as {} and a fresh save begins",
            aside.display()
        )),
        Err(error) => Battery::Unreadable(format!(
            "{what} and cannot be put aside ({error}); playing without saving"
        )),
    }
}

/// `battery.sav.bad-1`, or the first number that is free.
fn free_name(path: &Path) -> PathBuf {
    let name = |n: u32| {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".bad-{n}"));
        PathBuf::from(name)
    };
    (1..).map(name).find(|path| path.symlink_metadata().is_err()).unwrap_or_else(|| name(0))
}

/// A ROM's or a patch's bytes through the I/O thread; `-` is stdin.
pub fn read(io: &mut Client, path: &Path) -> Outcome<Vec<u8>> {
    if path == Path::new("-") || path.is_dir() {
        return rom_file::read(path);
    }
    read_at_most(io, Arc::from(path), LIMIT).map_err(|why| match why.kind() {
        ErrorKind::FileTooLarge => Fault::file(path.display(), rom_file::TOO_LARGE),
        _ => {
            let why = rom_file::plain(&why.error());
            Fault::file(path.display(), format_args!("cannot read it ({why})"))
        }
    })
}

fn read_at_most(io: &mut Client, path: Arc<Path>, limit: u64) -> Result<Vec<u8>, Refused> {
    let done = call(io, Job { tag: 0, path, work: Work::Read { limit }, bytes: Vec::new() });
    done.result.map(|()| done.bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::builtin;

    /// A ROM with 8 KiB of battery RAM, in a folder of its own.
    fn battery_rom() -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let mut rom = builtin::GAME.to_vec();
        rom[6] |= 2;
        let path = dir.path().join("game.nes");
        std::fs::write(&path, rom).unwrap();
        (dir, path)
    }

    fn load(io: &mut Client, dir: &Path, rom: &Path) -> Game {
        Game::load(io, &loader(&dir.join("data")), Some(rom), &mut |_| None).unwrap()
    }

    fn loader(data: &Path) -> Loader {
        Loader {
            data: data.to_owned(),
            setup: SetupArgs::default(),
            asked: Asked::default(),
            slot: Slot::default(),
            counter: crate::io::start::<0>(|| {}).unwrap().1.counter(),
            priority: None,
            wishes: tapes::Wishes { tape: false, ..tapes::Wishes::default() },
            said: mpsc::channel().0,
            films: mpsc::channel().0,
        }
    }

    fn with_io(test: impl FnOnce(&mut Client)) {
        let ([mut client], thread) = crate::io::start(|| {}).unwrap();
        test(&mut client);
        drop(client);
        thread.join();
    }

    #[test]
    fn what_a_session_leaves_the_next_one_finds() {
        let (dir, rom) = battery_rom();
        with_io(|io| {
            let mut game = load(io, dir.path(), &rom);
            game.machine.nes.load_battery(&[7; 8192]);
            store_battery(io, &mut game.machine).unwrap();
            drop(game);
            let game = load(io, dir.path(), &rom);
            assert_eq!(game.machine.nes.battery().0, [7; 8192]);
            assert!(game.notes.is_empty(), "{:?}", game.notes);
        });
    }

    #[test]
    fn an_untouched_battery_is_not_written() {
        let (dir, rom) = battery_rom();
        with_io(|io| {
            let mut game = load(io, dir.path(), &rom);
            store_battery(io, &mut game.machine).unwrap();
            assert!(!game.folder.battery().exists());
        });
    }

    #[test]
    fn a_save_of_a_wrong_size_is_kept_beside_a_fresh_one() {
        let (dir, rom) = battery_rom();
        with_io(|io| {
            let path = load(io, dir.path(), &rom).folder.battery();
            for n in 1..3 {
                std::fs::write(&path, b"junk").unwrap();
                let mut game = load(io, dir.path(), &rom);
                assert!(
                    game.notes[0].contains(&format!("battery.sav.bad-{n}")),
                    "{:?}",
                    game.notes
                );
                game.machine.nes.load_battery(&[n; 10]);
                store_battery(io, &mut game.machine).unwrap();
                assert_eq!(std::fs::read(&path).unwrap().len(), 8192);
            }
            assert_eq!(std::fs::read(path.with_extension("sav.bad-1")).unwrap(), b"junk");
        });
    }

    #[test]
    fn a_save_beside_the_rom_is_imported_once_and_never_written() {
        let (dir, rom) = battery_rom();
        let beside = rom.with_extension("sav");
        std::fs::write(&beside, [5; 8192]).unwrap();
        with_io(|io| {
            let mut game = load(io, dir.path(), &rom);
            assert_eq!(game.machine.nes.battery().0[0], 5);
            store_battery(io, &mut game.machine).unwrap();
            drop(game);
            std::fs::write(&beside, [6; 8192]).unwrap();
            let mut game = load(io, dir.path(), &rom);
            assert_eq!(game.machine.nes.battery().0[0], 5);
            game.machine.nes.load_battery(&[9; 8192]);
            store_battery(io, &mut game.machine).unwrap();
            assert_eq!(std::fs::read(&beside).unwrap(), [6; 8192]);
        });
    }

    #[test]
    fn a_second_instance_plays_without_saving() {
        let (dir, rom) = battery_rom();
        with_io(|io| {
            let _first = load(io, dir.path(), &rom);
            let mut second = load(io, dir.path(), &rom);
            assert!(second.notes[0].contains("second instance"), "{:?}", second.notes);
            second.machine.nes.load_battery(&[7; 8192]);
            store_battery(io, &mut second.machine).unwrap();
            assert!(!second.folder.battery().exists());
        });
    }

    #[test]
    fn a_rom_that_is_not_there_is_a_sentence() {
        with_io(|io| {
            let dir = tempfile::tempdir().unwrap();
            let none = dir.path().join("none.nes");
            let fault = Game::load(io, &loader(dir.path()), Some(&none), &mut |_| None);
            let fault = fault.err().unwrap();
            assert_eq!(fault.code, Fault::UNUSABLE);
            assert!(fault.sentence.contains("no such file"), "{fault}");
        });
    }
}
