//! See docs/ARCHITECTURE.md.

pub mod header;
pub mod state_file;
