//! VRC6: Konami's chip with three voices. Mapper 26 has A0 and A1 exchanged.
//!
//! ```text
//!  $8000        .... PPPP  16 KiB of PRG at $8000
//!  $9000-$B002  sound, see vrc6/sound.rs
//!  $B003        W.RN MMBB  W: PRG RAM on, R: the screens of M; else by banks;
//!                          N: nametables from CHR ROM; B: how the CHR banks are used
//!  $C000        ...P PPPP  8 KiB of PRG at $C000
//!  $D000-$E003  CHR banks R0-R7
//!  $F000-$F002  IRQ: latch, control, acknowledge (see irq.rs)
//!
//!  B         CHR, 1 KiB each                 nametables where R says nothing else
//!  0         R0 R1 R2 R3 R4 R5 R6 R7         by bits 2-0 of $B003:
//!  1         R0 R0 R1 R1 R2 R2 R3 R3           0 6 7: R6 R6 R7 R7
//!  2, 3      R0 R1 R2 R3 R4 R4 R5 R5           1 5: R4 R5 R6 R7    2 3 4: R6 R7 R6 R7
//! ```
//!
//! With R, both halves of a bank of 2 KiB are there (its lowest bit is the
//! address's), and M means vertical, horizontal, first, second screen. All games
//! use $B003 = W.10 MM00.
//!
//! <https://www.nesdev.org/wiki/VRC6>

pub(super) mod sound;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::irq::VrcIrq;
use super::{Board, Touched, Watches, Write};
use crate::nes::cart::Cartridge;
use crate::nes::cart::map::{Access, Map};
use sound::Sound;

/// The chip's registers.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Vrc6 {
    irq: VrcIrq,
    sound: Sound,
    chr: [u8; 8],
    prg: [u8; 2],
    /// $B003.
    mode: u8,
    unused: u8,
}

const RAM_ON: u8 = 0x80;
const BY_SCREENS: u8 = 0x20;
const FROM_ROM: u8 = 0x10;

impl Board for Vrc6 {
    const WATCHES: Watches = Watches { cpu_cycles: true, ppu_address: false };

    fn map(&self, cart: &Cartridge, map: &mut Map) {
        let on = self.mode & RAM_ON != 0;
        map.wram(0x6000, 0x2000, 0, if on { Access::ReadWrite } else { Access::None });
        map.prg(0x8000, 0x4000, i32::from(self.prg[0] & 0x0f));
        map.prg(0xc000, 0x2000, i32::from(self.prg[1] & 0x1f));
        map.prg(0xe000, 0x2000, -1);
        for (n, bank) in self.chr_banks().into_iter().enumerate() {
            map.chr((n * 0x400) as u16, 0x400, bank.into());
        }
        for (slot, bank) in self.nametable_banks().into_iter().enumerate() {
            if self.mode & FROM_ROM != 0 && !cart.chr.is_empty() {
                map.nametable_rom(slot, bank.into());
            } else {
                map.nametable(slot, usize::from(bank & 1));
            }
        }
    }

    fn write(&mut self, cart: &Cartridge, write: Write) -> Touched {
        let Write { address, value, .. } = write;
        let lines = address & 3;
        let register = if cart.mapper == 26 { lines >> 1 | (lines & 1) << 1 } else { lines };
        match address & 0xf000 {
            0x8000 => self.prg[0] = value,
            0xb000 if register == 3 => self.mode = value,
            0x9000..=0xb000 => {
                self.sound.write((address >> 12) - 9, register, value);
                return Touched::Nothing;
            }
            0xc000 => self.prg[1] = value,
            0xd000 => self.chr[usize::from(register)] = value,
            0xe000 => self.chr[4 + usize::from(register)] = value,
            0xf000 => {
                match register {
                    0 => self.irq.latch = value,
                    1 => self.irq.write_control(value),
                    2 => self.irq.acknowledge(),
                    _ => {}
                }
                return Touched::Nothing;
            }
            _ => return Touched::Nothing,
        }
        Touched::Banks
    }

    fn cpu_cycles(&mut self, cycles: u32) {
        self.irq.pass(cycles);
        self.sound.pass(cycles);
    }

    fn quiet_cycles(&self) -> u32 {
        self.irq.quiet()
    }

    fn quiet_sound(&self) -> u32 {
        self.sound.quiet()
    }

    fn irq(&self) -> bool {
        self.irq.irq()
    }

    fn level(&self) -> i32 {
        self.sound.level()
    }

    fn sanitize(&mut self, _cart: &Cartridge) {
        self.irq.sanitize();
        self.sound.sanitize();
        self.unused = 0;
    }
}

impl Vrc6 {
    fn chr_banks(&self) -> [u8; 8] {
        let r = self.chr;
        let pair = |bank: u8| match self.mode & BY_SCREENS {
            0 => [bank; 2],
            _ => [bank & !1, bank | 1],
        };
        match self.mode & 3 {
            0 => r,
            1 => {
                let [[a, b], [c, d], [e, f], [g, h]] = [r[0], r[1], r[2], r[3]].map(pair);
                [a, b, c, d, e, f, g, h]
            }
            _ => {
                let [[e, f], [g, h]] = [r[4], r[5]].map(pair);
                [r[0], r[1], r[2], r[3], e, f, g, h]
            }
        }
    }

