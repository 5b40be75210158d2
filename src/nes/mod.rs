//! The machine: (State, Input) → (State, Frame, Sound). Pure and deterministic,
//! no I/O, no allocation after load, no unsafe code.

#![forbid(unsafe_code)]

mod ahead;
mod apu;
mod bits;
pub mod board;
pub mod cart;
mod cart_bus;
pub mod cpu;
mod cycle;
mod dma;
mod edges;
mod exact;
mod fields;
mod kept_ram;
mod last_cycle;
mod late_board;
mod late_ppu;
pub mod output;
mod plain;
pub mod port;
mod ppu;
pub mod region;
mod schedule;
mod sprite_page;
mod state;
mod system;

pub use cart::Cartridge;
pub use edges::{Edge, Edges};
pub use output::{Frame, Output, Sound, Step};
pub use port::{Devices, Input};
pub use region::Region;

use std::sync::Arc;

use zerocopy::IntoBytes;

use cart::map::{Layout, Map, Place};
use output::{Counting, Fade, Mute, Sink};
use port::zapper::Aim;
use state::State;
use system::{System, Wiring};

/// How the machine is switched on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PowerOn {
    /// The console.
    pub region: Region,
    /// CPU/PPU alignment, 0-3 (NTSC).
    pub alignment: u8,
    /// What RAM holds at power-on: 0 is all zero, another number seeds noise.
    pub seed: u64,
    /// What is plugged into the controller ports.
    pub ports: Devices,
}

/// How the machine computes. Both ways give the same bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tier {
    /// Nobody works before somebody can tell (`cycle.rs`).
    #[default]
    Lazy,
    /// Every chip works in every cycle: what being lazy has to equal.
    Exact,
}

/// How much was done how, since power-on. It is no state, and nobody computes by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// CPU cycles.
    pub cycles: u64,
    /// Those of them in which instructions ran whole (`cpu/fast.rs`).
    pub fast_cycles: u64,
    /// The PPU's half-dots.
    pub half_dots: u64,
    /// Those of them that it ran in stretches (`ppu/calm.rs`).
    pub calm_half_dots: u64,
    /// How often it went from one way to the other, in frames that counted it.
    pub edges: Edges,
}

/// Bytes that are not a state of this machine.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a state of this machine has {expected} bytes, not {got}")]
pub struct RestoreError {
    /// Bytes of this machine's state.
    pub expected: usize,
    /// Bytes that were given.
    pub got: usize,
}

/// The registers of the CPU between instructions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Registers {
    pub pc: u16,
    pub a: u8,
    pub x: u8,
    pub y: u8,
    pub s: u8,
    pub p: u8,
}

/// The drive of a Famicom Disk System.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiskDrive {
    /// Sides of the game's disks.
    pub sides: u8,
    /// The side that is in, or is being put in.
    pub side: Option<u8>,
    /// The game seems to wait for another.
    pub asks: bool,
}

/// What a debugger or a test sees of a running machine.
pub trait Probe {
    /// Whether it wants to see each instruction. Else it sees those at which the
    /// machine comes by, and holds nobody up.
    const WATCHES: bool = true;

    /// An instruction is about to start at `registers.pc`. `cycle` counts CPU
    /// cycles from power-on; `line` and `dot` are the PPU's.
    fn instruction(&mut self, registers: Registers, cycle: u64, line: u16, dot: u16);

    /// Whether the frame ends before this instruction, in the middle of all.
    #[inline(always)]
    fn stops(&self) -> bool {
        false
    }
}

/// No probe: costs nothing.
impl Probe for () {
    const WATCHES: bool = false;

    #[inline(always)]
    fn instruction(&mut self, _: Registers, _: u64, _: u16, _: u16) {}
}

/// A console with a cartridge in it.
pub struct Nes {
    cart: Arc<Cartridge>,
    region: Region,
    tier: Tier,
    state: Box<State>,
    /// Derived from the state by the cartridge's board.
    map: Map,
    work: Work,
}

impl Nes {
    /// Switches the console on.
    pub fn power_on(cart: impl Into<Arc<Cartridge>>, options: &PowerOn) -> Self {
        let cart = cart.into();
        let region = options.region;
        let mut state = State::power_on(&cart, options);
        cart.board.power_on(&mut state.board, &cart);
        let mut map = Map::new(&cart);
        kept_ram::fill(&cart, &map, &mut state);
        cart.board.map(&state.board, &cart, &mut map);
        Self { cart, region, tier: Tier::default(), state, map, work: Work::default() }
    }

    /// Chooses how it computes from the next frame on.
    pub fn set_tier(&mut self, tier: Tier) {
        self.tier = tier;
    }

    /// How it computes.
    pub fn tier(&self) -> Tier {
        self.tier
    }

    /// How much was done how.
    pub fn work(&self) -> Work {
        self.work
    }

