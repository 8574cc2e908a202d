//! The platform put back from its backup, on this machine or on another one.
//!
//! Rules:
//! - Everything is checked before anything is put in place: the seal, every count and hash, every
//!   journal. It is built in a folder beside and takes its place by one rename.
//! - What is there already is never deleted: it is refused, or moved aside when told so. Something
//!   newer is refused even then, until it is said that the difference may be lost.
//! - A kill at any moment leaves either nothing or everything. With PostgreSQL the keys come into
//!   their folder first, then the rows in one transaction: a kill in between leaves an empty
//!   database beside the right key, and the same command goes on from there.

mod place;
mod target;

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use beffroi_store::{
    Location,
    load::{self, Load, LoadError, Loaded, Origin},
};
use beffroi_town::{Instant, edge::Entropy};
use beffroi_words::calendar;

use crate::backup::{self, BackupError, Identity, Opened, format::Member};

pub use target::Occupied;

/// Why nothing was put back.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// The backup cannot be used.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// Its inside does not hold.
    #[error("{} cannot be put back; nothing was changed", .path.display())]
    Load {
        /// The backup.
        path: PathBuf,
        /// Why not.
        source: LoadError,
    },
    /// There is something in the place.
    #[error(transparent)]
    Occupied(#[from] Occupied),
    /// A file or folder.
    #[error("cannot {doing} {}; nothing was changed", .path.display())]
    File {
        /// What was tried.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// The file system cannot swap two folders in one step.
    #[error(
        "this file system cannot swap two folders in one step; nothing was changed: move {} away \
         yourself, then try again without --replace", .0.display()
    )]
    NoSwap(PathBuf),
}

fn file_error(
    doing: &'static str,
    path: impl Into<PathBuf>,
) -> impl FnOnce(io::Error) -> RestoreError {
    let path = path.into();
    move |source| RestoreError::File { doing, path, source }
}

/// What is put back, and where.
#[derive(Clone)]
pub struct Wanted<'a> {
    /// The backup.
    pub file: &'a Path,
    /// The key from the recovery sheet.
    pub identity: Option<Identity>,
    /// Where to.
    pub location: &'a Location,
    /// Move aside what is there.
    pub replace: bool,
    /// Even when it is newer than the backup.
    pub accept_older: bool,
    /// Now.
    pub at: Instant,
}

impl std::fmt::Debug for Wanted<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wanted").field("file", &self.file).finish_non_exhaustive()
    }
}

/// What was put back.
#[derive(Clone, Debug)]
pub struct Restored {
    /// When the backup was made.
    pub made_at: Instant,
    /// Which edition of the program made it.
    pub program: String,
    /// What was loaded.
    pub loaded: Loaded,
    /// Where what was there before is now.
    pub set_aside: Option<String>,
    /// Files of the backup that wait for a person's eye: the configuration and its certificate.
    pub for_a_person: Vec<PathBuf>,
}

/// Puts the platform back.
///
/// # Errors
/// [`RestoreError`]; nothing was changed then.
pub async fn restore(
    wanted: &Wanted<'_>,
    entropy: Arc<dyn Entropy>,
) -> Result<Restored, RestoreError> {
    let checked = check_file(wanted.file, wanted.identity.clone()).await?;
    let manifest = &checked.front.manifest;
    let master_key = master_key(&checked, wanted.file)?;
    let here = target::look(wanted, manifest, &master_key).await?;
    let folder = wanted.location.folder();
    let building = place::Building::begin(folder, &*entropy)?;
    building.fill(&checked.front.members)?;
    let aside = aside_name(wanted.at);
    let (loaded, set_aside) = match wanted.location {
        Location::Folder(_) => {
            let location = Location::Folder(building.path().to_owned());
            let loaded = load(wanted, &location, &entropy, None).await?;
            building.own_like(folder)?;
            let moved = building.take_place_of(folder, &aside)?;
            (loaded, moved.map(|path| path.display().to_string()))
        }
        Location::Postgres { .. } => {
            let placed = if here.has_this_key {
                place::Placed::Kept
            } else {
                building.own_like(folder)?;
                place::Placed::Moved(building.take_place_of(folder, &aside)?)
            };
            let schema = here.database.then_some(aside.as_str());
            match load(wanted, wanted.location, &entropy, schema).await {
                Ok(loaded) => (loaded, schema.map(|name| format!("the schema {name}"))),
                Err(error) => {
                    placed.undo(folder)?;
                    return Err(error);
                }
            }
        }
    };
    let stays = |member: &&Member| member.name.starts_with("from-backup/");
    Ok(Restored {
        made_at: manifest.made_at,
        program: manifest.program.clone(),
        loaded,
        set_aside,
        for_a_person: checked
            .front
            .members
            .iter()
            .filter(stays)
            .map(|member| folder.join(&member.name))
            .collect(),
    })
}

