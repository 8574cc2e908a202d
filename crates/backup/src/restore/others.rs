//! Folders, links, pipes and devices.

use std::{
    collections::{HashMap, HashSet},
    ffi::OsStr,
    io,
    os::unix::ffi::OsStrExt as _,
};

use rustix::fs::{
    AtFlags, FileType, Gid, Mode, Uid, chownat, linkat, mknodat, readlinkat, statat, symlinkat,
    syncfs, utimensat,
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

/// Gives folders their owner, rights and times, the deepest first, and hands everything to the
/// disk. A folder that was there and is only on the way keeps what it has.
pub(super) fn dress_folders(work: &Work<'_>, made: &HashSet<usize>) {
    let mut devices = HashMap::new();
    for (number, folder) in work.plan.folders.iter().enumerate().rev() {
        // Why one is not there was said when it should have been made.
        let Ok(open) = work.target.folder(&folder.path) else { continue };
        if folder.is_chosen || made.contains(&number) {
            match work.target.dress(&open, &folder.dress) {
                Ok(dressed) => work.tell(|report| report.undressed += u64::from(!dressed)),
                Err(error) => work.refused(&folder.path, &error),
            }
        }
        if let Ok(about) = rustix::fs::fstat(&open) {
            devices.entry(about.st_dev).or_insert(open);
        }
    }
    for folder in devices.values() {
        if let Err(error) = syncfs(folder) {
            work.stop(&format!("the disk did not take what was written: {error}"));
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
