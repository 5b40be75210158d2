//! The boards: what a cartridge does beside holding ROM.
//!
//! A board is a typed, plain-data view over the registers in the machine's
//! state. Its `write` changes registers and says whether banks moved; only its
//! `map` fills the page tables, so a restored state is mapped right by
//! construction. A new board is one file, one row below, and one ROM row in the
//! tests: `docs/adding-a-board.md`.

mod action53;
mod axrom;
mod bandai;
#[cfg(test)]
mod bench;
mod cnrom;
mod eeprom;
mod fds;
mod fds_copies;
mod fk23c;
mod flash;
mod fme7;
mod irem;
mod irq;
mod jaleco;
mod latch;
mod lines;
mod maxi15;
mod mmc1;
mod mmc2;
mod mmc3;
mod mmc3_wired;
mod mmc5;
mod namco118;
mod namco163;
mod nanjing;
mod nes_event;
mod nrom;
pub mod nsf;
mod oeka_kids;
mod rambo1;
mod study_box;
mod sunsoft;
mod taito;
mod uxrom;
mod vrc;
mod vrc24;
mod vrc6;
mod vrc7;
pub mod vs;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

pub(crate) use fds::{MAPPER as DISK_SYSTEM, room as room_for_changes};

use fds::Drive;

use super::bits::Scroll;
use super::cart::Cartridge;
use super::cart::map::Map;
use super::output::Fade;
use super::ppu::{Hears, Row};

/// A CPU write to $4020-$FFFF (or $2000, see [`Board::ANSWERS_PPU`]; in an arcade machine $4016) as a board sees it.
#[derive(Debug)]
pub struct Write<'a> {
    /// The address.
    pub address: u16,
    /// The byte.
    pub value: u8,
    /// What ROM drives at that address, for boards with bus conflicts; $FF
    /// where no ROM answers.
    pub rom: u8,
    /// The CPU cycle, counted from power-on.
    pub cycle: u64,
    /// All RAM of the machine, for chips that write theirs (EEPROM, flash):
    /// `cart::map::Layout` says what lies where.
    pub ram: &'a mut [u8],
}

impl Write<'_> {
    /// The byte on a bus that the ROM drives too: zeros win.
    pub fn conflicted(&self) -> u8 {
        self.value & self.rom
    }
}

/// Whether a write moved banks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touched {
    /// The page tables stay as they are.
    Nothing,
    /// The page tables have to be filled again.
    Banks,
}

/// What the PPU fetches in dots 1-256 of a line.
#[derive(Debug)]
pub struct Fetches {
    /// `v` at the first of 32 tiles.
    pub first: Scroll,
    /// Where their patterns lie: $0000 or $1000.
    pub table: u16,
    /// Falling edges of M2 since power-on, at the first address and at the last.
    pub m2_falls: [u64; 2],
}

/// What a board needs to see beside CPU writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watches {
    /// [`Board::cpu_cycles`] as CPU cycles pass.
    pub cpu_cycles: bool,
    /// [`Board::ppu_address`] on each change of the PPU's address bus.
    pub ppu_address: bool,
}

impl Watches {
    /// Whether it need be told of nothing.
    #[inline(always)]
    pub fn nothing(self) -> bool {
        !self.cpu_cycles && !self.ppu_address
    }
}

/// The bytes that hold a board's registers in the machine's state.
pub type Registers = [u64; 32];

/// A board's registers and what they do. All fields zero at first.
pub trait Board: FromBytes + IntoBytes + KnownLayout + Immutable + Sized {
    /// What the machine must tell it.
    const WATCHES: Watches = Watches { cpu_cycles: false, ppu_address: false };

    /// It gives the PPU the bytes of its reads: [`Board::ppu_read`]. It is told of writes
    /// to $2000, too.
    const ANSWERS_PPU: bool = false;

    /// Bytes of RAM within the chip, whole KiB. They come last in the machine's RAM.
    const OWN_RAM: usize = 0;

    /// Bytes of registers beyond [`Registers`]: zero at power-on, the end of the chip's own
    /// RAM. The methods with `more` in their names see them.
    const MORE_REGISTERS: usize = 0;

    /// PRG is flash memory that the game writes, where the header says so: it is PRG
    /// RAM with a battery, and begins as a copy of the ROM.
    const FLASH: bool = false;

