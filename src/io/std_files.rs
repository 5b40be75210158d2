//! Files by std::fs: what is used where io_uring is refused (containers,
//! old kernels) or not built in.

use super::{Desk, Files, make_room, serve};
use crate::link::Bell;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::pin::pin;
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};

struct StdFiles<'a> {
    bell: &'a Bell,
}

/// Serves until every client is gone.
pub(super) fn run(bell: &Bell, arrivals: &mut mpsc::Receiver<Desk>) {
    let files = StdFiles { bell };
    // Nothing below is ever pending: each call has done its work when it
    // returns, so that one poll is all.
    let mut context = Context::from_waker(Waker::noop());
    let served = pin!(serve(&files, arrivals)).poll(&mut context);
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

    async fn write_at(&self, path: &Path, at: u64, bytes: Vec<u8>) -> (io::Result<()>, Vec<u8>) {
        let file = OpenOptions::new().write(true).create(at == 0).truncate(at == 0).open(path);
        let written =
            file.and_then(|file| file.write_all_at(&bytes, at).and_then(|()| file.sync_data()));
        (written, bytes)
    }

    async fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::rename(from, to)
    }

    async fn remove(&self, path: &Path) -> io::Result<()> {
        std::fs::remove_file(path)
    }
}
