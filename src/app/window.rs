//! The window: winit on the main thread, keys and pads to the player's side,
//! pictures on a render thread of their own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::thread::{self, JoinHandle};

use winit::application::ApplicationHandler;
use winit::dpi::PhysicalSize;
use winit::error::EventLoopError;
use winit::event::{ElementState, MouseButton, WindowEvent};
use winit::event_loop::{ActiveEventLoop, ControlFlow, EventLoop, EventLoopProxy};
use winit::keyboard::PhysicalKey;
use winit::platform::x11::WindowAttributesExtX11;
use winit::window::{Fullscreen, Window, WindowAttributes, WindowId};

use super::player::{Effect, Options, Player};
use crate::input::gamepad::{self, PadEvent};
use crate::input::hands::Click;
use crate::input::keyboard::Key;
use crate::link::{Front, Shown};
use crate::nes::output::{HEIGHT, WIDTH};
use crate::video::layout::window_size;
use crate::video::render::{Order, Renderer, Screen, ScreenError, now_ns};
use crate::video::surface::Surface;

/// A window that cannot be opened: the sentence, and what was to be played in
/// it, for another front to take.
pub struct Refused {
    /// Why, and the mend.
    pub reason: String,
    /// As it was given.
    pub front: Box<Front>,
    /// As they were given.
    pub options: Box<Options>,
}

/// The window's own failure after it was opened, as a sentence.
pub type Failure = ScreenError;

/// Opens the window and plays until it closes. Must be called on the main
/// thread, once.
pub fn run(front: Front, options: Options) -> Result<(Shown, Result<(), Failure>), Refused> {
    let refused = |reason, front, options| {
        Err(Refused { reason, front: Box::new(front), options: Box::new(options) })
    };
    let event_loop = match event_loop() {
        Ok(event_loop) => event_loop,
        Err(reason) => return refused(reason, front, options),
    };
    event_loop.set_control_flow(ControlFlow::Wait);
    let proxy = event_loop.create_proxy();
    let mut app = App { state: State::Waiting(Box::new((front, options))), proxy };
    let result = event_loop.run_app(&mut app);
    match app.state {
        State::Waiting(parts) => {
            let reason = match result {
                Err(error) => format!("the window system failed: {error}"),
                Ok(()) => "the window system closed before there was a window".to_string(),
            };
            refused(reason, parts.0, parts.1)
        }
        State::Refused(refused) => Err(refused),
        State::Playing(playing) => Ok(playing.end()),
        State::Moving => unreachable!("only within a handler"),
    }
}

/// Something that comes from another thread.
#[derive(Debug)]
enum Event {
    /// A gamepad did something at that time.
    Pad(PadEvent, u64),
    /// The render thread has ended, so everything ends.
    Ended,
}

struct App {
    state: State,
    proxy: EventLoopProxy<Event>,
}

enum State {
    /// Until the window system lets windows be made.
    Waiting(Box<(Front, Options)>),
    Playing(Box<Playing>),
    Refused(Refused),
    /// Between two of the others.
    Moving,
}

struct Playing {
    player: Player,
    window: Arc<Window>,
    /// Where the pointer was last, in the window's pixels.
    pointer: Option<(f64, f64)>,
    render: JoinHandle<(Shown, Result<(), ScreenError>)>,
}

/// Connects to the window system. One of its libraries panics when it is not
/// installed in full, which is caught.
fn event_loop() -> Result<EventLoop<Event>, String> {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let result = catch_unwind(AssertUnwindSafe(|| EventLoop::with_user_event().build()));
    std::panic::set_hook(hook);
    const LIBRARIES: &str =
        "install libx11-xcb1 libxcursor1 libxi6 libxkbcommon-x11-0 (Debian, Ubuntu)";
    match result {
        Ok(Ok(event_loop)) => Ok(event_loop),
        Ok(Err(EventLoopError::Os(error))) if error.to_string().contains("libraries") => {
            let error = cause(&error.to_string());
            Err(format!("a library of the window system is missing ({error}): {LIBRARIES}"))
        }
        Ok(Err(error)) => {
            let error = cause(&error.to_string());
            let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
            Err(if set("DISPLAY") || set("WAYLAND_DISPLAY") {
                format!("the display does not answer ({error}): check DISPLAY or WAYLAND_DISPLAY")
            } else {
                "there is no display: neither DISPLAY nor WAYLAND_DISPLAY is set".to_string()
            })
        }
        Err(_) => Err(format!("a library of the window system is missing: {LIBRARIES}")),
    }
}

