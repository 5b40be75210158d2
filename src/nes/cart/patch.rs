//! Patches: IPS, BPS and UPS, applied to a ROM file's bytes.
//!
//! ```text
//! IPS  "PATCH" { offset:24 size:16 bytes | offset:24 0:16 count:16 byte } "EOF" [length:24]
//! BPS  "BPS1" source target metadata { action } crc(source) crc(target) crc(patch)
//!      action = (length - 1) << 2 | 0 same place, 1 bytes follow, 2 copy of source, 3 copy of target
//! UPS  "UPS1" source target { bytes to leave, bytes to XOR, 0 } crc(source) crc(target) crc(patch)
//! ```
//!
//! <https://zerosoft.zophar.net/ips.php>, <https://github.com/blakesmith/rombp/blob/master/docs/bps_spec.md>,
//! <http://individual.utoronto.ca/dmeunier/ups-spec.pdf>

/// No patched file is larger than this.
pub const LIMIT: usize = 64 << 20;

/// Why a patch could not be applied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum PatchError {
    #[error(
        "not a patch: an IPS file begins with PATCH, a BPS file with BPS1, a UPS file with UPS1"
    )]
    Unknown,
    #[error("the patch ends within a record; it is cut short, copy it again from where it came")]
    Truncated,
    #[error("the patch writes past 64 MiB; it is damaged or not for a NES ROM")]
    TooLarge,
    #[error("the patch is damaged: its checksum is {found:08x} and should be {expected:08x}")]
    Damaged { expected: u32, found: u32 },
    #[error(
        "the patch is for another ROM: it wants {want_len} bytes with CRC-32 {want:08x}, and the ROM has {have_len} with {have:08x}"
    )]
    OtherRom { want_len: usize, want: u32, have_len: usize, have: u32 },
    #[error("the patch copies from outside of the file; it is damaged")]
    Outside,
    #[error(
        "the patched ROM has checksum {found:08x} and should have {expected:08x}; the patch is damaged"
    )]
    WrongResult { expected: u32, found: u32 },
}

/// `rom` with `patch` applied; the patch's own first bytes say which kind it is.
pub fn apply(patch: &[u8], rom: &[u8]) -> Result<Vec<u8>, PatchError> {
    if let Some(records) = patch.strip_prefix(b"PATCH") {
        ips(records, rom)
    } else if patch.starts_with(b"BPS1") {
        bps(patch, rom)
    } else if patch.starts_with(b"UPS1") {
        ups(patch, rom)
    } else {
        Err(PatchError::Unknown)
    }
}

/// What a patch does, told without the ROM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Summary {
    /// An IPS patch.
    Ips {
        /// Places that it writes.
        records: usize,
        /// Bytes that it writes there.
        written: usize,
        /// One past the last of them.
        end: usize,
        /// The length that it cuts the file to.
        cut_to: Option<usize>,
    },
    /// A BPS patch.
    Bps {
        /// Length and CRC-32 of the ROM that it is for.
        source: (usize, u32),
        /// Length and CRC-32 of what it makes.
        target: (usize, u32),
        /// Bytes that say something else.
        metadata: usize,
        /// Steps.
        actions: usize,
    },
    /// A UPS patch.
    Ups {
        /// Length and CRC-32 of the ROM that it is for.
        source: (usize, u32),
        /// Length and CRC-32 of what it makes.
        target: (usize, u32),
        /// Places that it changes.
        records: usize,
        /// Bytes that it changes there.
        changed: usize,
    },
}

/// What a patch does.
pub fn summarise(patch: &[u8]) -> Result<Summary, PatchError> {
    if let Some(records) = patch.strip_prefix(b"PATCH") {
        summarise_ips(records)
    } else if patch.starts_with(b"BPS1") {
        summarise_bps(patch)
    } else if patch.starts_with(b"UPS1") {
        summarise_ups(patch)
    } else {
        Err(PatchError::Unknown)
    }
}

