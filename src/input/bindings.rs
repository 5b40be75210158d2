//! Which key and which pad button does what.
//!
//! ```toml
//! [keys]                        # in config.toml; what is not named keeps its keys
//! a = "X"
//! fast_forward = ["Tab", "Shift+F"]
//! p2_up = "I"                   # p2_, p3_, p4_: the other players' buttons
//! mute = []                     # no key
//!
//! [gamepad]
//! a = "East"
//! ```

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::gamepad::PadButton;
use super::keyboard::Key;
use crate::link::Action;
use crate::nes::port::button;
use crate::nes::port::switches::arcade;

/// What a key or a pad button does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Holds buttons of a pad, 0-3.
    Button(usize, u8),
    /// Holds buttons of a pad on autofire.
    Turbo(usize, u8),
    /// Sounds in the microphone of the Famicom's second pad.
    Microphone,
    /// A coin, or the service button, of an arcade machine: bits of its switches.
    Arcade(u8),
    /// Asks for something.
    Action(Action),
}

/// A key, alone or with a shift key held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chord {
    /// The key.
    pub key: Key,
    /// Whether shift must be held.
    pub shift: bool,
}

/// Something that can be bound.
pub trait Source: Copy + PartialEq + 'static {
    /// What it is called in an error: "key".
    const KIND: &'static str;
    /// Examples for an error.
    const EXAMPLES: &'static str;
    /// Target names and the names of what is bound to them by default.
    const DEFAULTS: &'static [(&'static str, &'static str)];
    /// The source of that name.
    fn from_name(name: &str) -> Option<Self>;
}

/// What is bound to what.
#[derive(Clone, Debug, PartialEq)]
pub struct Bindings<S> {
    rows: Vec<(S, Target)>,
}

/// The bindings of the keyboard.
pub type Keys = Bindings<Chord>;
/// The bindings of each gamepad; buttons are those of its player.
pub type Pads = Bindings<PadButton>;

/// A binding that cannot be.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BindingError {
    /// No such target.
    #[error(
        "`{0}` is nothing that can be bound; there are a, b, select, start, up, down, left, right, turbo_a, turbo_b (p2_a … for the other players), microphone, coin, coin_2, service, {1}"
    )]
    Target(String, String),
    /// No such key.
    #[error("`{name}` is no {kind}; {kind}s are called {examples}")]
    Source {
        /// What was written.
        name: String,
        /// Key or pad button.
        kind: &'static str,
        /// Some that there are.
        examples: &'static str,
    },
    /// One key for two things.
    #[error("{kind} `{name}` is bound twice: to `{first}` and to `{second}`")]
    Twice {
        /// The key's name.
        name: String,
        /// Key or pad button.
        kind: &'static str,
        /// What it was bound to first.
        first: String,
        /// And then.
        second: String,
    },
}

static ARCADE: [(&str, u8); 3] =
    [("coin", arcade::COIN_1), ("coin_2", arcade::COIN_2), ("service", arcade::SERVICE)];

impl Target {
    /// The target of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        if let Some((_, action)) = ACTIONS.iter().find(|(other, _)| *other == name) {
            return Some(Self::Action(*action));
        }
        if name == "microphone" {
            return Some(Self::Microphone);
        }
        if let Some((_, bit)) = ARCADE.iter().find(|(other, _)| *other == name) {
            return Some(Self::Arcade(*bit));
        }
        let (pad, rest) = match name.as_bytes() {
            [b'p', digit @ b'1'..=b'4', b'_', ..] => (usize::from(digit - b'1'), &name[3..]),
            _ => (0, name),
        };
        let (turbo, rest) = match rest.strip_prefix("turbo_") {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let (_, mask) = BUTTONS.iter().find(|(other, _)| *other == rest)?;
        Some(if turbo { Self::Turbo(pad, *mask) } else { Self::Button(pad, *mask) })
    }
}

const BUTTONS: &[(&str, u8)] = &[
    ("a", button::A),
    ("b", button::B),
    ("select", button::SELECT),
    ("start", button::START),
    ("up", button::UP),
    ("down", button::DOWN),
    ("left", button::LEFT),
    ("right", button::RIGHT),
];

