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

#[rustfmt::skip]
static INSTRUMENTS: [[u8; 8]; 15] = [
    [0x03, 0x21, 0x05, 0x06, 0xe8, 0x81, 0x42, 0x27],
    [0x13, 0x41, 0x14, 0x0d, 0xd8, 0xf6, 0x23, 0x12],
    [0x11, 0x11, 0x08, 0x08, 0xfa, 0xb2, 0x20, 0x12],
    [0x31, 0x61, 0x0c, 0x07, 0xa8, 0x64, 0x61, 0x27],
    [0x32, 0x21, 0x1e, 0x06, 0xe1, 0x76, 0x01, 0x28],
    [0x02, 0x01, 0x06, 0x00, 0xa3, 0xe2, 0xf4, 0xf4],
    [0x21, 0x61, 0x1d, 0x07, 0x82, 0x81, 0x11, 0x07],
    [0x23, 0x21, 0x22, 0x17, 0xa2, 0x72, 0x01, 0x17],
    [0x35, 0x11, 0x25, 0x00, 0x40, 0x73, 0x72, 0x01],
    [0xb5, 0x01, 0x0f, 0x0f, 0xa8, 0xa5, 0x51, 0x02],
    [0x17, 0xc1, 0x24, 0x07, 0xf8, 0xf8, 0x22, 0x12],
    [0x71, 0x23, 0x11, 0x06, 0x65, 0x74, 0x18, 0x16],
    [0x01, 0x02, 0xd3, 0x05, 0xc9, 0x95, 0x03, 0x02],
    [0x61, 0x63, 0x0c, 0x00, 0x94, 0xc0, 0x33, 0xf6],
    [0x21, 0x72, 0x0d, 0x00, 0xc1, 0xd5, 0x56, 0x06],
];

/// How much softer a note is by its frequency's upper four bits, 6 dB an octave.
static BY_KEY: [i32; 16] = [0, 24, 32, 37, 40, 43, 45, 47, 48, 50, 51, 52, 53, 54, 55, 56];

/// Steps of the envelope over sixteen clocks, by rate: attack, and all else. Rates below
/// 48 take the row of their lower two bits, others that of what they exceed 44 by.
#[rustfmt::skip]
static STEPS: [[u64; 2]; 17] = [
    [0x0101010101010101, 0x0101010101010101],
    [0x0101110101011101, 0x0101110101011101],
    [0x0111011101110111, 0x0111011101110111],
    [0x0111111101111111, 0x0111111101111111],
    [0x1111111111111111, 0x0101010101010101],
    [0x1121112111211121, 0x0101110101011101],
    [0x1212121212121212, 0x0111011101110111],
    [0x1222122212221222, 0x0111111101111111],
    [0x2222222222222222, 0x0101010101010101],
    [0x2242224222422242, 0x0101010111110101],
    [0x2424242424242424, 0x0101111101011111],
    [0x2444244424442444, 0x0101111111111111],
    [0x4444444444444444, 0x1111111111111111],
    [0x4484448444844484, 0x1111111122221111],
    [0x4848484848484848, 0x1111222211112222],
    [0x4888488848884888, 0x1111222222222222],
    [0x0000000000000000, 0x2222222222222222],
];

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

