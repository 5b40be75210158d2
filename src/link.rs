//! What crosses threads: types only.
//!
//! ```text
//! main (winit, pads) ──Command (rtrb)──▶ emulation ──Picture (triple_buffer) + Bell──▶ render
//!        │                                │  ▲  └───samples (rtrb)──▶ audio callback
//!     Request (mpsc)                    Job  Done
//!        ▼                                ▼  │
//!      desk ──Job (rtrb) + Bell──▶       I/O thread
//! ```
//!
//! What the emulation thread receives it never frees: what it has done with goes
//! back, buffers return with the [`Done`] of their job.

use crate::nes::{Frame, Input, Sound};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64};
use std::sync::mpsc;

mod bell;
mod job;
pub use bell::Bell;
pub use job::{Client, Done, Job, Refused, Work};

/// What the machine is doing, as the status line says it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// The player plays.
    #[default]
    Live,
    /// A loop is being recorded.
    Recording,
    /// The loop plays.
    Looping,
    /// Time runs backwards.
    Back,
    /// What was recorded is shown again.
    Again,
}

/// Where in the past the picture is, in frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    /// The first frame that can be shown.
    pub first: u64,
    /// The one that is shown.
    pub at: u64,
    /// The last of this future.
    pub last: u64,
    /// Which of the futures of the frame that is shown this is, from 1, and how
    /// many there are.
    pub future: (u32, u32),
    /// Where the marks are.
    pub marks: Columns,
    /// Where other futures begin.
    pub forks: Columns,
}

/// Places on the bar of the past: a bit for each of its columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Columns([u64; 4]);

impl Columns {
    /// Columns of the bar.
    pub const COUNT: usize = 248;

    /// The column of a frame on a bar from `first` to `last`.
    pub fn of(frame: u64, first: u64, last: u64) -> usize {
        let span = u128::from(last.saturating_sub(first).max(1));
        let into = u128::from(frame.saturating_sub(first)).min(span);
        (into * (Self::COUNT as u128 - 1) / span) as usize
    }

    /// Something is in this column.
    pub fn set(&mut self, column: usize) {
        self.0[column / 64 % 4] |= 1 << (column % 64);
    }

    /// Whether something is.
    pub fn has(&self, column: usize) -> bool {
        self.0[column / 64 % 4] >> (column % 64) & 1 != 0
    }
}

/// What is drawn over the picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hud {
    /// Chosen loop slot, 1-4.
    pub slot: u8,
    /// Chosen save state, 0-9.
    pub save: u8,
    /// What the machine is doing.
    pub mode: Mode,
    /// Frames since the loop or its recording began.
    pub position: u32,
    /// Frames in the loop.
    pub length: u32,
    /// Where in the past the picture is, in the modes of the past.
    pub timeline: Timeline,
    /// Whether time stands still.
    pub paused: bool,
    /// Speed in percent of the console's.
    pub speed: u16,
    /// What runners look at.
    pub run: Run,
    /// Whether the CPU met an opcode that stops it.
    pub jammed: bool,
    /// Master volume, 0-100.
    pub volume: u8,
    /// Whether the sound is off.
    pub muted: bool,
}

/// What runners look at: frames, lag, and what is held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// Whether it is shown.
    pub shown: bool,
    /// The frame that is shown, from power-on.
    pub frame: u64,
    /// Frames in which the game did not read the pads.
    pub lag: u64,
    /// The buttons of the four pads in that frame.
    pub pads: [u8; 4],
}

/// A finished picture on its way to the screen.
#[derive(Clone, Default)]
pub struct Picture {
    /// The pixels.
    pub frame: Frame,
    /// The status line.
    pub hud: Hud,
    /// The machine's frame number.
    pub number: u64,
    /// Counts pictures published since the start, so that a gap shows a drop.
    pub sequence: u64,
    /// When it was published: nanoseconds of CLOCK_MONOTONIC.
    pub published_ns: u64,
}

