//! `retake play`: makes the rings, starts the threads, opens the window, and
//! takes it all down again.
//!
//! ```text
//! start:  signals · I/O · game · sound · emulation (waits) · desk · window or terminal (main thread)
//! stop:   quit flag ─▶ emulation ─▶ window ─▶ desk ─▶ battery ─▶ sound ─▶ I/O ─▶ figures
//! ```

use super::cli::PlayArgs;
use super::fault::{Fault, Outcome};

/// Runs the command.
#[cfg(not(feature = "app"))]
pub fn play(_args: &PlayArgs) -> Outcome {
    Err(Fault::missing(
        "this build has no window and no sound; `retake run` runs without them, \
         or build it with the `app` feature",
    ))
}

#[cfg(feature = "app")]
pub use real::play;

#[cfg(feature = "app")]
mod real {
    use super::*;
    use crate::app::cli::{OnOff, Sync};
    use crate::app::config::Config;
    use crate::app::desk::{Desk, Loaded, Record};
    use crate::app::game::{Game, Loader, settle, store_battery};
    use crate::app::movie::{About, Movie, MovieFrame, Press, Recording};
    use crate::app::player::Options;
    use crate::app::setup::Setup;
    use crate::app::tapes::Wishes;
    use crate::app::watch::Watched;
    use crate::app::{paths, terminal, window};
    use crate::audio::device;
    use crate::engine::cycle::{Ends, Engine, Settings};
    use crate::engine::machine::{Machine, News, Parcel};
    use crate::engine::realtime::{self, Degraded};
    use crate::engine::stats::{AudioReport, Finished, Report};
    use crate::engine::thread;
    use crate::flight::take::{SLOTS, Slot};
    use crate::io;
    use crate::link::{Before, Bell, Flags, Front, Picture, Shown, Taken};
    use crate::video::palette::Palette;
    use crate::video::render::Look;
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use std::path::PathBuf;
    use std::process::ExitCode;
    use std::sync::atomic::Ordering;
    use std::sync::{Arc, mpsc};
    use std::thread::JoinHandle;

    /// Commands that a player can give between two frames.
    const COMMANDS: usize = 1024;
    /// Parcels and notices under way.
    const PARCELS: usize = 16;
    /// Frames that a movie may wait to be written.
    const TAKEN: usize = 4096;
    /// The I/O thread's priority.
    const IO_PRIORITY: u8 = 50;
    /// A recorder's: behind all that has a deadline, before everything else.
    const RECORDER_PRIORITY: u8 = 10;

    /// The sound threads' priority.
    const SOUND_PRIORITY: u8 = 70;

    type Emulation = JoinHandle<(Box<Machine>, Finished)>;

