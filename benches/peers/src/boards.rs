//! Boards on other cores as black boxes: the ROMs that count their own banks
//! (roms-test/boards) say there what they say here, or a reason is known.

use std::path::PathBuf;

use retake::app::fault::{Fault, Outcome};

use crate::CORES;

const HEAD: &str = "\
# Boards on other cores

Made by `cargo run --release --manifest-path benches/peers/Cargo.toml -- --boards -o docs/boards-elsewhere.md roms-test/built/boards/*.nes`: our own ROMs, which count a board's banks, nametables, RAM and interrupts, on other cores of the Cargo registry as black boxes. A number is the step of the ROM's source (`roms-test/boards`) at which a core fails; `–`: it does not take the ROM.
";

/// Frames after which each has come to an end.
const FRAMES: u32 = 300;

/// Where a ROM's verdict is in the console's RAM, and at which step it is.
const VERDICT: u16 = 0x18;
const STEP: u16 = 0x14;

/// It wants coins held, for which each core has words of its own.
const LEFT_OUT: &str = "vs";

/// Why another core says something else: the ROM, the core, what the ROM asks that
/// it does not do.
#[rustfmt::skip]
const REASONS: &[(&str, &str, &str)] = &[
    ("bandai70", "nes-sim", "PRG is not switched by bits 4-7 (wiki, INES Mapper 070)"),
    ("cnrom_diodes4", "nes-sim", "does not know the submappers, whose diodes say for which value CHR answers"),
    ("cnrom_diodes5", "nes-sim", "as above"),
    ("cnrom_diodes6", "nes-sim", "as above"),
    ("cnrom_diodes7", "nes-sim", "as above"),
    ("cprom", "nes-sim", "the 4 KiB at $1000 are not switched"),
    ("fk23c", "tetanes-core", "does not know mode 5, UNROM (wiki, INES Mapper 176); without that step: bit 5 of $5xx0 does not switch the CNROM latch off"),
    ("fk23c", "neser", "the modes of $5xx0 do not lay PRG into blocks on this submapper (wiki, INES Mapper 176)"),
    ("fs005", "tetanes-core", "$46 and $47 do not change places (wiki, INES Mapper 176, submapper 2); without that step: single screens want bit 3 of $A001, too, of which the wiki knows nothing"),
    ("fs005", "neser", "$A001 does not put the registers at $5000 away (wiki, INES Mapper 176, submapper 2)"),
    ("g101", "nes-sim", "bit 1 of $9000 does not swap $8000 and $C000 (wiki, INES Mapper 032)"),
    ("h3001", "nes-sim", "$C000 does not begin with the last bank but one (wiki, INES Mapper 065)"),
    ("jf11", "nes-sim", "takes fewer CHR bits than the four of the latch (wiki, INES Mapper 140)"),
    ("jf19", "neser", "switches $8000; on mapper 92 that is fixed and $C000 switches (wiki, INES Mapper 092)"),
    ("major_league", "nes-sim", "does not know submapper 1, whose $9000 is not there (wiki, INES Mapper 032)"),
    ("namco118_76", "nes-sim", "CHR is 2 KiB a register (wiki, INES Mapper 076)"),
    ("namco163", "tetanes-core", "no write protection of RAM by $F800 (wiki, INES Mapper 019)"),
    ("namco163", "neser", "its interrupt is more than 44 cycles away from where the counter comes to $7FFF (wiki, INES Mapper 019)"),
    ("namco163", "nes-sim", "$C000-$D800 do not choose among the console's nametables"),
    ("namco175", "neser", "bit 0 of $C000 does not enable RAM (wiki, INES Mapper 210)"),
    ("namco340", "tetanes-core", "an older reading of bits 6-7 of $E000; 2 is one screen, 3 horizontal (wiki, INES Mapper 210, corrected by the games that rely on it)"),
    ("nanjing", "neser", "does not start in bank 3, which bit 2 of $5300 holds in place (wiki, INES Mapper 163); its source says so itself"),
    ("oeka_kids", "neser", "the latch sees fetches of nametables, not an address that $2006 puts on the bus (wiki, INES Mapper 096: A13 rises)"),
    ("oeka_kids", "nes-sim", "as neser"),
    ("ss88006", "neser", "RAM can be written without bit 1 of $9002 (wiki, INES Mapper 018)"),
    ("ss88006", "nes-sim", "$F002 does not know one screen (wiki, INES Mapper 018)"),
    ("sunsoft1", "nes-sim", "CHR at $1000 lacks the bit that is always set (wiki, INES Mapper 184)"),
    ("sunsoft3", "nes-sim", "its counter comes to its interrupt elsewhere than after 16 bits have wrapped (wiki, INES Mapper 067)"),
    ("sunsoft4", "nes-sim", "bit 4 of $F000 does not enable RAM (wiki, INES Mapper 068)"),
    ("tc0690", "nes-sim", "the interrupt comes at another line (the public ROM of this chip and tetanes-core, neser agree with us)"),
    ("un1rom", "neser", "does not take the header's nametables, which this board wires (wiki, INES Mapper 094)"),
    ("vrc3", "nes-sim", "has no RAM at $6000 (wiki, VRC3)"),
    ("vrc7", "nes-sim", "bit 7 of $E000 does not enable RAM (wiki, VRC7)"),
    ("vs_tko", "tetanes-core", "has no chip at $5E00 (wiki, Vs. System, copy protection)"),
    ("vs_tko", "neser", "takes the header's nametables; a Vs. System has four (wiki, Vs. System)"),
    ("vs_tko", "nes-sim", "has no chip at $5E00 (wiki, Vs. System, copy protection)"),
    ("vs_vrc1", "neser", "$9000 has no fifth bit for CHR, as no such game has more than 64 KiB of it (wiki, INES Mapper 151)"),
    ("x1_005", "neser", "the lowest bit of $7EF1 counts; a bank there is 2 KiB (wiki, INES Mapper 080)"),
    ("x1_005", "nes-sim", "$7EF6 is turned round; 0 is horizontal (wiki, INES Mapper 080)"),
    ("x1_017", "neser", "has no interrupt (wiki, INES Mapper 082)"),
    ("x1_017", "nes-sim", "RAM is not enabled by its three keys (wiki, INES Mapper 082)"),
];

