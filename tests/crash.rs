//! kill -9 at any moment of play loses no frame that was shown, and leaves a
//! tape that opens; a power cut loses two seconds at most.
//!
//! The session that is killed is this test in another process. It tells each
//! frame through a pipe when its turn is over: a counter that the recorder
//! does not write. `RETAKE_KILLS` says how often it is killed (20).

#[path = "common/play.rs"]
mod play;

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use play::{Rig, setup};
use retake::app::tapes::Wishes;
use retake::engine::cycle::Settings;
use retake::nes::Input;

const FOLDER: &str = "RETAKE_CRASH_FOLDER";
const PERIOD: Duration = Duration::from_micros(16_639);

fn buttons(frame: u64) -> u8 {
    [0x08, 0x80, 0x81, 0x00, 0x41][(frame / 7 % 5) as usize]
}

/// Not a test: what is killed.
#[test]
#[ignore = "the session that the others kill"]
fn session() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let mut rig = Rig::new(Path::new(&folder), Wishes::default(), Settings::default());
    let mut out = std::io::stdout().lock();
    let mut due = Instant::now();
    loop {
        let frame = rig.picture().number;
        rig.hold(buttons(frame));
        let number = rig.turn().number;
        writeln!(out, "\nframe {number}").and_then(|()| out.flush()).unwrap();
        due += PERIOD;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
    }
}

/// Plays for so long, then kills; gives the last frame that was told of.
fn killed(folder: &Path, after: Duration) -> u64 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["session", "--ignored", "--exact", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut frames = lines
        .map_while(Result::ok)
        .filter_map(|line| line.strip_prefix("frame ").and_then(|number| number.parse().ok()));
    let first: u64 = frames.next().expect("the session plays");
    let began = Instant::now();
    let mut last = first;
    while began.elapsed() < after {
        last = frames.next().expect("the session plays on");
    }
    child.kill().unwrap();
    child.wait().unwrap();
    frames.last().unwrap_or(last)
}

/// The state that the session's inputs lead to.
fn expected(frame: u64) -> u64 {
    let mut nes = setup().power_on();
    for n in 0..frame {
        nes.run_muted(Input::pad1(buttons(n)));
    }
    nes.state_hash()
}

fn resumed(folder: &Path) -> (Rig, u64) {
    let wishes = Wishes { resume: true, ..Wishes::default() };
    let mut rig = Rig::new(folder, wishes, Settings::default());
    let hash = rig.state_hash();
    let frame = rig.turn().number - 1;
    assert_eq!(hash, expected(frame), "frame {frame}");
    (rig, frame)
}

#[test]
fn a_killed_session_goes_on_at_the_frame_that_was_shown_last() {
    let kills = std::env::var("RETAKE_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(20);
    let mut played = 0;
    for n in 0..kills {
        let folder = tempfile::tempdir().unwrap();
        let after = Duration::from_millis(20 + n * 7919 % 1900);
        let last = killed(folder.path(), after);
        let (rig, frame) = resumed(folder.path());
        assert!(frame >= last, "kill {n}: frame {last} was shown, {frame} is kept");
        assert!(frame <= last + 1, "kill {n}: frame {frame} was never run");
        played += frame;
        assert!(rig.close().is_empty());
    }
    println!("{kills} kills, {played} frames, none lost");
}

#[test]
fn a_session_that_was_resumed_is_resumed_again() {
    let folder = tempfile::tempdir().unwrap();
    let last = killed(folder.path(), Duration::from_millis(700));
    let (mut rig, frame) = resumed(folder.path());
    assert!(frame >= last);
    // The turn in `resumed` held nothing.
    for n in frame + 1..frame + 100 {
        rig.hold(buttons(n));
        assert_eq!(rig.turn().number, n + 1);
    }
    let hash = rig.state_hash();
    rig.close();
    let wishes = Wishes { resume: true, ..Wishes::default() };
    let again = Rig::new(folder.path(), wishes, Settings::default());
    assert_eq!(again.state_hash(), hash);
    again.close();
}

#[test]
fn where_nothing_was_played_the_session_before_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let tapes = || {
        let files = folder.path().read_dir().unwrap().map(|entry| entry.unwrap().path());
        let mut tapes: Vec<_> =
            files.filter(|p| p.extension().is_some_and(|e| e == "rtk")).collect();
        tapes.sort();
        tapes
    };
    let mut rig = Rig::new(folder.path(), Wishes::default(), Settings::default());
    for n in 0..100 {
        rig.hold(buttons(n));
        rig.turn();
    }
    rig.close();
    let played = tapes();
    assert_eq!(played.len(), 1);
    // Closed before its first frame: no tape is left.
    let rig = Rig::new(folder.path(), Wishes::default(), Settings::default());
    assert!(rig.close().is_empty());
    assert_eq!(tapes(), played);
    // A newer tape without a frame, as a session leaves it that was killed there.
    let tape = std::fs::read(&played[0]).unwrap();
    let blank = folder.path().join("session-9999999999-0123456789abcdef.rtk");
    std::fs::write(&blank, &tape[..retake::flight::tape::Header::LEN]).unwrap();
    assert_eq!(tapes(), [played[0].clone(), blank]);
    let (rig, frame) = resumed(folder.path());
    assert_eq!(frame, 100);
    rig.close();
}

#[test]
fn a_power_cut_loses_two_seconds_at_most() {
    for n in 0..3 {
        let folder = tempfile::tempdir().unwrap();
        let last = killed(folder.path(), Duration::from_millis(2500 + n * 333));
        forget_memory(folder.path());
        let (rig, frame) = resumed(folder.path());
        // What is on its way to the disk, 30 frames, may be lost, too.
        assert!(frame + 90 >= last, "frame {last} was shown, {frame} is on the disk");
        rig.close();
    }
}

#[test]
fn what_memory_holds_of_a_tape_that_was_deleted_is_no_session() {
    let folder = tempfile::tempdir().unwrap();
    killed(folder.path(), Duration::from_millis(2500));
    let tapes = || {
        let files = folder.path().read_dir().unwrap().map(|entry| entry.unwrap().path());
        files.filter(|path| path.extension().is_some_and(|e| e == "rtk")).collect::<Vec<_>>()
    };
    tapes().into_iter().for_each(|tape| std::fs::remove_file(tape).unwrap());
    let wishes = Wishes { resume: true, ..Wishes::default() };
    let rig = Rig::new(folder.path(), wishes, Settings::default());
    assert_eq!(rig.notes, ["--resume: there is no tape of this game yet; it begins anew"]);
    assert!(rig.close().is_empty());
    assert!(tapes().is_empty());
}

/// What is only in memory is gone when the power is.
fn forget_memory(folder: &Path) {
    for tape in folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name()) {
        let name = tape.to_string_lossy().into_owned();
        let Some(session) = name.strip_suffix(".rtk").and_then(|n| n.rsplit('-').next()) else {
            continue;
        };
        for file in Path::new("/dev/shm").read_dir().unwrap().map(|entry| entry.unwrap().path()) {
            if file.to_string_lossy().ends_with(session) {
                std::fs::remove_file(file).unwrap();
            }
        }
    }
}
