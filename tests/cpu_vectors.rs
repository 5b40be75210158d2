//! Single-step cases of the 2A03: a thousand for each opcode, every cycle's
//! address, value and direction compared.
//!
//! The files are looked for in `cpu/cpu6502-2a03-1k/` beside the test ROMs. A
//! record is a name of ten bytes, the state before, the state after and the
//! cycles; a state is PC (big-endian), S, A, X, Y, P, and bytes of memory.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Failed, Trial};
use retake::nes::Registers;
use retake::nes::cpu::table::{OPCODES, Op};
use retake::nes::cpu::{Bus, Cpu, Lines};

fn main() {
    let arguments = Arguments::from_args();
    let folder = folder();
    let trials = (0..=255u8).filter(|opcode| has_cases(*opcode)).map(|opcode| {
        let (op, mode) = OPCODES[usize::from(opcode)];
        let file = folder.as_ref().map(|folder| folder.join(format!("{opcode:02x}.bin")));
        let missing = !file.as_ref().is_some_and(|file| file.exists());
        let name = format!("{opcode:02X}_{op:?}_{mode:?}");
        let why =
            if missing { "cpu6502-2a03-1k is missing: see RETAKE_ROMS in README.md" } else { "" };
        Trial::test(name, move || run(file.as_deref())).with_ignored_flag(missing).with_kind(why)
    });
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

/// The collection leaves out what stops the CPU, and one of the long NOPs.
fn has_cases(opcode: u8) -> bool {
    OPCODES[usize::from(opcode)].0 != Op::Jam && opcode != 0x0c
}

fn folder() -> Option<PathBuf> {
    let roms = std::env::var_os("RETAKE_ROMS").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/roms");
    roms.into_iter()
        .chain([beside])
        .map(|roms| roms.join("cpu/cpu6502-2a03-1k"))
        .find(|folder| folder.is_dir())
}

fn run(file: Option<&Path>) -> Result<(), Failed> {
    let bytes = std::fs::read(file.ok_or("no file")?)?;
    let mut reader = Reader { bytes: &bytes };
    let mut cases = 0;
    while !reader.bytes.is_empty() {
        Case::read(&mut reader).check()?;
        cases += 1;
    }
    if cases < 1000 { Err(format!("only {cases} cases").into()) } else { Ok(()) }
}

/// A cycle: address, value, and whether it writes.
type Cycle = (u16, u8, bool);

/// Flat memory that writes down every cycle.
#[derive(Default)]
struct Recorder {
    memory: HashMap<u16, u8>,
    cycles: Vec<Cycle>,
}

impl Bus for Recorder {
    fn read(&mut self, address: u16) -> u8 {
        let value = self.memory.get(&address).copied().unwrap_or(0);
        self.cycles.push((address, value, false));
        value
    }

    fn write(&mut self, address: u16, value: u8) {
        self.memory.insert(address, value);
        self.cycles.push((address, value, true));
    }

    fn lines(&self) -> Lines {
        Lines::default()
    }

    fn take_nmi(&mut self) {}
}

struct Case {
    name: String,
    before: (Registers, Vec<(u16, u8)>),
    after: (Registers, Vec<(u16, u8)>),
    cycles: Vec<Cycle>,
}

impl Case {
    fn read(reader: &mut Reader) -> Self {
        let name = reader.take(10).iter().take_while(|byte| **byte != 0).copied().collect();
        Self {
            name: String::from_utf8(name).unwrap_or_default(),
            before: reader.state(),
            after: reader.state(),
            cycles: (0..reader.byte())
                .map(|_| (reader.word(), reader.byte(), reader.byte() == b'w'))
                .collect(),
        }
    }

    fn check(self) -> Result<(), Failed> {
        let mut bus =
            Recorder { memory: self.before.1.into_iter().collect(), ..Recorder::default() };
        let mut cpu = Cpu::power_on();
        cpu.set_registers(self.before.0);
        cpu.step(&mut bus);
        let memory: Vec<_> = self
            .after
            .1
            .iter()
            .map(|(at, _)| (*at, bus.memory.get(at).copied().unwrap_or(0)))
            .collect();
        let got = (cpu.registers(), memory, bus.cycles);
        let expected = (self.after.0, self.after.1, self.cycles);
        if got == expected {
            return Ok(());
        }
        Err(format!("case {}:\n     got {got:x?}\nexpected {expected:x?}", self.name).into())
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> &'a [u8] {
        let (taken, rest) = self.bytes.split_at(n);
        self.bytes = rest;
        taken
    }

    fn byte(&mut self) -> u8 {
        self.take(1)[0]
    }

    fn word(&mut self) -> u16 {
        u16::from_be_bytes([self.byte(), self.byte()])
    }

    fn state(&mut self) -> (Registers, Vec<(u16, u8)>) {
        let pc = self.word();
        let [s, a, x, y, p] = std::array::from_fn(|_| self.byte());
        let memory = (0..self.byte()).map(|_| (self.word(), self.byte())).collect();
        (Registers { pc, a, x, y, s, p }, memory)
    }
}
