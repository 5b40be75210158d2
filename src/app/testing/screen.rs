//! Words on the nametables, whose tiles are letters in these ROMs.
//!
//! ```text
//! font      tile                                    by
//! ascii     $21-$7E: the ASCII code                 blargg, and most others
//! six_bits  $01-$3F: the low six bits of it, so     Holy Mapperel,
//!           $01 is A, $1A is Z and $30 is 0         Holy Diver Batman
//! ```
//!
//! A verdict counts when it has stood for a second: a line that *is* one of the
//! words of success, with no line of failure anywhere. ROMs of 2005 print a
//! code in their first line, `$01` for passed.

use super::manifest::{Criterion, Font};
use super::subject::Subject;
use super::verdict::{Report, Verdict};
use crate::nes::Nes;

/// Frames for which a verdict has to stand.
const STEADY: u64 = 60;

/// Runs a ROM to its verdict.
pub fn judge(subject: &mut Subject, criterion: &Criterion) -> Report {
    let mut since = None;
    let mut running = true;
    while running {
        running = subject.step();
        let lines = lines(&subject.nes, criterion.font);
        let Some((verdict, code)) = verdict(&lines, criterion) else {
            since = None;
            continue;
        };
        let (first, before) = *since.get_or_insert((subject.frames, verdict));
        if before != verdict {
            since = Some((subject.frames, verdict));
        } else if subject.frames - first >= STEADY {
            return Report { code, ..Report::new(verdict, lines.join("\n")) };
        }
    }
    Report::new(Verdict::Timeout, lines(&subject.nes, criterion.font).join("\n"))
}

/// The lines of the four nametables that say something; a mirror is read once.
pub fn lines(nes: &Nes, font: Font) -> Vec<String> {
    let mut tables: Vec<Vec<String>> = Vec::new();
    for table in 0..4u16 {
        let text: Vec<String> =
            (0..30).map(|row| line(nes, font, 0x2000 + table * 0x400 + row * 32)).collect();
        if !tables.contains(&text) {
            tables.push(text);
        }
    }
    tables.into_iter().flatten().filter(|line| !line.is_empty()).collect()
}

fn line(nes: &Nes, font: Font, address: u16) -> String {
    let tiles = (address..address + 32).map(|address| nes.peek_ppu(address));
    tiles.map(|tile| letter(font, tile)).collect::<String>().trim().to_owned()
}

fn letter(font: Font, tile: u8) -> char {
    let code = match (font, tile) {
        (Font::Ascii, _) => tile,
        (Font::SixBits, 0x01..=0x1f) => tile | 0x40,
        (Font::SixBits, 0x20..=0x3f) => tile,
        (Font::SixBits, _) => b' ',
    };
    if (0x21..=0x7e).contains(&code) { char::from(code) } else { ' ' }
}

/// What the lines say, if they do.
fn verdict(lines: &[String], criterion: &Criterion) -> Option<(Verdict, Option<u8>)> {
    let has = |line: &String| lines.contains(line);
    let Criterion { any, all, .. } = criterion;
    if !any.is_empty() || !all.is_empty() {
        let good = (any.is_empty() || any.iter().any(has)) && all.iter().all(has);
        let ended =
            lines.iter().any(|line| is_crc(line) || is_failure(line) || is_detailed_result(line));
        return match (good, ended) {
            (true, _) => Some((Verdict::Pass, None)),
            (false, true) => Some((Verdict::Fail, None)),
            (false, false) => None,
        };
    }
    if let Some(code) = lines.first().and_then(|line| result_code(line)) {
        let verdict = if code == 1 { Verdict::Pass } else { Verdict::Fail };
        return Some((verdict, Some(code)));
    }
    if let Some(line) = lines.iter().find(|line| is_failure(line)) {
        let code = line.rsplit_once('#').and_then(|(_, code)| code.trim().parse().ok());
        return Some((Verdict::Fail, code));
    }
    lines.iter().any(|line| is_success(line)).then_some((Verdict::Pass, None))
}

