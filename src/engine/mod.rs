//! The loop that turns the machine in real time.

pub mod alloc_guard;
pub mod pacer;
pub mod realtime;
