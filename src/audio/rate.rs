//! From the emulation thread to the device without a gap: a ring kept at a
//! small fill by making a little more or less of the sound.
//!
//! ```text
//! emulation: frame ─▶ Synth (ratio) ─▶ ring ─▶ Player: device callback
//!                        ▲               │        │ underrun: fade out, wait for the fill, fade in
//!                        └─ Control ◀────┘ fill   │ far too full: stale sound is left out, crossfaded
//! ```
//!
//! The console's clock and the device's never agree. Before each frame the
//! [`Feeder`] looks at what is still in the ring; a slow PI controller turns
//! the difference to the target into a ratio within ±0.5 %, which nobody hears.
//! The target follows the device: who asks for more at once, or was found
//! empty, gets a larger one.

use super::synth::Synth;
use crate::link::Speaker;
use crate::nes::Sound;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

/// How far the ratio may be from the speed's.
pub const LIMIT: f64 = 0.005;
/// Ratio per second of missing fill, and the part of it that stays.
const PROPORTION: f64 = 0.4;
const INTEGRAL: f64 = 0.03;
/// The fill is averaged over about so many frames.
const AVERAGE: f64 = 32.0;
/// Kept above what a callback takes, for callbacks and frames that come late.
const MARGIN_MS: u32 = 4;
/// What an underrun adds to the target, and how much all of them may.
const STEP_MS: u32 = 2;
const STEPS_MS: u32 = 40;
/// More than this above the usual fill is stale.
const STALE_MS: u32 = 30;
/// A second in which a device finds its feet.
const STARTUP_SECONDS: u64 = 1;

/// What both ends know and count.
#[derive(Debug, Default)]
pub struct Counters {
    /// Samples that should be in the ring when a frame comes.
    target: AtomicU32,
    /// Whether the device is taking samples.
    playing: AtomicBool,
    /// Times at which the device found too little, after its first second.
    pub underruns: AtomicU64,
    /// The same within its first second.
    pub startup_underruns: AtomicU64,
    /// Times at which the device itself ran dry, as it says.
    pub xruns: AtomicU64,
    /// Samples that the device was given.
    pub samples: AtomicU64,
    /// Samples left out because they were stale or the ring was full.
    pub dropped: AtomicU64,
    /// Sum over callbacks of the samples waiting in the ring.
    pub fill_sum: AtomicU64,
    /// Sum over callbacks of the device's own delay, in microseconds.
    pub delay_sum_us: AtomicU64,
    /// Callbacks while playing.
    pub callbacks: AtomicU64,
}

/// The ratio of samples made to samples due.
#[derive(Clone, Debug, Default)]
pub struct Control {
    average: Option<f64>,
    integral: f64,
}

/// The emulation thread's end.
pub struct Feeder {
    synth: Synth,
    ring: rtrb::Producer<f32>,
    counters: Arc<Counters>,
    control: Control,
    sample_rate: f64,
    speed: f64,
}

/// The device's end.
pub struct Player {
    ring: rtrb::Consumer<f32>,
    counters: Arc<Counters>,
    sample_rate: u32,
    frame: u32,
    period: u32,
    raised: u32,
    /// Samples played so far, silence included.
    age: u64,
    state: State,
    last: f32,
    gain: f32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Silent until the ring has its fill.
    Waiting,
    Playing,
}

