//! Public services of a tenant.
//!
//! Rules: what a town wrote is never overwritten by the catalogue; a need names an asset that the
//! tenant can see; a person's word over the computed status carries its reason, sealed.

use std::collections::BTreeSet;

use beffroi_town::{
    AssetId, Criticality, Fallback, FallbackKind, Need, Override, PublicService, ServiceId,
    ServiceStatus, TenantId,
};
use serde_json::json;

use crate::{
    Error, Result, TenantScope, Tx, assets,
    db::{Conn, Row, args, json_text},
    journal::actor_from_code,
    sql::sqls,
    texts,
};

macro_rules! columns {
    () => {
        "SELECT service.id, rank, name_fr, name_en, key_group, criticality, max_downtime_minutes,
            fallback, fallback_fr, fallback_en, place, hours, phone, needs,
            override_status, override_author, override_at, sealed_text.body AS override_words
        FROM service LEFT JOIN sealed_text ON sealed_text.id = service.override_reason "
    };
}

sqls! { "services":
    INSERT = "INSERT INTO service (tenant, id, rank, name_fr, name_en, key_group, criticality, max_downtime_minutes,
            fallback, fallback_fr, fallback_en, place, hours, phone, needs)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT (tenant, id) DO NOTHING";
    LIST = concat!(columns!(), "WHERE service.tenant = $1 ORDER BY rank, service.id");
    GET = concat!(columns!(), "WHERE service.tenant = $1 AND service.id = $2");
    DETAILS = "UPDATE service SET name_fr = $3, name_en = $4, place = $5, hours = $6, phone = $7 WHERE tenant = $1 AND id = $2";
    FALLBACK = "UPDATE service SET fallback = $3, fallback_fr = $4, fallback_en = $5 WHERE tenant = $1 AND id = $2";
    NEEDS = "UPDATE service SET needs = $3 WHERE tenant = $1 AND id = $2";
    OVERRIDE = "UPDATE service SET override_status = $3, override_reason = $4, override_author = $5, override_at = $6
        WHERE tenant = $1 AND id = $2";
    CLEAR = "UPDATE service SET override_status = NULL, override_reason = NULL, override_author = NULL, override_at = NULL
        WHERE tenant = $1 AND id = $2 AND override_status IS NOT NULL";
}

const NOUN: &str = "service";

/// What a town itself says about a service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Details {
    /// Its own French name; none: the catalogue's.
    pub name_fr: Option<String>,
    /// Its own English name.
    pub name_en: Option<String>,
    /// Where residents go.
    pub place: Option<String>,
    /// When.
    pub hours: Option<String>,
    /// Which number.
    pub phone: Option<String>,
}

impl Details {
    /// What a service now says.
    pub fn of(service: &PublicService) -> Self {
        Self {
            name_fr: service.name_fr.clone(),
            name_en: service.name_en.clone(),
            place: service.place.clone(),
            hours: service.hours.clone(),
            phone: service.phone.clone(),
        }
    }
}

fn service(conn: &Conn, tenant: &TenantId, row: &Row) -> Result<PublicService> {
    let status = row.opt_parsed("override_status", ServiceStatus::from_code)?;
    let overridden = match status {
        None => None,
        Some(status) => Some(Override {
            status,
            // An erased reason leaves the word standing.
            reason: texts::words(conn.keys(), tenant, row, "override_words")?.unwrap_or_default(),
            author: row.parsed("override_author", actor_from_code)?,
            at: row.instant("override_at")?,
        }),
    };
    Ok(PublicService {
        id: row.id("id")?,
        rank: row.count("rank")?,
        name_fr: row.opt_text("name_fr")?,
        name_en: row.opt_text("name_en")?,
        group: row.text("key_group")?,
        criticality: row.parsed("criticality", Criticality::from_code)?,
        max_downtime_minutes: row.count("max_downtime_minutes")?,
        fallback: Fallback {
            kind: row.parsed("fallback", FallbackKind::from_code)?,
            note_fr: row.opt_text("fallback_fr")?,
            note_en: row.opt_text("fallback_en")?,
        },
        place: row.opt_text("place")?,
        hours: row.opt_text("hours")?,
        phone: row.opt_text("phone")?,
        needs: row.json("needs")?,
        overridden,
    })
}

/// Every service of the tenant, in the order of the page.
pub async fn list(conn: &mut Conn, scope: &TenantScope) -> Result<Vec<PublicService>> {
    let rows = conn.all(LIST, args![scope.tenant()]).await?;
    rows.iter().map(|row| service(conn, scope.tenant(), row)).collect()
}

/// One service of the tenant.
pub async fn get(
    conn: &mut Conn,
    scope: &TenantScope,
    id: &ServiceId,
) -> Result<Option<PublicService>> {
    let row = conn.one(GET, args![scope.tenant(), id]).await?;
    row.map(|row| service(conn, scope.tenant(), &row)).transpose()
}

