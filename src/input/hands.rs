//! The host's mouse and keyboard as what is plugged into the console: a pointer in
//! the picture is a Zapper's aim, a paddle's knob or a mouse; keys are a mat's buttons
//! or the keyboard of Family BASIC.
//!
//! ```text
//! mat        R T Y U        Zapper   left button: trigger; right: the same, aimed elsewhere
//!            F G H J        paddle   left button, and the picture's width is its range
//!            V B N M        mouse    both buttons
//! ```
//!
//! While a keyboard is plugged in it has the keys that it knows, by their places;
//! ScrollLock gives them back to Retake and takes them again.

use super::keyboard::Key;
use crate::nes::port::{Device, Devices, Expansion, keyboard, snes::click, zapper::aim};
use crate::nes::{Input, output};

/// A paddle's knob from the left to the right, as Arkanoid wants it.
const KNOB: [u8; 2] = [0x54, 0xf4];

/// Buttons of the host's mouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Click {
    Left,
    Right,
}

/// What is done with mouse and keys.
#[derive(Clone, Debug, Default)]
pub struct Hands {
    ports: Devices,
    /// The pixel of the picture under the pointer.
    pixel: Option<[u8; 2]>,
    /// Where the pointer is between the picture's sides.
    knob: u8,
    /// How far it was moved, in pixels of the screen: 12 bits count, and go round.
    moved: [i32; 2],
    left: bool,
    right: bool,
    keys: Vec<Key>,
    /// ScrollLock: the keys are Retake's.
    released: bool,
}

impl Hands {
    /// This is in the ports now.
    pub fn plug(&mut self, ports: Devices) {
        if ports != self.ports {
            *self = Self { ports, pixel: self.pixel, knob: self.knob, ..Self::default() };
        }
    }

    /// A key went down or up. Whether the device has it, so that it does nothing else.
    pub fn key(&mut self, key: Key, pressed: bool) -> bool {
        if key == Key::ScrollLock && self.ports.expansion() == Expansion::Keyboard {
            if pressed {
                self.released = !self.released;
                self.keys.clear();
            }
            return true;
        }
        self.keys.retain(|held| *held != key);
        let known = !self.released && self.has(key);
        if known && pressed {
            self.keys.push(key);
        }
        known
    }

    /// The pointer: at this place in the picture, as parts of its width and height, and
    /// moved so far since it was last told.
    pub fn point(&mut self, [x, y]: [f64; 2], moved: [i32; 2]) {
        let pixel = [x * output::WIDTH as f64, y * output::HEIGHT as f64].map(f64::floor);
        let inside = (0. ..1.).contains(&x) && (0. ..1.).contains(&y);
        self.pixel = inside.then_some(pixel.map(|at| at as u8));
        let [left, right] = KNOB.map(f64::from);
        self.knob = (left + x.clamp(0., 1.) * (right - left)).round() as u8;
        for (sum, by) in self.moved.iter_mut().zip(moved) {
            *sum = sum.wrapping_add(by) & 0xfff;
        }
    }

    /// The pointer left the window.
    pub fn away(&mut self) {
        self.pixel = None;
    }

    /// A button of the mouse. Whether a device wants it.
    pub fn click(&mut self, button: Click, pressed: bool) -> bool {
        match button {
            Click::Left => self.left = pressed,
            Click::Right => self.right = pressed,
        }
        self.points()
    }

    /// Whether a device follows the pointer.
    pub fn points(&self) -> bool {
        let pointed = [Device::Zapper, Device::VsZapper, Device::Vaus, Device::SnesMouse];
        pointed.iter().any(|device| self.ports.find(*device).is_some())
            || self.ports.expansion() == Expansion::Vaus
    }

    /// Lets go of everything.
    pub fn release(&mut self) {
        self.keys.clear();
        (self.left, self.right) = (false, false);
    }

    /// Adds what the devices have.
    pub fn hold(&self, input: &mut Input) {
        for port in 0..2 {
            let bytes = input.of_port_mut(port);
            match self.ports.port(port) {
                Device::Zapper | Device::VsZapper => bytes[..3].copy_from_slice(&self.aim()),
                Device::Vaus => bytes[..2].copy_from_slice(&self.paddle()),
                Device::PowerPad => bytes[..2].copy_from_slice(&self.mat()),
                Device::SnesMouse => bytes.copy_from_slice(&self.mouse()),
                Device::Pad | Device::Nothing | Device::SnesPad => {}
            }
        }
        match self.ports.expansion() {
            Expansion::Vaus => input.device[..2].copy_from_slice(&self.paddle()),
            Expansion::FamilyTrainer => input.device[..2].copy_from_slice(&self.mat()),
            Expansion::Keyboard => self.type_keys(&mut input.device),
            Expansion::Nothing | Expansion::FourScore | Expansion::FourPlayers => {}
        }
    }

