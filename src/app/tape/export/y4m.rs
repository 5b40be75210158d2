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
use std::io::{BufWriter, Stdout, Write};
use std::path::Path;
use std::sync::OnceLock;

use super::{Coded, Coder, Film, Format, NewFile, Writer};
use crate::app::fault::{Fault, Outcome};
use crate::nes::{Frame, Sound};
use crate::video::palette;

/// To a file.
pub fn to_file(path: &Path, film: &Film) -> Outcome<Format> {
    let place = NewFile::beside(path);
    let to = To::File(BufWriter::with_capacity(1 << 20, place.create()?), place);
    Ok(format(film, to))
}

/// To stdout.
pub fn to_stdout(film: &Film) -> Outcome<Format> {
    Ok(format(film, To::Stdout(BufWriter::with_capacity(1 << 20, std::io::stdout()))))
}

fn format(film: &Film, to: To) -> Format {
    (Box::new(Yuv), Box::new(Y4m { film: *film, to, begun: false }))
}

/// The colours of all pixels.
fn table() -> &'static [[u8; 3]; 512] {
    static TABLE: OnceLock<Box<[[u8; 3]; 512]>> = OnceLock::new();
    TABLE.get_or_init(|| Box::new(palette::rgb().map(yuv)))
}

/// A colour by BT.601, in the limited range.
fn yuv([r, g, b]: [u8; 3]) -> [u8; 3] {
    let [r, g, b] = [r, g, b].map(|value| f64::from(value) / 255.0);
    let y = 0.299 * r + 0.587 * g + 0.114 * b;
    let (u, v) = ((b - y) / 1.772, (r - y) / 1.402);
    [16.0 + 219.0 * y, 128.0 + 224.0 * u, 128.0 + 224.0 * v].map(|value| value.round() as u8)
}

/// Three planes of a picture, not enlarged.
struct Yuv;

impl Coder for Yuv {
    fn code(&self, _: u64, frame: &Frame) -> Coded {
        let table = table();
        let count = frame.pixels.len();
        let mut planes = vec![0; count * 3];
        let (y, rest) = planes.split_at_mut(count);
        let (u, v) = rest.split_at_mut(count);
        let places = y.iter_mut().zip(u).zip(v);
        for (pixel, ((y, u), v)) in frame.pixels.iter().zip(places) {
            [*y, *u, *v] = table[usize::from(pixel & 0x1ff)];
        }
        Coded::Bytes(planes)
    }
}

enum To {
    File(BufWriter<File>, NewFile),
    Stdout(BufWriter<Stdout>),
}

impl To {
    fn write(&mut self, bytes: &[u8]) -> Outcome<()> {
        match self {
            Self::File(file, place) => file.write_all(bytes).map_err(|error| place.fault(&error)),
            Self::Stdout(stdout) => stdout.write_all(bytes).map_err(unread),
        }
    }
}

fn unread(error: std::io::Error) -> Fault {
    Fault::failed(format_args!("whoever reads the pictures stopped ({error})"))
}

struct Y4m {
    film: Film,
    to: To,
    begun: bool,
}

impl Writer for Y4m {
    fn frame(&mut self, coded: &Coded, _: &Sound) -> Outcome<()> {
        let Coded::Bytes(planes) = coded else { return Ok(()) };
        if !self.begun {
            self.begun = true;
            let Film { rate: (rate, per), .. } = self.film;
            let (width, height) = (self.film.width(), self.film.height());
            let size = format!("W{width} H{height} F{rate}:{per}");
            let header = format!("YUV4MPEG2 {size} Ip A1:1 C444 XCOLORRANGE=LIMITED\n");
            self.to.write(header.as_bytes())?;
        }
        self.to.write(b"FRAME\n")?;
        if self.film.scale == 1 {
            return self.to.write(planes);
        }
        self.to.write(&self.film.enlarge(planes))
    }

    fn finish(&mut self) -> Outcome<()> {
        match &mut self.to {
            To::File(file, place) => {
                file.flush().map_err(|error| place.fault(&error))?;
                place.done()
            }
            To::Stdout(stdout) => stdout.flush().map_err(unread),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_those_of_bt_601() {
        assert_eq!(yuv([0, 0, 0]), [16, 128, 128]);
        assert_eq!(yuv([255, 255, 255]), [235, 128, 128]);
        assert_eq!(yuv([255, 0, 0]), [81, 90, 240]);
        assert_eq!(yuv([0, 255, 0]), [145, 54, 34]);
        assert_eq!(yuv([0, 0, 255]), [41, 240, 110]);
    }
}
