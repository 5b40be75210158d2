//! First-order filters, as the resistors and capacitors behind the 2A03 make
//! them: bilinear transforms whose -3 dB points are where they are named.

use std::f64::consts::PI;

/// Lets through what is above its corner frequency.
#[derive(Clone, Debug)]
pub struct HighPass {
    k: f64,
    x: f64,
    y: f64,
}

/// Lets through what is below its corner frequency.
#[derive(Clone, Debug)]
pub struct LowPass {
    k: f64,
    x: f64,
    y: f64,
}

/// Below this a decaying filter is at rest: denormal numbers are slow.
const REST: f64 = 1e-18;

impl HighPass {
    /// A filter with its -3 dB point at `corner` hertz.
    pub fn new(corner: f64, sample_rate: f64) -> Self {
        Self { k: warp(corner, sample_rate), x: 0.0, y: 0.0 }
    }

    /// The next sample.
    pub fn run(&mut self, x: f64) -> f64 {
        let y = (x - self.x + (1.0 - self.k) * self.y) / (1.0 + self.k);
        self.x = x;
        self.y = if y.abs() < REST { 0.0 } else { y };
        self.y
    }
}

impl LowPass {
    /// A filter with its -3 dB point at `corner` hertz, or as near to it as
    /// the sample rate allows.
    pub fn new(corner: f64, sample_rate: f64) -> Self {
        Self { k: warp(corner.min(0.45 * sample_rate), sample_rate), x: 0.0, y: 0.0 }
    }

    /// The next sample.
    pub fn run(&mut self, x: f64) -> f64 {
        let y = (self.k * (x + self.x) + (1.0 - self.k) * self.y) / (1.0 + self.k);
        self.x = x;
        self.y = if y.abs() < REST { 0.0 } else { y };
        self.y
    }
}

fn warp(corner: f64, sample_rate: f64) -> f64 {
    (PI * corner / sample_rate).tan()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: f64 = 48_000.0;

    /// Gain in decibels of a filter for a sine.
    fn gain(mut run: impl FnMut(f64) -> f64, hz: f64) -> f64 {
        let (mut in_power, mut out_power) = (0.0, 0.0);
        for n in 0..96_000 {
            let x = (2.0 * PI * hz * f64::from(n) / RATE).sin();
            let y = run(x);
            if n >= 48_000 {
                in_power += x * x;
                out_power += y * y;
            }
        }
        10.0 * (out_power / in_power).log10()
    }

    #[test]
    fn corners_are_where_they_are_named() {
        for corner in [90.0, 440.0] {
            let mut filter = HighPass::new(corner, RATE);
            assert!((gain(|x| filter.run(x), corner) + 3.01).abs() < 0.05);
        }
        let mut filter = LowPass::new(14_000.0, RATE);
        assert!((gain(|x| filter.run(x), 14_000.0) + 3.01).abs() < 0.05);
    }

    #[test]
    fn a_decade_away_a_high_pass_takes_twenty_decibels() {
        let mut filter = HighPass::new(440.0, RATE);
        assert!((gain(|x| filter.run(x), 44.0) + 20.04).abs() < 0.1);
        let mut filter = HighPass::new(440.0, RATE);
        assert!(gain(|x| filter.run(x), 4_400.0).abs() < 0.1);
    }

    #[test]
    fn silence_ends_in_exact_zero() {
        let mut filter = HighPass::new(90.0, RATE);
        filter.run(1.0);
        for _ in 0..48_000 {
            filter.run(1.0);
        }
        assert_eq!(filter.run(1.0), 0.0);
    }
}
