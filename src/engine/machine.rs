//! What comes to the emulation thread and goes from it whole: a machine with
//! its loop slots and buffers, a speaker, and news for the player.

use super::past::Past;
use super::replay::{Happening, RomName};
use super::session::{self, Session};
use crate::flight::shared::{Capture, Record};
use crate::link::{GameFiles, Notice, Speaker};
use crate::nes::{Cartridge, Input, Nes};
use std::sync::Arc;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};
use zerocopy::transmute;

/// A machine ready to be played, and where its files are.
pub struct Machine {
    /// The console, switched on.
    pub nes: Nes,
    /// Its loop slots.
    pub session: Session,
    /// Where the recorder learns of everything; `None` records nothing.
    pub capture: Option<Capture>,
    /// Where the past comes from; `None` has none.
    pub past: Option<Past>,
    /// Whether the player may go back to it.
    pub may_rewind: bool,
    /// The ROM that was put in last, if it is not the first.
    pub reloaded: Option<RomName>,
    /// The game's files; `None` plays without saving.
    pub files: Option<GameFiles>,
    /// Identifies the ROM in save states and slots.
    pub rom_hash: u64,
    /// How the console is set up, as saved states and slots know it.
    pub setup: u32,
    /// How the player set the machine's DIP switches.
    pub dip: u8,
    /// xxh3-64 of the battery RAM as it is on the disk.
    pub battery_on_disk: u64,
    /// Buffers for saved states, large enough for a header and a state.
    pub spare: Vec<Vec<u8>>,
    /// A buffer for the battery RAM.
    pub spare_battery: Option<Vec<u8>>,
}

impl Machine {
    /// Bytes of a saved state that are not the machine's.
    pub const HEADER: usize = 64;

    /// A machine that remembers what `nes` does, with the buffers to save it.
    pub fn new(
        nes: Nes,
        session: Session,
        files: Option<GameFiles>,
        rom_hash: u64,
        setup: u32,
    ) -> Self {
        let (prg, chr) = nes.battery();
        let battery = prg.len() + chr.len();
        let state = Self::HEADER + nes.bytes().len();
        let mut machine = Self {
            spare: (0..2).map(|_| vec![0; state]).collect(),
            spare_battery: Some(vec![0; battery]),
            nes,
            session,
            capture: None,
            past: None,
            may_rewind: true,
            reloaded: None,
            files,
            rom_hash,
            setup,
            dip: 0,
            battery_on_disk: 0,
        };
        machine.battery_on_disk = machine.battery_hash();
        machine
    }

    /// Notes the frame that was run; without its state where that is not worth
    /// the time.
    pub fn note_frame(&mut self, input: Input, state: Caught) {
        let Some(capture) = &mut self.capture else { return };
        let frame = self.nes.frame_number();
        if state == Caught::State {
            capture.state(frame, self.nes.bytes());
        }
        // A full ring means that the recorder is gone.
        capture.record(Record::Frame { frame, input: transmute!(input) });
    }

    /// Notes that the machine was set to a state from elsewhere.
    pub fn note_elsewhere(&mut self) {
        let Some(capture) = &mut self.capture else { return };
        let frame = self.nes.frame_number();
        capture.state(frame, self.nes.bytes());
        capture.record(Record::Elsewhere { frame });
        if let Some(name) = self.reloaded {
            capture.record(Record::Event(Happening::Reload(name).event()));
        }
        for cheat in &self.nes.cartridge().cheats {
            capture.record(Record::Event(Happening::Cheats(Some(*cheat)).event()));
        }
    }

    /// Puts another ROM into the running machine; gives the one that is to be
    /// freed, and whether it fitted.
    pub fn put_in(&mut self, cart: Arc<Cartridge>, name: RomName) -> (Arc<Cartridge>, bool) {
        let old = self.nes.cartridge().clone();
        if let Err(cart) = self.nes.set_rom(cart) {
            return (cart, false);
        }
        self.reloaded = Some(name);
        if let Some(capture) = &mut self.capture {
            capture.record(Record::Event(Happening::Reload(name).event()));
        }
        (old, true)
    }

    /// Keeps what a player expects to stay when another machine comes: the
    /// chosen loop slot, and the battery's RAM if it is the same game.
    pub fn keep_from(&mut self, old: &Self) {
        self.session.choose(old.session.slot());
        if old.rom_hash == self.rom_hash && old.setup == self.setup {
            self.nes.load_battery(old.nes.battery().0);
            self.battery_on_disk = old.battery_on_disk;
        }
    }

    /// xxh3-64 of the battery RAM.
    pub fn battery_hash(&self) -> u64 {
        let (prg, chr) = self.nes.battery();
        xxh3_64(prg) ^ xxh3_64_with_seed(chr, 1)
    }
}

/// What is noted of a frame beside its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caught {
    /// Its state.
    State,
    /// Nothing.
    InputOnly,
}

/// Something large on its way to the emulation thread, or back to be freed.
pub enum Parcel {
    /// Play this machine from now on.
    Machine(Box<Machine>),
    /// Put this ROM into the running machine: its name on tapes, and when its
    /// file was closed (nanoseconds of CLOCK_MONOTONIC).
    Rom(Arc<Cartridge>, RomName, u64),
    /// Put sound here from now on.
    Speaker(Box<dyn Speaker>),
    /// A buffer that nobody needs any more.
    Bytes(Vec<u8>),
}

/// What the emulation thread tells the player through the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// Of saving and the console.
    Notice(Notice),
    /// Of the loop.
    Loop(session::Notice),
}
