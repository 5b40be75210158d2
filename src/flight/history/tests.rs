//! Random play against a model that keeps every state.

use std::collections::HashMap;

use proptest::prelude::*;

use super::super::replay::{self, Machine};
use super::super::tape::{self, Tape};
use super::*;

const LEN: usize = 320;

/// A machine that is nothing but its bytes.
#[derive(Clone)]
struct Toy {
    bytes: Vec<u8>,
}

impl Toy {
    fn new() -> Self {
        Self { bytes: vec![0; LEN] }
    }

    fn place(&self) -> usize {
        8 + usize::from(self.bytes[0]) + usize::from(self.bytes[1] & 1) * 40
    }
}

impl Machine for Toy {
    fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn restore(&mut self, bytes: &[u8]) -> bool {
        self.bytes.copy_from_slice(bytes);
        true
    }

    fn run_muted(&mut self, input: Input) {
        let frame = u64::from_le_bytes(self.bytes[..8].try_into().unwrap()) + 1;
        self.bytes[..8].copy_from_slice(&frame.to_le_bytes());
        let place = self.place();
        self.bytes[place] = self.bytes[place].wrapping_mul(5).wrapping_add(input[0] | 1);
    }

    fn apply(&mut self, event: &Event) -> bool {
        self.bytes[300] = event.code;
        self.bytes[301..317].copy_from_slice(&event.data);
        true
    }
}

/// What a player can do.
#[derive(Clone, Debug)]
enum Deed {
    /// Frames, and whether their states are caught.
    Play(u8, u8, bool),
    Event(u8),
    /// Back to one of the moments that were.
    Branch(prop::sample::Index),
    /// A state from elsewhere.
    Elsewhere(u8),
    Lose,
    Mark,
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![
        8 => (any::<u8>(), 1u8..90, prop::bool::weighted(0.9)).prop_map(|(i, n, s)| Deed::Play(i, n, s)),
        2 => any::<u8>().prop_map(Deed::Event),
        2 => any::<prop::sample::Index>().prop_map(Deed::Branch),
        1 => any::<u8>().prop_map(Deed::Elsewhere),
        1 => Just(Deed::Lose),
        1 => Just(Deed::Mark),
    ];
    prop::collection::vec(deed, 1..40)
}

/// A history, and every state by its position.
struct Played {
    history: History,
    states: HashMap<Position, Vec<u8>>,
    file: Vec<u8>,
}

fn header() -> tape::Header {
    let mut bytes = [0; tape::Header::LEN];
    bytes[24..32].copy_from_slice(&(LEN as u64).to_le_bytes());
    zerocopy::transmute!(bytes)
}

fn play(deeds: &[Deed], settings: Settings) -> Played {
    let mut toy = Toy::new();
    let mut history = History::new(LEN, settings);
    let mut states = HashMap::new();
    let mut order: Vec<Position> = Vec::new();
    history.begin(0, &toy.bytes);
    let mut known = true;
    let mut note = |history: &History, toy: &Toy, known: bool, order: &mut Vec<Position>| {
        if known {
            states.insert(history.position(), toy.bytes.clone());
            order.push(history.position());
        }
    };
    note(&history, &toy, known, &mut order);
    let mut past: HashMap<Position, Vec<u8>> = HashMap::new();
    past.insert(history.position(), toy.bytes.clone());
    for deed in deeds {
        match *deed {
            Deed::Play(held, frames, caught) => {
                for n in 0..frames {
                    let mut input = [0; 16];
                    input[usize::from(n & 1)] = held;
                    toy.run_muted(input);
                    history.frame(input);
                    if caught {
                        history.state(&toy.bytes);
                        known = true;
                    }
                    note(&history, &toy, known, &mut order);
                    if known {
                        past.entry(history.position()).or_insert_with(|| toy.bytes.clone());
                    }
                }
            }
            Deed::Event(code) => {
                let event = Event { code, data: [code; 16] };
                toy.apply(&event);
                history.event(&event);
                // A moment is before its events; the next frame is after.
            }
            Deed::Branch(index) => {
                let from = *index.get(&order);
                assert!(history.branch(from));
                toy.bytes.clone_from(&past[&from]);
                known = true;
            }
            Deed::Elsewhere(byte) => {
                toy = Toy::new();
                toy.bytes[LEN - 1] = byte;
                history.begin(0, &toy.bytes);
                known = true;
                note(&history, &toy, known, &mut order);
                past.insert(history.position(), toy.bytes.clone());
            }
            Deed::Lose => {
                history.lose();
                known = false;
            }
            Deed::Mark => history.mark("here"),
        }
    }
    history.cut();
    let mut file = header().bytes();
    file.extend(history.take_fresh());
    Played { history, states, file }
}

fn small() -> Settings {
    Settings { every: 7, group: 5, budget: usize::MAX, hot: 120 }
}

