//! A test restore: some files, drawn by lot, and those that somebody named, are brought back into a
//! private folder, read back from there, compared, and taken away again.
//!
//! Rule: it proves what it did, and no more: the files that came back, and how fast. A file that
//! somebody named and that is not there is a failure.

use std::{
    fs, io,
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _},
    path::{Path, PathBuf},
    time::{Duration, Instant as Stopwatch, SystemTime},
};

use beffroi_town::{
    Instant,
    edge::Entropy,
    vault::verdict::{Judgement, Proof, ProofKind, Reason, ReasonCode, Verdict},
};
use data_encoding::HEXLOWER;
use serde::Serialize;

use crate::{
    choice::Choice,
    error::BackupError,
    judge::{Contents as _, Listing},
    lot::Lot,
    plan::{Plan, rooted},
    repository::{Fault, Index},
    restore::{self, Step},
    snapshots::Snapshot,
};

/// How the private folder is called.
const FOLDER: &str = "beffroi-drill-";
/// Such a folder that is older belongs to a drill that was killed.
const LEFT_AFTER: Duration = Duration::from_hours(24);

/// What is to be tried.
#[derive(Clone, Copy, Debug)]
pub struct Trial<'t> {
    /// How many files are drawn by lot.
    pub files: usize,
    /// How many bytes they have at most, beside those that are named.
    pub bytes_max: u64,
    /// Files and folders that must come back, as they stood on the server.
    pub critical: &'t [Vec<u8>],
    /// Where the private folder is made.
    pub scratch: &'t Path,
    /// When.
    pub at: Instant,
}

/// What came of it.
#[derive(Clone, Debug, Serialize)]
pub struct Tried {
    /// The snapshot.
    pub snapshot: String,
    /// Files that came back and are what was saved.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// How long it took, in thousandths of a second.
    pub ms: u64,
    /// The bytes of all files of the snapshot.
    pub whole_bytes: u64,
    /// What did not come back, and why.
    pub failed: Vec<Fault>,
    /// Why it ended before its end: no room here, or nobody answers. That proves nothing.
    pub stopped: Option<String>,
}

impl Tried {
    /// Whether everything came back.
    pub fn is_whole(&self) -> bool {
        self.failed.is_empty() && self.stopped.is_none()
    }

    /// What the vault may be told when everything came back.
    pub fn proof(&self) -> Option<Proof> {
        let speed = u128::from(self.bytes) * 1_000 / u128::from(self.ms.max(1));
        (self.is_whole() && self.files > 0).then(|| Proof {
            snapshot: self.snapshot.clone(),
            kind: if self.bytes >= self.whole_bytes { ProofKind::Whole } else { ProofKind::Sample },
            files: self.files,
            bytes: self.bytes,
            bytes_a_second: u64::try_from(speed).unwrap_or(u64::MAX).max(1),
            whole_bytes: self.whole_bytes,
        })
    }

    /// What the vault is told when something did not, and that is not this host's fault.
    pub fn doubt(&self) -> Option<Judgement> {
        let count = self.failed.len() as u64;
        (count > 0 && self.stopped.is_none()).then(|| Judgement {
            snapshot: self.snapshot.clone(),
            verdict: Verdict::Suspect,
            reasons: vec![Reason { code: ReasonCode::NotRestored, count }],
        })
    }
}

/// Makes a test restore.
///
/// # Errors
/// [`BackupError`] when the repository or the private folder cannot be used; what merely did not
/// come back is in [`Tried::failed`].
pub fn try_out(
    index: Index,
    snapshot: &Snapshot,
    trial: &Trial<'_>,
    entropy: &dyn Entropy,
) -> Result<Tried, BackupError> {
    let mut chance = [0; 16];
    entropy.fill(&mut chance);
    let (seed, name) = chance.split_at(8);
    let seed = seed.iter().fold(0, |sum: u64, byte| (sum << 8) | u64::from(*byte));
    let listing = Listing::of(&index, snapshot)?;
    let whole_bytes = listing.bytes(&index);
    let mut paths = drawn(&listing, &index, trial, seed);
    paths.extend(trial.critical.iter().cloned());
    let choice = Choice::paths(&paths)?;
    let plan = Plan::new(index, snapshot, &choice)?;
    let private = Private::make(trial.scratch, &HEXLOWER.encode(name), trial.at)?;
    let begun = Stopwatch::now();
    let report = restore::carry_out(&plan, &private.0, trial.at)?;
    let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    // What the disk gives back counts, not what was written to it.
    let mut failed = report.failed;
    for (what, step) in restore::survey(&plan, &private.0, trial.at)? {
        if step != Step::Nothing && !failed.iter().any(|fault| fault.what == what) {
            failed.push(Fault { what, why: "it is not what was saved".to_owned() });
        }
    }
    private.remove()?;
    Ok(Tried {
        snapshot: snapshot.id.to_string(),
        files: report.restored,
        bytes: report.bytes,
        ms,
        whole_bytes,
        failed,
        stopped: report.stopped,
    })
}

/// Files drawn by lot, as paths from the root, until there are enough of them or of their bytes.
fn drawn(listing: &Listing, index: &Index, trial: &Trial<'_>, seed: u64) -> Vec<Vec<u8>> {
    let files = listing.files.iter().filter(|one| !one.content.is_empty()).collect();
    let (mut paths, mut bytes) = (Vec::new(), 0);
    for one in Lot::new(seed).draw(files, trial.files) {
        let parts = one.content.iter().filter_map(|id| index.lengths(id));
        bytes += parts.map(|(_, raw)| raw).sum::<u64>();
        if bytes > trial.bytes_max && !paths.is_empty() {
            break;
        }
        paths.push(rooted(&one.path));
    }
    paths
}

/// A folder that nobody else may look into; gone when it is dropped.
struct Private(PathBuf);

impl Private {
    fn make(scratch: &Path, name: &str, at: Instant) -> Result<Self, BackupError> {
        sweep(scratch, at);
        let folder = scratch.join(format!("{FOLDER}{name}"));
        let made = fs::DirBuilder::new().mode(0o700).create(&folder);
        made.map_err(BackupError::file("make the private folder", &folder))?;
        Ok(Self(folder))
    }

    fn remove(self) -> Result<(), BackupError> {
        fs::remove_dir_all(&self.0).map_err(BackupError::file("take away", &self.0))
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        // Taken away already, or about to be named by whoever comes next.
        drop(fs::remove_dir_all(&self.0));
    }
}

/// Takes away what drills of this user's left that were killed: it holds people's files.
fn sweep(scratch: &Path, at: Instant) {
    let since = u64::try_from(at.ms()).map(Duration::from_millis).unwrap_or_default();
    let Some(before) = (SystemTime::UNIX_EPOCH + since).checked_sub(LEFT_AFTER) else { return };
    let own = rustix::process::geteuid().as_raw();
    let is_left = |entry: &fs::DirEntry| -> io::Result<bool> {
        let about = entry.metadata()?;
        Ok(about.is_dir() && about.uid() == own && about.modified()? < before)
    };
    let Ok(entries) = fs::read_dir(scratch) else { return };
    for entry in entries.filter_map(Result::ok) {
        let is_ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(FOLDER));
        if is_ours && is_left(&entry).unwrap_or(false) {
            drop(fs::remove_dir_all(entry.path()));
        }
    }
}
