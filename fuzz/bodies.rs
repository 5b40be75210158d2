//! What fuzzing does with any bytes: each body must come back, without a panic
//! and without more memory than its input is worth. `tests/any_file.rs` runs
//! the same bodies under proptest.

#![allow(dead_code, reason = "each target uses one")]

use retake::app::builtin;
use retake::app::movie::Movie;
use retake::flight::catalog::Position;
use retake::flight::chunk::{Chunk, Event, Header, Kind};
use retake::flight::replay::{self, Machine, Recording};
use retake::flight::ring;
use retake::flight::slot::{RomCheck, SlotStore};
use retake::flight::state_file::{self, Owner};
use retake::flight::take::{Input, Slot, Takes};
use retake::flight::tape::{self, Tape};
use retake::nes::cart::patch;
use retake::nes::{Cartridge, Devices, Nes, PowerOn, Region};
use zerocopy::{FromBytes, IntoBytes};

/// Bytes of a state in the tapes that are made.
const STATE: usize = 96;

/// A machine that is nothing but its bytes.
struct Toy(Vec<u8>);

impl Machine for Toy {
    fn bytes(&self) -> &[u8] {
        &self.0
    }

    fn restore(&mut self, bytes: &[u8]) -> bool {
        self.0 = bytes.to_vec();
        true
    }

    fn run_muted(&mut self, input: Input) {
        if let Some(byte) = self.0.first_mut() {
            *byte = byte.wrapping_add(input[0]);
        }
    }

    fn apply(&mut self, event: &Event) -> bool {
        event.code < 200
    }
}

/// A tape: the bytes as they are, and as chunks whose CRCs are right.
pub fn tape(bytes: &[u8]) {
    look_at(bytes);
    let made = made_of(bytes);
    look_at(&made);
    let ending = tape::ending(&made, made.len() as u64, 0);
    look_at(&[made, ending].concat());
}

/// A tape with a header and chunks that say what `bytes` say.
fn made_of(mut bytes: &[u8]) -> Vec<u8> {
    let mut header = [0; tape::Header::LEN];
    header[24..32].copy_from_slice(&(STATE as u64).to_le_bytes());
    let header = tape::Header::read_from_bytes(&header).expect("its size");
    let mut file = header.bytes();
    while let [kind, flags, count, more, length, rest @ ..] = bytes {
        let (payload, rest) = rest.split_at(usize::from(*length).min(rest.len()));
        // Now and then a frame number that is far away.
        let shift = if flags & 0x80 == 0 { 0 } else { u32::from(*more & 63) };
        let frame = u64::from(*count) << shift;
        let count = u16::from_le_bytes([*count, if flags & 0x40 == 0 { 0 } else { *more }]);
        let kind = Kind::ALL[usize::from(*kind) % Kind::ALL.len()];
        file.extend(Header::new(kind, flags & 1, count, frame, payload).as_bytes());
        file.extend(payload);
        bytes = rest;
    }
    file
}

fn look_at(file: &[u8]) {
    let (Ok(tape), Ok(scanned)) = (Tape::open(file), Tape::scan(file)) else { return };
    assert!(tape.whole() <= file.len() as u64);
    for tape in [&tape, &scanned] {
        assert!(tape.chunks().all(|(_, chunk)| Chunk::is_whole(&chunk)));
        let catalog = tape.catalog();
        // A header may ask for states of megabytes, which is no harm but slow.
        if tape.state_len() > 1 << 16 {
            continue;
        }
        let mut toy = Toy(Vec::new());
        for (number, segment) in catalog.segments().iter().enumerate().take(6) {
            let segment_number = number as u32;
            for frame in [segment.first, segment.first.midpoint(segment.last), segment.last] {
                let target = Position { segment: segment_number, frame };
                let _ = replay::seek(tape, &mut toy, target);
                let _ = catalog.oldest(target);
            }
        }
        let mut states = replay::States::default();
        for number in 0..catalog.states().count().min(16) as u64 {
            let _ = states.read(tape, number);
        }
        for entry in catalog.roms().iter().take(4) {
            let _ = tape.payload(entry);
        }
    }
}

const OWNER: Owner = Owner { machine: 1, layout: 2, rom: 3 };

