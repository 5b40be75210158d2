//! Counters of CPU cycles that pull /IRQ, built once for all boards.
//!
//! | counter | boards |
//! |---|---|
//! | [`VrcIrq`]: 8 bits up, from a latch, by cycles or by 341 thirds of them | VRC4, VRC6, VRC7 |
//! | [`count_down`]: any width, once round | FME-7, SS88006, Sunsoft-3, FCG, H3001 |
//!
//! All of them are told of many cycles at once, and say how long /IRQ rests.

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// The counter of Konami's chips. A scanline is 341 dots of a third of a CPU
/// cycle, so a prescaler counts 341 down by threes: 114, 114 and 113 cycles.
///
/// ```text
///  latch    LLLL LLLL  what the counter begins with
///  control  .... .MEA  M: by cycles, not by lines; E: on; A: E after an acknowledge
/// ```
///
/// <https://www.nesdev.org/wiki/VRC_IRQ>
#[derive(Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct VrcIrq {
    /// Dots to the next line, 1-341; 0 at power-on is 341, too.
    dots: u16,
    pub latch: u8,
    counter: u8,
    control: u8,
    /// 1 while /IRQ is low.
    pending: u8,
}

const LINE: u32 = 341;
const BY_CYCLES: u8 = 4;
const ON: u8 = 2;
const ON_AFTER_ACKNOWLEDGE: u8 = 1;

impl VrcIrq {
    pub fn write_control(&mut self, value: u8) {
        self.control = value & 7;
        self.pending = 0;
        if value & ON != 0 {
            self.counter = self.latch;
            self.dots = LINE as u16;
        }
    }

    pub fn acknowledge(&mut self) {
        self.pending = 0;
        self.control &= !ON;
        self.control |= (self.control & ON_AFTER_ACKNOWLEDGE) << 1;
    }

    pub fn irq(&self) -> bool {
        self.pending != 0
    }

    pub fn pass(&mut self, cycles: u32) {
        if self.control & ON == 0 {
            return;
        }
        let mut clocks = cycles;
        if self.control & BY_CYCLES == 0 {
            let passed = cycles * 3 + LINE - self.dots();
            clocks = passed / LINE;
            self.dots = (LINE - passed % LINE) as u16;
        }
        let to_wrap = self.to_wrap();
        if clocks < to_wrap {
            self.counter += clocks as u8;
        } else {
            self.pending = 1;
            let round = 0x100 - u32::from(self.latch);
            self.counter = self.latch + ((clocks - to_wrap) % round) as u8;
        }
    }

    /// Cycles before /IRQ falls.
    pub fn quiet(&self) -> u32 {
        if self.control & ON == 0 || self.pending != 0 {
            u32::MAX
        } else if self.control & BY_CYCLES != 0 {
            self.to_wrap() - 1
        } else {
            (self.dots() + LINE * (self.to_wrap() - 1)).div_ceil(3) - 1
        }
    }

    /// Clocks of the counter until it wraps.
    fn to_wrap(self) -> u32 {
        0x100 - u32::from(self.counter)
    }

    fn dots(&self) -> u32 {
        if self.dots == 0 { LINE } else { self.dots.into() }
    }

    pub fn sanitize(&mut self) {
        self.dots = self.dots.min(LINE as u16);
        self.control &= 7;
        self.pending &= 1;
    }
}

/// Counts the bits of `mask` down; the others stay. Whether they went below zero.
pub fn count_down(value: &mut u16, mask: u16, cycles: u32) -> bool {
    let counting = u32::from(*value & mask);
    *value = *value & !mask | (counting.wrapping_sub(cycles) as u16 & mask);
    cycles > counting
}

#[cfg(test)]
mod tests {
    use super::*;

    fn irq(latch: u8, control: u8) -> VrcIrq {
        let mut irq = VrcIrq { dots: 0, latch, counter: 0, control: 0, pending: 0 };
        irq.write_control(control);
        irq
    }

    /// Cycles to the next /IRQ.
    fn cycles(irq: &mut VrcIrq) -> u32 {
        let mut cycles = 0;
        while !irq.irq() {
            irq.pass(1);
            cycles += 1;
        }
        cycles
    }

    #[test]
    fn by_cycles_it_takes_256_less_the_latch() {
        assert_eq!(cycles(&mut irq(0xf0, 6)), 16);
        assert_eq!(cycles(&mut irq(0xff, 6)), 1);
        assert_eq!(cycles(&mut irq(0x00, 6)), 256);
    }

    #[test]
    fn a_line_is_114_cycles_twice_and_113_once() {
        let mut irq = irq(0xff, 3);
        let lines = [0; 4].map(|_: u32| {
            let line = cycles(&mut irq);
            irq.acknowledge();
            line
        });
        assert_eq!(lines, [114, 114, 113, 114]);
    }

    #[test]
    fn an_acknowledge_copies_a_to_e() {
        let mut once = irq(0xff, 6);
        once.pass(1);
        once.acknowledge();
        once.pass(1000);
        assert!(!once.irq());
        let mut again = irq(0xff, 7);
        again.pass(1);
        again.acknowledge();
        assert!(!again.irq());
        again.pass(1);
        assert!(again.irq());
    }

    #[test]
    fn how_long_it_is_quiet_is_no_guess() {
        for control in [2, 3, 6, 7] {
            for latch in [0, 1, 0x80, 0xfe, 0xff] {
                let mut irq = irq(latch, control);
                for passed in [0, 1, 5, 100] {
                    irq.pass(passed);
                    let (quiet, mut until) = (irq.quiet(), irq);
                    if !irq.irq() {
                        assert_eq!(quiet, cycles(&mut until) - 1);
                    }
                }
            }
        }
    }

    #[test]
    fn counting_down_changes_the_bits_that_count() {
        let mut value = 0x1232;
        assert!(!count_down(&mut value, 0x000f, 2));
        assert_eq!(value, 0x1230);
        assert!(count_down(&mut value, 0x000f, 1));
        assert_eq!(value, 0x123f);
        assert!(count_down(&mut value, 0xffff, 0x12340));
    }
}
