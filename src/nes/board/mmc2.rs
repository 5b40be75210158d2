//! MMC2 and MMC4: two CHR banks for each half, and the PPU chooses by what it
//! fetches.
//!
//! ```text
//!  $A000  .... PPPP  PRG at $8000: 8 KiB on the MMC2, 16 KiB on the MMC4
//!  $B000  ...C CCCC  4 KiB at $0000 after tile $FD     $C000  after tile $FE
//!  $D000  ...C CCCC  4 KiB at $1000 after tile $FD     $E000  after tile $FE
//!  $F000  .... ...M  0: vertical, 1: horizontal
//! ```
//!
//! The rest of PRG is the end of ROM. A half's choice changes after the fetch of
//! the upper plane of tile $FD or $FE: $xFD8-$xFDF and $xFE8-$xFEF, and on the
//! MMC2 below $1000 of $0FD8 and $0FE8 only. The board sees addresses: a fetch is
//! over when the next address comes.
//!
//! <https://www.nesdev.org/wiki/MMC2>, <https://www.nesdev.org/wiki/MMC4>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::{Board, Touched, Watches, Write};
use crate::nes::cart::map::{Access, Map};
use crate::nes::cart::{Cartridge, Mirroring};

/// The chip's registers.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Mmc2 {
    /// What is on the PPU's bus.
    address: u16,
    prg: u8,
    /// $B000, $C000, $D000, $E000.
    chr: [u8; 4],
    mirroring: u8,
    /// Of each half: 1 after $FE.
    after_fe: [u8; 2],
    /// 1 on the MMC4.
    is_mmc4: u8,
    unused: u8,
}

impl Board for Mmc2 {
    const WATCHES: Watches = Watches { cpu_cycles: false, ppu_address: true };

    fn power_on(&mut self, cart: &Cartridge) {
        self.is_mmc4 = (cart.mapper == 10).into();
        self.after_fe = [1; 2];
    }

    fn map(&self, cart: &Cartridge, map: &mut Map) {
        map.wram(0x6000, 0x2000, 0, Access::ReadWrite);
        if self.is_mmc4 != 0 {
            map.prg(0x8000, 0x4000, self.prg.into());
            map.prg(0xc000, 0x4000, -1);
        } else {
            map.prg(0x8000, 0x2000, self.prg.into());
            for (at, bank) in [(0xa000, -3), (0xc000, -2), (0xe000, -1)] {
                map.prg(at, 0x2000, bank);
            }
        }
        for half in 0..2 {
            let bank = self.chr[2 * half + usize::from(self.after_fe[half])];
            map.chr((half * 0x1000) as u16, 0x1000, bank.into());
        }
        map.nametables(match (cart.mirroring, self.mirroring) {
            (Mirroring::FourScreen, _) => Mirroring::FourScreen,
            (_, 0) => Mirroring::Vertical,
            (_, _) => Mirroring::Horizontal,
        });
    }

    fn write(&mut self, _cart: &Cartridge, write: Write) -> Touched {
        match write.address & 0xf000 {
            0xa000 => self.prg = write.value & 15,
            register @ 0xb000..=0xe000 => {
                self.chr[usize::from((register >> 12) - 0xb)] = write.value & 0x1f;
            }
            0xf000 => self.mirroring = write.value & 1,
            _ => return Touched::Nothing,
        }
        Touched::Banks
    }

    fn ppu_address(&mut self, address: u16, _m2_falls: u64) -> Touched {
        let before = std::mem::replace(&mut self.address, address);
        let half = usize::from(before >> 12 & 1);
        let any_row = half == 1 || self.is_mmc4 != 0;
        let after_fe = match before & if any_row { 0x2ff8 } else { 0x2fff } {
            0x0fd8 => 0,
            0x0fe8 => 1,
            _ => return Touched::Nothing,
        };
        if std::mem::replace(&mut self.after_fe[half], after_fe) == after_fe {
            Touched::Nothing
        } else {
            Touched::Banks
        }
    }

