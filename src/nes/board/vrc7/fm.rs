//! The VRC7's synthesizer: six voices of a YM2413 with instruments of its own.
//!
//! ```text
//!  $00-$07  the player's own instrument, as the rows of INSTRUMENTS
//!  $0F      .... FPWE  test: E: no attenuation, W: slow waves held at their start,
//!                      P: phases held at theirs, F: slow waves step with each sample
//!  $10-$15  FFFF FFFF  frequency, low bits
//!  $20-$25  ..SK BBBF  S: sustain, K: key, B: octave
//!  $30-$35  IIII VVVV  instrument (0: the player's), volume (0: loudest)
//!
//!  an instrument: modulator, carrier, in turn
//!   0 1  TVSK MMMM  tremolo, vibrato, sustained, rate by key, multiple
//!   2    LLTT TTTT  level by key, level (modulator)
//!   3    LL.W WFFF  level by key (carrier), half waves: carrier, modulator; feedback
//!   4 5  AAAA DDDD  attack, decay
//!   6 7  SSSS RRRR  sustain level, release
//! ```
//!
//! Each 36 CPU cycles every voice makes a sample. An operator is a sine whose phase moves
//! with the frequency, looked up as a logarithm, so that the envelope and the levels
//! (all of them attenuations) are added, and brought back by an exponential. The
//! modulator's wave moves the carrier's phase, and by feedback its own.
//!
//! When a key goes down, the carrier is damped first, then both begin their attack.
//!
//! No voice hears of another, so each makes some samples in a row, and what holds for all
//! of them is worked out once ([`Course`]).
//!
//! Under E envelopes run on unheard, and an operator whose envelope ends is still muted.
//! Under P a sine is looked up one step from its start, so that the voice stands still at
//! a level (measured on a YM2413: <https://github.com/openMSX/openMSX/issues/581>,
//! <https://github.com/digital-sound-antiques/emu2413/wiki/DAC-in-test-mode>). Under F the
//! chip clocks envelopes by its pin D2, on a cartridge the CPU's data; here they go on.
//!
//! The chip's amplifier clips from somewhat less than two voices at their loudest on; by how
//! much is not known, and here it is straight.
//!
//! <https://www.nesdev.org/wiki/VRC7_audio>, the instruments and $0F as read from the chip
//! by Nuke.YKT: <https://siliconpr0n.org/archive/doku.php?id=vendor:yamaha:opl2>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::super::Heard;
use super::operator::{Beat, Course, Note, Operator, PHASE, SILENT, Tone, stage, test};
use super::tables::INSTRUMENTS;

/// The synthesizer.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Fm {
    voices: [Voice; 6],
    /// Samples made: what envelopes and the two slow waves count.
    clock: u32,
    own: [u8; 8],
    select: u8,
    /// CPU cycles of the sample, 0-35.
    cycles: u8,
    /// $0F.
    test: u8,
    /// Steps of the slow wave of loudness, 0-209, and of the one of pitch, 0-7.
    tremolo: u8,
    vibrato: u8,
    unused: [u8; 3],
}

#[derive(Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
struct Voice {
    modulator: Operator,
    carrier: Operator,
    /// The modulator's last two samples, the newer first.
    fed_back: [i16; 2],
    /// What the voice puts out.
    output: i16,
    /// $10, $20, $30.
    registers: [u8; 3],
    unused: [u8; 3],
}

const SAMPLE: u32 = 36;
/// So many samples are made in a row, at the most.
const ROW: usize = 32;
/// Envelopes look at so many bits of the clock.
const CLOCK: u32 = 1 << 17;
/// Samples of a step of the slow waves.
const TREMOLO: u32 = 64;
const VIBRATO: u32 = 1024;
const KEY: u8 = 0x10;
const SUSTAINED: u8 = 0x20;
/// Eight steps of a voice, in the mixer's unit: what `db_vrc7` plays is then 11 dB louder
/// than a pulse of the 2A03 at its loudest (<https://www.nesdev.org/wiki/NSFe>).
const UNIT: i32 = 75;

impl Fm {
    pub fn select(&mut self, value: u8) {
        self.select = value;
    }

