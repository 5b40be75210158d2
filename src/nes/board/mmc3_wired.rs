//! Boards with an MMC3 that is wired in another way, or has a latch beside it.
//!
//! The chip is that of `mmc3.rs`. A row says what a write does to the latches
//! (and whether the chip hears it), and what becomes of the chip's banks.
//!
//! | mapper | board | |
//! |---|---|---|
//! | 12 | Gouder SL-5020B | CHR A18 of each half at $4020-$5FFF; an MMC3A |
//! | 37, 47 | two and three games of Nintendo's | block at $6000 |
//! | 44 | 7-in-1 | block in $A001 |
//! | 45 | GA23C | four latches in turn at $6000, and a lock |
//! | 49, 52 | 4-in-1, 7-in-1 | block at $6000, once |
//! | 74, 119, 191, 192, 194, 195 | TQROM and others | some CHR banks are RAM |
//! | 115 | Kasheng SFC-02B | 16 or 32 KiB of PRG and CHR A18 at $6000 |
//! | 118 | TKSROM, TLSROM | CHR A17 is the nametable |
//! | 189 | TXC | 32 KiB of PRG at $4120-$7FFF |
//! | 205 | 15-in-1 | block at $6000 |
//! | 245 | Waixing | PRG A19 from R0; CHR RAM is not banked |
//! | 250 | Nitra | the address is the data |
//!
//! <https://www.nesdev.org/wiki/MMC3#Variants>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::mmc3::Mmc3;
use super::{Board, Touched, Watches, Write};
use crate::nes::cart::Cartridge;
use crate::nes::cart::map::{Access, Map};

/// The chip and the latches.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Mmc3Wired {
    chip: Mmc3,
    /// What is latched beside it.
    latch: [u8; 4],
    /// Mapper 45: which latch is next. Mapper 52: 1 after the first write.
    next: u8,
    unused: [u8; 3],
}

/// A board.
struct Row {
    mapper: u16,
    /// A write; true where the chip hears it, too.
    write: fn(&mut Mmc3Wired, &Write) -> bool,
    /// The banks where they differ from those of a plain board.
    banks: fn(&Mmc3Wired, &Cartridge, &mut Map),
}

/// A bank within a block: `and` is as large as the block, `or` where it is.
fn within(and: i32, or: i32) -> impl Fn(i32) -> i32 {
    move |bank| bank & and | or
}

/// CHR within a block.
fn chr_within(and: usize, or: usize) -> impl Fn(&mut Map, u16, usize) {
    move |map, at, bank| map.chr(at, 0x400, bank & and | or)
}

/// CHR ROM, but for the banks that `is_ram` picks out.
fn map_ram_banks(board: &Mmc3Wired, map: &mut Map, is_ram: fn(usize) -> bool) {
    board.chip.map_chr(map, |map, at, bank| {
        if is_ram(bank) { map.chr_ram(at, 0x400, bank) } else { map.chr_rom(at, 0x400, bank) }
    });
}

fn nothing(_: &mut Mmc3Wired, _: &Write) -> bool {
    true
}

/// $6000-$7FFF, while $A001 lets PRG RAM be written.
fn block_at_6000(board: &mut Mmc3Wired, write: &Write) -> bool {
    if write.address & 0xe000 == 0x6000 && board.chip.ram_access() == Access::ReadWrite {
        board.latch[0] = write.value;
    }
    true
}

