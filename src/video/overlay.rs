//! What is drawn over the picture: one line at the bottom, where a television
//! hides it anyway, sentences that come and go, and the menu.
//!
//! ```text
//! F 1234 lag 5  U  R   A                             for runners, at the top
//! SLOT 1 ● REC 3.2s                         100%     status line
//! Saved state 4                                      a notice: instead of it, or
//!                                                    above while it has more to say than the slot
//! ```

use std::collections::VecDeque;

use super::font;
use crate::link::{Columns, Hud, Mode, Run, Timeline};
use crate::nes::output::{HEIGHT, WIDTH};
use crate::nes::port::button;

/// The overlay: what it holds, apart from the picture's own [`Hud`].
#[derive(Default)]
pub struct Overlay {
    /// No status line and no notices: `--hud off`.
    pub hidden: bool,
    /// The menu, while it is open.
    pub menu: Option<MenuView>,
    notices: VecDeque<Notice>,
}

/// The menu as it is to be drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MenuView {
    /// Above the rows.
    pub title: String,
    /// What can be chosen.
    pub rows: Vec<String>,
    /// Which row is chosen now.
    pub chosen: usize,
    /// Below the rows.
    pub hint: String,
}

struct Notice {
    text: String,
    /// Set when it is first drawn.
    until_ns: Option<u64>,
}

/// Letters in a line.
pub const COLUMNS: usize = (WIDTH - 2 * MARGIN) / font::ADVANCE;

const MARGIN: usize = 4;
/// Lines of the bar of the past.
const BAR: usize = 3;
const _: () = assert!(Columns::COUNT == WIDTH - 2 * MARGIN);
const SECOND: u64 = 1_000_000_000;
const FADE: u64 = SECOND / 3;
const STEP: u64 = SECOND / 30;
const WAITING: usize = 4;

const WHITE: [u8; 3] = [0xf4, 0xf4, 0xf4];
const RED: [u8; 3] = [0xff, 0x54, 0x48];
const GREEN: [u8; 3] = [0x6c, 0xf0, 0x70];
const YELLOW: [u8; 3] = [0xff, 0xdc, 0x50];
const SHADE: [u8; 3] = [0, 0, 0];
const BLUE: [u8; 3] = [0x58, 0xa8, 0xff];

impl Overlay {
    /// Nothing to say yet.
    pub fn new(hidden: bool) -> Self {
        Self { hidden, ..Self::default() }
    }

    /// Shows a sentence after those that wait; one that is shown already
    /// starts anew.
    pub fn notice(&mut self, text: &str) {
        self.notices.retain(|notice| notice.text != text);
        if self.notices.len() >= WAITING {
            self.notices.pop_front();
        }
        self.notices.push_back(Notice { text: text.to_string(), until_ns: None });
    }

    /// Lets time pass: drops what has been shown for long enough. The result
    /// is when the overlay will look different by itself, if ever.
    pub fn tick(&mut self, now_ns: u64) -> Option<u64> {
        while let Some(first) = self.notices.front_mut() {
            let reading = 2 * SECOND + first.text.chars().count() as u64 * SECOND / 25;
            // Others wait: be brief.
            let until = *first.until_ns.get_or_insert(now_ns + reading);
            if now_ns < until {
                return Some((now_ns + STEP).max(until - FADE).min(until));
            }
            self.notices.pop_front();
        }
        None
    }

    /// The sentence that is shown now and how much of it is left, 0-255.
    pub fn shown_notice(&self, now_ns: u64) -> Option<(&str, u8)> {
        let first = self.notices.front()?;
        let left = first.until_ns.map_or(FADE, |until| until.saturating_sub(now_ns));
        Some((&first.text, (left.min(FADE) * 255 / FADE) as u8))
    }

