//! The command line. Its help text is the manual.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::script::{AddressRange, Condition, Script};
use super::tape::args::{DumpArgs, TapeCommand};
use crate::nes::cart::{BoardNumber, Cheat};
use crate::nes::{Devices, Region};
use crate::video::layout::{Aspect, Filter};

/// A real-time NES emulator with a built-in flight recorder.
///
/// Without a command it plays: `retake game.nes`. Without a ROM it plays the
/// built-in game. ROMs are iNES or NES 2.0 files, plain, zipped or gzipped, or
/// `-` for stdin. Music files (.nsf, .nsfe) play, too: left and right change the
/// track, Start begins it again.
///
/// Keys: arrows, X = A, Z = B, Enter = Start, Right Shift = Select. L records a
/// loop, plays it, plays on. Esc quits.
///
/// Exit codes: 0 done and passed, 1 ran but something failed, 2 arguments or
/// input cannot be used, 3 this machine or build lacks something.
#[derive(Debug, Parser)]
#[command(name = "retake", version, args_conflicts_with_subcommands = true)]
#[command(max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Options of `play`, the default.
    #[command(flatten)]
    pub play: PlayArgs,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Play in a window, in real time (in the terminal where there is no display)
    Play(Box<PlayArgs>),
    /// Run as fast as it goes, without window and sound, and write what came out
    Run(Box<RunArgs>),
    /// Run accuracy ROMs by their protocol and give a verdict each
    Test(TestArgs),
    /// Tell what a file is: header, board, sizes, hashes, support
    Info(InfoArgs),
    /// Recordings: list, verify, seek, export, cut, mark, upgrade
    Tape {
        /// What to do.
        #[command(subcommand)]
        command: TapeCommand,
    },
    /// Print a tape, loop slot, saved state or ring as hex and ASCII
    Dump(DumpArgs),
    /// Measure speed, and the size and cost of states
    Bench(BenchArgs),
    /// List what this machine allows and how to mend what it does not
    Doctor(DoctorArgs),
}

/// The alignment on which every public test ROM of the core tier passes: on 0
/// and 3 a row of OAM is corrupted in sprite_overflow_tests/5.Emulator.
const DEFAULT_ALIGNMENT: u8 = 1;

/// How the console is set up.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Machine")]
pub struct SetupArgs {
    /// Television system [default: what the ROM's header says]
    #[arg(long, value_name = "REGION")]
    pub region: Option<RegionName>,
    /// CPU/PPU alignment at power-on, 0-3 (NTSC)
    #[arg(long, value_name = "N", default_value_t = DEFAULT_ALIGNMENT, value_parser = clap::value_parser!(u8).range(0..=3))]
    pub alignment: u8,
    /// What RAM holds at power-on: 0 is all zero, another number seeds noise
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Another board than the header says: MAPPER or MAPPER.SUBMAPPER
    #[arg(long, value_name = "MAPPER[.SUB]")]
    pub board: Option<BoardNumber>,
    /// What is plugged in: pads, four-score, famicom-4p, famicom-arkanoid, family-trainer or
    /// keyboard; or PORT1,PORT2 (one name is port 2's, but vs-zapper port 1's) of pad, none, zapper,
    /// arkanoid, power-pad, snes-pad, snes-mouse and vs-zapper [default: what the ROM's header says, else pads]
    #[arg(long, value_name = "DEVICES")]
    pub ports: Option<Devices>,
    /// The DIP switches of an arcade machine, a byte in hex: bit 0 is switch 1
    #[arg(long, value_name = "BYTE", value_parser = super::script::hex_byte)]
    pub dip: Option<u8>,
    /// The track with which a music file begins [default: what the file says]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..), conflicts_with = "dip")]
    pub track: Option<u8>,
    /// Take no fast path (the bytes are the same, it only takes longer)
    #[arg(long)]
    pub exact: bool,
    /// Apply an IPS, BPS or UPS patch to the ROM [default: GAME.ips, GAME.bps or GAME.ups beside
    /// GAME.nes]
    #[arg(long, value_name = "FILE")]
    pub patch: Option<PathBuf>,
    /// Leave a patch that lies beside the ROM
    #[arg(long, conflicts_with = "patch")]
    pub no_patch: bool,
    /// The BIOS of the Famicom Disk System, 8 KiB, for a disk [default: fds_bios of config.toml,
    /// else disksys.rom beside the disk]
    #[arg(long, value_name = "FILE")]
    pub bios: Option<PathBuf>,
    /// Switch a cheat on: six or eight letters of a Game Genie code, or ADDR:VALUE or
    /// ADDR?COMPARE:VALUE in hex (RAM is written before each frame, ROM reads as VALUE); give it
    /// again for more
    #[arg(long, value_name = "CODE")]
    pub cheat: Vec<Cheat>,
}

