//! The sound of the RP2C33: one voice that repeats 64 samples, and a table of 32 steps
//! that bends its pitch.
//!
//! ```text
//!  $4040-$407F  ..SS SSSS  samples, while $4089 bit 7 is set; read, else, the one that sounds
//!  $4080        MDSS SSSS  volume: M: it is S, else up (D) or down at speed S, to 32 or 0
//!  $4082 $4083  PPPP PPPP  HE.. PPPP  pitch; H: the wave rests at its first sample, and
//!                                     envelopes are four times as fast; E: they rest
//!  $4084        MDSS SSSS  depth: the same as the volume
//!  $4085        .CCC CCCC  the bend, -64 to 63
//!  $4086 $4087  FFFF FFFF  HF.. FFFF  how fast the table passes; H: it rests, F: at each round
//!  $4088        .... .TTT  the next step, while the table rests: 0 1 2 4, back to 0, -4 -2 -1
//!  $4089        W... ..VV  W: samples are written, the sound stands; V: 2/2 2/3 2/4 2/5
//!  $408A        EEEE EEEE  speed of both envelopes; 0: they rest
//!  $4090 $4092  volume and depth; $4096 the sample, $4097 the bend
//! ```
//!
//! Each 16 CPU cycles are a round: envelopes, table, wave.
//!
//! ```text
//!  wave   24 bits: the upper six are the sample. + pitch × (64 + bend × depth / 16)
//!  table  18 bits: the upper five are the step, taken twice each. + F; a step when 12 bits overflow
//! ```
//!
//! The volume is the width of a pulse within the sample, so a new one is heard when the
//! wave begins anew.
//!
//! Behind it the adapter has a low-pass filter of about 2 kHz. Edges come at rounds only,
//! so a step of the filter a round is all of it.
//!
//! <https://www.nesdev.org/wiki/FDS_audio>, <https://forums.nesdev.org/viewtopic.php?t=10233>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// The voice.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Sound {
    wave_at: u32,
    table_at: u32,
    /// What the filter has come to, in 256ths of a level.
    filtered: i32,
    envelopes: [Envelope; 2],
    pitch: u16,
    speed: u16,
    samples: [u8; 64],
    table: [u8; 32],
    /// $4083 and $4087, their upper bits.
    wave_control: u8,
    table_control: u8,
    /// $4085.
    bend: u8,
    /// $4089.
    volume: u8,
    /// $408A.
    envelope_speed: u8,
    /// The volume that is heard, 0-32, and the sample.
    heard: u8,
    sample: u8,
    /// CPU cycles of this round.
    cycles: u8,
}

/// The volume's, and the depth's.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
struct Envelope {
    /// CPU cycles until it moves.
    left: u32,
    /// $4080, $4084.
    control: u8,
    /// 0-63.
    gain: u8,
    unused: [u8; 2],
}

const VOLUME: usize = 0;
const DEPTH: usize = 1;
const ROUND: u32 = 16;
const WAVE_BITS: u32 = 24;
const SAMPLE_SHIFT: u32 = 18;
const TABLE_BITS: u32 = 18;
const STEP: u32 = 1 << 12;
/// $4083 bit 7, $4087 bit 7.
const HALT: u8 = 0x80;
/// $4083 bit 6.
const ENVELOPES_REST: u8 = 0x40;
/// $4087 bit 6.
const EACH_ROUND: u8 = 0x40;
/// $4089 bit 7.
const WRITES: u8 = 0x80;
/// $4080 and $4084.
const MANUAL: u8 = 0x80;
const UP: u8 = 0x40;
const LOUDEST: u8 = 32;
/// A step of the table; 8 is back to the middle.
const STEPS: [i8; 8] = [0, 1, 2, 4, 8, -4, -2, -1];
const TO_THE_MIDDLE: i8 = 8;
/// $4089: 2/2, 2/3, 2/4, 2/5 in thirtieths.
const MASTER: [i32; 4] = [30, 20, 15, 12];
/// The loudest level before the filter: 2.4 pulses of the 2A03 at their loudest, as the wiki
/// has it.
const FULL: i32 = 23_300;
/// Bits of what the filter has come to that are less than a level.
const FRACTION: u32 = 8;
/// What the filter takes up of a difference in a round, in 65,536ths:
/// 1 - exp(-2π × 2,000 Hz × 16 / 1,789,773 Hz).
const TAKES_UP: i64 = 6_963;

impl Sound {
    pub fn power_on(&mut self) {
        self.wave_control = HALT;
        self.table_control = HALT;
        self.envelope_speed = 0xff;
        for envelope in &mut self.envelopes {
            envelope.control = MANUAL;
            envelope.left = envelope.period(self.envelope_speed);
        }
    }

