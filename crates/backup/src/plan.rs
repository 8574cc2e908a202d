//! What restoring would do: a snapshot's folders are walked, nothing is changed.
//!
//! Rules: a level of folders is read at a time, neighbours in one request; what cannot be brought
//! back is named; memory grows with the number of files, never with their size.

use std::{collections::HashMap, thread};

use beffroi_town::watch::shown_path;

use crate::{
    blobs::{BlobKind, Place},
    choice::{Branch, Choice},
    error::BackupError,
    fetch::{BlobFault, Fetcher},
    headers,
    id::Id,
    repository::{Fault, Index, workers},
    snapshots::Snapshot,
    tree::{self, Dress, Kind, Node},
    unpack::Unpacker,
};

/// More entries than any server of a town has: whoever holds the password could name a folder in
/// itself without end.
const ENTRIES_MAX: usize = 5_000_000;
/// The longest path that Linux opens.
const PATH_BYTES_MAX: usize = 4_095;
/// How much of folders is held at a time.
const TREES_BYTES_MAX: u64 = 32 << 20;

/// A folder to make, parents first.
#[derive(Debug)]
pub(crate) struct FolderItem {
    pub(crate) path: Vec<u8>,
    pub(crate) dress: Dress,
    /// Chosen itself, and not only on the way to what is.
    pub(crate) is_chosen: bool,
}

/// A file to bring back. Paths are relative to the target.
#[derive(Debug)]
pub(crate) struct FileItem {
    pub(crate) path: Vec<u8>,
    pub(crate) dress: Dress,
    pub(crate) content: Box<[Id]>,
    pub(crate) bytes: u64,
}

/// What has no content of its own.
#[derive(Debug)]
pub(crate) struct OtherItem {
    pub(crate) path: Vec<u8>,
    pub(crate) dress: Dress,
    pub(crate) what: Other,
}

/// What it is.
#[derive(Debug)]
pub(crate) enum Other {
    Link(Vec<u8>),
    Pipe,
    Device {
        number: u64,
        characters: bool,
    },
    /// One more name of this file.
    SameAs(Vec<u8>),
}

/// What restoring would bring back.
pub struct Plan {
    pub(crate) fetcher: Fetcher,
    pub(crate) folders: Vec<FolderItem>,
    pub(crate) files: Vec<FileItem>,
    pub(crate) others: Vec<OtherItem>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) bytes: u64,
    /// Folders whose files come back before all others, in this order.
    first: Vec<Vec<u8>>,
    seen: HashMap<(u64, u64), Vec<u8>>,
    /// Packs that no index names were asked what they hold.
    mended: bool,
}

impl std::fmt::Debug for Plan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plan").field("files", &self.files.len()).finish_non_exhaustive()
    }
}

/// A folder yet to be read.
struct Visit<'c> {
    path: Vec<u8>,
    tree: Id,
    branch: &'c Branch,
}

impl Plan {
    /// Plans what of a snapshot comes back.
    ///
    /// # Errors
    /// [`BackupError`] when the repository cannot be read at all. What is merely damaged is in
    /// [`Plan::faults`].
    pub fn new(index: Index, snapshot: &Snapshot, choice: &Choice) -> Result<Self, BackupError> {
        let faults = index.faults().to_vec();
        let mut plan = Self {
            fetcher: index.fetcher,
            folders: Vec::new(),
            files: Vec::new(),
            others: Vec::new(),
            faults,
            bytes: 0,
            first: Vec::new(),
            seen: HashMap::new(),
            mended: false,
        };
        let root = Visit { path: Vec::new(), tree: snapshot.tree, branch: choice.root() };
        let mut level = vec![root];
        while !level.is_empty() {
            level = plan.read_level(level)?;
        }
        plan.sort();
        Ok(plan)
    }

    /// Has what lies in these folders come back first, in this order; the rest last. Such is the order
    /// of the public services that depend on them.
    ///
    /// # Errors
    /// [`BackupError::Choice`] for what is no path in a snapshot.
    pub fn put_first(&mut self, folders: &[Vec<u8>]) -> Result<(), BackupError> {
        for folder in folders {
            // As a choice is read: whole, and leading nowhere else.
            Choice::paths([folder])?;
            let names = folder.split(|byte| *byte == b'/').filter(|name| !name.is_empty());
            self.first.push(names.collect::<Vec<_>>().join(&b'/'));
        }
        let Self { files, first, .. } = self;
        files.sort_by_key(|file| rank(first, &file.path));
        Ok(())
    }