fn summarise_ips(patch: &[u8]) -> Result<Summary, PatchError> {
    let mut input = Reader(patch);
    let (mut records, mut written, mut end) = (0, 0, 0);
    loop {
        let at = input.take(3)?;
        if at == b"EOF" {
            let cut_to = input.big_endian(3).ok();
            return Ok(Summary::Ips { records, written, end, cut_to });
        }
        let mut size = input.big_endian(2)?;
        if size == 0 {
            size = input.big_endian(2)?;
            input.take(1)?;
        } else {
            input.take(size)?;
        }
        records += 1;
        written += size;
        end = end.max(big_endian(at) + size);
    }
}

fn summarise_bps(patch: &[u8]) -> Result<Summary, PatchError> {
    let Bps { mut input, source, target, metadata } = Bps::open(patch)?;
    let mut actions = 0;
    while !input.0.is_empty() {
        let action = input.number()?;
        match action & 3 {
            0 => {}
            1 => drop(input.take((action >> 2) + 1)?),
            _ => drop(input.offset()?),
        }
        actions += 1;
    }
    Ok(Summary::Bps { source, target, metadata, actions })
}

fn summarise_ups(patch: &[u8]) -> Result<Summary, PatchError> {
    let Sealed { mut input, source, target } = Sealed::open(patch)?;
    let (mut records, mut changed) = (0, 0);
    while !input.0.is_empty() {
        input.number()?;
        records += 1;
        while input.take(1)? != [0] {
            changed += 1;
        }
    }
    Ok(Summary::Ups { source, target, records, changed })
}

/// A patch whose last twelve bytes are checksums, behind the sizes.
struct Sealed<'a> {
    input: Reader<'a>,
    source: (usize, u32),
    target: (usize, u32),
}

impl<'a> Sealed<'a> {
    fn open(patch: &'a [u8]) -> Result<Self, PatchError> {
        let (body, sums) = patch.split_last_chunk::<12>().ok_or(PatchError::Truncated)?;
        let sum = |n: usize| u32::from_le_bytes([sums[n], sums[n + 1], sums[n + 2], sums[n + 3]]);
        let (expected, found) = (sum(8), crc32fast::hash(&patch[..patch.len() - 4]));
        if expected != found {
            return Err(PatchError::Damaged { expected, found });
        }
        let mut input = Reader(body.get(4..).ok_or(PatchError::Truncated)?);
        let (source, target) = (input.number()?, input.number()?);
        Ok(Self { input, source: (source, sum(0)), target: (target, sum(4)) })
    }

    /// Refuses another ROM, and a target without measure.
    fn expect(&self, rom: &[u8]) -> Result<(), PatchError> {
        let (have, (want_len, want)) = (crc32fast::hash(rom), self.source);
        if (want_len, want) != (rom.len(), have) {
            return Err(PatchError::OtherRom { want_len, want, have_len: rom.len(), have });
        }
        if self.target.0 > LIMIT { Err(PatchError::TooLarge) } else { Ok(()) }
    }
}

/// A BPS patch before its actions.
struct Bps<'a> {
    input: Reader<'a>,
    source: (usize, u32),
    target: (usize, u32),
    metadata: usize,
}

impl<'a> Bps<'a> {
    fn open(patch: &'a [u8]) -> Result<Self, PatchError> {
        let Sealed { mut input, source, target } = Sealed::open(patch)?;
        let metadata = input.number()?;
        input.take(metadata)?;
        Ok(Self { input, source, target, metadata })
    }
}

fn ips(records: &[u8], rom: &[u8]) -> Result<Vec<u8>, PatchError> {
    let mut input = Reader(records);
    let mut out = rom.to_vec();
    loop {
        let at = input.take(3)?;
        if at == b"EOF" {
            if let Ok(length) = input.big_endian(3) {
                out.truncate(length);
            }
            return Ok(out);
        }
        let at = big_endian(at);
        let size = input.big_endian(2)?;
        if size == 0 {
            let count = input.big_endian(2)?;
            let byte = input.take(1)?[0];
            grown(&mut out, at, count).fill(byte);
        } else {
            grown(&mut out, at, size).copy_from_slice(input.take(size)?);
        }
    }
}

