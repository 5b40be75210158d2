//! The 5B's three tones, a noise and an envelope: a YM2149F at half the CPU's clock.
//!
//! ```text
//!  $C000  .... RRRR  register
//!  $E000  its byte   0-5  periods of the tones, low byte and high four bits
//!                    6    ...N NNNN  the noise's
//!                    7    ..CB ACBA  no noise (5-3), no tone (2-0)
//!                    8-A  ...E VVVV  volume; E: the envelope's instead
//!                    B C  the envelope's period, low and high byte
//!                    D    .... CATH  its shape: continue, attack, alternate, hold
//! ```
//!
//! All of it moves every 16 CPU cycles: a tone turns after P of these, the noise
//! shifts after 2N, the envelope takes one of its 32 steps after E (a period of 0 is
//! 1). A volume is 3 dB, a step of the envelope half of that; the lowest two are silent.
//!
//! ```text
//!  voices ──+──||──▷── out    ||: a level that stands fades within milliseconds
//!                             ▷: compresses what is far from the middle
//! ```
//!
//! On the cartridge the 2A03 goes through the same amplifier; here it is added behind it.
//!
//! <https://www.nesdev.org/wiki/Sunsoft_5B_audio>, the amplifier as `clip_5b` measured it:
//! <https://forums.nesdev.org/viewtopic.php?t=17745> and the table `clip_5b_table.ods` of
//! <https://github.com/bbbradsmith/nes-audio-tests>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// The registers, and what they drive.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Sound {
    /// The noise's shift register, inverted: 0 at power-on is all ones.
    noise: u32,
    /// The mean level of the last milliseconds, in sixteenths.
    charge: i32,
    /// Rounds of 16 cycles since the envelope's step began.
    envelope: u16,
    tones: [u16; 3],
    noise_rounds: u8,
    /// CPU cycles of the round, 0-15.
    cycles: u8,
    /// Bit n: tone n is high.
    high: u8,
    /// 0-31, and from 32 on the second half of a shape.
    step: u8,
    select: u8,
    registers: [u8; 14],
    /// Rounds since the charge last moved, 0-4.
    charge_rounds: u8,
}

const ROUND: u32 = 16;
/// The charge moves every 80 cycles by 1/128 of what it is off: 5.7 ms. `clip_5b_table.ods`
/// has a triangle that comes back after a loud level ended; 6.5 ms fit it best.
const CHARGE_ROUNDS: u8 = 5;
const CHARGE_SHIFT: u32 = 7;

/// What tones were heard as, by their swing, both in thousandths of volume 12's: measured
/// at volumes 12 and 14, 15, 15 10 8, 15 13 8, 15 15 3, and 15 15 15 of the three voices.
static HEARD: [(i32, i32); 8] = [
    (0, 0),
    (1000, 1000),
    (1995, 1972),
    (2818, 2455),
    (3571, 2661),
    (4482, 2884),
    (5681, 3162),
    (8455, 3508),
];

/// Volume 12 is step 25.
const STEP_25: i32 = 8359;

/// The level of the 32 steps. Volume 12 is 1.3 dB softer than a pulse of the 2A03 at
/// its loudest (<https://www.nesdev.org/wiki/NSFe>, by `db_5b`); a step is 1.5 dB.
static LEVELS: [i32; 32] = levels();

const fn levels() -> [i32; 32] {
    /// 10 to the power of 1.5 / 20.
    const RATIO: f64 = 1.188_502_227_437;
    let mut levels = [0; 32];
    let mut level = STEP_25 as f64;
    let mut step = 25;
    while step > 1 {
        levels[step] = (level + 0.5) as i32;
        level /= RATIO;
        step -= 1;
    }
    level = STEP_25 as f64;
    step = 25;
    while step < 32 {
        levels[step] = (level + 0.5) as i32;
        level *= RATIO;
        step += 1;
    }
    levels
}

impl Sound {
    pub fn select(&mut self, value: u8) {
        self.select = value;
    }

    pub fn write(&mut self, value: u8) {
        if let Some(register) = self.registers.get_mut(usize::from(self.select)) {
            *register = value;
            if self.select == 13 {
                (self.step, self.envelope) = (0, 0);
            }
        }
    }

