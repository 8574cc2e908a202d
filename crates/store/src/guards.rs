//! Guards: enrolment, revocation, orders, beats.
//!
//! Rules:
//! - An enrolment token is used once, before it expires; only a keyed hash of it is kept.
//! - An order is signed by the platform and numbered by rising sequence; the number never falls
//!   below the clock, so that a database put back from a backup does not repeat one.
//! - Beats are bookkeeping: a beat counts by its sequence, late ones change nothing.

use beffroi_town::{
    AssetId, GuardId, Instant, TenantId,
    watch::{
        Beat, EnrolRequest, HostFacts, Level, ORDERS_MAX, Order, OrderAck, SignedOrder, order_text,
    },
};
use data_encoding::BASE64URL_NOPAD;
use serde_json::json;

use crate::{
    Bookkeeping, Error, OperatorScope, Result, TenantScope, Tx, assets,
    db::{Conn, Row, args, column_int, json_text},
    sql::sqls,
};

macro_rules! columns {
    () => {
        "SELECT id, tenant, asset, public_key, host, level, enrolled_at, revoked_at FROM guard "
    };
}

sqls! { "guards":
    OFFER = "INSERT INTO enrolment (token_hash, tenant, asset, made_at, expires_at) VALUES ($1, $2, $3, $4, $5)";
    OFFERED = "SELECT tenant, asset, expires_at FROM enrolment WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2";
    USE = "UPDATE enrolment SET used_at = $3, guard = $4
        WHERE token_hash = $1 AND asset = $2 AND used_at IS NULL AND expires_at > $3";
    INSERT = "INSERT INTO guard (id, tenant, asset, public_key, host, level, enrolled_at, order_seq)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 0)";
    LIST = concat!(columns!(), "WHERE tenant = $1 ORDER BY enrolled_at, id");
    GET = concat!(columns!(), "WHERE tenant = $1 AND id = $2");
    ANY = concat!(columns!(), "WHERE id = $1 AND revoked_at IS NULL");
    SILENT = concat!(columns!(), "WHERE revoked_at IS NULL AND enrolled_at < $1
        AND NOT EXISTS (SELECT 1 FROM guard_beat WHERE guard_beat.guard = guard.id AND received_at >= $1) ORDER BY id");
    REVOKE = "UPDATE guard SET revoked_at = $3 WHERE tenant = $1 AND id = $2 AND revoked_at IS NULL";
    NEXT = "UPDATE guard SET order_seq = CASE WHEN order_seq < $3 THEN $3 ELSE order_seq + 1 END
        WHERE tenant = $1 AND id = $2 AND revoked_at IS NULL RETURNING order_seq";
    ORDER = "INSERT INTO guard_order (guard, seq, body, ordered_at, expires_at, signature) VALUES ($1, $2, $3, $4, $5, $6)";
    WAITING = "SELECT guard, seq, body, expires_at, signature FROM guard_order
        WHERE guard IN (SELECT id FROM guard WHERE tenant = $1 AND revoked_at IS NULL) AND guard = $2
            AND ended_at IS NULL AND expires_at > $3
        ORDER BY seq LIMIT $4";
    ENDED = "UPDATE guard_order SET ended_at = $4, outcome = $5
        WHERE guard IN (SELECT id FROM guard WHERE tenant = $1) AND guard = $2 AND seq = $3 AND ended_at IS NULL
        RETURNING body";
    BEAT = "INSERT INTO guard_beat (guard, received_at, started_at, sequence, beat) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (guard) DO UPDATE SET received_at = $2, started_at = $3, sequence = $4, beat = $5
        WHERE guard_beat.started_at < $3 OR (guard_beat.started_at = $3 AND guard_beat.sequence < $4)";
    LAST_BEAT = "SELECT received_at, beat FROM guard_beat
        WHERE guard IN (SELECT id FROM guard WHERE tenant = $1) AND guard = $2";
}

const NOUN: &str = "guard";
const TOKEN_PURPOSE: &str = "enrolment token";
const TOKEN_BYTES: usize = 32;

/// A guard that enrolled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    /// Its identifier.
    pub id: GuardId,
    /// The tenant it watches for.
    pub tenant: TenantId,
    /// The file server it stands on.
    pub asset: AssetId,
    /// The key it signs with: Ed25519, base64url without padding.
    pub public_key: String,
    /// The machine, as the guard described it.
    pub host: HostFacts,
    /// What it could do when it enrolled; the newest is in its beat.
    pub level: Level,
    /// When it enrolled.
    pub enrolled_at: Instant,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Instant>,
}

/// An enrolment that is still good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// For which tenant.
    pub tenant: TenantId,
    /// For which file server.
    pub asset: AssetId,
    /// Until when.
    pub expires_at: Instant,
}

