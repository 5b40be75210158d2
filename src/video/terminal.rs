//! The picture as coloured letters of a terminal: two pixels in a cell (▀ with
//! 24-bit colours), status line in the last row. Only what changed is written.
//!
//! ```text
//! picture 256 × 240 ──area means──► columns × (rows - 1) × 2 ──► cells ──difference──► bytes
//! ```

use std::io::Write;

use super::layout::{Filter, Rect, place};
use super::overlay::{MenuView, Overlay, run_text, status_left, status_right};
use super::palette::{self, Palette};
use super::render::Look;
use super::rgb;
use crate::link::Picture;
use crate::nes::output::{HEIGHT, WIDTH};

/// What a terminal of some size shows.
pub struct Canvas {
    columns: usize,
    rows: usize,
    cells: Vec<Cell>,
    /// What the terminal shows already; None where nobody knows.
    shown: Vec<Option<Cell>>,
    rgba: Vec<u8>,
    bytes: Vec<u8>,
}

type Rgb = [u8; 3];

#[derive(Clone, Copy, PartialEq, Eq)]
struct Cell {
    letter: char,
    front: Rgb,
    back: Rgb,
}

const BLACK: Rgb = [0; 3];
const EMPTY: Cell = Cell { letter: ' ', front: BLACK, back: BLACK };
const WHITE: Rgb = [0xf4; 3];
const DIM: Rgb = [0xa0; 3];
const CHOSEN: Rgb = [0xff, 0xdc, 0x50];
const BOX: Rgb = [0x18, 0x18, 0x20];

impl Canvas {
    /// For a terminal of that size.
    pub fn new(columns: usize, rows: usize) -> Self {
        let mut canvas = Self {
            columns: 0,
            rows: 0,
            cells: Vec::new(),
            shown: Vec::new(),
            rgba: vec![0; WIDTH * HEIGHT * 4],
            bytes: Vec::new(),
        };
        canvas.resize(columns, rows);
        canvas
    }

    /// The terminal has another size, and nobody knows what it shows.
    pub fn resize(&mut self, columns: usize, rows: usize) {
        (self.columns, self.rows) = (columns.max(1), rows.max(1));
        self.cells = vec![EMPTY; self.columns * self.rows];
        self.shown = vec![None; self.columns * self.rows];
    }

    /// Draws a picture with everything over it. The result is what must be
    /// written to the terminal so that it shows it.
    pub fn draw(
        &mut self,
        picture: &Picture,
        overlay: &Overlay,
        palette: &Palette,
        look: Look,
        now_ns: u64,
    ) -> &[u8] {
        self.cells.fill(EMPTY);
        let colours = rgb::seen(picture.frame.ppu, palette);
        palette::paint(colours, &picture.frame.pixels, &mut self.rgba);
        let text_rows = usize::from(!overlay.hidden && self.rows > 1);
        let (width, height) = (self.columns as u32, (self.rows - text_rows) as u32 * 2);
        // There are too few dots for whole numbers: fill what there is.
        let place = place(width, height, look.aspect, Filter::Linear);
        self.draw_picture(place);
        if text_rows > 0 {
            self.draw_status(picture, overlay, now_ns);
        }
        if let Some(menu) = &overlay.menu {
            self.draw_menu(menu);
        }
        self.encode();
        &self.bytes
    }

    fn draw_picture(&mut self, place: Rect) {
        let (left, top) = (place.x as usize, place.y as usize);
        for y in 0..place.height as usize {
            for x in 0..place.width as usize {
                let colour = self.mean(
                    span(x, place.width as usize, WIDTH),
                    span(y, place.height as usize, HEIGHT),
                );
                let (column, line) = (left + x, top + y);
                let cell = &mut self.cells[line / 2 * self.columns + column];
                if line % 2 == 0 {
                    (cell.letter, cell.front) = ('▀', colour);
                } else {
                    cell.back = colour;
                    if cell.letter == ' ' {
                        (cell.letter, cell.front) = ('▀', BLACK);
                    }
                }
            }
        }
    }

