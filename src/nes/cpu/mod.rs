//! The 6502 core of the 2A03: no decimal mode, every cycle a bus access.
//!
//! One call of [`Bus::read`] or [`Bus::write`] is exactly one CPU cycle, so the
//! timing of an instruction is the order of its calls. Interrupt lines are
//! polled where `self.poll(bus)` stands: just before an instruction's last
//! cycle, on what the lines were at the end of the cycle before.
//!
//! <https://www.nesdev.org/wiki/CPU_interrupts>,
//! <https://www.nesdev.org/6502_cpu.txt>

pub mod fast;
mod modes;
mod ops;
pub mod table;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::Registers;
use super::fields::fields;
use table::{Mode, OPCODES, Op};

/// The interrupt inputs as the last cycle left them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lines {
    /// An edge of /NMI came and no sequence has taken it yet.
    pub nmi: bool,
    /// /IRQ is pulled.
    pub irq: bool,
}

/// What the CPU is wired to. A call that reads or writes is one CPU cycle.
pub trait Bus {
    /// A read cycle; a DMA may take the bus before it.
    fn read(&mut self, address: u16) -> u8;
    /// A write cycle.
    fn write(&mut self, address: u16, value: u8);
    /// The interrupt lines.
    fn lines(&self) -> Lines;
    /// The NMI sequence took the edge.
    fn take_nmi(&mut self);
    /// A read cycle that also tells whether a DMA halted the CPU on it.
    fn read_was_halted(&mut self, address: u16) -> (u8, bool) {
        (self.read(address), false)
    }
}

/// The status register. Bit 5 reads as one, B exists only on the stack.
pub mod flag {
    /// Carry.
    pub const C: u8 = 0x01;
    /// Zero.
    pub const Z: u8 = 0x02;
    /// Interrupt disable.
    pub const I: u8 = 0x04;
    /// Decimal: kept, never used.
    pub const D: u8 = 0x08;
    /// Pushed by PHP and BRK.
    pub const B: u8 = 0x10;
    /// Always one.
    pub const ONE: u8 = 0x20;
    /// Overflow.
    pub const V: u8 = 0x40;
    /// Negative.
    pub const N: u8 = 0x80;
}

/// What the CPU does at the next instruction boundary.
mod next {
    /// Fetches an opcode.
    pub const INSTRUCTION: u8 = 0;
    /// Enters the IRQ handler.
    pub const IRQ: u8 = 1;
    /// Enters the NMI handler.
    pub const NMI: u8 = 2;
    /// Runs the reset sequence.
    pub const RESET: u8 = 3;
    /// Nothing, for ever: a JAM opcode.
    pub const JAM: u8 = 4;
}

/// Addresses of the vectors.
mod vector {
    pub const NMI: u16 = 0xfffa;
    pub const RESET: u16 = 0xfffc;
    pub const IRQ: u16 = 0xfffe;
}

/// The registers between two instructions.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Cpu {
    pc: u16,
    a: u8,
    x: u8,
    y: u8,
    s: u8,
    p: u8,
    next: u8,
}

fields! {
    Cpu: pc, a, x, y, s, p, next
}

/// How an instruction uses its address, which decides the dummy reads.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    Write,
}

impl Cpu {
    /// As after power-on: the reset sequence comes first.
    pub fn power_on() -> Self {
        Self { pc: 0xffff, a: 0, x: 0, y: 0, s: 0, p: flag::ONE, next: next::RESET }
    }

    /// The reset button was pressed.
    pub fn reset(&mut self) {
        self.next = next::RESET;
    }

    /// Whether a JAM opcode stopped it.
    pub fn is_jammed(&self) -> bool {
        self.next == next::JAM
    }

    /// Whether the next step starts an instruction (and not an interrupt).
    pub fn is_at_instruction(&self) -> bool {
        self.next == next::INSTRUCTION
    }

    /// Whether it lets no IRQ in.
    pub fn masks_irq(&self) -> bool {
        self.p & flag::I != 0
    }

    /// The registers.
    pub fn registers(&self) -> Registers {
        Registers { pc: self.pc, a: self.a, x: self.x, y: self.y, s: self.s, p: self.p | flag::ONE }
    }

    /// Sets the registers and cancels what was pending.
    pub fn set_registers(&mut self, registers: Registers) {
        let Registers { pc, a, x, y, s, p } = registers;
        *self = Self { pc, a, x, y, s, p: (p | flag::ONE) & !flag::B, next: next::INSTRUCTION };
    }

