//! VRC7: Konami's chip with an FM synthesizer.
//!
//! ```text
//!  $8000 $8010 $9000  ..PP PPPP  8 KiB of PRG at $8000, $A000, $C000
//!  $9010 $9030        sound register and its byte, see vrc7/fm.rs
//!  $A000 … $D010      1 KiB of CHR at $0000, $0400, …
//!  $E000              WS.. ..MM  W: PRG RAM on, S: silent; vertical, horizontal, first, second screen
//!  $E010 $F000 $F010  IRQ: latch, control, acknowledge (see irq.rs)
//! ```
//!
//! Submapper 1 (VRC7b) has A3 in the place of A4; without a submapper both are
//! listened to.
//!
//! <https://www.nesdev.org/wiki/VRC7>

pub(super) mod fm;
mod tables;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::irq::VrcIrq;
use super::{Board, Touched, Watches, Write};
use crate::nes::cart::map::{Access, Map};
use crate::nes::cart::{Cartridge, Mirroring};
use fm::Fm;

/// The chip's registers.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Vrc7 {
    fm: Fm,
    irq: VrcIrq,
    chr: [u8; 8],
    prg: [u8; 3],
    /// $E000.
    mode: u8,
    unused: [u8; 2],
}

const RAM_ON: u8 = 0x80;
const SILENT: u8 = 0x40;

impl Board for Vrc7 {
    const WATCHES: Watches = Watches { cpu_cycles: true, ppu_address: false };

    /// PRG RAM is on, for programs that never write $E000.
    fn power_on(&mut self, _cart: &Cartridge) {
        self.mode = RAM_ON;
    }

    fn map(&self, _cart: &Cartridge, map: &mut Map) {
        let on = self.mode & RAM_ON != 0;
        map.wram(0x6000, 0x2000, 0, if on { Access::ReadWrite } else { Access::None });
        for (at, bank) in [0x8000, 0xa000, 0xc000].into_iter().zip(self.prg) {
            map.prg(at, 0x2000, i32::from(bank & 0x3f));
        }
        map.prg(0xe000, 0x2000, -1);
        for (n, bank) in self.chr.into_iter().enumerate() {
            map.chr((n * 0x400) as u16, 0x400, bank.into());
        }
        map.nametables(match self.mode & 3 {
            0 => Mirroring::Vertical,
            1 => Mirroring::Horizontal,
            2 => Mirroring::SingleLow,
            _ => Mirroring::SingleHigh,
        });
    }

    fn write(&mut self, cart: &Cartridge, write: Write) -> Touched {
        let Write { address, value, .. } = write;
        let line = match cart.submapper {
            1 => 0x08,
            2 => 0x10,
            _ => 0x18,
        };
        let odd = usize::from(address & line != 0);
        match address & 0xf000 {
            0x8000 => self.prg[odd] = value,
            0x9000 if odd == 0 => self.prg[2] = value,
            0x9000 if self.mode & SILENT == 0 => {
                if address & 0x20 == 0 {
                    self.fm.select(value)
                } else {
                    self.fm.write(value)
                }
                return Touched::Nothing;
            }
            at @ 0xa000..=0xd000 => self.chr[usize::from((at >> 12) - 0xa) * 2 + odd] = value,
            0xe000 if odd == 0 => {
                self.mode = value;
                if value & SILENT != 0 {
                    self.fm.silence();
                }
            }
            0xe000 => {
                self.irq.latch = value;
                return Touched::Nothing;
            }
            0xf000 => {
                if odd == 0 {
                    self.irq.write_control(value);
                } else {
                    self.irq.acknowledge();
                }
                return Touched::Nothing;
            }
            _ => return Touched::Nothing,
        }
        Touched::Banks
    }

    fn cpu_cycles(&mut self, cycles: u32) {
        self.irq.pass(cycles);
        if self.mode & SILENT == 0 {
            self.fm.pass(cycles);
        }
    }

    fn quiet_cycles(&self) -> u32 {
        self.irq.quiet()
    }

    fn quiet_sound(&self) -> u32 {
        self.fm.quiet()
    }

    fn level(&self) -> i32 {
        self.fm.level()
    }

    fn irq(&self) -> bool {
        self.irq.irq()
    }

    fn sanitize(&mut self, _cart: &Cartridge) {
        self.irq.sanitize();
        self.fm.sanitize();
        self.unused = [0; 2];
        if self.mode & SILENT != 0 {
            self.fm.silence();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Bench, cartridge};

    /// Both wirings, and the header that does not say which: submapper and line.
    const WIRINGS: [(u8, u16); 4] = [(1, 0x08), (2, 0x10), (0, 0x08), (0, 0x10)];

    fn board(submapper: u8) -> Bench {
        let mut cart = cartridge(85, 256, 256);
        (cart.submapper, cart.prg_ram) = (submapper, 8192);
        Bench::new(cart)
    }

    #[test]
    fn each_wiring_switches_prg_and_chr() {
        for (submapper, line) in WIRINGS {
            let mut b = board(submapper);
            for (at, bank) in [(0x8000, 5), (0x8000 | line, 6), (0x9000, 7)] {
                b.write(at, bank);
            }
            let prg = [0x8000, 0xa000, 0xc000, 0xe000].map(|at| b.prg(at).unwrap());
            assert_eq!(prg, [5, 6, 7, 31]);
            for n in 0..8 {
                b.write(0xa000 + (n >> 1) * 0x1000 + (n & 1) * line, 0xc0 + n as u8);
            }
            for n in 0..8 {
                assert_eq!(b.chr(n * 0x400), Some(0xc0 + n as u8));
            }
        }
    }

    #[test]
    fn the_sound_registers_move_no_bank() {
        for (submapper, line) in WIRINGS {
            let mut b = board(submapper);
            b.write(0x9000, 7);
            b.write(0x9000 | line, 0x30);
            b.write(0x9020 | line, 9);
            assert_eq!(b.prg(0xc000), Some(7));
        }
    }

    #[test]
    fn e000_arranges_the_nametables_and_switches_ram() {
        let mut b = board(2);
        b.write(0x6000, 0x42);
        for (n, pages) in [[0, 1, 0, 1], [0, 0, 1, 1], [0; 4], [1; 4]].into_iter().enumerate() {
            b.write(0xe000, n as u8);
            assert_eq!((b.nametables(), b.read(0x6000)), (pages, None));
        }
        b.write(0xe000, 0x80);
        assert_eq!(b.read(0x6000), Some(0x42));
    }

    #[test]
    fn the_counter_is_that_of_the_vrc4_and_survives_a_restore() {
        for (submapper, line) in WIRINGS {
            let mut b = board(submapper);
            b.write(0xe000 | line, 0x10);
            b.write(0xf000, 7);
            b.pass(0x20);
            let mut other = board(submapper);
            other.regs = b.regs;
            other.cart.board.sanitize(&mut other.regs, &mut other.ram, &other.cart);
            assert_eq!((b.cycles_to_irq(), other.cycles_to_irq()), (Some(0xd0), Some(0xd0)));
            b.write(0xf000 | line, 0);
            assert!(!b.irq());
        }
    }
}
