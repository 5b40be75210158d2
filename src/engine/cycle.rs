//! One turn of the loop, on one screen: [`Engine::turn`].
//!
//! ```text
//! receive: commands, parcels, what I/O has done
//! choose the input ─▶ run the machine ─▶ publish the picture ─▶ push the sound
//! keep the battery, count
//! ```
//!
//! Nothing here allocates, frees, locks or makes a system call other than
//! ringing a doorbell. Sleeping is [`super::thread`]'s.

use super::machine::{Caught, Machine, News, Parcel};
use super::realtime::now_ns;
use super::replay::Happening;
use super::saves::Saves;
use super::stats::Stats;
use crate::flight::shared::Record;
use crate::link::{
    Before, Bell, Client, Command, Flags, Hud, Mode, Notice, Picture, Run, Speaker, Taken, autofire,
};
use crate::nes::{Input, Output, Region, Sound};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use travel::{Held, Travel};

mod commands;
mod disk;
mod settings;
mod sound;
mod travel;

pub use settings::Settings;

/// Frames in a turn of fast-forward at most.
const FAST_FRAMES: u32 = 60;
/// Samples of sound that a paused turn holds are those of a frame.
const FRAME_HZ: f64 = 60.0;

/// The channels that end at the emulation thread.
pub struct Ends {
    /// What the player does.
    pub commands: rtrb::Consumer<Command>,
    /// Machines and speakers to use from now on.
    pub parcels: rtrb::Consumer<Parcel>,
    /// Those that are to be freed.
    pub returns: rtrb::Producer<Parcel>,
    /// To the screen.
    pub pictures: triple_buffer::Input<Picture>,
    /// Wakes who draws.
    pub bell: Bell,
    /// What the player should know.
    pub notices: rtrb::Producer<News>,
    /// Every frame that is run, for `--record`.
    pub taken: Option<rtrb::Producer<Taken>>,
    /// Everybody's.
    pub flags: Arc<Flags>,
}

/// What the pacing must know of a turn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// The session is over.
    pub quit: bool,
    /// The rate of the screen that is to be followed, in millihertz.
    pub refresh: Option<u32>,
    /// Another console runs now.
    pub region: Option<Region>,
}

/// The machine and everything around it on the emulation thread.
pub struct Engine {
    machine: Box<Machine>,
    out: Output,
    speaker: Option<Box<dyn Speaker>>,
    ends: Ends,
    saves: Saves,
    settings: Settings,
    stats: Stats,
    hud: Hud,
    shown_hud: Hud,
    input: Input,
    /// What was held when the machine last looked.
    seen: Input,
    /// Where the mice were in the last frame.
    mice: [[u8; 4]; 2],
    turbo: [u8; 4],
    frozen: bool,
    step: bool,
    fast: bool,
    /// The speed as a power of two, -2 to 3.
    rate: i8,
    /// In slow motion, which part of the frame's sound was heard last.
    part: u32,
    slow: Sound,
    held: Held,
    travel: Option<Travel>,
    /// What the status line says instead of the session's mode.
    past_mode: Option<Mode>,
    backwards: Sound,
    /// Whether the frame that is shown is heard so.
    heard_backwards: bool,
    speed: f64,
    /// When the device told of the input that the next picture is the first to see.
    event_at: Option<u64>,
    /// When the file of the ROM was closed that the next picture is the first of.
    reloaded_at: Option<u64>,
    /// The frame number of the next picture; any, when time jumped.
    next_number: Option<u64>,
    /// What happened to the console since the last frame.
    before: Before,
    /// What is played instead of the player, from frame 1 on, as long as the
    /// game is the one that it is of.
    movie: Box<[Taken]>,
    follows_movie: bool,
}