    /// [`Board::read`] may move banks.
    const READS_MOVE_BANKS: bool = false;

    /// Of the PPU's address it listens to A12 alone: changes that leave it as it is
    /// need not be told.
    const HEARS_A12_ALONE: bool = false;

    /// Whether a board that listens to A12 alone counts its falls, each of them.
    fn counts_falls(_cart: &Cartridge) -> bool {
        false
    }

    /// Whether [`Board::write`] does anything when PRG RAM is written.
    const HEARS_RAM: bool = true;

    /// Sets the registers as they are after power-on (they start as zeros).
    fn power_on(&mut self, _cart: &Cartridge) {}

    /// What the reset button does to the registers.
    fn reset(&mut self, _cart: &Cartridge) {}

    /// Fills the page tables from the registers. The tables come cleared.
    fn map(&self, cart: &Cartridge, map: &mut Map);

    /// A CPU write to $4020-$FFFF (PRG RAM was already written through the
    /// page tables).
    fn write(&mut self, _cart: &Cartridge, _write: Write) -> Touched {
        Touched::Nothing
    }

    /// A CPU read of $4020-$FFFF where the page tables have nothing. `None` is
    /// open bus; `open` is the byte on the bus, for registers that drive some
    /// bits only.
    fn read(&mut self, _cart: &Cartridge, _address: u16, _open: u8) -> Option<u8> {
        None
    }

    /// So many CPU cycles ended, for boards that watch them. How many come at
    /// once makes no difference.
    fn cpu_cycles(&mut self, _cycles: u32) {}

    /// The same for boards to which time brings bytes from elsewhere: a disk's. `ram` is
    /// all RAM of the machine.
    fn cycles_with(&mut self, _cart: &Cartridge, ram: &mut [u8], cycles: u32) {
        self.cpu_cycles_with_more(more_mut::<Self>(ram), cycles);
    }

    /// The disk drive, where there is one.
    fn drive(&mut self) -> Option<&mut Drive> {
        None
    }

    /// For how many CPU cycles from here neither /IRQ nor /NMI moves by itself, for
    /// boards that watch them. The most there is: not before the next access. Too few
    /// cost time and nothing else.
    fn quiet_cycles(&self) -> u32 {
        0
    }

    /// The same for the level of its sound.
    fn quiet_sound(&self) -> u32 {
        u32::MAX
    }

    /// The PPU's address bus changed to `address` ($0000-$3FFF) after
    /// `m2_falls` falling edges of the CPU's M2 since power-on, for boards that
    /// watch it. Only CHR and nametables may move with it.
    fn ppu_address(&mut self, _address: u16, _m2_falls: u64) -> Touched {
        Touched::Nothing
    }

    /// What the PPU reads at an address that [`Board::ppu_address`] was told of, for
    /// boards that answer. `ram` is all RAM of the machine.
    fn ppu_read(&self, _cart: &Cartridge, _map: &Map, _ram: &[u8], address: u16) -> u8 {
        address as u8
    }

    /// [`Board::ppu_address`] and [`Board::ppu_read`] for each of a line's 128 fetches at
    /// once, by boards that answer. `None`, and nothing done, where each has to come by
    /// itself.
    fn ppu_row(
        &mut self,
        _cart: &Cartridge,
        _map: &Map,
        _ram: &[u8],
        _fetches: &Fetches,
    ) -> Option<Row> {
        None
    }

    /// [`Board::ppu_address`] for each of those fetches at once, by boards that listen to
    /// more than A12 and do not answer: of tiles with these numbers, the first nametable
    /// byte at `first`, the last upper plane at `last`. False, and nothing done, where each
    /// has to come by itself, or banks would move.
    fn ppu_tiles(&mut self, _first: u16, _numbers: &[u8; 32], _last: u16) -> bool {
        false
    }

    /// The same for each of the 32 fetches of a line's sprites, by either: a nametable's
    /// address, which is the first of `names` the first time, another, and both planes of
    /// a pattern, eight times. `m2_falls` are those of the first and the last.
    fn ppu_sprites(&mut self, _names: [u16; 2], _patterns: &[u16; 8], _m2_falls: [u64; 2]) -> bool {
        false
    }