    /// Which of the folders that come first a file lies in; their number: in none.
    pub(crate) fn rank(&self, path: &[u8]) -> usize {
        rank(&self.first, path)
    }

    /// How many files come back.
    pub fn files(&self) -> usize {
        self.files.len()
    }

    /// How many bytes they have.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The length of a part of a content.
    pub(crate) fn length(&self, id: &Id) -> Option<u32> {
        self.fetcher.index.find(BlobKind::Data, id).map(|place| place.bytes())
    }

    /// What cannot come back, and why.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// Where a blob lies. When no index names it, the packs that none names are asked, once: an index
    /// that was lost or damaged costs no file.
    fn find(&mut self, kind: BlobKind, id: &Id) -> Option<Place> {
        let found = self.fetcher.index.find(kind, id);
        if found.is_some() || self.mended {
            return found;
        }
        self.mended = true;
        match headers::unnamed(&self.fetcher) {
            Ok((lines, faults)) => {
                self.fetcher.index.add(lines);
                self.faults.extend(faults);
            }
            Err(error) => {
                self.faults.push(Fault { what: "the packs".to_owned(), why: error.to_string() });
            }
        }
        self.fetcher.index.find(kind, id)
    }

    fn read_level<'c>(&mut self, level: Vec<Visit<'c>>) -> Result<Vec<Visit<'c>>, BackupError> {
        // Down to where a choice branches out one folder leads to the next.
        if let [only] = level.as_slice()
            && let Some(place) = self.find(BlobKind::Tree, &only.tree)
        {
            self.fetcher.read_along(place);
        }
        let (mut next, mut rest) = (Vec::new(), level.into_iter().peekable());
        while rest.peek().is_some() {
            let (mut some, mut bytes) = (Vec::new(), 0);
            while let Some(visit) = rest.next_if(|_| bytes < TREES_BYTES_MAX) {
                let place = self.find(BlobKind::Tree, &visit.tree);
                bytes += place.map_or(0, |place| u64::from(place.bytes()) + 256);
                some.push(visit);
            }
            let trees = read_trees(&self.fetcher, some.iter().map(|visit| visit.tree).collect());
            for visit in some {
                match trees.get(&visit.tree) {
                    Some(Ok(text)) => self.take_in(&visit, text, &mut next)?,
                    Some(Err(fault)) => self.fault(&visit.path, &format!("the folder: {fault}")),
                    None => self.fault(&visit.path, "the folder was not read"),
                }
            }
        }
        if self.fetcher.is_gone() {
            let fault = self.faults.pop().map_or_else(String::new, |fault| fault.why);
            return Err(BackupError::Source {
                doing: "read the folders of the snapshot",
                source: crate::source::SourceError::Silent(fault),
            });
        }
        Ok(next)
    }

    fn take_in<'c>(
        &mut self,
        visit: &Visit<'c>,
        text: &[u8],
        next: &mut Vec<Visit<'c>>,
    ) -> Result<(), BackupError> {
        let is_wanted = |name: &[u8]| visit.branch.at(name).is_some();
        let Some((nodes, bad)) = tree::parse_some(text, is_wanted) else {
            self.fault(&visit.path, "the folder's list is none that restic writes");
            return Ok(());
        };
        for one in bad {
            let path = format!("{}/{}", shown_path(&rooted(&visit.path)), one.name);
            self.faults.push(Fault { what: path, why: one.why.to_owned() });
        }
        for (name, below) in visit.branch.named() {
            if !nodes.iter().any(|node| node.name == name) {
                let (mut lost, at) = (Vec::new(), joined(&visit.path, name));
                below.paths(&at, &mut lost);
                for path in lost {
                    self.fault(&path, "it is not in this snapshot");
                }
            }
        }
        for node in nodes {
            let Some(branch) = visit.branch.at(&node.name) else { continue };
            let path = joined(&visit.path, &node.name);
            if path.len() > PATH_BYTES_MAX {
                self.fault(&path, "its path is longer than this system opens");
                continue;
            }
            if self.folders.len() + self.files.len() + self.others.len() >= ENTRIES_MAX {
                return Err(BackupError::TooMany(ENTRIES_MAX));
            }
            self.take_node(node, path, branch, next);
        }
        Ok(())
    }

    fn take_node<'c>(
        &mut self,
        node: Node,
        path: Vec<u8>,
        branch: &'c Branch,
        next: &mut Vec<Visit<'c>>,
    ) {
        let dress = node.dress;
        let what = match node.kind {
            Kind::Folder(tree) => {
                let is_chosen = branch.is_whole();
                self.folders.push(FolderItem { path: path.clone(), dress, is_chosen });
                next.push(Visit { path, tree, branch });
                return;
            }
            _ if !branch.is_whole() => {
                let mut lost = Vec::new();
                branch.paths(&path, &mut lost);
                for path in lost {
                    self.fault(&path, "it is not in this snapshot");
                }
                return;
            }
            Kind::File(content) => {
                if let Some(first) = node.shared.and_then(|shared| self.seen.get(&shared)) {
                    Other::SameAs(first.clone())
                } else {
                    self.take_file(path, dress, content, node.shared);
                    return;
                }
            }
            Kind::Link(target) => Other::Link(target),
            Kind::Pipe => Other::Pipe,
            Kind::Device { number, characters } => Other::Device { number, characters },
            Kind::Other => {
                self.fault(&path, "a socket or a special file: nothing in it to bring back");
                return;
            }
        };
        self.others.push(OtherItem { path, dress, what });
    }

    fn take_file(
        &mut self,
        path: Vec<u8>,
        dress: Dress,
        content: Box<[Id]>,
        shared: Option<(u64, u64)>,
    ) {
        let mut bytes = 0;
        for id in &content {
            let Some(place) = self.find(BlobKind::Data, id) else {
                self.fault(&path, &BlobFault::NotIndexed.to_string());
                return;
            };
            bytes += u64::from(place.bytes());
        }
        self.bytes += bytes;
        if let Some(shared) = shared {
            self.seen.insert(shared, path.clone());
        }
        self.files.push(FileItem { path, dress, content, bytes });
    }

    fn fault(&mut self, path: &[u8], why: &str) {
        self.faults.push(Fault { what: shown_path(&rooted(path)), why: why.to_owned() });
    }

    /// Files in the order in which their contents lie in packs, so that few requests fetch many.
    fn sort(&mut self) {
        let index = &self.fetcher.index;
        self.files.sort_by_cached_key(|file| {
            let first = file.content.first().and_then(|id| index.find(BlobKind::Data, id));
            first.map(|place| (place.pack, place.offset))
        });
    }
}

