//! The hot tier: the state after each frame of the last minute, so that time
//! can run backwards without anything being run forward first.
//!
//! ```text
//! group   state (whole) ─ delta ─ delta ─ … 60 frames      the oldest group goes
//! ```

use std::collections::VecDeque;

use super::catalog::Position;
use super::lines;

/// Frames in a group: how many deltas are applied for a state at most.
const GROUP: usize = 60;

/// The newest states.
#[derive(Clone, Debug)]
pub struct Hot {
    groups: VecDeque<Group>,
    newest: Vec<u8>,
    frames: usize,
    bytes: usize,
}

#[derive(Clone, Debug)]
struct Group {
    state: Box<[u8]>,
    first: Position,
    after: Vec<(Position, Box<[u8]>)>,
}

impl Hot {
    /// Room for the states of `frames` frames.
    pub fn new(frames: usize) -> Self {
        Self { groups: VecDeque::new(), newest: Vec::new(), frames, bytes: 0 }
    }

    /// The state at a position, the newest now.
    pub fn push(&mut self, position: Position, state: &[u8]) {
        let open = self.groups.back_mut().filter(|group| group.after.len() + 1 < GROUP);
        match open.filter(|_| self.newest.len() == state.len()) {
            Some(group) => {
                let delta = lines::stream(state, &self.newest).into_boxed_slice();
                self.bytes += delta.len() + size_of::<(Position, Box<[u8]>)>();
                group.after.push((position, delta));
            }
            None => {
                self.bytes += state.len();
                let after = Vec::with_capacity(GROUP);
                self.groups.push_back(Group { state: state.into(), first: position, after });
            }
        }
        self.newest.clear();
        self.newest.extend_from_slice(state);
        while self.groups.len() * GROUP > self.frames + GROUP {
            if let Some(group) = self.groups.pop_front() {
                let deltas =
                    group.after.iter().map(|(_, d)| d.len() + size_of_val(&group.after[0]));
                self.bytes -= group.state.len() + deltas.sum::<usize>();
            }
        }
    }

    /// The state at a position; false when it is not among those kept.
    pub fn state(&self, position: Position, state: &mut Vec<u8>) -> bool {
        // The newest recording of a moment counts; all of them are equal.
        for group in self.groups.iter().rev() {
            let place = group.after.iter().rposition(|(at, _)| *at == position);
            let deltas = match place {
                Some(place) => &group.after[..=place],
                None if group.first == position => &[],
                None => continue,
            };
            state.clear();
            state.extend_from_slice(&group.state);
            return deltas.iter().all(|(_, delta)| lines::replay(delta, state).is_ok());
        }
        false
    }

    /// Bytes that it takes.
    pub fn bytes(&self) -> usize {
        self.bytes + self.newest.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(frame: u64) -> Position {
        Position { segment: 0, frame }
    }

    fn state(frame: u64) -> Vec<u8> {
        let mut state = vec![0; 1000];
        state[..8].copy_from_slice(&frame.to_le_bytes());
        state[(frame % 900) as usize + 10] = frame as u8;
        state
    }

    #[test]
    fn every_state_of_the_last_frames_is_there_and_older_ones_are_not() {
        let mut hot = Hot::new(600);
        let mut got = Vec::new();
        for frame in 0..5000 {
            hot.push(at(frame), &state(frame));
            assert!(hot.state(at(frame), &mut got) && got == state(frame));
        }
        for frame in 4400..5000 {
            assert!(hot.state(at(frame), &mut got), "{frame}");
            assert_eq!(got, state(frame));
        }
        assert!(!hot.state(at(3000), &mut got));
        assert!(hot.bytes() < 100_000, "{}", hot.bytes());
    }

    #[test]
    fn what_goes_is_taken_off_the_bytes() {
        let mut hot = Hot::new(120);
        for frame in 0..100_000 {
            hot.push(at(frame), &state(frame));
        }
        assert!(hot.bytes() < 20_000, "{}", hot.bytes());
    }
}
