//! Steps of a board's sound, on their way to who listens.

/// So many are noted before somebody takes them.
const ROOM: usize = 64;

/// Some steps: each is the CPU cycle that moved the level, and what it became.
pub struct Heard {
    steps: [(u32, i32); ROOM],
    len: usize,
    /// The cycle from which those that are noted count.
    begins: u32,
    level: i32,
}

impl Default for Heard {
    fn default() -> Self {
        Self { steps: [(0, 0); ROOM], len: 0, begins: 0, level: 0 }
    }
}

impl Heard {
    /// Forgets all. What follows begins in this cycle of the frame, at this level.
    pub fn begin(&mut self, cycle: u32, level: i32) {
        (self.len, self.begins, self.level) = (0, cycle, level);
    }

    /// How many more can surely be noted.
    pub fn room(&self) -> usize {
        ROOM - self.len
    }

    /// Notes the level behind a cycle. Where there is no room left, it is lost.
    #[inline(always)]
    pub fn note(&mut self, cycle: u32, level: i32) {
        if level != self.level
            && let Some(place) = self.steps.get_mut(self.len)
        {
            *place = (self.begins + cycle, level);
            self.level = level;
            self.len += 1;
        }
    }

    /// What was noted and moved the level, in order.
    pub fn steps(&self) -> &[(u32, i32)] {
        &self.steps[..self.len]
    }
}
