//! Instructions of which only the last cycle is more than memory.
//!
//! `cpu/fast.rs` ends at each access to a register. With an absolute address, such an
//! instruction reads its three bytes first, and if these lie in memory and the cycles
//! are idle (`cycle.rs`), there is nothing else in them:
//!
//! * They are let pass. What they leave is the high byte of the address on the data
//!   bus, which a register may see before the byte that is written.
//! * No DMA wants the bus at their start, and none comes within: so they are reads.
//! * The interrupt lines are polled before the last cycle, as ever.
//! * The last cycle is the exact core's, with all that comes of it.

use zerocopy::IntoBytes;

use super::Edge;
use super::cart::map::{Layout, Place};
use super::cpu::Cpu;
use super::output::Sink;
use super::system::System;

/// The cycles before the last one.
const FETCHES: u32 = 3;

impl<S: Sink, const LAZY: bool> System<'_, S, LAZY> {
    /// Runs such an instruction; `None`, and nothing done, if it is another. Gives
    /// whether a store like it follows.
    #[inline(always)]
    pub fn run_by_last_cycle(&mut self, cpu: &mut Cpu) -> Option<bool> {
        if self.idle_cycles() < FETCHES || !cpu.is_at_instruction() {
            return None;
        }
        self.run_by_last_cycle_now(cpu)
    }

    #[inline(never)]
    fn run_by_last_cycle_now(&mut self, cpu: &mut Cpu) -> Option<bool> {
        if self.dma_wants_bus() {
            return None;
        }
        let pc = cpu.registers().pc;
        let at = usize::from(pc & 0xff);
        let page = self.page_at(pc)?;
        let &[opcode, low, high] = page.get(at..at + 3)?.first_chunk()?;
        let follows = matches!(page.get(at + 3), Some(0x8c..=0x8e));
        let op = Cpu::accesses_absolute(opcode)?;
        self.pass_idle(FETCHES);
        self.work.fast_cycles += u64::from(FETCHES);
        self.work.edges.take::<S>(Edge::FastToLastCycle);
        self.state.wires.data = high;
        self.state.wires.internal = high;
        cpu.access_absolute(self, op, u16::from_le_bytes([low, high]));
        Some(follows)
    }

    /// The page of memory in which instructions lie.
    #[inline(always)]
    fn page_at(&self, pc: u16) -> Option<&[u8]> {
        if pc < 0x2000 {
            let begins = Layout::CPU_RAM + usize::from(pc & 0x0700);
            return self.state.ram.as_bytes().get(begins..begins + 0x100);
        }
        match self.map.cpu_read(pc & 0xff00) {
            Place::Rom(offset) => self.cart.prg.page(offset).map(|page| &page[..]),
            _ => None,
        }
    }
}
