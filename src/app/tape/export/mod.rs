//! `retake tape export`: a range of a tape as video, sound and pictures. Ranges
//! from state to state are rendered on all cores; what they give is written in
//! order, and the sound is made of it in one place, so that it has no seams.
//!
//! ```text
//! state ━━━━ range ━━━━▶ pictures, coded ─┐ in order    ┌─▶ .y4m  .apng  .gif  folder of .png
//! state ━━━━ range ━━━━▶ steps of sound ──┴─────────────┴─▶ synthesis ─▶ .wav
//! ```
//!
//! A format is a [`Coder`], which turns pictures into its own bytes on every
//! core, and a [`Writer`], which puts these into a file. An encoder for H.264
//! or AV1 with a muxer would be two more of them.

mod apng;
mod gif;
mod sound;
mod y4m;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use super::args::ExportArgs;
use super::file::Reel;
use super::jobs;
use crate::app::fault::{Fault, Outcome};
use crate::app::progress;
use crate::engine::replay::{Console, held};
use crate::flight::catalog::{Part, Position};
use crate::flight::replay::{self, Machine, Missing, Recording, Step};
use crate::nes::output::{HEIGHT, WIDTH};
use crate::nes::{Frame, Output, Sound};
use crate::video::palette;

/// Frames of a range: few enough to wait in memory, enough to be worth a state.
const RANGE: std::ops::RangeInclusive<u64> = 30..=120;

/// Pictures to a format's own bytes; used on all cores at once.
pub trait Coder: Sync {
    /// The bytes of the picture that is the `number`th of the export, from 0;
    /// empty where the format leaves it out.
    fn code(&self, number: u64, frame: &Frame) -> Coded;
}

/// A picture as a format has it.
pub enum Coded {
    /// Bytes.
    Bytes(Vec<u8>),
    /// Of a GIF.
    Gif(Box<::gif::Frame<'static>>),
    /// Nothing.
    None,
}

/// A file that takes frames in order.
pub trait Writer {
    /// The next frame.
    fn frame(&mut self, coded: &Coded, sound: &Sound) -> Outcome<()>;
    /// The end.
    fn finish(&mut self) -> Outcome<()>;
}

/// What a frame gives.
struct Rendered {
    pictures: Vec<Coded>,
    sound: Sound,
}

/// Runs the command.
pub fn export(args: &ExportArgs) -> Outcome {
    let reel = Reel::open(&args.file, &args.rom)?;
    let (from, to) = reel.file.range(&args.path)?;
    let plan = Plan::new(&reel, from, to);
    let film = Film {
        scale: usize::from(args.scale),
        frames: plan.frames,
        rate: reel.setup.options.region.frame_rate(),
        region: reel.setup.options.region,
    };
    let mut outputs = outputs(args, &film)?;
    let (coders, mut writers): (Vec<_>, Vec<_>) = outputs.drain(..).unzip();
    let bar = progress(plan.frames, "frames");
    let began = Instant::now();
    jobs::in_order(
        jobs::threads(args.jobs),
        plan.len(),
        || reel.console(),
        |console, number| render(&reel, console, plan.range(number), &coders),
        |rendered: Result<Vec<Rendered>, Missing>| {
            for frame in rendered.map_err(|why| reel.file.missing(why))? {
                for (writer, picture) in writers.iter_mut().zip(&frame.pictures) {
                    writer.frame(picture, &frame.sound)?;
                }
                bar.inc(1);
            }
            Ok(())
        },
    )?;
    for writer in &mut writers {
        writer.finish()?;
    }
    bar.finish_and_clear();
    let seconds = began.elapsed().as_secs_f64().max(1e-9);
    let fps = plan.frames as f64 / seconds;
    let (rate, per) = film.rate;
    eprintln!(
        "retake: {} frames in {seconds:.2} s, {fps:.0} frames/s, {:.1} times real time",
        plan.frames,
        fps * per as f64 / rate as f64
    );
    Ok(ExitCode::SUCCESS)
}

/// What all outputs of an export have in common.
#[derive(Clone, Copy, Debug)]
pub struct Film {
    /// Each pixel becomes so many squared.
    pub scale: usize,
    /// Pictures.
    pub frames: u64,
    /// Frames a second, exactly.
    pub rate: (u64, u64),
    /// The console.
    pub region: crate::nes::Region,
}

impl Film {
    fn width(&self) -> usize {
        WIDTH * self.scale
    }