    fn nametable_banks(&self) -> [u8; 4] {
        let [.., r4, r5, r6, r7] = self.chr;
        let [even6, odd6, even7, odd7] = [r6 & !1, r6 | 1, r7 & !1, r7 | 1];
        match self.mode & 0x2f {
            0x20 | 0x27 => [even6, odd6, even7, odd7],
            0x23 | 0x24 => [even6, even7, odd6, odd7],
            0x28 | 0x2f => [even6, even6, even7, even7],
            0x2b | 0x2c => [odd6, odd7, odd6, odd7],
            mode => match mode & 7 {
                0 | 6 | 7 => [r6, r6, r7, r7],
                1 | 5 => [r4, r5, r6, r7],
                _ => [r6, r7, r6, r7],
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Bench, cartridge};

    fn board(mapper: u16) -> Bench {
        let mut cart = cartridge(mapper, 256, 256);
        cart.prg_ram = 8192;
        let mut b = Bench::new(cart);
        b.write(0xb003, 0xa0);
        for (n, bank) in [0x81, 0x88, 0x90, 0x99, 0xa0, 0xa9, 0xb1, 0xb8].into_iter().enumerate() {
            b.write(at(mapper, 0xd000 + (n as u16 >> 2) * 0x1000 + (n as u16 & 3)), bank);
        }
        b
    }

    /// Where a register is.
    fn at(mapper: u16, address: u16) -> u16 {
        if mapper == 26 { address & !3 | address >> 1 & 1 | address << 1 & 2 } else { address }
    }

    fn seen(b: &Bench, from: u16, kib: usize) -> Vec<u8> {
        (0..kib).map(|n| b.chr(from + n as u16 * 0x400).unwrap()).collect()
    }

    #[test]
    fn both_wirings_switch_prg_chr_and_the_screens() {
        for mapper in [24, 26] {
            let mut b = board(mapper);
            b.write(0x8003, 5);
            b.write(0xc003, 7);
            let prg = [0x8000, 0xa000, 0xc000, 0xe000].map(|at| b.prg(at).unwrap());
            assert_eq!(prg, [10, 11, 7, 31]);
            assert_eq!(seen(&b, 0, 8), [0x81, 0x88, 0x90, 0x99, 0xa0, 0xa9, 0xb1, 0xb8]);
            for (n, pages) in [[0, 1, 0, 1], [0, 0, 1, 1], [0; 4], [1; 4]].into_iter().enumerate() {
                b.write(0xb003, 0x20 | (n << 2) as u8);
                assert_eq!(b.nametables(), pages);
            }
        }
    }

    /// What was measured on a chip with R0-R7 as in `board`
    /// (<https://www.nesdev.org/wiki/Talk:VRC6>).
    #[test]
    fn banks_follow_the_eight_modes_as_measured() {
        let chr: [&[u8]; 3] = [
            &[0x81, 0x88, 0x90, 0x99, 0xa0, 0xa9, 0xb1, 0xb8],
            &[0x81, 0x81, 0x88, 0x88, 0x90, 0x90, 0x99, 0x99],
            &[0x81, 0x88, 0x90, 0x99, 0xa0, 0xa0, 0xa9, 0xa9],
        ];
        let names: [[u8; 4]; 8] = [
            [0xb1, 0xb1, 0xb8, 0xb8],
            [0xa0, 0xa9, 0xb1, 0xb8],
            [0xb1, 0xb8, 0xb1, 0xb8],
            [0xb1, 0xb8, 0xb1, 0xb8],
            [0xb1, 0xb8, 0xb1, 0xb8],
            [0xa0, 0xa9, 0xb1, 0xb8],
            [0xb1, 0xb1, 0xb8, 0xb8],
            [0xb1, 0xb1, 0xb8, 0xb8],
        ];
        let mut b = board(24);
        for mode in 0..16 {
            b.write(0xb003, 0x10 | mode);
            assert_eq!(seen(&b, 0, 8), chr[usize::from(mode & 3).min(2)], "mode {mode}");
            assert_eq!(seen(&b, 0x2000, 4), names[usize::from(mode & 7)], "mode {mode}");
            b.write(0xb003, mode);
            let pages = names[usize::from(mode & 7)].map(|bank| usize::from(bank & 1));
            assert_eq!(b.nametables(), pages, "mode {mode}");
        }
    }

    #[test]
    fn bit_5_gives_banks_of_2_kib_their_second_half() {
        let mut b = board(24);
        b.write(0xb003, 0x21);
        assert_eq!(seen(&b, 0, 4), [0x80, 0x81, 0x88, 0x89]);
    }

    #[test]
    fn bit_7_switches_prg_ram_on() {
        let mut b = board(24);
        b.write(0x6000, 0x42);
        assert_eq!(b.read(0x6000), Some(0x42));
        b.write(0xb003, 0x20);
        assert_eq!(b.read(0x6000), None);
    }

    #[test]
    fn the_counter_is_that_of_the_vrc4_and_survives_a_restore() {
        for mapper in [24, 26] {
            let mut b = board(mapper);
            b.write(0xf000, 0x10);
            b.write(at(mapper, 0xf001), 6);
            b.pass(0x20);
            let mut other = board(mapper);
            other.regs = b.regs;
            other.cart.board.sanitize(&mut other.regs, &mut other.ram, &other.cart);
            assert_eq!((b.cycles_to_irq(), other.cycles_to_irq()), (Some(0xd0), Some(0xd0)));
            b.write(at(mapper, 0xf002), 0);
            assert!(!b.irq());
        }
    }
}
