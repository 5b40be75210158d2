//! Music files: NSF, NSFe, and NSF with NSFe's chunks behind its data (NSF2).
//!
//! ```text
//! NSF   0  "NESM" $1A, version          NSFe  0  "NSFE"
//!       6  tracks, the first one              4  chunks: length (4), name (4), bytes
//!       8  load, INIT, PLAY
//!      $0E title, artist, copyright           INFO  load, INIT, PLAY, television, chips,
//!      $6E speed (µs), NTSC                         tracks, the first one (from 0)
//!      $70 the eight banks                    DATA  the music     BANK  the eight banks
//!      $78 speed, PAL                         RATE  the speeds    NEND  the end
//!      $7A television: PAL, both              auth  title, artist, copyright, ripper
//!      $7B chips                              tlbl  names of tracks
//!      $7C NSF2: needs                        time, fade  milliseconds by track
//!      $7D length of the music, 0: all        plst  tracks in order
//!      $80 the music
//! ```
//!
//! Both become a cartridge of the board `board/nsf.rs`: the player, pages of text that it
//! shows, the music.
//!
//! <https://www.nesdev.org/wiki/NSF>, <https://www.nesdev.org/wiki/NSFe>,
//! <https://www.nesdev.org/wiki/NSF2>

mod lists;
use lists::Lists;

use super::disk::Disk;
use super::{Cartridge, CartridgeError, Mirroring};
use crate::nes::board::BoardId;
use crate::nes::board::nsf::{BANK, FIRST_BANK, MAPPER, PLAYER, chip};
use crate::nes::region::Region;

/// `roms-test/nsf/player.s`: 2 KiB for the CPU, 4 KiB of pictures.
static PROGRAM: &[u8; PLAYER + 0x1000] = include_bytes!("../../../roms-test/built/nsf/player.bin");

/// What a music file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nsf<'a> {
    /// What people call the format.
    pub format: &'static str,
    /// Title, artist, copyright, and who made the file.
    pub credits: [String; 4],
    /// Where the music goes, where it is started, and what is called then.
    pub load: u16,
    /// INIT.
    pub init: u16,
    /// PLAY.
    pub play: u16,
    /// 4 KiB each from $8000 on; all 0: the music lies as it is.
    pub banks: [u8; 8],
    /// Microseconds between calls of PLAY: NTSC, PAL, Dendy.
    pub speeds: [u16; 3],
    /// The television that it is made for, or is made for both.
    pub region: Option<Region>,
    /// The chips beside the 2A03's.
    pub chips: u8,
    /// NSF2: whether it takes interrupts, with a timer and a vector of its own.
    pub irqs: bool,
    /// NSF2: whether INIT is called twice and may keep the CPU then, interrupted by PLAY.
    pub twice: bool,
    /// NSF2: whether PLAY is never called.
    pub no_play: bool,
    /// The tracks in their order.
    pub tracks: Vec<Track>,
    /// The track that comes first, from 0.
    pub first: usize,
    /// The music.
    pub data: &'a [u8],
}

/// A track.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Track {
    /// What INIT gets.
    pub song: u8,
    /// Its name.
    pub name: String,
    /// Milliseconds until it fades.
    pub time: Option<u32>,
    /// Milliseconds in which it fades.
    pub fade: u32,
}

/// Why a music file cannot be played.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum NsfError {
    #[error(
        "the music file ends within {within}; it is cut short, copy it again from where it came"
    )]
    Cut { within: &'static str },
    #[error("the music file has no {what}; it is damaged")]
    Missing { what: &'static str },
    #[error(
        "the music file is loaded to ${load:04X}, and music begins at $8000, with the Disk System's sound at $6000; it is damaged"
    )]
    Load { load: u16 },
    #[error(
        "the music file has {size} bytes of music, and 256 banks of 4096 bytes are all there can be; it is damaged"
    )]
    TooLarge { size: usize },
    #[error("the music file needs {what}, which is not supported yet")]
    Needs { what: String },
}

/// Whether a file begins like music.
pub fn is_music(bytes: &[u8]) -> bool {
    bytes.starts_with(b"NESM\x1a") || bytes.starts_with(b"NSFE")
}

