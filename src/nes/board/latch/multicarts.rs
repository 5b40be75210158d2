//! Latches on boards with many games. Their menu writes once, to an address or
//! a value that says which game and how large it is; the reset button brings
//! the menu back.

use super::*;

/// What the address says (`A~`) and the byte, of 16 bits and of 8:
///
/// ```text
///   P: PRG, 16 KiB   C: CHR, 8 KiB   M: 1 horizontal   O: 1 is 16 KiB seen twice
///
///   58, 213  A~ .... .... MOCC CPPP
///   59       see there
///   61       A~ .... .... M.PO PPPP    the P of bit 5 is the lowest
///   62       A~ ..PP PPPP MPOC CCCC    the byte: .... ..cc below C; the P of bit 6 is the highest
///   200      A~ .... .... .... MBBB    B: both
///   201      A~ .... .... BBBB BBBB    32 KiB
///   202      A~ .... .... .... OBBB    B0 is M, too; 32 KiB where B0 and O are set
///   203         PPPP PPCC              all 16 KiB
///   212      A~ .O.. .... .... MBBB    O: 32 KiB
///   214      A~ .... .... .... PPCC
///   225, 255 A~ .HMO PPPP PPCC CCCC    H: highest of both; 16 bits of RAM at $5800
///   226         PMOP PPPP              odd addresses: .... ...P; M: 1 vertical
///   227, 242 A~ .... ..LP OPPP PPMS    see there
///   229      A~ .... .... ..MB BBBB    B = 0 and 1: 32 KiB
///   230         .MOP PPPP              see there
///   231      A~ .... .... M.PP PPP.    the P of bit 5 is the lowest, at $C000 only
///   233         MMOP PPPP              resets choose the half
/// ```
pub const ROWS: &[Row] = &[
    Row::new(15, address, |latch, _, map| {
        let bank = latch.bits(0, 0x3f);
        match latch.address & 3 {
            0 => prg16(map, bank, bank | 1),
            1 => prg16(map, bank, bank | 7),
            2 => {
                let bank = bank << 1 | latch.bits(7, 1);
                (4..8).for_each(|n| map.prg(n * 0x2000, 0x2000, bank));
            }
            _ => prg16(map, bank, bank),
        }
        // What the menu sets up is not to be drawn over by a game of NROM.
        if matches!(latch.address & 3, 0 | 3) {
            map.protect_chr();
        }
        horizontal_if(map, latch.flag(6));
    })
    .resets(),
    // Caltron 6-in-1: the outer latch takes its address, the inner one counts
    // while PRG bank bit 2 is set.
    Row::new(41, caltron, |latch, _, map| {
        prg32(map, latch.address_bits(0, 7));
        chr8(map, latch.address_bits(1, 12) | latch.bits(0, 3));
        horizontal_if(map, latch.address_flag(5));
    })
    .resets(),
    // Rumble Station: the outer latch at $6000, the inner at $8000.
    Row::new(46, rumble_station, |latch, _, map| {
        let [outer, inner, ..] = latch.data.map(i32::from);
        prg32(map, outer << 1 & 0x1e | inner & 1);
        chr8(map, outer >> 1 & 0x78 | inner >> 4 & 7);
    })
    .resets(),
    Row::new(57, two_latches, |latch, _, map| {
        let [first, second, ..] = latch.data.map(i32::from);
        let size = if second & 0x10 == 0 { Size::Half } else { Size::Whole };
        game(map, second >> 5, size);
        chr8(map, first >> 3 & 8 | first & 7 | second & 7);
        horizontal_if(map, second & 8 != 0);
    })
    .resets(),
    Row::new(58, address, game_star).resets(),
    // Four games of NROM-128; the reset button goes on to the next.
    Row::new(
        60,
        |_, _, _| {},
        |latch, _, map| {
            let bank = i32::from(latch.resets & 3);
            prg16(map, bank, bank);
            chr8(map, bank);
        },
    ),
    Row::new(61, address, |latch, _, map| {
        let bank = latch.address_bits(0, 15) << 1 | latch.address_bits(5, 1);
        game(map, bank, size(latch.address_flag(4)));
        horizontal_if(map, latch.address_flag(7));
    })
    .resets(),
    Row::new(62, address, |latch, _, map| {
        let bank = latch.address_bits(8, 0x3f) | latch.address_bits(0, 0x40);
        game(map, bank, size(latch.address_flag(5)));
        chr8(map, latch.address_bits(0, 0x1f) << 2 | latch.bits(0, 3));
        horizontal_if(map, latch.address_flag(7));
    })
    .resets(),
    Row::new(200, address, |latch, _, map| {
        both(latch, map, Size::Half);
        horizontal_if(map, latch.address_flag(3));
    })
    .resets(),
    Row::new(201, address, |latch, _, map| {
        prg32(map, latch.address_bits(0, 0xff));
        chr8(map, latch.address_bits(0, 0xff));
    })
    .resets(),
    Row::new(202, address, |latch, _, map| {
        let bank = latch.address_bits(1, 7);
        let whole = latch.address & 9 == 9;
        game(map, bank, size(!whole));
        chr8(map, bank);
        horizontal_if(map, latch.address_flag(0));
    })
    .resets(),
    Row::new(203, high, |latch, _, map| {
        game(map, latch.bits(2, 0x3f), Size::Half);
        chr8(map, latch.bits(0, 3));
    })
    .resets(),
    Row::new(212, address, |latch, _, map| {
        both(latch, map, size(!latch.address_flag(14)));
        horizontal_if(map, latch.address_flag(3));
    })
    .read(|_, address, open| (address & 0xe010 == 0x6000).then_some(open | 0x80))
    .power_on(|latch| latch.address = 0x8000)
    .resets(),
    Row::new(213, address, game_star).resets(),
    Row::new(214, address, |latch, _, map| {
        game(map, latch.address_bits(2, 3), Size::Half);
        chr8(map, latch.address_bits(0, 3));
    })
    .resets(),
    Row::new(225, address_with_ram, et_1550).read(read_ram).resets(),
    Row::new(226, two_latches_by_a0, |latch, _, map| {
        let [first, second, ..] = latch.data.map(i32::from);
        let bank = second << 6 & 0x40 | first >> 2 & 0x20 | first & 0x1f;
        game(map, bank, size(first & 0x20 != 0));
        horizontal_if(map, first & 0x40 == 0);
    })
    .resets(),
    Row::new(227, address, |latch, _, map| waixing(latch, map, 0x20)).resets(),
    Row::new(228, action_52, |latch, cart, map| {
        map_action_52(latch, cart, map);
        chr8(map, latch.address_bits(0, 15) << 2 | latch.bits(0, 3));
        horizontal_if(map, latch.address_flag(13));
    })
    .read(|latch, address, open| {
        let nibble = latch.data[1 + usize::from(address & 3)];
        (0x4020..0x6000).contains(&address).then_some(open & 0xf0 | nibble)
    })
    .resets(),
    Row::new(229, address, |latch, _, map| {
        let bank = latch.address_bits(0, 0x1f);
        game(map, bank, size(bank > 1));
        chr8(map, bank);
        horizontal_if(map, latch.address_flag(5));
    })
    .resets(),
    // 22 games: 128 KiB of one and 512 of the others, and the reset button goes
    // from one chip to the other.
    Row::new(230, high, |latch, _, map| {
        if latch.resets & 1 == 0 {
            prg16(map, latch.bits(0, 7), 7);
            map.nametables(Mirroring::Vertical);
        } else {
            let bank = 8 + latch.bits(0, 0x1f);
            game(map, bank, size(latch.flag(5)));
            horizontal_if(map, !latch.flag(6));
        }
    })
    .resets(),
    Row::new(231, address, |latch, _, map| {
        let bank = latch.address_bits(0, 0x1e);
        prg16(map, bank, bank | latch.address_bits(5, 1));
        horizontal_if(map, latch.address_flag(7));
    })
    .resets(),
    // Camerica's Quattro: a block of four at $8000-$BFFF, a game's bank above.
    // On the Aladdin deck enhancer (submapper 1) the block's two bits change places.
    Row::new(
        232,
        |latch, _, write| match write.address {
            0x8000..0xc000 => latch.data[0] = write.value >> 3 & 3,
            0xc000.. => latch.data[1] = write.value & 3,
            _ => {}
        },
        |latch, cart, map| {
            let [block, bank, ..] = latch.data.map(i32::from);
            let block = if cart.submapper == 1 { block >> 1 | block << 1 & 2 } else { block };
            prg16(map, block << 2 | bank, block << 2 | 3);
        },
    ),
    Row::new(233, high, |latch, _, map| {
        let bank = latch.bits(0, 0x1f) | i32::from(latch.resets & 1) << 5;
        game(map, bank, size(latch.flag(5)));
        match latch.bits(6, 3) {
            0 => [0, 0, 0, 1]
                .into_iter()
                .enumerate()
                .for_each(|(slot, page)| map.nametable(slot, page)),
            1 => map.nametables(Mirroring::Vertical),
            2 => map.nametables(Mirroring::Horizontal),
            _ => map.nametables(Mirroring::SingleHigh),
        }
    })
    .resets(),
    Row::new(242, address, |latch, _, map| waixing(latch, map, 0)).resets(),
    Row::new(255, address_with_ram, et_1550).read(read_ram).resets(),
    // AVE's NINA-06 with eight games.
    Row::new(113, expansion, |latch, _, map| {
        prg32(map, latch.bits(3, 7));
        chr8(map, latch.bits(0, 7) | latch.bits(3, 8));
        horizontal_if(map, !latch.flag(7));
    }),
];

