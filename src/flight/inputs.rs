//! Inputs in a row, run-length coded: a player's thumbs move a few times a
//! second, so most frames cost nothing.
//!
//! ```text
//! run = varint frames · varint mask · one byte for each bit of the mask
//! ```
//!
//! The mask tells which of the 16 bytes differ from the run before; before
//! the first run all are zero. A payload is whole in itself.

use super::take::Input;
use super::varint;

/// The same input for some frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// How many; at least one.
    pub frames: u64,
    /// What was held in each.
    pub input: Input,
}

/// Inputs on their way into a payload.
#[derive(Clone, Debug, Default)]
pub struct Coder {
    bytes: Vec<u8>,
    before: Input,
    run: Option<Run>,
    frames: u64,
}

impl Coder {
    /// The next frame's.
    pub fn push(&mut self, input: Input) {
        self.frames += 1;
        match &mut self.run {
            Some(run) if run.input == input => run.frames += 1,
            _ => {
                self.close();
                self.run = Some(Run { frames: 1, input });
            }
        }
    }

    /// Frames in it.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// The payload of all that was pushed; the coder is as new then.
    pub fn take(&mut self) -> Vec<u8> {
        self.close();
        std::mem::take(self).bytes
    }

    /// What was pushed, without the coder's end.
    pub fn peek(&self) -> Vec<u8> {
        self.clone().take()
    }

    fn close(&mut self) {
        let Some(run) = self.run.take() else { return };
        varint::put(&mut self.bytes, run.frames);
        let changed = |&n: &usize| run.input[n] != self.before[n];
        let mask = (0..16).filter(changed).fold(0, |mask, n| mask | 1 << n);
        varint::put(&mut self.bytes, mask);
        self.bytes.extend((0..16).filter(changed).map(|n| run.input[n]));
        self.before = run.input;
    }
}

/// The runs of a payload; ends early at bytes that are no run.
#[derive(Clone, Debug)]
pub struct Runs<'a> {
    bytes: &'a [u8],
    input: Input,
}

/// Reads a payload.
pub fn runs(payload: &[u8]) -> Runs<'_> {
    Runs { bytes: payload, input: [0; 16] }
}

impl Iterator for Runs<'_> {
    type Item = Run;

    fn next(&mut self) -> Option<Run> {
        let frames = varint::take(&mut self.bytes).filter(|&frames| frames > 0)?;
        let mask = varint::take(&mut self.bytes).filter(|&mask| mask < 1 << 16)?;
        for n in (0..16).filter(|n| mask & 1 << n != 0) {
            let (&byte, rest) = self.bytes.split_first()?;
            self.input[n] = byte;
            self.bytes = rest;
        }
        Some(Run { frames, input: self.input })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(payload: &[u8]) -> Vec<Input> {
        runs(payload).flat_map(|run| vec![run.input; run.frames as usize]).collect()
    }

    #[test]
    fn an_input_that_is_held_costs_nothing() {
        let mut coder = Coder::default();
        for _ in 0..10_000 {
            coder.push([0; 16]);
        }
        assert_eq!(coder.take().len(), 3);
        let mut press = [0; 16];
        press[0] = 0x80;
        coder.push(press);
        assert_eq!((coder.frames(), coder.take()), (1, vec![1, 1, 0x80]));
        assert_eq!(coder.frames(), 0);
    }

    proptest! {
        #[test]
        fn inputs_come_back_as_they_went(runs: Vec<(u8, u8, u8)>) {
            let mut coder = Coder::default();
            let mut wanted = Vec::new();
            for (frames, place, byte) in runs {
                let mut input = [0; 16];
                input[usize::from(place % 16)] = byte;
                for _ in 0..frames {
                    coder.push(input);
                    wanted.push(input);
                }
            }
            prop_assert_eq!(all(&coder.peek()), wanted.clone());
            prop_assert_eq!(all(&coder.take()), wanted);
        }

        #[test]
        fn any_bytes_are_some_runs(bytes: Vec<u8>) {
            prop_assert!(runs(&bytes).count() <= bytes.len());
        }
    }
}
