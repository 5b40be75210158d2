//! NROM: no registers. 16 or 32 KiB of PRG, 8 KiB of CHR, mirroring by solder pad.
//!
//! <https://www.nesdev.org/wiki/NROM>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::Board;
use crate::nes::cart::Cartridge;
use crate::nes::cart::map::{Access, Map};

#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Nrom {}

impl Board for Nrom {
    const HEARS_RAM: bool = false;

    fn map(&self, cart: &Cartridge, map: &mut Map) {
        map.wram(0x6000, 0x2000, 0, Access::ReadWrite);
        map.prg(0x8000, 0x8000, 0);
        map.chr(0x0000, 0x2000, 0);
        map.nametables(cart.mirroring);
    }
}
