//! VRC2 and VRC4: Konami's chips of many wirings.
//!
//! ```text
//!  register, as the chip counts it (A1 A0 of its own)
//!  $8000        ...P PPPP  8 KiB of PRG at $8000, or at $C000 in swap mode
//!  $9000        .... ..MM  vertical, horizontal, first, second screen (VRC2: one bit)
//!  $9002        .... ..SW  S: swap mode, W: PRG RAM on (VRC4)
//!  $A000        ...P PPPP  8 KiB of PRG at $A000
//!  $B000-$E003  CHR banks of 1 KiB: low four bits, high five, for $0000, $0400, …
//!  $F000-$F003  IRQ: latch low, latch high, control, acknowledge (VRC4, see irq.rs)
//! ```
//!
//! Which lines of the CPU are the chip's A0 and A1, by mapper and submapper:
//!
//! | | 21.1 | 21.2 | 22 | 23.1 | 23.2 | 23.3 | 25.1 | 25.2 | 25.3 | 27 |
//! |---|---|---|---|---|---|---|---|---|---|---|
//! | chip | VRC4a | VRC4c | VRC2a | VRC4f | VRC4e | VRC2b | VRC4b | VRC4d | VRC2c | clone |
//! | A0 | A1 | A6 | A1 | A0 | A2 | A0 | A1 | A3 | A1 | A0 |
//! | A1 | A2 | A7 | A0 | A1 | A3 | A1 | A0 | A2 | A0 | A1 |
//!
//! Where a header has no submapper, both wirings of its number are listened to:
//! no game uses the other's addresses. The VRC2a drops the lowest bit of CHR
//! banks. A VRC2 without PRG RAM has a latch of one bit at $6000-$6FFF.
//!
//! <https://www.nesdev.org/wiki/VRC2_and_VRC4>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::irq::VrcIrq;
use super::{Board, Touched, Watches, Write};
use crate::nes::cart::map::{Access, Map};
use crate::nes::cart::{Cartridge, Mirroring};

/// The chip's registers.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Vrc24 {
    chr: [u16; 8],
    irq: VrcIrq,
    prg: [u8; 2],
    mirroring: u8,
    /// $9002.
    mode: u8,
    /// The VRC2's bit at $6000.
    bit: u8,
    unused: u8,
}

const SWAP: u8 = 2;
const RAM_ON: u8 = 1;

impl Board for Vrc24 {
    const WATCHES: Watches = Watches { cpu_cycles: true, ppu_address: false };

    /// PRG RAM is on, for programs that never write $9002.
    fn power_on(&mut self, _cart: &Cartridge) {
        self.mode = RAM_ON;
    }

    fn map(&self, cart: &Cartridge, map: &mut Map) {
        if !has_bit(cart) {
            let on = is_vrc2(cart) || self.mode & RAM_ON != 0;
            map.wram(0x6000, 0x2000, 0, if on { Access::ReadWrite } else { Access::None });
        }
        let [first, second] = self.prg.map(i32::from);
        let (at_8000, at_c000) = if self.mode & SWAP == 0 { (first, -2) } else { (-2, first) };
        map.prg(0x8000, 0x2000, at_8000);
        map.prg(0xa000, 0x2000, second);
        map.prg(0xc000, 0x2000, at_c000);
        map.prg(0xe000, 0x2000, -1);
        let drops = u32::from(cart.mapper == 22);
        for (n, bank) in self.chr.into_iter().enumerate() {
            map.chr((n * 0x400) as u16, 0x400, usize::from(bank >> drops));
        }
        map.nametables(match self.mirroring & if is_vrc2(cart) { 1 } else { 3 } {
            0 => Mirroring::Vertical,
            1 => Mirroring::Horizontal,
            2 => Mirroring::SingleLow,
            _ => Mirroring::SingleHigh,
        });
    }

