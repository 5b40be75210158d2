//! The command line from outside: exit codes, sentences, and the same bytes for
//! the same arguments.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// 16 KiB of program at $C000 and its vectors.
fn program(code: &[u8]) -> Vec<u8> {
    let mut rom = b"NES\x1a\x01\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
    rom.extend(code);
    rom.resize(16 + 0x3ffa, 0xea);
    rom.extend([0x00, 0xc0, 0x00, 0xc0, 0x00, 0xc0]);
    rom.resize(16 + 0x6000, 0);
    rom
}

/// Counts frames' worth of pad reads: $10 counts, $11 sums up what pad 1 held.
fn pad_reader() -> Vec<u8> {
    program(&[
        0xa9, 0x01, 0x8d, 0x16, 0x40, 0xa9, 0x00, 0x8d, 0x16, 0x40, // strobe
        0xad, 0x16, 0x40, 0x29, 0x01, 0x18, 0x65, 0x11, 0x85, 0x11, // A into $11
        0xe6, 0x10, 0x4c, 0x00, 0xc0, // count, again
    ])
}

/// Shows DE B0 61 at $6001 and `code` at $6000.
fn signature(code: u8) -> Vec<u8> {
    program(&[
        0xa9, 0xde, 0x8d, 0x01, 0x60, 0xa9, 0xb0, 0x8d, 0x02, 0x60, 0xa9, 0x61, 0x8d, 0x03, 0x60,
        0xa9, code, 0x8d, 0x00, 0x60, 0x4c, 0x14, 0xc0,
    ])
}

struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

fn retake<A: AsRef<std::ffi::OsStr>>(args: impl IntoIterator<Item = A>) -> Output {
    Command::new(env!("CARGO_BIN_EXE_retake")).args(args).stdin(Stdio::null()).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The command must end with this code, and for 2 and 3 with a single sentence.
fn expect(code: i32, output: &Output) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
    if code >= 2 {
        assert_eq!(stderr.trim().lines().count(), 1, "{stderr}");
        assert!(output.stdout.is_empty());
    }
}

fn run(rom: &Path, args: &[&str]) -> Output {
    retake([&["run", rom.to_str().unwrap()], args].concat())
}

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn damaged_roms_get_a_sentence_and_exit_code_2() {
    let place = Place::new();
    let good = pad_reader();
    let noise: Vec<u8> =
        (0..3000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let huge = [b"NES\x1a".as_slice(), &[0xff; 12]].concat();
    let files: [(&str, &[u8]); 10] = [
        ("empty.nes", b""),
        ("short.nes", &good[..10]),
        ("cut.nes", &good[..10_000]),
        ("cut-chr.nes", &good[..20_000]),
        ("random.nes", &noise),
        ("huge.nes", &huge),
        ("elf.nes", b"\x7fELF\x02\x01\x01"),
        ("bad.zip", b"PK\x03\x04junk"),
        ("bad.gz", b"\x1f\x8b\x08junk"),
        ("music.nsf", b"NESM\x1a\x01"),
    ];
    for (name, bytes) in files {
        let path = place.file(name, bytes);
        let output = run(&path, &["--frames", "30"]);
        expect(2, &output);
        assert!(String::from_utf8_lossy(&output.stderr).contains(name), "{name}");
    }
    expect(2, &run(place.0.path(), &[]));
    expect(2, &run(&place.path("none.nes"), &[]));
}

#[test]
fn any_header_runs_or_is_refused() {
    let place = Place::new();
    let mut seed = 5u32;
    let mut random = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 24) as u8
    };
    for n in 0..60 {
        let mut bytes = b"NES\x1a".to_vec();
        let len = [0, 1, 8192, 16_384, 24_576, 40_960][n % 6] + 12;
        bytes.extend((0..len).map(|_| random()));
        let output = run(&place.file("any.nes", &bytes), &["--frames", "10"]);
        let code = output.status.code();
        assert!(matches!(code, Some(0 | 2)), "{n}: {code:?}");
        expect(code.unwrap(), &output);
    }
}

