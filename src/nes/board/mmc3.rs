//! MMC3 and MMC6, the TxROM and HKROM boards: eight bank registers and a
//! counter of scanlines on the PPU's A12.
//!
//! ```text
//!  $8000  CPx. .RRR  C: CHR halves swapped, P: $8000/$C000 swapped, R: register for $8001
//!  $8001  bank       R0 R1: 2 KiB of CHR, R2-R5: 1 KiB of CHR, R6 R7: 8 KiB of PRG
//!  $A000  .... ...M  0: vertical, 1: horizontal (not heard on four-screen boards)
//!  $A001  EW.. ....  E: PRG RAM on, W: writes refused
//!  $C000  latch      what the counter is reloaded with
//!  $C001             reload at the next clock
//!  $E000             IRQ off and acknowledged
//!  $E001             IRQ on
//!
//!  PRG        $8000  $A000  $C000  $E000      CHR      $0000  $0800  $1000 $1400 $1800 $1C00
//!    P = 0     R6     R7     -2     -1          C = 0    R0     R1    R2    R3    R4    R5
//!    P = 1     -2     R7     R6     -1          C = 1  R2 R3  R4 R5   R0          R1
//! ```
//!
//! | submapper | chip        | IRQ                                                        |
//! |-----------|-------------|------------------------------------------------------------|
//! | 0         | MMC3B, C    | at each clock that leaves the counter at 0                 |
//! | 1         | MMC6        | the same; 1 KiB of RAM inside, see [`Mmc3::map_mmc6_ram`]   |
//! | 3         | MC-ACC      | the same, on each eighth fall of A12 after $C001           |
//! | 4         | MMC3A       | not when a counter that was 0 is reloaded with 0           |
//!
//! <https://www.nesdev.org/wiki/MMC3>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::lines::{Edge, LineCounter, Zero};
use super::{Board, Touched, Watches, Write};
use crate::nes::cart::map::{Access, Map};
use crate::nes::cart::{Cartridge, Mirroring};

/// The chip's registers.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Mmc3 {
    lines: LineCounter,
    /// R0-R7.
    banks: [u8; 8],
    /// $8000.
    select: u8,
    /// $A000.
    mirroring: u8,
    /// $A001.
    protect: u8,
    /// Falls of A12 modulo 8, for the MC-ACC.
    falls: u8,
    /// The cartridge's submapper, on mapper 4.
    chip: u8,
    unused: [u8; 3],
}

const MMC6: u8 = 1;
const MC_ACC: u8 = 3;
const MMC3A: u8 = 4;

impl Board for Mmc3 {
    const WATCHES: Watches = Watches { cpu_cycles: false, ppu_address: true };
    const HEARS_A12_ALONE: bool = true;

    fn counts_falls(cart: &Cartridge) -> bool {
        chip(cart) == MC_ACC
    }
    const HEARS_RAM: bool = false;

    /// The banks are as most games would set them, and PRG RAM is on, for
    /// programs that never write $A001.
    fn power_on(&mut self, cart: &Cartridge) {
        self.chip = chip(cart);
        self.banks = [0, 2, 4, 5, 6, 7, 0, 1];
        self.protect = if self.chip == MMC6 { 0x00 } else { 0x80 };
    }

    fn map(&self, cart: &Cartridge, map: &mut Map) {
        if self.chip == MMC6 {
            self.map_mmc6_ram(map);
        } else {
            map.wram(0x6000, 0x2000, 0, self.ram_access());
        }
        self.map_prg(map, |bank| bank);
        self.map_chr(map, |map, at, bank| map.chr(at, 0x400, bank));
        self.map_nametables(cart, map);
    }

    fn write(&mut self, _cart: &Cartridge, write: Write) -> Touched {
        match write.address & 0xe001 {
            0x8000 => {
                let modes = (self.select ^ write.value) & 0xc0;
                self.select = write.value;
                if modes == 0 && self.chip != MMC6 {
                    return Touched::Nothing;
                }
                if self.chip == MMC6 && self.select & 0x20 == 0 {
                    self.protect = 0;
                }
            }
            0x8001 => {
                let bank = &mut self.banks[usize::from(self.select & 7)];
                if std::mem::replace(bank, write.value) == write.value {
                    return Touched::Nothing;
                }
            }
            0xa000 => self.mirroring = write.value,
            0xa001 if self.chip == MMC6 && self.select & 0x20 == 0 => return Touched::Nothing,
            0xa001 => self.protect = write.value,
            0xc000..=0xffff => {
                self.write_counter(write.address, write.value);
                return Touched::Nothing;
            }
            _ => return Touched::Nothing,
        }
        Touched::Banks
    }

