//! The wiring board: memory map, the CPU's accesses, DMA.
//!
//! What happens when in a cycle is told in `cycle.rs`.
//!
//! <https://www.nesdev.org/wiki/CPU_memory_map>

use super::Work;
use super::board::{BoardId, Touched, Watches, Write};
use super::cart::Cartridge;
use super::cart::map::{Layout, Map, Place};
use super::cpu::{Bus, Lines};
use super::cycle::Late;
use super::dma::Cycle;
use super::output::{Mute, Sink};
use super::port::{Input, switches};
use super::ppu::{Crowd, Hears, Screen};
use super::region::{Region, Timing};
use super::schedule::{self, Moment, Schedule, Steps};
use super::state::State;
use zerocopy::IntoBytes;

/// A machine at work: the state and everything it is wired to for a frame.
/// `LAZY` is its [`Tier`](super::Tier).
pub struct System<'a, S: Sink, const LAZY: bool> {
    pub state: &'a mut State,
    pub map: &'a mut Map,
    pub sink: &'a mut S,
    pub(super) cart: &'a Cartridge,
    pub(super) region: Region,
    pub(super) timing: &'static Timing,
    pub(super) watches: Watches,
    /// What of the PPU's address the board is told when the PPU runs late.
    pub(super) hears: Hears,
    pub(super) input: Input,
    pub(super) schedules: &'static [Schedule],
    /// How far this CPU cycle has come.
    pub(super) reached: Moment,
    /// The same in the exact tier: its steps that were taken.
    pub(super) steps: Steps,
    /// There, too: a register of the APU was written, or may have been, and the length
    /// counters have not seen it.
    pub(super) lengths_move: bool,
    pub(super) late: Late,
    pub(super) crowd: Crowd,
    /// In this frame.
    pub(super) work: Work,
    /// `clock` at the start of the frame.
    pub(super) start: u64,
    /// A DMA took cycles during the last read.
    halted: bool,
}

/// What holds for a frame.
pub struct Wiring<'a> {
    pub cart: &'a Cartridge,
    pub region: Region,
    pub input: Input,
}

impl<'a, S: Sink, const LAZY: bool> System<'a, S, LAZY> {
    /// Wires a machine for a frame.
    pub fn new(
        state: &'a mut State,
        map: &'a mut Map,
        sink: &'a mut S,
        wiring: Wiring<'a>,
    ) -> Self {
        let Wiring { cart, region, input } = wiring;
        let schedules = schedule::of(region, state.wires.alignment);
        let schedule = &schedules[usize::from(state.wires.phase)];
        let board_level = cart.board.level(&state.board, state.ram.as_bytes());
        Self {
            late: Late::nobody(schedule, state.clock, board_level),
            schedules,
            crowd: Crowd::new(),
            reached: Moment::Start,
            steps: Steps::default(),
            lengths_move: true,
            work: Work::default(),
            start: state.clock,
            watches: cart.board.watches(),
            hears: cart.board.hears(cart),
            timing: cart.timing(region),
            halted: false,
            state,
            map,
            sink,
            cart,
            region,
            input,
        }
    }

    /// CPU cycles since the frame began.
    pub fn elapsed(&self) -> u64 {
        self.state.clock - self.start
    }

    /// A read cycle at `address`, while the CPU's own address is `core` (the
    /// same, unless a DMA reads).
    #[inline(always)]
    fn read_cycle(&mut self, core: u16, address: u16) -> u8 {
        let byte = self.access(core, address);
        self.end_cycle();
        byte
    }

    /// The part of a read cycle up to the byte.
    #[inline(always)]
    fn access(&mut self, core: u16, address: u16) -> u8 {
        self.state.apu.dmc.cycle_begins();
        let (external, driven) = match address {
            0x0000..=0x1fff => (self.ram_byte(address), true),
            0x2000..=0x3fff => (self.read_ppu(address & 7), true),
            0x4020..=0xffff => self.read_cart(address),
            _ => self.read_between(address),
        };
        self.state.wires.data = external;
        let byte =
            if core & 0xffe0 == 0x4000 { self.read_2a03(address & 0x1f, driven) } else { external };
        self.state.wires.internal = byte;
        byte
    }

    /// The 2A03's own registers decode the core's page but the bus's low bits,
    /// so a DMA can hit them anywhere while the core is parked among them.
    fn read_2a03(&mut self, register: u16, driven: bool) -> u8 {
        self.catch_up_apu();
        match register {
            0x15 => {
                let status = self.state.apu.status() | (self.state.wires.internal & 0x20);
                self.state.apu.acknowledge();
                status
            }
            0x16 | 0x17 => {
                let port = usize::from(register & 1);
                let lit = S::AIMS && self.sees_light(port);
                let mut bits = self.state.ports.read(port, &self.input, lit);
                if self.cart.has_switches() {
                    self.state.wires.data = 0;
                    bits |= switches::bits(port, &self.input);
                }
                if !(self.state.oam_dma.wants_bus() && driven) {
                    self.state.wires.data = bits | (self.state.wires.data & 0xe0);
                }
                self.state.wires.data
            }
            _ => self.state.wires.data,
        }
    }

