//! Packs that have grown too old: an alarm, once for each number, for on the day of an attack nobody
//! can print a newer one.
//!
//! Rules: what counts is the list that would be relied upon ([`relied_on`]); a list that a town has
//! given up, all its numbers destroyed, is no longer looked at.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use beffroi_store::{OperatorScope, Store, packs};
use beffroi_town::{AlarmKind, Instant, Pack, PackKind, TenantId, edge::Clock, pack::relied_on};
use serde_json::json;
use tokio::time::{MissedTickBehavior, interval};

use super::{
    Failed,
    noticed::{self, Noticed},
};

/// How often it is looked.
const LOOK_EVERY: Duration = Duration::from_hours(1);

/// Tells of what is too old.
pub(crate) async fn watch(store: Store, clock: Arc<dyn Clock>) {
    let mut ticks = interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = round(&store, clock.now()).await {
            tracing::error!(error = &*error, "packs cannot be looked after");
        }
    }
}

async fn round(store: &Store, now: Instant) -> Result<(), Failed> {
    let operator = OperatorScope::for_operator();
    let standing = packs::standing(&mut store.read().await?, &operator).await?;
    let mut by_tenant: BTreeMap<TenantId, Vec<Pack>> = BTreeMap::new();
    for (tenant, pack) in standing {
        by_tenant.entry(tenant).or_default().push(pack);
    }
    for (tenant, all) in by_tenant {
        let relied = PackKind::ALL.iter().filter_map(|kind| relied_on(&all, *kind));
        for pack in relied.filter(|pack| pack.is_stale(now)) {
            // The others' lists do not wait for this one.
            if let Err(error) = tell(store, now, (&tenant, pack)).await {
                let (kind, number) = (pack.kind.code(), pack.number);
                tracing::error!(%tenant, kind, number, error = &*error, "an old pack is not told of");
            }
        }
    }
    Ok(())
}

/// Raises the alarm of a list that is too old; the same again changes nothing.
async fn tell(
    store: &Store,
    now: Instant,
    (tenant, pack): (&TenantId, &Pack),
) -> Result<(), Failed> {
    let (kind, number) = (pack.kind.code(), pack.number);
    let noticed = Noticed {
        id: format!("pack-stale-{}-{kind}-{number}", tenant.dashed()),
        tenant,
        kind: AlarmKind::PackStale,
        since: pack.made_at,
        detail: json!({ "pack": kind, "number": number }),
    };
    noticed::tell(store, now, noticed).await
}

#[cfg(test)]
mod tests;
