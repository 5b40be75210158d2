//! Dots on which nothing is under way: what is left of `dots.rs` then.
//!
//! A PPU is calm while no write is delayed, no access runs, the vblank flag
//! rests and no row of OAM is about to be corrupted. On such dots most of the
//! logic of [`Ppu::dot`] and [`Ppu::half_dot`] finds nothing to do, and this file
//! leaves it out:
//!
//! ```text
//!  lines      dots       what is left
//!  0-239      2-340      the picture: fetches, sprites, pixels (line 0; later lines from dot 0)
//!  240        4-334      nothing but that dots go by           (Dendy: up to line 290)
//!  241-260    4-334      the same, from the first line's dot to the last one's (PAL: up to 310)
//!  261        3-340      fetches and sprites without pixels    (PAL, Dendy: 311)
//! ```
//!
//! Calm ends with the lines above, or when the CPU touches a register. No dot
//! of it can move the level of /NMI. The result is the same, byte for byte, as
//! that of the whole logic.

use super::dots::{Dot, SHIFTS};
use super::fetch::commit;
use super::{Crowd, Ppu, Screen, VideoBus};
use crate::nes::bits::Flag;
use crate::nes::region::Timing;

impl Ppu {
    /// For how many half-dots from here it is calm if nobody touches it.
    pub fn calm(&self, timing: &Timing, amid_dot: bool, alignment: u8) -> u32 {
        let half = u32::from(amid_dot);
        let pre_render = timing.lines - 1;
        if (240..pre_render).contains(&self.line) {
            return self.vblank_calm(timing, half);
        }
        let fetching = !amid_dot && self.commit != commit::NOTHING;
        if fetching || !self.is_settled() {
            return 0;
        }
        let is_pre_render = self.line == pre_render;
        let events = if is_pre_render { 3 } else { 2 };
        if self.dot < events && (is_pre_render || self.line == 0) {
            return 0;
        }
        let last = if is_pre_render { pre_render } else { 239 };
        let calm = 2 * (u32::from(last - self.line) * 341 + u32::from(340 - self.dot)) + half;
        let (written, accessed) = (self.waits_for_effect(), self.accesses_memory());
        if !written && !accessed {
            return calm;
        }
        // With rendering off, the dots of an access have a way of their own (`blank.rs`).
        let collides = self.mask.rendering() || self.moves_v_twice();
        if is_pre_render || accessed && collides {
            return 0;
        }
        if written { calm.min(self.writes_rest(amid_dot, alignment)) } else { calm }
    }

    /// The same below the picture, up to the line on which the vblank flag rises or
    /// the pre-render line.
    fn vblank_calm(&self, timing: &Timing, half: u32) -> u32 {
        /// Dots in which nothing happens on lines with an event.
        const QUIET: std::ops::Range<u16> = 4..335;
        let last =
            if self.line < timing.vblank_line { timing.vblank_line } else { timing.lines - 1 };
        let begins = self.line == 240 || self.line == timing.vblank_line;
        let ends = self.line + 1 == last;
        let quiet = (!begins || self.dot >= QUIET.start)
            && (!ends || self.dot < QUIET.end)
            && !self.delayed.on()
            && !self.port.is_busy()
            && !self.status_read.on()
            && self.late_mask.0 == self.mask.0
            && (self.mask.rendering() || self.address == self.v.0);
        if !quiet {
            return 0;
        }
        let lines = u32::from(last - 1 - self.line);
        2 * (lines * 341 + u32::from(QUIET.end) - u32::from(self.dot)) - 1 + half
    }

    /// Whether every flip-flop between the CPU and the picture is at rest, but for
    /// writes that are delayed and accesses to memory.
    fn is_settled(&self) -> bool {
        let rendering = self.mask.rendering();
        let e = &self.evaluation;
        let moving = [
            self.skipped_dot,
            self.vblank_next,
            self.vblank_set,
            self.vblank_set_seen,
            e.rendering_ended,
            e.rendering_ended_now,
        ];
        let clears = self.status_read.on() && self.vblank.on();
        let corrupts = rendering && e.corruption_pending.on();
        let moves = moving.map(Flag::byte) != [0; 6] || clears || corrupts;
        !moves && self.vblank_set_was_off == Flag::ON
    }

