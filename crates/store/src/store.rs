//! Opening the store, and the ways into it.

use std::{
    path::{Path, PathBuf},
    str::FromStr as _,
    sync::Arc,
    time::Duration,
};

use beffroi_town::{Actor, Instant, TenantId, edge::Entropy};
use data_encoding::BASE64URL_NOPAD;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use sqlx::{
    PgPool, Row as _,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::watch;

use crate::{
    Bookkeeping, Error, Fingerprint, Follower, Result, Tx,
    db::{Conn, Db, Faults, Purpose},
    keys::{self, Keys},
    migrate,
};

/// How long a writer waits for another process to end its commit.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);
const READERS_MAX: u32 = 4;
const PG_CONNECTIONS_MAX: u32 = 8;

/// Where the data is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// SQLite, in `beffroi.db` of this folder.
    Folder(PathBuf),
    /// PostgreSQL; the folder holds what must not be in the database: the master key.
    Postgres {
        /// `postgres://user@host/database`. Without TLS: on the same machine, a private network
        /// or through a tunnel.
        url: String,
        /// Where `master.key` is.
        folder: PathBuf,
    },
}

impl Location {
    /// The folder that holds the master key.
    pub fn folder(&self) -> &Path {
        match self {
            Self::Folder(folder) | Self::Postgres { folder, .. } => folder,
        }
    }
}

/// Weaker promises, for tests alone.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, Default)]
pub struct TestOptions {
    /// SQLite acknowledges before the data is on the disk.
    pub lite_without_sync: bool,
    /// SQLite refuses to grow beyond this many pages, as on a full disk.
    pub lite_pages_max: Option<u32>,
    /// A PostgreSQL server that acknowledges before the data is on the disk is accepted.
    pub pg_without_sync: bool,
    /// The call to the database that fails, from 1; 0: none.
    pub fail_nth_call: i64,
}

/// The store. Cheap to clone; all clones share their connections.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) db: Db,
    pub(crate) keys: Arc<Keys>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) faults: Arc<Faults>,
    /// The newest change number committed by this process.
    pub(crate) newest: watch::Sender<u64>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("db", &self.inner.db).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the store, makes it if there is none, and brings its schema up to date.
    ///
    /// # Errors
    /// [`Error::MasterKey`] when the key does not fit the data, [`Error::NotDurable`] when the
    /// database would lose what it acknowledged, [`Error::TooNew`] after a downgrade.
    pub async fn open(location: &Location, entropy: Arc<dyn Entropy>) -> Result<Self> {
        Self::open_for_test(location, entropy, TestOptions::default()).await
    }

    #[doc(hidden)]
    pub async fn open_for_test(
        location: &Location,
        entropy: Arc<dyn Entropy>,
        options: TestOptions,
    ) -> Result<Self> {
        let store = Self::connect(location, entropy, options).await?;
        let right_key = migrate::run(store.conn(Purpose::Write).await?).await?;
        if right_key {
            Ok(store)
        } else {
            Err(Error::MasterKey { path: location.folder().join("master.key") })
        }
    }

    /// Connects, and leaves the schema as it is.
    pub(crate) async fn connect(
        location: &Location,
        entropy: Arc<dyn Entropy>,
        options: TestOptions,
    ) -> Result<Self> {
        let (db, keys) = match location {
            Location::Folder(folder) => {
                let file = folder.join("beffroi.db");
                // A database without its key is a mistake to report, not a reason for a new key.
                let keys = Keys::open(folder, &*entropy, !file.exists())?;
                let db = open_lite(&file, options).await?;
                keys::sync_folder(folder)?;
                (db, keys)
            }
            Location::Postgres { url, folder } => {
                let pool = open_pg(url, options).await?;
                (Db::Pg { pool }, Keys::open(folder, &*entropy, true)?)
            }
        };
        let inner = Inner {
            db,
            keys: Arc::new(keys),
            entropy,
            faults: Arc::default(),
            newest: watch::Sender::new(0),
        };
        inner.faults.fail_nth(options.fail_nth_call);
        Ok(Self { inner: Arc::new(inner) })
    }

    pub(crate) fn inner(&self) -> &Arc<Inner> {
        &self.inner
    }

    pub(crate) async fn conn(&self, purpose: Purpose) -> Result<Conn> {
        self.inner.faults.tick()?;
        let live = self.inner.db.begin(purpose).await?;
        Ok(Conn::new(live, Arc::clone(&self.inner.faults), Arc::clone(&self.inner.keys)))
    }

    /// A view in which everything was true at one same moment. Hold it briefly.
    pub async fn read(&self) -> Result<Conn> {
        self.conn(Purpose::Read).await
    }

    /// Begins a write that concerns `tenants`: locks the journal of each, in sorted order, so that
    /// two writes never wait for each other in a circle.
    ///
    /// What follows is written through the functions of the nouns, kept by [`Tx::commit`] and
    /// undone by dropping the [`Tx`]. There is no closure to pass: an async closure cannot promise
    /// to be `Send`. Do not begin a second write, nor bookkeeping, while holding one: SQLite has a
    /// single writer.
    ///
    /// # Errors
    /// [`Error::NoSuchTenant`], [`Error::NoTenant`], or the database's own.
    pub async fn begin(&self, tenants: &[TenantId], actor: &Actor, at: Instant) -> Result<Tx> {
        Tx::begin(self, tenants, actor, at, false).await
    }

    /// The same for tenants that may not exist yet: gives each its journal and its signing key.
    /// Harmless for those that exist.
    pub async fn begin_founding(
        &self,
        tenants: &[TenantId],
        actor: &Actor,
        at: Instant,
    ) -> Result<Tx> {
        Tx::begin(self, tenants, actor, at, true).await
    }

    /// Begins a write of what is no fact about a town and is not journalled: sessions, throttles,
    /// beats of guards, deliveries.
    pub async fn bookkeeping(&self) -> Result<Bookkeeping> {
        Ok(Bookkeeping::new(self.conn(Purpose::Write).await?))
    }

    /// Follows the changes that come after number `from`; see [`crate::changes::newest`].
    pub fn follow(&self, from: u64) -> Follower {
        Follower::new(self.clone(), from)
    }

    /// Stirs at each commit of this process: for whoever does the work that commits leave behind.
    pub fn stirred(&self) -> watch::Receiver<u64> {
        self.inner.newest.subscribe()
    }

    /// Seals bytes under the master key, for one purpose: they open under the same label alone.
    pub fn seal(&self, label: &str, plain: &[u8]) -> Result<String> {
        self.inner.keys.seal(&*self.inner.entropy, label, plain)
    }

    /// Opens what [`Store::seal`] sealed.
    ///
    /// # Errors
    /// [`Error::Sealed`] when it is damaged or was sealed under another label or key.
    pub fn open_sealed(&self, label: &str, sealed: &str) -> Result<Vec<u8>> {
        self.inner.keys.open_sealed(label, sealed)
    }

    /// The platform's key for signing orders to guards, and the mirror (Ed25519); what is signed
    /// begins with a prefix of its own. Derived from the master key:
    /// it is the same for as long as that file is.
    pub fn platform_key(&self) -> Result<Ed25519KeyPair> {
        self.inner.keys.signing_key("orders to guards")
    }

    /// The public half of [`Store::platform_key`], base64url without padding, as guards are told it.
    pub fn platform_public_key(&self) -> Result<String> {
        let key = self.platform_key()?;
        Ok(BASE64URL_NOPAD.encode(key.public_key().as_ref()))
    }

    /// The fingerprint of that key, for people to compare.
    pub fn platform_fingerprint(&self) -> Result<Fingerprint> {
        Ok(Fingerprint::of(self.platform_key()?.public_key().as_ref()))
    }

    /// Where the store takes unpredictable bytes from.
    pub fn entropy(&self) -> &dyn Entropy {
        &*self.inner.entropy
    }

    /// Asks the database to look through itself: what it complains of, or nothing. None where it
    /// has no such way (PostgreSQL).
    ///
    /// # Errors
    /// When it cannot be asked.
    pub async fn look_through(&self) -> Result<Option<Vec<String>>> {
        let Db::Lite { readers, .. } = &self.inner.db else { return Ok(None) };
        let told: Vec<String> = sqlx::query_scalar("PRAGMA quick_check(10)")
            .fetch_all(readers)
            .await
            .map_err(Error::database("look through the database"))?;
        Ok(Some(told.into_iter().filter(|line| line != "ok").collect()))
    }

    /// Closes every connection; other clones then fail.
    pub async fn close(&self) {
        match &self.inner.db {
            Db::Lite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Db::Pg { pool } => pool.close().await,
        }
    }

    /// Makes the `n`th call to the database from now fail; 0: none.
    #[doc(hidden)]
    pub fn fail_nth_call(&self, n: i64) {
        self.inner.faults.fail_nth(n);
    }

    /// Calls made since [`Store::fail_nth_call`].
    #[doc(hidden)]
    pub fn calls_seen(&self) -> i64 {
        self.inner.faults.seen()
    }
}

