//! The three television systems, as rows of one table.
//!
//! <https://www.nesdev.org/wiki/Cycle_reference_chart>

/// A console's television system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Region {
    /// 2A03G / 2C02G: America, Japan.
    Ntsc,
    /// 2A07 / 2C07: Europe, Australia.
    Pal,
    /// UA6527P / UA6538: the Dendy of eastern Europe; PAL picture, NTSC-like ratios.
    Dendy,
}

/// What differs between the systems.
#[derive(Debug)]
pub struct Timing {
    /// The master clock in hertz, as a fraction.
    pub master_hz: (u64, u64),
    /// Master clocks in a CPU cycle.
    pub cpu_divider: u32,
    /// Master clocks in a dot.
    pub dot_divider: u32,
    /// Scanlines in a frame, the pre-render line included.
    pub lines: u16,
    /// The scanline on which the vblank flag rises.
    pub vblank_line: u16,
    /// Whether odd frames are one dot shorter while rendering.
    pub odd_frame_skip: bool,
    /// Whether $2001's red and green emphasis bits change places.
    pub swapped_emphasis: bool,
    /// Dots in a frame (long ones).
    pub dots: u32,
}

static NTSC: Timing = Timing {
    master_hz: (236_250_000, 11),
    cpu_divider: 12,
    dot_divider: 4,
    lines: 262,
    vblank_line: 241,
    odd_frame_skip: true,
    swapped_emphasis: false,
    dots: 262 * 341,
};
static PAL: Timing = Timing {
    master_hz: (53_203_425, 2),
    cpu_divider: 16,
    dot_divider: 5,
    lines: 312,
    vblank_line: 241,
    odd_frame_skip: false,
    swapped_emphasis: true,
    dots: 312 * 341,
};
static DENDY: Timing = Timing {
    master_hz: (53_203_425, 2),
    cpu_divider: 15,
    dot_divider: 5,
    lines: 312,
    vblank_line: 291,
    odd_frame_skip: false,
    swapped_emphasis: true,
    dots: 312 * 341,
};

impl Region {
    /// The region's row.
    pub fn timing(self) -> &'static Timing {
        match self {
            Self::Ntsc => &NTSC,
            Self::Pal => &PAL,
            Self::Dendy => &DENDY,
        }
    }

    /// CPU cycles a second.
    pub fn cpu_hz(self) -> f64 {
        let timing = self.timing();
        timing.master_hz.0 as f64 / timing.master_hz.1 as f64 / f64::from(timing.cpu_divider)
    }

    /// Frames a second as an exact fraction. NTSC counts every second frame
    /// as one dot shorter, which is what a console that renders shows:
    /// 39375000/655171 = 60.0988 Hz.
    pub fn frame_rate(self) -> (u64, u64) {
        match self {
            Self::Ntsc => (39_375_000, 655_171),
            Self::Pal | Self::Dendy => {
                let timing = self.timing();
                (
                    timing.master_hz.0,
                    timing.master_hz.1 * u64::from(timing.dot_divider) * u64::from(timing.dots),
                )
            }
        }
    }
}
