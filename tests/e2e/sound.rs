//! A steady tone, with a loop in it: taken down twice, as the program hands it
//! to the sound library and as it is heard behind the sound server.

use std::fs;
use std::path::Path;

use libtest_mimic::Failed;
use serde_json::Value;

use crate::session::text;
use crate::stage::{Playing, Stage, pause};

/// Pulse 1 with timer 253: 1789773 / (16 × 254) Hz.
const PITCH: f64 = 1_789_772.727_272 / (16.0 * 254.0);
/// How far a pitch may be off.
const TOLERANCE: f64 = 0.005;
/// Sessions until one is heard whole: a busy machine's sound server may stall.
const TRIES: usize = 3;
/// How far a wave may be from those around it, in samples. One sample that is
/// left out is too far.
const JITTER: f64 = 0.5;
/// Waves before and behind that are around one.
const AROUND: usize = 10;
/// Where waves are compared: away from the edges, at 0, 0.5 and 1.
const POINTS: [f64; 14] =
    [0.08, 0.12, 0.17, 0.22, 0.27, 0.32, 0.4, 0.58, 0.62, 0.67, 0.72, 0.77, 0.82, 0.9];

/// See the file.
pub fn a_tone_keeps_its_pitch_and_has_no_gap() -> Result<(), Failed> {
    tries(|| {
        let heard = session(|playing| {
            pause(4000);
            playing.tap("l");
            pause(1300);
            playing.tap("l");
            pause(4000);
            playing.tap("l");
            pause(1500);
        })?;
        assert!(heard.jumps >= 2, "the loop began {} times", heard.jumps);
        Ok(heard)
    })
}

/// Time runs back, not yet twice as fast, and the tone is the same but for the
/// two ends of that.
pub fn a_tone_is_heard_backwards() -> Result<(), Failed> {
    tries(|| {
        let mut heard = session(|playing| {
            pause(5000);
            playing.hold(&["BackSpace"], 1500);
            pause(1500);
        })?;
        heard.jumps = 2;
        Ok(heard)
    })
}

fn tries(session: impl Fn() -> Result<Heard, Failed>) -> Result<(), Failed> {
    let mut said = Vec::new();
    for _ in 0..TRIES {
        let heard = session()?;
        if heard.is_whole() {
            return Ok(());
        }
        said.push(heard.to_string());
    }
    Err(format!("the wave breaks in each of {TRIES} sessions: {}", said.join("; ")).into())
}

/// What came of a session.
struct Heard {
    /// When the wave breaks, in seconds.
    breaks: Vec<f64>,
    /// The longest wave, in waves.
    longest: f64,
    /// How often time jumped: each sets the tone's phase back.
    jumps: u64,
    /// How often the machine was too busy, as the program counts it.
    excuses: u64,
}

impl Heard {
    /// A jump in time is a break, and that is all; beside what a busy machine does, which fades out and in again.
    fn is_whole(&self) -> bool {
        self.breaks.len() as u64 <= self.jumps + 2 * self.excuses
            && (self.excuses > 0 || self.longest < 2.2)
    }
}

impl std::fmt::Display for Heard {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let Self { breaks, longest, jumps, excuses } = self;
        write!(
            f,
            "{} breaks, the first at {:.2?} s, ",
            breaks.len(),
            breaks.get(..8).unwrap_or(breaks)
        )?;
        write!(f, "longest wave {longest:.2}, {jumps} jumps, {excuses} times too busy")
    }
}

fn session(play: impl Fn(&mut Playing)) -> Result<Heard, Failed> {
    let mut stage = Stage::new();
    let rom = Path::new(env!("CARGO_MANIFEST_DIR")).join("roms-test/built/tone.nes");
    let tap = stage.path("tap");
    fs::create_dir(&tap)?;
    // In place of the system's configuration, which would put the server first.
    let alsa = stage.path("alsa.conf");
    let file = format!("file \"{}/%r-%c-%f\" format raw truncate 0", tap.display());
    let default = format!("pcm.!default {{ type file slave.pcm {{ type pulse }} {file} }}");
    fs::write(&alsa, format!("{default}\nctl.!default {{ type pulse }}\n"))?;
    let stats = stage.path("stats.json");
    stage.listen("heard");
    let mut playing =
        stage.play(&[text(&rom), "--stats", text(&stats)], &[("ALSA_CONFIG_PATH", &alsa)]);
    play(&mut playing);
    playing.terminate();
    stage.stop_listening();

    let stats: Value = serde_json::from_slice(&fs::read(&stats)?)?;
    let count = |pointer: &str| stats.pointer(pointer).and_then(Value::as_u64).unwrap_or(0);
    let loops = count("/loops");
    let busy =
        ["/audio/underruns", "/audio/startup_underruns", "/audio/device_xruns", "/late_frames"]
            .map(count);

    // Handed to the device's callback: nothing is between.
    let handed = tapped(&tap)?.between(1.5, 0.2);
    let waves = handed.waves();
    let pitch = handed.pitch(&waves);
    assert!((pitch / PITCH - 1.0).abs() <= TOLERANCE, "{pitch} Hz were handed over: {stats:#}");
    let heard = captured(&stage.path("heard"))?;
    assert!((heard / PITCH - 1.0).abs() <= TOLERANCE, "{heard} Hz were heard: {stats:#}");
    let longest = waves.windows(2).map(|pair| pair[1] - pair[0]).fold(0.0, f64::max);
    Ok(Heard {
        breaks: handed.breaks(&waves),
        longest: longest / (handed.rate / PITCH),
        jumps: loops,
        excuses: busy.iter().sum(),
    })
}

