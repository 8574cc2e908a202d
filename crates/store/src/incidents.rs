//! Incidents: declared by a person, for one tenant or several.
//!
//! Rules: everyone concerned sees it and has each step in the journal, in the same commit; phases
//! follow each other one by one.

use std::collections::{BTreeMap, BTreeSet};

use beffroi_town::{Actor, Incident, IncidentId, Instant, Phase, TenantId, incident::Nature};
use serde_json::json;

use crate::{
    Error, Result, Store, TenantScope, Tx,
    db::{Conn, Row, args},
    journal::actor_from_code,
    sql::sqls,
};

macro_rules! columns {
    () => {
        "SELECT id, owner, nature, phase, noticed_at, declared_at, declared_by, phase_at FROM incident "
    };
}

sqls! { "incidents":
    INSERT = "INSERT INTO incident (id, owner, nature, phase, noticed_at, declared_at, declared_by, phase_at)
        VALUES ($1, $2, $3, 'declared', $4, $5, $6, $5)";
    CONCERN = "INSERT INTO incident_tenant (incident, tenant) VALUES ($1, $2)";
    LIST = concat!(columns!(), "WHERE id IN (SELECT incident FROM incident_tenant WHERE tenant = $1) ORDER BY declared_at, id");
    ANY = concat!(columns!(), "WHERE id = $1");
    TENANTS = "SELECT incident, tenant FROM incident_tenant
        WHERE incident IN (SELECT incident FROM incident_tenant WHERE tenant = $1) ORDER BY incident, tenant";
    TENANTS_OF = "SELECT tenant FROM incident_tenant WHERE incident = $1 ORDER BY tenant";
    PHASE = "UPDATE incident SET phase = $2, phase_at = $3 WHERE id = $1";
    NATURE = "UPDATE incident SET nature = $2 WHERE id = $1";
}

const NOUN: &str = "incident";

fn incident(row: &Row, tenants: Vec<TenantId>) -> Result<Incident> {
    Ok(Incident {
        id: row.id("id")?,
        owner: row.id("owner")?,
        tenants,
        nature: row.parsed("nature", Nature::from_code)?,
        phase: row.parsed("phase", Phase::from_code)?,
        noticed_at: row.instant("noticed_at")?,
        declared_at: row.instant("declared_at")?,
        declared_by: row.parsed("declared_by", actor_from_code)?,
        phase_at: row.instant("phase_at")?,
    })
}

/// Every incident that concerns the tenant, closed ones too, oldest first.
pub async fn list(conn: &mut Conn, scope: &TenantScope) -> Result<Vec<Incident>> {
    let tenant = scope.tenant();
    let rows = conn.all(LIST, args![tenant]).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut tenants: BTreeMap<String, Vec<TenantId>> = BTreeMap::new();
    for row in conn.all(TENANTS, args![tenant]).await? {
        tenants.entry(row.text("incident")?).or_default().push(row.id("tenant")?);
    }
    rows.iter()
        .map(|row| incident(row, tenants.remove(&row.text("id")?).unwrap_or_default()))
        .collect()
}

/// The incidents that still are going on for the tenant, oldest first.
pub async fn open(conn: &mut Conn, scope: &TenantScope) -> Result<Vec<Incident>> {
    let mut all = list(conn, scope).await?;
    all.retain(Incident::is_open);
    Ok(all)
}

/// One incident that concerns the tenant.
pub async fn get(
    conn: &mut Conn,
    scope: &TenantScope,
    id: &IncidentId,
) -> Result<Option<Incident>> {
    let found = any(conn, id).await?;
    Ok(found.filter(|incident| incident.tenants.contains(scope.tenant())))
}

async fn any(conn: &mut Conn, id: &IncidentId) -> Result<Option<Incident>> {
    let Some(row) = conn.one(ANY, args![id]).await? else {
        return Ok(None);
    };
    let tenants = conn
        .all(TENANTS_OF, args![id])
        .await?
        .iter()
        .map(|row| row.id("tenant"))
        .collect::<Result<_>>()?;
    incident(&row, tenants).map(Some)
}

/// The incident that `tenant` is concerned by, inside a write.
pub(crate) async fn held(tx: &mut Tx, tenant: &TenantId, id: &IncidentId) -> Result<Incident> {
    let found = any(tx.conn(), id).await?;
    found
        .filter(|incident| incident.tenants.contains(tenant))
        .ok_or_else(|| Error::absent(NOUN, id))
}

