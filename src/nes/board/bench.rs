//! A bench for boards: a cartridge whose bytes name their banks, and both
//! buses without the rest of the console.

use super::{BoardId, Registers, Touched, Write};
use crate::nes::Region;
use crate::nes::cart::map::{Layout, Map, Place};
use crate::nes::cart::{Cartridge, Disk, Mirroring, disk};

/// A cartridge of so many KiB: each byte of PRG is the number of its 8 KiB,
/// each byte of CHR the number of its KiB. Without CHR ROM it has 8 KiB of RAM.
pub fn cartridge(mapper: u16, prg_kib: usize, chr_kib: usize) -> Cartridge {
    Cartridge {
        prg: (0..prg_kib * 1024).map(|at| (at / 8192) as u8).collect::<Vec<_>>().into(),
        chr: (0..chr_kib * 1024).map(|at| (at / 1024) as u8).collect(),
        board: BoardId::of_number(mapper).expect("a mapper of the table"),
        mapper,
        submapper: 0,
        mirroring: Mirroring::Vertical,
        prg_ram: 0,
        prg_nvram: 0,
        chr_ram: if chr_kib == 0 { 8192 } else { 0 },
        chr_nvram: 0,
        disk: if mapper == 20 { disk::tests::two_sides() } else { Disk::default() },
        trainer: None,
        region: Region::Ntsc,
        ports: None,
        ppu: Default::default(),
        wiring: Default::default(),
        guard: Default::default(),
        cheats: Vec::new(),
    }
}

/// A powered-on board with its buses.
pub struct Bench {
    pub cart: Cartridge,
    pub regs: Registers,
    pub map: Map,
    pub ram: Vec<u8>,
    cycle: u64,
    m2_falls: u64,
}

impl Bench {
    pub fn new(cart: Cartridge) -> Self {
        let mut regs = [0; 32];
        cart.board.power_on(&mut regs, &cart);
        let mut map = Map::new(&cart);
        cart.board.map(&regs, &cart, &mut map);
        let ram = vec![0; Layout::of(&cart).total];
        Self { cart, regs, map, ram, cycle: 7, m2_falls: 7 }
    }

    /// A CPU write after some other cycles, as STA makes it.
    pub fn write(&mut self, address: u16, value: u8) {
        self.cycle += 3;
        self.write_now(address, value);
    }

    /// Two writes on consecutive cycles, as INC makes them.
    pub fn write_twice(&mut self, address: u16, first: u8, second: u8) {
        self.cycle += 4;
        self.write_now(address, first);
        self.write_now(address, second);
    }

    fn write_now(&mut self, address: u16, value: u8) {
        self.cycle += 1;
        if let Place::Ram(at) = self.map.cpu_write(address) {
            self.ram[at] = value;
        }
        let rom = match self.map.cpu_read(address) {
            Place::Rom(at) => self.cart.prg[at],
            _ => 0xff,
        };
        let write = Write { address, value, rom, cycle: self.cycle, ram: &mut self.ram };
        if self.cart.board.write(&mut self.regs, &self.cart, write) == Touched::Banks {
            self.remap();
        }
    }

    pub fn remap(&mut self) {
        self.cart.board.map(&self.regs, &self.cart, &mut self.map);
    }

    /// What the CPU reads; `None` is open bus.
    pub fn read(&mut self, address: u16) -> Option<u8> {
        match self.map.cpu_read(address) {
            Place::Rom(at) => Some(self.cart.prg[at]),
            Place::Ram(at) => Some(self.ram[at]),
            Place::Nothing => {
                let byte = self.cart.board.read(&mut self.regs, &self.cart, address, 0);
                if self.cart.board.reads_move_banks() {
                    self.remap();
                }
                byte
            }
        }
    }

    /// What the CPU reads of PRG ROM.
    pub fn prg(&self, address: u16) -> Option<u8> {
        match self.map.cpu_read(address) {
            Place::Rom(at) => Some(self.cart.prg[at]),
            _ => None,
        }
    }

    /// The same at the start of each 8 KiB.
    pub fn prg_banks(&self) -> [u8; 4] {
        [0x8000, 0xa000, 0xc000, 0xe000].map(|at| self.prg(at).expect("ROM"))
    }

