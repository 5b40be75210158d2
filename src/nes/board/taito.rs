//! Taito's TC0190 (mapper 33), TC0690 (48), X1-005 (80, 207) and X1-017 (82).
//!
//! ```text
//!  TC0190   $8000 $8001    .MPP PPPP  8 KiB at $8000, $A000; M of $8000: horizontal
//!  TC0690   $8000 $8001    ..PP PPPP
//!           $E000          .M.. ....
//!           $C000          inverted, what the counter is reloaded with
//!           $C001          reload at the next clock
//!           $C002 $C003    IRQ on; off and acknowledged
//!  both     $8002 $8003    2 KiB of CHR at $0000, $0800
//!           $A000-$A003    1 KiB at $1000, $1400, …
//!
//!  X1-005   $7EF0 $7EF1    NCCC CCC.  2 KiB at $0000, $0800; N: the nametable (207)
//!           $7EF2-$7EF5    1 KiB at $1000, $1400, …
//!           $7EF6          .... ...M  M: vertical, else horizontal (80)
//!           $7EF8          $A3 switches the RAM at $7F00 on
//!           $7EFA … $7EFE  ..PP PPPP  8 KiB at $8000, $A000, $C000 (even and odd addresses)
//!
//!  X1-017   $7EF0-$7EF5    as above, without N
//!           $7EF6          .... ..SM  S: the halves of CHR change places
//!           $7EF7-$7EF9    $CA, $69, $84 switch RAM on: 2 KiB at $6000, at $6800, 1 KiB at $7000
//!           $7EFA-$7EFC    ..PP PP..  8 KiB at $8000, $A000, $C000
//!           $7EFD          L, the latch: the counter is reloaded with 16 (L + 1), or 1 if L is 0
//!           $7EFE          .... .SIC  C: it counts, else it stands 16 above that; I: it asks;
//!                                     S: it does not count
//!           $7EFF          reloaded; acknowledges
//! ```
//!
//! The TC0690 counts lines as the MMC3 does, and asks six CPU cycles later. The
//! X1-005 has 128 bytes of RAM, seen twice. The X1-017 counts CPU cycles down, asks at 0
//! and stays; no game uses that.
//!
//! <https://www.nesdev.org/wiki/INES_Mapper_033>, <https://www.nesdev.org/wiki/INES_Mapper_048>,
//! <https://www.nesdev.org/wiki/INES_Mapper_080>, <https://www.nesdev.org/wiki/Taito_X1-017>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::lines::{Edge, LateIrq, LineCounter, Zero};
use super::{Board, Touched, Watches, Write};
use crate::nes::cart::map::{Access, Layout, Map};
use crate::nes::cart::{Cartridge, Mirroring};

/// Two banks of 2 KiB and four of 1 KiB, the latter with A12 high unless swapped.
fn map_chr(banks: [u8; 6], drops: u32, swapped: bool, map: &mut Map) {
    let [a, b, ones @ ..] = banks;
    let (twos_at, ones_at) = if swapped { (0x1000, 0x0000) } else { (0x0000, 0x1000) };
    for (n, bank) in [a, b].into_iter().enumerate() {
        map.chr(twos_at + (n * 0x800) as u16, 0x800, usize::from(bank >> drops));
    }
    for (n, bank) in ones.into_iter().enumerate() {
        map.chr(ones_at + (n * 0x400) as u16, 0x400, bank.into());
    }
}

fn map_prg(banks: [u8; 3], map: &mut Map) {
    for (at, bank) in [0x8000, 0xa000, 0xc000].into_iter().zip(banks) {
        map.prg(at, 0x2000, bank.into());
    }
    map.prg(0xe000, 0x2000, -1);
}

fn horizontal_if(horizontal: bool) -> Mirroring {
    if horizontal { Mirroring::Horizontal } else { Mirroring::Vertical }
}

/// TC0190 and TC0690.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Tc {
    lines: LineCounter,
    late: LateIrq,
    prg: [u8; 2],
    chr: [u8; 6],
    mirroring: u8,
    unused: [u8; 5],
}

