//! A repository, opened with its password.

use std::{num::NonZero, thread};

use beffroi_town::vault::{ObjectKind, sheet};
use serde::Deserialize;

use crate::{
    access::Access,
    blobs::{self, BlobIndex, PackLine},
    error::BackupError,
    fetch::Fetcher,
    id::Id,
    key::{self, NotOpened},
    seal::Key,
    snapshots::Snapshot,
    source::{Source, SourceError},
    unpack,
};

/// The most that an object of each kind may be, decompressed.
const INDEX_BYTES_MAX: u64 = 512 << 20;
const SNAPSHOT_BYTES_MAX: u64 = 64 << 20;
/// Keys that are tried.
const KEYS_MAX: usize = 20;
/// How many ask at once.
const WORKERS_MAX: usize = 8;

/// How many should work at once: more than there are processors, since some wait for the line.
pub(crate) fn workers() -> usize {
    thread::available_parallelism().map_or(4, NonZero::get).saturating_mul(2).clamp(2, WORKERS_MAX)
}

/// A repository whose master key is known.
pub struct Repository {
    pub(crate) source: Source,
    pub(crate) key: Key,
    shown: String,
    id: String,
    pub(crate) version: u32,
    /// By which contents are cut.
    pub(crate) polynomial: String,
}

impl std::fmt::Debug for Repository {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Repository").field("shown", &self.shown).finish_non_exhaustive()
    }
}

/// A repository whose contents can be read.
pub struct Index {
    pub(crate) fetcher: Fetcher,
    pub(crate) faults: Vec<Fault>,
}

impl Index {
    /// The index files that cannot be read: what they name alone is not found.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index").field("faults", &self.faults).finish_non_exhaustive()
    }
}

/// An index file by its name, and the packs that it names.
pub(crate) type IndexFile = (Id, Vec<PackLine>);

#[derive(Deserialize)]
struct Config {
    version: u32,
    #[serde(default)]
    id: String,
    #[serde(default)]
    chunker_polynomial: String,
}

/// An object that cannot be used, and why.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Fault {
    /// Which.
    pub what: String,
    /// Why.
    pub why: String,
}

impl Repository {
    /// Opens it. No lock is taken, none is honoured.
    ///
    /// # Errors
    /// [`BackupError`] when nobody answers, there is none, or the password does not open it.
    pub fn open(access: &Access) -> Result<Self, BackupError> {
        let source = Source::open(access)?;
        let bytes_max = ObjectKind::Config.bytes_max();
        let config = source.whole(ObjectKind::Config, None, bytes_max);
        let mut config = config.map_err(|error| match error {
            SourceError::Absent => BackupError::NoRepository(access.shown()),
            error => BackupError::source("open the repository")(error),
        })?;
        let key = master(&source, &access.password)?;
        let damaged =
            |fault: &str| BackupError::Damaged { what: "the settings", fault: fault.to_owned() };
        let text = key.open(&mut config).map_err(|error| damaged(&error.to_string()))?;
        let config: Config =
            serde_json::from_slice(text).map_err(|error| damaged(&error.to_string()))?;
        if !matches!(config.version, 1 | 2) {
            return Err(BackupError::NewerForm(config.version));
        }
        Ok(Self {
            source,
            key,
            shown: access.shown(),
            id: config.id,
            version: config.version,
            polynomial: config.chunker_polynomial,
        })
    }

    /// What tells it from every other.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Where it lies, without what opens it.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Its snapshots by time, and those that cannot be read.
    ///
    /// # Errors
    /// [`BackupError::Source`] when they cannot be listed.
    pub fn snapshots(&self) -> Result<(Vec<Snapshot>, Vec<Fault>), BackupError> {
        let kind = ObjectKind::Snapshots;
        let names = self.source.names(kind).map_err(BackupError::source("list the snapshots"))?;
        let (mut all, mut faults) = (Vec::new(), Vec::new());
        for (id, text) in self.objects(kind, &names, SNAPSHOT_BYTES_MAX) {
            match text.map(|text| Snapshot::parse(id, &text)) {
                Ok(Some(snapshot)) => all.push(snapshot),
                Ok(None) => faults.push(fault("snapshot", &id, "it is none that restic writes")),
                Err(why) => faults.push(fault("snapshot", &id, &why)),
            }
        }
        all.sort_by_key(|one| (one.at, one.id));
        Ok((all, faults))
    }

