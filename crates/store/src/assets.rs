//! Assets: what public services depend on.
//!
//! Rules:
//! - [`set_state`] is the one function that writes an asset's state: page, mail room, front and
//!   restart plan all follow that single fact.
//! - An asset is seen by its owner and by those it is shared with; a write on it concerns them
//!   all, is journalled for each, and needs each locked ([`begin`] sees to it).
//! - Dependencies never go round in a circle, and never name what the owner cannot see.

mod needs;

use std::collections::{BTreeMap, BTreeSet};

use beffroi_town::{
    Actor, Asset, AssetId, AssetKind, AssetState, CutMeans, DataExposure, Exposure, Instant, Need,
    TenantId, Whose, asset::Fleet,
};
use serde_json::{Value, json};

use crate::{
    Error, Result, Store, TenantScope, Tx,
    db::{Conn, Row, args, json_text},
    guards,
    sql::sqls,
    texts,
};

macro_rules! columns {
    () => {
        "SELECT asset.id, owner, kind, name, state, state_at, exposure, exposure_whose, exposure_at,
            cut_means, needs, contact, fleet, state_text.body AS state_words, exposure_text.body AS exposure_words
        FROM asset
        LEFT JOIN sealed_text AS state_text ON state_text.id = asset.state_reason
        LEFT JOIN sealed_text AS exposure_text ON exposure_text.id = asset.exposure_reason "
    };
}

/// The assets that tenant `$1` sees.
macro_rules! visible {
    () => {
        "(SELECT id FROM asset WHERE owner = $1 UNION SELECT asset FROM asset_share WHERE tenant = $1)"
    };
}
pub(crate) use visible;

sqls! { "assets":
    INSERT = "INSERT INTO asset (id, owner, kind, name, state, state_reason, state_at, exposure, exposure_whose,
            exposure_reason, exposure_at, cut_means, needs, contact, fleet)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT (id) DO NOTHING";
    SHARE = "INSERT INTO asset_share (asset, tenant) VALUES ($1, $2) ON CONFLICT (asset, tenant) DO NOTHING";
    UNSHARE = "DELETE FROM asset_share WHERE asset = $1 AND tenant = $2";
    LIST = concat!(columns!(), "WHERE asset.id IN ", visible!(), " ORDER BY asset.id");
    ANY = concat!(columns!(), "WHERE asset.id = $1");
    IDS = concat!("SELECT id FROM asset WHERE id IN ", visible!());
    SHARES = concat!("SELECT asset, tenant FROM asset_share WHERE asset IN ", visible!(), " ORDER BY asset, tenant");
    SHARES_OF = "SELECT tenant FROM asset_share WHERE asset = $1 ORDER BY tenant";
    STATE = "UPDATE asset SET state = $2, state_reason = $3, state_at = $4 WHERE id = $1";
    EXPOSURE = "UPDATE asset SET exposure = $2, exposure_whose = $3, exposure_reason = $4, exposure_at = $5 WHERE id = $1";
    CUT_MEANS = "UPDATE asset SET cut_means = $2 WHERE id = $1";
    NEEDS = "UPDATE asset SET needs = $2 WHERE id = $1";
    CONTACT = "UPDATE asset SET contact = $2 WHERE id = $1";
    NAME = "UPDATE asset SET name = $2 WHERE id = $1";
    FLEET = "UPDATE asset SET fleet = $2 WHERE id = $1";
}

const NOUN: &str = "asset";

fn asset(conn: &Conn, row: &Row, shared_with: Vec<TenantId>) -> Result<Asset> {
    let owner: TenantId = row.id("owner")?;
    Ok(Asset {
        id: row.id("id")?,
        shared_with,
        kind: row.parsed("kind", AssetKind::from_code)?,
        name: row.text("name")?,
        state: row.parsed("state", AssetState::from_code)?,
        state_reason: texts::words(conn.keys(), &owner, row, "state_words")?,
        state_at: row.instant("state_at")?,
        exposure: Exposure {
            level: row.parsed("exposure", DataExposure::from_code)?,
            whose: row.parsed("exposure_whose", Whose::from_code)?,
            reason: texts::words(conn.keys(), &owner, row, "exposure_words")?,
            at: row.opt_instant("exposure_at")?,
        },
        cut_means: row.opt_json("cut_means")?,
        needs: row.json("needs")?,
        contact: row.opt_text("contact")?,
        fleet: row.opt_json("fleet")?,
        owner,
    })
}