fn size(half: bool) -> Size {
    if half { Size::Half } else { Size::Whole }
}

/// Mappers 58 and 213.
fn game_star(latch: &Latch, _: &Cartridge, map: &mut Map) {
    game(map, latch.address_bits(0, 7), size(latch.address_flag(6)));
    chr8(map, latch.address_bits(3, 7));
    horizontal_if(map, latch.address_flag(7));
}

/// Three bits for both.
fn both(latch: &Latch, map: &mut Map, size: Size) {
    let bank = latch.address_bits(0, 7);
    game(map, bank, size);
    chr8(map, bank);
}

/// Caltron: $6000-$67FF takes its address (`..MC CPPP`), $8000 CHR's low bits.
fn caltron(latch: &mut Latch, _: &Cartridge, write: &Write) {
    match write.address {
        0x6000..0x6800 => latch.address = write.address & 0x3f,
        0x8000.. if latch.address & 4 != 0 => latch.data[0] = write.conflicted() & 3,
        _ => {}
    }
}

fn rumble_station(latch: &mut Latch, _: &Cartridge, write: &Write) {
    match write.address {
        0x6000..0x8000 => latch.data[0] = write.value,
        0x8000.. => latch.data[1] = write.conflicted(),
        _ => {}
    }
}

/// A11 says which.
fn two_latches(latch: &mut Latch, _: &Cartridge, write: &Write) {
    if write.address >= 0x8000 {
        latch.data[usize::from(write.address >> 11 & 1)] = write.value;
    }
}

