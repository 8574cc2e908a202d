//! `mirror.json`: what is in the mirror and when all of it was true, signed.
//!
//! ```text
//! {"mirror":{"format":"beffroi mirror 1","true_at":..,"key":"..","files":{
//! "c/59273/index.html":"<64 hex>",
//! ..}},"sig":"<Ed25519 signature>"}
//! ```
//!
//! The signature is over a prefix of its own and the very bytes of `mirror`.

use std::collections::BTreeMap;

use beffroi_store::Fingerprint;
use beffroi_town::Instant;
use data_encoding::BASE64URL_NOPAD;
use ring::signature::{ED25519, Ed25519KeyPair, UnparsedPublicKey};
use serde::Deserialize;

/// The name of the file.
pub const LISTING: &str = "mirror.json";
const FORMAT: &str = "beffroi mirror 1";
const DOMAIN: &[u8] = b"beffroi mirror v1\n";
const OPEN: &str = "{\"mirror\":";
const SIG_OPEN: &str = ",\"sig\":\"";
const CLOSE: &str = "\"}\n";

/// What is in the mirror.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// When all of it was true.
    pub true_at: Instant,
    /// The platform's public key, base64url without padding.
    pub key: String,
    /// Every file with its SHA-256.
    pub files: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Inside {
    format: String,
    true_at: Instant,
    key: String,
    files: BTreeMap<String, String>,
}

impl Listing {
    /// As the file has it.
    pub fn signed(&self, key: &Ed25519KeyPair) -> String {
        let inside = self.inside();
        let sig = BASE64URL_NOPAD.encode(key.sign(&to_sign(&inside)).as_ref());
        format!("{OPEN}{inside}{SIG_OPEN}{sig}{CLOSE}")
    }

    fn inside(&self) -> String {
        let line = |(name, hash): (&String, &String)| {
            format!("\n{}:\"{hash}\"", serde_json::Value::from(name.as_str()))
        };
        let files: Vec<String> = self.files.iter().map(line).collect();
        let (at, key) = (self.true_at.ms(), &self.key);
        let files = files.join(",");
        format!(
            "{{\"format\":\"{FORMAT}\",\"true_at\":{at},\"key\":\"{key}\",\"files\":{{{files}}}}}"
        )
    }

    /// Reads the file and checks its signature; whose key it was.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(text: &str) -> Result<(Self, Fingerprint), &'static str> {
        let form = "is not what a mirror has: another program wrote it, or it is cut short";
        let inside = text.strip_prefix(OPEN).and_then(|rest| rest.strip_suffix(CLOSE));
        let (inside, sig) = inside.and_then(|rest| rest.rsplit_once(SIG_OPEN)).ok_or(form)?;
        let read: Inside = serde_json::from_str(inside).map_err(|_| form)?;
        if read.format != FORMAT {
            return Err("has another form: a newer program wrote it");
        }
        let altered = "does not hold its signature: it was altered";
        let key = BASE64URL_NOPAD.decode(read.key.as_bytes()).map_err(|_| form)?;
        let sig = BASE64URL_NOPAD.decode(sig.as_bytes()).map_err(|_| altered)?;
        UnparsedPublicKey::new(&ED25519, &key)
            .verify(&to_sign(inside), &sig)
            .map_err(|_| altered)?;
        if !read.files.keys().all(|name| crate::backup::format::is_tame(name)) {
            return Err("names a file outside its folder");
        }
        let fingerprint = Fingerprint::of(&key);
        Ok((Self { true_at: read.true_at, key: read.key, files: read.files }, fingerprint))
    }
}

fn to_sign(inside: &str) -> Vec<u8> {
    [DOMAIN, inside.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::signature::KeyPair as _;

    #[test]
    fn every_byte_of_the_list_is_signed() {
        let key = Ed25519KeyPair::from_seed_unchecked(&[3; 32]).unwrap();
        let public = key.public_key().as_ref();
        let listing = Listing {
            true_at: Instant::from_ms(7),
            key: BASE64URL_NOPAD.encode(public),
            files: ["c/1/index.html", "é \"x\""]
                .map(|name| (name.to_owned(), "0".repeat(64)))
                .into(),
        };
        let text = listing.signed(&key);
        assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
        assert_eq!(Listing::read(&text), Ok((listing, Fingerprint::of(public))));
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            if let Ok(altered) = String::from_utf8(bytes) {
                assert!(Listing::read(&altered).is_err(), "byte {at}");
            }
        }
        let outside = Listing {
            files: [("../x".to_owned(), "0".repeat(64))].into(),
            ..Listing::read(&text).unwrap().0
        };
        assert!(Listing::read(&outside.signed(&key)).is_err());
    }
}
