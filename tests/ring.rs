//! The ring on disk, read by another process while it is written: this test
//! starts itself again as the reader.

use std::process::{Command, Stdio};

#[path = "common/play.rs"]
mod play;

use std::path::Path;
use std::time::Duration;

use play::{Rig, setup};
use retake::app::tapes::Wishes;
use retake::engine::cycle::Settings;
use retake::flight::ring::{Reader, Writer};
use retake::nes::Input;

const SIZE: usize = 8192;
const PUSHES: u64 = 20_000;
const RING: &str = "RETAKE_TEST_RING";

#[test]
fn a_reader_in_another_process_sees_whole_states_only() {
    if let Some(path) = std::env::var_os(RING) {
        return read(path.as_ref());
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("history.ring");
    let mut writer = Writer::create(&path, 8, SIZE).unwrap();
    let mut reader = Command::new(std::env::current_exe().unwrap())
        .env(RING, &path)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    // The reader takes the first one before the writer goes on.
    writer.push(0, &[0; SIZE]).unwrap();
    let began = std::time::Instant::now();
    while writer.stats().unwrap().total_reads == 0 {
        assert!(began.elapsed().as_secs() < 60, "the reader reads nothing");
        std::thread::yield_now();
    }
    for frame in 1..PUSHES {
        writer.push(frame, &[frame as u8; SIZE]).unwrap();
    }
    assert!(reader.wait().unwrap().success());
    assert_eq!(writer.stats().unwrap().total_reads, PUSHES);
}

fn read(path: &std::path::Path) {
    let mut reader = Reader::open(path).unwrap();
    let (mut bytes, mut next) = (Vec::new(), 1);
    while next <= PUSHES {
        let Some(read) = reader.peek(&mut bytes) else {
            std::thread::yield_now();
            continue;
        };
        reader.advance();
        assert_eq!(read.push, next + read.lost);
        assert_eq!(read.frame + 1, read.push);
        assert!(bytes.len() == SIZE && bytes.iter().all(|&byte| byte == read.frame as u8));
        next = read.push + 1;
    }
}

fn buttons(frame: u64) -> u8 {
    [0x08, 0x80, 0x81, 0x00, 0x41][(frame / 7 % 5) as usize]
}

/// Plays so many frames, no faster than the recorder looks.
fn play(rig: &mut Rig, frames: std::ops::Range<u64>) {
    for frame in frames {
        rig.hold(buttons(frame));
        assert_eq!(rig.turn().number, frame + 1);
        std::thread::sleep(Duration::from_millis(3));
    }
}

/// The numbers of the frames that `retake dump` shows of a ring.
fn dumped(path: &Path) -> Vec<u64> {
    let mut dump = Command::new(env!("CARGO_BIN_EXE_retake"));
    let output = dump.arg("dump").arg(path).args(["-n", "16"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let frame = |line: &str| line.split_once(", frame ")?.1.split_once(',')?.0.parse().ok();
    let mut frames: Vec<u64> = text.lines().filter_map(frame).collect();
    frames.sort_unstable();
    frames
}

#[test]
fn the_last_seconds_of_play_are_in_the_ring_while_it_is_played() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.ring");
    let wishes = Wishes { ring_seconds: 2, ..Wishes::default() };
    let mut rig = Rig::new(folder.path(), wishes, Settings::default());
    play(&mut rig, 0..200);
    // Another process, while it is played.
    let frames = dumped(&path);
    assert_eq!(frames.len(), 120, "{frames:?}");
    assert!(frames.windows(2).all(|two| two[1] == two[0] + 1), "{frames:?}");
    assert!(frames[119] > 150, "{frames:?}");
    play(&mut rig, 200..300);
    assert!(rig.close().is_empty());
    assert_eq!(dumped(&path), Vec::from_iter(181..=300));
    // The bytes are the machine's.
    let (mut reader, mut bytes) = (Reader::open(&path).unwrap(), Vec::new());
    let mut nes = setup().power_on();
    let mut read = 0;
    while let Some(state) = reader.peek(&mut bytes) {
        reader.advance();
        while nes.frame_number() < state.frame {
            nes.run_muted(Input::pad1(buttons(nes.frame_number())));
        }
        assert!(bytes == nes.bytes(), "frame {}", state.frame);
        read += 1;
    }
    assert_eq!(read, 120);
}

#[test]
fn who_may_not_write_or_does_not_want_it_has_no_ring() {
    let nothing = |wishes, writes| {
        let folder = tempfile::tempdir().unwrap();
        let mut rig = Rig::with(folder.path(), wishes, Settings::default(), writes);
        play(&mut rig, 0..20);
        assert!(rig.close().is_empty());
        assert!(!folder.path().join("history.ring").exists(), "{wishes:?}");
    };
    nothing(Wishes::default(), false);
    nothing(Wishes { ring_seconds: 0, ..Wishes::default() }, true);
    nothing(Wishes { tape: false, ..Wishes::default() }, true);
}

#[test]
fn a_place_where_no_ring_can_be_is_one_sentence_and_play_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    // Nothing takes the place of a folder.
    std::fs::create_dir_all(folder.path().join("history.ring/full")).unwrap();
    let mut rig = Rig::new(folder.path(), Wishes::default(), Settings::default());
    play(&mut rig, 0..60);
    let said = rig.close();
    assert!(said.len() == 1 && said[0].contains("history.ring"), "{said:?}");
    assert_eq!(folder.path().read_dir().unwrap().count(), 2, "the tape, and what was there");
}
