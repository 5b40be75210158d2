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

use super::output::Sink;
use super::ppu::Ppu;
use super::region::Timing;
use super::schedule::Moment;
use super::state::State;
use super::system::{CartBus, M2, System};

/// The PPU and all that it is wired to.
struct Picture<'a, S: Sink> {
    ppu: &'a mut Ppu,
    bus: CartBus<'a>,
    screen: &'a mut S,
    timing: &'static Timing,
    alignment: u8,
    amid_dot: &'a mut bool,
}

impl<S: Sink> Picture<'_, S> {
    #[inline(always)]
    fn run(&mut self, half_dots: u32) {
        for _ in 0..half_dots {
            if *self.amid_dot {
                self.ppu.half_dot(&mut self.bus, self.timing);
            } else {
                self.ppu.dot(&mut self.bus, self.screen, self.timing, self.alignment);
            }
            *self.amid_dot = !*self.amid_dot;
        }
    }
}

impl<S: Sink, const LAZY: bool> System<'_, S, LAZY> {
    /// Runs this cycle up to a moment.
    #[inline(never)]
    pub(super) fn run_exactly_until(&mut self, moment: Moment) {
        let schedule = self.schedule();
        if self.reached == Moment::Start && moment > Moment::Start {
            self.clock_apu_exactly();
        }
        let State { ppu, apu, ram, board, clock, wires, .. } = &mut *self.state;
        let bus = CartBus {
            cart: self.cart,
            map: self.map,
            ram,
            board,
            watching: self.watches.ppu_address,
            answers: self.cart.board.answers_ppu(),
            m2: M2::now(*clock),
        };
        let mut picture = Picture {
            ppu,
            bus,
            screen: self.sink,
            timing: self.timing,
            alignment: wires.alignment,
            amid_dot: &mut self.late.amid_dot,
        };
        if self.reached < moment && self.reached == Moment::Start {
            picture.run(schedule.until_valid);
            self.reached = Moment::DataValid;
        }
        if self.reached < moment && self.reached == Moment::DataValid {
            picture.run(schedule.until_lines);
            wires.sample_nmi(picture.ppu.nmi());
            wires.irq = self.cart.board.irq(picture.bus.board).into();
            picture.run(schedule.until_m2_falls);
            self.reached = Moment::EndOfRead;
        }
        if self.reached < moment {
            wires.irq = (wires.irq.on() || apu.irq()).into();
            apu.m2_falls();
            *clock += 1;
            picture.bus.m2 = M2::now(*clock);
            picture.run(schedule.until_end);
            self.work.half_dots += u64::from(schedule.total);
            self.reached = Moment::End;
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
        if apu.clock(put, self.region) {
            self.emit();
        }
        if self.watches.cpu_cycles {
            self.clock_board();
        }
    }
}
