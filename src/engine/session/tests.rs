use std::path::Path;

use super::*;
use crate::engine::alloc_guard;
use crate::flight::mirror::{Mirror, channel};
use crate::flight::slot::{RomCheck, SlotStatus, SlotStore};
use crate::flight::state_file::Owner;
use crate::nes::board::BoardId;
use crate::nes::cart::Mirroring;
use crate::nes::{Cartridge, Devices, Output, PowerOn, Region};

/// A machine of 16 bytes: its frame number, and a number that every input so
/// far went into.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Toy([u8; 16]);

impl Toy {
    fn word(&self, at: usize) -> u64 {
        u64::from_le_bytes(self.0[at..at + 8].try_into().unwrap())
    }

    fn frame(&mut self, input: Input) {
        let mixed = (self.word(8) ^ u64::from(input.pads[0]) ^ u64::from(input.device[9]) << 32)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .rotate_left(17);
        let frame = self.word(0) + 1;
        self.0[..8].copy_from_slice(&frame.to_le_bytes());
        self.0[8..].copy_from_slice(&mixed.to_le_bytes());
    }
}

impl Machine for Toy {
    fn bytes(&self) -> &[u8] {
        &self.0
    }

    fn restore(&mut self, bytes: &[u8]) -> bool {
        bytes.try_into().map(|bytes| self.0 = bytes).is_ok()
    }

    fn frame_number(&self) -> u64 {
        self.word(0)
    }
}

/// A toy, a session, and a player who never holds the same twice.
struct Play {
    toy: Toy,
    session: Session,
    held: u8,
}

impl Play {
    fn new() -> Self {
        Self::with(Takes::new(16, 10_000), None)
    }

    fn with(takes: Takes, sender: Option<Sender>) -> Self {
        let session = Session::new(takes, sender, Slot::default());
        Self { toy: Toy::default(), session, held: 0 }
    }

    fn frame(&mut self) -> Turn {
        self.held = self.held.wrapping_mul(5).wrapping_add(7);
        let mut live = Input::pad1(self.held);
        live.device[9] = !self.held;
        let turn = self.session.turn(&mut self.toy, live);
        self.toy.frame(turn.input);
        turn
    }

    /// The machine's bytes after each of the next frames.
    fn frames(&mut self, n: usize) -> Vec<Toy> {
        (0..n)
            .map(|_| {
                self.frame();
                self.toy
            })
            .collect()
    }

    fn mode(&self) -> (Mode, u32, u32) {
        let mut hud = Hud::default();
        self.session.show(&mut hud);
        (hud.mode, hud.position, hud.length)
    }
}

fn slot(number: u8) -> Slot {
    Slot::new(number).unwrap()
}

#[test]
fn l_records_then_loops_then_plays_on() {
    let mut p = Play::new();
    p.frames(10);
    assert_eq!(p.session.press(), Notice::Recording { slot: 1 });
    let first = p.frames(25);
    assert_eq!(p.mode(), (Mode::Recording, 25, 25));
    assert_eq!(p.session.press(), Notice::Looping { slot: 1, frames: 25 });
    for round in 0..100 {
        assert_eq!(p.frames(25), first, "round {round}");
        assert_eq!(p.mode(), (Mode::Looping, 25, 25));
    }
    p.frames(7);
    assert_eq!(p.session.press(), Notice::Live { slot: 1 });
    let here = p.toy;
    assert_eq!(here, first[6], "playing on starts where the loop was");
    assert_eq!(p.frame(), Turn { input: p.frame_input(), restored: false, notice: None });
    assert_eq!(p.toy.frame_number(), here.frame_number() + 1);
    assert_eq!(p.mode().0, Mode::Live);
}

impl Play {
    /// What the player held in the last frame.
    fn frame_input(&self) -> Input {
        let mut input = Input::pad1(self.held);
        input.device[9] = !self.held;
        input
    }
}

#[test]
fn the_seam_drops_no_frame_and_restores_only_there() {
    let mut p = Play::new();
    p.session.press();
    p.frames(3);
    p.session.press();
    let restored: Vec<bool> = (0..9).map(|_| p.frame().restored).collect();
    assert_eq!(restored, [true, false, false].repeat(3));
    let mut p = Play::new();
    p.session.press();
    let only = p.frames(1);
    p.session.press();
    assert_eq!(p.frames(5), only.repeat(5), "a loop of a single frame");
}

