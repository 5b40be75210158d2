//! The test ROMs, a row each: our own, then the public ones. A public ROM that
//! is not there is an ignored row; one that is known to fail is a row with its reason, and fails here when it
//! begins to pass, so that its reason is taken out. Of the same verdicts docs/accuracy.md is made, and compared.
//!
//! ROMs are found through `RETAKE_ROMS`, `../shared/roms`, and what
//! `scripts/fetch-roms` downloaded to `roms-test/public`.

mod common;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;
use std::sync::{LazyLock, OnceLock};

use libtest_mimic::{Arguments, Failed, Trial};
use retake::app::hash::{hex64, indices_hash};
use retake::app::script::Script;
use retake::app::testing::manifest::{self, Entry};
use retake::app::testing::{
    Plan, Report, Verdict, is_reviewed, judge, judge_as_coin, judge_on, markdown,
};
use retake::nes::{Cartridge, Devices, Input, Nes, Output, PowerOn, Region};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let public = manifest::entries().iter().enumerate().filter(|(_, entry)| is_judged(entry));
    let public = public.map(|(index, entry)| trial(index, entry));
    let own = manifest::own().iter().map(own_trial);
    let alignments = Trial::test("roms-test/built/alignment.nes tells alignments apart", || {
        let sums: BTreeSet<_> = (0..4).map(alignment_sum).collect();
        if sums.len() == 4 { Ok(()) } else { Err(format!("sums {sums:x?}").into()) }
    });
    let coin = (0..4).map(coin_trial).chain(OTHERWISE.iter().map(otherwise_trial));
    let held = HELD.iter().map(held_trial);
    let rows =
        own.chain([alignments]).chain(public).chain(held).chain(coin).chain([report_trial()]);
    libtest_mimic::run(&arguments, rows.collect()).exit_code()
}

const COIN: &str = "AccuracyCoin/AccuracyCoin.nes";

/// The verdict of each ROM of the manifest, and of AccuracyCoin on each
/// alignment. Whoever asks first runs the ROM, whoever asks later waits.
static REPORTS: LazyLock<Vec<OnceLock<Report>>> =
    LazyLock::new(|| manifest::entries().iter().map(|_| OnceLock::new()).collect());
static COINS: [OnceLock<Report>; 4] = [const { OnceLock::new() }; 4];

fn report(index: usize, path: &Path) -> &'static Report {
    REPORTS[index].get_or_init(|| judge(path, &Plan::default()))
}

fn coin(alignment: u8) -> Option<&'static Report> {
    let path = manifest::find(COIN)?;
    Some(COINS[usize::from(alignment)].get_or_init(|| judge_on(&path, alignment)))
}

fn coin_trial(alignment: u8) -> Trial {
    let ignored = manifest::find(COIN).is_none().then_some(common::NOT_THERE);
    common::row(&format!("{COIN} on alignment {alignment}"), ignored, move || {
        let Report { verdict, text, results, .. } = coin(alignment).ok_or(common::NOT_THERE)?;
        let passed = results.iter().filter(|part| part.verdict == Verdict::Pass).count();
        if passed == 141 { Ok(()) } else { Err(format!("{}: {text}", verdict.name()).into()) }
    })
}

/// docs/accuracy.md says what the ROMs say.
fn report_trial() -> Trial {
    let missing = markdown::missing();
    let ignored = format!("{missing} ROMs of the manifest are not there: scripts/fetch-roms");
    let ignored = (missing != 0).then_some(ignored.as_str());
    common::row("docs/accuracy.md", ignored, || {
        let find = |entry: &Entry| manifest::find(&entry.file).ok_or(common::NOT_THERE);
        let entries = manifest::entries().iter().enumerate();
        let reports = entries.map(|(index, entry)| Ok(report(index, &find(entry)?).clone()));
        let reports = reports.collect::<Result<Vec<_>, &str>>()?;
        let coins: Vec<Report> = (0..4).filter_map(coin).cloned().collect();
        let made = markdown::report(&reports, &coins);
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/accuracy.md");
        let there = std::fs::read_to_string(path)?;
        let mut lines = made.lines().zip(there.lines()).enumerate();
        if let Some((n, (made, there))) = lines.find(|(_, (made, there))| made != there) {
            let n = n + 1;
            return Err(format!(
                "stale at line {n}: it says\n{there}\nand should say\n{made}\n{RENEW}"
            )
            .into());
        }
        if made.trim_end() == there.trim_end() { Ok(()) } else { Err(RENEW.into()) }
    })
}

