//! Where a repository lies: behind a door that speaks restic's REST protocol, or in a folder.

mod folder;
mod rest;

use beffroi_town::vault::ObjectKind;

use crate::{
    access::{Access, Place},
    error::BackupError,
    id::Id,
};

pub(crate) use rest::Rest;

/// Why an object is not had.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SourceError {
    /// It is not there.
    #[error("it is not there")]
    Absent,
    /// It has fewer bytes than it should.
    #[error("it is shorter than it should be")]
    Short,
    /// It has more bytes than such an object can have.
    #[error("it is longer than such an object can be")]
    Long,
    /// The credential does not open it.
    #[error(
        "the server does not accept the credential: it was revoked, or is another server's; ask \
         for a new one with 'beffroi vault add'"
    )]
    NotAdmitted,
    /// The server answers something else.
    #[error("the server answers {status}: {said}")]
    Refused {
        /// The status.
        status: u16,
        /// What it says.
        said: String,
    },
    /// Nobody answers, or not in time.
    #[error(
        "the server does not answer ({0}): see that it runs and can be reached, then try again"
    )]
    Silent(String),
    /// The disk.
    #[error("the disk refuses: {0}")]
    Disk(String),
}

impl SourceError {
    /// Whether everything else would fail in the same way.
    pub(crate) fn is_for_all(&self) -> bool {
        matches!(self, Self::NotAdmitted | Self::Silent(_))
    }
}

/// A part of an object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    pub(crate) from: u64,
    pub(crate) bytes: usize,
}

/// Where a repository lies.
pub(crate) enum Source {
    Rest(Rest),
    Folder(folder::Folder),
}

impl Source {
    pub(crate) fn open(access: &Access) -> Result<Self, BackupError> {
        Ok(match &access.place {
            Place::Rest { url, authority } => {
                Self::Rest(Rest::new(url, authority.as_deref(), access.patience)?)
            }
            Place::Folder(folder) => Self::Folder(folder::Folder::new(folder)),
        })
    }

    /// The names of a kind.
    pub(crate) fn names(&self, kind: ObjectKind) -> Result<Vec<Id>, SourceError> {
        match self {
            Self::Rest(rest) => rest.names(kind),
            Self::Folder(folder) => folder.names(kind),
        }
    }

    /// A whole object of at most `bytes_max`; `config` has no name.
    pub(crate) fn whole(
        &self,
        kind: ObjectKind,
        name: Option<&Id>,
        bytes_max: u64,
    ) -> Result<Vec<u8>, SourceError> {
        match self {
            Self::Rest(rest) => rest.whole(kind, name, bytes_max),
            Self::Folder(folder) => folder.whole(kind, name, bytes_max),
        }
    }

    /// A part of a pack.
    pub(crate) fn part(&self, pack: &Id, part: Part) -> Result<Vec<u8>, SourceError> {
        match self {
            Self::Rest(rest) => rest.part(pack, part),
            Self::Folder(folder) => folder.part(pack, part),
        }
    }

    /// The end of a pack: so many bytes, or all of it when it is shorter.
    pub(crate) fn tail(&self, pack: &Id, bytes: u64) -> Result<Vec<u8>, SourceError> {
        match self {
            Self::Rest(rest) => rest.tail(pack, bytes),
            Self::Folder(folder) => folder.tail(pack, bytes),
        }
    }

    /// Keeps an object; it is on the disk when this returns.
    pub(crate) fn put(&self, kind: ObjectKind, name: &Id, bytes: &[u8]) -> Result<(), SourceError> {
        match self {
            Self::Rest(rest) => rest.put(kind, name, bytes),
            Self::Folder(folder) => folder.put(kind, name, bytes),
        }
    }

    /// Takes a lock of our own away.
    pub(crate) fn drop_lock(&self, name: &Id) -> Result<(), SourceError> {
        match self {
            Self::Rest(rest) => rest.drop_lock(name),
            Self::Folder(folder) => folder.drop_lock(name),
        }
    }
}
