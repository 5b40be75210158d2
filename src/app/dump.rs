//! `retake dump`: hex and ASCII of what the recorder writes.
//!
//! ```text
//! chunk[  12] DELTA frame 600, 215 bytes at 4711
//! chunk[  12] 00000010: 23 20 46 20 73 20 73 20 50 20 20 20 20 20 20 20  |# F s s P       |
//! ```

use std::io::{BufWriter, ErrorKind, Write};
use std::process::ExitCode;

use super::fault::{Fault, Outcome};
use super::rom_file::plain;
use super::tape::args::DumpArgs;
use crate::flight::chunk::{self, Kind, ROOT};
use crate::flight::map::View;
use crate::flight::{header, ring, state_file, tape};

/// Bytes in a line.
const ROW: usize = 16;

/// Runs the command.
pub fn dump(args: &DumpArgs) -> Outcome {
    let fault = |why: &dyn std::fmt::Display| Fault::file(args.file.display(), why);
    let unreadable = |error| fault(&format_args!("cannot read it ({})", plain(&error)));
    let file = View::open(&args.file).map_err(unreadable)?;
    let file = file.as_ref();
    let most = if args.bytes == 0 { usize::MAX } else { args.bytes };
    let mut out = Dump { out: BufWriter::new(std::io::stdout().lock()), most };
    let written = match file {
        _ if file.starts_with(&tape::MAGIC) => {
            tape::Header::read(file).map_err(|error| fault(&error))?;
            out.tape(file)
        }
        _ if file.starts_with(&ring::MAGIC.to_le_bytes()) => {
            out.ring(ring::Look::open(&args.file).map_err(|error| fault(&error))?)
        }
        [b'R', b'E', b'T', b'A', b'K', b'E', b'L', b'S' | b'I', ..] => {
            let (header, rest) = header::Header::read(file).map_err(|error| fault(&error))?;
            out.slot(&header, rest)
        }
        _ if file.starts_with(&state_file::MAGIC) => {
            let (header, rest) = header::Header::read(file).map_err(|error| fault(&error))?;
            out.slot(&header, rest)
        }
        _ => {
            return Err(fault(
                &"it is no tape, loop slot, saved state or ring; give a file that Retake wrote",
            ));
        }
    };
    match written.and_then(|()| out.out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Fault::failed(error)),
        // Whoever reads it has seen enough.
        _ => Ok(ExitCode::SUCCESS),
    }
}

struct Dump<W> {
    out: W,
    most: usize,
}

impl<W: Write> Dump<W> {
    fn tape(&mut self, file: &[u8]) -> std::io::Result<()> {
        let (header, chunks) = file.split_at(tape::Header::LEN);
        writeln!(self.out, "tape: {} bytes", file.len())?;
        self.hex("header", header, usize::MAX)?;
        let mut end = 0;
        for (number, (at, chunk)) in chunk::scan(chunks).enumerate() {
            if at > end {
                let place = tape::Header::LEN + end;
                writeln!(self.out, "damaged: {} bytes at {place}", at - end)?;
            }
            end = at + chunk.len();
            let head = chunk.header;
            let name = Kind::new(head.kind).map_or("UNKNOWN", Kind::name);
            let root = if head.flags & ROOT != 0 { ", root" } else { "" };
            let count = match head.count.get() {
                0 => String::new(),
                count => format!(", {count} frames"),
            };
            let (length, place) = (chunk.payload.len(), tape::Header::LEN + at);
            let label = format!("chunk[{number:4}]");
            writeln!(
                self.out,
                "{label} {name} frame {}{count}{root}, {length} bytes at {place}",
                head.frame
            )?;
            self.hex(&label, chunk.payload, self.most)?;
        }
        if end < chunks.len() {
            let place = tape::Header::LEN + end;
            writeln!(self.out, "cut: {} bytes at {place} are no whole chunk", chunks.len() - end)?;
        }
        Ok(())
    }

    fn ring(&mut self, mut ring: ring::Look) -> std::io::Result<()> {
        let ring::Stats { slots, slot_size, write_index, read_index, .. } = ring.stats();
        let ring::Stats { total_writes, total_reads, sequence, .. } = ring.stats();
        writeln!(self.out, "ring: {slots} slots of {slot_size} bytes, sequence {sequence}")?;
        writeln!(self.out, "write index {write_index}, {total_writes} writes")?;
        writeln!(self.out, "read index {read_index}, {total_reads} reads")?;
        let mut number = 0;
        while let Some(slot) = ring.slot().transpose()? {
            if slot.sequence > 0 {
                let torn = if slot.whole { "" } else { ", torn" };
                let ring::Slot { sequence, frame, data, .. } = slot;
                let label = format!("slot[{number:2}]");
                writeln!(
                    self.out,
                    "{label} push {sequence}, frame {frame}, {} bytes{torn}",
                    data.len()
                )?;
                self.hex(&label, data, self.most)?;
            }
            number += 1;
        }
        Ok(())
    }

    fn slot(&mut self, header: &header::Header, rest: &[u8]) -> std::io::Result<()> {
        let magic = header.magic.escape_ascii();
        let (version, length) = (header.version, header.length);
        writeln!(self.out, "{magic}: version {version}, frame {}, {length} bytes", header.frame)?;
        let (layout, rom, machine) = (header.layout, header.rom, header.machine);
        writeln!(self.out, "layout {layout:016x}, ROM {rom:016x}, machine {machine:08x}")?;
        writeln!(self.out, "sequence {}, check {:016x}", header.sequence, header.check)?;
        self.hex("data", rest, self.most)
    }

    fn hex(&mut self, label: &str, bytes: &[u8], most: usize) -> std::io::Result<()> {
        let shown = &bytes[..bytes.len().min(most)];
        for (number, row) in shown.chunks(ROW).enumerate() {
            write!(self.out, "{label} {:08x}:", number * ROW)?;
            for place in 0..ROW {
                match row.get(place) {
                    Some(byte) => write!(self.out, " {byte:02x}")?,
                    None => write!(self.out, "   ")?,
                }
            }
            let ascii: String = row.iter().map(|&byte| shown_as(byte)).collect();
            writeln!(self.out, "  |{ascii}|")?;
        }
        Ok(())
    }
}

fn shown_as(byte: u8) -> char {
    if byte == b' ' || byte.is_ascii_graphic() { byte.into() } else { '.' }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_place_hex_and_text() {
        let mut dump = Dump { out: Vec::new(), most: 20 };
        dump.hex("slot[ 3]", b"################# F s\x00", 20).unwrap();
        let text = String::from_utf8(dump.out).unwrap();
        let second = format!("slot[ 3] 00000010: 23 20 46 20{}  |# F |\n", "   ".repeat(12));
        assert!(text.ends_with(&second), "{text}");
        let hex = " 23".repeat(16);
        assert!(text.starts_with(&format!("slot[ 3] 00000000:{hex}  |{}|\n", "#".repeat(16))));
    }
}
