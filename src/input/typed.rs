//! Held keys out of typed characters, for terminals that report no releases.
//!
//! A terminal repeats a held key: once after its initial delay (some 500 ms),
//! then each 30 ms or so. A key counts as held until it has been silent for
//! longer than the next repeat should take. Buttons are short at first, so that
//! a tap is a tap; directions wait for the first repeat, for walking matters
//! more; a direction ends the opposite one at once, and typing any other key
//! stops the repeats of the first, which the terminal does on its own.

use super::keyboard::Key;

/// The keys that count as held.
#[derive(Default)]
pub struct Typed {
    held: Vec<Held>,
}

struct Held {
    key: Key,
    since_ns: u64,
    until_ns: u64,
}

const MS: u64 = 1_000_000;
const TAP: u64 = 120 * MS;
const DIRECTION: u64 = 560 * MS;
const REPEAT: u64 = 120 * MS;

impl Typed {
    /// A key was typed. True if it counts as pressed now, false if it was held.
    pub fn press(&mut self, key: Key, now_ns: u64) -> bool {
        if let Some(held) = self.held.iter_mut().find(|held| held.key == key) {
            // The first repeat proves that the key is down: from then on only
            // the short silence counts.
            held.until_ns = now_ns + REPEAT;
            return false;
        }
        let patience = if is_direction(key) { DIRECTION } else { TAP };
        self.held.push(Held { key, since_ns: now_ns, until_ns: now_ns + patience });
        true
    }

    /// A key that counts as held no more; ask until there is none.
    pub fn release(&mut self, now_ns: u64) -> Option<Key> {
        let overtaken = |held: &Held| {
            let newer = |other: &Held| {
                opposite(held.key) == Some(other.key) && other.since_ns > held.since_ns
            };
            self.held.iter().any(newer)
        };
        let at = self.held.iter().position(|held| held.until_ns <= now_ns || overtaken(held))?;
        Some(self.held.remove(at).key)
    }

    /// When the next key will count as released, if nothing is typed.
    pub fn deadline(&self) -> Option<u64> {
        self.held.iter().map(|held| held.until_ns).min()
    }
}

fn opposite(key: Key) -> Option<Key> {
    Some(match key {
        Key::ArrowUp => Key::ArrowDown,
        Key::ArrowDown => Key::ArrowUp,
        Key::ArrowLeft => Key::ArrowRight,
        Key::ArrowRight => Key::ArrowLeft,
        _ => return None,
    })
}

fn is_direction(key: Key) -> bool {
    opposite(key).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tap_is_short() {
        let mut typed = Typed::default();
        assert!(typed.press(Key::KeyX, 0));
        assert_eq!(typed.release(119 * MS), None);
        assert_eq!(typed.release(120 * MS), Some(Key::KeyX));
        assert_eq!(typed.release(120 * MS), None);
    }

    #[test]
    fn a_held_direction_bridges_the_initial_delay_and_ends_soon_after_the_last_repeat() {
        let mut typed = Typed::default();
        assert!(typed.press(Key::ArrowRight, 0));
        assert_eq!(typed.release(499 * MS), None);
        for repeat in 0..10 {
            assert!(!typed.press(Key::ArrowRight, (500 + repeat * 33) * MS));
            assert_eq!(typed.release((500 + repeat * 33) * MS), None);
        }
        assert_eq!(typed.deadline(), Some((797 + 120) * MS));
        assert_eq!(typed.release(917 * MS), Some(Key::ArrowRight));
    }

    #[test]
    fn the_opposite_direction_ends_a_direction_at_once() {
        let mut typed = Typed::default();
        typed.press(Key::ArrowLeft, 0);
        typed.press(Key::ArrowRight, 10 * MS);
        assert_eq!(typed.release(10 * MS), Some(Key::ArrowLeft));
        assert_eq!(typed.release(10 * MS), None);
    }
}
