//! Everything that the machine remembers, as bytes.
//!
//! Plain old data without padding, proven when this is compiled: to save is to
//! copy, to restore is to copy and to derive the page tables. Its last field is
//! all RAM outside the chips, sized once for the cartridge; `cart::map::Layout`
//! says what lies where in it.

use zerocopy::{FromBytes, FromZeros, Immutable, IntoBytes, KnownLayout};

use super::PowerOn;
use super::apu::Apu;
use super::bits::Flag;
use super::board::Registers;
use super::cart::Cartridge;
use super::cart::map::Layout;
use super::cpu::Cpu;
use super::dma::OamDma;
use super::fields::{self, fields};
use super::port::Ports;
use super::ppu::Ppu;
use super::region::Region;
use super::schedule;

/// The recorder's unit, and the machine's: a line of 64 bytes.
pub type Line = [u64; 8];

/// The lines between the CPU and what it is wired to.
#[derive(Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Wires {
    /// The external data bus.
    pub data: u8,
    /// The bus inside the 2A03, which $4015 alone drives without the other.
    pub internal: u8,
    /// The current CPU cycle is a put cycle, not a get cycle.
    pub put: Flag,
    /// /NMI as last sampled, and an edge that nobody has taken.
    pub nmi_level: Flag,
    pub nmi_edge: Flag,
    /// /IRQ as last sampled.
    pub irq: Flag,
    /// PAL: which of five CPU cycles this is.
    pub phase: u8,
    /// CPU/PPU alignment, 0-3.
    pub alignment: u8,
}

impl Wires {
    /// The pin, as /NMI is driven now.
    #[inline(always)]
    pub fn sample_nmi(&mut self, level: bool) {
        if level && !self.nmi_level.on() {
            self.nmi_edge = Flag::ON;
        }
        self.nmi_level = level.into();
    }
}

fields! {
    Wires: data, internal, put, nmi_level, nmi_edge, irq, phase, alignment
}

/// The machine.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct State {
    /// CPU cycles since power-on.
    pub clock: u64,
    /// Frames since power-on.
    pub frame: u64,
    pub cpu: Cpu,
    pub wires: Wires,
    pub apu: Apu,
    reserved: [u8; 6],
    pub ports: Ports,
    pub oam_dma: OamDma,
    pub ppu: Ppu,
    pub board: Registers,
    /// Frames since power-on in which no pad was read.
    pub lag: u64,
    line_end: [u64; 5],
    /// All RAM outside the chips: `cart::map::Layout`.
    pub ram: [Line],
}

fields! {
    State, RAM; clock, frame, cpu => Cpu, wires => Wires, apu => Apu, reserved,
        ports => Ports, oam_dma => OamDma, ppu => Ppu, board, lag, line_end
}

/// Where RAM begins: on a whole line.
const RAM: usize = std::mem::offset_of!(State, line_end) + size_of::<[u64; 5]>();
const _: () = assert!(RAM.is_multiple_of(size_of::<Line>()));

/// Raise it by hand when bytes change their meaning but not their name and
/// place; a board's registers are such bytes.
const LAYOUT_VERSION: u32 = 4;

/// Bits of the clock and the frame number that a restored state may have: some
/// eighty thousand years, and no sum overflows.
const CLOCK: u64 = (1 << 62) - 1;

impl State {
    /// The console as it is switched on.
    pub fn power_on(cart: &Cartridge, options: &PowerOn) -> Box<Self> {
        let PowerOn { region, alignment, seed, ports } = *options;
        let lines = Layout::of(cart).total / size_of::<Line>();
        let Ok(mut state) = Self::new_box_zeroed_with_elems(lines) else {
            // The number of lines is bounded by the cartridge's header.
            unreachable!("a machine's RAM is a few megabytes at most");
        };
        fill_with_noise(state.ram.as_mut_bytes(), seed);
        cart.board.more(state.ram.as_mut_bytes()).fill(0);
        state.cpu = Cpu::power_on();
        state.apu = Apu::power_on();
        state.ppu = Ppu::power_on();
        state.ports = Ports::new(ports);
        state.wires.put = Flag::OFF;
        state.wires.alignment = if region == Region::Ntsc { alignment & 3 } else { 0 };
        state
    }

    /// So many CPU cycles pass for the board.
    #[inline]
    pub fn pass_board(&mut self, cart: &Cartridge, cycles: u32) {
        cart.board.cpu_cycles(&mut self.board, cart, self.ram.as_mut_bytes(), cycles);
    }

    /// Bounds every index and counter, so that any bytes run. A sane state
    /// stays as it is.
    pub fn sanitize(&mut self, region: Region) {
        let timing = region.timing();
        self.cpu.sanitize();
        self.apu.sanitize();
        self.ppu.sanitize(timing);
        self.ports.sanitize();
        self.clock &= CLOCK;
        self.frame &= CLOCK;
        self.lag &= CLOCK;
        self.wires.phase %= schedule::of(region, 0).len() as u8;
        self.wires.alignment &= if region == Region::Ntsc { 3 } else { 0 };
    }

    /// A number for the layout of the bytes: every field's name, place and size,
    /// and the version.
    pub fn layout_hash() -> u64 {
        let mut hasher = xxhash_rust::xxh3::Xxh3::new();
        hasher.update(&LAYOUT_VERSION.to_le_bytes());
        fields::hash(Self::FIELDS, &mut hasher);
        hasher.digest()
    }

    /// Every field's path, offset and size; RAM, the last one, has the size of
    /// a line.
    pub fn layout() -> Vec<(String, usize, usize)> {
        let mut layout = Vec::new();
        fields::walk(Self::FIELDS, "", 0, &mut |path, offset, size| {
            layout.push((path, offset, size));
        });
        layout.push(("ram".to_owned(), RAM, size_of::<Line>()));
        layout
    }
}

/// What RAM holds when power comes: zeros for seed 0, else noise that depends
/// on nothing but the seed.
fn fill_with_noise(bytes: &mut [u8], seed: u64) {
    if seed == 0 {
        return;
    }
    // SplitMix64: https://prng.di.unimi.it/splitmix64.c (public domain).
    let mut state = seed;
    for chunk in bytes.chunks_mut(8) {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        chunk.copy_from_slice(&(z ^ z >> 31).to_le_bytes()[..chunk.len()]);
    }
}
