//! The console as replays see it, and what the codes of a tape's events mean to
//! it. Live play and all tools go through this file, so that both do the same.
//!
//! ```text
//! code  event     data                                          the ROM itself
//!    1  reset                                                   is a ROM chunk:
//!    2  power     (what a battery keeps stays)                    SHA-256 (32)
//!    3  reload    the first 16 bytes of the new ROM's SHA-256     the file
//!    4  cheats    one is switched on, or all are switched off (see below)
//!    5  disk      the side that is put in, from 1; 0: it is taken out
//! ```

use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::flight::chunk::Event;
use crate::flight::replay::{Machine, Recording};
use crate::flight::take;
use crate::nes::cart::Cheat;
use crate::nes::{Cartridge, Input, Nes, PowerOn, Tier};

/// The codes of events.
mod code {
    pub const RESET: u8 = 1;
    pub const POWER: u8 = 2;
    pub const RELOAD: u8 = 3;
    pub const CHEATS: u8 = 4;
    pub const DISK: u8 = 5;
}

/// The first bytes of a ROM's SHA-256, by which an event names it.
pub type RomName = [u8; 16];

/// Bytes of the hash before a ROM in its chunk.
const HASH: usize = 32;

/// What can happen to a console between two frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    /// The reset button.
    Reset,
    /// The power switch, off and on.
    Power,
    /// Another ROM of the same board was put in.
    Reload(RomName),
    /// A cheat was switched on beside those that are, or all were switched off. Data:
    /// address (2), value, compare, flags (bit 0: on, bit 1: it compares).
    Cheats(Option<Cheat>),
    /// A side of a disk goes in, from 0, or the disk is taken out.
    Disk(Option<u8>),
}

/// Flags of a cheat's event.
mod flag {
    pub const ON: u8 = 1;
    pub const COMPARES: u8 = 2;
}

impl Happening {
    /// The ROM that is in the console after `past`; `None` is the first one.
    pub fn rom_after(past: &[Event]) -> Option<RomName> {
        past.iter().rev().find_map(|event| match Self::of(event) {
            Some(Self::Reload(name)) => Some(name),
            _ => None,
        })
    }

    /// The cheats that are on after `past`.
    pub fn cheats_after(past: &[Event]) -> Vec<Cheat> {
        let mut cheats = Vec::new();
        for event in past {
            if let Some(Self::Cheats(cheat)) = Self::of(event) {
                switch(&mut cheats, cheat);
            }
        }
        cheats
    }

    /// As an event of a tape.
    pub fn event(self) -> Event {
        let (code, data) = match self {
            Self::Reset => (code::RESET, [0; 16]),
            Self::Power => (code::POWER, [0; 16]),
            Self::Reload(name) => (code::RELOAD, name),
            Self::Cheats(cheat) => {
                let mut data = [0; 16];
                if let Some(Cheat { address, value, compare }) = cheat {
                    let compares = if compare.is_some() { flag::COMPARES } else { 0 };
                    let [low, high] = address.to_le_bytes();
                    let bytes = [low, high, value, compare.unwrap_or(0), flag::ON | compares];
                    data[..bytes.len()].copy_from_slice(&bytes);
                }
                (code::CHEATS, data)
            }
            Self::Disk(side) => {
                let mut data = [0; 16];
                data[0] = side.map_or(0, |side| side.saturating_add(1));
                (code::DISK, data)
            }
        };
        Event { code, data }
    }

    /// What an event means; `None` for one of a later program's.
    pub fn of(event: &Event) -> Option<Self> {
        match event.code {
            code::RESET => Some(Self::Reset),
            code::POWER => Some(Self::Power),
            code::RELOAD => Some(Self::Reload(event.data)),
            code::DISK => Some(Self::Disk(event.data[0].checked_sub(1))),
            code::CHEATS => {
                let [low, high, value, compare, flags, ..] = event.data;
                let cheat = Cheat {
                    address: u16::from_le_bytes([low, high]),
                    value,
                    compare: (flags & flag::COMPARES != 0).then_some(compare),
                };
                Some(Self::Cheats((flags & flag::ON != 0).then_some(cheat)))
            }
            _ => None,
        }
    }