impl<'a> Nsf<'a> {
    /// Reads a file that [`is_music`].
    pub fn parse(bytes: &'a [u8]) -> Result<Self, NsfError> {
        let mut nsf = match bytes.strip_prefix(b"NSFE") {
            Some(chunks) => Self::of_chunks(chunks)?,
            None => Self::of_header(bytes)?,
        };
        nsf.check()?;
        nsf.tracks.truncate(usize::from(MOST_TRACKS));
        nsf.first = nsf.first.min(nsf.tracks.len() - 1);
        Ok(nsf)
    }

    fn of_header(bytes: &'a [u8]) -> Result<Self, NsfError> {
        let header: &[u8; HEADER] =
            bytes.first_chunk().ok_or(NsfError::Cut { within: "its header" })?;
        let word = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
        let data = &bytes[HEADER..];
        let length = u32::from_le_bytes([header[0x7d], header[0x7e], header[0x7f], 0]) as usize;
        let (data, chunks) = match length {
            0 => (data, &[][..]),
            _ => data.split_at_checked(length).ok_or(NsfError::Cut { within: "its music" })?,
        };
        let flags = if header[5] >= 2 { header[0x7c] } else { 0 };
        let mut banks = [0; 8];
        banks.copy_from_slice(&header[0x70..0x78]);
        let mut nsf = Self {
            format: if header[5] >= 2 { "NSF2" } else { "NSF" },
            credits: [0x0e, 0x2e, 0x4e, 0x80].map(|at| text(&header[at..HEADER.min(at + 32)])),
            load: word(8),
            init: word(10),
            play: word(12),
            banks,
            speeds: [word(0x6e), word(0x78), word(0x78)],
            region: television(header[0x7a]),
            chips: header[0x7b],
            irqs: flags & IRQ != 0,
            twice: flags & NEVER_RETURNS != 0,
            no_play: flags & NO_PLAY != 0,
            tracks: songs(header[6]),
            first: usize::from(header[7].saturating_sub(1)),
            data,
        };
        match nsf.take_chunks(chunks) {
            // Behind the music lie words about it at most.
            Err(_) if flags & MANDATORY == 0 => {}
            result => result?,
        }
        Ok(nsf)
    }

    fn of_chunks(chunks: &'a [u8]) -> Result<Self, NsfError> {
        let mut nsf = Self {
            format: "NSFe",
            credits: Default::default(),
            load: 0,
            init: 0,
            play: 0,
            banks: [0; 8],
            speeds: [0; 3],
            region: None,
            chips: 0,
            irqs: false,
            twice: false,
            no_play: false,
            tracks: Vec::new(),
            first: 0,
            data: &[],
        };
        nsf.take_chunks(chunks)?;
        Ok(nsf)
    }

    /// Reads chunks; what is about tracks is applied when all are known.
    fn take_chunks(&mut self, mut chunks: &'a [u8]) -> Result<(), NsfError> {
        let cut = NsfError::Cut { within: "a chunk" };
        let mut lists = Lists::default();
        while let Some((head, rest)) = chunks.split_first_chunk::<8>() {
            let [a, b, c, d, id @ ..] = *head;
            let length = u32::from_le_bytes([a, b, c, d]) as usize;
            let (bytes, rest) = rest.split_at_checked(length).ok_or(cut.clone())?;
            chunks = rest;
            match &id {
                b"NEND" => break,
                b"INFO" => self.take_info(bytes)?,
                b"DATA" => self.data = bytes,
                b"BANK" => self.banks.iter_mut().zip(bytes).for_each(|(bank, byte)| *bank = *byte),
                b"RATE" => {
                    let speeds =
                        bytes.chunks_exact(2).map(|two| u16::from_le_bytes([two[0], two[1]]));
                    self.speeds.iter_mut().zip(speeds).for_each(|(speed, said)| *speed = said);
                }
                b"NSF2" => {
                    let flags = bytes.first().copied().unwrap_or_default();
                    self.irqs = flags & IRQ != 0;
                    self.twice = flags & NEVER_RETURNS != 0;
                    self.no_play = flags & NO_PLAY != 0;
                }
                b"VRC7" if bytes.first().is_some_and(|device| *device != 0) => {
                    return Err(NsfError::Needs { what: "a YM2413 in the VRC7's place".into() });
                }
                b"VRC7" => {}
                b"auth" => {
                    for (credit, said) in self.credits.iter_mut().zip(strings(bytes)) {
                        if !said.is_empty() {
                            *credit = said;
                        }
                    }
                }
                b"tlbl" => lists.names = strings(bytes).collect(),
                b"time" => lists.times = numbers(bytes),
                b"fade" => lists.fades = numbers(bytes),
                b"plst" => lists.order = Some(bytes),
                [b'A'..=b'Z', ..] => {
                    return Err(NsfError::Needs { what: format!("the chunk {}", text(&id)) });
                }
                _ => {}
            }
        }
        lists.apply(self);
        Ok(())
    }

