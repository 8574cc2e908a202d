//! Packs: lists printed beforehand. What stands in one is sealed by the caller.
//!
//! Rules: a list about health is never kept here, its number alone is; numbers of a kind only grow;
//! who opens a list says why; its content goes when it is destroyed, or when a newer one lies
//! printed, and the journal says so. Headings of files are sealed too: one without headings has a
//! person in their place.

use beffroi_town::{Instant, Pack, PackKind, TenantId, procedure::KeyGroup};
use serde_json::json;

use crate::{
    Error, OperatorScope, Result, TenantScope, Tx,
    db::{Conn, Row, args},
    sql::sqls,
    texts,
};

macro_rules! columns {
    () => {
        "SELECT tenant, kind, number, key_group, row_count, made_at, opened_at, printed_at, destroyed_at,
            CAST(CASE WHEN sealed IS NULL THEN 0 ELSE 1 END AS BIGINT) AS held FROM pack "
    };
}

sqls! { "packs":
    LIST = concat!(columns!(), "WHERE tenant = $1 ORDER BY kind, number DESC");
    STANDING = concat!(columns!(), "WHERE destroyed_at IS NULL
        AND EXISTS (SELECT 1 FROM tenant WHERE tenant.id = pack.tenant AND tenant.closed_at IS NULL)
        ORDER BY tenant, kind, number");
    CONTENT = "SELECT sealed FROM pack WHERE tenant = $1 AND kind = $2 AND number = $3";
    NEWEST = "SELECT CAST(COALESCE(MAX(number), 0) AS BIGINT) AS newest FROM pack WHERE tenant = $1 AND kind = $2";
    ADD = "INSERT INTO pack (tenant, kind, number, key_group, row_count, sealed, made_at, printed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    OPENED = "UPDATE pack SET opened_at = $4 WHERE tenant = $1 AND kind = $2 AND number = $3 AND sealed IS NOT NULL";
    PRINTED = "UPDATE pack SET printed_at = $4 WHERE tenant = $1 AND kind = $2 AND number = $3
        AND printed_at IS NULL AND destroyed_at IS NULL";
    FORGET = "UPDATE pack SET sealed = NULL WHERE tenant = $1 AND kind = $2 AND number < $3 AND sealed IS NOT NULL";
    DESTROYED = "UPDATE pack SET destroyed_at = $4, sealed = NULL WHERE tenant = $1 AND kind = $2 AND number = $3
        AND destroyed_at IS NULL";
    MAPPING = "SELECT mapping FROM pack_mapping WHERE tenant = $1 AND kind = $2";
    SAVE_MAPPING = "INSERT INTO pack_mapping (tenant, kind, mapping, saved_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (tenant, kind) DO UPDATE SET mapping = $3, saved_at = $4";
}

const NOUN: &str = "pack";
/// The highest number of a list.
pub const NUMBER_MAX: u32 = 99_999;

/// A list of a tenant, by kind and number.
pub type Which = (PackKind, u32);

/// A list that was printed where it is kept, and never came here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The number on it.
    pub number: u32,
    /// How many rows it has.
    pub rows: u32,
    /// When it was printed.
    pub printed_at: Instant,
}

fn pack(row: &Row) -> Result<Pack> {
    Ok(Pack {
        kind: row.parsed("kind", PackKind::from_code)?,
        number: row.count("number")?,
        group: row.parsed("key_group", KeyGroup::from_code)?,
        rows: row.count("row_count")?,
        held: row.flag("held")?,
        made_at: row.instant("made_at")?,
        opened_at: row.opt_instant("opened_at")?,
        printed_at: row.opt_instant("printed_at")?,
        destroyed_at: row.opt_instant("destroyed_at")?,
    })
}

/// Every list of a tenant there ever was, of each kind the newest first.
pub async fn list(conn: &mut Conn, scope: &TenantScope) -> Result<Vec<Pack>> {
    conn.all(LIST, args![scope.tenant()]).await?.iter().map(pack).collect()
}

/// The lists that stand in every open tenant, for the round that tells of old ones.
pub async fn standing(conn: &mut Conn, _scope: &OperatorScope) -> Result<Vec<(TenantId, Pack)>> {
    let rows = conn.all(STANDING, &[]).await?;
    rows.iter().map(|row| Ok((row.id("tenant")?, pack(row)?))).collect()
}

/// What stands in a list, sealed; none when it is not here, or no more.
pub async fn content(
    conn: &mut Conn,
    scope: &TenantScope,
    (kind, number): Which,
) -> Result<Option<String>> {
    let row = conn.one(CONTENT, args![scope.tenant(), kind.code(), number]).await?;
    row.map_or(Ok(None), |row| row.opt_text("sealed"))
}

async fn newest(conn: &mut Conn, tenant: &TenantId, kind: PackKind) -> Result<u32> {
    let row = conn.one(NEWEST, args![tenant, kind.code()]).await?;
    row.map_or(Ok(0), |row| row.count("newest"))
}

async fn add(
    tx: &mut Tx,
    tenant: &TenantId,
    kind: PackKind,
    (new, sealed): (Recorded, Option<&str>),
) -> Result<()> {
    if new.number > NUMBER_MAX || new.number <= newest(tx.conn(), tenant, kind).await? {
        return Err(Error::refused(NOUN, kind.code(), "has that number already, or a higher one"));
    }
    let printed_at = sealed.is_none().then_some(new.printed_at);
    let args = args![
        tenant,
        kind.code(),
        new.number,
        kind.group().code(),
        new.rows,
        sealed,
        new.printed_at,
        printed_at,
    ];
    tx.conn().run(ADD, args).await.map(drop)
}

