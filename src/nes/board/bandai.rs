//! Bandai FCG and LZ93D50: CHR, a counter, and an EEPROM on two wires.
//!
//! ```text
//!  $xxx0-7  1 KiB of CHR at $0000, $0400, …   (bit 0 of 0-3: PRG A18 on mapper 153;
//!                                              bit 3: SCL of the outer EEPROM on 157)
//!  $xxx8    .... PPPP  16 KiB of PRG at $8000
//!  $xxx9    .... ..MM  vertical, horizontal, first, second screen
//!  $xxxA    .... ...E  counter on; acknowledges; LZ93D50: it begins with the latch
//!  $xxxB C  counter (FCG) or latch (LZ93D50), low and high byte
//!  $xxxD    .DC. ....  D: SDA, C: SCL   (C: PRG RAM on, mapper 153)
//! ```
//!
//! | mapper | chip | registers | beside it |
//! |---|---|---|---|
//! | 16.4 | FCG-1, FCG-2 | $6000-$7FFF | |
//! | 16.5 | LZ93D50 | $8000-$FFFF | 24C02, or nothing |
//! | 16 | not known: LZ93D50 | both | 24C02 |
//! | 153 | LZ93D50 | $8000-$FFFF | 8 KiB of RAM, 512 KiB of PRG |
//! | 157 | LZ93D50, Datach | $8000-$FFFF | 24C02, a 24C01 in some games; a reader of barcodes |
//! | 159 | LZ93D50 | $8000-$FFFF | X24C01 |
//!
//! The counter goes down with each CPU cycle and asks when it was 0. EEPROMs lie
//! in the PRG RAM with a battery. The Datach's reader sees no card.
//!
//! <https://www.nesdev.org/wiki/Bandai_FCG_board>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::eeprom::{Eeprom, Kind};
use super::irq::count_down;
use super::{Board, Touched, Watches, Write};
use crate::nes::cart::map::{Access, Layout, Map};
use crate::nes::cart::{Cartridge, Mirroring};

/// The chip's registers.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Bandai {
    counter: u16,
    latch: u16,
    chr: [u8; 8],
    prg: u8,
    mirroring: u8,
    enabled: u8,
    /// 1 while /IRQ is low.
    pending: u8,
    /// $xxxD.
    port: u8,
    unused: [u8; 3],
    /// The EEPROM, and on the Datach a game's own.
    eeproms: [Eeprom; 2],
}

const RAM_ON: u8 = 0x20;

impl Board for Bandai {
    const WATCHES: Watches = Watches { cpu_cycles: true, ppu_address: false };

    fn map(&self, cart: &Cartridge, map: &mut Map) {
        let (mut low, mut last) = (i32::from(self.prg & 15), -1);
        if cart.mapper == 153 {
            let half = self.chr[..4].iter().fold(0, |all, bank| all | i32::from(bank & 1)) << 4;
            (low, last) = (low | half, 15 | half);
            let on = self.port & RAM_ON != 0;
            map.wram(0x6000, 0x2000, 0, if on { Access::ReadWrite } else { Access::None });
        }
        map.prg(0x8000, 0x4000, low);
        map.prg(0xc000, 0x4000, last);
        if cart.chr.is_empty() {
            map.chr(0x0000, 0x2000, 0);
        } else {
            for (n, bank) in self.chr.into_iter().enumerate() {
                map.chr((n * 0x400) as u16, 0x400, bank.into());
            }
        }
        map.nametables(match self.mirroring & 3 {
            0 => Mirroring::Vertical,
            1 => Mirroring::Horizontal,
            2 => Mirroring::SingleLow,
            _ => Mirroring::SingleHigh,
        });
    }

