//! Namco 118 (DxROM) and the boards that wire it in other ways.
//!
//! ```text
//!  $8000  .M.. .RRR  R: register for $8001 (M: the nametable, on mapper 154)
//!  $8001  ..BB BBBB  R0 R1: 2 KiB of CHR, R2-R5: 1 KiB of CHR, R6 R7: 8 KiB of PRG
//! ```
//!
//! It is what the MMC3 was made from, without its modes, its mirroring and its
//! counter. All PRG from $C000 on is the end of ROM.
//!
//! Three games of the Vs. System have a chip beside it that they ask (mapper 206): two
//! read bytes at $5E01 in turn, from the start on after a read of $5E00; Super Xevious
//! writes $90 or $FE to $5300, among others, and reads four bytes.
//!
//! | mapper | wiring |
//! |---|---|
//! | 206 | as above; submapper 1 has 32 KiB of PRG and does not bank it |
//! | 76 | 2 KiB of CHR each by R2-R5 |
//! | 88 | CHR at $1000 is from the upper 64 KiB, at $0000 from the lower |
//! | 95 | CHR bit 5 of R0 and R1 chooses the nametables of each row |
//! | 154 | 88 with one nametable, that bit 6 of $8000 chooses |
//!
//! <https://www.nesdev.org/wiki/INES_Mapper_206>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::{Board, Touched, Write};
use crate::nes::cart::arcade::Guard;
use crate::nes::cart::map::{Access, Map};
use crate::nes::cart::{Cartridge, Mirroring};

/// The chip's registers.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Namco118 {
    /// R0-R7.
    banks: [u8; 8],
    /// $8000.
    select: u8,
    /// How often the guard was asked, and what was last written to $5300.
    asked: u8,
    told: u8,
}

/// What a 126 says in turn. It goes on in a way that nobody knows.
#[rustfmt::skip]
static TKO: [u8; 32] = [
    0xff, 0xbf, 0xb7, 0x97, 0x97, 0x17, 0x57, 0x4f, 0x6f, 0x6b, 0xeb, 0xa9, 0xb1, 0x90, 0x94, 0x14,
    0x56, 0x4e, 0x6f, 0x6b, 0xeb, 0xa9, 0xb1, 0x90, 0xd4, 0x5c, 0x3e, 0x26, 0x87, 0x83, 0x13, 0x51,
];
/// Of a 127 two answers are known, the fifth and the tenth.
const RBI: [u8; 2] = [0xb4, 0x6f];

impl Board for Namco118 {
    /// As most games would set them.
    fn power_on(&mut self, _cart: &Cartridge) {
        self.banks = [0, 2, 4, 5, 6, 7, 0, 1];
    }

    fn map(&self, cart: &Cartridge, map: &mut Map) {
        map.wram(0x6000, 0x2000, 0, Access::ReadWrite);
        self.map_prg(cart, map);
        self.map_chr(cart, map);
        match cart.mapper {
            95 => {
                for (slot, bank) in [0, 0, 1, 1].into_iter().enumerate() {
                    map.nametable(slot, usize::from(self.banks[bank] >> 5 & 1));
                }
            }
            154 if self.select & 0x40 == 0 => map.nametables(Mirroring::SingleLow),
            154 => map.nametables(Mirroring::SingleHigh),
            _ => map.nametables(cart.mirroring),
        }
    }

    fn write(&mut self, _cart: &Cartridge, write: Write) -> Touched {
        match write.address & 0x8001 {
            _ if write.address == 0x5300 => {
                self.told = write.value;
                return Touched::Nothing;
            }
            0x8000 => self.select = write.value,
            0x8001 => self.banks[usize::from(self.select & 7)] = write.value & 0x3f,
            _ => return Touched::Nothing,
        }
        // On mapper 154 $8000 has a nametable.
        Touched::Banks
    }

    fn read(&mut self, cart: &Cartridge, address: u16, _open: u8) -> Option<u8> {
        let first = self.told == 0x90;
        match (cart.guard, address) {
            (Guard::Rbi | Guard::Tko, 0x5e00) => {
                self.asked = 0;
                None
            }
            (Guard::Rbi | Guard::Tko, 0x5e01) => {
                let asked = self.asked;
                self.asked = asked.saturating_add(1);
                Some(match cart.guard {
                    Guard::Tko => TKO[usize::from(asked & 31)],
                    _ => RBI[usize::from(asked == 9)],
                })
            }
            (Guard::Xevious, 0x54ff) => Some(0x05),
            (Guard::Xevious, 0x5678) => Some(if first { 0x01 } else { 0x00 }),
            (Guard::Xevious, 0x578f) => Some(if first { 0x89 } else { 0xd1 }),
            (Guard::Xevious, 0x5567) => Some(if first { 0x37 } else { 0x3e }),
            _ => None,
        }
    }

    fn sanitize(&mut self, _cart: &Cartridge) {
        self.banks = self.banks.map(|bank| bank & 0x3f);
    }
}

impl Namco118 {
    fn map_prg(&self, cart: &Cartridge, map: &mut Map) {
        if cart.submapper == 1 {
            map.prg(0x8000, 0x8000, 0);
            return;
        }
        let [.., r6, r7] = self.banks.map(i32::from);
        for (at, bank) in [(0x8000, r6), (0xa000, r7), (0xc000, -2), (0xe000, -1)] {
            map.prg(at, 0x2000, bank);
        }
    }

