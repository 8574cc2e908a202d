//! What the guard keeps: a hard link of every watched file, and copies of earlier contents.
//!
//! Rules:
//! - Two flat folders of mode 0700 on the file system of the watched folder: `links`, one name per
//!   inode; `copies`, one name per earlier content. Neither lies in a watched folder's sight.
//! - A hard link brings back what is unlinked or replaced. It shares the inode, so a rewriting in
//!   place damages it too: for that there are copies, taken before the write is let through.
//! - Bounded: only what nothing else holds any more counts (vanished files, copies). When full, the
//!   oldest that no alarm needs goes first; then it refuses, and says so.
//! - Copies are not flushed to the platter one by one: they stand against an attacker, not against
//!   a power cut (the vault elsewhere does).

use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant as Tick};

use rustix::fs::AtFlags;

use crate::error::{Context, Result};
use crate::sys;
use crate::xattrs;

/// Name of the reserve, beside the watched folder or, where that is a mount's root, in it.
pub(crate) const RESERVE_NAME: &str = ".beffroi-reserve";
/// Share of the file system that the reserve may hold, as a divisor.
const LIMIT_DIVISOR: u64 = 10;
/// Largest content that is copied where none can be shared: more takes longer than anybody waits.
const COPY_BYTES_MAX: u64 = 256 << 20;
/// Bytes copied between two looks at the clock.
const COPY_STEP_BYTES: usize = 1 << 20;

/// The reserve of one file system.
#[derive(Debug)]
pub(crate) struct Reserve {
    links: PathBuf,
    copies: PathBuf,
    device: u64,
    next_copy: AtomicU64,
    /// Copies below it are of earlier runs.
    first_copy: u64,
    used_bytes: AtomicU64,
    limit_bytes: u64,
    refused: AtomicU64,
}

/// Why a content could not be kept.
#[derive(Debug)]
pub(crate) enum NotKept {
    /// The reserve is full.
    Full,
    /// It took longer than an open may wait.
    TooSlow,
    /// The file system refused.
    Io(io::Error),
}

impl Reserve {
    /// Opens or makes the reserve at `root` for files of `device`.
    pub(crate) fn open(root: &Path, device: u64, limit_bytes: Option<u64>) -> Result<Self> {
        let links = root.join("links");
        let copies = root.join("copies");
        for folder in [root, &links, &copies] {
            make_private(folder)?;
        }
        let stands_on = fs::metadata(&links).context("read", &links)?.dev();
        if stands_on != device {
            let other = io::Error::new(
                io::ErrorKind::CrossesDevices,
                "it stands on another file system than the watched folder",
            );
            return Err(other).context("use the reserve", root);
        }
        let space = rustix::fs::statvfs(root).context("measure", root)?;
        let whole = space.f_blocks.saturating_mul(space.f_frsize);
        let mut used = 0;
        let mut next = 0;
        for entry in fs::read_dir(&copies).context("list", &copies)?.flatten() {
            used += entry.metadata().map_or(0, |meta| meta.len());
            let number = entry.file_name().to_str().and_then(|n| u64::from_str_radix(n, 16).ok());
            next = next.max(number.unwrap_or(0) + 1);
        }
        Ok(Self {
            links,
            copies,
            device,
            next_copy: AtomicU64::new(next),
            first_copy: next,
            used_bytes: AtomicU64::new(used),
            limit_bytes: limit_bytes.unwrap_or(whole / LIMIT_DIVISOR),
            refused: AtomicU64::new(0),
        })
    }

    /// The two folders that files are put into.
    pub(crate) fn folders(&self) -> [PathBuf; 2] {
        [self.links.clone(), self.copies.clone()]
    }

    /// The file system it stands on.
    pub(crate) fn device(&self) -> u64 {
        self.device
    }

    /// Bytes that only the reserve holds, its bound, and contents refused.
    pub(crate) fn use_now(&self) -> (u64, u64, u64) {
        let load = |value: &AtomicU64| value.load(Ordering::Relaxed);
        (load(&self.used_bytes), self.limit_bytes, load(&self.refused))
    }

