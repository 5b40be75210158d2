//! A tape on a disk that refuses, hangs, loses the file and comes back.

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::engine::replay::{Happening, RomName, rom_name, rom_of_payload, rom_payload};
use crate::flight::catalog::Position;
use crate::flight::chunk::Event;
use crate::flight::history::Settings;
use crate::flight::replay::{self, Machine, Recording};
use crate::flight::shared;
use crate::flight::take::Input;
use crate::flight::tape::Tape;
use crate::link::{Bell, Done};

const LEN: usize = 200;

/// What the disk does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    Works,
    /// It takes a part of what it gets, and then says so.
    Refuses(ErrorKind),
    /// It does not answer.
    Hangs,
}

/// A disk with one file, and the I/O thread before it.
struct Disk {
    folder: tempfile::TempDir,
    mood: Mood,
    jobs: rtrb::Consumer<Job>,
    done: rtrb::Producer<Done>,
}

impl Disk {
    fn new() -> (Self, Client) {
        let (jobs, jobs_out) = rtrb::RingBuffer::new(4);
        let (done_in, done) = rtrb::RingBuffer::new(4);
        let client =
            Client { jobs, done, bell: Bell::new().unwrap(), done_bell: Bell::new().unwrap() };
        let folder = tempfile::tempdir().unwrap();
        (Self { folder, mood: Mood::Works, jobs: jobs_out, done: done_in }, client)
    }

    fn path(&self) -> Arc<Path> {
        self.folder.path().join("a.rtk").into()
    }

    fn serve(&mut self) {
        if self.mood == Mood::Hangs {
            return;
        }
        while let Ok(Job { tag, path, work, bytes }) = self.jobs.pop() {
            let Work::WriteAt { at } = work else { panic!("{work:?}") };
            let mut file = std::fs::read(&path).ok();
            if at == 0 {
                file = Some(Vec::new());
            }
            let result = match (&mut file, self.mood) {
                (None, _) => Err(ErrorKind::NotFound.into()),
                (Some(file), mood) => {
                    let part = if mood == Mood::Works { bytes.len() } else { bytes.len() / 2 };
                    file.resize(file.len().max(at as usize + part), 0);
                    file[at as usize..][..part].copy_from_slice(&bytes[..part]);
                    if let Mood::Refuses(why) = mood { Err(why.into()) } else { Ok(()) }
                }
            };
            if let Some(file) = file {
                std::fs::write(&path, file).unwrap();
            }
            self.done.push(Done { tag, work, bytes, result }).unwrap();
        }
    }
}

/// A machine whose bytes depend on a ROM that they do not hold.
#[derive(Clone, Default)]
struct Toy {
    bytes: Vec<u8>,
    rom: Option<RomName>,
    /// ROMs that it can be given.
    roms: Vec<RomName>,
}

impl Machine for Toy {
    fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn recall(&mut self, past: &[Event]) -> bool {
        self.rom = Happening::rom_after(past);
        self.rom.is_none_or(|name| self.roms.contains(&name))
    }

    fn restore(&mut self, bytes: &[u8]) -> bool {
        self.bytes = bytes.to_vec();
        bytes.len() == LEN
    }

    fn run_muted(&mut self, input: Input) {
        let frame = u64::from_le_bytes(self.bytes[..8].try_into().unwrap()) + 1;
        self.bytes[..8].copy_from_slice(&frame.to_le_bytes());
        let place = 8 + usize::from(self.bytes[8] ^ input[0]) % (LEN - 8);
        let rom = self.rom.map_or(0, |name| name[0]);
        self.bytes[place] = self.bytes[place].wrapping_mul(5).wrapping_add(rom ^ input[0] | 1);
    }

    fn apply(&mut self, event: &Event) -> bool {
        let Some(Happening::Reload(name)) = Happening::of(event) else { return false };
        self.rom = Some(name);
        self.roms.contains(&name)
    }
}

/// A session: what is played, the tape, and every state that was.
struct Session {
    toy: Toy,
    history: History,
    tape: TapeFile,
    disk: Disk,
    states: HashMap<Position, Vec<u8>>,
    order: Vec<Position>,
    frames: u64,
    complete: u64,
    said: Vec<Said>,
}

fn header() -> Header {
    let mut bytes = [0; Header::LEN];
    bytes[24..32].copy_from_slice(&(LEN as u64).to_le_bytes());
    zerocopy::transmute!(bytes)
}