    /// Whether /NMI's level surely stays for so many half-dots, calm or not: no line is
    /// near on which the vblank flag moves, and no read is about to clear it.
    pub fn nmi_rests(&self, timing: &Timing, half_dots: u32) -> bool {
        const LINE: u32 = 2 * 341;
        let moving = [self.vblank_next, self.vblank_set, self.status_read];
        let far =
            self.line < 239 || (timing.vblank_line + 1..timing.lines - 2).contains(&self.line);
        far && half_dots < LINE && !moving.into_iter().any(Flag::on)
    }

    /// Runs so many half-dots of a calm stretch.
    pub fn run_calm(
        &mut self,
        bus: &mut impl VideoBus,
        screen: &mut impl Screen,
        crowd: &mut Crowd,
        half_dots: u32,
        amid_dot: bool,
        timing: &Timing,
    ) {
        let pre_render = self.line == timing.lines - 1;
        if self.line >= 240 && !pre_render {
            if half_dots > u32::from(amid_dot) {
                self.copied = Flag::OFF;
            }
            let dots = u32::from(self.dot) + (half_dots + u32::from(!amid_dot)) / 2;
            self.line += (dots / 341) as u16;
            self.dot = (dots % 341) as u16;
            return;
        }
        let mut left = half_dots;
        if left > u32::from(amid_dot) {
            // A read of $2002 clears a flag that is clear.
            self.status_read = Flag::OFF;
        }
        if amid_dot {
            self.calm_half_dot();
            if self.port.is_busy() {
                self.data_port_half_dot(bus);
            }
            bus.pass(1);
            left -= 1;
        }
        if pre_render {
            self.run_pre_render(bus, screen, left);
            return;
        }
        while left > 0 {
            let dots = self.pass_delays(bus, left.div_ceil(2), timing);
            let piece = left.min(2 * dots);
            if self.mask.rendering() {
                self.run_picture(bus, screen, crowd, piece);
            } else {
                self.run_dark(bus, screen, piece);
            }
            left -= piece;
        }
    }

    /// Half-dots of the picture with rendering on, from the first half of a dot.
    #[inline(always)]
    fn run_picture(
        &mut self,
        bus: &mut impl VideoBus,
        screen: &mut impl Screen,
        crowd: &mut Crowd,
        half_dots: u32,
    ) {
        let mut left = half_dots;
        if left >= 512 {
            crowd.follow(&self.oam, self.ctrl.sprite_height());
        }
        while left >= 2 {
            if left >= 512 && self.dot == 0 && self.run_line(bus, screen, crowd) {
                left -= 512;
                continue;
            }
            if left >= Self::MARGIN && self.dot == 256 && self.run_margin(bus, screen) {
                left -= Self::MARGIN;
                continue;
            }
            if left >= Self::SEGMENT && self.dot < 256 {
                let dots = self.run_segment(bus, screen, crowd, left / 2);
                if dots > 0 {
                    left -= 2 * dots;
                    continue;
                }
            }
            if left >= 16 && self.dot & 7 == 0 && self.run_tile(bus, screen) {
                left -= 16;
                continue;
            }
            if left >= Self::PAIR && self.run_pair(bus, screen) {
                left -= Self::PAIR;
                continue;
            }
            if left >= Self::LAST && self.dot == 336 && self.run_last(bus) {
                left -= Self::LAST;
                continue;
            }
            if left >= 4 && self.dot < 256 {
                let dots = (left / 2).min(8 - u32::from(self.dot & 7));
                if self.run_part(bus, screen, dots as u16) {
                    left -= 2 * dots;
                    continue;
                }
            }
            self.calm_picture_dot(bus, screen);
            self.calm_half_dot();
            bus.pass(2);
            left -= 2;
        }
        if left > 0 {
            self.calm_picture_dot(bus, screen);
        }
    }