impl Engine {
    /// An engine that plays `machine`.
    pub fn new(machine: Box<Machine>, ends: Ends, io: Client, settings: Settings) -> Self {
        let mut hud = Hud { volume: settings.volume, speed: 100, ..Hud::default() };
        machine.session.show(&mut hud);
        Self {
            machine,
            out: Output::default(),
            speaker: None,
            ends,
            saves: Saves::new(io),
            settings,
            stats: Stats::default(),
            hud,
            shown_hud: hud,
            input: Input::default(),
            seen: Input::default(),
            mice: [[0; 4]; 2],
            turbo: [0; 4],
            frozen: false,
            step: false,
            fast: false,
            rate: 0,
            part: 0,
            slow: Sound::default(),
            held: Held::default(),
            travel: None,
            past_mode: None,
            backwards: Sound::default(),
            heard_backwards: false,
            speed: 1.0,
            event_at: None,
            reloaded_at: None,
            next_number: None,
            before: Before::Nothing,
            movie: Box::default(),
            follows_movie: true,
        }
    }

    /// Plays these frames first; the player has it from their end on.
    pub fn play_movie(&mut self, movie: Box<[Taken]>) {
        self.movie = movie;
    }

    /// Touches code and data that a frame needs, and leaves the machine as it
    /// was. Not for the real-time part.
    pub fn warm_up(&mut self) {
        let state = self.machine.nes.bytes().to_vec();
        for _ in 0..4 {
            self.machine.nes.run_frame(Input::default(), &mut self.out);
            self.ends.pictures.input_buffer_mut().frame.copy_from(&self.out.frame);
        }
        self.machine.nes.restore(&state).expect("the machine's own state");
    }

    /// One turn: a frame, or several, or none when time stands still.
    /// `budget_ns` is what fast-forward may fill.
    pub fn turn(&mut self, budget_ns: u64) -> Turn {
        let began = now_ns();
        let mut turn = Turn::default();
        self.receive(&mut turn);
        self.past_mode = None;
        let still = (self.hud.paused || self.frozen) && !self.step;
        if self.travels() && self.travel(began) {
            // Nothing that is shown of the past is the player's doing.
        } else if still {
            self.stand_still();
        } else if !self.step && self.rests() {
            // The picture stays.
        } else {
            self.step = false;
            self.run(began, budget_ns);
            self.publish();
            // What a loop does to the battery is not the player's doing.
            if self.hud.mode != Mode::Looping {
                self.saves.keep_battery(&mut self.machine);
            }
        }
        let over = self.settings.exit_after.is_some_and(|frames| self.stats.frames >= frames);
        if over {
            self.ends.flags.quit.store(true, Ordering::Release);
        }
        turn.quit = self.ends.flags.quit.load(Ordering::Acquire);
        self.stats.work.saturating_record(now_ns() - began);
        turn
    }

    /// Runs at `speed` times the console's speed from now on (near 1).
    pub fn set_speed(&mut self, speed: f64) {
        self.speed = speed;
        if let Some(speaker) = &mut self.speaker {
            speaker.set_speed(speed);
        }
    }

    /// Notes how late a turn started.
    pub fn note_start(&mut self, error_ns: u64) {
        self.stats.start_error.saturating_record(error_ns);
    }

    /// The hash of the console's state.
    pub fn state_hash(&self) -> u64 {
        self.machine.nes.state_hash()
    }

    /// What was counted so far.
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    /// The console that runs.
    pub fn region(&self) -> Region {
        self.machine.nes.region()
    }

    /// Everybody's flags.
    pub fn flags(&self) -> &Flags {
        &self.ends.flags
    }

    /// Tells who draws that something changed.
    pub fn ring(&self) {
        self.ends.bell.ring();
    }

    /// What is left at the end; a recording of a loop is kept.
    pub fn finish(mut self) -> (Box<Machine>, Stats) {
        self.machine.session.close();
        (self.machine, self.stats)
    }

    fn receive(&mut self, turn: &mut Turn) {
        while let Ok(parcel) = self.ends.parcels.pop() {
            let old = self.unpack(parcel, turn);
            self.send_back(old);
        }
        while let Some((notice, parcel)) = self.saves.collect(&mut self.machine) {
            if let Some(Notice::StateLoaded(_)) = notice {
                self.jumped();
            }
            self.notify(notice);
            self.send_back(parcel);
        }
        // In slow motion the machine does not look in every turn.
        let held = if self.part == 0 { self.input } else { self.seen };
        while let Ok(&command) = self.ends.commands.peek() {
            // A button that goes down and up between two frames is held for
            // one: what would release it waits for the next.
            if let Command::Input { input, .. } = command
                && releases(held, self.input, input)
            {
                break;
            }
            let _ = self.ends.commands.pop();
            self.obey(command, turn);
        }
    }

