//! PNG pictures, and APNG, which is PNG with more pictures.
//!
//! ```text
//! IHDR · acTL frames · fcTL IDAT · fcTL fdAT · fcTL fdAT · … · IEND
//! ```
//!
//! Pictures are packed on all cores as PNG files; an APNG takes their data out
//! of them. A picture's time is a fraction of two 16-bit numbers: the nearest.
//!
//! <https://www.w3.org/TR/png-3/#apng-frame-based-animation>

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::{Coded, Coding, Film, Format, NewFile, Writer};
use crate::app::fault::{Fault, Outcome};
use crate::nes::{Frame, Sound};

/// Pictures as PNG files.
#[derive(Clone, Copy)]
pub struct Png(pub Film);

impl Coding for Png {
    fn code(&mut self, _: u64, frame: &Frame) -> Outcome<Coded> {
        let Self(film) = self;
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, film.width() as u32, film.height() as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Fast);
        let written =
            encoder.write_header().and_then(|mut writer| writer.write_image_data(&film.rgb(frame)));
        // Memory takes everything.
        Ok(if written.is_ok() { Coded::Bytes(bytes) } else { Coded::None })
    }
}

/// To an APNG file.
pub fn to_file(path: &Path, film: &Film) -> Outcome<Format> {
    if u32::try_from(film.frames).is_err() {
        return Err(Fault::file(path.display(), "an APNG has room for 2³² frames; give --to"));
    }
    let place = NewFile::beside(path);
    let file = BufWriter::with_capacity(1 << 20, place.create()?);
    let writer = Apng { film: *film, file, place, number: 0, sequence: 0 };
    Ok((Box::new(Png(*film)), Box::new(writer)))
}

struct Apng {
    film: Film,
    file: BufWriter<File>,
    place: NewFile,
    number: u64,
    /// Counts fcTL and fdAT chunks.
    sequence: u32,
}

impl Apng {
    fn chunk(&mut self, name: &[u8; 4], parts: &[&[u8]]) -> Outcome<()> {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(name);
        parts.iter().for_each(|part| hasher.update(part));
        let mut write = |bytes: &[u8]| self.file.write_all(bytes);
        let written = write(&(length as u32).to_be_bytes())
            .and_then(|()| write(name))
            .and_then(|()| parts.iter().try_for_each(|part| write(part)))
            .and_then(|()| write(&hasher.finalize().to_be_bytes()));
        written.map_err(|error| self.place.fault(&error))
    }

    fn sequence(&mut self) -> [u8; 4] {
        self.sequence += 1;
        (self.sequence - 1).to_be_bytes()
    }

    fn control(&mut self) -> Outcome<()> {
        let sequence = self.sequence();
        let size = [self.film.width(), self.film.height(), 0, 0];
        let size: Vec<u8> = size.iter().flat_map(|n| (*n as u32).to_be_bytes()).collect();
        let (rate, per) = self.film.rate;
        let (delay, of) = nearest(per, rate);
        // It stays, and the next one covers it whole.
        self.chunk(b"fcTL", &[&sequence, &size, &delay.to_be_bytes(), &of.to_be_bytes(), &[0, 0]])
    }
}

impl Writer for Apng {
    fn frame(&mut self, coded: &Coded, _: &Sound) -> Outcome<()> {
        let Coded::Bytes(png) = coded else { return Ok(()) };
        let mut chunks = chunks(png);
        if self.number == 0 {
            let signature = self.file.write_all(&png[..SIGNATURE]);
            signature.map_err(|error| self.place.fault(&error))?;
            let header = chunks.next().map_or(&[][..], |(_, data)| data);
            self.chunk(b"IHDR", &[header])?;
            let frames = (self.film.frames as u32).to_be_bytes();
            self.chunk(b"acTL", &[&frames, &[0; 4]])?;
        }
        self.control()?;
        for (_, data) in chunks.filter(|(name, _)| *name == b"IDAT") {
            if self.number == 0 {
                self.chunk(b"IDAT", &[data])?;
            } else {
                let sequence = self.sequence();
                self.chunk(b"fdAT", &[&sequence, data])?;
            }
        }
        self.number += 1;
        Ok(())
    }

    fn finish(&mut self) -> Outcome<()> {
        self.chunk(b"IEND", &[])?;
        self.file.flush().map_err(|error| self.place.fault(&error))?;
        self.place.done()
    }
}

/// Bytes before the first chunk of a PNG.
const SIGNATURE: usize = 8;

/// The chunks of a PNG: names and data.
fn chunks(png: &[u8]) -> impl Iterator<Item = (&[u8; 4], &[u8])> {
    let mut rest = png.get(SIGNATURE..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (length, after) = rest.split_first_chunk()?;
        let (name, after) = after.split_first_chunk::<4>()?;
        let (data, after) = after.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        rest = after.get(4..)?;
        Some((name, data))
    })
}

/// The fraction of two 16-bit numbers that is nearest to `a / b`: the last
/// convergent of its continued fraction that fits.
fn nearest(a: u64, b: u64) -> (u16, u16) {
    let (mut a, mut b) = (a, b);
    let (mut before, mut last) = ((0u64, 1u64), (1u64, 0u64));
    while b != 0 {
        let times = a / b;
        let next = (times * last.0 + before.0, times * last.1 + before.1);
        if next.0 > u64::from(u16::MAX) || next.1 > u64::from(u16::MAX) {
            break;
        }
        (before, last) = (last, next);
        (a, b) = (b, a % b);
    }
    (last.0 as u16, last.1 as u16)
}

/// PNG files in a folder, which must be new or empty.
pub fn to_folder(path: &Path, film: &Film) -> Outcome<Format> {
    let fault = |error: std::io::Error| Fault::write(path.display(), error);
    fs::create_dir_all(path).map_err(fault)?;
    if path.read_dir().map_err(fault)?.next().is_some() {
        return Err(Fault::file(path.display(), "the folder has files; give one that is new"));
    }
    let writer = Folder { path: path.to_owned(), number: 0 };
    Ok((Box::new(Png(*film)), Box::new(writer)))
}

struct Folder {
    path: PathBuf,
    number: u64,
}

impl Writer for Folder {
    fn frame(&mut self, coded: &Coded, _: &Sound) -> Outcome<()> {
        let Coded::Bytes(bytes) = coded else { return Ok(()) };
        self.number += 1;
        let path = self.path.join(format!("{:06}.png", self.number));
        let file = File::create_new(&path).and_then(|mut file| file.write_all(bytes));
        file.map_err(|error| Fault::write(path.display(), error))
    }

    fn finish(&mut self) -> Outcome<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pictures_time_is_the_nearest_fraction() {
        let (rate, per) = crate::nes::Region::Ntsc.frame_rate();
        let exact = per as f64 / rate as f64;
        let off = |delay: f64, of: f64| (delay / of - exact).abs();
        let (delay, of) = nearest(per, rate);
        let least = (1..=u16::MAX).map(f64::from).map(|of| off((exact * of).round(), of));
        let least = least.fold(f64::MAX, f64::min);
        assert!(off(delay.into(), of.into()) <= least, "{delay}/{of}");
        assert!(least / exact < 1e-8);
        assert_eq!(nearest(1, 50), (1, 50));
    }
}
