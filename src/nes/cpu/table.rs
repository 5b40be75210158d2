//! The 256 opcodes, in rows of sixteen to hold against a datasheet.
//!
//! <https://www.nesdev.org/wiki/CPU_unofficial_opcodes>

use Mode::*;
use Op::*;

/// What an instruction does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[rustfmt::skip]
#[allow(missing_docs)]
pub enum Op {
    Adc, And, Asl, Bcc, Bcs, Beq, Bit, Bmi, Bne, Bpl, Brk, Bvc, Bvs, Clc, Cld, Cli, Clv, Cmp, Cpx,
    Cpy, Dec, Dex, Dey, Eor, Inc, Inx, Iny, Jmp, Jsr, Lda, Ldx, Ldy, Lsr, Nop, Ora, Pha, Php, Pla,
    Plp, Rol, Ror, Rti, Rts, Sbc, Sec, Sed, Sei, Sta, Stx, Sty, Tax, Tay, Tsx, Txa, Txs, Tya,
    // Unofficial, by the names that AccuracyCoin uses.
    Anc, Ane, Arr, Asr, Axs, Dcp, Isc, Jam, Lae, Lax, Lxa, Rla, Rra, Sax, Sha, Shs, Shx, Shy, Slo,
    Sre,
}

/// Where an instruction finds its operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// No operand, or the accumulator.
    Imp,
    /// #$nn
    Imm,
    /// $nn
    Zp,
    /// $nn,X
    Zpx,
    /// $nn,Y
    Zpy,
    /// $nnnn
    Abs,
    /// $nnnn,X
    Abx,
    /// $nnnn,Y
    Aby,
    /// ($nn,X)
    Izx,
    /// ($nn),Y
    Izy,
    /// ($nnnn)
    Ind,
    /// A branch's signed distance.
    Rel,
}

impl Mode {
    /// Bytes of the whole instruction.
    pub fn length(self) -> u16 {
        match self {
            Imp => 1,
            Imm | Zp | Zpx | Zpy | Izx | Izy | Rel => 2,
            Abs | Abx | Aby | Ind => 3,
        }
    }
}

