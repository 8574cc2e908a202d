//! Tenants: added by their official code, with everything a town starts from; hidden, never
//! deleted.

use beffroi_store::{OperatorScope, Store, TenantScope, assets, services, tenants};
use beffroi_town::{Actor, Instant, Tenant, TenantId, catalogue};

use crate::{
    RegistryError, csv_in,
    france::{self, Entry, Found},
};

/// How many tenants are founded in one commit.
const BATCH: usize = 250;

/// What an addition did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// Those that are new on this platform.
    pub added: Vec<TenantId>,
    /// Those that were there already; nothing of theirs changed.
    pub present: Vec<TenantId>,
}

/// Finds a local authority by code or by a name that only one bears.
///
/// # Errors
/// [`RegistryError::Ambiguous`] with all that bear the name, [`RegistryError::Unknown`] with what
/// is written nearly like it.
pub fn resolve(text: &str) -> Result<Entry, RegistryError> {
    match france::find(text) {
        Found::One(entry) => Ok(entry),
        Found::Many(found) => Err(RegistryError::Ambiguous { asked: text.to_owned(), found }),
        Found::None { near } => Err(RegistryError::Unknown { asked: text.to_owned(), near }),
    }
}

/// Adds local authorities, each with the services and assets of the default catalogue. Adding one
/// that is there changes nothing.
///
/// # Errors
/// The store's; what was committed before stays, and adding again goes on from there.
pub async fn add(
    store: &Store,
    actor: &Actor,
    at: Instant,
    entries: Vec<Entry>,
) -> Result<Added, RegistryError> {
    let mut outcome = Added::default();
    let mut new = Vec::new();
    let mut conn = store.read().await?;
    for entry in entries {
        let known = tenants::get(&mut conn, &TenantScope::for_tenant(&entry.id)).await?;
        if known.is_some() || new.iter().any(|other: &Entry| other.id == entry.id) {
            outcome.present.push(entry.id);
        } else {
            new.push(entry);
        }
    }
    drop(conn);
    while !new.is_empty() {
        let batch: Vec<Entry> = new.drain(..new.len().min(BATCH)).collect();
        found(store, actor, at, batch, &mut outcome).await?;
    }
    Ok(outcome)
}

async fn found(
    store: &Store,
    actor: &Actor,
    at: Instant,
    batch: Vec<Entry>,
    outcome: &mut Added,
) -> Result<(), RegistryError> {
    let ids: Vec<TenantId> = batch.iter().map(|entry| entry.id.clone()).collect();
    let mut tx = store.begin_founding(&ids, actor, at).await?;
    let mut any = false;
    for entry in batch {
        let tenant = entry.into_tenant(at);
        // Somebody else may have added it since we looked: then theirs stands.
        if tenants::add(&mut tx, &tenant).await? {
            let (its_services, its_assets) = catalogue::start(&tenant.id, at)?;
            assets::add(&mut tx, &its_assets).await?;
            services::add(&mut tx, &tenant.id, &its_services).await?;
            outcome.added.push(tenant.id);
            any = true;
        } else {
            outcome.present.push(tenant.id);
        }
    }
    if any {
        tx.commit().await?;
    }
    Ok(())
}

/// Adds every local authority that a table names by its code. All rows are checked first: with
/// one that cannot be used, none is added.
///
/// # Errors
/// [`RegistryError::Rows`] with the number and the reason of each bad row.
pub async fn add_csv(
    store: &Store,
    actor: &Actor,
    at: Instant,
    bytes: &[u8],
) -> Result<Added, RegistryError> {
    let rows = csv_in::tenants::read(bytes)?;
    add(store, actor, at, rows.into_iter().map(|row| row.entry).collect()).await
}

/// One tenant of this platform, closed or not.
///
/// # Errors
/// [`RegistryError::NotHere`].
pub async fn get(store: &Store, id: &TenantId) -> Result<Tenant, RegistryError> {
    let scope = TenantScope::for_tenant(id);
    let found = tenants::get(&mut store.read().await?, &scope).await?;
    found.ok_or_else(|| RegistryError::NotHere(id.clone()))
}

/// Every tenant of this platform, by code, closed ones too.
///
/// # Errors
/// The store's.
pub async fn list(store: &Store, scope: &OperatorScope) -> Result<Vec<Tenant>, RegistryError> {
    const PAGE: u32 = 1_000;
    let mut conn = store.read().await?;
    let mut all: Vec<Tenant> = Vec::new();
    loop {
        let after = all.last().map(|tenant| tenant.id.clone());
        let page = tenants::list(&mut conn, scope, after.as_ref(), PAGE).await?;
        let last = page.len() < usize::try_from(PAGE).unwrap_or(usize::MAX);
        all.extend(page);
        if last {
            return Ok(all);
        }
    }
}

/// Hides a tenant. Deletes nothing: no object, no key, no entry of its journal.
///
/// # Errors
/// [`RegistryError::NotHere`]; the store's when it is closed already.
pub async fn close(
    store: &Store,
    actor: &Actor,
    at: Instant,
    id: &TenantId,
) -> Result<(), RegistryError> {
    get(store, id).await?;
    let mut tx = store.begin(std::slice::from_ref(id), actor, at).await?;
    tenants::close(&mut tx, id).await?;
    tx.commit().await?;
    Ok(())
}
