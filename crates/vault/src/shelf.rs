//! One repository on the disk, laid out as restic lays one out.
//!
//! Rules:
//! - An object is written beside, flushed, and only then given its name; giving a name never takes
//!   one away from another file. Then the folder is flushed.
//! - A kill leaves at most a file in `tmp`, which nobody reads.
//! - Everything is readable by its owner alone.

use std::{
    fs, io,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use beffroi_town::{TenantId, vault::ObjectKind};

use crate::asked::ObjectName;

/// Why a folder cannot hold the vault.
#[derive(Debug, thiserror::Error)]
pub enum ShelfError {
    /// It cannot be made or written to.
    #[error("the vault cannot use {}: check that it may be written and has room", .folder.display())]
    Folder {
        /// Which.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Its file system cannot give a name without taking it away from another file.
    #[error(
        "the vault cannot use {}: its file system knows no hard links; choose a folder on ext4, xfs, btrfs, zfs or nfs",
        .folder.display()
    )]
    NoLinks {
        /// Which.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Makes the folder of the vault and tries whether it can hold one.
///
/// # Errors
/// [`ShelfError`] says what is wrong with it.
pub fn prepare(folder: &Path) -> Result<(), ShelfError> {
    let cannot = |source| ShelfError::Folder { folder: folder.to_owned(), source };
    make_folder(folder).map_err(cannot)?;
    let (half, _) = Half::begin(folder).map_err(cannot)?;
    let named = folder.join(format!(".tried-{}", std::process::id()));
    fs::hard_link(&half.path, &named)
        .map_err(|source| ShelfError::NoLinks { folder: folder.to_owned(), source })?;
    fs::remove_file(&named).map_err(cannot)
}

pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

/// A file under way. Gone when it is dropped, whatever name it was given besides.
#[derive(Debug)]
pub(crate) struct Half {
    path: PathBuf,
}

impl Half {
    /// Begins a file in a folder of files under way.
    fn begin(folder: &Path) -> io::Result<(Self, fs::File)> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        loop {
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let path = folder.join(format!(".half-{}-{number}", std::process::id()));
            let mut options = fs::OpenOptions::new();
            match options.write(true).create_new(true).mode(0o600).open(&path) {
                Ok(file) => return Ok((Self { path }, file)),
                // Left by a process that was killed and had the same number.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl Half {
    /// Gives a flushed file a name that nobody else gives, in place of an earlier one.
    pub(crate) fn rename(&self, to: &Path) -> io::Result<()> {
        fs::rename(&self.path, to)
    }
}

impl Drop for Half {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(file = %self.path.display(), %error, "half a file stays behind");
        }
    }
}

/// What became of a file that was to be given a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Placed {
    /// It has it.
    New,
    /// Another file had it, and keeps it.
    Taken,
}

/// One repository on the disk.
#[derive(Clone, Debug)]
pub struct Shelf {
    folder: PathBuf,
}

const KINDS_WITH_NAMES: [ObjectKind; 5] = [
    ObjectKind::Data,
    ObjectKind::Index,
    ObjectKind::Keys,
    ObjectKind::Locks,
    ObjectKind::Snapshots,
];

impl Shelf {
    /// That of a server.
    pub fn of(vault: &Path, tenant: &TenantId, server: &str) -> Self {
        Self { folder: vault.join(tenant.dashed()).join(server) }
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Does what waits for its disk, on a thread for that.
    pub(crate) async fn on_disk<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> io::Result<T> + Send + 'static,
    ) -> Result<T, ShelfError> {
        let done = tokio::task::spawn_blocking(work).await.map_err(io::Error::other);
        let cannot = |source| ShelfError::Folder { folder: self.folder.clone(), source };
        done.and_then(|done| done).map_err(cannot)
    }

    /// Makes its folders, flushed.
    ///
    /// # Errors
    /// What the disk says.
    pub fn make(&self) -> io::Result<()> {
        make_folder(&self.tmp())?;
        for kind in KINDS_WITH_NAMES {
            make_folder(&self.folder.join(kind.code()))?;
        }
        let data = self.folder.join(ObjectKind::Data.code());
        for shard in 0..=u8::MAX {
            make_folder(&data.join(format!("{shard:02x}")))?;
        }
        sync_folder(&data)?;
        // Up to the folder of the vault itself, and the one that it stands in.
        self.folder.ancestors().take(4).filter(|one| one.is_dir()).try_for_each(sync_folder)
    }

    fn tmp(&self) -> PathBuf {
        self.folder.join("tmp")
    }

    /// The folder of an object of this kind and name.
    fn place(&self, kind: ObjectKind, name: Option<&ObjectName>) -> PathBuf {
        match (kind, name) {
            (ObjectKind::Config, _) | (_, None) => self.folder.clone(),
            (ObjectKind::Data, Some(name)) => self.folder.join(kind.code()).join(name.shard()),
            (kind, Some(_)) => self.folder.join(kind.code()),
        }
    }

    /// The file of an object; of the settings, without a name.
    pub(crate) fn path(&self, kind: ObjectKind, name: Option<&ObjectName>) -> PathBuf {
        let file = name.map_or(ObjectKind::Config.code(), ObjectName::as_str);
        self.place(kind, name).join(file)
    }

    /// Whether the repository has its settings: from then on it takes no key.
    pub(crate) fn has_config(&self) -> io::Result<bool> {
        self.path(ObjectKind::Config, None).try_exists()
    }

    /// Begins a file.
    pub(crate) fn begin(&self) -> io::Result<(Half, fs::File)> {
        Half::begin(&self.tmp())
    }

    /// Gives a flushed file its name, unless another has it. Either way what has the name is safe
    /// from a power cut afterwards.
    pub(crate) fn give_name(
        &self,
        half: &Half,
        kind: ObjectKind,
        name: Option<&ObjectName>,
    ) -> io::Result<Placed> {
        let placed = match fs::hard_link(&half.path, self.path(kind, name)) {
            Ok(()) => Placed::New,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Placed::Taken,
            Err(error) => return Err(error),
        };
        self.flush_name(kind, name)?;
        Ok(placed)
    }

    /// Puts a flushed file in the place of a damaged one.
    pub(crate) fn replace(
        &self,
        half: &Half,
        kind: ObjectKind,
        name: &ObjectName,
    ) -> io::Result<()> {
        fs::rename(&half.path, self.path(kind, Some(name)))?;
        self.flush_name(kind, Some(name))
    }

    /// Flushes the folder that an object's name stands in.
    pub(crate) fn flush_name(&self, kind: ObjectKind, name: Option<&ObjectName>) -> io::Result<()> {
        sync_folder(&self.place(kind, name))
    }

    /// Removes a lock; whether there was one.
    pub(crate) fn remove_lock(&self, name: &ObjectName) -> io::Result<bool> {
        match fs::remove_file(self.path(ObjectKind::Locks, Some(name))) {
            Ok(()) => self.flush_name(ObjectKind::Locks, Some(name)).map(|()| true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The folders that hold a kind, in the order of the names in them.
    pub(crate) fn folders(&self, kind: ObjectKind) -> Vec<PathBuf> {
        let top = self.folder.join(kind.code());
        match kind {
            ObjectKind::Data => {
                (0..=u8::MAX).map(|shard| top.join(format!("{shard:02x}"))).collect()
            }
            ObjectKind::Config => Vec::new(),
            _ => vec![top],
        }
    }

    /// Removes what a killed process left under way, last touched before `before`.
    pub(crate) fn sweep(&self, before: std::time::SystemTime) -> io::Result<u32> {
        let mut swept = 0;
        for entry in fs::read_dir(self.tmp())? {
            let entry = entry?;
            if entry.metadata()?.modified()? < before {
                fs::remove_file(entry.path())?;
                swept += 1;
            }
        }
        Ok(swept)
    }
}

/// What lies in one folder of a kind.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    /// Objects and their lengths, by name.
    pub(crate) objects: Vec<(ObjectName, u64)>,
    /// Files that are none.
    pub(crate) strange: Vec<String>,
}

/// Lists one folder of [`Shelf::folders`]; `lengths` costs a question for each file.
pub(crate) fn list(folder: &Path, lengths: bool) -> io::Result<Listed> {
    let mut listed = Listed::default();
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(listed),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let text = entry.file_name().to_string_lossy().into_owned();
        match ObjectName::parse(&text) {
            None => listed.strange.push(text),
            Some(name) if lengths => match entry.metadata() {
                Ok(about) => listed.objects.push((name, about.len())),
                // A lock that was taken back meanwhile.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            },
            Some(name) => listed.objects.push((name, 0)),
        }
    }
    listed.objects.sort_by(|one, other| one.0.as_str().cmp(other.0.as_str()));
    Ok(listed)
}

/// How much of the folder's disk is free.
pub(crate) fn free_bytes(folder: &Path) -> io::Result<u64> {
    let about = rustix::fs::statvfs(folder)?;
    Ok(about.f_bavail.saturating_mul(about.f_frsize))
}
