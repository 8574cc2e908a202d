//! The backup of the platform itself: one file with everything that is kept, consistent at one
//! moment, sealed for whoever holds the key that stays away from this machine.
//!
//! Rules:
//! - What stands in front says what follows: counts and hashes of everything ([`mod@format`]).
//! - Any program that speaks age and gzip opens it: `age -d -i KEY FILE | gunzip`.
//! - It is read back and checked before it gets its name. So whatever bears the name of a backup
//!   was whole; a full disk or a kill leaves the earlier ones as they are.
//! - The platform itself cannot open what it sealed. To read back what it has just written, each
//!   file is sealed for a second key too, made for that run and forgotten at its end.

pub mod format;
mod keep;
mod push;
mod seal;
mod write;

use std::{io, path::PathBuf};

pub use keep::{list, newest};
pub use push::{copy_noted, push};
pub use seal::{Identity, Opened, check, is_sealed, new_identity, open, read_identity};
pub use write::{Lock, Made, Plan, make};

/// Why there is no backup, or why it cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// A file or folder.
    #[error("cannot {doing} {}: check that it exists, has room and may be used", .path.display())]
    File {
        /// What was tried.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// Another backup is being written to the same folder.
    #[error("another backup is being written to {}: wait for it to end", .0.display())]
    Busy(PathBuf),
    /// There is a backup of this very second.
    #[error("{} is there already: wait a second and try again", .0.display())]
    Exists(PathBuf),
    /// The data could not be read out.
    #[error("cannot read the data out")]
    Dump(#[from] beffroi_store::dump::DumpError),
    /// The store.
    #[error(transparent)]
    Store(#[from] beffroi_store::Error),
    /// A file that is much larger than it can be.
    #[error("{} is larger than 1 MiB: it cannot be what it should be", .0.display())]
    TooLarge(PathBuf),
    /// It is no backup of this program.
    #[error(
        "{} is no backup of Beffroi: give a file that 'beffroi backup' wrote", .0.display()
    )]
    NotOurs(PathBuf),
    /// A newer program wrote it.
    #[error(
        "{} was written by a newer program, in the form '{form}': use that program", .path.display()
    )]
    NewerForm {
        /// The file.
        path: PathBuf,
        /// Its form.
        form: String,
    },
    /// It is sealed and nobody said with which key to open it.
    #[error(
        "{} is sealed: give the key from the recovery sheet with --identity FILE", .0.display()
    )]
    NeedsIdentity(PathBuf),
    /// Sealed for another key.
    #[error(
        "{} is sealed for another key than the one given: look for the recovery sheet of this \
         platform", .0.display()
    )]
    OtherIdentity(PathBuf),
    /// The file with the key holds no key.
    #[error(
        "{} holds no key: it must have a line that begins with AGE-SECRET-KEY-1", .0.display()
    )]
    BadIdentity(PathBuf),
    /// Cut short or altered.
    #[error(
        "{} is damaged ({fault}): take another copy, or the backup before it", .path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        fault: String,
    },
    /// It could not be copied to where it should go as well.
    #[error("{} is whole, but could not be copied to {to}: {why}", .path.display())]
    NotPushed {
        /// The backup.
        path: PathBuf,
        /// Where to.
        to: String,
        /// Why not.
        why: String,
    },
    /// The work was cut off.
    #[error("the work on the backup was cut off")]
    CutOff,
}

impl BackupError {
    pub(crate) fn file(
        doing: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { doing, path, source }
    }
}
