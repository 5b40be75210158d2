//! What recording costs the emulation thread, a row for each thing that it
//! does; and the same in play, with everything that records running.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use zerocopy::transmute;

use super::cost::{Cost, Times};
use super::figure::Figure;
use super::play::Play;
use crate::app::fault::{Fault, Outcome};
use crate::app::setup::Setup;
use crate::app::tapes::{self, Begin, Begun, Wishes};
use crate::engine::machine::{Caught, Machine};
use crate::engine::realtime;
use crate::engine::session::Session;
use crate::flight::ring::Writer;
use crate::flight::shared;
use crate::flight::take::{FRAMES, Slot, Takes};
use crate::nes::{Input, Nes};

/// Frames of play over which the capture is measured at most, and the time of
/// one: eight times as fast as the console.
const IN_PLAY: u64 = 6000;
const PERIOD: Duration = Duration::from_millis(2);
/// The emulation thread's priority, as in play.
const PRIORITY: u8 = 80;
/// States that are written to the ring's file.
const PUSHES: u64 = 2000;

/// The rows: a machine is played for `samples` frames for each.
pub fn costs(nes: &mut Nes, samples: u64) -> Vec<Cost> {
    [capture, state_and_input, recording_turn, loop_seam].map(|row| row(nes, samples)).into()
}

/// What every frame of play costs: the state that changed and the input, into
/// the memory from which the recorder drains them.
fn capture(nes: &mut Nes, samples: u64) -> Cost {
    let bytes = nes.bytes().len();
    let header = shared::Header::new(0, nes.layout_hash(), 0, 0, bytes);
    let (mut capture, mut drain) = shared::create(None, &header).expect("memory");
    let recorder = std::thread::spawn(move || {
        while !drain.is_abandoned() {
            while drain.record().is_some() {}
            std::thread::sleep(Duration::from_millis(10));
        }
    });
    let cost =
        Cost::after_frames("state and input to the recorder", bytes, nes, samples, |nes, input| {
            let frame = nes.frame_number();
            capture.state(frame, nes.bytes());
            capture.record(shared::Record::Frame { frame, input: transmute!(input) });
        });
    drop(capture);
    recorder.join().expect("it only drains");
    cost
}

/// A whole state into the pool, and an input: what keeping every frame costs.
fn state_and_input(nes: &mut Nes, samples: u64) -> Cost {
    let state = nes.bytes().len();
    let mut takes = Takes::new(state, FRAMES);
    let slot = Slot::default();
    let bytes = state + size_of::<Input>();
    Cost::after_frames("state and input into the pool", bytes, nes, samples, |nes, input| {
        let begun = takes.begin(slot, nes.frame_number(), nes.bytes());
        begun.and_then(|()| takes.push(slot, transmute!(input))).expect("room");
    })
}

/// What a session does before each frame of a recording.
fn recording_turn(nes: &mut Nes, samples: u64) -> Cost {
    let mut session = session(nes);
    session.press();
    let bytes = size_of::<Input>();
    Cost::after_frames("turn of a session that records", bytes, nes, samples, |nes, input| {
        session.turn(nes, input);
    })
}

/// What a session does before the first frame of each round of a loop: the
/// machine is set back.
fn loop_seam(nes: &mut Nes, samples: u64) -> Cost {
    let mut session = session(nes);
    session.press();
    session.turn(nes, Input::default());
    session.press();
    let bytes = nes.bytes().len();
    // The loop is one frame long, so that each turn is a seam.
    Cost::after_frames("turn of a session at a loop's seam", bytes, nes, samples, |nes, input| {
        let turn = session.turn(nes, input);
        assert!(turn.restored, "each turn is a seam");
    })
}

fn session(nes: &Nes) -> Session {
    Session::new(Takes::new(nes.bytes().len(), FRAMES), None, Slot::default())
}

/// What a frame's capture costs while the recorder writes tape and ring to
/// `folder`: as it is, and while another process writes to the same disk flat
/// out.
pub fn in_play(setup: &Setup, play: &Play, frames: u64, folder: &Path) -> Outcome<Vec<Figure>> {
    let frames = frames.min(IN_PLAY);
    let quiet = captured(setup, play, frames, folder)?;
    let over = AtomicBool::new(false);
    let file = folder.join("flat-out");
    let loud = std::thread::scope(|scope| {
        let writer = scope.spawn(|| write_flat_out(&file, &over));
        let loud = captured(setup, play, frames, folder);
        over.store(true, Ordering::Release);
        let written = writer.join().expect("it only waits for dd");
        loud.map(|loud| (loud, written))
    });
    // It goes with its folder otherwise.
    let _ = std::fs::remove_file(&file);
    let (loud, rounds) = loud?;
    let written = rounds? as f64 * 256. / (frames as f64 * PERIOD.as_secs_f64());
    Ok(vec![
        Figure::new("capture, p50", "µs", quiet.cost.p50_us).at_most(2., 1.),
        Figure::new("capture, p99", "µs", quiet.cost.p99_us).at_most(10., 10.),
        Figure::new("capture, p99.9", "µs", quiet.cost.p999_us).at_most(50., 20.),
        Figure::new("capture, worst", "µs", quiet.cost.max_us),
        Figure::new("a plain copy there, p50", "µs", quiet.floor.p50_us),
        Figure::new("a plain copy there, p99", "µs", quiet.floor.p99_us),
        Figure::new("a plain copy there, p99.9", "µs", quiet.floor.p999_us),
        Figure::new("a plain copy there, worst", "µs", quiet.floor.max_us),
        Figure::new("capture while dd writes, p50", "µs", loud.cost.p50_us).at_most(2., 1.),
        Figure::new("capture while dd writes, p99", "µs", loud.cost.p99_us).at_most(10., 10.),
        Figure::new("capture while dd writes, p99.9", "µs", loud.cost.p999_us).at_most(50., 20.),
        Figure::new("capture while dd writes, worst", "µs", loud.cost.max_us),
        Figure::new("a plain copy meanwhile, p50", "µs", loud.floor.p50_us),
        Figure::new("a plain copy meanwhile, p99", "µs", loud.floor.p99_us),
        Figure::new("a plain copy meanwhile, p99.9", "µs", loud.floor.p999_us),
        Figure::new("a plain copy meanwhile, worst", "µs", loud.floor.max_us),
        Figure::new("of it: states dropped", "", (quiet.dropped + loud.dropped) as f64),
        Figure::new("of it: written by dd", "MB/s", written),
    ])
}