    /// The half of the MMC6's RAM that is off reads as 0 while the other is on.
    fn read(&mut self, _cart: &Cartridge, address: u16, _open: u8) -> Option<u8> {
        let one_half_is_on = self.chip == MMC6 && self.protect & 0xa0 != 0;
        (one_half_is_on && (0x7000..0x8000).contains(&address)).then_some(0)
    }

    fn ppu_address(&mut self, address: u16, m2_falls: u64) -> Touched {
        let zero = if self.chip == MMC3A { Zero::IsSilent } else { Zero::Asks };
        match self.lines.edge(address, m2_falls) {
            Edge::Fall if self.chip == MC_ACC => {
                self.falls = (self.falls + 1) & 7;
                if self.falls == 1 {
                    self.lines.clock(zero);
                }
            }
            Edge::Rise if self.chip != MC_ACC => self.lines.clock(zero),
            _ => {}
        }
        Touched::Nothing
    }

    /// All clocks but the one that leaves the counter at 0.
    fn quiet_rises(&self) -> u32 {
        match self.lines.quiet() {
            u32::MAX => u32::MAX,
            clocks if self.chip == MC_ACC => {
                let to_clock = (8 - u32::from(self.falls)) % 8;
                (to_clock + 8 * clocks).saturating_sub(3)
            }
            clocks => clocks,
        }
    }

    fn counts_next_fall(&self) -> bool {
        self.chip == MC_ACC && self.lines.is_high()
    }

    fn irq(&self) -> bool {
        self.lines.irq()
    }

    fn sanitize(&mut self, cart: &Cartridge) {
        self.chip = chip(cart);
        self.falls &= 7;
        self.lines.sanitize();
        self.unused = [0; 3];
    }
}

impl Mmc3 {
    /// 8 KiB each at $8000, $A000, $C000, $E000, of banks that the board's wiring
    /// makes of the chip's. The chip counts the last two from the end, as all ones.
    pub(super) fn map_prg(&self, map: &mut Map, wiring: impl Fn(i32) -> i32) {
        for (at, bank) in (4..).zip(self.prg_banks()) {
            map.prg(at * 0x2000, 0x2000, wiring(bank));
        }
    }

    /// The chip's PRG banks: -2 and -1 are the last two.
    pub(super) fn prg_banks(&self) -> [i32; 4] {
        let [.., r6, r7] = self.banks.map(i32::from);
        if self.select & 0x40 == 0 { [r6, r7, -2, -1] } else { [-2, r7, r6, -1] }
    }

    /// 1 KiB each of CHR, placed by the board's wiring.
    pub(super) fn map_chr(&self, map: &mut Map, place: impl Fn(&mut Map, u16, usize)) {
        for (at, bank) in (0..).zip(self.chr_banks()) {
            place(map, at * 0x400, bank);
        }
    }

    /// The chip's CHR banks of 1 KiB.
    pub(super) fn chr_banks(&self) -> [usize; 8] {
        let [r0, r1, r2, r3, r4, r5, ..] = self.banks.map(usize::from);
        let (pair0, pair1) = ([r0 & !1, r0 | 1], [r1 & !1, r1 | 1]);
        let ([a, b], [c, d]) = (pair0, pair1);
        if self.select & 0x80 == 0 {
            [a, b, c, d, r2, r3, r4, r5]
        } else {
            [r2, r3, r4, r5, a, b, c, d]
        }
    }

    pub(super) fn map_nametables(&self, cart: &Cartridge, map: &mut Map) {
        map.nametables(match (cart.mirroring, self.mirroring & 1) {
            (Mirroring::FourScreen, _) => Mirroring::FourScreen,
            (_, 0) => Mirroring::Vertical,
            (_, _) => Mirroring::Horizontal,
        });
    }

    /// What $A001 lets the CPU do with PRG RAM.
    pub(super) fn ram_access(&self) -> Access {
        access(self.protect >> 7 & 1, !self.protect >> 6 & 1)
    }

    /// $A001.
    pub(super) fn protect(&self) -> u8 {
        self.protect
    }

    fn write_counter(&mut self, address: u16, value: u8) {
        match address & 0xe001 {
            0xc000 => self.lines.latch = value,
            0xc001 => {
                self.lines.reload();
                self.falls = 0;
            }
            0xe000 => self.lines.disable(),
            _ => self.lines.enable(),
        }
    }