const ACTIONS: &[(&str, Action)] = &[
    ("loop", Action::Loop),
    ("play_loop", Action::PlayLoop),
    ("slot_1", Action::Slot(1)),
    ("slot_2", Action::Slot(2)),
    ("slot_3", Action::Slot(3)),
    ("slot_4", Action::Slot(4)),
    ("state_0", Action::SaveSlot(0)),
    ("state_1", Action::SaveSlot(1)),
    ("state_2", Action::SaveSlot(2)),
    ("state_3", Action::SaveSlot(3)),
    ("state_4", Action::SaveSlot(4)),
    ("state_5", Action::SaveSlot(5)),
    ("state_6", Action::SaveSlot(6)),
    ("state_7", Action::SaveSlot(7)),
    ("state_8", Action::SaveSlot(8)),
    ("state_9", Action::SaveSlot(9)),
    ("save_state", Action::SaveState),
    ("load_state", Action::LoadState),
    ("pause", Action::Pause),
    ("step", Action::StepFrame),
    ("step_back", Action::StepBack),
    ("rewind", Action::Rewind(true)),
    ("forward", Action::Forward(true)),
    ("mark", Action::Mark),
    ("jump_back", Action::Jump(-10)),
    ("jump_on", Action::Jump(10)),
    ("earlier_mark", Action::EarlierMark),
    ("later_mark", Action::LaterMark),
    ("oldest", Action::Oldest),
    ("present", Action::Present),
    ("other_future", Action::OtherFuture),
    ("watch", Action::Watch),
    ("slower", Action::Slower),
    ("faster", Action::Faster),
    ("clip", Action::Clip),
    ("runner", Action::Runner),
    ("fast_forward", Action::FastForward(true)),
    ("reset", Action::Reset),
    ("disk_side", Action::DiskSide),
    ("disk_out", Action::DiskOut),
    ("volume_up", Action::Volume(5)),
    ("volume_down", Action::Volume(-5)),
    ("mute", Action::Mute),
    ("menu", Action::Menu),
    ("fullscreen", Action::Fullscreen),
    ("screenshot", Action::Screenshot),
    ("quit", Action::Quit),
];

impl Source for Chord {
    const KIND: &'static str = "key";
    const EXAMPLES: &'static str = "X, 7, F5, Up, Enter, Space, RightShift, Numpad4, Shift+Tab";
    const DEFAULTS: &'static [(&'static str, &'static str)] = &[
        ("a", "X"),
        ("b", "Z"),
        ("turbo_a", "S"),
        ("turbo_b", "A"),
        ("select", "RightShift Space"),
        ("start", "Enter"),
        ("up", "Up"),
        ("down", "Down"),
        ("left", "Left"),
        ("right", "Right"),
        ("microphone", "`"),
        ("coin", "Insert"),
        ("coin_2", "Shift+Insert"),
        ("service", "Delete"),
        ("loop", "L"),
        ("play_loop", "Shift+L"),
        ("slot_1", "F1"),
        ("slot_2", "F2"),
        ("slot_3", "F3"),
        ("slot_4", "F4"),
        ("state_0", "0"),
        ("state_1", "1"),
        ("state_2", "2"),
        ("state_3", "3"),
        ("state_4", "4"),
        ("state_5", "5"),
        ("state_6", "6"),
        ("state_7", "7"),
        ("state_8", "8"),
        ("state_9", "9"),
        ("save_state", "F5"),
        ("load_state", "F8"),
        ("pause", "P"),
        ("step", "."),
        ("step_back", ","),
        ("rewind", "Backspace"),
        ("forward", "Shift+Backspace"),
        ("mark", "K"),
        ("jump_back", "Home"),
        ("jump_on", "End"),
        ("earlier_mark", "PageUp"),
        ("later_mark", "PageDown"),
        ("oldest", "Shift+Home"),
        ("present", "Shift+End"),
        ("other_future", "\\"),
        ("watch", "W"),
        ("slower", "["),
        ("faster", "]"),
        ("clip", "F6"),
        ("runner", "F7"),
        ("fast_forward", "Tab"),
        ("reset", "F9"),
        ("disk_side", "D"),
        ("disk_out", "Shift+D"),
        ("volume_up", "= NumpadAdd"),
        ("volume_down", "- NumpadSubtract"),
        ("mute", "M"),
        ("menu", "F10 Escape"),
        ("fullscreen", "F11"),
        ("screenshot", "F12"),
    ];

    fn from_name(name: &str) -> Option<Self> {
        match name.split_once('+').filter(|(first, _)| first.eq_ignore_ascii_case("shift")) {
            Some((_, rest)) => Some(Self { key: Key::from_name(rest)?, shift: true }),
            None => Some(Self { key: Key::from_name(name)?, shift: false }),
        }
    }
}

