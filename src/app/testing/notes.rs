//! What people found out and no verdict says: `roms-test/notes.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// The file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notes {
    /// Paragraphs for the report, in order.
    pub section: Vec<Section>,
    /// A sentence for a ROM, mostly why others show another picture.
    pub roms: BTreeMap<String, String>,
}

/// A part of the report that people wrote.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Its heading.
    pub title: String,
    /// Markdown.
    pub text: String,
}

/// All of them.
pub fn all() -> &'static Notes {
    static NOTES: LazyLock<Notes> = LazyLock::new(|| {
        let text = include_str!("../../../roms-test/notes.toml");
        toml::from_str(text).expect("the list is checked when tests run")
    });
    &NOTES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing::manifest::entries;

    #[test]
    fn a_note_is_about_a_rom_of_the_manifest_and_a_section_says_something() {
        for (file, note) in &all().roms {
            assert!(entries().iter().any(|entry| entry.file == *file), "{file}");
            assert!(!note.is_empty() && !note.contains('\n'), "{file}");
        }
        assert!(all().section.iter().all(|s| !s.title.is_empty() && !s.text.trim().is_empty()));
    }
}
