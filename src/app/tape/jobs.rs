//! Work on all cores whose results come in order: never more of them wait than
//! there are workers and two.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::app::fault::{Fault, Outcome};

/// Threads: as many as asked for, else one a processor.
pub fn threads(asked: Option<NonZero<usize>>) -> usize {
    let all = || std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
    asked.unwrap_or_else(all).get()
}

struct Desk<T> {
    /// The next job that nobody has.
    next: usize,
    /// Jobs whose results were taken.
    taken: usize,
    done: BTreeMap<usize, T>,
    /// Nobody wants more.
    stopped: bool,
}

/// Says that a worker ended before its time, whatever ended it.
struct Leave<'a, T>(&'a Mutex<Desk<T>>, &'a Condvar, bool);

impl<T> Drop for Leave<'_, T> {
    fn drop(&mut self) {
        if !self.2 {
            lock(self.0).stopped = true;
        }
        self.1.notify_all();
    }
}

fn lock<T>(desk: &Mutex<Desk<T>>) -> MutexGuard<'_, Desk<T>> {
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does jobs 0 to `count` on `threads` threads and hands their results to
/// `take` in order. Each thread makes a worker of its own first.
pub fn in_order<W, T: Send>(
    threads: usize,
    count: usize,
    worker: impl Fn() -> W + Sync,
    job: impl Fn(&mut W, usize) -> T + Sync,
    mut take: impl FnMut(T) -> Outcome<()>,
) -> Outcome<()> {
    let threads = threads.clamp(1, count.max(1));
    let most = threads + 2;
    let desk = Mutex::new(Desk { next: 0, taken: 0, done: BTreeMap::new(), stopped: false });
    let moved = Condvar::new();
    let work = || {
        let mut leave = Leave(&desk, &moved, false);
        let mut worker = worker();
        loop {
            let mut state = lock(&desk);
            while !state.stopped && state.next < count && state.next >= state.taken + most {
                state = moved.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            if state.stopped || state.next >= count {
                leave.2 = true;
                return;
            }
            let number = state.next;
            state.next += 1;
            drop(state);
            let result = job(&mut worker, number);
            lock(&desk).done.insert(number, result);
            moved.notify_all();
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
        // A panic in `take` must not leave the workers waiting.
        let mut leave = Leave(&desk, &moved, false);
        for number in 0..count {
            let mut state = lock(&desk);
            let result = loop {
                if let Some(result) = state.done.remove(&number) {
                    break result;
                }
                if state.stopped {
                    return Err(Fault::failed("a worker stopped; this is a bug of the program"));
                }
                state = moved.wait(state).unwrap_or_else(PoisonError::into_inner);
            };
            state.taken += 1;
            drop(state);
            moved.notify_all();
            take(result)?;
        }
        leave.2 = true;
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn results_come_in_order_and_few_wait() {
        let (waiting, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let mut next = 0;
        let job = |worker: &mut usize, number: usize| {
            *worker += 1;
            most.fetch_max(waiting.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            if number.is_multiple_of(7) {
                std::thread::sleep(std::time::Duration::from_millis(2));
            }
            number
        };
        let take = |number| {
            assert_eq!(number, next);
            next += 1;
            waiting.fetch_sub(1, Ordering::SeqCst);
            Ok(())
        };
        in_order(4, 200, || 0, job, take).unwrap();
        assert_eq!(next, 200);
        assert!(most.into_inner() <= 4 + 2 + 1);
    }

    #[test]
    fn a_fault_ends_all_workers() {
        let ended = in_order(
            3,
            usize::MAX,
            || (),
            |(), number| number,
            |number| if number < 10 { Ok(()) } else { Err(Fault::failed("enough")) },
        );
        assert_eq!(ended, Err(Fault::failed("enough")));
    }

    #[test]
    fn no_jobs_are_done_at_once() {
        in_order(3, 0, || (), |(), _| (), |()| Ok(())).unwrap();
    }
}
