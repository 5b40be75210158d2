//! The I/O thread: jobs in, completions out. Bytes, no formats.
//!
//! ```text
//! client ──Job (rtrb)──▶ ┐                     ┌ io_uring (tokio-uring), or
//! client ──Job (rtrb)──▶ ┼─ serve: one by one ─┤
//!    ▲      Bell ──────▶ ┘                     └ std::fs, where that is refused
//!    └──────Done (rtrb), Bell───────
//! ```
//!
//! Every client has rings of its own, so none waits for another's lock. The
//! thread sleeps at one doorbell. It ends when all clients are gone.

mod std_files;
#[cfg(feature = "app")]
mod uring;

use crate::link::{Bell, Client, Done, Job, Refused, Work};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread::JoinHandle;

/// Jobs that a client may have under way.
const DEPTH: usize = 16;

/// Where new clients come from.
#[derive(Clone)]
pub struct Counter {
    arrivals: mpsc::Sender<Desk>,
    bell: Bell,
}

/// The running I/O thread.
pub struct IoThread {
    handle: JoinHandle<()>,
    counter: Counter,
    /// Why io_uring is not used, if it is not.
    pub refused: Option<String>,
}

/// A client's end as the thread sees it.
struct Desk {
    jobs: rtrb::Consumer<Job>,
    done: rtrb::Producer<Done>,
    bell: Bell,
}

/// What the thread can do with files, by one means or another.
trait Files {
    /// Waits until the bell rings.
    async fn wait(&self) -> io::Result<()>;
    /// Reads a whole file of at most `limit` bytes.
    async fn read(&self, path: &Path, limit: u64, bytes: Vec<u8>) -> (io::Result<()>, Vec<u8>);
    /// Writes and syncs a new file.
    async fn create(&self, path: &Path, bytes: Vec<u8>) -> (io::Result<()>, Vec<u8>);
    /// Writes at a place of a file and syncs it. At place 0 the file may be new.
    async fn write_at(&self, path: &Path, at: u64, bytes: Vec<u8>) -> (io::Result<()>, Vec<u8>);
    /// Moves a file over another.
    async fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    async fn remove(&self, path: &Path) -> io::Result<()>;
}

/// Starts the thread with `N` clients. `on_start` runs on it first, once its
/// own helpers exist (a real-time priority belongs there).
pub fn start<const N: usize>(
    on_start: impl FnOnce() + Send + 'static,
) -> io::Result<([Client; N], IoThread)> {
    start_with(on_start, true)
}

/// The same without io_uring, as where the kernel refuses it.
pub fn start_without_uring<const N: usize>(
    on_start: impl FnOnce() + Send + 'static,
) -> io::Result<([Client; N], IoThread)> {
    start_with(on_start, false)
}

impl Counter {
    /// One more client.
    pub fn client(&self) -> io::Result<Client> {
        let (jobs, jobs_out) = rtrb::RingBuffer::new(DEPTH);
        let (done_in, done) = rtrb::RingBuffer::new(DEPTH);
        let done_bell = Bell::new()?;
        let desk = Desk { jobs: jobs_out, done: done_in, bell: done_bell.clone() };
        // A thread that has ended does no jobs: they stay in the ring.
        let _ = self.arrivals.send(desk);
        Ok(Client { jobs, done, bell: self.bell.clone(), done_bell })
    }
}

impl IoThread {
    /// Where more clients come from.
    pub fn counter(&self) -> Counter {
        self.counter.clone()
    }

    /// Waits until every job is done and the thread has ended. All clients
    /// and counters must be gone.
    pub fn join(self) {
        let Counter { arrivals, bell } = self.counter;
        drop(arrivals);
        bell.ring();
        // A panic there was printed; there is nothing left to save here.
        let _ = self.handle.join();
    }
}

/// What a client that may wait does: one job, to its end.
pub fn call(client: &mut Client, job: Job) -> Done {
    while client.done.pop().is_ok() {}
    let mut job = Some(job);
    loop {
        if let Some(Err(rtrb::PushError::Full(again))) = job.take().map(|j| client.jobs.push(j)) {
            job = Some(again);
        }
        client.bell.ring();
        client.done_bell.wait(Some(std::time::Duration::from_millis(100)));
        if let Ok(done) = client.done.pop() {
            return done;
        }
    }
}

