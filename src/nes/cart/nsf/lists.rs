//! Names, times and an order for the tracks of a music file.

use super::Nsf;

/// What chunks say of tracks, by the numbers that INIT gets.
#[derive(Default)]
pub struct Lists<'a> {
    pub names: Vec<String>,
    pub times: Vec<i32>,
    pub fades: Vec<i32>,
    pub order: Option<&'a [u8]>,
}

impl Lists<'_> {
    pub fn apply(self, nsf: &mut Nsf) {
        for (n, track) in nsf.tracks.iter_mut().enumerate() {
            if let Some(name) = self.names.get(n) {
                track.name.clone_from(name);
            }
            // Less than nothing: it is not said.
            track.time = self.times.get(n).and_then(|time| u32::try_from(*time).ok());
            let fade = self.fades.get(n).and_then(|fade| u32::try_from(*fade).ok());
            track.fade = fade.unwrap_or_default();
        }
        if let Some(order) = self.order {
            let listed = order.iter().filter_map(|n| nsf.tracks.get(usize::from(*n)));
            let listed: Vec<_> = listed.cloned().collect();
            if !listed.is_empty() {
                let first = listed.iter().position(|track| usize::from(track.song) == nsf.first);
                (nsf.tracks, nsf.first) = (listed, first.unwrap_or(0));
            }
        }
    }
}
