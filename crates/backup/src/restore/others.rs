//! Folders, links, pipes and devices.

use std::{
    collections::{HashMap, HashSet},
    ffi::OsStr,
    io,
    os::{fd::OwnedFd, unix::ffi::OsStrExt as _},
};

use rustix::fs::{
    AtFlags, FileType, Gid, Mode, Uid, chownat, fstat, linkat, mknodat, readlinkat, statat,
    symlinkat, syncfs, utimensat,
};

use super::Work;
use crate::{
    place::{LastFolder, Spot, times},
    plan::{Other, OtherItem},
};

/// Makes the folders, parents first; those that are new, by number.
pub(super) fn make_folders(work: &Work<'_>) -> HashSet<usize> {
    let (mut made, mut last) = (HashSet::new(), LastFolder::default());
    for (number, folder) in work.plan.folders.iter().enumerate() {
        match work.target.make_folder(&folder.path, folder.is_chosen, &mut last) {
            Ok(true) => {
                made.insert(number);
            }
            Ok(false) => {}
            Err(error) => work.refused(&folder.path, &error),
        }
    }
    made
}

/// An open folder on each file system that is written to. Opened before anything is written: the
/// kernel tells of a write that failed to whoever had the file system open at that time.
pub(super) fn disks(work: &Work<'_>) -> Vec<OwnedFd> {
    let mut disks = HashMap::new();
    let folders = work.plan.folders.iter().map(|folder| folder.path.as_slice());
    for path in std::iter::once(b"".as_slice()).chain(folders) {
        // Why one is not there was said when it should have been made.
        if let Ok(open) = work.target.folder(path)
            && let Ok(about) = fstat(&open)
        {
            disks.entry(about.st_dev).or_insert(open);
        }
    }
    disks.into_values().collect()
}

/// Hands everything that was written to the disk.
pub(super) fn to_disk(work: &Work<'_>, disks: &[OwnedFd]) {
    for disk in disks {
        if let Err(error) = syncfs(disk) {
            work.stop(&format!("the disk did not take what was written: {error}"));
        }
    }
}

/// Gives folders their owner, rights and times, the deepest first. A folder that was there and is
/// only on the way keeps what it has.
pub(super) fn dress_folders(work: &Work<'_>, made: &HashSet<usize>) {
    for (number, folder) in work.plan.folders.iter().enumerate().rev() {
        if !folder.is_chosen && !made.contains(&number) {
            continue;
        }
        let Ok(open) = work.target.folder(&folder.path) else { continue };
        match work.target.dress(&open, &folder.dress) {
            Ok(dressed) => work.tell(|report| report.undressed += u64::from(!dressed)),
            Err(error) => work.refused(&folder.path, &error),
        }
    }
}

/// Brings back what has no content.
pub(super) fn bring_back(work: &Work<'_>) {
    let mut last = LastFolder::default();
    for item in &work.plan.others {
        match other(work, item, &mut last) {
            Ok(beside) => work.tell(|report| {
                report.others += 1;
                report.kept_beside += u64::from(beside);
            }),
            Err(error) => work.refused(&item.path, &error),
        }
    }
}

fn other(work: &Work<'_>, item: &OtherItem, last: &mut LastFolder) -> io::Result<bool> {
    let spot = work.target.spot(&item.path, last)?;
    if is_there(work, &spot, &item.what)? {
        return Ok(false);
    }
    let beside = work.target.move_beside(&spot)?;
    let mode = Mode::from_raw_mode(item.dress.mode & 0o777);
    match &item.what {
        Other::Link(to) => symlinkat(OsStr::from_bytes(to), &spot.folder, &spot.name)?,
        Other::SameAs(first) => {
            let first = work.target.spot(first, &mut LastFolder::default())?;
            let flags = AtFlags::empty();
            linkat(&first.folder, &first.name, &spot.folder, &spot.name, flags)?;
            return Ok(beside);
        }
        Other::Pipe => mknodat(&spot.folder, &spot.name, FileType::Fifo, mode, 0)?,
        Other::Device { number, characters } => {
            let kind = if *characters { FileType::CharacterDevice } else { FileType::BlockDevice };
            mknodat(&spot.folder, &spot.name, kind, mode, *number)?;
        }
    }
    dress(work, item, &spot)?;
    Ok(beside)
}

fn is_there(work: &Work<'_>, spot: &Spot, what: &Other) -> io::Result<bool> {
    Ok(match (spot.kind()?, what) {
        (Some(FileType::Symlink), Other::Link(to)) => {
            readlinkat(&spot.folder, &spot.name, Vec::new())?.as_bytes() == to.as_slice()
        }
        (Some(FileType::RegularFile), Other::SameAs(first)) => {
            let first = work.target.spot(first, &mut LastFolder::default())?;
            let about = |spot: &Spot| {
                let about = statat(&spot.folder, &spot.name, AtFlags::SYMLINK_NOFOLLOW);
                about.map(|about| (about.st_dev, about.st_ino))
            };
            about(&first)? == about(spot)?
        }
        (Some(FileType::Fifo), Other::Pipe) => true,
        _ => false,
    })
}

fn dress(work: &Work<'_>, item: &OtherItem, spot: &Spot) -> io::Result<()> {
    let (uid, gid) = (Uid::from_raw(item.dress.uid), Gid::from_raw(item.dress.gid));
    let flags = AtFlags::SYMLINK_NOFOLLOW;
    if work.target.is_root() {
        chownat(&spot.folder, &spot.name, Some(uid), Some(gid), flags)?;
    }
    if let Some(times) = times(&item.dress) {
        utimensat(&spot.folder, &spot.name, &times, flags)?;
    }
    Ok(())
}
