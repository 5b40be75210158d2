//! The core between events: whole instructions on plain memory.
//!
//! While all others sleep (`plain.rs` says when) nobody sees the CPU's single
//! cycles. Then an instruction is what it does to registers and memory, and a
//! number of cycles. This file runs such instructions with the registers in
//! locals, one row of a `match` each, until the next may not be run here. What the
//! rows do is what `mod.rs` and `ops.rs` do, cycle by cycle, on the same memory:
//!
//! * Each address that an instruction touches, with its operands and its dummy
//!   accesses, must be plain. If one is not, nothing was changed yet, and the exact
//!   core runs the instruction. So it does with all opcodes without a row: the
//!   unofficial ones, BRK, and those that could let in an /IRQ that waits.
//! * Dummy reads of plain memory have no effect and are left out; dummy writes are
//!   followed by the write that counts.
//! * The data bus is left as it was. The exact core follows, and the first thing it
//!   does is to read at PC, which drives the bus: an instruction that would go to a
//!   page where nothing answers is not run here.
//! * Loops that wait are not run round by round: `Loop`.

use super::{Cpu, flag};
use crate::nes::plain::Memory;

/// Cycles of the longest instruction.
pub const LONGEST: u32 = 8;

/// Where instructions lie: a page of ROM, or one of the console's RAM.
trait Code<'a> {
    /// RAM: what an instruction writes may be an instruction.
    const WRITABLE: bool;
    /// Moves to the page of an address, if it is of the same kind.
    fn turn(&mut self, memory: &Memory<'a>, pc: u16) -> bool;
    /// The byte at `at` of the page.
    fn byte(&self, memory: &Memory<'a>, at: usize) -> u8;
}

struct InRom<'a>(&'a [u8; 256]);

impl<'a> Code<'a> for InRom<'a> {
    const WRITABLE: bool = false;

    fn turn(&mut self, memory: &Memory<'a>, pc: u16) -> bool {
        memory.rom_page(pc).map(|page| self.0 = page).is_some()
    }

    #[inline(always)]
    fn byte(&self, _: &Memory<'a>, at: usize) -> u8 {
        self.0[at & 0xff]
    }
}

/// Where the page begins.
struct InRam(usize);

impl<'a> Code<'a> for InRam {
    const WRITABLE: bool = true;

    fn turn(&mut self, _: &Memory<'a>, pc: u16) -> bool {
        self.0 = usize::from(pc & 0x0700);
        pc < 0x2000
    }

    #[inline(always)]
    fn byte(&self, memory: &Memory<'a>, at: usize) -> u8 {
        memory.ram[(self.0 | at) & 0x7ff]
    }
}

/// A loop that changes nothing.
///
/// If it comes round with all registers as they were, no byte of RAM written that
/// was not the same before, and all that it read resting ([`Memory::rests_until`]),
/// then the next round is the same, and so on until something moves. The rounds
/// that end before that are let pass at once: they are so many cycles.
///
/// To look costs something, so it looks at each eighth round.
struct Loop {
    /// Where the last jump back led, and how often in a row.
    head: Option<u16>,
    rounds: u32,
    /// Registers and cycles when it last looked.
    registers: [u8; 9],
    cycles: u32,
}

impl Loop {
    fn nowhere() -> Self {
        Self { head: None, rounds: 0, registers: [0; 9], cycles: 0 }
    }

    /// A round begins: the cycles after those that may pass.
    #[inline(always)]
    fn round(&mut self, memory: &mut Memory, head: u16, registers: [u8; 9], cycles: u32) -> u32 {
        if Some(head) == self.head {
            self.rounds += 1;
            if self.rounds & 7 != 0 { cycles } else { self.look(memory, registers, cycles) }
        } else {
            (self.head, self.rounds) = (Some(head), 0);
            self.note(memory, registers, cycles);
            cycles
        }
    }

    fn note(&mut self, memory: &mut Memory, registers: [u8; 9], cycles: u32) {
        (self.registers, self.cycles) = (registers, cycles);
        memory.watch();
    }

    #[inline(never)]
    fn look(&mut self, memory: &mut Memory, registers: [u8; 9], mut cycles: u32) -> u32 {
        let end = memory.rests_until();
        if registers == self.registers && !memory.has_changed() && end > cycles {
            let each = cycles - self.cycles;
            let passed = (end - cycles) / each * each;
            if memory.pass(passed) {
                cycles += passed;
            }
        }
        self.note(memory, registers, cycles);
        cycles
    }
}

