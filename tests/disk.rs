//! A real disk that is full, away or does not answer, under a session with its
//! own I/O thread: play goes on, a line says so, and the tape is whole when the
//! disk is back. `src/engine/tape/tests.rs` has every order of these.

#[path = "common/play.rs"]
mod play;

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use play::{Rig, setup};
use retake::app::tapes::Wishes;
use retake::engine::cycle::Settings;
use retake::engine::replay::Console;
use retake::flight::replay::{self, Recording};
use retake::flight::tape::Tape;
use retake::io::{self, IoThread};
use retake::link::Client;

/// Plays so many frames. Were the emulation thread to wait for the disk, a turn
/// would not end: nothing mends the disk before they are all played.
fn play(rig: &mut Rig, frames: u64) {
    for _ in 0..frames {
        let number = rig.picture().number;
        rig.hold([0x08, 0x80, 0x81, 0x00, 0x41][(number / 7 % 5) as usize]);
        assert_eq!(rig.turn().number, number + 1);
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn tape_in(folder: &Path) -> PathBuf {
    let began = Instant::now();
    loop {
        let mut files = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
        match files.find(|path| path.extension().is_some_and(|ending| ending == "rtk")) {
            Some(path) => return path,
            None => assert!(began.elapsed().as_secs() < 20, "there is no tape"),
        }
    }
}

/// A session whose disk breaks after a while and is mended after another.
struct Session {
    folder: tempfile::TempDir,
    rig: Rig,
}

impl Session {
    fn new() -> Self {
        Self::by(io::start(|| {}).unwrap())
    }

    fn by(thread: ([Client; 1], IoThread)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let game = folder.path().join("game");
        std::fs::create_dir(&game).unwrap();
        let wishes = Wishes { ring_seconds: 1, ..Wishes::default() };
        let mut rig = Rig::by(thread, &game, wishes, Settings::default(), true);
        play(&mut rig, 200);
        Self { folder, rig }
    }

    fn game(&self) -> PathBuf {
        self.folder.path().join("game")
    }

    fn aside(&self) -> PathBuf {
        self.folder.path().join("aside")
    }

    /// Puts the tape aside and something else there, at once.
    fn put_in_place_of_the_tape(&self, other: &Path) {
        let tape = tape_in(&self.game());
        std::fs::hard_link(&tape, self.aside()).unwrap();
        std::fs::rename(other, tape).unwrap();
    }

    /// The tape is whole and leads to where the player was; gives what was said.
    fn close(mut self) -> Vec<String> {
        play(&mut self.rig, 100);
        // It is tried again each second.
        std::thread::sleep(Duration::from_millis(2500));
        let state = self.rig.state_hash();
        let frame = self.rig.picture().number;
        let game = self.game();
        let said = self.rig.close();
        let tape = Tape::open(std::fs::read(tape_in(&game)).unwrap()).unwrap();
        assert!(tape.is_complete() && tape.catalog().gaps() == 0);
        assert_eq!(tape.catalog().frames(), frame);
        let setup = setup();
        let mut console = Console::new(setup.rom.cart.clone(), setup.options, Arc::default());
        replay::seek(&tape, &mut console, tape.catalog().end().unwrap()).unwrap();
        assert_eq!((console.nes.frame_number(), console.nes.state_hash()), (frame, state));
        said
    }
}

fn is_paused_and_goes_on(said: &[String], why: &str) {
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].contains("paused") && said[0].contains(why), "{said:?}");
    assert!(said[1].contains("goes on"), "{said:?}");
}

#[test]
fn a_full_disk() {
    let mut session = Session::new();
    let tape = tape_in(&session.game());
    // Each write to this device finds no room.
    let full = session.folder.path().join("full");
    symlink("/dev/full", &full).unwrap();
    session.put_in_place_of_the_tape(&full);
    play(&mut session.rig, 700);
    std::fs::rename(session.aside(), &tape).unwrap();
    is_paused_and_goes_on(&session.close(), "No space left on device");
}

#[test]
fn a_disk_that_is_gone_and_comes_back() {
    let mut session = Session::new();
    std::fs::rename(session.game(), session.aside()).unwrap();
    play(&mut session.rig, 700);
    std::fs::rename(session.aside(), session.game()).unwrap();
    let said = session.close();
    let of_tape: Vec<_> = said.iter().filter(|s| !s.contains("history.ring")).cloned().collect();
    is_paused_and_goes_on(&of_tape, "No such file or directory");
    assert!(said.len() <= 3, "the ring says it once: {said:?}");
}

#[test]
fn a_disk_that_does_not_answer() {
    // Opening a pipe waits until somebody reads it; io_uring first tries to open without
    // waiting, and that is refused.
    let mut session = Session::by(io::start_without_uring(|| {}).unwrap());
    let tape = tape_in(&session.game());
    let pipe = session.folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    session.put_in_place_of_the_tape(&pipe);
    // Nine seconds at least: a write that is not done after five is told of.
    play(&mut session.rig, 4500);
    // The I/O thread hangs all the while. Somebody reads: its write is refused.
    let reader = std::fs::File::open(&tape).unwrap();
    std::fs::rename(session.aside(), &tape).unwrap();
    is_paused_and_goes_on(&session.close(), "timed out");
    drop(reader);
}
