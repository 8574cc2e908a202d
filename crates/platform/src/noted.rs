//! How the platform's own work goes is noted where the console and the doctor look for it.

use beffroi_store::{Store, rounds};
use beffroi_town::Instant;
use serde::Serialize;

/// The round that backs the platform up.
pub const BACKUP: &str = "backup";
/// The round that copies backups to another place.
pub const BACKUP_COPY: &str = "backup_copy";
/// The round that copies the public pages elsewhere.
pub const MIRROR: &str = "mirror";
/// The round that says elsewhere that the platform lives.
pub const BEAT: &str = "beat";
/// The row that says that the platform lives.
pub const ALIVE: &str = "alive";
/// That a backup was proven, by a person.
pub const REHEARSAL: &str = "rehearsal";
/// What the doctor found.
pub const DOCTOR: &str = "doctor";

/// Does a piece of work and notes how it went.
///
/// # Errors
/// The work's own; a failure to note it is told to the log and changes nothing.
pub async fn noted<T: Serialize, E: std::error::Error + 'static>(
    store: &Store,
    name: &str,
    at: Instant,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let outcome = work.await;
    if let Err(error) = note(store, name, at, &outcome).await {
        tracing::error!(name, error = &error as &dyn std::error::Error, "a round is not noted");
    }
    outcome
}

async fn note<T: Serialize, E: std::error::Error>(
    store: &Store,
    name: &str,
    at: Instant,
    outcome: &Result<T, E>,
) -> Result<(), beffroi_store::Error> {
    let mut book = store.bookkeeping().await?;
    match outcome {
        Ok(did) => {
            let detail = serde_json::to_value(did).unwrap_or_default();
            rounds::done(&mut book, name, at, &detail).await?;
        }
        Err(error) => rounds::failed(&mut book, name, at, &told(error)).await?,
    }
    book.commit().await
}

/// An error with its causes, each said once.
pub(crate) fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let why = error.to_string();
        if !text.contains(&why) {
            text.push_str(": ");
            text.push_str(&why);
        }
        cause = error.source();
    }
    text
}
