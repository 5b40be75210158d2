//! Sound steps → samples.

use crate::nes::Sound;

/// Turns the steps of frames into samples of a device's rate.
pub struct Synth {
    cycles_per_sample: f64,
    /// Cycles until the running sample is full.
    left: f64,
    /// Level × cycles of the running sample.
    area: f64,
    dc: f64,
}

impl Synth {
    /// A synthesiser for a console with `cpu_hz` and a device with `sample_rate`.
    pub fn new(cpu_hz: f64, sample_rate: f64) -> Self {
        let cycles_per_sample = cpu_hz / sample_rate;
        Self { cycles_per_sample, left: cycles_per_sample, area: 0., dc: 0. }
    }

    /// Appends a frame's samples, mono in -1..1.
    pub fn frame(&mut self, sound: &Sound, out: &mut Vec<f32>) {
        let (mut at, mut level) = (0, f64::from(sound.start));
        for step in &sound.steps {
            self.hold(level, f64::from(step.cycle.saturating_sub(at)), out);
            (at, level) = (step.cycle.max(at), f64::from(step.level));
        }
        self.hold(level, f64::from(sound.cycles.saturating_sub(at)), out);
    }

    fn hold(&mut self, level: f64, mut cycles: f64, out: &mut Vec<f32>) {
        while cycles >= self.left {
            cycles -= self.left;
            let mean = (self.area + level * self.left) / self.cycles_per_sample / 65_536.;
            self.dc += (mean - self.dc) * 0.005;
            out.push((mean - self.dc).clamp(-1., 1.) as f32);
            (self.area, self.left) = (0., self.cycles_per_sample);
        }
        self.area += level * cycles;
        self.left -= cycles;
    }
}
