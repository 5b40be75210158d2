//! The OAM unit's 256 bytes at once.
//!
//! From its first get cycle on the OAM unit (`dma.rs`) alternates: a byte from the
//! page, the byte to $2004. In idle cycles (`cycle.rs`) nobody else works, and where
//! the page is plain memory and the PPU blanks, this is all that happens:
//!
//! * OAM takes the bytes from OAMADDR on. Blank dots look at neither, and being calm
//!   they stay blank.
//! * $2004 takes effect at once.
//! * Each byte drives the register bus and both buses of the CPU; the last one's stay,
//!   with the cycle in which it came.
//! * /IRQ and /NMI rest, and the DMC does not ask for the bus: the cycles are idle.
//!
//! The halted core's address stands still outside of the 2A03's registers, which
//! would hear the reads otherwise.

use super::Edge;
use super::cart::map::Layout;
use super::output::Sink;
use super::system::System;
use zerocopy::IntoBytes;

impl<S: Sink, const LAZY: bool> System<'_, S, LAZY> {
    /// Lets the OAM unit have all that is left of its cycles. False, and nothing
    /// done, where somebody could tell.
    #[inline(never)]
    pub(super) fn pass_oam_dma(&mut self, core: u16) -> bool {
        if !LAZY
            || core & 0xffe0 == 0x4000
            || self.state.wires.put.on()
            || self.state.apu.dmc.wants_bus()
        {
            return false;
        }
        let Some([page, offset]) = self.state.oam_dma.next_get() else { return false };
        let cycles = 2 * (256 - u32::from(offset));
        if cycles > self.idle_cycles()
            || !self.is_calm_for(cycles)
            || !self.state.ppu.blanking(self.timing)
        {
            self.work.edges.take::<S>(Edge::OamByCycles);
            return false;
        }
        let Some(bytes) = self.page(page) else { return false };
        let last = self.state.clock + u64::from(cycles) - 1;
        self.work.edges.take::<S>(Edge::OamAtOnce);
        self.pass_idle(cycles);
        self.forget_status();
        let state = &mut *self.state;
        state.apu.dmc.halted();
        state.ppu.take_oam(&bytes[usize::from(offset)..], last);
        state.oam_dma.finish(bytes[255]);
        state.wires.data = bytes[255];
        state.wires.internal = bytes[255];
        true
    }

    /// A page of the CPU's addresses where memory answers.
    fn page(&self, page: u8) -> Option<[u8; 256]> {
        use super::cart::map::Place;
        let ram = |offset: usize| self.state.ram.as_bytes().get(offset..)?.first_chunk();
        let bytes = match page {
            0x00..=0x1f => ram(Layout::CPU_RAM + usize::from(page & 7) * 256),
            0x20..=0x40 => None,
            _ => match self.map.cpu_read(u16::from(page) << 8) {
                Place::Rom(offset) => self.cart.prg.page(offset),
                Place::Ram(offset) => ram(offset),
                Place::Nothing => None,
            },
        };
        bytes.copied()
    }
}
