//! Disks of the Famicom Disk System: from an image file to what the head meets.
//!
//! ```text
//!  .fds   ("FDS" $1A, sides, 11 zeros)   65,500 bytes a side: its blocks, then zeros
//!  .qd                                   65,536 bytes a side: each block with its check
//!  behind the last side: the 8 KiB of the RAM adapter's BIOS, once somebody put them there
//!
//!  side   gap ─ block 1 ─ gap ─ block 2 ─ gap ─ block 3 ─ gap ─ block 4 ─ gap ─ block 3 …
//!               56 bytes        2               16              1 + size
//!  block  $80 (the one bit that ends a gap) ─ number and data ─ check (2 bytes)
//! ```
//!
//! Images leave the gaps out. Here they are put back, with the usual lengths, so that
//! time passes over a disk as it did. A byte of a gap is zero.
//!
//! The check is CRC-16/KERMIT of the block with the $80 before it.
//!
//! <https://www.nesdev.org/wiki/FDS_disk_format>, <https://www.nesdev.org/wiki/FDS_file_format>

use std::sync::Arc;

use super::arcade::{Guard, Ppu, Wiring};
use super::{Cartridge, CartridgeError, Mirroring};
use crate::nes::board::{BoardId, DISK_SYSTEM, room_for_changes};
use crate::nes::region::Region;

/// Bytes of a side in an image.
const SIDE: usize = 65_500;
/// The same with checks.
const SIDE_WITH_CHECKS: usize = 65_536;
/// Bytes of the BIOS.
pub const BIOS: usize = 0x2000;
/// No game has more.
const MOST_SIDES: usize = 8;
/// Bytes of a gap: 28,300 bits before the first block, 976 before another.
const FIRST_GAP: usize = 28_300 / 8;
const GAP: usize = 976 / 8;
/// What the head meets from rim to hub: 6.3 s at 149 cycles a byte. With the way back
/// it is the seven seconds that a round takes.
const TRACK: usize = 74 * 1024;
/// How the first block begins.
const FIRST_BLOCK: &[u8] = b"\x01*NINTENDO-HVC*";
const HEADER: &[u8] = b"FDS\x1a";
const HEADER_LEN: usize = 16;
/// What ends a gap.
const START: u8 = 0x80;

/// The sides of a game's disks, each as one track. A cartridge has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Disk {
    tracks: Arc<[u8]>,
    sides: usize,
}

impl Disk {
    /// Sides: A and B of the first disk, A and B of the second.
    pub fn sides(&self) -> usize {
        self.sides
    }

    /// Bytes of a side as the head meets them, whole KiB.
    pub fn track_len(&self) -> usize {
        self.tracks.len().checked_div(self.sides).unwrap_or(0)
    }

    /// The byte of a side where the head is, as the image has it.
    pub fn byte(&self, side: usize, at: usize) -> u8 {
        self.tracks.get(side * self.track_len() + at).copied().unwrap_or(0)
    }
}

/// An image file, cut up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image<'a> {
    /// The sides.
    pub sides: Vec<&'a [u8]>,
    /// Each block is followed by its check.
    pub has_checks: bool,
    /// The BIOS, where it stands behind them.
    pub bios: Option<&'a [u8]>,
}

impl<'a> Image<'a> {
    /// Whether a file is one, by its first bytes.
    pub fn is_one(bytes: &[u8]) -> bool {
        bytes.starts_with(HEADER) || bytes.starts_with(FIRST_BLOCK)
    }

    /// Cuts up a file.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, CartridgeError> {
        let has_header = bytes.starts_with(HEADER);
        let promised = if has_header { bytes.get(4).copied().unwrap_or(0) } else { 0 };
        let body = bytes.get(if has_header { HEADER_LEN } else { 0 }..).unwrap_or_default();
        let fits = |side: usize| matches!(body.len() % side, 0 | BIOS) && body.len() >= side;
        let has_checks = fits(SIDE_WITH_CHECKS) && !fits(SIDE);
        let side = if has_checks { SIDE_WITH_CHECKS } else { SIDE };
        let count = body.len() / side;
        if !fits(side) || count < usize::from(promised) {
            return Err(CartridgeError::DiskCut { have: body.len(), promised, side });
        }
        if count > MOST_SIDES {
            return Err(CartridgeError::DiskSides { sides: count, most: MOST_SIDES });
        }
        let (sides, rest) = body.split_at(count * side);
        let bios = (rest.len() == BIOS).then_some(rest);
        Ok(Self { sides: sides.chunks_exact(side).collect(), has_checks, bios })
    }

    /// The disk with its gaps.
    pub fn disk(&self) -> Disk {
        let tracks: Vec<_> = self.sides.iter().map(|side| track(side, self.has_checks)).collect();
        let longest = tracks.iter().map(Vec::len).max().unwrap_or(0);
        let len = longest.next_multiple_of(1024).max(TRACK);
        let mut all = Vec::with_capacity(len * tracks.len());
        for track in &tracks {
            all.extend_from_slice(track);
            all.resize(all.len().next_multiple_of(len), 0);
        }
        Disk { tracks: all.into(), sides: tracks.len() }
    }

    /// The names of the files on a side, with their numbers and sizes.
    pub fn files(&self, side: usize) -> Vec<File> {
        let Some(bytes) = self.sides.get(side) else { return Vec::new() };
        blocks(bytes, self.has_checks)
            .filter_map(|(block, _)| match block {
                [3, _, id, name @ ..] => Some(File {
                    id: *id,
                    name: name.iter().take(8).map(|byte| letter(*byte)).collect(),
                    size: size_of_file(block),
                }),
                _ => None,
            })
            .collect()
    }
}

