//! Writing a backup.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    time::Instant as Stopwatch,
};

use age::x25519;
use beffroi_store::{OperatorScope, Store, dump};
use beffroi_town::Instant;
use serde::{Deserialize, Serialize};

use super::{
    BackupError,
    format::{self, FILE_BYTES_MAX, FORMAT, Manifest, Member},
    keep::{self, Kept},
    seal::{self, Identity, Sink},
};
use crate::{
    config::{Config, Tls},
    durable::Half,
};

/// Whether it is sealed.
#[derive(Clone, Debug)]
pub enum Lock {
    /// For who holds this key.
    Sealed(x25519::Recipient),
    /// Not at all: whoever reads the file has every secret of the platform.
    Unsealed,
}

/// What is backed up, and where to.
#[derive(Clone, Debug)]
pub struct Plan<'a> {
    /// The data.
    pub store: &'a Store,
    /// Where the files beside it are.
    pub config: &'a Config,
    /// The folder of the backups.
    pub to: &'a Path,
    /// How it is sealed.
    pub lock: Lock,
    /// How many are kept in the folder; none: it is somebody's own folder, nothing is removed.
    pub keep: Option<u32>,
    /// Now.
    pub at: Instant,
}

/// A backup that was made, read back and checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// Where it is.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// How many rows it holds.
    pub rows: u64,
    /// How many journals.
    pub journals: u64,
    /// Whether it is sealed.
    pub sealed: bool,
    /// How long it took, the reading back included.
    pub seconds: u64,
    /// How many backups are in the folder now.
    pub kept: usize,
}

/// Makes a backup, reads it back, gives it its name and removes old ones.
///
/// # Errors
/// [`BackupError`]; the earlier backups are as they were, and nothing half is left.
pub async fn make(plan: &Plan<'_>) -> Result<Made, BackupError> {
    let stopwatch = Stopwatch::now();
    let folder = plan.to;
    let kept = Kept::lock(folder)?;
    let path = folder.join(keep::name(plan.at));
    if path.exists() {
        return Err(BackupError::Exists(path));
    }
    let members = members(plan.config)?;
    let half_path = folder.join(keep::half_name(plan.at));
    let (half, file) =
        Half::begin(half_path.clone(), 0o600).map_err(BackupError::file("write", folder))?;
    // To read back what only somebody elsewhere will be able to open.
    let witness = Identity::generate();
    let recipients = match &plan.lock {
        Lock::Sealed(recipient) => vec![recipient.clone(), witness.to_public()],
        Lock::Unsealed => Vec::new(),
    };
    let sealed = !recipients.is_empty();
    let sink = Sink::new(file, &recipients).map_err(BackupError::file("write", &half_path))?;
    let manifest = write(plan, sink, &members, &half_path).await?;
    let file = half_path.clone();
    let read_back = move || seal::check(&file, Some(&witness)).map(|back| back.front.manifest);
    let back = tokio::task::spawn_blocking(read_back).await.map_err(|_| BackupError::CutOff)??;
    if back != manifest {
        let fault = "what was read back is not what was written".to_owned();
        return Err(BackupError::Damaged { path: half_path, fault });
    }
    let bytes = fs::metadata(&half_path).map_err(BackupError::file("look at", &half_path))?.len();
    half.place(&path).map_err(BackupError::file("write", &path))?;
    let kept = kept.prune(plan.keep.unwrap_or(u32::MAX), &path)?;
    Ok(Made {
        path,
        bytes,
        rows: manifest.contents.rows(),
        journals: manifest.contents.heads.len() as u64,
        sealed,
        seconds: stopwatch.elapsed().as_secs(),
        kept,
    })
}

/// Writes everything through one view of the data.
async fn write(
    plan: &Plan<'_>,
    mut sink: Sink,
    members: &[Member],
    path: &Path,
) -> Result<Manifest, BackupError> {
    let failed = || BackupError::file("write", path);
    let operator = OperatorScope::for_operator();
    let mut conn = plan.store.read().await?;
    let contents = dump::survey(&mut conn, &operator).await?;
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: plan.at,
        contents,
        files: members.iter().map(Member::sum).collect(),
        objects: 0,
    };
    let line = manifest.line().map_err(failed())?;
    format::write_front(&mut sink, &line, members).map_err(failed())?;
    dump::write(&mut conn, &operator, &manifest.contents, &mut sink).await.map_err(|error| {
        match error {
            dump::DumpError::Write(source) => failed()(source),
            other => other.into(),
        }
    })?;
    drop(conn);
    format::write_end(&mut sink).and_then(|()| sink.flush()).map_err(failed())?;
    sink.finish().map_err(failed())?;
    Ok(manifest)
}

/// The files beside the database: the master key, the platform's TLS folder, and, put where they
/// cannot be mistaken for settings in force, the configuration and the certificate it names.
fn members(config: &Config) -> Result<Vec<Member>, BackupError> {
    let folder = &config.folder;
    let mut members = vec![member("master.key".to_owned(), &folder.join("master.key"))?];
    let tls = folder.join("tls");
    if tls.is_dir() {
        gather("tls", &tls, &mut members)?;
    }
    if let Some(file) = &config.file {
        members.push(member("from-backup/config.toml".to_owned(), file)?);
    }
    if let Some(Tls::Files { certificate, key }) = &config.doors.tls {
        members.push(member("from-backup/certificate.pem".to_owned(), certificate)?);
        members.push(member("from-backup/key.pem".to_owned(), key)?);
    }
    Ok(members)
}

fn member(name: String, path: &Path) -> Result<Member, BackupError> {
    let size = fs::metadata(path).map_err(BackupError::file("read", path))?.len();
    if size > FILE_BYTES_MAX {
        return Err(BackupError::TooLarge(path.to_owned()));
    }
    let bytes = fs::read(path).map_err(BackupError::file("read", path))?;
    Ok(Member { name, bytes })
}

/// Every file below a folder; symbolic links are not followed.
fn gather(name: &str, folder: &Path, members: &mut Vec<Member>) -> Result<(), BackupError> {
    for entry in fs::read_dir(folder).map_err(BackupError::file("list", folder))? {
        let entry = entry.map_err(BackupError::file("list", folder))?;
        let kind = entry.file_type().map_err(BackupError::file("look at", entry.path()))?;
        let name = format!("{name}/{}", entry.file_name().to_string_lossy());
        if kind.is_dir() {
            gather(&name, &entry.path(), members)?;
        } else if kind.is_file() {
            members.push(member(name, &entry.path())?);
        }
    }
    members.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(())
}