fn ups(patch: &[u8], rom: &[u8]) -> Result<Vec<u8>, PatchError> {
    let sealed = Sealed::open(patch)?;
    sealed.expect(rom)?;
    let Sealed { mut input, source: (source_len, _), target: (target_len, target) } = sealed;
    let mut out = rom.to_vec();
    out.resize(target_len, 0);
    let mut at = 0usize;
    while !input.0.is_empty() {
        at = at.checked_add(input.number()?).ok_or(PatchError::Outside)?;
        loop {
            let change = input.take(1)?[0];
            match out.get_mut(at) {
                Some(byte) => *byte ^= change,
                // Where the target is shorter: for the way back.
                None if at < source_len || change == 0 => {}
                None => return Err(PatchError::Outside),
            }
            at += 1;
            if change == 0 {
                break;
            }
        }
    }
    let found = crc32fast::hash(&out);
    if found == target { Ok(out) } else { Err(PatchError::WrongResult { expected: target, found }) }
}

fn bps(patch: &[u8], rom: &[u8]) -> Result<Vec<u8>, PatchError> {
    Sealed::open(patch)?.expect(rom)?;
    let Bps { mut input, target: (target_len, target), .. } = Bps::open(patch)?;
    let mut out = Vec::with_capacity(target_len);
    let (mut source_at, mut target_at) = (0i64, 0i64);
    while !input.0.is_empty() {
        let action = input.number()?;
        let length = (action >> 2) + 1;
        if length > target_len - out.len() {
            return Err(PatchError::Outside);
        }
        match action & 3 {
            0 => out.extend(slice(rom, out.len() as i64, length)?),
            1 => out.extend(input.take(length)?),
            2 => {
                source_at += input.offset()?;
                out.extend(slice(rom, source_at, length)?);
                source_at += length as i64;
            }
            _ => {
                target_at += input.offset()?;
                // Byte by byte: a copy may reach into what it writes.
                for _ in 0..length {
                    let byte = slice(&out, target_at, 1)?[0];
                    out.push(byte);
                    target_at += 1;
                }
            }
        }
    }
    let (expected, found) = (target, crc32fast::hash(&out));
    if expected != found || out.len() != target_len {
        return Err(PatchError::WrongResult { expected, found });
    }
    Ok(out)
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, len: usize) -> Result<&'a [u8], PatchError> {
        let (head, tail) = self.0.split_at_checked(len).ok_or(PatchError::Truncated)?;
        self.0 = tail;
        Ok(head)
    }

    fn big_endian(&mut self, bytes: usize) -> Result<usize, PatchError> {
        self.take(bytes).map(big_endian)
    }

    /// A number of BPS: seven bits a byte, least first, the top bit ends it.
    fn number(&mut self) -> Result<usize, PatchError> {
        let (mut value, mut unit) = (0usize, 1usize);
        loop {
            let byte = usize::from(self.take(1)?[0]);
            let part = (byte & 0x7f).checked_mul(unit).ok_or(PatchError::TooLarge)?;
            value = value.checked_add(part).ok_or(PatchError::TooLarge)?;
            if byte & 0x80 != 0 {
                return if value >> 48 == 0 { Ok(value) } else { Err(PatchError::TooLarge) };
            }
            unit = unit.checked_mul(128).ok_or(PatchError::TooLarge)?;
            value = value.checked_add(unit).ok_or(PatchError::TooLarge)?;
        }
    }

    /// A signed number of BPS: the lowest bit is the sign.
    fn offset(&mut self) -> Result<i64, PatchError> {
        let value = self.number()?;
        let size = (value >> 1) as i64;
        Ok(if value & 1 != 0 { -size } else { size })
    }
}

