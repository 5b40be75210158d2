//! Memory that only remembers, and when the CPU may run on it alone.
//!
//! In idle cycles (`cycle.rs`) nobody but the CPU works, no interrupt line moves
//! and no DMA wants the bus. What is left of a cycle then is its access, and if
//! that reads RAM or ROM, or writes RAM of which nobody hears, it has no other
//! effect. As long as instructions do just this, `cpu/fast.rs` runs them:
//!
//! * The lines are what they were. With an NMI waiting, or an IRQ that is let in,
//!   nothing is run here.
//! * The cycles are added when it is over, as the same number of idle cycles would
//!   have been: clock, get and put, and how late PPU and APU are.
//! * An instruction begins only if the longest one ends within the idle cycles, so
//!   that a frame never ends with one of these.
//!
//! Two registers are read here, too, where it is known what they give. Reads of
//! $2002 rest as long as `ppu/status.rs` says; each also keeps the register bus
//! charged, which is done. Reads of $4015 rest until the frame counter's next row,
//! all writes having taken effect and the frame flag, which they clear, being clear.

use zerocopy::IntoBytes;

use super::Edge;
use super::apu::Apu;
use super::cart::Prg;
use super::cart::map::{Map, Place};
use super::cpu::{Bus, Cpu, fast};
use super::output::Sink;
use super::ppu::Ppu;
use super::region::Region;
use super::system::System;

/// Idle cycles for which it is worth while to begin.
const WORTH: u32 = 16;
/// Bytes of the console's RAM.
const RAM: usize = 0x800;

/// The CPU's bus where it is only memory, with the time on it.
pub struct Memory<'a> {
    map: &'a Map,
    prg: &'a Prg,
    /// The console's own RAM, then all that follows it.
    pub ram: &'a mut [u8; RAM],
    more_ram: &'a mut [u8],
    ram_is_heard: bool,
    ppu: &'a mut Ppu,
    apu: &'a Apu,
    region: Region,
    /// CPU cycles since power-on, at the start.
    clock: u64,
    /// Cycles run, and the latest of them in which an instruction may begin.
    pub cycles: u32,
    pub last: u32,
    /// /IRQ is pulled and not let in.
    pub irq_waits: bool,
    /// The page in which instructions lie.
    pub page: u16,
    /// The cycle from which on $2002, and $4015, may give something else.
    status_until: u32,
    apu_until: Option<u32>,
    apu_late: u32,
    watched: Watched,
    /// How often rounds of a loop were let pass.
    passes: u32,
}

/// What happened since somebody began to look ([`Memory::watch`]).
#[derive(Default)]
struct Watched {
    /// Bits of RAM that changed.
    changes: u8,
    /// The first cycle in which something that was read may be something else.
    until: u32,
    /// When $2002 was read last.
    status_at: Option<u32>,
}

