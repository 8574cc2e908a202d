//! Everything that was read out ([`crate::dump`]), put into an empty place: SQLite in a new folder
//! or PostgreSQL, whichever it came from.
//!
//! Rules:
//! - One transaction: the schema as it was, the rows, the migrations since, the checks, the
//!   journal entries that tell of it. Nothing is kept unless all of it holds.
//! - Every row is counted and hashed on its way; each journal is verified with the verifier that
//!   anybody has; each journal's key must be the one that the master key opens.
//! - What was only good for a moment is not brought back: sessions, counts of failures, claims.
//! - Each journal gains an entry `platform_restored`: whoever saw a newer head finds the roll-back,
//!   and the entry explains it.

use std::{io::BufRead, sync::Arc};

use beffroi_town::{Actor, Instant, TenantId, edge::Entropy};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    Error, Head, Location, OperatorScope, Store, TenantScope, TestOptions, Tx,
    db::{Arg, Conn, Kind, Purpose, Table},
    dump::{Contents, Heading, Sum, TableSum},
    journal, migrate,
    sql::sqls,
    tx::key_label,
};

/// Longest line that is read: the widest table with each text at its longest and all escaped would
/// be longer, but nothing that this program accepts comes near.
const LINE_BYTES_MAX: u64 = 64 << 20;

/// Tables whose rows were only good for a moment.
const NOT_BROUGHT_BACK: &[&str] = &["session", "throttle", "desk_draft"];

sqls! { "load":
    RELEASE = "UPDATE outbox SET claimed_until = 0 WHERE claimed_until > 0";
    SEALED_KEY = "SELECT public_key, sealed_key FROM journal_head WHERE tenant = $1";
    TENANTS = "SELECT tenant FROM journal_head ORDER BY tenant";
    SIGNED_NOT = "SELECT COUNT(*) AS many FROM journal_head WHERE seq > 0 AND NOT EXISTS
        (SELECT 1 FROM journal_signed WHERE journal_signed.tenant = journal_head.tenant AND journal_signed.seq = journal_head.seq)";
}

/// Why nothing was loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The store.
    #[error(transparent)]
    Store(#[from] Error),
    /// What is read breaks off or cannot be read.
    #[error("it cannot be read to its end")]
    Read(#[from] std::io::Error),
    /// Something stands where something else should.
    #[error("it is damaged: in '{table}', {fault}")]
    Damaged {
        /// In which table.
        table: String,
        /// What is wrong there.
        fault: &'static str,
    },
    /// Not the tables that this schema has.
    #[error(
        "it does not hold the tables that schema {schema} of this program has: another program, or \
         another edition of it, wrote it"
    )]
    OtherTables {
        /// The schema it says to have.
        schema: i64,
    },
    /// There is something in the place already.
    #[error("there is data in this place already")]
    NotEmpty,
    /// The master key is not the one that the rows were sealed with.
    #[error("the master key beside it is not the one that its data was sealed with")]
    OtherMasterKey,
    /// A journal does not hold.
    #[error("the journal of {tenant} does not hold")]
    Journal {
        /// Whose.
        tenant: TenantId,
        /// What is wrong with it.
        source: journal::VerifyError,
    },
    /// A journal is not signed with the key that is sealed beside it, or has another head.
    #[error("the journal of {0} is not the one that was announced: its key or its head is another")]
    OtherJournal(TenantId),
}

/// What tells one dump from another, for the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// SHA-256 of its manifest.
    pub sha256: String,
    /// When it was made.
    pub made_at: Instant,
}

/// What was loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Loaded {
    /// How many rows.
    pub rows: u64,
    /// How many journals were verified.
    pub journals: u64,
    /// How many entries they have, without the new ones.
    pub entries: u64,
}

/// Counts and hashes everything, and loads nothing.
///
/// # Errors
/// [`LoadError::Damaged`] with the first thing wrong.
pub fn check(contents: &Contents, from: &mut dyn BufRead) -> Result<(), LoadError> {
    let mut reader = Reader { from, line: String::new() };
    for sum in &contents.tables {
        let mut rows = reader.table(sum)?;
        while rows.next()?.is_some() {}
        rows.end()?;
    }
    Ok(())
}

/// What is loaded, from where, and what is said of it.
pub struct Load<'a> {
    /// What it holds.
    pub contents: &'a Contents,
    /// Its rows.
    pub from: &'a mut (dyn BufRead + Send),
    /// Where it comes from.
    pub origin: &'a Origin,
    /// Now.
    pub at: Instant,
    /// PostgreSQL: what the schema in use is renamed to when it holds data; none: that is refused.
    pub aside: Option<&'a str>,
}

