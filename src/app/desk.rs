//! The desk: a thread of normal priority for everything slow that is neither
//! a picture nor a sound nor a frame. It loads games that are dropped onto the
//! window, writes screenshots and movies, tells the player what happened, and
//! frees what the emulation thread has done with.

mod record;

pub use record::Record;

use super::cli::SetupArgs;
use super::fault::{Fault, Outcome};
use super::game::{Game, Loader, read, settle, store_battery};
use super::paths;
use super::setup::Setup;
use super::tape::export::clip;
use super::tapes::RomSender;
use super::watch::{Change, NewRom, Watched};
use crate::audio::device::{self, Event};
use crate::engine::machine::{News, Parcel};
use crate::engine::realtime;
use crate::engine::recorder::Footage;
use crate::engine::replay::Happening;
use crate::flight::catalog::Position;
use crate::link::{Bell, Client, Flags, Notice, Picture, Request};
use crate::video::palette::Palette;
use crate::video::{rgb, screenshot};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long a notice from the emulation thread may lie.
const LOOK: Duration = Duration::from_millis(30);

/// What the desk holds.
pub struct Desk {
    /// From the front.
    pub requests: Receiver<Request>,
    /// Sentences to the front.
    pub sentences: Sender<String>,
    /// Wakes the front for them.
    pub bell: Bell,
    /// To the emulation thread.
    pub parcels: rtrb::Producer<Parcel>,
    /// From there, to be freed.
    pub returns: rtrb::Consumer<Parcel>,
    /// From there, for the player.
    pub notices: rtrb::Consumer<News>,
    /// The I/O thread.
    pub io: Client,
    /// The sound device, if there is to be one.
    pub sound: Option<device::Output>,
    /// Everybody's.
    pub flags: Arc<Flags>,
    /// The games that may be in the console; the last is the newest.
    pub games: Vec<Loaded>,
    /// How games are loaded.
    pub loader: Loader,
    /// The ROM's file, if it is watched.
    pub watched: Option<Watched>,
    /// How the watched ROM is loaded.
    pub watched_setup: SetupArgs,
    /// What recorders say.
    pub said: Receiver<String>,
    /// What films are to be made of.
    pub footage: Receiver<Footage>,
    /// Films that are being made.
    pub films: Vec<JoinHandle<()>>,
    /// Threads that keep the games' histories; each ends with its machine.
    pub recorders: Vec<JoinHandle<()>>,
    /// The colours of screenshots.
    pub palette: Box<Palette>,
    /// The movie that is written.
    pub record: Option<Record>,
    /// What went wrong on the way, for the stats.
    pub degraded: Vec<String>,
}

/// A game whose folder is locked.
pub struct Loaded {
    /// Identifies the ROM.
    pub rom_hash: u64,
    /// Its folder.
    pub folder: paths::GameFolder,
    /// What people call it.
    pub name: String,
    /// Tells its recorder of ROMs that are about to be put in.
    pub roms: Option<RomSender>,
    /// What it was made from.
    pub setup: Setup,
}

/// The length of a film, in seconds.
const FILM_SECONDS: u64 = 30;

impl Desk {
    /// Works until the front has gone and everybody ends; gives itself back
    /// for the last tidying.
    pub fn run(mut self) -> Self {
        loop {
            match self.requests.recv_timeout(LOOK) {
                Ok(Request::Open(path)) => self.open(&path),
                Ok(Request::Screenshot(picture)) => self.screenshot(&picture),
                Ok(Request::Changed) => self.reload(),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => std::thread::sleep(LOOK),
            }
            self.look();
            if self.flags.quit.load(Ordering::Acquire) {
                return self;
            }
        }
    }

    /// Closes what is open, when the emulation thread has ended.
    pub fn close(&mut self) {
        self.look();
        for film in self.films.drain(..) {
            // A panic there was printed.
            let _ = film.join();
        }
        if let Some(said) = self.record.take().and_then(Record::close) {
            self.complain(said);
        }
    }

