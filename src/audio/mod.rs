//! Sound: steps to samples, samples to the device.

pub mod filter;
pub mod synth;