static ROWS: &[Row] = &[
    Row {
        mapper: 12,
        write: |board, write| {
            if (0x4020..0x6000).contains(&write.address) {
                board.latch[0] = write.value;
            }
            true
        },
        banks: |board, _, map| {
            let block = board.latch[0];
            board.chip.map_chr(map, |map, at, bank| {
                let a18 = block >> (at >> 12 << 2) & 1;
                map.chr(at, 0x400, bank | usize::from(a18) << 8);
            });
        },
    },
    Row {
        mapper: 37,
        write: block_at_6000,
        banks: |board, _, map| {
            map.prg_nothing(0x6000, 0x2000);
            let (and, or) = match board.latch[0] & 7 {
                0..=2 => (0x07, 0x00),
                3 => (0x07, 0x08),
                4..=6 => (0x0f, 0x10),
                _ => (0x07, 0x18),
            };
            board.chip.map_prg(map, within(and, or));
            board.chip.map_chr(map, chr_within(0x7f, usize::from(board.latch[0] & 4) << 5));
        },
    },
    Row {
        mapper: 44,
        write: nothing,
        banks: |board, _, map| {
            let block = board.chip.protect() & 7;
            let and = if block < 6 { 0x0f } else { 0x1f };
            let block = usize::from(block.min(6));
            board.chip.map_prg(map, within(and, (block << 4) as i32));
            let and = if block < 6 { 0x7f } else { 0xff };
            board.chip.map_chr(map, chr_within(and, block << 7));
        },
    },
    // Latches: CHR OR, PRG OR, CCCC SSSS (CHR OR high, CHR size), .LAA AAAA (lock,
    // PRG AND inverted).
    Row {
        mapper: 45,
        write: |board, write| {
            let is_locked = board.latch[3] & 0x40 != 0;
            if write.address & 0xe000 == 0x6000 && !is_locked {
                board.latch[usize::from(board.next & 3)] = write.value;
                board.next = (board.next + 1) & 3;
            }
            true
        },
        banks: |board, _, map| {
            let [chr, prg, size, lock] = board.latch;
            if lock & 0x40 == 0 {
                map.prg_nothing(0x6000, 0x2000);
            }
            let and = i32::from(!lock & 0x3f);
            board.chip.map_prg(map, within(and, prg.into()));
            let and = 0xff >> (15 - (size & 15)).min(8);
            let or = usize::from(size >> 4) << 8 | usize::from(chr);
            board.chip.map_chr(map, chr_within(and, or));
        },
    },
    Row {
        mapper: 47,
        write: block_at_6000,
        banks: |board, _, map| {
            map.prg_nothing(0x6000, 0x2000);
            let block = usize::from(board.latch[0] & 1);
            board.chip.map_prg(map, within(0x0f, (block << 4) as i32));
            board.chip.map_chr(map, chr_within(0x7f, block << 7));
        },
    },
    // BBPP ...O: block, 32 KiB bank, 1: the chip's own banks.
    Row {
        mapper: 49,
        write: block_at_6000,
        banks: |board, _, map| {
            map.prg_nothing(0x6000, 0x2000);
            let latch = board.latch[0];
            let block = usize::from(latch >> 6);
            if latch & 1 == 0 {
                map.prg(0x8000, 0x8000, i32::from(latch >> 4));
            } else {
                board.chip.map_prg(map, within(0x0f, (block << 4) as i32));
            }
            board.chip.map_chr(map, chr_within(0x7f, block << 7));
        },
    },
    // .MHL SBPP: CHR size 128 KiB, CHR block (high, low), PRG size 128 KiB, block.
    Row {
        mapper: 52,
        write: |board, write| {
            let ram = board.chip.ram_access() == Access::ReadWrite;
            if write.address & 0xe000 == 0x6000 && ram && board.next == 0 {
                (board.latch[0], board.next) = (write.value, 1);
            }
            true
        },
        banks: |board, _, map| {
            if board.next == 0 {
                map.prg_nothing(0x6000, 0x2000);
            }
            let latch = usize::from(board.latch[0]);
            let (middle, prg) = (latch >> 2 & 1, latch & 3);
            let (and, prg) = if latch & 8 == 0 { (0x1f, prg & 2) } else { (0x0f, prg) };
            board.chip.map_prg(map, within(and, ((middle << 2 | prg) << 4) as i32));
            let chr = latch >> 5 & 1;
            let low = latch >> 4 & 1;
            let (and, low) = if latch & 0x40 == 0 { (0xff, 0) } else { (0x7f, low) };
            board.chip.map_chr(map, chr_within(and, (chr << 2 | middle << 1 | low) << 7));
        },
    },
    Row {
        mapper: 74,
        write: nothing,
        banks: |board, _, map| map_ram_banks(board, map, |bank| matches!(bank, 8 | 9)),
    },
    // O... PPPP at even addresses: 16 KiB at $8000, .... ...C at odd ones: CHR A18.
    Row {
        mapper: 115,
        write: |board, write| {
            if write.address & 0xe000 == 0x6000 {
                board.latch[usize::from(write.address & 1)] = write.value;
            }
            true
        },
        banks: |board, _, map| {
            map.prg_nothing(0x6000, 0x2000);
            let [prg, chr, ..] = board.latch;
            match prg & 0xa0 {
                0x80 => map.prg(0x8000, 0x4000, i32::from(prg & 15)),
                0xa0 => map.prg(0x8000, 0x8000, i32::from(prg >> 1 & 7)),
                _ => {}
            }
            board.chip.map_chr(map, chr_within(0xff, usize::from(chr & 1) << 8));
        },
    },
    Row {
        mapper: 118,
        write: nothing,
        banks: |board, _, map| {
            board.chip.map_chr(map, chr_within(0x7f, 0));
            let banks = board.chip.chr_banks();
            for (slot, bank) in banks.into_iter().take(4).enumerate() {
                map.nametable(slot, bank >> 7 & 1);
            }
        },
    },
    Row {
        mapper: 119,
        write: nothing,
        banks: |board, _, map| map_ram_banks(board, map, |bank| bank & 0x40 != 0),
    },
    Row {
        mapper: 189,
        write: |board, write| {
            if (0x4120..0x8000).contains(&write.address) {
                board.latch[0] = write.value;
            }
            true
        },
        banks: |board, _, map| {
            map.prg_nothing(0x6000, 0x2000);
            let latch = board.latch[0];
            map.prg(0x8000, 0x8000, i32::from(latch >> 4 | latch & 15));
        },
    },
    Row {
        mapper: 191,
        write: nothing,
        banks: |board, _, map| map_ram_banks(board, map, |bank| bank & 0x80 != 0),
    },
    Row {
        mapper: 192,
        write: nothing,
        banks: |board, _, map| map_ram_banks(board, map, |bank| matches!(bank, 8..=11)),
    },
    Row {
        mapper: 194,
        write: nothing,
        banks: |board, _, map| map_ram_banks(board, map, |bank| matches!(bank, 0 | 1)),
    },
    Row {
        mapper: 195,
        write: nothing,
        banks: |board, _, map| map_ram_banks(board, map, |bank| matches!(bank, 0..=3)),
    },
    Row {
        mapper: 205,
        write: |board, write| {
            if write.address & 0xe000 == 0x6000 {
                board.latch[0] = write.value;
            }
            true
        },
        banks: |board, _, map| {
            map.prg_nothing(0x6000, 0x2000);
            let block = usize::from(board.latch[0] & 3);
            let (prg, chr) = if block < 2 { (0x1f, 0xff) } else { (0x0f, 0x7f) };
            board.chip.map_prg(map, within(prg, (block << 4) as i32));
            board.chip.map_chr(map, chr_within(chr, block << 7));
        },
    },
    Row {
        mapper: 245,
        write: nothing,
        banks: |board, cart, map| {
            let block = (board.chip.chr_banks()[0] & 2) << 5;
            board.chip.map_prg(map, within(0x3f, block as i32));
            if cart.chr.is_empty() {
                map.chr(0x0000, 0x2000, 0);
            }
        },
    },
    Row { mapper: 250, write: nothing, banks: |_, _, _| {} },
];

