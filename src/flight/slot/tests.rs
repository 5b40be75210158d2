use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::*;

const OWNER: Owner = Owner { machine: 1, layout: 2, rom: 3 };
const STATE: [u8; 40] = [9; 40];

fn store(dir: &Path) -> SlotStore {
    SlotStore::open(dir, OWNER, RomCheck::Same).unwrap()
}

fn takes() -> Takes {
    Takes::new(STATE.len(), 10_000)
}

fn input(n: usize) -> Input {
    (n as u128 * 77).to_le_bytes()
}

/// A finished take of `frames` frames in `slot`.
fn record(dir: &Path, slot: Slot, frames: usize) {
    let mut writer = store(dir).begin(slot, 100, &STATE).unwrap();
    for n in 0..frames {
        writer.append(&input(n)).unwrap();
    }
    writer.finish().unwrap();
}

fn refused(store: &SlotStore, slot: Slot) -> String {
    let mut takes = takes();
    let error = store.load(slot, &mut takes).unwrap_err().to_string();
    assert!(takes.is_empty(slot));
    error
}

#[test]
fn four_slots_are_there_again_in_the_next_process() {
    let dir = tempfile::tempdir().unwrap();
    for slot in Slot::ALL {
        record(dir.path(), slot, 10 * slot.index() + 1);
    }
    let mut takes = takes();
    for status in store(dir.path()).load_all(&mut takes) {
        assert!(matches!(status, SlotStatus::Ready { rom: 3, .. }));
    }
    for slot in Slot::ALL {
        assert_eq!((takes.len(slot), takes.frame(slot)), (10 * slot.index() + 1, 100));
        assert_eq!(takes.state(slot), STATE);
        assert!((0..takes.len(slot)).all(|n| takes.input(slot, n) == Some(input(n))));
    }
    let size = fs::metadata(dir.path().join("slot_2.input")).unwrap().len();
    assert_eq!(size, 64 + 11 * 16, "a finished file has no spare room");
}

#[test]
fn an_empty_folder_holds_four_empty_slots() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(&dir.path().join("deep/er"));
    let statuses = store.load_all(&mut takes());
    assert!(statuses.iter().all(|status| matches!(status, SlotStatus::Empty)));
}

#[test]
fn a_killed_recording_keeps_what_was_committed() {
    let dir = tempfile::tempdir().unwrap();
    let [slot, ..] = Slot::ALL;
    let mut writer = store(dir.path()).begin(slot, 100, &STATE).unwrap();
    let mut takes = takes();
    assert!(matches!(store(dir.path()).load(slot, &mut takes), Ok(SlotStatus::Empty)));
    for n in 0..50 {
        writer.append(&input(n)).unwrap();
        if n == 30 {
            writer.commit();
        }
    }
    std::mem::forget(writer);
    store(dir.path()).load(slot, &mut takes).unwrap();
    assert_eq!(takes.len(slot), 31);
}

#[test]
fn a_long_take_grows_its_file() {
    let dir = tempfile::tempdir().unwrap();
    let [slot, ..] = Slot::ALL;
    let frames = ROOM / 16 * 2 + 5;
    record(dir.path(), slot, frames);
    let mut takes = Takes::new(STATE.len(), frames);
    store(dir.path()).load(slot, &mut takes).unwrap();
    assert_eq!(takes.len(slot), frames);
    assert_eq!(takes.input(slot, frames - 1), Some(input(frames - 1)));
}

#[test]
fn recording_again_replaces_the_take() {
    let dir = tempfile::tempdir().unwrap();
    let [slot, ..] = Slot::ALL;
    record(dir.path(), slot, 20);
    record(dir.path(), slot, 5);
    let mut takes = takes();
    store(dir.path()).load(slot, &mut takes).unwrap();
    assert_eq!(takes.len(slot), 5);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "and nothing else is left");
}

#[test]
fn another_game_is_refused_unless_any_rom_will_do() {
    let dir = tempfile::tempdir().unwrap();
    let [slot, ..] = Slot::ALL;
    record(dir.path(), slot, 5);
    let other = Owner { rom: 4, ..OWNER };
    let strict = SlotStore::open(dir.path(), other, RomCheck::Same).unwrap();
    let said = refused(&strict, slot);
    assert!(said.contains("another game") && said.contains("slot 1"), "{said}");
    let relaxed = SlotStore::open(dir.path(), other, RomCheck::Any).unwrap();
    let status = relaxed.load(slot, &mut takes()).unwrap();
    assert!(matches!(status, SlotStatus::Ready { frames: 5, rom: 3 }));
}

#[test]
fn the_rom_is_written_even_when_any_rom_will_do() {
    let dir = tempfile::tempdir().unwrap();
    let [slot, ..] = Slot::ALL;
    let relaxed = SlotStore::open(dir.path(), OWNER, RomCheck::Any).unwrap();
    let mut writer = relaxed.begin(slot, 0, &STATE).unwrap();
    writer.append(&input(0)).unwrap();
    writer.finish().unwrap();
    assert!(matches!(store(dir.path()).load(slot, &mut takes()), Ok(SlotStatus::Ready { .. })));
}

