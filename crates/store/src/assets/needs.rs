//! What assets may depend on.

use std::collections::BTreeMap;

use beffroi_town::{Asset, AssetId, TenantId, status::check_acyclic};

use super::{NOUN, any};
use crate::{Error, Result, Tx};

/// Refuses needs that the owner cannot see and needs that go round in a circle: reads everything
/// that can be reached from these assets.
pub(super) async fn check(tx: &mut Tx, assets: &[Asset]) -> Result<()> {
    let mut reached: BTreeMap<AssetId, Asset> =
        assets.iter().map(|asset| (asset.id.clone(), asset.clone())).collect();
    let mut queue: Vec<(AssetId, TenantId)> = assets.iter().flat_map(named).collect();
    while let Some((id, owner)) = queue.pop() {
        if let Some(known) = reached.get(&id) {
            seen_by(known, &owner)?;
            continue;
        }
        let found = any(tx.conn(), &id).await?.ok_or_else(|| Error::absent(NOUN, &id))?;
        seen_by(&found, &owner)?;
        queue.extend(named(&found));
        reached.insert(id, found);
    }
    let all: Vec<Asset> = reached.into_values().collect();
    Ok(check_acyclic(&all)?)
}

/// What an asset needs, and who must be able to see that.
fn named(asset: &Asset) -> Vec<(AssetId, TenantId)> {
    let needs = asset.needs.iter();
    let ids = needs.flat_map(|need| [Some(&need.asset), need.via.as_ref()]).flatten();
    ids.map(|id| (id.clone(), asset.owner.clone())).collect()
}

fn seen_by(asset: &Asset, tenant: &TenantId) -> Result<()> {
    if asset.owner == *tenant || asset.shared_with.contains(tenant) {
        Ok(())
    } else {
        Err(Error::absent(NOUN, &asset.id))
    }
}
