//! A code at $6000, once DE B0 61 stands at $6001: $80 running, $81 wants the
//! reset button, 0 passed, else failed with that code; text from $6004.
//!
//! Without the signature the byte means nothing: a board without PRG RAM reads
//! open bus there.

use super::subject::Subject;
use super::verdict::{Report, Verdict};
use crate::nes::Nes;

/// Frames between the wish for a reset and the reset: more than 100 ms.
const RESET_DELAY: u64 = 10;

/// The code, when the signature stands.
pub fn status(nes: &Nes) -> Option<u8> {
    let signed = [0x6001, 0x6002, 0x6003].map(|address| nes.peek(address)) == [0xde, 0xb0, 0x61];
    signed.then(|| nes.peek(0x6000))
}

/// Runs a ROM to its verdict.
pub fn judge(subject: &mut Subject) -> Report {
    let mut reset_at = None;
    let mut running = true;
    while running {
        running = subject.step();
        match status(&subject.nes) {
            Some(0x81) => {
                let due = *reset_at.get_or_insert(subject.frames + RESET_DELAY);
                if subject.frames == due {
                    subject.nes.reset();
                }
            }
            Some(code @ 0..=0x7f) => {
                let verdict = if code == 0 { Verdict::Pass } else { Verdict::Fail };
                return Report { code: Some(code), ..Report::new(verdict, text(&subject.nes)) };
            }
            Some(_) => reset_at = None,
            None => {}
        }
    }
    match status(&subject.nes) {
        Some(code) => {
            Report { code: Some(code), ..Report::new(Verdict::Timeout, text(&subject.nes)) }
        }
        None => Report::new(Verdict::Timeout, "nothing stands at $6000"),
    }
}

/// The text from $6004 to the first NUL, without colours.
fn text(nes: &Nes) -> String {
    let bytes = (0x6004..0x8000).map(|address| nes.peek(address)).take_while(|byte| *byte != 0);
    let mut text = String::new();
    let mut in_escape = false;
    for byte in bytes {
        match byte {
            0x1b => in_escape = true,
            _ if in_escape => in_escape = !byte.is_ascii_alphabetic(),
            b'\n' | 0x20..=0x7e => text.push(char::from(byte)),
            _ => {}
        }
    }
    text.trim().to_owned()
}