fn row(cart: &Cartridge) -> &'static Row {
    // `boards!` and the table list the same numbers: a test compares them.
    ROWS.iter().find(|row| row.mapper == cart.mapper).unwrap_or(&ROWS[0])
}

impl Board for Mmc3Wired {
    const WATCHES: Watches = Watches { cpu_cycles: false, ppu_address: true };
    const HEARS_A12_ALONE: bool = true;

    fn power_on(&mut self, cart: &Cartridge) {
        self.chip.power_on(cart);
    }

    /// The block is the first one again.
    fn reset(&mut self, _cart: &Cartridge) {
        (self.latch, self.next) = ([0; 4], 0);
    }

    fn map(&self, cart: &Cartridge, map: &mut Map) {
        self.chip.map(cart, map);
        (row(cart).banks)(self, cart, map);
    }

    fn write(&mut self, cart: &Cartridge, mut write: Write) -> Touched {
        if cart.mapper == 250 {
            write.value = write.address as u8;
            write.address = write.address & 0xe000 | write.address >> 10 & 1;
        }
        let latched = (self.latch, self.next);
        let touched = match (row(cart).write)(self, &write) {
            true => self.chip.write(cart, write),
            false => Touched::Nothing,
        };
        if (self.latch, self.next) == latched { touched } else { Touched::Banks }
    }

    fn ppu_address(&mut self, address: u16, m2_falls: u64) -> Touched {
        self.chip.ppu_address(address, m2_falls)
    }

    fn quiet_rises(&self) -> u32 {
        self.chip.quiet_rises()
    }

    fn irq(&self) -> bool {
        self.chip.irq()
    }

    fn sanitize(&mut self, cart: &Cartridge) {
        self.chip.sanitize(cart);
        self.next &= 3;
        self.unused = [0; 3];
    }
}

#[cfg(test)]
mod tests {
    use super::super::BoardId;
    use super::super::bench::{Bench, cartridge};
    use super::*;

    fn board(mapper: u16, prg: usize, chr: usize) -> Bench {
        Bench::new(cartridge(mapper, prg, chr))
    }

    fn set(b: &mut Bench, register: u8, bank: u8) {
        b.write(0x8000, register);
        b.write(0x8001, bank);
    }