    /// How often the PPU's A12 may rise, low for three falls of M2 before, until
    /// /IRQ can move; for boards that watch the PPU's address. The most there is:
    /// not before the next write. Boards that count falls mean those, and three are left
    /// out, which a copy of `v` or an access through $2007 may add. Boards that listen to
    /// more than A12 mean so many times twelve half-dots.
    fn quiet_rises(&self) -> u32 {
        0
    }

    /// Whether A12 is high, and its fall counts: it may come before any rise does.
    fn counts_next_fall(&self) -> bool {
        false
    }

    /// Whether the board pulls /IRQ. That moves only with an access to its
    /// registers and with what it watches; a board that watches nothing never does.
    fn irq(&self) -> bool {
        false
    }

    /// Whether it pulls /NMI, for boards that watch CPU cycles: no cartridge's does, the
    /// music player's has to. What is said of /IRQ is said of this, too.
    fn nmi(&self) -> bool {
        false
    }

    /// How all sound fades, where it may.
    fn fade(&self) -> Option<Fade> {
        None
    }

    /// What the board's sound adds to the level of the 2A03's, in the same unit
    /// ([`super::Step::level`]).
    fn level(&self) -> i32 {
        0
    }

    /// What was saved is in the battery's RAM now.
    fn battery_loaded(&mut self, _cart: &Cartridge, _ram: &mut [u8]) {}

    /// Bounds every counter and index, for registers restored from any bytes.
    /// Registers that the board itself made stay as they are.
    fn sanitize(&mut self, _cart: &Cartridge) {}

    /// [`Board::cpu_cycles`] for boards that have more registers.
    fn cpu_cycles_with_more(&mut self, _more: &mut [u8], cycles: u32) {
        self.cpu_cycles(cycles);
    }

    /// [`Board::quiet_cycles`] for them.
    fn quiet_cycles_with_more(&self, _more: &[u8]) -> u32 {
        self.quiet_cycles()
    }

    /// [`Board::quiet_sound`] for them.
    fn quiet_sound_with_more(&self, _more: &[u8]) -> u32 {
        self.quiet_sound()
    }

    /// [`Board::level`] for them.
    fn level_with_more(&self, _more: &[u8]) -> i32 {
        self.level()
    }

    /// [`Board::sanitize`] for them.
    fn sanitize_with_more(&mut self, _more: &mut [u8], cart: &Cartridge) {
        self.sanitize(cart);
    }
}

