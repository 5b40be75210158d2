//! The example in docs/tape-format.md is what this program writes, byte for
//! byte, and what it reads.

use retake::flight::catalog::Position;
use retake::flight::history::{History, Settings};
use retake::flight::replay::{self, Recording};
use retake::flight::tape::{self, Header, Tape};

const SPECIFICATION: &str = include_str!("../docs/tape-format.md");

fn example() -> Vec<u8> {
    let (_, rest) = SPECIFICATION.split_once("```hex\n").expect("an example");
    let (hex, _) = rest.split_once("```").expect("an end");
    let bytes = hex.split_whitespace().map(|byte| u8::from_str_radix(byte, 16));
    bytes.collect::<Result<_, _>>().expect("hex digits")
}

fn written() -> Vec<u8> {
    let mut core = [0; 16];
    core[..6].copy_from_slice(b"retake");
    let header = Header {
        magic: tape::MAGIC,
        version: 1.into(),
        length: 128.into(),
        layout: 0x1122_3344_5566_7788.into(),
        state_len: 16.into(),
        rom: [0xaa; 32],
        rom_size: 40_976.into(),
        machine: (4 << 8 | 1 << 2).into(),
        flags: 0.into(),
        seed: 0.into(),
        created: 1_000_000_000.into(),
        session: 7.into(),
        ports: 0.into(),
        core,
        check: 0.into(),
    };
    let mut history = History::new(16, Settings { every: 3, ..Settings::default() });
    history.begin(0, &[0; 16]);
    let mut pressed = [0; 16];
    pressed[0] = 0x09;
    for input in [[0; 16], [0; 16], pressed] {
        history.frame(input);
    }
    let mut state = [0; 16];
    (state[0], state[8]) = (3, 9);
    history.state(&state);
    let mut file = header.bytes();
    file.extend(history.take_fresh());
    let ending = tape::ending(&file, file.len() as u64, 3);
    file.extend(ending);
    file
}

#[test]
fn the_example_is_what_is_written() {
    let rows: Vec<String> = written()
        .chunks(16)
        .map(|row| row.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(example(), written(), "\n{}\n", rows.join("\n"));
}

#[test]
fn the_example_is_read() {
    let tape = Tape::open(example()).unwrap();
    assert!(tape.is_complete());
    let kinds: Vec<_> = tape.chunks().map(|(_, chunk)| chunk.header.kind).collect();
    assert_eq!(kinds, [3, 1, 4, 11, 12]);
    let end = Position { segment: 0, frame: 3 };
    assert_eq!(tape.catalog().end(), Some(end));
    let way = replay::approach(&tape, end).unwrap();
    assert_eq!((way.state[0], way.state[8], way.steps.len()), (3, 9, 0));
    let mut steps = Vec::new();
    let part = retake::flight::catalog::Part { segment: 0, from: 0, to: 3 };
    replay::steps_of(&tape, part, &mut steps).unwrap();
    assert!(matches!(steps[2], replay::Step::Frame(input) if input[0] == 9));
}

#[test]
fn what_the_specification_says_of_kinds_is_what_the_program_has() {
    use retake::flight::chunk::Kind;
    for kind in Kind::ALL {
        let row = format!("| {} | {} |", kind as u8, kind.name());
        assert!(SPECIFICATION.contains(&row), "{row}");
    }
}
