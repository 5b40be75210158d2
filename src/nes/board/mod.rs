//! The boards: what a cartridge does beside holding ROM.
//!
//! A board is a typed, plain-data view over the registers in the machine's
//! state. Its `write` changes registers and says whether banks moved; only its
//! `map` fills the page tables, so a restored state is mapped right by
//! construction. A new board is one file, one row below, and one ROM row in the
//! tests: `docs/adding-a-board.md`.

mod axrom;
#[cfg(test)]
mod bench;
mod cnrom;
mod mmc1;
mod mmc3;
mod nrom;
mod uxrom;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::cart::Cartridge;
use super::cart::map::Map;

/// A CPU write to $4020-$FFFF as a board sees it.
#[derive(Clone, Copy, Debug)]
pub struct Write {
    /// The address.
    pub address: u16,
    /// The byte.
    pub value: u8,
    /// What ROM drives at that address, for boards with bus conflicts; $FF
    /// where no ROM answers.
    pub rom: u8,
    /// The CPU cycle, counted from power-on.
    pub cycle: u64,
}

impl Write {
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

/// What a board needs to see beside CPU writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watches {
    /// [`Board::cpu_cycle`] after each CPU cycle.
    pub cpu_cycle: bool,
    /// [`Board::ppu_address`] on each change of the PPU's address bus.
    pub ppu_address: bool,
}

/// The bytes that hold a board's registers in the machine's state.
pub type Registers = [u64; 32];

/// A board's registers and what they do. All fields zero at first.
pub trait Board: FromBytes + IntoBytes + KnownLayout + Immutable {
    /// What the machine must tell it.
    const WATCHES: Watches = Watches { cpu_cycle: false, ppu_address: false };

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

    /// A CPU cycle ended.
    fn cpu_cycle(&mut self) {}

    /// The PPU's address bus changed to `address` ($0000-$3FFF) after
    /// `m2_falls` falling edges of the CPU's M2 since power-on.
    fn ppu_address(&mut self, _address: u16, _m2_falls: u64) {}

    /// How often the PPU's A12 may rise, low for three falls of M2 before, until
    /// /IRQ can move; for boards that watch the PPU's address. The most there is:
    /// not before the next write.
    fn quiet_rises(&self) -> u32 {
        0
    }

    /// Whether the board pulls /IRQ. That moves only with an access to its
    /// registers and with what it watches.
    fn irq(&self) -> bool {
        false
    }

    /// Bounds every counter and index, for registers restored from any bytes.
    /// Registers that the board itself made stay as they are.
    fn sanitize(&mut self, _cart: &Cartridge) {}
}

macro_rules! boards {
    ($( $id:ident $type:path, $name:literal, [$($mapper:literal)|+]; )*) => {
        /// Which board a cartridge is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum BoardId { $( #[doc = $name] $id, )* }

        impl BoardId {
            /// Every board, in the order of the table.
            pub const ALL: &[Self] = &[$( Self::$id, )*];

            /// The board for an iNES mapper number.
            pub fn from_mapper(mapper: u16) -> Option<Self> {
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

            pub(crate) fn power_on(self, regs: &mut Registers, cart: &Cartridge) {
                match self { $( Self::$id => view_mut::<$type>(regs).power_on(cart), )* }
            }

            pub(crate) fn reset(self, regs: &mut Registers, cart: &Cartridge) {
                match self { $( Self::$id => view_mut::<$type>(regs).reset(cart), )* }
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

            pub(crate) fn cpu_cycle(self, regs: &mut Registers) {
                match self { $( Self::$id => view_mut::<$type>(regs).cpu_cycle(), )* }
            }

            pub(crate) fn ppu_address(self, regs: &mut Registers, address: u16, m2_falls: u64) {
                match self { $( Self::$id => view_mut::<$type>(regs).ppu_address(address, m2_falls), )* }
            }

            pub(crate) fn quiet_rises(self, regs: &Registers) -> u32 {
                match self { $( Self::$id => view::<$type>(regs).quiet_rises(), )* }
            }

            pub(crate) fn irq(self, regs: &Registers) -> bool {
                match self { $( Self::$id => view::<$type>(regs).irq(), )* }
            }

            pub(crate) fn sanitize(self, regs: &mut Registers, cart: &Cartridge) {
                match self { $( Self::$id => view_mut::<$type>(regs).sanitize(cart), )* }
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
