//! H.264 by OpenH264: each range by an encoder of its own, so it begins with a
//! key picture, and its bytes are the same whoever codes the others.
//!
//! Quantisation is constant: a still screen costs next to nothing, a storm of
//! pixels what it needs, and no rate control remembers what was before.
//!
//! ```text
//! 4:2:0:   Y Y Y Y    one U and one V for four pixels, on the left
//!          C . C .    column, between the rows (what H.264 means when
//!          Y Y Y Y    it says nothing else)
//! ```
//!
//! <https://www.itu.int/rec/T-REC-H.264>

use openh264::OpenH264API;
use openh264::encoder::{
    Encoder, EncoderConfig, FrameRate, FrameType, IntraFramePeriod, QpRange, RateControlMode,
    VuiConfig,
};
use openh264::formats::YUVSource;

use super::sps;
use crate::app::fault::{Fault, Outcome};
use crate::app::tape::export::{Coded, Coder, Coding, Film, y4m};
use crate::nes::Frame;
use crate::nes::output::{HEIGHT, WIDTH};

/// How coarse: 0 to 51. At 20 what is lost (50 dB below the signal) is not seen.
const QP: u8 = 20;

/// Kinds of NAL units.
const SPS: u8 = 7;
const PPS: u8 = 8;

/// What a decoder is told of all pictures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sets {
    /// The sequence parameter set.
    pub sps: Vec<u8>,
    /// The picture parameter set.
    pub pps: Vec<u8>,
}

/// A picture, coded.
pub struct Picture {
    /// Those of a key picture, from which decoding can begin.
    pub sets: Option<Sets>,
    /// Its NAL units, each after its length in four bytes.
    pub bytes: Vec<u8>,
}

/// Codes pictures.
pub struct H264(Film);

impl H264 {
    /// For a film.
    pub fn new(film: &Film) -> Self {
        Self(*film)
    }
}

impl Coder for H264 {
    fn range(&self) -> Box<dyn Coding + '_> {
        Box::new(Range { film: self.0, encoder: None, planes: Planes::new(self.0.scale) })
    }
}

struct Range {
    film: Film,
    encoder: Option<Encoder>,
    planes: Planes,
}

impl Range {
    fn encoder(film: &Film) -> Result<Encoder, openh264::Error> {
        let (rate, per) = film.rate;
        let config = EncoderConfig::new()
            .rate_control_mode(RateControlMode::Bufferbased)
            .qp(QpRange::new(QP, QP))
            .skip_frames(false)
            // A range is one group of pictures.
            .intra_frame_period(IntraFramePeriod::auto())
            .scene_change_detect(false)
            .adaptive_quantization(false)
            .background_detection(false)
            .max_frame_rate(FrameRate::from_hz(rate as f32 / per as f32))
            .vui(VuiConfig::bt601())
            // The cores have other ranges.
            .num_threads(1);
        Encoder::with_api_config(OpenH264API::from_source(), config)
    }
}

impl Coding for Range {
    fn code(&mut self, _: u64, frame: &Frame) -> Outcome<Coded> {
        self.planes.draw(frame);
        let fault = |error| {
            Fault::failed(format_args!("the picture could not be encoded ({error}); this is a bug"))
        };
        let encoder = match &mut self.encoder {
            Some(encoder) => encoder,
            none => none.insert(Self::encoder(&self.film).map_err(fault)?),
        };
        let stream = encoder.encode(&self.planes).map_err(fault)?;
        let key = stream.frame_type() == FrameType::IDR;
        let (mut sps, mut pps, mut bytes) = (None, None, Vec::new());
        for layer in (0..stream.num_layers()).filter_map(|layer| stream.layer(layer)) {
            for nal in (0..layer.nal_count()).filter_map(|nal| layer.nal_unit(nal)) {
                let nal = without_start(nal);
                match nal.first().map(|first| first & 0x1f) {
                    Some(SPS) => sps = sps::with_rate(nal, self.film.rate),
                    Some(PPS) => pps = Some(nal.to_vec()),
                    _ => {
                        bytes.extend((nal.len() as u32).to_be_bytes());
                        bytes.extend(nal);
                    }
                }
            }
        }
        let sets = sps.zip(pps).map(|(sps, pps)| Sets { sps, pps });
        if bytes.is_empty() || key != sets.is_some() {
            return Err(Fault::failed("the encoder left a picture out; this is a bug"));
        }
        Ok(Coded::Video(Picture { sets, bytes }))
    }
}

