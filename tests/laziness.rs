//! Being lazy changes nothing: the lazy machine and the exact one run side by
//! side, and every frame gives the same state, picture and steps of sound. A row
//! for each ROM that is there, our own and public ones, and some of random programs;
//! where the machines part, the row says at which instruction.

mod common;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed};
use retake::app::testing::manifest;
use retake::nes::board::BoardId;
use retake::nes::{
    Cartridge, Devices, Input, Nes, Output, PowerOn, Probe, Region, Registers, Tier,
};

use common::Random;

/// Frames of a ROM that is run on every console, and of one that is run on one.
const MANY: usize = 120;
const FEW: usize = 50;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    // Those that count banks are many, and each is over soon.
    let chosen = common::roms().map(|(name, path)| {
        let frames = if name.contains("boards/") { FEW } else { MANY };
        (name, path, frames)
    });
    let others = manifest::entries()
        .iter()
        .filter(|entry| !common::PUBLIC.contains(&entry.file.as_str()))
        .filter_map(|entry| Some((entry.file.clone(), Some(manifest::find(&entry.file)?), FEW)));
    let rows = chosen.chain(others).enumerate().map(|(n, (name, path, frames))| {
        let ignored = path.is_none().then_some(common::NOT_THERE);
        let consoles = if frames == MANY { EVERY } else { &EVERY[n % EVERY.len()..][..1] };
        common::row(&name, ignored, move || check_file(path, consoles, frames, n as u64))
    });
    let programs = EVERY.iter().zip(0..).map(|(options, n)| {
        common::row(&format!("random programs {n}"), None, move || check_programs(options, n))
    });
    let mappers = BoardId::ALL.iter().flat_map(|board| board.mappers());
    let boards = mappers.zip(EVERY.iter().cycle()).map(|(mapper, options)| {
        common::row(&format!("random programs on mapper {mapper}"), None, move || {
            check_board(*mapper, options)
        })
    });
    let devices = common::DEVICES.iter().zip(EVERY.iter().cycle()).map(|(name, options)| {
        common::row(&format!("random programs with {name}"), None, move || {
            check_devices(name.parse()?, options)
        })
    });
    let all = programs.chain(devices).chain(boards).chain(rows).collect();
    libtest_mimic::run(&arguments, all).exit_code()
}

const EVERY: &[PowerOn] = &[
    PowerOn { region: Region::Ntsc, alignment: 0, seed: 0, ports: Devices::PADS },
    PowerOn { region: Region::Ntsc, alignment: 1, seed: 7, ports: Devices::PADS },
    PowerOn { region: Region::Ntsc, alignment: 2, seed: 0, ports: Devices::PADS },
    PowerOn { region: Region::Ntsc, alignment: 3, seed: 0, ports: Devices::PADS },
    PowerOn { region: Region::Pal, alignment: 0, seed: 0, ports: Devices::PADS },
    PowerOn { region: Region::Dendy, alignment: 0, seed: 0, ports: Devices::PADS },
];

fn check_file(
    path: Option<PathBuf>,
    consoles: &[PowerOn],
    frames: usize,
    seed: u64,
) -> Result<(), Failed> {
    let path = path.ok_or("the ROM is not there")?;
    // Files that are no cartridges we know are the business of `tests/roms.rs`.
    let Some(cart) = cartridge(&path) else { return Ok(()) };
    consoles.iter().try_for_each(|options| check(&cart, options, frames, seed))
}

/// Random programs on a console with other devices than pads, and the ROM that looks
/// for light.
fn check_devices(ports: Devices, options: &PowerOn) -> Result<(), Failed> {
    let options = PowerOn { ports, ..*options };
    (0..40).try_for_each(|seed| {
        let cart = Arc::new(Cartridge::parse(&random_rom(&mut Random(seed), None))?);
        check(&cart, &options, 12, seed)
    })?;
    let rom = Path::new(env!("CARGO_MANIFEST_DIR")).join("roms-test/built/zapper.nes");
    let cart = cartridge(&rom).ok_or("our own ROM")?;
    (0..4).try_for_each(|seed| check(&cart, &options, MANY, seed))
}

/// Random programs on a console.
fn check_programs(options: &PowerOn, seed: u64) -> Result<(), Failed> {
    (seed * 1000..seed * 1000 + 60).try_for_each(|seed| {
        let cart = Arc::new(Cartridge::parse(&random_rom(&mut Random(seed), None))?);
        check(&cart, options, 12, seed).map_err(|failed| {
            let what = failed.message().unwrap_or_default();
            format!("program {seed}, {what}").into()
        })
    })
}

