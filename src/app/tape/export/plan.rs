//! The ranges of an export, and how one is rendered.

use super::{Coded, Coder};
use crate::app::fault::Outcome;
use crate::app::tape::file::Reel;
use crate::app::tape::movie::whole_path;
use crate::engine::replay::{Console, held};
use crate::flight::catalog::{Part, Position};
use crate::flight::replay::{self, Machine, Missing, Recording, Step};
use crate::nes::{Output, Sound};

/// Frames of a range: few enough to wait in memory, enough to be worth a state
/// and a key picture.
const RANGE: std::ops::RangeInclusive<u64> = 30..=120;

/// What a frame gives.
pub struct Rendered {
    /// As each format has it.
    pub pictures: Vec<Coded>,
    /// What is heard.
    pub sound: Sound,
}

/// The ranges, from the moment before the first frame.
pub struct Plan {
    /// The part, its first range's end, frames of the others, and ranges before it.
    parts: Vec<(Part, u64, u64, usize)>,
    frames: u64,
    ranges: usize,
}

/// A range, and the number of its first picture.
pub struct Range {
    part: Part,
    number: u64,
}

impl Plan {
    /// The ranges of the path to `to`, from `from` on.
    pub fn new(reel: &Reel, from: Position, to: Position) -> Self {
        let segments = reel.tape().catalog().segments();
        let (mut parts, mut ranges) = (Vec::new(), 0);
        for part in whole_path(&reel.file, to) {
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

    /// Frames of all ranges.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Ranges.
    pub fn len(&self) -> usize {
        self.ranges
    }

    /// The range of this number, from 0.
    pub fn range(&self, number: usize) -> Range {
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

/// A console that renders ranges.
pub struct Worker<'a> {
    reel: &'a Reel,
    console: Console,
    out: Output,
}

impl<'a> Worker<'a> {
    /// Switches the console on.
    pub fn new(reel: &'a Reel) -> Self {
        Self { reel, console: reel.console(), out: Output::default() }
    }

    /// Runs the frames of a range and codes their pictures.
    pub fn render(&mut self, range: Range, coders: &[Box<dyn Coder>]) -> Outcome<Vec<Rendered>> {
        let Self { reel, console, out } = self;
        let missing = |why| reel.file.missing(why);
        let Range { part, mut number } = range;
        let start = Position { segment: part.segment, frame: part.from };
        replay::seek(reel.tape(), console, start).map_err(missing)?;
        let mut steps = Vec::new();
        replay::steps_of(reel.tape(), part, &mut steps).map_err(missing)?;
        let mut codings: Vec<_> = coders.iter().map(|coder| coder.range()).collect();
        let mut rendered = Vec::with_capacity((part.to - part.from) as usize);
        for step in steps {
            match step {
                Step::Frame(input) => {
                    console.nes.run_frame(held(input), out);
                    let pictures = codings.iter_mut().map(|coding| coding.code(number, &out.frame));
                    let pictures = pictures.collect::<Outcome<_>>()?;
                    rendered.push(Rendered { pictures, sound: out.sound.clone() });
                    number += 1;
                }
                Step::Event(event) if console.apply(&event) => {}
                Step::Event(event) => {
                    return Err(missing(Missing::Event { frame: part.from, code: event.code }));
                }
            }
        }
        Ok(rendered)
    }
}