fn big_endian(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |value, byte| value << 8 | usize::from(*byte))
}

fn slice(bytes: &[u8], at: i64, len: usize) -> Result<&[u8], PatchError> {
    let at = usize::try_from(at).map_err(|_| PatchError::Outside)?;
    let end = at.checked_add(len).ok_or(PatchError::Outside)?;
    bytes.get(at..end).ok_or(PatchError::Outside)
}

/// `len` bytes of `out` at `at`; 24-bit offsets keep it below 16 MiB + 64 KiB.
fn grown(out: &mut Vec<u8>, at: usize, len: usize) -> &mut [u8] {
    if out.len() < at + len {
        out.resize(at + len, 0);
    }
    &mut out[at..at + len]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A BPS patch from `rom` to `target` with these actions, checksums right.
    fn bps_of(rom: &[u8], target: &[u8], actions: &[u8]) -> Vec<u8> {
        let mut patch = b"BPS1".to_vec();
        patch.extend([rom.len() as u8 | 0x80, target.len() as u8 | 0x80, 0x80]);
        patch.extend(actions);
        patch.extend(crc32fast::hash(rom).to_le_bytes());
        patch.extend(crc32fast::hash(target).to_le_bytes());
        patch.extend(crc32fast::hash(&patch).to_le_bytes());
        patch
    }

    #[test]
    fn ips_writes_fills_grows_and_cuts() {
        let patch = b"PATCH\0\0\x01\0\x02xy\0\0\x06\0\0\0\x03zEOF";
        assert_eq!(apply(patch, b"abcde").unwrap(), b"axyde\0zzz");
        let patch = b"PATCH\0\0\0\0\x01xEOF\0\0\x02";
        assert_eq!(apply(patch, b"abcde").unwrap(), b"xb");
        assert_eq!(apply(b"PATCH\0\0\0\0\x05x", b"abc"), Err(PatchError::Truncated));
    }

    #[test]
    fn a_patch_is_told_of_without_its_rom() {
        let ips = summarise(b"PATCH\0\0\x01\0\x02xy\0\0\x06\0\0\0\x03zEOF\0\0\x05").unwrap();
        assert_eq!(ips, Summary::Ips { records: 2, written: 5, end: 9, cut_to: Some(5) });
        let actions = [0x84, 0x85, b'x', b'y', 0x8a, 0x80, 0x8f, 0x80];
        let patch = bps_of(b"abcde", b"abxyabcabxy", &actions);
        let (source, target) = (crc32fast::hash(b"abcde"), crc32fast::hash(b"abxyabcabxy"));
        let told =
            Summary::Bps { source: (5, source), target: (11, target), metadata: 0, actions: 4 };
        assert_eq!(summarise(&patch), Ok(told));
        assert_eq!(summarise(&patch[..9]), Err(PatchError::Truncated));
    }

    #[test]
    fn bps_knows_its_four_actions() {
        // same 2, "xy", source from 0 ×3, target from 0 ×4 (overlapping nothing)
        let actions = [0x84, 0x85, b'x', b'y', 0x8a, 0x80, 0x8f, 0x80];
        let patch = bps_of(b"abcde", b"abxyabcabxy", &actions);
        assert_eq!(apply(&patch, b"abcde").unwrap(), b"abxyabcabxy");
    }

    /// The UPS patch from `rom` to `target`.
    fn ups_of(rom: &[u8], target: &[u8]) -> Vec<u8> {
        let mut patch = b"UPS1".to_vec();
        number(&mut patch, rom.len());
        number(&mut patch, target.len());
        let byte = |of: &[u8], at: usize| of.get(at).copied().unwrap_or(0);
        let (mut at, mut from, end) = (0, 0, rom.len().max(target.len()));
        while at < end {
            if byte(rom, at) == byte(target, at) {
                at += 1;
                continue;
            }
            number(&mut patch, at - from);
            loop {
                let change = if at < end { byte(rom, at) ^ byte(target, at) } else { 0 };
                patch.push(change);
                at += 1;
                if change == 0 {
                    break;
                }
            }
            from = at;
        }
        patch.extend(crc32fast::hash(rom).to_le_bytes());
        patch.extend(crc32fast::hash(target).to_le_bytes());
        patch.extend(crc32fast::hash(&patch).to_le_bytes());
        patch
    }

    fn number(patch: &mut Vec<u8>, mut value: usize) {
        while value >= 128 {
            patch.push(value as u8 & 0x7f);
            value = (value >> 7) - 1;
        }
        patch.push(value as u8 | 0x80);
    }

    #[test]
    fn ups_changes_what_differs_grows_and_cuts() {
        let patch = b"UPS1\x85\x86\x81\x01\x02\0\x81\x78\0";
        let (rom, target) = (b"abcde", b"acade\x78");
        let sealed = [crc32fast::hash(rom), crc32fast::hash(target)].map(u32::to_le_bytes);
        let mut patch = [patch.as_slice(), sealed.as_flattened()].concat();
        patch.extend(crc32fast::hash(&patch).to_le_bytes());
        assert_eq!(apply(&patch, rom).unwrap(), target);
        assert_eq!(patch, ups_of(rom, target));
        let (source, target) = ((5, crc32fast::hash(rom)), (6, crc32fast::hash(target)));
        assert_eq!(summarise(&patch), Ok(Summary::Ups { source, target, records: 2, changed: 3 }));
        assert_eq!(apply(&ups_of(b"abcde", b"ab"), b"abcde").unwrap(), b"ab");
    }

    #[test]
    fn a_ups_patch_for_another_rom_or_with_a_wrong_byte_says_so() {
        let patch = ups_of(b"abc", b"xbz");
        assert!(matches!(apply(&patch, b"abd"), Err(PatchError::OtherRom { .. })));
        let mut broken = patch.clone();
        broken[7] ^= 4;
        assert!(matches!(apply(&broken, b"abc"), Err(PatchError::Damaged { .. })));
        let end = broken.len() - 4;
        let sum = crc32fast::hash(&broken[..end]).to_le_bytes();
        broken[end..].copy_from_slice(&sum);
        assert!(apply(&broken, b"abc").is_err());
    }

    #[test]
    fn a_bps_patch_for_another_rom_says_so() {
        let patch = bps_of(b"abc", b"abc", &[0x88]);
        assert_eq!(apply(&patch, b"abc").unwrap(), b"abc");
        assert!(matches!(apply(&patch, b"abd"), Err(PatchError::OtherRom { .. })));
        let mut broken = patch.clone();
        broken[7] ^= 4;
        assert!(matches!(apply(&broken, b"abc"), Err(PatchError::Damaged { .. })));
    }

    proptest! {
        #[test]
        fn what_a_ups_patch_was_made_of_comes_back(
            rom in prop::collection::vec(0..3u8, 1..300),
            target in prop::collection::vec(0..3u8, 1..300),
        ) {
            prop_assert_eq!(apply(&ups_of(&rom, &target), &rom), Ok(target));
        }

        #[test]
        fn any_bytes_are_a_patch_or_a_sentence(
            kind in 0..4u8,
            tail in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            let rom = [7; 64];
            let patch = match kind {
                0 => [b"PATCH".as_slice(), &tail].concat(),
                1 => bps_of(&rom, &rom, &tail),
                2 => {
                    // Any records, checksums right.
                    let mut patch = b"UPS1\xc0\xc0".to_vec();
                    patch.extend(&tail);
                    patch.extend([crc32fast::hash(&rom); 2].map(u32::to_le_bytes).as_flattened());
                    patch.extend(crc32fast::hash(&patch).to_le_bytes());
                    patch
                }
                _ => tail,
            };
            let applied = apply(&patch, &rom);
            if applied.is_ok() {
                prop_assert!(summarise(&patch).is_ok(), "what can be applied can be told of");
            }
        }
    }
}
