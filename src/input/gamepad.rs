//! Gamepads: what they report, as plain data, and the thread that listens.
//!
//! Everything after the thread is a pure function of [`PadEvent`]s, so that it
//! is tested from lists of them.

/// Defines [`PadButton`] with its names.
macro_rules! buttons {
    ($($variant:ident,)*) => {
        /// A button of a gamepad, by its place; the left stick counts as four.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs)]
        pub enum PadButton { $($variant,)* }

        impl PadButton {
            /// The button of that name, upper or lower case.
            pub fn from_name(name: &str) -> Option<Self> {
                $(if name.eq_ignore_ascii_case(stringify!($variant)) {
                    return Some(Self::$variant);
                })*
                None
            }
        }
    };
}

buttons! {
    South, East, North, West, C, Z,
    LeftTrigger, LeftTrigger2, RightTrigger, RightTrigger2,
    Select, Start, Mode, LeftThumb, RightThumb,
    DPadUp, DPadDown, DPadLeft, DPadRight,
    StickUp, StickDown, StickLeft, StickRight,
}

/// A direction in which a stick moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PadAxis {
    /// The left stick, -1 left to 1 right.
    StickX,
    /// The left stick, -1 down to 1 up.
    StickY,
}

/// What a gamepad reports.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PadEvent {
    /// Which gamepad.
    pub id: usize,
    /// What happened.
    pub change: PadChange,
}

/// What happened to a gamepad.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PadChange {
    /// It was plugged in.
    Connected,
    /// It is gone.
    Disconnected,
    /// A button is pressed or released.
    Button(PadButton, bool),
    /// A stick moved.
    Axis(PadAxis, f32),
}

/// How far a stick must move to count, and how far back to count no more.
const PRESS: f32 = 0.5;
const RELEASE: f32 = 0.35;

/// Turns the stick's movement into presses of its four buttons; `held` says
/// which are pressed.
pub fn stick(
    axis: PadAxis,
    value: f32,
    held: impl Fn(PadButton) -> bool,
) -> [(PadButton, bool); 2] {
    let (negative, positive) = match axis {
        PadAxis::StickX => (PadButton::StickLeft, PadButton::StickRight),
        PadAxis::StickY => (PadButton::StickDown, PadButton::StickUp),
    };
    let pressed = |button, value: f32| value > if held(button) { RELEASE } else { PRESS };
    [(negative, pressed(negative, -value)), (positive, pressed(positive, value))]
}

/// Listens to gamepads until `say` returns false; on a thread of its own, for
/// it blocks. `Err` when the system has no gamepads to offer.
#[cfg(feature = "app")]
pub fn listen(mut say: impl FnMut(PadEvent) -> bool) -> Result<(), String> {
    use std::time::Duration;
    let mut gilrs = gilrs::Gilrs::new().map_err(|error| error.to_string())?;
    for (id, _) in gilrs.gamepads() {
        if !say(PadEvent { id: id.into(), change: PadChange::Connected }) {
            return Ok(());
        }
    }
    loop {
        // The time limit only bounds how long the thread outlives its reader.
        let event = gilrs.next_event_blocking(Some(Duration::from_millis(500)));
        let Some(event) = event else { continue };
        if let Some(change) = change(event.event)
            && !say(PadEvent { id: event.id.into(), change })
        {
            return Ok(());
        }
    }
}

#[cfg(feature = "app")]
fn change(event: gilrs::EventType) -> Option<PadChange> {
    use gilrs::{Axis, EventType};
    Some(match event {
        EventType::Connected => PadChange::Connected,
        EventType::Disconnected => PadChange::Disconnected,
        EventType::ButtonPressed(button, _) => PadChange::Button(named(button)?, true),
        EventType::ButtonReleased(button, _) => PadChange::Button(named(button)?, false),
        EventType::AxisChanged(Axis::LeftStickX, value, _) => {
            PadChange::Axis(PadAxis::StickX, value)
        }
        EventType::AxisChanged(Axis::LeftStickY, value, _) => {
            PadChange::Axis(PadAxis::StickY, value)
        }
        _ => return None,
    })
}

#[cfg(feature = "app")]
fn named(button: gilrs::Button) -> Option<PadButton> {
    use gilrs::Button;
    Some(match button {
        Button::South => PadButton::South,
        Button::East => PadButton::East,
        Button::North => PadButton::North,
        Button::West => PadButton::West,
        Button::C => PadButton::C,
        Button::Z => PadButton::Z,
        Button::LeftTrigger => PadButton::LeftTrigger,
        Button::LeftTrigger2 => PadButton::LeftTrigger2,
        Button::RightTrigger => PadButton::RightTrigger,
        Button::RightTrigger2 => PadButton::RightTrigger2,
        Button::Select => PadButton::Select,
        Button::Start => PadButton::Start,
        Button::Mode => PadButton::Mode,
        Button::LeftThumb => PadButton::LeftThumb,
        Button::RightThumb => PadButton::RightThumb,
        Button::DPadUp => PadButton::DPadUp,
        Button::DPadDown => PadButton::DPadDown,
        Button::DPadLeft => PadButton::DPadLeft,
        Button::DPadRight => PadButton::DPadRight,
        Button::Unknown => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stick_near_its_threshold_does_not_flutter() {
        let mut right = false;
        let mut seen = Vec::new();
        for value in [0.2, 0.49, 0.51, 0.45, 0.4, 0.51, 0.34, 0.45] {
            let [_, (button, pressed)] =
                stick(PadAxis::StickX, value, |b| b == PadButton::StickRight && right);
            assert_eq!(button, PadButton::StickRight);
            right = pressed;
            seen.push(pressed);
        }
        assert_eq!(seen, [false, false, true, true, true, true, false, false]);
    }

    #[test]
    fn up_is_positive() {
        let [down, up] = stick(PadAxis::StickY, 1.0, |_| false);
        assert_eq!(down, (PadButton::StickDown, false));
        assert_eq!(up, (PadButton::StickUp, true));
    }
}
