//! Looks at a platform's own page from outside, as a browser on this machine would.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use rustls::pki_types::CertificateDer;
use ureq::{
    tls::{Certificate, RootCerts, TlsConfig},
    unversioned::{
        resolver::{ResolvedSocketAddrs, Resolver},
        transport::{DefaultConnector, NextTimeout},
    },
};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why a page is not seen.
#[derive(Debug, thiserror::Error)]
pub enum NotSeen {
    /// Nobody listens there.
    #[error("nobody answers at {0}")]
    NobodyThere(SocketAddr),
    /// Somebody answers, but not with the page.
    #[error("{url} answers {status}")]
    Status {
        /// What was asked for.
        url: String,
        /// What came back.
        status: u16,
    },
    /// TLS or the connection failed.
    #[error("{url} does not answer as it should: {source}")]
    Broken {
        /// What was asked for.
        url: String,
        /// Why.
        source: Box<ureq::Error>,
    },
}

/// Whose certificates are believed.
pub enum Believed {
    /// The platform's own authority.
    Own(CertificateDer<'static>),
    /// The authorities that this machine trusts.
    System,
}

/// Every name leads to one address.
#[derive(Debug)]
struct OneAddress(SocketAddr);

impl Resolver for OneAddress {
    fn resolve(
        &self,
        _uri: &ureq::http::Uri,
        _config: &ureq::config::Config,
        _timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let mut all = self.empty();
        all.push(self.0);
        Ok(all)
    }
}

/// Fetches a page from an address, by the name that is in its URL.
///
/// # Errors
/// [`NotSeen`] says what stands in the way.
pub fn at(address: SocketAddr, url: &str, believed: &Believed) -> Result<(), NotSeen> {
    let certificates: Vec<Certificate<'static>> = match believed {
        Believed::Own(der) => vec![Certificate::from_der(der).to_owned()],
        Believed::System => rustls_native_certs::load_native_certs()
            .certs
            .iter()
            .map(|der| Certificate::from_der(der).to_owned())
            .collect(),
    };
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(&certificates))
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build();
    let config = ureq::Agent::config_builder()
        .tls_config(tls)
        .timeout_global(Some(PATIENCE))
        .max_redirects(0)
        .proxy(None)
        .http_status_as_error(false)
        .build();
    let agent = ureq::Agent::with_parts(config, DefaultConnector::default(), OneAddress(address));
    match agent.get(url).call() {
        Ok(answer) if answer.status().as_u16() == 200 => Ok(()),
        Ok(answer) => {
            Err(NotSeen::Status { url: url.to_owned(), status: answer.status().as_u16() })
        }
        Err(ureq::Error::Io(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
            Err(NotSeen::NobodyThere(address))
        }
        Err(ureq::Error::ConnectionFailed) => Err(NotSeen::NobodyThere(address)),
        Err(error) => Err(NotSeen::Broken { url: url.to_owned(), source: Box::new(error) }),
    }
}