#[test]
fn unusable_arguments_are_a_sentence() {
    let place = Place::new();
    let rom = place.file("pad.nes", &pad_reader());
    for wrong in [
        &["--press", "1:x"][..],
        &["--frames", "many"],
        &["--alignment", "4"],
        &["--board", "9999"],
        &["--until", "6000"],
        &["--no-such-option"],
        &["--mute", "--wav", "x.wav"],
        &["--cheat", "SXIOPQ"],
        &["--cheat", "2002:80"],
        &["--movie", "/no/such.fm2"],
        &["--load-state", "/no/such.state"],
        &["--load-state", "x.rts", "--record", "x.txt"],
        &["--png", "/no/such/folder/x.png"],
    ] {
        expect(2, &run(&rom, wrong));
    }
    // What is for another kind of file than this one.
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("roms-test/built");
    let (disk, music) = (built.join("fds.fds"), built.join("nsf/chips.nsf"));
    for (file, wrong, right) in [
        (&disk, ["--board", "4"], ["--board", "20"]),
        (&disk, ["--dip", "01"], ["--seed", "1"]),
        (&disk, ["--track", "1"], ["--seed", "1"]),
        (&music, ["--board", "4"], ["--seed", "1"]),
        (&music, ["--track", "9"], ["--track", "8"]),
    ] {
        expect(2, &run(file, &[&wrong[..], &["--frames", "1"]].concat()));
        expect(0, &run(file, &[&right[..], &["--frames", "1"]].concat()));
    }
    expect(0, &retake(["--help"]));
    expect(0, &retake(["run", "--help"]));
}

#[test]
fn the_same_arguments_give_the_same_bytes() {
    let place = Place::new();
    let rom = place.file("pad.nes", &pad_reader());
    let files = ["p.png", "i.pgm", "s.wav", "r.ram"].map(|name| place.path(name));
    let once = || {
        let options = ["--png", "--indices", "--wav", "--ram"];
        let mut args: Vec<String> = ["run", rom.to_str().unwrap()].map(str::to_owned).into();
        for (option, file) in options.iter().zip(&files) {
            args.extend([(*option).to_owned(), file.display().to_string()]);
        }
        let more =
            "--frames 60 --press 10-20:a --state-hash --indices-hash --every 20 --peek 10-11";
        args.extend(more.split(' ').map(str::to_owned));
        let output = retake(&args);
        expect(0, &output);
        (output.stdout, files.clone().map(|file| std::fs::read(file).unwrap()))
    };
    let (first, second) = (once(), once());
    assert!(first == second);
    let (lines, [png, pgm, wav, ram]) = first;
    assert_eq!(String::from_utf8_lossy(&lines).lines().count(), 7);
    assert!(png.starts_with(b"\x89PNG"));
    assert!(pgm.starts_with(b"P5\n256 240\n255\n") && pgm.len() == 15 + 61_440);
    assert!(wav.starts_with(b"RIFF") && ram.len() == 0x800);
    // A second of samples, within a frame.
    assert!((wav.len() as i64 - 44 - 2 * 48_000).abs() < 2 * 900, "{}", wav.len());
}

#[test]
fn muted_exact_and_restored_runs_end_in_the_same_state() {
    let place = Place::new();
    let rom = place.file("pad.nes", &pad_reader());
    let state = place.path("half.state");
    let hash = |args: &str| {
        let args = format!("{args} --press 20-90:a --state-hash --json");
        let output = run(&rom, &args.split(' ').collect::<Vec<_>>());
        expect(0, &output);
        json(&output)["state_hash"].as_str().unwrap().to_owned()
    };
    let whole = hash("--frames 120");
    assert_eq!(whole, hash("--frames 120 --mute"));
    assert_eq!(whole, hash("--frames 120 --exact"));
    assert_ne!(whole, hash("--frames 120 --seed 7"));
    hash(&format!("--frames 60 --save-state {}", state.display()));
    assert_eq!(whole, hash(&format!("--frames 60 --load-state {}", state.display())));
}

#[test]
fn a_cheat_changes_the_run_and_one_that_fits_nothing_is_said() {
    let place = Place::new();
    let rom = place.file("pad.nes", &pad_reader());
    let peek = |codes: &[&str]| {
        let mut args = vec!["--frames", "20", "--json", "--peek", "10-12", "--peek", "C000"];
        codes.iter().for_each(|code| args.extend(["--cheat", code]));
        let output = run(&rom, &args);
        expect(0, &output);
        let document = json(&output);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        (document["peek"]["0010"][2].clone(), document["peek"]["C000"][0].clone(), stderr)
    };
    assert_eq!((peek(&[]).0, peek(&[]).1), (0.into(), 0xa9.into()));
    assert_eq!(peek(&["0012:2A"]).0, 0x2a);
    let (_, byte, said) = peek(&["0012:2A", "c000?a9:a9", "C001?77:00"]);
    assert_eq!(byte, 0xa9);
    assert!(said.contains("C001?77:00") && !said.contains("C000?A9"), "{said}");
}