    /// Draws everything over a picture of `WIDTH` × `HEIGHT` RGBA pixels.
    pub fn draw(&self, hud: &Hud, now_ns: u64, rgba: &mut [u8]) {
        if let Some(menu) = &self.menu {
            draw_menu(menu, rgba);
        }
        if self.hidden {
            return;
        }
        if hud.run.shown {
            draw_run(&hud.run, rgba);
        }
        let notice = self.shown_notice(now_ns);
        let quiet = hud.mode == Mode::Live && !hud.paused && !hud.jammed;
        let mut bottom = HEIGHT;
        if matches!(hud.mode, Mode::Back | Mode::Again) {
            bottom -= BAR + 2;
            draw_timeline(hud, bottom, rgba);
        }
        if !(quiet && notice.is_some()) {
            bottom -= font::LINE;
            let (text, colour) = status_left(hud);
            draw_text(rgba, MARGIN, bottom, &text, colour, 255);
            let right = status_right(hud);
            let width = right.chars().count() * font::ADVANCE;
            draw_text(rgba, WIDTH - MARGIN - width, bottom, &right, WHITE, 255);
        }
        if let Some((text, alpha)) = notice {
            let lines = wrap(text, COLUMNS);
            bottom -= font::LINE * lines.len();
            for (n, line) in lines.iter().enumerate() {
                draw_text(rgba, MARGIN, bottom + n * font::LINE, line, WHITE, alpha);
            }
        }
    }
}

/// The left part of the status line, which is what the machine does, and its
/// colour.
pub fn status_left(hud: &Hud) -> (String, [u8; 3]) {
    let slot = format!("SLOT {}", hud.slot);
    if hud.jammed {
        return ("The CPU has stopped: F9 resets the game".to_string(), RED);
    }
    let (mut text, mut colour) = match hud.mode {
        Mode::Live => (slot, WHITE),
        Mode::Recording => (format!("{slot} {} REC {}s", font::RECORD, seconds(hud.position)), RED),
        Mode::Looping => {
            let (position, length) = (seconds(hud.position), seconds(hud.length));
            (format!("{slot} {} LOOP {position}/{length}s", font::PLAY), GREEN)
        }
        Mode::Back => (format!("{} {}{}", font::BACK, ago(hud), future(hud)), YELLOW),
        Mode::Again => (format!("{} {}{}", font::PLAY, ago(hud), future(hud)), YELLOW),
    };
    if hud.paused {
        text.push_str(&format!(" {} PAUSED", font::PAUSE));
        colour = YELLOW;
    }
    (text, colour)
}

/// How far behind the newest frame the picture is.
fn ago(hud: &Hud) -> String {
    let frames = hud.timeline.last.saturating_sub(hud.timeline.at);
    format!("-{}s", seconds(u32::try_from(frames).unwrap_or(u32::MAX)))
}

/// Which future it is, where there are several.
fn future(hud: &Hud) -> String {
    match hud.timeline.future {
        (_, 0..=1) => String::new(),
        (number, of) => format!(" of future {number}/{of}"),
    }
}

/// The buttons of a pad as runners write them.
const PAD: [(u8, char); 8] = [
    (button::UP, 'U'),
    (button::DOWN, 'D'),
    (button::LEFT, 'L'),
    (button::RIGHT, 'R'),
    (button::START, 'S'),
    (button::SELECT, 's'),
    (button::B, 'B'),
    (button::A, 'A'),
];

/// The frame, the lag and the held buttons, as text.
pub fn run_text(run: &Run) -> String {
    let mut text = format!("F {} lag {}", run.frame, run.lag);
    // The pads up to the last one that is held.
    let pads = run.pads.iter().rposition(|pad| *pad != 0).map_or(1, |last| last + 1);
    for pad in &run.pads[..pads] {
        let held = PAD.map(|(button, name)| if pad & button != 0 { name } else { '.' });
        text.extend([' '].into_iter().chain(held));
    }
    text
}

fn draw_run(run: &Run, rgba: &mut [u8]) {
    for (n, line) in wrap(&run_text(run), COLUMNS).iter().enumerate() {
        // Televisions hide the first lines.
        draw_text(rgba, MARGIN, 10 + n * font::LINE, line, WHITE, 255);
    }
}

/// The bar of all that can be seen, and where the picture is in it.
fn draw_timeline(hud: &Hud, top: usize, rgba: &mut [u8]) {
    let Timeline { first, at, last, marks, forks, .. } = hud.timeline;
    let place = Columns::of(at, first, last);
    for y in top..top + BAR {
        for x in 0..Columns::COUNT {
            let colour = if x.abs_diff(place) <= 1 {
                WHITE
            } else if marks.has(x) {
                GREEN
            } else if forks.has(x) {
                BLUE
            } else if x < place {
                YELLOW
            } else {
                SHADE
            };
            let pixel = (y * WIDTH + MARGIN + x) * 4;
            rgba[pixel..pixel + 3].copy_from_slice(&colour);
        }
    }
}

