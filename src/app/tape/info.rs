//! `retake tape info`: what a tape has. Works on tapes of any layout.

use std::fmt::Write;
use std::process::ExitCode;

use serde_json::{Value, json};

use super::args::InfoArgs;
use super::file::{TapeFile, layout, power_on};
use super::rom::board;
use crate::app::fault::Outcome;
use crate::app::hash::hex64;
use crate::app::rom_file::hex;
use crate::app::say;
use crate::engine::replay::Happening;
use crate::flight::catalog::{Happened, Position};
use crate::flight::chunk::Kind;
use crate::flight::replay::Recording;
use crate::flight::tape;
use crate::nes::Region;

/// Runs the command.
pub fn info(args: &InfoArgs) -> Outcome {
    let file = TapeFile::open(&args.file)?;
    let document = describe(&file);
    if args.json {
        say(format_args!("{document:#}"));
    } else {
        say(listing(&file, &document).trim_end());
    }
    Ok(ExitCode::SUCCESS)
}

/// What a tape has, as JSON.
pub fn describe(file: &TapeFile) -> Value {
    let (header, catalog) = (file.tape.header(), file.tape.catalog());
    let frames = catalog.frames();
    let bytes = file.tape.bytes().len();
    let whole = catalog.states().filter(|entry| entry.kind == Kind::Keyframe).count();
    let reloads = catalog.events().iter().filter(|happened| is_reload(happened)).count();
    let (rate, per) = power_on(header).region.frame_rate();
    let segments = catalog.segments().iter().enumerate().map(|(number, segment)| {
        json!({
            "branch": number,
            "parent": segment.parent.map(position),
            "first": segment.first,
            "last": segment.last,
            "states": segment.states().len(),
        })
    });
    let marks = catalog.marks().iter().map(|mark| {
        json!({ "branch": mark.position.segment, "frame": mark.position.frame, "name": mark.name })
    });
    json!({
        "kind": "tape",
        "frames": frames,
        "seconds": (frames as f64 * per as f64 / rate as f64 * 1000.).round() / 1000.,
        "keyframes": catalog.states().count(),
        "whole_keyframes": whole,
        "branches": catalog.segments().iter().filter(|s| s.parent.is_some()).count(),
        "marks": catalog.marks().len(),
        "reloads": reloads,
        "gaps": catalog.gaps(),
        "bytes": bytes,
        "bytes_per_frame": (bytes as f64 / frames.max(1) as f64 * 100.).round() / 100.,
        "complete": file.tape.is_complete(),
        "whole_bytes": file.tape.whole(),
        "rom": hex(&header.rom),
        "rom_bytes": header.rom_size.get(),
        "layout": hex64(header.layout.get()),
        "layout_is_ours": header.layout.get() == layout(),
        "state_bytes": header.state_len.get(),
        "machine": machine(header),
        "seed": header.seed.get(),
        "created": header.created.get(),
        "recorded": utc(header.created.get()),
        "session": hex64(header.session.get()),
        "fair_play": header.flags.get() & tape::NO_REWIND != 0,
        "core": String::from_utf8_lossy(&header.core).trim_end_matches('\0'),
        "segments": segments.collect::<Value>(),
        "mark_list": marks.collect::<Value>(),
        "events": catalog.events().iter().map(event).collect::<Value>(),
    })
}

fn position(at: Position) -> Value {
    json!({ "branch": at.segment, "frame": at.frame })
}

fn event(happened: &Happened) -> Value {
    let name = Happening::of(&happened.event).map_or("unknown", Happening::name);
    let mut event = position(happened.position);
    event["code"] = happened.event.code.into();
    event["name"] = name.into();
    if is_reload(happened) {
        event["rom"] = hex(&happened.event.data).into();
    }
    event
}

fn is_reload(happened: &Happened) -> bool {
    matches!(Happening::of(&happened.event), Some(Happening::Reload(_)))
}

/// A machine's number in words.
fn machine(header: &tape::Header) -> String {
    let (options, board) = (power_on(header), board(header));
    let region = match options.region {
        Region::Ntsc => "NTSC",
        Region::Pal => "PAL",
        Region::Dendy => "Dendy",
    };
    let alignment = options.alignment;
    format!("{region}, board {}.{}, alignment {alignment}", board.mapper, board.submapper)
}

/// What a tape has, for people.
fn listing(file: &TapeFile, document: &Value) -> String {
    let catalog = file.tape.catalog();
    let mut text = String::new();
    let field = |name: &str| match &document[name] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let mut row = |name: &str, value: String| {
        let _ = writeln!(text, "{name:<12} {value}");
    };
    row("ROM", format!("{} ({} bytes)", field("rom"), field("rom_bytes")));
    row("machine", format!("{}, seed {}", field("machine"), field("seed")));
    let whose = match document["layout_is_ours"].as_bool() {
        Some(true) => "this program's",
        _ => "another version's: `retake tape upgrade` makes it anew",
    };
    row("layout", format!("{}, {whose}", field("layout")));
    row("recorded", format!("{} by {}", field("recorded"), field("core")));
    row("frames", format!("{} ({} s)", field("frames"), field("seconds")));
    let keyframes = format!("{}, {} of them whole", field("keyframes"), field("whole_keyframes"));
    row("keyframes", keyframes);
    row("bytes", format!("{}, {} a frame", field("bytes"), field("bytes_per_frame")));
    let closed = match document["complete"].as_bool() {
        Some(true) => "yes".to_owned(),
        _ => format!("no: it was not closed; {} bytes can be read", field("whole_bytes")),
    };
    row("complete", closed);
    if document["gaps"] != 0 {
        row("gaps", format!("{}: inputs are missing there", field("gaps")));
    }
    for (number, segment) in catalog.segments().iter().enumerate() {
        let from = match segment.parent {
            Some(at) => format!("from branch {} after frame {}", at.segment, at.frame),
            None => "from a state".to_owned(),
        };
        let (first, last) = (segment.first, segment.last);
        let states = segment.states().len();
        row(&format!("branch {number}"), format!("{first}-{last} {from}, {states} keyframes"));
    }
    for mark in catalog.marks() {
        let Position { segment, frame } = mark.position;
        row("mark", format!("{frame} (branch {segment}) {}", mark.name));
    }
    for happened in catalog.events() {
        let Position { segment, frame } = happened.position;
        let event = event(happened);
        row(
            "event",
            format!("{frame} (branch {segment}) {}", event["name"].as_str().unwrap_or("")),
        );
    }
    text
}

/// Seconds since 1970 as a date and time.
///
/// <https://howardhinnant.github.io/date_algorithms.html#civil_from_days>
fn utc(seconds: u64) -> String {
    let (days, time) = (seconds / 86_400, seconds % 86_400);
    let shifted = days.min(1 << 40) + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let leaps = day_of_era / 1460 + day_of_era / 146_096;
    let year_of_era = (day_of_era + day_of_era / 36_524 - leaps) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(utc(0), "1970-01-01 00:00:00 UTC");
        assert_eq!(utc(951_782_399), "2000-02-28 23:59:59 UTC");
        assert_eq!(utc(951_782_400), "2000-02-29 00:00:00 UTC");
        assert_eq!(utc(4_107_542_399), "2100-02-28 23:59:59 UTC");
        assert_eq!(utc(4_107_542_400), "2100-03-01 00:00:00 UTC");
        assert!(!utc(u64::MAX).is_empty());
    }
}
