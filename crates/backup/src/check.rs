//! Checking a repository: whether everything that its snapshots need is there, and what is lost
//! where something is not.
//!
//! Rules: nothing is changed; everything is compared with its SHA-256; what is damaged is named, with
//! the files that it costs and the snapshots that they are missing from.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    thread,
};

use beffroi_town::{
    vault::{ObjectKind, thinning::Checked},
    watch::shown_path,
};
use serde::Serialize;

use crate::{
    access::Access,
    blobs::BlobKind,
    error::BackupError,
    fetch::Fetcher,
    id::Id,
    needed::{Lost, Needed},
    plan::{joined, read_trees, rooted},
    repository::{Fault, Repository, workers},
    snapshots::Snapshot,
    thin::Keeper,
    tree::{self, Kind},
    unpack::Unpacker,
};

/// How much is read at a time, by each who reads.
const BYTES_AT_ONCE: u64 = 16 << 20;
/// How many folders are read at a time when lost files are named.
const FOLDERS_AT_ONCE: usize = 2_000;
/// How many lost files are named.
pub const NAMED_MAX: usize = 10_000;

/// What was found.
#[derive(Debug, Default, Serialize)]
pub struct Findings {
    /// The snapshots that were looked through, by name.
    pub snapshots: Vec<Id>,
    /// Packs that the index names.
    pub packs: usize,
    /// Blobs that the index names.
    pub blobs: usize,
    /// Whether every content was read.
    pub read_data: bool,
    /// What is damaged or missing: snapshots, index objects, packs, folders.
    pub faults: Vec<Fault>,
    /// Files that would not come back, each with the snapshots that it is lost from.
    pub lost: Vec<LostFile>,
}

/// A file that would not come back.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct LostFile {
    /// Its path, fit for showing.
    pub path: String,
    /// The beginnings of the names of the snapshots that it is lost from.
    pub snapshots: Vec<String>,
}

impl Findings {
    /// Whether everything is there.
    pub const fn is_whole(&self) -> bool {
        self.faults.is_empty() && self.lost.is_empty()
    }

    /// Tells the vault what was found: before it empties its trash it wants to know.
    ///
    /// # Errors
    /// [`BackupError::NoDoor`]; what the vault says against it.
    pub fn tell(&self, access: &Access) -> Result<(), BackupError> {
        let checked = Checked {
            snapshots: self.snapshots.iter().map(Id::to_string).collect(),
            read_data: self.read_data,
            faults: (self.faults.len() + self.lost.len()) as u64,
        };
        Keeper::new(access)?.tell("checks", &checked, "tell the vault of the check")
    }
}

/// Blobs that are not had.
#[derive(Debug, Default)]
struct Bad(HashSet<Id>);

/// Checks a repository; with `read_data` every content is read and compared.
///
/// # Errors
/// [`BackupError`] when it cannot be opened or listed, or the server goes away. What is damaged is
/// in [`Findings`].
pub fn check(access: &Access, read_data: bool) -> Result<Findings, BackupError> {
    let repository = Repository::open(access)?;
    let (snapshots, mut faults) = repository.snapshots()?;
    let index = repository.index()?;
    faults.extend(index.faults.iter().cloned());
    let fetcher = index.fetcher;
    let on_disk = fetcher.source.names(ObjectKind::Data);
    let on_disk = on_disk.map_err(BackupError::source("list the packs"))?;
    let on_disk: HashSet<Id> = on_disk.into_iter().collect();
    let gone = |id: &&Id| !on_disk.contains(*id);
    let mut missing: Vec<&Id> = fetcher.index.packs().iter().filter(gone).collect();
    missing.sort();
    missing.dedup();
    faults.extend(missing.iter().map(|id| Fault {
        what: format!("pack {}", id.short()),
        why: "the index names it and it is not there".to_owned(),
    }));
    let needed = Needed::of(&fetcher, &snapshots)?;
    faults.extend(needed.lost.values().map(Lost::fault));
    let mut bad = Bad::default();
    let is_had = |id: &Id| {
        let place = fetcher.index.find(BlobKind::Data, id);
        let pack = place.and_then(|place| fetcher.index.pack(place.pack));
        pack.is_some_and(|pack| on_disk.contains(pack))
    };
    bad.0.extend(needed.data.iter().filter(|id| !is_had(id)));
    if read_data {
        let damaged = read_everything(&fetcher)?;
        for (what, (ids, why)) in damaged {
            faults.push(Fault { what, why });
            bad.0.extend(ids);
        }
    }
    let lost = if bad.0.is_empty() { Vec::new() } else { lost_files(&fetcher, &snapshots, &bad) };
    faults.sort_by(|one, other| (&one.what, &one.why).cmp(&(&other.what, &other.why)));
    Ok(Findings {
        snapshots: snapshots.iter().map(|one| one.id).collect(),
        packs: fetcher.index.packs().len(),
        blobs: fetcher.index.all().count(),
        read_data,
        faults,
        lost,
    })
}

/// Damaged packs by their names, each with the blobs that are not had and why.
type Damaged = BTreeMap<String, (Vec<Id>, String)>;

