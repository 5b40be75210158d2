//! The hashes that `run` prints.

use xxhash_rust::xxh3::Xxh3;

use crate::nes::{Frame, Sound};

/// FNV-1a64 of a picture's palette indices.
///
/// <http://www.isthe.com/chongo/tech/comp/fnv/>
pub fn indices_hash(frame: &Frame) -> u64 {
    indices(frame).fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// A picture's palette indices, 0-63: after greyscale, before emphasis.
pub fn indices(frame: &Frame) -> impl Iterator<Item = u8> {
    frame.pixels.iter().map(|pixel| (pixel & 0x3f) as u8)
}

/// xxh3-64 of the steps of frames: for each frame its CPU cycles and the number
/// of steps, then each step's cycle and level, all 32 bits little-endian.
#[derive(Default)]
pub struct SoundHash(Xxh3);

impl SoundHash {
    /// Adds a frame.
    pub fn frame(&mut self, sound: &Sound) {
        self.0.update(&sound.cycles.to_le_bytes());
        self.0.update(&(sound.steps.len() as u32).to_le_bytes());
        for step in &sound.steps {
            self.0.update(&step.cycle.to_le_bytes());
            self.0.update(&step.level.to_le_bytes());
        }
    }

    /// The hash so far.
    pub fn value(&self) -> u64 {
        self.0.digest()
    }
}

/// 16 hex digits.
pub fn hex64(value: u64) -> String {
    format!("{value:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_black_picture_has_the_hash_that_others_compute() {
        let mut frame = Frame::default();
        frame.pixels.fill(0);
        // 61,440 zero bytes only multiply: basis × prime^61440.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for _ in 0..61_440 {
            hash = hash.wrapping_mul(0x0100_0000_01b3);
        }
        assert_eq!(indices_hash(&frame), hash);
        frame.pixels[0] = 0x1c0;
        assert_eq!(indices_hash(&frame), hash, "emphasis is not hashed");
    }
}