const RENEW: &str = "renew it: retake test ../shared/roms --markdown > docs/accuracy.md";

/// AccuracyCoin in ways that nothing may depend on: START held from another
/// frame on, another byte where no code or table lies.
struct Otherwise {
    how: &'static str,
    start: u64,
    /// Where in the file, and what is there.
    byte: Option<(usize, u8)>,
}

/// $DEE0, in the middle of what fills the room before `.org $E000`.
const UNUSED: (usize, u8) = (16 + 0x5ee0, 0xff);

const OTHERWISE: &[Otherwise] = &[
    Otherwise { how: "START from frame 200 on", start: 200, byte: None },
    Otherwise { how: "START from frame 777 on", start: 777, byte: None },
    Otherwise { how: "an unused byte changed", start: 300, byte: Some(UNUSED) },
];

fn otherwise_trial(otherwise: &'static Otherwise) -> Trial {
    let ignored = manifest::find(COIN).is_none().then_some(common::NOT_THERE);
    common::row(&format!("{COIN} with {}", otherwise.how), ignored, move || {
        let path = manifest::find(COIN).ok_or(common::NOT_THERE)?;
        let mut rom = std::fs::read(path)?;
        if let Some((at, byte)) = otherwise.byte {
            if rom[at] != byte {
                return Err("the file is another one than the manifest's".into());
            }
            rom[at] ^= 0xff;
        }
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("otherwise.nes");
        std::fs::write(&path, rom)?;
        let usual = coin(1).ok_or(common::NOT_THERE)?;
        let here = judge_as_coin(&path, otherwise.start).map_err(|fault| fault.sentence)?.results;
        if here.len() != 141 {
            return Err(format!("{} results", here.len()).into());
        }
        let differ: Vec<_> = usual.results.iter().zip(&here).filter(|(a, b)| a != b).collect();
        if differ.is_empty() { Ok(()) } else { Err(format!("results differ: {differ:?}").into()) }
    })
}

/// A public ROM for a device, with the device, which the manifest does not name: what it
/// shows then was looked at once.
struct Held {
    file: &'static str,
    ports: &'static str,
    press: &'static str,
    frame: u64,
    indices_hash: &'static str,
    seen: &'static str,
}

const HELD: &[Held] = &[
    Held {
        file: "nes-test-roms/PaddleTest3/PaddleTest.nes",
        ports: "arkanoid,pad",
        press: "1-300:knob=160+fire",
        frame: 300,
        indices_hash: "e1fe7f1e1e10fbad",
        seen: "Value: A0, and the block is green",
    },
    Held {
        file: "nes-test-roms/vaus-test/vaus-test.nes",
        ports: "arkanoid",
        press: "2@100-300:knob=100+fire",
        frame: 300,
        indices_hash: "71c6a3b560696aaf",
        seen: "the figure throws a ball, a sight stands where the knob is",
    },
    Held {
        file: "29_Powerpad/BUILD/PowerTest.nes",
        ports: "power-pad",
        press: "2@200-300:step=1/6/12",
        frame: 300,
        indices_hash: "204e71e538f14b12",
        seen: "buttons 1, 6 and 12 are dark",
    },
    Held {
        file: "ANESE/tests/joy/allpads/allpads.nes",
        ports: "snes-pad,snes-mouse",
        press: "",
        frame: 300,
        indices_hash: "0605ac4942e129c8",
        seen: "Super NES Controller, Super NES Mouse",
    },
    Held {
        file: "ANESE/tests/joy/spadtest-nes-0.01/spadtest-nes.nes",
        ports: "snes-pad,snes-pad",
        press: "100-300:snes-x+snes-l,2@100-300:snes-a+start",
        frame: 300,
        indices_hash: "ce51d0f6f6aee377",
        seen: "X and L of the first pad are red, A and Start of the second",
    },
    Held {
        file: "ANESE/tests/joy/ruder/ruder.nes",
        ports: "zapper",
        press: "60-65:start,120-125:start,2@1-500:aim=128/120",
        frame: 500,
        indices_hash: "7dba4733ce6b9789",
        seen: "light from line 102 on for 32 lines, on white",
    },
    Held {
        file: "tetanes/test_roms/input/zapper_stream.nes",
        ports: "zapper",
        press: "2@100-120:trigger",
        frame: 300,
        indices_hash: "ccf531f7c1d7fecf",
        seen: "21 ones among zeros, a digit a frame",
    },
    Held {
        file: "28_Zapper/BUILD/Zapper.nes",
        ports: "zapper",
        press: "30-35:start,2@98-106:aim=61/110+trigger",
        frame: 130,
        indices_hash: "9e667d06b358f21b",
        seen: "SCORE: 0001, as the gun aimed at the star",
    },
    Held {
        file: "28_Zapper/BUILD/Zapper.nes",
        ports: "zapper",
        press: "30-35:start,2@98-106:aim=200/200+trigger",
        frame: 130,
        indices_hash: "62310804334acfbc",
        seen: "SCORE: 0000, as it aimed elsewhere",
    },
];