    fn write(&mut self, cart: &Cartridge, write: Write) -> Touched {
        let Write { address, value, .. } = write;
        let register = register(cart, address);
        match address & 0xf000 {
            0x6000 => self.bit = value & 1,
            0x8000 => self.prg[0] = value & 0x1f,
            0xa000 => self.prg[1] = value & 0x1f,
            0x9000 if register < 2 || is_vrc2(cart) => self.mirroring = value & 3,
            0x9000 => self.mode = value & 3,
            0xb000..=0xe000 => {
                let bank = usize::from((address >> 12) - 0xb) * 2 + usize::from(register >> 1);
                let chr = &mut self.chr[bank];
                *chr = match register & 1 {
                    0 => *chr & 0x1f0 | u16::from(value & 0x0f),
                    _ => *chr & 0x00f | u16::from(value & 0x1f) << 4,
                };
            }
            0xf000 if !is_vrc2(cart) => {
                match register {
                    0 => self.irq.latch = self.irq.latch & 0xf0 | value & 0x0f,
                    1 => self.irq.latch = self.irq.latch & 0x0f | value << 4,
                    2 => self.irq.write_control(value),
                    _ => self.irq.acknowledge(),
                }
                return Touched::Nothing;
            }
            _ => return Touched::Nothing,
        }
        Touched::Banks
    }

    fn read(&mut self, cart: &Cartridge, address: u16, open: u8) -> Option<u8> {
        (has_bit(cart) && address & 0xf000 == 0x6000).then_some(open & 0xfe | self.bit)
    }

    fn cpu_cycles(&mut self, cycles: u32) {
        self.irq.pass(cycles);
    }

    fn quiet_cycles(&self) -> u32 {
        self.irq.quiet()
    }

    fn irq(&self) -> bool {
        self.irq.irq()
    }

    fn sanitize(&mut self, _cart: &Cartridge) {
        self.chr = self.chr.map(|bank| bank & 0x1ff);
        self.prg = self.prg.map(|bank| bank & 0x1f);
        (self.mirroring, self.mode) = (self.mirroring & 3, self.mode & 3);
        self.bit &= 1;
        self.irq.sanitize();
        self.unused = 0;
    }
}

fn is_vrc2(cart: &Cartridge) -> bool {
    matches!((cart.mapper, cart.submapper), (22, _) | (23 | 25, 3))
}

fn has_bit(cart: &Cartridge) -> bool {
    is_vrc2(cart) && cart.wram() == 0
}