/// Reads every blob that the index names.
fn read_everything(fetcher: &Fetcher) -> Result<Damaged, BackupError> {
    let mut all: Vec<(u32, u32, BlobKind, Id, u64)> = fetcher
        .index
        .all()
        .map(|(kind, id, place)| (place.pack, place.offset, kind, *id, u64::from(place.length)))
        .collect();
    all.sort_unstable_by_key(|(pack, offset, ..)| (*pack, *offset));
    let size = all.len().div_ceil(workers()).max(1);
    let damaged: Damaged = thread::scope(|scope| {
        let shares: Vec<_> =
            all.chunks(size).map(|share| scope.spawn(move || read_some(fetcher, share))).collect();
        let mut damaged = Damaged::new();
        for (name, (ids, why)) in shares.into_iter().filter_map(|one| one.join().ok()).flatten() {
            damaged.entry(name).or_insert_with(|| (Vec::new(), why)).0.extend(ids);
        }
        damaged
    });
    if fetcher.is_gone() {
        let source = crate::source::SourceError::Silent("it went away".to_owned());
        return Err(BackupError::Source { doing: "read the packs", source });
    }
    Ok(damaged)
}

fn read_some(fetcher: &Fetcher, share: &[(u32, u32, BlobKind, Id, u64)]) -> Damaged {
    let (mut damaged, mut rest) = (Damaged::new(), share);
    let Ok(mut unpacker) = Unpacker::new() else { return damaged };
    while !rest.is_empty() {
        let mut bytes = 0;
        let fits = |(.., length): &&(u32, u32, BlobKind, Id, u64)| {
            bytes += length;
            bytes <= BYTES_AT_ONCE
        };
        let count = rest.iter().take_while(fits).count().max(1);
        let (some, after) = rest.split_at(count.min(rest.len()));
        for kind in [BlobKind::Data, BlobKind::Tree] {
            let wanted = some.iter().filter(|one| one.2 == kind).map(|one| one.3);
            for (id, read) in fetcher.blobs(&mut unpacker, kind, wanted) {
                let Err(fault) = read else { continue };
                let place = fetcher.index.find(kind, &id);
                let pack = place.and_then(|place| fetcher.index.pack(place.pack));
                let name = pack.map_or_else(String::new, |pack| format!("pack {pack}"));
                let entry = damaged.entry(name).or_insert_with(|| (Vec::new(), fault.to_string()));
                entry.0.push(id);
            }
        }
        rest = after;
    }
    damaged
}

/// A folder, as far as it leads to something lost.
#[derive(Default)]
struct Folder {
    lost: Vec<Vec<u8>>,
    below: Vec<(Vec<u8>, Id)>,
}

/// The files that need one of these blobs, by path.
fn lost_files(fetcher: &Fetcher, snapshots: &[Snapshot], bad: &Bad) -> Vec<LostFile> {
    let folders = read_folders(fetcher, snapshots, bad);
    let tainted = tainted(&folders);
    let mut lost: BTreeMap<Vec<u8>, Vec<String>> = BTreeMap::new();
    for snapshot in snapshots {
        let mut rest = vec![(Vec::new(), snapshot.tree)];
        while let Some((path, id)) = rest.pop() {
            if lost.len() >= NAMED_MAX {
                break;
            }
            let Some(folder) = folders.get(&id).filter(|_| tainted.contains(&id)) else { continue };
            for name in &folder.lost {
                let of = lost.entry(rooted(&joined(&path, name))).or_default();
                of.push(snapshot.id.short());
            }
            rest.extend(folder.below.iter().map(|(name, id)| (joined(&path, name), *id)));
        }
    }
    let named = lost.into_iter();
    named.map(|(path, snapshots)| LostFile { path: shown_path(&path), snapshots }).collect()
}

/// Every folder that can be read, once.
fn read_folders(fetcher: &Fetcher, snapshots: &[Snapshot], bad: &Bad) -> HashMap<Id, Folder> {
    let mut folders: HashMap<Id, Folder> = HashMap::new();
    let mut rest: Vec<Id> = snapshots.iter().map(|one| one.tree).collect();
    while !rest.is_empty() {
        let mut some = rest.split_off(rest.len().saturating_sub(FOLDERS_AT_ONCE));
        some.retain(|id| !folders.contains_key(id));
        for (id, read) in read_trees(fetcher, some) {
            let nodes = read.ok().and_then(|text| tree::parse(&text));
            let mut folder = Folder::default();
            for node in nodes.map(|(nodes, _)| nodes).unwrap_or_default() {
                match node.kind {
                    Kind::File(content) if content.iter().any(|id| bad.0.contains(id)) => {
                        folder.lost.push(node.name);
                    }
                    Kind::Folder(tree) => {
                        rest.push(tree);
                        folder.below.push((node.name, tree));
                    }
                    _ => {}
                }
            }
            folders.insert(id, folder);
        }
        if fetcher.is_gone() {
            break;
        }
    }
    folders
}

/// The folders that lead to something lost.
fn tainted(folders: &HashMap<Id, Folder>) -> HashSet<Id> {
    let mut above: HashMap<Id, Vec<Id>> = HashMap::new();
    for (id, folder) in folders {
        for (_, below) in &folder.below {
            above.entry(*below).or_default().push(*id);
        }
    }
    let lost = folders.iter().filter(|(_, folder)| !folder.lost.is_empty());
    let mut rest: Vec<Id> = lost.map(|(id, _)| *id).collect();
    let mut tainted: HashSet<Id> = rest.iter().copied().collect();
    while let Some(id) = rest.pop() {
        let above = above.get(&id).into_iter().flatten();
        rest.extend(above.filter(|above| tainted.insert(**above)));
    }
    tainted
}
