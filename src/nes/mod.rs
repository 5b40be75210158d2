//! The machine: (State, Input) → (State, Frame, Sound). Pure and deterministic,
//! no I/O, no allocation after load, no unsafe code.

#![forbid(unsafe_code)]

pub mod board;
pub mod cart;
pub mod output;
pub mod port;
pub mod region;

pub use cart::Cartridge;
pub use output::{Frame, Output, Sound, Step};
pub use port::Input;
pub use region::Region;

use std::sync::Arc;

/// How the machine is switched on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PowerOn {
    /// The console.
    pub region: Region,
    /// CPU/PPU alignment, 0-3 (NTSC).
    pub alignment: u8,
    /// What RAM holds at power-on: 0 is all zero, another number seeds noise.
    pub seed: u64,
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

/// What a debugger or a test sees of a running machine.
pub trait Probe {
    /// An instruction is about to start at `registers.pc`. `cycle` counts CPU
    /// cycles from power-on; `line` and `dot` are the PPU's.
    fn instruction(&mut self, registers: Registers, cycle: u64, line: u16, dot: u16);
}

/// No probe: costs nothing.
impl Probe for () {
    #[inline(always)]
    fn instruction(&mut self, _: Registers, _: u64, _: u16, _: u16) {}
}

/// A console with a cartridge in it.
pub struct Nes {
    cart: Arc<Cartridge>,
    bytes: Vec<u8>,
    frame: u64,
}

impl Nes {
    /// Switches the console on.
    pub fn power_on(cart: impl Into<Arc<Cartridge>>, _options: &PowerOn) -> Self {
        Self { cart: cart.into(), bytes: vec![0; 8192], frame: 0 }
    }

    /// Presses the reset button.
    pub fn reset(&mut self) {}

    /// Runs one frame: from the last instruction boundary after line 240 dot 1
    /// to the next. `input` holds within it.
    pub fn run_frame(&mut self, input: Input, out: &mut Output) {
        self.frame += 1;
        let f = self.frame as usize;
        for (i, p) in out.frame.pixels.iter_mut().enumerate() {
            *p = (((i % 256 + f) / 8 + i / 256 / 8) & 63) as u16;
        }
        out.sound.start = 0;
        out.sound.steps.clear();
        out.sound.cycles = 29_780;
        for n in 0..14 {
            let level = if n % 2 == 0 { 9000 } else { 0 };
            out.sound.push(Step { cycle: n * 2034 + u32::from(input.pads[0]), level });
        }
    }

    /// Runs one frame without picture and sound; the same bytes result.
    pub fn run_muted(&mut self, _input: Input) {
        self.frame += 1;
    }

    /// Runs one frame with a probe attached.
    pub fn run_frame_with(&mut self, input: Input, out: &mut Output, _probe: &mut impl Probe) {
        self.run_frame(input, out);
    }

    /// Everything that the machine remembers. Equal machines have equal bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Makes the machine what `bytes` say; any bytes of the right number give a
    /// machine that runs.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<(), RestoreError> {
        if bytes.len() != self.bytes.len() {
            return Err(RestoreError { expected: self.bytes.len(), got: bytes.len() });
        }
        self.bytes.copy_from_slice(bytes);
        Ok(())
    }

    /// Puts another ROM of the same board and sizes into the running machine
    /// (hot reload). `Err` gives the cartridge back when it does not fit.
    pub fn set_rom(&mut self, cart: Arc<Cartridge>) -> Result<(), Arc<Cartridge>> {
        self.cart = cart;
        Ok(())
    }

    /// Frames run since power-on.
    pub fn frame_number(&self) -> u64 {
        self.frame
    }

    /// The cartridge.
    pub fn cartridge(&self) -> &Arc<Cartridge> {
        &self.cart
    }

    /// The console.
    pub fn region(&self) -> Region {
        self.cart.region
    }

    /// xxh3-64 of the layout hash and the state's bytes.
    pub fn state_hash(&self) -> u64 {
        0
    }

    /// A number that changes whenever the meaning of the state's bytes does.
    pub fn layout_hash(&self) -> u64 {
        0
    }

    /// What the CPU would read at `address`, without any side effect; open bus
    /// gives the byte last on the bus.
    pub fn peek(&self, _address: u16) -> u8 {
        0
    }

    /// What the PPU would read at `address` ($0000-$3FFF), palette included.
    pub fn peek_ppu(&self, _address: u16) -> u8 {
        0
    }

    /// The CPU's registers; `p` as PHP would push it.
    pub fn registers(&self) -> Registers {
        Registers::default()
    }

    /// Sets the CPU's registers at an instruction boundary, for tests that
    /// start elsewhere than at the reset vector.
    pub fn set_registers(&mut self, _registers: Registers) {}

    /// CPU cycles since power-on.
    pub fn cycle(&self) -> u64 {
        0
    }

    /// Whether the CPU met an opcode that stops it.
    pub fn is_jammed(&self) -> bool {
        false
    }

    /// The RAM that survives power-off: PRG part, then CHR part. Empty without
    /// a battery.
    pub fn battery(&self) -> (&[u8], &[u8]) {
        (&[], &[])
    }

    /// Fills the RAM that survives power-off, as far as `bytes` reach.
    pub fn load_battery(&mut self, _bytes: &[u8]) {}
}
