//! Latches on boards of Nintendo and its licensees.

use super::*;

/// A latch at $8000-$FFFF, and what its bits are:
///
/// ```text
///   mapper  board                bits       P: PRG  C: CHR  M: nametables
///   13      CPROM                .... ..CC  4 KiB at $1000; the RAM at $0000 stays
///   29      RET-CUFROM           ...P PPCC
///   34      BNROM                PPPP PPPP  or NINA-001, see there
///   66      GNROM, MHROM         PPPP CCCC  boards have two bits of each
///   70      Bandai 74*161/32     PPPP CCCC
///   77      LROG017              CCCC PPPP  2 KiB; CHR and nametable RAM behind it
///   78      JF-16, Holy Diver    CCCC MPPP
///   89      Sunsoft-2 (-3)       CPPP MCCC
///   93      Sunsoft-2 (-3R)      .PPP ...E  E: CHR RAM on
///   94      UN1ROM               ...P PP..
///   97      TAM-S1               MM.P PPPP  the first 16 KiB are fixed, to the last bank
///   152     Bandai 74*161/32     MPPP CCCC
///   180     UNROM (74*08)        PPPP PPPP  the first 16 KiB are fixed, to bank 0
///   185     CNROM with diodes    ..CC ..CC  CHR answers for one value only
///   188     Karaoke Studio       ..MI .PPP  I: the console's own ROM (banks 0-7), else a cassette's
///
///  a latch at $6000-$7FFF
///   38      PCI556               .... CCPP  at $7000
///   86      JF-13                .CPP ..CC  at $6000; $7000 is for its speech chip
///   87      JF-05 … JF-10        .... ..CC  bits 0 and 1 change places
///   101     JF-10, dumped wrong  CCCC CCCC
///   140     JF-11, JF-14         ..PP CCCC
///   184     Sunsoft-1            .HHH .LLL  4 KiB at $1000 (banks 4-7), at $0000
/// ```
pub const ROWS: &[Row] = &[
    Row::new(13, high_conflicted, |latch, _, map| {
        prg32(map, 0);
        map.chr(0x1000, 0x1000, latch.bits(0, 3) as usize);
    }),
    Row::new(29, high, |latch, _, map| {
        prg16(map, latch.bits(2, 7), -1);
        chr8(map, latch.bits(0, 3));
    }),
    // Homebrew on large BNROM boards is often without conflicts.
    Row::new(34, bnrom_or_nina, |latch, cart, map| {
        if is_nina(cart) {
            prg32(map, latch.bits(0, 1));
            map.chr(0x0000, 0x1000, usize::from(latch.data[1] & 15));
            map.chr(0x1000, 0x1000, usize::from(latch.data[2] & 15));
        } else {
            prg32(map, latch.bits(0, 0xff));
        }
    }),
    Row::new(38, pci556, |latch, _, map| {
        prg32(map, latch.bits(0, 3));
        chr8(map, latch.bits(2, 3));
    }),
    Row::new(66, high_conflicted, |latch, _, map| {
        prg32(map, latch.bits(4, 15));
        chr8(map, latch.bits(0, 15));
    }),
    Row::new(70, high_conflicted, |latch, _, map| {
        prg16(map, latch.bits(4, 15), -1);
        chr8(map, latch.bits(0, 15));
    }),
    Row::new(72, jaleco_pulses, |latch, _, map| {
        prg16(map, latch.data[1].into(), -1);
        chr8(map, latch.data[2].into());
    }),
    Row::new(77, high_conflicted, |latch, _, map| {
        prg32(map, latch.bits(0, 15));
        map.chr_ram(0x0800, 0x1800, 0);
        map.chr_ram(0x0800, 0x0800, 1);
        map.chr_ram(0x1000, 0x0800, 2);
        map.chr_ram(0x1800, 0x0800, 3);
        map.chr_rom(0x0000, 0x0800, latch.bits(4, 15) as usize);
        for slot in 0..2 {
            map.nametable_ram(slot, slot);
            map.nametable(2 + slot, slot);
        }
    }),
    Row::new(78, high_conflicted, |latch, cart, map| {
        prg16(map, latch.bits(0, 7), -1);
        chr8(map, latch.bits(4, 15));
        // Old headers tell Holy Diver by its "four screens".
        let old_mark = cart.submapper == 0 && cart.mirroring == Mirroring::FourScreen;
        if cart.submapper == 3 || old_mark {
            horizontal_if(map, !latch.flag(3));
        } else {
            high_screen_if(map, latch.flag(3));
        }
    }),
    Row::new(86, jf13, |latch, _, map| {
        prg32(map, latch.bits(4, 3));
        chr8(map, latch.bits(0, 3) | latch.bits(4, 4));
    }),
    Row::new(87, low, |latch, _, map| {
        prg32(map, 0);
        chr8(map, latch.bits(1, 1) | latch.bits(0, 1) << 1);
    }),
    Row::new(89, high_conflicted, |latch, _, map| {
        prg16(map, latch.bits(4, 7), -1);
        chr8(map, latch.bits(0, 7) | latch.bits(4, 8));
        high_screen_if(map, latch.flag(3));
    }),
    Row::new(92, jaleco_pulses, |latch, _, map| {
        prg16(map, 0, latch.data[1].into());
        chr8(map, latch.data[2].into());
    }),
    Row::new(93, high_conflicted, |latch, _, map| {
        prg16(map, latch.bits(4, 7), -1);
        if !latch.flag(0) {
            map.chr_nothing(0x0000, 0x2000);
        }
    }),
    Row::new(94, high_conflicted, |latch, _, map| prg16(map, latch.bits(2, 7), -1)),
    Row::new(97, high, |latch, _, map| {
        prg16(map, -1, latch.bits(0, 31));
        map.nametables(match latch.bits(6, 3) {
            0 => Mirroring::SingleLow,
            1 => Mirroring::Horizontal,
            2 => Mirroring::Vertical,
            _ => Mirroring::SingleHigh,
        });
    }),
    Row::new(101, low, |latch, _, map| {
        prg32(map, 0);
        chr8(map, latch.bits(0, 0xff));
    }),
    Row::new(140, low, |latch, _, map| {
        prg32(map, latch.bits(4, 3));
        chr8(map, latch.bits(0, 15));
    }),
    Row::new(152, high_conflicted, |latch, _, map| {
        prg16(map, latch.bits(4, 7), -1);
        chr8(map, latch.bits(0, 15));
        high_screen_if(map, latch.flag(7));
    }),
    Row::new(180, high_conflicted, |latch, _, map| prg16(map, 0, latch.bits(0, 0xff))),
    Row::new(184, low, |latch, _, map| {
        prg32(map, 0);
        map.chr(0x0000, 0x1000, latch.bits(0, 7) as usize);
        map.chr(0x1000, 0x1000, (latch.bits(4, 7) | 4) as usize);
    }),
    Row::new(185, high_conflicted, |latch, cart, map| {
        prg32(map, 0);
        if !chr_answers(latch.data[0], cart.submapper) {
            map.chr_nothing(0x0000, 0x2000);
        }
    }),
    Row::new(188, high, |latch, cart, map| {
        let bank = latch.bits(0, 7);
        prg16(map, if latch.flag(4) { bank } else { bank | 8 }, 7);
        if !latch.flag(4) && cart.prg.len() <= 8 * 0x4000 {
            map.prg_nothing(0x8000, 0x4000);
        }
        map.prg_nothing(0x6000, 0x2000);
        horizontal_if(map, latch.flag(5));
    })
    .read(microphone),
];

