//! Matroska: elements of a number, a length and a payload.
//!
//! ```text
//! EBML · Segment ┬ SeekHead · Info · Tracks
//!                ├ Cluster: Timestamp, SimpleBlock …     one a key picture
//!                ├ …
//!                └ Cues: where each cluster is
//! ```
//!
//! Timestamps are ticks of 100 µs, each rounded from the exact time, so that
//! none is more than 50 µs off however long the film is. The exact rate stands
//! in the pictures themselves (`sps.rs`); Matroska's own is in nanoseconds.
//!
//! <https://www.rfc-editor.org/rfc/rfc9559>

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};

use shiguredo_mp4::Encode;

use super::aac::{PACKET, PRIMING, RATE};
use super::h264::{Picture, Sets};
use super::mp4::avcc;
use super::{Film, Muxer};

/// Elements by their numbers.
mod id {
    pub const EBML: u32 = 0x1a45_dfa3;
    pub const EBML_VERSION: u32 = 0x4286;
    pub const EBML_READ_VERSION: u32 = 0x42f7;
    pub const EBML_MAX_ID_LENGTH: u32 = 0x42f2;
    pub const EBML_MAX_SIZE_LENGTH: u32 = 0x42f3;
    pub const DOC_TYPE: u32 = 0x4282;
    pub const DOC_TYPE_VERSION: u32 = 0x4287;
    pub const DOC_TYPE_READ_VERSION: u32 = 0x4285;
    pub const SEGMENT: u32 = 0x1853_8067;
    pub const SEEK_HEAD: u32 = 0x114d_9b74;
    pub const SEEK: u32 = 0x4dbb;
    pub const SEEK_ID: u32 = 0x53ab;
    pub const SEEK_POSITION: u32 = 0x53ac;
    pub const INFO: u32 = 0x1549_a966;
    pub const TIMESTAMP_SCALE: u32 = 0x2a_d7b1;
    pub const DURATION: u32 = 0x4489;
    pub const MUXING_APP: u32 = 0x4d80;
    pub const WRITING_APP: u32 = 0x5741;
    pub const TRACKS: u32 = 0x1654_ae6b;
    pub const TRACK_ENTRY: u32 = 0xae;
    pub const TRACK_NUMBER: u32 = 0xd7;
    pub const TRACK_UID: u32 = 0x73c5;
    pub const TRACK_TYPE: u32 = 0x83;
    pub const FLAG_LACING: u32 = 0x9c;
    pub const DEFAULT_DURATION: u32 = 0x23_e383;
    pub const CODEC_ID: u32 = 0x86;
    pub const CODEC_PRIVATE: u32 = 0x63a2;
    pub const CODEC_DELAY: u32 = 0x56aa;
    pub const VIDEO: u32 = 0xe0;
    pub const PIXEL_WIDTH: u32 = 0xb0;
    pub const PIXEL_HEIGHT: u32 = 0xba;
    pub const AUDIO: u32 = 0xe1;
    pub const SAMPLING_FREQUENCY: u32 = 0xb5;
    pub const CHANNELS: u32 = 0x9f;
    pub const CLUSTER: u32 = 0x1f43_b675;
    pub const TIMESTAMP: u32 = 0xe7;
    pub const SIMPLE_BLOCK: u32 = 0xa3;
    pub const BLOCK_GROUP: u32 = 0xa0;
    pub const BLOCK: u32 = 0xa1;
    pub const DISCARD_PADDING: u32 = 0x75a2;
    pub const CUES: u32 = 0x1c53_bb6b;
    pub const CUE_POINT: u32 = 0xbb;
    pub const CUE_TIME: u32 = 0xb3;
    pub const CUE_TRACK_POSITIONS: u32 = 0xb7;
    pub const CUE_TRACK: u32 = 0xf7;
    pub const CUE_CLUSTER_POSITION: u32 = 0xf1;
}

/// Nanoseconds of a tick and of a second.
const TICK: u64 = 100_000;
const SECOND: u64 = 1_000_000_000;

