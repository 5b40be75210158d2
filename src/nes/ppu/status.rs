//! How long $2002 stays as it is.
//!
//! Games wait for sprite 0 by reading $2002 all the time. While the PPU is calm
//! (`calm.rs`) such a read need not catch up: bit 7 is clear and stays so, bits 6
//! and 5 only rise, and when they may can be told from OAM:
//!
//! | bit | may rise | |
//! |---|---|---|
//! | 6 | where sprite 0 begins on this line, or on the line after the first one whose evaluation finds it in range | if it is armed |
//! | 5 | on the first line whose evaluation finds eight in range | if it is clear |
//!
//! Both need rendering, and OAM cannot be written without catching up. The
//! evaluation begins with the first entry where OAMADDR is 0, which the fetches of
//! sprites see to, and with its Y, which a line's dot 1 sees to: rendering may have
//! ended amid an earlier evaluation and have come back behind these dots. Each answer
//! is early rather than late.

use super::{Crowd, Ppu};

impl Ppu {
    /// For how many half-dots from here bits 7, 6 and 5 of $2002 surely stay as
    /// they are, bit 7 clear, while the PPU stays calm.
    pub fn status_rests(&self, crowd: &mut Crowd) -> u32 {
        let settled = self.sprite0_hit_in == 0
            && self.sprite0_hit_readable.on() == self.sprite0_hit.on()
            && self.overflow_latched.on() == self.overflow.on()
            && self.overflow_readable.on() == self.overflow.on();
        // A read clears `w`, which $2005 needs as it was when it takes effect.
        let writes_rest = self.mask_in == 0 && self.scroll_in == 0;
        if self.vblank.on() || !settled || !writes_rest {
            return 0;
        } else if self.line >= 240 || !self.mask.rendering() {
            return u32::MAX;
        }
        let e = &self.evaluation;
        let aligned = e.oam_address == 0;
        let next_evaluated = match self.dot {
            _ if e.ended_on_odd.on() => return 0,
            0 if aligned => self.line,
            1..=64 if aligned && e.is_cleared() => self.line,
            257..320 => self.line + 1,
            320.. if aligned => self.line + 1,
            _ => return 0,
        };
        self.hit_rests(next_evaluated).min(self.overflow_rests(crowd, next_evaluated))
    }

    fn hit_rests(&self, next_evaluated: u16) -> u32 {
        if !self.may_hit_sprite0_at_all() {
            return u32::MAX;
        }
        let e = &self.evaluation;
        if self.dot <= 256 {
            if e.line_has_sprite0.on() {
                return 2 * u32::from(self.sprites.counter[0]);
            }
        } else if e.next_has_sprite0.on() || e.line_has_sprite0.on() {
            return self.until_line(self.line + 1);
        }
        let top = u16::from(self.oam[0]);
        let found = next_evaluated.max(top);
        let below = top + self.ctrl.sprite_height();
        if found < below { self.until_line(found + 1) } else { u32::MAX }
    }

    fn overflow_rests(&self, crowd: &mut Crowd, next_evaluated: u16) -> u32 {
        if self.overflow.on() {
            return u32::MAX;
        }
        crowd.follow(&self.oam, self.ctrl.sprite_height());
        let crowded = crowd.first_crowded_line(next_evaluated);
        crowded.map_or(u32::MAX, |line| self.until_line(line))
    }

    /// Half-dots until a line begins, at the least.
    fn until_line(&self, line: u16) -> u32 {
        let dots = u32::from(line - self.line) * 341;
        2 * dots.saturating_sub(u32::from(self.dot) + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Hears;
    use super::super::calm::tests::{Bench, settled};
    use super::*;
    use crate::nes::bits::Flag;
    use crate::nes::region::Region;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 20_000, ..ProptestConfig::default() })]

        #[test]
        fn the_status_rests_as_long_as_it_is_said_to(
            bytes in proptest::collection::vec(any::<u8>(), size_of::<Ppu>()),
            line in 0u16..262,
            dot in 0u16..341,
            mask in prop_oneof![Just(0x1e), any::<u8>()],
            amid_dot in any::<bool>(),
            first in (any::<bool>(), any::<u8>(), 0u8..24),
            crowd in 0usize..64,
            at in any::<u8>(),
        ) {
            let timing = Region::Ntsc.timing();
            let mut ppu = settled(&bytes, (line, dot), mask);
            ppu.sprite0_hit_in = 0;
            ppu.sprite0_hit = Flag::OFF;
            ppu.sprite0_hit_readable = Flag::OFF;
            ppu.overflow_latched = ppu.overflow;
            ppu.overflow_readable = ppu.overflow;
            if first.0 {
                ppu.evaluation.oam_address = 0;
            }
            ppu.oam[0] = (line as u8).wrapping_add(first.2).wrapping_sub(8);
            for entry in ppu.oam.chunks_mut(4).take(crowd) {
                entry[0] = if entry[1] & 1 == 0 { at } else { entry[0] };
            }
            let rests = ppu.status_rests(&mut Crowd::new()).min(ppu.calm(timing, amid_dot, 0));
            let status = |ppu: &Ppu| ppu.peek(2, 0) & 0xe0;
            let before = status(&ppu);
            for n in 0..rests.min(20_000) {
                if (n % 2 == 0) == amid_dot {
                    ppu.half_dot(&mut Bench::new(Hears::Nothing), timing);
                } else {
                    ppu.dot(&mut Bench::new(Hears::Nothing), &mut Bench::new(Hears::Nothing), timing, 0);
                }
                prop_assert_eq!(status(&ppu), before);
            }
        }
    }
}