/// NINA-001 has 16 KiB of CHR ROM and more, BNROM 8 KiB of RAM.
fn is_nina(cart: &Cartridge) -> bool {
    cart.submapper == 1 || (cart.submapper == 0 && cart.chr.len() > 0x2000)
}

/// NINA-001's registers lie over the end of its PRG RAM.
fn bnrom_or_nina(latch: &mut Latch, cart: &Cartridge, write: &Write) {
    match write.address {
        0x7ffd..=0x7fff if is_nina(cart) => {
            latch.data[usize::from(write.address - 0x7ffd)] = write.value;
        }
        0x8000.. if !is_nina(cart) => high_marked(latch, cart, write),
        _ => {}
    }
}

fn pci556(latch: &mut Latch, _: &Cartridge, write: &Write) {
    if write.address & 0xf000 == 0x7000 {
        latch.data[0] = write.value;
    }
}

fn jf13(latch: &mut Latch, _: &Cartridge, write: &Write) {
    if write.address & 0xf000 == 0x6000 {
        latch.data[0] = write.value;
    }
}

/// Mappers 72 and 92: rising bits take the bank in the low four.
///
/// ```text
///  PC.. BBBB   P C: a rise sets the bank of PRG, of CHR; bits 4 and 5 drive speech
/// ```
fn jaleco_pulses(latch: &mut Latch, _: &Cartridge, write: &Write) {
    if write.address < 0x8000 {
        return;
    }
    let value = write.conflicted();
    let rose = value & !latch.data[0];
    latch.data[0] = value & 0xc0;
    if rose & 0x80 != 0 {
        latch.data[1] = value & 15;
    }
    if rose & 0x40 != 0 {
        latch.data[2] = value & 15;
    }
}