    /// Presses the reset button.
    pub fn reset(&mut self) {
        self.state.cpu.reset();
        self.state.apu.reset();
        self.state.ppu.reset();
        self.state.oam_dma.stop();
        self.cart.board.reset(&mut self.state.board, &self.cart);
        self.derive();
    }

    /// Runs one frame: to the first instruction boundary at or after dot 1 of
    /// line 240. `input` holds within it.
    pub fn run_frame(&mut self, input: Input, out: &mut Output) {
        self.run_frame_with(input, out, &mut ());
    }

    /// Runs one frame without picture and sound; the same bytes result.
    pub fn run_muted(&mut self, input: Input) {
        match self.state.ports.aims() {
            true => self.run_aimed(input, None, &mut ()),
            false => self.run(input, &mut Mute, &mut ()),
        }
    }

    /// Runs one frame with a probe attached.
    pub fn run_frame_with(&mut self, input: Input, out: &mut Output, probe: &mut impl Probe) {
        let begun = self.begin(out);
        match self.state.ports.aims() {
            true => self.run_aimed(input, Some(out), probe),
            false => self.run(input, out, probe),
        }
        self.end(begun, out);
    }

    /// Runs one frame and counts the edges of the tiers: a little slower. With a Zapper
    /// that looks on nothing is counted.
    pub fn run_frame_counting(&mut self, input: Input, out: &mut Output) {
        if self.state.ports.aims() {
            return self.run_frame(input, out);
        }
        let begun = self.begin(out);
        self.run(input, &mut Counting(out), &mut ());
        self.end(begun, out);
    }

    fn begin(&self, out: &mut Output) -> (u64, Option<Fade>) {
        out.frame.ppu = self.cart.ppu;
        out.sound.steps.clear();
        out.sound.start = apu::mix::mix(self.state.apu.levels())
            + self.cart.board.level(&self.state.board, self.state.ram.as_bytes());
        (self.state.clock, self.cart.board.fade(&self.state.board))
    }

    fn end(&self, (start, fade): (u64, Option<Fade>), out: &mut Output) {
        out.sound.cycles = (self.state.clock - start) as u32;
        out.sound.fade(fade, self.cart.board.fade(&self.state.board));
    }

    /// The same with a Zapper that looks on.
    fn run_aimed(&mut self, input: Input, out: Option<&mut Output>, probe: &mut impl Probe) {
        let mut aim = Aim::new(&self.state.ports, &input, self.region.timing(), out);
        self.run(input, &mut aim, probe);
        aim.put_back(&mut self.state.ports);
    }

    fn run<P: Probe>(&mut self, input: Input, sink: &mut impl Sink, probe: &mut P) {
        self.freeze();
        let input = self.cart.wiring.wired(input);
        self.state.ports.begin_frame(&input);
        match self.tier {
            Tier::Lazy => self.run_as::<true, P>(input, sink, probe),
            Tier::Exact => self.run_as::<false, P>(input, sink, probe),
        }
        self.state.frame += 1;
        self.state.lag += u64::from(!self.state.ports.take_polled());
    }

    fn run_as<const LAZY: bool, P: Probe>(
        &mut self,
        input: Input,
        sink: &mut impl Sink,
        probe: &mut P,
    ) {
        // A probe sees instructions one by one.
        let within = if P::WATCHES { 0 } else { u32::MAX };
        // A frame of any bytes ends, too.
        let limit = u64::from(self.region.timing().dots);
        let mut was_visible = self.state.ppu.position().0 < 240;
        let mut follows = false;
        let wiring = Wiring { cart: &self.cart, region: self.region, input };
        let mut system = System::<_, LAZY>::new(&mut self.state, &mut self.map, sink, wiring);
        loop {
            let (line, dot) = system.state.ppu.position();
            let is_visible = line < 240 || line == 240 && dot == 0;
            if was_visible && !is_visible || system.elapsed() > limit {
                break;
            }
            was_visible = is_visible;
            let mut cpu = system.state.cpu;
            if cpu.is_at_instruction() {
                let (line, dot) = system.position();
                probe.instruction(cpu.registers(), system.state.clock, line, dot);
                if probe.stops() {
                    break;
                }
            }
            // Of stores to registers one often follows another, with nothing plain between.
            let ran = LAZY && !follows && system.run_plain(&mut cpu, within, limit);
            let watched = P::WATCHES && ran;
            let last = if LAZY && !watched { system.run_by_last_cycle(&mut cpu) } else { None };
            if !watched && last.is_none() {
                cpu.step(&mut system);
            }
            follows = last.unwrap_or(false);
            system.state.cpu = cpu;
        }
        system.catch_up();
        let work = &mut self.work;
        work.cycles += system.elapsed();
        work.fast_cycles += system.work.fast_cycles;
        work.half_dots += system.work.half_dots;
        work.calm_half_dots += system.work.calm_half_dots;
        work.edges.add(&system.work.edges);
    }

