//! The frame rate in H.264's sequence parameter set, which OpenH264 leaves out:
//!
//! ```text
//! … vui: aspect ratio? overscan? signal type? chroma place? · timing? 1 · per (32) · 2 × rate (32) · fixed 1 · …
//! ```
//!
//! A tick is half a frame. Matroska counts in nanoseconds, so there this is the
//! one place with the exact rate.
//!
//! Rec. ITU-T H.264, 7.3.2.1.1 and E.1.1

/// Profiles whose set has no more fields than the first (66 to 88).
const PLAIN: [u8; 3] = [66, 77, 88];
/// An aspect ratio that is written out.
const EXTENDED_SAR: u32 = 255;

/// A set that tells the rate, too. `None` is for one that is none, or has it.
pub fn with_rate(nal: &[u8], (rate, per): (u64, u64)) -> Option<Vec<u8>> {
    let (&header, payload) = nal.split_first()?;
    let mut bits = bits(&unescaped(payload));
    let at = timing(&bits)?;
    if bits[at] {
        return None;
    }
    // Up to the bit that ends it.
    bits.truncate(bits.iter().rposition(|&bit| bit)?);
    // A set that was cut may end before it.
    bits.get(at)?;
    let (per, ticks) = (u32::try_from(per).ok()?, u32::try_from(rate * 2).ok()?);
    let number = |number: u32| (0..32).rev().map(move |bit| number >> bit & 1 != 0);
    let timing = std::iter::once(true).chain(number(per)).chain(number(ticks)).chain([true]);
    bits.splice(at..=at, timing);
    bits.push(true);
    let byte =
        |bits: &[bool]| (0..8).fold(0, |byte, n| byte << 1 | u8::from(bits.get(n) == Some(&true)));
    let payload: Vec<u8> = bits.chunks(8).map(byte).collect();
    Some([&[header], escaped(&payload).as_slice()].concat())
}

/// Where the bit is that says whether there is a timing.
fn timing(bits: &[bool]) -> Option<usize> {
    let mut set = Reader { bits, at: 0 };
    if !PLAIN.contains(&(set.number(8)? as u8)) {
        return None;
    }
    set.number(16)?; // constraints, level
    set.golomb()?; // id
    set.golomb()?; // bits of frame numbers
    match set.golomb()? {
        0 => set.golomb().map(drop)?,
        2 => {}
        _ => return None, // an order of pictures that OpenH264 never has
    }
    set.golomb()?; // references
    set.number(1)?; // gaps
    set.golomb()?; // width
    set.golomb()?; // height
    if set.number(1)? == 0 {
        set.number(1)?; // fields
    }
    set.number(1)?; // direct prediction
    if set.number(1)? == 1 {
        (0..4).try_for_each(|_| set.golomb().map(drop))?; // cropping
    }
    if set.number(1)? == 0 {
        return None; // no usability information at all
    }
    if set.number(1)? == 1 && set.number(8)? == EXTENDED_SAR {
        set.number(32)?;
    }
    if set.number(1)? == 1 {
        set.number(1)?; // overscan
    }
    if set.number(1)? == 1 {
        set.number(4)?; // format, range
        if set.number(1)? == 1 {
            set.number(24)?; // colours
        }
    }
    if set.number(1)? == 1 {
        set.golomb()?; // place of the colours
        set.golomb()?;
    }
    (set.at < bits.len()).then_some(set.at)
}

struct Reader<'a> {
    bits: &'a [bool],
    at: usize,
}

impl Reader<'_> {
    fn number(&mut self, bits: usize) -> Option<u32> {
        let end = self.at + bits;
        let taken = self.bits.get(self.at..end)?;
        self.at = end;
        Some(taken.iter().fold(0, |number, &bit| number << 1 | u32::from(bit)))
    }

    /// A number after as many zeros as it has bits but one.
    fn golomb(&mut self) -> Option<u32> {
        let zeros = self.bits.get(self.at..)?.iter().take_while(|bit| !**bit).count();
        if zeros > 31 {
            return None;
        }
        self.at += zeros;
        Some(self.number(zeros + 1)? - 1)
    }
}

fn bits(bytes: &[u8]) -> Vec<bool> {
    bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 != 0)).collect()
}

/// Without the 3 that stands after two zeros, so that no start code is in a set.
fn unescaped(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut zeros = 0;
    for &byte in bytes {
        if zeros >= 2 && byte == 3 {
            zeros = 0;
            continue;
        }
        zeros = if byte == 0 { zeros + 1 } else { 0 };
        out.push(byte);
    }
    out
}

/// With it.
fn escaped(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut zeros = 0;
    for &byte in bytes {
        if zeros >= 2 && byte <= 3 {
            out.push(3);
            zeros = 0;
        }
        zeros = if byte == 0 { zeros + 1 } else { 0 };
        out.push(byte);
    }
    out
}

/// The rate in a set: frames a second.
#[cfg(test)]
pub fn rate(nal: &[u8]) -> Option<(u64, u64)> {
    let bits = bits(&unescaped(nal.get(1..)?));
    let mut set = Reader { bits: &bits, at: timing(&bits)? };
    (set.number(1)? == 1).then_some(())?;
    let per = set.number(32)?;
    Some((u64::from(set.number(32)?) / 2, per.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_come_back() {
        let bytes = [0, 0, 0, 0, 0, 1, 0, 0, 3, 0, 0, 4];
        assert_eq!(escaped(&bytes), [0, 0, 3, 0, 0, 3, 0, 1, 0, 0, 3, 3, 0, 0, 4]);
        assert_eq!(unescaped(&escaped(&bytes)), bytes);
    }

    #[test]
    fn any_bytes_are_a_set_or_none() {
        let mut number = 1u64;
        for length in 0..2000 {
            let byte = |_| {
                number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (number >> 56) as u8
            };
            let mut set: Vec<u8> = (0..length % 40).map(byte).collect();
            if let Some(profile) = set.get_mut(1) {
                *profile = 66;
            }
            if let Some(with) = with_rate(&set, (39_375_000, 655_171)) {
                assert_eq!(rate(&with), Some((39_375_000, 655_171)));
                assert_eq!(with_rate(&with, (50, 1)), None, "it has one");
            }
        }
    }
}
