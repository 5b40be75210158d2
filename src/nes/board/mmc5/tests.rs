use proptest::prelude::*;
use zerocopy::IntoBytes;

use super::super::bench::{Bench, cartridge};
use super::super::{Fetches, Registers, view, view_mut};
use super::{BEGINS_LINE, Mmc5};
use crate::nes::bits::Scroll;

fn board(ram_kib: usize) -> Bench {
    let mut cart = cartridge(5, 1024, 1024);
    // CHR of 1 MiB: a byte is the low half of its KiB's number.
    for (at, byte) in cart.chr.iter_mut().enumerate() {
        *byte = (at >> 10) as u8;
    }
    cart.prg_ram = ram_kib * 1024;
    let mut b = Bench::new(cart);
    // As many as M2 has fallen on the bench.
    b.pass(7);
    b
}

fn prg(b: &Bench) -> [Option<u8>; 4] {
    [0x8000, 0xa000, 0xc000, 0xe000].map(|at| b.prg(at))
}

fn set(b: &mut Bench, from: u16, values: &[u8]) {
    for (address, value) in (from..).zip(values) {
        b.write(address, *value);
    }
}

#[test]
fn the_last_8_kib_are_at_e000_at_power_on() {
    assert_eq!(board(0).prg(0xe000), Some(127));
}

#[test]
fn prg_has_four_modes() {
    let mut b = board(0);
    set(&mut b, 0x5114, &[0x81, 0x87, 0x8a, 0x0d]);
    for (mode, banks) in
        [(0, [12, 13, 14, 15]), (1, [6, 7, 12, 13]), (2, [6, 7, 10, 13]), (3, [1, 7, 10, 13])]
    {
        b.write(0x5100, mode);
        assert_eq!(prg(&b), banks.map(Some), "mode {mode}");
    }
}

#[test]
fn ram_can_be_anywhere_but_at_e000_and_has_a_lock_of_two_bytes() {
    let mut b = board(64);
    set(&mut b, 0x5102, &[2, 1]);
    for n in 0..8 {
        b.write(0x5113, n);
        b.write(0x6000, 0x40 + n);
    }
    set(&mut b, 0x5114, &[0x00, 0x01, 0x02, 0x03]);
    assert_eq!([0x8000, 0xa000, 0xc000].map(|at| b.read(at)), [0x40, 0x41, 0x42].map(Some));
    assert_eq!(b.read(0xe000), Some(3), "ROM");
    b.write(0x8000, 0x55);
    assert_eq!(b.read(0x8000), Some(0x55));
    b.write(0x5102, 1);
    b.write(0x8000, 0x56);
    assert_eq!(b.read(0x8000), Some(0x55));
}

#[test]
fn two_chips_of_ram_are_told_apart_by_bit_2() {
    let mut b = board(16);
    set(&mut b, 0x5102, &[2, 1]);
    for (bank, byte) in [(0, 1), (4, 2)] {
        b.write(0x5113, bank);
        b.write(0x6000, byte);
    }
    for (bank, byte) in [(0, 1), (3, 1), (4, 2), (7, 2)] {
        b.write(0x5113, bank);
        assert_eq!(b.read(0x6000), Some(byte));
    }
}

fn chr(b: &Bench) -> [u8; 8] {
    std::array::from_fn(|n| b.chr(n as u16 * 0x400).unwrap())
}

#[test]
fn chr_has_four_modes() {
    let mut b = board(0);
    set(&mut b, 0x5120, &[1, 2, 3, 4, 5, 6, 7, 8]);
    for (mode, banks) in [
        (0, [64, 65, 66, 67, 68, 69, 70, 71]),
        (1, [16, 17, 18, 19, 32, 33, 34, 35]),
        (2, [4, 5, 8, 9, 12, 13, 16, 17]),
        (3, [1, 2, 3, 4, 5, 6, 7, 8]),
    ] {
        b.write(0x5101, mode);
        assert_eq!(chr(&b), banks, "mode {mode}");
    }
}

#[test]
fn nametables_are_either_screen_the_chips_own_or_nothing() {
    let mut b = board(0);
    b.write(0x5105, 0b10_01_00_01);
    b.write(0x5c07, 0);
    b.ppu_write(0x2c07, 0x42);
    b.ppu_write(0x2007, 0x43);
    assert_eq!((b.chr(0x2c07), b.chr(0x2807), b.chr(0x2407)), (Some(0x42), Some(0x43), Some(0)));
    b.write(0x5104, 2);
    assert_eq!(b.read(0x5c07), Some(0x42), "the CPU sees the same KiB");
}