/// The last beat of a guard.
#[derive(Clone, Debug, PartialEq)]
pub struct LastBeat {
    /// When, by the platform's clock.
    pub received_at: Instant,
    /// What it said.
    pub beat: Beat,
}

pub(crate) fn guard(row: &Row) -> Result<Guard> {
    Ok(Guard {
        id: row.id("id")?,
        tenant: row.id("tenant")?,
        asset: row.id("asset")?,
        public_key: row.text("public_key")?,
        host: row.json("host")?,
        level: row.json("level")?,
        enrolled_at: row.instant("enrolled_at")?,
        revoked_at: row.opt_instant("revoked_at")?,
    })
}

/// Every guard of the tenant, revoked ones too, oldest first.
pub async fn list(conn: &mut Conn, scope: &TenantScope) -> Result<Vec<Guard>> {
    conn.all(LIST, args![scope.tenant()]).await?.iter().map(guard).collect()
}

/// One guard of the tenant.
pub async fn get(conn: &mut Conn, scope: &TenantScope, id: &GuardId) -> Result<Option<Guard>> {
    let row = conn.one(GET, args![scope.tenant(), id]).await?;
    row.as_ref().map(guard).transpose()
}

/// The guard that a request says it comes from, unless it is revoked. It takes no scope: the
/// tenant becomes known by it, once the request's signature holds.
pub async fn for_request(conn: &mut Conn, id: &GuardId) -> Result<Option<Guard>> {
    conn.one(ANY, args![id]).await?.as_ref().map(guard).transpose()
}

/// Guards of every tenant that are not revoked and were not heard since `since`.
pub async fn silent(conn: &mut Conn, _scope: &OperatorScope, since: Instant) -> Result<Vec<Guard>> {
    conn.all(SILENT, args![since]).await?.iter().map(guard).collect()
}

/// Offers an enrolment on an asset of this tenant; the token, which is not kept and cannot be
/// shown again.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Absent`] for an asset that the tenant does not see.
pub async fn offer(
    tx: &mut Tx,
    tenant: &TenantId,
    asset: &AssetId,
    expires_at: Instant,
) -> Result<String> {
    tx.covers("offer an enrolment", [tenant])?;
    let scope = TenantScope::for_tenant(tenant);
    if assets::get(tx.conn(), &scope, asset).await?.is_none() {
        return Err(Error::absent("asset", asset));
    }
    let mut bytes = [0; TOKEN_BYTES];
    tx.store().entropy().fill(&mut bytes);
    let token = BASE64URL_NOPAD.encode(&bytes);
    let hash = tx.conn().keys().secret_hash(TOKEN_PURPOSE, &token)?;
    let at = tx.at();
    tx.conn().run(OFFER, args![hash, tenant, asset, at, expires_at]).await?;
    let body = json!({ "asset": asset, "expires_at": expires_at });
    tx.tell([tenant], NOUN, "guard_enrolment_offered", body).await?;
    Ok(token)
}

/// The enrolment that a token stands for, if it is still good: says which tenant to begin the
/// transaction for. It takes no scope: whoever holds the token may enrol.
pub async fn offered(conn: &mut Conn, token: &str, at: Instant) -> Result<Option<Offer>> {
    let hash = conn.keys().secret_hash(TOKEN_PURPOSE, token)?;
    let row = conn.one(OFFERED, args![hash, at]).await?;
    row.map(|row| {
        Ok(Offer {
            tenant: row.id("tenant")?,
            asset: row.id("asset")?,
            expires_at: row.instant("expires_at")?,
        })
    })
    .transpose()
}

/// Enrols a guard with a token, which is worthless from then on. `None`, and nothing written, when
/// the token is unknown, used, expired or for another asset. Check the request's bounds and its
/// signature first.
///
/// # Errors
/// [`Error::OutOfScope`] when the token is of a tenant that was not locked.
pub async fn enrol(tx: &mut Tx, request: &EnrolRequest) -> Result<Option<Guard>> {
    let at = tx.at();
    let Some(offer) = offered(tx.conn(), &request.token, at).await? else {
        return Ok(None);
    };
    let tenant = offer.tenant;
    tx.covers("enrol a guard", [&tenant])?;
    let hash = tx.conn().keys().secret_hash(TOKEN_PURPOSE, &request.token)?;
    let id = GuardId::new(at, tx.store().entropy());
    if tx.conn().run(USE, args![hash, &request.asset, at, &id]).await? == 0 {
        return Ok(None);
    }
    let args = args![
        &id,
        &tenant,
        &request.asset,
        request.public_key.as_str(),
        json_text("host", &request.host)?,
        json_text("level", &request.level)?,
        at,
    ];
    tx.conn().run(INSERT, args).await?;
    let body = json!({ "guard": id, "asset": request.asset, "public_key": request.public_key });
    tx.tell([&tenant], NOUN, "guard_enrolled", body).await?;
    Ok(Some(Guard {
        id,
        tenant,
        asset: request.asset.clone(),
        public_key: request.public_key.clone(),
        host: request.host.clone(),
        level: request.level.clone(),
        enrolled_at: at,
        revoked_at: None,
    }))
}

