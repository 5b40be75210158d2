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

const NTSC_ROW: Timing = Timing {
    master_hz: (236_250_000, 11),
    cpu_divider: 12,
    dot_divider: 4,
    lines: 262,
    vblank_line: 241,
    odd_frame_skip: true,
    swapped_emphasis: false,
    dots: 262 * 341,
};
static NTSC: Timing = NTSC_ROW;
/// 2C03, 2C04, 2C05: each frame has all of its dots.
static RGB: Timing = Timing { odd_frame_skip: false, ..NTSC_ROW };
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

    /// The same for a PPU that puts out red, green and blue.
    pub fn timing_of_rgb(self) -> &'static Timing {
        if self == Self::Ntsc { &RGB } else { self.timing() }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nes::{Cartridge, Devices, Input, Nes, Output, PowerOn, Probe, Registers};

    const ALL: [Region; 3] = [Region::Ntsc, Region::Pal, Region::Dendy];

    /// Where the NMI handler of [`rom`] is.
    const HANDLER: u16 = 0x9000;

    /// An NROM that enables NMI, writes `mask` to $2001 and jumps on the spot.
    fn rom(mask: u8) -> Vec<u8> {
        let program = [
            0x2c, 0x02, 0x20, 0x10, 0xfb, // bit $2002; bpl *-3
            0x2c, 0x02, 0x20, 0x10, 0xfb, // the same: the PPU is warm
            0xa9, mask, 0x8d, 0x01, 0x20, // lda #mask; sta $2001
            0xa9, 0x80, 0x8d, 0x00, 0x20, // lda #$80; sta $2000
            0x4c, 0x14, 0x80, // jmp *
        ];
        let mut rom = b"NES\x1a\x02\x01\0\0\0\0\0\0\0\0\0\0".to_vec();
        rom.resize(16 + 0xa000, 0);
        rom[16..16 + program.len()].copy_from_slice(&program);
        rom[16 + 0x1000] = 0x40; // rti
        rom[16 + 0x7ffa..][..4].copy_from_slice(&[0x00, 0x90, 0x00, 0x80]);
        rom
    }

    /// The CPU cycle and the line of each NMI.
    #[derive(Default)]
    struct Nmis(Vec<(u64, u16)>);

    impl Probe for Nmis {
        fn instruction(&mut self, registers: Registers, cycle: u64, line: u16, _: u16) {
            if registers.pc == HANDLER {
                self.0.push((cycle, line));
            }
        }
    }

    fn nmis(region: Region, mask: u8, frames: usize) -> Vec<(u64, u16)> {
        let cart = Cartridge::parse(&rom(mask)).unwrap();
        let mut nes =
            Nes::power_on(cart, &PowerOn { region, alignment: 0, seed: 0, ports: Devices::PADS });
        let (mut out, mut nmis) = (Output::default(), Nmis::default());
        (0..frames + 10).for_each(|_| nes.run_frame_with(Input::default(), &mut out, &mut nmis));
        nmis.0.split_off(nmis.0.len() - frames - 1)
    }

    #[test]
    fn clocks_and_rates_are_those_of_the_reference_chart() {
        let cpu_hz = ALL.map(|region| region.cpu_hz().round());
        assert_eq!(cpu_hz, [1_789_773., 1_662_607., 1_773_448.]);
        let rates = ALL.map(|region| {
            let (frames, seconds) = region.frame_rate();
            (frames as f64 / seconds as f64 * 1e4).round() / 1e4
        });
        assert_eq!(rates, [60.0988, 50.007, 50.007]);
    }

    #[test]
    fn a_frame_takes_as_many_cycles_as_its_lines_have_dots() {
        // Dots, and dots in five CPU cycles. With the picture on, NTSC leaves
        // out a dot in every second frame; the others never do.
        const FRAMES: u64 = 120;
        for (region, lines, dots_in_five) in
            [(Region::Ntsc, 262, 15), (Region::Pal, 312, 16), (Region::Dendy, 312, 15)]
        {
            for (mask, skipped) in [(0x00, 0), (0x1e, FRAMES / 2)] {
                let nmis = nmis(region, mask, FRAMES as usize);
                let skipped = if region == Region::Ntsc { skipped } else { 0 };
                let cycles = nmis[nmis.len() - 1].0 - nmis[0].0;
                let wanted = (lines * 341 * FRAMES - skipped) * 5 / dots_in_five;
                assert!(cycles.abs_diff(wanted) <= 4, "{region:?}: {cycles}, not {wanted}");
            }
        }
    }

    #[test]
    fn vblank_begins_after_the_picture_and_on_dendy_fifty_lines_later() {
        for (region, line) in [(Region::Ntsc, 241), (Region::Pal, 241), (Region::Dendy, 291)] {
            assert!(nmis(region, 0, 5).iter().all(|nmi| nmi.1 == line), "{region:?}");
        }
    }
}
