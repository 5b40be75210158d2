//! The auditor: a thread of idle priority that plays each second of the
//! history again and compares. What is recorded is what can be replayed, or
//! the player learns of it within a second.
//!
//! ```text
//! kept state ─ inputs of a second ─▶ the machine's state now
//!     │                                   ║ compared byte for byte
//!  decoded ─────── run again ─────────▶ auditor's
//! ```
//!
//! A stored state that does not decode to its hash is told apart from a machine
//! that computed something else.

use super::realtime;
use super::replay::RomName;
use super::replay::{Console, difference};
use crate::flight::catalog::{Part, Position};
use crate::flight::history::History;
use crate::flight::replay::{self, Approach, Missing};
use crate::nes::Cartridge;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

/// Seconds that may wait; where the machine is slow, some are not looked at.
const WAITING: usize = 4;

/// A second to be played again.
enum Job {
    /// The way there, and the state that was there.
    Compare { way: Box<Approach>, at: Position, state: Vec<u8> },
    /// A ROM that may be put in from now on.
    Rom(RomName, Arc<Cartridge>),
}

/// The recorder's end.
pub struct Auditor {
    jobs: Option<SyncSender<Job>>,
    thread: Option<JoinHandle<()>>,
    said: Receiver<String>,
    /// The state that was looked at last.
    seen: Option<Position>,
    skipped: u64,
    sent: u64,
    done: Arc<AtomicU64>,
}

impl Auditor {
    /// Starts the thread. `console` plays, findings are kept in `folder`.
    pub fn start(console: Console, folder: Option<PathBuf>) -> Self {
        let (jobs, jobs_end) = sync_channel(WAITING);
        let (say, said) = std::sync::mpsc::channel();
        let done = Arc::new(AtomicU64::new(0));
        let done_there = done.clone();
        let thread = std::thread::Builder::new().name("retake-audit".into());
        let thread = thread.spawn(move || {
            realtime::idle();
            let mut console = console;
            while let Ok(job) = jobs_end.recv() {
                if let Some(finding) = audit(&mut console, job, folder.as_deref()) {
                    // A recorder that has gone tells nobody.
                    let _ = say.send(finding);
                }
                done_there.fetch_add(1, Ordering::Release);
            }
        });
        let thread = thread.ok();
        Self { jobs: Some(jobs), thread, said, seen: None, skipped: 0, sent: 0, done }
    }

    /// Looks whether the history kept another state; gives what was found.
    pub fn look(&mut self, history: &History) -> Option<String> {
        let kept = history.kept_at();
        if kept != self.seen {
            self.seen = kept;
            match kept.map(|at| job(history, at)) {
                Some(Ok(Some(job))) => self.send(job),
                Some(Err(damage)) => {
                    return Some(format!(
                        "the history in memory is damaged ({damage}); the machine itself is right"
                    ));
                }
                None | Some(Ok(None)) => {}
            }
        }
        self.said.try_recv().ok()
    }

    /// A ROM that is about to be put in.
    pub fn rom(&mut self, name: RomName, cart: Arc<Cartridge>) {
        self.send(Job::Rom(name, cart));
    }

    /// Whether it has nothing to do; what it found can be looked at.
    pub fn is_idle(&self) -> bool {
        self.done.load(Ordering::Acquire) == self.sent
    }

    /// Waits for what is under way; gives what is left to say.
    pub fn close(mut self) -> Vec<String> {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // A panic there was printed.
            let _ = thread.join();
        }
        self.said.try_iter().collect()
    }

    fn send(&mut self, job: Job) {
        let sent = self.jobs.as_ref().is_some_and(|jobs| jobs.try_send(job).is_ok());
        self.skipped += u64::from(!sent);
        self.sent += u64::from(sent);
    }
}

/// What leads to the state that was kept at `at`; `None` where a history begins
/// there.
fn job(history: &History, at: Position) -> Result<Option<Job>, Missing> {
    let Some(frame) = at.frame.checked_sub(1) else { return Ok(None) };
    let Some(before) = history.path_to(at, frame) else { return Ok(None) };
    history.check_last()?;
    // Its inputs may not be whole yet at the beginning of a segment.
    let Ok(mut way) = replay::approach(history, before) else { return Ok(None) };
    let part = Part { segment: at.segment, from: frame, to: at.frame };
    if replay::steps_of(history, part, &mut way.steps).is_err() {
        return Ok(None);
    }
    Ok(Some(Job::Compare { way: Box::new(way), at, state: history.kept().to_vec() }))
}

/// Plays a second again; a sentence when it is not what it was.
fn audit(console: &mut Console, job: Job, folder: Option<&std::path::Path>) -> Option<String> {
    let (way, at, state) = match job {
        Job::Compare { way, at, state } => (way, at, state),
        Job::Rom(name, cart) => {
            console.add_rom(name, cart);
            return None;
        }
    };
    let from = way.frame;
    if way.begin(console).and_then(|()| replay::run(console, from, &way.steps)).is_err() {
        return None;
    }
    if console.nes.bytes() == state {
        return None;
    }
    let found = format!(
        "frame {}: after the inputs from frame {from} the machine played something else than the recording gives: {}",
        at.frame,
        difference(&state, console.nes.bytes())
    );
    let kept = folder.and_then(|folder| {
        let path = folder.join(format!("desync-{}-{}.txt", at.segment, at.frame));
        let hex = |bytes: &[u8]| -> String { bytes.iter().map(|b| format!("{b:02x}")).collect() };
        let states = [&way.state, &state, &console.nes.bytes().to_vec()].map(|s| hex(s));
        let [before, played, replayed] = states;
        let text = format!(
            "{found}\n\nsteps {:?}\n\nbefore {before}\nplayed {played}\nreplayed {replayed}\n",
            way.steps
        );
        std::fs::write(&path, text).ok().map(|()| path)
    });
    let kept = kept.map(|path| format!("; {} has both states, for a report", path.display()));
    Some(format!("{found}{}", kept.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flight::history::Settings;

    #[test]
    fn a_stored_state_that_is_damaged_is_not_the_machines_fault() {
        // NROM with a program that counts: inc $10; jmp $8000.
        let mut rom = vec![0; 16 + 0x4000];
        rom[..6].copy_from_slice(b"NES\x1a\x01\0");
        rom[16..21].copy_from_slice(&[0xe6, 0x10, 0x4c, 0x00, 0x80]);
        rom[16 + 0x3ffd] = 0x80;
        let cart = Arc::new(Cartridge::parse(&rom).unwrap());
        let options = crate::nes::PowerOn {
            region: crate::nes::Region::Ntsc,
            alignment: 0,
            seed: 0,
            ports: crate::nes::Devices::PADS,
        };
        let console = || Console::new(cart.clone(), options, Arc::default());
        let mut played = console();
        let mut history = History::new(played.nes.bytes().len(), Settings::default());
        history.begin(0, played.nes.bytes());
        let mut auditor = Auditor::start(console(), None);
        let mut said = Vec::new();
        for frame in 1..=180 {
            played.nes.run_muted(Default::default());
            history.frame([0; 16]);
            history.state(played.nes.bytes());
            if frame == 120 {
                history.damage_last();
            }
            said.extend(auditor.look(&history));
        }
        said.extend(auditor.close());
        assert_eq!(said.len(), 2, "its own and the one that builds on it: {said:?}");
        assert!(said.iter().all(|text| text.contains("the machine itself is right")), "{said:?}");
    }
}
