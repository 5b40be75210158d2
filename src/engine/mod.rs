//! The loop that turns the machine in real time.

pub mod alloc_guard;
pub mod cycle;
pub mod machine;
pub mod pacer;
pub mod realtime;
pub mod replay;
pub mod saves;
pub mod session;
pub mod stats;
pub mod thread;
