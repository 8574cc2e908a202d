//! A repository in a folder, as restic lays one out and as the vault keeps it.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    os::unix::fs::{FileExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use beffroi_town::vault::ObjectKind;

use super::{Part, SourceError};
use crate::id::Id;

pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    fn path(&self, kind: ObjectKind, name: Option<&Id>) -> PathBuf {
        let mut path = self.0.join(kind.code());
        if let Some(name) = name {
            let name = name.to_string();
            if kind == ObjectKind::Data {
                path.push(name.get(..2).unwrap_or_default());
            }
            path.push(name);
        }
        path
    }

    pub(crate) fn names(&self, kind: ObjectKind) -> Result<Vec<Id>, SourceError> {
        let mut names = Vec::new();
        let mut folders = vec![self.0.join(kind.code())];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).map_err(|error| failure(&error))? {
                let entry = entry.map_err(|error| failure(&error))?;
                let name = entry.file_name();
                let name = name.to_str().unwrap_or_default();
                match Id::parse(name) {
                    Some(id) => names.push(id),
                    None if kind == ObjectKind::Data && name.len() == 2 => {
                        folders.push(entry.path());
                    }
                    None => {}
                }
            }
        }
        Ok(names)
    }

    pub(crate) fn whole(
        &self,
        kind: ObjectKind,
        name: Option<&Id>,
        bytes_max: u64,
    ) -> Result<Vec<u8>, SourceError> {
        let file = File::open(self.path(kind, name)).map_err(|error| failure(&error))?;
        let mut bytes = Vec::new();
        file.take(bytes_max + 1).read_to_end(&mut bytes).map_err(|error| failure(&error))?;
        if bytes.len() as u64 > bytes_max { Err(SourceError::Long) } else { Ok(bytes) }
    }

    pub(crate) fn part(&self, pack: &Id, part: Part) -> Result<Vec<u8>, SourceError> {
        let path = self.path(ObjectKind::Data, Some(pack));
        let file = File::open(path).map_err(|error| failure(&error))?;
        let mut bytes = vec![0; part.bytes];
        file.read_exact_at(&mut bytes, part.from).map_err(|error| failure(&error))?;
        Ok(bytes)
    }

    pub(crate) fn tail(&self, pack: &Id, bytes: u64) -> Result<Vec<u8>, SourceError> {
        let path = self.path(ObjectKind::Data, Some(pack));
        let about = fs::metadata(path).map_err(|error| failure(&error))?;
        let bytes = bytes.min(about.len());
        let part =
            Part { from: about.len() - bytes, bytes: usize::try_from(bytes).unwrap_or(usize::MAX) };
        self.part(pack, part)
    }

    /// Written beside, flushed, and then named.
    pub(crate) fn put(&self, kind: ObjectKind, name: &Id, bytes: &[u8]) -> Result<(), SourceError> {
        let path = self.path(kind, Some(name));
        let folder = path.parent().unwrap_or(&self.0);
        let draft = path.with_extension("draft");
        let write = || -> io::Result<()> {
            fs::create_dir_all(folder)?;
            let mut options = OpenOptions::new();
            let mut file =
                options.write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&draft, &path)?;
            File::open(folder)?.sync_all()
        };
        write().map_err(|error| failure(&error))
    }

    pub(crate) fn drop_lock(&self, name: &Id) -> Result<(), SourceError> {
        let path = self.path(ObjectKind::Locks, Some(name));
        fs::remove_file(path).map_err(|error| failure(&error))
    }
}

fn failure(error: &io::Error) -> SourceError {
    match error.kind() {
        io::ErrorKind::NotFound => SourceError::Absent,
        io::ErrorKind::UnexpectedEof => SourceError::Short,
        _ => SourceError::Disk(error.to_string()),
    }
}
