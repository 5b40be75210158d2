//! The fields of the state's structures by name: what [`super::Nes::layout`]
//! lists and [`super::Nes::layout_hash`] hashes.
//!
//! A list stands beside its structure. One that misses a field, or has them in
//! another order, does not compile: fields have to follow each other without a
//! gap to the structure's end.

/// A field of a structure.
#[derive(Clone, Copy)]
pub struct Field {
    pub name: &'static str,
    /// From the structure's start.
    pub offset: usize,
    pub size: usize,
    /// Its own fields, when it is a structure.
    pub parts: &'static [Self],
}

/// Gives `$owner` its `FIELDS`; `=> $part` follows a field that has its own.
/// `$size` is for a structure whose last field has no fixed size: up to there.
macro_rules! fields {
    ($owner:ty: $($fields:tt)*) => {
        crate::nes::fields::fields! { $owner, size_of::<$owner>(); $($fields)* }
    };
    ($owner:ty, $size:expr; $($name:ident $(=> $part:ty)?),* $(,)?) => {
        impl $owner {
            pub(in crate::nes) const FIELDS: &'static [crate::nes::fields::Field] = &[$(
                crate::nes::fields::Field {
                    name: stringify!($name),
                    offset: std::mem::offset_of!($owner, $name),
                    size: crate::nes::fields::size(|owner: &$owner| &owner.$name),
                    parts: crate::nes::fields::fields!(@parts $($part)?),
                }
            ),*];
        }
        const _: () = assert!(
            crate::nes::fields::end(<$owner>::FIELDS) == $size,
            "a field is missing"
        );
    };
    (@parts) => { &[] };
    (@parts $part:ty) => { <$part>::FIELDS };
}
pub(in crate::nes) use fields;

/// The size of what `field` reaches.
pub const fn size<S: ?Sized, T>(_field: fn(&S) -> &T) -> usize {
    size_of::<T>()
}

/// Where fields end that follow each other without a gap.
pub const fn end(fields: &[Field]) -> usize {
    let mut at = 0;
    let mut n = 0;
    while n < fields.len() {
        assert!(fields[n].offset == at, "a field is missing or out of order");
        at += fields[n].size;
        n += 1;
    }
    at
}

/// Tells `tell` every field that has no parts: its path, offset and size.
pub fn walk(
    fields: &[Field],
    path: &str,
    start: usize,
    tell: &mut impl FnMut(String, usize, usize),
) {
    for Field { name, offset, size, parts } in fields {
        let path = format!("{path}{name}");
        if parts.is_empty() {
            tell(path, start + offset, *size);
        } else {
            walk(parts, &format!("{path}."), start + offset, tell);
        }
    }
}

/// Feeds names, places and sizes to `hasher`, without allocating.
pub fn hash(fields: &[Field], hasher: &mut xxhash_rust::xxh3::Xxh3) {
    for Field { name, offset, size, parts } in fields {
        hasher.update(name.as_bytes());
        for number in [offset, size, &parts.len()] {
            hasher.update(&(*number as u64).to_le_bytes());
        }
        hash(parts, hasher);
    }
}
