//! The tapes of a game's sessions: where they are, a new one for each session,
//! and what is done with those that are there.
//!
//! ```text
//! <game's folder>/session-<seconds since 1970>-<number>.rtk
//! <game's folder>/history.ring          the last states, for other programs
//! /dev/shm/retake-<uid>-<number>        what of a session is not on its tape yet
//! ```
//!
//! A session that was killed leaves its memory behind. The next start of that
//! game writes what is in it to the tape.

use super::setup::Setup;
use super::tape::rom;
use crate::engine::auditor::Auditor;
use crate::engine::machine::Machine;
use crate::engine::past;
use crate::engine::recorder::{Footage, Recorder};
use crate::engine::replay::{Console, Happening, RomName, Roms, held};
use crate::engine::ring::Ring;
use crate::engine::tape::TapeFile;
use crate::flight::history::{History, Settings};
use crate::flight::mirror::Mirror;
use crate::flight::replay::{self, Recording};
use crate::flight::shared;
use crate::flight::state_file::Owner;
use crate::flight::tape::{Header, NO_REWIND, Tape};
use crate::io;
use crate::link::Bell;
use crate::nes::{Cartridge, Region};
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::time::{SystemTime, UNIX_EPOCH};

/// Where memory is that outlives a process.
const SHM: &str = "/dev/shm";

/// Seconds in `history.ring` unless the configuration says otherwise.
pub const RING_SECONDS: u32 = 60;

/// What is kept of a session.
#[derive(Clone, Copy, Debug)]
pub struct Wishes {
    /// Write a tape.
    pub tape: bool,
    /// Go on where the newest tape ends.
    pub resume: bool,
    /// The player may go back.
    pub rewind: bool,
    /// Bytes that all tapes together may take.
    pub limit: u64,
    /// Seconds whose states are kept in a file as well.
    pub ring_seconds: u32,
    /// The auditor takes no fast path.
    pub shadow: bool,
}

impl Default for Wishes {
    fn default() -> Self {
        Self {
            tape: true,
            resume: false,
            rewind: true,
            limit: 2 << 30,
            ring_seconds: RING_SECONDS,
            shadow: false,
        }
    }
}

/// What a session begins with.
pub struct Begin<'a> {
    /// The game's folder.
    pub folder: &'a Path,
    /// Whether this instance may write there.
    pub writes: bool,
    /// The console.
    pub setup: &'a Setup,
    /// Where the tape's way to the disk comes from.
    pub counter: &'a io::Counter,
    /// What is kept.
    pub wishes: Wishes,
    /// The loop slots' files.
    pub mirror: Option<Mirror>,
    /// Who makes films of it.
    pub films: mpsc::Sender<Footage>,
}

/// A session that begins.
pub struct Begun {
    /// To be run on a thread of its own.
    pub recorder: Recorder,
    /// Learns of ROMs that are about to be put in.
    pub roms: RomSender,
    /// For the player.
    pub notes: Vec<String>,
}

/// Tells a recorder of a ROM: name, cartridge, what a tape keeps of it.
pub type RomSender = mpsc::Sender<(RomName, Arc<Cartridge>, Vec<u8>)>;

