//! The keys of a repository: each holds the same master key, sealed by a password.

use beffroi_town::edge::Entropy;
use data_encoding::BASE64;
use scrypt::Params;
use serde::{Deserialize, Serialize};

use crate::seal::Key;

/// The most work that a key may ask for (N × r × p): a repository comes from anywhere.
const WORK_MAX: u64 = 1 << 25;
/// The most memory (128 × N × r), in bytes.
const MEMORY_BYTES_MAX: u64 = 1 << 30;

/// What a new key asks for, as restic's own do: N, r, p.
const WORK: (u64, u32, u32) = (1 << 15, 8, 1);
const SALT_BYTES: usize = 64;

/// A key as it lies in a repository.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct KeyFile {
    // Who made it, where and when: for people alone, and rustic leaves it out.
    #[serde(default)]
    created: Option<String>,
    #[serde(default)]
    username: Option<String>,
    #[serde(default)]
    hostname: Option<String>,
    kdf: String,
    #[serde(rename = "N")]
    n: u64,
    r: u32,
    p: u32,
    salt: String,
    data: String,
}

/// What a password is worth to one key.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotOpened {
    /// It is of another password.
    Other,
    /// It is no key, or asks for more than a key may.
    NoKey,
}

/// Opens one key with a password.
pub(crate) fn open(file: &[u8], password: &str) -> Result<Key, NotOpened> {
    let file: KeyFile = serde_json::from_slice(file).map_err(|_| NotOpened::NoKey)?;
    let salt = BASE64.decode(file.salt.as_bytes()).map_err(|_| NotOpened::NoKey)?;
    let mut data = BASE64.decode(file.data.as_bytes()).map_err(|_| NotOpened::NoKey)?;
    if file.kdf != "scrypt" {
        return Err(NotOpened::NoKey);
    }
    let outer = derived(password, &salt, (file.n, file.r, file.p)).ok_or(NotOpened::NoKey)?;
    let master = outer.open(&mut data).map_err(|_| NotOpened::Other)?;
    Key::from_json(master).ok_or(NotOpened::NoKey)
}

/// A new key: the master key, sealed by a password.
pub(crate) fn make(
    master: &Key,
    password: &str,
    entropy: &dyn Entropy,
    created: &str,
) -> Option<Vec<u8>> {
    let (mut salt, mut nonce) = ([0; SALT_BYTES], [0; 16]);
    entropy.fill(&mut salt);
    entropy.fill(&mut nonce);
    let (n, r, p) = WORK;
    let outer = derived(password, &salt, WORK)?;
    let file = KeyFile {
        created: Some(created.to_owned()),
        username: Some("beffroi".to_owned()),
        hostname: Some(String::new()),
        kdf: "scrypt".to_owned(),
        n,
        r,
        p,
        salt: BASE64.encode(&salt),
        data: BASE64.encode(&outer.seal(nonce, &master.to_json().ok()?)),
    };
    serde_json::to_vec(&file).ok()
}

/// A hash of a password that costs as much as trying it on a key.
pub(crate) fn slow_hash(password: &str, salt: &[u8]) -> Option<[u8; 32]> {
    let (n, r, p) = WORK;
    let params = Params::new(u8::try_from(n.ilog2()).ok()?, r, p, 32).ok()?;
    let mut hash = [0; 32];
    scrypt::scrypt(password.as_bytes(), salt, &params, &mut hash).ok()?;
    Some(hash)
}

fn derived(password: &str, salt: &[u8], (n, r, p): (u64, u32, u32)) -> Option<Key> {
    let blocks = n.checked_mul(u64::from(r))?;
    if !n.is_power_of_two()
        || blocks.checked_mul(u64::from(p))? > WORK_MAX
        || blocks.checked_mul(128)? > MEMORY_BYTES_MAX
    {
        return None;
    }
    let params = Params::new(u8::try_from(n.ilog2()).ok()?, r, p, 64).ok()?;
    let mut bytes = [0; 64];
    scrypt::scrypt(password.as_bytes(), salt, &params, &mut bytes).ok()?;
    Some(Key::from_bytes(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by restic 0.14.
    const MADE: &str = r#"{"created":"2026-11-26T02:48:34.317835173Z","username":"root","hostname":"vm","kdf":"scrypt","N":32768,"r":8,"p":3,"salt":"W6fhAl5BALqPdphfHFxS6PCfJ3Z3nxxpXajMfZFe9q+0c+PkuClJPEKWd7QOoRo33PnMMoTC1KwJO12ItQG0Eg==","data":"6ZW6iGPUquYN1o4Ra2N+GGWLQR1Ps918Lcc/L0j2oeRPDin4GTSjGX3sOBakS9n5nwhbjI+hxe/tPWzrKBDvUvj9U4eH8HTyb+4fT70CcnuhOUDbNQcZl8nWxtZkla9iGRf4xFmyhm3Oo4mFtpgq13pW1zTaxTCvGVotIhPJTl4W8mZb7hho5NECRTtJH1aVPoBozszagNrFl/LT7xymSw=="}"#;

    #[test]
    fn a_key_that_restic_made_opens_with_its_password_alone() {
        assert!(open(MADE.as_bytes(), "x").is_ok());
        assert_eq!(open(MADE.as_bytes(), "y").unwrap_err(), NotOpened::Other);
    }

    #[test]
    fn a_key_may_not_ask_for_the_whole_machine() {
        for (from, to) in [
            ("\"N\":32768", "\"N\":1099511627776"),
            ("\"N\":32768", "\"N\":0"),
            ("\"N\":32768", "\"N\":32769"),
            ("\"r\":8", "\"r\":4294967295"),
            ("\"p\":3", "\"p\":4000000000"),
            ("\"p\":3", "\"p\":0"),
            ("scrypt", "md5"),
            ("6ZW6", "é"),
        ] {
            let forged = MADE.replace(from, to);
            assert_ne!(forged, MADE);
            assert_eq!(open(forged.as_bytes(), "x").unwrap_err(), NotOpened::NoKey, "{to}");
        }
    }
}
