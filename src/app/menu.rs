//! The overlay menu: what can be chosen with arrows and Enter while time stands
//! still.

use crate::link::Action;
use crate::nes::port::button;
use crate::video::layout::{Aspect, Filter};
use crate::video::overlay::MenuView;
use crate::video::render::Look;

/// The open menu.
pub struct Menu {
    chosen: usize,
}

/// What the menu shows and changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Chosen save state, 0-9.
    pub save: u8,
    /// Chosen loop slot, 1-4.
    pub slot: u8,
    /// How the picture is enlarged.
    pub look: Look,
    /// Whether the status line is hidden.
    pub hidden: bool,
    /// Whether the game has a disk, which can be turned over.
    pub disk: bool,
    /// Whether there is a window, which can be enlarged and filtered.
    pub windowed: bool,
}

/// What a press in the menu comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The menu stays, and may look different.
    Stay,
    /// The menu closes, and this happens then.
    Close(Option<Action>),
    /// The menu stays, and this happens.
    Do(Action),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Row {
    Resume,
    Save,
    Load,
    Slot,
    PlayLoop,
    Reset,
    Disk,
    Filter,
    Aspect,
    StatusLine,
    Runner,
    Clip,
    Fullscreen,
    Quit,
}

const ROWS: [Row; 14] = [
    Row::Resume,
    Row::Save,
    Row::Load,
    Row::Slot,
    Row::PlayLoop,
    Row::Reset,
    Row::Disk,
    Row::Filter,
    Row::Aspect,
    Row::StatusLine,
    Row::Runner,
    Row::Clip,
    Row::Fullscreen,
    Row::Quit,
];

impl Menu {
    /// Opened, with the first row chosen.
    pub fn open() -> Self {
        Self { chosen: 0 }
    }

    /// Buttons of a pad, pressed: the cross moves and changes, A and Start
    /// choose, B closes.
    pub fn press(&mut self, buttons: u8, settings: &mut Settings) -> Choice {
        let rows = rows(settings);
        match buttons {
            button::UP => self.chosen = (self.chosen + rows.len() - 1) % rows.len(),
            button::DOWN => self.chosen = (self.chosen + 1) % rows.len(),
            button::LEFT => return change(rows[self.chosen], settings, Turn::Back),
            button::RIGHT => return change(rows[self.chosen], settings, Turn::On),
            button::A | button::START => return choose(rows[self.chosen], settings),
            button::B => return Choice::Close(None),
            _ => {}
        }
        Choice::Stay
    }