impl Source for PadButton {
    const KIND: &'static str = "gamepad button";
    const EXAMPLES: &'static str = "South, East, West, North, Select, Start, Mode, LeftTrigger, RightTrigger2, LeftThumb, DPadUp, StickLeft";
    const DEFAULTS: &'static [(&'static str, &'static str)] = &[
        ("a", "East"),
        ("b", "South"),
        ("turbo_a", "North"),
        ("turbo_b", "West"),
        ("select", "Select"),
        ("start", "Start"),
        ("up", "DPadUp StickUp"),
        ("down", "DPadDown StickDown"),
        ("left", "DPadLeft StickLeft"),
        ("right", "DPadRight StickRight"),
        ("loop", "LeftThumb"),
        ("fast_forward", "RightTrigger2"),
        ("rewind", "LeftTrigger2"),
        ("menu", "Mode"),
    ];

    fn from_name(name: &str) -> Option<Self> {
        PadButton::from_name(name)
    }
}

impl<S: Source> Default for Bindings<S> {
    fn default() -> Self {
        Self::from_rows(Vec::new()).expect("no row, no error")
    }
}

impl<S: Source> Bindings<S> {
    /// The defaults with what `rows` say instead: target name, source names.
    pub fn from_rows(rows: Vec<(String, Vec<String>)>) -> Result<Self, BindingError> {
        let mut bound: Vec<(S, Target)> = Vec::new();
        let mut owners: Vec<(S, &str)> = Vec::new();
        for (name, sources) in &rows {
            let target = parse_target(name)?;
            for source_name in sources {
                let source = parse_source::<S>(source_name)?;
                if let Some((_, first)) = owners.iter().find(|(other, _)| *other == source) {
                    return Err(BindingError::Twice {
                        name: source_name.clone(),
                        kind: S::KIND,
                        first: (*first).to_string(),
                        second: name.clone(),
                    });
                }
                owners.push((source, name));
                bound.push((source, target));
            }
        }
        for (name, sources) in S::DEFAULTS {
            if rows.iter().any(|(other, _)| other == name) {
                continue;
            }
            let target = parse_target(name)?;
            for source in sources.split(' ') {
                let source = parse_source::<S>(source)?;
                if !owners.iter().any(|(other, _)| *other == source) {
                    bound.push((source, target));
                }
            }
        }
        Ok(Self { rows: bound })
    }

    /// What the source does.
    pub fn target(&self, source: S) -> Option<Target> {
        self.rows.iter().find(|(other, _)| *other == source).map(|(_, target)| *target)
    }
}

fn parse_target(name: &str) -> Result<Target, BindingError> {
    Target::from_name(name).ok_or_else(|| {
        let actions: Vec<&str> = ACTIONS.iter().map(|(name, _)| *name).collect();
        BindingError::Target(name.to_string(), actions.join(", "))
    })
}

fn parse_source<S: Source>(name: &str) -> Result<S, BindingError> {
    S::from_name(name).ok_or_else(|| BindingError::Source {
        name: name.to_string(),
        kind: S::KIND,
        examples: S::EXAMPLES,
    })
}

impl<'de, S: Source> Deserialize<'de> for Bindings<S> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Table(PhantomData))
    }
}

/// Reads the table row by row, so that an error lies on its line.
struct Table<S>(PhantomData<S>);

impl<'de, S: Source> Visitor<'de> for Table<S> {
    type Value = Bindings<S>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "a table like a = \"{}\"", S::EXAMPLES.split(',').next().unwrap_or_default())
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut rows = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            let sources = map.next_value_seed(Row::<S> { name: &name, kind: PhantomData })?;
            rows.push((name, sources));
        }
        Bindings::from_rows(rows).map_err(M::Error::custom)
    }
}

