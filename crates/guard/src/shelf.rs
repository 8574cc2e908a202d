//! The inventory: which files stand in the watched folders, and what is known of each.
//!
//! Rules:
//! - Held in memory by path; written to `inventory.jsonl` line by line, the last line of a path
//!   counts. A torn last line is what a kill leaves: it is skipped.
//! - A hash is believed as long as inode, size and modification time are those it was taken for.

use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fs::{File, Metadata};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::content::ContentKind;
use crate::error::{Context, Result};
use crate::holdings::lock;
use crate::ledger::Ledger;
use crate::state::{PathText, Sha256};

/// What is known of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) device: u64,
    pub(crate) inode: u64,
    pub(crate) size: u64,
    pub(crate) mtime_ns: i64,
    pub(crate) mode: u32,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    /// Of the content with that size and time.
    pub(crate) sha256: Option<Sha256>,
    pub(crate) kind: Option<ContentKind>,
    /// Whether the reserve holds a link.
    pub(crate) linked: bool,
}

impl Kept {
    /// From what the file system says.
    pub(crate) fn of(meta: &Metadata) -> Self {
        Self {
            device: meta.dev(),
            inode: meta.ino(),
            size: meta.size(),
            mtime_ns: mtime_ns(meta),
            mode: meta.mode() & 0o7777,
            uid: meta.uid(),
            gid: meta.gid(),
            sha256: None,
            kind: None,
            linked: false,
        }
    }

    /// Whether it is the same file with, as far as can be told, the same content.
    pub(crate) fn same_content(&self, other: &Self) -> bool {
        (self.device, self.inode, self.size, self.mtime_ns)
            == (other.device, other.inode, other.size, other.mtime_ns)
    }
}

pub(crate) fn mtime_ns(meta: &Metadata) -> i64 {
    meta.mtime().saturating_mul(1_000_000_000).saturating_add(meta.mtime_nsec())
}

/// What is needed to make a folder again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FolderFacts {
    pub(crate) mode: u32,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

/// One line of the inventory.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    path: PathText,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file: Option<Kept>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    folder: Option<FolderFacts>,
}

/// Lines not yet written.
pub(crate) struct Queued(Vec<Line>);

/// The inventory.
#[derive(Debug)]
pub(crate) struct Shelf {
    files: HashMap<PathBuf, Kept>,
    by_inode: HashMap<(u64, u64), PathBuf>,
    folders: HashMap<PathBuf, FolderFacts>,
    /// Lines not yet written: the thread that answers the kernel only queues them.
    queued: Vec<Line>,
    ledger: Ledger,
}

impl Shelf {
    /// Opens the inventory in the state folder, with what an earlier run wrote.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let mut files = HashMap::new();
        let mut folders = HashMap::new();
        if let Ok(file) = File::open(path) {
            for line in BufReader::new(file).split(b'\n').map_while(std::io::Result::ok) {
                let Ok(line) = serde_json::from_slice::<Line>(&line) else { continue };
                let path = line.path.0;
                match (line.file, line.folder) {
                    (Some(kept), _) => drop(files.insert(path, kept)),
                    (None, Some(facts)) => drop(folders.insert(path, facts)),
                    (None, None) => drop(files.remove(&path)),
                }
            }
        }
        let fresh = path.with_extension("new");
        let ledger = Ledger::create(&fresh)?;
        let mut shelf = Self {
            by_inode: files
                .iter()
                .map(|(p, k): (&PathBuf, &Kept)| ((k.device, k.inode), p.clone()))
                .collect(),
            files: HashMap::new(),
            folders: HashMap::new(),
            queued: Vec::new(),
            ledger,
        };
        for (path, kept) in files {
            shelf.insert(path, kept);
        }
        for (path, facts) in folders {
            shelf.insert_folder(path, facts);
        }
        let lines = std::mem::take(&mut shelf.queued);
        shelf.ledger.write(|| lines).context("write", &fresh)?;
        std::fs::rename(&fresh, path).context("write", path)?;
        Ok(shelf)
    }

    /// Takes in or replaces a file.
    pub(crate) fn insert(&mut self, path: PathBuf, kept: Kept) {
        self.write(Line { path: PathText(path.clone()), file: Some(kept.clone()), folder: None });
        self.by_inode.insert((kept.device, kept.inode), path.clone());
        self.files.insert(path, kept);
    }

    /// Takes out a file, with what was known of it.
    pub(crate) fn remove(&mut self, path: &Path) -> Option<Kept> {
        let kept = self.files.remove(path)?;
        let inode = (kept.device, kept.inode);
        if self.by_inode.get(&inode).is_some_and(|known| known == path) {
            self.by_inode.remove(&inode);
        }
        self.write(Line { path: PathText(path.to_owned()), file: None, folder: None });
        Some(kept)
    }

    pub(crate) fn get(&self, path: &Path) -> Option<&Kept> {
        self.files.get(path)
    }

    /// Where an inode stands now.
    pub(crate) fn path_of(&self, device: u64, inode: u64) -> Option<&Path> {
        self.by_inode.get(&(device, inode)).map(PathBuf::as_path)
    }

    pub(crate) fn insert_folder(&mut self, path: PathBuf, facts: FolderFacts) {
        if self.folders.get(&path) != Some(&facts) {
            self.write(Line { path: PathText(path.clone()), file: None, folder: Some(facts) });
            self.folders.insert(path, facts);
        }
    }

    pub(crate) fn folder(&self, path: &Path) -> Option<FolderFacts> {
        self.folders.get(path).copied()
    }

    /// Every folder known.
    pub(crate) fn folders(&self) -> Vec<PathBuf> {
        self.folders.keys().cloned().collect()
    }

    /// Every file below `folder`.
    pub(crate) fn below(&self, folder: &Path) -> Vec<PathBuf> {
        self.files.keys().filter(|path| path.starts_with(folder)).cloned().collect()
    }

    /// Files below `folder` that the reserve holds a link of, and those it does not.
    pub(crate) fn tally(&self, folder: &Path) -> (u64, u64) {
        let below = self.files.iter().filter(|(path, _)| path.starts_with(folder));
        below.fold(
            (0, 0),
            |(yes, no), (_, kept)| {
                if kept.linked { (yes + 1, no) } else { (yes, no + 1) }
            },
        )
    }

    /// Takes what is queued. The caller writes the record of touches down, then hands it back to
    /// [`Self::write_down`]: a kill in between must not leave a file forgotten by both.
    pub(crate) fn take_queued(&mut self) -> Queued {
        Queued(std::mem::take(&mut self.queued))
    }

    /// Hands what was taken to the file system. The lock is not held meanwhile.
    pub(crate) fn write_down(shelf: &Mutex<Self>, lines: Queued) {
        let ledger = lock(shelf).ledger.clone();
        if let Err(error) = ledger.write(|| lines.0) {
            tracing::error!(%error, "the inventory cannot be written: after a restart the folders are scanned anew");
        }
    }

    fn write(&mut self, line: Line) {
        self.queued.push(line);
    }
}

/// The number under which `decide` knows a path. The same in each run of one build.
pub(crate) fn file_number(path: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    hasher.finish()
}
