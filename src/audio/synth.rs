//! From the machine's steps to samples.
//!
//! ```text
//! steps ──▶ band-limited impulses ──▶ integrate ──▶ HP 90 ──▶ HP 440 ──▶ LP 14k ──▶ volume ──▶ -1..1
//!           (windowed sinc, 64 phases,    ▲
//!            interpolated, 32 taps)       └── seam: what a restored state jumped, let out slowly
//! ```
//!
//! A step of the level is an impulse of its derivative. Each impulse is placed
//! at its exact time between two samples as a windowed sinc, so nothing above
//! half the sample rate is made that could fold back; the running sum of all
//! impulses is the sound. Filters: <https://www.nesdev.org/wiki/APU_Mixer>.
//!
//! Where a frame does not begin at the level at which the last one ended (a
//! state was loaded, a loop starts again, frames were left out), the jump is
//! not played: it becomes an offset that is let out over some milliseconds,
//! which the high-pass filters turn into nothing that is heard.

use super::filter::{HighPass, LowPass};
use crate::nes::Sound;
use std::f64::consts::PI;

/// Samples that an impulse touches.
const TAPS: usize = 32;
/// Places between two samples at which an impulse is tabled.
const PHASES: usize = 64;
/// Samples that are made before they are handed out.
const CAPACITY: usize = 4096;
/// Where the impulse's pass band ends, as a part of the sample rate.
const CUTOFF: f64 = 0.42;
/// Kaiser window: 80 dB down in the stop band.
const BETA: f64 = 8.0;
/// Level 65,536 is 1.0.
const SCALE: f64 = 1.0 / 65_536.0;
/// Seconds in which a seam falls to a third.
const SEAM_SECONDS: f64 = 0.008;
/// Seconds in which the volume goes from silence to full.
const FADE_SECONDS: f64 = 0.010;
/// How far the ratio may be from 1.
const RATIO_LIMIT: f64 = 0.005;
/// How far the ratio moves in a frame: not heard as a slide.
const RATIO_SLEW: f64 = 0.000_1;

/// Makes samples of a machine's sound. Allocates in [`Synth::new`] only.
pub struct Synth {
    kernel: Box<[[f32; TAPS]]>,
    impulses: Box<[f32]>,
    samples_per_cycle: f64,
    ratio: f64,
    wanted_ratio: f64,
    /// Where the next frame begins, in samples after `impulses[0]`.
    position: f64,
    level: i32,
    integral: f64,
    seam: f64,
    seam_share: f64,
    high_90: HighPass,
    high_440: HighPass,
    low_14k: LowPass,
    volume: f32,
    wanted_volume: f32,
    volume_slew: f32,
}

impl Synth {
    /// A synthesis of a machine with `cpu_hz` CPU cycles a second for a device
    /// that takes `sample_rate` samples a second.
    pub fn new(cpu_hz: f64, sample_rate: f64) -> Self {
        Self {
            kernel: kernel(),
            impulses: vec![0.0; CAPACITY + TAPS].into_boxed_slice(),
            samples_per_cycle: sample_rate / cpu_hz,
            ratio: 1.0,
            wanted_ratio: 1.0,
            position: 0.0,
            level: 0,
            integral: 0.0,
            seam: 0.0,
            seam_share: 1.0 / (SEAM_SECONDS * sample_rate),
            high_90: HighPass::new(90.0, sample_rate),
            high_440: HighPass::new(440.0, sample_rate),
            low_14k: LowPass::new(14_000.0, sample_rate),
            volume: 1.0,
            wanted_volume: 1.0,
            volume_slew: (1.0 / (FADE_SECONDS * sample_rate)) as f32,
        }
    }

    /// Appends the samples of a frame, mono, -1 to 1.
    pub fn frame(&mut self, sound: &Sound, samples: &mut Vec<f32>) {
        self.frame_with(sound, |sample| samples.push(sample));
    }

    /// Hands out the samples of a frame.
    pub fn frame_with(&mut self, sound: &Sound, mut put: impl FnMut(f32)) {
        self.slew();
        self.seam += f64::from(sound.start) - f64::from(self.level);
        self.level = sound.start;
        let per_cycle = self.samples_per_cycle * self.ratio;
        for step in &sound.steps {
            let time = self.position + f64::from(step.cycle.min(sound.cycles)) * per_cycle;
            let time = self.make_room(time, &mut put);
            self.add(time, step.level.wrapping_sub(self.level));
            self.level = step.level;
        }
        // `make_room` moves `position` back together with the buffer.
        self.advance(sound.cycles, per_cycle, &mut put);
    }

