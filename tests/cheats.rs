//! Cheats: what the CPU finds at their addresses, and nothing else of the
//! machine; they are no part of the state.

use std::sync::Arc;

use retake::nes::cart::Cheat;
use retake::nes::{Cartridge, Devices, Input, Nes, Output, PowerOn, Region};

const OPTIONS: PowerOn =
    PowerOn { region: Region::Ntsc, alignment: 1, seed: 0, ports: Devices::PADS };

/// UxROM with four banks of 16 KiB and battery RAM. $20 and $21 take what the
/// CPU sees at $8100 and $C100, the same byte of bank 3; $22 takes what it sees
/// at $8100 in bank 1; $10 and $6000 count rounds.
fn rom() -> Vec<u8> {
    let program = [
        0xa9, 0x03, 0x8d, 0x00, 0x80, // lda #3; sta $8000
        0xad, 0x00, 0x81, 0x85, 0x20, // lda $8100; sta $20
        0xad, 0x00, 0xc1, 0x85, 0x21, // lda $C100; sta $21
        0xa9, 0x01, 0x8d, 0x00, 0x80, // lda #1; sta $8000
        0xad, 0x00, 0x81, 0x85, 0x22, // lda $8100; sta $22
        0xe6, 0x10, 0xee, 0x00, 0x60, // inc $10; inc $6000
        0x4c, 0x00, 0xc0, // jmp $C000
    ];
    let mut rom = b"NES\x1a\x04\x00\x22\0\0\0\0\0\0\0\0\0".to_vec();
    for bank in 0..4u8 {
        rom.extend([0x50 + bank; 0x4000]);
    }
    let last = 16 + 0xc000;
    rom[last..last + program.len()].copy_from_slice(&program);
    for vector in [0x3ffa, 0x3ffc, 0x3ffe] {
        rom[last + vector..last + vector + 2].copy_from_slice(&[0x00, 0xc0]);
    }
    rom
}

fn cartridge(codes: &[&str]) -> Arc<Cartridge> {
    let cheats: Vec<Cheat> = codes.iter().map(|code| code.parse().unwrap()).collect();
    let cart = Cartridge::parse(&rom()).unwrap();
    Arc::new(cart.with_cheats(&cheats).unwrap())
}

fn after(frames: u32, codes: &[&str]) -> Nes {
    let mut nes = Nes::power_on(cartridge(codes), &OPTIONS);
    (0..frames).for_each(|_| nes.run_muted(Input::default()));
    nes
}

fn seen(nes: &Nes) -> [u8; 3] {
    [0x20, 0x21, 0x22].map(|address| nes.peek(address))
}

#[test]
fn a_cheat_in_rom_is_at_its_address_only_wherever_else_the_byte_is_seen() {
    assert_eq!(seen(&after(2, &[])), [0x53, 0x53, 0x51]);
    assert_eq!(seen(&after(2, &["8100:99"])), [0x99, 0x53, 0x99]);
    assert_eq!(seen(&after(2, &["C100:99"])), [0x53, 0x99, 0x51]);
}

#[test]
fn a_compare_value_chooses_the_bank() {
    assert_eq!(seen(&after(2, &["8100?53:99"])), [0x99, 0x53, 0x51]);
    assert_eq!(seen(&after(2, &["8100?51:99"])), [0x53, 0x53, 0x99]);
    assert_eq!(seen(&after(2, &["8100?52:99"])), [0x53, 0x53, 0x51]);
}

#[test]
fn a_game_genie_code_does_what_its_hex_does() {
    let cheat: Cheat = "8100?53:99".parse().unwrap();
    let code = cheat.game_genie().unwrap();
    assert_eq!(seen(&after(2, &[&code])), [0x99, 0x53, 0x51]);
}

#[test]
fn a_cheat_in_ram_is_written_before_each_frame() {
    let rounds = |codes: &[&str], address| {
        let mut nes = after(3, codes);
        let before = nes.peek(address);
        nes.run_muted(Input::default());
        nes.peek(address).wrapping_sub(before)
    };
    // A frame has always the same number of rounds, within one.
    assert!(rounds(&[], 0x10).wrapping_add(2) > 4, "it counts when it is left alone");
    for (code, address) in [("0010:40", 0x10), ("0810:40", 0x10), ("6000:40", 0x6000)] {
        assert!(rounds(&[code], address).wrapping_add(2) <= 4, "{code}");
    }
    let untouched = |codes: &[&str]| after(3, codes).peek(0x11);
    assert_eq!(untouched(&["0011:07"]), 0x07);
    assert_eq!(untouched(&["0011?01:07"]), 0x00);
    assert_eq!(untouched(&["0011?00:07", "0011?07:08"]), 0x08, "in their order");
}

#[test]
fn a_machine_with_cheats_is_saved_restored_and_muted_like_any() {
    let codes = ["8100?53:99", "0010:40", "6000:07", "C100:12"];
    let mut nes = after(5, &codes);
    let saved = nes.bytes().to_vec();
    let mut out = Output::default();
    let mut other = Nes::power_on(cartridge(&codes), &OPTIONS);
    other.restore(&saved).unwrap();
    for _ in 0..30 {
        nes.run_muted(Input::default());
        other.run_frame(Input::default(), &mut out);
        assert!(nes.bytes() == other.bytes());
    }
    nes.restore(&saved).unwrap();
    assert!(nes.bytes() == saved, "to restore changes no byte");
}

#[test]
fn cheats_come_and_go_with_the_cartridge() {
    let mut nes = after(2, &[]);
    assert!(nes.set_rom(cartridge(&["8100:99"])).is_ok());
    nes.run_muted(Input::default());
    assert_eq!(seen(&nes), [0x99, 0x53, 0x99]);
    assert!(nes.set_rom(cartridge(&[])).is_ok());
    nes.run_muted(Input::default());
    assert_eq!(seen(&nes), [0x53, 0x53, 0x51]);
    let plain = {
        let mut plain = after(4, &[]);
        plain.restore(nes.bytes()).unwrap();
        plain.run_muted(Input::default());
        plain.state_hash()
    };
    nes.run_muted(Input::default());
    assert_eq!(nes.state_hash(), plain, "nothing of them is left");
}
