//! Reading back everything that lies in the vault: whether it is still what was sent.
//!
//! Rules: nothing is changed but notes: what is damaged is noted, with an alarm; what is whole again
//! is noted too. What must be sent again is named, and by which server.

use std::{path::Path, time::Duration};

use beffroi_store::{
    OperatorScope, Store, TenantScope, rounds,
    vault::{self, Repository, objects},
};
use beffroi_town::{AlarmKind, Instant, TenantId, vault::ObjectKind};
use serde::Serialize;

use crate::{
    Vault, VaultError,
    alarms::{self, Suspicion},
    asked::ObjectName,
    receive::hash_of,
    shelf::{self, Shelf, ShelfError},
};

/// How many receipts are read at a time.
const RECEIPTS_AT_ONCE: u32 = 2_000;

/// An object by its kind and name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    /// What it is.
    pub kind: ObjectKind,
    /// Its name.
    pub name: String,
}

/// What was found in one repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Scrubbed {
    /// Whose.
    pub tenant: TenantId,
    /// Which server must send again what is damaged or missing.
    pub server: String,
    /// How many objects were read back.
    pub objects: u64,
    /// How many bytes.
    pub bytes: u64,
    /// Those whose bytes are not those of their name, or cannot be read.
    pub damaged: Vec<Named>,
    /// Those that were acknowledged and are not there.
    pub missing: Vec<Named>,
    /// Files that are no objects.
    pub strange: Vec<String>,
    /// How many lie there without a receipt: the platform notes them when it starts.
    pub without_receipt: u64,
}

impl Scrubbed {
    /// Whether everything is what was sent.
    pub const fn is_whole(&self) -> bool {
        self.damaged.is_empty() && self.missing.is_empty()
    }
}

/// What the disk and the receipts say of one kind.
#[derive(Debug, Default)]
pub(crate) struct Compared {
    pub(crate) there: Vec<ObjectName>,
    pub(crate) without_receipt: Vec<(String, u64)>,
    pub(crate) missing: Vec<String>,
    pub(crate) strange: Vec<String>,
}

impl Compared {
    /// What lies in the trash, or is on its way there, is not missed.
    fn miss(&mut self, receipt: objects::Receipt) {
        if receipt.thinning.is_none() {
            self.missing.push(receipt.name);
        }
    }
}

/// Compares what lies there with the receipts.
pub(crate) async fn compare(
    store: &Store,
    shelf: &Shelf,
    (repository, kind): (&Repository, ObjectKind),
) -> Result<Compared, VaultError> {
    let failed = |source| ShelfError::Folder { folder: shelf.folder().to_owned(), source };
    let mut compared = Compared::default();
    let mut there: Vec<(String, u64)> = Vec::new();
    if kind == ObjectKind::Config {
        let path = shelf.path(kind, None);
        if path.try_exists().map_err(failed)? {
            let about = std::fs::metadata(&path).map_err(failed)?;
            there.push((kind.code().to_owned(), about.len()));
        }
    }
    for folder in shelf.folders(kind) {
        let listed = tokio::task::spawn_blocking(move || shelf::list(&folder, true)).await;
        let listed = listed.map_err(std::io::Error::other).and_then(|listed| listed);
        let listed = listed.map_err(failed)?;
        compared.strange.extend(listed.strange);
        for (name, bytes) in listed.objects {
            there.push((name.as_str().to_owned(), bytes));
            compared.there.push(name);
        }
    }
    // Both sides are in the order of names.
    let mut receipts = Receipts::of(store, repository, kind);
    let mut next = receipts.next().await?;
    for (name, bytes) in there {
        while let Some(missing) = next.take_if(|receipt| receipt.name < name) {
            compared.miss(missing);
            next = receipts.next().await?;
        }
        if next.as_ref().is_some_and(|receipt| receipt.name == name) {
            next = receipts.next().await?;
        } else {
            compared.without_receipt.push((name, bytes));
        }
    }
    while let Some(missing) = next {
        compared.miss(missing);
        next = receipts.next().await?;
    }
    Ok(compared)
}

/// The receipts of one kind, in the order of their names, some at a time.
struct Receipts<'r> {
    store: &'r Store,
    repository: &'r Repository,
    kind: ObjectKind,
    page: std::vec::IntoIter<objects::Receipt>,
    after: Option<String>,
}

impl<'r> Receipts<'r> {
    fn of(store: &'r Store, repository: &'r Repository, kind: ObjectKind) -> Self {
        let after = Some(String::new());
        Self { store, repository, kind, page: Vec::new().into_iter(), after }
    }

    async fn next(&mut self) -> Result<Option<objects::Receipt>, beffroi_store::Error> {
        loop {
            if let Some(receipt) = self.page.next() {
                return Ok(Some(receipt));
            }
            let Some(after) = self.after.take() else { return Ok(None) };
            let scope = TenantScope::for_tenant(&self.repository.tenant);
            let mut conn = self.store.read().await?;
            let which = (self.kind, after.as_str(), RECEIPTS_AT_ONCE);
            let page = objects::page(&mut conn, &scope, &self.repository.id, which).await?;
            self.after = page.last().map(|last| last.name.clone());
            self.page = page.into_iter();
        }
    }
}

/// Reads back every repository, or those of one tenant.
///
/// # Errors
/// The disk's and the store's.
pub async fn scrub(
    store: &Store,
    folder: &Path,
    at: Instant,
    only: Option<&TenantId>,
) -> Result<Vec<Scrubbed>, VaultError> {
    paced(store, folder, (at, None), only).await
}

