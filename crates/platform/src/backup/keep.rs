//! The folder of the backups: one writer at a time, old ones removed, half ones swept.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use beffroi_town::Instant;
use beffroi_words::calendar;
use rustix::{
    fs::{FlockOperation, flock},
    io::Errno,
};

use super::BackupError;

const START: &str = "beffroi-";
const END: &str = ".backup";
/// How the name of what is being written begins.
const HALF_START: &str = ".beffroi-";

/// `beffroi-20261125T195111Z.backup`: names sort by time.
pub(super) fn name(at: Instant) -> String {
    let time: String = calendar::machine(at).chars().filter(|c| !"-:".contains(*c)).collect();
    format!("{START}{time}{END}")
}

pub(super) fn half_name(at: Instant) -> String {
    format!(".{}.half", name(at))
}

/// The right to write to a folder of backups, until it is dropped.
#[derive(Debug)]
pub(super) struct Kept {
    folder: PathBuf,
    _lock: File,
}

impl Kept {
    /// Takes the folder, makes it where it is missing, and sweeps what a killed program left.
    pub(super) fn lock(folder: &Path) -> Result<Self, BackupError> {
        crate::durable::make_private_folder(folder).map_err(BackupError::file("make", folder))?;
        let lock = File::open(folder).map_err(BackupError::file("open", folder))?;
        match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => return Err(BackupError::Busy(folder.to_owned())),
            Err(error) => return Err(BackupError::file("lock", folder)(error.into())),
        }
        let kept = Self { folder: folder.to_owned(), _lock: lock };
        for half in named(folder, HALF_START, ".half")? {
            fs::remove_file(&half).map_err(BackupError::file("remove", half))?;
        }
        Ok(kept)
    }

    /// Removes the oldest beyond `keep`; never `newest`, which was just checked, whatever the
    /// clock said when the others were made. How many are left.
    pub(super) fn prune(&self, keep: u32, newest: &Path) -> Result<usize, BackupError> {
        let mut others = list(&self.folder)?;
        others.retain(|path| path != newest);
        let keep = usize::try_from(keep).unwrap_or(usize::MAX).saturating_sub(1);
        let surplus = others.len().saturating_sub(keep);
        for old in others.iter().take(surplus) {
            fs::remove_file(old).map_err(BackupError::file("remove", old))?;
        }
        Ok(others.len() - surplus + 1)
    }
}

/// The backups in a folder, oldest first.
pub fn list(folder: &Path) -> Result<Vec<PathBuf>, BackupError> {
    named(folder, START, END)
}

/// The newest backup in a folder.
pub fn newest(folder: &Path) -> Result<Option<PathBuf>, BackupError> {
    Ok(list(folder)?.pop())
}

fn named(folder: &Path, start: &str, end: &str) -> Result<Vec<PathBuf>, BackupError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(BackupError::file("list", folder))? {
        let entry = entry.map_err(BackupError::file("list", folder))?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(start) && name.ends_with(end) {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_sort_by_time() {
        let at = Instant::from_ms(1_714_035_840_000);
        assert_eq!(name(at), "beffroi-20240425T090400Z.backup");
        assert!(name(at) < name(at.plus_ms(1_000)));
    }

    #[test]
    fn the_newest_stays_whatever_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in ["beffroi-3.backup", "beffroi-1.backup", "beffroi-2.backup", "other.backup"] {
            fs::write(path(name), "x").unwrap();
        }
        fs::write(path(".beffroi-0.backup.half"), "x").unwrap();
        let kept = Kept::lock(folder.path()).unwrap();
        assert!(matches!(Kept::lock(folder.path()), Err(BackupError::Busy(_))));
        assert_eq!(kept.prune(2, &path("beffroi-1.backup")).unwrap(), 2);
        let left = list(folder.path()).unwrap();
        assert_eq!(left, ["beffroi-1.backup", "beffroi-3.backup"].map(path));
        assert!(path("other.backup").exists() && !path(".beffroi-0.backup.half").exists());
        assert_eq!(newest(folder.path()).unwrap(), Some(path("beffroi-3.backup")));
    }
}
