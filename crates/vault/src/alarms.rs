//! What the vault suspects, told to people through the alarms of the house.
//!
//! Rule: a client must not be able to flood anybody: what is suspected again within the same span is
//! the same report, which changes nothing.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use beffroi_store::{Result, Store, Tx, alarms, vault::Repository};
use beffroi_town::{Actor, Alarm, AlarmId, AlarmKind, AlarmState, AssetId, Instant, TenantId};
use serde_json::{Value, json};

pub(crate) const HOUR_MS: i64 = 3_600_000;
pub(crate) const DAY_MS: i64 = 24 * HOUR_MS;
/// How many reports are remembered as told.
const TOLD_MAX: usize = 10_000;

/// Reports that this process told: asking the database again would change nothing.
#[derive(Debug, Default)]
pub(crate) struct Told(Mutex<HashSet<String>>);

impl Told {
    /// Whether it was told before; from now on it was.
    fn before(&self, id: &str) -> bool {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() >= TOLD_MAX {
            told.clear();
        }
        !told.insert(id.to_owned())
    }

    fn forget(&self, id: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }
}

/// A suspicion.
#[derive(Debug)]
pub(crate) struct Suspicion<'s> {
    pub(crate) kind: AlarmKind,
    pub(crate) tenant: &'s TenantId,
    pub(crate) asset: Option<&'s AssetId>,
    /// Names it among all reports: the same again is no other.
    pub(crate) id: String,
    pub(crate) first_at: Instant,
    pub(crate) at: Instant,
    pub(crate) detail: Value,
}

impl<'s> Suspicion<'s> {
    /// About a repository; `span` tells this report from the next of its kind.
    pub(crate) fn about(
        kind: AlarmKind,
        repository: &'s Repository,
        span: i64,
        at: Instant,
    ) -> Self {
        let word = kind.code().trim_start_matches("vault_");
        Self {
            kind,
            tenant: &repository.tenant,
            asset: repository.asset.as_ref(),
            id: format!("vault-{word}-{}-{span}", repository.id),
            first_at: at,
            at,
            detail: json!({ "repository": repository.id, "server": repository.server }),
        }
    }

    /// The same with one more code or figure.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        if let Value::Object(detail) = &mut self.detail {
            detail.insert(name.to_owned(), value.into());
        }
        self
    }
}

/// Raises an alarm unless this process did.
pub(crate) async fn raise_once(
    store: &Store,
    told: &Told,
    suspicion: &Suspicion<'_>,
) -> Result<()> {
    if told.before(&suspicion.id) {
        return Ok(());
    }
    let raised = raise(store, suspicion).await;
    if raised.is_err() {
        told.forget(&suspicion.id);
    }
    raised
}

/// Raises an alarm; the same report again changes nothing.
pub(crate) async fn raise(store: &Store, suspicion: &Suspicion<'_>) -> Result<()> {
    let tenants = std::slice::from_ref(suspicion.tenant);
    let mut tx = store.begin(tenants, &Actor::Platform, suspicion.at).await?;
    if raise_in(&mut tx, suspicion).await? {
        tx.commit().await?;
    }
    Ok(())
}

/// Raises an alarm in a commit that holds more than this; whether anything was written.
pub(crate) async fn raise_in(tx: &mut Tx, suspicion: &Suspicion<'_>) -> Result<bool> {
    let Ok(id) = AlarmId::parse(&suspicion.id) else {
        tracing::error!(id = suspicion.id, "an alarm of the vault has no fitting name");
        return Ok(false);
    };
    let alarm = Alarm {
        id,
        tenant: suspicion.tenant.clone(),
        kind: suspicion.kind,
        guard: None,
        asset: suspicion.asset.cloned(),
        first_at: suspicion.first_at,
        raised_at: suspicion.at,
        received_at: suspicion.at,
        repeats: 0,
        touched: 0,
        stopped_at: None,
        simulated: false,
        detail: suspicion.detail.clone(),
        state: AlarmState::Open,
    };
    let raised = alarms::raise(tx, &alarm, 0).await?;
    Ok(!matches!(raised, alarms::Raised::Known { .. }))
}