    pub fn write(&mut self, address: u16, value: u8) {
        let low = |word: u16| word & 0xf00 | u16::from(value);
        let high = |word: u16| word & 0x0ff | u16::from(value & 15) << 8;
        match address {
            0x4040..=0x407f if self.volume & WRITES != 0 => {
                self.samples[usize::from(address & 63)] = value & 63;
            }
            0x4080 => self.envelopes[VOLUME].write(value, self.envelope_speed),
            0x4082 => self.pitch = low(self.pitch),
            0x4083 => {
                self.pitch = high(self.pitch);
                self.wave_control = value & (HALT | ENVELOPES_REST);
                if value & HALT != 0 {
                    self.wave_at = 0;
                }
                if value & ENVELOPES_REST != 0 {
                    self.begin_envelopes();
                }
            }
            0x4084 => self.envelopes[DEPTH].write(value, self.envelope_speed),
            0x4085 => self.bend = value & 0x7f,
            0x4086 => self.speed = low(self.speed),
            0x4087 => {
                self.speed = high(self.speed);
                self.table_control = value & (HALT | EACH_ROUND);
                if value & HALT != 0 {
                    self.table_at &= !(STEP - 1);
                }
            }
            0x4088 if self.table_control & HALT != 0 => {
                self.table[self.step()] = value & 7;
                self.table_at = (self.table_at + 2 * STEP) & ((1 << TABLE_BITS) - 1);
            }
            0x4089 => self.volume = value & (WRITES | 3),
            0x408a => {
                self.envelope_speed = value;
                self.begin_envelopes();
            }
            _ => {}
        }
        self.hear();
    }

    /// A byte that is read; its upper bits are the bus's.
    pub fn read(&self, address: u16, open: u8) -> Option<u8> {
        let six = |value: u8| Some(open & 0xc0 | value & 63);
        match address {
            0x4040..=0x407f if self.volume & WRITES != 0 => {
                six(self.samples[usize::from(address & 63)])
            }
            0x4040..=0x407f => six(self.samples[self.place()]),
            0x4090 => six(self.envelopes[VOLUME].gain),
            0x4092 => six(self.envelopes[DEPTH].gain),
            0x4096 => six(self.sample),
            0x4097 => Some(self.bend),
            _ => None,
        }
    }

    /// $4090 and $4092: what the envelopes have come to.
    pub fn gains(&self) -> [u8; 2] {
        [VOLUME, DEPTH].map(|which| self.envelopes[which].gain & 63)
    }

    pub fn pass(&mut self, cycles: u32) {
        let passed = u32::from(self.cycles) + cycles;
        self.cycles = (passed % ROUND) as u8;
        for _ in 0..passed / ROUND {
            self.round();
        }
    }

    /// CPU cycles in which the level stays.
    pub fn quiet(&self) -> u32 {
        let moves = if self.filter_moves() == 0 { u32::MAX } else { 1 };
        let rounds = moves.min(self.rounds_to_next_sample()).min(self.rounds_to_envelope());
        match rounds {
            u32::MAX => u32::MAX,
            rounds => (rounds * ROUND).saturating_sub(u32::from(self.cycles) + 1),
        }
    }

    pub fn level(&self) -> i32 {
        self.filtered >> FRACTION
    }

    /// What stands before the filter.
    fn unfiltered(&self) -> i32 {
        let loudest = 63 * i32::from(LOUDEST) * MASTER[0];
        let master = MASTER[usize::from(self.volume & 3)];
        i32::from(self.sample) * i32::from(self.heard) * master * (FULL / 20) / (loudest / 20)
    }

    /// How far the filter goes in a round.
    fn filter_moves(&self) -> i32 {
        let apart = (self.unfiltered() << FRACTION) - self.filtered;
        ((i64::from(apart) * TAKES_UP + 0x8000) >> 16) as i32
    }

    /// Rounds in which the wave surely shows the same sample.
    fn rounds_to_next_sample(&self) -> u32 {
        if !self.wave_passes() {
            return u32::MAX;
        }
        let by = self.wave_step();
        let in_sample = (1 << SAMPLE_SHIFT) - (self.wave_at & ((1 << SAMPLE_SHIFT) - 1));
        // Beyond the table's next step, or the depth's, the pitch is another.
        let wave = if by == 0 { u32::MAX } else { in_sample.div_ceil(by) };
        wave.min(self.rounds_to_step())
    }

