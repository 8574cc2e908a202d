//! The receipt of every object that the vault took in: when, by the server's own clock, and from
//! whom.
//!
//! Rules:
//! - Bookkeeping: the object itself is a file that was flushed before its receipt is written. A
//!   file without a receipt was never acknowledged; a receipt without its file is a loss.
//! - A receipt is written once: the first time counts. Only a lock's can be taken back, and those of
//!   what was emptied out of the trash.
//! - What lies in the trash keeps its receipt, which names the thinning, and counts as before.

use beffroi_town::{
    Instant, RepositoryId,
    vault::{ObjectKind, counted, thinning::Plan, volume::Day},
};

use crate::{
    Bookkeeping, OperatorScope, Result, TenantScope, Tx,
    db::{Conn, Row, args, column_int},
    sql::sqls,
};

macro_rules! columns {
    () => {
        "SELECT kind, name, bytes, received_at, credential, damaged_at, thinning FROM vault_object
        WHERE repository IN (SELECT id FROM vault_repository WHERE tenant = $1) AND repository = $2 "
    };
}

sqls! { "vault_objects":
    RECEIVED = "INSERT INTO vault_object (repository, kind, name, bytes, received_at, credential) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (repository, kind, name) DO NOTHING";
    MORE = "INSERT INTO vault_use (repository, objects, bytes, received_at) VALUES ($1, 1, $2, $3)
        ON CONFLICT (repository) DO UPDATE SET objects = vault_use.objects + 1, bytes = vault_use.bytes + $2,
            received_at = CASE WHEN vault_use.received_at < $3 THEN $3 ELSE vault_use.received_at END";
    UNLOCKED = "DELETE FROM vault_object WHERE repository = $1 AND kind = 'locks' AND name = $2";
    LESS = "UPDATE vault_use SET objects = objects - 1, bytes = bytes - $2 WHERE repository = $1";
    DAMAGED = "UPDATE vault_object SET damaged_at = $4 WHERE repository = $1 AND kind = $2 AND name = $3 AND damaged_at IS NULL";
    HEALED = "UPDATE vault_object SET damaged_at = NULL WHERE repository = $1 AND kind = $2 AND name = $3 AND damaged_at IS NOT NULL";
    GET = concat!(columns!(), "AND kind = $3 AND name = $4");
    NEWEST = concat!(columns!(), "AND kind = $3 ORDER BY received_at DESC, name DESC LIMIT $4");
    PAGE = concat!(columns!(), "AND kind = $3 AND name > $4 ORDER BY name LIMIT $5");
    SINCE = "SELECT COUNT(*) AS many FROM vault_object
        WHERE repository IN (SELECT id FROM vault_repository WHERE tenant = $1) AND repository = $2 AND kind = $3 AND received_at > $4";
    USE = "SELECT objects, bytes, received_at FROM vault_use
        WHERE repository IN (SELECT id FROM vault_repository WHERE tenant = $1) AND repository = $2";
    DAMAGES = "SELECT COUNT(*) AS many FROM vault_object
        WHERE repository IN (SELECT id FROM vault_repository WHERE tenant = $1) AND repository = $2 AND damaged_at IS NOT NULL";
    YOUNG = "SELECT name FROM vault_object WHERE repository IN (SELECT id FROM vault_repository WHERE tenant = $1) AND repository = $2
        AND kind = $3 AND received_at > $4 AND thinning IS NULL ORDER BY name";
    TRASH = "UPDATE vault_object SET thinning = $4 WHERE repository = $1 AND kind = $2 AND name = $3 AND thinning IS NULL";
    UNTRASH = "UPDATE vault_object SET thinning = NULL WHERE repository = $1 AND thinning = $2";
    // As `counted` in town counts them.
    TRASHED = "SELECT COUNT(*) AS objects, CAST(COALESCE(SUM(CASE WHEN bytes = 0 THEN 4096 ELSE (bytes + 4095) / 4096 * 4096 END), 0) AS BIGINT) AS bytes
        FROM vault_object WHERE repository = $1 AND thinning = $2";
    FORGET = "DELETE FROM vault_object WHERE repository = $1 AND thinning = $2";
    FREED = "UPDATE vault_use SET objects = objects - $2, bytes = bytes - $3 WHERE repository = $1";
    DAYS = "SELECT (received_at - 43200000) / 86400000 AS number, CAST(SUM(bytes) AS BIGINT) AS bytes, COUNT(*) AS packs FROM vault_object
        WHERE repository IN (SELECT id FROM vault_repository WHERE tenant = $1) AND repository = $2 AND kind = 'data' AND received_at > $3
        GROUP BY (received_at - 43200000) / 86400000 ORDER BY number";
    USES = "SELECT repository, objects, bytes, received_at FROM vault_use ORDER BY repository";
}

