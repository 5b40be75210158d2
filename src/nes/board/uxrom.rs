//! UxROM: one latch switches 16 KiB of PRG at $8000; the last bank is fixed.
//!
//! Submapper 2 has bus conflicts; 1 has none, and neither has an unmarked
//! cartridge: licensed games never meet one, and homebrew made without them
//! would break.
//!
//! <https://www.nesdev.org/wiki/UxROM>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::{Board, Touched, Write};
use crate::nes::cart::Cartridge;
use crate::nes::cart::map::{Access, Map};

/// The latch.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Uxrom {
    prg: u8,
}

impl Board for Uxrom {
    const HEARS_RAM: bool = false;

    fn map(&self, cart: &Cartridge, map: &mut Map) {
        map.wram(0x6000, 0x2000, 0, Access::ReadWrite);
        map.prg(0x8000, 0x4000, i32::from(self.prg));
        map.prg(0xc000, 0x4000, -1);
        map.chr(0x0000, 0x2000, 0);
        map.nametables(cart.mirroring);
    }

    fn write(&mut self, cart: &Cartridge, write: Write) -> Touched {
        if write.address < 0x8000 {
            return Touched::Nothing;
        }
        self.prg = if cart.submapper == 2 { write.conflicted() } else { write.value };
        Touched::Banks
    }
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Bench, cartridge};

    #[test]
    fn the_latch_switches_8000_and_the_last_bank_stays() {
        let mut b = Bench::new(cartridge(2, 128, 0));
        assert_eq!((b.prg(0x8000), b.prg(0xc000)), (Some(0), Some(14)));
        b.write(0xffff, 5);
        assert_eq!((b.prg(0x8000), b.prg(0xa000)), (Some(10), Some(11)));
        assert_eq!((b.prg(0xc000), b.prg(0xe000)), (Some(14), Some(15)));
    }

    #[test]
    fn banks_past_the_end_wrap_round() {
        let mut b = Bench::new(cartridge(2, 64, 0));
        b.write(0x8000, 0xf6);
        assert_eq!(b.prg(0x8000), Some(4));
    }

    #[test]
    fn only_submapper_2_has_bus_conflicts() {
        for (submapper, bank) in [(0, 6), (1, 6), (2, 2)] {
            let mut cart = cartridge(2, 128, 0);
            cart.submapper = submapper;
            cart.prg[0x1c000] = 0x03;
            let mut b = Bench::new(cart);
            b.write(0xc000, 0x06);
            assert_eq!(b.prg(0x8001), Some(bank * 2), "submapper {submapper}");
        }
    }
}
