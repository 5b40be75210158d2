//! The picture on its way to the player: colours, status line, window surface,
//! terminal cells. See docs/ARCHITECTURE.md.

pub mod font;
pub mod layout;
pub mod overlay;
pub mod palette;
