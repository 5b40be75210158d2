//! What play takes in the history and on a tape, everything counted: inputs,
//! states, hashes, headers, the index, and in memory the bookkeeping.

use crate::app::setup::Setup;
use crate::engine::replay::taken;
use crate::flight::history::{History, Settings};
use crate::flight::take;
use crate::flight::tape;

use super::figure::Figure;
use super::play::Play;

/// Frames from one kept state to the next.
pub const EVERY: u64 = 60;

/// What was played: the inputs, and the state before the first and after each
/// [`EVERY`] frames.
pub struct Played {
    /// A tape's header for it.
    pub header: tape::Header,
    /// An input a frame.
    pub inputs: Vec<take::Input>,
    /// The states.
    pub states: Vec<Vec<u8>>,
}

impl Played {
    /// Plays so many frames, rounded to whole seconds, and shows each state.
    pub fn new(
        setup: &Setup,
        input: impl Fn(u64) -> crate::nes::Input,
        frames: u64,
        mut see: impl FnMut(take::Input, &[u8]),
    ) -> Self {
        let mut nes = setup.power_on();
        let header = setup.tape_header(&nes);
        let mut played = Self { header, inputs: Vec::new(), states: vec![nes.bytes().to_vec()] };
        for frame in 1..=frames.max(EVERY) / EVERY * EVERY {
            let input = input(frame);
            nes.run_muted(input);
            see(taken(input), nes.bytes());
            played.inputs.push(taken(input));
            if frame % EVERY == 0 {
                played.states.push(nes.bytes().to_vec());
            }
        }
        played
    }
}

/// Plays and measures.
pub fn figures(setup: &Setup, play: &Play, frames: u64) -> (Vec<Figure>, Played) {
    let first = setup.power_on();
    let settings = Settings { every: EVERY, ..Settings::default() };
    let mut history = History::new(first.bytes().len(), settings);
    history.begin(0, first.bytes());
    let (mut file, mut last, mut held) = (Vec::new(), first.bytes().to_vec(), [0; 16]);
    let (mut changed, mut presses) = (0, 0u64);
    let played = Played::new(
        setup,
        |frame| play.input(frame),
        frames,
        |input, state| {
            changed += last.iter().zip(state).filter(|(before, now)| before != now).count();
            presses += u64::from(std::mem::replace(&mut held, input) != input);
            last.copy_from_slice(state);
            history.frame(input);
            history.state(state);
            if history.position().frame.is_multiple_of(EVERY) {
                file.extend(history.take_fresh());
            }
        },
    );
    history.cut();
    file.splice(0..0, played.header.bytes());
    file.extend(history.take_fresh());
    let ending = tape::ending(&file, file.len() as u64, history.position().frame);
    let frames = played.inputs.len() as f64;
    let on_tape = (file.len() + ending.len()) as f64 / frames;
    let in_memory = history.warm_bytes() as f64 / frames;
    let (numerator, denominator) = setup.options.region.frame_rate();
    let an_hour = 3600. * numerator as f64 / denominator as f64;
    let hot = (history.bytes() - history.warm_bytes()) as f64;
    let figures = vec![
        Figure::new("bytes of a state", "B", last.len() as f64),
        Figure::new("bytes that a frame changes", "B", changed as f64 / frames),
        Figure::new("input changes", "/min", presses as f64 * an_hour / 60. / frames),
        Figure::new("history in memory, a frame", "B", in_memory).at_most(25., 10.),
        Figure::new("rewind held in 64 MiB", "h", f64::from(64 << 20) / in_memory / an_hour)
            .at_least(12., 30.),
        Figure::new("tape on disk, a frame", "B", on_tape).at_most(25., 10.),
        Figure::new("tape on disk", "MB/h", on_tape * an_hour / 1e6).at_most(5., 2.),
        Figure::new("every state of the last minute, at its end", "MB", hot / 1e6),
    ];
    (figures, played)
}
