//! Work that one job leaves for another: posted in the same commit as the fact it follows from
//! ([`crate::Tx::post`]), claimed, done or tried again.
//!
//! Rules: a claim is a lease; who dies holding one lets it lapse, and the work is claimed anew. So
//! work may be done twice, never forgotten: whoever does it bears the same id twice. After a
//! failure it waits longer each time; after [`TRIES_MAX`] it is left as failed, for a person.

use beffroi_town::{Instant, TenantId};
use serde_json::Value;

use crate::{
    Bookkeeping, OperatorScope, Result, Tx,
    db::{Conn, Row, args},
    sql::sqls,
};

sqls! { "outbox":
    // The conditions stand twice: PostgreSQL checks the outer ones again on a row that another
    // claimer took meanwhile.
    CLAIM = "UPDATE outbox SET claimed_until = $4, tries = tries + 1
        WHERE id IN (SELECT id FROM outbox
            WHERE kind = $1 AND done_at IS NULL AND failed_at IS NULL AND due_at <= $2 AND claimed_until <= $2
            ORDER BY due_at, id LIMIT $3)
        AND done_at IS NULL AND failed_at IS NULL AND claimed_until <= $2
        RETURNING id, tenant, kind, body, made_at, due_at, tries";
    DONE = "UPDATE outbox SET done_at = $2, failure = NULL WHERE id = $1 AND done_at IS NULL";
    AGAIN = "UPDATE outbox SET due_at = $2, claimed_until = 0, failure = $3 WHERE id = $1 AND done_at IS NULL";
    FAILED = "UPDATE outbox SET failed_at = $2, failure = $3 WHERE id = $1 AND done_at IS NULL";
    WAITING = "SELECT COUNT(*) AS waiting FROM outbox WHERE done_at IS NULL AND failed_at IS NULL AND due_at <= $1";
    DUE = "SELECT COUNT(*) AS due FROM outbox
        WHERE kind = $1 AND done_at IS NULL AND failed_at IS NULL AND due_at <= $2 AND claimed_until <= $2";
    LATER = "UPDATE outbox SET due_at = $2, claimed_until = 0, tries = 0 WHERE id = $1 AND done_at IS NULL";
    FREE = "UPDATE outbox SET claimed_until = 0 WHERE kind = $1 AND done_at IS NULL AND claimed_until > 0";
    HASTEN = "UPDATE outbox SET due_at = $2 WHERE kind = $1 AND done_at IS NULL AND made_at > $2 AND due_at > $2";
    GIVEN_UP = "SELECT id, tenant, kind, body, made_at, due_at, tries FROM outbox
        WHERE failed_at IS NOT NULL ORDER BY failed_at DESC, id LIMIT $1";
    SWEEP = "DELETE FROM outbox WHERE done_at IS NOT NULL AND done_at <= $1";
}

/// Tries before work is left as failed: about 21 hours.
pub const TRIES_MAX: u32 = 24;
const BACKOFF_FIRST_MS: i64 = 5_000;
const BACKOFF_MAX_MS: i64 = 3_600_000;

/// Work that was claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// Its identifier: the same each time it is claimed.
    pub id: String,
    /// For whom.
    pub tenant: TenantId,
    /// What work.
    pub kind: String,
    /// Identifiers.
    pub body: Value,
    /// When it was posted.
    pub made_at: Instant,
    /// When it was due.
    pub due_at: Instant,
    /// How many times it was claimed, this one counted.
    pub tries: u32,
}

fn posted(row: &Row) -> Result<Posted> {
    Ok(Posted {
        id: row.text("id")?,
        tenant: row.id("tenant")?,
        kind: row.text("kind")?,
        body: row.json("body")?,
        made_at: row.instant("made_at")?,
        due_at: row.instant("due_at")?,
        tries: row.count("tries")?,
    })
}

