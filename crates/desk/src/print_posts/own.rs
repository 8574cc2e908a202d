//! What a print post holds: two secret halves, made on its own computer, that never leave it.

use age::secrecy::ExposeSecret as _;
use beffroi_town::{Instant, PrintPostId, edge::Entropy, printer::request_text};
use data_encoding::BASE64URL_NOPAD;
use ring::{
    digest,
    signature::{Ed25519KeyPair, KeyPair as _},
};
use serde::{Deserialize, Serialize};

use super::mark;
use crate::sealing::{self, Identity, SealError};

/// The keys of a post.
pub struct OwnKeys {
    identity: Identity,
    signing: Ed25519KeyPair,
}

impl std::fmt::Debug for OwnKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OwnKeys(..)")
    }
}

/// The keys as they stand in a file that nobody else may read.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// What opens sheets, as age writes it.
    identity: String,
    /// What requests are signed with: the seed, base64url.
    signing: String,
}

impl std::fmt::Debug for Written {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Written(..)")
    }
}

impl Written {
    /// New keys.
    pub fn new(entropy: &dyn Entropy) -> Self {
        let mut seed = [0; 32];
        entropy.fill(&mut seed);
        let identity = sealing::secret(&sealing::new_identity());
        Self {
            identity: identity.expose_secret().to_owned(),
            signing: BASE64URL_NOPAD.encode(&seed),
        }
    }

    /// Reads them.
    ///
    /// # Errors
    /// [`SealError::Identity`] for what is no key.
    pub fn read(&self) -> Result<OwnKeys, SealError> {
        let identity = sealing::identity(&self.identity)?;
        let seed = BASE64URL_NOPAD.decode(self.signing.as_bytes());
        let seed = seed.map_err(|_| SealError::Identity)?;
        let signing =
            Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| SealError::Identity)?;
        Ok(OwnKeys { identity, signing })
    }
}

impl OwnKeys {
    /// What opens the sheets.
    pub const fn identity(&self) -> &Identity {
        &self.identity
    }

    /// For whom sheets are sealed.
    pub fn recipient(&self) -> String {
        self.identity.to_public().to_string()
    }

    /// What its requests are signed with, base64url.
    pub fn public_key(&self) -> String {
        BASE64URL_NOPAD.encode(self.signing.public_key().as_ref())
    }

    /// What a person compares before the post is confirmed.
    pub fn mark(&self) -> String {
        mark(&self.recipient(), &self.public_key())
    }

    /// Signs one request.
    pub fn sign(&self, post: &PrintPostId, (path, at): (&str, Instant), body: &[u8]) -> String {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest::digest(&digest::SHA256, body).as_ref());
        let text = request_text(post.as_str(), path, at, &hash);
        BASE64URL_NOPAD.encode(self.signing.sign(&text).as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(u8);
    impl Entropy for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    #[test]
    fn keys_are_read_as_they_were_written_and_shown_to_nobody() {
        let written = Written::new(&Fixed(7));
        let text = serde_json::to_string(&written).unwrap();
        let read: Written = serde_json::from_str(&text).unwrap();
        let (one, two) = (written.read().unwrap(), read.read().unwrap());
        assert_eq!((one.recipient(), one.public_key()), (two.recipient(), two.public_key()));
        assert_eq!(one.mark(), two.mark());
        assert_eq!(super::super::read_mark(&one.mark().to_lowercase()), Some(one.mark()));
        // The same signing key with another sealing key has another mark.
        assert_ne!(Written::new(&Fixed(7)).read().unwrap().mark(), one.mark());
        assert_eq!(format!("{written:?} {one:?}"), "Written(..) OwnKeys(..)");
        let broken = Written { signing: "AAAA".to_owned(), ..written };
        assert!(broken.read().is_err());
    }
}