    /// Makes any bytes a CPU that runs.
    pub fn sanitize(&mut self) {
        self.p = (self.p | flag::ONE) & !flag::B;
        if self.next > next::JAM {
            self.next = next::INSTRUCTION;
        }
    }

    /// Runs an instruction or an interrupt sequence; a jammed CPU one cycle.
    #[inline]
    pub fn step(&mut self, bus: &mut impl Bus) {
        match self.next {
            next::INSTRUCTION => {
                let opcode = self.fetch(bus);
                self.execute(bus, opcode);
            }
            next::JAM => {
                bus.read(0xffff);
            }
            cause => {
                bus.read(self.pc);
                bus.read(self.pc);
                self.enter_handler(bus, cause);
            }
        }
    }

    /// The last five cycles of BRK, IRQ, NMI and reset. An NMI that came in time
    /// takes over the vector of the others; the handler's first instruction
    /// always runs, since nothing is polled at the end.
    fn enter_handler(&mut self, bus: &mut impl Bus, cause: u8) {
        let [low, high] = self.pc.to_le_bytes();
        if cause == next::RESET {
            for _ in 0..3 {
                bus.read(self.stack());
                self.s = self.s.wrapping_sub(1);
            }
        } else {
            self.push(bus, high);
            self.push(bus, low);
        }
        let hijacked = bus.lines().nmi;
        if cause != next::RESET {
            let b = if cause == next::INSTRUCTION { flag::B } else { 0 };
            self.push(bus, self.p | b);
        }
        let vector = if cause == next::RESET {
            vector::RESET
        } else if hijacked || cause == next::NMI {
            bus.take_nmi();
            vector::NMI
        } else {
            vector::IRQ
        };
        self.p |= flag::I;
        let low = bus.read(vector);
        let high = bus.read(vector + 1);
        self.pc = u16::from_le_bytes([low, high]);
        self.next = next::INSTRUCTION;
    }

    /// Looks at the interrupt lines: decides what follows this instruction.
    #[inline(always)]
    fn poll(&mut self, bus: &impl Bus) {
        let lines = bus.lines();
        self.next = if lines.nmi {
            next::NMI
        } else if lines.irq && self.p & flag::I == 0 {
            next::IRQ
        } else {
            next::INSTRUCTION
        };
    }

    /// The second poll of a branch that crosses a page: adds, never removes.
    fn poll_again(&mut self, bus: &impl Bus) {
        let first = self.next;
        self.poll(bus);
        self.next = self.next.max(first);
    }

    #[inline(always)]
    fn fetch(&mut self, bus: &mut impl Bus) -> u8 {
        let byte = bus.read(self.pc);
        self.pc = self.pc.wrapping_add(1);
        byte
    }

    fn stack(&self) -> u16 {
        0x0100 | u16::from(self.s)
    }

    fn push(&mut self, bus: &mut impl Bus, value: u8) {
        bus.write(self.stack(), value);
        self.s = self.s.wrapping_sub(1);
    }

    fn pop(&mut self, bus: &mut impl Bus) -> u8 {
        self.s = self.s.wrapping_add(1);
        bus.read(self.stack())
    }

    /// Runs `opcode`, whose byte was just fetched.
    fn execute(&mut self, bus: &mut impl Bus, opcode: u8) {
        let (op, mode) = OPCODES[usize::from(opcode)];
        match op {
            Op::Jam => self.jam(bus),
            Op::Brk => {
                self.fetch(bus);
                self.enter_handler(bus, next::INSTRUCTION);
            }
            Op::Jmp => self.jmp(bus, mode),
            Op::Jsr => self.jsr(bus),
            Op::Rts => self.rts(bus),
            Op::Rti => self.rti(bus),
            Op::Pha | Op::Php => self.push_register(bus, op),
            Op::Pla | Op::Plp => self.pull_register(bus, op),
            _ => match mode {
                Mode::Rel => self.branch(bus, op),
                Mode::Imp => self.implied(bus, op),
                _ if op.modifies() => self.modify(bus, op, mode),
                _ if op.stores() => self.store(bus, op, mode),
                Mode::Imm => {
                    self.poll(bus);
                    let value = self.fetch(bus);
                    self.read_op(op, value);
                }
                _ => {
                    let address = self.address(bus, mode, Access::Read);
                    self.poll(bus);
                    let value = bus.read(address);
                    self.read_op(op, value);
                }
            },
        }
    }

    fn implied(&mut self, bus: &mut impl Bus, op: Op) {
        self.poll(bus);
        bus.read(self.pc);
        self.implied_op(op);
    }

