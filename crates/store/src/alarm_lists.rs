//! The exact lists of what was touched under alarms, as guards send them: piece by piece.
//!
//! Rules:
//! - A piece is one sealed text and one entry of the journal, which names its hash: names of files may
//!   be names of people.
//! - The same piece twice counts once.

use beffroi_town::{AlarmId, TenantId};
use serde_json::json;

use crate::{
    Result, TenantScope, Tx,
    db::{Conn, args},
    keys::sha256_hex,
    sql::sqls,
    texts,
};

sqls! { "alarm_lists":
    ALARM = "SELECT alarm FROM alarm_report WHERE tenant = $1 AND id = $2";
    THERE = "SELECT files FROM alarm_list WHERE tenant = $1 AND report = $2 AND before = $3";
    ADD = "INSERT INTO alarm_list (tenant, report, before, files, body) VALUES ($1, $2, $3, $4, $5)";
    TEXTS = "SELECT alarm_list.body FROM alarm_list
        JOIN alarm_report ON alarm_report.tenant = alarm_list.tenant AND alarm_report.id = alarm_list.report
        WHERE alarm_list.tenant = $1 AND alarm_report.alarm = $2
        ORDER BY alarm_list.report, alarm_list.before";
}

/// One piece.
#[derive(Clone, Copy, Debug)]
pub struct Piece<'a> {
    /// The alarm as the guard reported it, which may have joined another.
    pub report: &'a AlarmId,
    /// How many files were listed before it.
    pub before: u64,
    /// How many it lists.
    pub files: usize,
    /// A line of JSON for each.
    pub lines: &'a str,
}

/// Keeps a piece; false when it is known already, or belongs to no report that was taken in: an open
/// alarm holds as many as it may ([`REPORTS_MAX`](crate::alarms::REPORTS_MAX)).
///
/// # Errors
/// [`Error::OutOfScope`](crate::Error::OutOfScope); [`Error::Refused`](crate::Error::Refused) for lines that are too long.
pub async fn add(tx: &mut Tx, tenant: &TenantId, piece: Piece<'_>) -> Result<bool> {
    tx.covers("keep what a guard lists", [tenant])?;
    let row = tx.conn().one(ALARM, args![tenant, piece.report]).await?;
    let Some(row) = row else { return Ok(false) };
    let alarm: AlarmId = row.id("alarm")?;
    let before = i64::try_from(piece.before).unwrap_or(i64::MAX);
    let files = i64::try_from(piece.files).unwrap_or(i64::MAX);
    if tx.conn().one(THERE, args![tenant, piece.report, before]).await?.is_some() {
        return Ok(false);
    }
    let text = texts::seal(tx, tenant, piece.lines).await?;
    let args = args![tenant, piece.report, before, files, text.as_str()];
    tx.conn().run(ADD, args).await?;
    let body = json!({
        "alarm": alarm, "report": piece.report, "before": before, "count": files,
        "sha256": sha256_hex(&[piece.lines.as_bytes()]), "text": text,
    });
    tx.tell([tenant], "alarm", "alarm_listed", body).await?;
    Ok(true)
}

/// The texts that list what was touched under an alarm, in order.
pub async fn texts_of(
    conn: &mut Conn,
    scope: &TenantScope,
    alarm: &AlarmId,
) -> Result<Vec<String>> {
    conn.all(TEXTS, args![scope.tenant(), alarm])
        .await?
        .iter()
        .map(|row| row.text("body"))
        .collect()
}