    fn rounds_to_step(&self) -> u32 {
        if !self.table_passes() {
            u32::MAX
        } else if self.table_control & EACH_ROUND != 0 {
            1
        } else {
            (STEP - self.table_at % STEP).div_ceil(self.speed.into())
        }
    }

    fn rounds_to_envelope(&self) -> u32 {
        if self.envelopes_rest() {
            return u32::MAX;
        }
        let moving = self.envelopes.iter().filter(|envelope| envelope.control & MANUAL == 0);
        moving
            .map(|envelope| envelope.left.div_ceil(self.envelope_cycles()))
            .min()
            .unwrap_or(u32::MAX)
    }

    fn round(&mut self) {
        if !self.envelopes_rest() {
            let (cycles, speed) = (self.envelope_cycles(), self.envelope_speed);
            self.envelopes.iter_mut().for_each(|envelope| envelope.pass(cycles, speed));
        }
        if self.table_passes() {
            let before = self.table_at;
            let to = before + u32::from(self.speed);
            let steps = to / STEP != before / STEP;
            if steps || self.table_control & EACH_ROUND != 0 {
                self.take_step();
            }
            self.table_at = to & ((1 << TABLE_BITS) - 1);
        }
        if self.wave_passes() {
            self.wave_at = (self.wave_at + self.wave_step()) & ((1 << WAVE_BITS) - 1);
        }
        self.filtered += self.filter_moves();
        self.hear();
    }

    /// What stands at the output now.
    fn hear(&mut self) {
        if self.volume & WRITES == 0 {
            self.sample = self.samples[self.place()];
        }
        if self.place() == 0 {
            self.heard = self.envelopes[VOLUME].gain.min(LOUDEST);
        }
    }

    fn place(&self) -> usize {
        (self.wave_at >> SAMPLE_SHIFT) as usize & 63
    }

    /// The entry of the table; each is there twice.
    fn step(&self) -> usize {
        (self.table_at >> 13) as usize & 31
    }

    fn take_step(&mut self) {
        self.bend = match STEPS[usize::from(self.table[self.step()] & 7)] {
            TO_THE_MIDDLE => 0,
            by => self.bend.wrapping_add_signed(by) & 0x7f,
        };
    }

    fn wave_passes(&self) -> bool {
        self.wave_control & HALT == 0 && self.volume & WRITES == 0
    }

    fn table_passes(&self) -> bool {
        (self.wave_control | self.table_control) & HALT == 0 && self.speed > 0
    }

    fn envelopes_rest(&self) -> bool {
        self.wave_control & ENVELOPES_REST != 0 || self.envelope_speed == 0
    }

    /// Cycles that the envelopes count in a round.
    fn envelope_cycles(&self) -> u32 {
        if self.wave_control & HALT != 0 { 4 * ROUND } else { ROUND }
    }

    fn begin_envelopes(&mut self) {
        for envelope in &mut self.envelopes {
            envelope.left = envelope.period(self.envelope_speed);
        }
    }

    /// How far the wave goes in a round.
    fn wave_step(&self) -> u32 {
        let bend = i32::from(self.bend as i8) - if self.bend & 0x40 != 0 { 128 } else { 0 };
        let mut product = bend * i32::from(self.envelopes[DEPTH].gain);
        // What is lost is rounded up, and far, while the product is not negative.
        if product & 0x0f != 0 && product & 0x800 == 0 {
            product += 0x20;
        }
        let factor = (product + 0x400) >> 4 & 0xff;
        u32::from(self.pitch) * factor as u32
    }

    pub fn sanitize(&mut self) {
        self.wave_at &= (1 << WAVE_BITS) - 1;
        self.table_at &= (1 << TABLE_BITS) - 1;
        self.pitch &= 0xfff;
        self.speed &= 0xfff;
        self.wave_control &= HALT | ENVELOPES_REST;
        self.table_control &= HALT | EACH_ROUND;
        self.bend &= 0x7f;
        self.volume &= WRITES | 3;
        self.cycles %= ROUND as u8;
        self.samples.iter_mut().for_each(|sample| *sample &= 63);
        self.table.iter_mut().for_each(|step| *step &= 7);
        if self.wave_control & HALT != 0 {
            self.wave_at = 0;
        }
        for envelope in &mut self.envelopes {
            envelope.gain &= 63;
            envelope.unused = [0; 2];
            envelope.left = envelope.left.min(8 * 64 * 256);
        }
        self.heard = self.heard.min(LOUDEST);
        self.sample &= 63;
        self.filtered = self.filtered.clamp(0, FULL << FRACTION);
        self.hear();
    }
}

