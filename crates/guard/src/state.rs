//! How things stand in the state folder: paths that need not be text, hashes, whole files.
//!
//! Rules: files are 0600; a whole file is replaced by writing beside, flushing to the platter and
//! renaming, so that a kill leaves the old or the new one, never half of one.

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::error::{Context, GuardError, Result};

/// A path in a state file: its bytes, base64url, since a file name need not be text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PathText(pub(crate) PathBuf);

impl Serialize for PathText {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        to.serialize_str(&BASE64URL_NOPAD.encode(self.0.as_os_str().as_bytes()))
    }
}

impl<'de> Deserialize<'de> for PathText {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(D::Error::custom)?;
        Ok(Self(PathBuf::from(OsString::from_vec(bytes))))
    }
}

/// Largest file that is read for its hash: a sparse one may claim any size.
pub(crate) const HASHED_BYTES_MAX: u64 = 4 << 30;

/// A SHA-256 hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Sha256(pub(crate) [u8; 32]);

impl Sha256 {
    /// Of everything that `source` yields, and how many bytes that was.
    pub(crate) fn of_reader(mut source: impl Read) -> std::io::Result<(Self, u64)> {
        let mut hash = ring::digest::Context::new(&ring::digest::SHA256);
        let mut step = vec![0; 128 * 1024];
        let mut bytes = 0;
        loop {
            let read = source.read(&mut step)?;
            let Some(piece) = step.get(..read).filter(|piece| !piece.is_empty()) else { break };
            hash.update(piece);
            bytes += read as u64;
        }
        Ok((Self::from_digest(&hash.finish()), bytes))
    }

    /// Of these bytes.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self::from_digest(&ring::digest::digest(&ring::digest::SHA256, bytes))
    }

    fn from_digest(digest: &ring::digest::Digest) -> Self {
        let mut bytes = [0; 32];
        for (to, from) in bytes.iter_mut().zip(digest.as_ref()) {
            *to = *from;
        }
        Self(bytes)
    }
}

impl Serialize for Sha256 {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        to.serialize_str(&BASE64URL_NOPAD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Sha256 {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(D::Error::custom)?;
        bytes.try_into().map(Self).map_err(|_| D::Error::custom("a SHA-256 hash has 32 bytes"))
    }
}

/// Whether both yield the same bytes.
pub(crate) fn same_bytes(one: impl Read, other: impl Read) -> std::io::Result<bool> {
    let (one, other) = (Sha256::of_reader(one)?, Sha256::of_reader(other)?);
    Ok(one == other)
}

/// Replaces the file at `path`, durably.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let beside = path.with_extension("new");
    let mut file = File::options()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&beside)
        .context("write", &beside)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).context("write", &beside)?;
    fs::rename(&beside, path).context("write", path)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).context("flush", folder)
}

/// Replaces the file at `path` by `value`, durably.
pub(crate) fn write_json(path: &Path, value: &impl Serialize) -> Result<()> {
    let bytes = serde_json::to_vec_pretty(value)
        .map_err(|source| malformed(path, "writable as JSON", source))?;
    write_whole(path, &bytes)
}

/// Reads the file at `path`; none when there is none.
pub(crate) fn read_json<T: for<'de> Deserialize<'de>>(
    path: &Path,
    expected: &'static str,
) -> Result<Option<T>> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).context("read", path),
    };
    serde_json::from_slice(&bytes).map(Some).map_err(|source| malformed(path, expected, source))
}

fn malformed(path: &Path, expected: &'static str, source: serde_json::Error) -> GuardError {
    GuardError::Malformed { object: crate::error::shown(path), expected, source }
}
