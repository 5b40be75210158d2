//! The walls of docs/ARCHITECTURE.md §3: which module may name which. One
//! package has no crate walls, so this reads the sources and is the wall.

use std::fs;
use std::path::{Path, PathBuf};

/// A module, the modules of ours that it may name beside itself, and the
/// outside crates that nobody else may.
struct Wall {
    module: &'static str,
    may_use: &'static [&'static str],
    own_crates: &'static [&'static str],
}

const WALLS: &[Wall] = &[
    Wall { module: "nes", may_use: &[], own_crates: &[] },
    Wall { module: "flight", may_use: &[], own_crates: &["memmap2", "lz4_flex"] },
    Wall { module: "link", may_use: &["nes"], own_crates: &["triple_buffer"] },
    Wall { module: "inspect", may_use: &["nes"], own_crates: &[] },
    Wall {
        module: "engine",
        may_use: &["nes", "flight", "inspect", "link"],
        own_crates: &["thread_priority"],
    },
    Wall { module: "io", may_use: &["link", "nes"], own_crates: &["tokio_uring"] },
    Wall { module: "audio", may_use: &["link", "nes"], own_crates: &["cpal"] },
    Wall { module: "video", may_use: &["link", "nes"], own_crates: &["pixels"] },
    Wall { module: "input", may_use: &["link", "nes"], own_crates: &["gilrs"] },
];

/// Crates that belong behind a wall, and every module that may name them. What
/// meets the player's window and terminal is `app`'s.
const OWNED: &[(&str, &[&str])] = &[
    ("cpal", &["audio"]),
    ("tokio_uring", &["io"]),
    ("pixels", &["video"]),
    ("gilrs", &["input"]),
    ("winit", &["app", "input", "video"]),
    ("crossterm", &["app", "input", "video"]),
    ("memmap2", &["flight"]),
    ("thread_priority", &["engine", "video"]),
    ("triple_buffer", &["link", "engine", "video", "app"]),
    ("clap", &["app"]),
    ("toml", &["app"]),
    ("signal_hook", &["app"]),
    ("openh264", &["app"]),
    ("shiguredo_mp4", &["app"]),
    ("syom", &["app"]),
];

/// Files that may say `unsafe`.
const UNSAFE: &[&str] =
    &["flight/map.rs", "flight/shared.rs", "engine/realtime.rs", "engine/alloc_guard.rs", "io/"];

fn sources() -> Vec<(String, String)> {
    fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                collect(&entry, found);
            } else if entry.extension().is_some_and(|ending| ending == "rs") {
                found.push(entry);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    collect(&root, &mut found);
    let name = |path: &Path| path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
    found.iter().map(|path| (name(path), fs::read_to_string(path).unwrap())).collect()
}

/// `audio/rate.rs` and `audio.rs` are of the module `audio`.
fn module(file: &str) -> &str {
    file.split('/').next().unwrap_or(file).trim_end_matches(".rs")
}

/// The program's part of a file: no comments, no tests (those come last).
fn program(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .take_while(|line| line.trim() != "#[cfg(test)]")
        .map(|line| line.split("//").next().unwrap_or(line))
}

/// Words that follow `before` in a line.
fn names_after<'a>(line: &'a str, before: &'a str) -> impl Iterator<Item = &'a str> {
    line.match_indices(before).map(move |(at, _)| {
        let rest = &line[at + before.len()..];
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        &rest[..end]
    })
}

/// Whether a line names the crate as a path.
fn names_crate(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let free = before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != ':');
        free && line[at + name.len()..].starts_with("::")
    })
}

#[test]
fn no_module_names_one_behind_a_wall() {
    let mut broken = Vec::new();
    for (file, text) in sources() {
        let Some(wall) = WALLS.iter().find(|wall| wall.module == module(&file)) else { continue };
        for line in program(&text) {
            for name in names_after(line, "crate::") {
                let ours = WALLS.iter().any(|wall| wall.module == name) || name == "app";
                if ours && name != wall.module && !wall.may_use.contains(&name) {
                    broken.push(format!("{file}: {} names {name}: {}", wall.module, line.trim()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn outside_crates_stay_behind_their_walls() {
    let mut broken = Vec::new();
    for (file, text) in sources() {
        for (name, homes) in OWNED {
            if homes.contains(&module(&file)) {
                continue;
            }
            if let Some(line) = program(&text).find(|line| names_crate(line, name)) {
                broken.push(format!("{file}: {name} belongs to {homes:?}: {}", line.trim()));
            }
        }
    }
    for wall in WALLS {
        for name in wall.own_crates {
            let homes = OWNED.iter().find(|(owned, _)| owned == name).map(|(_, homes)| homes);
            assert!(homes.is_none_or(|homes| homes.contains(&wall.module)), "{name}");
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_machine_touches_nothing_outside_itself() {
    let forbidden = ["std::fs", "std::io", "std::thread", "std::time", "std::env", "println!"];
    let mut broken = Vec::new();
    for (file, text) in sources().into_iter().filter(|(file, _)| module(file) == "nes") {
        for line in program(&text) {
            if forbidden.iter().any(|name| line.contains(name)) {
                broken.push(format!("{file}: {}", line.trim()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn unsafe_is_said_in_few_files_and_each_time_with_its_reason() {
    let mut broken = Vec::new();
    for (file, text) in sources() {
        let allowed = UNSAFE.iter().any(|name| file.starts_with(name));
        for line in program(&text) {
            let says =
                line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|w| w == "unsafe");
            if says && !allowed {
                broken.push(format!("{file}: {}", line.trim()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn files_have_one_subject() {
    let long: Vec<_> = sources()
        .into_iter()
        .filter(|(_, text)| program(text).count() > 500)
        .map(|(file, _)| file)
        .collect();
    assert!(long.is_empty(), "more than 500 lines: {}", long.join(", "));
}
