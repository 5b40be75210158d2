//! GIF: 50 pictures a second, which is the most that players show, so that one
//! frame in six is left out. No sound.
//!
//! <https://www.w3.org/Graphics/GIF/spec-gif89a.txt>

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use gif::{Encoder, Repeat};

use super::{Coded, Coding, Film, Format, NewFile, Writer};
use crate::app::fault::Outcome;
use crate::nes::{Frame, Sound};
use crate::video::palette::Palette;
use crate::video::rgb;

/// Pictures a second.
const RATE: u64 = 50;

/// To a GIF file.
pub fn to_file(path: &Path, film: &Film) -> Outcome<Format> {
    let place = NewFile::beside(path);
    let file = BufWriter::new(place.create()?);
    let (width, height) = (film.width() as u16, film.height() as u16);
    let begun = Encoder::new(file, width, height, &[]).and_then(|mut encoder| {
        encoder.set_repeat(Repeat::Infinite)?;
        Ok(encoder)
    });
    let encoder = begun.map_err(|error| place.fault(&error))?;
    eprintln!("retake: {}: a GIF shows {RATE} pictures a second", path.display());
    let writer = Gif { encoder: Some(encoder), place };
    Ok((Box::new(Pictures(*film)), Box::new(writer)))
}

#[derive(Clone, Copy)]
struct Pictures(Film);

impl Pictures {
    /// Whether a frame is one of those that are shown: the last one before a
    /// picture's time.
    fn shows(&self, number: u64) -> bool {
        let (rate, per) = self.0.rate;
        let time = |frame: u64| u128::from(frame) * u128::from(per) * u128::from(RATE);
        let picture = |frame: u64| time(frame).div_ceil(u128::from(rate));
        // Picture k is the frame that is on the screen at k / 50 s.
        picture(number) < picture(number + 1)
    }
}

impl Coding for Pictures {
    fn code(&mut self, number: u64, frame: &Frame) -> Outcome<Coded> {
        if !self.shows(number) {
            return Ok(Coded::None);
        }
        let Self(film) = self;
        let (colours, indices) = indexed(&frame.pixels, rgb::of(frame.ppu));
        let (width, height) = (film.width() as u16, film.height() as u16);
        let indices = film.enlarge(&indices);
        let mut picture = gif::Frame::from_palette_pixels(width, height, indices, colours, None);
        picture.delay = (100 / RATE) as u16;
        picture.make_lzw_pre_encoded();
        Ok(Coded::Gif(Box::new(picture)))
    }
}

/// A picture by a palette of at most 256 colours. One with more, which takes
/// several emphases in one picture, does without these.
fn indexed(pixels: &[u16], palette: &Palette) -> (Vec<u8>, Vec<u8>) {
    for mask in [0x1ff, 0x3f] {
        let mut places = [None; 512];
        let mut colours = Vec::new();
        let mut count = 0usize;
        let mut place = |pixel: u16| {
            let pixel = usize::from(pixel & mask);
            *places[pixel].get_or_insert_with(|| {
                colours.extend(palette[pixel]);
                count += 1;
                count - 1
            }) as u8
        };
        let indices = pixels.iter().map(|&pixel| place(pixel)).collect();
        if count <= 256 {
            return (colours, indices);
        }
    }
    unreachable!("64 colours are fewer than 256")
}

struct Gif {
    encoder: Option<Encoder<BufWriter<File>>>,
    place: NewFile,
}

impl Writer for Gif {
    fn frame(&mut self, coded: &Coded, _: &Sound) -> Outcome<()> {
        let (Coded::Gif(picture), Some(encoder)) = (coded, &mut self.encoder) else {
            return Ok(());
        };
        let written = encoder.write_lzw_pre_encoded_frame(picture);
        written.map_err(|error| self.place.fault(&error))
    }

    fn finish(&mut self) -> Outcome<()> {
        let Some(encoder) = self.encoder.take() else { return Ok(()) };
        let file = encoder.into_inner().map_err(|error| self.place.fault(&error))?;
        let flushed = file.into_inner().map_err(|error| error.into_error());
        flushed.map_err(|error: std::io::Error| self.place.fault(&error))?;
        self.place.done()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nes::Region;

    #[test]
    fn fifty_pictures_a_second_are_chosen() {
        let rate = Region::Ntsc.frame_rate();
        let film = Film { scale: 1, frames: 0, rate, region: Region::Ntsc };
        let shown = (0..60_099).filter(|&n| Pictures(film).shows(n)).count();
        assert!((49_999..=50_001).contains(&shown), "{shown}");
        assert!(Pictures(film).shows(0));
    }

    #[test]
    fn a_picture_of_all_colours_does_without_emphasis() {
        let pixels: Vec<u16> = (0..512).collect();
        let (colours, indices) = indexed(&pixels, crate::video::palette::rgb());
        assert_eq!((colours.len(), indices[64], indices[511]), (64 * 3, 0, 63));
        let (colours, indices) = indexed(&[5, 0x1c5, 5], crate::video::palette::rgb());
        assert_eq!((colours.len(), indices), (6, vec![0, 1, 0]));
    }
}
