//! `retake run`: the machine as fast as it goes; what came out, to files and
//! stdout. The same arguments give the same bytes.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::cli::{RunArgs, RunOutputArgs};
use super::fault::{Fault, Outcome};
use super::hash::{SoundHash, hex64, indices_hash};
use super::outputs::{self, Wav};
use super::played::{Record, Source};
use super::setup::Setup;
use super::{rom_file, say};
use crate::engine::replay::Console;
use crate::flight::replay::Machine;
use crate::flight::state_file;
use crate::nes::{Input, Output};

/// Frames when nothing says how many.
const DEFAULT_FRAMES: u64 = 600;

/// Runs the command.
pub fn run(args: &RunArgs) -> Outcome {
    let mut run = Run::new(args)?;
    run.frames()?;
    run.finish()
}

struct Run<'a> {
    args: &'a RunArgs,
    setup: Setup,
    console: Console,
    out: Output,
    source: Source,
    record: Option<Record>,
    wav: Option<Wav>,
    sound: SoundHash,
    /// The frame before the first.
    start: u64,
    frames: u64,
    times: Vec<Duration>,
    /// Whether `out` holds the last frame's picture.
    pictured: bool,
    met: bool,
    lines: Vec<Value>,
}

impl<'a> Run<'a> {
    fn new(args: &'a RunArgs) -> Outcome<Self> {
        if args.mute && args.output.wav.is_some() {
            return Err(Fault::unusable(
                "--wav needs the sound that --mute leaves out; give one of them",
            ));
        }
        let source = Source::load(args.movie.movie.as_deref())?;
        let setup = source.setup(args.rom.as_deref(), &args.setup)?;
        let mut console = source.console(&setup)?;
        let nes = &mut console.nes;
        let mut start = 0;
        if let Some(path) = &args.load_state {
            let file = rom_file::read(path)?;
            let fault = |error: &dyn std::fmt::Display| Fault::file(path.display(), error);
            let (frame, state) =
                state_file::decode(&setup.owner(nes), &file).map_err(|e| fault(&e))?;
            nes.restore(state).map_err(|e| fault(&e))?;
            start = frame;
            source.recall(&mut console, start)?;
        }
        let record = args.movie.record.as_deref();
        let record = record.map(|path| Record::create(path, &setup, start, &console.nes));
        let record = record.transpose()?;
        let wav = args.output.wav.as_deref();
        let wav = wav.map(|path| Wav::create(path, setup.options.region)).transpose()?;
        let length = source.len().map(|length| length.saturating_sub(start));
        let frames = args.frames.or(length).unwrap_or(DEFAULT_FRAMES);
        Ok(Self {
            args,
            setup,
            console,
            out: Output::default(),
            source,
            record,
            wav,
            sound: SoundHash::default(),
            start,
            frames,
            times: Vec::new(),
            pictured: false,
            met: false,
            lines: Vec::new(),
        })
    }

    fn frames(&mut self) -> Outcome<()> {
        let bar = super::progress(self.frames, "frames");
        for number in self.start + 1..=self.start + self.frames {
            self.frame(number)?;
            bar.inc(1);
            if let Some(until) = self.args.until
                && self.console.nes.peek(until.address) == until.value
            {
                self.met = true;
                break;
            }
        }
        bar.finish_and_clear();
        Ok(())
    }

    fn frame(&mut self, number: u64) -> Outcome<()> {
        let input = self.happen(number)?;
        let printed = self.args.output.every.is_some_and(|every| number.is_multiple_of(every));
        self.pictured = !self.args.mute || self.wants_picture(number, printed);
        let began = Instant::now();
        if self.pictured {
            self.console.nes.run_frame(input, &mut self.out);
        } else {
            self.console.nes.run_muted(input);
        }
        self.times.push(began.elapsed());
        if let Some(record) = &mut self.record {
            record.frame(input, &self.console.nes)?;
        }
        if !self.args.mute {
            if self.args.output.json {
                self.sound.frame(&self.out.sound);
            }
            if let Some(wav) = &mut self.wav {
                wav.frame(&self.out.sound)?;
            }
        }
        if printed {
            self.print_hashes(number);
        }
        Ok(())
    }

    /// What happens before a frame, and what the movie and the script hold in it.
    fn happen(&mut self, number: u64) -> Outcome<Input> {
        for event in self.source.events(number) {
            if let Some(record) = &mut self.record {
                record.event(&event, &self.source)?;
            }
            if !self.console.apply(&event) {
                return Err(Fault::failed(format_args!(
                    "frame {number}: the tape names a ROM that it does not have, or an event \
                     (code {}) of a later version; cut the tape before it",
                    event.code
                )));
            }
        }
        let mut input = self.source.input(number, self.setup.dip.unwrap_or_default());
        self.args.press.hold(number, &mut input);
        Ok(input)
    }

    /// Whether a muted run has to draw this frame all the same.
    fn wants_picture(&self, number: u64, printed: bool) -> bool {
        let RunOutputArgs { png, indices, indices_hash, json, .. } = &self.args.output;
        let last = number == self.start + self.frames || self.args.until.is_some();
        last && (png.is_some() || indices.is_some() || *indices_hash || *json)
            || printed && *indices_hash
    }