#[test]
fn the_kib_is_ram_or_rom_or_hidden() {
    let mut b = board(0);
    b.write(0x5104, 2);
    b.write(0x5c00, 0x11);
    b.write(0x5104, 3);
    b.write(0x5c00, 0x22);
    assert_eq!(b.read(0x5c00), Some(0x11));
    b.write(0x5104, 0);
    assert_eq!(b.read(0x5c00), None);
    b.write(0x5c00, 0x33);
    b.write(0x5104, 3);
    assert_eq!(b.read(0x5c00), Some(0), "outside the picture zeros are written");
}

#[test]
fn two_factors_make_a_product() {
    let mut b = board(0);
    set(&mut b, 0x5205, &[0xfe, 0x87]);
    let product = 0xfe * 0x87;
    assert_eq!((b.read(0x5205), b.read(0x5206)), (Some(product as u8), Some((product >> 8) as u8)));
}

/// A PPU that draws: it fetches as the real one does, and gives what it read.
struct Drawer {
    b: Bench,
}

impl Drawer {
    fn new() -> Self {
        Self { b: board(0) }
    }

    fn fetch(&mut self, address: u16) -> u8 {
        self.b.ppu_address(address);
        self.b.ppu_byte(address)
    }

    /// What follows the sprites: two tiles, two bytes that nobody uses, dot 0's address.
    fn end(&mut self) -> Vec<[u8; 4]> {
        let tiles = (0..2).map(|n| self.tile(0x2000 + n)).collect();
        for _ in 0..3 {
            self.fetch(0x2002);
        }
        self.b.ppu_address(0x0000);
        tiles
    }

    fn tile(&mut self, at: u16) -> [u8; 4] {
        [at, at | 0x3c0, 0x0010, 0x0018].map(|at| self.fetch(at))
    }

    /// 32 tiles from the third on, eight sprites at $1000.
    fn line(&mut self) -> (Vec<[u8; 4]>, Vec<[u8; 4]>) {
        let tiles = (0..32).map(|n| self.tile(0x2002 + n)).collect();
        let sprites =
            (0..8).map(|_| [0x2021, 0x2021, 0x1010, 0x1018].map(|at| self.fetch(at))).collect();
        (tiles, sprites)
    }

    fn status(&mut self) -> u8 {
        self.b.read(0x5204).unwrap()
    }
}

#[test]
fn lines_are_counted_from_the_ppus_fetches_and_one_of_them_asks() {
    let mut d = Drawer::new();
    d.b.write(0x5203, 3);
    d.b.write(0x5204, 0x80);
    d.end();
    for line in 0..5 {
        d.fetch(0x2002);
        assert_eq!(d.b.irq(), line == 3, "line {line}");
        assert_eq!(d.status(), u8::from(line == 3) << 7 | 0x40);
        assert!(!d.b.irq(), "the read acknowledges");
        // The rest of the line; its first fetch was above.
        d.line();
        d.end();
    }
}

#[test]
fn the_picture_is_over_when_nothing_is_fetched_for_three_cycles() {
    let mut d = Drawer::new();
    d.end();
    d.fetch(0x2002);
    assert_eq!(d.status(), 0x40);
    d.b.pass_all(3);
    assert_eq!(d.status(), 0x40);
    d.b.pass_all(1);
    assert_eq!(d.status(), 0x00);
}

#[test]
fn a_line_that_asked_is_forgotten_by_the_next_picture() {
    let mut d = Drawer::new();
    d.b.write(0x5203, 1);
    d.b.write(0x5204, 0x80);
    d.end();
    d.line();
    d.end();
    d.fetch(0x2002);
    assert!(d.b.irq());
    d.b.pass_all(100);
    d.end();
    assert_eq!(d.b.cart.board.quiet_rises(&d.b.regs), 0, "the next fetch may do it");
    d.fetch(0x2002);
    assert!(!d.b.irq());
}

#[test]
fn the_pre_render_line_is_not_the_first_one_though_it_begins_where_the_picture_ended() {
    let mut d = Drawer::new();
    d.b.write(0x5203, 1);
    d.b.write(0x5204, 0x80);
    d.end();
    d.line();
    d.end();
    // Vblank: nothing is fetched, and `v` stays.
    d.b.pass_all(100);
    d.fetch(0x2002);
    assert_eq!(d.status(), 0x00);
    d.line();
    d.end();
    d.fetch(0x2002);
    assert_eq!(d.status(), 0x40);
    assert!(!d.b.irq(), "line 0");
}

