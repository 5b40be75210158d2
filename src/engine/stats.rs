//! The session in figures: what `--stats` writes.
//!
//! Everything is counted in fixed memory; [`Report`] is made of it when the
//! session is over. Histograms hold nanoseconds and are told in microseconds.

use super::realtime::Usage;
use crate::link::Shown;
use hdrhistogram::Histogram;
use serde::Serialize;

/// What the emulation thread counts.
pub struct Stats {
    /// Frames of the machine that were run.
    pub frames: u64,
    /// A frame's start after it was due.
    pub start_error: Histogram<u64>,
    /// From waking to having done everything.
    pub work: Histogram<u64>,
    /// The recorder's part of that.
    pub capture: Histogram<u64>,
    /// From an input event to the picture that has seen it.
    pub latency: Histogram<u64>,
    /// From closing the file of a new ROM to its first picture.
    pub reload: Histogram<u64>,
    /// Pictures published.
    pub published: u64,
    /// Whether each picture published is of the frame after the last one's,
    /// states that were loaded and frames that were left out aside.
    pub contiguous: bool,
    /// Rounds of loops.
    pub loops: u64,
}

impl Default for Stats {
    fn default() -> Self {
        Self {
            frames: 0,
            start_error: histogram(),
            work: histogram(),
            capture: histogram(),
            latency: histogram(),
            reload: histogram(),
            published: 0,
            contiguous: true,
            loops: 0,
        }
    }
}

/// What the sound output counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct AudioReport {
    /// Times at which the device asked for more than there was, after its
    /// first second.
    pub underruns: u64,
    /// The same within its first second.
    pub startup_underruns: u64,
    /// Times at which the device itself ran dry: whoever feeds it (a sound
    /// server, the kernel) came too late.
    pub device_xruns: u64,
    /// Samples played.
    pub samples: u64,
    /// Stale samples that were left out.
    pub dropped: u64,
    /// How long a sample waits on average between being made and being heard,
    /// as far as the device tells.
    pub latency_ms: f64,
    /// Of that, in our own ring.
    pub ring_ms: f64,
}

/// Everything about the emulation thread's session.
pub struct Finished {
    /// What it counted.
    pub stats: Stats,
    /// Frames late by a whole period or more.
    pub late_frames: u64,
    /// Allocations on it in play.
    pub allocations: u64,
    /// The kernel's word before and after.
    pub usage: [Usage; 2],
    /// How long it was in play, nanoseconds.
    pub wall_ns: u64,
    /// How much of that it spun, nanoseconds.
    pub spin_ns: u64,
}

/// What `--stats` writes.
#[derive(Serialize)]
#[allow(missing_docs)]
pub struct Report {
    pub frames: u64,
    pub late_frames: u64,
    pub start_error_us: Percentiles,
    pub work_us: Percentiles,
    pub capture_us: Percentiles,
    pub latency_us: Percentiles,
    pub reload_us: Percentiles,
    pub present_us: Percentiles,
    pub audio: AudioReport,
    pub pictures: Pictures,
    pub emulation_thread: Thread,
    pub loops: u64,
    pub rss_peak_kib: u64,
    pub degraded: Vec<String>,
}

/// A distribution in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct Percentiles {
    pub count: u64,
    pub p50: f64,
    pub p90: f64,
    pub p99: f64,
    pub p999: f64,
    pub max: f64,
}

/// What became of the pictures.
#[derive(Serialize)]
#[allow(missing_docs)]
pub struct Pictures {
    pub published: u64,
    pub shown: u64,
    pub dropped: u64,
    pub contiguous: bool,
}

/// How the emulation thread ran. `cpu_percent` is without the spin.
#[derive(Serialize)]
#[allow(missing_docs)]
pub struct Thread {
    pub allocations: u64,
    pub minor_faults: u64,
    pub major_faults: u64,
    pub policy: &'static str,
    pub priority: u64,
    pub cpu: u64,
    pub cpu_percent: f64,
    pub spin_percent: f64,
}