#[test]
fn l_twice_within_a_frame_records_nothing_and_keeps_the_old_loop() {
    let mut p = Play::new();
    p.session.press();
    let first = p.frames(4);
    p.session.press();
    p.session.press();
    p.session.press();
    assert_eq!(p.session.press(), Notice::Nothing { slot: 1 });
    let input = p.frame();
    assert_eq!((input.restored, p.mode()), (false, (Mode::Live, 0, 4)));
    p.session.play(slot(1));
    assert_eq!(p.frames(4), first);
}

#[test]
fn l_twice_at_the_end_of_a_recording_keeps_it_and_plays_on() {
    let mut p = Play::new();
    p.session.press();
    p.frames(4);
    let before = p.toy.frame_number();
    p.session.press();
    p.session.press();
    assert!(!p.frame().restored);
    assert_eq!((p.toy.frame_number(), p.mode()), (before + 1, (Mode::Live, 0, 4)));
}

#[test]
fn choosing_a_slot_while_recording_ends_the_recording_and_keeps_it() {
    let mut p = Play::new();
    p.session.press();
    let first = p.frames(4);
    assert_eq!(p.session.choose(slot(3)), Notice::Kept { slot: 1, frames: 4 });
    assert_eq!(p.mode(), (Mode::Live, 0, 0));
    p.frames(9);
    assert_eq!(p.session.choose(slot(1)), Notice::Chosen { slot: 1, frames: 4 });
    p.session.play(slot(1));
    assert_eq!(p.frames(4), first);
}

#[test]
fn choosing_the_chosen_slot_changes_nothing() {
    let mut p = Play::new();
    assert_eq!(p.session.choose(slot(1)), Notice::Empty { slot: 1 });
    p.session.press();
    p.session.choose(slot(1));
    p.frames(2);
    p.session.choose(slot(1));
    assert_eq!(p.mode(), (Mode::Recording, 2, 2));
    p.session.press();
    p.frames(1);
    p.session.choose(slot(1));
    assert_eq!(p.mode(), (Mode::Looping, 1, 2));
}

#[test]
fn choosing_a_slot_while_looping_loops_it_or_plays_on() {
    let mut p = Play::new();
    let takes: Vec<Vec<Toy>> = (1..=2)
        .map(|number| {
            p.session.choose(slot(number));
            p.session.press();
            p.frames(3 + usize::from(number))
        })
        .collect();
    p.session.press();
    p.frames(2);
    assert_eq!(p.session.choose(slot(1)), Notice::Looping { slot: 1, frames: 4 });
    assert_eq!(p.frames(4), takes[0]);
    p.session.choose(slot(2));
    assert_eq!(p.frames(5), takes[1]);
    assert_eq!(p.session.choose(slot(4)), Notice::Empty { slot: 4 });
    assert!(!p.frame().restored);
    assert_eq!(p.mode(), (Mode::Live, 0, 0));
}

#[test]
fn what_the_slot_holds_is_looped_from_its_start_without_recording_it_again() {
    let mut play = Play::new();
    assert_eq!(play.session.play_chosen(), Notice::Empty { slot: 1 });
    assert_eq!(play.mode().0, Mode::Live);
    play.session.press();
    let recorded = play.frames(5);
    play.session.press();
    play.frames(3);
    play.session.press();
    play.frames(20);
    for _ in 0..2 {
        // From play, and again from within the loop.
        assert_eq!(play.session.play_chosen(), Notice::Looping { slot: 1, frames: 5 });
        assert_eq!(play.frames(2), recorded[..2]);
    }
    assert_eq!(play.frames(3), recorded[2..]);
    // From within a recording, whose frames are kept.
    play.session.press();
    play.session.press();
    let again = play.frames(4);
    assert_eq!(play.session.play_chosen(), Notice::Looping { slot: 1, frames: 4 });
    assert_eq!(play.frames(4), again);
}

#[test]
fn l_and_a_slot_within_a_frame_record_in_that_slot() {
    let mut p = Play::new();
    p.session.press();
    p.session.choose(slot(2));
    p.frames(3);
    assert_eq!(p.mode(), (Mode::Recording, 3, 3), "L was for the slot that is chosen now");
    p.session.choose(slot(1));
    assert_eq!(p.mode(), (Mode::Live, 0, 0));
}