    /// Runs the command.
    pub fn play(args: &PlayArgs) -> Outcome {
        let mut degraded = Vec::new();
        let config_file = paths::config_file();
        let (config, said) = Config::load(config_file.as_deref());
        said.into_iter().for_each(|text| complain(&mut degraded, text));
        let (colours, said) = config.colours(config_file.as_deref());
        said.into_iter().for_each(|text| complain(&mut degraded, text));
        let flags = Arc::new(Flags::default());
        watch_signals(&flags);
        if !args.realtime.no_rt
            && let Err(refused) = realtime::lock_memory()
        {
            complain(&mut degraded, refused.to_string());
        }
        let fifo = (!args.realtime.no_rt).then_some(IO_PRIORITY);
        let promote = move || {
            // The emulation thread says the sentence for all of them.
            realtime::promote("the I/O thread", realtime::Wishes { priority: fifo, cpu: None });
        };
        let ([engine_io, mut desk_io], io_thread) = io::start(promote).map_err(|error| {
            Fault::missing(format_args!("the I/O thread cannot start ({error})"))
        })?;
        if let Some(why) = &io_thread.refused {
            complain(
                &mut degraded,
                format!(
                    "files go through std::fs, which may take longer: io_uring is refused ({why}); \
                 allow it with `sysctl kernel.io_uring_disabled=0` or in the container's seccomp profile"
                ),
            );
        }

        if let Some(path) = &args.movie.record {
            // Before a session begins.
            Recording::check(path, args.setup.dip.unwrap_or_default())?;
        }
        let movie = args.movie.movie.as_deref().map(Movie::load).transpose()?;
        let switched = |movie: &Movie| movie.frames.iter().skip(1).any(|f| f.press == Press::Power);
        if movie.as_ref().is_some_and(switched) {
            let said = "the movie switches the console off and on, for which play presses reset; \
                        `retake run --movie` does as it says";
            complain(&mut degraded, said.to_owned());
        }
        let asked = movie.as_ref().map(Movie::asked).unwrap_or_default();
        let data = paths::data();
        let slot = Slot::new(args.recorder.slot).unwrap_or_default();
        let (recorders_say, said) = mpsc::channel();
        let (films, footage) = mpsc::channel();
        let loader = Loader {
            data,
            setup: args.setup.clone(),
            asked,
            slot,
            counter: io_thread.counter(),
            priority: (!args.realtime.no_rt).then_some(RECORDER_PRIORITY),
            wishes: wishes(args, &config),
            said: recorders_say,
            films,
        };
        let game = Game::load(&mut desk_io, &loader, args.rom.as_deref(), &mut |_| None)?;
        let Game { mut machine, folder, name, notes, refused, recorder, roms, setup } = game;
        let loop_slot = args.recorder.loop_slot.and_then(Slot::new);
        if let Some((_, why)) = refused.iter().find(|(slot, _)| Some(*slot) == loop_slot) {
            return Err(Fault::unusable(format_args!("--loop: {why}")));
        }
        let refused = refused.into_iter().map(|(_, why)| why);
        notes.into_iter().chain(refused).for_each(|note| complain(&mut degraded, note));
        eprintln!("retake: {} of {SLOTS} loop slots are ready", machine.session.ready());
        if let Some(slot) = loop_slot {
            eprintln!("retake: {}", machine.session.play(slot));
        }

        let mut wires = Wires::new(&flags).map_err(|error| {
            Fault::missing(format_args!("there are no eventfds ({error}); update the kernel"))
        })?;
        let taken = record_ring(args, About::of(&name, &machine.nes), machine.dip, &mut wires)?;
        let cpu_hz = machine.nes.region().cpu_hz();
        let rom_hash = machine.rom_hash;
        let mut engine = Engine::new(machine, wires.engine, engine_io, settings(args, &config));
        if let Some(movie) = movie {
            engine.play_movie(movie_frames(&movie));
        }
        let watched = watch(args, &setup, &wires.front, &mut degraded);
        let mut desk = Desk {
            requests: wires.requests,
            sentences: wires.sentences,
            bell: wires.front.bell.clone(),
            parcels: wires.parcels,
            returns: wires.returns,
            notices: wires.notices,
            io: desk_io,
            sound: None,
            flags: flags.clone(),
            games: vec![Loaded { rom_hash, folder, name: name.clone(), roms, setup }],
            loader: Loader {
                wishes: Wishes { resume: false, ..loader.wishes },
                setup: loader.setup.for_another_rom(),
                ..loader
            },
            watched,
            watched_setup: args.setup.clone(),
            said,
            footage,
            films: Vec::new(),
            recorders: recorder.into_iter().collect(),
            palette: colours.clone(),
            record: taken,
            degraded,
        };
        if !args.sound.no_audio {
            let wishes = device::Wishes {
                name: args.sound.audio_device.clone().or_else(|| config.audio_device.clone()),
                latency_ms: args
                    .sound
                    .audio_latency
                    .or(config.audio_latency.map(|ms| ms.0))
                    .unwrap_or(20)
                    .into(),
                cpu_hz,
            };
            let no_rt = args.realtime.no_rt;
            let (sound, first) = device::Output::start(wishes, move || {
                if !no_rt {
                    // The emulation thread says the sentence for all of them.
                    realtime::promote_with_children(SOUND_PRIORITY);
                }
            });
            desk.sound = Some(sound);
            first.into_iter().for_each(|event| desk.sound_event(event));
        }

        let (emulation, refused) = start_emulation(args, engine, wires.ready);
        let strict = args.realtime.require_rt && !refused.is_empty();
        for refusal in refused {
            complain(&mut desk.degraded, refusal.to_string());
        }
        let memory_refused = desk.degraded.contains(&Degraded::Memory.to_string());
        if args.realtime.require_rt && (strict || memory_refused) {
            flags.quit.store(true, Ordering::Release);
            let _ = emulation.join();
            return Err(Fault::missing("--require-rt: not all of it was granted (see above)"));
        }
        let desk = std::thread::Builder::new()
            .name("retake-desk".into())
            .spawn(move || desk.run())
            .expect("the system gives a thread");

        let shown = show(args, wires.front, options(args, config, colours, name));
        flags.quit.store(true, Ordering::Release);
        let (mut machine, finished) =
            emulation.join().expect("the emulation thread does not panic");
        let mut desk = desk.join().expect("the desk does not panic");
        desk.close();
        settle(&mut machine);
        if let Err(said) = store_battery(&mut desk.io, &mut machine) {
            complain(&mut desk.degraded, said);
        }
        let audio = desk.sound.take().map(|sound| audio_report(&sound.close())).unwrap_or_default();
        let mut degraded = std::mem::take(&mut desk.degraded);
        let games = std::mem::take(&mut desk.games);
        let recorders = std::mem::take(&mut desk.recorders);
        drop(machine);
        // Each ends with its machine; a panic was printed.
        recorders.into_iter().for_each(|recorder| drop(recorder.join()));
        for text in desk.said.try_iter() {
            complain(&mut degraded, text);
        }
        drop(desk);
        io_thread.join();
        drop(games);

        let (shown, failure) = shown?;
        if let Some(failure) = &failure {
            degraded.push(failure.clone());
        }
        write_stats(args, &Report::new(&finished, &shown, audio, degraded))?;
        failure.map_or(Ok(ExitCode::SUCCESS), |failure| Err(Fault::missing(failure)))
    }

