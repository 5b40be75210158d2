//! `retake bench --boards`: what a board costs in play. The built-in game, 32 KiB of PRG
//! and 8 of CHR, is put on a cartridge of each family (boards.txt): before it begins, banks
//! and nametables are set so that it sees what it sees on NROM; counters of /IRQ run and are
//! answered, voices sound.
//!
//! ```text
//!  PRG  $8000-$B3FF  the game, as it is
//!       $B400, $F400 what is written first (in both: some boards show the first 16 KiB twice)
//!       $B900, $F900 what answers /IRQ
//! ```

use std::time::Instant;

use serde::Serialize;

use super::play::Play;
use super::{Fast, Spread, WARM_UP, measure};
use crate::app::builtin;
use crate::app::cli::BenchArgs;
use crate::app::fault::{Fault, Outcome};
use crate::app::setup::{Asked, Setup};
use crate::app::{progress, say};
use crate::nes::cart::Cartridge;
use crate::nes::{Nes, Output};

/// What a board is set up with.
const ROWS: &str = include_str!("boards.txt");

const HEADER: usize = 16;
/// In PRG.
const FIRST: usize = 0x7400;
const ANSWER: usize = 0x7900;
const VECTORS: usize = 0x7ffa;
/// The end of PRG, which is there twice.
const COPIED: std::ops::Range<usize> = 0x7400..0x8000;
const COPY: usize = 0x3400;

const CLI: u8 = 0x58;
const LDA: u8 = 0xa9;
const LDA_AT: u8 = 0xad;
const STA_AT: u8 = 0x8d;
const JMP: u8 = 0x4c;
const PHA: u8 = 0x48;
const PLA: u8 = 0x68;
const RTI: u8 = 0x40;
const SEI: u8 = 0x78;

/// The game on a board.
struct Row<'a> {
    /// MAPPER or MAPPER.SUBMAPPER.
    number: &'a str,
    mapper: u16,
    submapper: u8,
    /// The picture is that of NROM.
    #[cfg_attr(not(test), expect(dead_code, reason = "a test compares it"))]
    same_picture: bool,
    first: Vec<Access>,
    answer: Vec<Access>,
}

#[derive(Clone, Copy)]
enum Access {
    Write(u16, u8),
    Read(u16),
}

/// What was measured on a board.
#[derive(Debug, Serialize)]
pub struct Measured {
    mapper: String,
    board: &'static str,
    us_per_frame: Spread,
    fast: Fast,
    /// How fast, with the reference as 1.
    relative: f64,
}

/// Measures every board, in turns, and prints a table.
pub fn run(args: &BenchArgs) -> Outcome<()> {
    let mut reference = Vec::new();
    for rom in &args.roms {
        reference.push(measure(args, Some(rom))?.us_per_frame.p50);
    }
    let rows: Vec<Row> = rows().collect::<Option<_>>().ok_or_else(unreadable)?;
    let setup = Setup::new(None, &args.setup, Asked::default())?;
    let bar = progress(rows.len() as u64 * args.frames, "frames");
    let mut measured = Vec::new();
    for row in &rows {
        let cart = Cartridge::parse(&row.rom()).map_err(Fault::failed)?;
        let board = cart.board.name();
        let mut nes = Nes::power_on(cart, &setup.options);
        nes.set_tier(setup.tier);
        let mut out = Output::default();
        let play = Play::corpus();
        for frame in 1..=WARM_UP {
            nes.run_frame(play.input(frame), &mut out);
        }
        let before = nes.work();
        let mut times = Vec::with_capacity(args.frames as usize);
        for frame in 1..=args.frames {
            let began = Instant::now();
            nes.run_frame(play.input(WARM_UP + frame), &mut out);
            times.push(began.elapsed());
            bar.inc(1);
        }
        let fast = Fast::between(before, nes.work());
        measured.push(Measured {
            mapper: row.number.into(),
            board,
            us_per_frame: Spread::of(times),
            fast,
            relative: 0.,
        });
    }
    bar.finish_and_clear();
    let named = geometric_mean(&reference);
    let reference =
        named.unwrap_or_else(|| measured.first().map_or(1., |row| row.us_per_frame.p50));
    for row in &mut measured {
        row.relative = (reference / row.us_per_frame.p50 * 100.).round() / 100.;
    }
    if args.json {
        return serde_json::to_string_pretty(&measured).map(say).map_err(Fault::failed);
    }
    let of = if named.is_some() { "the geometric mean of the ROMs named" } else { "NROM" };
    say(format_args!(
        "The built-in game on a board of each family; as fast as {of} ({reference:.1} µs a frame) is 1."
    ));
    say("mapper  µs/frame p50    p99  fast: CPU  lines  relative  board");
    for Measured { mapper, board, us_per_frame, fast, relative } in &measured {
        say(format_args!(
            "{mapper:6} {:13.1} {:6.1} {:8.1} % {:4.1} % {relative:9.2}  {board}",
            us_per_frame.p50, us_per_frame.p99, fast.cycles_percent, fast.lines_percent
        ));
    }
    Ok(())
}