    pub fn pass(&mut self, cycles: u32) {
        let cycles = cycles + u32::from(self.cycles);
        self.cycles = (cycles % ROUND) as u8;
        for _ in 0..cycles / ROUND {
            self.round();
        }
    }

    /// CPU cycles for which nothing that is heard moves.
    pub fn quiet(&self) -> u32 {
        let mut rounds = u32::MAX;
        for n in (0..3).filter(|n| self.volume(*n) & 0x1f != 0) {
            if self.registers[7] >> n & 1 == 0 {
                rounds = rounds.min(left(self.tones[n], self.tone_period(n)));
            }
            if self.registers[7] >> (3 + n) & 1 == 0 {
                rounds = rounds.min(left(self.noise_rounds.into(), self.noise_period()));
            }
            if self.volume(n) & 0x10 != 0 {
                rounds = rounds.min(left(self.envelope, self.envelope_period()));
            }
        }
        if self.charge_moves_by() != 0 {
            rounds = rounds.min(u32::from(CHARGE_ROUNDS - self.charge_rounds));
        }
        match rounds {
            u32::MAX => u32::MAX,
            _ => rounds * ROUND - u32::from(self.cycles) - 1,
        }
    }

    pub fn level(&self) -> i32 {
        amplified(self.sum() - (self.charge >> 4))
    }

    fn charge_moves_by(&self) -> i32 {
        ((self.sum() << 4) - self.charge) >> CHARGE_SHIFT
    }

    /// Of the three voices.
    fn sum(&self) -> i32 {
        (0..3).filter(|n| self.is_high(*n)).map(|n| LEVELS[usize::from(self.loudness(n))]).sum()
    }

    fn is_high(&self, n: usize) -> bool {
        let off = self.registers[7];
        let tone = (self.high | off) >> n & 1 != 0;
        let noise = off >> (3 + n) & 1 != 0 || self.noise & 1 == 0;
        tone && noise
    }

    /// 0-31.
    fn loudness(&self, n: usize) -> u8 {
        match self.volume(n) {
            volume if volume & 0x10 != 0 => self.envelope_step(),
            volume if volume & 15 == 0 => 0,
            volume => (volume & 15) * 2 + 1,
        }
    }

    fn volume(&self, n: usize) -> u8 {
        self.registers[8 + n]
    }

    fn tone_period(&self, n: usize) -> u16 {
        let [low, high] = [self.registers[2 * n], self.registers[2 * n + 1] & 15];
        u16::from_le_bytes([low, high]).max(1)
    }

    fn noise_period(&self) -> u16 {
        2 * u16::from(self.registers[6] & 0x1f).max(1)
    }

    fn envelope_period(&self) -> u16 {
        u16::from_le_bytes([self.registers[11], self.registers[12]]).max(1)
    }

    /// Where the envelope stands, 0-31.
    fn envelope_step(&self) -> u8 {
        let shape = self.registers[13];
        let [hold, alternate, attack, go_on] = [0, 1, 2, 3].map(|bit| shape >> bit & 1 != 0);
        let second = self.step >= 32;
        if second && !go_on {
            return 0;
        }
        if second && hold {
            return if attack != alternate { 31 } else { 0 };
        }
        let rises = attack != (second && alternate);
        if rises { self.step & 31 } else { 31 - (self.step & 31) }
    }

    fn round(&mut self) {
        self.charge_rounds += 1;
        if self.charge_rounds == CHARGE_ROUNDS {
            self.charge_rounds = 0;
            self.charge += self.charge_moves_by();
        }
        for n in 0..3 {
            let period = self.tone_period(n);
            if counted(&mut self.tones[n], period) {
                self.high ^= 1 << n;
            }
        }
        let mut rounds = u16::from(self.noise_rounds);
        if counted(&mut rounds, self.noise_period()) {
            let bit = (self.noise ^ self.noise >> 3 ^ 1) & 1;
            self.noise = self.noise >> 1 | bit << 16;
        }
        self.noise_rounds = rounds as u8;
        let period = self.envelope_period();
        if counted(&mut self.envelope, period) {
            let shape = self.registers[13];
            let repeats = shape & 9 == 8;
            // A shape that ends stays in its second half.
            self.step = match self.step {
                63 if repeats => 0,
                63 => 32,
                step => step + 1,
            };
        }
    }

