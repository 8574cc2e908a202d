//! What the platform notices by itself, as an alarm.
//!
//! Rule: named after what it is about and since when, so that the same again changes nothing.

use beffroi_store::{Store, alarms};
use beffroi_town::{Actor, Alarm, AlarmId, AlarmKind, AlarmState, Instant, TenantId};

use super::Failed;

/// Something that a person should see to.
pub(super) struct Noticed<'a> {
    /// The alarm's identifier: the same for as long as it is the same.
    pub(super) id: String,
    pub(super) tenant: &'a TenantId,
    pub(super) kind: AlarmKind,
    pub(super) since: Instant,
    pub(super) detail: serde_json::Value,
}

/// Raises its alarm; the same again changes nothing.
pub(super) async fn tell(store: &Store, now: Instant, one: Noticed<'_>) -> Result<(), Failed> {
    let alarm = Alarm {
        id: AlarmId::parse(&one.id)?,
        tenant: one.tenant.clone(),
        kind: one.kind,
        guard: None,
        asset: None,
        first_at: one.since,
        raised_at: now,
        received_at: now,
        repeats: 0,
        touched: 0,
        stopped_at: None,
        simulated: false,
        detail: one.detail,
        state: AlarmState::Open,
    };
    let tenants = std::slice::from_ref(one.tenant);
    let mut tx = store.begin(tenants, &Actor::Platform, now).await?;
    let raised = alarms::raise(&mut tx, &alarm, 0).await?;
    if !matches!(raised, alarms::Raised::Known { .. }) {
        tx.commit().await?;
    }
    Ok(())
}
