//! A CPU cycle in the exact tier: every chip works when its clock comes.
//!
//! ```text
//!  clock  0      1   2       3   4     5   6   7       8   9   10  11
//!         access                 /NMI          M2 falls
//!         dot APU    half        dot       half /IRQ   dot     half      (alignment 0)
//! ```
//!
//! Nothing is left for later and nothing is foretold. This is what being lazy
//! (`cycle.rs`) has to equal, and what is to be read first.

use super::cart_bus::{CartBus, M2};
use super::output::Sink;
use super::ppu::Hears;
use super::schedule::Schedule;
use super::state::State;
use super::system::System;

impl<S: Sink, const LAZY: bool> System<'_, S, LAZY> {
    /// Runs this cycle until so many of its half-dots have been.
    #[inline(never)]
    pub(super) fn run_exactly(&mut self, schedule: &Schedule, until: u32) {
        let mut at = self.half_dots;
        if at == 0 && until > 0 {
            self.clock_apu_exactly();
        }
        let (nmi, m2) = (schedule.until_nmi(), schedule.until_m2());
        let State { ppu, apu, ram, board, clock, wires, .. } = &mut *self.state;
        let mut bus = CartBus {
            cart: self.cart,
            map: self.map,
            ram,
            board,
            hears: if self.watches.ppu_address { Hears::Everything } else { Hears::Nothing },
            a12: None,
            answers: self.cart.board.answers_ppu(),
            m2: M2::now(*clock),
        };
        let mut amid_dot = self.late.amid_dot;
        while at < until {
            if at == nmi {
                wires.sample_nmi(ppu.nmi());
                wires.irq = bus.cart.board.irq(bus.board).into();
            }
            if at == m2 {
                wires.irq = (wires.irq.on() || apu.irq()).into();
                apu.m2_falls();
                *clock += 1;
                bus.m2 = M2::now(*clock);
                self.work.half_dots += u64::from(schedule.total);
            }
            if amid_dot {
                ppu.half_dot(&mut bus, self.timing);
            } else {
                ppu.dot(&mut bus, self.sink, self.timing, wires.alignment);
            }
            amid_dot = !amid_dot;
            at += 1;
        }
        self.late.amid_dot = amid_dot;
        self.half_dots = at;
    }

    /// The APU's clock, the pads' and the board's.
    #[inline(always)]
    fn clock_apu_exactly(&mut self) {
        let State { apu, ports, wires, .. } = &mut *self.state;
        let put = wires.put.on();
        if !put {
            ports.get_to_put(&self.input);
        }
        ports.end_cycle();
        wires.put = (!put).into();
        if apu.clock(put, self.region) {
            self.emit();
        }
        if self.watches.cpu_cycles {
            self.clock_board();
        }
    }
}
