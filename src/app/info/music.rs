//! What a music file is: who made it, its tracks, its chips.

use serde_json::{Value, json};

use super::region_name;
use crate::nes::Cartridge;
use crate::nes::cart::nsf::{Nsf, Track};

/// What the file says, and whether it plays.
pub fn describe(bytes: &[u8]) -> Result<Value, String> {
    let nsf = Nsf::parse(bytes).map_err(|error| error.to_string())?;
    let supported = match Cartridge::parse(bytes) {
        Ok(_) => "yes".to_owned(),
        Err(error) => format!("no: {error}"),
    };
    let [title, artist, copyright, ripper] = &nsf.credits;
    let said = |text: &String| (!text.is_empty()).then(|| text.clone());
    let chips: Vec<_> = std::iter::once("2A03").chain(nsf.chip_names()).collect();
    let region = nsf.region.map_or("NTSC and PAL", region_name);
    let named = nsf.tracks.iter().any(|track| !track.name.is_empty() || track.time.is_some());
    let playlist = nsf.tracks.iter().enumerate().map(|(n, track)| line(n, track));
    Ok(json!({
        "kind": "music",
        "format": nsf.format,
        "title": said(title),
        "artist": said(artist),
        "copyright": said(copyright),
        "made_by": said(ripper),
        "tracks": nsf.tracks.len(),
        "first_track": nsf.first + 1,
        "playlist": named.then(|| playlist.collect::<Vec<_>>()),
        "chips": chips,
        "region": region,
        "supported": supported,
        "load": format!("{:04X}", nsf.load),
        "init": format!("{:04X}", nsf.init),
        "play": format!("{:04X}", nsf.play),
        "banks": (nsf.banks != [0; 8]).then_some(nsf.banks),
        "calls_a_second": (10_000_000. / f64::from(nsf.speed(nsf.region.unwrap_or(crate::nes::Region::Ntsc)))).round() / 10.,
        "music_bytes": nsf.data.len(),
    }))
}

/// `2 Title 1:05`.
fn line(n: usize, track: &Track) -> String {
    let mut line = format!("{} {}", n + 1, track.name);
    if let Some(time) = track.time {
        let seconds = (time + 500) / 1000;
        line += &format!(" {}:{:02}", seconds / 60, seconds % 60);
    }
    line
}