    fn aim(&self) -> [u8; 3] {
        let pulled = if self.left || self.right { aim::TRIGGER } else { 0 };
        match self.pixel.filter(|_| !self.right) {
            Some([x, y]) => [x, y, pulled | aim::AT_PICTURE],
            None => [0, 0, pulled],
        }
    }

    fn paddle(&self) -> [u8; 2] {
        [self.knob.max(KNOB[0]), self.left.into()]
    }

    fn mat(&self) -> [u8; 2] {
        let bits = MAT.iter().zip(0..).filter(|(key, _)| self.keys.contains(key));
        bits.fold(0u16, |held, (_, n)| held | 1 << n).to_le_bytes()
    }

    /// Where it is, not how far it moved: the engine makes that of it, frame by frame.
    fn mouse(&self) -> [u8; 4] {
        let [x, y] = self.moved;
        let buttons =
            if self.left { click::LEFT } else { 0 } | if self.right { click::RIGHT } else { 0 };
        [x as u8, y as u8, buttons, (x >> 8 & 15) as u8 | (y >> 4 & 0xf0) as u8]
    }

    fn type_keys(&self, device: &mut [u8; 10]) {
        for name in self.keys.iter().filter_map(|key| family_key(*key)) {
            let at = keyboard::KEYS.as_flattened().iter().position(|known| *known == name);
            if let Some(at) = at {
                device[at / 8] |= 1 << (at % 8);
            }
        }
    }

    fn has(&self, key: Key) -> bool {
        if self.ports.expansion() == Expansion::Keyboard {
            return family_key(key).is_some();
        }
        let mat = self.ports.find(Device::PowerPad).is_some()
            || self.ports.expansion() == Expansion::FamilyTrainer;
        mat && MAT.contains(&key)
    }
}

/// Buttons 1-12 of a mat.
const MAT: [Key; 12] = [
    Key::KeyR,
    Key::KeyT,
    Key::KeyY,
    Key::KeyU,
    Key::KeyF,
    Key::KeyG,
    Key::KeyH,
    Key::KeyJ,
    Key::KeyV,
    Key::KeyB,
    Key::KeyN,
    Key::KeyM,
];

/// The key of the Famicom's keyboard that lies where this one does, or does the same.
fn family_key(key: Key) -> Option<&'static str> {
    let (_, name) = OTHERS.iter().find(|(other, _)| *other == key).copied().unzip();
    name.or_else(|| {
        // Letters, digits and F1-F8 have the same names.
        let of_key = key.name();
        let all = keyboard::KEYS.as_flattened().iter();
        all.copied().find(|known| known.eq_ignore_ascii_case(of_key))
    })
}

