//! `retake bench --recorder --markdown`: docs/speed.md. Each section is made of
//! the rows, a function a section.

use super::{Fast, InPlay, Row, figure};

const HEAD: &str = "\
# Speed

Made by `retake bench --recorder --markdown --frames 18000 ROM… > docs/speed.md`, on the machine below and nothing else doing, where that could be had: figures of time are those of that machine, figures of size are the same everywhere.
";

/// How the recorder's figures come about.
const OBTAINED: &str = "
Each ROM is played from power-on, by the movie that is known for it or else by the script of `roms-test/reviewed.toml` (Start, then right, and A every second).

* **Capture**: what the emulation thread does after each frame (`Machine::note_frame`), on a FIFO thread with a processor of its own where that is allowed, with the recorder, the auditor, the tape and `history.ring` running as in play, a frame each 2 ms; *a plain copy there* is that of a whole state into memory of the thread's own, on every other frame: what the machine itself adds. *While dd writes*: `dd bs=1M count=256 conv=fsync` again and again to a file on the same disk (`TMPDIR`).
* **Bytes that a frame changes, input changes**: of the state's bytes, from each frame to the next; frames whose input is not the one before.
* **History, tape**: everything counted: states, inputs, headers, hashes, the index, and in memory the bookkeeping; the first whole state, too, so that short plays look worse. Hours and MB/h follow.
* **history.ring**: a state written to the file, as the ring's thread does it.
* **Ten hours**: the play again and again as one tape. *Seek*: 400 frames spread over it; decoding the state before, running muted from there, and the frame itself with its picture.
* **A bit flips**: in the last byte of the machine's RAM, or in the state that the history kept last, in six different frames of a second; from there to the sentence, the auditor's time counted as frames played meanwhile.
* **Reload**: the ROM's file is written or replaced 40 times while it is played at 60 frames a second; from closing the file to publishing the first picture, through watcher, loading and emulation thread.
";

/// The same things elsewhere, as measured when the recorder was designed.
const PEERS: &str = "
### Beside others

Bytes a frame that others take to go back, with the same games' states:

| | B/frame | goes back after kill -9 | on disk, always on |
|---|--:|---|---|
| Retake | see above | yes | yes |
| Mesen2 | 47 | no | no |
| RetroArch | 340 | no | no |
| RustyNES | 643 | no | no |
| TetaNES | about 16,000 | no | no |
";

/// The whole file.
pub(super) fn report(rows: &[Row]) -> String {
    [HEAD.to_owned(), machine(), frames(rows), recorder(rows)].concat()
}

fn machine() -> String {
    let cpuinfo = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpuinfo.lines().find(|line| line.starts_with("model name"));
    let model = model.and_then(|line| line.split(": ").nth(1)).unwrap_or("unknown");
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let system = rustix::system::uname();
    let system = system.release().to_string_lossy();
    format!("\n## The machine\n\n{model}, {processors} processors, Linux {system}.\n")
}

fn frames(rows: &[Row]) -> String {
    let mut text = "\n## Frames\n\n\
        In play, from frame 600 on; one thread. *Muted*: without picture and sound. *Save, restore*: a state out of the machine, and into it. *Fast*: CPU cycles in whole instructions, and dots of lines in stretches; the rest is exact.\n\n\
        | ROM | frames/s | muted | µs a frame, p50 | p99 | state B | save µs | restore µs | fast: CPU % | lines % |\n\
        |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n"
        .to_owned();
    for row in rows {
        let Row { rom, fps, muted_fps, us_per_frame, state_bytes, save_us, restore_us, .. } = row;
        let (p50, p99) = (us_per_frame.p50, us_per_frame.p99);
        let Fast { cycles_percent, lines_percent } = row.fast;
        text += &format!(
            "| {rom} | {fps} | {muted_fps} | {p50} | {p99} | {state_bytes} | {save_us} | {restore_us} | {cycles_percent} | {lines_percent} |\n"
        );
    }
    let mean = |of: fn(&Row) -> f64| {
        let logarithms: f64 = rows.iter().map(|row| of(row).ln()).sum();
        (logarithms / rows.len() as f64).exp()
    };
    let (fps, muted) = (mean(|row| row.fps), mean(|row| row.muted_fps));
    text += &format!("| geometric mean | {fps:.0} | {muted:.0} | | | | | | | |\n");
    text
}

fn recorder(rows: &[Row]) -> String {
    let columns = rows.iter().filter_map(|row| {
        let InPlay { figures } = row.in_play.as_ref()?;
        Some((row.rom.as_str(), figures.as_slice()))
    });
    let columns: Vec<_> = columns.collect();
    if columns.is_empty() {
        return String::new();
    }
    let table = figure::markdown(&columns);
    format!("\n## The recorder\n{OBTAINED}\n{table}{PEERS}")
}
