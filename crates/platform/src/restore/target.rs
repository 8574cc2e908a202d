//! What is in the place already, and whether it may be moved aside.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use beffroi_store::{
    Location,
    held::{self, Held},
};
use beffroi_words::calendar;

use super::{RestoreError, Wanted, file_error};
use crate::backup::format::Manifest;

/// Why what is in the place stands against it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Occupied {
    /// It holds data.
    #[error(
        "{place} holds {what}; nothing was changed: choose another place, or add --replace to move \
         it aside"
    )]
    Data {
        /// Where.
        place: String,
        /// What is there and how new it is.
        what: String,
    },
    /// It is newer than the backup.
    #[error(
        "{place} holds {what}, newer than this backup of {backup}; nothing was changed: {entries} \
         journal entries of {tenants} tenants would be missing from then on. To go on all the same \
         (what is there is moved aside, not deleted), add --accept-older"
    )]
    Newer {
        /// Where.
        place: String,
        /// What is there and how new it is.
        what: String,
        /// When the backup was made.
        backup: String,
        /// How many entries would be lost.
        entries: u64,
        /// Of how many tenants.
        tenants: u64,
    },
    /// What is there cannot be read: nobody knows whether it is newer.
    #[error(
        "{place} holds a database that cannot be read ({why}), so that nobody knows what would be \
         lost; nothing was changed: to move it aside all the same, add --accept-older"
    )]
    Unreadable {
        /// Where.
        place: String,
        /// Why it cannot be read.
        why: String,
    },
    /// A program is using it.
    #[error(
        "the process {pid} is using {}; nothing was changed: stop the platform first \
         (systemctl stop beffroi)", .path.display()
    )]
    InUse {
        /// The database.
        path: PathBuf,
        /// Which process.
        pid: u32,
    },
}

/// What was found in the place.
pub(super) struct Here {
    /// There is a database in it: it must be set aside.
    pub(super) database: bool,
    /// The master key in it is the one of the backup.
    pub(super) has_this_key: bool,
}

/// Looks at the place, and refuses what must not be moved aside.
pub(super) async fn look(
    wanted: &Wanted<'_>,
    manifest: &Manifest,
    master_key: &[u8],
) -> Result<Here, RestoreError> {
    let folder = wanted.location.folder();
    let names = names(folder)?;
    let database = folder.join("beffroi.db");
    if let Some(pid) = user_of(&database) {
        return Err(Occupied::InUse { path: database, pid }.into());
    }
    let has_this_key =
        fs::read(folder.join("master.key")).is_ok_and(|key| key.as_slice() == master_key);
    let found = held::held(wanted.location).await;
    let is_postgres = matches!(wanted.location, Location::Postgres { .. });
    // With PostgreSQL the right key may lie ready: an earlier try brought it.
    let folder_is_free = names.is_empty() || (is_postgres && has_this_key);
    let here = Here { database: !matches!(found, Ok(None)), has_this_key };
    if folder_is_free && !here.database {
        return Ok(here);
    }
    let place = match wanted.location {
        Location::Folder(folder) => folder.display().to_string(),
        Location::Postgres { folder, .. } => {
            format!("the PostgreSQL database (keys in {})", folder.display())
        }
    };
    match found {
        Ok(None) if wanted.replace => Ok(here),
        Ok(None) => Err(Occupied::Data { place, what: listed(&names) }.into()),
        Ok(Some(held)) => fits(wanted, manifest, place, &held).map(|()| here),
        Err(error) if wanted.accept_older && wanted.replace => {
            tracing::warn!(error = &error as &dyn std::error::Error, "what is there is unreadable");
            Ok(here)
        }
        Err(error) => {
            let why = std::error::Error::source(&error)
                .map_or_else(|| error.to_string(), ToString::to_string);
            Err(Occupied::Unreadable { place, why }.into())
        }
    }
}

/// Whether data may be moved aside for this backup.
fn fits(
    wanted: &Wanted<'_>,
    manifest: &Manifest,
    place: String,
    held: &Held,
) -> Result<(), RestoreError> {
    let newest = held.newest_at().map_or_else(
        || "without any journal".to_owned(),
        |at| format!("the newest entry of {}", calendar::machine(at)),
    );
    let what = format!(
        "the data of {} tenants, {newest}, change number {}",
        held.heads.len(),
        held.newest_change
    );
    if !wanted.replace {
        return Err(Occupied::Data { place, what }.into());
    }
    let loss = held.lost_with(&manifest.contents);
    if loss.entries > 0 && !wanted.accept_older {
        let backup = calendar::machine(manifest.made_at);
        let (entries, tenants) = (loss.entries, loss.tenants);
        return Err(Occupied::Newer { place, what, backup, entries, tenants }.into());
    }
    Ok(())
}

/// What lies in a folder; nothing when it is not there.
fn names(folder: &Path) -> Result<Vec<String>, RestoreError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(file_error("look into", folder)(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(file_error("look into", folder))?;
        names.push(entry.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

fn listed(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let first = names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    let more = names.len().saturating_sub(SHOWN);
    if more > 0 { format!("{first} and {more} more") } else { first }
}

/// A process that has the file open, as far as this user may see.
fn user_of(file: &Path) -> Option<u32> {
    let file = fs::canonicalize(file).ok()?;
    let processes = fs::read_dir("/proc").ok()?;
    processes
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path())))
        .find(|(_, path)| {
            let open = fs::read_dir(path.join("fd")).into_iter().flatten().flatten();
            open.into_iter().any(|fd| fs::read_link(fd.path()).is_ok_and(|link| link == file))
        })
        .map(|(pid, _)| pid)
}
