//! What a guard holds on disk: inventory, record of touches, reserves; opened by one guard at a
//! time, or by a restoring command while no guard runs.

use std::ffi::OsString;
use std::fs::{self, File};
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use beffroi_town::Instant;
use beffroi_town::watch::Touch;

use crate::core::Who;
use crate::error::{Context, GuardError, Result, shown};
use crate::grounds::Grounds;
use crate::reserve::{RESERVE_NAME, Reserve, make_private};
use crate::shelf::Shelf;
use crate::touches::{Held, TouchRecord, Touches, touch};

/// Everything kept on disk.
#[derive(Debug)]
pub(crate) struct Holdings {
    pub(crate) state: PathBuf,
    pub(crate) watched: Vec<PathBuf>,
    /// File systems below those that are not watched.
    pub(crate) left_out: Vec<PathBuf>,
    pub(crate) reserves: Vec<Reserve>,
    /// Reserve folders, which are never watched.
    pub(crate) excluded: Vec<PathBuf>,
    pub(crate) shelf: Mutex<Shelf>,
    pub(crate) touches: Mutex<Touches>,
    /// This process's own open files by number: to find that folder anew costs more than to look a
    /// number up in it.
    own_files: Option<File>,
    /// Held for as long as this value lives.
    _lock: File,
}

/// Locks, and goes on after a panic elsewhere: a guard that stops altogether protects less.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Holdings {
    /// Opens, or makes, everything for these watched folders.
    pub(crate) fn open(
        watch: &[PathBuf],
        state: &Path,
        reserve: Option<&Path>,
        reserve_bytes_max: Option<u64>,
        now: Instant,
    ) -> Result<Self> {
        make_private(state)?;
        let state = fs::canonicalize(state).context("find", state)?;
        let lock = take_lock(&state)?;
        let Grounds { watched, left_out } = Grounds::of(watch)?;
        let mut reserves: Vec<Reserve> = Vec::new();
        let mut excluded = vec![state.clone()];
        for folder in &watched {
            let device = fs::metadata(folder).context("read", folder)?.dev();
            if reserves.iter().any(|known| known.device() == device) {
                continue;
            }
            let named = reserve.filter(|root| named_for(root, device, &watched));
            let root = named.map_or_else(|| default_reserve(folder), Path::to_owned);
            match Reserve::open(&root, device, reserve_bytes_max) {
                Ok(made) => {
                    excluded.push(fs::canonicalize(&root).context("find", &root)?);
                    reserves.push(made);
                }
                // The level names the hole; the guard still sees and stops.
                Err(error) => tracing::error!(%error, "no reserve: vanished files would stay lost"),
            }
        }
        Ok(Self {
            shelf: Mutex::new(Shelf::open(&state.join("inventory.jsonl"))?),
            touches: Mutex::new(Touches::open(&state.join("touches.jsonl"), now)?),
            state,
            watched,
            left_out,
            reserves,
            excluded,
            own_files: File::open("/proc/self/fd").ok(),
            _lock: lock,
        })
    }

    /// The reserve of a file system.
    pub(crate) fn reserve(&self, device: u64) -> Option<&Reserve> {
        self.reserves.iter().find(|reserve| reserve.device() == device)
    }

    /// The watched folder that a path lies in: the innermost.
    pub(crate) fn root_of(&self, path: &Path) -> Option<&Path> {
        self.watched.iter().rev().map(PathBuf::as_path).find(|root| path.starts_with(root))
    }

    /// Where a file stands, or stood; none when it is nothing to this guard. A file of ours that was
    /// deleted or moved away lives on in the reserve, which must not be written over either.
    pub(crate) fn place_of(&self, file: &File, meta: &fs::Metadata) -> Option<PathBuf> {
        if let Some(path) = self.shown(file).filter(|path| self.root_of(path).is_some()) {
            return Some(without_mark_of_deletion(path, meta));
        }
        if let Some(known) = lock(&self.shelf).path_of(meta.dev(), meta.ino()) {
            return Some(known.to_owned());
        }
        let held = meta.nlink() > 1
            && self.reserve(meta.dev()).is_some_and(|reserve| reserve.holds(meta.ino()));
        held.then(PathBuf::new)
    }

    /// Where the kernel says that an open file stands.
    fn shown(&self, file: &File) -> Option<PathBuf> {
        let (folder, number) = (self.own_files.as_ref()?, file.as_raw_fd().to_string());
        let shown = rustix::fs::readlinkat(folder, number, Vec::new()).ok()?;
        Some(OsString::from_vec(shown.into_bytes()).into())
    }

    /// Whether a path lies in a reserve or in the state folder.
    pub(crate) fn is_excluded(&self, path: &Path) -> bool {
        self.excluded.iter().any(|folder| path.starts_with(folder))
    }

    /// Every folder that the guard itself writes into.
    pub(crate) fn own_folders(&self) -> Vec<PathBuf> {
        let mut own = self.excluded.clone();
        own.push(self.state.join("alarms"));
        own.extend(self.reserves.iter().flat_map(Reserve::folders));
        own
    }

    /// Whether a watched folder has no reserve.
    pub(crate) fn lacks_reserve(&self) -> bool {
        self.watched.iter().any(|folder| {
            !fs::metadata(folder).is_ok_and(|meta| self.reserve(meta.dev()).is_some())
        })
    }

    /// Files that vanished or were replaced while no guard was there, or that a killed guard had no
    /// time to write down: noted, so that they can be put back; nobody is accused of it. Must come
    /// before a scan, which takes the folders for what they should be.
    pub(crate) fn find_missing(&self, now: Instant) {
        for root in &self.watched {
            let known = lock(&self.shelf).below(root);
            for path in known {
                self.find_one_missing(&path, now);
            }
        }
    }

    fn find_one_missing(&self, path: &Path, now: Instant) {
        let mut inventory = lock(&self.shelf);
        let Some(before) = inventory.get(path).cloned() else { return };
        let how = match fs::symlink_metadata(path) {
            Ok(meta) if meta.ino() == before.inode => return,
            Ok(_) => Touch::Rewritten,
            Err(_) => Touch::Deleted,
        };
        inventory.remove(path);
        let moved = inventory.path_of(before.device, before.inode).is_some();
        drop(inventory);
        let reserve = self.reserve(before.device);
        let held = reserve.is_some_and(|reserve| reserve.link_path(before.inode).exists());
        // What its own maker removed has no link any more: it is nobody's loss.
        if held && !moved {
            lock(&self.touches).push(touch(now, path.to_owned(), how, &Who::unknown(), before));
        }
    }

    /// Lets go what records that are no longer kept held.
    pub(crate) fn drop_held(&self, gone: &[TouchRecord]) {
        for record in gone {
            let Some(reserve) = self.reserve(record.before.device) else { continue };
            let dropped = match record.held {
                Held::Copy(number) => reserve.drop_copy(number),
                Held::Link => {
                    let inventory = lock(&self.shelf);
                    if inventory.path_of(record.before.device, record.before.inode).is_some() {
                        continue;
                    }
                    reserve.uncount(record.before.size);
                    reserve.drop_link(record.before.inode)
                }
                Held::Nothing => continue,
            };
            if let Err(error) = dropped {
                tracing::debug!(%error, "nothing to drop in the reserve");
            }
        }
    }
}

