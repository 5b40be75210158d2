//! Latches on other makers' boards with one game each, and on homebrew ones.

use super::*;

/// A latch at $8000-$FFFF:
///
/// ```text
///   mapper  board                bits       P: PRG  C: CHR  M: nametables
///   11      Color Dreams         CCCC ..PP  bits 2 and 3 defeat the lockout chip
///   81      NTDEC N715021        address    .... .... .... PPCC
///   107     Magic Dragon         PPPP PPP.  and all eight bits for CHR
///   144     Death Race           CCCC .PPP  bit 0 is always the ROM's
///   145     Sachen SA-72007      C... ....  at $4100
///   146     = 79, Sachen 3015
///   148     Sachen SA-0037       .... PCCC
///   149     Sachen SA-0036       C... ....
///   177     Hengedianzi          ..MP PPPP
///   240     C&E                  PPPP CCCC  at $4020-$5FFF
///   241     Hengedianzi BXROM    PPPP PPPP
///
///  at $4100-$5FFF, where A8 is high
///   79      NINA-03, NINA-06     .... PCCC
///   133     Sachen SA-72008      .... .PCC
/// ```
pub const ROWS: &[Row] = &[
    Row::new(11, high_conflicted, |latch, _, map| {
        prg32(map, latch.bits(0, 3));
        chr8(map, latch.bits(4, 15));
    }),
    // INL's board for music: eight banks of 4 KiB, the last one at power-on.
    Row::new(31, inl_nsf, |latch, _, map| {
        for (n, bank) in (8..16).zip(&latch.data[..8]) {
            map.prg(n * 0x1000, 0x1000, i32::from(*bank));
        }
    })
    .power_on(|latch| latch.data[7] = 0xff),
    Row::new(36, txc_22000, |latch, _, map| {
        prg32(map, latch.data[3].into());
        chr8(map, latch.data[4].into());
    })
    .read(|latch, address, open| {
        (address & 0xe100 == 0x4100).then_some(open & 0xcf | (latch.data[1] & 3) << 4)
    }),
    Row::new(71, camerica, |latch, cart, map| {
        prg16(map, latch.data[0].into(), -1);
        // Fire Hawk's board switches nametables; most headers do not tell it.
        if cart.submapper == 1 || latch.data[2] != 0 {
            high_screen_if(map, latch.data[1] & 0x10 != 0);
        }
    }),
    Row::new(79, expansion, |latch, _, map| {
        prg32(map, latch.bits(3, 1));
        chr8(map, latch.bits(0, 7));
    }),
    Row::new(81, address, |latch, _, map| {
        prg16(map, latch.address_bits(2, 3), -1);
        chr8(map, latch.address_bits(0, 3));
    }),
    Row::new(107, high, |latch, _, map| {
        prg32(map, latch.bits(1, 0x7f));
        chr8(map, latch.bits(0, 0xff));
    }),
    Row::new(133, expansion, |latch, _, map| {
        prg32(map, latch.bits(2, 1));
        chr8(map, latch.bits(0, 3));
    }),
    Row::new(144, death_race, |latch, _, map| {
        prg32(map, latch.bits(0, 7));
        chr8(map, latch.bits(4, 15));
    }),
    Row::new(145, expansion, |latch, _, map| {
        prg32(map, 0);
        chr8(map, latch.bits(7, 1));
    }),
    Row::new(146, expansion, |latch, _, map| {
        prg32(map, latch.bits(3, 1));
        chr8(map, latch.bits(0, 7));
    }),
    Row::new(148, high_conflicted, |latch, _, map| {
        prg32(map, latch.bits(3, 1));
        chr8(map, latch.bits(0, 7));
    }),
    Row::new(149, high_conflicted, |latch, _, map| {
        prg32(map, 0);
        chr8(map, latch.bits(7, 1));
    }),
    Row::new(150, sachen_374, |latch, _, map| {
        map_sachen_374(latch, map, latch.data[4] << 2 & 4 | latch.data[6] & 3);
    })
    .read(read_sachen_374),
    Row::new(177, high, |latch, _, map| {
        prg32(map, latch.bits(0, 0x1f));
        horizontal_if(map, latch.flag(5));
    }),
    Row::new(178, waixing_fs305, |latch, _, map| {
        let [mode, low, high, ram, ..] = latch.data.map(i32::from);
        let bank = high << 3 | low & 7;
        match mode >> 1 & 3 {
            0 => prg32(map, bank >> 1),
            1 => prg16(map, bank, bank | 7),
            2 => prg16(map, bank, bank),
            _ => prg16(map, bank, bank | 6),
        }
        map.wram(0x6000, 0x2000, ram as usize, Access::ReadWrite);
        horizontal_if(map, mode & 1 != 0);
    }),
    // Magic Floor has no memory for tiles: the console's own 2 KiB are all there is.
    Row::new(
        218,
        |_, _, _| {},
        |_, cart, map| {
            prg32(map, 0);
            let line = match cart.mirroring {
                Mirroring::Vertical => 10,
                Mirroring::Horizontal => 11,
                _ => 12,
            };
            for at in (0x0000..0x2000).step_by(0x400) {
                map.chr_ciram(at, usize::from(at >> line & 1));
            }
            if line == 12 {
                map.nametables(Mirroring::SingleLow);
            }
        },
    ),
    Row::new(
        240,
        |latch, _, write| {
            if (0x4020..0x6000).contains(&write.address) {
                latch.data[0] = write.value;
            }
        },
        |latch, _, map| {
            prg32(map, latch.bits(4, 15));
            chr8(map, latch.bits(0, 15));
        },
    ),
    Row::new(241, high, |latch, _, map| prg32(map, latch.bits(0, 0xff))),
    Row::new(243, sachen_374, |latch, _, map| {
        let [r2, r4, r6] = [2, 4, 6].map(|n| latch.data[n]);
        map_sachen_374(latch, map, r2 << 3 & 8 | r4 << 2 & 4 | r6 & 3);
    })
    .read(read_sachen_374),
    // Fong Shen Bang: four registers of 8 KiB of PRG, four of 2 KiB of CHR.
    Row::new(
        246,
        |latch, _, write| {
            if write.address & 0xf800 == 0x6000 {
                latch.data[usize::from(write.address & 7)] = write.value;
            }
        },
        |latch, _, map| {
            for n in 0..4_u16 {
                map.prg(0x8000 + n * 0x2000, 0x2000, latch.data[usize::from(n)].into());
                map.chr(n * 0x800, 0x800, latch.data[usize::from(4 + n)].into());
            }
            map.prg_nothing(0x6000, 0x0800);
        },
    )
    .power_on(|latch| latch.data[3] = 0xff),
];

