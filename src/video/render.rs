//! The render thread: waits at the doorbell, takes the newest picture, shows it.
//!
//! It never paces the emulation: a picture that comes while another is being
//! presented replaces the one that waits, and is counted as dropped.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, Sender};
use std::time::Duration;

use super::layout::{Aspect, Filter};
use super::overlay::{MenuView, Overlay};
use crate::link::{Bell, Flags, Picture, Request, Shown};

/// Something that pictures are shown on: a window's surface, a terminal.
pub trait Screen {
    /// It has that many pixels now.
    fn resize(&mut self, width: u32, height: u32) -> Result<(), ScreenError>;
    /// How the picture is enlarged from now on.
    fn look(&mut self, look: Look);
    /// Shows a picture. False when it could not be seen and was not presented.
    fn show(
        &mut self,
        picture: &Picture,
        overlay: &Overlay,
        now_ns: u64,
    ) -> Result<bool, ScreenError>;
}

/// A screen that cannot be had or has gone, as a sentence.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0}")]
pub struct ScreenError(pub String);

/// How the picture is enlarged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Between the pixels.
    pub filter: Filter,
    /// Their shape.
    pub aspect: Aspect,
}

/// What the render thread is told. Ring the bell after sending.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// The screen has that many pixels.
    Resize(u32, u32),
    /// How to enlarge.
    Look(Look),
    /// The status line and notices are hidden or not.
    Hide(bool),
    /// The menu as it is now; None closes it.
    Menu(Option<MenuView>),
    /// A sentence for the player.
    Notice(String),
    /// Save the picture that is shown, without what is drawn over it.
    Screenshot,
    /// Show the picture again, for the window was uncovered.
    Again,
}

/// What the render thread holds beside its screen.
pub struct Renderer {
    /// The newest picture.
    pub pictures: triple_buffer::Output<Picture>,
    /// Rings for a picture, an order, a notice and the end.
    pub bell: Bell,
    /// What the player's front wants.
    pub orders: Receiver<Order>,
    /// Sentences from elsewhere.
    pub notices: Receiver<String>,
    /// Where screenshots are written.
    pub desk: Sender<Request>,
    /// Says when to end.
    pub flags: Arc<Flags>,
    /// What is drawn over the picture.
    pub overlay: Overlay,
}

/// How long the end may go unnoticed when nobody rings.
const LOOK: Duration = Duration::from_millis(250);

impl Renderer {
    /// Shows pictures until the program ends or the screen fails.
    pub fn run(mut self, screen: &mut impl Screen) -> (Shown, Result<(), ScreenError>) {
        let mut shown = Shown::default();
        let result = self.turn_until_the_end(screen, &mut shown);
        (shown, result)
    }

    fn turn_until_the_end(
        &mut self,
        screen: &mut impl Screen,
        shown: &mut Shown,
    ) -> Result<(), ScreenError> {
        let mut any = false;
        let mut wake: Option<u64> = None;
        while !self.flags.quit.load(Ordering::Acquire) {
            let patience = wake.map(|at| Duration::from_nanos(at.saturating_sub(now_ns())));
            self.bell.wait(Some(patience.unwrap_or(LOOK).min(LOOK)));
            let due = wake.is_some_and(|at| now_ns() >= at);
            let asked = self.take_orders(screen)?;
            let fresh = self.pictures.update();
            any |= fresh;
            wake = self.overlay.tick(now_ns());
            if any && (fresh || asked || due) {
                let picture = self.pictures.output_buffer();
                if screen.show(picture, &self.overlay, now_ns())? {
                    shown.note(picture.sequence, picture.published_ns, now_ns());
                }
            }
        }
        Ok(())
    }

    /// True when the screen must look different now.
    fn take_orders(&mut self, screen: &mut impl Screen) -> Result<bool, ScreenError> {
        let mut asked = false;
        let mut size = None;
        while let Ok(order) = self.orders.try_recv() {
            asked = true;
            match order {
                Order::Resize(width, height) => size = Some((width, height)),
                Order::Look(look) => screen.look(look),
                Order::Hide(hidden) => self.overlay.hidden = hidden,
                Order::Menu(menu) => self.overlay.menu = menu,
                Order::Notice(text) => self.overlay.notice(&text),
                Order::Screenshot => {
                    let picture = Box::new(self.pictures.output_buffer().clone());
                    // Without a desk the program is ending.
                    let _ = self.desk.send(Request::Screenshot(picture));
                }
                Order::Again => {}
            }
        }
        while let Ok(text) = self.notices.try_recv() {
            asked = true;
            self.overlay.notice(&text);
        }
        // Only the last of many sizes is worth a new surface.
        if let Some((width, height)) = size {
            screen.resize(width, height)?;
        }
        Ok(asked)
    }
}

