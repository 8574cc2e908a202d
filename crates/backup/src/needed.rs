//! What snapshots need: every folder and every part of a content that they lead to.
//!
//! Rule: what an entry is called does not matter, only what it refers to: an entry that this program
//! would not bring back is needed all the same.

use std::collections::{HashMap, HashSet};

use crate::{
    blobs::BlobKind, error::BackupError, fetch::Fetcher, id::Id, plan::read_trees,
    repository::Fault, snapshots::Snapshot, source::SourceError, tree,
};

/// How much of folders is held at a time.
const TREES_BYTES_MAX: u64 = 32 << 20;

/// What some snapshots need.
#[derive(Debug, Default)]
pub(crate) struct Needed {
    pub(crate) trees: HashSet<Id>,
    pub(crate) data: HashSet<Id>,
    /// Folders that cannot be read, by name, each with a snapshot that leads there.
    pub(crate) lost: HashMap<Id, Lost>,
}

/// A folder that cannot be read.
#[derive(Debug)]
pub(crate) struct Lost {
    pub(crate) snapshot: Id,
    pub(crate) why: String,
}

impl Lost {
    pub(crate) fn fault(&self) -> Fault {
        let what = format!("a folder of snapshot {}", self.snapshot.short());
        Fault { what, why: self.why.clone() }
    }
}

impl Needed {
    /// Walks everything that these snapshots lead to, each folder once.
    ///
    /// # Errors
    /// [`BackupError::Source`] when nobody answers any more. What is merely damaged is in
    /// [`Needed::lost`].
    pub(crate) fn of<'s>(
        fetcher: &Fetcher,
        snapshots: impl IntoIterator<Item = &'s Snapshot>,
    ) -> Result<Self, BackupError> {
        let mut needed = Self::default();
        let mut rest: Vec<(Id, Id)> = Vec::new();
        for snapshot in snapshots {
            if needed.trees.insert(snapshot.tree) {
                rest.push((snapshot.tree, snapshot.id));
            }
        }
        while !rest.is_empty() {
            let (mut some, mut bytes) = (Vec::new(), 0);
            while let Some(one) = rest.pop_if(|_| bytes < TREES_BYTES_MAX) {
                let place = fetcher.index.find(BlobKind::Tree, &one.0);
                bytes += place.map_or(0, |place| u64::from(place.bytes()) + 256);
                some.push(one);
            }
            needed.read(fetcher, some, &mut rest);
            if fetcher.is_gone() {
                let source = SourceError::Silent("it went away".to_owned());
                return Err(BackupError::Source { doing: "read the folders", source });
            }
        }
        Ok(needed)
    }

    fn read(&mut self, fetcher: &Fetcher, some: Vec<(Id, Id)>, rest: &mut Vec<(Id, Id)>) {
        let trees = read_trees(fetcher, some.iter().map(|(tree, _)| *tree).collect());
        for (tree, snapshot) in some {
            let read = match trees.get(&tree) {
                Some(Ok(text)) => {
                    tree::references(text).ok_or_else(|| "it is none that restic writes".to_owned())
                }
                Some(Err(fault)) => Err(fault.to_string()),
                None => Err("it was not read".to_owned()),
            };
            match read {
                Ok((parts, folders)) => {
                    self.data.extend(parts);
                    let new = folders.into_iter().filter(|folder| self.trees.insert(*folder));
                    rest.extend(new.map(|folder| (folder, snapshot)));
                }
                Err(why) => {
                    self.lost.insert(tree, Lost { snapshot, why });
                }
            }
        }
    }

    /// Whether a blob is needed.
    pub(crate) fn has(&self, kind: BlobKind, id: &Id) -> bool {
        match kind {
            BlobKind::Data => self.data.contains(id),
            BlobKind::Tree => self.trees.contains(id),
        }
    }
}
