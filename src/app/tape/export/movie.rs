//! A tape's inputs as a movie of another emulator. Nothing is run: a movie is
//! what was held in each frame from power-on, and the two buttons of the
//! console. What its format has no word for is refused, so that nobody gets a
//! movie that shows something else.

use std::io::Write;
use std::path::Path;

use super::NewFile;
use crate::app::cli::SetupArgs;
use crate::app::fault::{Fault, Outcome};
use crate::app::movie::{self, About, Format, MOST_FRAMES, MovieFrame, Press};
use crate::app::tape::args::ExportArgs;
use crate::app::tape::file::TapeFile;
use crate::app::tape::movie::TapeMovie;
use crate::engine::replay::Happening;
use crate::nes::port::Expansion;
use crate::nes::{Devices, Input};

/// Writes the inputs up to `--to`.
pub fn export(args: &ExportArgs, path: &Path, format: Format) -> Outcome<()> {
    let file = TapeFile::open(&args.file)?;
    let setup = file.setup(&args.rom)?;
    let (from, to) = file.range(&args.path)?;
    let refused = |why: &dyn std::fmt::Display| Fault::file(path.display(), why);
    if args.path.from.is_some_and(|from| from > 0) {
        return Err(refused(&format_args!(
            "a movie begins at power-on, and the range after frame {}; leave --from out, or give \
             .mp4 or .y4m for pictures and sound",
            from.frame
        )));
    }
    let movie = TapeMovie::of(file, to)?;
    let console = movie.console(&setup)?;
    let frames = frames(&movie).map_err(|why| refused(&why))?;
    let about = About::of(&setup.rom.name, &console.nes);
    let lost = |frame: &MovieFrame| !holds(format, about.ports, &frame.input);
    if let Some(at) = frames.iter().position(lost) {
        return Err(refused(&format_args!(
            "frame {} has more held than two pads, and this movie's format does not; give a name \
             that ends with .txt, or --to {at}",
            at + 1
        )));
    }
    let bytes = movie::write(format, &frames, &about).map_err(|why| refused(&why))?;
    let mut place = NewFile::beside(path);
    place.create()?.write_all(&bytes).map_err(|error| place.fault(&error))?;
    place.done()?;
    let (usual, options) = (SetupArgs::default(), setup.options);
    if (options.alignment, options.seed) != (usual.alignment, usual.seed) {
        eprintln!(
            "retake: {}: a movie cannot say how the console was switched on; it plays as it was \
             with `--alignment {} --seed {}`",
            path.display(),
            options.alignment,
            options.seed
        );
    }
    Ok(())
}

/// The frames of a tape as a movie has them. `Err` is why it has not.
fn frames(tape: &TapeMovie) -> Result<Vec<MovieFrame>, String> {
    if tape.len() > MOST_FRAMES as u64 {
        return Err("it has more frames than a day; give --to".into());
    }
    (1..=tape.len()).map(|number| frame(tape, number)).collect()
}

fn frame(tape: &TapeMovie, number: u64) -> Result<MovieFrame, String> {
    let mut press = Press::None;
    for event in tape.events(number) {
        let next = match Happening::of(event) {
            Some(Happening::Reset) => Press::Reset,
            Some(Happening::Power) => Press::Power,
            Some(Happening::Reload(_)) => {
                return Err(format!(
                    "another ROM was put in before frame {number}, and a movie is of one ROM; \
                     give --to {}",
                    number - 1
                ));
            }
            Some(Happening::Disk(_)) => {
                return Err(format!(
                    "a disk was changed before frame {number}, and a movie has no word for it; \
                     give --to {}",
                    number - 1
                ));
            }
            Some(Happening::Cheats(None)) => continue,
            Some(Happening::Cheats(Some(cheat))) => {
                return Err(format!(
                    "the cheat {cheat} was on from frame {number}, and a movie has no word for it"
                ));
            }
            None => {
                return Err(format!(
                    "something happened before frame {number} that a movie has no word for \
                     (event {}); give --to {}",
                    event.code,
                    number - 1
                ));
            }
        };
        // The power switch undoes what was before it, and nothing else does.
        if press != Press::None && next != Press::Power {
            return Err(format!(
                "before frame {number} two buttons of the console were pressed, and a movie has \
                 one a frame; give --to {}",
                number - 1
            ));
        }
        press = next;
    }
    let input = tape.input(number);
    Ok(MovieFrame { input, press })
}

/// Whether a format holds all of an input.
fn holds(format: Format, ports: Devices, input: &Input) -> bool {
    let Input { pads, device, .. } = input;
    let four = ports.expansion() == Expansion::FourScore;
    let pads = (four || pads[2..] == [0; 2]) && (ports != Devices::PADS || device[..9] == [0; 9]);
    format == Format::Text || pads && format.holds(input)
}