fn inl_nsf(latch: &mut Latch, _: &Cartridge, write: &Write) {
    if write.address & 0xf000 == 0x5000 {
        latch.data[usize::from(write.address & 7)] = write.value;
    }
}

/// The ROM's bit 0 wins against the CPU's; its other bits do not drive the bus
/// harder than any ROM does.
fn death_race(latch: &mut Latch, _: &Cartridge, write: &Write) {
    if write.address >= 0x8000 {
        latch.data[0] = write.rom & (write.value | 1);
    }
}

/// TXC 01-22000-400, with a chip that wants to be asked politely:
///
/// ```text
///  $4100  RR ← PP, or RR + 1 in mode 1     $4102  ..PP ....
///  $4103  ...M ....  mode                  $8000  the PRG bank ← RR
///  $4200  .... CCCC  CHR                   reads of $4100-$4103 give ..RR ....
/// ```
///
/// data\[0\]: PP, \[1\]: RR, \[2\]: mode, \[3\]: PRG, \[4\]: CHR
fn txc_22000(latch: &mut Latch, _: &Cartridge, write: &Write) {
    let [request, inner, mode, prg, chr, ..] = &mut latch.data;
    if write.address >= 0x8000 {
        *prg = *inner;
    }
    if write.address & 0xe200 == 0x4200 {
        *chr = write.value & 15;
    }
    if write.address & 0xe100 == 0x4100 {
        match write.address & 3 {
            0 if *mode == 0 => *inner = *request,
            0 => *inner = (*inner + 1) & 3,
            2 => *request = write.value >> 4 & 3,
            3 => *mode = write.value >> 4 & 1,
            _ => {}
        }
    }
}

/// Camerica BF9093: $C000 is the PRG bank. On the BF9097 bit 4 of $8000-$9FFF is
/// the nametable; without a submapper, of $9000-$9FFF, where no other game writes.
fn camerica(latch: &mut Latch, cart: &Cartridge, write: &Write) {
    match write.address {
        0x8000..0xa000 if cart.submapper == 1 || write.address >= 0x9000 => {
            latch.data[1] = write.value;
            latch.data[2] = 1;
        }
        0xc000.. => latch.data[0] = write.value,
        _ => {}
    }
}

/// Sachen 74LS374N: $4100 is a number, $4101 the register of this number.
/// data\[0-7\]: registers, \[8\]: number
fn sachen_374(latch: &mut Latch, _: &Cartridge, write: &Write) {
    match write.address & 0xe101 {
        0x4100 => latch.data[8] = write.value & 7,
        0x4101 => latch.data[usize::from(latch.data[8] & 7)] = write.value & 7,
        _ => {}
    }
}

