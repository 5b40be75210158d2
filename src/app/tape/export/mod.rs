//! `retake tape export`, and the clips that are saved in play: a part of a tape
//! as video, sound and pictures, or as a movie. Ranges from state to state are
//! rendered on all cores; what they give is written in order, and the sound is
//! made of it in one place, so that it has no seams.
//!
//! ```text
//! state ━━━━ range ━━━━▶ pictures, coded ─┐ in order    ┌─▶ .y4m .apng .gif .mp4 .mkv, folder of .png
//! state ━━━━ range ━━━━▶ steps of sound ──┴─────────────┴─▶ synthesis ─▶ .wav, and into .mp4 .mkv
//!
//! inputs ─▶ .fm2 .bk2        nothing is run
//! ```
//!
//! A format is a [`Coder`], which turns pictures into its own bytes on every
//! core, and a [`Writer`], which puts these into a file.

mod apng;
pub mod clip;
#[cfg(feature = "encode")]
mod encode;
#[cfg_attr(feature = "encode", allow(dead_code, reason = "the build has an encoder"))]
mod ffmpeg;
mod gif;
mod movie;
mod new_file;
mod plan;
mod sound;
mod y4m;

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use super::args::ExportArgs;
use super::file::Reel;
use super::jobs;
use crate::app::fault::{Fault, Outcome};
use crate::app::progress;
use crate::flight::catalog::Position;
use crate::nes::output::{HEIGHT, WIDTH};
use crate::nes::{Frame, Region, Sound};
use crate::video::rgb;
// Video by what this build has, else by what this machine has.
#[cfg(feature = "encode")]
use encode::to_file as video;
#[cfg(not(feature = "encode"))]
use ffmpeg::to_file as video;
use new_file::NewFile;
use plan::{Plan, Worker};

/// Pictures to a format's own bytes, on all cores at once.
pub trait Coder: Sync {
    /// What codes the pictures of one range, in order. What it gives depends on
    /// nothing outside the range.
    fn range(&self) -> Box<dyn Coding + '_>;
}

/// Codes the pictures of a range.
pub trait Coding {
    /// The picture that is the `number`th of the export, from 0.
    fn code(&mut self, number: u64, frame: &Frame) -> Outcome<Coded>;
}

/// Where every picture is coded by itself, nothing begins with a range.
impl<C: Coding + Copy + Sync + 'static> Coder for C {
    fn range(&self) -> Box<dyn Coding + '_> {
        Box::new(*self)
    }
}

/// A picture as a format has it.
pub enum Coded {
    /// Bytes.
    Bytes(Vec<u8>),
    /// Of a GIF.
    Gif(Box<::gif::Frame<'static>>),
    /// Of H.264.
    #[cfg(feature = "encode")]
    Video(encode::Picture),
    /// Nothing: the format leaves it out.
    None,
}

/// A file that takes frames in order.
pub trait Writer {
    /// The next frame.
    fn frame(&mut self, coded: &Coded, sound: &Sound) -> Outcome<()>;
    /// The end: the file takes its place.
    fn finish(&mut self) -> Outcome<()>;
}

/// Runs the command.
pub fn export(args: &ExportArgs) -> Outcome {
    let kinds = args.output.iter().map(|path| Kind::of(path));
    let kinds: Vec<Kind> = kinds.collect::<Outcome<_>>()?;
    let outputs = || args.output.iter().zip(&kinds);
    for (path, kind) in outputs() {
        if let Kind::Movie(format) = kind {
            movie::export(args, path, *format)?;
        }
    }
    let films = outputs().filter(|(_, kind)| !matches!(kind, Kind::Movie(_)));
    let films: Vec<PathBuf> = films.map(|(path, _)| path.clone()).collect();
    if films.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let reel = Reel::open(&args.file, &args.rom)?;
    let range = reel.file.range(&args.path)?;
    let order = Order {
        outputs: films,
        scale: args.scale.map(usize::from),
        sound: if args.no_sound { Heard::No } else { Heard::Yes },
        jobs: args.jobs,
    };
    let bar = progress(0, "frames");
    let began = Instant::now();
    let frames = film(&reel, range, &order, &mut |done, of| {
        bar.set_length(of);
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    let seconds = began.elapsed().as_secs_f64().max(1e-9);
    let fps = frames as f64 / seconds;
    let (rate, per) = reel.setup.options.region.frame_rate();
    eprintln!(
        "retake: {frames} frames in {seconds:.2} s, {fps:.0} frames/s, {:.1} times real time",
        fps * per as f64 / rate as f64
    );
    Ok(ExitCode::SUCCESS)
}

/// What is written of a part of a tape.
pub struct Order {
    /// Where to; the endings are the formats.
    pub outputs: Vec<PathBuf>,
    /// Each pixel becomes so many squared; `None` is what suits the format.
    pub scale: Option<usize>,
    /// The sound of formats that have it, and beside a .y4m.
    pub sound: Heard,
    /// Threads; `None` is one a processor.
    pub jobs: Option<NonZero<usize>>,
}

/// Whether there is sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Heard {
    Yes,
    No,
}

/// Writes the frames after `from` up to `to`; gives their number. `progress`
/// is told how many are done, and of how many.
pub fn film(
    reel: &Reel,
    (from, to): (Position, Position),
    order: &Order,
    progress: &mut dyn FnMut(u64, u64),
) -> Outcome<u64> {
    let plan = Plan::new(reel, from, to);
    let region = reel.setup.options.region;
    let film = Film { scale: 1, frames: plan.frames(), rate: region.frame_rate(), region };
    let (coders, mut writers): (Vec<_>, Vec<_>) = formats(order, &film)?.into_iter().unzip();
    let mut done = 0;
    jobs::in_order(
        jobs::threads(order.jobs),
        plan.len(),
        || Worker::new(reel),
        |worker, number| worker.render(plan.range(number), &coders),
        |rendered: Outcome<_>| {
            for frame in rendered? {
                for (writer, picture) in writers.iter_mut().zip(&frame.pictures) {
                    writer.frame(picture, &frame.sound)?;
                }
                done += 1;
                progress(done, film.frames);
            }
            Ok(())
        },
    )?;
    writers.iter_mut().try_for_each(|writer| writer.finish())?;
    Ok(film.frames)
}

/// What all outputs of an export have in common, and the size of one.
#[derive(Clone, Copy, Debug)]
pub struct Film {
    /// Each pixel becomes so many squared.
    pub scale: usize,
    /// Pictures.
    pub frames: u64,
    /// Frames a second, exactly.
    pub rate: (u64, u64),
    /// The console.
    pub region: Region,
}

impl Film {
    fn width(&self) -> usize {
        WIDTH * self.scale
    }

    fn height(&self) -> usize {
        HEIGHT * self.scale
    }

    /// Rows of `WIDTH` values enlarged.
    fn enlarge<T: Copy>(&self, plane: &[T]) -> Vec<T> {
        let mut out = Vec::with_capacity(plane.len() * self.scale * self.scale);
        for row in plane.chunks(WIDTH) {
            let start = out.len();
            out.extend(row.iter().flat_map(|&value| std::iter::repeat_n(value, self.scale)));
            let end = out.len();
            for _ in 1..self.scale {
                out.extend_from_within(start..end);
            }
        }
        out
    }

    /// Red, green and blue bytes of a picture, enlarged.
    fn rgb(&self, frame: &Frame) -> Vec<u8> {
        let colours = rgb::of(frame.ppu);
        let colour = |&pixel: &u16| colours[usize::from(pixel & 0x1ff)];
        let pixels: Vec<[u8; 3]> = frame.pixels.iter().map(colour).collect();
        self.enlarge(&pixels).into_flattened()
    }
}

/// What an output is, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Stdout,
    Folder,
    Y4m,
    Wav,
    Apng,
    Gif,
    /// H.264 and AAC.
    Video(Container),
    Movie(crate::app::movie::Format),
}

/// What holds video and sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Container {
    Mp4,
    Matroska,
}

