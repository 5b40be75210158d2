//! Namco 163 (mapper 19), and the 175 and 340 (mapper 210) without its counter
//! and its sound.
//!
//! ```text
//!  $4800        sound RAM, read and written     $F800  its address: IAAA AAAA
//!  $5000        counter, low byte, read and written
//!  $5800        EHHH HHHH  high bits; E: it counts
//!  $8000-$BFFF  1 KiB of CHR each 2 KiB; $E0 and up are the nametables' RAM
//!  $C000-$DFFF  the same for the four nametables
//!  $E000        .SPP PPPP  8 KiB at $8000 (S: sound off)
//!  $E800        HLPP PPPP  8 KiB at $A000; L, H: $0000, $1000 have no RAM
//!  $F000        ..PP PPPP  8 KiB at $C000
//!  $F800        0100 DCBA  PRG RAM can be written, but for 2 KiB each
//! ```
//!
//! The voices are told of in namco163/sound.rs.
//!
//! The counter goes up to $7FFF, asks, and stays. Reads and writes of its two
//! registers acknowledge.
//!
//! | 210 | |
//! |---|---|
//! | submapper 1, 175 | nametables are wired; bit 0 of $C000 switches PRG RAM on |
//! | submapper 2, 340 | bits 7-6 of $E000: first, vertical, second screen, horizontal |
//!
//! <https://www.nesdev.org/wiki/INES_Mapper_019>, <https://www.nesdev.org/wiki/INES_Mapper_210>

pub(super) mod sound;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::{Board, Touched, Watches, Write};
use crate::nes::cart::map::{Access, Map};
use crate::nes::cart::{Cartridge, Mirroring};
use sound::Voices;

/// The chip's registers.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Namco163 {
    counter: u16,
    /// $8000-$DFFF.
    banks: [u8; 12],
    /// $E000, $E800, $F000.
    prg: [u8; 3],
    /// $F800 as the PRG RAM sees it; on the 175, $C000.
    protect: u8,
    /// 1: the counter counts.
    enabled: u8,
    /// 1 while /IRQ is low.
    pending: u8,
    /// $F800 as the sound RAM sees it.
    address: u8,
    unused: u8,
    voices: Voices,
    sound: [u8; 128],
}

const END: u16 = 0x7fff;
/// Banks from here on are RAM.
const RAM: u8 = 0xe0;

impl Board for Namco163 {
    const WATCHES: Watches = Watches { cpu_cycles: true, ppu_address: false };

    fn power_on(&mut self, cart: &Cartridge) {
        self.voices.set_gain(gain(cart));
    }

    fn map(&self, cart: &Cartridge, map: &mut Map) {
        self.map_ram(cart, map);
        for (at, bank) in [0x8000, 0xa000, 0xc000].into_iter().zip(self.prg) {
            map.prg(at, 0x2000, i32::from(bank & 0x3f));
        }
        map.prg(0xe000, 0x2000, -1);
        for (n, bank) in self.banks[..8].iter().enumerate() {
            let at = (n * 0x400) as u16;
            let has_ram = is_163(cart) && self.prg[1] >> (6 + n / 4) & 1 == 0;
            if *bank >= RAM && has_ram {
                map.chr_ciram(at, (bank & 1).into());
            } else {
                map.chr(at, 0x400, (*bank).into());
            }
        }
        self.map_nametables(cart, map);
    }

    fn write(&mut self, cart: &Cartridge, write: Write) -> Touched {
        let Write { address, value, .. } = write;
        match address & 0xf800 {
            0x4800..=0x5800 if !is_163(cart) => {}
            0x4800 => {
                self.sound[usize::from(self.address & 0x7f)] = value;
                self.next_address();
            }
            0x5000 => {
                self.counter = self.counter & 0x7f00 | u16::from(value);
                self.pending = 0;
            }
            0x5800 => {
                self.counter = self.counter & 0x00ff | u16::from(value & 0x7f) << 8;
                self.enabled = value >> 7;
                self.pending = 0;
            }
            at @ 0x8000..=0xd800 => {
                if at == 0xc000 && is_175(cart) {
                    self.protect = value;
                }
                self.banks[usize::from((at - 0x8000) >> 11)] = value;
                return Touched::Banks;
            }
            at @ 0xe000..=0xf000 => {
                self.prg[usize::from((at - 0xe000) >> 11)] = value;
                return Touched::Banks;
            }
            0xf800 => {
                self.address = value;
                if is_163(cart) {
                    self.protect = value;
                }
                return Touched::Banks;
            }
            _ => {}
        }
        Touched::Nothing
    }

