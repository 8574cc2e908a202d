//! Rules signed beforehand: what is cut when two guards see an attack and nobody is there.

use beffroi_store::{OperatorScope, Store, TenantScope, alarms, assets, cut_rules, cuts};
use beffroi_town::{
    Actor, AlarmId, AssetId, CutRule, Instant, TenantId,
    cut_rule::{Next, by_itself},
};

use crate::{
    Deed, Error,
    cuts::{begin_owned, order_in},
};

/// A person signs a rule for the town, in place of the one before.
///
/// # Errors
/// The store's: nothing named, too much, what the town does not own.
pub async fn sign(deed: &Deed<'_>, named: &[AssetId], pause_minutes: u32) -> Result<(), Error> {
    let tenant = deed.scope.tenant();
    let mut tx = deed.store.begin(std::slice::from_ref(tenant), deed.actor, deed.at).await?;
    cut_rules::sign(&mut tx, tenant, named, pause_minutes).await?;
    tx.commit().await?;
    Ok(())
}

/// A person withdraws the rule.
///
/// # Errors
/// The store's, also when there is none.
pub async fn withdraw(deed: &Deed<'_>) -> Result<(), Error> {
    let tenant = deed.scope.tenant();
    let mut tx = deed.store.begin(std::slice::from_ref(tenant), deed.actor, deed.at).await?;
    cut_rules::withdraw(&mut tx, tenant).await?;
    tx.commit().await?;
    Ok(())
}

/// The towns that signed a rule.
///
/// # Errors
/// The store's.
pub async fn towns(store: &Store) -> Result<Vec<TenantId>, Error> {
    let operator = OperatorScope::for_operator();
    Ok(cut_rules::tenants(&mut store.read().await?, &operator).await?)
}

/// Does what a town's rule asks for now: what was ordered cut, if anything was. Calling it again
/// does nothing until the rule asks for more.
///
/// # Errors
/// The store's, also when another process used the rule at the same moment.
pub async fn apply(store: &Store, town: &TenantId, at: Instant) -> Result<Option<AssetId>, Error> {
    let scope = TenantScope::for_tenant(town);
    let Some((rule, next)) = asked(store, &scope, at).await? else { return Ok(None) };
    let Next::Cut { asset, alarms } = next else { return Ok(None) };
    let deed = Deed { store, actor: &Actor::Platform, at, scope: &scope };
    use_once(&deed, &rule, &asset, &alarms).await?;
    Ok(Some(asset))
}

/// The town's rule and what it asks for now; nothing when it has none.
///
/// # Errors
/// The store's.
pub async fn asked(
    store: &Store,
    scope: &TenantScope,
    at: Instant,
) -> Result<Option<(CutRule, Next)>, Error> {
    let mut conn = store.read().await?;
    let Some(rule) = cut_rules::get(&mut conn, scope).await? else { return Ok(None) };
    let open = alarms::open(&mut conn, scope).await?;
    let assets = assets::list(&mut conn, scope).await?;
    let cuts = cuts::list(&mut conn, scope).await?;
    let next = rule.next(&open, &assets, &cuts, at);
    Ok(Some((rule, next)))
}

/// The cut and the use of the rule, in one commit: of two who try at once, one does.
async fn use_once(
    deed: &Deed<'_>,
    rule: &CutRule,
    asset: &AssetId,
    alarms: &[AlarmId],
) -> Result<(), Error> {
    let (mut tx, asset) = begin_owned(deed, asset).await?;
    if !asset.cut_means.as_ref().is_some_and(by_itself) {
        return Err(Error::NoMeans(asset.id));
    }
    cut_rules::used(&mut tx, deed.scope.tenant(), rule, (&asset.id, alarms)).await?;
    order_in(&mut tx, &asset).await?;
    tx.commit().await?;
    Ok(())
}