/// Proves a backup: everything it holds is put into a folder of its own beside it, verified as if
/// it were in earnest, and removed.
///
/// # Errors
/// As [`restore`].
pub async fn rehearse(
    file: &Path,
    identity: Option<Identity>,
    scratch: &Path,
    entropy: Arc<dyn Entropy>,
    at: Instant,
) -> Result<(Opened, Loaded), RestoreError> {
    let checked = check_file(file, identity.clone()).await?;
    master_key(&checked, file)?;
    let building = place::Building::begin(&scratch.join("beffroi-rehearsal"), &*entropy)?;
    building.fill(&checked.front.members)?;
    let location = Location::Folder(building.path().to_owned());
    let wanted =
        Wanted { file, identity, location: &location, replace: false, accept_older: false, at };
    let loaded = load(&wanted, &location, &entropy, None).await?;
    Ok((checked, loaded))
}

async fn check_file(file: &Path, identity: Option<Identity>) -> Result<Opened, RestoreError> {
    let file = file.to_owned();
    let checked =
        tokio::task::spawn_blocking(move || backup::check(&file, identity.as_ref())).await;
    Ok(checked.map_err(|_| BackupError::CutOff)??)
}

/// The master key of a backup: without it nothing in it can be opened.
fn master_key(checked: &Opened, file: &Path) -> Result<Vec<u8>, RestoreError> {
    let found = checked.front.members.iter().find(|member| member.name == "master.key");
    let fault = || BackupError::Damaged {
        path: file.to_owned(),
        fault: "it holds no master key".to_owned(),
    };
    Ok(found.map(|member| member.bytes.clone()).ok_or_else(fault)?)
}

async fn load(
    wanted: &Wanted<'_>,
    location: &Location,
    entropy: &Arc<dyn Entropy>,
    aside: Option<&str>,
) -> Result<Loaded, RestoreError> {
    let mut opened = backup::open(wanted.file, wanted.identity.as_ref())?;
    let manifest = &opened.front.manifest;
    let origin = Origin { sha256: opened.front.sha256.clone(), made_at: manifest.made_at };
    let load = Load {
        contents: &manifest.contents,
        from: &mut opened.rest,
        origin: &origin,
        at: wanted.at,
        aside,
    };
    load::into(location, Arc::clone(entropy), load)
        .await
        .map_err(|source| RestoreError::Load { path: wanted.file.to_owned(), source })
}

/// `replaced_20261125t195111z`: a name for a folder's ending and for a schema alike.
fn aside_name(at: Instant) -> String {
    let time: String = calendar::machine(at).chars().filter(|c| !"-:".contains(*c)).collect();
    format!("replaced_{}", time.to_ascii_lowercase())
}

/// Flushes every file and folder below a folder, and the folder itself.
fn sync_tree(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_tree(&entry.path())?;
        } else {
            fs::File::open(entry.path())?.sync_all()?;
        }
    }
    crate::durable::sync_folder(folder)
}
