//! YUV4MPEG2: pictures as they are, for whatever reads a pipe.
//!
//! ```text
//! YUV4MPEG2 W256 H240 F39375000:655171 Ip A1:1 C444 XCOLORRANGE=LIMITED
//! FRAME
//! Y plane, U plane, V plane; FRAME …
//! ```
//!
//! Every pixel has its own colour (4:4:4), BT.601, limited range.
//!
//! <https://wiki.multimedia.cx/index.php/YUV4MPEG2>

use std::fs::File;
use std::io::Write;
use std::os::fd::AsFd;
use std::path::Path;
use std::sync::OnceLock;

use super::{Coded, Coding, Film, Format, NewFile, Writer};
use crate::app::fault::{Fault, Outcome};
use crate::nes::cart::arcade::Ppu;
use crate::nes::{Frame, Sound};
use crate::video::rgb::{self, KINDS};

/// What stands before each picture.
const FRAME: &[u8] = b"FRAME\n";
/// Bytes of a pipe that may wait: a few pictures, so that neither side waits
/// for the other within one. The most that Linux gives without asking.
const PIPE: usize = 1 << 20;

/// To a file.
pub fn to_file(path: &Path, film: &Film) -> Outcome<Format> {
    let place = NewFile::beside(path);
    let file = place.create()?;
    format(film, file, Some(place))
}

/// To stdout.
pub fn to_stdout(film: &Film) -> Outcome<Format> {
    // Not `Stdout`, which looks for the ends of lines.
    let stdout = std::io::stdout().as_fd().try_clone_to_owned().map_err(unread)?;
    // What is no pipe stays as it is.
    let _ = rustix::pipe::fcntl_setpipe_size(&stdout, PIPE);
    format(film, stdout.into(), None)
}

fn format(film: &Film, file: File, place: Option<NewFile>) -> Outcome<Format> {
    let mut y4m = Y4m { film: *film, file, place };
    y4m.write(header(film).as_bytes())?;
    Ok((Box::new(Yuv), Box::new(y4m)))
}

/// The line before the first picture.
pub fn header(film: &Film) -> String {
    let (rate, per) = film.rate;
    let (width, height) = (film.width(), film.height());
    format!("YUV4MPEG2 W{width} H{height} F{rate}:{per} Ip A1:1 C444 XCOLORRANGE=LIMITED\n")
}

/// The colours of all pixels.
pub fn colours(ppu: Ppu) -> &'static [[u8; 3]; 512] {
    static COLOURS: [OnceLock<Box<[[u8; 3]; 512]>>; KINDS] = [const { OnceLock::new() }; KINDS];
    COLOURS[rgb::kind(ppu)].get_or_init(|| Box::new(rgb::of(ppu).map(yuv)))
}

/// The same as numbers: Y in bits 0-7, U in 16-23, V in 32-39, and room beside
/// each for that of the pixel on the right, so that two pixels are written at once.
fn lanes(ppu: Ppu) -> &'static [u64; 512] {
    static LANES: [OnceLock<Box<[u64; 512]>>; KINDS] = [const { OnceLock::new() }; KINDS];
    let lane = |[y, u, v]: [u8; 3]| u64::from(y) | u64::from(u) << 16 | u64::from(v) << 32;
    LANES[rgb::kind(ppu)].get_or_init(|| Box::new(colours(ppu).map(lane)))
}

/// A colour by BT.601, in the limited range.
fn yuv([r, g, b]: [u8; 3]) -> [u8; 3] {
    let [r, g, b] = [r, g, b].map(|value| f64::from(value) / 255.0);
    let y = 0.299 * r + 0.587 * g + 0.114 * b;
    let (u, v) = ((b - y) / 1.772, (r - y) / 1.402);
    [16.0 + 219.0 * y, 128.0 + 224.0 * u, 128.0 + 224.0 * v].map(|value| value.round() as u8)
}

/// A picture as it stands in the file, not enlarged.
#[derive(Clone, Copy)]
pub struct Yuv;

impl Coding for Yuv {
    fn code(&mut self, _: u64, frame: &Frame) -> Outcome<Coded> {
        let lanes = lanes(frame.ppu);
        let count = frame.pixels.len();
        let mut bytes = vec![0; FRAME.len() + count * 3];
        let (head, planes) = bytes.split_at_mut(FRAME.len());
        head.copy_from_slice(FRAME);
        let (y, rest) = planes.split_at_mut(count);
        let (u, v) = rest.split_at_mut(count);
        let [y, u, v] = [y, u, v].map(|plane| plane.as_chunks_mut::<2>().0.iter_mut());
        let pairs = frame.pixels.as_chunks::<2>().0;
        for ([left, right], ((y, u), v)) in pairs.iter().zip(y.zip(u).zip(v)) {
            let lane = |pixel: &u16| lanes[usize::from(pixel & 0x1ff)];
            let both = lane(left) | lane(right) << 8;
            *y = (both as u16).to_le_bytes();
            *u = ((both >> 16) as u16).to_le_bytes();
            *v = ((both >> 32) as u16).to_le_bytes();
        }
        Ok(Coded::Bytes(bytes))
    }
}

struct Y4m {
    film: Film,
    file: File,
    /// None has stdout.
    place: Option<NewFile>,
}

impl Y4m {
    fn write(&mut self, bytes: &[u8]) -> Outcome<()> {
        self.file.write_all(bytes).map_err(|error| match &self.place {
            Some(place) => place.fault(&error),
            None => unread(error),
        })
    }
}

fn unread(error: std::io::Error) -> Fault {
    Fault::failed(format_args!("whoever reads the pictures stopped ({error})"))
}

impl Writer for Y4m {
    fn frame(&mut self, coded: &Coded, _: &Sound) -> Outcome<()> {
        let Coded::Bytes(bytes) = coded else { return Ok(()) };
        if self.film.scale == 1 {
            return self.write(bytes);
        }
        // Enlarged here, for ranges wait in memory.
        self.write(FRAME)?;
        let planes = self.film.enlarge(&bytes[FRAME.len()..]);
        self.write(&planes)
    }

    fn finish(&mut self) -> Outcome<()> {
        self.place.as_mut().map_or(Ok(()), NewFile::done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pixel_has_its_own_colour_in_each_plane() {
        let pixels: Vec<u16> = (0..256 * 240).map(|n| (n * 7919 % 512) as u16).collect();
        let frame = Frame { pixels: pixels.clone().into(), ppu: Ppu::Composite };
        let Ok(Coded::Bytes(bytes)) = Yuv.code(0, &frame) else { panic!("bytes") };
        for (at, pixel) in pixels.iter().enumerate() {
            let planes = [0, 1, 2].map(|plane| bytes[6 + plane * pixels.len() + at]);
            assert_eq!(planes, colours(Ppu::Composite)[usize::from(*pixel)], "{at}");
        }
    }

    #[test]
    fn colours_are_those_of_bt_601() {
        assert_eq!(yuv([0, 0, 0]), [16, 128, 128]);
        assert_eq!(yuv([255, 255, 255]), [235, 128, 128]);
        assert_eq!(yuv([255, 0, 0]), [81, 90, 240]);
        assert_eq!(yuv([0, 255, 0]), [145, 54, 34]);
        assert_eq!(yuv([0, 0, 255]), [41, 240, 110]);
    }
}