    fn height(&self) -> usize {
        HEIGHT * self.scale
    }

    /// Rows of `row` values enlarged, handed out value by value.
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
        let colour = |&pixel: &u16| palette::rgb()[usize::from(pixel & 0x1ff)];
        let pixels: Vec<[u8; 3]> = frame.pixels.iter().map(colour).collect();
        self.enlarge(&pixels).into_flattened()
    }
}

type Format = (Box<dyn Coder>, Box<dyn Writer>);

/// The outputs by the endings of their names.
fn outputs(args: &ExportArgs, film: &Film) -> Outcome<Vec<Format>> {
    let mut formats = Vec::new();
    let wav = |path: &Path| args.output.iter().any(|output| output == path || is(output, "wav"));
    for path in &args.output {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let unwritten = |how: &str| Err(Fault::missing(format_args!("{}: {how}", path.display())));
        match ending.to_ascii_lowercase().as_str() {
            _ if path == Path::new("-") => formats.push(y4m::to_stdout(film)?),
            _ if path.is_dir() || path.to_string_lossy().ends_with('/') => {
                formats.push(folder(path, film)?);
            }
            "y4m" => {
                formats.push(y4m::to_file(path, film)?);
                let beside = path.with_extension("wav");
                if !args.no_sound && !wav(&beside) {
                    formats.push(sound::to_file(&beside, film)?);
                }
            }
            "wav" => formats.push(sound::to_file(path, film)?),
            "apng" => formats.push(apng::to_file(path, film)?),
            "gif" => formats.push(gif::to_file(path, film)?),
            "png" => {
                return unwritten(
                    "a range is many pictures; give a folder (a name that ends with /), .apng, \
                     or use `retake tape seek --png` for one",
                );
            }
            "mp4" | "mkv" | "webm" => {
                return unwritten(
                    "this is not written yet; export .y4m, which gives a .wav beside it, and \
                     join the two with `ffmpeg -i NAME.y4m -i NAME.wav …`",
                );
            }
            "fm2" | "bk2" => {
                return unwritten(
                    "movies of other emulators are not written yet; `retake run --movie \
                     TAPE.rtk --record NAME.txt` gives the inputs as text",
                );
            }
            _ => {
                return Err(Fault::file(
                    path.display(),
                    "its ending names no format; give .y4m, .wav, .apng, .gif, `-`, or a folder \
                     that ends with /",
                ));
            }
        }
    }
    Ok(formats)
}

fn is(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|given| given.eq_ignore_ascii_case(ending))
}

/// The ranges of an export, from the moment before its first frame.
struct Plan {
    /// The part, its first range's end, frames of the others, and ranges before it.
    parts: Vec<(Part, u64, u64, usize)>,
    frames: u64,
    ranges: usize,
}

/// A range, and the number of its first picture.
struct Range {
    part: Part,
    number: u64,
}

impl Plan {
    fn new(reel: &Reel, from: Position, to: Position) -> Self {
        let segments = reel.tape().catalog().segments();
        let (mut parts, mut ranges) = (Vec::new(), 0);
        for part in super::movie::whole_path(&reel.file, to) {
            let part = Part { from: part.from.max(from.frame), ..part };
            if part.from >= part.to {
                continue;
            }
            // Ranges begin at states where there are some.
            let states = segments[part.segment as usize].states().map(|(frame, _)| frame);
            let mut states = states.skip_while(|&frame| frame <= part.from);
            let first = states.next().unwrap_or(part.from).min(part.to);
            let every = states.next().map_or(*RANGE.end(), |next| next.saturating_sub(first));
            let every = every.clamp(*RANGE.start(), *RANGE.end());
            let first = if first - part.from > every { part.from } else { first };
            parts.push((part, first, every, ranges));
            ranges += usize::from(first > part.from) + (part.to - first).div_ceil(every) as usize;
        }
        let frames = parts.iter().map(|(part, ..)| part.to - part.from).sum();
        Self { parts, frames, ranges }
    }