    /// Hands out the samples of `cycles` in which the level does not change.
    pub fn hold_with(&mut self, cycles: u32, mut put: impl FnMut(f32)) {
        self.slew();
        self.advance(cycles, self.samples_per_cycle * self.ratio, &mut put);
    }

    /// Makes `ratio` times as many samples from now on, within ±0.5 %; glides.
    pub fn set_ratio(&mut self, ratio: f64) {
        self.wanted_ratio = ratio.clamp(1.0 - RATIO_LIMIT, 1.0 + RATIO_LIMIT);
    }

    /// 0 is silence, 1 is full; glides.
    pub fn set_volume(&mut self, volume: f32) {
        self.wanted_volume = volume.clamp(0.0, 1.0);
    }

    /// The ratio at which samples are made now.
    pub fn ratio(&self) -> f64 {
        self.ratio
    }

    fn slew(&mut self) {
        let way = self.wanted_ratio - self.ratio;
        self.ratio += way.clamp(-RATIO_SLEW, RATIO_SLEW);
    }

    /// Hands out samples until `time` lies in the buffer; gives `time` anew.
    fn make_room(&mut self, mut time: f64, put: &mut impl FnMut(f32)) -> f64 {
        while time >= CAPACITY as f64 {
            self.hand_out(CAPACITY, put);
            self.position -= CAPACITY as f64;
            time -= CAPACITY as f64;
        }
        time.max(0.0)
    }

    fn advance(&mut self, cycles: u32, per_cycle: f64, put: &mut impl FnMut(f32)) {
        let end = self.position + f64::from(cycles) * per_cycle;
        let end = self.make_room(end, put);
        let whole = end.floor();
        self.hand_out(whole as usize, put);
        self.position = end - whole;
    }

    /// Places a step of `delta` at `time`, which lies in the buffer.
    fn add(&mut self, time: f64, delta: i32) {
        let index = time as usize;
        let place = (time - index as f64) * PHASES as f64;
        let phase = (place as usize).min(PHASES - 1);
        let between = (place - phase as f64) as f32;
        let delta = delta as f32;
        let (near, far) = (&self.kernel[phase], &self.kernel[phase + 1]);
        let (near_share, far_share) = (delta * (1.0 - between), delta * between);
        let span = &mut self.impulses[index..index + TAPS];
        for tap in 0..TAPS {
            span[tap] += near[tap] * near_share + far[tap] * far_share;
        }
    }

    fn hand_out(&mut self, count: usize, put: &mut impl FnMut(f32)) {
        for index in 0..count {
            let seam = self.seam * self.seam_share;
            self.seam -= seam;
            self.integral += f64::from(self.impulses[index]) + seam;
            let sample = self.high_90.run(self.integral * SCALE);
            let sample = self.low_14k.run(self.high_440.run(sample));
            let way = self.wanted_volume - self.volume;
            self.volume += way.clamp(-self.volume_slew, self.volume_slew);
            put((sample as f32 * self.volume).clamp(-1.0, 1.0));
        }
        self.impulses.copy_within(count.., 0);
        let rest = self.impulses.len() - count;
        self.impulses[rest..].fill(0.0);
        if self.seam.abs() < 1e-9 {
            self.seam = 0.0;
        }
    }
}

