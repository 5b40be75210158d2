//! Takes: what the loop slots hold in memory. A take is a state and the input
//! of each frame after it.
//!
//! ```text
//!  take 1   state | chunks 0 1 5      one pool of chunks of 1,024 inputs serves
//!  take 2   state | chunks 2 3        all slots; together they hold eight hours
//!  free     4 6 7 8 …
//! ```
//!
//! Everything is allocated and touched at the start: no method after
//! [`Takes::new`] allocates, locks or meets a fresh page.

use std::hint::black_box;

/// What enters a frame from outside, as bytes.
pub type Input = [u8; 16];

/// Loop slots.
pub const SLOTS: usize = 4;

/// Eight hours at 60.1 frames a second.
pub const FRAMES: usize = 8 * 3600 * 601 / 10;

/// Inputs in a chunk.
const CHUNK: usize = 1024;

/// A loop slot, 1-4.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Slot(u8);

impl Slot {
    /// All of them.
    pub const ALL: [Self; SLOTS] = [Self(0), Self(1), Self(2), Self(3)];

    /// The slot that a player calls `number`.
    pub fn new(number: u8) -> Option<Self> {
        (1..=SLOTS as u8).contains(&number).then(|| Self(number - 1))
    }

    /// What a player calls it.
    pub fn number(self) -> u8 {
        self.0 + 1
    }

    /// Its place in an array of [`SLOTS`].
    pub fn index(self) -> usize {
        usize::from(self.0) % SLOTS
    }
}

/// Why a take cannot grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TakeError {
    /// The pool is used up.
    #[error("the four slots together hold eight hours, and they are full")]
    Full,
    /// The machine is another than the one for which the takes were made.
    #[error("a state has {got} bytes and the slots are made for {expected}")]
    WrongSize {
        /// Bytes of a state for which there is room.
        expected: usize,
        /// Bytes that were given.
        got: usize,
    },
}

/// The takes of all slots.
#[derive(Debug)]
pub struct Takes {
    pool: Box<[Input]>,
    free: Vec<u16>,
    takes: [Take; SLOTS],
}

#[derive(Debug)]
struct Take {
    state: Box<[u8]>,
    /// The machine's frame number in `state`.
    frame: u64,
    len: usize,
    chunks: Vec<u16>,
}

impl Takes {
    /// Room for states of `state_len` bytes and, over all slots, `frames`
    /// inputs.
    pub fn new(state_len: usize, frames: usize) -> Self {
        // Each slot can waste the better part of a chunk.
        let chunks = (frames.div_ceil(CHUNK) + SLOTS).min(usize::from(u16::MAX));
        Self {
            pool: touched(vec![[0; 16]; chunks * CHUNK]),
            free: (0..chunks as u16).rev().collect(),
            takes: std::array::from_fn(|_| Take {
                state: touched(vec![0; state_len]),
                frame: 0,
                len: 0,
                chunks: Vec::with_capacity(chunks),
            }),
        }
    }

    /// Bytes of a state.
    pub fn state_len(&self) -> usize {
        self.takes[0].state.len()
    }

    /// Empties a slot and starts a take in it.
    pub fn begin(&mut self, slot: Slot, frame: u64, state: &[u8]) -> Result<(), TakeError> {
        let (expected, got) = (self.state_len(), state.len());
        if expected != got {
            return Err(TakeError::WrongSize { expected, got });
        }
        self.clear(slot);
        let take = &mut self.takes[slot.index()];
        take.state.copy_from_slice(state);
        take.frame = frame;
        Ok(())
    }

    /// The next frame's input.
    pub fn push(&mut self, slot: Slot, input: Input) -> Result<(), TakeError> {
        let take = &mut self.takes[slot.index()];
        if take.len == take.chunks.len() * CHUNK {
            take.chunks.push(self.free.pop().ok_or(TakeError::Full)?);
        }
        let chunk = usize::from(take.chunks[take.len / CHUNK]);
        self.pool[chunk * CHUNK + take.len % CHUNK] = input;
        take.len += 1;
        Ok(())
    }

    /// Empties a slot.
    pub fn clear(&mut self, slot: Slot) {
        let take = &mut self.takes[slot.index()];
        take.len = 0;
        self.free.append(&mut take.chunks);
    }

