//! The files that a run leaves: pictures and sound.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::fault::{Fault, Outcome};
use super::hash::indices;
use crate::audio::synth::Synth;
use crate::nes::output::{HEIGHT, WIDTH};
use crate::nes::{Frame, Region, Sound};
use crate::video::{rgb, screenshot};

/// Samples a second of a WAV file.
const SAMPLE_RATE: u32 = 48_000;

/// Writes a picture as PNG.
pub fn write_png(path: &Path, frame: &Frame) -> Outcome<()> {
    let fault = |error: &dyn std::fmt::Display| Fault::write(path.display(), error);
    let file = File::create(path).map_err(|e| fault(&e))?;
    let colours = rgb::of(frame.ppu);
    screenshot::write(&frame.pixels, colours, BufWriter::new(file)).map_err(|e| fault(&e))
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
        let mut writer = self.writer.get_i16_writer(self.samples.len() as u32);
        for sample in &self.samples {
            writer.write_sample(nearest(sample * 32_767.));
        }
        writer.flush().map_err(|error| Fault::write(self.path.display(), error))
    }

    /// Ends the file.
    pub fn finish(self) -> Outcome<()> {
        self.writer.finalize().map_err(|error| Fault::write(self.path.display(), error))
    }
}

/// The nearest whole number, halves away from zero: `f32::round`, which is a call
/// into a library on processors of which no more than the least is asked.
fn nearest(sample: f32) -> i16 {
    let whole = sample as i16;
    let rest = sample - f32::from(whole);
    whole + i16::from(rest >= 0.5) - i16::from(rest <= -0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_rounded_as_f32_rounds() {
        for eighths in -8 * 32_767..=8 * 32_767 {
            let sample = eighths as f32 / 8.;
            for sample in [sample, sample.next_up(), sample.next_down()] {
                let sample = sample.clamp(-32_767., 32_767.);
                assert_eq!(nearest(sample), sample.round() as i16, "{sample}");
            }
        }
    }
}
