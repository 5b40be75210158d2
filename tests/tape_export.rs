//! What `tape export` writes is decoded again and compared with what a run of
//! the same inputs shows and sounds. Video of the feature `encode` is in
//! tape_encode.rs.

#[path = "common/place.rs"]
mod place;

use place::{Place, branched};
use retake::app::cli::SetupArgs;
use retake::app::setup::{Asked, Setup};
use retake::app::tape::export::clip;
use retake::app::tape::write::Recorder;
use retake::engine::replay::{Happening, held};
use retake::flight::chunk::Event;
use retake::flight::tape::Header;

const PIXELS: usize = 256 * 240;

/// The header line, and the planes of each frame.
fn y4m(file: &[u8], scale: usize) -> (String, Vec<Vec<u8>>) {
    let end = file.iter().position(|&byte| byte == b'\n').unwrap();
    let header = String::from_utf8(file[..end].to_vec()).unwrap();
    let frame = 6 + PIXELS * scale * scale * 3;
    let frames = file[end + 1..].chunks(frame).map(|frame| {
        assert_eq!(&frame[..6], b"FRAME\n");
        frame[6..].to_vec()
    });
    (header, frames.collect())
}

/// The picture after a frame of the run, as red, green and blue.
fn picture(place: &Place, frame: u64) -> Vec<u8> {
    let frames = frame.to_string();
    let run = ["run", "game.nes", "--movie", "movie.txt", "--frames", &frames, "--png", "p.png"];
    place.ok(&run);
    png(&place.bytes("p.png"))
}

fn png(file: &[u8]) -> Vec<u8> {
    let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
    let mut rgb = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut rgb).unwrap();
    rgb
}

/// BT.601 of a colour, as the specification of the format has it.
fn yuv(rgb: &[u8]) -> [i32; 3] {
    let [r, g, b] = [rgb[0], rgb[1], rgb[2]].map(f64::from);
    let y = 16. + (65.481 * r + 128.553 * g + 24.966 * b) / 255.;
    let u = 128. + (-37.797 * r - 74.203 * g + 112. * b) / 255.;
    let v = 128. + (112. * r - 93.786 * g - 18.214 * b) / 255.;
    [y, u, v].map(|value| value.round() as i32)
}

#[test]
fn video_and_sound_are_those_of_the_run() {
    let place = Place::new(150);
    place.ok(&["tape", "export", "a.rtk", "-o", "a.y4m", "--jobs", "3"]);
    let (header, frames) = y4m(&place.bytes("a.y4m"), 1);
    assert!(header.starts_with("YUV4MPEG2 W256 H240 F39375000:655171 "), "{header}");
    assert!(header.contains(" C444"), "{header}");
    assert_eq!(frames.len(), 150);
    for frame in [1, 61, 150] {
        let rgb = picture(&place, frame);
        let planes = &frames[frame as usize - 1];
        for (pixel, rgb) in rgb.chunks(3).enumerate() {
            for (plane, wanted) in yuv(rgb).into_iter().enumerate() {
                let got = i32::from(planes[plane * PIXELS + pixel]);
                assert!((got - wanted).abs() <= 1, "frame {frame}, pixel {pixel}, plane {plane}");
            }
        }
    }
    // The sound beside it is that of the run, sample by sample, over all joins.
    place.ok(&["run", "game.nes", "--movie", "movie.txt", "--wav", "run.wav"]);
    assert!(place.bytes("a.wav") == place.bytes("run.wav"));
    // Two and a half seconds, to within a frame.
    let samples = hound::WavReader::open(place.path("a.wav")).unwrap().duration();
    let wanted = 150. * 655_171. / 39_375_000. * 48_000.;
    assert!((f64::from(samples) - wanted).abs() < 800., "{samples} for {wanted}");
    // One thread, and a pipe, give the same bytes.
    let piped = place.ends(0, &["tape", "export", "a.rtk", "-o", "-", "--jobs", "1"]);
    assert!(piped.stdout == place.bytes("a.y4m"));
}

#[test]
fn a_game_in_colour_is_exported_as_it_is_shown() {
    let place = Place::new(1);
    let press = ["--press", "120-125:start,150-200:right"];
    let run = [&["run", "--frames", "200"], &press[..]].concat();
    place.ok(&[&run[..], &["--record", "g.rtk", "--png", "g.png"]].concat());
    place.ok(&["tape", "export", "g.rtk", "--from", "190", "-o", "g.y4m", "--no-sound"]);
    let (rgb, (_, frames)) = (png(&place.bytes("g.png")), y4m(&place.bytes("g.y4m"), 1));
    let colours: std::collections::HashSet<_> = rgb.chunks(3).collect();
    assert!(colours.len() > 4, "a picture with {} colours", colours.len());
    for (pixel, rgb) in rgb.chunks(3).enumerate() {
        for (plane, wanted) in yuv(rgb).into_iter().enumerate() {
            let got = i32::from(frames[9][plane * PIXELS + pixel]);
            assert!((got - wanted).abs() <= 1, "pixel {pixel}, plane {plane}");
        }
    }
}

