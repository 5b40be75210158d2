//! RAM of the cartridge that is not noise at power-on, and RAM that survives power-off.

use zerocopy::IntoBytes;

use super::Nes;
use super::cart::Cartridge;
use super::cart::map::Map;
use super::state::State;

/// Fills what a file says, and what is empty without it.
pub(super) fn fill(cart: &Cartridge, map: &Map, state: &mut State) {
    load_trainer(cart, map, state);
    load_flash(cart, map, state);
    clear_disk(cart, map, state);
}

impl Nes {
    /// The RAM that survives power-off: PRG part, then CHR part. Empty without
    /// a battery.
    pub fn battery(&self) -> (&[u8], &[u8]) {
        let (prg, chr) = self.battery_ranges();
        let ram = self.state.ram.as_bytes();
        (&ram[prg], &ram[chr])
    }

    /// Fills the RAM that survives power-off, as far as `bytes` reach.
    pub fn load_battery(&mut self, bytes: &[u8]) {
        let (prg, chr) = self.battery_ranges();
        let ram = self.state.ram.as_mut_bytes();
        let (first, second) = bytes.split_at(bytes.len().min(prg.len()));
        ram[prg][..first.len()].copy_from_slice(first);
        let len = second.len().min(chr.len());
        ram[chr][..len].copy_from_slice(&second[..len]);
        self.cart.board.battery_loaded(&mut self.state.board, &self.cart, ram);
        self.derive();
    }

    fn battery_ranges(&self) -> (std::ops::Range<usize>, std::ops::Range<usize>) {
        let layout = self.map.layout();
        let prg = layout.nvram..layout.nvram + self.cart.prg_nvram;
        let end = layout.chr + layout.chr_len;
        (prg, end - self.cart.chr_nvram.next_multiple_of(1024)..end)
    }
}

/// Flash begins as what the file has.
fn load_flash(cart: &Cartridge, map: &Map, state: &mut State) {
    let (at, len) = (map.layout().nvram, cart.prg.len());
    if cart.board.has_flash() && cart.prg_nvram >= len {
        state.ram.as_mut_bytes()[at..at + len].copy_from_slice(&cart.prg);
    }
}

/// Nothing was written on a new disk, whatever noise is in other RAM.
fn clear_disk(cart: &Cartridge, map: &Map, state: &mut State) {
    if cart.disk.sides() > 0 {
        let at = map.layout().nvram;
        state.ram.as_mut_bytes()[at..at + cart.prg_nvram].fill(0);
    }
}

/// Old copiers put 512 bytes at $7000.
fn load_trainer(cart: &Cartridge, map: &Map, state: &mut State) {
    let Some(trainer) = &cart.trainer else { return };
    let at = map.layout().wram + 0x1000;
    if map.layout().wram_len >= 0x1200 {
        state.ram.as_mut_bytes()[at..at + 512].copy_from_slice(&trainer[..]);
    }
}
