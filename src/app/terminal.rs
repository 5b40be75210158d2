//! Play in a terminal: where there is no display, and over ssh.
//!
//! Terminals that speak the kitty protocol report releases; the others type
//! characters, out of which [`Typed`] makes held keys. Whatever ends the
//! program, the terminal is given back as it was.

use std::fs::File;
use std::io::{self, IsTerminal, Seek, Write};
use std::os::fd::OwnedFd;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crossterm::event::{
    self, DisableFocusChange, EnableFocusChange, KeyCode, KeyEvent, KeyEventKind, KeyModifiers,
    KeyboardEnhancementFlags, PopKeyboardEnhancementFlags, PushKeyboardEnhancementFlags,
};
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, SetTitle, disable_raw_mode,
    enable_raw_mode, size, supports_keyboard_enhancement,
};
use crossterm::{cursor, execute};

use super::player::{Effect, Options, Player};
use crate::input::gamepad::{self, PadEvent};
use crate::input::keyboard::{Key, from_terminal};
use crate::input::typed::Typed;
use crate::link::{Flags, Front, Picture, Shown};
use crate::video::overlay::Overlay;
use crate::video::palette::Palette;
use crate::video::render::{Look, Order, Screen, ScreenError, now_ns};
use crate::video::terminal::Canvas;

/// Whether there is a terminal to play in.
pub fn is_there() -> bool {
    io::stdout().is_terminal() && size().is_ok_and(|(columns, rows)| columns > 0 && rows > 0)
}

/// Plays in the terminal until the player quits.
pub fn run(front: Front, options: Options) -> (Shown, Result<(), ScreenError>) {
    let flags = front.flags.clone();
    let guard = match Guard::enter(&options.title, flags.clone()) {
        Ok(guard) => guard,
        Err(error) => {
            flags.quit.store(true, Ordering::Release);
            let reason = format!("the terminal cannot be used: {error}");
            return (Shown::default(), Err(ScreenError(reason)));
        }
    };
    let (columns, rows) = size().unwrap_or((80, 24));
    let mut screen = Terminal {
        canvas: Canvas::new(columns.into(), rows.into()),
        palette: options.palette.clone(),
        look: options.look,
    };
    let (sender, events) = channel();
    let (mut player, renderer, ready) = Player::new(front, &options, false);
    let ended = sender.clone();
    let render = spawn("render", move || {
        let result = renderer.run(&mut screen);
        // Main has left its loop if it does not listen.
        let _ = ended.send(Event::Ended);
        result
    });
    let keys = spawn_keys(sender.clone(), flags);
    spawn_gamepads(sender);
    // An emulation thread that has gone has set the flag, which ends the rest.
    let _ = ready.send(());

    turn(&mut player, &events, guard.releases);

    player.quit();
    let _ = keys.join();
    let result = render.join();
    drop(guard);
    // A panic of the render thread has been printed by that thread.
    result.unwrap_or_else(|_| {
        (Shown::default(), Err(ScreenError("the render thread panicked".to_string())))
    })
}

/// Something that comes from another thread, with its time.
enum Event {
    Terminal(event::Event, u64),
    Pad(PadEvent, u64),
    Ended,
}

/// Until the player quits. `releases` says whether the terminal reports them.
fn turn(player: &mut Player, events: &Receiver<Event>, releases: bool) {
    let mut typed = Typed::default();
    loop {
        while let Some(key) = typed.release(now_ns()) {
            player.key(key, false, now_ns());
        }
        let event = match typed.deadline() {
            None => events.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(at) => events.recv_timeout(Duration::from_nanos(at.saturating_sub(now_ns()))),
        };
        let effect = match event {
            Ok(Event::Terminal(event::Event::Key(event), at)) => {
                if is_interrupt(&event) {
                    return;
                }
                key(player, &event, at, (!releases).then_some(&mut typed))
            }
            Ok(Event::Terminal(event::Event::Resize(columns, rows), _)) => {
                player.order(Order::Resize(columns.into(), rows.into()));
                None
            }
            Ok(Event::Terminal(event::Event::FocusGained, at)) => {
                player.focus(true, at);
                None
            }
            Ok(Event::Terminal(event::Event::FocusLost, at)) => {
                player.focus(false, at);
                None
            }
            Ok(Event::Terminal(..)) | Err(RecvTimeoutError::Timeout) => None,
            Ok(Event::Pad(event, at)) => player.pad(event, at),
            Ok(Event::Ended) | Err(RecvTimeoutError::Disconnected) => return,
        };
        // A terminal has no other size than its own.
        if effect == Some(Effect::Quit) {
            return;
        }
    }
}

fn key(
    player: &mut Player,
    event: &KeyEvent,
    at: u64,
    typed: Option<&mut Typed>,
) -> Option<Effect> {
    let (key, shift) = from_terminal(event)?;
    let Some(typed) = typed else {
        return player.key(key, event.kind != KeyEventKind::Release, at);
    };
    // Only volume and steps make something of a repeat; the player knows.
    typed.press(key, at);
    if shift {
        player.key(Key::ShiftLeft, true, at);
    }
    let effect = player.key(key, true, at);
    if shift {
        player.key(Key::ShiftLeft, false, at);
    }
    effect
}

