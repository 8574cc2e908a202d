//! Agendas of the town's own software: where they are pulled from, and what was there last.
//!
//! Rules: the address often holds a password, so it is sealed; what was pulled takes the place of
//! what was there in one commit, a day at a time, each day sealed by the caller; a pull that fails
//! leaves what is there and is bookkeeping.

use beffroi_town::{AgendaId, Instant, TenantId, agenda::Day};
use serde_json::json;

use crate::{
    Bookkeeping, Error, OperatorScope, Result, TenantScope, Tx,
    db::{Conn, Row, args},
    keys::Keys,
    sql::sqls,
};

macro_rules! columns {
    () => {
        "SELECT agenda_source.tenant, id, agenda, place, pulled_at, events, made_at, tried_at, failing_since, failure
            FROM agenda_source LEFT JOIN agenda_pull
            ON agenda_pull.tenant = agenda_source.tenant AND agenda_pull.source = agenda_source.id "
    };
}

sqls! { "sources":
    LIST = concat!(columns!(), "WHERE agenda_source.tenant = $1 ORDER BY id");
    ALL = concat!(columns!(), "ORDER BY agenda_source.tenant, id");
    ADD = "INSERT INTO agenda_source (tenant, id, agenda, place, events, made_at) VALUES ($1, $2, $3, $4, 0, $5)";
    REMOVE = "DELETE FROM agenda_source WHERE tenant = $1 AND id = $2";
    FORGET = "DELETE FROM agenda_kept WHERE tenant = $1 AND source = $2";
    KEEP = "INSERT INTO agenda_kept (tenant, source, day, events, sealed) VALUES ($1, $2, $3, $4, $5)";
    PULLED = "UPDATE agenda_source SET pulled_at = $3, events = $4 WHERE tenant = $1 AND id = $2";
    WELL = "DELETE FROM agenda_pull WHERE tenant = $1 AND source = $2";
    FAILED = "INSERT INTO agenda_pull (tenant, source, tried_at, failing_since, failure) VALUES ($1, $2, $3, $3, $4)
        ON CONFLICT (tenant, source) DO UPDATE SET
            tried_at = $3, failing_since = COALESCE(agenda_pull.failing_since, $3), failure = $4";
    FROM_DAY = "SELECT agenda_kept.source, agenda_kept.day, agenda_kept.sealed, agenda_source.agenda FROM agenda_kept
        JOIN agenda_source ON agenda_source.tenant = agenda_kept.tenant AND agenda_source.id = agenda_kept.source
        WHERE agenda_kept.tenant = $1 AND agenda_kept.day >= $2 ORDER BY agenda_kept.day, agenda_kept.source";
    AGAIN = "UPDATE agenda_kept SET sealed = $5 WHERE tenant = $1 AND source = $2 AND day = $3 AND sealed = $4";
    OF_DAY = "SELECT agenda_kept.source, agenda_kept.sealed, agenda_source.agenda FROM agenda_kept
        JOIN agenda_source ON agenda_source.tenant = agenda_kept.tenant AND agenda_source.id = agenda_kept.source
        WHERE agenda_kept.tenant = $1 AND agenda_kept.day = $2 ORDER BY agenda_kept.source";
}

const NOUN: &str = "agenda_source";
/// Most sources of a tenant.
pub const SOURCES_MAX: usize = 50;
/// Longest place, bytes.
pub const PLACE_BYTES_MAX: usize = 2_000;
/// Longest reason that is kept, characters.
const FAILURE_CHARS_MAX: usize = 300;
/// How old a pull may be: a night that failed, and the morning after it.
pub const STALE_MS: i64 = 36 * 3_600_000;

