//! What a disk image is: its sides and their files.

use serde_json::{Value, json};

use crate::nes::cart::disk::Image;

/// The sides, and whether the BIOS is with them.
pub fn describe(bytes: &[u8]) -> Result<Value, String> {
    let image = Image::parse(bytes).map_err(|error| error.to_string())?;
    let sides = (0..image.sides.len()).map(|side| {
        let files = image.files(side);
        let files = files.iter().map(|file| format!("{} {} ({})", file.id, file.name, file.size));
        Value::from(files.collect::<Vec<_>>().join(", "))
    });
    Ok(json!({
        "kind": "disk image (Famicom Disk System)",
        "format": if image.has_checks { "QD, with checks" } else { "FDS" },
        "sides": image.sides.len(),
        "files": sides.collect::<Value>(),
        "bios": if image.bios.is_some() { "behind the sides" } else { "not in the file; --bios FILE names it" },
    }))
}