/// Starts recording what `machine` will do, and sets it to where it goes on.
/// The sentences are for the player.
pub fn begin(begin: Begin, machine: &mut Machine) -> std::io::Result<Begun> {
    let Begin { folder, writes, setup, counter, wishes, mirror, films } = begin;
    let owner = setup.owner(&machine.nes);
    let mut notes = Vec::new();
    if writes {
        notes.extend(recover(Path::new(SHM), folder, setup, owner, machine));
    }
    let resumed = if wishes.resume { resume(folder, setup, machine, &mut notes) } else { None };
    let roms = resumed.as_ref().map(|resumed| resumed.roms.clone()).unwrap_or_default();
    let tapes = writes && wishes.tape;
    if tapes {
        let kept = resumed.as_ref().map(|resumed| resumed.path.as_path());
        thin(folder.parent().unwrap_or(folder), wishes.limit, kept);
    }
    let session = resumed.as_ref().map_or_else(number, |resumed| resumed.header.session.get());
    let state_len = machine.nes.bytes().len();
    let head = shared::Header::new(owner.machine, owner.layout, owner.rom, session, state_len);
    let memory = tapes.then(|| memory_file(session));
    let (mut capture, drain, memory) = match shared::create(memory.as_deref(), &head) {
        Ok((capture, drain)) => (capture, drain, memory),
        Err(error) => {
            notes.push(format!(
                "{}: {error}; if this program is killed, the last second of play is lost: make /dev/shm writable",
                memory.as_deref().unwrap_or(Path::new(SHM)).display()
            ));
            let (capture, drain) = shared::create(None, &head)?;
            (capture, drain, None)
        }
    };
    let bell = Bell::new()?;
    let (past, supply) = past::channel(state_len, bell.clone());
    let (history, tape, header) = match resumed {
        Some(Resumed { history, path, header, length, switched, .. }) => {
            for happening in switched {
                capture.record(shared::Record::Event(happening.event()));
            }
            let tape = tapes.then(|| {
                Ok::<_, std::io::Error>(TapeFile::open(
                    counter.client()?,
                    path.into(),
                    header,
                    drain.ledger(),
                    length,
                    &history,
                ))
            });
            (history, tape.transpose()?, header)
        }
        None => {
            let frame = machine.nes.frame_number();
            capture.state(frame, machine.nes.bytes());
            capture.record(shared::Record::Elsewhere { frame });
            for cheat in &machine.nes.cartridge().cheats {
                let event = Happening::Cheats(Some(*cheat)).event();
                capture.record(shared::Record::Event(event));
            }
            let mut header = setup.tape_header(&machine.nes);
            header.session = session.into();
            header.flags = (if wishes.rewind { 0 } else { NO_REWIND }).into();
            let tape = tapes.then(|| {
                let path = new_tape(folder, session).into();
                Ok::<_, std::io::Error>(TapeFile::create(
                    counter.client()?,
                    path,
                    header,
                    drain.ledger(),
                ))
            });
            (History::new(state_len, Settings::default()), tape.transpose()?, header)
        }
    };
    machine.capture = Some(capture);
    machine.past = Some(past);
    machine.may_rewind = wishes.rewind;
    let console = || Console::new(setup.rom.cart.clone(), setup.options, roms.clone());
    let (roms_in, roms_end) = mpsc::channel();
    let audited = if wishes.shadow { console().exactly() } else { console() };
    let auditor = Some(Auditor::start(audited, writes.then(|| folder.to_owned())));
    let frames_a_second = if machine.nes.region() == Region::Ntsc { 60 } else { 50 };
    let states = u64::from(wishes.ring_seconds) * frames_a_second;
    let ring =
        (tapes && states > 0).then(|| Ring::start(folder.join("history.ring"), states, state_len));
    let recorder = Recorder {
        drain,
        ring,
        history,
        tape,
        supply,
        console: console(),
        auditor,
        mirror,
        bell,
        memory,
        roms: roms_end,
        complete: 0,
        header,
        films,
    };
    Ok(Begun { recorder, roms: roms_in, notes })
}

/// A session that is continued.
struct Resumed {
    history: History,
    path: PathBuf,
    header: Header,
    length: u64,
    /// ROMs that were put in.
    roms: Arc<Roms>,
    /// What happens to the cheats that were on.
    switched: Vec<Happening>,
}

