//! See docs/ARCHITECTURE.md.

pub mod header;
pub mod map;
pub mod mirror;
pub mod slot;
pub mod state_file;
pub mod take;
