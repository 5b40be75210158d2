//! MMC1, the SxROM boards: five-bit registers behind a serial port.
//!
//! ```text
//!  address      register   bits
//!  $8000-$9FFF  control    C PP MM   C: CHR 8 or 4+4 KiB, P: PRG mode, M: mirroring
//!  $A000-$BFFF  CHR bank 0 CCCCC     on boards with 8 KiB of CHR RAM: P SS x C
//!  $C000-$DFFF  CHR bank 1 CCCCC
//!  $E000-$FFFF  PRG bank   R PPPP    R: PRG RAM off
//! ```
//!
//! Boards whose CHR needs fewer than five address lines use the upper ones for
//! PRG; which board it is follows from the sizes of its chips:
//!
//! | board        | PRG     | CHR         | PRG RAM | upper lines of CHR bank 0      |
//! |--------------|---------|-------------|---------|--------------------------------|
//! | SNROM        | ≤ 256 K | 8 K RAM     | ≤ 8 K   | bit 4: PRG RAM off             |
//! | SOROM        | ≤ 256 K | 8 K RAM     | 16 K    | bit 3: PRG RAM bank            |
//! | SUROM        | 512 K   | 8 K RAM     | ≤ 8 K   | bit 4: 256 K half of PRG       |
//! | SXROM        | ≤ 512 K | 8 K RAM     | 32 K    | bits 2-3: PRG RAM bank; bit 4  |
//! | SZROM        | ≤ 256 K | 16-64 K ROM | 16 K    | bit 4: PRG RAM bank            |
//! | SEROM, SHROM | 32 K    | any         | none    | PRG not banked (submapper 5)   |
//!
//! The upper lines follow the CHR register that the PPU is using; games write
//! both alike, so bank 0 speaks for both.
//!
//! <https://www.nesdev.org/wiki/MMC1>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::{Board, Touched, Write};
use crate::nes::cart::map::{Access, Map};
use crate::nes::cart::{Cartridge, Mirroring};

/// The chip's registers.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Mmc1 {
    /// CPU cycle of the last write.
    last_write: u64,
    /// The serial port: a one marks how far it is filled.
    shift: u8,
    control: u8,
    chr: [u8; 2],
    prg: u8,
    unused: [u8; 3],
}

/// The serial port with nothing in it.
const EMPTY: u8 = 0x10;
/// PRG mode 3: the last bank is fixed at $C000.
const FIX_LAST: u8 = 0x0c;
/// What one PRG bank register reaches.
const PRG_HALF: usize = 256 * 1024;

impl Board for Mmc1 {
    fn power_on(&mut self, _cart: &Cartridge) {
        self.shift = EMPTY;
        self.control = FIX_LAST;
    }

    fn map(&self, cart: &Cartridge, map: &mut Map) {
        self.map_all_but_prg(cart, map);
        self.map_prg(cart, map);
    }

    /// The port takes one bit a write, but not on the cycle after another
    /// write, so that INC and its like count once. Bit 7 empties the port at
    /// any time.
    fn write(&mut self, _cart: &Cartridge, write: Write) -> Touched {
        let consecutive = write.cycle == self.last_write.wrapping_add(1);
        self.last_write = write.cycle;
        if write.address < 0x8000 {
            return Touched::Nothing;
        }
        if write.value & 0x80 != 0 {
            self.shift = EMPTY;
            self.control |= FIX_LAST;
            return Touched::Banks;
        }
        if consecutive {
            return Touched::Nothing;
        }
        let full = self.shift & 1 != 0;
        self.shift = self.shift >> 1 | (write.value & 1) << 4;
        if !full {
            return Touched::Nothing;
        }
        let value = std::mem::replace(&mut self.shift, EMPTY);
        match write.address & 0xe000 {
            0x8000 => self.control = value,
            0xa000 => self.chr[0] = value,
            0xc000 => self.chr[1] = value,
            _ => self.prg = value,
        }
        Touched::Banks
    }

    fn sanitize(&mut self, _cart: &Cartridge) {
        self.shift &= 0x1f;
        if self.shift == 0 {
            self.shift = EMPTY;
        }
        self.control &= 0x1f;
        self.chr = self.chr.map(|bank| bank & 0x1f);
        self.prg &= 0x1f;
        self.unused = [0; 3];
    }
}