fn resume(
    folder: &Path,
    setup: &Setup,
    machine: &mut Machine,
    notes: &mut Vec<String>,
) -> Option<Resumed> {
    let owner = setup.owner(&machine.nes);
    let played = |path: &PathBuf| {
        let tape = std::fs::read(path).ok().and_then(|bytes| Tape::open(bytes).ok());
        tape.is_none_or(|tape| tape.catalog().frames() > 0)
    };
    let Some(path) = sessions(folder).into_iter().rfind(played) else {
        notes.push("--resume: there is no tape of this game yet; it begins anew".to_owned());
        return None;
    };
    let resumed = (|| {
        let tape = Tape::open(std::fs::read(&path).map_err(|e| e.to_string())?);
        let tape = tape.map_err(|e| e.to_string())?;
        let header = *tape.header();
        header.expect_layout(owner.layout).map_err(|e| e.to_string())?;
        header.expect_rom(&setup.rom.running_sha256()).map_err(|e| e.to_string())?;
        if header.ports.get() != setup.options.ports.word() {
            return Err("other devices were in its ports; give the same --ports".into());
        }
        if header.machine.get() != owner.machine || tape.state_len() != machine.nes.bytes().len() {
            return Err("its machine was set up differently; give the same --region, --alignment and --board".into());
        }
        let end = tape.catalog().end().ok_or("there is nothing on it")?;
        let roms = Arc::new(Roms::of(&tape, |file| rom::parse(&header, file)));
        let mut console = Console::new(setup.rom.cart.clone(), setup.options, roms.clone());
        replay::seek(&tape, &mut console, end).map_err(|e| e.to_string())?;
        let mut nes = console.nes;
        nes.set_tier(setup.tier);
        let history = History::of_tape(&tape, Settings::default());
        // The cheats of today, and not those of the last session.
        let cheats = &setup.rom.cart.cheats;
        let running = nes.cartridge().clone();
        let mut switched = Vec::new();
        if running.cheats != *cheats {
            let cart = running.with_cheats(cheats).map_err(|e| e.to_string())?;
            if nes.set_rom(Arc::new(cart)).is_err() {
                return Err("its ROM is another one".into());
            }
            let cheats = cheats.iter().map(|cheat| Happening::Cheats(Some(*cheat)));
            switched = std::iter::once(Happening::Cheats(None)).chain(cheats).collect();
        }
        machine.nes = nes;
        if setup.dip.is_none() {
            machine.dip = replay::last_input(&tape).map_or(0, |last| held(last).switches[0]);
        }
        machine.reloaded = Happening::rom_after(&tape.catalog().past(end));
        let (length, path) = (tape.whole(), path.clone());
        Ok::<_, String>(Resumed { history, header, length, path, roms, switched })
    })();
    match resumed {
        Ok(resumed) => {
            let frame = resumed.history.position().frame;
            notes.push(format!("going on at frame {frame} of {}", path.display()));
            Some(resumed)
        }
        Err(why) => {
            notes.push(format!("--resume: {}: {why}; the game begins anew", path.display()));
            None
        }
    }
}

/// Writes to the tapes what killed sessions left in memory.
fn recover(
    shm: &Path,
    folder: &Path,
    setup: &Setup,
    owner: Owner,
    machine: &Machine,
) -> Vec<String> {
    let ours = format!("retake-{}-", rustix::process::getuid().as_raw());
    let files = shm.read_dir().into_iter().flatten().flatten().map(|entry| entry.path());
    let ours = files.filter(|path| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&ours))
    });
    ours.filter_map(|path| {
        let orphan = shared::orphan_at(&path)?;
        let head = orphan.header;
        if head.rom.get() != owner.rom {
            return None;
        }
        let session = format!("-{:016x}.rtk", orphan.header.session.get());
        let tape = sessions(folder).into_iter().find(|tape| {
            tape.file_name().is_some_and(|name| name.to_string_lossy().ends_with(&session))
        });
        let of_this_machine = head.layout == owner.layout && head.machine == owner.machine;
        let length = tape.as_ref().and_then(|tape| tape.metadata().ok()).map_or(0, |m| m.len());
        let said = match (tape, orphan.rest(length)) {
            (_, (_, [])) => Ok(None),
            (Some(tape), (held, records)) if held > 0 => complete(&tape, held, records),
            // It was killed before its tape was begun, or the tape has gone; a file of
            // that name holds nothing that memory knows of, and is left alone.
            (_, (_, records)) if of_this_machine => {
                let mut header = setup.tape_header(&machine.nes);
                header.session = head.session;
                let path = new_tape(folder, head.session.get());
                let begun = File::create_new(&path).and_then(|mut f| f.write_all(&header.bytes()));
                let begun = begun.map_err(|error| format!("{}: {error}", path.display()));
                let said = begun.and_then(|()| complete(&path, u64::MAX, records));
                if matches!(said, Ok(None)) {
                    let _ = std::fs::remove_file(path);
                }
                said
            }
            _ => Ok(None),
        };
        match said {
            Ok(said) => {
                let _ = std::fs::remove_file(&path);
                said
            }
            Err(why) => Some(format!("{}: {why}; it stays there", path.display())),
        }
    })
    .collect()
}