fn start_with<const N: usize>(
    on_start: impl FnOnce() + Send + 'static,
    try_uring: bool,
) -> io::Result<([Client; N], IoThread)> {
    let bell = Bell::new()?;
    let (arrivals, mut arrived) = mpsc::channel();
    let counter = Counter { arrivals, bell: bell.clone() };
    let clients: io::Result<Vec<Client>> = (0..N).map(|_| counter.client()).collect();
    let (verdict, heard) = std::sync::mpsc::channel();
    let handle = std::thread::Builder::new().name("retake-io".into()).spawn(move || {
        let refused = match try_uring {
            #[cfg(feature = "app")]
            true => match uring::Ring::new() {
                Ok(ring) => {
                    on_start();
                    let _ = verdict.send(None);
                    return ring.run(&bell, &mut arrived);
                }
                Err(error) => error.to_string(),
            },
            _ => "this build is without it".to_owned(),
        };
        on_start();
        let _ = verdict.send(Some(refused));
        std_files::run(&bell, &mut arrived);
    })?;
    let refused = heard.recv().map_err(|_| io::Error::other("the I/O thread did not start"))?;
    let clients = clients?.try_into().map_err(|_| io::Error::other("not so many clients"))?;
    Ok((clients, IoThread { handle, counter, refused }))
}

/// Does jobs until every client is gone and none can come.
async fn serve(files: &impl Files, arrivals: &mut mpsc::Receiver<Desk>) {
    let mut desks: Vec<Desk> = Vec::new();
    let mut open = true;
    loop {
        let mut idle = true;
        while open {
            match arrivals.try_recv() {
                Ok(desk) => desks.push(desk),
                Err(mpsc::TryRecvError::Empty) => break,
                Err(mpsc::TryRecvError::Disconnected) => open = false,
            }
        }
        for desk in &mut desks {
            let Ok(job) = desk.jobs.pop() else { continue };
            idle = false;
            let (result, bytes) = work(files, job.work, &job.path, job.bytes).await;
            let result = result.map_err(Refused::from);
            // A client that does not take what was done misses it.
            let _ = desk.done.push(Done { tag: job.tag, work: job.work, bytes, result });
            desk.bell.ring();
        }
        desks.retain(|desk| !(desk.jobs.is_abandoned() && desk.jobs.is_empty()));
        if idle && (desks.is_empty() && !open || files.wait().await.is_err()) {
            return;
        }
    }
}

async fn work(
    files: &impl Files,
    work: Work,
    path: &Path,
    bytes: Vec<u8>,
) -> (io::Result<()>, Vec<u8>) {
    match work {
        Work::Read { limit } => files.read(path, limit, bytes).await,
        Work::WriteAt { at } => files.write_at(path, at, bytes).await,
        Work::Store => {
            let new = beside(path);
            let (written, bytes) = files.create(&new, bytes).await;
            let moved = match written {
                Ok(()) => files.rename(&new, path).await,
                Err(error) => Err(error),
            };
            if moved.is_err() {
                // What is left of it helps nobody; the error says what happened.
                let _ = files.remove(&new).await;
            }
            (moved, bytes)
        }
    }
}

/// Where a file is written before it takes the place of `path`.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".new-{}", std::process::id()));
    path.with_file_name(name)
}

