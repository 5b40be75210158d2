//! What the instructions compute.

use super::table::{Mode, Op};
use super::{Bus, Cpu, flag};

impl Op {
    /// Reads, then writes twice.
    #[rustfmt::skip]
    pub(super) fn modifies(self) -> bool {
        matches!(
            self,
            Op::Asl | Op::Lsr | Op::Rol | Op::Ror | Op::Inc | Op::Dec
                | Op::Slo | Op::Sre | Op::Rla | Op::Rra | Op::Isc | Op::Dcp
        )
    }

    /// Writes once.
    #[rustfmt::skip]
    pub(super) fn stores(self) -> bool {
        matches!(
            self,
            Op::Sta | Op::Stx | Op::Sty | Op::Sax | Op::Sha | Op::Shs | Op::Shx | Op::Shy
        )
    }
}

/// What stands on the internal bus of the chip when ANE and LXA read A
/// (analogue; $EE and $FF are both seen).
const MAGIC: u8 = 0xff;

impl Cpu {
    pub(super) fn set_nz(&mut self, value: u8) {
        self.set(flag::Z, value == 0);
        self.set(flag::N, value & 0x80 != 0);
    }

    fn set(&mut self, bit: u8, on: bool) {
        self.p = if on { self.p | bit } else { self.p & !bit };
    }

    fn carry(&self) -> u8 {
        self.p & flag::C
    }

    pub(super) fn branches(&self, op: Op) -> bool {
        match op {
            Op::Bpl => self.p & flag::N == 0,
            Op::Bmi => self.p & flag::N != 0,
            Op::Bvc => self.p & flag::V == 0,
            Op::Bvs => self.p & flag::V != 0,
            Op::Bcc => self.p & flag::C == 0,
            Op::Bcs => self.p & flag::C != 0,
            Op::Bne => self.p & flag::Z == 0,
            _ => self.p & flag::Z != 0,
        }
    }

    /// Instructions with no operand, or the accumulator.
    #[inline(always)]
    pub(super) fn implied_op(&mut self, op: Op) {
        match op {
            Op::Asl | Op::Lsr | Op::Rol | Op::Ror => self.a = self.modify_op(op, self.a),
            Op::Clc => self.p &= !flag::C,
            Op::Sec => self.p |= flag::C,
            Op::Cli => self.p &= !flag::I,
            Op::Sei => self.p |= flag::I,
            Op::Cld => self.p &= !flag::D,
            Op::Sed => self.p |= flag::D,
            Op::Clv => self.p &= !flag::V,
            Op::Tax => self.x = self.transferred(self.a),
            Op::Tay => self.y = self.transferred(self.a),
            Op::Txa => self.a = self.transferred(self.x),
            Op::Tya => self.a = self.transferred(self.y),
            Op::Tsx => self.x = self.transferred(self.s),
            Op::Txs => self.s = self.x,
            Op::Inx => self.x = self.transferred(self.x.wrapping_add(1)),
            Op::Iny => self.y = self.transferred(self.y.wrapping_add(1)),
            Op::Dex => self.x = self.transferred(self.x.wrapping_sub(1)),
            Op::Dey => self.y = self.transferred(self.y.wrapping_sub(1)),
            _ => {}
        }
    }

    fn transferred(&mut self, value: u8) -> u8 {
        self.set_nz(value);
        value
    }

    /// Instructions that read an operand.
    #[inline(always)]
    pub(super) fn read_op(&mut self, op: Op, value: u8) {
        match op {
            Op::Lda => self.a = self.transferred(value),
            Op::Ldx => self.x = self.transferred(value),
            Op::Ldy => self.y = self.transferred(value),
            Op::Lax => {
                self.a = self.transferred(value);
                self.x = value;
            }
            Op::And => self.a = self.transferred(self.a & value),
            Op::Ora => self.a = self.transferred(self.a | value),
            Op::Eor => self.a = self.transferred(self.a ^ value),
            Op::Adc => self.adc(value),
            Op::Sbc => self.adc(!value),
            Op::Cmp => self.compare(self.a, value),
            Op::Cpx => self.compare(self.x, value),
            Op::Cpy => self.compare(self.y, value),
            Op::Bit => {
                self.set(flag::Z, self.a & value == 0);
                self.p = (self.p & !(flag::N | flag::V)) | (value & (flag::N | flag::V));
            }
            Op::Anc => {
                self.a = self.transferred(self.a & value);
                self.set(flag::C, self.a & 0x80 != 0);
            }
            Op::Asr => {
                self.a &= value;
                self.a = self.modify_op(Op::Lsr, self.a);
            }
            Op::Arr => {
                self.a = self.transferred((self.a & value) >> 1 | self.carry() << 7);
                self.set(flag::C, self.a & 0x40 != 0);
                self.set(flag::V, (self.a >> 6 ^ self.a >> 5) & 1 != 0);
            }
            Op::Ane => self.a = self.transferred((self.a | MAGIC) & self.x & value),
            Op::Lxa => {
                self.a = self.transferred((self.a | MAGIC) & value);
                self.x = self.a;
            }
            Op::Axs => {
                let both = self.a & self.x;
                self.compare(both, value);
                self.x = both.wrapping_sub(value);
            }
            Op::Lae => {
                self.s &= value;
                self.a = self.transferred(self.s);
                self.x = self.s;
            }
            _ => {}
        }
    }