#[test]
fn a_loaded_state_or_a_reset_keeps_the_recording_and_leaves_a_loop() {
    let mut p = Play::new();
    assert_eq!(p.session.interrupt(), None);
    p.session.press();
    p.frames(4);
    assert_eq!(p.session.interrupt(), Some(Notice::Kept { slot: 1, frames: 4 }));
    p.frames(2);
    p.session.play(slot(1));
    p.frames(2);
    p.toy = Toy([7; 16]);
    assert_eq!(p.session.interrupt(), Some(Notice::Live { slot: 1 }));
    assert!(!p.frame().restored);
    p.session.press();
    p.toy = Toy([9; 16]);
    assert_eq!(p.session.interrupt(), None);
    p.frames(2);
    p.session.press();
    p.frame();
    assert_eq!(p.toy.frame_number(), Toy([9; 16]).frame_number() + 1, "it starts after a reset");
}

#[test]
fn a_recording_ends_with_the_memory_and_is_kept() {
    let mut p = Play::with(Takes::new(16, 1000), None);
    p.session.press();
    let mut frames = 0;
    let full = loop {
        if let Some(notice) = p.frame().notice {
            break notice;
        }
        frames += 1;
    };
    assert_eq!(full, Notice::Full { slot: 1, frames });
    assert!(full.to_string().contains("eight hours"));
    assert_eq!(p.mode(), (Mode::Live, 0, frames));
}

#[test]
fn slots_of_another_machine_are_left_alone() {
    let mut takes = Takes::new(8, 1000);
    takes.fill(slot(1), 0, &[1; 8], [[0; 16]]).unwrap();
    let mut p = Play::with(takes, None);
    p.session.play(slot(1));
    assert_eq!(p.frame().notice, Some(Notice::Misfit { slot: 1 }));
    p.session.press();
    assert_eq!(p.frame().notice, Some(Notice::Misfit { slot: 1 }));
    assert_eq!(p.mode(), (Mode::Live, 0, 1));
}

/// A console whose program puts the buttons and a count into video RAM, the
/// palette and the triangle's pitch.
fn console() -> Nes {
    let program = [
        0xa9, 0x1f, 0x8d, 0x15, 0x40, // LDA #$1F, STA $4015
        0xa9, 0xff, 0x8d, 0x08, 0x40, // LDA #$FF, STA $4008
        0xa9, 0x01, 0x8d, 0x16, 0x40, // loop: LDA #1, STA $4016
        0x4a, 0x8d, 0x16, 0x40, // LSR, STA $4016
        0xad, 0x16, 0x40, 0x65, 0x00, 0x85, 0x00, // LDA $4016, ADC $00, STA $00
        0x8d, 0x0a, 0x40, 0x8d, 0x0b, 0x40, // STA $400A, STA $400B
        0x8d, 0x06, 0x20, 0x8d, 0x06, 0x20, 0x8d, 0x07, 0x20, // STA $2006 twice, STA $2007
        0x4c, 0x0a, 0x80, // JMP loop
    ];
    let mut prg = vec![0; 0x8000];
    prg[..program.len()].copy_from_slice(&program);
    prg[0x7ffc..0x7ffe].copy_from_slice(&[0x00, 0x80]);
    let cart = Cartridge {
        prg: prg.into(),
        chr: vec![0x5a; 8192],
        board: BoardId::Nrom,
        mapper: 0,
        submapper: 0,
        mirroring: Mirroring::Vertical,
        prg_ram: 0,
        prg_nvram: 0,
        chr_ram: 0,
        chr_nvram: 0,
        disk: Default::default(),
        trainer: None,
        region: Region::Ntsc,
        ports: None,
        ppu: Default::default(),
        wiring: Default::default(),
        guard: Default::default(),
        cheats: Vec::new(),
    };
    Nes::power_on(
        cart,
        &PowerOn { region: Region::Ntsc, alignment: 0, seed: 1, ports: Devices::PADS },
    )
}

