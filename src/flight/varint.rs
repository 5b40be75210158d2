//! Numbers of any size in as few bytes as they need: seven bits a byte, the
//! lowest first, the eighth bit says that more follow (LEB128).

/// Writes a number.
pub fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Reads a number and goes past it; `None` where the bytes end too soon or
/// hold more than 64 bits.
pub fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let bits = u64::from(byte & 0x7f);
        if bits << shift >> shift != bits {
            return None;
        }
        value |= bits << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn small_numbers_take_one_byte_and_all_come_back() {
        for value in [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX] {
            let mut out = Vec::new();
            put(&mut out, value);
            assert_eq!(out.len(), (64 - value.leading_zeros()).div_ceil(7).max(1) as usize);
            let mut bytes = out.as_slice();
            assert_eq!((take(&mut bytes), bytes), (Some(value), [].as_slice()));
            assert_eq!(take(&mut &out[..out.len() - 1]), None);
        }
    }

    #[test]
    fn more_than_64_bits_are_refused() {
        assert_eq!(take(&mut [0xff; 9].as_slice()), None);
        assert_eq!(take(&mut [0xff; 11].as_slice()), None);
        let mut most = [0xff; 10];
        most[9] = 2;
        assert_eq!(take(&mut most.as_slice()), None);
    }

    proptest! {
        #[test]
        fn any_bytes_give_a_number_or_none(bytes: Vec<u8>) {
            let mut rest = bytes.as_slice();
            while !rest.is_empty() {
                if take(&mut rest).is_none() {
                    break;
                }
            }
        }
    }
}