/// The table, a line a ROM.
pub fn compare(roms: &[PathBuf]) -> Outcome<String> {
    // The last one does not show its RAM.
    let cores = &CORES[..CORES.len() - 1];
    let names: String = cores.iter().map(|(name, _)| format!(" {name} |")).collect();
    let mut text =
        format!("{HEAD}\n| ROM |{names} why not |\n|---|{}\n", "---|".repeat(cores.len() + 1));
    let mut unknown = Vec::new();
    for rom in roms {
        let name = rom.file_stem().unwrap_or_default().to_string_lossy();
        if name == LEFT_OUT {
            continue;
        }
        text += &format!("| {name} |");
        let mut reasons = Vec::new();
        for &(core, make) in cores {
            let verdict = make(rom).and_then(|mut core| {
                (0..FRAMES).for_each(|_| _ = core.frame(0));
                Some((core.ram(VERDICT)?, core.ram(STEP)?))
            });
            let reason = REASONS.iter().find(|(of, by, _)| *of == name && core.starts_with(by));
            let passes = verdict.is_none_or(|(verdict, _)| verdict == 1);
            match (passes, reason) {
                (false, Some((.., why))) => reasons.push(format!("{core}: {why}")),
                (true, None) => {}
                (true, Some(_)) => {
                    unknown.push(format!("{name}: {core} passes, and REASONS says why not"))
                }
                (false, None) => unknown.push(format!(
                    "{name}: {core} fails ({verdict:?}), and REASONS does not say why"
                )),
            }
            text += &match verdict {
                None => " – |".to_owned(),
                Some((1, _)) => " passes |".to_owned(),
                Some((2, step)) => format!(" fails at {step} |"),
                Some((_, step)) => format!(" hangs at {step} |"),
            };
        }
        text += &format!(" {} |\n", reasons.join("; "));
    }
    match &unknown[..] {
        [] => Ok(text),
        some => Err(Fault::failed(format_args!("{}\nmend boards.rs", some.join("\n")))),
    }
}
