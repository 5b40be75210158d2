//! What the engine hands to the player's side (window or terminal), and what
//! the rest of the program may say to it.
//!
//! ```text
//! emulation --Picture--> `pictures`, rings `bell`        --> the render thread
//! signals, pads, I/O --Message--> `messages` (mpsc)      --> main
//! main --Command--> `commands` (rtrb)                    --> emulation
//! ```

use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};

use crate::input::gamepad::PadEvent;
use crate::link::{Command, Picture};

/// Everything that the window or the terminal needs.
pub struct Ends {
    /// The newest picture.
    pub pictures: triple_buffer::Output<Picture>,
    /// An eventfd, not semaphore: written when there is a new picture.
    pub bell: Arc<OwnedFd>,
    /// What the player does.
    pub commands: rtrb::Producer<Command>,
    /// What others have to say; `sender` is its other end, for those that
    /// the window itself starts (gamepads).
    pub messages: Receiver<Message>,
    /// See `messages`.
    pub sender: Sender<Message>,
    /// ROMs that were dropped onto the window.
    pub dropped: Sender<PathBuf>,
}

/// What any thread but the emulation thread may say to the main thread.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// Close as if the player had asked for it (signals).
    Quit,
    /// The emulation thread has ended (`--exit-after`).
    Finished,
    /// A sentence for the player, shown for some seconds.
    Notice(String),
    /// A gamepad did something at that time of CLOCK_MONOTONIC.
    Pad(PadEvent, u64),
}