/// What all operators share in a sample.
#[derive(Clone, Copy)]
struct Beat {
    clock: u32,
    test: u8,
    tremolo: u8,
    vibrato: u8,
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

#[derive(Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
struct Operator {
    /// 19 bits.
    phase: u32,
    /// 127 less what the envelope takes.
    loudness: u8,
    stage: u8,
    unused: [u8; 2],
}

/// Where an envelope is.
mod stage {
    pub const RELEASE: u8 = 0;
    pub const DAMP: u8 = 1;
    pub const ATTACK: u8 = 2;
    pub const DECAY: u8 = 3;
    pub const SUSTAIN: u8 = 4;
}

const SAMPLE: u32 = 36;
/// Envelopes look at so many bits of the clock.
const CLOCK: u32 = 1 << 17;
/// Samples of a step of the slow waves.
const TREMOLO: u32 = 64;
const VIBRATO: u32 = 1024;
/// Bits of $0F.
mod test {
    pub const LOUDEST: u8 = 0x01;
    pub const HOLD_WAVES: u8 = 0x02;
    pub const HOLD_PHASES: u8 = 0x04;
    pub const FAST_WAVES: u8 = 0x08;
}
const KEY: u8 = 0x10;
const SUSTAINED: u8 = 0x20;
/// Attenuations from here on are silence.
const SILENT: i32 = 124;
/// Eight steps of a voice, in the mixer's unit: what `db_vrc7` plays is then 11 dB louder
/// than a pulse of the 2A03 at its loudest (<https://www.nesdev.org/wiki/NSFe>).
const UNIT: i32 = 75;

/// What an instrument says of one operator.
struct Tone {
    flags: u8,
    /// Attenuation, 0-63, without that by key.
    level: u8,
    level_by_key: u8,
    half_wave: bool,
    attack_decay: u8,
    sustain_release: u8,
}

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
        for _ in 0..cycles / SAMPLE {
            let Self { clock, test, tremolo, vibrato, .. } = *self;
            for voice in &mut self.voices {
                voice.sample(&self.own, Beat { clock, test, tremolo, vibrato });
            }
            self.clock = (clock + 1) % CLOCK;
            self.step_waves();
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
        self.voices.iter().map(|voice| i32::from(voice.output >> 3)).sum::<i32>() * UNIT
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

const PHASE: u32 = (1 << 19) - 1;

impl Voice {
    /// Nothing is heard, and nothing will be.
    fn rests(&self) -> bool {
        let over = matches!(self.carrier.stage, stage::RELEASE | stage::DECAY | stage::SUSTAIN);
        over && self.output == 0 && self.carrier.attenuation() >= SILENT
    }

    fn sample(&mut self, own: &[u8; 8], beat: Beat) {
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
        };
        let carrier = Tone {
            flags: i[1],
            level: (tone & 15) << 2,
            level_by_key: i[3] >> 6,
            half_wave: i[3] & 16 != 0,
            attack_decay: i[5],
            sustain_release: i[7],
        };
        let note = Note::of(self.registers);
        let feedback = i32::from(i[3] & 7);
        let [newer, older] = self.fed_back.map(i32::from);
        let fed = if feedback == 0 { 0 } else { (newer + older) >> (8 - feedback) };
        let moved = self.modulator.sample(&modulator, &note, beat, fed);
        self.fed_back = [moved as i16, newer as i16];
        let heard = self.carrier.sample(&carrier, &note, beat, moved << 1);
        self.output = (heard & !7) as i16;

        let sustained = octave & SUSTAINED != 0;
        let rate = self.modulator.rate(&modulator, false);
        self.modulator.step(rate, &note, modulator.flags, beat.clock);
        let rate = self.carrier.rate(&carrier, sustained);
        self.carrier.step(rate, &note, carrier.flags, beat.clock);
        if self.carrier.stage == stage::DAMP && self.carrier.attenuation() >= SILENT {
            self.carrier.begin(&carrier, &note);
            self.modulator.begin(&modulator, &note);
        }
        self.carrier.go_on(&carrier);
        self.modulator.go_on(&modulator);
    }
}

/// A voice's frequency.
struct Note {
    frequency: i32,
    octave: u32,
}

impl Note {
    fn of([low, high, _]: [u8; 3]) -> Self {
        let frequency = i32::from(high & 1) << 8 | i32::from(low);
        Self { frequency, octave: u32::from(high >> 1 & 7) }
    }

    /// What rates are raised by.
    fn key(&self, flags: u8) -> u32 {
        (2 * self.octave + (self.frequency >> 8) as u32) >> if flags & 0x10 != 0 { 0 } else { 2 }
    }

    /// What a phase moves by in a sample.
    fn pitch(&self, flags: u8, vibrato: u8) -> u32 {
        let multiple = match i32::from(flags & 15) {
            0 => 1,
            n @ (11 | 13) => 2 * (n - 1),
            14 => 30,
            n => 2 * n,
        };
        let f = self.frequency >> 6;
        let vibrato = match vibrato {
            _ if flags & 0x40 == 0 => 0,
            1 | 3 => -(f / 2),
            2 => -f,
            5 | 7 => f / 2,
            6 => f,
            _ => 0,
        };
        (((self.frequency + vibrato) * multiple / 2) as u32) << self.octave
    }

    /// What a note is softened by its key.
    fn softer(&self, by_key: u8) -> i32 {
        let by = BY_KEY[(self.frequency >> 5) as usize & 15] + 8 * self.octave as i32 - 56;
        // The two bits are exchanged on the chip.
        match by_key {
            0 => 0,
            1 => by.max(0) >> 1,
            2 => by.max(0) >> 2,
            _ => by.max(0),
        }
    }
}

impl Operator {
    fn attenuation(&self) -> i32 {
        127 - i32::from(self.loudness)
    }

    fn sample(&mut self, tone: &Tone, note: &Note, beat: Beat, moved: i32) -> i32 {
        let pitch = note.pitch(tone.flags, beat.vibrato);
        if beat.test & test::HOLD_PHASES != 0 {
            self.phase = pitch & PHASE;
        }
        let at = ((self.phase >> 9) as i32 + moved) & 0x3ff;
        let quarter = if at & 0x100 == 0 { at & 0xff } else { 0xff - (at & 0xff) };
        let negative = at & 0x200 != 0;
        let sine = if negative && tone.half_wave { SINE[0] } else { SINE[quarter as usize] };
        self.phase = (self.phase + pitch) & PHASE;
        if self.attenuation() >= SILENT {
            return 0;
        }
        let softer = match beat.test & test::LOUDEST {
            0 => self.softer(tone, note, beat.tremolo),
            _ => 0,
        };
        let sum = i32::from(sine) + softer;
        let power = i32::from(POWER[sum as usize & 0xff]);
        let signed = if negative && !tone.half_wave { !power } else { power };
        signed >> (sum >> 8)
    }

