//! A state as what differs from another one, and small.
//!
//! ```text
//! stream  = (varint equal · varint different · bytes)*     the rest is equal
//! payload = hash (8) · varint stream length · stream, by LZ4 where that is shorter
//! ```
//!
//! The bytes are those of the state XOR those of the base: what is counted up
//! or moved a little becomes small numbers that repeat. The hash is the
//! xxh3-64 of the whole state, so that a wrong base or a damaged byte shows.
//!
//! Measured over free games in play, states a second apart: 1 KB where the base
//! is the state before, 3 to 10 times as much where it is a minute old.

use xxhash_rust::xxh3::xxh3_64;

use super::varint;

/// A payload that is no state, or not this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// The bytes make no sense.
    #[error("a state is damaged")]
    Bytes,
    /// They make sense, and the result is not what was recorded.
    #[error("a state has hash {found:016x} and was recorded as {recorded:016x}")]
    Hash {
        /// What was recorded.
        recorded: u64,
        /// What came out.
        found: u64,
    },
}

/// Bytes of the hash.
const HASH: usize = 8;

/// Codes `state` against `base`; both have one length.
pub fn encode(state: &[u8], base: &[u8]) -> Vec<u8> {
    let stream = stream(state, base);
    let mut payload = xxh3_64(state).to_le_bytes().to_vec();
    let packed = lz4_flex::block::compress(&stream);
    varint::put(&mut payload, stream.len() as u64);
    payload.extend(if packed.len() < stream.len() { &packed } else { &stream });
    payload
}

/// The hash in a payload.
pub fn recorded_hash(payload: &[u8]) -> Option<u64> {
    payload.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
}

/// Makes `state`, which is the base, what `payload` says. Whoever reads many
/// in a row checks the last one's hash with [`check`].
pub fn apply(payload: &[u8], state: &mut [u8]) -> Result<(), Damage> {
    let mut rest = payload.get(HASH..).ok_or(Damage::Bytes)?;
    let length = varint::take(&mut rest).ok_or(Damage::Bytes)?;
    // No stream is longer: it alternates at worst.
    let most = 3 * state.len() as u64 + 16;
    if length > most {
        return Err(Damage::Bytes);
    }
    let length = length as usize;
    if rest.len() == length {
        return replay(rest, state);
    }
    let stream = lz4_flex::block::decompress(rest, length).map_err(|_| Damage::Bytes)?;
    if stream.len() != length {
        return Err(Damage::Bytes);
    }
    replay(&stream, state)
}

/// Whether `state` is the one that was recorded.
pub fn check(payload: &[u8], state: &[u8]) -> Result<(), Damage> {
    let recorded = recorded_hash(payload).ok_or(Damage::Bytes)?;
    let found = xxh3_64(state);
    if found == recorded { Ok(()) } else { Err(Damage::Hash { recorded, found }) }
}

/// The differences as a stream, without hash and compression.
pub fn stream(state: &[u8], base: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(equal) = first_difference(&state[at..], &base[at..]) {
        let start = at + equal;
        let different = run_of_differences(&state[start..], &base[start..]);
        varint::put(&mut out, equal as u64);
        varint::put(&mut out, different as u64);
        at = start + different;
        out.extend(state[start..at].iter().zip(&base[start..at]).map(|(a, b)| a ^ b));
    }
    out
}

/// Bytes that are equal at the start; `None` where all are.
fn first_difference(a: &[u8], b: &[u8]) -> Option<usize> {
    const BLOCK: usize = 64;
    let whole = a.chunks(BLOCK).zip(b.chunks(BLOCK)).position(|(a, b)| a != b)? * BLOCK;
    let (a, b) = (&a[whole..], &b[whole..]);
    a.iter().zip(b).position(|(a, b)| a != b).map(|place| whole + place)
}

/// Bytes that are different at the start; a single equal one among them is
/// cheaper as a zero than as a new run.
fn run_of_differences(a: &[u8], b: &[u8]) -> usize {
    let differs = |n: usize| a.get(n).zip(b.get(n)).is_some_and(|(a, b)| a != b);
    let mut n = 1;
    loop {
        if differs(n) {
            n += 1;
        } else if differs(n + 1) {
            n += 2;
        } else {
            return n;
        }
    }
}

/// Applies a stream.
pub fn replay(mut stream: &[u8], mut state: &mut [u8]) -> Result<(), Damage> {
    while !stream.is_empty() {
        let mut number = || varint::take(&mut stream).and_then(|n| usize::try_from(n).ok());
        let (equal, different) = number().zip(number()).ok_or(Damage::Bytes)?;
        state = state.get_mut(equal..).ok_or(Damage::Bytes)?;
        if different > state.len() || different > stream.len() {
            return Err(Damage::Bytes);
        }
        let (bytes, rest) = stream.split_at(different);
        let (run, after) = state.split_at_mut(different);
        for (byte, change) in run.iter_mut().zip(bytes) {
            *byte ^= change;
        }
        (stream, state) = (rest, after);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn equal_states_cost_nothing_but_the_hash() {
        let state = vec![7; 5000];
        assert_eq!(encode(&state, &state).len(), HASH + 1);
    }

    #[test]
    fn a_wrong_base_and_a_flipped_bit_show() {
        let (base, mut state) = (vec![1; 300], vec![1; 300]);
        state[100] = 9;
        let payload = encode(&state, &base);
        let mut other = vec![2; 300];
        apply(&payload, &mut other).unwrap();
        assert!(matches!(check(&payload, &other), Err(Damage::Hash { .. })));
        let mut flipped = payload;
        *flipped.last_mut().unwrap() ^= 1;
        let mut back = base;
        apply(&flipped, &mut back).unwrap();
        assert!(check(&flipped, &back).is_err());
    }

    #[test]
    fn a_stream_that_claims_gigabytes_is_refused() {
        let mut payload = vec![0; HASH];
        varint::put(&mut payload, 1 << 40);
        payload.extend([0; 20]);
        assert_eq!(apply(&payload, &mut [0; 100]), Err(Damage::Bytes));
    }

    proptest! {
        #[test]
        fn any_state_comes_back(pairs: Vec<(u8, u8)>, spread in 1usize..9) {
            let base: Vec<u8> = pairs.iter().map(|pair| pair.0).collect();
            let state: Vec<u8> = pairs
                .iter()
                .enumerate()
                .map(|(n, pair)| if n % spread == 0 { pair.1 } else { pair.0 })
                .collect();
            let payload = encode(&state, &base);
            let mut back = base;
            prop_assert_eq!(apply(&payload, &mut back), Ok(()));
            prop_assert_eq!(check(&payload, &back), Ok(()));
            prop_assert_eq!(back, state);
        }

        #[test]
        fn any_bytes_are_a_state_or_damage(payload: Vec<u8>, len in 0usize..300) {
            let _ = apply(&payload, &mut vec![0; len]);
            let _ = replay(&payload, &mut vec![0; len]);
        }
    }
}
