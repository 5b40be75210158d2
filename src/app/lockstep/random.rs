//! Numbers that a seed decides.

use crate::nes::Input;

/// SplitMix64: <https://prng.di.unimi.it/splitmix64.c> (public domain).
#[derive(Clone, Debug)]
pub struct Random(pub u64);

impl Random {
    /// The next number.
    #[allow(clippy::should_implement_trait, reason = "it never ends")]
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// A byte.
    pub fn byte(&mut self) -> u8 {
        self.next() as u8
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u32) -> u32 {
        (self.next() % u64::from(end.max(1))) as u32
    }

    /// Once in `n` times.
    pub fn once_in(&mut self, n: u32) -> bool {
        self.below(n) == 0
    }

    /// One of these.
    pub fn one_of<T: Copy>(&mut self, choice: &[T]) -> T {
        choice[self.below(choice.len() as u32) as usize]
    }

    /// Buttons on two pads, held for a while each, Start at times.
    pub fn play(&mut self, frames: usize) -> Vec<Input> {
        let mut input = Input::default();
        (0..frames)
            .map(|_| {
                let bits = self.next();
                if bits & 7 == 0 {
                    input.pads[0] = (bits >> 8) as u8;
                    input.pads[1] = (bits >> 16) as u8;
                }
                input
            })
            .collect()
    }
}