impl Kind {
    fn of(path: &Path) -> Outcome<Self> {
        if path == Path::new("-") {
            return Ok(Self::Stdout);
        }
        if path.is_dir() || path.to_string_lossy().ends_with('/') {
            return Ok(Self::Folder);
        }
        let fault = |why| Err(Fault::file(path.display(), why));
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        Ok(match ending.to_ascii_lowercase().as_str() {
            "y4m" => Self::Y4m,
            "wav" => Self::Wav,
            "apng" => Self::Apng,
            "gif" => Self::Gif,
            "mp4" => Self::Video(Container::Mp4),
            "mkv" => Self::Video(Container::Matroska),
            "fm2" => Self::Movie(crate::app::movie::Format::Fm2),
            "bk2" => Self::Movie(crate::app::movie::Format::Bk2),
            "txt" => Self::Movie(crate::app::movie::Format::Text),
            "png" => {
                return fault(
                    "a range is many pictures; give a folder (a name that ends with /), .apng, \
                     or use `retake tape seek --png` for one",
                );
            }
            _ => {
                return fault(
                    "its ending names no format; give .mp4, .mkv, .y4m, .wav, .apng, .gif, `-`, \
                     a folder that ends with /, or .fm2, .bk2 or .txt for the inputs",
                );
            }
        })
    }

    /// How large pixels are when nobody says it: those of video are smeared
    /// less by its coarser colours.
    fn scale(self) -> usize {
        if matches!(self, Self::Video(_)) { 3 } else { 1 }
    }
}

type Format = (Box<dyn Coder>, Box<dyn Writer>);

/// The outputs by the endings of their names.
fn formats(order: &Order, film: &Film) -> Outcome<Vec<Format>> {
    let mut formats = Vec::new();
    for path in &order.outputs {
        let kind = Kind::of(path)?;
        let film = &Film { scale: order.scale.unwrap_or(kind.scale()), ..*film };
        formats.push(match kind {
            Kind::Stdout => y4m::to_stdout(film)?,
            Kind::Folder => apng::to_folder(path, film)?,
            Kind::Y4m => y4m::to_file(path, film)?,
            Kind::Wav => sound::to_file(path, film)?,
            Kind::Apng => apng::to_file(path, film)?,
            Kind::Gif => gif::to_file(path, film)?,
            Kind::Video(container) => video(path, container, film, order.sound)?,
            Kind::Movie(_) => return Err(Fault::file(path.display(), "a movie has no pictures")),
        });
        let beside = path.with_extension("wav");
        if kind == Kind::Y4m && order.sound == Heard::Yes && !order.outputs.contains(&beside) {
            formats.push(sound::to_file(&beside, film)?);
        }
    }
    Ok(formats)
}