#[test]
fn a_range_of_a_branch_over_a_reload_is_exported() {
    let place = Place::new(1);
    branched(&place);
    let export = ["tape", "export", "b.rtk", "--from", "30", "--to", "130", "-o"];
    place.ok(&[&export[..], &["x.y4m", "--no-sound", "--scale", "2"]].concat());
    assert!(!place.path("x.wav").exists());
    let (header, frames) = y4m(&place.bytes("x.y4m"), 2);
    assert!(header.contains("W512 H480"), "{header}");
    assert_eq!(frames.len(), 100);
    // Whatever the ranges, the pictures are the same.
    place.ok(&["tape", "export", "b.rtk", "-o", "all.y4m", "-o", "all.wav"]);
    let (_, all) = y4m(&place.bytes("all.y4m"), 1);
    assert_eq!(all.len(), 150);
    for (frame, wanted) in frames.iter().zip(&all[30..]) {
        for plane in 0..3 {
            let row = &frame[plane * PIXELS * 4..][..512];
            let single = &wanted[plane * PIXELS..][..256];
            assert!(row.chunks(2).zip(single).all(|(pair, &value)| pair == [value, value]));
        }
    }
    place.ends(2, &[&export[..], &["x.xyz"]].concat());
    place.ends(2, &[&export[..], &["x.png"]].concat());
    place.ends(2, &["tape", "export", "b.rtk", "--to", "999", "-o", "x.y4m"]);
}

#[test]
fn pictures_apng_and_gif_show_what_the_run_shows() {
    let place = Place::new(40);
    let args = ["-o", "a.apng", "-o", "a.gif", "-o", "pngs/", "--from", "10"];
    place.ok(&[&["tape", "export", "a.rtk"], &args[..]].concat());
    let rgb = [11, 25, 40].map(|frame| (frame, picture(&place, frame)));
    for (frame, rgb) in &rgb {
        let name = format!("pngs/{:06}.png", frame - 10);
        assert!(png(&place.bytes(&name)) == *rgb, "{frame}");
    }
    assert_eq!(place.path("pngs").read_dir().unwrap().count(), 30);
    let apng = place.bytes("a.apng");
    let mut reader = png::Decoder::new(std::io::Cursor::new(&apng[..])).read_info().unwrap();
    let control = reader.info().animation_control.unwrap();
    assert_eq!((control.num_frames, control.num_plays), (30, 0));
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    for frame in 11..=40 {
        reader.next_frame(&mut bytes).unwrap();
        if let Some((_, rgb)) = rgb.iter().find(|(number, _)| *number == frame) {
            assert!(bytes == *rgb, "{frame}");
        }
        let shown = reader.info().frame_control.unwrap();
        let delay = f64::from(shown.delay_num) / f64::from(shown.delay_den);
        assert!((delay * 39_375_000. / 655_171. - 1.).abs() < 1e-8);
    }
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::RGBA);
    let gif = place.bytes("a.gif");
    let mut decoder = options.read_info(&gif[..]).unwrap();
    let mut count = 0;
    while let Some(shown) = decoder.read_next_frame().unwrap() {
        assert_eq!(shown.delay, 2);
        if count == 0 {
            let rgb: Vec<u8> =
                shown.buffer.chunks(4).flat_map(|rgba| &rgba[..3]).copied().collect();
            assert!(rgb == picture(&place, 11));
        }
        count += 1;
    }
    assert_eq!(count, 25, "half a second at 50 pictures a second");
    // A folder with something in it is not touched.
    place.ends(2, &["tape", "export", "a.rtk", "-o", "pngs/"]);
}

/// The end of a tape, by the state's hash.
fn end(place: &Place, tape: &str, frame: &str) -> String {
    place.ok(&["tape", "seek", tape, frame, "--state-hash"]).lines().next().unwrap().to_owned()
}

