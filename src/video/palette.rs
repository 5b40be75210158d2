//! The colours of the 2C02, computed from the voltages of its composite signal.
//!
//! The PPU has no RGB: a colour is a square wave between two voltages. The row
//! (bits 4-5) chooses the voltages, the column (bits 0-3) the phase against the
//! colour burst; column 0 stays high, $D stays low, $E and $F are black. Each
//! emphasis bit lowers the wave during one half of the colour cycle.
//!
//! ```text
//! mV      row 0   row 1   row 2   row 3     black = $1D = 312 mV
//! high      616     840    1100    1100     white = $20 = 1100 mV
//! low       228     312     552     880
//! ```
//!
//! A television takes the mean as brightness (Y) and what beats with the colour
//! burst as colour (U, V). That is all that happens here: the burst has the
//! phase of column 8 and marks -U; the chip's output delays brighter rows, by
//! five degrees each (differential phase, as measured on the 2C02G); no tint or
//! saturation knob is turned, no gamma is bent (the camera of a broadcast and
//! the tube cancel), and what falls out of range is clipped as a tube clips it.
//! The arithmetic is done by the compiler, so that the table is the same on
//! every machine.
//!
//! <https://www.nesdev.org/wiki/NTSC_video>

/// Colours: 64 palette entries × 8 emphases, indexed by a pixel of a
/// [`Frame`](crate::nes::Frame) (emphasis in bits 6-8: red, green, blue).
pub type Palette = [[u8; 3]; 512];

/// The default palette.
pub fn rgb() -> &'static Palette {
    &DEFAULT
}

/// Bytes that are not a palette file.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a .pal file has 192 bytes (64 colours) or 1536 (64 × 8 emphases), not {0}")]
pub struct PalError(pub usize);

/// Reads a `.pal` file: red, green and blue bytes of 64 colours, or of 512.
/// With 64, each emphasis bit dims the other two channels as the PPU dims its
/// voltages.
pub fn from_pal(bytes: &[u8]) -> Result<Box<Palette>, PalError> {
    if bytes.len() != 192 && bytes.len() != 1536 {
        return Err(PalError(bytes.len()));
    }
    let mut palette = Box::new([[0; 3]; 512]);
    for (pixel, colour) in palette.iter_mut().enumerate() {
        let at = if bytes.len() == 192 { pixel % 64 } else { pixel } * 3;
        colour.copy_from_slice(&bytes[at..at + 3]);
        if bytes.len() == 192 && pixel % 16 < 14 {
            for (channel, value) in colour.iter_mut().enumerate() {
                let others = (pixel >> 6) & !(1 << channel);
                if others != 0 {
                    *value = (f64::from(*value) * DIMMED + 0.5) as u8;
                }
            }
        }
    }
    Ok(palette)
}

/// Turns pixels into red, green, blue and opaque bytes. `out` holds four bytes
/// a pixel.
pub fn paint(palette: &Palette, pixels: &[u16], out: &mut [u8]) {
    for (rgba, &pixel) in out.chunks_exact_mut(4).zip(pixels) {
        let [r, g, b] = palette[usize::from(pixel & 0x1ff)];
        rgba.copy_from_slice(&[r, g, b, 0xff]);
    }
}

static DEFAULT: Palette = {
    let mut palette = [[0; 3]; 512];
    let mut pixel = 0;
    while pixel < 512 {
        palette[pixel] = decode(pixel);
        pixel += 1;
    }
    palette
};

/// Millivolts into a 75 Ω load by row: plain and with emphasis.
const LOW: [[f64; 4]; 2] = [[228., 312., 552., 880.], [192., 256., 448., 712.]];
const HIGH: [[f64; 4]; 2] = [[616., 840., 1100., 1100.], [500., 676., 896., 896.]];
const BLACK: f64 = 312.;
const WHITE: f64 = 1100.;

/// What emphasis leaves of white.
const DIMMED: f64 = (896. - BLACK) / (WHITE - BLACK);

/// Cosine and sine of 15°, half a twelfth of the colour cycle, of 30°, and of
/// 5°, what a row delays.
const HALF: [f64; 2] = [0.965_925_826_289_068_3, 0.258_819_045_102_520_76];
const TWELFTH: [f64; 2] = [0.866_025_403_784_438_6, 0.5];
const ROW: [f64; 2] = [0.996_194_698_091_745_5, 0.087_155_742_747_658_17];

/// The product of two phases as points of the unit circle: their sum.
const fn turn(a: [f64; 2], b: [f64; 2]) -> [f64; 2] {
    [a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]]
}