    /// The MMC6's own 1 KiB, four times at $7000-$7FFF, each half with its own
    /// switches. $A001 counts only while bit 5 of $8000 is set.
    ///
    /// ```text
    ///  $A001  HhLl ....   H L: $7200 $7000 read; h l: written (only while read)
    /// ```
    fn map_mmc6_ram(&self, map: &mut Map) {
        let low = access(self.protect >> 5 & 1, self.protect >> 4 & 1);
        let high = access(self.protect >> 7 & 1, self.protect >> 6 & 1);
        for at in (0x7000..0x8000).step_by(0x400) {
            map.wram(at, 0x200, 0, low);
            map.wram(at + 0x200, 0x200, 1, high);
        }
    }
}

/// Which of the chips it is. Boards that wire it otherwise have an MMC3B or C,
/// but for one.
fn chip(cart: &Cartridge) -> u8 {
    match cart.mapper {
        4 => cart.submapper,
        12 => MMC3A,
        _ => 0,
    }
}

/// What two switches let the CPU do.
fn access(read: u8, write: u8) -> Access {
    match (read, write) {
        (0, _) => Access::None,
        (_, 0) => Access::Read,
        _ => Access::ReadWrite,
    }
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Bench, cartridge};
    use super::*;

    fn board(submapper: u8) -> Bench {
        let mut cart = cartridge(4, 128, 128);
        cart.submapper = submapper;
        cart.prg_ram = if submapper == MMC6 { 1024 } else { 8192 };
        Bench::new(cart)
    }

    fn set(b: &mut Bench, mode: u8, register: u8, bank: u8) {
        b.write(0x8000, mode | register);
        b.write(0x8001, bank);
    }

    fn prg(b: &Bench) -> [u8; 4] {
        [0x8000, 0xa000, 0xc000, 0xe000].map(|at| b.prg(at).unwrap())
    }

    fn chr(b: &Bench) -> [u8; 8] {
        std::array::from_fn(|n| b.chr(n as u16 * 0x400).unwrap())
    }

    /// One rise of A12 after it was long low.
    fn line(b: &mut Bench) -> bool {
        b.a12(1, 10);
        b.a12(0, 1);
        b.irq()
    }

    /// Which of the next eight lines pull /IRQ, acknowledging each.
    fn lines(b: &mut Bench) -> [u8; 8] {
        std::array::from_fn(|_| {
            let fired = line(b);
            b.write(0xe000, 0);
            b.write(0xe001, 0);
            u8::from(fired)
        })
    }

    #[test]
    fn r6_and_r7_switch_prg_and_bit_6_swaps_8000_and_c000() {
        let mut b = board(0);
        set(&mut b, 0, 6, 3);
        set(&mut b, 0, 7, 5);
        assert_eq!(prg(&b), [3, 5, 14, 15]);
        b.write(0x9ffe, 0x40);
        assert_eq!(prg(&b), [14, 5, 3, 15]);
    }

    #[test]
    fn r0_to_r5_switch_chr_and_bit_7_swaps_its_halves() {
        let mut b = board(0);
        for (register, bank) in [(0, 11), (1, 20), (2, 31), (3, 32), (4, 33), (5, 34)] {
            set(&mut b, 0, register, bank);
        }
        assert_eq!(chr(&b), [10, 11, 20, 21, 31, 32, 33, 34], "R0 and R1 count in pairs");
        b.write(0x8000, 0x80);
        assert_eq!(chr(&b), [31, 32, 33, 34, 10, 11, 20, 21]);
    }

    #[test]
    fn chr_ram_is_banked_too() {
        let mut cart = cartridge(4, 128, 0);
        cart.chr_ram = 32 * 1024;
        let mut b = Bench::new(cart);
        for bank in 0..32 {
            set(&mut b, 0, 2, bank);
            b.ppu_write(0x1000, bank);
        }
        for bank in 0..32 {
            set(&mut b, 0, 5, bank);
            assert_eq!(b.chr(0x1c00), Some(bank));
        }
    }

    #[test]
    fn mirroring_is_switched_but_not_on_four_screen_boards() {
        let mut b = board(0);
        b.write(0xa000, 1);
        assert_eq!(b.nametables(), [0, 0, 1, 1]);
        b.write(0xa000, 0);
        assert_eq!(b.nametables(), [0, 1, 0, 1]);
        let mut cart = cartridge(4, 128, 64);
        cart.mirroring = Mirroring::FourScreen;
        let mut b = Bench::new(cart);
        b.write(0xa000, 1);
        assert_eq!(b.nametables(), [0, 1, 2, 3]);
    }

    #[test]
    fn a001_switches_prg_ram_off_and_protects_it() {
        let mut b = board(0);
        b.write(0x6000, 0x11);
        b.write(0xa001, 0xc0);
        b.write(0x6000, 0x22);
        assert_eq!(b.read(0x6000), Some(0x11));
        b.write(0xa001, 0x00);
        assert_eq!(b.read(0x6000), None);
        b.write(0xa001, 0x80);
        b.write(0x6000, 0x33);
        assert_eq!(b.read(0x6000), Some(0x33));
    }

    #[test]
    fn the_mmc6_has_1_kib_in_two_halves_with_switches_of_their_own() {
        let mut b = board(MMC6);
        b.write(0xa001, 0xf0);
        assert_eq!(b.read(0x7000), None, "$A001 is deaf while bit 5 of $8000 is clear");
        b.write(0x8000, 0x20);
        b.write(0xa001, 0xf0);
        b.write(0x7000, 0x11);
        b.write(0x7200, 0x22);
        assert_eq!((b.read(0x7400), b.read(0x7e00)), (Some(0x11), Some(0x22)));
        assert_eq!(b.read(0x6000), None);
        b.write(0xa001, 0x20);
        b.write(0x7000, 0x33);
        assert_eq!((b.read(0x7000), b.read(0x7200)), (Some(0x11), Some(0)));
        b.write(0xa001, 0x50);
        b.write(0x7000, 0x33);
        assert_eq!(b.read(0x7000), None, "with neither half on it is open bus");
        b.write(0xa001, 0xa0);
        assert_eq!((b.read(0x7000), b.read(0x7200)), (Some(0x11), Some(0x22)));
        b.write(0x8000, 0x00);
        b.write(0x8000, 0x20);
        assert_eq!(b.read(0x7000), None, "bit 5 of $8000 clears $A001");
    }

    #[test]
    fn the_counter_fires_after_latch_plus_one_lines() {
        let mut b = board(0);
        b.write(0xc000, 3);
        b.write(0xc001, 0);
        b.write(0xe001, 0);
        assert_eq!(lines(&mut b), [0, 0, 0, 1, 0, 0, 0, 1]);
    }

    #[test]
    fn e000_acknowledges_and_disables() {
        let mut b = board(0);
        b.write(0xc000, 0);
        b.write(0xc001, 0);
        b.write(0xe001, 0);
        assert!(line(&mut b));
        assert!(b.irq(), "it stays low");
        b.write(0xe000, 0);
        assert!(!b.irq());
        assert!(!line(&mut b));
    }

    #[test]
    fn latch_0_fires_each_line_but_once_on_the_mmc3a() {
        for (submapper, expected) in
            [(0, [1; 8]), (MMC6, [1; 8]), (MMC3A, [1, 0, 0, 0, 0, 0, 0, 0])]
        {
            let mut b = board(submapper);
            b.write(0xc000, 0);
            b.write(0xc001, 0);
            b.write(0xe001, 0);
            assert_eq!(lines(&mut b), expected, "submapper {submapper}");
        }
    }

    #[test]
    fn the_mmc3a_fires_when_the_count_reaches_0() {
        let mut b = board(MMC3A);
        b.write(0xc000, 1);
        b.write(0xc001, 0);
        b.write(0xe001, 0);
        assert!(!line(&mut b));
        b.write(0xc000, 0);
        assert_eq!(lines(&mut b), [1, 0, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn a_rise_counts_when_a12_was_low_for_three_falls_of_m2() {
        for (low, counts) in [(0, false), (1, false), (2, false), (3, true), (4, true)] {
            let mut b = board(0);
            b.a12(1, 10);
            b.write(0xc001, 0);
            b.write(0xe001, 0);
            b.a12(0, 0);
            b.a12(1, low);
            assert_eq!(b.irq(), counts, "{low} falls");
        }
    }

    #[test]
    fn the_mc_acc_counts_each_eighth_fall() {
        let mut b = board(MC_ACC);
        b.write(0xc001, 0);
        b.write(0xe001, 0);
        let fired: Vec<u8> = (0..16)
            .map(|_| {
                b.a12(1, 1);
                b.a12(0, 1);
                let fired = b.irq();
                b.write(0xe000, 0);
                b.write(0xe001, 0);
                u8::from(fired)
            })
            .collect();
        assert_eq!(fired, [1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
    }
}
