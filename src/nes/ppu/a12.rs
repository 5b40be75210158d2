//! How soon and how often A12 rises and falls while the PPU is calm.
//!
//! Boards like the MMC3 count lines by A12 of the PPU's address, which is high while
//! patterns at $1000 are fetched. They say how many such changes leave /IRQ as it is
//! (`quiet_rises`); what is told here makes a time of it, for which the PPU may be late
//! (`ahead.rs`). All that it takes are $2000 and where the PPU stands: each answer is
//! early rather than late.

use super::Ppu;
use crate::nes::region::Timing;

/// Half-dots between two rises of A12 before which M2 falls three times, at the least.
pub const RISES_APART: u32 = 12;

/// Half-dots between two falls: within a tile's time it falls once, but behind dot 0 and
/// where rendering has just begun.
pub const FALLS_APART: u32 = 6;

impl Ppu {
    /// For how many half-dots from here A12 surely does not rise while the PPU
    /// stays calm, if no write or access is about to move the address pins
    /// ([`Self::moves_address`]). With the background at $0000 only sprites can raise it.
    pub fn a12_rests(&self, timing: &Timing, amid_dot: bool) -> u32 {
        /// The first pattern address of the line's sprites.
        const SPRITES: u16 = 261;
        if (240..timing.lines - 1).contains(&self.line) || !self.mask.rendering() {
            return u32::MAX;
        }
        let sprites = self.ctrl.tall_sprites() || self.ctrl.sprite_table() != 0;
        if self.ctrl.background_table() != 0 {
            return 0;
        } else if !sprites {
            return u32::MAX;
        }
        let dots = match self.dot {
            0..SPRITES => SPRITES - 1 - self.dot,
            SPRITES..=320 => return 0,
            _ => 341 + SPRITES - 1 - self.dot,
        };
        2 * u32::from(dots) + u32::from(amid_dot)
    }

    /// How often A12 rises within any line's time at the most, where only those rises
    /// count before which it was low for three falls of M2: for six dots and more. Between
    /// the patterns of neighbours it is low for four.
    ///
    /// ```text
    ///  background  sprites  rises at dot
    ///  $0000       $1000    261, low since 321 of the line before
    ///  $1000       $1000    5, low since 337
    ///  $1000       $0000    5, and 325, low since 257
    ///              both     these, and behind every second sprite
    /// ```
    pub fn a12_rises_a_line(&self) -> u32 {
        if self.ctrl.tall_sprites() {
            6
        } else if self.ctrl.background_table() == 0 || self.ctrl.sprite_table() != 0 {
            1
        } else {
            2
        }
    }

    /// How often A12 falls within any line's time at the most: behind the patterns of each
    /// tile or sprite that is at $1000, and behind dot 0.
    pub fn a12_falls_a_line(&self) -> u32 {
        const TILES: u32 = 34;
        const SPRITES: u32 = 8;
        match (self.ctrl.background_table(), self.ctrl.tall_sprites()) {
            (0, _) => SPRITES,
            (_, false) if self.ctrl.sprite_table() == 0 => TILES + 1,
            _ => TILES + 1 + SPRITES,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Hears;
    use super::super::calm::tests::{Bench, access, settled};
    use super::*;
    use crate::nes::region::Region;
    use proptest::prelude::*;

    /// Half-dots of the shortest line.
    const LINE: u32 = 680;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4000, ..ProptestConfig::default() })]

        #[test]
        fn a12_rises_and_falls_no_more_often_than_it_is_said_to(
            bytes in proptest::collection::vec(any::<u8>(), size_of::<Ppu>()),
            line in prop_oneof![4 => 0u16..262, 1 => Just(239), 1 => Just(261)],
            dot in 0u16..341,
            mask in prop_oneof![Just(0x1e), any::<u8>()],
            amid_dot in any::<bool>(),
            changes in 0u32..24,
        ) {
            let timing = Region::Ntsc.timing();
            let mut ppu = settled(&bytes, (line, dot), mask);
            let mut bus = Bench::new(Hears::A12);
            (bus.a12, bus.now) = (u64::from(ppu.address >> 12 & 1), 1000);
            let calm = ppu.calm(timing, amid_dot, 0);
            let rests = ppu.a12_rests(timing, amid_dot);
            let lines = |a_line: u32| changes.saturating_sub(1) / a_line * LINE;
            let rise = rests.saturating_add((RISES_APART * changes).max(lines(ppu.a12_rises_a_line())));
            let before_fall = if bus.a12 == 1 { 0 } else { rests };
            let fall = (FALLS_APART * changes).max(lines(ppu.a12_falls_a_line()));
            let fall = before_fall.saturating_add(fall);
            for n in 0..calm.min(rise.max(fall)).min(24 * LINE) {
                if (n % 2 == 0) == amid_dot {
                    ppu.half_dot(&mut bus, timing);
                } else {
                    ppu.dot(&mut bus, &mut Bench::new(Hears::Nothing), timing, 0);
                }
                bus.now += 1;
                prop_assert!(n >= rise || bus.long_rises <= changes);
                prop_assert!(n >= fall || bus.falls <= changes);
            }
        }

        #[test]
        fn a12_rises_and_falls_no_more_often_whatever_is_under_way(
            bytes in proptest::collection::vec(any::<u8>(), size_of::<Ppu>()),
            line in 0u16..262,
            dot in 0u16..341,
            mask in prop_oneof![Just(0x1e), any::<u8>()],
            alignment in 0u8..4,
            writes in proptest::collection::vec(
                (prop_oneof![1u8..2, 5u8..9], any::<u8>(), any::<u8>(), 0u32..16),
                1..4,
            ),
        ) {
            let timing = Region::Ntsc.timing();
            let mut ppu = settled(&bytes, (line, dot), mask);
            let mut bus = Bench::new(Hears::A12);
            bus.now = 1000;
            let step = |ppu: &mut Ppu, bus: &mut Bench, n: u32| {
                if n.is_multiple_of(2) {
                    ppu.dot(bus, &mut Bench::new(Hears::Nothing), timing, alignment);
                } else {
                    ppu.half_dot(bus, timing);
                }
                bus.now += 1;
            };
            let mut n = 0;
            for (register, value, stale, half_dots) in writes {
                access(&mut ppu, register, value, stale, alignment);
                for _ in 0..half_dots {
                    step(&mut ppu, &mut bus, n);
                    n += 1;
                }
            }
            (bus.long_rises, bus.falls) = (0, 0);
            for passed in 0..680 {
                prop_assert!(bus.long_rises <= passed / RISES_APART + 2);
                prop_assert!(bus.falls <= passed / FALLS_APART + 2);
                step(&mut ppu, &mut bus, n + passed);
            }
        }
    }
}
