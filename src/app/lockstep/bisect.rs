//! The first instruction after which the lazy machine and the exact one are not the
//! same, to the byte.
//!
//! Both are set back to the start of the frame and run again up to an instruction in
//! the middle, where the lazy one catches up; half of what is left is tried each time.
//! First it runs its instructions one by one. Where that mends it, it runs as it did,
//! and the answer may be a stretch of instructions that it ran as one.
//!
//! In the middle of a frame the CPU's data bus may hold an older byte on the lazy
//! machine: an instruction that runs whole leaves it alone, as the next access that is
//! none of memory begins with bytes of its own (`nes/plain.rs`).

use std::fmt::Write;

use super::{Machine, Pair, Started, differences};
use crate::nes::{Input, Probe, Registers};

/// Instructions of a stretch that are listed, and fields.
const LISTED: usize = 12;
/// The bus, inside of the 2A03 and outside.
const BUS: [&str; 2] = ["wires.data ", "wires.internal "];

/// Notes instructions, and stops at the first one that starts in this cycle or later.
struct Until<const ONE_BY_ONE: bool> {
    cycle: u64,
    started: Vec<Started>,
}

impl<const ONE_BY_ONE: bool> Probe for Until<ONE_BY_ONE> {
    const WATCHES: bool = ONE_BY_ONE;

    fn instruction(&mut self, registers: Registers, cycle: u64, line: u16, dot: u16) {
        self.started.push((registers, cycle, line, dot));
    }

    fn stops(&self) -> bool {
        self.started.last().is_some_and(|last| last.1 >= self.cycle)
    }
}

impl Machine {
    /// Runs a part of a frame; the instructions that it came by.
    fn run_until<const ONE_BY_ONE: bool>(
        &mut self,
        before: &[u8],
        input: Input,
        cycle: u64,
    ) -> Vec<Started> {
        self.nes.restore(before).expect("a state of this machine");
        // What is not drawn again is the same.
        self.out.frame.pixels.fill(0);
        let mut until = Until::<ONE_BY_ONE> { cycle, started: Vec::new() };
        self.nes.run_frame_with(input, &mut self.out, &mut until);
        until.started
    }
}

/// In which instruction of the frame that both have just run they part.
pub fn place(pair: &mut Pair, input: Input) -> String {
    let one_by_one = part::<true>(pair, input);
    let found = one_by_one.or_else(|| part::<false>(pair, input));
    found.unwrap_or_else(|| "from the state before this frame they do not part".to_owned())
}

/// Runs both up to a cycle; what is not the same there.
fn parted_at<const ONE_BY_ONE: bool>(pair: &mut Pair, input: Input, cycle: u64) -> Vec<String> {
    pair.lazy.run_until::<ONE_BY_ONE>(&pair.before, input, cycle);
    pair.exact.run_until::<true>(&pair.before, input, cycle);
    let mut fields = differences(&pair.lazy, &pair.exact);
    fields.retain(|field| !BUS.iter().any(|bus| field.starts_with(bus)));
    fields
}

fn part<const ONE_BY_ONE: bool>(pair: &mut Pair, input: Input) -> Option<String> {
    let starts = pair.lazy.run_until::<ONE_BY_ONE>(&pair.before, input, u64::MAX);
    let all = pair.exact.run_until::<true>(&pair.before, input, u64::MAX);
    if pair.lazy.equals(&pair.exact) {
        return None;
    }
    let cycle_of = |n: usize| starts.get(n).map_or(u64::MAX, |start| start.1);
    // They are the same at the first start, and not at the last, the frame's end.
    let (mut same, mut other) = (0, starts.len());
    while other - same > 1 {
        let middle = same.midpoint(other);
        if parted_at::<ONE_BY_ONE>(pair, input, cycle_of(middle)).is_empty() {
            same = middle;
        } else {
            other = middle;
        }
    }
    // The operands are looked up as banks stand before it.
    parted_at::<ONE_BY_ONE>(pair, input, cycle_of(same));
    let stretch: Vec<_> =
        all.iter().filter(|it| (cycle_of(same)..cycle_of(other)).contains(&it.1)).collect();
    let mut text = String::from("first in");
    for started in stretch.iter().take(LISTED) {
        let _ = write!(text, "\n  {}", show(&pair.exact, started));
    }
    if stretch.len() > LISTED {
        let _ = write!(text, "\n  and {} more", stretch.len() - LISTED);
    }
    let fields = parted_at::<ONE_BY_ONE>(pair, input, cycle_of(other));
    let _ = write!(text, "\nthen\n  {}", fields[..fields.len().min(LISTED)].join("\n  "));
    Some(text)
}

fn show(machine: &Machine, (registers, cycle, line, dot): &Started) -> String {
    let Registers { pc, a, x, y, s, p } = registers;
    let [b0, b1, b2] = [0, 1, 2].map(|n| machine.nes.peek(pc.wrapping_add(n)));
    format!(
        "{pc:04x}: {b0:02x} {b1:02x} {b2:02x}  A {a:02x} X {x:02x} Y {y:02x} S {s:02x} P {p:02x}  cycle {cycle} line {line} dot {dot}"
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::app::lockstep::program::CONSOLES;
    use crate::nes::Cartridge;

    /// X is counted up for ever; the lazy machine has another ROM, with another
    /// instruction at one place.
    fn pair(at: usize, opcode: u8) -> Pair {
        let mut rom = b"NES\x1a\x02\x01\0\0\0\0\0\0\0\0\0\0".to_vec();
        rom.resize(16 + 0x8000 + 0x2000, 0xe8);
        rom[16 + 0x7ffa..][..6].copy_from_slice(&[0, 0x80, 0, 0x80, 0, 0x80]);
        let mut pair = Pair::new(&Arc::new(Cartridge::parse(&rom).unwrap()), &CONSOLES[0]);
        rom[16 + at] = opcode;
        assert!(pair.lazy.nes.set_rom(Arc::new(Cartridge::parse(&rom).unwrap())).is_ok());
        pair
    }

    #[test]
    fn the_instruction_that_does_something_else_is_found_with_its_fields() {
        for (at, opcode) in [(0x0000, 0xca), (0x0123, 0x88), (0x2000, 0x88)] {
            let mut pair = pair(at, opcode);
            let place = pair.run_frame(Input::default()).expect_err("another opcode").place;
            assert!(place.contains(&format!("first in\n  {:04x}: e8", 0x8000 + at)), "{place}");
            assert!(place.contains("then\n  cpu.x ["), "{place}");
            assert!(!place.contains("cpu.pc"), "{place}");
        }
    }

    #[test]
    fn a_frame_that_does_not_part_has_no_place() {
        let mut pair = pair(0, 0xe8);
        assert_eq!(pair.run_frame(Input::default()), Ok(()));
        assert!(place(&mut pair, Input::default()).contains("they do not part"));
    }
}
