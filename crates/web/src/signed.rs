//! Requests that a machine signed with a key of its own: guards, print posts.
//!
//! Rules: a stamp too far from this clock is refused; the hash of the body, the path and the stamp
//! are in what is signed; whose key it is, is looked up by whoever asks here.

use axum::http::HeaderMap;
use beffroi_town::{
    Instant,
    watch::{AT_HEADER, SIGNATURE_HEADER, SKEW_MS_MAX},
};
use data_encoding::BASE64URL_NOPAD;
use ring::{
    digest::{SHA256, digest},
    signature::{ED25519, UnparsedPublicKey},
};

/// What the headers of a request claim.
pub(crate) struct Claim<'h> {
    /// Who says so.
    pub(crate) who: &'h str,
    /// When it was signed.
    pub(crate) at: Instant,
    signature: Vec<u8>,
}

/// Reads a claim; `header` names who claims. None when something is missing or its stamp is far off.
pub(crate) fn claim<'h>(headers: &'h HeaderMap, header: &str, now: Instant) -> Option<Claim<'h>> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let at = Instant::from_ms(text(AT_HEADER)?.parse().ok()?);
    let signature = BASE64URL_NOPAD.decode(text(SIGNATURE_HEADER)?.as_bytes()).ok()?;
    let near = now.ms_since(at).abs() <= SKEW_MS_MAX;
    near.then_some(Claim { who: text(header)?, at, signature })
}

impl Claim<'_> {
    /// Whether its signature over this text is by this key.
    pub(crate) fn holds(&self, text: &[u8], public_key: &str) -> bool {
        let Ok(key) = BASE64URL_NOPAD.decode(public_key.as_bytes()) else { return false };
        UnparsedPublicKey::new(&ED25519, key).verify(text, &self.signature).is_ok()
    }
}

/// The hash of a body as it was sent.
pub(crate) fn sha256(body: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    for (to, from) in hash.iter_mut().zip(digest(&SHA256, body).as_ref()) {
        *to = *from;
    }
    hash
}