    /// Half-dots of the pre-render line, from the first half of a dot.
    #[inline(never)]
    fn run_pre_render(
        &mut self,
        bus: &mut impl VideoBus,
        screen: &mut impl Screen,
        half_dots: u32,
    ) {
        let mut left = half_dots;
        while left > 0 {
            if left >= 16 && self.dot & 7 == 0 && self.run_unseen_tile(bus) {
                left -= 16;
                continue;
            }
            self.calm_dot(bus, screen, true);
            if left > 1 {
                self.calm_half_dot();
            }
            bus.pass(2);
            left -= left.min(2);
        }
    }

    #[inline(never)]
    fn calm_picture_dot(&mut self, bus: &mut impl VideoBus, screen: &mut impl Screen) {
        self.calm_dot(bus, screen, false);
    }

    /// The first half of a dot of a line that is rendered.
    #[inline(always)]
    fn calm_dot(&mut self, bus: &mut impl VideoBus, screen: &mut impl Screen, pre_render: bool) {
        let rendering = self.mask.rendering();
        if rendering {
            match self.dot {
                256 => self.v.next_line(),
                257 => self.v.copy_horizontal(self.t),
                280..=304 if pre_render => self.v.copy_vertical(self.t),
                _ => {}
            }
        }
        self.dot += 1;
        if self.dot > 340 {
            self.dot = 0;
            self.line += 1;
        }
        self.sprite0_hit_readable = self.sprite0_hit;
        self.overflow_latched = self.overflow;
        let even_dot = self.dot & 1 == 0;
        self.port.blanking = (!rendering).into();
        self.reading = (rendering && even_dot).into();
        self.latching = (rendering && !even_dot).into();
        self.evaluation.latched = self.evaluation.buffer;
        let dot = Dot { number: self.dot, is_even: even_dot, rendering, fetching: rendering };
        self.sprite_dot(bus, dot, pre_render);
        let [newest, second, leaving] = self.pipeline;
        self.pipeline = [newest, newest, second];
        self.render(bus, screen, dot, pre_render, leaving);
    }

    /// The second half.
    #[inline(always)]
    fn calm_half_dot(&mut self) {
        if self.mask.rendering() {
            if SHIFTS[usize::from(self.dot & 511)] {
                self.shift_background();
            }
            self.evaluation.buffer = self.evaluation.next_buffer;
        }
        self.commit_fetch();
        self.overflow_readable = self.overflow_latched;
        self.count_down_to_hit();
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::nes::bits::{Mask, Scroll};
    use crate::nes::ppu::data_port::DataPort;
    use crate::nes::ppu::{Hears, Kib, Row};
    use crate::nes::region::Region;
    use proptest::prelude::*;
    use zerocopy::{FromBytes, IntoBytes};

    /// Memory full of noise, a screen, and an ear for A12: all that comes is hashed.
    #[derive(Clone, Copy, PartialEq, Debug)]
    pub struct Bench {
        hears: Hears,
        pub a12: u64,
        low_since: u64,
        /// Half-dots that passed.
        pub now: u64,
        /// Changes of A12, if it hears that: rises after long lows, and all falls.
        pub long_rises: u32,
        pub falls: u32,
        hash: u64,
    }

    static MEMORY: [u8; 0x4000] = {
        let mut bytes = [0; 0x4000];
        let mut at = 0;
        while at < bytes.len() {
            bytes[at] = ((at as u32).wrapping_mul(0x9e37_79b9) >> 24) as u8;
            at += 1;
        }
        bytes
    };

    impl Bench {
        pub fn new(hears: Hears) -> Self {
            Self { hears, a12: 0, low_since: 0, now: 0, long_rises: 0, falls: 0, hash: 0 }
        }

        fn note(&mut self, what: u64) {
            self.hash = (self.hash ^ what).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23);
        }

        fn a12_moved(&mut self, level: u64) {
            self.note(self.now << 1 | level);
            if level == 0 {
                self.falls += 1;
                self.low_since = self.now;
            } else if self.now - self.low_since > 12 {
                self.long_rises += 1;
            }
        }
    }