/// Claims work of one kind that is due, for `lease_ms`; earliest first.
pub async fn claim(
    book: &mut Bookkeeping,
    kind: &str,
    at: Instant,
    limit: u32,
    lease_ms: i64,
) -> Result<Vec<Posted>> {
    let args = args![kind, at, limit, at.plus_ms(lease_ms)];
    let rows = book.conn().all(CLAIM, args).await?;
    let mut all = rows.iter().map(posted).collect::<Result<Vec<_>>>()?;
    all.sort_by(|a, b| (a.due_at, &a.id).cmp(&(b.due_at, &b.id)));
    Ok(all)
}

/// The work is done.
pub async fn done(book: &mut Bookkeeping, id: &str, at: Instant) -> Result<()> {
    book.conn().run(DONE, args![id, at]).await.map(drop)
}

/// The work is done by what this transaction writes: both or neither.
///
/// # Errors
/// The database's.
pub async fn settle(tx: &mut Tx, id: &str) -> Result<()> {
    let at = tx.at();
    tx.conn().run(DONE, args![id, at]).await.map(drop)
}

/// The work is looked at again at `due_at`; it has not failed.
pub async fn later(book: &mut Bookkeeping, id: &str, due_at: Instant) -> Result<()> {
    book.conn().run(LATER, args![id, due_at]).await.map(drop)
}

/// Takes over what a process that ended left half-done: its claims lapse now, and what a clock
/// ahead of time put off is due. For whoever starts and does this kind of work alone.
pub async fn take_over(book: &mut Bookkeeping, kind: &str, at: Instant) -> Result<()> {
    book.conn().run(FREE, args![kind]).await?;
    book.conn().run(HASTEN, args![kind, at]).await.map(drop)
}

/// The work failed: tried again later, or left for a person after [`TRIES_MAX`]; `failure` is a
/// code or a message without anybody's name. Whether it will be tried again.
pub async fn failed(
    book: &mut Bookkeeping,
    work: &Posted,
    failure: &str,
    at: Instant,
) -> Result<bool> {
    let failure: String = failure.chars().take(500).collect();
    if work.tries >= TRIES_MAX {
        book.conn().run(FAILED, args![work.id.as_str(), at, failure]).await?;
        return Ok(false);
    }
    let again_at = at.plus_ms(backoff_ms(work.tries));
    book.conn().run(AGAIN, args![work.id.as_str(), again_at, failure]).await?;
    Ok(true)
}

/// 5 s, 10 s, 20 s... up to an hour.
fn backoff_ms(tries: u32) -> i64 {
    let doubled =
        BACKOFF_FIRST_MS.checked_shl(tries.saturating_sub(1).min(20)).unwrap_or(BACKOFF_MAX_MS);
    doubled.min(BACKOFF_MAX_MS)
}

/// How much work is due and not done.
pub async fn waiting(conn: &mut Conn, _scope: &OperatorScope, at: Instant) -> Result<u32> {
    match conn.one(WAITING, args![at]).await? {
        Some(row) => row.count("waiting"),
        None => Ok(0),
    }
}

/// How much work of one kind can be claimed.
pub async fn due(conn: &mut Conn, _scope: &OperatorScope, kind: &str, at: Instant) -> Result<u32> {
    match conn.one(DUE, args![kind, at]).await? {
        Some(row) => row.count("due"),
        None => Ok(0),
    }
}

/// Work that was given up, newest first: for a person.
pub async fn given_up(conn: &mut Conn, _scope: &OperatorScope, limit: u32) -> Result<Vec<Posted>> {
    conn.all(GIVEN_UP, args![limit]).await?.iter().map(posted).collect()
}

/// Drops rows of work done before `before`.
pub async fn sweep(book: &mut Bookkeeping, before: Instant) -> Result<u64> {
    book.conn().run(SWEEP, args![before]).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_grows_to_an_hour() {
        let waits: Vec<i64> = (1..=TRIES_MAX).map(backoff_ms).collect();
        assert_eq!(waits[..4], [5_000, 10_000, 20_000, 40_000]);
        assert!(waits.windows(2).all(|pair| pair[0] <= pair[1]));
        assert_eq!(waits.last(), Some(&BACKOFF_MAX_MS));
        assert_eq!(backoff_ms(u32::MAX), BACKOFF_MAX_MS);
        assert!(waits.iter().sum::<i64>() < 24 * BACKOFF_MAX_MS);
    }
}
