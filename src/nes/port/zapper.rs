//! The Zapper: a light gun that sees the pixels which the PPU draws near the spot
//! at which it aims.
//!
//! ```text
//! read  bit 3  dark: no light in the last lines      bit 4  the trigger is half-way in
//! ```
//!
//! Light charges a capacitor that drains within some lines: after a white pixel bit 3
//! stays low for about 26 lines, after a light grey one for 24, after a dark grey one
//! for 19 (tepples' Zap Ruder, on a console). Between these, and for colours, stand the
//! signal's levels: lines = 26 + 7 ln(level), black below 12.
//!
//! While a gun is plugged in, a frame's pixels go by way of [`Aim`], muted or not, so
//! it sees the same in both. Without one, nothing here is run.
//!
//! A Vs. System's gun sees the same and has a pad's register, which takes what it sees as
//! the strobe falls: 0, 0, 0, 0, 1, 0, light (1: seen), trigger. There, red, green and blue
//! go to the tube as they are, and the level is what an eye makes of them.
//!
//! <https://www.nesdev.org/wiki/Zapper>, <https://www.nesdev.org/wiki/NTSC_video>

use super::{Device, Input, Ports};
use crate::nes::cart::arcade::Ppu;
use crate::nes::cart::rgb;
use crate::nes::output::{Output, Sink};
use crate::nes::ppu::Screen;
use crate::nes::region::Timing;

/// Pixels to each side of the spot that the gun sees.
const RADIUS: u8 = 3;
/// Dots of a line; a pixel leaves the PPU this many dots after the line began.
const LINE: u32 = 341;
const DELAY: u32 = 4;

/// Bits of a gun's third byte of input; the first two are the spot's x and y.
pub mod aim {
    /// The trigger is half-way in.
    pub const TRIGGER: u8 = 0x01;
    /// The gun aims at the picture.
    pub const AT_PICTURE: u8 = 0x02;
}

/// For how many lines the light of a pixel lasts, by level and hue: grey, a colour,
/// hue $D. Hues $E and $F are black.
static LINES: [[u8; 3]; 4] = [[19, 12, 0], [24, 18, 0], [26, 23, 18], [26, 25, 24]];

/// Levels, in thousandths, from which on light lasts for 12 lines, 13, … 26.
static LEVELS: [u16; 15] =
    [135, 156, 180, 207, 239, 276, 318, 367, 424, 489, 564, 651, 751, 867, 1000];

fn lines(colour: u16, ppu: Ppu) -> u32 {
    if let Some([red, green, blue]) = rgb::channels(ppu, colour) {
        let level = (299 * red + 587 * green + 114 * blue) / 7;
        let reached = LEVELS.iter().filter(|needed| **needed <= level).count() as u32;
        return if reached == 0 { 0 } else { 11 + reached };
    }
    let kind = match colour & 15 {
        0 => 0,
        1..=12 => 1,
        13 => 2,
        _ => return 0,
    };
    LINES[usize::from(colour >> 4 & 3)][kind].into()
}

/// What a Vs. System's gun reports of its third byte of input: up, and the trigger.
pub(super) fn report(bits: u8) -> u32 {
    0x10 | u32::from(bits & aim::TRIGGER) << 7
}

/// Of the same register.
pub(super) const REPORTED_LIGHT: u32 = 0x40;

/// What the ports' guns see, before it goes on to the screen.
pub struct Aim<'a> {
    out: Option<&'a mut Output>,
    guns: [Gun; 2],
    ppu: Ppu,
    /// Dots of a picture, from its first line to the next one's.
    picture: u32,
}

#[derive(Clone, Copy)]
struct Gun {
    spot: Option<[u8; 2]>,
    until: u32,
}

impl<'a> Aim<'a> {
    /// Takes the guns from the ports.
    pub fn new(
        ports: &Ports,
        input: &Input,
        timing: &Timing,
        ppu: Ppu,
        out: Option<&'a mut Output>,
    ) -> Self {
        let gun = |port: usize| {
            let [x, y, bits, _] = input.of_port(port);
            let is_gun = matches!(ports.devices().port(port), Device::Zapper | Device::VsZapper);
            let aims = is_gun && bits & aim::AT_PICTURE != 0;
            Gun { spot: aims.then_some([x, y]), until: ports.lit_until[port] }
        };
        let picture = u32::from(timing.lines) * LINE;
        Self { out, guns: [gun(0), gun(1)], ppu, picture }
    }

    /// Gives them back.
    pub fn put_back(&self, ports: &mut Ports) {
        ports.lit_until = self.guns.map(|gun| gun.until);
    }

    #[inline(always)]
    fn see(&mut self, x: u16, y: u16, colours: &[u16]) {
        let Self { picture, ppu, .. } = *self;
        for gun in &mut self.guns {
            if x == 0 && y == 0 {
                gun.until = gun.until.saturating_sub(picture);
            }
            if let Some(spot) = gun.spot
                && y.abs_diff(spot[1].into()) <= u16::from(RADIUS)
            {
                gun.see(spot[0], x, y, colours, ppu);
            }
        }
    }
}