    /// Runs the turn's frames; the player sees and hears the last.
    fn run(&mut self, began: u64, budget_ns: u64) {
        let mut frames = 1;
        let wanted = if self.fast { FAST_FRAMES } else { 1 << self.rate.max(0) };
        while frames < wanted && now_ns() - began < budget_ns {
            let input = self.choose_input();
            self.machine.nes.run_muted(input);
            self.catch(input, Caught::InputOnly);
            self.stats.frames += 1;
            frames += 1;
            self.next_number = None;
        }
        self.hud.speed = (100 * frames) as u16 / self.parts() as u16;
        self.seen = self.input;
        let input = self.choose_input();
        self.hud.run.pads = input.pads;
        self.machine.nes.run_frame(input, &mut self.out);
        self.catch(input, Caught::State);
        self.stats.frames += 1;
        // A turn of fast-forward passes several frames.
        let frames = self.stats.frames;
        if self.settings.plant_flip.take_if(|frame| frames >= *frame).is_some() {
            let mut state = self.machine.nes.bytes().to_vec();
            // A byte of RAM that the game leaves alone would show as well.
            let last = state.len() - 1;
            state[last] ^= 1;
            self.machine.nes.restore(&state).expect("the machine's own state");
        }
        if self.settings.plant_allocation.take_if(|frame| frames >= *frame).is_some() {
            drop(std::hint::black_box(Vec::<u8>::with_capacity(64)));
        }
        self.hud.jammed = self.machine.nes.is_jammed();
        self.sound(false);
    }

    /// What is held in the next frame; notes it for a movie.
    fn choose_input(&mut self) -> Input {
        self.turn_disk();
        let frame = self.machine.nes.frame_number();
        let mut live = match self.movie.get(frame as usize).filter(|_| self.follows_movie) {
            Some(&Taken { input, before, .. }) => {
                if before == Before::Reset {
                    self.reset();
                }
                input
            }
            None => self.moved(autofire(self.input, self.turbo, frame)),
        };
        live.switches[0] |= self.machine.dip;
        let turn = self.machine.session.turn(&mut self.machine.nes, live);
        if turn.restored {
            self.machine.note_elsewhere();
            self.stats.loops += 1;
            self.next_number = None;
            self.before = Before::Again(self.machine.nes.frame_number());
        }
        self.notify_loop(turn.notice);
        let (input, before) = (turn.input, std::mem::take(&mut self.before));
        if let Some(taken) = &mut self.ends.taken {
            let state = if self.settings.hash_states { self.machine.nes.state_hash() } else { 0 };
            // A full ring means that nobody reads it.
            let _ = taken.push(Taken { input, before, state });
        }
        input
    }

    /// Notes the frame that was run for the recorder.
    fn catch(&mut self, input: Input, caught: Caught) {
        let began = now_ns();
        self.machine.note_frame(input, caught);
        self.stats.capture.saturating_record(now_ns() - began);
    }

    /// A state was loaded: no picture and no recording goes on across it.
    fn jumped(&mut self) {
        self.travel = None;
        self.machine.note_elsewhere();
        self.next_number = None;
        self.before = Before::Jump;
        let left = self.machine.session.interrupt();
        self.notify_loop(left);
    }

    fn reset(&mut self) {
        self.take_over();
        self.machine.nes.reset();
        if let Some(capture) = &mut self.machine.capture {
            capture.record(Record::Event(Happening::Reset.event()));
        }
        let left = self.machine.session.interrupt();
        self.notify_loop(left);
        if self.before == Before::Nothing {
            self.before = Before::Reset;
        }
    }

    /// Time stands still: the sound falls silent, the picture stays, the
    /// status line may change.
    fn stand_still(&mut self) {
        // A new ROM waits for the player, and its time says nothing.
        self.reloaded_at = None;
        if let Some(speaker) = &mut self.speaker {
            speaker.hold((self.machine.nes.region().cpu_hz() / FRAME_HZ) as u32);
        }
        self.hud.speed = 0;
        self.machine.session.pump();
        self.show_session();
        if self.hud != self.shown_hud {
            self.next_number = None;
            self.publish();
            self.next_number = None;
        }
    }