fn is_success(line: &str) -> bool {
    const WORDS: [&str; 6] = [
        "passed",
        "all tests complete",
        "all tests passed",
        "all tests passed!",
        "test passed",
        "tests passed",
    ];
    WORDS.iter().any(|word| line.eq_ignore_ascii_case(word))
}

fn is_failure(line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    line.starts_with("fail") || line.contains("test failed") || line.contains("failed #")
}

/// `$01`, alone.
fn result_code(line: &str) -> Option<u8> {
    let digits = line.strip_prefix('$').filter(|digits| digits.len() == 2)?;
    u8::from_str_radix(digits, 16).ok()
}

/// The line that Holy Mapperel writes when it is through, whatever came out.
fn is_detailed_result(line: &str) -> bool {
    line.starts_with("DETAILED TEST RESULT: ")
}

fn is_crc(line: &str) -> bool {
    line.len() == 8 && line.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing::manifest::Kind;

    fn says(text: &str, any: &[&str], all: &[&str]) -> Option<Verdict> {
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let (any, all) = (owned(any), owned(all));
        let criterion = Criterion { kind: Kind::ScreenText, any, all, font: Font::Ascii };
        verdict(&lines, &criterion).map(|(verdict, _)| verdict)
    }

    #[test]
    fn only_a_whole_line_of_success_passes() {
        assert_eq!(says("SPRITE HIT FLIPPING\nPASSED", &[], &[]), Some(Verdict::Pass));
        assert_eq!(says("11-special\n-----\nAll tests complete", &[], &[]), Some(Verdict::Pass));
        assert_eq!(says("TESTS PASSED SO FAR: 3", &[], &[]), None);
        assert_eq!(says("", &[], &[]), None);
    }

    #[test]
    fn a_failure_anywhere_beats_success() {
        assert_eq!(says("PASSED\nFAILED #2", &[], &[]), Some(Verdict::Fail));
        assert_eq!(says("Test Failed:\nAll tests complete", &[], &[]), Some(Verdict::Fail));
        assert_eq!(says("FAIL OP A9", &[], &[]), Some(Verdict::Fail));
    }

    #[test]
    fn the_roms_of_2005_print_a_code_first() {
        assert_eq!(says("$01\n4", &[], &[]), Some(Verdict::Pass));
        assert_eq!(says("$02", &[], &[]), Some(Verdict::Fail));
        assert_eq!(says("text\n$01", &[], &[]), None);
    }

    #[test]
    fn a_checksum_has_to_be_one_of_the_good_ones() {
        let good = ["159A7A8F", "5E3DF9C4"];
        assert_eq!(says("11 22\n5E3DF9C4", &good, &[]), Some(Verdict::Pass));
        assert_eq!(says("11 22\n00000000\nPassed", &good, &[]), Some(Verdict::Fail));
        assert_eq!(says("11 22", &good, &[]), None);
        assert_eq!(
            says("08 07 05 08 08\nFailed", &[], &["08 08 07 08 08", "Passed"]),
            Some(Verdict::Fail)
        );
    }

    #[test]
    fn a_cartridge_that_is_not_what_its_label_says_fails() {
        let label = ["128K PRG ROM", "DETAILED TEST RESULT: 0000"];
        let good = "128K PRG ROM\nPRG RAM MISSING\nDETAILED TEST RESULT: 0000";
        assert_eq!(says(good, &[], &label), Some(Verdict::Pass));
        assert_eq!(says(&good.replace("128", "64"), &[], &label), Some(Verdict::Fail));
        assert_eq!(says(&good.replace("0000", "0200"), &[], &label), Some(Verdict::Fail));
        assert_eq!(says("128K PRG ROM\nPRG RAM MISSING", &[], &label), None);
    }

    #[test]
    fn six_bits_are_enough_for_capital_letters_and_digits() {
        let text = |tiles: &[u8]| -> String {
            tiles.iter().map(|tile| letter(Font::SixBits, *tile)).collect()
        };
        assert_eq!(text(&[0x30, 0x30, 0x31, 0x20, 0x13, 0x0b, 0x12, 0x0f, 0x0d]), "001 SKROM");
        assert_eq!(text(&[0x00, 0x40, 0xff]), "   ");
    }
}
