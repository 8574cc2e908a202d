//! The folder that is built beside, and how it takes its place.

use std::{
    ffi::OsString,
    fs, io,
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use beffroi_town::edge::Entropy;
use data_encoding::HEXLOWER;
use rustix::{
    fs::{CWD, FlockOperation, RenameFlags, flock, renameat_with},
    io::Errno,
};

use super::{RestoreError, file_error, sync_tree};
use crate::{backup::format::Member, durable};

/// A folder under way, beside the one it is for. Gone when it is dropped before it took its place.
pub(super) struct Building {
    path: PathBuf,
    placed: std::cell::Cell<bool>,
    /// Tells another restore that somebody is still building here.
    _lock: fs::File,
}

impl Building {
    /// Begins beside `folder`, and sweeps what a killed restore left there.
    pub(super) fn begin(folder: &Path, entropy: &dyn Entropy) -> Result<Self, RestoreError> {
        let name = folder.file_name().map_or_else(|| OsString::from("data"), OsString::from);
        let parent = parent(folder);
        durable::make_private_folder(&parent).map_err(file_error("make", &parent))?;
        let stem = format!(".{}.restoring-", name.to_string_lossy());
        sweep(&parent, &stem).map_err(file_error("sweep", &parent))?;
        let mut tag = [0; 6];
        entropy.fill(&mut tag);
        let path = parent.join(format!("{stem}{}", HEXLOWER.encode(&tag)));
        durable::make_private_folder(&path).map_err(file_error("make", &path))?;
        let lock = fs::File::open(&path).map_err(file_error("open", &path))?;
        let held = flock(&lock, FlockOperation::NonBlockingLockExclusive);
        held.map_err(|error| file_error("lock", &path)(error.into()))?;
        fs::write(path.join(MARK), "").map_err(file_error("write to", &path))?;
        Ok(Self { path, placed: false.into(), _lock: lock })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the files that stand beside the database.
    pub(super) fn fill(&self, members: &[Member]) -> Result<(), RestoreError> {
        for member in members {
            let path = self.path.join(&member.name);
            let write = || {
                durable::make_private_folder(&parent(&path))?;
                let mut options = fs::OpenOptions::new();
                let mut file = options.write(true).create_new(true).mode(0o600).open(&path)?;
                io::Write::write_all(&mut file, &member.bytes)
            };
            write().map_err(file_error("write", &path))?;
        }
        Ok(())
    }

    /// Gives everything to whoever owns the folder it is for: a service must be able to read what
    /// root has put back for it.
    pub(super) fn own_like(&self, folder: &Path) -> Result<(), RestoreError> {
        let Ok(about) = fs::metadata(folder) else { return Ok(()) };
        let ours = fs::metadata(&self.path).map_err(file_error("look at", &self.path))?;
        if (about.uid(), about.gid()) == (ours.uid(), ours.gid()) {
            return Ok(());
        }
        give(&self.path, about.uid(), about.gid()).map_err(file_error("hand over", &self.path))
    }

    /// Takes the place of the folder by one rename. Where the other one is now, if there was one.
    pub(super) fn take_place_of(
        &self,
        folder: &Path,
        aside: &str,
    ) -> Result<Option<PathBuf>, RestoreError> {
        let unmark = || {
            fs::remove_file(self.path.join(MARK))?;
            sync_tree(&self.path)
        };
        unmark().map_err(file_error("flush", &self.path))?;
        let empty = match fs::read_dir(folder) {
            Ok(mut entries) => entries.next().is_none(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => true,
            Err(error) => return Err(file_error("look into", folder)(error)),
        };
        let moved = if empty {
            fs::rename(&self.path, folder).map_err(file_error("put in place", folder))?;
            None
        } else {
            swap(&self.path, folder)?;
            // From here on everything is in place, and what lies under the other name is what was
            // there before: it must not be taken for half a folder.
            self.placed.set(true);
            Some(named_aside(&self.path, folder, aside))
        };
        self.placed.set(true);
        let parent = parent(folder);
        durable::sync_folder(&parent).map_err(file_error("flush", &parent))?;
        Ok(moved)
    }
}

impl Drop for Building {
    fn drop(&mut self) {
        if !self.placed.get()
            && let Err(error) = fs::remove_dir_all(&self.path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(folder = %self.path.display(), %error, "half a folder stays behind");
        }
    }
}

/// What became of the folder of the keys, with PostgreSQL.
pub(super) enum Placed {
    /// The right key was there already.
    Kept,
    /// The new folder is there; the other one, if any, is here.
    Moved(Option<PathBuf>),
}

impl Placed {
    /// Puts the folder of the keys back as it was.
    pub(super) fn undo(self, folder: &Path) -> Result<(), RestoreError> {
        let undo = || match &self {
            Self::Kept => Ok(()),
            Self::Moved(None) => fs::remove_dir_all(folder),
            Self::Moved(Some(aside)) => {
                renameat_with(CWD, aside, CWD, folder, RenameFlags::EXCHANGE)?;
                fs::remove_dir_all(aside)
            }
        };
        undo().map_err(file_error("put back", folder))
    }
}

/// Gives what was swapped out a name that says what it is. Should that fail, it stays where it is,
/// and that is told: everything else is in place already.
fn named_aside(swapped_out: &Path, folder: &Path, aside: &str) -> PathBuf {
    let name = |tail: &str| {
        let mut name = folder.as_os_str().to_owned();
        name.push(format!(".{aside}{tail}"));
        PathBuf::from(name)
    };
    let tails = std::iter::once(String::new()).chain((2..100).map(|number| format!("-{number}")));
    let free = tails.map(|tail| name(&tail)).find(|path| !path.exists());
    match free.map(|free| fs::rename(swapped_out, &free).map(|()| free)) {
        Some(Ok(free)) => free,
        Some(Err(_)) | None => swapped_out.to_owned(),
    }
}

fn swap(one: &Path, other: &Path) -> Result<(), RestoreError> {
    match renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(()),
        Err(Errno::INVAL | Errno::NOSYS) => Err(RestoreError::NoSwap(other.to_owned())),
        Err(error) => Err(file_error("put in place", other)(error.into())),
    }
}

/// Removes what a killed restore left, unless somebody still builds there.
fn sweep(parent: &Path, stem: &str) -> io::Result<()> {
    for entry in fs::read_dir(parent)? {
        let entry = entry?;
        if !entry.file_name().to_string_lossy().starts_with(stem) {
            continue;
        }
        let lock = fs::File::open(entry.path())?;
        if flock(&lock, FlockOperation::NonBlockingLockExclusive).is_ok() && is_half(&entry.path())
        {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

/// Whether a folder is one that was being built. One that was swapped out, by a restore killed
/// before it could name it, is what was there before, and bears no mark: it is never removed.
fn is_half(folder: &Path) -> bool {
    folder.join(MARK).exists()
}

/// Tells a folder being built from one that was swapped out.
const MARK: &str = ".restoring";

fn give(path: &Path, uid: u32, gid: u32) -> io::Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            give(&entry?.path(), uid, gid)?;
        }
    }
    std::os::unix::fs::lchown(path, Some(uid), Some(gid))
}

fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}