/// Whether a file of `size` bytes fits; makes room for it.
fn make_room(bytes: &mut Vec<u8>, size: u64, limit: u64) -> io::Result<()> {
    bytes.clear();
    let size = usize::try_from(size).ok().filter(|_| size <= limit);
    let size = size.ok_or_else(|| io::Error::from(io::ErrorKind::FileTooLarge))?;
    bytes.reserve_exact(size);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn job(path: &Path, work: Work, bytes: &[u8]) -> Job {
        Job { tag: 7, path: Arc::from(path), work, bytes: bytes.to_vec() }
    }

    fn why(done: Done) -> io::ErrorKind {
        done.result.unwrap_err().kind()
    }

    /// The same for io_uring (where it is allowed) and for std::fs.
    fn both(test: impl Fn(&mut Client, &Path)) {
        for uring in [true, false] {
            let dir = tempfile::tempdir().unwrap();
            let ([mut client], thread) = start_with(|| {}, uring).unwrap();
            test(&mut client, dir.path());
            drop(client);
            thread.join();
        }
    }

    #[test]
    fn what_is_stored_is_read_again() {
        both(|client, dir| {
            let path = dir.join("a.sav");
            for text in [b"old".as_slice(), b"a new one that is longer", b"short"] {
                assert_eq!(call(client, job(&path, Work::Store, text)).result, Ok(()));
                let done = call(client, job(&path, Work::Read { limit: 100 }, b"junk"));
                assert_eq!((done.tag, done.result, done.bytes.as_slice()), (7, Ok(()), text));
            }
            assert_eq!(dir.read_dir().unwrap().count(), 1);
        });
    }

    #[test]
    fn a_file_that_is_not_there_or_too_large_is_an_error() {
        both(|client, dir| {
            let path = dir.join("a.sav");
            let done = call(client, job(&path, Work::Read { limit: 100 }, b""));
            assert_eq!(why(done), io::ErrorKind::NotFound);
            std::fs::write(&path, [0; 101]).unwrap();
            let done = call(client, job(&path, Work::Read { limit: 100 }, b""));
            assert_eq!(why(done), io::ErrorKind::FileTooLarge);
            std::fs::write(&path, []).unwrap();
            let done = call(client, job(&path, Work::Read { limit: 100 }, b""));
            assert_eq!((done.result, done.bytes.len()), (Ok(()), 0));
        });
    }

    #[test]
    fn a_device_that_fails_is_an_error_in_the_words_of_the_system() {
        both(|client, _| {
            // It is there, and each write to it finds it full.
            let full = call(client, job(Path::new("/dev/full"), Work::WriteAt { at: 0 }, b"x"));
            assert_eq!(full.result.unwrap_err().to_string(), "No space left on device");
        });
        // EIO and ENXIO have no kind.
        for (number, words) in [(5, "Input/output error"), (6, "No such device or address")] {
            let refused = Refused::from(io::Error::from_raw_os_error(number));
            assert_eq!(refused.to_string(), words);
        }
    }

    #[test]
    fn a_store_that_fails_leaves_the_old_file_and_nothing_else() {
        both(|client, dir| {
            let path = dir.join("folder");
            std::fs::create_dir_all(path.join("full")).unwrap();
            assert!(call(client, job(&path, Work::Store, b"x")).result.is_err());
            assert_eq!(dir.read_dir().unwrap().count(), 1);
            assert!(call(client, job(&dir.join("no/x"), Work::Store, b"x")).result.is_err());
        });
    }

    #[test]
    fn bytes_go_where_they_belong_and_only_the_first_make_a_file() {
        both(|client, dir| {
            let path = dir.join("a.log");
            let late = call(client, job(&path, Work::WriteAt { at: 4 }, b"two "));
            assert_eq!(why(late), io::ErrorKind::NotFound);
            for (at, text) in [(0, b"one ".as_slice()), (4, b"xxx"), (4, b"two "), (8, b"three")] {
                assert_eq!(call(client, job(&path, Work::WriteAt { at }, text)).result, Ok(()));
            }
            assert_eq!(std::fs::read(&path).unwrap(), b"one two three");
        });
    }

    #[test]
    fn a_read_into_a_buffer_that_is_large_enough_keeps_it() {
        both(|client, dir| {
            let path = dir.join("a.rts");
            std::fs::write(&path, [5; 60]).unwrap();
            let mut job = job(&path, Work::Read { limit: 64 }, &[]);
            job.bytes.reserve_exact(64);
            let place = job.bytes.as_ptr();
            let done = call(client, job);
            assert_eq!((done.bytes.as_ptr(), done.bytes.len()), (place, 60));
        });
    }

    #[test]
    fn jobs_that_were_given_are_done_before_the_thread_ends() {
        let dir = tempfile::tempdir().unwrap();
        let ([mut one, mut two], thread) = start(|| {}).unwrap();
        for n in 0..DEPTH {
            let path = dir.path().join(n.to_string());
            let client = if n % 2 == 0 { &mut one } else { &mut two };
            assert!(client.jobs.push(job(&path, Work::Store, b"x")).is_ok());
        }
        drop((one, two));
        thread.join();
        assert_eq!(dir.path().read_dir().unwrap().count(), DEPTH);
    }
}
