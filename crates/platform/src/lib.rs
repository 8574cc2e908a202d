//! The house assembled: a configuration goes in, a running server with all its doors comes out.
//!
//! Rules: this room is the edge. It alone reads the wall clock, asks for chance, runs the
//! operator's commands and listens to the network; the rooms below are handed what they need.

pub mod backup;
pub mod config;
pub mod doctor;
pub mod edge;
pub mod export;
pub mod look;
pub mod mirror;
pub mod noted;
pub mod reach;
pub mod restore;
pub mod tls;

mod channels;
mod door;
mod durable;
mod entrance;
mod hooks;
mod outside;
mod remote;
mod rounds;

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use beffroi_desk::procedures::{self, ProceduresError};
use beffroi_store::{Location, Store};
use beffroi_town::edge::{Clock, Entropy};
use beffroi_vault::Vault;
use beffroi_web::{DeskSettings, Doors, Settings, VaultQuotas, board::Board};
use tokio::{sync::watch, task::JoinSet, time::timeout};

use config::Config;
use entrance::Entrance;

pub use entrance::open_own;

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
    /// A channel, or the beat, cannot be used.
    #[error("cannot use the channel '{name}': {reason}")]
    Channel {
        /// Its name in the configuration.
        name: String,
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
    #[error("cannot listen on {address}: {}", listen_advice(.source))]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The vault cannot be opened.
    #[error(transparent)]
    Vault(#[from] beffroi_vault::VaultError),
    /// The procedures of the counter cannot be used.
    #[error("cannot use the procedures of the counter: {0}")]
    Procedures(#[from] ProceduresError),
    /// The store failed while starting.
    #[error(transparent)]
    Store(#[from] beffroi_store::Error),
}

fn listen_advice(error: &std::io::Error) -> &'static str {
    match error.kind() {
        std::io::ErrorKind::PermissionDenied => {
            "ports below 1024 ask for a right that the unit gives: start it by systemctl start \
             beffroi, or choose a port from 1024 on, with --listen or in [doors]"
        }
        std::io::ErrorKind::AddrNotAvailable => {
            "this machine has no such address; choose another, with --listen or in [doors]"
        }
        _ => "is another program there? Choose another, with --listen or in [doors]",
    }
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
    guards_address: Option<SocketAddr>,
    redirect_address: Option<SocketAddr>,
    stop: watch::Sender<bool>,
    open: JoinSet<()>,
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
        let folder = config.folder.clone();
        let store = Store::open(&location(&config), Arc::clone(&entropy))
            .await
            .map_err(|source| PlatformError::Data { folder, source })?;
        let entrance = Entrance::bind(config.clone(), &store, &*clock).await?;
        let (address, guards_address) = (entrance.address(), entrance.guards_address());
        let redirect_address = entrance.redirect_address();
        let url = config.doors.public_url.clone().unwrap_or_else(|| entrance.here());

        let board = Board::new(store.clone(), Arc::clone(&clock), &url);
        let board = Arc::new(board.of_exercise(config.exercise.is_some()));
        let from = rounds::start_of_following(&store).await?;
        let settings = settings(&config, &url, &entrance)?;
        let doors =
            Doors { store: store.clone(), clock, entropy, board, settings: Arc::new(settings) };
        let vault = open_vault(&config, &doors).await?;
        let mut rounds = JoinSet::new();
        go_round(&mut rounds, &doors, config, from)?;
        rounds.spawn(rounds::vault::keep(vault.clone()));
        rounds.spawn(rounds::vault::scrub(vault.clone()));
        let (stop, stopped) = watch::channel(false);
        let open = entrance.open((doors, vault), &stopped, &mut rounds)?;
        Ok(Self { address, url, store, guards_address, redirect_address, stop, open, rounds })
    }

    /// The address it listens on.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where people reach it, without a final slash.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The address that the guards' own door listens on, if there is one.
    pub const fn guards_address(&self) -> Option<SocketAddr> {
        self.guards_address
    }

    /// The address that sends whoever comes in the clear to the public one, if there is one.
    pub const fn redirect_address(&self) -> Option<SocketAddr> {
        self.redirect_address
    }

    /// Takes no more connections, lets the open ones finish for a moment, closes the data.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        if timeout(FAREWELL, async { while self.open.join_next().await.is_some() {} })
            .await
            .is_err()
        {
            tracing::warn!("some connections were cut short");
        }
        self.rounds.shutdown().await;
        self.store.close().await;
    }
}