/// Where an agenda is pulled from.
#[derive(Clone, PartialEq, Eq)]
pub struct Source {
    /// Whose.
    pub tenant: TenantId,
    /// Its identifier.
    pub id: String,
    /// The service point its appointments are for.
    pub agenda: AgendaId,
    /// An address, or a file's name in the folder of drops.
    pub place: String,
    /// When it was last pulled.
    pub pulled_at: Option<Instant>,
    /// How many appointments it then had.
    pub events: u32,
    /// When it was last tried.
    pub tried_at: Option<Instant>,
    /// Since when it fails.
    pub failing_since: Option<Instant>,
    /// Why, in words for a technician.
    pub failure: Option<String>,
    /// When it was added.
    pub made_at: Instant,
}

impl Source {
    /// Whether what is here is too old to be relied upon.
    pub fn is_stale(&self, now: Instant) -> bool {
        now.ms_since(self.pulled_at.unwrap_or(self.made_at)) > STALE_MS
    }
}

/// What was pulled of one day, sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptDay {
    /// The day.
    pub day: Day,
    /// How many appointments.
    pub events: u32,
    /// All of them, sealed.
    pub sealed: String,
}

fn label(tenant: &TenantId, id: &str) -> String {
    format!("agenda source {tenant} {id}")
}

fn source(keys: &Keys, row: &Row) -> Result<Source> {
    let (tenant, id) = (row.id("tenant")?, row.text("id")?);
    let label = label(&tenant, &id);
    let place = keys.open_sealed(&label, &row.text("place")?)?;
    Ok(Source {
        place: String::from_utf8(place).map_err(|_| Error::Sealed { label })?,
        tenant,
        id,
        agenda: row.id("agenda")?,
        pulled_at: row.opt_instant("pulled_at")?,
        events: row.count("events")?,
        tried_at: row.opt_instant("tried_at")?,
        failing_since: row.opt_instant("failing_since")?,
        failure: row.opt_text("failure")?,
        made_at: row.instant("made_at")?,
    })
}

/// The sources of a tenant.
pub async fn list(conn: &mut Conn, scope: &TenantScope) -> Result<Vec<Source>> {
    let rows = conn.all(LIST, args![scope.tenant()]).await?;
    rows.iter().map(|row| source(conn.keys(), row)).collect()
}

/// Every source of the deployment, for the round that pulls them.
pub async fn all(conn: &mut Conn, _scope: &OperatorScope) -> Result<Vec<Source>> {
    let rows = conn.all(ALL, &[]).await?;
    rows.iter().map(|row| source(conn.keys(), row)).collect()
}

/// Adds a source; its identifier.
///
/// # Errors
/// [`Error::Absent`] for a service point that is not there; [`Error::Refused`] for a place that is
/// empty or too long, and beyond [`SOURCES_MAX`].
pub async fn add(tx: &mut Tx, tenant: &TenantId, agenda: &AgendaId, place: &str) -> Result<String> {
    tx.covers("add a source of appointments", [tenant])?;
    let scope = TenantScope::for_tenant(tenant);
    if super::get(tx.conn(), &scope, agenda).await?.is_none() {
        return Err(Error::absent("agenda", agenda));
    }
    if place.trim().is_empty() || place.len() > PLACE_BYTES_MAX {
        return Err(Error::refused(NOUN, "new", "needs an address of at most 2,000 bytes"));
    }
    let id = tx.new_id();
    let sealed = tx.store().seal(&label(tenant, &id), place.trim().as_bytes())?;
    let args = args![tenant, id.as_str(), agenda, sealed, tx.at()];
    tx.conn().run(ADD, args).await?;
    if list(tx.conn(), &scope).await?.len() > SOURCES_MAX {
        return Err(Error::refused(NOUN, &id, "is one too many: a town has 50 at most"));
    }
    let body = json!({ "source": id.as_str(), "agenda": agenda.as_str() });
    tx.tell([tenant], NOUN, "agenda_source_added", body).await?;
    Ok(id)
}