    /// What a reader calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reset => "reset",
            Self::Power => "power",
            Self::Reload(_) => "ROM reloaded",
            Self::Cheats(Some(_)) => "cheat on",
            Self::Cheats(None) => "cheats off",
            Self::Disk(Some(side)) => SIDES.get(usize::from(side)).unwrap_or(&"disk in"),
            Self::Disk(None) => "disk out",
        }
    }
}

/// What the sides of a game's disks are called.
pub const SIDES: [&str; 8] = [
    "disk 1 side A",
    "disk 1 side B",
    "disk 2 side A",
    "disk 2 side B",
    "disk 3 side A",
    "disk 3 side B",
    "disk 4 side A",
    "disk 4 side B",
];

/// Switches a cheat on, once, or all off.
fn switch(cheats: &mut Vec<Cheat>, cheat: Option<Cheat>) {
    match cheat {
        Some(cheat) if cheats.contains(&cheat) => {}
        Some(cheat) => cheats.push(cheat),
        None => cheats.clear(),
    }
}

/// The payload of the chunk that keeps a ROM.
pub fn rom_payload(file: &[u8]) -> Vec<u8> {
    [Sha256::digest(file).as_slice(), file].concat()
}

/// The name of a ROM that is put in.
pub fn rom_name(file: &[u8]) -> RomName {
    let hash: [u8; HASH] = Sha256::digest(file).into();
    *hash.first_chunk().unwrap_or(&[0; 16])
}

/// The ROM in a chunk's payload; `None` where its bytes are not those of its hash.
pub fn rom_of_payload(payload: &[u8]) -> Option<(RomName, &[u8])> {
    let (hash, file) = payload.split_at_checked(HASH)?;
    (Sha256::digest(file).as_slice() == hash).then(|| (rom_name(file), file))
}

/// The ROMs that a recording puts in, read once.
#[derive(Clone, Debug, Default)]
pub struct Roms(Vec<(RomName, Arc<Cartridge>)>);

impl Roms {
    /// Reads the ROMs of a recording; those that are damaged or no ROM are left
    /// out. `parse` makes a cartridge of a file.
    pub fn of(recording: &impl Recording, parse: impl Fn(&[u8]) -> Option<Cartridge>) -> Self {
        let mut roms = Self::default();
        for entry in recording.catalog().roms() {
            let Some((name, file)) = recording.payload(entry).ok().and_then(rom_of_payload) else {
                continue;
            };
            if roms.find(&name).is_none()
                && let Some(cart) = parse(file)
            {
                roms.add(name, Arc::new(cart));
            }
        }
        roms
    }

    /// One more.
    pub fn add(&mut self, name: RomName, cart: Arc<Cartridge>) {
        self.0.push((name, cart));
    }

    fn find(&self, name: &RomName) -> Option<&Arc<Cartridge>> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, cart)| cart)
    }
}

/// Switches a console off and on; what a battery keeps stays.
pub fn power(nes: &mut Nes, options: &PowerOn) {
    let (prg, chr) = nes.battery();
    let battery = [prg, chr].concat();
    let tier = nes.tier();
    *nes = Nes::power_on(nes.cartridge().clone(), options);
    nes.set_tier(tier);
    nes.load_battery(&battery);
}

/// A console with everything that a recording may do to it.
pub struct Console {
    /// The machine.
    pub nes: Nes,
    options: PowerOn,
    /// The ROM with which the recording began.
    first: Arc<Cartridge>,
    roms: Arc<Roms>,
}

impl Console {
    /// Switches a console on.
    pub fn new(cart: Arc<Cartridge>, options: PowerOn, roms: Arc<Roms>) -> Self {
        Self { nes: Nes::power_on(cart.clone(), &options), options, first: cart, roms }
    }

    /// The same without a fast path.
    pub fn exactly(mut self) -> Self {
        self.nes.set_tier(Tier::Exact);
        self
    }

    /// One more ROM that may be put in.
    pub fn add_rom(&mut self, name: RomName, cart: Arc<Cartridge>) {
        Arc::make_mut(&mut self.roms).add(name, cart);
    }

    fn put_in(&mut self, name: &RomName) -> bool {
        let cart = self.roms.find(name).cloned();
        let cheats = self.nes.cartridge().cheats.clone();
        cart.is_some_and(|cart| self.plug_in(&cart, &cheats))
    }

