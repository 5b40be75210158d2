//! The picture on its way to the player.
//!
//! ```text
//! link::Picture ──► render ──► palette ──► overlay (font) ──► surface (layout, scaler)
//!                     │                                  └──► terminal
//!                     └──► screenshot
//! ```

pub mod font;
pub mod layout;
pub mod overlay;
pub mod palette;
pub mod render;
pub mod rgb;
#[cfg(feature = "app")]
mod scaler;
pub mod screenshot;
#[cfg(feature = "app")]
pub mod surface;
pub mod terminal;
