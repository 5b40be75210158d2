//! MP4. Both tracks have a timescale in which nothing is rounded: that of the
//! pictures is the frame rate's numerator, a frame its denominator; that of the
//! sound is the sample.
//!
//! ```text
//! ftyp · mdat: pictures and packets of sound as they come · moov: mvhd, trak (pictures), trak (sound)
//! ```
//!
//! The sound's edit list begins it behind the priming and ends it with the last
//! sample that was heard.
//!
//! ISO/IEC 14496-12 and -15

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::num::NonZero;

use shiguredo_mp4::boxes::{
    AudioSampleEntryFields, Avc1Box, AvccBox, EdtsBox, ElstBox, ElstEntry, EsdsBox, MoovBox,
    Mp4aBox, SampleEntry, VisualSampleEntryFields,
};
use shiguredo_mp4::descriptors::{
    DecoderConfigDescriptor, DecoderSpecificInfo, EsDescriptor, SlConfigDescriptor,
};
use shiguredo_mp4::mux::{Mp4FileMuxer, Sample};
use shiguredo_mp4::{Encode, FixedPointNumber, TrackKind, Uint};

use super::aac::{BITS, PACKET, PRIMING, RATE};
use super::h264::{Picture, Sets};
use super::{Film, Muxer};

/// A file that grows.
pub struct Mp4 {
    file: BufWriter<File>,
    muxer: Mp4FileMuxer,
    film: Film,
    /// Where the next bytes go.
    at: u64,
    /// What a track says before its first sample.
    entries: [Option<SampleEntry>; 2],
    /// Frames of a second, and one frame.
    rate: (NonZero<u32>, u32),
    pictures: u64,
}

impl Mp4 {
    /// Begins a file.
    pub fn new(file: File, film: &Film) -> io::Result<Self> {
        let muxer = Mp4FileMuxer::new().map_err(io::Error::other)?;
        let mut file = BufWriter::with_capacity(1 << 20, file);
        file.write_all(muxer.initial_boxes_bytes())?;
        let at = muxer.initial_boxes_bytes().len() as u64;
        let timescale = u32::try_from(film.rate.0).ok().and_then(NonZero::new);
        let rate = timescale.zip(u32::try_from(film.rate.1).ok());
        let rate = rate.ok_or_else(|| io::Error::other("the frame rate is out of MP4's range"))?;
        Ok(Self { file, muxer, film: *film, at, entries: [None, None], rate, pictures: 0 })
    }

    fn sample(&mut self, track_kind: TrackKind, keyframe: bool, bytes: &[u8]) -> io::Result<()> {
        let (track, (timescale, duration)) = match track_kind {
            TrackKind::Video => (0, self.rate),
            _ => (1, (NonZero::new(RATE).unwrap_or(NonZero::<u32>::MIN), PACKET as u32)),
        };
        self.file.write_all(bytes)?;
        let sample = Sample {
            track_kind,
            sample_entry: self.entries[track].take(),
            keyframe,
            timescale,
            duration,
            composition_time_offset: None,
            data_offset: self.at,
            data_size: bytes.len(),
        };
        self.at += bytes.len() as u64;
        self.muxer.append_sample(&sample).map_err(io::Error::other)
    }

    /// Durations in the pictures' timescale, and where the sound begins and ends.
    fn time(&self, moov: &mut MoovBox, samples: u64) {
        let (timescale, per) = self.rate;
        let pictures = self.pictures * u64::from(per);
        let heard = u128::from(samples) * u128::from(timescale.get()) / u128::from(RATE);
        let heard = heard as u64;
        moov.mvhd_box.timescale = timescale;
        moov.mvhd_box.duration = pictures.max(heard);
        for (track, duration) in moov.trak_boxes.iter_mut().zip([pictures, heard]) {
            track.tkhd_box.duration = duration;
        }
        if let Some(sound) = moov.trak_boxes.get_mut(1) {
            let edit = ElstEntry {
                edit_duration: heard,
                media_time: PRIMING as i64,
                media_rate: FixedPointNumber::new(1, 0),
            };
            let list = ElstBox { entries: vec![edit] };
            sound.edts_box = Some(EdtsBox { elst_box: Some(list), unknown_boxes: Vec::new() });
        }
    }
}

