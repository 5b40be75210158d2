//! Where the picture lies in the window, and through which filter it is seen.

use std::fmt;
use std::str::FromStr;

use crate::nes::output::{HEIGHT, WIDTH};

/// How a pixel of the console becomes pixels of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Filter {
    /// Squares, enlarged by a whole number.
    #[default]
    Nearest,
    /// Blurred over the whole window.
    Linear,
    /// Squares whose edges alone are blurred: fills the window, and looks even
    /// where pixels are not square.
    Sharp,
}

/// The shape of a pixel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Aspect {
    /// 1:1, as the artist's graph paper.
    #[default]
    Square,
    /// 8:7, as a television shows it.
    Console,
}

/// A name that is no filter or no aspect.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{name}` is no {what}; there are {choices}")]
pub struct NameError {
    name: String,
    what: &'static str,
    choices: String,
}

impl Filter {
    /// Every filter.
    pub const ALL: [Self; 3] = [Self::Nearest, Self::Linear, Self::Sharp];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nearest => "nearest",
            Self::Linear => "linear",
            Self::Sharp => "sharp",
        }
    }
}

impl Aspect {
    /// Every shape.
    pub const ALL: [Self; 2] = [Self::Square, Self::Console];

    /// The name in `config.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Square => "1:1",
            Self::Console => "8:7",
        }
    }

    /// Width of a pixel over its height.
    pub fn ratio(self) -> f64 {
        match self {
            Self::Square => 1.,
            Self::Console => 8. / 7.,
        }
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Aspect {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Filter {
    type Err = NameError;

    fn from_str(name: &str) -> Result<Self, NameError> {
        find(name, "filter", Self::ALL, Self::name)
    }
}

impl FromStr for Aspect {
    type Err = NameError;

    fn from_str(name: &str) -> Result<Self, NameError> {
        find(name, "pixel aspect", Self::ALL, Self::name)
    }
}

fn find<T: Copy, const N: usize>(
    name: &str,
    what: &'static str,
    all: [T; N],
    name_of: fn(T) -> &'static str,
) -> Result<T, NameError> {
    all.into_iter().find(|one| name_of(*one).eq_ignore_ascii_case(name)).ok_or_else(|| NameError {
        name: name.to_string(),
        what,
        choices: all.map(name_of).join(", "),
    })
}

impl<'de> serde::Deserialize<'de> for Filter {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl<'de> serde::Deserialize<'de> for Aspect {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A rectangle of the window, in its pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Rect {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
}

/// The size of a window in which the picture is enlarged `scale` times.
pub fn window_size(scale: u32, aspect: Aspect) -> (u32, u32) {
    let width = WIDTH as f64 * f64::from(scale) * aspect.ratio();
    (width.ceil() as u32, HEIGHT as u32 * scale)
}

/// Where the picture lies in a window of that size, in its middle. `nearest`
/// enlarges lines by a whole number while the window is large enough; the other
/// filters take all the room that there is.
pub fn place(width: u32, height: u32, aspect: Aspect, filter: Filter) -> Rect {
    let (unit_width, unit_height) = (WIDTH as f64 * aspect.ratio(), HEIGHT as f64);
    let mut scale = (f64::from(width) / unit_width).min(f64::from(height) / unit_height);
    if filter == Filter::Nearest && scale >= 1. {
        scale = (scale + 1e-9).floor();
    }
    let picture_width = ((unit_width * scale).round() as u32).clamp(1, width.max(1));
    let picture_height = ((unit_height * scale).round() as u32).clamp(1, height.max(1));
    Rect {
        x: width.saturating_sub(picture_width) / 2,
        y: height.saturating_sub(picture_height) / 2,
        width: picture_width,
        height: picture_height,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_of_the_asked_size_is_filled() {
        for scale in 1..8 {
            for aspect in Aspect::ALL {
                for filter in Filter::ALL {
                    let (width, height) = window_size(scale, aspect);
                    let rect = place(width, height, aspect, filter);
                    assert_eq!(rect.height, height);
                    assert!(width - rect.width <= 1, "{scale} {aspect} {filter} {rect:?}");
                }
            }
        }
    }

    #[test]
    fn nearest_enlarges_by_a_whole_number_and_leaves_a_border() {
        let rect = place(1920, 1080, Aspect::Square, Filter::Nearest);
        assert_eq!(rect, Rect { x: 448, y: 60, width: 1024, height: 960 });
    }

    #[test]
    fn sharp_fills_the_height() {
        assert_eq!(place(1920, 1080, Aspect::Console, Filter::Sharp).height, 1080);
    }

    #[test]
    fn the_picture_always_lies_within_the_window() {
        for (width, height) in [(1, 1), (100, 50), (255, 239), (3, 4000), (7680, 4320)] {
            for aspect in Aspect::ALL {
                for filter in Filter::ALL {
                    let rect = place(width, height, aspect, filter);
                    assert!(rect.width > 0 && rect.x + rect.width <= width);
                    assert!(rect.height > 0 && rect.y + rect.height <= height);
                }
            }
        }
    }

    #[test]
    fn an_unknown_filter_is_answered_with_those_that_there_are() {
        let error = "crt".parse::<Filter>().expect_err("unknown").to_string();
        assert_eq!(error, "`crt` is no filter; there are nearest, linear, sharp");
        assert_eq!("8:7".parse(), Ok(Aspect::Console));
    }
}