fn rank(first: &[Vec<u8>], path: &[u8]) -> usize {
    let is_in = |folder: &Vec<u8>| {
        let below = path.strip_prefix(folder.as_slice());
        below.is_some_and(|rest| folder.is_empty() || rest.is_empty() || rest.starts_with(b"/"))
    };
    first.iter().position(is_in).unwrap_or(first.len())
}

/// Folders, fetched by several at once.
pub(crate) fn read_trees(fetcher: &Fetcher, ids: Vec<Id>) -> crate::fetch::Blobs {
    read_blobs(fetcher, BlobKind::Tree, ids)
}

/// Blobs of a kind, fetched by several at once.
pub(crate) fn read_blobs(
    fetcher: &Fetcher,
    kind: BlobKind,
    mut ids: Vec<Id>,
) -> crate::fetch::Blobs {
    let place = |id: &Id| fetcher.index.find(kind, id);
    ids.sort_by_key(|id| place(id).map(|place| (place.pack, place.offset)));
    ids.dedup();
    let read = move |share: &[Id]| {
        let mut unpacker = Unpacker::new().ok()?;
        Some(fetcher.blobs(&mut unpacker, kind, share.iter().copied()))
    };
    if ids.len() <= 1 {
        return read(&ids).unwrap_or_default();
    }
    let size = ids.len().div_ceil(workers());
    thread::scope(|scope| {
        let shares: Vec<_> =
            ids.chunks(size).map(|share| scope.spawn(move || read(share))).collect();
        shares.into_iter().filter_map(|one| one.join().ok().flatten()).flatten().collect()
    })
}

pub(crate) fn joined(folder: &[u8], name: &[u8]) -> Vec<u8> {
    if folder.is_empty() { name.to_vec() } else { [folder, b"/", name].concat() }
}

pub(crate) fn rooted(path: &[u8]) -> Vec<u8> {
    [b"/", path].concat()
}