fn read_sachen_374(latch: &Latch, address: u16, open: u8) -> Option<u8> {
    let register = latch.data[usize::from(latch.data[8] & 7)];
    (address & 0xe101 == 0x4101).then_some(open & 0xf8 | register & 7)
}

fn map_sachen_374(latch: &Latch, map: &mut Map, chr: u8) {
    prg32(map, i32::from(latch.data[5] & 3));
    chr8(map, chr.into());
    match latch.data[7] >> 1 & 3 {
        0 => {
            [0, 0, 0, 1].into_iter().enumerate().for_each(|(slot, page)| map.nametable(slot, page))
        }
        1 => map.nametables(Mirroring::Horizontal),
        2 => map.nametables(Mirroring::Vertical),
        _ => map.nametables(Mirroring::SingleLow),
    }
}

fn waixing_fs305(latch: &mut Latch, _: &Cartridge, write: &Write) {
    if (0x4800..0x4804).contains(&write.address) {
        latch.data[usize::from(write.address & 3)] = write.value;
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::bench::{Bench, cartridge};
    use crate::nes::cart::Mirroring;

    fn board(mapper: u16, prg: usize, chr: usize) -> Bench {
        let mut cart = cartridge(mapper, prg, chr);
        for bank in 0..cart.prg.len() / 8192 {
            cart.prg[bank * 8192] = 0xff;
        }
        Bench::new(cart)
    }

    fn prg(b: &Bench) -> [u8; 4] {
        [0x8001, 0xa001, 0xc001, 0xe001].map(|at| b.prg(at).unwrap())
    }

    #[test]
    fn color_dreams_switches_both_and_conflicts() {
        let mut b = board(11, 128, 128);
        b.write(0x8000, 0xd6);
        assert_eq!((prg(&b)[0], b.chr(0x0000)), (8, Some(104)));
        b.write(0x8001, 0xff);
        assert_eq!((prg(&b)[0], b.chr(0x0000)), (0, Some(0)), "the ROM has 8 there");
    }

    #[test]
    fn death_race_takes_bit_0_from_its_rom() {
        let mut cart = cartridge(144, 128, 128);
        cart.prg[0x10] = 0x31;
        let mut b = Bench::new(cart);
        b.write(0x8010, 0x20);
        assert_eq!((b.prg(0x8001), b.chr(0x0000)), (Some(4), Some(16)));
    }

    #[test]
    fn ave_and_sachen_boards_listen_where_a8_is_high() {
        for (mapper, value, bank, chr) in
            [(79, 0x0d, 4, 40), (146, 0x0d, 4, 40), (133, 0x06, 4, 16), (145, 0x80, 0, 8)]
        {
            let mut b = board(mapper, 64, 64);
            b.write(0x4200, value);
            assert_eq!((prg(&b)[0], b.chr(0x0000)), (0, Some(0)), "mapper {mapper}");
            b.write(0x5f55, value);
            assert_eq!((prg(&b)[0], b.chr(0x0000)), (bank, Some(chr)), "mapper {mapper}");
        }
    }

    #[test]
    fn sachen_boards_at_8000_conflict() {
        let mut b = board(148, 64, 64);
        b.write(0x8000, 0x0b);
        assert_eq!((prg(&b)[0], b.chr(0x0000)), (4, Some(24)));
        let mut b = board(149, 32, 16);
        b.write(0x8001, 0x80);
        assert_eq!(b.chr(0x0000), Some(0), "the ROM has 0 there");
        b.write(0x8000, 0x80);
        assert_eq!(b.chr(0x0000), Some(8));
    }

    #[test]
    fn inl_s_music_board_starts_in_its_last_4_kib() {
        let mut b = board(31, 64, 0);
        assert_eq!((b.prg(0x8001), b.prg(0xf000)), (Some(0), Some(7)));
        b.write(0x5fff, 4);
        b.write(0x5000, 6);
        assert_eq!((b.prg(0x8001), b.prg(0xf001)), (Some(3), Some(2)));
    }

    #[test]
    fn txc_copies_its_request_through_an_inner_register() {
        let mut b = board(36, 128, 128);
        b.write(0x4103, 0x00);
        b.write(0x4102, 0x20);
        assert_eq!(b.read(0x4100), Some(0x00));
        b.write(0x4100, 0xff);
        assert_eq!((b.read(0x4100), prg(&b)[0]), (Some(0x20), 0));
        b.write(0xffff, 0x00);
        assert_eq!(prg(&b)[0], 8);
        b.write(0x4103, 0x10);
        b.write(0x4100, 0x00);
        b.write(0x8000, 0x00);
        assert_eq!(prg(&b)[0], 12, "in mode 1 it counts");
        b.write(0x4200, 0x05);
        assert_eq!(b.chr(0x0000), Some(40));
    }

    #[test]
    fn camerica_s_nametable_bit_is_heard_where_it_is_safe() {
        for (submapper, address, nametables) in
            [(0, 0x8000, [0, 1, 0, 1]), (0, 0x9000, [1; 4]), (1, 0x8000, [1; 4])]
        {
            let mut cart = cartridge(71, 128, 0);
            cart.submapper = submapper;
            let mut b = Bench::new(cart);
            b.write(address, 0x10);
            assert_eq!(b.nametables(), nametables, "submapper {submapper}, {address:x}");
            b.write(0xc000, 3);
            assert_eq!(prg(&b), [6, 7, 14, 15]);
        }
    }

    #[test]
    fn sachen_s_374_has_eight_registers_behind_two_addresses() {
        for (mapper, chr) in [(150, 6), (243, 14)] {
            let mut b = board(mapper, 128, 128);
            for (register, value) in [(2, 1), (4, 1), (5, 2), (6, 2), (7, 2)] {
                b.write(0x4100, register);
                b.write(0x4101, value);
                assert_eq!(b.read(0x4101), Some(value));
            }
            assert_eq!((prg(&b)[0], b.chr(0x0000)), (8, Some(chr * 8)));
            assert_eq!(b.nametables(), [0, 0, 1, 1]);
            b.write(0x4101, 0);
            assert_eq!(b.nametables(), [0, 0, 0, 1]);
        }
    }

    #[test]
    fn waixing_has_four_ways_to_bank_16_kib() {
        let mut b = board(178, 512, 0);
        b.write(0x4801, 3);
        b.write(0x4802, 1);
        for (mode, banks) in [(0, [10, 11]), (2, [11, 15]), (4, [11, 11]), (6, [11, 15])] {
            b.write(0x4800, mode);
            let found = [0x8001, 0xc001].map(|at| b.prg(at).unwrap() / 2);
            assert_eq!(found, banks, "mode {mode}");
            assert_eq!(b.nametables(), [0, 1, 0, 1]);
        }
        b.write(0x4800, 1);
        assert_eq!(b.nametables(), [0, 0, 1, 1]);
    }

    #[test]
    fn magic_floor_draws_with_the_nametables_memory() {
        for (mirroring, other, same) in
            [(Mirroring::Vertical, 0x0400, 0x0800), (Mirroring::Horizontal, 0x0800, 0x0400)]
        {
            let mut cart = cartridge(218, 32, 0);
            (cart.mirroring, cart.chr_ram) = (mirroring, 0);
            let mut b = Bench::new(cart);
            b.ppu_write(0x2000, 0x11);
            b.ppu_write(other, 0x22);
            assert_eq!([0x0000, same, other].map(|at| b.chr(at)), [0x11, 0x11, 0x22].map(Some));
            assert_eq!(b.chr(0x2000 + other), Some(0x22));
        }
    }

    #[test]
    fn mappers_177_240_and_241_take_a_byte_anywhere_in_their_range() {
        let mut b = board(177, 256, 0);
        b.write(0x8001, 0x23);
        assert_eq!((prg(&b)[0], b.nametables()), (12, [0, 0, 1, 1]));
        let mut b = board(240, 128, 128);
        b.write(0x4020, 0x25);
        assert_eq!((prg(&b)[0], b.chr(0x0000)), (8, Some(40)));
        let mut b = board(241, 256, 0);
        b.write(0xffff, 5);
        assert_eq!(prg(&b), [20, 21, 22, 23]);
    }

    #[test]
    fn fong_shen_bang_has_registers_below_its_ram() {
        let mut cart = cartridge(246, 128, 128);
        cart.prg_ram = 8192;
        let mut b = Bench::new(cart);
        assert_eq!(prg(&b), [0, 0, 0, 15]);
        for n in 0..8 {
            b.write(0x6000 + n, 8 - n as u8);
        }
        assert_eq!(prg(&b), [8, 7, 6, 5]);
        assert_eq!([0x0000, 0x0800, 0x1000, 0x1800].map(|at| b.chr(at)), [8, 6, 4, 2].map(Some));
        b.write(0x6800, 0x55);
        assert_eq!((b.read(0x6000), b.read(0x6800)), (None, Some(0x55)));
    }

    #[test]
    fn address_and_data_latches_of_small_boards() {
        let mut b = board(81, 64, 32);
        b.write(0x8009, 0xff);
        assert_eq!((prg(&b), b.chr(0x0000)), ([4, 5, 6, 7], Some(8)));
        let mut b = board(107, 128, 128);
        b.write(0x8000, 0x05);
        assert_eq!((prg(&b)[0], b.chr(0x0000)), (8, Some(40)));
    }
}
