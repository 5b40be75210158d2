//! What a picture costs the processor on its way to the player, a row for each
//! way. The window's enlarging is the graphics adapter's and not in here.

use std::hint::black_box;
use std::time::Instant;

use super::cost::Cost;
use crate::link::{Hud, Picture};
use crate::nes::output::{HEIGHT, WIDTH};
use crate::nes::{Input, Nes, Output};
use crate::video::overlay::Overlay;
use crate::video::render::Look;
use crate::video::terminal::Canvas;
use crate::video::{palette, screenshot};

/// Columns and rows of a usual terminal, and of a large one.
const TERMINALS: [(&str, usize, usize); 2] =
    [("terminal, 80 × 24", 80, 24), ("terminal, 240 × 67", 240, 67)];
/// Of so many frames one is written as a file.
const SCREENSHOTS: u64 = 20;

/// The rows: a machine is played for `samples` frames for each, and its
/// pictures are drawn.
pub fn costs(nes: &mut Nes, samples: u64) -> Vec<Cost> {
    let mut costs = vec![colours(nes, samples), with_status_line(nes, samples)];
    for (what, columns, rows) in TERMINALS {
        let mut canvas = Canvas::new(columns, rows);
        let overlay = Overlay::new(false);
        let draw = |picture: &Picture| {
            let look = Look::default();
            black_box(canvas.draw(picture, &overlay, palette::rgb(), look, 0)).len()
        };
        costs.push(cost(what, nes, samples, draw));
    }
    costs.push(cost("screenshot (PNG)", nes, (samples / SCREENSHOTS).max(1), |picture| {
        let mut png = Vec::new();
        let written = screenshot::write(&picture.frame.pixels, palette::rgb(), &mut png);
        written.expect("memory takes it");
        black_box(png).len()
    }));
    costs
}

/// Palette indices to colours.
fn colours(nes: &mut Nes, samples: u64) -> Cost {
    let mut rgba = vec![0; WIDTH * HEIGHT * 4];
    cost("window: colours", nes, samples, |picture| {
        palette::paint(palette::rgb(), &picture.frame.pixels, &mut rgba);
        black_box(&mut rgba).len()
    })
}

/// All that the window's thread does with bytes.
fn with_status_line(nes: &mut Nes, samples: u64) -> Cost {
    let mut rgba = vec![0; WIDTH * HEIGHT * 4];
    let overlay = Overlay::new(false);
    cost("window: colours and status line", nes, samples, |picture| {
        palette::paint(palette::rgb(), &picture.frame.pixels, &mut rgba);
        overlay.draw(&picture.hud, 0, &mut rgba);
        black_box(&mut rgba).len()
    })
}

/// Plays on and draws each picture; `draw` says how many bytes came of it.
fn cost(
    what: &'static str,
    nes: &mut Nes,
    samples: u64,
    mut draw: impl FnMut(&Picture) -> usize,
) -> Cost {
    let mut out = Output::default();
    let hud = Hud { slot: 1, speed: 100, volume: 100, ..Hud::default() };
    let mut picture = Picture { hud, ..Picture::default() };
    let mut bytes = 0;
    let mut cost = Cost::of(what, 0, samples, |n| {
        nes.run_frame(Input::pad1(n as u8), &mut out);
        picture.frame.copy_from(&out.frame);
        let began = Instant::now();
        bytes += draw(&picture);
        began
    });
    cost.bytes = bytes / samples.max(1) as usize;
    cost
}
