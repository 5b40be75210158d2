//! Addressing modes: the reads between the opcode and the operand's own cycle.

use super::table::Mode;
use super::{Access, Bus, Cpu};

impl Cpu {
    /// The operand's address. Indexed modes read at the address without carry
    /// first: reads only when the carry is needed, writes always.
    #[inline(always)]
    pub(super) fn address(&mut self, bus: &mut impl Bus, mode: Mode, access: Access) -> u16 {
        match mode {
            Mode::Zp => u16::from(self.fetch(bus)),
            Mode::Zpx => self.zero_page_indexed(bus, self.x),
            Mode::Zpy => self.zero_page_indexed(bus, self.y),
            Mode::Abs => self.absolute(bus),
            Mode::Abx => {
                let base = self.absolute(bus);
                self.indexed(bus, base, self.x, access)
            }
            Mode::Aby => {
                let base = self.absolute(bus);
                self.indexed(bus, base, self.y, access)
            }
            Mode::Izx => {
                let pointer = self.zero_page_indexed(bus, self.x) as u8;
                self.pointed(bus, pointer)
            }
            Mode::Izy => {
                let pointer = self.fetch(bus);
                let base = self.pointed(bus, pointer);
                self.indexed(bus, base, self.y, access)
            }
            Mode::Imp | Mode::Imm | Mode::Ind | Mode::Rel => {
                unreachable!("these modes have no operand address")
            }
        }
    }

    pub(super) fn absolute(&mut self, bus: &mut impl Bus) -> u16 {
        let low = self.fetch(bus);
        let high = self.fetch(bus);
        u16::from_le_bytes([low, high])
    }

    /// Reads at the address before indexing; the sum stays in page zero.
    fn zero_page_indexed(&mut self, bus: &mut impl Bus, index: u8) -> u16 {
        let base = self.fetch(bus);
        bus.read(u16::from(base));
        u16::from(base.wrapping_add(index))
    }

    /// The pointer in page zero; its high byte wraps within the page.
    pub(super) fn pointed(&mut self, bus: &mut impl Bus, pointer: u8) -> u16 {
        let low = bus.read(u16::from(pointer));
        let high = bus.read(u16::from(pointer.wrapping_add(1)));
        u16::from_le_bytes([low, high])
    }

    fn indexed(&mut self, bus: &mut impl Bus, base: u16, index: u8, access: Access) -> u16 {
        let address = base.wrapping_add(u16::from(index));
        let without_carry = (base & 0xff00) | (address & 0x00ff);
        if access == Access::Write || without_carry != address {
            bus.read(without_carry);
        }
        address
    }
}
