//! Change rows: which tenant changed in what way, numbered without a gap, and who follows them.
//!
//! Rules:
//! - The numbers are taken just before the commit, under a lock held until it is done: a number
//!   that shows means that every lower one shows too.
//! - The newest [`KEPT`] are kept. A follower that fell further behind is told so, and must read
//!   everything anew.
//! - A follower is woken at once by its own process; by another one through PostgreSQL's own
//!   signal, or by looking: each [`LITE_POLL`] on SQLite, each [`PG_POLL`] on PostgreSQL. It looks
//!   at the newest number and not at `PRAGMA data_version`, which bookkeeping moves too.
//! - A database that restarts delays a follower; nothing is missed.

use std::{collections::BTreeSet, time::Duration};

use beffroi_town::{Instant, TenantId};
use sqlx::postgres::PgListener;
use tokio::sync::watch;

use crate::{
    Error, Result, Store,
    db::{Conn, Db, args, column_int},
    sql::sqls,
};

sqls! { "changes":
    TAKE = "UPDATE change_head SET number = number + $1 WHERE id = 1 RETURNING number";
    INSERT = "INSERT INTO change (number, tenant, noun, at) VALUES ($1, $2, $3, $4)";
    PRUNE = "DELETE FROM change WHERE number <= $1";
    NEWEST = "SELECT number FROM change_head WHERE id = 1";
    AFTER = "SELECT number, tenant, noun, at FROM change WHERE number > $1 ORDER BY number LIMIT $2";
}

/// How many change rows are kept.
pub const KEPT: u64 = 10_000;
/// How often a follower looks on SQLite.
pub const LITE_POLL: Duration = Duration::from_millis(200);
/// How often a follower looks on PostgreSQL, should a signal be lost.
pub const PG_POLL: Duration = Duration::from_millis(500);
/// Most changes handed over at once.
const BATCH: i64 = 1_000;

/// Something changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its number: one more than the change before.
    pub number: u64,
    /// For whom.
    pub tenant: TenantId,
    /// What: the name of a noun, such as `asset`.
    pub noun: String,
    /// When.
    pub at: Instant,
}

/// What a follower hands over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// In order, without a gap; never empty unless `missed`.
    pub rows: Vec<Change>,
    /// Some changes before these are no longer kept: read every tenant anew.
    pub missed: bool,
}

/// The number of the newest change that this view holds. Read it in the same view as the facts,
/// and follow from there.
pub async fn newest(conn: &mut Conn) -> Result<u64> {
    let row = conn.one(NEWEST, &[]).await?;
    row.ok_or_else(|| Error::unreadable("change_head", "nothing"))?.number("number")
}

/// Numbers and writes the changes of a transaction; the newest number. The last statements before
/// the commit: they hold the lock on the numbers.
pub(crate) async fn write(
    conn: &mut Conn,
    changed: &BTreeSet<(TenantId, &'static str)>,
    at: Instant,
) -> Result<u64> {
    if changed.is_empty() {
        return newest(conn).await;
    }
    let many = i64::try_from(changed.len()).unwrap_or(i64::MAX);
    let row = conn.one(TAKE, args![many]).await?;
    let last = row.ok_or_else(|| Error::unreadable("change_head", "nothing"))?.int("number")?;
    for ((tenant, noun), number) in changed.iter().zip(last - many + 1..) {
        conn.run(INSERT, args![number, tenant, *noun, at]).await?;
    }
    conn.run(PRUNE, args![last - column_int(KEPT)]).await?;
    u64::try_from(last).map_err(|_| Error::unreadable("number", &last.to_string()))
}

/// Hands over each change once, in order. See the rules of this module.
#[derive(Debug)]
pub struct Follower {
    store: Store,
    from: u64,
    wake: watch::Receiver<u64>,
    listener: Option<PgListener>,
}

impl Follower {
    pub(crate) fn new(store: Store, from: u64) -> Self {
        let wake = store.inner().newest.subscribe();
        Self { store, from, wake, listener: None }
    }

    /// The number of the last change handed over.
    pub const fn number(&self) -> u64 {
        self.from
    }

    /// Waits for the next changes. Cancel-safe: what was not handed over comes the next time.
    ///
    /// While the database cannot be reached it waits and tries again, logging once a time.
    pub async fn next(&mut self) -> Changes {
        let mut complained = false;
        loop {
            match self.look().await {
                Ok(Some(changes)) => return changes,
                Ok(None) => complained = false,
                Err(error) if !complained => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "cannot read changes; trying again"
                    );
                    complained = true;
                }
                Err(_) => {}
            }
            self.wait().await;
        }
    }

    /// What came since the last time; none if nothing did.
    async fn look(&mut self) -> Result<Option<Changes>> {
        self.wake.mark_unchanged();
        let mut conn = self.store.read().await?;
        let newest = newest(&mut conn).await?;
        if newest == self.from {
            return Ok(None);
        }
        // A database put back from a backup has lower numbers: what was handed over is not true
        // any more.
        let rolled_back = newest < self.from;
        let after = if rolled_back { newest } else { self.from };
        let rows = conn.all(AFTER, args![column_int(after), BATCH]).await?;
        let rows = rows
            .iter()
            .map(|row| {
                Ok(Change {
                    number: row.number("number")?,
                    tenant: row.id("tenant")?,
                    noun: row.text("noun")?,
                    at: row.instant("at")?,
                })
            })
            .collect::<Result<Vec<_>>>()?;
        let missed = rolled_back || rows.first().is_none_or(|first| first.number != after + 1);
        self.from = rows.last().map_or(newest, |last| last.number);
        Ok(Some(Changes { rows, missed }))
    }

    /// Waits until there may be something new.
    async fn wait(&mut self) {
        let pool = match &self.store.inner().db {
            Db::Lite { .. } => {
                tokio::select! {
                    _ = self.wake.changed() => {}
                    () = tokio::time::sleep(LITE_POLL) => {}
                }
                return;
            }
            Db::Pg { pool } => pool,
        };
        if self.listener.is_none() {
            self.listener = listen(pool).await;
            if self.listener.is_some() {
                // What was committed before the listener stood sent its signal to nobody.
                return;
            }
        }
        let heard = async {
            match &mut self.listener {
                // None: the connection was lost; the listener takes a new one by itself.
                Some(listener) => listener.try_recv().await.map(drop),
                None => std::future::pending().await,
            }
        };
        let lost = tokio::select! {
            heard = heard => heard.is_err(),
            _ = self.wake.changed() => false,
            () = tokio::time::sleep(PG_POLL) => false,
        };
        if lost {
            self.listener = None;
            tokio::time::sleep(PG_POLL).await;
        }
    }
}

/// Without a listener the follower still looks, only later; so a failure is no error here, and the
/// reading that follows reports it.
async fn listen(pool: &sqlx::PgPool) -> Option<PgListener> {
    let mut listener = PgListener::connect_with(pool).await.ok()?;
    listener.listen("beffroi_change").await.ok()?;
    Some(listener)
}
