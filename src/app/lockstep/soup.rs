//! 32 KiB of random instructions: most read and write RAM, some the registers, and
//! where a board is named, its registers too. Without one it is an NROM.

use std::ops::Range;

use super::random::Random;

/// The mapper whose registers lie in a few pages, with much to be seen behind each.
pub const MMC5: u16 = 5;

/// The file, and where in it an instruction or a few that belong together lie.
pub fn rom(random: &mut Random, board: Option<u16>) -> (Vec<u8>, Vec<Range<usize>>) {
    const PAGES: [u8; 16] =
        [0, 0, 1, 2, 3, 4, 7, 0x1f, 0x20, 0x20, 0x3f, 0x40, 0x60, 0x80, 0xc0, 0xff];
    let mut rom = b"NES\x1a\x02\x01\0\0\0\0\0\0\0\0\0\0".to_vec();
    let mut pieces = Vec::new();
    let [low, high] = board.unwrap_or(0).to_le_bytes();
    (rom[6], rom[7], rom[8]) = (low << 4, (low & 0xf0) | 0x08, high);
    (rom[10], rom[11]) = (0x07, if board.is_some() { 0x07 } else { 0 });
    while rom.len() < 16 + 0x8000 {
        let begins = rom.len();
        let [opcode, low, page, kind, register, ..] = random.next().to_le_bytes();
        let jams = opcode & 0x1f == 0x12 || opcode & 0x9f == 0x02;
        let page = PAGES[usize::from(page & 15)];
        let registers = matches!(page, 0x20 | 0x3f | 0x40);
        match kind & 31 {
            // Layers on, as games have them; and the flags of $2002 waited for.
            0 => rom.extend([0xa9, 0x1e, 0x8d, 0x01, 0x20]),
            1 | 2 => rom.extend([0x2c, 0x02, 0x20, 0x50, 0xfb & low | 0x80]),
            // Loops that wait: for vblank, for the frame flag, for an interrupt or
            // for nothing; some by way of a subroutine.
            3 => rom.extend([0x2c, 0x02, 0x20, 0x10, 0xfb]),
            4 if low < 0x40 => rom.extend([0xa9, 0x40, 0x2d, 0x15, 0x40, 0xf0, 0xf9]),
            5 if low < 0x20 => rom.extend([0x58, 0xa5, page, 0xc5, page, 0xf0, 0xfa]),
            6 if low < 0x40 => {
                let [at, above] = (0x8000 + rom.len() as u16 - 16 + 3).to_le_bytes();
                rom.extend([0xb8, 0x50, 0x03, 0x24, 0x00, 0x60]);
                rom.extend([0x20, at, above, 0x2c, 0x02, 0x20, 0x10, 0xf8]);
            }
            7..=12 if board.is_some() => {
                let [low, page] = match board {
                    Some(MMC5) => mmc5_register(low, register),
                    // Any page from $4100 on, a few of its lowest lines.
                    _ => {
                        let pages = if low & 0x10 == 0 { 0xf0 } else { 0xff };
                        [low & 0x0f, register.max(0x41) & pages]
                    }
                };
                rom.extend([0xa9, opcode, 0x8d, low, page]);
            }
            // The OAM unit, in vblank and at any time.
            14 if low < 0x20 => {
                rom.extend([0x2c, 0x02, 0x20, 0x10, 0xfb, 0xa9, page, 0x8d, 0x14, 0x40])
            }
            14 if low < 0x40 => rom.extend([0xa9, register, 0x8d, 0x14, 0x40]),
            13 if board.is_some() => rom.push(0x58),
            // The picture, whose tiles and sprites come from this table or that one.
            15 if board.is_some() => rom.extend([0xa9, opcode & 0x38, 0x8d, 0x00, 0x20]),
            16 if board.is_some() => rom.extend([0xa9, 0x1e, 0x8d, 0x01, 0x20]),
            _ if jams => rom.push(0xea),
            _ => rom.extend([opcode, if registers { low & 0x1f } else { low }, page]),
        }
        pieces.push(begins..rom.len());
    }
    rom.truncate(16 + 0x8000);
    // The last ones overlap the vectors.
    let vectors = rom.len() - 6;
    pieces.retain(|piece| piece.end <= vectors);
    for vector in rom[vectors..].chunks_mut(2) {
        vector[1] |= 0x80;
    }
    rom.extend(std::iter::repeat_with(|| random.byte()).take(0x2000));
    (rom, pieces)
}

/// A register of the MMC5, by the low byte and the page of its address.
fn mmc5_register(low: u8, any: u8) -> [u8; 2] {
    match any & 15 {
        0 => [low & 0x17, 0x50],
        1 => [2, 0x51],
        2 => [3, 0x51],
        3..=5 => [low & 7, 0x51],
        6..=8 => [0x20 | low & 0x0f, 0x51],
        9..=12 => [low % 7, 0x52],
        13 => [low, 0x60],
        _ => [low, 0x5c | any >> 6],
    }
}