    /// Looks at everything that comes without a doorbell.
    fn look(&mut self) {
        if self.watched.as_ref().is_some_and(Watched::is_waiting) {
            self.reload();
        }
        while let Ok(notice) = self.notices.pop() {
            let text = match notice {
                News::Notice(notice) => sentence(notice),
                News::Loop(notice) => notice.to_string(),
            };
            if notice == News::Notice(Notice::WriteFailed) {
                eprintln!("retake: {text}");
            }
            self.tell(text);
        }
        while let Ok(parcel) = self.returns.pop() {
            if let Parcel::Machine(mut machine) = parcel {
                settle(&mut machine);
                if let Err(said) = store_battery(&mut self.io, &mut machine) {
                    self.complain(said);
                }
                self.forget(machine.rom_hash);
            }
        }
        while let Ok(text) = self.said.try_recv() {
            self.complain(text);
        }
        while let Ok(footage) = self.footage.try_recv() {
            self.film(footage);
        }
        while let Some(event) = self.sound.as_ref().and_then(device::Output::event) {
            self.sound_event(event);
        }
        if let Some(said) = self.record.as_mut().and_then(Record::take) {
            self.complain(said);
        }
    }

    /// What the sound device did.
    pub fn sound_event(&mut self, event: Event) {
        match event {
            Event::Opened(speaker) => {
                // A full ring means that the emulation thread has ended.
                let _ = self.parcels.push(Parcel::Speaker(speaker));
            }
            Event::Silent(why) => {
                self.complain(format!(
                    "no sound ({why}): check the device with `retake doctor`, choose one with \
                     --audio-device, or play with --no-audio; trying again now and then"
                ));
            }
        }
    }

    /// A ROM was dropped onto the window: it is loaded as one of the command
    /// line is.
    fn open(&mut self, path: &Path) {
        let Self { io, loader, games, .. } = self;
        // The lock may be ours already: the same game once more.
        let mut held = |rom_hash| {
            let place = games.iter().position(|game| game.rom_hash == rom_hash)?;
            Some(games.remove(place).folder)
        };
        let game = match Game::load(io, loader, Some(path), &mut held) {
            Ok(game) => game,
            Err(fault) => return self.complain(fault.to_string()),
        };
        let Game { machine, folder, name, notes, refused, recorder, roms, setup } = game;
        let refused = refused.into_iter().map(|(_, why)| why);
        notes.into_iter().chain(refused).for_each(|note| self.complain(note));
        self.games.push(Loaded { rom_hash: machine.rom_hash, folder, name, roms, setup });
        self.recorders.extend(recorder);
        // A full ring means that the emulation thread has ended.
        let _ = self.parcels.push(Parcel::Machine(machine));
    }

    /// The watched ROM changed: what fits goes into the running machine.
    fn reload(&mut self) {
        let Self { io, loader, watched, watched_setup, .. } = self;
        let Some(watched) = watched else { return };
        let path = watched.path().to_owned();
        let load = |path: &Path| {
            Setup::new_by(&mut |path| read(io, path), Some(path), watched_setup, loader.asked)
        };
        match watched.look(load) {
            Change::None => {}
            Change::Fits(rom) => {
                let NewRom { cart, name, payload } = *rom;
                if let Some(roms) = self.games.last().and_then(|game| game.roms.as_ref()) {
                    // A recorder that has gone records nothing.
                    let _ = roms.send((name, cart.clone(), payload));
                }
                let changed = watched.changed_ns();
                let _ = self.parcels.push(Parcel::Rom(cart, name, changed));
            }
            Change::Other => {
                self.complain(format!(
                    "{}: its board or its size changed, so the game starts anew",
                    path.display()
                ));
                self.open(&path);
            }
            Change::Broken(why) => self.complain(why),
        }
    }

    /// A machine came back: its game's folder is free, unless it is played.
    fn forget(&mut self, rom_hash: u64) {
        let newest = self.games.len().saturating_sub(1);
        let place = self.games.iter().position(|game| game.rom_hash == rom_hash);
        if let Some(place) = place.filter(|&place| place != newest) {
            self.games.remove(place);
        }
    }

    fn screenshot(&mut self, picture: &Picture) {
        let Some(game) = self.games.last() else { return };
        let folder = paths::pictures(&game.folder.path);
        let pixels = &picture.frame.pixels;
        let colours = rgb::seen(picture.frame.ppu, &self.palette);
        match screenshot::save(pixels, colours, &folder, &paths::harmless(&game.name)) {
            Ok(path) => self.tell(format!("Saved {}", path.display())),
            Err(error) => {
                self.complain(format!("{}: no screenshot ({error})", folder.display()));
            }
        }
    }