/// A0 says which.
fn two_latches_by_a0(latch: &mut Latch, _: &Cartridge, write: &Write) {
    if write.address >= 0x8000 {
        latch.data[usize::from(write.address & 1)] = write.value;
    }
}

/// An address latch, and four nibbles of RAM at $5800-$5FFF.
fn address_with_ram(latch: &mut Latch, cart: &Cartridge, write: &Write) {
    if write.address & 0xf800 == 0x5800 {
        latch.data[1 + usize::from(write.address & 3)] = write.value & 15;
    }
    address(latch, cart, write);
}

fn read_ram(latch: &Latch, address: u16, open: u8) -> Option<u8> {
    let nibble = latch.data[1 + usize::from(address & 3)];
    (address & 0xf800 == 0x5800).then_some(open & 0xf0 | nibble)
}

/// Mappers 225 and 255.
fn et_1550(latch: &Latch, _: &Cartridge, map: &mut Map) {
    let high = latch.address_bits(14, 1) << 6;
    game(map, high | latch.address_bits(6, 0x3f), size(latch.address_flag(12)));
    chr8(map, high | latch.address_bits(0, 0x3f));
    horizontal_if(map, latch.address_flag(13));
}

/// Mappers 227 and 242. CHR RAM is for the menu alone: games of NROM have none.
///
/// ```text
///  A~ .... ..LP OPPP PPMS
///   O S L   $8000    $C000         the P of bit 8 is the highest, and not there on 242
///   1 0 -   P        P
///   1 1 -   P of 32 KiB
///   0 0 0   P        P & 38        1: P | 07
///   0 1 0   P & 3E   P & 38        1: P | 07
/// ```
fn waixing(latch: &Latch, map: &mut Map, high: u16) {
    let bank = latch.address_bits(2, 0x1f) | latch.address_bits(3, high);
    let (last, whole) = (latch.address_flag(9), latch.address_flag(0));
    if latch.address_flag(7) {
        game(map, bank, size(!whole));
        map.protect_chr();
    } else {
        let low = if whole { bank & !1 } else { bank };
        prg16(map, low, if last { bank | 7 } else { bank & !7 });
    }
    horizontal_if(map, latch.address_flag(1));
}

