//! From the takes in memory to the slots on disk: the emulation thread keeps a
//! [`Sender`], the recorder thread a [`Mirror`].
//!
//! ```text
//!  emulation  Takes ──pump──▶ Begin Input Input … End ──▶ recorder ──drain──▶ slot_N.*
//!                  ◀────────── buffers for states ────────
//! ```
//!
//! A take stays whole in memory, so a full ring or a slow disk loses nothing:
//! the sender remembers how far it came and goes on at its next turn.
//! [`Sender`] never allocates, locks or waits.

use rtrb::{Consumer, Producer, RingBuffer};

use super::slot::{SlotError, SlotStore, SlotWriter};
use super::take::{Input, SLOTS, Slot, Takes};

/// What the recorder is told.
#[derive(Debug)]
enum Record {
    /// A take starts in this slot.
    Begin { slot: Slot, frame: u64, state: Box<[u8]> },
    /// Its next frame.
    Input { slot: Slot, input: Input },
    /// It is complete.
    End { slot: Slot },
}

/// Records on their way.
const RING: usize = 4096;
/// Buffers for states on their way.
const BUFFERS: usize = 2;
/// Inputs sent in one turn at most, so that catching up costs no frame.
const BURST: usize = 64;

/// The two ends, for states of `state_len` bytes.
pub fn channel(store: SlotStore, state_len: usize) -> (Sender, Mirror) {
    let (records_in, records_out) = RingBuffer::new(RING);
    let (mut buffers_in, buffers_out) = RingBuffer::new(BUFFERS);
    for _ in 0..BUFFERS {
        // A ring of this size has room for as many.
        let _ = buffers_in.push(vec![0; state_len].into_boxed_slice());
    }
    let sender = Sender { records: records_in, buffers: buffers_out, slots: Default::default() };
    let mirror = Mirror {
        records: records_out,
        buffers: buffers_in,
        store,
        writers: std::array::from_fn(|_| None),
    };
    (sender, mirror)
}

/// The emulation thread's end.
#[derive(Debug)]
pub struct Sender {
    records: Producer<Record>,
    buffers: Consumer<Box<[u8]>>,
    slots: [Progress; SLOTS],
}

#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    stage: Stage,
    /// Whether the take in memory is complete.
    ended: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    /// The disk has all that there is.
    #[default]
    Quiet,
    /// The state has to be sent.
    State,
    /// So many inputs were sent.
    Inputs(usize),
}

impl Sender {
    /// A take has begun in `slot`.
    pub fn begin(&mut self, slot: Slot) {
        self.slots[slot.index()] = Progress { stage: Stage::State, ended: false };
    }

    /// The take in `slot` is complete.
    pub fn end(&mut self, slot: Slot) {
        self.slots[slot.index()].ended = true;
    }

    /// Sends what there is to send, as far as there is room.
    pub fn pump(&mut self, takes: &Takes) {
        for slot in Slot::ALL {
            let mut progress = self.slots[slot.index()];
            self.pump_slot(slot, &mut progress, takes);
            self.slots[slot.index()] = progress;
        }
    }

    /// Whether the recorder was sent everything.
    pub fn is_settled(&self, takes: &Takes) -> bool {
        Slot::ALL.iter().all(|&slot| {
            let Progress { stage, ended } = self.slots[slot.index()];
            stage == Stage::Quiet || (stage == Stage::Inputs(takes.len(slot)) && !ended)
        })
    }

    fn pump_slot(&mut self, slot: Slot, progress: &mut Progress, takes: &Takes) {
        if progress.stage == Stage::State && !self.records.is_full() {
            let Ok(mut state) = self.buffers.pop() else { return };
            state.copy_from_slice(takes.state(slot));
            let _ = self.records.push(Record::Begin { slot, frame: takes.frame(slot), state });
            progress.stage = Stage::Inputs(0);
        }
        let Stage::Inputs(sent) = &mut progress.stage else { return };
        for _ in 0..BURST {
            let Some(input) = takes.input(slot, *sent) else { break };
            if self.records.push(Record::Input { slot, input }).is_err() {
                return;
            }
            *sent += 1;
        }
        let all = *sent == takes.len(slot);
        if all && progress.ended && self.records.push(Record::End { slot }).is_ok() {
            progress.stage = Stage::Quiet;
        }
    }
}

/// The recorder thread's end.
pub struct Mirror {
    records: Consumer<Record>,
    buffers: Producer<Box<[u8]>>,
    store: SlotStore,
    /// The files stay mapped after a take's end, until the next one.
    writers: [Option<SlotWriter>; SLOTS],
}

impl Mirror {
    /// Writes what has come. A take that cannot be written is given up with
    /// one report; it still loops from memory.
    pub fn drain(&mut self, mut report: impl FnMut(SlotError)) {
        while let Ok(record) = self.records.pop() {
            let (slot, result) = match record {
                Record::Begin { slot, frame, state } => (slot, self.begin(slot, frame, state)),
                Record::Input { slot, input } => (slot, self.on(slot, |w| w.append(&input))),
                Record::End { slot } => (slot, self.on(slot, SlotWriter::finish)),
            };
            if let Err(error) = result {
                self.writers[slot.index()] = None;
                report(error);
            }
        }
        for writer in self.writers.iter_mut().flatten() {
            writer.commit();
        }
    }

    /// Whether the sender is gone and everything is written.
    pub fn is_done(&self) -> bool {
        self.records.is_abandoned() && self.records.is_empty()
    }

