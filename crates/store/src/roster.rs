//! The staff roster of a tenant: everybody who works there, and who calls whom.
//!
//! Rules: who somebody is and how to reach them is sealed; the journal has counts; whatever is
//! written leaves no circle of calls, and nobody called by somebody who is not there.

use beffroi_town::{Instant, RosterEntry, RosterId, TenantId, roster};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    Error, Result, TenantScope, Tx,
    db::{Conn, Row, args, json_text},
    keys::Keys,
    sql::sqls,
};

sqls! { "roster":
    LIST = "SELECT id, rank, person, caller FROM roster_entry WHERE tenant = $1 ORDER BY rank, id";
    GET = "SELECT id, rank, person, caller FROM roster_entry WHERE tenant = $1 AND id = $2";
    CHANGED = "SELECT MAX(changed_at) AS changed_at FROM roster_entry WHERE tenant = $1";
    SAVE = "INSERT INTO roster_entry (tenant, id, rank, person, caller, changed_at) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (tenant, id) DO UPDATE SET rank = $3, person = $4, caller = $5, changed_at = $6";
    REMOVE = "DELETE FROM roster_entry WHERE tenant = $1 AND id = $2";
    ORPHANS = "UPDATE roster_entry SET caller = NULL WHERE tenant = $1 AND caller = $2";
}

const NOUN: &str = "roster";
/// Most people on a roster.
pub const ENTRIES_MAX: usize = 5_000;
/// Longest text of an entry, bytes.
pub const TEXT_BYTES_MAX: usize = 1_200;
/// Most telephone numbers of somebody.
pub const PHONES_MAX: usize = 5;

/// What is sealed of an entry.
#[derive(Serialize, Deserialize)]
struct Person {
    name: String,
    function: String,
    service: String,
    phones: Vec<String>,
}

fn label(tenant: &TenantId, id: &RosterId) -> String {
    format!("roster {tenant} {id}")
}

fn entry(keys: &Keys, tenant: &TenantId, row: &Row) -> Result<RosterEntry> {
    let id: RosterId = row.id("id")?;
    let label = label(tenant, &id);
    let bytes = keys.open_sealed(&label, &row.text("person")?)?;
    let Person { name, function, service, phones } =
        serde_json::from_slice(&bytes).map_err(|_| Error::Sealed { label })?;
    let (rank, caller) = (row.count("rank")?, row.opt_id("caller")?);
    Ok(RosterEntry { id, rank, name, function, service, phones, caller })
}

/// Everybody, by rank.
pub async fn list(conn: &mut Conn, scope: &TenantScope) -> Result<Vec<RosterEntry>> {
    let rows = conn.all(LIST, args![scope.tenant()]).await?;
    rows.iter().map(|row| entry(conn.keys(), scope.tenant(), row)).collect()
}

/// One person.
pub async fn get(
    conn: &mut Conn,
    scope: &TenantScope,
    id: &RosterId,
) -> Result<Option<RosterEntry>> {
    let row = conn.one(GET, args![scope.tenant(), id]).await?;
    row.map(|row| entry(conn.keys(), scope.tenant(), &row)).transpose()
}

/// When the newest of the entries was written; none on an empty roster.
pub async fn changed_at(conn: &mut Conn, scope: &TenantScope) -> Result<Option<Instant>> {
    match conn.one(CHANGED, args![scope.tenant()]).await? {
        Some(row) => row.opt_instant("changed_at"),
        None => Ok(None),
    }
}

fn check(entry: &RosterEntry) -> Result<()> {
    let long = |text: &String| text.len() > TEXT_BYTES_MAX;
    let texts = [&entry.name, &entry.function, &entry.service];
    if entry.name.trim().is_empty() {
        return Err(Error::refused(NOUN, &entry.id, "needs a name"));
    }
    if texts.into_iter().chain(&entry.phones).any(long) {
        return Err(Error::refused(
            NOUN,
            &entry.id,
            "has a text longer than 1,200 bytes: shorten it",
        ));
    }
    if entry.phones.len() > PHONES_MAX {
        return Err(Error::refused(NOUN, &entry.id, "has more than 5 telephone numbers"));
    }
    Ok(())
}

/// Writes entries, in place of those that bear the same identifiers.
///
/// # Errors
/// [`Error::Refused`] for a nameless or too long entry, beyond [`ENTRIES_MAX`], and for calls that
/// would go round in a circle; [`Error::Absent`] for a caller who is not on the roster.
pub async fn save(tx: &mut Tx, tenant: &TenantId, entries: &[RosterEntry]) -> Result<()> {
    tx.covers("write the roster", [tenant])?;
    let at = tx.at();
    for entry in entries {
        check(entry)?;
        let person = Person {
            name: entry.name.clone(),
            function: entry.function.clone(),
            service: entry.service.clone(),
            phones: entry.phones.clone(),
        };
        let text = json_text("person", &person)?;
        let sealed = tx.store().seal(&label(tenant, &entry.id), text.as_bytes())?;
        let args = args![tenant, &entry.id, entry.rank, sealed, entry.caller.as_ref(), at];
        tx.conn().run(SAVE, args).await?;
    }
    let all = list(tx.conn(), &TenantScope::for_tenant(tenant)).await?;
    if all.len() > ENTRIES_MAX {
        return Err(Error::refused(NOUN, tenant, "would have more than 5,000 people"));
    }
    let known = |id: &RosterId| all.iter().any(|one| one.id == *id);
    if let Some(id) = all.iter().filter_map(|one| one.caller.as_ref()).find(|id| !known(id)) {
        return Err(Error::absent(NOUN, id));
    }
    if roster::check_callers(&all).is_err() {
        return Err(Error::refused(
            NOUN,
            tenant,
            "would have people who call each other in a circle",
        ));
    }
    tx.tell([tenant], NOUN, "roster_saved", json!({ "entries": entries.len() })).await
}

/// Takes people off the roster; whom they called is called by nobody from then on.
///
/// # Errors
/// [`Error::Absent`] when one of them is not there.
pub async fn remove(tx: &mut Tx, tenant: &TenantId, ids: &[RosterId]) -> Result<()> {
    tx.covers("take people off the roster", [tenant])?;
    for id in ids {
        let rows = tx.conn().run(REMOVE, args![tenant, id]).await?;
        Error::unless_found(NOUN, id, rows)?;
        tx.conn().run(ORPHANS, args![tenant, id]).await?;
    }
    tx.tell([tenant], NOUN, "roster_removed", json!({ "entries": ids.len() })).await
}
