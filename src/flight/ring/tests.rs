//! A ring, its reader in another thread, and torn slots. `tests/ring.rs` has the
//! reader in another process.

use std::path::PathBuf;

use proptest::prelude::*;

use super::*;

fn place() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("history.ring");
    (dir, path)
}

fn read(reader: &mut Reader) -> Option<(u64, Vec<u8>, u64)> {
    let mut bytes = Vec::new();
    let read = reader.peek(&mut bytes)?;
    reader.advance();
    Some((read.frame, bytes, read.lost))
}

#[test]
fn the_header_is_64_bytes_in_the_order_of_the_specification() {
    let (_dir, path) = place();
    let mut writer = Writer::create(&path, 3, 5).unwrap();
    for frame in 0..4 {
        writer.push(frame, b"abcde").unwrap();
    }
    let mut reader = Reader::open(&path).unwrap();
    read(&mut reader).unwrap();
    let file = std::fs::read(&path).unwrap();
    assert_eq!(file.len(), 64 + 3 * (24 + 8 + 8));
    assert_eq!(file[..8], [0xfe, 0xca, 0xef, 0xbe, 1, 0, 0, 0]);
    let word = |n: usize| u64::from_le_bytes(file[n * 8..][..8].try_into().unwrap());
    assert_eq!([1, 2, 3, 4, 5, 6, 7].map(word), [3, 8, 1, 2, 4, 2, 4]);
    let stats = Stats::read(&file).unwrap();
    assert_eq!(stats, writer.stats().unwrap());
    assert_eq!((stats.write_index, stats.read_index, stats.total_writes), (1, 2, 4));
    let frames: Vec<_> = slots(&file).unwrap().map(|slot| (slot.frame, slot.data)).collect();
    assert_eq!(frames, [(3, &b"abcde"[..]), (1, b"abcde"), (2, b"abcde")]);
}

#[test]
fn what_is_pushed_is_read_in_order_and_what_was_overwritten_is_counted() {
    let (_dir, path) = place();
    let mut writer = Writer::create(&path, 4, 16).unwrap();
    let mut reader = Reader::open(&path).unwrap();
    assert_eq!(read(&mut reader), None);
    for frame in 0..10u64 {
        writer.push(frame, &frame.to_le_bytes()).unwrap();
    }
    assert_eq!(read(&mut reader), Some((6, 6u64.to_le_bytes().to_vec(), 6)));
    // Peeking again gives the same.
    let mut bytes = Vec::new();
    let peeked = reader.peek(&mut bytes).unwrap();
    assert_eq!(reader.peek(&mut bytes), Some(peeked));
    // Both go on after a restart.
    drop((writer, reader));
    let mut reader = Reader::open(&path).unwrap();
    assert_eq!(read(&mut reader).unwrap().0, 7);
    let mut writer = Writer::open(&path).unwrap();
    writer.push(10, b"").unwrap();
    let rest: Vec<_> = std::iter::from_fn(|| read(&mut reader)).map(|read| read.0).collect();
    assert_eq!(rest, [8, 9, 10]);
    writer.reset().unwrap();
    assert_eq!(read(&mut reader), None);
    writer.push(77, b"x").unwrap();
    assert_eq!(read(&mut reader), Some((77, b"x".to_vec(), 0)));
    assert!(matches!(writer.push(1, &[0; 17]), Err(RingError::TooLarge { .. })));
}

#[test]
fn a_torn_slot_is_passed_over() {
    let (_dir, path) = place();
    let mut writer = Writer::create(&path, 4, 8).unwrap();
    for frame in 0..3 {
        writer.push(frame, &[frame as u8; 8]).unwrap();
    }
    // A writer that died while it wrote over the second slot.
    writer.file.write_all_at(&5u64.to_le_bytes(), slot_at(1, 8)).unwrap();
    let mut reader = Reader::open(&path).unwrap();
    assert_eq!(read(&mut reader).unwrap().0, 0);
    assert_eq!(read(&mut reader), Some((2, vec![2; 8], 1)));
    let file = std::fs::read(&path).unwrap();
    let whole: Vec<_> = slots(&file).unwrap().map(|slot| slot.whole).collect();
    assert_eq!(whole, [true, false, true, true]);
}

#[test]
fn a_reader_in_another_thread_never_sees_a_torn_state() {
    const SIZE: usize = 4096;
    const PUSHES: u64 = 20_000;
    let (_dir, path) = place();
    let mut writer = Writer::create(&path, 3, SIZE).unwrap();
    let mut reader = Reader::open(&path).unwrap();
    let reading = std::thread::spawn(move || {
        let (mut seen, mut lost, mut bytes) = (0u64, 0u64, Vec::new());
        while seen + lost < PUSHES {
            let Some(read) = reader.peek(&mut bytes) else { continue };
            reader.advance();
            lost += read.lost;
            seen += 1;
            assert_eq!(read.push, seen + lost);
            assert!(bytes.len() == SIZE && bytes.iter().all(|&b| b == read.frame as u8));
        }
        seen
    });
    for frame in 0..PUSHES {
        writer.push(frame, &[frame as u8; SIZE]).unwrap();
    }
    assert!(reading.join().unwrap() > 0);
}

#[test]
fn what_is_no_ring_gets_a_sentence() {
    let (_dir, path) = place();
    assert!(matches!(Reader::open(&path), Err(RingError::Io(_))));
    assert!(Writer::create(&path, 0, 8).is_err());
    assert!(Writer::create(&path, 1, 1 << 30).is_err());
    std::fs::write(&path, [0; 63]).unwrap();
    assert!(matches!(Reader::open(&path), Err(RingError::NoHeader { .. })));
    std::fs::write(&path, [0; 640]).unwrap();
    assert!(matches!(Reader::open(&path), Err(RingError::Magic { .. })));
    std::fs::remove_file(&path).unwrap();
    Writer::create(&path, 2, 8).unwrap();
    let file = std::fs::read(&path).unwrap();
    std::fs::write(&path, &file[..file.len() - 8]).unwrap();
    assert!(matches!(Writer::open(&path), Err(RingError::Size { .. })));
}

proptest! {
    #[test]
    fn any_bytes_are_a_ring_or_an_error(mut header: [u64; 8], slot: Vec<u8>, lie: bool) {
        if !lie {
            header[0] = u64::from(VERSION) << 32 | u64::from(MAGIC);
            (header[1], header[2]) = (1 + header[1] % 4, header[2] % 8 * 8);
        }
        let mut file: Vec<u8> = header.iter().flat_map(|word| word.to_le_bytes()).collect();
        file.extend(slot);
        if !lie {
            file.resize(file_len(header[1], header[2]) as usize, 0x55);
        }
        if let Ok(slots) = slots(&file) {
            for slot in slots {
                prop_assert!(slot.data.len() as u64 <= header[2]);
            }
        }
        let (_dir, path) = place();
        std::fs::write(&path, &file).unwrap();
        if let Ok(mut reader) = Reader::open(&path) {
            for _ in 0..8 {
                read(&mut reader);
            }
            let mut writer = Writer::open(&path).unwrap();
            writer.push(1, b"").unwrap();
        }
    }
}
