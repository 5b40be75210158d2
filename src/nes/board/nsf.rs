//! The board that an NSF file is played on: a program of ours, the music's banks, and
//! the sound chips that the file asks for, several at once.
//!
//! ```text
//!  $4100 $4103 $4110-$411C  when PLAY is called and the track is over (nsf/clock.rs)
//!  $4101        a page of text at $5300
//!  $4102        every chip falls silent, and no call comes
//!  $4108-$410F  bytes that the player keeps: the console's RAM is the music's
//!  $5300-$53FF  the page of text            (roms-test/nsf/player.s)
//!  $5400-$5BFF  the player                  (the same)
//!  $5C00-$5FF5  the MMC5's KiB
//!  $5FF8-$5FFF  4 KiB of the music at $8000, $9000, …
//!  $6000-$7FFF  RAM
//!  with the FDS: $6000-$DFFF is RAM; $5FF6-$5FFD copy 4 KiB of the music to $6000, …
//!  $FFFA-$FFFD  the player's vectors, whatever bank is there
//!  for NSF2: $401B-$401D are a timer, $FFFE-$FFFF RAM (nsf/clock.rs)
//!
//!  VRC6  $9000-$9003 $A000-$A002 $B000-$B002    Namco 163  $4800 byte, $F800 address
//!  VRC7  $9010 register, $9030 byte             5B         $C000 register, $E000 byte
//!  MMC5  $5000-$5015, $5205 times $5206         FDS   $4040-$408A; $4090, $4092 read
//! ```
//!
//! PRG is the player, the text, and from a whole 4 KiB on the music ([`FIRST_BANK`] says
//! which). The cartridge's submapper says which chips there are ([`chip`]).
//!
//! <https://www.nesdev.org/wiki/NSF>

mod clock;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use clock::Clock;

use super::fds::sound::Sound as Fds;
use super::fme7::sound::Sound as S5b;
use super::mmc5::sound::Sound as Mmc5;
use super::namco163::sound::Voices;
use super::vrc6::sound::Sound as Vrc6;
use super::vrc7::fm::Fm;
use super::{Board, Touched, Watches, Write};
use crate::nes::cart::map::{Access, Layout, Map};
use crate::nes::cart::{Cartridge, Mirroring};
use crate::nes::output::Fade;

/// No header names it: it is what `cart/nsf.rs` makes.
pub const MAPPER: u16 = 4095;

/// The chips beside the 2A03's, as bits of the file's header.
pub mod chip {
    #![allow(missing_docs)]
    pub const VRC6: u8 = 0x01;
    pub const VRC7: u8 = 0x02;
    pub const FDS: u8 = 0x04;
    pub const MMC5: u8 = 0x08;
    pub const N163: u8 = 0x10;
    pub const S5B: u8 = 0x20;
    /// No chip: NSF2's timer, and RAM where the IRQ vector is.
    pub const TIMER: u8 = 0x80;
}

/// Bytes of the player at the start of PRG.
pub const PLAYER: usize = 0x800;
/// Where in them the music's first bank is said.
pub const FIRST_BANK: usize = 0x7f8;
/// Where in them the vectors are: NMI and reset.
const VECTORS: usize = 0x7fa;
/// A bank of the music.
pub const BANK: usize = 0x1000;

/// The Namco 163's loudness where nothing is said.
const GAIN: u8 = 3;

/// The player's registers, and chips that can be read.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Nsf {
    clock: Clock,
    /// $4108-$410F.
    kept: [u8; 8],
    /// $5FF8-$5FFF.
    banks: [u8; 8],
    text: u8,
    /// The cartridge's submapper.
    chips: u8,
    /// $F800.
    address: u8,
    factors: [u8; 2],
    /// $4090 and $4092.
    gains: [u8; 2],
    rest: [u8; 5],
    vrc6: Vrc6,
    mmc5: Mmc5,
    voices: Voices,
    ram: [u8; 128],
}

/// Chips that are only written.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
struct More {
    fm: Fm,
    s5b: S5b,
    fds: Fds,
}

