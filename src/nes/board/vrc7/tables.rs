//! What is in the VRC7's ROMs: instruments, rates, and the sine as a logarithm.
//!
//! The instruments as read from the chip by Nuke.YKT, an instrument's bytes as fm.rs draws
//! them: <https://siliconpr0n.org/archive/doku.php?id=vendor:yamaha:opl2>

#[rustfmt::skip]
pub static INSTRUMENTS: [[u8; 8]; 15] = [
    [0x03, 0x21, 0x05, 0x06, 0xe8, 0x81, 0x42, 0x27],
    [0x13, 0x41, 0x14, 0x0d, 0xd8, 0xf6, 0x23, 0x12],
    [0x11, 0x11, 0x08, 0x08, 0xfa, 0xb2, 0x20, 0x12],
    [0x31, 0x61, 0x0c, 0x07, 0xa8, 0x64, 0x61, 0x27],
    [0x32, 0x21, 0x1e, 0x06, 0xe1, 0x76, 0x01, 0x28],
    [0x02, 0x01, 0x06, 0x00, 0xa3, 0xe2, 0xf4, 0xf4],
    [0x21, 0x61, 0x1d, 0x07, 0x82, 0x81, 0x11, 0x07],
    [0x23, 0x21, 0x22, 0x17, 0xa2, 0x72, 0x01, 0x17],
    [0x35, 0x11, 0x25, 0x00, 0x40, 0x73, 0x72, 0x01],
    [0xb5, 0x01, 0x0f, 0x0f, 0xa8, 0xa5, 0x51, 0x02],
    [0x17, 0xc1, 0x24, 0x07, 0xf8, 0xf8, 0x22, 0x12],
    [0x71, 0x23, 0x11, 0x06, 0x65, 0x74, 0x18, 0x16],
    [0x01, 0x02, 0xd3, 0x05, 0xc9, 0x95, 0x03, 0x02],
    [0x61, 0x63, 0x0c, 0x00, 0x94, 0xc0, 0x33, 0xf6],
    [0x21, 0x72, 0x0d, 0x00, 0xc1, 0xd5, 0x56, 0x06],
];

/// How much softer a note is by its frequency's upper four bits, 6 dB an octave.
pub static BY_KEY: [i32; 16] = [0, 24, 32, 37, 40, 43, 45, 47, 48, 50, 51, 52, 53, 54, 55, 56];

/// Steps of the envelope over sixteen clocks, by rate: attack, and all else. Rates below
/// 48 take the row of their lower two bits, others that of what they exceed 44 by.
#[rustfmt::skip]
pub static STEPS: [[u64; 2]; 17] = [
    [0x0101010101010101, 0x0101010101010101],
    [0x0101110101011101, 0x0101110101011101],
    [0x0111011101110111, 0x0111011101110111],
    [0x0111111101111111, 0x0111111101111111],
    [0x1111111111111111, 0x0101010101010101],
    [0x1121112111211121, 0x0101110101011101],
    [0x1212121212121212, 0x0111011101110111],
    [0x1222122212221222, 0x0111111101111111],
    [0x2222222222222222, 0x0101010101010101],
    [0x2242224222422242, 0x0101010111110101],
    [0x2424242424242424, 0x0101111101011111],
    [0x2444244424442444, 0x0101111111111111],
    [0x4444444444444444, 0x1111111111111111],
    [0x4484448444844484, 0x1111111122221111],
    [0x4848484848484848, 0x1111222211112222],
    [0x4888488848884888, 0x1111222222222222],
    [0x0000000000000000, 0x2222222222222222],
];

/// A quarter of a sine, as attenuation: 256 are 6 dB.
pub static SINE: [u16; 256] = sine();
/// 2 to the power of what is left, 1024-2042.
pub static POWER: [u16; 256] = power();

const fn sine() -> [u16; 256] {
    let mut table = [0; 256];
    let mut n = 0;
    while n < table.len() {
        let x = (2 * n + 1) as f64 * std::f64::consts::PI / 1024.0;
        let (mut term, mut sum, mut k) = (x, x, 1.0);
        while k < 12.0 {
            term = -term * x * x / (2.0 * k * (2.0 * k + 1.0));
            sum += term;
            k += 1.0;
        }
        table[n] = (-256.0 * log2(sum) + 0.5) as u16;
        n += 1;
    }
    table
}

const fn power() -> [u16; 256] {
    let mut table = [0; 256];
    let mut n = 0;
    while n < table.len() {
        let x = (255 - n) as f64 / 256.0 * std::f64::consts::LN_2;
        let (mut term, mut sum, mut k) = (1.0, 1.0, 1.0);
        while k < 20.0 {
            term = term * x / k;
            sum += term;
            k += 1.0;
        }
        table[n] = (1024.0 * sum + 0.5) as u16;
        n += 1;
    }
    table
}

/// Of numbers up to 1.
const fn log2(mut x: f64) -> f64 {
    let mut whole = 0.0;
    while x < 0.7 {
        x *= 2.0;
        whole -= 1.0;
    }
    let y = (x - 1.0) / (x + 1.0);
    let (mut power, mut sum, mut k) = (y, y, 3.0);
    while k < 40.0 {
        power *= y * y;
        sum += power / k;
        k += 2.0;
    }
    whole + 2.0 * sum / std::f64::consts::LN_2
}