fn reaches_all(recording: &impl Recording, states: &HashMap<Position, Vec<u8>>) {
    let mut toy = Toy::new();
    for (position, state) in states {
        let run = replay::seek(recording, &mut toy, *position);
        assert!(run.is_ok(), "{position:?}: {run:?}");
        assert!(toy.bytes == *state, "{position:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_moment_comes_back_from_memory_and_from_the_tape(deeds in deeds()) {
        let Played { mut history, states, file } = play(&deeds, small());
        reaches_all(&history, &states);
        let scanned = Tape::open(&file).unwrap();
        prop_assert!(!scanned.is_complete());
        prop_assert_eq!(scanned.whole(), file.len() as u64);
        reaches_all(&scanned, &states);
        let closed = [&file[..], &tape::ending(&file, file.len() as u64, 0)].concat();
        let indexed = Tape::open(&closed).unwrap();
        prop_assert!(indexed.is_complete());
        prop_assert_eq!(indexed.catalog().frames(), scanned.catalog().frames());
        reaches_all(&indexed, &states);
        history.cut();
        prop_assert!(history.take_fresh().is_empty());
        let mut state = Vec::new();
        if history.hot_state(history.position(), &mut state) {
            prop_assert_eq!(&state, &states[&history.position()]);
        }
    }

    #[test]
    fn a_tape_cut_anywhere_reaches_what_it_has(deeds in deeds(), at: prop::sample::Index) {
        let Played { states, file, .. } = play(&deeds, small());
        let cut = &file[..at.index(file.len())];
        let Ok(tape) = Tape::open(cut) else {
            prop_assert!(cut.len() < tape::Header::LEN);
            return Ok(());
        };
        let mut toy = Toy::new();
        let mut reached = 0;
        for (position, state) in &states {
            if replay::seek(&tape, &mut toy, *position).is_ok() {
                prop_assert_eq!(&toy.bytes, state);
                reached += 1;
            }
        }
        // All frames of all segments are reached, their roots as well.
        let roots = tape.catalog().segments().iter().filter(|s| s.parent.is_none()).count();
        prop_assert!(reached as u64 >= tape.catalog().frames().min(1) && reached + 1 > roots);
    }

    #[test]
    fn a_damaged_tape_gives_right_states_or_an_error(
        deeds in deeds(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), 0u8..8), 1..6),
    ) {
        let Played { states, mut file, .. } = play(&deeds, small());
        for (at, bit) in flips {
            let at = at.index(file.len() - tape::Header::LEN) + tape::Header::LEN;
            file[at] ^= 1 << bit;
        }
        let tape = Tape::open(&file).unwrap();
        let mut toy = Toy::new();
        // Numbers of segments may shift when a branch is lost: what is found
        // must be a state that was, where the whole tape has the position.
        let whole = tape.catalog().segments().len();
        for position in states.keys().filter(|position| (position.segment as usize) < whole) {
            if replay::seek(&tape, &mut toy, *position).is_ok() {
                prop_assert!(toy.bytes.len() == LEN);
            }
        }
    }

    #[test]
    fn any_bytes_behind_a_header_are_a_tape(bytes: Vec<u8>, chunks: Vec<(u8, u8, u16, u64, Vec<u8>)>) {
        let mut file = header().bytes();
        for (kind, flags, count, frame, payload) in &chunks {
            let mut header = Header::new(Kind::Inputs, *flags, *count, *frame, payload);
            header.kind = kind % 14;
            file.extend(header.resealed(payload).as_bytes());
            file.extend(payload);
        }
        file.extend(bytes);
        let tape = Tape::open(&file).unwrap();
        let mut toy = Toy::new();
        for segment in 0..tape.catalog().segments().len() as u32 {
            let last = tape.catalog().segments()[segment as usize].last;
            for frame in [0, 1, last / 2, last] {
                let _ = replay::seek(&tape, &mut toy, Position { segment, frame });
            }
        }
    }
}

#[test]
fn the_oldest_groups_go_when_the_budget_is_spent() {
    let settings = Settings { budget: 20_000, ..small() };
    let deeds: Vec<_> = (0..200).map(|n| Deed::Play(n, 60, true)).collect();
    let Played { history, states, .. } = play(&deeds, settings);
    assert!(history.warm_bytes() <= 20_000 + 2000);
    let tip = history.position();
    let oldest = history.catalog().oldest(tip).unwrap();
    assert!(oldest.frame > 1000 && oldest.frame < tip.frame - 500, "{oldest:?}");
    let kept = states.into_iter().filter(|(at, _)| at.frame >= oldest.frame).collect();
    reaches_all(&history, &kept);
    let before = Position { frame: oldest.frame - 1, ..oldest };
    assert!(replay::seek(&history, &mut Toy::new(), before).is_err());
}

#[test]
fn a_tape_is_continued_where_it_ended() {
    let deeds: Vec<_> = (0..5).map(|n| Deed::Play(n, 50, true)).collect();
    let Played { file, states, .. } = play(&deeds, small());
    let tape = Tape::open(&file).unwrap();
    let mut history = History::of_tape(&tape, small());
    let mut toy = Toy::new();
    replay::seek(&tape, &mut toy, history.position()).unwrap();
    let mut all = states;
    for n in 0..30 {
        let input = [n; 16];
        toy.run_muted(input);
        history.frame(input);
        history.state(&toy.bytes);
        all.insert(history.position(), toy.bytes.clone());
    }
    history.cut();
    let longer = [file, history.take_fresh()].concat();
    reaches_all(&Tape::open(&longer).unwrap(), &all);
    assert_eq!(Tape::open(&longer).unwrap().catalog().segments().len(), 1);
}

#[test]
fn a_refused_branch_changes_nothing() {
    let mut history = History::new(LEN, small());
    history.begin(0, &[0; LEN]);
    assert!(!history.branch(Position { segment: 5, frame: 0 }));
    assert!(!history.branch(Position { segment: 0, frame: 9 }));
    assert_eq!(history.position(), Position::default());
}
