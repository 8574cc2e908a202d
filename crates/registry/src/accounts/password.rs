//! From a pass-phrase to what may be kept.
//!
//! Rules: one Argon2id run (RFC 9106: 64 MiB, 3 passes, 1 lane) over phrase and salt gives
//! 64 bytes; HKDF (RFC 5869, SHA-256) makes two keys of them under two labels. The log-in key is
//! kept only as its SHA-256; the wrapping key is never kept: it opens the person's own
//! key ([`super::own_key`]). No other hash of the phrase exists.

use argon2::{Algorithm, Argon2, Params, Version};
use data_encoding::BASE64;
use ring::{digest, hkdf};
use subtle::ConstantTimeEq as _;

use super::{AccountsError, phrase};

const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 1;
/// Length of a salt.
pub const SALT_BYTES: usize = 16;
const LOGIN_LABEL: &[u8] = b"beffroi login";
const WRAP_LABEL: &[u8] = b"beffroi wrap";

/// What is kept of a pass-phrase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verifier {
    /// Base64 of 16 random bytes.
    pub salt: String,
    /// Base64 of SHA-256 of the log-in key.
    pub login_sha256: String,
}

/// Names the parameters, so that they can be raised one day.
const FORM: &str = "argon2id-64m-3-1";

impl Verifier {
    /// As one text, to be kept sealed.
    pub fn to_text(&self) -> String {
        format!("{FORM} {} {}", self.salt, self.login_sha256)
    }

    /// From that text; none when it is of a form unknown here.
    pub fn from_text(text: &str) -> Option<Self> {
        let mut parts = text.split(' ');
        let (form, salt, login) = (parts.next()?, parts.next()?, parts.next()?);
        let known = form == FORM && parts.next().is_none();
        known.then(|| Self { salt: salt.to_owned(), login_sha256: login.to_owned() })
    }
}

/// The two keys one Argon2id run gives.
pub struct Keys {
    /// Proves that the phrase is known.
    pub login: [u8; 32],
    /// Opens what was sealed under the phrase; kept nowhere.
    pub wrap: [u8; 32],
}

/// Runs Argon2id once. Takes some tenths of a second and 64 MiB: never on a thread that serves
/// others.
///
/// # Errors
/// [`AccountsError::Hash`] when the salt is damaged or the memory cannot be had.
pub fn keys(typed: &str, salt: &[u8]) -> Result<Keys, AccountsError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(64)).map_err(AccountsError::hash)?;
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut both = [0_u8; 64];
    argon
        .hash_password_into(phrase::tidy(typed).as_bytes(), salt, &mut both)
        .map_err(AccountsError::hash)?;
    let root = hkdf::Salt::new(hkdf::HKDF_SHA256, &[]).extract(&both);
    Ok(Keys { login: expand(&root, LOGIN_LABEL)?, wrap: expand(&root, WRAP_LABEL)? })
}

fn expand(root: &hkdf::Prk, label: &[u8]) -> Result<[u8; 32], AccountsError> {
    let mut key = [0_u8; 32];
    root.expand(&[label], hkdf::HKDF_SHA256)
        .and_then(|okm| okm.fill(&mut key))
        .map_err(|ring::error::Unspecified| AccountsError::hash("HKDF refused the length"))?;
    Ok(key)
}

/// What to keep of a new phrase, with a salt drawn for it; and the wrapping key, to be used and
/// dropped.
///
/// # Errors
/// As [`keys`].
pub fn enrol(typed: &str, salt: [u8; SALT_BYTES]) -> Result<(Verifier, [u8; 32]), AccountsError> {
    let keys = keys(typed, &salt)?;
    let verifier = Verifier { salt: BASE64.encode(&salt), login_sha256: sha256(&keys.login) };
    Ok((verifier, keys.wrap))
}

/// The wrapping key, when the phrase is the one enrolled. Without a verifier (an unknown name, an account not
/// set up yet) the same work is done and the answer is no, so that time tells nothing.
///
/// # Errors
/// As [`keys`].
pub fn matches(typed: &str, kept: Option<&Verifier>) -> Result<Option<[u8; 32]>, AccountsError> {
    let salt = match kept {
        Some(kept) => BASE64.decode(kept.salt.as_bytes()).map_err(AccountsError::hash)?,
        None => vec![0_u8; SALT_BYTES],
    };
    let keys = keys(typed, &salt)?;
    let want = kept.map_or("", |kept| kept.login_sha256.as_str());
    let same = bool::from(sha256(&keys.login).as_bytes().ct_eq(want.as_bytes()));
    Ok(same.then_some(keys.wrap))
}

fn sha256(bytes: &[u8]) -> String {
    BASE64.encode(digest::digest(&digest::SHA256, bytes).as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_phrase_matches_and_labels_part_the_keys() {
        let (kept, wrap) = enrol("bali rotu", [7; SALT_BYTES]).unwrap();
        assert_eq!(matches(" BALI-rotu ", Some(&kept)).unwrap(), Some(wrap));
        assert_eq!(matches("bali-rota", Some(&kept)).unwrap(), None);
        assert_eq!(matches("bali-rotu", None).unwrap(), None);
        let keys = keys("bali-rotu", &[7; SALT_BYTES]).unwrap();
        assert_ne!(keys.login, keys.wrap);
        assert_eq!(Verifier::from_text(&kept.to_text()), Some(kept.clone()));
        assert_eq!(Verifier::from_text("md5 a b"), None);
        assert!(!kept.login_sha256.contains(&BASE64.encode(&keys.login)));
    }
}