    pub fn write(&mut self, value: u8) {
        let (row, n) = (self.select >> 4, usize::from(self.select & 15));
        match (row, n) {
            (0, 0..8) => self.own[n] = value,
            (0, 15) => {
                self.test = value & 15;
                if value & test::HOLD_WAVES != 0 {
                    (self.tremolo, self.vibrato) = (0, 0);
                }
            }
            (1..=3, 0..6) => {
                let voice = &mut self.voices[n];
                let was = std::mem::replace(&mut voice.registers[usize::from(row) - 1], value);
                if row == 2 && (was ^ value) & KEY != 0 {
                    voice.carrier.stage =
                        if value & KEY != 0 { stage::DAMP } else { stage::RELEASE };
                }
            }
            _ => {}
        }
    }

    /// All voices end at once. The wave of pitch stays where it is.
    pub fn silence(&mut self) {
        *self = Self { vibrato: self.vibrato, ..zerocopy::FromZeros::new_zeroed() };
    }

    pub fn pass(&mut self, cycles: u32) {
        let cycles = cycles + u32::from(self.cycles);
        self.cycles = (cycles % SAMPLE) as u8;
        let mut left = (cycles / SAMPLE) as usize;
        while left > 0 {
            let row = left.min(ROW);
            self.make(&mut [0; ROW][..row]);
            left -= row;
        }
    }

    /// Lets so many cycles pass at the most, and says how many, as long as something may be
    /// heard; notes each level with its cycle.
    pub fn sound(&mut self, cycles: u32, heard: &mut Heard) -> u32 {
        if self.quiet() >= cycles {
            return 0;
        }
        let into = u32::from(self.cycles);
        let row = (((cycles + into) / SAMPLE) as usize).min(ROW).min(heard.room());
        let mut sums = [0; ROW];
        self.make(&mut sums[..row]);
        self.cycles = 0;
        for (end, sum) in (1..).map(|n| n * SAMPLE - into).zip(&sums[..row]) {
            heard.note(end - 1, sum * UNIT);
        }
        row as u32 * SAMPLE - into
    }

    /// The next samples of all voices, added.
    fn make(&mut self, sums: &mut [i32]) {
        let mut beats = [Beat::default(); ROW];
        for beat in &mut beats[..sums.len()] {
            let Self { clock, test, tremolo, vibrato, .. } = *self;
            *beat = Beat { clock, test, tremolo, vibrato };
            self.clock = (clock + 1) % CLOCK;
            self.step_waves();
        }
        for voice in &mut self.voices {
            voice.sound(&self.own, &beats, sums);
        }
    }

    fn step_waves(&mut self) {
        let fast = self.test & test::FAST_WAVES != 0;
        if self.test & test::HOLD_WAVES != 0 {
            return;
        }
        if fast || self.clock.is_multiple_of(TREMOLO) {
            self.tremolo = (self.tremolo + 1) % 210;
        }
        if fast || self.clock.is_multiple_of(VIBRATO) {
            self.vibrato = (self.vibrato + 1) & 7;
        }
    }

    /// CPU cycles for which the level stays.
    pub fn quiet(&self) -> u32 {
        let rests = self.voices.iter().all(Voice::rests);
        if rests { u32::MAX } else { SAMPLE - 1 - u32::from(self.cycles) }
    }

    pub fn level(&self) -> i32 {
        self.voices.iter().map(|voice| voice.level()).sum::<i32>() * UNIT
    }

    pub fn sanitize(&mut self) {
        self.clock %= CLOCK;
        self.cycles = self.cycles.min(SAMPLE as u8 - 1);
        self.test &= 15;
        self.tremolo %= 210;
        self.vibrato &= 7;
        self.unused = [0; 3];
        for voice in &mut self.voices {
            voice.fed_back = voice.fed_back.map(|sample| sample.clamp(-2048, 2047));
            voice.output = voice.output.clamp(-2048, 2047);
            voice.unused = [0; 3];
            for operator in [&mut voice.modulator, &mut voice.carrier] {
                operator.phase &= PHASE;
                operator.loudness &= 127;
                operator.stage = operator.stage.min(stage::SUSTAIN);
                operator.unused = [0; 2];
            }
        }
    }
}

impl Voice {
    /// Nothing is heard, and nothing will be.
    fn rests(&self) -> bool {
        let over = matches!(self.carrier.stage, stage::RELEASE | stage::DECAY | stage::SUSTAIN);
        over && self.output == 0 && self.carrier.attenuation() >= SILENT
    }

    fn level(&self) -> i32 {
        i32::from(self.output >> 3)
    }

