//! Counts allocations on threads that must not make any.
//!
//! The global allocator of the program and its tests is the system's with one
//! thread-local flag in front. A thread between [`enter`] and [`leave`] that
//! allocates or frees is served, and counted.

#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

#[global_allocator]
static ALLOCATOR: Guard = Guard;

thread_local! {
    // Constant and without destructors: touching them never allocates.
    static REAL_TIME: Cell<bool> = const { Cell::new(false) };
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

/// From here on this thread must not allocate.
pub fn enter() {
    REAL_TIME.set(true);
}

/// From here on this thread may allocate again.
pub fn leave() {
    REAL_TIME.set(false);
}

/// Allocations and frees of this thread while it must not make any.
pub fn count() -> u64 {
    COUNT.get()
}

struct Guard;

impl Guard {
    fn note(&self) {
        if REAL_TIME.get() {
            COUNT.set(COUNT.get() + 1);
        }
    }
}

// SAFETY: every call is the system allocator's own, with its arguments.
unsafe impl GlobalAlloc for Guard {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.note();
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        self.note();
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        self.note();
        // SAFETY: the caller's promises are passed on.
        unsafe { System.realloc(old, layout, size) }
    }

    unsafe fn dealloc(&self, old: *mut u8, layout: Layout) {
        self.note();
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(old, layout) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_allocations_of_a_real_time_thread_count() {
        let before = count();
        std::hint::black_box(vec![1u8; 100]);
        assert_eq!(count(), before);
        enter();
        let one = std::hint::black_box(Vec::<u8>::with_capacity(100));
        leave();
        drop(one);
        assert_eq!(count(), before + 1);
    }
}
