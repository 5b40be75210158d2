//! Every instruction equals a log in nestest's format.
//!
//! ```text
//! C000  4C F5 C5  JMP $C5F5    A:00 X:00 Y:00 P:24 SP:FD PPU:  0, 21 CYC:7
//! ```
//!
//! Compared: PC, the bytes where they lie in ROM, A X Y P SP, the PPU's line
//! and dot, and CPU cycles. Time counts from the log's first line, at which the
//! registers are set; the disassembly may be anything.
//!
//! <https://www.qmtpro.com/~nes/misc/nestest.txt>

use std::path::Path;

use super::subject::Subject;
use super::verdict::{Report, Verdict};
use crate::app::fault::{Fault, Outcome};
use crate::app::rom_file;
use crate::nes::{Cartridge, Probe, Registers};

/// A line of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    registers: Registers,
    bytes: Vec<u8>,
    ppu: Option<(u16, u16)>,
    cycle: u64,
}

/// Runs a ROM along a log.
pub fn judge(subject: &mut Subject, log: &Path) -> Outcome<Report> {
    let text = rom_file::read(log)?;
    let lines =
        parse(&String::from_utf8_lossy(&text)).map_err(|why| Fault::file(log.display(), why))?;
    Ok(compare(subject, lines))
}

fn compare(subject: &mut Subject, lines: Vec<Line>) -> Report {
    let total = lines.len();
    subject.nes.set_registers(lines[0].registers);
    let mut follower = Follower {
        lines,
        next: 0,
        start: None,
        difference: None,
        cart: subject.setup.rom.cart.clone(),
    };
    while follower.difference.is_none() && follower.next < total {
        if !subject.step_probed(&mut follower) {
            break;
        }
    }
    let equal = follower.next;
    match follower.difference {
        Some(difference) => {
            Report::new(Verdict::Fail, format!("line {} of {total}: {difference}", equal + 1))
        }
        None if equal < total => {
            Report::new(Verdict::Timeout, format!("{equal} of {total} lines, all equal"))
        }
        None => Report::new(Verdict::Pass, format!("{total} lines equal")),
    }
}

/// Compares each instruction with the next line.
struct Follower {
    lines: Vec<Line>,
    next: usize,
    /// Cycle, and dot of the frame, at the first line.
    start: Option<(u64, u32)>,
    difference: Option<String>,
    cart: std::sync::Arc<Cartridge>,
}

impl Probe for Follower {
    fn instruction(&mut self, registers: Registers, cycle: u64, line: u16, dot: u16) {
        let Some(expected) = self.lines.get(self.next) else { return };
        if self.difference.is_some() {
            return;
        }
        let first = &self.lines[0];
        let (start_cycle, start_dot) = *self.start.get_or_insert((cycle, dots((line, dot))));
        let found = Line {
            registers,
            bytes: rom_bytes(&self.cart, registers.pc, expected.bytes.len())
                .unwrap_or_else(|| expected.bytes.clone()),
            ppu: expected.ppu.and(first.ppu).map(|ppu| {
                let moved = dots((line, dot)) + FRAME - start_dot;
                let at = (moved + dots(ppu)) % FRAME;
                ((at / 341) as u16, (at % 341) as u16)
            }),
            cycle: cycle - start_cycle + first.cycle,
        };
        if found == *expected {
            self.next += 1;
        } else {
            self.difference = Some(format!("expected {}, found {}", show(expected), show(&found)));
        }
    }
}

/// Dots in a frame of NTSC.
const FRAME: u32 = 262 * 341;

fn dots((line, dot): (u16, u16)) -> u32 {
    (u32::from(line) * 341 + u32::from(dot)) % FRAME
}

/// Bytes of a cartridge without banks.
fn rom_bytes(cart: &Cartridge, pc: u16, len: usize) -> Option<Vec<u8>> {
    let start = usize::from(pc).checked_sub(0x8000).filter(|_| cart.prg.len() <= 0x8000)?;
    Some((start..start + len).map(|at| cart.prg[at % cart.prg.len()]).collect())
}

fn show(line: &Line) -> String {
    let Registers { pc, a, x, y, s, p } = line.registers;
    let bytes: Vec<String> = line.bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    let ppu = line.ppu.map(|(line, dot)| format!(" PPU:{line},{dot}")).unwrap_or_default();
    format!(
        "{pc:04X} {} A:{a:02X} X:{x:02X} Y:{y:02X} P:{p:02X} SP:{s:02X}{ppu} CYC:{}",
        bytes.join(" "),
        line.cycle
    )
}

fn parse(text: &str) -> Result<Vec<Line>, String> {
    let lines = text.lines().filter(|line| !line.trim().is_empty()).enumerate();
    let lines: Vec<Line> = lines
        .map(|(n, line)| {
            parse_line(line).ok_or_else(|| format!("line {} is not nestest's format", n + 1))
        })
        .collect::<Result<_, _>>()?;
    if lines.is_empty() { Err("the log is empty".into()) } else { Ok(lines) }
}

fn parse_line(line: &str) -> Option<Line> {
    let word = |name: &str| {
        let at = line.find(name)? + name.len();
        line[at..].split_whitespace().next()
    };
    let byte = |name| u8::from_str_radix(word(name)?, 16).ok();
    let bytes = line.get(4..)?.split_whitespace();
    let bytes = bytes.map_while(|hex| u8::from_str_radix(hex, 16).ok().filter(|_| hex.len() == 2));
    let ppu = line.find("PPU:").and_then(|at| {
        let (row, dot) = line[at + 4..].split("CYC:").next()?.split_once(',')?;
        Some((row.trim().parse().ok()?, dot.trim().parse().ok()?))
    });
    Some(Line {
        registers: Registers {
            pc: u16::from_str_radix(line.get(..4)?, 16).ok()?,
            a: byte(" A:")?,
            x: byte(" X:")?,
            y: byte(" Y:")?,
            s: byte(" SP:")?,
            p: byte(" P:")?,
        },
        bytes: bytes.take(3).collect(),
        ppu,
        cycle: word("CYC:")?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_log_reads() {
        let text = "C5F7  86 00     STX $00 = 00                    A:01 X:02 Y:03 P:26 SP:FD PPU:  0, 36 CYC:12";
        let line = parse_line(text).unwrap();
        assert_eq!(line.registers, Registers { pc: 0xc5f7, a: 1, x: 2, y: 3, s: 0xfd, p: 0x26 });
        assert_eq!(
            (line.bytes.as_slice(), line.ppu, line.cycle),
            ([0x86, 0].as_slice(), Some((0, 36)), 12)
        );
        assert_eq!(parse_line("C5F7 A:01 X:02 Y:03 P:26 SP:FD CYC:12").unwrap().ppu, None);
        assert!(parse("hello").is_err() && parse("").is_err());
    }
}