fn unreadable() -> Fault {
    Fault::failed("boards.txt cannot be read: that is a mistake in Retake")
}

fn geometric_mean(times: &[f64]) -> Option<f64> {
    let logs: f64 = times.iter().map(|time| time.ln()).sum();
    (!times.is_empty()).then(|| (logs / times.len() as f64).exp())
}

/// The rows of boards.txt.
fn rows() -> impl Iterator<Item = Option<Row<'static>>> {
    ROWS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(Row::parse)
}

impl<'a> Row<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let (line, answer) = line.split_once('|').unwrap_or((line, ""));
        let mut words = line.split_whitespace();
        let word = words.next()?;
        let number = word.trim_end_matches('!');
        let (mapper, submapper) = number.split_once('.').unwrap_or((number, "0"));
        Some(Self {
            number,
            mapper: mapper.parse().ok()?,
            submapper: submapper.parse().ok()?,
            same_picture: number == word,
            first: words.map(accesses).collect::<Option<Vec<_>>>()?.concat(),
            answer: answer.split_whitespace().map(accesses).collect::<Option<Vec<_>>>()?.concat(),
        })
    }

    /// The ROM file.
    fn rom(&self) -> Vec<u8> {
        let mut rom = builtin::GAME.to_vec();
        let flags = 0x08 | (self.mapper & 0xf0) as u8;
        rom[6] = (self.mapper << 4) as u8 | rom[6] & 0x0f;
        // NES 2.0, 8 KiB of PRG RAM, 32 KiB of CHR RAM where the board has such.
        let chr_ram = if self.mapper == 96 || self.mapper == 111 { 9 } else { 0 };
        rom[7..HEADER].copy_from_slice(&[
            flags,
            self.submapper << 4 | (self.mapper >> 8) as u8,
            0,
            7,
            chr_ram,
            0,
            0,
            0,
            0,
        ]);
        let prg = &mut rom[HEADER..HEADER + 0x8000];
        let [low, high] = [prg[VECTORS + 2], prg[VECTORS + 3]];
        // The game begins with SEI; here /IRQ is to be heard.
        debug_assert_eq!(prg[usize::from(u16::from_le_bytes([low, high]) - 0x8000)], SEI);
        let mut first = code(&self.first);
        if !self.answer.is_empty() {
            first.push(CLI);
        }
        first.extend([JMP, low.wrapping_add(1), high]);
        let mut answer = vec![PHA];
        answer.extend(code(&self.answer));
        answer.extend([PLA, RTI]);
        prg[FIRST..FIRST + first.len()].copy_from_slice(&first);
        prg[ANSWER..ANSWER + answer.len()].copy_from_slice(&answer);
        for (at, to) in [(VECTORS + 2, FIRST), (VECTORS + 4, ANSWER)] {
            prg[at..at + 2].copy_from_slice(&(0x8000 + to as u16).to_le_bytes());
        }
        prg.copy_within(COPIED, COPY);
        rom
    }
}

/// Instructions that access what the words say.
fn code(accesses: &[Access]) -> Vec<u8> {
    let each = accesses.iter().map(|access| match *access {
        Access::Write(at, value) => {
            vec![LDA, value, STA_AT, at as u8, (at >> 8) as u8]
        }
        Access::Read(at) => vec![LDA_AT, at as u8, (at >> 8) as u8],
    });
    each.collect::<Vec<_>>().concat()
}

