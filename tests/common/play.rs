//! An engine with a recorder, as in play, driven turn by turn.

#![allow(dead_code)] // each test takes what it needs

use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use retake::app::cli::SetupArgs;
use retake::app::setup::{Asked, Setup};
use retake::app::tapes::{self, Begun, RomSender, Wishes};
use retake::engine::cycle::{Ends, Engine, Settings};
use retake::engine::machine::{Machine, Parcel};
use retake::engine::session::Session;
use retake::engine::stats::Stats;
use retake::flight::take::{Slot, Takes};
use retake::io::{self, IoThread};
use retake::link::{Action, Bell, Client, Command, Flags, Picture, Taken};
use retake::nes::{Input, Tier};

/// The engine and the other ends of its channels.
pub struct Rig {
    engine: Option<Engine>,
    commands: rtrb::Producer<Command>,
    pictures: triple_buffer::Output<Picture>,
    recorder: Option<JoinHandle<Vec<String>>>,
    io: Option<IoThread>,
    pub parcels: rtrb::Producer<Parcel>,
    pub roms: RomSender,
    pub notes: Vec<String>,
}

/// The built-in game.
pub fn setup() -> Setup {
    setup_with(&[])
}

/// The same with these cheats.
pub fn setup_with(cheats: &[&str]) -> Setup {
    let cheat = cheats.iter().map(|code| code.parse().unwrap()).collect();
    let args = SetupArgs { cheat, ..SetupArgs::default() };
    Setup::new(None, &args, Asked::default()).expect("the built-in game")
}

impl Rig {
    /// Plays in a folder.
    pub fn new(folder: &Path, wishes: Wishes, settings: Settings) -> Self {
        Self::with(folder, wishes, settings, true)
    }

    /// The same; it may not write where `writes` says so.
    pub fn with(folder: &Path, wishes: Wishes, settings: Settings, writes: bool) -> Self {
        Self::by(io::start(|| {}).unwrap(), folder, wishes, settings, writes)
    }

    /// The same by this I/O thread.
    pub fn by(
        thread: ([Client; 1], IoThread),
        folder: &Path,
        wishes: Wishes,
        settings: Settings,
        writes: bool,
    ) -> Self {
        Self::of(setup(), thread, folder, wishes, settings, writes)
    }

    /// The same with this in the console.
    pub fn of(
        setup: Setup,
        ([client], io): ([Client; 1], IoThread),
        folder: &Path,
        wishes: Wishes,
        settings: Settings,
        writes: bool,
    ) -> Self {
        let nes = setup.power_on();
        let takes = Takes::new(nes.bytes().len(), 10_000);
        let session = Session::new(takes, None, Slot::default());
        let mut machine = Box::new(Machine::new(nes, session, None, 0, 0));
        machine.dip = setup.dip.unwrap_or_default();
        let counter = io.counter();
        let begin = tapes::Begin {
            folder,
            writes,
            setup: &setup,
            counter: &counter,
            wishes,
            mirror: None,
            films: std::sync::mpsc::channel().0,
        };
        let Begun { recorder, roms, notes } = tapes::begin(begin, &mut machine).unwrap();
        drop(counter);
        let recorder = std::thread::spawn(move || {
            let mut said = Vec::new();
            recorder.run(|text| said.push(text));
            said
        });
        let (parcels, parcels_end) = rtrb::RingBuffer::new(2);
        let (commands, commands_end) = rtrb::RingBuffer::new(64);
        let (pictures_in, pictures) = triple_buffer::triple_buffer(&Picture::default());
        let ends = Ends {
            commands: commands_end,
            parcels: parcels_end,
            returns: rtrb::RingBuffer::new(2).0,
            pictures: pictures_in,
            bell: Bell::new().unwrap(),
            notices: rtrb::RingBuffer::new(64).0,
            taken: None,
            flags: Arc::new(Flags::default()),
        };
        let engine = Some(Engine::new(machine, ends, client, settings));
        let (recorder, io) = (Some(recorder), Some(io));
        Self { engine, commands, pictures, recorder, io, parcels, roms, notes }
    }

    /// Plays these frames first.
    pub fn follow(&mut self, movie: &[Taken]) {
        self.engine.as_mut().unwrap().play_movie(movie.into());
    }

    /// The player asks for something.
    pub fn act(&mut self, action: Action) {
        self.commands.push(Command::Action(action)).unwrap();
    }

    /// The player holds these buttons.
    pub fn hold(&mut self, buttons: u8) {
        let input = Input::pad1(buttons);
        self.commands.push(Command::Input { input, at_ns: 0 }).unwrap();
    }

    /// A turn, and the newest picture.
    pub fn turn(&mut self) -> &Picture {
        self.engine.as_mut().unwrap().turn(10_000_000);
        self.pictures.read()
    }

    /// The newest picture.
    pub fn picture(&mut self) -> &Picture {
        self.pictures.read()
    }

    /// What the engine counted so far.
    pub fn stats(&self) -> &Stats {
        self.engine.as_ref().unwrap().stats()
    }

    /// The machine's state hash.
    pub fn state_hash(&self) -> u64 {
        self.engine.as_ref().unwrap().state_hash()
    }

    /// Ends the session; gives what the recorder said.
    pub fn close(self) -> Vec<String> {
        self.close_as().1
    }

    /// The same, and how the machine computed.
    pub fn close_as(mut self) -> (Tier, Vec<String>) {
        let (machine, _) = self.engine.take().unwrap().finish();
        let tier = machine.nes.tier();
        drop(machine);
        let said = self.recorder.take().unwrap().join().unwrap();
        self.io.take().unwrap().join();
        (tier, said)
    }
}
