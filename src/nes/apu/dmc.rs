//! The delta modulation channel: the memory reader and the output unit.
//!
//! The reader asks for the bus through the DMA engine; this file says when.
//!
//! <https://www.nesdev.org/wiki/APU_DMC>, <https://www.nesdev.org/wiki/DMA>

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::calm::FAR;
use crate::nes::bits::Flag;
use crate::nes::fields::fields;
use crate::nes::region::Region;

/// CPU cycles a bit.
#[rustfmt::skip]
const PERIODS_NTSC: [u16; 16] =
    [428, 380, 340, 320, 286, 254, 226, 214, 190, 160, 142, 128, 106, 84, 72, 54];
#[rustfmt::skip]
const PERIODS_PAL: [u16; 16] =
    [398, 354, 316, 298, 276, 236, 210, 198, 176, 148, 132, 118, 98, 78, 66, 50];

/// The delta modulation channel.
#[derive(Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Dmc {
    /// CPU cycles to the next bit, counted down by two.
    timer: u16,
    /// Next byte of the sample.
    address: u16,
    /// Bytes left.
    remaining: u16,
    /// $4010: `IL-- RRRR`.
    control: u8,
    /// $4012.
    start: u8,
    /// $4013.
    length: u8,
    /// The output, 0-127.
    level: u8,
    buffer: u8,
    buffer_full: Flag,
    shifter: u8,
    bits: u8,
    /// The shifter holds nothing: the level stays.
    silent: Flag,
    /// The output unit found nothing to play: the next enable loads at once.
    idle: Flag,
    /// Bit 4 as last written to $4015, and what the reader has heard of it
    /// `enable_in` cycles later.
    wanted: Flag,
    enabled: Flag,
    enable_in: u8,
    /// APU cycles until an enable's first fetch is asked for.
    load_in: u8,
    /// A reload that falls right behind a load is begun and given up.
    aborts_next: Flag,
    aborting: Flag,
    /// The flag in $4015.
    irq: Flag,
    /// The bus is asked for.
    requested: Flag,
    /// The request's halt cycle is still to come.
    halting: Flag,
    /// Cycles after a fetch in which no request can be made.
    cooldown: u8,
    reserved: [u8; 2],
}

fields! {
    Dmc: timer, address, remaining, control, start, length, level, buffer, buffer_full,
        shifter, bits, silent, idle, wanted, enabled, enable_in, load_in, aborts_next,
        aborting, irq, requested, halting, cooldown, reserved
}

impl Dmc {
    /// As after power-on.
    pub fn power_on() -> Self {
        Self {
            timer: 1022,
            address: 0xc000,
            remaining: 0,
            control: 0,
            start: 0,
            length: 0,
            level: 0,
            buffer: 0,
            buffer_full: Flag::OFF,
            shifter: 0,
            bits: 8,
            silent: Flag::ON,
            idle: Flag::ON,
            wanted: Flag::OFF,
            enabled: Flag::OFF,
            enable_in: 0,
            load_in: 0,
            aborts_next: Flag::OFF,
            aborting: Flag::OFF,
            irq: Flag::OFF,
            requested: Flag::OFF,
            halting: Flag::OFF,
            cooldown: 0,
            reserved: [0; 2],
        }
    }

    /// The reset button: as a write of 0 to $4015, and the level keeps bit 0.
    pub fn reset(&mut self) {
        self.level &= 1;
        self.remaining = 0;
        self.irq = Flag::OFF;
        self.wanted = Flag::OFF;
        self.enabled = Flag::OFF;
        self.requested = Flag::OFF;
    }

    /// A write to $4010-$4013.
    pub fn write(&mut self, register: u16, value: u8) {
        match register {
            0 => {
                self.control = value;
                if value & 0x80 == 0 {
                    self.irq = Flag::OFF;
                }
            }
            1 => self.level = value & 0x7f,
            2 => self.start = value,
            _ => self.length = value,
        }
    }

    /// Bit 4 of a write to $4015, in a put or a get cycle. The reader hears of
    /// it three or four cycles later.
    pub fn enable(&mut self, on: bool, put: bool, region: Region) {
        self.irq = Flag::OFF;
        self.wanted = on.into();
        self.enable_in = if put { 3 } else { 4 };
        if on && self.remaining == 0 {
            self.restart();
            if self.idle.on() {
                self.load_in = 2;
            }
        }
        let fires_now = if put { self.timer == self.period(region) } else { self.timer == 2 };
        if !on && fires_now {
            // Too late for the fetch of this very APU cycle.
            self.enable_in += 2;
        }
        let reload_follows_load = self.timer == if put { 8 } else { 10 };
        if on && reload_follows_load {
            self.aborts_next = Flag::ON;
        }
    }

