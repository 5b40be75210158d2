//! Video with sound (feature `encode`): the file's own boxes and elements are
//! read by hand, its pictures and sound decoded, and compared with a run of the
//! same inputs.

#[path = "common/place.rs"]
mod place;

use openh264::formats::YUVSource;
use place::Place;

const RATE: u64 = 39_375_000;
const PER: u64 = 655_171;

/// The payloads of the boxes at a path of names.
fn boxes<'a>(file: &'a [u8], path: &[&[u8; 4]]) -> Vec<&'a [u8]> {
    let Some((name, rest)) = path.split_first() else { return vec![file] };
    let (mut found, mut at) = (Vec::new(), 0);
    while at + 8 <= file.len() {
        let (length, head) = match number(&file[at..], 4) {
            1 => (number(&file[at + 8..], 8) as usize, 16),
            length => (length as usize, 8),
        };
        if file[at + 4..at + 8] == **name {
            found.extend(boxes(&file[at + head..at + length], rest));
        }
        at += length;
    }
    assert_eq!(at, file.len(), "boxes fill what holds them");
    found
}

fn number(bytes: &[u8], length: usize) -> u64 {
    bytes[..length].iter().fold(0, |number, &byte| number << 8 | u64::from(byte))
}

/// A track of an MP4.
struct Track {
    kind: [u8; 4],
    timescale: u64,
    /// Of each sample, in the timescale.
    durations: Vec<u64>,
    /// Of the edit list: media time.
    begins: Option<u64>,
    /// Of the edit list: seconds.
    heard: Option<f64>,
    samples: Vec<Vec<u8>>,
    keys: Vec<u64>,
    description: Vec<u8>,
}

fn tracks(file: &[u8]) -> Vec<Track> {
    let mvhd = boxes(file, &[b"moov", b"mvhd"])[0];
    let movie = number(&mvhd[if mvhd[0] == 1 { 20 } else { 12 }..], 4);
    boxes(file, &[b"moov", b"trak"]).into_iter().map(|trak| track(file, trak, movie)).collect()
}

fn track(file: &[u8], trak: &[u8], movie: u64) -> Track {
    let of = |path: &[&[u8; 4]]| boxes(trak, path).first().copied();
    let table = |name: &[u8; 4], row: usize| -> Vec<Vec<u64>> {
        let Some(table) = of(&[b"mdia", b"minf", b"stbl", name]) else { return Vec::new() };
        let rows = table[8..].chunks(row * 4).take(number(&table[4..], 4) as usize);
        rows.map(|row| row.chunks(4).map(|n| number(n, 4)).collect()).collect()
    };
    let mdhd = of(&[b"mdia", b"mdhd"]).unwrap();
    let timescale = number(&mdhd[if mdhd[0] == 1 { 20 } else { 12 }..], 4);
    let stts = table(b"stts", 2);
    let durations = stts.iter().flat_map(|row| vec![row[1]; row[0] as usize]).collect();
    let elst = of(&[b"edts", b"elst"]).map(|elst| {
        assert_eq!(number(&elst[4..], 4), 1, "one edit");
        if elst[0] == 1 {
            (number(&elst[8..], 8), number(&elst[16..], 8))
        } else {
            (number(&elst[8..], 4), number(&elst[12..], 4))
        }
    });
    // Where the samples are: sizes, chunks, samples of a chunk.
    let stsz = of(&[b"mdia", b"minf", b"stbl", b"stsz"]).unwrap();
    let sizes = stsz[12..].chunks(4).map(|size| number(size, 4) as usize);
    let chunks: Vec<u64> = match of(&[b"mdia", b"minf", b"stbl", b"co64"]) {
        Some(co64) => co64[8..].chunks(8).map(|at| number(at, 8)).collect(),
        None => table(b"stco", 1).concat(),
    };
    let runs = table(b"stsc", 3);
    let mut sizes = sizes.into_iter();
    let mut samples = Vec::new();
    for (chunk, &at) in chunks.iter().enumerate() {
        let run = runs.iter().rev().find(|run| run[0] <= chunk as u64 + 1).unwrap();
        let mut at = at as usize;
        for size in sizes.by_ref().take(run[1] as usize) {
            samples.push(file[at..at + size].to_vec());
            at += size;
        }
    }
    Track {
        kind: of(&[b"mdia", b"hdlr"]).unwrap()[8..12].try_into().unwrap(),
        timescale,
        durations,
        begins: elst.map(|(_, begins)| begins),
        heard: elst.map(|(length, _)| length as f64 / movie as f64),
        samples,
        keys: table(b"stss", 1).concat(),
        description: of(&[b"mdia", b"minf", b"stbl", b"stsd"]).unwrap().to_vec(),
    }
}

/// NAL units, each after its length.
fn nals(sample: &[u8]) -> Vec<&[u8]> {
    let (mut nals, mut rest) = (Vec::new(), sample);
    while !rest.is_empty() {
        let (nal, after) = rest[4..].split_at(number(rest, 4) as usize);
        nals.push(nal);
        rest = after;
    }
    nals
}