impl Mmc1 {
    /// CHR bank 0, for boards that use its lines otherwise.
    pub(super) fn chr0(&self) -> u8 {
        self.chr[0]
    }

    /// RAM, CHR and nametables.
    pub(super) fn map_all_but_prg(&self, cart: &Cartridge, map: &mut Map) {
        let access = if self.wram_enabled(cart) { Access::ReadWrite } else { Access::None };
        map.wram(0x6000, 0x2000, self.wram_bank(cart), access);
        if self.control & 0x10 == 0 {
            map.chr(0x0000, 0x2000, usize::from(self.chr[0] >> 1));
        } else {
            map.chr(0x0000, 0x1000, usize::from(self.chr[0]));
            map.chr(0x1000, 0x1000, usize::from(self.chr[1]));
        }
        map.nametables(match self.control & 3 {
            0 => Mirroring::SingleLow,
            1 => Mirroring::SingleHigh,
            2 => Mirroring::Vertical,
            _ => Mirroring::Horizontal,
        });
    }

    /// The chip's banks of 16 KiB at $8000 and $C000.
    pub(super) fn prg_banks(&self) -> [u8; 2] {
        let bank = self.prg & 0x0f;
        match self.control >> 2 & 3 {
            0 | 1 => [bank & !1, bank | 1],
            2 => [0, bank],
            _ => [bank, 0x0f],
        }
    }

    fn map_prg(&self, cart: &Cartridge, map: &mut Map) {
        if cart.submapper == 5 {
            map.prg(0x8000, 0x8000, 0);
            return;
        }
        let large = cart.prg.len() > PRG_HALF;
        let half = if large { i32::from(self.chr[0] & 0x10) } else { 0 };
        let bank = half | i32::from(self.prg & 0x0f);
        let last = if large { half | 0x0f } else { -1 };
        match self.control >> 2 & 3 {
            0 | 1 => map.prg(0x8000, 0x8000, bank >> 1),
            2 => {
                map.prg(0x8000, 0x4000, half);
                map.prg(0xc000, 0x4000, bank);
            }
            _ => {
                map.prg(0x8000, 0x4000, bank);
                map.prg(0xc000, 0x4000, last);
            }
        }
    }

    /// The MMC1A (mapper 155) has no way to switch its RAM off.
    fn wram_enabled(&self, cart: &Cartridge) -> bool {
        let snrom = small_chr_ram(cart) && cart.prg.len() <= PRG_HALF && cart.wram() <= 8 * 1024;
        cart.mapper == 155 || (self.prg & 0x10 == 0 && !(snrom && self.chr[0] & 0x10 != 0))
    }

    fn wram_bank(&self, cart: &Cartridge) -> usize {
        let chr = usize::from(self.chr[0]);
        match cart.wram().div_ceil(8 * 1024) {
            0 | 1 => 0,
            2 if small_chr_ram(cart) => chr >> 3 & 1,
            2 => chr >> 4 & 1,
            _ => chr >> 2 & 3,
        }
    }
}

