//! The drive and the timer, without a console around them.

use super::super::bench::{Bench, cartridge};

/// Cycles of a byte, and of the gap before the first block.
const BYTE: u32 = 149;
const FIRST_GAP: u32 = 28_300 / 8;
const SPIN_UP: u32 = 50_000;
/// $4025: motor on, reading, no transfer yet; transfer; /IRQ.
const READS: u8 = 0x25;
const TRANSFERS: u8 = 0x65;
const ASKS: u8 = 0xe5;
/// The same for writing.
const WRITES: u8 = 0x21;

fn board() -> Bench {
    let mut cart = cartridge(20, 8, 0);
    (cart.prg_ram, cart.prg_nvram) = (0x8000, super::room(&cart.disk));
    let mut b = Bench::new(cart);
    b.write(0x4023, 3);
    b
}

/// A board whose head is at the rim and begins to scan.
fn scanning() -> Bench {
    let mut b = board();
    b.write(0x4025, READS);
    b.pass(SPIN_UP);
    assert_eq!(b.read(0x4032), Some(0), "ready");
    b
}

/// The next byte that is transferred, and after how many cycles.
fn next_byte(b: &mut Bench) -> (u8, u32) {
    // The gap before the first takes more than the bench waits.
    let cycles = (1..3_000_000).find(|_| {
        b.pass(1);
        b.irq()
    });
    (b.read(0x4031).unwrap(), cycles.expect("a byte"))
}

/// The next block: `len` bytes, its check, and whether that was right.
fn read_block(b: &mut Bench, len: usize) -> (Vec<u8>, bool) {
    b.write(0x4025, ASKS);
    let bytes = (0..len).map(|_| next_byte(b).0).collect();
    next_byte(b);
    b.write(0x4025, ASKS | 0x10);
    next_byte(b);
    let right = b.read(0x4030).unwrap() & 0x10 == 0;
    b.write(0x4025, READS);
    b.pass(10 * BYTE);
    (bytes, right)
}

fn write_block(b: &mut Bench, bytes: &[u8]) {
    b.write(0x4025, WRITES);
    b.pass(100 * BYTE);
    b.write(0x4024, 0x80);
    b.write(0x4025, WRITES | 0xc0);
    for byte in bytes {
        b.cycles_to_irq().expect("a byte that was written");
        b.write(0x4024, *byte);
    }
    b.cycles_to_irq().expect("the last one");
    b.write(0x4025, WRITES | 0xd0);
    b.cycles_to_irq().expect("the check");
    b.read(0x4031);
    b.cycles_to_irq().expect("the other half");
    b.write(0x4025, READS);
}

#[test]
fn the_timer_asks_after_one_cycle_more_than_it_begins_with() {
    let mut b = board();
    b.write(0x4020, 0xe8);
    b.write(0x4021, 0x03);
    b.write(0x4022, 2);
    assert_eq!(b.cycles_to_irq(), Some(1001));
    assert_eq!(b.read(0x4030).map(|status| status & 1), Some(1));
    assert!(!b.irq(), "a look at the status acknowledges");
    assert_eq!(b.cycles_to_irq(), None, "once");
    b.write(0x4022, 3);
    for _ in 0..3 {
        assert_eq!(b.cycles_to_irq(), Some(1001));
        b.read(0x4030);
    }
    b.pass(1001);
    b.write(0x4022, 0);
    assert!(!b.irq(), "off acknowledges, too");
}

#[test]
fn without_its_enable_bit_no_register_of_the_disk_is_there() {
    let mut b = board();
    b.write(0x4022, 2);
    b.write(0x4023, 2);
    b.write(0x4022, 2);
    b.write(0x4025, ASKS);
    assert_eq!((b.cycles_to_irq(), b.read(0x4030), b.read(0x4032)), (None, None, None));
}

#[test]
fn ram_reaches_from_6000_to_dfff_and_the_bios_lies_behind() {
    let mut b = board();
    for (at, value) in [(0x6000, 1), (0x8000, 2), (0xdfff, 3), (0xe000, 4)] {
        b.write(at, value);
    }
    let bytes = [0x6000, 0x8000, 0xdfff].map(|at| b.read(at).unwrap());
    assert_eq!((bytes, b.prg(0xe000)), ([1, 2, 3], Some(0)));
}

#[test]
fn bit_3_of_4025_makes_mirroring_horizontal_and_is_seen_in_4030() {
    let mut b = board();
    assert_eq!(b.nametables(), [0, 1, 0, 1]);
    b.write(0x4025, 0x2e);
    assert_eq!((b.nametables(), b.read(0x4030).unwrap() & 8), ([0, 0, 1, 1], 8));
}

#[test]
fn the_first_block_comes_after_its_gap_a_byte_each_149_cycles() {
    let mut b = scanning();
    b.write(0x4025, ASKS);
    // The byte that ends the gap is not given.
    assert_eq!(next_byte(&mut b), (1, (FIRST_GAP + 2) * BYTE));
    for letter in b"*NINTENDO-HVC*" {
        assert_eq!(next_byte(&mut b), (*letter, BYTE));
    }
}