/// Both ends of a ring to a device that takes `sample_rate` samples a second
/// and about `period` at once. `latency_ms` is how long samples shall wait in
/// the ring on average; less than works is raised.
pub fn channel(
    cpu_hz: f64,
    sample_rate: u32,
    period: u32,
    latency_ms: u32,
) -> (Feeder, Player, Arc<Counters>) {
    let frame = sample_rate / 60;
    let least = period + ms(sample_rate, MARGIN_MS);
    // A frame comes at once: on average half of it is waiting on top.
    let wanted = ms(sample_rate, latency_ms).saturating_sub(frame / 2);
    let counters = Arc::new(Counters::default());
    counters.target.store(wanted.max(least), Ordering::Relaxed);
    let capacity =
        (wanted.max(least) + 2 * frame + period + ms(sample_rate, 2 * STALE_MS + STEPS_MS))
            .next_power_of_two();
    let (producer, consumer) = rtrb::RingBuffer::new(capacity as usize);
    let feeder = Feeder {
        synth: Synth::new(cpu_hz, f64::from(sample_rate)),
        ring: producer,
        counters: counters.clone(),
        control: Control::default(),
        sample_rate: f64::from(sample_rate),
        speed: 1.0,
    };
    let player = Player {
        ring: consumer,
        counters: counters.clone(),
        sample_rate,
        frame,
        period,
        raised: 0,
        age: 0,
        state: State::Waiting,
        last: 0.0,
        gain: 0.0,
    };
    (feeder, player, counters)
}

impl Speaker for Feeder {
    fn frame(&mut self, sound: &Sound) {
        self.steer();
        let (ring, counters) = (&mut self.ring, &self.counters);
        self.synth.frame_with(sound, |sample| put(ring, counters, sample));
    }

    fn hold(&mut self, cycles: u32) {
        self.steer();
        let (ring, counters) = (&mut self.ring, &self.counters);
        self.synth.hold_with(cycles, |sample| put(ring, counters, sample));
    }

    fn set_volume(&mut self, volume: f32) {
        self.synth.set_volume(volume);
    }

    fn set_speed(&mut self, speed: f64) {
        self.speed = speed;
    }
}

impl Feeder {
    fn steer(&mut self) {
        let fill = self.ring.buffer().capacity() - self.ring.slots();
        let target = self.counters.target.load(Ordering::Relaxed);
        if !self.counters.playing.load(Ordering::Relaxed) {
            self.control.average = None;
            return;
        }
        let missing = |fill: f64| (f64::from(target) - fill) / self.sample_rate;
        let ratio = self.control.ratio(missing(fill as f64), 1.0 / 60.0);
        self.synth.set_ratio(1.0 / self.speed + ratio - 1.0);
    }
}

impl Control {
    /// The ratio for the next `dt` seconds when `missing` seconds of sound
    /// are missing now.
    pub fn ratio(&mut self, missing: f64, dt: f64) -> f64 {
        let average = self.average.map_or(missing, |old| old + (missing - old) / AVERAGE);
        self.average = Some(average);
        self.integral = (self.integral + INTEGRAL * average * dt).clamp(-LIMIT, LIMIT);
        1.0 + (PROPORTION * average + self.integral).clamp(-LIMIT, LIMIT)
    }
}

impl Player {
    /// The next `count` samples; `delay_us` is how long the device will take
    /// to sound the first.
    pub fn play(&mut self, count: usize, delay_us: u64, mut put: impl FnMut(f32)) {
        let fill = self.ring.slots();
        self.age += count as u64;
        let target = self.counters.target.load(Ordering::Relaxed);
        if self.state == State::Waiting {
            // A device that starts takes its two periods one after the other.
            if fill < (target + self.frame / 2 + self.period) as usize {
                return (0..count).for_each(|_| put(self.fall()));
            }
            self.state = State::Playing;
            self.counters.playing.store(true, Ordering::Relaxed);
        }
        let usual = target + self.frame;
        if fill > (usual + self.period + ms(self.sample_rate, STALE_MS)) as usize {
            // It stood still, and may be about to take more than usual.
            self.skip(fill - (usual + self.period) as usize);
        }
        // Half of what is taken now waits while the other half sounds.
        add(&self.counters.fill_sum, (self.ring.slots() as u64).saturating_sub(count as u64 / 2));
        add(&self.counters.delay_sum_us, delay_us);
        add(&self.counters.callbacks, 1);
        let rise = 1.0 / ms(self.sample_rate, 5) as f32;
        for left in (1..=count).rev() {
            let Ok(sample) = self.ring.pop() else {
                self.run_dry();
                return (0..left).for_each(|_| put(self.fall()));
            };
            self.gain = (self.gain + rise).min(1.0);
            self.last = sample * self.gain;
            add(&self.counters.samples, 1);
            put(self.last);
        }
    }

