//! Forms that are not sent yet. Bookkeeping: no fact about a town, and gone after a day.
//!
//! Rules: the name of a draft and the key that its parts are wrapped under follow from a secret in
//! the resident's cookie; what lies here says neither who nor what.

use beffroi_town::Instant;

use crate::{
    Bookkeeping, Result,
    db::{Conn, args},
    sql::sqls,
};

sqls! { "drafts":
    PARTS = "SELECT part, body FROM desk_draft WHERE id = $1 AND expires_at > $2 ORDER BY part";
    PUT = "INSERT INTO desk_draft (id, part, body, expires_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (id, part) DO UPDATE SET body = $3, expires_at = $4";
    DROP = "DELETE FROM desk_draft WHERE id = $1";
    DROP_PART = "DELETE FROM desk_draft WHERE id = $1 AND part = $2";
    SWEEP = "DELETE FROM desk_draft WHERE expires_at <= $1";
}

/// The parts of a draft that has not expired, by name.
pub async fn parts(conn: &mut Conn, id: &str, at: Instant) -> Result<Vec<(String, String)>> {
    let rows = conn.all(PARTS, args![id, at]).await?;
    rows.iter().map(|row| Ok((row.text("part")?, row.text("body")?))).collect()
}

/// Keeps a part, in place of what was there.
pub async fn put(
    book: &mut Bookkeeping,
    id: &str,
    (part, body): (&str, &str),
    expires_at: Instant,
) -> Result<()> {
    book.conn().run(PUT, args![id, part, body, expires_at]).await.map(drop)
}

/// Drops a part.
pub async fn drop_part(book: &mut Bookkeeping, id: &str, part: &str) -> Result<()> {
    book.conn().run(DROP_PART, args![id, part]).await.map(drop)
}

/// Drops a draft.
pub async fn remove(book: &mut Bookkeeping, id: &str) -> Result<()> {
    book.conn().run(DROP, args![id]).await.map(drop)
}

/// Drops what has expired; how many parts.
pub async fn sweep(book: &mut Bookkeeping, at: Instant) -> Result<u64> {
    book.conn().run(SWEEP, args![at]).await
}
