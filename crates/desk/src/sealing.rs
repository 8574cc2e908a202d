//! Sealing what residents write, so that only the staff of its group can read it.
//!
//! Rules: age (X25519), one file of it as base64 text; who seals needs the public half alone and can
//! not open again. Its chance comes from the operating system: age takes no other.

use std::io::Write as _;

use age::{Encryptor, secrecy::SecretString, x25519};
use data_encoding::BASE64;

/// For whom is sealed.
pub type Recipient = x25519::Recipient;
/// What opens it.
pub type Identity = x25519::Identity;

/// Why something cannot be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// It is not for this key, or damaged.
    #[error("what is sealed cannot be opened with this key: {0}")]
    Open(String),
    /// It cannot be sealed.
    #[error("it cannot be sealed: {0}")]
    Seal(String),
    /// No key.
    #[error("'{0}' is no key: give the one that begins with age1")]
    Recipient(String),
    /// No secret key.
    #[error("this is no secret key: type what begins with AGE-SECRET-KEY-1, all of it")]
    Identity,
}

/// Reads the public half.
///
/// # Errors
/// [`SealError::Recipient`].
pub fn recipient(text: &str) -> Result<Recipient, SealError> {
    text.parse().map_err(|_| SealError::Recipient(text.chars().take(80).collect()))
}

/// Reads the secret half.
///
/// # Errors
/// [`SealError::Identity`].
pub fn identity(text: &str) -> Result<Identity, SealError> {
    text.parse().map_err(|_| SealError::Identity)
}

/// A new key pair.
pub fn new_identity() -> Identity {
    Identity::generate()
}

/// The secret half as text.
pub fn secret(identity: &Identity) -> SecretString {
    identity.to_string()
}

/// Seals bytes for whoever holds the secret half.
///
/// # Errors
/// [`SealError::Seal`].
pub fn seal(recipient: &Recipient, plain: &[u8]) -> Result<String, SealError> {
    seal_for(std::slice::from_ref(recipient), plain)
}

/// Seals bytes once for several: each of them opens it alone.
///
/// # Errors
/// [`SealError::Seal`], also for nobody.
pub fn seal_for(recipients: &[Recipient], plain: &[u8]) -> Result<String, SealError> {
    let failed = |error: &dyn std::fmt::Display| SealError::Seal(error.to_string());
    let all = recipients.iter().map(|one| one as &dyn age::Recipient);
    let encryptor = Encryptor::with_recipients(all).map_err(|error| failed(&error))?;
    let mut sealed = Vec::new();
    let mut writer = encryptor.wrap_output(&mut sealed).map_err(|error| failed(&error))?;
    writer.write_all(plain).map_err(|error| failed(&error))?;
    writer.finish().map_err(|error| failed(&error))?;
    Ok(BASE64.encode(&sealed))
}

/// Opens what [`seal`] sealed.
///
/// # Errors
/// [`SealError::Open`].
pub fn open(identity: &Identity, sealed: &str) -> Result<Vec<u8>, SealError> {
    let bytes =
        BASE64.decode(sealed.as_bytes()).map_err(|error| SealError::Open(error.to_string()))?;
    age::decrypt(identity, &bytes).map_err(|error| SealError::Open(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_secret_half_opens_and_every_damage_is_noticed() {
        let (ours, other) = (new_identity(), new_identity());
        let text = "Zoé 👩‍👧 مرحبا".as_bytes();
        let sealed = seal(&ours.to_public(), text).unwrap();
        assert_eq!(open(&ours, &sealed).unwrap(), text);
        assert!(open(&other, &sealed).is_err());
        assert_ne!(seal(&ours.to_public(), text).unwrap(), sealed);
        for at in (0..sealed.len()).step_by(7) {
            let mut damaged = sealed.clone().into_bytes();
            damaged[at] = if damaged[at] == b'A' { b'B' } else { b'A' };
            assert!(open(&ours, std::str::from_utf8(&damaged).unwrap()).is_err(), "{at}");
        }
        assert!(open(&ours, "").is_err() && open(&ours, "é").is_err());
    }

    #[test]
    fn each_of_several_opens_alone_and_nobody_else_does() {
        let all = [new_identity(), new_identity(), new_identity()];
        let recipients: Vec<Recipient> = all.iter().map(Identity::to_public).collect();
        let sealed = seal_for(&recipients, "Zoé".as_bytes()).unwrap();
        for one in &all {
            assert_eq!(open(one, &sealed).unwrap(), "Zoé".as_bytes());
        }
        assert!(open(&new_identity(), &sealed).is_err());
        assert!(seal_for(&[], b"x").is_err(), "sealed for nobody");
    }

    #[test]
    fn keys_are_read_as_they_are_written() {
        use age::secrecy::ExposeSecret as _;
        let made = new_identity();
        let text = secret(&made);
        let read = identity(text.expose_secret()).unwrap();
        assert_eq!(read.to_public().to_string(), made.to_public().to_string());
        assert!(identity("AGE-SECRET-KEY-1").is_err() && recipient("age1").is_err());
    }
}