    /// Writes the cheats that are in RAM.
    fn freeze(&mut self) {
        for cheat in &self.cart.cheats {
            let offset = match cheat.address {
                0x0000..=0x1fff => Layout::CPU_RAM + usize::from(cheat.address & 0x7ff),
                address => match self.map.cpu_read(address) {
                    Place::Ram(offset) => offset,
                    Place::Rom(_) | Place::Nothing => continue,
                },
            };
            let byte = self.state.ram.as_mut_bytes().get_mut(offset);
            if let Some(byte) = byte.filter(|byte| cheat.applies_to(**byte)) {
                *byte = cheat.value;
            }
        }
    }

    /// Everything that the machine remembers. Equal machines have equal bytes.
    pub fn bytes(&self) -> &[u8] {
        self.state.as_bytes()
    }

    /// Makes the machine what `bytes` say; any bytes of the right number give a
    /// machine that runs.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<(), RestoreError> {
        let state = self.state.as_mut_bytes();
        if bytes.len() != state.len() {
            return Err(RestoreError { expected: state.len(), got: bytes.len() });
        }
        state.copy_from_slice(bytes);
        self.state.sanitize(self.region);
        let State { board, ram, .. } = &mut *self.state;
        self.cart.board.sanitize(board, ram.as_mut_bytes(), &self.cart);
        self.derive();
        Ok(())
    }

    /// Rebuilds what follows from the state.
    fn derive(&mut self) {
        self.cart.board.map(&self.state.board, &self.cart, &mut self.map);
    }

    /// Puts another ROM of the same board and sizes into the running machine
    /// (hot reload). `Err` gives the cartridge back when it does not fit.
    pub fn set_rom(&mut self, cart: Arc<Cartridge>) -> Result<(), Arc<Cartridge>> {
        if !cart.fits_in_place_of(&self.cart) {
            return Err(cart);
        }
        self.cart = cart;
        self.derive();
        Ok(())
    }

    /// What is plugged into the controller ports.
    pub fn ports(&self) -> Devices {
        self.state.ports.devices()
    }

    /// Frames run since power-on.
    pub fn frame_number(&self) -> u64 {
        self.state.frame
    }

    /// Frames since power-on in which the game did not read the pads.
    pub fn lag_frames(&self) -> u64 {
        self.state.lag
    }

    /// The cartridge.
    pub fn cartridge(&self) -> &Arc<Cartridge> {
        &self.cart
    }

    /// The console.
    pub fn region(&self) -> Region {
        self.region
    }

    /// xxh3-64 of the layout hash and the state's bytes.
    pub fn state_hash(&self) -> u64 {
        let mut hasher = xxhash_rust::xxh3::Xxh3::new();
        hasher.update(&self.layout_hash().to_le_bytes());
        hasher.update(self.bytes());
        hasher.digest()
    }

    /// A number that changes whenever the meaning of the state's bytes does.
    pub fn layout_hash(&self) -> u64 {
        State::layout_hash()
    }

    /// The fields of the state: path, offset, size. The last one is RAM, whose
    /// size depends on the cartridge; a line of it is listed.
    pub fn layout() -> Vec<(String, usize, usize)> {
        State::layout()
    }

    /// What the CPU would read at `address`, without any side effect; open bus
    /// gives the byte last on the bus.
    pub fn peek(&self, address: u16) -> u8 {
        system::peek(&self.state, &self.map, &self.cart, address)
    }

    /// What the PPU would read at `address` ($0000-$3FFF), palette included.
    pub fn peek_ppu(&self, address: u16) -> u8 {
        if address & 0x3f00 == 0x3f00 {
            return self.state.ppu.palette(address);
        }
        cart_bus::read_video(&self.cart, &self.map, self.state.ram.as_bytes(), address & 0x3fff)
    }

    /// The CPU's registers; `p` as PHP would push it.
    pub fn registers(&self) -> Registers {
        self.state.cpu.registers()
    }

    /// Sets the CPU's registers at an instruction boundary, for tests that
    /// start elsewhere than at the reset vector.
    pub fn set_registers(&mut self, registers: Registers) {
        self.state.cpu.set_registers(registers);
    }

    /// The disk drive; `None` where there is none.
    pub fn disk_drive(&self) -> Option<DiskDrive> {
        let sides = self.cart.disk.sides() as u8;
        let mut registers = if sides == 0 { return None } else { self.state.board };
        let drive = self.cart.board.drive(&mut registers)?;
        Some(DiskDrive { sides, side: drive.side(), asks: drive.asks() })
    }

    /// Takes the disk out, and puts a side in a second later. What there is not is not put in.
    pub fn insert_disk(&mut self, side: Option<u8>) {
        let sides = self.cart.disk.sides();
        if let Some(drive) = self.cart.board.drive(&mut self.state.board) {
            drive.insert(side.filter(|side| usize::from(*side) < sides));
        }
    }

    /// CPU cycles since power-on.
    pub fn cycle(&self) -> u64 {
        self.state.clock
    }

    /// Whether the CPU met an opcode that stops it.
    pub fn is_jammed(&self) -> bool {
        self.state.cpu.is_jammed()
    }
}
