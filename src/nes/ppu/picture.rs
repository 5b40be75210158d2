//! A dot of the picture in which nothing is under way: what is left of `dots.rs` then.
//!
//! On lines 1-239, while rendering is on, no write is delayed, no access runs, the
//! vblank flag rests and no row of OAM is about to be corrupted, most of the logic of
//! [`Ppu::dot`] finds nothing to do. What it does otherwise is here, told by the eight
//! dots of a tile:
//!
//! | dot & 7 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 0 |
//! |---|---|---|---|---|---|---|---|---|
//! | fetch | NT: address | byte | AT: address | byte | low: address | byte | high: address | byte |
//! | sprites, 1-64 | $FF | to OAM2 | $FF | to OAM2 | $FF | to OAM2 | $FF | to OAM2 |
//! | sprites, 65-256 | OAM | evaluate | OAM | evaluate | OAM | evaluate | OAM | evaluate |
//!
//! The three parts of a dot, fetches, sprites and pixel, do not look at each other, so
//! their order does not matter: the pixel comes from registers that nothing else moves but
//! second halves and dots 257-320.
//!
//! This is not lazy: each half-dot comes when its clock does. A test compares it with the
//! whole logic, half-dot by half-dot.

use super::dots::SHIFTS;
use super::fetch::{PLANE, commit};
use super::{Ppu, Screen, VideoBus};
use crate::nes::bits::Flag;

impl Ppu {
    /// Whether the dots of this line are such dots. As long as nobody touches a register,
    /// they stay so.
    #[inline(always)]
    pub fn is_undisturbed(&self) -> bool {
        self.line.wrapping_sub(1) < 239
            && self.mask.rendering()
            && self.late_mask.0 == self.mask.0
            && !self.delayed.on()
            && !self.port.is_busy()
            && !self.status_read.on()
            && !self.skipped_dot.on()
            && self.vblank_pulse_rests()
            && self.evaluation.corruption_rests()
    }

    /// Whether the coming dot is the next line's.
    #[inline(always)]
    pub fn ends_line(&self) -> bool {
        self.dot >= 340
    }

    /// The first half of an undisturbed dot.
    #[inline(always)]
    pub fn line_dot(&mut self, bus: &mut impl VideoBus, screen: &mut impl Screen) {
        let number = self.dot + 1;
        if number <= 256 {
            self.picture_dot(bus, screen, number);
        } else {
            self.margin_dot(bus, screen, number);
        }
    }

    /// The second half.
    #[inline(always)]
    pub fn line_half_dot(&mut self) {
        if SHIFTS[usize::from(self.dot & 511)] {
            self.shift_background();
        }
        self.evaluation.buffer = self.evaluation.next_buffer;
        if self.commit != commit::NOTHING {
            self.commit_fetch();
        }
        self.overflow_readable = self.overflow_latched;
        self.count_down_to_hit();
    }

    /// Dots 1-256.
    #[inline(always)]
    fn picture_dot(&mut self, bus: &mut impl VideoBus, screen: &mut impl Screen, number: u16) {
        self.begin_dot(number);
        self.picture_pixel(screen, number);
        if number & 1 == 0 {
            self.even_sprite_dot(number);
        } else {
            self.odd_sprite_dot(number);
        }
        self.fetch_dot(bus, number);
    }

    /// Dots 257-340.
    #[inline(never)]
    fn margin_dot(&mut self, bus: &mut impl VideoBus, screen: &mut impl Screen, number: u16) {
        match number {
            257 => self.step_line(),
            258 => self.v.copy_horizontal(self.t),
            _ => {}
        }
        self.begin_dot(number);
        let leaving = self.next_pixel();
        if number < 260 {
            screen.pixel(number - 4, self.line, self.colour_of_pixel(leaving));
        }
        match number {
            ..=320 => self.fetch_sprite(bus, number),
            321..=336 => {
                self.evaluation.next_buffer = self.oam2[0];
                self.fetch_dot(bus, number);
            }
            _ => {
                self.evaluation.next_buffer = self.oam2[0];
                self.share_address_pins(number & 1 == 0);
                self.fetch_unused(bus, false);
            }
        }
    }

