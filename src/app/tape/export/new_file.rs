//! A file that is written beside its place and takes it when it is whole.

use std::fs;
use std::path::{Path, PathBuf};

use crate::app::fault::{Fault, Outcome};

/// The file, until it is whole.
pub struct NewFile {
    path: PathBuf,
    new: PathBuf,
    done: bool,
}

impl NewFile {
    /// A place beside `path`.
    pub fn beside(path: &Path) -> Self {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".new-{}", std::process::id()));
        Self { path: path.to_owned(), new: path.with_file_name(name), done: false }
    }

    /// Makes the file.
    pub fn create(&self) -> Outcome<fs::File> {
        fs::File::create(&self.new).map_err(|error| self.fault(&error))
    }

    /// Its place.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where it is until it is whole.
    pub fn new_path(&self) -> &Path {
        &self.new
    }

    /// Puts it into its place.
    pub fn done(&mut self) -> Outcome<()> {
        fs::rename(&self.new, &self.path).map_err(|error| self.fault(&error))?;
        self.done = true;
        Ok(())
    }

    /// It cannot be written.
    pub fn fault(&self, error: &dyn std::fmt::Display) -> Fault {
        Fault::write(self.path.display(), error)
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.done {
            let _ = fs::remove_file(&self.new);
        }
    }
}
