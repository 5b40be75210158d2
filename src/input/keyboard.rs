//! The keys of a keyboard, by their place on it, and their names in
//! `config.toml`.

/// Defines [`Key`] from rows of `Variant "Name"`; the variants are winit's.
macro_rules! keys {
    ($($variant:ident $name:literal,)*) => {
        /// A key by its place on a keyboard with American labels.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs)]
        pub enum Key { $($variant,)* }

        /// Every key with its name.
        pub const KEYS: &[(Key, &str)] = &[$((Key::$variant, $name),)*];

        #[cfg(feature = "app")]
        impl Key {
            /// The key of a window event, if it has a name here.
            pub fn from_winit(code: winit::keyboard::KeyCode) -> Option<Self> {
                use winit::keyboard::KeyCode;
                Some(match code {
                    $(KeyCode::$variant => Self::$variant,)*
                    _ => return None,
                })
            }
        }
    };
}

keys! {
    KeyA "A", KeyB "B", KeyC "C", KeyD "D", KeyE "E", KeyF "F", KeyG "G", KeyH "H", KeyI "I",
    KeyJ "J", KeyK "K", KeyL "L", KeyM "M", KeyN "N", KeyO "O", KeyP "P", KeyQ "Q", KeyR "R",
    KeyS "S", KeyT "T", KeyU "U", KeyV "V", KeyW "W", KeyX "X", KeyY "Y", KeyZ "Z",
    Digit0 "0", Digit1 "1", Digit2 "2", Digit3 "3", Digit4 "4",
    Digit5 "5", Digit6 "6", Digit7 "7", Digit8 "8", Digit9 "9",
    F1 "F1", F2 "F2", F3 "F3", F4 "F4", F5 "F5", F6 "F6",
    F7 "F7", F8 "F8", F9 "F9", F10 "F10", F11 "F11", F12 "F12",
    ArrowUp "Up", ArrowDown "Down", ArrowLeft "Left", ArrowRight "Right",
    Enter "Enter", Escape "Escape", Space "Space", Tab "Tab", Backspace "Backspace",
    Delete "Delete", Insert "Insert", Home "Home", End "End", PageUp "PageUp", PageDown "PageDown",
    ShiftLeft "LeftShift", ShiftRight "RightShift",
    ControlLeft "LeftControl", ControlRight "RightControl", AltLeft "LeftAlt", AltRight "RightAlt",
    Minus "-", Equal "=", Comma ",", Period ".", Slash "/", Backslash "\\", Semicolon ";",
    Quote "'", Backquote "`", BracketLeft "[", BracketRight "]",
    Numpad0 "Numpad0", Numpad1 "Numpad1", Numpad2 "Numpad2", Numpad3 "Numpad3",
    Numpad4 "Numpad4", Numpad5 "Numpad5", Numpad6 "Numpad6", Numpad7 "Numpad7",
    Numpad8 "Numpad8", Numpad9 "Numpad9", NumpadAdd "NumpadAdd",
    NumpadSubtract "NumpadSubtract", NumpadEnter "NumpadEnter",
    Pause "PauseKey", ScrollLock "ScrollLock",
}

impl Key {
    /// The key's name in `config.toml`.
    pub fn name(self) -> &'static str {
        KEYS.iter().find(|(key, _)| *key == self).map_or("?", |(_, name)| name)
    }

    /// The key of that name, upper or lower case.
    pub fn from_name(name: &str) -> Option<Self> {
        let name = match name {
            "+" => "=",
            "Esc" | "esc" => "Escape",
            "Return" | "return" => "Enter",
            other => other,
        };
        KEYS.iter().find(|(_, other)| other.eq_ignore_ascii_case(name)).map(|(key, _)| *key)
    }

    /// Whether it is one of the two shift keys.
    pub fn is_shift(self) -> bool {
        matches!(self, Self::ShiftLeft | Self::ShiftRight)
    }
}

/// A key that a terminal reported, and whether shift was held with it.
#[cfg(feature = "app")]
pub fn from_terminal(event: &crossterm::event::KeyEvent) -> Option<(Key, bool)> {
    use crossterm::event::{KeyCode, KeyModifiers, ModifierKeyCode};
    let shift = event.modifiers.contains(KeyModifiers::SHIFT);
    let key = match event.code {
        // What American keyboards have on the shifted key of another sign.
        KeyCode::Char('+') => Key::Equal,
        KeyCode::Char(' ') => Key::Space,
        KeyCode::Char(letter) => {
            let key = Key::from_name(letter.encode_utf8(&mut [0; 4]))?;
            return Some((key, shift || letter.is_uppercase()));
        }
        KeyCode::F(n @ 1..=12) => Key::from_name(&format!("F{n}"))?,
        KeyCode::Up => Key::ArrowUp,
        KeyCode::Down => Key::ArrowDown,
        KeyCode::Left => Key::ArrowLeft,
        KeyCode::Right => Key::ArrowRight,
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Escape,
        KeyCode::Tab => Key::Tab,
        KeyCode::BackTab => return Some((Key::Tab, true)),
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Delete => Key::Delete,
        KeyCode::Insert => Key::Insert,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::Modifier(ModifierKeyCode::LeftShift) => Key::ShiftLeft,
        KeyCode::Modifier(ModifierKeyCode::RightShift) => Key::ShiftRight,
        KeyCode::Modifier(ModifierKeyCode::LeftControl) => Key::ControlLeft,
        KeyCode::Modifier(ModifierKeyCode::RightControl) => Key::ControlRight,
        KeyCode::Modifier(ModifierKeyCode::LeftAlt) => Key::AltLeft,
        KeyCode::Modifier(ModifierKeyCode::RightAlt) => Key::AltRight,
        _ => return None,
    };
    Some((key, shift))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "app")]
    #[test]
    fn a_terminals_capital_letter_is_the_key_with_shift() {
        use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
        let typed = |code| from_terminal(&KeyEvent::new(code, KeyModifiers::NONE));
        assert_eq!(typed(KeyCode::Char('l')), Some((Key::KeyL, false)));
        assert_eq!(typed(KeyCode::Char('L')), Some((Key::KeyL, true)));
        assert_eq!(typed(KeyCode::Char('+')), Some((Key::Equal, false)));
        assert_eq!(typed(KeyCode::F(5)), Some((Key::F5, false)));
        assert_eq!(typed(KeyCode::Char('€')), None);
    }

    #[test]
    fn every_name_leads_back_to_its_key() {
        for &(key, name) in KEYS {
            assert_eq!(Key::from_name(name), Some(key));
            assert_eq!(Key::from_name(&name.to_lowercase()), Some(key));
            assert_eq!(key.name(), name);
        }
        assert_eq!(Key::from_name("AnyKey"), None);
    }
}