impl Envelope {
    fn write(&mut self, value: u8, speed: u8) {
        self.control = value;
        if value & MANUAL != 0 {
            self.gain = value & 63;
        }
        self.left = self.period(speed);
    }

    fn period(&self, speed: u8) -> u32 {
        8 * (u32::from(self.control & 63) + 1) * (u32::from(speed) + 1)
    }

    fn pass(&mut self, cycles: u32, speed: u8) {
        let mut cycles = cycles;
        while cycles >= self.left {
            cycles -= self.left;
            self.left = self.period(speed);
            self.gain = match (self.control & MANUAL, self.control & UP) {
                (0, 0) => self.gain.saturating_sub(1),
                (0, _) if self.gain < LOUDEST => self.gain + 1,
                _ => self.gain,
            };
        }
        self.left -= cycles;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A voice with these registers, its samples rising from 0 to 63.
    fn sound(registers: &[(u16, u8)]) -> Sound {
        let mut sound: Sound = zerocopy::FromZeros::new_zeroed();
        sound.power_on();
        sound.write(0x4089, 0x80);
        for n in 0..64 {
            sound.write(0x4040 + n, n as u8);
        }
        sound.write(0x4089, 0x00);
        for (address, value) in registers {
            sound.write(*address, *value);
        }
        sound
    }

    /// Rounds until sample `n` stands.
    fn rounds_to(s: &mut Sound, n: u8) -> usize {
        (1..1_000_000)
            .find(|_| {
                s.pass(ROUND);
                s.sample == n
            })
            .expect("it comes")
    }

    #[test]
    fn a_wave_takes_2_to_the_22_cycles_by_its_pitch() {
        let mut s = sound(&[(0x4080, 0xa0), (0x4082, 0x00), (0x4083, 0x44)]);
        // 4096 cycles: 256 rounds, four a sample.
        assert_eq!(rounds_to(&mut s, 1), 4);
        assert_eq!(rounds_to(&mut s, 63), 4 * 62);
        assert_eq!(rounds_to(&mut s, 0), 4);
    }

    #[test]
    fn the_loudest_is_full_and_the_master_volume_divides() {
        let mut levels = [0, 1, 2, 3].map(|master| {
            let mut s = sound(&[(0x4080, 0xbf), (0x4089, master), (0x4083, 0x4f)]);
            rounds_to(&mut s, 63);
            s.unfiltered()
        });
        let full = levels[0];
        assert!((FULL - 20..=FULL).contains(&full), "{full}");
        levels.iter_mut().for_each(|level| *level = *level * 100 / full);
        assert_eq!(levels, [100, 66, 50, 40]);
    }

    /// How far the level swings under a sine, its pitch in units of 0.427 Hz.
    fn swing(pitch: u16) -> i32 {
        let mut s = sound(&[(0x4080, 0xa0), (0x4089, 0x80)]);
        for n in 0..64 {
            let sine = (f64::from(n) * std::f64::consts::TAU / 64.0).sin();
            s.write(0x4040 + n, (31.5 + 31.5 * sine).round() as u8);
        }
        s.write(0x4089, 0);
        s.write(0x4082, pitch as u8);
        s.write(0x4083, (pitch >> 8) as u8);
        let heard = (0..50_000).map(|_| {
            s.pass(ROUND);
            s.level()
        });
        let heard: Vec<i32> = heard.skip(25_000).collect();
        heard.iter().max().unwrap() - heard.iter().min().unwrap()
    }

    #[test]
    fn the_filter_takes_from_tones_what_one_pole_of_2_khz_takes() {
        let hertz = |f: f64| (f * f64::from(1 << 22) / 1_789_773.0).round() as u16;
        // 1 / √(1 + (f / 2 kHz)²). Higher tones than 1,747 Hz have no pitch.
        for f in [20.0_f64, 200.0, 440.0, 1000.0, 1300.0] {
            let through = f64::from(FULL) / 1f64.hypot(f / 2000.0);
            let swings = f64::from(swing(hertz(f)));
            assert!((swings / through - 1.0).abs() < 0.01, "{f} Hz: {swings}, meant: {through}");
        }
    }

    #[test]
    fn a_level_comes_to_rest_where_it_would_be_without_the_filter() {
        let mut s = sound(&[(0x4080, 0xa0), (0x4082, 0), (0x4083, 0x44)]);
        for n in [63, 40, 7, 1] {
            rounds_to(&mut s, n);
            // The wave stands.
            s.write(0x4082, 0);
            s.write(0x4083, 0x40);
            s.pass(200 * ROUND);
            assert!((s.level() - s.unfiltered()).abs() <= 1, "{} {}", s.level(), s.unfiltered());
            assert_eq!(s.quiet(), u32::MAX);
            s.write(0x4083, 0x44);
        }
    }

    #[test]
    fn the_level_stays_for_as_long_as_it_says() {
        let mut s = sound(&[(0x4080, 0x41), (0x4082, 0x33), (0x4083, 0x01), (0x4084, 0x9f)]);
        s.write(0x4086, 0x70);
        s.write(0x4087, 0x00);
        for _ in 0..2000 {
            let (quiet, level) = (s.quiet(), s.level());
            for _ in 0..quiet.min(5000) {
                s.pass(1);
                assert_eq!(s.level(), level);
            }
            s.pass(1);
        }
    }

    #[test]
    fn a_volume_is_heard_when_the_wave_begins_anew() {
        let mut s = sound(&[(0x4080, 0xa0), (0x4083, 0x44)]);
        rounds_to(&mut s, 10);
        s.write(0x4080, 0x80);
        assert!(s.unfiltered() > 0);
        rounds_to(&mut s, 0);
        rounds_to(&mut s, 10);
        assert_eq!(s.unfiltered(), 0);
    }

    #[test]
    fn an_envelope_moves_after_8_cycles_by_both_speeds() {
        let mut s = sound(&[(0x408a, 3), (0x4080, 0x80), (0x4080, 0x40 | 1), (0x4083, 0x01)]);
        let gain = |s: &Sound| s.read(0x4090, 0x40).unwrap();
        // 8 × 2 × 4 cycles.
        s.pass(63);
        assert_eq!(gain(&s), 0x40);
        s.pass(1);
        assert_eq!(gain(&s), 0x41);
        s.pass(64 * 100);
        assert_eq!(gain(&s), 0x40 | LOUDEST, "no further");
        s.write(0x4080, 0x01);
        s.pass(64 * 100);
        assert_eq!(gain(&s), 0x40);
    }

    #[test]
    fn envelopes_are_four_times_as_fast_while_the_wave_rests_and_rest_where_they_are_told_to() {
        let mut s = sound(&[(0x408a, 3), (0x4080, 0x41), (0x4083, 0x80)]);
        s.pass(64);
        assert_eq!(s.read(0x4090, 0), Some(4));
        s.write(0x4083, 0xc0);
        s.pass(6400);
        assert_eq!(s.read(0x4090, 0), Some(4));
    }

    #[test]
    fn each_step_of_the_table_is_taken_twice() {
        let mut s = sound(&[(0x4087, 0x80)]);
        for step in [1, 3, 4, 7].into_iter().chain([0; 28]) {
            s.write(0x4088, step);
        }
        s.write(0x4083, 0x44);
        // Each round is a step.
        s.write(0x4086, 0x00);
        s.write(0x4087, 0x0f);
        s.speed = STEP as u16;
        let bends: Vec<u8> = (0..8)
            .map(|_| {
                s.pass(ROUND);
                s.read(0x4097, 0).unwrap()
            })
            .collect();
        assert_eq!(bends, [1, 2, 6, 10, 0, 0, 0x7f, 0x7e]);
    }

    #[test]
    fn a_bend_moves_the_pitch_by_its_depth() {
        let step = |bend: u8, depth: u8| {
            sound(&[(0x4082, 100), (0x4083, 0x40), (0x4084, 0x80 | depth), (0x4085, bend)])
                .wave_step()
        };
        assert_eq!((step(0, 63), step(63, 0)), (6400, 6400));
        assert_eq!(step(16, 16), 100 * 80);
        assert_eq!(step(0x70, 16), 100 * 48);
        // 15 × 1 = 15: 0.9 of a step is rounded up by two.
        assert_eq!(step(15, 1), 100 * 66);
        assert_eq!(step(0x7f, 1), 100 * 63);
    }

    #[test]
    fn samples_are_written_while_the_sound_stands_and_read_where_it_is_else() {
        let mut s = sound(&[(0x4080, 0xa0), (0x4083, 0x44)]);
        rounds_to(&mut s, 5);
        s.write(0x4040, 33);
        assert_eq!((s.read(0x4040, 0x40), s.read(0x407f, 0x40)), (Some(0x45), Some(0x45)));
        s.write(0x4089, 0x80);
        let level = s.unfiltered();
        s.write(0x4045, 9);
        s.pass(10_000);
        assert_eq!((s.unfiltered(), s.read(0x4045, 0x40)), (level, Some(0x49)));
        s.write(0x4089, 0);
        assert_ne!(s.unfiltered(), level);
    }
}