    /// What each dot begins with.
    #[inline(always)]
    fn begin_dot(&mut self, number: u16) {
        self.dot = number;
        self.sprite0_hit_readable = self.sprite0_hit;
        self.overflow_latched = self.overflow;
        self.evaluation.latched = self.evaluation.buffer;
        self.copied = Flag::OFF;
        self.port.blanking = Flag::OFF;
    }

    /// A dot of the background's fetches.
    #[inline(always)]
    fn fetch_dot(&mut self, bus: &mut impl VideoBus, number: u16) {
        match number & 7 {
            1 => self.put_address(bus, self.v.tile_address()),
            2 => self.take_byte(bus, self.v.tile_address(), commit::NAMETABLE),
            3 => self.put_address(bus, self.v.attribute_address()),
            4 => self.take_byte(bus, self.v.attribute_address(), commit::ATTRIBUTE),
            5 => self.put_pattern_address(bus, 0),
            6 => self.take_byte(bus, self.pattern_address, commit::LOW),
            7 => self.put_pattern_address(bus, PLANE),
            _ => self.take_byte(bus, self.pattern_address, commit::HIGH),
        }
    }

    /// A dot of the sprites' fetches.
    #[inline(always)]
    fn fetch_sprite(&mut self, bus: &mut impl VideoBus, number: u16) {
        let e = &mut self.evaluation;
        e.line_has_sprite0 = e.next_has_sprite0;
        e.oam_address = 0;
        if number == 257 {
            e.begin_fetches();
        }
        e.next_buffer = self.oam2[usize::from(e.oam2_address & 31)];
        let slot = usize::from((number - 257) >> 3 & 7);
        match number & 7 {
            1 => self.fetch_sprite_step::<0>(bus, slot),
            2 => self.fetch_sprite_step::<1>(bus, slot),
            3 => self.fetch_sprite_step::<2>(bus, slot),
            4 => self.fetch_sprite_step::<3>(bus, slot),
            5 => self.fetch_sprite_step::<4>(bus, slot),
            6 => self.fetch_sprite_step::<5>(bus, slot),
            7 => self.fetch_sprite_step::<6>(bus, slot),
            _ => self.fetch_sprite_step::<7>(bus, slot),
        }
    }

    #[inline(always)]
    fn fetch_sprite_step<const STEP: u16>(&mut self, bus: &mut impl VideoBus, slot: usize) {
        self.share_address_pins(STEP & 1 == 1);
        if STEP & 1 == 1 {
            self.latch = self.address as u8;
        }
        self.fetch_sprite_byte(bus, STEP, slot);
        if STEP & 1 == 0 {
            self.latch = self.address as u8;
        }
    }

    /// A pixel enters the pipeline, and one leaves it.
    #[inline(always)]
    fn picture_pixel(&mut self, screen: &mut impl Screen, number: u16) {
        if number >= 4 {
            screen.pixel(number - 4, self.line, self.colour_of_pixel(self.pipeline[2]));
        }
        self.pipeline.copy_within(0..2, 1);
        let layers = if number > 8 { self.mask } else { self.mask.at_left_edge() };
        let background = if layers.background() { self.background_pixel() } else { 0 };
        self.pipeline[0] = if self.sprites.are_empty() {
            self.sprites.count(1);
            self.palette[usize::from(background & 31)]
        } else {
            let at_edge = self.sprites.at_edge(false);
            let colour = self.beside_sprites(number - 1, layers, background, at_edge);
            self.sprites.step(true, at_edge);
            colour
        };
    }

    /// An address goes out, and the latch follows it.
    #[inline(always)]
    fn put_address(&mut self, bus: &mut impl VideoBus, address: u16) {
        self.share_address_pins(false);
        self.drive(bus, address);
        self.latch = address as u8;
    }

    #[inline(always)]
    fn put_pattern_address(&mut self, bus: &mut impl VideoBus, plane: u16) {
        let row = self.ctrl.background_table() | self.v.fine_y();
        self.pattern_address = (self.pattern_address & 0x0ff0) | row | plane;
        self.put_address(bus, self.pattern_address);
    }

    /// A byte comes in.
    #[inline(always)]
    fn take_byte(&mut self, bus: &mut impl VideoBus, page: u16, commit: u8) {
        self.share_address_pins(true);
        self.fetch(bus, page, commit);
    }