const OTHERS: [(Key, &str); 29] = [
    (Key::Enter, "return"),
    (Key::Space, "space"),
    (Key::Escape, "esc"),
    (Key::ShiftLeft, "lshift"),
    (Key::ShiftRight, "rshift"),
    (Key::ControlLeft, "ctr"),
    (Key::AltLeft, "grph"),
    (Key::AltRight, "kana"),
    (Key::ControlRight, "stop"),
    (Key::Pause, "stop"),
    (Key::ArrowUp, "up"),
    (Key::ArrowDown, "down"),
    (Key::ArrowLeft, "left"),
    (Key::ArrowRight, "right"),
    (Key::Home, "clr"),
    (Key::Insert, "ins"),
    (Key::Delete, "del"),
    (Key::Backspace, "del"),
    (Key::Minus, "-"),
    (Key::Equal, "^"),
    (Key::Backslash, "yen"),
    (Key::BracketLeft, "at"),
    (Key::BracketRight, "["),
    (Key::Semicolon, "semicolon"),
    (Key::Quote, "colon"),
    (Key::Backquote, "]"),
    (Key::Comma, "comma"),
    (Key::Slash, "/"),
    (Key::NumpadSubtract, "_"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::counts_of_mouse;

    fn hands(ports: &str) -> Hands {
        let mut hands = Hands::default();
        hands.plug(ports.parse().unwrap());
        hands
    }

    fn held(hands: &Hands) -> Input {
        let mut input = Input::default();
        hands.hold(&mut input);
        input
    }

    #[test]
    fn the_pointer_is_a_zappers_aim_and_the_right_button_shoots_elsewhere() {
        let mut hands = hands("zapper");
        assert_eq!(held(&hands).of_port(1), [0; 4]);
        hands.point([0.5, 0.25], [0, 0]);
        assert_eq!(held(&hands).of_port(1), [128, 60, 2, 0]);
        assert!(hands.click(Click::Left, true));
        assert_eq!(held(&hands).of_port(1), [128, 60, 3, 0]);
        hands.click(Click::Right, true);
        assert_eq!(held(&hands).of_port(1), [0, 0, 1, 0]);
        hands.release();
        hands.point([0.5, 1.0], [0, 0]);
        assert_eq!(held(&hands).of_port(1), [0; 4]);
        hands.point([0.0, 0.999], [0, 0]);
        assert_eq!(held(&hands).of_port(1), [0, 239, 2, 0]);
        hands.away();
        assert_eq!(held(&hands).of_port(1), [0; 4]);
    }

    #[test]
    fn a_paddles_knob_goes_from_side_to_side() {
        for (ports, port) in [("arkanoid", 1), ("famicom-arkanoid", 0)] {
            let mut hands = hands(ports);
            for (x, knob) in [(-0.5, 0x54), (0.0, 0x54), (0.5, 0xa4), (1.0, 0xf4), (2.0, 0xf4)] {
                hands.point([x, 0.5], [0, 0]);
                assert_eq!(held(&hands).of_port(port)[0], knob);
            }
            hands.click(Click::Left, true);
            assert_eq!(held(&hands).of_port(port)[1], 1);
        }
    }

    #[test]
    fn a_mouse_moves_as_far_as_the_pointer_however_often_that_is_told() {
        let mut hands = hands("snes-mouse");
        let mut before = held(&hands).of_port(1);
        for steps in [vec![[3, -5]], vec![[100, 0], [20, 0]], vec![[-500, 900]], vec![]] {
            let sum =
                steps.iter().fold([0, 0], |sum: [i32; 2], by| [sum[0] + by[0], sum[1] + by[1]]);
            steps.iter().for_each(|by| hands.point([0.5, 0.5], *by));
            let now = held(&hands).of_port(1);
            let [x, y, ..] = counts_of_mouse(before, now);
            assert_eq!([x as i8, y as i8], sum.map(|by| by.clamp(-127, 127) as i8));
            before = now;
        }
    }

    #[test]
    fn a_mat_has_three_rows_of_keys_and_leaves_the_others() {
        for (ports, port) in [("power-pad", 1), ("family-trainer", 0)] {
            let mut hands = hands(ports);
            assert!(hands.key(Key::KeyR, true) && hands.key(Key::KeyM, true));
            assert!(!hands.key(Key::KeyX, true));
            assert_eq!(held(&hands).of_port(port), [0x01, 0x08, 0, 0]);
            assert!(hands.key(Key::KeyR, false));
            assert_eq!(held(&hands).of_port(port), [0x00, 0x08, 0, 0]);
        }
    }

    #[test]
    fn every_key_of_the_keyboard_is_somewhere() {
        for (at, name) in keyboard::KEYS.as_flattened().iter().enumerate() {
            let keys = super::super::keyboard::KEYS.iter().map(|(key, _)| *key);
            let mut with = keys.filter(|key| family_key(*key) == Some(name));
            let key = with.next().unwrap_or_else(|| panic!("{name} is nowhere"));
            let mut hands = hands("keyboard");
            assert!(hands.key(key, true));
            let mut wanted = [0; 10];
            wanted[at / 8] = 1 << (at % 8);
            assert_eq!(held(&hands).device, wanted, "{name}");
        }
    }

    #[test]
    fn scroll_lock_gives_the_keys_back() {
        let mut hands = hands("keyboard");
        assert!(hands.key(Key::KeyL, true) && hands.key(Key::ScrollLock, true));
        assert_eq!(held(&hands), Input::default());
        assert!(!hands.key(Key::KeyL, true));
        assert!(hands.key(Key::ScrollLock, true) && hands.key(Key::KeyL, true));
        assert!(!hands.key(Key::F11, true));
    }

    #[test]
    fn two_pads_leave_everything_alone() {
        let mut hands = hands("pads");
        hands.point([0.5, 0.5], [9, 9]);
        assert!(!hands.click(Click::Left, true) && !hands.points());
        assert!(!hands.key(Key::KeyR, true) && !hands.key(Key::ScrollLock, true));
        assert_eq!(held(&hands), Input::default());
    }
}
