//! How much is played until a bit that flipped is reported: in the machine, and
//! in a state that the history keeps.

use std::time::{Duration, Instant};

use super::figure::Figure;
use super::play::Play;
use crate::app::fault::{Fault, Outcome};
use crate::app::setup::Setup;
use crate::engine::auditor::Auditor;
use crate::engine::replay::{Console, taken};
use crate::flight::history::{History, Settings};

/// Flips of each kind, in different frames of a second.
const FLIPS: u64 = 6;
/// Frames before the first.
const BEFORE: u64 = 600;
/// Nothing found within this is nothing found.
const PATIENCE: Duration = Duration::from_secs(10);
/// Frames after which a second must have been looked at.
const MOST: u64 = 600;

/// Where a bit flips.
#[derive(Clone, Copy)]
enum Flip {
    Machine,
    Stored,
}

/// The longest of all flips, in frames of play and in seconds.
pub fn figures(setup: &Setup, play: &Play) -> Outcome<Vec<Figure>> {
    let (numerator, denominator) = setup.options.region.frame_rate();
    let rate = numerator as f64 / denominator as f64;
    let mut worst = [0f64; 2];
    for (kind, flip) in [Flip::Machine, Flip::Stored].into_iter().enumerate() {
        for n in 0..FLIPS {
            let found = found(setup, play, BEFORE + n * 13, flip, rate).ok_or_else(|| {
                Fault::failed(format_args!("{}: a bit that flipped was not found", setup.rom.name))
            })?;
            worst[kind] = worst[kind].max(found);
        }
    }
    let [machine, stored] = worst;
    Ok(vec![
        Figure::new("a bit flips in the machine: reported after", "frames", machine),
        Figure::new("the same", "s", machine / rate).at_most(2., 1.),
        Figure::new("a bit flips in a kept state: reported after", "frames", stored),
        Figure::new("the same", "s", stored / rate).at_most(2., 1.),
    ])
}

/// Frames of play from the flip to the report; the time that the auditor takes
/// counts as frames that are played meanwhile.
fn found(setup: &Setup, play: &Play, at: u64, flip: Flip, rate: f64) -> Option<f64> {
    let console = || Console::new(setup.rom.cart.clone(), setup.options, Default::default());
    let mut nes = setup.power_on();
    let mut history = History::new(nes.bytes().len(), Settings::default());
    history.begin(0, nes.bytes());
    let mut auditor = Auditor::start(console(), None);
    for frame in 1..at + MOST {
        let input = play.input(frame);
        nes.run_muted(input);
        history.frame(taken(input));
        history.state(nes.bytes());
        let began = Instant::now();
        let kept = history.kept_at().is_some_and(|kept| kept.frame == frame);
        let mut said = auditor.look(&history);
        // What it looks at now tells: wait for it.
        while said.is_none() && kept && !auditor.is_idle() && began.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_micros(200));
            said = auditor.look(&history);
        }
        said = said.or_else(|| auditor.look(&history));
        if said.is_some() {
            return (frame >= at)
                .then(|| (frame - at) as f64 + (began.elapsed().as_secs_f64() * rate).ceil());
        }
        if frame == at {
            match flip {
                Flip::Machine => {
                    let mut state = nes.bytes().to_vec();
                    *state.last_mut()? ^= 1;
                    nes.restore(&state).ok()?;
                }
                Flip::Stored => history.damage_last(),
            }
        }
    }
    None
}
