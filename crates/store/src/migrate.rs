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
    (3, include_str!("../migrations/0003_oncall.sql")),
    (4, include_str!("../migrations/0004_envelope.sql")),
    (6, include_str!("../migrations/0006_rehearsal.sql")),
    (7, include_str!("../migrations/0007_vault.sql")),
    (8, include_str!("../migrations/0008_cut_rule.sql")),
    (10, include_str!("../migrations/0010_vault_sheet.sql")),
    (11, include_str!("../migrations/0011_vault_verdict.sql")),
    (12, include_str!("../migrations/0012_vault_thinning.sql")),
    (13, include_str!("../migrations/0013_desk.sql")),
    (14, include_str!("../migrations/0014_agenda.sql")),
    (15, include_str!("../migrations/0015_pack.sql")),
    (16, include_str!("../migrations/0016_print_post.sql")),
    (17, include_str!("../migrations/0017_vault_sealed.sql")),
    (18, include_str!("../migrations/0018_folder.sql")),
    (19, include_str!("../migrations/0019_alarm_list.sql")),
];

sqls! { "migrate":
    TABLE = "CREATE TABLE IF NOT EXISTS schema_migration (number BIGINT NOT NULL PRIMARY KEY)";
    NEWEST = "SELECT MAX(number) AS number FROM schema_migration";
    DONE = "INSERT INTO schema_migration (number) VALUES ($1)";
    META = "SELECT value FROM meta WHERE name = $1";
    SET_META = "INSERT INTO meta (name, value) VALUES ($1, $2)";
}

const KEY_CHECK: &str = "key_check";

/// The newest schema that this program knows.
pub(crate) fn known() -> i64 {
    MIGRATIONS.iter().map(|(number, _)| *number).max().unwrap_or(0)
}

/// Runs what is missing inside a writing transaction, and checks that the master key is the one
/// this database was made with.
///
/// Returns `false` when the database was made with another key.
pub(crate) async fn run(mut conn: Conn) -> Result<bool> {
    conn.lock_schema().await?;
    up_to(&mut conn, known()).await?;
    if !check_key(&mut conn).await? {
        return Ok(false);
    }
    conn.commit().await?;
    Ok(true)
}

/// Runs what is missing up to a schema, inside a transaction that somebody else commits.
pub(crate) async fn up_to(conn: &mut Conn, schema: i64) -> Result<()> {
    conn.run(TABLE, &[]).await?;
    let newest = newest(conn).await?;
    if newest.max(schema) > known() {
        return Err(Error::TooNew { found: newest.max(schema), known: known() });
    }
    let missing = MIGRATIONS.iter().filter(|(number, _)| *number > newest && *number <= schema);
    for (number, text) in missing {
        conn.script(text).await?;
        conn.run(DONE, args![*number]).await?;
    }
    Ok(())
}

/// The schema that a database has.
pub(crate) async fn newest(conn: &mut Conn) -> Result<i64> {
    match conn.one(NEWEST, &[]).await? {
        Some(row) => Ok(row.opt_int("number")?.unwrap_or(0)),
        None => Ok(0),
    }
}

/// Whether the master key is the one the database was made with; a new one remembers it.
pub(crate) async fn check_key(conn: &mut Conn) -> Result<bool> {
    let ours = conn.keys().check_value()?;
    match conn.one(META, args![KEY_CHECK]).await? {
        Some(row) => Ok(row.text("value")? == ours),
        None => conn.run(SET_META, args![KEY_CHECK, ours]).await.map(|_| true),
    }
}

impl Conn {
    /// Keeps a second process from migrating at the same time. On SQLite the transaction itself
    /// does.
    pub(crate) async fn lock_schema(&mut self) -> Result<()> {
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
