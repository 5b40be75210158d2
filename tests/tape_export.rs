//! What `tape export` writes is decoded again and compared with what a run of
//! the same inputs shows and sounds.

#[path = "common/place.rs"]
mod place;

use place::{Place, branched};

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
    place.ends(3, &[&export[..], &["x.mp4"]].concat());
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