/// What is known of an object that was taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// What it is.
    pub kind: ObjectKind,
    /// Its name: SHA-256 of its bytes; `config` has no other.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// When it was received, by the server's own clock.
    pub received_at: Instant,
    /// The credential that sent it; none: found on the disk without a receipt.
    pub credential: Option<String>,
    /// Since when it is known that the stored bytes are not those that were sent.
    pub damaged_at: Option<Instant>,
    /// The thinning that it lies in the trash for.
    pub thinning: Option<String>,
}

/// What a repository holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Use {
    /// How many objects.
    pub objects: u64,
    /// How much they count against the quota.
    pub bytes: u64,
    /// When the newest was received.
    pub received_at: Option<Instant>,
}

fn receipt(row: &Row) -> Result<Receipt> {
    Ok(Receipt {
        kind: row.parsed("kind", ObjectKind::from_code)?,
        name: row.text("name")?,
        bytes: row.number("bytes")?,
        received_at: row.instant("received_at")?,
        credential: row.opt_text("credential")?,
        damaged_at: row.opt_instant("damaged_at")?,
        thinning: row.opt_text("thinning")?,
    })
}

fn usage(row: &Row) -> Result<Use> {
    Ok(Use {
        objects: row.number("objects")?,
        bytes: row.number("bytes")?,
        received_at: row.opt_instant("received_at")?,
    })
}

/// Writes a receipt; `false` when there is one already, which stays as it is.
pub async fn received(
    book: &mut Bookkeeping,
    repository: &RepositoryId,
    new: &Receipt,
) -> Result<bool> {
    let args = args![
        repository,
        new.kind.code(),
        new.name.as_str(),
        column_int(new.bytes),
        new.received_at,
        new.credential.clone(),
    ];
    if book.conn().run(RECEIVED, args).await? == 0 {
        return Ok(false);
    }
    let args = args![repository, column_int(counted(new.bytes)), new.received_at];
    book.conn().run(MORE, args).await?;
    Ok(true)
}

/// Takes back the receipt of a lock; `false` when there is none.
pub async fn unlocked(
    book: &mut Bookkeeping,
    repository: &RepositoryId,
    name: &str,
    bytes: u64,
) -> Result<bool> {
    if book.conn().run(UNLOCKED, args![repository, name]).await? == 0 {
        return Ok(false);
    }
    book.conn().run(LESS, args![repository, column_int(counted(bytes))]).await?;
    Ok(true)
}

/// Notes that the stored bytes of an object are not those that were sent; `false` when it is known
/// or there is no such receipt.
pub async fn damaged(
    book: &mut Bookkeeping,
    repository: &RepositoryId,
    (kind, name): (ObjectKind, &str),
    at: Instant,
) -> Result<bool> {
    Ok(book.conn().run(DAMAGED, args![repository, kind.code(), name, at]).await? > 0)
}

/// Notes that an object is whole again; `false` when it was not known to be damaged.
pub async fn healed(
    book: &mut Bookkeeping,
    repository: &RepositoryId,
    (kind, name): (ObjectKind, &str),
) -> Result<bool> {
    Ok(book.conn().run(HEALED, args![repository, kind.code(), name]).await? > 0)
}

/// The receipt of one object.
pub async fn get(
    conn: &mut Conn,
    scope: &TenantScope,
    repository: &RepositoryId,
    (kind, name): (ObjectKind, &str),
) -> Result<Option<Receipt>> {
    let row = conn.one(GET, args![scope.tenant(), repository, kind.code(), name]).await?;
    row.as_ref().map(receipt).transpose()
}

/// The newest receipts of a kind, newest first.
pub async fn newest(
    conn: &mut Conn,
    scope: &TenantScope,
    repository: &RepositoryId,
    (kind, limit): (ObjectKind, u32),
) -> Result<Vec<Receipt>> {
    let rows = conn.all(NEWEST, args![scope.tenant(), repository, kind.code(), limit]).await?;
    rows.iter().map(receipt).collect()
}