    /// Bit 4 of $4015: bytes remain, and the last write left it on.
    pub fn active(&self) -> bool {
        self.remaining != 0 && self.wanted.on()
    }

    /// Bit 7 of $4015, and /IRQ.
    pub fn irq(&self) -> bool {
        self.irq.on()
    }

    /// The output, 0-127.
    pub fn level(&self) -> u8 {
        self.level & 0x7f
    }

    /// The get → put transition: the output unit. True when the level moved.
    #[inline(always)]
    pub fn get_to_put(&mut self, region: Region) -> bool {
        let mut moved = false;
        self.timer = self.timer.wrapping_sub(2);
        if self.timer == 0 {
            self.timer = self.period(region);
            moved = self.next_bit();
        }
        if self.cooldown > 0 {
            self.cooldown = self.cooldown.saturating_sub(2);
        }
        moved
    }

    /// So many APU cycles at once, without a request at their end.
    #[inline(always)]
    pub fn run(&mut self, mut clocks: u32, region: Region) {
        while clocks > self.until_bit() {
            clocks -= self.until_bit() + 1;
            self.count(self.until_bit());
            self.get_to_put(region);
        }
        self.count(clocks);
    }

    /// The next bit; APU cycles to the one behind it.
    #[inline(always)]
    pub fn step(&mut self, region: Region) -> u32 {
        self.count(self.until_bit());
        self.get_to_put(region);
        self.until_bit() + 1
    }

    /// APU cycles before the one of the next bit.
    fn until_bit(&self) -> u32 {
        (u32::from(self.timer) / 2).saturating_sub(1)
    }

    /// So many APU cycles before the next bit.
    #[inline(always)]
    fn count(&mut self, clocks: u32) {
        self.timer -= 2 * clocks as u16;
        self.cooldown = u32::from(self.cooldown).saturating_sub(2 * clocks) as u8;
    }

    /// APU cycles before a bit that may be heard.
    pub fn unheard(&self) -> u32 {
        let silent = self.silent.on() && !self.buffer_full.on();
        if silent { FAR } else { self.until_bit() }
    }

    /// APU cycles before the output unit may ask the reader for a byte.
    pub fn unasked(&self, region: Region) -> u32 {
        if self.remaining == 0 && !self.aborts_next.on() {
            return FAR;
        }
        let bits = u32::from(self.bits.wrapping_sub(1) & 7);
        self.until_bit() + bits * u32::from(self.period(region) / 2)
    }

    /// Whether no write to $4015 has still to arrive.
    pub fn is_settled(&self) -> bool {
        self.enable_in == 0 && self.load_in == 0
    }

    fn next_bit(&mut self) -> bool {
        let before = self.level;
        if !self.silent.on() {
            if self.shifter & 1 == 0 {
                self.level = if self.level >= 2 { self.level - 2 } else { self.level };
            } else if self.level <= 125 {
                self.level += 2;
            }
        }
        self.shifter >>= 1;
        self.bits = self.bits.wrapping_sub(1);
        if self.bits == 0 {
            self.bits = 8;
            self.next_byte();
        }
        self.level != before
    }

    /// The output unit empties the buffer, and the reader asks for more.
    fn next_byte(&mut self) {
        self.silent = (!self.buffer_full.on()).into();
        if self.buffer_full.take() {
            self.shifter = self.buffer;
        }
        let aborts = self.aborts_next.on();
        self.idle = (self.remaining == 0 && !aborts).into();
        if !self.idle.on() {
            if self.cooldown != 2 {
                self.request();
            }
            if self.aborts_next.take() {
                self.aborting = Flag::ON;
            }
        }
    }

    /// The put → get transition: the first fetch of an enable.
    #[inline(always)]
    pub fn put_to_get(&mut self) {
        if self.load_in > 0 {
            self.load_in -= 1;
            if self.load_in == 0 && !self.requested.on() {
                self.request();
                self.idle = Flag::OFF;
            }
        }
    }

    /// A CPU cycle: $4015 arrives.
    #[inline(always)]
    pub fn clock(&mut self) {
        if self.enable_in > 0 {
            self.enable_in -= 1;
            if self.enable_in == 0 {
                self.enabled = self.wanted;
                if !self.enabled.on() {
                    self.remaining = 0;
                }
            }
        }
    }

