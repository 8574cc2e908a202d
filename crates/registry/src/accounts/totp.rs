//! Time-based codes of an authenticator (RFC 6238): SHA-1, 6 digits, 30 seconds.
//!
//! Rules: one step early or late is accepted. A code counts once: whoever accepts it takes its step
//! in the store, which gives no step twice and none before the last. This file is pure.

use beffroi_town::{Instant, edge::Entropy};
use data_encoding::BASE32_NOPAD;
use totp_rs::{Algorithm, Builder, Totp};

use super::AccountsError;

/// Length of the secret (RFC 4226 section 4 recommends 160 bits).
pub const SECRET_BYTES: usize = 20;
const STEP_SECONDS: u64 = 30;
const SKEW_STEPS: u16 = 1;

/// A new secret.
pub fn generate(entropy: &dyn Entropy) -> [u8; SECRET_BYTES] {
    let mut secret = [0_u8; SECRET_BYTES];
    entropy.fill(&mut secret);
    secret
}

fn totp(secret: &[u8; SECRET_BYTES]) -> Result<Totp, AccountsError> {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_skew(SKEW_STEPS)
        .with_step_duration(STEP_SECONDS)
        .with_secret(*secret)
        .build()
        .map_err(|error| AccountsError::Totp(error.to_string()))
}

fn seconds(at: Instant) -> u64 {
    u64::try_from(at.ms() / 1000).unwrap_or(0)
}

/// The step the code belongs to, if it is right about now.
///
/// # Errors
/// [`AccountsError::Totp`] when the secret cannot be one.
pub fn step_of(
    secret: &[u8; SECRET_BYTES],
    typed: &str,
    at: Instant,
) -> Result<Option<u64>, AccountsError> {
    let digits: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(None);
    }
    Ok(totp(secret)?.check(&digits, seconds(at)))
}

/// The code at `at`: for drills and tests that play the person's telephone.
///
/// # Errors
/// As [`step_of`].
pub fn code_at(secret: &[u8; SECRET_BYTES], at: Instant) -> Result<String, AccountsError> {
    Ok(totp(secret)?.generate(seconds(at)).to_string())
}

/// The secret as a person types it: base32 in groups of four.
pub fn shown_secret(secret: &[u8; SECRET_BYTES]) -> String {
    let text = BASE32_NOPAD.encode(secret);
    let groups: Vec<String> =
        text.as_bytes().chunks(4).map(|c| String::from_utf8_lossy(c).into_owned()).collect();
    groups.join(" ")
}

/// The address that authenticators read from a QR code (Key URI format).
pub fn address(secret: &[u8; SECRET_BYTES], tenant: &str, name: &str) -> String {
    format!(
        "otpauth://totp/Beffroi%20{}:{}?secret={}&issuer=Beffroi%20{}",
        escaped(tenant),
        escaped(name),
        BASE32_NOPAD.encode(secret),
        escaped(tenant)
    )
}

fn escaped(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else if write!(out, "%{byte:02X}").is_err() {
            // Writing to a String cannot fail.
            return out;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238 appendix B, SHA-1, last six of the eight digits.
    const RFC_SECRET: &[u8; 20] = b"12345678901234567890";

    #[test]
    fn the_vectors_of_rfc_6238_hold() {
        for (second, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")]
        {
            let at = Instant::from_ms(second * 1000);
            assert_eq!(code_at(RFC_SECRET, at).unwrap(), code);
            let step = u64::try_from(second / 30).unwrap();
            assert_eq!(step_of(RFC_SECRET, code, at).unwrap(), Some(step));
        }
    }

    #[test]
    fn a_code_counts_only_near_its_time() {
        let at = Instant::from_ms(1_111_111_109_000);
        let late = |seconds: i64| step_of(RFC_SECRET, "081 804", at.plus_ms(seconds * 1000));
        assert!(late(0).unwrap().is_some());
        assert!(late(30).unwrap().is_some());
        assert!(late(61).unwrap().is_none());
        assert!(late(-61).unwrap().is_none());
        for bad in ["", "08180", "0818044", "08180a", "０８１８０４"] {
            assert_eq!(step_of(RFC_SECRET, bad, at).unwrap(), None, "{bad}");
        }
    }

    #[test]
    fn the_address_escapes_what_people_are_called() {
        let address = address(RFC_SECRET, "59273", "Zoé & co");
        assert!(
            address.starts_with("otpauth://totp/Beffroi%2059273:Zo%C3%A9%20%26%20co?secret=GEZDG")
        );
    }
}