    /// As it is to be drawn.
    pub fn view(&self, settings: &Settings) -> MenuView {
        MenuView {
            title: "Retake".to_string(),
            rows: rows(settings).into_iter().map(|row| text(row, settings)).collect(),
            chosen: self.chosen,
            hint: "Esc quits, F10 goes back".to_string(),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    Back,
    On,
}

fn rows(settings: &Settings) -> Vec<Row> {
    let only_windowed = |row: &Row| matches!(row, Row::Filter | Row::Fullscreen);
    let shown = |row: &Row| match row {
        Row::Disk => settings.disk,
        row => settings.windowed || !only_windowed(row),
    };
    ROWS.into_iter().filter(shown).collect()
}

fn text(row: Row, settings: &Settings) -> String {
    match row {
        Row::Resume => "Resume".to_string(),
        Row::Save => format!("Save state     < {} >", settings.save),
        Row::Load => format!("Load state     < {} >", settings.save),
        Row::Slot => format!("Loop slot      < {} >", settings.slot),
        Row::PlayLoop => format!("Play loop {}", settings.slot),
        Row::Reset => "Reset".to_string(),
        Row::Disk => "Next side of the disk".to_string(),
        Row::Filter => format!("Filter         < {} >", settings.look.filter),
        Row::Aspect => format!("Pixel shape    < {} >", settings.look.aspect),
        Row::StatusLine => {
            format!("Status line    < {} >", if settings.hidden { "off" } else { "on" })
        }
        Row::Runner => "Frames, lag and buttons".to_string(),
        Row::Clip => "Film of the last half minute".to_string(),
        Row::Fullscreen => "Fullscreen".to_string(),
        Row::Quit => "Quit".to_string(),
    }
}

fn choose(row: Row, settings: &mut Settings) -> Choice {
    match row {
        Row::Resume => Choice::Close(None),
        Row::Save => Choice::Close(Some(Action::SaveState)),
        Row::Load => Choice::Close(Some(Action::LoadState)),
        Row::PlayLoop => Choice::Close(Some(Action::PlayLoop)),
        Row::Reset => Choice::Close(Some(Action::Reset)),
        Row::Disk => Choice::Close(Some(Action::DiskSide)),
        Row::Slot | Row::Filter | Row::Aspect | Row::StatusLine => change(row, settings, Turn::On),
        Row::Runner => Choice::Close(Some(Action::Runner)),
        Row::Clip => Choice::Close(Some(Action::Clip)),
        Row::Fullscreen => Choice::Do(Action::Fullscreen),
        Row::Quit => Choice::Close(Some(Action::Quit)),
    }
}

fn change(row: Row, settings: &mut Settings, turn: Turn) -> Choice {
    match row {
        Row::Save | Row::Load => {
            settings.save = turned(settings.save, 10, turn);
            return Choice::Do(Action::SaveSlot(settings.save));
        }
        Row::Slot => {
            settings.slot = turned(settings.slot.saturating_sub(1), 4, turn) + 1;
            return Choice::Do(Action::Slot(settings.slot));
        }
        Row::Filter => settings.look.filter = next(Filter::ALL, settings.look.filter, turn),
        Row::Aspect => settings.look.aspect = next(Aspect::ALL, settings.look.aspect, turn),
        Row::StatusLine => settings.hidden = !settings.hidden,
        Row::Resume
        | Row::PlayLoop
        | Row::Reset
        | Row::Disk
        | Row::Runner
        | Row::Clip
        | Row::Fullscreen
        | Row::Quit => {}
    }
    Choice::Stay
}

fn turned(value: u8, count: u8, turn: Turn) -> u8 {
    (value + if turn == Turn::On { 1 } else { count - 1 }) % count
}

fn next<T: Copy + PartialEq, const N: usize>(all: [T; N], value: T, turn: Turn) -> T {
    let at = all.iter().position(|other| *other == value).unwrap_or(0);
    all[usize::from(turned(at as u8, N as u8, turn))]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings {
            save: 0,
            slot: 4,
            look: Look::default(),
            hidden: false,
            disk: false,
            windowed: true,
        }
    }

    fn press(buttons: &[u8]) -> (Vec<Choice>, Settings) {
        let (mut menu, mut settings) = (Menu::open(), settings());
        let choices = buttons.iter().map(|button| menu.press(*button, &mut settings)).collect();
        (choices, settings)
    }

    #[test]
    fn enter_on_the_first_row_goes_on_playing() {
        assert_eq!(press(&[button::START]).0, [Choice::Close(None)]);
        assert_eq!(press(&[button::B]).0, [Choice::Close(None)]);
    }

    #[test]
    fn up_from_the_first_row_is_the_last_which_quits() {
        let (choices, _) = press(&[button::UP, button::A]);
        assert_eq!(choices[1], Choice::Close(Some(Action::Quit)));
    }

    #[test]
    fn a_disk_is_turned_over_only_where_there_is_one() {
        let mut settings = settings();
        let turns = |settings: &Settings| {
            let view = Menu::open().view(settings);
            view.rows.iter().any(|row| row.contains("disk"))
        };
        assert!(!turns(&settings));
        settings.disk = true;
        assert!(turns(&settings));
    }

    #[test]
    fn left_and_right_choose_the_save_state_that_is_then_written() {
        let (choices, settings) = press(&[button::DOWN, button::LEFT, button::RIGHT, button::A]);
        assert_eq!(choices[1], Choice::Do(Action::SaveSlot(9)));
        assert_eq!(choices[2], Choice::Do(Action::SaveSlot(0)));
        assert_eq!(choices[3], Choice::Close(Some(Action::SaveState)));
        assert_eq!(settings.save, 0);
    }

    #[test]
    fn slots_go_around_from_4_to_1() {
        let (choices, _) = press(&[button::DOWN, button::DOWN, button::DOWN, button::RIGHT]);
        assert_eq!(choices[3], Choice::Do(Action::Slot(1)));
    }

    #[test]
    fn a_loop_that_is_there_is_played_without_recording_it_again() {
        let down = [button::DOWN; 3];
        let (choices, settings) =
            press(&[&down[..], &[button::LEFT, button::DOWN, button::A]].concat());
        assert_eq!(choices[3], Choice::Do(Action::Slot(3)));
        assert_eq!(choices[5], Choice::Close(Some(Action::PlayLoop)));
        assert_eq!(settings.slot, 3);
    }

    #[test]
    fn every_row_fits_on_the_picture_and_none_moves_when_its_value_changes() {
        let mut settings = settings();
        settings.look = Look { filter: Filter::Nearest, aspect: Aspect::Console };
        let view = Menu::open().view(&settings);
        assert!(view.rows.iter().all(|row| row.chars().count() < 36));
        settings.windowed = false;
        assert_eq!(Menu::open().view(&settings).rows.len(), view.rows.len() - 2);
    }
}
