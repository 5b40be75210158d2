//! Video by an ffmpeg that is on this machine, for builds without the feature
//! `encode`. It takes the pictures through a pipe and the sound from a file,
//! and joins them when both are there:
//!
//! ```text
//! pictures ─▶ y4m, a pipe ─▶ ffmpeg ─▶ NAME.video.new-* ─┐
//! sound ─▶ WAV ──────────────────────▶ NAME.sound.new-* ─┴─▶ ffmpeg ─▶ NAME.new-* ─▶ NAME
//! ```
//!
//! One process with two pipes could wait for the one that we are not filling.
//!
//! <https://ffmpeg.org/ffmpeg.html>

use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::y4m::{self, Yuv};
use super::{Coded, Container, Film, Format, Heard, NewFile, Writer};
use crate::app::fault::{Fault, Outcome};
use crate::app::outputs::Wav;
use crate::nes::Sound;

/// Its name.
const FFMPEG: &str = "ffmpeg";

/// Whether there is one on the path.
pub fn is_there() -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| folder.join(FFMPEG).is_file())
}

/// To a file, if there is an ffmpeg.
pub fn to_file(path: &Path, container: Container, film: &Film, sound: Heard) -> Outcome<Format> {
    if !is_there() {
        return Err(Fault::missing(format_args!(
            "{}: this build has no video encoder and there is no ffmpeg; build with `--features \
             encode`, install ffmpeg, or give .y4m, which gives a .wav beside it",
            path.display()
        )));
    }
    let part = |name: &str| {
        let mut named = path.file_name().unwrap_or_default().to_owned();
        named.push(format!(".{name}"));
        NewFile::beside(&path.with_file_name(named))
    };
    let (video, sound_file) = (part("video"), part("sound"));
    let wav = match sound {
        Heard::Yes => Some(Wav::create(sound_file.new_path(), film.region)?),
        Heard::No => None,
    };
    let mut writer = Pipe {
        container,
        rate: film.rate,
        place: NewFile::beside(path),
        video,
        sound: sound_file,
        wav,
        child: None,
    };
    let mut child = writer.start(film)?;
    // It is written small, and enlarged at the other end of the pipe.
    let small = Film { scale: 1, ..*film };
    let begun = child.stdin.as_mut().map(|stdin| stdin.write_all(y4m::header(&small).as_bytes()));
    writer.child = Some(child);
    begun.transpose().map_err(|_| writer.ended())?;
    Ok((Box::new(Yuv), Box::new(writer)))
}

struct Pipe {
    container: Container,
    rate: (u64, u64),
    place: NewFile,
    video: NewFile,
    sound: NewFile,
    wav: Option<Wav>,
    child: Option<Child>,
}

impl Pipe {
    /// The process that takes the pictures.
    fn start(&self, film: &Film) -> Outcome<Child> {
        let scale = film.scale;
        let filter = format!("scale=iw*{scale}:ih*{scale}:flags=neighbor,format=yuv420p");
        let mut command = self.command();
        command.args(["-f", "yuv4mpegpipe", "-i", "pipe:0", "-vf", &filter, "-crf", "18"]);
        self.write_to(&mut command, self.video.new_path());
        command.stdin(Stdio::piped()).spawn().map_err(|error| self.fault(&error))
    }

    fn command(&self) -> Command {
        let mut command = Command::new(FFMPEG);
        command.args(["-nostdin", "-v", "error", "-y"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        command
    }

    fn write_to(&self, command: &mut Command, path: &Path) {
        match self.container {
            // The frame rate's own timescale: each frame is a whole number of it.
            Container::Mp4 => command
                .args(["-video_track_timescale", &self.rate.0.to_string()])
                .args(["-movflags", "+faststart", "-f", "mp4"]),
            Container::Matroska => command.args(["-f", "matroska"]),
        };
        command.arg(file_name(path));
    }

    /// Why a process that did not do its work did not.
    fn ended(&mut self) -> Fault {
        let Some(mut child) = self.child.take() else { return self.fault(&"it is gone") };
        drop(child.stdin.take());
        let _ = child.kill();
        self.why(child)
    }

    fn why(&self, mut child: Child) -> Fault {
        let mut said = String::new();
        if let Some(stderr) = &mut child.stderr {
            let _ = stderr.take(1 << 16).read_to_string(&mut said);
        }
        let _ = child.wait();
        let line = said.lines().next_back().unwrap_or("it said nothing");
        self.fault(&line)
    }

    fn fault(&self, why: &dyn std::fmt::Display) -> Fault {
        let path = self.place.path().display();
        Fault::failed(format_args!("{path}: ffmpeg failed ({why}); `--features encode` needs none"))
    }

    fn wait(&self, mut child: Child) -> Outcome<()> {
        drop(child.stdin.take());
        // It says little (`-v error`), so its pipe is not full before it ends.
        match child.wait() {
            Ok(status) if status.success() => Ok(()),
            _ => Err(self.why(child)),
        }
    }

    fn join(&self) -> Outcome<()> {
        let mut command = self.command();
        for part in [&self.video, &self.sound] {
            command.arg("-i").arg(file_name(part.new_path()));
        }
        command.args(["-c:v", "copy", "-c:a", "aac", "-b:a", "160k"]);
        self.write_to(&mut command, self.place.new_path());
        let child = command.spawn().map_err(|error| self.fault(&error))?;
        self.wait(child)
    }
}

/// A name that ffmpeg takes for a file's, whatever it begins with.
fn file_name(path: &Path) -> OsString {
    let mut name = OsString::from("file:");
    name.push(path);
    name
}

impl Writer for Pipe {
    fn frame(&mut self, coded: &Coded, sound: &Sound) -> Outcome<()> {
        if let Some(wav) = &mut self.wav {
            wav.frame(sound)?;
        }
        let (Coded::Bytes(picture), Some(child)) = (coded, &mut self.child) else { return Ok(()) };
        let written = child.stdin.as_mut().map_or(Ok(()), |stdin| stdin.write_all(picture));
        written.map_err(|_| self.ended())
    }

    fn finish(&mut self) -> Outcome<()> {
        let child = self.child.take();
        child.map_or(Ok(()), |child| self.wait(child))?;
        match self.wav.take() {
            Some(wav) => {
                wav.finish()?;
                self.join()?;
            }
            None => {
                let (video, place) = (self.video.new_path(), self.place.new_path());
                std::fs::rename(video, place).map_err(|error| self.place.fault(&error))?;
            }
        }
        self.place.done()
    }
}

impl Drop for Pipe {
    /// An export that failed leaves no process behind.
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
