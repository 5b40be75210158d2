//! The player's side, the same for window and terminal: what keys and pads
//! mean, the menu, and whom to tell.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Sender, channel};

use super::menu::{Choice, Menu, Settings};
use crate::input::Controls;
use crate::input::bindings::{Keys, Pads, Target};
use crate::input::gamepad::{PadChange, PadEvent};
use crate::input::hands::Click;
use crate::input::keyboard::Key;
use crate::link::{Action, Bell, Command, Flags, Front, Request};
use crate::nes::Devices;
use crate::nes::port::button;
use crate::video::layout;
use crate::video::overlay::Overlay;
use crate::video::render::{Look, Order, Renderer};

/// How a front starts.
pub struct Options {
    /// The window's title: the game's name.
    pub title: String,
    /// How many times the picture is enlarged at first.
    pub scale: u32,
    /// Start on the whole screen.
    pub fullscreen: bool,
    /// Start without status line and notices.
    pub hidden: bool,
    /// How the picture is enlarged.
    pub look: Look,
    /// The colours.
    pub palette: Box<crate::video::palette::Palette>,
    /// The keyboard.
    pub keys: Keys,
    /// The gamepads.
    pub pads: Pads,
    /// The loop slot that is chosen at first.
    pub slot: u8,
    /// Whether a hardware adapter's render thread may be a real-time thread.
    pub realtime: bool,
}

/// What only the window or the terminal can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Window or whole screen.
    Fullscreen,
    /// Close.
    Quit,
}

/// The player's side.
pub struct Player {
    controls: Controls,
    menu: Option<Menu>,
    settings: Settings,
    commands: rtrb::Producer<Command>,
    requests: Sender<Request>,
    orders: Sender<Order>,
    bell: Bell,
    flags: Arc<Flags>,
}

impl Player {
    /// Divides the front into the player's side and the render thread's.
    /// `windowed` says whether there is a window. The ready signal is returned
    /// to be sent when the first picture can be shown.
    pub fn new(front: Front, options: &Options, windowed: bool) -> (Self, Renderer, Sender<()>) {
        let (orders, orders_end) = channel();
        let settings = Settings {
            save: 0,
            slot: options.slot,
            look: options.look,
            hidden: options.hidden,
            disk: false,
            windowed,
        };
        let player = Self {
            controls: Controls::new(options.keys.clone(), options.pads.clone()),
            menu: None,
            settings,
            commands: front.commands,
            requests: front.requests.clone(),
            orders,
            bell: front.bell.clone(),
            flags: front.flags.clone(),
        };
        let renderer = Renderer {
            pictures: front.pictures,
            bell: front.bell,
            orders: orders_end,
            notices: front.notices,
            desk: front.requests,
            flags: front.flags,
            overlay: Overlay::new(options.hidden),
        };
        (player, renderer, front.ready)
    }

    /// A key went down or up at that time.
    pub fn key(&mut self, key: Key, pressed: bool, at_ns: u64) -> Option<Effect> {
        if self.menu.is_some() && pressed {
            if key == Key::Escape {
                return Some(self.quit());
            }
            let buttons = match (key, self.controls.target(key)) {
                (Key::ArrowUp, _) => button::UP,
                (Key::ArrowDown, _) => button::DOWN,
                (Key::ArrowLeft, _) => button::LEFT,
                (Key::ArrowRight, _) => button::RIGHT,
                (Key::Enter | Key::NumpadEnter, _) => button::START,
                (Key::Backspace, _) => button::B,
                (_, Some(Target::Button(_, buttons))) => buttons,
                (_, Some(Target::Action(action))) => return self.menu_action(action),
                _ => 0,
            };
            return self.menu_press(buttons);
        }
        self.plug();
        let mut said = Vec::new();
        self.controls.key(key, pressed, at_ns, &mut |command| said.push(command));
        self.say(said)
    }

    /// The pointer is at this place of a window of that size, or in none; it was moved
    /// so far in pixels of the screen.
    pub fn point(&mut self, at: Option<(f64, f64)>, moved: [i32; 2], size: (u32, u32), at_ns: u64) {
        self.plug();
        let Look { aspect, filter } = self.settings.look;
        let place = layout::place(size.0, size.1, aspect, filter);
        match at {
            Some((x, y)) => {
                let x = (x - f64::from(place.x)) / f64::from(place.width);
                let y = (y - f64::from(place.y)) / f64::from(place.height);
                self.controls.hands().point([x, y], moved);
            }
            None => self.controls.hands().away(),
        }
        self.pointed(at_ns);
    }

    /// A button of the mouse went down or up.
    pub fn click(&mut self, button: Click, pressed: bool, at_ns: u64) {
        self.plug();
        if self.menu.is_none() && self.controls.hands().click(button, pressed) {
            self.pointed(at_ns);
        }
    }

    /// Whether the pointer is for the game.
    pub fn points(&mut self) -> bool {
        self.plug();
        self.controls.hands().points()
    }