/// The right part: sound and speed.
pub fn status_right(hud: &Hud) -> String {
    let muted = if hud.muted || hud.volume == 0 { "MUTED" } else { "" };
    let speed = match hud.speed {
        _ if hud.paused => String::new(),
        speed if hud.mode == Mode::Back => format!(" {} {speed}%", font::BACK),
        0..=100 => format!(" {}%", hud.speed),
        101.. => format!(" {} {}%", font::FAST, hud.speed),
    };
    format!("{muted}{speed}").trim_start().to_string()
}

/// Frames as seconds with a tenth. 60 frames count as a second, so that the
/// figure is steady; it is within 0.2 % on NTSC.
fn seconds(frames: u32) -> String {
    format!("{}.{}", frames / 60, frames % 60 / 6)
}

/// Breaks a sentence into lines of at most `columns` letters, at spaces where
/// there are any.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let mut word: Vec<char> = word.chars().collect();
        loop {
            let line = lines.last_mut().expect("one at least");
            let used = line.chars().count();
            let gap = usize::from(used > 0);
            if used + gap + word.len() <= columns {
                line.extend(std::iter::repeat_n(' ', gap).chain(word));
                break;
            }
            if word.len() > columns && used + gap < columns {
                line.extend(
                    std::iter::repeat_n(' ', gap).chain(word.drain(..columns - used - gap)),
                );
            }
            lines.push(String::new());
        }
    }
    lines
}

fn draw_menu(menu: &MenuView, rgba: &mut [u8]) {
    let longest = |rows: &[String]| rows.iter().map(|row| row.chars().count()).max().unwrap_or(0);
    let hint = wrap(&menu.hint, COLUMNS - 4);
    let columns = (longest(&menu.rows) + 2).max(longest(&hint)).max(menu.title.chars().count());
    let width = columns * font::ADVANCE + 16;
    let height = (menu.rows.len() + hint.len() + 3) * font::LINE + 12;
    let (left, top) = (WIDTH.saturating_sub(width) / 2, HEIGHT.saturating_sub(height) / 2);
    for y in top..(top + height).min(HEIGHT) {
        for x in left..(left + width).min(WIDTH) {
            let edge = y == top || y + 1 == top + height || x == left || x + 1 == left + width;
            let (colour, alpha) = if edge { (WHITE, 120) } else { (SHADE, 216) };
            blend(rgba, x, y, colour, alpha);
        }
    }
    let mut y = top + 8;
    draw_text(rgba, left + 8, y, &menu.title, YELLOW, 255);
    y += 2 * font::LINE;
    for (n, row) in menu.rows.iter().enumerate() {
        if n == menu.chosen {
            draw_text(rgba, left + 8, y, &font::PLAY.to_string(), YELLOW, 255);
        }
        let colour = if n == menu.chosen { YELLOW } else { WHITE };
        draw_text(rgba, left + 8 + 2 * font::ADVANCE, y, row, colour, 255);
        y += font::LINE;
    }
    y += font::LINE;
    for line in &hint {
        draw_text(rgba, left + 8, y, line, WHITE, 160);
        y += font::LINE;
    }
}

/// Draws a line of text with a shadow around each letter, so that it can be
/// read over any picture without a bar behind it.
fn draw_text(rgba: &mut [u8], x: usize, y: usize, text: &str, colour: [u8; 3], alpha: u8) {
    let shadow = (u32::from(alpha) * 200 / 255) as u8;
    for (n, letter) in text.chars().enumerate() {
        let (left, rows) = (x + n * font::ADVANCE, font::glyph(letter));
        // Nine copies of the letter, or-ed, are the letter with its border.
        for row in 0..font::SIZE.1 + 2 {
            let near = |row: usize| {
                row.checked_sub(1).and_then(|row| rows.get(row)).map_or(0, |bits| {
                    let bits = u32::from(*bits) << 1;
                    bits | bits << 1 | bits >> 1
                })
            };
            let border = near(row) | near(row + 1) | row.checked_sub(1).map_or(0, near);
            let inner = row.checked_sub(1).and_then(|row| rows.get(row)).map_or(0, |bits| *bits);
            let inner = u32::from(inner) << 1;
            for column in 0..font::SIZE.0 + 2 {
                let bit = 1 << (font::SIZE.0 + 1 - column);
                let (px, py) = ((left + column).wrapping_sub(1), (y + row).wrapping_sub(1));
                if inner & bit != 0 {
                    blend(rgba, px, py, colour, alpha);
                } else if border & bit != 0 {
                    blend(rgba, px, py, SHADE, shadow);
                }
            }
        }
    }
}