impl Cpu {
    /// Runs instructions as long as they are plain and begin in time.
    pub fn run_fast(&mut self, memory: &mut Memory) {
        loop {
            let turned = if let Some(page) = memory.rom_page(self.pc) {
                self.run_page(memory, InRom(page))
            } else if self.pc < 0x2000 {
                self.run_page(memory, InRam(usize::from(self.pc & 0x0700)))
            } else {
                return;
            };
            if !turned {
                return;
            }
        }
    }

    /// The same for one kind of memory. Whether it goes on in the other.
    #[rustfmt::skip]
    fn run_page<'a, C: Code<'a>>(&mut self, memory: &mut Memory<'a>, mut code: C) -> bool {
        let Self { mut pc, mut a, mut x, mut y, mut s, p, .. } = *self;
        // The result whose sign is N, the one whose being zero is Z; C, V, D and I.
        let (mut n, mut z, mut c) = (p, !p & flag::Z, p & flag::C);
        let (mut v, mut di) = (p & flag::V, p & (flag::D | flag::I));
        let mut cycles = memory.cycles;
        let mut looping = Loop::nowhere();
        let mut turned = false;

        macro_rules! pack {
            () => {
                n & flag::N | v | flag::ONE | di | u8::from(z == 0) << 1 | c
            };
        }
        macro_rules! unpack {
            ($p:expr) => {{
                let p = $p;
                (n, z, c) = (p, !p & flag::Z, p & flag::C);
                (v, di) = (p & flag::V, p & (flag::D | flag::I));
            }};
        }
        // The operand's address; the length and the cycles of a read.
        macro_rules! address {
            (zp, $low:ident, $high:ident) => { (u16::from($low), 2, 3) };
            (zpx, $low:ident, $high:ident) => { (u16::from($low.wrapping_add(x)), 2, 4) };
            (zpy, $low:ident, $high:ident) => { (u16::from($low.wrapping_add(y)), 2, 4) };
            (abs, $low:ident, $high:ident) => { (u16::from_le_bytes([$low, $high]), 3, 4) };
            (abx, $low:ident, $high:ident) => { address!(indexed, u16::from_le_bytes([$low, $high]), x, 3, 4) };
            (aby, $low:ident, $high:ident) => { address!(indexed, u16::from_le_bytes([$low, $high]), y, 3, 4) };
            (izx, $low:ident, $high:ident) => { (memory.pointer($low.wrapping_add(x)), 2, 6) };
            (izy, $low:ident, $high:ident) => { address!(indexed, memory.pointer($low), y, 2, 5) };
            (indexed, $base:expr, $index:ident, $length:expr, $cycles:expr) => {{
                let base = $base;
                let address = base.wrapping_add(u16::from($index));
                let crossed = (base ^ address) >> 8 != 0;
                // The read without the carry.
                if crossed && !memory.answers(base) {
                    break;
                }
                (address, $length, $cycles + u32::from(crossed))
            }};
        }
        // The same for writes, whose indexed modes always take the longer way.
        macro_rules! target {
            (abx, $low:ident, $high:ident) => { target!(indexed, abx, $low, $high, 5) };
            (aby, $low:ident, $high:ident) => { target!(indexed, aby, $low, $high, 5) };
            (izy, $low:ident, $high:ident) => { target!(indexed, izy, $low, $high, 6) };
            (indexed, $mode:ident, $low:ident, $high:ident, $cycles:expr) => {{
                let (address, length, _) = address!($mode, $low, $high);
                (address, length, $cycles)
            }};
            ($mode:ident, $low:ident, $high:ident) => { address!($mode, $low, $high) };
        }
        macro_rules! value {
            (imm, $low:ident, $high:ident) => { ($low, 2, 2) };
            (abs, $low:ident, $high:ident) => {{
                let address = u16::from_le_bytes([$low, $high]);
                let Some(value) = memory.read_or_register(address, cycles + 3) else { break };
                (value, 3, 4)
            }};
            ($mode:ident, $low:ident, $high:ident) => {{
                let (address, length, time) = address!($mode, $low, $high);
                let Some(value) = memory.read(address) else { break };
                (value, length, time)
            }};
        }
        macro_rules! done {
            ($length:expr, $cycles:expr) => {{
                pc = pc.wrapping_add($length);
                cycles += $cycles;
            }};
        }
        macro_rules! nz {
            ($value:expr) => {{
                n = $value;
                z = n;
            }};
        }
        macro_rules! compute {
            (lda, $value:ident) => {{ a = $value; nz!(a) }};
            (ldx, $value:ident) => {{ x = $value; nz!(x) }};
            (ldy, $value:ident) => {{ y = $value; nz!(y) }};
            (and, $value:ident) => {{ a &= $value; nz!(a) }};
            (ora, $value:ident) => {{ a |= $value; nz!(a) }};
            (eor, $value:ident) => {{ a ^= $value; nz!(a) }};
            (adc, $value:ident) => {{
                let sum = u16::from(a) + u16::from($value) + u16::from(c);
                let result = sum as u8;
                c = (sum >> 8) as u8;
                v = ((a ^ result) & ($value ^ result) & 0x80) >> 1;
                a = result;
                nz!(a)
            }};
            (sbc, $value:ident) => {{
                let inverse = !$value;
                compute!(adc, inverse)
            }};
            (cmp, $value:ident) => { compute!(compare, a, $value) };
            (cpx, $value:ident) => { compute!(compare, x, $value) };
            (cpy, $value:ident) => { compute!(compare, y, $value) };
            (compare, $register:ident, $value:ident) => {{
                c = u8::from($register >= $value);
                nz!($register.wrapping_sub($value))
            }};
            (bit, $value:ident) => {{
                (n, v, z) = ($value, $value & flag::V, a & $value);
            }};
        }
        macro_rules! modified {
            (asl, $old:ident) => {{ c = $old >> 7; $old << 1 }};
            (lsr, $old:ident) => {{ c = $old & 1; $old >> 1 }};
            (rol, $old:ident) => {{ let new = $old << 1 | c; c = $old >> 7; new }};
            (ror, $old:ident) => {{ let new = $old >> 1 | c << 7; c = $old & 1; new }};
            (inc, $old:ident) => { $old.wrapping_add(1) };
            (dec, $old:ident) => { $old.wrapping_sub(1) };
        }

        while cycles <= memory.last {
            if pc >> 8 != memory.page {
                if !code.turn(memory, pc) {
                    turned = true;
                    break;
                }
                memory.page = pc >> 8;
            }
            let at = usize::from(pc & 0xff);
            let [opcode, low, high] = if at < 0xfd {
                [at, at + 1, at + 2].map(|at| code.byte(memory, at))
            } else {
                let Some(bytes) = memory.across_pages(pc) else { break };
                bytes
            };

            macro_rules! read {
                ($op:ident $mode:ident) => {{
                    let (value, length, time) = value!($mode, low, high);
                    compute!($op, value);
                    done!(length, time)
                }};
            }
            macro_rules! write {
                ($value:ident $mode:ident) => {{
                    let (address, length, time) = target!($mode, low, high);
                    if !memory.write(address, $value) {
                        break;
                    }
                    done!(length, time)
                }};
            }
            macro_rules! modify {
                ($op:ident $mode:ident) => {{
                    let (address, length, time) = target!($mode, low, high);
                    let Some(old) = memory.read(address) else { break };
                    if !memory.is_writable(address) {
                        break;
                    }
                    let new = modified!($op, old);
                    nz!(new);
                    memory.write(address, new);
                    done!(length, time + 2)
                }};
                ($op:ident) => {{
                    a = modified!($op, a);
                    nz!(a);
                    done!(1, 2)
                }};
            }
            macro_rules! step {
                ($register:ident, $change:ident) => {{
                    $register = $register.$change(1);
                    nz!($register);
                    done!(1, 2)
                }};
            }
            macro_rules! transfer {
                ($from:ident, $to:ident) => {{
                    $to = $from;
                    nz!($to);
                    done!(1, 2)
                }};
            }
            macro_rules! flags {
                ($flags:ident = $value:expr) => {{
                    $flags = $value;
                    done!(1, 2)
                }};
            }
            macro_rules! answers {
                ($address:expr) => {
                    $address >> 8 == memory.page || memory.answers($address)
                };
            }
            // Instructions that jump do so where something answers.
            macro_rules! jump {
                ($target:expr, $cycles:expr) => {{
                    let target = $target;
                    if !answers!(target) {
                        break;
                    }
                    let back = target <= pc;
                    pc = target;
                    cycles += $cycles;
                    if back {
                        let registers = [a, x, y, s, n, z, c, v, di];
                        cycles = looping.round(memory, pc, registers, cycles);
                    }
                }};
            }
            macro_rules! branch {
                ($condition:expr) => {{
                    if $condition {
                        let next = pc.wrapping_add(2);
                        let target = next.wrapping_add_signed(i16::from(low as i8));
                        jump!(target, 3 + u32::from((next ^ target) >> 8 != 0))
                    } else {
                        done!(2, 2)
                    }
                }};
            }
            macro_rules! push {
                ($value:expr) => {{
                    memory.store_ram(0x100 | usize::from(s), $value);
                    s = s.wrapping_sub(1);
                }};
            }
            macro_rules! stack {
                ($above:expr) => {
                    memory.ram[0x100 | usize::from(s.wrapping_add($above))]
                };
            }

            match opcode {
                0xa9 => read!(lda imm), 0xa5 => read!(lda zp),  0xb5 => read!(lda zpx), 0xad => read!(lda abs),
                0xbd => read!(lda abx), 0xb9 => read!(lda aby), 0xa1 => read!(lda izx), 0xb1 => read!(lda izy),
                0xa2 => read!(ldx imm), 0xa6 => read!(ldx zp),  0xb6 => read!(ldx zpy), 0xae => read!(ldx abs), 0xbe => read!(ldx aby),
                0xa0 => read!(ldy imm), 0xa4 => read!(ldy zp),  0xb4 => read!(ldy zpx), 0xac => read!(ldy abs), 0xbc => read!(ldy abx),
                0x29 => read!(and imm), 0x25 => read!(and zp),  0x35 => read!(and zpx), 0x2d => read!(and abs),
                0x3d => read!(and abx), 0x39 => read!(and aby), 0x21 => read!(and izx), 0x31 => read!(and izy),
                0x09 => read!(ora imm), 0x05 => read!(ora zp),  0x15 => read!(ora zpx), 0x0d => read!(ora abs),
                0x1d => read!(ora abx), 0x19 => read!(ora aby), 0x01 => read!(ora izx), 0x11 => read!(ora izy),
                0x49 => read!(eor imm), 0x45 => read!(eor zp),  0x55 => read!(eor zpx), 0x4d => read!(eor abs),
                0x5d => read!(eor abx), 0x59 => read!(eor aby), 0x41 => read!(eor izx), 0x51 => read!(eor izy),
                0x69 => read!(adc imm), 0x65 => read!(adc zp),  0x75 => read!(adc zpx), 0x6d => read!(adc abs),
                0x7d => read!(adc abx), 0x79 => read!(adc aby), 0x61 => read!(adc izx), 0x71 => read!(adc izy),
                0xe9 => read!(sbc imm), 0xe5 => read!(sbc zp),  0xf5 => read!(sbc zpx), 0xed => read!(sbc abs),
                0xfd => read!(sbc abx), 0xf9 => read!(sbc aby), 0xe1 => read!(sbc izx), 0xf1 => read!(sbc izy),
                0xc9 => read!(cmp imm), 0xc5 => read!(cmp zp),  0xd5 => read!(cmp zpx), 0xcd => read!(cmp abs),
                0xdd => read!(cmp abx), 0xd9 => read!(cmp aby), 0xc1 => read!(cmp izx), 0xd1 => read!(cmp izy),
                0xe0 => read!(cpx imm), 0xe4 => read!(cpx zp),  0xec => read!(cpx abs),
                0xc0 => read!(cpy imm), 0xc4 => read!(cpy zp),  0xcc => read!(cpy abs),
                0x24 => read!(bit zp),  0x2c => read!(bit abs),

                0x85 => write!(a zp),   0x95 => write!(a zpx),  0x8d => write!(a abs),
                0x9d => write!(a abx),  0x99 => write!(a aby),  0x81 => write!(a izx),  0x91 => write!(a izy),
                0x86 => write!(x zp),   0x96 => write!(x zpy),  0x8e => write!(x abs),
                0x84 => write!(y zp),   0x94 => write!(y zpx),  0x8c => write!(y abs),

                0x0a => modify!(asl),   0x06 => modify!(asl zp), 0x16 => modify!(asl zpx), 0x0e => modify!(asl abs), 0x1e => modify!(asl abx),
                0x4a => modify!(lsr),   0x46 => modify!(lsr zp), 0x56 => modify!(lsr zpx), 0x4e => modify!(lsr abs), 0x5e => modify!(lsr abx),
                0x2a => modify!(rol),   0x26 => modify!(rol zp), 0x36 => modify!(rol zpx), 0x2e => modify!(rol abs), 0x3e => modify!(rol abx),
                0x6a => modify!(ror),   0x66 => modify!(ror zp), 0x76 => modify!(ror zpx), 0x6e => modify!(ror abs), 0x7e => modify!(ror abx),
                0xe6 => modify!(inc zp), 0xf6 => modify!(inc zpx), 0xee => modify!(inc abs), 0xfe => modify!(inc abx),
                0xc6 => modify!(dec zp), 0xd6 => modify!(dec zpx), 0xce => modify!(dec abs), 0xde => modify!(dec abx),

                0xe8 => step!(x, wrapping_add), 0xca => step!(x, wrapping_sub),
                0xc8 => step!(y, wrapping_add), 0x88 => step!(y, wrapping_sub),
                0xaa => transfer!(a, x), 0x8a => transfer!(x, a), 0xa8 => transfer!(a, y), 0x98 => transfer!(y, a),
                0xba => transfer!(s, x),
                0x9a => { s = x; done!(1, 2) }
                0xea => done!(1, 2),
                0x18 => flags!(c = 0), 0x38 => flags!(c = 1), 0xb8 => flags!(v = 0),
                0xd8 => flags!(di = di & !flag::D), 0xf8 => flags!(di = di | flag::D),
                0x78 => flags!(di = di | flag::I),
                0x58 if !memory.irq_waits => flags!(di = di & !flag::I),

                0x10 => branch!(n & flag::N == 0), 0x30 => branch!(n & flag::N != 0),
                0x50 => branch!(v == 0),           0x70 => branch!(v != 0),
                0x90 => branch!(c == 0),           0xb0 => branch!(c != 0),
                0xd0 => branch!(z != 0),           0xf0 => branch!(z == 0),

                0x4c => jump!(u16::from_le_bytes([low, high]), 3),
                0x6c => {
                    // The pointer does not carry into its high byte.
                    let [at, then] = [low, low.wrapping_add(1)].map(|low| u16::from_le_bytes([low, high]));
                    let (Some(low), Some(high)) = (memory.read(at), memory.read(then)) else { break };
                    jump!(u16::from_le_bytes([low, high]), 5)
                }
                // The high byte is read behind the pushes, perhaps from among them.
                0x20 if !C::WRITABLE => {
                    let target = u16::from_le_bytes([low, high]);
                    if !answers!(target) {
                        break;
                    }
                    let [low, high] = pc.wrapping_add(2).to_le_bytes();
                    push!(high);
                    push!(low);
                    pc = target;
                    cycles += 6;
                }
                0x60 => {
                    let last = u16::from_le_bytes([stack!(1), stack!(2)]);
                    let target = last.wrapping_add(1);
                    if !answers!(last) || !answers!(target) {
                        break;
                    }
                    s = s.wrapping_add(2);
                    pc = target;
                    cycles += 6;
                }
                0x40 if !memory.irq_waits => {
                    let target = u16::from_le_bytes([stack!(2), stack!(3)]);
                    if !answers!(target) {
                        break;
                    }
                    unpack!(stack!(1));
                    s = s.wrapping_add(3);
                    pc = target;
                    cycles += 6;
                }
                0x48 => { push!(a); done!(1, 3) }
                0x08 => { push!(pack!() | flag::B); done!(1, 3) }
                0x68 => { a = stack!(1); s = s.wrapping_add(1); nz!(a); done!(1, 4) }
                0x28 if !memory.irq_waits => { unpack!(stack!(1)); s = s.wrapping_add(1); done!(1, 4) }
                _ => break,
            }
        }
        memory.cycles = cycles;
        *self = Self { pc, a, x, y, s, p: pack!(), next: self.next };
        turned
    }
}