    /// Leaves out `count` samples, going over to what follows them without a jump.
    fn skip(&mut self, count: usize) {
        let blend = ms(self.sample_rate, 4) as usize;
        let Ok(mut chunk) = self.ring.read_chunk(count + blend) else { return };
        let (first, second) = chunk.as_mut_slices();
        let split = first.len();
        let get = |first: &[f32], second: &[f32], n: usize| {
            if n < split { first[n] } else { second[n - split] }
        };
        for n in 0..blend {
            let share = (n + 1) as f32 / blend as f32;
            let (old, new) = (get(first, second, n), get(first, second, count + n));
            let mixed = old + (new - old) * share;
            let place = count + n;
            if place < split { first[place] = mixed } else { second[place - split] = mixed }
        }
        chunk.commit(count);
        add(&self.counters.dropped, count as u64);
    }

    fn run_dry(&mut self) {
        self.state = State::Waiting;
        self.gain = 0.0;
        self.counters.playing.store(false, Ordering::Relaxed);
        let started = self.age > u64::from(self.sample_rate) * STARTUP_SECONDS;
        let counters = &self.counters;
        add(if started { &counters.underruns } else { &counters.startup_underruns }, 1);
        if self.raised < STEPS_MS {
            self.raised += STEP_MS;
            counters.target.fetch_add(ms(self.sample_rate, STEP_MS), Ordering::Relaxed);
        }
    }

    /// From the last sample to silence.
    fn fall(&mut self) -> f32 {
        self.last *= 1.0 - 1.0 / ms(self.sample_rate, 1) as f32;
        if self.last.abs() < 1e-6 {
            self.last = 0.0;
        }
        self.last
    }
}

fn put(ring: &mut rtrb::Producer<f32>, counters: &Counters, sample: f32) {
    if ring.push(sample).is_err() {
        add(&counters.dropped, 1);
    }
}

/// Each counter has one writer at a time: a load and a store are enough.
fn add(counter: &AtomicU64, count: u64) {
    counter.store(counter.load(Ordering::Relaxed) + count, Ordering::Relaxed);
}

