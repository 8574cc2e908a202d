//! The one place that knows that there are two databases.
//!
//! Rules: a text is the same for both; arguments and columns are texts, integers or null; every
//! call passes the fault counter, so that a test can fail any of them.

mod arg;
mod row;
mod tables;

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction};

pub(crate) use arg::{Arg, args, column_int, json_text};
pub(crate) use row::Row;
pub(crate) use tables::{Kind, Table};

use crate::{Error, Result, keys::Keys, sql::Sql};

/// Longest text of any column: twice the longest body that any door accepts.
const TEXT_BYTES_MAX: usize = 2 << 20;

/// The two databases.
#[derive(Clone, Debug)]
pub(crate) enum Db {
    /// SQLite: one connection writes, some read.
    Lite { writer: SqlitePool, readers: SqlitePool },
    /// PostgreSQL.
    Pg { pool: PgPool },
}

/// What a transaction is for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    Read,
    Write,
}

impl Db {
    pub(crate) async fn begin(&self, purpose: Purpose) -> Result<Live> {
        let doing = Error::database("begin");
        // A deferred SQLite transaction that upgrades fails at once when another writes; so a
        // writer says so from the start. PostgreSQL readers ask for one snapshot; writers read
        // what is newest once they hold the lock on the journal heads.
        match (self, purpose) {
            (Self::Lite { readers, .. }, Purpose::Read) => {
                readers.begin_with("BEGIN DEFERRED").await.map(Live::Lite)
            }
            (Self::Lite { writer, .. }, Purpose::Write) => {
                writer.begin_with("BEGIN IMMEDIATE").await.map(Live::Lite)
            }
            (Self::Pg { pool }, Purpose::Read) => pool
                .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                .await
                .map(Live::Pg),
            (Self::Pg { pool }, Purpose::Write) => {
                pool.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED").await.map(Live::Pg)
            }
        }
        .map_err(doing)
    }
}

/// An open transaction; dropping it rolls back.
#[derive(Debug)]
pub(crate) enum Live {
    Lite(Transaction<'static, Sqlite>),
    Pg(Transaction<'static, Postgres>),
}

/// Fails the call that a test names.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    /// Calls until the one that fails; zero or less: none will.
    left: AtomicI64,
    /// Calls made since the counter was set.
    seen: AtomicI64,
}

impl Faults {
    pub(crate) fn fail_nth(&self, n: i64) {
        self.left.store(n, Ordering::SeqCst);
        self.seen.store(0, Ordering::SeqCst);
    }

    pub(crate) fn seen(&self) -> i64 {
        self.seen.load(Ordering::SeqCst)
    }

    pub(crate) fn tick(&self) -> Result<()> {
        self.seen.fetch_add(1, Ordering::SeqCst);
        if self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            return Err(Error::Injected);
        }
        Ok(())
    }
}

/// One consistent view of the database: what is read through it was true at one same moment.
///
/// Reading functions of the nouns take it; it has no way to write.
#[derive(Debug)]
pub struct Conn {
    live: Live,
    faults: Arc<Faults>,
    keys: Arc<Keys>,
    /// The only tables that may be written to; none: no such bound.
    writable: Option<&'static [&'static str]>,
    /// A statement failed: what was written before it must not be kept.
    spoilt: bool,
}

/// Binds arguments to a query of either database.
macro_rules! bound_to {
    ($query:expr, $args:expr) => {
        $args.iter().fold($query, |query, arg| match arg {
            Arg::Text(text) => query.bind(text.as_str()),
            Arg::Int(int) => query.bind(*int),
            Arg::OptText(text) => query.bind(text.as_deref()),
            Arg::OptInt(int) => query.bind(*int),
        })
    };
}
use bound_to;

/// The same for a registered text.
macro_rules! bound {
    ($sql:expr, $args:expr) => {
        bound_to!(sqlx::query($sql.text), $args)
    };
}

impl Conn {
    pub(crate) const fn new(live: Live, faults: Arc<Faults>, keys: Arc<Keys>) -> Self {
        Self { live, faults, keys, writable: None, spoilt: false }
    }

