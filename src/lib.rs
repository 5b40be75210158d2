//! Retake: a real-time NES emulator with a built-in flight recorder.
//!
//! [`nes`] is the machine: pure, deterministic, bytes in and bytes out.
//! [`flight`] is the recorder: it keeps bytes and does not know what a NES is.
//! [`engine`] turns the two in real time, [`link`] is what crosses threads, and
//! `io`, `audio`, `video` and `input` each hold one outside crate behind a wall.
//! [`app`] wires them together and speaks to the player.
//! `docs/ARCHITECTURE.md` is the map.

pub mod app;
pub mod audio;
pub mod engine;
pub mod flight;
pub mod input;
pub mod io;
pub mod link;
pub mod nes;
pub mod video;
