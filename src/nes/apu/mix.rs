//! The mixer: channel outputs to one level. The only place that leaves
//! integers, and it does so when the program is compiled.
//!
//! <https://www.nesdev.org/wiki/APU_Mixer>

/// The level at which both groups at their loudest would stand.
const FULL: f64 = 65_000.0;

static PULSE: [u16; 31] = pulse_table();
static TND: [u16; 16 * 16 * 128] = tnd_table();

/// The outputs of the five channels.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Levels {
    /// Pulse 1 and 2 added, 0-30.
    pub pulse: u8,
    /// Triangle, 0-15.
    pub triangle: u8,
    /// Noise, 0-15.
    pub noise: u8,
    /// DMC, 0-127.
    pub dmc: u8,
}

/// The mixed level, 0-65,535.
pub fn mix(levels: Levels) -> i32 {
    let Levels { pulse, triangle, noise, dmc } = levels;
    let tnd =
        usize::from(triangle & 15) << 11 | usize::from(noise & 15) << 7 | usize::from(dmc & 127);
    i32::from(PULSE[usize::from(pulse.min(30))]) + i32::from(TND[tnd])
}

const fn pulse_table() -> [u16; 31] {
    let mut table = [0; 31];
    let mut n = 1;
    while n < table.len() {
        table[n] = (FULL * 95.88 / (8128.0 / n as f64 + 100.0) + 0.5) as u16;
        n += 1;
    }
    table
}

const fn tnd_table() -> [u16; 16 * 16 * 128] {
    let mut table = [0; 16 * 16 * 128];
    let mut n = 1;
    while n < table.len() {
        let triangle = (n >> 11) as f64 / 8227.0;
        let noise = (n >> 7 & 15) as f64 / 12241.0;
        let dmc = (n & 127) as f64 / 22638.0;
        table[n] = (FULL * 159.79 / (1.0 / (triangle + noise + dmc) + 100.0) + 0.5) as u16;
        n += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_zero_and_the_loudest_is_below_65536() {
        assert_eq!(mix(Levels::default()), 0);
        let all = Levels { pulse: 30, triangle: 15, noise: 15, dmc: 127 };
        assert!((64_000..65_536).contains(&mix(all)), "{}", mix(all));
    }

    #[test]
    fn a_loud_dmc_makes_the_triangle_softer() {
        let triangle = |dmc| {
            mix(Levels { triangle: 15, dmc, ..Levels::default() })
                - mix(Levels { dmc, ..Levels::default() })
        };
        assert!(triangle(127) < triangle(0));
    }
}