    /// Reads which pack holds what: all that is needed to read contents.
    ///
    /// # Errors
    /// [`BackupError::Source`] when the index cannot be listed.
    pub fn index(self) -> Result<Index, BackupError> {
        let (files, faults) = self.index_files()?;
        Ok(self.index_of(files.into_iter().flat_map(|(_, packs)| packs).collect(), faults))
    }

    /// The same from what was read already.
    pub(crate) fn index_of(self, packs: Vec<PackLine>, faults: Vec<Fault>) -> Index {
        let mut index = BlobIndex::default();
        index.add(packs);
        Index { fetcher: Fetcher::new(self.source, self.key, index), faults }
    }

    /// Each index file and what it says, and those that cannot be read.
    pub(crate) fn index_files(&self) -> Result<(Vec<IndexFile>, Vec<Fault>), BackupError> {
        let kind = ObjectKind::Index;
        let names = self.source.names(kind).map_err(BackupError::source("list the index"))?;
        let (mut files, mut faults) = (Vec::new(), Vec::new());
        for (id, text) in self.objects(kind, &names, INDEX_BYTES_MAX) {
            match text.and_then(|text| blobs::parse(&text).map_err(|error| error.to_string())) {
                Ok(packs) => files.push((id, packs)),
                Err(why) => faults.push(fault("index", &id, &why)),
            }
        }
        Ok((files, faults))
    }

    /// Reads many objects at once; each is compared with its name.
    fn objects(
        &self,
        kind: ObjectKind,
        names: &[Id],
        bytes_max: u64,
    ) -> Vec<(Id, Result<Vec<u8>, String>)> {
        let size = names.len().div_ceil(workers()).max(1);
        thread::scope(|scope| {
            let shares: Vec<_> = names
                .chunks(size)
                .map(|share| {
                    let read = move |id: &Id| (*id, self.object(kind, id, bytes_max));
                    (share, scope.spawn(move || share.iter().map(read).collect::<Vec<_>>()))
                })
                .collect();
            let mut all = Vec::with_capacity(names.len());
            for (share, worker) in shares {
                let lost = || share.iter().map(|id| (*id, Err("it was not read".to_owned())));
                all.extend(worker.join().unwrap_or_else(|_| lost().collect()));
            }
            all
        })
    }

    fn object(&self, kind: ObjectKind, id: &Id, bytes_max: u64) -> Result<Vec<u8>, String> {
        let stored = self.source.whole(kind, Some(id), kind.bytes_max());
        let mut stored = stored.map_err(|error| error.to_string())?;
        if Id::of(&stored) != *id {
            return Err("it is damaged: its name is not the SHA-256 of what is there".to_owned());
        }
        let text = self.key.open(&mut stored).map_err(|error| error.to_string())?.to_vec();
        unpack::object(text, bytes_max).map_err(|error| error.to_string())
    }
}

pub(crate) fn fault(what: &str, id: &Id, why: &str) -> Fault {
    Fault { what: format!("{what} {}", id.short()), why: why.to_owned() }
}

/// The master key, from whichever key the password opens.
fn master(source: &Source, password: &str) -> Result<Key, BackupError> {
    let kind = ObjectKind::Keys;
    let names = source.names(kind).map_err(BackupError::source("list the keys"))?;
    let mut damaged = names.is_empty().then(|| "there is no key".to_owned());
    for name in names.iter().take(KEYS_MAX) {
        let file = match source.whole(kind, Some(name), kind.bytes_max()) {
            Ok(file) => file,
            Err(error) if error.is_for_all() => {
                return Err(BackupError::source("read the keys")(error));
            }
            Err(error) => {
                damaged = Some(error.to_string());
                continue;
            }
        };
        if Id::of(&file) != *name {
            damaged = Some(format!("key {} is not what was written", name.short()));
            continue;
        }
        match key::open(&file, password) {
            Ok(key) => return Ok(key),
            Err(NotOpened::Other) => {}
            Err(NotOpened::NoKey) => damaged = Some(format!("key {} is none", name.short())),
        }
    }
    // One of ours may be typed in small letters, or without its hyphens.
    if let Some(printed) = sheet::read_password(password).filter(|printed| printed != password) {
        return master(source, &printed);
    }
    // Only when no key was damaged is it surely the password.
    Err(damaged.map_or(BackupError::WrongPassword, |fault| BackupError::Damaged {
        what: "the key",
        fault,
    }))
}