impl Session {
    fn new(budget: usize) -> Self {
        let (disk, client) = Disk::new();
        let settings = Settings { every: 10, group: 4, budget, hot: 0 };
        let mut history = History::new(LEN, settings);
        let toy = Toy { bytes: vec![0; LEN], ..Toy::default() };
        history.begin(0, &toy.bytes);
        let tape = TapeFile::create(client, disk.path(), header(), Ledger::default());
        let (states, order) = (HashMap::new(), Vec::new());
        let mut session = Self {
            toy,
            history,
            tape,
            disk,
            states,
            order,
            frames: 0,
            complete: 0,
            said: Vec::new(),
        };
        session.note();
        session
    }

    fn note(&mut self) {
        self.states.insert(self.history.position(), self.toy.bytes.clone());
        self.order.push(self.history.position());
    }

    fn play(&mut self, held: u8, frames: u64) {
        for n in 0..frames {
            let mut input = [0; 16];
            input[0] = held ^ (n / 7) as u8;
            self.toy.run_muted(input);
            self.history.frame(input);
            self.history.state(&self.toy.bytes);
            self.frames += 1;
            self.note();
        }
    }

    fn reload(&mut self, file: &[u8]) {
        self.history.rom(&rom_payload(file));
        self.toy.roms.push(rom_name(file));
        self.put_in(rom_name(file));
    }

    fn put_in(&mut self, name: RomName) {
        let event = Happening::Reload(name).event();
        self.history.event(&event);
        assert!(self.toy.apply(&event));
    }

    fn branch(&mut self, to: Position) {
        self.toy.bytes = self.states[&to].clone();
        // The history does not go further back than its memory.
        assert!(self.history.branch(to));
        if let Some(name) = self.toy.rom {
            self.put_in(name);
        }
        self.note();
    }

    /// The recorder looks, the I/O thread works, the recorder sees what came.
    fn turn(&mut self) {
        for _ in 0..2 {
            self.tape.next = Instant::now();
            if self.history.is_cut() {
                self.complete = self.frames;
            }
            self.said.extend(self.tape.poll(&self.history, self.complete));
            self.disk.serve();
        }
    }

    /// Ends the session on a disk that works; gives the tape.
    #[allow(clippy::type_complexity)]
    fn close(mut self) -> (Tape<Vec<u8>>, HashMap<Position, Vec<u8>>, Position, Vec<Said>) {
        self.history.cut();
        self.disk.mood = Mood::Works;
        // More than the longest history, a job at a time.
        for _ in 0..10 {
            self.turn();
        }
        let path = self.disk.path();
        let (mut disk, tape, history) = (self.disk, self.tape, self.history);
        assert_eq!(tape.taped(), self.frames, "{:?}", self.said);
        let end = history.position();
        let closed = std::thread::scope(|scope| {
            let frames = self.frames;
            let closing = scope.spawn(move || tape.close(&history, frames));
            while !closing.is_finished() {
                disk.serve();
                std::thread::sleep(Duration::from_millis(1));
            }
            closing.join().unwrap()
        });
        assert!(closed);
        let tape = Tape::open(std::fs::read(path).unwrap()).unwrap();
        assert!(tape.is_complete());
        (tape, self.states, end, self.said)
    }
}

/// The state of a moment, by the tape alone.
fn replayed(tape: &Tape<Vec<u8>>, at: Position) -> Vec<u8> {
    let payloads = tape.catalog().roms().iter().map(|entry| tape.payload(entry).unwrap());
    let roms = payloads.map(|payload| rom_of_payload(payload).unwrap().0).collect();
    let mut toy = Toy { roms, ..Toy::default() };
    replay::seek(tape, &mut toy, at).unwrap_or_else(|missing| panic!("{at:?}: {missing}"));
    toy.bytes
}

#[test]
fn a_disk_that_refuses_for_a_while_costs_a_sentence_and_nothing_of_the_tape() {
    for why in [ErrorKind::StorageFull, ErrorKind::ReadOnlyFilesystem, ErrorKind::Other] {
        let mut session = Session::new(1 << 20);
        session.play(1, 50);
        session.turn();
        session.disk.mood = Mood::Refuses(why);
        for held in 0..20 {
            session.play(held, 50);
            session.turn();
        }
        session.branch(session.order[700]);
        session.play(9, 50);
        let (tape, states, end, said) = session.close();
        let path = said.iter().map(|said| match said {
            Said::Paused { path, why } => (path.clone(), Some(why.kind())),
            Said::GoesOn => (String::new(), None),
        });
        let path: Vec<_> = path.collect();
        assert!(
            matches!(&path[..], [(p, Some(w)), (_, None)] if *w == why && p.ends_with("a.rtk"))
        );
        assert_eq!((tape.catalog().gaps(), tape.catalog().end()), (0, Some(end)));
        for (at, state) in states {
            assert!(replayed(&tape, at) == state, "{at:?}");
        }
    }
}

