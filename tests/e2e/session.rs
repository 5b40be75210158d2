//! Play, L, play, L, rounds, L, play on; and it is all in the movie.

use std::fs;
use std::path::Path;

use libtest_mimic::Failed;

use crate::picture::{self, Picture, compare};
use crate::stage::{Stage, pause, run};

/// A state between two frames: the number of the frame before it, and its hash.
type State = (u64, String);

/// See the file.
pub fn a_session_with_a_loop_is_its_movie() -> Result<(), Failed> {
    let stage = Stage::new();
    let [movie, stats, hashes] = ["movie.txt", "stats.json", "hashes"].map(|name| stage.path(name));
    let screenshot = stage.path("screen.ppm");
    let args = ["--hud", "off", "--record", text(&movie), "--stats", text(&stats)];
    let mut playing = stage.play(&args, &[("RETAKE_STATE_HASHES", &hashes)]);
    pause(1000);
    playing.tap("Return");
    pause(800);
    playing.hold(&["Right"], 500);
    playing.tap("x");
    playing.tap("z");
    playing.tap("l");
    playing.hold(&["Right"], 400);
    playing.hold(&["Right", "x"], 300);
    playing.hold(&["Left", "z"], 300);
    playing.tap("l");
    // Nothing that the player does reaches a loop.
    playing.hold(&["Left"], 500);
    pause(4500);
    playing.tap("l");
    playing.hold(&["Right", "x"], 600);
    pause(300);
    playing.tap("p");
    pause(1500);
    playing.screenshot(&screenshot);
    playing.tap("F12");
    pause(500);
    playing.terminate();

    let stats: serde_json::Value = serde_json::from_slice(&fs::read(&stats)?)?;
    let loops = stats["loops"].as_u64().ok_or("no loops in the figures")?;
    assert!(loops >= 2, "the loop began {loops} times: {stats:#}");
    assert_eq!(stats["emulation_thread"]["allocations"], 0, "{stats:#}");
    assert_eq!(stats["pictures"]["contiguous"], true, "{stats:#}");
    assert!(stats["audio"]["samples"].as_u64() > Some(48_000), "{stats:#}");

    let pressed = fs::read_to_string(&movie)?;
    for (letter, key) in [('S', "Return"), ('R', "Right"), ('A', "x"), ('B', "z")] {
        assert!(pressed.contains(letter), "{key} was pressed, and the movie does not have it");
    }

    // What was lived, rounds included.
    let lived = states(&fs::read_to_string(&hashes)?);
    assert_eq!(lived.len() as u64, stats["frames"].as_u64().unwrap_or(0), "a state a frame");
    let rounds = rounds(&lived);
    assert_eq!(rounds.len() as u64, loops + 1, "what came before the loop, and the rounds");
    let begin = rounds[1][0].0 as usize;
    let first = &rounds[0][begin..];
    assert!(first.len() > 60, "{} frames are no loop", first.len());
    for (number, round) in rounds[1..rounds.len() - 1].iter().enumerate() {
        assert!(*round == first, "round {number} is not what was recorded");
    }

    // The movie is the way to where the player is now.
    let last = rounds[rounds.len() - 1];
    let way: Vec<&State> = rounds[0][..begin].iter().chain(last).collect();
    let computed = run(&stage, &["--movie", text(&movie), "--state-hash", "--every", "1"]);
    let computed = states(&computed);
    assert_eq!(computed.len(), way.len(), "frames of the movie");
    for (lived, computed) in way[1..].iter().zip(&computed) {
        assert_eq!(*lived, computed, "the state of a frame, lived and from the movie");
    }
    let left = last.iter().zip(first).take_while(|(now, then)| now == then).count();
    assert!(last.len() - left > 30, "the player played on behind the loop");

    // The picture is the movie's last, on the screen and in the file.
    let indices = stage.path("last.pgm");
    run(&stage, &["--movie", text(&movie), "--indices", text(&indices)]);
    let indices = picture::indices(&indices);
    compare(&Picture::ppm(&screenshot), 3, &indices)?;
    let file = find(&stage.path("pictures"), "png").ok_or("F12 wrote no picture")?;
    compare(&Picture::png(&file), 1, &indices)?;

    the_loop_survives(&stage, first)
}

/// A second process loops at once what the first recorded.
fn the_loop_survives(stage: &Stage, first: &[State]) -> Result<(), Failed> {
    let [movie, stats, hashes] =
        ["movie2.txt", "stats2.json", "hashes2"].map(|name| stage.path(name));
    let frames = (first.len() * 2 + 30).to_string();
    let args =
        ["--loop", "1", "--exit-after", &frames, "--record", text(&movie), "--stats", text(&stats)];
    drop(stage.play(&args, &[("RETAKE_STATE_HASHES", &hashes)]).ended());
    let lived = states(&fs::read_to_string(&hashes)?);
    let rounds = rounds(&lived);
    assert_eq!(rounds.len(), 3, "two rounds and a bit");
    for round in rounds {
        assert!(*round == first[..round.len()], "another process plays another loop");
    }
    Ok(())
}

/// Reads lines as `run --state-hash --every 1` prints them.
pub fn states(lines: &str) -> Vec<State> {
    let state = |line: &str| {
        let (number, hash) = line.split_once(" state_hash ")?;
        Some((number.parse().ok()?, hash.to_owned()))
    };
    lines.lines().filter_map(state).collect()
}

/// Divides what was lived where time went back.
pub fn rounds(lived: &[State]) -> Vec<&[State]> {
    lived.chunk_by(|(one, _), (next, _)| *next == one + 1).collect()
}

/// The first file with this ending, in a folder or below.
pub fn find(folder: &Path, ending: &str) -> Option<std::path::PathBuf> {
    let files = fs::read_dir(folder).ok()?.flatten().map(|file| file.path());
    files.into_iter().find_map(|path| match path.is_dir() {
        true => find(&path, ending),
        false => path.extension().is_some_and(|of| of == ending).then_some(path),
    })
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("a name in Unicode")
}
