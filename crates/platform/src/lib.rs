//! The house assembled: a configuration goes in, a running server with all its doors comes out.
//!
//! Rules: this room is the edge. It alone reads the wall clock, asks for chance, runs the
//! operator's commands and listens to the network; the rooms below are handed what they need.

pub mod backup;
pub mod config;
pub mod doctor;
pub mod edge;
pub mod export;
pub mod mirror;
pub mod noted;
pub mod restore;

mod door;
mod durable;
mod hooks;
mod remote;
mod rounds;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use beffroi_store::{Location, Store};
use beffroi_town::{
    edge::{Clock, Entropy},
    watch::PlatformAddress,
};
use beffroi_web::{Doors, Front, Settings, board::Board};
use data_encoding::BASE64URL_NOPAD;
use tokio::{
    net::TcpListener,
    sync::watch,
    task::{JoinHandle, JoinSet},
    time::timeout,
};

use config::Config;

/// How long open connections may take to finish when the platform stops.
const FAREWELL: Duration = Duration::from_secs(5);

/// Why the platform does not start.
#[derive(Debug, thiserror::Error)]
pub enum PlatformError {
    /// The certificate or its key cannot be used.
    #[error("cannot use {} for TLS: {reason}", .file.display())]
    Tls {
        /// Which file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The data cannot be opened.
    #[error("cannot open the data in {}", .folder.display())]
    Data {
        /// The folder.
        folder: PathBuf,
        /// Why.
        source: beffroi_store::Error,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: is another program there? Choose another with --listen")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The store failed while starting.
    #[error(transparent)]
    Store(#[from] beffroi_store::Error),
}

/// Where the configuration keeps the data.
pub fn location(config: &Config) -> Location {
    match &config.postgres {
        Some(url) => Location::Postgres { url: url.clone(), folder: config.folder.clone() },
        None => Location::Folder(config.folder.clone()),
    }
}

/// A running platform.
#[derive(Debug)]
pub struct Platform {
    address: SocketAddr,
    url: String,
    store: Store,
    stop: watch::Sender<bool>,
    door: JoinHandle<()>,
    rounds: JoinSet<()>,
}

impl Platform {
    /// Opens the data and the doors.
    ///
    /// # Errors
    /// [`PlatformError`] says what stands against it and what to do.
    pub async fn start(
        config: Config,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, PlatformError> {
        let own = config.clone();
        let tls = config.tls.as_ref().map(|(certificate, key)| door::acceptor(certificate, key));
        let tls = tls.transpose()?;
        let folder = config.folder.clone();
        let store = Store::open(&location(&config), Arc::clone(&entropy))
            .await
            .map_err(|source| PlatformError::Data { folder, source })?;
        let busy = |source| PlatformError::Listen { address: config.listen, source };
        let listener = TcpListener::bind(config.listen).await.map_err(busy)?;
        let address = listener.local_addr().map_err(busy)?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        let here = format!("{scheme}://{address}");
        let url = config.public_url.clone().unwrap_or_else(|| here.clone());

        let board = Arc::new(Board::new(store.clone(), Arc::clone(&clock), &url));
        let from = rounds::start_of_following(&store).await?;
        let settings = Settings {
            public_url: url.clone(),
            secure_cookies: tls.is_some() || !config.tls_proxies.is_empty(),
            hooks: config.hooks.keys().cloned().collect(),
            guard_addresses: vec![guard_address(&url, &here, address)],
            certificate_sha256: config
                .tls
                .as_ref()
                .map(|(certificate, _)| pin(certificate))
                .transpose()?,
        };
        let doors = Doors {
            store: store.clone(),
            clock: Arc::clone(&clock),
            entropy,
            board: Arc::clone(&board),
            settings: Arc::new(settings),
        };
        let mut rounds = JoinSet::new();
        rounds.spawn(rounds::follow(store.clone(), board, from));
        rounds.spawn(rounds::work(store.clone(), Arc::clone(&clock), config.hooks));
        rounds.spawn(rounds::listen_for_silence(store.clone(), Arc::clone(&clock)));
        rounds.spawn(rounds::sweep(store.clone(), Arc::clone(&clock)));
        rounds.spawn(rounds::backup::back_up(store.clone(), Arc::clone(&clock), own.clone()));
        rounds.spawn(rounds::mirror::keep_mirror(store.clone(), Arc::clone(&clock), own.clone()));
        rounds.spawn(rounds::doctor::see_the_doctor(store.clone(), clock, own));
        let (stop, stopped) = watch::channel(false);
        let door = door::Door { listener, tls, tls_proxies: config.tls_proxies };
        let door = tokio::spawn(door.keep_open(Front::new(doors), stopped));
        Ok(Self { address, url, store, stop, door, rounds })
    }

    /// The address it listens on.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where people reach it, without a final slash.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Takes no more connections, lets the open ones finish for a moment, closes the data.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        if timeout(FAREWELL, self.door).await.is_err() {
            tracing::warn!("some connections were cut short");
        }
        self.rounds.shutdown().await;
        self.store.close().await;
    }
}

/// Where guards are told to reach the platform: by its public name where it has one, else by the
/// very address it listens on.
fn guard_address(url: &str, here: &str, address: SocketAddr) -> PlatformAddress {
    if url == here {
        return PlatformAddress { url: here.to_owned(), addresses: Vec::new() };
    }
    let addresses = if address.ip().is_unspecified() { Vec::new() } else { vec![address] };
    PlatformAddress { url: url.to_owned(), addresses }
}

/// SHA-256 of a certificate file's first certificate, as guards pin it.
fn pin(certificate: &Path) -> Result<String, PlatformError> {
    use rustls::pki_types::{CertificateDer, pem::PemObject};
    let bad = |reason: String| PlatformError::Tls { file: certificate.to_owned(), reason };
    let first =
        CertificateDer::from_pem_file(certificate).map_err(|error| bad(error.to_string()))?;
    let hash = ring::digest::digest(&ring::digest::SHA256, &first);
    Ok(BASE64URL_NOPAD.encode(hash.as_ref()))
}
