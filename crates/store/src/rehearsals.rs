//! Rehearsals: that somebody of the tenant practised, when, and how it went.
//!
//! Rule: only what a later reader needs is kept: no name, nothing of what was typed.

use beffroi_town::{Role, TenantId, rehearsal::Rehearsed};
use serde_json::json;

use crate::{
    Result, TenantScope, Tx,
    db::{Conn, Row, args},
    sql::sqls,
};

sqls! { "rehearsals":
    INSERT = "INSERT INTO rehearsal (id, tenant, ended_at, role, in_time, steps, minutes) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    NEWEST = "SELECT ended_at, role, in_time, steps, minutes FROM rehearsal WHERE tenant = $1
        ORDER BY ended_at DESC, id DESC LIMIT $2";
}

const NOUN: &str = "rehearsal";

fn rehearsed(row: &Row) -> Result<Rehearsed> {
    Ok(Rehearsed {
        ended_at: row.instant("ended_at")?,
        role: row.parsed("role", Role::from_code)?,
        in_time: row.count("in_time")?,
        steps: row.count("steps")?,
        minutes: row.count("minutes")?,
    })
}

/// Keeps that a rehearsal took place.
///
/// # Errors
/// [`crate::Error::OutOfScope`].
pub async fn record(tx: &mut Tx, tenant: &TenantId, done: &Rehearsed) -> Result<()> {
    tx.covers("keep a rehearsal", [tenant])?;
    let id = tx.new_id();
    let args = args![
        id.as_str(),
        tenant,
        done.ended_at,
        done.role.code(),
        done.in_time,
        done.steps,
        done.minutes,
    ];
    tx.conn().run(INSERT, args).await?;
    let body = json!({
        "role": done.role.code(),
        "in_time": done.in_time,
        "steps": done.steps,
        "minutes": done.minutes,
    });
    tx.tell([tenant], NOUN, "rehearsal_done", body).await
}

/// The newest rehearsals of the tenant, newest first.
pub async fn newest(conn: &mut Conn, scope: &TenantScope, limit: u32) -> Result<Vec<Rehearsed>> {
    conn.all(NEWEST, args![scope.tenant(), limit]).await?.iter().map(rehearsed).collect()
}
