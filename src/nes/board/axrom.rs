//! AxROM: one latch switches 32 KiB of PRG and which KiB of video RAM is all
//! four nametables.
//!
//! ```text
//!  $8000-$FFFF  xxxM PPPP   M: nametable, P: PRG bank (Nintendo's boards use three bits)
//! ```
//!
//! Submapper 2 has bus conflicts (AMROM); 1 has none (ANROM), and neither has
//! an unmarked cartridge: some games need their absence, none their presence.
//!
//! <https://www.nesdev.org/wiki/AxROM>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::{Board, Touched, Write};
use crate::nes::cart::map::{Access, Map};
use crate::nes::cart::{Cartridge, Mirroring};

/// The latch.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Axrom {
    latch: u8,
}

impl Board for Axrom {
    const HEARS_RAM: bool = false;

    fn map(&self, _cart: &Cartridge, map: &mut Map) {
        map.wram(0x6000, 0x2000, 0, Access::ReadWrite);
        map.prg(0x8000, 0x8000, i32::from(self.latch & 0x0f));
        map.chr(0x0000, 0x2000, 0);
        map.nametables(match self.latch & 0x10 {
            0 => Mirroring::SingleLow,
            _ => Mirroring::SingleHigh,
        });
    }

    fn write(&mut self, cart: &Cartridge, write: Write) -> Touched {
        if write.address < 0x8000 {
            return Touched::Nothing;
        }
        self.latch = if cart.submapper == 2 { write.conflicted() } else { write.value };
        Touched::Banks
    }
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Bench, cartridge};

    #[test]
    fn the_latch_switches_all_of_prg_and_the_nametable() {
        let mut b = Bench::new(cartridge(7, 256, 0));
        assert_eq!((b.prg(0x8000), b.nametables()), (Some(0), [0; 4]));
        b.write(0x8000, 0x13);
        assert_eq!((b.prg(0x8000), b.prg(0xe000)), (Some(12), Some(15)));
        assert_eq!(b.nametables(), [1; 4]);
        b.write(0x8000, 0x0a);
        assert_eq!((b.prg(0x8000), b.nametables()), (Some(8), [0; 4]));
    }

    #[test]
    fn only_submapper_2_has_bus_conflicts() {
        for (submapper, bank) in [(0, 3), (1, 3), (2, 1)] {
            let mut cart = cartridge(7, 128, 0);
            cart.submapper = submapper;
            cart.prg[0x10] = 0xf1;
            let mut b = Bench::new(cart);
            b.write(0x8010, 0x03);
            assert_eq!(b.prg(0x8000), Some(bank * 4), "submapper {submapper}");
        }
    }
}
