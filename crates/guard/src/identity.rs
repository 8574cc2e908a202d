//! Who this guard is: its key, made here and never leaving, and what the enrolment gave it.

use data_encoding::BASE64URL_NOPAD;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Once;

use beffroi_town::GuardId;
use beffroi_town::watch::{Enrolment, HeadSeen, PlatformAddress};

use crate::error::{GuardError, Result, shown};
use crate::state::{read_json, write_json, write_whole};

/// What the enrolment left, and what must survive a restart.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Membership {
    pub(crate) guard: GuardId,
    pub(crate) platforms: Vec<PlatformAddress>,
    pub(crate) certificate_sha256: Option<String>,
    pub(crate) orders_key: String,
    pub(crate) beat_every_ms: u32,
    /// The highest sequence of an order obeyed so far: written before it is carried out.
    pub(crate) last_order: u64,
    pub(crate) heads: Vec<HeadSeen>,
}

impl Membership {
    pub(crate) fn path(state: &Path) -> PathBuf {
        state.join("membership.json")
    }

    pub(crate) fn read(state: &Path) -> Result<Option<Self>> {
        read_json(&Self::path(state), "the membership file of this guard")
    }

    pub(crate) fn write(&self, state: &Path) -> Result<()> {
        write_json(&Self::path(state), self)
    }

    /// The numeric addresses that a cut leaves open.
    pub(crate) fn pinned(&self) -> Vec<SocketAddr> {
        let mut pinned: Vec<SocketAddr> = self.platforms.iter().flat_map(addresses).collect();
        pinned.sort();
        pinned.dedup();
        pinned
    }
}

/// The numeric addresses of one platform address.
pub(crate) fn addresses(platform: &PlatformAddress) -> Vec<SocketAddr> {
    let mut all = platform.addresses.clone();
    if let Some((_, host)) = platform.url.split_once("://")
        && let Ok(address) = host.trim_end_matches('/').parse()
    {
        all.push(address);
    }
    all
}

/// Whether it was said already that others may read the enrolment file.
static SAID: Once = Once::new();

/// Reads an enrolment file and says what is wrong with it.
pub(crate) fn read_enrolment(path: &Path) -> Result<Enrolment> {
    let enrolment: Enrolment =
        read_json(path, "an enrolment file")?.ok_or_else(|| GuardError::Io {
            operation: "read the enrolment file",
            object: shown(path),
            source: std::io::ErrorKind::NotFound.into(),
        })?;
    let others = std::fs::metadata(path).is_ok_and(|about| about.mode() & 0o077 != 0);
    if others {
        // It is read again until the platform answers; said once.
        SAID.call_once(|| {
            tracing::warn!(file = %shown(path), "others may read the enrolment file, and use it first: chmod 600");
        });
    }
    if enrolment.platforms.is_empty() {
        return Err(GuardError::Enrolment("it names no platform; make a new one"));
    }
    for platform in &enrolment.platforms {
        let numeric = addresses(platform);
        if let Some(host) = platform.url.strip_prefix("http://") {
            if numeric.is_empty() && !host.starts_with("localhost:") {
                return Err(GuardError::Enrolment(
                    "http:// is only for loopback or for a numeric address that the file names; use https://",
                ));
            }
        } else if !platform.url.starts_with("https://") {
            return Err(GuardError::Enrolment("an address begins with https:// or http://"));
        }
    }
    Ok(enrolment)
}

/// The guard's own key.
pub(crate) struct Key(Ed25519KeyPair);

impl Key {
    /// Reads the key, or makes it. The file is 0600 in a 0700 folder.
    pub(crate) fn read_or_make(state: &Path) -> Result<Self> {
        let path = state.join("guard.key");
        let refused = || GuardError::Key(shown(&path));
        let document = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let made = Ed25519KeyPair::generate_pkcs8(&ring::rand::SystemRandom::new())
                    .map_err(|_| refused())?;
                write_whole(&path, made.as_ref())?;
                made.as_ref().to_vec()
            }
            Err(_) => return Err(refused()),
        };
        Ed25519KeyPair::from_pkcs8(&document).map(Self).map_err(|_| refused())
    }

    pub(crate) fn public(&self) -> String {
        BASE64URL_NOPAD.encode(self.0.public_key().as_ref())
    }

    pub(crate) fn sign(&self, text: &[u8]) -> String {
        BASE64URL_NOPAD.encode(self.0.sign(text).as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_key_is_made_once_and_private() {
        let folder = tempfile::tempdir().unwrap();
        let first = Key::read_or_make(folder.path()).unwrap().public();
        assert_eq!(Key::read_or_make(folder.path()).unwrap().public(), first);
        let mode = std::fs::metadata(folder.path().join("guard.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        std::fs::write(folder.path().join("guard.key"), b"broken").unwrap();
        assert!(Key::read_or_make(folder.path()).is_err());
    }

    #[test]
    fn clear_text_over_a_network_is_refused_by_name_only() {
        let folder = tempfile::tempdir().unwrap();
        let read = |url: &str, addresses: &str| {
            let path = folder.path().join("e.json");
            let text = format!(
                r#"{{"platforms":[{{"url":"{url}","addresses":[{addresses}]}}],"token":"t","tenant":"59273","asset":"files"}}"#
            );
            std::fs::write(&path, text).unwrap();
            read_enrolment(&path)
        };
        assert!(read("http://127.0.0.1:8080", "").is_ok());
        assert!(read("http://10.0.0.1:8080", "").is_ok());
        assert!(read("http://mairie.example:80", "").is_err());
        assert!(read("http://mairie.example:80", "\"10.0.0.1:80\"").is_ok());
        assert!(read("https://mairie.example", "").is_ok());
        assert!(read("ftp://mairie.example", "").is_err());
    }
}
