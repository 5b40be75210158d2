//! When each frame is due: clock arithmetic, no clock.
//!
//! ```text
//! anchor      due(1)      due(2)      due(3)        due(n) = anchor + n · den/num seconds, rounded once
//!   |───────────|───────────|───────────|──▶ t      so that nothing ever adds up
//!               ▲ start_error = start - due
//! ```
//!
//! A frame that starts a whole period late or more is a *late frame*. The ones
//! after it follow without a sleep until the time is made good; but who is
//! more than [`CATCH_UP`] periods behind (a suspended laptop, a debugger) lets
//! the lost time go and anchors anew.

/// How many periods are made good at most.
pub const CATCH_UP: u64 = 3;
/// How far `--sync display` may bend the speed.
pub const TRIM_LIMIT: f64 = 0.005;
const SECOND: u128 = 1_000_000_000;

/// Says when frames are due and how late they were. Times are nanoseconds.
#[derive(Clone, Debug)]
pub struct Pacer {
    native: (u64, u64),
    rate: (u64, u64),
    anchor: u64,
    count: u64,
    late: u64,
    let_go: u64,
}

/// How a frame started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start {
    /// Nanoseconds after it was due.
    pub error_ns: u64,
    /// Whether the lost time was let go.
    pub anchored_anew: bool,
}

impl Pacer {
    /// A pacer of `rate.0 / rate.1` frames a second whose first frame is due now.
    pub fn new(rate: (u64, u64), now: u64) -> Self {
        Self { native: rate, rate, anchor: now, count: 0, late: 0, let_go: 0 }
    }

    /// When the next frame is due.
    pub fn due(&self) -> u64 {
        let nanoseconds = u128::from(self.count) * u128::from(self.rate.1) * SECOND;
        self.anchor + ((nanoseconds + u128::from(self.rate.0) / 2) / u128::from(self.rate.0)) as u64
    }

    /// Nanoseconds in a frame.
    pub fn period(&self) -> u64 {
        (u128::from(self.rate.1) * SECOND / u128::from(self.rate.0)) as u64
    }

    /// The frame that was due starts now.
    pub fn start(&mut self, now: u64) -> Start {
        let error_ns = now.saturating_sub(self.due());
        let behind = error_ns / self.period();
        self.late += u64::from(behind >= 1);
        self.count += 1;
        let anchored_anew = behind > CATCH_UP;
        if anchored_anew {
            self.let_go += 1;
            self.anchor = now;
            self.count = 1;
        }
        Start { error_ns, anchored_anew }
    }

    /// Frames that started a whole period late or more.
    pub fn late(&self) -> u64 {
        self.late
    }

    /// How often lost time was let go.
    pub fn let_go(&self) -> u64 {
        self.let_go
    }

    /// Follows a screen of so many pictures a second when one of its divisions
    /// is within [`TRIM_LIMIT`] of the console's rate; else keeps that rate.
    /// Gives the speed in terms of the console's.
    pub fn follow(&mut self, millihertz: u32) -> f64 {
        let native = self.native.0 as f64 / self.native.1 as f64;
        let screen = f64::from(millihertz) / 1000.0;
        let division = (screen / native).round().max(1.0);
        let speed = screen / division / native;
        let follows = (speed - 1.0).abs() <= TRIM_LIMIT;
        self.set_rate(if follows {
            (u64::from(millihertz), 1000 * division as u64)
        } else {
            self.native
        });
        if follows { speed } else { 1.0 }
    }

    /// Another console (a game was dropped onto the window): its first frame
    /// is due when this one's next was.
    pub fn set_native(&mut self, rate: (u64, u64)) {
        self.native = rate;
        self.set_rate(rate);
    }

    fn set_rate(&mut self, rate: (u64, u64)) {
        self.anchor = self.due();
        self.count = 0;
        self.rate = rate;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nes::Region;

    fn ntsc() -> (u64, u64) {
        Region::Ntsc.frame_rate()
    }

    #[test]
    fn an_hour_has_its_exact_number_of_frames() {
        let mut pacer = Pacer::new(ntsc(), 5);
        let frames = 39_375_000u64; // in exactly 655,171 seconds
        pacer.count = frames;
        assert_eq!(pacer.due(), 5 + 655_171 * 1_000_000_000);
        assert_eq!(pacer.period(), 16_639_263);
    }

    #[test]
    fn a_late_frame_is_made_good_and_counted() {
        let mut pacer = Pacer::new(ntsc(), 0);
        pacer.start(0);
        let start = pacer.start(pacer.due() + 2 * pacer.period());
        assert!(!start.anchored_anew && start.error_ns == 2 * pacer.period());
        assert_eq!(pacer.late(), 1);
        assert!(pacer.due() < 3 * pacer.period());
    }

    #[test]
    fn a_frame_less_than_a_period_late_is_not_a_late_frame() {
        let mut pacer = Pacer::new(ntsc(), 0);
        pacer.start(pacer.period() - 1);
        assert_eq!(pacer.late(), 0);
    }

    #[test]
    fn after_a_suspend_the_lost_time_is_let_go() {
        let mut pacer = Pacer::new(ntsc(), 0);
        pacer.start(0);
        let awake = 3_600_000_000_000;
        assert!(pacer.start(awake).anchored_anew);
        assert_eq!(pacer.let_go(), 1);
        assert_eq!(pacer.due(), awake + pacer.period());
    }

    #[test]
    fn a_screen_near_the_rate_is_followed_and_others_are_not() {
        for (millihertz, followed) in
            [(60_000, true), (59_940, true), (119_880, true), (75_000, false), (144_000, false)]
        {
            let mut pacer = Pacer::new(ntsc(), 0);
            let speed = pacer.follow(millihertz);
            assert_eq!(speed != 1.0, followed, "{millihertz}");
            assert!((speed - 1.0).abs() <= TRIM_LIMIT);
            assert_eq!(pacer.rate != ntsc(), followed);
        }
        let mut pacer = Pacer::new(ntsc(), 0);
        pacer.follow(60_000);
        pacer.count = 60;
        assert_eq!(pacer.due(), 1_000_000_000);
    }

    #[test]
    fn a_changed_rate_moves_no_deadline_that_was_promised() {
        let mut pacer = Pacer::new(ntsc(), 0);
        pacer.start(0);
        let promised = pacer.due();
        pacer.follow(60_000);
        assert_eq!(pacer.due(), promised);
    }
}