#[test]
fn a_recorded_run_replays_as_a_movie_of_each_format() {
    let place = Place::new();
    let rom = place.file("pad.nes", &pad_reader());
    for name in ["run.txt", "run.fm2", "run.bk2"] {
        let movie = place.path(name);
        let movie = movie.to_str().unwrap();
        let args = ["--frames", "50", "--press", "5-9:a,2@7:start", "--json", "--record", movie];
        let recorded = json(&run(&rom, &args));
        let bytes = std::fs::read(movie).unwrap();
        run(&rom, &args);
        assert!(bytes == std::fs::read(movie).unwrap(), "the same run, the same file");
        let replayed = json(&run(&rom, &["--movie", movie, "--json"]));
        assert_eq!(replayed["frames"], 50, "{name}");
        assert_eq!(recorded["state_hash"], replayed["state_hash"], "{name}");
    }
    expect(0, &run(&rom, &["--frames", "60", "--record", place.path("a.rtk").to_str().unwrap()]));
}

#[test]
fn a_movie_that_cannot_be_what_it_was_is_refused() {
    let place = Place::new();
    let rom = place.file("pad.nes", &pad_reader());
    for (name, text, word) in [
        ("paddle.fm2", "version 3\nport1 3\n|0|........|0 0 0 0 0||\n", "no pad"),
        ("middle.fm2", "version 3\nsavestate 0x00\n|0|........|........||\n", "power-on"),
        ("cut.fm2", "version 3\n|0|........|........||\n|0|...", "line 3"),
        ("empty.fm2", "", "not a movie"),
        ("other.bk2", "PK\u{3}\u{4}", "damaged .bk2"),
    ] {
        let movie = place.file(name, text.as_bytes());
        let output = run(&rom, &["--movie", movie.to_str().unwrap()]);
        expect(2, &output);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(word) && said.contains(name), "{said}");
    }
}

#[test]
fn states_of_other_games_and_damaged_ones_are_refused() {
    let place = Place::new();
    let rom = place.file("pad.nes", &pad_reader());
    let other = place.file("other.nes", &signature(0));
    let state = place.path("a.state");
    expect(0, &run(&rom, &["--frames", "5", "--save-state", state.to_str().unwrap()]));
    expect(2, &run(&other, &["--load-state", state.to_str().unwrap()]));
    expect(2, &run(&rom, &["--load-state", rom.to_str().unwrap()]));
    let bytes = std::fs::read(&state).unwrap();
    for len in [0, 63, 64, bytes.len() - 1] {
        let cut = place.file("cut.state", &bytes[..len]);
        expect(2, &run(&rom, &["--load-state", cut.to_str().unwrap()]));
    }
}

#[test]
fn until_stops_the_run_or_fails_it() {
    let place = Place::new();
    let rom = place.file("signed.nes", &signature(0x42));
    let output = run(&rom, &["--until", "6000=42", "--json", "--peek", "6000-6003"]);
    expect(0, &output);
    let document = json(&output);
    assert!(document["frames"].as_u64().unwrap() < 600);
    assert_eq!(document["peek"]["6000"], serde_json::json!([0x42, 0xde, 0xb0, 0x61]));
    expect(1, &run(&rom, &["--frames", "10", "--until", "6000=43"]));
}