    fn begin(&mut self, slot: Slot, frame: u64, state: Box<[u8]>) -> Result<(), SlotError> {
        self.writers[slot.index()] = None;
        let writer = self.store.begin(slot, frame, &state);
        let _ = self.buffers.push(state);
        self.writers[slot.index()] = Some(writer?);
        Ok(())
    }

    fn on(
        &mut self,
        slot: Slot,
        act: impl FnOnce(&mut SlotWriter) -> Result<(), SlotError>,
    ) -> Result<(), SlotError> {
        self.writers[slot.index()].as_mut().map_or(Ok(()), act)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::slot::{RomCheck, SlotStatus};
    use super::super::state_file::Owner;
    use super::*;

    fn store(dir: &Path) -> SlotStore {
        let owner = Owner { machine: 1, layout: 2, rom: 3 };
        SlotStore::open(dir, owner, RomCheck::Same).unwrap()
    }

    fn input(n: usize) -> Input {
        (n as u128).to_le_bytes()
    }

    fn loaded(dir: &Path, slot: Slot) -> Vec<Input> {
        let mut takes = Takes::new(16, 10_000);
        match store(dir).load(slot, &mut takes).unwrap() {
            SlotStatus::Ready { frames, .. } => {
                (0..frames).map(|n| takes.input(slot, n).unwrap()).collect()
            }
            _ => Vec::new(),
        }
    }

    fn no_errors(error: SlotError) {
        panic!("{error}");
    }

    #[test]
    fn the_disk_follows_the_take_while_it_is_recorded() {
        let dir = tempfile::tempdir().unwrap();
        let (mut sender, mut mirror) = channel(store(dir.path()), 16);
        let mut takes = Takes::new(16, 10_000);
        let slot = Slot::ALL[1];
        takes.begin(slot, 7, &[5; 16]).unwrap();
        sender.begin(slot);
        for n in 0..100 {
            takes.push(slot, input(n)).unwrap();
            sender.pump(&takes);
            mirror.drain(no_errors);
            assert_eq!(loaded(dir.path(), slot).len(), n + 1);
        }
        sender.end(slot);
        sender.pump(&takes);
        assert!(sender.is_settled(&takes));
        mirror.drain(no_errors);
        assert_eq!(loaded(dir.path(), slot), (0..100).map(input).collect::<Vec<_>>());
        assert!(!mirror.is_done());
        drop(sender);
        assert!(mirror.is_done());
    }

    #[test]
    fn a_recorder_that_sleeps_for_long_loses_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let (mut sender, mut mirror) = channel(store(dir.path()), 16);
        let mut takes = Takes::new(16, 10_000);
        let slot = Slot::ALL[0];
        takes.begin(slot, 0, &[5; 16]).unwrap();
        sender.begin(slot);
        for n in 0..2 * RING {
            takes.push(slot, input(n)).unwrap();
            sender.pump(&takes);
        }
        sender.end(slot);
        while !sender.is_settled(&takes) {
            mirror.drain(no_errors);
            sender.pump(&takes);
        }
        mirror.drain(no_errors);
        assert_eq!(loaded(dir.path(), slot), (0..2 * RING).map(input).collect::<Vec<_>>());
    }

    #[test]
    fn takes_in_quick_succession_wait_for_their_buffers() {
        let dir = tempfile::tempdir().unwrap();
        let (mut sender, mut mirror) = channel(store(dir.path()), 16);
        let mut takes = Takes::new(16, 10_000);
        for slot in Slot::ALL {
            takes.fill(slot, 0, &[slot.number(); 16], [input(slot.index())]).unwrap();
            sender.begin(slot);
            sender.end(slot);
            sender.pump(&takes);
        }
        assert!(!sender.is_settled(&takes));
        mirror.drain(no_errors);
        sender.pump(&takes);
        assert!(sender.is_settled(&takes));
        mirror.drain(no_errors);
        for slot in Slot::ALL {
            assert_eq!(loaded(dir.path(), slot), [input(slot.index())]);
        }
    }

    #[test]
    fn a_slot_recorded_again_before_its_end_is_the_newer_take() {
        let dir = tempfile::tempdir().unwrap();
        let (mut sender, mut mirror) = channel(store(dir.path()), 16);
        let mut takes = Takes::new(16, 10_000);
        let slot = Slot::ALL[3];
        for (byte, frames) in [(1, 30), (2, 10)] {
            takes
                .fill(slot, 0, &[byte; 16], (0..frames).map(|n| input(n + byte as usize)))
                .unwrap();
            sender.begin(slot);
            sender.pump(&takes);
        }
        sender.end(slot);
        sender.pump(&takes);
        mirror.drain(no_errors);
        assert_eq!(loaded(dir.path(), slot), (2..12).map(input).collect::<Vec<_>>());
    }

    #[test]
    fn a_disk_that_refuses_is_reported_once_and_nothing_stops() {
        let dir = tempfile::tempdir().unwrap();
        let (mut sender, mut mirror) = channel(store(dir.path()), 16);
        std::fs::create_dir(dir.path().join("slot_1.state")).unwrap();
        let mut takes = Takes::new(16, 10_000);
        let slot = Slot::ALL[0];
        let mut errors = 0;
        takes.begin(slot, 0, &[5; 16]).unwrap();
        sender.begin(slot);
        for n in 0..10 {
            takes.push(slot, input(n)).unwrap();
            sender.pump(&takes);
            mirror.drain(|_| errors += 1);
        }
        sender.end(slot);
        sender.pump(&takes);
        assert!(sender.is_settled(&takes));
        mirror.drain(|_| errors += 1);
        assert_eq!(errors, 1);
    }
}