/// Whether the board has the usual 8 KiB of CHR RAM, so that the upper CHR
/// lines are free for other things.
fn small_chr_ram(cart: &Cartridge) -> bool {
    cart.chr.is_empty() && cart.chr_ram + cart.chr_nvram <= 8 * 1024
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Bench, cartridge};

    /// Fills the register at `address`, with reads between the writes.
    fn load(bench: &mut Bench, address: u16, value: u8) {
        for bit in 0..5 {
            bench.write(address, value >> bit & 1);
        }
    }

    fn board(prg: usize, chr: usize, wram: usize) -> Bench {
        let mut cart = cartridge(1, prg, chr);
        cart.prg_ram = wram * 1024;
        Bench::new(cart)
    }

    #[test]
    fn at_power_on_the_last_bank_is_at_c000() {
        let b = board(128, 128, 8);
        assert_eq!((b.prg(0x8000), b.prg(0xc000), b.prg(0xe000)), (Some(0), Some(14), Some(15)));
    }

    #[test]
    fn the_fifth_write_loads_the_register_of_its_address() {
        let mut b = board(128, 128, 8);
        for (n, bit) in [1, 1, 0, 0].into_iter().enumerate() {
            // Only the address of the last write counts.
            b.write([0x8000, 0xa000, 0xc000, 0x8000][n], bit);
            assert_eq!(b.prg(0x8000), Some(0));
        }
        b.write(0xe000, 0);
        assert_eq!(b.prg(0x8000), Some(6));
        assert_eq!(b.prg(0xa000), Some(7));
    }

    #[test]
    fn prg_modes_switch_32_or_16_kib() {
        let mut b = board(128, 128, 8);
        load(&mut b, 0xe000, 5);
        assert_eq!((b.prg(0x8000), b.prg(0xc000)), (Some(10), Some(14)));
        load(&mut b, 0x8000, 0x08);
        assert_eq!((b.prg(0x8000), b.prg(0xc000)), (Some(0), Some(10)));
        for mode in [0x00, 0x04] {
            load(&mut b, 0x8000, mode);
            assert_eq!((b.prg(0x8000), b.prg(0xc000)), (Some(8), Some(10)));
        }
    }

    #[test]
    fn bit_7_empties_the_port_and_fixes_the_last_bank() {
        let mut b = board(128, 128, 8);
        load(&mut b, 0x8000, 0x00);
        load(&mut b, 0xe000, 2);
        assert_eq!(b.prg(0xc000), Some(6));
        b.write(0x8000, 1);
        b.write(0x8000, 0xff);
        assert_eq!((b.prg(0x8000), b.prg(0xc000)), (Some(4), Some(14)));
        load(&mut b, 0xe000, 3);
        assert_eq!(b.prg(0x8000), Some(6));
    }

    #[test]
    fn the_second_of_two_writes_on_consecutive_cycles_is_ignored() {
        let mut b = board(128, 128, 8);
        for bit in [0, 1, 0, 0, 0] {
            b.write_twice(0xe000, bit, bit ^ 1);
        }
        assert_eq!(b.prg(0x8000), Some(4));
    }

    #[test]
    fn a_reset_is_not_ignored_on_a_consecutive_cycle() {
        let mut b = board(128, 128, 8);
        load(&mut b, 0x8000, 0x00);
        b.write_twice(0x8000, 1, 0x80);
        assert_eq!(b.prg(0xc000), Some(14));
        load(&mut b, 0xe000, 1);
        assert_eq!(b.prg(0x8000), Some(2));
    }

    #[test]
    fn a_port_restored_from_any_bytes_still_fills() {
        let mut b = board(128, 128, 8);
        b.regs[1] = 0;
        b.cart.board.sanitize(&mut b.regs, &mut b.ram, &b.cart);
        load(&mut b, 0xe000, 3);
        assert_eq!((b.prg(0x8000), b.prg(0xc000)), (Some(4), Some(6)));
    }

    #[test]
    fn chr_switches_8_or_4_kib() {
        let mut b = board(128, 128, 8);
        load(&mut b, 0xa000, 5);
        load(&mut b, 0xc000, 9);
        assert_eq!((b.chr(0x0000), b.chr(0x1000)), (Some(16), Some(20)));
        load(&mut b, 0x8000, 0x1c);
        assert_eq!((b.chr(0x0000), b.chr(0x1000)), (Some(20), Some(36)));
    }

    #[test]
    fn chr_ram_switches_in_4_kib_too() {
        let mut b = board(128, 0, 0);
        b.ppu_write(0x0000, 0x11);
        b.ppu_write(0x1000, 0x22);
        load(&mut b, 0x8000, 0x1c);
        load(&mut b, 0xa000, 1);
        load(&mut b, 0xc000, 0);
        assert_eq!((b.chr(0x0000), b.chr(0x1000)), (Some(0x22), Some(0x11)));
    }

    #[test]
    fn control_switches_the_nametables() {
        let mut b = board(128, 128, 8);
        for (mode, pages) in
            [[0, 0, 0, 0], [1, 1, 1, 1], [0, 1, 0, 1], [0, 0, 1, 1]].into_iter().enumerate()
        {
            load(&mut b, 0x8000, mode as u8);
            assert_eq!(b.nametables(), pages);
        }
    }

    #[test]
    fn the_r_bit_switches_prg_ram_off_except_on_the_mmc1a() {
        for (mapper, seen) in [(1, None), (155, Some(0x42))] {
            let mut cart = cartridge(mapper, 128, 128);
            cart.prg_nvram = 8192;
            let mut b = Bench::new(cart);
            b.write(0x6123, 0x42);
            load(&mut b, 0xe000, 0x10);
            assert_eq!(b.read(0x6123), seen);
            load(&mut b, 0xe000, 0x00);
            assert_eq!(b.read(0x6123), Some(0x42));
        }
    }

    #[test]
    fn snrom_switches_prg_ram_off_by_the_chr_bank() {
        let mut b = board(256, 0, 8);
        b.write(0x7fff, 0x42);
        load(&mut b, 0xa000, 0x10);
        assert_eq!(b.read(0x7fff), None);
        load(&mut b, 0xa000, 0x0f);
        assert_eq!(b.read(0x7fff), Some(0x42));
    }

    #[test]
    fn surom_selects_the_half_of_its_prg_by_the_chr_bank() {
        let mut b = board(512, 0, 8);
        load(&mut b, 0xe000, 2);
        assert_eq!((b.prg(0x8000), b.prg(0xe000)), (Some(4), Some(31)));
        load(&mut b, 0xa000, 0x10);
        assert_eq!((b.prg(0x8000), b.prg(0xe000)), (Some(36), Some(63)));
        b.write(0x6000, 1);
        assert_eq!(b.read(0x6000), Some(1), "its PRG RAM stays on");
        load(&mut b, 0x8000, 0x08);
        assert_eq!((b.prg(0x8000), b.prg(0xc000)), (Some(32), Some(36)));
        load(&mut b, 0x8000, 0x00);
        assert_eq!((b.prg(0x8000), b.prg(0xe000)), (Some(36), Some(39)));
    }

    /// Writes the bank's number in each bank and reads them back; `bits` are
    /// CHR bank 0 for bank 0, 1, ….
    fn distinct_wram_banks(b: &mut Bench, bits: &[u8]) {
        for (n, &value) in bits.iter().enumerate() {
            load(b, 0xa000, value);
            b.write(0x6000, n as u8);
        }
        for (n, &value) in bits.iter().enumerate() {
            load(b, 0xa000, value);
            assert_eq!(b.read(0x6000), Some(n as u8));
        }
    }

    #[test]
    fn sorom_has_two_banks_of_prg_ram_the_second_with_the_battery() {
        let mut cart = cartridge(1, 256, 0);
        (cart.prg_ram, cart.prg_nvram) = (8192, 8192);
        let mut b = Bench::new(cart);
        distinct_wram_banks(&mut b, &[0x00, 0x08]);
        let nvram = b.map.layout().nvram;
        assert_eq!(b.ram[nvram], 1);
    }

    #[test]
    fn sxrom_has_four_banks_of_prg_ram() {
        let mut b = board(512, 0, 32);
        distinct_wram_banks(&mut b, &[0x00, 0x04, 0x08, 0x0c]);
        let mut b = board(256, 0, 32);
        distinct_wram_banks(&mut b, &[0x10, 0x14, 0x18, 0x1c]);
    }

    #[test]
    fn szrom_banks_prg_ram_by_the_top_chr_line() {
        let mut b = board(128, 64, 16);
        distinct_wram_banks(&mut b, &[0x00, 0x10]);
        load(&mut b, 0xa000, 0x12);
        assert_eq!(b.chr(0x0000), Some(8), "and the lower lines still bank CHR");
    }

    #[test]
    fn serom_does_not_bank_its_prg() {
        let mut cart = cartridge(1, 32, 32);
        cart.submapper = 5;
        let mut b = Bench::new(cart);
        for control in [0x00, 0x08, 0x0c] {
            load(&mut b, 0x8000, control);
            load(&mut b, 0xe000, 1);
            assert_eq!((b.prg(0x8000), b.prg(0xc000)), (Some(0), Some(2)));
        }
    }
}