/// Keeps a list that was imported; its number. The former stays until somebody records it destroyed.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Refused`] for a list about health, and beyond [`NUMBER_MAX`].
pub async fn import(
    tx: &mut Tx,
    tenant: &TenantId,
    kind: PackKind,
    (rows, sealed): (u32, &str),
) -> Result<u32> {
    tx.covers("keep a pack", [tenant])?;
    if kind.is_health() {
        return Err(Error::refused(NOUN, kind.code(), "is about health: it is never kept here"));
    }
    let number = newest(tx.conn(), tenant, kind).await?.saturating_add(1);
    let new = Recorded { number, rows, printed_at: tx.at() };
    add(tx, tenant, kind, (new, Some(sealed))).await?;
    let body = json!({ "pack": kind.code(), "number": number, "rows": rows });
    tx.tell([tenant], NOUN, "pack_imported", body).await?;
    Ok(number)
}

/// Records a list that was printed where it is kept.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Refused`] for a number that is not above the newest.
pub async fn record(tx: &mut Tx, tenant: &TenantId, kind: PackKind, new: Recorded) -> Result<()> {
    tx.covers("record a pack", [tenant])?;
    add(tx, tenant, kind, (new, None)).await?;
    forget_before(tx, tenant, (kind, new.number)).await?;
    let body = json!({ "pack": kind.code(), "number": new.number, "rows": new.rows });
    tx.tell([tenant], NOUN, "pack_recorded", body).await
}

/// Notes that a list is opened, and why: before anybody reads it.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Absent`] also for one whose content is not here.
pub async fn opened(
    tx: &mut Tx,
    tenant: &TenantId,
    (kind, number): Which,
    reason: &str,
) -> Result<()> {
    tx.covers("open a pack", [tenant])?;
    let args = args![tenant, kind.code(), number, tx.at()];
    let rows = tx.conn().run(OPENED, args).await?;
    Error::unless_found(NOUN, kind.code(), rows)?;
    let reason_id = texts::seal(tx, tenant, reason).await?;
    let body = json!({ "pack": kind.code(), "number": number, "reason_id": reason_id });
    tx.tell([tenant], NOUN, "pack_opened", body).await
}

/// Notes that a list lies in its place on paper: what stood in those before it goes.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Absent`] also for one that lies there already, or is destroyed.
pub async fn printed(tx: &mut Tx, tenant: &TenantId, (kind, number): Which) -> Result<()> {
    tx.covers("note that a pack is printed", [tenant])?;
    let args = args![tenant, kind.code(), number, tx.at()];
    let rows = tx.conn().run(PRINTED, args).await?;
    Error::unless_found(NOUN, kind.code(), rows)?;
    let erased = forget_before(tx, tenant, (kind, number)).await?;
    let body = json!({ "pack": kind.code(), "number": number, "erased": erased });
    tx.tell([tenant], NOUN, "pack_printed", body).await
}

/// Erases what stands in the lists before one; in how many.
async fn forget_before(tx: &mut Tx, tenant: &TenantId, (kind, number): Which) -> Result<u64> {
    tx.conn().run(FORGET, args![tenant, kind.code(), number]).await
}

/// Notes that the paper of a list is destroyed: what stood in it goes too.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Absent`] also for one that is destroyed already.
pub async fn destroyed(tx: &mut Tx, tenant: &TenantId, (kind, number): Which) -> Result<()> {
    tx.covers("note that a pack is destroyed", [tenant])?;
    let args = args![tenant, kind.code(), number, tx.at()];
    let rows = tx.conn().run(DESTROYED, args).await?;
    Error::unless_found(NOUN, kind.code(), rows)?;
    let body = json!({ "pack": kind.code(), "number": number });
    tx.tell([tenant], NOUN, "pack_destroyed", body).await
}

fn label(tenant: &TenantId, kind: PackKind) -> String {
    format!("pack mapping {tenant} {}", kind.code())
}

/// Which heading was which field when the newest list of a kind was imported.
pub async fn mapping(
    conn: &mut Conn,
    scope: &TenantScope,
    kind: PackKind,
) -> Result<Option<String>> {
    let Some(row) = conn.one(MAPPING, args![scope.tenant(), kind.code()]).await? else {
        return Ok(None);
    };
    let label = label(scope.tenant(), kind);
    let bytes = conn.keys().open_sealed(&label, &row.text("mapping")?)?;
    String::from_utf8(bytes).map(Some).map_err(|_| Error::Sealed { label })
}

/// Keeps which heading is which field, beside the list that is imported with it.
///
/// # Errors
/// [`Error::OutOfScope`].
pub async fn save_mapping(
    tx: &mut Tx,
    tenant: &TenantId,
    kind: PackKind,
    mapping: &str,
) -> Result<()> {
    tx.covers("keep the headings of a pack", [tenant])?;
    let sealed = tx.store().seal(&label(tenant, kind), mapping.as_bytes())?;
    let args = args![tenant, kind.code(), sealed, tx.at()];
    tx.conn().run(SAVE_MAPPING, args).await?;
    let body = json!({ "pack": kind.code() });
    tx.tell([tenant], NOUN, "pack_mapping_saved", body).await
}