impl Muxer for Mp4 {
    fn begin(&mut self, sets: &Sets, sound: Option<&[u8]>) -> io::Result<()> {
        self.entries = [Some(pictures_entry(&self.film, sets)), sound.map(sound_entry)];
        Ok(())
    }

    fn picture(&mut self, picture: &Picture) -> io::Result<()> {
        self.pictures += 1;
        self.sample(TrackKind::Video, picture.sets.is_some(), &picture.bytes)
    }

    fn sound(&mut self, packet: &[u8]) -> io::Result<()> {
        self.sample(TrackKind::Audio, true, packet)
    }

    fn finish(&mut self, samples: u64) -> io::Result<()> {
        let boxes = self.muxer.finalize().map_err(io::Error::other)?.clone();
        let mut moov = boxes.moov_box().clone();
        self.time(&mut moov, samples);
        let moov = moov.encode_to_vec().map_err(io::Error::other)?;
        // Its own moov box, which ours replaces, would begin where the data ends.
        let others = boxes.offset_and_bytes_pairs().filter(|(offset, _)| *offset != self.at);
        for (offset, bytes) in others.chain([(self.at, moov.as_slice())]) {
            self.file.seek(SeekFrom::Start(offset))?;
            self.file.write_all(bytes)?;
        }
        self.file.flush()
    }
}

/// The box that tells a decoder of H.264 what comes.
pub fn avcc(sets: &Sets) -> AvccBox {
    let byte = |at: usize| sets.sps.get(at).copied().unwrap_or_default();
    AvccBox {
        avc_profile_indication: byte(1),
        profile_compatibility: byte(2),
        avc_level_indication: byte(3),
        length_size_minus_one: Uint::new(3),
        sps_list: vec![sets.sps.clone()],
        pps_list: vec![sets.pps.clone()],
        chroma_format: None,
        bit_depth_luma_minus8: None,
        bit_depth_chroma_minus8: None,
        sps_ext_list: Vec::new(),
    }
}

fn pictures_entry(film: &Film, sets: &Sets) -> SampleEntry {
    let visual = VisualSampleEntryFields {
        data_reference_index: VisualSampleEntryFields::DEFAULT_DATA_REFERENCE_INDEX,
        width: film.width() as u16,
        height: film.height() as u16,
        horizresolution: VisualSampleEntryFields::DEFAULT_HORIZRESOLUTION,
        vertresolution: VisualSampleEntryFields::DEFAULT_VERTRESOLUTION,
        frame_count: VisualSampleEntryFields::DEFAULT_FRAME_COUNT,
        compressorname: VisualSampleEntryFields::NULL_COMPRESSORNAME,
        depth: VisualSampleEntryFields::DEFAULT_DEPTH,
    };
    SampleEntry::Avc1(Avc1Box { visual, avcc_box: avcc(sets), unknown_boxes: Vec::new() })
}

fn sound_entry(config: &[u8]) -> SampleEntry {
    let audio = AudioSampleEntryFields {
        data_reference_index: AudioSampleEntryFields::DEFAULT_DATA_REFERENCE_INDEX,
        channelcount: 1,
        samplesize: AudioSampleEntryFields::DEFAULT_SAMPLESIZE,
        samplerate: FixedPointNumber::new(RATE as u16, 0),
    };
    let decoder = DecoderConfigDescriptor {
        object_type_indication:
            DecoderConfigDescriptor::OBJECT_TYPE_INDICATION_AUDIO_ISO_IEC_14496_3,
        stream_type: DecoderConfigDescriptor::STREAM_TYPE_AUDIO,
        up_stream: DecoderConfigDescriptor::UP_STREAM_FALSE,
        buffer_size_db: Uint::new(0),
        max_bitrate: BITS,
        avg_bitrate: BITS,
        dec_specific_info: Some(DecoderSpecificInfo { payload: config.to_vec() }),
    };
    let es = EsDescriptor {
        es_id: EsDescriptor::MIN_ES_ID,
        stream_priority: EsDescriptor::LOWEST_STREAM_PRIORITY,
        depends_on_es_id: None,
        url_string: None,
        ocr_es_id: None,
        dec_config_descr: decoder,
        sl_config_descr: SlConfigDescriptor,
    };
    SampleEntry::Mp4a(Mp4aBox { audio, esds_box: EsdsBox { es }, unknown_boxes: Vec::new() })
}
