//! Pictures and sounds that people have judged once, by their hashes.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::subject::Subject;
use super::verdict::{Report, Verdict};
use crate::app::hash::{SoundHash, hex64, indices_hash};

/// Frames for which a ROM without a review has to run all the same.
const UNREVIEWED_FRAMES: u64 = 60;

/// What was judged of a ROM.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// How far it runs.
    frame: u64,
    /// The picture of that frame.
    indices_hash: Option<String>,
    /// Pictures of frames on the way, where it moves.
    #[serde(default)]
    pictures: BTreeMap<String, String>,
    /// The sound of all frames.
    sound_hash: Option<String>,
    /// Buttons by frame, in place of the manifest's.
    press: Option<String>,
    /// What was seen or heard, and against which description.
    pub seen: String,
}

impl Review {
    /// What of it is pinned, in words.
    pub fn what(&self) -> String {
        let pictures = self.pictures.len() + usize::from(self.indices_hash.is_some());
        let pictures = match pictures {
            0 => String::new(),
            1 => "picture".to_owned(),
            n => format!("{n} pictures"),
        };
        let sound = if self.sound_hash.is_some() { "sound" } else { "" };
        let and = if pictures.is_empty() || sound.is_empty() { "" } else { " and " };
        format!("{pictures}{and}{sound}, {} frames", self.frame)
    }

    /// What the picture of a frame must be, if that was judged.
    fn picture(&self, frame: u64) -> Option<&String> {
        let last = self.indices_hash.as_ref().filter(|_| frame == self.frame);
        last.or_else(|| self.pictures.get(&frame.to_string()))
    }
}

static REVIEWS: LazyLock<BTreeMap<String, Review>> = LazyLock::new(|| {
    let text = include_str!("../../../roms-test/reviewed.toml");
    toml::from_str(text).expect("the list is checked when tests run")
});

/// What was judged of a ROM, if anything was.
pub fn of(file: &str) -> Option<&'static Review> {
    REVIEWS.get(file)
}

/// Whether a ROM's picture or sound was judged.
pub fn is_reviewed(file: &str) -> bool {
    of(file).is_some()
}

/// Runs a ROM and compares with what was judged.
pub fn judge(subject: &mut Subject, file: &str) -> Report {
    let Some(review) = REVIEWS.get(file) else {
        subject.limit = subject.limit.min(UNREVIEWED_FRAMES);
        while subject.step() {}
        return Report::new(Verdict::Unreviewed, "nobody has judged its picture or sound yet");
    };
    let mut sound = SoundHash::default();
    subject.limit = review.frame;
    if let Some(press) = &review.press {
        subject.script = press.parse().expect("the list is checked when tests run");
    }
    for frame in 1..=review.frame {
        let expected = review.picture(frame);
        if expected.is_none() && review.sound_hash.is_none() {
            subject.step();
            continue;
        }
        subject.step_seen();
        sound.frame(&subject.out.sound);
        let Some(expected) = expected else { continue };
        let found = hex64(indices_hash(&subject.out.frame));
        if *expected != found {
            return other(&format!("picture {frame} is {found}"), expected, review);
        }
    }
    let found = hex64(sound.value());
    match &review.sound_hash {
        Some(expected) if *expected != found => other(&format!("sound {found}"), expected, review),
        _ => Report::new(Verdict::Pass, review.seen.clone()),
    }
}

fn other(found: &str, expected: &str, review: &Review) -> Report {
    Report::new(Verdict::Fail, format!("{found}, reviewed was {expected}: {}", review.seen))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing::manifest::{entries, own};

    #[test]
    fn a_review_names_a_rom_and_a_hash() {
        for (file, review) in REVIEWS.iter() {
            let mut all = entries().iter().chain(own());
            assert!(all.any(|entry| entry.file == *file), "{file}");
            let hashes = [&review.indices_hash, &review.sound_hash].into_iter().flatten();
            let hashes: Vec<_> = hashes.chain(review.pictures.values()).collect();
            assert!(!hashes.is_empty(), "{file}");
            assert!(hashes.iter().all(|hash| u64::from_str_radix(hash, 16).is_ok()), "{file}");
            for frame in review.pictures.keys() {
                assert!((1..review.frame).contains(&frame.parse().unwrap()), "{file}: {frame}");
            }
            if let Some(press) = &review.press {
                press.parse::<crate::app::script::Script>().unwrap();
            }
            assert!(review.frame > 0 && !review.seen.is_empty(), "{file}");
        }
    }
}
