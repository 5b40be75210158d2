//! Instructions that touch plain memory alone, while all others sleep.
//!
//! In idle cycles (`cycle.rs`) nobody but the CPU works, no interrupt line moves
//! and no DMA wants the bus. What is left of a cycle then is its access, and if
//! that reads RAM or ROM, or writes the console's RAM, it has no other effect. So
//! whole instructions are run by the same core on a bus that does just this:
//!
//! * The lines are what they were. With an NMI waiting nothing is run here, so no
//!   sequence has an edge to take.
//! * The cycles are counted and added when it is over, as the same number of idle
//!   cycles would have been: clock, get and put, and how late PPU and APU are.
//! * Both data buses hold the byte of the last access.
//! * An instruction begins only if the longest one ends within the idle cycles.
//! * An access elsewhere (registers, open bus, the board, RAM of the cartridge that
//!   is written) makes the instruction void: the registers are what they were, and
//!   the machine runs it anew. RAM needs no such care: what an instruction wrote
//!   before (JSR and BRK push, then read; others write last, and what they write
//!   they have read before) it writes again, the same bytes in the same place, and
//!   no byte that it reads comes from there: vectors are in ROM.

use zerocopy::IntoBytes;

use super::cart::Prg;
use super::cart::map::{Layout, Map, Place};
use super::cpu::{Bus, Cpu, Lines};
use super::output::Sink;
use super::system::System;

/// Cycles of the longest instruction.
const LONGEST: u32 = 8;
/// Idle cycles for which it is worth while to begin.
const WORTH: u32 = 20;

/// The CPU's bus where it is only memory.
struct Plain<'a> {
    map: &'a Map,
    prg: &'a Prg,
    ram: &'a mut [u8],
    lines: Lines,
    /// The byte of the last access.
    data: u8,
    cycles: u32,
    /// Something else was accessed.
    left: bool,
}

impl Plain<'_> {
    /// Accesses something else.
    #[cold]
    fn leave(&mut self) -> u8 {
        self.left = true;
        0
    }

    #[inline(always)]
    fn byte(&mut self, address: u16) -> Option<u8> {
        if address < 0x2000 {
            return self.ram.get(Layout::CPU_RAM + usize::from(address & 0x7ff)).copied();
        }
        match self.map.cpu_read(address) {
            Place::Rom(offset) => self.prg.read(offset),
            Place::Ram(offset) => self.ram.get(offset).copied(),
            Place::Nothing => None,
        }
    }
}

impl Bus for Plain<'_> {
    #[inline(always)]
    fn read(&mut self, address: u16) -> u8 {
        self.cycles += 1;
        match self.byte(address) {
            Some(byte) => {
                self.data = byte;
                byte
            }
            None => self.leave(),
        }
    }

    #[inline(always)]
    fn write(&mut self, address: u16, value: u8) {
        self.cycles += 1;
        if address < 0x2000
            && !self.left
            && let Some(byte) = self.ram.get_mut(Layout::CPU_RAM + usize::from(address & 0x7ff))
        {
            *byte = value;
            self.data = value;
        } else {
            self.leave();
        }
    }

    #[inline(always)]
    fn lines(&self) -> Lines {
        self.lines
    }

    fn take_nmi(&mut self) {
        self.leave();
    }
}

impl<S: Sink> System<'_, S> {
    /// Runs instructions as long as they are plain, at most so many of them and
    /// not for longer than `until` CPU cycles of this frame. Whether it ran any.
    #[inline(always)]
    pub fn run_plain(&mut self, cpu: &mut Cpu, most: u32, until: u64) -> bool {
        self.idle_cycles() >= WORTH && self.run_plain_now(cpu, most, until)
    }

    fn run_plain_now(&mut self, cpu: &mut Cpu, most: u32, until: u64) -> bool {
        let lines = Bus::lines(self);
        if lines.nmi || self.dma_wants_bus() {
            return false;
        }
        let until = until.saturating_sub(self.elapsed());
        let budget = u64::from(self.idle_cycles()).min(until) as u32;
        let mut bus = Plain {
            map: self.map,
            prg: &self.cart.prg,
            ram: self.state.ram.as_mut_bytes(),
            lines,
            data: self.state.wires.data,
            cycles: 0,
            left: false,
        };
        let (mut cycles, mut data, mut ran) = (0, bus.data, 0);
        let mut core = *cpu;
        while ran < most && cycles + LONGEST <= budget && core.is_at_instruction() {
            core.step(&mut bus);
            if bus.left {
                break;
            }
            (*cpu, cycles, data) = (core, bus.cycles, bus.data);
            ran += 1;
        }
        if ran > 0 {
            self.state.wires.data = data;
            self.state.wires.internal = data;
            self.pass_idle(cycles);
        }
        ran > 0
    }
}
