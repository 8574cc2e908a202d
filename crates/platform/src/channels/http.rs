//! Gateways reached by a request.

use std::{io::Read as _, path::Path, sync::Arc, time::Duration};

use beffroi_crisis::calls::Message;
use ureq::{
    Agent, Body,
    config::Config,
    http::{Request, Response},
    tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem},
};

use super::{Failure, secret};
use crate::config::{ChannelConfig, HttpConfig};

/// How much of an answer is read: enough to find an error in it.
const ANSWER_BYTES_MAX: u64 = 64 * 1024;

/// Makes requests, follows nothing, and ends at its time.
#[derive(Clone, Debug)]
pub(crate) struct Client(Agent);

impl Client {
    /// A client that believes the certificates of `ca_file`, or else the system's.
    ///
    /// # Errors
    /// What is wrong with them.
    pub(crate) fn new(time: Duration, ca_file: Option<&Path>) -> Result<Self, String> {
        Ok(Self(settings(time, &roots(ca_file)?).into()))
    }

    /// Makes one request.
    pub(crate) fn ask(&self, request: Request<Vec<u8>>) -> Result<Response<Body>, Failure> {
        self.0.run(request).map_err(|error| failure(&error))
    }
}

/// How this program asks others: by its own TLS, without a proxy, following nobody elsewhere.
pub(crate) fn settings(time: Duration, roots: &[Certificate<'static>]) -> Config {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(roots))
        .unversioned_rustls_crypto_provider(provider)
        .build();
    Agent::config_builder()
        .tls_config(tls)
        .timeout_global(Some(time))
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .proxy(None)
        // A connection kept open to a gateway that died in between would cost the first ring.
        .max_idle_connections(0)
        .user_agent(concat!("beffroi/", env!("CARGO_PKG_VERSION")))
        .build()
}

/// The certificates that this system believes.
pub(crate) fn system_roots() -> Vec<Certificate<'static>> {
    let found = rustls_native_certs::load_native_certs();
    found.certs.iter().map(|der| Certificate::from_der(der).to_owned()).collect()
}

fn failure(error: &ureq::Error) -> Failure {
    match error {
        ureq::Error::Timeout(_) => Failure::TimedOut,
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => Failure::Tls,
        ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => Failure::Unreachable,
        ureq::Error::Io(error) => match error.kind() {
            std::io::ErrorKind::TimedOut | std::io::ErrorKind::WouldBlock => Failure::TimedOut,
            std::io::ErrorKind::InvalidData => Failure::Tls,
            _ => Failure::Unreachable,
        },
        ureq::Error::RedirectFailed | ureq::Error::TooManyRedirects => Failure::Redirected,
        _ => Failure::Broken,
    }
}

fn roots(ca_file: Option<&Path>) -> Result<Vec<Certificate<'static>>, String> {
    let Some(path) = ca_file else {
        return Ok(system_roots());
    };
    let pem =
        std::fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let certificates: Vec<Certificate<'static>> = parse_pem(&pem)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(one)) => Some(one),
            _ => None,
        })
        .collect();
    if certificates.is_empty() {
        return Err(format!("{} holds no certificate (PEM)", path.display()));
    }
    Ok(certificates)
}

/// A gateway: a request to make of each message, and what its answer must say.
pub(super) struct Gateway {
    client: Client,
    how: HttpConfig,
    secrets: Vec<(String, String)>,
}

impl Gateway {
    pub(super) fn open(how: &HttpConfig, config: &ChannelConfig) -> Result<Self, String> {
        let secrets = how
            .header_files
            .iter()
            .map(|(name, path)| Ok((name.clone(), secret(path)?)))
            .collect::<Result<_, String>>()?;
        let client = Client::new(config.timeout, config.ca_file.as_deref())?;
        Ok(Self { client, how: how.clone(), secrets })
    }

    pub(super) fn send(&self, message: &Message) -> Result<(), Failure> {
        let mut request = Request::builder()
            .method(self.how.method.as_str())
            .uri(self.how.url.fill(message))
            // The same message sent twice, after a crash, is known by this.
            .header("Idempotency-Key", &message.id);
        if self.how.body.is_some() {
            request = request.header("Content-Type", &self.how.content_type);
        }
        for (name, value) in &self.how.headers {
            request = request.header(name, value.fill(message));
        }
        for (name, value) in &self.secrets {
            request = request.header(name, value);
        }
        let body = self.how.body.as_ref().map(|body| body.fill(message)).unwrap_or_default();
        let request = request.body(body.into_bytes()).map_err(|_| Failure::Broken)?;
        let answer = self.client.ask(request)?;
        self.judge(answer)
    }

    /// A status that is accepted, and words that say no error.
    fn judge(&self, mut answer: Response<Body>) -> Result<(), Failure> {
        let status = answer.status();
        if status.is_redirection() {
            return Err(Failure::Redirected);
        }
        let accepted = match self.how.accept.as_slice() {
            [] => status.is_success(),
            these => these.iter().any(|one| *one == status.as_u16()),
        };
        if !accepted {
            return Err(Failure::Refused);
        }
        if self.how.must_contain.is_empty() && self.how.must_lack.is_empty() {
            return Ok(());
        }
        let mut said = Vec::new();
        let reader = answer.body_mut().as_reader();
        if let Err(error) = reader.take(ANSWER_BYTES_MAX).read_to_end(&mut said) {
            return Err(match error.kind() {
                std::io::ErrorKind::TimedOut | std::io::ErrorKind::WouldBlock => Failure::TimedOut,
                _ => Failure::SaidError,
            });
        }
        let said = String::from_utf8_lossy(&said);
        let well = self.how.must_contain.iter().all(|word| said.contains(word.as_str()))
            && !self.how.must_lack.iter().any(|word| said.contains(word.as_str()));
        if well { Ok(()) } else { Err(Failure::SaidError) }
    }
}
