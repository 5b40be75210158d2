//! Files by io_uring, through tokio-uring.
//!
//! The doorbell is an eventfd read through the ring like any file, so that one
//! system call waits for both.

use super::{Desk, Files, make_room, serve};
use crate::link::Bell;
use std::io;
use std::os::fd::AsFd;
use std::path::Path;
use std::sync::mpsc;
use tokio_uring::buf::BoundedBuf;
use tokio_uring::fs::{File, OpenOptions};

/// A ring of the calling thread's.
pub(super) struct Ring {
    runtime: tokio_uring::Runtime,
}

struct UringFiles {
    bell: File,
}

impl Ring {
    /// Asks the kernel for a ring.
    pub(super) fn new() -> io::Result<Self> {
        tokio_uring::Runtime::new(&tokio_uring::builder()).map(|runtime| Self { runtime })
    }

    /// Serves until every client is gone.
    pub(super) fn run(&self, bell: &Bell, arrivals: &mut mpsc::Receiver<Desk>) {
        self.runtime.block_on(async {
            let Ok(bell) = bell.as_fd().try_clone_to_owned() else { return };
            let files = UringFiles { bell: File::from_std(bell.into()) };
            serve(&files, arrivals).await;
        });
    }
}

impl Files for UringFiles {
    async fn wait(&self) -> io::Result<()> {
        // The count is of no interest; the buffer travels through the ring.
        self.bell.read_at(Vec::with_capacity(8), 0).await.0.map(drop)
    }

    async fn read(&self, path: &Path, limit: u64, mut bytes: Vec<u8>) -> (io::Result<()>, Vec<u8>) {
        let opened = async {
            let file = File::open(path).await?;
            let size = file.statx().await?.stx_size;
            make_room(&mut bytes, size, limit)?;
            Ok((file, size as usize))
        };
        let (file, size) = match opened.await {
            Ok(opened) => opened,
            Err(error) => return (Err(error), bytes),
        };
        let mut error = None;
        while bytes.len() < size && error.is_none() {
            let at = bytes.len();
            let (read, slice) = file.read_at(bytes.slice(at..size), at as u64).await;
            bytes = slice.into_inner();
            match read {
                Ok(0) => break,
                Ok(_) => {}
                Err(e) => error = Some(e),
            }
        }
        let closed = file.close().await;
        (error.map_or(closed, Err), bytes)
    }

    async fn create(&self, path: &Path, bytes: Vec<u8>) -> (io::Result<()>, Vec<u8>) {
        match File::create(path).await {
            Ok(file) => write(file, 0, bytes).await,
            Err(error) => (Err(error), bytes),
        }
    }

    async fn write_at(&self, path: &Path, at: u64, bytes: Vec<u8>) -> (io::Result<()>, Vec<u8>) {
        let (first, mut options) = (at == 0, OpenOptions::new());
        match options.write(true).create(first).truncate(first).open(path).await {
            Ok(file) => write(file, at, bytes).await,
            Err(error) => (Err(error), bytes),
        }
    }

    async fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        tokio_uring::fs::rename(from, to).await
    }

    async fn remove(&self, path: &Path) -> io::Result<()> {
        tokio_uring::fs::remove_file(path).await
    }
}

/// Writes all, syncs, closes.
async fn write(file: File, at: u64, bytes: Vec<u8>) -> (io::Result<()>, Vec<u8>) {
    let (written, bytes) = file.write_all_at(bytes, at).await;
    let synced = match written {
        Ok(()) => file.sync_all().await,
        Err(error) => Err(error),
    };
    let closed = file.close().await;
    (synced.and(closed), bytes)
}
