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

use super::apu::Beat;
use super::cart_bus::{CartBus, M2};
use super::output::Sink;
use super::ppu::Hears;
use super::schedule::{Moment, Steps};
use super::state::State;
use super::system::System;

impl<S: Sink, const LAZY: bool> System<'_, S, LAZY> {
    /// Runs this cycle up to a moment; at its end, the next one begins.
    #[inline(never)]
    pub(super) fn run_exactly(&mut self, moment: Moment) {
        let schedule = self.schedule();
        let mut steps = schedule.steps(moment).without(self.steps);
        if self.steps.is_empty() && !steps.is_empty() {
            self.clock_apu_exactly();
        }
        self.steps = if moment == Moment::End { Steps::default() } else { self.steps.with(steps) };
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
        // Within a line only the CPU disturbs the PPU (`ppu/picture.rs`), and it waits.
        let mut undisturbed = ppu.is_undisturbed();
        while !steps.is_empty() {
            if steps.has(Steps::LINES) {
                let board = self.watches.cpu_cycles && bus.cart.board.nmi(bus.board);
                wires.sample_nmi(ppu.nmi() || board);
                wires.irq = (!self.watches.nothing() && bus.cart.board.irq(bus.board)).into();
            }
            if steps.has(Steps::HALF) {
                if undisturbed {
                    ppu.line_half_dot();
                } else {
                    ppu.any_half_dot(&mut bus, self.timing);
                }
            }
            if steps.has(Steps::M2_FALLS) {
                wires.irq = (wires.irq.on() || apu.irq()).into();
                apu.m2_falls();
                *clock += 1;
                bus.m2 = M2::now(*clock);
                self.work.half_dots += u64::from(schedule.total);
            }
            if steps.has(Steps::DOT) {
                if undisturbed && !ppu.ends_line() {
                    ppu.line_dot(&mut bus, self.sink);
                } else {
                    ppu.any_dot(&mut bus, self.sink, self.timing, wires.alignment);
                    undisturbed = ppu.is_undisturbed();
                }
            }
            steps = steps.rest();
        }
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
        let Beat { heard, half } = apu.beat(put, self.region);
        if half || self.lengths_move {
            apu.end_cycle(half);
            self.lengths_move = false;
        }
        if heard {
            self.emit();
        }
        if self.watches.cpu_cycles {
            self.clock_board();
        }
    }
}