    fn map_chr(&self, cart: &Cartridge, map: &mut Map) {
        let [r0, r1, r2, r3, r4, r5, ..] = self.banks.map(usize::from);
        let quarters = [(0x1000, r2), (0x1400, r3), (0x1800, r4), (0x1c00, r5)];
        if cart.mapper == 76 {
            for (n, (_, bank)) in quarters.into_iter().enumerate() {
                map.chr((n * 0x800) as u16, 0x800, bank);
            }
            return;
        }
        for (at, bank) in [(0x0000, r0), (0x0800, r1)] {
            map.chr(at, 0x800, bank >> 1);
        }
        let upper = if matches!(cart.mapper, 88 | 154) { 0x40 } else { 0 };
        for (at, bank) in quarters {
            map.chr(at, 0x400, upper | bank);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Bench, cartridge};
    use super::*;
    use crate::nes::cart::arcade::Wiring;

    fn board(mapper: u16) -> Bench {
        let mut b = Bench::new(cartridge(mapper, 128, 128));
        for (register, bank) in [0x11, 0x33, 0x05, 0x16, 0x27, 0x38, 3, 4].into_iter().enumerate() {
            b.write(0x8000, register as u8);
            b.write(0x8001, bank);
        }
        b
    }

    #[test]
    fn the_registers_switch_prg_and_chr_through_all_their_mirrors() {
        let mut b = board(206);
        let prg = |b: &Bench| [0x8000, 0xa000, 0xc000, 0xe000].map(|at| b.prg(at).unwrap());
        assert_eq!(prg(&b), [3, 4, 14, 15]);
        assert_eq!(b.chr_banks(), [0x10, 0x11, 0x32, 0x33, 0x05, 0x16, 0x27, 0x38]);
        b.write(0xfffe, 0x47);
        b.write(0xffff, 0x49);
        assert_eq!(prg(&b), [3, 9, 14, 15], "bit 6 is not the MMC3's PRG mode");
        assert_eq!(b.nametables(), [0, 1, 0, 1], "and nametables are wired");
    }

    #[test]
    fn boards_with_32_kib_do_not_bank_them() {
        let mut cart = cartridge(206, 32, 32);
        cart.submapper = 1;
        let mut b = Bench::new(cart);
        b.write(0x8000, 6);
        b.write(0x8001, 3);
        assert_eq!((b.prg(0x8000), b.prg(0xe000)), (Some(0), Some(3)));
    }

    #[test]
    fn mapper_76_switches_2_kib_by_r2_to_r5() {
        let b = board(76);
        let banks = [5, 0x16, 0x27, 0x38].map(|bank| bank * 2);
        assert_eq!([0x0000, 0x0800, 0x1000, 0x1800].map(|at| b.chr(at).unwrap()), banks);
    }

    #[test]
    fn mappers_88_and_154_have_a_half_of_chr_for_each_half() {
        for mapper in [88, 154] {
            let chr = board(mapper).chr_banks();
            assert_eq!(chr, [0x10, 0x11, 0x32, 0x33, 0x45, 0x56, 0x67, 0x78]);
        }
    }

    #[test]
    fn mapper_95_takes_its_nametables_from_chr_bit_5() {
        assert_eq!(board(95).nametables(), [0, 0, 1, 1]);
    }

    #[test]
    fn mapper_154_has_one_nametable() {
        let mut b = board(154);
        assert_eq!(b.nametables(), [0; 4]);
        b.write(0x8000, 0x40);
        assert_eq!(b.nametables(), [1; 4]);
    }

    /// A Vs. System's board with a guard.
    fn guarded(guard: Guard) -> Bench {
        let mut cart = cartridge(206, 128, 64);
        (cart.guard, cart.wiring) = (guard, Wiring::Crossed);
        cart.mirroring = Mirroring::FourScreen;
        Bench::new(cart)
    }

    #[test]
    fn guards_say_their_bytes_in_turn_and_begin_anew_after_5e00() {
        let mut b = guarded(Guard::Tko);
        let seven = |b: &mut Bench| [0; 7].map(|_: u8| b.read(0x5e01).unwrap());
        assert_eq!(seven(&mut b), [0xff, 0xbf, 0xb7, 0x97, 0x97, 0x17, 0x57]);
        assert_eq!(seven(&mut b)[0], 0x4f);
        assert_eq!(b.read(0x5e00), None);
        assert_eq!(seven(&mut b)[0], 0xff);
        let mut b = guarded(Guard::Rbi);
        b.read(0x5e01);
        b.read(0x5e00);
        let ten = [0; 10].map(|_: u8| b.read(0x5e01).unwrap());
        assert_eq!((ten[4], ten[9]), (0xb4, 0x6f));
    }

    #[test]
    fn super_xevious_s_guard_answers_what_was_written() {
        let mut b = guarded(Guard::Xevious);
        for (told, answers) in [(0x90, [0x05, 0x01, 0x89, 0x37]), (0xfe, [0x05, 0x00, 0xd1, 0x3e])]
        {
            b.write(0x5300, told);
            let read = [0x54ff, 0x5678, 0x578f, 0x5567].map(|at| b.read(at).unwrap());
            assert_eq!(read, answers);
        }
    }

    #[test]
    fn without_a_guard_nothing_answers_and_a_vs_system_has_four_nametables() {
        let mut b = guarded(Guard::None);
        assert_eq!([0x5e00, 0x5e01, 0x54ff].map(|at| b.read(at)), [None; 3]);
        assert_eq!(b.nametables(), [0, 1, 2, 3]);
    }
}
