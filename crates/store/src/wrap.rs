//! Sealing under a key that this platform does not keep: one that follows from a pass-phrase, a
//! printed code, a token in a cookie.
//!
//! Rules: AES-256-GCM with a fresh nonce and the label as associated data; a key that follows from
//! a secret follows by HKDF-SHA256 (RFC 5869) with a label of its own.

use beffroi_town::edge::Entropy;
use data_encoding::BASE64URL_NOPAD;
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hkdf,
};

use crate::{Error, Result};

/// Length of a key.
pub const KEY_BYTES: usize = 32;
/// A key.
pub type Key = [u8; KEY_BYTES];

/// The key that follows from a secret of at least 80 unpredictable bits.
///
/// # Errors
/// [`Error::Sealed`] when it cannot be worked out.
pub fn key_of(secret: &[u8], label: &str) -> Result<Key> {
    let mut key = [0; KEY_BYTES];
    hkdf::Salt::new(hkdf::HKDF_SHA256, b"beffroi wrap v1")
        .extract(secret)
        .expand(&[label.as_bytes()], hkdf::HKDF_SHA256)
        .and_then(|derived| derived.fill(&mut key))
        .map_err(|_| Error::Sealed { label: label.to_owned() })?;
    Ok(key)
}

/// Seals bytes: they open under the same key and label alone.
///
/// # Errors
/// [`Error::Sealed`] when they cannot be sealed.
pub fn seal(entropy: &dyn Entropy, key: &Key, label: &str, plain: &[u8]) -> Result<String> {
    let mut nonce = [0; NONCE_LEN];
    entropy.fill(&mut nonce);
    let mut sealed = plain.to_vec();
    cipher(key, label)?
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(label.as_bytes()),
            &mut sealed,
        )
        .map_err(|_| Error::Sealed { label: label.to_owned() })?;
    let mut whole = nonce.to_vec();
    whole.append(&mut sealed);
    Ok(BASE64URL_NOPAD.encode(&whole))
}

/// Opens what [`seal`] sealed.
///
/// # Errors
/// [`Error::Sealed`] when it is damaged or was sealed under another label or key.
pub fn open(key: &Key, label: &str, sealed: &str) -> Result<Vec<u8>> {
    let damaged = || Error::Sealed { label: label.to_owned() };
    let whole = BASE64URL_NOPAD.decode(sealed.as_bytes()).map_err(|_| damaged())?;
    let (nonce, body) = whole.split_first_chunk::<NONCE_LEN>().ok_or_else(damaged)?;
    let mut body = body.to_vec();
    let plain = cipher(key, label)?
        .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(label.as_bytes()), &mut body)
        .map_err(|_| damaged())?;
    Ok(plain.to_vec())
}

fn cipher(key: &Key, label: &str) -> Result<LessSafeKey> {
    UnboundKey::new(&AES_256_GCM, key)
        .map(LessSafeKey::new)
        .map_err(|_| Error::Sealed { label: label.to_owned() })
}