/// Revokes a guard: its requests are unknown from then on.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Absent`] also when it is revoked already.
pub async fn revoke(tx: &mut Tx, tenant: &TenantId, id: &GuardId) -> Result<()> {
    tx.covers("revoke a guard", [tenant])?;
    let at = tx.at();
    if tx.conn().run(REVOKE, args![tenant, id, at]).await? == 0 {
        return Err(Error::absent(NOUN, id));
    }
    tx.tell([tenant], NOUN, "guard_revoked", json!({ "guard": id })).await
}

/// Signs an order that a person gave and queues it for the guard.
///
/// # Errors
/// [`Error::OutOfScope`]; [`Error::Absent`] for a guard that is revoked or not the tenant's.
pub async fn order(
    tx: &mut Tx,
    tenant: &TenantId,
    id: &GuardId,
    order: &Order,
    expires_at: Instant,
) -> Result<SignedOrder> {
    tx.covers("order a guard", [tenant])?;
    let at = tx.at();
    let row = tx.conn().one(NEXT, args![tenant, id, at]).await?;
    let sequence = row.ok_or_else(|| Error::absent(NOUN, id))?.number("order_seq")?;
    let key = tx.store().platform_key()?;
    let signature =
        BASE64URL_NOPAD.encode(key.sign(&order_text(id, sequence, expires_at, order)).as_ref());
    let args = args![
        id,
        column_int(sequence),
        json_text("order", order)?,
        at,
        expires_at,
        signature.as_str(),
    ];
    tx.conn().run(ORDER, args).await?;
    let body =
        json!({ "guard": id, "sequence": sequence, "order": order, "expires_at": expires_at });
    tx.tell([tenant], NOUN, "guard_ordered", body).await?;
    Ok(SignedOrder { guard: id.clone(), sequence, expires_at, order: order.clone(), signature })
}

/// Orders that a guard has not answered and that have not expired, oldest first; at most
/// [`ORDERS_MAX`].
pub async fn waiting_orders(
    conn: &mut Conn,
    scope: &TenantScope,
    id: &GuardId,
    at: Instant,
) -> Result<Vec<SignedOrder>> {
    let limit = i64::try_from(ORDERS_MAX).unwrap_or(i64::MAX);
    let rows = conn.all(WAITING, args![scope.tenant(), id, at, limit]).await?;
    rows.iter()
        .map(|row| {
            Ok(SignedOrder {
                guard: row.id("guard")?,
                sequence: row.number("seq")?,
                expires_at: row.instant("expires_at")?,
                order: row.json("body")?,
                signature: row.text("signature")?,
            })
        })
        .collect()
}

/// Writes down what became of an order; the order. `None`, and nothing written, when there is no
/// such order or it was answered before.
///
/// # Errors
/// [`Error::OutOfScope`].
pub async fn acknowledge(
    tx: &mut Tx,
    tenant: &TenantId,
    id: &GuardId,
    ack: &OrderAck,
) -> Result<Option<Order>> {
    tx.covers("acknowledge an order", [tenant])?;
    let outcome = json!(ack.outcome);
    let code = outcome.as_str().unwrap_or("unknown");
    let args = args![tenant, id, column_int(ack.sequence), ack.at, code];
    let Some(row) = tx.conn().one(ENDED, args).await? else {
        return Ok(None);
    };
    let body = json!({ "guard": id, "sequence": ack.sequence, "outcome": outcome, "at": ack.at });
    tx.tell([tenant], NOUN, "guard_order_ended", body).await?;
    row.json("body").map(Some)
}

/// Keeps a beat of a guard whose request was checked; `false` when a newer one is known.
pub async fn beat(
    book: &mut Bookkeeping,
    id: &GuardId,
    beat: &Beat,
    received_at: Instant,
) -> Result<bool> {
    let args = args![
        id,
        received_at,
        beat.started_at,
        column_int(beat.sequence),
        json_text("beat", beat)?,
    ];
    Ok(book.conn().run(BEAT, args).await? > 0)
}

/// The last beat of a guard of the tenant.
pub async fn last_beat(
    conn: &mut Conn,
    scope: &TenantScope,
    id: &GuardId,
) -> Result<Option<LastBeat>> {
    let row = conn.one(LAST_BEAT, args![scope.tenant(), id]).await?;
    row.map(|row| {
        Ok(LastBeat { received_at: row.instant("received_at")?, beat: row.json("beat")? })
    })
    .transpose()
}
