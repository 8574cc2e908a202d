//! Throttles: failures counted by key and window of time. Bookkeeping.
//!
//! Rules: a key (an address, an account's name) is kept as a keyed hash alone; the count is one
//! statement, so that two attempts at once both count.

use beffroi_town::Instant;

use crate::{
    Bookkeeping, Result,
    db::{Conn, args},
    sql::sqls,
};

sqls! { "throttle":
    FAIL = "INSERT INTO throttle (key_hash, window_at, failures) VALUES ($1, $2, 1)
        ON CONFLICT (key_hash) DO UPDATE SET
            failures = CASE WHEN throttle.window_at <= $3 THEN 1 ELSE throttle.failures + 1 END,
            window_at = CASE WHEN throttle.window_at <= $3 THEN $2 ELSE throttle.window_at END
        RETURNING failures";
    COUNT = "SELECT failures FROM throttle WHERE key_hash = $1 AND window_at > $2";
    CLEAR = "DELETE FROM throttle WHERE key_hash = $1";
    SWEEP = "DELETE FROM throttle WHERE window_at <= $1";
}

const PURPOSE: &str = "throttle";

/// Counts one failure; how many there are in the window that began with the first of them.
pub async fn fail(book: &mut Bookkeeping, key: &str, at: Instant, window_ms: i64) -> Result<u32> {
    let hash = book.conn().keys().secret_hash(PURPOSE, key)?;
    let args = args![hash, at, at.plus_ms(-window_ms)];
    match book.conn().one(FAIL, args).await? {
        Some(row) => row.count("failures"),
        None => Ok(1),
    }
}

/// How many failures stand in the window.
pub async fn count(conn: &mut Conn, key: &str, at: Instant, window_ms: i64) -> Result<u32> {
    let hash = conn.keys().secret_hash(PURPOSE, key)?;
    match conn.one(COUNT, args![hash, at.plus_ms(-window_ms)]).await? {
        Some(row) => row.count("failures"),
        None => Ok(0),
    }
}

/// Forgets the failures of a key.
pub async fn clear(book: &mut Bookkeeping, key: &str) -> Result<()> {
    let hash = book.conn().keys().secret_hash(PURPOSE, key)?;
    book.conn().run(CLEAR, args![hash]).await.map(drop)
}

/// Drops windows that began before `before`.
pub async fn sweep(book: &mut Bookkeeping, before: Instant) -> Result<u64> {
    book.conn().run(SWEEP, args![before]).await
}