/// A word of boards.txt.
fn accesses(word: &str) -> Option<Vec<Access>> {
    let hex = |text: &str| u16::from_str_radix(text, 16).ok();
    let byte = |text: &str| u8::from_str_radix(text, 16).ok();
    if let Some(at) = word.strip_suffix('?') {
        return Some(vec![Access::Read(hex(at)?)]);
    }
    if let Some((at, value)) = word.split_once('~') {
        let (at, value) = (hex(at)?, byte(value)?);
        return Some((0..5).map(|bit| Access::Write(at, value >> bit & 1)).collect());
    }
    let (at, values) = word.split_once('=')?;
    let values = values.split(',');
    if let Some((index, data)) = at.split_once('>') {
        let (index, data) = (hex(index)?, hex(data)?);
        let pairs = values.map(|pair| {
            let (number, value) = pair.split_once('.')?;
            Some([Access::Write(index, byte(number)?), Access::Write(data, byte(value)?)])
        });
        return Some(pairs.collect::<Option<Vec<_>>>()?.concat());
    }
    let (at, step) = at.split_once('+').unwrap_or((at, "0"));
    let (at, step) = (hex(at)?, hex(step)?);
    (0..).zip(values).map(|(n, value)| Some(Access::Write(at + n * step, byte(value)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::cli::SetupArgs;
    use crate::nes::{Probe, Registers};

    /// Whether /IRQ was answered.
    struct Answers(bool);

    impl Probe for Answers {
        fn instruction(&mut self, registers: Registers, _: u64, _: u16, _: u16) {
            self.0 |= registers.pc == 0x8000 + ANSWER as u16;
        }
    }

    /// The picture of a frame in play, and whether /IRQ was answered in the frame before.
    fn played(row: &Row) -> (Vec<u16>, bool) {
        let cart = Cartridge::parse(&row.rom()).unwrap();
        let options = Setup::new(None, &SetupArgs::default(), Asked::default()).unwrap().options;
        let mut nes = Nes::power_on(cart, &options);
        let (mut out, play) = (Output::default(), Play::corpus());
        for frame in 1..=800 {
            nes.run_frame(play.input(frame), &mut out);
        }
        let mut answers = Answers(false);
        for frame in 801..=804 {
            nes.run_frame_with(play.input(frame), &mut out, &mut answers);
        }
        (out.frame.pixels.to_vec(), answers.0)
    }

    #[test]
    fn the_game_looks_on_each_board_as_on_nrom_and_interrupts_are_answered() {
        let rows: Vec<Row> = rows().map(Option::unwrap).collect();
        let (nrom, _) = played(&rows[0]);
        let wrong = rows.iter().filter(|row| {
            let (picture, answered) = played(row);
            (picture == nrom) != row.same_picture || answered == row.answer.is_empty()
        });
        assert_eq!(wrong.map(|row| row.number).collect::<Vec<_>>(), [""; 0]);
    }

    #[test]
    fn words_are_accesses() {
        let told = |word: &str| {
            let each = accesses(word)?.into_iter().map(|access| match access {
                Access::Write(at, value) => (at, Some(value)),
                Access::Read(at) => (at, None),
            });
            Some(each.collect::<Vec<_>>())
        };
        assert_eq!(told("8000=1F"), Some(vec![(0x8000, Some(0x1f))]));
        assert_eq!(told("8000+800=1,2"), Some(vec![(0x8000, Some(1)), (0x8800, Some(2))]));
        assert_eq!(told("5204?"), Some(vec![(0x5204, None)]));
        let serial = told("8000~A").unwrap();
        assert_eq!(serial.iter().map(|(_, bit)| bit.unwrap()).collect::<Vec<_>>(), [0, 1, 0, 1, 0]);
        let pair = vec![(0x8000, Some(7)), (0xa000, Some(0x12))];
        assert_eq!(told("8000>A000=7.12"), Some(pair));
        assert_eq!([told("8000"), told("x=1"), told("8000>A000=1")], [None, None, None]);
    }
}