/// A NAL unit without the zeros and the one that part it from others.
fn without_start(nal: &[u8]) -> &[u8] {
    let zeros = nal.iter().take_while(|&&byte| byte == 0).count();
    nal.get(zeros + 1..).unwrap_or_default()
}

/// A picture in 4:2:0, enlarged.
struct Planes {
    scale: usize,
    y: Vec<u8>,
    chroma: [Vec<u8>; 2],
    /// Both chroma channels of the console's rows in half the columns of the
    /// picture, four times their value.
    rows: [Vec<u16>; 2],
}

impl Planes {
    fn new(scale: usize) -> Self {
        let size = WIDTH * HEIGHT * scale * scale;
        let rows = vec![0; HEIGHT * WIDTH * scale / 2];
        Self {
            scale,
            y: Vec::with_capacity(size),
            chroma: [vec![0; size / 4], vec![0; size / 4]],
            rows: [rows.clone(), rows],
        }
    }

    fn draw(&mut self, frame: &Frame) {
        let colours = y4m::colours(frame.ppu);
        let (scale, half) = (self.scale, WIDTH * self.scale / 2);
        self.y.clear();
        for (number, pixels) in frame.pixels.chunks(WIDTH).enumerate() {
            let colour = |x: usize| colours[usize::from(pixels[x] & 0x1ff)];
            let start = self.y.len();
            for x in 0..WIDTH {
                self.y.extend(std::iter::repeat_n(colour(x)[0], scale));
            }
            for _ in 1..scale {
                self.y.extend_from_within(start..start + WIDTH * scale);
            }
            // Between the columns left and right of it, and its own twice.
            for x in 0..half {
                let column = 2 * x;
                let sides = [column.saturating_sub(1), column, column, column + 1];
                let sides = sides.map(|column| colour(column / scale));
                for (channel, rows) in self.rows.iter_mut().enumerate() {
                    let sum = sides.iter().map(|side| u16::from(side[channel + 1])).sum();
                    rows[number * half + x] = sum;
                }
            }
        }
        for (chroma, rows) in self.chroma.iter_mut().zip(&self.rows) {
            for (number, out) in chroma.chunks_mut(half).enumerate() {
                let row = |line: usize| &rows[line / scale * half..][..half];
                let (above, below) = (row(2 * number), row(2 * number + 1));
                for (out, (above, below)) in out.iter_mut().zip(above.iter().zip(below)) {
                    *out = ((above + below + 4) / 8) as u8;
                }
            }
        }
    }
}

impl YUVSource for Planes {
    fn dimensions(&self) -> (usize, usize) {
        (WIDTH * self.scale, HEIGHT * self.scale)
    }

    fn strides(&self) -> (usize, usize, usize) {
        let width = WIDTH * self.scale;
        (width, width / 2, width / 2)
    }

    fn y(&self) -> &[u8] {
        &self.y
    }

    fn u(&self) -> &[u8] {
        &self.chroma[0]
    }

    fn v(&self) -> &[u8] {
        &self.chroma[1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coarse_colour_is_the_mean_of_what_lies_around_it() {
        let frame = Frame {
            pixels: (0..WIDTH * HEIGHT).map(|n| (n * 7 % 61) as u16).collect(),
            ..Frame::default()
        };
        let colours = y4m::colours(frame.ppu);
        for scale in [1, 2, 3, 8] {
            let mut planes = Planes::new(scale);
            planes.draw(&frame);
            let (width, height) = (WIDTH * scale, HEIGHT * scale);
            let colour = |x: usize, y: usize, channel: usize| {
                let pixel = frame.pixels[y / scale * WIDTH + x / scale];
                u32::from(colours[usize::from(pixel)][channel])
            };
            assert_eq!(planes.y.len(), width * height);
            for (x, y) in [(0, 0), (1, 0), (width - 1, height - 1), (100, 77)] {
                assert_eq!(u32::from(planes.y[y * width + x]), colour(x, y, 0));
            }
            for (x, y) in [(0, 0), (1, 1), (2, 1), (width / 2 - 1, height / 2 - 1), (50, 77)] {
                for channel in [1, 2] {
                    let at = |dx: usize, dy: usize| {
                        colour((2 * x + dx).saturating_sub(1), 2 * y + dy, channel)
                    };
                    let row = |dy| at(0, dy) + 2 * at(1, dy) + at(2, dy);
                    let wanted = (row(0) + row(1) + 4) / 8;
                    let got = planes.chroma[channel - 1][y * width / 2 + x];
                    assert_eq!(u32::from(got), wanted, "{scale}: {x}, {y}");
                }
            }
        }
    }
}
