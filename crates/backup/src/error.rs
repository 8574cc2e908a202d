//! What can go wrong, and what the person at the keyboard can do about it.

use std::{io, path::PathBuf};

use crate::source::SourceError;

/// Why a repository cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file or folder of this machine.
    #[error("cannot {doing} {}: check that it exists, has room and may be used", .path.display())]
    File {
        /// What was tried.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// What says how to reach the repository cannot be used.
    #[error("{}: {fault}", .path.display())]
    Access {
        /// The file.
        path: PathBuf,
        /// What is wrong, and what to write instead.
        fault: String,
    },
    /// The server or folder of the repository.
    #[error("cannot {doing}: {source}")]
    Source {
        /// What was tried.
        doing: &'static str,
        /// Why it failed.
        source: SourceError,
    },
    /// There is nothing there yet.
    #[error("there is no repository at {0}: make it with 'beffroi vault init' or 'restic init'")]
    NoRepository(String),
    /// The password opens none of its keys.
    #[error(
        "the password does not open this repository: take the one from its recovery sheet, and \
         mind upper case and hyphens"
    )]
    WrongPassword,
    /// A part without which nothing can be read.
    #[error("{what} of the repository is damaged ({fault}): restore from another copy of it")]
    Damaged {
        /// Which part.
        what: &'static str,
        /// What is wrong.
        fault: String,
    },
    /// A newer form than this program reads.
    #[error("the repository has version {0}; this program reads versions 1 and 2")]
    NewerForm(u32),
    /// No such snapshot.
    #[error("there is no {0} in this repository: 'beffroi vault snapshots' lists what there is")]
    NoSnapshot(String),
    /// Several snapshots are meant by the same text.
    #[error("{0} is the beginning of several snapshots: write more of it")]
    ManySnapshots(String),
    /// The credential is no inspector's, or was revoked.
    #[error(
        "this credential does not inspect: make one with 'beffroi vault add --inspector TENANT \
         SERVER', and keep it on another host than the server that is judged"
    )]
    NoInspector,
    /// What to bring back cannot be read as such.
    #[error("{0}")]
    Choice(String),
    /// What is done only with a repository that is whole.
    #[error(
        "the repository is not whole ({0}): nothing was done; 'beffroi vault check' names what is \
         damaged"
    )]
    NotWhole(String),
    /// Only a vault's door does that.
    #[error("a repository in a folder has no keeper: give the address of its vault")]
    NoDoor,
    /// A plan would take something that is needed.
    #[error(
        "a snapshot that stays needs what the plan drops ({0}): nothing was done; cancel the plan \
         in the console and plan again"
    )]
    StillNeeded(String),
    /// What a backup stood on was taken away while it went on.
    #[error(
        "old backups were taken out of the repository while this one went on, and there is no new \
         snapshot: run it again, it goes on with what was sent"
    )]
    Moved,
    /// More than a repository of a town's server can hold.
    #[error("the snapshot names more than {0} files: it cannot be genuine; take another snapshot")]
    TooMany(usize),
}

impl BackupError {
    pub(crate) fn file(
        doing: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { doing, path, source }
    }

    pub(crate) fn source(doing: &'static str) -> impl FnOnce(SourceError) -> Self {
        move |source| Self::Source { doing, source }
    }
}
