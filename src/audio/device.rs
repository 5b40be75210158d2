//! The sound device, through cpal.
//!
//! A thread of its own opens the device, watches it, and opens it anew with
//! growing pauses when it fails; meanwhile the game goes on in silence. Each
//! opened device is a new [`Feeder`] for the emulation thread.
//!
//! [`Feeder`]: super::rate::Feeder

use super::rate::{self, Counters, Player};
use crate::link::Speaker;
use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{BufferSize, ErrorKind, FromSample, SampleFormat, SizedSample, StreamConfig};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

/// Asked of a device that lets itself be asked.
const SAMPLE_RATE: u32 = 48_000;
/// Frames in a period; a device gets two of them. Small is prompt; the next
/// larger is for a device that ran dry or does not take it.
const PERIODS: [BufferSize; 4] =
    [BufferSize::Fixed(256), BufferSize::Fixed(512), BufferSize::Fixed(1024), BufferSize::Default];
/// Times that a device may run dry before it gets longer periods.
const XRUNS: u64 = 2;
/// The first verdict may take so long before the game starts without it.
const PATIENCE: Duration = Duration::from_secs(3);
/// Pauses between two tries to open a device.
const BACK_OFF: [u64; 5] = [1, 2, 5, 15, 30];
/// Errors of one stream, without sound between them, before it is given up.
const ERRORS: u64 = 100;
/// A pause at each error, on the device's thread: it would try again at once,
/// and keep the sound library from the very lock with which it recovers.
const BREATH: Duration = Duration::from_millis(3);

/// What to open.
#[derive(Clone, Debug)]
pub struct Wishes {
    /// Part of the device's name; none is the default device.
    pub name: Option<String>,
    /// How much sound the device shall have in advance. Our ring keeps as
    /// little as it can on top: half a frame, and what a callback takes.
    pub latency_ms: u32,
    /// The console.
    pub cpu_hz: f64,
}

/// What the output thread tells.
pub enum Event {
    /// A device was opened: sound goes here from now on.
    Opened(Box<dyn Speaker>),
    /// There is no sound from now on; a sentence for the player. Told once
    /// until a device was opened again.
    Silent(String),
}

/// The running output.
pub struct Output {
    events: Receiver<Event>,
    streams: Arc<Streams>,
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

/// Figures of all streams of a session.
#[derive(Default)]
struct Streams {
    sum: std::sync::Mutex<Vec<Opened>>,
}

struct Opened {
    counters: Arc<Counters>,
    /// What the device itself complained of.
    device: Arc<Counters>,
    sample_rate: u32,
}

/// What was played, over all devices.
#[derive(Clone, Copy, Debug, Default)]
pub struct Played {
    /// See [`Counters`].
    pub underruns: u64,
    /// See [`Counters`].
    pub startup_underruns: u64,
    /// See [`Counters`].
    pub xruns: u64,
    /// See [`Counters`].
    pub samples: u64,
    /// See [`Counters`].
    pub dropped: u64,
    /// Mean time in the ring.
    pub ring_ms: f64,
    /// Mean time from there to the ear, as far as the device tells.
    pub device_ms: f64,
}

impl Output {
    /// Starts the output thread and waits for the first [`Event`], though not
    /// for long. `on_start` runs on it first: threads that the sound library
    /// starts inherit the priority that it sets.
    pub fn start(
        wishes: Wishes,
        on_start: impl FnOnce() + Send + 'static,
    ) -> (Self, Option<Event>) {
        let (tell, events) = mpsc::channel();
        let (stop, stopped) = mpsc::channel();
        let streams = Arc::new(Streams::default());
        let theirs = streams.clone();
        let thread = std::thread::Builder::new()
            .name("retake-sound".into())
            .spawn(move || {
                on_start();
                supervise(&wishes, &theirs, &tell, &stopped);
            })
            .expect("a thread for the sound");
        let first = events.recv_timeout(PATIENCE).ok();
        (Self { events, streams, stop, thread }, first)
    }

    /// What happened since it was last asked.
    pub fn event(&self) -> Option<Event> {
        self.events.try_recv().ok()
    }