/// Receipts of a kind by name, after `after`, at most `limit`.
pub async fn page(
    conn: &mut Conn,
    scope: &TenantScope,
    repository: &RepositoryId,
    (kind, after, limit): (ObjectKind, &str, u32),
) -> Result<Vec<Receipt>> {
    let args = args![scope.tenant(), repository, kind.code(), after, limit];
    conn.all(PAGE, args).await?.iter().map(receipt).collect()
}

/// How many objects of a kind were received after an instant.
pub async fn since(
    conn: &mut Conn,
    scope: &TenantScope,
    repository: &RepositoryId,
    (kind, after): (ObjectKind, Instant),
) -> Result<u32> {
    let row = conn.one(SINCE, args![scope.tenant(), repository, kind.code(), after]).await?;
    row.map_or(Ok(0), |row| row.count("many"))
}

/// What a repository holds.
pub async fn used(conn: &mut Conn, scope: &TenantScope, repository: &RepositoryId) -> Result<Use> {
    let row = conn.one(USE, args![scope.tenant(), repository]).await?;
    row.as_ref().map_or(Ok(Use::default()), usage)
}

/// What came each day since an instant, oldest first; days without any are left out.
pub async fn days(
    conn: &mut Conn,
    scope: &TenantScope,
    repository: &RepositoryId,
    since: Instant,
) -> Result<Vec<Day>> {
    let rows = conn.all(DAYS, args![scope.tenant(), repository, since]).await?;
    let day = |row: &Row| {
        let (bytes, packs) = (row.number("bytes")?, row.number("packs")?);
        Ok(Day { number: row.int("number")?, bytes, packs })
    };
    rows.iter().map(day).collect()
}

/// How many objects of a repository are known to be damaged.
pub async fn damages(
    conn: &mut Conn,
    scope: &TenantScope,
    repository: &RepositoryId,
) -> Result<u32> {
    let row = conn.one(DAMAGES, args![scope.tenant(), repository]).await?;
    row.map_or(Ok(0), |row| row.count("many"))
}

/// What every repository holds; one that never received anything is not there.
pub async fn uses(conn: &mut Conn, _scope: &OperatorScope) -> Result<Vec<(RepositoryId, Use)>> {
    let rows = conn.all(USES, &[]).await?;
    rows.iter().map(|row| Ok((row.id("repository")?, usage(row)?))).collect()
}

/// The names of the objects of a kind that were received after an instant and lie in place.
pub async fn young(
    conn: &mut Conn,
    scope: &TenantScope,
    repository: &RepositoryId,
    (kind, after): (ObjectKind, Instant),
) -> Result<Vec<String>> {
    let rows = conn.all(YOUNG, args![scope.tenant(), repository, kind.code(), after]).await?;
    rows.iter().map(|row| row.text("name")).collect()
}

/// Notes that the objects of a plan are on their way to the trash.
pub(super) async fn trash(
    tx: &mut Tx,
    repository: &RepositoryId,
    thinning: &str,
    plan: &Plan,
) -> Result<()> {
    let kinds = [
        (ObjectKind::Snapshots, &plan.snapshots),
        (ObjectKind::Index, &plan.index),
        (ObjectKind::Data, &plan.packs),
    ];
    for (kind, names) in kinds {
        for name in names {
            tx.conn().run(TRASH, args![repository, kind.code(), name.as_str(), thinning]).await?;
        }
    }
    Ok(())
}

/// Notes that what lay in the trash was put back.
pub(super) async fn untrash(tx: &mut Tx, repository: &RepositoryId, thinning: &str) -> Result<()> {
    tx.conn().run(UNTRASH, args![repository, thinning]).await.map(drop)
}

/// Takes back the receipts of what was emptied out of the trash; how much it counted.
pub(super) async fn forget(tx: &mut Tx, repository: &RepositoryId, thinning: &str) -> Result<u64> {
    let row = tx.conn().one(TRASHED, args![repository, thinning]).await?;
    let Some(row) = row else { return Ok(0) };
    let (objects, bytes) = (row.int("objects")?, row.number("bytes")?);
    tx.conn().run(FREED, args![repository, objects, column_int(bytes)]).await?;
    tx.conn().run(FORGET, args![repository, thinning]).await?;
    Ok(bytes)
}
