//! Being lazy changes nothing: both machines side by side, frame by frame.
//!
//! `retake bench --lockstep N` runs generated programs, or the ROMs that it is
//! given, on the lazy and the exact machine and compares the bytes of the state,
//! the picture and the steps of the sound of each frame. Where they part it says in
//! which instruction, and leaves out of the program what it does not take.

mod bisect;
mod chips;
pub mod command;
pub mod program;
pub mod random;
mod raster;
pub mod scene;
pub mod shrink;
pub mod soup;
pub mod statistics;

use std::fmt;
use std::sync::Arc;

use crate::nes::{Cartridge, Input, Nes, Output, PowerOn, Probe, Registers, Tier, Work};

/// An instruction and when it started: cycle, line, dot.
pub type Started = (Registers, u64, u16, u16);

/// Every instruction of a frame.
#[derive(Default)]
pub struct Trace(pub Vec<Started>);

impl Probe for Trace {
    fn instruction(&mut self, registers: Registers, cycle: u64, line: u16, dot: u16) {
        self.0.push((registers, cycle, line, dot));
    }
}

/// A machine and what its last frame gave.
struct Machine {
    nes: Nes,
    out: Output,
}

impl Machine {
    fn new(cart: &Arc<Cartridge>, options: &PowerOn, tier: Tier) -> Self {
        let mut nes = Nes::power_on(cart.clone(), options);
        nes.set_tier(tier);
        Self { nes, out: Output::default() }
    }

    fn equals(&self, other: &Self) -> bool {
        let (sound, others) = (&self.out.sound, &other.out.sound);
        self.nes.bytes() == other.nes.bytes()
            && self.out.frame.pixels == other.out.frame.pixels
            && (sound.start, &sound.steps, sound.cycles)
                == (others.start, &others.steps, others.cycles)
    }
}

/// The lazy machine and the exact one.
pub struct Pair {
    lazy: Machine,
    exact: Machine,
    before: Vec<u8>,
    trace: Trace,
    /// The lazy machine counts its edges.
    pub counts: bool,
}

/// How they parted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The frame, counted from 1.
    pub frame: u64,
    /// The fields of the state and the outputs that are not the same.
    pub what: Vec<String>,
    /// The first instruction after which the bytes are not the same, and which they are.
    pub place: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "frame {}: {}\n{}", self.frame, self.what.join("\n"), self.place)
    }
}

impl Pair {
    /// Switches both on.
    pub fn new(cart: &Arc<Cartridge>, options: &PowerOn) -> Self {
        Self {
            lazy: Machine::new(cart, options, Tier::Lazy),
            exact: Machine::new(cart, options, Tier::Exact),
            before: Vec::new(),
            trace: Trace::default(),
            counts: false,
        }
    }

    /// Runs a frame on both.
    pub fn run_frame(&mut self, input: Input) -> Result<(), Box<Difference>> {
        if self.step(input) { Ok(()) } else { Err(Box::new(self.difference(input))) }
    }

    /// The same; whether they are equal after it.
    pub fn step(&mut self, input: Input) -> bool {
        let Self { lazy, exact, before, trace, .. } = self;
        before.clear();
        before.extend_from_slice(exact.nes.bytes());
        trace.0.clear();
        if self.counts {
            lazy.nes.run_frame_counting(input, &mut lazy.out);
        } else {
            lazy.nes.run_frame(input, &mut lazy.out);
        }
        exact.nes.run_frame_with(input, &mut exact.out, trace);
        lazy.equals(exact)
    }

    /// Runs frames until they part.
    pub fn run(&mut self, inputs: &[Input]) -> Result<(), Box<Difference>> {
        inputs.iter().try_for_each(|input| self.run_frame(*input))
    }

    /// The exact machine, and all instructions of its last frame.
    pub fn exact(&self) -> (&Nes, &Trace) {
        (&self.exact.nes, &self.trace)
    }

    /// What the lazy machine did.
    pub fn work(&self) -> Work {
        self.lazy.nes.work()
    }

    fn difference(&mut self, input: Input) -> Difference {
        let what = differences(&self.lazy, &self.exact);
        let frame = self.exact.nes.frame_number();
        Difference { frame, what, place: bisect::place(self, input) }
    }
}

/// Which fields of the state, and which outputs, are not the same.
fn differences(lazy: &Machine, exact: &Machine) -> Vec<String> {
    let (ours, theirs) = (lazy.nes.bytes(), exact.nes.bytes());
    let layout = Nes::layout();
    let (fields, ram) = layout.split_at(layout.len().saturating_sub(1));
    let ram = ram.first().map_or(ours.len(), |(_, offset, _)| *offset);
    let mut what: Vec<String> = fields
        .iter()
        .map(|(path, offset, size)| (path, [ours, theirs].map(|bytes| &bytes[*offset..][..*size])))
        .filter(|(_, [ours, theirs])| ours != theirs)
        .map(|(path, [ours, theirs])| format!("{path} {ours:x?} not {theirs:x?}"))
        .collect();
    if let Some(at) = (ram..ours.len()).find(|at| ours[*at] != theirs[*at]) {
        what.push(format!("RAM at {:x}: {:x} not {:x}", at - ram, ours[at], theirs[at]));
    }
    if lazy.out.frame.pixels != exact.out.frame.pixels {
        let pixels = lazy.out.frame.pixels.iter().zip(&exact.out.frame.pixels);
        let first = pixels.take_while(|(a, b)| a == b).count();
        what.push(format!("the picture at {}, {}", first % 256, first / 256));
    }
    let steps = lazy.out.sound.steps.iter().zip(&exact.out.sound.steps);
    if let Some((a, b)) = steps.into_iter().find(|(a, b)| a != b) {
        what.push(format!("the sound: {a:?} not {b:?}"));
    } else if lazy.out.sound.steps.len() != exact.out.sound.steps.len() {
        let [ours, theirs] = [lazy, exact].map(|machine| machine.out.sound.steps.len());
        what.push(format!("the sound: {ours} steps not {theirs}"));
    }
    what
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> Pair {
        let cart = Cartridge::parse(crate::app::builtin::GAME).expect("the built-in game");
        Pair::new(&Arc::new(cart), &program::CONSOLES[0])
    }

    #[test]
    fn a_difference_is_told_by_field_and_frame() {
        let mut pair = pair();
        assert_eq!(pair.run(&[Input::default(); 3]), Ok(()));
        let mut registers = pair.lazy.nes.registers();
        registers.s ^= 0x40;
        pair.lazy.nes.set_registers(registers);
        let difference = pair.run_frame(Input::default()).expect_err("S is another one");
        assert_eq!(difference.frame, 4);
        assert!(difference.what.iter().any(|field| field.starts_with("cpu.s ")), "{difference}");
        assert!(difference.place.contains("from the state before"), "{difference}");
    }
}
