//! How a frame is heard: as it is, backwards, or slower.

use super::Engine;
use crate::nes::{Sound, Step};

impl Engine {
    /// Lets the frame be heard that was run last.
    pub(super) fn sound(&mut self, backwards: bool) {
        if backwards {
            reverse(&self.out.sound, &mut self.backwards);
        }
        self.heard_backwards = backwards;
        self.sound_part();
    }

    fn sound_part(&mut self) {
        let (part, parts) = (self.part, self.parts());
        let Some(speaker) = &mut self.speaker else { return };
        let sound = if self.heard_backwards { &self.backwards } else { &self.out.sound };
        if parts == 1 {
            return speaker.frame(sound);
        }
        stretch(sound, part, parts, &mut self.slow);
        speaker.frame(&self.slow);
    }

    /// Turns that a frame lasts.
    pub(super) fn parts(&self) -> u32 {
        if self.fast { 1 } else { 1 << self.rate.min(0).unsigned_abs() }
    }

    /// Whether this turn is one of slow motion in which the frame lasts on.
    pub(super) fn rests(&mut self) -> bool {
        self.part = (self.part + 1) % self.parts();
        if self.part > 0 {
            self.sound_part();
        }
        self.part > 0
    }
}

/// The sound as it is heard when time runs backwards.
fn reverse(sound: &Sound, out: &mut Sound) {
    out.steps.clear();
    out.start = sound.end();
    out.cycles = sound.cycles;
    for (n, step) in sound.steps.iter().enumerate().rev() {
        let before = n.checked_sub(1).map_or(sound.start, |n| sound.steps[n].level);
        out.steps.push(Step { cycle: sound.cycles.saturating_sub(step.cycle), level: before });
    }
}

/// A part of a sound, stretched to the length of the whole: the `n`th of
/// `parts`, as it is heard in slow motion.
fn stretch(sound: &Sound, n: u32, parts: u32, out: &mut Sound) {
    let (from, to) = (sound.cycles * n / parts, sound.cycles * (n + 1) / parts);
    let first = sound.steps.partition_point(|step| step.cycle < from);
    out.start = first.checked_sub(1).map_or(sound.start, |last| sound.steps[last].level);
    out.cycles = (to - from) * parts;
    out.steps.clear();
    let within = sound.steps[first..].iter().take_while(|step| step.cycle < to || n + 1 == parts);
    out.steps
        .extend(within.map(|step| Step { cycle: (step.cycle - from) * parts, level: step.level }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reversed_sound_is_the_sound_from_its_end() {
        let mut sound = Sound { start: 1, cycles: 100, ..Sound::default() };
        sound.steps.extend([Step { cycle: 10, level: 5 }, Step { cycle: 30, level: 2 }]);
        let mut back = Sound::default();
        reverse(&sound, &mut back);
        assert_eq!((back.start, back.end(), back.cycles), (2, 1, 100));
        assert_eq!(back.steps, [Step { cycle: 70, level: 5 }, Step { cycle: 90, level: 1 }]);
        let mut again = Sound::default();
        reverse(&back, &mut again);
        assert_eq!((again.start, again.steps), (sound.start, sound.steps));
    }

    #[test]
    fn slow_motion_is_the_same_sound_in_parts_that_are_as_long_as_the_whole() {
        let mut sound = Sound { start: 1, cycles: 100, ..Sound::default() };
        sound.steps.extend([10, 49, 50, 99].map(|cycle| Step { cycle, level: cycle as i32 }));
        let mut parts = [Sound::default(), Sound::default()];
        stretch(&sound, 0, 2, &mut parts[0]);
        stretch(&sound, 1, 2, &mut parts[1]);
        assert_eq!(parts[0].steps, [Step { cycle: 20, level: 10 }, Step { cycle: 98, level: 49 }]);
        assert_eq!(parts[1].steps, [Step { cycle: 0, level: 50 }, Step { cycle: 98, level: 99 }]);
        assert_eq!((parts[0].cycles, parts[1].cycles), (100, 100));
        assert_eq!((parts[0].start, parts[0].end(), parts[1].start), (1, 49, 49));
    }
}