/// CPU cycles from the clock to the fall of /IRQ.
const LATE: u8 = 6;

impl Board for Tc {
    const WATCHES: Watches = Watches { cpu_cycles: true, ppu_address: true };
    const HEARS_A12_ALONE: bool = true;

    fn map(&self, _cart: &Cartridge, map: &mut Map) {
        let [first, second] = self.prg.map(|bank| i32::from(bank & 0x3f));
        map.prg(0x8000, 0x2000, first);
        map.prg(0xa000, 0x2000, second);
        map.prg(0xc000, 0x4000, -1);
        map_chr(self.chr, 0, false, map);
        map.nametables(horizontal_if(self.mirroring & 0x40 != 0));
    }

    fn write(&mut self, cart: &Cartridge, write: Write) -> Touched {
        let Write { address, value, .. } = write;
        let has_counter = cart.mapper == 48;
        match address & 0xe003 {
            0x8000 if !has_counter => (self.prg[0], self.mirroring) = (value, value),
            at @ (0x8000 | 0x8001) => self.prg[usize::from(at & 1)] = value,
            at @ (0x8002 | 0x8003) => self.chr[usize::from(at & 1)] = value,
            at @ 0xa000..=0xa003 => self.chr[2 + usize::from(at & 3)] = value,
            0xe000 if has_counter => self.mirroring = value,
            at @ 0xc000..=0xc003 if has_counter => {
                match at & 3 {
                    0 => self.lines.latch = !value,
                    1 => self.lines.reload(),
                    2 => self.lines.enable(),
                    _ => {
                        self.lines.disable();
                        self.late.acknowledge();
                    }
                }
                return Touched::Nothing;
            }
            _ => return Touched::Nothing,
        }
        Touched::Banks
    }

    fn ppu_address(&mut self, address: u16, m2_falls: u64) -> Touched {
        if self.lines.edge(address, m2_falls) == Edge::Rise {
            self.lines.clock(Zero::Asks);
            if self.lines.irq() {
                self.late.begin(LATE);
            }
        }
        Touched::Nothing
    }

    fn quiet_rises(&self) -> u32 {
        self.lines.quiet()
    }

    fn cpu_cycles(&mut self, cycles: u32) {
        self.late.pass(cycles);
    }

    fn quiet_cycles(&self) -> u32 {
        self.late.quiet(self.lines.quiet() == 0)
    }

    fn irq(&self) -> bool {
        self.late.irq()
    }

    fn sanitize(&mut self, cart: &Cartridge) {
        self.lines.sanitize();
        if cart.mapper != 48 {
            self.lines.disable();
            self.late.acknowledge();
        }
        self.late.sanitize(LATE);
        self.unused = [0; 5];
    }
}

/// X1-005.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct X1005 {
    chr: [u8; 6],
    prg: [u8; 3],
    mirroring: u8,
    /// $7EF8.
    key: u8,
}

const KEY: u8 = 0xa3;

impl Board for X1005 {
    fn map(&self, cart: &Cartridge, map: &mut Map) {
        if self.key == KEY {
            map.wram(0x7f00, 0x100, 0, Access::ReadWrite);
        }
        map_prg(self.prg, map);
        let mut chr = self.chr;
        if cart.mapper == 207 {
            for slot in 0..4 {
                map.nametable(slot, usize::from(self.chr[slot / 2] >> 7));
            }
            chr[0] &= 0x7f;
            chr[1] &= 0x7f;
        } else {
            map.nametables(horizontal_if(self.mirroring & 1 == 0));
        }
        map_chr(chr, 1, false, map);
    }