    fn chr(b: &Bench, at: u16) -> u8 {
        b.chr(at).unwrap()
    }

    #[test]
    fn each_mapper_of_the_table_has_one_row_and_each_row_is_in_the_table() {
        let mut rows: Vec<u16> = ROWS.iter().map(|row| row.mapper).collect();
        rows.sort_unstable();
        assert_eq!(rows, BoardId::Mmc3Wired.mappers());
    }

    #[test]
    fn the_chip_s_counter_works_on_every_board() {
        for &mapper in BoardId::Mmc3Wired.mappers() {
            let mut b = board(mapper, 512, 256);
            let registers = match mapper {
                250 => [(0xc002, 0), (0xc400, 0), (0xe400, 0)],
                _ => [(0xc000, 2), (0xc001, 0), (0xe001, 0)],
            };
            for (address, value) in registers {
                b.write(address, value);
            }
            let asked = [0; 4].map(|_: u8| {
                b.a12(1, 10);
                b.a12(0, 0);
                b.irq()
            });
            assert_eq!(asked, [false, false, true, true], "mapper {mapper}");
        }
    }

    #[test]
    fn the_reset_button_chooses_the_first_block_again() {
        for mapper in [37, 45, 47, 49, 52, 115, 189, 205] {
            let mut b = board(mapper, 1024, 512);
            let first = b.map.clone();
            for _ in 0..4 {
                b.write(0x6001, 0x15);
                b.write(0x6000, 0xa5);
            }
            assert!(b.map != first, "mapper {mapper}");
            b.cart.board.reset(&mut b.regs, &b.cart);
            b.remap();
            assert!(b.map == first, "mapper {mapper}");
        }
    }

    #[test]
    fn nintendo_s_three_games_have_64_64_and_128_kib() {
        let mut b = board(37, 256, 256);
        set(&mut b, 6, 0x3a);
        set(&mut b, 2, 0x85);
        for (block, banks, half) in [
            (0, [2, 1, 6, 7], 0x05),
            (3, [10, 9, 14, 15], 0x05),
            (4, [26, 17, 30, 31], 0x85),
            (7, [26, 25, 30, 31], 0x85),
        ] {
            b.write(0x6000, block);
            assert_eq!((b.prg_banks(), chr(&b, 0x1000)), (banks, half), "block {block}");
        }
        b.write(0xa001, 0xc0);
        b.write(0x7fff, 0);
        assert_eq!(b.prg_banks(), [26, 25, 30, 31], "$A001 protects the latch");
    }

    #[test]
    fn two_games_have_128_kib_each() {
        let mut b = board(47, 256, 256);
        b.write(0x6000, 1);
        set(&mut b, 6, 3);
        set(&mut b, 2, 3);
        assert_eq!((b.prg_banks(), chr(&b, 0x1000)), ([19, 17, 30, 31], 0x83));
    }

    #[test]
    fn mapper_44_takes_its_block_from_a001_and_the_seventh_is_twice_as_large() {
        let mut b = board(44, 1024, 1024);
        for (block, last) in [(0, 15), (2, 47), (5, 95), (6, 127), (7, 127)] {
            b.write(0xa001, 0x80 | block);
            assert_eq!(b.prg_banks()[3], last, "block {block}");
        }
    }

    #[test]
    fn ga23c_takes_four_bytes_in_turn_until_it_is_locked() {
        let mut cart = cartridge(45, 1024, 512);
        cart.prg_ram = 8192;
        let mut b = Bench::new(cart);
        assert_eq!(b.prg_banks()[3], 63);
        for byte in [0x40, 0x20, 0x0d, 0x30] {
            b.write(0x6000, byte);
        }
        set(&mut b, 6, 0x12);
        set(&mut b, 2, 0xff);
        assert_eq!((b.prg_banks(), chr(&b, 0x1000)), ([0x22, 0x21, 0x2e, 0x2f], 0x7f));
        for byte in [0x00, 0x00, 0x0f, 0x40] {
            b.write(0x6000, byte);
        }
        assert_eq!(b.prg_banks()[3], 63);
        b.write(0x6000, 0x55);
        assert_eq!((b.prg_banks()[3], b.read(0x6000)), (63, Some(0x55)), "locked, it is RAM");
    }

    #[test]
    fn mapper_49_switches_32_kib_or_as_the_chip_does() {
        let mut b = board(49, 512, 512);
        b.write(0x6000, 0x60);
        assert_eq!(b.prg_banks(), [24, 25, 26, 27]);
        b.write(0x6000, 0x61);
        assert_eq!(b.prg_banks(), [16, 17, 30, 31]);
    }