/// The same at a pace, so that backups and restores have the disk meanwhile.
async fn paced(
    store: &Store,
    folder: &Path,
    (at, bytes_a_second): (Instant, Option<u64>),
    only: Option<&TenantId>,
) -> Result<Vec<Scrubbed>, VaultError> {
    let operator = OperatorScope::for_operator();
    let mut all = vault::all(&mut store.read().await?, &operator).await?;
    all.retain(|one| only.is_none_or(|tenant| one.tenant == *tenant));
    let mut found = Vec::new();
    for repository in all {
        let shelf = Shelf::of(folder, &repository.tenant, &repository.server);
        found.push(one(store, &shelf, &repository, (at, bytes_a_second)).await?);
    }
    Ok(found)
}

async fn one(
    store: &Store,
    shelf: &Shelf,
    repository: &Repository,
    (at, bytes_a_second): (Instant, Option<u64>),
) -> Result<Scrubbed, VaultError> {
    let mut scrubbed = Scrubbed {
        tenant: repository.tenant.clone(),
        server: repository.server.clone(),
        objects: 0,
        bytes: 0,
        damaged: Vec::new(),
        missing: Vec::new(),
        strange: Vec::new(),
        without_receipt: 0,
    };
    for kind in ObjectKind::ALL.iter().copied() {
        let compared = compare(store, shelf, (repository, kind)).await?;
        scrubbed.strange.extend(compared.strange);
        scrubbed.without_receipt += compared.without_receipt.len() as u64;
        // A lock may be taken back while one looks.
        if kind != ObjectKind::Locks {
            let named = compared.missing.into_iter().map(|name| Named { kind, name });
            scrubbed.missing.extend(named);
        }
        for name in compared.there {
            let before = scrubbed.bytes;
            read_back(store, shelf, (repository, at), (kind, &name, &mut scrubbed)).await?;
            if let Some(rate) = bytes_a_second {
                let ms = (scrubbed.bytes - before).saturating_mul(1_000) / rate.max(1);
                tokio::time::sleep(Duration::from_millis(ms)).await;
            }
        }
    }
    tell(store, repository, &scrubbed, at).await?;
    Ok(scrubbed)
}

/// Reads one object back and notes what it finds.
async fn read_back(
    store: &Store,
    shelf: &Shelf,
    (repository, at): (&Repository, Instant),
    (kind, name, scrubbed): (ObjectKind, &ObjectName, &mut Scrubbed),
) -> Result<(), VaultError> {
    let path = shelf.path(kind, Some(name));
    let read = tokio::task::spawn_blocking(move || hash_of(&path)).await;
    let object = (kind, name.as_str());
    let whole = match read.map_err(std::io::Error::other).and_then(|read| read) {
        Ok((hash, bytes)) => {
            scrubbed.objects += 1;
            scrubbed.bytes += bytes;
            hash == name.as_str()
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(_) => false,
    };
    if !whole {
        scrubbed.damaged.push(Named { kind, name: name.as_str().to_owned() });
        let mut book = store.bookkeeping().await?;
        objects::damaged(&mut book, &repository.id, object, at).await?;
        book.commit().await?;
        return Ok(());
    }
    let scope = TenantScope::for_tenant(&repository.tenant);
    let mut conn = store.read().await?;
    let receipt = objects::get(&mut conn, &scope, &repository.id, object).await?;
    drop(conn);
    if receipt.is_some_and(|receipt| receipt.damaged_at.is_some()) {
        let mut book = store.bookkeeping().await?;
        objects::healed(&mut book, &repository.id, object).await?;
        book.commit().await?;
    }
    Ok(())
}

async fn tell(
    store: &Store,
    repository: &Repository,
    scrubbed: &Scrubbed,
    at: Instant,
) -> Result<(), VaultError> {
    if scrubbed.is_whole() {
        return Ok(());
    }
    let mut book = store.bookkeeping().await?;
    for missing in &scrubbed.missing {
        let object = (missing.kind, missing.name.as_str());
        objects::damaged(&mut book, &repository.id, object, at).await?;
    }
    book.commit().await?;
    let suspicion = Suspicion::about(AlarmKind::VaultDamaged, repository, at.ms(), at)
        .with("damaged", scrubbed.damaged.len())
        .with("missing", scrubbed.missing.len());
    alarms::raise(store, &suspicion).await?;
    Ok(())
}

/// The round in which everything is read back, as it is noted.
pub const ROUND: &str = "vault_scrub";
/// How fast: a part of what a disk gives.
const BYTES_A_SECOND: u64 = 32 << 20;

impl Vault {
    /// Reads everything back, slowly, when that was not done for as long as was settled; whether it
    /// was due.
    ///
    /// # Errors
    /// The disk's and the store's.
    pub async fn scrub_when_due(&self) -> Result<bool, VaultError> {
        let (store, at) = (&self.inner.store, self.inner.clock.now());
        let Some(every_ms) = self.inner.settings.scrub_every_ms else { return Ok(false) };
        let operator = OperatorScope::for_operator();
        let last = rounds::get(&mut store.read().await?, &operator, ROUND).await?;
        let done_at = last.and_then(|round| round.done_at);
        if done_at.is_some_and(|done_at| at.ms_since(done_at) < every_ms) {
            return Ok(false);
        }
        let pace = (at, Some(BYTES_A_SECOND));
        let found = paced(store, &self.inner.settings.folder, pace, None).await?;
        let objects: u64 = found.iter().map(|one| one.objects).sum();
        let wrong = found.iter().filter(|one| !one.is_whole()).count();
        let detail = serde_json::json!({ "objects": objects, "repositories_damaged": wrong });
        let mut book = store.bookkeeping().await?;
        rounds::done(&mut book, ROUND, self.inner.clock.now(), &detail).await?;
        book.commit().await?;
        Ok(true)
    }
}
