//! Keys and pad buttons in, commands to the machine out. Pure: the window, the
//! terminal and the tests feed it alike.
//!
//! * Left and right (up and down) together: the later one counts, and the
//!   earlier one again when the later is released. Games never see both.
//! * Gamepads fill the players in the order in which they come; one that goes
//!   leaves its player to the next that comes.
//! * A window without the focus holds nothing.

use super::bindings::{Chord, Keys, Pads, Target};
use super::gamepad::{PadButton, PadChange, PadEvent, stick};
use super::hands::Hands;
use super::keyboard::Key;
use crate::link::{Action, Command};
use crate::nes::Input;
use crate::nes::port::{MICROPHONE, button};

/// What the player holds, and what it means.
pub struct Controls {
    keys: Keys,
    pads: Pads,
    keys_held: Vec<(Key, Option<Target>)>,
    players: [Option<Gamepad>; 4],
    directions: [Directions; 4],
    focused: bool,
    said: Input,
    said_turbo: [u8; 4],
    said_held: HeldActions,
    hands: Hands,
}

/// Which of the actions that last while they are held are held.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct HeldActions {
    fast: bool,
    rewind: bool,
    forward: bool,
}

struct Gamepad {
    id: usize,
    held: Vec<PadButton>,
}

/// The directions of a player: which of two opposite ones came later.
#[derive(Clone, Copy, Default)]
struct Directions {
    held: u8,
    later: u8,
}

const OPPOSITES: [u8; 2] = [button::LEFT | button::RIGHT, button::UP | button::DOWN];

impl Directions {
    fn resolve(&mut self, held: u8) -> u8 {
        let pressed = held & !self.held;
        self.held = held;
        let mut resolved = held;
        for pair in OPPOSITES {
            if pressed & pair != 0 && pressed & pair != pair {
                self.later = self.later & !pair | pressed & pair;
            }
            if held & pair == pair {
                resolved &= !pair | self.later;
            }
        }
        resolved
    }
}

impl Controls {
    /// Nothing held.
    pub fn new(keys: Keys, pads: Pads) -> Self {
        Self {
            keys,
            pads,
            keys_held: Vec::new(),
            players: [const { None }; 4],
            directions: [Directions::default(); 4],
            focused: true,
            said: Input::default(),
            said_turbo: [0; 4],
            said_held: HeldActions::default(),
            hands: Hands::default(),
        }
    }

    /// A key went down or up at that time. Repeated downs of a held key count
    /// only where that helps: volume and single steps.
    pub fn key(&mut self, key: Key, pressed: bool, at_ns: u64, say: &mut impl FnMut(Command)) {
        if self.hands.key(key, pressed) {
            self.keys_held.retain(|(held, _)| *held != key);
            return self.tell(at_ns, say);
        }
        let held = self.keys_held.iter().position(|(other, _)| *other == key);
        match (held, pressed) {
            (None, true) => {
                let target = self.target(key);
                self.keys_held.push((key, target));
                if let Some(Target::Action(action)) = target {
                    act(action, say);
                }
            }
            (Some(at), true) => {
                if let Some(Target::Action(
                    action @ (Action::Volume(_)
                    | Action::StepFrame
                    | Action::StepBack
                    | Action::Jump(_)),
                )) = self.keys_held[at].1
                {
                    say(Command::Action(action));
                }
            }
            (Some(at), false) => {
                self.keys_held.remove(at);
            }
            (None, false) => {}
        }
        self.tell(at_ns, say);
    }

    /// What is done with other devices than pads: see there.
    pub fn hands(&mut self) -> &mut Hands {
        &mut self.hands
    }

    /// The pointer was moved, or its buttons pressed.
    pub fn pointed(&mut self, at_ns: u64, say: &mut impl FnMut(Command)) {
        self.tell(at_ns, say);
    }

    /// What the key would do now.
    pub fn target(&self, key: Key) -> Option<Target> {
        // A shift key that is a pad's button is no shift key.
        let is_button = |key| {
            let target = self.keys.target(Chord { key, shift: false });
            matches!(target, Some(Target::Button(..) | Target::Turbo(..)))
        };
        let shift = self.keys_held.iter().any(|(key, _)| key.is_shift() && !is_button(*key));
        let shifted = self.keys.target(Chord { key, shift: true }).filter(|_| shift);
        shifted.or_else(|| self.keys.target(Chord { key, shift: false }))
    }