    fn write(&mut self, cart: &Cartridge, write: Write) -> Touched {
        let Write { address, value, .. } = write;
        match address {
            0x7ef0..=0x7ef5 => self.chr[usize::from(address - 0x7ef0)] = value,
            0x7ef6 | 0x7ef7 => self.mirroring = value,
            0x7ef8 | 0x7ef9 => self.key = value,
            0x7efa..=0x7eff => self.prg[usize::from((address - 0x7efa) >> 1)] = value & 0x3f,
            0x7f00..=0x7fff if self.key == KEY && cart.wram() > 0 => {
                // Its 128 bytes are seen twice: both copies are kept alike.
                let ram = Layout::CART + usize::from(address & 0x7f);
                for at in [ram, ram + 0x80] {
                    if let Some(byte) = write.ram.get_mut(at) {
                        *byte = value;
                    }
                }
                return Touched::Nothing;
            }
            _ => return Touched::Nothing,
        }
        Touched::Banks
    }

    fn sanitize(&mut self, _cart: &Cartridge) {
        self.prg = self.prg.map(|bank| bank & 0x3f);
    }
}

/// X1-017.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct X1017 {
    chr: [u8; 6],
    prg: [u8; 3],
    /// $7EF6.
    mode: u8,
    /// $7EF7-$7EF9.
    keys: [u8; 3],
    /// $7EFD, $7EFE.
    latch: u8,
    control: u8,
    unused: u8,
    /// CPU cycles to go.
    counter: u16,
}

const COUNTS: u8 = 0x01;
const ASKS: u8 = 0x02;
const STANDS: u8 = 0x04;
/// The counter is ahead by so many cycles while it is off.
const AHEAD: u16 = 16;

impl Board for X1017 {
    const WATCHES: Watches = Watches { cpu_cycles: true, ppu_address: false };

    fn power_on(&mut self, _cart: &Cartridge) {
        self.counter = self.reloaded() + AHEAD;
    }

    fn map(&self, _cart: &Cartridge, map: &mut Map) {
        let [first, second, third] = [(0, 0xca), (1, 0x69), (2, 0x84)]
            .map(|(n, key)| if self.keys[n] == key { Access::ReadWrite } else { Access::None });
        map.wram(0x6000, 0x800, 0, first);
        map.wram(0x6800, 0x800, 1, second);
        map.wram(0x7000, 0x400, 4, third);
        map_prg(self.prg.map(|bank| bank >> 2), map);
        map_chr(self.chr, 1, self.mode & 2 != 0, map);
        map.nametables(horizontal_if(self.mode & 1 == 0));
    }

    fn write(&mut self, _cart: &Cartridge, write: Write) -> Touched {
        let Write { address, value, .. } = write;
        match address {
            0x7ef0..=0x7ef5 => self.chr[usize::from(address - 0x7ef0)] = value,
            0x7ef6 => self.mode = value & 3,
            0x7ef7..=0x7ef9 => self.keys[usize::from(address - 0x7ef7)] = value,
            0x7efa..=0x7efc => self.prg[usize::from(address - 0x7efa)] = value,
            0x7efd..=0x7eff => {
                self.write_counter(address, value);
                return Touched::Nothing;
            }
            _ => return Touched::Nothing,
        }
        Touched::Banks
    }

    fn cpu_cycles(&mut self, cycles: u32) {
        if self.counts() {
            self.counter = u32::from(self.counter).saturating_sub(cycles) as u16;
        }
    }

    fn quiet_cycles(&self) -> u32 {
        match self.counter {
            1.. if self.counts() && self.control & ASKS != 0 => u32::from(self.counter) - 1,
            _ => u32::MAX,
        }
    }

    fn irq(&self) -> bool {
        self.counter == 0 && self.control & ASKS != 0
    }

    /// Nothing is open bus here: the chip pulls the lines down.
    fn read(&mut self, _cart: &Cartridge, _address: u16, _open: u8) -> Option<u8> {
        Some(0)
    }

    fn sanitize(&mut self, _cart: &Cartridge) {
        self.mode &= 3;
        self.control &= COUNTS | ASKS | STANDS;
        self.unused = 0;
    }
}

impl X1017 {
    fn counts(&self) -> bool {
        self.control & (COUNTS | STANDS) == COUNTS
    }