impl Gun {
    fn see(&mut self, spot: u8, x: u16, y: u16, colours: &[u16], ppu: Ppu) {
        let near = (x..).zip(colours).filter(|(x, _)| x.abs_diff(spot.into()) <= RADIUS.into());
        for (x, colour) in near {
            let lines = lines(*colour, ppu);
            if lines > 0 {
                let now = u32::from(y) * LINE + u32::from(x) + DELAY;
                self.until = self.until.max(now + lines * LINE);
            }
        }
    }
}

impl Screen for Aim<'_> {
    fn pixel(&mut self, x: u16, y: u16, colour: u16) {
        self.see(x, y, &[colour]);
        if let Some(out) = &mut self.out {
            out.pixel(x, y, colour);
        }
    }

    fn pixels(&mut self, x: u16, y: u16, colours: &[u16]) {
        self.see(x, y, colours);
        if let Some(out) = &mut self.out {
            out.pixels(x, y, colours);
        }
    }
}

impl Sink for Aim<'_> {
    const HEARS: bool = true;
    const AIMS: bool = true;

    fn level(&mut self, cycle: u32, level: i32) {
        if let Some(out) = &mut self.out {
            out.level(cycle, level);
        }
    }

    fn sees_light(&self, port: usize, (line, dot): (u16, u16)) -> bool {
        let now = u32::from(line) * LINE + u32::from(dot);
        // Times count from the picture's first pixel.
        let now = if now < DELAY { now + self.picture } else { now };
        now < self.guns[port & 1].until
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nes::port::Devices;
    use crate::nes::region::Region;

    const WHITE: u16 = 0x30;

    fn aim(at: [u8; 2]) -> Aim<'static> {
        let ports = Ports::new(Devices::in_ports([Device::Pad, Device::Zapper]));
        let mut input = Input::default();
        input.of_port_mut(1).copy_from_slice(&[at[0], at[1], aim::AT_PICTURE, 0]);
        Aim::new(&ports, &input, Region::Ntsc.timing(), Ppu::Composite, None)
    }

    #[test]
    fn white_is_seen_for_26_lines_and_grey_for_fewer() {
        for (colour, lines) in [(0x30, 26), (0x20, 26), (0x10, 24), (0x00, 19), (0x16, 18)] {
            let mut aim = aim([100, 50]);
            assert!(!aim.sees_light(1, (50, 104)));
            aim.pixel(100, 50, colour);
            assert!(aim.sees_light(1, (50, 105)), "{colour:x}");
            assert!(aim.sees_light(1, (50 + lines, 103)), "{colour:x}");
            assert!(!aim.sees_light(1, (50 + lines, 104)), "{colour:x}");
        }
    }

    #[test]
    fn black_and_what_is_far_from_the_spot_are_not_seen() {
        let mut aim = aim([100, 50]);
        for black in [0x0d, 0x1d, 0x0e, 0x0f, 0x3f] {
            aim.pixel(100, 50, black);
        }
        for (x, y) in [(96, 50), (104, 50), (100, 46), (100, 54)] {
            aim.pixel(x, y, WHITE);
        }
        aim.pixels(0, 50, &[WHITE; 97]);
        aim.pixels(104, 50, &[WHITE; 152]);
        assert!(!aim.sees_light(1, (60, 0)));
        aim.pixels(0, 53, &[WHITE; 98]);
        assert!(aim.sees_light(1, (60, 0)) && !aim.sees_light(0, (60, 0)));
    }

    #[test]
    fn an_arcade_machines_light_is_that_of_its_own_colours() {
        for (ppu, colour, seen) in [
            (Ppu::Rgb, 0x30, 26),
            (Ppu::Rgb, 0x00, 20),
            (Ppu::Rgb, 0x16, 17),
            (Ppu::Rgb, 0x0f, 0),
            // Blue, and blue emphasised: darker than anything that is seen.
            (Ppu::Rgb, 0x02, 0),
            (Ppu::Rgb, 0x100 | 0x0f, 0),
            (Ppu::Rgb, 0xc0 | 0x0f, 25),
            // White is elsewhere on a 2C04.
            (Ppu::Shuffled(1), 0x0f, 26),
            (Ppu::Shuffled(1), 0x30, 0),
            (Ppu::Swapped(1), 0x20, 26),
        ] {
            assert_eq!(lines(colour, ppu), seen, "{ppu:?} {colour:x}");
        }
    }

    #[test]
    fn light_of_the_last_lines_lasts_into_the_next_picture_and_no_further() {
        let mut aim = aim([0, 239]);
        aim.pixel(0, 239, WHITE);
        // 22 lines are blank, so that line 2 is the 25th from there.
        assert!(aim.sees_light(1, (261, 340)) && aim.sees_light(1, (0, 3)));
        aim.pixel(0, 0, 0x0f);
        assert!(aim.sees_light(1, (2, 340)) && !aim.sees_light(1, (4, 0)));
        for line in 1..240 {
            aim.pixel(0, line, 0x0f);
        }
        assert!(!aim.sees_light(1, (250, 0)));
    }

    #[test]
    fn a_gun_that_aims_elsewhere_sees_nothing() {
        let ports = Ports::new(Devices::in_ports([Device::Zapper; 2]));
        let timing = Region::Ntsc.timing();
        let mut aim = Aim::new(&ports, &Input::default(), timing, Ppu::Composite, None);
        aim.pixels(0, 0, &[WHITE; 256]);
        assert!(!aim.sees_light(0, (1, 0)) && !aim.sees_light(1, (1, 0)));
    }
}
