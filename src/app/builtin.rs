//! The game that plays when no ROM is named.

/// A ROM file.
pub const GAME: &[u8] = &placeholder();

/// NROM, 16 KiB of PRG and 8 KiB of CHR: an endless loop at $C000.
const fn placeholder() -> [u8; 16 + 0x6000] {
    let mut rom = [0; 16 + 0x6000];
    let start = [b'N', b'E', b'S', 0x1a, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x4c, 0x00, 0xc0];
    let mut i = 0;
    while i < start.len() {
        rom[i] = start[i];
        i += 1;
    }
    let mut vector = 16 + 0x3ffa;
    while vector < 16 + 0x4000 {
        rom[vector + 1] = 0xc0;
        vector += 2;
    }
    rom
}
