//! Cuts: from a person's order to the confirmation, the failure or the lifting.
//!
//! Rules: an asset is `Cut` once the cut is confirmed, not when it is ordered; one open cut an
//! asset; every step is journalled for everyone the asset concerns.

use beffroi_town::{AssetId, AssetState, Cut, CutMeans};
use serde_json::json;

use crate::{
    Error, Result, TenantScope, Tx, assets,
    db::{Conn, Row, args, json_text},
    sql::sqls,
};

macro_rules! columns {
    () => {
        "SELECT id, asset, means, ordered_at, confirmed_at, failed, lifted_at FROM cut "
    };
}

sqls! { "cuts":
    INSERT = "INSERT INTO cut (id, asset, means, ordered_at) VALUES ($1, $2, $3, $4)";
    LIST = concat!(columns!(), "WHERE asset IN ", assets::visible!(), " ORDER BY ordered_at DESC, id DESC");
    GET = concat!(columns!(), "WHERE asset IN ", assets::visible!(), " AND id = $2");
    ANY = concat!(columns!(), "WHERE id = $1");
    OPEN = concat!(columns!(), "WHERE asset = $1 AND failed IS NULL AND lifted_at IS NULL");
    CONFIRM = "UPDATE cut SET confirmed_at = $2 WHERE id = $1 AND confirmed_at IS NULL AND failed IS NULL AND lifted_at IS NULL";
    FAIL = "UPDATE cut SET failed = $2 WHERE id = $1 AND confirmed_at IS NULL AND failed IS NULL AND lifted_at IS NULL";
    LIFT = "UPDATE cut SET lifted_at = $2 WHERE id = $1 AND failed IS NULL AND lifted_at IS NULL";
}

const NOUN: &str = "cut";

fn cut(row: &Row) -> Result<Cut> {
    Ok(Cut {
        id: row.text("id")?,
        asset: row.id("asset")?,
        means: row.json("means")?,
        ordered_at: row.instant("ordered_at")?,
        confirmed_at: row.opt_instant("confirmed_at")?,
        failed: row.opt_text("failed")?,
        lifted_at: row.opt_instant("lifted_at")?,
    })
}

/// Every cut of assets that the tenant sees, newest first.
pub async fn list(conn: &mut Conn, scope: &TenantScope) -> Result<Vec<Cut>> {
    conn.all(LIST, args![scope.tenant()]).await?.iter().map(cut).collect()
}

/// One cut of an asset that the tenant sees.
pub async fn get(conn: &mut Conn, scope: &TenantScope, id: &str) -> Result<Option<Cut>> {
    let row = conn.one(GET, args![scope.tenant(), id]).await?;
    row.as_ref().map(cut).transpose()
}

/// The cut of this asset that is ordered or in place, if there is one.
pub async fn open_on(conn: &mut Conn, scope: &TenantScope, asset: &AssetId) -> Result<Option<Cut>> {
    if assets::get(conn, scope, asset).await?.is_none() {
        return Ok(None);
    }
    conn.one(OPEN, args![asset]).await?.as_ref().map(cut).transpose()
}

/// Writes down that a person ordered an asset cut; the identifier of the cut.
///
/// # Errors
/// [`Error::Absent`], [`Error::OutOfScope`]; [`Error::Refused`] while another cut of it is open.
pub async fn order(tx: &mut Tx, asset: &AssetId, means: &CutMeans) -> Result<String> {
    let held = assets::held(tx, "order a cut", asset).await?;
    if let Some(row) = tx.conn().one(OPEN, args![asset]).await? {
        let id = row.text("id")?;
        return Err(Error::refused(
            NOUN,
            &id,
            "of the same asset is open: confirm, fail or lift it first",
        ));
    }
    let (id, at) = (tx.new_id(), tx.at());
    let args = args![id.as_str(), asset, json_text("means", means)?, at];
    tx.conn().run(INSERT, args).await?;
    let body = json!({ "cut": id, "asset": asset, "means": means.code() });
    tx.tell(&held.tenants(), NOUN, "cut_ordered", body).await?;
    Ok(id)
}

async fn any(tx: &mut Tx, id: &str) -> Result<Cut> {
    let row = tx.conn().one(ANY, args![id]).await?;
    row.as_ref().map(cut).transpose()?.ok_or_else(|| Error::absent(NOUN, id))
}

/// Confirms that a cut is in place: the asset is `Cut` from now on.
///
/// # Errors
/// [`Error::Absent`], [`Error::OutOfScope`]; [`Error::Refused`] when it is confirmed, failed or
/// lifted already.
pub async fn confirm(tx: &mut Tx, id: &str) -> Result<()> {
    let found = any(tx, id).await?;
    let asset = assets::held(tx, "confirm a cut", &found.asset).await?;
    let at = tx.at();
    if tx.conn().run(CONFIRM, args![id, at]).await? == 0 {
        return Err(Error::refused(NOUN, id, "is confirmed, failed or lifted already"));
    }
    let body = json!({ "cut": id, "asset": found.asset });
    tx.tell(&asset.tenants(), NOUN, "cut_confirmed", body).await?;
    assets::set_state(tx, &found.asset, AssetState::Cut, None).await.map(drop)
}

/// Writes down that a cut could not be done, as a code (`no_means`); a person must find another
/// way.
///
/// # Errors
/// [`Error::Absent`], [`Error::OutOfScope`]; [`Error::Refused`] when it is confirmed, failed or
/// lifted already, or the code is a sentence.
pub async fn fail(tx: &mut Tx, id: &str, code: &str) -> Result<()> {
    let is_code = (1..=64).contains(&code.len())
        && code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if !is_code {
        return Err(Error::refused(
            NOUN,
            id,
            "fails with a code of a-z, 0-9 and _, not with a sentence",
        ));
    }
    let found = any(tx, id).await?;
    let asset = assets::held(tx, "fail a cut", &found.asset).await?;
    if tx.conn().run(FAIL, args![id, code]).await? == 0 {
        return Err(Error::refused(NOUN, id, "is confirmed, failed or lifted already"));
    }
    let body = json!({ "cut": id, "asset": found.asset, "code": code });
    tx.tell(&asset.tenants(), NOUN, "cut_failed", body).await
}

/// Lifts a cut, or withdraws its order. When it was in place, the asset is in state `then` from
/// now on: `Unknown` unless somebody looked.
///
/// # Errors
/// [`Error::Absent`], [`Error::OutOfScope`]; [`Error::Refused`] when it failed or is lifted
/// already, or when `then` says it is still cut.
pub async fn lift(tx: &mut Tx, id: &str, then: AssetState) -> Result<()> {
    if then == AssetState::Cut {
        return Err(Error::refused(NOUN, id, "cannot be lifted and still be in place"));
    }
    let found = any(tx, id).await?;
    let asset = assets::held(tx, "lift a cut", &found.asset).await?;
    let at = tx.at();
    if tx.conn().run(LIFT, args![id, at]).await? == 0 {
        return Err(Error::refused(NOUN, id, "failed or is lifted already"));
    }
    let body =
        json!({ "cut": id, "asset": found.asset, "was_in_place": found.confirmed_at.is_some() });
    tx.tell(&asset.tenants(), NOUN, "cut_lifted", body).await?;
    if asset.state == AssetState::Cut && found.confirmed_at.is_some() {
        assets::set_state(tx, &found.asset, then, None).await?;
    }
    Ok(())
}