/// Makes the calling thread a real-time thread, below emulation, sound and I/O.
/// Only for a screen that a graphics card draws: a software one would starve
/// the sound server.
pub fn raise_priority() -> Result<(), thread_priority::Error> {
    use thread_priority::{
        RealtimeThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy,
        set_thread_priority_and_policy, thread_native_id,
    };
    let priority = ThreadPriority::Crossplatform(40u8.try_into().expect("at most 99"));
    let policy = ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::Fifo);
    set_thread_priority_and_policy(thread_native_id(), priority, policy)
}

/// Nanoseconds of CLOCK_MONOTONIC.
pub fn now_ns() -> u64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[derive(Default)]
    struct Recorded {
        sequences: Vec<u64>,
        sizes: Vec<(u32, u32)>,
        notices: Vec<String>,
        fail: bool,
    }

    impl Screen for Recorded {
        fn resize(&mut self, width: u32, height: u32) -> Result<(), ScreenError> {
            self.sizes.push((width, height));
            Ok(())
        }

        fn look(&mut self, _: Look) {}

        fn show(
            &mut self,
            picture: &Picture,
            overlay: &Overlay,
            now_ns: u64,
        ) -> Result<bool, ScreenError> {
            self.sequences.push(picture.sequence);
            self.notices.extend(overlay.shown_notice(now_ns).map(|(text, _)| text.to_string()));
            if self.fail { Err(ScreenError("gone".to_string())) } else { Ok(true) }
        }
    }

    struct Bench {
        input: triple_buffer::Input<Picture>,
        bell: Bell,
        orders: mpsc::Sender<Order>,
        notices: mpsc::Sender<String>,
        desk: mpsc::Receiver<Request>,
        flags: Arc<Flags>,
    }

    impl Bench {
        fn new() -> (Self, Renderer) {
            let (input, pictures) = triple_buffer::triple_buffer(&Picture::default());
            let (orders, orders_end) = mpsc::channel();
            let (notices, notices_end) = mpsc::channel();
            let (desk_end, desk) = mpsc::channel();
            let bell = Bell::new().expect("an eventfd");
            let flags = Arc::new(Flags::default());
            let renderer = Renderer {
                pictures,
                bell: bell.clone(),
                orders: orders_end,
                notices: notices_end,
                desk: desk_end,
                flags: flags.clone(),
                overlay: Overlay::default(),
            };
            (Self { input, bell, orders, notices, desk, flags }, renderer)
        }

        fn publish(&mut self, sequence: u64) {
            self.input.write(Picture { sequence, published_ns: now_ns(), ..Picture::default() });
            self.bell.ring();
        }

        fn quit(&self) {
            self.flags.quit.store(true, Ordering::Release);
            self.bell.ring();
        }
    }

    fn soon(mut done: impl FnMut() -> bool) {
        for _ in 0..2000 {
            if done() {
                return;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        panic!("it did not happen within two seconds");
    }

    #[test]
    fn the_newest_picture_is_shown_and_those_before_it_are_counted_as_dropped() {
        let (mut bench, renderer) = Bench::new();
        for sequence in 1..=3 {
            bench.publish(sequence);
        }
        let thread = std::thread::spawn(move || {
            let mut screen = Recorded::default();
            let (shown, result) = renderer.run(&mut screen);
            (screen, shown, result)
        });
        soon(|| bench.input.consumed());
        bench.publish(5);
        soon(|| bench.input.consumed());
        std::thread::sleep(Duration::from_millis(20));
        bench.quit();
        let (screen, shown, result) = thread.join().expect("no panic");
        assert_eq!((screen.sequences, result), (vec![3, 5], Ok(())));
        assert_eq!((shown.shown, shown.dropped), (2, 1));
    }

    #[test]
    fn orders_are_followed_and_of_many_sizes_only_the_last_counts() {
        let (mut bench, renderer) = Bench::new();
        for size in 1..=9 {
            bench.orders.send(Order::Resize(size, size)).expect("it listens");
        }
        bench.orders.send(Order::Screenshot).expect("it listens");
        bench.notices.send("Hello".to_string()).expect("it listens");
        bench.publish(1);
        let thread = std::thread::spawn(move || {
            let mut screen = Recorded::default();
            renderer.run(&mut screen).1.map(|()| screen)
        });
        assert!(matches!(bench.desk.recv(), Ok(Request::Screenshot(_))));
        soon(|| bench.input.consumed());
        std::thread::sleep(Duration::from_millis(20));
        bench.quit();
        let screen = thread.join().expect("no panic").expect("no error");
        assert_eq!(screen.sizes, [(9, 9)]);
        assert_eq!(screen.notices[0], "Hello");
    }

    #[test]
    fn a_screen_that_fails_ends_the_thread_with_its_sentence() {
        let (mut bench, renderer) = Bench::new();
        bench.publish(1);
        let mut screen = Recorded { fail: true, ..Recorded::default() };
        let (shown, result) = renderer.run(&mut screen);
        assert_eq!((shown.shown, result), (0, Err(ScreenError("gone".to_string()))));
    }
}