/// Two of the latch's bits drive chip selects of CHR. Headers without a
/// submapper do not say which value opens it: no game writes these to do so.
fn chr_answers(value: u8, submapper: u8) -> bool {
    match submapper {
        4..=7 => value & 3 == submapper - 4,
        _ => value & 15 != 0 && value != 0x13,
    }
}

/// Karaoke Studio's microphone: both buttons are up, and nobody sings.
fn microphone(_: &Latch, address: u16, open: u8) -> Option<u8> {
    (0x6000..0x8000).contains(&address).then_some(open & 0xf8 | 3)
}

#[cfg(test)]
mod tests {
    use super::super::super::bench::{Bench, cartridge};
    use crate::nes::cart::{Cartridge, Mirroring};

    /// A cartridge whose ROM conflicts with nothing that is written to $8000.
    fn board(mapper: u16, prg: usize, chr: usize) -> Bench {
        board_of(cartridge(mapper, prg, chr))
    }

    fn board_of(mut cart: Cartridge) -> Bench {
        for bank in 0..cart.prg.len() / 8192 {
            cart.prg[bank * 8192] = 0xff;
        }
        Bench::new(cart)
    }

    /// Bank numbers (of 8 KiB) at $8000, $A000, $C000, $E000.
    fn prg(b: &Bench) -> [u8; 4] {
        [0x8001, 0xa001, 0xc001, 0xe001].map(|at| b.prg(at).unwrap())
    }

    /// Bank numbers (of 1 KiB) at $0000, $0800, $1000, $1800.
    fn chr(b: &Bench) -> [u8; 4] {
        [0x0000, 0x0800, 0x1000, 0x1800].map(|at| b.chr(at).unwrap())
    }

    #[test]
    fn gnrom_switches_32_kib_of_prg_and_8_of_chr() {
        let mut b = board(66, 128, 32);
        assert_eq!((prg(&b), chr(&b)), ([0, 1, 2, 3], [0, 2, 4, 6]));
        b.write(0x8000, 0x21);
        assert_eq!((prg(&b), chr(&b)), ([8, 9, 10, 11], [8, 10, 12, 14]));
    }

    #[test]
    fn boards_of_74_logic_conflict_with_their_rom() {
        for mapper in [13, 66, 70, 77, 78, 89, 93, 94, 152, 180, 185] {
            let mut cart = cartridge(mapper, 128, 128);
            cart.prg[0x10] = 0x10;
            let mut b = Bench::new(cart);
            b.write(0x8010, 0xff);
            let all_conflicts = b.regs;
            let mut cart = cartridge(mapper, 128, 128);
            cart.prg[0x10] = 0xff;
            let mut b = Bench::new(cart);
            b.write(0x8010, 0x10);
            assert_eq!(b.regs, all_conflicts, "mapper {mapper}");
        }
    }

    #[test]
    fn cprom_switches_the_second_half_of_its_chr_ram() {
        let mut cart = cartridge(13, 32, 0);
        cart.chr_ram = 16 * 1024;
        let mut b = board_of(cart);
        for bank in 0..4 {
            b.write(0x8000, bank);
            b.ppu_write(0x1000, 0x40 | bank);
        }
        assert_eq!((b.chr(0x0000), b.chr(0x1000)), (Some(0x40), Some(0x43)));
        b.write(0x8000, 2);
        assert_eq!((b.chr(0x0000), b.chr(0x1000)), (Some(0x40), Some(0x42)));
    }

    #[test]
    fn nina_001_has_three_registers_over_its_ram() {
        let mut cart = cartridge(34, 64, 64);
        cart.prg_ram = 8192;
        let mut b = board_of(cart);
        b.write(0x7ffd, 1);
        b.write(0x7ffe, 3);
        b.write(0x7fff, 5);
        b.write(0x8000, 0);
        assert_eq!((prg(&b), chr(&b)), ([4, 5, 6, 7], [12, 14, 20, 22]));
        assert_eq!(b.read(0x7ffe), Some(3), "and RAM takes the byte, too");
    }

