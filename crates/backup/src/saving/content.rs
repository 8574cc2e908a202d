//! Files, read by several at once, cut into parts and kept.

use std::{
    fs::File,
    io::{self, Read as _},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use rustix::fs::{FileType, Mode, OFlags, fstat, openat};

use super::{
    look::{About, attributes},
    stock::{Pack, Stock},
    walk::{Content, Walk, What},
};
use crate::{
    blobs::BlobKind,
    chunk::{Cutter, Tables},
    error::BackupError,
    id::Id,
    place::LastFolder,
    plan::joined,
    repository::workers,
};

/// How much is read at a time.
const BLOCK_BYTES: usize = 256 << 10;

/// A file that was read, or why it could not be.
type Outcome = io::Result<(About, Box<[Id]>)>;

/// What one reader has at hand.
struct Hands {
    pack: Pack,
    last: LastFolder,
    block: Vec<u8>,
    part: Vec<u8>,
}

/// Reads what must be read.
pub(super) fn read(
    walk: &mut Walk<'_>,
    stock: &Stock<'_>,
    tables: &Tables,
) -> Result<(), BackupError> {
    let unread = walk.unread();
    let next = AtomicUsize::new(0);
    let some = || -> Result<Vec<(usize, Outcome)>, BackupError> {
        let block = vec![0; BLOCK_BYTES];
        let (pack, last, part) = (Pack::new()?, LastFolder::default(), Vec::new());
        let (mut hands, mut done) = (Hands { pack, last, block, part }, Vec::new());
        while !stock.is_stopped() {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(place) = unread.get(number) else { break };
            done.push((number, file(walk, *place, (stock, tables), &mut hands)));
        }
        stock.end(hands.pack);
        Ok(done)
    };
    let shares: Vec<_> = thread::scope(|scope| {
        let readers: Vec<_> = (0..workers().min(unread.len())).map(|_| scope.spawn(some)).collect();
        readers.into_iter().map(thread::ScopedJoinHandle::join).collect()
    });
    for share in shares {
        let share = share.map_err(|_| BackupError::Damaged {
            what: "a file that was read",
            fault: "its reader ended early".to_owned(),
        })?;
        for (number, outcome) in share? {
            if let Some(place) = unread.get(number) {
                settle(walk, *place, outcome);
            }
        }
    }
    Ok(())
}

/// Notes what came of a file.
fn settle(walk: &mut Walk<'_>, (folder, place): (usize, usize), outcome: Outcome) {
    let Some(folder) = walk.folders.get_mut(folder) else { return };
    let Some(entry) = folder.entries.get_mut(place) else { return };
    match outcome {
        Ok((about, content)) => {
            entry.about = about;
            entry.what = What::File(Content::Read(content));
        }
        Err(error) => {
            entry.what = What::File(Content::Left);
            // Gone meanwhile: people work.
            if error.kind() != io::ErrorKind::NotFound {
                let path = joined(&folder.path, &entry.name);
                walk.fault(&path, &error);
            }
        }
    }
}

fn file(
    walk: &Walk<'_>,
    (folder, place): (usize, usize),
    (stock, tables): (&Stock<'_>, &Tables),
    hands: &mut Hands,
) -> Outcome {
    let gone = || io::Error::from(io::ErrorKind::NotFound);
    let folder = walk.folders.get(folder).ok_or_else(gone)?;
    let entry = folder.entries.get(place).ok_or_else(gone)?;
    let spot = walk.root.spot(&joined(&folder.path, &entry.name), &mut hands.last)?;
    // What became a named pipe meanwhile would wait for a writer.
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let mut file = File::from(openat(&spot.folder, &spot.name, flags, Mode::empty())?);
    let mut about = About::of(&fstat(&file)?);
    if about.kind() != FileType::RegularFile {
        return Err(io::Error::other("it was replaced by something else while it was looked at"));
    }
    about.attributes = attributes(&file)?;
    about.bytes = 0;
    let (mut cutter, mut content) = (Cutter::new(tables), Vec::new());
    hands.part.clear();
    loop {
        let count = match file.read(&mut hands.block) {
            Ok(0) => break,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            count => count?,
        };
        about.bytes += count as u64;
        let mut rest = hands.block.get(..count).unwrap_or_default();
        while !rest.is_empty() {
            let (taken, ends) = cutter.take(rest);
            let (some, after) = rest.split_at(taken);
            hands.part.extend(some);
            rest = after;
            if ends {
                content.push(stock.keep(BlobKind::Data, &hands.part, &mut hands.pack));
                hands.part.clear();
            }
        }
        if stock.is_stopped() {
            break;
        }
    }
    if !hands.part.is_empty() {
        content.push(stock.keep(BlobKind::Data, &hands.part, &mut hands.pack));
    }
    Ok((about, content.into_boxed_slice()))
}
