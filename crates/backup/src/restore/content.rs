//! Contents: fetched, compared, written beside, put in place.

use std::{
    collections::HashMap,
    ffi::OsString,
    fs::File,
    io,
    ops::Range,
    os::{fd::OwnedFd, unix::fs::FileExt as _},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use super::{
    Step, Work,
    batches::{Batch, cut},
    others,
};
use crate::{
    blobs::BlobKind,
    fetch::Blobs,
    place::{LastFolder, Spot, holds},
    plan::FileItem,
    repository::workers,
    unpack::Unpacker,
};

/// After how much of the work the disk is begun with: what it has by the end is not waited for then.
const EARLY_PERCENT: usize = 60;

/// A large file, of which several bring back windows.
#[derive(Default)]
struct Large {
    /// Windows that are not done.
    left: usize,
    draft: Option<Draft>,
    /// Why it cannot be brought back.
    why: Option<String>,
}

struct Draft {
    spot: Spot,
    file: File,
    name: OsString,
    /// Some of it may be there already.
    goes_on: bool,
}

type Larges = HashMap<usize, Mutex<Large>>;

/// What one worker has at hand.
struct Hands {
    unpacker: Unpacker,
    last: LastFolder,
    room: Vec<u8>,
}

/// Brings back everything that is not as it should be.
pub(super) fn bring_back(work: &Work<'_>, steps: &[Step], disks: &[OwnedFd]) {
    let batches = cut(work.plan, steps, workers());
    let mut larges = Larges::new();
    for batch in &batches {
        if let Batch::Window { file, .. } = batch {
            let large = larges.entry(*file).or_default();
            large.get_mut().unwrap_or_else(PoisonError::into_inner).left += 1;
        }
    }
    let next = AtomicUsize::new(0);
    let take = || {
        let number = next.fetch_add(1, Ordering::Relaxed);
        (number, batches.get(number))
    };
    let early = batches.len() * EARLY_PERCENT / 100;
    thread::scope(|scope| {
        for _ in 0..workers().min(batches.len()) {
            scope.spawn(|| {
                let unpacker = match Unpacker::new() {
                    Ok(unpacker) => unpacker,
                    Err(error) => return work.stop(&format!("cannot decompress: {error}")),
                };
                let room = Vec::new();
                let mut hands = Hands { unpacker, last: LastFolder::default(), room };
                while let (number, Some(batch)) = take() {
                    if number == early && number > 0 {
                        scope.spawn(|| others::to_disk(work, disks));
                    }
                    one(work, &mut hands, batch, &larges);
                }
            });
        }
    });
    settle_unchanged(work, steps);
}

fn one(work: &Work<'_>, hands: &mut Hands, batch: &Batch, larges: &Larges) {
    match batch {
        Batch::Files(numbers) => {
            let files = || numbers.iter().filter_map(|number| work.plan.files.get(*number));
            if work.is_stopped() {
                let count = numbers.len() as u64;
                return work.tell(|report| report.not_reached += count);
            }
            let ids = files().flat_map(|file| file.content.iter().copied());
            let fetcher = &work.plan.fetcher;
            let blobs = fetcher.blobs(&mut hands.unpacker, BlobKind::Data, ids);
            files().for_each(|file| small(work, hands, file, &blobs));
        }
        Batch::Window { file: number, parts, at } => {
            let Some(file) = work.plan.files.get(*number) else { return };
            let Some(large) = larges.get(number) else { return };
            let done = window(work, hands, (file, large), (parts.clone(), *at));
            let mut large = large.lock().unwrap_or_else(PoisonError::into_inner);
            if let Err(why) = done {
                large.why.get_or_insert(why);
            }
            large.left -= 1;
            if large.left == 0 {
                end(work, file, std::mem::take(&mut *large));
            }
        }
    }
}

/// A whole file from blobs that are at hand.
fn small(work: &Work<'_>, hands: &mut Hands, file: &FileItem, blobs: &Blobs) {
    let mut parts = Vec::with_capacity(file.content.len());
    for id in &file.content {
        match blobs.get(id) {
            Some(Ok(part)) => parts.push(part),
            Some(Err(_)) if work.plan.fetcher.is_gone() => {
                work.stop("the server no longer answers: run the same again, it goes on from here");
                return work.tell(|report| report.not_reached += 1);
            }
            Some(Err(fault)) => return work.failed(&file.path, &fault.to_string()),
            None => return work.failed(&file.path, "a part of it was not read"),
        }
    }
    let written = || -> io::Result<Draft> {
        let spot = work.target.spot(&file.path, &mut hands.last)?;
        let (draft, name, _) = spot.draft(&file.content, false)?;
        let draft = Draft { spot, file: draft, name, goes_on: false };
        let mut at = 0;
        for part in parts {
            if let Err(error) = draft.file.write_all_at(part, at) {
                draft.spot.drop_draft(&draft.name);
                return Err(error);
            }
            at += part.len() as u64;
        }
        Ok(draft)
    };
    match written() {
        Ok(draft) => finish(work, file, &draft),
        Err(error) => work.refused(&file.path, &error),
    }
}

/// A part of a large file. An error is one that a person reads.
fn window(
    work: &Work<'_>,
    hands: &mut Hands,
    (file, large): (&FileItem, &Mutex<Large>),
    (parts, at): (Range<usize>, u64),
) -> Result<(), String> {
    let draft = {
        let mut large = large.lock().unwrap_or_else(PoisonError::into_inner);
        if large.why.is_some() || work.is_stopped() {
            return Err("it was given up".to_owned());
        }
        if large.draft.is_none() {
            large.draft = Some(open_draft(work, hands, file).map_err(|error| {
                work.refused(&file.path, &error);
                String::new()
            })?);
        }
        let draft = large.draft.as_ref().ok_or_else(String::new)?;
        let handle = draft.file.try_clone().map_err(|error| error.to_string())?;
        (handle, draft.goes_on)
    };
    let (draft, goes_on) = draft;
    let (mut at, mut wanted) = (at, Vec::new());
    for id in file.content.get(parts).unwrap_or_default() {
        let bytes = work.plan.length(id).ok_or("the index names no pack for a part of it")?;
        if !(goes_on && holds(&draft, at, bytes, id, &mut hands.room)) {
            wanted.push((at, *id));
        }
        at += u64::from(bytes);
    }
    let ids = wanted.iter().map(|(_, id)| *id);
    let blobs = work.plan.fetcher.blobs(&mut hands.unpacker, BlobKind::Data, ids);
    for (at, id) in wanted {
        match blobs.get(&id) {
            Some(Ok(part)) => draft.write_all_at(part, at).map_err(|error| {
                work.refused(&file.path, &error);
                String::new()
            })?,
            Some(Err(_)) if work.plan.fetcher.is_gone() => {
                work.stop("the server no longer answers: run the same again, it goes on from here");
                return Err("it was given up".to_owned());
            }
            Some(Err(fault)) => return Err(fault.to_string()),
            None => return Err("a part of it was not read".to_owned()),
        }
    }
    Ok(())
}

fn open_draft(work: &Work<'_>, hands: &mut Hands, file: &FileItem) -> io::Result<Draft> {
    let spot = work.target.spot(&file.path, &mut hands.last)?;
    let (draft, name, goes_on) = spot.draft(&file.content, true)?;
    // Also cuts off what is more than the file has.
    draft.set_len(file.bytes)?;
    Ok(Draft { spot, file: draft, name, goes_on })
}

/// The last window of a large file is done.
fn end(work: &Work<'_>, file: &FileItem, large: Large) {
    match (large.why, large.draft) {
        (None, Some(draft)) => finish(work, file, &draft),
        // Whoever stopped everybody has said why. The draft stays: the next restore goes on.
        (Some(_), _) if work.is_stopped() => work.tell(|report| report.not_reached += 1),
        (Some(why), draft) => {
            if let Some(draft) = draft {
                draft.spot.drop_draft(&draft.name);
            }
            // An empty one was told already.
            if !why.is_empty() {
                work.failed(&file.path, &why);
            }
        }
        (None, None) => work.failed(&file.path, "it was not begun"),
    }
}

/// Every part of it is written: it gets its owner, rights and times, and its name.
fn finish(work: &Work<'_>, file: &FileItem, draft: &Draft) {
    let put = || -> io::Result<(bool, bool)> {
        let dressed = work.target.dress(&draft.file, &file.dress)?;
        Ok((dressed, work.target.put(&draft.spot, &draft.name)?))
    };
    match put() {
        Ok((dressed, beside)) => work.tell(|report| {
            report.restored += 1;
            report.bytes += file.bytes;
            report.kept_beside += u64::from(beside);
            report.undressed += u64::from(!dressed);
        }),
        Err(error) => {
            draft.spot.drop_draft(&draft.name);
            work.refused(&file.path, &error);
        }
    }
}

/// What has its content gets its owner, rights and times too.
fn settle_unchanged(work: &Work<'_>, steps: &[Step]) {
    let mut last = LastFolder::default();
    let files = work.plan.files.iter().zip(steps);
    for (file, _) in files.filter(|(_, step)| **step == Step::Nothing) {
        let mut dressed = || -> io::Result<bool> {
            match work.target.spot(&file.path, &mut last)?.open_if(file.bytes)? {
                Some(there) => work.target.dress(&there, &file.dress),
                None => Err(io::Error::other("it was changed while it was looked at")),
            }
        };
        match dressed() {
            Ok(dressed) => work.tell(|report| {
                report.unchanged += 1;
                report.undressed += u64::from(!dressed);
            }),
            Err(error) => work.refused(&file.path, &error),
        }
    }
}
