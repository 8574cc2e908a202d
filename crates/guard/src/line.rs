//! The line to the platform: one signed HTTP request at a time, over the pinned addresses.
//!
//! Rules:
//! - No name service when the enrolment names addresses; no redirect, no proxy, no cookie.
//! - With a pinned key only that key is believed, in whatever certificate; else, with a pinned
//!   certificate, only that one; whatever names, issuers or dates they bear. Without a pin the
//!   system's authorities are believed.
//! - Answers are bounded like requests. Nothing here is retried: the messenger decides that.

use data_encoding::BASE64URL_NOPAD;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{
    CryptoProvider, ring as provider, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, RootCertStore, SignatureScheme,
    StreamOwned,
};
use serde::{Serialize, de::DeserializeOwned};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, TcpConnector,
    Transport, TransportAdapter,
};

use beffroi_town::Instant;
use beffroi_town::watch::{
    AT_HEADER, BODY_BYTES_MAX, GUARD_HEADER, PlatformAddress, SIGNATURE_HEADER, request_text,
};

use crate::error::{GuardError, Result};
use crate::identity::{Key, addresses};
use crate::state::Sha256;

/// Where Debian and its kin keep the authorities they trust.
const SYSTEM_AUTHORITIES: &str = "/etc/ssl/certs/ca-certificates.crt";
/// How long one request may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// How long connecting may take: a platform that is away must not hold up the next one.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// One platform address, ready to be asked. A print post asks by it too.
pub struct Line {
    url: String,
    agent: ureq::Agent,
}

impl Line {
    /// Prepares the line; connects to nothing yet.
    ///
    /// # Errors
    /// [`GuardError::Enrolment`] for a pin that is none.
    pub fn new(platform: &PlatformAddress, certificate_sha256: Option<&str>) -> Result<Self> {
        let pin = match (&platform.key_sha256, certificate_sha256) {
            (Some(key), _) => Some(Pin::Key(sha256(key)?)),
            (None, Some(certificate)) => Some(Pin::Certificate(sha256(certificate)?)),
            (None, None) => None,
        };
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(REQUEST_TIMEOUT))
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .max_redirects(0)
            .proxy(None)
            .http_status_as_error(false)
            .no_delay(true)
            .user_agent(concat!("beffroi-guard/", env!("CARGO_PKG_VERSION")))
            .build();
        let tls = Tls { config: Arc::new(tls_config(pin)?) };
        let pinned = Pinned { addresses: addresses(platform) };
        let agent = ureq::Agent::with_parts(config, TcpConnector::default().chain(tls), pinned);
        Ok(Self { url: platform.url.trim_end_matches('/').to_owned(), agent })
    }

    /// Asks one door. `guard` is the identifier as it stands in the header.
    pub(crate) fn ask<Q: Serialize, A: DeserializeOwned>(
        &self,
        door: &'static str,
        body: &Q,
        from: &Sender<'_>,
    ) -> Result<A> {
        let unreachable = |cause: String| GuardError::Unreachable { door, cause };
        let bytes = serde_json::to_vec(body).map_err(|error| unreachable(error.to_string()))?;
        let text = request_text(from.guard, "POST", door, from.at, &Sha256::of(&bytes).0);
        let headers = [
            (GUARD_HEADER, from.guard.to_owned()),
            (AT_HEADER, from.at.ms().to_string()),
            (SIGNATURE_HEADER, from.key.sign(&text)),
        ];
        let bytes = self.post(door, &bytes, &headers, BODY_BYTES_MAX)?;
        serde_json::from_slice(&bytes)
            .map_err(|error| unreachable(format!("its answer cannot be read: {error}")))
    }

    /// Posts a body to one door; the bytes of the answer, at most so many.
    ///
    /// # Errors
    /// [`GuardError::Unreachable`], [`GuardError::Refused`].
    pub fn post(
        &self,
        door: &'static str,
        body: &[u8],
        headers: &[(&'static str, String)],
        bytes_max: usize,
    ) -> Result<Vec<u8>> {
        let unreachable = |cause: String| GuardError::Unreachable { door, cause };
        let mut request = self
            .agent
            .post(format!("{}{door}", self.url))
            .header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let mut answer = request.send(body).map_err(|error| unreachable(error.to_string()))?;
        let status = answer.status().as_u16();
        if !answer.status().is_success() {
            return Err(GuardError::Refused { door, status, advice: advice(status) });
        }
        let read = answer.body_mut().with_config().limit(bytes_max as u64).read_to_vec();
        read.map_err(|error| unreachable(error.to_string()))
    }
}

/// Who asks, and when.
pub(crate) struct Sender<'a> {
    pub(crate) guard: &'a str,
    pub(crate) key: &'a Key,
    pub(crate) at: Instant,
}