    /// Both ends of everything.
    struct Wires {
        engine: Ends,
        front: Front,
        requests: mpsc::Receiver<crate::link::Request>,
        sentences: mpsc::Sender<String>,
        parcels: rtrb::Producer<Parcel>,
        returns: rtrb::Consumer<Parcel>,
        notices: rtrb::Consumer<News>,
        ready: mpsc::Receiver<()>,
    }

    impl Wires {
        fn new(flags: &Arc<Flags>) -> std::io::Result<Self> {
            let (commands, commands_end) = rtrb::RingBuffer::new(COMMANDS);
            let (parcels, parcels_end) = rtrb::RingBuffer::new(PARCELS);
            let (returns, returns_end) = rtrb::RingBuffer::new(PARCELS);
            let (notices, notices_end) = rtrb::RingBuffer::new(PARCELS);
            let (pictures, pictures_end) = triple_buffer::triple_buffer(&Picture::default());
            let (requests, requests_end) = mpsc::channel();
            let (sentences, sentences_end) = mpsc::channel();
            let (ready, ready_end) = mpsc::channel();
            let bell = Bell::new()?;
            Ok(Self {
                engine: Ends {
                    commands: commands_end,
                    parcels: parcels_end,
                    returns,
                    pictures,
                    bell: bell.clone(),
                    notices,
                    taken: None,
                    flags: flags.clone(),
                },
                front: Front {
                    commands,
                    requests,
                    notices: sentences_end,
                    pictures: pictures_end,
                    bell,
                    ready,
                    flags: flags.clone(),
                },
                requests: requests_end,
                sentences,
                parcels,
                returns: returns_end,
                notices: notices_end,
                ready: ready_end,
            })
        }
    }

    /// SIGTERM, SIGINT and SIGHUP save and close; a second one ends at once.
    fn watch_signals(flags: &Arc<Flags>) {
        for signal in [SIGTERM, SIGINT, SIGHUP] {
            // Only signals that may not be caught are refused.
            let _ = signal_hook::flag::register_conditional_shutdown(signal, 1, flags.quit.clone());
            let _ = signal_hook::flag::register(signal, flags.quit.clone());
        }
    }

    /// Watches the ROM, if it came from a file that can be built anew.
    fn watch(
        args: &PlayArgs,
        setup: &Setup,
        front: &Front,
        degraded: &mut Vec<String>,
    ) -> Option<Watched> {
        let path = setup.rom.path.as_ref().filter(|_| !args.recorder.no_watch)?;
        Watched::new(path, setup, front.requests.clone())
            .map_err(|why| {
                let path = path.display();
                complain(degraded, format!("{path}: not watched for changes ({why})"));
            })
            .ok()
    }

    /// What is recorded of the session.
    fn wishes(args: &PlayArgs, config: &Config) -> Wishes {
        let limit = config.tapes_mib.map_or(Wishes::default().limit, |mib| u64::from(mib.0) << 20);
        let seconds = config.ring_seconds.map(|seconds| seconds.0.into());
        Wishes {
            ring_seconds: seconds.unwrap_or(Wishes::default().ring_seconds),
            tape: !args.recorder.no_record,
            resume: args.recorder.resume,
            rewind: !args.recorder.no_rewind,
            limit,
            shadow: args.recorder.shadow,
        }
    }

    fn record_ring(
        args: &PlayArgs,
        about: About,
        dip: u8,
        wires: &mut Wires,
    ) -> Outcome<Option<Record>> {
        if args.movie.record.is_none() {
            return Ok(None);
        }
        let (taken, taken_end) = rtrb::RingBuffer::new(TAKEN);
        wires.engine.taken = Some(taken);
        Record::open(&args.movie, about, dip, hash_file(), taken_end)
    }

    fn movie_frames(movie: &Movie) -> Box<[Taken]> {
        let before = |(number, frame): (usize, &MovieFrame)| match (number, frame.press) {
            // It has just been switched on.
            (_, Press::None) | (0, Press::Power) => Before::Nothing,
            // A machine in play is not switched off: the next best is reset.
            (_, Press::Reset | Press::Power) => Before::Reset,
        };
        let frames = movie.frames.iter().enumerate();
        let taken = |(number, frame): (usize, &MovieFrame)| Taken {
            input: frame.input,
            before: before((number, frame)),
            state: 0,
        };
        frames.map(taken).collect()
    }

