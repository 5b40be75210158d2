//! One operator of the VRC7's synthesizer: a sine, its envelope and its levels.
//!
//! What holds as long as no register is written, its [`Course`], is worked out once for
//! some samples.

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::tables::{BY_KEY, POWER, SINE, STEPS};

/// What all operators share in a sample.
#[derive(Clone, Copy, Default)]
pub struct Beat {
    pub clock: u32,
    pub test: u8,
    pub tremolo: u8,
    pub vibrato: u8,
}

/// Its phase and its envelope.
#[derive(Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Operator {
    /// 19 bits.
    pub phase: u32,
    /// 127 less what the envelope takes.
    pub loudness: u8,
    pub stage: u8,
    pub unused: [u8; 2],
}

/// Where an envelope is.
pub mod stage {
    pub const RELEASE: u8 = 0;
    pub const DAMP: u8 = 1;
    pub const ATTACK: u8 = 2;
    pub const DECAY: u8 = 3;
    pub const SUSTAIN: u8 = 4;
}

/// Bits of $0F.
pub mod test {
    pub const LOUDEST: u8 = 0x01;
    pub const HOLD_WAVES: u8 = 0x02;
    pub const HOLD_PHASES: u8 = 0x04;
    pub const FAST_WAVES: u8 = 0x08;
}

/// Attenuations from here on are silence.
pub const SILENT: i32 = 124;
/// A phase has 19 bits.
pub const PHASE: u32 = (1 << 19) - 1;

/// What an instrument says of one operator.
pub struct Tone {
    pub flags: u8,
    /// Attenuation, 0-63, without that by key.
    pub level: u8,
    pub level_by_key: u8,
    pub half_wave: bool,
    pub attack_decay: u8,
    pub sustain_release: u8,
    /// A key that goes up falls slowly.
    pub sustained: bool,
}

/// A voice's frequency.
pub struct Note {
    frequency: i32,
    octave: u32,
}

impl Note {
    pub fn of([low, high, _]: [u8; 3]) -> Self {
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
    pub fn attenuation(&self) -> i32 {
        127 - i32::from(self.loudness)
    }

    pub fn begin(&mut self, tone: &Tone, note: &Note) {
        self.phase = 0;
        self.stage = stage::ATTACK;
        if full_rate(tone.attack_decay >> 4, note, tone.flags) >= 60 {
            (self.stage, self.loudness) = (stage::DECAY, 127);
        }
    }

    /// To the next stage, where this one is over.
    pub fn go_on(&mut self, tone: &Tone) {
        if self.stage == stage::ATTACK && self.attenuation() == 0 {
            self.stage = stage::DECAY;
        }
        let sustain = i32::from(tone.sustain_release >> 4) << 3;
        if self.stage == stage::DECAY && self.attenuation() >= sustain {
            self.stage = stage::SUSTAIN;
        }
    }
}

/// What of an operator's way stays for some samples.
pub struct Course<'a> {
    tone: &'a Tone,
    note: &'a Note,
    /// What the levels take.
    softer: i32,
    /// What the phase moves by, and the step of the slow wave for which it does.
    pitch: (u32, u8),
    slope: Slope,
}

/// How an envelope moves within a stage.
#[derive(Clone, Copy)]
struct Slope {
    stage: u8,
    moves: bool,
    /// Bits of the clock that are clear when it may move.
    low: u32,
    /// Those above, four, say by how much.
    shift: u32,
    steps: u64,
}

impl<'a> Course<'a> {
    pub fn new(tone: &'a Tone, note: &'a Note) -> Self {
        let level = i32::from(tone.level) + note.softer(tone.level_by_key);
        let nowhere = Slope { stage: u8::MAX, moves: false, low: 0, shift: 0, steps: 0 };
        Self { tone, note, softer: level << 5, pitch: (0, u8::MAX), slope: nowhere }
    }

    #[inline(always)]
    pub fn sample(&mut self, operator: &mut Operator, beat: &Beat, moved: i32) -> i32 {
        let tone = self.tone;
        if self.pitch.1 != beat.vibrato {
            self.pitch = (self.note.pitch(tone.flags, beat.vibrato), beat.vibrato);
        }
        let (pitch, _) = self.pitch;
        if beat.test & test::HOLD_PHASES != 0 {
            operator.phase = pitch & PHASE;
        }
        let at = ((operator.phase >> 9) as i32 + moved) & 0x3ff;
        operator.phase = (operator.phase + pitch) & PHASE;
        if operator.attenuation() >= SILENT {
            return 0;
        }
        let quarter = if at & 0x100 == 0 { at & 0xff } else { 0xff - (at & 0xff) };
        let negative = at & 0x200 != 0;
        let sine = if negative && tone.half_wave { SINE[0] } else { SINE[quarter as usize] };
        let softer = match beat.test & test::LOUDEST {
            0 => (operator.attenuation() << 4) + self.softer + self.tremolo(beat.tremolo),
            _ => 0,
        };
        let sum = i32::from(sine) + softer;
        let power = i32::from(POWER[sum as usize & 0xff]);
        let signed = if negative && !tone.half_wave { !power } else { power };
        signed >> (sum >> 8)
    }

    /// What the slow wave of loudness takes.
    fn tremolo(&self, wave: u8) -> i32 {
        let takes = match wave {
            _ if self.tone.flags & 0x80 == 0 => 0,
            w @ ..105 => w >> 3,
            w => (210 - w) >> 3,
        };
        i32::from(takes) << 4
    }

    /// Moves the envelope, if its time has come.
    #[inline(always)]
    pub fn step(&mut self, operator: &mut Operator, clock: u32) {
        if self.slope.stage != operator.stage {
            self.slope = self.slope_of(operator.stage);
        }
        let Slope { stage, moves, low, shift, steps } = self.slope;
        if !moves || clock & low != 0 {
            return;
        }
        let step = (steps >> (60 - 4 * (clock >> shift & 15)) & 15) as i32;
        let now = operator.attenuation();
        let change = if stage == stage::ATTACK { (!now * step) >> 4 } else { step };
        operator.loudness = (127 - (now + change).clamp(0, 127)) as u8;
    }

    fn slope_of(&self, stage: u8) -> Slope {
        let attacks = stage == stage::ATTACK;
        let rate = full_rate(self.tone.rate(stage), self.note, self.tone.flags);
        let shift = 13u32.saturating_sub(rate / 4).max(if attacks { 2 } else { 0 });
        let low = (1 << shift) - 1;
        let row = if rate < 48 { rate & 3 } else { rate - 44 };
        Slope {
            stage,
            moves: rate != 0,
            low: if attacks { low & !3 } else { low },
            shift,
            steps: STEPS[row as usize][usize::from(!attacks)],
        }
    }
}

impl Tone {
    /// The rate of a stage, 0-15.
    fn rate(&self, stage: u8) -> u8 {
        let holds = self.flags & 0x20 != 0;
        let release = self.sustain_release & 15;
        match stage {
            stage::DAMP => 13,
            stage::ATTACK => self.attack_decay >> 4,
            stage::DECAY => self.attack_decay & 15,
            stage::SUSTAIN if holds => 0,
            stage::SUSTAIN => release,
            _ if self.sustained => 5,
            _ if holds => release,
            _ => 7,
        }
    }
}

/// 0-60.
fn full_rate(base: u8, note: &Note, flags: u8) -> u32 {
    if base == 0 { 0 } else { (4 * u32::from(base) + note.key(flags)).min(60) }
}
