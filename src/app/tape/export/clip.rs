//! A clip of what was just played: the same as `tape export`, of a tape in
//! memory, for a thread that has time.

use std::num::NonZero;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::{Heard, Order, ffmpeg, film};
use crate::app::fault::{Fault, Outcome};
use crate::app::setup::Setup;
use crate::app::tape::file::{Reel, TapeFile, layout};
use crate::flight::replay::Recording;

/// What suits a clip best on this machine: video with sound where there is an
/// encoder, else moving pictures, whose sound goes beside them.
pub fn ending() -> &'static str {
    if cfg!(feature = "encode") || ffmpeg::is_there() { "mp4" } else { "apng" }
}

/// Writes a clip; gives the frames in it.
///
/// * `tape`: a whole tape, header and chunks (docs/tape-format.md); it may lack
///   its index.
/// * `setup`: the ROM and console with which it was made.
/// * `branch`: the path that is meant, the newest for none.
/// * `moments`: after frame `start`, up to and with frame `end`. What lies
///   before the tape's first state or behind its end is left out.
/// * `output`: the format by its ending, as in `tape export`; [`ending`] gives
///   the best. Beside an .apng, as beside a .y4m, goes a .wav. Each file is
///   written under another name and takes its place when it is whole.
/// * `jobs`: threads, that of the caller among the sleepers. They inherit its
///   priority.
///
/// Nothing is printed.
pub fn clip(
    tape: Vec<u8>,
    setup: Setup,
    branch: Option<u32>,
    moments: Range<u64>,
    output: &Path,
    jobs: NonZero<usize>,
) -> Outcome<u64> {
    let file = TapeFile::of_bytes(Path::new("what was played"), tape)?;
    file.tape.header().expect_layout(layout()).map_err(|error| file.fault(error))?;
    let tip = file.tip(branch)?;
    let oldest = file.tape.catalog().oldest(tip).unwrap_or(tip).frame;
    let from = file.position(tip, moments.start.clamp(oldest, tip.frame))?;
    let to = file.position(tip, moments.end.clamp(oldest, tip.frame))?;
    if from.frame >= to.frame {
        return Err(Fault::unusable("there is nothing to be seen in a clip of no frames"));
    }
    let mut outputs: Vec<PathBuf> = vec![output.to_owned()];
    if output.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("apng")) {
        outputs.push(output.with_extension("wav"));
    }
    let order = Order { outputs, scale: None, sound: Heard::Yes, jobs: Some(jobs) };
    let reel = Reel::new(file, setup);
    film(&reel, (from, to), &order, &mut |_, _| {})
}