/// Tracks, as they are numbered.
const PICTURES: u8 = 1;
const SOUND: u8 = 2;

/// A block that needs no other.
const KEY: u8 = 0x80;

/// A file that grows.
pub struct Mkv {
    file: BufWriter<File>,
    film: Film,
    /// Where the segment's payload begins, and how many bytes it has.
    segment: u64,
    length: u64,
    /// The cluster that grows: its beginning in ticks and its blocks.
    cluster: Option<(u64, Vec<u8>)>,
    /// Beginnings of clusters, in ticks and in bytes of the segment.
    cues: Vec<(u64, u64)>,
    pictures: u64,
    packets: u64,
    /// The last packet, which may have to say how much of it is not heard.
    held: Option<Vec<u8>>,
    /// The payload of the segment up to the first cluster, without its times
    /// and places.
    tracks: Vec<u8>,
}

impl Mkv {
    /// Begins a file.
    pub fn new(file: File, film: &Film) -> io::Result<Self> {
        let mut file = BufWriter::with_capacity(1 << 20, file);
        let head = element(
            id::EBML,
            &[
                number(id::EBML_VERSION, 1),
                number(id::EBML_READ_VERSION, 1),
                number(id::EBML_MAX_ID_LENGTH, 4),
                number(id::EBML_MAX_SIZE_LENGTH, 8),
                element(id::DOC_TYPE, b"matroska"),
                number(id::DOC_TYPE_VERSION, 4),
                number(id::DOC_TYPE_READ_VERSION, 2),
            ]
            .concat(),
        );
        file.write_all(&head)?;
        let segment = (head.len() + 4 + 8) as u64;
        Ok(Self {
            file,
            film: *film,
            segment,
            length: 0,
            cluster: None,
            cues: Vec::new(),
            pictures: 0,
            packets: 0,
            held: None,
            tracks: Vec::new(),
        })
    }

    /// What stands before the clusters: as long whatever the numbers are.
    fn head(&self, ticks: f64, cues: u64) -> Vec<u8> {
        let info = element(
            id::INFO,
            &[
                number(id::TIMESTAMP_SCALE, TICK),
                element(id::DURATION, &ticks.to_be_bytes()),
                element(id::MUXING_APP, b"Retake"),
                element(id::WRITING_APP, concat!("Retake ", env!("CARGO_PKG_VERSION")).as_bytes()),
            ]
            .concat(),
        );
        let seek = |id: u32, position: u64| {
            let to = element(id::SEEK_ID, &id.to_be_bytes());
            let position = element(id::SEEK_POSITION, &position.to_be_bytes());
            element(id::SEEK, &[to, position].concat())
        };
        let places = |info_at: u64| {
            let tracks_at = info_at + info.len() as u64;
            let places =
                [seek(id::INFO, info_at), seek(id::TRACKS, tracks_at), seek(id::CUES, cues)];
            element(id::SEEK_HEAD, &places.concat())
        };
        let places = places(places(0).len() as u64);
        [places, info, self.tracks.clone()].concat()
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.length += bytes.len() as u64;
        self.file.write_all(bytes)
    }

    fn end_cluster(&mut self) -> io::Result<()> {
        let Some((ticks, blocks)) = self.cluster.take() else { return Ok(()) };
        self.cues.push((ticks, self.length));
        let cluster = element(id::CLUSTER, &[number(id::TIMESTAMP, ticks), blocks].concat());
        self.put(&cluster)
    }

    /// A block's payload, within the cluster that grows.
    fn block(&self, track: u8, ticks: u64, flags: u8, bytes: &[u8]) -> io::Result<Vec<u8>> {
        let from = self.cluster.as_ref().map_or(0, |(from, _)| *from);
        let behind = i16::try_from(ticks as i64 - from as i64);
        let behind = behind.map_err(|_| io::Error::other("a cluster is longer than 3 s"))?;
        let [high, low] = behind.to_be_bytes();
        Ok([&[0x80 | track, high, low, flags], bytes].concat())
    }

