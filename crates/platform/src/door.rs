//! The doors that the world comes in by: accept connections, end TLS where they are told to, and
//! hand each request to what stands behind, with the address it came from.
//!
//! Rules: a slow or silent client holds nothing for long; a full house turns newcomers away
//! instead of falling over; a forwarded address is believed only from a declared proxy; whoever
//! speaks in the clear where TLS is spoken is told so.

use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    http::{HeaderValue, Request, Response, StatusCode, header},
    response::IntoResponse,
};
use beffroi_vault::Vault;
use beffroi_web::{ClientAddress, Front};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tower::ServiceExt as _;

/// How many connections stand open at once.
const CONNECTIONS_MAX: usize = 4_096;
/// How long a client may take over its TLS handshake.
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);
/// How long a client may take over its request line and headers.
const HEADERS_MAX: Duration = Duration::from_secs(10);
/// How much of a request's head is kept while it is read.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// The first byte of every TLS connection: a handshake record.
const TLS_HANDSHAKE: u8 = 0x16;
/// What is said to whoever speaks in the clear at a door of TLS: it may be anybody's tool, so in
/// both languages.
const SPEAK_TLS: &str = "Cette porte parle TLS : \u{e9}crivez https://\n\
                         This door speaks TLS: write https://\n";

/// What stands behind a door.
pub(crate) enum Behind {
    /// The whole house, and the vault if there is one.
    House(Box<Front>, Option<Vault>),
    /// The guards' part of it.
    Guards(Router),
    /// Nothing but the way to the right door: this address, with the path asked for.
    Way(String),
}

impl Behind {
    async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        match self {
            Self::House(_, Some(vault)) if Vault::is_asked(request.uri().path()) => {
                vault.answer(request).await
            }
            Self::House(front, _) => front.answer(request).await,
            Self::Guards(router) => {
                let Ok(answer) = router.clone().oneshot(request.map(Body::new)).await;
                answer
            }
            Self::Way(url) => {
                let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
                let there = HeaderValue::from_str(&format!("{url}{path}"));
                let Ok(there) = there else { return StatusCode::BAD_REQUEST.into_response() };
                (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, there)]).into_response()
            }
        }
    }
}

/// A door about to open.
pub(crate) struct Door {
    pub(crate) listener: TcpListener,
    pub(crate) behind: Behind,
    pub(crate) tls: Option<TlsAcceptor>,
    pub(crate) tls_proxies: Vec<IpAddr>,
}

impl Door {
    /// Takes connections until `stop` turns true, then lets the open ones finish for a moment.
    pub(crate) async fn keep_open(self, mut stop: watch::Receiver<bool>) {
        let behind = Arc::new(self.behind);
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
            let visit = Visit { peer, proxies: Arc::clone(&proxies), behind: Arc::clone(&behind) };
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
    behind: Arc<Behind>,
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
            Some(tls) => match timeout(HANDSHAKE_MAX, shake_hands(stream, tls)).await {
                Ok(Ok(Some(stream))) => self.talk(stream, stop).await,
                Ok(Ok(None)) => tracing::debug!("somebody spoke in the clear"),
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
            Ok::<_, Infallible>(visit.behind.answer(request).await)
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

/// Begins TLS; none when the other side speaks in the clear, and has been told.
async fn shake_hands(
    mut stream: TcpStream,
    tls: TlsAcceptor,
) -> std::io::Result<Option<TlsStream<TcpStream>>> {
    let mut first = [0];
    if stream.peek(&mut first).await? == 0 || first == [TLS_HANDSHAKE] {
        return tls.accept(stream).await.map(Some);
    }
    // What was said is read first: closing over unread words would lose the answer on its way.
    let mut said = vec![0; HEAD_BYTES_MAX];
    drop(timeout(Duration::from_secs(1), stream.read(&mut said)).await);
    let answer = format!(
        "HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain; charset=utf-8\r\n\
         connection: close\r\ncontent-length: {}\r\n\r\n{SPEAK_TLS}",
        SPEAK_TLS.len()
    );
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await?;
    Ok(None)
}