/// What the system said, without where winit's source says it.
fn cause(error: &str) -> String {
    let cause = error.split_once(".rs:").and_then(|(_, rest)| rest.split_once(": "));
    cause.map_or(error, |(_, cause)| cause).to_string()
}

impl App {
    /// Makes the window and everything that hangs on it.
    fn open(&self, event_loop: &ActiveEventLoop, front: Front, options: Options) -> State {
        let refused = |reason: String, front: Front, options: Options| {
            let (front, options) = (Box::new(front), Box::new(options));
            State::Refused(Refused { reason, front, options })
        };
        let window = match event_loop.create_window(attributes(&options)) {
            Ok(window) => Arc::new(window),
            Err(error) => {
                return refused(format!("no window can be opened: {error}"), front, options);
            }
        };
        let size = window.inner_size();
        let size = (size.width, size.height);
        let mut surface = match Surface::new(window.clone(), size, options.palette.clone()) {
            Ok(surface) => surface,
            Err(ScreenError(reason)) => return refused(reason, front, options),
        };
        surface.look(options.look);
        if options.fullscreen {
            set_fullscreen(&window, true);
        }
        let (mut player, renderer, ready) = Player::new(front, &options, true);
        if let Some(millihertz) = refresh(&window) {
            player.refresh(millihertz);
        }
        let realtime = options.realtime && !surface.is_software();
        let render = spawn_render(renderer, surface, realtime, self.proxy.clone());
        spawn_gamepads(self.proxy.clone());
        announce(ready);
        State::Playing(Box::new(Playing { player, window, pointer: None, render }))
    }
}

impl Playing {
    fn end(self) -> (Shown, Result<(), ScreenError>) {
        self.player.quit();
        // A panic of the render thread has been printed by that thread.
        self.render.join().unwrap_or_else(|_| {
            let failure = ScreenError("the render thread panicked".to_string());
            (Shown::default(), Err(failure))
        })
    }

    fn effect(&mut self, event_loop: &ActiveEventLoop, effect: Option<Effect>) {
        match effect {
            Some(Effect::Fullscreen) => {
                let fullscreen = self.window.fullscreen().is_none();
                set_fullscreen(&self.window, fullscreen);
                if let Some(millihertz) = refresh(&self.window) {
                    self.player.refresh(millihertz);
                }
            }
            Some(Effect::Quit) => event_loop.exit(),
            None => {}
        }
    }
}

impl ApplicationHandler<Event> for App {
    fn resumed(&mut self, event_loop: &ActiveEventLoop) {
        match std::mem::replace(&mut self.state, State::Moving) {
            State::Waiting(parts) => self.state = self.open(event_loop, parts.0, parts.1),
            other => self.state = other,
        }
        if matches!(self.state, State::Refused(_)) {
            event_loop.exit();
        }
    }

    fn user_event(&mut self, event_loop: &ActiveEventLoop, event: Event) {
        let State::Playing(playing) = &mut self.state else { return };
        match event {
            Event::Pad(event, at_ns) => {
                let effect = playing.player.pad(event, at_ns);
                playing.effect(event_loop, effect);
            }
            Event::Ended => event_loop.exit(),
        }
    }

