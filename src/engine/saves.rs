//! Saved states and the battery, as the emulation thread handles them: bytes
//! copied into buffers that exist already, handed to the I/O thread, and
//! looked at when they come back. Nothing here allocates, frees or waits.

use super::machine::{Machine, Parcel};
use crate::flight::header::{Expected, Header};
use crate::flight::state_file::{MAGIC, VERSION};
use crate::link::{Client, Done, Job, Notice, Work};
use std::io::ErrorKind;
use xxhash_rust::xxh3::xxh3_64;
use zerocopy::IntoBytes;

/// Turns between two looks at the battery RAM.
const LOOK: u64 = 60;
/// Turns between two writes of it: five seconds.
const WRITE: u64 = 300;
/// The job of the battery; 0-9 are those of the states.
const BATTERY: u32 = 10;

/// The emulation thread's end of saving.
pub struct Saves {
    client: Client,
    /// Counts machines, so that what comes back for an earlier one is known.
    epoch: u32,
    turn: u64,
    written: Option<u64>,
    /// The battery's hash in the write under way.
    writing: u64,
}

impl Saves {
    /// Saves through the I/O thread.
    pub fn new(client: Client) -> Self {
        Self { client, epoch: 0, turn: 0, written: None, writing: 0 }
    }

    /// Another machine is in the console.
    pub fn forget(&mut self) {
        self.epoch += 1;
        self.written = None;
    }

    /// Writes saved state `n`. What goes wrong comes as a notice, now or later.
    pub fn save(&mut self, machine: &mut Machine, n: u8) -> Option<Notice> {
        let Some(path) = machine.files.as_ref().map(|f| f.states[usize::from(n) % 10].clone())
        else {
            return Some(Notice::NoFiles);
        };
        let Some(mut bytes) = machine.spare.pop() else { return Some(Notice::WriteFailed) };
        let state = machine.nes.bytes();
        let mut header =
            Header::new(&expected(machine), machine.nes.frame_number(), state.len() as u64);
        header.check = xxh3_64(state).into();
        bytes.clear();
        bytes.extend_from_slice(header.as_bytes());
        bytes.extend_from_slice(state);
        self.submit(machine, Job { tag: u32::from(n), path, work: Work::Store, bytes });
        None
    }

    /// Asks for saved state `n`; it comes with [`Saves::collect`].
    pub fn load(&mut self, machine: &mut Machine, n: u8) -> Option<Notice> {
        let Some(path) = machine.files.as_ref().map(|f| f.states[usize::from(n) % 10].clone())
        else {
            return Some(Notice::NoFiles);
        };
        let mut bytes = machine.spare.pop()?;
        bytes.clear();
        let work = Work::Read { limit: bytes.capacity() as u64 };
        self.submit(machine, Job { tag: u32::from(n), path, work, bytes });
        None
    }

    /// Writes the battery RAM when it changed, at most each five seconds.
    /// Call once a turn of live play.
    pub fn keep_battery(&mut self, machine: &mut Machine) {
        self.turn += 1;
        if !self.turn.is_multiple_of(LOOK)
            || self.written.is_some_and(|turn| self.turn < turn + WRITE)
        {
            return;
        }
        let Some(path) = machine.files.as_ref().map(|files| files.battery.clone()) else { return };
        let hash = machine.battery_hash();
        if hash == machine.battery_on_disk {
            return;
        }
        let Some(mut bytes) = machine.spare_battery.take() else { return };
        let (prg, chr) = machine.nes.battery();
        bytes.clear();
        bytes.extend_from_slice(prg);
        bytes.extend_from_slice(chr);
        self.written = Some(self.turn);
        self.writing = hash;
        self.submit(machine, Job { tag: BATTERY, path, work: Work::Store, bytes });
    }

    /// Takes one thing that the I/O thread has done: what the player should
    /// know of it, and a buffer to be freed elsewhere. A state that was read
    /// and fits is in the machine then.
    pub fn collect(&mut self, machine: &mut Machine) -> Option<(Option<Notice>, Option<Parcel>)> {
        let done = self.client.done.pop().ok()?;
        if done.tag >> 8 != self.epoch & 0xff_ffff {
            return Some((None, Some(Parcel::Bytes(done.bytes))));
        }
        let code = done.tag & 0xff;
        if code == BATTERY {
            let notice = self.battery_written(machine, &done);
            machine.spare_battery = Some(done.bytes);
            return Some((notice, None));
        }
        let n = code as u8;
        let notice = match (done.work, done.result) {
            (Work::Read { .. }, Ok(())) => restore(machine, n, &done.bytes),
            (Work::Read { .. }, Err(why)) if why.kind() == ErrorKind::NotFound => {
                Notice::StateMissing(n)
            }
            (Work::Read { .. }, Err(_)) => Notice::StateDamaged(n),
            (_, Ok(())) => Notice::StateSaved(n),
            (_, Err(_)) => Notice::WriteFailed,
        };
        machine.spare.push(done.bytes);
        Some((Some(notice), None))
    }

    fn battery_written(&mut self, machine: &mut Machine, done: &Done) -> Option<Notice> {
        if done.result.is_err() {
            return Some(Notice::WriteFailed);
        }
        machine.battery_on_disk = self.writing;
        None
    }

    fn submit(&mut self, machine: &mut Machine, job: Job) {
        let tag = self.epoch << 8 | job.tag;
        // There are fewer buffers than places in the ring: it never overflows.
        if let Err(rtrb::PushError::Full(job)) = self.client.jobs.push(Job { tag, ..job }) {
            machine.spare.push(job.bytes);
        }
        self.client.bell.ring();
    }
}

fn expected(machine: &Machine) -> Expected {
    Expected {
        magic: MAGIC,
        version: VERSION,
        machine: machine.setup,
        layout: machine.nes.layout_hash(),
        rom: Some(machine.rom_hash),
    }
}

fn restore(machine: &mut Machine, n: u8, file: &[u8]) -> Notice {
    let Ok((header, rest)) = Header::read(file) else { return Notice::StateDamaged(n) };
    let expected = expected(machine);
    if header.magic != expected.magic {
        return Notice::StateDamaged(n);
    }
    if expected.rom != Some(header.rom.get()) {
        return Notice::StateOfOtherGame(n);
    }
    if header.version != expected.version
        || header.layout != expected.layout
        || header.machine != expected.machine
    {
        return Notice::StateOfOtherLayout(n);
    }
    let Ok(state) = header.body(rest) else { return Notice::StateDamaged(n) };
    if xxh3_64(state) != header.check.get() || machine.nes.restore(state).is_err() {
        return Notice::StateDamaged(n);
    }
    Notice::StateLoaded(n)
}