    fn pointed(&mut self, at_ns: u64) {
        let mut said = Vec::new();
        self.controls.pointed(at_ns, &mut |command| said.push(command));
        self.say(said);
    }

    /// What the machine has in its ports by now.
    fn plug(&mut self) {
        let ports = Devices::from_word(self.flags.ports.load(Ordering::Relaxed));
        self.controls.hands().plug(ports.unwrap_or_default());
    }

    /// A gamepad reported something at that time.
    pub fn pad(&mut self, event: PadEvent, at_ns: u64) -> Option<Effect> {
        match event.change {
            PadChange::Button(pressed_button, true) if self.menu.is_some() => {
                return match self.controls.pad_target(pressed_button)? {
                    Target::Button(_, buttons) | Target::Turbo(_, buttons) => {
                        self.menu_press(buttons)
                    }
                    Target::Action(action) => self.menu_action(action),
                    Target::Microphone | Target::Arcade(_) => None,
                };
            }
            PadChange::Axis(..) if self.menu.is_some() => return None,
            PadChange::Connected => {
                if let Some(player) = self.controls.player(event.id) {
                    self.order(Order::Notice(format!("Gamepad for player {}", player + 1)));
                }
            }
            PadChange::Disconnected => self.order(Order::Notice("Gamepad unplugged".to_string())),
            PadChange::Button(..) | PadChange::Axis(..) => {}
        }
        let mut said = Vec::new();
        self.controls.pad(event, at_ns, &mut |command| said.push(command));
        self.say(said)
    }

    /// The window got or lost the focus.
    pub fn focus(&mut self, focused: bool, at_ns: u64) {
        let mut said = Vec::new();
        self.controls.focus(focused, at_ns, &mut |command| said.push(command));
        self.say(said);
    }

    /// A file was dropped onto the window.
    pub fn open(&mut self, path: PathBuf) {
        // Without a desk the program is ending.
        let _ = self.requests.send(Request::Open(path));
    }

    /// The screen shows so many pictures a second.
    pub fn refresh(&mut self, millihertz: u32) {
        self.command(Command::Refresh { millihertz });
    }

    /// Tells the render thread.
    pub fn order(&self, order: Order) {
        // A render thread that has ended needs no orders.
        let _ = self.orders.send(order);
        self.bell.ring();
    }

    /// Ends the program: everybody sees the flag.
    pub fn quit(&self) -> Effect {
        self.flags.quit.store(true, Ordering::Release);
        self.bell.ring();
        Effect::Quit
    }

    fn say(&mut self, said: Vec<Command>) -> Option<Effect> {
        let mut effect = None;
        for command in said {
            match command {
                Command::Action(action) => effect = self.act(action).or(effect),
                other => self.command(other),
            }
        }
        effect
    }

    fn act(&mut self, action: Action) -> Option<Effect> {
        match action {
            Action::Menu => self.open_menu(),
            Action::Fullscreen => return Some(Effect::Fullscreen),
            Action::Screenshot => self.order(Order::Screenshot),
            Action::Quit => return Some(self.quit()),
            other => {
                match other {
                    Action::SaveSlot(save) => self.settings.save = save,
                    Action::Slot(slot) => self.settings.slot = slot,
                    _ => {}
                }
                self.command(Command::Action(other));
            }
        }
        None
    }

    fn command(&mut self, command: Command) {
        // A full ring means that the emulation thread is gone or stuck.
        let _ = self.commands.push(command);
    }

    fn open_menu(&mut self) {
        let mut said = Vec::new();
        let now = crate::video::render::now_ns();
        self.controls.release(now, &mut |command| said.push(command));
        self.say(said);
        self.command(Command::Freeze(true));
        self.settings.disk = self.flags.has_drive.load(Ordering::Relaxed);
        let menu = Menu::open();
        self.order(Order::Menu(Some(menu.view(&self.settings))));
        self.menu = Some(menu);
    }

    fn close_menu(&mut self) {
        self.menu = None;
        self.order(Order::Menu(None));
        self.command(Command::Freeze(false));
    }

    fn menu_press(&mut self, buttons: u8) -> Option<Effect> {
        let before = self.settings;
        let menu = self.menu.as_mut()?;
        let choice = menu.press(buttons, &mut self.settings);
        let view = menu.view(&self.settings);
        if self.settings.look != before.look {
            self.order(Order::Look(self.settings.look));
        }
        if self.settings.hidden != before.hidden {
            self.order(Order::Hide(self.settings.hidden));
        }
        match choice {
            Choice::Stay => {
                self.order(Order::Menu(Some(view)));
                None
            }
            Choice::Do(action) => {
                self.order(Order::Menu(Some(view)));
                self.act(action)
            }
            Choice::Close(action) => {
                self.close_menu();
                action.and_then(|action| self.act(action))
            }
        }
    }