/// Action 52: `A~ ..MH HPPP PPO. CCCC`, the byte `.... ..CC` below, and four
/// nibbles of RAM at $4020-$5FFF.
fn action_52(latch: &mut Latch, cart: &Cartridge, write: &Write) {
    if (0x4020..0x6000).contains(&write.address) {
        latch.data[1 + usize::from(write.address & 3)] = write.value & 15;
    }
    address(latch, cart, write);
}

/// H is one of four chips of 512 KiB. The third is not there, so that the file
/// has the fourth behind the second.
fn map_action_52(latch: &Latch, cart: &Cartridge, map: &mut Map) {
    let chip = latch.address_bits(11, 3);
    let in_file = if chip == 3 { 2 } else { chip };
    let bank = in_file << 5 | latch.address_bits(6, 0x1f);
    game(map, bank, size(latch.address_flag(5)));
    if chip == 2 && cart.prg.len() > 0x10_0000 {
        map.prg_nothing(0x8000, 0x8000);
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::bench::{Bench, cartridge};

    fn board(mapper: u16, prg: usize, chr: usize) -> Bench {
        Bench::new(cartridge(mapper, prg, chr))
    }

    /// Bank numbers of 16 KiB at $8000 and $C000, and of 8 KiB of CHR.
    fn banks(b: &Bench) -> (u8, u8, u8) {
        let prg = |at| b.prg(at).unwrap() / 2;
        (prg(0x8000), prg(0xc000), b.chr(0x0000).unwrap() / 8)
    }

    /// What one write does: banks, and whether mirroring is horizontal.
    fn after(mapper: u16, address: u16, value: u8) -> (u8, u8, u8, bool) {
        let mut b = board(mapper, 2048, 256);
        b.write(address, value);
        let (low, high, chr) = banks(&b);
        (low, high, chr, b.nametables() == [0, 0, 1, 1])
    }

    #[test]
    fn addresses_choose_a_game_of_16_kib_or_of_32() {
        for (mapper, address, value, seen) in [
            (58, 0x80c0 | 5 << 3 | 3, 0, (3, 3, 5, true)),
            (58, 0x8000 | 5 << 3 | 3, 0, (2, 3, 5, false)),
            (213, 0x8040 | 2 << 3 | 7, 0, (7, 7, 2, false)),
            (61, 0x8080 | 0x30 | 4, 0, (9, 9, 0, true)),
            (61, 0x8000 | 4, 0, (8, 9, 0, false)),
            (62, 0x8000 | 0x0a00 | 0x20 | 3, 2, (10, 10, 14, false)),
            (62, 0x8000 | 0x0b80, 1, (10, 11, 1, true)),
            (200, 0x800d, 0, (5, 5, 5, true)),
            (201, 0x8003, 0, (6, 7, 3, false)),
            (202, 0x8004, 0, (2, 2, 2, false)),
            (202, 0x8009, 0, (4, 5, 4, true)),
            (203, 0x8000, 0x16, (5, 5, 2, false)),
            (212, 0x800b, 0, (3, 3, 3, true)),
            (212, 0xc003, 0, (2, 3, 3, false)),
            (214, 0x8006, 0, (1, 1, 2, false)),
            (225, 0x8000 | 0x3000 | 5 << 6 | 9, 0, (5, 5, 9, true)),
            (225, 0x8000 | 5 << 6 | 9, 0, (4, 5, 9, false)),
            (255, 0x8000 | 5 << 6 | 9, 0, (4, 5, 9, false)),
            (229, 0x8025, 0, (5, 5, 5, true)),
            (229, 0x8001, 0, (0, 1, 1, false)),
            (231, 0x80a4, 0, (4, 5, 0, true)),
            (231, 0x8004, 0, (4, 4, 0, false)),
        ] {
            assert_eq!(after(mapper, address, value), seen, "mapper {mapper}, {address:x}");
        }
    }

    #[test]
    fn mapper_15_has_four_ways_to_lay_out_its_prg() {
        let mut b = board(15, 1024, 0);
        for (mode, seen) in [
            (0, [12, 13, 14, 15]),
            (1, [12, 13, 14, 15]),
            (2, [13, 13, 13, 13]),
            (3, [12, 13, 12, 13]),
        ] {
            b.write(0x8000 | mode, 0x86);
            let prg = [0x8000, 0xa000, 0xc000, 0xe000].map(|at| b.prg(at).unwrap());
            assert_eq!(prg, seen, "mode {mode}");
        }
        b.ppu_write(0x0000, 1);
        assert_eq!(b.chr(0x0000), Some(0), "games of NROM cannot draw over the menu's tiles");
        b.write(0x8001, 0x00);
        b.ppu_write(0x0000, 1);
        assert_eq!(b.chr(0x0000), Some(1));
    }

    #[test]
    fn caltron_opens_its_inner_latch_with_bit_2_of_the_bank() {
        let mut b = board(41, 256, 128);
        b.write(0x6000 | 0x2b, 0);
        b.write(0x8000, 0xff);
        assert_eq!((banks(&b), b.nametables()), ((6, 7, 4), [0, 0, 1, 1]));
        b.write(0x6000 | 0x1c, 0);
        let mut rom_of_ones = cartridge(41, 256, 128);
        rom_of_ones.prg.fill(0xff);
        let mut c = Bench::new(rom_of_ones);
        c.write(0x6000 | 0x1c, 0);
        c.write(0x8000, 0x02);
        assert_eq!(c.chr(0x0000), Some(14 * 8));
        assert_eq!(banks(&b).0, 8);
    }

    #[test]
    fn rumble_station_has_an_outer_and_an_inner_latch() {
        let mut cart = cartridge(46, 1024, 512);
        cart.prg.fill(0xff);
        let mut b = Bench::new(cart);
        b.write(0x6000, 0x32);
        b.write(0x8000, 0x51);
        assert_eq!(b.chr(0x0000), Some((3 << 3 | 5) * 8));
        let mut b = board(46, 1024, 512);
        b.write(0x6000, 0x02);
        assert_eq!(banks(&b).0, 8);
    }

    #[test]
    fn mapper_57_ors_two_latches() {
        let mut b = board(57, 128, 128);
        b.write(0x8000, 0x41);
        b.write(0x8800, 0x6a);
        assert_eq!((banks(&b), b.nametables()), ((3, 3, 11), [0, 0, 1, 1]));
        b.write(0x8800, 0x70);
        assert_eq!(banks(&b), (2, 3, 9));
    }

    #[test]
    fn the_reset_button_is_the_only_register_of_mapper_60() {
        let mut b = board(60, 64, 32);
        for game in [0, 1, 2, 3, 0] {
            b.write(0x8000, 0xff);
            assert_eq!(banks(&b), (game, game, game));
            b.cart.board.reset(&mut b.regs, &b.cart);
            b.remap();
        }
    }

    #[test]
    fn the_reset_button_brings_a_menu_back() {
        for mapper in [15, 58, 62, 200, 203, 225, 226, 227, 228, 229, 231] {
            let mut b = board(mapper, 2048, 0);
            let menu = b.map.clone();
            b.write(0xbfff, 0x7f);
            assert!(b.map != menu, "mapper {mapper}");
            b.cart.board.reset(&mut b.regs, &b.cart);
            b.remap();
            assert!(b.map == menu, "mapper {mapper}");
        }
    }

    #[test]
    fn mapper_212_answers_its_games_question() {
        let mut cart = cartridge(212, 128, 64);
        cart.prg_ram = 0;
        let mut b = Bench::new(cart);
        assert_eq!((b.read(0x6000), b.read(0x6010)), (Some(0x80), None));
    }

    #[test]
    fn mapper_225_and_action_52_remember_four_nibbles() {
        for (mapper, at) in [(225, 0x5800), (255, 0x5ffc), (228, 0x4020)] {
            let mut b = board(mapper, 1024, 256);
            for n in 0..4 {
                b.write(at + n, 0xf5 + n as u8);
            }
            let nibbles: [_; 4] = std::array::from_fn(|n| b.read(at + n as u16));
            assert_eq!(nibbles, [5, 6, 7, 8].map(Some), "mapper {mapper}");
        }
    }

    #[test]
    fn mapper_226_has_its_highest_bit_at_odd_addresses() {
        let mut b = board(226, 2048, 0);
        b.write(0x8000, 0xe3);
        assert_eq!((banks(&b), b.nametables()), ((35, 35, 0), [0, 1, 0, 1]));
        b.write(0x8001, 0x01);
        b.write(0x8000, 0x83);
        assert_eq!((banks(&b), b.nametables()), ((98, 99, 0), [0, 0, 1, 1]));
    }

    #[test]
    fn mapper_227_lays_out_nrom_and_unrom() {
        for (mapper, address, low, high) in [
            (227, 0x8080 | 5 << 2, 5, 5),
            (227, 0x8081 | 5 << 2, 4, 5),
            (227, 0x8000 | 13 << 2, 13, 8),
            (227, 0x8001 | 13 << 2, 12, 8),
            (227, 0x8200 | 13 << 2, 13, 15),
            (227, 0x8180 | 5 << 2, 37, 37),
            (242, 0x8180 | 5 << 2, 5, 5),
        ] {
            let seen = after(mapper, address, 0);
            assert_eq!((seen.0, seen.1), (low, high), "{address:x}");
        }
        let mut b = board(227, 512, 0);
        b.write(0x8080, 0);
        b.ppu_write(0x0000, 1);
        assert_eq!(b.chr(0x0000), Some(0));
    }

    #[test]
    fn action_52_has_no_third_chip() {
        let mut b = board(228, 1536, 512);
        for (chip, bank) in [(0, Some(10)), (1, Some(74)), (2, None), (3, Some(138))] {
            b.write(0x8020 | chip << 11 | 5 << 6 | 3, 2);
            assert_eq!(b.prg(0x8000), bank, "chip {chip}");
            assert_eq!(b.chr(0x0000), Some(14 * 8));
        }
        b.write(0xa000 | 5 << 6, 0);
        assert_eq!((banks(&b), b.nametables()), ((4, 5, 0), [0, 0, 1, 1]));
    }

    #[test]
    fn mapper_230_goes_from_chip_to_chip_by_reset() {
        let mut b = board(230, 640, 0);
        b.write(0x8000, 0x65);
        assert_eq!((banks(&b), b.nametables()), ((5, 7, 0), [0, 1, 0, 1]));
        b.cart.board.reset(&mut b.regs, &b.cart);
        b.remap();
        b.write(0x8000, 0x25);
        assert_eq!((banks(&b), b.nametables()), ((13, 13, 0), [0, 0, 1, 1]));
        b.write(0x8000, 0x45);
        assert_eq!((banks(&b), b.nametables()), ((12, 13, 0), [0, 1, 0, 1]));
    }

    #[test]
    fn quattro_has_blocks_of_64_kib_whose_bits_the_aladdin_crosses() {
        for (submapper, block) in [(0, 1), (1, 2)] {
            let mut cart = cartridge(232, 256, 0);
            cart.submapper = submapper;
            let mut b = Bench::new(cart);
            b.write(0x8000, 0x08);
            b.write(0xc000, 0x02);
            assert_eq!(banks(&b), (block * 4 + 2, block * 4 + 3, 0));
        }
    }

    #[test]
    fn mapper_233_chooses_its_half_by_reset() {
        let mut b = board(233, 1024, 0);
        b.write(0x8000, 0x25);
        assert_eq!((banks(&b), b.nametables()), ((5, 5, 0), [0, 0, 0, 1]));
        b.cart.board.reset(&mut b.regs, &b.cart);
        b.remap();
        b.write(0x8000, 0x85);
        assert_eq!((banks(&b), b.nametables()), ((36, 37, 0), [0, 0, 1, 1]));
    }

    #[test]
    fn ave_s_multicart_takes_seven_bits_and_a_nametable() {
        let mut b = board(113, 256, 128);
        b.write(0x4100, 0x5a);
        assert_eq!((banks(&b), b.nametables()), ((6, 7, 10), [0, 0, 1, 1]));
        b.write(0x4100, 0xda);
        assert_eq!(b.nametables(), [0, 1, 0, 1]);
    }
}
