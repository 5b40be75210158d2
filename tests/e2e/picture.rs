//! Pictures: what the screen shows against what the console drew.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;

use retake::video::palette;

/// The console's picture.
pub const WIDTH: usize = 256;
/// The console's picture.
pub const HEIGHT: usize = 240;

/// A picture in red, green and blue.
pub struct Picture {
    width: usize,
    rgb: Vec<[u8; 3]>,
}

impl Picture {
    /// Reads a PPM of 8 bits.
    pub fn ppm(path: &Path) -> Self {
        let bytes = fs::read(path).expect("a screenshot");
        let (fields, pixels) = header::<4>(&bytes);
        assert!(fields[0] == "P6" && fields[3] == "255", "{fields:?}");
        Self::new(fields[1].parse().expect("a width"), pixels)
    }

    /// Reads a PNG as the program writes it.
    pub fn png(path: &Path) -> Self {
        let file = BufReader::new(File::open(path).expect("a screenshot"));
        let mut reader = png::Decoder::new(file).read_info().expect("a PNG");
        let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
        let info = reader.next_frame(&mut pixels).expect("a picture");
        Self::new(info.width as usize, &pixels)
    }

    fn new(width: usize, bytes: &[u8]) -> Self {
        Self { width, rgb: bytes.chunks_exact(3).map(|c| [c[0], c[1], c[2]]).collect() }
    }

    fn at(&self, x: usize, y: usize) -> [u8; 3] {
        self.rgb[y * self.width + x]
    }
}

/// Reads a PGM with palette indices.
pub fn indices(path: &Path) -> Vec<u8> {
    let bytes = fs::read(path).expect("a picture");
    let (fields, pixels) = header::<4>(&bytes);
    assert_eq!((fields[0], pixels.len()), ("P5", WIDTH * HEIGHT), "{fields:?}");
    pixels.to_vec()
}

/// The words in front of a picture, and what follows the white space behind
/// them.
fn header<const WORDS: usize>(bytes: &[u8]) -> ([&str; WORDS], &[u8]) {
    let mut rest = bytes;
    let words = [(); WORDS].map(|()| {
        let begin = rest.iter().position(|byte| !byte.is_ascii_whitespace()).expect("a word");
        let end = begin + rest[begin..].iter().position(u8::is_ascii_whitespace).expect("its end");
        let word = std::str::from_utf8(&rest[begin..end]).expect("text");
        rest = &rest[end + 1..];
        word
    });
    (words, rest)
}

/// Compares a picture that is `scale` times as large, from its corner on, with
/// palette indices: each pixel's nearest colour must be the index's, and each
/// channel at most 2 away.
pub fn compare(picture: &Picture, scale: usize, indices: &[u8]) -> Result<(), String> {
    let palette = &palette::rgb()[..64];
    for y in 0..HEIGHT * scale {
        for x in 0..WIDTH * scale {
            let index = indices[y / scale * WIDTH + x / scale];
            let (seen, meant) = (picture.at(x, y), palette[usize::from(index)]);
            let nearest = palette.iter().min_by_key(|colour| distance(seen, **colour));
            let close = (0..3).all(|channel| seen[channel].abs_diff(meant[channel]) <= 2);
            if nearest != Some(&meant) || !close {
                return Err(format!(
                    "pixel {x}, {y} of the screenshot is {seen:?}, but ${index:02X} is {meant:?}"
                ));
            }
        }
    }
    Ok(())
}

fn distance(a: [u8; 3], b: [u8; 3]) -> u32 {
    (0..3).map(|channel| u32::from(a[channel].abs_diff(b[channel])).pow(2)).sum()
}
