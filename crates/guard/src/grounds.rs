//! What is watched: the folders that were named and, below them, the file systems and subvolumes of
//! their own. No hard link leads from one into another, so each counts as a watched folder, with a
//! reserve in it.
//!
//! Rules:
//! - Looked for at the start: what is mounted later is watched from the next start on.
//! - A read-only subvolume (a snapshot) is left out: nobody can harm it.
//! - A file system of a kind that keeps no hard links, or that another machine serves, is left out
//!   and counted, so that the level can say so.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

use crate::error::{Context, GuardError, Result, shown};
use crate::mounts::{self, Mount};
use crate::reserve::RESERVE_NAME;

/// Kinds of file systems that lie on this machine and keep hard links.
const KINDS: &[&str] = &["ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs"];
/// Kinds that hold nobody's files.
const NO_FILES: &[&str] = &["proc", "sysfs", "devtmpfs", "devpts", "cgroup2", "autofs", "squashfs"];
/// Most subvolumes that are watched beside one another.
const SUBVOLUMES_MAX: usize = 256;

/// What is watched.
#[derive(Debug)]
pub(crate) struct Grounds {
    /// Absolute, each once; one below another only where no hard link leads between them.
    pub(crate) watched: Vec<PathBuf>,
    /// Places below them that are left out.
    pub(crate) left_out: Vec<PathBuf>,
}

impl Grounds {
    /// For these folders.
    pub(crate) fn of(watch: &[PathBuf]) -> Result<Self> {
        let roots = roots(watch)?;
        let mut grounds = Self { watched: roots.clone(), left_out: Vec::new() };
        let below = |path: &Path| roots.iter().any(|root| path != root && path.starts_with(root));
        for Mount { path, kind, .. } in mounts::all().into_iter().filter(|one| below(&one.path)) {
            if NO_FILES.contains(&kind.as_str()) || is_read_only(&path) || grounds.shares(&path) {
                continue;
            }
            let kept = KINDS.contains(&kind.as_str());
            if kept { &mut grounds.watched } else { &mut grounds.left_out }.push(path);
        }
        for ground in grounds.watched.clone() {
            grounds.add_subvolumes(&ground);
        }
        grounds.watched.sort();
        grounds.watched.dedup();
        for path in &grounds.left_out {
            tracing::warn!(path = %shown(path), "what is mounted there is not watched");
        }
        Ok(grounds)
    }

    /// Whether it is another way into a file system that is watched already.
    fn shares(&self, path: &Path) -> bool {
        device(path).is_none_or(|new| self.watched.iter().any(|known| device(known) == Some(new)))
    }

    /// Walks the folders of a file system that has subvolumes.
    fn add_subvolumes(&mut self, ground: &Path) {
        if !has_subvolumes(ground) {
            return;
        }
        let mut folders = vec![ground.to_owned()];
        while let Some(folder) = folders.pop() {
            let Some(here) = device(&folder) else { continue };
            let Ok(entries) = fs::read_dir(&folder) else { continue };
            for entry in entries.flatten() {
                let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
                if !is_folder || entry.file_name() == RESERVE_NAME {
                    continue;
                }
                let path = entry.path();
                match device(&path) {
                    Some(there) if there == here => folders.push(path),
                    Some(_) if !has_subvolumes(&path) || is_read_only(&path) => {}
                    Some(_) if self.watched.len() >= SUBVOLUMES_MAX => self.left_out.push(path),
                    Some(_) => {
                        self.watched.push(path.clone());
                        folders.push(path);
                    }
                    None => {}
                }
            }
        }
    }
}

/// Absolute, existing, none inside another.
fn roots(watch: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut roots: Vec<PathBuf> = Vec::new();
    for folder in watch {
        let root = fs::canonicalize(folder).context("find", folder)?;
        if !root.is_dir() {
            return Err(GuardError::NotAFolder(shown(folder)));
        }
        roots.push(root);
    }
    roots.sort();
    roots.dedup_by(|later, earlier| later.starts_with(&*earlier));
    if roots.is_empty() { Err(GuardError::NothingToWatch) } else { Ok(roots) }
}

fn device(path: &Path) -> Option<u64> {
    fs::symlink_metadata(path).ok().map(|meta| meta.dev())
}

fn has_subvolumes(path: &Path) -> bool {
    // BTRFS_SUPER_MAGIC, of linux/magic.h.
    rustix::fs::statfs(path).is_ok_and(|facts| facts.f_type == 0x9123_683e)
}

fn is_read_only(path: &Path) -> bool {
    access(path, Access::WRITE_OK) == Err(rustix::io::Errno::ROFS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_inside_another_is_watched_once() {
        let folder = tempfile::tempdir().unwrap();
        let (outer, inner) = (folder.path().join("a"), folder.path().join("a/b"));
        fs::create_dir_all(&inner).unwrap();
        let grounds = Grounds::of(&[inner, outer.clone()]).unwrap();
        assert_eq!(grounds.watched, [fs::canonicalize(outer).unwrap()]);
        assert!(matches!(Grounds::of(&[]), Err(GuardError::NothingToWatch)));
    }
}