impl Default for SetupArgs {
    fn default() -> Self {
        Self {
            region: None,
            alignment: DEFAULT_ALIGNMENT,
            seed: 0,
            board: None,
            ports: None,
            dip: None,
            track: None,
            exact: false,
            patch: None,
            no_patch: false,
            bios: None,
            cheat: Vec::new(),
        }
    }
}

impl SetupArgs {
    /// For a ROM that was not named on the command line: without what was meant
    /// for the one that was.
    pub fn for_another_rom(&self) -> Self {
        let (dip, track) = (None, None);
        Self {
            board: None,
            ports: None,
            dip,
            track,
            patch: None,
            cheat: Vec::new(),
            ..self.clone()
        }
    }
}

/// Where inputs come from and go to.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Movies")]
pub struct MovieArgs {
    /// Play a movie: .rtk (a tape's newest path), .fm2, .bk2, or text with a line `|..|UDLRSsBA|` a frame
    #[arg(long, value_name = "FILE")]
    pub movie: Option<PathBuf>,
    /// Write a tape (.rtk), a movie (.fm2, .bk2), or else text with a line a frame
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
}

/// A television system by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs)]
pub enum RegionName {
    Ntsc,
    Pal,
    Dendy,
}

impl From<RegionName> for Region {
    fn from(name: RegionName) -> Self {
        match name {
            RegionName::Ntsc => Self::Ntsc,
            RegionName::Pal => Self::Pal,
            RegionName::Dendy => Self::Dendy,
        }
    }
}

/// Options of `play`.
#[derive(Clone, Debug, Args)]
pub struct PlayArgs {
    /// The ROM [default: the built-in game]
    pub rom: Option<PathBuf>,
    /// The console.
    #[command(flatten)]
    pub setup: SetupArgs,
    /// Inputs.
    #[command(flatten)]
    pub movie: MovieArgs,
    /// The loop.
    #[command(flatten)]
    pub recorder: RecorderArgs,
    /// The picture.
    #[command(flatten)]
    pub picture: PictureArgs,
    /// The sound.
    #[command(flatten)]
    pub sound: SoundArgs,
    /// The threads.
    #[command(flatten)]
    pub realtime: RealtimeArgs,
    /// Quit after so many frames
    #[arg(long, value_name = "FRAMES")]
    pub exit_after: Option<u64>,
    /// Write figures of the session as JSON at exit (`-` = stdout)
    #[arg(long, value_name = "FILE")]
    pub stats: Option<PathBuf>,
}

/// Options of the loop and the recorder.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Recorder")]
pub struct RecorderArgs {
    /// Loop slot that L uses
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=4))]
    pub slot: u8,
    /// Loop what slot N holds, at once
    #[arg(long = "loop", value_name = "N", value_parser = clap::value_parser!(u8).range(1..=4))]
    pub loop_slot: Option<u8>,
    /// Go on where the last session of this game ended
    #[arg(long)]
    pub resume: bool,
    /// Write no tape of the session
    #[arg(long)]
    pub no_record: bool,
    /// Fair play: no way back; the tape says so
    #[arg(long)]
    pub no_rewind: bool,
    /// Play each second again on a machine without fast paths (a quarter of a processor) and say
    /// where it differs
    #[arg(long)]
    pub shadow: bool,
    /// Reload the ROM when its file changes [default for a ROM given by path]
    #[arg(long, overrides_with = "no_watch")]
    pub watch: bool,
    /// Do not reload the ROM when its file changes
    #[arg(long, overrides_with = "watch")]
    pub no_watch: bool,
}

/// Options of the picture.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Picture")]
pub struct PictureArgs {
    /// Size of the window in whole multiples of the picture [default: 3]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=16))]
    pub scale: Option<u8>,
    /// Fill the screen
    #[arg(long)]
    pub fullscreen: bool,
    /// The status line
    #[arg(long, value_name = "on|off", default_value = "on")]
    pub hud: OnOff,
    /// How pixels are enlarged: nearest (by whole numbers), linear, or sharp
    /// (fills the window) [default: nearest]
    #[arg(long, value_name = "NAME")]
    pub filter: Option<Filter>,
    /// The shape of a pixel: 1:1, or 8:7 as on a television [default: 1:1]
    #[arg(long, value_name = "W:H")]
    pub aspect: Option<Aspect>,
    /// Play in the terminal
    #[arg(long)]
    pub terminal: bool,
}

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs)]
pub enum OnOff {
    On,
    Off,
}