impl Report {
    /// Everything together.
    pub fn new(
        finished: &Finished,
        shown: &Shown,
        audio: AudioReport,
        degraded: Vec<String>,
    ) -> Self {
        let stats = &finished.stats;
        let [before, after] = &finished.usage;
        let percent = |ns: u64| rounded(ns as f64 * 100.0 / finished.wall_ns.max(1) as f64);
        Self {
            frames: stats.frames,
            late_frames: finished.late_frames,
            start_error_us: Percentiles::of(&stats.start_error, 1000.0),
            work_us: Percentiles::of(&stats.work, 1000.0),
            capture_us: Percentiles::of(&stats.capture, 1000.0),
            latency_us: Percentiles::of(&stats.latency, 1000.0),
            reload_us: Percentiles::of(&stats.reload, 1000.0),
            present_us: Percentiles::of(&shown.present_us, 1.0),
            audio,
            pictures: Pictures {
                published: stats.published,
                shown: shown.shown,
                dropped: shown.dropped,
                contiguous: stats.contiguous,
            },
            emulation_thread: Thread {
                allocations: finished.allocations,
                minor_faults: after.minor_faults - before.minor_faults,
                major_faults: after.major_faults - before.major_faults,
                policy: after.policy,
                priority: after.priority,
                cpu: after.cpu,
                cpu_percent: percent(
                    (after.cpu_ns - before.cpu_ns).saturating_sub(finished.spin_ns),
                ),
                spin_percent: percent(finished.spin_ns),
            },
            loops: stats.loops,
            rss_peak_kib: super::realtime::rss_peak_kib(),
            degraded,
        }
    }
}

impl Percentiles {
    /// Of a histogram whose unit goes `unit` times into a microsecond.
    pub fn of(histogram: &Histogram<u64>, unit: f64) -> Self {
        let at = |q| rounded(histogram.value_at_quantile(q) as f64 / unit);
        Self {
            count: histogram.len(),
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            p999: at(0.999),
            max: rounded(histogram.max() as f64 / unit),
        }
    }
}

fn rounded(x: f64) -> f64 {
    (x * 100.0).round() / 100.0
}

/// Up to ten seconds in nanoseconds at 1 %, its memory touched.
fn histogram() -> Histogram<u64> {
    let mut histogram = Histogram::new_with_bounds(1, 10_000_000_000, 2).expect("valid bounds");
    histogram.saturating_record(1);
    histogram.reset();
    histogram
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_has_the_keys_of_the_contract() {
        let finished = Finished {
            stats: Stats::default(),
            late_frames: 0,
            allocations: 0,
            usage: [Usage::default(), Usage::default()],
            wall_ns: 0,
            spin_ns: 0,
        };
        let report = Report::new(&finished, &Shown::default(), AudioReport::default(), vec![]);
        let json = serde_json::to_value(&report).unwrap();
        for path in [
            "/frames",
            "/late_frames",
            "/start_error_us/p999",
            "/work_us/p50",
            "/capture_us/max",
            "/latency_us/p99",
            "/reload_us/max",
            "/present_us/p90",
            "/audio/underruns",
            "/audio/samples",
            "/audio/latency_ms",
            "/pictures/published",
            "/pictures/shown",
            "/pictures/dropped",
            "/pictures/contiguous",
            "/emulation_thread/allocations",
            "/emulation_thread/minor_faults",
            "/emulation_thread/major_faults",
            "/emulation_thread/policy",
            "/emulation_thread/priority",
            "/emulation_thread/cpu",
            "/emulation_thread/cpu_percent",
            "/emulation_thread/spin_percent",
            "/loops",
            "/rss_peak_kib",
            "/degraded",
        ] {
            assert!(json.pointer(path).is_some(), "{path}");
        }
    }

    #[test]
    fn histograms_take_any_value_without_growing() {
        let mut histogram = histogram();
        histogram.saturating_record(u64::MAX);
        histogram.saturating_record(0);
        assert_eq!(histogram.len(), 2);
    }
}
