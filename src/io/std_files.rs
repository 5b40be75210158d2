//! Files by std::fs: what is used where io_uring is refused (containers,
//! old kernels) or not built in.

use super::{Desk, Files, make_room, serve};
use crate::link::Bell;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

struct StdFiles<'a> {
    bell: &'a Bell,
}

/// Serves `desks` until every client is gone.
pub(super) fn run(bell: &Bell, desks: &mut [Desk]) {
    let files = StdFiles { bell };
    // Nothing below is ever pending: each call has done its work when it
    // returns, so that one poll is all.
    let mut context = Context::from_waker(Waker::noop());
    let served = pin!(serve(&files, desks)).poll(&mut context);
    debug_assert_eq!(served, Poll::Ready(()));
}

impl Files for StdFiles<'_> {
    async fn wait(&self) -> io::Result<()> {
        self.bell.wait(None);
        Ok(())
    }

    async fn read(&self, path: &Path, limit: u64, mut bytes: Vec<u8>) -> (io::Result<()>, Vec<u8>) {
        let result = (|| {
            let file = File::open(path)?;
            let size = file.metadata()?.len();
            make_room(&mut bytes, size, limit)?;
            file.take(size).read_to_end(&mut bytes)?;
            Ok(())
        })();
        (result, bytes)
    }

    async fn create(&self, path: &Path, bytes: Vec<u8>) -> (io::Result<()>, Vec<u8>) {
        let written = File::create(path)
            .and_then(|mut file| file.write_all(&bytes).and_then(|()| file.sync_all()));
        (written, bytes)
    }

    async fn append(&self, path: &Path, bytes: Vec<u8>) -> (io::Result<()>, Vec<u8>) {
        let file = OpenOptions::new().append(true).create(true).open(path);
        (file.and_then(|mut file| file.write_all(&bytes)), bytes)
    }

    async fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::rename(from, to)
    }

    async fn remove(&self, path: &Path) -> io::Result<()> {
        std::fs::remove_file(path)
    }
}
