//! What lies in folders, level by level, beside what the last backup says of it.
//!
//! Rules: a file that has the length, times and number that it had is not read again: its time of
//! change is the system's own, and no user can set it. Memory grows with the number of files, never
//! with their size.

use std::{
    collections::{HashMap, HashSet},
    ffi::OsStr,
    io,
    os::{fd::OwnedFd, unix::ffi::OsStrExt as _},
    path::Path,
};

use beffroi_town::{Instant, watch::shown_path};
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, openat, readlinkat, statat};

use super::{
    Saving, listing,
    look::{About, Attributes, attributes},
    stock::{Pack, Stock},
};
use crate::{
    blobs::BlobKind,
    choice::{Branch, Choice},
    error::BackupError,
    fetch::Fetcher,
    id::Id,
    place::Target,
    plan::{joined, read_trees, rooted},
    repository::Fault,
    snapshots::Snapshot,
    tree::{self, Kind, Node},
};

/// How much of the last backup's folders is held at a time.
const TREES_BYTES_MAX: u64 = 32 << 20;
/// The system's clock for changes ticks so coarsely: what changed so shortly before the last backup
/// began may have changed again unseen.
const TICK_MS: i64 = 20;

/// One entry of a folder.
pub(super) struct Entry {
    pub(super) name: Vec<u8>,
    pub(super) about: About,
    pub(super) what: What,
}

/// What it is.
pub(super) enum What {
    File(Content),
    /// By its number.
    Folder(usize),
    Link(Vec<u8>),
    Other,
}

/// The content of a file.
pub(super) enum Content {
    Unread,
    /// As in the last backup.
    Same(Box<[Id]>),
    Read(Box<[Id]>),
    /// Gone, or it cannot be read.
    Left,
}

pub(super) struct Folder {
    pub(super) path: Vec<u8>,
    pub(super) entries: Vec<Entry>,
}

/// How much there is.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) files: u64,
    pub(super) read: u64,
    pub(super) folders: u64,
    pub(super) others: u64,
    pub(super) bytes: u64,
}

pub(super) struct Walk<'w> {
    pub(super) root: Target,
    fetcher: &'w Fetcher,
    parent: Option<&'w Snapshot>,
    excluded: HashSet<Vec<u8>>,
    one_file_system: bool,
    /// Parents before what is in them.
    pub(super) folders: Vec<Folder>,
    pub(super) failed: Vec<Fault>,
}

/// A folder yet to be looked into.
struct Visit<'c> {
    number: usize,
    branch: &'c Branch,
    /// The same folder in the last backup.
    before: Option<Id>,
    device: Option<u64>,
}

impl<'w> Walk<'w> {
    pub(super) fn new(
        saving: &Saving,
        fetcher: &'w Fetcher,
        parent: Option<&'w Snapshot>,
    ) -> Result<Self, BackupError> {
        let mut excluded = HashSet::new();
        for path in &saving.excluded {
            let path = std::path::absolute(path).map_err(BackupError::file("leave out", path))?;
            let path = path.as_os_str().as_bytes();
            excluded.insert(path.strip_prefix(b"/").unwrap_or(path).to_vec());
        }
        Ok(Self {
            root: Target::open(Path::new("/"), Instant::from_ms(0))?,
            fetcher,
            parent,
            excluded,
            one_file_system: saving.one_file_system,
            folders: Vec::new(),
            failed: Vec::new(),
        })
    }

    /// Looks into everything that is chosen.
    pub(super) fn all(&mut self, choice: &Choice) {
        self.folders.push(Folder { path: Vec::new(), entries: Vec::new() });
        let before = self.parent.map(|one| one.tree);
        let root = Visit { number: 0, branch: choice.root(), before, device: None };
        let mut level = vec![root];
        while !level.is_empty() {
            let (mut next, mut rest) = (Vec::new(), level.into_iter().peekable());
            while rest.peek().is_some() {
                let (mut some, mut bytes) = (Vec::new(), 0);
                while let Some(visit) = rest.next_if(|_| bytes < TREES_BYTES_MAX) {
                    let place =
                        visit.before.and_then(|id| self.fetcher.index.find(BlobKind::Tree, &id));
                    bytes += place.map_or(0, |place| u64::from(place.bytes()));
                    some.push(visit);
                }
                let ids = some.iter().filter_map(|visit| visit.before).collect();
                let trees = read_trees(self.fetcher, ids);
                for visit in some {
                    let text = visit.before.and_then(|id| trees.get(&id)?.as_ref().ok());
                    // What cannot be read of the last backup is read from the disk.
                    let nodes = text.and_then(|text| tree::parse(text)).unwrap_or_default().0;
                    let nodes = nodes.into_iter().map(|node| (node.name.clone(), node)).collect();
                    self.look_into(&visit, nodes, &mut next);
                }
            }
            level = next;
        }
    }