/// A parameter set out of the description of a track.
fn sets(description: &[u8]) -> Vec<Vec<u8>> {
    let at = description.windows(4).position(|name| name == b"avcC").unwrap() + 4;
    let avcc = &description[at..];
    assert_eq!(avcc[5] & 0x1f, 1);
    let sps = 8 + number(&avcc[6..], 2) as usize;
    let pps = sps + 3 + number(&avcc[sps + 1..], 2) as usize;
    vec![avcc[8..sps].to_vec(), avcc[sps + 3..pps].to_vec()]
}

#[test]
fn an_mp4_shows_and_sounds_as_the_run_does() {
    let place = Place::new(1);
    let run = ["run", "--press", "120-125:start,150-200:right", "--frames", "300"];
    let files = ["--record", "g.rtk", "--wav", "g.wav", "--png", "g.png"];
    place.ok(&[&run[..], &files[..]].concat());
    place.ok(&["tape", "export", "g.rtk", "-o", "g.mp4", "--jobs", "2"]);
    place.ok(&["tape", "export", "g.rtk", "-o", "one.mp4", "--jobs", "1"]);
    let file = place.bytes("g.mp4");
    assert!(file == place.bytes("one.mp4"), "whoever codes which range");
    let [video, sound] = &tracks(&file)[..] else { panic!("two tracks") };
    assert_eq!((&video.kind, &sound.kind), (b"vide", b"soun"));
    assert_eq!((video.timescale, video.samples.len()), (RATE, 300));
    assert!(video.durations.iter().all(|&duration| duration == PER));
    assert!(video.keys.len() > 2 && video.keys[0] == 1, "{:?}", video.keys);

    // The pictures: the last is the run's, three times as large.
    let mut decoder = openh264::decoder::Decoder::new().unwrap();
    let mut last = None;
    for (number, sample) in video.samples.iter().enumerate() {
        let key = video.keys.contains(&(number as u64 + 1));
        let before = if key { sets(&video.description) } else { Vec::new() };
        let units = before.iter().map(Vec::as_slice).chain(nals(sample));
        let stream: Vec<u8> = units.flat_map(|nal| [&[0, 0, 0, 1], nal].concat()).collect();
        if let Some(picture) = decoder.decode(&stream).unwrap() {
            assert_eq!(picture.dimensions(), (768, 720));
            let stride = picture.strides().0;
            let rows = picture.y().chunks(stride).take(720);
            last = Some(rows.map(|row| row[..768].to_vec()).collect::<Vec<_>>());
        }
    }
    let last = last.unwrap();
    let png = place.bytes("g.png");
    let mut reader = png::Decoder::new(std::io::Cursor::new(&png[..])).read_info().unwrap();
    let mut rgb = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut rgb).unwrap();
    let luma = |x: usize, y: usize| {
        let at = (y / 3 * 256 + x / 3) * 3;
        let [r, g, b] = [0, 1, 2].map(|channel| f64::from(rgb[at + channel]));
        16. + (65.481 * r + 128.553 * g + 24.966 * b) / 255.
    };
    let mut error = 0.;
    for (y, row) in last.iter().enumerate() {
        for (x, &got) in row.iter().enumerate() {
            error += (f64::from(got) - luma(x, y)).powi(2);
        }
    }
    let error = error / (768. * 720.);
    assert!(error < 1., "mean square error {error}: more than 48 dB below the signal");

    // The sound: behind the priming, sample by sample nearly the run's.
    let samples: Vec<i16> = {
        let mut wav = hound::WavReader::open(place.path("g.wav")).unwrap();
        wav.samples().map(Result::unwrap).collect()
    };
    assert_eq!((sound.timescale, sound.begins), (48_000, Some(1024)));
    assert!((sound.heard.unwrap() * 48_000. - samples.len() as f64).abs() < 1.);
    assert!(sound.durations.iter().all(|&duration| duration == 1024));
    let packets = sound.samples.iter();
    let adts: Vec<u8> =
        packets.flat_map(|packet| syom::wrap_adts_au(packet, 48_000, 1).unwrap()).collect();
    let heard = syom::decode_with(&adts, &syom::DecodeOptions::unbounded()).unwrap();
    let heard = &heard.channels[0][1024..];
    let power = |values: &mut dyn Iterator<Item = f32>| values.map(|v| v * v).sum::<f32>();
    let wanted = |n: usize| f32::from(samples[n]) / 32_767.;
    let signal = power(&mut (0..samples.len()).map(wanted));
    let noise =
        |shift: usize| power(&mut (0..samples.len() - 2000).map(|n| heard[n + shift] - wanted(n)));
    assert!(signal > 1., "something is heard");
    assert!(noise(0) * 30. < signal, "{} of {signal}", noise(0));
    assert!(noise(0) < noise(1) && noise(0) < noise(400), "a sample off is worse");
}

