//! Being lazy changes nothing: both machines side by side, frame by frame.
//!
//! `retake bench --lockstep N` runs generated programs, or the ROMs that it is
//! given, on the lazy and the exact machine and compares the bytes of the state,
//! the picture and the steps of the sound of each frame. Where they part it says in
//! which instruction, and leaves out of the program what it does not take.

pub mod command;
pub mod program;
pub mod random;
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

/// The instructions at which a machine that nobody holds up comes by: the lazy one
/// runs as without a probe.
#[derive(Default)]
struct Stops(Vec<Started>);

impl Probe for Stops {
    const WATCHES: bool = false;

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
    /// The instruction.
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
        if lazy.equals(exact) { Ok(()) } else { Err(Box::new(self.difference(input))) }
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
        let parted = self.lazy.nes.bytes().to_vec();
        let mut stops = Stops::default();
        let lazy = &mut self.lazy;
        let place = match lazy.nes.restore(&self.before) {
            Err(error) => error.to_string(),
            Ok(()) => {
                lazy.nes.run_frame_with(input, &mut lazy.out, &mut stops);
                let again = lazy.nes.bytes() == parted;
                let place = self.first_difference(&stops.0);
                if again { place } else { format!("{place}\n(another one, from the saved state)") }
            }
        };
        Difference { frame, what, place }
    }

    /// Each stop of the lazy machine has to be one of the exact one's.
    fn first_difference(&self, stops: &[Started]) -> String {
        let trace = &self.trace.0;
        let wrong = stops.iter().position(|stop| {
            let at = trace.partition_point(|(_, cycle, ..)| *cycle < stop.1);
            trace.get(at) != Some(stop)
        });
        if let Some(wrong) = wrong {
            let good = wrong.checked_sub(1).map(|n| stops[n]);
            let from = trace.partition_point(|it| it.1 < good.map_or(0, |good| good.1));
            let listed = &trace[from..trace.len().min(from + 12)];
            let lines: Vec<_> =
                listed.iter().map(|it| format!("exact {}", self.show(it))).collect();
            let lazy = self.show(&stops[wrong]);
            return format!("{}\n lazy {lazy}", lines.join("\n"));
        }
        let at = |cycle: u64| {
            let at = trace.partition_point(|it| it.1 <= cycle).saturating_sub(1);
            trace.get(at).map_or_else(String::new, |it| self.show(it))
        };
        if let Some(cycle) = self.first_sound() {
            let begin = trace.first().map_or(0, |first| first.1);
            return format!("sound, in {}", at(begin + u64::from(cycle)));
        }
        if let Some((x, y)) = self.first_pixel() {
            // A pixel leaves the PPU four dots after the dot of its number.
            let after = |it: &Started| it.2 < 240 && (it.2, it.3) > (y, x + 4);
            let found = trace.iter().position(after).unwrap_or(trace.len());
            let before = found.checked_sub(1).and_then(|n| trace.get(n));
            return format!("picture, in {}", before.map_or_else(String::new, |it| self.show(it)));
        }
        "every instruction starts in the same way".to_owned()
    }

    fn first_pixel(&self) -> Option<(u16, u16)> {
        let pixels = self.lazy.out.frame.pixels.iter().zip(&self.exact.out.frame.pixels);
        let first = pixels.into_iter().position(|(a, b)| a != b)?;
        Some(((first % 256) as u16, (first / 256) as u16))
    }

    fn first_sound(&self) -> Option<u32> {
        let [ours, theirs] = [&self.lazy, &self.exact].map(|machine| &machine.out.sound.steps);
        let same = ours.iter().zip(theirs).take_while(|(a, b)| a == b).count();
        let cycles = [ours.get(same), theirs.get(same)];
        cycles.into_iter().flatten().map(|step| step.cycle).min()
    }

    fn show(&self, (registers, cycle, line, dot): &Started) -> String {
        let Registers { pc, a, x, y, s, p } = registers;
        let bytes = [0, 1, 2].map(|n| self.exact.nes.peek(pc.wrapping_add(n)));
        let [b0, b1, b2] = bytes;
        format!(
            "{pc:04x}: {b0:02x} {b1:02x} {b2:02x}  A {a:02x} X {x:02x} Y {y:02x} S {s:02x} P {p:02x}  cycle {cycle} line {line} dot {dot}"
        )
    }
}

/// Which fields of the state, and which outputs, are not the same.
fn differences(lazy: &Machine, exact: &Machine) -> Vec<String> {
    let (ours, theirs) = (lazy.nes.bytes(), exact.nes.bytes());
    let layout = Nes::layout();
    let mut what: Vec<String> = layout
        .iter()
        .filter(|(_, offset, size)| ours[*offset..][..*size] != theirs[*offset..][..*size])
        .map(|(path, offset, size)| {
            format!(
                "{path} {:x?} not {:x?}",
                &ours[*offset..][..*size],
                &theirs[*offset..][..*size]
            )
        })
        .collect();
    if what.is_empty()
        && let Some(at) = ours.iter().zip(theirs).position(|(a, b)| a != b)
    {
        let ram = layout.last().map_or(0, |(_, offset, _)| *offset);
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
        assert!(!difference.what.is_empty());
        assert!(difference.to_string().contains("from the saved state"), "{difference}");
    }

    #[test]
    fn the_first_stop_that_the_exact_machine_does_not_know_is_the_place() {
        let mut pair = pair();
        assert_eq!(pair.run(&[Input::default(); 3]), Ok(()));
        let mut stops: Vec<_> = pair.trace.0.iter().step_by(7).copied().collect();
        assert!(pair.first_difference(&stops).contains("in the same way"));
        stops[5].0.a ^= 1;
        let place = pair.first_difference(&stops);
        assert!(place.contains(&format!("cycle {}", stops[4].1)), "{place}");
        assert!(place.contains(&format!(" lazy {:04x}", stops[5].0.pc)), "{place}");
    }
}