    fn take_info(&mut self, bytes: &[u8]) -> Result<(), NsfError> {
        let cut = NsfError::Cut { within: "the chunk INFO" };
        let [l0, l1, i0, i1, p0, p1, region, chips, rest @ ..] = bytes else { return Err(cut) };
        self.load = u16::from_le_bytes([*l0, *l1]);
        self.init = u16::from_le_bytes([*i0, *i1]);
        self.play = u16::from_le_bytes([*p0, *p1]);
        (self.region, self.chips) = (television(*region), *chips);
        self.tracks = songs(rest.first().copied().unwrap_or(1));
        self.first = rest.get(1).copied().unwrap_or_default().into();
        Ok(())
    }

    fn check(&self) -> Result<(), NsfError> {
        let missing = |what| Err(NsfError::Missing { what });
        if self.chips & !KNOWN_CHIPS != 0 {
            return Err(NsfError::Needs { what: "a sound chip that nobody knows".into() });
        }
        if self.load == 0 && self.format == "NSFe" {
            return missing("chunk INFO");
        }
        if self.tracks.is_empty() {
            return missing("tracks");
        }
        if self.data.is_empty() {
            return missing("music");
        }
        if self.load < self.base() && !self.is_banked() {
            return Err(NsfError::Load { load: self.load });
        }
        if self.padding() + self.data.len() > 256 * BANK && self.is_banked() {
            return Err(NsfError::TooLarge { size: self.data.len() });
        }
        Ok(())
    }

    fn is_banked(&self) -> bool {
        self.banks != [0; 8]
    }

    /// Where music without banks may begin.
    fn base(&self) -> u16 {
        if self.chips & chip::FDS != 0 { 0x6000 } else { 0x8000 }
    }

    /// Bytes before the music in its first bank.
    fn padding(&self) -> usize {
        usize::from(if self.is_banked() {
            self.load % BANK as u16
        } else {
            self.load - self.base()
        })
    }

    /// Microseconds between calls of PLAY.
    pub fn speed(&self, region: Region) -> u32 {
        let standard = [16_639, 19_997, 19_997];
        let row = row(region);
        u32::from(if self.speeds[row] == 0 { standard[row] } else { self.speeds[row] })
    }

