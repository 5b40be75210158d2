//! The flight recorder as a player has it: time runs back by a key, a loop goes
//! on while its game is rebuilt, and what was killed goes on.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::Failed;
use retake::flight::catalog::Position;
use retake::flight::replay::Recording;
use retake::flight::tape::Tape;

use crate::picture::{self, Picture, compare};
use crate::session::{find, rounds, states, text};
use crate::stage::{Stage, pause, retake};

/// Backspace, then play on from there; the tape has both futures, and the
/// screen showed what is on it.
pub fn time_runs_back_by_a_key_and_another_future_begins() -> Result<(), Failed> {
    let stage = Stage::new();
    let stats = stage.path("stats.json");
    let mut playing = stage.play(&["--hud", "off", "--stats", text(&stats)], &[]);
    pause(1000);
    playing.tap("Return");
    pause(800);
    playing.hold(&["Right"], 900);
    playing.hold(&["Right", "x"], 500);
    playing.tap("k");
    playing.hold(&["Right"], 600);
    // Paused while it is held: the picture stays when it is let go.
    playing.down("BackSpace");
    pause(1000);
    playing.tap("p");
    playing.up("BackSpace");
    pause(300);
    playing.tap("F12");
    pause(300);
    playing.tap("p");
    playing.hold(&["Left"], 700);
    playing.tap("p");
    pause(500);
    playing.tap("F12");
    pause(500);
    playing.terminate();

    let stats: serde_json::Value = serde_json::from_slice(&fs::read(&stats)?)?;
    assert_eq!(stats["emulation_thread"]["allocations"], 0, "{stats:#}");
    let path = find(&stage.path("data"), "rtk").ok_or("there is no tape")?;
    let tape = Tape::open(fs::read(&path)?)?;
    let catalog = tape.catalog();
    let ends: Vec<_> = catalog.segments().iter().map(|segment| segment.last).collect();
    assert_eq!(ends.len(), 2, "the future that was left, and the new one: {ends:?}");
    let fork = catalog.segments()[1].parent.ok_or("the new future comes from nowhere")?;
    assert!(fork.segment == 0 && (30..300).contains(&(ends[0] - fork.frame)), "{fork:?} {ends:?}");
    assert!(ends[1] > fork.frame + 30, "{fork:?} {ends:?}");
    assert_eq!(catalog.marks().len(), 1);
    retake(&stage, &["tape", "verify", text(&path)]);

    // The two pictures that were kept are of the fork and of the end.
    let mut pictures: Vec<PathBuf> = files(&stage.path("pictures"));
    pictures.sort();
    assert_eq!(pictures.len(), 2, "{pictures:?}");
    let end = Position { segment: 1, frame: ends[1] };
    for (file, Position { segment, frame }) in pictures.iter().zip([fork, end]) {
        let indices = stage.path("indices.pgm");
        let (frame, branch) = (frame.to_string(), segment.to_string());
        let args = ["tape", "seek", text(&path), &frame, "--branch", &branch];
        retake(&stage, &[&args[..], &["--indices", text(&indices)]].concat());
        compare(&Picture::png(file), 1, &picture::indices(&indices))
            .map_err(|why| format!("frame {frame} of branch {branch}: {why}"))?;
    }
    Ok(())
}

