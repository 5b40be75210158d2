//! A generated program: a number decides all of it.

use std::ops::Range;
use std::sync::Arc;

use super::random::Random;
use super::{scene, soup};
use crate::nes::board::BoardId;
use crate::nes::{Cartridge, Devices, Input, PowerOn, Region};

/// Every console that there is.
pub const CONSOLES: &[PowerOn] = &[
    PowerOn { region: Region::Ntsc, alignment: 0, seed: 0, ports: Devices::PADS },
    PowerOn { region: Region::Ntsc, alignment: 1, seed: 7, ports: Devices::PADS },
    PowerOn { region: Region::Ntsc, alignment: 2, seed: 0, ports: Devices::PADS },
    PowerOn { region: Region::Ntsc, alignment: 3, seed: 0, ports: Devices::PADS },
    PowerOn { region: Region::Pal, alignment: 0, seed: 0, ports: Devices::PADS },
    PowerOn { region: Region::Dendy, alignment: 0, seed: 0, ports: Devices::PADS },
];

/// A ROM, the console it runs on, and the buttons that are held meanwhile.
#[derive(Clone, Debug)]
pub struct Program {
    /// The number that decided it.
    pub seed: u64,
    /// Its mapper.
    pub mapper: u16,
    /// The console.
    pub options: PowerOn,
    /// The file.
    pub rom: Vec<u8>,
    /// Where in the file its pieces lie, each of which may be left out.
    pub pieces: Vec<Range<usize>>,
}

impl Program {
    /// Frames for which a program runs.
    pub const FRAMES: usize = 16;

    /// The program of a seed: a scene or a soup, on any board and console.
    pub fn new(seed: u64) -> Self {
        let mut random = Random(seed);
        let options = random.one_of(CONSOLES);
        let mappers: Vec<u16> = BoardId::in_headers().map(|(mapper, _)| mapper).collect();
        let mapper = match random.below(8) {
            0..4 => 0,
            4 | 5 => 4,
            6 => random.one_of(&[5, 19, 24, 26, 64, 69, 85, 118]),
            _ => random.one_of(&mappers),
        };
        let (mut rom, pieces) = if random.once_in(5) {
            soup::rom(&mut random, (mapper != 0).then_some(mapper))
        } else {
            scene::rom(&mut random, mapper, &options, Self::rasters(seed))
        };
        rom[8] |= Self::submapper(seed, mapper) << 4;
        Self { seed, mapper, options, rom, pieces }
    }

    /// At times one of the MMC3's other chips: MMC6, MC-ACC, MMC3A; chosen beside all else.
    fn submapper(seed: u64, mapper: u16) -> u8 {
        let chip = Random(seed ^ 2 << 32).one_of(&[0, 0, 0, 0, 0, 1, 3, 4]);
        if mapper == 4 { chip } else { 0 }
    }

    /// Whether a scene's pieces write within the picture: one in three, chosen beside
    /// all else, so that the others, all kept seeds among them, are what they were.
    fn rasters(seed: u64) -> bool {
        Random(seed ^ 1 << 32).once_in(3)
    }

    /// The cartridge.
    pub fn cartridge(&self) -> Result<Arc<Cartridge>, String> {
        let cart = Cartridge::parse(&self.rom);
        cart.map(Arc::new).map_err(|error| format!("program {}: {error}", self.seed))
    }

    /// What is held on the pads.
    pub fn inputs(&self, frames: usize) -> Vec<Input> {
        Random(self.seed).play(frames)
    }

    /// Without some of its pieces: NOPs are in their place.
    pub fn without(&self, left_out: &[Range<usize>]) -> Self {
        let mut other = self.clone();
        for piece in left_out {
            other.rom[piece.clone()].fill(0xea);
        }
        other.pieces.retain(|piece| !left_out.contains(piece));
        other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_decides_all_of_a_program() {
        let (one, same, other) = (Program::new(5), Program::new(5), Program::new(6));
        assert_eq!((&one.rom, one.options), (&same.rom, same.options));
        assert_ne!(one.rom, other.rom);
    }

    #[test]
    fn a_program_without_its_pieces_is_as_long() {
        let program = (0..).map(Program::new).find(|it| it.pieces.len() > 3).unwrap();
        let shorter = program.without(&program.pieces[1..3]);
        assert_eq!(shorter.rom.len(), program.rom.len());
        assert_eq!(shorter.pieces.len() + 2, program.pieces.len());
        assert!(shorter.rom[program.pieces[1].clone()].iter().all(|byte| *byte == 0xea));
    }
}
