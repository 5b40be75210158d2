//! The disks' bytes: those of the image, and what was written since, by pages of 256.
//!
//! ```text
//!  PRG RAM with a battery   table: a byte a page   0: as the image has it, else a place from 1
//!                           places: 256 bytes each, as many as a game fills
//! ```
//!
//! A state does not hold disks that were not written: places are few, all games' saves
//! fit, and a disk copier finds the disk protected once they are used up.

use crate::nes::cart::map::Layout;
use crate::nes::cart::{Cartridge, Disk};

const PAGE: usize = 256;
/// 32 KiB: what the adapter's RAM holds.
const PLACES: usize = 128;

/// Bytes of RAM that a disk's changes take.
pub fn room(disk: &Disk) -> usize {
    table_len(disk) + PLACES * PAGE
}

fn table_len(disk: &Disk) -> usize {
    (disk.sides() * disk.track_len() / PAGE).next_multiple_of(PAGE)
}

/// The disks and their changes.
pub struct Medium<'a> {
    disk: &'a Disk,
    table: &'a mut [u8],
    places: &'a mut [u8],
}

impl<'a> Medium<'a> {
    /// Those of a cartridge, in all RAM of the machine.
    pub fn new(cart: &'a Cartridge, ram: &'a mut [u8]) -> Self {
        let at = Layout::CART + cart.prg_ram.next_multiple_of(1024);
        // Whoever made the cartridge may have left too little room.
        let end = at + room(&cart.disk).min(cart.prg_nvram);
        let changes = ram.get_mut(at..end).unwrap_or_default();
        let (table, places) = changes.split_at_mut(table_len(&cart.disk).min(changes.len()));
        Self { disk: &cart.disk, table, places }
    }

    /// Bytes of a side.
    pub fn track_len(&self) -> usize {
        self.disk.track_len()
    }

    /// The byte of a side.
    pub fn read(&self, side: usize, at: usize) -> u8 {
        let page = self.page(side, at);
        let place = self.place_of(page).and_then(|place| self.places.get(place + at % PAGE));
        place.copied().unwrap_or_else(|| self.disk.byte(side, at))
    }

    /// Writes it; false, and nothing done, where there is no room.
    pub fn write(&mut self, side: usize, at: usize, value: u8) -> bool {
        if self.read(side, at) == value {
            return true;
        }
        let page = self.page(side, at);
        if self.place_of(page).is_none() && !self.begin_page(side, at) {
            return false;
        }
        let Some(place) = self.place_of(page) else { return false };
        let Some(byte) = self.places.get_mut(place + at % PAGE) else { return false };
        *byte = value;
        true
    }

    fn page(&self, side: usize, at: usize) -> usize {
        (side * self.track_len() + at) / PAGE
    }

    /// Where the bytes of a page lie that was written.
    fn place_of(&self, page: usize) -> Option<usize> {
        let number = usize::from(*self.table.get(page)?);
        Some(number.checked_sub(1)? * PAGE)
    }

    /// Gives a page the next place, and the image's bytes.
    fn begin_page(&mut self, side: usize, at: usize) -> bool {
        let last = self.table.iter().copied().max().unwrap_or(0);
        let page = self.page(side, at);
        let start = usize::from(last) * PAGE;
        let (Some(number), Some(place)) =
            (self.table.get_mut(page), self.places.get_mut(start..start + PAGE))
        else {
            return false;
        };
        *number = last.saturating_add(1);
        for (byte, at) in place.iter_mut().zip(at - at % PAGE..) {
            *byte = self.disk.byte(side, at);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nes::board::bench::cartridge;

    fn cart() -> Cartridge {
        let mut cart = cartridge(20, 8, 0);
        (cart.prg_ram, cart.prg_nvram) = (0x8000, room(&cart.disk));
        cart
    }

    fn ram(cart: &Cartridge) -> Vec<u8> {
        vec![0; Layout::of(cart).total]
    }

    #[test]
    fn a_change_is_one_of_its_side_and_the_rest_of_its_page_stays() {
        let cart = cart();
        let mut ram = ram(&cart);
        let mut medium = Medium::new(&cart, &mut ram);
        let block = (0..).find(|at| cart.disk.byte(1, *at) != 0).expect("a block");
        assert!(medium.write(1, block + 2, 0x99));
        let bytes = |side| (block..block + 4).map(|at| medium.read(side, at)).collect::<Vec<_>>();
        assert_eq!((bytes(0), bytes(1)), (vec![0x80, 1, 42, 78], vec![0x80, 1, 0x99, 78]));
    }

    #[test]
    fn what_is_written_as_it_was_takes_no_room() {
        let cart = cart();
        let mut ram = ram(&cart);
        let mut medium = Medium::new(&cart, &mut ram);
        for at in 0..medium.track_len() {
            assert!(medium.write(0, at, cart.disk.byte(0, at)));
        }
        assert!(ram.iter().all(|byte| *byte == 0));
    }

    #[test]
    fn the_129th_page_is_refused_and_the_others_stay() {
        let cart = cart();
        let mut ram = ram(&cart);
        let mut medium = Medium::new(&cart, &mut ram);
        let written = (0..296).filter(|page| medium.write(0, page * 256, 0x55)).count();
        assert_eq!(written, 128);
        assert!(medium.write(0, 127 * 256 + 9, 0x66), "pages that are there take more");
        assert_eq!((medium.read(0, 0), medium.read(0, 128 * 256)), (0x55, 0));
    }
}