/// What was captured.
struct Captured {
    cost: Cost,
    /// A plain copy into memory of its own: what the machine itself adds.
    floor: Cost,
    dropped: u64,
}

/// Plays with a recorder, tape and ring as in play, on a thread like the
/// emulation's.
fn captured(setup: &Setup, play: &Play, frames: u64, folder: &Path) -> Outcome<Captured> {
    let game = folder.join("game");
    std::fs::create_dir_all(&game).map_err(|error| Fault::write(game.display(), error))?;
    let ([], io) = crate::io::start(|| {}).map_err(Fault::failed)?;
    let counter = io.counter();
    let nes = setup.power_on();
    let session = session(&nes);
    let mut machine = Machine::new(nes, session, None, 0, 0);
    let begin = Begin {
        folder: &game,
        writes: true,
        setup,
        counter: &counter,
        wishes: Wishes::default(),
        mirror: None,
        films: std::sync::mpsc::channel().0,
    };
    let Begun { recorder, .. } = tapes::begin(begin, &mut machine).map_err(Fault::failed)?;
    drop(counter);
    let recorder = std::thread::spawn(move || recorder.run(|said| eprintln!("retake: {said}")));
    let bytes = machine.nes.bytes().len();
    let captured = std::thread::scope(|scope| {
        let emulation = scope.spawn(|| {
            let cpu = realtime::favourite_cpu();
            // What is refused makes it slower.
            realtime::promote("bench", realtime::Wishes { priority: Some(PRIORITY), cpu });
            let (mut capture, mut floor) = (Times::default(), Times::default());
            let mut pool = vec![machine.nes.bytes().to_vec(); shared::STATES];
            let mut due = Instant::now();
            for n in 0..frames {
                due += PERIOD;
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
                let input = play.input(n + 1);
                machine.nes.run_muted(input);
                // The copy on every other frame, so that it, too, comes first.
                if n % 2 == 1 {
                    let place = n as usize / 2 % pool.len();
                    let began = Instant::now();
                    pool[place].copy_from_slice(machine.nes.bytes());
                    floor.since(began);
                }
                let began = Instant::now();
                machine.note_frame(input, Caught::State);
                if n % 2 == 0 {
                    capture.since(began);
                }
            }
            let dropped = machine.capture.take().map_or(0, |capture| capture.dropped());
            let (cost, floor) = (capture.cost("capture", bytes), floor.cost("copy", bytes));
            Captured { cost, floor, dropped }
        });
        emulation.join().expect("it only plays")
    });
    drop(machine);
    recorder.join().expect("the recorder does not panic");
    io.join();
    // It goes with its folder otherwise.
    let _ = std::fs::remove_dir_all(&game);
    Ok(captured)
}

/// Writes 256 MiB to a file and syncs them, again and again; gives how often.
fn write_flat_out(file: &Path, over: &AtomicBool) -> Outcome<u64> {
    let mut rounds = 0;
    while !over.load(Ordering::Acquire) {
        let mut dd = Command::new("dd");
        dd.args(["if=/dev/zero", "bs=1M", "count=256", "conv=fsync"]);
        let mut target = std::ffi::OsString::from("of=");
        target.push(file);
        let status = dd.arg(target).stderr(Stdio::null()).status();
        match status {
            Ok(status) if status.success() => rounds += 1,
            Ok(status) => return Err(Fault::failed(format_args!("dd: {status}"))),
            Err(error) => {
                return Err(Fault::missing(format_args!(
                    "dd cannot be started ({error}); install coreutils"
                )));
            }
        }
    }
    Ok(rounds)
}

/// What the last states in a file cost the thread that writes them.
pub fn ring(setup: &Setup, play: &Play, folder: &Path) -> Outcome<Vec<Figure>> {
    let path = folder.join("history.ring");
    let mut nes = setup.power_on();
    let size = nes.bytes().len();
    let states = u64::from(tapes::RING_SECONDS) * 60;
    let made = Writer::create(&path, states, size);
    let mut ring = made.map_err(|error| Fault::write(path.display(), error))?;
    let mut refused = None;
    let cost = Cost::of("a state to history.ring", size, PUSHES, |n| {
        nes.run_muted(play.input(n + 1));
        let began = Instant::now();
        refused = ring.push(n, nes.bytes()).err().or(refused.take());
        began
    });
    // It goes with its folder otherwise.
    let _ = std::fs::remove_file(&path);
    match refused {
        Some(error) => Err(Fault::write(path.display(), error)),
        None => Ok(vec![
            Figure::new("a state to history.ring, p50", "µs", cost.p50_us),
            Figure::new("a state to history.ring, p99", "µs", cost.p99_us),
            Figure::new("history.ring: written in play", "MB/s", size as f64 * 60. / 1e6),
            Figure::new("history.ring: size", "MB", (states as usize * (size + 32)) as f64 / 1e6),
        ]),
    }
}
