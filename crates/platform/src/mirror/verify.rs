//! Checks a mirror, with nothing but its folder.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use beffroi_store::Fingerprint;
use beffroi_town::Instant;
use serde::Serialize;

use super::listing::{LISTING, Listing};
use crate::backup::format::sha256;

/// Why a mirror does not hold.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MirrorFault {
    /// A file cannot be read.
    #[error("cannot read {}", .path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The list does not hold.
    #[error("{LISTING} {0}")]
    Listing(&'static str),
    /// Signed with another key than the one expected.
    #[error("signed with the key {found}, not with {expected}: another platform made this mirror")]
    OtherKey {
        /// The fingerprint found.
        found: String,
        /// The one expected.
        expected: String,
    },
    /// A file was altered.
    #[error("{0} is not what was sent: it was altered, or the mirror is being written: try again")]
    Altered(String),
    /// A file is missing.
    #[error("{0} is missing")]
    Missing(String),
    /// A file that the mirror did not put there.
    #[error("{0} is in no list: somebody else put it there")]
    Planted(String),
}

/// What a mirror was found to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MirrorReport {
    /// When everything in it was true.
    pub true_at: Instant,
    /// How many files.
    pub files: usize,
    /// The fingerprint of the key it is signed with.
    pub fingerprint: String,
    /// Whether that is the one expected.
    pub author_proven: bool,
}

/// Verifies a mirror with nothing but its folder.
///
/// # Errors
/// The first thing wrong.
pub fn verify(folder: &Path, expected: Option<&Fingerprint>) -> Result<MirrorReport, MirrorFault> {
    let path = folder.join(LISTING);
    let text = fs::read_to_string(&path).map_err(|source| MirrorFault::Read { path, source })?;
    let (listing, fingerprint) = Listing::read(&text).map_err(MirrorFault::Listing)?;
    if let Some(expected) = expected
        && *expected != fingerprint
    {
        let (found, expected) = (fingerprint.to_string(), expected.to_string());
        return Err(MirrorFault::OtherKey { found, expected });
    }
    for (name, hash) in &listing.files {
        match fs::read(folder.join(name)) {
            Ok(bytes) if sha256(&bytes) == *hash => {}
            Ok(_) => return Err(MirrorFault::Altered(name.clone())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(MirrorFault::Missing(name.clone()));
            }
            Err(source) => return Err(MirrorFault::Read { path: folder.join(name), source }),
        }
    }
    if let Some(planted) = planted(folder, "", &listing)? {
        return Err(MirrorFault::Planted(planted));
    }
    Ok(MirrorReport {
        true_at: listing.true_at,
        files: listing.files.len(),
        fingerprint: fingerprint.to_string(),
        author_proven: expected.is_some(),
    })
}

/// A file that is in no list.
fn planted(folder: &Path, below: &str, listing: &Listing) -> Result<Option<String>, MirrorFault> {
    let failed = |source| MirrorFault::Read { path: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = format!("{below}{}", entry.file_name().to_string_lossy());
        if entry.file_type().map_err(failed)?.is_dir() {
            if let Some(found) = planted(&entry.path(), &format!("{name}/"), listing)? {
                return Ok(Some(found));
            }
        } else if name != LISTING && !listing.files.contains_key(&name) {
            return Ok(Some(name));
        }
    }
    Ok(None)
}