impl Cartridge {
    /// The RAM adapter of the Famicom Disk System, with a game's disks.
    pub(super) fn of_disk(image: &Image) -> Result<Self, CartridgeError> {
        let bios = image.bios.ok_or(CartridgeError::NoBios)?;
        let disk = image.disk();
        Ok(Self {
            prg: bios.to_vec().into(),
            chr: Vec::new(),
            board: BoardId::Fds,
            mapper: DISK_SYSTEM,
            submapper: 0,
            mirroring: Mirroring::Horizontal,
            prg_ram: 0x8000,
            // What was written, beside the image.
            prg_nvram: room_for_changes(&disk),
            chr_ram: 0x2000,
            chr_nvram: 0,
            disk,
            trainer: None,
            region: Region::Ntsc,
            ppu: Ppu::default(),
            wiring: Wiring::default(),
            guard: Guard::None,
            ports: None,
            cheats: Vec::new(),
        })
    }
}

/// A file on a disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its number.
    pub id: u8,
    /// Its name; what is no letter is a dot.
    pub name: String,
    /// Its bytes.
    pub size: usize,
}

/// The check of a block goes on by a byte.
pub fn check(crc: u16, byte: u8) -> u16 {
    (0..8).fold(crc ^ u16::from(byte), |crc, _| crc >> 1 ^ if crc & 1 != 0 { 0x8408 } else { 0 })
}

fn letter(byte: u8) -> char {
    if byte.is_ascii_graphic() { byte.into() } else { '.' }
}

/// Bytes 13 and 14 of a block 3.
fn size_of_file(block: &[u8]) -> usize {
    let [low, high] = [13, 14].map(|at| block.get(at).copied().unwrap_or(0));
    usize::from(u16::from_le_bytes([low, high]))
}

/// The blocks of a side as far as they follow each other, with their checks.
fn blocks(side: &[u8], has_checks: bool) -> impl Iterator<Item = (&[u8], Option<u16>)> {
    let (mut rest, mut before, mut size) = (side, 0, 0);
    std::iter::from_fn(move || {
        let len = match (before, *rest.first()?) {
            (0, 1) => 56,
            (1, 2) => 2,
            (2 | 4, 3) => 16,
            (3, 4) => 1 + size,
            _ => return None,
        };
        let (block, behind) = rest.split_at(len.min(rest.len()));
        before = block[0];
        size = size_of_file(block);
        let check = behind.first_chunk().filter(|_| has_checks).map(|b| u16::from_le_bytes(*b));
        rest = behind.get(if has_checks { 2 } else { 0 }..).unwrap_or_default();
        Some((block, check))
    })
}