#[test]
fn a_rom_comes_from_stdin_too() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_retake"))
        .args(["run", "-", "--frames", "5", "--state-hash"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&pad_reader()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(stdout(&output).split(' ').count(), 3);
}

#[test]
fn a_test_rom_speaks_through_its_exit_code() {
    let place = Place::new();
    let verdict = |rom: &[u8]| {
        let path = place.file("test.nes", rom);
        let output = retake(["test", path.to_str().unwrap(), "--json"]);
        let report = &json(&output)["roms"][0];
        (output.status.code().unwrap(), report["verdict"].as_str().unwrap().to_owned())
    };
    assert_eq!(verdict(&signature(0)), (0, "pass".into()));
    assert_eq!(verdict(&signature(3)), (1, "fail".into()));
    assert_eq!(verdict(&pad_reader()), (1, "error".into()));
    assert_eq!(verdict(b"junk"), (1, "error".into()));
}

#[test]
fn info_tells_what_a_file_is() {
    let place = Place::new();
    let rom = place.file("pad.nes", &pad_reader());
    let document = json(&retake(["info", rom.to_str().unwrap(), "--json"]));
    assert_eq!(document["kind"], "ROM");
    assert_eq!((&document["mapper"], &document["prg_rom"]), (&0.into(), &16_384.into()));
    expect(2, &retake(["info", place.file("x", b"nothing").to_str().unwrap()]));
    expect(2, &retake(["info", place.file("x.rtk", b"RETAKE").to_str().unwrap()]));
    assert!(stdout(&retake(["info", "--boards"])).contains("NROM"));
}

#[test]
fn the_document_of_boards_is_what_info_makes_of_the_table() {
    let made = stdout(&retake(["info", "--boards", "--markdown"]));
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/boards.md");
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        made.trim_end() == written.trim_end(),
        "docs/boards.md is stale; renew it: retake info --boards --markdown > docs/boards.md"
    );
    let document = json(&retake(["info", "--boards", "--json"]));
    assert_eq!(document["licensed_titles"], document["licensed_titles_of"]);
}

#[test]
fn bench_measures_what_it_is_asked_for() {
    let place = Place::new();
    let rom = place.file("pad.nes", &pad_reader());
    let bench = |more: &str| {
        let args = format!("bench {} --frames 20 --exact {more}", rom.display());
        let output = retake(args.split(' '));
        expect(0, &output);
        output
    };
    let row = json(&bench("--json"))[0].clone();
    assert!(row["fps"].as_f64().unwrap() > 1. && row["recorder"].is_null());
    assert_eq!(row["fast"]["cycles_percent"], 0.0);
    let row = json(&bench("--recorder --video --jobs 3 --json"))[0].clone();
    let state = row["state_bytes"].as_u64().unwrap();
    assert_eq!(row["recorder"][0]["bytes"], state);
    assert_eq!(row["recorder"][0]["samples"], 20);
    assert_eq!(row["video"][0]["bytes"], 256 * 240 * 4);
    let jobs: Vec<_> = row["jobs"].as_array().unwrap().iter().map(|row| &row["jobs"]).collect();
    assert_eq!(jobs, [1, 2, 3]);
    assert!(stdout(&bench("--jobs 1")).contains("  0.0 %"), "the share of the fast tier");
    expect(2, &retake(["bench", "--jobs", "0"]));
}

#[test]
fn info_tells_what_patches_saves_and_movies_are() {
    let place = Place::new();
    let rom = place.file("pad.nes", &pad_reader());
    let told = |path: &Path| {
        let output = retake(["info", path.to_str().unwrap(), "--json"]);
        expect(0, &output);
        assert!(stdout(&retake(["info", path.to_str().unwrap()])).starts_with("kind  "));
        json(&output)
    };
    let ips = told(&place.file("a.ips", b"PATCH\0\0\x10\0\x02xyEOF"));
    assert_eq!((&ips["records"], &ips["last_byte_at"]), (&1.into(), &"000011".into()));
    expect(2, &retake(["info", place.file("cut.ips", b"PATCH\0\0").to_str().unwrap()]));
    expect(2, &retake(["info", place.file("cut.bps", b"BPS1").to_str().unwrap()]));

    let [state, fm2, bk2] = ["a.rts", "a.fm2", "a.bk2"].map(|name| place.path(name));
    for (option, path) in [("--save-state", &state), ("--record", &fm2), ("--record", &bk2)] {
        let path = path.to_str().unwrap();
        expect(0, &run(&rom, &["--frames", "61", "--press", "3-4:a", option, path]));
    }
    let saved = told(&state);
    assert_eq!((&saved["kind"], &saved["frame"]), (&"saved state".into(), &61.into()));
    assert_eq!(saved["console"], "NTSC, mapper 0.0, alignment 1");
    assert_eq!(saved["supported"], "yes");
    let mut damaged = std::fs::read(&state).unwrap();
    *damaged.last_mut().unwrap() ^= 1;
    expect(2, &retake(["info", place.file("b.rts", &damaged).to_str().unwrap()]));

    for path in [&fm2, &bk2] {
        let movie = told(path);
        assert_eq!((&movie["frames"], &movie["frames_with_buttons"]), (&61.into(), &2.into()));
        assert_eq!((&movie["players"], &movie["seconds"]), (&serde_json::json!([1]), &1.0.into()));
    }
    let battery = told(&place.file("battery.sav", &[7; 8192]));
    assert_eq!((&battery["kib"], &battery["bytes_in_use"]), (&8.0.into(), &8192.into()));
}

