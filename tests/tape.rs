//! Tapes from outside: what `run --record` writes, every command of `retake
//! tape` reads, and damage is told from a machine that computes another thing.

#[path = "common/place.rs"]
mod place;

use place::{Place, rom};
use serde_json::Value;

fn kinds(report: &Value) -> Vec<&str> {
    report["findings"].as_array().unwrap().iter().map(|f| f["kind"].as_str().unwrap()).collect()
}

/// The places of all chunks of a kind, and of their payloads' ends.
fn chunks(tape: &[u8], kind: u8) -> Vec<(usize, usize)> {
    let (mut at, mut found) = (128, Vec::new());
    while at + 24 <= tape.len() {
        let length = u32::from_le_bytes(tape[at + 8..at + 12].try_into().unwrap()) as usize;
        let end = at + 24 + length;
        if tape[at + 4] == kind {
            found.push((at, end));
        }
        at = end;
    }
    found
}

#[test]
fn a_recorded_run_is_listed_verified_and_played_again() {
    let place = Place::new(200);
    let info = place.json(0, &["tape", "info", "a.rtk"]);
    assert_eq!(info["frames"], 200);
    assert_eq!(info["keyframes"], 4, "power-on, and frames 60, 120 and 180");
    assert_eq!(info["complete"], true);
    assert_eq!(info["bytes"], place.bytes("a.rtk").len());
    assert_eq!(info["events"][0]["name"], "reset");
    assert_eq!(info["events"][0]["frame"], 69);
    for key in ["seconds", "branches", "marks", "reloads", "gaps", "bytes_per_frame", "layout"] {
        assert!(!info[key].is_null(), "{key}");
    }
    assert_eq!(place.json(0, &["info", "a.rtk"])["frames"], 200);
    assert!(place.ok(&["tape", "info", "a.rtk"]).contains("reset"));

    let report = place.json(0, &["tape", "verify", "a.rtk"]);
    assert_eq!((&report["ok"], &report["frames"]), (&true.into(), &200.into()));
    assert_eq!(report["compared"], 5, "four states and the hash of the last");

    let again = place.json(0, &["run", "game.nes", "--movie", "a.rtk", "--mute"]);
    assert_eq!((&again["frames"], &again["state_hash"]), (&200.into(), &place.state_hash(200)));
}

#[test]
fn every_frame_can_be_sought_with_its_picture() {
    let place = Place::new(130);
    for frame in [0, 1, 59, 60, 61, 69, 70, 71, 130] {
        let found = place.json(0, &["tape", "seek", "a.rtk", &frame.to_string()]);
        if frame > 0 {
            assert_eq!(found["state_hash"], place.state_hash(frame), "{frame}");
        }
        assert!(found["frames_run"].as_u64().unwrap() <= 60, "{frame}");
    }
    place.ok(&[
        "tape",
        "seek",
        "a.rtk",
        "100",
        "--png",
        "a.png",
        "--save-state",
        "s",
        "--ram",
        "r",
    ]);
    let args = ["--png", "b.png", "--ram", "q"];
    let run = ["run", "game.nes", "--movie", "movie.txt", "--frames", "100"];
    place.ok(&[&run[..], &args].concat());
    assert_eq!(place.bytes("a.png"), place.bytes("b.png"));
    assert_eq!(place.bytes("r"), place.bytes("q"));
    let run = ["run", "game.nes", "--movie", "movie.txt", "--load-state", "s", "--mute"];
    assert_eq!(place.json(0, &run)["state_hash"], place.state_hash(130));
    place.ends(2, &["tape", "seek", "a.rtk", "131"]);
    place.ends(2, &["tape", "seek", "a.rtk", "1", "--branch", "7"]);
}