    /// Makes a sample a sum, and adds it there.
    fn sound(&mut self, own: &[u8; 8], beats: &[Beat; ROW], sums: &mut [i32]) {
        let [_, octave, tone] = self.registers;
        let instrument = match tone >> 4 {
            0 => own,
            n => &INSTRUMENTS[usize::from(n) - 1],
        };
        let i = instrument;
        let modulator = Tone {
            flags: i[0],
            level: i[2] & 0x3f,
            level_by_key: i[2] >> 6,
            half_wave: i[3] & 8 != 0,
            attack_decay: i[4],
            sustain_release: i[6],
            sustained: false,
        };
        let carrier = Tone {
            flags: i[1],
            level: (tone & 15) << 2,
            level_by_key: i[3] >> 6,
            half_wave: i[3] & 16 != 0,
            attack_decay: i[5],
            sustain_release: i[7],
            sustained: octave & SUSTAINED != 0,
        };
        let note = Note::of(self.registers);
        let feedback = i32::from(i[3] & 7);
        let mut moving = Course::new(&modulator, &note);
        let mut moved = Course::new(&carrier, &note);
        for (beat, sum) in beats.iter().zip(sums) {
            let [newer, older] = self.fed_back.map(i32::from);
            let fed = if feedback == 0 { 0 } else { (newer + older) >> (8 - feedback) };
            let by = moving.sample(&mut self.modulator, beat, fed);
            self.fed_back = [by as i16, newer as i16];
            let heard = moved.sample(&mut self.carrier, beat, by << 1);
            self.output = (heard & !7) as i16;
            *sum += self.level();

            moving.step(&mut self.modulator, beat.clock);
            moved.step(&mut self.carrier, beat.clock);
            if self.carrier.stage == stage::DAMP && self.carrier.attenuation() >= SILENT {
                self.carrier.begin(&carrier, &note);
                self.modulator.begin(&modulator, &note);
            }
            self.carrier.go_on(&carrier);
            self.modulator.go_on(&modulator);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tables::{POWER, SINE};
    use super::*;

    fn fm(writes: &[(u8, u8)]) -> Fm {
        let mut fm: Fm = zerocopy::FromZeros::new_zeroed();
        for (register, value) in writes {
            fm.select(*register);
            fm.write(*value);
        }
        fm
    }

    /// A sine: no modulation, full at once, held.
    const SINE_WAVE: [(u8, u8); 8] = [
        (0x00, 0x21),
        (0x01, 0x21),
        (0x02, 0x3f),
        (0x03, 0x00),
        (0x04, 0xf0),
        (0x05, 0xf0),
        (0x06, 0x0f),
        (0x07, 0x0f),
    ];

    fn samples(fm: &mut Fm, count: usize) -> Vec<i32> {
        let sample = |_| {
            fm.pass(36);
            fm.level() / UNIT * 8
        };
        (0..count).map(sample).collect()
    }

    #[test]
    fn the_tables_are_a_sine_and_a_power_of_two() {
        assert_eq!((SINE[0], SINE[255]), (2137, 0));
        assert_eq!((POWER[0], POWER[255]), (2042, 1024));
    }

    #[test]
    fn a_sine_has_the_frequency_of_its_note() {
        let mut fm = fm(&SINE_WAVE);
        // 49,716 / 2^19 × 256 × 2^4: 388 Hz.
        for (register, value) in [(0x10, 0x00), (0x30, 0x00), (0x20, 0x19)] {
            fm.select(register);
            fm.write(value);
        }
        let heard = samples(&mut fm, 49_716);
        let rises = heard.windows(2).filter(|pair| pair[0] < 0 && pair[1] >= 0).count();
        assert!((387..=389).contains(&rises), "{rises}");
        let most = heard.iter().max().unwrap();
        assert!((2030..=2042).contains(most), "{most}");
    }

    #[test]
    fn a_volume_is_3_db() {
        let loudest = |volume| {
            let mut fm = fm(&SINE_WAVE);
            for (register, value) in [(0x10, 0x80), (0x30, volume), (0x20, 0x18)] {
                fm.select(register);
                fm.write(value);
            }
            f64::from(*samples(&mut fm, 4000).iter().max().unwrap())
        };
        let ratio = loudest(0) / loudest(4);
        assert!((3.9..4.1).contains(&ratio), "{ratio}");
    }

    #[test]
    fn a_released_key_ends_in_silence_and_rests() {
        let mut fm = fm(&SINE_WAVE);
        for (register, value) in [(0x10, 0x80), (0x30, 0x00), (0x20, 0x18)] {
            fm.select(register);
            fm.write(value);
        }
        samples(&mut fm, 500);
        assert_ne!(fm.quiet(), u32::MAX);
        fm.write(0x08);
        samples(&mut fm, 20_000);
        assert_eq!((fm.level(), fm.quiet()), (0, u32::MAX));
    }

    #[test]
    fn nothing_is_heard_before_a_key_and_after_the_switch() {
        let mut fm = fm(&SINE_WAVE);
        assert_eq!((samples(&mut fm, 10), fm.quiet()), (vec![0; 10], u32::MAX));
        fm.select(0x20);
        fm.write(0x18);
        samples(&mut fm, 300);
        fm.silence();
        assert_eq!(samples(&mut fm, 10), vec![0; 10]);
    }

    /// The sine's wave for a while, with these registers beside it.
    fn wave(beside: &[(u8, u8)]) -> Vec<i32> {
        let mut fm = fm(&SINE_WAVE);
        for (register, value) in beside.iter().chain(&[(0x10, 0x00), (0x20, 0x19)]) {
            fm.select(*register);
            fm.write(*value);
        }
        samples(&mut fm, 30_000)
    }

    #[test]
    fn test_bit_0_is_the_loudest_wave_until_the_envelope_ends() {
        let most = |wave: Vec<i32>| wave.into_iter().max().unwrap();
        assert!(most(wave(&[(0x30, 0x0f)])) < 20);
        // The modulator is loud, too, so that it is no sine.
        assert!(most(wave(&[(0x30, 0x0f), (0x0f, 0x01)])) > 2000);
        let mut fm = fm(&SINE_WAVE);
        for (register, value) in [(0x0f, 0x01), (0x10, 0x00), (0x20, 0x19), (0x20, 0x09)] {
            fm.select(register);
            fm.write(value);
        }
        samples(&mut fm, 20_000);
        assert_eq!((fm.level(), fm.quiet()), (0, u32::MAX));
    }

    #[test]
    fn test_bit_1_holds_both_slow_waves_at_their_start() {
        let both = (0x01, 0xe1);
        assert_ne!(wave(&[both]), wave(&[]));
        assert_eq!(wave(&[both, (0x0f, 0x02)]), wave(&[]));
        let mut fm = fm(&[]);
        samples(&mut fm, 5000);
        assert_eq!((fm.tremolo, fm.vibrato), (78, 4));
        fm.select(0x0f);
        fm.write(0x02);
        fm.write(0x00);
        assert_eq!((fm.tremolo, fm.vibrato), (0, 0));
    }

    #[test]
    fn test_bit_2_holds_the_wave_one_step_from_its_start() {
        let mut fm = fm(&SINE_WAVE);
        for (register, value) in [(0x10, 0x00), (0x20, 0x19), (0x0f, 0x04)] {
            fm.select(register);
            fm.write(value);
        }
        samples(&mut fm, 1000);
        // The 8th of 1,024 steps.
        let held = samples(&mut fm, 1000);
        assert_eq!(held, vec![held[0]; 1000]);
        assert!((96..=112).contains(&held[0]), "{}", held[0]);
        fm.write(0x00);
        assert!(samples(&mut fm, 128).iter().max().unwrap() > &2000);
    }

    #[test]
    fn test_bit_3_steps_the_slow_waves_with_each_sample() {
        let mut fm = fm(&[(0x0f, 0x08)]);
        samples(&mut fm, 213);
        assert_eq!((fm.tremolo, fm.vibrato), (3, 5));
        fm.write(0x00);
        samples(&mut fm, 1024);
        assert_eq!((fm.tremolo, fm.vibrato), (19, 6));
    }

    #[test]
    fn an_ended_modulator_moves_nothing() {
        let mut fm = fm(&SINE_WAVE);
        // It falls at once, without a level that it holds.
        for (register, value) in [(0x00, 0x01), (0x02, 0), (0x04, 0xf8), (0x06, 0xff), (0x20, 0x19)]
        {
            fm.select(register);
            fm.write(value);
        }
        samples(&mut fm, 300);
        assert_ne!(fm.voices[0].fed_back, [0, 0]);
        samples(&mut fm, 20_000);
        assert_eq!(fm.voices[0].fed_back, [0, 0]);
    }

    #[test]
    fn the_reset_leaves_the_wave_of_pitch_where_it_is() {
        let mut fm = fm(&[(0x0f, 0x08)]);
        samples(&mut fm, 5);
        fm.silence();
        assert_eq!((fm.tremolo, fm.vibrato, fm.test), (0, 5, 0));
    }
}
