//! What a saved state, a file of a loop slot, or a battery save is.

use std::path::Path;

use serde_json::{Value, json};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::{region_name, seconds};
use crate::app::builtin;
use crate::app::hash::hex64;
use crate::app::rom_file::{self, hex};
use crate::app::setup::Console;
use crate::flight::header::{Header, HeaderError};
use crate::flight::slot::{self, Part};
use crate::flight::state_file;
use crate::nes::{Cartridge, Devices, Nes, PowerOn, Region};

/// A saved state.
pub fn state(bytes: &[u8]) -> Result<Value, String> {
    let (header, body) = read(bytes)?;
    check(&header, xxh3_64(body))?;
    Ok(json!({
        "kind": "saved state",
        "frame": header.frame.get(),
        "state_bytes": body.len(),
        "rom": rom(&header),
        "console": console(&header),
        "format_version": header.version.get(),
        "layout": hex64(header.layout.get()),
        "supported": supported(&header, state_file::VERSION),
    }))
}

/// One of the two files of a loop slot; the other lies beside it.
pub fn slot(path: &Path, part: Part, bytes: &[u8]) -> Result<Value, String> {
    let (header, body) = read(bytes)?;
    let other = |part: Part| rom_file::read(&path.with_extension(part.to_string())).ok();
    let mut document = json!({
        "kind": format!("loop slot: {part}"),
        "frame": header.frame.get(),
        "rom": rom(&header),
        "console": console(&header),
        "format_version": header.version.get(),
        "layout": hex64(header.layout.get()),
        "sequence": header.sequence.get(),
        "supported": supported(&header, slot::VERSION),
    });
    let (state, input) = match part {
        Part::State => {
            check(&header, xxh3_64(body))?;
            document["state_bytes"] = body.len().into();
            (Some(bytes.to_vec()), other(Part::Input))
        }
        Part::Input => {
            let (frames, []) = body.as_chunks::<16>() else {
                return Err(format!(
                    "its inputs have {} bytes, which is no number of frames; it is damaged",
                    body.len()
                ));
            };
            document["frames"] = frames.len().into();
            let region = Console::from_word(header.machine.get()).region;
            document["seconds"] = seconds(frames.len(), region).into();
            (other(Part::State), Some(bytes.to_vec()))
        }
    };
    document["loops"] = pair(state.as_deref(), input.as_deref()).into();
    Ok(document)
}

/// Whether the two files of a slot are of one recording.
fn pair(state: Option<&[u8]>, input: Option<&[u8]>) -> String {
    let missing = |part| format!("no: slot_N.{part} does not lie beside it");
    let Some(state) = state else { return missing(Part::State) };
    let Some(input) = input else { return missing(Part::Input) };
    match (read(state), read(input)) {
        (Err(why), _) => format!("no: the state is damaged, {why}"),
        (_, Err(why)) => format!("no: the inputs are damaged, {why}"),
        (Ok((state, _)), Ok((input, inputs))) => {
            if input.check.get() != xxh3_64_with_seed(inputs, state.check.get()) {
                "no: the inputs are damaged or of another recording than the state".to_owned()
            } else if inputs.is_empty() {
                "no: nothing is recorded yet".to_owned()
            } else {
                "yes".to_owned()
            }
        }
    }
}

/// Battery saves have no mark of their own.
pub fn is_battery(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("sav"))
}

/// A battery save.
pub fn battery(bytes: &[u8]) -> Value {
    let used = bytes.iter().filter(|byte| !matches!(byte, 0x00 | 0xff)).count();
    json!({
        "kind": "battery save",
        "kib": bytes.len() as f64 / 1024.,
        "bytes_in_use": used,
        "supported": match bytes.len() {
            0 => "no: it is empty".to_owned(),
            length if length % 1024 != 0 => format!("no: no game saves {length} bytes"),
            _ => "by a game that saves as many bytes".to_owned(),
        },
    })
}

fn read(bytes: &[u8]) -> Result<(Header, &[u8]), String> {
    let (header, rest) = Header::read(bytes).map_err(|error| error.to_string())?;
    let body = header.body(rest).map_err(|error| error.to_string())?;
    Ok((header, body))
}

fn check(header: &Header, found: u64) -> Result<(), String> {
    let expected = header.check.get();
    if expected == found {
        Ok(())
    } else {
        Err(HeaderError::Damaged { expected, found }.to_string())
    }
}

/// The first eight bytes of the ROM's SHA-256.
fn rom(header: &Header) -> String {
    hex(&header.rom.get().to_le_bytes())
}

fn console(header: &Header) -> String {
    let Console { mapper, submapper, alignment, region } = Console::from_word(header.machine.get());
    format!("{}, mapper {mapper}.{submapper}, alignment {alignment}", region_name(region))
}

fn supported(header: &Header, version: u32) -> String {
    let (found, ours) = (header.version.get(), our_layout());
    if found != version {
        HeaderError::Version { expected: version, found }.to_string()
    } else if ours.is_some_and(|ours| ours != header.layout.get()) {
        "no: it was made by another version of this program, whose states have another layout"
            .to_owned()
    } else {
        "yes".to_owned()
    }
}

/// What this program's states look like.
fn our_layout() -> Option<u64> {
    let cart = Cartridge::parse(builtin::GAME).ok()?;
    let options = PowerOn { region: Region::Ntsc, alignment: 0, seed: 0, ports: Devices::PADS };
    Some(Nes::power_on(cart, &options).layout_hash())
}