    fn settings(args: &PlayArgs, config: &Config) -> Settings {
        let plant = std::env::var("RETAKE_PLANT_ALLOCATION").ok();
        Settings {
            exit_after: args.exit_after,
            volume: args.sound.volume.or(config.volume.map(|v| v.0)).unwrap_or(100),
            follow_display: args.sound.sync == Sync::Display,
            fds_auto: config.fds_auto.unwrap_or(true),
            plant_flip: None,
            plant_allocation: plant.and_then(|frame| frame.parse().ok()),
            hash_states: args.movie.record.is_some() && hash_file().is_some(),
        }
    }

    /// Where `--record` also writes the state's hash before each frame that was
    /// run, as `run --state-hash --every 1` prints it; for a test to compare.
    fn hash_file() -> Option<PathBuf> {
        std::env::var_os("RETAKE_STATE_HASHES").map(PathBuf::from)
    }

    /// Starts the thread, which waits for the front; gives what was refused.
    fn start_emulation(
        args: &PlayArgs,
        engine: Engine,
        ready: mpsc::Receiver<()>,
    ) -> (Emulation, Vec<Degraded>) {
        let realtime = &args.realtime;
        let wishes = realtime::Wishes {
            priority: (!realtime.no_rt).then_some(realtime.rt_priority),
            cpu: realtime
                .cpu
                .or_else(|| if realtime.no_rt { None } else { realtime::favourite_cpu() }),
        };
        let (tell, refused) = mpsc::channel();
        let emulation = std::thread::Builder::new()
            .name("retake-emu".into())
            .spawn(move || thread::run(engine, wishes, &tell, &ready))
            .expect("the system gives a thread");
        (emulation, refused.recv().unwrap_or_default())
    }

    /// Plays in the window, or in the terminal, on this thread.
    fn show(args: &PlayArgs, front: Front, options: Options) -> Outcome<(Shown, Option<String>)> {
        let told = |(shown, result): (Shown, Result<(), _>)| {
            Ok((shown, result.err().map(|failure: window::Failure| failure.to_string())))
        };
        if args.picture.terminal {
            if !terminal::is_there() {
                return Err(Fault::missing(
                    "--terminal: stdout is no terminal; `retake run` runs without window and terminal",
                ));
            }
            return told(terminal::run(front, options));
        }
        match window::run(front, options) {
            Ok(played) => told(played),
            Err(refused) if terminal::is_there() => {
                eprintln!("retake: {}; playing in the terminal", refused.reason);
                told(terminal::run(*refused.front, *refused.options))
            }
            Err(refused) => Err(Fault::missing(format_args!(
                "{}, and there is no terminal to play in; `retake run` runs without either",
                refused.reason
            ))),
        }
    }

    fn options(args: &PlayArgs, config: Config, colours: Box<Palette>, title: String) -> Options {
        let picture = &args.picture;
        Options {
            title,
            scale: picture.scale.or(config.scale.map(|scale| scale.0)).unwrap_or(3).into(),
            fullscreen: picture.fullscreen || config.fullscreen.unwrap_or(false),
            hidden: picture.hud == OnOff::Off,
            look: Look {
                filter: picture.filter.or(config.filter).unwrap_or_default(),
                aspect: picture.aspect.or(config.aspect).unwrap_or_default(),
            },
            palette: colours,
            keys: config.keys,
            pads: config.gamepad,
            slot: args.recorder.slot,
            realtime: !args.realtime.no_rt,
        }
    }

    fn audio_report(played: &device::Played) -> AudioReport {
        let rounded = |x: f64| (x * 100.0).round() / 100.0;
        AudioReport {
            underruns: played.underruns,
            startup_underruns: played.startup_underruns,
            device_xruns: played.xruns,
            samples: played.samples,
            dropped: played.dropped,
            latency_ms: rounded(played.ring_ms + played.device_ms),
            ring_ms: rounded(played.ring_ms),
        }
    }

    fn write_stats(args: &PlayArgs, report: &Report) -> Outcome<()> {
        let Some(path) = &args.stats else { return Ok(()) };
        let json = serde_json::to_string_pretty(report).expect("figures are JSON");
        if path.as_os_str() == "-" {
            crate::app::say(json);
            return Ok(());
        }
        std::fs::write(path, json + "\n").map_err(|error| Fault::write(path.display(), error))
    }

    fn complain(degraded: &mut Vec<String>, text: String) {
        eprintln!("retake: {text}");
        degraded.push(text);
    }
}