/// What a player can ask for beside the buttons of a pad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// L: record, loop, play on.
    Loop,
    /// Loop what the chosen slot holds, without recording it again.
    PlayLoop,
    /// Choose loop slot 1-4.
    Slot(u8),
    /// Choose save state 0-9.
    SaveSlot(u8),
    /// Write the chosen save state.
    SaveState,
    /// Read the chosen save state.
    LoadState,
    /// Stop and start time.
    Pause,
    /// One frame, then pause.
    StepFrame,
    /// One frame back, then pause.
    StepBack,
    /// Time runs backwards while held.
    Rewind(bool),
    /// What was recorded is shown again while held.
    Forward(bool),
    /// The moment gets a name.
    Mark,
    /// So many seconds on in what was recorded, or back.
    Jump(i8),
    /// To the mark or fork before this moment.
    EarlierMark,
    /// To the next one.
    LaterMark,
    /// To the first frame that there is.
    Oldest,
    /// To the frame that was left to look at the past.
    Present,
    /// Another future of the frame that is shown.
    OtherFuture,
    /// What was recorded plays on by itself; then it does no more.
    Watch,
    /// Half as fast, to a quarter.
    Slower,
    /// Twice as fast, to eight times.
    Faster,
    /// The last half minute as a film.
    Clip,
    /// Counters and held buttons, shown or not.
    Runner,
    /// Run as fast as it goes while held.
    FastForward(bool),
    /// The console's reset button.
    Reset,
    /// The next side of the game's disk is put in.
    DiskSide,
    /// The disk is taken out.
    DiskOut,
    /// Louder or softer by so many percent.
    Volume(i8),
    /// Sound on or off.
    Mute,
    /// Window or whole screen.
    Fullscreen,
    /// Write a picture of the screen.
    Screenshot,
    /// The overlay menu.
    Menu,
    /// Close.
    Quit,
}

/// What the emulation thread is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// The pads changed. `at_ns` is when the device said so (CLOCK_MONOTONIC),
    /// for the latency figures.
    Input {
        /// What is held now.
        input: Input,
        /// Nanoseconds of CLOCK_MONOTONIC.
        at_ns: u64,
    },
    /// Buttons of the four pads on autofire: pressed two frames, released two,
    /// by the machine's frame number, so that a recording holds what was seen.
    Turbo([u8; 4]),
    /// Time stands still behind an open menu, whatever `Action::Pause` says.
    Freeze(bool),
    /// The player asks for something.
    Action(Action),
    /// The screen shows so many pictures a second, in thousandths
    /// (`--sync display` follows it where it is near enough).
    Refresh {
        /// Millihertz.
        millihertz: u32,
    },
}

/// What a player's front (window, terminal) holds while the machine runs.
pub struct Front {
    /// To the emulation thread. A full ring means that it is gone or stuck:
    /// drop the command.
    pub commands: rtrb::Producer<Command>,
    /// To the desk: slow things, done away from every other thread.
    pub requests: mpsc::Sender<Request>,
    /// Sentences for the player, shown for some seconds. Ring the bell after
    /// sending one.
    pub notices: mpsc::Receiver<String>,
    /// The newest picture.
    pub pictures: triple_buffer::Output<Picture>,
    /// Rings when a picture was published and when [`Flags::quit`] is set. One
    /// thread waits at it.
    pub bell: Bell,
    /// Send once, when the first picture can be shown: the emulation thread
    /// waits for it. Dropping it counts as well.
    pub ready: mpsc::Sender<()>,
    /// What every thread may look at.
    pub flags: Arc<Flags>,
}

/// What every thread may look at.
#[derive(Default)]
pub struct Flags {
    /// Everybody closes down. Set by whoever wants to end: a signal, the
    /// window's close button, [`Action::Quit`], `--exit-after`.
    pub quit: Arc<AtomicBool>,
    /// Pictures published so far.
    pub published: AtomicU64,
    /// What is in the ports of the machine that runs: `Devices::word`.
    pub ports: AtomicU32,
    /// Whether the machine that runs has a disk drive.
    pub has_drive: AtomicBool,
}

/// A mouse's four bytes as the machine wants them, of those that a front gives: how far
/// it was moved from one place to another, where they have places of twelve bits.
pub fn counts_of_mouse(before: [u8; 4], now: [u8; 4]) -> [u8; 4] {
    let places = |[x, y, _, high]: [u8; 4]| {
        [u16::from(x) | u16::from(high & 15) << 8, u16::from(y) | u16::from(high >> 4) << 8]
    };
    let ([x, y], [from_x, from_y]) = (places(now), places(before));
    let [x, y] = [(x, from_x), (y, from_y)].map(|(now, before)| {
        let moved = (now.wrapping_sub(before) << 4) as i16 >> 4;
        moved.clamp(-127, 127) as i8 as u8
    });
    [x, y, now[2], 0]
}