    fn len(&self) -> usize {
        self.ranges
    }

    fn range(&self, number: usize) -> Range {
        let last = self.parts.partition_point(|(.., before)| *before <= number) - 1;
        let (part, first, every, before) = self.parts[last];
        let done: u64 = self.parts[..last].iter().map(|(part, ..)| part.to - part.from).sum();
        let within = (number - before) as u64;
        let head = u64::from(first > part.from);
        let (from, to) = match within.checked_sub(head) {
            None => (part.from, first),
            Some(n) => (first + n * every, (first + (n + 1) * every).min(part.to)),
        };
        Range { part: Part { from, to, ..part }, number: done + from - part.from }
    }
}

fn render(
    reel: &Reel,
    console: &mut Console,
    range: Range,
    coders: &[Box<dyn Coder>],
) -> Result<Vec<Rendered>, Missing> {
    let Range { part, mut number } = range;
    let start = Position { segment: part.segment, frame: part.from };
    replay::seek(reel.tape(), console, start)?;
    let mut steps = Vec::new();
    replay::steps_of(reel.tape(), part, &mut steps)?;
    let mut out = Output::default();
    let mut rendered = Vec::with_capacity((part.to - part.from) as usize);
    for step in steps {
        match step {
            Step::Frame(input) => {
                console.nes.run_frame(held(input), &mut out);
                let pictures = coders.iter().map(|coder| coder.code(number, &out.frame));
                rendered.push(Rendered { pictures: pictures.collect(), sound: out.sound.clone() });
                number += 1;
            }
            Step::Event(event) if console.apply(&event) => {}
            Step::Event(event) => {
                return Err(Missing::Event { frame: part.from, code: event.code });
            }
        }
    }
    Ok(rendered)
}

/// A file that is written beside its place and takes it when it is whole.
pub struct NewFile {
    path: PathBuf,
    new: PathBuf,
    done: bool,
}

impl NewFile {
    /// A place beside `path`.
    pub fn beside(path: &Path) -> Self {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".new-{}", std::process::id()));
        Self { path: path.to_owned(), new: path.with_file_name(name), done: false }
    }

    /// Makes the file.
    pub fn create(&self) -> Outcome<fs::File> {
        fs::File::create(&self.new).map_err(|error| self.fault(&error))
    }

    /// Where it is until it is whole.
    pub fn new_path(&self) -> &Path {
        &self.new
    }

    /// Puts it into its place.
    pub fn done(&mut self) -> Outcome<()> {
        fs::rename(&self.new, &self.path).map_err(|error| self.fault(&error))?;
        self.done = true;
        Ok(())
    }

    /// It cannot be written.
    pub fn fault(&self, error: &dyn std::fmt::Display) -> Fault {
        Fault::write(self.path.display(), error)
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.done {
            let _ = fs::remove_file(&self.new);
        }
    }
}

/// PNG files in a folder, which must be new or empty.
fn folder(path: &Path, film: &Film) -> Outcome<Format> {
    let fault = |error: std::io::Error| Fault::write(path.display(), error);
    fs::create_dir_all(path).map_err(fault)?;
    if path.read_dir().map_err(fault)?.next().is_some() {
        return Err(Fault::file(path.display(), "the folder has files; give one that is new"));
    }
    let writer = Folder { path: path.to_owned(), number: 0 };
    Ok((Box::new(apng::Png(*film)), Box::new(writer)))
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
        let file = fs::File::create_new(&path).and_then(|mut file| file.write_all(bytes));
        file.map_err(|error| Fault::write(path.display(), error))
    }

    fn finish(&mut self) -> Outcome<()> {
        Ok(())
    }
}
