//! What the generated programs did: a clean frame proves nothing if nothing
//! happened in it.
//!
//! Counted from the instructions of the exact machine, whose operands are looked up
//! as the banks stand at the end of the frame.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::program::Program;
use super::{Started, Trace};
use crate::nes::{Edges, Nes, Region};

/// Dots of the longest frame.
const DOTS: usize = 341 * 312;

/// A set of dots.
#[derive(Clone, Debug)]
struct Dots(Vec<bool>);

impl Default for Dots {
    fn default() -> Self {
        Self(vec![false; DOTS])
    }
}

impl Dots {
    fn hit(&mut self, line: u16, dot: u32) {
        if let Some(at) = self.0.get_mut(usize::from(line) * 341 + dot as usize) {
            *at = true;
        }
    }

    fn count(&self) -> usize {
        self.0.iter().filter(|hit| **hit).count()
    }
}

/// Of a number of programs.
#[derive(Clone, Debug, Default)]
pub struct Statistics {
    /// Programs that ran to their end.
    pub programs: u64,
    /// Programs that stopped the CPU; nothing else of them is counted.
    pub jammed: u64,
    /// Frames.
    pub frames: u64,
    /// Frames at whose end layers are on.
    rendering: u64,
    writes: u64,
    reads: u64,
    written: Dots,
    read: Dots,
    rates: [u64; 16],
    alignments: [u64; 4],
    regions: BTreeMap<&'static str, u64>,
    boards: BTreeMap<u16, u64>,
    /// Of the lazy machine.
    pub edges: Edges,
}

/// The same as numbers.
#[derive(Serialize)]
pub struct Numbers {
    programs: u64,
    jammed: u64,
    frames: u64,
    rendering_percent: f64,
    register_writes_per_frame: f64,
    register_reads_per_frame: f64,
    dots_written: usize,
    dots_read: usize,
    dmc_rates: [u64; 16],
    alignments: [u64; 4],
    regions: BTreeMap<&'static str, u64>,
    boards: BTreeMap<u16, u64>,
    edges: BTreeMap<&'static str, u64>,
}

impl Statistics {
    /// Of a program that stopped the CPU.
    pub fn jammed() -> Self {
        Self { jammed: 1, ..Self::default() }
    }

    /// A frame ended.
    pub fn frame(&mut self, nes: &Nes, trace: &Trace, mask_at: usize) {
        self.frames += 1;
        self.rendering += u64::from(nes.bytes().get(mask_at).is_some_and(|mask| mask & 0x18 != 0));
        for started in &trace.0 {
            self.instruction(nes, started);
        }
    }

    fn instruction(&mut self, nes: &Nes, (registers, _, line, dot): &Started) {
        let pc = registers.pc;
        let opcode = nes.peek(pc);
        // Absolute, and by an index: the official ones that reach registers.
        let index = match opcode & 0x1f {
            0x0c..=0x0e => 0,
            0x1d | 0x1e => registers.x,
            0x19 => registers.y,
            _ => return,
        };
        let operand = [1, 2].map(|n| nes.peek(pc.wrapping_add(n)));
        let address = u16::from_le_bytes(operand).wrapping_add(u16::from(index));
        if !(0x2000..0x4020).contains(&address) || matches!(opcode, 0x4c | 0x6c) {
            return;
        }
        // The access is the fourth cycle or the fifth.
        let at = u32::from(*dot) + if opcode & 0x10 == 0 { 9 } else { 12 };
        let (line, dot) = (line + (at / 341) as u16, at % 341);
        let stores = opcode & 0xe0 == 0x80;
        let modifies = opcode & 3 == 2 && !(0x80..0xc0).contains(&opcode);
        if stores || modifies {
            self.writes += 1;
            self.written.hit(line, dot);
        }
        if !stores {
            self.reads += 1;
            self.read.hit(line, dot);
        }
        if address == 0x4010 && opcode == 0x8d {
            self.rates[usize::from(registers.a & 15)] += 1;
        }
    }

    /// A program ran to its end.
    pub fn program(&mut self, program: &Program, edges: &Edges) {
        self.programs += 1;
        self.edges.add(edges);
        *self.boards.entry(program.mapper).or_default() += 1;
        let region = match program.options.region {
            Region::Ntsc => "NTSC",
            Region::Pal => "PAL",
            Region::Dendy => "Dendy",
        };
        *self.regions.entry(region).or_default() += 1;
        if program.options.region == Region::Ntsc {
            self.alignments[usize::from(program.options.alignment & 3)] += 1;
        }
    }

    /// Those of another number of programs, too.
    pub fn add(&mut self, other: &Self) {
        self.programs += other.programs;
        self.jammed += other.jammed;
        self.frames += other.frames;
        self.rendering += other.rendering;
        self.writes += other.writes;
        self.reads += other.reads;
        for (ours, theirs) in [(&mut self.written, &other.written), (&mut self.read, &other.read)] {
            ours.0.iter_mut().zip(&theirs.0).for_each(|(a, b)| *a |= b);
        }
        self.rates.iter_mut().zip(other.rates).for_each(|(a, b)| *a += b);
        self.alignments.iter_mut().zip(other.alignments).for_each(|(a, b)| *a += b);
        for (region, count) in &other.regions {
            *self.regions.entry(region).or_default() += count;
        }
        for (board, count) in &other.boards {
            *self.boards.entry(*board).or_default() += count;
        }
        self.edges.add(&other.edges);
    }

    /// As numbers.
    pub fn numbers(&self) -> Numbers {
        let frames = self.frames.max(1) as f64;
        let tenth = |n: f64| (n * 10.).round() / 10.;
        Numbers {
            programs: self.programs,
            jammed: self.jammed,
            frames: self.frames,
            rendering_percent: tenth(self.rendering as f64 * 100. / frames),
            register_writes_per_frame: tenth(self.writes as f64 / frames),
            register_reads_per_frame: tenth(self.reads as f64 / frames),
            dots_written: self.written.count(),
            dots_read: self.read.count(),
            dmc_rates: self.rates,
            alignments: self.alignments,
            regions: self.regions.clone(),
            boards: self.boards.clone(),
            edges: self.edges.iter().collect(),
        }
    }
}

impl fmt::Display for Statistics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let it = self.numbers();
        writeln!(
            f,
            "{} programs, {} frames; {} jammed, not counted",
            it.programs, it.frames, it.jammed
        )?;
        writeln!(f, "  layers on        {} % of frames", it.rendering_percent)?;
        writeln!(
            f,
            "  registers        {} writes and {} reads a frame, on {} and {} distinct dots",
            it.register_writes_per_frame,
            it.register_reads_per_frame,
            it.dots_written,
            it.dots_read
        )?;
        writeln!(f, "  DMC rates 0-15   {:?}", it.dmc_rates)?;
        writeln!(f, "  alignments 0-3   {:?}", it.alignments)?;
        writeln!(f, "  regions          {:?}", it.regions)?;
        writeln!(f, "  boards           {} mappers: {:?}", it.boards.len(), it.boards)?;
        write!(f, "  edges of the tiers (of one program in eight)")?;
        for (name, count) in self.edges.iter() {
            let never = if count == 0 { "   NEVER TAKEN" } else { "" };
            write!(f, "\n    {name:<34} {count:>12}{never}")?;
        }
        Ok(())
    }
}
