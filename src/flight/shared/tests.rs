use super::*;

const LEN: usize = 200;

fn header() -> Header {
    Header::new(1, 2, 3, 4, LEN)
}

fn frame(frame: u64) -> Record {
    Record::Frame { frame, input: u128::from(frame).to_le_bytes() }
}

#[test]
fn records_come_with_the_states_to_which_they_led() {
    let (mut capture, mut drain) = create(None, &header()).unwrap();
    for n in 1..=10 {
        if n % 3 != 0 {
            assert!(capture.state(n, &[n as u8; LEN]));
        }
        assert!(capture.record(frame(n)));
        assert!(capture.record(Record::Event(Event { code: n as u8, data: [1; 16] })));
    }
    for n in 1..=10 {
        let (record, state) = drain.record().unwrap();
        assert_eq!(record, frame(n));
        assert_eq!(state, (n % 3 != 0).then_some([n as u8; LEN].as_slice()), "{n}");
        let (record, state) = drain.record().unwrap();
        assert_eq!((record, state), (Record::Event(Event { code: n as u8, data: [1; 16] }), None));
    }
    assert!(drain.record().is_none());
}

#[test]
fn a_recorder_that_sleeps_costs_states_but_no_record() {
    let (mut capture, mut drain) = create(None, &header()).unwrap();
    for n in 1..=1000 {
        capture.state(n, &[n as u8; LEN]);
        assert!(capture.record(frame(n)));
    }
    assert_eq!(capture.dropped(), 1000 - STATES as u64);
    let mut caught = 0;
    for n in 1..=1000 {
        let (record, state) = drain.record().unwrap();
        assert_eq!(record, frame(n));
        caught += usize::from(state.is_some());
    }
    assert_eq!(caught, STATES);
    assert!(drain.record().is_none());
    assert!(capture.state(1001, &[9; LEN]) && capture.record(frame(1001)));
    assert_eq!(drain.record().unwrap().1, Some([9; LEN].as_slice()));
}

#[test]
fn a_state_of_which_little_changed_is_the_same_at_the_other_end() {
    let (mut capture, mut drain) = create(None, &header()).unwrap();
    let mut state = [0; LEN];
    for n in 1..=1000u64 {
        state[(n * 37) as usize % LEN] = n as u8;
        // The ring is full now and then.
        capture.state(n, &state);
        capture.record(frame(n));
        if n % 90 == 0 {
            let mut caught = 0;
            while let Some((record, found)) = drain.record() {
                let Record::Frame { frame, .. } = record else { panic!("{record:?}") };
                if let Some(found) = found {
                    let mut wanted = [0; LEN];
                    for m in 1..=frame {
                        wanted[(m * 37) as usize % LEN] = m as u8;
                    }
                    assert_eq!(found, wanted, "frame {frame}");
                    caught += 1;
                }
            }
            assert_eq!(caught, STATES);
        }
    }
}

#[test]
fn a_full_ring_of_records_says_so() {
    let (mut capture, mut drain) = create(None, &header()).unwrap();
    for n in 0..RECORDS as u64 {
        assert!(capture.record(frame(n)));
    }
    assert!(!capture.record(frame(0)));
    drain.record();
    assert!(capture.record(frame(0)));
}

#[test]
fn a_state_of_another_size_is_dropped() {
    let (mut capture, _drain) = create(None, &header()).unwrap();
    assert!(!capture.state(1, &[0; LEN + 1]));
}

#[test]
fn two_threads_lose_nothing() {
    let (mut capture, mut drain) = create(None, &header()).unwrap();
    const FRAMES: u64 = 200_000;
    let writer = std::thread::spawn(move || {
        for n in 1..=FRAMES {
            capture.state(n, &[n as u8; LEN]);
            while !capture.record(frame(n)) {
                std::thread::yield_now();
            }
        }
    });
    let mut next = 1;
    while next <= FRAMES {
        let Some((record, state)) = drain.record() else { continue };
        assert_eq!(record, frame(next));
        assert!(state.is_none_or(|state| state == [next as u8; LEN]));
        next += 1;
    }
    writer.join().unwrap();
}

#[test]
fn what_the_tape_does_not_hold_outlives_the_process() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("memory");
    let (mut capture, mut drain) = create(Some(&path), &header()).unwrap();
    for n in 1..=100 {
        while drain.record().is_some() {}
        capture.state(n, &[n as u8; LEN]);
        capture.record(frame(n));
    }
    while drain.record().is_some() {}
    let ledger = drain.ledger();
    ledger.will_hold(5000, 60);
    ledger.holds(5000, 60);
    ledger.will_hold(7000, 90);
    assert!(orphan_at(&path).is_none(), "its process lives");
    drop((capture, drain));
    let orphan = orphan_at(&path).unwrap();
    assert_eq!(orphan.header, header());
    let states = |n: u64| (n > 100 - STATES as u64 + 1).then(|| vec![n as u8; LEN]);
    let wanted: Vec<_> = (61..=100).map(|n| (frame(n), states(n))).collect();
    assert_eq!(orphan.rest(5000), (5000, &wanted[..]), "each of these is shorter as a whole");
    assert_eq!(orphan.rest(6999), (5000, &wanted[..]), "a part of a write does not count");
    assert_eq!(orphan.rest(7000), (7000, &wanted[30..]), "the file tells before the disk does");
}

#[test]
fn other_bytes_are_no_session() {
    assert!(orphan(&[]).is_none() && orphan(&[0; 10_000]).is_none());
    let mut bytes = vec![0; PAGE + RECORDS * RECORD];
    bytes[..size_of::<Header>()].copy_from_slice(header().as_bytes());
    assert!(orphan(&bytes).unwrap().rest(0).1.is_empty());
    bytes[Counter::Records as usize] = 5;
    assert!(orphan(&bytes).is_none(), "records of no kind");
}
