//! `retake tape upgrade`: a tape of another version of the machine, made anew
//! from its inputs: all that begins at power-on, with its branches and marks.

use std::process::ExitCode;

use super::args::UpgradeArgs;
use super::file::{Reel, TapeFile, layout};
use super::write::{Recorder, replace};
use crate::app::fault::{Fault, Outcome};
use crate::app::progress;
use crate::engine::replay::{Console, Happening, rom_of_payload};
use crate::flight::catalog::{Part, Position, Segment};
use crate::flight::replay::{self, Machine, Recording, Step};

/// Runs the command.
pub fn upgrade(args: &UpgradeArgs) -> Outcome {
    let file = TapeFile::open(&args.file)?;
    if file.tape.header().layout.get() == layout() {
        eprintln!("retake: this tape is of this version already; it is made anew all the same");
    }
    let reel = Reel::with_rom(file, &args.rom)?;
    let mut upgrade = Upgrade::new(&reel);
    let segments = reel.tape().catalog().segments();
    let bar = progress(segments.iter().map(|segment| segment.last - segment.first).sum(), "frames");
    for (number, segment) in segments.iter().enumerate() {
        upgrade.segment(number as u32, segment, &bar)?;
    }
    bar.finish_and_clear();
    let Some(mut recorder) = upgrade.recorder else {
        return Err(reel.file.fault(
            "nothing on it begins at power-on, and a state of another version cannot be restored",
        ));
    };
    let left_out = upgrade.places.iter().filter(|place| place.is_none()).count();
    if left_out > 0 {
        eprintln!(
            "retake: {left_out} of {} branches begin with a state of the other version, and are \
             left out",
            segments.len()
        );
    }
    recorder.prove(xxhash_rust::xxh3::xxh3_64(upgrade.console.bytes()));
    replace(&args.output, &recorder.finish())?;
    Ok(ExitCode::SUCCESS)
}

struct Upgrade<'a> {
    reel: &'a Reel,
    console: Console,
    recorder: Option<Recorder>,
    /// The new numbers of the segments; `None` is left out.
    places: Vec<Option<u32>>,
    segments: u32,
}

impl<'a> Upgrade<'a> {
    fn new(reel: &'a Reel) -> Self {
        let console = reel.console();
        Self { reel, console, recorder: None, places: Vec::new(), segments: 0 }
    }

    fn segment(
        &mut self,
        number: u32,
        segment: &Segment,
        bar: &indicatif::ProgressBar,
    ) -> Outcome<()> {
        let begun = match segment.parent {
            None => segment.first == 0 && self.power_on(),
            Some(parent) => self.branch(parent)?,
        };
        self.places.push(begun.then_some(self.segments));
        if !begun {
            return Ok(());
        }
        self.segments += 1;
        let missing = |why| self.reel.file.missing(why);
        let mut steps = Vec::new();
        let part = Part { segment: number, from: segment.first, to: segment.last };
        replay::steps_of(self.reel.tape(), part, &mut steps).map_err(missing)?;
        let mut frame = segment.first;
        self.marks(number, frame);
        for step in steps {
            let Some(recorder) = &mut self.recorder else { break };
            match step {
                Step::Frame(input) => {
                    frame += 1;
                    self.console.run_muted(input);
                    recorder.frame(input, self.console.bytes());
                    self.marks(number, frame);
                    bar.inc(1);
                }
                Step::Event(event) => {
                    if let Some(Happening::Reload(name)) = Happening::of(&event) {
                        let tape = self.reel.tape();
                        let payloads = tape.catalog().roms().iter();
                        let payloads = payloads.filter_map(|entry| tape.payload(entry).ok());
                        let mut roms = payloads.filter_map(rom_of_payload);
                        if let Some((_, rom)) = roms.find(|(known, _)| *known == name) {
                            recorder.rom(rom);
                        }
                    }
                    recorder.event(&event);
                    if !self.console.apply(&event) {
                        let code = event.code;
                        return Err(missing(replay::Missing::Event { frame, code }));
                    }
                }
            }
        }
        Ok(())
    }

    fn power_on(&mut self) -> bool {
        self.console = self.reel.console();
        match &mut self.recorder {
            Some(recorder) => recorder.begin(0, self.console.bytes()),
            None => {
                let header = self.reel.setup.tape_header(&self.console.nes);
                let old = self.reel.tape().header();
                let (created, session, flags) = (old.created, old.session, old.flags);
                let header = crate::flight::tape::Header { created, session, flags, ..header };
                self.recorder = Some(Recorder::new(&header, 0, self.console.bytes()));
            }
        }
        true
    }

    fn branch(&mut self, parent: Position) -> Outcome<bool> {
        let place = self.places.get(parent.segment as usize).copied().flatten();
        let (Some(segment), Some(recorder)) = (place, &mut self.recorder) else {
            return Ok(false);
        };
        let from = Position { segment, ..parent };
        if !recorder.branch(from) {
            return Err(Fault::failed("a branch leaves where there are no inputs"));
        }
        let sought = replay::seek(recorder.history(), &mut self.console, from);
        sought.map_err(|why| self.reel.file.missing(why))?;
        Ok(true)
    }

    fn marks(&mut self, segment: u32, frame: u64) {
        let Some(recorder) = &mut self.recorder else { return };
        let here = Position { segment, frame };
        let marks = self.reel.tape().catalog().marks().iter();
        for mark in marks.filter(|mark| mark.position == here) {
            recorder.mark(&mark.name);
        }
    }
}
