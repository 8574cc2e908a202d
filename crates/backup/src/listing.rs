//! All files of a snapshot, and their contents, as the judge wants them.

use beffroi_town::watch::shown_path;

use crate::{
    blobs::BlobKind,
    error::BackupError,
    id::Id,
    judge::{Contents, Entry, Listing, Parts},
    plan::{joined, read_blobs, read_trees, rooted},
    repository::{Fault, Index},
    snapshots::Snapshot,
    source::SourceError,
    tree::{self, Kind},
};

/// More files than any server of a town has.
const ENTRIES_MAX: usize = 5_000_000;
/// How many folders are read at a time.
const FOLDERS: usize = 512;

impl Listing {
    /// The files of a snapshot. Memory grows with their number, never with their size.
    ///
    /// # Errors
    /// [`BackupError::TooMany`]; [`BackupError::Source`] when nobody answers any more. Folders that
    /// are merely damaged are in [`Listing::faults`].
    pub fn of(index: &Index, snapshot: &Snapshot) -> Result<Self, BackupError> {
        let mut all = Self::default();
        let mut rest = vec![(Vec::new(), snapshot.tree)];
        let mut folders = 0;
        while !rest.is_empty() {
            let some = rest.split_off(rest.len().saturating_sub(FOLDERS));
            folders += some.len();
            let trees = read_trees(&index.fetcher, some.iter().map(|(_, tree)| *tree).collect());
            answered(index)?;
            for (path, tree) in some {
                let parsed = match trees.get(&tree) {
                    Some(Ok(text)) => tree::parse(text).ok_or_else(|| "no folder".to_owned()),
                    Some(Err(fault)) => Err(fault.to_string()),
                    None => Err("it was not read".to_owned()),
                };
                match parsed {
                    Ok((nodes, bad)) => {
                        let shown = shown_path(&rooted(&path));
                        all.faults.extend(bad.into_iter().map(|one| Fault {
                            what: format!("{shown}/{}", one.name),
                            why: one.why.to_owned(),
                        }));
                        all.take(&path, nodes, &mut rest);
                    }
                    Err(why) => all.faults.push(Fault { what: shown_path(&rooted(&path)), why }),
                }
            }
            if all.files.len() + rest.len() + folders > ENTRIES_MAX {
                return Err(BackupError::TooMany(ENTRIES_MAX));
            }
        }
        all.files.sort_unstable_by(|one, other| one.path.cmp(&other.path));
        Ok(all)
    }

    fn take(&mut self, folder: &[u8], nodes: Vec<tree::Node>, rest: &mut Vec<(Vec<u8>, Id)>) {
        for node in nodes {
            let path = joined(folder, &node.name);
            match node.kind {
                Kind::File(content) => self.files.push(Entry { path, content }),
                Kind::Folder(tree) => rest.push((path, tree)),
                _ => {}
            }
        }
    }

    /// The bytes of all files that the index knows.
    pub fn bytes(&self, contents: &dyn Contents) -> u64 {
        let parts = self.files.iter().flat_map(|one| &one.content);
        parts.filter_map(|id| contents.lengths(id)).map(|(_, raw)| raw).sum()
    }
}

impl Contents for Index {
    fn lengths(&self, id: &Id) -> Option<(u64, u64)> {
        let place = self.fetcher.index.find(BlobKind::Data, id)?;
        Some((u64::from(place.length), u64::from(place.bytes())))
    }

    fn parts(&self, ids: Vec<Id>) -> Result<Parts, BackupError> {
        let parts = read_blobs(&self.fetcher, BlobKind::Data, ids);
        answered(self)?;
        Ok(parts.into_iter().map(|(id, part)| (id, part.ok())).collect())
    }
}

/// A server that has gone is no damage.
fn answered(index: &Index) -> Result<(), BackupError> {
    if !index.fetcher.is_gone() {
        return Ok(());
    }
    Err(BackupError::Source {
        doing: "read the repository to its end",
        source: SourceError::Silent("it did, and stopped".to_owned()),
    })
}