    /// The names of the chips beside the 2A03's.
    pub fn chip_names(&self) -> impl Iterator<Item = &'static str> {
        CHIPS.iter().filter(|(bit, _)| self.chips & bit != 0).map(|(_, name)| *name)
    }

    /// The cartridge on which it plays.
    pub fn cartridge(&self) -> Cartridge {
        let (player, pictures) = PROGRAM.split_at(PLAYER);
        let mut prg = player.to_vec();
        (prg[PLAYER - 2], prg[PLAYER - 1]) = (self.tracks.len() as u8, self.first as u8 + 1);
        prg.extend(self.title_page());
        for n in 0..self.tracks.len() {
            prg.extend(self.track_page(n));
        }
        prg.resize(prg.len().next_multiple_of(BANK), 0);
        let first = (prg.len() / BANK) as u16;
        prg[FIRST_BANK..FIRST_BANK + 2].copy_from_slice(&first.to_le_bytes());
        let start = prg.len();
        prg.resize(start + self.padding(), 0);
        prg.extend(self.data);
        if !self.is_banked() {
            prg.resize(start + 0x1_0000 - usize::from(self.base()), 0);
        }
        prg.resize(prg.len().next_multiple_of(BANK), 0);
        Cartridge {
            prg: prg.into(),
            chr: pictures.to_vec(),
            board: BoardId::Nsf,
            mapper: MAPPER,
            submapper: self.chips | if self.irqs || self.twice { chip::TIMER } else { 0 },
            mirroring: Mirroring::Vertical,
            prg_ram: if self.chips & chip::FDS != 0 { 0x8000 } else { 0x2000 },
            prg_nvram: 0,
            chr_ram: 0,
            chr_nvram: 0,
            disk: Disk::default(),
            trainer: None,
            region: self.region.unwrap_or(Region::Ntsc),
            ports: None,
            ppu: Default::default(),
            wiring: Default::default(),
            guard: Default::default(),
            cheats: Vec::new(),
        }
    }

    fn title_page(&self) -> [u8; 256] {
        let chips = self.chip_names().fold("2A03".to_owned(), |all, chip| all + " " + chip);
        let television = match self.region {
            Some(Region::Pal | Region::Dendy) => "PAL",
            Some(Region::Ntsc) => "NTSC",
            None => "NTSC AND PAL",
        };
        let [title, artist, copyright, _] = &self.credits;
        let mut page = [0; 256];
        show(&mut page, &[title, "", artist, "", copyright, "", &chips, television]);
        page
    }

    /// As `roms-test/nsf/player.s` has it.
    fn track_page(&self, n: usize) -> [u8; 256] {
        let track = &self.tracks[n];
        let mut page = [0; 256];
        let number = format!("TRACK {} OF {}", n + 1, self.tracks.len());
        let time = track.time.map_or_else(String::new, |time| {
            let seconds = time / 1000;
            format!("{}:{:02}", seconds / 60, seconds % 60)
        });
        let rest = track.name.chars().skip(COLUMNS).collect::<String>();
        let keys = "LEFT RIGHT TRACK START AGAIN";
        show(&mut page, &[&number, "", &track.name, &rest, &time, keys]);
        let [i0, i1] = self.init.to_le_bytes();
        let [p0, p1] = self.play.to_le_bytes();
        let flags = u8::from(self.irqs) | u8::from(self.twice) << 1 | u8::from(self.no_play) << 2;
        page[192..198].copy_from_slice(&[track.song, flags, i0, i1, p0, p1]);
        let below = ((0x8000 - self.base()) / BANK as u16) as u8;
        let banks =
            if self.is_banked() { self.banks } else { std::array::from_fn(|n| below + n as u8) };
        page[198..206].copy_from_slice(&banks);
        // $6000 and $7000.
        let low = if self.is_banked() { [banks[6], banks[7]] } else { [0, 1] };
        page[248..250].copy_from_slice(&low);
        for region in [Region::Ntsc, Region::Pal, Region::Dendy] {
            let period = match self.no_play {
                true => 0,
                false => cycles(u64::from(self.speed(region)) * 256, region),
            };
            let milliseconds = |n: u32| cycles(u64::from(n) * 1000, region);
            let fade = milliseconds(track.fade).min(u32::MAX.into());
            // One cycle at least: 0 is no end.
            let length = track.time.map_or(0, |time| (milliseconds(time) + fade).max(1));
            let words = &mut page[206 + 14 * row(region)..][..14];
            words[..4].copy_from_slice(&period.to_le_bytes()[..4]);
            words[4..9].copy_from_slice(&length.to_le_bytes()[..5]);
            words[9..13].copy_from_slice(&fade.to_le_bytes()[..4]);
            words[13] = u8::from(region != Region::Ntsc);
        }
        page
    }
}

impl Cartridge {
    /// The cartridge on which a music file plays.
    pub(super) fn of_music(bytes: &[u8]) -> Result<Self, CartridgeError> {
        Ok(Nsf::parse(bytes).map_err(CartridgeError::Music)?.cartridge())
    }
}