impl std::fmt::Debug for Load<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Load").field("origin", self.origin).finish_non_exhaustive()
    }
}

/// Loads into a place that holds nothing but the master key.
///
/// # Errors
/// [`LoadError`]; nothing was kept then.
pub async fn into(
    location: &Location,
    entropy: Arc<dyn Entropy>,
    load: Load<'_>,
) -> Result<Loaded, LoadError> {
    into_for_test(location, entropy, load, TestOptions::default()).await
}

#[doc(hidden)]
pub async fn into_for_test(
    location: &Location,
    entropy: Arc<dyn Entropy>,
    load: Load<'_>,
    options: TestOptions,
) -> Result<Loaded, LoadError> {
    if load.contents.schema > migrate::known() {
        return Err(Error::TooNew { found: load.contents.schema, known: migrate::known() }.into());
    }
    let store = Store::connect(location, entropy, options).await?;
    let loaded = in_one_transaction(&store, load).await;
    store.close().await;
    loaded
}

async fn in_one_transaction(store: &Store, load: Load<'_>) -> Result<Loaded, LoadError> {
    let Load { contents, from, origin, at, aside } = load;
    let mut conn = store.conn(Purpose::Write).await?;
    conn.lock_schema().await?;
    if !conn.tables().await?.is_empty() {
        conn.set_schema_aside(aside.ok_or(LoadError::NotEmpty)?).await?;
        if !conn.tables().await?.is_empty() {
            return Err(LoadError::NotEmpty);
        }
    }
    migrate::up_to(&mut conn, contents.schema).await?;
    fill(&mut conn, contents, from).await?;
    migrate::up_to(&mut conn, migrate::known()).await?;
    if !migrate::check_key(&mut conn).await? {
        return Err(LoadError::OtherMasterKey);
    }
    for table in NOT_BROUGHT_BACK {
        conn.empty(table).await?;
    }
    conn.run(RELEASE, &[]).await?;
    let tenants = verify(&mut conn, contents).await?;
    let entries = contents.heads.iter().map(|head| head.seq).sum();
    let loaded = Loaded { rows: contents.rows(), journals: contents.heads.len() as u64, entries };
    if tenants.is_empty() {
        conn.commit().await?;
        return Ok(loaded);
    }
    let mut tx = Tx::on(conn, store, &tenants, &Actor::CommandLine, at).await?;
    let body = json!({ "backup": origin.sha256, "made_at": origin.made_at });
    for tenant in &tenants {
        tx.record(tenant, "platform_restored", body.clone()).await?;
        tx.changed(tenant, "tenant")?;
    }
    tx.commit().await?;
    Ok(loaded)
}

/// Fills every table with what is read.
async fn fill(
    conn: &mut Conn,
    contents: &Contents,
    from: &mut (dyn BufRead + Send),
) -> Result<(), LoadError> {
    let other = || LoadError::OtherTables { schema: contents.schema };
    let known = conn.tables().await?;
    let named = |sum: &TableSum| {
        known.iter().find(|table| table.name == sum.table && table.column_names() == sum.columns)
    };
    if known.len() != contents.tables.len() {
        return Err(other());
    }
    // What the migrations put there is in the dump too.
    for table in known.iter().rev() {
        conn.empty(&table.name).await?;
    }
    let mut reader = Reader { from, line: String::new() };
    for sum in &contents.tables {
        let table = named(sum).ok_or_else(other)?;
        let mut rows = reader.table(sum)?;
        let (mut values, mut held) = (Vec::new(), 0);
        while let Some(row) = rows.next()? {
            values.extend(arguments(table, row)?);
            held += 1;
            if held == table.rows_at_once() {
                conn.fill(table, &values).await?;
                values.clear();
                held = 0;
            }
        }
        conn.fill(table, &values).await?;
        rows.end()?;
    }
    Ok(())
}

/// A row as the arguments of a statement, each of its column's kind.
fn arguments(table: &Table, row: Vec<Value>) -> Result<Vec<Arg>, LoadError> {
    let argument = |((_, kind), value): (&(String, Kind), Value)| match (kind, value) {
        (Kind::Text, Value::Null) => Some(Arg::OptText(None)),
        (Kind::Text, Value::String(text)) if !text.contains('\0') => Some(Arg::Text(text)),
        (Kind::Int, Value::Null) => Some(Arg::OptInt(None)),
        (Kind::Int, Value::Number(int)) => int.as_i64().map(Arg::Int),
        _ => None,
    };
    let values: Option<Vec<Arg>> = table.columns.iter().zip(row).map(argument).collect();
    values.ok_or_else(|| damaged(&table.name, "a value is not of its column's kind"))
}