    fn read(&mut self, cart: &Cartridge, address: u16, _open: u8) -> Option<u8> {
        if !is_163(cart) {
            return None;
        }
        match address & 0xf800 {
            0x4800 => {
                let byte = self.sound[usize::from(self.address & 0x7f)];
                self.next_address();
                Some(byte)
            }
            0x5000 => {
                self.pending = 0;
                Some(self.counter as u8)
            }
            0x5800 => {
                self.pending = 0;
                Some(self.enabled << 7 | (self.counter >> 8) as u8)
            }
            _ => None,
        }
    }

    fn cpu_cycles(&mut self, cycles: u32) {
        if self.sounds() {
            self.voices.pass(&mut self.sound, cycles);
        }
        let left = u32::from(END - self.counter);
        if self.enabled == 0 || left == 0 {
            return;
        }
        self.counter += cycles.min(left) as u16;
        if cycles >= left {
            self.pending = 1;
        }
    }

    fn quiet_cycles(&self) -> u32 {
        let rests = self.enabled == 0 || self.pending != 0 || self.counter == END;
        if rests { u32::MAX } else { u32::from(END - self.counter) - 1 }
    }

    fn quiet_sound(&self) -> u32 {
        if self.sounds() { self.voices.quiet(&self.sound) } else { u32::MAX }
    }

    fn level(&self) -> i32 {
        if self.sounds() { self.voices.level(&self.sound) } else { 0 }
    }

    fn irq(&self) -> bool {
        self.pending != 0
    }

    fn sanitize(&mut self, cart: &Cartridge) {
        self.counter &= END;
        self.enabled &= 1;
        self.pending &= 1;
        if !is_163(cart) {
            (self.enabled, self.pending) = (0, 0);
        }
        self.unused = 0;
        self.voices.sanitize(gain(cart));
    }
}

/// The submapper as the sound sees it: only the 163 has any.
fn gain(cart: &Cartridge) -> u8 {
    if is_163(cart) { cart.submapper } else { 2 }
}

fn is_163(cart: &Cartridge) -> bool {
    cart.mapper == 19
}

fn is_175(cart: &Cartridge) -> bool {
    cart.mapper == 210 && cart.submapper == 1
}

impl Namco163 {
    /// S of $E000.
    fn sounds(&self) -> bool {
        self.prg[0] & 0x40 == 0
    }

    fn map_ram(&self, cart: &Cartridge, map: &mut Map) {
        for n in 0..4 {
            let written = match (is_163(cart), is_175(cart)) {
                (true, _) => self.protect & 0xf0 == 0x40 && self.protect >> n & 1 == 0,
                (_, true) => self.protect & 1 != 0,
                _ => true,
            };
            let access = match written {
                true => Access::ReadWrite,
                false if is_175(cart) => Access::None,
                false => Access::Read,
            };
            map.wram(0x6000 + n * 0x800, 0x800, n.into(), access);
        }
    }

    fn map_nametables(&self, cart: &Cartridge, map: &mut Map) {
        if is_163(cart) {
            for (slot, bank) in self.banks[8..].iter().enumerate() {
                if *bank >= RAM || cart.chr.is_empty() {
                    map.nametable(slot, (bank & 1).into());
                } else {
                    map.nametable_rom(slot, (*bank).into());
                }
            }
        } else if cart.submapper == 2 {
            map.nametables(match self.prg[0] >> 6 {
                0 => Mirroring::SingleLow,
                1 => Mirroring::Vertical,
                2 => Mirroring::SingleHigh,
                _ => Mirroring::Horizontal,
            });
        } else {
            map.nametables(cart.mirroring);
        }
    }

