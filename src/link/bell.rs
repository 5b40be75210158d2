//! A doorbell: an eventfd that one thread rings and another waits at.
//!
//! Ringing is one system call that never blocks and never allocates, so the
//! emulation thread may do it. Rings that come before the waiter looks are one.
//! There is one waiter: what is read is gone, and io_uring reads it as a file.

use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

/// One doorbell; clones are the same bell.
#[derive(Clone)]
pub struct Bell {
    fd: Arc<OwnedFd>,
}

impl Bell {
    /// A silent bell.
    pub fn new() -> std::io::Result<Self> {
        let fd = rustix::event::eventfd(0, EventfdFlags::CLOEXEC)?;
        Ok(Self { fd: Arc::new(fd) })
    }

    /// Rings.
    pub fn ring(&self) {
        // It would block at 2^64 - 2 rings that nobody heard, and not before.
        let _ = rustix::io::write(&self.fd, &1u64.to_ne_bytes());
    }

    /// Waits until it rang (`true`) or `timeout` passed (`false`), and
    /// silences it.
    pub fn wait(&self, timeout: Option<Duration>) -> bool {
        let mut fds = [PollFd::new(&self.fd, PollFlags::IN)];
        let timeout = timeout
            .map(|t| Timespec { tv_sec: t.as_secs() as i64, tv_nsec: i64::from(t.subsec_nanos()) });
        // An interrupted wait counts as a timeout; callers look again anyway.
        let rings = matches!(rustix::event::poll(&mut fds, timeout.as_ref()), Ok(1..));
        rings && rustix::io::read(&self.fd, &mut [0; 8]).is_ok()
    }

    /// Whether it rang since it was last asked; never waits.
    pub fn take(&self) -> bool {
        self.wait(Some(Duration::ZERO))
    }
}

impl AsFd for Bell {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rings_before_the_waiter_looks_are_one() {
        let bell = Bell::new().unwrap();
        bell.ring();
        bell.clone().ring();
        assert!(bell.wait(None));
        assert!(!bell.take());
        assert!(!bell.wait(Some(Duration::from_millis(1))));
    }

    #[test]
    fn a_ring_wakes_another_thread() {
        let bell = Bell::new().unwrap();
        let other = bell.clone();
        let waiter = std::thread::spawn(move || other.wait(Some(Duration::from_secs(10))));
        bell.ring();
        assert!(waiter.join().unwrap());
    }
}
