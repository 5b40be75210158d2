//! PRG ROM, and what cheats make of it.
//!
//! A cheat is at a CPU address, and the same byte of ROM may be seen at another
//! one too, where it must stay. So a page with cheats is not changed but
//! another page is put in its place, when banks are mapped:
//!
//! ```text
//! bytes   | ROM                      | changed pages …      256 bytes each
//! masks   CPU page $91:  ROM page n ─▶ the changed page, or n where no cheat fits
//! ```
//!
//! The CPU's reads know nothing of this, and without cheats nothing is there.

use std::ops::{Deref, DerefMut};

use super::cheat::{Cheat, CheatError};

/// Bytes of a page.
const PAGE: usize = 256;
/// Pages that the page tables can count.
const PAGES: usize = 0x8000;

/// PRG ROM; as a slice it is the ROM without cheats.
#[derive(Clone, Debug)]
pub struct Prg {
    bytes: Vec<u8>,
    rom_len: usize,
    masks: Vec<Mask>,
}

/// What a CPU page with cheats shows.
#[derive(Clone, Debug)]
pub struct Mask {
    /// The CPU page.
    pub page: u8,
    /// By page of ROM: the page that is read instead.
    pub shows: Vec<u16>,
}

impl Prg {
    /// The byte at an offset that the page tables gave; `None` past the end.
    #[inline(always)]
    pub fn read(&self, offset: usize) -> Option<u8> {
        self.bytes.get(offset).copied()
    }

    /// The page that begins at such an offset.
    #[inline(always)]
    pub fn page(&self, offset: usize) -> Option<&[u8; PAGE]> {
        self.bytes.get(offset..)?.first_chunk()
    }

    /// The CPU pages that cheats change.
    #[inline(always)]
    pub fn masks(&self) -> &[Mask] {
        &self.masks
    }

    /// The ROM with these cheats and no others. Those elsewhere than in ROM
    /// make no difference.
    pub fn with_cheats(&self, cheats: &[Cheat]) -> Result<Self, CheatError> {
        let mut prg = Self::from(self.to_vec());
        let mut pages: Vec<u8> = cheats.iter().map(|cheat| (cheat.address >> 8) as u8).collect();
        pages.sort_unstable();
        pages.dedup();
        // Below there is no ROM on any board.
        pages.retain(|page| *page >= 0x40);
        for page in pages {
            let here = cheats.iter().filter(|cheat| cheat.address >> 8 == u16::from(page));
            prg.mask(page, &here.collect::<Vec<_>>())?;
        }
        Ok(prg)
    }

    /// Whether a cheat could ever change a byte of this ROM.
    pub fn is_changed_by(&self, cheat: &Cheat) -> bool {
        let at = usize::from(cheat.address & 0xff);
        self.iter().skip(at).step_by(PAGE).any(|byte| cheat.applies_to(*byte))
    }

    fn mask(&mut self, page: u8, cheats: &[&Cheat]) -> Result<(), CheatError> {
        let mut shows = Vec::with_capacity(self.rom_len / PAGE);
        for number in 0..self.rom_len / PAGE {
            let original = &self.bytes[number * PAGE..][..PAGE];
            let mut changed = original.to_vec();
            for cheat in cheats {
                let at = usize::from(cheat.address & 0xff);
                if cheat.applies_to(original[at]) {
                    changed[at] = cheat.value;
                }
            }
            if changed == original {
                shows.push(number as u16);
            } else {
                let next = self.bytes.len() / PAGE;
                if next == PAGES {
                    return Err(CheatError::TooMany { room: PAGES - self.rom_len / PAGE });
                }
                shows.push(next as u16);
                self.bytes.extend(changed);
            }
        }
        self.masks.push(Mask { page, shows });
        Ok(())
    }
}

impl From<Vec<u8>> for Prg {
    fn from(bytes: Vec<u8>) -> Self {
        Self { rom_len: bytes.len(), bytes, masks: Vec::new() }
    }
}

impl Deref for Prg {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[..self.rom_len]
    }
}

impl DerefMut for Prg {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[..self.rom_len]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four pages; byte n of page p is p + n.
    fn prg() -> Prg {
        let byte = |n: usize| (n / PAGE + n % PAGE) as u8;
        Prg::from((0..4 * PAGE).map(byte).collect::<Vec<_>>())
    }

    fn cheats(codes: &[&str]) -> Vec<Cheat> {
        codes.iter().map(|code| code.parse().unwrap()).collect()
    }

    #[test]
    fn a_changed_page_is_shown_in_place_of_each_page_that_fits() {
        let prg = prg().with_cheats(&cheats(&["8010:99", "8020?22:77"])).unwrap();
        let [Mask { page: 0x80, shows }] = prg.masks() else { panic!("one page has cheats") };
        let byte = |page: usize, at: usize| prg.read(usize::from(shows[page]) * PAGE + at);
        assert_eq!([0, 1, 2, 3].map(|page| byte(page, 0x10)), [Some(0x99); 4]);
        assert_eq!([1, 2, 3].map(|page| byte(page, 0x20)), [Some(0x21), Some(0x77), Some(0x23)]);
        assert_eq!(byte(2, 0x11), Some(0x13), "the rest of the page stays");
        assert_eq!(&prg[..], &self::prg()[..], "the ROM itself stays");
    }

    #[test]
    fn a_page_that_no_cheat_fits_shows_itself() {
        let prg = prg().with_cheats(&cheats(&["C000?01:05", "07F0:09"])).unwrap();
        let [mask] = prg.masks() else { panic!("RAM has no mask") };
        assert_eq!(mask.shows, [0, 4, 2, 3]);
        let same = prg.with_cheats(&[]).unwrap();
        assert!(same.masks().is_empty() && same.len() == prg.len());
    }

    #[test]
    fn a_code_that_fits_no_byte_is_known() {
        let [fits, not, ram] = cheats(&["8010?13:1", "8010?14:1", "0010:1"])[..] else { panic!() };
        assert!(prg().is_changed_by(&fits) && !prg().is_changed_by(&not));
        assert!(prg().is_changed_by(&ram));
    }

    #[test]
    fn more_pages_than_can_be_counted_are_a_sentence() {
        let large = Prg::from(vec![1; 0x40_0000]);
        let error = large.with_cheats(&cheats(&["8000:2", "9000:2"])).unwrap_err();
        assert_eq!(error, CheatError::TooMany { room: 0x4000 });
        assert!(large.with_cheats(&cheats(&["8000:2"])).is_ok());
    }
}