/// Ctrl+C, which no signal comes from in raw mode.
fn is_interrupt(event: &KeyEvent) -> bool {
    event.code == KeyCode::Char('c') && event.modifiers.contains(KeyModifiers::CONTROL)
}

struct Terminal {
    canvas: Canvas,
    palette: Box<Palette>,
    look: Look,
}

impl Screen for Terminal {
    fn resize(&mut self, columns: u32, rows: u32) -> Result<(), ScreenError> {
        self.canvas.resize(columns as usize, rows as usize);
        execute!(io::stdout(), Clear(ClearType::All)).map_err(gone)
    }

    fn look(&mut self, look: Look) {
        self.look = look;
    }

    fn show(
        &mut self,
        picture: &Picture,
        overlay: &Overlay,
        now_ns: u64,
    ) -> Result<bool, ScreenError> {
        let bytes = self.canvas.draw(picture, overlay, &self.palette, self.look, now_ns);
        let mut out = io::stdout().lock();
        out.write_all(bytes).and_then(|()| out.flush()).map_err(gone)?;
        Ok(true)
    }
}

fn gone(error: io::Error) -> ScreenError {
    ScreenError(format!("the terminal has gone: {error}"))
}

/// The terminal in the state in which it is played in; dropped, it is as it was.
struct Guard {
    releases: bool,
}

impl Guard {
    fn enter(title: &str, flags: Arc<Flags>) -> io::Result<Self> {
        enable_raw_mode()?;
        let releases = supports_keyboard_enhancement().unwrap_or(false);
        let guard = Self { releases };
        let mut out = io::stdout();
        let title = SetTitle(format!("Retake - {title}"));
        execute!(out, EnterAlternateScreen, cursor::Hide, EnableFocusChange, title)?;
        if releases {
            let flags = KeyboardEnhancementFlags::DISAMBIGUATE_ESCAPE_CODES
                | KeyboardEnhancementFlags::REPORT_EVENT_TYPES
                | KeyboardEnhancementFlags::REPORT_ALL_KEYS_AS_ESCAPE_CODES;
            execute!(out, PushKeyboardEnhancementFlags(flags))?;
        }
        execute!(out, Clear(ClearType::All))?;
        hold_stderr()?;
        // A panic's text is lost on the alternate screen, and a program that
        // has lost a thread ends.
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            flags.quit.store(true, Ordering::Release);
            leave(releases);
            hook(panic);
        }));
        Ok(guard)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        leave(self.releases);
    }
}

/// Gives the terminal back; more than once does no harm.
fn leave(releases: bool) {
    let mut out = io::stdout();
    // A terminal that has gone needs nothing back.
    if releases {
        let _ = execute!(out, PopKeyboardEnhancementFlags);
    }
    let _ = execute!(out, DisableFocusChange, cursor::Show, LeaveAlternateScreen);
    let _ = disable_raw_mode();
    release_stderr();
}

/// Where stderr went, and the memory that it goes to now.
static HELD: Mutex<Option<(OwnedFd, File)>> = Mutex::new(None);

/// Notes would fall into the picture: keeps them until it is gone. A stderr
/// that goes elsewhere is left alone.
fn hold_stderr() -> io::Result<()> {
    if !io::stderr().is_terminal() {
        return Ok(());
    }
    let before = rustix::io::fcntl_dupfd_cloexec(io::stderr(), 3)?;
    let memory = rustix::fs::memfd_create("notes", rustix::fs::MemfdFlags::CLOEXEC)?;
    rustix::stdio::dup2_stderr(&memory)?;
    *held() = Some((before, File::from(memory)));
    Ok(())
}

/// Says what was held back.
fn release_stderr() {
    let Some((before, mut notes)) = held().take() else { return };
    // What cannot be said now never can.
    let _ = rustix::stdio::dup2_stderr(&before);
    let _ = notes.rewind();
    let _ = io::copy(&mut notes, &mut io::stderr());
}

fn held() -> MutexGuard<'static, Option<(OwnedFd, File)>> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

fn spawn<T: Send + 'static>(name: &str, run: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    let thread = thread::Builder::new().name(name.to_string());
    thread.spawn(run).expect("the system gives a thread")
}

fn spawn_keys(sender: Sender<Event>, flags: Arc<Flags>) -> JoinHandle<()> {
    spawn("keys", move || {
        while !flags.quit.load(Ordering::Acquire) {
            let event = match event::poll(Duration::from_millis(100)) {
                Ok(true) => event::read(),
                Ok(false) => continue,
                Err(error) => Err(error),
            };
            // No keys, no player: the terminal has gone.
            let event = event.map_or(Event::Ended, |event| Event::Terminal(event, now_ns()));
            let last = matches!(event, Event::Ended);
            if sender.send(event).is_err() || last {
                return;
            }
        }
    })
}

/// The thread blocks in the system and is left to the end of the process.
fn spawn_gamepads(sender: Sender<Event>) {
    spawn("gamepads", move || {
        // Without gamepads the terminal has keys; its screen takes no errors.
        let _ = gamepad::listen(|event| sender.send(Event::Pad(event, now_ns())).is_ok());
    });
}