#[test]
fn another_layout_machine_or_size_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let [slot, ..] = Slot::ALL;
    record(dir.path(), slot, 5);
    for (owner, words) in [
        (Owner { layout: 9, ..OWNER }, "layout"),
        (Owner { machine: 9, ..OWNER }, "set up differently"),
    ] {
        let store = SlotStore::open(dir.path(), owner, RomCheck::Any).unwrap();
        let said = refused(&store, slot);
        assert!(said.contains(words), "{said}");
    }
    let mut larger = Takes::new(STATE.len() + 1, 100);
    let error = store(dir.path()).load(slot, &mut larger).unwrap_err();
    assert!(matches!(error, SlotError::StateSize { expected: 41, got: 40, .. }));
}

#[test]
fn a_slot_cut_at_any_byte_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let [slot, ..] = Slot::ALL;
    record(dir.path(), slot, 5);
    for name in ["slot_1.state", "slot_1.input"] {
        let path = dir.path().join(name);
        let whole = fs::read(&path).unwrap();
        for cut in 0..whole.len() {
            fs::write(&path, &whole[..cut]).unwrap();
            let said = refused(&store(dir.path()), slot);
            assert!(said.contains("cut short"), "{said}");
        }
        fs::remove_file(&path).unwrap();
        let said = refused(&store(dir.path()), slot);
        assert!(said.contains("missing"), "{said}");
        fs::write(&path, whole).unwrap();
    }
    assert!(store(dir.path()).load(slot, &mut takes()).is_ok());
}

#[test]
fn the_two_files_of_different_takes_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let [slot, ..] = Slot::ALL;
    record(dir.path(), slot, 5);
    let old = fs::read(dir.path().join("slot_1.input")).unwrap();
    let mut writer = store(dir.path()).begin(slot, 100, &[8; 40]).unwrap();
    writer.append(&input(0)).unwrap();
    writer.finish().unwrap();
    fs::write(dir.path().join("slot_1.input"), old).unwrap();
    let said = refused(&store(dir.path()), slot);
    assert!(said.contains("damaged"), "{said}");
}

#[test]
fn a_header_that_promises_the_world_costs_no_memory() {
    let dir = tempfile::tempdir().unwrap();
    let [slot, ..] = Slot::ALL;
    record(dir.path(), slot, 5);
    let path = dir.path().join("slot_1.input");
    let mut bytes = fs::read(&path).unwrap();
    bytes[40..48].copy_from_slice(&u64::MAX.to_le_bytes());
    fs::write(&path, &bytes).unwrap();
    assert!(refused(&store(dir.path()), slot).contains("cut short"));
    fs::File::options().write(true).open(&path).unwrap().set_len(1 << 40).unwrap();
    refused(&store(dir.path()), slot);
}

#[test]
fn a_folder_in_the_place_of_a_file_is_refused_and_cannot_be_recorded_over() {
    let dir = tempfile::tempdir().unwrap();
    let [slot, ..] = Slot::ALL;
    fs::create_dir(dir.path().join("slot_1.state")).unwrap();
    assert!(refused(&store(dir.path()), slot).contains("not a file"));
    let error = store(dir.path()).begin(slot, 0, &STATE).err().unwrap();
    assert!(error.to_string().contains("cannot be written"), "{error}");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "and nothing else is left");
}

#[test]
fn too_many_frames_for_the_memory_leave_the_slot_empty() {
    let dir = tempfile::tempdir().unwrap();
    let [slot, ..] = Slot::ALL;
    record(dir.path(), slot, 9000);
    let mut small = Takes::new(STATE.len(), 100);
    let error = store(dir.path()).load(slot, &mut small).unwrap_err();
    assert!(matches!(error, SlotError::Room { .. }));
    assert!(small.is_empty(slot));
}

proptest! {
    #[test]
    fn a_changed_byte_never_loops_garbage(at in 0usize..500, flip in 1u8.., part in 0usize..2) {
        let dir = tempfile::tempdir().unwrap();
        let [slot, ..] = Slot::ALL;
        record(dir.path(), slot, 5);
        let path = dir.path().join(["slot_1.state", "slot_1.input"][part]);
        let mut bytes = fs::read(&path).unwrap();
        let at = at % bytes.len();
        bytes[at] ^= flip;
        fs::write(&path, &bytes).unwrap();
        let mut takes = takes();
        if store(dir.path()).load(slot, &mut takes).is_ok() {
            prop_assert!(SEQUENCE.contains(&at));
            prop_assert_eq!(takes.state(slot), STATE);
            prop_assert!((0..5).all(|n| takes.input(slot, n) == Some(input(n))));
        } else {
            prop_assert!(takes.is_empty(slot));
        }
    }

    #[test]
    fn any_bytes_as_files_are_refused(
        state in prop::collection::vec(any::<u8>(), 0..200),
        inputs in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("slot_1.state"), state).unwrap();
        fs::write(dir.path().join("slot_1.input"), inputs).unwrap();
        refused(&store(dir.path()), Slot::ALL[0]);
    }
}
