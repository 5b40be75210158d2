//! Sound: steps to samples, samples to the device.

#[cfg(feature = "app")]
pub mod device;
pub mod filter;
pub mod rate;
pub mod synth;