    /// Frames in a slot; 0 is an empty slot.
    pub fn len(&self, slot: Slot) -> usize {
        self.takes[slot.index()].len
    }

    /// Whether a slot holds no take.
    pub fn is_empty(&self, slot: Slot) -> bool {
        self.len(slot) == 0
    }

    /// The machine's frame number at the start of the take.
    pub fn frame(&self, slot: Slot) -> u64 {
        self.takes[slot.index()].frame
    }

    /// The state with which the take starts.
    pub fn state(&self, slot: Slot) -> &[u8] {
        &self.takes[slot.index()].state
    }

    /// The input of the take's frame `n`; `None` past its end.
    pub fn input(&self, slot: Slot, n: usize) -> Option<Input> {
        let take = &self.takes[slot.index()];
        if n >= take.len {
            return None;
        }
        let chunk = usize::from(take.chunks[n / CHUNK]);
        Some(self.pool[chunk * CHUNK + n % CHUNK])
    }

    /// A whole take from elsewhere; the slot is empty after an error.
    pub fn fill(
        &mut self,
        slot: Slot,
        frame: u64,
        state: &[u8],
        inputs: impl IntoIterator<Item = Input>,
    ) -> Result<(), TakeError> {
        self.begin(slot, frame, state)?;
        for input in inputs {
            if let Err(full) = self.push(slot, input) {
                self.clear(slot);
                return Err(full);
            }
        }
        Ok(())
    }
}

/// Memory whose every page was written once.
fn touched<T: Copy>(mut memory: Vec<T>) -> Box<[T]> {
    for item in memory.iter_mut().step_by((4096 / size_of::<T>()).max(1)) {
        *item = black_box(*item);
    }
    memory.into_boxed_slice()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(n: usize) -> Input {
        (n as u128).to_le_bytes()
    }

    #[test]
    fn players_count_slots_from_one_to_four() {
        assert_eq!((Slot::new(0), Slot::new(5)), (None, None));
        assert_eq!(Slot::ALL.map(Slot::number), [1, 2, 3, 4]);
        assert_eq!(Slot::new(1), Some(Slot::default()));
    }

    #[test]
    fn a_take_gives_back_what_was_pushed() {
        let mut takes = Takes::new(16, 10_000);
        let [a, b, ..] = Slot::ALL;
        takes.begin(a, 5, &[1; 16]).unwrap();
        takes.begin(b, 6, &[2; 16]).unwrap();
        for n in 0..3000 {
            takes.push(a, input(n)).unwrap();
            takes.push(b, input(n + 7)).unwrap();
        }
        for n in 0..3000 {
            assert_eq!(takes.input(a, n), Some(input(n)));
            assert_eq!(takes.input(b, n), Some(input(n + 7)));
        }
        assert_eq!(takes.input(a, 3000), None);
        assert_eq!((takes.frame(a), takes.state(b)), (5, [2; 16].as_slice()));
    }

    #[test]
    fn one_slot_alone_takes_every_frame_of_the_pool() {
        let mut takes = Takes::new(16, 5000);
        let slot = Slot::ALL[2];
        takes.begin(slot, 0, &[0; 16]).unwrap();
        let pushed = (0..).take_while(|&n| takes.push(slot, input(n)).is_ok()).count();
        assert!(pushed >= 5000);
        assert_eq!(takes.push(slot, input(0)), Err(TakeError::Full));
        assert_eq!(takes.input(slot, pushed - 1), Some(input(pushed - 1)));
        takes.begin(slot, 0, &[0; 16]).unwrap();
        assert_eq!((takes.len(slot), takes.push(slot, input(0))), (0, Ok(())));
    }

    #[test]
    fn a_state_of_another_size_is_refused_and_the_take_stays() {
        let mut takes = Takes::new(16, 100);
        takes.fill(Slot::ALL[0], 1, &[1; 16], [input(1)]).unwrap();
        let error = takes.begin(Slot::ALL[0], 2, &[0; 17]).unwrap_err();
        assert_eq!(error, TakeError::WrongSize { expected: 16, got: 17 });
        assert_eq!((takes.len(Slot::ALL[0]), takes.frame(Slot::ALL[0])), (1, 1));
    }

    #[test]
    fn eight_hours_fit_in_the_numbers_of_chunks() {
        assert!(FRAMES.div_ceil(CHUNK) + SLOTS < usize::from(u16::MAX));
    }
}