const _: () = assert!(size_of::<More>() <= Nsf::MORE_REGISTERS);
/// Bytes of RAM with the FDS, and what its BIOS makes of $408A.
const ADAPTER_RAM: usize = 0x8000;
const ENVELOPES: u8 = 0xe8;

/// They are there: own RAM is large enough, and lies on whole KiB.
fn more(bytes: &[u8]) -> Option<&More> {
    More::ref_from_prefix(bytes).ok().map(|(more, _)| more)
}

fn more_mut(bytes: &mut [u8]) -> Option<&mut More> {
    More::mut_from_prefix(bytes).ok().map(|(more, _)| more)
}

impl Board for Nsf {
    const WATCHES: Watches = Watches { cpu_cycles: true, ppu_address: false };
    /// The MMC5's KiB, and the chips.
    const OWN_RAM: usize = 2048;
    const MORE_REGISTERS: usize = 1024;

    fn power_on(&mut self, cart: &Cartridge) {
        self.chips = cart.submapper;
        self.voices.set_gain(GAIN);
    }

    fn map(&self, cart: &Cartridge, map: &mut Map) {
        map.prg(0x5300, 0x100, (PLAYER / 0x100) as i32 + i32::from(self.text));
        map.prg(0x5400, PLAYER, 0);
        map.own_at(0x5c00, Access::ReadWrite);
        let banks = (0x8000..=0xf000).step_by(BANK).zip(self.banks);
        for (at, bank) in banks {
            map.prg(at, BANK, self.bank(cart, bank));
        }
        let ram = if self.chips & chip::FDS != 0 { ADAPTER_RAM } else { 0x2000 };
        map.wram(0x6000, ram, 0, Access::ReadWrite);
        // The last page has the vectors: it is read by way of `read`.
        map.prg_nothing(0xff00, 0x100);
        map.chr(0x0000, 0x2000, 0);
        map.nametables(Mirroring::Vertical);
    }

    fn write(&mut self, cart: &Cartridge, write: Write) -> Touched {
        let Write { address, value, ram, .. } = write;
        let more_at = ram.len().saturating_sub(Self::MORE_REGISTERS);
        let has = |chip: u8| self.chips & chip != 0;
        match address {
            0x4100 => self.clock.take(),
            0x4101 => {
                self.text = value;
                return Touched::Banks;
            }
            0x4102 => {
                self.silence();
                ram[more_at..].fill(0);
                if let Some(more) = more_mut(&mut ram[more_at..]) {
                    more.fds.power_on();
                    more.fds.write(0x408a, ENVELOPES);
                    self.gains = more.fds.gains();
                }
            }
            0x4040..=0x4092 if has(chip::FDS) => {
                if let Some(more) = more_mut(&mut ram[more_at..]) {
                    more.fds.write(address, value);
                    self.gains = more.fds.gains();
                }
            }
            0x4103 => self.clock.pull_nmi(value),
            0x4110..=0x411c => self.clock.write(address, value),
            0x401b..=0x401d if has(chip::TIMER) => self.clock.write_timer(address, value),
            0xfffe | 0xffff if has(chip::TIMER) => {
                self.clock.vector()[usize::from(address & 1)] = value;
            }
            0x4108..=0x410f => self.kept[usize::from(address & 7)] = value,
            0x4800 if has(chip::N163) => {
                self.ram[usize::from(self.address & 0x7f)] = value;
                self.next_address();
            }
            0x5000..=0x5015 if has(chip::MMC5) => self.mmc5.write(address, value),
            0x5205 | 0x5206 => self.factors[usize::from(address - 0x5205)] = value,
            0x5ff6..=0x5ffd if has(chip::FDS) => self.copy(cart, address, value, ram),
            0x5ff8..=0x5fff => {
                self.banks[usize::from(address & 7)] = value;
                return Touched::Banks;
            }
            0x9000..=0x9003 | 0xa000..=0xa002 | 0xb000..=0xb002 if has(chip::VRC6) => {
                self.vrc6.write((address >> 12) - 9, address & 3, value);
            }
            0xf800 if has(chip::N163) => self.address = value,
            0x9010 | 0x9030 if has(chip::VRC7) => {
                if let Some(more) = more_mut(&mut ram[more_at..]) {
                    match address {
                        0x9010 => more.fm.select(value),
                        _ => more.fm.write(value),
                    }
                }
            }
            0xc000 | 0xe000 if has(chip::S5B) => {
                if let Some(more) = more_mut(&mut ram[more_at..]) {
                    match address {
                        0xc000 => more.s5b.select(value),
                        _ => more.s5b.write(value),
                    }
                }
            }
            _ => {}
        }
        Touched::Nothing
    }