    #[test]
    fn bnrom_switches_32_kib_and_conflicts_where_it_is_marked() {
        for (submapper, bank) in [(0, 3), (2, 1)] {
            let mut cart = cartridge(34, 128, 0);
            cart.submapper = submapper;
            cart.prg[0x10] = 0xf1;
            let mut b = Bench::new(cart);
            b.write(0x8010, 3);
            assert_eq!(b.prg(0x8001), Some(bank * 4), "submapper {submapper}");
        }
    }

    #[test]
    fn latches_below_8000_answer_in_their_own_range() {
        for (mapper, inside, outside) in [
            (38, 0x7fff, 0x6fff),
            (86, 0x6fff, 0x7000),
            (87, 0x6000, 0x8000),
            (101, 0x7fff, 0x5fff),
            (140, 0x6000, 0x8000),
            (184, 0x7000, 0x8000),
        ] {
            let mut b = board(mapper, 128, 128);
            let start = b.map.clone();
            b.write(outside, 0xff);
            assert!(b.map == start, "mapper {mapper} at {outside:x}");
            b.write(inside, 0xff);
            assert!(b.map != start, "mapper {mapper} at {inside:x}");
        }
    }

    #[test]
    fn jf_05_crosses_its_two_bits() {
        let mut b = board(87, 32, 32);
        let banks = [0, 1, 2, 3].map(|value| {
            b.write(0x6000, value);
            chr(&b)[0] / 8
        });
        assert_eq!(banks, [0, 2, 1, 3]);
    }

    #[test]
    fn jf_13_has_its_third_chr_bit_in_bit_6() {
        let mut b = board(86, 128, 64);
        b.write(0x6000, 0x61);
        assert_eq!((prg(&b)[0], chr(&b)[0]), (8, 40));
    }

    #[test]
    fn bandai_boards_switch_16_kib_and_152_also_its_nametable() {
        for (mapper, nametables) in [(70, [0, 1, 0, 1]), (152, [1; 4])] {
            let mut b = board(mapper, 128, 128);
            b.write(0x8000, 0xb5);
            assert_eq!(prg(&b), [6, 7, 14, 15]);
            assert_eq!((chr(&b)[0], b.nametables()), (40, nametables));
        }
    }

    #[test]
    fn jaleco_s_pulses_take_a_bank_when_they_rise() {
        for (mapper, banks) in [(72, [6, 7, 14, 15]), (92, [0, 1, 6, 7])] {
            let mut b = board(mapper, 128, 128);
            b.write(0x8000, 0x83);
            assert_eq!((prg(&b), chr(&b)[0]), (banks, 0));
            b.write(0x8000, 0x85);
            assert_eq!(prg(&b), banks, "it is high already");
            b.write(0x8000, 0x45);
            assert_eq!((prg(&b), chr(&b)[0]), (banks, 40));
            b.write(0x8000, 0x00);
            assert_eq!((prg(&b), chr(&b)[0]), (banks, 40));
        }
    }

    #[test]
    fn lrog017_has_ram_behind_2_kib_of_rom_and_for_two_nametables() {
        let mut cart = cartridge(77, 128, 32);
        cart.chr_ram = 8192;
        let mut b = board_of(cart);
        b.write(0x8000, 0x52);
        assert_eq!((prg(&b)[0], b.chr(0x0000), b.chr(0x0400)), (8, Some(10), Some(11)));
        for (n, at) in (0x0800..0x3000).step_by(0x400).enumerate() {
            b.ppu_write(at, 0x80 | n as u8);
        }
        for (n, at) in (0x0800..0x3000).step_by(0x400).enumerate() {
            assert_eq!(b.chr(at), Some(0x80 | n as u8), "{at:x}");
        }
    }

    #[test]
    fn mapper_78_has_two_ways_to_wire_bit_3() {
        for (submapper, low, high) in [(1, [0; 4], [1; 4]), (3, [0, 0, 1, 1], [0, 1, 0, 1])] {
            let mut cart = cartridge(78, 128, 128);
            cart.submapper = submapper;
            let mut b = board_of(cart);
            b.write(0x8000, 0x35);
            assert_eq!((prg(&b), chr(&b)[0]), ([10, 11, 14, 15], 24));
            assert_eq!(b.nametables(), low);
            b.write(0x8000, 0x3d);
            assert_eq!(b.nametables(), high);
        }
        let mut cart = cartridge(78, 128, 128);
        cart.mirroring = Mirroring::FourScreen;
        assert_eq!(board_of(cart).nametables(), [0, 0, 1, 1], "an old header's mark");
    }