/// Every asset that the tenant sees, its own and those shared with it, by identifier.
pub async fn list(conn: &mut Conn, scope: &TenantScope) -> Result<Vec<Asset>> {
    let tenant = scope.tenant();
    let rows = conn.all(LIST, args![tenant]).await?;
    let mut shares: BTreeMap<String, Vec<TenantId>> = BTreeMap::new();
    for row in conn.all(SHARES, args![tenant]).await? {
        shares.entry(row.text("asset")?).or_default().push(row.id("tenant")?);
    }
    rows.iter()
        .map(|row| {
            let shared_with = shares.remove(&row.text("id")?).unwrap_or_default();
            asset(conn, row, shared_with)
        })
        .collect()
}

/// One asset that the tenant sees.
pub async fn get(conn: &mut Conn, scope: &TenantScope, id: &AssetId) -> Result<Option<Asset>> {
    let found = any(conn, id).await?;
    Ok(found.filter(|asset| asset.tenants().contains(scope.tenant())))
}

/// One asset, whoever it belongs to. Not for readers: what is found is checked against a scope or
/// against the locks of a transaction.
pub(crate) async fn any(conn: &mut Conn, id: &AssetId) -> Result<Option<Asset>> {
    let Some(row) = conn.one(ANY, args![id]).await? else {
        return Ok(None);
    };
    let shared_with = conn
        .all(SHARES_OF, args![id])
        .await?
        .iter()
        .map(|row| row.id("tenant"))
        .collect::<Result<_>>()?;
    asset(conn, &row, shared_with).map(Some)
}

/// The identifiers of the assets that a tenant sees.
pub(crate) async fn visible_ids(conn: &mut Conn, tenant: &TenantId) -> Result<BTreeSet<AssetId>> {
    conn.all(IDS, args![tenant]).await?.iter().map(|row| row.id("id")).collect()
}

/// Begins a write on assets that `scope` sees, for every tenant that each of them concerns and for
/// the scope's own.
///
/// # Errors
/// [`Error::Absent`] for an asset that the scope does not see.
pub async fn begin(
    store: &Store,
    scope: &TenantScope,
    assets: &[AssetId],
    actor: &Actor,
    at: Instant,
) -> Result<Tx> {
    loop {
        let tenants = tenants_of(&mut store.read().await?, scope, assets).await?;
        let mut tx = store.begin(&tenants, actor, at).await?;
        // Shared with one more meanwhile: begin again with that one too.
        if tenants_of(tx.conn(), scope, assets).await? == tenants {
            return Ok(tx);
        }
    }
}

async fn tenants_of(
    conn: &mut Conn,
    scope: &TenantScope,
    assets: &[AssetId],
) -> Result<Vec<TenantId>> {
    let mut tenants = BTreeSet::from([scope.tenant().clone()]);
    for id in assets {
        let found = get(conn, scope, id).await?;
        tenants.extend(found.ok_or_else(|| Error::absent(NOUN, id))?.tenants());
    }
    Ok(tenants.into_iter().collect())
}

/// The asset that a write is about: absent unless the transaction locked one of its tenants, and
/// refused unless it locked them all.
pub(crate) async fn held(tx: &mut Tx, doing: &'static str, id: &AssetId) -> Result<Asset> {
    let found = any(tx.conn(), id).await?;
    let asset = found.ok_or_else(|| Error::absent(NOUN, id))?;
    let tenants = asset.tenants();
    if tenants.iter().all(|tenant| tx.covers(doing, [tenant]).is_err()) {
        return Err(Error::absent(NOUN, id));
    }
    tx.covers(doing, &tenants)?;
    Ok(asset)
}

/// Adds assets that do not exist yet and leaves the others as they are; how many were added.
///
/// # Errors
/// [`Error::Cycle`]; [`Error::Absent`] when a need names an asset that the owner cannot see.
pub async fn add(tx: &mut Tx, assets: &[Asset]) -> Result<u32> {
    for asset in assets {
        tx.covers("add an asset", &asset.tenants())?;
    }
    needs::check(tx, assets).await?;
    let mut added: BTreeMap<TenantId, Vec<&str>> = BTreeMap::new();
    let mut many = 0;
    for asset in assets {
        if insert(tx, asset).await? {
            many += 1;
            for tenant in asset.tenants() {
                added.entry(tenant).or_default().push(asset.id.as_str());
            }
        }
    }
    for (tenant, ids) in &added {
        tx.tell([tenant], NOUN, "assets_added", json!({ "assets": ids })).await?;
    }
    Ok(many)
}

