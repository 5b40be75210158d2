//! NES-EVENT: the board of the Nintendo World Championships 1990, an MMC1 with a
//! clock that ends the round.
//!
//! ```text
//!  CHR bank 0 of the MMC1  ...T OBB.  T: the clock stands at 0 and /IRQ rests
//!                                     O: the second 128 KiB of PRG, as an MMC1 has them
//!                                        else 32 KiB of the first, B
//! ```
//!
//! From power-on until T has been set and cleared, PRG is the first 32 KiB. The clock
//! counts CPU cycles while T is clear, and pulls /IRQ when it comes to what four
//! switches say: 2^29 and 2^25 for each. They are set to 4, the 6:15 minutes of the
//! championship.
//!
//! <https://www.nesdev.org/wiki/INES_Mapper_105>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::mmc1::Mmc1;
use super::{Board, Touched, Watches, Write};
use crate::nes::cart::Cartridge;
use crate::nes::cart::map::Map;

/// The chip and the clock.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct NesEvent {
    chip: Mmc1,
    /// CPU cycles, up to [`END`].
    clock: u32,
    /// 0: locked, 1: T was set, 2: and cleared.
    opened: u8,
    unused: [u8; 3],
}

const SWITCHES: u32 = 4;
const END: u32 = 1 << 29 | SWITCHES << 25;
/// T.
const STANDS: u8 = 0x10;
/// O.
const SECOND: u8 = 0x08;

impl Board for NesEvent {
    const WATCHES: Watches = Watches { cpu_cycles: true, ppu_address: false };

    fn power_on(&mut self, cart: &Cartridge) {
        self.chip.power_on(cart);
    }

    fn map(&self, cart: &Cartridge, map: &mut Map) {
        let bits = self.chip.chr0();
        self.chip.map_all_but_prg(cart, map);
        map.chr(0x0000, 0x2000, 0);
        if self.opened < 2 {
            map.prg(0x8000, 0x8000, 0);
        } else if bits & SECOND == 0 {
            map.prg(0x8000, 0x8000, i32::from(bits >> 1 & 3));
        } else {
            let [low, high] = self.chip.prg_banks();
            map.prg(0x8000, 0x4000, 8 | i32::from(low & 7));
            map.prg(0xc000, 0x4000, 8 | i32::from(high & 7));
        }
    }

    fn write(&mut self, cart: &Cartridge, write: Write) -> Touched {
        let touched = self.chip.write(cart, write);
        let stands = self.chip.chr0() & STANDS != 0;
        match (stands, self.opened) {
            (true, 0) => self.opened = 1,
            (false, 1) => self.opened = 2,
            _ => {}
        }
        if stands {
            self.clock = 0;
        }
        touched
    }

    fn cpu_cycles(&mut self, cycles: u32) {
        if self.chip.chr0() & STANDS == 0 {
            self.clock = self.clock.saturating_add(cycles).min(END);
        }
    }

    fn quiet_cycles(&self) -> u32 {
        let rests = self.chip.chr0() & STANDS != 0 || self.clock == END;
        if rests { u32::MAX } else { END - self.clock - 1 }
    }

    fn irq(&self) -> bool {
        self.clock == END
    }

    fn sanitize(&mut self, cart: &Cartridge) {
        self.chip.sanitize(cart);
        self.clock = self.clock.min(END);
        self.opened = self.opened.min(2);
        self.unused = [0; 3];
    }
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Bench, cartridge};
    use super::*;

    fn load(b: &mut Bench, address: u16, value: u8) {
        for bit in 0..5 {
            b.write(address, value >> bit & 1);
        }
    }

    fn prg(b: &Bench) -> (u8, u8) {
        (b.prg(0x8000).unwrap(), b.prg(0xc000).unwrap())
    }

    fn open() -> Bench {
        let mut b = Bench::new(cartridge(105, 256, 0));
        load(&mut b, 0xa000, 0x10);
        load(&mut b, 0xa000, 0x00);
        b
    }

    #[test]
    fn prg_is_locked_until_the_clock_was_stopped_and_started() {
        let mut b = Bench::new(cartridge(105, 256, 0));
        load(&mut b, 0xa000, 0x02);
        assert_eq!(prg(&b), (0, 2));
        load(&mut b, 0xa000, 0x12);
        assert_eq!(prg(&b), (0, 2));
        load(&mut b, 0xa000, 0x02);
        assert_eq!(prg(&b), (4, 6));
    }

    #[test]
    fn the_first_chip_switches_32_kib_and_the_second_is_an_mmc1s() {
        let mut b = open();
        load(&mut b, 0xa000, 0x06);
        assert_eq!(prg(&b), (12, 14));
        load(&mut b, 0xa000, 0x08);
        load(&mut b, 0xe000, 3);
        assert_eq!(prg(&b), (22, 30));
        load(&mut b, 0x8000, 0x08);
        assert_eq!(prg(&b), (16, 22));
    }

    #[test]
    fn the_clock_asks_after_six_minutes_and_a_quarter_and_t_stops_it() {
        let mut b = open();
        // The five writes that cleared T ended on this cycle.
        b.pass(0x2800_0000 - 1);
        assert!(!b.irq());
        let mut other = open();
        other.regs = b.regs;
        other.cart.board.sanitize(&mut other.regs, &mut other.ram, &other.cart);
        other.pass(1);
        assert!(other.irq(), "restored in mid-count");
        load(&mut other, 0xa000, 0x10);
        assert!(!other.irq());
        other.pass(END);
        assert!(!other.irq());
    }
}