/// Options of the sound.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Sound")]
pub struct SoundArgs {
    /// Loudness in percent [default: 100]
    #[arg(long, value_name = "0-100", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub volume: Option<u8>,
    /// No sound
    #[arg(long)]
    pub no_audio: bool,
    /// Sound device by (part of its) name
    #[arg(long, value_name = "NAME")]
    pub audio_device: Option<String>,
    /// Sound that the device keeps in advance, in milliseconds, where it allows that; a frame's
    /// half comes on top [default: 20]
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u16).range(5..=500))]
    pub audio_latency: Option<u16>,
    /// What speed is trimmed to, by at most 0.5 %
    #[arg(long, value_name = "audio|display", default_value = "audio")]
    pub sync: Sync,
}

/// What speed is trimmed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Sync {
    /// The console's own rate; the sound device follows
    Audio,
    /// The screen's refresh rate
    Display,
}

/// Options of the threads.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Real time")]
pub struct RealtimeArgs {
    /// Processor for the emulation thread
    #[arg(long, value_name = "N")]
    pub cpu: Option<usize>,
    /// SCHED_FIFO priority of the emulation thread
    #[arg(long, value_name = "P", default_value_t = 80, value_parser = clap::value_parser!(u8).range(1..=98))]
    pub rt_priority: u8,
    /// Ask for no real-time scheduling, pinning or locked memory
    #[arg(long, conflicts_with = "require_rt")]
    pub no_rt: bool,
    /// End with exit code 3 when any of these is refused
    #[arg(long)]
    pub require_rt: bool,
}

/// Options of `run`.
#[derive(Clone, Debug, Args)]
pub struct RunArgs {
    /// The ROM [default: the built-in game]
    pub rom: Option<PathBuf>,
    /// Frames to run [default: 600, or the movie's length]
    #[arg(long, value_name = "N")]
    pub frames: Option<u64>,
    /// Buttons by frame, both ends included: `300-306:start,400:a+right,2@500:b`
    /// (`+` joins buttons, `2@` is pad 2; frame 1 starts at power-on). Other devices by port:
    /// aim=X/Y and trigger (Zapper), knob=0-255 and fire (paddle), step=1/12 (mat buttons),
    /// move=X/Y, click and right-click (mouse), snes-a, snes-x, snes-l, snes-r; and key=NAME/NAME
    /// (Family BASIC: a, 1, f1, return, space, lshift …) and mic; coin, coin_2 and service of an
    /// arcade machine
    #[arg(long, value_name = "SCRIPT", default_value = "", hide_default_value = true)]
    pub press: Script,
    /// Compute no picture and no sound, except for pictures that are written
    #[arg(long)]
    pub mute: bool,
    /// Stop after the frame in which this byte appears (both hex); exit 1 if it never does
    #[arg(long, value_name = "ADDR=VALUE")]
    pub until: Option<Condition>,
    /// Start from a saved state; --frames counts from there
    #[arg(long, value_name = "FILE")]
    pub load_state: Option<PathBuf>,
    /// The console.
    #[command(flatten)]
    pub setup: SetupArgs,
    /// Inputs.
    #[command(flatten)]
    pub movie: MovieArgs,
    /// What to write.
    #[command(flatten)]
    pub output: RunOutputArgs,
}

