//! Brings the schema up to date when the store is opened.
//!
//! Rules: one text for both databases; a migration only adds; all of them run in one transaction,
//! so that a process that dies half-way leaves the old schema; two processes that open the store
//! at once run them once.

use crate::{
    Error, Result,
    db::{Conn, Live, args},
    sql::sqls,
};

/// Every migration, in order.
const MIGRATIONS: &[(i64, &str)] = &[
    (1, include_str!("../migrations/0001_house.sql")),
    (2, include_str!("../migrations/0002_rounds.sql")),
    (4, include_str!("../migrations/0004_envelope.sql")),
];

sqls! { "migrate":
    TABLE = "CREATE TABLE IF NOT EXISTS schema_migration (number BIGINT NOT NULL PRIMARY KEY)";
    NEWEST = "SELECT MAX(number) AS number FROM schema_migration";
    DONE = "INSERT INTO schema_migration (number) VALUES ($1)";
    META = "SELECT value FROM meta WHERE name = $1";
    SET_META = "INSERT INTO meta (name, value) VALUES ($1, $2)";
}

const KEY_CHECK: &str = "key_check";

/// Runs what is missing inside a writing transaction, and checks that the master key is the one
/// this database was made with.
///
/// Returns `false` when the database was made with another key.
pub(crate) async fn run(mut conn: Conn) -> Result<bool> {
    conn.lock_schema().await?;
    conn.run(TABLE, &[]).await?;
    let newest = match conn.one(NEWEST, &[]).await? {
        Some(row) => row.opt_int("number")?.unwrap_or(0),
        None => 0,
    };
    let known = MIGRATIONS.iter().map(|(number, _)| *number).max().unwrap_or(0);
    if newest > known {
        return Err(Error::TooNew { found: newest, known });
    }
    for (number, text) in MIGRATIONS.iter().filter(|(number, _)| *number > newest) {
        conn.script(text).await?;
        conn.run(DONE, args![*number]).await?;
    }
    let ours = conn.keys().check_value()?;
    match conn.one(META, args![KEY_CHECK]).await? {
        Some(row) if row.text("value")? == ours => {}
        Some(_) => return Ok(false),
        None => {
            conn.run(SET_META, args![KEY_CHECK, ours]).await?;
        }
    }
    conn.commit().await?;
    Ok(true)
}

impl Conn {
    /// Keeps a second process from migrating at the same time. On SQLite the transaction itself
    /// does.
    async fn lock_schema(&mut self) -> Result<()> {
        if let Live::Pg(live) = self.live() {
            sqlx::query("SELECT pg_advisory_xact_lock(4713059)")
                .execute(&mut **live)
                .await
                .map_err(Error::database("lock the schema"))?;
        }
        Ok(())
    }

    /// Runs a text of several statements.
    async fn script(&mut self, text: &'static str) -> Result<()> {
        match self.live() {
            Live::Lite(live) => sqlx::raw_sql(text).execute(&mut **live).await.map(drop),
            Live::Pg(live) => sqlx::raw_sql(text).execute(&mut **live).await.map(drop),
        }
        .map_err(Error::database("migrate"))
    }
}
