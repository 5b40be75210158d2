//! What the player holds, on its way to the machine.
//!
//! ```text
//! window keys ──► keyboard ─┐
//! terminal ──► typed ───────┼─► controls (bindings, hands) ─► link::Command
//! gamepads ──► gamepad ─────┘
//! ```

pub mod bindings;
pub mod controls;
pub mod gamepad;
pub mod hands;
pub mod keyboard;
pub mod typed;

pub use controls::Controls;