    impl VideoBus for Bench {
        fn read(&mut self, address: u16) -> u8 {
            MEMORY[usize::from(address & 0x3fff)]
        }
        fn write(&mut self, address: u16, value: u8) {
            self.note(1 << 63 | u64::from(address) << 8 | u64::from(value));
        }
        fn drive(&mut self, address: u16) {
            let a12 = u64::from(address >> 12 & 1);
            match self.hears {
                // Who does not listen is not told of each address, and remembers none.
                Hears::Nothing => return,
                Hears::A12 | Hears::LongLows if a12 == self.a12 => {}
                Hears::LongLows if a12 == 0 => self.low_since = self.now,
                // M2 may fall three times in twelve half-dots and some more.
                Hears::LongLows if self.now - self.low_since > 12 => self.note(self.now),
                Hears::LongLows => {}
                Hears::A12 => self.a12_moved(a12),
                Hears::Everything => self.note(self.now << 16 | u64::from(address)),
            }
            self.a12 = a12;
        }
        fn pass(&mut self, half_dots: u32) {
            self.now += u64::from(half_dots);
        }
        fn hears(&self) -> Hears {
            self.hears
        }
        fn kib(&self, address: u16) -> Option<&Kib> {
            MEMORY.as_chunks().0.get(usize::from(address >> 10 & 15))
        }
        fn row(&mut self, first: Scroll, table: u16) -> Option<Row> {
            // Some lines are answered, and some only told.
            if first.0 & 0x0020 != 0 {
                return None;
            }
            let (begun, mut v) = (self.now, first);
            let mut row = Row { last: 0, attributes: 0, planes: [[0; 2]; 32] };
            let fetch = |bus: &mut Self, address: u16| {
                bus.drive(address);
                bus.pass(4);
                bus.read(address)
            };
            for (n, planes) in row.planes.iter_mut().enumerate() {
                row.last = fetch(self, v.tile_address());
                let attribute = fetch(self, v.attribute_address()) >> v.attribute_shift() & 3;
                row.attributes |= u64::from(attribute) << (2 * n);
                let at = u16::from(row.last) << 4 | table | v.fine_y();
                *planes = [fetch(self, at), fetch(self, at | 8)];
                v.next_tile();
            }
            self.now = begun;
            Some(row)
        }
        fn tiles(&mut self, first: Scroll, table: u16, numbers: &[u8; 32]) -> bool {
            let (begun, mut v) = (self.now, first);
            for number in numbers {
                let at = u16::from(*number) << 4 | table | v.fine_y();
                for address in [v.tile_address(), v.attribute_address(), at, at | 8] {
                    self.drive(address);
                    self.pass(4);
                }
                v.next_tile();
            }
            self.now = begun;
            true
        }
        fn sprites(&mut self, [first, others]: [u16; 2], patterns: &[u16; 8]) -> bool {
            let begun = self.now;
            for (n, low) in patterns.iter().enumerate() {
                let name = if n == 0 { first } else { others };
                for address in [name, others, *low, low | 8] {
                    self.drive(address);
                    self.pass(4);
                }
            }
            self.now = begun;
            true
        }
    }

    impl Screen for Bench {
        fn pixel(&mut self, x: u16, y: u16, colour: u16) {
            self.note(u64::from(x) << 32 | u64::from(y) << 16 | u64::from(colour));
        }
        fn pixels(&mut self, x: u16, y: u16, colours: &[u16]) {
            for (n, colour) in (x..).zip(colours) {
                self.pixel(n, y, *colour);
            }
        }
    }

