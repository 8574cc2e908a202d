//! The door that the world comes in by: accepts connections, ends TLS where it is told to, and
//! hands each request to the router with the address it came from.
//!
//! Rules: a slow or silent client holds nothing for long; a full house turns newcomers away
//! instead of falling over; a forwarded address is believed only from a declared proxy.

use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
    path::Path,
    sync::Arc,
    time::Duration,
};

use axum::http::Request;
use beffroi_web::{ClientAddress, Front};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    time::timeout,
};
use tokio_rustls::TlsAcceptor;

use crate::PlatformError;

/// How many connections stand open at once.
const CONNECTIONS_MAX: usize = 4_096;
/// How long a client may take over its TLS handshake.
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);
/// How long a client may take over its request line and headers.
const HEADERS_MAX: Duration = Duration::from_secs(10);
/// How much of a request's head is kept while it is read.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// A door about to open.
pub(crate) struct Door {
    pub(crate) listener: TcpListener,
    pub(crate) tls: Option<TlsAcceptor>,
    pub(crate) tls_proxies: Vec<IpAddr>,
}

impl Door {
    /// Takes connections until `stop` turns true, then lets the open ones finish for a moment.
    pub(crate) async fn keep_open(self, front: Front, mut stop: watch::Receiver<bool>) {
        let front = Arc::new(front);
        let room = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        let proxies: Arc<[IpAddr]> = self.tls_proxies.into();
        loop {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                () = told_to_stop(&mut stop) => break,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of descriptors or memory: those that are open must end first.
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            let Ok(place) = Arc::clone(&room).try_acquire_owned() else {
                tracing::warn!(max = CONNECTIONS_MAX, "too many connections: one turned away");
                continue;
            };
            let visit = Visit { peer, proxies: Arc::clone(&proxies), front: Arc::clone(&front) };
            let (tls, stop) = (self.tls.clone(), stop.clone());
            tokio::spawn(async move {
                visit.welcome(stream, tls, stop).await;
                drop(place);
            });
        }
    }
}

/// Returns once the platform stops, or whoever could say so is gone.
async fn told_to_stop(stop: &mut watch::Receiver<bool>) {
    drop(stop.wait_for(|stop| *stop).await);
}

/// One connection.
struct Visit {
    peer: SocketAddr,
    proxies: Arc<[IpAddr]>,
    front: Arc<Front>,
}

impl Visit {
    async fn welcome(
        self,
        stream: TcpStream,
        tls: Option<TlsAcceptor>,
        stop: watch::Receiver<bool>,
    ) {
        // Answers are small and written whole: waiting to fill a packet only adds delay.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY refused");
        }
        match tls {
            None => self.talk(stream, stop).await,
            Some(tls) => match timeout(HANDSHAKE_MAX, tls.accept(stream)).await {
                Ok(Ok(stream)) => self.talk(stream, stop).await,
                Ok(Err(error)) => tracing::debug!(%error, "TLS handshake failed"),
                Err(_) => tracing::debug!("TLS handshake took too long"),
            },
        }
    }

    async fn talk<S>(self, stream: S, mut stop: watch::Receiver<bool>)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let visit = &self;
        let service = service_fn(move |mut request: Request<Incoming>| async move {
            let from = visit.client(&request);
            request.extensions_mut().insert(ClientAddress(from));
            Ok::<_, Infallible>(visit.front.answer(request).await)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADERS_MAX)
            .max_buf_size(HEAD_BYTES_MAX)
            .serve_connection(TokioIo::new(stream), service);
        tokio::pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = told_to_stop(&mut stop) => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection ended early");
        }
    }

    /// Who asks: the last address that a declared proxy added, else the peer itself.
    fn client<B>(&self, request: &Request<B>) -> IpAddr {
        let peer = self.peer.ip();
        if !self.proxies.contains(&peer) {
            return peer;
        }
        let last = request.headers().get_all("x-forwarded-for").iter().next_back();
        last.and_then(|value| value.to_str().ok())
            .and_then(|list| list.rsplit(',').next())
            .and_then(|address| address.trim().parse().ok())
            .unwrap_or(peer)
    }
}

/// Reads a certificate chain and its key.
///
/// # Errors
/// [`PlatformError::Tls`] names the file and what is wrong with it.
pub(crate) fn acceptor(certificate: &Path, key: &Path) -> Result<TlsAcceptor, PlatformError> {
    let bad = |file: &Path, reason: String| PlatformError::Tls { file: file.to_owned(), reason };
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| bad(certificate, error.to_string()))?;
    if chain.is_empty() {
        return Err(bad(certificate, "it holds no certificate".to_owned()));
    }
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| bad(key, error.to_string()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| bad(certificate, error.to_string()))?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .map_err(|error| bad(key, error.to_string()))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
