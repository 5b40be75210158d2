//! The files that a run leaves: pictures and sound.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::fault::{Fault, Outcome};
use super::hash::indices;
use crate::audio::synth::Synth;
use crate::nes::output::{HEIGHT, WIDTH};
use crate::nes::{Frame, Region, Sound};
use crate::video::{palette, screenshot};

/// Samples a second of a WAV file.
const SAMPLE_RATE: u32 = 48_000;

/// Writes a picture as PNG.
pub fn write_png(path: &Path, frame: &Frame) -> Outcome<()> {
    let fault = |error: &dyn std::fmt::Display| Fault::write(path.display(), error);
    let file = File::create(path).map_err(|e| fault(&e))?;
    screenshot::write(&frame.pixels, palette::rgb(), BufWriter::new(file)).map_err(|e| fault(&e))
}

/// Writes a picture's palette indices as PGM, a byte a pixel.
pub fn write_pgm(path: &Path, frame: &Frame) -> Outcome<()> {
    let mut bytes = format!("P5\n{WIDTH} {HEIGHT}\n255\n").into_bytes();
    bytes.extend(indices(frame));
    write(path, &bytes)
}

/// Writes a file.
pub fn write(path: &Path, bytes: &[u8]) -> Outcome<()> {
    File::create(path)
        .and_then(|mut file| file.write_all(bytes))
        .map_err(|error| Fault::write(path.display(), error))
}

/// A WAV file that grows frame by frame.
pub struct Wav {
    path: PathBuf,
    writer: hound::WavWriter<BufWriter<File>>,
    synth: Synth,
    samples: Vec<f32>,
}

impl Wav {
    /// Begins a file for a console.
    pub fn create(path: &Path, region: Region) -> Outcome<Self> {
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: SAMPLE_RATE,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let writer = hound::WavWriter::create(path, spec)
            .map_err(|error| Fault::write(path.display(), error))?;
        let synth = Synth::new(region.cpu_hz(), f64::from(SAMPLE_RATE));
        Ok(Self { path: path.to_owned(), writer, synth, samples: Vec::new() })
    }

    /// Adds a frame.
    pub fn frame(&mut self, sound: &Sound) -> Outcome<()> {
        self.samples.clear();
        self.synth.frame(sound, &mut self.samples);
        for sample in &self.samples {
            let sample = (sample * 32_767.).round() as i16;
            self.writer
                .write_sample(sample)
                .map_err(|error| Fault::write(self.path.display(), error))?;
        }
        Ok(())
    }

    /// Ends the file.
    pub fn finish(self) -> Outcome<()> {
        self.writer.finalize().map_err(|error| Fault::write(self.path.display(), error))
    }
}