    pub fn sanitize(&mut self) {
        self.noise &= 0x1_ffff;
        self.cycles &= 15;
        self.high &= 7;
        self.step &= 63;
        self.charge = self.charge.clamp(0, (3 * LEVELS[31]) << 4);
        self.charge_rounds %= CHARGE_ROUNDS;
    }
}

/// What is heard of a level that is so far from the middle: a tone swings to both sides.
fn amplified(off: i32) -> i32 {
    let swing = i64::from(2 * off.abs()) * 1000;
    let unit = i64::from(STEP_25);
    let segment = HEARD.windows(2).find(|ends| swing <= i64::from(ends[1].0) * unit);
    let segment = segment.unwrap_or(&HEARD[HEARD.len() - 2..]);
    let [(from, low), (to, high)] = [segment[0], segment[1]]
        .map(|(swing, heard)| (i64::from(swing) * unit, i64::from(heard) * unit));
    let heard = low + (swing - from) * (high - low) / (to - from);
    off.signum() * (heard / 2000) as i32
}

/// One more of `period`; whether that was the last.
fn counted(rounds: &mut u16, period: u16) -> bool {
    *rounds = rounds.saturating_add(1);
    let last = *rounds >= period;
    if last {
        *rounds = 0;
    }
    last
}

/// Rounds until the last.
fn left(rounds: u16, period: u16) -> u32 {
    u32::from(period).saturating_sub(rounds.into()).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound(registers: &[(u8, u8)]) -> Sound {
        let mut sound: Sound = zerocopy::FromZeros::new_zeroed();
        for (register, value) in registers {
            sound.select(*register);
            sound.write(*value);
        }
        sound
    }

    /// The voices' sum after each round.
    fn rounds(sound: &mut Sound, rounds: usize) -> Vec<i32> {
        let round = |_| {
            sound.pass(16);
            sound.sum()
        };
        (0..rounds).map(round).collect()
    }

    #[test]
    fn a_tone_turns_after_its_period_of_16_cycles() {
        let mut s = sound(&[(0, 3), (7, 0x3e), (8, 12)]);
        let levels = rounds(&mut s, 12);
        let high = LEVELS[25];
        assert_eq!(levels, [0, 0, high, high, high, 0, 0, 0, high, high, high, 0]);
    }

    #[test]
    fn a_volume_is_3_db_and_15_volumes_are_42() {
        let ratio = |a: usize, b: usize| f64::from(LEVELS[a]) / f64::from(LEVELS[b]);
        assert!((ratio(31, 29) - 1.4125).abs() < 0.001);
        assert!((ratio(31, 3) - 125.9).abs() < 1.);
        assert_eq!(LEVELS[..2], [0, 0]);
    }

    #[test]
    fn neither_tone_nor_noise_is_a_level_that_stands_and_fades_behind_the_capacitor() {
        let mut s = sound(&[(7, 0x3f), (9, 15)]);
        let first = s.level();
        assert_eq!(rounds(&mut s, 3), [LEVELS[31]; 3]);
        assert_eq!(s.quiet(), 2 * 16 - 1);
        s.pass(10_240);
        let heard = f64::from(s.sum() - (s.charge >> 4)) / f64::from(LEVELS[31]);
        assert!((heard - 0.368).abs() < 0.01, "{heard} after 5.7 ms");
        s.pass(1_000_000);
        assert!(s.level() * 1000 < first, "{} of {first}", s.level());
        assert_eq!(s.quiet(), u32::MAX);
    }

    /// `clip_5b_table.ods`: volumes of the three voices that go on and off together, and
    /// how loud that was, in tenths of a decibel above volume 12.
    const MEASURED: [([u8; 3], i32); 32] = [
        ([8, 0, 0], -122),
        ([8, 2, 0], -113),
        ([8, 3, 1], -105),
        ([9, 0, 0], -93),
        ([9, 3, 0], -84),
        ([9, 4, 2], -75),
        ([10, 0, 0], -59),
        ([10, 4, 0], -50),
        ([10, 5, 3], -41),
        ([11, 0, 0], -31),
        ([11, 5, 0], -22),
        ([11, 6, 4], -13),
        ([12, 0, 0], 0),
        ([12, 6, 0], 9),
        ([12, 7, 5], 17),
        ([13, 0, 0], 29),
        ([13, 7, 0], 37),
        ([13, 8, 6], 45),
        ([14, 0, 0], 59),
        ([14, 8, 0], 65),
        ([14, 9, 7], 70),
        ([15, 0, 0], 78),
        ([15, 9, 0], 81),
        ([15, 10, 8], 85),
        ([15, 12, 7], 89),
        ([15, 13, 8], 92),
        ([15, 14, 8], 96),
        ([15, 15, 3], 100),
        ([15, 15, 11], 102),
        ([15, 15, 13], 105),
        ([15, 15, 14], 107),
        ([15, 15, 15], 109),
    ];

    #[test]
    fn tones_are_as_loud_as_they_were_measured() {
        // 1,100 Hz for half a second; the last quarter of it is looked at.
        let loudness = |volumes: [u8; 3]| {
            let mut s = sound(&[(7, 0x3f)]);
            let mut power = 0.;
            for n in 0..1100 {
                for (register, volume) in (8..).zip(volumes) {
                    s.select(register);
                    s.write(if n % 2 == 0 { volume } else { 0 });
                }
                for _ in 0..50 {
                    s.pass(16);
                    power += if n < 550 { 0. } else { f64::from(s.level()).powi(2) };
                }
            }
            10. * power.log10()
        };
        let middle = loudness([12, 0, 0]);
        for (volumes, tenths) in MEASURED {
            let off = loudness(volumes) - middle - f64::from(tenths) / 10.;
            assert!(off.abs() < 0.6, "{volumes:?}: {off} dB off");
        }
    }

    #[test]
    fn a_level_far_from_the_middle_presses_what_is_heard_beside_it() {
        let step = |off: i32| amplified(off + 100) - amplified(off - 100);
        assert_eq!(step(0), 200);
        // 14.7 dB were measured at the first period after 15 10 8 ended, which is 3571.
        let off = -STEP_25 * 3571 / 1000;
        let db = 20. * (f64::from(step(off)) / 200.).log10();
        assert!((-18.5..-14.).contains(&db), "{db}");
        assert_eq!(amplified(off), -amplified(-off));
    }

    #[test]
    fn the_noise_shifts_seventeen_bits() {
        let mut s = sound(&[(6, 1), (7, 0x37), (8, 15)]);
        let mut seen = std::collections::HashSet::new();
        while seen.insert(s.noise) {
            s.pass(32);
        }
        assert_eq!(seen.len(), (1 << 17) - 1);
    }

    #[test]
    fn the_envelope_has_its_shapes() {
        let ends = |shape: u8| {
            let mut s = sound(&[(7, 0x3f), (8, 0x10), (11, 1), (13, shape)]);
            let steps: Vec<u8> = (0..96)
                .map(|_| {
                    let step = s.envelope_step();
                    s.pass(16);
                    step
                })
                .collect();
            [0, 31, 32, 63, 64, 95].map(|n| steps[n])
        };
        assert_eq!(ends(0x0), [31, 0, 0, 0, 0, 0], "down, then silence");
        assert_eq!(ends(0x4), [0, 31, 0, 0, 0, 0], "up, then silence");
        assert_eq!(ends(0x8), [31, 0, 31, 0, 31, 0], "down, again and again");
        assert_eq!(ends(0xa), [31, 0, 0, 31, 31, 0], "down and up");
        assert_eq!(ends(0xb), [31, 0, 31, 31, 31, 31], "down, then loud");
        assert_eq!(ends(0xd), [0, 31, 31, 31, 31, 31], "up, and stays");
        assert_eq!(ends(0xe), [0, 31, 31, 0, 0, 31], "up and down");
    }
}
