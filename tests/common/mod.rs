//! What several tests need: ROMs as rows, and a player who presses anything.

#![allow(dead_code, unused_imports, reason = "each test uses a part of it")]

use std::path::{Path, PathBuf};

use libtest_mimic::{Failed, Trial};
pub use retake::app::lockstep::random::Random;
use retake::app::testing::manifest;
use retake::nes::Devices;

/// Why the row of a ROM that nobody has is ignored.
pub const NOT_THERE: &str =
    "not there: scripts/fetch-roms downloads it, RETAKE_ROMS says where it lies";

/// A public ROM of each board's family.
pub const PUBLIC: &[&str] = &[
    "AccuracyCoin/AccuracyCoin.nes",
    "nes-test-roms/other/nestest.nes",
    "nes-test-roms/dpcmletterbox/dpcmletterbox.nes",
    "quickerNES/nova.nes",
    "nes-test-roms/240pee/240pee.nes",
    "24_Mappers/BUILD/mappers.nes",
    "nes-test-roms/other/high-hopes.nes",
    "nes-test-roms/other/max-300.nes",
    "pretendo/bntest/bntest_aorom.nes",
];

/// What can be plugged in, each device at least once.
pub const DEVICES: [&str; 11] = [
    "zapper",
    "zapper,zapper",
    "vs-zapper",
    "four-score",
    "famicom-4p",
    "famicom-arkanoid",
    "family-trainer",
    "keyboard",
    "arkanoid,power-pad",
    "snes-pad,snes-mouse",
    "snes-mouse,none",
];

/// A row for a file: ignored, and why said in its name, when `ignored` says so.
pub fn row(
    file: &str,
    ignored: Option<&str>,
    check: impl FnOnce() -> Result<(), Failed> + Send + 'static,
) -> Trial {
    let name = ignored.map_or_else(|| file.to_owned(), |why| format!("{file} ({why})"));
    Trial::test(name, check).with_ignored_flag(ignored.is_some())
}

/// The ROMs that this repository has: those it builds, and its game.
pub fn own_roms() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("roms-test");
    let mut roms = vec![folder.join("game/game.nes")];
    for built in ["built", "built/boards", "built/nsf"] {
        let built = std::fs::read_dir(folder.join(built)).expect("roms-test/built");
        roms.extend(built.flatten().map(|entry| entry.path()).filter(|path| is_rom(path)));
    }
    roms.sort();
    roms
}

fn is_rom(path: &Path) -> bool {
    path.extension()
        .is_some_and(|ending| ["nes", "fds", "nsf"].iter().any(|known| ending == *known))
}

/// Our own ROMs, then public ones with the places where they lie, if they do.
pub fn roms() -> impl Iterator<Item = (String, Option<PathBuf>)> {
    let root = env!("CARGO_MANIFEST_DIR");
    let own = own_roms().into_iter().map(move |path| {
        let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        (name, Some(path))
    });
    own.chain(PUBLIC.iter().map(|file| ((*file).to_owned(), manifest::find(file))))
}
