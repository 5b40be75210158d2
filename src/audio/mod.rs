//! See docs/ARCHITECTURE.md.

pub mod synth;