    /// A gamepad reported something.
    pub fn pad(&mut self, event: PadEvent, at_ns: u64, say: &mut impl FnMut(Command)) {
        if event.change == PadChange::Disconnected {
            for player in &mut self.players {
                if player.as_ref().is_some_and(|pad| pad.id == event.id) {
                    *player = None;
                }
            }
        } else if let Some(player) = self.player(event.id) {
            match event.change {
                PadChange::Button(button, pressed) => self.press(player, button, pressed, say),
                PadChange::Axis(axis, value) => {
                    let held = |button| self.holds(player, button);
                    for (button, pressed) in stick(axis, value, held) {
                        self.press(player, button, pressed, say);
                    }
                }
                PadChange::Connected | PadChange::Disconnected => {}
            }
        }
        self.tell(at_ns, say);
    }

    /// What the button of any gamepad does.
    pub fn pad_target(&self, button: PadButton) -> Option<Target> {
        self.pads.target(button)
    }

    /// The player, 0-3, of a gamepad; one that is new gets the first that is
    /// free. None for the fifth.
    pub fn player(&mut self, id: usize) -> Option<usize> {
        let is_this = |pad: &Option<Gamepad>| pad.as_ref().is_some_and(|pad| pad.id == id);
        if let Some(player) = self.players.iter().position(is_this) {
            return Some(player);
        }
        let free = self.players.iter().position(Option::is_none)?;
        self.players[free] = Some(Gamepad { id, held: Vec::new() });
        Some(free)
    }

    /// The window got or lost the focus; without it nothing is held.
    pub fn focus(&mut self, focused: bool, at_ns: u64, say: &mut impl FnMut(Command)) {
        self.focused = focused;
        if !focused {
            self.release(at_ns, say);
        }
    }

    /// Releases everything.
    pub fn release(&mut self, at_ns: u64, say: &mut impl FnMut(Command)) {
        self.keys_held.clear();
        self.hands.release();
        for pad in self.players.iter_mut().flatten() {
            pad.held.clear();
        }
        self.tell(at_ns, say);
    }

    fn holds(&self, player: usize, button: PadButton) -> bool {
        self.players[player].as_ref().is_some_and(|pad| pad.held.contains(&button))
    }

    fn press(
        &mut self,
        player: usize,
        button: PadButton,
        pressed: bool,
        say: &mut impl FnMut(Command),
    ) {
        let Some(pad) = self.players[player].as_mut() else { return };
        let held = pad.held.contains(&button);
        if !pressed {
            pad.held.retain(|other| *other != button);
        } else if !held && self.focused {
            pad.held.push(button);
            if let Some(Target::Action(action)) = self.pads.target(button) {
                act(action, say);
            }
        }
    }

    /// Says what is different from what was last said.
    fn tell(&mut self, at_ns: u64, say: &mut impl FnMut(Command)) {
        let (mut held, mut turbo, mut lasting) = ([0; 4], [0; 4], HeldActions::default());
        let (mut microphone, mut arcade) = (0, 0);
        let mut hold = |target, player: usize| match target {
            Target::Microphone => microphone = MICROPHONE,
            Target::Arcade(bit) => arcade |= bit,
            Target::Button(pad, mask) => held[(pad + player) & 3] |= mask,
            Target::Turbo(pad, mask) => turbo[(pad + player) & 3] |= mask,
            Target::Action(Action::FastForward(_)) => lasting.fast = true,
            Target::Action(Action::Rewind(_)) => lasting.rewind = true,
            Target::Action(Action::Forward(_)) => lasting.forward = true,
            Target::Action(_) => {}
        };
        for target in self.keys_held.iter().filter_map(|(_, target)| *target) {
            hold(target, 0);
        }
        for (player, pad) in self.players.iter().enumerate() {
            for button in pad.iter().flat_map(|pad| &pad.held) {
                if let Some(target) = self.pads.target(*button) {
                    hold(target, player);
                }
            }
        }
        for (held, directions) in held.iter_mut().zip(&mut self.directions) {
            *held = directions.resolve(*held);
        }
        let mut input = Input { pads: held, ..Input::default() };
        self.hands.hold(&mut input);
        input.device[9] |= microphone;
        input.switches[1] = arcade;
        if input != self.said {
            self.said = input;
            say(Command::Input { input, at_ns });
        }
        if turbo != self.said_turbo {
            self.said_turbo = turbo;
            say(Command::Turbo(turbo));
        }
        let before = std::mem::replace(&mut self.said_held, lasting);
        for (before, now, action) in [
            (before.fast, lasting.fast, Action::FastForward(lasting.fast)),
            (before.rewind, lasting.rewind, Action::Rewind(lasting.rewind)),
            (before.forward, lasting.forward, Action::Forward(lasting.forward)),
        ] {
            if before != now {
                say(Command::Action(action));
            }
        }
    }
}