#[test]
fn damage_is_told_from_a_machine_that_computes_another_thing() {
    let place = Place::new(200);
    let tape = place.bytes("a.rtk");
    // A bit of a stored state.
    let delta = chunks(&tape, 4)[1];
    for (name, at) in [("payload.rtk", delta.1 - 1), ("hash.rtk", delta.0 + 24)] {
        let mut flipped = tape.clone();
        flipped[at] ^= 1;
        std::fs::write(place.path(name), flipped).unwrap();
        let report = place.json(1, &["tape", "verify", name, "--jobs", "2"]);
        let kinds = kinds(&report);
        assert!(kinds.contains(&"damaged_state") && !kinds.contains(&"desync"), "{report}");
        // What can be run again is reached all the same.
        let found = place.json(0, &["tape", "seek", name, "125"]);
        assert_eq!(found["state_hash"], place.state_hash(125));
    }
    // Another machine: a ROM that counts by two, with the tape's name for it.
    std::fs::write(place.path("other.nes"), rom(2)).unwrap();
    place.ok(&["run", "other.nes", "--movie", "movie.txt", "--mute", "--record", "other.rtk"]);
    let mut lies = tape.clone();
    lies[32..64].copy_from_slice(&place.bytes("other.rtk")[32..64]);
    let check = crc32fast::hash(&lies[..124]).to_le_bytes();
    lies[124..128].copy_from_slice(&check);
    std::fs::write(place.path("lies.rtk"), lies).unwrap();
    let report = place.json(1, &["tape", "verify", "lies.rtk", "--rom", "other.nes"]);
    assert!(kinds(&report).iter().all(|kind| *kind == "desync"), "{report}");
    let first = report["findings"][0]["text"].as_str().unwrap();
    assert!(first.contains("ram[0x0010]") && first.contains("frame 60"), "{first}");
    // Inputs that are gone.
    let inputs = chunks(&tape, 1)[1];
    let mut flipped = tape;
    flipped[inputs.0 + 24] ^= 0x40;
    std::fs::write(place.path("inputs.rtk"), flipped).unwrap();
    let report = place.json(1, &["tape", "verify", "inputs.rtk"]);
    let kinds = kinds(&report);
    assert!(kinds.contains(&"missing_inputs") && !kinds.contains(&"desync"), "{report}");
}

#[test]
fn a_tape_cut_anywhere_is_a_shorter_tape_or_a_sentence() {
    let place = Place::new(130);
    let tape = place.bytes("a.rtk");
    for length in (0..tape.len()).step_by(tape.len() / 23) {
        std::fs::write(place.path("cut.rtk"), &tape[..length]).unwrap();
        let output = place.run(&["tape", "verify", "cut.rtk"]);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        let wanted = if length < 128 { 2 } else { 0 };
        assert_eq!(output.status.code(), Some(wanted), "{length}: {stderr}");
        let output = place.run(&["tape", "seek", "cut.rtk", "0"]);
        assert!(matches!(output.status.code(), Some(0 | 2)), "{length}");
    }
}

#[test]
fn tapes_of_other_games_layouts_and_versions_get_a_sentence() {
    let place = Place::new(10);
    std::fs::remove_file(place.path("game.nes")).unwrap();
    let says = |args: &[&str], wanted: &str| {
        let output = place.ends(2, args);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(stderr.contains(wanted), "{stderr}");
    };
    says(&["tape", "verify", "a.rtk"], "--rom FILE");
    std::fs::write(place.path("other.nes"), rom(2)).unwrap();
    says(&["tape", "verify", "a.rtk", "--rom", "other.nes"], "another game");
    // Found by its hash, whatever its name.
    std::fs::create_dir(place.path("roms")).unwrap();
    std::fs::write(place.path("roms/odd name.nes"), rom(1)).unwrap();
    place.ok(&["tape", "verify", "a.rtk", "--rom", "roms"]);
    let tape = place.bytes("a.rtk");
    let resealed = |at: usize, name: &str| {
        let mut other = tape.clone();
        other[at] ^= 1;
        let check = crc32fast::hash(&other[..124]).to_le_bytes();
        other[124..128].copy_from_slice(&check);
        std::fs::write(place.path(name), other).unwrap();
    };
    resealed(16, "layout.rtk");
    says(&["tape", "verify", "layout.rtk"], "retake tape upgrade");
    assert_eq!(place.json(0, &["tape", "info", "layout.rtk"])["frames"], 10);
    resealed(8, "version.rtk");
    says(&["tape", "info", "version.rtk"], "format version");
    says(&["tape", "info", "roms/odd name.nes"], "RETAKETP");
    says(&["tape", "info", "none.rtk"], "no such file");
}

