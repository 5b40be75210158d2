//! The ring on disk, read by another process while it is written: this test
//! starts itself again as the reader.

use std::process::{Command, Stdio};

use retake::flight::ring::{Reader, Writer};

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
