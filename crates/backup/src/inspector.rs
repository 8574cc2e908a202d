//! What an inspector asks the vault and says to it: which backups came, what is to be thought of
//! them, which came back in a test.

use beffroi_town::vault::verdict::{Judgement, Proof, Received};
use serde::Serialize;

use crate::{
    access::{Access, Place},
    error::BackupError,
    source::{Rest, SourceError},
};

/// The longest list of backups.
const LIST_BYTES_MAX: u64 = 32 << 20;
/// The vault knows better: a graver verdict stands, or a person's.
const CONFLICT: u16 = 409;

/// The door of a vault, for whoever judges what lies behind it.
pub struct Inspector {
    door: Rest,
}

impl std::fmt::Debug for Inspector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inspector").finish_non_exhaustive()
    }
}

/// What became of what was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It stands.
    Counts,
    /// Something graver stands, or what a person said.
    Stands,
}

impl Inspector {
    /// For the repository that this access names.
    ///
    /// # Errors
    /// [`BackupError::Choice`] for a repository in a folder; nobody there could be told.
    pub fn new(access: &Access) -> Result<Self, BackupError> {
        let Place::Rest { url, authority } = &access.place else {
            let fault = "a repository in a folder has nobody to tell: give the vault's address, \
                         rest:https://…";
            return Err(BackupError::Choice(fault.to_owned()));
        };
        Ok(Self { door: Rest::new(url, authority.as_deref(), access.patience)? })
    }

    /// The backups that the vault received, oldest first, and what is said of each.
    ///
    /// # Errors
    /// [`BackupError::NoInspector`] when the credential is a server's own.
    pub fn received(&self) -> Result<Vec<Received>, BackupError> {
        let text = self.door.read("verdicts", LIST_BYTES_MAX);
        let text = text.map_err(failed("ask which backups came"))?;
        let all: Result<Vec<Received>, _> = serde_json::from_slice(&text);
        let mut all = all.map_err(|error| BackupError::Damaged {
            what: "the list of backups",
            fault: error.to_string(),
        })?;
        all.sort_by(|one, other| {
            (one.received_at, &one.snapshot).cmp(&(other.received_at, &other.snapshot))
        });
        Ok(all)
    }

    /// Says what is to be thought of a backup.
    ///
    /// # Errors
    /// As [`Inspector::received`].
    pub fn say(&self, said: &Judgement) -> Result<Heard, BackupError> {
        self.send("verdicts", said, "say what a backup is")
    }

    /// Says that a backup came back in a test.
    ///
    /// # Errors
    /// As [`Inspector::received`].
    pub fn prove(&self, proof: &Proof) -> Result<Heard, BackupError> {
        self.send("proofs", proof, "say that a backup came back")
    }

    fn send(
        &self,
        path: &str,
        body: &impl Serialize,
        doing: &'static str,
    ) -> Result<Heard, BackupError> {
        let body = serde_json::to_vec(body).map_err(|error| BackupError::Damaged {
            what: "what is to be said",
            fault: error.to_string(),
        })?;
        match self.door.send(path, &body) {
            Ok(()) => Ok(Heard::Counts),
            Err(SourceError::Refused { status: CONFLICT, .. }) => Ok(Heard::Stands),
            Err(error) => Err(failed(doing)(error)),
        }
    }
}

fn failed(doing: &'static str) -> impl FnOnce(SourceError) -> BackupError {
    move |error| match error {
        SourceError::NotAdmitted | SourceError::Refused { status: 403, .. } => {
            BackupError::NoInspector
        }
        error => BackupError::source(doing)(error),
    }
}