    /// What the PPU reads.
    pub fn chr(&self, address: u16) -> Option<u8> {
        match self.map.ppu_read(address) {
            Place::Rom(at) => Some(self.cart.chr[at]),
            Place::Ram(at) => Some(self.ram[at]),
            Place::Nothing => None,
        }
    }

    /// The same at the start of each KiB of patterns.
    pub fn chr_banks(&self) -> [u8; 8] {
        std::array::from_fn(|n| self.chr(n as u16 * 0x400).expect("memory"))
    }

    pub fn ppu_write(&mut self, address: u16, value: u8) {
        if let Place::Ram(at) = self.map.ppu_write(address) {
            self.ram[at] = value;
        }
    }

    /// Which KiB of nametable RAM each nametable is.
    pub fn nametables(&self) -> [usize; 4] {
        let layout = self.map.layout();
        std::array::from_fn(|n| match self.map.ppu_read(0x2000 + n as u16 * 0x400) {
            Place::Ram(at) if at < Layout::CART => (at - Layout::CIRAM) / 1024,
            Place::Ram(at) => 2 + (at - layout.four_screen.expect("four screens")) / 1024,
            other => panic!("a nametable at {other:?}"),
        })
    }

    /// A12 goes to `level` after `falls` more falling edges of M2.
    pub fn a12(&mut self, level: u16, falls: u64) {
        self.m2_falls += falls;
        self.ppu_address(level << 12);
    }

    /// The PPU puts an address on its bus.
    pub fn ppu_address(&mut self, address: u16) {
        let touched = self.cart.board.ppu_address(&mut self.regs, address, self.m2_falls);
        if touched == Touched::Banks {
            self.remap();
        }
    }

    /// What the PPU gets from a board that answers it.
    pub fn ppu_byte(&self, address: u16) -> u8 {
        self.cart.board.ppu_read(&self.regs, &self.cart, &self.map, &self.ram, address)
    }

    /// So many CPU cycles pass, each with a fall of M2.
    pub fn pass_all(&mut self, cycles: u32) {
        self.m2_falls += u64::from(cycles);
        self.pass(cycles);
    }

    /// So many CPU cycles pass.
    pub fn pass(&mut self, cycles: u32) {
        self.cart.board.cpu_cycles(&mut self.regs, &self.cart, &mut self.ram, cycles);
    }

    /// How many CPU cycles pass until /IRQ is low; at most 100,000.
    pub fn cycles_to_irq(&mut self) -> Option<u32> {
        (1..=100_000).find(|_| {
            self.pass(1);
            self.irq()
        })
    }

    pub fn irq(&self) -> bool {
        self.cart.board.irq(&self.regs)
    }
}

mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every byte of both buses lies within its chip.
    fn reach(b: &mut Bench) {
        for address in (0x4020..=0xffff_u16).step_by(0x20) {
            b.read(address | 0x1f);
            if let Place::Ram(at) = b.map.cpu_write(address) {
                assert!(at >= Layout::CART && at < b.ram.len());
            }
        }
        for address in (0..0x4000).step_by(0x100) {
            b.chr(address | 0xff);
            b.ppu_write(address | 0xff, 1);
        }
    }

    fn any_cartridge() -> impl Strategy<Value = Cartridge> {
        let kib = |list: &'static [usize]| prop::sample::select(list);
        (
            prop::sample::select(BoardId::ALL),
            (kib(&[8, 16, 24, 32, 48, 64, 128, 256, 512, 1024]), kib(&[0, 1, 8, 24, 32, 128, 512])),
            (kib(&[0, 1, 2, 8, 16, 32, 40]), kib(&[0, 1, 8, 32]), kib(&[0, 8, 32]), kib(&[0, 8])),
            (0..6_u8, 0..5_usize, any::<prop::sample::Index>()),
        )
            .prop_map(|(board, (prg, chr), (ram, nvram, chr_ram, chr_nvram), rest)| {
                let (submapper, mirroring, mapper) = rest;
                let mut cart = cartridge(*mapper.get(board.mappers()), prg, chr);
                // The music player's are six chips.
                cart.submapper = if board == BoardId::Nsf { submapper * 11 } else { submapper };
                cart.mirroring = [
                    Mirroring::Horizontal,
                    Mirroring::Vertical,
                    Mirroring::SingleLow,
                    Mirroring::SingleHigh,
                    Mirroring::FourScreen,
                ][mirroring];
                (cart.prg_ram, cart.prg_nvram) = (ram * 1024, nvram * 1024);
                (cart.chr_ram, cart.chr_nvram) = (chr_ram * 1024, chr_nvram * 1024);
                cart
            })
    }

    proptest! {
        #[test]
        fn any_registers_map_within_the_chips(
            cart in any_cartridge(),
            regs in any::<[u64; 32]>(),
            writes in prop::collection::vec((0x4020..=0xffff_u16, any::<u8>(), any::<bool>()), 0..64),
        ) {
            let mut b = Bench::new(cart);
            b.regs = regs;
            b.cart.board.sanitize(&mut b.regs, &mut b.ram, &b.cart);
            let sane = b.regs;
            b.cart.board.sanitize(&mut b.regs, &mut b.ram, &b.cart);
            prop_assert_eq!(b.regs, sane, "sanitize is idempotent");
            b.remap();
            reach(&mut b);
            for (address, value, a12) in writes {
                b.write(address, value);
                b.write_twice(address, value, !value);
                b.a12(u16::from(a12), u64::from(value & 7));
                b.pass(u32::from(value));
                let fresh = { let mut m = Map::new(&b.cart); b.cart.board.map(&b.regs, &b.cart, &mut m); m };
                prop_assert_eq!(&fresh, &b.map, "a write that moves banks says so");
            }
            reach(&mut b);
        }

        #[test]
        fn many_cycles_at_once_are_as_many_in_turn_and_quiet_ones_change_nothing(
            cart in any_cartridge(),
            regs in any::<[u64; 32]>(),
            sane in any::<bool>(),
            writes in prop::collection::vec((0x4020..=0xffff_u16, any::<u8>(), 0..2000u32), 0..64),
            more in any::<[u8; 64]>(),
        ) {
            let mut b = Bench::new(cart);
            if !sane {
                b.regs = regs;
                let registers = b.cart.board.more(&mut b.ram).iter_mut();
                registers.zip(more.iter().cycle()).for_each(|(byte, more)| *byte = *more);
                b.cart.board.sanitize(&mut b.regs, &mut b.ram, &b.cart);
            }
            for (address, value, cycles) in writes {
                b.write(address, value);
                let (start, mut ram) = (b.regs, b.ram.clone());
                let board = b.cart.board;
                let lines = |regs: &Registers| (board.irq(regs), board.nmi(regs));
                let quiet = board.quiet_cycles(&start, &ram);
                let (silent, level) =
                    (board.quiet_sound(&start, &ram), board.level(&start, &ram));
                for cycle in 0..cycles {
                    b.pass(1);
                    if cycle < quiet {
                        prop_assert_eq!(lines(&b.regs), lines(&start));
                    }
                    if cycle < silent {
                        prop_assert_eq!(board.level(&b.regs, &b.ram), level);
                    }
                }
                let mut at_once = start;
                board.cpu_cycles(&mut at_once, &b.cart, &mut ram, cycles);
                prop_assert_eq!(at_once, b.regs);
                prop_assert!(ram == b.ram);
            }
        }

        #[test]
        fn sanitize_leaves_what_the_board_made(
            cart in any_cartridge(),
            writes in prop::collection::vec((0x4020..=0xffff_u16, any::<u8>(), any::<bool>()), 0..64),
        ) {
            let mut b = Bench::new(cart);
            for (address, value, a12) in writes {
                b.write(address, value);
                b.a12(u16::from(a12), u64::from(value & 7));
                b.pass(u32::from(value));
                let before = b.regs;
                b.cart.board.sanitize(&mut b.regs, &mut b.ram, &b.cart);
                prop_assert_eq!(before, b.regs);
            }
        }
    }
}