fn held_trial(held: &'static Held) -> Trial {
    let Held { file, ports, seen, .. } = *held;
    let path = manifest::find(file);
    let ignored = path.is_none().then_some(common::NOT_THERE);
    common::row(&format!("{file} with {ports}: {seen}"), ignored, move || {
        let rom = std::fs::read(path.ok_or(common::NOT_THERE)?)?;
        let ports = ports.parse()?;
        let options = PowerOn { region: Region::Ntsc, alignment: 1, seed: 0, ports };
        let mut nes = Nes::power_on(Cartridge::parse(&rom)?, &options);
        let script: Script = held.press.parse()?;
        let mut out = Output::default();
        for frame in 1..=held.frame {
            let mut input = Input::default();
            script.hold(frame, &mut input);
            nes.run_frame(input, &mut out);
        }
        let found = hex64(indices_hash(&out.frame));
        if found == held.indices_hash { Ok(()) } else { Err(format!("picture {found}").into()) }
    })
}

/// A ROM of ours passes on every CPU/PPU alignment.
fn own_trial(entry: &'static Entry) -> Trial {
    let name = Path::new("roms-test").join(&entry.file);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(&name);
    let run = move || {
        (0..4).try_for_each(|alignment| {
            check(&judge_on(&path, alignment), &entry.file).map_err(|failed| {
                let what = failed.message().unwrap_or_default();
                format!("on alignment {alignment}: {what}").into()
            })
        })
    };
    common::row(&name.display().to_string(), None, run).with_kind(entry.criterion.kind.name())
}

/// What the ROM leaves at $F0 and $F1 on a CPU/PPU alignment.
fn alignment_sum(alignment: u8) -> [u8; 2] {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("roms-test/built/alignment.nes");
    let cart = Cartridge::parse(&std::fs::read(path).expect("our own ROM")).expect("our own ROM");
    let mut nes = Nes::power_on(
        cart,
        &PowerOn { region: Region::Ntsc, alignment, seed: 0, ports: Devices::PADS },
    );
    for _ in 0..500 {
        nes.run_muted(Input::default());
    }
    [nes.peek(0xf0), nes.peek(0xf1)]
}

fn is_judged(entry: &Entry) -> bool {
    entry.criterion.kind.is_machine_verdict() || is_reviewed(&entry.file)
}

fn trial(index: usize, entry: &'static Entry) -> Trial {
    let file = entry.file.as_str();
    let path = manifest::find(file);
    let known = manifest::known_failure(file);
    let ignored = if path.is_none() {
        Some(common::NOT_THERE.to_owned())
    } else if !entry.is_playable() {
        Some(format!("not run: {}", entry.what_else()))
    } else if !markdown::can_run(entry) {
        Some(format!("mapper {} is not supported yet", entry.mapper.unwrap_or_default()))
    } else {
        None
    };
    let name = match (&ignored, known) {
        (None, Some(reason)) => format!("{file} (known to fail: {reason})"),
        _ => file.to_owned(),
    };
    let run = move || match path {
        Some(path) => check(report(index, &path), file),
        None => Err(common::NOT_THERE.into()),
    };
    common::row(&name, ignored.as_deref(), run).with_kind(entry.criterion.kind.name())
}

fn check(report: &Report, file: &str) -> Result<(), Failed> {
    let Report { verdict, text, .. } = report;
    match (*verdict, manifest::known_failure(file)) {
        (Verdict::Pass, Some(_)) => {
            Err("it passes now: take its row out of roms-test/known-failures.toml".into())
        }
        (Verdict::Pass, None) | (Verdict::Known, Some(_)) => Ok(()),
        (Verdict::Ignored, _) => {
            eprintln!("{file}: {text}");
            Ok(())
        }
        _ => Err(format!("{}: {text}", verdict.name()).into()),
    }
}