macro_rules! boards {
    ($( $id:ident $type:path, $name:literal, [$($mapper:literal)|+]; )*) => {
        /// Which board a cartridge is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum BoardId { $( #[doc = $name] $id, )* }

        impl BoardId {
            /// Every board, in the order of the table.
            pub const ALL: &[Self] = &[$( Self::$id, )*];

            /// The board of a number, be it one that only music files have.
            pub(crate) fn of_number(mapper: u16) -> Option<Self> {
                match mapper {
                    $( $($mapper)|+ => Some(Self::$id), )*
                    _ => None,
                }
            }

            /// Its name, as people know it.
            pub fn name(self) -> &'static str {
                match self { $( Self::$id => $name, )* }
            }

            /// The mapper numbers that it serves.
            pub fn mappers(self) -> &'static [u16] {
                match self { $( Self::$id => &[$($mapper),+], )* }
            }

            pub(crate) fn watches(self) -> Watches {
                match self { $( Self::$id => <$type>::WATCHES, )* }
            }

            pub(crate) fn hears_ram(self) -> bool {
                match self { $( Self::$id => <$type>::HEARS_RAM, )* }
            }

            pub(crate) fn answers_ppu(self) -> bool {
                match self { $( Self::$id => <$type>::ANSWERS_PPU, )* }
            }

            pub(crate) fn own_ram(self) -> usize {
                match self { $( Self::$id => <$type>::OWN_RAM, )* }
            }

            fn more_registers(self) -> usize {
                match self { $( Self::$id => <$type>::MORE_REGISTERS, )* }
            }

            pub(crate) fn ppu_read(self, regs: &Registers, cart: &Cartridge, map: &Map, ram: &[u8], address: u16) -> u8 {
                match self { $( Self::$id => view::<$type>(regs).ppu_read(cart, map, ram, address), )* }
            }

            pub(crate) fn ppu_row(self, regs: &mut Registers, cart: &Cartridge, map: &Map, ram: &[u8], fetches: &Fetches) -> Option<Row> {
                match self { $( Self::$id => view_mut::<$type>(regs).ppu_row(cart, map, ram, fetches), )* }
            }

            pub(crate) fn ppu_tiles(self, regs: &mut Registers, first: u16, numbers: &[u8; 32], last: u16) -> bool {
                match self { $( Self::$id => view_mut::<$type>(regs).ppu_tiles(first, numbers, last), )* }
            }

            pub(crate) fn ppu_sprites(self, regs: &mut Registers, names: [u16; 2], patterns: &[u16; 8], m2_falls: [u64; 2]) -> bool {
                match self { $( Self::$id => view_mut::<$type>(regs).ppu_sprites(names, patterns, m2_falls), )* }
            }

            pub(crate) fn has_flash(self) -> bool {
                match self { $( Self::$id => <$type>::FLASH, )* }
            }

            pub(crate) fn reads_move_banks(self) -> bool {
                match self { $( Self::$id => <$type>::READS_MOVE_BANKS, )* }
            }

            pub(crate) fn hears_a12_alone(self) -> bool {
                match self { $( Self::$id => <$type>::HEARS_A12_ALONE, )* }
            }

            fn counts_falls(self, cart: &Cartridge) -> bool {
                match self { $( Self::$id => <$type>::counts_falls(cart), )* }
            }

            /// What of the PPU's address it has to be told.
            pub(crate) fn hears(self, cart: &Cartridge) -> Hears {
                match (self.watches().ppu_address, self.hears_a12_alone()) {
                    (false, _) => Hears::Nothing,
                    (true, false) => Hears::Everything,
                    (true, true) if self.counts_falls(cart) => Hears::A12,
                    (true, true) => Hears::LongLows,
                }
            }

            pub(crate) fn power_on(self, regs: &mut Registers, cart: &Cartridge) {
                match self { $( Self::$id => view_mut::<$type>(regs).power_on(cart), )* }
            }

            pub(crate) fn reset(self, regs: &mut Registers, cart: &Cartridge) {
                match self { $( Self::$id => view_mut::<$type>(regs).reset(cart), )* }
            }

            pub(crate) fn battery_loaded(self, regs: &mut Registers, cart: &Cartridge, ram: &mut [u8]) {
                match self { $( Self::$id => view_mut::<$type>(regs).battery_loaded(cart, ram), )* }
            }

            pub(crate) fn map(self, regs: &Registers, cart: &Cartridge, map: &mut Map) {
                map.clear();
                match self { $( Self::$id => view::<$type>(regs).map(cart, map), )* }
                map.mask(&cart.prg);
            }

            pub(crate) fn write(self, regs: &mut Registers, cart: &Cartridge, write: Write) -> Touched {
                match self { $( Self::$id => view_mut::<$type>(regs).write(cart, write), )* }
            }

            pub(crate) fn read(self, regs: &mut Registers, cart: &Cartridge, address: u16, open: u8) -> Option<u8> {
                match self { $( Self::$id => view_mut::<$type>(regs).read(cart, address, open), )* }
            }

            pub(crate) fn cpu_cycles(self, regs: &mut Registers, cart: &Cartridge, ram: &mut [u8], cycles: u32) {
                match self { $( Self::$id => view_mut::<$type>(regs).cycles_with(cart, ram, cycles), )* }
            }

            pub(crate) fn drive(self, regs: &mut Registers) -> Option<&mut Drive> {
                match self { $( Self::$id => view_mut::<$type>(regs).drive(), )* }
            }

            pub(crate) fn quiet_cycles(self, regs: &Registers, ram: &[u8]) -> u32 {
                match self { $( Self::$id => view::<$type>(regs).quiet_cycles_with_more(more::<$type>(ram)), )* }
            }

            pub(crate) fn quiet_sound(self, regs: &Registers, ram: &[u8]) -> u32 {
                match self { $( Self::$id => view::<$type>(regs).quiet_sound_with_more(more::<$type>(ram)), )* }
            }

            pub(crate) fn level(self, regs: &Registers, ram: &[u8]) -> i32 {
                match self { $( Self::$id => view::<$type>(regs).level_with_more(more::<$type>(ram)), )* }
            }

            pub(crate) fn ppu_address(self, regs: &mut Registers, address: u16, m2_falls: u64) -> Touched {
                match self { $( Self::$id => view_mut::<$type>(regs).ppu_address(address, m2_falls), )* }
            }

            pub(crate) fn quiet_rises(self, regs: &Registers) -> u32 {
                match self { $( Self::$id => view::<$type>(regs).quiet_rises(), )* }
            }

            pub(crate) fn counts_next_fall(self, regs: &Registers) -> bool {
                match self { $( Self::$id => view::<$type>(regs).counts_next_fall(), )* }
            }

            pub(crate) fn irq(self, regs: &Registers) -> bool {
                match self { $( Self::$id => view::<$type>(regs).irq(), )* }
            }

            pub(crate) fn nmi(self, regs: &Registers) -> bool {
                match self { $( Self::$id => view::<$type>(regs).nmi(), )* }
            }

            pub(crate) fn fade(self, regs: &Registers) -> Option<Fade> {
                match self { $( Self::$id => view::<$type>(regs).fade(), )* }
            }

            pub(crate) fn sanitize(self, regs: &mut Registers, ram: &mut [u8], cart: &Cartridge) {
                match self { $( Self::$id => view_mut::<$type>(regs).sanitize_with_more(more_mut::<$type>(ram), cart), )* }
            }
        }
    };
}

