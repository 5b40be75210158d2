//! What something costs that is done once a frame: a row of a table.

use std::time::Instant;

use hdrhistogram::Histogram;
use serde::Serialize;

use crate::nes::{Input, Nes};

/// A row: microseconds that 50, 99 and 99.9 of a hundred do not exceed, and
/// the worst.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cost {
    /// What was done.
    pub what: &'static str,
    /// Bytes that it touches, or writes.
    pub bytes: usize,
    /// How often it was done.
    pub samples: u64,
    /// The median.
    pub p50_us: f64,
    /// One in a hundred is slower.
    pub p99_us: f64,
    /// One in a thousand is slower.
    pub p999_us: f64,
    /// None is slower.
    pub max_us: f64,
}

impl Cost {
    /// Runs `samples` frames and times `work` after each, so that the machine's
    /// bytes are no warmer than in play.
    pub fn after_frames(
        what: &'static str,
        bytes: usize,
        nes: &mut Nes,
        samples: u64,
        mut work: impl FnMut(&mut Nes, Input),
    ) -> Self {
        Self::of(what, bytes, samples, |n| {
            let input = Input::pad1(n as u8);
            nes.run_muted(input);
            let began = Instant::now();
            work(nes, input);
            began
        })
    }

    /// Does `work` `samples` times; it gives the time at which what counts began.
    pub fn of(
        what: &'static str,
        bytes: usize,
        samples: u64,
        mut work: impl FnMut(u64) -> Instant,
    ) -> Self {
        let mut times = Times::default();
        for n in 0..samples {
            times.since(work(n));
        }
        times.cost(what, bytes)
    }
}

/// How long something took, many times.
pub struct Times(Histogram<u64>);

impl Default for Times {
    /// None yet.
    fn default() -> Self {
        Self(Histogram::new_with_bounds(1, 10_000_000_000, 3).expect("sane bounds"))
    }
}

impl Times {
    /// It began then, and is over now.
    pub fn since(&mut self, began: Instant) {
        self.0.saturating_record(began.elapsed().as_nanos() as u64);
    }

    /// The row.
    pub fn cost(&self, what: &'static str, bytes: usize) -> Cost {
        let Self(times) = self;
        let us = |ns: u64| ns as f64 / 1000.;
        let at = |share| us(times.value_at_quantile(share));
        let (p50_us, p99_us, p999_us) = (at(0.5), at(0.99), at(0.999));
        let (samples, max_us) = (times.len(), us(times.max()));
        Cost { what, bytes, samples, p50_us, p99_us, p999_us, max_us }
    }
}

/// The rows as lines for people.
pub fn table(heading: &str, costs: &[Cost]) -> Vec<String> {
    let row = |cost: &Cost| {
        let Cost { what, bytes, p50_us, p99_us, p999_us, max_us, .. } = cost;
        format!("  {what:<38} {bytes:9} {p50_us:8.2} {p99_us:8.2} {p999_us:8.2} {max_us:8.2}")
    };
    let mut lines = vec![format!(
        "  {heading:<38} {:>9} {:>8} {:>8} {:>8} {:>8}",
        "bytes", "p50 µs", "p99", "p99.9", "max"
    )];
    lines.extend(costs.iter().map(row));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_row_tells_the_median_from_the_worst() {
        let ago = |n| Instant::now() - Duration::from_millis(if n == 7 { 500 } else { 20 });
        let cost = Cost::of("waiting", 1, 100, ago);
        assert!((20_000. ..100_000.).contains(&cost.p50_us), "{cost:?}");
        assert!(cost.max_us >= 499_000. && cost.p50_us <= cost.p99_us, "{cost:?}");
        assert_eq!(table("x", &[cost]).len(), 2);
    }
}