/// What the desk thread is asked for by the front.
pub enum Request {
    /// Play this file (dropped onto the window).
    Open(PathBuf),
    /// The watched ROM's file changed.
    Changed,
    /// Write this picture as a PNG.
    Screenshot(Box<Picture>),
}

/// What the front tells at its end, for `--stats`.
pub struct Shown {
    /// Pictures presented.
    pub shown: u64,
    /// Pictures that were published but never presented.
    pub dropped: u64,
    /// Published to presented, microseconds.
    pub present_us: hdrhistogram::Histogram<u64>,
    /// The sequence number presented last.
    last: Option<u64>,
}

impl Default for Shown {
    fn default() -> Self {
        let present_us = hdrhistogram::Histogram::new_with_bounds(1, 60_000_000, 3);
        Self { shown: 0, dropped: 0, present_us: present_us.expect("valid bounds"), last: None }
    }
}

impl Shown {
    /// Notes that the picture `sequence`, published at `published_ns`, was
    /// presented at `now_ns`. Presenting one again does not count.
    pub fn note(&mut self, sequence: u64, published_ns: u64, now_ns: u64) {
        let next = self.last.map_or(sequence, |last| last + 1);
        if sequence < next {
            return;
        }
        self.dropped += sequence - next;
        self.shown += 1;
        self.last = Some(sequence);
        self.present_us.saturating_record(now_ns.saturating_sub(published_ns) / 1000);
    }
}

/// Where the emulation thread puts its sound: band-limited synthesis and a
/// ring to the device. No method allocates or blocks.
pub trait Speaker: Send {
    /// The sound of a frame that the player shall hear.
    fn frame(&mut self, sound: &Sound);
    /// `cycles` of CPU time in which nothing sounds: the level stays, the
    /// filters bring it to silence.
    fn hold(&mut self, cycles: u32);
    /// 0 is silence, 1 is full; glides there.
    fn set_volume(&mut self, volume: f32);
    /// The machine runs at `speed` times the console's speed (near 1).
    fn set_speed(&mut self, speed: f64);
}

/// Where a game's files are.
#[derive(Clone)]
pub struct GameFiles {
    /// `battery.sav`.
    pub battery: Arc<Path>,
    /// `state-0.rts` to `state-9.rts`.
    pub states: [Arc<Path>; 10],
}

/// What the emulation thread tells the player through the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A save state was written.
    StateSaved(u8),
    /// A save state was read and is being played.
    StateLoaded(u8),
    /// There is no such save state.
    StateMissing(u8),
    /// The save state is damaged.
    StateDamaged(u8),
    /// The save state is of another game.
    StateOfOtherGame(u8),
    /// The save state was written by another version of the machine.
    StateOfOtherLayout(u8),
    /// The game has no folder, so that nothing can be saved.
    NoFiles,
    /// A save state or the battery could not be written.
    WriteFailed,
    /// The console was reset.
    Reset,
    /// The moment has a mark.
    Marked,
    /// Another game is in the console.
    Loaded,
    /// The ROM that was built anew runs.
    Reloaded,
    /// This side of a disk goes in, or the disk came out.
    Disk(Option<u8>),
    /// The game is on no disk.
    NoDisk,
}

/// A frame that was run, for a movie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// What was held.
    pub input: Input,
    /// What happened before it.
    pub before: Before,
    /// xxh3-64 of the state that it began with, where that is asked for.
    pub state: u64,
}

/// What happened to the console before a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Before {
    /// Nothing.
    #[default]
    Nothing,
    /// The reset button.
    Reset,
    /// A loop began again: the frame is the one after this number of frames.
    Again(u64),
    /// Time jumped: a state was loaded, or another machine is played.
    Jump,
    /// A disk was changed, for which movies have no word.
    Disk,
}

/// The input of a frame: what is held, and the buttons on autofire when the
/// frame is one of those that press them (15 Hz).
pub fn autofire(input: Input, turbo: [u8; 4], frame: u64) -> Input {
    let mut input = input;
    if frame & 2 == 0 {
        for (pad, turbo) in input.pads.iter_mut().zip(turbo) {
            *pad |= turbo;
        }
    }
    input
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn autofire_presses_two_frames_of_four() {
        let pressed = |frame| autofire(Input::pad1(0x80), [1, 0, 0, 0], frame).pads[0];
        assert_eq!([0, 1, 2, 3, 4].map(pressed), [0x81, 0x81, 0x80, 0x80, 0x81]);
    }
}
