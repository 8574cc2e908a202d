//! How the platform's own rounds go: backup, mirror, outward beat. Bookkeeping: no fact about a
//! town, so nothing is journalled.
//!
//! Rules: one row a round; a success wipes the failure; a failure keeps the time of the first one
//! in a row, so that it can be said since when.

use beffroi_town::Instant;
use serde_json::Value;

use crate::{
    Bookkeeping, OperatorScope, Result,
    db::{Conn, Row, args},
    sql::sqls,
};

sqls! { "rounds":
    DONE = "INSERT INTO round (name, tried_at, done_at, detail) VALUES ($1, $2, $2, $3)
        ON CONFLICT (name) DO UPDATE SET tried_at = $2, done_at = $2, failing_since = NULL, failure = NULL, detail = $3";
    FAILED = "INSERT INTO round (name, tried_at, failing_since, failure, detail) VALUES ($1, $2, $2, $3, '{}')
        ON CONFLICT (name) DO UPDATE SET tried_at = $2, failing_since = COALESCE(round.failing_since, $2), failure = $3";
    ALL = "SELECT name, tried_at, done_at, failing_since, failure, detail FROM round ORDER BY name";
    GET = "SELECT name, tried_at, done_at, failing_since, failure, detail FROM round WHERE name = $1";
}

/// Longest reason that is kept.
const FAILURE_CHARS_MAX: usize = 500;

/// How a round goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    /// Its name: `backup`, `mirror`, `beat`...
    pub name: String,
    /// When it was last tried.
    pub tried_at: Instant,
    /// When it last succeeded.
    pub done_at: Option<Instant>,
    /// When the first of the failures that last until now happened; none: it works.
    pub failing_since: Option<Instant>,
    /// The last failure, in words for a technician.
    pub failure: Option<String>,
    /// What the last success was about: sizes, places. No secrets.
    pub detail: Value,
}

fn round(row: &Row) -> Result<Round> {
    Ok(Round {
        name: row.text("name")?,
        tried_at: row.instant("tried_at")?,
        done_at: row.opt_instant("done_at")?,
        failing_since: row.opt_instant("failing_since")?,
        failure: row.opt_text("failure")?,
        detail: row.json("detail")?,
    })
}

/// A round succeeded.
pub async fn done(book: &mut Bookkeeping, name: &str, at: Instant, detail: &Value) -> Result<()> {
    book.conn().run(DONE, args![name, at, detail.to_string()]).await.map(drop)
}

/// A round failed, for this reason.
pub async fn failed(book: &mut Bookkeeping, name: &str, at: Instant, failure: &str) -> Result<()> {
    let failure: String = failure.chars().take(FAILURE_CHARS_MAX).collect();
    book.conn().run(FAILED, args![name, at, failure]).await.map(drop)
}

/// How every round goes, by name; one that was never tried is not there.
pub async fn all(conn: &mut Conn, _scope: &OperatorScope) -> Result<Vec<Round>> {
    conn.all(ALL, &[]).await?.iter().map(round).collect()
}

/// How one round goes; none when it was never tried.
pub async fn get(conn: &mut Conn, _scope: &OperatorScope, name: &str) -> Result<Option<Round>> {
    conn.one(GET, args![name]).await?.as_ref().map(round).transpose()
}