#[test]
fn who_is_killed_while_the_tape_catches_up_has_what_each_job_wrote() {
    let folder = tempfile::tempdir().unwrap();
    let notes = folder.path().join("memory");
    let of = shared::Header::new(0, 0, 0, 0, LEN);
    let (_capture, drain) = shared::create(Some(&notes), &of).unwrap();
    let mut session = Session::new(16 << 20);
    session.tape.ledger = drain.ledger();
    session.turn();
    session.disk.mood = Mood::Refuses(ErrorKind::StorageFull);
    for n in 0..4 {
        session.play(n, 100);
        // Bytes that cannot be packed.
        let rom = (0..JOB as u32).map(|at| (at.wrapping_mul(0x9e37_79b1) >> 11) as u8 ^ n);
        session.reload(&rom.collect::<Vec<_>>());
        session.turn();
    }
    session.disk.mood = Mood::Works;
    let mut known = Vec::new();
    while session.tape.taped() < 400 {
        session.turn();
        let file = std::fs::read(session.disk.path()).unwrap();
        let orphan = shared::orphan(&std::fs::read(&notes).unwrap()).unwrap();
        // It was written, and the recorder does not know that yet.
        assert_eq!(orphan.rest(file.len() as u64).0, file.len() as u64);
        let will_be = session.tape.under_way.as_ref().map(|job| job.taped);
        let taped = will_be.unwrap_or(session.tape.taped());
        assert_eq!(Tape::open(file).unwrap().catalog().end().unwrap().frame, taped);
        known.push(taped);
    }
    assert!(known.len() > 1 && known[0] < 400, "{known:?}");
    let (tape, states, ..) = session.close();
    for (at, state) in states {
        assert!(replayed(&tape, at) == state, "{at:?}");
    }
}

#[test]
fn a_disk_that_does_not_answer_is_told_of_and_the_tape_goes_on_when_it_does() {
    let mut session = Session::new(1 << 20);
    session.turn();
    session.disk.mood = Mood::Hangs;
    session.play(1, 30);
    session.turn();
    assert_eq!(session.said, []);
    session.tape.under_way.as_mut().unwrap().since -= SLOW;
    std::thread::sleep(Duration::from_millis(1));
    session.play(2, 30);
    session.turn();
    session.turn();
    let why = ErrorKind::TimedOut;
    assert!(matches!(&session.said[..], [Said::Paused { why: w, .. }] if w.kind() == why));
    let (tape, states, _, said) = session.close();
    assert_eq!(said[1..], [Said::GoesOn]);
    assert_eq!(tape.catalog().gaps(), 0);
    for (at, state) in states {
        assert!(replayed(&tape, at) == state, "{at:?}");
    }
}

#[test]
fn a_disk_that_is_away_for_longer_than_memory_goes_back_leaves_a_gap() {
    let mut session = Session::new(20_000);
    session.play(1, 100);
    session.turn();
    session.disk.mood = Mood::Refuses(ErrorKind::StorageFull);
    session.reload(b"a ROM that is not forgotten");
    for held in 0..100 {
        session.play(held, 50);
        session.turn();
        assert!(session.history.warm_bytes() < 30_000, "memory is bounded");
        assert!(session.tape.under_way.is_none());
    }
    let oldest = session.history.catalog().oldest(session.history.position()).unwrap();
    assert!(oldest.frame > 1000, "{oldest:?}");
    let (tape, states, end, _) = session.close();
    let catalog = tape.catalog();
    assert_eq!((catalog.gaps(), catalog.segments().len()), (1, 2));
    let behind = &catalog.segments()[1];
    assert_eq!((behind.first, behind.last), (oldest.frame, end.frame));
    for segment in [0, 1] {
        let part = &catalog.segments()[segment as usize];
        for frame in part.first..=part.last {
            let state = &states[&Position { segment: 0, frame }];
            assert!(replayed(&tape, Position { segment, frame }) == *state, "{segment} {frame}");
        }
    }
    let gap = tape.chunks().find(|(_, chunk)| chunk.header.kind == 9).unwrap().1;
    let hash = |frame| xxhash_rust::xxh3::xxh3_64(&states[&Position { segment: 0, frame }]);
    assert_eq!(gap.payload[..8], hash(100).to_le_bytes(), "the last state on the tape");
    assert_eq!(gap.payload[8..], hash(oldest.frame).to_le_bytes());
}