/// Opcode to instruction.
#[rustfmt::skip]
pub static OPCODES: [(Op, Mode); 256] = [
    // 0          1          2          3          4          5          6          7          8          9          A          B          C          D          E          F
    (Brk, Imm), (Ora, Izx), (Jam, Imp), (Slo, Izx), (Nop, Zp),  (Ora, Zp),  (Asl, Zp),  (Slo, Zp),  (Php, Imp), (Ora, Imm), (Asl, Imp), (Anc, Imm), (Nop, Abs), (Ora, Abs), (Asl, Abs), (Slo, Abs), // 0
    (Bpl, Rel), (Ora, Izy), (Jam, Imp), (Slo, Izy), (Nop, Zpx), (Ora, Zpx), (Asl, Zpx), (Slo, Zpx), (Clc, Imp), (Ora, Aby), (Nop, Imp), (Slo, Aby), (Nop, Abx), (Ora, Abx), (Asl, Abx), (Slo, Abx), // 1
    (Jsr, Abs), (And, Izx), (Jam, Imp), (Rla, Izx), (Bit, Zp),  (And, Zp),  (Rol, Zp),  (Rla, Zp),  (Plp, Imp), (And, Imm), (Rol, Imp), (Anc, Imm), (Bit, Abs), (And, Abs), (Rol, Abs), (Rla, Abs), // 2
    (Bmi, Rel), (And, Izy), (Jam, Imp), (Rla, Izy), (Nop, Zpx), (And, Zpx), (Rol, Zpx), (Rla, Zpx), (Sec, Imp), (And, Aby), (Nop, Imp), (Rla, Aby), (Nop, Abx), (And, Abx), (Rol, Abx), (Rla, Abx), // 3
    (Rti, Imp), (Eor, Izx), (Jam, Imp), (Sre, Izx), (Nop, Zp),  (Eor, Zp),  (Lsr, Zp),  (Sre, Zp),  (Pha, Imp), (Eor, Imm), (Lsr, Imp), (Asr, Imm), (Jmp, Abs), (Eor, Abs), (Lsr, Abs), (Sre, Abs), // 4
    (Bvc, Rel), (Eor, Izy), (Jam, Imp), (Sre, Izy), (Nop, Zpx), (Eor, Zpx), (Lsr, Zpx), (Sre, Zpx), (Cli, Imp), (Eor, Aby), (Nop, Imp), (Sre, Aby), (Nop, Abx), (Eor, Abx), (Lsr, Abx), (Sre, Abx), // 5
    (Rts, Imp), (Adc, Izx), (Jam, Imp), (Rra, Izx), (Nop, Zp),  (Adc, Zp),  (Ror, Zp),  (Rra, Zp),  (Pla, Imp), (Adc, Imm), (Ror, Imp), (Arr, Imm), (Jmp, Ind), (Adc, Abs), (Ror, Abs), (Rra, Abs), // 6
    (Bvs, Rel), (Adc, Izy), (Jam, Imp), (Rra, Izy), (Nop, Zpx), (Adc, Zpx), (Ror, Zpx), (Rra, Zpx), (Sei, Imp), (Adc, Aby), (Nop, Imp), (Rra, Aby), (Nop, Abx), (Adc, Abx), (Ror, Abx), (Rra, Abx), // 7
    (Nop, Imm), (Sta, Izx), (Nop, Imm), (Sax, Izx), (Sty, Zp),  (Sta, Zp),  (Stx, Zp),  (Sax, Zp),  (Dey, Imp), (Nop, Imm), (Txa, Imp), (Ane, Imm), (Sty, Abs), (Sta, Abs), (Stx, Abs), (Sax, Abs), // 8
    (Bcc, Rel), (Sta, Izy), (Jam, Imp), (Sha, Izy), (Sty, Zpx), (Sta, Zpx), (Stx, Zpy), (Sax, Zpy), (Tya, Imp), (Sta, Aby), (Txs, Imp), (Shs, Aby), (Shy, Abx), (Sta, Abx), (Shx, Aby), (Sha, Aby), // 9
    (Ldy, Imm), (Lda, Izx), (Ldx, Imm), (Lax, Izx), (Ldy, Zp),  (Lda, Zp),  (Ldx, Zp),  (Lax, Zp),  (Tay, Imp), (Lda, Imm), (Tax, Imp), (Lxa, Imm), (Ldy, Abs), (Lda, Abs), (Ldx, Abs), (Lax, Abs), // A
    (Bcs, Rel), (Lda, Izy), (Jam, Imp), (Lax, Izy), (Ldy, Zpx), (Lda, Zpx), (Ldx, Zpy), (Lax, Zpy), (Clv, Imp), (Lda, Aby), (Tsx, Imp), (Lae, Aby), (Ldy, Abx), (Lda, Abx), (Ldx, Aby), (Lax, Aby), // B
    (Cpy, Imm), (Cmp, Izx), (Nop, Imm), (Dcp, Izx), (Cpy, Zp),  (Cmp, Zp),  (Dec, Zp),  (Dcp, Zp),  (Iny, Imp), (Cmp, Imm), (Dex, Imp), (Axs, Imm), (Cpy, Abs), (Cmp, Abs), (Dec, Abs), (Dcp, Abs), // C
    (Bne, Rel), (Cmp, Izy), (Jam, Imp), (Dcp, Izy), (Nop, Zpx), (Cmp, Zpx), (Dec, Zpx), (Dcp, Zpx), (Cld, Imp), (Cmp, Aby), (Nop, Imp), (Dcp, Aby), (Nop, Abx), (Cmp, Abx), (Dec, Abx), (Dcp, Abx), // D
    (Cpx, Imm), (Sbc, Izx), (Nop, Imm), (Isc, Izx), (Cpx, Zp),  (Sbc, Zp),  (Inc, Zp),  (Isc, Zp),  (Inx, Imp), (Sbc, Imm), (Nop, Imp), (Sbc, Imm), (Cpx, Abs), (Sbc, Abs), (Inc, Abs), (Isc, Abs), // E
    (Beq, Rel), (Sbc, Izy), (Jam, Imp), (Isc, Izy), (Nop, Zpx), (Sbc, Zpx), (Inc, Zpx), (Isc, Zpx), (Sed, Imp), (Sbc, Aby), (Nop, Imp), (Isc, Aby), (Nop, Abx), (Sbc, Abx), (Inc, Abx), (Isc, Abx), // F
];