/// Removes a source and everything that was pulled from it.
///
/// # Errors
/// [`Error::Absent`].
pub async fn remove(tx: &mut Tx, tenant: &TenantId, id: &str) -> Result<()> {
    tx.covers("remove a source of appointments", [tenant])?;
    let rows = tx.conn().run(REMOVE, args![tenant, id]).await?;
    Error::unless_found(NOUN, id, rows)?;
    tx.conn().run(FORGET, args![tenant, id]).await?;
    tx.conn().run(WELL, args![tenant, id]).await?;
    tx.tell([tenant], NOUN, "agenda_source_removed", json!({ "source": id })).await
}

/// Puts what was pulled in the place of what was there.
///
/// # Errors
/// [`Error::Absent`] when the source is gone.
pub async fn pulled(tx: &mut Tx, tenant: &TenantId, id: &str, days: &[KeptDay]) -> Result<()> {
    tx.covers("keep what was pulled", [tenant])?;
    let events: u32 = days.iter().map(|one| one.events).sum();
    let at = tx.at();
    let rows = tx.conn().run(PULLED, args![tenant, id, at, events]).await?;
    Error::unless_found(NOUN, id, rows)?;
    tx.conn().run(WELL, args![tenant, id]).await?;
    tx.conn().run(FORGET, args![tenant, id]).await?;
    for one in days {
        let args = args![tenant, id, one.day.to_string(), one.events, one.sealed.as_str()];
        tx.conn().run(KEEP, args).await?;
    }
    let body = json!({ "source": id, "days": days.len(), "events": events });
    tx.tell([tenant], NOUN, "agenda_pulled", body).await
}

/// Notes that a pull failed. Bookkeeping: what is here stays as it was.
pub async fn failed(
    book: &mut Bookkeeping,
    (tenant, id): (&TenantId, &str),
    at: Instant,
    why: &str,
) -> Result<()> {
    let why: String = why.chars().take(FAILURE_CHARS_MAX).collect();
    book.conn().run(FAILED, args![tenant, id, at, why]).await.map(drop)
}

/// What is here of a day: the service point and what was sealed.
pub async fn of_day(
    conn: &mut Conn,
    scope: &TenantScope,
    day: Day,
) -> Result<Vec<(AgendaId, String)>> {
    let rows = conn.all(OF_DAY, args![scope.tenant(), day.to_string()]).await?;
    rows.iter().map(|row| Ok((row.id("agenda")?, row.text("sealed")?))).collect()
}

/// A day that was pulled, as it is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PulledDay {
    /// From which source.
    pub source: String,
    /// The service point it is for.
    pub agenda: AgendaId,
    /// The day.
    pub day: Day,
    /// What was sealed.
    pub sealed: String,
}

/// Every day that is here, from one on.
pub async fn from_day(conn: &mut Conn, scope: &TenantScope, first: Day) -> Result<Vec<PulledDay>> {
    let rows = conn.all(FROM_DAY, args![scope.tenant(), first.to_string()]).await?;
    let pulled = |row: &Row| {
        Ok(PulledDay {
            source: row.text("source")?,
            agenda: row.id("agenda")?,
            day: row.parsed("day", |text| Day::parse(text).ok())?,
            sealed: row.text("sealed")?,
        })
    };
    rows.iter().map(pulled).collect()
}

/// Keeps days that were sealed anew, each with what it was; how many. What was pulled meanwhile
/// stays.
///
/// # Errors
/// [`Error::OutOfScope`].
pub async fn seal_again(
    tx: &mut Tx,
    tenant: &TenantId,
    all: &[(PulledDay, String)],
) -> Result<u64> {
    tx.covers("seal days of an agenda again", [tenant])?;
    let mut rows = 0;
    for (was, sealed) in all {
        let day = was.day.to_string();
        let args = args![tenant, was.source.as_str(), day, was.sealed.as_str(), sealed.as_str()];
        rows += tx.conn().run(AGAIN, args).await?;
    }
    let body = json!({ "days": rows });
    tx.tell([tenant], NOUN, "agenda_days_sealed_again", body).await?;
    Ok(rows)
}
