//! The loop that turns the machine in real time.

pub mod alloc_guard;
pub mod auditor;
pub mod cycle;
pub mod machine;
pub mod pacer;
pub mod past;
pub mod realtime;
pub mod recorder;
pub mod replay;
pub mod ring;
pub mod saves;
pub mod session;
pub mod stats;
pub mod tape;
pub mod thread;