    /// Closes the device.
    pub fn close(self) -> Played {
        // It ends when told or when nobody could tell it.
        let _ = self.stop.send(());
        let _ = self.thread.join();
        self.streams.total()
    }
}

/// Names of the output devices.
pub fn names() -> Vec<String> {
    quietly(|| {
        let devices = cpal::default_host().output_devices();
        devices.map(|devices| devices.map(|device| name(&device)).collect()).unwrap_or_default()
    })
}

/// What a device can do, in words, or why it cannot be used.
pub fn describe(wanted: Option<&str>) -> Result<String, String> {
    quietly(|| {
        let device = find(wanted)?;
        let config = device.default_output_config().map_err(|error| error.to_string())?;
        Ok(format!(
            "{}, {} Hz, {} channels, {}",
            name(&device),
            config.sample_rate(),
            config.channels(),
            config.sample_format()
        ))
    })
}

impl Streams {
    fn total(&self) -> Played {
        let mut played = Played::default();
        let mut callbacks = 0;
        for Opened { counters, device, sample_rate } in
            self.sum.lock().expect("no panic with it").iter()
        {
            let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
            played.underruns += get(&counters.underruns);
            played.startup_underruns += get(&counters.startup_underruns);
            played.xruns += get(&device.xruns);
            played.samples += get(&counters.samples);
            played.dropped += get(&counters.dropped);
            played.ring_ms += get(&counters.fill_sum) as f64 * 1000.0 / f64::from(*sample_rate);
            played.device_ms += get(&counters.delay_sum_us) as f64 / 1000.0;
            callbacks += get(&counters.callbacks);
        }
        played.ring_ms /= callbacks.max(1) as f64;
        played.device_ms /= callbacks.max(1) as f64;
        played
    }
}

fn supervise(wishes: &Wishes, streams: &Streams, tell: &Sender<Event>, stop: &Receiver<()>) {
    let mut tries = 0;
    let mut told = false;
    let mut sizes = first_sizes(wishes.latency_ms);
    loop {
        let trouble = match quietly(|| open(wishes, sizes)) {
            Ok((stream, speaker, opened, broken)) => {
                (tries, told) = (0, false);
                streams.sum.lock().expect("no panic with it").push(opened);
                if tell.send(Event::Opened(speaker)).is_err() {
                    return;
                }
                let Some(trouble) = watch(&broken, stop) else { return };
                drop(stream);
                match trouble {
                    Trouble::Failed(why) => why,
                    Trouble::Dry => {
                        if sizes.len() > 1 {
                            sizes = &sizes[1..];
                        }
                        continue;
                    }
                }
            }
            Err(trouble) => trouble,
        };
        if !told {
            told = true;
            let _ = tell.send(Event::Silent(trouble));
        }
        let pause = BACK_OFF[tries.min(BACK_OFF.len() - 1)];
        tries += 1;
        match stop.recv_timeout(Duration::from_secs(pause)) {
            Err(RecvTimeoutError::Timeout) => {}
            _ => return,
        }
    }
}

/// The sizes to try: from the largest whose two periods take no longer than
/// asked, or near it.
fn first_sizes(latency_ms: u32) -> &'static [BufferSize] {
    let frames = SAMPLE_RATE / 1000 * (latency_ms + 2);
    let fits = |size: &BufferSize| matches!(size, BufferSize::Fixed(n) if 2 * n <= frames);
    &PERIODS[PERIODS.iter().rposition(fits).unwrap_or(0)..]
}

/// Waits until the device fails (why) or the session ends (`None`).
fn watch(broken: &Receiver<Trouble>, stop: &Receiver<()>) -> Option<Trouble> {
    loop {
        match stop.recv_timeout(Duration::from_millis(100)) {
            Err(RecvTimeoutError::Timeout) => {}
            _ => return None,
        }
        if let Ok(why) = broken.try_recv() {
            return Some(why);
        }
    }
}

type Open = (cpal::Stream, Box<dyn Speaker>, Opened, Receiver<Trouble>);

/// Why a stream is given up.
enum Trouble {
    /// It does not work, and why.
    Failed(String),
    /// It ran dry again and again.
    Dry,
}