    /// Keys that act while the menu is open: those that do not touch the game.
    fn menu_action(&mut self, action: Action) -> Option<Effect> {
        match action {
            Action::Menu => self.close_menu(),
            Action::Fullscreen | Action::Screenshot | Action::Mute | Action::Volume(_) => {
                return self.act(action);
            }
            Action::Quit => return Some(self.quit()),
            Action::SaveSlot(_) | Action::Slot(_) => {
                self.act(action);
                let view = self.menu.as_ref()?.view(&self.settings);
                self.order(Order::Menu(Some(view)));
            }
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::Picture;
    use crate::nes::Input;
    use std::sync::mpsc::Receiver;

    struct Bench {
        player: Player,
        commands: rtrb::Consumer<Command>,
        renderer: Renderer,
        _requests: Receiver<Request>,
    }

    impl Bench {
        fn new() -> Self {
            let (producer, commands) = rtrb::RingBuffer::new(64);
            let (_, pictures) = triple_buffer::triple_buffer(&Picture::default());
            let (requests, requests_end) = channel();
            let front = Front {
                commands: producer,
                requests,
                notices: channel().1,
                pictures,
                bell: Bell::new().expect("an eventfd"),
                ready: channel().0,
                flags: Arc::default(),
            };
            let options = Options {
                title: "game".to_string(),
                scale: 3,
                fullscreen: false,
                hidden: false,
                look: Look::default(),
                palette: Box::new(*crate::video::palette::rgb()),
                keys: Keys::default(),
                pads: Pads::default(),
                slot: 1,
                realtime: false,
            };
            let (player, renderer, _) = Player::new(front, &options, true);
            Self { player, commands, renderer, _requests: requests_end }
        }

        fn tap(&mut self, keys: &[Key]) -> Option<Effect> {
            let mut effect = None;
            for key in keys {
                effect = self.player.key(*key, true, 0).or(effect);
                effect = self.player.key(*key, false, 0).or(effect);
            }
            effect
        }

        fn commands(&mut self) -> Vec<Command> {
            std::iter::from_fn(|| self.commands.pop().ok()).collect()
        }

        fn menu_is_open(&mut self) -> bool {
            let mut open = self.player.menu.is_some();
            while let Ok(order) = self.renderer.orders.try_recv() {
                if let Order::Menu(menu) = order {
                    open = menu.is_some();
                }
            }
            assert_eq!(open, self.player.menu.is_some());
            open
        }
    }

    #[test]
    fn escape_opens_the_menu_and_time_stands_still_then_escape_quits() {
        let mut bench = Bench::new();
        assert_eq!(bench.tap(&[Key::Escape]), None);
        assert!(bench.menu_is_open());
        assert_eq!(bench.commands(), [Command::Freeze(true)]);
        assert_eq!(bench.tap(&[Key::Escape]), Some(Effect::Quit));
        assert!(bench.player.flags.quit.load(Ordering::Acquire));
    }

    #[test]
    fn f10_closes_the_menu_and_time_goes_on() {
        let mut bench = Bench::new();
        bench.tap(&[Key::F10, Key::F10]);
        assert!(!bench.menu_is_open());
        assert_eq!(bench.commands(), [Command::Freeze(true), Command::Freeze(false)]);
    }

    #[test]
    fn the_game_sees_no_key_while_the_menu_is_open_and_nothing_stays_held() {
        let mut bench = Bench::new();
        bench.player.key(Key::ArrowRight, true, 0);
        bench.tap(&[Key::F10, Key::KeyX, Key::F10]);
        let inputs = bench.commands().into_iter().filter_map(|command| match command {
            Command::Input { input, .. } => Some(input),
            _ => None,
        });
        let inputs: Vec<Input> = inputs.collect();
        assert_eq!(inputs, [Input::pad1(button::RIGHT), Input::default()]);
    }

    #[test]
    fn reset_from_the_menu_comes_after_time_goes_on() {
        let mut bench = Bench::new();
        bench.tap(&[Key::Escape]);
        bench.commands();
        bench.tap(&[Key::ArrowDown; 5]);
        bench.tap(&[Key::Enter]);
        assert_eq!(bench.commands(), [Command::Freeze(false), Command::Action(Action::Reset)]);
    }

    #[test]
    fn a_filter_chosen_in_the_menu_reaches_the_render_thread() {
        let mut bench = Bench::new();
        bench.tap(&[Key::Escape]);
        bench.tap(&[Key::ArrowDown; 6]);
        bench.tap(&[Key::ArrowRight]);
        let look = Look { filter: crate::video::layout::Filter::Linear, ..Look::default() };
        assert!(bench.renderer.orders.try_iter().any(|order| order == Order::Look(look)));
    }

    #[test]
    fn actions_for_the_machine_go_to_the_machine_and_the_others_do_not() {
        let mut bench = Bench::new();
        let effect = bench.tap(&[Key::KeyL, Key::F3, Key::F12, Key::F11]);
        assert_eq!(effect, Some(Effect::Fullscreen));
        let acted = [Command::Action(Action::Loop), Command::Action(Action::Slot(3))];
        assert_eq!(bench.commands(), acted);
        assert!(bench.renderer.orders.try_iter().any(|order| order == Order::Screenshot));
    }
}