impl<'a> Memory<'a> {
    /// The page of ROM in which an address lies.
    pub fn rom_page(&self, address: u16) -> Option<&'a [u8; 256]> {
        match self.map.cpu_read(address & 0xff00) {
            Place::Rom(offset) if address >= 0x2000 => self.prg.page(offset),
            _ => None,
        }
    }

    /// Whether a read there is one of memory.
    pub fn answers(&self, address: u16) -> bool {
        self.read(address).is_some()
    }

    /// A read of memory.
    #[inline(always)]
    pub fn read(&self, address: u16) -> Option<u8> {
        if address < 0x2000 {
            return Some(self.ram[usize::from(address) % RAM]);
        }
        match self.map.cpu_read(address) {
            Place::Rom(offset) => self.prg.read(offset),
            Place::Ram(offset) => self.more_ram.get(offset.wrapping_sub(RAM)).copied(),
            Place::Nothing => None,
        }
    }

    /// The pointer at an address of page zero.
    #[inline(always)]
    pub fn pointer(&self, at: u8) -> u16 {
        let [low, high] = [at, at.wrapping_add(1)].map(|at| self.ram[usize::from(at)]);
        u16::from_le_bytes([low, high])
    }

    /// A write to memory; false where it is anything else.
    #[inline(always)]
    pub fn write(&mut self, address: u16, value: u8) -> bool {
        if address < 0x2000 {
            self.store_ram(usize::from(address), value);
            return true;
        }
        self.write_cart(address, value)
    }

    /// Writes the console's RAM.
    #[inline(always)]
    pub fn store_ram(&mut self, address: usize, value: u8) {
        let byte = &mut self.ram[address % RAM];
        self.watched.changes |= *byte ^ value;
        *byte = value;
    }

    #[inline(never)]
    fn write_cart(&mut self, address: u16, value: u8) -> bool {
        if !self.is_writable(address) {
            return false;
        }
        if let Place::Ram(offset) = self.map.cpu_write(address)
            && let Some(byte) = self.more_ram.get_mut(offset.wrapping_sub(RAM))
        {
            self.watched.changes |= *byte ^ value;
            *byte = value;
        }
        true
    }

    /// Whether a write there is one of memory.
    #[inline(always)]
    pub fn is_writable(&self, address: u16) -> bool {
        let there = |offset: usize| offset.wrapping_sub(RAM) < self.more_ram.len();
        let in_cart = || {
            !self.ram_is_heard
                && matches!(self.map.cpu_write(address), Place::Ram(offset) if there(offset))
        };
        address < 0x2000 || in_cart()
    }

    /// The three bytes at `pc`, where they may lie in two pages, if both answer.
    #[cold]
    pub fn across_pages(&self, pc: u16) -> Option<[u8; 3]> {
        // Whatever comes after the instruction answers, too.
        self.read(pc.wrapping_add(3))?;
        let [opcode, low, high] = [0, 1, 2].map(|n| self.read(pc.wrapping_add(n)));
        Some([opcode?, low?, high?])
    }

    /// A read in cycle `at`, of memory or of a register that rests, by an
    /// instruction that has the address from its operand.
    #[inline(always)]
    pub fn read_or_register(&mut self, address: u16, at: u32) -> Option<u8> {
        match self.read(address) {
            Some(byte) => Some(byte),
            None => self.read_register(address, at),
        }
    }

    #[inline(never)]
    fn read_register(&mut self, address: u16, at: u32) -> Option<u8> {
        if address & 0xe007 == 0x2002 && at < self.status_until {
            self.watched.status_at = Some(at);
            self.watched.until = self.watched.until.min(self.status_until);
            return Some(self.ppu.end_status_read(0, self.clock + u64::from(at)));
        }
        if address != 0x4015 {
            return None;
        }
        let (apu, region, late) = (self.apu, self.region, self.apu_late);
        let rests = || apu.status_rests(region).saturating_sub(late);
        let until = *self.apu_until.get_or_insert_with(rests);
        if at >= until {
            return None;
        }
        self.watched.until = self.watched.until.min(until);
        // Bit 5 is the operand's high byte, still on the bus inside: a zero.
        Some(self.apu.status())
    }

    /// Begins to look.
    pub fn watch(&mut self) {
        self.watched = Watched { until: self.last, ..Watched::default() };
    }

    /// Whether RAM is not what it was.
    pub fn has_changed(&self) -> bool {
        self.watched.changes != 0
    }

    /// The cycle until which all that was read stays.
    pub fn rests_until(&self) -> u32 {
        self.watched.until
    }

    /// Lets cycles pass in which all is repeated that was done since somebody
    /// looked; false, and nothing done, if that would be something else.
    pub fn pass(&mut self, cycles: u32) -> bool {
        self.passes += u32::from(cycles > 0);
        let Some(at) = self.watched.status_at else { return true };
        let then = |at: u32| self.clock + u64::from(at);
        let keeps_charge = self.ppu.peek(2, then(at)) == self.ppu.peek(2, then(at + cycles));
        if keeps_charge && cycles > 0 {
            self.ppu.end_status_read(0, then(at + cycles));
        }
        keeps_charge
    }
}

impl<S: Sink, const LAZY: bool> System<'_, S, LAZY> {
    /// Runs instructions as long as they are plain, that begin within so many
    /// cycles and end before the frame has had `until` of them. Whether there were
    /// any; what follows is for the exact core.
    #[inline(always)]
    pub fn run_plain(&mut self, cpu: &mut Cpu, within: u32, until: u64) -> bool {
        self.idle_cycles() >= WORTH
            && cpu.is_at_instruction()
            && self.run_plain_now(cpu, within, until)
    }

    #[inline(never)]
    fn run_plain_now(&mut self, cpu: &mut Cpu, within: u32, until: u64) -> bool {
        let lines = Bus::lines(self);
        let irq_is_let_in = lines.irq && !cpu.masks_irq();
        let edges = &mut self.work.edges;
        if lines.nmi {
            edges.take::<S>(Edge::FastNmi);
            return false;
        }
        if irq_is_let_in {
            edges.take::<S>(Edge::FastIrq);
            return false;
        }
        if self.dma_wants_bus() {
            self.work.edges.take::<S>(Edge::FastDma);
            return false;
        }
        let until = until.saturating_sub(self.elapsed());
        let budget = u64::from(self.idle_cycles()).min(until) as u32;
        let Some(last) = budget.checked_sub(fast::LONGEST) else { return false };
        let last = last.min(within);
        // A 2C05 puts its number in.
        let status_until = if self.cart.ppu.number().is_none() { self.status_rests() } else { 0 };
        let apu_late = self.late_apu();
        let state = &mut *self.state;
        let Some((ram, more_ram)) = state.ram.as_mut_bytes().split_first_chunk_mut() else {
            unreachable!("the console has RAM");
        };
        let mut memory = Memory {
            map: self.map,
            prg: &self.cart.prg,
            ram,
            more_ram,
            ram_is_heard: self.cart.board.hears_ram(),
            ppu: &mut state.ppu,
            apu: &state.apu,
            region: self.region,
            clock: state.clock,
            cycles: 0,
            last,
            irq_waits: lines.irq,
            page: u16::MAX,
            status_until,
            apu_until: None,
            apu_late,
            watched: Watched { until: last, ..Watched::default() },
            passes: 0,
        };
        cpu.run_fast(&mut memory);
        let (cycles, passes) = (memory.cycles, memory.passes);
        self.work.edges.take::<S>(match cycles {
            0 => Edge::FastRefused,
            _ if cycles > last => Edge::FastToTheEnd,
            _ => Edge::FastRuns,
        });
        if passes > 0 {
            self.work.edges.take::<S>(Edge::LoopPassed);
        }
        self.pass_idle(cycles);
        self.work.fast_cycles += u64::from(cycles);
        cycles > 0
    }
}
