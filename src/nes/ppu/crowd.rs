//! Which sprites are on which line of the picture.
//!
//! The evaluation of a line goes through OAM from the front and finds the sprites
//! in range. While OAM stays as it is that can be told for all lines at once, as a
//! bit for each sprite. It is no state: it is made anew wherever OAM or the height
//! of sprites are not those that it was made from.

/// Lines, and those below the last one that a sprite may reach.
const LINES: usize = 256 + 16;

/// The sprites in range of each line, a bit for each, the first of OAM the lowest.
pub struct Crowd {
    oam: [u8; 256],
    height: u16,
    lines: [u64; LINES],
}

impl Crowd {
    /// Of nothing: OAM has no sprite without a height.
    pub fn new() -> Self {
        Self { oam: [0; 256], height: 0, lines: [0; LINES] }
    }

    /// Makes sure that it is that of `oam`.
    pub fn follow(&mut self, oam: &[u8; 256], height: u16) {
        if self.oam == *oam && self.height == height {
            return;
        }
        (self.oam, self.height) = (*oam, height);
        self.lines = [0; LINES];
        let (entries, _) = oam.as_chunks::<4>();
        for (n, entry) in entries.iter().enumerate() {
            let below = &mut self.lines[usize::from(entry[0])..];
            for line in below.iter_mut().take(usize::from(height)) {
                *line |= 1 << n;
            }
        }
    }

    /// The first line of the picture, from `from` on, with eight sprites in range.
    pub fn first_crowded_line(&self, from: u16) -> Option<u16> {
        let seldom = |line: &u16| self.on_line(*line) != 0;
        (from..240).filter(seldom).find(|line| self.on_line(*line).count_ones() >= 8)
    }

    /// The sprites that the evaluation of a line finds in range.
    #[inline(always)]
    pub fn on_line(&self, line: u16) -> u64 {
        self.lines[usize::from(line & 0xff)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sprite_is_in_range_from_its_first_line_for_its_height() {
        let mut crowd = Crowd::new();
        let mut oam = [0xff; 256];
        oam[4] = 10;
        for height in [8, 16] {
            crowd.follow(&oam, height);
            let lines: Vec<u16> = (0..240).filter(|line| crowd.on_line(*line) == 2).collect();
            assert_eq!(lines, (10..10 + height).collect::<Vec<_>>());
        }
        oam[4] = 20;
        crowd.follow(&oam, 8);
        assert_eq!((crowd.on_line(10), crowd.on_line(20)), (0, 2), "it follows OAM");
    }
}