fn ms(sample_rate: u32, ms: u32) -> u32 {
    (u64::from(sample_rate) * u64::from(ms) / 1000) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nes::{Region, Step};

    const RATE: u32 = 48_000;
    const PERIOD: u32 = 480;

    /// A machine and a device whose clocks differ by `skew`, in virtual time.
    struct Bench {
        feeder: Feeder,
        player: Player,
        counters: Arc<Counters>,
        played: Vec<f32>,
        skew: f64,
        frames: u64,
        callbacks: u64,
        cycle: u64,
    }

    impl Bench {
        fn new(skew: f64) -> Self {
            let (feeder, player, counters) = channel(Region::Ntsc.cpu_hz(), RATE, PERIOD, 20);
            let played = Vec::new();
            Self { feeder, player, counters, played, skew, frames: 0, callbacks: 0, cycle: 0 }
        }

        fn run(&mut self, seconds: f64) {
            let end = self.time() + seconds;
            while self.time() < end {
                if self.frame_time() <= self.callback_time() {
                    self.frame();
                } else {
                    self.callbacks += 1;
                    self.player.play(PERIOD as usize, 0, |sample| self.played.push(sample));
                }
            }
        }

        fn frame(&mut self) {
            self.frames += 1;
            let mut sound = Sound { cycles: 29_780, ..Sound::default() };
            sound.start = if (self.cycle / 2034).is_multiple_of(2) { 9000 } else { 0 };
            let mut edge = (self.cycle / 2034 + 1) * 2034;
            while edge < self.cycle + 29_780 {
                let level = if (edge / 2034).is_multiple_of(2) { 9000 } else { 0 };
                sound.push(Step { cycle: (edge - self.cycle) as u32, level });
                edge += 2034;
            }
            self.cycle += 29_780;
            self.feeder.frame(&sound);
        }

        fn time(&self) -> f64 {
            self.frame_time().min(self.callback_time())
        }

        fn frame_time(&self) -> f64 {
            self.frames as f64 * 29_780.0 / Region::Ntsc.cpu_hz()
        }

        fn callback_time(&self) -> f64 {
            self.callbacks as f64 * f64::from(PERIOD) / (f64::from(RATE) * (1.0 + self.skew))
        }

        fn underruns(&self) -> u64 {
            let counters = &self.counters;
            counters.underruns.load(Ordering::Relaxed)
                + counters.startup_underruns.load(Ordering::Relaxed)
        }

        fn jump(&self, from: usize) -> f32 {
            self.played[from..].windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max)
        }
    }

    #[test]
    fn clocks_that_differ_by_a_third_of_a_percent_never_underrun() {
        for skew in [0.0, 0.003, -0.003] {
            let mut bench = Bench::new(skew);
            bench.run(60.0);
            assert_eq!(bench.underruns(), 0, "skew {skew}");
            assert_eq!(bench.counters.dropped.load(Ordering::Relaxed), 0, "skew {skew}");
            let fill = bench.counters.fill_sum.load(Ordering::Relaxed) as f64
                / bench.counters.callbacks.load(Ordering::Relaxed) as f64;
            assert!(fill * 1000.0 / f64::from(RATE) < 24.0, "{fill} samples at skew {skew}");
            assert!((bench.feeder.synth.ratio() - 1.0 - skew).abs() < 0.001);
        }
    }

    #[test]
    fn an_underrun_is_counted_and_does_not_click() {
        let mut bench = Bench::new(0.0);
        bench.run(3.0);
        // The machine misses a tenth of a second; the device does not wait.
        for _ in 0..10 {
            bench.player.play(PERIOD as usize, 0, |sample| bench.played.push(sample));
        }
        bench.run(3.0);
        assert_eq!(bench.counters.underruns.load(Ordering::Relaxed), 1);
        let edge = Bench::new(0.0).edge();
        assert!(bench.jump(RATE as usize) <= edge * 1.05, "{} > {edge}", bench.jump(RATE as usize));
    }

    #[test]
    fn stale_sound_is_left_out_without_a_click() {
        let mut bench = Bench::new(0.0);
        bench.run(3.0);
        // The device stalls for six frames.
        (0..6).for_each(|_| bench.frame());
        let from = bench.played.len();
        bench.frames -= 6;
        bench.run(3.0);
        assert!(bench.counters.dropped.load(Ordering::Relaxed) > 2000);
        assert_eq!(bench.underruns(), 0);
        let edge = Bench::new(0.0).edge();
        assert!(bench.jump(from) <= edge * 1.05, "{} > {edge}", bench.jump(from));
    }

    #[test]
    fn a_pause_is_silence_and_no_underrun() {
        let mut bench = Bench::new(0.0);
        bench.run(2.0);
        let from = bench.played.len();
        for _ in 0..120 {
            bench.frames += 1;
            bench.feeder.hold(29_780);
            while bench.callback_time() < bench.frame_time() {
                bench.callbacks += 1;
                bench.player.play(PERIOD as usize, 0, |sample| bench.played.push(sample));
            }
        }
        assert_eq!(bench.underruns(), 0);
        assert!(bench.played[from + 4800..].iter().all(|s| s.abs() < 1e-4));
    }

    #[test]
    fn a_device_that_never_asks_does_not_stop_the_machine() {
        let mut bench = Bench::new(0.0);
        (0..600).for_each(|_| bench.frame());
        assert!(bench.counters.dropped.load(Ordering::Relaxed) > 400_000);
    }

    impl Bench {
        /// The steepest slope of the tone when nothing happens.
        fn edge(mut self) -> f32 {
            self.run(3.0);
            self.jump(RATE as usize)
        }
    }
}