/// Says an action that a press triggers; a held one is told by `tell`.
fn act(action: Action, say: &mut impl FnMut(Command)) {
    if !matches!(action, Action::FastForward(_) | Action::Rewind(_) | Action::Forward(_)) {
        say(Command::Action(action));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::gamepad::PadAxis;

    enum Event {
        Down(Key),
        Up(Key),
        Pad(usize, PadChange),
        Focus(bool),
    }
    use Event::*;

    /// Plays a recorded list of events; the result is what was said, inputs as
    /// their four pads.
    fn play(events: &[Event]) -> Vec<Command> {
        let mut controls = Controls::new(Keys::default(), Pads::default());
        let mut said = Vec::new();
        for (at, event) in events.iter().enumerate() {
            let (at, say) = (at as u64, &mut |command| said.push(command));
            match event {
                Down(key) => controls.key(*key, true, at, say),
                Up(key) => controls.key(*key, false, at, say),
                Pad(id, change) => controls.pad(PadEvent { id: *id, change: *change }, at, say),
                Focus(focused) => controls.focus(*focused, at, say),
            }
        }
        said
    }

    fn pads(events: &[Event]) -> Vec<[u8; 4]> {
        let pads = |command| match command {
            Command::Input { input, .. } => Some(input.pads),
            _ => None,
        };
        play(events).into_iter().filter_map(pads).collect()
    }

    #[test]
    fn keys_hold_the_buttons_of_pad_1_and_carry_the_time_of_the_event() {
        let said = play(&[Down(Key::KeyX), Down(Key::ArrowRight), Up(Key::KeyX)]);
        let input = |pads, at_ns| Command::Input { input: Input::pad1(pads), at_ns };
        assert_eq!(said, [input(0x01, 0), input(0x81, 1), input(0x80, 2)]);
    }

    #[test]
    fn of_two_opposite_directions_the_later_counts_and_the_earlier_comes_back() {
        let (l, r) = (button::LEFT, button::RIGHT);
        let held = pads(&[
            Down(Key::ArrowLeft),
            Down(Key::ArrowRight),
            Up(Key::ArrowRight),
            Down(Key::ArrowRight),
            Up(Key::ArrowLeft),
            Up(Key::ArrowRight),
        ]);
        assert_eq!(held.iter().map(|pads| pads[0]).collect::<Vec<_>>(), [l, r, l, r, 0]);
    }

    #[test]
    fn no_list_of_events_gives_opposite_directions() {
        let keys = [Key::ArrowLeft, Key::ArrowRight, Key::ArrowUp, Key::ArrowDown];
        let mut controls = Controls::new(Keys::default(), Pads::default());
        let mut seed = 1u32;
        for at in 0..5000 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let key = keys[(seed >> 20) as usize & 3];
            controls.key(key, seed >> 30 & 1 == 0, at, &mut |command| {
                if let Command::Input { input, .. } = command {
                    for pair in OPPOSITES {
                        assert_ne!(input.pads[0] & pair, pair);
                    }
                }
            });
        }
    }

    #[test]
    fn a_window_that_loses_the_focus_releases_everything() {
        let said = play(&[
            Down(Key::KeyX),
            Down(Key::Tab),
            Down(Key::KeyS),
            Pad(7, PadChange::Button(PadButton::South, true)),
            Focus(false),
            Pad(7, PadChange::Button(PadButton::South, true)),
            Up(Key::KeyX),
        ]);
        let released = [
            Command::Input { input: Input::default(), at_ns: 4 },
            Command::Turbo([0; 4]),
            Command::Action(Action::FastForward(false)),
        ];
        assert_eq!(said[said.len() - 3..], released);
    }

    #[test]
    fn gamepads_fill_player_1_then_2_and_a_new_one_takes_the_place_of_a_lost_one() {
        let press = |id, pressed| Pad(id, PadChange::Button(PadButton::East, pressed));
        let held = pads(&[
            Pad(4, PadChange::Connected),
            Pad(9, PadChange::Connected),
            press(9, true),
            press(4, true),
            Pad(4, PadChange::Disconnected),
            Pad(5, PadChange::Connected),
            press(5, true),
        ]);
        assert_eq!(held, [[0, 1, 0, 0], [1, 1, 0, 0], [0, 1, 0, 0], [1, 1, 0, 0]]);
    }

    #[test]
    fn a_fifth_gamepad_is_ignored() {
        let connect = (0..5).map(|id| Pad(id, PadChange::Connected));
        let press = Pad(4, PadChange::Button(PadButton::East, true));
        assert!(pads(&connect.chain([press]).collect::<Vec<_>>()).is_empty());
    }

    #[test]
    fn the_left_stick_is_a_cross() {
        let held = pads(&[
            Pad(0, PadChange::Axis(PadAxis::StickX, -0.9)),
            Pad(0, PadChange::Axis(PadAxis::StickY, 0.9)),
            Pad(0, PadChange::Axis(PadAxis::StickX, 0.0)),
        ]);
        assert_eq!(held.iter().map(|pads| pads[0]).collect::<Vec<_>>(), [0x40, 0x50, 0x10]);
    }

    #[test]
    fn keyboard_and_gamepad_hold_the_same_button_together() {
        let press = |pressed| Pad(0, PadChange::Button(PadButton::East, pressed));
        let held = pads(&[Down(Key::KeyX), press(true), Up(Key::KeyX), press(false)]);
        assert_eq!(held, [[1, 0, 0, 0], [0; 4]]);
    }

    #[test]
    fn a_held_key_that_repeats_acts_once_except_volume_and_steps() {
        let said = play(&[Down(Key::KeyL), Down(Key::KeyL), Up(Key::KeyL), Down(Key::KeyL)]);
        assert_eq!(said, [Command::Action(Action::Loop); 2]);
        let said = play(&[Down(Key::Period), Down(Key::Period)]);
        assert_eq!(said, [Command::Action(Action::StepFrame); 2]);
    }

    #[test]
    fn select_on_a_shift_key_does_not_change_what_other_keys_do() {
        let said = play(&[Down(Key::ShiftRight), Down(Key::KeyL)]);
        assert_eq!(said[1], Command::Action(Action::Loop));
        let said = play(&[Down(Key::ShiftLeft), Down(Key::KeyL)]);
        assert_eq!(said, [Command::Action(Action::PlayLoop)]);
    }

    #[test]
    fn a_key_with_shift_is_another_key() {
        let rows = vec![("reset".to_string(), vec!["Shift+L".to_string()])];
        let mut controls = Controls::new(Keys::from_rows(rows).expect("good"), Pads::default());
        let mut said = Vec::new();
        for key in [Key::ShiftLeft, Key::KeyL] {
            controls.key(key, true, 0, &mut |command| said.push(command));
        }
        assert_eq!(said, [Command::Action(Action::Reset)]);
    }

    #[test]
    fn turbo_keys_tell_their_mask() {
        let said = play(&[Down(Key::KeyS), Down(Key::KeyA), Up(Key::KeyS)]);
        let turbo = |mask| Command::Turbo([mask, 0, 0, 0]);
        assert_eq!(said, [turbo(1), turbo(3), turbo(2)]);
    }
}
