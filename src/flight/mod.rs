//! See docs/ARCHITECTURE.md.

pub mod catalog;
pub mod chunk;
pub mod header;
pub mod history;
pub mod hot;
pub mod inputs;
pub mod lines;
pub mod map;
pub mod mirror;
pub mod replay;
pub mod ring;
pub mod slot;
pub mod state_file;
pub mod take;
pub mod tape;
pub mod varint;
