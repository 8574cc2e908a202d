//! Keys: one master key in a file beside the data, and everything sealed under it.
//!
//! Rules:
//! - `master.key` holds 32 unpredictable bytes, is made once, readable by its owner alone, and
//!   never enters the database: a dump of the database opens nothing.
//! - Every purpose has a key of its own, derived by HKDF-SHA256 (RFC 5869) from the master key and
//!   a label; sealing is AES-256-GCM with a fresh nonce and the label as associated data.
//! - Signing keys are Ed25519 (RFC 8032); their seeds are stored sealed.

use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::Path,
};

use beffroi_town::edge::Entropy;
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use ring::{digest, hkdf, hmac, signature::Ed25519KeyPair};

use crate::{Error, Result, wrap};

const KEY_BYTES: usize = 32;

/// The master key and what is derived from it. Prints as nothing.
pub(crate) struct Keys {
    root: hkdf::Prk,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(..)")
    }
}

impl Keys {
    fn new(master: &[u8]) -> Self {
        let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, b"beffroi master key v1");
        Self { root: salt.extract(master) }
    }

    /// Keys of nothing: for looking at what is not sealed.
    pub(crate) fn none() -> Self {
        Self::new(&[])
    }

    /// Reads the master key of a folder; makes folder and key when `may_make`.
    pub(crate) fn open(folder: &Path, entropy: &dyn Entropy, may_make: bool) -> Result<Self> {
        let path = folder.join("master.key");
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound && may_make => {
                make_master_key(folder, &path, entropy).map_err(|source| Error::File {
                    doing: "make the key",
                    path: path.clone(),
                    source,
                })?;
                fs::read(&path).map_err(|source| Error::File {
                    doing: "read",
                    path: path.clone(),
                    source,
                })?
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(Error::MasterKey { path });
            }
            Err(source) => return Err(Error::File { doing: "read", path, source }),
        };
        if bytes.len() != KEY_BYTES {
            return Err(Error::MasterKey { path });
        }
        Ok(Self::new(&bytes))
    }

    /// The key of one purpose.
    fn derive(&self, purpose: &str, label: &str) -> Result<[u8; KEY_BYTES]> {
        let broken = |_| Error::Sealed { label: label.to_owned() };
        let mut key = [0; KEY_BYTES];
        self.root
            .expand(&[purpose.as_bytes(), b"\n", label.as_bytes()], hkdf::HKDF_SHA256)
            .and_then(|derived| derived.fill(&mut key))
            .map_err(broken)?;
        Ok(key)
    }

    /// What tells this master key from another, without telling anything about it.
    pub(crate) fn check_value(&self) -> Result<String> {
        Ok(HEXLOWER.encode(&self.derive("beffroi key check v1", "")?))
    }

    pub(crate) fn seal(&self, entropy: &dyn Entropy, label: &str, plain: &[u8]) -> Result<String> {
        wrap::seal(entropy, &self.derive("beffroi seal v1", label)?, label, plain)
    }

    pub(crate) fn open_sealed(&self, label: &str, sealed: &str) -> Result<Vec<u8>> {
        wrap::open(&self.derive("beffroi seal v1", label)?, label, sealed)
    }

    /// What is kept of a secret that must be recognised but never read back: a token, a code, the
    /// key of a throttle. Without the master key nobody can try guesses on a dump.
    pub(crate) fn secret_hash(&self, purpose: &'static str, secret: &str) -> Result<String> {
        let key =
            hmac::Key::new(hmac::HMAC_SHA256, &self.derive("beffroi secret hash v1", purpose)?);
        Ok(HEXLOWER.encode(hmac::sign(&key, secret.as_bytes()).as_ref()))
    }

    /// The platform's own signing key for one purpose, always the same for one master key.
    pub(crate) fn signing_key(&self, purpose: &str) -> Result<Ed25519KeyPair> {
        key_pair(purpose, &self.derive("beffroi signing key v1", purpose)?)
    }
}

