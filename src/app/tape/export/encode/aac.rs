//! AAC-LC, mono: 1024 samples a packet. The transform of a packet overlaps that
//! of the one before, so what is heard lies [`PRIMING`] samples behind the first
//! packet's beginning; the containers say so, and players leave these out.

use syom::{EncodeOptions, Encoder};

use crate::app::fault::{Fault, Outcome};

/// Samples a second.
pub const RATE: u32 = 48_000;
/// Samples of a packet.
pub const PACKET: u64 = 1024;
/// Samples before the first that is meant to be heard.
pub const PRIMING: u64 = 1024;
/// Bits a second: square waves have many overtones.
pub const BITS: u32 = 160_000;

/// An encoder.
pub struct Aac(Encoder);

impl Aac {
    /// A new one.
    pub fn new() -> Outcome<Self> {
        let options = EncodeOptions::raw().with_bitrate_bps(BITS);
        Encoder::new(RATE, 1, &options).map(Self).map_err(fault)
    }

    /// What decoders are told: the AudioSpecificConfig of ISO/IEC 14496-3.
    pub fn config(&self) -> &[u8] {
        self.0.asc()
    }

    /// Takes samples; gives the packets that are full.
    pub fn samples(&mut self, samples: &mut [f32]) -> Outcome<Vec<Vec<u8>>> {
        for sample in samples.iter_mut() {
            *sample = sample.clamp(-1.0, 1.0);
        }
        let mut packets = Vec::new();
        let fed = self.0.feed(&[samples], |packet| {
            packets.push(packet.au.to_vec());
            Ok(())
        });
        fed.map(|_| packets).map_err(fault)
    }

    /// The last packets, and how many samples there were in all.
    pub fn finish(&mut self) -> Outcome<(Vec<Vec<u8>>, u64)> {
        let mut packets = Vec::new();
        let info = self.0.finish(|packet| {
            packets.push(packet.au.to_vec());
            Ok(())
        });
        info.map(|info| (packets, info.samples)).map_err(fault)
    }
}

fn fault(error: syom::AacError) -> Fault {
    Fault::failed(format_args!("the sound could not be encoded ({error}); this is a bug"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_packets_decode_to_what_went_in_behind_the_priming() {
        let wave = |n: usize| 0.5 * (n as f32 * 0.05).sin();
        let mut aac = Aac::new().unwrap();
        let (mut packets, mut at) = (Vec::new(), 0);
        for length in [800, 799, 1, 3000, 48_000] {
            let mut samples: Vec<f32> = (at..at + length).map(wave).collect();
            packets.extend(aac.samples(&mut samples).unwrap());
            at += length;
        }
        let (last, count) = aac.finish().unwrap();
        packets.extend(last);
        assert_eq!(count as usize, at);
        let coded = packets.len() as u64 * PACKET;
        assert!((count + PRIMING..count + PRIMING + PACKET).contains(&coded), "{coded} {count}");
        let adts = packets.iter().flat_map(|packet| syom::wrap_adts_au(packet, RATE, 1).unwrap());
        let adts: Vec<u8> = adts.collect();
        let options = syom::DecodeOptions::unbounded();
        let heard = &syom::decode_with(&adts, &options).unwrap().channels[0];
        let off = (4096..at - 4096).map(|n| (heard[n + PRIMING as usize] - wave(n)).abs());
        assert!(off.fold(0., f32::max) < 0.02);
    }
}