fn advice(status: u16) -> &'static str {
    match status {
        401 => "check this host's clock, else enrol this guard again",
        403 => "the enrolment token is spent or expired: make a new enrolment file",
        413 => "the report is larger than the platform takes: bring both to the same version",
        429 => "the platform is busy with this guard: it tries again",
        _ => "look into the platform's log",
    }
}

#[derive(Debug)]
struct Pinned {
    addresses: Vec<SocketAddr>,
}

impl Resolver for Pinned {
    fn resolve(
        &self,
        uri: &ureq::http::Uri,
        config: &ureq::config::Config,
        timeout: NextTimeout,
    ) -> std::result::Result<ResolvedSocketAddrs, ureq::Error> {
        if self.addresses.is_empty() {
            return DefaultResolver::default().resolve(uri, config, timeout);
        }
        let mut all = self.empty();
        for address in self.addresses.iter().take(16) {
            all.push(*address);
        }
        Ok(all)
    }
}

/// What alone is believed.
#[derive(Clone, Copy, Debug)]
enum Pin {
    /// SHA-256 of the certificate.
    Certificate(Sha256),
    /// SHA-256 of its key, as the certificate states it (`SubjectPublicKeyInfo`).
    Key(Sha256),
}

impl Pin {
    fn fits(&self, certificate: &CertificateDer<'_>) -> bool {
        match self {
            Self::Certificate(pin) => Sha256::of(certificate) == *pin,
            Self::Key(pin) => ParsedCertificate::try_from(certificate)
                .is_ok_and(|parsed| Sha256::of(&parsed.subject_public_key_info()) == *pin),
        }
    }
}

fn sha256(text: &str) -> Result<Sha256> {
    let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok();
    let whole = bytes.and_then(|bytes| bytes.try_into().ok());
    whole.map(Sha256).ok_or(GuardError::Enrolment(
        "the hash of its certificate or key is not SHA-256 in base64url",
    ))
}

fn tls_config(pin: Option<Pin>) -> Result<ClientConfig> {
    let provider = Arc::new(provider::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|_| {
            GuardError::Enrolment("this build speaks no version of TLS; use another build")
        })?;
    if let Some(pin) = pin {
        let only = Arc::new(OnlyPinned { pin, provider });
        return Ok(builder
            .dangerous()
            .with_custom_certificate_verifier(only)
            .with_no_client_auth());
    }
    let mut roots = RootCertStore::empty();
    if let Ok(found) = CertificateDer::pem_file_iter(SYSTEM_AUTHORITIES) {
        let (_, bad) = roots.add_parsable_certificates(found.filter_map(std::result::Result::ok));
        tracing::debug!(bad, "authorities that cannot be read are left out");
    }
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// Believes one certificate, or one key.
#[derive(Debug)]
struct OnlyPinned {
    pin: Pin,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for OnlyPinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        if self.pin.fits(end_entity) {
            return Ok(ServerCertVerified::assertion());
        }
        Err(rustls::Error::InvalidCertificate(
            rustls::CertificateError::ApplicationVerificationFailure,
        ))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[derive(Debug)]
struct Tls {
    config: Arc<ClientConfig>,
}

impl<In: Transport> Connector<In> for Tls {
    type Out = Either<In, Sealed>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> std::result::Result<Option<Self::Out>, ureq::Error> {
        let Some(transport) = chained else { return Ok(None) };
        if !details.needs_tls() {
            return Ok(Some(Either::A(transport)));
        }
        let host = details.uri.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let name = ServerName::try_from(host).map_err(|_| ureq::Error::Tls("not a server name"))?;
        let refused = |error: rustls::Error| ureq::Error::Io(std::io::Error::other(error));
        let mut conn = ClientConnection::new(Arc::clone(&self.config), name).map_err(refused)?;
        let mut sock = TransportAdapter::new(transport.boxed(), details.current_time.clone());
        sock.set_timeout(details.timeout);
        conn.complete_io(&mut sock)?;
        let size = (details.config.input_buffer_size(), details.config.output_buffer_size());
        let sealed = Sealed {
            buffers: LazyBuffers::new(size.0, size.1),
            stream: StreamOwned { conn, sock },
        };
        Ok(Some(Either::B(sealed)))
    }
}

struct Sealed {
    buffers: LazyBuffers,
    stream: StreamOwned<ClientConnection, TransportAdapter>,
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sealed").finish_non_exhaustive()
    }
}

impl Transport for Sealed {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(
        &mut self,
        amount: usize,
        timeout: NextTimeout,
    ) -> std::result::Result<(), ureq::Error> {
        use std::io::Write;
        self.stream.get_mut().set_timeout(timeout);
        let output = self.buffers.output().get(..amount).unwrap_or_default();
        self.stream.write_all(output)?;
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> std::result::Result<bool, ureq::Error> {
        use std::io::Read;
        self.stream.get_mut().set_timeout(timeout);
        let input = self.buffers.input_append_buf();
        let amount = self.stream.read(input)?;
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        self.stream.get_mut().get_mut().is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}