    fn next_address(&mut self) {
        if self.address & 0x80 != 0 {
            self.address = 0x80 | self.address.wrapping_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Bench, cartridge};

    fn board(mapper: u16, submapper: u8) -> Bench {
        let mut cart = cartridge(mapper, 256, 224);
        (cart.submapper, cart.prg_ram) = (submapper, 8192);
        Bench::new(cart)
    }

    #[test]
    fn eight_registers_bank_chr_and_high_numbers_are_the_nametables_ram() {
        let mut b = board(19, 0);
        b.write(0xe800, 0x00);
        for n in 0..8 {
            b.write(0x8000 + n * 0x800, 0x10 + n as u8);
        }
        for n in 0..8 {
            assert_eq!(b.chr(n * 0x400), Some(0x10 + n as u8));
        }
        b.write(0xc000, 0xe0);
        b.write(0x8000, 0xfe);
        b.write(0xa000, 0xfe);
        b.ppu_write(0x2000, 0x77);
        assert_eq!([0x0000, 0x1000].map(|at| b.chr(at)), [Some(0x77); 2]);
        b.write(0xe800, 0x40);
        assert_eq!([0x0000, 0x1000].map(|at| b.chr(at)), [Some(0xfe - 224), Some(0x77)]);
        b.write(0xe800, 0xc0);
        assert_eq!(b.chr(0x1000), Some(0xfe - 224));
    }

    #[test]
    fn each_nametable_is_ram_or_chr_rom() {
        let mut b = board(19, 0);
        for (n, bank) in [0xe0, 0xe1, 0xe1, 0xe0].into_iter().enumerate() {
            b.write(0xc000 + n as u16 * 0x800, bank);
        }
        assert_eq!(b.nametables(), [0, 1, 1, 0]);
        b.write(0xd000, 0x42);
        b.ppu_write(0x2800, 0xff);
        assert_eq!((b.chr(0x2800), b.chr(0x3bff)), (Some(0x42), Some(0x42)));
    }

    #[test]
    fn three_registers_bank_prg() {
        for (mapper, submapper) in [(19, 0), (210, 1), (210, 2)] {
            let mut b = board(mapper, submapper);
            for (register, bank) in [(0xe000, 3), (0xe800, 5), (0xf7ff, 7)] {
                b.write(register, bank);
            }
            let prg = [0x8000, 0xa000, 0xc000, 0xe000].map(|at| b.prg(at).unwrap());
            assert_eq!(prg, [3, 5, 7, 31]);
        }
    }

    #[test]
    fn the_counter_goes_up_to_7fff_and_stays() {
        let mut b = board(19, 0);
        b.write(0x5000, 0xf0);
        b.write(0x5800, 0xff);
        assert_eq!(b.cycles_to_irq(), Some(15));
        b.pass(100);
        assert_eq!((b.read(0x5800), b.read(0x5000)), (Some(0xff), Some(0xff)));
        assert!(!b.irq(), "the reads acknowledged");
        assert_eq!(b.cycles_to_irq(), None);
        b.write(0x5000, 0xfe);
        assert_eq!(b.cycles_to_irq(), Some(1));
    }

    #[test]
    fn a_count_goes_on_where_it_was_restored() {
        let mut b = board(19, 0);
        b.write(0x5800, 0x80);
        b.pass(0x123);
        let mut other = board(19, 0);
        other.regs = b.regs;
        other.cart.board.sanitize(&mut other.regs, &mut other.ram, &other.cart);
        assert_eq!(other.read(0x5000), Some(0x23));
        assert_eq!(other.cycles_to_irq(), Some(0x7fff - 0x123));
    }

    #[test]
    fn sound_ram_is_read_and_written_one_byte_after_another() {
        let mut b = board(19, 0);
        b.write(0xf800, 0xfe);
        for byte in [1, 2, 3] {
            b.write(0x4800, byte);
        }
        b.write(0xf800, 0xfe);
        assert_eq!([0; 3].map(|_: u8| b.read(0x4800)), [1, 2, 3].map(Some), "round the end");
        b.write(0xf800, 0x00);
        assert_eq!([0; 2].map(|_: u8| b.read(0x4800)), [3, 3].map(Some));
    }

    #[test]
    fn f800_opens_2_kib_of_ram_each() {
        let mut b = board(19, 0);
        b.write(0x6000, 1);
        b.write(0xf800, 0x4e);
        for n in 0..4 {
            b.write(0x6000 + n * 0x800, 0x50 + n as u8);
        }
        let bytes: [_; 4] = std::array::from_fn(|n| b.read(0x6000 + n as u16 * 0x800).unwrap());
        assert_eq!(bytes, [0x50, 0, 0, 0]);
    }

    #[test]
    fn the_175_has_a_switch_for_its_ram_and_the_340_for_its_nametables() {
        let mut b = board(210, 1);
        b.write(0x6000, 1);
        assert_eq!(b.read(0x6000), None);
        b.write(0xc000, 1);
        b.write(0x6000, 1);
        assert_eq!((b.read(0x6000), b.nametables()), (Some(1), [0, 1, 0, 1]));
        let mut b = board(210, 2);
        for (bits, pages) in
            [(0x00, [0; 4]), (0x40, [0, 1, 0, 1]), (0x80, [1; 4]), (0xc0, [0, 0, 1, 1])]
        {
            b.write(0xe000, bits);
            assert_eq!(b.nametables(), pages);
        }
        b.write(0x5800, 0xff);
        assert_eq!((b.read(0x5800), b.cycles_to_irq()), (None, None));
    }
}