/// Adds services that the tenant does not have yet and leaves the others as they are; how many
/// were added. Needs may name assets added before in the same transaction. A person's word is not
/// taken along: see [`override_status`].
///
/// # Errors
/// [`Error::Absent`] when a need names an asset that the tenant cannot see.
pub async fn add(tx: &mut Tx, tenant: &TenantId, services: &[PublicService]) -> Result<u32> {
    tx.covers("add services", [tenant])?;
    check_needs(tx, tenant, services.iter().flat_map(|service| &service.needs)).await?;
    let mut added = Vec::new();
    for service in services {
        let args = args![
            tenant,
            &service.id,
            service.rank,
            service.name_fr.as_deref(),
            service.name_en.as_deref(),
            service.group.as_str(),
            service.criticality.code(),
            service.max_downtime_minutes,
            service.fallback.kind.code(),
            service.fallback.note_fr.as_deref(),
            service.fallback.note_en.as_deref(),
            service.place.as_deref(),
            service.hours.as_deref(),
            service.phone.as_deref(),
            json_text("needs", &service.needs)?,
        ];
        if tx.conn().run(INSERT, args).await? > 0 {
            added.push(service.id.as_str());
        }
    }
    let many = u32::try_from(added.len()).unwrap_or(u32::MAX);
    if many > 0 {
        tx.tell([tenant], NOUN, "services_added", json!({ "services": added })).await?;
    }
    Ok(many)
}

async fn check_needs<'n>(
    tx: &mut Tx,
    tenant: &TenantId,
    needs: impl Iterator<Item = &'n Need>,
) -> Result<()> {
    let named: BTreeSet<&AssetId> =
        needs.flat_map(|need| [Some(&need.asset), need.via.as_ref()]).flatten().collect();
    if named.is_empty() {
        return Ok(());
    }
    let visible = assets::visible_ids(tx.conn(), tenant).await?;
    match named.into_iter().find(|id| !visible.contains(*id)) {
        Some(id) => Err(Error::absent("asset", id)),
        None => Ok(()),
    }
}

/// Sets what the town itself says about a service.
///
/// # Errors
/// [`Error::Absent`] when there is no such service.
pub async fn set_details(
    tx: &mut Tx,
    tenant: &TenantId,
    id: &ServiceId,
    details: &Details,
) -> Result<()> {
    tx.covers("set the details of a service", [tenant])?;
    let args = args![
        tenant,
        id,
        details.name_fr.as_deref(),
        details.name_en.as_deref(),
        details.place.as_deref(),
        details.hours.as_deref(),
        details.phone.as_deref(),
    ];
    let rows = tx.conn().run(DETAILS, args).await?;
    let body = json!({
        "service": id,
        "place": details.place.is_some(),
        "hours": details.hours.is_some(),
        "phone": details.phone.is_some(),
    });
    Error::unless_found(NOUN, id, rows)?;
    tx.tell([tenant], NOUN, "service_details", body).await
}

/// Sets how a service goes on otherwise.
///
/// # Errors
/// [`Error::Absent`] when there is no such service.
pub async fn set_fallback(
    tx: &mut Tx,
    tenant: &TenantId,
    id: &ServiceId,
    fallback: &Fallback,
) -> Result<()> {
    tx.covers("set the fallback of a service", [tenant])?;
    let args = args![
        tenant,
        id,
        fallback.kind.code(),
        fallback.note_fr.as_deref(),
        fallback.note_en.as_deref(),
    ];
    let rows = tx.conn().run(FALLBACK, args).await?;
    let body = json!({ "service": id, "fallback": fallback.kind.code() });
    Error::unless_found(NOUN, id, rows)?;
    tx.tell([tenant], NOUN, "service_fallback", body).await
}

/// Sets what a service depends on.
///
/// # Errors
/// [`Error::Absent`] when there is no such service, or a need names an asset that the tenant
/// cannot see.
pub async fn set_needs(
    tx: &mut Tx,
    tenant: &TenantId,
    id: &ServiceId,
    needs: &[Need],
) -> Result<()> {
    tx.covers("set the needs of a service", [tenant])?;
    check_needs(tx, tenant, needs.iter()).await?;
    let rows = tx.conn().run(NEEDS, args![tenant, id, json_text("needs", &needs)?]).await?;
    Error::unless_found(NOUN, id, rows)?;
    tx.tell([tenant], NOUN, "service_needs", json!({ "service": id, "needs": needs })).await
}

/// Puts a person's word over the computed status.
///
/// # Errors
/// [`Error::Absent`] when there is no such service; [`Error::Refused`] without a reason.
pub async fn override_status(
    tx: &mut Tx,
    tenant: &TenantId,
    id: &ServiceId,
    status: ServiceStatus,
    reason: &str,
) -> Result<()> {
    tx.covers("override the status of a service", [tenant])?;
    if reason.trim().is_empty() {
        return Err(Error::refused(NOUN, id, "cannot be overridden without a reason: write one"));
    }
    if get(tx.conn(), &TenantScope::for_tenant(tenant), id).await?.is_none() {
        return Err(Error::absent(NOUN, id));
    }
    let reason_id = texts::seal(tx, tenant, reason).await?;
    let (author, at) = (tx.actor().to_string(), tx.at());
    let args = args![tenant, id, status.code(), reason_id.as_str(), author, at];
    let rows = tx.conn().run(OVERRIDE, args).await?;
    let body = json!({ "service": id, "status": status.code(), "reason_id": reason_id });
    Error::unless_found(NOUN, id, rows)?;
    tx.tell([tenant], NOUN, "service_overridden", body).await
}

/// Takes a person's word back: the computed status counts again.
///
/// # Errors
/// [`Error::Absent`] when there is no such service, or nothing stands over its status.
pub async fn clear_override(tx: &mut Tx, tenant: &TenantId, id: &ServiceId) -> Result<()> {
    tx.covers("clear the override of a service", [tenant])?;
    let rows = tx.conn().run(CLEAR, args![tenant, id]).await?;
    Error::unless_found(NOUN, id, rows)?;
    tx.tell([tenant], NOUN, "service_override_cleared", json!({ "service": id })).await
}
