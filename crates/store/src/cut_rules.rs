//! Rules that tenants signed beforehand: what is cut when nobody is there to decide.
//!
//! Rules: a rule names only what its tenant owns; each use of it is a step from one state that was
//! read to the next, so that two who use it at once cut one asset, not two.

use beffroi_town::{
    AlarmId, AssetId, CutRule, Instant, TenantId,
    cut_rule::{ASSETS_MAX, PAUSES},
};
use serde_json::json;

use crate::{
    Error, OperatorScope, Result, TenantScope, Tx, assets,
    db::{Conn, Row, args, json_text},
    sql::sqls,
};

sqls! { "cut_rules":
    GET = "SELECT assets, pause_minutes, signed_at, cut_at FROM cut_rule WHERE tenant = $1";
    TENANTS = "SELECT tenant FROM cut_rule ORDER BY tenant";
    SIGN = "INSERT INTO cut_rule (tenant, assets, pause_minutes, signed_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (tenant) DO UPDATE SET assets = $2, pause_minutes = $3, signed_at = $4, cut_at = NULL";
    WITHDRAW = "DELETE FROM cut_rule WHERE tenant = $1";
    USE = "UPDATE cut_rule SET cut_at = $2 WHERE tenant = $1 AND signed_at = $3 AND COALESCE(cut_at, 0) = $4";
}

const NOUN: &str = "cut_rule";

fn rule(row: &Row) -> Result<CutRule> {
    Ok(CutRule {
        assets: row.json("assets")?,
        pause_minutes: row.count("pause_minutes")?,
        signed_at: row.instant("signed_at")?,
        cut_at: row.opt_instant("cut_at")?,
    })
}

/// The tenant's rule, if it signed one.
pub async fn get(conn: &mut Conn, scope: &TenantScope) -> Result<Option<CutRule>> {
    conn.one(GET, args![scope.tenant()]).await?.as_ref().map(rule).transpose()
}

/// Every tenant that has a rule.
pub async fn tenants(conn: &mut Conn, _scope: &OperatorScope) -> Result<Vec<TenantId>> {
    conn.all(TENANTS, args![]).await?.iter().map(|row| row.id("tenant")).collect()
}

/// Signs a rule, in place of the one before.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Absent`] for an asset that the tenant does not see;
/// [`Error::Refused`] for one that it does not own, for none or too many, and for a pause that is
/// not one of [`PAUSES`].
pub async fn sign(tx: &mut Tx, tenant: &TenantId, named: &[AssetId], pause: u32) -> Result<()> {
    tx.covers("sign a rule of cutting", [tenant])?;
    if named.is_empty() || named.len() > ASSETS_MAX {
        return Err(Error::refused(NOUN, tenant, "names from 1 to 40 pieces of equipment"));
    }
    if !PAUSES.contains(&pause) {
        return Err(Error::refused(NOUN, tenant, "waits 2, 5, 10 or 30 minutes between two cuts"));
    }
    let scope = TenantScope::for_tenant(tenant);
    for id in named {
        let asset = assets::get(tx.conn(), &scope, id).await?;
        let asset = asset.ok_or_else(|| Error::absent("asset", id))?;
        if asset.owner != *tenant {
            return Err(Error::refused(NOUN, tenant, "names only what the tenant owns"));
        }
    }
    let at = tx.at();
    let args = args![tenant, json_text("assets", &named)?, pause, at];
    tx.conn().run(SIGN, args).await?;
    let body = json!({ "assets": named, "pause_minutes": pause });
    tx.tell([tenant], NOUN, "cut_rule_signed", body).await
}

/// Withdraws the rule: from now on only people cut.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Absent`] when there is none.
pub async fn withdraw(tx: &mut Tx, tenant: &TenantId) -> Result<()> {
    tx.covers("withdraw a rule of cutting", [tenant])?;
    if tx.conn().run(WITHDRAW, args![tenant]).await? == 0 {
        return Err(Error::absent(NOUN, tenant));
    }
    tx.tell([tenant], NOUN, "cut_rule_withdrawn", json!({})).await
}

/// Writes down that the rule, as it was `read`, cuts this asset for these alarms.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Refused`] when it was used, signed anew or withdrawn meanwhile.
pub async fn used(
    tx: &mut Tx,
    tenant: &TenantId,
    read: &CutRule,
    (asset, alarms): (&AssetId, &[AlarmId]),
) -> Result<()> {
    tx.covers("cut by a rule", [tenant])?;
    let (at, before) = (tx.at(), read.cut_at.map_or(0, Instant::ms));
    let args = args![tenant, at, read.signed_at, before];
    if tx.conn().run(USE, args).await? == 0 {
        return Err(Error::refused(NOUN, tenant, "was used or changed meanwhile: read it again"));
    }
    let body = json!({ "asset": asset, "alarms": alarms });
    tx.tell([tenant], NOUN, "cut_by_rule", body).await
}