async fn open_lite(file: &Path, options: TestOptions) -> Result<Db> {
    let base =
        SqliteConnectOptions::new().filename(file).busy_timeout(BUSY_TIMEOUT).foreign_keys(true);
    let synchronous =
        if options.lite_without_sync { SqliteSynchronous::Off } else { SqliteSynchronous::Full };
    let mut writing = base
        .clone()
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous);
    if let Some(pages) = options.lite_pages_max {
        writing = writing.pragma("max_page_count", pages.to_string());
    }
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .test_before_acquire(false)
        .connect_with(writing)
        .await
        .map_err(Error::database("open beffroi.db"))?;
    let readers = SqlitePoolOptions::new()
        .max_connections(READERS_MAX)
        .test_before_acquire(false)
        .connect_lazy_with(base.pragma("query_only", "ON"));
    Ok(Db::Lite { writer, readers })
}

pub(crate) async fn open_pg(url: &str, options: TestOptions) -> Result<PgPool> {
    let connect = PgConnectOptions::from_str(url)
        .map_err(Error::database("read the PostgreSQL address"))?
        .application_name("beffroi");
    let pool = PgPoolOptions::new()
        .max_connections(PG_CONNECTIONS_MAX)
        .connect_with(connect)
        .await
        .map_err(Error::database("connect to PostgreSQL"))?;
    if !options.pg_without_sync {
        check_durable(&pool).await?;
    }
    Ok(pool)
}

/// Refuses a server that acknowledges what a power cut loses.
async fn check_durable(pool: &PgPool) -> Result<()> {
    let settings = [
        ("fsync", "SHOW fsync"),
        ("synchronous_commit", "SHOW synchronous_commit"),
        ("full_page_writes", "SHOW full_page_writes"),
    ];
    for (setting, show) in settings {
        let value: String = sqlx::query(show)
            .fetch_one(pool)
            .await
            .and_then(|row| row.try_get(0))
            .map_err(Error::database("read a server setting"))?;
        if value == "off" {
            return Err(Error::NotDurable { setting, value });
        }
    }
    Ok(())
}
