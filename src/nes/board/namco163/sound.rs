//! The Namco 163's up to eight voices, which live in its 128 bytes of RAM.
//!
//! ```text
//!  $40 + 8n   low byte of the frequency        $41   of the phase
//!  $42        middle byte                      $43
//!  $44        LLLL LLFF  high bits; the wave has 256 - 4L samples
//!  $45                                               high byte of the phase
//!  $46        where its samples are, of four bits each
//!  $47        .... VVVV  volume;  $7F: .CCC VVVV  there are C + 1 voices, the last ones
//! ```
//!
//! Every 15 CPU cycles the next voice adds its frequency to its phase, 16 bits of which
//! are behind the point, and puts its sample out. The chip lets its voices be heard in
//! turn; here they are heard together, each for its share.
//!
//! <https://www.nesdev.org/wiki/Namco_163_audio>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// What is not in the RAM.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Voices {
    /// What each voice puts out: sample less 8, times volume.
    outputs: [i8; 8],
    /// CPU cycles since the last voice's turn, 0-14.
    cycles: u8,
    /// The voice whose turn it was.
    voice: u8,
    /// What one of the 225 levels is, in the mixer's unit; 0: the board is silent.
    gain: u16,
}

const TURN: u32 = 15;

impl Voices {
    /// How loud a board is, by the cartridge's submapper: a single voice, against a pulse
    /// of the 2A03 at its loudest (<https://www.nesdev.org/wiki/INES_Mapper_019>): 3 and
    /// where nothing is said 12 dB, 4 16.5 dB, 5 18.75 dB; 2 has no sound.
    pub fn set_gain(&mut self, submapper: u8) {
        self.gain = match submapper {
            2 => 0,
            4 => 288,
            5 => 374,
            _ => 172,
        };
    }

    pub fn pass(&mut self, ram: &mut [u8; 128], cycles: u32) {
        let cycles = cycles + u32::from(self.cycles);
        self.cycles = (cycles % TURN) as u8;
        for _ in 0..cycles / TURN {
            self.turn(ram);
        }
    }

    /// CPU cycles for which the level stays.
    pub fn quiet(&self, ram: &[u8; 128]) -> u32 {
        let voices = 8 - count(ram)..8;
        let rests = voices.into_iter().all(|n| ram[0x47 + 8 * n] & 15 == 0 && self.outputs[n] == 0);
        if self.gain == 0 || rests { u32::MAX } else { TURN - 1 - u32::from(self.cycles) }
    }

    pub fn level(&self, ram: &[u8; 128]) -> i32 {
        let count = count(ram);
        let sum: i32 = self.outputs[8 - count..].iter().map(|output| i32::from(*output)).sum();
        sum * i32::from(self.gain) / count as i32
    }

    fn turn(&mut self, ram: &mut [u8; 128]) {
        let first = 8 - count(ram);
        let n = usize::from(self.voice & 7);
        let n = if n <= first { 7 } else { n - 1 };
        self.voice = n as u8;
        let Some(registers) = ram[0x40 + 8 * n..].first_chunk_mut::<8>() else { return };
        let [f0, p0, f1, p1, f2, p2, at, volume] = *registers;
        let frequency = u32::from_le_bytes([f0, f1, f2 & 3, 0]);
        let length = (256 - u32::from(f2 & 0xfc)) << 16;
        let phase = (u32::from_le_bytes([p0, p1, p2, 0]) + frequency) % length;
        [registers[1], registers[3], registers[5], _] = phase.to_le_bytes();
        let place = at.wrapping_add((phase >> 16) as u8);
        let sample = ram[usize::from(place >> 1)] >> (4 * (place & 1)) & 15;
        self.outputs[n] = (sample as i8 - 8) * (volume & 15) as i8;
    }

    pub fn sanitize(&mut self, submapper: u8) {
        self.cycles = self.cycles.min(TURN as u8 - 1);
        self.voice &= 7;
        self.set_gain(submapper);
    }
}

/// How many voices there are.
fn count(ram: &[u8; 128]) -> usize {
    usize::from(ram[0x7f] >> 4 & 7) + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn voices() -> Voices {
        let mut voices: Voices = zerocopy::FromZeros::new_zeroed();
        voices.set_gain(3);
        voices
    }

    /// The last voice: a square of two samples, a sample each two turns.
    fn ram(count: u8) -> [u8; 128] {
        let mut ram = [0; 128];
        ram[0] = 0x0f;
        ram[0x79] = 0;
        ram[0x7a] = 0x80;
        ram[0x7c] = 0xfc;
        ram[0x7f] = (count - 1) << 4 | 15;
        ram
    }

    #[test]
    fn a_voice_reads_its_wave_by_its_frequency() {
        let (mut v, mut ram) = (voices(), ram(1));
        // Four samples: F 0 0 0, the first two heard as 15 and 0.
        let levels: Vec<_> = (0..8)
            .map(|_| {
                v.pass(&mut ram, 15);
                v.level(&ram)
            })
            .collect();
        let (high, low) = (7 * 15 * 172, -8 * 15 * 172);
        assert_eq!(levels, [high, low, low, low, low, low, low, high]);
    }

    #[test]
    fn eight_voices_take_turns_and_share_the_level() {
        let (mut v, mut ram) = (voices(), ram(8));
        v.pass(&mut ram, 15 * 8);
        assert_eq!(ram[0x7b], 0x80, "the last voice had one turn");
        assert_eq!(v.level(&ram), 7 * 15 * 172 / 8);
    }

    #[test]
    fn the_phase_is_in_the_ram() {
        let (mut v, mut ram) = (voices(), ram(1));
        v.pass(&mut ram, 15 * 5);
        assert_eq!((ram[0x7d], ram[0x7b]), (2, 0x80));
    }

    #[test]
    fn a_board_without_sound_is_silent() {
        let (mut v, mut ram) = (voices(), ram(1));
        v.set_gain(2);
        v.pass(&mut ram, 15);
        assert_eq!((v.level(&ram), v.quiet(&ram)), (0, u32::MAX));
    }
}
