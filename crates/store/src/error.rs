//! What can go wrong in the store.
//!
//! Each error names the operation and the object, keeps its source, and says what to do.

use std::path::PathBuf;

use beffroi_town::{TenantId, status::Cycle};

/// Shorthand of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong in the store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder of the store could not be used.
    #[error("cannot {doing} {}: check that the folder exists, has room and may be written", .path.display())]
    File {
        /// What was tried.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
    /// The database refused or could not be reached.
    #[error(
        "the database failed at '{doing}'; nothing of this operation was kept: check that it runs and has room, then try again"
    )]
    Database {
        /// The step.
        doing: &'static str,
        /// Why it failed.
        source: sqlx::Error,
    },
    /// The database does not keep what it acknowledges.
    #[error(
        "PostgreSQL has {setting} = {value}: it would acknowledge what a power cut loses; set {setting} = on and start again"
    )]
    NotDurable {
        /// The server's setting.
        setting: &'static str,
        /// Its value.
        value: String,
    },
    /// The database was written by a newer version of this program.
    #[error(
        "the database has schema {found}, this program knows {known}: use the newer program, or restore the backup made before the upgrade"
    )]
    TooNew {
        /// The schema found.
        found: i64,
        /// The newest this program knows.
        known: i64,
    },
    /// The master key is missing or is not the one this database was made with.
    #[error(
        "{} is not the master key this database was made with: put back the file from the backup of the folder", .path.display()
    )]
    MasterKey {
        /// Where it should be.
        path: PathBuf,
    },
    /// Something sealed could not be opened: damaged, or sealed under another key or label.
    #[error("cannot open what was sealed as '{label}': it is damaged or belongs elsewhere")]
    Sealed {
        /// What it was sealed as.
        label: String,
    },
    /// A column holds something that this program cannot read.
    #[error(
        "'{column}' holds '{value}', which this program cannot read: the row is damaged or newer than the program"
    )]
    Unreadable {
        /// The column.
        column: String,
        /// What it holds, shortened.
        value: String,
    },
    /// A write concerns a tenant that the transaction did not lock.
    #[error(
        "'{doing}' concerns {tenant}, which this transaction did not lock: begin again with every tenant concerned"
    )]
    OutOfScope {
        /// The write.
        doing: &'static str,
        /// The tenant.
        tenant: TenantId,
    },
    /// A transaction was begun for a tenant that is not on this deployment.
    #[error("{0} is not on this deployment: add it first")]
    NoSuchTenant(TenantId),
    /// A transaction was begun for no tenant at all.
    #[error("a transaction must name at least one tenant")]
    NoTenant,
    /// A commit after a step failed.
    #[error("an earlier step of this write failed, so nothing of it was kept: begin again")]
    Spoilt,
    /// A commit without a journal entry for a tenant it changed or locked.
    #[error("nothing was journalled, so nothing was kept: every fact about a town has its entry")]
    NothingJournalled,
    /// A journal body with something other than objects, lists, texts, integers, booleans, null.
    #[error("the body of the journal entry '{kind}' {why}")]
    BadBody {
        /// The entry's kind.
        kind: &'static str,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The object of a write does not exist, or not for this tenant.
    #[error("there is no {noun} '{id}' here")]
    Absent {
        /// What kind of thing.
        noun: &'static str,
        /// The identifier asked for.
        id: String,
    },
    /// The object of a write is not in a state that allows it.
    #[error("{noun} '{id}' {why}")]
    Refused {
        /// What kind of thing.
        noun: &'static str,
        /// Its identifier.
        id: String,
        /// What stands against it.
        why: &'static str,
    },
    /// Bookkeeping tried to write a fact.
    #[error("'{doing}' writes a fact about a town: begin a journalled write for it")]
    NotBookkeeping {
        /// The step.
        doing: &'static str,
    },
    /// A text with a null character, which PostgreSQL cannot keep.
    #[error("'{doing}' was given a text with a null character: take it out")]
    NullCharacter {
        /// The step.
        doing: &'static str,
    },
    /// A text beyond any bound.
    #[error("'{doing}' was given a text longer than 2 MiB: shorten it")]
    TooLong {
        /// The step.
        doing: &'static str,
    },
    /// Dependencies that go round in a circle.
    #[error(transparent)]
    Cycle(#[from] Cycle),
    /// A failure asked for by a test.
    #[error("failure asked for by a test")]
    Injected,
}

impl Error {
    pub(crate) fn database(doing: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |source| Self::Database { doing, source }
    }

    pub(crate) fn unreadable(column: &str, value: &str) -> Self {
        Self::Unreadable { column: column.to_owned(), value: value.chars().take(80).collect() }
    }

    pub(crate) fn absent(noun: &'static str, id: &(impl ToString + ?Sized)) -> Self {
        Self::Absent { noun, id: id.to_string() }
    }

    pub(crate) fn refused(
        noun: &'static str,
        id: &(impl ToString + ?Sized),
        why: &'static str,
    ) -> Self {
        Self::Refused { noun, id: id.to_string(), why }
    }

    /// Refuses a write that found no row.
    pub(crate) fn unless_found(
        noun: &'static str,
        id: &(impl ToString + ?Sized),
        rows: u64,
    ) -> Result<()> {
        if rows == 0 { Err(Self::absent(noun, id)) } else { Ok(()) }
    }

    /// The code by which the database names what happened, such as `40001`.
    pub(crate) fn database_code(&self) -> Option<String> {
        match self {
            Self::Database { source: sqlx::Error::Database(error), .. } => {
                error.code().map(std::borrow::Cow::into_owned)
            }
            _ => None,
        }
    }
}