const HEADER: usize = 0x80;
/// The player counts them in a byte.
const MOST_TRACKS: u8 = 255;
/// Characters of a line of text that are shown.
const COLUMNS: usize = 28;

/// NSF2's flags.
const IRQ: u8 = 0x10;
const NEVER_RETURNS: u8 = 0x20;
const NO_PLAY: u8 = 0x40;
const MANDATORY: u8 = 0x80;

static CHIPS: [(u8, &str); 6] = [
    (chip::VRC6, "VRC6"),
    (chip::VRC7, "VRC7"),
    (chip::FDS, "FDS"),
    (chip::MMC5, "MMC5"),
    (chip::N163, "N163"),
    (chip::S5B, "5B"),
];
const KNOWN_CHIPS: u8 = 0x3f;

/// Bit 1: both; else bit 0: PAL.
fn television(bits: u8) -> Option<Region> {
    match bits & 3 {
        0 => Some(Region::Ntsc),
        1 => Some(Region::Pal),
        _ => None,
    }
}

fn songs(count: u8) -> Vec<Track> {
    (0..count).map(|song| Track { song, ..Track::default() }).collect()
}

fn row(region: Region) -> usize {
    match region {
        Region::Ntsc => 0,
        Region::Pal => 1,
        Region::Dendy => 2,
    }
}

/// Microseconds as CPU cycles.
fn cycles(microseconds: u64, region: Region) -> u64 {
    let timing = region.timing();
    let (hertz, of) = timing.master_hz;
    let second = u128::from(of * u64::from(timing.cpu_divider)) * 1_000_000;
    (u128::from(microseconds) * u128::from(hertz) / second) as u64
}

/// Text up to its zero: UTF-8, or where it is none, Latin-1.
fn text(bytes: &[u8]) -> String {
    let bytes = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    };
    text.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned()
}

/// Texts that end with a zero each.
fn strings(bytes: &[u8]) -> impl Iterator<Item = String> {
    bytes.split(|byte| *byte == 0).map(text)
}

fn numbers(bytes: &[u8]) -> Vec<i32> {
    bytes.chunks_exact(4).map(|n| i32::from_le_bytes([n[0], n[1], n[2], n[3]])).collect()
}