    fn write(&mut self, cart: &Cartridge, mut write: Write) -> Touched {
        let value = write.value;
        let is_fcg = cart.mapper == 16 && cart.submapper == 4;
        let hears = match write.address {
            0x6000..0x8000 => cart.mapper == 16 && cart.submapper != 5,
            address => address >= 0x8000 && !is_fcg,
        };
        if !hears {
            return Touched::Nothing;
        }
        match write.address & 15 {
            n @ 0..8 => {
                self.chr[usize::from(n)] = value;
                self.drive(cart, &mut write);
            }
            8 => self.prg = value,
            9 => self.mirroring = value,
            10 => {
                self.enabled = value & 1;
                self.pending = 0;
                if !is_fcg {
                    self.counter = self.latch;
                }
                return Touched::Nothing;
            }
            n @ 11..=12 => {
                let word = if is_fcg { &mut self.counter } else { &mut self.latch };
                let [low, high] = word.to_le_bytes();
                let bytes = if n == 11 { [value, high] } else { [low, value] };
                *word = u16::from_le_bytes(bytes);
                return Touched::Nothing;
            }
            13 => {
                self.port = value;
                self.drive(cart, &mut write);
            }
            _ => return Touched::Nothing,
        }
        Touched::Banks
    }

    fn read(&mut self, cart: &Cartridge, address: u16, open: u8) -> Option<u8> {
        if address & 0xe000 != 0x6000 {
            return None;
        }
        match cart.mapper {
            // No card before the reader: bit 3 rests low.
            157 => {
                let sda = self.eeproms[0].sda() & self.eeproms[1].sda();
                Some(open & 0xe7 | sda << 4)
            }
            16 if cart.submapper == 4 => None,
            16 | 159 => Some(open & 0xef | self.eeproms[0].sda() << 4),
            _ => None,
        }
    }

    fn cpu_cycles(&mut self, cycles: u32) {
        if self.enabled != 0 && count_down(&mut self.counter, 0xffff, cycles) {
            self.pending = 1;
        }
    }

    fn quiet_cycles(&self) -> u32 {
        let rests = self.enabled == 0 || self.pending != 0;
        if rests { u32::MAX } else { self.counter.into() }
    }

    fn irq(&self) -> bool {
        self.pending != 0
    }

    fn sanitize(&mut self, cart: &Cartridge) {
        self.enabled &= 1;
        self.pending &= 1;
        self.unused = [0; 3];
        let [inner, outer] = &mut self.eeproms;
        inner.sanitize(kind(cart));
        outer.sanitize(Kind::X24C01);
    }
}

fn kind(cart: &Cartridge) -> Kind {
    if cart.mapper == 159 { Kind::X24C01 } else { Kind::C24C02 }
}

