//! The emulation thread allocates nothing: the engine's turns, with sound,
//! pictures, inputs, saved states, pauses and fast-forward, under the counting
//! allocator that the program itself runs with.

use retake::audio::rate;
use retake::engine::cycle::{Ends, Engine, Settings};
use retake::engine::machine::{Machine, Parcel};
use retake::engine::realtime::Wishes;
use retake::engine::session::Session;
use retake::engine::stats::Finished;
use retake::engine::thread;
use retake::flight::take::{Slot, Takes};
use retake::link::{Action, Bell, Command, Flags, GameFiles, Picture, Shown, Taken};
use retake::nes::{Cartridge, Devices, Input, Nes, PowerOn, Region};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, mpsc};
use std::time::Duration;

/// A game that saves: NROM with battery RAM, an endless loop that counts in it.
fn cartridge() -> Cartridge {
    let mut rom = vec![0; 16 + 0x6000];
    rom[..8].copy_from_slice(b"NES\x1a\x01\x01\x02\x00");
    // inc $6000; inc $4000; jmp $C000
    rom[16..25].copy_from_slice(&[0xee, 0x00, 0x60, 0xee, 0x00, 0x40, 0x4c, 0x00, 0xc0]);
    for vector in [0x3ffa, 0x3ffc, 0x3ffe] {
        rom[16 + vector + 1] = 0xc0;
    }
    Cartridge::parse(&rom).expect("a ROM")
}

/// Our own disk with a blank second side.
fn disk() -> Cartridge {
    const SIDE: usize = 65_500;
    let (side, bios) = include_bytes!("../roms-test/built/fds.fds").split_at(SIDE);
    Cartridge::parse(&[side, &[0; SIDE], bios].concat()).expect("a disk")
}

fn machine(folder: &Path, cart: fn() -> Cartridge) -> Box<Machine> {
    let options = PowerOn { region: Region::Ntsc, alignment: 0, seed: 0, ports: Devices::PADS };
    let files = GameFiles {
        battery: Arc::from(folder.join("battery.sav")),
        states: std::array::from_fn(|n| Arc::from(folder.join(format!("state-{n}.rts")))),
    };
    let nes = Nes::power_on(cart(), &options);
    let takes = Takes::new(nes.bytes().len(), 10_000);
    let session = Session::new(takes, None, Slot::default());
    Box::new(Machine::new(nes, session, Some(files), 1, 0))
}

/// Plays `frames` frames as the program does, with a player who tries
/// everything, a screen, and a device that takes the sound.
fn play(
    cart: fn() -> Cartridge,
    frames: u64,
    plant: Option<u64>,
    folder: &Path,
) -> (Finished, Shown) {
    let flags = Arc::new(Flags::default());
    let ([io], io_thread) = retake::io::start(|| {}).expect("an I/O thread");
    let (mut commands, commands_end) = rtrb::RingBuffer::new(64);
    let (mut parcels, parcels_end) = rtrb::RingBuffer::new(4);
    let (returns, mut returns_end) = rtrb::RingBuffer::new(4);
    let (notices, mut notices_end) = rtrb::RingBuffer::new(64);
    let (taken, mut taken_end) = rtrb::RingBuffer::<Taken>::new(4096);
    let (pictures, mut pictures_end) = triple_buffer::triple_buffer(&Picture::default());
    let bell = Bell::new().expect("an eventfd");
    let ends = Ends {
        commands: commands_end,
        parcels: parcels_end,
        returns,
        pictures,
        bell: bell.clone(),
        notices,
        taken: Some(taken),
        flags: flags.clone(),
    };
    let settings = Settings {
        exit_after: Some(frames),
        plant_allocation: plant,
        follow_display: true,
        ..Settings::default()
    };
    let engine = Engine::new(machine(folder, cart), ends, io, settings);
    let (feeder, mut player, _) = rate::channel(Region::Ntsc.cpu_hz(), 48_000, 256, 20);
    assert!(parcels.push(Parcel::Speaker(Box::new(feeder))).is_ok());

    let (refused, _refused) = mpsc::channel();
    let (ready, ready_end) = mpsc::channel();
    let wishes = Wishes { priority: None, cpu: None };
    let emulation = std::thread::spawn(move || thread::run(engine, wishes, &refused, &ready_end));
    ready.send(()).expect("a thread that waits");

    let mut shown = Shown::default();
    let mut turn = 0u64;
    while !flags.quit.load(Ordering::Acquire) {
        bell.wait(Some(Duration::from_millis(100)));
        if pictures_end.update() {
            let picture = pictures_end.output_buffer();
            shown.note(picture.sequence, picture.published_ns, picture.published_ns);
        }
        player.play(800, 0, |_| {});
        while taken_end.pop().is_ok() {}
        while notices_end.pop().is_ok() {}
        while returns_end.pop().is_ok() {}
        turn += 1;
        let input = Input::pad1(turn as u8);
        let mut say = |command| {
            // A full ring: the player types too fast.
            let _ = commands.push(command);
        };
        say(Command::Input { input, at_ns: 0 });
        match turn % 60 {
            5 => say(Command::Turbo([3, 0, 0, 0])),
            10 => say(Command::Action(Action::SaveState)),
            15 => say(Command::Action(Action::FastForward(true))),
            17 => say(Command::Action(Action::FastForward(false))),
            20 | 23 => say(Command::Action(Action::Pause)),
            25 => say(Command::Action(Action::LoadState)),
            30 => say(Command::Action(Action::Reset)),
            35 => say(Command::Action(Action::Volume(-10))),
            37 => say(Command::Action(Action::Mute)),
            40 => say(Command::Refresh { millihertz: 60_000 }),
            41 | 43 | 45 | 47 => say(Command::Action(Action::Loop)),
            49 => say(Command::Action(Action::DiskSide)),
            52 => say(Command::Action(Action::DiskOut)),
            50 if turn > 100 && turn < 160 => {
                drop(parcels.push(Parcel::Machine(machine(folder, cart))));
            }
            _ => {}
        }
    }
    let (machine, finished) = emulation.join().expect("no panic");
    drop(machine);
    io_thread.join();
    (finished, shown)
}

#[test]
fn six_hundred_frames_with_everything_on_allocate_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    for cart in [cartridge, disk] {
        let (finished, shown) = play(cart, 900, None, folder.path());
        assert_eq!(finished.allocations, 0);
        assert!(finished.stats.frames >= 600);
        assert!(shown.shown > 100, "{}", shown.shown);
        std::fs::remove_file(folder.path().join("state-0.rts")).expect("a state was saved");
    }
}

#[test]
fn a_planted_allocation_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let (finished, _) = play(cartridge, 60, Some(30), folder.path());
    assert_eq!(finished.allocations, 2, "one allocation and its free");
}
