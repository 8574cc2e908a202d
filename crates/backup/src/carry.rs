//! A repository carried on a disk: written there as restic lays one out, and taken back into a vault.
//!
//! Rules:
//! - Every object is compared with its name on the way, out and in. What is not what it is named is
//!   told, and neither written nor sent.
//! - Out, what is listed first is what depends on most: snapshots, index, packs; it is written the
//!   other way round. So a disk that is pulled out early holds no snapshot that lacks anything that
//!   was there before.
//! - A file gets its name once it is whole and flushed. Done again, it goes on where it was.
//! - In, another repository's objects are never mixed into the one that is there.

use std::{
    collections::HashSet,
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use beffroi_town::vault::ObjectKind;
use serde::Serialize;

use crate::{
    access::{Access, Place},
    error::BackupError,
    id::Id,
    repository::{Fault, Repository, fault},
    source::{Rest, Source, SourceError},
};

/// The longest object that is carried: restic's packs have at most 128 MiB.
const BYTES_MAX: u64 = 256 << 20;
/// What is listed, in this order.
const LISTED: [ObjectKind; 4] =
    [ObjectKind::Snapshots, ObjectKind::Index, ObjectKind::Data, ObjectKind::Keys];

/// What was carried.
#[derive(Debug, Default, Serialize)]
pub struct Carried {
    /// Objects that were written or sent.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Objects that were there already.
    pub known: u64,
    /// Objects that are not what they are named, or could not be had.
    pub faults: Vec<Fault>,
}

impl Carried {
    /// Whether everything is where it should be.
    pub const fn is_whole(&self) -> bool {
        self.faults.is_empty()
    }

    fn count(&mut self, bytes: usize) {
        self.objects += 1;
        self.bytes += bytes as u64;
    }
}

/// Writes a repository into a folder.
///
/// # Errors
/// [`BackupError`] when it cannot be listed, the folder cannot be written to, or holds another
/// repository. Damaged objects are in [`Carried::faults`].
pub fn out(access: &Access, folder: &Path) -> Result<Carried, BackupError> {
    let source = Source::open(access)?;
    let config = settings(&source, access)?;
    let place = Disk(folder.to_owned());
    place.make()?;
    if place.config()?.is_some_and(|known| known != config) {
        return Err(elsewhere(folder, "holds another repository: give an empty folder"));
    }
    let mut listed = Vec::new();
    for kind in LISTED {
        let names = source.names(kind).map_err(BackupError::source("list the repository"))?;
        listed.push((kind, names));
    }
    let mut carried = Carried::default();
    for (kind, names) in listed.into_iter().rev() {
        for name in names {
            if place.has(kind, &name) {
                carried.known += 1;
                continue;
            }
            match whole(&source, kind, &name)? {
                Ok(bytes) => {
                    place.write(kind, Some(&name), &bytes)?;
                    carried.count(bytes.len());
                }
                Err(fault) => carried.faults.push(fault),
            }
        }
        place.flush(kind)?;
    }
    place.write(ObjectKind::Config, None, &config)?;
    place.flush(ObjectKind::Config)?;
    Ok(carried)
}

/// Takes a repository from a folder back into a vault.
///
/// # Errors
/// [`BackupError`] when the folder holds none that the password opens, when another stands in the
/// vault, or the vault refuses. Damaged objects are in [`Carried::faults`].
pub fn back(folder: &Path, access: &Access) -> Result<Carried, BackupError> {
    let Place::Rest { url, authority } = &access.place else { return Err(BackupError::NoDoor) };
    let door = Rest::new(url, authority.as_deref(), access.patience)?;
    let path = folder.display().to_string();
    let on_disk = Access { place: Place::Folder(folder.to_owned()), ..access.clone() };
    // Whose it is, its password says.
    Repository::open(&on_disk)?;
    let source = Source::open(&on_disk)?;
    let config = settings(&source, &on_disk)?;
    let there = match door.whole(ObjectKind::Config, None, ObjectKind::Config.bytes_max()) {
        Ok(there) => Some(there),
        Err(SourceError::Absent) => None,
        Err(error) => return Err(BackupError::source("look into the vault")(error)),
    };
    if there.as_ref().is_some_and(|there| *there != config) {
        let why = "is no copy of the repository that stands in the vault: another server's, or an \
                   older one";
        return Err(elsewhere(Path::new(&path), why));
    }
    door.send("?create=true", &[]).map_err(BackupError::source("reach the vault"))?;
    let mut carried = Carried::default();
    for kind in LISTED.into_iter().rev() {
        // The vault takes no key once it has the settings, and the settings once.
        if kind == ObjectKind::Keys && there.is_some() {
            continue;
        }
        let known = door.names(kind).map_err(BackupError::source("list what the vault has"))?;
        let known: HashSet<Id> = known.into_iter().collect();
        let names = source.names(kind).map_err(BackupError::source("list the folder"))?;
        for name in names {
            if known.contains(&name) {
                carried.known += 1;
                continue;
            }
            match whole(&source, kind, &name)? {
                Ok(bytes) => {
                    let path = format!("{}/{name}", kind.code());
                    door.send(&path, &bytes).map_err(BackupError::source("send an object"))?;
                    carried.count(bytes.len());
                }
                Err(fault) => carried.faults.push(fault),
            }
        }
        if kind == ObjectKind::Keys {
            let code = ObjectKind::Config.code();
            door.send(code, &config).map_err(BackupError::source("send the settings"))?;
        }
    }
    Ok(carried)
}

fn elsewhere(folder: &Path, why: &str) -> BackupError {
    BackupError::Choice(format!("{} {why}", folder.display()))
}

fn settings(source: &Source, access: &Access) -> Result<Vec<u8>, BackupError> {
    let bytes_max = ObjectKind::Config.bytes_max();
    source.whole(ObjectKind::Config, None, bytes_max).map_err(|error| match error {
        SourceError::Absent => BackupError::NoRepository(access.shown()),
        error => BackupError::source("read the settings")(error),
    })
}

/// An object that is what it is named, or what is wrong with it.
fn whole(
    source: &Source,
    kind: ObjectKind,
    name: &Id,
) -> Result<Result<Vec<u8>, Fault>, BackupError> {
    let wrong = |why: &str| Ok(Err(fault(kind.code(), name, why)));
    match source.whole(kind, Some(name), kind.bytes_max().min(BYTES_MAX)) {
        Ok(bytes) if Id::of(&bytes) == *name => Ok(Ok(bytes)),
        Ok(_) => wrong("it is damaged: its name is not the SHA-256 of what is there"),
        Err(error) if error.is_for_all() => Err(BackupError::source("read an object")(error)),
        Err(error) => wrong(&error.to_string()),
    }
}

/// A repository in a folder, as restic lays one out.
struct Disk(PathBuf);

impl Disk {
    fn make(&self) -> Result<(), BackupError> {
        let mut folders: Vec<PathBuf> = LISTED.map(|kind| self.0.join(kind.code())).to_vec();
        folders.push(self.0.join(ObjectKind::Locks.code()));
        let data = self.0.join(ObjectKind::Data.code());
        folders.extend((0..=u8::MAX).map(|shard| data.join(format!("{shard:02x}"))));
        folders.into_iter().try_for_each(|folder| {
            fs::create_dir_all(&folder).map_err(BackupError::file("make", folder))
        })
    }

    fn folder(&self, kind: ObjectKind, name: Option<&Id>) -> PathBuf {
        match (kind, name) {
            (ObjectKind::Config, _) | (_, None) => self.0.clone(),
            (ObjectKind::Data, Some(name)) => {
                let shard: String = name.to_string().chars().take(2).collect();
                self.0.join(kind.code()).join(shard)
            }
            (kind, Some(_)) => self.0.join(kind.code()),
        }
    }

    fn path(&self, kind: ObjectKind, name: Option<&Id>) -> PathBuf {
        let file = name.map_or_else(|| kind.code().to_owned(), Id::to_string);
        self.folder(kind, name).join(file)
    }

    fn config(&self) -> Result<Option<Vec<u8>>, BackupError> {
        let path = self.path(ObjectKind::Config, None);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(BackupError::file("read", path)(error)),
        }
    }

    /// Whether an object is there and is what it is named.
    fn has(&self, kind: ObjectKind, name: &Id) -> bool {
        fs::read(self.path(kind, Some(name))).is_ok_and(|bytes| Id::of(&bytes) == *name)
    }

    fn write(&self, kind: ObjectKind, name: Option<&Id>, bytes: &[u8]) -> Result<(), BackupError> {
        let path = self.path(kind, name);
        let draft = path.with_extension("draft");
        let written = File::create(&draft).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&draft, &path)
        });
        written.map_err(BackupError::file("write", path))
    }

    /// Flushes the names of a kind.
    fn flush(&self, kind: ObjectKind) -> Result<(), BackupError> {
        let top = self.0.join(kind.code());
        let folders: Vec<PathBuf> = match kind {
            ObjectKind::Data => {
                (0..=u8::MAX).map(|shard| top.join(format!("{shard:02x}"))).collect()
            }
            ObjectKind::Config => vec![self.0.clone()],
            _ => vec![top],
        };
        folders.into_iter().try_for_each(|folder| {
            let flushed = File::open(&folder).and_then(|open| open.sync_all());
            flushed.map_err(BackupError::file("flush", folder))
        })
    }
}