/// Live code editing: the speed of the walk is changed in the game's source
/// while a loop of it plays.
pub fn a_loop_goes_on_while_its_game_is_rebuilt() -> Result<(), Failed> {
    let stage = Stage::new();
    let [movie, stats, hashes] = ["movie.txt", "stats.json", "hashes"].map(|name| stage.path(name));
    let [rom, old] = ["game.nes", "old.nes"].map(|name| stage.path(name));
    build(&stage, "", &rom)?;
    fs::copy(&rom, &old)?;
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("roms-test/game/game.nes");
    assert!(fs::read(&rom)? == fs::read(built)?, "the source is not the built-in game's");
    let args = [text(&rom), "--record", text(&movie), "--stats", text(&stats)];
    let mut playing = stage.play(&args, &[("RETAKE_STATE_HASHES", &hashes)]);
    pause(1000);
    playing.tap("Return");
    pause(800);
    playing.tap("l");
    playing.hold(&["Right"], 800);
    playing.tap("l");
    pause(2500);
    build(&stage, "s/^WALK_RIGHT .*/WALK_RIGHT = $0300/", &rom)?;
    pause(4000);
    playing.terminate();

    let stats: serde_json::Value = serde_json::from_slice(&fs::read(&stats)?)?;
    assert_eq!(stats["pictures"]["contiguous"], true, "{stats:#}");
    let lived = states(&fs::read_to_string(&hashes)?);
    let rounds = rounds(&lived);
    assert!(rounds.len() > 5, "{} rounds", rounds.len());
    let length = rounds[1].len();
    let (first, last) = (rounds[1], rounds[rounds.len() - 2]);
    assert_eq!(first[0], last[0], "each round begins with the state that was kept");
    assert!(first != last, "the loop is the same on the new code");
    let kinds = rounds[1..rounds.len() - 1].iter().filter(|r| **r == first || **r == last);
    // The one in which the new code came is partly of each.
    assert!(kinds.count() + 1 >= rounds.len() - 2, "rounds are of the old code or the new one");
    assert!(rounds[1..rounds.len() - 1].iter().all(|round| round.len() == length));

    let tape = find(&stage.path("data"), "rtk").ok_or("there is no tape")?;
    retake(&stage, &["tape", "verify", text(&tape), "--rom", text(&old)]);
    Ok(())
}

/// kill -9, then `--resume`.
pub fn a_session_that_was_killed_goes_on_where_it_was() -> Result<(), Failed> {
    let stage = Stage::new();
    let mut playing = stage.play(&["--hud", "off"], &[]);
    pause(1000);
    playing.tap("Return");
    pause(700);
    playing.hold(&["Right"], 800);
    let screenshot = stage.path("screen.ppm");
    playing.tap("p");
    pause(1000);
    playing.screenshot(&screenshot);
    playing.kill();

    let exit = ["--resume", "--exit-after", "30", "--no-audio"];
    let playing = stage.play(&exit, &[]);
    let said = playing.ended();
    let goes_on = said.split_once("going on at frame ").ok_or_else(|| said.clone())?.1;
    let frame = goes_on.split(' ').next().unwrap_or_default();
    let path = find(&stage.path("data"), "rtk").ok_or("there is no tape")?;
    let end = Tape::open(fs::read(&path)?)?.catalog().end().ok_or("an empty tape")?;
    assert_eq!(end.frame, frame.parse::<u64>()? + 30, "{said}");
    retake(&stage, &["tape", "verify", text(&path)]);
    // The frame that was on the screen when it was killed is the one.
    let indices = stage.path("indices.pgm");
    retake(&stage, &["tape", "seek", text(&path), frame, "--indices", text(&indices)]);
    compare(&Picture::ppm(&screenshot), 3, &picture::indices(&indices))?;
    Ok(())
}

/// Builds the game with `change` done to its sources (a line of sed), and puts
/// it in the place of `rom`.
fn build(stage: &Stage, change: &str, rom: &Path) -> Result<(), Failed> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("roms-test");
    let here = stage.path("sources");
    fs::create_dir_all(&here)?;
    let at = |name: &str| text(&sources.join(name)).to_owned();
    let copied = Command::new("cp").args(["-r", &at("game"), &at("lib"), text(&here)]).status()?;
    assert!(copied.success());
    let of_game = |name: &str| text(&here.join("game").join(name)).to_owned();
    if !change.is_empty() {
        let player = of_game("player.s");
        let before = fs::read(&player)?;
        assert!(Command::new("sed").args(["-i", change, &player]).status()?.success());
        assert!(fs::read(&player)? != before, "{change} changes nothing");
    }
    let object = of_game("main.o");
    let lib = here.join("lib");
    let assembled = Command::new("ca65")
        .args(["-I", text(&lib), "-I", text(&here.join("game")), "-o", &object])
        .arg(of_game("main.s"))
        .status()?;
    // Where it is read, as tools do: half of it is there for a moment.
    let linked = Command::new("ld65")
        .args(["-C", &of_game("game.cfg"), "-o", text(rom), &object])
        .status()?;
    assert!(assembled.success() && linked.success());
    Ok(())
}

/// The files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