    #[test]
    fn sunsoft_2_has_two_ways_to_wire_its_byte() {
        let mut b = board(89, 128, 128);
        b.write(0x8000, 0xda);
        assert_eq!((prg(&b)[0], chr(&b)[0], b.nametables()), (10, 80, [1; 4]));
        let mut b = board(93, 128, 0);
        assert_eq!(b.chr(0x0000), None, "its CHR RAM is off");
        b.write(0x8000, 0x51);
        assert_eq!((prg(&b), b.chr(0x0000)), ([10, 11, 14, 15], Some(0)));
    }

    #[test]
    fn un1rom_and_its_inverse_fix_one_half() {
        let mut b = board(94, 128, 0);
        b.write(0x8000, 0x14);
        assert_eq!(prg(&b), [10, 11, 14, 15]);
        let mut b = board(180, 128, 0);
        b.write(0x8000, 5);
        assert_eq!(prg(&b), [0, 1, 10, 11]);
    }

    #[test]
    fn tam_s1_fixes_the_last_bank_below_and_switches_nametables() {
        let mut b = board(97, 256, 0);
        for (bits, nametables) in
            [(0x00, [0; 4]), (0x40, [0, 0, 1, 1]), (0x80, [0, 1, 0, 1]), (0xc0, [1; 4])]
        {
            b.write(0x8000, bits | 3);
            assert_eq!((prg(&b), b.nametables()), ([30, 31, 6, 7], nametables));
        }
    }

    #[test]
    fn jf_11_and_sunsoft_1_split_their_byte() {
        let mut b = board(140, 128, 128);
        b.write(0x6000, 0x2b);
        assert_eq!((prg(&b)[0], chr(&b)[0]), (8, 88));
        let mut b = board(184, 32, 32);
        b.write(0x6000, 0x23);
        assert_eq!(chr(&b), [12, 14, 24, 26], "the upper half has banks 4-7 only");
    }

    #[test]
    fn the_diodes_of_185_let_one_value_through() {
        for submapper in 4..8 {
            let mut cart = cartridge(185, 32, 8);
            cart.submapper = submapper;
            let mut b = board_of(cart);
            for value in 0..4 {
                b.write(0x8000, value);
                let opens = value == submapper - 4;
                assert_eq!(b.chr(0x0000).is_some(), opens, "{submapper}: {value}");
            }
        }
        let mut b = board(185, 32, 8);
        for (value, opens) in [(0x00, false), (0x13, false), (0x20, false), (0x11, true)] {
            b.write(0x8000, value);
            assert_eq!(b.chr(0x0000).is_some(), opens, "{value:x}");
        }
    }

    #[test]
    fn karaoke_studio_switches_its_own_rom_or_the_cassette_s() {
        let mut b = board(188, 256, 0);
        b.write(0x8000, 0x12);
        assert_eq!(prg(&b), [4, 5, 14, 15]);
        b.write(0x8000, 0x02);
        assert_eq!(prg(&b), [20, 21, 14, 15]);
        assert_eq!((b.read(0x6000), b.nametables()), (Some(3), [0, 1, 0, 1]));
        b.write(0x8000, 0x30);
        assert_eq!(b.nametables(), [0, 0, 1, 1]);
        let mut b = board(188, 128, 0);
        b.write(0x8000, 0x02);
        assert_eq!((b.prg(0x8000), b.prg(0xc001)), (None, Some(14)), "there is no cassette");
    }

    #[test]
    fn ret_cufrom_switches_chr_ram() {
        let mut cart = cartridge(29, 128, 0);
        cart.chr_ram = 32 * 1024;
        let mut b = board_of(cart);
        b.ppu_write(0x0000, 0x77);
        b.write(0x8000, 0x0d);
        assert_eq!((prg(&b), b.chr(0x0000)), ([6, 7, 14, 15], Some(0)));
        b.write(0x8000, 0x0c);
        assert_eq!(b.chr(0x0000), Some(0x77));
    }
}