    fn look_into<'c>(
        &mut self,
        visit: &Visit<'c>,
        mut before: HashMap<Vec<u8>, Node>,
        next: &mut Vec<Visit<'c>>,
    ) {
        let Some(path) = self.folders.get(visit.number).map(|folder| folder.path.clone()) else {
            return;
        };
        let open = match self.root.folder(&path) {
            Ok(open) => open,
            Err(error) => return self.fault(&path, &error),
        };
        let names = if visit.branch.is_whole() {
            names(&open)
        } else {
            Ok(visit.branch.named().map(|(name, _)| name.to_vec()).collect())
        };
        let names = match names {
            Ok(names) => names,
            Err(error) => return self.fault(&path, &error),
        };
        for name in names {
            let Some(branch) = visit.branch.at(&name) else { continue };
            let whole = joined(&path, &name);
            if self.excluded.contains(&whole) {
                continue;
            }
            let node = before.remove(&name);
            match self.entry(&open, (&name, &whole), (visit, branch, node), next) {
                Ok(entry) => {
                    if let Some(folder) = self.folders.get_mut(visit.number) {
                        folder.entries.push(entry);
                    }
                }
                // Gone meanwhile.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => self.fault(&whole, &error),
            }
        }
    }

    /// One entry, and what is to be looked into below it.
    fn entry<'c>(
        &mut self,
        folder: &OwnedFd,
        (name, path): (&[u8], &[u8]),
        (visit, branch, before): (&Visit<'c>, &'c Branch, Option<Node>),
        next: &mut Vec<Visit<'c>>,
    ) -> io::Result<Entry> {
        let shown = OsStr::from_bytes(name);
        let mut about = About::of(&statat(folder, shown, AtFlags::SYMLINK_NOFOLLOW)?);
        let what = match about.kind() {
            FileType::RegularFile => match before.and_then(|node| self.unchanged(node, &about)) {
                Some((content, attributes)) => {
                    about.attributes = attributes;
                    What::File(Content::Same(content))
                }
                None => What::File(Content::Unread),
            },
            FileType::Directory => {
                let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
                // A folder that may not be opened is told of when it is looked into.
                if let Ok(open) = openat(folder, shown, flags, Mode::empty()) {
                    about.attributes = attributes(&open)?;
                }
                let number = self.folders.len();
                self.folders.push(Folder { path: path.to_vec(), entries: Vec::new() });
                let is_other = visit.device.is_some_and(|device| device != about.device);
                if !(self.one_file_system && is_other) {
                    let before = before.and_then(|node| match node.kind {
                        Kind::Folder(tree) => Some(tree),
                        _ => None,
                    });
                    let device = branch.is_whole().then_some(about.device);
                    next.push(Visit { number, branch, before, device });
                }
                What::Folder(number)
            }
            FileType::Symlink => What::Link(readlinkat(folder, shown, Vec::new())?.into_bytes()),
            _ => What::Other,
        };
        Ok(Entry { name: name.to_vec(), about, what })
    }

    /// Content and attributes of a file that is as the last backup has it.
    fn unchanged(&self, node: Node, about: &About) -> Option<(Box<[Id]>, Attributes)> {
        let Kind::File(content) = node.kind else { return None };
        let begun = self.parent?.at.ms() - TICK_MS;
        let changed_ms =
            about.changed.0.saturating_mul(1_000) + i64::from(about.changed.1 / 1_000_000);
        let is_same = node.bytes == about.bytes
            && node.inode == about.inode
            && node.dress.modified == Some(about.modified)
            && node.changed == Some(about.changed)
            && changed_ms < begun;
        let is_there = |id: &Id| self.fetcher.index.find(BlobKind::Data, id).is_some();
        (is_same && content.iter().all(is_there)).then_some((content, node.dress.attributes))
    }

    pub(super) fn fault(&mut self, path: &[u8], error: &io::Error) {
        self.failed.push(Fault { what: shown_path(&rooted(path)), why: error.to_string() });
    }

    /// Files that must be read, by folder and place in it.
    pub(super) fn unread(&self) -> Vec<(usize, usize)> {
        let mut all = Vec::new();
        for (number, folder) in self.folders.iter().enumerate() {
            for (place, entry) in folder.entries.iter().enumerate() {
                if matches!(entry.what, What::File(Content::Unread)) {
                    all.push((number, place));
                }
            }
        }
        all
    }

    /// Keeps each folder, what is in it first; the name of the first.
    pub(super) fn save_folders(&self, stock: &Stock<'_>) -> Result<Id, BackupError> {
        let (mut trees, mut pack) = (HashMap::new(), Pack::new()?);
        for (number, folder) in self.folders.iter().enumerate().rev() {
            let text = listing::tree(&folder.entries, &trees)?;
            trees.insert(number, stock.keep(BlobKind::Tree, &text, &mut pack));
        }
        stock.end(pack);
        trees.get(&0).copied().ok_or(BackupError::Moved)
    }

    pub(super) fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for entry in self.folders.iter().flat_map(|folder| &folder.entries) {
            match &entry.what {
                What::File(content @ (Content::Same(_) | Content::Read(_))) => {
                    counts.files += 1;
                    counts.read += u64::from(matches!(content, Content::Read(_)));
                    counts.bytes += entry.about.bytes;
                }
                What::File(_) => {}
                What::Folder(_) => counts.folders += 1,
                What::Link(_) | What::Other => counts.others += 1,
            }
        }
        counts
    }
}

/// The names in a folder, in order: restic looks for them in halves.
fn names(folder: &OwnedFd) -> io::Result<Vec<Vec<u8>>> {
    let mut all = Vec::new();
    for entry in Dir::read_from(folder)? {
        let name = entry?.file_name().to_bytes().to_vec();
        if name != b"." && name != b".." {
            all.push(name);
        }
    }
    all.sort();
    Ok(all)
}