    fn grow(&mut self, bytes: &[u8]) {
        if let Some((_, blocks)) = &mut self.cluster {
            blocks.extend(bytes);
        }
    }

    /// The packet that was held back; `unheard` samples at its end are padding.
    fn packet(&mut self, unheard: u64) -> io::Result<()> {
        let Some(packet) = self.held.take() else { return Ok(()) };
        let ticks = ticks(self.packets * PACKET, (RATE.into(), 1));
        self.packets += 1;
        let block = if unheard == 0 {
            element(id::SIMPLE_BLOCK, &self.block(SOUND, ticks, KEY, &packet)?)
        } else {
            let block = element(id::BLOCK, &self.block(SOUND, ticks, 0, &packet)?);
            let padding = (unheard * SECOND / u64::from(RATE)) as i64;
            let padding = element(id::DISCARD_PADDING, &padding.to_be_bytes());
            element(id::BLOCK_GROUP, &[block, padding].concat())
        };
        self.grow(&block);
        Ok(())
    }
}

impl Muxer for Mkv {
    fn begin(&mut self, sets: &Sets, sound: Option<&[u8]>) -> io::Result<()> {
        let avcc = avcc(sets).encode_to_vec().map_err(io::Error::other)?;
        let mut tracks = pictures_track(&self.film, avcc.get(8..).unwrap_or_default());
        tracks.extend(sound.map(sound_track).unwrap_or_default());
        self.tracks = element(id::TRACKS, &tracks);
        self.file.write_all(&id::SEGMENT.to_be_bytes())?;
        self.file.write_all(&size(0, 8))?;
        let head = self.head(0., 0);
        self.put(&head)
    }

    fn picture(&mut self, picture: &Picture) -> io::Result<()> {
        let ticks = ticks(self.pictures, self.film.rate);
        self.pictures += 1;
        let key = picture.sets.is_some();
        if key {
            self.end_cluster()?;
            self.cluster = Some((ticks, Vec::new()));
        }
        let flags = if key { KEY } else { 0 };
        let block = self.block(PICTURES, ticks, flags, &picture.bytes)?;
        self.grow(&element(id::SIMPLE_BLOCK, &block));
        Ok(())
    }

    fn sound(&mut self, packet: &[u8]) -> io::Result<()> {
        self.packet(0)?;
        self.held = Some(packet.to_vec());
        Ok(())
    }

    fn finish(&mut self, samples: u64) -> io::Result<()> {
        let coded = (self.packets + 1) * PACKET;
        self.packet(coded.saturating_sub(PRIMING + samples))?;
        self.end_cluster()?;
        let cues_at = self.length;
        let cues: Vec<u8> = self.cues.iter().flat_map(|cue| cue_point(*cue)).collect();
        self.put(&element(id::CUES, &cues))?;
        let (rate, per) = self.film.rate;
        let seconds = self.pictures as f64 * per as f64 / rate as f64;
        let heard = samples as f64 / f64::from(RATE);
        let head = self.head(seconds.max(heard) * (SECOND / TICK) as f64, cues_at);
        self.file.seek(SeekFrom::Start(self.segment - 8))?;
        self.file.write_all(&size(self.length, 8))?;
        self.file.write_all(&head)?;
        self.file.flush()
    }
}

/// When the `count`th of a rate begins, in ticks, rounded.
fn ticks(count: u64, (rate, per): (u64, u64)) -> u64 {
    let second = u128::from(SECOND / TICK);
    let exact = u128::from(count) * u128::from(per) * second;
    ((exact + u128::from(rate) / 2) / u128::from(rate)) as u64
}