/// What `run` writes.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Output")]
pub struct RunOutputArgs {
    /// Save the state at the end
    #[arg(long, value_name = "FILE")]
    pub save_state: Option<PathBuf>,
    /// The last picture as PNG
    #[arg(long, value_name = "FILE")]
    pub png: Option<PathBuf>,
    /// The last picture's palette indices (0-63) as PGM
    #[arg(long, value_name = "FILE")]
    pub indices: Option<PathBuf>,
    /// Print the FNV-1a64 of the last picture's palette indices
    #[arg(long)]
    pub indices_hash: bool,
    /// Print the xxh3-64 of layout and state
    #[arg(long)]
    pub state_hash: bool,
    /// Print the hashes after each N frames
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub every: Option<u64>,
    /// The sound as WAV: 48 kHz, 16 bit, mono
    #[arg(long, value_name = "FILE")]
    pub wav: Option<PathBuf>,
    /// The console's RAM at the end, $0000-$07FF
    #[arg(long, value_name = "FILE")]
    pub ram: Option<PathBuf>,
    /// Print bytes that the CPU would read at the end (hex; no side effects)
    #[arg(long, value_name = "ADDR[-ADDR]")]
    pub peek: Vec<AddressRange>,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// Options of `test`.
#[derive(Clone, Debug, Args)]
pub struct TestArgs {
    /// ROMs, and folders that have some
    #[arg(required = true, value_name = "ROM|DIR")]
    pub paths: Vec<PathBuf>,
    /// Compare the instructions with a log in nestest's format
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// Threads [default: one a processor]
    #[arg(long, value_name = "N")]
    pub jobs: Option<std::num::NonZero<usize>>,
    /// Print docs/accuracy.md: counts, failures, AccuracyCoin on four alignments, what was seen
    #[arg(long, conflicts_with = "json")]
    pub markdown: bool,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
    /// The console; what is not given comes from the manifest.
    #[command(flatten)]
    pub setup: SetupArgs,
}

/// Options of `info`.
#[derive(Clone, Debug, Args)]
pub struct InfoArgs {
    /// The file
    #[arg(required_unless_present = "boards")]
    pub file: Option<PathBuf>,
    /// List the boards that are supported, and what proves them
    #[arg(long)]
    pub boards: bool,
    /// With --boards: as docs/boards.md
    #[arg(long, requires = "boards", conflicts_with = "json")]
    pub markdown: bool,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// Options of `bench`.
#[derive(Clone, Debug, Args)]
pub struct BenchArgs {
    /// ROMs [default: the built-in game]
    pub roms: Vec<PathBuf>,
    /// Frames to measure
    #[arg(long, value_name = "N", default_value_t = 3000, value_parser = clap::value_parser!(u64).range(1..))]
    pub frames: u64,
    /// Buttons by frame, as in `run` [default: a movie that is known for the ROM, or a script of
    /// all buttons of a runner]
    #[arg(long, value_name = "SCRIPT", default_value = "", hide_default_value = true)]
    pub press: Script,
    /// Measure too what recording costs, what it keeps, and how fast it comes back
    #[arg(long)]
    pub recorder: bool,
    /// Print docs/speed.md
    #[arg(long, conflicts_with = "json")]
    pub markdown: bool,
    /// Measure too what a picture costs the processor
    #[arg(long)]
    pub video: bool,
    /// Measure too how 1, 2, 4 … N machines run beside each other, a thread each
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: Option<u16>,
    /// Measure instead the built-in game on a board of each family, beside the geometric mean of
    /// the ROMs [default: the game on NROM]
    #[arg(long, conflicts_with_all = ["recorder", "markdown", "video", "jobs", "lockstep"])]
    pub boards: bool,
    /// Measure nothing: run N frames on the lazy and on the exact machine, side by side, and
    /// compare every byte: of generated programs, on --jobs threads, or of each of the ROMs
    #[arg(long, value_name = "N", conflicts_with_all = ["recorder", "markdown", "video"], value_parser = clap::value_parser!(u64).range(1..))]
    pub lockstep: Option<u64>,
    /// The seed of the first generated program, or of the buttons for ROMs
    #[arg(long, value_name = "SEED", default_value_t = 0, requires = "lockstep")]
    pub from: u64,
    /// Add the seed of a program on which the machines part to a list
    #[arg(long, value_name = "FILE", requires = "lockstep")]
    pub keep: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
    /// The console.
    #[command(flatten)]
    pub setup: SetupArgs,
}

/// Options of `doctor`.
#[derive(Clone, Debug, Args)]
pub struct DoctorArgs {
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn without_a_command_it_plays() {
        let cli = Cli::try_parse_from(["retake", "game.nes", "--scale", "2"]).unwrap();
        assert!(cli.command.is_none());
        assert_eq!((cli.play.rom, cli.play.picture.scale), (Some("game.nes".into()), Some(2)));
        let cli = Cli::try_parse_from(["retake", "play", "game.nes", "--loop", "3"]).unwrap();
        let Some(Command::Play(play)) = cli.command else { panic!("play") };
        assert_eq!(play.recorder.loop_slot, Some(3));
    }
}
