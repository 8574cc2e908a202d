//! The public pages as plain files: for the mirror, and for any other host.

use std::{fs, io, path::Path};

use beffroi_pages::{PageError, Place};
use beffroi_store::{OperatorScope, Store, TenantScope, facts, tenants};
use beffroi_town::{Instant, TenantId};

/// How many tenants are listed at a time.
const READ_AT_ONCE: u32 = 2_000;

/// Why pages could not be written out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The store.
    #[error(transparent)]
    Store(#[from] beffroi_store::Error),
    /// A page could not be made.
    #[error(transparent)]
    Page(#[from] PageError),
}

/// Every tenant whose pages are public.
///
/// # Errors
/// The store's.
pub async fn open_tenants(store: &Store) -> Result<Vec<TenantId>, beffroi_store::Error> {
    let operator = OperatorScope::for_operator();
    let mut conn = store.read().await?;
    let mut all: Vec<TenantId> = Vec::new();
    let mut after: Option<TenantId> = None;
    loop {
        let some = tenants::list(&mut conn, &operator, after.as_ref(), READ_AT_ONCE).await?;
        let Some(last) = some.last() else { return Ok(all) };
        after = Some(last.id.clone());
        all.extend(some.into_iter().filter(|one| one.closed_at.is_none()).map(|one| one.id));
    }
}

/// The pages of a tenant, each with its path from the root of the other host; none when the tenant
/// is not here or is closed.
///
/// # Errors
/// [`ExportError`].
pub async fn town_files(
    store: &Store,
    tenant: &TenantId,
    public_url: Option<&str>,
    at: Instant,
) -> Result<Option<Vec<(String, Vec<u8>)>>, ExportError> {
    let scope = TenantScope::for_tenant(tenant);
    let facts = facts::load(&mut store.read().await?, &scope, at).await?;
    let Some(facts) = facts.filter(|facts| facts.tenant.closed_at.is_none()) else {
        return Ok(None);
    };
    let path = tenant.path();
    let url = public_url.map(|url| format!("{url}{path}"));
    let place = Place::served(&path, url.as_deref());
    let below = folder(tenant);
    let named = |(name, bytes): (std::path::PathBuf, Vec<u8>)| {
        (format!("{below}/{}", name.display()), bytes)
    };
    Ok(Some(beffroi_pages::export(&facts, &place)?.into_iter().map(named).collect()))
}

/// The folder of a tenant's pages: `c/59273`.
pub fn folder(tenant: &TenantId) -> String {
    tenant.path().trim_matches('/').to_owned()
}

/// Writes beside and renames: a reader never finds half a page. Not flushed: pages are made anew.
///
/// # Errors
/// That of the file system.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut half = path.as_os_str().to_owned();
    half.push(".half");
    fs::write(&half, bytes)?;
    fs::rename(&half, path)
}
