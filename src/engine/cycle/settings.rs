//! What the program decides about a session before it begins.

/// How the session is played.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Quit after so many frames.
    pub exit_after: Option<u64>,
    /// 0-100.
    pub volume: u8,
    /// Whether the speed may follow the screen.
    pub follow_display: bool,
    /// Whether a disk is turned over when the game waits for that.
    pub fds_auto: bool,
    /// Allocates in this frame, to show that the guard sees it.
    pub plant_allocation: Option<u64>,
    /// Flips a bit of the machine after this frame, to show that the auditor
    /// sees it.
    pub plant_flip: Option<u64>,
    /// Hashes the state at each frame that is taken, for a test to compare.
    pub hash_states: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            exit_after: None,
            volume: 100,
            follow_display: false,
            fds_auto: true,
            plant_allocation: None,
            plant_flip: None,
            hash_states: false,
        }
    }
}