#[test]
fn a_tape_from_power_on_becomes_a_movie_that_ends_in_the_same_state() {
    let place = Place::new(1);
    // A reset, the power switch, and both before one frame, of which power is left.
    let held = |n: usize| match n {
        70 => "|.r|........|........|\n",
        100 => "|P.|.......A|U.......|\n",
        n if n % 10 < 4 => "|..|......BA|...RS...|\n",
        n if n % 10 < 6 => "|..|UDLRSs..|........|\n",
        _ => "|..|........|.......A|\n",
    };
    std::fs::write(place.path("m.txt"), (1..=150).map(held).collect::<String>()).unwrap();
    place.ok(&["run", "game.nes", "--movie", "m.txt", "--mute", "--record", "m.rtk"]);
    place.ok(&["tape", "export", "m.rtk", "-o", "m.fm2", "-o", "m.bk2"]);
    place.ok(&["tape", "export", "m.rtk", "--from", "0", "--to", "120", "-o", "part.fm2"]);
    for (movie, frame) in [("m.fm2", "150"), ("m.bk2", "150"), ("part.fm2", "120")] {
        let run = place.ok(&["run", "game.nes", "--movie", movie, "--mute", "--state-hash"]);
        assert_eq!(run.lines().next().unwrap(), end(&place, "m.rtk", frame), "{movie}");
    }
    assert_ne!(end(&place, "m.rtk", "150"), end(&place, "m.rtk", "149"));
    let fm2 = String::from_utf8(place.bytes("m.fm2")).unwrap();
    let lines: Vec<_> = fm2.lines().filter(|line| line.starts_with('|')).collect();
    assert_eq!(lines.len(), 150);
    assert_eq!(lines[69], "|1|........|........||");
    assert_eq!(lines[99], "|2|.......A|...U....||");
}

#[test]
fn what_a_movie_cannot_hold_is_refused_with_a_sentence() {
    let place = Place::new(60);
    branched(&place);
    let refused = |args: &[&str], word: &str| {
        for name in ["x.fm2", "x.bk2"] {
            let args = [&["tape", "export"], args, &["-o", name]].concat();
            let said = place.ends(2, &args);
            let said = String::from_utf8_lossy(&said.stderr);
            assert!(said.contains(word), "{args:?}: {said}");
            assert!(!place.path(name).exists(), "{args:?}");
        }
    };
    refused(&["a.rtk", "--from", "10"], "begins at power-on");
    refused(&["b.rtk"], "another ROM was put in before frame 101");
    // Up to there it is a movie.
    place.ok(&["tape", "export", "b.rtk", "--to", "100", "-o", "b.fm2"]);
    let run = place.ok(&["run", "game.nes", "--movie", "b.fm2", "--mute", "--state-hash"]);
    assert_eq!(run.lines().next().unwrap(), end(&place, "b.rtk", "100"));
    // A part of a tape begins with a state.
    place.ok(&["tape", "cut", "a.rtk", "--from", "20", "-o", "cut.rtk"]);
    refused(&["cut.rtk"], "state after frame 20");
    // So does one whose state has no frames before it, but bytes from elsewhere.
    let (a, mut state) = (place.bytes("a.rtk"), branched(&place)[0].clone());
    let (header, _) = Header::read(&a).unwrap();
    *state.last_mut().unwrap() ^= 1;
    let mut recorder = Recorder::new(&header, 0, &state);
    recorder.blind_frame([0; 16]);
    std::fs::write(place.path("elsewhere.rtk"), recorder.finish()).unwrap();
    refused(&["elsewhere.rtk"], "a state from elsewhere");
    // Pads 3 and 4, other devices, unknown events, two buttons at once.
    let tape = |name: &str, ports: u32, held: [u8; 16], events: &[Event]| {
        let header = Header { ports: ports.into(), ..header };
        let mut recorder = Recorder::new(&header, 0, &branched(&place)[0]);
        events.iter().for_each(|event| recorder.event(event));
        recorder.blind_frame(held);
        std::fs::write(place.path(name), recorder.finish()).unwrap();
    };
    let third = std::array::from_fn(|at| u8::from(at == 2));
    tape("third.rtk", 0, third, &[]);
    refused(&["third.rtk"], "more held than two pads");
    let device = std::array::from_fn(|at| u8::from(at == 7));
    tape("device.rtk", 0, device, &[]);
    refused(&["device.rtk"], "more held than two pads");
    tape("port.rtk", 0xff, [0; 16], &[]);
    refused(&["port.rtk"], "other devices");
    tape("later.rtk", 0, [0; 16], &[Event { code: 99, data: [0; 16] }]);
    refused(&["later.rtk"], "event 99");
    let (reset, power) = (Happening::Reset.event(), Happening::Power.event());
    tape("twice.rtk", 0, [0; 16], &[reset, reset]);
    refused(&["twice.rtk"], "two buttons");
    // What the power switch undoes is no loss.
    tape("power.rtk", 0, [0; 16], &[reset, power]);
    place.ok(&["tape", "export", "power.rtk", "-o", "power.bk2"]);
    let run = place.ok(&["run", "game.nes", "--movie", "power.bk2", "--mute", "--state-hash"]);
    assert_eq!(run.lines().next().unwrap(), end(&place, "power.rtk", "1"));
}