impl Bandai {
    /// The EEPROMs see their wires. Both have SDA in common.
    fn drive(&mut self, cart: &Cartridge, write: &mut Write) {
        if !matches!(cart.mapper, 16 | 157 | 159) {
            return;
        }
        let layout = Layout::of(cart);
        let memory = &mut write.ram[layout.wram..][..layout.wram_len];
        let (scl, sda) = (self.port >> 5 & 1, self.port >> 6 & 1);
        let [inner, outer] = &mut self.eeproms;
        inner.drive(kind(cart), scl, sda, memory);
        if let (157, Some(memory)) = (cart.mapper, memory.get_mut(Kind::C24C02.size()..)) {
            let scl = self.chr[..4].iter().fold(0, |all, bank| all | bank >> 3 & 1);
            outer.drive(Kind::X24C01, scl, sda, memory);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Bench, cartridge};

    fn board(mapper: u16, submapper: u8) -> Bench {
        let mut cart = cartridge(mapper, 256, if matches!(mapper, 153 | 157) { 0 } else { 256 });
        cart.submapper = submapper;
        match mapper {
            153 => cart.prg_nvram = 8192,
            157 => cart.prg_nvram = 384,
            _ => cart.prg_nvram = 256,
        }
        Bench::new(cart)
    }

    /// Each board with an address of its registers.
    const BOARDS: &[(u16, u8, u16)] =
        &[(16, 4, 0x6000), (16, 5, 0x8000), (16, 0, 0x7ff0), (16, 0, 0x8000), (159, 0, 0xfff0)];

    #[test]
    fn registers_answer_in_the_range_of_their_chip() {
        for &(mapper, submapper, at) in BOARDS {
            let mut b = board(mapper, submapper);
            for n in 0..8 {
                b.write(at + n, 0x30 + n as u8);
            }
            b.write(at + 8, 5);
            b.write(at + 9, 1);
            for n in 0..8 {
                assert_eq!(b.chr(n * 0x400), Some(0x30 + n as u8), "{mapper}.{submapper}");
            }
            assert_eq!((b.prg(0x8000), b.prg(0xc000)), (Some(10), Some(30)));
            assert_eq!(b.nametables(), [0, 0, 1, 1]);
        }
        for (submapper, at) in [(4, 0x8000), (5, 0x6000)] {
            let mut b = board(16, submapper);
            b.write(at + 8, 5);
            assert_eq!(b.prg(0x8000), Some(0), "16.{submapper} at {at:x}");
        }
    }

    #[test]
    fn the_fcg_writes_its_counter_and_the_lz93d50_a_latch() {
        for &(mapper, submapper, at) in BOARDS {
            let mut b = board(mapper, submapper);
            b.write(at + 11, 0x34);
            b.write(at + 12, 0x12);
            b.write(at + 10, 1);
            assert_eq!(b.cycles_to_irq(), Some(0x1235));
            b.write(at + 11, 0x05);
            b.write(at + 10, 1);
            assert!(!b.irq());
            let counts_on = submapper == 4;
            assert_eq!(b.cycles_to_irq(), Some(if counts_on { 0xff06 } else { 0x1206 }));
        }
    }

    #[test]
    fn mapper_153_has_ram_and_two_halves_of_prg() {
        let mut cart = cartridge(153, 512, 0);
        cart.prg_nvram = 8192;
        let mut b = Bench::new(cart);
        b.write(0x8008, 3);
        assert_eq!((b.prg(0x8000), b.prg(0xe000)), (Some(6), Some(31)));
        b.write(0x8002, 1);
        assert_eq!((b.prg(0x8000), b.prg(0xe000)), (Some(38), Some(63)));
        b.write(0x6000, 1);
        assert_eq!(b.read(0x6000), None);
        b.write(0x800d, 0x20);
        b.write(0x6000, 0x42);
        assert_eq!(b.read(0x6000), Some(0x42));
    }

    /// SCL and SDA, and what the console reads then.
    fn wires(b: &mut Bench, scl: u8, sda: u8) -> u8 {
        b.write(0x800d, sda << 6 | scl << 5);
        b.read(0x6000).unwrap() >> 4 & 1
    }

    #[test]
    fn the_eeprom_lies_in_the_battery_s_ram() {
        for (mapper, submapper, bytes) in
            [(16, 5, vec![0xa0, 0x07, 0x5a]), (159, 0, vec![0x0e, 0x5a])]
        {
            let mut b = board(mapper, submapper);
            for (scl, sda) in [(0, 1), (1, 1), (1, 0), (0, 0)] {
                wires(&mut b, scl, sda);
            }
            for byte in bytes {
                for bit in (0..8).rev() {
                    for scl in [0, 1, 0] {
                        wires(&mut b, scl, byte >> bit & 1);
                    }
                }
                assert_eq!([0, 1, 0].map(|scl| wires(&mut b, scl, 1))[1], 0, "it answers");
            }
            let nvram = b.map.layout().nvram;
            assert_eq!(b.ram[nvram + 7], 0x5a, "mapper {mapper}");
        }
    }

    #[test]
    fn a_count_goes_on_where_it_was_restored() {
        let mut b = board(16, 5);
        b.write(0x800c, 0x40);
        b.write(0x800a, 1);
        b.pass(999);
        let mut other = board(16, 5);
        other.regs = b.regs;
        other.cart.board.sanitize(&mut other.regs, &mut other.ram, &other.cart);
        assert_eq!(other.cycles_to_irq(), Some(0x4000 + 1 - 999));
    }

    #[test]
    fn the_datach_reads_no_card_where_none_is() {
        let mut b = board(157, 0);
        assert_eq!(b.read(0x6000).unwrap() & 8, 0);
        b.ppu_write(0x0000, 1);
        b.write(0x8000, 7);
        assert_eq!(b.chr(0x0000), Some(1), "its CHR RAM is not banked");
    }
}