    #[test]
    fn mapper_52_is_written_once() {
        let mut cart = cartridge(52, 1024, 1024);
        cart.prg_ram = 8192;
        let mut b = Bench::new(cart);
        b.write(0x6000, 0x5f);
        set(&mut b, 2, 0xff);
        assert_eq!((b.prg_banks(), chr(&b, 0x1000)), ([112, 113, 126, 127], 0xff));
        b.write(0x6000, 0x48);
        assert_eq!((b.prg_banks()[0], b.read(0x6000)), (112, Some(0x48)));
    }

    #[test]
    fn some_banks_are_ram() {
        for (mapper, ram, rom) in [
            (74, vec![8, 9], vec![7, 10]),
            (119, vec![0x40, 0x47], vec![0x3f, 0x80]),
            (191, vec![0x80, 0x81], vec![0x7f]),
            (192, vec![8, 11], vec![7, 12]),
            (194, vec![0, 1], vec![2]),
            (195, vec![0, 3], vec![4]),
        ] {
            let mut cart = cartridge(mapper, 128, 64);
            cart.chr_ram = 8192;
            let mut b = Bench::new(cart);
            for bank in ram {
                set(&mut b, 2, bank);
                b.ppu_write(0x1000, 0xee);
                assert_eq!(b.chr(0x1000), Some(0xee), "mapper {mapper}: {bank}");
            }
            for bank in rom {
                set(&mut b, 2, bank);
                b.ppu_write(0x1000, 0xee);
                assert_eq!(b.chr(0x1000), Some(bank & 63), "mapper {mapper}: {bank}");
            }
        }
    }

    #[test]
    fn txsrom_takes_its_nametables_from_chr_a17() {
        let mut b = board(118, 128, 128);
        set(&mut b, 0, 0x80);
        set(&mut b, 1, 0x02);
        assert_eq!((b.nametables(), chr(&b, 0x0000)), ([1, 1, 0, 0], 0));
        for (register, bank) in [(2, 0x80), (3, 0), (4, 0x81), (5, 1)] {
            set(&mut b, 0x80 | register, bank);
        }
        assert_eq!(b.nametables(), [1, 0, 1, 0]);
        b.write(0xa000, 1);
        assert_eq!(b.nametables(), [1, 0, 1, 0], "$A000 does nothing");
    }

    #[test]
    fn gouder_has_an_upper_half_of_chr_for_each_side() {
        let mut cart = cartridge(12, 256, 512);
        for (n, byte) in cart.chr.iter_mut().enumerate() {
            *byte = (n >> 18) as u8;
        }
        let mut b = Bench::new(cart);
        for (latch, halves) in [(0x00, [0, 0]), (0x01, [1, 0]), (0x10, [0, 1]), (0x11, [1, 1])] {
            b.write(0x4100, latch);
            assert_eq!([0x0000, 0x1000].map(|at| chr(&b, at)), halves);
        }
    }

    #[test]
    fn mapper_115_puts_16_or_32_kib_over_the_chip_s_banks() {
        let mut b = board(115, 256, 512);
        b.write(0x6000, 0x83);
        assert_eq!(b.prg_banks(), [6, 7, 30, 31]);
        b.write(0x6000, 0xa4);
        assert_eq!(b.prg_banks(), [8, 9, 10, 11]);
        b.write(0x6000, 0x00);
        assert_eq!(b.prg_banks(), [0, 1, 30, 31]);
    }

    #[test]
    fn txc_ors_two_nibbles_and_mapper_205_has_two_sizes() {
        let mut b = board(189, 256, 128);
        b.write(0x4120, 0x21);
        assert_eq!(b.prg_banks(), [12, 13, 14, 15]);
        let mut b = board(205, 512, 512);
        for (block, last) in [(0, 31), (1, 31), (2, 47), (3, 63)] {
            b.write(0x6000, block);
            assert_eq!(b.prg_banks()[3], last);
        }
    }

    #[test]
    fn waixing_takes_its_highest_prg_line_from_r0() {
        let mut b = board(245, 1024, 0);
        set(&mut b, 6, 5);
        assert_eq!(b.prg_banks(), [5, 1, 62, 63]);
        set(&mut b, 0, 2);
        assert_eq!(b.prg_banks(), [0x45, 0x41, 126, 127]);
    }

    #[test]
    fn nitra_has_its_data_on_the_address_lines() {
        let mut b = board(250, 256, 128);
        b.write(0x8006, 0xff);
        b.write(0x8405, 0xff);
        assert_eq!(b.prg_banks(), [5, 1, 30, 31]);
    }
}