/// The impulse at each phase, and at the phase that is the next sample's
/// first, so that a row always has a neighbour. Each row's sum is 1.
///
/// A running sum rises by x / sin x against an integral, where x is half a sample's angle:
/// by 1.3 dB at 14 kHz. So each tap is the mean of the impulse over a sample's time, which
/// falls by as much.
fn kernel() -> Box<[[f32; TAPS]]> {
    const POINTS: usize = 32;
    let centre = (TAPS / 2 - 1) as f64;
    let impulse = |x: f64| sinc(2.0 * CUTOFF * x) * kaiser(x / (TAPS / 2) as f64);
    let row = |phase: usize| {
        let shift = centre + phase as f64 / PHASES as f64;
        let taps: [f64; TAPS] = std::array::from_fn(|tap| {
            let x = tap as f64 - shift;
            let points = (0..POINTS).map(|n| (n as f64 + 0.5) / POINTS as f64 - 0.5);
            points.map(|off| impulse(x + off)).sum::<f64>()
        });
        let sum: f64 = taps.iter().sum();
        taps.map(|tap| (tap / sum) as f32)
    };
    (0..=PHASES).map(row).collect()
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

/// The Kaiser window over -1..1.
fn kaiser(x: f64) -> f64 {
    if x.abs() >= 1.0 { 0.0 } else { bessel(BETA * (1.0 - x * x).sqrt()) / bessel(BETA) }
}

/// The modified Bessel function of order 0, by its power series.
fn bessel(x: f64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for n in 1..40 {
        term *= (x / 2.0) * (x / 2.0) / f64::from(n * n);
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nes::{Region, Step};

    const RATE: f64 = 48_000.0;

    fn ntsc() -> f64 {
        Region::Ntsc.cpu_hz()
    }

    /// Frames of a square wave of `half` CPU cycles a half period.
    fn square(half: u32, high: i32, frames: u32) -> Vec<Sound> {
        let cycles = 29_780;
        let mut level = 0;
        (0..frames)
            .map(|frame| {
                let begin = frame * cycles;
                let mut sound = Sound { start: level, cycles, ..Sound::default() };
                for edge in begin.div_ceil(half)..(begin + cycles).div_ceil(half) {
                    level = if edge % 2 == 0 { 0 } else { high };
                    sound.push(Step { cycle: edge * half - begin, level });
                }
                sound
            })
            .collect()
    }

    fn render(synth: &mut Synth, frames: &[Sound]) -> Vec<f32> {
        let mut samples = Vec::new();
        frames.iter().for_each(|sound| synth.frame(sound, &mut samples));
        samples
    }

    /// The amplitude of one frequency.
    fn amplitude(samples: &[f32], hz: f64) -> f64 {
        let (mut re, mut im, mut weight) = (0.0, 0.0, 0.0);
        for (n, &sample) in samples.iter().enumerate() {
            let window = 0.5 - 0.5 * (2.0 * PI * n as f64 / samples.len() as f64).cos();
            let angle = 2.0 * PI * hz * n as f64 / RATE;
            re += window * f64::from(sample) * angle.cos();
            im += window * f64::from(sample) * angle.sin();
            weight += window;
        }
        2.0 * (re * re + im * im).sqrt() / weight
    }

    #[test]
    fn a_tone_has_its_pitch() {
        let samples = render(&mut Synth::new(ntsc(), RATE), &square(2034, 20_000, 120));
        let samples = &samples[4800..];
        let rises: Vec<usize> =
            (1..samples.len()).filter(|&n| samples[n - 1] < 0.1 && samples[n] >= 0.1).collect();
        let periods = (rises.len() - 1) as f64;
        let hz = periods * RATE / (rises[rises.len() - 1] - rises[0]) as f64;
        assert!((hz / (ntsc() / 4068.0) - 1.0).abs() < 0.0005, "{hz}");
    }

    #[test]
    fn the_sum_of_an_impulse_is_a_step_at_every_pitch_that_is_heard() {
        for row in kernel().iter().step_by(7) {
            for hz in [440.0, 4000.0, 9000.0, 14_000.0, 17_000.0] {
                let angle = 2.0 * PI * hz / RATE;
                let (mut re, mut im) = (0.0, 0.0);
                for (n, &tap) in row.iter().enumerate() {
                    re += f64::from(tap) * (angle * n as f64).cos();
                    im += f64::from(tap) * (angle * n as f64).sin();
                }
                let summed = (re * re + im * im).sqrt() / (2.0 * (angle / 2.0).sin());
                let decibels = 20.0 * (summed * angle).log10();
                assert!(decibels.abs() < 0.05, "{hz} Hz: {decibels:.3} dB");
            }
        }
    }

    #[test]
    fn a_second_of_the_machine_is_a_second_of_samples() {
        let samples = render(&mut Synth::new(ntsc(), RATE), &square(2034, 20_000, 601));
        let wanted = 601.0 * 29_780.0 * RATE / ntsc();
        assert!((samples.len() as f64 - wanted).abs() < 2.0);
    }

    #[test]
    fn harmonics_above_half_the_rate_do_not_fold_back() {
        let half = 90;
        let hz = ntsc() / f64::from(2 * half);
        let samples = render(&mut Synth::new(ntsc(), RATE), &square(half, 20_000, 60));
        let samples = &samples[2400..];
        let tone = amplitude(samples, hz);
        for harmonic in (3..24).step_by(2).filter(|&h| f64::from(h) * hz > RATE / 2.0) {
            let folded = (f64::from(harmonic) * hz + RATE / 2.0).rem_euclid(RATE) - RATE / 2.0;
            let decibels = 20.0 * (amplitude(samples, folded.abs()) / tone).log10();
            assert!(decibels < -65.0, "harmonic {harmonic}: {decibels:.1} dB");
        }
    }

    #[test]
    fn frame_borders_leave_no_trace() {
        let frames = square(701, 20_000, 30);
        let mut whole = Sound { cycles: 0, ..Sound::default() };
        for sound in &frames {
            for step in &sound.steps {
                whole.push(Step { cycle: whole.cycles + step.cycle, level: step.level });
            }
            whole.cycles += sound.cycles;
        }
        let split = render(&mut Synth::new(ntsc(), RATE), &frames);
        let joined = render(&mut Synth::new(ntsc(), RATE), &[whole]);
        assert_eq!(split.len(), joined.len());
        let worst = split.iter().zip(&joined).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst < 1e-4, "{worst}");
    }

    #[test]
    fn a_restored_state_does_not_click() {
        let mut synth = Synth::new(ntsc(), RATE);
        let still = |start| Sound { start, cycles: 29_780, ..Sound::default() };
        render(&mut synth, &vec![still(0); 30]);
        let samples = render(&mut synth, &[still(40_000), still(40_000), still(3_000)]);
        let jump = samples.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max);
        let loudest = samples.iter().map(|s| s.abs()).fold(0.0, f32::max);
        assert!(jump < 0.003 && loudest < 0.03, "jump {jump}, peak {loudest}");
    }

    #[test]
    fn a_held_level_falls_silent_without_a_jump() {
        let mut synth = Synth::new(ntsc(), RATE);
        let mut samples = render(&mut synth, &square(2034, 20_000, 10));
        let played = samples.len();
        (0..10).for_each(|_| synth.hold_with(29_780, |sample| samples.push(sample)));
        let jump = samples[played - 40..].windows(2).map(|w| (w[1] - w[0]).abs());
        assert!(jump.fold(0.0, f32::max) < 0.25);
        assert!(samples[samples.len() - 800..].iter().all(|s| s.abs() < 1e-4));
    }

    #[test]
    fn the_volume_glides() {
        let mut synth = Synth::new(ntsc(), RATE);
        let loud = render(&mut synth, &square(2034, 20_000, 30));
        synth.set_volume(0.0);
        let fading = render(&mut synth, &square(2034, 20_000, 30));
        assert!(fading[480 - 48].abs() <= 0.1 * loud.iter().fold(0.0, |m: f32, s| m.max(s.abs())));
        assert!(fading[600..].iter().all(|&s| s == 0.0));
    }

    #[test]
    fn the_ratio_glides_and_is_bounded() {
        let mut synth = Synth::new(ntsc(), RATE);
        synth.set_ratio(2.0);
        let frames = square(2034, 20_000, 200);
        let before = render(&mut synth, &frames[..1]).len();
        assert!(before < 801);
        render(&mut synth, &frames[1..100]);
        assert!((synth.ratio() - 1.005).abs() < 1e-12);
        let after = render(&mut synth, &frames[100..]).len() as f64;
        assert!((after / (100.0 * 29_780.0 * RATE / ntsc()) - 1.005).abs() < 1e-4);
    }

    #[test]
    fn overlong_and_absurd_frames_are_played_without_a_panic() {
        let mut synth = Synth::new(ntsc(), 192_000.0);
        let mut sound = Sound { start: i32::MIN, cycles: 90_000, ..Sound::default() };
        for n in 0..50_000u32 {
            let level = if n % 2 == 0 { i32::MAX } else { i32::MIN };
            sound.push(Step { cycle: n.wrapping_mul(2_654_435_761), level });
        }
        let samples = render(&mut synth, &[sound.clone(), sound]);
        assert!(samples.iter().all(|s| s.is_finite() && s.abs() <= 1.0));
    }
}