    /// The mean colour of a part of the picture.
    fn mean(&self, (x0, x1): (usize, usize), (y0, y1): (usize, usize)) -> Rgb {
        let mut sum = [0u32; 3];
        for y in y0..y1 {
            for rgba in self.rgba[(y * WIDTH + x0) * 4..(y * WIDTH + x1) * 4].chunks_exact(4) {
                for (sum, value) in sum.iter_mut().zip(rgba) {
                    *sum += u32::from(*value);
                }
            }
        }
        let count = ((x1 - x0) * (y1 - y0)) as u32;
        sum.map(|sum| ((sum + count / 2) / count) as u8)
    }

    fn draw_status(&mut self, picture: &Picture, overlay: &Overlay, now_ns: u64) {
        let row = self.rows - 1;
        let (mut left, colour) = status_left(&picture.hud);
        if picture.hud.run.shown {
            left = format!("{left}  {}", run_text(&picture.hud.run));
        }
        self.text(0, row, &left, colour, BLACK);
        let right = status_right(&picture.hud);
        let at = self.columns.saturating_sub(right.chars().count());
        self.text(at, row, &right, WHITE, BLACK);
        if let Some((notice, _)) = overlay.shown_notice(now_ns) {
            let room = at.saturating_sub(1);
            let used = left.chars().count() + 2;
            let column = if used + notice.chars().count() <= room { used } else { 0 };
            let notice: String = notice.chars().take(room - column.min(room)).collect();
            self.text(column, row, &notice, WHITE, BLACK);
        }
    }

    fn draw_menu(&mut self, menu: &MenuView) {
        let longest = menu.rows.iter().map(|row| row.chars().count() + 2);
        let wide = longest.chain([menu.hint.chars().count(), menu.title.chars().count()]);
        let width = wide.max().unwrap_or(0) + 2;
        let height = menu.rows.len() + 2;
        let column = self.columns.saturating_sub(width) / 2;
        let mut row = self.rows.saturating_sub(height) / 2;
        let mut line = |text: &str, colour| {
            self.text(column, row, &format!(" {text:<room$}", room = width - 1), colour, BOX);
            row += 1;
        };
        line(&menu.title, CHOSEN);
        for (n, text) in menu.rows.iter().enumerate() {
            let chosen = n == menu.chosen;
            let mark = if chosen { '>' } else { ' ' };
            line(&format!("{mark} {text}"), if chosen { CHOSEN } else { WHITE });
        }
        line(&menu.hint, DIM);
    }

    fn text(&mut self, column: usize, row: usize, text: &str, front: Rgb, back: Rgb) {
        if row >= self.rows {
            return;
        }
        for (n, letter) in text.chars().enumerate().take(self.columns.saturating_sub(column)) {
            let letter = if letter.is_control() { '?' } else { letter };
            self.cells[row * self.columns + column + n] = Cell { letter, front, back };
        }
    }

    /// Writes the cells that differ from what is shown.
    fn encode(&mut self) {
        self.bytes.clear();
        let (mut cursor, mut front, mut back) = (None, None, None);
        for (at, (cell, shown)) in self.cells.iter().zip(&mut self.shown).enumerate() {
            if *shown == Some(*cell) {
                continue;
            }
            *shown = Some(*cell);
            if self.bytes.is_empty() {
                // A terminal that knows it shows the picture only when it is whole.
                self.bytes.extend(b"\x1b[?2026h");
            }
            if cursor != Some(at) || at % self.columns == 0 {
                let (row, column) = (at / self.columns + 1, at % self.columns + 1);
                say(&mut self.bytes, format_args!("\x1b[{row};{column}H"));
            }
            cursor = Some(at + 1);
            if back != Some(cell.back) {
                let [r, g, b] = cell.back;
                say(&mut self.bytes, format_args!("\x1b[48;2;{r};{g};{b}m"));
                back = Some(cell.back);
            }
            // A cell of one colour is a space: half the bytes.
            let letter = match cell.letter {
                '▀' if cell.front == cell.back => ' ',
                letter => letter,
            };
            if letter != ' ' && front != Some(cell.front) {
                let [r, g, b] = cell.front;
                say(&mut self.bytes, format_args!("\x1b[38;2;{r};{g};{b}m"));
                front = Some(cell.front);
            }
            self.bytes.extend(letter.encode_utf8(&mut [0; 4]).as_bytes());
        }
        if !self.bytes.is_empty() {
            self.bytes.extend(b"\x1b[0m\x1b[?2026l");
        }
    }
}