fn track(side: &[u8], has_checks: bool) -> Vec<u8> {
    let mut track = vec![0; FIRST_GAP];
    for (block, written) in blocks(side, has_checks) {
        track.push(START);
        track.extend_from_slice(block);
        let computed = block.iter().fold(check(0, START), |crc, byte| check(crc, *byte));
        track.extend(written.unwrap_or(computed).to_le_bytes());
        track.extend([0; GAP]);
    }
    track
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A side with a file of these bytes, padded to `len`; with checks where `checks`.
    pub fn side(file: &[u8], len: usize, checks: bool) -> Vec<u8> {
        let mut first = FIRST_BLOCK.to_vec();
        first.resize(56, 0);
        let mut head = vec![3, 0, 7];
        head.extend(b"KYODAKU-");
        head.extend([0, 0x60]);
        head.extend((file.len() as u16).to_le_bytes());
        head.push(0);
        let data = [&[4], file].concat();
        let mut side = Vec::new();
        for block in [first, vec![2, 1], head, data] {
            let crc = block.iter().fold(check(0, 0x80), |crc, byte| check(crc, *byte));
            side.extend(block);
            if checks {
                side.extend(crc.to_le_bytes());
            }
        }
        side.resize(len, 0);
        side
    }

    /// A disk whose sides have a file each: of 3 and of 200 bytes.
    pub fn two_sides() -> Disk {
        let long: Vec<u8> = (0..200).collect();
        let two = [side(&[0x11, 0x22, 0x33], SIDE, false), side(&long, SIDE, false)].concat();
        Image::parse(&two).expect("two sides").disk()
    }

    fn sentence(bytes: &[u8]) -> String {
        Image::parse(bytes).unwrap_err().to_string()
    }

    #[test]
    fn the_check_is_the_known_one() {
        assert_eq!(b"123456789".iter().fold(0, |crc, byte| check(crc, *byte)), 0x2189);
    }

    #[test]
    fn a_track_has_its_gaps_and_checks_whichever_way_the_image_was_made() {
        let file: Vec<u8> = (0..=255).collect();
        let plain = side(&file, SIDE, false);
        let disk = Image::parse(&plain).unwrap().disk();
        assert_eq!((disk.sides(), disk.track_len()), (1, TRACK));
        let bytes: Vec<u8> = (0..TRACK).map(|at| disk.byte(0, at)).collect();
        assert!(bytes[..FIRST_GAP].iter().all(|byte| *byte == 0));
        let mut at = FIRST_GAP;
        for len in [56, 2, 16, 257] {
            assert_eq!(bytes[at], START);
            let whole = &bytes[at..at + 1 + len + 2];
            assert_eq!(whole.iter().fold(0, |crc, byte| check(crc, *byte)), 0, "block of {len}");
            at += whole.len();
            assert!(bytes[at..at + GAP].iter().all(|byte| *byte == 0));
            at += GAP;
        }
        assert!(bytes[at..].iter().all(|byte| *byte == 0));
        let headed = [b"FDS\x1a\x01\0\0\0\0\0\0\0\0\0\0\0", plain.as_slice()].concat();
        assert_eq!(Image::parse(&headed).unwrap().disk(), disk);
        let checked = side(&file, SIDE_WITH_CHECKS, true);
        let image = Image::parse(&checked).unwrap();
        assert!(image.has_checks);
        assert_eq!(image.disk(), disk);
    }

    #[test]
    fn a_wrong_check_in_an_image_that_has_them_stays_wrong() {
        let mut bytes = side(&[1, 2, 3], SIDE_WITH_CHECKS, true);
        bytes[56] ^= 1;
        let disk = Image::parse(&bytes).unwrap().disk();
        let block = (FIRST_GAP..FIRST_GAP + 59).map(|at| disk.byte(0, at));
        assert_ne!(block.fold(0, check), 0);
    }

    #[test]
    fn the_bios_may_stand_behind_the_sides() {
        let two = [side(&[1], SIDE, false), side(&[2], SIDE, false)].concat();
        let image = Image::parse(&two).unwrap();
        assert_eq!((image.sides.len(), image.bios), (2, None));
        let with = [two, vec![0xea; BIOS]].concat();
        let image = Image::parse(&with).unwrap();
        assert_eq!((image.sides.len(), image.bios.map(<[u8]>::len)), (2, Some(BIOS)));
        let files = image.files(1);
        assert_eq!((files.len(), files[0].name.as_str(), files[0].size), (1, "KYODAKU-", 1));
    }

    #[test]
    fn a_file_that_runs_over_the_end_and_a_blank_side_are_no_harm() {
        let mut cut = side(&[9; 100], SIDE, false);
        cut[56 + 2 + 13..][..2].copy_from_slice(&[0xff, 0xff]);
        assert_eq!(Image::parse(&cut).unwrap().disk().track_len() % 1024, 0);
        let blank = [side(&[1], SIDE, false), vec![0; SIDE]].concat();
        assert!(Image::parse(&blank).unwrap().files(1).is_empty());
    }

    #[test]
    fn a_cut_image_says_how_much_there_is() {
        let whole = side(&[1], SIDE, false);
        assert!(sentence(&whole[..60_000]).contains("60000 bytes"));
        let headed = [b"FDS\x1a\x02\0\0\0\0\0\0\0\0\0\0\0", whole.as_slice()].concat();
        assert!(sentence(&headed).contains("2 sides"), "{}", sentence(&headed));
        assert!(sentence(b"FDS\x1a").contains("0 bytes"));
        assert!(sentence(&whole.repeat(9)).contains("9 sides"));
    }
}