boards! {
    // id type          name     iNES mappers
    Nrom  nrom::Nrom,   "NROM",  [0];
    Mmc1  mmc1::Mmc1,   "MMC1",  [1 | 155];
    Uxrom uxrom::Uxrom, "UxROM", [2];
    Cnrom cnrom::Cnrom, "CNROM", [3];
    Mmc3  mmc3::Mmc3,   "MMC3",  [4];
    Axrom axrom::Axrom, "AxROM", [7];
    Mmc2 mmc2::Mmc2, "MMC2, MMC4", [9 | 10];
    Mmc3Wired mmc3_wired::Mmc3Wired, "MMC3, wired otherwise",
        [12 | 37 | 44 | 45 | 47 | 49 | 52 | 74 | 115 | 118 | 119 | 189 | 191 | 192 | 194 | 195 | 205 | 245 | 250];
    Namco118 namco118::Namco118, "Namco 118", [76 | 88 | 95 | 154 | 206];
    Namco163 namco163::Namco163, "Namco 163, 175, 340", [19 | 210];
    Vrc1 vrc::Vrc1, "VRC1", [75 | 151];
    Vrc24 vrc24::Vrc24, "VRC2, VRC4", [21 | 22 | 23 | 25 | 27];
    Vrc3 vrc::Vrc3, "VRC3", [73];
    Mmc5 mmc5::Mmc5, "MMC5", [5];
    Vrc6 vrc6::Vrc6, "VRC6", [24 | 26];
    Vrc7 vrc7::Vrc7, "VRC7", [85];
    Ss88006 jaleco::Ss88006, "Jaleco SS 88006", [18];
    G101 irem::G101, "Irem G-101", [32];
    H3001 irem::H3001, "Irem H3001", [65];
    Sunsoft3 sunsoft::Sunsoft3, "Sunsoft-3", [67];
    Sunsoft4 sunsoft::Sunsoft4, "Sunsoft-4", [68];
    Tc taito::Tc, "Taito TC0190, TC0690", [33 | 48];
    X1005 taito::X1005, "Taito X1-005", [80 | 207];
    X1017 taito::X1017, "Taito X1-017", [82];
    OekaKids oeka_kids::OekaKids, "Oeka Kids", [96];
    NesEvent nes_event::NesEvent, "NES-EVENT", [105];
    StudyBox study_box::StudyBox, "Study Box", [186];
    Fme7 fme7::Fme7, "FME-7", [69];
    Rambo1 rambo1::Rambo1, "RAMBO-1", [64];
    Action53 action53::Action53, "Action 53", [28];
    Unrom512 flash::Unrom512, "UNROM 512", [30];
    Gtrom flash::Gtrom, "GTROM", [111];
    FdsCopy fds_copies::FdsCopy, "copies of disk games", [40 | 42 | 50];
    Fds fds::Fds, "Famicom Disk System", [20];
    Fk23c fk23c::Fk23c, "8025", [176];
    Nanjing nanjing::Nanjing, "Nanjing FC-001", [163];
    Maxi15 maxi15::Maxi15, "Maxi 15", [234];
    Nsf nsf::Nsf, "NSF player", [4095];
    Vs vs::Vs, "Vs. System", [99];
    Bandai bandai::Bandai, "Bandai FCG", [16 | 153 | 157 | 159];
    Latch latch::Latch, "latches", [11 | 13 | 15 | 29 | 31 | 34 | 36 | 38 | 41 | 46 | 57 | 58 | 60 | 61
        | 62 | 66 | 70 | 71 | 72 | 77 | 78 | 79 | 81 | 86 | 87 | 89 | 92 | 93 | 94 | 97 | 101 | 107 | 113
        | 133 | 140 | 144 | 145 | 146 | 148 | 149 | 150 | 152 | 177 | 178 | 180 | 184 | 185 | 188 | 200
        | 201 | 202 | 203 | 212 | 213 | 214 | 218 | 225 | 226 | 227 | 228 | 229 | 230 | 231 | 232 | 233
        | 240 | 241 | 242 | 243 | 246 | 255];
}

