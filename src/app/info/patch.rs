//! What a patch is.

use serde_json::{Value, json};

use crate::nes::cart::patch::{PatchError, Summary, summarise};

/// What it does, and to which ROM.
pub fn describe(bytes: &[u8]) -> Result<Value, PatchError> {
    Ok(match summarise(bytes)? {
        Summary::Ips { records, written, end, cut_to } => json!({
            "kind": "IPS patch",
            "records": records,
            "bytes_written": written,
            "last_byte_at": end.checked_sub(1).map(|at| format!("{at:06X}")),
            "cuts_the_file_to": cut_to,
        }),
        Summary::Bps { source, target, metadata, actions } => json!({
            "kind": "BPS patch",
            "for_bytes": source.0,
            "for_crc32": format!("{:08x}", source.1),
            "makes_bytes": target.0,
            "makes_crc32": format!("{:08x}", target.1),
            "metadata_bytes": metadata,
            "actions": actions,
        }),
        Summary::Ups { source, target, records, changed } => json!({
            "kind": "UPS patch",
            "for_bytes": source.0,
            "for_crc32": format!("{:08x}", source.1),
            "makes_bytes": target.0,
            "makes_crc32": format!("{:08x}", target.1),
            "records": records,
            "bytes_changed": changed,
        }),
    })
}
