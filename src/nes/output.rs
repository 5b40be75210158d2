//! What a frame gives: a picture and the steps of the sound.
//!
//! Outputs are arguments of [`run_frame`](super::Nes::run_frame), never part of
//! the machine's state: a muted machine computes the same bytes.

use super::cart::arcade::Ppu;

/// Pixels in a line.
pub const WIDTH: usize = 256;
/// Lines in a picture.
pub const HEIGHT: usize = 240;

/// A picture of 256 × 240 pixels, row by row.
///
/// A pixel is a colour of the PPU: bits 0-5 the palette index (after
/// greyscale), bits 6-8 the emphasis (6 red, 7 green, 8 blue).
#[derive(Clone)]
pub struct Frame {
    /// `WIDTH * HEIGHT` pixels.
    pub pixels: Box<[u16]>,
    /// Which PPU drew them: what colours they mean.
    pub ppu: Ppu,
}

impl Default for Frame {
    fn default() -> Self {
        Self { pixels: vec![0x0f; WIDTH * HEIGHT].into_boxed_slice(), ppu: Ppu::Composite }
    }
}

impl Frame {
    /// Becomes the same picture, in the memory that it has.
    pub fn copy_from(&mut self, other: &Self) {
        self.pixels.copy_from_slice(&other.pixels);
        self.ppu = other.ppu;
    }
}

/// The mixed level of the sound changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// CPU cycles since the frame began.
    pub cycle: u32,
    /// The new level: 0 is silence, the 2A03's loudest is below 65,536
    /// (cartridge sound may add to it and be negative).
    pub level: i32,
}

/// The sound of a frame: the level at its start and every change.
#[derive(Clone)]
pub struct Sound {
    /// The level before the first step.
    pub start: i32,
    /// The changes, in order of time. Never grows past its first capacity.
    pub steps: Vec<Step>,
    /// CPU cycles that the frame took.
    pub cycles: u32,
}

impl Sound {
    /// More steps than a frame has cycles.
    const CAPACITY: usize = 40_000;

    /// Notes a change; when the list is full, the last one gives way.
    pub(crate) fn push(&mut self, step: Step) {
        if self.steps.len() < Self::CAPACITY {
            self.steps.push(step);
        } else if let Some(last) = self.steps.last_mut() {
            *last = step;
        }
    }

    /// Makes a frame as loud as is said of its start and of its end, by which time another
    /// track may have begun.
    pub(crate) fn fade(&mut self, start: Option<Fade>, end: Option<Fade>) {
        let (Some(start), Some(end)) = (start, end) else { return };
        let next = u64::from(self.cycles).checked_sub(end.since);
        let at = |cycle: u32, level: i32| match next {
            Some(next) if u64::from(cycle) >= next => end.level(u64::from(cycle) - next, level),
            _ => start.level(start.since.saturating_add(cycle.into()), level),
        };
        let last = self.end();
        self.start = at(0, self.start);
        for step in &mut self.steps {
            step.level = at(step.cycle, step.level);
        }
        // The next frame begins as loud as this.
        let level = at(self.cycles, last);
        if self.end() != level {
            self.push(Step { cycle: self.cycles.saturating_sub(1), level });
        }
    }

    /// The level at the end of the frame.
    pub fn end(&self) -> i32 {
        self.steps.last().map_or(self.start, |step| step.level)
    }
}

impl Default for Sound {
    fn default() -> Self {
        Self { start: 0, steps: Vec::with_capacity(Self::CAPACITY), cycles: 0 }
    }
}

/// How a track of music falls to silence: evenly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fade {
    /// CPU cycles since it began.
    pub since: u64,
    /// CPU cycles after which it is silent; 0: never.
    pub length: u64,
    /// In how many of them, the last ones, it falls.
    pub over: u32,
}

impl Fade {
    /// A level so many cycles after it began.
    fn level(self, since: u64, level: i32) -> i32 {
        if self.length == 0 || self.over == 0 {
            return level;
        }
        let left = self.length.saturating_sub(since).min(self.over.into());
        (i64::from(level) * left as i64 / i64::from(self.over)) as i32
    }
}

/// Everything that a frame gives.
#[derive(Clone, Default)]
pub struct Output {
    /// The picture.
    pub frame: Frame,
    /// The sound.
    pub sound: Sound,
}

/// What a running machine puts out to.
pub(crate) trait Sink: super::ppu::Screen {
    /// Whether the sound is worth computing.
    const HEARS: bool;
    /// Whether it is counted how often the tiers change.
    const COUNTS: bool = false;
    /// Whether a device looks at the picture.
    const AIMS: bool = false;
    /// The mixed level of the sound at a CPU cycle of the frame.
    fn level(&mut self, cycle: u32, level: i32);
    /// Whether the device in a port sees light, now that all pixels before this line
    /// and dot have come.
    fn sees_light(&self, _port: usize, _now: (u16, u16)) -> bool {
        false
    }
}

/// No picture and no sound.
pub(crate) struct Mute;

impl Sink for Mute {
    const HEARS: bool = false;
    #[inline(always)]
    fn level(&mut self, _: u32, _: i32) {}
}

impl super::ppu::Screen for Output {
    #[inline(always)]
    fn pixel(&mut self, x: u16, y: u16, colour: u16) {
        if let Some(pixel) = self.frame.pixels.get_mut(usize::from(y) * WIDTH + usize::from(x)) {
            *pixel = colour;
        }
    }

    #[inline(always)]
    fn pixels(&mut self, x: u16, y: u16, colours: &[u16]) {
        let at = usize::from(y) * WIDTH + usize::from(x);
        if let Some(pixels) = self.frame.pixels.get_mut(at..at + colours.len()) {
            pixels.copy_from_slice(colours);
        }
    }
}

impl Sink for Output {
    const HEARS: bool = true;
    #[inline(always)]
    fn level(&mut self, cycle: u32, level: i32) {
        if self.sound.end() != level {
            self.sound.push(Step { cycle, level });
        }
    }
}

/// An output beside which the edges of the tiers are counted.
pub(crate) struct Counting<'a>(pub &'a mut Output);

impl super::ppu::Screen for Counting<'_> {
    #[inline(always)]
    fn pixel(&mut self, x: u16, y: u16, colour: u16) {
        self.0.pixel(x, y, colour);
    }

    #[inline(always)]
    fn pixels(&mut self, x: u16, y: u16, colours: &[u16]) {
        self.0.pixels(x, y, colours);
    }
}

impl Sink for Counting<'_> {
    const HEARS: bool = true;
    const COUNTS: bool = true;
    #[inline(always)]
    fn level(&mut self, cycle: u32, level: i32) {
        self.0.level(cycle, level);
    }
}
