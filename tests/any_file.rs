//! Any bytes as each kind of file: the bodies that are fuzzed, under proptest.

#[path = "../fuzz/bodies.rs"]
mod bodies;

use proptest::prelude::*;

/// Bytes, and bytes that look like something.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let small = prop::collection::vec(prop_oneof![0u8..16, any::<u8>()], 0..400);
    let chunk = (0u8..12, any::<u8>(), 0u8..80, any::<u8>(), 0u8..12).prop_flat_map(
        |(kind, flags, count, more, length)| {
            let head = vec![kind, flags & 0x81, count, more, length];
            let payload = prop::collection::vec(0u8..40, usize::from(length));
            payload.prop_map(move |payload| [head.clone(), payload].concat())
        },
    );
    let chunks = prop::collection::vec(chunk, 0..40).prop_map(|chunks| chunks.concat());
    prop_oneof![small, chunks, any::<Vec<u8>>()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn are_a_tape_or_an_error(bytes in bytes()) {
        bodies::tape(&bytes);
    }

    #[test]
    fn are_a_slot_or_an_error(bytes in bytes()) {
        bodies::slot(&bytes);
    }

    #[test]
    fn are_a_ring_or_an_error(bytes in bytes()) {
        bodies::ring(&bytes);
    }

    #[test]
    fn are_a_patch_or_an_error(bytes in bytes()) {
        bodies::patch(&bytes);
    }

    #[test]
    fn are_music_or_an_error(bytes in bytes()) {
        bodies::music(&bytes);
    }

    #[test]
    fn are_a_movie_or_an_error(bytes in bytes()) {
        bodies::movie(&bytes);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn are_a_state_or_an_error(bytes in bytes()) {
        bodies::state(&bytes);
    }
}