    /// Instructions that change what they read.
    #[inline(always)]
    pub(super) fn modify_op(&mut self, op: Op, old: u8) -> u8 {
        match op {
            Op::Asl | Op::Slo => {
                self.set(flag::C, old & 0x80 != 0);
                let new = self.transferred(old << 1);
                if op == Op::Slo {
                    self.a = self.transferred(self.a | new);
                }
                new
            }
            Op::Rol | Op::Rla => {
                let new = old << 1 | self.carry();
                self.set(flag::C, old & 0x80 != 0);
                self.set_nz(new);
                if op == Op::Rla {
                    self.a = self.transferred(self.a & new);
                }
                new
            }
            Op::Lsr | Op::Sre => {
                self.set(flag::C, old & 1 != 0);
                let new = self.transferred(old >> 1);
                if op == Op::Sre {
                    self.a = self.transferred(self.a ^ new);
                }
                new
            }
            Op::Ror | Op::Rra => {
                let new = old >> 1 | self.carry() << 7;
                self.set(flag::C, old & 1 != 0);
                self.set_nz(new);
                if op == Op::Rra {
                    self.adc(new);
                }
                new
            }
            Op::Inc | Op::Isc => {
                let new = self.transferred(old.wrapping_add(1));
                if op == Op::Isc {
                    self.adc(!new);
                }
                new
            }
            _ => {
                let new = self.transferred(old.wrapping_sub(1));
                if op == Op::Dcp {
                    self.compare(self.a, new);
                }
                new
            }
        }
    }

    /// What the plain stores store.
    pub(super) fn stored_value(&self, op: Op) -> u8 {
        match op {
            Op::Sta => self.a,
            Op::Stx => self.x,
            Op::Sty => self.y,
            _ => self.a & self.x,
        }
    }

    /// SHA, SHS, SHX and SHY: the value is ANDed with the address's high byte
    /// plus one, and where the index carries, the value becomes that high byte.
    /// A DMA that halts the CPU on the cycle before the write removes the AND.
    pub(super) fn unstable_store(&mut self, bus: &mut impl Bus, op: Op, mode: Mode) -> (u16, u8) {
        let (base, index) = match mode {
            Mode::Izy => {
                let pointer = self.fetch(bus);
                (self.pointed(bus, pointer), self.y)
            }
            Mode::Abx => (self.absolute(bus), self.x),
            _ => (self.absolute(bus), self.y),
        };
        let address = base.wrapping_add(u16::from(index));
        let without_carry = (base & 0xff00) | (address & 0x00ff);
        let (_, halted) = bus.read_was_halted(without_carry);
        let register = match op {
            Op::Shx => self.x,
            Op::Shy => self.y,
            _ => self.a & self.x,
        };
        if op == Op::Shs {
            self.s = register;
        }
        let [_, page] = base.to_le_bytes();
        let next_page = page.wrapping_add(1);
        let value = if halted { register } else { register & next_page };
        if without_carry == address {
            return (address, value);
        }
        let [low, high] = address.to_le_bytes();
        (u16::from_le_bytes([low, high & register]), value)
    }

    /// Binary whatever D says: the 2A03 has no decimal mode.
    fn adc(&mut self, value: u8) {
        let sum = u16::from(self.a) + u16::from(value) + u16::from(self.carry());
        let result = sum as u8;
        self.set(flag::C, sum > 0xff);
        self.set(flag::V, (self.a ^ result) & (value ^ result) & 0x80 != 0);
        self.a = self.transferred(result);
    }

    fn compare(&mut self, register: u8, value: u8) {
        self.set(flag::C, register >= value);
        self.set_nz(register.wrapping_sub(value));
    }
}