    /// Whether a Zapper sees light: the PPU draws first what it should have by now.
    fn sees_light(&mut self, port: usize) -> bool {
        self.catch_up_ppu();
        self.sink.sees_light(port, self.state.ppu.position())
    }

    /// $4000-$401F outside of the 2A03.
    fn read_between(&mut self, address: u16) -> (u8, bool) {
        match address {
            0x4018..=0x401f if self.cart.is_music() => self.read_board(address),
            _ => (self.state.wires.data, false),
        }
    }

    fn ram_byte(&self, address: u16) -> u8 {
        self.state.ram.as_bytes()[Layout::CPU_RAM + usize::from(address & 0x7ff)]
    }

    fn read_cart(&mut self, address: u16) -> (u8, bool) {
        match self.map.cpu_read(address) {
            Place::Rom(offset) => (self.cart.prg.read(offset).unwrap_or(0), true),
            Place::Ram(offset) => {
                (self.state.ram.as_bytes().get(offset).copied().unwrap_or(0), true)
            }
            Place::Nothing => self.read_board(address),
        }
    }

    /// The same where the board answers, or nobody.
    #[inline(never)]
    fn read_board(&mut self, address: u16) -> (u8, bool) {
        self.meet_board();
        let open = self.state.wires.data;
        let board = self.cart.board;
        let byte = board.read(&mut self.state.board, self.cart, address, open);
        if board.reads_move_banks() {
            self.catch_up_ppu();
            board.map(&self.state.board, self.cart, self.map);
        }
        byte.map_or((open, false), |byte| (byte, true))
    }

    fn read_ppu(&mut self, register: u16) -> u8 {
        if let (2, Some(number)) = (register, self.cart.ppu.number()) {
            return self.read_numbered_status(number);
        }
        if register == 2
            && let Some(status) = self.read_resting_status()
        {
            return status;
        }
        self.meet_ppu(Moment::Start);
        match register {
            2 => self.read_status(),
            4 => {
                self.meet_ppu(Moment::EndOfRead);
                self.state.ppu.read_oam(self.state.clock)
            }
            7 => {
                let byte = self.state.ppu.begin_data_read(self.state.clock);
                self.meet_ppu(Moment::EndOfRead);
                self.state.ppu.end_data_read();
                byte
            }
            _ => self.state.ppu.bus_at(self.state.clock),
        }
    }

    fn read_status(&mut self) -> u8 {
        let begun = self.state.ppu.begin_status_read();
        self.meet_ppu(Moment::EndOfRead);
        self.state.ppu.end_status_read(begun, self.state.clock)
    }

    /// $2002 of a 2C05.
    fn read_numbered_status(&mut self, number: u8) -> u8 {
        self.meet_ppu(Moment::Start);
        self.read_status() & 0xc0 | number
    }

    fn write_cycle(&mut self, address: u16, value: u8) {
        self.state.apu.dmc.cycle_begins();
        let stale = self.state.wires.data;
        match address {
            0x0000..=0x1fff => {
                let at = Layout::CPU_RAM + usize::from(address & 0x7ff);
                self.state.ram.as_mut_bytes()[at] = value;
            }
            0x2000..=0x3fff => self.write_ppu(address & 7, value, stale),
            0x4014 => self.state.oam_dma.start(value),
            0x4016 => {
                self.catch_up_apu();
                self.state.ports.write(value);
                if self.cart.is_arcade() {
                    self.write_cart(address, value);
                }
            }
            0x4000..=0x4017 => {
                self.catch_up_apu();
                let put = self.state.wires.put.on();
                self.state.apu.write(address, value, put, self.region);
                self.lengths_move = true;
                self.emit();
            }
            0x4018..=0x401f if !self.cart.is_music() => {}
            0x4018..=0xffff => self.write_cart(address, value),
        }
        self.state.wires.data = value;
        self.state.wires.internal = value;
        self.end_cycle();
    }

    fn write_ppu(&mut self, register: u16, value: u8, stale: u8) {
        let register = self.cart.ppu.register(register);
        if self.write_overlooked(register, value, stale) {
            return;
        }
        match register {
            0 => {
                self.meet_ppu(Moment::Start);
                if self.cart.board.answers_ppu() {
                    self.write_cart(0x2000, value);
                }
                self.state.ppu.begin_ctrl_write(stale);
                self.meet_ppu(Moment::DataValid);
                self.state.ppu.write_ctrl(value, self.state.clock);
            }
            7 => {
                self.meet_ppu_to_write(Moment::EndOfRead, 7);
                self.state.ppu.write_data(value, self.state.clock);
            }
            _ => {
                self.meet_ppu_to_write(Moment::Start, register);
                let (clock, alignment) = (self.state.clock, self.state.wires.alignment);
                self.state.ppu.write(register, value, stale, clock, self.timing, alignment);
            }
        }
    }