    fn window_event(&mut self, event_loop: &ActiveEventLoop, _: WindowId, event: WindowEvent) {
        let at_ns = now_ns();
        let State::Playing(playing) = &mut self.state else { return };
        let player = &mut playing.player;
        match event {
            WindowEvent::KeyboardInput { event, is_synthetic, .. } => {
                let pressed = event.state == ElementState::Pressed;
                // Keys that were down before the window had the focus were not
                // meant for it (the Enter that started the program).
                if !(is_synthetic && pressed)
                    && let PhysicalKey::Code(code) = event.physical_key
                    && let Some(key) = Key::from_winit(code)
                {
                    let effect = player.key(key, pressed, at_ns);
                    playing.effect(event_loop, effect);
                }
            }
            WindowEvent::CursorMoved { position, .. } => {
                let at = (position.x, position.y);
                let was = playing.pointer.replace(at).unwrap_or(at);
                let moved = [at.0.round() - was.0.round(), at.1.round() - was.1.round()];
                let size = playing.window.inner_size();
                let size = (size.width, size.height);
                player.point(Some(at), moved.map(|by| by as i32), size, at_ns);
                if playing.window.fullscreen().is_some() {
                    playing.window.set_cursor_visible(player.points());
                }
            }
            WindowEvent::CursorLeft { .. } => {
                playing.pointer = None;
                player.point(None, [0, 0], (1, 1), at_ns);
            }
            WindowEvent::MouseInput { state, button, .. } => {
                let button = match button {
                    MouseButton::Left => Click::Left,
                    MouseButton::Right => Click::Right,
                    _ => return,
                };
                player.click(button, state == ElementState::Pressed, at_ns);
            }
            WindowEvent::Focused(focused) => player.focus(focused, at_ns),
            WindowEvent::Resized(PhysicalSize { width, height }) => {
                player.order(Order::Resize(width, height));
            }
            WindowEvent::RedrawRequested | WindowEvent::Occluded(false) => {
                player.order(Order::Again);
            }
            WindowEvent::DroppedFile(path) => player.open(path),
            WindowEvent::CloseRequested | WindowEvent::Destroyed => {
                player.quit();
                event_loop.exit();
            }
            _ => {}
        }
    }
}

fn attributes(options: &Options) -> WindowAttributes {
    let (width, height) = window_size(options.scale.max(1), options.look.aspect);
    Window::default_attributes()
        .with_title(format!("Retake - {}", options.title))
        .with_name("retake", "retake")
        .with_inner_size(PhysicalSize::new(width, height))
        .with_min_inner_size(PhysicalSize::new(WIDTH as u32, HEIGHT as u32))
}

fn set_fullscreen(window: &Window, fullscreen: bool) {
    window.set_fullscreen(fullscreen.then_some(Fullscreen::Borderless(None)));
    window.set_cursor_visible(!fullscreen);
}

fn refresh(window: &Window) -> Option<u32> {
    window.current_monitor()?.refresh_rate_millihertz()
}

fn spawn_render(
    renderer: Renderer,
    mut surface: Surface,
    realtime: bool,
    proxy: EventLoopProxy<Event>,
) -> JoinHandle<(Shown, Result<(), ScreenError>)> {
    let run = move || {
        if realtime {
            // Refused without the right to it; then it is a normal thread.
            let _ = crate::video::render::raise_priority();
        }
        let _ended = Ended(proxy);
        renderer.run(&mut surface)
    };
    let thread = thread::Builder::new().name("render".to_string());
    thread.spawn(run).expect("the system gives a thread")
}

/// Says that the thread has ended, whatever ended it.
struct Ended(EventLoopProxy<Event>);

impl Drop for Ended {
    fn drop(&mut self) {
        // Without an event loop the program is ending anyway.
        let _ = self.0.send_event(Event::Ended);
    }
}

/// The thread blocks in the system for half a second at a time and is left to
/// the end of the process.
fn spawn_gamepads(proxy: EventLoopProxy<Event>) {
    let run = move || {
        let say = |event| proxy.send_event(Event::Pad(event, now_ns())).is_ok();
        if let Err(error) = gamepad::listen(say) {
            eprintln!("retake: gamepads cannot be used: {error}");
        }
    };
    let thread = thread::Builder::new().name("gamepads".to_string());
    if let Err(error) = thread.spawn(run) {
        eprintln!("retake: gamepads cannot be used: {error}");
    }
}

/// The emulation thread may start. If it has gone, the end is near anyway.
fn announce(ready: Sender<()>) {
    let _ = ready.send(());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_the_window_system_is_told_without_source_lines() {
        let error = "os error at /x/winit/src/mod.rs:788: Failed to open connection to X server";
        assert_eq!(cause(error), "Failed to open connection to X server");
        assert_eq!(cause("not supported"), "not supported");
    }
}