/// Appends an orphan's records to the first `held` bytes of its tape. Without a frame that
/// can be replayed, as where the beginning has gone, there is nothing to go on with:
/// then it does not.
fn complete(path: &Path, held: u64, records: &[shared::Kept]) -> Result<Option<String>, String> {
    let shown = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let mut bytes = std::fs::read(path).map_err(|error| shown(&error))?;
    bytes.truncate(usize::try_from(held).unwrap_or(usize::MAX));
    let tape = Tape::open(&bytes[..]).map_err(|error| shown(&error))?;
    let length = tape.whole();
    let mut history = History::of_tape(&tape, Settings::default());
    for (record, state) in records {
        history.tell(record, state.as_deref());
    }
    history.cut();
    let fresh = history.take_fresh();
    if tape.catalog().frames() == 0 {
        let whole = [bytes.get(..length as usize).unwrap_or_default(), &fresh].concat();
        let played = Tape::open(whole).is_ok_and(|tape| tape.catalog().frames() > 0);
        if !played {
            return Ok(None);
        }
    }
    let mut file = File::options().write(true).open(path).map_err(|error| shown(&error))?;
    file.set_len(length)
        .and_then(|()| file.seek(SeekFrom::Start(length)))
        .and_then(|_| file.write_all(&fresh))
        .and_then(|()| file.sync_data())
        .map_err(|error| shown(&error))?;
    let frame = history.position().frame;
    Ok(Some(format!(
        "the last session ended without being closed, at frame {frame}; nothing of it is lost: --resume goes on there"
    )))
}

/// Deletes the oldest tapes of all games until they take no more than `limit`
/// bytes, but never `kept`.
fn thin(data: &Path, limit: u64, kept: Option<&Path>) {
    let folders = data.read_dir().into_iter().flatten().flatten();
    let mut tapes: Vec<(SystemTime, u64, PathBuf)> = folders
        .flat_map(|folder| sessions(&folder.path()))
        .filter_map(|path| {
            let about = path.metadata().ok()?;
            Some((about.modified().ok()?, about.len(), path))
        })
        .collect();
    tapes.sort();
    let mut bytes: u64 = tapes.iter().map(|(_, bytes, _)| bytes).sum();
    for (_, size, path) in tapes {
        if bytes <= limit {
            return;
        }
        if Some(path.as_path()) != kept && std::fs::remove_file(&path).is_ok() {
            bytes -= size;
        }
    }
}

/// A folder's tapes, the oldest first.
fn sessions(folder: &Path) -> Vec<PathBuf> {
    let files = folder.read_dir().into_iter().flatten().flatten().map(|entry| entry.path());
    let mut tapes: Vec<PathBuf> = files
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("session-") && name.ends_with(".rtk")
        })
        .collect();
    tapes.sort();
    tapes
}

/// A tape that is not there yet.
fn new_tape(folder: &Path, session: u64) -> PathBuf {
    let named = |second| folder.join(format!("session-{second}-{session:016x}.rtk"));
    (seconds()..).map(named).find(|path| !path.exists()).expect("there are more names than files")
}

fn memory_file(session: u64) -> PathBuf {
    let user = rustix::process::getuid().as_raw();
    Path::new(SHM).join(format!("retake-{user}-{session:016x}"))
}

fn seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
}

/// A number that no other session has.
fn number() -> u64 {
    RandomState::new().hash_one(std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_tape_is_no_file_that_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let first = new_tape(folder.path(), 7);
        std::fs::write(&first, b"what someone keeps there").unwrap();
        let second = new_tape(folder.path(), 7);
        assert!(first != second && !second.exists());
        assert!(second.to_string_lossy().ends_with("-0000000000000007.rtk"));
    }
}