/// The chip's A1 and A0 for an address.
fn register(cart: &Cartridge, address: u16) -> u16 {
    let (a0, a1) = match (cart.mapper, cart.submapper) {
        (21, 1) => (1 << 1, 1 << 2),
        (21, 2) => (1 << 6, 1 << 7),
        (21, _) => (1 << 1 | 1 << 6, 1 << 2 | 1 << 7),
        (22, _) | (25, 1 | 3) => (1 << 1, 1 << 0),
        (23, 1 | 3) | (27, _) => (1 << 0, 1 << 1),
        (23, 2) => (1 << 2, 1 << 3),
        (25, 2) => (1 << 3, 1 << 2),
        (25, _) => (1 << 1 | 1 << 3, 1 << 0 | 1 << 2),
        _ => (1 << 0 | 1 << 2, 1 << 1 | 1 << 3),
    };
    u16::from(address & a1 != 0) << 1 | u16::from(address & a0 != 0)
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Bench, cartridge};
    use super::*;

    fn board(mapper: u16, submapper: u8) -> Bench {
        let mut cart = cartridge(mapper, 256, 256);
        (cart.submapper, cart.prg_ram) = (submapper, 8192);
        Bench::new(cart)
    }

    /// Each wiring with the addresses of the chip's registers 0-3.
    const WIRINGS: &[(u16, u8, [u16; 4])] = &[
        (21, 1, [0, 2, 4, 6]),
        (21, 2, [0, 0x40, 0x80, 0xc0]),
        (21, 0, [0, 2, 4, 6]),
        (21, 0, [0, 0x40, 0x80, 0xc0]),
        (22, 0, [0, 2, 1, 3]),
        (23, 1, [0, 1, 2, 3]),
        (23, 2, [0, 4, 8, 12]),
        (23, 3, [0, 1, 2, 3]),
        (23, 0, [0, 1, 2, 3]),
        (23, 0, [0, 4, 8, 12]),
        (25, 1, [0, 2, 1, 3]),
        (25, 2, [0, 8, 4, 12]),
        (25, 3, [0, 2, 1, 3]),
        (25, 0, [0, 2, 1, 3]),
        (25, 0, [0, 8, 4, 12]),
        (27, 0, [0, 1, 2, 3]),
    ];

    #[test]
    fn each_wiring_finds_the_nibbles_of_chr_banks() {
        for (mapper, submapper, at) in WIRINGS {
            let mut b = board(*mapper, *submapper);
            for (n, base) in [0xb000, 0xc000, 0xd000, 0xe000].into_iter().enumerate() {
                for half in 0..2 {
                    let bank = 0x94 + 2 * (n * 2 + half);
                    b.write(base + at[half * 2], (bank & 15) as u8);
                    b.write(base + at[half * 2 + 1], (bank >> 4) as u8);
                }
            }
            for n in 0..8 {
                let bank = 0x94 + 2 * n;
                let bank = if *mapper == 22 { bank >> 1 } else { bank };
                assert_eq!(b.chr(u16::from(n) * 0x400), Some(bank), "{mapper}.{submapper}");
            }
        }
    }

    #[test]
    fn prg_switches_at_8000_or_c000_and_a000() {
        for (mapper, submapper, at) in WIRINGS {
            let mut b = board(*mapper, *submapper);
            b.write(0x8000, 5);
            b.write(0xafff, 7);
            assert_eq!(b.prg_banks(), [5, 7, 30, 31]);
            b.write(0x9000 + at[2], 3);
            let vrc2 = is_vrc2(&b.cart);
            assert_eq!(b.prg_banks(), if vrc2 { [5, 7, 30, 31] } else { [30, 7, 5, 31] });
            assert_eq!(b.nametables(), if vrc2 { [0, 0, 1, 1] } else { [0, 1, 0, 1] });
        }
    }

    #[test]
    fn the_vrc4_has_four_arrangements_and_the_vrc2_two() {
        let pages = [[0, 1, 0, 1], [0, 0, 1, 1], [0; 4], [1; 4]];
        for (submapper, expected) in [(1, [0, 1, 2, 3]), (3, [0, 1, 0, 1])] {
            let mut b = board(23, submapper);
            for (value, page) in expected.into_iter().enumerate() {
                b.write(0x9000, value as u8);
                assert_eq!(b.nametables(), pages[page]);
            }
        }
    }

    #[test]
    fn the_vrc4_switches_its_ram_off_and_the_vrc2_has_a_bit_instead() {
        let mut b = board(23, 1);
        b.write(0x6000, 0x42);
        b.write(0x9002, 0);
        assert_eq!(b.read(0x6000), None);
        b.write(0x9002, 1);
        assert_eq!(b.read(0x6000), Some(0x42));
        let mut b = Bench::new(cartridge(22, 128, 128));
        b.write(0x6123, 0xff);
        assert_eq!((b.read(0x6000), b.read(0x7000)), (Some(1), None));
        b.write(0x6000, 0xfe);
        assert_eq!(b.read(0x6fff), Some(0));
    }

    #[test]
    fn the_counter_begins_with_two_nibbles() {
        let mut b = board(21, 1);
        b.write(0xf000, 0x0d);
        b.write(0xf002, 0x0f);
        b.write(0xf004, 0x06);
        assert_eq!(b.cycles_to_irq(), Some(3));
        b.write(0xf006, 0);
        assert!(!b.irq());
        b.write(0xf004, 0x02);
        assert_eq!(b.cycles_to_irq(), Some(341));
    }

    #[test]
    fn a_vrc2_never_asks() {
        let mut b = board(22, 0);
        for at in 0..4 {
            b.write(0xf000 + at, 0xff);
        }
        assert_eq!(b.cycles_to_irq(), None);
    }

    #[test]
    fn a_count_goes_on_where_it_was_restored() {
        let mut b = board(23, 1);
        b.write(0xf001, 0x0f);
        b.write(0xf002, 0x02);
        b.pass(1000);
        let mut other = board(23, 1);
        other.regs = b.regs;
        other.cart.board.sanitize(&mut other.regs, &mut other.ram, &other.cart);
        assert_eq!(other.regs, b.regs);
        assert_eq!(other.cycles_to_irq(), b.cycles_to_irq());
    }
}