    /// Read, write the old value back, write the new one.
    fn modify(&mut self, bus: &mut impl Bus, op: Op, mode: Mode) {
        let address = self.address(bus, mode, Access::Write);
        let old = bus.read(address);
        bus.write(address, old);
        self.poll(bus);
        let new = self.modify_op(op, old);
        bus.write(address, new);
    }

    fn store(&mut self, bus: &mut impl Bus, op: Op, mode: Mode) {
        let (address, value) = match op {
            Op::Sha | Op::Shs | Op::Shx | Op::Shy => self.unstable_store(bus, op, mode),
            _ => (self.address(bus, mode, Access::Write), self.stored_value(op)),
        };
        self.poll(bus);
        bus.write(address, value);
    }

    /// What an opcode does if it has an absolute address and accesses it once.
    pub fn accesses_absolute(opcode: u8) -> Option<Op> {
        let (op, mode) = OPCODES[usize::from(opcode)];
        let once = mode == Mode::Abs && !matches!(op, Op::Jmp | Op::Jsr) && !op.modifies();
        once.then_some(op)
    }

    /// Its last cycle, with the poll before it.
    pub fn access_absolute(&mut self, bus: &mut impl Bus, op: Op, address: u16) {
        self.pc = self.pc.wrapping_add(3);
        self.poll(bus);
        if op.stores() {
            bus.write(address, self.stored_value(op));
        } else {
            let value = bus.read(address);
            self.read_op(op, value);
        }
    }

    fn jmp(&mut self, bus: &mut impl Bus, mode: Mode) {
        let low = self.fetch(bus);
        if mode == Mode::Abs {
            self.poll(bus);
            let high = self.fetch(bus);
            self.pc = u16::from_le_bytes([low, high]);
        } else {
            let high = self.fetch(bus);
            let target = bus.read(u16::from_le_bytes([low, high]));
            self.poll(bus);
            // The pointer does not carry into its high byte.
            let page = bus.read(u16::from_le_bytes([low.wrapping_add(1), high]));
            self.pc = u16::from_le_bytes([target, page]);
        }
    }

    /// The high byte is read last, from behind the pushes.
    fn jsr(&mut self, bus: &mut impl Bus) {
        let low = self.fetch(bus);
        bus.read(self.stack());
        let [pc_low, pc_high] = self.pc.to_le_bytes();
        self.push(bus, pc_high);
        self.push(bus, pc_low);
        self.poll(bus);
        let high = bus.read(self.pc);
        self.pc = u16::from_le_bytes([low, high]);
    }

    fn rts(&mut self, bus: &mut impl Bus) {
        bus.read(self.pc);
        bus.read(self.stack());
        let low = self.pop(bus);
        let high = self.pop(bus);
        self.pc = u16::from_le_bytes([low, high]);
        self.poll(bus);
        self.fetch(bus);
    }

    /// I is back before the poll: no delay of one instruction, unlike PLP.
    fn rti(&mut self, bus: &mut impl Bus) {
        bus.read(self.pc);
        bus.read(self.stack());
        self.p = (self.pop(bus) | flag::ONE) & !flag::B;
        let low = self.pop(bus);
        self.poll(bus);
        let high = self.pop(bus);
        self.pc = u16::from_le_bytes([low, high]);
    }

    fn push_register(&mut self, bus: &mut impl Bus, op: Op) {
        bus.read(self.pc);
        self.poll(bus);
        let value = if op == Op::Pha { self.a } else { self.p | flag::ONE | flag::B };
        self.push(bus, value);
    }

    fn pull_register(&mut self, bus: &mut impl Bus, op: Op) {
        bus.read(self.pc);
        bus.read(self.stack());
        self.poll(bus);
        let value = self.pop(bus);
        if op == Op::Pla {
            self.a = value;
            self.set_nz(value);
        } else {
            self.p = (value | flag::ONE) & !flag::B;
        }
    }

    /// Polls before the operand, and again before the cycle that mends the high
    /// byte; the cycle between is not polled.
    fn branch(&mut self, bus: &mut impl Bus, op: Op) {
        self.poll(bus);
        let distance = self.fetch(bus) as i8;
        if !self.branches(op) {
            return;
        }
        bus.read(self.pc);
        let target = self.pc.wrapping_add_signed(i16::from(distance));
        let unfixed = (self.pc & 0xff00) | (target & 0x00ff);
        if unfixed != target {
            self.poll_again(bus);
            bus.read(unfixed);
        }
        self.pc = target;
    }

    fn jam(&mut self, bus: &mut impl Bus) {
        bus.read(self.pc);
        for address in [0xffff, 0xfffe, 0xfffe, 0xffff] {
            bus.read(address);
        }
        self.next = next::JAM;
    }
}
