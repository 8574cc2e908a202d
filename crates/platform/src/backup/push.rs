//! The copy of a backup in another place: without one, the fire that takes the machine takes its
//! backups too.

use std::{fs, io, path::Path};

use ring::digest::{Context, SHA256};
use serde_json::{Value, json};

use super::BackupError;
use crate::{config::remote::Place, durable::Half, remote};

/// Copies a backup to where it should go as well, and makes sure that it arrived.
///
/// # Errors
/// [`BackupError::NotPushed`]; the backup itself is whole.
pub async fn push(path: &Path, to: &Place, data: &Path) -> Result<(), BackupError> {
    let pushed = match to {
        Place::Remote(remote) => remote::push_file(path, remote, data).await,
        Place::Folder(folder) => {
            let (from, folder) = (path.to_owned(), folder.clone());
            let copied = tokio::task::spawn_blocking(move || copy(&from, &folder)).await;
            copied.map_err(|_| BackupError::CutOff)?.map_err(|error| error.to_string())
        }
    };
    let to = to.to_string();
    pushed.map_err(|why| BackupError::NotPushed { path: path.to_owned(), to, why })
}

/// The same, with what is noted of it.
///
/// # Errors
/// As [`push`].
pub async fn copy_noted(path: &Path, to: &Place, data: &Path) -> Result<Value, BackupError> {
    push(path, to, data).await?;
    Ok(json!({ "file": path, "to": to.to_string() }))
}

/// Copies into a folder that must be there: an unmounted disk is no place.
fn copy(from: &Path, folder: &Path) -> io::Result<()> {
    let Some(name) = from.file_name() else {
        return Err(io::Error::other("the backup has no name"));
    };
    if !folder.is_dir() {
        return Err(io::Error::other("the folder is not there: is the disk mounted?"));
    }
    let mut half_name = std::ffi::OsString::from(".");
    half_name.push(name);
    half_name.push(".half");
    let half_path = folder.join(half_name);
    let (half, mut file) = Half::begin(half_path.clone(), 0o600)?;
    io::copy(&mut fs::File::open(from)?, &mut file)?;
    file.sync_all()?;
    drop(file);
    if hash(from)? != hash(&half_path)? {
        return Err(io::Error::other("what arrived is not what was sent"));
    }
    half.place(&folder.join(name))
}

fn hash(path: &Path) -> io::Result<Vec<u8>> {
    let mut hash = Context::new(&SHA256);
    let mut file = io::BufReader::with_capacity(1 << 20, fs::File::open(path)?);
    loop {
        let bytes = io::BufRead::fill_buf(&mut file)?;
        if bytes.is_empty() {
            return Ok(hash.finish().as_ref().to_vec());
        }
        hash.update(bytes);
        let read = bytes.len();
        io::BufRead::consume(&mut file, read);
    }
}