#[test]
fn a_tape_that_does_not_begin_at_power_on_is_no_movie() {
    let place = Place::new(20);
    place.ok(&["run", "game.nes", "--frames", "5", "--mute", "--save-state", "s"]);
    let run = ["run", "game.nes", "--load-state", "s", "--frames", "5", "--mute"];
    place.ok(&[&run[..], &["--record", "b.rtk"]].concat());
    assert_eq!(place.json(0, &["tape", "verify", "b.rtk"])["frames"], 5);
    let output = place.ends(2, &["run", "game.nes", "--movie", "b.rtk"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("power-on"));
}

#[test]
fn a_tape_plays_with_the_cheats_that_it_was_made_with() {
    let place = Place::new(120);
    let record = |name: &str, cheats: &[&str]| {
        let run = ["run", "game.nes", "--movie", "movie.txt", "--mute", "--state-hash"];
        place.ok(&[&run, cheats, &["--record", name]].concat())
    };
    let plain = record("plain.rtk", &[]);
    let cheated = record("cheats.rtk", &["--cheat", "0010:07", "--cheat", "C015?29:69"]);
    assert_ne!(plain, cheated, "the cheats do something");
    place.ok(&["tape", "verify", "cheats.rtk"]);
    let again = place.ok(&["run", "game.nes", "--movie", "cheats.rtk", "--mute", "--state-hash"]);
    assert_eq!(again, cheated);
    let events = place.json(0, &["tape", "info", "cheats.rtk"])["events"].clone();
    let names: Vec<_> = events.as_array().unwrap().iter().map(|event| &event["name"]).collect();
    assert_eq!(names.iter().filter(|name| **name == "cheat on").count(), 2, "{names:?}");
    // A part of it has them from its own root on.
    place.ok(&["tape", "cut", "cheats.rtk", "--from", "90", "-o", "part.rtk"]);
    place.ok(&["tape", "verify", "part.rtk"]);
    place.ok(&["tape", "upgrade", "cheats.rtk", "-o", "new.rtk"]);
    place.ok(&["tape", "verify", "new.rtk"]);
    place.ends(2, &["tape", "export", "cheats.rtk", "-o", "movie.fm2"]);
}

#[test]
fn a_tape_holds_what_was_plugged_in_and_what_was_done_with_it() {
    let place = Place::new(1);
    let rom = concat!(env!("CARGO_MANIFEST_DIR"), "/roms-test/built/zapper.nes");
    std::fs::copy(rom, place.path("zapper.nes")).unwrap();
    let run = ["run", "zapper.nes", "--frames", "60", "--mute", "--peek", "6000"];
    let press = ["--ports", "zapper", "--press", "2@1-60:aim=128/120+trigger"];
    let first = place.ok(&[&run[..], &press, &["--state-hash", "--record", "a.rtk"]].concat());
    assert!(first.contains("6000: 00"), "{first}");
    place.ok(&["tape", "verify", "a.rtk"]);
    let again = ["run", "zapper.nes", "--movie", "a.rtk", "--mute", "--peek", "6000"];
    assert_eq!(place.ok(&[&again[..], &["--state-hash"]].concat()), first);
    place.ok(&["tape", "export", "a.rtk", "-o", "a.fm2"]);
    let fm2 = ["run", "zapper.nes", "--movie", "a.fm2", "--mute", "--peek", "6000"];
    assert_eq!(place.ok(&[&fm2[..], &["--state-hash"]].concat()), first);
    let without = place.ok(&[&run[..], &["--ports", "pads"]].concat());
    assert!(!without.contains("6000: 00"), "{without}");
}
