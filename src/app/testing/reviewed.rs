//! Pictures and sounds that people have judged once, by their hashes.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::subject::Subject;
use super::verdict::{Report, Verdict};
use crate::app::hash::{SoundHash, hex64, indices_hash};

/// Frames for which a ROM without a review has to run all the same.
const UNREVIEWED_FRAMES: u64 = 60;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Review {
    frame: u64,
    indices_hash: Option<String>,
    sound_hash: Option<String>,
    seen: String,
}

static REVIEWS: LazyLock<BTreeMap<String, Review>> = LazyLock::new(|| {
    let text = include_str!("../../../roms-test/reviewed.toml");
    toml::from_str(text).expect("the list is checked when tests run")
});

/// Whether a ROM's picture or sound was judged.
pub fn is_reviewed(file: &str) -> bool {
    REVIEWS.contains_key(file)
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
    loop {
        let running = subject.step_seen();
        sound.frame(&subject.out.sound);
        if !running {
            break;
        }
    }
    let found = [
        ("picture", &review.indices_hash, indices_hash(&subject.out.frame)),
        ("sound", &review.sound_hash, sound.value()),
    ];
    for (what, expected, found) in found {
        let found = hex64(found);
        if let Some(expected) = expected.as_ref().filter(|expected| **expected != found) {
            let text = format!("{what} {found}, reviewed was {expected}: {}", review.seen);
            return Report::new(Verdict::Fail, text);
        }
    }
    Report::new(Verdict::Pass, review.seen.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing::manifest::entries;

    #[test]
    fn a_review_names_a_rom_and_a_hash() {
        for (file, review) in REVIEWS.iter() {
            assert!(entries().iter().any(|entry| entry.file == *file), "{file}");
            assert!(review.indices_hash.is_some() || review.sound_hash.is_some(), "{file}");
            assert!(review.frame > 0 && !review.seen.is_empty(), "{file}");
        }
    }
}