#[test]
fn a_count_of_lines_goes_on_where_it_was_restored() {
    let mut d = Drawer::new();
    d.b.write(0x5203, 2);
    d.b.write(0x5204, 0x80);
    d.end();
    d.line();
    let regs = d.b.regs;
    d.b.cart.board.sanitize(&mut d.b.regs, &mut d.b.ram, &d.b.cart);
    assert_eq!(d.b.regs, regs);
    d.end();
    d.line();
    assert!(!d.b.irq());
    d.end();
    d.fetch(0x2002);
    assert!(d.b.irq());
}

#[test]
fn with_tall_sprites_the_background_has_set_b() {
    let mut d = Drawer::new();
    set(&mut d.b, 0x5120, &[1, 2, 3, 4, 5, 6, 7, 8]);
    set(&mut d.b, 0x5128, &[0x21, 0x22, 0x23, 0x24]);
    for (ctrl, low) in [(0x00, 1), (0x20, 0x21)] {
        d.b.write(0x2000, ctrl);
        d.end();
        let (tiles, sprites) = d.line();
        assert_eq!((tiles[5][2], tiles[31][3]), (low, low));
        assert_eq!((sprites[0][2], sprites[7][3]), (5, 5));
        assert_eq!(d.end()[1][2], low, "the next line's tiles");
        d.b.pass_all(10);
    }
}

#[test]
fn extended_attributes_give_each_tile_a_bank_and_a_palette() {
    let mut d = Drawer::new();
    d.b.write(0x5104, 2);
    d.b.write(0x5c02, 0x45);
    d.b.write(0x5c03, 0xc7);
    d.b.write(0x5104, 1);
    d.end();
    let (tiles, sprites) = d.line();
    assert_eq!((tiles[0][1], tiles[0][2]), (0x55, 5 * 4));
    assert_eq!((tiles[1][1], tiles[1][3]), (0xff, 7 * 4));
    assert_eq!(sprites[0][2], 0, "sprites are as they were");
}

#[test]
fn a_filled_nametable_is_one_tile_and_one_attribute() {
    let mut d = Drawer::new();
    d.b.write(0x5105, 0xff);
    d.b.write(0x5106, 0x77);
    d.b.write(0x5107, 0x02);
    d.end();
    let (tiles, _) = d.line();
    assert_eq!((tiles[9][0], tiles[9][1]), (0x77, 0xaa));
}

#[test]
fn a_split_shows_the_kib_left_or_right_of_a_column() {
    let mut d = Drawer::new();
    d.b.write(0x5104, 2);
    for at in 0..0x400 {
        d.b.write(0x5c00 + at, if at < 0x3c0 { (at >> 5) as u8 } else { 0xe4 });
    }
    d.b.write(0x5104, 0);
    set(&mut d.b, 0x5200, &[0x80 | 4, 17, 9]);
    d.end();
    // Row 2 of the KiB (line 17); its CHR is bank 9 of 4 KiB; attributes: 3210 by quarter.
    let (tiles, _) = d.line();
    assert_eq!(tiles[0], [2, 0xff, 36, 36], "column 2, the lower right quarter");
    assert_eq!(tiles[1][0], 2);
    assert_eq!(tiles[2][0], 0, "column 4 is the picture's");
    d.b.pass_all(10);
    d.b.write(0x5200, 0xc0 | 4);
    d.end();
    let (tiles, _) = d.line();
    assert_eq!((tiles[1][0], tiles[2][0], tiles[29][0]), (0, 2, 2));
    assert_eq!(tiles[30][0], 0, "beyond the picture");
}

#[test]
fn a_line_that_has_passed_asks_in_the_next_picture_at_the_earliest() {
    let mut d = Drawer::new();
    d.b.write(0x5203, 3);
    let quiet = |d: &Drawer| d.b.cart.board.quiet_rises(&d.b.regs);
    assert_eq!(quiet(&d), u32::MAX, "nobody listens");
    d.b.write(0x5204, 0x80);
    assert_eq!(quiet(&d), 3 * 56, "lines 0, 1, 2 and the beginning of line 3");
    d.end();
    for line in 0..5 {
        d.fetch(0x2002);
        let lines = [2, 1, 0, 0, 3][line];
        assert_eq!(quiet(&d), lines * 56, "line {line}");
        if line == 3 {
            assert!(d.b.irq());
            d.status();
            assert_eq!(quiet(&d), 3 * 56);
        }
        d.line();
        d.end();
    }
}