/// Random programs that write to a board's registers, on one console.
fn check_board(mapper: u16, options: &PowerOn) -> Result<(), Failed> {
    let seed = u64::from(mapper) << 32;
    (seed..seed + 4).try_for_each(|seed| {
        let rom = random_rom(&mut Random(seed), Some(mapper));
        check(&Arc::new(Cartridge::parse(&rom)?), options, 8, seed).map_err(|failed| {
            let what = failed.message().unwrap_or_default();
            format!("program {seed:x}, {what}").into()
        })
    })
}

/// 32 KiB of random instructions: most read and write RAM, some the registers, and
/// where a board is named, its registers too. Without one it is an NROM.
fn random_rom(random: &mut Random, board: Option<u16>) -> Vec<u8> {
    const PAGES: [u8; 16] =
        [0, 0, 1, 2, 3, 4, 7, 0x1f, 0x20, 0x20, 0x3f, 0x40, 0x60, 0x80, 0xc0, 0xff];
    let mut rom = b"NES\x1a\x02\x01\0\0\0\0\0\0\0\0\0\0".to_vec();
    let [low, high] = board.unwrap_or(0).to_le_bytes();
    (rom[6], rom[7], rom[8]) = (low << 4, (low & 0xf0) | 0x08, high);
    (rom[10], rom[11]) = (0x07, if board.is_some() { 0x07 } else { 0 });
    while rom.len() < 16 + 0x8000 {
        let [opcode, low, page, kind, register, ..] = random.next().to_le_bytes();
        let jams = opcode & 0x1f == 0x12 || opcode & 0x9f == 0x02;
        let page = PAGES[usize::from(page & 15)];
        let registers = matches!(page, 0x20 | 0x3f | 0x40);
        match kind & 31 {
            // Layers on, as games have them; and the flags of $2002 waited for.
            0 => rom.extend([0xa9, 0x1e, 0x8d, 0x01, 0x20]),
            1 | 2 => rom.extend([0x2c, 0x02, 0x20, 0x50, 0xfb & low | 0x80]),
            // Loops that wait: for vblank, for the frame flag, for an interrupt or
            // for nothing; some by way of a subroutine.
            3 => rom.extend([0x2c, 0x02, 0x20, 0x10, 0xfb]),
            4 if low < 0x40 => rom.extend([0xa9, 0x40, 0x2d, 0x15, 0x40, 0xf0, 0xf9]),
            5 if low < 0x20 => rom.extend([0x58, 0xa5, page, 0xc5, page, 0xf0, 0xfa]),
            6 if low < 0x40 => {
                let [at, above] = (0x8000 + rom.len() as u16 - 16 + 3).to_le_bytes();
                rom.extend([0xb8, 0x50, 0x03, 0x24, 0x00, 0x60]);
                rom.extend([0x20, at, above, 0x2c, 0x02, 0x20, 0x10, 0xf8]);
            }
            7..=12 if board.is_some() => {
                // A register: any page from $4100 on, a few of its lowest lines.
                let page = register.max(0x41) & if low & 0x10 == 0 { 0xf0 } else { 0xff };
                rom.extend([0xa9, opcode, 0x8d, low & 0x0f, page]);
            }
            // The OAM unit, in vblank and at any time.
            14 if low < 0x20 => {
                rom.extend([0x2c, 0x02, 0x20, 0x10, 0xfb, 0xa9, page, 0x8d, 0x14, 0x40])
            }
            14 if low < 0x40 => rom.extend([0xa9, register, 0x8d, 0x14, 0x40]),
            13 if board.is_some() => rom.push(0x58),
            // The picture, whose tiles and sprites come from this table or that one.
            15 if board.is_some() => rom.extend([0xa9, opcode & 0x38, 0x8d, 0x00, 0x20]),
            16 if board.is_some() => rom.extend([0xa9, 0x1e, 0x8d, 0x01, 0x20]),
            _ if jams => rom.push(0xea),
            _ => rom.extend([opcode, if registers { low & 0x1f } else { low }, page]),
        }
    }
    rom.truncate(16 + 0x8000);
    let vectors = rom.len() - 6;
    for vector in rom[vectors..].chunks_mut(2) {
        vector[1] |= 0x80;
    }
    rom.extend(std::iter::repeat_with(|| random.next() as u8).take(0x2000));
    rom
}