    /// Whether the link of an inode stands here.
    pub(crate) fn holds(&self, inode: u64) -> bool {
        fs::symlink_metadata(self.link_path(inode)).is_ok_and(|meta| meta.ino() == inode)
    }

    /// Where the link of an inode stands, or would.
    pub(crate) fn link_path(&self, inode: u64) -> PathBuf {
        self.links.join(format!("{inode:x}"))
    }

    /// Every inode that has a link here.
    pub(crate) fn linked(&self) -> Vec<u64> {
        numbers_in(&self.links)
    }

    /// Every copy of an earlier run.
    pub(crate) fn copied(&self) -> Vec<u64> {
        let mut copies = numbers_in(&self.copies);
        copies.retain(|number| *number < self.first_copy);
        copies
    }

    /// Where a copy stands.
    pub(crate) fn copy_path(&self, number: u64) -> PathBuf {
        self.copies.join(format!("{number:x}"))
    }

    /// Links the file at `path` into the reserve; done already counts as done.
    ///
    /// The inode held is compared afterwards: the name may have changed its file in between.
    pub(crate) fn link(&self, path: &Path, inode: u64) -> io::Result<()> {
        let kept = self.link_path(inode);
        if fs::symlink_metadata(&kept).is_ok_and(|meta| meta.ino() == inode) {
            return Ok(());
        }
        match fs::hard_link(path, &kept) {
            Ok(()) => {}
            // It stands on this file system and was reached through another mount of it.
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                self.link_from_elsewhere(path, &kept)?;
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
        if fs::symlink_metadata(&kept)?.ino() == inode {
            return Ok(());
        }
        fs::remove_file(&kept)?;
        Err(io::Error::new(io::ErrorKind::NotFound, "another file took its name meanwhile"))
    }

    /// The kernel makes no link from one mount into another, not even of the same file system; but
    /// it opens a file by its handle in whichever mount it is asked to.
    fn link_from_elsewhere(&self, path: &Path, kept: &Path) -> io::Result<()> {
        let file = sys::open_by_handle(&sys::handle_of(path)?, &File::open(&self.links)?)?;
        rustix::fs::linkat(&file, "", rustix::fs::CWD, kept, AtFlags::EMPTY_PATH)?;
        Ok(())
    }

    /// Counts a vanished file: from now on only the reserve holds its bytes.
    pub(crate) fn count(&self, bytes: u64) {
        self.used_bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Takes bytes out of the count: they are back at their place, or dropped.
    pub(crate) fn uncount(&self, bytes: u64) {
        let less = |used: u64| Some(used.saturating_sub(bytes));
        if self.used_bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_err() {
            tracing::debug!("reserve count unchanged");
        }
    }

    /// Whether nothing more fits.
    pub(crate) fn is_full(&self, bytes: u64) -> bool {
        self.used_bytes.load(Ordering::Relaxed).saturating_add(bytes) > self.limit_bytes
    }

    /// Keeps the content that `source` has now, within `patience`: a shared extent where the file
    /// system can, else a copy. Answers its number.
    pub(crate) fn keep(
        &self,
        source: &File,
        patience: Duration,
    ) -> std::result::Result<u64, NotKept> {
        let bytes = source.metadata().map_err(NotKept::Io)?.len();
        if self.is_full(bytes) {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return Err(NotKept::Full);
        }
        let number = self.next_copy.fetch_add(1, Ordering::Relaxed);
        let path = self.copy_path(number);
        let copied = copy_to(source, &path, patience);
        if let Err(why) = copied {
            self.refused.fetch_add(1, Ordering::Relaxed);
            if let Err(error) = fs::remove_file(&path) {
                tracing::debug!(%error, "an unfinished copy stays until the next start");
            }
            return Err(why);
        }
        self.count(bytes);
        Ok(number)
    }

    /// Drops a copy that nobody needs any more.
    pub(crate) fn drop_copy(&self, number: u64) -> io::Result<()> {
        let path = self.copy_path(number);
        let bytes = fs::metadata(&path)?.len();
        fs::remove_file(&path)?;
        self.uncount(bytes);
        Ok(())
    }

    /// Drops the link of an inode that nobody needs any more.
    pub(crate) fn drop_link(&self, inode: u64) -> io::Result<()> {
        fs::remove_file(self.link_path(inode))
    }
}

fn numbers_in(folder: &Path) -> Vec<u64> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let number = |entry: fs::DirEntry| u64::from_str_radix(entry.file_name().to_str()?, 16).ok();
    entries.flatten().filter_map(number).collect()
}

fn copy_to(source: &File, path: &Path, patience: Duration) -> std::result::Result<(), NotKept> {
    let began = Tick::now();
    let mut target =
        File::options().write(true).create_new(true).mode(0o600).open(path).map_err(NotKept::Io)?;
    xattrs::copy(source, &target);
    if rustix::fs::ioctl_ficlone(&target, source).is_ok() {
        return Ok(());
    }
    let bytes = source.metadata().map_err(NotKept::Io)?.len();
    if bytes > COPY_BYTES_MAX {
        return Err(NotKept::TooSlow);
    }
    let mut reader = source;
    reader.rewind().map_err(NotKept::Io)?;
    // One byte more than a small file has, to see its end.
    let room = usize::try_from(bytes).unwrap_or(COPY_STEP_BYTES).saturating_add(1);
    let mut step = vec![0; room.min(COPY_STEP_BYTES)];
    loop {
        let read = reader.read(&mut step).map_err(NotKept::Io)?;
        let Some(piece) = step.get(..read).filter(|piece| !piece.is_empty()) else {
            return Ok(());
        };
        target.write_all(piece).map_err(NotKept::Io)?;
        if began.elapsed() > patience {
            return Err(NotKept::TooSlow);
        }
    }
}

/// Makes a folder that its owner alone may enter; one that exists already is made so.
pub(crate) fn make_private(folder: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    match fs::DirBuilder::new().recursive(true).mode(0o700).create(folder) {
        Ok(()) => {}
        Err(error) => return Err(error).context("make the folder", folder),
    }
    let meta = fs::symlink_metadata(folder).context("read", folder)?;
    if !meta.is_dir() || meta.uid() != rustix::process::geteuid().as_raw() {
        let error = io::Error::new(
            io::ErrorKind::PermissionDenied,
            "it is not a folder of the guard's own user",
        );
        return Err(error).context("use the folder", folder);
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).context("close", folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reserve(folder: &Path, limit: u64) -> Reserve {
        let device = fs::metadata(folder).unwrap().dev();
        Reserve::open(&folder.join("reserve"), device, Some(limit)).unwrap()
    }

    #[test]
    fn a_link_survives_its_name_and_a_copy_survives_a_rewriting() {
        let folder = tempfile::tempdir().unwrap();
        let reserve = reserve(folder.path(), 1 << 20);
        let file = folder.path().join("a");
        fs::write(&file, b"before").unwrap();
        let inode = fs::metadata(&file).unwrap().ino();
        reserve.link(&file, inode).unwrap();
        reserve.link(&file, inode).unwrap();
        let copy = reserve.keep(&File::open(&file).unwrap(), Duration::from_secs(5)).unwrap();
        fs::write(&file, b"after!").unwrap();
        fs::remove_file(&file).unwrap();
        assert_eq!(fs::read(reserve.link_path(inode)).unwrap(), b"after!");
        assert_eq!(fs::read(reserve.copy_path(copy)).unwrap(), b"before");
    }

    #[test]
    fn a_full_reserve_refuses_and_counts() {
        let folder = tempfile::tempdir().unwrap();
        let reserve = reserve(folder.path(), 5);
        let file = folder.path().join("a");
        fs::write(&file, b"too long").unwrap();
        let kept = reserve.keep(&File::open(&file).unwrap(), Duration::from_secs(5));
        assert!(matches!(kept, Err(NotKept::Full)));
        assert_eq!(reserve.use_now(), (0, 5, 1));
    }

    #[test]
    fn a_link_to_another_file_of_that_name_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let reserve = reserve(folder.path(), 5);
        let file = folder.path().join("a");
        fs::write(&file, b"x").unwrap();
        assert!(reserve.link(&file, 1).is_err());
        assert!(!reserve.link_path(1).exists());
    }
}