/// The Ed25519 key pair of a seed.
pub(crate) fn key_pair(label: &str, seed: &[u8]) -> Result<Ed25519KeyPair> {
    Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| Error::Sealed { label: label.to_owned() })
}

/// The public half of a seed's key pair, as the database keeps it.
pub(crate) fn public_half(label: &str, seed: &[u8]) -> Result<String> {
    let pair = key_pair(label, seed)?;
    Ok(BASE64URL_NOPAD.encode(ring::signature::KeyPair::public_key(&pair).as_ref()))
}

/// Makes the key under a name of its own, flushes it, then links it to its place: whoever comes
/// first wins, and nobody ever reads half a key.
fn make_master_key(folder: &Path, path: &Path, entropy: &dyn Entropy) -> io::Result<()> {
    make_folder(folder)?;
    let mut bytes = [0; KEY_BYTES + 8];
    entropy.fill(&mut bytes);
    let (key, tag) = bytes.split_at(KEY_BYTES);
    let draft = folder.join(format!("master.key.{}", HEXLOWER.encode(tag)));
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    file.write_all(key)?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }?;
    fs::File::open(folder)?.sync_all()
}

/// Makes a folder for its owner alone, and flushes each folder that now holds a new one.
fn make_folder(folder: &Path) -> io::Result<()> {
    let missing: Vec<&Path> =
        folder.ancestors().take_while(|one| !one.as_os_str().is_empty() && !one.is_dir()).collect();
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    for made in missing {
        match made.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => fs::File::open(parent)?.sync_all()?,
            _ => fs::File::open(".")?.sync_all()?,
        }
    }
    Ok(())
}

/// Flushes the names in a folder.
pub(crate) fn sync_folder(folder: &Path) -> Result<()> {
    fs::File::open(folder).and_then(|open| open.sync_all()).map_err(|source| Error::File {
        doing: "flush",
        path: folder.to_owned(),
        source,
    })
}

/// SHA-256 of several pieces, in lower-case hexadecimal.
pub(crate) fn sha256_hex(pieces: &[&[u8]]) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    for piece in pieces {
        context.update(piece);
    }
    HEXLOWER.encode(context.finish().as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting(std::sync::atomic::AtomicU8);
    impl Entropy for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            for byte in bytes {
                *byte = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            }
        }
    }

    #[test]
    fn what_is_sealed_opens_under_its_own_label_alone() {
        let entropy = Counting(0.into());
        let keys = Keys::new(&[7; 32]);
        let sealed = keys.seal(&entropy, "text:59273", b"a reason").unwrap();
        assert_eq!(keys.open_sealed("text:59273", &sealed).unwrap(), b"a reason");
        assert!(keys.open_sealed("text:62473", &sealed).is_err());
        assert!(Keys::new(&[8; 32]).open_sealed("text:59273", &sealed).is_err());
        let mut damaged = sealed.clone().into_bytes();
        damaged[20] ^= 1;
        assert!(keys.open_sealed("text:59273", std::str::from_utf8(&damaged).unwrap()).is_err());
        assert!(keys.open_sealed("text:59273", "").is_err());
        assert_ne!(sealed, keys.seal(&entropy, "text:59273", b"a reason").unwrap());
    }

    #[test]
    fn the_master_key_is_made_once_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("data");
        let entropy = Counting(0.into());
        assert!(Keys::open(&inner, &entropy, false).is_err());
        let first = Keys::open(&inner, &entropy, true).unwrap();
        let again = Keys::open(&inner, &entropy, true).unwrap();
        assert_eq!(first.check_value().unwrap(), again.check_value().unwrap());
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&inner.join("master.key")), 0o600);
        assert_eq!(mode(&inner), 0o700);
        assert_eq!(fs::read_dir(&inner).unwrap().count(), 1);
        fs::write(inner.join("master.key"), b"short").unwrap();
        assert!(matches!(Keys::open(&inner, &entropy, true), Err(Error::MasterKey { .. })));
    }
}