    fn read(&mut self, cart: &Cartridge, address: u16, open: u8) -> Option<u8> {
        let product = || u16::from(self.factors[0]) * u16::from(self.factors[1]);
        match address {
            0x4100 => Some(self.clock.status()),
            0x401b..=0x401d if self.chips & chip::TIMER != 0 => {
                let byte = self.clock.read_timer(address);
                if address == 0x401d {
                    self.clock.acknowledge();
                }
                Some(byte)
            }
            0x4108..=0x410f => Some(self.kept[usize::from(address & 7)]),
            0x4090 if self.chips & chip::FDS != 0 => Some(open & 0xc0 | self.gains[0]),
            0x4092 if self.chips & chip::FDS != 0 => Some(open & 0xc0 | self.gains[1]),
            0x4800 if self.chips & chip::N163 != 0 => {
                let byte = self.ram[usize::from(self.address & 0x7f)];
                self.next_address();
                Some(byte)
            }
            0x5015 if self.chips & chip::MMC5 != 0 => Some(self.mmc5.status()),
            0x5205 => Some(product() as u8),
            0x5206 => Some((product() >> 8) as u8),
            0xfffa..=0xfffd => cart.prg.read(VECTORS + usize::from(address - 0xfffa)),
            0xfffe | 0xffff if self.chips & chip::TIMER != 0 => {
                Some(self.clock.vector()[usize::from(address & 1)])
            }
            0xff00..=0xffff => {
                let banks = (cart.prg.len() / BANK).max(1) as i32;
                let bank = self.bank(cart, self.banks[7]).rem_euclid(banks) as usize;
                cart.prg.read(bank * BANK + usize::from(address & 0xfff))
            }
            _ => None,
        }
    }

    fn cpu_cycles_with_more(&mut self, bytes: &mut [u8], cycles: u32) {
        self.clock.pass(cycles);
        if self.chips & chip::VRC6 != 0 {
            self.vrc6.pass(cycles);
        }
        if self.chips & chip::MMC5 != 0 {
            self.mmc5.pass(cycles);
        }
        if self.chips & chip::N163 != 0 {
            self.voices.pass(&mut self.ram, cycles);
        }
        if self.chips & (chip::VRC7 | chip::FDS | chip::S5B) != 0
            && let Some(more) = more_mut(bytes)
        {
            if self.chips & chip::VRC7 != 0 {
                more.fm.pass(cycles);
            }
            if self.chips & chip::FDS != 0 {
                more.fds.pass(cycles);
                self.gains = more.fds.gains();
            }
            if self.chips & chip::S5B != 0 {
                more.s5b.pass(cycles);
            }
        }
    }

    fn quiet_cycles(&self) -> u32 {
        self.clock.quiet()
    }

    fn quiet_sound_with_more(&self, bytes: &[u8]) -> u32 {
        let quiet = |chip: u8, of: &dyn Fn() -> u32| match self.chips & chip {
            0 => u32::MAX,
            _ => of(),
        };
        let Some(more) = more(bytes) else { return 0 };
        quiet(chip::VRC6, &|| self.vrc6.quiet())
            .min(quiet(chip::MMC5, &|| self.mmc5.quiet()))
            .min(quiet(chip::N163, &|| self.voices.quiet(&self.ram)))
            .min(quiet(chip::VRC7, &|| more.fm.quiet()))
            .min(quiet(chip::FDS, &|| more.fds.quiet()))
            .min(quiet(chip::S5B, &|| more.s5b.quiet()))
    }

    fn irq(&self) -> bool {
        self.clock.irq()
    }

    fn nmi(&self) -> bool {
        self.clock.nmi()
    }

    fn fade(&self) -> Option<Fade> {
        Some(self.clock.fade())
    }