    fn write_cart(&mut self, address: u16, value: u8) {
        match self.map.cpu_write(address) {
            Place::Ram(offset) => {
                if let Some(byte) = self.state.ram.as_mut_bytes().get_mut(offset) {
                    *byte = value;
                }
                self.catch_up_board();
            }
            _ => self.meet_board(),
        }
        let rom = match self.map.cpu_read(address) {
            Place::Rom(offset) => self.cart.prg.read(offset).unwrap_or(0xff),
            _ => 0xff,
        };
        let State { board: registers, ram, clock, .. } = &mut *self.state;
        let write = Write { address, value, rom, cycle: *clock, ram: ram.as_mut_bytes() };
        let board = self.cart.board;
        if board.write(registers, self.cart, write) == Touched::Banks {
            self.catch_up_ppu();
            board.map(&self.state.board, self.cart, self.map);
        }
    }

    /// Whether a DMA takes the bus from a reading CPU.
    #[inline(always)]
    pub(super) fn dma_wants_bus(&self) -> bool {
        self.state.oam_dma.wants_bus() || self.state.apu.dmc.wants_bus()
    }

    #[cold]
    fn dma_cycle(&mut self, core: u16) {
        let State { oam_dma, apu, wires, .. } = &mut *self.state;
        let put = wires.put.on();
        let dmc = apu.dmc.wants_bus().then(|| apu.dmc.is_halting());
        let cycle = oam_dma.cycle(put, dmc);
        if !put {
            apu.dmc.halted();
        }
        match cycle {
            Cycle::Repeat => {
                self.read_cycle(core, core);
            }
            Cycle::DmcGet => {
                self.state.oam_dma.lost_get();
                let byte = self.access(core, self.state.apu.dmc.fetch_address());
                // It arrives before the APU's part of the cycle.
                self.catch_up_apu();
                self.state.apu.dmc.fetched(byte);
                self.end_cycle();
            }
            Cycle::OamGet(address) => {
                let byte = self.read_cycle(core, address);
                self.state.oam_dma.got(byte);
            }
            Cycle::OamPut(byte) => self.write_cycle(0x2004, byte),
        }
    }
}

impl<S: Sink, const LAZY: bool> Bus for System<'_, S, LAZY> {
    #[inline(always)]
    fn read(&mut self, address: u16) -> u8 {
        self.halted = false;
        while self.dma_wants_bus() {
            self.halted = true;
            if !self.pass_oam_dma(address) {
                self.dma_cycle(address);
            }
        }
        self.read_cycle(address, address)
    }

    #[inline(always)]
    fn write(&mut self, address: u16, value: u8) {
        self.write_cycle(address, value);
    }

    #[inline(always)]
    fn lines(&self) -> Lines {
        let wires = &self.state.wires;
        Lines { nmi: wires.nmi_edge.on(), irq: wires.irq.on() }
    }

    fn take_nmi(&mut self) {
        self.state.wires.nmi_edge = false.into();
    }

    fn read_was_halted(&mut self, address: u16) -> (u8, bool) {
        let byte = self.read(address);
        (byte, self.halted)
    }
}

/// What the CPU would read at `address`, with no effect.
pub fn peek(state: &State, map: &Map, cart: &Cartridge, address: u16) -> u8 {
    let ram = state.ram.as_bytes();
    match address {
        0x0000..=0x1fff => ram[Layout::CPU_RAM + usize::from(address & 0x7ff)],
        0x2000..=0x3fff => state.ppu.peek(address & 7, state.clock),
        0x4015 => state.apu.status() | (state.wires.internal & 0x20),
        0x4000..=0x401f => state.wires.data,
        _ => match map.cpu_read(address) {
            Place::Rom(offset) => cart.prg.read(offset).unwrap_or(0),
            Place::Ram(offset) => ram.get(offset).copied().unwrap_or(0),
            Place::Nothing => {
                let mut board = state.board;
                let open = state.wires.data;
                let board_id: BoardId = cart.board;
                board_id.read(&mut board, cart, address, open).unwrap_or(open)
            }
        },
    }
}

/// A muted machine has no screen.
impl Screen for Mute {
    #[inline(always)]
    fn pixel(&mut self, _: u16, _: u16, _: u16) {}
    #[inline(always)]
    fn pixels(&mut self, _: u16, _: u16, _: &[u16]) {}
}
