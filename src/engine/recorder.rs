//! The recorder thread: what the emulation thread noted becomes history, and
//! the history goes to the tape; it hands out the past, and writes the loop
//! slots.

use super::auditor::Auditor;
use super::past::Supply;
use super::replay::{Console, RomName};
use super::ring::Ring;
use super::tape::{self, TapeFile};
use crate::flight::catalog::Position;
use crate::flight::history::History;
use crate::flight::mirror::Mirror;
use crate::flight::replay::Recording;
use crate::flight::shared::{Drain, Record};
use crate::flight::tape::{Header, Tape};
use crate::link::Bell;
use crate::nes::Cartridge;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::time::Duration;

/// How often it looks when nobody rings.
const LOOK: Duration = Duration::from_millis(10);

/// What a film can be made of.
pub struct Footage {
    /// A tape of all that is in memory.
    pub tape: Vec<u8>,
    /// Where the film ends.
    pub end: Position,
}

/// Everything that the thread owns.
pub struct Recorder {
    /// What the emulation thread noted.
    pub drain: Drain,
    /// The past.
    pub history: History,
    /// Where it is written; `None` keeps it in memory only.
    pub tape: Option<TapeFile>,
    /// The last states in a file that others read; `None` keeps none.
    pub ring: Option<Ring>,
    /// Who asks for the past.
    pub supply: Supply,
    /// A machine to compute the past with.
    pub console: Console,
    /// Plays everything again and compares; `None` does not.
    pub auditor: Option<Auditor>,
    /// The loop slots' files; `None` writes none.
    pub mirror: Option<Mirror>,
    /// Rings when the emulation thread wants something.
    pub bell: Bell,
    /// The file of the shared memory, removed when the tape holds everything.
    pub memory: Option<PathBuf>,
    /// ROMs that are about to be put into the machine: name, cartridge, and
    /// what the tape keeps.
    pub roms: mpsc::Receiver<(RomName, Arc<Cartridge>, Vec<u8>)>,
    /// Records that are in whole chunks.
    pub complete: u64,
    /// The session's, for tapes and films.
    pub header: Header,
    /// Who makes films.
    pub films: mpsc::Sender<Footage>,
}

impl Recorder {
    /// Works until the emulation thread's end is gone and everything is
    /// written. `say` takes sentences for the player.
    pub fn run(mut self, mut say: impl FnMut(String)) {
        loop {
            let over =
                self.drain.is_abandoned() && self.mirror.as_ref().is_none_or(Mirror::is_done);
            self.turn(&mut say);
            if over {
                break;
            }
            self.bell.wait(Some(LOOK));
        }
        self.close(say);
    }

    fn turn(&mut self, say: &mut impl FnMut(String)) {
        while let Ok((name, cart, payload)) = self.roms.try_recv() {
            self.history.rom(&payload);
            self.note_complete();
            if let Some(auditor) = &mut self.auditor {
                auditor.rom(name, cart.clone());
            }
            self.console.add_rom(name, cart);
        }
        while let Some((record, state)) = self.drain.record() {
            self.history.tell(&record, state);
            if let (Some(ring), Some(state)) = (&mut self.ring, state)
                && let Record::Frame { frame, .. } | Record::Elsewhere { frame } = record
            {
                ring.push(frame, state);
            }
            self.note_complete();
            if let Some(found) = self.auditor.as_mut().and_then(|a| a.look(&self.history)) {
                say(found);
            }
        }
        self.supply.serve(&mut self.history, &mut self.console);
        self.note_complete();
        if let Some(end) = self.supply.take_film()
            && let Some((tape, end)) = tape::of_memory(&self.header, &self.history, end)
        {
            // Who makes no films has ended.
            let _ = self.films.send(Footage { tape, end });
        }
        if let Some(tape) = &mut self.tape
            && let Some(said) = tape.poll(&self.history, self.complete)
        {
            say(said.to_string());
        }
        if let Some(said) = self.ring.as_ref().and_then(Ring::said) {
            say(said);
        }
        if let Some(mirror) = &mut self.mirror {
            mirror.drain(|error| say(error.to_string()));
        }
    }

    /// Each cut is followed by this: the chunks hold what was drained so far.
    fn note_complete(&mut self) {
        if self.history.is_cut() {
            self.complete = self.drain.records();
        }
    }

    fn close(mut self, mut say: impl FnMut(String)) {
        self.history.cut();
        self.note_complete();
        self.turn(&mut say);
        self.auditor.take().into_iter().flat_map(Auditor::close).for_each(&mut say);
        self.ring.take().into_iter().flat_map(Ring::close).for_each(&mut say);
        let Some(tape) = self.tape.take() else { return };
        let path = tape.path().clone();
        if tape.close(&self.history, self.complete) {
            // They may have been removed by hand.
            let _ = self.memory.take().map(std::fs::remove_file);
            if self.history.position() == Position::default() && is_blank(&path) {
                let _ = std::fs::remove_file(&path);
            }
        } else if self.memory.is_some() {
            say(format!(
                "{}: its end could not be written; it is kept in memory until the machine is switched off, and written when this game is played again",
                path.display()
            ));
        }
    }
}

/// Whether nothing was played on a tape: there is nothing to go on with.
fn is_blank(path: &Path) -> bool {
    let tape = std::fs::read(path).ok().and_then(|bytes| Tape::open(bytes).ok());
    tape.is_some_and(|tape| tape.catalog().frames() == 0)
}
