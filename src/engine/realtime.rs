//! Making a thread a real-time one, and what to do when that is refused.
//!
//! FIFO priority (thread-priority, with RESET_ON_FORK so that no child
//! inherits it), one CPU of its own (rustix), locked memory, a touched stack,
//! and a sleep that ends on time: `clock_nanosleep` to just before the
//! deadline, then a short spin.
//!
//! Nothing here fails: each refusal becomes a [`Degraded`] that says what is
//! worse now and how to mend it.

#![allow(unsafe_code)]

use rustix::mm::MlockAllFlags;
use rustix::thread::CpuSet;
use rustix::time::{ClockId, Timespec};
use std::fmt;
use thread_priority::{
    RealtimeThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy, thread_native_id,
};

/// How long before the deadline the sleep ends and the spin begins.
pub const SPIN_NS: u64 = 150_000;
const FIFO: i32 = 1;
const RESET_ON_FORK: i32 = 0x4000_0000;
const SECOND: u64 = 1_000_000_000;

/// What a thread would like to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wishes {
    /// SCHED_FIFO at this priority, 1-99.
    pub priority: Option<u8>,
    /// Only on this CPU.
    pub cpu: Option<usize>,
}

/// Something that was refused, as a sentence with its mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Degraded {
    /// No SCHED_FIFO.
    Priority {
        /// Which thread.
        thread: &'static str,
        /// Which priority it asked for.
        wanted: u8,
    },
    /// No CPU of its own.
    Cpu {
        /// The CPU that it asked for.
        wanted: usize,
    },
    /// Memory is not locked.
    Memory,
}

impl fmt::Display for Degraded {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Priority { thread, wanted } => write!(
                f,
                "{thread} runs without real-time priority {wanted} and may stutter under load: \
                 allow it with `@audio - rtprio 95` in /etc/security/limits.d/retake.conf (log in \
                 again), or `sudo setcap cap_sys_nice,cap_ipc_lock+ep` on the retake binary"
            ),
            Self::Cpu { wanted } => write!(
                f,
                "the emulation is not pinned to CPU {wanted}: choose one of this process's CPUs \
                 (`taskset -p $$`) with --cpu"
            ),
            Self::Memory => write!(
                f,
                "memory is not locked and may be paged out in play: allow it with `@audio - \
                 memlock unlimited` in /etc/security/limits.d/retake.conf (log in again)"
            ),
        }
    }
}

/// What the kernel says about this thread.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Page faults served without the disk.
    pub minor_faults: u64,
    /// Page faults that waited for the disk.
    pub major_faults: u64,
    /// `FIFO`, `OTHER` …
    pub policy: &'static str,
    /// Real-time priority, 0 without one.
    pub priority: u64,
    /// The CPU that it ran on last.
    pub cpu: u64,
    /// CPU time used, nanoseconds.
    pub cpu_ns: u64,
}

/// Nanoseconds of CLOCK_MONOTONIC.
pub fn now_ns() -> u64 {
    nanoseconds(rustix::time::clock_gettime(ClockId::Monotonic))
}

/// Sleeps to `deadline` (CLOCK_MONOTONIC); gives the time then and how much of
/// it was spun away, in nanoseconds. With `spin_ns` of 0 it only sleeps.
pub fn sleep_until(deadline: u64, spin_ns: u64) -> (u64, u64) {
    let wake = deadline.saturating_sub(spin_ns);
    let mut now = now_ns();
    while now < wake {
        let at = Timespec { tv_sec: (wake / SECOND) as i64, tv_nsec: (wake % SECOND) as i64 };
        // A signal may end it early: the loop looks at the clock again.
        let _ = rustix::thread::clock_nanosleep_absolute(ClockId::Monotonic, &at);
        now = now_ns();
    }
    let woken = now;
    while now < deadline {
        std::hint::spin_loop();
        now = now_ns();
    }
    (now, now - woken)
}

/// Locks what the process has and will have into memory, page by page as it is
/// touched.
pub fn lock_memory() -> Result<(), Degraded> {
    let all = MlockAllFlags::CURRENT | MlockAllFlags::FUTURE | MlockAllFlags::ONFAULT;
    rustix::mm::mlockall(all).map_err(|_| Degraded::Memory)
}

/// Lets the calling thread run only where no other wants to.
pub fn idle() {
    let idle = ThreadSchedulePolicy::Normal(thread_priority::NormalThreadSchedulePolicy::Idle);
    // Where that is refused it is a thread like others.
    let _ = thread_priority::set_thread_priority_and_policy(
        thread_native_id(),
        ThreadPriority::Min,
        idle,
    );
}

