//! Assets that several tenants use.

use std::collections::{BTreeMap, BTreeSet};

use beffroi_store::{Store, TenantScope, assets};
use beffroi_town::{Actor, Asset, AssetId, Instant, TenantId};

use crate::{RegistryError, tenants};

/// Shares an asset with another tenant that uses it too, together with all it stands on: without
/// those, whether it works would be unknown there. Returns what is newly shared; none when it was
/// shared already.
///
/// # Errors
/// [`RegistryError::NotHere`] for the other tenant; the store's, also for an asset that is not
/// the tenant's own.
pub async fn share(
    store: &Store,
    (actor, at): (&Actor, Instant),
    scope: &TenantScope,
    asset: &AssetId,
    with: &TenantId,
) -> Result<Vec<AssetId>, RegistryError> {
    tenants::get(store, with).await?;
    let seen = assets::list(&mut store.read().await?, scope).await?;
    let by_id: BTreeMap<&AssetId, &Asset> = seen.iter().map(|one| (&one.id, one)).collect();
    let absent = || beffroi_store::Error::Absent { noun: "asset", id: asset.to_string() };
    by_id.get(asset).filter(|one| one.owner == *scope.tenant()).ok_or_else(absent)?;
    let mut below = BTreeSet::new();
    let mut queue = vec![asset];
    while let Some(id) = queue.pop() {
        if let (true, Some(one)) = (below.insert(id), by_id.get(id)) {
            queue.extend(
                one.needs.iter().flat_map(|need| [Some(&need.asset), need.via.as_ref()]).flatten(),
            );
        }
    }
    let new: Vec<&Asset> = below
        .iter()
        .filter_map(|id| by_id.get(*id).copied())
        .filter(|one| one.owner == *scope.tenant() && !one.shared_with.contains(with))
        .collect();
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let mut concerned: Vec<TenantId> = new.iter().flat_map(|one| one.tenants()).collect();
    concerned.push(with.clone());
    let mut tx = store.begin(&concerned, actor, at).await?;
    for one in &new {
        assets::share_with(&mut tx, &one.id, with).await?;
    }
    tx.commit().await?;
    Ok(new.into_iter().map(|one| one.id.clone()).collect())
}