    /// Makes a film of what was just played, on a thread that takes only the
    /// time that nobody wants.
    fn film(&mut self, footage: Footage) {
        let Some(game) = self.games.last() else { return };
        let (folder, name) = (paths::pictures(&game.folder.path), paths::harmless(&game.name));
        let (setup, sentences, bell) =
            (game.setup.clone(), self.sentences.clone(), self.bell.clone());
        let thread = std::thread::Builder::new().name("retake-film".into()).spawn(move || {
            realtime::idle();
            let said = match make_film(footage, setup, &folder, &name) {
                Ok(path) => format!("Saved {}", path.display()),
                Err(fault) => {
                    eprintln!("retake: {fault}");
                    fault.to_string()
                }
            };
            // A front that has gone needs no sentences.
            let _ = sentences.send(said);
            bell.ring();
        });
        self.films.extend(thread);
        self.tell("A film of the last half minute is being made".to_owned());
    }

    /// Tells the player, and stderr, and the stats.
    fn complain(&mut self, text: String) {
        eprintln!("retake: {text}");
        self.degraded.push(text.clone());
        self.tell(text);
    }

    /// Tells the player.
    fn tell(&self, text: String) {
        // A front that has gone needs no sentences.
        let _ = self.sentences.send(text);
        self.bell.ring();
    }
}

/// Writes a film beside the screenshots.
fn make_film(footage: Footage, setup: Setup, folder: &Path, name: &str) -> Outcome<PathBuf> {
    std::fs::create_dir_all(folder).map_err(|error| Fault::write(folder.display(), error))?;
    let ending = clip::ending();
    let path = |number: u32| folder.join(format!("{name}-film-{number}.{ending}"));
    let free = (1..).map(path).find(|path| path.symlink_metadata().is_err());
    let output = free.unwrap_or_else(|| path(0));
    let Position { segment, frame } = footage.end;
    let (frames, seconds) = setup.options.region.frame_rate();
    let moments = frame.saturating_sub(FILM_SECONDS * frames / seconds)..frame;
    let jobs = std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
    clip::clip(footage.tape, setup, Some(segment), moments, &output, jobs)?;
    Ok(output)
}

