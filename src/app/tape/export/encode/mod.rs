//! Video with sound by encoders of our own build (feature `encode`): H.264 and
//! AAC, which every player and every site takes, in MP4 or Matroska.
//!
//! ```text
//! range ─▶ 4:2:0 ─▶ H.264, all cores ─┐ in order   ┌─▶ mp4.rs
//! steps of sound ─▶ synthesis ─▶ AAC ─┴────────────┴─▶ mkv.rs
//! ```
//!
//! | crate | what | why this one |
//! |---|---|---|
//! | openh264 | H.264 | Cisco's encoder, built from its source by a C++ compiler alone; 6 times real time on one core at 3 × (rav1e's AV1 is below real time there) |
//! | syom | AAC-LC | pure Rust, no dependencies, a packet at a time; the FDK's licence is not free, and libopus wants cmake |
//! | shiguredo_mp4 | MP4 | pure Rust, no dependencies, several releases a year; any timescale, where others have 90,000 or milliseconds |
//!
//! Matroska is written here: it takes less code than any crate for it takes to
//! be called, and those either know WebM's codecs alone or bring a framework.

mod aac;
mod h264;
mod mkv;
mod mp4;
mod sps;

use std::io;
use std::path::Path;

use super::{Coded, Container, Film, Format, Heard, NewFile, Writer};
use crate::app::fault::{Fault, Outcome};
use crate::audio::synth::Synth;
use crate::nes::Sound;
use aac::Aac;
pub use h264::Picture;
use h264::{H264, Sets};

/// To a file.
pub fn to_file(path: &Path, container: Container, film: &Film, sound: Heard) -> Outcome<Format> {
    let place = NewFile::beside(path);
    let file = place.create()?;
    let muxer: io::Result<Box<dyn Muxer>> = match container {
        Container::Mp4 => mp4::Mp4::new(file, film).map(|muxer| Box::new(muxer) as _),
        Container::Matroska => mkv::Mkv::new(file, film).map(|muxer| Box::new(muxer) as _),
    };
    let voice = match sound {
        Heard::Yes => Some(Voice::new(film)?),
        Heard::No => None,
    };
    let muxer = muxer.map_err(|error| place.fault(&error))?;
    let video = Video { muxer, voice, sets: None, place };
    Ok((Box::new(H264::new(film)), Box::new(video)))
}

/// Puts pictures and sound into one file.
trait Muxer {
    /// What is said before the first picture: of the pictures, and of the sound
    /// if there is any.
    fn begin(&mut self, sets: &Sets, sound: Option<&[u8]>) -> io::Result<()>;
    /// The next picture.
    fn picture(&mut self, picture: &Picture) -> io::Result<()>;
    /// The next packet of sound.
    fn sound(&mut self, packet: &[u8]) -> io::Result<()>;
    /// The end. There were so many samples of sound.
    fn finish(&mut self, samples: u64) -> io::Result<()>;
}

/// Sound on its way to packets.
struct Voice {
    synth: Synth,
    samples: Vec<f32>,
    aac: Aac,
}

impl Voice {
    fn new(film: &Film) -> Outcome<Self> {
        let synth = Synth::new(film.region.cpu_hz(), f64::from(aac::RATE));
        Ok(Self { synth, samples: Vec::new(), aac: Aac::new()? })
    }
}

struct Video {
    muxer: Box<dyn Muxer>,
    voice: Option<Voice>,
    sets: Option<Sets>,
    place: NewFile,
}

impl Video {
    fn picture(&mut self, picture: &Picture) -> Outcome<()> {
        match (&picture.sets, &self.sets) {
            (Some(sets), None) => {
                let sound = self.voice.as_ref().map(|voice| voice.aac.config());
                let begun = self.muxer.begin(sets, sound);
                begun.map_err(|error| self.place.fault(&error))?;
                self.sets = Some(sets.clone());
            }
            // Ranges are coded alike, so one description serves them all.
            (Some(sets), Some(first)) if sets != first => {
                return Err(Fault::failed("the video's description changed; this is a bug"));
            }
            _ => {}
        }
        self.muxer.picture(picture).map_err(|error| self.place.fault(&error))
    }
}

impl Writer for Video {
    fn frame(&mut self, coded: &Coded, sound: &Sound) -> Outcome<()> {
        if let Coded::Video(picture) = coded {
            self.picture(picture)?;
        }
        let Some(Voice { synth, samples, aac }) = &mut self.voice else { return Ok(()) };
        samples.clear();
        synth.frame(sound, samples);
        for packet in aac.samples(samples)? {
            self.muxer.sound(&packet).map_err(|error| self.place.fault(&error))?;
        }
        Ok(())
    }

    fn finish(&mut self) -> Outcome<()> {
        let mut count = 0;
        if let Some(voice) = &mut self.voice {
            let (packets, samples) = voice.aac.finish()?;
            for packet in packets {
                self.muxer.sound(&packet).map_err(|error| self.place.fault(&error))?;
            }
            count = samples;
        }
        self.muxer.finish(count).map_err(|error| self.place.fault(&error))?;
        self.place.done()
    }
}
