//! Tapes that are made of tapes: cut, marked, upgraded; branches and reloads;
//! and what `dump` prints.

#[path = "common/place.rs"]
mod place;

use place::{Place, branched, rom};
use serde_json::json;
use xxhash_rust::xxh3::Xxh3;

/// The hash that `--state-hash` prints of a state.
fn hash(tape: &[u8], state: &[u8]) -> String {
    let mut hasher = Xxh3::new();
    hasher.update(&tape[16..24]);
    hasher.update(state);
    format!("{:016x}", hasher.digest())
}

#[test]
fn branches_marks_and_reloads_are_listed_verified_and_sought() {
    let place = Place::new(1);
    let states = branched(&place);
    let info = place.json(0, &["tape", "info", "b.rtk"]);
    assert_eq!((&info["frames"], &info["branches"]), (&json!(240), &json!(1)));
    assert_eq!((&info["marks"], &info["reloads"]), (&json!(1), &json!(1)));
    assert_eq!(info["segments"][1]["parent"], json!({ "branch": 0, "frame": 40 }));
    assert_eq!(info["mark_list"][0], json!({ "branch": 1, "frame": 75, "name": "the jump" }));
    let report = place.json(0, &["tape", "verify", "b.rtk"]);
    assert_eq!((&report["ok"], &report["frames"]), (&json!(true), &json!(230)));
    let tape = place.bytes("b.rtk");
    for frame in [30, 40, 41, 80, 81, 100, 101, 120, 150] {
        let found = place.json(0, &["tape", "seek", "b.rtk", &frame.to_string()]);
        assert_eq!(found["state_hash"], hash(&tape, &states[frame]), "{frame}");
    }
    let found = place.json(0, &["tape", "seek", "b.rtk", "130", "--branch", "0"]);
    assert_ne!(found["state_hash"], hash(&tape, &states[130]));
    // The newest path as a movie, ROM and all, and onto a tape again.
    let run = ["run", "game.nes", "--movie", "b.rtk", "--mute", "--record", "again.rtk"];
    assert_eq!(place.json(0, &run)["state_hash"], hash(&tape, &states[150]));
    let info = place.json(0, &["tape", "info", "again.rtk"]);
    assert_eq!((&info["frames"], &info["reloads"]), (&json!(150), &json!(1)));
    place.ok(&["tape", "verify", "again.rtk"]);
}

#[test]
fn a_cut_tape_is_its_range_and_is_verified() {
    let place = Place::new(1);
    let states = branched(&place);
    let tape = place.bytes("b.rtk");
    for (from, to) in [(0, 150), (30, 90), (60, 120), (75, 76)] {
        let range = ["--from", &from.to_string(), "--to", &to.to_string()].map(String::from);
        let range: Vec<&str> = range.iter().map(String::as_str).collect();
        let cut = [&["tape", "cut", "b.rtk", "-o", "cut.rtk", "--with-rom"], &range[..]].concat();
        place.ok(&cut);
        let report = place.json(0, &["tape", "verify", "cut.rtk"]);
        assert_eq!(report["ok"], true);
        for frame in [from, (from + to) / 2, to] {
            let found = place.json(0, &["tape", "seek", "cut.rtk", &frame.to_string()]);
            assert_eq!(found["state_hash"], hash(&tape, &states[frame]), "{from}-{to}: {frame}");
        }
        place.ends(2, &["tape", "seek", "cut.rtk", &(to + 1).to_string()]);
        let info = place.json(0, &["tape", "info", "cut.rtk"]);
        assert_eq!(info["frames"], to - from);
        assert_eq!(info["marks"], u64::from(from <= 75 && to >= 75));
    }
    // A ROM that was put in before the beginning, too.
    place.ok(&["tape", "cut", "b.rtk", "-o", "late.rtk", "--from", "110", "--with-rom"]);
    let found = place.json(0, &["tape", "seek", "late.rtk", "140"]);
    assert_eq!(found["state_hash"], hash(&tape, &states[140]));
    // No ROM leaves the house unasked.
    place.ok(&["tape", "cut", "b.rtk", "-o", "bare.rtk", "--from", "30"]);
    let code = &rom(2)[16..46];
    let has = |name: &str| place.bytes(name).windows(code.len()).any(|bytes| bytes == code);
    assert!(has("b.rtk") && has("late.rtk") && !has("bare.rtk"));
    place.ok(&["tape", "seek", "bare.rtk", "99"]);
    place.ends(2, &["tape", "seek", "bare.rtk", "140"]);
    place.ends(2, &["tape", "cut", "b.rtk", "-o", "x.rtk", "--from", "9", "--to", "9"]);
}

