//! Movies as text: a line a frame. Lines that do not begin with a bar say
//! something else and are left out.
//!
//! ```text
//! |Pr|UDLRSsBA|UDLRSsBA|     P power, r reset; a pad each, two to four
//! ```

use super::{Format, Movie, MovieFrame, Press, UDLR, buttons, letters};

/// Reads a movie.
pub fn read(text: &str) -> Result<Movie, String> {
    let mut movie = Movie::new(Format::Text);
    for fields in text.lines().filter_map(|line| line.trim().strip_prefix('|')) {
        let mut frame = MovieFrame::default();
        let mut fields = fields.split('|');
        let commands = fields.next().unwrap_or_default();
        if commands.contains('P') {
            frame.press = Press::Power;
        } else if commands.contains('r') {
            frame.press = Press::Reset;
        }
        for (pad, field) in frame.input.pads.iter_mut().zip(fields) {
            *pad = buttons(field, &UDLR);
        }
        movie.push(frame)?;
    }
    Ok(movie)
}

/// Writes a movie.
pub fn write(frames: &[MovieFrame]) -> String {
    frames.iter().map(|frame| line(frame) + "\n").collect()
}

fn line(frame: &MovieFrame) -> String {
    let mut line = match frame.press {
        Press::None => "|..|",
        Press::Reset => "|.r|",
        Press::Power => "|P.|",
    }
    .to_owned();
    let pads = frame.input.pads;
    let shown = if pads[2] | pads[3] == 0 { 2 } else { 4 };
    for pad in &pads[..shown] {
        line += &letters(*pad, &UDLR);
        line.push('|');
    }
    line
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::nes::Input;
    use crate::nes::port::button;

    #[test]
    fn a_line_is_a_frame() {
        let movie = read("about\n|..|U......A|\n|.r|....S...|.....s..|\n|P.|\n").unwrap();
        let pads: Vec<_> = movie.frames.iter().map(|frame| frame.input.pads).collect();
        let second = [button::START, button::SELECT, 0, 0];
        assert_eq!(pads, [[button::UP | button::A, 0, 0, 0], second, [0; 4]]);
        let presses: Vec<_> = movie.frames.iter().map(|frame| frame.press).collect();
        assert_eq!(presses, [Press::None, Press::Reset, Press::Power]);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            pads in prop::collection::vec((any::<[u8; 4]>(), 0..3u8), 1..50),
        ) {
            let press = [Press::None, Press::Reset, Press::Power];
            let frame = |(pads, n): &([u8; 4], u8)| MovieFrame {
                input: Input { pads: *pads, ..Input::default() },
                press: press[usize::from(*n)],
            };
            let frames: Vec<_> = pads.iter().map(frame).collect();
            prop_assert_eq!(read(&write(&frames)).unwrap().frames, frames);
        }

        #[test]
        fn any_text_is_a_movie_or_a_sentence(text in "(\\|?[PrUA.é|]{0,20}\n){0,20}") {
            let bars = text.lines().filter(|line| line.starts_with('|')).count();
            prop_assert_eq!(read(&text).unwrap().frames.len(), bars);
        }
    }
}
