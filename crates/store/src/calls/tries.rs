//! The messages of a call: asked for, then taken by the gateway or failed.
//!
//! Rules: a message is one row and one row of the outbox, made in one commit; what became of it is
//! written once, whatever is said a second time.

use beffroi_town::{
    CallId, ContactId, TenantId,
    oncall::{Call, Outcome, Try},
};
use serde_json::json;

use super::{RING, code::AnswerCode};
use crate::{
    Result, TenantScope, Tx,
    db::{Conn, Row, args},
    sql::sqls,
};

sqls! { "tries":
    INSERT = "INSERT INTO call_try (id, call, seq, contact, round, way, channel, code_hash, rung_at)
        VALUES ($1, $2, (SELECT COUNT(*) + 1 FROM call_try WHERE call = $2), $3, $4, $5, $6, $7, $8)";
    OF = "SELECT call_try.id, contact, call_try.round, way, channel, rung_at, receipt_at, failed_at, failure
        FROM call_try JOIN call ON call.id = call_try.call WHERE call.tenant = $1 AND call.id = $2 ORDER BY call_try.seq";
    RECEIPT = "UPDATE call_try SET receipt_at = $3 WHERE id = $2 AND receipt_at IS NULL AND failed_at IS NULL
        AND call IN (SELECT id FROM call WHERE tenant = $1)";
    FAILED = "UPDATE call_try SET failed_at = $3, failure = $4 WHERE id = $2 AND receipt_at IS NULL AND failed_at IS NULL
        AND call IN (SELECT id FROM call WHERE tenant = $1)";
}

/// A message to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewTry<'a> {
    /// Whom.
    pub contact: &'a ContactId,
    /// By which of the contact's ways.
    pub way: u32,
    /// The channel's name.
    pub channel: &'a str,
}

fn outcome(row: &Row) -> Result<Outcome> {
    Ok(match (row.opt_instant("receipt_at")?, row.opt_instant("failed_at")?) {
        (Some(at), _) => Outcome::Receipt { at },
        (None, Some(at)) => {
            Outcome::Failed { at, code: row.opt_text("failure")?.unwrap_or_default() }
        }
        (None, None) => Outcome::Pending,
    })
}

/// Every message of a call, in the order they were asked for.
pub async fn list(conn: &mut Conn, scope: &TenantScope, call: &CallId) -> Result<Vec<Try>> {
    let rows = conn.all(OF, args![scope.tenant(), call]).await?;
    let one = |row: &Row| {
        Ok(Try {
            id: row.text("id")?,
            contact: row.id("contact")?,
            round: row.count("round")?,
            way: row.count("way")?,
            channel: row.text("channel")?,
            rung_at: row.instant("rung_at")?,
            outcome: outcome(row)?,
        })
    };
    rows.iter().map(one).collect()
}

/// Asks for a message in the call's present round: a row here, and one in the outbox that is due
/// at once.
///
/// # Errors
/// [`crate::Error::OutOfScope`].
pub async fn ring(tx: &mut Tx, call: &Call, new: &NewTry<'_>) -> Result<String> {
    tx.covers("ring a contact", [&call.tenant])?;
    let code = AnswerCode::of(tx.conn().keys(), &call.id, new.contact, call.round)?;
    let (id, at, hash) = (tx.new_id(), tx.at(), code.hash(tx.conn().keys())?);
    let args =
        args![id.as_str(), &call.id, new.contact, call.round, new.way, new.channel, hash, at,];
    tx.conn().run(INSERT, args).await?;
    tx.post(&call.tenant, RING, json!({ "call": call.id, "try": id }), at).await?;
    let body = json!({
        "call": call.id,
        "try": id,
        "contact": new.contact,
        "way": new.way,
        "round": call.round,
    });
    tx.tell([&call.tenant], "call", "call_rung", body).await?;
    Ok(id)
}

/// Writes down what became of a message; `false`, and nothing written, when that is known already.
/// `kind`: the channel's, for the journal.
///
/// # Errors
/// [`crate::Error::OutOfScope`].
pub async fn answered(
    tx: &mut Tx,
    call: &Call,
    id: &str,
    (kind, outcome): (&str, Result<(), &str>),
) -> Result<bool> {
    tx.covers("write down what became of a message", [&call.tenant])?;
    let at = tx.at();
    let rows = match outcome {
        Ok(()) => tx.conn().run(RECEIPT, args![&call.tenant, id, at]).await?,
        Err(code) => tx.conn().run(FAILED, args![&call.tenant, id, at, code]).await?,
    };
    if rows == 0 {
        return Ok(false);
    }
    let entry = if outcome.is_ok() { "call_receipt" } else { "call_failed" };
    let body = json!({ "call": call.id, "try": id, "kind": kind, "code": outcome.err() });
    tx.tell([&call.tenant], "call", entry, body).await?;
    Ok(true)
}

/// The code that a message of this round bears.
pub fn code(conn: &Conn, call: &Call, contact: &ContactId, round: u32) -> Result<AnswerCode> {
    AnswerCode::of(conn.keys(), &call.id, contact, round)
}

/// Writes down that the next person is rung, since the one before did not answer.
///
/// # Errors
/// [`crate::Error::OutOfScope`].
pub async fn escalated(
    tx: &mut Tx,
    tenant: &TenantId,
    call: &CallId,
    (from, to): (&ContactId, &ContactId),
) -> Result<()> {
    let body = json!({ "call": call, "from_contact": from, "to_contact": to });
    tx.tell([tenant], "call", "call_escalated", body).await
}
