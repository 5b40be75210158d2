//! CNROM: one latch switches 8 KiB of CHR; PRG is fixed.
//!
//! Nintendo's board has bus conflicts, others under this number have none.
//! Submapper 2 has them; 1 has none, and neither has an unmarked cartridge:
//! the licensed games write over equal bytes and cannot tell, while homebrew
//! and other makers' games without conflicts outnumber the one game that is
//! known to rely on them (Cybernoid, which NES 2.0 marks as submapper 2). All
//! eight bits count, since some boards have more than 32 KiB.
//!
//! <https://www.nesdev.org/wiki/CNROM>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::{Board, Touched, Write};
use crate::nes::cart::Cartridge;
use crate::nes::cart::map::{Access, Map};

/// The latch.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Cnrom {
    chr: u8,
}

impl Board for Cnrom {
    const HEARS_RAM: bool = false;

    fn map(&self, cart: &Cartridge, map: &mut Map) {
        map.wram(0x6000, 0x2000, 0, Access::ReadWrite);
        map.prg(0x8000, 0x8000, 0);
        map.chr(0x0000, 0x2000, usize::from(self.chr));
        map.nametables(cart.mirroring);
    }

    fn write(&mut self, cart: &Cartridge, write: Write) -> Touched {
        if write.address < 0x8000 {
            return Touched::Nothing;
        }
        self.chr = if cart.submapper == 2 { write.conflicted() } else { write.value };
        Touched::Banks
    }
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Bench, cartridge};

    #[test]
    fn the_latch_switches_all_of_chr() {
        let mut b = Bench::new(cartridge(3, 32, 32));
        b.write(0x8000, 3);
        assert_eq!((b.chr(0x0000), b.chr(0x1c00)), (Some(24), Some(31)));
        assert_eq!((b.prg(0x8000), b.prg(0xe000)), (Some(0), Some(3)));
    }

    #[test]
    fn sixteen_kib_of_prg_appear_twice() {
        let b = Bench::new(cartridge(3, 16, 32));
        assert_eq!((b.prg(0x8000), b.prg(0xc000)), (Some(0), Some(0)));
    }

    #[test]
    fn only_submapper_2_has_bus_conflicts() {
        for (submapper, bank) in [(0, 3), (1, 3), (2, 1)] {
            let mut cart = cartridge(3, 32, 32);
            cart.submapper = submapper;
            cart.prg[0x10] = 0xf1;
            let mut b = Bench::new(cart);
            b.write(0x8010, 0x03);
            assert_eq!(b.chr(0x0000), Some(bank * 8), "submapper {submapper}");
        }
    }
}