/// The built-in game, a tape of it in memory, and its console.
fn played(frames: u64) -> (Vec<u8>, Setup) {
    let setup = Setup::new(None, &SetupArgs::default(), Asked::default()).unwrap();
    let mut nes = setup.power_on();
    let mut recorder = Recorder::new(&setup.tape_header(&nes), 0, nes.bytes());
    for frame in 1..=frames {
        let mut input = [0; 16];
        input[0] = if (120..126).contains(&frame) { 8 } else { 0 };
        nes.run_muted(held(input));
        recorder.frame(input, nes.bytes());
    }
    (recorder.finish(), setup)
}

#[test]
fn three_seconds_of_a_tape_in_memory_become_a_clip_with_sound() {
    let (tape, setup) = played(300);
    let place = Place::new(1);
    let output = place.path("clip.apng");
    let one = std::num::NonZero::<usize>::MIN;
    let frames = clip::clip(tape.clone(), setup.clone(), None, 120..300, &output, one).unwrap();
    assert_eq!(frames, 180);
    // The same as the command makes of the tape in a file.
    std::fs::write(place.path("t.rtk"), &tape).unwrap();
    let args = ["--from", "120", "--to", "300", "-o", "c.apng", "-o", "c.wav"];
    place.ok(&[&["tape", "export", "t.rtk"], &args[..]].concat());
    assert!(place.bytes("clip.apng") == place.bytes("c.apng"));
    assert!(place.bytes("clip.wav") == place.bytes("c.wav"));
    let heard = hound::WavReader::open(place.path("clip.wav")).unwrap();
    let heard: Vec<i16> = heard.into_samples().map(Result::unwrap).collect();
    assert!(heard.iter().any(|&sample| sample != heard[0]), "the game is heard");
    // More than there is gives what there is; nothing, a sentence, and no file is left.
    let all = clip::clip(tape.clone(), setup.clone(), None, 0..9999, &place.path("a.wav"), one);
    assert_eq!(all.unwrap(), 300);
    assert!(clip::clip(tape, setup, None, 300..999, &place.path("b.wav"), one).is_err());
    let names = place.0.path().read_dir().unwrap().map(|entry| entry.unwrap().file_name());
    let names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
    assert!(names.iter().all(|name| !name.contains(".new-") && name != "b.wav"), "{names:?}");
    assert!(["mp4", "apng"].contains(&clip::ending()));
}

/// An ffmpeg that keeps what it was given, in a folder of its own on the path.
#[cfg(not(feature = "encode"))]
#[test]
fn without_an_encoder_video_goes_through_an_ffmpeg_or_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new(40);
    let export = |path: &std::path::Path| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_retake"));
        command.current_dir(place.0.path()).env("PATH", path);
        command.args(["tape", "export", "a.rtk", "-o", "v.mp4"]).output().unwrap()
    };
    let bin = place.path("bin");
    std::fs::create_dir(&bin).unwrap();
    let none = export(&bin);
    assert_eq!(none.status.code(), Some(3));
    let said = String::from_utf8_lossy(&none.stderr);
    assert!(said.contains("--features encode") && said.contains("ffmpeg"), "{said}");
    let fake = |script: &str| {
        std::fs::write(bin.join("ffmpeg"), format!("#!/bin/sh\n{script}\n")).unwrap();
        let all = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(bin.join("ffmpeg"), all).unwrap();
    };
    fake(
        "for last; do :; done; last=${last#file:}\n\
         case \"$*\" in *pipe:0*) /bin/cat >piped; echo v >\"$last\";;\n\
         *) for a; do case \"$a\" in *sound*) /bin/cp \"${a#file:}\" heard;; esac; done\n\
         echo whole >\"$last\";; esac",
    );
    let made = export(&bin);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    assert_eq!(place.bytes("v.mp4"), b"whole\n");
    place.ok(&["tape", "export", "a.rtk", "-o", "a.y4m"]);
    assert!(place.bytes("piped") == place.bytes("a.y4m"));
    assert!(place.bytes("heard") == place.bytes("a.wav"));
    // One that fails, at once or at the end, is a sentence and leaves nothing behind.
    for script in ["echo no such codec >&2; exit 1", "/bin/cat >/dev/null; echo full >&2; exit 1"] {
        std::fs::remove_file(place.path("v.mp4")).ok();
        fake(script);
        let failed = export(&bin);
        assert_eq!(failed.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&failed.stderr).contains("ffmpeg failed"));
        let names = place.0.path().read_dir().unwrap().map(|entry| entry.unwrap().file_name());
        assert!(names.into_iter().all(|name| !name.to_string_lossy().starts_with("v.mp4")));
    }
}
