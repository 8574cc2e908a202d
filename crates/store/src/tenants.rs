//! Tenants: the towns and other authorities on this deployment.
//!
//! Rules: keyed by official code; closing hides and deletes nothing.

use beffroi_town::{Tenant, TenantId};
use serde_json::json;

use crate::{
    Error, OperatorScope, Result, TenantScope, Tx,
    db::{Conn, Row, args, json_text},
    sql::sqls,
};

macro_rules! columns {
    () => {
        "SELECT id, name, department, region, population, siren, postcodes, epci, opened_at, closed_at FROM tenant "
    };
}

sqls! { "tenants":
    INSERT = "INSERT INTO tenant (id, name, department, region, population, siren, postcodes, epci, opened_at, closed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL) ON CONFLICT (id) DO NOTHING";
    GET = concat!(columns!(), "WHERE id = $1");
    LIST = concat!(columns!(), "WHERE id > $1 ORDER BY id LIMIT $2");
    MEMBERS = concat!(columns!(), "WHERE epci = $1 ORDER BY id");
    COUNT = "SELECT COUNT(*) AS here, COUNT(closed_at) AS closed FROM tenant";
    CLOSE = "UPDATE tenant SET closed_at = $2 WHERE id = $1 AND closed_at IS NULL";
    REOPEN = "UPDATE tenant SET closed_at = NULL WHERE id = $1 AND closed_at IS NOT NULL";
}

/// How many tenants there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Not closed.
    pub open: u32,
    /// Closed.
    pub closed: u32,
}

fn tenant(row: &Row) -> Result<Tenant> {
    Ok(Tenant {
        id: row.id("id")?,
        name: row.text("name")?,
        department: row.opt_text("department")?,
        region: row.opt_text("region")?,
        population: row.opt_count("population")?,
        siren: row.opt_text("siren")?,
        postcodes: row.json("postcodes")?,
        epci: row.opt_id("epci")?,
        opened_at: row.instant("opened_at")?,
        closed_at: row.opt_instant("closed_at")?,
    })
}

/// Adds a tenant inside [`crate::Store::begin_founding`]; `false`, and nothing written, when it is
/// here already. It opens at the time of the transaction.
///
/// # Errors
/// [`Error::OutOfScope`].
pub async fn add(tx: &mut Tx, tenant: &Tenant) -> Result<bool> {
    tx.covers("add a tenant", [&tenant.id])?;
    let opened_at = tx.at();
    let args = args![
        &tenant.id,
        tenant.name.as_str(),
        tenant.department.as_deref(),
        tenant.region.as_deref(),
        tenant.population,
        tenant.siren.as_deref(),
        json_text("postcodes", &tenant.postcodes)?,
        tenant.epci.as_ref(),
        opened_at,
    ];
    if tx.conn().run(INSERT, args).await? == 0 {
        return Ok(false);
    }
    let body = json!({ "kind": tenant.id.kind().code() });
    tx.tell([&tenant.id], "tenant", "tenant_added", body).await?;
    Ok(true)
}

/// The tenant of this scope, closed or not.
pub async fn get(conn: &mut Conn, scope: &TenantScope) -> Result<Option<Tenant>> {
    by_code(conn, scope.tenant()).await
}

/// Any tenant, for the operator.
pub async fn by_id(
    conn: &mut Conn,
    _scope: &OperatorScope,
    id: &TenantId,
) -> Result<Option<Tenant>> {
    by_code(conn, id).await
}

async fn by_code(conn: &mut Conn, id: &TenantId) -> Result<Option<Tenant>> {
    conn.one(GET, args![id]).await?.as_ref().map(tenant).transpose()
}

/// Tenants by code, closed ones too, at most `limit`, after `after`.
pub async fn list(
    conn: &mut Conn,
    _scope: &OperatorScope,
    after: Option<&TenantId>,
    limit: u32,
) -> Result<Vec<Tenant>> {
    let after = after.map_or("", TenantId::as_str);
    conn.all(LIST, args![after, limit]).await?.iter().map(tenant).collect()
}

/// The communes on this deployment that are members of a joint authority, by code.
pub async fn members(
    conn: &mut Conn,
    _scope: &OperatorScope,
    epci: &TenantId,
) -> Result<Vec<Tenant>> {
    conn.all(MEMBERS, args![epci]).await?.iter().map(tenant).collect()
}

/// How many tenants there are.
pub async fn count(conn: &mut Conn, _scope: &OperatorScope) -> Result<Count> {
    let Some(row) = conn.one(COUNT, &[]).await? else {
        return Ok(Count::default());
    };
    let closed = row.count("closed")?;
    Ok(Count { open: row.count("here")?.saturating_sub(closed), closed })
}

/// Hides a tenant. Nothing is deleted: no object, no key, no entry of the journal.
///
/// # Errors
/// [`Error::Refused`] when it is closed already.
pub async fn close(tx: &mut Tx, id: &TenantId) -> Result<()> {
    tx.covers("close a tenant", [id])?;
    let closed_at = tx.at();
    if tx.conn().run(CLOSE, args![id, closed_at]).await? == 0 {
        return Err(Error::refused("tenant", id, "is closed already"));
    }
    tx.tell([id], "tenant", "tenant_closed", json!({})).await
}

/// Shows a closed tenant again.
///
/// # Errors
/// [`Error::Refused`] when it is not closed.
pub async fn reopen(tx: &mut Tx, id: &TenantId) -> Result<()> {
    tx.covers("reopen a tenant", [id])?;
    if tx.conn().run(REOPEN, args![id]).await? == 0 {
        return Err(Error::refused("tenant", id, "is not closed"));
    }
    tx.tell([id], "tenant", "tenant_reopened", json!({})).await
}