    fn print_hashes(&mut self, number: u64) {
        let RunOutputArgs { json, indices_hash: indices, state_hash: state, .. } = self.args.output;
        let hashes = [
            ("state_hash", state.then(|| self.console.nes.state_hash())),
            ("indices_hash", indices.then(|| indices_hash(&self.out.frame))),
        ];
        let mut line = Map::from_iter([("frame".to_owned(), json!(number))]);
        for (name, hash) in hashes {
            let Some(hash) = hash else { continue };
            if json {
                line.insert(name.into(), hex64(hash).into());
            } else {
                say(format_args!("{number} {name} {}", hex64(hash)));
            }
        }
        self.lines.push(line.into());
    }

    fn finish(mut self) -> Outcome {
        let RunOutputArgs { png, indices, ram, save_state, json, every, .. } = &self.args.output;
        let ran = self.times.len() as u64;
        let last = self.start + ran;
        if let Some(wav) = self.wav.take() {
            wav.finish()?;
        }
        if let Some(record) = self.record.take() {
            record.finish(&self.console.nes)?;
        }
        if let Some(path) = png {
            outputs::write_png(path, &self.out.frame)?;
        }
        if let Some(path) = indices {
            outputs::write_pgm(path, &self.out.frame)?;
        }
        if let Some(path) = ram {
            let ram: Vec<u8> = (0..0x800).map(|address| self.console.nes.peek(address)).collect();
            outputs::write(path, &ram)?;
        }
        if let Some(path) = save_state {
            let owner = self.setup.owner(&self.console.nes);
            let file = state_file::encode(&owner, last, self.console.nes.bytes());
            state_file::write(path, &file).map_err(|error| Fault::write(path.display(), error))?;
        }
        let printed = every.is_some_and(|every| last.is_multiple_of(every)) && ran > 0;
        if *json {
            let document = self.document();
            say(format_args!("{document:#}"));
        } else {
            if !printed {
                self.print_hashes(last);
            }
            self.print_peeks();
        }
        self.note_end(last);
        match self.args.until {
            Some(_) if !self.met => Err(Fault::failed(format_args!(
                "--until was not met in {ran} frames; give more --frames, or check the address"
            ))),
            _ => Ok(ExitCode::SUCCESS),
        }
    }

    fn note_end(&self, last: u64) {
        if self.console.nes.is_jammed() {
            eprintln!("retake: the CPU met an opcode that stops it");
        }
        let (seconds, ran) = (self.seconds(), self.times.len());
        eprintln!(
            "retake: {ran} frames to frame {last} in {seconds:.2} s, {:.0} frames/s",
            ran as f64 / seconds.max(1e-9)
        );
    }

    fn print_peeks(&self) {
        for range in &self.args.output.peek {
            let bytes: Vec<u16> = (range.first..=range.last).collect();
            for (row, addresses) in bytes.chunks(16).enumerate() {
                let address = usize::from(range.first) + row * 16;
                let hex: String = addresses
                    .iter()
                    .map(|&a| format!(" {:02X}", self.console.nes.peek(a)))
                    .collect();
                say(format_args!("{address:04X}:{hex}"));
            }
        }
    }

    fn seconds(&self) -> f64 {
        self.times.iter().sum::<Duration>().as_secs_f64()
    }

    fn document(&self) -> Value {
        let mut peek = Map::new();
        for range in &self.args.output.peek {
            let bytes: Vec<u8> =
                (range.first..=range.last).map(|a| self.console.nes.peek(a)).collect();
            peek.insert(format!("{:04X}", range.first), bytes.into());
        }
        let mut times = self.times.clone();
        times.sort_unstable();
        let micros = |share: f64| {
            let index = ((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1));
            times.get(index).map_or(0., |time| (time.as_secs_f64() * 1e7).round() / 10.)
        };
        let fps = times.len() as f64 / self.seconds().max(1e-9);
        let mut document = json!({
            "rom": {
                "name": self.setup.rom.name,
                "path": self.setup.rom.path,
                "sha256": self.setup.rom.sha256_hex(),
            },
            "frames": times.len(),
            "last_frame": self.start + times.len() as u64,
            "fps": fps.round(),
            "us_per_frame": { "p50": micros(0.5), "p99": micros(0.99), "max": micros(1.) },
            "state_bytes": self.console.nes.bytes().len(),
            "state_hash": hex64(self.console.nes.state_hash()),
            "indices_hash": self.pictured.then(|| hex64(indices_hash(&self.out.frame))),
            "sound_hash": (!self.args.mute).then(|| hex64(self.sound.value())),
            "peek": peek,
            "jammed": self.console.nes.is_jammed(),
        });
        if self.args.output.every.is_some() {
            document["every"] = self.lines.clone().into();
        }
        if self.args.until.is_some() {
            document["until_met"] = self.met.into();
        }
        document
    }
}
