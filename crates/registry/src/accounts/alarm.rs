//! The two suspicions that log-ins raise. They are staff's business: no public page changes.

use beffroi_store::{Store, TenantScope, accounts::Account, alarms, tenants};
use beffroi_town::{Actor, Alarm, AlarmId, AlarmKind, AlarmState, Instant, TenantId};
use serde_json::{Value, json};

use super::AccountsError;

/// Failures in an hour at which an alarm is raised, and raised again.
const FAILURES: [u32; 5] = [10, 20, 40, 80, 160];

/// Raises an alarm when failures reach a bound.
pub(super) async fn failures(
    store: &Store,
    at: Instant,
    tenant: &TenantId,
    in_hour: u32,
) -> Result<(), AccountsError> {
    if !FAILURES.contains(&in_hour) {
        return Ok(());
    }
    let scope = TenantScope::for_tenant(tenant);
    if tenants::get(&mut store.read().await?, &scope).await?.is_none() {
        return Ok(());
    }
    let detail = json!({ "failures": in_hour });
    raise(store, at, tenant, AlarmKind::FailedLogins, (&Actor::Outside, detail)).await
}

/// Raises an alarm for a log-in from a device not seen before.
pub(super) async fn new_device(
    store: &Store,
    at: Instant,
    account: &Account,
) -> Result<(), AccountsError> {
    let detail = json!({ "account": account.id });
    let actor = Actor::Account(account.id.clone());
    raise(store, at, &account.tenant, AlarmKind::NewDevice, (&actor, detail)).await
}

async fn raise(
    store: &Store,
    at: Instant,
    tenant: &TenantId,
    kind: AlarmKind,
    (actor, detail): (&Actor, Value),
) -> Result<(), AccountsError> {
    let alarm = Alarm {
        id: AlarmId::new(at, store.entropy()),
        tenant: tenant.clone(),
        kind,
        guard: None,
        asset: None,
        first_at: at,
        raised_at: at,
        received_at: at,
        repeats: 0,
        touched: 0,
        stopped_at: None,
        simulated: false,
        detail,
        state: AlarmState::Open,
    };
    let mut tx = store.begin(std::slice::from_ref(tenant), actor, at).await?;
    match alarms::raise(&mut tx, &alarm, 1).await? {
        alarms::Raised::Known { .. } => {}
        _ => drop(tx.commit().await?),
    }
    Ok(())
}