    /// Puts a cartridge in, with these cheats.
    fn plug_in(&mut self, cart: &Arc<Cartridge>, cheats: &[Cheat]) -> bool {
        if cart.cheats == cheats {
            return self.nes.set_rom(cart.clone()).is_ok();
        }
        let with = cart.with_cheats(cheats);
        with.is_ok_and(|with| self.nes.set_rom(Arc::new(with)).is_ok())
    }
}

impl Machine for Console {
    fn bytes(&self) -> &[u8] {
        self.nes.bytes()
    }

    fn recall(&mut self, past: &[Event]) -> bool {
        let cart = match Happening::rom_after(past) {
            Some(name) => self.roms.find(&name).cloned(),
            None => Some(self.first.clone()),
        };
        cart.is_some_and(|cart| self.plug_in(&cart, &Happening::cheats_after(past)))
    }

    fn restore(&mut self, bytes: &[u8]) -> bool {
        self.nes.restore(bytes).is_ok()
    }

    fn run_muted(&mut self, input: take::Input) {
        self.nes.run_muted(held(input));
    }

    fn apply(&mut self, event: &Event) -> bool {
        match Happening::of(event) {
            Some(Happening::Reset) => self.nes.reset(),
            Some(Happening::Power) => power(&mut self.nes, &self.options),
            Some(Happening::Reload(name)) => return self.put_in(&name),
            Some(Happening::Cheats(cheat)) => {
                let cart = self.nes.cartridge().clone();
                let mut cheats = cart.cheats.clone();
                switch(&mut cheats, cheat);
                return self.plug_in(&cart, &cheats);
            }
            Some(Happening::Disk(side)) => self.nes.insert_disk(side),
            None => return false,
        }
        true
    }
}

/// An input of a tape as the console's.
pub fn held(input: take::Input) -> Input {
    zerocopy::transmute!(input)
}

/// The console's input as a tape keeps it.
pub fn taken(input: Input) -> take::Input {
    zerocopy::transmute!(input)
}

/// Fields that are named of a state that differs.
const NAMED: usize = 3;

/// Where two states differ, by the names of the fields.
pub fn difference(recorded: &[u8], computed: &[u8]) -> String {
    let layout = Nes::layout();
    let (mut text, mut named, mut last) = (Vec::new(), 0, None);
    for at in (0..recorded.len()).filter(|&at| recorded[at] != computed[at]) {
        let field = layout.iter().rposition(|(_, offset, _)| *offset <= at).unwrap_or_default();
        let (name, offset, size) = &layout[field];
        let is_ram = field + 1 == layout.len();
        if !is_ram && last == Some(field) {
            continue;
        }
        last = Some(field);
        named += 1;
        if named > NAMED {
            continue;
        }
        let (first, end) = if is_ram { (at, at + 1) } else { (*offset, offset + size) };
        let place = if is_ram { format!("[{:#06x}]", at - offset) } else { String::new() };
        let hex = |bytes: &[u8]| HexBytes(&bytes[first..end.min(first + 16)]).to_string();
        text.push(format!("{name}{place} = {} instead of {}", hex(computed), hex(recorded)));
    }
    if named > NAMED {
        text.push(format!("{} more", named - NAMED));
    }
    text.join(", ")
}

struct HexBytes<'a>(&'a [u8]);

