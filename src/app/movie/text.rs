//! Movies as text: a line a frame. Lines that do not begin with a bar say
//! something else and are left out.
//!
//! ```text
//! |Pr|UDLRSsBA|UDLRSsBA|     P power, r reset; a pad each, two to four
//! |..|........|........|#00000000788203000000|     and what the devices in the ports have: the
//!                                                  ten bytes of the input, as hex digits
//! |..|........|........|$a601|                      switches of an arcade machine: DIP, coins
//! ```

use crate::app::rom_file::hex;

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
        let mut pads = frame.input.pads.iter_mut();
        for field in fields {
            if let Some(digits) = field.strip_prefix('#') {
                frame.input.device = bytes(digits).ok_or_else(|| {
                    format!("`#{digits}` are not the ten bytes of the devices; write 20 hex digits")
                })?;
            } else if let Some(digits) = field.strip_prefix('$') {
                frame.input.switches = bytes(digits).ok_or_else(|| {
                    format!("`${digits}` are not the two bytes of the switches; write 4 hex digits")
                })?;
            } else if let Some(pad) = pads.next() {
                *pad = buttons(field, &UDLR);
            }
        }
        movie.push(frame)?;
    }
    Ok(movie)
}

/// So many bytes of twice as many hex digits.
fn bytes<const N: usize>(digits: &str) -> Option<[u8; N]> {
    let whole = digits.len() == 2 * N && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let byte = |n: usize| u8::from_str_radix(digits.get(2 * n..2 * n + 2)?, 16).ok();
    let mut bytes = [0; N];
    for (n, place) in bytes.iter_mut().enumerate() {
        *place = byte(n).filter(|_| whole)?;
    }
    Some(bytes)
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
    if frame.input.device != [0; 10] {
        line += &format!("#{}|", hex(&frame.input.device));
    }
    if frame.input.switches != [0; 2] {
        line += &format!("${}|", hex(&frame.input.switches));
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

    #[test]
    fn bytes_of_devices_and_switches_that_are_too_few_or_many_get_a_sentence() {
        for wrong in ["", "00", "0000000000000000000x", "+0000000000000000000"] {
            assert!(read(&format!("|..|#{wrong}|")).unwrap_err().contains("20 hex digits"));
        }
        for wrong in ["", "00", "00000", "é0"] {
            assert!(read(&format!("|..|${wrong}|")).unwrap_err().contains("4 hex digits"));
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            pads in prop::collection::vec((any::<[u8; 4]>(), any::<[u8; 2]>(), any::<[u8; 10]>(), 0..3u8), 1..50),
        ) {
            let press = [Press::None, Press::Reset, Press::Power];
            let frame = |(pads, switches, device, n): &([u8; 4], [u8; 2], [u8; 10], u8)| MovieFrame {
                input: Input { pads: *pads, switches: *switches, device: *device },
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
