//! Service points of a tenant, and what a person said of each in an incident.
//!
//! Rules: a service point that is closed takes no more appointments and is in no list, but those
//! that were taken there are kept; who wrote it is in the journal.

pub mod sources;

use beffroi_town::{Agenda, AgendaId, TenantId, agenda::Word};
use serde_json::json;

use crate::{
    Error, Result, TenantScope, Tx,
    db::{Conn, Row, args, json_text},
    sql::sqls,
};

sqls! { "agendas":
    LIST = "SELECT id, service, rank, rules, word FROM agenda WHERE tenant = $1 AND closed_at IS NULL ORDER BY rank, id";
    GET = "SELECT id, service, rank, rules, word FROM agenda WHERE tenant = $1 AND id = $2 AND closed_at IS NULL";
    KNOWN = "SELECT id, service, rank, rules, word FROM agenda WHERE tenant = $1 ORDER BY rank, id";
    SERVICE = "SELECT id FROM service WHERE tenant = $1 AND id = $2";
    SAVE = "INSERT INTO agenda (tenant, id, service, rank, rules, changed_at) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (tenant, id) DO UPDATE SET service = $3, rank = $4, rules = $5, changed_at = $6, closed_at = NULL";
    SAY = "UPDATE agenda SET word = $3 WHERE tenant = $1 AND id = $2 AND closed_at IS NULL";
    CLOSE = "UPDATE agenda SET closed_at = $3 WHERE tenant = $1 AND id = $2 AND closed_at IS NULL";
}

const NOUN: &str = "agenda";
/// Most service points of a tenant.
pub const AGENDAS_MAX: usize = 100;
/// Longest note, characters.
pub const NOTE_CHARS_MAX: usize = 300;

fn agenda(row: &Row) -> Result<Agenda> {
    Ok(Agenda {
        id: row.id("id")?,
        service: row.id("service")?,
        rank: row.count("rank")?,
        rules: row.json("rules")?,
        word: row.opt_json("word")?,
    })
}

/// The service points that are not closed, by rank.
pub async fn list(conn: &mut Conn, scope: &TenantScope) -> Result<Vec<Agenda>> {
    conn.all(LIST, args![scope.tenant()]).await?.iter().map(agenda).collect()
}

/// Every service point there ever was: appointments name those that are closed too.
pub async fn known(conn: &mut Conn, scope: &TenantScope) -> Result<Vec<Agenda>> {
    conn.all(KNOWN, args![scope.tenant()]).await?.iter().map(agenda).collect()
}

/// One service point.
pub async fn get(conn: &mut Conn, scope: &TenantScope, id: &AgendaId) -> Result<Option<Agenda>> {
    conn.one(GET, args![scope.tenant(), id]).await?.as_ref().map(agenda).transpose()
}

/// Writes a service point, in place of the one of the same code. What was said of it stays.
///
/// # Errors
/// [`Error::Refused`] with the first fault, or beyond [`AGENDAS_MAX`]; [`Error::Absent`] for a
/// service that the tenant has not.
pub async fn save(tx: &mut Tx, tenant: &TenantId, one: &Agenda) -> Result<()> {
    tx.covers("write a service point", [tenant])?;
    if let Some(fault) = one.rules.faults().first() {
        return Err(Error::refused(NOUN, &one.id, fault.told()));
    }
    if tx.conn().one(SERVICE, args![tenant, &one.service]).await?.is_none() {
        return Err(Error::absent("service", &one.service));
    }
    let rules = json_text("rules", &one.rules)?;
    let args = args![tenant, &one.id, &one.service, one.rank, rules, tx.at()];
    tx.conn().run(SAVE, args).await?;
    if list(tx.conn(), &TenantScope::for_tenant(tenant)).await?.len() > AGENDAS_MAX {
        return Err(Error::refused(NOUN, &one.id, "is one too many: a town has 100 at most"));
    }
    let body = json!({
        "agenda": one.id.as_str(),
        "service": one.service.as_str(),
        "seats": one.rules.seats,
        "paused": one.rules.paused,
    });
    tx.tell([tenant], NOUN, "agenda_saved", body).await
}

/// A person says what a service point can still do in an incident.
///
/// # Errors
/// [`Error::Absent`]; [`Error::Refused`] for a note beyond [`NOTE_CHARS_MAX`].
pub async fn say(tx: &mut Tx, tenant: &TenantId, id: &AgendaId, word: &Word) -> Result<()> {
    tx.covers("say what a service point can do", [tenant])?;
    let notes = [&word.note_fr, &word.note_en];
    if notes.into_iter().flatten().any(|note| note.chars().count() > NOTE_CHARS_MAX) {
        return Err(Error::refused(NOUN, id, "has a note longer than 300 characters: shorten it"));
    }
    let text = json_text("word", word)?;
    let rows = tx.conn().run(SAY, args![tenant, id, text]).await?;
    Error::unless_found(NOUN, id, rows)?;
    let body = json!({ "agenda": id.as_str(), "serves": word.serves });
    tx.tell([tenant], NOUN, "agenda_word", body).await
}

/// Closes a service point. Appointments that were taken there are kept.
///
/// # Errors
/// [`Error::Absent`].
pub async fn close(tx: &mut Tx, tenant: &TenantId, id: &AgendaId) -> Result<()> {
    tx.covers("close a service point", [tenant])?;
    let at = tx.at();
    let rows = tx.conn().run(CLOSE, args![tenant, id, at]).await?;
    Error::unless_found(NOUN, id, rows)?;
    tx.tell([tenant], NOUN, "agenda_closed", json!({ "agenda": id.as_str() })).await
}