fn blend(rgba: &mut [u8], x: usize, y: usize, colour: [u8; 3], alpha: u8) {
    if x >= WIDTH || y >= HEIGHT {
        return;
    }
    let at = (y * WIDTH + x) * 4;
    let Some(pixel) = rgba.get_mut(at..at + 3) else { return };
    for (old, new) in pixel.iter_mut().zip(colour) {
        let (old_part, new_part) = (255 - u32::from(alpha), u32::from(alpha));
        *old = ((u32::from(*old) * old_part + u32::from(new) * new_part + 127) / 255) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GREY: u8 = 0x60;

    fn drawn(overlay: &Overlay, hud: &Hud, now_ns: u64) -> Vec<u8> {
        let mut rgba = vec![GREY; WIDTH * HEIGHT * 4];
        overlay.draw(hud, now_ns, &mut rgba);
        rgba
    }

    fn touched_rows(rgba: &[u8]) -> Vec<usize> {
        let rows = rgba.chunks_exact(WIDTH * 4).enumerate();
        rows.filter(|(_, row)| row.iter().any(|byte| *byte != GREY)).map(|(y, _)| y).collect()
    }

    fn hud() -> Hud {
        Hud { slot: 2, speed: 100, volume: 80, ..Hud::default() }
    }

    #[test]
    fn the_status_line_stays_within_the_lines_that_a_television_hides() {
        let rows = touched_rows(&drawn(&Overlay::default(), &hud(), 0));
        assert!(!rows.is_empty() && rows.iter().all(|y| *y >= HEIGHT - 10), "{rows:?}");
    }

    #[test]
    fn a_hidden_overlay_leaves_the_picture_as_it_is() {
        let mut overlay = Overlay { hidden: true, ..Overlay::default() };
        overlay.notice("nobody sees this");
        assert!(touched_rows(&drawn(&overlay, &hud(), 0)).is_empty());
    }

    #[test]
    fn the_status_line_says_what_the_machine_does() {
        let left = |hud: Hud| status_left(&hud).0;
        assert_eq!(left(hud()), "SLOT 2");
        let recording = Hud { mode: Mode::Recording, position: 192, ..hud() };
        assert_eq!(left(recording), "SLOT 2 ● REC 3.2s");
        let looping = Hud { mode: Mode::Looping, position: 90, length: 300, ..hud() };
        assert_eq!(left(looping), "SLOT 2 ▶ LOOP 1.5/5.0s");
        assert_eq!(left(Hud { paused: true, ..hud() }), "SLOT 2 ‖ PAUSED");
        assert!(left(Hud { jammed: true, ..hud() }).contains("CPU has stopped"));
        assert_eq!(status_right(&Hud { muted: true, ..hud() }), "MUTED 100%");
        assert_eq!(status_right(&Hud { speed: 800, ..hud() }), "» 800%");
    }

    #[test]
    fn the_bar_shows_marks_and_forks_where_they_are() {
        let mut timeline = Timeline { first: 1, at: 500, last: 1000, ..Timeline::default() };
        timeline.marks.set(Columns::of(250, 1, 1000));
        timeline.forks.set(Columns::of(1000, 1, 1000));
        let rgba = drawn(&Overlay::default(), &Hud { mode: Mode::Back, timeline, ..hud() }, 0);
        let at = |column: usize| {
            let pixel = ((HEIGHT - 4) * WIDTH + MARGIN + column) * 4;
            [rgba[pixel], rgba[pixel + 1], rgba[pixel + 2]]
        };
        let colours = [0, Columns::of(250, 1, 1000), 123, 200, Columns::COUNT - 1].map(at);
        assert_eq!(colours, [YELLOW, GREEN, WHITE, SHADE, BLUE]);
    }

    #[test]
    fn runners_see_frame_lag_and_buttons() {
        let run = Run { shown: true, frame: 1234, lag: 5, pads: [0x81, 0, 0, 0] };
        assert_eq!(run_text(&run), "F 1234 lag 5 ...R...A");
        assert_eq!(
            run_text(&Run { pads: [0, 0x08, 0, 0], ..run }),
            "F 1234 lag 5 ........ ....S..."
        );
        let rows = touched_rows(&drawn(&Overlay::default(), &Hud { run, ..hud() }, 0));
        assert!(rows[0] < 12, "{rows:?}");
    }

    #[test]
    fn the_longest_status_line_fits() {
        let hud = Hud {
            mode: Mode::Looping,
            position: 35_999,
            length: 35_999,
            paused: true,
            muted: true,
            speed: 0,
            ..hud()
        };
        let letters = status_left(&hud).0.chars().count() + status_right(&hud).chars().count();
        assert!(letters < COLUMNS, "{letters} of {COLUMNS}");
    }

    #[test]
    fn a_notice_is_shown_for_two_seconds_at_least_then_fades_and_goes() {
        let mut overlay = Overlay::default();
        overlay.notice("Saved state 4");
        let next = overlay.tick(0).expect("something changes later");
        assert!(next > 2 * SECOND);
        assert_eq!(overlay.shown_notice(2 * SECOND), Some(("Saved state 4", 255)));
        let mut now = next;
        let mut steps = 0;
        while let Some(next) = overlay.tick(now) {
            assert!(next > now);
            now = next;
            steps += 1;
        }
        assert!((5..20).contains(&steps), "{steps} pictures of the fading");
        assert_eq!(overlay.shown_notice(now), None);
    }

    #[test]
    fn a_notice_takes_the_place_of_an_idle_status_line_but_never_hides_a_recording() {
        let mut overlay = Overlay::default();
        overlay.notice("Saved state 4");
        assert!(touched_rows(&drawn(&overlay, &hud(), 0))[0] >= HEIGHT - 10);
        let recording = Hud { mode: Mode::Recording, ..hud() };
        assert!(touched_rows(&drawn(&overlay, &recording, 0))[0] < HEIGHT - 10);
    }

    #[test]
    fn notices_wait_for_each_other_and_do_not_repeat() {
        let mut overlay = Overlay::default();
        for text in ["one", "two", "one"] {
            overlay.notice(text);
        }
        assert_eq!(overlay.shown_notice(0), Some(("two", 255)));
        overlay.tick(0);
        overlay.tick(10 * SECOND);
        assert_eq!(overlay.shown_notice(10 * SECOND), Some(("one", 255)));
    }

    #[test]
    fn sentences_break_at_spaces_and_endless_words_anywhere() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("a bcdefghij kl", 4), ["a bc", "defg", "hij", "kl"]);
        assert_eq!(wrap("", 4), [""]);
    }

    #[test]
    fn text_beyond_the_edge_is_cut_and_never_wraps_around() {
        let mut rgba = vec![GREY; WIDTH * HEIGHT * 4];
        draw_text(&mut rgba, WIDTH - 8, 0, "wide", WHITE, 255);
        draw_text(&mut rgba, 0, HEIGHT - 3, "low", WHITE, 255);
        assert!(rgba[WIDTH * 4 * 20..WIDTH * 4 * 21].iter().all(|byte| *byte == GREY));
        assert_eq!(rgba[4 * (WIDTH * 3)], GREY);
    }

    #[test]
    fn the_menu_is_drawn_in_the_middle() {
        let rows = vec!["Resume".to_string(), "Quit".to_string()];
        let menu = MenuView { title: "Retake".into(), rows, chosen: 1, hint: "Esc: quit".into() };
        let overlay = Overlay { menu: Some(menu), hidden: true, ..Overlay::default() };
        let rows = touched_rows(&drawn(&overlay, &hud(), 0));
        assert!(rows[0] > 60 && *rows.last().expect("some") < 180, "{rows:?}");
    }
}