fn pictures_track(film: &Film, avcc: &[u8]) -> Vec<u8> {
    let (rate, per) = film.rate;
    let video = [
        number(id::PIXEL_WIDTH, film.width() as u64),
        number(id::PIXEL_HEIGHT, film.height() as u64),
    ];
    let track = [
        number(id::TRACK_NUMBER, PICTURES.into()),
        number(id::TRACK_UID, PICTURES.into()),
        number(id::TRACK_TYPE, 1),
        number(id::FLAG_LACING, 0),
        number(id::DEFAULT_DURATION, (per * SECOND + rate / 2) / rate),
        element(id::CODEC_ID, b"V_MPEG4/ISO/AVC"),
        element(id::CODEC_PRIVATE, avcc),
        element(id::VIDEO, &video.concat()),
    ];
    element(id::TRACK_ENTRY, &track.concat())
}

fn sound_track(config: &[u8]) -> Vec<u8> {
    let audio =
        [element(id::SAMPLING_FREQUENCY, &f64::from(RATE).to_be_bytes()), number(id::CHANNELS, 1)];
    let track = [
        number(id::TRACK_NUMBER, SOUND.into()),
        number(id::TRACK_UID, SOUND.into()),
        number(id::TRACK_TYPE, 2),
        number(id::FLAG_LACING, 0),
        element(id::CODEC_ID, b"A_AAC"),
        element(id::CODEC_PRIVATE, config),
        number(id::CODEC_DELAY, PRIMING * SECOND / u64::from(RATE)),
        element(id::AUDIO, &audio.concat()),
    ];
    element(id::TRACK_ENTRY, &track.concat())
}

fn cue_point((ticks, position): (u64, u64)) -> Vec<u8> {
    let place =
        [number(id::CUE_TRACK, PICTURES.into()), number(id::CUE_CLUSTER_POSITION, position)];
    let place = element(id::CUE_TRACK_POSITIONS, &place.concat());
    element(id::CUE_POINT, &[number(id::CUE_TIME, ticks), place].concat())
}

/// An element. The number's first bits say how long it is, so it stands as it is.
fn element(id: u32, payload: &[u8]) -> Vec<u8> {
    let id = id.to_be_bytes();
    let first = id.iter().position(|&byte| byte != 0).unwrap_or(0);
    [&id[first..], &size(payload.len() as u64, 1), payload].concat()
}

/// An element that is a number.
fn number(id: u32, value: u64) -> Vec<u8> {
    let bytes = value.to_be_bytes();
    let first = bytes.iter().position(|&byte| byte != 0).unwrap_or(7);
    element(id, &bytes[first..])
}

/// A length in at least so many bytes: as many zero bits and a one say how many
/// follow, and all ones would mean that it is unknown.
fn size(length: u64, least: usize) -> Vec<u8> {
    let fits = |bytes: &usize| length < (1 << (7 * bytes)) - 1;
    let bytes = (least..=8).find(fits).unwrap_or(8);
    (length | 1 << (7 * bytes)).to_be_bytes()[8 - bytes..].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_as_short_as_they_may_be() {
        assert_eq!(size(0, 1), [0x80]);
        assert_eq!(size(126, 1), [0xfe]);
        assert_eq!(size(127, 1), [0x40, 127]);
        assert_eq!(size(0x3ffe, 1), [0x7f, 0xfe]);
        assert_eq!(size(0x3fff, 1), [0x20, 0x3f, 0xff]);
        assert_eq!(size(5, 8), [1, 0, 0, 0, 0, 0, 0, 5]);
        assert_eq!(number(id::TRACK_UID, 0), [0x73, 0xc5, 0x81, 0]);
        assert_eq!(number(id::CUE_TIME, 0x1234), [0xb3, 0x82, 0x12, 0x34]);
    }

    #[test]
    fn a_timestamp_is_never_half_a_tick_off_after_ten_hours() {
        let rate = (39_375_000, 655_171);
        for count in (0..2_163_556).step_by(999) {
            let exact = count as f64 * 655_171. / 39_375_000. * 10_000.;
            assert!((ticks(count, rate) as f64 - exact).abs() <= 0.5 + 1e-6, "{count}");
        }
    }
}