#[test]
fn blocks_have_their_bytes_and_right_checks() {
    let mut b = scanning();
    let (first, right) = read_block(&mut b, 56);
    assert!(first.starts_with(b"\x01*NINTENDO-HVC*") && right);
    assert_eq!(read_block(&mut b, 2), (vec![2, 1], true));
    assert_eq!(read_block(&mut b, 16).0[13..15], [3, 0]);
    assert_eq!(read_block(&mut b, 4), (vec![4, 0x11, 0x22, 0x33], true));
}

#[test]
fn a_check_in_the_wrong_place_fails() {
    let mut b = scanning();
    assert!(!read_block(&mut b, 55).1);
}

#[test]
fn blocks_may_be_read_right_after_each_other() {
    let mut b = scanning();
    for (number, len) in (1..).zip([56, 2, 16, 4]) {
        b.write(0x4025, ASKS);
        assert_eq!(next_byte(&mut b).0, number);
        for _ in 1..len + 2 {
            next_byte(&mut b);
        }
        b.write(0x4025, READS);
    }
}

#[test]
fn without_transfer_or_irq_bytes_pass_unseen() {
    let mut b = scanning();
    assert_eq!(b.cycles_to_irq(), None);
    b.write(0x4025, TRANSFERS);
    b.pass((FIRST_GAP + 10) * BYTE);
    assert!(!b.irq());
    assert_eq!(b.read(0x4030).unwrap() & 0x82, 0x82);
    assert_eq!(b.read(0x4030).unwrap() & 0x02, 0, "the flag was seen");
}

#[test]
fn what_is_written_is_read_again_and_the_image_stays() {
    let mut b = scanning();
    for len in [56, 2, 16] {
        read_block(&mut b, len);
    }
    let at = b.ram.clone();
    write_block(&mut b, &[4, 0xaa, 0xbb, 0xcc]);
    assert_ne!(b.ram, at);
    b.write(0x4025, 0x26);
    b.write(0x4025, READS);
    b.pass(10 * SPIN_UP);
    b.write(0x4025, READS | 2);
    b.pass(2_000_000);
    b.write(0x4025, READS);
    b.pass(SPIN_UP);
    for len in [56, 2, 16] {
        assert!(read_block(&mut b, len).1);
    }
    assert_eq!(read_block(&mut b, 4), (vec![4, 0xaa, 0xbb, 0xcc], true));
    let image: Vec<u8> = (0..b.cart.disk.track_len()).map(|at| b.cart.disk.byte(0, at)).collect();
    assert!(image.windows(4).any(|bytes| bytes == [4, 0x11, 0x22, 0x33]));
}

#[test]
fn at_the_hub_the_head_says_so_and_comes_back() {
    let mut b = scanning();
    let track = b.cart.disk.track_len() as u32;
    b.pass(track * BYTE - 1);
    assert_eq!(b.read(0x4030).unwrap() & 0xc0, 0x80);
    b.pass(1);
    assert_eq!((b.read(0x4030).unwrap() & 0xc0, b.read(0x4032)), (0x40, Some(2)));
    b.pass(SPIN_UP + track * 16);
    assert_eq!((b.read(0x4030).unwrap() & 0xc0, b.read(0x4032)), (0x80, Some(0)));
}

#[test]
fn a_stopped_head_goes_back_the_way_it_came() {
    for stop in [0x24, 0x27] {
        let mut b = scanning();
        b.pass(1000 * BYTE);
        b.write(0x4025, stop);
        b.write(0x4025, READS);
        assert_eq!(b.read(0x4032), Some(2));
        b.pass(SPIN_UP + 1000 * 16 - 1);
        assert_eq!(b.read(0x4032), Some(2));
        b.pass(1);
        assert_eq!(b.read(0x4032), Some(0));
        b.write(0x4025, ASKS);
        assert_eq!(next_byte(&mut b), (1, (FIRST_GAP + 2) * BYTE));
    }
}

fn insert(b: &mut Bench, side: Option<u8>) {
    b.cart.board.drive(&mut b.regs).expect("a drive").insert(side);
}

fn asks(b: &mut Bench) -> bool {
    b.cart.board.drive(&mut b.regs).expect("a drive").asks()
}

#[test]
fn another_side_is_in_a_second_after_the_first_was_taken_out() {
    let mut b = scanning();
    insert(&mut b, Some(1));
    assert_eq!(b.read(0x4032), Some(7));
    b.pass(1_789_772);
    assert_eq!(b.read(0x4032), Some(7));
    b.pass(1);
    assert_eq!(b.read(0x4032), Some(2), "it is in, and has to spin up");
    b.pass(SPIN_UP);
    for len in [56, 2] {
        read_block(&mut b, len);
    }
    assert_eq!(read_block(&mut b, 16).0[13..15], [200, 0]);
    insert(&mut b, None);
    b.pass(3_000_000);
    assert_eq!(b.read(0x4032), Some(7));
}

#[test]
fn a_game_that_looks_each_frame_with_the_motor_off_asks_for_another_side() {
    let mut b = board();
    for frame in 0..120 {
        assert!(!asks(&mut b), "frame {frame}");
        b.pass(29_780);
        // Twice in a frame is once.
        b.read(0x4032);
        b.read(0x4032);
    }
    assert!(asks(&mut b));
    b.write(0x4025, READS);
    assert!(!asks(&mut b), "it reads");
}

#[test]
fn the_battery_is_good_and_the_connector_shows_what_was_put_out() {
    let mut b = board();
    b.write(0x4026, 0x5a);
    assert_eq!(b.read(0x4033), Some(0xda));
}
