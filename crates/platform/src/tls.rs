//! TLS of the doors: what a door shows, from files of the operator's (`files`) or from the
//! platform's own authority ([`own`]).
//!
//! Rules: TLS 1.2 and 1.3, nothing older; what a door shows is exchanged while it stays open; an
//! exchange that fails leaves what was there.

pub(crate) mod files;
pub mod own;

use std::{
    path::Path,
    sync::{Arc, PoisonError, RwLock},
};

use beffroi_town::Instant;
use data_encoding::BASE64URL_NOPAD;
use rustls::{
    pki_types::{CertificateDer, pem::PemObject},
    server::{ClientHello, ParsedCertificate, ResolvesServerCert},
    sign::CertifiedKey,
};
use tokio_rustls::TlsAcceptor;

use crate::PlatformError;

/// What a door shows to whoever comes: one certificate, exchanged when a newer one is there.
#[derive(Debug)]
pub(crate) struct Shown(RwLock<Arc<CertifiedKey>>);

impl Shown {
    pub(crate) fn new(key: CertifiedKey) -> Arc<Self> {
        Arc::new(Self(RwLock::new(Arc::new(key))))
    }

    pub(crate) fn exchange(&self, key: CertifiedKey) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(key);
    }

    pub(crate) fn now(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.now())
    }
}

/// What ends TLS at a door.
pub(crate) fn acceptor(shown: Arc<Shown>) -> Result<TlsAcceptor, PlatformError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(|error| bad(Path::new("this build"), &error))?
        .with_no_client_auth()
        .with_cert_resolver(shown);
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Puts a chain and its key together; refuses a key of another certificate.
fn certified(
    file: &Path,
    chain: Vec<CertificateDer<'static>>,
    key: rustls::pki_types::PrivateKeyDer<'static>,
) -> Result<CertifiedKey, PlatformError> {
    let provider = rustls::crypto::ring::default_provider();
    CertifiedKey::from_der(chain, key, &provider).map_err(|error| bad(file, &error))
}

/// SHA-256 of the key that a certificate states (its `SubjectPublicKeyInfo`), base64url: what
/// guards pin.
pub fn key_sha256(certificate: &CertificateDer<'_>) -> Option<String> {
    let parsed = ParsedCertificate::try_from(certificate).ok()?;
    let spki = parsed.subject_public_key_info();
    Some(BASE64URL_NOPAD.encode(ring::digest::digest(&ring::digest::SHA256, &spki).as_ref()))
}

/// SHA-256 of a certificate as browsers show it: pairs of hexadecimal digits with colons.
pub fn fingerprint(certificate: &CertificateDer<'_>) -> String {
    let hash = ring::digest::digest(&ring::digest::SHA256, certificate);
    let pairs: Vec<String> = hash.as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
    pairs.join(":")
}

/// The first certificate of a file.
///
/// # Errors
/// [`PlatformError::Tls`] names the file.
pub fn first_certificate(file: &Path) -> Result<CertificateDer<'static>, PlatformError> {
    CertificateDer::from_pem_file(file).map_err(|error| bad(file, &error))
}

/// Since when and until when a certificate is good.
pub fn validity(certificate: &CertificateDer<'_>) -> Option<(Instant, Instant)> {
    let (_, parsed) = x509_parser::parse_x509_certificate(certificate).ok()?;
    let at = |time: x509_parser::time::ASN1Time| Instant::from_ms(time.timestamp() * 1_000);
    Some((at(parsed.validity().not_before), at(parsed.validity().not_after)))
}

fn bad(file: &Path, reason: &impl ToString) -> PlatformError {
    PlatformError::Tls { file: file.to_owned(), reason: reason.to_string() }
}