impl std::fmt::Display for HexBytes<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flight::catalog::Position;
    use crate::flight::history::{History, Settings};
    use crate::flight::replay;
    use crate::nes::Region;

    const OPTIONS: PowerOn =
        PowerOn { region: Region::Ntsc, alignment: 1, seed: 0, ports: crate::nes::Devices::PADS };

    /// Stores a number at $10 and adds one to $11, for ever.
    fn rom(number: u8) -> Vec<u8> {
        let mut rom = b"NES\x1a\x01\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
        rom.extend([0xa9, number, 0x85, 0x10, 0xe6, 0x11, 0x4c, 0x00, 0xc0]);
        rom.resize(16 + 0x3ffa, 0xea);
        rom.extend([0x00, 0xc0, 0x00, 0xc0, 0x00, 0xc0]);
        rom.resize(16 + 0x6000, 0);
        rom
    }

    fn cart(file: &[u8]) -> Option<Cartridge> {
        Cartridge::parse(file).ok()
    }

    #[test]
    fn a_happening_comes_back_from_its_event() {
        let cheats = ["07F0:09", "8100?53:99", "0000?00:00"].map(|code| code.parse().ok());
        let cheats = cheats.into_iter().chain([None]).map(Happening::Cheats);
        let others = [Happening::Reset, Happening::Power, Happening::Reload([7; 16])];
        let disks = [None, Some(0), Some(7)].map(Happening::Disk);
        for happening in cheats.chain(others).chain(disks) {
            assert_eq!(Happening::of(&happening.event()), Some(happening));
        }
        assert_eq!(Happening::of(&Event { code: 99, data: [0; 16] }), None);
    }

    #[test]
    fn a_rom_whose_bytes_are_not_those_of_its_hash_is_none() {
        let file = rom(1);
        let mut payload = rom_payload(&file);
        assert_eq!(rom_of_payload(&payload), Some((rom_name(&file), file.as_slice())));
        payload[100] ^= 1;
        assert_eq!(rom_of_payload(&payload), None);
        assert_eq!(rom_of_payload(&payload[..31]), None);
    }

    #[test]
    fn cheats_come_and_go_with_their_events() {
        let cheat = |code: &str| Happening::Cheats(code.parse().ok());
        let events = [cheat("0010:07"), cheat("0020:01"), cheat("0010:07")];
        let past: Vec<Event> = events.into_iter().map(Happening::event).collect();
        assert_eq!(Happening::cheats_after(&past).len(), 2, "each is on once");
        let mut console = Console::new(Arc::new(cart(&rom(1)).unwrap()), OPTIONS, Arc::default());
        assert!(past.iter().all(|event| console.apply(event)));
        console.run_muted([0; 16]);
        assert_eq!(console.nes.peek(0x20), 1);
        assert!(console.apply(&Happening::Cheats(None).event()));
        assert!(console.nes.cartridge().cheats.is_empty());
        assert!(console.recall(&past) && console.nes.cartridge().cheats.len() == 2);
        assert!(console.recall(&[]) && console.nes.cartridge().cheats.is_empty());
    }

    #[test]
    fn every_moment_before_and_after_a_reload_reset_and_power_comes_back() {
        let (old, new) = (rom(1), rom(2));
        let mut roms = Roms::default();
        roms.add(rom_name(&new), Arc::new(cart(&new).unwrap()));
        let first = Arc::new(cart(&old).unwrap());
        let mut console = Console::new(first.clone(), OPTIONS, Arc::new(roms));
        let settings = Settings { every: 10, ..Settings::default() };
        let mut history = History::new(console.bytes().len(), settings);
        history.begin(0, console.bytes());
        let mut states = vec![console.bytes().to_vec()];
        for frame in 1..=60 {
            let happening = match frame {
                13 => Some(Happening::Reset),
                25 => Some(Happening::Reload(rom_name(&new))),
                47 => Some(Happening::Power),
                _ => None,
            };
            if let Some(happening) = happening {
                if let Happening::Reload(_) = happening {
                    history.rom(&rom_payload(&new));
                }
                history.event(&happening.event());
                assert!(console.apply(&happening.event()));
            }
            console.run_muted([0; 16]);
            history.frame([0; 16]);
            history.state(console.bytes());
            states.push(console.bytes().to_vec());
        }
        history.cut();
        let roms = Arc::new(Roms::of(&history, cart));
        let mut again = Console::new(first, OPTIONS, roms);
        for frame in [60, 5, 24, 25, 26, 33, 12, 13, 46, 47, 59, 0] {
            replay::seek(&history, &mut again, Position { segment: 0, frame }).unwrap();
            assert!(again.bytes() == states[frame as usize], "{frame}");
            let number = if frame >= 25 { 2 } else { u8::from(frame > 0) };
            assert_eq!(again.nes.peek(0x10), number, "{frame}");
        }
    }

    #[test]
    fn an_exact_console_stays_one_when_it_is_switched_off_and_on() {
        let first = Arc::new(cart(&rom(1)).unwrap());
        let console = || Console::new(first.clone(), OPTIONS, Arc::default());
        let mut consoles = [console(), console().exactly()];
        for console in &mut consoles {
            console.run_muted([0; 16]);
            assert!(console.apply(&Happening::Power.event()));
            (0..60).for_each(|_| console.run_muted([0; 16]));
        }
        let [lazy, exact] = &consoles;
        assert!(lazy.bytes() == exact.bytes());
        assert!(lazy.nes.work().fast_cycles > 0 && exact.nes.work().fast_cycles == 0);
    }
}