#[test]
fn every_round_of_a_console_has_the_same_bytes_picture_and_sound() {
    let mut nes = console();
    let takes = Takes::new(nes.bytes().len(), 1000);
    let mut session = Session::new(takes, None, Slot::default());
    let mut out = Output::default();
    let mut round = |session: &mut Session, nes: &mut Nes| -> Vec<_> {
        (0..30u8)
            .map(|n| {
                let turn = session.turn(nes, Input::pad1(n * 37));
                nes.run_frame(turn.input, &mut out);
                let sound = (out.sound.start, out.sound.steps.clone(), out.sound.cycles);
                (nes.bytes().to_vec(), out.frame.pixels.clone(), sound)
            })
            .collect()
    };
    round(&mut session, &mut nes);
    session.press();
    let first = round(&mut session, &mut nes);
    assert!(first.windows(2).all(|pair| pair[0] != pair[1]), "the machine does something");
    assert!(first.iter().any(|(_, _, sound)| !sound.1.is_empty()));
    session.press();
    for _ in 0..3 {
        assert!(round(&mut session, &mut nes) == first);
    }
}

fn process(dir: &Path) -> (Play, Mirror) {
    let owner = Owner { machine: 1, layout: 2, rom: 3 };
    let store = SlotStore::open(dir, owner, RomCheck::Same).unwrap();
    let mut takes = Takes::new(16, 10_000);
    store.load_all(&mut takes);
    let (sender, mirror) = channel(store, 16);
    (Play::with(takes, Some(sender)), mirror)
}

#[test]
fn another_process_loops_the_same_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let (mut p, mut mirror) = process(dir.path());
    let mut rounds = Vec::new();
    for number in 1..=4 {
        p.session.choose(slot(number));
        p.frames(5);
        p.session.press();
        rounds.push(p.frames(40 + usize::from(number)));
        mirror.drain(|error| panic!("{error}"));
    }
    p.session.close();
    assert!(p.session.is_settled());
    drop(p);
    mirror.drain(|error| panic!("{error}"));
    assert!(mirror.is_done());
    drop(mirror);
    let size = std::fs::metadata(dir.path().join("slot_4.input")).unwrap().len();
    assert_eq!(size, 64 + 44 * 16, "it was finished");

    let (mut p, _mirror) = process(dir.path());
    for (number, first) in (1..=4).zip(rounds) {
        let frames = first.len() as u32;
        assert_eq!(p.session.play(slot(number)), Notice::Looping { slot: number, frames });
        for _ in 0..3 {
            assert_eq!(p.frames(first.len()), first);
        }
    }
}

#[test]
fn a_process_that_is_killed_while_recording_leaves_a_loop() {
    let dir = tempfile::tempdir().unwrap();
    let (mut p, mut mirror) = process(dir.path());
    p.session.press();
    let first = p.frames(30);
    mirror.drain(|error| panic!("{error}"));
    p.frames(5);
    std::mem::forget((p, mirror));
    let (mut p, _mirror) = process(dir.path());
    assert_eq!(p.session.play(slot(1)), Notice::Looping { slot: 1, frames: 30 });
    assert_eq!(p.frames(60), first.repeat(2));
}

#[test]
fn a_loop_recorded_again_replaces_the_one_on_disk() {
    let dir = tempfile::tempdir().unwrap();
    let (mut p, mut mirror) = process(dir.path());
    for frames in [9, 4] {
        p.session.press();
        p.frames(frames);
        p.session.press();
        p.session.press();
        p.session.pump();
        mirror.drain(|error| panic!("{error}"));
    }
    let owner = Owner { machine: 1, layout: 2, rom: 3 };
    let store = SlotStore::open(dir.path(), owner, RomCheck::Same).unwrap();
    let status = store.load(slot(1), &mut Takes::new(16, 100)).unwrap();
    assert!(matches!(status, SlotStatus::Ready { frames: 4, .. }));
}

#[test]
fn recording_and_looping_never_allocate() {
    let counted = (0..3).map(|_| {
        let dir = tempfile::tempdir().unwrap();
        let (mut p, mut mirror) = process(dir.path());
        let before = alloc_guard::count();
        for _ in 0..3 {
            alloc_guard::enter();
            p.session.press();
            (0..2000).for_each(|_| _ = p.frame());
            p.session.press();
            (0..5000).for_each(|_| _ = p.frame());
            p.session.choose(slot(2));
            p.session.press();
            alloc_guard::leave();
            mirror.drain(|error| panic!("{error}"));
        }
        alloc_guard::count() - before
    });
    // Other tests plant allocations, so the least counts.
    assert_eq!(counted.min(), Some(0));
}