fn open(wishes: &Wishes, sizes: &[BufferSize]) -> Result<Open, String> {
    let device = find(wishes.name.as_deref())?;
    let default = device.default_output_config().map_err(|error| error.to_string())?;
    let sample_rate = match device.supported_output_configs() {
        Ok(mut ranges) => {
            let fits = |range: &cpal::SupportedStreamConfigRange| {
                range.sample_format() == default.sample_format()
                    && range.channels() == default.channels()
                    && (range.min_sample_rate()..=range.max_sample_rate()).contains(&SAMPLE_RATE)
            };
            if ranges.any(|range| fits(&range)) { SAMPLE_RATE } else { default.sample_rate() }
        }
        Err(_) => default.sample_rate(),
    };
    let mut last = "no buffer size suits it".to_owned();
    for &buffer_size in sizes {
        let config = StreamConfig { channels: default.channels(), sample_rate, buffer_size };
        match open_with(&device, default.sample_format(), config, wishes) {
            Ok(open) => return Ok(open),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn open_with(
    device: &cpal::Device,
    format: SampleFormat,
    config: StreamConfig,
    wishes: &Wishes,
) -> Result<Open, String> {
    match format {
        SampleFormat::F32 => open_as::<f32>(device, config, wishes),
        SampleFormat::I16 => open_as::<i16>(device, config, wishes),
        SampleFormat::U16 => open_as::<u16>(device, config, wishes),
        SampleFormat::I32 => open_as::<i32>(device, config, wishes),
        SampleFormat::U8 => open_as::<u8>(device, config, wishes),
        other => Err(format!("it takes samples as {other}, which is not known here")),
    }
}

fn open_as<T: SizedSample + FromSample<f32>>(
    device: &cpal::Device,
    config: StreamConfig,
    wishes: &Wishes,
) -> Result<Open, String> {
    let (slot, fill) = rtrb::RingBuffer::<Player>::new(1);
    let (mut slot, mut fill) = (slot, fill);
    let channels = usize::from(config.channels);
    let mut player: Option<Player> = None;
    let (break_it, broken) = mpsc::channel();
    let dry = Arc::new(Counters::default());
    let counted = dry.clone();
    let may_grow = config.buffer_size != BufferSize::Default;
    let sounding = Arc::new(AtomicBool::new(false));
    let sounded = sounding.clone();
    let play = move |out: &mut [T], info: &cpal::OutputCallbackInfo| {
        sounded.store(true, Ordering::Relaxed);
        if player.is_none() {
            player = fill.pop().ok();
        }
        let Some(player) = &mut player else { return out.fill(T::from_sample(0.0)) };
        let times = info.timestamp();
        let delay = times.playback.duration_since(times.callback).as_micros() as u64;
        let mut frames = out.chunks_exact_mut(channels);
        player.play(frames.len(), delay, |sample| {
            if let Some(frame) = frames.next() {
                frame.fill(T::from_sample(sample));
            }
        });
    };
    let mut errors = 0;
    let fail = move |error: cpal::Error| {
        // The device's thread may call this without end: count, do not print.
        errors = if sounding.swap(false, Ordering::Relaxed) { 1 } else { errors + 1 };
        let gone = error.kind() == ErrorKind::DeviceNotAvailable;
        if errors == ERRORS || gone {
            let _ = break_it.send(Trouble::Failed(error.to_string()));
        }
        if error.kind() == ErrorKind::Xrun {
            let dry = counted.xruns.fetch_add(1, Ordering::Relaxed) + 1;
            if dry == XRUNS && may_grow {
                let _ = break_it.send(Trouble::Dry);
            }
        }
        std::thread::sleep(BREATH);
    };
    let stream =
        device.build_output_stream(config, play, fail, None).map_err(|error| error.to_string())?;
    // What it promises it does not always keep, but nothing better is known.
    let period = stream.buffer_size().unwrap_or(1024).min(config.sample_rate / 10);
    let device_ms = 2 * period * 1000 / config.sample_rate;
    let (feeder, player, counters) = rate::channel(
        wishes.cpu_hz,
        config.sample_rate,
        period,
        wishes.latency_ms.saturating_sub(device_ms),
    );
    let _ = slot.push(player);
    stream.play().map_err(|error| error.to_string())?;
    let opened = Opened { counters, device: dry, sample_rate: config.sample_rate };
    Ok((stream, Box::new(feeder), opened, broken))
}

fn find(wanted: Option<&str>) -> Result<cpal::Device, String> {
    let host = cpal::default_host();
    let Some(wanted) = wanted else {
        return host.default_output_device().ok_or_else(|| "there is no sound device".to_owned());
    };
    let mut devices = host.output_devices().map_err(|error| error.to_string())?;
    let fits = |device: &cpal::Device| name(device).to_lowercase().contains(&wanted.to_lowercase());
    devices
        .find(fits)
        .ok_or_else(|| format!("no sound device has `{wanted}` in its name (see `retake doctor`)"))
}

fn name(device: &cpal::Device) -> String {
    device.description().map_or_else(|_| "a device without a name".into(), |d| d.to_string())
}

/// Without what the sound library itself writes to stderr about devices that
/// it does not find: the caller says it in a sentence.
fn quietly<T>(work: impl FnOnce() -> T) -> T {
    let saved = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stderr(), 3);
    let nowhere = std::fs::File::options().write(true).open("/dev/null");
    if let (Ok(_), Ok(nowhere)) = (&saved, &nowhere) {
        // Where stderr cannot be moved, it stays as it is.
        let _ = rustix::stdio::dup2_stderr(nowhere);
    }
    let result = work();
    if let Ok(saved) = saved {
        let _ = rustix::stdio::dup2_stderr(&saved);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_period_follows_the_latency_asked_for() {
        for (latency_ms, first) in
            [(5, 256), (10, 256), (20, 512), (40, 512), (43, 1024), (500, 1024)]
        {
            assert_eq!(first_sizes(latency_ms)[0], BufferSize::Fixed(first), "{latency_ms} ms");
        }
    }
}