fn cartridge(path: &Path) -> Option<Arc<Cartridge>> {
    Some(Arc::new(Cartridge::parse(&std::fs::read(path).ok()?).ok()?))
}

/// A machine and what its last frame gave.
struct Machine {
    nes: Nes,
    out: Output,
}

impl Machine {
    fn new(cart: &Arc<Cartridge>, options: &PowerOn, tier: Tier) -> Self {
        let mut nes = Nes::power_on(cart.clone(), options);
        nes.set_tier(tier);
        Self { nes, out: Output::default() }
    }

    fn equals(&self, other: &Self) -> bool {
        let (sound, others) = (&self.out.sound, &other.out.sound);
        self.nes.bytes() == other.nes.bytes()
            && self.out.frame.pixels == other.out.frame.pixels
            && (sound.start, &sound.steps, sound.cycles)
                == (others.start, &others.steps, others.cycles)
    }
}

fn check(cart: &Arc<Cartridge>, options: &PowerOn, frames: usize, seed: u64) -> Result<(), Failed> {
    let mut lazy = Machine::new(cart, options, Tier::Lazy);
    let mut exact = Machine::new(cart, options, Tier::Exact);
    for (n, input) in Random(seed).play_on(options.ports, frames).into_iter().enumerate() {
        let before = exact.nes.bytes().to_vec();
        lazy.nes.run_frame(input, &mut lazy.out);
        exact.nes.run_frame(input, &mut exact.out);
        if !lazy.equals(&exact) {
            let frame = n + 1;
            let what = difference(&lazy, &exact);
            let [lazy, exact] = [lazy, exact].map(|machine| trace(machine, &before, input));
            let place = first_difference(&lazy?, &exact?);
            return Err(format!("frame {frame}, {options:?}: {what}\n{place}").into());
        }
    }
    Ok(())
}

/// Which fields of the state, and which outputs, are not the same.
fn difference(lazy: &Machine, exact: &Machine) -> String {
    let (ours, theirs) = (lazy.nes.bytes(), exact.nes.bytes());
    let mut what: Vec<String> = Nes::layout()
        .into_iter()
        .filter(|(_, offset, size)| ours[*offset..][..*size] != theirs[*offset..][..*size])
        .map(|(path, offset, size)| {
            format!("{path} {:x?} not {:x?}", &ours[offset..][..size], &theirs[offset..][..size])
        })
        .collect();
    if lazy.out.frame.pixels != exact.out.frame.pixels {
        let pixels = lazy.out.frame.pixels.iter().zip(&exact.out.frame.pixels);
        let first = pixels.take_while(|(a, b)| a == b).count();
        what.push(format!("the picture at {}, {}", first % 256, first / 256));
    }
    if let (Some(a), Some(b)) = {
        let steps = lazy.out.sound.steps.iter().zip(&exact.out.sound.steps);
        steps.filter(|(a, b)| a != b).map(|(a, b)| (Some(a), Some(b))).next().unwrap_or_default()
    } {
        what.push(format!("the sound: {a:?} not {b:?}"));
    }
    what.join("\n")
}

/// An instruction and when it started: cycle, line, dot.
type Started = (Registers, u64, u16, u16);

#[derive(Default)]
struct Trace(Vec<Started>);

impl Probe for Trace {
    fn instruction(&mut self, registers: Registers, cycle: u64, line: u16, dot: u16) {
        self.0.push((registers, cycle, line, dot));
    }
}

/// Runs the frame again, instruction by instruction.
fn trace(mut machine: Machine, before: &[u8], input: Input) -> Result<Trace, Failed> {
    machine.nes.restore(before)?;
    let mut trace = Trace::default();
    machine.nes.run_frame_with(input, &mut machine.out, &mut trace);
    Ok(trace)
}

fn first_difference(lazy: &Trace, exact: &Trace) -> String {
    let same = lazy.0.iter().zip(&exact.0).take_while(|(a, b)| a == b).count();
    let show = |trace: &Trace, n: usize| trace.0.get(n).map(|it| format!("{it:x?}"));
    let before = same.checked_sub(1).and_then(|n| show(exact, n)).unwrap_or_default();
    match (show(lazy, same), show(exact, same)) {
        (None, None) => "every instruction starts in the same way".to_owned(),
        (lazy, exact) => format!("after {before}\n lazy {lazy:?}\nexact {exact:?}"),
    }
}
