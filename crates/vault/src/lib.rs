//! The strongroom: restic's REST protocol, over repositories from which a client can take nothing
//! away again.
//!
//! Rules:
//! - The server holds no key: it sees names, lengths and times, never a content.
//! - Nothing is deleted but locks, nothing is written twice, no key comes after the settings.
//! - What a thinning drops goes to the trash, once two people agreed and time has passed; it can be
//!   put back until the trash is emptied.
//! - What is acknowledged was hashed on its way in and flushed, file and folder, and has a receipt.
//! - A repository lies on the disk as restic itself lays one out: it can be restored from there
//!   with plain restic, without this program.
//! - Times are the server's own. A client's are never read.
//! - A refusal that somebody with a credential may be behind is an alarm; a person decides.

pub mod consent;
pub mod lost;
pub mod repositories;
pub mod scrub;
pub mod standing;
pub mod thinning;
pub mod watch;

mod access;
mod alarms;
mod asked;
mod door;
mod give;
mod judging;
mod ledger;
mod receive;
mod refusal;
mod sealed;
mod sheet;
mod shelf;
mod trash;
mod visit;

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use beffroi_store::{OperatorScope, Store, vault};
use beffroi_town::{RepositoryId, edge::Clock, vault::retention::Retention};
use tokio::sync::Semaphore;

use alarms::Told;
use ledger::Ledger;

pub use shelf::{Shelf, ShelfError, prepare};

/// How many objects all servers together may send at once.
const UPLOADS_MAX: usize = 128;
/// How many one server may: restic sends five, rustic some more.
const UPLOADS_OF_ONE_MAX: usize = 12;

/// How fast a client must be, or the place it takes is needed for others.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// It may be this late.
    pub grace: Duration,
    /// It may say nothing for this long.
    pub silence: Duration,
    /// It must send this much a second once the grace is over.
    pub bytes_a_second: u64,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            grace: Duration::from_mins(1),
            silence: Duration::from_secs(30),
            bytes_a_second: 4 << 10,
        }
    }
}

impl Pace {
    /// How long a client that has sent this much may have taken.
    fn time_for(self, bytes: u64) -> Duration {
        self.grace + Duration::from_secs(bytes / self.bytes_a_second.max(1))
    }
}

/// What the operator has settled.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the repositories are.
    pub folder: PathBuf,
    /// How much one server may have, unless its repository says otherwise.
    pub server_quota_bytes: u64,
    /// How much all servers of a tenant may have together.
    pub tenant_quota_bytes: u64,
    /// How much of the disk stays free.
    pub keep_free_bytes: u64,
    /// How slow a client may be.
    pub pace: Pace,
    /// How thinning goes.
    pub rules: Rules,
    /// How often everything is read back by itself; none: when somebody asks.
    pub scrub_every_ms: Option<i64>,
}

/// How thinning goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// What stays, and how long.
    pub retention: Retention,
    /// How long passes between the second consent and the thinning.
    pub wait_ms: i64,
    /// How long what was dropped stays in the trash.
    pub grace_ms: i64,
}

impl Default for Rules {
    fn default() -> Self {
        let day = 24 * 3_600_000;
        Self { retention: Retention::default(), wait_ms: 3 * day, grace_ms: 30 * day }
    }
}

/// Why the vault does not open.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// Its folder cannot be used.
    #[error(transparent)]
    Shelf(#[from] ShelfError),
    /// What was typed is no check code.
    #[error(
        "this is no check code: copy the 12 letters and digits of the recovery sheet, in groups of \
         three, as they stand there"
    )]
    Code,
    /// The store.
    #[error(transparent)]
    Store(#[from] beffroi_store::Error),
}

/// The vault. Cheap to clone.
#[derive(Clone)]
pub struct Vault {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    clock: Arc<dyn Clock>,
    settings: Settings,
    ledger: Arc<Ledger>,
    rooms: Mutex<HashMap<RepositoryId, Arc<Room>>>,
    uploads: Arc<Semaphore>,
    told: Told,
}

/// What is under way in one repository.
struct Room {
    uploads: Arc<Semaphore>,
    /// Held while a key, a lock or the settings are put in place: each depends on what is there.
    placing: tokio::sync::Mutex<()>,
}

impl Vault {
    /// Opens the vault.
    ///
    /// # Errors
    /// [`VaultError`] when its folder cannot be used or the store fails.
    pub async fn open(
        store: Store,
        clock: Arc<dyn Clock>,
        settings: Settings,
    ) -> Result<Self, VaultError> {
        shelf::prepare(&settings.folder)?;
        let operator = OperatorScope::for_operator();
        let mut conn = store.read().await?;
        let all = vault::all(&mut conn, &operator).await?;
        let uses = vault::objects::uses(&mut conn, &operator).await?;
        drop(conn);
        Ok(Self {
            inner: Arc::new(Inner {
                ledger: Arc::new(Ledger::new(&all, uses)),
                store,
                clock,
                settings,
                rooms: Mutex::default(),
                uploads: Arc::new(Semaphore::new(UPLOADS_MAX)),
                told: Told::default(),
            }),
        })
    }

    fn room(&self, id: &RepositoryId) -> Arc<Room> {
        let mut rooms = self.inner.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        let room = rooms.entry(id.clone()).or_insert_with(|| {
            Arc::new(Room {
                uploads: Arc::new(Semaphore::new(UPLOADS_OF_ONE_MAX)),
                placing: tokio::sync::Mutex::new(()),
            })
        });
        Arc::clone(room)
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault").field("settings", &self.inner.settings).finish_non_exhaustive()
    }
}