/// The incident of which every tenant is locked.
async fn held_by_all(tx: &mut Tx, doing: &'static str, id: &IncidentId) -> Result<Incident> {
    let found = any(tx.conn(), id).await?.ok_or_else(|| Error::absent(NOUN, id))?;
    if found.tenants.iter().all(|tenant| tx.covers(doing, [tenant]).is_err()) {
        return Err(Error::absent(NOUN, id));
    }
    tx.covers(doing, &found.tenants)?;
    Ok(found)
}

/// Begins a write on an incident that `scope` sees, for every tenant it concerns and for `more`.
///
/// # Errors
/// [`Error::Absent`] for an incident that the scope does not see.
pub async fn begin(
    store: &Store,
    scope: &TenantScope,
    (id, more): (&IncidentId, &[TenantId]),
    actor: &Actor,
    at: Instant,
) -> Result<Tx> {
    let absent = || Error::absent(NOUN, id);
    loop {
        let seen = get(&mut store.read().await?, scope, id).await?.ok_or_else(absent)?;
        let all = [seen.tenants.as_slice(), more].concat();
        let mut tx = store.begin(&all, actor, at).await?;
        // One more tenant was added meanwhile: begin again with that one too.
        let now = get(tx.conn(), scope, id).await?.ok_or_else(absent)?;
        if now.tenants == seen.tenants {
            return Ok(tx);
        }
    }
}

/// Declares an incident, for every tenant it names and always for its owner. It begins in phase
/// `Declared`; who and when are the transaction's.
///
/// # Errors
/// [`Error::OutOfScope`] unless each tenant concerned is locked.
pub async fn declare(tx: &mut Tx, new: &Incident) -> Result<()> {
    let mut tenants: BTreeSet<&TenantId> = new.tenants.iter().collect();
    tenants.insert(&new.owner);
    tx.covers("declare an incident", tenants.iter().copied())?;
    let (by, at) = (tx.actor().to_string(), tx.at());
    let args = args![&new.id, &new.owner, new.nature.code(), new.noticed_at, at, by];
    tx.conn().run(INSERT, args).await?;
    for tenant in &tenants {
        tx.conn().run(CONCERN, args![&new.id, *tenant]).await?;
    }
    let body = json!({
        "incident": new.id,
        "owner": new.owner,
        "tenants": tenants,
        "nature": new.nature.code(),
        "noticed_at": new.noticed_at,
    });
    tx.tell(tenants, NOUN, "incident_declared", body).await
}

/// Adds a tenant that an incident turns out to concern. All of them must be locked.
///
/// # Errors
/// [`Error::Absent`], [`Error::OutOfScope`]; [`Error::Refused`] when it is concerned already or
/// the incident is closed.
pub async fn add_tenant(tx: &mut Tx, id: &IncidentId, tenant: &TenantId) -> Result<()> {
    let mut found = held_by_all(tx, "add a tenant to an incident", id).await?;
    tx.covers("add a tenant to an incident", [tenant])?;
    if found.tenants.contains(tenant) {
        return Err(Error::refused(NOUN, id, "concerns that tenant already"));
    }
    if !found.is_open() {
        return Err(Error::refused(NOUN, id, "is closed"));
    }
    tx.conn().run(CONCERN, args![id, tenant]).await?;
    found.tenants.push(tenant.clone());
    let body = json!({ "incident": id, "tenant": tenant });
    tx.tell(&found.tenants, NOUN, "incident_tenant_added", body).await
}

/// Moves an incident to its next phase.
///
/// # Errors
/// [`Error::Absent`], [`Error::OutOfScope`]; [`Error::Refused`] when `phase` is not the next one.
pub async fn set_phase(tx: &mut Tx, id: &IncidentId, phase: Phase) -> Result<()> {
    let found = held_by_all(tx, "set the phase of an incident", id).await?;
    if found.phase.next() != Some(phase) {
        return Err(Error::refused(NOUN, id, "can only move to its next phase: read it again"));
    }
    let at = tx.at();
    tx.conn().run(PHASE, args![id, phase.code(), at]).await?;
    let body = json!({ "incident": id, "from": found.phase.code(), "to": phase.code() });
    tx.tell(&found.tenants, NOUN, "incident_phase", body).await
}

/// Sets what a person now says an incident is.
///
/// # Errors
/// [`Error::Absent`], [`Error::OutOfScope`].
pub async fn set_nature(tx: &mut Tx, id: &IncidentId, nature: Nature) -> Result<()> {
    let found = held_by_all(tx, "set the nature of an incident", id).await?;
    tx.conn().run(NATURE, args![id, nature.code()]).await?;
    let body = json!({ "incident": id, "from": found.nature.code(), "to": nature.code() });
    tx.tell(&found.tenants, NOUN, "incident_nature", body).await
}