struct Row<'a, S> {
    name: &'a str,
    kind: PhantomData<S>,
}

impl<'de, S: Source> DeserializeSeed<'de> for Row<'_, S> {
    type Value = Vec<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<String>, D::Error> {
        parse_target(self.name).map_err(D::Error::custom)?;
        let names = deserializer.deserialize_any(Names)?;
        for name in &names {
            parse_source::<S>(name).map_err(D::Error::custom)?;
        }
        Ok(names)
    }
}

struct Names;

impl<'de> Visitor<'de> for Names {
    type Value = Vec<String>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a name or a list of names")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Vec<String>, E> {
        Ok(vec![name.to_string()])
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<String>, A::Error> {
        let mut names = Vec::new();
        while let Some(name) = seq.next_element()? {
            names.push(name);
        }
        Ok(names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Config {
        #[serde(default)]
        keys: Keys,
        #[serde(default)]
        gamepad: Pads,
    }

    fn plain(key: Key) -> Chord {
        Chord { key, shift: false }
    }

    #[test]
    fn the_defaults_are_those_of_the_manual() {
        let keys = Keys::default();
        assert_eq!(keys.target(plain(Key::KeyX)), Some(Target::Button(0, button::A)));
        assert_eq!(keys.target(plain(Key::KeyZ)), Some(Target::Button(0, button::B)));
        assert_eq!(keys.target(plain(Key::ShiftRight)), Some(Target::Button(0, button::SELECT)));
        assert_eq!(keys.target(plain(Key::KeyL)), Some(Target::Action(Action::Loop)));
        assert_eq!(keys.target(plain(Key::Digit7)), Some(Target::Action(Action::SaveSlot(7))));
        assert_eq!(keys.target(plain(Key::Escape)), Some(Target::Action(Action::Menu)));
        let pads = Pads::default();
        assert_eq!(pads.target(PadButton::East), Some(Target::Button(0, button::A)));
    }

    #[test]
    fn no_default_key_has_two_meanings() {
        fn check<S: Source + fmt::Debug>(bindings: Bindings<S>) {
            for (n, (source, _)) in bindings.rows.iter().enumerate() {
                assert!(bindings.rows[..n].iter().all(|(other, _)| other != source), "{source:?}");
            }
        }
        check(Keys::default());
        check(Pads::default());
    }

    #[test]
    fn a_configured_key_is_taken_from_its_default() {
        let text = "[keys]\na = \"L\"\nloop = [\"Shift+L\", \"K\"]\np2_up = \"I\"\nmute = []\n[gamepad]\na = \"South\"";
        let config: Config = toml::from_str(text).expect("good");
        assert_eq!(config.keys.target(plain(Key::KeyL)), Some(Target::Button(0, button::A)));
        assert_eq!(config.keys.target(plain(Key::KeyX)), None);
        let shifted = Chord { key: Key::KeyL, shift: true };
        let shift_l = Keys::default().target(shifted);
        assert_eq!(shift_l, Some(Target::Action(Action::PlayLoop)));
        assert_eq!(config.keys.target(shifted), Some(Target::Action(Action::Loop)));
        assert_eq!(config.keys.target(plain(Key::KeyI)), Some(Target::Button(1, button::UP)));
        assert_eq!(config.keys.target(plain(Key::KeyM)), None);
        assert_eq!(config.gamepad.target(PadButton::South), Some(Target::Button(0, button::A)));
    }

    #[test]
    fn errors_name_the_key_and_its_line() {
        let error = |text: &str| toml::from_str::<Config>(text).err().expect("bad").to_string();
        let unknown = error("[keys]\na = \"X\"\nb = \"Foo\"\n");
        assert!(unknown.contains("line 3") && unknown.contains("`Foo` is no key"), "{unknown}");
        let target = error("[keys]\njump = \"X\"\n");
        assert!(target.contains("line 2") && target.contains("`jump`"), "{target}");
        let twice = error("[keys]\na = \"X\"\nb = \"X\"\n");
        assert!(twice.contains("`X` is bound twice: to `a` and to `b`"), "{twice}");
        let kind = error("[keys]\na = 5\n");
        assert!(kind.contains("a name or a list of names"), "{kind}");
    }
}