    fn level_with_more(&self, bytes: &[u8]) -> i32 {
        let level = |chip: u8, of: &dyn Fn() -> i32| match self.chips & chip {
            0 => 0,
            _ => of(),
        };
        let Some(more) = more(bytes) else { return 0 };
        level(chip::VRC6, &|| self.vrc6.level())
            + level(chip::MMC5, &|| self.mmc5.level())
            + level(chip::N163, &|| self.voices.level(&self.ram))
            + level(chip::VRC7, &|| more.fm.level())
            + level(chip::FDS, &|| more.fds.level())
            + level(chip::S5B, &|| more.s5b.level())
    }

    fn sanitize_with_more(&mut self, bytes: &mut [u8], cart: &Cartridge) {
        self.chips = cart.submapper;
        self.clock.sanitize();
        self.vrc6.sanitize();
        self.mmc5.sanitize();
        self.voices.sanitize(GAIN);
        if let Some(more) = more_mut(bytes) {
            more.fm.sanitize();
            more.s5b.sanitize();
            more.fds.sanitize();
            self.gains = more.fds.gains();
        }
    }
}

impl Nsf {
    /// The 4 KiB of PRG that bank `bank` of the music is; past its end it begins again.
    fn bank(&self, cart: &Cartridge, bank: u8) -> i32 {
        let said = cart.prg.get(FIRST_BANK..).and_then(|bytes| bytes.first_chunk());
        let first = i32::from(u16::from_le_bytes(said.copied().unwrap_or_default()));
        let banks = (cart.prg.len() / BANK) as i32 - first;
        if banks > 0 { first + i32::from(bank) % banks } else { 0 }
    }

    /// The RAM adapter has RAM where others have banks.
    fn copy(&self, cart: &Cartridge, register: u16, bank: u8, ram: &mut [u8]) {
        let to = Layout::CART + usize::from(register - 0x5ff6) * BANK;
        let from = self.bank(cart, bank) as usize * BANK;
        if let (Some(to), Some(from)) =
            (ram.get_mut(to..to + BANK), cart.prg.get(from..from + BANK))
        {
            to.copy_from_slice(from);
        }
    }

