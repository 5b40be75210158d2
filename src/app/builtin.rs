//! The game that plays when no ROM is named: `roms-test/game`, built from its
//! source by `roms-test/build`.

/// The ROM file.
pub const GAME: &[u8] = include_bytes!("../../roms-test/game/game.nes");