async fn insert(tx: &mut Tx, asset: &Asset) -> Result<bool> {
    let state_reason = texts::seal_opt(tx, &asset.owner, asset.state_reason.as_deref()).await?;
    let exposure_reason =
        texts::seal_opt(tx, &asset.owner, asset.exposure.reason.as_deref()).await?;
    let args = args![
        &asset.id,
        &asset.owner,
        asset.kind.code(),
        asset.name.as_str(),
        asset.state.code(),
        state_reason,
        asset.state_at,
        asset.exposure.level.code(),
        asset.exposure.whose.code(),
        exposure_reason,
        asset.exposure.at,
        opt_json_text("cut_means", asset.cut_means.as_ref())?,
        json_text("needs", &asset.needs)?,
        asset.contact.as_deref(),
        opt_json_text("fleet", asset.fleet.as_ref())?,
    ];
    if tx.conn().run(INSERT, args).await? == 0 {
        return Ok(false);
    }
    for tenant in asset.shared_with.iter().filter(|tenant| **tenant != asset.owner) {
        tx.conn().run(SHARE, args![&asset.id, tenant]).await?;
    }
    Ok(true)
}

fn opt_json_text<T: serde::Serialize>(column: &str, value: Option<&T>) -> Result<Option<String>> {
    value.map(|value| json_text(column, value)).transpose()
}

/// Sets whether an asset works: the one function that writes it. What it was before.
///
/// # Errors
/// [`Error::Absent`], [`Error::OutOfScope`].
pub async fn set_state(
    tx: &mut Tx,
    id: &AssetId,
    state: AssetState,
    reason: Option<&str>,
) -> Result<AssetState> {
    let asset = held(tx, "set the state of an asset", id).await?;
    let reason_id = texts::seal_opt(tx, &asset.owner, reason).await?;
    let at = tx.at();
    tx.conn().run(STATE, args![id, state.code(), reason_id.clone(), at]).await?;
    let body = json!({
        "asset": id,
        "from": asset.state.code(),
        "to": state.code(),
        "reason_id": reason_id,
    });
    tx.tell(&asset.tenants(), NOUN, "asset_state", body).await?;
    Ok(asset.state)
}

/// Sets what is known about the data of an asset; its time is the transaction's.
///
/// # Errors
/// [`Error::Absent`], [`Error::OutOfScope`].
pub async fn set_exposure(
    tx: &mut Tx,
    id: &AssetId,
    level: DataExposure,
    whose: Whose,
    reason: Option<&str>,
) -> Result<()> {
    let asset = held(tx, "set the exposure of an asset", id).await?;
    let reason_id = texts::seal_opt(tx, &asset.owner, reason).await?;
    let at = tx.at();
    let args = args![id, level.code(), whose.code(), reason_id.clone(), at];
    tx.conn().run(EXPOSURE, args).await?;
    let body = json!({
        "asset": id,
        "from": asset.exposure.level.code(),
        "to": level.code(),
        "whose": whose.code(),
        "reason_id": reason_id,
    });
    tx.tell(&asset.tenants(), NOUN, "asset_exposure", body).await
}

/// Ends a write on an asset: entry and change for everyone it concerns.
async fn told(tx: &mut Tx, asset: &Asset, kind: &'static str, body: Value) -> Result<()> {
    tx.tell(&asset.tenants(), NOUN, kind, body).await
}

/// Sets how an asset can be cut; none: nobody has said.
///
/// # Errors
/// [`Error::Absent`], also for a guard that does not stand on this asset; [`Error::OutOfScope`].
pub async fn set_cut_means(tx: &mut Tx, id: &AssetId, means: Option<&CutMeans>) -> Result<()> {
    let asset = held(tx, "set the means of cutting", id).await?;
    if let Some(CutMeans::Guard { guard }) = means {
        let found = guards::for_request(tx.conn(), guard).await?;
        // A guard cuts nothing but its own host.
        if found.is_none_or(|found| found.asset != *id) {
            return Err(Error::absent("guard", guard));
        }
    }
    tx.conn().run(CUT_MEANS, args![id, opt_json_text("cut_means", means)?]).await?;
    let body = json!({ "asset": id, "means": means.map(CutMeans::code) });
    told(tx, &asset, "asset_cut_means", body).await
}