    /// Without tile $FD or $FE no choice changes.
    fn ppu_tiles(&mut self, _first: u16, numbers: &[u8; 32], last: u16) -> bool {
        let rests = !is_choice(self.address) && numbers.iter().all(|n| !matches!(n, 0xfd | 0xfe));
        if rests {
            self.address = last;
        }
        rests
    }

    fn ppu_sprites(&mut self, _names: [u16; 2], patterns: &[u16; 8], _m2_falls: [u64; 2]) -> bool {
        let rests = !is_choice(self.address) && !patterns.iter().any(|low| is_choice(low | 8));
        if rests {
            self.address = patterns[7] | 8;
        }
        rests
    }

    /// There is no /IRQ.
    fn quiet_rises(&self) -> u32 {
        u32::MAX
    }

    fn sanitize(&mut self, cart: &Cartridge) {
        self.address &= 0x3fff;
        self.is_mmc4 = (cart.mapper == 10).into();
        self.prg &= 15;
        self.chr = self.chr.map(|bank| bank & 0x1f);
        self.after_fe = self.after_fe.map(|after| after & 1);
        self.mirroring &= 1;
        self.unused = 0;
    }
}

/// Whether the upper plane of tile $FD or $FE lies there.
fn is_choice(address: u16) -> bool {
    matches!(address & 0x2ff8, 0x0fd8 | 0x0fe8)
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Bench, cartridge};

    fn board(mapper: u16) -> Bench {
        let mut b = Bench::new(cartridge(mapper, 128, 128));
        for (register, bank) in [(0xb000, 1), (0xc000, 2), (0xd000, 3), (0xe000, 4)] {
            b.write(register, bank);
        }
        b
    }

    /// The banks of 4 KiB after a fetch.
    fn after(b: &mut Bench, address: u16) -> [u8; 2] {
        b.ppu_address(address);
        b.ppu_address(0x2000);
        [0x0000, 0x1000].map(|at| b.chr(at).unwrap() / 4)
    }

    #[test]
    fn prg_switches_8_kib_on_the_mmc2_and_16_on_the_mmc4() {
        for (mapper, banks) in [(9, [5, 13, 14, 15]), (10, [10, 11, 14, 15])] {
            let mut b = board(mapper);
            b.write(0xafff, 5);
            let prg = [0x8000, 0xa000, 0xc000, 0xe000].map(|at| b.prg(at).unwrap());
            assert_eq!(prg, banks, "mapper {mapper}");
        }
    }

    #[test]
    fn each_half_follows_the_tile_that_was_fetched_in_it() {
        for mapper in [9, 10] {
            let mut b = board(mapper);
            assert_eq!(after(&mut b, 0x0fd8), [1, 4]);
            assert_eq!(after(&mut b, 0x1fd8), [1, 3]);
            assert_eq!(after(&mut b, 0x1fef), [1, 4]);
            assert_eq!(after(&mut b, 0x0fe8), [2, 4]);
            assert_eq!(after(&mut b, 0x1fdf), [2, 3]);
            assert_eq!(after(&mut b, 0x0fd0), [2, 3], "not by the lower plane");
            assert_eq!(after(&mut b, 0x2fd8), [2, 3], "not by nametables");
        }
    }

    #[test]
    fn below_1000_the_mmc2_looks_at_one_row_only() {
        for (mapper, banks) in [(9, [2, 4]), (10, [1, 4])] {
            let mut b = board(mapper);
            assert_eq!(after(&mut b, 0x0fd9), banks, "mapper {mapper}");
        }
    }

    #[test]
    fn the_fetch_itself_still_sees_the_old_bank() {
        let mut b = board(9);
        b.ppu_address(0x1fd8);
        assert_eq!(b.chr(0x1fd8), Some(4 * 4 + 3));
        b.ppu_address(0x2000);
        assert_eq!(b.chr(0x1fd8), Some(3 * 4 + 3));
    }

    #[test]
    fn f000_arranges_the_nametables() {
        let mut b = board(10);
        b.write(0xf000, 1);
        assert_eq!(b.nametables(), [0, 0, 1, 1]);
        b.write(0xf000, 0xfe);
        assert_eq!(b.nametables(), [0, 1, 0, 1]);
    }
}