    /// A PPU of any bytes, at rest.
    pub fn settled(bytes: &[u8], position: (u16, u16), mask: u8) -> Ppu {
        let mut ppu = Ppu::read_from_bytes(bytes).expect("the size of a PPU");
        // Mostly none has just hit: most pieces of a line wait for that.
        ppu.sprite0_hit_in = ppu.sprite0_hit_in.saturating_sub(0xe0);
        ppu.sanitize(Region::Ntsc.timing());
        (ppu.line, ppu.dot) = position;
        (ppu.mask, ppu.late_mask) = (Mask(mask), Mask(mask));
        ppu.port = DataPort::power_on();
        for count in [
            &mut ppu.mask_in,
            &mut ppu.tint_in,
            &mut ppu.corruption_in,
            &mut ppu.scroll_in,
            &mut ppu.copy_in,
        ] {
            *count = 0;
        }
        ppu.settle_delays();
        let e = &mut ppu.evaluation;
        for flag in [
            &mut ppu.copied,
            &mut ppu.skipped_dot,
            &mut ppu.vblank_next,
            &mut ppu.vblank_set,
            &mut ppu.vblank_set_seen,
            &mut e.rendering_ended,
            &mut e.rendering_ended_now,
            &mut e.corruption_pending,
        ] {
            *flag = Flag::OFF;
        }
        // Any byte but zero is on, which would be most of them.
        for flag in [
            &mut e.full,
            &mut e.ninth,
            &mut e.wrapped,
            &mut e.next_has_sprite0,
            &mut e.line_has_sprite0,
            &mut e.ended_on_odd,
            &mut e.corruption_cancelled,
            &mut ppu.sprite0_armed,
            &mut ppu.sprite0_hit,
            &mut ppu.sprite0_hit_readable,
            &mut ppu.overflow,
            &mut ppu.overflow_latched,
            &mut ppu.overflow_readable,
            &mut ppu.odd_frame,
            &mut ppu.second_write,
            &mut ppu.status_read,
            &mut ppu.latching,
            &mut ppu.reading,
        ] {
            *flag = (flag.byte() & 1 != 0).into();
        }
        // Or no write would count.
        ppu.warming_up = (ppu.warming_up.byte() & 0x0f == 0x0f).into();
        ppu.vblank_set_was_off = Flag::ON;
        ppu.vblank = Flag::OFF;
        ppu.commit = commit::NOTHING;
        if !ppu.mask.rendering() {
            ppu.address = ppu.v.0;
        }
        ppu
    }

