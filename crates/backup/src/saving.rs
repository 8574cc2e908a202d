//! Backing up: what lies in folders is sent to a repository.
//!
//! Rules:
//! - What is sent is restic's own form: plain restic lists, checks and restores it.
//! - The snapshot comes last, when everything that it leads to is on the vault's disk and in its
//!   index. A backup that is cut off leaves no snapshot and loses nothing: the next one takes up
//!   what was sent.
//! - What the index names and the vault no longer has is sent again.
//! - Folders are walked without following links. What cannot be read is named, and not in the
//!   snapshot.
//! - A lock says that somebody backs up, so that nothing is thinned out meanwhile; others' locks
//!   hold nobody up.

mod content;
mod listing;
mod lock;
mod look;
mod stock;
mod walk;

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use beffroi_town::{Instant, edge::Entropy, vault::ObjectKind};
use serde::Serialize;

use crate::{
    access::Access,
    choice::Choice,
    chunk::Tables,
    error::BackupError,
    headers,
    id::Id,
    repository::{Fault, Repository},
    snapshots::{self, Snapshot},
};
use listing::rfc3339;
use lock::Lock;
use stock::Stock;
use walk::Walk;

/// What is backed up.
#[derive(Clone, Debug, Default)]
pub struct Saving {
    /// Files and folders, with all that is below.
    pub paths: Vec<PathBuf>,
    /// What of it is left out, with all that is below.
    pub excluded: Vec<PathBuf>,
    /// Other file systems that are mounted below are left out.
    pub one_file_system: bool,
    /// Every file is read, also those that look as they did in the last backup.
    pub read_all: bool,
}

/// What came of it.
#[derive(Debug, Serialize)]
pub struct Saved {
    /// The new snapshot.
    pub snapshot: Id,
    /// The one that files were compared with.
    pub parent: Option<Id>,
    /// Files in the snapshot.
    pub files: u64,
    /// Of these, read anew: new, or not as they were.
    pub read: u64,
    /// Folders.
    pub folders: u64,
    /// Links, pipes, sockets and devices.
    pub others: u64,
    /// What the files have.
    pub bytes: u64,
    /// What was sent.
    pub sent_bytes: u64,
    /// Packs of an earlier backup that was cut off, taken up.
    pub taken_up: u64,
    /// What is not in the snapshot, and why.
    pub failed: Vec<Fault>,
}

impl Saved {
    /// Whether everything that was asked for is in the snapshot.
    pub const fn is_whole(&self) -> bool {
        self.failed.is_empty()
    }
}

/// Backs up. `at` is when it begins.
///
/// # Errors
/// [`BackupError`] when a path is not there, or the repository cannot be read or written to; then
/// there is no snapshot.
pub fn save(
    access: &Access,
    saving: &Saving,
    entropy: &dyn Entropy,
    at: Instant,
) -> Result<Saved, BackupError> {
    let paths = real_paths(&saving.paths)?;
    let choice = Choice::paths(paths.iter().map(|path| path.as_os_str().as_encoded_bytes()))?;
    let repository = Repository::open(access)?;
    let lock = Lock::take(&repository, entropy, at)?;
    let saved = locked(repository, saving, (&paths, &choice), &lock);
    lock.give_back(access);
    saved
}

/// The same while the lock is held.
fn locked(
    repository: Repository,
    saving: &Saving,
    (paths, choice): (&[PathBuf], &Choice),
    lock: &Lock<'_>,
) -> Result<Saved, BackupError> {
    let tables = Tables::new(&repository.polynomial).ok_or_else(|| BackupError::Damaged {
        what: "the settings",
        fault: "they do not say where contents are cut".to_owned(),
    })?;
    let shown: Vec<String> =
        paths.iter().map(|path| snapshots::shown(&path.display().to_string())).collect();
    let host = listing::host();
    // A snapshot that cannot be read is no parent, and no reason not to back up.
    let (all, _) = repository.snapshots()?;
    let alike = all.into_iter().filter(|one| one.hostname == host && one.paths == shown);
    let parent = alike.max_by_key(|one| (one.at, one.id)).filter(|_| !saving.read_all);
    let stock = open_stock(repository, lock)?;
    let mut walk = Walk::new(saving, &stock.fetcher, parent.as_ref())?;
    walk.all(choice);
    content::read(&mut walk, &stock, &tables)?;
    let tree = walk.save_folders(&stock)?;
    stock.finish()?;
    let snapshot = listing::snapshot(lock.at, parent.as_ref(), &tree, (&host, paths));
    let snapshot = stock.put(ObjectKind::Snapshots, snapshot, "send the snapshot")?;
    Ok(saved(snapshot, parent.as_ref(), &stock, walk))
}

fn saved(snapshot: Id, parent: Option<&Snapshot>, stock: &Stock<'_>, walk: Walk<'_>) -> Saved {
    let counts = walk.counts();
    let mut failed = walk.failed;
    failed.sort_by(|one, other| one.what.cmp(&other.what));
    Saved {
        snapshot,
        parent: parent.map(|one| one.id),
        files: counts.files,
        read: counts.read,
        folders: counts.folders,
        others: counts.others,
        bytes: counts.bytes,
        sent_bytes: stock.sent_bytes(),
        taken_up: stock.taken_up,
        failed,
    }
}

/// What the vault has, by its index and by what it lists.
fn open_stock<'l>(repository: Repository, lock: &'l Lock<'l>) -> Result<Stock<'l>, BackupError> {
    let version = repository.version;
    let (files, faults) = repository.index_files()?;
    let packs = repository.source.names(ObjectKind::Data);
    let there: HashSet<Id> =
        packs.map_err(BackupError::source("list the packs"))?.into_iter().collect();
    let (mut loaded, mut lines) = (Vec::new(), Vec::new());
    for (id, packs) in files {
        loaded.push(id);
        lines.extend(packs.into_iter().filter(|pack| there.contains(&pack.id)));
    }
    let mut index = repository.index_of(lines, faults);
    // What an earlier backup sent and could not enter into an index.
    let unnamed = headers::unnamed(&index.fetcher);
    let (lines, _) = unnamed.map_err(BackupError::source("list the packs"))?;
    index.fetcher.index.add(lines.clone());
    Ok(Stock::new(index.fetcher, (version, loaded), lines, lock))
}

/// Where paths really lead: nothing on the way is a link.
fn real_paths(paths: &[PathBuf]) -> Result<Vec<PathBuf>, BackupError> {
    let real = |path: &PathBuf| real_path(path).map_err(BackupError::file("back up", path));
    let mut all = paths.iter().map(real).collect::<Result<Vec<_>, _>>()?;
    all.sort();
    all.dedup();
    Ok(all)
}

/// A link that is named itself is backed up as a link; those on the way to it are followed.
fn real_path(path: &Path) -> std::io::Result<PathBuf> {
    let path = std::path::absolute(path)?;
    let is_link = std::fs::symlink_metadata(&path)?.is_symlink();
    match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) if is_link => Ok(folder.canonicalize()?.join(name)),
        _ => path.canonicalize(),
    }
}

/// When it was, as restic writes it.
fn time(at: Instant) -> String {
    rfc3339((
        at.ms().div_euclid(1_000),
        u32::try_from(at.ms().rem_euclid(1_000) * 1_000_000).unwrap_or(0),
    ))
}