    /// What the latch says.
    fn reloaded(&self) -> u16 {
        if self.latch == 0 { 1 } else { (u16::from(self.latch) + 1) * 16 }
    }

    fn write_counter(&mut self, address: u16, value: u8) {
        match address {
            0x7efd => self.latch = value,
            0x7efe => self.control = value & (COUNTS | ASKS | STANDS),
            _ => self.counter = self.reloaded(),
        }
        if self.control & COUNTS == 0 {
            self.counter = self.reloaded() + AHEAD;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Bench, cartridge};

    fn board(mapper: u16) -> Bench {
        let mut cart = cartridge(mapper, 128, 256);
        cart.prg_ram = 8192;
        Bench::new(cart)
    }

    #[test]
    fn the_tc_chips_switch_prg_and_chr() {
        for mapper in [33, 48] {
            let mut b = board(mapper);
            b.write(0x8000, 5);
            b.write(0x9ffd, 7);
            for (at, bank) in [(0x8002, 9), (0x8003, 10), (0xa000, 40), (0xa001, 41)] {
                b.write(at, bank);
            }
            b.write(0xa002, 42);
            b.write(0xbfff, 43);
            assert_eq!(b.prg_banks(), [5, 7, 14, 15]);
            assert_eq!(b.chr_banks(), [18, 19, 20, 21, 40, 41, 42, 43]);
        }
    }

    #[test]
    fn the_mirroring_bit_is_at_8000_or_at_e000() {
        let mut b = board(33);
        b.write(0x8000, 0x43);
        assert_eq!((b.prg_banks()[0], b.nametables()), (3, [0, 0, 1, 1]));
        let mut b = board(48);
        b.write(0x8000, 0x43);
        assert_eq!(b.nametables(), [0, 1, 0, 1]);
        b.write(0xe000, 0x40);
        assert_eq!(b.nametables(), [0, 0, 1, 1]);
    }

    /// Lines until /IRQ falls, each followed by so many CPU cycles.
    fn lines_to_irq(b: &mut Bench, cycles: u32) -> Option<u32> {
        (1..=300).find(|_| {
            b.a12(0, 0);
            b.a12(1, 20);
            b.pass(cycles);
            b.irq()
        })
    }

    #[test]
    fn the_tc0690_counts_lines_from_an_inverted_latch() {
        let mut b = board(48);
        b.write(0xc000, !5);
        b.write(0xc001, 0);
        b.write(0xc002, 0);
        assert_eq!(lines_to_irq(&mut b, 100), Some(6));
        b.write(0xc003, 0);
        assert!(!b.irq());
        assert_eq!(lines_to_irq(&mut b, 100), None);
    }

    #[test]
    fn the_tc0690_asks_six_cycles_after_the_clock_restored_or_not() {
        let mut b = board(48);
        b.write(0xc000, !0);
        b.write(0xc002, 0);
        b.a12(1, 20);
        b.pass(2);
        let mut other = board(48);
        other.regs = b.regs;
        other.cart.board.sanitize(&mut other.regs, &mut other.ram, &other.cart);
        assert_eq!((b.cycles_to_irq(), other.cycles_to_irq()), (Some(4), Some(4)));
    }

    #[test]
    fn a_tc0190_never_asks() {
        let mut b = board(33);
        for at in 0xc000..0xc003 {
            b.write(at, 0);
        }
        assert_eq!(lines_to_irq(&mut b, 100), None);
    }

    #[test]
    fn the_x1_005_has_its_registers_in_the_ram_area() {
        let mut b = board(80);
        for (n, bank) in [8, 10, 40, 41, 42, 43].into_iter().enumerate() {
            b.write(0x7ef0 + n as u16, bank);
        }
        for (at, bank) in [(0x7efa, 5), (0x7efd, 6), (0x7efe, 7)] {
            b.write(at, bank);
        }
        assert_eq!(b.chr_banks(), [8, 9, 10, 11, 40, 41, 42, 43]);
        assert_eq!(b.prg_banks(), [5, 6, 7, 15]);
        assert_eq!(b.nametables(), [0, 0, 1, 1]);
        b.write(0x7ef7, 1);
        assert_eq!(b.nametables(), [0, 1, 0, 1]);
    }

    #[test]
    fn the_x1_005_has_128_bytes_of_ram_behind_a_key() {
        let mut b = board(80);
        b.write(0x7f05, 1);
        assert_eq!(b.read(0x7f05), None);
        b.write(0x7ef8, 0xa3);
        b.write(0x7f05, 2);
        assert_eq!((b.read(0x7f05), b.read(0x7f85)), (Some(2), Some(2)));
        b.write(0x7f85, 3);
        assert_eq!(b.read(0x7f05), Some(3));
        b.write(0x7ef9, 0);
        assert_eq!(b.read(0x7f05), None);
    }

    #[test]
    fn mapper_207_takes_its_nametables_from_the_chr_banks() {
        let mut b = board(207);
        b.write(0x7ef0, 0x88);
        b.write(0x7ef1, 0x0a);
        assert_eq!((b.nametables(), b.chr_banks()[0], b.chr_banks()[2]), ([1, 1, 0, 0], 8, 10));
    }

    #[test]
    fn the_x1_017_swaps_the_halves_of_chr() {
        let mut b = board(82);
        for (n, bank) in [8, 10, 40, 41, 42, 43].into_iter().enumerate() {
            b.write(0x7ef0 + n as u16, bank);
        }
        assert_eq!(b.chr_banks(), [8, 9, 10, 11, 40, 41, 42, 43]);
        b.write(0x7ef6, 3);
        assert_eq!(b.chr_banks(), [40, 41, 42, 43, 8, 9, 10, 11]);
        assert_eq!(b.nametables(), [0, 1, 0, 1]);
        for n in 0..3 {
            b.write(0x7efa + n, (5 + n as u8) << 2);
        }
        assert_eq!(b.prg_banks(), [5, 6, 7, 15]);
    }

    #[test]
    fn the_x1_017_has_three_keys_for_five_kib() {
        let mut b = board(82);
        assert_eq!(b.read(0x6000), Some(0), "no open bus");
        for (n, key) in [0xca, 0x69, 0x84].into_iter().enumerate() {
            let at = 0x6000 + n as u16 * 0x800;
            b.write(at, 1);
            b.write(0x7ef7 + n as u16, key);
            assert_eq!(b.read(at), Some(0));
            b.write(at, 0x10 + n as u8);
        }
        let bytes = [0x6000, 0x6800, 0x7000, 0x7400].map(|at| b.read(at).unwrap());
        assert_eq!(bytes, [0x10, 0x11, 0x12, 0]);
    }

    #[test]
    fn the_x1_017_counts_cycles_and_asks_until_it_is_acknowledged() {
        for (latch, first, again) in [(0, 17, 1), (1, 48, 32), (0xff, 4112, 4096)] {
            let mut b = board(82);
            b.write(0x7efd, latch);
            assert_eq!(b.cycles_to_irq(), None, "it is off");
            b.write(0x7efe, 3);
            assert_eq!(b.cycles_to_irq(), Some(first), "latch {latch}");
            b.pass(1000);
            assert!(b.irq(), "it stays");
            b.write(0x7eff, 0);
            assert!(!b.irq());
            assert_eq!(b.cycles_to_irq(), Some(again), "latch {latch}");
        }
    }

    #[test]
    fn the_x1_017_hides_what_it_has_to_ask_and_stands_while_bit_2_is_set() {
        let mut b = board(82);
        b.write(0x7efe, 1);
        b.pass(17);
        assert!(!b.irq());
        b.write(0x7efe, 3);
        assert!(b.irq());
        b.write(0x7efe, 2);
        assert!(!b.irq(), "off, it is reloaded");
        b.write(0x7efe, 7);
        assert_eq!(b.cycles_to_irq(), None);
    }
}