    /// What the CPU does at a register of the PPU: 7 writes, 8 reads memory.
    pub fn access(ppu: &mut Ppu, register: u8, value: u8, stale: u8, alignment: u8) {
        match register {
            7 => ppu.write_data(value, 0),
            8 => ppu.end_data_read(),
            _ => ppu.write(register.into(), value, stale, 0, Region::Ntsc.timing(), alignment),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 20_000, ..ProptestConfig::default() })]

        #[test]
        fn calm_dots_are_what_the_whole_logic_makes_of_them(
            bytes in proptest::collection::vec(any::<u8>(), size_of::<Ppu>()),
            line in prop_oneof![6 => 0u16..262, 1 => Just(0), 1 => Just(261)],
            dot in 0u16..341,
            mask in any::<u8>(),
            amid_dot in any::<bool>(),
            alignment in 0u8..4,
            wanted in 1u32..2500,
            writes in proptest::collection::vec(
                (prop_oneof![1u8..2, 5u8..9], any::<u8>(), any::<u8>(), 0u32..16),
                0..4,
            ),
            hears in prop_oneof![
                Just(Hears::Nothing), Just(Hears::A12), Just(Hears::LongLows), Just(Hears::Everything)
            ],
        ) {
            let timing = Region::Ntsc.timing();
            let mut calm = settled(&bytes, (line, dot), mask);
            if (240..261).contains(&line) {
                // Long after the picture.
                calm.sprite0_hit_in = 0;
                for _ in 0..4 {
                    if !amid_dot {
                        calm.dot(&mut Bench::new(hears), &mut Bench::new(hears), timing, alignment);
                    }
                    calm.half_dot(&mut Bench::new(hears), timing);
                    if amid_dot {
                        calm.dot(&mut Bench::new(hears), &mut Bench::new(hears), timing, alignment);
                    }
                }
            }
            let mut amid_dot = amid_dot;
            if line < 261 {
                for (register, value, stale, half_dots) in writes {
                    // Mostly what leaves rendering on, or off.
                    let value = if stale & 1 != 0 { value } else { value & 0xe1 | mask & 0x1e };
                    access(&mut calm, register, value, stale, alignment);
                    for _ in 0..half_dots {
                        if amid_dot {
                            calm.half_dot(&mut Bench::new(hears), timing);
                        } else {
                            calm.dot(&mut Bench::new(hears), &mut Bench::new(hears), timing, alignment);
                        }
                        amid_dot = !amid_dot;
                    }
                }
            }
            let half_dots = calm.calm(timing, amid_dot, alignment).min(wanted);
            let mut whole = calm.clone();
            let mut screens = [Bench::new(hears); 2];
            let mut buses = screens;
            if half_dots > 0 {
                let (bus, screen) = (&mut buses[0], &mut screens[0]);
                calm.run_calm(bus, screen, &mut Crowd::new(), half_dots, amid_dot, timing);
            }
            for n in 0..half_dots {
                if (n % 2 == 0) == amid_dot {
                    whole.half_dot(&mut buses[1], timing);
                } else {
                    whole.dot(&mut buses[1], &mut screens[1], timing, alignment);
                }
                buses[1].pass(1);
            }
            buses[0].now = buses[1].now;
            prop_assert_eq!(screens[0], screens[1]);
            prop_assert_eq!(buses[0], buses[1]);
            prop_assert_eq!(calm.as_bytes(), whole.as_bytes());
        }

        #[test]
        fn sprite_0_may_hit_up_to_the_right_edge(
            bytes in proptest::collection::vec(any::<u8>(), size_of::<Ppu>()),
            line in 1u16..239,
            dot in prop_oneof![Just(0u16), 226u16..257],
            x in 238u16..256,
            attributes in 0usize..4,
            half_dots in prop_oneof![1u32..700, 508u32..520],
        ) {
            let timing = Region::Ntsc.timing();
            let mut calm = settled(&bytes, (line, dot), 0x1e);
            [calm.attribute_low, calm.attribute_high] =
                [[0, 0], [0, 0xff], [0xff, 0], [0xff, 0xff]][attributes];
            calm.sprites.counter[0] = (x.saturating_sub(dot)) as u8;
            calm.evaluation.line_has_sprite0 = Flag::ON;
            calm.sprite0_armed = Flag::ON;
            calm.sprite0_hit = Flag::OFF;
            let mut whole = calm.clone();
            let mut buses = [Bench::new(Hears::Nothing); 2];
            let mut screens = buses;
            let half_dots = calm.calm(timing, false, 0).min(half_dots);
            prop_assume!(half_dots > 0);
            let [calm_bus, bus] = &mut buses;
            let [calm_screen, screen] = &mut screens;
            calm.run_calm(calm_bus, calm_screen, &mut Crowd::new(), half_dots, false, timing);
            for n in 0..half_dots {
                if n % 2 == 0 {
                    whole.dot(bus, screen, timing, 0);
                } else {
                    whole.half_dot(bus, timing);
                }
            }
            prop_assert_eq!(screens[0].hash, screens[1].hash);
            prop_assert_eq!(calm.as_bytes(), whole.as_bytes());
        }

        #[test]
        fn below_the_picture_a_copy_leaves_word_of_it_for_a_dot(
            dot in 10u16..300,
            amid_dot in any::<bool>(),
            half_dots in 1u32..6,
        ) {
            let timing = Region::Ntsc.timing();
            let mut calm = settled(&[0; size_of::<Ppu>()], (250, dot), 0);
            let (mut bus, mut screen) = (Bench::new(Hears::Nothing), Bench::new(Hears::Nothing));
            for value in [0x21, 0x08] {
                access(&mut calm, 6, value, value, 0);
            }
            while !calm.copied.on() {
                calm.half_dot(&mut bus, timing);
                calm.dot(&mut bus, &mut screen, timing, 0);
            }
            if !amid_dot {
                calm.half_dot(&mut bus, timing);
            }
            prop_assert!(calm.calm(timing, amid_dot, 0) >= half_dots);
            let mut whole = calm.clone();
            calm.run_calm(&mut bus, &mut screen, &mut Crowd::new(), half_dots, amid_dot, timing);
            for n in 0..half_dots {
                if (n % 2 == 0) == amid_dot {
                    whole.half_dot(&mut bus, timing);
                } else {
                    whole.dot(&mut bus, &mut screen, timing, 0);
                }
            }
            prop_assert_eq!(calm.as_bytes(), whole.as_bytes());
        }

        #[test]
        fn rendering_that_just_turned_is_seen_by_the_sprites_of_the_next_dot(
            dot in 0u16..336,
            alignment in 0u8..4,
            amid_dot in any::<bool>(),
            turned_on in any::<bool>(),
        ) {
            let timing = Region::Ntsc.timing();
            let [before, after] = if turned_on { [0, 0x18] } else { [0x18, 0] };
            let mut calm = settled(&[0; size_of::<Ppu>()], (100, dot), before);
            let mut bus = Bench::new(Hears::Nothing);
            access(&mut calm, 1, after, after, alignment);
            while calm.mask.rendering() != turned_on {
                calm.half_dot(&mut bus, timing);
                calm.dot(&mut bus, &mut Bench::new(Hears::Nothing), timing, alignment);
            }
            if !amid_dot {
                calm.half_dot(&mut bus, timing);
            }
            let half_dots = calm.calm(timing, amid_dot, alignment).min(2);
            let mut whole = calm.clone();
            let mut screens = [Bench::new(Hears::Nothing); 2];
            if half_dots > 0 {
                let screen = &mut screens[0];
                calm.run_calm(&mut bus, screen, &mut Crowd::new(), half_dots, amid_dot, timing);
            }
            for n in 0..half_dots {
                if (n % 2 == 0) == amid_dot {
                    whole.half_dot(&mut bus, timing);
                } else {
                    whole.dot(&mut bus, &mut screens[1], timing, alignment);
                }
            }
            prop_assert_eq!(calm.as_bytes(), whole.as_bytes());
        }

        #[test]
        fn a_write_and_the_half_of_a_calm_dot_may_take_turns(
            bytes in proptest::collection::vec(any::<u8>(), size_of::<Ppu>()),
            line in 0u16..240,
            dot in 0u16..341,
            mask in any::<u8>(),
            alignment in 0u8..4,
            earlier in proptest::collection::vec(
                (prop_oneof![1u8..2, 5u8..9], any::<u8>(), any::<u8>(), 0u32..5),
                0..3,
            ),
            register in prop_oneof![1u8..2, 5u8..8],
            value in any::<u8>(),
            stale in any::<u8>(),
        ) {
            let timing = Region::Ntsc.timing();
            let mut before = settled(&bytes, (line, dot), mask);
            let mut bus = Bench::new(Hears::Everything);
            for (register, value, stale, dots) in earlier {
                access(&mut before, register, value, stale, alignment);
                for _ in 0..dots {
                    before.dot(&mut bus, &mut Bench::new(Hears::Nothing), timing, alignment);
                    before.half_dot(&mut bus, timing);
                }
            }
            let takes = before.takes_write_after_half(register.into(), 1, false);
            if before.calm(timing, false, alignment) >= 2 && takes {
                before.dot(&mut bus, &mut Bench::new(Hears::Nothing), timing, alignment);
                let (mut write_first, mut half_first) = (before.clone(), before);
                let mut buses = [bus; 2];
                access(&mut write_first, register, value, stale, alignment);
                write_first.half_dot(&mut buses[0], timing);
                half_first.half_dot(&mut buses[1], timing);
                access(&mut half_first, register, value, stale, alignment);
                prop_assert_eq!(write_first.as_bytes(), half_first.as_bytes());
                prop_assert_eq!(buses[0], buses[1]);
            }
        }
    }
}