/// Whether the wave of `column` is high in a twelfth of the colour cycle.
const fn in_phase(column: usize, twelfth: usize) -> bool {
    (column + twelfth) % 12 < 6
}

/// The signal, 0 black to 1 white, in a twelfth of the colour cycle.
const fn signal(pixel: usize, twelfth: usize) -> f64 {
    let (column, row, emphasis) = (pixel & 15, pixel >> 4 & 3, pixel >> 6);
    if column >= 0xe {
        return 0.;
    }
    let dimmed = emphasis & 1 != 0 && in_phase(0xc, twelfth)
        || emphasis & 2 != 0 && in_phase(4, twelfth)
        || emphasis & 4 != 0 && in_phase(8, twelfth);
    let high = column == 0 || column < 0xd && in_phase(column, twelfth);
    let levels = if high { HIGH } else { LOW };
    (levels[dimmed as usize][row] - BLACK) / (WHITE - BLACK)
}

const fn decode(pixel: usize) -> [u8; 3] {
    let (mut y, mut u, mut v) = (0., 0., 0.);
    // Column 8 is high from twelfth 4 to 9, so -U (180°) lies at 6.5, and the
    // angle falls by 30° a twelfth: it begins at 180° + 6.5 × 30° = 15°.
    let mut angle = HALF;
    let mut row = 0;
    while row < (pixel >> 4 & 3) {
        angle = turn(angle, [ROW[0], -ROW[1]]);
        row += 1;
    }
    let mut twelfth = 0;
    while twelfth < 12 {
        let level = signal(pixel, twelfth) / 12.;
        y += level;
        u += level * 2. * angle[0];
        v += level * 2. * angle[1];
        angle = turn(angle, [TWELFTH[0], -TWELFTH[1]]);
        twelfth += 1;
    }
    [byte(y + 1.139_83 * v), byte(y - 0.394_65 * u - 0.580_60 * v), byte(y + 2.032_11 * u)]
}

const fn byte(level: f64) -> u8 {
    // A cast from a float saturates.
    (level * 255. + 0.5) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_well_known_colours_have_their_well_known_values() {
        for (pixel, colour) in [
            (0x00, [0x62, 0x62, 0x62]),
            (0x01, [0x00, 0x1f, 0xb2]),
            (0x0d, [0x00, 0x00, 0x00]),
            (0x10, [0xab, 0xab, 0xab]),
            (0x16, [0xc7, 0x2e, 0x00]),
            (0x1a, [0x00, 0xa3, 0x00]),
            (0x20, [0xff, 0xff, 0xff]),
            (0x21, [0x53, 0xae, 0xff]),
            (0x2d, [0x4e, 0x4e, 0x4e]),
            (0x36, [0xff, 0xc6, 0xc3]),
            (0x3d, [0xb8, 0xb8, 0xb8]),
        ] {
            assert_eq!(rgb()[pixel], colour, "${pixel:02X}");
        }
    }

    #[test]
    fn the_last_two_columns_are_black_whatever_the_emphasis() {
        for pixel in (0..512).filter(|pixel| pixel & 15 >= 0xe) {
            assert_eq!(rgb()[pixel], [0, 0, 0]);
        }
    }

    #[test]
    fn an_emphasis_bit_leaves_its_own_channel_brightest() {
        for (bit, channel) in [(0x40, 0), (0x80, 1), (0x100, 2)] {
            let grey = rgb()[0x10 | bit];
            let others = (0..3).filter(|&other| other != channel);
            for other in others {
                assert!(grey[channel] > grey[other], "{bit:#x}: {grey:?}");
            }
        }
        assert_eq!(rgb()[0x1c0 | 0x30], [0xbd, 0xbd, 0xbd], "all three dim white evenly");
    }

    #[test]
    fn a_pal_file_has_64_or_512_colours() {
        let small: Vec<u8> = (0..192).map(|n| n as u8).collect();
        let palette = from_pal(&small).expect("64 colours");
        assert_eq!(palette[1], [3, 4, 5]);
        assert_eq!(palette[0x40 | 33], [99, 74, 75], "red emphasis dims green and blue");
        let large: Vec<u8> = (0..1536).map(|n| (n % 251) as u8).collect();
        assert_eq!(from_pal(&large).expect("512 colours")[511][2], (1535 % 251) as u8);
        assert_eq!(from_pal(&small[1..]), Err(PalError(191)));
    }

    #[test]
    fn pixels_are_painted_opaque() {
        let mut out = [0; 8];
        paint(rgb(), &[0x20, 0x0f], &mut out);
        assert_eq!(out, [255, 255, 255, 255, 0, 0, 0, 255]);
    }
}