fn sentence(notice: Notice) -> String {
    match notice {
        Notice::StateSaved(n) => format!("State {n} saved"),
        Notice::StateLoaded(n) => format!("State {n} loaded"),
        Notice::StateMissing(n) => format!("There is no state {n}: F5 saves one"),
        Notice::StateDamaged(n) => format!("State {n} is damaged"),
        Notice::StateOfOtherGame(n) => format!("State {n} is of another game"),
        Notice::StateOfOtherLayout(n) => {
            format!("State {n} is of another version or set-up: save it anew")
        }
        Notice::NoFiles => "Playing without saving".to_owned(),
        Notice::WriteFailed => {
            "A save could not be written: is the disk full, the folder writable?".to_owned()
        }
        Notice::Reset => "Reset".to_owned(),
        Notice::Disk(None) => "The disk is out".to_owned(),
        Notice::Disk(side) => format!("In goes {}", Happening::Disk(side).name()),
        Notice::NoDisk => "This game is on no disk".to_owned(),
        Notice::Marked => "Marked".to_owned(),
        Notice::Reloaded => "The new ROM runs".to_owned(),
        Notice::Loaded => "Another game is in the console".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::builtin;
    use crate::app::setup::Asked;
    use crate::app::tapes::Wishes;
    use crate::flight::take::Slot;
    use crate::link::Job;
    use crate::nes::Input;
    use std::io::{Cursor, Write};

    /// A desk at which the built-in game is played, and what it tells.
    struct Bench {
        desk: Desk,
        parcels: rtrb::Consumer<Parcel>,
        sentences: Receiver<String>,
        _ends: (rtrb::Producer<Parcel>, rtrb::Producer<News>, Sender<Request>),
        io: crate::io::IoThread,
        dir: tempfile::TempDir,
    }

    impl Bench {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let ([io], io_thread) = crate::io::start(|| {}).unwrap();
            let (requests, requests_end) = std::sync::mpsc::channel();
            let (sentences, sentences_end) = std::sync::mpsc::channel();
            let (parcels, parcels_end) = rtrb::RingBuffer::new(4);
            let (returns, returns_end) = rtrb::RingBuffer::new(4);
            let (notices, notices_end) = rtrb::RingBuffer::new(4);
            let setup = SetupArgs {
                cheat: vec!["8000:00".parse().unwrap()],
                patch: Some("none.ips".into()),
                ..SetupArgs::default()
            };
            let desk = Desk {
                requests: requests_end,
                sentences,
                bell: Bell::new().unwrap(),
                parcels,
                returns: returns_end,
                notices: notices_end,
                io,
                sound: None,
                flags: Arc::default(),
                games: Vec::new(),
                loader: Loader {
                    data: dir.path().join("data"),
                    setup: setup.for_another_rom(),
                    asked: Asked::default(),
                    slot: Slot::default(),
                    counter: io_thread.counter(),
                    priority: None,
                    wishes: Wishes { tape: false, ..Wishes::default() },
                    said: std::sync::mpsc::channel().0,
                    films: std::sync::mpsc::channel().0,
                },
                watched: None,
                watched_setup: SetupArgs::default(),
                said: std::sync::mpsc::channel().1,
                footage: std::sync::mpsc::channel().1,
                films: Vec::new(),
                recorders: Vec::new(),
                palette: Box::new(*crate::video::palette::rgb()),
                record: None,
                degraded: Vec::new(),
            };
            let ends = (returns, notices, requests);
            Self {
                desk,
                parcels: parcels_end,
                sentences: sentences_end,
                _ends: ends,
                io: io_thread,
                dir,
            }
        }

        /// Drops a file onto the window.
        fn open(
            &mut self,
            name: &str,
            bytes: &[u8],
        ) -> Option<Box<crate::engine::machine::Machine>> {
            let path = self.dir.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            self.desk.open(&path);
            match self.parcels.pop() {
                Ok(Parcel::Machine(machine)) => Some(machine),
                _ => None,
            }
        }

        fn said(&self) -> Vec<String> {
            self.sentences.try_iter().collect()
        }

        fn end(self) {
            let Self { desk, io, .. } = self;
            drop(desk);
            io.join();
        }
    }

    fn zip_of(names: &[&str]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for name in names {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(builtin::GAME).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn a_dropped_rom_is_loaded_as_one_of_the_command_line_is_zipped_or_not() {
        let mut bench = Bench::new();
        let mut plain = bench.open("a.nes", builtin::GAME).expect("a machine");
        assert!(plain.files.is_some() && bench.said().is_empty());
        plain.nes.run_muted(Input::default());
        assert!(plain.nes.cartridge().cheats.is_empty(), "those are of the other ROM");
        drop(plain);
        let zipped = bench.open("b.zip", &zip_of(&["x.nes", "y.nes"])).expect("a machine");
        assert_eq!(zipped.rom_hash, bench.desk.games[0].rom_hash);
        let said = bench.said();
        assert!(said.len() == 1 && said[0].contains("x.nes, y.nes"), "{said:?}");
        drop(zipped);
        bench.end();
    }

    #[test]
    fn a_dropped_file_that_is_no_rom_is_a_sentence_and_the_game_goes_on() {
        let mut bench = Bench::new();
        let cut = &builtin::GAME[..1000];
        for (name, bytes) in [
            ("a.txt", b"hello".as_slice()),
            ("b.zip", b"PK\x03\x04x"),
            ("c.nes", cut),
            ("d.nes", b""),
        ] {
            assert!(bench.open(name, bytes).is_none());
            let said = bench.said();
            assert!(said.len() == 1 && said[0].contains(name), "{said:?}");
        }
        bench.desk.open(Path::new("/no/such/file.nes"));
        bench.desk.open(&std::env::temp_dir());
        let said = bench.said();
        assert!(said[0].contains("no such file") && said[1].contains("folder"), "{said:?}");
        assert_eq!((bench.desk.games.len(), bench.desk.degraded.len()), (0, 6));
        bench.end();
    }

    #[test]
    fn the_same_game_dropped_again_saves_and_loops_as_before() {
        let mut bench = Bench::new();
        let first = bench.open("a.nes", builtin::GAME).expect("a machine");
        let again = bench.open("b.nes", builtin::GAME).expect("a machine");
        assert!(bench.said().is_empty(), "it is no second instance");
        assert!(again.files.is_some() && bench.desk.games.len() == 1);
        assert_eq!(bench.desk.recorders.len(), 2, "its loops are written, too");
        bench.desk.forget(first.rom_hash);
        assert_eq!(bench.desk.games.len(), 1, "the newer machine plays it");
        drop((first, again));
        // The I/O thread is still there for others.
        let (path, work) = (Arc::from(bench.dir.path().join("x")), crate::link::Work::Store);
        let job = Job { tag: 0, path, work, bytes: vec![1] };
        assert_eq!(crate::io::call(&mut bench.desk.io, job).result, Ok(()));
        bench.end();
    }
}