/// Writes lines of 32 tiles: the tiles are ASCII, capitals only.
fn show(page: &mut [u8; 256], lines: &[&str]) {
    for (line, text) in page.chunks_exact_mut(32).zip(lines) {
        let characters = text.chars().take(COLUMNS).map(|c| match c.to_ascii_uppercase() {
            c @ ' '..='_' => c as u8,
            _ => b'?',
        });
        line[2..].iter_mut().zip(characters).for_each(|(tile, c)| *tile = c);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A file of a header and `data`, loaded to $8123.
    fn file(data: &[u8], change: impl FnOnce(&mut [u8; HEADER])) -> Vec<u8> {
        let mut header = [0; HEADER];
        header[..14].copy_from_slice(b"NESM\x1a\x01\x03\x02\x23\x81\x30\x81\x33\x81");
        header[0x0e..0x13].copy_from_slice(b"Title");
        header[0x2e..0x33].copy_from_slice(b"J\xf6rg ");
        change(&mut header);
        [&header[..], data].concat()
    }

    fn chunk(id: &[u8; 4], bytes: &[u8]) -> Vec<u8> {
        [&(bytes.len() as u32).to_le_bytes()[..], id, bytes].concat()
    }

    fn nsfe(chunks: &[Vec<u8>]) -> Vec<u8> {
        let info = chunk(b"INFO", &[0, 0x80, 0, 0x80, 3, 0x80, 2, 1, 3, 1]);
        let data = chunk(b"DATA", &[0x60; 8]);
        let rest = chunks.concat();
        [&b"NSFE"[..], &info, &data, &rest, &chunk(b"NEND", &[])].concat()
    }

    fn sentence(bytes: &[u8]) -> String {
        Cartridge::parse(bytes).unwrap_err().to_string()
    }

    #[test]
    fn a_header_says_title_tracks_and_where_the_music_goes() {
        let bytes = file(&[7; 99], |header| header[0x7b] = 0x21);
        let nsf = Nsf::parse(&bytes).unwrap();
        assert_eq!(nsf.credits, ["Title", "Jörg", "", ""]);
        assert_eq!((nsf.tracks.len(), nsf.first, nsf.region), (3, 1, Some(Region::Ntsc)));
        assert_eq!((nsf.load, nsf.init, nsf.play), (0x8123, 0x8130, 0x8133));
        assert_eq!(nsf.chip_names().collect::<Vec<_>>(), ["VRC6", "5B"]);
        assert_eq!((nsf.speed(Region::Ntsc), nsf.speed(Region::Pal)), (16_639, 19_997));
    }

    #[test]
    fn music_lies_at_its_address_or_in_banks_that_begin_before_it() {
        let cart = Cartridge::parse(&file(&[7; 99], |_| ())).unwrap();
        let first = usize::from(cart.prg[FIRST_BANK]) * BANK;
        assert_eq!(cart.prg.len(), first + 0x8000);
        let at = first + 0x123;
        assert_eq!((cart.prg[at - 1], cart.prg[at], cart.prg[at + 99]), (0, 7, 0));
        let cart = Cartridge::parse(&file(&[7; 0x2000], |header| header[0x70] = 1)).unwrap();
        assert_eq!((cart.prg.len(), cart.prg[at - 1], cart.prg[at]), (first + 0x3000, 0, 7));
    }

    #[test]
    fn chunks_name_and_time_tracks_and_put_them_in_order() {
        let bytes = nsfe(&[
            chunk(b"auth", b"T\0A\0C\0R\0"),
            chunk(b"tlbl", b"one\0two\0three\0"),
            chunk(b"time", &[1000_i32, -1, 65_000].map(i32::to_le_bytes).concat()),
            chunk(b"fade", &[0_i32, 5, 2000].map(i32::to_le_bytes).concat()),
            chunk(b"plst", &[2, 9, 1, 1]),
            chunk(b"what", b"ever"),
        ]);
        let nsf = Nsf::parse(&bytes).unwrap();
        assert_eq!(nsf.credits, ["T", "A", "C", "R"]);
        let three = Track { song: 2, name: "three".into(), time: Some(65_000), fade: 2000 };
        let two = Track { song: 1, name: "two".into(), time: None, fade: 5 };
        assert_eq!(nsf.tracks, [three, two.clone(), two]);
        assert_eq!((nsf.first, nsf.region), (1, None));
    }

    #[test]
    fn chunks_may_stand_behind_the_music_of_a_header() {
        let names = chunk(b"tlbl", b"a\0b\0c\0");
        let bytes = file(&[&[7; 99][..], &names].concat(), |header| header[0x7d] = 99);
        let nsf = Nsf::parse(&bytes).unwrap();
        assert_eq!((nsf.data.len(), nsf.tracks[2].name.as_str()), (99, "c"));
        // Junk behind the music is no reason to refuse it.
        let bytes = file(&[7; 120], |header| header[0x7d] = 99);
        assert_eq!(Nsf::parse(&bytes).unwrap().data.len(), 99);
    }

    #[test]
    fn a_track_is_over_when_its_time_and_its_fade_are_on_each_television() {
        let bytes = nsfe(&[
            chunk(b"time", &[1000_i32, 0].map(i32::to_le_bytes).concat()),
            chunk(b"fade", &500_i32.to_le_bytes()),
        ]);
        let cart = Cartridge::parse(&bytes).unwrap();
        let page = |n: usize| &cart.prg[PLAYER + 0x100 * n..][..0x100];
        assert_eq!(&page(1)[..2], b"\0\0");
        assert_eq!(&page(1)[2..12], b"TRACK 1 OF");
        let number = |page: &[u8], at: usize, bytes: usize| {
            page[at..at + bytes].iter().rev().fold(0_u64, |n, byte| n << 8 | u64::from(*byte))
        };
        // 1.789773, 1.662607 and 1.773448 million cycles a second.
        let rows = [
            (29_780, 2_684_658, 894_886),
            (33_247, 2_493_910, 831_303),
            (35_463, 2_660_170, 886_723),
        ];
        for (n, (period, length, fade)) in rows.into_iter().enumerate() {
            let words = &page(1)[206 + 14 * n..];
            assert_eq!(number(words, 0, 4) / 256, period);
            assert_eq!((number(words, 4, 5), number(words, 9, 4)), (length, fade));
        }
        assert_eq!(number(page(2), 210, 5), 1, "no time is not no end");
        assert_eq!(number(page(3), 210, 5), 0, "nothing is said: it has no end");
    }

    #[test]
    fn nsf2_says_how_init_and_play_are_called_in_a_header_or_a_chunk() {
        let header =
            |version, flags| file(&[7; 9], |header| (header[5], header[0x7c]) = (version, flags));
        for (flags, page_flags) in [(0x10, 1), (0x20, 2), (0x40, 4), (0x70, 7)] {
            for bytes in [header(2, flags), nsfe(&[chunk(b"NSF2", &[flags])])] {
                let cart = Cartridge::parse(&bytes).unwrap();
                let page = &cart.prg[PLAYER + 0x100..][..0x100];
                assert_eq!(page[193], page_flags);
                assert_eq!(page[206..210] == [0; 4], flags & 0x40 != 0, "PLAY's period");
                assert_eq!(cart.submapper & chip::TIMER != 0, flags & 0x30 != 0);
            }
        }
        let cart = Cartridge::parse(&header(1, 0x70)).unwrap();
        let flags = cart.prg[PLAYER + 0x100 + 193];
        assert_eq!((flags, cart.submapper), (0, 0), "in version 1 they are none");
    }

    #[test]
    fn what_is_damaged_or_not_there_gets_a_sentence() {
        assert!(sentence(b"NESM\x1a").contains("within its header"));
        assert!(sentence(&file(&[], |_| ())).contains("no music"));
        assert!(sentence(&file(&[7], |header| header[6] = 0)).contains("no tracks"));
        assert!(sentence(&file(&[7], |header| header[9] = 0x60)).contains("loaded to $6023"));
        assert!(sentence(&file(&[7], |header| header[0x7d] = 2)).contains("within its music"));
        let low = |chips| file(&[7], |header| (header[9], header[0x7b]) = (0x50, chips));
        assert!(sentence(&low(4)).contains("loaded to $5023"));
        assert!(sentence(&file(&[7], |header| header[0x7b] = 0x40)).contains("nobody knows"));
        let huge = file(&vec![7; 0x10_0000], |header| header[0x70] = 1);
        assert!(sentence(&huge).contains("256 banks"));
        assert!(sentence(b"NSFE").contains("no chunk INFO"));
        assert!(sentence(b"NSFE\x09\0\0\0INFO").contains("within a chunk"));
        assert!(sentence(&nsfe(&[chunk(b"ODD ", b"")])).contains("the chunk ODD"));
        let board = Some("4".parse().unwrap());
        let error = Cartridge::parse_as(&file(&[7], |_| ()), board).unwrap_err();
        assert!(error.to_string().contains("--board"));
    }

    #[test]
    fn no_rom_is_made_for_the_players_board() {
        let mut rom = b"NES\x1a\x01\x00\xf0\xf8\x0f\0\0\0\0\0\0\0".to_vec();
        rom.resize(16 + 0x4000, 0);
        assert!(sentence(&rom).contains("mapper 4095 is not supported"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_music_or_a_sentence(
            head in any::<[u8; 0x7b]>(),
            rest in prop::collection::vec(any::<u8>(), 0..9000),
            kind in 0..3,
        ) {
            let bytes = match kind {
                0 => [&b"NESM\x1a"[..], &head, &rest].concat(),
                1 => [&b"NSFE"[..], &head, &rest].concat(),
                _ => nsfe(&[chunk(b"time", &head), chunk(b"plst", &rest), chunk(b"tlbl", &rest)]),
            };
            match Cartridge::parse(&bytes) {
                Ok(cart) => prop_assert!(cart.prg.len() <= bytes.len() + 0x1_9000),
                Err(error) => prop_assert!(!error.to_string().is_empty()),
            }
        }
    }
}