/// The vault, if the configuration wants one.
async fn open_vault(config: &Config, doors: &Doors) -> Result<Option<Vault>, PlatformError> {
    let Some(wanted) = &config.vault else { return Ok(None) };
    let clock = Arc::clone(&doors.clock);
    Ok(Some(Vault::open(doors.store.clone(), clock, wanted.settings.clone()).await?))
}

/// What the pages must know of the configuration.
fn settings(config: &Config, url: &str, entrance: &Entrance) -> Result<Settings, PlatformError> {
    let procedures = match &config.desk.procedures {
        Some(folder) => procedures::with_own(folder)?,
        None => procedures::house()?,
    };
    let channels = config.channels.iter().map(|(name, one)| (name.clone(), one.addresses));
    Ok(Settings {
        channels: channels.collect(),
        public_url: url.to_owned(),
        secure_cookies: config.doors.tls.is_some() || !config.doors.tls_proxies.is_empty(),
        hooks: config.hooks.keys().cloned().collect(),
        guard_addresses: entrance.reach.platforms.clone(),
        certificate_sha256: entrance.reach.certificate_sha256.clone(),
        vault: config.vault.as_ref().map(|vault| VaultQuotas {
            server_bytes: vault.settings.server_quota_bytes,
            tenant_bytes: vault.settings.tenant_quota_bytes,
            rules: vault.settings.rules,
        }),
        desk: DeskSettings { procedures, health: config.desk.health },
        exercise: config.exercise.clone(),
    })
}

/// Starts everything that the platform does by itself; changes are followed from number `from`.
fn go_round(
    rounds: &mut JoinSet<()>,
    doors: &Doors,
    config: Config,
    from: u64,
) -> Result<(), PlatformError> {
    let (store, clock) = (|| doors.store.clone(), || Arc::clone(&doors.clock));
    let bell = rounds::calls::Bell {
        store: store(),
        clock: clock(),
        channels: Arc::new(channels::Channels::open(config.channels.clone())?),
        public_url: doors.settings.public_url.as_str().into(),
        steady: Arc::default(),
    };
    rounds.spawn(rounds::calls::ring(bell.clone()));
    rounds.spawn(rounds::calls::test(bell));
    rounds.spawn(rounds::beat::pulse(store(), clock()));
    if let Some(beat) = config.beat.clone() {
        let outward = rounds::beat::Outward::open(beat)?;
        rounds.spawn(rounds::beat::outward(store(), clock(), outward));
    }
    rounds.spawn(rounds::follow(store(), Arc::clone(&doors.board), from));
    rounds.spawn(rounds::work(store(), clock(), config.hooks.clone()));
    rounds.spawn(rounds::listen_for_silence(store(), clock()));
    rounds.spawn(rounds::cut_by_rules(store(), clock()));
    rounds.spawn(rounds::printers::listen(store(), clock()));
    rounds.spawn(rounds::sweep(store(), clock()));
    let drops = rounds::agendas::drops(&config.folder);
    rounds.spawn(rounds::agendas::pull(store(), clock(), drops));
    rounds.spawn(rounds::packs::watch(store(), clock()));
    rounds.spawn(rounds::backup::back_up(store(), clock(), config.clone()));
    rounds.spawn(rounds::mirror::keep_mirror(store(), clock(), config.clone()));
    rounds.spawn(rounds::doctor::see_the_doctor(store(), clock(), config));
    Ok(())
}