/// Whole elements: their numbers and payloads.
fn elements(mut bytes: &[u8]) -> Vec<(u64, &[u8])> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let length = bytes[0].leading_zeros() as usize + 1;
        let id = number(bytes, length);
        bytes = &bytes[length..];
        let length = bytes[0].leading_zeros() as usize + 1;
        let size = (number(bytes, length) & ((1 << (7 * length)) - 1)) as usize;
        let (payload, rest) = bytes[length..].split_at(size);
        found.push((id, payload));
        bytes = rest;
    }
    found
}

fn find<'a>(elements: &[(u64, &'a [u8])], id: u64) -> &'a [u8] {
    elements.iter().find(|(known, _)| *known == id).unwrap_or_else(|| panic!("{id:x}")).1
}

#[test]
fn sound_and_pictures_are_together_after_ten_minutes_in_both_containers() {
    const FRAMES: u64 = 36_060;
    let place = Place::new(1);
    let frames = FRAMES.to_string();
    place.ok(&["run", "game.nes", "--frames", &frames, "--mute", "--record", "l.rtk"]);
    place.ok(&["tape", "export", "l.rtk", "-o", "l.mp4", "-o", "l.mkv", "--scale", "1"]);
    let seconds = FRAMES as f64 * PER as f64 / RATE as f64;
    assert!(seconds > 600.);
    let frame = PER as f64 / RATE as f64;

    let file = place.bytes("l.mp4");
    let [video, sound] = &tracks(&file)[..] else { panic!("two tracks") };
    assert_eq!(video.durations.iter().sum::<u64>(), FRAMES * PER, "no rounding at all");
    assert_eq!(video.timescale, RATE);
    assert!((sound.heard.unwrap() - seconds).abs() < frame, "{:?} {seconds}", sound.heard);
    let packets = sound.durations.iter().sum::<u64>() as f64 / 48_000.;
    let begins = sound.begins.unwrap() as f64 / 48_000.;
    assert!(packets - begins >= sound.heard.unwrap() - 1e-4);

    let file = place.bytes("l.mkv");
    let all = elements(&file);
    let segment_at = file.len() - find(&all, 0x1853_8067).len();
    let segment = elements(find(&all, 0x1853_8067));
    let info = elements(find(&segment, 0x1549_a966));
    assert_eq!(find(&info, 0x2a_d7b1), [1, 0x86, 0xa0], "100 µs");
    let duration = f64::from_be_bytes(find(&info, 0x4489).try_into().unwrap()) / 10_000.;
    assert!((duration - seconds).abs() < frame);
    let (mut pictures, mut packets, mut off) = (0u64, 0u64, 0f64);
    for (_, cluster) in segment.iter().filter(|(id, _)| *id == 0x1f43_b675) {
        let cluster = elements(cluster);
        let from = find(&cluster, 0xe7);
        let from = number(from, from.len());
        let blocks = cluster.iter().filter_map(|(id, payload)| match id {
            0xa3 => Some(*payload),
            0xa0 => Some(find(&elements(payload), 0xa1)),
            _ => None,
        });
        for block in blocks {
            let behind = i16::from_be_bytes([block[1], block[2]]);
            let at = (from as i64 + i64::from(behind)) as f64 / 10_000.;
            let exact = if block[0] == 0x81 {
                pictures += 1;
                (pictures - 1) as f64 * frame
            } else {
                packets += 1;
                (packets - 1) as f64 * 1024. / 48_000.
            };
            off = off.max((at - exact).abs());
        }
    }
    assert_eq!(pictures, FRAMES);
    assert!(off < 51e-6, "{off} s");
    let heard = packets as f64 * 1024. / 48_000. - 1024. / 48_000.;
    assert!(heard >= seconds - frame && heard < seconds + 0.05, "{heard} {seconds}");
    // The exact rate stands in the pictures' description: ticks of half a frame.
    let private = [0x63u8, 0xa2];
    let at = file.windows(2).position(|id| id == private).unwrap();
    let bits: Vec<bool> = file[at..at + 64]
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |n| byte >> n & 1 != 0))
        .collect();
    let pattern = ((PER << 32) | (RATE * 2), 64);
    let value = |bits: &[bool]| bits.iter().fold(0u64, |n, &bit| n << 1 | u64::from(bit));
    // Escapes of zeros may stand between; the lower halves have none.
    let lower = bits.windows(24).any(|bits| value(bits) == pattern.0 >> 32 & 0xff_ffff);
    assert!(lower, "655171 is in it");
    // Cues and the seek head lead to what they name.
    let seeks = elements(find(&segment, 0x114d_9b74));
    for (_, seek) in seeks {
        let seek = elements(seek);
        let (id, at) = (find(&seek, 0x53ab), number(find(&seek, 0x53ac), 8) as usize);
        assert_eq!(&file[segment_at + at..][..4], id);
    }
    for (_, point) in elements(find(&segment, 0x1c53_bb6b)) {
        let point = elements(point);
        let places = elements(find(&point, 0xb7));
        let at = find(&places, 0xf1);
        let at = segment_at + number(at, at.len()) as usize;
        assert_eq!(file[at..at + 4], [0x1f, 0x43, 0xb6, 0x75]);
    }
}