/// Makes the calling thread a real-time one as far as it may be; gives what
/// was refused. Do this last, when every thread that it starts exists.
pub fn promote(thread: &'static str, wishes: Wishes) -> Vec<Degraded> {
    let mut refused = Vec::new();
    if let Some(wanted) = wishes.cpu
        && pin(wanted).is_err()
    {
        refused.push(Degraded::Cpu { wanted });
    }
    if let Some(wanted) = wishes.priority
        && fifo(wanted).is_err()
    {
        refused.push(Degraded::Priority { thread, wanted });
    }
    touch_stack();
    refused
}

/// Makes the calling thread a FIFO one together with every thread that it will
/// start: those of libraries that cannot be asked. Whether that was granted.
pub fn promote_with_children(priority: u8) -> bool {
    set_fifo(priority).is_ok()
}

/// The CPU to pin the emulation to when nobody names one: the last of those
/// that the process may use, as the first serves most interrupts. `None` with
/// a single one.
pub fn favourite_cpu() -> Option<usize> {
    let allowed = rustix::thread::sched_getaffinity(None).ok()?;
    if allowed.count() < 2 {
        return None;
    }
    (0..CpuSet::MAX_CPU).rev().find(|&cpu| allowed.is_set(cpu))
}

/// What the kernel says about the calling thread. Reads a file: not for use
/// while the thread must keep its deadlines.
pub fn usage() -> Usage {
    let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap_or_default();
    // The name (field 2) may hold spaces: count from behind its bracket.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let field = |number: usize| fields.get(number - 3).and_then(|f| f.parse().ok()).unwrap_or(0);
    let policy = match field(41) {
        0 => "OTHER",
        1 => "FIFO",
        2 => "RR",
        3 => "BATCH",
        5 => "IDLE",
        6 => "DEADLINE",
        _ => "unknown",
    };
    Usage {
        minor_faults: field(10),
        major_faults: field(12),
        policy,
        priority: field(40),
        cpu: field(39),
        cpu_ns: nanoseconds(rustix::time::clock_gettime(ClockId::ThreadCPUTime)),
    }
}

/// Most memory that the process ever had resident, KiB.
pub fn rss_peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|l| l.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

fn pin(cpu: usize) -> Result<(), ()> {
    if cpu >= CpuSet::MAX_CPU {
        return Err(());
    }
    let mut set = CpuSet::new();
    set.set(cpu);
    rustix::thread::sched_setaffinity(None, &set).map_err(|_| ())
}

fn set_fifo(priority: u8) -> Result<(), ()> {
    let wanted = ThreadPriority::Crossplatform(priority.try_into().map_err(|_| ())?);
    let policy = ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::Fifo);
    thread_priority::set_thread_priority_and_policy(thread_native_id(), wanted, policy)
        .map_err(|_| ())
}

fn fifo(priority: u8) -> Result<(), ()> {
    set_fifo(priority)?;
    let parameters = SchedulingParameters { priority: i32::from(priority) };
    // SAFETY: the C library's sched_setscheduler(2) reads one `struct
    // sched_param`, which is this one `int`, and keeps nothing. Thread 0 is
    // the caller. A refusal leaves the policy that was set above.
    unsafe { sched_setscheduler(0, FIFO | RESET_ON_FORK, &parameters) };
    Ok(())
}

#[repr(C)]
struct SchedulingParameters {
    priority: i32,
}

unsafe extern "C" {
    fn sched_setscheduler(thread: i32, policy: i32, parameters: *const SchedulingParameters)
    -> i32;
}

/// Touches as much stack as a frame may ever use.
#[inline(never)]
fn touch_stack() {
    let mut stack = [0u8; 256 * 1024];
    for byte in stack.iter_mut().step_by(4096) {
        *byte = 1;
    }
    std::hint::black_box(&mut stack);
}

fn nanoseconds(time: Timespec) -> u64 {
    time.tv_sec as u64 * SECOND + time.tv_nsec as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sleep_never_ends_early() {
        for ahead in [0, 50_000, 1_000_000] {
            let deadline = now_ns() + ahead;
            let (now, _) = sleep_until(deadline, SPIN_NS);
            assert!(now >= deadline);
        }
    }

    #[test]
    fn a_refusal_is_a_sentence_and_not_an_error() {
        let wishes = Wishes { priority: None, cpu: Some(CpuSet::MAX_CPU - 1) };
        let refused = std::thread::spawn(move || promote("a test", wishes)).join().unwrap();
        assert_eq!(refused.len(), 1);
        assert!(refused[0].to_string().contains("--cpu"));
    }

    #[test]
    fn the_kernel_tells_about_a_thread() {
        std::hint::black_box(vec![1u8; 4 << 20]);
        let usage = usage();
        assert!(usage.cpu_ns > 0 && usage.policy == "OTHER", "{usage:?}");
        assert!(rss_peak_kib() > 100);
    }
}
