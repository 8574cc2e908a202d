//! Files that are there whole or not at all.
//!
//! Rules: written beside, flushed, renamed, the folder flushed; what fails leaves nothing behind.

use std::{
    fs, io,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

/// A file under way, under a name of its own. Gone when it is dropped before it is put in place.
#[derive(Debug)]
pub(crate) struct Half {
    path: PathBuf,
    placed: bool,
}

impl Half {
    /// Begins a file, readable by its owner alone unless `mode` says more.
    pub(crate) fn begin(path: PathBuf, mode: u32) -> io::Result<(Self, fs::File)> {
        let mut options = fs::OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(true).mode(mode);
        let file = file.open(&path)?;
        Ok((Self { path, placed: false }, file))
    }

    /// Gives it its name; it must have been flushed.
    pub(crate) fn place(mut self, to: &Path) -> io::Result<()> {
        fs::rename(&self.path, to)?;
        self.placed = true;
        to.parent().map_or(Ok(()), sync_folder)
    }
}

impl Drop for Half {
    fn drop(&mut self) {
        if !self.placed
            && let Err(error) = fs::remove_file(&self.path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(file = %self.path.display(), %error, "half a file stays behind");
        }
    }
}

/// Flushes the names in a folder.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    fs::File::open(folder)?.sync_all()
}

/// Makes a folder and those above it, readable by the owner alone.
pub(crate) fn make_private_folder(folder: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}