#[test]
fn info_tells_of_both_files_of_a_slot_and_whether_they_belong_together() {
    use retake::flight::slot::{RomCheck, SlotStore};
    use retake::flight::state_file::Owner;
    use retake::flight::take::Slot;
    let place = Place::new();
    let owner = Owner { machine: 0x104, layout: 5, rom: 6 };
    let store = SlotStore::open(place.0.path(), owner, RomCheck::Same).unwrap();
    let record = |slot: u8, frames: u8| {
        let mut writer = store.begin(Slot::new(slot).unwrap(), 1000, &[slot; 640]).unwrap();
        (0..frames).for_each(|n| writer.append(&[n; 16]).unwrap());
        writer.finish().unwrap();
    };
    record(1, 120);
    record(2, 0);
    let told = |name: &str| json(&retake(["info", place.path(name).to_str().unwrap(), "--json"]));
    let input = told("slot_1.input");
    assert_eq!((&input["kind"], &input["frames"]), (&"loop slot: input".into(), &120.into()));
    assert_eq!((&input["frame"], &input["seconds"]), (&1000.into(), &2.0.into()));
    assert_eq!(input["console"], "NTSC, mapper 1.0, alignment 1");
    assert_eq!((&input["loops"], &told("slot_1.state")["loops"]), (&"yes".into(), &"yes".into()));
    assert!(input["supported"].as_str().unwrap().starts_with("no: "), "layout 5 is not ours");
    assert!(told("slot_2.state")["loops"].as_str().unwrap().contains("nothing"));
    std::fs::copy(place.path("slot_2.state"), place.path("slot_1.state")).unwrap();
    assert!(told("slot_1.input")["loops"].as_str().unwrap().contains("another recording"));
    std::fs::remove_file(place.path("slot_1.state")).unwrap();
    assert!(told("slot_1.input")["loops"].as_str().unwrap().contains("beside"));
    let bytes = std::fs::read(place.path("slot_2.state")).unwrap();
    for len in [0, 8, 63, 64, 200] {
        let cut = place.file("slot_3.state", &bytes[..len]);
        expect(2, &retake(["info", cut.to_str().unwrap()]));
    }
}

#[test]
fn fetched_roms_are_checked_and_a_missing_network_is_a_sentence() {
    let place = Place::new();
    let base = place.path("mirror");
    let target = place.path("public");
    let nestest = "nes-test-roms/other/nestest.nes";
    let origin = "christopherpow/nes-test-roms/95d8f621ae55cee0d09b91519a8989ae0e64753b/other";
    let fetch = || {
        Command::new("bash")
            .args(["scripts/fetch-roms", nestest])
            .env("RETAKE_ROM_BASE", format!("file://{}", base.display()))
            .env("RETAKE_ROM_DIR", &target)
            .output()
            .unwrap()
    };
    let output = fetch();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("check the network"));
    std::fs::create_dir_all(base.join(origin)).unwrap();
    std::fs::write(base.join(origin).join("nestest.nes"), b"not it").unwrap();
    let output = fetch();
    assert!(String::from_utf8_lossy(&output.stderr).contains("another SHA-256"));
    assert!(!output.status.success() && !target.join(nestest).exists());
    // The real one, where this machine has it.
    if let Some(rom) = retake::app::testing::manifest::find(nestest) {
        std::fs::copy(rom, base.join(origin).join("nestest.nes")).unwrap();
        assert!(fetch().status.success() && target.join(nestest).exists());
        assert!(stdout(&fetch()).starts_with("0 fetched, 1 there already"));
    }
}
