//! What differs between two snapshots, by content: never by time or size, which an attacker sets.
//!
//! Folders that are the same in both are not read at all.

use beffroi_town::watch::shown_path;

use crate::{
    error::BackupError,
    id::Id,
    plan::{joined, read_trees, rooted},
    repository::{Fault, Index},
    snapshots::Snapshot,
    tree::{self, Kind, Node},
};

/// More than this differs only when nothing is alike.
const DIFFERENCES_MAX: usize = 5_000_000;
/// How many pairs of folders are read at a time.
const PAIRS: usize = 512;

/// What differs, from the first snapshot to the second. Paths are absolute.
#[derive(Debug, Default)]
pub struct Difference {
    /// In both, with another content, or another kind of thing. A folder that cannot be compared
    /// counts as changed.
    pub changed: Vec<Vec<u8>>,
    /// In the first alone; of a folder, the folder.
    pub gone: Vec<Vec<u8>>,
    /// In the second alone; of a folder, the folder.
    pub new: Vec<Vec<u8>>,
    /// Folders that could not be compared.
    pub faults: Vec<Fault>,
}

/// A folder of both.
struct Pair {
    path: Vec<u8>,
    first: Id,
    second: Id,
}

impl Difference {
    /// Compares two snapshots.
    ///
    /// # Errors
    /// [`BackupError::TooMany`]; what cannot be read is in [`Difference::faults`].
    pub fn between(
        index: &Index,
        first: &Snapshot,
        second: &Snapshot,
    ) -> Result<Self, BackupError> {
        let mut difference = Self { faults: index.faults().to_vec(), ..Self::default() };
        let mut rest = vec![Pair { path: Vec::new(), first: first.tree, second: second.tree }];
        while !rest.is_empty() {
            let some = rest.split_off(rest.len().saturating_sub(PAIRS));
            let trees = read_trees(
                &index.fetcher,
                some.iter().flat_map(|pair| [pair.first, pair.second]).collect(),
            );
            for pair in some.into_iter().filter(|pair| pair.first != pair.second) {
                let read = |id: &Id| match trees.get(id) {
                    Some(Ok(text)) => tree::parse(text).ok_or_else(|| "no folder".to_owned()),
                    Some(Err(fault)) => Err(fault.to_string()),
                    None => Err("it was not read".to_owned()),
                };
                match (read(&pair.first), read(&pair.second)) {
                    (Ok((first, _)), Ok((second, _))) => {
                        difference.compare(&pair.path, (first, second), &mut rest);
                    }
                    (Err(why), _) | (_, Err(why)) => {
                        let path = rooted(&pair.path);
                        difference.faults.push(Fault { what: shown_path(&path), why });
                        difference.changed.push(path);
                    }
                }
            }
            if difference.len() + rest.len() > DIFFERENCES_MAX {
                return Err(BackupError::TooMany(DIFFERENCES_MAX));
            }
        }
        difference.changed.sort();
        difference.gone.sort();
        difference.new.sort();
        Ok(difference)
    }

    /// How many things differ.
    pub fn len(&self) -> usize {
        self.changed.len() + self.gone.len() + self.new.len()
    }

    /// Whether nothing does.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn compare(&mut self, folder: &[u8], trees: (Vec<Node>, Vec<Node>), rest: &mut Vec<Pair>) {
        let (first, second) = trees;
        let path = |node: &Node| rooted(&joined(folder, &node.name));
        let mut others: std::collections::HashMap<&[u8], &Node> =
            second.iter().map(|node| (node.name.as_slice(), node)).collect();
        for node in &first {
            let Some(other) = others.remove(node.name.as_slice()) else {
                self.gone.push(path(node));
                continue;
            };
            match (&node.kind, &other.kind) {
                (Kind::Folder(one), Kind::Folder(two)) => {
                    let path = joined(folder, &node.name);
                    if one != two {
                        rest.push(Pair { path, first: *one, second: *two });
                    }
                }
                (one, two) if one == two => {}
                _ => self.changed.push(path(node)),
            }
        }
        self.new.extend(others.into_values().map(path));
    }
}
