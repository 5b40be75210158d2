//! `retake tape cut`: a range as a tape of its own, whose root is the state at
//! its beginning. Stored states are copied; nothing but the way to the first is
//! run again.

use std::collections::HashMap;
use std::process::ExitCode;

use super::args::CutArgs;
use super::file::{Reel, TapeFile, layout};
use super::movie::whole_path;
use super::write::{Recorder, replace};
use crate::app::fault::{Fault, Outcome};
use crate::engine::replay::{Happening, RomName, rom_of_payload};
use crate::flight::catalog::{Part, Position};
use crate::flight::chunk::Event;
use crate::flight::replay::{self, Machine, Recording, States, Step};

/// Runs the command.
pub fn cut(args: &CutArgs) -> Outcome {
    let file = TapeFile::open(&args.file)?;
    let (from, to) = file.range(&args.path)?;
    let (file, first) = first_state(file, args, from)?;
    let mut cut = Cut::new(&file, from, &first, args.with_rom);
    let past = file.tape.catalog().past(from);
    let last = past.iter().rev().find(|event| cut.rom_of(event).is_some());
    // The ROM that was in at the beginning.
    if let Some(event) = last {
        cut.event(event);
    }
    for cheat in Happening::cheats_after(&past) {
        cut.event(&Happening::Cheats(Some(cheat)).event());
    }
    let parts = whole_path(&file, to);
    for part in parts.into_iter().filter(|part| part.to > from.frame) {
        cut.part(Part { from: part.from.max(from.frame), ..part })?;
    }
    let hashes = file.tape.catalog().hashes().iter();
    let mut hashes = hashes.filter(|(of, entry)| (*of, entry.frame) == (to.segment, to.frame));
    let hash = hashes.find_map(|(_, entry)| file.tape.payload(entry).ok()?.try_into().ok());
    if let Some(hash) = hash {
        cut.recorder.prove(u64::from_le_bytes(hash));
    }
    let left_out = cut.left_out;
    let bytes = cut.recorder.finish();
    replace(&args.output, &bytes)?;
    if left_out > 0 {
        eprintln!(
            "retake: {left_out} times another ROM was put in, and the ROMs are left out; \
             --with-rom keeps them, without them the tape plays up to the first"
        );
    }
    eprintln!("retake: frames {} to {}, {} bytes", from.frame, to.frame, bytes.len());
    Ok(ExitCode::SUCCESS)
}

/// The state at the beginning: stored, or run again for.
fn first_state(file: TapeFile, args: &CutArgs, from: Position) -> Outcome<(TapeFile, Vec<u8>)> {
    match replay::approach(&file.tape, from) {
        Ok(way) if way.frame == from.frame && way.steps.is_empty() => Ok((file, way.state)),
        _ => {
            file.tape.header().expect_layout(layout()).map_err(|error| file.fault(error))?;
            let reel = Reel::with_rom(file, &args.rom)?;
            let mut console = reel.console();
            replay::seek(reel.tape(), &mut console, from).map_err(|why| reel.file.missing(why))?;
            let state = console.bytes().to_vec();
            Ok((reel.file, state))
        }
    }
}

struct Cut<'a> {
    file: &'a TapeFile,
    recorder: Recorder,
    /// Files of the ROMs that are kept.
    roms: HashMap<RomName, &'a [u8]>,
    left_out: usize,
    states: States,
}

impl<'a> Cut<'a> {
    fn new(file: &'a TapeFile, from: Position, first: &[u8], with_rom: bool) -> Self {
        let recorder = Recorder::new(file.tape.header(), from.frame, first);
        let entries = file.tape.catalog().roms().iter().filter(|_| with_rom);
        let payloads = entries.filter_map(|entry| file.tape.payload(entry).ok());
        let roms = payloads.filter_map(rom_of_payload).collect();
        Self { file, recorder, roms, left_out: 0, states: States::default() }
    }

    fn rom_of(&self, event: &Event) -> Option<RomName> {
        match Happening::of(event) {
            Some(Happening::Reload(name)) => Some(name),
            _ => None,
        }
    }

    fn event(&mut self, event: &Event) {
        if let Some(name) = self.rom_of(event) {
            match self.roms.get(&name) {
                Some(rom) => self.recorder.rom(rom),
                None => self.left_out += 1,
            }
        }
        self.recorder.event(event);
    }

    fn part(&mut self, part: Part) -> Outcome<()> {
        let catalog = self.file.tape.catalog();
        let segment = &catalog.segments()[part.segment as usize];
        let states: HashMap<u64, u64> = segment.states().collect();
        let marks = catalog.marks().iter();
        let mut marks: Vec<_> =
            marks.filter(|mark| mark.position.segment == part.segment).collect();
        marks.sort_by_key(|mark| mark.position.frame);
        let mut marks =
            marks.into_iter().skip_while(|mark| mark.position.frame < part.from).peekable();
        let mut steps = Vec::new();
        replay::steps_of(&self.file.tape, part, &mut steps)
            .map_err(|why| self.file.missing(why))?;
        let mut frame = part.from;
        let first = marks.next_if(|mark| mark.position.frame == frame);
        let mut next = first;
        while let Some(mark) = next {
            self.recorder.mark(&mark.name);
            next = marks.next_if(|mark| mark.position.frame == frame);
        }
        for step in steps {
            match step {
                Step::Event(event) => self.event(&event),
                Step::Frame(input) => {
                    frame += 1;
                    self.recorder.blind_frame(input);
                    if let Some(&number) = states.get(&frame)
                        && let Ok(state) = self.states.read(&self.file.tape, number)
                    {
                        self.recorder.state(state);
                    }
                    while let Some(mark) = marks.next_if(|mark| mark.position.frame == frame) {
                        self.recorder.mark(&mark.name);
                    }
                }
            }
        }
        if frame < part.to {
            return Err(Fault::failed("the range has fewer inputs than frames"));
        }
        Ok(())
    }
}