/// A board between two lines of a picture, all else at random.
fn amid_picture(bytes: &[u8], noise: u64, name: u16, idle: u64) -> Bench {
    let mut cart = cartridge(5, 32, 64);
    let mut random = noise | 1;
    let mut next = || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random as u8
    };
    cart.chr.iter_mut().for_each(|byte| *byte = next());
    let mut b = Bench::new(cart);
    b.ram.iter_mut().for_each(|byte| *byte = next());
    let mut regs: Registers = [0; 32];
    regs.as_mut_bytes()[..bytes.len()].copy_from_slice(bytes);
    b.cart.board.sanitize(&mut regs, &mut b.ram, &b.cart);
    let board = view_mut::<Mmc5>(&mut regs);
    (board.in_frame, board.name, board.repeated) = (1, name, BEGINS_LINE - 1);
    board.patterns = board.patterns.min(1);
    board.last_fetch = FALLS - idle;
    b.regs = regs;
    b.remap();
    b
}

/// How often M2 has fallen when a line begins.
const FALLS: u64 = 1000;

/// Six half-dots lie between two falls, four between two fetches.
fn falls_at(fetch: u64) -> u64 {
    FALLS + fetch * 4 / 6
}

proptest! {
    #[test]
    fn a_line_at_once_is_each_of_its_fetches(
        bytes in prop::collection::vec(any::<u8>(), size_of::<Mmc5>()),
        noise in any::<u64>(),
        split in 0..4u8,
        at in (0..0x8000u16, 0..0x8000u16, any::<bool>()),
        idle in 0..4u64,
    ) {
        let (first, next, table) = (Scroll(at.0), Scroll(at.1), u16::from(at.2) << 12);
        let mut b = amid_picture(&bytes, noise, first.tile_address(), idle);
        if split > 0 {
            view_mut::<Mmc5>(&mut b.regs).split[0] &= 0x7f;
        }
        let (board, mut each) = (b.cart.board, b.regs);
        let mut fetches = 0;
        let mut fetch = |each: &mut Registers, address: u16| {
            board.ppu_address(each, address, falls_at(fetches));
            fetches += 1;
            board.ppu_read(each, &b.cart, &b.map, &b.ram, address)
        };

        let m2_falls = [falls_at(0), falls_at(127)];
        let row = board.ppu_row(
            &mut b.regs, &b.cart, &b.map, &b.ram, &Fetches { first, table, m2_falls },
        ).expect("the line goes on with the picture");
        let mut v = first;
        for n in 0..32 {
            let number = fetch(&mut each, v.tile_address());
            let attribute = fetch(&mut each, v.attribute_address()) >> v.attribute_shift() & 3;
            let at = u16::from(number) << 4 | table | v.fine_y();
            let planes = [fetch(&mut each, at), fetch(&mut each, at | 8)];
            prop_assert_eq!(row.attributes >> (2 * n) & 3, u64::from(attribute), "tile {}", n);
            prop_assert_eq!(row.planes[n], planes, "tile {}", n);
            prop_assert!(n < 31 || row.last == number);
            v.next_tile();
        }
        prop_assert_eq!(b.regs, each);

        let names = [first.tile_address(), next.tile_address()];
        prop_assert!(board.ppu_sprites(&mut b.regs, names, &[0x0010; 8], [falls_at(128), falls_at(159)]));
        for n in 0..8 {
            let name = if n == 0 { names[0] } else { names[1] };
            for address in [name, names[1], 0x0010, 0x0018] {
                fetch(&mut each, address);
            }
        }
        prop_assert_eq!(b.regs, each);
    }

    #[test]
    fn a_line_at_any_other_time_is_left_to_its_fetches(
        bytes in prop::collection::vec(any::<u8>(), size_of::<Mmc5>()),
        noise in any::<u64>(),
        what in 0..5,
        other in 1..0x0fffu16,
    ) {
        let first = Scroll(0x0123);
        let mut b = amid_picture(&bytes, noise, first.tile_address(), 0);
        let board = view_mut::<Mmc5>(&mut b.regs);
        match what {
            0 => board.in_frame = 0,
            1 => board.name ^= other,
            2 => board.patterns = 2,
            3 => board.repeated -= 1 + u8::from(other & 1 == 0),
            _ => board.last_fetch -= 4,
        }
        let (before, board) = (b.regs, b.cart.board);
        let fetches = Fetches { first, table: 0, m2_falls: [falls_at(0), falls_at(127)] };
        let row = board.ppu_row(&mut b.regs, &b.cart, &b.map, &b.ram, &fetches);
        prop_assert_eq!(row, None);
        prop_assert_eq!(b.regs, before);
        prop_assert!(view::<Mmc5>(&before).fetch == super::SPRITES - 1
            || !board.ppu_sprites(&mut b.regs, [0x2000; 2], &[0x0010; 8], fetches.m2_falls));
    }
}