fn say(bytes: &mut Vec<u8>, text: std::fmt::Arguments) {
    bytes.write_fmt(text).expect("memory takes everything");
}

/// Which of `from` pixels the `n`th of `to` shows: one at least.
fn span(n: usize, to: usize, from: usize) -> (usize, usize) {
    let start = n * from / to;
    (start, ((n + 1) * from / to).max(start + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::Hud;

    /// A terminal that understands what the canvas writes.
    struct Screen {
        columns: usize,
        cells: Vec<(char, Rgb, Rgb)>,
    }

    impl Screen {
        fn new(columns: usize, rows: usize) -> Self {
            Self { columns, cells: vec![('?', BLACK, BLACK); columns * rows] }
        }

        fn write(&mut self, bytes: &[u8]) {
            let text = std::str::from_utf8(bytes).expect("UTF-8");
            let (mut at, mut front, mut back) = (0, BLACK, BLACK);
            let mut letters = text.chars();
            while let Some(letter) = letters.next() {
                if letter != '\x1b' {
                    self.cells[at] = (letter, front, back);
                    at += 1;
                    continue;
                }
                assert_eq!(letters.next(), Some('['));
                let mut number = String::new();
                let end = loop {
                    match letters.next().expect("an end") {
                        letter if letter.is_ascii_alphabetic() => break letter,
                        letter => number.push(letter),
                    }
                };
                let numbers: Vec<usize> =
                    number.split(';').filter_map(|n| n.parse().ok()).collect();
                let colour = || [2, 3, 4].map(|n| numbers[n] as u8);
                match (end, numbers.first()) {
                    ('H', _) => at = (numbers[0] - 1) * self.columns + numbers[1] - 1,
                    ('m', Some(38)) => front = colour(),
                    ('m', Some(48)) => back = colour(),
                    _ => {}
                }
            }
        }

        fn row(&self, row: usize) -> String {
            let cells = &self.cells[row * self.columns..(row + 1) * self.columns];
            cells.iter().map(|cell| cell.0).collect()
        }
    }

    fn picture(pixel: impl Fn(usize, usize) -> u16) -> Picture {
        let mut picture = Picture {
            hud: Hud { slot: 1, speed: 100, volume: 100, ..Hud::default() },
            ..Picture::default()
        };
        for (at, out) in picture.frame.pixels.iter_mut().enumerate() {
            *out = pixel(at % WIDTH, at / WIDTH);
        }
        picture
    }

    fn show(
        canvas: &mut Canvas,
        screen: &mut Screen,
        picture: &Picture,
        overlay: &Overlay,
    ) -> usize {
        let bytes = canvas.draw(picture, overlay, palette::rgb(), Look::default(), 0);
        screen.write(bytes);
        bytes.len()
    }

    #[test]
    fn upper_and_lower_halves_are_two_pixels() {
        let (mut canvas, mut screen) = (Canvas::new(32, 16), Screen::new(32, 16));
        let picture = picture(|_, y| if y < 120 { 0x20 } else { 0x16 });
        show(&mut canvas, &mut screen, &picture, &Overlay::default());
        // 15 rows are 30 dots high; half of them is in the middle of a cell.
        let middle = screen.cells[7 * 32 + 16];
        assert_eq!(middle, ('▀', [255; 3], palette::rgb()[0x16]));
        assert_eq!(screen.cells[16].2, [255; 3]);
        assert_eq!(screen.cells[14 * 32 + 16].2, palette::rgb()[0x16]);
    }

    #[test]
    fn the_last_row_is_the_status_line() {
        let (mut canvas, mut screen) = (Canvas::new(40, 12), Screen::new(40, 12));
        let mut overlay = Overlay::default();
        show(&mut canvas, &mut screen, &picture(|_, _| 0x0f), &overlay);
        assert!(screen.row(11).starts_with("SLOT 1") && screen.row(11).ends_with("100%"));
        overlay.notice("Hello");
        show(&mut canvas, &mut screen, &picture(|_, _| 0x0f), &overlay);
        assert!(screen.row(11).starts_with("SLOT 1  Hello "));
    }

    #[test]
    fn a_picture_that_is_shown_already_costs_no_byte_and_one_change_few() {
        let (mut canvas, mut screen) = (Canvas::new(80, 24), Screen::new(80, 24));
        let overlay = Overlay::default();
        let still = picture(|x, y| ((x / 16 + y / 16) & 63) as u16);
        let first = show(&mut canvas, &mut screen, &still, &overlay);
        assert!(first > 5_000);
        assert_eq!(show(&mut canvas, &mut screen, &still, &overlay), 0);
        let mut moved = still.clone();
        moved.frame.pixels[120 * WIDTH + 128] = 0x20;
        assert!((1..120).contains(&show(&mut canvas, &mut screen, &moved, &overlay)));
    }

    #[test]
    fn after_many_changes_the_terminal_shows_what_a_fresh_one_would() {
        let (mut canvas, mut screen) = (Canvas::new(50, 20), Screen::new(50, 20));
        let overlay = Overlay::default();
        let frames = (0..20).map(|n| picture(move |x, y| ((x * 7 + y * 3 + n * 11) & 511) as u16));
        let mut last = Picture::default();
        for frame in frames {
            show(&mut canvas, &mut screen, &frame, &overlay);
            last = frame;
        }
        let (mut canvas, mut fresh) = (Canvas::new(50, 20), Screen::new(50, 20));
        show(&mut canvas, &mut fresh, &last, &overlay);
        for (a, b) in screen.cells.iter().zip(&fresh.cells) {
            // The front colour of a space cannot be seen.
            assert!(a.0 == b.0 && a.2 == b.2 && (a.0 == ' ' || a.1 == b.1));
        }
    }

    #[test]
    fn any_size_of_a_terminal_is_drawn() {
        let menu = MenuView { rows: vec!["Resume".into(); 9], ..MenuView::default() };
        let mut overlay = Overlay::new(false);
        overlay.menu = Some(menu);
        overlay.notice("a sentence that is longer than a narrow terminal is wide");
        for (columns, rows) in [(1, 1), (2, 1), (1, 9), (7, 3), (300, 10), (20, 200), (500, 300)] {
            let (mut canvas, mut screen) = (Canvas::new(columns, rows), Screen::new(columns, rows));
            show(&mut canvas, &mut screen, &picture(|x, _| (x & 63) as u16), &overlay);
        }
    }

    #[test]
    fn the_menu_lies_in_the_middle() {
        let menu = MenuView {
            title: "Retake".into(),
            rows: vec!["Resume".into(), "Quit".into()],
            chosen: 1,
            hint: "Esc quits".into(),
        };
        let mut overlay = Overlay::new(false);
        overlay.menu = Some(menu);
        let (mut canvas, mut screen) = (Canvas::new(40, 12), Screen::new(40, 12));
        show(&mut canvas, &mut screen, &picture(|_, _| 0x21), &overlay);
        assert!((0..12).any(|row| screen.row(row).contains("> Quit")));
    }
}
