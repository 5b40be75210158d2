//! The disks of the Famicom Disk System: what is in the drive changes as an event, by
//! the player's hand or because the game waits for it.

use super::Engine;
use crate::engine::replay::Happening;
use crate::flight::shared::Record;
use crate::link::{Before, Mode, Notice};
use crate::nes::DiskDrive;

impl Engine {
    /// Puts a side of the game's disk in, or takes the disk out.
    pub(super) fn insert_disk(&mut self, side: Option<u8>) {
        self.take_over();
        self.machine.nes.insert_disk(side);
        self.before = Before::Disk;
        if let Some(capture) = &mut self.machine.capture {
            capture.record(Record::Event(Happening::Disk(side).event()));
        }
        let left = self.machine.session.interrupt();
        self.notify_loop(left);
        self.notify(Some(Notice::Disk(side)));
    }

    /// Turns the disk over for a game that waits for it, in live play.
    pub(super) fn turn_disk(&mut self) {
        if !self.settings.fds_auto || self.hud.mode != Mode::Live {
            return;
        }
        if let Some(DiskDrive { sides: 2.., asks: true, .. }) = self.machine.nes.disk_drive() {
            self.insert_disk(self.next_side());
        }
    }

    /// The side after the one that is in.
    pub(super) fn next_side(&self) -> Option<u8> {
        let DiskDrive { sides, side, .. } = self.machine.nes.disk_drive()?;
        Some(side.map_or(0, |side| (side + 1) % sides.max(1)))
    }
}
