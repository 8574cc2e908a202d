//! Brings back what a plan names.
//!
//! Rules:
//! - What is there as it should be is left alone, by its content and never by its time or size; so
//!   a restore that was cut off goes on where it was.
//! - Memory has a bound: some workers, each with a few megabytes of blobs. A large file is brought
//!   back in windows, side by side.
//! - A file that cannot be had whole is named, and not brought back in part.
//! - When the server goes, or the disk is full, everybody stops; what is whole stays.

mod batches;
mod content;
mod others;

use std::{
    collections::HashSet,
    path::Path,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use beffroi_town::{Instant, watch::shown_path};
use serde::Serialize;

use crate::{
    error::BackupError,
    place::{LastFolder, Target, holds, split},
    plan::{FileItem, Plan},
    repository::{Fault, workers},
};

/// What happens to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// It is gone and comes back.
    PutBack,
    /// Something else stands there: that is moved beside, then it comes back.
    PutBackBeside,
    /// It is as it should be.
    Nothing,
}

/// What came of it.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// Files that the plan named.
    pub files: u64,
    /// Brought back, each part compared with its SHA-256.
    pub restored: u64,
    /// As they should be already.
    pub unchanged: u64,
    /// Brought back after what stood there was moved beside.
    pub kept_beside: u64,
    /// Links, pipes and devices that are there now.
    pub others: u64,
    /// Not reached, since the server or the disk gave out.
    pub not_reached: u64,
    /// Files and folders of which the system refused an attribute.
    pub undressed: u64,
    /// What could not be brought back, and why.
    pub failed: Vec<Fault>,
    /// Why it ended before its end.
    pub stopped: Option<String>,
    /// Bytes brought back.
    pub bytes: u64,
    /// Bytes that came over the line.
    pub fetched_bytes: u64,
}

impl Report {
    /// Whether everything is there now.
    pub fn is_whole(&self) -> bool {
        self.failed.is_empty() && self.not_reached == 0 && self.stopped.is_none()
    }
}

/// What all workers share.
struct Work<'p> {
    plan: &'p Plan,
    target: Target,
    report: Mutex<Report>,
    stopped: AtomicBool,
}

impl Work<'_> {
    fn tell(&self, say: impl FnOnce(&mut Report)) {
        say(&mut self.report.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn failed(&self, path: &[u8], why: &str) {
        let what = shown_path(&[b"/", path].concat());
        self.tell(|report| report.failed.push(Fault { what, why: why.to_owned() }));
    }

    /// An error of the disk: a full one stops everybody.
    fn refused(&self, path: &[u8], error: &std::io::Error) {
        use std::io::ErrorKind::{QuotaExceeded, ReadOnlyFilesystem, StorageFull};
        if matches!(error.kind(), StorageFull | QuotaExceeded | ReadOnlyFilesystem) {
            self.stop(&format!("the target cannot take more: {error}"));
        }
        self.failed(path, &error.to_string());
    }

    fn stop(&self, why: &str) {
        self.stopped.store(true, Ordering::Relaxed);
        self.tell(|report| {
            report.stopped.get_or_insert_with(|| why.to_owned());
        });
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}

/// What would happen to each file, by path within each folder that comes first. Reads the target, changes nothing but to make its folder.
///
/// # Errors
/// [`BackupError::File`] when the target cannot be used.
pub fn survey(plan: &Plan, target: &Path, at: Instant) -> Result<Vec<(String, Step)>, BackupError> {
    let target = Target::open(target, at)?;
    let steps = steps(plan, &target, &HashSet::new());
    let shown = |file: &FileItem| {
        (plan.rank(&file.path), shown_path(&[b"/", file.path.as_slice()].concat()))
    };
    let mut all: Vec<_> = plan.files.iter().map(shown).zip(steps).collect();
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(all.into_iter().map(|((_, path), step)| (path, step)).collect())
}

/// `new`: folders that were made just now. Nothing stands in them; what does when a file comes back is
/// moved beside all the same.
fn steps(plan: &Plan, target: &Target, new: &HashSet<&[u8]>) -> Vec<Step> {
    let size = plan.files.len().div_ceil(workers()).max(1);
    thread::scope(|scope| {
        let shares: Vec<_> = plan
            .files
            .chunks(size)
            .map(|share| {
                let look = || {
                    let (mut last, mut room) = (LastFolder::default(), Vec::new());
                    share
                        .iter()
                        .map(|file| {
                            if new.contains(split(&file.path).0) {
                                return Step::PutBack;
                            }
                            step(plan, target, file, (&mut last, &mut room))
                        })
                        .collect()
                };
                (share.len(), scope.spawn(look))
            })
            .collect();
        let mut all: Vec<Step> = Vec::with_capacity(plan.files.len());
        for (count, share) in shares {
            // Whoever was not looked at is brought back: what stands there is kept beside.
            all.extend(share.join().unwrap_or_else(|_| vec![Step::PutBackBeside; count]));
        }
        all
    })
}

fn step(
    plan: &Plan,
    target: &Target,
    file: &FileItem,
    (last, room): (&mut LastFolder, &mut Vec<u8>),
) -> Step {
    let Ok(spot) = target.spot(&file.path, last) else { return Step::PutBack };
    let Ok(Some(_)) = spot.kind() else { return Step::PutBack };
    let Ok(Some(there)) = spot.open_if(file.bytes) else { return Step::PutBackBeside };
    let mut at = 0;
    for id in &file.content {
        let Some(bytes) = plan.length(id) else { return Step::PutBackBeside };
        if !holds(&there, at, bytes, id, room) {
            return Step::PutBackBeside;
        }
        at += u64::from(bytes);
    }
    Step::Nothing
}

/// Carries a plan out. `at` names what is moved beside. Twice is the same as once.
///
/// # Errors
/// [`BackupError::File`] when the target cannot be used at all; everything else is in the report.
pub fn carry_out(plan: &Plan, target: &Path, at: Instant) -> Result<Report, BackupError> {
    let target = Target::open(target, at)?;
    let report =
        Report { files: plan.files.len() as u64, failed: plan.faults.clone(), ..Report::default() };
    let work = Work { plan, target, report: Mutex::new(report), stopped: AtomicBool::new(false) };
    let made = others::make_folders(&work);
    let disks = others::disks(&work);
    let folder = |number: &usize| plan.folders.get(*number).map(|folder| folder.path.as_slice());
    let steps = steps(plan, &work.target, &made.iter().filter_map(folder).collect());
    content::bring_back(&work, &steps, &disks);
    if !work.is_stopped() {
        others::bring_back(&work);
    }
    others::dress_folders(&work, &made);
    others::to_disk(&work, &disks);
    let mut report = work.report.into_inner().unwrap_or_else(PoisonError::into_inner);
    report.fetched_bytes = plan.fetcher.fetched_bytes();
    report.failed.sort_by(|one, other| one.what.cmp(&other.what));
    Ok(report)
}