#[test]
fn a_mark_is_added_to_a_new_file_and_nothing_else_changes() {
    let place = Place::new(1);
    branched(&place);
    let before = place.bytes("b.rtk");
    place.ok(&["tape", "mark", "b.rtk", "--frame", "20", "--name", "before the branch"]);
    place.ok(&["tape", "mark", "b.rtk", "--name", "the end"]);
    let marks = place.json(0, &["tape", "mark", "b.rtk"]);
    assert_eq!(marks[1], json!({ "branch": 0, "frame": 20, "name": "before the branch" }));
    assert_eq!(marks[2], json!({ "branch": 1, "frame": 150, "name": "the end" }));
    assert!(place.ok(&["tape", "mark", "b.rtk"]).contains("the jump"));
    assert_eq!(place.json(0, &["tape", "info", "b.rtk"])["complete"], true);
    assert_eq!(place.json(0, &["tape", "verify", "b.rtk"])["ok"], true);
    // Also onto a tape that was cut off.
    let end = before.len() - 100;
    std::fs::write(place.path("cut.rtk"), &before[..end]).unwrap();
    place.ok(&["tape", "mark", "cut.rtk", "--frame", "9", "--name", "x"]);
    let info = place.json(0, &["tape", "info", "cut.rtk"]);
    assert_eq!((&info["marks"], &info["complete"]), (&json!(2), &json!(true)));
    place.ends(2, &["tape", "mark", "b.rtk", "--frame", "999", "--name", "x"]);
    place.ends(2, &["tape", "mark", "b.rtk", "--name", ""]);
    assert_eq!(place.0.path().read_dir().unwrap().count(), 5, "and nothing is left behind");
}

#[test]
fn a_tape_of_another_layout_is_made_anew_with_all_its_branches() {
    let place = Place::new(1);
    let states = branched(&place);
    let mut old = place.bytes("b.rtk");
    let ours = hash(&old, &states[150]);
    // Another layout, and states that are of no use.
    old[16] ^= 1;
    let mut at = 128;
    while at + 24 <= old.len() {
        let length = u32::from_le_bytes(old[at + 8..at + 12].try_into().unwrap()) as usize;
        if matches!(old[at + 4], 3 | 4) {
            old[at + 24..at + 24 + length].fill(0xff);
            let mut hasher = crc32fast::Hasher::new();
            hasher.update(&old[at + 4..at + 12]);
            hasher.update(&old[at + 16..at + 24 + length]);
            old[at + 12..at + 16].copy_from_slice(&hasher.finalize().to_le_bytes());
        }
        at += 24 + length;
    }
    let check = crc32fast::hash(&old[..124]).to_le_bytes();
    old[124..128].copy_from_slice(&check);
    std::fs::write(place.path("old.rtk"), old).unwrap();
    place.ends(2, &["tape", "verify", "old.rtk"]);
    place.ok(&["tape", "upgrade", "old.rtk", "-o", "new.rtk"]);
    assert_eq!(place.json(0, &["tape", "verify", "new.rtk"])["ok"], true);
    assert_eq!(place.json(0, &["tape", "seek", "new.rtk", "150"])["state_hash"], ours);
    let info = place.json(0, &["tape", "info", "new.rtk"]);
    assert_eq!((&info["frames"], &info["branches"]), (&json!(240), &json!(1)));
    assert_eq!((&info["marks"], &info["reloads"]), (&json!(1), &json!(1)));
}

#[test]
fn a_dump_has_every_chunk_and_slot() {
    let place = Place::new(1);
    branched(&place);
    let text = place.ok(&["dump", "b.rtk", "-n", "32"]);
    for kind in ["KEYFRAME", "DELTA", "INPUTS", "BRANCH", "MARK", "ROM", "EVENT", "INDEX", "END"] {
        assert!(text.contains(&format!("] {kind} frame ")), "{kind}");
    }
    assert!(text.contains("|the jump|"), "{text}");
    assert!(text.contains("header 00000000: 52 45 54 41 4b 45 54 50"));
    place.ok(&["run", "game.nes", "--frames", "3", "--mute", "--save-state", "s"]);
    assert!(place.ok(&["dump", "s"]).starts_with("RETAKEST: version 1, frame 3, "));
    let mut ring = retake::flight::ring::Writer::create(&place.path("r.ring"), 4, 64).unwrap();
    for frame in 0..4 {
        ring.push(frame, b"################# F s s P").unwrap();
    }
    let text = place.ok(&["dump", "r.ring"]);
    assert!(text.contains("slot[ 3] 00000010: 23 20 46 20 73 20 73 20 50 "), "{text}");
    assert!(text.contains("|# F s s P|"), "{text}");
    place.ends(2, &["dump", "game.nes"]);
    place.ends(2, &["dump", "none"]);
}