    fn silence(&mut self) {
        self.clock.silence();
        self.vrc6.as_mut_bytes().fill(0);
        self.mmc5.as_mut_bytes().fill(0);
        self.voices.as_mut_bytes().fill(0);
        self.voices.set_gain(GAIN);
        (self.ram, self.address) = ([0; 128], 0);
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
    use super::*;

    /// 2 x 8 KiB of player and text, then 4 of music.
    fn board(chips: u8) -> Bench {
        let mut cart = cartridge(MAPPER, 48, 8);
        cart.prg[FIRST_BANK] = 4;
        cart.submapper = chips;
        cart.prg_ram = 8192;
        Bench::new(cart)
    }

    #[test]
    fn eight_registers_bank_4_kib_each_and_the_musics_end_is_its_beginning() {
        let mut b = board(0);
        for n in 0..8 {
            b.write(0x5ff8 + n, n as u8);
        }
        let seen: [_; 8] = std::array::from_fn(|n| b.prg(0x8000 + n as u16 * 0x1000).unwrap());
        assert_eq!(seen, [2, 2, 3, 3, 4, 4, 5, 5]);
        b.write(0x5fff, 8);
        assert_eq!((b.prg(0xf000), b.read(0xff00), b.read(0xfff9)), (Some(2), Some(2), Some(2)));
    }

    #[test]
    fn with_the_disk_systems_sound_banks_are_copied_to_ram() {
        let mut cart = board(chip::FDS).cart;
        cart.prg_ram = ADAPTER_RAM;
        let mut b = Bench::new(cart);
        for (register, bank) in [(0x5ff6, 0), (0x5ff8, 2), (0x5ffd, 4), (0x5ffe, 6)] {
            b.write(register, bank);
        }
        let seen = [0x6000, 0x8fff, 0xdfff, 0xe000].map(|at| b.read(at).unwrap());
        assert_eq!(seen, [2, 3, 4, 5]);
        b.write(0xd123, 0x42);
        b.write(0xe123, 0x42);
        assert_eq!([b.read(0xd123), b.read(0xe123)], [Some(0x42), Some(5)]);
    }

    #[test]
    fn the_vectors_are_the_players_whatever_bank_is_there() {
        let mut b = board(0);
        b.cart.prg[0x7fa..0x7fe].copy_from_slice(&[1, 2, 3, 4]);
        b.write(0x5fff, 3);
        let vectors: [_; 6] = std::array::from_fn(|n| b.read(0xfffa + n as u16).unwrap());
        assert_eq!(vectors, [1, 2, 3, 4, 3, 3]);
    }

    #[test]
    fn with_nsf2_the_irq_vector_is_ram_and_writes_leave_the_bank_below_alone() {
        for (chips, seen) in [(chip::TIMER, [0x34, 0x12]), (0, [3, 3])] {
            let mut b = board(chips);
            b.write(0x5fff, 3);
            b.write(0xfffe, 0x34);
            b.write(0xffff, 0x12);
            assert_eq!([b.read(0xfffe), b.read(0xffff)], seen.map(Some));
        }
    }

    #[test]
    fn the_timer_is_there_with_nsf2_only_and_silence_stops_it() {
        let fired = |chips, ends: &[(u16, u8)]| {
            let mut b = board(chips);
            for (address, value) in [(0x401b, 99), (0x401d, 1)].iter().chain(ends) {
                b.write(*address, *value);
            }
            b.pass(100);
            (b.cart.board.irq(&b.regs), b.read(0x401d), b.cart.board.irq(&b.regs))
        };
        assert_eq!(fired(chip::TIMER, &[]), (true, Some(0x81), false));
        assert_eq!(fired(chip::TIMER, &[(0x4102, 0)]), (false, Some(0), false));
        assert_eq!(fired(0, &[]), (false, None, false));
    }

    #[test]
    fn each_chip_sounds_where_the_file_asks_for_it_and_nowhere_else() {
        let fds = [(0x4089, 0x80), (0x4040, 63), (0x4089, 0), (0x4080, 0xa0), (0x4083, 1)];
        let writes: [(u8, &[(u16, u8)]); 6] = [
            (chip::FDS, &fds),
            (chip::VRC6, &[(0x9000, 0x7f), (0x9001, 253), (0x9002, 0x80)]),
            (chip::VRC7, &[(0x9010, 0x30), (0x9030, 0x10), (0x9010, 0x10), (0x9030, 0x22)]),
            (chip::MMC5, &[(0x5015, 1), (0x5000, 0xbf), (0x5002, 253), (0x5003, 0)]),
            (chip::N163, &[(0xf800, 0x7f), (0x4800, 0x0f)]),
            (chip::S5B, &[(0xc000, 7), (0xe000, 0x3f), (0xc000, 8), (0xe000, 15)]),
        ];
        for (chip, writes) in writes {
            for chips in [chip, 0x3f & !chip] {
                let mut b = board(chips);
                for (address, value) in writes {
                    b.write(*address, *value);
                    b.pass(40);
                }
                if chip == chip::VRC7 {
                    b.write(0x9010, 0x20);
                    b.pass(40);
                    b.write(0x9030, 0x16);
                }
                let mut heard = false;
                for _ in 0..3000 {
                    b.pass(7);
                    heard |= b.cart.board.level(&b.regs, &b.ram) != 0;
                }
                assert_eq!(heard, chips == chip, "chip {chip:02x} of {chips:02x}");
                b.write(0x4102, 0);
                assert_eq!(b.cart.board.level(&b.regs, &b.ram), 0);
            }
        }
    }

    #[test]
    fn ram_that_is_noise_leaves_the_chips_as_they_are_at_power_on() {
        use crate::nes::{Devices, Input, Nes, Output, PowerOn, Region};
        let cart = board(0x3f).cart;
        let [quiet, noisy] = [0, 99].map(|seed| {
            let options =
                PowerOn { region: Region::Ntsc, alignment: 1, seed, ports: Devices::PADS };
            let mut nes = Nes::power_on(cart.clone(), &options);
            let mut out = Output::default();
            nes.run_frame(Input::default(), &mut out);
            out.sound.start
        });
        assert_eq!(quiet, noisy);
    }
}