/// A wave.
struct Wave {
    rate: f64,
    samples: Vec<f32>,
}

impl Wave {
    /// Without its first and its last seconds.
    fn between(&self, first: f64, last: f64) -> Self {
        let [first, last] = [first, last].map(|seconds| (self.rate * seconds) as usize);
        let end = self.samples.len().saturating_sub(last);
        Self { rate: self.rate, samples: self.samples[first.min(end)..end].to_vec() }
    }

    /// Where the wave rises through zero, in samples.
    fn waves(&self) -> Vec<f64> {
        let peak = self.samples.iter().fold(0.0f32, |peak, sample| peak.max(sample.abs()));
        let mut was_low = false;
        let mut rises = Vec::new();
        for (at, pair) in self.samples.windows(2).enumerate() {
            was_low |= pair[0] < -0.2 * peak;
            if was_low && pair[0] < 0.0 && pair[1] >= 0.0 {
                was_low = false;
                rises.push(at as f64 + f64::from(pair[0] / (pair[0] - pair[1])));
            }
        }
        rises
    }

    /// The pitch of most of it: the median of stretches of 20 waves.
    fn pitch(&self, waves: &[f64]) -> f64 {
        let stretches: Vec<f64> = waves.windows(21).map(|w| (w[20] - w[0]) / 20.0).collect();
        assert!(stretches.len() > 400, "{} waves are not a tone", waves.len());
        self.rate / median(stretches)
    }

    /// Where a wave is not as long as those around it or does not look like the
    /// others, in seconds; what is within ten waves is one place.
    fn breaks(&self, waves: &[f64]) -> Vec<f64> {
        let lengths: Vec<f64> = waves.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let looks: Vec<_> = waves.windows(2).map(|pair| self.look(pair[0], pair[1])).collect();
        let usual: [f64; POINTS.len()] =
            std::array::from_fn(|point| median(looks.iter().map(|look| look[point]).collect()));
        let peak = usual.iter().fold(0.0f64, |peak, level| peak.max(level.abs()));
        let mut breaks: Vec<f64> = Vec::new();
        for (number, (look, &at)) in looks.iter().zip(waves).enumerate() {
            // The ratio to the device's clock glides, so only neighbours are alike.
            let near =
                &lengths[number.saturating_sub(AROUND)..(number + AROUND).min(lengths.len())];
            let length = median(near.to_vec());
            let is_odd = (lengths[number] - length).abs() > JITTER;
            let differs = look.iter().zip(&usual).any(|(a, b)| (a - b).abs() > 0.25 * peak);
            let is_new = breaks.last().is_none_or(|last| at - last > 10.0 * length);
            if (is_odd || differs) && is_new {
                breaks.push(at);
            }
        }
        breaks.iter().map(|at| at / self.rate).collect()
    }

    /// The wave from one rise to the next, at [`POINTS`].
    fn look(&self, begin: f64, end: f64) -> [f64; POINTS.len()] {
        POINTS.map(|point| {
            let at = begin + point * (end - begin);
            let (index, part) = (at as usize, at.fract());
            let [one, next] = [index, index + 1].map(|index| f64::from(self.samples[index]));
            one * (1.0 - part) + next * part
        })
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The pitch behind the sound server, which takes its time to start.
fn captured(path: &Path) -> Result<f64, Failed> {
    let bytes = fs::read(path)?;
    let samples = bytes.chunks_exact(2).map(|b| f32::from(i16::from_le_bytes([b[0], b[1]])));
    let wave = Wave { rate: 48_000.0, samples: samples.collect() };
    let sounding = wave.samples.iter().position(|sample| sample.abs() > 500.0);
    let begin = sounding.ok_or("nothing was heard")? as f64 / wave.rate;
    let wave = wave.between(begin + 1.5, 0.2);
    Ok(wave.pitch(&wave.waves()))
}

/// What ALSA's `file` device took down for the device that was played longest:
/// `RATE-CHANNELS-FORMAT`.
fn tapped(folder: &Path) -> Result<Wave, Failed> {
    let files = fs::read_dir(folder)?.flatten();
    let file = files.max_by_key(|file| file.metadata().map_or(0, |data| data.len()));
    let path = file.ok_or("the sound library took nothing down")?.path();
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let mut words = name.split(['-', '.']);
    let mut number = || words.next().and_then(|word| word.parse::<usize>().ok());
    let (rate, channels) = (number().ok_or("no rate")?, number().ok_or("no channels")?);
    let bytes = fs::read(&path)?;
    let samples: Vec<f32> = match words.next() {
        Some("FLOAT_LE") => {
            bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
        }
        Some("S16_LE") => {
            bytes.chunks_exact(2).map(|b| f32::from(i16::from_le_bytes([b[0], b[1]]))).collect()
        }
        Some("S32_LE") => {
            let sample = |b: &[u8]| i32::from_le_bytes([b[0], b[1], b[2], b[3]]) as f32;
            bytes.chunks_exact(4).map(sample).collect()
        }
        other => return Err(format!("samples as {other:?} are not known here").into()),
    };
    Ok(Wave { rate: rate as f64, samples: samples.into_iter().step_by(channels).collect() })
}