impl BoardId {
    /// The board for a mapper number in a ROM's header.
    pub fn from_mapper(mapper: u16) -> Option<Self> {
        Self::of_number(mapper).filter(|board| board.is_in_headers())
    }

    /// The boards that a ROM's header can name, by its mapper numbers.
    pub fn in_headers() -> impl Iterator<Item = (u16, Self)> {
        let boards = Self::ALL.iter().filter(|board| board.is_in_headers());
        boards.flat_map(|board| board.mappers().iter().map(|mapper| (*mapper, *board)))
    }

    /// Music files have no mapper number; a number of ours stands for their board.
    fn is_in_headers(self) -> bool {
        self != Self::Nsf
    }

    /// The registers beyond [`Registers`] in all RAM of the machine.
    pub(crate) fn more(self, ram: &mut [u8]) -> &mut [u8] {
        let at = ram.len().saturating_sub(self.more_registers());
        &mut ram[at..]
    }
}

/// The registers beyond [`Registers`] in all RAM of the machine.
fn more<B: Board>(ram: &[u8]) -> &[u8] {
    &ram[ram.len().saturating_sub(B::MORE_REGISTERS)..]
}

/// The same, to be changed.
fn more_mut<B: Board>(ram: &mut [u8]) -> &mut [u8] {
    let at = ram.len().saturating_sub(B::MORE_REGISTERS);
    &mut ram[at..]
}

/// The registers as a board's own type.
fn view<B: Board>(regs: &Registers) -> &B {
    const { assert!(size_of::<B>() <= size_of::<Registers>() && align_of::<B>() <= 8) }
    match B::ref_from_prefix(regs.as_bytes()) {
        Ok((board, _)) => board,
        Err(_) => unreachable!("size and alignment are checked when this is compiled"),
    }
}

/// The registers as a board's own type, to be changed.
fn view_mut<B: Board>(regs: &mut Registers) -> &mut B {
    const { assert!(size_of::<B>() <= size_of::<Registers>() && align_of::<B>() <= 8) }
    match B::mut_from_prefix(regs.as_mut_bytes()) {
        Ok((board, _)) => board,
        Err(_) => unreachable!("size and alignment are checked when this is compiled"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_header_names_every_board_but_the_music_player() {
        for (mapper, board) in BoardId::in_headers() {
            assert_eq!(BoardId::from_mapper(mapper), Some(board), "mapper {mapper}");
        }
        assert_eq!(BoardId::from_mapper(nsf::MAPPER), None);
        assert_eq!(BoardId::of_number(nsf::MAPPER), Some(BoardId::Nsf));
    }

    proptest! {
        #[test]
        fn a_board_that_watches_nothing_never_pulls_irq(
            words in proptest::collection::vec(any::<u64>(), 32),
        ) {
            let regs: Registers = words.try_into().expect("32 words");
            for board in BoardId::ALL.iter().filter(|board| board.watches().nothing()) {
                prop_assert!(!board.irq(&regs), "{}", board.name());
            }
        }
    }
}