    fn show_session(&mut self) {
        self.machine.session.show(&mut self.hud);
        if let Some(mode) = self.past_mode {
            self.hud.mode = mode;
        }
    }

    fn publish(&mut self) {
        self.show_session();
        let number = self.machine.nes.frame_number();
        self.stats.contiguous &= self.next_number.is_none_or(|next| next == number);
        self.next_number = Some(number + 1);
        self.hud.run = Run { frame: number, lag: self.machine.nes.lag_frames(), ..self.hud.run };
        let now = now_ns();
        let picture = self.ends.pictures.input_buffer_mut();
        picture.frame.copy_from(&self.out.frame);
        picture.hud = self.hud;
        picture.number = number;
        picture.sequence = self.stats.published;
        picture.published_ns = now;
        self.ends.pictures.publish();
        self.shown_hud = self.hud;
        self.stats.published += 1;
        self.ends.flags.published.store(self.stats.published, Ordering::Relaxed);
        self.ends.flags.ports.store(self.machine.nes.ports().word(), Ordering::Relaxed);
        let has_drive = self.machine.nes.disk_drive().is_some();
        self.ends.flags.has_drive.store(has_drive, Ordering::Relaxed);
        self.ends.bell.ring();
        if let Some(event) = self.event_at.take() {
            self.stats.latency.saturating_record(now.saturating_sub(event));
        }
        if let Some(closed) = self.reloaded_at.take() {
            self.stats.reload.saturating_record(now.saturating_sub(closed));
        }
    }

    /// Uses what came; gives what it takes the place of.
    fn unpack(&mut self, parcel: Parcel, turn: &mut Turn) -> Option<Parcel> {
        match parcel {
            Parcel::Machine(machine) => {
                self.saves.forget();
                self.travel = None;
                self.next_number = None;
                self.before = Before::Jump;
                turn.region = Some(machine.nes.region());
                let old = std::mem::replace(&mut self.machine, machine);
                self.follows_movie = false;
                self.machine.keep_from(&old);
                self.machine.note_elsewhere();
                self.notify(Some(Notice::Loaded));
                Some(Parcel::Machine(old))
            }
            Parcel::Rom(cart, name, closed_ns) => {
                // The past stays what it was: it ends here.
                self.take_over();
                let (old, fits) = self.machine.put_in(cart, name);
                self.notify(fits.then_some(Notice::Reloaded));
                self.reloaded_at = fits.then_some(closed_ns);
                Some(Parcel::Rom(old, name, closed_ns))
            }
            Parcel::Speaker(speaker) => {
                let old = self.speaker.replace(speaker);
                self.set_volume();
                self.set_speed(self.speed);
                old.map(Parcel::Speaker)
            }
            bytes @ Parcel::Bytes(_) => Some(bytes),
        }
    }

    fn send_back(&mut self, parcel: Option<Parcel>) {
        let Some(parcel) = parcel else { return };
        if let Err(rtrb::PushError::Full(parcel)) = self.ends.returns.push(parcel) {
            // Nobody collects: leaking is better than freeing here.
            std::mem::forget(parcel);
        }
    }

    fn notify(&mut self, notice: Option<Notice>) {
        if let Some(notice) = notice {
            // A full ring means that nobody reads them.
            let _ = self.ends.notices.push(News::Notice(notice));
        }
    }

    fn notify_loop(&mut self, notice: Option<super::session::Notice>) {
        if let Some(notice) = notice {
            let _ = self.ends.notices.push(News::Loop(notice));
        }
    }
}

/// Whether `next` lets go of a button that was not held before this turn.
fn releases(before: Input, now: Input, next: Input) -> bool {
    let released = |before: u8, now: u8, next: u8| now & !before & !next != 0;
    (0..4).any(|pad| released(before.pads[pad], now.pads[pad], next.pads[pad]))
        // Triggers and the buttons of mice.
        || [2, 6].iter().any(|&at| released(before.device[at], now.device[at], next.device[at]))
}