fn damaged(table: &str, fault: &'static str) -> LoadError {
    LoadError::Damaged { table: table.to_owned(), fault }
}

/// Reads tables, one after the other.
struct Reader<'r> {
    from: &'r mut dyn BufRead,
    line: String,
}

impl<'r> Reader<'r> {
    /// The heading of the next table, which must be this one.
    fn table<'t>(&'t mut self, sum: &'t TableSum) -> Result<Rows<'t, 'r>, LoadError> {
        self.read(&sum.table)?;
        let heading: Heading = serde_json::from_str(&self.line)
            .map_err(|_| damaged(&sum.table, "its heading is not what must stand there"))?;
        if heading.table != sum.table || heading.columns != sum.columns {
            return Err(damaged(&sum.table, "its heading is another table's"));
        }
        Ok(Rows { reader: self, sum, seen: Sum::new(), left: sum.rows })
    }

    fn read(&mut self, table: &str) -> Result<(), LoadError> {
        self.line.clear();
        let read = std::io::Read::take(&mut self.from, LINE_BYTES_MAX).read_line(&mut self.line);
        match read {
            Ok(_) if self.line.ends_with('\n') => Ok(()),
            Ok(_) => Err(damaged(table, "a line is cut off: the rest is missing")),
            Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
                Err(damaged(table, "a line is not what was written"))
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// The rows of one table.
struct Rows<'t, 'r> {
    reader: &'t mut Reader<'r>,
    sum: &'t TableSum,
    seen: Sum,
    left: u64,
}

impl Rows<'_, '_> {
    fn next(&mut self) -> Result<Option<Vec<Value>>, LoadError> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        self.reader.read(&self.sum.table)?;
        self.seen.add(&self.reader.line);
        let row: Vec<Value> = serde_json::from_str(&self.reader.line)
            .map_err(|_| damaged(&self.sum.table, "a row cannot be understood"))?;
        if row.len() == self.sum.columns.len() {
            Ok(Some(row))
        } else {
            Err(damaged(&self.sum.table, "a row has too few or too many values"))
        }
    }

    fn end(self) -> Result<(), LoadError> {
        if self.seen.hex() == self.sum.sha256 {
            Ok(())
        } else {
            Err(damaged(&self.sum.table, "the rows are not those that were counted"))
        }
    }
}

/// Verifies every journal; whose they are.
async fn verify(conn: &mut Conn, contents: &Contents) -> Result<Vec<TenantId>, LoadError> {
    let mut tenants = Vec::new();
    for row in conn.all(TENANTS, &[]).await? {
        tenants.push(row.id("tenant")?);
    }
    let heads = journal::heads(conn, &OperatorScope::for_operator()).await?;
    let unsigned = match conn.one(SIGNED_NOT, &[]).await? {
        Some(row) => row.int("many")?,
        None => 0,
    };
    let differs = |(known, found): (&Head, &Head)| (known != found).then(|| known.tenant.clone());
    if let Some(tenant) = contents.heads.iter().zip(&heads).find_map(differs) {
        return Err(LoadError::OtherJournal(tenant));
    }
    if unsigned > 0 || heads.len() != contents.heads.len() {
        return Err(damaged("journal_signed", "a journal ends without its signature"));
    }
    for head in &heads {
        verify_one(conn, head).await?;
    }
    Ok(tenants)
}

async fn verify_one(conn: &mut Conn, head: &Head) -> Result<(), LoadError> {
    let (tenant, scope) = (&head.tenant, TenantScope::for_tenant(&head.tenant));
    let other = || LoadError::OtherJournal(tenant.clone());
    let row = conn.one(SEALED_KEY, &[tenant.into()]).await?.ok_or_else(other)?;
    let label = key_label(tenant);
    let seed = conn.keys().open_sealed(&label, &row.text("sealed_key")?).map_err(|_| other())?;
    if crate::keys::public_half(&label, &seed)? != row.text("public_key")? {
        return Err(other());
    }
    let fingerprint = journal::fingerprint(conn, &scope).await?;
    let mut lines = Vec::new();
    match journal::export(conn, &scope, &mut lines).await {
        Ok(_) => {}
        Err(journal::ExportError::Store(error)) => return Err(error.into()),
        Err(journal::ExportError::Write(error)) => return Err(error.into()),
    }
    journal::verify(&*lines, fingerprint.as_ref(), Some(head))
        .map(drop)
        .map_err(|source| LoadError::Journal { tenant: tenant.clone(), source })
}
