//! The emulation thread: promoted, warmed up, then turn after turn on time.

use super::alloc_guard;
use super::cycle::Engine;
use super::machine::Machine;
use super::pacer::Pacer;
use super::realtime::{self, Degraded, SPIN_NS, Wishes};
use super::stats::Finished;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

/// The part of a period that fast-forward may fill.
const FAST_SHARE: (u64, u64) = (3, 5);

/// Runs a session to its end on the calling thread.
///
/// What was refused goes to `refused` at once. Frames begin when `ready` says
/// that they can be seen.
pub fn run(
    mut engine: Engine,
    wishes: Wishes,
    refused: &Sender<Vec<Degraded>>,
    ready: &Receiver<()>,
) -> (Box<Machine>, Finished) {
    // Who does not listen knows already.
    let _ = refused.send(realtime::promote("the emulation thread", wishes));
    engine.warm_up();
    // A spin without real-time priority only takes time from others.
    let spin_ns = if wishes.priority.is_some() { SPIN_NS } else { SPIN_NS / 3 };
    wait(&engine, ready);

    let before = realtime::usage();
    let allocations = alloc_guard::count();
    let began = realtime::now_ns();
    let mut over = engine.flags().quit.load(Ordering::Acquire);
    let mut pacer = Pacer::new(engine.region().frame_rate(), began + 1_000_000);
    let mut spin = 0;
    alloc_guard::enter();
    while !over {
        let (now, spun) = realtime::sleep_until(pacer.due(), spin_ns);
        spin += spun;
        let start = pacer.start(now);
        engine.note_start(start.error_ns);
        let turn = engine.turn(pacer.period() * FAST_SHARE.0 / FAST_SHARE.1);
        over = turn.quit;
        if let Some(region) = turn.region {
            pacer.set_native(region.frame_rate());
            engine.set_speed(1.0);
        }
        if let Some(millihertz) = turn.refresh {
            engine.set_speed(pacer.follow(millihertz));
        }
    }
    alloc_guard::leave();
    let wall_ns = realtime::now_ns() - began;
    let usage = [before, realtime::usage()];
    let allocations = alloc_guard::count() - allocations;
    engine.ring();
    let (machine, stats) = engine.finish();
    let late_frames = pacer.late();
    (machine, Finished { stats, late_frames, allocations, usage, wall_ns, spin_ns: spin })
}

fn wait(engine: &Engine, ready: &Receiver<()>) {
    while !engine.flags().quit.load(Ordering::Acquire) {
        match ready.recv_timeout(Duration::from_millis(50)) {
            Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}