    /// What envelope, levels and tremolo take.
    fn softer(&self, tone: &Tone, note: &Note, tremolo: u8) -> i32 {
        let tremolo = match tremolo {
            _ if tone.flags & 0x80 == 0 => 0,
            w @ ..105 => w >> 3,
            w => (210 - w) >> 3,
        };
        let level = i32::from(tone.level) + note.softer(tone.level_by_key);
        (self.attenuation() << 4) + (level << 5) + (i32::from(tremolo) << 4)
    }

    /// The rate of its stage, 0-15.
    fn rate(&self, tone: &Tone, sustained: bool) -> u8 {
        let holds = tone.flags & 0x20 != 0;
        let release = tone.sustain_release & 15;
        match self.stage {
            stage::DAMP => 13,
            stage::ATTACK => tone.attack_decay >> 4,
            stage::DECAY => tone.attack_decay & 15,
            stage::SUSTAIN if holds => 0,
            stage::SUSTAIN => release,
            _ if sustained => 5,
            _ if holds => release,
            _ => 7,
        }
    }

    fn step(&mut self, base: u8, note: &Note, flags: u8, clock: u32) {
        let attacks = self.stage == stage::ATTACK;
        let rate = full_rate(base, note, flags);
        if rate == 0 {
            return;
        }
        let shift = 13u32.saturating_sub(rate / 4).max(if attacks { 2 } else { 0 });
        let low = clock & ((1 << shift) - 1);
        if (if attacks { low & !3 } else { low }) != 0 {
            return;
        }
        let row = if rate < 48 { rate & 3 } else { rate - 44 };
        let steps = STEPS[row as usize][usize::from(!attacks)];
        let step = (steps >> (60 - 4 * (clock >> shift & 15)) & 15) as i32;
        let now = self.attenuation();
        let change = if attacks { (!now * step) >> 4 } else { step };
        self.loudness = (127 - (now + change).clamp(0, 127)) as u8;
    }

    fn begin(&mut self, tone: &Tone, note: &Note) {
        self.phase = 0;
        self.stage = stage::ATTACK;
        if full_rate(tone.attack_decay >> 4, note, tone.flags) >= 60 {
            (self.stage, self.loudness) = (stage::DECAY, 127);
        }
    }

    /// To the next stage, where this one is over.
    fn go_on(&mut self, tone: &Tone) {
        if self.stage == stage::ATTACK && self.attenuation() == 0 {
            self.stage = stage::DECAY;
        }
        let sustain = i32::from(tone.sustain_release >> 4) << 3;
        if self.stage == stage::DECAY && self.attenuation() >= sustain {
            self.stage = stage::SUSTAIN;
        }
    }
}

/// 0-60.
fn full_rate(base: u8, note: &Note, flags: u8) -> u32 {
    if base == 0 { 0 } else { (4 * u32::from(base) + note.key(flags)).min(60) }
}

/// A quarter of a sine, as attenuation: 256 are 6 dB.
static SINE: [u16; 256] = sine();
/// 2 to the power of what is left, 1024-2042.
static POWER: [u16; 256] = power();

const fn sine() -> [u16; 256] {
    let mut table = [0; 256];
    let mut n = 0;
    while n < table.len() {
        let x = (2 * n + 1) as f64 * std::f64::consts::PI / 1024.0;
        let (mut term, mut sum, mut k) = (x, x, 1.0);
        while k < 12.0 {
            term = -term * x * x / (2.0 * k * (2.0 * k + 1.0));
            sum += term;
            k += 1.0;
        }
        table[n] = (-256.0 * log2(sum) + 0.5) as u16;
        n += 1;
    }
    table
}

const fn power() -> [u16; 256] {
    let mut table = [0; 256];
    let mut n = 0;
    while n < table.len() {
        let x = (255 - n) as f64 / 256.0 * std::f64::consts::LN_2;
        let (mut term, mut sum, mut k) = (1.0, 1.0, 1.0);
        while k < 20.0 {
            term = term * x / k;
            sum += term;
            k += 1.0;
        }
        table[n] = (1024.0 * sum + 0.5) as u16;
        n += 1;
    }
    table
}

/// Of numbers up to 1.
const fn log2(mut x: f64) -> f64 {
    let mut whole = 0.0;
    while x < 0.7 {
        x *= 2.0;
        whole -= 1.0;
    }
    let y = (x - 1.0) / (x + 1.0);
    let (mut power, mut sum, mut k) = (y, y, 3.0);
    while k < 40.0 {
        power *= y * y;
        sum += power / k;
        k += 2.0;
    }
    whole + 2.0 * sum / std::f64::consts::LN_2
}

#[cfg(test)]
mod tests {
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
