//! The one place that knows that there are two databases.
//!
//! Rules: a text is the same for both; arguments and columns are texts, integers or null; every
//! call passes the fault counter, so that a test can fail any of them.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use beffroi_town::{Instant, TenantId};
use sqlx::{
    PgPool, Postgres, Row as _, Sqlite, SqlitePool, Transaction, postgres::PgRow, sqlite::SqliteRow,
};

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
}

/// Binds arguments to a query of either database.
macro_rules! bound {
    ($sql:expr, $args:expr) => {
        $args.iter().fold(sqlx::query($sql.text), |query, arg| match arg {
            Arg::Text(text) => query.bind(text.as_str()),
            Arg::Int(int) => query.bind(*int),
            Arg::OptText(text) => query.bind(text.as_deref()),
            Arg::OptInt(int) => query.bind(*int),
        })
    };
}

impl Conn {
    pub(crate) const fn new(live: Live, faults: Arc<Faults>, keys: Arc<Keys>) -> Self {
        Self { live, faults, keys, writable: None }
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
        .map_err(Error::database(sql.name))
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
        .map_err(Error::database(sql.name))
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
        .map_err(Error::database(sql.name))
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

/// An argument of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Arg {
    Text(String),
    Int(i64),
    OptText(Option<String>),
    OptInt(Option<i64>),
}

/// Makes a list of arguments from whatever can be one.
macro_rules! args {
    ($($value:expr),* $(,)?) => { &[$($crate::db::Arg::from($value)),*] };
}
pub(crate) use args;

impl From<&str> for Arg {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}
impl From<String> for Arg {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}
impl From<i64> for Arg {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}
impl From<u32> for Arg {
    fn from(value: u32) -> Self {
        Self::Int(i64::from(value))
    }
}
impl From<bool> for Arg {
    fn from(value: bool) -> Self {
        Self::Int(i64::from(value))
    }
}
impl From<Instant> for Arg {
    fn from(value: Instant) -> Self {
        Self::Int(value.ms())
    }
}
impl From<Option<Instant>> for Arg {
    fn from(value: Option<Instant>) -> Self {
        Self::OptInt(value.map(Instant::ms))
    }
}
impl From<Option<u32>> for Arg {
    fn from(value: Option<u32>) -> Self {
        Self::OptInt(value.map(i64::from))
    }
}
impl From<Option<&str>> for Arg {
    fn from(value: Option<&str>) -> Self {
        Self::OptText(value.map(str::to_owned))
    }
}
impl From<Option<String>> for Arg {
    fn from(value: Option<String>) -> Self {
        Self::OptText(value)
    }
}
macro_rules! id_args {
    ($($id:ty),+) => {$(
        impl From<&$id> for Arg {
            fn from(value: &$id) -> Self {
                Self::Text(value.as_str().to_owned())
            }
        }
        impl From<Option<&$id>> for Arg {
            fn from(value: Option<&$id>) -> Self {
                Self::OptText(value.map(|id| id.as_str().to_owned()))
            }
        }
    )+};
}
id_args!(
    TenantId,
    beffroi_town::AccountId,
    beffroi_town::AlarmId,
    beffroi_town::AssetId,
    beffroi_town::GuardId,
    beffroi_town::IncidentId,
    beffroi_town::NoticeId,
    beffroi_town::ServiceId
);

/// A row of either database, read by column name.
#[derive(Debug)]
pub(crate) enum Row {
    Lite(SqliteRow),
    Pg(PgRow),
}

impl Row {
    pub(crate) fn opt_text(&self, column: &str) -> Result<Option<String>> {
        match self {
            Self::Lite(row) => row.try_get(column),
            Self::Pg(row) => row.try_get(column),
        }
        .map_err(Error::database("read a text column"))
    }

    pub(crate) fn opt_int(&self, column: &str) -> Result<Option<i64>> {
        match self {
            Self::Lite(row) => row.try_get(column),
            Self::Pg(row) => row.try_get(column),
        }
        .map_err(Error::database("read an integer column"))
    }

    pub(crate) fn text(&self, column: &str) -> Result<String> {
        self.opt_text(column)?.ok_or_else(|| Error::unreadable(column, "null"))
    }

    pub(crate) fn int(&self, column: &str) -> Result<i64> {
        self.opt_int(column)?.ok_or_else(|| Error::unreadable(column, "null"))
    }

    pub(crate) fn flag(&self, column: &str) -> Result<bool> {
        Ok(self.int(column)? != 0)
    }

    /// A count that is never negative.
    pub(crate) fn count(&self, column: &str) -> Result<u32> {
        let int = self.int(column)?;
        u32::try_from(int).map_err(|_| Error::unreadable(column, &int.to_string()))
    }

    pub(crate) fn opt_count(&self, column: &str) -> Result<Option<u32>> {
        match self.opt_int(column)? {
            None => Ok(None),
            Some(_) => self.count(column).map(Some),
        }
    }

    /// A number that is never negative: a sequence.
    pub(crate) fn number(&self, column: &str) -> Result<u64> {
        let int = self.int(column)?;
        u64::try_from(int).map_err(|_| Error::unreadable(column, &int.to_string()))
    }

    pub(crate) fn instant(&self, column: &str) -> Result<Instant> {
        self.int(column).map(Instant::from_ms)
    }

    pub(crate) fn opt_instant(&self, column: &str) -> Result<Option<Instant>> {
        Ok(self.opt_int(column)?.map(Instant::from_ms))
    }

    /// A text that must be one of a fixed set, or an identifier.
    pub(crate) fn parsed<T>(
        &self,
        column: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T> {
        let text = self.text(column)?;
        parse(&text).ok_or_else(|| Error::unreadable(column, &text))
    }

    pub(crate) fn opt_parsed<T>(
        &self,
        column: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>> {
        self.opt_text(column)?
            .map(|text| parse(&text).ok_or_else(|| Error::unreadable(column, &text)))
            .transpose()
    }

    pub(crate) fn json<T: serde::de::DeserializeOwned>(&self, column: &str) -> Result<T> {
        self.parsed(column, |text| serde_json::from_str(text).ok())
    }

    pub(crate) fn opt_json<T: serde::de::DeserializeOwned>(
        &self,
        column: &str,
    ) -> Result<Option<T>> {
        self.opt_parsed(column, |text| serde_json::from_str(text).ok())
    }

    /// An identifier that was checked on its way in.
    pub(crate) fn id<T: TryFrom<String>>(&self, column: &str) -> Result<T> {
        self.parsed(column, |text| T::try_from(text.to_owned()).ok())
    }

    pub(crate) fn opt_id<T: TryFrom<String>>(&self, column: &str) -> Result<Option<T>> {
        self.opt_parsed(column, |text| T::try_from(text.to_owned()).ok())
    }
}

/// A value as JSON text for a column.
pub(crate) fn json_text<T: serde::Serialize>(column: &str, value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::unreadable(column, &error.to_string()))
}

/// A number as a column keeps it. Numbers beyond 2^63 are none that this program makes.
pub(crate) fn column_int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