    fn request(&mut self) {
        if !self.requested.on() {
            self.requested = Flag::ON;
            self.halting = Flag::ON;
        }
    }

    /// Whether the reader takes the bus in this cycle if the CPU reads. A
    /// request that is to be given up has this one chance.
    #[inline(always)]
    pub fn wants_bus(&self) -> bool {
        self.requested.on() && (self.enabled.on() || self.aborting.on())
    }

    /// A cycle began, of whatever kind: a request to be given up is over.
    #[inline(always)]
    pub fn cycle_begins(&mut self) {
        if self.requested.on() {
            self.aborting = Flag::OFF;
        }
    }

    /// Whether the halt cycle is still to come.
    pub fn is_halting(&self) -> bool {
        self.halting.on()
    }

    /// A get cycle ended with the CPU halted.
    pub fn halted(&mut self) {
        self.halting = Flag::OFF;
    }

    /// Where the next fetch reads.
    pub fn fetch_address(&self) -> u16 {
        self.address
    }

    /// The fetched byte.
    pub fn fetched(&mut self, byte: u8) {
        self.buffer = byte;
        self.buffer_full = Flag::ON;
        self.address = self.address.wrapping_add(1) | 0x8000;
        self.remaining = self.remaining.saturating_sub(1);
        if self.remaining == 0 {
            if self.control & 0x40 != 0 {
                self.restart();
            } else {
                self.enabled = Flag::OFF;
                if self.control & 0x80 != 0 {
                    self.irq = Flag::ON;
                }
            }
        }
        self.requested = Flag::OFF;
        self.cooldown = 2;
    }

    fn restart(&mut self) {
        self.address = 0xc000 | u16::from(self.start) << 6;
        self.remaining = u16::from(self.length) << 4 | 1;
    }

    fn period(&self, region: Region) -> u16 {
        let periods = if region == Region::Pal { &PERIODS_PAL } else { &PERIODS_NTSC };
        periods[usize::from(self.control & 15)]
    }

    #[cfg(test)]
    pub fn settle(&mut self) {
        self.enable_in = 0;
        self.load_in = 0;
    }

    /// Bounds the counters.
    pub fn sanitize(&mut self) {
        self.timer &= 0x3fe;
        self.address |= 0x8000;
        self.remaining &= 0xfff;
        self.level &= 0x7f;
        self.bits = (self.bits.wrapping_sub(1) & 7) + 1;
        self.enable_in &= 7;
        self.load_in &= 3;
        self.cooldown &= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published periods as rates in Hz; Dendy has the periods of NTSC.
    #[rustfmt::skip]
    const NTSC_HZ: [f64; 16] = [
        4181.7, 4709.9, 5264.0, 5593.0, 6258.0, 7046.3, 7919.3, 8363.4,
        9419.9, 11186.1, 12604.0, 13982.6, 16884.6, 21306.8, 24858.0, 33143.9,
    ];
    #[rustfmt::skip]
    const PAL_HZ: [f64; 16] = [
        4177.4, 4696.6, 5261.4, 5579.2, 6023.9, 7044.9, 7917.2, 8397.0,
        9446.6, 11233.8, 12595.5, 14089.9, 16965.4, 21315.5, 25191.0, 33252.1,
    ];

    /// CPU cycles between two bits.
    fn cycles(rate: u8, region: Region) -> u32 {
        let mut dmc = Dmc { timer: 2, ..Dmc::power_on() };
        dmc.write(0, rate);
        let bits: Vec<u32> = (0..1000)
            .filter(|_| {
                let before = dmc.bits;
                dmc.get_to_put(region);
                dmc.bits != before
            })
            .take(2)
            .collect();
        (bits[1] - bits[0]) * 2
    }

    #[test]
    fn it_plays_at_the_published_rates_of_each_region() {
        for rate in 0..16 {
            let hz = |region: Region| region.cpu_hz() / f64::from(cycles(rate, region));
            let off = |region, published: [f64; 16]| hz(region) - published[usize::from(rate)];
            assert!(off(Region::Ntsc, NTSC_HZ).abs() < 0.06, "NTSC {rate}");
            assert!(off(Region::Pal, PAL_HZ).abs() < 0.06, "PAL {rate}");
            assert_eq!(cycles(rate, Region::Dendy), cycles(rate, Region::Ntsc), "Dendy {rate}");
        }
    }
}