    /// The same, unable to write to other tables than these.
    pub(crate) const fn writing_only(mut self, tables: &'static [&'static str]) -> Self {
        self.writable = Some(tables);
        self
    }

    pub(crate) const fn live(&mut self) -> &mut Live {
        &mut self.live
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }

    fn check(&self, sql: Sql, args: &[Arg]) -> Result<()> {
        let has_null = |arg: &Arg| match arg {
            Arg::Text(text) | Arg::OptText(Some(text)) => text.contains('\0'),
            Arg::Int(_) | Arg::OptText(None) | Arg::OptInt(_) => false,
        };
        if args.iter().any(has_null) {
            return Err(Error::NullCharacter { doing: sql.name });
        }
        let too_long = |arg: &Arg| match arg {
            Arg::Text(text) | Arg::OptText(Some(text)) => text.len() > TEXT_BYTES_MAX,
            Arg::Int(_) | Arg::OptText(None) | Arg::OptInt(_) => false,
        };
        if args.iter().any(too_long) {
            return Err(Error::TooLong { doing: sql.name });
        }
        if let (Some(tables), Some(table)) = (self.writable, sql.writes_to())
            && !tables.contains(&table)
        {
            return Err(Error::NotBookkeeping { doing: sql.name });
        }
        self.faults.tick()
    }

    /// PostgreSQL answers the commit of a failed transaction with a rollback and no error; SQLite
    /// would keep the half that was written. So it is remembered here.
    fn spoils(&mut self, sql: Sql) -> impl FnOnce(sqlx::Error) -> Error {
        let spoilt = &mut self.spoilt;
        move |source| {
            *spoilt = true;
            Error::Database { doing: sql.name, source }
        }
    }

    /// Every row of a query.
    pub(crate) async fn all(&mut self, sql: Sql, args: &[Arg]) -> Result<Vec<Row>> {
        self.check(sql, args)?;
        match &mut self.live {
            Live::Lite(live) => bound!(sql, args)
                .fetch_all(&mut **live)
                .await
                .map(|rows| rows.into_iter().map(Row::Lite).collect()),
            Live::Pg(live) => bound!(sql, args)
                .fetch_all(&mut **live)
                .await
                .map(|rows| rows.into_iter().map(Row::Pg).collect()),
        }
        .map_err(self.spoils(sql))
    }

    /// The first row of a query, if it has one.
    pub(crate) async fn one(&mut self, sql: Sql, args: &[Arg]) -> Result<Option<Row>> {
        self.check(sql, args)?;
        match &mut self.live {
            Live::Lite(live) => {
                bound!(sql, args).fetch_optional(&mut **live).await.map(|row| row.map(Row::Lite))
            }
            Live::Pg(live) => {
                bound!(sql, args).fetch_optional(&mut **live).await.map(|row| row.map(Row::Pg))
            }
        }
        .map_err(self.spoils(sql))
    }

    /// Runs a statement; how many rows it touched.
    pub(crate) async fn run(&mut self, sql: Sql, args: &[Arg]) -> Result<u64> {
        self.check(sql, args)?;
        match &mut self.live {
            Live::Lite(live) => {
                bound!(sql, args).execute(&mut **live).await.map(|done| done.rows_affected())
            }
            Live::Pg(live) => {
                bound!(sql, args).execute(&mut **live).await.map(|done| done.rows_affected())
            }
        }
        .map_err(self.spoils(sql))
    }

    /// Wakes followers in other processes once this transaction commits; SQLite has no such way.
    pub(crate) async fn notify(&mut self) -> Result<()> {
        if let Live::Pg(live) = &mut self.live {
            self.faults.tick()?;
            sqlx::query("SELECT pg_notify('beffroi_change', '')")
                .execute(&mut **live)
                .await
                .map_err(Error::database("notify"))?;
        }
        Ok(())
    }

    /// Keeps what was written. Once this returns, a power cut does not lose it.
    pub(crate) async fn commit(self) -> Result<()> {
        if self.spoilt {
            return Err(Error::Spoilt);
        }
        self.faults.tick()?;
        match self.live {
            Live::Lite(live) => live.commit().await,
            Live::Pg(live) => live.commit().await,
        }
        .map_err(Error::database("commit"))
    }

    /// Undoes what was written and waits until that is done.
    pub(crate) async fn rollback(self) -> Result<()> {
        match self.live {
            Live::Lite(live) => live.rollback().await,
            Live::Pg(live) => live.rollback().await,
        }
        .map_err(Error::database("rollback"))
    }
}
