//! How long a ROM that is built anew takes: from the moment its file is closed
//! to the first frame that it plays, through the watcher, the loading and the
//! emulation thread of play.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use super::figure::Figure;
use crate::app::cli::SetupArgs;
use crate::app::fault::{Fault, Outcome};
use crate::app::setup::{Asked, Setup};
use crate::app::watch::{Change, Watched};
use crate::engine::cycle::{Ends, Engine, Settings};
use crate::engine::machine::{Machine, Parcel};
use crate::engine::realtime::now_ns;
use crate::engine::session::Session;
use crate::engine::stats::{Percentiles, Stats};
use crate::flight::take::{Slot, Takes};
use crate::link::{Bell, Flags, Picture, Request};

/// Times that the ROM is built.
const BUILDS: u64 = 40;
/// How long one may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Builds a ROM again and again while it is played.
pub fn figures(setup: &Setup, args: &SetupArgs, folder: &Path) -> Outcome<Vec<Figure>> {
    let path = folder.join("game.nes");
    let mut rom = setup.rom.bytes.clone();
    let write = |path: &Path, rom: &[u8]| {
        std::fs::write(path, rom).map_err(|error| Fault::write(path.display(), error))
    };
    write(&path, &rom)?;
    let (tell, requests) = mpsc::channel();
    let unwatched = |error| Fault::failed(format_args!("{}: {error}", path.display()));
    let mut watched = Watched::new(&path, setup, tell).map_err(unwatched)?;
    let flags = Arc::new(Flags::default());
    let (mut parcels, engine) = engine(setup, flags.clone())?;
    let emulation = std::thread::spawn(move || play(engine));
    let asked = Asked { region: Some(setup.options.region), ports: Some(setup.options.ports) };
    let load = |path: &Path| Setup::new(Some(path), args, asked);
    let mut lost = 0;
    for build in 0..BUILDS {
        // The last byte of the file, which no program runs through.
        if let Some(byte) = rom.last_mut() {
            *byte = byte.wrapping_add(1);
        }
        // Some builds write the file, others put a new one in its place.
        if build % 2 == 0 {
            write(&path, &rom)?;
        } else {
            let new = folder.join("game.new");
            write(&new, &rom)?;
            std::fs::rename(&new, &path).map_err(|error| Fault::write(path.display(), error))?;
        }
        let (closed_ns, began) = (now_ns(), Instant::now());
        let mut fits = None;
        while fits.is_none() && began.elapsed() < PATIENCE {
            if let Ok(Request::Changed) = requests.recv_timeout(Duration::from_millis(10))
                && let Change::Fits(rom) = watched.look(load)
            {
                fits = Some(rom);
            }
        }
        match fits {
            Some(rom) => {
                drop(parcels.push(Parcel::Rom(rom.cart, rom.name, closed_ns)));
            }
            None => lost += 1,
        }
        // Not in step with the frames.
        std::thread::sleep(Duration::from_micros(60_000 + build * 1709 % 16_639));
    }
    flags.quit.store(true, Ordering::Release);
    let stats = emulation.join().expect("it only plays");
    if lost > 0 || stats.reload.len() != BUILDS {
        return Err(Fault::failed(format_args!(
            "{} of {BUILDS} new ROMs were played",
            stats.reload.len()
        )));
    }
    let Percentiles { p50, p99, max, .. } = Percentiles::of(&stats.reload, 1e6);
    Ok(vec![
        Figure::new("reload: file closed to first frame, p50", "ms", p50),
        Figure::new("reload: file closed to first frame, p99", "ms", p99).at_most(50., 17.),
        Figure::new("reload: file closed to first frame, worst", "ms", max),
    ])
}

/// An engine without sound, screen and recorder.
fn engine(setup: &Setup, flags: Arc<Flags>) -> Outcome<(rtrb::Producer<Parcel>, Engine)> {
    let nes = setup.power_on();
    let takes = Takes::new(nes.bytes().len(), 60);
    let session = Session::new(takes, None, Slot::default());
    let machine = Box::new(Machine::new(nes, session, None, 0, 0));
    let (parcels, parcels_end) = rtrb::RingBuffer::new(4);
    let ([io], _) = crate::io::start(|| {}).map_err(Fault::failed)?;
    let ends = Ends {
        commands: rtrb::RingBuffer::new(1).1,
        parcels: parcels_end,
        returns: rtrb::RingBuffer::new(BUILDS as usize).0,
        pictures: triple_buffer::triple_buffer(&Picture::default()).0,
        bell: Bell::new().map_err(Fault::failed)?,
        notices: rtrb::RingBuffer::new(BUILDS as usize).0,
        taken: None,
        flags,
    };
    Ok((parcels, Engine::new(machine, ends, io, Settings::default())))
}

/// A turn each period, until the flags say that it is over.
fn play(mut engine: Engine) -> Stats {
    let (numerator, denominator) = engine.region().frame_rate();
    let period = Duration::from_secs_f64(denominator as f64 / numerator as f64);
    let mut due = Instant::now();
    while !engine.turn(0).quit {
        due += period;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
    }
    engine.finish().1
}