    /// $FF, or a byte of OAM, goes into the buffer.
    #[inline(always)]
    fn odd_sprite_dot(&mut self, number: u16) {
        let e = &mut self.evaluation;
        if number > 64 {
            if number == 65 {
                e.begin_evaluation();
            }
            e.next_buffer = self.oam[usize::from(e.oam_address)];
        } else {
            if number == 1 {
                e.begin_line();
            }
            e.next_buffer = 0xff;
        }
    }

    /// The buffer goes to OAM2.
    #[inline(always)]
    fn even_sprite_dot(&mut self, number: u16) {
        if number > 64 {
            self.evaluate_even_dot(number, false);
        } else {
            let e = &mut self.evaluation;
            self.oam2[usize::from(e.oam2_address & 31)] = e.buffer;
            e.next_oam2();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::calm::tests::{Bench, settled};
    use super::*;
    use crate::nes::ppu::Hears;
    use crate::nes::region::Region;
    use proptest::prelude::*;
    use zerocopy::IntoBytes;

    /// Ways to disturb a PPU, one for each thing that is looked at.
    const DISTURBANCES: usize = 12;

    fn disturb(ppu: &mut Ppu, disturbance: usize) {
        let e = &mut ppu.evaluation;
        let flags = [
            &mut ppu.delayed,
            &mut ppu.status_read,
            &mut ppu.skipped_dot,
            &mut ppu.vblank_next,
            &mut ppu.vblank_set,
            &mut ppu.vblank_set_seen,
            &mut e.rendering_ended,
            &mut e.rendering_ended_now,
            &mut e.corruption_pending,
            &mut e.corruption_cancelled,
        ];
        match flags.into_iter().nth(disturbance) {
            Some(flag) => *flag = Flag::ON,
            None if disturbance == 10 => ppu.port.start_read(),
            None if disturbance == 11 => ppu.late_mask.0 ^= 0x18,
            None => {}
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 20_000, ..ProptestConfig::default() })]

        #[test]
        fn dots_are_what_the_whole_logic_makes_of_them_disturbed_or_not(
            bytes in proptest::collection::vec(any::<u8>(), size_of::<Ppu>()),
            line in 1u16..240,
            dot in 0u16..341,
            mask in any::<u8>(),
            layer in prop_oneof![Just(0x08u8), Just(0x10)],
            commit in commit::NOTHING..=commit::HIGH,
            amid_dot in any::<bool>(),
            alignment in 0u8..4,
            half_dots in 1u32..700,
            disturbance in 0usize..24,
            hears in prop_oneof![Just(Hears::Nothing), Just(Hears::A12), Just(Hears::Everything)],
        ) {
            let timing = Region::Ntsc.timing();
            let mut ppu = settled(&bytes, (line, dot), mask | layer);
            ppu.commit = commit;
            ppu.status_read = Flag::OFF;
            ppu.evaluation.corruption_cancelled = Flag::OFF;
            prop_assert!(ppu.is_undisturbed());
            disturb(&mut ppu, disturbance);
            prop_assert_eq!(ppu.is_undisturbed(), disturbance >= DISTURBANCES);
            let mut whole = ppu.clone();
            let mut screens = [Bench::new(hears); 2];
            let mut buses = screens;
            for n in 0..half_dots {
                let stays = ppu.is_undisturbed() && !ppu.ends_line();
                if (n % 2 == 0) == amid_dot {
                    ppu.half_dot(&mut buses[0], timing);
                    whole.any_half_dot(&mut buses[1], timing);
                } else {
                    ppu.dot(&mut buses[0], &mut screens[0], timing, alignment);
                    whole.any_dot(&mut buses[1], &mut screens[1], timing, alignment);
                }
                buses.iter_mut().for_each(|bus| bus.pass(1));
                prop_assert_eq!(ppu.as_bytes(), whole.as_bytes(), "half-dot {}", n);
                prop_assert!(ppu.is_undisturbed() || !stays, "half-dot {}", n);
            }
            prop_assert_eq!(screens[0], screens[1]);
            prop_assert_eq!(buses[0], buses[1]);
        }
    }
}