#[test]
fn a_file_that_is_removed_is_made_anew_of_what_memory_has() {
    for budget in [1 << 20, 20_000] {
        let mut session = Session::new(budget);
        session.reload(b"a ROM");
        session.play(1, 2000);
        session.turn();
        std::fs::remove_file(session.disk.path()).unwrap();
        session.play(2, 2000);
        for _ in 0..3 {
            session.turn();
        }
        assert_eq!(session.said.len(), 2, "{:?}", session.said);
        let oldest = session.history.catalog().oldest(session.history.position()).unwrap();
        assert_eq!(oldest.frame > 1000, budget == 20_000);
        let (tape, states, end, _) = session.close();
        assert_eq!(tape.catalog().gaps(), 0, "it is another tape");
        for frame in oldest.frame..=end.frame {
            let at = Position { segment: 0, frame };
            assert!(replayed(&tape, at) == states[&at], "{frame}");
        }
    }
}

#[test]
fn what_memory_has_is_a_tape_of_its_own_though_its_beginning_is_forgotten() {
    let mut session = Session::new(20_000);
    session.reload(b"a ROM");
    session.play(1, 3000);
    session.branch(session.order[2900]);
    session.play(2, 500);
    session.history.cut();
    let at = session.history.position();
    let (bytes, there) = of_memory(&header(), &session.history, at).unwrap();
    let tape = Tape::open(bytes).unwrap();
    assert!(replayed(&tape, there) == session.toy.bytes);
    assert_eq!(of_memory(&header(), &session.history, Position { segment: 0, frame: 9 }), None);
}

#[test]
fn a_folder_that_comes_back_has_its_tape_and_that_goes_on() {
    let mut session = Session::new(20_000);
    session.play(1, 500);
    session.turn();
    let (here, away) = (session.disk.folder.path().to_owned(), session.disk.path());
    let hidden = here.with_extension("hidden");
    std::fs::rename(&here, &hidden).unwrap();
    session.play(2, 500);
    session.turn();
    assert!(!away.exists() && session.said.len() == 1, "{:?}", session.said);
    std::fs::rename(&hidden, &here).unwrap();
    let (tape, states, ..) = session.close();
    assert_eq!(tape.catalog().gaps(), 0);
    for (at, state) in states {
        assert!(replayed(&tape, at) == state, "{at:?}");
    }
}

/// What happens.
#[derive(Clone, Debug)]
enum Deed {
    Play(u8, u8),
    Reload(u8),
    /// Back to one of the last moments.
    Branch(u8),
    Disk(Mood),
    Remove,
    Turn,
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let mood = prop_oneof![
        2 => Just(Mood::Works),
        2 => Just(Mood::Refuses(ErrorKind::StorageFull)),
        1 => Just(Mood::Hangs)
    ];
    let deed = prop_oneof![
        6 => (any::<u8>(), 1u8..200).prop_map(|(held, frames)| Deed::Play(held, frames)),
        1 => any::<u8>().prop_map(Deed::Reload),
        2 => any::<u8>().prop_map(Deed::Branch),
        2 => mood.prop_map(Deed::Disk),
        1 => Just(Deed::Remove),
        6 => Just(Deed::Turn),
    ];
    prop::collection::vec(deed, 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn whatever_the_disk_does_what_is_on_the_tape_is_what_was(deeds in deeds(), budget in 4_000usize..40_000) {
        let mut session = Session::new(budget);
        for deed in deeds {
            match deed {
                Deed::Play(held, frames) => session.play(held, frames.into()),
                Deed::Reload(number) => session.reload(&[number; 40]),
                Deed::Branch(back) => {
                    let back = session.order.len().saturating_sub(back.into()).max(1) - 1;
                    let to = session.order[back];
                    if session.history.catalog().approach(to).is_some() {
                        session.branch(to);
                    }
                }
                Deed::Disk(mood) => session.disk.mood = mood,
                Deed::Remove => drop(std::fs::remove_file(session.disk.path())),
                Deed::Turn => session.turn(),
            }
        }
        let last = session.toy.bytes.clone();
        let (tape, states, ..) = session.close();
        let mut by_frame: HashMap<u64, Vec<&Vec<u8>>> = HashMap::new();
        for (at, state) in &states {
            by_frame.entry(at.frame).or_default().push(state);
        }
        for (segment, part) in (0..).zip(tape.catalog().segments()) {
            for frame in part.first..=part.last {
                let state = replayed(&tape, Position { segment, frame });
                prop_assert!(by_frame[&frame].contains(&&state), "{segment} {frame}");
            }
        }
        prop_assert!(replayed(&tape, tape.catalog().end().unwrap()) == last);
    }
}