/// Sets what an asset depends on.
///
/// # Errors
/// [`Error::Cycle`]; [`Error::Absent`] also for a need that the owner cannot see.
pub async fn set_needs(tx: &mut Tx, id: &AssetId, needs: &[Need]) -> Result<()> {
    let asset = held(tx, "set the needs of an asset", id).await?;
    let after = Asset { needs: needs.to_vec(), ..asset.clone() };
    needs::check(tx, &[after]).await?;
    tx.conn().run(NEEDS, args![id, json_text("needs", &needs)?]).await?;
    told(tx, &asset, "asset_needs", json!({ "asset": id, "needs": needs })).await
}

/// Shares an asset with one more tenant, which sees it from then on. Both must be locked.
///
/// # Errors
/// [`Error::Absent`], [`Error::OutOfScope`]; [`Error::Refused`] when it is shared already.
pub async fn share_with(tx: &mut Tx, id: &AssetId, tenant: &TenantId) -> Result<()> {
    let mut asset = held(tx, "share an asset", id).await?;
    tx.covers("share an asset", [tenant])?;
    if asset.tenants().contains(tenant) {
        return Err(Error::refused(NOUN, id, "is seen by that tenant already"));
    }
    tx.conn().run(SHARE, args![id, tenant]).await?;
    asset.shared_with.push(tenant.clone());
    told(tx, &asset, "asset_shared", json!({ "asset": id, "with": tenant })).await
}

/// Ends the sharing of an asset with a tenant. Services of that tenant that need it then depend
/// on something unknown, and say so.
///
/// # Errors
/// [`Error::Absent`], [`Error::OutOfScope`]; [`Error::Refused`] when it is not shared with it.
pub async fn unshare(tx: &mut Tx, id: &AssetId, tenant: &TenantId) -> Result<()> {
    let asset = held(tx, "end the sharing of an asset", id).await?;
    if tx.conn().run(UNSHARE, args![id, tenant]).await? == 0 {
        return Err(Error::refused(NOUN, id, "is not shared with that tenant"));
    }
    told(tx, &asset, "asset_unshared", json!({ "asset": id, "with": tenant })).await
}

/// Sets the name that staff know it by.
///
/// # Errors
/// [`Error::Absent`], [`Error::OutOfScope`]; [`Error::Refused`] for an empty name.
pub async fn set_name(tx: &mut Tx, id: &AssetId, name: &str) -> Result<()> {
    let asset = held(tx, "rename an asset", id).await?;
    if name.trim().is_empty() {
        return Err(Error::refused(NOUN, id, "needs a name"));
    }
    tx.conn().run(NAME, args![id, name]).await?;
    told(tx, &asset, "asset_renamed", json!({ "asset": id })).await
}

/// Sets the emergency contact of the editor or firm that runs it.
///
/// # Errors
/// [`Error::Absent`], [`Error::OutOfScope`].
pub async fn set_contact(tx: &mut Tx, id: &AssetId, contact: Option<&str>) -> Result<()> {
    let asset = held(tx, "set the contact of an asset", id).await?;
    tx.conn().run(CONTACT, args![id, contact]).await?;
    told(tx, &asset, "asset_contact", json!({ "asset": id, "known": contact.is_some() })).await
}

/// Sets how far a fleet of workstations has been dealt with.
///
/// # Errors
/// [`Error::Absent`], [`Error::OutOfScope`]; [`Error::Refused`] when it is no fleet, or more were
/// checked or reinstalled than there are.
pub async fn set_fleet(tx: &mut Tx, id: &AssetId, fleet: Fleet) -> Result<()> {
    let asset = held(tx, "set the counts of a fleet", id).await?;
    if asset.kind != AssetKind::WorkstationFleet {
        return Err(Error::refused(NOUN, id, "is no fleet of workstations"));
    }
    if fleet.checked > fleet.total || fleet.reinstalled > fleet.total {
        return Err(Error::refused(NOUN, id, "cannot have more workstations done than there are"));
    }
    tx.conn().run(FLEET, args![id, json_text("fleet", &fleet)?]).await?;
    let body = json!({
        "asset": id,
        "total": fleet.total,
        "checked": fleet.checked,
        "reinstalled": fleet.reinstalled,
    });
    told(tx, &asset, "asset_fleet", body).await
}
