//! Pictures as PNG files: 256 × 240, what the console made and nothing else.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::palette::Palette;
use crate::nes::output::{HEIGHT, WIDTH};

/// Writes the picture as a PNG.
pub fn write(pixels: &[u16], palette: &Palette, to: impl Write) -> io::Result<()> {
    let rgb: Vec<u8> = pixels.iter().flat_map(|&p| palette[usize::from(p & 0x1ff)]).collect();
    let mut encoder = png::Encoder::new(to, WIDTH as u32, HEIGHT as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&rgb)?;
    writer.finish()?;
    Ok(())
}

/// Writes the picture to a new file `folder/stem-1.png`, or the first number
/// that is free. The folder is made if need be.
pub fn save(pixels: &[u16], palette: &Palette, folder: &Path, stem: &str) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let (path, file) = new_file(folder, stem)?;
    let mut out = BufWriter::new(file);
    write(pixels, palette, &mut out)?;
    out.flush()?;
    Ok(path)
}

fn new_file(folder: &Path, stem: &str) -> io::Result<(PathBuf, File)> {
    for number in 1u32.. {
        let path = folder.join(format!("{stem}-{number}.png"));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
            other => return other.map(|file| (path, file)),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::video::palette;

    fn read(path: &Path) -> (u32, u32, Vec<u8>) {
        let file = io::BufReader::new(File::open(path).expect("there"));
        let mut reader = png::Decoder::new(file).read_info().expect("a PNG");
        let mut rgb = vec![0; reader.output_buffer_size().expect("a size")];
        let info = reader.next_frame(&mut rgb).expect("a picture");
        (info.width, info.height, rgb)
    }

    #[test]
    fn a_screenshot_holds_the_palettes_colours_and_each_gets_a_new_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path().join("deeper");
        let pixels: Vec<u16> = (0..WIDTH * HEIGHT).map(|n| (n % 512) as u16).collect();
        let first = save(&pixels, palette::rgb(), &folder, "game").expect("written");
        let second = save(&pixels, palette::rgb(), &folder, "game").expect("written");
        assert_eq!(first.file_name().expect("a name"), "game-1.png");
        assert_eq!(second.file_name().expect("a name"), "game-2.png");
        let (width, height, rgb) = read(&second);
        assert_eq!((width, height), (256, 240));
        for (pixel, colour) in pixels.iter().zip(rgb.chunks_exact(3)) {
            assert_eq!(colour, palette::rgb()[usize::from(*pixel)]);
        }
    }
}