/// The two files of a loop slot.
pub fn slot(bytes: &[u8]) {
    let dir = tempfile::tempdir().expect("a folder");
    let mut takes = Takes::new(64, 5000);
    let Ok(store) = SlotStore::open(dir.path(), OWNER, RomCheck::Any) else { return };
    let Some(slot) = Slot::new(1) else { return };
    let (state, input) = bytes.split_at(bytes.len() / 2);
    let write = |name: &str, bytes: &[u8]| {
        std::fs::write(dir.path().join(name), bytes).expect("a file");
    };
    write("slot_1.state", state);
    write("slot_1.input", input);
    let _ = store.load(slot, &mut takes);
    // Real files with some bytes that are others.
    let Ok(mut writer) = store.begin(slot, 7, &[1; 64]) else { return };
    for frame in 0..20 {
        let _ = writer.append(&[frame; 16]);
    }
    let _ = writer.finish();
    for name in ["slot_1.state", "slot_1.input"] {
        let Ok(mut file) = std::fs::read(dir.path().join(name)) else { continue };
        for pair in bytes.chunks_exact(2) {
            let place = usize::from(pair[0]) % file.len().max(1);
            file[place] ^= pair[1];
        }
        write(name, &file);
    }
    let _ = store.load(slot, &mut takes);
    assert!(takes.len(slot) <= 5000);
}

/// The circular buffer on disk.
pub fn ring(bytes: &[u8]) {
    let mut made = bytes.to_vec();
    if made.len() >= ring::HEADER {
        made[..8].copy_from_slice(&[0xfe, 0xca, 0xef, 0xbe, 1, 0, 0, 0]);
        let (slots, size) = (1 + u64::from(bytes[8] % 8), u64::from(bytes[16] % 8) * 8);
        made[8..16].copy_from_slice(&slots.to_le_bytes());
        made[16..24].copy_from_slice(&size.to_le_bytes());
        made.resize(ring::HEADER + (slots * (size + 32)) as usize, 0xa5);
    }
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("a.ring");
    for file in [bytes, &made] {
        let _ = ring::slots(file).map(|slots| slots.map(|slot| slot.data.len()).sum::<usize>());
        std::fs::write(&path, file).expect("a file");
        if let Ok(mut look) = ring::Look::open(&path) {
            while let Some(Ok(slot)) = look.slot() {
                assert!(slot.data.len() <= file.len());
            }
        }
        let Ok(mut reader) = ring::Reader::open(&path) else { continue };
        let mut data = Vec::new();
        for _ in 0..10 {
            if reader.peek(&mut data).is_some() {
                reader.advance();
            }
        }
        if let Ok(mut writer) = ring::Writer::open(&path) {
            for frame in 0..10 {
                let _ = writer.push(frame, bytes);
            }
            let _ = writer.reset();
        }
    }
}

/// A saved state: the file, and the machine that any bytes make.
pub fn state(bytes: &[u8]) {
    let _ = state_file::decode(&OWNER, bytes);
    let file = state_file::encode(&OWNER, 9, bytes);
    assert_eq!(state_file::decode(&OWNER, &file), Ok((9, bytes)));
    let cart = Cartridge::parse(builtin::GAME).expect("the built-in game");
    let options = PowerOn { region: Region::Ntsc, alignment: 1, seed: 0, ports: Devices::PADS };
    let mut nes = Nes::power_on(cart, &options);
    let mut any = nes.bytes().to_vec();
    for (byte, change) in any.iter_mut().zip(bytes) {
        *byte ^= change;
    }
    assert!(nes.restore(&any).is_ok());
    nes.run_muted(Default::default());
}

/// Music, which plays a frame where it can be played.
pub fn music(bytes: &[u8]) {
    let with = |magic: &[u8]| [magic, bytes].concat();
    for file in [bytes.to_vec(), with(b"NESM\x1a"), with(b"NSFE")] {
        if let Ok(cart) = Cartridge::parse(&file) {
            let (region, ports) = (cart.region, Devices::PADS);
            let mut nes = Nes::power_on(cart, &PowerOn { region, alignment: 1, seed: 0, ports });
            nes.run_muted(Default::default());
        }
    }
}

/// A patch, as it is and with sizes and checksums that are right.
pub fn patch(bytes: &[u8]) {
    let rom = [7; 64];
    let _ = patch::summarise(bytes);
    let _ = patch::apply(bytes, &rom);
    for magic in [b"UPS1", b"BPS1"] {
        let sums = [crc32fast::hash(&rom); 2].map(u32::to_le_bytes);
        let mut sealed = [magic.as_slice(), b"\xc0\xc0", bytes, sums.as_flattened()].concat();
        sealed.extend(crc32fast::hash(&sealed).to_le_bytes());
        if patch::apply(&sealed, &rom).is_ok() {
            assert!(patch::summarise(&sealed).is_ok(), "what can be applied can be told of");
        }
    }
}

/// Movies: .fm2, .bk2 and text.
pub fn movie(bytes: &[u8]) {
    let _ = Movie::parse(bytes);
    let _ = Movie::parse(&[b"version 3\n".as_slice(), bytes].concat());
    let _ = Movie::parse(&[b"LogKey:#Power|#P1 Up|P1 A|\n".as_slice(), bytes].concat());
}