/// The kernel shows a deleted file under its last name and a mark.
fn without_mark_of_deletion(path: PathBuf, meta: &fs::Metadata) -> PathBuf {
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    let bytes = path.as_os_str().as_bytes();
    let Some(name) = bytes.strip_suffix(b" (deleted)") else { return path };
    if fs::symlink_metadata(&path).is_ok_and(|there| there.ino() == meta.ino()) {
        return path;
    }
    PathBuf::from(std::ffi::OsString::from_vec(name.to_vec()))
}

/// Whether the reserve that somebody named is for this device: the one it stands on. Where it stands
/// on none of those watched, it is tried, so that they are told.
fn named_for(root: &Path, device: u64, watched: &[PathBuf]) -> bool {
    let there = root.ancestors().find_map(|path| fs::metadata(path).ok()).map(|meta| meta.dev());
    let devices = |folder: &PathBuf| fs::metadata(folder).ok().map(|meta| meta.dev());
    there == Some(device) || !watched.iter().any(|folder| devices(folder) == there)
}

/// Beside the watched folder; inside it where the folder is all there is of its file system,
/// subvolume or mount: no hard link leads from one into another.
fn default_reserve(folder: &Path) -> PathBuf {
    let here = mount_of(folder);
    let beside = folder.parent().filter(|parent| here.is_some() && mount_of(parent) == here);
    beside.unwrap_or(folder).join(RESERVE_NAME)
}

/// Device and mount of a folder.
fn mount_of(folder: &Path) -> Option<(u32, u32, u64)> {
    use rustix::fs::{AtFlags, CWD, StatxFlags, statx};
    let facts =
        statx(CWD, folder, AtFlags::empty(), StatxFlags::BASIC_STATS | StatxFlags::MNT_ID).ok()?;
    Some((facts.stx_dev_major, facts.stx_dev_minor, facts.stx_mnt_id))
}

pub(crate) fn take_lock(state: &Path) -> Result<File> {
    let path = state.join("lock");
    let file = File::options().create(true).append(true).open(&path).context("open", &path)?;
    rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive)
        .map_err(|_| GuardError::AlreadyRunning(shown(state)))?;
    Ok(file)
}
