//! restic's sealing: AES-256 in counter mode, then Poly1305-AES over what came out.
//!
//! A sealed text is 16 bytes of chance, the text, and 16 bytes that vouch for both.

use aes::{
    Aes128, Aes256,
    cipher::{BlockEncrypt as _, KeyInit as _, KeyIvInit as _, StreamCipher as _},
};
use ctr::Ctr128BE;
use data_encoding::BASE64;
use poly1305::Poly1305;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

const NONCE_BYTES: usize = 16;
const TAG_BYTES: usize = 16;
/// What sealing adds.
pub(crate) const OVERHEAD_BYTES: u32 = 32;

/// What seals and opens.
#[derive(Clone)]
pub(crate) struct Key {
    encrypt: [u8; 32],
    /// The AES key of the authenticator.
    k: [u8; 16],
    /// Its polynomial's point.
    r: [u8; 16],
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

/// It was sealed by another key, or is not what was sealed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("it is not what was sealed with this key")]
pub(crate) struct NotGenuine;

impl Key {
    /// From 64 bytes, as a password's are derived and as chance gives them.
    pub(crate) fn from_bytes(bytes: &[u8; 64]) -> Self {
        let mut key = Self { encrypt: [0; 32], k: [0; 16], r: [0; 16] };
        let (encrypt, rest) = bytes.split_at(32);
        let (k, r) = rest.split_at(16);
        key.encrypt.copy_from_slice(encrypt);
        key.k.copy_from_slice(k);
        key.r.copy_from_slice(r);
        clamp(&mut key.r);
        key
    }

    fn tag(&self, nonce: &[u8; NONCE_BYTES], text: &[u8]) -> [u8; TAG_BYTES] {
        let mut pad = (*nonce).into();
        Aes128::new(&self.k.into()).encrypt_block(&mut pad);
        let mut one_time = [0; 32];
        let (r, s) = one_time.split_at_mut(16);
        r.copy_from_slice(&self.r);
        s.copy_from_slice(&pad);
        Poly1305::new(&one_time.into()).compute_unpadded(text).into()
    }

    fn stream(&self, nonce: &[u8; NONCE_BYTES], text: &mut [u8]) {
        Ctr128BE::<Aes256>::new(&self.encrypt.into(), &(*nonce).into()).apply_keystream(text);
    }

    /// Opens a sealed text in place; what was sealed.
    pub(crate) fn open<'s>(&self, sealed: &'s mut [u8]) -> Result<&'s mut [u8], NotGenuine> {
        let (nonce, rest) = sealed.split_first_chunk_mut::<NONCE_BYTES>().ok_or(NotGenuine)?;
        let (text, tag) = rest.split_last_chunk_mut::<TAG_BYTES>().ok_or(NotGenuine)?;
        if !bool::from(self.tag(nonce, text).ct_eq(&*tag)) {
            return Err(NotGenuine);
        }
        self.stream(nonce, text);
        Ok(text)
    }

    /// Seals a text. `nonce` must be of chance, and never the same again.
    pub(crate) fn seal(&self, nonce: [u8; NONCE_BYTES], text: &[u8]) -> Vec<u8> {
        let mut sealed = Vec::with_capacity(text.len() + NONCE_BYTES + TAG_BYTES);
        self.seal_onto(&mut sealed, nonce, text);
        sealed
    }

    /// Seals a text at the end of others.
    pub(crate) fn seal_onto(&self, others: &mut Vec<u8>, nonce: [u8; NONCE_BYTES], text: &[u8]) {
        others.extend(nonce);
        let from = others.len();
        others.extend(text);
        let tag = others.get_mut(from..).map(|text| {
            self.stream(&nonce, text);
            self.tag(&nonce, text)
        });
        others.extend(tag.unwrap_or_default());
    }

    /// The form in which a key lies in a repository, itself sealed.
    pub(crate) fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        let (k, r) = (BASE64.encode(&self.k), BASE64.encode(&self.r));
        let text = KeyText { mac: MacText { k, r }, encrypt: BASE64.encode(&self.encrypt) };
        serde_json::to_vec(&text)
    }

    /// Reads that form.
    pub(crate) fn from_json(json: &[u8]) -> Option<Self> {
        let text: KeyText = serde_json::from_slice(json).ok()?;
        let mut r = bytes(&text.mac.r)?;
        clamp(&mut r);
        Some(Self { encrypt: bytes(&text.encrypt)?, k: bytes(&text.mac.k)?, r })
    }
}

fn bytes<const N: usize>(coded: &str) -> Option<[u8; N]> {
    BASE64.decode(coded.as_bytes()).ok()?.try_into().ok()
}

/// The bits of the point that Poly1305 does not use.
fn clamp(r: &mut [u8; 16]) {
    for (at, byte) in r.iter_mut().enumerate() {
        match at {
            3 | 7 | 11 | 15 => *byte &= 0b0000_1111,
            4 | 8 | 12 => *byte &= 0b1111_1100,
            _ => {}
        }
    }
}

#[derive(Serialize, Deserialize)]
struct KeyText {
    mac: MacText,
    encrypt: String,
}

#[derive(Serialize, Deserialize)]
struct MacText {
    k: String,
    r: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Key {
        let mut bytes = [0; 64];
        (0_u8..).zip(&mut bytes).for_each(|(at, byte)| *byte = at.wrapping_mul(7));
        Key::from_bytes(&bytes)
    }

    #[test]
    fn what_was_sealed_opens_and_nothing_else_does() {
        for length in [0, 1, 15, 16, 17, 4_000] {
            let text = vec![42; length];
            let sealed = key().seal([9; 16], &text);
            assert_eq!(sealed.len(), length + OVERHEAD_BYTES as usize);
            assert_eq!(key().open(&mut sealed.clone()).map(|text| text.to_vec()), Ok(text));
            for at in [0, 16.min(sealed.len() - 1), sealed.len() - 1] {
                let mut other = sealed.clone();
                other[at] ^= 1;
                assert_eq!(key().open(&mut other), Err(NotGenuine), "{length} {at}");
            }
            let mut short = sealed[..sealed.len() - 1].to_vec();
            assert_eq!(key().open(&mut short), Err(NotGenuine));
        }
        assert_eq!(key().open(&mut []), Err(NotGenuine));
    }

    #[test]
    fn a_key_is_written_and_read_as_restic_does() {
        let json = key().to_json().unwrap();
        let again = Key::from_json(&json).unwrap();
        assert_eq!(key().open(&mut again.seal([1; 16], b"x")).unwrap(), b"x");
        assert!(Key::from_json(b"{}").is_none());
    }
}
